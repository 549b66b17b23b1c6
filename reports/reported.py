"""A closed period as it was reported: the schedule that its seal keeps, beside what the book says.

A period that was opened again keeps both sets of figures. What was reported first is read from the
seal and never computed; a difference is what was restated.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import structs
from pledgebook.ledger.register.columns import read_figures, total
from pledgebook.ledger.register.history import FOLDER
from pledgebook.reports.figures.comparatives import sealed_figures
from pledgebook.reports.figures.selection import Selection, SelectionError
from pledgebook.reports.figures.table import Report, Row
from pledgebook.reports.schedule import Line, lay_out, schedule


def schedule_as_reported(selection: Selection) -> Report:
    """Return the schedule of the cut's whole period as it was first sealed, in its own columns.

    Raises SelectionError where the period was not sealed, or a part of it or of the book is asked.
    """
    cut = selection.cut
    whole = len(selection.funds) == len(selection.book.settings.funds)
    if cut.parts or not (cut.is_whole and whole):
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
        document = sealed_figures(path)["schedule"]
        rows = _rows(selection, document)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SelectionError(
            f"{FOLDER}/{path.name} cannot be read ({error}): pledgebook verify says what is wrong "
            "with it."
        ) from error
    now = schedule(selection)
    said = f"As first reported; read from {FOLDER}/{path.name}."
    return structs.replace(
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


def _rows(selection: Selection, document: Mapping[str, Any]) -> list[Row]:
    """Lay the sealed figures out as the schedule is. Raises ValueError if they do not add up."""
    sections = {
        (str(section["fund"]), str(section["class"])): [
            Line(
                str(line["donor"]),
                str(line["name"]),
                _group(selection, line),
                read_figures(line),
            )
            for line in section["rows"]
        ]
        for section in document["funds"]
    }
    for section, lines in zip(document["funds"], sections.values(), strict=True):
        if total(line.figures for line in lines) != read_figures(section["total"]):
            raise ValueError(f"{section['fund']} {section['class']} does not add up")
    totals = {str(name): read_figures(amounts) for name, amounts in document["totals"].items()}
    return lay_out(selection, sections, totals)


def _group(selection: Selection, line: Mapping[str, Any]) -> str:
    """Return the group of donors a sealed line stands in; seals that say none follow the book."""
    donors = selection.book.settings.donors
    group = str(line.get("group") or donors.group_of(str(line["donor"])))
    return group if group in donors.kinds.groups else donors.kinds.last
