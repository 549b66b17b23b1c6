"""What `pledgebook import` says to a person: a line for the many, the cells of the few."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click
from pledgebook.cli.statements import show_statements
from pledgebook.importers.cells import Sheet
from pledgebook.importers.imports import ImportResult
from pledgebook.importers.totals import ControlTotal
from pledgebook.importers.verdicts import JudgedFile, JudgedTable, Verdict, VerdictName
from pledgebook.ledger.money import format_amount

_SHOWN: tuple[VerdictName, ...] = ("waiting", "rejected", "amended", "imported", "ignored")
"""Verdicts of which the reasons are shown, the most pressing first; of the others the number."""

_FEW = 12
_COLOURS = {"waiting": "yellow", "rejected": "red"}


def show_import(result: ImportResult, *, dry_run: bool) -> None:
    """Print what became of each file, and what was written."""
    for file in result.files:
        _show_file(file)
    for statements in result.statements:
        show_statements(statements)
    transactions = f"{result.transactions} transaction{'' if result.transactions == 1 else 's'}"
    if dry_run:
        click.echo(f"{transactions} would be written (dry run: nothing was).")
    elif result.written:
        names = ", ".join(path.name for path in result.written)
        click.echo(f"{transactions} written to {names}.")
    else:
        click.echo("Nothing new to write.")


def _show_file(file: JudgedFile) -> None:
    click.secho(file.path, bold=True)
    for sheet in file.sheets:
        if not sheet.tables:
            if sheet.reading.reason:
                click.echo(f"  {sheet.reading.reason}")
            continue
        for table in sheet.tables:
            _show_table(table)


def _show_table(judged: JudgedTable) -> None:
    table = judged.table
    counts = judged.counts()
    data = counts.pop("data")
    shown = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    other = ", ".join(
        f"{count} {kind}" for kind, count in table.counts().items() if count and kind != "data"
    )
    click.echo(f"  {table.sheet.name}!{table.range}: {data} rows of data: {shown or 'none'}")
    click.echo(f"    besides: {other}")
    for doubt in table.doubts:
        click.echo(f"    taken for granted: {doubt}")
    for line in _reasons(judged):
        click.echo(line)
    for total in judged.totals:
        if total.row is not None:
            click.echo(f"    {_total_sentence(table.sheet, total)}")


def _reasons(judged: JudgedTable) -> Iterator[str]:
    """Yield the reasons, the rows of equal ones together."""
    for verdict in _SHOWN:
        groups: dict[str, list[Verdict]] = {}
        for each in judged.verdicts:
            if each.verdict == verdict and each.reason:
                groups.setdefault(without_cell(each.reason), []).append(each)
        for reason, members in groups.items():
            name = click.style(verdict, fg=_COLOURS.get(verdict))
            if len(members) == 1:
                yield f"    {cell_of(judged, members[0])} {name}: {members[0].reason}"
            else:
                rows = list_rows(each.row.number for each in members)
                yield f"    {len(members)} rows {name}: {reason} Rows {rows}."


def cell_of(judged: JudgedTable, verdict: Verdict) -> str:
    """Name the cell that identifies a row: `Pledges!A7`, where its donor stands."""
    letter = judged.table.columns.get("donor", "A")
    return f"{judged.table.sheet.name}!{letter}{verdict.row.number}"


def without_cell(reason: str) -> str:
    """Take the address off the front of a reason, so that equal ones can be told."""
    address, colon, rest = reason.partition(": ")
    return rest if colon and "!" in address and "'" not in address else reason


def list_rows(numbers: Iterable[int]) -> str:
    """Write row numbers shortly: 12, 15 to 19, 40 ..."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = [f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs]
    return ", ".join(parts[:_FEW]) + (" ..." if len(parts) > _FEW else "")


def _total_sentence(sheet: Sheet, total: ControlTotal) -> str:
    place = f"{sheet.name}!{total.letter}{total.row}"
    unit = f" {total.currency}" if total.currency else ""
    stated = "nothing" if total.stated is None else f"{format_amount(total.stated)}{unit}"
    if total.agrees is None:
        return f"total {place}: states {stated}; not checked: {total.reason}."
    if total.agrees:
        return f"total {place}: {stated}, as the rows add up to."
    computed = "" if total.computed is None else format_amount(total.computed)
    return (
        click.style(f"total {place} DIFFERS", fg="yellow")
        + f": it states {stated}, the rows add up to {computed}{unit}."
    )
