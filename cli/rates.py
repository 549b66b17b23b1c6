"""`pledgebook rates`: published rates of exchange, into the book's prices."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
from pledgebook.cli.common import (
    DONE,
    WAITS,
    answer,
    book_option,
    fail,
    wants_json,
)
from pledgebook.cli.writing import opened
from pledgebook.importers.rates.judging import JudgedRates, by_reason, judge_rates, save_rates
from pledgebook.importers.rates.published import read_rates
from pledgebook.importers.values.dates import DateOrder
from pledgebook.ledger.declared.currencies import is_currency
from pledgebook.ledger.money import format_units

_FEW = 8


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--currency", "codes", metavar="C", multiple=True, help="Keep this currency too.")
@click.option("--all", "everything", is_flag=True, help="Keep every currency of the file.")
@click.option("--replace", is_flag=True, help="Let corrected rates take the place of the book's.")
@click.option(
    "--dates",
    type=click.Choice(["day-first", "month-first"]),
    help="How to read a day such as 01/03/2002, where none of the file tells.",
)
@click.option(
    "--base", metavar="C", default="", help="The currency they are against, where it is not told."
)
@click.option("--dry-run", is_flag=True, help="Show what would become of each rate; write nothing.")
@book_option
def rates(
    file: Path,
    codes: Sequence[str],
    everything: bool,
    replace: bool,
    dates: str | None,
    base: str,
    dry_run: bool,
) -> None:
    """Take rates of exchange into the book: XML, CSV or workbook, as published."""
    for code in (*codes, *([base] if base else [])):
        if not is_currency(code):
            fail(f"{code!r} is no currency: give a code such as EUR.")
    order: DateOrder | None = None
    if dates:
        order = "dmy" if dates == "day-first" else "mdy"
    opening = opened(not dry_run, ends_if_finished=False)
    with opening as book:
        judged = judge_rates(
            book,
            read_rates(file, order),
            currencies=codes,
            everything=everything,
            replace=replace,
            base=base,
        )
        if not dry_run:
            judged = save_rates(book, judged)
    if wants_json():
        answer(_document(judged, book.folder, dry_run=dry_run))
    else:
        _show(judged, dry_run=dry_run)
    sys.exit(WAITS if judged.waits else DONE)


def _show(judged: JudgedRates, *, dry_run: bool) -> None:
    counts = judged.counts()
    total = counts.pop("rates")
    shown = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    click.secho(f"{judged.file.path} ({judged.file.kind})", bold=True)
    click.echo(f"  {total} rates: {shown}")
    click.echo(f"  the book keeps rates of {', '.join(judged.kept)}")
    for (verdict, reason), own in by_reason(judged.verdicts).items():
        if verdict == "duplicate" or not reason:
            continue
        codes = sorted({each.row.currency for each in own})
        more = f" and {len(codes) - _FEW} more" if len(codes) > _FEW else ""
        places = [each.row.place for each in own]
        at = f" ({places[0]}{f' and {len(places) - 1} more' if len(places) > 1 else ''})"
        at = "" if verdict == "ignored" else at
        click.echo(f"  {verdict} {', '.join(codes[:_FEW])}{more}{at}: {reason}")
    new = counts["imported"]
    codes = sorted({each.row.currency for each in judged.verdicts if each.verdict == "imported"})
    of = f" of {', '.join(codes)}" if codes else ""
    if dry_run:
        click.echo(f"{new} rates{of} would be written (dry run: nothing was).")
    elif judged.written:
        names = ", ".join(path.name for path in judged.written)
        click.echo(f"{new} rates{of} written to {names}.")
    else:
        click.echo("Nothing new to write.")


def _document(judged: JudgedRates, folder: Path, *, dry_run: bool) -> dict[str, object]:
    file = asdict(judged.file)
    del file["rows"], file["asked"]
    return {
        **file,
        "kept": list(judged.kept),
        "counts": judged.counts(),
        "verdicts": [
            {
                "place": each.row.place,
                "currency": each.row.currency,
                "date": each.row.day.isoformat() if each.row.day else None,
                "rate": format_units(each.row.number) if each.row.number is not None else None,
                "before": format_units(each.before) if each.before is not None else None,
                "verdict": each.verdict,
                "reason": each.reason,
            }
            for each in judged.verdicts
        ],
        "written": [str(path.relative_to(folder)) for path in judged.written],
        "dry_run": dry_run,
    }
