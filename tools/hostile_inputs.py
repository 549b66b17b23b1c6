"""What is read of others: seeds, ways of damaging them, and what has to come of it.

A *target* is a door by which text or a file of somebody else comes in. Damaged, each ends in rows,
in findings, or in a sentence (RefusedError): anything else that it raises is a fault of ours.
`tests/test_damaged_inputs.py` draws damages with Hypothesis, `fuzz_readers.py` for as long as one
likes, guided by what code they reach. All amounts are made up.
"""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from random import Random

import xlwt
from beancount.core.data import Custom
from pledgebook.importers.imports import import_files
from pledgebook.importers.rates.judging import judge_rates
from pledgebook.importers.rates.published import read_rates
from pledgebook.importers.tables.mapping import read_mapping
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.findings import RefusedError
from pledgebook.ledger.matching.decisions import FILE as DECISIONS
from pledgebook.ledger.matching.decisions import read_decisions
from pledgebook.ledger.register.book import Book
from pledgebook.reports.figures.selection import select
from pledgebook.reports.registry import make_reports

ROOT = Path(__file__).parent.parent
_DATA = ROOT / "tests" / "data"
_EXAMPLE = ROOT / "ledger" / "example"
_BLOCK = re.compile(r"^```beancount[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_TOKEN = re.compile(rb"[^\W_]+|[^\w\s]|\s+|_")
_LARGEST_SEED = 60_000

HOSTILE = [
    b"1e999999999", b"NaN", b"-Infinity", b"9" * 5000, b"0." + b"0" * 400 + b"1", b"1/0", b"-0",
    b"9999-12-31", b"0001-01-01", b"10000-01-01", b"2002-02-30", b"Jan-02 99999999", b"year 45000",
    b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"\xc3", b"\xef\xbb\xbf", "²".encode(), "٣".encode(),
    "\u202e\u2066".encode(), b"[" * 3000, b"(" * 3000, b"{" * 300, b"<a>" * 3000, b'"', b"'", b"\\",
    b"\n", b"\r", b"\t", b";", b"&#0;", b"&x;", b"<!DOCTYPE a [<!ENTITY x 'y'>]>", b"../../x",
    b"{0 # 1 USD}", b"{0 USD}", b"@@ 0 USD", b"0 USD", b"-1 XXX", b"#REF!", b"=1+1", b"true", b"{}",
    b"[]", b'""', b"\x1a", b"65536", b"4294967296", b"-1", b"1048577", b"XFD1048577",
]  # fmt: skip
"""Words that readers stumble over: figures, days, bytes, nests, ends of texts."""


@dataclass(frozen=True, slots=True)
class Target:
    """A door: whole inputs to damage, and what is done with a damaged one."""

    seeds: Callable[[], Sequence[bytes]]
    take: Callable[[bytes], None]


def take(name: str, data: bytes) -> None:
    """Let what is damaged come in by a door. Raises whatever is no sentence."""
    try:
        TARGETS[name].take(data)
    except RefusedError as refusal:
        said = str(refusal)
        if not said.strip() or "Traceback" in said:
            raise AssertionError(f"no sentence: {said!r}") from refusal


def damage(data: bytes, random: Random, largest: int = _LARGEST_SEED) -> bytes:
    """Return the input, damaged in one to four ways; of an archive often a part within it."""
    for _ in range(random.randint(1, 4)):
        if data.startswith(b"PK") and random.random() < 0.7:
            data = _damaged_part(data, random)
        else:
            data = _damaged(data, random)
    return data[:largest]


def _damaged(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data) + 1)
    way = random.randrange(8)
    if way == 0:  # cut
        return data[:at]
    if way == 1:  # a piece is missing
        return data[:at] + data[at + random.choice([1, 2, 30, 500]) :]
    if way == 2:  # a byte is another
        return data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]
    if way == 3:  # a piece stands twice
        return data[: at + random.choice([1, 20, 400])] + data[at:]
    if way == 4:
        return data[:at] + random.choice(HOSTILE) + data[at:]
    tokens = _TOKEN.findall(data[:_LARGEST_SEED])
    if not tokens:
        return data + random.choice(HOSTILE)
    place = random.randrange(len(tokens))
    if way == 5:  # a word is taken out
        del tokens[place]
    elif way == 6:  # another word of the input stands in its place
        tokens[place] = random.choice(tokens)
    else:
        tokens[place] = random.choice(HOSTILE)
    return b"".join(tokens)


def _damaged_part(data: bytes, random: Random) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {each.filename: archive.read(each) for each in archive.infolist()}
    except Exception:  # noqa: BLE001 - it is damaged already
        return _damaged(data, random)
    if not parts:
        return _damaged(data, random)
    name = random.choice(
        [*parts, *(each for each in parts if "sheet" in each or "content" in each)]
    )
    parts[name] = _damaged(parts[name], random)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, content in parts.items():
            archive.writestr(each, content)
    return stream.getvalue()


@cache
def _folder() -> Path:
    """Return the folder that inputs stand in, and the book that they come to."""
    folder = Path(tempfile.mkdtemp(prefix="hostile-inputs-"))
    make_book(folder / "book")
    with (folder / "book" / "settings.beancount").open("a", encoding="utf-8") as file:
        file.write(
            '\n2000-01-01 custom "bank" "TEST" "12345678"\n  currency: "USD"\n'
            '  accounts: "Assets:CPCJF:Cash:Test"\n'
            '2000-01-01 custom "bank" "MAIN" "GB29NWBK60161331926819"\n  currency: "USD"\n'
            '  accounts: "Assets:CPCJF:Cash"\n'
            "2002-01-01 price EUR 1.1 USD\n"
        )
    return folder


@cache
def _book() -> Book:
    return load_book(_folder() / "book" / "main.beancount")


def _sent(data: bytes, name: str = "sent") -> Path:
    path = _folder() / name
    path.write_bytes(data)
    return path


def _take_file(data: bytes) -> None:
    """What `import` does with any file: a statement or a sheet, whatever it is found to be."""
    import_files(_book(), [_sent(data)], fund="CPCJF", dry_run=True, today=date(2003, 12, 31))


def _take_list(data: bytes) -> None:
    """What `import --bank` does with a list of a bank's entries."""
    import_files(_book(), [_sent(data)], bank="TEST", dry_run=True, today=date(2003, 12, 31))


def _take_rates(data: bytes) -> None:
    judge_rates(_book(), read_rates(_sent(data)), everything=True)


def _take_mapping(data: bytes) -> None:
    mapping = read_mapping(_sent(data, "map.toml"))
    sheet = _folder() / "sheet.csv"
    if not sheet.exists():
        sheet.write_bytes(_SHEET)
    import_files(_book(), [sheet], mapping=mapping, fund="CPCJF", dry_run=True)


def _take_decisions(data: bytes) -> None:
    book = _book()
    (book.folder / DECISIONS).write_bytes(data)
    read_decisions(book)


def _take_book(data: bytes) -> None:
    """What `check` and `report all` do with a book; each finding is a sentence at a place."""
    main = _folder() / "told" / "main.beancount"
    book = load_book(main, {main: data})
    for error in [*book.errors, *book.findings]:
        if not error.message.strip() or "applying plugin" in error.message:
            raise AssertionError(error.message)
    if not any(isinstance(each, Custom) and each.type == "period" for each in book.entries):
        return
    for period in book.settings.periods:
        try:
            make_reports(select(book, period.name), ("all",))
        except RefusedError as refusal:
            if not str(refusal).strip():
                raise AssertionError("a refusal says nothing") from refusal


_SHEET = (
    b"Donor;Reference;Date of pledge;Currency;Amount;Purpose;Status;Due date\n"
    b"Italy;NV 1;2002-03-01;USD;5000.00;corruption;pledged;30/06/2002\n"
    b"Austria;NV 2;01/04/2002;EUR;1.234,50;;paid;\n"
    b"Total;;;;6234.50;;;\n"
)
_RATES = (
    b"<UN_OPERATIONAL_RATES_DATASET><UN_OPERATIONAL_RATES><f_curr_code>EUR</f_curr_code><name>Euro"
    b"</name><eff_date>01 Jan 2002</eff_date><rate>1.136</rate></UN_OPERATIONAL_RATES>"
    b"<UN_OPERATIONAL_RATES><f_curr_code>NOK</f_curr_code><eff_date>2002-01-01</eff_date>"
    b"<rate>8.9</rate></UN_OPERATIONAL_RATES></UN_OPERATIONAL_RATES_DATASET>"
)
_MAPPING = b"""sheet = "sheet"
heading_rows = [1]
last_row = 4
units = 1000
totals = ["Consolidation"]
ignored = ["Status"]

[columns]
donor = "Donor"
reference = "B"
amount = "Amount"
currency = "Currency"
purpose = "Purpose"
pledge_date = "C"

[constants]
fund = "CPCJF"

[values.status]
paid = "payment"

[skip]
Status = ["in kind"]
"""
_DECIDED = b"""{"decisions": [{"receipts": ["AUT-2002-R1"], "allocations": [["AUT-2002-01.1",
 "100.00", "EUR", null]], "charges": "5.00", "rule": "label"},
 {"receipts": ["ITA-2002-R1"], "gift": ["ITA", "CPCJF", "special", "corruption"]}]}"""


def _old_workbook() -> bytes:
    workbook = xlwt.Workbook()
    page = workbook.add_sheet("Pledges")
    for row, line in enumerate(_SHEET.decode().splitlines()):
        for column, text in enumerate(line.split(";")):
            page.write(row, column, text)
    page.write_merge(6, 7, 0, 3, "Remarks")
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


@cache
def _files() -> tuple[bytes, ...]:
    paths = [*(_EXAMPLE / "sheets").iterdir(), *(_EXAMPLE / "statements").iterdir()]
    paths += [
        each
        for folder in ("bank", "scdl", "helios", "osiris", "fonjep", "cbpf")
        for each in sorted((_DATA / folder).iterdir())
        if each.suffix.lower() in {".csv", ".xlsx", ".xls", ".ods"}
    ]
    found = [each.read_bytes() for each in sorted(paths)]
    cut = [each if each[:2] in {b"PK", b"\xd0\xcf"} else each[:2000] for each in found]
    return (_SHEET, _old_workbook(), *(each for each in cut if len(each) <= _LARGEST_SEED))


def _statements() -> list[bytes]:
    return [path.read_bytes()[:20_000] for path in sorted((_EXAMPLE / "statements").iterdir())]


def _lists() -> list[bytes]:
    own = (
        b"Date;Text;Amount;Balance\n2002-03-01;From Italy;10.00;10.00\n2002-03-04;Fee;-1.00;9.00\n"
    )
    return [own, *(path.read_bytes() for path in sorted((_DATA / "bank").glob("*.[cCx]*")))]


def _mappings() -> list[bytes]:
    paths = sorted(_DATA.glob("*/mapping*.toml"))
    return [_MAPPING, *(each.read_bytes() for each in paths)]


@cache
def _books() -> tuple[bytes, ...]:
    """Each example of the pages on events and errors, in a book of its own."""
    head = (_DATA / "golden" / "settings.beancount").read_bytes()
    head = b'option "operating_currency" "USD"\nplugin "pledgebook.plugins"\n' + head
    blocks = [
        block.encode()
        for page in ("errors.md", "events.md", "book.md", "bank.md", "letters.md", "periods.md")
        for block in _BLOCK.findall((ROOT / "docs" / page).read_text("utf-8"))
    ]
    mandate = str(ROOT / "ledger" / "data" / "book" / "A-RES-55-64.beancount").encode()
    head = re.sub(rb'include "[^"]*"', b'include "' + mandate + b'"', head)
    return tuple(head + b"\n" + block for block in blocks)


TARGETS: Mapping[str, Target] = {
    "files": Target(_files, _take_file),
    "statements": Target(_statements, _take_file),
    "lists": Target(_lists, _take_list),
    "rates": Target(
        lambda: [_RATES, b"Code,Rate,Effective date\nEUR,1.1,1 Jan 2002\n"], _take_rates
    ),
    "mappings": Target(_mappings, _take_mapping),
    "decisions": Target(lambda: [_DECIDED], _take_decisions),
    "books": Target(_books, _take_book),
}
"""The doors by name."""
