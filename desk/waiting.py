"""What waits for somebody: found once a load, for Today and for the counts beside the pages.

The rows of the inbox take longest, as each file is read and judged against the book: one file a
request is looked at (`look_at_next`), and until then nothing is said of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from pledgebook.desk.choices import Choices
from pledgebook.desk.inbox import judge_file_once
from pledgebook.desk.inbox_files import InboxFile, list_files, stamp_of
from pledgebook.desk.loaded import Desk
from pledgebook.desk.rates import rates_of
from pledgebook.desk.texts import gettext as _
from pledgebook.desk.texts import ngettext
from pledgebook.ledger.correspondence.reports_due import reports_expected
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.findings import RefusedError
from pledgebook.ledger.guards.approval import waiting_entries
from pledgebook.ledger.matching.receipts import waiting_receipts
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.instalments import list_instalments
from pledgebook.ledger.rules import head_of_rule

_SOON = timedelta(days=30)
_APPROVAL = "waiting"
_STATEMENTS = ("statement-differs", "statement-open")
"""Rules of what is listed by itself: entries to approve, statements that differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Something that waits: of a kind, how many and, where it is money, how much; `name` is
    the period or rule it is of. `page` and `asked` say where it is done.
    """

    kind: str
    number: int
    page: str
    asked: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    value: Decimal | None = None

    @property
    def words(self) -> str:
        """What waits, to be read after its number."""
        return _words(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsOfFile:
    """What is left to do of a file of the inbox: entries to book, rows that wait, open questions;
    `refused` says why it cannot be read.
    """

    new: int = 0
    waiting: int = 0
    questions: int = 0
    refused: str = ""

    @property
    def words(self) -> str:
        """All of it in a line."""
        said = [ngettext("%(num)s to book", "%(num)s to book", self.new)] if self.new else []
        if self.waiting:
            said.append(ngettext("%(num)s row waits", "%(num)s rows wait", self.waiting))
        if self.questions:
            said.append(ngettext("%(num)s question", "%(num)s questions", self.questions))
        return self.refused or ", ".join(said) or _("nothing to do")


def left_of(file: InboxFile, rows: RowsOfFile) -> str:
    """Say what is left of a file or, where nothing is, when it was booked."""
    return file.words if file.imported and rows == RowsOfFile() else rows.words


_DONE: dict[Path, tuple[str, int]] = {}
"""Imported files of which nothing was left when they were looked at, with their stamps and how many
entries were of them: that stays so as long as these do, so they are not read again at each load."""


def files_of(desk: Desk, folder: Path) -> list[tuple[InboxFile, RowsOfFile | None]]:
    """Return the files of the inbox, each with what is left of it; None for what was not looked at
    since the book was loaded.
    """
    entries = desk.once("entries by file", lambda: _entries_by_file(desk))
    found: list[tuple[InboxFile, RowsOfFile | None]] = []
    for each in list_files(desk, folder):
        stamp = stamp_of(folder / each.name)
        done = _DONE.get(folder / each.name) == (stamp, entries[each.name])
        found.append((each, RowsOfFile() if done else desk.looked_at.get(stamp)))
    return found


def look_at_next(desk: Desk, folder: Path) -> bool:
    """Look at the next file of the inbox that was not looked at; tell whether there is another."""
    left = [each for each, rows in files_of(desk, folder) if rows is None]
    if left:
        path = folder / left[0].name
        rows, stamp = _look_at(desk, path), stamp_of(path)
        desk.looked_at[stamp] = rows
        if left[0].imported and rows == RowsOfFile():
            entries = desk.once("entries by file", lambda: _entries_by_file(desk))
            _DONE[path] = stamp, entries[path.name]
    return len(left) > 1


def rows_of_inbox(desk: Desk, folder: Path) -> int:
    """Return how many rows of the inbox are to book or wait, as far as its files were looked at."""
    return sum(rows.new + rows.waiting for _file, rows in files_of(desk, folder) if rows)


def what_waits(desk: Desk, folder: Path, today: date) -> list[Waiting]:
    """Return what waits, the most pressing first: rows of the inbox as far as its files were looked
    at, and what the book itself has. Errors are said above each page.
    """
    number = rows_of_inbox(desk, folder)
    in_inbox = [Waiting(kind="rows", number=number, page="Inbox")] if number else []
    return in_inbox + desk.once(("waits", today), lambda: list(_in_book(desk, today)))


def count_by_page(waiting: Sequence[Waiting]) -> dict[str, tuple[int, str]]:
    """Return how much waits on each page, and what in words."""
    numbers: Counter[str] = Counter()
    words: dict[str, list[str]] = {}
    for each in waiting:
        numbers[each.page] += each.number
        words.setdefault(each.page, []).append(f"{each.number} {each.words}")
    return {page: (number, "\n".join(words[page])) for page, number in numbers.items()}


def _entries_by_file(desk: Desk) -> Counter[str]:
    """Return how many entries of the book name each file as their source."""
    sources = (as_text(each.meta.get("source", "")) for each in desk.book.entries)
    return Counter(source.partition("#")[0] for source in sources if source)


def _look_at(desk: Desk, path: Path) -> RowsOfFile:
    try:
        if (rates := rates_of(desk, path)) is not None:
            counts = rates.counts()
            waits, asks = counts["waiting"] + counts["amended"], bool(rates.file.asked)
            return RowsOfFile(new=counts["imported"], waiting=waits, questions=int(asks))
        result = judge_file_once(desk, path, Choices())
    except RefusedError as error:
        return RowsOfFile(refused=str(error))
    new = sum(file.count("imported", "amended") for file in result.files)
    new += sum(len(file.drafts) for file in result.statements)
    return RowsOfFile(
        new=new,
        waiting=sum(file.count("waiting", "rejected") for file in result.files),
        questions=sum(not each.answer for file in result.files for each in file.questions),
    )


def _in_book(desk: Desk, today: date) -> Iterator[Waiting]:
    book = desk.book
    if receipts := waiting_receipts(book):
        value = sum((each.value for each in receipts), ZERO)
        yield Waiting(kind="receipts", number=len(receipts), page="Reconcile", value=value)
    if entries := waiting_entries(book.entries, book.settings):
        yield Waiting(kind="approvals", number=len(entries), page="Record")
    overdue = [each.carrying for each in list_instalments(book.register, today) if each.overdue]
    if overdue:
        declared = book.settings.periods.of(today) is not None
        yield Waiting(
            kind="overdue",
            number=len(overdue),
            page="Reports",
            asked={"name": "ageing"} | ({"as_at": str(today)} if declared else {}),
            value=sum(overdue, ZERO),
        )
    yield from _reports_due(desk, today)
    rules = Counter(each.rule for each in book.findings)
    if differ := sum(rules[rule] for rule in _STATEMENTS):
        yield Waiting(kind="statements", number=differ, page="Reconcile")
    for period in book.settings.periods:
        if period.end < today and period.name not in book.settings.seals:
            asked = {"period": period.name}
            yield Waiting(kind="period", number=1, page="Close", asked=asked, name=period.name)
    for rule, number in Counter(each.rule for each in book.notices).most_common():
        if rule not in (_APPROVAL, *_STATEMENTS):
            asked = {"rule": rule}
            yield Waiting(
                kind="notice", number=number, page="Contributions", asked=asked, name=rule
            )


def _reports_due(desk: Desk, today: date) -> Iterator[Waiting]:
    """Yield the reports to donors that are overdue, and those that are due soon."""
    book = desk.book
    left = [each for each in reports_expected(book.entries, book.settings) if each.sent is None]
    late = [each for each in left if each.is_overdue(today)]
    soon = [each for each in left if today <= each.due.day <= today + _SOON]
    for kind, own in (("reports-overdue", late), ("reports-due", soon)):
        if own:
            asked = {"name": "reports-due"}
            yield Waiting(kind=kind, number=len(own), page="Reports", asked=asked)


def _words(waiting: Waiting) -> str:
    number = waiting.number
    match waiting.kind:
        case "rows":
            return ngettext("row in the inbox", "rows in the inbox", number)
        case "receipts":
            return ngettext("receipt is not matched yet", "receipts are not matched yet", number)
        case "approvals":
            return ngettext("entry waits for approval", "entries wait for approval", number)
        case "overdue":
            return ngettext("instalment is overdue", "instalments are overdue", number)
        case "reports-overdue":
            return ngettext("report to a donor is overdue", "reports to donors are overdue", number)
        case "reports-due":
            return ngettext(
                "report to a donor is due within 30 days",
                "reports to donors are due within 30 days",
                number,
            )
        case "statements":
            return ngettext(
                "statement differs from the ledger", "statements differ from the ledger", number
            )
        case "period":
            return _("period has ended and is not closed: %(period)s", period=waiting.name)
        case _:
            return _(head_of_rule(waiting.name))
