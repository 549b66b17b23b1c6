"""`pledgebook record`: money from donors, and money that goes back to them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import click
from pledgebook.cli.record_common import (
    DOLLARS,
    PAID,
    Recording,
    check_money,
    earmark_options,
    event_command,
)
from pledgebook.ledger import events
from pledgebook.ledger.building import EventRefusedError
from pledgebook.ledger.currencies import EURO_RATES
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.money import ZERO, format_units
from pledgebook.ledger.rates import Rate
from pledgebook.ledger.recording import (
    Asked,
    advance_for,
    dollars_of_day,
    due_releases,
    find_claim,
    find_donor,
    free_labels,
    read_amount,
    receipt_held,
    redenominated,
    releasable,
    settle,
)
from pledgebook.ledger.returning import find_return


@click.command()
@click.argument("paid", metavar="LABEL[=AMOUNT[CUR][@DOLLARS]]...", nargs=-1, required=True)
@click.option("--dollars", type=DOLLARS, help="What reached the bank, in dollars.")
@click.option("--at-un-rate", is_flag=True, help="Credited in the pledge's currency: UN rate.")
@click.option("--charges", type=DOLLARS, default=ZERO, help="What banks kept, in dollars.")
@click.option("--payer", default="", help="Who paid, if it was not the donor.")
@click.option("--receipt", default="", help="Label of what is paid too much; else the next free.")
@event_command
def payment(
    recording: Recording,
    paid: Sequence[str],
    dollars: Decimal | None,
    charges: Decimal,
    payer: str,
    receipt: str,
    *,
    at_un_rate: bool,
) -> None:
    """A payment of one instalment or several; without an amount, of all that is outstanding.

    What is paid too much waits as an unapplied receipt. A pledge in a currency that the euro
    replaced is redenominated first, where the amount is in another.
    """
    book, day = recording.book, recording.day
    drafts, asked = _read_paid(recording, paid)
    rate: Rate | None = None
    if at_un_rate:
        dollars, rate = _at_un_rate(recording, asked, dollars)
    gross = None if dollars is None else dollars + charges
    dollar = book.settings.currency
    settled, excess = settle(book.register, asked, gross, day, dollar)
    if excess and not receipt:
        receipt = free_labels(book.register).receipt(day)
    drafts.append(
        events.joint_payment(
            book.settings,
            day=day,
            settled=settled,
            charges=charges,
            excess=excess,
            receipt=receipt if excess else "",
            rate=rate,
            meta={"payer": payer} if payer else None,
        )
    )
    recording.record(*drafts, before=[each.claim for each in asked])


def _read_paid(recording: Recording, texts: Sequence[str]) -> tuple[list[Draft], list[Asked]]:
    book, day = recording.book, recording.day
    drafts: list[Draft] = []
    asked = []
    for text in texts:
        read = PAID.fullmatch(text)
        if read is None:
            raise EventRefusedError(
                f"{text!r} is not LABEL, LABEL=AMOUNT or LABEL=AMOUNT@DOLLARS, as in "
                "AUT-2002-01.1=40000."
            )
        claim = find_claim(book.register, read["label"], day)
        currency = read["currency"] or claim.currency
        if currency != claim.currency:
            if claim.currency not in EURO_RATES:
                raise EventRefusedError(
                    f"{claim.label} is in {claim.currency}; state what is settled of it in that "
                    f"currency, not in {currency}."
                )
            drafts.append(
                events.redenomination(book.settings, day=day, claim=claim, currency=currency)
            )
            claim = redenominated(claim, currency)
        amount = read_amount(read["amount"]) if read["amount"] else None
        if amount is not None:
            check_money(amount, currency, day)
        dollars = DOLLARS.convert(read["dollars"], None, None) if read["dollars"] else None
        asked.append(Asked(claim, amount, dollars))
    return drafts, asked


def _at_un_rate(
    recording: Recording, asked: Sequence[Asked], dollars: Decimal | None
) -> tuple[Decimal, Rate | None]:
    currencies = {each.claim.currency for each in asked}
    if dollars is not None or len(currencies) != 1:
        raise EventRefusedError("--at-un-rate is for one currency, and instead of --dollars.")
    units = [each.claim.units if each.amount is None else each.amount for each in asked]
    return dollars_of_day(recording.book, sum(units, Decimal(0)), currencies.pop(), recording.day)


@click.command()
@click.argument("label", required=False)
@click.option("--all", "every", is_flag=True, help="All whose biennium has begun.")
@event_command
def release(recording: Recording, label: str | None, *, every: bool) -> None:
    """Deferred instalment LABEL, or --all that are due, and money in advance become income."""
    book, day = recording.book, recording.day
    if every == (label is not None):
        raise EventRefusedError("Name one instalment, or say --all.")
    found = list(due_releases(book, day))
    if label is not None:
        claim = find_claim(book.register, label, day)
        if claim.due and book.settings.periods.start_of(claim.due) > day:
            raise EventRefusedError(f"{label} is due on {claim.due}: its biennium has not begun.")
        found = [releasable(book.register, claim, day)]
    drafts = [
        events.release(book.settings, day=day, claim=claim, deferred=deferred, advance=advance)
        for claim, deferred, advance in found
        if deferred or advance
    ]
    if not drafts:
        raise EventRefusedError(f"Nothing is to be released on {day}.")
    recording.record(*drafts)


@click.command()
@click.argument("donor")
@click.argument("dollars", type=DOLLARS, required=False)
@click.option("--original", default="", metavar="AMOUNT CUR", help='As sent, "5000 EUR".')
@earmark_options
@event_command
def receipt(
    recording: Recording,
    donor: str,
    dollars: Decimal | None,
    original: str,
    fund: str,
    class_: str,
    purpose: str,
) -> None:
    """A contribution of DONOR that no pledge preceded, at the DOLLARS received.

    Without DOLLARS, the --original amount at the UN rate of the day. Also for a share of
    confiscated proceeds.
    """
    book, day = recording.book, recording.day
    rate: Rate | None = None
    meta = {}
    if original:
        number, _, currency = original.partition(" ")
        amount = read_amount(number)
        check_money(amount, currency, day)
        meta["original"] = f"{format_units(amount)} {currency}"
        if dollars is None:
            dollars, rate = dollars_of_day(book, amount, currency, day)
    if dollars is None:
        raise EventRefusedError("State the dollars received, or the --original amount.")
    recording.record(
        events.receipt_without_pledge(
            book.settings,
            day=day,
            donor=find_donor(book.settings, donor, day).code,
            earmark=recording.earmark(fund, class_, purpose),
            dollars=dollars,
            narration="Contribution without a pledge",
            rate=rate,
            meta=meta,
        )
    )


@click.command()
@click.argument("dollars", type=DOLLARS)
@click.option("--fund", default="")
@click.option("--label", default="", help="Its label; else the next free, R-2003-0001.")
@click.option("--payer", default="", help="Who paid, as far as it is known.")
@event_command
def unapplied(recording: Recording, dollars: Decimal, fund: str, label: str, payer: str) -> None:
    """Money whose donor, purpose or pledge is not known yet."""
    book, day = recording.book, recording.day
    recording.record(
        events.receipt_unapplied(
            book.settings,
            day=day,
            fund=recording.earmark(fund, "", "").fund,
            label=label or free_labels(book.register).receipt(day),
            dollars=dollars,
            narration="Unapplied receipt",
            meta={"payer": payer} if payer else None,
        )
    )


@click.command()
@click.argument("receipt")
@click.argument("paid", metavar="[LABEL[=AMOUNT[CUR][@DOLLARS]]]...", nargs=-1)
@click.option("--dollars", type=DOLLARS, help="How much of the receipt; else all it holds.")
@click.option("--donor", default="", help="Whose it is, if no pledge preceded it.")
@earmark_options
@event_command
def application(
    recording: Recording,
    receipt: str,
    paid: Sequence[str],
    dollars: Decimal | None,
    donor: str,
    fund: str,
    class_: str,
    purpose: str,
) -> None:
    """Unapplied RECEIPT settles instalments or, with --donor, is a contribution of its own."""
    book, day = recording.book, recording.day
    held, amount = receipt_held(book.register, receipt, day)
    if bool(paid) == bool(donor):
        raise EventRefusedError("Name the instalments it settles, or the --donor it is from.")
    if donor:
        if dollars not in {None, amount}:
            raise EventRefusedError("A receipt without a pledge is applied whole: no --dollars.")
        recording.record(
            events.application_without_pledge(
                book.settings,
                day=day,
                receipt=receipt,
                held=held,
                amount=amount,
                donor=find_donor(book.settings, donor, day).code,
                earmark=recording.earmark(fund or held.fund, class_, purpose),
            )
        )
        return
    drafts, asked = _read_paid(recording, paid)
    gross = amount if dollars is None else dollars
    in_dollars = all(each.claim.currency == book.settings.currency for each in asked)
    if in_dollars and dollars is None and all(each.amount is not None for each in asked):
        gross = sum((each.amount or ZERO for each in asked), ZERO)
    settled, _ = settle(book.register, asked, gross, day, book.settings.currency)
    drafts.append(
        events.application(
            book.settings, day=day, receipt=receipt, held=held, amount=amount, settled=settled
        )
    )
    recording.record(*drafts)


@click.command("returned-payment")
@click.argument("label")
@click.option("--reverses", required=True, help="The payment's date or its ref.")
@click.option("--dollars", type=DOLLARS, help="What the bank took back; else all of it.")
@event_command
def returned_payment(
    recording: Recording, label: str, reverses: str, dollars: Decimal | None
) -> None:
    """The bank takes a payment of instalment LABEL back: the instalment is open again."""
    register, day = recording.book.register, recording.day
    found = find_return(recording.book, label, reverses, day)
    recording.record(
        events.returned_payment(
            recording.book.settings,
            day=day,
            now=found.now,
            was=found.was,
            dollars=found.dollars if dollars is None else dollars,
            reverses=reverses,
            advance=advance_for(register, found.now.label, day),
            told=found.told,
        )
    )


@click.command()
@click.argument("donor", required=False)
@click.argument("dollars", type=DOLLARS, required=False)
@click.option("--receipt", default="", help="The receipt that holds an over-payment.")
@earmark_options
@event_command
def refund(
    recording: Recording,
    donor: str | None,
    dollars: Decimal | None,
    receipt: str,
    fund: str,
    class_: str,
    purpose: str,
) -> None:
    """Unspent earmarked money goes back to DONOR; or what --receipt holds, paid too much."""
    settings, day = recording.book.settings, recording.day
    code = find_donor(settings, donor, day).code if donor else ""
    if receipt:
        held, amount = receipt_held(recording.book.register, receipt, day)
        recording.record(
            events.refund_overpayment(
                settings,
                day=day,
                receipt=receipt,
                held=held,
                amount=amount,
                dollars=dollars,
                donor=code,
            )
        )
        return
    if not code or dollars is None:
        raise EventRefusedError("State DONOR and DOLLARS, or the --receipt that is refunded.")
    recording.record(
        events.refund_unspent(
            settings,
            day=day,
            donor=code,
            earmark=recording.earmark(fund, class_, purpose),
            dollars=dollars,
            narration="Refund of the unspent balance",
        )
    )


@click.command("in-kind")
@click.argument("donor")
@click.argument("value", type=DOLLARS)
@earmark_options
@event_command
def in_kind(
    recording: Recording, donor: str, value: Decimal, fund: str, class_: str, purpose: str
) -> None:
    """A contribution of DONOR in kind, at the donor's VALUE: outside every money total."""
    settings, day = recording.book.settings, recording.day
    recording.record(
        events.in_kind(
            settings,
            day=day,
            donor=find_donor(settings, donor, day).code,
            earmark=recording.earmark(fund, class_, purpose),
            value=value,
            narration="Contribution in kind",
        )
    )
