"""Reports that agreements ask for, and which of them were sent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from beancount.core.data import Directive
from msgspec import Struct
from pledgebook.ledger.correspondence.letters import SentLetter, read_letters
from pledgebook.ledger.declared.agreements import DonorAgreement, ReportDue
from pledgebook.ledger.declared.settings import Settings


class Expected(Struct, frozen=True, kw_only=True):
    """A report that an agreement asks for, and the letter by which it was sent, if it was."""

    agreement: DonorAgreement
    due: ReportDue
    sent: SentLetter | None = None

    def is_overdue(self, day: date) -> bool:
        """Tell whether it should have been sent before a day and was not."""
        return self.sent is None and self.due.day < day


def reports_expected(
    entries: Iterable[Directive], settings: Settings, until: date = date.max
) -> list[Expected]:
    """Return the reports that the agreements ask for, in the order of their days; one is sent if a
    letter up to a day names its agreement and the day on which it was due.
    """
    sent: dict[tuple[str, date | None], SentLetter] = {}
    for letter in read_letters(entries) if settings.agreements else ():
        if letter.agreement and letter.sent_on <= until:
            sent.setdefault((letter.agreement, letter.report_due), letter)
    found = [
        Expected(agreement=agreement, due=due, sent=sent.get((agreement.reference, due.day)))
        for agreement in settings.agreements.values()
        for due in agreement.reports
    ]
    return sorted(found, key=lambda each: (each.due.day, each.due.agreement, each.due.kind))
