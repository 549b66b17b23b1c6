"""What a sheet says beside its figures, in notes, comments and columns that nobody reads, has its
effect or is named: nothing of it is lost.

All amounts and rates are made up.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from clerk_sheets import judge, said, write_csv
from conftest import FEW_RATES
from pledgebook.importers import import_files
from pledgebook.importers.judging.verdicts import JudgedTable
from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.importers.tables.mapping import MappingError, parse_mapping
from pledgebook.ledger.declared.aliases import AliasRefusedError
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book

HEAD = "Donor|Reference|Date of pledge|Purpose|Amount (EUR)|Remarks\n"
NORWAY = "Norway|1/2002|2002-03-02|Corruption|7000|\n"
NOTE = "Subject to parliamentary approval."

COMMENTS = (
    "not signed yet|depends on 2003 budget|already counted in UNTOC list|"
    "paid to UNDP directly|via World Bank|on behalf of Sweden|pas encore signé|"
    "versé directement au PNUD|aún no firmado|a través del PNUD por conducto de|"
    "пока не подписано|через ПРООН|لم يوقع بعد|عن طريق البرنامج|尚未签署|通过世界银行|"
    "noch nicht unterzeichnet|direkt an UNDP gezahlt|non ancora firmato|tramite UNDP|"
    "nog niet ondertekend|rechtstreeks aan UNDP|ainda não assinado|"
    "através do PNUD, através de outro"
)
HEADINGS = (
    "For|Area|Use of funds|Thematic area|Objective|Programme|Project title|"
    "Allocation|Sector|Designation|Theme|Objectif|Destinado a|Тема|المجال|主题|Bereich|"
    "Settore|Besteding|Setor|A heading of nobody"
)

Take = Callable[..., JudgedTable]


@pytest.fixture
def main(tmp_path: Path) -> Path:
    made = make_book(tmp_path / "book")
    (made.parent / "rates.beancount").write_text(
        f"{FEW_RATES}2001-01-01 price USD 1.10 EUR\n", "utf-8"
    )
    return made


@pytest.fixture
def take(main: Path, tmp_path: Path) -> Take:
    """Import one table, cells divided by bars, into a new book."""

    def import_text(text: str, fund: str = "CPCJF") -> JudgedTable:
        path = tmp_path / "sheet.csv"
        path.write_text(text, "utf-8")
        (table,) = import_files(load_book(main), [path], fund=fund).files[0].tables
        assert load_book(main).errors == []
        return table

    return import_text


def _said(table: JudgedTable) -> list[str]:
    return [verdict.verdict for verdict in table.verdicts]


@pytest.mark.parametrize(
    ("row", "note"),
    [
        ("Austria *|103/2002|2002-03-01|Corruption|25000|", f"* {NOTE}"),
        ("Austria|103/2002*|2002-03-01|Corruption|25000|", f"* {NOTE}"),
        ("Austria|*103/2002|2002-03-01|Corruption|25000|", f"* {NOTE}"),
        ("Austria|103/2002 a/|2002-03-01|Corruption|25000|", f"a/ {NOTE}"),
        ("Austria|103/2002|2002-03-01 *|Corruption|25000|", f"* {NOTE}"),
        ("Austria|103/2002|2002-03-01|Corruption *|25000|", f"* {NOTE}"),
        ("Austria|103/2002|2002-03-01|Corruption|25 000*|", f"* {NOTE}"),
        ("Austria|103/2002|2002-03-01|Corruption|25000|*", f"* {NOTE}"),
        ("Austria|103/2002|2002-03-01|Corruption|25000|(a)", f"a/ {NOTE}"),
        ("Austria|103/2002|2002-03-01|Corruption|25000|1", f"1. {NOTE}"),
        ("Austria²|103/2002|2002-03-01|Corruption|25000|", f"2 {NOTE}"),
    ],
)
def test_a_mark_in_any_cell_leads_to_its_note(take: Take, row: str, note: str) -> None:
    table = take(f"{HEAD}{NORWAY}{row}\n|||||\n{note}|||||\n")
    assert _said(table) == ["imported", "waiting"]
    assert NOTE in table.verdicts[1].reason


def test_a_mark_in_a_heading_leads_to_a_note_on_all_rows(take: Take) -> None:
    head = HEAD.replace("Amount (EUR)", "Amount (EUR) *")
    table = take(f"{head}{NORWAY}{NORWAY.replace('1/', '2/')}|||||\n* {NOTE}|||||\n")
    assert _said(table) == ["waiting", "waiting"]


def test_a_number_that_is_no_mark_calls_no_note(take: Take) -> None:
    numbered = (
        "No|" + HEAD + "1|" + NORWAY + "||||||\n1. Subject to parliamentary approval.||||||\n"
    )
    assert _said(take(numbered)) == ["imported"]


def test_a_note_or_comment_that_changes_nothing_is_shown_and_kept(take: Take, main: Path) -> None:
    row = "Austria|103/2002 b/|2002-03-01|Corruption|25000|Thank-you letter sent."
    table = take(f"{HEAD}{row}\n|||||\nb/ Announced at the tenth session.|||||\n")
    (verdict,) = table.verdicts
    assert verdict.verdict == "imported"
    assert "'Thank-you letter sent.'" in verdict.reason
    assert "'Announced at the tenth session.'" in verdict.reason
    (entry,) = [each for each in load_book(main).entries if "import-id" in each.meta]
    assert entry.meta["reference"] == "103/2002"
    assert entry.meta["remarks"] == "Announced at the tenth session.; Thank-you letter sent."


@pytest.mark.parametrize(
    "comment",
    COMMENTS.split("|"),
)
def test_a_comment_of_doubt_waits(take: Take, comment: str) -> None:
    table = take(HEAD + NORWAY.replace("7000|", f"7000|{comment}"))
    assert _said(table) == ["waiting"]
    assert comment in table.verdicts[0].reason


FLAT = "Donor|Date of pledge|{}|Amount (USD)\n"


@pytest.mark.parametrize(
    "heading",
    HEADINGS.split("|"),
)
def test_what_money_is_for_is_read_under_whatever_heading(take: Take, heading: str) -> None:
    table = take(
        FLAT.format(heading)
        + "Norway|2002-03-02|Corruption|7001\nPoland|2002-03-02|Firearms protocol|7002\n"
    )
    assert _said(table) == ["imported", "imported"]
    texts = ["".join(draft.text() for draft in verdict.drafts) for verdict in table.verdicts]
    assert 'purpose: "corruption"' in texts[0]
    assert 'purpose: "firearms-protocol"' in texts[1]


def test_a_purpose_may_be_named_in_any_language_of_the_book(take: Take) -> None:
    table = take(FLAT.format("Purpose") + "Norway|2002-03-02|الفساد|7001\n")
    assert _said(table) == ["imported"]
    table = take(FLAT.format("Purpose") + "Norway|2002-03-05|General purposes|7003\n")
    assert _said(table) == ["imported"]


def test_an_unread_column_with_one_name_of_the_book_keeps_the_rows_waiting(take: Take) -> None:
    table = take(
        FLAT.format("Desk") + "Norway|2002-03-02|Corruption|7001\nPoland|2002-03-02|North|7002\n"
    )
    assert _said(table) == ["waiting", "waiting"]
    assert "Desk" in table.verdicts[0].reason


def test_states_in_a_column_that_is_not_read_ask_nothing(take: Take) -> None:
    """A place is as often meant; every list of flows has such columns."""
    head = HEAD.replace("Remarks", "Pool of the flow")
    table = take(head + NORWAY.rstrip("\n") + "Afghanistan\n")
    assert _said(table) == ["imported"]
    assert any("Pool of the flow" in doubt for doubt in table.table.doubts)


STATUS = """Party|Reference|Date of pledge|Currency|Agreed contributions|Cash payments|{}
Norway|P1|2002-03-02|USD|7001|3000|{}
Finland|P2|2002-03-02|USD|9002|0|{}
"""


@pytest.mark.parametrize(
    "heading",
    ["Bilateral assistance", "Promissory notes", "Coopération bilatérale", "Billets à ordre"],
)
def test_what_settles_a_pledge_without_cash_is_asked_about_and_never_counted(
    take: Take, heading: str
) -> None:
    asked = take(STATUS.format(heading, "1201", "0"))
    assert _said(asked) == ["waiting", "waiting"]
    assert all(heading in verdict.reason for verdict in asked.verdicts)
    assert _said(take(STATUS.format(heading, "0", "0"))) == ["imported", "imported"]


def test_columns_that_are_not_read_are_named(take: Take) -> None:
    table = take(FLAT.format("Desk officer") + "Norway|2002-03-02|J. Smith|7001\n")
    assert _said(table) == ["imported"]
    assert "Columns not read: C 'Desk officer'." in table.table.doubts


@pytest.mark.parametrize(
    ("heading", "said", "plain_row"),
    [
        ("Confirmed?", "No", "Yes"),
        ("Confirmed?", "not yet", "2002-03-05"),
        ("Signed", "", "x"),
        ("Signé", "non", "oui"),
        ("Подписано", "нет", "да"),
        ("已签署", "否", "是"),
        ("Bestätigt", "nein", "ja"),
        ("Cancelled", "x", ""),
        ("Withdrawn", "Yes", "No"),
        ("Annulé", "oui", "non"),
        ("Storniert", "ja", ""),
        ("Adjustment", "-2000", "0"),
        ("Confirmed in writing (USD)", "0", "7002"),
    ],
)
def test_a_column_that_decides_on_the_row_is_heeded(
    take: Take, heading: str, said: str, plain_row: str
) -> None:
    table = take(
        FLAT.format(heading)
        + f"Norway|2002-03-02|{said}|7001\nPoland|2002-03-02|{plain_row}|7002\n"
    )
    assert _said(table) == ["waiting", "imported"]


def test_who_confirmed_it_decides_nothing(take: Take) -> None:
    table = take(FLAT.format("Confirmed by") + "Norway|2002-03-02|J. Smith|7001\n")
    assert _said(table) == ["imported"]


def test_money_for_somebody_else_is_not_ours(take: Take) -> None:
    table = take(
        FLAT.format("Recipient") + "Norway|2002-03-02|UNDP|7001\nPoland|2002-03-02|CPCJF|7002\n"
    )
    assert _said(table) == ["waiting", "imported"]


def test_parts_of_an_amount_go_to_their_funds(take: Take) -> None:
    head = "Donor|Date of pledge|Total pledge (USD)|of which CPCJF|of which UNTOC\n"
    table = take(f"{head}Norway|2002-03-02|10000|4000|6000\nPoland|2002-03-02|9000|4000|6000\n")
    assert _said(table) == ["imported", "waiting"]
    assert [draft.text().count("UNTOC") > 0 for draft in table.verdicts[0].drafts] == [False, True]


def test_a_part_of_nobody_known_is_asked(take: Take) -> None:
    head = "Donor|Date of pledge|Total pledge (USD)|of which Other Account\n"
    assert _said(take(f"{head}Norway|2002-03-02|10000|4000\n")) == ["waiting"]


@pytest.mark.parametrize(
    ("name", "amount", "currency"),
    [("USD '000", 50000, "USD"), ("EUR", 50, "EUR"), ("EUR (000)", 50000, "EUR")],
)
def test_a_sheets_name_states_currency_and_unit(
    main: Path, tmp_path: Path, name: str, amount: int, currency: str
) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = name
    sheet.append(["Donor", "Date of pledge", "Pledge"])
    sheet.append(["Poland", date(2002, 2, 4), 50])
    workbook.save(tmp_path / "named.xlsx")
    (table,) = (
        import_files(load_book(main), [tmp_path / "named.xlsx"], fund="CPCJF").files[0].tables
    )
    (verdict,) = table.verdicts
    assert (verdict.verdict, verdict.amount, verdict.currency) == ("imported", amount, currency)


def test_a_title_in_millions_of_lire_states_the_lire(take: Take) -> None:
    table = take("Contributions of Italy (in millions of lire)||\n||\nDonor|Date of pledge|Amount\n"
                 "Italy|2001-03-01|150.5\n")  # fmt: skip
    assert (table.verdicts[0].amount, table.verdicts[0].currency) == (150_500_000, "ITL")


def test_totals_by_name_sum_up_the_rows_of_their_name(take: Take) -> None:
    text = FLAT.format("Purpose")
    for donor, amount in (("Austria", 1000), ("Peru", 1001), ("Chile", 1002)):
        text += f"{donor}|2002-02-04|Corruption|{amount}\n"
        text += f"{donor}|2002-02-05|Firearms protocol|{amount + 1000}\n"
        text += f"Total {donor}|||{2 * amount + 1000}\n"
    table = take(text + "Total|||9006\n")
    assert [total.agrees for total in table.totals] == [True] * 4
    assert take(text + "Total|||9007\n").totals[-1].agrees is False


def test_a_total_of_one_currency_is_held_against_its_rows(take: Take) -> None:
    table = take(
        "Donor|Date of pledge|Currency|Amount\n"
        "Norway|2002-03-02|EUR|100\nPoland|2002-03-02|USD|50\n"
        "Sous-total euro||EUR|100\n"
    )
    assert table.totals[-1].agrees is True


@pytest.mark.parametrize(
    ("remark", "said"),
    [
        ("for corruption cases", "purpose corruption"),
        ("half for UNTOC", "fund UNTOC"),
        ("دعم لبرنامج الفساد", "purpose corruption"),
    ],
)
def test_a_remark_that_earmarks_a_general_row_waits(take: Take, remark: str, said: str) -> None:
    table = take(HEAD + f"Norway|1/2002|2002-03-02||7000|{remark}\n")
    assert _said(table) == ["waiting"]
    assert said in table.verdicts[0].reason


def test_a_remark_on_the_purpose_of_the_row_itself_waits_for_nobody(take: Take) -> None:
    table = take(HEAD + "Norway|1/2002|2002-03-02|Corruption|7000|for corruption cases\n")
    assert _said(table) == ["imported"]


NUMBERED = "Donor|Date of pledge|Instalment|Amount (EUR)|Due date\n"


def test_numbered_rows_without_a_reference_are_instalments_of_one_pledge(take: Take) -> None:
    table = take(
        NUMBERED
        + "Germany|2002-02-04|1 of 2|10000|2002-06-30\nGermany|2002-02-04|2 of 2|10000|2003-06-30\n"
    )
    assert [verdict.pledge for verdict in table.verdicts] == ["DEU-2002-01", "DEU-2002-01"]


def test_an_instalment_of_several_that_stands_alone_waits(take: Take) -> None:
    table = take(NUMBERED + "Germany|2002-02-04|1 of 2|10000|2002-06-30\n")
    assert _said(table) == ["waiting"]
    assert "'1 of 2'" in table.verdicts[0].reason


def test_equal_numbers_of_one_day_are_not_put_together(take: Take) -> None:
    rows = "".join(
        f"Germany|2002-02-04|{number} of 2|{amount}|{due}\n"
        for amount, due in ((100, "2002-06-30"), (200, "2003-06-30"))
        for number in (1, 1)
    )
    assert _said(take(NUMBERED + rows)) == ["waiting"] * 4


def test_dollars_far_from_the_rate_are_remarked(take: Take) -> None:
    head = "Donor|Date of pledge|Pledge (EUR)|USD equivalent\n"
    table = take(f"{head}Poland|2002-02-04|11000|1000\nHungary|2002-02-04|11000|9900\n")
    assert ["far from" in verdict.reason for verdict in table.verdicts] == [True, False]


@pytest.mark.parametrize("group", ["Western European and other States", "Asian States", "非洲国家"])
def test_a_group_of_states_heads_the_rows_below(take: Take, group: str) -> None:
    table = take(f"Donor|Date of pledge|Amount (EUR)\n{group}||\nNorway|2002-03-02|100\n")
    assert _said(table) == ["imported"]


def test_amounts_in_local_currency_stand_beside_their_currency(take: Take) -> None:
    head = "Donor|Date of pledge|Amount in local currency|Currency\n"
    table = take(head + "Norway|2002-03-02|100|EUR\n")
    assert (table.verdicts[0].amount, table.verdicts[0].currency) == (100, "EUR")


def test_a_mapping_of_values_alone_is_applied_to_the_tables_that_are_found(
    main: Path, tmp_path: Path
) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text(FLAT.format("Zweck") + "Norway|2002-03-02|Bestechung|7001\n", "utf-8")
    mapping = parse_mapping(
        '[values.purpose]\nBestechung = "corruption"\n[constants]\nfund = "CPCJF"'
    )
    (table,) = import_files(load_book(main), [path], mapping=mapping).files[0].tables
    assert _said(table) == ["imported"]
    assert 'purpose: "corruption"' in table.verdicts[0].drafts[0].text()


def test_a_mapping_of_one_table_needs_its_columns() -> None:
    with pytest.raises(MappingError, match="units is of one table"):
        parse_mapping("units = 1000\n")


def test_of_several_files_one_that_cannot_be_read_is_refused_and_the_others_are_taken(
    main: Path, tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.xlsx"
    good.write_text(HEAD + NORWAY, "utf-8")
    bad.write_bytes(b"PK\x03\x04 no workbook")
    result = import_files(load_book(main), [bad, good], fund="CPCJF")
    assert [Path(refused.path).name for refused in result.refused] == ["bad.xlsx"]
    assert "bad.xlsx" in result.refused[0].reason
    assert (result.transactions, result.waits) == (1, True)
    assert "NOR-2002-01" in "".join(path.read_text("utf-8") for path in result.written)


def test_files_of_which_none_can_be_read_are_an_error(main: Path, tmp_path: Path) -> None:
    bad = [tmp_path / "a.xlsx", tmp_path / "b.xlsx"]
    for path in bad:
        path.write_bytes(b"PK\x03\x04 no workbook")
    with pytest.raises(UnreadableFile, match=r"a\.xlsx.*\n.*b\.xlsx"):
        import_files(load_book(main), bad, fund="CPCJF")


def test_a_purpose_that_is_said_once_is_remembered_in_the_book(main: Path, tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text(FLAT.format("Zweck") + "Norway|2002-03-02|Bestechung|7001\n", "utf-8")
    (table,) = import_files(load_book(main), [path], fund="CPCJF").files[0].tables
    assert '--purpose "Bestechung=CODE"' in table.verdicts[0].reason
    said = {"Bestechung": "corruption"}
    (table,) = import_files(load_book(main), [path], fund="CPCJF", purposes=said).files[0].tables
    assert _said(table) == ["imported"]
    assert load_book(main).errors == []
    path.write_text(FLAT.format("Zweck") + "Poland|2002-03-03|BESTECHUNG|500\n", "utf-8")
    (table,) = import_files(load_book(main), [path], fund="CPCJF").files[0].tables
    assert _said(table) == ["imported"]
    assert 'purpose: "corruption"' in table.verdicts[0].drafts[0].text()


def test_a_text_cannot_mean_a_purpose_that_the_book_does_not_have(
    main: Path, tmp_path: Path
) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text(FLAT.format("Zweck") + "Norway|2002-03-02|Bestechung|7001\n", "utf-8")
    with pytest.raises(AliasRefusedError, match="'bribery', which is no purpose of the book"):
        import_files(load_book(main), [path], fund="CPCJF", purposes={"Bestechung": "bribery"})
    assert not (main.parent / "names.beancount").exists()


def test_a_month_is_not_said_to_be_a_matter_of_order(take: Take) -> None:
    head = "Donateur|Date de la promesse|Montant (EUR)\n"
    table = take(head + "Norvège|février 2002|100\n")
    assert _said(table) == ["waiting"]
    assert "a month and no day" in table.verdicts[0].reason
    assert "dmy" not in table.verdicts[0].reason


def test_what_is_decided_of_a_table_leaves_columns_that_decide_on_rows_deciding(
    main: Path, tmp_path: Path
) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text(
        "Donor|Date of pledge|Desk|Cancelled|Amount (USD)\n"
        "Norway|2002-03-02|Corruption|x|7001\nPoland|2002-03-02|North||7002\n",
        "utf-8",
    )
    book = load_book(main)
    (table,) = import_files(book, [path], fund="CPCJF", dry_run=True).files[0].tables
    assert _said(table) == ["waiting", "waiting"]
    said = {"column:C": "not-read"}
    (table,) = import_files(book, [path], fund="CPCJF", answers=said).files[0].tables
    assert _said(table) == ["waiting", "imported"]
    assert "Cancelled: x" in table.verdicts[0].reason


def test_a_row_is_rejected_for_its_currency_and_not_for_words_that_speak_of_one(
    tmp_path: Path,
) -> None:
    rows = [
        ("Donor", "Date", "Currency", "Amount", "Due date"),
        ("Austria", "2002-05-12", "Zorkmid", 1000, "2002-12-31"),
        ("Norway", "2002-05-12", "EUR", 1000, "it is no currency"),
    ]
    assert said(judge(write_csv(tmp_path / "list.csv", rows))) == ["rejected", "waiting"]
