"""Contributions by operative paragraph: which call of the resolution was answered by how much.

Two tables that must not be confused. The *primary call* counts each contribution once and adds up
to the schedule. The overlapping table counts a contribution under every paragraph it stands in
relation to; its lines must never be added.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from pledgebook.ledger.declared.mandates import Mandate, Tagging, paragraph_order
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.columns import Figures, total
from pledgebook.ledger.register.register import Claim, Gift
from pledgebook.ledger.register.tagging import deciding, tag_claim, tag_gift
from pledgebook.reports.figures.dates import long_date
from pledgebook.reports.figures.figures import contributions_of
from pledgebook.reports.figures.layout import as_report, over_the_cut
from pledgebook.reports.figures.selection import Selection, SelectionError
from pledgebook.reports.figures.table import Agreement, Chart, Column, Part, Report, Row, Tie

NAME = "paragraphs"
TITLE = "Contributions by operative paragraph"

ACKNOWLEDGED = "Acknowledged"
BEFORE = "Before the resolution"
REVIEW = "For review"
NO_CALL = "No paragraph calls for it"

_RELATIONS = (("calls", "call"), ("serves", "serves"), ("acknowledged", "acknowledged"))


def paragraphs(selection: Selection) -> Report:
    """Return contributions by paragraph of the selection's mandate, with both tables.

    Raises SelectionError where the book declares no mandate.
    """
    mandate = mandate_of(selection)
    taggings = taggings_of(selection, mandate)
    primary = taggings.figures(lambda tagging: [primary_line(tagging)])
    rows = _primary_rows(mandate, primary)
    rows += _overlapping_rows(mandate, taggings)
    everything = total(primary.values())
    schedule = total(figures for _, figures in contributions_of(selection))
    return as_report(
        selection,
        over_the_cut(selection),
        name=NAME,
        title=f"{TITLE} of {mandate.symbol}",
        columns=_columns(selection),
        rows=rows,
        notes=_notes(mandate, selection),
        ties=[
            Tie("pledged, schedule", everything.pledged, schedule.pledged),
            Tie("paid, schedule", _paid(everything), _paid(schedule)),
            Tie("unpaid, schedule", everything.closing, schedule.closing),
        ],
        agreements=[
            Agreement(
                f"{title}: primary calls and schedule", Part(NAME, own, 0), Part("schedule", key)
            )
            for title, own, key in (
                ("pledged", "pledged", "pledged"),
                ("unpaid", "outstanding", "closing"),
                ("future periods", "future", "future"),
                ("pledged, not committed", "uncommitted", "uncommitted"),
            )
        ],
        charts=[
            Chart(
                title="Primary call: pledged, paid and unpaid",
                columns=("pledged", "paid", "outstanding"),
                first=1,
                last=next(at for at, row in enumerate(rows) if row.kind == "total") - 1,
                names="paragraph",
            )
        ]
        if not everything.is_nil
        else [],
    )


def mandate_of(selection: Selection) -> Mandate:
    """Return the mandate that is asked for, else the book's first. Raises SelectionError where it
    declares none.
    """
    for symbol, mandate in selection.book.settings.mandates.items():
        if selection.mandate in {"", symbol}:
            return mandate
    raise SelectionError(
        'The book declares no mandate, so nothing is tagged by paragraph: add custom "mandate".'
    )


def primary_line(tagging: Tagging) -> str:
    """Return the line of the primary table that a contribution is counted in."""
    if tagging.primary_call:
        return tagging.primary_call
    if tagging.before:
        return BEFORE
    if tagging.acknowledged:
        return ACKNOWLEDGED
    return REVIEW if tagging.review else NO_CALL


class Tagged(NamedTuple):
    """A contribution, what the mandate says of it, and its figures over the cut."""

    item: Claim | Gift
    tagging: Tagging
    figures: Figures


class Taggings:
    """What a selection covers, `each` with its paragraphs under a mandate, and its figures by any
    way of reading these.
    """

    def __init__(self, selection: Selection, mandate: Mandate) -> None:
        settings = selection.book.settings
        known: dict[Hashable, Tagging] = {}
        self.each: list[Tagged] = []
        for item, figures in contributions_of(selection):
            piece = deciding(item)  # an instalment may be several pieces that answer the same
            if piece not in known:
                known[piece] = _tagging(item, mandate, settings)
            self.each.append(Tagged(item, known[piece], figures))

    @cached_property
    def by_donor(self) -> dict[tuple[Tagging, str], Figures]:
        """The figures by tagging and donor."""
        rows: dict[tuple[Tagging, str], Figures] = {}
        for item, tagging, figures in self.each:
            rows.setdefault((tagging, item.donor), Figures()).add(figures)
        return rows

    def figures(self, lines: Callable[[Tagging], Iterable[str]]) -> dict[str, Figures]:
        """Return the figures summed under each of the lines a tagging is read as."""
        rows: dict[str, Figures] = {}
        for (tagging, _), figures in self.by_donor.items():
            for line in lines(tagging):
                rows.setdefault(line, Figures()).add(figures)
        return rows


def taggings_of(selection: Selection, mandate: Mandate) -> Taggings:
    """Return what a selection covers with its paragraphs, worked out once a selection."""
    return selection.once(("taggings", mandate.symbol), lambda: Taggings(selection, mandate))


def _tagging(item: Claim | Gift, mandate: Mandate, settings: Settings) -> Tagging:
    found = tag_gift(item, settings) if isinstance(item, Gift) else tag_claim(item, settings)
    return next(each for each in found if each.mandate is mandate)


def _paid(figures: Figures) -> Decimal:
    return figures.collected_prior + figures.collected_current


def _amounts(figures: Figures) -> dict[str, Decimal]:
    return {
        "pledged": figures.pledged,
        "paid": _paid(figures),
        "outstanding": figures.closing,
        "future": figures.future,
        "uncommitted": figures.uncommitted,
    }


def _primary_rows(mandate: Mandate, primary: dict[str, Figures]) -> list[Row]:
    names = [*mandate.primary, ACKNOWLEDGED, BEFORE, REVIEW]
    names += sorted(set(primary) - set(names), key=paragraph_order)
    rows = [Row(kind="section", label="Primary call: each contribution once")]
    for name in names:
        figures = primary.get(name, Figures())
        values = {"paragraph": name, "summary": mandate.paragraphs.get(name, "")}
        rows.append(Row(kind="row", values={**values, **_amounts(figures)}))
    everything = total(primary.values())
    label = "Total, as in the schedule"
    adds = tuple(range(1, len(rows)))
    rows.append(
        Row(
            kind="total",
            values={"paragraph": label, **_amounts(everything)},
            label=label,
            adds=adds,
        )
    )
    return rows


def _overlapping_rows(mandate: Mandate, taggings: Taggings) -> list[Row]:
    rows = [Row(kind="section", label="Every relation: lines overlap and must not be added")]
    for attribute, relation in _RELATIONS:
        figures = taggings.figures(lambda tagging, of=attribute: getattr(tagging, of))  # type: ignore[misc]
        for paragraph in sorted(figures, key=paragraph_order):
            if figures[paragraph].is_nil:
                continue
            values = {
                "paragraph": paragraph,
                "relation": relation,
                "summary": mandate.paragraphs.get(paragraph, ""),
            }
            rows.append(Row(kind="row", values={**values, **_amounts(figures[paragraph])}))
    return rows


def _columns(selection: Selection) -> list[Column]:
    unit = selection.book.settings.currency
    return [
        Column(key="paragraph", title="Paragraph"),
        Column(key="relation", title="Relation"),
        Column(key="summary", title="What it asks"),
        Column(key="pledged", title="Pledged", kind="amount", unit=unit),
        Column(key="paid", title="Paid", kind="amount", unit=unit),
        Column(
            key="outstanding",
            title=f"Unpaid at {long_date(selection.cut.end)}",
            kind="amount",
            unit=unit,
        ),
        Column(key="future", title="Future periods", kind="amount", unit=unit, memo=True),
        Column(
            key="uncommitted", title="Pledged, not committed", kind="amount", unit=unit, memo=True
        ),
    ]


def _notes(mandate: Mandate, selection: Selection) -> list[str]:
    order = ", ".join(mandate.primary)
    notes = [
        "Lines of the second table overlap: a contribution may answer several paragraphs. They "
        "must never be added up.",
        f"The primary call of a contribution is the first of {order} that calls for it.",
    ]
    in_advance = sum(
        (
            held.value
            for held in selection.book.register.held
            if held.kind == "in-advance"
            and selection.covers(held)
            and held.entry.date <= selection.cut.end
        ),
        ZERO,
    )
    if in_advance:
        notes.append(
            f"Not counted above: {in_advance:,.2f} {selection.book.settings.currency} received in "
            "advance of later periods."
        )
    return notes
