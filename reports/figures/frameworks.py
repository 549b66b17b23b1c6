"""Accounting frameworks: which statement is which, and how its title names the days it is of.

Under the United Nations system accounting standards (UNSAS) income and expenditure is Statement I;
under the international public sector ones (IPSAS) the position is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct
from pledgebook.ledger.declared.periods import FRAMEWORKS, Cut
from pledgebook.reports.figures.dates import long_date

Which = Literal["performance", "position", "changes", "cash_flows", "budget"]

_LENGTHS = {12: "year", 24: "biennium"}
"""What so many months are called; any other number is a period."""


class Framework(Struct, frozen=True, kw_only=True):
    """A framework: `standards` is its full name, `statements` are the titles of its statements in
    their order, `words` what it calls lines that the other calls otherwise, by their keys.

    `all_in_result` if what donors amended, what was written off, refunded or saved is part of the
    period's result; else it stands below it, beside adjustments of earlier periods.
    """

    name: str
    standards: str
    statements: Mapping[Which, str]
    words: Mapping[str, str]
    all_in_result: bool


_FRAMEWORKS = (
    Framework(
        name="UNSAS",
        standards="the United Nations system accounting standards",
        statements={
            "performance": "Statement I: income and expenditure and changes in reserves and fund "
            "balances",
            "position": "Statement II: assets, liabilities and reserves and fund balances",
            "cash_flows": "Statement III: cash flows",
            "budget": "Schedule of expenditure against allotments",
        },
        words={},
        all_in_result=False,
    ),
    Framework(
        name="IPSAS",
        standards="the international public sector accounting standards",
        statements={
            "position": "Statement I: statement of financial position",
            "performance": "Statement II: statement of financial performance",
            "changes": "Statement III: statement of changes in net assets",
            "cash_flows": "Statement IV: statement of cash flows",
            "budget": "Statement V: comparison of budget and actual amounts",
        },
        words={
            "income": "Total revenue",
            "expenditure": "Total expenses",
            "excess": "Surplus (deficit) for the period",
            "cash_excess": "Surplus (deficit) for the period",
            "balance_before": "Net assets, beginning of period",
            "balance_after": "Net assets, end of period",
            "reserves": "Net assets",
            "liabilities_and_reserves": "Liabilities and net assets",
            "prior_period": "Pledges of earlier periods amended by donors",
            "corrections": "Omissions and errors of earlier periods",
            "cash_other": "Net cash from financing activities",
        },
        all_in_result=True,
    ),
)
_BY_NAME = {each.name: each for each in _FRAMEWORKS}


def framework_of(cut: Cut) -> Framework:
    """Return the framework that statements of a cut of time follow: its period's."""
    return _BY_NAME.get(cut.period.framework, _BY_NAME[FRAMEWORKS[0]])


def title_of(which: Which, cut: Cut) -> str:
    """Return the title of a statement with its days: the position stands as at the last one, the
    others are for the period that ended then.
    """
    title = framework_of(cut).statements[which]
    if which == "position":
        return f"{title} as at {long_date(cut.end)}"
    return f"{title} for the {days_of(cut)}"


def days_of(cut: Cut) -> str:
    """Name the days of a cut in words: "biennium 2002-2003 ended 31 December 2003"."""
    ended = f"ended {long_date(cut.end)}"
    months = 12 * (cut.end.year - cut.start.year) + cut.end.month - cut.start.month + 1
    length = _LENGTHS.get(months, "period")
    if cut.is_whole and not cut.parts:
        return f"{length} {cut.period.name} {ended}"
    if length == "year" and cut.name in {str(cut.start.year), f"FY{cut.end.year}"}:
        return f"year {cut.name} {ended}"
    return f"period from {long_date(cut.start)} to {long_date(cut.end)}"
