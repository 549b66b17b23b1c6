"""Unknown donors confirmed on one list (names and amounts made up)."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from pledgebook.cli.main import group
from pledgebook.ledger.declared.aliases import confirm
from pledgebook.ledger.declared.directory import Directory
from pledgebook.ledger.files.donor_lists import (
    DonorListRefusedError,
    ListedDonor,
    propose_donors,
    read_donor_list,
    write_donor_list,
)
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book

DONORS = Directory.shipped()
HEAD = "text,code,kind,name\n"
Run = Callable[..., Result]


def read(text: str) -> dict[str, str]:
    return read_donor_list(text.encode(), "list.csv", DONORS)


def faults(text: str) -> tuple[str, ...]:
    with pytest.raises(DonorListRefusedError) as refused:
        read(text)
    return refused.value.faults


def test_the_proposed_list_has_free_codes_and_kinds_where_the_words_say_one() -> None:
    texts = [
        "Example Foundation",
        "Example Ltd.",
        "Anonymous",
        "Example Society",
        "Example  society",
    ]
    proposed = propose_donors(DONORS, texts)
    assert [(each.text, each.code, each.kind) for each in proposed] == [
        ("Example Foundation", "EXAMPLE", "foundation"),
        ("Example Ltd.", "EXAMPLELTD", "company"),
        ("Anonymous", "ANONYMOUS", "person"),
        ("Example Society", "EXAMPLES", ""),
    ]


def test_a_code_of_two_words_is_cut_between_them() -> None:
    texts = ["Nordlys Stiftelsen", "Nordlys Bankforening", "Nordlys Boligselskap"]
    codes = [each.code for each in propose_donors(DONORS, texts)]
    assert codes == ["NORDLYS", "NORDLYSB", "NORDLYSB2"]


def test_what_stands_for_known_donors_is_left_to_a_person_with_these_beside_it() -> None:
    (sida, short) = propose_donors(DONORS, ["Sida", "Italy", "World Bank", "ADB"])
    assert (sida.code, sida.kind) == (short.code, short.kind) == ("", "")
    assert "Sweden (SWE)" in sida.nearest
    assert "(ASDB)" in short.nearest


def test_what_only_mentions_a_known_donor_is_proposed_as_a_new_one() -> None:
    texts = ["Example Society - Norway", "UNICEF Committee/Denmark", "Sida (SIDA)"]
    mentions, committee, agency = propose_donors(DONORS, texts)
    assert mentions.code
    assert committee.code
    assert "Denmark (DNK)" in committee.nearest
    assert agency.code == ""
    (both,) = propose_donors(DONORS, ["Private (individuals & organizations)"])
    assert both.kind == ""


def test_a_list_says_whom_texts_mean_and_who_is_new() -> None:
    said = read(
        HEAD + "Sida,SWE,,\nExample Society,EXS,ngo,\n"
        "Ex. Bank,,company,Example Bank\nEB,,company,Example Bank\n"
        "Exs of the example,EXS,ngo,Example Society\n,,,\n"
    )
    assert said == {
        "Sida": "SWE",
        "Example Society": "EXS:ngo",
        "Ex. Bank": "EXAMPLE:company:Example Bank",
        "EB": "EXAMPLE",
        "Exs of the example": "EXS",
    }


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("Example,EXS,club,", "Line 3: 'Example' is said to be of the kind 'club'"),
        ("Example,,,", "Line 3: whom 'Example' means is not said"),
        (",EXS,ngo,", "Line 3: no text is given"),
        ("Example,NOPE,,", "Line 3: 'Example' is said to be 'NOPE', which is the code of no donor"),
        ("Example,AUT,ngo,", "Line 3: 'Example' is said to be a new donor AUT, which is the code"),
        ("Example,exs,ngo,", "Line 3: 'exs' cannot be a donor's code"),
        ("World Bank,NEW,ifi,", "Line 3: 'World Bank' names World Bank (IBRD) already"),
        ("Example,NEW,ifi,World Bank", "Line 3: 'World Bank' names World Bank (IBRD) already"),
        ("World Bank,UNDP,,", "Line 3: 'World Bank' names World Bank (IBRD) already"),
        ("Italy,AUT,,", "Line 3: 'Italy' names Italy (ITA) already"),
        ("--,EXS,ngo,", "Line 3: '--' has no letter or digit"),
        ("One,TWO,,", "Line 3: 'One' is listed on line 2 already, as 'ONE:ngo', and here"),
        ("Other,ONE,ngo,Other", "Line 3: 'Other' is said to be 'Other' under the code 'ONE'"),
        ("x" * 401 + ",EXS,ngo,", "Line 3: the text has 401 characters"),
        ('"Exa\nmple",,club,', "Line 3: 'Exa mple' is said to be of the kind 'club'"),
    ],
)
def test_a_fault_of_a_list_is_a_sentence_with_its_line(line: str, fault: str) -> None:
    before = HEAD + "One,ONE,ngo,\n"
    if line.startswith("One,TWO"):
        before = HEAD + "One,ONE,ngo,\n"
        line = "One,AUT,,"
    (said,) = faults(f"{before}{line}\n")
    assert said.startswith(fault)
    assert said.endswith(".")


def test_all_faults_of_a_list_are_said_at_once_and_nothing_of_it_is_taken() -> None:
    said = faults(HEAD + "One,ONE,ngo,\nTwo,,club,\nThree,,,\n\n\nFour,AUT,ngo,\n")
    assert [sentence.split(":")[0] for sentence in said] == ["Line 3", "Line 4", "Line 7"]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "Line 1: there are no headings"),
        (b"text,code\nx,y\n", "Line 1: the headings are 'text', 'code', and 'kind' is missing"),
        (b"text,code,kind,text\n", "Line 1: the heading 'text' stands twice"),
        (b"text,code,kind\nEx\xe9mple,EX,ngo\n", "Line 2: it is no text in UTF-8"),
        (b"text,code,kind\n" + b"a,,ngo\n" * 6000, "Line 5002: a list has 5000 lines at most"),
        (b"x" * 5_000_001, "It has 5000001 bytes"),
        (b'text,code,kind\n"' + b"x" * 200_000, "Line 2: it cannot be read as CSV"),
    ],
)
def test_what_is_no_list_is_refused_in_a_sentence(content: bytes, fault: str) -> None:
    with pytest.raises(DonorListRefusedError) as refused:
        read_donor_list(content, "list.csv", DONORS)
    assert any(said.startswith(fault) for said in refused.value.faults)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("begins", ["", "\ufeff"])
def test_a_list_is_read_as_spreadsheet_programs_save_it(mark: str, begins: str) -> None:
    text = f"{begins}Text,Code,Kind,Name\r\nExample,EX,NGO,\r\n".replace(",", mark)
    assert read(text) == {"Example": "EX:ngo"}


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=30), max_size=6))
def test_nothing_in_a_written_list_is_a_formula_and_it_is_read_as_it_was(texts: list[str]) -> None:
    proposed = propose_donors(DONORS, texts)
    text = write_donor_list(proposed)
    for row in csv.reader(io.StringIO(text)):
        assert not any(cell.startswith(tuple("=+-@\t\r\n＝＋－＠")) for cell in row)
    whole = [
        ListedDonor(text=each.text, code=each.code, kind="ngo", name=each.name)
        for each in proposed
        if each.code
    ]
    said = read(write_donor_list(whole))
    donors = DONORS
    for each, answer in said.items():
        donors = confirm(donors, each, answer)
    for each in whole:
        found = donors.resolve(each.text.replace("\0", " "))
        assert found is not None


@pytest.fixture
def main(tmp_path: Path) -> Path:
    return make_book(tmp_path / "book")


@pytest.fixture
def run(main: Path, tmp_path: Path) -> Run:
    def invoke(text: str, *words: str) -> Result:
        path = tmp_path / "sheet.csv"
        path.write_text("Donor,Date of pledge,Currency,Amount,Reference\n" + text, "utf-8")
        given = ["--book", str(main), "import", str(path), "--fund", "CPCJF", *words]
        return CliRunner().invoke(group, given)

    return invoke


ROWS = """Example Society,2002-03-01,USD,5.00,A1
Norway - Ministry of Justice,2002-03-01,USD,6.00,A2
Sida,2002-03-01,USD,7.00,A3
Example Bank,2002-03-01,USD,8.00,A4
UNDP,2002-03-01,USD,9.00,A5
EC,2002-03-01,USD,9.50,A6
"""


def test_a_list_is_proposed_filled_in_and_taken_in_one_write(
    run: Run, main: Path, tmp_path: Path
) -> None:
    listed = tmp_path / "list.csv"
    asked = run(ROWS, "--propose-donors", str(listed))
    assert "Wrote 4 unknown names to" in asked.output
    text = listed.read_text("utf-8")
    assert [line.split(",")[0] for line in text.splitlines()] == [
        "text",
        "Example Society",
        "Sida",
        "Example Bank",
        "EC",
    ]
    text = text.replace("EXAMPLE,,", "EXS,ngo,").replace("Sida,,,", "Sida,SWE,,")
    listed.write_text(text.replace("EC,,,", "EC,EU,,"), "utf-8")
    told = run(ROWS, "--donors", str(listed))
    assert told.exit_code == 0, told.output
    book = load_book(main)
    assert book.errors == []
    assert {label.split("-")[0] for label in book.register.by_label} == {
        "EU", "EXAMPLEB", "EXS", "NOR", "SWE", "UNDP",
    }  # fmt: skip
    through = {entry.meta["through"] for entry in book.entries if "through" in entry.meta}
    assert through == {"Ministry of Justice", "Sida"}
    again = run(ROWS)
    assert again.exit_code == 0, again.output
    assert "5 duplicate" in again.output or "6 duplicate" in again.output


def test_a_list_with_a_fault_imports_nothing(run: Run, main: Path, tmp_path: Path) -> None:
    listed = tmp_path / "list.csv"
    listed.write_text(HEAD + "Example Society,EXS,club,\n", "utf-8")
    before = {path: path.read_bytes() for path in main.parent.rglob("*.beancount")}
    told = run(ROWS, "--donors", str(listed))
    assert told.exit_code == 2
    assert "Line 2: 'Example Society' is said to be of the kind 'club'" in told.output
    assert {path: path.read_bytes() for path in main.parent.rglob("*.beancount")} == before
    kept = run(ROWS, "--propose-donors", str(listed))
    assert "is there already" in kept.output
    assert listed.read_text("utf-8").startswith(HEAD)


def test_a_list_of_a_thousand_names_takes_a_moment() -> None:
    began = time.perf_counter()
    names = [f"Example {number} Society of {number * 7}" for number in range(1000)]
    text = write_donor_list(
        ListedDonor(text=name, code="", kind="ngo", name=name) for name in names
    )
    assert len(read(text)) == 1000
    assert time.perf_counter() - began < 10
