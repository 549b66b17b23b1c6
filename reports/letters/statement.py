"""The statement of contributions: one donor's rows of the schedule, instalment by instalment."""

from __future__ import annotations

from decimal import Decimal

from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.columns import CLOSING, Figures
from pledgebook.reports.letters.language import mark
from pledgebook.reports.letters.letter import Block, Heading, Letter, Line, Paragraph, Table
from pledgebook.reports.letters.paper import Order, Papers, about, compose
from pledgebook.reports.letters.tables import (
    collection_table,
    column_title,
    instalment_table,
    rates_named,
    sections_of,
    shown_instalments,
)

_TITLES = {
    "opening": mark("Unpaid at {start}"),
    "adjustments": mark("Adjustments to prior pledges"),
    "pledged": mark("Pledged"),
    "collected_prior": mark("Collected for prior pledges"),
    "collected_current": mark("Collected for current pledges"),
    "exchange": mark("Exchange differences"),
    "written_off": mark("Written off"),
    "closing": mark("Unpaid at {end}"),
    "uncommitted": mark("Pledged, not committed"),
    "of_which": mark("Of which due in later periods"),
    "future": mark("Due in later periods"),
    "in_advance": mark("Received in advance"),
    "from_before": mark("Collected above, of which received in advance before {start}"),
    "refunded": mark("Refunded"),
    "unapplied": mark("Received, not yet applied to a pledge"),
}
_BESIDE = ("from_before", "uncommitted", "future", "in_advance", "refunded")


def has_statement(papers: Papers, order: Order) -> bool:
    """Tell whether the donor has anything to be stated."""
    return bool(sections_of(papers, order)) or bool(
        any((order.donor, fund) in papers.unapplied for fund in order.funds)
    )


def statement(papers: Papers, order: Order) -> Letter:
    """Return the donor's statement over the cut: its rows of the schedule in the book's currency,
    signed so that they add up to what is unpaid; its instalments in their currencies; what came in.
    """
    speaking, say = order.speaking, order.speaking.say
    cut = papers.selection.cut
    start, end = speaking.long_date(cut.start), speaking.long_date(cut.end)
    body: list[Block] = [
        about(papers, order, (say("Period"), say("{start} to {end}", start=start, end=end))),
        Paragraph(
            say(
                "This is the statement of your contributions from {start} to {end}, as they stand "
                "in the accounts of the fund. Pledges in other currencies are carried at the "
                "rate of exchange of their date{source}; what a payment brought more or less than "
                "that is shown as exchange differences.",
                source=rates_named(papers, order),
                start=start,
                end=end,
            )
        ),
        _summary(papers, order),
    ]
    instalments = shown_instalments(papers, order)
    if instalments:
        body.append(
            instalment_table(
                papers,
                order,
                instalments,
                say("Your pledges in their own currencies, at {end}", end=end),
            )
        )
    came, went = (table.get(order.donor, []) for table in (papers.collections, papers.returns))
    received = sorted(
        (each for each in [*came, *went] if each.key.fund in order.funds),
        key=lambda each: each.key.day,
    )
    waiting = [each for each in papers.waiting.get(order.donor, []) if each.fund in order.funds]
    if received or waiting:
        caption = say("Received from {start} to {end}", start=start, end=end)
        body.append(collection_table(papers, order, received, caption, waiting))
    body.append(
        Paragraph(
            say("Should your records differ, please let us know, quoting the reference above.")
        )
    )
    return compose(
        papers,
        order,
        body,
        subject=say("Statement of contributions, {start} to {end}", start=start, end=end),
    )


def _summary(papers: Papers, order: Order) -> Table:
    """Return the schedule's columns as lines, a column a fund and class, and a total of these."""
    speaking, say = order.speaking, order.speaking.say
    settings, cut = papers.settings, papers.selection.cut
    own = {
        key: {
            **_amounts(papers, key, line.figures),
            "from_before": _from_before(papers, (*key, order.donor)),
        }
        for key in sections_of(papers, order)
        for line in papers.schedule.sections[key]
        if line.donor == order.donor
    }
    several = len(papers.funds_of(order.donor, order.funds)) > 1
    headings = [Heading("line", column_title(speaking, settings.currency))]
    for fund, class_ in own:
        name = papers.class_name(class_, speaking)
        headings.append(
            Heading(
                f"{fund} {class_}",
                f"{fund}, {name}" if several else name,
                "amount",
                settings.currency,
            )
        )
    if len(own) != 1:
        headings.append(Heading("total", say("Total"), "amount", settings.currency))
    columns = list(own.values())
    if len(columns) != 1:
        columns.append({key: sum((each[key] for each in columns), ZERO) for key in _TITLES})
    when = {"start": speaking.long_date(cut.start), "end": speaking.long_date(cut.end)}
    titles = {key: say(text, **when) for key, text in _TITLES.items()}
    lines = [_line(titles["opening"], columns, "opening", 1)]
    for key, sign in CLOSING.items():
        if key != "opening" and any(each[key] for each in columns):
            lines.append(_line(titles[key], columns, key, sign))
    closing = _line(titles["closing"], columns, "closing", 1)
    lines.append(Line(closing.cells, total=True))
    if any(each["of_which"] for each in columns):
        lines.append(_line(titles["of_which"], columns, "of_which", 1))
    beside = [
        _line(titles[key], columns, key, 1) for key in _BESIDE if any(each[key] for each in columns)
    ]
    waiting = sum((papers.unapplied.get((order.donor, fund), ZERO) for fund in order.funds), ZERO)
    if waiting:
        blank: tuple[Decimal | None, ...] = (None,) * (len(columns) - 1)
        beside.append(Line((titles["unapplied"], *blank, waiting)))
    note = say("The amounts below what is unpaid are for your information and not included in it.")
    return Table(
        name="summary",
        caption=say("Summary"),
        headings=tuple(headings),
        lines=(*lines, *beside),
        note=note if beside else "",
    )


def _from_before(papers: Papers, row: tuple[str, str, str]) -> Decimal:
    """Return what of a row's collected came in advance before the cut: so much less came in it."""
    register, cut = papers.book.register, papers.selection.cut
    total = ZERO
    for label, value in papers.released.get(row, {}).items():
        before = sum(
            (
                held.value
                for held in register.held_under.get(label, ())
                if held.kind == "in-advance"
                and (held.entry.date < cut.start or held.event == "opening")
            ),
            ZERO,
        )
        total += min(value, before)
    return total


def _amounts(papers: Papers, section: tuple[str, str], figures: Figures) -> dict[str, Decimal]:
    """Return a row's amounts. Under `agreement` what is due later is a part of what is unpaid."""
    fund, class_ = section
    within = papers.settings.funds[fund].policy(class_) == "agreement"
    amounts = {**figures.amounts(), "of_which": ZERO, "unapplied": ZERO}
    if within:
        amounts["of_which"], amounts["future"] = amounts["future"], ZERO
    return amounts


def _line(title: str, columns: list[dict[str, Decimal]], key: str, sign: int) -> Line:
    return Line((title, *(sign * each[key] for each in columns)))
