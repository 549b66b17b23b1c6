"""Files of every kind and quality, read into sheets or refused with a sentence."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from pledgebook.importers.reading import packages, workbook
from pledgebook.importers.reading.cells import (
    Area,
    ErrorValue,
    MissingResult,
    UnreadableFile,
    column_letter,
    column_number,
)
from pledgebook.importers.reading.workbook import read_workbook

DATA = Path(__file__).parent / "data"


def _refusal(path: Path) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(path)
    message = str(caught.value)
    assert message.startswith(path.name)
    return message


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _repack(path: Path, change: Callable[[str, bytes], bytes]) -> None:
    parts = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(parts, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    path.write_bytes(parts.getvalue())


@pytest.fixture
def book(tmp_path: Path) -> Path:
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    sheet.title = "Pledges"
    sheet["B3"], sheet["C3"] = "Donor", "Amount"
    sheet["B4"], sheet["C4"] = "Italy", 1234.56
    sheet["C5"] = "=C4*2"
    sheet["D4"] = date(2002, 3, 1)
    sheet["E4"] = datetime(2002, 3, 1, 15, 30)  # noqa: DTZ001 - cells have no time zone
    sheet["F4"] = "#REF!"
    sheet["G4"] = True
    sheet.merge_cells("B4:B6")
    sheet.row_dimensions[5].hidden = True
    sheet.column_dimensions["D"].hidden = True
    secret = made.create_sheet("Old")
    secret.sheet_state = "hidden"
    path = tmp_path / "pledges.xlsx"
    made.save(path)
    return path


def test_cells_keep_their_true_addresses(book: Path) -> None:
    sheet = read_workbook(book).sheets[0]
    assert sheet.cell(1, 1) is None
    assert sheet.cell(3, 2) == "Donor"
    assert sheet.address(4, 3) == "Pledges!C4"
    assert sheet.cell(99, 99) is None


def test_numbers_are_exact_decimals_and_dates_are_dates(book: Path) -> None:
    sheet = read_workbook(book).sheets[0]
    assert sheet.cell(4, 3) == Decimal("1234.56")
    assert sheet.cell(4, 4) == date(2002, 3, 1)
    assert sheet.cell(4, 5) == datetime(2002, 3, 1, 15, 30)  # noqa: DTZ001
    assert sheet.cell(4, 7) is True


def test_a_formula_without_result_is_not_an_empty_cell(book: Path) -> None:
    assert read_workbook(book).sheets[0].cell(5, 3) == MissingResult("C4*2")


def test_an_error_is_not_an_empty_cell(book: Path) -> None:
    assert read_workbook(book).sheets[0].cell(4, 6) == ErrorValue("#REF!")


def test_what_is_merged_or_hidden_is_known(book: Path) -> None:
    read = read_workbook(book)
    sheet = read.sheets[0]
    assert sheet.merged == (Area(4, 2, 6, 2),)
    assert sheet.hidden_rows == {5}
    assert sheet.hidden_columns == {4}
    assert [s.hidden for s in read.sheets] == [False, True]


def test_the_1904_date_system_is_respected(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.epoch = CALENDAR_MAC_1904
    made.worksheets[0]["A1"] = date(2002, 3, 1)
    made.save(tmp_path / "mac.xlsx")
    sheet = read_workbook(tmp_path / "mac.xlsx").sheets[0]
    assert sheet.cell(1, 1) == date(2002, 3, 1)
    assert sheet.from_1904


def test_a_binary_xls_is_read(tmp_path: Path) -> None:
    made = xlwt.Workbook()
    sheet = made.add_sheet("Old")
    sheet.write(1, 1, "Italy")
    sheet.write(1, 2, 5.5)
    sheet.write_merge(2, 4, 0, 0, "merged")
    made.save(str(tmp_path / "old.xls"))
    read = read_workbook(tmp_path / "old.xls")
    assert read.kind == "xls"
    assert read.sheets[0].cell(2, 3) == Decimal("5.5")
    assert read.sheets[0].merged == (Area(3, 1, 5, 1),)


def _ods(path: Path, *cells: TableCell) -> Path:
    document = OpenDocumentSpreadsheet()
    table = Table(name="Sheet")
    row = TableRow()
    for cell in cells:
        row.addElement(cell)
    table.addElement(row)
    document.spreadsheet.addElement(table)
    document.save(str(path))
    return path


def test_an_ods_formula_without_result_is_known(tmp_path: Path) -> None:
    text = TableCell(valuetype="string")
    text.addElement(P(text="Italy"))
    path = _ods(tmp_path / "a.ods", text, TableCell(formula="of:=[.A1]+1"))
    read = read_workbook(path)
    assert read.kind == "ods"
    assert read.sheets[0].cell(1, 1) == "Italy"
    assert read.sheets[0].cell(1, 2) == MissingResult("[.A1]+1")


def test_an_ods_of_repeated_cells_is_refused_before_it_is_laid_out(tmp_path: Path) -> None:
    cell = TableCell(valuetype="float", value="1", numbercolumnsrepeated="9000000")
    path = _ods(tmp_path / "bomb.ods", cell)
    assert "span" in _refusal(path)


@pytest.mark.parametrize(
    ("content", "encoding", "said"),
    [
        ("Donateur;Devise;Montant annoncé\nItalie;EUR;1 000,00\nNéant é;€;3\n", "utf-8", "UTF-8"),
        ("Donateur;Devise;Montant annoncé\nItalie;EUR;1 000,00\n", "utf-8-sig", "UTF-8"),
        ("Donateur;Devise;Montant annoncé\nItalie;EUR;1 000,00\n", "utf-16", "UTF-16"),
        ("Donateur;Devise;Montant annoncé\nItalie;EUR;1 000,00\n", "utf-16-le", "UTF-16 without"),
        ("Donateur;Devise;Montant annoncé\nItalie;EUR;1 000,00\n", "utf-16-be", "UTF-16 without"),
        ("Donateur;Devise;Montant annoncé\nRépublique tchèque;€;3\n", "cp1252", "cp1252"),
        ("Донор;Валюта;Сумма\nРоссийская Федерация;USD;5\n", "cp1251", "cp1251"),
        ("الجهة المانحة;العملة;المبلغ\nفرنسا;USD;100\n", "cp1256", "cp1256"),
    ],
)
def test_text_is_read_in_the_encodings_it_comes_in(
    tmp_path: Path, content: str, encoding: str, said: str
) -> None:
    read = read_workbook(_write(tmp_path / "a.csv", content.encode(encoding)))
    sheet = read.sheets[0]
    assert [list(row) for row in sheet.rows] == [line.split(";") for line in content.splitlines()]
    assert said in read.notes[0]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found_whatever_the_decimal_mark(tmp_path: Path, separator: str) -> None:
    lines = [["Donor", "Amount", "Note"], ["Italy", '"1,50"', "x"], ["Austria", '"2,50"', "y"]]
    text = "\n".join(separator.join(line) for line in lines)
    read = read_workbook(_write(tmp_path / "a.txt", text.encode()))
    assert read.sheets[0].rows[1] == ("Italy", "1,50", "x")


def test_a_line_break_within_a_cell_stays_in_it(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.csv", b'Donor,Amount\n"Italy\nRome",5\n\nSpain,6\n')
    sheet = read_workbook(path).sheets[0]
    assert sheet.cell(2, 1) == "Italy\nRome"
    assert sheet.rows[2] == ()
    assert sheet.cell(4, 1) == "Spain"


@pytest.mark.parametrize("ending", ["xlsx", "xls", "ods"])
def test_text_under_a_false_name_is_read_as_text(tmp_path: Path, ending: str) -> None:
    path = _write(tmp_path / f"false.{ending}", b"Donor,Amount\nItaly,5\n")
    read = read_workbook(path)
    assert read.kind == "text"
    assert read.sheets[0].cell(2, 1) == "Italy"


def test_the_digest_is_that_of_the_file() -> None:
    read = read_workbook(DATA / "cbpf" / "Contributions.csv")
    assert read.sha256 == workbook.hashlib.sha256(read.path.read_bytes()).hexdigest()


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert "is empty (0 bytes)" in _refusal(_write(tmp_path / "empty.xlsx", b""))


def test_no_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert f"does not exist in {tmp_path};" in _refusal(tmp_path / "nothing.xlsx")
    assert "is a folder" in _refusal(tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"Dear Sir,\n\nplease find our pledge\n", "no table"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "web page"),
        (b'{"donor": "Italy"}', "JSON"),
        (b"%PDF-1.4 ...", "PDF"),
        (b"\x00\x01\x02\x03" * 500, "neither text nor"),
        (b"PK\x03\x04rubbish", "damaged"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "damaged"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(
    tmp_path: Path, content: bytes, said: str
) -> None:
    assert said in _refusal(_write(tmp_path / "a.xls", content))


def test_a_workbook_protected_by_a_password_is_refused(tmp_path: Path) -> None:
    # Encrypted .xlsx files are compound files whose directory names the encrypted package.
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
    entry = "EncryptedPackage".encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 34)
    path = _write(tmp_path / "secret.xlsx", header + entry.ljust(512, b"\0"))
    assert "protected by a password" in _refusal(path)


def test_an_encrypted_ods_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest><encryption-data/></manifest>")
        archive.writestr("content.xml", b"\x01\x02")
    assert "protected by a password" in _refusal(path)


def test_an_encrypted_xls_is_refused(tmp_path: Path) -> None:
    made = xlwt.Workbook()
    made.add_sheet("Sheet").write(0, 0, "x")
    path = tmp_path / "secret.xls"
    made.save(str(path))
    data = path.read_bytes()
    # Turn the record that follows the first one of the globals into FILEPASS.
    start = data.index(bytes.fromhex("09081000"))
    after = start + 4 + 16
    changed = data[:after] + struct.pack("<H", 0x2F) + data[after + 2 :]
    path.write_bytes(changed)
    assert "protected by a password" in _refusal(path)


def test_an_archive_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "photos.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "hello")
    assert "no workbook" in _refusal(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert "text document" in _refusal(path)


def test_a_truncated_workbook_is_refused(book: Path) -> None:
    data = book.read_bytes()
    book.write_bytes(data[: len(data) // 2])
    assert "damaged" in _refusal(book)


def test_cells_far_apart_are_refused_before_space_is_taken(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.worksheets[0]["A1"] = "Donor"
    made.worksheets[0]["XFD1048576"] = 1
    made.save(tmp_path / "wide.xlsx")
    assert "span 1048576 rows and 16384 columns" in _refusal(tmp_path / "wide.xlsx")


def test_a_zip_bomb_is_refused_whatever_size_it_states(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "MAX_UNPACKED_BYTES", 200_000)
    _repack(book, lambda name, data: data + b" " * 300_000 * name.endswith("sheet1.xml"))
    data = bytearray(book.read_bytes())
    # Let the archive understate the size of its largest part.
    directory = data.index(b"PK\x01\x02", data.rindex(b"xl/worksheets/sheet1.xml") - 60)
    struct.pack_into("<I", data, directory + 24, 10)
    book.write_bytes(bytes(data))
    assert "would unpack to more than" in _refusal(book)


def test_a_file_too_large_is_refused(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_FILE_BYTES", 100)
    assert "too large" in _refusal(book)


def test_xml_entities_are_refused(book: Path) -> None:
    def with_entity(name: str, data: bytes) -> bytes:
        if not name.endswith("sheet1.xml"):
            return data
        return b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>' + data

    _repack(book, with_entity)
    assert "entities" in _refusal(book)


def test_columns_have_letters() -> None:
    assert [column_letter(n) for n in (1, 26, 27, 703)] == ["A", "Z", "AA", "AAA"]
    assert [column_number(t) for t in ("A", "AB", "a", "", "A1")] == [1, 28, None, None, None]


def test_rows_that_say_they_are_not_hidden_are_not_hidden(book: Path) -> None:
    _repack(book, lambda _name, data: data.replace(b'hidden="1"', b'hidden="false"'))
    assert read_workbook(book).sheets[0].hidden_rows == frozenset()


def test_a_count_that_is_no_number_is_refused_with_the_name_of_the_file(tmp_path: Path) -> None:
    cell = TableCell(valuetype="float", value="1", numbercolumnsrepeated="9" * 30)
    assert "damaged" in _refusal(_ods(tmp_path / "odd.ods", cell))
