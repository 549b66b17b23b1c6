"""Contributions: the biennium at a glance, fund by fund."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pledgebook.reports.desk.loaded import Desk
from pledgebook.reports.desk.page import Page
from pledgebook.reports.desk.texts import marked
from pledgebook.reports.schedule import make_schedule
from pledgebook.reports.selection import select


class Contributions(Page):
    """The page that is looked at first."""

    title = marked("Contributions")

    def view(self, desk: Desk, asked: Mapping[str, str]) -> Mapping[str, Any]:
        """Return the figures of each fund and class in the period asked for."""
        period = asked.get("period") or None
        selection = desk.once(("selection", period), lambda: select(desk.book, period))
        made = desk.once(("schedule", period), lambda: make_schedule(selection))
        return {"selection": selection, "sections": made.sections}
