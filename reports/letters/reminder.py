"""The reminder: instalments that fell due and are unpaid, with the days since."""

from __future__ import annotations

from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.instalments import Instalment, by_number
from pledgebook.reports.letters.letter import Block, Heading, Letter, Line, Paragraph, Table
from pledgebook.reports.letters.paper import Order, Papers, about, compose, payment_lines
from pledgebook.reports.letters.tables import column_title, total_line


def overdue(papers: Papers, order: Order) -> list[Instalment]:
    """Return the donor's committed instalments that fell due before the end of the cut and are
    unpaid, the oldest first.
    """
    found = [
        line
        for line in papers.instalments.get(order.donor, [])
        if line.fund in order.funds and line.overdue
    ]
    return sorted(found, key=lambda line: (line.due or line.pledged_on, by_number(line.label)))


def reminder(papers: Papers, order: Order) -> Letter:
    """Return the letter that reminds of what is overdue at the end of the cut."""
    speaking, say = order.speaking, order.speaking.say
    end = speaking.long_date(papers.selection.cut.end)
    body: list[Block] = [
        about(papers, order, (say("Situation at"), end)),
        Paragraph(
            say(
                "According to our records the following contributions had fallen due and were "
                "not received by {end}. We should be grateful for their payment, or for word of "
                "when it may be expected.",
                end=end,
            )
        ),
        _table(papers, order, overdue(papers, order)),
    ]
    body += payment_lines(papers, order)
    body.append(
        Paragraph(
            say(
                "If payment was made meanwhile, please accept our thanks, and let us have its date "
                "and the bank's reference."
            )
        )
    )
    return compose(
        papers, order, body, subject=say("Contributions due and unpaid at {end}", end=end)
    )


def _table(papers: Papers, order: Order, lines: list[Instalment]) -> Table:
    say, currency = order.speaking.say, papers.settings.currency
    end = papers.selection.cut.end
    headings = (
        Heading("label", say("Instalment"), "code"),
        Heading("purpose", say("Purpose")),
        Heading("due", say("Due"), "date"),
        Heading("days", say("Days overdue"), "count"),
        Heading("currency", say("Currency"), "code"),
        Heading("unpaid", say("Unpaid"), "amount"),
        Heading("value", column_title(order.speaking, currency), "amount", currency),
    )
    rows = [
        Line(
            (
                line.label,
                papers.purpose_name(line.purpose, order.speaking)
                or papers.class_name(line.class_, order.speaking),
                line.due,
                (end - line.due).days if line.due else 0,
                line.currency,
                line.outstanding,
                line.carrying,
            )
        )
        for line in lines
    ]
    total = sum((line.carrying for line in lines), ZERO)
    rows.append(total_line(headings, say("Total"), value=total))
    return Table(
        name="overdue", caption=say("Due and unpaid"), headings=headings, lines=tuple(rows)
    )
