"""The group of commands, and what every command shares: the book, `--json`, refusals."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from typing import Any, NamedTuple

import click


class _Entry(NamedTuple):
    """Where a command is found, and what the list of commands says of it: how its help begins."""

    module: str
    name: str
    does: str


_COMMANDS = {
    "init": _Entry("init", "init", "Make a new book in DIR"),
    "demo": _Entry("demo", "demo", "Make the example in DIR"),
    "inspect": _Entry("sheets", "inspect", "Show what the importer sees in FILE"),
    "import": _Entry(
        "sheets", "import_", "Take donors' spreadsheets and banks' statements into the book"
    ),
    "match": _Entry("match", "match", "Propose which pledge each receipt pays, with reasons"),
    "rates": _Entry("rates", "rates", "Take rates of exchange into the book"),
    "check": _Entry("check", "check", "Load the book with its plugins; show errors and notices"),
    "pledges": _Entry(
        "pledges", "pledges", "List the register: who promised what, who paid, what is unpaid"
    ),
    "record": _Entry("record", "record", "Record one event by hand"),
    "take-out": _Entry("mend", "take_out_", "Take a wrong entry of an open period out of the book"),
    "approve": _Entry("mend", "approve_", "Approve an entry that waits (flag !)"),
    "report": _Entry("report", "report", "Make reports by NAME, or all of them"),
    "data": _Entry("data", "data", "Write the register and what happened as flat tables"),
    "export": _Entry("export", "export", "Write the book in the form of a standard"),
    "audit-pack": _Entry("audit_pack", "audit_pack", "Make what auditors ask for, with a sample"),
    "publish": _Entry("publish", "publish", "Write what is public of the book into DIR"),
    "letter": _Entry("letters", "letter", "Write letters to donors and official receipts"),
    "close": _Entry("close", "close", "Close PERIOD: seal it and carry what is left into the next"),
    "certify": _Entry("close", "certify", "Write down who certified or audited PERIOD"),
    "verify": _Entry("close", "verify", "Prove that nothing sealed was changed"),
    "reopen": _Entry("close", "reopen", "Open the sealed PERIOD again"),
    "log": _Entry("log", "log_", "List what was written to the book"),
    "undo": _Entry("log", "undo", "Take a whole WRITE back"),
    "finish": _Entry("log", "finish", "Finish a write that was interrupted"),
    "schema": _Entry("schema", "schema", "Print the JSON schema of what COMMAND --json answers"),
    "serve": _Entry("serve", "serve", "Open the book in Fava, on localhost"),
}


class _Commands(click.Group):
    """A group whose commands are imported only when they are asked for, not to list them. It is the
    one door by which what is refused reaches a person: the sentence, and status 2. Where a person
    stops a command, what that leaves is told there too.
    """

    def invoke(self, ctx: click.Context) -> object:
        from pledgebook.cli.common import fail, say_stopped  # noqa: PLC0415 - not to list commands
        from pledgebook.ledger.findings import FutureDateError, RefusedError  # noqa: PLC0415

        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # the reader went away
            raise
        except FutureDateError as refusal:
            fail(f"{str(refusal).rstrip('.')}, or say that it is meant: --future.")
        except (RefusedError, OSError) as refusal:
            fail(str(refusal))
        except (KeyboardInterrupt, click.Abort):
            say_stopped(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        entry = _COMMANDS.get(cmd_name)
        if entry is None:
            return None
        gc.disable()  # an import makes many objects and drops few
        try:
            module = importlib.import_module(f"pledgebook.cli.{entry.module}")
        finally:
            gc.enable()
        command: click.Command = getattr(module, entry.name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, f"{entry.does}.") for name, entry in _COMMANDS.items()])


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
    if os.environ.get("NO_COLOR"):
        context.color = False


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
