"""The status of contributions: what each donor agreed, settled in which form, and owes.

The table that UN funds publish most: agreed contributions, cash payments, bilateral assistance,
promissory notes and outstanding contributions (as the Multilateral Fund for the Implementation of
the Montreal Protocol has it). A note settles what was agreed when it is taken, and whoever paid
more than is due has a negative outstanding. Source of the columns: docs/accounting.md.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from msgspec import Struct, structs
from pledgebook.ledger.declared.funds import BILATERAL, CASH
from pledgebook.ledger.declared.periods import JANUARY, Cut
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.money import ZERO, share
from pledgebook.ledger.register.columns import Figures
from pledgebook.ledger.register.events import EVENTS, REASSIGNED, RECEIVING
from pledgebook.ledger.register.notes import note_moves
from pledgebook.ledger.register.register import Change, Claim, claim_at
from pledgebook.reports.figures.dates import long_date
from pledgebook.reports.figures.figures import contribution_figures
from pledgebook.reports.figures.layout import (
    Layout,
    as_report,
    by_group_and_name,
    name_of,
    over_the_cut,
    section_name,
)
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.table import Agreement, Column, Part, Report, Tie
from pledgebook.reports.figures.ties import balances_of
from pledgebook.reports.years import years_of

NAME, BY_YEAR = "status", "status-by-year"
TITLE = "Status of contributions"
TITLE_BY_YEAR = "Status of contributions by year"

Row = tuple[str, str, str]
"""A fund, a class of it and a donor."""
KeyT = TypeVar("KeyT", bound=Hashable)
_DAY = timedelta(days=1)

SIGNS = {
    "opening": 1,
    "agreed": 1,
    "cash": -1,
    "bilateral": -1,
    "notes": -1,
    "other": -1,
    "exchange": 1,
    "written_off": -1,
}
"""What outstanding is the sum of, with signs."""

MEMO = ("disputed", "notes_held", "encashed", "dishonoured")
_TITLES = {
    "agreed": "Agreed contributions",
    "cash": "Cash payments",
    "bilateral": "Bilateral cooperation",
    "notes": "Promissory notes",
    "other": "Other forms",
    "exchange": "Exchange gain (loss)",
    "written_off": "Written off",
    "disputed": "Of it disputed",
    "notes_held": "Notes held",
    "encashed": "Notes encashed",
    "dishonoured": "Notes not honoured",
}


class Standing(Struct, kw_only=True):
    """One row in the book's currency. `outstanding` is what is due less what is held in advance;
    `notes` what notes settled, at what they brought where they are encashed.
    """

    opening: Decimal = ZERO
    agreed: Decimal = ZERO
    cash: Decimal = ZERO
    bilateral: Decimal = ZERO
    notes: Decimal = ZERO
    other: Decimal = ZERO
    exchange: Decimal = ZERO
    written_off: Decimal = ZERO
    outstanding: Decimal = ZERO
    disputed: Decimal = ZERO
    notes_held: Decimal = ZERO
    encashed: Decimal = ZERO
    dishonoured: Decimal = ZERO

    def amounts(self) -> dict[str, Decimal]:
        """Return the amounts by column."""
        return {key: getattr(self, key) for key in (*SIGNS, "outstanding", *MEMO)}

    @property
    def is_nil(self) -> bool:
        """Whether there is nothing to show."""
        return not any(self.amounts().values())


def status(selection: Selection) -> Report:
    """Return a row a donor in each fund and class, donors in their groups."""
    rows: dict[Row, Standing] = _rows(selection, selection.cut, lambda row: row)
    donors = selection.book.settings.donors
    layout = Layout()
    for group in selection.groups:
        own = {key[2]: row for key, row in rows.items() if key[:2] == group}
        if not own:
            continue
        layout.section(section_name(selection, *group))
        heading = ""
        for donor in sorted(own, key=lambda code: by_group_and_name(selection, code)):
            title = donors.kinds.groups[donors.group_of(donor)].title
            if title != heading:
                if heading:
                    layout.subtotal(f"Total, {heading}")
                heading = title
                layout.group(heading)
            layout.row(donor, donor=name_of(selection, donor), **own[donor].amounts())
        if heading:
            layout.subtotal(f"Total, {heading}")
        layout.total(f"Total, {section_name(selection, *group)}")
    layout.grand_total("Total, all together")
    return as_report(
        selection,
        over_the_cut(selection),
        name=NAME,
        title=TITLE,
        columns=[Column(key="donor", title="Donor"), *_columns(selection)],
        rows=layout.rows,
        notes=_notes(selection),
        ties=_ties(selection, rows),
        agreements=[
            Agreement(f"{title}: status and schedule", Part(NAME, key), Part("schedule", key))
            for title, key in (("exchange", "exchange"), ("written off", "written_off"))
        ],
    )


def status_by_year(selection: Selection) -> Report:
    """Return a row a year, in each fund and class: calendar years, or those of the funds shown."""
    layout = Layout()
    made = [
        (cut, _rows(selection, cut, lambda row: row[:2]))
        for cut in years_of(selection.cut, selection.year_begins)
    ]
    for group in selection.groups:
        own = [(cut, rows[group]) for cut, rows in made if group in rows]
        if not own:
            continue
        layout.section(section_name(selection, *group))
        for cut, standing in own:
            layout.row(year=cut.name, **standing.amounts())
        layout.total(f"Total, {section_name(selection, *group)}")
    layout.grand_total("Total, all together")
    fiscal = selection.year_begins != JANUARY
    return as_report(
        selection,
        over_the_cut(selection),
        name=BY_YEAR,
        title=TITLE_BY_YEAR,
        columns=[
            Column(key="year", title="Fiscal year" if fiscal else "Year"),
            *_columns(selection, by_year=True),
        ],
        rows=layout.rows,
        notes=_notes(selection),
        agreements=[
            Agreement(f"{title}: by year and by donor", Part(BY_YEAR, key), Part(NAME, key))
            for title, key in (
                ("agreed", "agreed"),
                ("cash", "cash"),
                ("bilateral", "bilateral"),
                ("notes", "notes"),
                ("other forms", "other"),
                ("exchange", "exchange"),
                ("written off", "written_off"),
            )
        ],
    )


def _rows(selection: Selection, cut: Cut, name: Callable[[Row], KeyT]) -> dict[KeyT, Standing]:
    """Return the rows over a cut by what `name` makes of fund, class and donor."""
    rows: dict[KeyT, Standing] = {}

    def row(fund: str, class_: str, donor: str) -> Standing:
        return rows.setdefault(name((fund, class_, donor)), Standing())

    figures = contribution_figures(
        selection, lambda item: (item.fund, item.class_, item.donor), cut
    )
    for place, own in figures.items():
        _add_figures(row(*place), own)
    for place, before, after in _advances(selection, cut):
        held = row(*place)
        held.opening -= before
        held.outstanding -= after
        held.cash += after - before
    for place, column, amount in _forms(selection, cut):
        found = row(*place)
        setattr(found, column, getattr(found, column) + amount)
        found.cash -= amount
    for place, column, amount in _memoranda(selection, cut):
        found = row(*place)
        setattr(found, column, getattr(found, column) + amount)
    return {place: found for place, found in rows.items() if not found.is_nil}


def _add_figures(row: Standing, own: Figures) -> None:
    row.opening += own.opening
    row.agreed += own.pledged + own.adjustments
    row.cash += own.collected
    row.exchange += own.exchange
    row.written_off += own.written_off
    row.outstanding += own.closing


def _advances(selection: Selection, cut: Cut) -> Iterator[tuple[Row, Decimal, Decimal]]:
    """Yield what is held in advance of each row the day before the cut, and at its end."""
    for held in selection.book.register.held:
        if held.kind != "in-advance" or held.entry.date > cut.end or not selection.covers(held):
            continue
        before = held.entry.date < cut.start or held.event == "opening"
        yield (
            (held.fund, held.class_, held.donor),
            held.value if before else ZERO,
            held.value,
        )


def form_of(change: Change, settings: Settings) -> str:
    """Return the column of the form in which a change settles: "cash", "bilateral", "notes" or
    "other".
    """
    if change.event in {"note-issued", "note-encashed", "note-dishonoured"}:
        return "notes"
    if not EVENTS[change.event].in_form:
        return CASH
    form = str(change.entry.meta.get("form", "") or BILATERAL)
    return "other" if form in settings.funds[change.after.fund].other_forms else BILATERAL


def _forms(selection: Selection, cut: Cut) -> Iterator[tuple[Row, str, Decimal]]:
    """Yield what was settled in other forms than cash, and was reassigned of it: of the present
    period, as the schedule moves it.
    """
    register = selection.book.register
    for changes in register.by_label.values():
        own: list[tuple[date, Claim, str, Decimal]] = []
        for change in changes:
            day = change.date
            if day > cut.end:
                break
            if change.event == "opening":
                continue
            start = register.settings.periods.start_of(day)
            if change.event == REASSIGNED and change.before is not None:
                moved = [each for each in own if each[0] >= start]
                own = [each for each in own if each[0] < start]
                for _, claim, column, amount in moved:
                    now = structs.replace(claim, donor=change.after.donor)
                    for whose, sign in ((claim, -1), (now, 1)):
                        if day >= cut.start and selection.covers(whose):
                            yield _row(whose), column, sign * amount
                    own.append((day, now, column, amount))
                continue
            if change.event not in RECEIVING:
                continue
            column = form_of(change, register.settings)
            amount = change.received + change.advanced
            if column == CASH or not amount:
                continue
            claim = change.before if change.before and change.before.is_open else change.after
            own.append((day, claim, column, amount))
            if day >= cut.start and selection.covers(claim):
                yield _row(claim), column, amount


def _row(claim: Claim) -> Row:
    return claim.fund, claim.class_, claim.donor


def _memoranda(selection: Selection, cut: Cut) -> Iterator[tuple[Row, str, Decimal]]:
    """Yield what is disputed and held in notes at the end, and what was encashed of notes or not
    honoured in the cut, at what they were carried at.
    """
    register, entries = selection.book.register, selection.book.entries
    for changes in register.by_label.values():
        claim = claim_at(changes, cut.end)
        if claim is None or not claim.disputed or not claim.is_recognised(cut.end):
            continue
        if selection.covers(claim):
            yield (
                _row(claim),
                "disputed",
                share(claim.value, claim.disputed, claim.units, claim.decimals),
            )
    for move in note_moves(entries, register.settings):
        if move.entry.date > cut.end or not selection.covers_line(move.line):
            continue
        place = (move.fund, move.class_, move.donor)
        yield place, "notes_held", move.value
        if move.entry.date >= cut.start and move.event in _LEAVING:
            yield place, _LEAVING[move.event], -move.value


_LEAVING = {"note-encashed": "encashed", "note-dishonoured": "dishonoured"}


def _columns(selection: Selection, *, by_year: bool = False) -> list[Column]:
    """Return the columns; what stands at an end of years is never added up over them."""
    unit, cut = selection.book.settings.currency, selection.cut
    titles = {
        **_TITLES,
        "opening": f"Outstanding at {long_date(cut.start - _DAY)}",
        "outstanding": f"Outstanding at {long_date(cut.end)}",
    }
    if by_year:
        titles["opening"] = "Outstanding at the beginning"
        titles["outstanding"] = "Outstanding at the end"
    return [
        Column(
            key=key,
            title=titles[key],
            kind="amount",
            unit="" if by_year and key in _AT_AN_END else unit,
            adds=SIGNS if key == "outstanding" and not by_year else {},
            memo=key in MEMO,
        )
        for key in (*SIGNS, "outstanding", *MEMO)
    ]


_AT_AN_END = frozenset({"opening", "outstanding", "disputed", "notes_held"})


def _notes(selection: Selection) -> list[str]:
    notes = [
        "Outstanding is what is due and not settled, less what is held in advance: in parentheses "
        "of who paid more than is due. What is disputed is outstanding too.",
        "A promissory note settles when it is taken; what it brings more or less than it was "
        "carried at is exchange. Notes held and encashed are at what they were carried at.",
        "Exchange is what settlements brought more or less than what was agreed is carried at: "
        "where the rate of a pledge is fixed, its gain or loss against that rate.",
    ]
    forms = sorted(
        {
            form
            for fund in selection.funds
            for form in selection.book.settings.funds[fund].other_forms
        }
    )
    if forms:
        notes.append(f"Other forms are: {', '.join(forms)}.")
    return notes


def _ties(selection: Selection, rows: Mapping[Row, Standing]) -> list[Tie]:
    """Set the forms beside the accounts, and what is outstanding beside the instalments."""
    if selection.scope.purpose:
        return []
    balances = balances_of(selection.as_kept)
    ties = []
    for group in selection.groups:
        own = [row for key, row in rows.items() if key[:2] == group]

        def added(*keys: str, own: list[Standing] = own) -> Decimal:
            return sum((getattr(row, key) for row in own for key in keys), ZERO)

        figures = [
            (
                "bilateral and other forms, expenditure accounts",
                added("bilateral", "other"),
                balances.booked(group, "bilateral"),
            ),
            ("notes held, accounts of notes", added("notes_held"), balances.held(group, "notes")),
            (
                "outstanding, as the columns make it",
                sum((sign * added(key) for key, sign in SIGNS.items()), ZERO),
                added("outstanding"),
            ),
            ("cash, as events tell it", added(CASH), _cash_of(selection, group)),
        ]
        ties += [
            Tie(f"{group[0]} {group[1]}: {title}", report, ledger, group[0])
            for title, report, ledger in figures
            if report or ledger
        ]
    return ties


def _cash_of(selection: Selection, group: tuple[str, str]) -> Decimal:
    """Return what came in cash on instalments of a fund and class and without a pledge, told entry
    by entry.
    """
    register, cut = selection.book.register, selection.cut
    cash = ZERO
    for change in register.changes:
        claim = change.before if change.before and change.before.is_open else change.after
        if (
            change.event in RECEIVING
            and change.date in cut
            and (claim.fund, claim.class_) == group
            and selection.covers(claim)
            and form_of(change, register.settings) == CASH
        ):
            cash += change.received + change.advanced
    for gift in register.gifts:
        if gift.entry.date in cut and (gift.fund, gift.class_) == group and selection.covers(gift):
            cash += gift.value
    return cash
