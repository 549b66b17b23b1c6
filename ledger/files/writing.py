"""Saving entries into a book: at the right place, or not at all.

A new entry is put where its event belongs in its day. What would be written is first tried on a
shadow of the book; if the book would then have an error, nothing is written and the files stay as
they were.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import accumulate, pairwise
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType

from beancount.core.data import Transaction
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.files.late import which_drafted, why_too_late
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.ordering import order_of, rank_of
from pledgebook.ledger.findings import BookRefusedError, Finding, WouldBreakError
from pledgebook.ledger.register.book import Book, digest_of


def file_for(settings: Settings, day: date) -> str:
    """Return the name of the file that holds the entries of `day`: its period's."""
    period = settings.periods.of(day)
    return f"{period.name if period else day.year}.beancount"


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
        target = book.folder / file_for(book.settings, draft.date)
        by_file.setdefault(target, []).append(draft)
    texts: dict[Path, str] = dict(others)
    for path, own in by_file.items():
        old = _unchanged(book, path)
        texts[path] = insert_entries(old.decode("utf-8"), own, places_in(book, path))
    _include_new(book, texts)

    def listen(tried: Sequence[Book]) -> Mapping[Path, str]:
        if heard is not None:
            is_drafted = which_drafted(drafts)
            heard.extend(
                notice
                for notice in tried[0].notices
                if isinstance(notice.entry, Transaction) and is_drafted(notice.entry)
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
    mains = (book.path, *books)
    with _shadow(book, mains, texts) as shadow:
        tried = [load_book(shadow / path.name) for path in mains]
        for each in tried:
            _refuse_errors(each, shadow)
        beside = prove(tried) if prove else {}
    if only_try:
        return
    for path in texts:
        if path not in books:
            _unchanged(book, path)  # looked at again right before it is replaced
    written = {
        **beside,
        **{path: texts[path] for path in sorted(texts, key=lambda path: path == book.path)},
    }
    before = {path: path.read_bytes() if path.exists() else None for path in written}
    try:
        for path, text in written.items():
            path.parent.mkdir(exist_ok=True)
            replace_file(path, text)
    except OSError:
        for path, content in before.items():
            if content is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(content)
        raise


Place = tuple[tuple[date, int], int]
"""Where an entry stands in a file: its day and the place of its event in it, and its line."""


def insert_entries(text: str, drafts: Iterable[Draft], places: Iterable[Place]) -> str:
    """Return a file's text with the drafts put in, each before the first entry that comes after it
    by date and event. `places` tells of the entries that stand there; what stands there is not
    touched.
    """
    lines = text.removesuffix("\n").split("\n") if text else []  # as Beancount counts lines
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
    lines = path.read_text("utf-8").split("\n")
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


def span_of(lines: Sequence[str], entry: Transaction) -> range:
    """Return which of a file's lines an entry takes, counted from 0."""
    start = int(entry.meta["lineno"]) - 1
    end = start + 1
    while end < len(lines) and lines[end][:1].isspace():
        end += 1
    return range(start, end)


def places_in(book: Book, path: Path) -> list[Place]:
    """Return the place of each transaction of a file of the book."""
    names = book.names_of(path)
    return [
        (order_of(entry, book.settings), entry.meta["lineno"])
        for entry in book.entries
        if isinstance(entry, Transaction) and entry.meta["filename"] in names
    ]


def _unchanged(book: Book, path: Path) -> bytes:
    """Return a file's content, which must be what the book was loaded from."""
    content = path.read_bytes() if path.exists() else b""
    known = path.resolve()
    if content and known not in book.digests:
        # As a write leaves it that was ended between a new file and the line that includes it.
        raise BookRefusedError(
            f"{path.name} stands beside the book, but the book does not include it; nothing was "
            f'written. Look at it, then add include "{path.name}" to {book.path.name}, or move it '
            "away."
        )
    if digest_of(content) != book.digests.get(known, digest_of(b"")):
        raise BookRefusedError(
            f"{path.name} was changed by another program meanwhile; nothing was written. "
            "Run the command again."
        )
    return content


def _include_new(book: Book, texts: dict[Path, str]) -> None:
    known = {path.resolve() for path in book.files}
    missing = [path for path in texts if path.resolve() not in known]
    if not missing:
        return
    main = texts.get(book.path) or _unchanged(book, book.path).decode("utf-8")
    for path in missing:
        main = main.rstrip("\n") + f'\ninclude "{path.name}"\n'
    texts[book.path] = main


@contextmanager
def _shadow(book: Book, mains: Sequence[Path], texts: Mapping[Path, str]) -> Iterator[Path]:
    """Make a folder with the book as it would be: links to everything that does not change, but
    for main files, whose links would lead back into the book.
    """
    with tempfile.TemporaryDirectory(prefix="pledgebook-") as name:
        shadow = Path(name).resolve()
        for item in book.folder.iterdir():
            if item in mains and item not in texts:
                shutil.copyfile(item, shadow / item.name)
            elif item not in texts and not item.name.endswith(".picklecache"):
                _link(item, shadow / item.name)
        for path, text in texts.items():
            (shadow / path.name).write_text(text, "utf-8")
        yield shadow


def _refuse_errors(tried: Book, shadow: Path) -> None:
    if tried.errors:
        sentence = error_sentence(tried.errors[0]).replace(f"{shadow}{os.sep}", "")
        raise WouldBreakError(
            f"The book would have {len(tried.errors)} error(s), so nothing was written. First: "
            f"{sentence}",
            tried.errors[0],
        )


def _link(item: Path, at: Path) -> None:
    try:
        at.symlink_to(item, target_is_directory=item.is_dir())
    except OSError:  # where links need a privilege, as on Windows
        if item.is_dir():
            shutil.copytree(item, at)
        else:
            shutil.copy2(item, at)


def replace_file(path: Path, text: str) -> None:
    """Replace a file by a text: whole or not at all, on disk when this returns. Of a link what it
    leads to is replaced.
    """
    path = path.resolve()
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
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
