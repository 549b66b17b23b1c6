"""`pledgebook record`: one event by hand, shown before it is booked."""

from __future__ import annotations

import click
from pledgebook.cli import record_pledges, record_receipts, record_spending


@click.group()
def record() -> None:
    """Record one event by hand: it is shown first, and booked once you agree.

    It is refused, and nothing is written, if the book would have an error.
    """


for _module in (record_pledges, record_receipts, record_spending):
    for _command in vars(_module).values():
        if isinstance(_command, click.Command):
            record.add_command(_command)
