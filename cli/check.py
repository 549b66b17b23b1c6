"""`pledgebook check`: what is wrong with a book, and what deserves a look."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from beancount.core.data import Transaction
from pledgebook.cli.common import (
    DONE,
    WAITS,
    answer,
    book_option,
    counted,
    open_book,
    place,
    wants_json,
)
from pledgebook.ledger.findings import Finding
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.rules import explain_rule


@click.command()
@click.argument("rules", metavar="[RULE]...", nargs=-1)
@book_option
def check(rules: tuple[str, ...]) -> None:
    """Load the book with its plugins; show errors and notices with their places. With the names of
    rules: what each means, and what breaks it.

    Where the book has no error, every report is made and held against the ledger.
    """
    meanings = {rule: explain_rule(rule) for rule in rules}
    book = open_book()
    transactions = sum(isinstance(entry, Transaction) for entry in book.entries)
    untied: list[Finding] = []
    if transactions and not book.errors:
        from pledgebook.reports.untied import find_untied  # noqa: PLC0415 - a new book has none

        untied = find_untied(book)
    errors = _without_echoes([describe(error, book) for error in (*book.errors, *untied)])
    notices = [describe(notice, book) for notice in book.notices]
    if rules:
        errors = [each for each in errors if each["rule"] in meanings]
        notices = [each for each in notices if each["rule"] in meanings]
    if wants_json():
        said: dict[str, object] = {"rules": meanings} if rules else {}
        answer(said | {"errors": errors, "notices": notices, "transactions": transactions})
    else:
        for rule, meaning in meanings.items():
            click.echo(f"{rule}: {meaning}")
        _print("error", errors)
        _print("notice", notices)
        click.echo(
            f"{book.path.name}: {counted(transactions, 'transaction')}, "
            f"{counted(len(errors), 'error')}, {counted(len(notices), 'notice')}"
        )
    sys.exit(WAITS if errors else DONE)


def _without_echoes(errors: list[dict[str, object]]) -> list[dict[str, object]]:
    """Leave out what Beancount says of an entry of which we said it in plain words."""
    ours = {(error["file"], error["line"]) for error in errors if error["rule"] != "beancount"}
    return [
        error
        for error in errors
        if error["rule"] != "beancount" or (error["file"], error["line"]) not in ours
    ]


def describe(error: Any, book: Book) -> dict[str, object]:
    """Return an error of ours or Beancount's as the contract has it: file, line, rule, message."""
    source = getattr(error, "source", None) or {}
    rule = error.rule if isinstance(error, Finding) else "beancount"
    file = str(source.get("filename", ""))
    path = Path(file)
    if path.is_absolute() and path.is_relative_to(book.folder):
        file = str(path.relative_to(book.folder))
    message = str(getattr(error, "message", error)).strip()
    if "syntax error" in message:
        message += " (the line is dropped; other errors may follow from it)"
    return {
        "file": file,
        "line": int(source.get("lineno", 0) or 0),
        "rule": rule,
        "message": message,
    }


def _print(kind: str, found: list[dict[str, object]]) -> None:
    by_rule: dict[str, list[dict[str, object]]] = {}
    for each in found:
        by_rule.setdefault(str(each["rule"]), []).append(each)
    colour = "red" if kind == "error" else "yellow"
    for rule, members in by_rule.items():
        click.secho(f"{kind} {rule} ({len(members)})", fg=colour, bold=True)
        for each in members:
            where = place(str(each["file"]), int(str(each["line"])))
            click.echo(f"  {where}: {each['message']}")
