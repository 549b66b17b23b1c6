"""What a sheet says beside its figures, in notes, comments and columns that nobody reads, has its
effect or is named: nothing of it is lost.

All amounts and rates are made up.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pledgebook.importers import import_files
from pledgebook.importers.verdicts import JudgedTable
from pledgebook.ledger.book import load_book
from pledgebook.ledger.making import make_book

HEAD = "Donor|Reference|Date of pledge|Purpose|Amount (EUR)|Remarks\n"
NORWAY = "Norway|1/2002|2002-03-02|Corruption|7000|\n"
NOTE = "Subject to parliamentary approval."

Take = Callable[..., JudgedTable]


@pytest.fixture
def main(tmp_path: Path) -> Path:
    made = make_book(tmp_path / "book")
    (made.parent / "rates.beancount").write_text("2001-01-01 price USD 1.10 EUR\n", "utf-8")
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
    numbered = "No|" + HEAD + "1|" + NORWAY + "||||||\n1. Subject to parliamentary approval.||||||\n"
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
    [
        "not signed yet", "depends on 2003 budget", "already counted in UNTOC list", "paid to UNDP directly",
        "via World Bank", "on behalf of Sweden", "pas encore signé", "versé directement au PNUD", "aún no firmado",
        "a través del PNUD por conducto de", "пока не подписано", "через ПРООН", "لم يوقع بعد", "عن طريق البرنامج",
        "尚未签署", "通过世界银行", "noch nicht unterzeichnet", "direkt an UNDP gezahlt", "non ancora firmato", "tramite UNDP",
        "nog niet ondertekend", "rechtstreeks aan UNDP", "ainda não assinado", "através do PNUD, através de outro",
    ],
)  # fmt: skip
def test_a_comment_of_doubt_waits(take: Take, comment: str) -> None:
    table = take(HEAD + NORWAY.replace("7000|", f"7000|{comment}"))
    assert _said(table) == ["waiting"]
    assert comment in table.verdicts[0].reason
