"""Tying reports to the ledger: their figures beside the accounts' own balances.

The reports follow instalments; the sums here follow accounts, posting by posting, and know nothing
of instalments. Where the two differ something was booked around the register, and the report says
so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct, field
from pledgebook.ledger.declared.chart import LABELLED, kinds_that
from pledgebook.ledger.declared.policies import Group
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.columns import Figures, total
from pledgebook.ledger.register.events import REASSIGNED, events_that
from pledgebook.ledger.register.postings import Line
from pledgebook.reports.figures.booked import booked_entries
from pledgebook.reports.figures.figures import Sort, contribution_figures
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.table import Tie

FROM_DONORS = events_that("from_donors")

_DONORS_MONEY = FROM_DONORS | {"re-earmark"}
"""Events whose cash is of donors, where one class of a fund is asked for too."""

AMENDED, MOVED, FOUND, POLICY = (
    f"prior-period:{cause}" for cause in ("amended", "moved", "found", "policy")
)
"""The causes by which prior-period adjustments are told apart, beside their account."""

_BELOW = kinds_that("adjusts")


class Balances(Struct, kw_only=True):
    """Account balances in the book's currency (debit positive) by fund, class and kind of account:
    `at_end` all that was booked up to the cut's end, `within` what was booked in it.
    """

    at_end: dict[tuple[Group, str], Decimal] = field(default_factory=dict)
    within: dict[tuple[Group, str], Decimal] = field(default_factory=dict)
    cash_from_donors: Decimal = ZERO
    charges_of_donors: Decimal = ZERO
    in_cash: dict[tuple[Group, str], Decimal] = field(default_factory=dict)
    """Of what adjusts balances beside income and expenditure, in the cut: what entries booked that
    moved cash of the same fund and class too."""
    between: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    """What each fund is owed by another at the end (`Due-From`), by (fund, other)."""

    def held(self, group: Group, *kinds: str) -> Decimal:
        """Return the balance of these kinds of account at the cut's end."""
        return sum((self.at_end.get((group, kind), ZERO) for kind in kinds), ZERO)

    def booked(self, group: Group, *kinds: str) -> Decimal:
        """Return what was booked to these kinds of account within the cut."""
        return sum((self.within.get((group, kind), ZERO) for kind in kinds), ZERO)

    def total_held(self, groups: Iterable[Group], *kinds: str) -> Decimal:
        """Return `held` of these funds and classes together."""
        return sum((self.held(group, *kinds) for group in groups), ZERO)

    def total_booked(self, groups: Iterable[Group], *kinds: str) -> Decimal:
        """Return `booked` of these funds and classes together."""
        return sum((self.booked(group, *kinds) for group in groups), ZERO)


def cause_of(event: str, lines: Sequence[Line]) -> str:
    """Return by what cause an entry adjusts an earlier period: a change of policy, an instalment
    that moved, what was found to be missing or wrong, or a pledge that was amended.
    """
    of_instalments = any(line.place.kind in LABELLED for line in lines)
    if event == "policy-change":
        return POLICY
    if event in {"re-earmark", "transfer"} and of_instalments:
        return MOVED
    return AMENDED if of_instalments and event not in {"commitment", REASSIGNED} else FOUND


def balances_of(selection: Selection) -> Balances:
    """Return what the accounts hold of a selection: its funds' postings, account by account."""
    return selection.once("balances", lambda: _read_balances(selection))


def _read_balances(selection: Selection) -> Balances:
    balances = Balances()
    before: dict[tuple[Group, str], Decimal] = {}
    for booked in booked_entries(selection):
        _, event, lines = booked
        within = not booked.is_before(selection.cut)
        sums = balances.within if within else before
        for line in lines:
            value = line.value
            if value is None or not selection.covers_line(line):
                continue
            kind = line.place.kind
            group = (line.place.fund, line.class_)
            keys = [(group, kind)]
            if kind == "prior-period":
                keys.append((group, cause_of(event, lines)))
            for key in keys:
                sums[key] = sums.get(key, ZERO) + value
            if within and kind in _BELOW and _moves_cash(lines, group):
                for key in keys:
                    balances.in_cash[key] = balances.in_cash.get(key, ZERO) + value
            if kind == "due-from":
                pair = (line.place.fund, line.place.part)
                balances.between[pair] = balances.between.get(pair, ZERO) + value
            if within and kind == "cash" and event in _DONORS_MONEY:
                balances.cash_from_donors += value
            elif within and kind == "bank-charges" and event in FROM_DONORS:
                balances.charges_of_donors += value
    balances.at_end = before
    for key, value in balances.within.items():
        before[key] = before.get(key, ZERO) + value
    return balances


def _moves_cash(lines: Sequence[Line], group: Group) -> bool:
    return any(
        line.place.kind == "cash" and line.value and (line.place.fund, line.class_) == group
        for line in lines
    )


def ledger_ties(
    selection: Selection, rows: Mapping[Group, Sequence[Figures]], balances: Balances
) -> list[Tie]:
    """Return each figure of the schedule beside the ledger's, fund by fund and class by class.

    `rows` are the schedule's, by fund and class.
    """
    if selection.scope.purpose:
        return []  # accounts do not say what money is for
    by_kind = contribution_figures(selection, lambda item: (item.fund, item.class_, _kind(item)))
    ties = []
    for group in selection.groups:
        kinds = {kind: by_kind.get((*group, kind), Figures()) for kind in _KINDS}
        own = rows.get(group, ())
        ties += [
            Tie(f"{group[0]} {group[1]}: {title}", report, ledger, group[0])
            for title, report, ledger in _of_group(kinds, own, balances, group)
            if (report or ledger) and (selection.whole_classes or title not in _OF_NO_DONOR)
        ]
    return ties


_OF_NO_DONOR = frozenset({"owed, memorandum contra account", "exchange, income accounts"})
"""Ties to accounts that do not name their donor."""

_KINDS = ("pledges", "deferred", "memorandum", "gift")


def _kind(sort: Sort) -> str:
    return "deferred" if sort.is_deferred else sort.kind or "gift"


def _of_group(
    kinds: Mapping[str, Figures], own: Sequence[Figures], balances: Balances, group: Group
) -> list[tuple[str, Decimal, Decimal]]:
    due, deferred, memorandum, gifts = (kinds[kind] for kind in _KINDS)
    pledges = total([due, deferred])
    collected = memorandum.collected
    owed = memorandum.closing + memorandum.future + memorandum.uncommitted
    return [
        (
            "closing and future, pledge accounts",
            pledges.closing + deferred.future,
            balances.held(group, "pledges"),
        ),
        ("future, deferred accounts", deferred.future, -balances.held(group, "deferred")),
        ("owed, memorandum accounts", owed, balances.held(group, "memorandum")),
        ("owed, memorandum contra account", owed, -balances.held(group, "contra")),
        (
            "in advance",
            sum((figures.in_advance for figures in own), ZERO),
            -balances.held(group, "in-advance"),
        ),
        (
            "contributions, income accounts",
            pledges.pledged + collected + gifts.pledged,
            -balances.booked(group, "contributions"),
        ),
        (
            "exchange, income accounts",
            pledges.exchange,
            -balances.booked(group, "exchange", "revaluation"),
        ),
        (
            "adjustments, prior-period accounts",
            pledges.adjustments + gifts.adjustments,
            -balances.booked(group, "prior-period"),
        ),
        ("written off", pledges.written_off, balances.booked(group, "written-off")),
    ]
