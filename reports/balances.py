"""Statements I and II: income, expenditure and balances of each class, and what they consist of.

A table a fund with the funds operated within it: its own classes, the inner funds, what is
eliminated between them, the total and the total of the period before (of the year before, where a
year or a quarter is asked for). Figures are sums over
accounts; how contributions become income follows the policy they were booked under, or the view
that was asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from decimal import Decimal

from beancount.core.data import Transaction
from pledgebook.ledger.declared.policies import Group
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.instalments import awaits_condition
from pledgebook.reports.figures.comparatives import Totals, days_before, read_totals
from pledgebook.reports.figures.disclosures import corrections_made
from pledgebook.reports.figures.figures import Figures, contribution_figures
from pledgebook.reports.figures.layout import as_report, over_the_cut
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.table import Column, Report, Row, Tie, Value
from pledgebook.reports.figures.ties import (
    AMENDED,
    FOUND,
    MOVED,
    POLICY,
    Balances,
    balances_of,
)

NAME = "statements"
TITLE = "Statements I and II: income, expenditure and balances"
CONDITIONAL = "conditional"
ELIMINATED, TOTAL, COMPARATIVE = "eliminated", "total", "comparative"

Amounts = dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class _Line:
    """One line: its key, its words, the kinds of account it adds up.

    `rare` ones are left out where there is nothing to show. A seal holds `late` ones only where
    there is something: seals made before there was such a line stay what they are.
    """

    key: str
    title: str
    kinds: tuple[str, ...]
    _: KW_ONLY
    rare: bool = False
    late: bool = False


_INCOME = (
    _Line("contributions", "Voluntary contributions", ("contributions",)),
    _Line("exchange", "Exchange on contributions", ("exchange", "revaluation")),
    _Line("exchange_on_cash", "Exchange on cash", ("exchange-on-cash",), rare=True),
    _Line("interest", "Interest", ("interest",)),
    _Line("miscellaneous", "Miscellaneous income", ("miscellaneous",), rare=True, late=True),
    _Line("support_income", "Programme support income", ("programme-support-income",)),
)
_EXPENDITURE = (
    _Line("programme", "Programme", ("programme",)),
    _Line("support_costs", "Programme support costs", ("programme-support",)),
    _Line("bank_charges", "Bank charges", ("bank-charges",)),
)
_BELOW = (
    _Line("prior_period", "Prior-period adjustments (amended prior pledges)", (AMENDED,)),
    _Line(
        "moved_prior",
        "Prior-period adjustments (moves between classes)",
        (MOVED,),
        rare=True,
        late=True,
    ),
    _Line(
        "corrections",
        "Prior-period adjustments (omissions and errors)",
        (FOUND, "correction"),
        rare=True,
        late=True,
    ),
    _Line("policy_changes", "Changes of recognition policy", (POLICY,), rare=True, late=True),
    _Line("savings", "Savings on prior-period obligations", ("savings",), rare=True),
    _Line("written_off", "Contributions written off", ("written-off",)),
    _Line("refunds", "Refunds to donors", ("refunds",)),
    _Line("transfers", "Transfers between funds", ("transfers",)),
)
_RESERVES = ("opening-balance", "operating-reserve", "reserved")
_ASSETS = (
    _Line("cash", "Cash", ("cash",)),
    _Line("receivable_due", "Contributions receivable, due", ()),
    _Line("receivable_later", "Contributions receivable, later periods", ()),
    _Line(
        "receivable_conditional",
        "Contributions receivable, conditional",
        (),
        rare=True,
        late=True,
    ),
    _Line("due_from", "Due from other funds", ("due-from",)),
)
_LIABILITIES = (
    _Line("deferred", "Deferred contributions", ("deferred",)),
    _Line("in_advance", "Received in advance", ("in-advance",)),
    _Line("unapplied", "Unapplied receipts", ("unapplied",)),
    _Line("payable", "Payable to donors", ("payable-to-donors",), rare=True),
    _Line("obligations", "Obligations", ("obligations",), rare=True),
    _Line("due_to", "Due to other funds", ("due-to",)),
)
_LATE = frozenset(
    line.key for line in (*_INCOME, *_EXPENDITURE, *_BELOW, *_ASSETS, *_LIABILITIES) if line.late
)
_RESULT = tuple(kind for line in (*_INCOME, *_EXPENDITURE, *_BELOW) for kind in line.kinds)


@dataclass(frozen=True, slots=True)
class Statement:
    """Both statements of a fund with the funds within it: `lines` gives each line's dollars by
    column; `columns` are its classes and the inner funds. Expenditure and liabilities are positive,
    below the line a minus takes from the balance.
    """

    fund: str
    columns: tuple[str, ...]
    lines: Mapping[str, Amounts]


def make_statements(selection: Selection) -> list[Statement]:
    """Compute the statements of the selected funds over the cut, a fund within another with it."""
    settings, funds = selection.book.settings, selection.funds
    balances = balances_of(selection)
    later = _due_later(selection)
    made = []
    for fund in funds:
        if any(settings.is_within(fund, other) for other in funds):
            continue
        inner = [other for other in funds if settings.is_within(other, fund)]
        columns: dict[str, list[Group]] = {}
        for group in selection.groups:
            if group[0] == fund:
                columns[group[1]] = [group]
        for other in inner:
            own = [group for group in selection.groups if group[0] == other]
            if own:
                columns[other] = own
        if not columns:
            continue
        lines: dict[str, Amounts] = {}
        for name, groups in columns.items():
            for key, amount in _column(balances, later, groups).items():
                lines.setdefault(key, {})[name] = amount
        # Of one class alone, what is between it and others is not all shown: nothing vanishes.
        _eliminate(lines, balances, set() if selection.scope.class_ else {fund, *inner})
        made.append(Statement(fund, tuple(columns), lines))
    return made


def _due_later(selection: Selection) -> dict[tuple[str, str, str], Decimal]:
    """Return what is receivable in later periods, by fund, class and kind of account, and what of
    it waits for a condition.
    """
    rows = contribution_figures(
        selection,
        lambda item: (item.fund, item.class_, getattr(item, "kind", "")),
    )
    later = {key: figures.future for key, figures in rows.items()}
    for claim in selection.book.register.claims_at(selection.cut.end):
        if selection.covers(claim) and awaits_condition(claim, selection.book.settings):
            key = (claim.fund, claim.class_, CONDITIONAL)
            later[key] = later.get(key, ZERO) + claim.value
    return later


def _column(
    balances: Balances, later: Mapping[tuple[str, str, str], Decimal], groups: Sequence[Group]
) -> Amounts:
    def held(*kinds: str) -> Decimal:
        return sum((balances.held(group, *kinds) for group in groups), ZERO)

    def booked(*kinds: str) -> Decimal:
        return sum((balances.booked(group, *kinds) for group in groups), ZERO)

    own: Amounts = {}
    for line in (*_INCOME, *_BELOW):
        own[line.key] = -booked(*line.kinds)
    for line in _EXPENDITURE:
        own[line.key] = booked(*line.kinds)
    for line in _ASSETS:
        own[line.key] = held(*line.kinds)
    for line in _LIABILITIES:
        own[line.key] = -held(*line.kinds)
    future = sum((later.get((*group, "pledges"), ZERO) for group in groups), ZERO)
    own["receivable_due"] = held("pledges") - future
    waiting = sum((later.get((*group, CONDITIONAL), ZERO) for group in groups), ZERO)
    own["receivable_later"] = future - waiting
    own["receivable_conditional"] = waiting
    own["balance_before"] = booked(*_RESULT, *_RESERVES) - held(*_RESULT, *_RESERVES)
    own["operating_reserve"] = -held("operating-reserve")
    _add_totals(own)
    return own


def _add_totals(own: Amounts) -> None:
    def of(lines: Sequence[_Line]) -> Decimal:
        return sum((own[line.key] for line in lines), ZERO)

    own["income"] = of(_INCOME)
    own["expenditure"] = of(_EXPENDITURE)
    own["excess"] = own["income"] - own["expenditure"]
    own["net_change"] = own["excess"] + of(_BELOW)
    own["balance_after"] = own["balance_before"] + own["net_change"]
    own["assets"] = of(_ASSETS)
    own["liabilities"] = of(_LIABILITIES)
    own["reserves"] = own["balance_after"]
    own["fund_balances"] = own["reserves"] - own["operating_reserve"]
    own["liabilities_and_reserves"] = own["liabilities"] + own["reserves"]


def _eliminate(lines: dict[str, Amounts], balances: Balances, funds: set[str]) -> None:
    """Add what is between the columns, and the totals without it: support costs charged by one
    class to another, and what one fund owes another.
    """
    support = min(sum(lines[key].values()) for key in ("support_income", "support_costs"))
    between = sum((owed for pair, owed in balances.between.items() if funds.issuperset(pair)), ZERO)
    taken = dict.fromkeys(lines, ZERO)
    for key in ("support_income", "support_costs", "income", "expenditure"):
        taken[key] = -max(support, ZERO) + ZERO
    for key in ("due_from", "due_to", "assets", "liabilities", "liabilities_and_reserves"):
        taken[key] = -between + ZERO
    for key, amounts in lines.items():
        amounts[ELIMINATED] = taken[key]
        amounts[TOTAL] = sum(amounts.values(), ZERO)


def statements(selection: Selection) -> Report:
    """Return Statements I and II laid out for any renderer."""
    made = make_statements(selection)
    before, known = _comparatives(selection, {each.fund for each in made})
    rows: list[Row] = []
    for each in made:
        rows += _rows(selection, each, known.get(each.fund), len(rows))
    return as_report(
        selection,
        over_the_cut(selection),
        name=NAME,
        title=TITLE,
        columns=_columns(selection, made, before),
        rows=rows,
        notes=_notes(selection, known=bool(known)),
        ties=_ties(selection.as_kept),
    )


def statement_totals(selection: Selection) -> Totals:
    """Return each fund's lines in the total column, in dollars, as they are sealed."""
    return {
        each.fund: {
            key: amounts[TOTAL]
            for key, amounts in each.lines.items()
            if amounts[TOTAL] or key not in _LATE
        }
        for each in make_statements(selection)
    }


def _comparatives(selection: Selection, funds: set[str]) -> tuple[str, Totals]:
    """Return the name of the days compared with (as long as the selection's own) and the totals of
    these funds in them: from the entries where the book holds them, else as they were sealed;
    nothing where neither says them.
    """
    book = selection.book
    found = days_before(selection)
    if found is None:
        return "", {}
    if any(isinstance(entry, Transaction) and entry.date <= found.end for entry in book.entries):
        return found.name, statement_totals(replace(selection, cut=found))
    if selection.kept is not None:
        return found.name, {}  # what was sealed is under the book's own policy
    sealed = read_totals(book, found.name)
    whole = (
        not selection.scope.limits()
        and len(selection.funds) == len(book.settings.funds)
        and funds <= sealed.keys()
    )
    return found.name, sealed if whole else {}


def _rows(
    selection: Selection, made: Statement, old: Mapping[str, Decimal] | None, first: int
) -> list[Row]:
    name = f"{selection.book.settings.funds[made.fund].name} ({made.fund})"
    rows: list[Row] = []

    def put(key: str, title: str, adds: Sequence[int] | None = None, *, last: bool = False) -> int:
        values: dict[str, Value] = {"line": title, **made.lines[key]}
        values[COMPARATIVE] = old.get(key) if old else None
        if adds is None:
            rows.append(Row(kind="row", values=values))
        else:
            rows.append(
                Row(
                    kind="total" if last else "subtotal",
                    values=values,
                    label=title,
                    adds=tuple(adds),
                )
            )
        return first + len(rows) - 1

    def put_all(lines: Sequence[_Line]) -> list[int]:
        return [
            put(line.key, line.title)
            for line in lines
            if not line.rare or any(made.lines[line.key].values()) or (old and old.get(line.key))
        ]

    rows.append(Row(kind="section", label=f"{name}, Statement I", new_page=first > 0))
    put("income", "Total income", put_all(_INCOME))
    put("expenditure", "Total expenditure", put_all(_EXPENDITURE))
    excess = put("excess", "Excess of income over expenditure", ())
    change = put("net_change", "Net change", [excess, *put_all(_BELOW)])
    opening = put("balance_before", "Balances, beginning of period")
    put("balance_after", "Balances, end of period", [change, opening], last=True)
    rows.append(Row(kind="section", label=f"{name}, Statement II", new_page=True))
    put("assets", "Total assets", put_all(_ASSETS))
    owed = put("liabilities", "Total liabilities", put_all(_LIABILITIES))
    parts: Sequence[int] = ()
    if any(made.lines["operating_reserve"].values()):
        parts = [put("operating_reserve", "Operating reserve"), put("fund_balances", "Balances")]
    kept = put("reserves", "Reserves and fund balances", parts)
    put("liabilities_and_reserves", "Liabilities, reserves and balances", [owed, kept], last=True)
    return rows


def _columns(selection: Selection, made: Sequence[Statement], before: str) -> list[Column]:
    unit = selection.book.settings.currency
    names = dict.fromkeys(name for each in made for name in each.columns)
    adds = dict.fromkeys([*names, ELIMINATED], 1)
    comparative = before or "period before"
    return [
        Column(key="line", title="Line"),
        *(
            Column(
                key=name,
                title=name.capitalize() if name.islower() else name,
                kind="amount",
                unit=unit,
            )
            for name in names
        ),
        Column(key=ELIMINATED, title="Eliminated", kind="amount", unit=unit),
        Column(key=TOTAL, title="Total", kind="amount", unit=unit, adds=adds),
        Column(key=COMPARATIVE, title=f"Total, {comparative}", kind="amount", unit=unit),
    ]


def _notes(selection: Selection, *, known: bool) -> list[str]:
    settings = selection.book.settings
    own = [
        f"{fund} {class_}: {settings.funds[fund].policy(class_)}"
        for fund, class_ in selection.groups
    ]
    notes = [
        f"Recognition of contributions: {', '.join(own)}.",
        "Support costs between classes and balances between the funds shown are eliminated.",
    ]
    notes += corrections_made(selection)
    if not known:
        notes.append(
            "The book holds no entry of a period before of the same length, and no sealed "
            "statements of the same funds and policy: its figures are unknown (..)."
        )
    return notes


def _ties(selection: Selection) -> list[Tie]:
    """Hold Statement I against Statement II, and the receivables against the schedule."""
    ties = []
    for each in make_statements(selection):
        own_classes = selection.book.settings.funds[each.fund].classes
        for column in (*each.columns, TOTAL):
            own = {key: amounts[column] for key, amounts in each.lines.items()}
            name = f"{each.fund}, {column}: balances, assets less liabilities"
            fund = "" if column == TOTAL else each.fund if column in own_classes else column
            left = own["assets"] - own["liabilities"]
            ties.append(Tie(name, own["balance_after"], left, fund))
    rows = contribution_figures(
        selection,
        lambda item: (item.fund, getattr(item, "kind", ""), getattr(item, "is_deferred", False)),
    )
    balances = balances_of(selection)
    for fund in dict.fromkeys(fund for fund, _ in selection.groups):
        due = rows.get((fund, "pledges", False), Figures()).closing
        later = rows.get((fund, "pledges", True), Figures()).future
        held = sum(
            (balances.held(group, "pledges") for group in selection.groups if group[0] == fund),
            ZERO,
        )
        title = f"{fund}: contributions receivable, schedule"
        ties.append(Tie(title, due + later, held, fund))
    return ties
