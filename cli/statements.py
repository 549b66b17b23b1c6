"""What `inspect` and `import` say of bank statements, to people and in JSON."""

from __future__ import annotations

from decimal import Decimal

import click
from pledgebook.cli.common import answer
from pledgebook.importers.judging.verdicts import VerdictName
from pledgebook.importers.statements.judging import JudgedStatement, JudgedStatements
from pledgebook.importers.statements.known import EntryVerdict
from pledgebook.importers.statements.statement import Entry, Statement, StatementFile
from pledgebook.ledger.declared.currencies import decimals_of
from pledgebook.ledger.money import format_amount

_SHOWN: tuple[VerdictName, ...] = ("waiting", "rejected", "amended", "ignored")
_COLOURS = {"waiting": "yellow", "rejected": "red", "amended": "yellow"}


def show_statements(file: JudgedStatements) -> None:
    """Print what became of a file of statements."""
    click.secho(f"{file.file.path} ({file.file.kind})", bold=True)
    for judged in file.statements:
        _show(judged)


def _show(judged: JudgedStatement) -> None:
    statement, code = judged.statement, judged.bank.code
    click.echo(f"  {code}: {_title(statement)}")
    counts = judged.counts()
    entries = counts.pop("entries")
    shown = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    click.echo(f"    {entries} entries: {shown or 'none'}")
    for verdict in _SHOWN:
        for each in judged.verdicts:
            if each.verdict == verdict:
                name = click.style(verdict, fg=_COLOURS.get(verdict))
                click.echo(f"    {each.entry.place} {name}: {each.reason}")
    proposed = sum(1 for each in judged.verdicts if each.drafts and each.donor)
    if proposed:
        click.echo(f"    the text names the donor of {proposed} of them")
    for movement in judged.missing:
        day, amount = movement.booked, format_amount(movement.amount)
        click.echo(f"    the book has an entry of {day} over {amount} that is not on it")
    for line in _balance(judged):
        click.echo(f"    {line}")


def _title(statement: Statement) -> str:
    return (
        f"statement {statement.number} of {statement.account}, {statement.first} to "
        f"{statement.last}, {statement.currency}"
    )


def _balance(judged: JudgedStatement) -> list[str]:
    statement = judged.statement
    if statement.opening is None or statement.closing is None:
        return list(statement.notes)
    figures = (statement.opening, statement.moved, statement.closing)
    opening, moved, closing = map(format_amount, figures)
    proof = f"opening {opening} + entries {moved} = closing {closing}"
    ledger = format_amount(judged.ledger)
    if judged.agrees:
        return [f"{proof}; the ledger agrees"]
    difference = format_amount(statement.closing - judged.ledger)
    differs = click.style("DIFFERS", fg="yellow")
    lines = [proof]
    if judged.ledger_before != statement.opening:
        before = format_amount(judged.ledger_before)
        lines.append(
            f"before {statement.first} the ledger comes to {before}, the statement opens with "
            f"{opening}: what is missing is older"
        )
    return [*lines, f"the ledger {differs}: it comes to {ledger}, {difference} apart"]


def inspect_statements(file: StatementFile, *, as_json: bool) -> None:
    """Print what a file of statements holds, without a book."""
    if as_json:
        statements = [
            {**_head(statement), "entries": [_entry(statement, e) for e in statement.entries]}
            for statement in file.statements
        ]
        document = {"path": file.path, "sha256": file.sha256, "kind": file.kind}
        answer({**document, "statements": statements})
        return
    for statement in file.statements:
        click.secho(_title(statement), bold=True)
        if statement.is_proved:
            figures = (statement.opening, statement.moved, statement.closing)
            opening, moved, closing = (format_amount(each or Decimal(0)) for each in figures)
            click.echo(f"  opening {opening} + entries {moved} = closing {closing}")
        for note in statement.notes:
            click.echo(f"  {note}")
        for entry in statement.entries:
            words = " ".join(entry.text.split())[:100]
            click.echo(f"  {entry.value_date} {format_amount(entry.amount):>15}  {words}")


def statements_document(file: JudgedStatements) -> dict[str, object]:
    """Return what became of a file of statements, as docs/commands.md fixes it."""
    return {
        "path": file.file.path,
        "sha256": file.file.sha256,
        "kind": file.file.kind,
        "statements": [_document(judged) for judged in file.statements],
    }


def _document(judged: JudgedStatement) -> dict[str, object]:
    statement = judged.statement
    return {
        "bank": judged.bank.code,
        **_head(statement),
        "ledger_before": _amount(judged.ledger_before, statement),
        "ledger": _amount(judged.ledger, statement),
        "agrees": judged.agrees,
        "counts": judged.counts(),
        "missing": [
            {
                "date": movement.booked.isoformat(),
                "amount": _amount(movement.amount, statement),
                "entry": str(movement.entry.meta.get("bank-entry", "")),
            }
            for movement in judged.missing
        ],
        "verdicts": [_verdict(statement, verdict) for verdict in judged.verdicts],
    }


def _head(statement: Statement) -> dict[str, object]:
    return {
        "account": statement.account,
        "currency": statement.currency,
        "number": statement.number,
        "from": statement.first.isoformat(),
        "to": statement.last.isoformat(),
        "opening": _amount(statement.opening, statement),
        "closing": _amount(statement.closing, statement),
        "proved": statement.is_proved,
        "notes": list(statement.notes),
    }


def _verdict(statement: Statement, verdict: EntryVerdict) -> dict[str, object]:
    return {
        "place": verdict.entry.place,
        "entry": verdict.entry_id,
        "verdict": verdict.verdict,
        "receipt": verdict.recorded_as,
        "donor": verdict.donor,
        "reason": verdict.reason,
        **_entry(statement, verdict.entry),
    }


def _entry(statement: Statement, entry: Entry) -> dict[str, object]:
    return {
        "value_date": entry.value_date.isoformat(),
        "booked_on": entry.booked_on.isoformat(),
        "amount": _amount(entry.amount, statement),
        "currency": statement.currency,
        "original": str(entry.original) if entry.original else None,
        "payer": entry.payer,
        "remittance": entry.remittance,
        "bank_reference": entry.bank_ref,
        "end_to_end": entry.end_to_end,
        "reversal": entry.reversal,
    }


def _amount(value: Decimal | None, statement: Statement) -> str | None:
    return None if value is None else format_amount(value, decimals_of(statement.currency))
