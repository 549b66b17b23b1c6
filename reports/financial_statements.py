"""The financial statements: income and expenditure of each class, what its balance consists of,
what its cash came of.

A table a fund with the funds operated within it: its own classes, the inner funds, what is
eliminated between them, the total and the total of the period before (of the year before, where a
year or a quarter is asked for). Figures are sums over accounts; how contributions become income
follows the policy they were booked under, or the view that was asked for. Which statement is which
follows the framework that the period declares.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from beancount.core.data import Transaction
from msgspec import structs
from pledgebook.ledger.closing.recasting import view_under
from pledgebook.ledger.declared.periods import Cut
from pledgebook.ledger.declared.policies import Group
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.columns import Figures
from pledgebook.ledger.register.history import HISTORY, carried_from, continuing
from pledgebook.ledger.register.instalments import awaits_condition
from pledgebook.reports.figures.booked import booked_entries
from pledgebook.reports.figures.cash_flows import cash_flows
from pledgebook.reports.figures.comparatives import Totals, days_before, read_totals
from pledgebook.reports.figures.disclosures import corrections_made
from pledgebook.reports.figures.figures import contribution_figures
from pledgebook.reports.figures.frameworks import Which, framework_of, title_of
from pledgebook.reports.figures.layout import as_report
from pledgebook.reports.figures.restating import Restatement, is_restating, restatements
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.statement_lines import (
    ASSETS,
    BELOW,
    CASH_EXCHANGE,
    CASH_OPERATING,
    EXPENDITURE,
    INCOME,
    LIABILITIES,
    RESERVES,
    RESULT,
    UNSEALED_NIL,
    Line,
    lines_below,
)
from pledgebook.reports.figures.table import Column, Report, Row, RowKind, Tie, Value
from pledgebook.reports.figures.ties import Balances, balances_of

NAME = "statements"
TITLE = "Financial statements: income, expenditure, balances and cash flows"
CONDITIONAL = "conditional"
ELIMINATED, TOTAL, COMPARATIVE = "eliminated", "total", "comparative"

Amounts = dict[str, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The statements of a fund with the funds within it: `lines` gives each line's value by
    column; `columns` are its classes and the inner funds. Expenditure and liabilities are positive,
    below the line a minus takes from the balance.
    """

    fund: str
    columns: tuple[str, ...]
    lines: Mapping[str, Amounts]
    groups: tuple[Group, ...] = ()
    """The classes of all columns."""
    restated: tuple[tuple[Restatement, Amounts], ...] = ()
    """What corrects the balance at the beginning, by cause, in the columns."""


def make_statements(selection: Selection) -> list[Statement]:
    """Compute the statements of the selected funds over the cut, a fund within another with it."""
    settings, funds = selection.book.settings, selection.funds
    balances = balances_of(selection)
    later = _due_later(selection)
    errors = restatements(selection)
    below = lines_below(framework_of(selection.cut))
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
            own_lines = _column(balances, later, groups, below)
            if is_restating(selection):
                _restate_opening(own_lines, errors, groups, below)
            for key, amount in own_lines.items():
                lines.setdefault(key, {})[name] = amount
        # Of one class alone, what is between it and others is not all shown: nothing vanishes.
        _eliminate(lines, balances, set() if selection.scope.class_ else {fund, *inner})
        shown = tuple(group for groups in columns.values() for group in groups)
        own_errors = [each for each in errors if each.amounts.keys() & {*shown}]
        made.append(
            Statement(
                fund=fund,
                columns=tuple(columns),
                lines=lines,
                groups=shown,
                restated=tuple((each, _by_column(each, columns)) for each in own_errors),
            )
        )
    return made


def _by_column(error: Restatement, columns: Mapping[str, Sequence[Group]]) -> Amounts:
    own = {name: error.of(groups) for name, groups in columns.items()}
    return {**own, ELIMINATED: ZERO, TOTAL: sum(own.values(), ZERO)}


def _restate_opening(
    own: Amounts, errors: Sequence[Restatement], groups: Sequence[Group], below: Sequence[Line]
) -> None:
    """Take errors of earlier periods and changes of policy from the change to the balance at the
    beginning, where the period's framework restates earlier figures.
    """
    found = sum((each.of(groups) for each in errors), ZERO)
    policy = own["policy_changes"]
    own["balance_reported"] = own["balance_before"]
    own["restated_errors"], own["restated_policy"] = found, policy
    own["corrections"] -= found
    own["policy_changes"] = ZERO
    own["balance_before"] += found + policy
    _add_totals(own, below)


def _due_later(selection: Selection) -> dict[tuple[str, str, str], Decimal]:
    """Return what is receivable in later periods, by fund, class and kind of account, and what of
    it waits for a condition.
    """
    rows = contribution_figures(
        selection,
        lambda sort: (sort.fund, sort.class_, sort.kind),
    )
    later = {key: figures.future for key, figures in rows.items()}
    for claim in selection.book.register.claims_at(selection.cut.end):
        if selection.covers(claim) and awaits_condition(claim, selection.book.settings):
            key = (claim.fund, claim.class_, CONDITIONAL)
            later[key] = later.get(key, ZERO) + claim.value
    return later


def _column(
    balances: Balances,
    later: Mapping[tuple[str, str, str], Decimal],
    groups: Sequence[Group],
    below: Sequence[Line],
) -> Amounts:
    def held(*kinds: str) -> Decimal:
        return balances.total_held(groups, *kinds)

    def booked(*kinds: str) -> Decimal:
        return balances.total_booked(groups, *kinds)

    own: Amounts = {}
    for line in (*INCOME, *BELOW):
        own[line.key] = -booked(*line.kinds)
    for line in EXPENDITURE:
        own[line.key] = booked(*line.kinds)
    for line in ASSETS:
        own[line.key] = held(*line.kinds)
    for line in LIABILITIES:
        own[line.key] = -held(*line.kinds)
    future = sum((later.get((*group, "pledges"), ZERO) for group in groups), ZERO)
    own["receivable_due"] = held("pledges") - future
    waiting = sum((later.get((*group, CONDITIONAL), ZERO) for group in groups), ZERO)
    own["receivable_later"] = future - waiting
    own["receivable_conditional"] = waiting
    own["balance_before"] = booked(*RESULT, *RESERVES) - held(*RESULT, *RESERVES)
    own["operating_reserve"] = -held("operating-reserve")
    _add_totals(own, below)
    return own | cash_flows(balances, groups, own["excess"], below)


def _add_totals(own: Amounts, below: Sequence[Line]) -> None:
    def of(lines: Sequence[Line]) -> Decimal:
        return sum((own[line.key] for line in lines), ZERO)

    own["income"] = of(INCOME)
    own["expenditure"] = of(EXPENDITURE)
    within = [line for line in BELOW if line not in below]
    own["excess"] = own["income"] - own["expenditure"] + of(within)
    own["net_change"] = own["excess"] + of(below)
    own["balance_after"] = own["balance_before"] + own["net_change"]
    own["assets"] = of(ASSETS)
    own["liabilities"] = of(LIABILITIES)
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
    """Return the statements laid out for any renderer, in their framework's order."""
    made = make_statements(selection)
    before, known = _comparatives(selection, made)
    rows: list[Row] = []
    for each in made:
        rows += _Pages(selection, each, known.get(each.fund), len(rows)).put_all()
    return as_report(
        selection,
        ", ".join(selection.book.settings.funds[each.fund].name for each in made),
        name=NAME,
        title=TITLE,
        columns=_columns(selection, made, before),
        rows=rows,
        notes=_notes(selection, known=bool(known)),
        ties=_ties(selection.as_kept),
    )


def statement_totals(selection: Selection) -> Totals:
    """Return each fund's lines in the total column, in the book's currency, as they are sealed."""
    return {
        each.fund: {
            key: amounts[TOTAL]
            for key, amounts in each.lines.items()
            if (amounts[TOTAL] or key not in UNSEALED_NIL) and key != "balance_reported"
        }
        for each in make_statements(selection)
    }


def _comparatives(selection: Selection, made: Sequence[Statement]) -> tuple[str, Totals]:
    """Return the name of the days compared with (as long as the selection's own) and the totals of
    the statements' funds in them, restated where the framework asks for it.
    """
    found = days_before(selection)
    if found is None:
        return "", {}
    known = _reported(selection, found, {each.fund for each in made})
    changed = _changed_policies(selection)
    viewed = _viewed(selection, found, changed) if known and changed else {}
    errors = restatements(selection)
    if not changed and not errors:
        return found.name, known
    restated = {}
    for each in made:
        if each.fund not in known:
            continue
        reported = known[each.fund]["balance_before"]
        own = viewed.get(each.fund, known[each.fund])
        policy = own["balance_before"] - reported
        below = lines_below(framework_of(selection.cut))
        own = _add_up(own, _deltas(errors, each.groups, found, below))
        restated[each.fund] = {**own, "balance_reported": reported, "restated_policy": policy}
    return found.name + (" (restated)" if viewed or errors else ""), restated


def _changed_policies(selection: Selection) -> dict[Group, str]:
    """Return the classes of which the recognition policy changed within the cut, with the new one,
    where the framework restates earlier figures.
    """
    if not is_restating(selection):
        return {}
    funds = selection.book.settings.funds
    return {
        (line.place.fund, line.class_): funds[line.place.fund].policy(line.class_)
        for entry, event, lines in booked_entries(selection)
        if event == "policy-change" and entry.date >= selection.cut.start
        for line in lines
    }


def _viewed(selection: Selection, found: Cut, policies: Mapping[Group, str]) -> Totals:
    """Return the totals of the days compared with as the new policies would have them; nothing
    where the book does not hold their entries.
    """
    book = selection.book
    first = next((e.date for e in book.entries if isinstance(e, Transaction)), None)
    if first is None or first > found.end or _is_carried(book) or selection.kept is not None:
        return {}
    view = view_under(book, policies, found.end).as_of(selection.cut.end)
    return statement_totals(replace(selection, cut=found, book=view))


def _is_carried(book: Book) -> bool:
    """Tell whether a book begins with what was carried forward, without the entries before."""
    return any(carried_from(entry) for entry in continuing(book.entries))


def _deltas(
    errors: Sequence[Restatement], groups: Sequence[Group], found: Cut, below: Sequence[Line]
) -> Amounts:
    """Return what errors found later add to each line of the days compared with."""
    lines = (*INCOME, *EXPENDITURE, *BELOW, *ASSETS, *LIABILITIES)
    own: Amounts = dict.fromkeys((line.key for line in lines), ZERO)
    own |= {"balance_before": ZERO, "operating_reserve": ZERO}
    for each in errors:
        if not each.is_by_the_end_of(found):
            continue
        amount = each.of(groups)
        if each.is_before(found):
            own["balance_before"] += amount
        else:
            line = next(line for line in lines if each.kind in line.kinds)
            own[line.key] += -amount if line in EXPENDITURE else amount
        cash, obligations = each.other("cash", groups), each.other("obligations", groups)
        own["errors_found"] += cash
        own["obligations"] -= obligations
        own["receivable_due"] += amount - cash - obligations
    _add_totals(own, below)
    own["cash_excess"], own["cash_without"] = own["excess"], -own["excess"]  # no cash moved then
    return own


def _add_up(known: Mapping[str, Decimal], more: Mapping[str, Decimal]) -> Amounts:
    return {key: known.get(key, ZERO) + more.get(key, ZERO) for key in {**known, **more}}


def _reported(selection: Selection, found: Cut, funds: set[str]) -> Totals:
    """Return the totals of these funds in the days compared with: from the entries where the book
    holds them, else as they were sealed; nothing where neither says them.
    """
    book = selection.book
    if any(isinstance(entry, Transaction) and entry.date <= found.end for entry in book.entries):
        return _with_nil(statement_totals(replace(selection, cut=found)))
    if selection.kept is not None:
        return {}  # what was sealed is under the book's own policy
    sealed = read_totals(book, found.name)
    whole = (
        not selection.scope.limits()
        and len(selection.funds) == len(book.settings.funds)
        and funds <= sealed.keys()
    )
    return _with_nil(sealed) if whole else {}


def _with_nil(totals: Totals) -> Totals:
    """Return totals with the lines that are left out where they are nil. What has cash flows knew
    every line; an older seal did not, and what it leaves out is unknown.
    """
    return {
        fund: {**dict.fromkeys(UNSEALED_NIL, ZERO), **lines} if "cash_change" in lines else lines
        for fund, lines in totals.items()
    }


class _Pages:
    """The rows of a fund's statements, in the making: a section a statement, each on its page.

    `old` are the comparatives, `first` how many rows stand before.
    """

    def __init__(
        self, selection: Selection, made: Statement, old: Mapping[str, Decimal] | None, first: int
    ) -> None:
        self.cut = selection.cut
        self.name = f"{selection.book.settings.funds[made.fund].name} ({made.fund})"
        self.framework = framework_of(selection.cut)
        self.below = lines_below(self.framework)
        self.lines = made.lines
        self.restated = made.restated
        self.before = days_before(selection)
        self.old = old
        self.first = first
        self.rows: list[Row] = []

    def put_all(self) -> list[Row]:
        """Return the rows of every statement, in the framework's order."""
        pages: Mapping[Which, Callable[[], None]] = {
            "performance": self._put_performance,
            "position": self._put_position,
            "changes": self._put_changes,
            "cash_flows": self._put_cash_flows,
        }
        for which in self.framework.statements:
            if which in pages:
                new_page = bool(self.first + len(self.rows))
                title = title_of(which, self.cut)
                self.rows.append(Row(kind="section", label=title, new_page=new_page))
                self.rows.append(Row(kind="group", label=self.name))
                pages[which]()
        return self.rows

    def _put(
        self,
        key: str,
        title: str,
        adds: Sequence[int] | None = None,
        *,
        last: bool = False,
        restated: bool = False,
    ) -> int:
        title = self.framework.words.get(key, title) + (", restated" if restated else "")
        values: dict[str, Value] = {"line": title, **self.lines[key]}
        values[COMPARATIVE] = self.old.get(key) if self.old else None
        if adds is None:
            self.rows.append(Row(kind="row", values=values))
        else:
            kind: RowKind = "total" if last else "subtotal"
            self.rows.append(Row(kind=kind, values=values, label=title, adds=tuple(adds)))
        return self.first + len(self.rows) - 1

    def _put_lines(self, lines: Sequence[Line]) -> list[int]:
        old = self.old or {}
        return [
            self._put(line.key, line.title)
            for line in lines
            if not line.rare or any(self.lines[line.key].values()) or old.get(line.key)
        ]

    def _put_performance(self) -> None:
        self._put("income", "Total income", self._put_lines(INCOME))
        self._put("expenditure", "Total expenditure", self._put_lines(EXPENDITURE))
        self._put_lines([line for line in BELOW if line not in self.below])
        ends = "changes" in self.framework.statements
        excess = self._put("excess", "Excess of income over expenditure", (), last=ends)
        if not ends:
            change = self._put("net_change", "Net change", [excess, *self._put_lines(self.below)])
            opening = self._put_opening()
            self._put("balance_after", "Balances, end of period", [change, opening], last=True)

    def _put_opening(self) -> int:
        """Put the balance at the beginning: as it was reported, what restates it by cause, and what
        it is then, where there is anything to restate.
        """
        title = self.framework.words.get("balance_before", "Balances, beginning of period")
        policy = self.lines.get("restated_policy", {})
        if not self.restated and not any(policy.values()):
            return self._put("balance_before", title)
        parts = [self._put("balance_reported", f"{title}, as reported")]
        for error, amounts in self.restated:
            earlier = self.before is not None and error.is_before(self.before)
            values: dict[str, Value] = {"line": error.title, **amounts}
            values[COMPARATIVE] = (amounts[TOTAL] if earlier else ZERO) if self.old else None
            self.rows.append(Row(kind="row", values=values))
            parts.append(self.first + len(self.rows) - 1)
        if any(policy.values()):
            named = "Restated: change of recognition policy"
            parts.append(self._put("restated_policy", named))
        return self._put("balance_before", title, parts, restated=True)

    def _put_position(self) -> None:
        self._put("assets", "Total assets", self._put_lines(ASSETS))
        owed = self._put("liabilities", "Total liabilities", self._put_lines(LIABILITIES))
        parts: Sequence[int] = ()
        if any(self.lines["operating_reserve"].values()):
            parts = [
                self._put("operating_reserve", "Operating reserve"),
                self._put("fund_balances", "Balances"),
            ]
        kept = self._put("reserves", "Reserves and fund balances", parts)
        both = "Liabilities, reserves and balances"
        self._put("liabilities_and_reserves", both, [owed, kept], last=True)

    def _put_changes(self) -> None:
        parts = [
            self._put_opening(),
            self._put("excess", "Excess of income over expenditure"),
            *self._put_lines(self.below),
        ]
        self._put("balance_after", "Balances, end of period", parts, last=True)

    def _put_cash_flows(self) -> None:
        parts = [self._put("cash_excess", "Excess of income over expenditure")]
        parts += self._put_lines(CASH_OPERATING)
        parts = [self._put("cash_operating", "Net cash from operating activities", parts)]
        parts.append(self._put("cash_interest", "Interest (net cash from investing activities)"))
        shown = [structs.replace(line, key=f"cash_{line.key}", rare=True) for line in self.below]
        shown_at = self._put_lines(shown)
        parts.append(self._put("cash_other", "Net cash from other sources", shown_at))
        parts += self._put_lines([CASH_EXCHANGE])
        change = self._put("cash_change", "Net increase (decrease) in cash", parts)
        opening = self._put("cash_before", "Cash, beginning of period")
        self._put("cash_after", "Cash, end of period", [change, opening], last=True)


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
    if _changed_policies(selection) and _is_carried(selection.book):
        notes.append(
            "The figures of the period before are not restated for the change of recognition "
            "policy: this book begins with what was carried forward. Ask with --book "
            f"{HISTORY}."
        )
    if not known:
        notes.append(
            "The book holds no entry of a period before of the same length, and no sealed "
            "statements of the same funds and policy: its figures are unknown (..)."
        )
    return notes


def _ties(selection: Selection) -> list[Tie]:
    """Hold the result against what the balance consists of, the cash flows against the cash
    accounts, and the receivables against the schedule.
    """
    ties = []
    for each in make_statements(selection):
        own_classes = selection.book.settings.funds[each.fund].classes
        for column in (*each.columns, TOTAL):
            own = {key: amounts[column] for key, amounts in each.lines.items()}
            name = f"{each.fund}, {column}: balances, assets less liabilities"
            fund = "" if column == TOTAL else each.fund if column in own_classes else column
            left = own["assets"] - own["liabilities"]
            ties.append(Tie(name, own["balance_after"], left, fund))
            name = f"{each.fund}, {column}: net increase in cash, cash accounts"
            ties.append(Tie(name, own["cash_change"], own["cash"] - own["cash_before"], fund))
    rows = contribution_figures(
        selection,
        lambda sort: (sort.fund, sort.kind, sort.is_deferred),
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
