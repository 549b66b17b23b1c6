"""The confirmation of balance: what is unpaid on a day, and a slip on which the donor says so."""

from __future__ import annotations

from decimal import Decimal

from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.instalments import Instalment
from pledgebook.reports.letters.letter import Block, Facts, Letter, Paragraph, Slip
from pledgebook.reports.letters.paper import Order, Papers, about, compose
from pledgebook.reports.letters.tables import instalment_table


def unpaid(papers: Papers, order: Order) -> list[Instalment]:
    """Return the donor's instalments with something outstanding at the end of the cut."""
    return [
        line
        for line in papers.instalments.get(order.donor, [])
        if line.fund in order.funds and line.outstanding
    ]


def has_balance(papers: Papers, order: Order) -> bool:
    """Tell whether something is unpaid, in advance or not applied."""
    return bool(unpaid(papers, order) or any(_held(papers, order)))


def _held(papers: Papers, order: Order) -> tuple[Decimal, Decimal]:
    """Return what is held in advance and what is not applied, in the book's currency."""
    advance = sum(
        (
            line.figures.in_advance
            for (fund, _), rows in papers.schedule.sections.items()
            for line in rows
            if line.donor == order.donor and fund in order.funds
        ),
        ZERO,
    )
    waiting = sum((papers.unapplied.get((order.donor, fund), ZERO) for fund in order.funds), ZERO)
    return advance, waiting


def confirmation(papers: Papers, order: Order) -> Letter:
    """Return the letter that asks a donor to confirm its balance, with the slip to send back."""
    speaking, say = order.speaking, order.speaking.say
    cut, currency = papers.selection.cut, papers.settings.currency
    end = speaking.long_date(cut.end)
    lines = unpaid(papers, order)
    committed = [line for line in lines if line.status != "pledged"]
    total = sum((line.carrying for line in lines), ZERO)
    body: list[Block] = [
        about(papers, order, (say("Balance at"), end)),
        Paragraph(
            say(
                "For the audit of the accounts we should be grateful if you would confirm the "
                "balance of your contributions at {end}, as shown below, by returning the slip "
                "at the end of this letter. It is no request for payment.",
                end=end,
            )
        ),
    ]
    if lines:
        body.append(instalment_table(papers, order, lines, say("Unpaid at {end}", end=end)))
        if len(committed) < len(lines):
            body.append(Paragraph(say("Some of it is pledged and not yet committed.")))
    else:
        body.append(
            Paragraph(say("According to our records nothing was unpaid on that day."), strong=True)
        )
    titles = (say("Received in advance"), say("Received, not yet applied to a pledge"))
    beside = [
        (title, speaking.money(amount, currency))
        for title, amount in zip(titles, _held(papers, order), strict=True)
        if amount
    ]
    if beside:
        body.append(Facts(tuple(beside)))
    head = papers.letterhead(order.funds)
    return_to = head.lines("reply-to", speaking.code) or head.lines("address", speaking.code)
    slip = Slip(
        title=say("Reply slip"),
        facts=Facts(
            (
                (say("Reference"), order.reference or say("Draft, not sent")),
                (say("Donor"), papers.donor_name(order.donor, speaking)),
                (say("Unpaid at {end}", end=end), speaking.money(total, currency)),
            )
        ),
        choices=(
            say("We agree with the balance shown."),
            say("We do not agree. According to our records the balance is:"),
        ),
        blanks=(
            say("Amount and currency"),
            say("Remarks"),
            say("Name and title"),
            say("Signature"),
            say("Date"),
        ),
        return_to=(say("Please return to:"), *return_to) if return_to else (),
    )
    return compose(
        papers,
        order,
        body,
        subject=say("Confirmation of balance at {end}", end=end),
        slip=slip,
    )
