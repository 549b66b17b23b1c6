"""A closed period as it was reported: the schedule that its seal keeps, beside what the book says.

A period that was opened again keeps both sets of figures. What was reported first is read from the
seal and never computed; a difference is what was restated.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from pledgebook.ledger.history import FOLDER
from pledgebook.reports.figures import MONEY_COLUMNS
from pledgebook.reports.schedule import schedule
from pledgebook.reports.selection import Selection, SelectionError
from pledgebook.reports.table import Report, Row, Value


def schedule_as_reported(selection: Selection) -> Report:
    """Return the schedule of the cut's whole period as it was first sealed, in its own columns.

    Raises SelectionError where the period was not sealed, or a part of it or of the book is asked.
    """
    cut = selection.cut
    whole = len(selection.funds) == len(selection.book.settings.funds)
    if (cut.start, cut.end) != (cut.period.start, cut.period.end) or not whole:
        raise SelectionError("Sealed figures are of whole periods and all funds: ask for no part.")
    if selection.scope.limits() or selection.kept is not None:
        raise SelectionError("Sealed figures are of all donors, under the book's own policy.")
    path = _first_sealed(selection.book.folder / FOLDER, cut.period.name)
    if path is None:
        raise SelectionError(
            f"{cut.period.name} was never closed: nothing of it was reported. Ask for it without "
            "--as-reported."
        )
    try:
        document = json.loads(path.read_text("utf-8"))["figures"]["schedule"]
        rows = list(_rows(document))
    except (OSError, ValueError, KeyError, TypeError, InvalidOperation) as error:
        raise SelectionError(
            f"{FOLDER}/{path.name} cannot be read ({error}): pledgebook verify says what is wrong "
            "with it."
        ) from error
    now = schedule(selection)
    said = f"As first reported; read from {FOLDER}/{path.name}."
    return replace(
        now,
        subtitle=f"{now.subtitle}, as first reported",
        rows=rows,
        notes=[said, *map(str, document.get("notes", []))],
        ties=(),
        payload={**document, "as_reported": path.name},
    )


def _first_sealed(folder: Path, period: str) -> Path | None:
    """Return the oldest seal of a period: those of earlier closings are numbered from 1."""
    for name in (f"{period}.1.json", f"{period}.json"):
        if (folder / name).is_file():
            return folder / name
    return None


def _rows(document: Mapping[str, Any]) -> list[Row]:
    rows: list[Row] = []
    for section in document["funds"]:
        rows.append(Row("section", label=f"{section['fund']}, {section['class']}"))
        first = len(rows)
        for line in section["rows"]:
            named: dict[str, Value] = {"donor": str(line["name"]), **_amounts(line)}
            rows.append(Row("row", named, donor=str(line["donor"])))
        label = f"Total, {section['fund']} {section['class']}"
        values: dict[str, Value] = {"donor": label, **_amounts(section["total"])}
        rows.append(Row("total", values, label, tuple(range(first, len(rows)))))
    for name, figures in document["totals"].items():
        label = f"Total, {name}"
        rows.append(Row("total", {"donor": label, **_amounts(figures)}, label))
    return rows


def _amounts(line: Mapping[str, Any]) -> dict[str, Decimal]:
    return {key: Decimal(line[key]) for key in MONEY_COLUMNS}
