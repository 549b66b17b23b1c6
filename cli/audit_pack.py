"""`pledgebook audit-pack`: what auditors ask for of a period, as one workbook."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click
from pledgebook.cli.common import (
    DAY,
    DONE,
    WAITS,
    answer,
    book_for,
    book_option,
    fail,
    now,
    open_book,
    wants_json,
)
from pledgebook.cli.report import say_what_differs
from pledgebook.ledger.files.writing import error_sentence
from pledgebook.reports import select, source_of
from pledgebook.reports.audit_pack import audit_pack as make_pack
from pledgebook.reports.figures.selection import cut_of
from pledgebook.reports.render import render, to_document


@click.command("audit-pack")
@click.option("--period", metavar="P", help="A declared period, a year or a quarter of one.")
@click.option("--as-at", type=DAY, help="End the period at that day.")
@click.option("--items", type=click.IntRange(1), default=25, show_default=True, metavar="N",
              help="About so many entries are drawn.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0), required=True, metavar="N",
              help="The number by which the first unit is drawn.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), help="A file (.xlsx .html .pdf).")
@book_option
def audit_pack(
    period: str | None, as_at: date | None, items: int, seed: int, out: Path | None
) -> None:
    """Make what auditors ask for, with a sample by value, as one workbook.

    Besides: balances that donors confirmed, and what came in after the end. The population is tied
    to the ledger; a sample is found again by its --seed.
    """
    if out is None and not wants_json():
        fail("Say where to write the pack: --out FILE.xlsx, or --json.")
    book = open_book()
    answering = book_for(book, cut_of(book, period, as_at).start)
    for each in (book, answering):
        if each.errors:
            fail(f"The book has errors. First: {error_sentence(each.errors[0])}")
    selection = select(answering, period, as_at)
    made = make_pack(selection, seed=seed, items=items)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        render(made, source_of(selection, now()), out)
        click.echo(f"Wrote {out} for {selection.cut.name}.", err=wants_json())
    if wants_json():
        answer({"reports": [to_document(each) for each in made]})
    sys.exit(WAITS if say_what_differs(made) else DONE)
