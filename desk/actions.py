"""Where what a notice asks for is done: a page or a form, filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from beancount.core.data import Custom
from pledgebook.desk.texts import marked
from pledgebook.ledger.findings import Finding
from pledgebook.ledger.register.book import Book

_LABEL = re.compile(r"[A-Z][A-Z0-9]*-[0-9]{4}-[0-9]+\.[0-9]+")


class Action(NamedTuple):
    """What can be done, in words to be translated, and the page with what is asked of it."""

    words: str
    page: str
    asked: Mapping[str, str]


def action_for(book: Book, notice: Finding) -> Action | None:
    """Return what can be done on the desk about a notice; None where that is to look at the entry,
    or to correct it by hand.
    """
    if notice.rule == "waiting":
        return Action(marked("Approve it, or take it out"), "Record", {})
    if notice.rule == "statement-open":
        return Action(marked("Look at its lines"), "Reconcile", _statement(notice))
    if notice.rule == "answer-open":
        return Action(marked("Look at the letters"), "Letters", {})
    if notice.rule == "announcement" and isinstance(notice.entry, Custom):
        donor, fund = (str(each.value) for each in notice.entry.values[:2])
        asked = {"event": "pledge", "donor": donor, "fund": fund}
        return Action(marked("It is committed"), "Record", asked)
    label = next(
        (each for each in _LABEL.findall(notice.message) if each in book.register.by_label), ""
    )
    if notice.rule == "release-not-made" and label:
        due = book.register.by_label[label][-1].after.due
        day = book.settings.periods.start_of(due).isoformat() if due else ""
        asked = {"event": "release", "label": label, "day": day}
        return Action(marked("Record its release"), "Record", asked)
    if label:
        return Action(marked("Look at the pledge"), "Donor", {"label": label})
    return None


def _statement(notice: Finding) -> Mapping[str, str]:
    if not isinstance(notice.entry, Custom):
        return {}
    bank, number = (str(each.value) for each in notice.entry.values[:2])
    return {"statement": f"{bank} {number}"}
