"""Mapping files, and what is true of real spreadsheets read with and without them."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pledgebook.importers.judging.totals import control_totals
from pledgebook.importers.reading.workbook import read_workbook
from pledgebook.importers.rows.reader import read_rows
from pledgebook.importers.rows.row import SheetRow
from pledgebook.importers.tables.mapping import MappingError, parse_mapping
from pledgebook.importers.tables.mapping_applied import apply_mapping
from pledgebook.importers.tables.mapping_text import write_mapping
from pledgebook.importers.tables.tables import Table, read_sheets

DATA = Path(__file__).parent / "data"


def _apply(file: str, mapping: str) -> Table:
    (table,) = apply_mapping(read_workbook(DATA / file), parse_mapping(mapping, "map.toml"))
    return table


def _data(table: Table) -> list[SheetRow]:
    return [row for row in read_rows(table) if row.kind == "data"]


def _faults(file: str, mapping: str) -> tuple[str, ...]:
    with pytest.raises(MappingError) as caught:
        _apply(file, mapping)
    return caught.value.messages


FTS = "fts/fts_incoming_funding_jor.csv"
FTS_MAPPING = """
[answers]
value-only = "count"

[columns]
donor = "srcOrganization"
reference = "id"
pledge_date = "decisionDate"
amount = "originalAmount"
currency = "originalCurrency"
value = "amountUSD"
rate = "exchangeRate"
status = "status"
in_kind = "contributionType"
purpose = "description"

[values.status]
paid = "payment"
"""


def test_flows_to_jordan_are_read_with_a_mapping_of_a_few_lines() -> None:
    table = _apply(FTS, FTS_MAPPING)
    rows = _data(table)
    assert table.range == "A1:AK441"
    assert len(rows) == 440
    assert [row.problems for row in rows if row.problems] == []
    value: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        assert row.value.value is not None
        value[row.status] += row.value.value
    assert value == {"payment": 683886715, "commitment": 206006486, "pledge": 81128}
    assert Counter(row.in_kind for row in rows) == {"financial": 424, "in kind": 16}
    assert len({row.reference for row in rows}) == 440
    assert [row.reference for row in rows if not row.donor] == ["208834"]


def test_flows_keep_their_original_currencies_apart() -> None:
    rows = _data(_apply(FTS, FTS_MAPPING))
    sums: dict[str, list[Decimal]] = defaultdict(list)
    for row in rows:
        if row.amount_source == "amount":
            sums[" ".join(row.currency)].append(row.amount.value or Decimal(0))
    assert {code: (len(found), sum(found)) for code, found in sums.items()} == {
        "EUR": (62, 248095813),
        "AED": (49, 129096303),
        "CHF": (47, 8996009),
        "CAD": (18, 43621702),
        "SAR": (15, 27369413),
        "GBP": (12, 27213350),
        "KWD": (10, 154586),
        "USD": (8, 5719414),
        "NOK": (7, 107500000),
        "AUD": (6, 15238967),
        "SEK": (5, 64900000),
        "JPY": (4, 143000000),
        "DKK": (4, 16866153),
        "PLN": (3, 1600000),
        "QAR": (3, 4994260),
        "ISK": (2, 144000000),
        "HKD": (1, 11110),
    }
    assert sum(row.amount_source == "value" for row in rows) == 184


def test_without_the_key_dollars_do_not_stand_in_for_the_amount() -> None:
    rows = _data(_apply(FTS, FTS_MAPPING.replace("value-only", "# value-only")))
    assert sum(row.amount.state == "unknown" for row in rows) == 188


def test_rows_can_be_skipped_by_a_text_of_a_column() -> None:
    rows = _data(_apply(FTS, FTS_MAPPING + '[skip]\ncontributionType = ["in kind"]\n'))
    skipped = [row for row in rows if row.skipped]
    assert len(skipped) == 16
    assert "'in kind'" in skipped[0].skipped


def test_a_pooled_fund_contribution_takes_the_amount_in_its_own_currency() -> None:
    (reading,) = read_sheets(read_workbook(DATA / "cbpf" / "Contributions.csv"))
    (table,) = reading.tables
    (row,) = _data(table)
    assert (row.amount.value, row.currency) == (399981, ("AUD",))
    assert (row.pledge_date.value, row.payment_date.value) == (date(2014, 6, 3), date(2014, 6, 10))
    assert row.due_date.state == "unknown"
    assert row.donor == "Government of Australia"
    assert row.problems == ()
    assert any("PledgeAmt) not" in doubt for doubt in table.doubts)


def test_a_pooled_fund_contribution_in_dollars_with_a_mapping() -> None:
    table = _apply(
        "cbpf/Contributions.csv",
        """
        [columns]
        donor = "GMSDonorName"
        reference = "ContributionCode"
        amount = "PledgeAmtLocal"
        currency = "PledgeAmtLocalCurrency"
        value = "PledgeAmt"
        rate = "PledgeAmtCurrencyExchangeRate"
        """,
    )
    (row,) = _data(table)
    assert (row.value.value, row.amount.value, row.currency) == (371040, 399981, ("AUD",))
    assert row.rate.value == Decimal("1.08")


def test_the_third_sheet_with_its_headings_in_row_four_is_found() -> None:
    readings = read_sheets(read_workbook(DATA / "scdl" / "SCDL.xlsx"))
    assert [len(reading.tables) for reading in readings] == [0, 0, 1]
    (table,) = readings[2].tables
    rows = _data(table)
    assert table.heading_rows == (4,)
    assert [row.number for row in rows] == list(range(5, 15))
    assert sum(row.amount.value or 0 for row in rows) == 5562017
    assert [row.number for row in rows if not row.donor] == [7]


def test_a_semicolon_file_is_found_without_a_mapping() -> None:
    (reading,) = read_sheets(read_workbook(DATA / "scdl" / "SCDL.csv"))
    rows = _data(reading.tables[0])
    assert [row.amount.value for row in rows] == [45000, 50000, 5000, 10000]


def test_instalments_of_a_sheet_without_currency_are_read_with_a_constant() -> None:
    table = _apply(
        "fonjep/fonjep-one-code-full.xlsx",
        """
        sheet = "Versement"
        [columns]
        donor = "FinanceurCofinanceurCode"
        reference = "PosteCode"
        amount = "MontantAPayer"
        paid = "MontantPaye"
        payment_date = "DateVersement"
        [constants]
        currency = "EUR"
        """,
    )
    rows = _data(table)
    assert sum(row.amount.value or 0 for row in rows) == Decimal("10660.50")
    paid = [row.paid.value for row in rows if row.paid.value]
    assert (len(rows), len(paid), sum(paid)) == (12, 9, 7995)
    assert {row.currency for row in rows} == {("EUR",)}


OSIRIS = """
heading_rows = [1, 2]
[columns]
donor = "Service"
reference = "N° Dossier Osiris"
amount = "Montant Total Attribué"
pledge_date = "Date Commission"
[constants]
currency = "EUR"
"""


def test_a_consolidation_row_is_a_total_and_a_null_date_unknown() -> None:
    table = _apply("osiris/SuiviDossiers_test.xls", OSIRIS)
    assert [row.kind for row in table.rows] == ["heading", "heading", "data", "total"]
    (row,) = _data(table)
    assert (row.amount.value, row.amount.text) == (3000, "3000")
    assert row.pledge_date.state == "unknown"


def test_a_heading_that_stands_twice_must_be_named_by_letter() -> None:
    (fault,) = _faults("osiris/SuiviDossiers_test.xls", OSIRIS.replace('"Service"', '"Nom"'))
    assert "2 columns are headed 'Nom' (P, AH)" in fault
    table = _apply("osiris/SuiviDossiers_test.xls", OSIRIS.replace('"Service"', '"P"'))
    assert table.columns["donor"] == "P"


def test_a_heading_may_be_named_with_its_group() -> None:
    mapping = OSIRIS.replace('"Service"', '"Dossier / Service"')
    assert _apply("osiris/SuiviDossiers_test.xls", mapping).columns["donor"] == "A"


def test_long_identifiers_and_day_month_dates_survive() -> None:
    table = _apply(
        "helios/helios.fixture.ods",
        """
        [answers]
        date-order = "dmy"
        [columns]
        donor = "COLLEC"
        reference = "ID"
        paid = "MONTANT_PAIEMENT"
        payment_date = "DATE_EMISSION"
        """,
    )
    rows = _data(table)
    assert rows[3].reference == "157999962025013284"
    assert rows[0].payment_date.value == date(2025, 6, 10)
    assert "column H" in rows[0].payment_date.decided
    (total,) = control_totals(table, rows)
    assert (len(rows), total.computed) == (7, 8417)


def test_every_fault_of_a_mapping_is_said_at_once() -> None:
    with pytest.raises(MappingError) as caught:
        parse_mapping(
            """
            colums = 1
            units = "thousand"
            heading_rows = [0]
            [columns]
            doner = "A"
            [values]
            status = 5
            [answers]
            shade = "grey"
            units = "many"
            fund = 5
            "a.csv#Sheet!A1:currency" = "EUR"
            """,
            "map.toml",
        )
    text = "\n".join(caught.value.messages)
    assert all(message.startswith("map.toml: ") for message in caught.value.messages)
    for said in (
        "unknown key 'colums'; did you mean 'columns'",
        "unknown field 'doner' in [columns]; did you mean 'donor'",
        "[answers]: 'shade' names no question",
        "names a file and its table; a mapping is for any file of its layout: write 'currency'",
        "the answer to 'units' must be a whole number",
        "the answer to 'fund' must be a text, not 5",
        "units must be a whole number",
        "heading_rows must list row numbers",
        "[values.status] must give a text for each text",
        "names no column of amounts",
        "names the donor",
    ):
        assert said in text


def test_a_mapping_that_is_no_toml_says_so() -> None:
    with pytest.raises(MappingError, match="is no TOML"):
        parse_mapping("donor =", "map.toml")


def test_a_column_or_sheet_that_is_not_there_lists_those_that_are() -> None:
    (fault,) = _faults("scdl/SCDL.csv", '[columns]\ndonor = "nomAttribuant"\namount = "montants"\n')
    assert "no column 'montants'" in fault
    assert "nearest are 'montant'" in fault
    assert "'nomAttribuant'" in fault
    (fault,) = _faults("scdl/SCDL.xlsx", 'sheet = "Feuille 2"\n[columns]\ndonor="A"\namount="B"\n')
    assert "did you mean 'Feuille2'" in fault


def test_one_column_cannot_hold_two_fields() -> None:
    mapping = '[columns]\ndonor = "A"\namount = "montant"\npaid = "I"\n'
    (fault,) = _faults("scdl/SCDL.csv", "heading_rows = [1]\n" + mapping)
    assert "column I is named for both amount and paid" in fault


def test_a_saved_mapping_gives_the_same_table_again() -> None:
    (reading,) = read_sheets(read_workbook(DATA / "cbpf" / "Contributions.csv"))
    (table,) = reading.tables
    saved = write_mapping(table)
    again = _apply("cbpf/Contributions.csv", saved)
    assert again.columns == table.columns
    assert [row.amount for row in read_rows(again)] == [row.amount for row in read_rows(table)]
    assert all(f"# Doubt: {doubt}" in saved for doubt in table.doubts)


def test_a_mapping_saved_from_a_mapping_keeps_its_settings() -> None:
    table = _apply(FTS, FTS_MAPPING + '[skip]\ncontributionType = ["in kind"]\n')
    again = _apply(FTS, write_mapping(table))
    assert again.rules == table.rules
    assert again.columns == table.columns


def test_labelled_columns_of_a_mapping_are_instalments(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Who;First;Due;Second;Due\nItaly;60;30.06.2002;40;30.06.2004\n")
    mapping = """
    heading_rows = [1]
    units = 1000
    [columns]
    donor = "A"
    amount_1 = "First"
    due_date_1 = "C"
    amount_2 = "Second"
    due_date_2 = "E"
    [constants]
    currency = "EUR"
    """
    (table,) = apply_mapping(read_workbook(path), parse_mapping(mapping))
    (row,) = _data(table)
    assert [(i.label, i.amount.value, i.due_date.value) for i in row.instalments] == [
        ("1", 60000, date(2002, 6, 30)),
        ("2", 40000, date(2004, 6, 30)),
    ]
    assert 'amount_1 = "B"' in write_mapping(table)


YEARS = """
[answers]
day-in-year = "12-31"

[columns]
donor = "Donor"
year = "Year"
amount = "Amount"
"""


def _years(tmp_path: Path, mapping: str, *years: str) -> Table:
    path = tmp_path / "years.csv"
    lines = [f"Norway,{year},500" for year in years]
    path.write_text("\n".join(["Donor,Year,Amount", *lines]), "utf-8")
    (table,) = apply_mapping(read_workbook(path), parse_mapping(mapping, "map.toml"))
    return table


def test_a_mapping_dates_rows_of_a_calendar_year_and_no_others(tmp_path: Path) -> None:
    table = _years(tmp_path, YEARS, "2002", "2002/03", "unknown")
    dates = [row.pledge_date.value for row in _data(table)]
    assert dates == [date(2002, 12, 31), None, None]
    assert 'day-in-year = "12-31"' in write_mapping(table)


def test_without_the_key_a_year_is_no_date(tmp_path: Path) -> None:
    table = _years(tmp_path, YEARS.replace("day-in-year", "# day-in-year"), "2002")
    assert [row.pledge_date.value for row in _data(table)] == [None]


@pytest.mark.parametrize("day", ["31-12", "02-29", "W01-1", "2002-12-31"])
def test_a_day_in_a_year_is_a_month_and_a_day_of_every_year(tmp_path: Path, day: str) -> None:
    with pytest.raises(MappingError, match="must be a month and a day"):
        _years(tmp_path, YEARS.replace("12-31", day), "2002")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("units = " + "[" * 20_000, "map.toml is no TOML: it is nested too deeply."),
        ("units = " + "9" * 5_000, "map.toml is no TOML: "),
        ("a = 1\n" + "#" * 200_000, "map.toml is too long for a mapping: 200006 letters."),
        ("\n".join(f"key{n} = 1" for n in range(100)), "map.toml: 80 more faults."),
    ],
    ids=["nested", "a figure without end", "long", "many faults"],
)
def test_a_mapping_without_measure_is_refused_in_a_few_sentences(text: str, says: str) -> None:
    with pytest.raises(MappingError) as refusal:
        parse_mapping(text, "map.toml")
    assert says in refusal.value.messages[-1]
    assert len(refusal.value.messages) <= 21
