"""The JSON documents of `inspect` and `import`, as docs/commands.md fixes them."""

from __future__ import annotations

from decimal import Decimal

from pledgebook.importers.judging.verdicts import JudgedFile, JudgedTable, Verdict
from pledgebook.importers.tables.questions import KINDS, Asked
from pledgebook.importers.tables.tables import SheetReading, Table
from pledgebook.ledger.declared.currencies import decimals_of
from pledgebook.ledger.money import format_amount


def file_document(file: JudgedFile) -> dict[str, object]:
    """Return what became of a file: its sheets, tables, counts, totals and verdicts."""
    return {
        "path": file.path,
        "sha256": file.sha256,
        "sheets": [
            {
                "sheet": sheet.reading.sheet.name,
                "hidden": sheet.reading.sheet.hidden,
                "reason": sheet.reading.reason,
                "outside_rows": list(sheet.reading.outside),
                "tables": [_judged_document(table, file) for table in sheet.tables],
                "withdrawn": [each._asdict() for each in sheet.withdrawn],
            }
            for sheet in file.sheets
        ],
        "questions": [_question_document(each) for each in file.questions if len(each.tables) > 1],
    }


def reading_document(reading: SheetReading) -> dict[str, object]:
    """Return a sheet as it was read: its tables, or the reason why there is none."""
    return {
        "sheet": reading.sheet.name,
        "hidden": reading.sheet.hidden,
        "reason": reading.reason,
        "outside_rows": list(reading.outside),
        "tables": [table_document(table) for table in reading.tables],
    }


def table_document(table: Table) -> dict[str, object]:
    """Return a table as it was found: its area, columns and doubts."""
    return {
        "range": table.range,
        "columns": table.columns,
        "headings": {
            column.letter: " ".join(column.heading.split()) for column in table.table_columns
        },
        "rows": table.counts(),
        "doubts": list(table.doubts),
        "questions": [each.text for each in table.questions],
    }


def _question_document(asked: Asked) -> dict[str, object]:
    question = asked.question
    return {
        "id": asked.id,
        "kind": question.kind,
        "about": question.about,
        "rows": asked.rows,
        "text": question.text,
        "tables": list(asked.tables),
        "examples": list(asked.examples),
        "said": list(asked.said),
        "more_said": asked.more,
        "choices": [choice._asdict() for choice in question.choices],
        "takes": KINDS[question.kind].takes,
        "answer": asked.answer or None,
    }


def _judged_document(judged: JudgedTable, file: JudgedFile) -> dict[str, object]:
    other = judged.table.counts()
    del other["data"]
    return {
        "range": judged.table.range,
        "columns": judged.table.columns,
        "counts": judged.counts(),
        "other_rows": other,
        "control_totals": [
            {
                "column": total.field.value,
                "letter": total.letter,
                "label": total.label,
                "currency": total.currency,
                "stated": _amount(total.stated, total.currency),
                "computed": _amount(total.computed, total.currency),
                "agrees": total.agrees,
                "row": total.row,
                "reason": total.reason,
            }
            for total in judged.totals
        ],
        "verdicts": [_verdict_document(verdict) for verdict in judged.verdicts],
        "doubts": list(judged.table.doubts),
        "questions": [
            _question_document(each)
            for each in file.questions
            if each.tables == (judged.table.corner,)
        ],
    }


def _verdict_document(verdict: Verdict) -> dict[str, object]:
    return {
        "row": verdict.row.number,
        "verdict": verdict.verdict,
        "donor": verdict.donor,
        "pledge": verdict.pledge,
        "amount": _amount(verdict.amount, verdict.currency),
        "currency": verdict.currency,
        "before": verdict.before,
        "reason": verdict.reason,
    }


def _amount(value: Decimal | None, currency: str) -> str | None:
    return None if value is None else format_amount(value, decimals_of(currency))
