"""The official receipt: for one collection, under a number of its fund and year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pledgebook.ledger.correspondence.receipts import OfficialReceipt
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.collections import Collection
from pledgebook.ledger.register.instalments import by_number
from pledgebook.reports.letters.letter import Block, Letter, Paragraph
from pledgebook.reports.letters.paper import Order, Papers, about, compose
from pledgebook.reports.letters.tables import collection_table


def official_receipt(papers: Papers, order: Order) -> Letter:
    """Return the receipt that is ordered as it was issued. One that the book keeps as sent before
    bears a banner that says it is a copy, and of which letter. A void one bears a banner that says
    so, why, and which receipt replaces it, thanks for nothing and is not signed. Where the payment
    of a void receipt was taken out of the book, the sum alone is stated. Raises ValueError for an
    order that names no receipt.
    """
    receipt = order.receipt
    if receipt is None:
        raise ValueError("an official receipt is written as it was issued: order one by its number")
    speaking, say = order.speaking, order.speaking.say
    order = replace(order, funds=(receipt.fund,), day=receipt.issued_on)
    body: list[Block] = []
    body.append(
        about(
            papers,
            order,
            (say("Received on"), speaking.long_date(receipt.key.day)),
            (say("Amount received"), speaking.money(receipt.amount, receipt.currency)),
        )
    )
    void = _void(papers, order, receipt)
    if not void:
        body.append(
            Paragraph(
                say(
                    "The receipt of this contribution to the fund named above is acknowledged "
                    "with thanks."
                )
            )
        )
    collection = papers.by_key.get(receipt.key)
    if collection:
        body.append(collection_table(papers, order, [collection], say("What was received")))
        charges = say("Amounts are as they were paid, before charges of banks on the way.")
        body.append(Paragraph(charges))
        if collection.returned:
            back = speaking.money(collection.returned, receipt.currency)
            body.append(
                Paragraph(say("Of this, {amount} was taken back by the bank.", amount=back))
            )
    return compose(
        papers,
        order,
        body,
        subject=say("Official receipt No. {number}", number=receipt.number),
        facts=((say("Receipt No."), receipt.number),),
        receipt=receipt.number,
        void=void,
        copy=_copy(papers, order, receipt),
    )


def _void(papers: Papers, order: Order, receipt: OfficialReceipt) -> tuple[str, ...]:
    """Return the lines of the banner over a void receipt; none for one that counts."""
    speaking, say = order.speaking, order.speaking.say
    if not receipt.void_on:
        return ()
    lines = [
        say("VOID"),
        say(
            "This receipt has not counted since {day}: {reason}",
            day=speaking.long_date(receipt.void_on),
            reason=receipt.void,
        ),
    ]
    lines += [
        say("It is replaced by official receipt No. {number}.", number=other.number)
        for other in papers.receipts
        if other.key == receipt.key and not other.void
    ]
    return tuple(lines)


def _copy(papers: Papers, order: Order, receipt: OfficialReceipt) -> tuple[str, ...]:
    """Return the lines of the banner over a receipt that was sent before; none for the original."""
    speaking, say = order.speaking, order.speaking.say
    sent = [each for each in papers.letters if each.receipt == receipt.number]
    if not sent:
        return ()
    first = min(sent, key=lambda each: each.sent_on)
    return (
        say("COPY"),
        say(
            "The original was sent on {day} under the reference {reference}.",
            day=speaking.long_date(first.sent_on),
            reference=first.reference,
        ),
    )


def without_receipt(papers: Papers, donors: Sequence[str] = ()) -> list[Collection]:
    """Return the collections of the cut (of some donors, or of all) for which no receipt counts,
    in order of their days; none of money that the bank has taken back whole.
    """
    counted = {each.key for each in papers.receipts if not each.void}
    return sorted(
        (
            each
            for code, own in papers.collections.items()
            for each in own
            if (not donors or code in donors)
            and each.key.fund in papers.selection.funds
            and each.key not in counted
            and each.kept > ZERO
        ),
        key=lambda each: (each.key.day, each.key.fund, each.key.donor, by_number(each.key.labels)),
    )
