"""`python -m benchmarks`: measure the rows, print the table, write the page."""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import click

from benchmarks.measuring import Figure, MeasuringError, copy_processes
from benchmarks.page import HEAD, LARGE, PAGE, STANDARD, cells, write_table
from benchmarks.rows import QUICK, Bench, Row, Sizes
from benchmarks.table import large_rows, rows


@click.command()
@click.option("--rows", "pattern", metavar="PATTERN", help="Only rows whose name this fits.")
@click.option("--large", is_flag=True, help="The rows that take minutes each.")
@click.option("--quick", is_flag=True, help="So small that no figure means anything.")
@click.option("--copies", is_flag=True, help="Copies of this process, not new ones: soon done.")
@click.option("--list", "only_list", is_flag=True, help="Only name the rows.")
@click.option(
    "--page",
    type=click.Path(path_type=Path),
    help="Where the table is written: docs/performance.md, or nowhere with --rows or --quick.",
)
def main(
    *,
    pattern: str | None,
    large: bool,
    quick: bool,
    copies: bool,
    only_list: bool,
    page: Path | None,
) -> None:
    """Measure Pledgebook beside what it stands on.

    Exit status 1: a row could not be measured, and no page is written. A goal that is not met
    changes nothing: machines differ.
    """
    sizes = QUICK if quick else Sizes()
    whole = large_rows(sizes) if large else rows(sizes)
    chosen = [row for row in whole if pattern is None or re.search(pattern, row.name)]
    if only_list:
        click.echo("\n".join(row.name for row in chosen))
        return
    if copies:
        copy_processes()
    begun = time.monotonic()
    figures = _measure(chosen, sizes)
    click.echo(f"{len(figures)} rows in {time.monotonic() - begun:.0f} s.")
    if len(figures) < len(chosen):
        sys.exit(1)
    if page is None and pattern is None and not (quick or copies):
        page = PAGE
    if page:
        write_table(page, LARGE if large else STANDARD, chosen, figures)


def _measure(chosen: Sequence[Row], sizes: Sizes) -> dict[str, Figure]:
    """Measure rows and print each as soon as it is there; return what was measured, by name."""
    texts = [HEAD[:2], *((row.name, row.against) for row in chosen)]
    widths = [*(max(map(len, column)) for column in zip(*texts, strict=True)), 9, 9, 3, 0]
    _print(HEAD, widths)
    figures: dict[str, Figure] = {}
    with tempfile.TemporaryDirectory(prefix="pledgebook-bench-") as folder:
        bench = Bench(Path(folder), sizes)
        for row in chosen:
            try:
                figures[row.name] = row.measure(bench)
            except MeasuringError as error:
                click.echo(f"{row.name}: {error}", err=True)
            else:
                _print(cells(row, figures[row.name]), widths)
    return figures


def _print(words: Sequence[str], widths: Sequence[int]) -> None:
    click.echo("  ".join(map("{:{}}".format, words, widths)).rstrip())


if __name__ == "__main__":
    main()
