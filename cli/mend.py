"""`pledgebook take-out` and `pledgebook approve`: one entry of an open period."""

from __future__ import annotations

from datetime import date

import click
from pledgebook.cli.common import DAY, answer, book_option, say, wants_json
from pledgebook.cli.writing import Propose, carry_out, written_names
from pledgebook.ledger.files.mending import (
    approved_text,
    find_entry,
    text_of,
    try_approve,
    try_take_out,
)
from pledgebook.ledger.files.writing import Tried
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.register import Claim

_ENTRY = click.argument("entry", metavar="ENTRY")
_DAY = click.option("--date", "day", type=DAY, help="Its day, where several are named so.")
_YES = click.option("--yes", is_flag=True, help="Do it without asking.")
_DRY = click.option("--dry-run", is_flag=True, help="Only show and try it.")


@click.command("take-out")
@_ENTRY
@_DAY
@_YES
@_DRY
@book_option
def take_out_(entry: str, day: date | None, *, yes: bool, dry_run: bool) -> None:
    """Take a wrong entry of an open period out of the book.

    ENTRY is its place (2002-2003.beancount:69), a label, a link, a ref or an obligation. It is
    shown first. Refused where a later entry rests on it, its period is sealed or a receipt was
    issued for it.
    """

    def propose(book: Book) -> tuple[str, Tried]:
        found = find_entry(book, entry, day)
        text = text_of(book, found)
        say(text.rstrip("\n"))
        for change in book.register.changes:
            if change.entry is found:
                say(_told_before(change.label, change.before, book))
        return text, try_take_out(book, found)

    _do(propose, "Take this out?", assured=yes, dry_run=dry_run)


@click.command("approve")
@_ENTRY
@_DAY
@click.option("--by", required=True, metavar="NAME", help="Who approves it.")
@_YES
@_DRY
@book_option
def approve_(entry: str, day: date | None, by: str, *, yes: bool, dry_run: bool) -> None:
    """Approve an entry that waits (flag !): it gets the flag * and approved-by.

    ENTRY is its place (2002-2003.beancount:69), a label, a link, a ref or an obligation. Where the
    fund asks for four eyes, not by the person who entered it.
    """

    def propose(book: Book) -> tuple[str, Tried]:
        found = find_entry(book, entry, day)
        tried = try_approve(book, found, by)
        text = approved_text(book, found, by)
        say(text)
        return f"{text}\n", tried

    _do(propose, "Approve this?", assured=yes, dry_run=dry_run)


def _told_before(label: str, before: Claim | None, book: Book) -> str:
    if before is None:
        return f"Without it {label} is not in the book."
    return (
        f"Without it {label} has {before.units:,.2f} {before.currency} outstanding again, carried "
        f"at {before.value:,.2f} {book.settings.currency}."
    )


def _do(propose: Propose[str], question: str, *, assured: bool, dry_run: bool) -> None:
    """Try a change, ask, and make it."""
    text, tried = carry_out(propose, question, assured=assured, dry_run=dry_run)
    (name,) = written_names(tried)
    if wants_json():
        answer({"entry": text, "written": [] if dry_run else [name], "dry_run": dry_run})
    else:
        say("Nothing was written (dry run)." if dry_run else f"Written to {name}.")
