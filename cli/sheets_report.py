"""What `pledgebook import` says to a person: a line for the many, the cells of the few."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
from pledgebook.cli.statements import show_statements
from pledgebook.importers.imports import ImportResult
from pledgebook.importers.judging.totals import ControlTotal, list_rows
from pledgebook.importers.judging.verdicts import JudgedFile, JudgedTable, Verdict, VerdictName
from pledgebook.importers.reading.cells import Sheet
from pledgebook.importers.values.values import shown
from pledgebook.ledger.money import format_amount

_SHOWN: tuple[VerdictName, ...] = (
    "waiting",
    "rejected",
    "amended",
    "imported",
    "duplicate",
    "ignored",
)
"""The verdicts, the most pressing first."""

_PLAIN_DUPLICATE = re.compile(
    r"In the book( as \S+)?\."
    r"|This row of this file is in the book as [^.]+\."
    r"|The same row stands at .*"
)
"""Reasons of a duplicate that are only counted: there is nothing to do about it."""

_CELL = re.compile(r"[A-Z]{0,3}\d+")
_FEW = 12
_COLOURS = {"waiting": "yellow", "rejected": "red", "amended": "cyan"}


def show_files(result: ImportResult) -> None:
    """Print what became of each file."""
    for file in result.files:
        _show_file(file)
    for statements in result.statements:
        show_statements(statements)
    for refused in result.refused:
        click.echo(f"{click.style('not taken', fg='red')}: {refused.path}: {refused.reason}")


def show_written(result: ImportResult, *, dry_run: bool) -> None:
    """Print what was written of an import."""
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
        for gone in sheet.withdrawn:
            click.echo(
                f"  {click.style('gone', fg='yellow')}: {gone.pledge or gone.donor} "
                f"({gone.stands}) was listed at {gone.source} and is not among the rows read now: "
                "if it was withdrawn, record its cancellation."
            )


def _show_table(judged: JudgedTable) -> None:
    table = judged.table
    counts = judged.counts()
    data = counts.pop("data")
    shown = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    other = ", ".join(
        f"{count} {kind}" for kind, count in table.counts().items() if count and kind != "data"
    )
    click.echo(f"  {table.name}: {data} rows of data: {shown or 'none'}")
    click.echo(f"    besides: {other}")
    for doubt in table.doubts:
        click.echo(f"    taken for granted: {doubt}")
    for line in _reasons(judged):
        click.echo(line)
    for total in judged.totals:
        if total.row is not None:
            click.echo(f"    {_total_sentence(table.sheet, total)}")


def _reasons(judged: JudgedTable) -> Iterator[str]:
    """Yield each reason once, with what to do, and below it the rows that it is the reason of."""
    for verdict in _SHOWN:
        groups: dict[str, list[Verdict]] = {}
        for each in judged.verdicts:
            if each.verdict == verdict:
                said = without_cell(each.reason, judged.table.sheet.name)
                groups.setdefault(said, []).append(each)
        for reason, members in groups.items():
            if verdict == "duplicate" and _PLAIN_DUPLICATE.fullmatch(reason):
                continue
            name = click.style(verdict, fg=_COLOURS.get(verdict))
            said = members[0].reason if len(members) == 1 else reason
            yield f"    {len(members)} {name}{f': {said}' if said else ''}"
            yield from (f"      {row_line(judged, member)}" for member in members[:_FEW])
            if len(members) > _FEW:
                rest = list_rows(member.row.number for member in members[_FEW:])
                yield f"      and {len(members) - _FEW} more: rows {rest}"


def row_line(judged: JudgedTable, verdict: Verdict) -> str:
    """Write one row: `Pledges!A7  AUT-2002-01  100000.00 EUR`, or with its donor for the pledge."""
    named = verdict.pledge or verdict.donor or shown(verdict.row.donor)
    amount = "" if verdict.amount is None else format_amount(verdict.amount)
    cell = verdict.reason.removesuffix(
        without_cell(verdict.reason, judged.table.sheet.name)
    ).rstrip(": ")
    if not cell:
        letter = judged.table.columns.get("donor", "A")
        cell = f"{judged.table.sheet.name}!{letter}{verdict.row.number}"
    return f"{cell:<16} {named:<14} {amount:>15} {verdict.currency}".rstrip()


def without_cell(reason: str, sheet: str) -> str:
    """Take the address of a cell of the row's own sheet off the front of a reason, so that equal
    ones can be told; the address of another row within the sentence stays.
    """
    if not reason.startswith(f"{sheet}!"):
        return reason
    cell, colon, rest = reason.removeprefix(f"{sheet}!").partition(": ")
    return rest if colon and _CELL.fullmatch(cell) else reason


def _total_sentence(sheet: Sheet, total: ControlTotal) -> str:
    place = f"{sheet.name}!{total.letter}{total.row}"
    unit = f" {total.currency}" if total.currency else ""
    stated = "nothing" if total.stated is None else f"{format_amount(total.stated)}{unit}"
    if total.agrees is None:
        return f"total {place}: states {stated}; not checked: {total.reason}."
    if total.agrees:
        without = f"; {total.reason}" if total.reason else ""
        return f"total {place}: {stated}, as the rows add up to{without}."
    computed = "" if total.computed is None else format_amount(total.computed)
    without = "".join(total.reason.partition("; ")[1:])
    return (
        click.style(f"total {place} DIFFERS", fg="yellow")
        + f": it states {stated}, the rows add up to {computed}{unit}{without}."
    )
