"""Today: what waits for somebody, each where it is done, and what was written last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from flask import Response, request
from pledgebook.desk.choices import Choices
from pledgebook.desk.inbox import inbox_folder, judge_file_once
from pledgebook.desk.inbox_files import find_file, list_files
from pledgebook.desk.loaded import Desk, desk_of
from pledgebook.desk.page import Page, address, served
from pledgebook.desk.texts import gettext as _
from pledgebook.desk.texts import marked, ngettext
from pledgebook.ledger.files.log import read_log
from pledgebook.ledger.findings import RefusedError
from pledgebook.ledger.guards.approval import waiting_entries
from pledgebook.ledger.matching.receipts import waiting_receipts
from pledgebook.ledger.register.instalments import list_instalments

_WRITES = 5
"""Writes that are shown, the latest first."""


class Waiting(NamedTuple):
    """Something that waits: how much of it, in words, and the address where it is done."""

    words: str
    where: str


class Today(Page):
    """The page a day begins with."""

    title = marked("Today")

    def view(self, desk: Desk, asked: Mapping[str, str]) -> Mapping[str, Any]:
        """Return what waits, the files of the inbox that were not imported, and the last writes."""
        del asked
        files = list_files(desk, inbox_folder(self.ledger))
        log = read_log(desk.book)
        return {
            "waiting": desk.once(("today", date.today()), lambda: list(_waiting(desk))),  # noqa: DTZ011
            "files": files,
            "writes": log.writes[::-1][:_WRITES],
            "undone": {write.undoes for write in log.writes if write.undoes},
            "notices": desk.once(
                "notices-by-rule", lambda: Counter(each.rule for each in desk.book.notices)
            ),
        }

    @served("rows")
    def rows(self) -> Response:
        """Say how many rows of a file of the inbox are new, and how many wait."""
        desk = desk_of(self.ledger)
        path = find_file(inbox_folder(self.ledger), request.args.get("file", ""))
        return Response(_rows(desk, path), mimetype="text/plain")


def _rows(desk: Desk, path: Path) -> str:
    try:
        result = judge_file_once(desk, path, Choices())
    except RefusedError as error:
        return str(error)
    new = sum(file.count("imported", "amended") for file in result.files)
    new += sum(len(file.drafts) for file in result.statements)
    waiting = sum(file.count("waiting", "rejected") for file in result.files)
    asked = sum(not each.answer for file in result.files for each in file.questions)
    said = [ngettext("%(num)s to take", "%(num)s to take", new)] if new else []
    if waiting:
        said.append(ngettext("%(num)s row waits", "%(num)s rows wait", waiting))
        said.append(ngettext("%(num)s question", "%(num)s questions", asked))
    return ", ".join(said) or _("nothing to do")


def _waiting(desk: Desk) -> Iterator[Waiting]:
    """Yield what waits in the book, the most pressing first. Errors are said above each page."""
    book, today = desk.book, date.today()  # noqa: DTZ011 - the day where the user is
    if receipts := waiting_receipts(book):
        words = ngettext(
            "%(num)s receipt is not matched yet", "%(num)s receipts are not matched yet",
            len(receipts),
        )  # fmt: skip
        yield Waiting(words, address("Reconcile"))
    if entries := waiting_entries(book.entries, book.settings):
        words = ngettext(
            "%(num)s entry waits for approval", "%(num)s entries wait for approval", len(entries)
        )
        yield Waiting(words, address("Contributions", rule="waiting"))
    if overdue := sum(line.overdue for line in list_instalments(book.register, today)):
        words = ngettext(
            "%(num)s instalment is overdue", "%(num)s instalments are overdue", overdue
        )
        yield Waiting(words, address("Reports", name="ageing"))
    for period in book.settings.periods:
        if period.end < today and period.name not in book.settings.seals:
            words = _("The period %(period)s has ended and is not closed", period=period.name)
            yield Waiting(words, address("Reports", name="schedule", period=period.name))
