"""Reports: each of the registry on a page, its figures leading to their entries, and as files."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Response, request
from pledgebook.desk.behind import OVERDUE, PAID, pieces_behind
from pledgebook.desk.choosing import Choice, cut_page, read_choice
from pledgebook.desk.loaded import Desk
from pledgebook.desk.page import Page, PageRefusedError, address, as_file, served
from pledgebook.desk.texts import gettext as _
from pledgebook.desk.texts import marked
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.office import find_office
from pledgebook.ledger.register.columns import MONEY_COLUMNS
from pledgebook.reports.figures.table import Column, Report, Row, Value
from pledgebook.reports.registry import ALL, REPORTS, make_reports, source_of
from pledgebook.reports.render import ENDINGS, footed, render
from pledgebook.reports.render.footing import label_column
from pledgebook.reports.render.texts import amount_text, column_title, count_text, period_line
from pledgebook.reports.schedule import NAME as SCHEDULE
from pledgebook.reports.schedule import make_schedule


def titles() -> dict[str, str]:
    """Return the reports there are, by name, with their titles in the reader's language."""
    return {name: _(kind.title) for name, kind in REPORTS.items()}


_ROWS_A_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell of a report: its text, its column's kind, and where it leads ("" for nowhere)."""

    text: str
    kind: str
    href: str
    exact: str
    memo: bool
    heading: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a report; `span` is set for headings over all columns."""

    kind: str
    cells: Sequence[Cell]
    span: str


class Reports(Page):
    """A report (`name`), what stands behind one of its figures (`behind`), or the list of them."""

    title = marked("Reports")
    by_period = True

    def view(self, desk: Desk, asked: Mapping[str, str]) -> Mapping[str, Any]:
        """Return the report asked for, cut to a page."""
        name, column = asked.get("name", ""), asked.get("behind", "")
        if not desk.book.settings.funds or not desk.book.settings.periods.names():
            raise PageRefusedError(
                _("The book declares no fund or no period yet, so there is nothing to report.")
            )
        choice = read_choice(desk, asked)
        shown = {"choice": choice, "name": name, "titles": titles(), "endings": _forms()}
        if column:
            pieces = desk.once(
                ("behind", column, *choice.key), lambda: pieces_behind(choice.selection, column)
            )
            whole = sum((piece.amount for piece in pieces), ZERO)
            return {
                **shown,
                "mode": "behind",
                "column": _title_of(desk, choice, column),
                "key": column,
                "pieces": cut_page(pieces, asked),
                "whole": whole,
            }
        if not name:
            return {**shown, "mode": "list"}
        report = _report(desk, choice, name)
        rows = cut_page(report.rows, asked, _ROWS_A_PAGE)
        leads = _leads(desk, choice, report)
        first = (rows.number - 1) * _ROWS_A_PAGE
        return {
            **shown,
            "mode": "report",
            "report": report,
            "period_line": period_line(report),
            "columns": [(column_title(each, report.currency), each) for each in report.columns],
            "rows": rows,
            "lines": list(_lines(report, rows.items, first, leads, choice.purposes)),
            "by_account": REPORTS[name].of_accounts,
        }

    @served("download")
    def download(self) -> Response:
        """Give a report, or all of them, as a file in the form asked for."""
        name, ending = request.args.get("name", ""), request.args.get("form", "")
        if ending not in (forms := _forms()):
            raise PageRefusedError(
                _("A report is written as one of %(forms)s.", forms=", ".join(forms))
            )
        desk = self.desk(request.args)
        choice = read_choice(desk, request.args)
        if name == ALL:
            reports = make_reports(choice.selection, (ALL,))
        else:
            reports = [_report(desk, choice, name)]
        made_at = datetime.now().astimezone().isoformat(timespec="seconds")
        source = source_of(choice.selection, made_at)
        file = f"{name}-{choice.period}{ending}"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / file
            render(reports, source, path)
            return as_file(path.read_bytes(), file)


def _forms() -> tuple[str, ...]:
    """Return the forms of a file that can be written here, by their endings."""
    return (*ENDINGS, ".pdf") if find_office() else ENDINGS


def _report(desk: Desk, choice: Choice, name: str) -> Report:
    return desk.once(
        ("report", name, *choice.key), lambda: footed(make_reports(choice.selection, (name,))[0])
    )


def _title_of(desk: Desk, choice: Choice, key: str) -> str:
    if key in (own := {PAID: _("Paid"), OVERDUE: _("Overdue")}):
        return own[key]
    columns = _report(desk, choice, SCHEDULE).columns
    return next((column.title for column in columns if column.key == key), key)


Lead = Callable[[int, Row, Column], str]


def _leads(desk: Desk, choice: Choice, report: Report) -> Lead:
    """Return what tells where a cell leads: from a row's position, the row and the column."""
    asked = {"period": choice.period, "as_at": choice.as_at}
    story = _with(address("Donor", period=choice.period))
    paragraphs = _with(address("Paragraphs", **asked))
    if report.name == SCHEDULE:
        behind = _with(address("Reports", policy=choice.policy, purpose=choice.purpose, **asked))
        places = _schedule_places(desk, choice, report)
    else:
        places = {}

    def lead(position: int, row: Row, column: Column) -> str:
        if column.kind == "text":
            if row.instalment and column.key == "label":
                return f"{story}{urlencode({'label': row.instalment})}"
            if row.donor and column.key in {"donor", "name"}:
                return f"{story}{urlencode({'donor': row.donor})}"
        if position in places and column.key in MONEY_COLUMNS:
            where = {**places[position], "donor": row.donor, "behind": column.key}
            return f"{behind}{urlencode({key: value for key, value in where.items() if value})}"
        if column.kind in {"text", "rate"} and column.key != "paragraph":
            return ""
        if row.instalment:
            return f"{story}{urlencode({'label': row.instalment})}"
        if row.donor:
            return f"{story}{urlencode({'donor': row.donor})}"
        paragraph = row.values.get("paragraph")
        if row.kind == "row" and isinstance(paragraph, str) and paragraph.startswith("OP"):
            return f"{paragraphs}{urlencode({'paragraph': paragraph})}"
        return ""

    return lead


def _with(base: str) -> str:
    return f"{base}{'&' if '?' in base else '?'}"


def _schedule_places(desk: Desk, choice: Choice, report: Report) -> dict[int, dict[str, str]]:
    """Return, for each row of the schedule within a fund and class, what limits it: its sections
    stand in the order of the schedule's own.
    """
    made = desk.once(("schedule", *choice.key), lambda: make_schedule(choice.selection))
    keys = iter(made.sections)
    places: dict[int, dict[str, str]] = {}
    own: dict[str, str] = {}
    group = ""
    for position, row in enumerate(report.rows):
        if row.kind == "section":
            fund, class_ = next(keys, ("", ""))
            own, group = {"fund": fund, "class": class_}, choice.group
        elif row.kind == "group":
            group = row.label
        elif own:
            places[position] = {**own, "group": group}
            if row.kind == "subtotal":
                group = choice.group
            elif row.kind == "total":
                places[position] = {**own, "group": choice.group}
                own = {}  # the totals of funds follow the sections
    return places


def _lines(
    report: Report, rows: Sequence[Row], first: int, lead: Lead, purposes: Mapping[str, str]
) -> Iterator[Line]:
    labels = label_column(report)
    for position, row in enumerate(rows, first):
        if row.kind in {"section", "group"} and not row.values:
            yield Line(row.kind, (), row.label)
            continue
        cells = []
        for number, column in enumerate(report.columns):
            value = row.values.get(column.key)
            if number == labels and row.label:
                value = row.label
            if column.key == "purpose" and isinstance(value, str):
                value = purposes.get(value, value)
            text, exact = _text(column, value, there=column.key in row.values)
            href = lead(position, row, column) if text and value not in (None, ZERO) else ""
            cells.append(
                Cell(
                    text=text,
                    kind=column.kind,
                    href=href,
                    exact=exact,
                    memo=column.memo,
                    heading=number == labels,
                )
            )
        yield Line(row.kind, cells, "")


def _text(column: Column, value: Value, *, there: bool) -> tuple[str, str]:
    if value is None:
        return (amount_text(None) if there and column.kind == "amount" else ""), ""
    if isinstance(value, str):
        return value, ""
    if column.kind == "amount" and not hasattr(value, "isoformat"):
        return amount_text(value), str(value)
    if hasattr(value, "isoformat"):
        return value.isoformat(), ""
    return count_text(value), str(value)
