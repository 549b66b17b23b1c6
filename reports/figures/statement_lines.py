"""The lines of the financial statements: what each is called and which accounts it adds up."""

from __future__ import annotations

from msgspec import Struct
from pledgebook.reports.figures.frameworks import Framework
from pledgebook.reports.figures.ties import AMENDED, FOUND, MOVED, POLICY


class Line(Struct, frozen=True, kw_only=True):
    """One line: its key, its words, the kinds of account it adds up.

    `rare` ones are left out where there is nothing to show. A seal names `always` ones though they
    are nil, as seals did from the first, and a line added since only where there is something, so
    that seals made before it stay what they are. Below the result, `adjusts` tells what adjusts
    balances directly under any framework.
    """

    key: str
    title: str
    kinds: tuple[str, ...]
    rare: bool = False
    always: bool = False
    adjusts: bool = False


INCOME = (
    Line(
        key="contributions", title="Voluntary contributions", kinds=("contributions",), always=True
    ),
    Line(
        key="exchange",
        title="Exchange on contributions",
        kinds=("exchange", "revaluation"),
        always=True,
    ),
    Line(
        key="exchange_on_cash",
        title="Exchange on cash",
        kinds=("exchange-on-cash",),
        rare=True,
        always=True,
    ),
    Line(key="interest", title="Interest", kinds=("interest",), always=True),
    Line(
        key="miscellaneous",
        title="Miscellaneous income",
        kinds=("miscellaneous",),
        rare=True,
    ),
    Line(
        key="support_income",
        title="Programme support income",
        kinds=("programme-support-income",),
        always=True,
    ),
)
EXPENDITURE = (
    Line(key="programme", title="Programme", kinds=("programme",), always=True),
    Line(
        key="support_costs",
        title="Programme support costs",
        kinds=("programme-support",),
        always=True,
    ),
    Line(key="bank_charges", title="Bank charges", kinds=("bank-charges",), always=True),
    Line(
        key="bilateral",
        title="Delivered by donors, bilateral and other forms",
        kinds=("bilateral",),
        rare=True,
    ),
)
BELOW = (
    Line(
        key="prior_period",
        title="Prior-period adjustments (amended prior pledges)",
        kinds=(AMENDED,),
        always=True,
    ),
    Line(
        key="moved_prior",
        title="Prior-period adjustments (moves between classes)",
        kinds=(MOVED,),
        rare=True,
        adjusts=True,
    ),
    Line(
        key="corrections",
        title="Prior-period adjustments (omissions and errors)",
        kinds=(FOUND, "correction"),
        rare=True,
        adjusts=True,
    ),
    Line(
        key="policy_changes",
        title="Changes of recognition policy",
        kinds=(POLICY,),
        rare=True,
        adjusts=True,
    ),
    Line(
        key="savings",
        title="Savings on prior-period obligations",
        kinds=("savings",),
        rare=True,
        always=True,
    ),
    Line(key="written_off", title="Contributions written off", kinds=("written-off",), always=True),
    Line(key="refunds", title="Refunds to donors", kinds=("refunds",), always=True),
    Line(
        key="transfers",
        title="Transfers between funds",
        kinds=("transfers",),
        adjusts=True,
        always=True,
    ),
)
RESERVES = ("opening-balance", "operating-reserve", "reserved")
ASSETS = (
    Line(key="cash", title="Cash", kinds=("cash",), always=True),
    Line(key="receivable_due", title="Contributions receivable, due", kinds=(), always=True),
    Line(
        key="receivable_later",
        title="Contributions receivable, later periods",
        kinds=(),
        always=True,
    ),
    Line(
        key="receivable_conditional",
        title="Contributions receivable, conditional",
        kinds=(),
        rare=True,
    ),
    Line(key="notes", title="Promissory notes", kinds=("notes",), rare=True),
    Line(key="due_from", title="Due from other funds", kinds=("due-from",), always=True),
    Line(
        key="errors_found",
        title="Errors found later, settled since",
        kinds=(),
        rare=True,
    ),
)
LIABILITIES = (
    Line(key="deferred", title="Deferred contributions", kinds=("deferred",), always=True),
    Line(key="in_advance", title="Received in advance", kinds=("in-advance",), always=True),
    Line(key="unapplied", title="Unapplied receipts", kinds=("unapplied",), always=True),
    Line(
        key="payable",
        title="Payable to donors",
        kinds=("payable-to-donors",),
        rare=True,
        always=True,
    ),
    Line(key="obligations", title="Obligations", kinds=("obligations",), rare=True, always=True),
    Line(key="due_to", title="Due to other funds", kinds=("due-to",), always=True),
)
CASH_MOVEMENTS = (
    Line(
        key="cash_receivable",
        title="(Increase) decrease in contributions receivable",
        kinds=("pledges",),
        rare=True,
    ),
    Line(
        key="cash_notes",
        title="(Increase) decrease in promissory notes",
        kinds=("notes",),
        rare=True,
    ),
    Line(
        key="cash_deferred",
        title="Increase (decrease) in deferred contributions",
        kinds=("deferred",),
        rare=True,
    ),
    Line(
        key="cash_in_advance",
        title="Increase (decrease) in money received in advance",
        kinds=("in-advance",),
        rare=True,
    ),
    Line(
        key="cash_unapplied",
        title="Increase (decrease) in unapplied receipts",
        kinds=("unapplied",),
        rare=True,
    ),
    Line(
        key="cash_payable",
        title="Increase (decrease) in what is payable to donors",
        kinds=("payable-to-donors",),
        rare=True,
    ),
    Line(
        key="cash_obligations",
        title="Increase (decrease) in obligations",
        kinds=("obligations",),
        rare=True,
    ),
    Line(
        key="cash_between",
        title="Balances with other funds",
        kinds=("due-from", "due-to"),
        rare=True,
    ),
)
"""Lines of the position whose movement is in the result and moved no cash, or the other way
round."""
CASH_OPERATING = (
    *CASH_MOVEMENTS,
    Line(
        key="cash_without",
        title="Written off, saved and adjusted without cash",
        kinds=(),
        rare=True,
    ),
    Line(key="cash_less_interest", title="Less: interest", kinds=(), rare=True),
    Line(key="cash_less_exchange", title="Less: exchange on cash", kinds=(), rare=True),
)
CASH_EXCHANGE = Line(key="cash_exchange", title="Exchange on cash", kinds=(), rare=True)
UNSEALED_NIL = frozenset({"restated_errors", "restated_policy"}).union(
    line.key for line in (*INCOME, *EXPENDITURE, *BELOW, *ASSETS, *LIABILITIES) if not line.always
)
"""Keys that a seal leaves out where they are nil: all that were added since the first."""
RESULT = tuple(kind for line in (*INCOME, *EXPENDITURE, *BELOW) for kind in line.kinds)


def lines_below(framework: Framework) -> list[Line]:
    """Return the lines that stand below the period's result."""
    return [line for line in BELOW if line.adjusts or not framework.all_in_result]
