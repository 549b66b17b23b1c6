"""Reports as one self-contained page: to read, to print (A4 landscape), to hand on.

No script, no other file, nothing fetched. Tables have captions and headings that a screen reader
announces; wide ones scroll within their own region, so that a telephone shows them too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup, escape
from pledgebook.ledger.money import format_amount
from pledgebook.reports.figures.table import (
    FIGURES,
    Column,
    ColumnKind,
    Report,
    Rounding,
    Row,
    Source,
    Value,
)
from pledgebook.reports.render.files import write_whole
from pledgebook.reports.render.footing import footed, label_column, ties_agree
from pledgebook.reports.render.texts import (
    amount_text,
    column_title,
    count_text,
    period_line,
    rounded_text,
    rounding_note,
    rounding_of,
)

if TYPE_CHECKING:
    from jinja2 import Template

_SENTENCE = 60
"""A text of more letters makes its column wider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell as the page shows it: what is read, what it is exactly, what is said aloud."""

    text: str
    kind: ColumnKind = "text"
    exact: str = ""
    aloud: str = ""
    heading: bool = False
    memo: bool = False


def to_page(reports: Sequence[Report], source: Source) -> str:
    """Return the reports as one HTML page; everything in it that came from data is escaped.

    Raises `ReportDoesNotFootError` for a report that contradicts itself.
    """
    views = [_view(f"report-{number}", footed(report)) for number, report in enumerate(reports, 1)]
    return _template().render(source=source, reports=views, style=_resource("page.css"))


def write_page(reports: Sequence[Report], source: Source, path: Path) -> None:
    """Write the reports to `path` as one page (UTF-8); whole or not at all."""
    write_whole(path, to_page(reports, source).encode())


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - no command's help needs it

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"amount": amount_text, "exact": format_amount}
    return environment.from_string(_resource("page.html"))


@cache
def _resource(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _view(identifier: str, report: Report) -> dict[str, object]:
    memo = [column.memo for column in report.columns]
    return {
        "id": identifier,
        "report": report,
        "period_line": period_line(report),
        "titles": [column_title(column, report.currency) for column in report.columns],
        "bands": [(is_memo, len(list(run))) for is_memo, run in groupby(memo)],
        "has_memo": any(memo),
        "bodies": list(_bodies(report)),
        "agrees": ties_agree(report),
        "notes": [*rounding_note(report), *report.notes],
    }


def _bodies(report: Report) -> Iterator[list[Markup]]:
    """Split the rows so that each section or group heading begins a body of its own."""
    labels = label_column(report)
    grouped = any(row.kind == "group" for row in report.rows)
    body: list[Markup] = []
    last = ""
    for row in report.rows:
        opens = row.kind in {"section", "group"}
        if body and (opens or row.kind == "total") and last not in {"section", "total"}:
            yield body
            body = []
        body.append(_line(report, row, labels, indent=grouped and row.kind == "row"))
        last = row.kind
    if body:
        yield body


def _line(report: Report, row: Row, labels: int, *, indent: bool) -> Markup:
    """Write a line of the table. A page has many cells: they are written here and not by the
    template, which takes twice as long.
    """
    names = row.kind + " indented" * indent + " new-page" * row.new_page
    if row.kind in {"section", "group"} and not row.values:
        opening = f'<th scope="rowgroup" colspan="{len(report.columns)}">'
        inner = f'{opening}<span dir="auto">{escape(row.label)}</span></th>'
        return Markup(f'<tr class="{names}">\n{inner}\n</tr>')  # noqa: S704 - escaped above
    cells = []
    for position, column in enumerate(report.columns):
        heading = position == labels
        if heading and row.label:
            cell = Cell(text=row.label, heading=True)
        elif column.key in row.values:
            rounding = rounding_of(report, column)
            cell = _cell(column, row.values[column.key], heading=heading, rounding=rounding)
        else:
            cell = Cell(text="", kind=column.kind, heading=heading, memo=column.memo)
        cells.append(_written(cell))
    return Markup(f'<tr class="{names}">\n{"".join(cells)}\n</tr>')  # noqa: S704 - escaped by _written


def _written(cell: Cell) -> str:
    names: str = "numeric" if cell.kind in FIGURES else cell.kind
    names += " memo" * cell.memo + " sentence" * (len(cell.text) > _SENTENCE)
    inner = str(escape(cell.text))
    if cell.exact:
        inner = f'<data value="{cell.exact}">{inner}</data>'
    elif cell.kind == "date" and inner:
        inner = f'<time datetime="{inner}">{inner}</time>'
    if cell.aloud:
        aloud = f'<span class="aloud">{escape(cell.aloud)}</span>'
        inner = f'<span aria-hidden="true">{inner}</span>{aloud}'
    if cell.heading:
        return f'<th scope="row" dir="auto" class="{names}">{inner}</th>\n'
    direction = ' dir="auto"' if cell.kind == "text" else ""
    return f'<td class="{names}"{direction}>{inner}</td>\n'


def _cell(column: Column, value: Value, *, heading: bool, rounding: Rounding = "exact") -> Cell:
    text, exact, aloud = "", "", ""
    match value:
        case None if column.kind == "amount":
            text, aloud = amount_text(None), "unknown"
        case None:
            pass
        case Decimal() | int() if column.kind == "amount":
            text, exact = rounded_text(value, rounding), format_amount(Decimal(value))
            if value <= 0:
                aloud = f"minus {rounded_text(-value, rounding)}" if value else "nil"
        case Decimal() | int():
            text = count_text(value)
        case date():
            text = value.isoformat()
        case _:
            text = value
    return Cell(
        text=text, kind=column.kind, exact=exact, aloud=aloud, heading=heading, memo=column.memo
    )
