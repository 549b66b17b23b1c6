"""The annual statement of official receipts: what was issued for a donor's contributions of a year.

It stands outside the numbering of receipts and replaces none of them: their own numbers are named,
the void ones too, and what came in without a receipt. The two add up to what was received.
"""

from __future__ import annotations

from collections.abc import Sequence

from pledgebook.ledger.correspondence.receipts import OfficialReceipt
from pledgebook.ledger.money import ZERO
from pledgebook.reports.letters.letter import Block, Heading, Letter, Line, Paragraph, Table, Value
from pledgebook.reports.letters.paper import Order, Papers, about, compose
from pledgebook.reports.letters.receipt import without_receipt
from pledgebook.reports.letters.tables import collection_table, column_title, total_line


def receipts_of(papers: Papers, order: Order) -> list[OfficialReceipt]:
    """Return the donor's official receipts for what came in the cut, in order of their numbers."""
    cut = papers.selection.cut
    return [
        each
        for each in papers.receipts
        if each.key.donor == order.donor and each.key.fund in order.funds and each.key.day in cut
    ]


def annual_receipts(papers: Papers, order: Order) -> Letter:
    """Return the list of a donor's official receipts for what came in the cut. A void receipt is
    named and not counted; what has no receipt stands in a table of its own.
    """
    speaking, say = order.speaking, order.speaking.say
    cut = papers.selection.cut
    start, end = speaking.long_date(cut.start), speaking.long_date(cut.end)
    body: list[Block] = [
        about(papers, order, (say("Period"), say("{start} to {end}", start=start, end=end))),
        Paragraph(
            say(
                "These official receipts were issued for your contributions received from {start} "
                "to {end}. This statement is no receipt, bears no number of one and replaces none.",
                start=start,
                end=end,
            )
        ),
        _table(papers, order, receipts_of(papers, order)),
    ]
    missing = [
        each for each in without_receipt(papers, [order.donor]) if each.key.fund in order.funds
    ]
    if missing:
        caption = say("Received in the period, for which no receipt was issued")
        body.append(collection_table(papers, order, missing, caption))
    return compose(
        papers,
        order,
        body,
        subject=say(
            "Annual statement of official receipts, {start} to {end}", start=start, end=end
        ),
    )


def _table(papers: Papers, order: Order, receipts: Sequence[OfficialReceipt]) -> Table:
    speaking, say = order.speaking, order.speaking.say
    currency = papers.settings.currency
    voided = any(each.void for each in receipts)
    headings = [
        Heading("number", say("Receipt No."), "code"),
        Heading("issued", say("Issued on"), "date"),
        Heading("day", say("Received on"), "date"),
        Heading("label", say("Instalment"), "code"),
        Heading("value", column_title(speaking, currency), "amount", currency),
    ]
    if voided:
        headings.insert(4, Heading("void", say("Void since"), "date"))
    lines = []
    for each in receipts:
        values: dict[str, Value] = {
            "number": each.number,
            "issued": each.issued_on,
            "day": each.key.day,
            "label": each.key.labels,
            "void": each.void_on,
            "value": None if each.void else each.amount,
        }
        lines.append(Line(tuple(values[heading.key] for heading in headings)))
    counted = sum((each.amount for each in receipts if not each.void), ZERO)
    lines.append(total_line(headings, say("Total"), value=counted))
    note = say("A void receipt does not count; what replaces it has a number of its own.")
    return Table(
        name="receipts",
        caption=say("Official receipts"),
        headings=tuple(headings),
        lines=tuple(lines),
        note=note if voided else "",
    )
