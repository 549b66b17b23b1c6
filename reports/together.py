"""Reports of several books as one: each book's rows one after the other, and one total.

Books stay apart: labels, calendars, recognition and seals are each book's own, and each makes its
report by itself. What is added is money of one currency, of funds that no two of the books hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from msgspec import Struct, structs
from pledgebook.ledger.declared.certifications import STATES
from pledgebook.ledger.files.answering import book_answering
from pledgebook.ledger.files.caching import open_book
from pledgebook.ledger.findings import RefusedError
from pledgebook.reports.figures.agreements import disagreements
from pledgebook.reports.figures.selection import SelectionError, cut_of, select
from pledgebook.reports.figures.standing import least_certain
from pledgebook.reports.figures.table import Column, Report, Row, Source, Standing, Tie
from pledgebook.reports.registry import make_reports, source_of
from pledgebook.reports.render import footed, to_document

ALL_BOOKS = "Total, all books"


class Asked(Struct, frozen=True, kw_only=True):
    """What is asked of every book, as `select` takes it."""

    names: tuple[str, ...]
    period: str | None = None
    as_at: date | None = None
    recognition: str | None = None
    class_: str | None = None
    group: str | None = None
    donor: str | None = None
    purpose: str | None = None
    mandate: str | None = None
    made_at: str = ""
    despite_errors: bool = False


class Made(Struct, frozen=True, kw_only=True):
    """The reports of one book, and what of it decides whether they can be added to others'."""

    path: Path
    funds: tuple[str, ...]
    reports: tuple[Report, ...]
    source: Source
    errors: int
    differing: tuple[str, ...]
    """What two of its reports say differently, in sentences."""


def report_on_books(mains: Sequence[Path], asked: Asked, processes: int) -> list[Made]:
    """Make the reports of each book, several books at a time, each in a process of its own.

    Raises SelectionError with a sentence that names the book of which they cannot be made.
    """
    if processes == 1 or len(mains) == 1:
        return [_told(path, _report_on(path, asked)) for path in mains]
    with ProcessPoolExecutor(
        min(processes, len(mains)), mp_context=get_context("spawn"), max_tasks_per_child=1
    ) as pool:
        waiting = [pool.submit(_report_on, path, asked) for path in mains]
        return [_told(path, each.result()) for path, each in zip(mains, waiting, strict=True)]


def _told(path: Path, made: Made | str) -> Made:
    if isinstance(made, str):
        raise SelectionError(f"{path.parent.name}/{path.name}: {made}")
    return made


def _report_on(path: Path, asked: Asked) -> Made | str:
    """Return a book's reports, or the sentence that says why there are none: an exception of a
    process does not always reach another.
    """
    try:
        book = open_book(path)
        book = book_answering(book, cut_of(book, asked.period, asked.as_at).start)
        if book.errors and not asked.despite_errors:
            return (
                f"The book has {len(book.errors)} error(s). First: {book.errors[0].message} Mend "
                "it (pledgebook check), or add --despite-errors."
            )
        selection = select(
            book,
            asked.period,
            asked.as_at,
            None,
            asked.recognition,
            class_=asked.class_,
            group=asked.group,
            donor=asked.donor,
            purpose=asked.purpose,
            mandate=asked.mandate,
        )
        reports = tuple(footed(each) for each in make_reports(selection, asked.names))
    except RefusedError as refusal:
        return str(refusal)
    return Made(
        path=path,
        funds=selection.funds,
        reports=reports,
        source=source_of(selection, asked.made_at),
        errors=len(book.errors),
        differing=tuple(
            f"{agreement.title}: {one} and {other}"
            for agreement, one, other in disagreements(reports)
        ),
    )


def put_together(books: Sequence[Made]) -> list[Report]:
    """Return the reports of all books as one each, in the books' order, with a total over them.

    Raises SelectionError where money of two currencies, or of one fund twice, would be added.
    """
    _refuse_unlike(books)
    return [_one(books, [*each]) for each in zip(*(book.reports for book in books), strict=True)]


def source_together(books: Sequence[Made]) -> Source:
    """Return what the cover says of the books."""
    sources = [book.source for book in books]
    return Source(
        book=", ".join(f"{book.path.parent.name}/{book.source.book}" for book in books),
        title="; ".join(source.title for source in sources),
        made_at=sources[0].made_at,
        sha256=" ".join(source.sha256 for source in sources),
        warnings=[f"{each.title}: {said}" for each in sources for said in each.warnings],
    )


def _refuse_unlike(books: Sequence[Made]) -> None:
    twice = [path for path, times in Counter(book.path for book in books).items() if times > 1]
    if twice:
        raise SelectionError(f"{twice[0]} is named twice: its money would be added twice.")
    currencies = {book.path: book.reports[0].currency for book in books}
    if len(set(currencies.values())) > 1:
        said = ", ".join(f"{path.parent.name} in {code}" for path, code in currencies.items())
        raise SelectionError(
            f"The books are kept in different currencies ({said}), which are never added "
            "together: report on those of one currency."
        )
    holding: dict[str, list[str]] = {}
    for book in books:
        for fund in book.funds:
            holding.setdefault(fund, []).append(book.path.parent.name)
    for fund, holders in holding.items():
        if len(holders) > 1:
            raise SelectionError(
                f"{' and '.join(holders)} both have the fund {fund}: its money would be added "
                "twice. Report on one of them, or give one fund another code."
            )


def _one(books: Sequence[Made], reports: Sequence[Report]) -> Report:
    first = reports[0]
    keys = [column.key for column in first.columns]
    for book, report in zip(books, reports, strict=True):
        if [column.key for column in report.columns] != keys:
            raise SelectionError(
                f"The report {first.name!r} has other columns in {book.path.parent.name} than in "
                f"{books[0].path.parent.name} ({_unlike(keys, report)}): it depends on the book's "
                "own years, classes or words and cannot be added up. Make it of each book."
            )
    rows: list[Row] = []
    adds: list[int] = []
    has_total = True
    for book, report in zip(books, reports, strict=True):
        offset = len(rows) + 1
        rows.append(
            Row(
                kind="section", label=f"{book.source.title}: {report.subtitle}", new_page=offset > 1
            )
        )
        rows += [
            structs.replace(row, adds=tuple(at + offset for at in row.adds)) for row in report.rows
        ]
        whole = _whole(report)
        has_total = has_total and whole is not None
        adds += [at + offset for at in whole or ()]
    if adds and has_total:
        rows.append(Row(kind="total", label=ALL_BOOKS, adds=tuple(adds)))
    together = Report(
        name=first.name,
        title=f"{first.title}, {len(books)} books",
        subtitle=_subtitle(reports),
        period=first.period,
        as_at=max(report.as_at for report in reports),
        currency=first.currency,
        columns=[
            _column([report.columns[at] for report in reports]) for at in range(len(first.columns))
        ],
        rows=rows,
        notes=[*_notes(books, reports)],
        ties=[
            Tie(f"{book.source.title}: {tie.title}", tie.report, tie.ledger, tie.fund)
            for book, report in zip(books, reports, strict=True)
            for tie in report.ties
        ],
        warnings=[
            f"{book.source.title}: {said}"
            for book, report in zip(books, reports, strict=True)
            for said in report.warnings
        ],
        standing=_standing(books, reports),
    )
    together = footed(together)
    return structs.replace(together, payload=_payload(together, books, reports))


def _unlike(keys: Sequence[str], report: Report) -> str:
    own = [column.key for column in report.columns]
    apart = [key for key in (*keys, *own) if (key in keys) != (key in own)]
    return ", ".join(apart) or "in another order"


def _whole(report: Report) -> list[int] | None:
    """Return the totals that are the whole of a report, each figure once: those that add up no
    other total, where one total adds up all of these or there is but one. None where there is no
    such one: its tables are of different things, which are never added.
    """
    totals = {at: row.adds for at, row in enumerate(report.rows) if row.kind == "total"}
    inner = [at for at, adds in totals.items() if adds and not totals.keys() & set(adds)]
    over = [set(adds) for at, adds in totals.items() if at not in inner]
    if len(inner) > 1 and not any(adds.issuperset(inner) for adds in over):
        return None
    return inner


def _column(columns: Sequence[Column]) -> Column:
    """Return a column under the title that all books give it; where each names a day of its own,
    what the titles begin with.
    """
    titles = [column.title for column in columns]
    if len(set(titles)) == 1:
        return columns[0]
    words = []
    for alike in zip(*(title.split() for title in titles), strict=False):
        if len(set(alike)) > 1:
            break
        words.append(alike[0])
    end = "at the end" if columns[0].adds else "before"
    return structs.replace(columns[0], title=f"{' '.join(words).removesuffix(' at')}, {end}")


def _subtitle(reports: Sequence[Report]) -> str:
    said = dict.fromkeys(report.subtitle for report in reports)
    return next(iter(said)) if len(said) == 1 else "Each book over its own days"


def _notes(books: Sequence[Made], reports: Sequence[Report]) -> Iterator[str]:
    """Yield what all books say, and what only some do with the book's title."""
    yield (
        "Each book is reported by its own calendar, recognition and rates; labels are each book's "
        "own. The total adds up what the books say in the same column."
    )
    said = Counter(note for report in reports for note in dict.fromkeys(report.notes))
    shared = [note for note in reports[0].notes if said[note] == len(reports)]
    yield from shared
    for book, report in zip(books, reports, strict=True):
        yield from (f"{book.source.title}: {note}" for note in report.notes if note not in shared)


def _standing(books: Sequence[Made], reports: Sequence[Report]) -> Standing:
    states = [each.standing.state if each.standing else "provisional" for each in reports]
    state = least_certain(states)
    said = [
        f"{book.source.title} {STATES[own].title.lower()}"
        for book, own in zip(books, states, strict=True)
    ]
    return Standing(state, f"{STATES[state].title}: {'; '.join(said)}.")


def _payload(
    together: Report, books: Sequence[Made], reports: Sequence[Report]
) -> Mapping[str, Any]:
    last = together.rows[-1]
    amounts = {
        column.key: last.values.get(column.key)
        for column in together.columns
        if column.kind == "amount" and column.key in last.values
    }
    return {
        "report": together.name,
        "currency": together.currency,
        "books": [
            {"book": book.source.title, **to_document(report)}
            for book, report in zip(books, reports, strict=True)
        ],
        "total": amounts if last.label == ALL_BOOKS else None,
        "notes": list(together.notes),
    }
