"""`pledgebook init`: a new book."""

from __future__ import annotations

from pathlib import Path

import click
from pledgebook.ledger.files.making import make_book


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Make a new book in DIR: funds, mandate, biennium 2002-2003, inbox, Fava settings."""
    main = make_book(folder)
    click.echo(f"Made the book {main}.")
    click.echo(f"Its funds, purposes and donors stand in {folder / 'settings.beancount'}.")
    click.echo(f"Put donors' files into {folder / 'inbox'} and rates of exchange into")
    click.echo(f"{folder / 'rates.beancount'}, then: pledgebook --book {folder} check")
