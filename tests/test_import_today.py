"""What is dated after the day of the import has not happened: it waits, by whichever door it comes.

All amounts are made up.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from pledgebook.importers.bank_statements import BankStatements
from pledgebook.importers.imports import import_files
from pledgebook.ledger import make_book
from pledgebook.ledger.files.loading import load_book

TODAY = date(2002, 7, 10)


@pytest.fixture
def main(tmp_path: Path) -> Path:
    main = make_book(tmp_path / "book")
    with main.open("a") as file:
        file.write('\n1999-12-31 custom "bank" "MAIN" "1234567"\n  accounts: "Assets:CPCJF:Cash"\n')
    return main


def _list(folder: Path, day: date) -> Path:
    path = folder / "list.csv"
    path.write_text(
        "Account,Date,Details,Debit,Credit,Balance\n"
        f"1234567,2002-07-01,Gift,,100.00,100.00\n1234567,{day},Gift,,50.00,150.00\n"
    )
    return path


def test_an_entry_of_today_is_taken_and_one_of_tomorrow_waits(main: Path, tmp_path: Path) -> None:
    for day, verdict in ((TODAY, "imported"), (TODAY + timedelta(days=1), "waiting")):
        result = import_files(load_book(main), [_list(tmp_path, day)], dry_run=True, today=TODAY)
        verdicts = result.statements[0].statements[0].verdicts
        assert [each.verdict for each in verdicts] == ["imported", verdict]
    assert "2002-07-11, after today, 2002-07-10" in verdicts[1].reason


def test_the_import_page_does_not_offer_what_is_dated_after_today(
    main: Path, tmp_path: Path
) -> None:
    path = _list(tmp_path, TODAY + timedelta(days=1))
    given = BankStatements(today=TODAY).extract(str(path), load_book(main).entries)
    assert [type(each).__name__ for each in given] == ["Transaction", "Note"]
    assert "after today" in given[1].comment
