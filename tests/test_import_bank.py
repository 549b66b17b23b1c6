"""Bank statements into the book: receipts, what waits, and nothing twice. All is made up."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from beancount.core.data import Note, Transaction
from fava.core import FavaLedger
from fava.core.charts import dumps
from fava.serialisation import deserialise, serialise
from pledgebook.importers import BankStatements, DonorSheets
from pledgebook.importers.imports import ImportResult, import_files
from pledgebook.importers.statements.judging import JudgedStatement
from pledgebook.ledger.closing.periods import close_period
from pledgebook.ledger.declared.banks import BankNotDeclaredError
from pledgebook.ledger.events import Earmark, application_without_pledge, expenditure
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.files.writing import write_entries
from pledgebook.ledger.guards.statements import balance_on, movements
from pledgebook.ledger.matching.receipts import waiting_receipts
from pledgebook.ledger.register.book import Book
from pledgebook.reports.closing import make_figures

BANKS = """
1999-12-31 custom "bank" "MAIN" "GB29 NWBK 6016 1331 9268 19"
  accounts: "Assets:CPCJF:Cash Assets:UNTOC:Cash"
1999-12-31 custom "bank" "EURO" "DE89 3704 0044 0532 0130 00"
  currency: "EUR"
  accounts: "Assets:CPCJF:Cash:EURO"
1999-12-31 custom "bank-rule" "MAIN" "monthly fee" "charges"
1999-12-31 custom "bank-rule" "MAIN" "credit interest" "interest"
"""
RATES = """
2002-01-01 price USD 1.12 EUR
2002-07-01 price USD 1.00 EUR
2002-08-01 price USD 1.02 EUR
2004-01-01 price USD 1.02 EUR
"""
MAIN, EURO = "GB29NWBK60161331926819", "DE89370400440532013000"

Line = tuple[str, str, str, str]
"""Of an entry: value date and amount as MT940 writes them, the bank's reference, and the text."""


def mt940(
    opening: str, closing: str, lines: Sequence[Line], *, number: str = "7", account: str = MAIN
) -> str:
    """A statement of July 2002; amounts as in C1200,00 and D15,00, balances without a mark."""
    unit = "USD" if account == MAIN else "EUR"
    entries = "".join(
        f":61:{day}{amount}NTRF{'NONREF'}{'//' + ref if ref else ''}\n:86:{text}\n"
        for day, amount, ref, text in lines
    )
    return (
        f":20:S{number}\n:25:{account}\n:28C:{number}/1\n:60F:C020630{unit}{opening}\n{entries}"
        f":62F:C020731{unit}{closing}\n-\n"
    )


AUSTRIA = ("020710", "C1000,00", "B1", "/NAME/Government of Austria/REMI/Pledge AUT-2002-01")
NORWAY = ("020712", "C500,00", "B2", "NORWAY\nnote verbale 12")
FEE = ("020715", "D15,00", "B3", "MONTHLY FEE JULY")


class Desk:
    """A book on disk into which statements are imported."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.main = make_book(folder / "book")
        for name, text in (("settings", BANKS), ("rates", RATES)):
            path = self.main.parent / f"{name}.beancount"
            path.write_text(path.read_text("utf-8") + text, "utf-8")

    @property
    def book(self) -> Book:
        book = load_book(self.main)
        assert [error.message for error in book.errors] == []
        return book

    def take(self, *texts: str, dry_run: bool = False) -> ImportResult:
        paths = []
        for number, text in enumerate(texts):
            paths.append(self.folder / f"s{number}.sta")
            paths[-1].write_text(text, "utf-8")
        return import_files(self.book, paths, dry_run=dry_run)

    def judge(self, text: str) -> JudgedStatement:
        (file,) = self.take(text).statements
        (judged,) = file.statements
        return judged

    def verdicts(self, text: str) -> list[tuple[str, str]]:
        return [(each.verdict, each.recorded_as) for each in self.judge(text).verdicts]

    def receipts(self) -> list[Transaction]:
        return [
            entry
            for entry in self.book.entries
            if isinstance(entry, Transaction) and entry.meta.get("event") == "receipt-unapplied"
        ]

    def held(self, bank: str) -> Decimal:
        book = self.book
        own = movements(book.entries, book.settings)[bank]
        return balance_on(own, max(each.booked for each in own))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_credit_becomes_a_receipt_with_the_banks_words_whole(desk: Desk) -> None:
    assert desk.verdicts(mt940("0,00", "1000,00", [AUSTRIA])) == [("imported", "R-2002-0001")]
    (entry,) = desk.receipts()
    assert entry.payee == "Government of Austria"
    assert {posting.account for posting in entry.postings} == {
        "Assets:CPCJF:Cash",
        "Liabilities:CPCJF:Unapplied",
    }
    said = {key: entry.meta.get(key) for key in ("bank", "bank-reference", "payer", "statement")}
    assert said == {
        "bank": "MAIN",
        "bank-reference": "B1",
        "payer": "Government of Austria",
        "statement": "2002-7/1",
    }
    assert "Pledge AUT-2002-01" in entry.meta["remittance"]
    assert entry.meta["proposed-donor"] == "AUT"
    assert entry.meta["source"] == "s0.sta#entry 1"


@pytest.mark.parametrize(
    ("text", "donor"),
    [
        ("/NAME/Government of Italy/REMI/x", "ITA"),
        ("NORWAY\nnote verbale 12", "NOR"),
        ("/NAME/SUNDRY PAYMENTS LTD/REMI/x", None),
        ("Gift from Austrria", None),
        ("NORWAY\nSWEDEN", None),
    ],
)
def test_a_donor_is_proposed_only_where_the_text_names_one_exactly(
    text: str, donor: str | None, desk: Desk
) -> None:
    desk.take(mt940("0,00", "5,00", [("020710", "C5,00", "B1", text)]))
    assert desk.receipts()[0].meta.get("proposed-donor") == donor


def test_the_same_statement_again_adds_nothing(desk: Desk) -> None:
    text = mt940("0,00", "1500,00", [AUSTRIA, NORWAY])
    assert desk.take(text).transactions == 2
    before = {path: path.read_bytes() for path in desk.book.files}
    result = desk.take(text)
    assert (result.transactions, result.written, result.waits) == (0, (), False)
    assert {path: path.read_bytes() for path in desk.book.files} == before


def test_overlapping_statements_add_only_what_is_new(desk: Desk) -> None:
    desk.take(mt940("0,00", "1500,00", [AUSTRIA, NORWAY]).replace("C020731", "C020712"))
    more = mt940("1000,00", "1520,00", [NORWAY, ("020720", "C20,00", "B4", "x")], number="8")
    assert desk.verdicts(more) == [("duplicate", "R-2002-0002"), ("imported", "R-2002-0003")]
    assert desk.held("MAIN") == 1520


def test_an_entry_behind_a_statement_that_agrees_waits(desk: Desk) -> None:
    desk.take(mt940("0,00", "1000,00", [AUSTRIA]))
    more = mt940("0,00", "1020,00", [AUSTRIA, ("020720", "C20,00", "B4", "x")], number="8")
    judged = desk.judge(more)
    assert [each.verdict for each in judged.verdicts] == ["duplicate", "waiting"]
    assert "agrees with the ledger and does not have this entry" in judged.verdicts[1].reason
    assert judged.agrees is False


def test_overlapping_statements_of_one_import_add_each_entry_once(desk: Desk) -> None:
    whole = mt940("0,00", "1500,00", [AUSTRIA, NORWAY])
    part = mt940("1000,00", "1500,00", [NORWAY], number="8")
    assert desk.take(whole, part).transactions == 2


def test_statements_of_one_import_are_taken_in_order_of_day(desk: Desk) -> None:
    july = mt940("0,00", "1500,00", [AUSTRIA, NORWAY], account=EURO)
    august = mt940(
        "1500,00", "1602,00", [("020805", "C102,00", "B7", "x")], account=EURO, number="8"
    )
    result = desk.take(august.replace("C020731", "C020831"), july)
    assert result.transactions == 3
    assert [statement.agrees for statement in desk.book.settings.banks.statements] == [True, True]


def test_two_equal_payments_of_a_day_are_two(desk: Desk) -> None:
    twins = [("020710", "C7,00", "", "gift"), ("020710", "C7,00", "", "gift")]
    text = mt940("0,00", "14,00", twins)
    assert [verdict for verdict, _ in desk.verdicts(text)] == ["imported", "imported"]
    assert [verdict for verdict, _ in desk.verdicts(text)] == ["duplicate", "duplicate"]


@pytest.mark.parametrize(
    ("changed", "closing", "said"),
    [
        (("020710", "C900,00", "B1", AUSTRIA[3]), "900,00", r"now says 900\.00 .* over 1000\.00"),
        (("020711", "C1000,00", "B1", AUSTRIA[3]), "1000,00", "now says value date 2002-07-11"),
        (("020710", "C900,00", "", "other words"), "900,00", "from an earlier statement, which"),
    ],
)
def test_an_entry_that_the_bank_changed_is_shown_and_not_doubled(
    changed: Line, closing: str, said: str, desk: Desk
) -> None:
    desk.take(mt940("0,00", "1000,00", [AUSTRIA]))
    result = desk.take(mt940("0,00", closing, [changed]))
    (verdict,) = result.statements[0].statements[0].verdicts
    assert verdict.verdict == "amended"
    assert re.search(said, verdict.reason)
    assert result.transactions == 0
    assert result.waits
    assert len(desk.receipts()) == 1


def test_new_words_of_an_entry_with_its_reference_change_nothing(desk: Desk) -> None:
    desk.take(mt940("0,00", "1000,00", [AUSTRIA]))
    text = mt940("0,00", "1000,00", [(*AUSTRIA[:3], "AUSTRIA, other words")])
    (verdict,) = desk.judge(text).verdicts
    assert (verdict.verdict, verdict.recorded_as) == ("duplicate", "R-2002-0001")
    assert "same reference" in verdict.reason


def test_an_entry_that_a_later_statement_lacks_is_named(desk: Desk) -> None:
    desk.take(mt940("0,00", "1500,00", [AUSTRIA, NORWAY]))
    judged = desk.judge(mt940("0,00", "1000,00", [AUSTRIA]))
    assert [movement.amount for movement in judged.missing] == [500]
    assert judged.agrees is False


def test_a_debit_waits_with_the_id_to_record_it_under(desk: Desk) -> None:
    supplier = ("020720", "D200,00", "B9", "SUPPLIER")
    text = mt940("0,00", "800,00", [AUSTRIA, supplier])
    waiting = desk.judge(text).verdicts[1]
    assert waiting.verdict == "waiting"
    assert f'bank-entry: "{waiting.entry_id}"' in waiting.reason
    book = desk.book
    draft = expenditure(
        book.settings,
        day=waiting.entry.value_date,
        earmark=Earmark("CPCJF", "general"),
        value=Decimal(200),
    ).noted(narration="Supplier", meta={"bank": "MAIN", "bank-entry": waiting.entry_id})
    write_entries(book, [draft])
    judged = desk.judge(text)
    assert [each.verdict for each in judged.verdicts] == ["duplicate", "duplicate"]
    assert judged.agrees


def test_charges_and_interest_are_entered_by_the_persons_rule_only(desk: Desk) -> None:
    interest = ("020731", "C3,00", "B4", "CREDIT INTEREST Q3")
    verdicts = desk.judge(mt940("0,00", "988,00", [AUSTRIA, FEE, interest])).verdicts
    assert [each.verdict for each in verdicts] == ["imported"] * 3
    assert verdicts[1].reason == "By the rule 'monthly fee'."
    accounts = {posting.account for each in verdicts[1:] for posting in each.drafts[0].lines}  # type: ignore[attr-defined]
    assert accounts == {
        "Assets:CPCJF:Cash",
        "Expenses:CPCJF:Bank-Charges",
        "Income:CPCJF:Interest",
    }
    assert desk.held("MAIN") == 988


@pytest.mark.parametrize(
    ("amount", "closing", "said"),
    [("C15,00", "15,00", "the other way round"), ("RC15,00", "-", "takes an entry back")],
)
def test_what_a_rule_does_not_fit_waits(amount: str, closing: str, said: str, desk: Desk) -> None:
    lines = [("020715", amount, "B3", "MONTHLY FEE")]
    opening = "0,00"
    if closing == "-":
        opening, closing = "15,00", "0,00"
    (verdict,) = desk.judge(mt940(opening, closing, lines)).verdicts
    assert verdict.verdict == "waiting"
    assert said in verdict.reason


def test_money_that_was_recorded_by_hand_is_not_entered_again(desk: Desk) -> None:
    by_hand = """
2002-07-10 * "Austria" "Contribution"
  class: "general"
  Assets:CPCJF:Cash  1000.00 USD
  Income:CPCJF:Contributions:AUT
"""
    path = desk.main.parent / "2002-2003.beancount"
    path.write_text(path.read_text("utf-8") + by_hand, "utf-8")
    judged = desk.judge(mt940("0,00", "1000,00", [AUSTRIA]))
    assert [each.verdict for each in judged.verdicts] == ["duplicate"]
    assert "entered by hand that day" in judged.verdicts[0].reason
    assert judged.agrees


def test_money_like_an_entry_by_hand_of_another_day_waits(desk: Desk) -> None:
    by_hand = """
2002-07-08 * "Austria" "Contribution"
  class: "general"
  Assets:CPCJF:Cash  1000.00 USD
  Income:CPCJF:Contributions:AUT
"""
    path = desk.main.parent / "2002-2003.beancount"
    path.write_text(path.read_text("utf-8") + by_hand, "utf-8")
    verdict = desk.judge(mt940("0,00", "1000,00", [AUSTRIA])).verdicts[0]
    assert verdict.verdict == "waiting"
    assert "if it is this money" in verdict.reason


def test_a_foreign_account_is_refused_with_the_lines_to_add(desk: Desk) -> None:
    text = mt940("0,00", "1000,00", [AUSTRIA], account=EURO).replace("DE89", "FR76")
    with pytest.raises(BankNotDeclaredError) as refused:
        desk.take(text)
    said = str(refused.value)
    assert 'custom "bank" "CODE" "FR76370400440532013000"' in said
    assert 'currency: "EUR"' in said
    lines = said.partition("\n\n")[2]
    settings = desk.main.parent / "settings.beancount"
    settings.write_text(f"{settings.read_text('utf-8')}\n{lines}\n", "utf-8")
    assert desk.take(text).transactions == 1


def test_an_account_in_another_currency_than_declared_is_refused(desk: Desk) -> None:
    text = mt940("0,00", "1000,00", [AUSTRIA]).replace("USD", "CHF")
    with pytest.raises(BankNotDeclaredError, match="keeps in USD; the statement is in CHF"):
        desk.take(text)


def test_euros_are_one_lot_at_the_rate_of_their_value_date(desk: Desk) -> None:
    first = mt940("0,00", "1500,00", [AUSTRIA, NORWAY], account=EURO)
    assert desk.verdicts(first) == [("imported", "R-2002-0001"), ("imported", "R-2002-0002")]
    august = mt940("1500,00", "1602,00", [("020805", "C102,00", "B7", "x")], account=EURO)
    august = august.replace("C020731", "C020831").replace("C020630", "C020731")
    desk.take(august.replace("S7", "S8").replace(":28C:7", ":28C:8"))
    last = desk.receipts()[-1]
    cash = [posting for posting in last.postings if posting.account == "Assets:CPCJF:Cash:EURO"]
    assert [posting.units.number for posting in cash if posting.units] == [-1500, 1602]
    assert [posting.cost.label for posting in cash if posting.cost] == [cash[0].account] * 2
    assert (last.meta["rate"], last.meta["original"]) == ("1.02", "102.00 EUR")
    units = {posting.account: posting.units for posting in last.postings}
    held = units["Liabilities:CPCJF:Unapplied"]
    assert held is not None
    assert held.number == Decimal("-100.00")  # 102 euros at 1.02
    assert desk.held("EURO") == 1602
    assert [statement.agrees for statement in desk.book.settings.banks.statements] == [True, True]


def test_euros_behind_what_was_moved_later_wait(desk: Desk) -> None:
    desk.take(mt940("100,00", "600,00", [NORWAY], account=EURO))
    earlier = mt940("0,00", "1000,00", [AUSTRIA], account=EURO, number="6")
    verdict = desk.judge(earlier).verdicts[0]
    assert verdict.verdict == "waiting"
    assert "cannot be changed behind that" in verdict.reason


def test_without_a_rate_euros_wait(desk: Desk) -> None:
    (desk.main.parent / "rates.beancount").write_text("", "utf-8")
    verdict = desk.judge(mt940("0,00", "1000,00", [AUSTRIA], account=EURO)).verdicts[0]
    assert verdict.verdict == "waiting"
    assert "no rate of exchange of EUR" in verdict.reason


def test_a_statement_that_agrees_holds_the_book_to_it(desk: Desk) -> None:
    desk.take(mt940("0,00", "1500,00", [AUSTRIA, NORWAY]))
    (statement,) = desk.book.settings.banks.statements
    assert (statement.number, statement.closing, statement.agrees) == ("2002-7/1", 1500, True)
    path = desk.main.parent / "2002-2003.beancount"
    text = path.read_text("utf-8")
    start = text.index("2002-07-12")
    path.write_text(text[:start], "utf-8")
    (error,) = load_book(desk.main).errors
    assert error.rule == "statement-differs"
    assert "closes on 2002-07-31 with 1500.00 USD; the ledger comes to 1000.00" in error.message


def test_a_statement_counts_by_the_banks_day_the_ledger_by_value_date(desk: Desk) -> None:
    late = ("0208010731", "C70,00", "B5", "booked in July, value in August")
    judged = desk.judge(mt940("0,00", "1070,00", [AUSTRIA, late]))
    assert judged.agrees
    last = desk.receipts()[-1]
    assert str(last.date) == "2002-08-01"
    assert str(last.meta["booked-on"]) == "2002-07-31"
    assert desk.book.notices == []


def test_the_balance_is_the_sum_over_the_funds_that_share_the_bank_account(desk: Desk) -> None:
    text = mt940("0,00", "1500,00", [AUSTRIA, NORWAY])
    desk.take(text)
    book = desk.book
    moved = application_without_pledge(
        book.settings,
        day=desk.receipts()[0].date,
        receipt="R-2002-0001",
        held=Earmark("CPCJF", "general"),
        amount=Decimal(1000),
        donor="AUT",
        earmark=Earmark("UNTOC", "convention"),
    )
    write_entries(book, [moved])
    assert desk.held("MAIN") == 1500
    assert desk.judge(text).agrees


def test_money_with_a_value_date_in_a_sealed_period_waits(desk: Desk) -> None:
    desk.take(mt940("0,00", "1000,00", [AUSTRIA]))
    close_period(desk.book, "2002-2003", make_figures)
    known, late = desk.judge(
        mt940("0,00", "1500,00", [AUSTRIA, ("0212310102", "C500,00", "B8", "x")], number="8")
    ).verdicts
    assert known.verdict == "duplicate"
    assert "in the closed period 2002-2003, with which the statement 2002-7/1" in known.reason
    assert late.verdict == "waiting"
    assert "2002-2003, which is sealed" in late.reason
    assert desk.book.settings.banks.statements


def test_a_later_statement_of_the_same_day_follows_the_earlier(desk: Desk) -> None:
    morning = mt940("0,00", "1000,00", [AUSTRIA]).replace("C020731", "C020710")
    late = ("020710", "C1000,00", "B6", "NORWAY")
    evening = mt940("1000,00", "2000,00", [late], number="8").replace("C020731", "C020710")
    assert desk.verdicts(morning) == [("imported", "R-2002-0001")]
    judged = desk.judge(evening)
    assert [each.verdict for each in judged.verdicts] == ["imported"]
    assert (judged.agrees, judged.missing) == (True, ())
    assert [statement.agrees for statement in desk.book.settings.banks.statements] == [True, True]
    assert desk.verdicts(morning) == [("duplicate", "R-2002-0001")]


def test_what_an_earlier_statement_ended_with_is_not_missing_from_the_next(desk: Desk) -> None:
    desk.take(mt940("0,00", "1000,00", [AUSTRIA]).replace("C020731", "C020710"))
    after = ("020711", "C1000,00", "B6", "NORWAY")
    judged = desk.judge(
        mt940("1000,00", "2000,00", [after], number="8").replace("C020630", "C020710")
    )
    assert [each.verdict for each in judged.verdicts] == ["imported"]
    assert judged.missing == ()
    assert judged.ledger_before == 1000


def test_a_euro_account_goes_on_after_a_period_is_closed(desk: Desk) -> None:
    desk.take(mt940("0,00", "1500,00", [AUSTRIA, NORWAY], account=EURO))
    close_period(desk.book, "2002-2003", make_figures)
    january = ("040105", "C102,00", "B7", "x")
    text = mt940("1500,00", "1602,00", [january], account=EURO, number="9")
    assert desk.judge(text.replace("C020731", "C040131")).agrees
    history = load_book(desk.main.parent / "history.beancount")
    assert [error.message for error in history.errors] == []
    assert [notice.rule for notice in history.notices] == []
    assert len(history.settings.banks.statements) == 2


def test_a_dry_run_writes_nothing(desk: Desk) -> None:
    before = {path: path.read_bytes() for path in desk.book.files}
    assert desk.take(mt940("0,00", "1000,00", [AUSTRIA]), dry_run=True).transactions == 1
    assert {path: path.read_bytes() for path in desk.book.files} == before


def test_fava_is_given_entries_and_a_note_of_what_waits(desk: Desk) -> None:
    path = desk.folder / "s.sta"
    path.write_text(mt940("0,00", "800,00", [AUSTRIA, ("020720", "D200,00", "B9", "SUPPLIER")]))
    importer = BankStatements()
    assert importer.identify(str(path))
    assert not DonorSheets().identify(str(path))
    assert str(importer.date(str(path))) == "2002-07-31"
    entry, note = importer.extract(str(path), desk.book.entries)
    assert isinstance(entry, Transaction)
    assert isinstance(note, Note)
    assert "200.00 USD went out" in note.comment
    desk.take(path.read_text("utf-8"))
    again = importer.extract(str(path), desk.book.entries)
    assert [type(each) for each in again] == [Note]


def test_the_import_page_of_a_new_book_finds_and_saves_a_statement(desk: Desk) -> None:
    path = desk.main.parent / "inbox" / "july.sta"
    path.write_text(mt940("0,00", "1500,00", [AUSTRIA, NORWAY]), "utf-8")
    ledger = FavaLedger(str(desk.main))
    (found,) = [file for file in ledger.ingest.import_data() if file.name == str(path)]
    assert [importer.importer_name for importer in found.importers] == ["Bank statements"]
    entries = ledger.ingest.extract(str(path), "Bank statements")
    saved = [deserialise(json.loads(dumps(serialise(entry)))) for entry in entries]
    ledger.file.insert_entries(saved)
    assert [entry.meta["bank-reference"] for entry in desk.receipts()] == ["B1", "B2"]
    again = desk.judge(path.read_text("utf-8"))
    assert [verdict.verdict for verdict in again.verdicts] == ["duplicate", "duplicate"]
    assert again.agrees


@pytest.mark.parametrize(
    ("least", "donor"), [("102.00 EUR", "NOR"), ("102.01 EUR", ""), ("1.00 CHF", "")]
)
def test_a_rule_with_an_amount_says_whose_money_it_is_before_and_after_the_import(
    desk: Desk, least: str, donor: str
) -> None:
    path = desk.main.parent / "settings.beancount"
    rule = f'1999-12-31 custom "bank-rule" "EURO" "x" "donor"\n  donor: "NOR"\n  least: {least}\n'
    before = path.read_text("utf-8")
    entries = [AUSTRIA, NORWAY, ("020715", "C102,00", "B7", "x")]
    statement = mt940("0,00", "1602,00", entries, account=EURO)
    path.write_text(before + rule, "utf-8")
    assert desk.judge(statement).verdicts[2].donor == donor
    proposed = f'proposed-donor: "{donor}"'
    for file in desk.main.parent.rglob("*.beancount"):  # as if the rule were made after the import
        text = file.read_text("utf-8")
        file.write_text(text.replace(f"  {proposed}\n", ""), "utf-8")
    (last,) = [each for each in waiting_receipts(desk.book) if each.value == 102]
    assert last.donor == donor


def test_the_balance_of_an_ofx_is_recorded_and_the_book_held_to_it(desk: Desk) -> None:
    text = (
        f"OFXHEADER:100\n\n<OFX><STMTRS><CURDEF>USD<BANKACCTFROM><ACCTID>{MAIN}</BANKACCTFROM>"
        "<BANKTRANLIST><DTSTART>20020701<DTEND>20020731<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20020710"
        "<TRNAMT>500.00<FITID>1<NAME>Norway</STMTTRN></BANKTRANLIST><LEDGERBAL><BALAMT>500.00"
        "<DTASOF>20020731</LEDGERBAL></STMTRS></OFX>"
    )
    assert desk.judge(text).agrees
    (kept,) = desk.book.settings.banks.statements
    assert (kept.opening, kept.closing, kept.agrees) == (None, 500, True)
    assert desk.verdicts(text) == [("duplicate", "R-2002-0001")]
    assert desk.judge(text.replace("<BALAMT>500", "<BALAMT>600")).agrees is False
