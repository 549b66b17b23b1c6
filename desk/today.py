"""Today: what waits for somebody, each where it is done, and what was written last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify
from pledgebook.desk.choosing import present_day
from pledgebook.desk.inbox import inbox_folder
from pledgebook.desk.loaded import Desk, desk_of
from pledgebook.desk.page import Page, served
from pledgebook.desk.rights import ANY
from pledgebook.desk.setup import still_to_be_said
from pledgebook.desk.texts import marked
from pledgebook.desk.waiting import (
    Waiting,
    count_by_page,
    files_of,
    left_of,
    look_at_next,
    what_waits,
)
from pledgebook.ledger.files.log import read_log

_WRITES = 5
"""Writes that are shown, the latest first."""


class Today(Page):
    """The page a day begins with."""

    title = marked("Today")
    role = ANY

    def view(self, desk: Desk, asked: Mapping[str, str]) -> Mapping[str, Any]:
        """Return what waits, what Setup wants, the files of the inbox with what is left of each,
        and the last writes.
        """
        del asked
        log = read_log(desk.book)
        waiting = self._waiting(desk)
        return {
            "waiting": [each for each in waiting if each.kind != "notice"],
            "notices": [each for each in waiting if each.kind == "notice"],
            "wanting": desk.once("wanting", lambda: still_to_be_said(desk.book)),
            "files": files_of(desk, inbox_folder(self.ledger)),
            "left_of": left_of,
            "writes": log.writes[::-1][:_WRITES],
            "undone": {write.undoes for write in log.writes if write.undoes},
        }

    @served("waits")
    def waits(self) -> Response:
        """Say how much waits on each page, and what is left of each file of the inbox, after one
        file more was looked at; `more` tells whether there is another.
        """
        desk, folder = desk_of(self.ledger), inbox_folder(self.ledger)
        more = look_at_next(desk, folder)
        files = {each.name: left_of(each, rows) for each, rows in files_of(desk, folder) if rows}
        counts = count_by_page(self._waiting(desk))
        return jsonify({"counts": counts, "files": files, "more": more})

    def _waiting(self, desk: Desk) -> list[Waiting]:
        today = present_day()
        return what_waits(desk, inbox_folder(self.ledger), today)
