"""Files made to harm: each ends within seconds and little memory, in one sentence or in its rows.

A process of its own with limits on memory and time judges them all; what it cannot do within them
fails here. All figures are made up.
"""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlwt
from click.testing import CliRunner
from openpyxl import load_workbook
from pledgebook.cli.main import group
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book

MEMORY = 1_500_000_000
"""Bytes of address space; Python with the importer and pandas' friends takes a third of it."""
SECONDS = 10
"""Of the processor, for any one file."""
HEAD = ["Donor", "Reference", "Date of pledge", "Currency", "Amount"]
GOOD = ["Italy", "NV 1", "2002-03-01", "USD", "5000.00"]
JUDGE = """\
import json, sys, time
from pathlib import Path
from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.importers.imports import context_of, judge_file
from pledgebook.importers.reading.workbook import SentFile
from pledgebook.ledger.files.loading import load_book
book = load_book(Path(sys.argv[1]))
for name in sys.argv[2:]:
    began = time.process_time()
    try:
        file = judge_file(SentFile(Path(name)), context_of(book, "CPCJF"))
        said = f"{file.count('imported')} imported, {file.count('waiting')} waiting"
    except UnreadableFile as error:
        said = str(error)
    print(json.dumps([Path(name).name, time.process_time() - began, said]), flush=True)
"""
BILLION = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
) + "]>"  # fmt: skip

PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Target="xl/workbook.xml" Type="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships/officeDocument"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Target="worksheets/sheet1.xml" Type="http://schemas.openxmlformats.'
        'org/officeDocument/2006/relationships/worksheet"/></Relationships>'
    ),
    "xl/workbook.xml": (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="Pledges" sheetId="1" r:id="r1"/></sheets></workbook>'
    ),
}


def row_of(number: int, texts: list[str]) -> str:
    cells = (
        f'<c r="{chr(65 + place)}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
        for place, text in enumerate(texts)
    )
    return f'<row r="{number}">{"".join(cells)}</row>'


def xlsx(body: str = "", before: str = "", after: str = "", prolog: str = "") -> bytes:
    """Make a workbook by hand, with one good row and whatever else."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in PARTS.items():
            archive.writestr(name, text)
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f'{prolog}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            f"{before}<sheetData>{row_of(1, HEAD)}{row_of(2, GOOD)}{body}</sheetData>{after}"
            "</worksheet>",
        )
    return stream.getvalue()


def line_of(texts: list[str], attributes: str = "") -> str:
    cells = (
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
        for text in texts
    )
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def ods(body: str = "", columns: str = "", prolog: str = "") -> bytes:
    """Make an OpenDocument spreadsheet by hand, with one good row and whatever else."""
    names = "urn:oasis:names:tc:opendocument:xmlns"
    spaces = " ".join(f'xmlns:{each}="{names}:{each}:1.0"' for each in ("office", "table", "text"))
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", kind)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<m:manifest xmlns:m="{names}:manifest:1.0">'
            f'<m:file-entry m:full-path="/" m:media-type="{kind}"/></m:manifest>',
        )
        archive.writestr(
            "content.xml",
            f"{prolog}<office:document-content {spaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="Pledges">{columns}{line_of(HEAD)}{line_of(GOOD)}{body}'
            "</table:table></office:spreadsheet></office:body></office:document-content>",
        )
    return stream.getvalue()


def nested_archives(depth: int) -> bytes:
    content = b"x"
    for _ in range(depth):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inside.xlsx", content)
        content = stream.getvalue()
    return content


def text_of(*rows: list[str]) -> bytes:
    return "\n".join(",".join(row) for row in (HEAD, *rows)).encode()


MANY = 99_999_999
REPEATED = f'table:number-rows-repeated="{MANY}"'
LONG = "Italy\n" * 200_000
HIDDEN_COLUMN = '<col min="1" max="16384" hidden="1"/>'
HIDDEN_ROWS = (
    f'<table:table-row table:visibility="collapse" {REPEATED}><table:table-cell/></table:table-row>'
)
HIDDEN_COLUMNS = (
    f'<table:table-column table:visibility="collapse" table:number-columns-repeated="{MANY}"/>'
)
FAR_DAYS = ["Jan-02 99999999", "year 45000", "1 January 10000", "0002-03-01", "9999-12-30"]
COLUMNS = [*HEAD, "Due date", "Purpose", "Status", "Remarks", "Paid", "Date paid"]
UNITS = ["x", "word ", "1", "1 ", "1.", "(", "a/ ", "*", "2002-", "$ ", "not ", "&amp;", "<br> ",
         "(a) ", "1-", "千元", "e\u0301", " ", "\u00a0", "\t \t", "'000 ", "- "]  # fmt: skip


def long_cells() -> bytes:
    """A text of 30,000 letters in each row: each kind of it under each heading."""
    rows = []
    for number in range(300):
        row = [*GOOD, "2003-08-17", "", "pledged", "", "", ""]
        row[1] = f"NV {number}"
        unit = UNITS[number % len(UNITS)]
        column = number // len(UNITS) % len(COLUMNS)
        row[column] = f"x{unit * (30_000 // len(unit))}{number}x"
        rows.append(row)
    return (
        "\n".join("\x1f".join(row) for row in [COLUMNS, *rows])
        .replace("\t", " \u2003")
        .replace("\x1f", "\t")
        .encode()
    )


def old_workbook(*, far: bool = False) -> bytes:
    workbook = xlwt.Workbook()
    page = workbook.add_sheet("Pledges")
    for number, row in enumerate([HEAD, GOOD]):
        for place, value in enumerate(row):
            page.write(number, place, value)
    if far:
        page.write(65_535, 255, "x")
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "plain.xlsx": (xlsx, "1 imported"),
    "plain.ods": (ods, "1 imported"),
    "dimension.xlsx": (lambda: xlsx(before='<dimension ref="A1:XFD1048576"/>'), "1 imported"),
    "merged.xlsx": (
        lambda: xlsx(after='<mergeCells><mergeCell ref="A3:XFD1048576"/></mergeCells>'),
        "1 imported",
    ),
    "hidden-columns.xlsx": (
        lambda: xlsx(before=f"<cols>{HIDDEN_COLUMN * 20_000}</cols>"),
        "1 imported",
    ),
    "far.xlsx": (
        lambda: xlsx('<row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row>'),
        "delete what stands far outside",
    ),
    "tall.xlsx": (
        lambda: xlsx('<row r="999999999"><c r="A999999999" t="str"><v>x</v></c></row>'),
        "delete what stands far outside",
    ),
    "entities.xlsx": (
        lambda: xlsx(row_of(3, ["&j;", *GOOD[1:]]), prolog=BILLION),
        "declares its own XML entities",
    ),
    "outside.xlsx": (
        lambda: xlsx(prolog='<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'),
        "declares its own XML entities",
    ),
    "entities.ods": (
        lambda: ods(line_of(["&j;", *GOOD[1:]]), prolog=BILLION),
        "declares its own XML entities",
    ),
    "long.xlsx": (lambda: xlsx(row_of(3, [LONG, *GOOD[1:]])), "a cell holds 1,199,999 letters"),
    "long.ods": (lambda: ods(line_of([LONG, *GOOD[1:]])), "a cell holds 1,200,000 letters"),
    "deep.xlsx": (lambda: xlsx("<row r='3'>" + "<c>" * 200_000), "is damaged"),
    "deep.ods": (lambda: ods("<table:table>" * 200_000), "is damaged"),
    "nested.xlsx": (lambda: nested_archives(40), "is an archive and no workbook"),
    "rows.ods": (lambda: ods(line_of(GOOD, REPEATED)), "delete what stands far outside"),
    "empty-rows.ods": (
        lambda: ods(line_of([""], REPEATED) * 100 + line_of(GOOD)),
        "delete what stands far outside",
    ),
    "columns.ods": (
        lambda: ods(
            "<table:table-row><table:table-cell table:number-columns-repeated="
            f'"{MANY}" office:value-type="string"><text:p>x</text:p></table:table-cell>'
            "</table:table-row>"
        ),
        "delete what stands far outside",
    ),
    "hidden-rows.ods": (lambda: ods(HIDDEN_ROWS * 3000), "1 imported"),
    "hidden-columns.ods": (lambda: ods(columns=HIDDEN_COLUMNS * 5000), "1 imported"),
    "nul.csv": (lambda: text_of(["It\0aly", *GOOD[1:]]), "nul.csv is"),
    "nothing.csv": (lambda: b"\0" * 5_000_000, "neither text nor a known kind"),
    "line.csv": (lambda: b"Donor," * 1_000_000, "line.csv"),
    "quote.csv": (lambda: text_of(GOOD) + b'\n"' + b"Italy," * 1_000_000, "quote.csv"),
    "commas.csv": (
        lambda: text_of(GOOD) + (b"\n" + b"," * 2000) * 4000,
        "delete what stands far outside",
    ),
    "powers.csv": (
        lambda: text_of([*GOOD[:4], "1e999999999"], [*GOOD[:4], "NaN"], [*GOOD[:4], "Infinity"]),
        "0 imported, 3 waiting",
    ),
    "brackets.csv": (
        lambda: text_of(*[["(" * 30_000, f"NV {n}", *GOOD[2:4], "(" * 30_000] for n in range(9)]),
        "0 imported, 9 waiting",
    ),
    "long-cells.csv": (long_cells, "60 imported, 240 waiting"),
    "wide.csv": (
        lambda: b"\n".join([b"Donor;" * 200_000, b"Italy;" * 200_000]),
        "delete what stands far outside",
    ),
    "bytes-missing.xlsx": (lambda: xlsx()[:400] + xlsx()[430:], "is damaged"),
    "bytes-missing.ods": (lambda: ods()[:400] + ods()[430:], "is damaged"),
    "name-of-a-part.xlsx": (
        lambda: xlsx().replace(b"xl/worksheets", b"xl/\xffworksheet"),
        "name-of-a-part.xlsx",
    ),
    "years.csv": (
        lambda: text_of(*[[GOOD[0], f"NV {n}", day, *GOOD[3:]] for n, day in enumerate(FAR_DAYS)]),
        f"0 imported, {len(FAR_DAYS)} waiting",
    ),
    "digits.csv": (
        lambda: text_of(*[[*GOOD[:4], "9" * digits] for digits in (19, 28, 29, 60, 4_400)]),
        "0 imported, 5 waiting",
    ),
    # Bytes that are missing make the reader of .xls panic; others make it ask for all memory.
    "bytes-missing.xls": (lambda: old_workbook()[:4656] + old_workbook()[4686:], "is damaged"),
    "cut.xls": (lambda: old_workbook()[:-700], "cut.xls"),
    "cut-early.xls": (lambda: old_workbook()[:3000], "cut-early.xls"),
    "far.xls": (lambda: old_workbook(far=True), "1 imported"),
    "strangers.csv": (
        lambda: text_of(*[[f"Nobody number {n}", f"NV {n}", *GOOD[2:]] for n in range(700)]),
        "0 imported, 700 waiting",
    ),
}


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (6 * SECONDS, 6 * SECONDS))


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[float, str]]:
    folder = tmp_path_factory.mktemp("hostile")
    main = make_book(folder / "book")
    paths = []
    for name, (make, _) in FILES.items():
        (folder / name).write_bytes(make())
        paths.append(str(folder / name))
    done = subprocess.run(
        [sys.executable, "-c", JUDGE, str(main), *paths],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit,
    )
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, (done.stderr[-2000:], said[-1:])
    return {name: (seconds, sentence) for name, seconds, sentence in said}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_ends_in_a_sentence_or_its_rows_within_bounds(
    name: str, judged: dict[str, tuple[float, str]]
) -> None:
    seconds, said = judged[name]
    assert FILES[name][1] in said
    assert seconds < SECONDS


@pytest.mark.parametrize(
    "name",
    [
        "=1+1.csv",
        "-rf.csv",
        "a\nb.csv",
        "..csv.csv",
        "'; drop.csv",
        "<script>.csv",
        "\u202evsc.csv",
    ],
)
def test_an_odd_name_of_a_file_is_only_a_name(name: str, tmp_path: Path) -> None:
    main = make_book(tmp_path / "book")
    path = tmp_path / name
    path.write_bytes(text_of(GOOD))
    words = ["--book", str(main), "import", "--fund", "CPCJF", "--", str(path)]
    result = CliRunner().invoke(group, words)
    assert result.exit_code == 0, result.output
    book = load_book(main)
    assert (len(book.register.by_label), book.errors) == (1, [])
    (folder,) = (main.parent / "documents" / "imports").iterdir()
    assert folder.parent == main.parent / "documents" / "imports"
    assert "<script>" not in (folder / "receipt.html").read_text("utf-8")
    formulas = [
        cell.value
        for sheet in load_workbook(folder / "receipt.xlsx")
        for row in sheet
        for cell in row
        if cell.data_type == "f" and not str(cell.value).startswith("=HYPERLINK")
    ]
    assert formulas == []
    again = CliRunner().invoke(group, words)
    assert "1 duplicate" in again.output


def test_a_link_is_read_and_what_it_leads_to_is_left_alone(tmp_path: Path) -> None:
    main = make_book(tmp_path / "book")
    original = tmp_path / "original.csv"
    original.write_bytes(text_of(GOOD))
    link = tmp_path / "link.csv"
    link.symlink_to(original)
    loop = tmp_path / "loop.csv"
    loop.symlink_to(loop)
    words = ["--book", str(main), "import", "--fund", "CPCJF"]
    assert CliRunner().invoke(group, [*words, str(link)]).exit_code == 0
    assert original.read_bytes() == text_of(GOOD)
    (folder,) = (main.parent / "documents" / "imports").iterdir()
    assert not (folder / "link.csv").is_symlink()
    result = CliRunner().invoke(group, [*words, str(loop)])
    assert (result.exit_code, "loop.csv" in result.stderr) == (2, True), result.output
