"""The same pledges sent again in every other guise, and changed: nothing doubled, nothing lost.

A list of ten pledges (made up; some of them with references, some without) is imported by the
command and then comes again: other order, format, sheet, columns, language of headings, spelling,
two files. The book must hold the same pledges after it. Then one row of it changes: the book
changes only where the row dates the change, and the others stay as they are.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from conftest import FEW_RATES
from pledgebook.cli.main import group
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.register.instalments import list_instalments
from test_import_mess import LANGUAGES

COLUMNS = ("donor", "reference", "date", "currency", "amount", "due", "purpose")


@dataclass(frozen=True, slots=True)
class Pledged:
    donor: str
    reference: str
    date: str
    currency: str
    amount: str
    due: str = ""
    purpose: str = ""
    changed: str = ""


PLEDGES = (
    Pledged("Italy", "NV 1/2002", "2002-03-01", "USD", "5000.00", "2002-12-31"),
    Pledged("Italy", "NV 2/2002", "2002-03-01", "USD", "5000.00", "2002-12-31"),
    Pledged("Norway", "NV 3", "2002-03-04", "EUR", "7500.50", "2003-06-30", "Corruption"),
    Pledged("Norway", "NV 3", "2002-03-04", "EUR", "2500.00", "2003-12-31", "Corruption"),
    Pledged("Spain", "", "2002-03-05", "USD", "900.00", "2002-09-30"),
    Pledged("Spain", "", "2002-03-05", "USD", "900.00", "2002-09-30", "Corruption"),
    Pledged("Japan", "", "2002-03-06", "USD", "120000.00"),
    Pledged("United Kingdom", "DFID 7", "2002-04-01", "USD", "31000.00", "2002-08-01"),
    Pledged("France", "", "2002-04-02", "EUR", "44000.00", "2003-01-31", "Trafficking in persons"),
    Pledged("Austria", "NV 9", "2003-02-01", "USD", "100.00", "2003-02-15"),
)
NAMES = {
    "Italy": "ITALIE", "Norway": "Royal Norwegian Government", "Spain": "España",
    "United Kingdom": "UK", "France": "Ministère des Affaires étrangères (France)",
    "Austria": "Österreich", "Japan": "Government of Japan",
}  # fmt: skip


@dataclass
class Desk:
    """One book, and lists that are imported into it by the command."""

    main: Path
    folder: Path

    def write(
        self,
        pledges: tuple[Pledged, ...],
        *,
        name: str = "list.csv",
        columns: tuple[str, ...] = COLUMNS,
        language: str = "en",
        sheet: str = "Pledges",
    ) -> Path:
        words = {**LANGUAGES[language].headings, "changed": ["Changed on"]}
        rows = [[words[column][0] for column in columns]]
        rows += [[getattr(pledge, column) for column in columns] for pledge in pledges]
        path = self.folder / name
        if path.suffix == ".xlsx":
            workbook = openpyxl.Workbook()
            page = workbook.worksheets[0]
            page.title = sheet
            for row in rows:
                page.append([cell or None for cell in row])
            workbook.save(path)
        else:
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(rows)
        return path

    def send(self, *paths: Path, fund: str = "CPCJF") -> Counter[str]:
        words = ["--book", str(self.main), "import", *map(str, paths), "--fund", fund, "--json"]
        result = CliRunner().invoke(group, words)
        assert result.exit_code in {0, 1}, result.output
        tables = [
            table
            for file in json.loads(result.stdout)["files"]
            for sheet in file["sheets"]
            for table in sheet["tables"]
        ]
        self.reasons = [each["reason"] for table in tables for each in table["verdicts"]]
        return Counter(each["verdict"] for table in tables for each in table["verdicts"])

    @property
    def booked(self) -> list[tuple[object, ...]]:
        book = load_book(self.main)
        assert [error.message for error in book.errors] == []
        return sorted(
            (line.label, line.donor, line.fund, line.purpose, line.pledged, line.currency, line.due)
            for line in list_instalments(book.register)
        )  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    main = make_book(tmp_path / "book")
    rates = f"{FEW_RATES}2002-01-01 price USD 1.25 EUR\n2002-06-01 price USD 1.00 EUR\n"
    (main.parent / "rates.beancount").write_text(rates, "utf-8")
    return Desk(main, tmp_path)


@pytest.fixture
def known(desk: Desk) -> Desk:
    """The book after the list came for the first time."""
    assert desk.send(desk.write(PLEDGES)) == {"imported": 10}
    assert len(desk.booked) == 10
    return desk


def spelled() -> tuple[Pledged, ...]:
    return tuple(replace(pledge, donor=NAMES[pledge.donor]) for pledge in PLEDGES)


GUISES: dict[str, Callable[[Desk], list[Path]]] = {
    "the same file": lambda d: [d.folder / "list.csv"],
    "shuffled": lambda d: [d.write(PLEDGES[::-1])],
    "another name": lambda d: [d.write(PLEDGES, name="copy.csv")],
    "as .xlsx": lambda d: [d.write(PLEDGES, name="list.xlsx")],
    "another sheet": lambda d: [d.write(PLEDGES, name="list.xlsx", sheet="Résumé 2")],
    "other columns": lambda d: [d.write(PLEDGES, columns=COLUMNS[::-1])],
    "in French": lambda d: [d.write(PLEDGES, language="fr", name="liste.csv")],
    "in Russian": lambda d: [d.write(PLEDGES, language="ru")],
    "in Arabic": lambda d: [d.write(PLEDGES, language="ar", name="ar.xlsx")],
    "split": lambda d: [d.write(PLEDGES[:4]), d.write(PLEDGES[4:], name="rest.csv")],
    "by another office": lambda d: [d.write(spelled(), name="office.csv")],
    "twice at once": lambda d: [d.folder / "list.csv", d.write(PLEDGES, name="copy.csv")],
    "with more below": lambda d: [d.write(PLEDGES, columns=(*COLUMNS, "changed"))],
}


@pytest.mark.parametrize("guise", GUISES)
def test_the_same_pledges_in_another_guise_add_nothing(known: Desk, guise: str) -> None:
    before = known.booked
    verdicts = known.send(*GUISES[guise](known))
    assert set(verdicts) == {"duplicate"}, (verdicts, known.reasons)
    assert known.booked == before


@pytest.mark.parametrize(
    "guise", ["shuffled", "as .xlsx", "in French", "by another office", "split"]
)
def test_a_guise_first_and_the_plain_list_afterwards_are_the_same_pledges(
    desk: Desk, guise: str
) -> None:
    assert desk.send(*GUISES[guise](desk)) == {"imported": 10}
    before = desk.booked
    assert desk.send(desk.write(PLEDGES, name="plain.csv")) == {"duplicate": 10}
    assert desk.booked == before


def test_for_another_fund_the_same_file_is_known(known: Desk) -> None:
    before = known.booked
    assert known.send(known.folder / "list.csv", fund="UNTOC") == {"duplicate": 10}
    assert known.booked == before


CHANGES = {
    "amount": "6000.00",
    "due": "2003-11-30",
    "purpose": "Trafficking in persons",
    "date": "2002-03-09",
    "currency": "GBP",
}


@pytest.mark.parametrize("dated", [True, False])
@pytest.mark.parametrize("column", CHANGES)
@pytest.mark.parametrize("number", [0, 2, 4, 6, 9])
def test_a_changed_row_is_an_amendment_with_its_date_or_waits(
    known: Desk, number: int, column: str, *, dated: bool
) -> None:
    before = known.booked
    changed = replace(PLEDGES[number], **{column: CHANGES[column]})
    changed = replace(changed, changed=f"{changed.date[:4]}-07-01" if dated else "")
    pledges = (*PLEDGES[:number], changed, *PLEDGES[number + 1 :])
    columns = (*COLUMNS, "changed")
    verdicts = known.send(known.write(pledges, name="new.csv", columns=columns))
    new = set(known.booked) - set(before)
    gone = set(before) - set(known.booked)
    assert verdicts["duplicate"] >= 8
    assert verdicts.total() == 10
    if dated and column in {"amount", "due"}:
        assert verdicts["amended"] > 0, known.reasons
        assert (len(new), len(gone)) == (1, 1)
    else:
        assert not verdicts["amended"]
        assert verdicts == {"duplicate": 10 - verdicts["waiting"], "waiting": verdicts["waiting"]}
        assert verdicts["waiting"] in {1, 2}  # 2: instalments of one pledge
        assert not gone | new
    again = known.booked
    known.send(known.folder / "new.csv")
    assert known.booked == again


def test_a_row_that_is_gone_is_reported_and_one_more_is_entered(known: Desk) -> None:
    before = known.booked
    more = Pledged("Canada", "NV 10", "2003-02-02", "USD", "300.00")
    verdicts = known.send(known.write((*PLEDGES[1:], more)))
    assert verdicts == {"duplicate": 9, "imported": 1}
    assert set(before) < set(known.booked)
    assert len(known.booked) == 11


def test_two_equal_rows_are_two_pledges_only_by_references_of_their_own(desk: Desk) -> None:
    equal = Pledged("Spain", "", "2002-03-05", "USD", "900.00", "2002-09-30")
    assert desk.send(desk.write((equal, equal))) == {"imported": 1, "waiting": 1}
    assert desk.send(desk.write((equal, equal), name="b.csv")) == {"duplicate": 1, "waiting": 1}
    own = (replace(equal, reference="A 1"), replace(equal, reference="A 2"))
    assert desk.send(desk.write(own, name="c.csv"))["imported"] <= 1
    assert len(desk.booked) <= 2
