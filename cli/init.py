"""`pledgebook init`: a new book."""

from __future__ import annotations

from pathlib import Path

import click
from pledgebook.cli.common import failing_on
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.findings import RefusedError


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Make a new book in DIR: funds, mandate, biennium 2002-2003, inbox, Fava settings."""
    with failing_on(RefusedError, OSError):
        main = make_book(folder)
    click.echo(f"Made the book {main}.")
    click.echo(f"Its funds, purposes and donors stand in {folder / 'settings.beancount'}.")
    click.echo(f"Put donors' files into {folder / 'inbox'} and rates of exchange into")
    click.echo(f"{folder / 'rates.beancount'}, then: pledgebook --book {folder} check")
