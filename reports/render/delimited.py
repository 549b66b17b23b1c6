"""A report as CSV: one table, exact figures, for spreadsheets and scripts.

The file follows RFC 4180 (comma, quotes doubled, CRLF) and is UTF-8 *with* a byte-order mark:
without one Excel reads it in the computer's own code page and every accented or Arabic donor name
is damaged. Scripts read it as "utf-8-sig".

The first line holds the column keys; a line of kind `warning` after it says what a reader must know
first, one of kind `figures` whether they are provisional, certified, audited or restated. `kind`
comes first and says what a line is (section, group, row, subtotal, total), so that whoever adds up
a column takes the lines of kind `row` only. Amounts
are exact, with at least two decimals and a minus sign; dates are ISO; an unknown amount is "..";
a cell without a figure is empty. Notes and ties to the ledger are in the other three forms.
"""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

from pledgebook.ledger.money import format_amount
from pledgebook.ledger.passive import passive
from pledgebook.reports.figures.table import Column, Report, Row
from pledgebook.reports.render.files import write_whole
from pledgebook.reports.render.footing import footed, label_column
from pledgebook.reports.render.texts import UNKNOWN


def to_csv(report: Report) -> str:
    """Return `report` as CSV text, without the byte-order mark."""
    report = footed(report)
    labels = report.columns[label_column(report)].key
    keys = [column.key for column in report.columns]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(["row_kind" if "kind" in keys else "kind", *(passive(key) for key in keys)])
    for warning in report.warnings:
        writer.writerow(["warning", passive(warning), *[""] * (len(keys) - 1)])
    if report.standing is not None:
        writer.writerow(["figures", passive(report.standing.words), *[""] * (len(keys) - 1)])
    for row in report.rows:
        cells = [_cell(row, column) for column in report.columns]
        if row.label:
            cells[keys.index(labels)] = passive(row.label)
        writer.writerow([row.kind, *cells])
    return stream.getvalue()


def write_csv(report: Report, path: Path) -> None:
    """Write `report` to `path` as CSV, with the byte-order mark; whole or not at all."""
    write_whole(path, to_csv(report).encode("utf-8-sig"))


def _cell(row: Row, column: Column) -> str:
    if column.key not in row.values:
        return ""
    value = row.values[column.key]
    if value is None:
        return UNKNOWN if column.kind == "amount" else ""
    if isinstance(value, str):
        return passive(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal) or column.kind == "amount":
        return format_amount(Decimal(value))
    return str(value)
