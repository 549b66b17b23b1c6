"""`pledgebook finish`: what was interrupted while it was written."""

from __future__ import annotations

import click
from pledgebook.cli.common import answer, book_option, failing_on, find_main, wants_json
from pledgebook.ledger.files.committing import recover
from pledgebook.ledger.files.locking import one_writer
from pledgebook.ledger.findings import RefusedError


@click.command()
@book_option
def finish() -> None:
    """Finish a write that was interrupted; every command that writes does it first."""
    folder = find_main().parent
    with failing_on(RefusedError, OSError), one_writer(folder):
        finished = recover(folder)
    if wants_json():
        answer({"finished": finished.what if finished else None})
    elif finished:
        click.echo(f"Finished: {finished.what or 'a write'} by {finished.by}.")
    else:
        click.echo("No write was interrupted.")
