"""Reports as JSON documents, for scripts.

A report with a `payload` is that payload. Any other has the standard shape:
`report`, `title`, `subtitle`, `period`, `currency`, `as_at`, `columns`, `rows`, `subtotals`,
`total`, `notes`, `ledger`, and `figures`: whether these are provisional, certified, audited or
restated, with the seal's digest. `rows` holds the data lines only, so that they add up to `total`
(the last total row, or null); each says its `section` and `group` where the report has them, and
its `donor` by code, the donor's English name beside it as `name`. Every other total stands in
`subtotals` under its label. Amounts are strings with at least two decimals and all the decimals
they have; an unknown amount is null; dates are ISO.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from pledgebook.ledger.money import format_amount
from pledgebook.reports.figures.table import Report, Row
from pledgebook.reports.render.files import write_whole
from pledgebook.reports.render.footing import footed, label_column, ties_agree


def to_json(reports: Report | Sequence[Report]) -> str:
    """Return one report as its JSON document, several as `{"reports": [...]}`; ends in a newline.

    Raises `ReportDoesNotFootError` for a report that does not add up and `TypeError` for a payload
    with anything but text, numbers that are exact, dates, lists and mappings.
    """
    if isinstance(reports, Report):
        content: object = to_document(reports)
    else:
        content = {"reports": [to_document(report) for report in reports]}
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def write_json(reports: Report | Sequence[Report], path: Path) -> None:
    """Write one report or several to `path` as JSON (UTF-8); whole or not at all."""
    write_whole(path, to_json(reports).encode())


def to_document(report: Report) -> dict[str, object]:
    """Return a report as plain mappings, lists, strings, integers and nulls."""
    report = footed(report)
    standing = report.standing
    worth: dict[str, object] = {}
    if standing is not None:
        seal = standing.seal or None
        worth["figures"] = {"state": standing.state, "said": standing.words, "seal": seal}
    if report.payload is not None:
        return {key: plain(value) for key, value in report.payload.items()} | worth
    totals = [row for row in report.rows if row.kind in {"subtotal", "total"}]
    last = next((row for row in reversed(totals) if row.kind == "total"), None)
    return {
        "report": report.name,
        "title": report.title,
        "subtitle": report.subtitle,
        "period": report.period,
        "currency": report.currency,
        "as_at": report.as_at.isoformat(),
        "columns": [
            {"key": column.key, "title": column.title, "unit": column.unit}
            for column in report.columns
        ],
        "rows": _data_rows(report),
        "subtotals": [_total(report, row) for row in totals if row is not last],
        "total": _total(report, last) if last else None,
        "notes": list(report.notes),
        **({"warnings": list(report.warnings)} if report.warnings else {}),
        **worth,
        "ledger": {
            "ties": [
                {
                    "title": tie.title,
                    "report": format_amount(tie.report),
                    "ledger": format_amount(tie.ledger),
                    "difference": format_amount(tie.report - tie.ledger),
                    "agrees": tie.agrees,
                }
                for tie in report.ties
            ],
            "agrees": ties_agree(report),
        },
    }


def plain(value: object) -> object:
    """Return `value` in JSON's own types: amounts as strings, dates as ISO, the rest as it is.

    A float raises `TypeError`: no figure of a report may have passed through one.
    """
    match value:
        case None | str() | bool() | int():
            return value
        case Decimal():
            return format_amount(value)
        case date():
            return value.isoformat()
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            raise TypeError(f"{value!r} of type {type(value).__name__} has no place in a report")


def _data_rows(report: Report) -> list[dict[str, object]]:
    rows = []
    headings: dict[str, object] = {}
    for row in report.rows:
        if row.kind == "section":
            headings = {"section": row.label}
        elif row.kind == "group":
            headings = {**headings, "group": row.label}
        elif row.kind == "row":
            rows.append(headings | _named(row, _cells(report, row)))
    return rows


def _named(row: Row, cells: dict[str, object]) -> dict[str, object]:
    """Give the donor as its code, with the name people read beside it, as the schedule does."""
    if not row.donor or "donor" not in cells:
        return cells
    return {"donor": row.donor, "name": cells["donor"]} | {
        key: value for key, value in cells.items() if key != "donor"
    }


def _total(report: Report, row: Row) -> dict[str, object]:
    return {"kind": row.kind, "label": row.label} | _cells(report, row)


def _cells(report: Report, row: Row) -> dict[str, object]:
    amounts = {column.key for column in report.columns if column.kind == "amount"}
    cells = {
        key: format_amount(Decimal(value))
        if key in amounts and isinstance(value, int)
        else plain(value)
        for key, value in row.values.items()
    }
    labels = report.columns[label_column(report)].key
    if row.label and row.kind == "row":
        cells.setdefault(labels, row.label)
    return cells
