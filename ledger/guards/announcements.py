"""Announcements: what a donor has said and not yet written, outside the accounts.

    2003-03-01 custom "announcement" "ITA" "CPCJF" "100,000 euros, subject to approval (made up)"

An announcement is neither pledge nor receivable and stands in no figure; `check` lists it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from beancount.core.data import Custom, Directive
from pledgebook.ledger.declared.declarations import write_declaration
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.findings import Finding, notice
from pledgebook.ledger.register.view import View

KIND = "announcement"


class Announcement(NamedTuple):
    """What was announced: the donor's and the fund's code, and the words."""

    entry: Custom
    donor: str
    fund: str
    words: str


class AnnouncementDraft(Draft, frozen=True, kw_only=True):
    """An announcement before it is written: `payee` is the donor's code, `narration` the words."""

    fund: str = ""

    def text(self) -> str:
        """Return the line as Beancount text, with its metadata."""
        said = {key: str(value) for key, value in self.meta.items()}
        return write_declaration(KIND, self.date, self.payee, self.fund, self.narration, meta=said)


def read_announcements(entries: Iterable[Directive]) -> Iterator[Announcement]:
    """Yield the well-formed announcements of a book."""
    for entry in entries:
        if isinstance(entry, Custom) and entry.type == KIND:
            texts = [value.value for value in entry.values or ()]
            if len(texts) == 3 and all(isinstance(text, str) for text in texts):
                yield Announcement(entry, *texts)


def guard(view: View) -> Iterator[Finding]:
    """Yield a notice for each announcement, so that none is forgotten."""
    settings = view.settings
    for each in read_announcements(view.entries):
        donor = settings.donors.get(each.donor)
        who = donor.name if donor else f"{each.donor!r}, which is no donor's code,"
        where = each.fund if each.fund in settings.funds else f"{each.fund!r}, which is no fund"
        yield notice(
            each.entry,
            "announcement",
            f"{who} announced for {where}: {each.words}. It is in no figure; record a pledge "
            "once it is written, and take this line out.",
        )
