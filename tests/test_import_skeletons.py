"""A file in which no table is found is no dead end: what it says goes into a list to fill in, or
its columns into a mapping. All amounts are made up.
"""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from clerk_sheets import Rows, imported, judge, write_csv, write_xlsx
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st
from pledgebook.cli.main import group
from pledgebook.importers.reading.cells import Sheet, UnreadableFile
from pledgebook.importers.reading.workbook import read_workbook
from pledgebook.importers.tables.mapping import parse_mapping
from pledgebook.importers.tables.skeletons import find_records, list_to_fill, mapping_to_fill

FORM: Rows = [
    ["PLEDGE FORM"],
    [],
    ["Donor:", "Norway"],
    ["Date of pledge:", date(2002, 5, 12)],
    ["Amount:", "USD 1000000"],
    ["Purpose:", "Corruption"],
    ["Signed by:", "=HYPERLINK(1)"],
]
FORMS: Rows = [
    ["Reference", "NV 1", "Donor", "Norway"],
    ["Amount", 1000, "Currency", "USD"],
    ["Date", "2002-05-12"],
    [],
    ["Reference", "NV 2", "Donor", "Austria"],
    ["Amount", 2000, "Currency", "EUR"],
    ["Date", "2002-05-13"],
]
TURNED: Rows = [
    ["Reference", "NV 1", "NV 2", "NV 3"],
    ["Donor", "Norway", "Austria", "Kenya"],
    ["Date of pledge", "2002-05-12", "2002-05-13", "2002-05-14"],
    ["Currency", "USD", "EUR", "USD"],
    ["Amount", 1000, 2000, 3000],
]
CASES = {
    "a form": (FORM, [("NOR", Decimal(1000000), "USD")]),
    "forms": (FORMS, [("NOR", Decimal(1000), "USD"), ("AUT", Decimal(2000), "EUR")]),
    "a table turned round": (
        TURNED,
        [
            ("NOR", Decimal(1000), "USD"),
            ("AUT", Decimal(2000), "EUR"),
            ("KEN", Decimal(3000), "USD"),
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_forms_and_turned_tables_say_is_a_list_to_look_at_and_import(
    tmp_path: Path, name: str
) -> None:
    rows, expected = CASES[name]
    path = write_xlsx(tmp_path / "sent.xlsx", rows)
    with pytest.raises(UnreadableFile, match="inspect FILE --save"):
        judge(path)
    saved = tmp_path / "list.csv"
    run = CliRunner().invoke(group, ["inspect", str(path), "--save", str(saved)])
    assert run.exit_code == 1, run.output
    assert f"{len(expected)} row" in run.output
    assert imported(judge(saved)) == expected


def test_nothing_that_a_form_says_is_lost_and_nothing_is_a_formula(tmp_path: Path) -> None:
    text, filled = list_to_fill(read_workbook(write_xlsx(tmp_path / "f.xlsx", FORM)).sheets)
    _, line = csv.reader(StringIO(text))
    assert filled == 1
    assert any("Signed by: =HYPERLINK(1)" in cell for cell in line)
    assert not any(cell.startswith("=") for cell in line)
    assert line[-1] == "Sheet!B3"


def test_a_mapping_to_fill_in_names_the_columns(tmp_path: Path) -> None:
    rows = [["Title"], ["Wer", "Wann", "Wieviel"], ["Austria", "2002-05-12", "1000"]]
    path = write_csv(tmp_path / "list.csv", rows)
    with pytest.raises(UnreadableFile, match=r"--save MAP\.toml"):
        judge(path)
    saved = tmp_path / "map.toml"
    run = CliRunner().invoke(group, ["inspect", str(path), "--save", str(saved)])
    assert run.exit_code == 1, run.output
    text = saved.read_text("utf-8")
    assert "#   C  'Wieviel'" in text
    filled = text.replace('# donor = "A"', 'donor = "A"\npledge_date = "B"')
    filled = filled.replace('# amount = "B"', 'amount = "C"')
    filled += '[constants]\ncurrency = "USD"\n'
    assert imported(judge(path, filled)) == [("AUT", Decimal(1000), "USD")]


def test_a_list_without_anything_found_has_its_headings(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "list.csv", [["A", "B"], ["1", "2"]])
    text, filled = list_to_fill(read_workbook(path).sheets)
    assert filled == 0
    assert text.startswith("Donor,Reference,Date of pledge,Currency,Amount,")


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)


@given(st.lists(st.tuples(TEXTS, st.integers(1, 10**6)), min_size=2, max_size=6))
def test_a_table_turned_round_has_the_same_rows(listed: list[tuple[str, int]]) -> None:
    listed = [(f"Society {at} {name} and others", a) for at, (name, a) in enumerate(listed)]
    rows = (("Donor", *(n for n, _ in listed)), ("Amount", *(Decimal(a) for _, a in listed)))
    found = find_records(Sheet(name="s", rows=rows))
    texts = [(" ".join(n.split()), str(a)) for n, a in listed]
    said = [tuple(record.texts.values()) for record in found]
    assert said == texts


@given(st.lists(st.lists(TEXTS, max_size=4), max_size=6), st.text(min_size=1, max_size=8))
@example(cells=[["A"]], name='\u202eTable "1"')
def test_any_sheet_gives_a_mapping_that_can_be_read(cells: list[list[str]], name: str) -> None:
    sheet = Sheet(name=name, rows=tuple(tuple(row) for row in cells))
    text = mapping_to_fill([sheet])
    if any(cells):
        filled = text.replace('# donor = "A"', 'donor = "A"').replace("# amount", "amount")
        assert parse_mapping(filled).sheet == name
