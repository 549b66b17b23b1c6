"""The acknowledgement of commitments: what a donor committed in the cut, with rates and value."""

from __future__ import annotations

from pledgebook.ledger.money import ZERO, round_to
from pledgebook.ledger.register.instalments import pledge_of
from pledgebook.ledger.register.register import Change
from pledgebook.reports.letters.letter import Block, Heading, Letter, Line, Paragraph, Table, Value
from pledgebook.reports.letters.paper import Order, Papers, about, compose, payment_lines
from pledgebook.reports.letters.tables import column_title, rates_named, total_line


def commitments(papers: Papers, order: Order) -> list[Change]:
    """Return the changes by which the donor committed an instalment in the cut (of one pledge, if
    it is named), in the order of days and labels.
    """
    pledge = order.pledge
    return [
        change
        for change in papers.commitments.get(order.donor, [])
        if change.after.fund in order.funds and (not pledge or pledge_of(change.label) == pledge)
    ]


def acknowledgement(papers: Papers, order: Order) -> Letter:
    """Return the letter that thanks for commitments and says how they are recorded."""
    speaking, say = order.speaking, order.speaking.say
    changes = commitments(papers, order)
    pledges = list(dict.fromkeys(pledge_of(change.label) for change in changes))
    days = " / ".join(dict.fromkeys(speaking.long_date(change.date) for change in changes))
    body: list[Block] = [
        about(papers, order, (say("Pledge"), ", ".join(pledges)), (say("Dated"), days)),
        Paragraph(
            say(
                "We thank you for your commitment, which is recorded in the accounts of the fund "
                "as shown below. Its value is at the rate of exchange of its date{source}.",
                source=rates_named(papers, order),
            )
        ),
        _table(papers, order, changes),
        Paragraph(
            say(
                "Please let us know if anything is not as you intended, and quote the instalment "
                "with each payment."
            )
        ),
    ]
    body += payment_lines(papers, order)
    return compose(
        papers,
        order,
        body,
        subject=say("Your commitment {pledge}", pledge=", ".join(pledges)),
    )


def _table(papers: Papers, order: Order, changes: list[Change]) -> Table:
    say, currency = order.speaking.say, papers.settings.currency
    headings = (
        Heading("label", say("Instalment"), "code"),
        Heading("purpose", say("Purpose")),
        Heading("due", say("Due"), "date"),
        Heading("currency", say("Currency"), "code"),
        Heading("amount", say("Amount"), "amount"),
        Heading("rate", say("Rate"), "code"),
        Heading("value", column_title(order.speaking, currency), "amount", currency),
    )
    lines = []
    total = ZERO
    for change in changes:
        claim = change.after
        rate: Value = ""
        if claim.currency != currency and claim.value:
            rate = f"{round_to(claim.units / claim.value, 4).normalize():f}"
        purpose = papers.purpose_name(claim.purpose, order.speaking)
        total += claim.value
        lines.append(
            Line(
                (
                    claim.label,
                    purpose or papers.class_name(claim.class_, order.speaking),
                    claim.due,
                    claim.currency,
                    claim.units,
                    rate,
                    claim.value,
                )
            )
        )
    lines.append(total_line(headings, say("Total"), value=total))
    return Table(
        name="commitments", caption=say("Instalments"), headings=headings, lines=tuple(lines)
    )
