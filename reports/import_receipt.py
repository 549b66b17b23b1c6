"""The receipt of an import: every row with its verdict beside the cells it was read from.

It stands in the book's documents folder, in a folder of its own for each import: the file as it
was sent, a page and a workbook, and the mapping that was used. An import's file is copied and
never moved: what waits in it is decided later, and the sender's file is the user's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from msgspec import structs
from pledgebook.importers.judging.verdicts import VERDICTS, JudgedFile, JudgedSheet, JudgedTable
from pledgebook.importers.tables.mapping_text import stands_above, write_mapping
from pledgebook.ledger.files.committing import Changes
from pledgebook.ledger.findings import changed_meanwhile
from pledgebook.ledger.register.book import Book, digest_of
from pledgebook.reports.figures.table import Column, Report, Row, Source, Value

FOLDER = "imports"
_OURS = ("receipt.xlsx", "receipt.html", "mapping.toml")
_MOST_ON_PAGE = 500
"""Rows of a table on the page; of a longer one it shows those that need a look."""

_SHOWN = {
    **{code: chr(0x2400 + code) for code in range(32) if chr(code) not in "\t\n"},
    **dict.fromkeys(range(127, 160), "␡"),
    **{code: f"[U+{code:X}]" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))},
}
"""Signs that are no letters or turn the text around them, as a reader should see them."""

MAPPING = "mapping.toml"
"""The file of a receipt that says how the columns of the first table were read."""

_OTHER_ROWS = ("heading", "total", "note", "blank")
_TO_LOOK_AT = ("waiting", "rejected", "amended")


def receipts_of(
    book: Book, files: Iterable[JudgedFile], *, made_at: str, mapping: Path | None = None
) -> Changes:
    """Return the receipts of files that are imported, as what is written with the book; none of a
    file of which nothing is entered and that is kept already.

    `made_at` is ISO date and time, `mapping` the mapping file the user gave. Raises OSError, and
    BookRefusedError for a file that was changed since it was judged.
    """
    imports = documents_of(book) / FOLDER
    kept: dict[Path, bytes | None] = {}
    for file in files:
        if not file.drafts and any(imports.glob(f"*/{file.sha256[:12]}.sha256")):
            continue
        folder = _new_folder(imports, f"{made_at[:10]}-{_plain_name(Path(file.path).stem)}", kept)
        kept |= {folder / name: content for name, content in _receipt(book, file, made_at, mapping)}
    return kept


def _receipt(
    book: Book, file: JudgedFile, made_at: str, mapping: Path | None
) -> Iterator[tuple[str, bytes]]:
    """Yield the files of one receipt."""
    path = Path(file.path)
    sent = path.read_bytes()
    if digest_of(sent) != file.sha256:
        raise changed_meanwhile(path)
    yield f"sent-{path.name}" if path.name in _OURS else path.name, sent
    yield f"{file.sha256[:12]}.sha256", f"{file.sha256}  {path.name}\n".encode()
    tables = [judged.table for judged in file.tables]
    for number, table in enumerate(tables, 1):
        name = MAPPING if number == 1 else f"mapping-{number}.toml"
        ends = stands_above(table, tables)
        text = mapping.read_text("utf-8") if mapping else write_mapping(table, ends=ends)
        yield name, text.encode()
    # Only where a receipt is made: the workbook's library takes long to import.
    from pledgebook.reports.render import to_page, to_workbook  # noqa: PLC0415

    reports = list(receipt_reports(file, date.fromisoformat(made_at[:10])))
    source = Source(
        book=book.path.name,
        title=f"Import of {_shown(path.name)}",
        made_at=made_at,
        sha256=book.sha256,
    )
    yield "receipt.xlsx", to_workbook(reports, source)
    page = to_page([_for_page(report) for report in reports], source)
    yield "receipt.html", page.encode()


def receipt_reports(file: JudgedFile, day: date) -> Iterator[Report]:
    """Yield what an import's receipt consists of: the counts, the control totals, each table row
    by row, and what an earlier version of the file listed besides.
    """
    name = _shown(Path(file.path).name)
    yield _summary(file, name, day)
    totals = list(_totals(file))
    if totals:
        columns = [
            *_texts("place", "column"),
            Column(key="currency", title="Currency"),
            Column(key="stated", title="Stated", kind="amount"),
            Column(key="computed", title="Computed", kind="amount"),
            Column(key="difference", title="Difference", kind="amount"),
            *_texts("result"),
        ]
        yield _report("control-totals", "Control totals", name, day, columns, totals)
    for sheet in file.sheets:
        for table in sheet.tables:
            yield _rows(table, name, day)
    gone = [
        Row(kind="row", values={**each._asdict(), "sheet": sheet.reading.sheet.name})
        for sheet in file.sheets
        for each in sheet.withdrawn
    ]
    if gone:
        columns = _texts("sheet", "pledge", "donor", "stands", "source")
        title = "Listed by an earlier version of this file, and not by this one"
        yield _report("gone", title, name, day, columns, gone)


def _summary(file: JudgedFile, name: str, day: date) -> Report:
    counted = ("data", *VERDICTS, *_OTHER_ROWS)
    columns = [
        *_texts("sheet", "range"),
        *(Column(key=key, title=key.capitalize(), kind="count") for key in counted),
        *_texts("remark"),
    ]
    rows = [row for sheet in file.sheets for row in _sheet_rows(sheet)]
    notes = [f"File: {name}", f"SHA-256 of the file: {file.sha256}"]
    notes += [
        f"{table.table.name}: {said}"
        for table in file.tables
        for said in (*table.table.questions, *table.table.doubts)
    ]
    notes.append(
        f"The mapping that was used stands beside this receipt, {FOLDER}/.../mapping.toml."
    )
    report = _report("import", "What became of the file", name, day, columns, rows)
    return structs.replace(report, notes=notes)


def _sheet_rows(sheet: JudgedSheet) -> Iterator[Row]:
    reading = sheet.reading
    hidden = "Hidden. " if reading.sheet.hidden else ""
    outside = ", ".join(map(str, reading.outside[:20]))
    more = " ..." if len(reading.outside) > len(reading.outside[:20]) else ""
    if not sheet.tables:
        said = f"{hidden}{reading.reason}".strip()
        yield Row(kind="row", values={"sheet": reading.sheet.name, "remark": said})
    for table in sheet.tables:
        counts = {str(kind): count for kind, count in table.table.counts().items()}
        counts |= table.counts()
        said = f"{hidden}{f'Rows outside any table: {outside}{more}.' if outside else ''}".strip()
        place = {"sheet": reading.sheet.name, "range": table.table.range, "remark": said}
        yield Row(kind="row", values={**counts, **place})


def _totals(file: JudgedFile) -> Iterator[Row]:
    for table in file.tables:
        for total in table.totals:
            place = f"{table.table.sheet.name}!{total.letter}{total.row or ''}"
            stated, computed = total.stated, total.computed
            result = {True: "agrees", False: "DIFFERS", None: "not checked"}[total.agrees]
            yield Row(
                kind="row",
                values={
                    "place": place,
                    "column": f"{total.field.value} {total.label}".strip(),
                    "currency": total.currency,
                    "stated": stated,
                    "computed": computed,
                    "difference": None if stated is None or computed is None else stated - computed,
                    "result": f"{result}{f': {total.reason}' if total.reason else ''}",
                },
            )


def _rows(judged: JudgedTable, name: str, day: date) -> Report:
    """Return a table row by row: the verdict, what it is made of, and the cells as they stand."""
    table = judged.table
    changed = any(verdict.before for verdict in judged.verdicts)
    columns = [
        Column(key="row", title="Row", kind="count"),
        *_texts("verdict", "donor", "pledge"),
        Column(key="amount", title="Amount", kind="amount"),
        *_texts("currency", *(["before"] if changed else []), "reason"),
        *(
            Column(key=f"cell-{column.letter}", title=f"{column.letter}: {_shown(column.heading)}")
            for column in table.table_columns
        ),
    ]
    verdicts = {verdict.row.number: verdict for verdict in judged.verdicts}
    rows = []
    for row in judged.rows:
        values: dict[str, Value] = {"row": row.number, "verdict": row.kind}
        verdict = verdicts.get(row.number)
        if verdict is not None:
            values |= {
                "verdict": verdict.verdict,
                "donor": verdict.donor,
                "pledge": verdict.pledge,
                "currency": verdict.currency,
                "reason": verdict.reason,
            }
            if changed:
                values["before"] = verdict.before
            if verdict.amount is not None:
                values["amount"] = verdict.amount
        for letter, text in table.texts_of(row.number).items():
            values[f"cell-{letter}"] = text.translate(_SHOWN)
        rows.append(Row(kind="row", values=values))
    title = f"{table.name}, row by row"
    return _report(table.sheet.name, title, name, day, columns, rows)


def _for_page(report: Report) -> Report:
    """Leave out of a long table what needs no look; the workbook has every row."""
    if len(report.rows) <= _MOST_ON_PAGE:
        return report
    rows = [row for row in report.rows if row.values.get("verdict") in _TO_LOOK_AT]
    note = (
        f"Of {len(report.rows):,} rows this page shows the first {min(len(rows), _MOST_ON_PAGE):,} "
        "that are waiting, rejected or amended; the workbook beside it has every row."
    )
    return structs.replace(report, rows=rows[:_MOST_ON_PAGE], notes=[*report.notes, note])


def _report(
    name: str, title: str, subtitle: str, day: date, columns: list[Column], rows: list[Row]
) -> Report:
    return Report(
        name=name,
        title=title,
        subtitle=subtitle,
        period="",
        as_at=day,
        currency="",
        columns=columns,
        rows=rows,
    )


def _shown(text: str) -> str:
    return " ".join(text.split()).translate(_SHOWN)


def _texts(*keys: str) -> list[Column]:
    return [Column(key=key, title=key.capitalize()) for key in keys]


def documents_of(book: Book) -> Path:
    """Return where a book's documents are kept: of the folders that it names the first that is in
    its own.
    """
    named = [book.folder / str(name) for name in book.options.get("documents") or ()]
    root = book.folder.resolve()
    own = (folder for folder in named if folder.resolve().is_relative_to(root))
    return next(own, book.folder / "documents")


def _plain_name(name: str) -> str:
    """Write a file's name so that it is a folder's name on any system."""
    return re.sub(r"[^\w.-]+", "-", name).strip(".-")[:60] or "file"


def _new_folder(parent: Path, name: str, taken: Iterable[Path]) -> Path:
    """Return a folder of that name or, where something is, that with the next number."""
    others = {path.parent for path in taken}
    number, folder = 1, parent / name
    while folder in others or folder.exists():
        number += 1
        folder = parent / f"{name}-{number}"
    return folder
