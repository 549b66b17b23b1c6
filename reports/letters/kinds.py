"""The letters there are. All that is to be known of one outside its module is its line here: the
command, its options and the page of a donor read this table.

Their names are the `KINDS` of `pledgebook.ledger.correspondence.letters`, by which a book knows
what was sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pledgebook.reports.letters.acknowledgement import acknowledgement, commitments
from pledgebook.reports.letters.annual_receipts import annual_receipts, receipts_of
from pledgebook.reports.letters.confirmation import confirmation, has_balance
from pledgebook.reports.letters.financial_report import agreements_of, financial_report
from pledgebook.reports.letters.letter import Letter
from pledgebook.reports.letters.paper import Order, Papers
from pledgebook.reports.letters.receipt import official_receipt
from pledgebook.reports.letters.reminder import overdue, reminder
from pledgebook.reports.letters.statement import has_statement, statement


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterKind:
    """A letter there is: `name` in files and commands, `title` on pages, `help` of its command.

    `write` makes the letter that is ordered. `is_due` says (by anything true) whether there is
    something to write of; it is None for what is issued once for a collection and kept in the
    book, and is written as it was issued. Who is named gets the letter in any case where it
    `answers_nil`; it can be limited to one pledge where it `takes_pledge`; where it is
    `of_agreements` each is on one agreement.
    """

    name: str
    title: str
    help: str
    write: Callable[[Papers, Order], Letter]
    is_due: Callable[[Papers, Order], object] | None
    answers_nil: bool = False
    takes_pledge: bool = False
    of_agreements: bool = False

    @property
    def is_issued(self) -> bool:
        """Whether it is issued for a collection, under a number."""
        return self.is_due is None


_KINDS = (
    LetterKind(
        name="statement",
        title="Statement of contributions",
        help="Write statements of contributions.",
        write=statement,
        is_due=has_statement,
    ),
    LetterKind(
        name="receipt",
        title="Official receipts",
        help="Write official receipts; --issue numbers those that are missing.",
        write=official_receipt,
        is_due=None,
    ),
    LetterKind(
        name="annual-receipts",
        title="Annual statement of official receipts",
        help="List the official receipts of a year, outside their numbering.",
        write=annual_receipts,
        is_due=receipts_of,
    ),
    LetterKind(
        name="acknowledgement",
        title="Acknowledgement",
        help="Write acknowledgements of commitments.",
        write=acknowledgement,
        is_due=commitments,
        takes_pledge=True,
    ),
    LetterKind(
        name="confirmation",
        title="Confirmation of balance",
        help="Write confirmations of balance, with a reply slip.",
        write=confirmation,
        is_due=has_balance,
        answers_nil=True,
    ),
    LetterKind(
        name="reminder",
        title="Reminder",
        help="Write reminders of what is due and unpaid.",
        write=reminder,
        is_due=overdue,
    ),
    LetterKind(
        name="financial-report",
        title="Financial report",
        help="Write the financial reports that agreements ask for.",
        write=financial_report,
        is_due=agreements_of,
        of_agreements=True,
    ),
)

LETTERS: Mapping[str, LetterKind] = {kind.name: kind for kind in _KINDS}
"""The letters by name, in the order of lists."""


def letter_kind(name: str) -> LetterKind:
    """Return the letter of a name. Raises ValueError where there is none."""
    if name not in LETTERS:
        raise ValueError(f"{name!r} is no letter: one of {', '.join(LETTERS)}")
    return LETTERS[name]
