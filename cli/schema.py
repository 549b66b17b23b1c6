"""`pledgebook schema`: the JSON schemas of answers, and the errors there are."""

from __future__ import annotations

import click
from pledgebook.cli.common import answer


@click.command()
@click.argument("name", metavar="[COMMAND]", nargs=-1)
def schema(name: tuple[str, ...]) -> None:
    """Print the JSON schema of what COMMAND --json answers.

    Without COMMAND it lists those that have one. `schema errors` prints the rules by which errors
    and notices are named, with what each means: names stay as they are.
    """
    from pledgebook.cli.schemas import ANSWERS, schema_of  # noqa: PLC0415
    from pledgebook.ledger.rules import read_rules  # noqa: PLC0415

    asked = " ".join(name)
    if not asked:
        click.echo("\n".join([*ANSWERS, "errors"]))
    elif asked == "errors":
        answer({"errors": dict(read_rules())})
    else:
        answer(schema_of(asked))
