"""The group of commands, and what every command shares: the book, `--json`, exit status."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

_COMMANDS = {
    "init": ("pledgebook.cli.init", "init"),
    "demo": ("pledgebook.cli.demo", "demo"),
    "inspect": ("pledgebook.cli.sheets", "inspect"),
    "import": ("pledgebook.cli.sheets", "import_"),
    "match": ("pledgebook.cli.match", "match"),
    "rates": ("pledgebook.cli.rates", "rates"),
    "check": ("pledgebook.cli.check", "check"),
    "pledges": ("pledgebook.cli.pledges", "pledges"),
    "record": ("pledgebook.cli.record", "record"),
    "take-out": ("pledgebook.cli.mend", "take_out_"),
    "approve": ("pledgebook.cli.mend", "approve_"),
    "report": ("pledgebook.cli.report", "report"),
    "letter": ("pledgebook.cli.letters", "letter"),
    "close": ("pledgebook.cli.close", "close"),
    "verify": ("pledgebook.cli.close", "verify"),
    "reopen": ("pledgebook.cli.close", "reopen"),
    "finish": ("pledgebook.cli.log", "finish"),
    "serve": ("pledgebook.cli.serve", "serve"),
}


class _Commands(click.Group):
    """A group whose commands are imported only when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--book", metavar="BOOK", help="The book's main file or folder.")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
@click.option("--trust", is_flag=True, help="Trust code that the book brings.")
@click.version_option(package_name="pledgebook", message="%(prog)s %(version)s")
@click.pass_context
def group(context: click.Context, book: str | None, as_json: bool, trust: bool) -> None:
    """Keep a voluntary contributions ledger: pledges, payments, funds, reports.

    BOOK is a book's main file or its folder; without --book it is $BEANCOUNT_FILE, else
    ./main.beancount. Exit status: 0 done; 1 done, but something waits for a person; 2 not done.
    """
    context.obj = {"book": book, "json": as_json, "trust": trust}


def main() -> None:
    """Run the command; a fault of the user's is a sentence, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
    try:
        group(prog_name="pledgebook")
    except BrokenPipeError:  # the reader went away, as `| head` does
        sys.stderr.close()
        sys.exit(0)
