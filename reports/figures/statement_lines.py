"""The lines of the financial statements: what each is called and which accounts it adds up."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

from pledgebook.reports.figures.frameworks import Framework
from pledgebook.reports.figures.ties import AMENDED, FOUND, MOVED, POLICY


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its key, its words, the kinds of account it adds up.

    `rare` ones are left out where there is nothing to show. A seal holds `late` ones only where
    there is something: seals made before there was such a line stay what they are. Below the
    result, `adjusts` tells what adjusts balances directly under any framework.
    """

    key: str
    title: str
    kinds: tuple[str, ...]
    _: KW_ONLY
    rare: bool = False
    late: bool = False
    adjusts: bool = False


INCOME = (
    Line("contributions", "Voluntary contributions", ("contributions",)),
    Line("exchange", "Exchange on contributions", ("exchange", "revaluation")),
    Line("exchange_on_cash", "Exchange on cash", ("exchange-on-cash",), rare=True),
    Line("interest", "Interest", ("interest",)),
    Line("miscellaneous", "Miscellaneous income", ("miscellaneous",), rare=True, late=True),
    Line("support_income", "Programme support income", ("programme-support-income",)),
)
EXPENDITURE = (
    Line("programme", "Programme", ("programme",)),
    Line("support_costs", "Programme support costs", ("programme-support",)),
    Line("bank_charges", "Bank charges", ("bank-charges",)),
)
BELOW = (
    Line("prior_period", "Prior-period adjustments (amended prior pledges)", (AMENDED,)),
    Line(
        "moved_prior",
        "Prior-period adjustments (moves between classes)",
        (MOVED,),
        rare=True,
        late=True,
        adjusts=True,
    ),
    Line(
        "corrections",
        "Prior-period adjustments (omissions and errors)",
        (FOUND, "correction"),
        rare=True,
        late=True,
        adjusts=True,
    ),
    Line(
        "policy_changes",
        "Changes of recognition policy",
        (POLICY,),
        rare=True,
        late=True,
        adjusts=True,
    ),
    Line("savings", "Savings on prior-period obligations", ("savings",), rare=True),
    Line("written_off", "Contributions written off", ("written-off",)),
    Line("refunds", "Refunds to donors", ("refunds",)),
    Line("transfers", "Transfers between funds", ("transfers",), adjusts=True),
)
RESERVES = ("opening-balance", "operating-reserve", "reserved")
ASSETS = (
    Line("cash", "Cash", ("cash",)),
    Line("receivable_due", "Contributions receivable, due", ()),
    Line("receivable_later", "Contributions receivable, later periods", ()),
    Line(
        "receivable_conditional",
        "Contributions receivable, conditional",
        (),
        rare=True,
        late=True,
    ),
    Line("due_from", "Due from other funds", ("due-from",)),
    Line("errors_found", "Errors found later, settled since", (), rare=True, late=True),
)
LIABILITIES = (
    Line("deferred", "Deferred contributions", ("deferred",)),
    Line("in_advance", "Received in advance", ("in-advance",)),
    Line("unapplied", "Unapplied receipts", ("unapplied",)),
    Line("payable", "Payable to donors", ("payable-to-donors",), rare=True),
    Line("obligations", "Obligations", ("obligations",), rare=True),
    Line("due_to", "Due to other funds", ("due-to",)),
)
CASH_MOVEMENTS = (
    Line(
        "cash_receivable",
        "(Increase) decrease in contributions receivable",
        ("pledges",),
        rare=True,
    ),
    Line(
        "cash_deferred", "Increase (decrease) in deferred contributions", ("deferred",), rare=True
    ),
    Line(
        "cash_in_advance",
        "Increase (decrease) in money received in advance",
        ("in-advance",),
        rare=True,
    ),
    Line("cash_unapplied", "Increase (decrease) in unapplied receipts", ("unapplied",), rare=True),
    Line(
        "cash_payable",
        "Increase (decrease) in what is payable to donors",
        ("payable-to-donors",),
        rare=True,
    ),
    Line("cash_obligations", "Increase (decrease) in obligations", ("obligations",), rare=True),
    Line("cash_between", "Balances with other funds", ("due-from", "due-to"), rare=True),
)
"""Lines of the position whose movement is in the result and moved no cash, or the other way
round."""
CASH_OPERATING = (
    *CASH_MOVEMENTS,
    Line("cash_without", "Written off, saved and adjusted without cash", (), rare=True),
    Line("cash_less_interest", "Less: interest", (), rare=True),
    Line("cash_less_exchange", "Less: exchange on cash", (), rare=True),
)
CASH_EXCHANGE = Line("cash_exchange", "Exchange on cash", (), rare=True)
LATE = frozenset({"restated_errors", "restated_policy"}).union(
    line.key for line in (*INCOME, *EXPENDITURE, *BELOW, *ASSETS, *LIABILITIES) if line.late
)
RESULT = tuple(kind for line in (*INCOME, *EXPENDITURE, *BELOW) for kind in line.kinds)


def lines_below(framework: Framework) -> list[Line]:
    """Return the lines that stand below the period's result."""
    return [line for line in BELOW if line.adjusts or not framework.all_in_result]
