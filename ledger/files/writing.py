"""Saving entries into a book: at the right place, or not at all.

A new entry is put where its event belongs in its day. What would be written is first tried: the
book is loaded as it would be, with the new contents in place of those on disk. If it would have an
error, nothing is written and the files stay as they were.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType

from beancount.core.data import Transaction
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.files.late import is_drafted, why_too_late
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.ordering import order_of, rank_of
from pledgebook.ledger.files.reading import matches
from pledgebook.ledger.findings import BookRefusedError, Finding, WouldBreakError
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.sources import as_content, reading


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


def write_entries(
    book: Book,
    drafts: Sequence[Draft],
    others: Mapping[Path, str] = MappingProxyType({}),
    *,
    only_try: bool = False,
    heard: list[Finding] | None = None,
) -> list[Path]:
    """Write drafts into the book's period files, and with them the texts of `others` of its files;
    return the files written. With `only_try` everything is tried and nothing written. To `heard`
    are added the notices that the book then has of these entries.

    Raises BookRefusedError, and changes nothing, if the book has errors, would have one, or was
    changed on disk since it was loaded.
    """
    if not drafts and not others:
        return []
    if book.errors:
        raise BookRefusedError(
            f"{book.path.name} has errors, so nothing is written to it. First: "
            f"{error_sentence(book.errors[0])}"
        )
    for draft in drafts:
        refuse_sealed(book, draft.date)
    by_file: dict[Path, list[Draft]] = {}
    for draft in drafts:
        by_file.setdefault(file_of(book, draft.date), []).append(draft)
    texts: dict[Path, str] = dict(others)
    for path, own in by_file.items():
        texts[path] = insert_entries(book.text_of(path), own, places_in(book, path))
    _include_new(book, texts)

    def listen(tried: Sequence[Book]) -> Mapping[Path, str]:
        if heard is not None:
            heard.extend(
                notice
                for notice in tried[0].notices
                if isinstance(notice.entry, Transaction) and is_drafted(notice.entry, drafts)
            )
        return {}

    try:
        write_texts(book, texts, (), listen, only_try=only_try)
    except WouldBreakError as refusal:
        why = why_too_late(book, drafts, refusal.cause)
        raise BookRefusedError(f"Nothing was written. {why}") if why else refusal from None
    return [] if only_try else [*by_file, *others]


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
    prove: Callable[[Sequence[Book]], Mapping[Path, str]] | None = None,
    *,
    only_try: bool = False,
) -> None:
    """Replace files of the book by these texts: all of them or, if the book or one of the other
    main files in `books` would have an error, none. The main file is replaced last.

    `prove` sees the books as they would be (the book, then `books`) and may raise; the files it
    returns (which no book includes) are written first. With `only_try` nothing is written. Raises
    BookRefusedError.
    """
    instead = {path: _content(book, path, text) for path, text in texts.items()}
    tried = [load_book(path, instead) for path in (book.path, *books)]
    for each in tried:
        _refuse_errors(each)
    with reading(instead):
        beside = prove(tried) if prove else {}
    if only_try:
        return
    for path in texts:
        if path not in books:
            book.content_of(path)  # looked at again right before it is replaced
    written = {
        **{path: text.encode() for path, text in beside.items()},
        **{
            path: _content(book, path, texts[path])
            for path in sorted(texts, key=lambda path: path == book.path)
        },
    }
    before = {path: path.read_bytes() if path.exists() else None for path in written}
    try:
        for path, new in written.items():
            path.parent.mkdir(exist_ok=True)
            replace_file(path, new)
    except OSError:
        for path, content in before.items():
            if content is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(content)
        raise


def insert_entries(
    text: str, drafts: Iterable[Draft], places: Sequence[tuple[tuple[date, int], int]]
) -> str:
    """Return a file's text with the drafts put in, each before the first entry that comes after it
    by date and event. `places` gives (date, rank) and line of the entries that stand there; what
    stands there is not touched.
    """
    lines = text.removesuffix("\n").split("\n") if text else []  # as Beancount counts lines
    at: dict[int, list[str]] = {}
    for draft in sorted(drafts, key=lambda draft: (draft.date, rank_of(draft.event))):
        wanted = (draft.date, rank_of(draft.event))
        later = [line for key, line in places if key > wanted]
        same_day = [line for key, line in places if key[0] == draft.date and key <= wanted]
        if same_day:  # whatever the order of days in the file, those of one day follow it
            later = [line for _, line in places if line > max(same_day)]
        number = min(later) - 1 if later else len(lines)
        while later and number > 0 and lines[number - 1].startswith(";"):
            number -= 1  # a comment right above an entry belongs to it
        at.setdefault(number, []).append(draft.text().rstrip("\n"))
    result: list[str] = []
    for number in range(len(lines) + 1):
        for entry in at.get(number, ()):
            if result and result[-1].strip():
                result.append("")
            result.extend([entry, ""])
        if number < len(lines) and not (
            number in at and not lines[number].strip() and not result[-1].strip()
        ):
            result.append(lines[number])
    return "\n".join(result).rstrip("\n") + "\n"


def text_without(book: Book, path: Path, unwanted: Callable[[Transaction], bool]) -> str:
    """Return a file's text without the transactions that `unwanted` tells."""
    lines = book.text_of(path).split("\n")
    gone: set[int] = set()
    for entry in book.entries:
        if not isinstance(entry, Transaction) or Path(str(entry.meta["filename"])) != path:
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


def span_of(lines: Sequence[str], entry: Transaction) -> range:
    """Return which of a file's lines an entry takes, counted from 0."""
    start = int(entry.meta["lineno"]) - 1
    end = start + 1
    while end < len(lines) and lines[end][:1].isspace():
        end += 1
    return range(start, end)


def places_in(book: Book, path: Path) -> list[tuple[tuple[date, int], int]]:
    """Return (date, rank) and line of each transaction of a file of the book."""
    name = str(path)
    return [
        (order_of(entry, book.settings), entry.meta["lineno"])
        for entry in book.entries
        if isinstance(entry, Transaction) and entry.meta["filename"] == name
    ]


def _content(book: Book, path: Path, text: str) -> bytes:
    """Return a text as the bytes of its file, its lines ended as they are; those of a new file as
    the main file's.
    """
    return as_content(text, (path if path.exists() else book.path).read_bytes())


def _include_new(book: Book, texts: dict[Path, str]) -> None:
    """Let the main file include the files that are new to the book."""
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
        name = path.relative_to(book.folder).as_posix()
        main = main.rstrip("\n") + f'\ninclude "{name}"\n'
    texts[book.path] = main


def _refuse_errors(tried: Book) -> None:
    if tried.errors:
        sentence = error_sentence(tried.errors[0]).replace(f"{tried.folder}{os.sep}", "")
        raise WouldBreakError(
            f"The book would have {len(tried.errors)} error(s), so nothing was written. First: "
            f"{sentence}",
            tried.errors[0],
        )


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file: whole or not at all, on disk when this returns."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, name)
        else:
            Path(name).chmod(0o644)
        os.replace(name, path)  # noqa: PTH105 - the atomic call, by its own name
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def error_sentence(error: object) -> str:
    """Return an error of Beancount's or ours as "file:line: sentence"."""
    source = getattr(error, "source", None) or {}
    place = f"{source.get('filename', '')}:{source.get('lineno', 0)}"
    return f"{place}: {getattr(error, 'message', error)}"
