"""Frames as files, and five questions to many books by two engines (amounts made up)."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from conftest import Load
from handwritten import Writer
from pledgebook.ledger import Book
from pledgebook.ledger.columnar import MissingLibraryError
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.findings import RefusedError
from pledgebook.ledger.office import convert
from pledgebook.ledger.register.frames import FRAMES
from pledgebook.reports.frame_files import (
    SHEETS,
    to_csv,
    to_parquet,
    to_workbook,
    write_folder,
    write_frames,
)
from pledgebook.reports.many_books import ENGINES, QUESTIONS, Question, ask
from pyarrow import parquet

ZERO = Decimal(0)
IBIS_CALLS_DUCKDB = "ignore:fetch_arrow_table:DeprecationWarning"
"""Ibis asks DuckDB for tables by a name that DuckDB is about to drop."""


@pytest.mark.parametrize("name", FRAMES)
def test_parquet_holds_the_frame_exactly(golden: Book, name: str) -> None:
    frame = golden.frames.named(name)
    table = parquet.read_table(io.BytesIO(to_parquet(frame, FRAMES[name])))
    assert table.column_names == list(frame.columns)
    for column in FRAMES[name]:
        found = table[column.name].to_pylist()
        if column.kind == "date":
            wanted = [None if pd.isna(day) else day.date() for day in frame[column.name]]
        else:
            wanted = frame[column.name].to_list()
        assert found == wanted, column.name
        told = table.schema.field(column.name).metadata
        assert told[b"meaning"].decode() == column.meaning
        assert pa.types.is_decimal(table.schema.field(column.name).type) == (column.kind == "money")


def test_parquet_has_one_schema_for_every_book(golden: Book, load: Load) -> None:
    empty = load("")
    for name, columns in FRAMES.items():
        one, other = (
            parquet.read_schema(io.BytesIO(to_parquet(book.frames.named(name), columns)))
            for book in (golden, empty)
        )
        assert one.equals(other), name


def test_money_that_parquet_would_round_is_refused(golden: Book) -> None:
    frame = golden.frames.instalments()
    frame.loc[0, "pledged"] = Decimal("0.00001")
    with pytest.raises(RefusedError, match=r"at most 4 decimals.*column pledged.*write \.csv"):
        to_parquet(frame, FRAMES["instalments"])


@pytest.mark.parametrize("name", FRAMES)
def test_csv_holds_the_frame_exactly(golden: Book, name: str) -> None:
    frame = golden.frames.named(name)
    rows = list(csv.DictReader(io.StringIO(to_csv(frame, FRAMES[name]), newline="")))
    assert len(rows) == len(frame)
    for column in FRAMES[name]:
        if column.kind == "money":
            assert [Decimal(row[column.name]) for row in rows] == frame[column.name].to_list()


def test_a_text_that_a_spreadsheet_would_run_is_kept_from_it(golden: Book) -> None:
    frame = golden.frames.movements()
    frame.loc[0, "narration"] = "=1+1"
    (first, *_) = csv.DictReader(io.StringIO(to_csv(frame, FRAMES["movements"]), newline=""))
    assert first["narration"] == "'=1+1"


def test_the_workbook_has_a_flat_sheet_for_each_frame(golden: Book) -> None:
    book = openpyxl.load_workbook(io.BytesIO(to_workbook(golden)))
    assert book.sheetnames == ["Summary", *SHEETS.values()]
    for name, title in SHEETS.items():
        frame, sheet = golden.frames.named(name), book[title]
        assert [cell.value for cell in sheet[1]] == list(frame.columns)
        assert sheet.max_row == len(frame) + 1
        assert list(sheet.tables) == [title]
    assert to_workbook(golden) == to_workbook(golden)


def summary(content: bytes) -> dict[str, list[Any]]:
    """The rows of the summary by their first cell, as stored."""
    sheet = openpyxl.load_workbook(io.BytesIO(content), data_only=True)["Summary"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=6)]
    return {str(row[0]): row[1:] for row in rows}


def test_the_summary_says_what_the_sheets_add_up_to(golden: Book) -> None:
    told = summary(to_workbook(golden))
    receipts, lines = golden.frames.receipts(), golden.frames.instalments()
    assert told["Donor"][-2:] == ["Received", "Unpaid"]
    assert told["Total"][-2:] == [
        float(receipts["received"].sum()), float(lines["carrying"].sum()),
    ]  # fmt: skip
    by_donor = receipts.groupby("donor_name", observed=True)["received"].sum()
    assert told["Italy"][-2] == float(by_donor["Italy"])


@pytest.mark.office
@pytest.mark.usefixtures("calc")
def test_the_summary_is_live(golden: Book) -> None:
    book = openpyxl.load_workbook(io.BytesIO(to_workbook(golden)))
    book["Summary"]["B3"] = "UNTOC"
    chosen = io.BytesIO()
    book.save(chosen)
    bare = {"chosen": chosen.getvalue()}
    made = convert(bare, ".xlsx", "xlsx:Calc MS Excel 2007 XML")["chosen"]
    receipts = golden.frames.receipts()
    received = receipts[receipts["fund"] == "UNTOC"]["received"].sum()
    assert received
    assert summary(made)["Total"][-2] == pytest.approx(float(received))


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Book]]:
    """A folder of five random books, and the books."""
    folder = tmp_path_factory.mktemp("many")
    books = []
    for seed in range(5):
        writer = Writer(8000 + seed, ("pledge", "receipt", "agreement"))
        writer.live(40, None)
        main = folder / f"{seed}.beancount"
        main.write_text(writer.text(), "utf-8")
        books.append(load_book(main))
        write_folder(books[-1], folder / "all", f"book-{seed}")
    return folder / "all", books


def answered(books: list[Book], question: Question) -> dict[tuple[Any, ...], list[Decimal]]:
    """The answer by plain sums over the books' registers, row by row."""
    sums: dict[tuple[Any, ...], list[Decimal]] = {}
    for book in books:
        for row in book.frames.named(question.frame).to_dict("records"):
            if all(row[flag] == wanted for flag, wanted in question.where.items()):
                own = sums.setdefault(
                    tuple(row[key] for key in question.by), [ZERO] * len(question.sums)
                )
                for at, column in enumerate(question.sums):
                    own[at] += row[column]
    return sums


@pytest.mark.filterwarnings(IBIS_CALLS_DUCKDB)
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_to_many_books_is_the_sum_of_their_answers(
    many: tuple[Path, list[Book]], name: str, engine: str
) -> None:
    folder, books = many
    question = QUESTIONS[name]
    found = {
        tuple(row[key] for key in question.by): [row[column] for column in question.sums]
        for row in ask(folder, name, engine).to_dict("records")
    }
    assert found
    assert found == answered(books, question)


def test_a_book_that_is_written_again_stands_there_once(golden: Book, tmp_path: Path) -> None:
    first = write_folder(golden, tmp_path, "golden")
    assert write_folder(golden, tmp_path, "golden") == first
    assert sorted(tmp_path.rglob("*.*")) == sorted(first)
    count = ask(tmp_path, "given", "dask")["rows"].sum()
    assert count == len(golden.frames.receipts())


@pytest.mark.parametrize("name", ["", "../other", "a/b", ".hidden", "x" * 65])
def test_a_name_that_leads_elsewhere_is_refused(golden: Book, tmp_path: Path, name: str) -> None:
    with pytest.raises(RefusedError, match="letters, digits, dots"):
        write_folder(golden, tmp_path / "all", name)
    assert not (tmp_path / "all").exists()


def test_what_cannot_be_asked_or_written_is_a_sentence(golden: Book, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match=r"no question 'who'.*given, late"):
        ask(tmp_path, "who")
    with pytest.raises(RefusedError, match=r"no engine 'spark'.*duckdb, dask"):
        ask(tmp_path, "given", "spark")
    with pytest.raises(RefusedError, match=r"no receipts of any book.*pledgebook data"):
        ask(tmp_path, "given")
    with pytest.raises(RefusedError, match=r"ends in '\.doc'"):
        write_frames(golden, "donors", tmp_path / "x.doc")


@pytest.mark.parametrize(("library", "engine"), [("ibis", "duckdb"), ("dask.delayed", "dask")])
def test_without_an_engine_it_is_said_what_brings_it(
    many: tuple[Path, list[Book]], library: str, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingLibraryError, match=r"pip install pledgebook\[analysis\]"):
        ask(many[0], "given", engine)


def run(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("pledgebook"), *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_writes_them(golden: Book, tmp_path: Path) -> None:
    out = tmp_path / "new" / "movements.csv"
    told = run("--book", golden.path, "data", "movements", "--out", out)
    assert (told.returncode, told.stderr) == (0, "")
    text = out.read_bytes().decode("utf-8-sig")
    assert text == to_csv(golden.frames.movements(), FRAMES["movements"])
    told = run("--book", golden.path, "data", "--out", tmp_path / "all", "--as", "one")
    assert told.returncode == 0
    assert (tmp_path / "all" / "donors" / "book=one" / "data.parquet").is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["donors", "--out", "x.xlsx"], "holds all frames"),
        (["--as", "one", "--out", "x.csv"], "--as names the book in a folder"),
        (["--out", "x.doc"], "ends in '.doc'"),
    ],
)
def test_what_the_command_is_not_for_is_said(
    golden: Book, words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = run("--book", golden.path, "data", *words)
    assert told.returncode == 2
    assert said in told.stderr
    assert list(tmp_path.iterdir()) == []
