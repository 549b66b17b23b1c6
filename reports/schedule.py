"""The schedule of voluntary contributions: what each donor pledged, paid and owes.

One section a fund and class, donors grouped as the UN's accounts group them, with the totals of a
fund without and with the funds operated within it. Source of the columns: docs/accounting.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cached_property

from pledgebook.ledger.declared.levels import walk
from pledgebook.ledger.declared.periods import Cut
from pledgebook.ledger.declared.rates import UN_RATES
from pledgebook.ledger.guards.instalments import releases_not_made
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.columns import CLOSING, MONEY_COLUMNS, Figures, total
from pledgebook.reports.figures.cash import CashProof, prove_cash
from pledgebook.reports.figures.dates import long_date
from pledgebook.reports.figures.disclosures import corrections_made
from pledgebook.reports.figures.figures import contribution_figures, held_figures
from pledgebook.reports.figures.layout import as_report, by_group_and_name, name_of, over_the_cut
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.table import Column, Report, Row, RowKind, Tie
from pledgebook.reports.figures.ties import Balances, balances_of, ledger_ties

NAME = "schedule"
TITLE = "Schedule of voluntary contributions"
ALL_FUNDS = "all funds"
"""The total over funds of which none is operated within another."""

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One donor's row in a fund and class."""

    donor: str
    name: str
    group: str
    figures: Figures


@dataclass(frozen=True, eq=False, kw_only=True)
class Schedule:
    """The schedule's figures before they are laid out: rows by fund and class. What adds them up or
    stands beside them is worked out where it is asked for: a page of one donor does without.
    """

    selection: Selection
    sections: Mapping[tuple[str, str], list[Line]]

    @cached_property
    def totals(self) -> Mapping[str, Figures]:
        """The totals by name."""
        return _totals(self.selection, self.sections)

    @cached_property
    def proof(self) -> CashProof | None:
        """The proof of cash; None for some donors or one purpose: accounts name neither."""
        if not self.selection.whole_classes:
            return None
        everything = total(line.figures for lines in self.sections.values() for line in lines)
        return prove_cash(self.selection, everything, balances_of(self.selection))

    @cached_property
    def balances(self) -> Balances:
        """What accounts hold, under the policy they were kept under."""
        return balances_of(self.selection.as_kept)

    @cached_property
    def ties(self) -> list[Tie]:
        """The figures beside the ledger's, as it is kept, and rows that do not add up."""
        selection = self.selection
        if selection.kept is None:
            own = {
                group: [line.figures for line in lines] for group, lines in self.sections.items()
            }
            beside = ledger_ties(selection, own, self.balances)
        else:
            beside = make_schedule(selection.as_kept).ties
        return beside + [
            Tie(
                f"{fund} {class_}: {line.name}, closing as the columns make it",
                sum((sign * getattr(line.figures, key) for key, sign in CLOSING.items()), ZERO),
                line.figures.closing,
                fund,
            )
            for (fund, class_), lines in self.sections.items()
            for line in lines
            if not line.figures.foots
        ]


def make_schedule(selection: Selection) -> Schedule:
    """Compute the schedule of the selected funds over the cut."""
    rows = _rows(selection)
    sections: dict[tuple[str, str], list[Line]] = {}
    for group in selection.groups:
        own = {key[2]: figures for key, figures in rows.items() if key[:2] == group}
        lines = [_line(selection, donor, figures) for donor, figures in own.items()]
        if lines:
            lines.sort(key=lambda line: by_group_and_name(selection, line.donor))
            sections[group] = lines
    return Schedule(selection=selection, sections=sections)


def _rows(selection: Selection) -> dict[Key, Figures]:
    rows = contribution_figures(selection, lambda item: (item.fund, item.class_, item.donor))
    for key, figures in held_figures(selection, lambda *key: key).items():
        rows.setdefault(key, Figures()).add(figures)
    return {key: figures for key, figures in rows.items() if not figures.is_nil}


def _line(selection: Selection, code: str, figures: Figures) -> Line:
    group = selection.book.settings.donors.group_of(code)
    return Line(code, name_of(selection, code), group, figures)


def _totals(
    selection: Selection, sections: Mapping[tuple[str, str], list[Line]]
) -> dict[str, Figures]:
    """Each fund's total; a fund with others operated within it, without and with them; that of
    several independent funds.
    """
    settings = selection.book.settings
    own = {
        fund: total(
            line.figures for key, lines in sections.items() if key[0] == fund for line in lines
        )
        for fund in selection.funds
    }
    totals: dict[str, Figures] = {}
    inner = {
        fund: [other for other in selection.funds if settings.is_within(other, fund)]
        for fund in selection.funds
    }
    # A fund within another comes before the fund whose total includes it.
    for fund in sorted(selection.funds, key=lambda fund: len(inner[fund])):
        names = ", ".join(inner[fund])
        if names:
            totals[f"{fund} without {names}"] = own[fund]
            totals[f"{fund} with {names}"] = total(own[code] for code in (fund, *inner[fund]))
        else:
            totals[fund] = own[fund]
    outer = [
        fund
        for fund in selection.funds
        if not any(settings.is_within(fund, other) for other in selection.funds)
    ]
    if len(outer) > 1:
        totals[ALL_FUNDS] = total(own.values())
    return totals


def ties(selection: Selection) -> list[Tie]:
    """Return the schedule's figures beside the ledger's."""
    made = _once(selection)
    return [*made.ties, *_cash_ties(made.proof)]


def _once(selection: Selection) -> Schedule:
    return selection.once("schedule", lambda: make_schedule(selection))


def schedule(selection: Selection) -> Report:
    """Return the schedule laid out for any renderer, with its JSON document as `payload`."""
    made = _once(selection)
    notes = _notes(selection, made.sections)
    return as_report(
        selection,
        over_the_cut(selection),
        name=NAME,
        title=TITLE,
        columns=_columns(selection),
        rows=lay_out(selection, made.sections, made.totals),
        notes=notes,
        ties=ties(selection),
        payload=_payload(selection, made, notes),
    )


def lay_out(
    selection: Selection,
    sections: Mapping[tuple[str, str], list[Line]],
    totals: Mapping[str, Figures],
) -> list[Row]:
    """Return the rows of a schedule: funds and classes, groups of donors, and their totals. Of a
    part of the donors or classes, totals that would say nothing new are left out.
    """
    settings = selection.book.settings
    rows: list[Row] = []
    limited = bool(selection.scope.limits())
    positions: dict[tuple[str, str], int] = {}
    for (fund, class_), lines in sections.items():
        name = settings.funds[fund].name if fund in settings.funds else fund
        rows.append(Row(kind="section", label=f"{name} ({fund}), {class_}"))
        group_totals = []
        for group, known in settings.donors.kinds.groups.items():
            members = [line for line in lines if line.group == group]
            if not members:
                continue
            rows.append(Row(kind="group", label=known.title))
            own = _put_members(selection, members, rows)
            group_totals.append(len(rows))
            rows.append(_total_row("subtotal", f"Total, {known.title}", members, own))
        positions[fund, class_] = len(rows)
        rows.append(_total_row("total", f"Total, {fund} {class_}", lines, group_totals))
    for name, figures in totals.items():
        funds = set(selection.funds) if name == ALL_FUNDS else _funds_in(name)
        adds = tuple(at for (fund, _), at in positions.items() if fund in funds)
        if name in selection.funds and len(adds) == 1 and len(positions) > 1:
            continue  # a fund of one class: its total stands above
        if limited and (len(adds) < 2 or any(row.adds == adds for row in rows)):
            continue  # nothing is shown of these funds, or it is what a total above says
        rows.append(
            Row(
                kind="total",
                values={"donor": f"Total, {name}", **figures.amounts()},
                label=f"Total, {name}",
                adds=adds,
            )
        )
    return rows


def _put_members(selection: Selection, members: list[Line], rows: list[Row]) -> list[int]:
    """Put the rows of a group's donors, those within another below it with a total of both, and
    return the positions of the rows that add up the group.
    """
    levels = selection.book.settings.donors.levels
    by_code = {line.donor: line for line in members}
    adds: list[list[int]] = [[]]
    for step, code in walk(by_code, levels, lambda code: name_of(selection, code)):
        if step == "begin":
            adds.append([])
            continue
        own = adds.pop() if step == "end" else []
        adds[-1].append(len(rows))
        if step == "row":
            line = by_code[code]
            amounts = line.figures.amounts()
            rows.append(Row(kind="row", values={"donor": line.name, **amounts}, donor=code))
        else:
            inner = [line for line in members if levels.covers(code, line.donor)]
            label = f"Total, {name_of(selection, code)}"
            rows.append(_total_row("subtotal", label, inner, own))
    return adds[0]


def _funds_in(name: str) -> set[str]:
    fund, _, rest = name.partition(" with ")
    if rest:
        return {fund, *rest.split(", ")}
    return {name.partition(" without ")[0]}


def _total_row(kind: RowKind, label: str, lines: list[Line], adds: list[int]) -> Row:
    amounts = total(line.figures for line in lines).amounts()
    return Row(kind=kind, values={"donor": label, **amounts}, label=label, adds=tuple(adds))


def _columns(selection: Selection) -> list[Column]:
    cut, unit = selection.cut, selection.book.settings.currency
    before = cut.start - timedelta(days=1)
    titles = {
        "opening": f"Unpaid at {long_date(before)}",
        "adjustments": "Adjustments to prior pledges",
        "pledged": "Pledged",
        "collected_prior": "Collected for prior pledges",
        "collected_current": "Collected for current pledges",
        "exchange": "Exchange",
        "exchange_unpaid": "Exchange on unpaid",
        "written_off": "Written off",
        "closing": f"Unpaid at {long_date(cut.end)}",
        "uncommitted": "Pledged, not committed",
        "future": "Future periods",
        "in_advance": "Received in advance",
        "refunded": "Refunded",
    }
    order = [key for key in MONEY_COLUMNS if key not in MEMO] + [
        key for key in MONEY_COLUMNS if key in MEMO
    ]
    return [
        Column(key="donor", title="Donor"),
        *(
            Column(
                key=key,
                title=titles[key],
                kind="amount",
                unit=unit,
                adds=CLOSING if key == "closing" else {},
                memo=key in MEMO,
            )
            for key in order
        ),
    ]


MEMO = frozenset({"exchange_unpaid", "uncommitted", "future", "in_advance", "refunded"})
"""Columns that stand beside the schedule's arithmetic."""


def _names_before(
    selection: Selection, sections: Mapping[tuple[str, str], list[Line]]
) -> list[str]:
    """Return under which names donors stood before that continue others."""
    shown = {line.donor: line.name for lines in sections.values() for line in lines}
    formerly = selection.book.settings.donors.formerly
    return [
        f"{name} continues {former.name_in('en', day)}, under which name it stood until "
        f"{long_date(day)}."
        for code, name in sorted(shown.items(), key=lambda each: each[1])
        for former, day in formerly(code, selection.cut.end)
    ]


def _notes(selection: Selection, sections: Mapping[tuple[str, str], list[Line]]) -> list[str]:
    notes = [
        _prior_and_current(selection.cut),
        f"Pledges in other currencies are carried at {_rate_of(selection)}; what payment brought "
        "more or less is exchange.",
        "Memorandum columns are outside the arithmetic of the schedule.",
    ]
    notes += _names_before(selection, sections)
    notes += corrections_made(selection)
    notes += [found.message for found in releases_not_made(selection.book.register)]
    return notes


def _rate_of(selection: Selection) -> str:
    base = selection.book.settings.rate_base
    if base == UN_RATES:  # in the words that seals have
        return "the UN operational rate of exchange of their date"
    return f"the rate of exchange of their date{base.aside}"


def _prior_and_current(cut: Cut) -> str:
    if cut.parts:
        names = ", ".join(part.name for part in cut.parts)
        return (
            f"The figures are the sum of those of {names}: prior pledges are those that were due "
            "before the period in which they were paid or adjusted, current pledges those due in "
            "it, and contributions received without a pledge."
        )
    return (
        f"Prior pledges are those that were due before {long_date(cut.period.start)}; current "
        f"pledges those due in {cut.period.name}, and contributions received without a pledge."
    )


def _cash_ties(proof: CashProof | None) -> list[Tie]:
    if proof is None:
        return []
    return [Tie("cash from donors, cash accounts", proof.cash_from_donors, proof.per_ledger)]


def _payload(selection: Selection, made: Schedule, notes: list[str]) -> dict[str, object]:
    funds = [
        {
            "fund": fund,
            "class": class_,
            "rows": [
                {
                    "donor": line.donor,
                    "name": line.name,
                    "group": line.group,
                    **line.figures.amounts(),
                }
                for line in lines
            ],
            "total": total(line.figures for line in lines).amounts(),
        }
        for (fund, class_), lines in made.sections.items()
    ]
    ties = made.ties
    proof = made.proof
    held = _held_in_all(selection, made.balances)
    return {
        "report": NAME,
        "period": selection.cut.name,
        "currency": selection.book.settings.currency,
        "as_at": selection.cut.end,
        "funds": funds,
        "totals": {name: figures.amounts() for name, figures in made.totals.items()},
        "cash_proof": _proof_document(proof),
        "ledger": {
            "receivable": held("pledges"),
            "deferred": -held("deferred"),
            "memorandum": held("memorandum"),
            "agrees": all(tie.agrees for tie in (*ties, *_cash_ties(proof))),
        }
        if not selection.scope.purpose
        else None,
        "notes": notes,
    }


def _proof_document(proof: CashProof | None) -> dict[str, object] | None:
    if proof is None:
        return None
    return {
        "collected": proof.collected,
        "applied_from_opening": proof.applied_from_opening,
        "bank_charges": proof.bank_charges,
        "new_advances": proof.new_advances,
        "new_unapplied": proof.new_unapplied,
        "refunds_of_overpayments": proof.refunds_of_overpayments,
        **({"other_forms": proof.other_forms} if proof.other_forms else {}),
        **({"notes": proof.notes} if proof.notes else {}),
        "cash_from_donors": proof.cash_from_donors,
        "per_ledger": proof.per_ledger,
        "agrees": proof.agrees,
    }


def _held_in_all(selection: Selection, balances: Balances) -> Callable[[str], Decimal]:
    return lambda kind: balances.total_held(selection.groups, kind)
