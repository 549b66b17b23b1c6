"""`pledgebook export`: the book in the forms of standards."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click
from pledgebook.cli.common import DONE, WAITS, answer, book_option, open_book, say, wants_json
from pledgebook.ledger.files.writing import error_sentence
from pledgebook.ledger.findings import RefusedError
from pledgebook.ledger.money import format_amount
from pledgebook.ledger.register.book import Book


@click.group()
def export() -> None:
    """Write the book in the form of a standard: iati, un-data."""


_OUT = click.option("--out", type=click.Path(path_type=Path), required=True, help="The file.")


@export.command()
@_OUT
@book_option
def iati(out: Path) -> None:
    """Write an IATI 2.03 activity file of what donors pledged, committed and paid."""
    from pledgebook.reports.iati import reconcile, to_iati  # noqa: PLC0415
    from pledgebook.reports.render.files import write_whole  # noqa: PLC0415

    book = _sound_book()
    content = to_iati(book)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(out, content)
    found = reconcile(book)
    if wants_json():
        answer(
            {
                "written": str(out),
                "reconciled": [
                    {
                        "currency": each.currency,
                        "promised": format_amount(each.promised),
                        "received": format_amount(each.received),
                        "unpaid": format_amount(each.unpaid),
                        "differences": {
                            name: format_amount(amount) for name, amount in each.differences.items()
                        },
                        "agrees": each.agrees,
                    }
                    for each in found
                ],
            }
        )
    say(f"Wrote {out}.")
    for each in found:
        named = "".join(f"; {name} {amount:,.2f}" for name, amount in each.differences.items())
        say(
            f"{each.currency}: promised {each.promised:,.2f}, received {each.received:,.2f}, "
            f"unpaid {each.unpaid:,.2f}{named}"
        )
    sys.exit(DONE if all(each.agrees for each in found) else WAITS)


def _sound_book() -> Book:
    book = open_book()
    if book.errors:
        raise RefusedError(
            f"The book has {len(book.errors)} error(s), and what is exported goes to others. "
            f"First: {error_sentence(book.errors[0])} Mend it: pledgebook check."
        )
    return book


@export.command("un-data")
@click.option("--year", type=click.IntRange(1946, 9998), required=True, help="A calendar year.")
@_OUT
@book_option
def un_data(year: int, out: Path) -> None:
    """Write a year's revenue by the UN data standards: contributor, type and instrument."""
    from pledgebook.ledger.files.answering import book_answering  # noqa: PLC0415
    from pledgebook.reports.render.files import write_whole  # noqa: PLC0415
    from pledgebook.reports.un_data import FIRST_YEAR, revenue_of, to_csv  # noqa: PLC0415

    book = _sound_book()
    found = revenue_of(book_answering(book, date(year, 1, 1)), year)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(out, to_csv(found).encode("utf-8-sig"))
    if wants_json():
        answer(
            {
                "written": str(out),
                "year": year,
                "currency": found.currency,
                "rows": len(found.rows),
                "illustration": year < FIRST_YEAR,
                "revenue": format_amount(found.revenue),
                "statement": format_amount(found.statement),
                "differences": {
                    name: format_amount(amount) for name, amount in found.differences.items()
                },
                "agrees": found.agrees,
            }
        )
    say(f"Wrote {out}: {len(found.rows)} rows, revenue {found.revenue:,.2f} {found.currency}.")
    if year < FIRST_YEAR:
        say(f"The standards begin with {FIRST_YEAR}: of {year} the file is an illustration.")
    say(f"Statement of income: {found.statement:,.2f}.")
    for name, amount in found.differences.items():
        say(f"Difference: {name}: {amount:,.2f}.")
    sys.exit(DONE if found.agrees else WAITS)
