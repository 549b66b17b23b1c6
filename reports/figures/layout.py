"""Laying out a report: rows in sections, and the totals that name them.

A report says what stands in a row; which rows a total adds up is counted here, and its amounts are
filled in by the renderers' footing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from pledgebook.ledger.register.columns import Figures
from pledgebook.reports.figures.dates import long_date
from pledgebook.reports.figures.figures import Sort, contribution_figures
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.table import (
    NOTHING,
    Agreement,
    Chart,
    Column,
    Report,
    Row,
    Tie,
    Value,
)
from pledgebook.reports.figures.ties import balances_of

Key = tuple[str, str, str]
"""Fund, class and donor."""


class Layout:
    """Rows in the making. A subtotal adds up the rows since the last one, a total the subtotals
    (and loose rows) of its section, the grand total every total.
    """

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._loose: list[int] = []
        self._of_section: list[int] = []
        self._totals: list[int] = []

    def section(self, label: str) -> None:
        """Begin a section."""
        self.rows.append(Row(kind="section", label=label))

    def group(self, label: str) -> None:
        """Begin a group of rows within a section."""
        self.rows.append(Row(kind="group", label=label))

    def row(self, code: str = "", /, **values: Value) -> None:
        """Add a row, about the donor of that code if one is given."""
        self._loose.append(len(self.rows))
        label = str(values.get("label", ""))
        self.rows.append(Row(kind="row", values=values, donor=code, instalment=label))

    def gather(self, label: str, since: int) -> None:
        """Add up what was put at position `since` or later; from now on that total stands for it in
        what adds up the group and section.
        """
        inner = [at for at in self._loose if at >= since]
        self._loose = self._loose[: len(self._loose) - len(inner)]
        self._loose.append(self._put("subtotal", label, inner))

    def subtotal(self, label: str) -> None:
        """Add up the rows since the last subtotal."""
        if self._loose:
            self._of_section.append(self._put("subtotal", label, self._loose))
            self._loose = []

    def total(self, label: str) -> None:
        """Add up the section; a section without rows has a total of nothing."""
        self._totals.append(self._put("total", label, [*self._of_section, *self._loose]))
        self._loose, self._of_section = [], []

    def grand_total(self, label: str) -> None:
        """Add up the totals, where there are several."""
        if len(self._totals) > 1:
            self._put("total", label, self._totals)

    def _put(self, kind: str, label: str, adds: Sequence[int]) -> int:
        self.rows.append(
            Row(
                kind="subtotal" if kind == "subtotal" else "total",
                values={},
                label=label,
                adds=tuple(adds),
            )
        )
        return len(self.rows) - 1


def as_report(
    selection: Selection,
    subtitle: str,
    *,
    name: str,
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Row],
    notes: Sequence[str] = (),
    ties: Sequence[Tie] = (),
    agreements: Sequence[Agreement] = (),
    charts: Sequence[Chart] = (),
    payload: Mapping[str, object] | None = None,
) -> Report:
    """Return a report on a selection; one without rows says that there is nothing to report."""
    return Report(
        name=name,
        title=title,
        subtitle=subtitle,
        period=selection.cut.name,
        as_at=selection.cut.end,
        currency=selection.book.settings.currency,
        columns=columns,
        rows=rows or [Row(kind="section", label=NOTHING)],
        notes=notes,
        ties=ties,
        agreements=agreements,
        charts=charts,
        payload=payload,
    )


def over_the_cut(selection: Selection) -> str:
    """Return the subtitle of a report about what happened within the selection's cut."""
    cut = selection.cut
    return f"{long_date(cut.start)} to {long_date(cut.end)}"


def at_the_end(selection: Selection) -> str:
    """Return the subtitle of a report about how things stood at the end of the selection's cut."""
    return f"As at {long_date(selection.cut.end)}"


def section_name(selection: Selection, fund: str, class_: str) -> str:
    """Name a fund and class in a heading; of a fund with one class only the fund."""
    classes = selection.book.settings.funds[fund].classes
    return fund if len(classes) == 1 else f"{fund}, {class_}"


def name_of(selection: Selection, donor: str) -> str:
    """Return a donor's English name at the end of the cut, else the code."""
    names: dict[str, str] = selection.once("names", dict)
    if donor not in names:
        found = selection.book.settings.donors.get(donor)
        names[donor] = found.name_in("en", selection.cut.end) if found else donor
    return names[donor]


def by_group_and_name(selection: Selection, donor: str) -> tuple[int, tuple[str, ...]]:
    """Sort donors as the schedule does: by their group, then by name, those within another behind
    it; who is not known comes last.
    """
    donors = selection.book.settings.donors
    known = donor in donors
    group = donors.kinds.place_of(donors.group_of(donor)) if known else len(donors.kinds.groups)
    return group, tuple(name_of(selection, code) for code in donors.levels.path(donor))


def owed_ties(selection: Selection, figures: Figures) -> list[Tie]:
    """Set all that a report says is owed (due, later and only pledged) beside the accounts of
    instalments, as the book is kept.

    Under `agreement` what is due later is in closing already and not beside it. Accounts do not
    say what money is for, so a report limited to a purpose has nothing to be set beside.
    """
    if selection.scope.purpose:
        return []
    within = contribution_figures(selection, _is_receivable).get(True, Figures()).future
    owed = figures.closing + figures.future - within + figures.uncommitted
    return [Tie("owed by donors, pledge and memorandum accounts", owed, owed_per_ledger(selection))]


def owed_per_ledger(selection: Selection) -> Decimal:
    """Return what the accounts of instalments hold in the book's currency, as the book is kept."""
    balances = balances_of(selection.as_kept)
    return balances.total_held(selection.groups, "pledges", "memorandum")


def _is_receivable(sort: Sort) -> bool:
    return sort.kind == "pledges" and not sort.is_deferred
