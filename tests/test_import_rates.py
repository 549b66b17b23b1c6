"""Rates of exchange in the forms they are published in. All rates here are made up."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook
from pledgebook.cli.main import group
from pledgebook.importers.rates.judging import judge_rates, save_rates, used_currencies
from pledgebook.importers.rates.published import read_rates
from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.ledger.closing.periods import close_period
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.register.book import Book
from pledgebook.reports.closing import make_figures

ROWS = [
    ("Austria", "Euro", "EUR", "01 Jul 2002", "1.012"),
    ("Finland", "Euro", "EUR", "01 Jul 2002", "1.012"),
    ("Japan", "Yen", "JPY", "01 Jul 2002", "119.5"),
    ("Norway", "Krone", "NOK", "01 Jul 2002", "7.49"),
    ("United States", "US Dollar", "USD", "01 Jul 2002", "1"),
]
Row = tuple[str, str, str, str, str]


def xml(rows: list[Row]) -> str:
    listed = "".join(
        f"\t<UN_OPERATIONAL_RATES>\n\t\t<abbrv_name>{country}</abbrv_name>\n"
        f"\t\t<name>{name}</name>\n\t\t<f_curr_code>{code}\t</f_curr_code>\n"
        f"\t\t<eff_date>{day}</eff_date>\n\t\t<rate>{rate}</rate>\n\t</UN_OPERATIONAL_RATES>\n"
        for country, name, code, day, rate in rows
    )
    schema = '<xs:schema id="S" xmlns:xs="http://www.w3.org/2001/XMLSchema"></xs:schema>'
    return f"<UN_OPERATIONAL_RATES_DATASET>\n {schema}\\r\\n{listed}</UN_OPERATIONAL_RATES_DATASET>"


def delimited(rows: list[Row], mark: str = ",") -> str:
    lines = [mark.join(["Country", "Currency", "Abbreviation", "Effective Date", "Rate"])]
    lines += [mark.join(f'"{cell}"' for cell in row) for row in rows]
    return "\r\n".join(["UN Operational Rates of Exchange", "", *lines]) + "\r\n"


def text_file(folder: Path, text: str, name: str = "rates.xml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8", newline="")
    return path


def workbook(folder: Path, rows: list[Row]) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Rates of exchange effective 1 July 2002 (made up)"])
    sheet.append([])
    sheet.append(["Country", "Currency name", "Currency code", "Rate"])
    for country, name, code, _, rate in rows:
        sheet.append([country, name, code, float(rate)])
    path = folder / "rates.xlsx"
    book.save(path)
    return path


FORMS: dict[str, Callable[[Path], Path]] = {
    "xml": lambda folder: text_file(folder, xml(ROWS)),
    "csv": lambda folder: text_file(folder, delimited(ROWS), "rates.csv"),
    "tabs under the name of a workbook": lambda folder: text_file(
        folder, delimited(ROWS, "\t"), "rates.xls"
    ),
    "workbook, its date in the title": lambda folder: workbook(folder, ROWS),
}


@pytest.fixture
def main(tmp_path: Path) -> Path:
    return make_book(tmp_path / "book")


def book_of(main: Path) -> Book:
    book = load_book(main)
    assert [error.message for error in book.errors] == []
    return book


def prices(main: Path) -> list[str]:
    lines = (main.parent / "rates.beancount").read_text("utf-8").split("\n")
    return [line for line in lines if line[:1].isdigit() or line.startswith(" ")]


def run(main: Path, *arguments: object) -> Result:
    return CliRunner().invoke(group, ["--book", str(main), "rates", *map(str, arguments)])


@pytest.mark.parametrize("form", FORMS)
def test_the_published_forms_say_the_same(form: str, tmp_path: Path) -> None:
    rows = read_rates(FORMS[form](tmp_path)).rows
    shown = [(row.currency, row.number, str(row.day), row.problem) for row in rows]
    assert shown == [(code, Decimal(rate), "2002-07-01", "") for _, _, code, _, rate in ROWS]


def test_the_xml_is_read_with_its_schema_and_its_slips(tmp_path: Path) -> None:
    text = """<UN_OPERATIONAL_RATES_DATASET>
 <xs:schema id="UN_OPERATIONAL_RATES_DATASET" xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="UN_OPERATIONAL_RATES"><xs:complexType/></xs:element>
 </xs:schema>\\r\\n
 <UN_OPERATIONAL_RATES><name>Tenge</name><f_curr_code>KZT\t</f_curr_code>
  <eff_date>01 Jul 2002</eff_date><rate>153.3</rate></UN_OPERATIONAL_RATES>
</UN_OPERATIONAL_RATES_DATASET>"""
    (row,) = read_rates(text_file(tmp_path, text)).rows
    assert (row.currency, row.number, str(row.day)) == ("KZT", Decimal("153.3"), "2002-07-01")


def test_a_book_keeps_the_currencies_it_uses_and_the_euro(main: Path, tmp_path: Path) -> None:
    assert used_currencies(book_of(main)) == {"EUR"}
    path = text_file(tmp_path, xml(ROWS))
    result = run(main, path)
    assert result.exit_code == 0
    assert prices(main) == ["2002-07-01 price USD 1.012 EUR"]
    assert "ignored JPY, NOK: The book does not use this currency." in result.stdout
    settings = main.parent / "settings.beancount"
    bank = '1999-12-31 custom "bank" "OSLO" "NO93"\n  currency: "NOK"\n'
    bank += '  accounts: "Assets:CPCJF:Cash:OSLO"\n'
    settings.write_text(settings.read_text("utf-8") + bank, "utf-8")
    assert run(main, path).exit_code == 0
    assert prices(main)[1:] == ["2002-07-01 price USD 7.49 NOK"]
    assert run(main, path, "--currency", "JPY").exit_code == 0
    assert used_currencies(book_of(main)) == {"EUR", "JPY", "NOK"}


def test_all_keeps_all_and_again_adds_nothing(main: Path, tmp_path: Path) -> None:
    path = text_file(tmp_path, xml(ROWS))
    assert run(main, path, "--all").exit_code == 0
    before = (main.parent / "rates.beancount").read_bytes()
    again = run(main, path, "--all")
    assert (again.exit_code, "Nothing new to write" in again.stdout) == (0, True)
    assert (main.parent / "rates.beancount").read_bytes() == before


def test_rates_stand_in_order_of_day_whatever_order_files_come_in(
    main: Path, tmp_path: Path
) -> None:
    for day in ("01 Sep 2002", "01 Jul 2002", "15 Aug 2002"):
        rows = [("Austria", "Euro", "EUR", day, "1.02")]
        assert run(main, text_file(tmp_path, xml(rows))).exit_code == 0
    assert [line[:10] for line in prices(main)] == ["2002-07-01", "2002-08-15", "2002-09-01"]


def test_a_corrected_rate_is_shown_and_replaces_only_when_told(main: Path, tmp_path: Path) -> None:
    run(main, text_file(tmp_path, xml(ROWS)))
    corrected = text_file(tmp_path, xml([("", "", "EUR", "01 Jul 2002", "1.021")]), "new.xml")
    result = run(main, corrected)
    assert result.exit_code == 1
    assert "The book has 1.012 from 2002-07-01, the file 1.021" in result.stdout
    assert prices(main) == ["2002-07-01 price USD 1.012 EUR"]
    assert run(main, corrected, "--replace").exit_code == 0
    assert prices(main) == [
        "2002-07-01 price USD 1.021 EUR",
        '  was: "1.012"',
        '  corrected-by: "new.xml"',
    ]
    assert run(main, corrected).exit_code == 0
    found = book_of(main).rates.find("EUR", date(2002, 7, 31))
    assert found is not None
    assert found.number == Decimal("1.021")


@pytest.mark.parametrize(
    ("row", "verdict", "said"),
    [
        (("", "", "EUR", "01 Jul 2002", "0"), "rejected", "above zero; EUR is given 0"),
        (("", "", "DEM", "01 Jul 2002", "1.98"), "rejected", "DEM was no currency on 2002-07-01"),
        (("", "", "TRY", "01 Jul 2002", "1.6"), "rejected", "TRY was no currency on 2002-07-01"),
        (("", "", "XYZ", "01 Jul 2002", "1.6"), "rejected", "XYZ is no currency"),
        (("", "", "USD", "01 Jul 2002", "1.1"), "rejected", "One USD is one USD"),
        (("", "", "EUR", "02/03/2002", "1.1"), "waiting", "effective date '02/03/2002'"),
        (("", "", "EUR", "", "1.1"), "waiting", "no day is stated|blank"),
        (("", "", "EUR", "01 Jul 2002", "1,1"), "waiting", "no figure with a decimal point"),
    ],
)
def test_a_rate_that_cannot_be_is_not_taken(
    row: Row, verdict: str, said: str, main: Path, tmp_path: Path
) -> None:
    result = run(main, text_file(tmp_path, xml([row])), "--all", "--json")
    document = json.loads(result.stdout)
    (told,) = document["verdicts"]
    assert told["verdict"] == verdict
    assert re.search(said, told["reason"])
    assert result.exit_code == 1
    assert document["written"] == []
    assert prices(main) == []


def test_two_rates_of_a_currency_and_day_wait_both(main: Path, tmp_path: Path) -> None:
    rows = [ROWS[0], (*ROWS[1][:4], "1.2")]
    judged = judge_rates(book_of(main), read_rates(text_file(tmp_path, xml(rows))))
    assert [verdict.verdict for verdict in judged.verdicts] == ["waiting", "waiting"]
    assert "1.012 and 1.2" in judged.verdicts[0].reason


def test_rates_of_a_sealed_period_wait(main: Path, tmp_path: Path) -> None:
    run(main, text_file(tmp_path, xml(ROWS)))
    close_period(book_of(main), "2002-2003", make_figures)
    rows = [("", "", "EUR", "01 Aug 2002", "1.02"), ("", "", "EUR", "01 Jan 2004", "0.8")]
    judged = judge_rates(book_of(main), read_rates(text_file(tmp_path, xml(rows))))
    assert [verdict.verdict for verdict in judged.verdicts] == ["waiting", "imported"]
    assert "The rates up to 2003-12-31 are sealed" in judged.verdicts[0].reason
    saved = save_rates(book_of(main), judged)
    assert [path.name for path in saved.written] == ["rates.beancount"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (xml(ROWS)[:400], "cut or damaged"),
        (xml(ROWS).replace("<UN_OP", "<!DOCTYPE d [<!ENTITY a 'b'>]><UN_OP", 1), "XML entities"),
        ("Donor,Amount\nAustria,5\n", "no rates of exchange were found"),
    ],
)
def test_what_is_no_file_of_rates_is_refused(
    text: str, said: str, main: Path, tmp_path: Path
) -> None:
    path = text_file(tmp_path, text, "rates.xml" if text.startswith("<") else "r.csv")
    with pytest.raises(UnreadableFile, match=said):
        read_rates(path)
    assert run(main, path).exit_code == 2
