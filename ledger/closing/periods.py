"""Closing a period, and opening it again.

A period is a file. Closing ends it with its closing entries, begins the next period's file with
the opening, moves its include from the main file to history.beancount, and writes the seal. The
book is loaded as it would be first; the reports of the period made from history.beancount, and
those of the main book before, must be the same, and the next book must begin with what the period
left, or nothing is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from beancount.core.data import Directive, Transaction
from msgspec import structs
from pledgebook.ledger.closing.carrying import find_lost
from pledgebook.ledger.closing.earlier import is_proven, say_proven
from pledgebook.ledger.closing.entries import Carried, carry_forward
from pledgebook.ledger.closing.hindering import find_hindrances
from pledgebook.ledger.closing.seals import (
    FIRST,
    Figures,
    MakeFigures,
    Seal,
    book_until,
    chain_of,
    read_seal,
    seal_period,
)
from pledgebook.ledger.closing.signing import signature_of
from pledgebook.ledger.declared.declarations import write_declaration
from pledgebook.ledger.declared.delegations import CLOSED
from pledgebook.ledger.declared.periods import Period
from pledgebook.ledger.files.committing import Changes
from pledgebook.ledger.files.declaring import declare_period, exchange_file, following_period
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.writing import (
    file_for,
    insert_entries,
    places_in,
    refusal_of_errors,
    text_without,
    try_texts,
    write_texts,
)
from pledgebook.ledger.findings import BookRefusedError
from pledgebook.ledger.guards.announcements import read_announcements
from pledgebook.ledger.guards.delegation import closers_fault
from pledgebook.ledger.parsing import quoted
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.history import (
    CLOSES,
    FOLDER,
    HISTORY,
    carried_from,
    is_closing,
)
from pledgebook.ledger.sources import source_of

SEALS = "seals.beancount"
"""The file of the book that holds its seals."""

ANNOUNCEMENTS = "announcements.beancount"
"""The file that keeps what donors announced in periods that are closed: no seal is on it."""

_DAY = timedelta(days=1)
_HEAD = "; Closed periods and their seals. Written by pledgebook close and reopen; do not edit.\n"
_ANNOUNCED = "; What donors announced in closed periods: take a line out once it is pledged.\n"
_HISTORY_HEAD = (
    "; All periods of the book, the closed ones too: for reports over several periods and for\n"
    "; pledgebook verify. Written by pledgebook close. Everything else is in the main file.\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """What closing a period wrote."""

    period: str
    opened: date
    """The first day of the next period, on which its opening is dated."""
    sha256: str
    """The chain of the seal: the digest of all that is sealed, and of the seals before."""
    written: tuple[Path, ...]
    declared: str = ""
    """The name of the next period, where it was declared with the closing."""


def close_period(
    book: Book,
    name: str,
    make_figures: MakeFigures,
    sign: Callable[[str], str] | None = None,
    by: str = "",
) -> Closed:
    """Close a declared period of a book: write its closing, the next one's opening and the seal.
    The next period is declared with it, where it is not yet and follows from this one.

    `sign` makes a signature of what is sealed; `by` is who closes it, which the closing keeps as
    `closed-by:` and a fund with four eyes asks for. Raises RefusedError with a sentence, and writes
    nothing, if the book has errors, something in the period waits (an approval, a release), its
    entries stand with others', an earlier period is open, or its reports cannot be made.
    """
    period = _period(book, name)
    own = book.folder / f"{name}.beancount"
    _refuse_unready(book, period)
    first = period.end + _DAY
    _refuse_one_hand(book, period, by)
    declared = _next_declared(book, name, first)
    known = declared.book
    following = book.folder / file_for(known.settings, first)
    carried = _closed_by(carry_forward(known, period, first), by)
    seals = book.folder / SEALS
    closed = [
        each
        for each in book.settings.periods
        if each.end < period.start and each.name in book.settings.seals
    ]
    names = [each.name for each in (*closed, period)]
    main = _exchange_include(declared.text_of(book.path), own.name, following.name, SEALS)
    history = book.folder / HISTORY
    kept, announced = _without_announcements(book, own)
    begun = declared.text_of(following)
    texts = {
        **declared.texts,
        own: insert_entries(kept, carried.closing, places_in(book, own)),
        following: insert_entries(begun, carried.opening, places_in(known, following)),
        # Tried with as much as the period concerns, where the rest is proven.
        history: _history(
            main, book.path, names[-2:] if is_proven(book, period, closed) else names
        ),
    }
    if announced:
        still = book.folder / ANNOUNCEMENTS
        texts[still] = (book.text_of(still) or _ANNOUNCED) + "\n" + "\n".join(announced) + "\n"
        if not _includes(main, still.name):
            main = main.rstrip("\n") + f'\ninclude "{still.name}"\n'
    until = book_until(known, period.end)
    before = make_figures(until, name)
    _refuse_untied(name, before)
    others = [line for line in _seal_lines(book.text_of(seals)) if not _names(line, "seal", name)]
    # Tried with a seal of nothing: what it states is known only from the files as they will be.
    texts[seals] = _seal_text([*others, _seal_line(period, "0" * 64, {})])
    texts[book.path] = main
    made: list[Seal] = []
    sealed = book.folder / FOLDER / f"{name}.json"
    beside: dict[Path, bytes | None] = {}
    before_it = chain_of(book.settings.seals[closed[-1].name]) if closed else FIRST

    def prove(tried: Sequence[Book]) -> Changes:
        figures = make_figures(book_until(tried[1], period.end), name)
        if figures != before:
            raise BookRefusedError(
                f"The reports of {name} would not be the same once it is closed, which is a fault "
                "of this program and none of the book's; nothing was written."
            )
        lost = find_lost(until, tried[0], name, period.end, first)
        if lost:
            raise BookRefusedError(
                f"What {name} left would not all be carried forward, which is a fault of this "
                f"program and none of the book's; nothing was written. {lost}"
            )
        seal = seal_period(tried[1], period, figures, before_it)
        made.append(seal)
        texts[seals] = _seal_text([*others, _seal_line(period, seal.sha256, seal.digests())])
        texts[history] = _history(main, book.path, names, say_proven(_files(book, names)))
        document = seal.document()
        beside[sealed] = document.encode()
        if sign is not None:
            beside[signature_of(sealed)] = sign(document).encode()
        return beside

    try_texts(book, texts, [history], prove, declared.gone).write()
    return Closed(
        period=name,
        opened=first,
        sha256=made[0].chain,
        written=(*texts, *beside),
        declared=declared.name,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Declared:
    """The book with the period after the one that is closed declared: what of its files changes by
    that, which go, and the period's name; "" where nothing was to be declared.
    """

    book: Book
    before: Book
    texts: Mapping[Path, str]
    gone: Changes
    name: str = ""

    def text_of(self, path: Path) -> str:
        """Return the text of a file of the book as it then is."""
        return self.texts[path] if path in self.texts else self.before.text_of(path)


def _next_declared(book: Book, name: str, first: date) -> _Declared:
    """Declare the period that follows, where it can be told from the one that is closed. What was
    entered in it so far stands in the file of its first year, which becomes the period's.
    """
    as_it_is = _Declared(book=book, before=book, texts={}, gone={})
    found = following_period(book, name)
    if found is None:
        return as_it_is
    texts = dict(declare_period(book, *found).texts)
    gone: dict[Path, bytes | None] = {}
    old = book.folder / file_for(book.settings, first)
    new = old.with_name(f"{found[2]}.beancount")
    later = {
        Path(str(entry.meta["filename"]))
        for entry in book.entries
        if isinstance(entry, Transaction) and entry.date >= first
    }
    if later - {old, new}:
        return as_it_is  # entries of it stand elsewhere: a person says where they belong
    if old in book.files and old != new:
        main = texts.get(book.path) or book.text_of(book.path)
        texts |= {book.path: exchange_file(main, old.name, new.name), new: book.text_of(old)}
        gone[old] = None
    instead = {path.resolve(): text.encode() for path, text in texts.items()}
    tried = load_book(book.path, {**instead, **{path.resolve(): None for path in gone}})
    if tried.errors:
        return as_it_is
    return _Declared(book=tried, before=book, texts=texts, gone=gone, name=found[2])


def _closed_by(carried: Carried, by: str) -> Carried:
    who = " ".join(by.split())
    if not who:
        return carried
    closing = [each.noted(meta={CLOSED: who}) for each in carried.closing]
    return replace(carried, closing=closing)


def _refuse_one_hand(book: Book, period: Period, by: str) -> None:
    """Refuse that the person closes who entered and approved, where a fund asks for four eyes."""
    strict = [code for code, fund in book.settings.funds.items() if fund.four_eyes]
    if strict and not by.strip():
        raise BookRefusedError(
            f"{strict[0]} asks for four eyes, so {period.name} is closed by somebody who is named: "
            "say who, with --by NAME."
        )
    said = closers_fault(book.entries, book.settings, by, period) if by.strip() else ""
    if said:
        raise BookRefusedError(said)


def reopen_period(book: Book, name: str, authority: str, day: date) -> list[Path]:
    """Open a sealed period again on someone's authority, and return the files written.

    The figures as sealed are kept as sealed/PERIOD.1.json (2, 3 …); the authority stands in the
    book, and reports of the period say from then on that they are restated. Raises
    BookRefusedError, and writes nothing, if the period is not sealed or a later one is.
    """
    period = _period(book, name)
    settings = book.settings
    if not authority.strip():
        raise BookRefusedError("Re-opening a period needs the authority that approved it: name it.")
    if name not in settings.seals:
        raise BookRefusedError(f"The period {name} is not closed, so there is nothing to re-open.")
    later = [
        each.name
        for each in settings.periods
        if each.start > period.start and each.name in settings.seals
    ]
    if later:
        raise BookRefusedError(
            f"The period {later[-1]} is closed and begins with what {name} left: re-open "
            f"{later[-1]} first."
        )
    if book.errors:
        raise refusal_of_errors(book)
    number = 1 + sum(each.period == name for each in settings.reopenings)
    own, seals = book.folder / f"{name}.beancount", book.folder / SEALS
    sealed = book.folder / FOLDER / f"{name}.json"
    kept = sealed.with_name(f"{name}.{number}.json")
    history = load_book(book.folder / HISTORY)
    following = {
        Path(str(entry.meta["filename"]))
        for entry in history.entries
        if carried_from(entry) == name
    }
    texts = {
        path: text_without(
            history, path, lambda entry: carried_from(entry) == name or _ends(entry, name)
        )
        for path in {own, *following}
    }
    lines = [line for line in _seal_lines(book.text_of(seals)) if not _names(line, "seal", name)]
    texts[seals] = _seal_text(
        [
            *lines,
            write_declaration(
                "reopening",
                period.end,
                name,
                str(number),
                meta={
                    "authority": authority,
                    "reopened-on": day,
                    "figures": f"{FOLDER}/{kept.name}",
                    "seal": read_seal(sealed).chain,
                },
            ),
        ]
    )
    main = book.text_of(book.path)
    if not _includes(main, own.name):
        main = main.rstrip("\n") + f'\ninclude "{own.name}"\n'
    texts[book.path] = main
    closed = [each for each in settings.periods.names() if each in settings.seals and each != name]
    texts[book.folder / HISTORY] = _history(
        main, book.path, closed, say_proven(_files(book, closed))
    )
    keep: dict[Path, bytes | None] = {kept: _content(sealed), sealed: None}
    signature = signature_of(sealed)
    if signature.is_file():
        keep |= {signature_of(kept): _content(signature), signature: None}
    write_texts(_knowing(book, history), texts, [book.folder / HISTORY], lambda _: keep)
    return [*texts, *(path for path, content in keep.items() if content is not None)]


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _period(book: Book, name: str) -> Period:
    period = book.settings.periods.called(name)
    if period is not None:
        return period
    declared = ", ".join(book.settings.periods.names()) or "none"
    raise BookRefusedError(
        f"The book declares no period {name!r} (declared: {declared}): name one of these."
    )


def _refuse_unready(book: Book, period: Period) -> None:
    """Raise the first reason why a period cannot be closed."""
    if period.name in book.settings.seals:
        raise BookRefusedError(f"The period {period.name} is closed already.")
    for each in find_hindrances(book, period):
        raise BookRefusedError(each.message)


def _refuse_untied(name: str, figures: Figures) -> None:
    """Refuse to seal reports that say themselves that they do not agree with the ledger."""
    for report, document in figures.items():
        parts = document.values() if isinstance(document, Mapping) else ()
        if any(isinstance(part, Mapping) and part.get("agrees") is False for part in parts):
            raise BookRefusedError(
                f"The {report} of {name} does not agree with the ledger: pledgebook check names "
                "the entries."
            )


def _ends(entry: Directive, name: str) -> bool:
    return is_closing(entry) and str(entry.meta.get(CLOSES)) == name


def _without_announcements(book: Book, own: Path) -> tuple[str, list[str]]:
    """Return the text of the period's file without its announcements, its lines where they were,
    and the announcements: they hold on after the period, and may be taken out of a closed one.
    """
    lines = book.text_of(own).split("\n")
    announced: list[str] = []
    for each in read_announcements(book.entries):
        if Path(str(each.entry.meta["filename"])) == own:
            number = each.entry.meta["lineno"] - 1
            last = number + 1
            while last < len(lines) and lines[last].strip() and lines[last][:1].isspace():
                last += 1
            announced += lines[number:last]
            lines[number:last] = [""] * (last - number)
    return "\n".join(lines), announced


def _include(name: str) -> re.Pattern[str]:
    return re.compile(rf'^include\s+"(?:\./)?{re.escape(name)}"[^\n]*$', re.MULTILINE)


def _includes(text: str, name: str) -> bool:
    return bool(_include(name).search(text))


def _exchange_include(main: str, old: str, new: str, seals: str) -> str:
    """Return the main file with the closed period's include replaced by the next one's, and with
    the file of seals; Fava then proposes the next one's file too.
    """
    if not _includes(main, old):
        raise BookRefusedError(
            f'The main file has no line include "{old}" of its own, so it cannot be closed: write '
            "the include there."
        )
    lines = [f'include "{name}"' for name in (seals, new) if not _includes(main, name)]
    main = _include(old).sub("\n".join(lines), main, count=1)
    option = re.compile(rf'("fava-option"\s+"default-file"\s+)"{re.escape(old)}"')
    return option.sub(rf'\1"{new}"', main)


def _files(book: Book, closed: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the files of closed periods, by name and content."""
    paths = [book.folder / f"{name}.beancount" for name in closed]
    return ((path.name, source_of(path)) for path in paths)


def _history(main: str, path: Path, closed: Iterable[str], proven: str = "") -> str:
    """Return history.beancount: what it is proven with, the main file's options and plugins, which
    Beancount reads from the top file only, the main file, and the closed periods.
    """
    head = re.findall(r"^(?:option|plugin)\s[^\n]*$", main, re.MULTILINE)
    includes = [f'include "{path.name}"', *(f'include "{name}.beancount"' for name in closed)]
    return "\n".join([_HISTORY_HEAD + proven, *head, "", *includes]) + "\n"


def _seal_lines(text: str) -> list[str]:
    """Return the directives of the file of seals, each with its metadata."""
    found: list[str] = []
    for line in text.split("\n"):
        if line[:1].isdigit():
            found.append(line + "\n")
        elif found and line.strip() and line[:1].isspace():
            found[-1] += line + "\n"
    return found


def _seal_text(directives: Iterable[str]) -> str:
    return _HEAD + "\n" + "\n".join(sorted(directives))


def _seal_line(period: Period, sha256: str, digests: Mapping[str, str]) -> str:
    return write_declaration("seal", period.end, period.name, sha256, meta=digests)


def _names(directive: str, kind: str, period: str) -> bool:
    return f'custom "{kind}" {quoted(period)} ' in directive


def _knowing(book: Book, history: Book) -> Book:
    """Return the book with the digests of the files that only history.beancount includes."""
    return structs.replace(book, digests={**history.digests, **book.digests})
