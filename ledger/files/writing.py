"""Saving entries into a book: at the right place, or not at all.

A new entry is put where its event belongs in its day. What would be written is first tried: the
book is loaded as it would be, with the new contents in place of those on disk. If it would have an
error, nothing is written and the files stay as they were.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import accumulate, pairwise
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType

from beancount.core.data import Directive, Transaction
from msgspec import Struct, structs
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.files import log
from pledgebook.ledger.files.caching import keep_load
from pledgebook.ledger.files.committing import Changes, commit
from pledgebook.ledger.files.late import which_drafted, why_too_late
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.ordering import order_of, rank_of
from pledgebook.ledger.files.reading import matches
from pledgebook.ledger.files.rights import refuse_without_right
from pledgebook.ledger.findings import BookRefusedError, Finding, FutureDateError, WouldBreakError
from pledgebook.ledger.occasion import on_occasion, present_occasion
from pledgebook.ledger.register.book import Book, digest_of, without_garbage_collection
from pledgebook.ledger.sources import as_content, reading

_NO_TEXTS: Mapping[Path, str] = MappingProxyType({})
_NO_CHANGES: Changes = MappingProxyType({})
Notes = Mapping[Path, Mapping[int, str]]
"""Lines of metadata that entries get, by their files and the lines below which they are put."""
_NO_NOTES: Notes = MappingProxyType({})


def file_for(settings: Settings, day: date) -> str:
    """Return the name of the file that holds the entries of `day`: its period's."""
    period = settings.periods.of(day)
    return f"{period.name if period else day.year}.beancount"


def file_of(book: Book, day: date) -> Path:
    """Return the file of a book that holds the entries of `day`: beside the main file, or in the
    one place where the book includes a file of that name.
    """
    name = file_for(book.settings, day)
    beside = book.folder / name
    own = [path for path in book.files if path.name == name and path.is_relative_to(book.folder)]
    return own[0] if len(own) == 1 else beside


class Tried(Struct, frozen=True, kw_only=True):
    """A write that was tried and not made: the book before and after it, what it changes, the paths
    it tells of, and the notices that the book then has of new entries.
    """

    before: Book
    after: Book
    changes: Changes
    paths: tuple[Path, ...]
    notices: tuple[Finding, ...] = ()
    texts: tuple[Path, ...] = ()
    """The files of the book among what changes."""
    undoes: int = 0
    emptied: tuple[str, ...] = ()
    """The write that is taken back, and the folders that went with it if they are empty then."""

    def write(self) -> Book:
        """Make the write, all of it or none, and return the book as it is then.

        Raises BookRefusedError if a file of the book was changed since it was loaded, somebody else
        is writing, or the disk does not let it; see `committing.commit`. Raises NotAllowedError if
        who acts may not write it.
        """
        refuse_without_right(self.before, self.after, self.changes)
        folder = self.before.folder
        told = {
            "changed": log.what_changes(folder, self.changes, self.texts),
            "stands": log.standing(self.after),
            "undoes": self.undoes,
        }
        commit(folder, self.changes, self.before.digests, told=told, emptied=self.emptied)
        if self.before.kept and self._is_as_tried():
            keep_load(self.after)
        return self.after

    def _is_as_tried(self) -> bool:
        """Tell whether what was written is what was loaded: a seal is completed after it."""
        loaded = self.after.digests
        return all(
            content is not None and digest_of(content) == loaded[path]
            for path, content in self.changes.items()
            if path in loaded
        )


def write_entries(
    book: Book,
    drafts: Sequence[Draft],
    others: Mapping[Path, str] = _NO_TEXTS,
    beside: Changes = _NO_CHANGES,
    *,
    notes: Notes = _NO_NOTES,
    today: date | None = None,
    future: bool = False,
) -> list[Path]:
    """Write drafts into the book's period files, and with them the texts of `others` of its files
    and what stands `beside` it (documents, decisions; None takes a file away); return the files
    written, without those beside. `notes` are lines of metadata that entries of the book get.

    An entry after `today` (the day where the user is, unless said) is refused with FutureDateError,
    unless it is meant: `future`. Raises BookRefusedError, and changes nothing, if the book has
    errors, would have one, or was changed on disk since it was loaded.
    """
    if not drafts and not others and not beside and not notes:
        return []
    tried = try_entries(book, drafts, others, beside, notes=notes, today=today, future=future)
    said = present_occasion()
    with on_occasion(structs.replace(said, what=said.what or _in_words(drafts))):
        tried.write()
    return list(tried.paths)


def _in_words(drafts: Sequence[Draft]) -> str:
    """Return what is written where nobody said so: the first entry's words, and how many follow."""
    if not drafts:
        return ""
    more = f" and {len(drafts) - 1} more" if len(drafts) > 1 else ""
    return f"{drafts[0].narration}{more}"


def try_entries(
    book: Book,
    drafts: Sequence[Draft],
    others: Mapping[Path, str] = _NO_TEXTS,
    beside: Changes = _NO_CHANGES,
    *,
    notes: Notes = _NO_NOTES,
    today: date | None = None,
    future: bool = False,
) -> Tried:
    """Try what `write_entries` would write. Raises BookRefusedError."""
    refuse_future((draft.date for draft in drafts), today=today, future=future)
    if not drafts and not others and not notes:
        return Tried(before=book, after=book, changes=beside, paths=())
    if book.errors:
        raise refusal_of_errors(book)
    for draft in drafts:
        refuse_sealed(book, draft.date)
    by_name: dict[str, list[Draft]] = {}
    for draft in drafts:
        by_name.setdefault(file_for(book.settings, draft.date), []).append(draft)
    by_file = {file_of(book, own[0].date): own for own in by_name.values()}
    texts: dict[Path, str] = dict(others)
    for path in dict.fromkeys((*by_file, *notes)):
        own, said = by_file.get(path, []), notes.get(path, {})
        texts[path] = insert_entries(book.text_of(path), own, places_in(book, path), said)
    include_new(book, texts)
    try:
        tried = try_texts(book, texts, beside=beside)
    except WouldBreakError as refusal:
        why = why_too_late(book, drafts, refusal.cause)
        raise BookRefusedError(f"Nothing was written. {why}") if why else refusal from None
    is_drafted = which_drafted(drafts)
    notices = tuple(
        notice
        for notice in tried.after.notices
        if isinstance(notice.entry, Transaction) and is_drafted(notice.entry)
    )
    paths = tuple(dict.fromkeys((*by_file, *notes, *others)))
    return structs.replace(tried, paths=paths, notices=notices)


def refuse_future(days: Iterable[date], *, today: date | None = None, future: bool = False) -> None:
    """Raise FutureDateError where a day is after `today` (the day where the user is, unless said),
    unless that is meant.
    """
    last = max(days, default=date.min)
    today = today or date.today()  # noqa: DTZ011
    if last > today and not future:
        raise FutureDateError(last, today)


def refuse_sealed(book: Book, day: date) -> None:
    """Raise BookRefusedError where nothing can be entered on a day, since its period is sealed."""
    period = book.settings.periods.of(day)
    if period is not None and period.name in book.settings.seals:
        raise BookRefusedError(
            f"{day} is in the period {period.name}, which is closed and sealed. Record a "
            "prior-period adjustment in the open period, or re-open the period on someone's "
            f"authority: pledgebook reopen {period.name}."
        )


def write_texts(
    book: Book,
    texts: Mapping[Path, str],
    books: Sequence[Path] = (),
    prove: Callable[[Sequence[Book]], Changes] | None = None,
) -> None:
    """Replace files of the book by these texts: all of them or, if the book or one of the other
    main files in `books` would have an error, none.

    `prove` sees the books as they would be (the book, then `books`) and may raise; the files it
    returns (which no book includes) are written too. Raises BookRefusedError.
    """
    try_texts(book, texts, books, prove).write()


def try_texts(
    book: Book,
    texts: Mapping[Path, str],
    books: Sequence[Path] = (),
    prove: Callable[[Sequence[Book]], Changes] | None = None,
    beside: Changes = _NO_CHANGES,
) -> Tried:
    """Try what `write_texts` would write, and what stands `beside`. Raises BookRefusedError."""
    # A file of the book goes, or comes back, beside what is written into the others.
    moved = {
        path: content
        for path, content in beside.items()
        if content is None or path.suffix == ".beancount"
    }
    instead = {path.resolve(): new for path, new in (moved | _contents(book, texts)).items()}
    tried = [load_book(path, instead) for path in (book.path, *books)]
    for each in tried:
        _refuse_errors(each)
    with reading(instead):
        proved = prove(tried) if prove else _NO_CHANGES
    changes = {**beside, **proved, **_contents(book, texts)}  # `prove` may have completed a text
    return Tried(
        before=book, after=tried[0], changes=changes, paths=tuple(texts), texts=tuple(texts)
    )


def _contents(book: Book, texts: Mapping[Path, str]) -> dict[Path, bytes]:
    """Return texts as the bytes of their files, the main file last: lines end as they did, those of
    a new file as the main file's.
    """
    return {
        path: as_content(texts[path], (path if path.exists() else book.path).read_bytes())
        for path in sorted(texts, key=lambda path: path == book.path)
    }


Place = tuple[tuple[date, int], int]
"""Where an entry stands in a file: its day and the place of its event in it, and its line."""


@without_garbage_collection()
def insert_entries(
    text: str,
    drafts: Iterable[Draft],
    places: Iterable[Place],
    notes: Mapping[int, str] = MappingProxyType({}),
) -> str:
    """Return a file's text with the drafts put in, each before the first entry that comes after it
    by date and event. `places` tells of the entries that stand there; what stands there is not
    touched, but for `notes`: lines that are put below lines, by these' numbers.
    """
    lines = text.removesuffix("\n").split("\n") if text else []  # as Beancount counts lines
    for number, note in notes.items():
        lines[number - 1] += f"\n{note}"
    first_after = _Order(places, len(lines) + 1)
    above: dict[int, int] = {}
    at: dict[int, list[str]] = {}
    for wanted, draft in sorted(
        (((draft.date, rank_of(draft.event)), draft) for draft in drafts), key=itemgetter(0)
    ):
        following = first_after(wanted)
        if following not in above:
            number = following - 1
            while number < len(lines) and number > 0 and lines[number - 1].startswith(";"):
                number -= 1  # a comment right above an entry belongs to it
            above[following] = number
        at.setdefault(above[following], []).append(draft.text().rstrip("\n"))
    result: list[str] = []
    taken = 0
    for number in sorted(at):
        result += lines[taken:number]
        for entry in at[number]:
            if result and result[-1].strip():
                result.append("")
            result += [entry, ""]
        blank = number < len(lines) and not lines[number].strip()
        taken = number + blank  # a blank line stands below the entries already
    result += lines[taken:]
    return "\n".join(result).rstrip("\n") + "\n"


class _Order:
    """The entries of a file in the order of what happens, so that the place of a new one is found
    without going through all of them.
    """

    def __init__(self, places: Iterable[Place], end: int) -> None:
        ordered = sorted(places)
        self._end = end
        self._keys = [key for key, _ in ordered]
        self._lines = sorted(line for _, line in ordered)
        self._lowest = [line for _, line in ordered]
        """The last line of each entry and those before it on its day."""
        for number, (one, other) in enumerate(pairwise(self._keys), 1):
            if one[0] == other[0]:
                self._lowest[number] = max(self._lowest[number], self._lowest[number - 1])
        self._highest = list(accumulate((line for _, line in reversed(ordered)), min))[::-1]
        """The first line of each entry and those after it."""

    def __call__(self, wanted: tuple[date, int]) -> int:
        """Return the line that a new entry stands before; the line after the last for none."""
        later = bisect_right(self._keys, wanted)
        if later and self._keys[later - 1][0] == wanted[0]:
            # Whatever the order of days in the file, the entries of one day follow each other.
            below = bisect_right(self._lines, self._lowest[later - 1])
            return self._lines[below] if below < len(self._lines) else self._end
        return self._highest[later] if later < len(self._highest) else self._end


def text_without(book: Book, path: Path, unwanted: Callable[[Transaction], bool]) -> str:
    """Return a file's text without the transactions that `unwanted` tells."""
    lines = book.text_of(path).split("\n")
    gone: set[int] = set()
    names = book.names_of(path)
    for entry in book.entries:
        if not isinstance(entry, Transaction) or entry.meta["filename"] not in names:
            continue
        if unwanted(entry):
            own = span_of(lines, entry)
            gone.update(own)
            if own.stop < len(lines) and not lines[own.stop]:
                gone.add(own.stop)
    return (
        "\n".join(line for number, line in enumerate(lines) if number not in gone).rstrip("\n")
        + "\n"
    )


def span_of(lines: Sequence[str], entry: Directive) -> range:
    """Return which of a file's lines a directive takes, counted from 0."""
    start = int(entry.meta["lineno"]) - 1
    end = start + 1
    while end < len(lines) and lines[end][:1].isspace():
        end += 1
    return range(start, end)


@without_garbage_collection()  # which would go through the whole book meanwhile
def places_in(book: Book, path: Path) -> list[Place]:
    """Return the place of each transaction of a file of the book."""
    names, plain = book.names_of(path), book.told_plain
    settings = book.settings
    return [
        (
            (entry.date, rank_of(told.event))
            if (told := plain.get(id(entry)))
            else order_of(entry, settings),
            entry.meta["lineno"],
        )
        for entry in book.entries
        if isinstance(entry, Transaction) and entry.meta["filename"] in names
    ]


def include_new(book: Book, texts: dict[Path, str]) -> None:
    """Let the main file include the files that are new to the book, where its text does not yet."""
    known = {path.resolve() for path in book.files}
    missing = [
        path
        for path in texts
        if path.resolve() not in known
        and not any(matches(str(path), pattern) for pattern in book.patterns)
    ]
    if not missing:
        return
    main = texts.get(book.path) or book.text_of(book.path)
    for path in missing:
        line = f'include "{path.relative_to(book.folder).as_posix()}"'
        if line not in main.split("\n"):
            main = main.rstrip("\n") + f"\n{line}\n"
            texts[book.path] = main


def refusal_of_errors(book: Book) -> BookRefusedError:
    """Return what is said where a book with errors is to be written to."""
    return BookRefusedError(
        f"{book.path.name} has errors, so nothing is written to it. First: "
        f"{error_sentence(book.errors[0])}"
    )


def _refuse_errors(tried: Book) -> None:
    if tried.errors:
        sentence = error_sentence(tried.errors[0]).replace(f"{tried.folder}{os.sep}", "")
        errors = len(tried.errors)
        said = "an error" if errors == 1 else f"{errors} errors"
        raise WouldBreakError(
            f"The book would have {said}, so nothing was written. "
            f"{'First: ' if errors > 1 else ''}{sentence}",
            tried.errors[0],
        )


def error_sentence(error: object) -> str:
    """Return an error of Beancount's or ours as "file:line: sentence"."""
    source = getattr(error, "source", None) or {}
    place = f"{source.get('filename', '')}:{source.get('lineno', 0)}"
    return f"{place}: {getattr(error, 'message', error)}"
