"""Seals: what a closed period said, so that any later change of it is found and named.

A seal is the SHA-256 over canonical records of the period's entries as booked, before any plugin
adds to them: white space, comments, the order of files and the way a number is written change
nothing; every change of meaning does. Beside it stand separate digests of the declarations and of
the rates up to the period's end, and the reports themselves, so that `verify` can say which of
them, or the program, made a difference. The digests stand in the book (`custom "seal"`), the
records and reports in sealed/PERIOD.json.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from beancount.core import data
from beancount.core.amount import Amount
from beancount.core.data import Custom, Directive, Posting, Price, Transaction
from beancount.parser import booking, parser
from pledgebook.ledger.declared.declarations import FORMS
from pledgebook.ledger.declared.periods import Period
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.findings import BookRefusedError, place_of
from pledgebook.ledger.money import format_units, to_cents
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.history import CLOSES, FOLDER, HISTORY, carried_from, is_closing
from pledgebook.ledger.sources import source_of

_NOT_SETTINGS = frozenset(
    {"seal", "reopening", "statement", "alias", "announcement", "letterhead", "addressee"}
    | {"official-receipt", "void-receipt", "letter", "answer"}
)
"""Declarations no report rests on: those about seals, what banks said, what sheets call donors,
and all about letters."""

_TECHNICAL = frozenset({"filename", "lineno"})
_NOT_SEALED = (data.Open, data.Close, data.Commodity, Price)

Figures = Mapping[str, object]
"""The reports of a period as JSON documents, by name."""

MakeFigures = Callable[[Book, str], Figures]
"""Makes the reports of a period; the command gives it, since reports are no part of the ledger."""


@dataclass(frozen=True, slots=True)
class Record:
    """One directive in its canonical form, and where it stands (unknown for a sealed one)."""

    text: str
    file: str = ""
    line: int = 0

    @property
    def day(self) -> str:
        """The directive's date."""
        return str(json.loads(self.text)[0])

    @property
    def title(self) -> str:
        """What a person knows it by: payee and narration, else its kind and first values."""
        kind, *rest = json.loads(self.text)[1:]
        if kind == "transaction":
            return " ".join(filter(None, rest[1:3]))
        if kind == "custom":
            return " ".join([kind, rest[0], *(json.dumps(each, ensure_ascii=False)
                                              for each in rest[1][:_NAMING])])  # fmt: skip
        return " ".join(str(word) for word in (kind, *rest[:2]) if isinstance(word, str))


_NAMING = 2
"""Values of a declaration that tell it from others of its kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What is sealed of a period."""

    period: str
    entries: tuple[Record, ...]
    declarations: tuple[Record, ...]
    rates: tuple[Record, ...]
    figures: Figures

    @property
    def sha256(self) -> str:
        """The seal proper: the digest of the entries."""
        return digest_of_records(self.entries)

    def digests(self) -> dict[str, str]:
        """Return what stands beside the seal in the book."""
        return {
            "declarations": digest_of_records(self.declarations),
            "rates": digest_of_records(self.rates),
            "figures": _sha256(_text(self.figures)),
        }

    def document(self) -> str:
        """Return the text of sealed/PERIOD.json."""
        content = {
            "period": self.period,
            "sha256": self.sha256,
            "digests": self.digests(),
            "figures": self.figures,
            "entries": [json.loads(record.text) for record in self.entries],
            "declarations": [json.loads(record.text) for record in self.declarations],
            "rates": [json.loads(record.text) for record in self.rates],
        }
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


@dataclass
class Verdict:
    """What verifying a period found: `differs` names what differs ("entries", "declarations",
    "rates", "figures", "program", "seal"), each with its sentences. Empty if all is as sealed.
    """

    period: str
    differs: dict[str, list[str]] = field(default_factory=dict)
    changed: list[dict[str, object]] = field(default_factory=list)
    """The entries that changed: file and line (of what stands now), date, title, and whether it
    is `added` or `missing` against the seal. A changed entry is both."""

    @property
    def holds(self) -> bool:
        """Whether everything is as sealed."""
        return not self.differs

    def say(self, what: str, sentence: str) -> None:
        """Add a sentence about something that differs."""
        self.differs.setdefault(what, []).append(sentence)


def seal_period(history: Book, period: Period, figures: Figures) -> Seal:
    """Return the seal of a period from the files of a book that holds it."""
    entries = read_written(history)
    return Seal(
        period=period.name,
        entries=_sorted(_records(_of_period(entries, period, history.folder), history.folder)),
        declarations=_sorted(_records(_declarations(entries), history.folder)),
        rates=_sorted(
            _records(
                (
                    entry
                    for entry in entries
                    if isinstance(entry, Price) and entry.date <= period.end
                ),
                history.folder,
            )
        ),
        figures=figures,
    )


def read_written(book: Book) -> list[Directive]:
    """Return the directives of a book's files as booked, before any plugin."""
    entries: list[Directive] = []
    for path in book.files:
        content = source_of(path)
        entries.extend(parser.parse_string(content, report_filename=str(path))[0])
    entries.sort(key=data.entry_sortkey)
    booked, _ = booking.book(entries, book.options)  # type: ignore[no-untyped-call]
    return list(booked)


def book_until(book: Book, day: date) -> Book:
    """Return a book without the transactions after `day`: a closed period's figures are made
    from it, so that nothing recorded later can move them.
    """
    return book.with_entries(
        entry for entry in book.entries if not isinstance(entry, Transaction) or entry.date <= day
    )


def read_seal(path: Path) -> Seal:
    """Read sealed/PERIOD.json. Raises BookRefusedError if it cannot be read."""
    try:
        content = json.loads(path.read_text("utf-8"))
        entries, declarations, rates = (
            tuple(Record(_text(record)) for record in content[key])
            for key in ("entries", "declarations", "rates")
        )
        return Seal(
            period=str(content["period"]),
            entries=entries,
            declarations=declarations,
            rates=rates,
            figures=content["figures"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BookRefusedError(
            f"{path.parent.name}/{path.name} cannot be read as a sealed period ({error}): take it "
            "from a backup."
        ) from error


def verify_seals(main: Path, make_figures: MakeFigures) -> list[Verdict]:
    """Recompute every sealed period of a book from its files and say what differs."""
    book = load_book(main)
    folder = book.folder
    sealed = {path.stem for path in (folder / FOLDER).glob("*.json")}
    path = folder / HISTORY
    history = load_book(path) if path.is_file() else None
    ended = (
        {str(entry.meta.get(CLOSES)) for entry in history.entries if is_closing(entry)}
        if history
        else ()
    )
    names = [
        name
        for name in book.settings.periods.names()
        if name in {*sealed, *book.settings.seals, *ended}
    ]
    written = read_written(history) if history else []
    return [_verify(book, history, written, name, make_figures) for name in names]


def _verify(
    book: Book,
    history: Book | None,
    written: Sequence[Directive],
    name: str,
    make_figures: MakeFigures,
) -> Verdict:
    verdict = Verdict(name)
    stated = book.settings.seals.get(name)
    path = book.folder / FOLDER / f"{name}.json"
    try:
        seal = read_seal(path)
    except BookRefusedError as error:
        verdict.say("seal", str(error))
        return verdict
    if stated is None:
        verdict.say("seal", f'The book has no custom "seal" "{name}", but {FOLDER}/{name}.json.')
    elif (stated.sha256, stated.digests) != (seal.sha256, seal.digests()):
        verdict.say(
            "seal",
            f'{FOLDER}/{name}.json is not what custom "seal" "{name}" states: one of them was '
            "changed. Take them from a backup.",
        )
    if history is None:
        verdict.say("seal", f"{HISTORY} is missing: take it from a backup.")
        return verdict
    period = next(each for each in book.settings.periods if each.name == name)
    errors = [
        error
        for error in history.errors
        if getattr(getattr(error, "entry", None), "date", period.start) in period
    ]
    if errors:
        first = errors[0]
        source = getattr(first, "source", None) or {}
        verdict.say(
            "entries",
            f"{HISTORY} has {len(errors)} error(s) here. First: "
            f"{place_of(source)}: {getattr(first, 'message', first)}",
        )
    _compare_entries(verdict, seal, written, period, history.folder)
    settled = _compare_set(
        verdict, "declarations", seal.declarations, _records(_declarations(written), history.folder)
    )
    now = [entry for entry in written if isinstance(entry, Price) and entry.date <= period.end]
    settled += _compare_set(verdict, "rates", seal.rates, _records(now, history.folder))
    _compare_figures(verdict, seal, make_figures(book_until(history, period.end), name), settled)
    return verdict


def _compare_entries(
    verdict: Verdict, seal: Seal, written: Sequence[Directive], period: Period, folder: Path
) -> None:
    now = list(_records(_of_period(written, period, folder), folder))
    missing, added = _differences(seal.entries, now)
    for record, what in [
        *((each, "missing") for each in missing),
        *((each, "added") for each in added),
    ]:
        verdict.changed.append(
            {
                "date": record.day,
                "title": record.title,
                "what": what,
                "file": record.file,
                "line": record.line,
            }
        )
        place = f"{record.file}:{record.line}: " if record.file else ""
        said = (
            "stands there now and was not sealed"
            if what == "added"
            else "was sealed and is not there now"
        )
        verdict.say("entries", f"{place}{record.day} {record.title!r} {said}.")


def _compare_set(
    verdict: Verdict, what: str, sealed: Iterable[Record], now: Iterable[Record]
) -> list[Record]:
    """Compare what may grow after the closing; return what was added, which matters only if the
    figures differ.
    """
    missing, added = _differences(sealed, now)
    for record in missing:
        verdict.say(what, f"{record.day} {record.title} was sealed and is not there now.")
    if missing:
        for record in added:
            verdict.say(
                what, f"{record.file}:{record.line}: {record.day} {record.title} was not sealed."
            )
    return added


def _compare_figures(verdict: Verdict, seal: Seal, now: Figures, added: Sequence[Record]) -> None:
    differing = list(_unequal(seal.figures, {name: now.get(name) for name in seal.figures}, ""))
    if not differing:
        return
    for at, was, is_now in differing[:20]:
        verdict.say("figures", f"{at}: sealed {was}, now {is_now}.")
    if len(differing) > 20:
        verdict.say("figures", f"and {len(differing) - 20} more.")
    if verdict.differs.keys() & {"entries", "declarations", "rates", "seal"}:
        return
    for record in added:
        verdict.say(
            "declarations",
            f"{record.file}:{record.line}: {record.day} {record.title} was added after the "
            "closing.",
        )
    if not added:
        verdict.say(
            "program",
            "Entries, declarations and rates are as sealed, so the program computes otherwise than "
            "it did. Compare its version with the one that closed the period.",
        )


def _unequal(was: object, now: object, at: str) -> Iterator[tuple[str, object, object]]:
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        for key in [*was, *(key for key in now if key not in was)]:
            yield from _unequal(was.get(key), now.get(key), f"{at}.{key}" if at else str(key))
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        for number, (one, other) in enumerate(zip(was, now, strict=True)):
            yield from _unequal(one, other, f"{at}[{number}]")
    elif was != now:
        yield at, _short(was), _short(now)


def _short(value: object) -> str:
    text = value if isinstance(value, str) else _text(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _differences(
    sealed: Iterable[Record], now: Iterable[Record]
) -> tuple[list[Record], list[Record]]:
    """Return the sealed records that are not there now, and those there now that were not sealed;
    equal ones are counted.
    """
    now = list(now)
    wanted = Counter(record.text for record in sealed)
    added = []
    for record in now:
        if wanted[record.text]:
            wanted[record.text] -= 1
        else:
            added.append(record)
    return [Record(text) for text in sorted(wanted.elements())], added


def _of_period(entries: Iterable[Directive], period: Period, folder: Path) -> Iterator[Directive]:
    """Yield the entries of a period: transactions dated in it wherever they stand, the openings
    that continue it, and what else stands in its file.
    """
    own = folder / f"{period.name}.beancount"
    for entry in entries:
        if isinstance(entry, Transaction):
            if entry.date in period or carried_from(entry) == period.name:
                yield entry
        elif not isinstance(entry, _NOT_SEALED) and Path(str(entry.meta["filename"])) == own:
            yield entry


def _declarations(entries: Iterable[Directive]) -> Iterator[Directive]:
    for entry in entries:
        if isinstance(entry, Custom) and entry.type in FORMS and entry.type not in _NOT_SETTINGS:
            yield entry


def _records(entries: Iterable[Directive], folder: Path) -> Iterator[Record]:
    for entry in entries:
        path = Path(str(entry.meta.get("filename", "")))
        file = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
        yield Record(_text(canonical(entry, folder)), file, int(entry.meta.get("lineno", 0) or 0))


def _sorted(records: Iterable[Record]) -> tuple[Record, ...]:
    return tuple(sorted(records, key=lambda record: record.text))


def digest_of_records(records: Iterable[Record]) -> str:
    """Return the SHA-256 over records, a line each, in the order of their text."""
    return _sha256("\n".join(sorted(record.text for record in records)))


def canonical(entry: Directive, folder: Path) -> list[object]:
    """Return a booked directive as a list of plain values: date, kind, then its fields, metadata
    last. Numbers are written in one way; a lot's cost is its total in cents.
    """
    head = [entry.date.isoformat(), type(entry).__name__.lower()]
    if isinstance(entry, Transaction):
        return [
            *head,
            entry.flag,
            entry.payee or "",
            entry.narration or "",
            sorted(entry.tags or ()),
            sorted(entry.links or ()),
            [_posting(posting) for posting in entry.postings],
            _meta(entry.meta),
        ]
    fields: list[object] = []
    for name, value in entry._asdict().items():
        if name == "filename" and Path(str(value)).is_relative_to(folder):
            fields.append(Path(str(value)).relative_to(folder).as_posix())
        elif name not in {"meta", "date", "diff_amount"}:
            fields.append(_plain(value))
    return [*head, *fields, _meta(entry.meta)]


def _posting(posting: Posting) -> list[object]:
    units, cost = posting.units, posting.cost
    number = getattr(units, "number", None)
    per_unit = getattr(cost, "number", None)
    total = None
    if isinstance(number, Decimal) and isinstance(per_unit, Decimal):
        total = f"{to_cents(number * per_unit):f} {cost.currency}" if cost else None
    return [
        posting.account,
        _plain(number),
        getattr(units, "currency", None),
        total,
        _plain(getattr(cost, "date", None)),
        getattr(cost, "label", None),
        _plain(posting.price),
        posting.flag,
        _meta(posting.meta),
    ]


def _meta(meta: Mapping[str, Any] | None) -> dict[str, object]:
    return {
        key: _plain(value)
        for key, value in sorted((meta or {}).items())
        if key not in _TECHNICAL and not key.startswith("__")
    }


def _plain(value: object) -> object:
    if isinstance(value, Amount):
        return f"{_plain(value.number)} {value.currency}"
    if isinstance(value, Decimal):
        return format_units(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(map(str, value))
    if isinstance(value, tuple) and hasattr(value, "value"):  # a value of a custom directive
        return _plain(value.value)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, (str, bool, int)) else str(value)


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
