"""`pledgebook record`: spending, and money that moves between funds and classes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import click
from pledgebook.cli.record_common import (
    AMOUNT,
    DOLLARS,
    Recording,
    earmark_options,
    event_command,
    read_place,
)
from pledgebook.ledger import events
from pledgebook.ledger.recording import find_donor

_PLACES = "FUND[/CLASS[/PURPOSE]]"
_FROM = click.option("--from", "source", required=True, metavar=_PLACES, help="Whose money.")
_TO = click.option("--to", "target", required=True, metavar=_PLACES, help="Whose it becomes.")


@click.command()
@click.argument("dollars", type=DOLLARS)
@click.option("--obligated", is_flag=True, help="An obligation raised, not paid yet.")
@earmark_options
@event_command
def expenditure(
    recording: Recording,
    dollars: Decimal,
    fund: str,
    class_: str,
    purpose: str,
    *,
    obligated: bool,
) -> None:
    """DOLLARS are spent on the programme."""
    recording.record(
        events.expenditure(
            recording.book.settings,
            day=recording.day,
            earmark=recording.earmark(fund, class_, purpose),
            dollars=dollars,
            narration="Obligation raised" if obligated else "Programme expenditure",
            obligated=obligated,
        )
    )


@click.command()
@click.argument("dollars", type=DOLLARS)
@earmark_options
@event_command
def obligation(
    recording: Recording, dollars: Decimal, fund: str, class_: str, purpose: str
) -> None:
    """An obligation is paid: no new expenditure."""
    recording.record(
        events.obligation_paid(
            recording.book.settings,
            day=recording.day,
            earmark=recording.earmark(fund, class_, purpose),
            dollars=dollars,
            narration="Obligation paid",
        )
    )


@click.command()
@click.argument("dollars", type=DOLLARS)
@earmark_options
@event_command
def savings(recording: Recording, dollars: Decimal, fund: str, class_: str, purpose: str) -> None:
    """An obligation of an earlier period is not needed: below the line."""
    recording.record(
        events.savings(
            recording.book.settings,
            day=recording.day,
            earmark=recording.earmark(fund, class_, purpose),
            dollars=dollars,
            narration="Savings on an obligation of an earlier period",
        )
    )


@click.command("programme-support")
@click.argument("expenditure", type=DOLLARS)
@click.option("--percent", type=AMOUNT, default=Decimal(13), show_default=True)
@earmark_options
@event_command
def programme_support(
    recording: Recording,
    expenditure: Decimal,
    percent: Decimal,
    fund: str,
    class_: str,
    purpose: str,
) -> None:
    """Support costs on EXPENDITURE: a cost of its class, income of the support class."""
    recording.record(
        events.programme_support(
            recording.book.settings,
            day=recording.day,
            earmark=recording.earmark(fund, class_, purpose),
            expenditure=expenditure,
            rate=percent / 100,
        )
    )


@click.command()
@click.argument("shares", metavar="FUND[/CLASS[/PURPOSE]]=DOLLARS...", nargs=-1, required=True)
@event_command
def interest(recording: Recording, shares: Sequence[str]) -> None:
    """Interest as advised, to each class its share."""
    read = []
    for text in shares:
        place, _, dollars = text.rpartition("=")
        read.append((read_place(recording, place), DOLLARS.convert(dollars, None, None)))
    recording.record(events.interest(recording.book.settings, day=recording.day, shares=read))


@click.command("operating-reserve")
@click.argument("dollars", type=DOLLARS)
@click.option("--free", is_flag=True, help="Given free again.")
@earmark_options
@event_command
def operating_reserve(
    recording: Recording, dollars: Decimal, fund: str, class_: str, purpose: str, *, free: bool
) -> None:
    """A part of the balance is set aside as operating reserve."""
    recording.record(
        events.operating_reserve(
            recording.book.settings,
            day=recording.day,
            earmark=recording.earmark(fund, class_, purpose),
            dollars=-dollars if free else dollars,
            narration="Operating reserve given free" if free else "Operating reserve set aside",
        )
    )


@click.command()
@click.argument("dollars", type=DOLLARS)
@_FROM
@_TO
@click.option("--settled", is_flag=True, help="The cash moved too; else it is owed.")
@click.option("--donor", default="", help="The donor who asked for it.")
@event_command
def transfer(
    recording: Recording, dollars: Decimal, source: str, target: str, donor: str, *, settled: bool
) -> None:
    """Collected money passes to another fund or class; no schedule is touched."""
    settings, day = recording.book.settings, recording.day
    recording.record(
        events.transfer(
            settings,
            day=day,
            source=read_place(recording, source),
            target=read_place(recording, target),
            dollars=dollars,
            narration=f"Transfer from {source} to {target}",
            settled=settled,
            donor=find_donor(settings, donor, day).code if donor else "",
        )
    )


@click.command()
@click.argument("dollars", type=DOLLARS)
@_FROM
@_TO
@event_command
def settlement(recording: Recording, dollars: Decimal, source: str, target: str) -> None:
    """Money that one fund owes another is paid."""
    recording.record(
        events.settlement(
            recording.book.settings,
            day=recording.day,
            source=read_place(recording, source),
            target=read_place(recording, target),
            dollars=dollars,
            narration=f"Settlement from {source} to {target}",
        )
    )
