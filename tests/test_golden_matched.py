"""The golden example from commitments by command and a bank's statement: the same figures.

All receipts come in one MT940 statement; what the rules make certain is applied, an over-payment,
unstated charges and two gifts without a pledge are decided as a person would. All of it is made up.
"""

from __future__ import annotations

import shlex
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from pledgebook.cli.main import group
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.matching.assignment import match_receipts
from pledgebook.ledger.register.book import Book
from test_golden_recorded import COMMANDS, assert_golden, new_book

BANK = """
1999-12-31 custom "bank" "MAIN" "GB29 NWBK 6016 1331 9268 19"
  accounts: "Assets:CPCJF:Cash Assets:UNTOC:Cash"
"""

# Day, value, what was sent, payer and text of each credit, as the donors would write.
CREDITS = (
    ("2001-02-15", "120000.00", "", "United States of America", "USA-2000-01 first part"),
    ("2001-12-03", "25000.00", "", "Netherlands", "NLD-2001-01.1"),
    ("2001-12-20", "10000.00", "", "Spain", "early, ESP-2001-01"),
    ("2002-03-20", "87719.30", "EUR100000,00", "Italy", "ITA-2001-01.1"),
    ("2002-05-16", "50000.00", "", "United States of America", "USA-2000-01.1"),
    ("2002-08-12", "59405.94", "EUR60000,00", "France", "FRA-2001-01"),
    ("2002-10-21", "40000.00", "", "Norway", "Contribution"),
    ("2002-12-05", "25000.00", "", "Netherlands", "NLD-2001-01.2"),
    ("2003-04-04", "161290.32", "EUR150000,00", "Germany", "DEU-2002-01.1"),
    ("2003-04-28", "20500.00", "", "Japan", "JPN-2003-01"),
    ("2003-05-05", "5434.78", "EUR5000,00", "State treasury", "Share of proceeds confiscated"),
    ("2003-06-27", "44985.00", "USD45000,00/CHGS/USD15,00", "Canada", "CAN-2002-01 three quarters"),
    ("2003-07-15", "181871.78", "EUR158228,45", "Italy", "ITA-2001-01.1 final"),
    ("2003-07-28", "18000.00", "", "United Nations Development Programme", "UNDP-2003-01"),
    ("2003-10-20", "35000.00", "", "Government of the United Kingdom", "For UNTOC"),
    ("2003-12-18", "36585.37", "EUR30000,00", "Finland", "FIN-2003-01.1"),
    ("2003-12-22", "1000.00", "", "Somebody", "TRF 771"),
)
AFTER = ("write-off", "refund", "transfer", "expenditure", "programme-support", "interest")


def statement() -> str:
    """Write the credits as one MT940 statement that begins with nothing."""
    lines = [":20:GOLDEN", ":25:GB29NWBK60161331926819", ":28C:1/1", ":60F:C000101USD0,00"]
    total = 0
    for number, (day, value, sent, payer, text) in enumerate(CREDITS, 1):
        short = day.replace("-", "")[2:]
        lines.append(f":61:{short}{short[2:]}C{value.replace('.', ',')}NTRFNONREF//B{number}")
        if sent:
            lines.append(f"/OCMT/{sent}")
        lines.append(f":86:/NAME/{payer}/REMI/{text}")
        total += int(value.replace(".", ""))
    lines += [f":62F:C031231USD{total // 100},{total % 100:02d}", "-", ""]
    return "\n".join(lines)


class Desk:
    def __init__(self, main: Path) -> None:
        self.main = main

    def run(self, *arguments: str, status: int = 0) -> str:
        result = CliRunner().invoke(group, ["--book", str(self.main), *arguments])
        assert result.exit_code == status, (arguments, result.output)
        return result.output

    def record(self, line: str) -> None:
        self.run("record", *shlex.split(line), "--yes")

    def label(self, text: str) -> str:
        (found,) = [
            each.receipt.label
            for each in match_receipts(load_book(self.main))
            if text in each.receipt.text
        ]
        return found


def day_of(line: str) -> str:
    words = line.split()
    return words[words.index("--date") + 1]


@pytest.mark.parametrize("policy", ["pledge", "receipt"])
def test_matched_from_the_banks_statement_it_gives_the_figures_worked_by_hand(
    policy: str, tmp_path: Path, golden: Book, golden_receipt: Book
) -> None:
    main = new_book(tmp_path, policy)
    settings = tmp_path / "settings.beancount"
    settings.write_text(settings.read_text("utf-8") + BANK, "utf-8")
    desk = Desk(main)
    lines = [
        line
        for line in COMMANDS.strip().splitlines()
        if not line.startswith(("payment ", "unapplied ", "receipt "))
    ]
    for line in lines:
        if not line.startswith(AFTER):
            desk.record(line)
    path = tmp_path / "all.sta"
    path.write_text(statement(), "utf-8")
    desk.run("import", str(path), status=1)  # the account's other entries are not on it
    desk.run("match", "--apply", "--entered-by", "Contributions desk", status=1)
    too_much = desk.label("JPN-2003-01")
    desk.run("match", "--receipt", too_much, "--to", "JPN-2003-01.1", "--yes")
    canada = desk.label("three quarters")
    desk.run("match", "--receipt", canada, "--to", "CAN-2002-01.1=45000", "--charges", "--yes")
    gifts = {
        "Share of proceeds": "EXF --fund CPCJF --date 2003-05-05 --ref E27",
        "For UNTOC": "GBR --fund UNTOC --date 2003-10-20 --ref E37",
    }
    for text, whose in gifts.items():
        desk.record(f"application {desk.label(text)} --donor {whose}")
    for line in lines:
        if line.startswith(AFTER):
            desk.record(line.replace("R-2003-0004", too_much))
    book = load_book(main)
    assert_golden(book, golden if policy == "pledge" else golden_receipt)
    assert [each.receipt.day for each in match_receipts(book)] == [date(2003, 12, 22)]
