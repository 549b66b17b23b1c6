"""Letters to donors as data: their figures are the schedule's, their words the language's."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from textwrap import dedent

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from msgspec import structs
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.columns import MONEY_COLUMNS, Figures, total
from pledgebook.ledger.register.events import RECEIVING
from pledgebook.reports.figures.selection import select
from pledgebook.reports.letters import (
    Letter,
    Papers,
    Paragraph,
    UnknownLanguageError,
    languages,
    letter_document,
    make_letter,
    make_letters,
)
from pledgebook.reports.letters.language import clean, language
from pledgebook.reports.letters.letter import Line, Table, written

D = Decimal
DAY = date(2004, 1, 20)
CUTS = ["2000-2001", "2002-2003", "2002", "2003", "2003-Q2"]
ROOT = Path(__file__).parent.parent


@pytest.fixture(params=["pledge", "receipt"])
def either(request: pytest.FixtureRequest, golden: Book, golden_receipt: Book) -> Book:
    return golden if request.param == "pledge" else golden_receipt


@pytest.fixture(scope="module")
def headed(tmp_path_factory: pytest.TempPathFactory, copy_golden: Callable[..., Path]) -> Book:
    """The golden example with a letterhead and an addressee."""
    return load_book(copy_golden(tmp_path_factory.mktemp("headed")))


def statement(book: Book, donor: str, tag: str = "en", period: str = "2002-2003") -> Letter:
    return make_letter(Papers(select(book, period)), "statement", donor, day=DAY, tag=tag)


def shown(letter: Letter, name: str) -> list[list[str]]:
    """A table's lines as they are read, without empty cells."""
    table = letter.table(name)
    return [[text for text in written(letter, table, line) if text] for line in table.lines]


def last(table: Table) -> dict[str, object]:
    return dict(table.values(table.lines[-1]))


def test_the_statement_of_italy_is_its_row_of_the_schedule(golden: Book) -> None:
    letter = statement(golden, "ITA")
    assert letter.addressee == ("Italy",)
    assert shown(letter, "summary") == [
        ["Unpaid at 1 January 2002", "228,520.75"],
        ["Collected for prior pledges", "(269,591.08)"],
        ["Exchange differences", "41,070.33"],
        ["Unpaid at 31 December 2003", "–"],
    ]
    assert [line.replace("\xa0", " ") for line in shown(letter, "received")[0]] == [
        "20 Mar 2002", "ITA-2001-01.1", "Organized crime", "EUR", "100,000.00", "87,719.30",
    ]  # fmt: skip
    assert last(letter.table("received"))["value"] == D("269591.08")


def test_the_statement_of_germany_shows_what_falls_due_later_beside_the_sum(golden: Book) -> None:
    letter = statement(golden, "DEU")
    assert shown(letter, "summary")[-2:] == [
        ["Unpaid at 31 December 2003", "–"],
        ["Due in later periods", "89,285.71"],
    ]
    table = letter.table("instalments")
    open_ = table.values(table.lines[1])
    assert (open_["currency"], open_["unpaid"], open_["value"]) == (
        "EUR", D("100000"), D("89285.71"),
    )  # fmt: skip


def test_money_in_advance_and_not_applied_is_shown(golden: Book) -> None:
    finland = statement(golden, "FIN")
    assert ["Received in advance", "36,585.37"] in shown(finland, "summary")
    assert "held in advance" in finland.table("received").note
    japan = statement(golden, "JPN", period="2003-Q2")  # 500 too much, given back in May
    assert not [line for line in shown(japan, "summary") if "not yet applied" in line[0]]
    april = Papers(select(golden, "2002-2003", date(2003, 4, 30)))
    letter = make_letter(april, "statement", "JPN", day=DAY)
    assert ["Received, not yet applied to a pledge", "500.00"] in shown(letter, "summary")
    day, mark = "28\N{NO-BREAK SPACE}Apr\N{NO-BREAK SPACE}2003", "not yet applied to a pledge"
    assert shown(letter, "received")[-3:] == [
        [day, "JPN-2003-01.1", "General purpose", "USD", "20,000.00", "20,000.00"],
        [day, mark, "USD", "500.00", "500.00"],
        ["Total", "20,500.00"],
    ]
    later = structs.replace(april.selection.cut, start=date(2003, 5, 1), end=date(2003, 5, 10))
    may = Papers(replace(april.selection, cut=later))
    letter = make_letter(may, "statement", "JPN", day=DAY)
    assert shown(letter, "received") == [
        ["Total", "–"],
        [day, mark, "USD", "500.00", "500.00"],
    ]


@pytest.mark.parametrize("cut", CUTS)
def test_every_statement_adds_up_to_the_donors_rows_of_the_schedule(either: Book, cut: str) -> None:
    papers = Papers(select(either, cut))
    rows: dict[str, list[Figures]] = {}
    for lines in papers.schedule.sections.values():
        for line in lines:
            rows.setdefault(line.donor, []).append(line.figures)
    letters = {letter.donor: letter for letter in make_letters(papers, "statement", day=DAY)}
    assert rows.keys() <= letters.keys()
    for donor, figures in rows.items():
        assert_statement(letters[donor], total(figures), papers)


def assert_statement(letter: Letter, figures: Figures, papers: Papers) -> None:
    """Hold a statement against the donor's figures in all funds."""
    summary = letter.table("summary")
    amounts = [line.cells[-1] for line in summary.lines]
    at = next(number for number, line in enumerate(summary.lines) if line.total)
    assert sum((value for value in amounts[:at] if isinstance(value, D)), D(0)) == amounts[at]
    assert amounts[at] == figures.closing
    stated = sorted(abs(value) for value in amounts if isinstance(value, D) and value)
    expected = {key: getattr(figures, key) for key in MONEY_COLUMNS if key != "exchange_unpaid"}
    waiting = sum(v for (donor, _), v in papers.unapplied.items() if donor == letter.donor)
    before = next(
        (line.cells[-1] for line in summary.lines if "in advance before" in str(line.cells[0])),
        D(0),
    )
    assert isinstance(before, D)
    told = [*expected.values(), D(waiting), before]
    assert stated == sorted(abs(value) for value in told if value)
    owed = figures.closing + figures.future + figures.uncommitted
    tables = {table.name: last(table)["value"] for table in letter.tables if table is not summary}
    assert tables.get("instalments", D(0)) == owed
    cut = papers.selection.cut
    own = [
        change
        for change in papers.book.register.changes
        if change.after.donor == letter.donor and cut.start <= change.date <= cut.end
    ]
    moved = sum((each.advanced for each in own if each.event in RECEIVING), D(0))
    moved -= sum((each.advance_released for each in own), D(0))
    collected = figures.collected_prior + figures.collected_current
    assert tables.get("received", D(0)) == collected + moved
    if not any(each.advanced for each in own):  # it adds up by itself
        assert tables.get("received", D(0)) == collected - before


def test_under_agreement_what_is_due_later_is_a_part_of_what_is_unpaid(golden: Book) -> None:
    papers = Papers(select(golden, "2002-2003", recognition="agreement"))
    letter = make_letter(papers, "statement", "DEU", day=DAY)
    assert shown(letter, "summary")[-2:] == [
        ["Unpaid at 31 December 2003", "89,285.71"],
        ["Of which due in later periods", "89,285.71"],
    ]
    assert letter.table("summary").note == ""
    assert last(letter.table("instalments"))["value"] == D("89285.71")


def test_what_all_statements_say_was_received_is_what_came_from_donors(golden: Book) -> None:
    papers = Papers(select(golden, "2002-2003"))
    received = [
        last(table)["value"]
        for letter in make_letters(papers, "statement", day=DAY)
        for table in letter.tables
        if table.name == "received"
    ]
    # Collected, less what had come before, with what came in advance (see the cash proof).
    assert sum(received, D(0)) == D("738722.12") - D("10000.00") + D("36585.37")


def test_money_that_a_bank_took_back_is_a_line_below_zero(book: Book) -> None:
    """
    2002-03-01 * "Austria" "Pledge" ^AUT-2002-01
      class: "general"
      Assets:CPCJF:Pledges:AUT         1000 USD {0 # 1000.00 USD, "AUT-2002-01.1"}
        due: 2002-06-30
      Income:CPCJF:Contributions:AUT  -1000.00 USD

    2002-05-01 * "Austria" "Payment" ^AUT-2002-01
      class: "general"
      Assets:CPCJF:Pledges:AUT        -1000 USD {"AUT-2002-01.1"}
      Assets:CPCJF:Cash                1000.00 USD

    2002-05-06 * "Austria" "Taken back" ^AUT-2002-01
      event: "returned-payment"
      reverses: 2002-05-01
      class: "general"
      Assets:CPCJF:Pledges:AUT         1000 USD {0 # 1000.00 USD, 2002-03-01, "AUT-2002-01.1"}
        due: 2002-06-30
      Assets:CPCJF:Cash               -1000.00 USD
    """
    assert [error.message for error in book.errors] == []
    papers = Papers(select(book, "2002-2003"))
    letter = make_letter(papers, "statement", "AUT", day=DAY)
    assert [line[-1] for line in shown(letter, "received")] == ["1,000.00", "(1,000.00)", "–"]
    assert_statement(letter, papers.schedule.sections["CPCJF", "general"][0].figures, papers)


def test_a_confirmation_asks_for_the_balance_and_brings_a_slip(headed: Book) -> None:
    papers = Papers(select(headed, "2002-2003"))
    letters = {letter.donor: letter for letter in make_letters(papers, "confirmation", day=DAY)}
    assert set(letters) == {"AUT", "CAN", "DEU", "DNK", "FIN"}
    canada = letters["CAN"]
    assert last(canada.table("instalments"))["value"] == D("15000.00")
    assert canada.slip is not None
    assert ("Unpaid at 31 December 2003", "15,000.00\xa0US\xa0dollars") in canada.slip.facts.pairs
    assert canada.slip.return_to == ("Please return to:", "1 Example Square", "Example City")
    (nil,) = make_letters(papers, "confirmation", day=DAY, donors=["ITA"])
    assert "nothing was unpaid" in str(nil.body)


def test_a_reminder_goes_to_those_alone_who_are_overdue(golden: Book) -> None:
    letters = list(make_letters(Papers(select(golden, "2002-2003")), "reminder", day=DAY))
    assert [letter.donor for letter in letters] == ["AUT", "CAN"]  # Denmark was due that very day
    overdue = letters[1].table("overdue")
    assert overdue.values(overdue.lines[0])["days"] == 184


def test_an_acknowledgement_states_rate_and_dollars_of_the_commitments_day(golden: Book) -> None:
    papers = Papers(select(golden, "2002-2003"))
    letter = make_letter(papers, "acknowledgement", "DEU", day=DAY, pledge="DEU-2002-01")
    first, second, sums = shown(letter, "commitments")
    assert (first[0], first[-2:]) == ("DEU-2002-01.1", ["1.12", "133,928.57"])
    assert (second[0], second[-2:]) == ("DEU-2002-01.2", ["1.12", "89,285.71"])
    assert sums == ["Total", "223,214.28"]


def test_the_paper_is_the_books_and_nothing_is_invented(headed: Book, golden: Book) -> None:
    letter = statement(headed, "FRA", tag="")
    assert letter.language == "fr"
    assert letter.heading == ("Bureau exemple (fictif)",)
    assert letter.addressee == ("Mission permanente de la France",)
    assert letter.notice == "Every amount is made up."
    bare = statement(golden, "FRA")
    assert bare.heading == ("United Nations Crime Prevention and Criminal Justice Fund",)
    assert (bare.signature, bare.contact, bare.notice) == ((), (), "")


def test_a_letter_without_a_reference_is_a_draft(golden: Book) -> None:
    assert ("Reference", "Draft, not sent") in statement(golden, "ITA").facts.pairs
    papers = Papers(select(golden, "2002-2003"))
    sent = make_letter(papers, "statement", "ITA", day=DAY, reference="ITA/2004/1")
    assert ("Reference", "ITA/2004/1") in sent.facts.pairs


def test_a_donor_is_named_in_the_language_of_the_letter(golden: Book) -> None:
    assert statement(golden, "DEU", "fr").addressee == ("Allemagne",)
    assert statement(golden, "DEU", "ar").addressee == ("ألمانيا",)


def test_an_arabic_letter_runs_from_right_to_left_with_its_own_digits(golden: Book) -> None:
    letter = statement(golden, "ITA", "ar")
    assert letter.direction == "rtl"
    assert shown(letter, "summary")[0] == ["غير المسدد في ١ كانون الثاني/يناير ٢٠٠٢", "٢٢٨٬٥٢٠٫٧٥"]
    assert language("ar-AE").amount(D("228520.75")) == "228,520.75"
    assert language("ar-EG").amount(D("-228520.75")) == "(٢٢٨٬٥٢٠٫٧٥)"


def test_french_puts_spaces_that_do_not_break(golden: Book) -> None:
    letter = statement(golden, "FRA", "fr")
    assert "1er\xa0janvier 2002 au 31\xa0décembre 2003" in letter.subject
    assert shown(letter, "summary")[1] == [
        "Ajustements des annonces antérieures", "(27\u202f272,73)",
    ]  # fmt: skip
    text = " ".join(block.text for block in letter.body if isinstance(block, Paragraph))
    assert "\u202f;" in text
    assert re.search(r"[^\s\u202f\xa0][;!?](\s|$)", text) is None


@pytest.mark.parametrize("code", [code for code in languages() if code != "en"])
def test_a_catalog_has_every_text_of_the_program_and_no_other(code: str) -> None:
    found = extract_from_dir(
        ROOT / "reports" / "letters", [("**.py", "python")], keywords={"say": None, "mark": None}
    )
    texts = {message for _, _, message, _, _ in found}
    with (ROOT / "reports" / "letters" / "texts" / f"{code}.po").open("rb") as file:
        catalog = {entry.id: entry.string for entry in read_po(file, locale=code) if entry.id}
    assert texts - catalog.keys() == set()
    assert catalog.keys() - texts == set()
    fields = re.compile(r"{\w+}")
    for text, translation in catalog.items():
        assert translation, text
        assert sorted(fields.findall(text)) == sorted(fields.findall(str(translation))), text


def test_an_unknown_language_is_refused_with_those_there_are() -> None:
    for tag in ("de", "tlh", "../en", ""):
        with pytest.raises(UnknownLanguageError, match="ar, en, fr"):
            language(tag)


def test_amounts_keep_the_decimals_they_have() -> None:
    english = language("en")
    assert english.amount(D("0")) == "–"
    assert english.amount(None) == ".."
    assert english.amount(D("-1234.5")) == "(1,234.50)"
    assert english.amount(D("1234.567")) == "1,234.567"
    assert english.amount(D("500000000"), 0) == "500,000,000"


def test_no_character_of_a_text_turns_the_direction_or_ends_a_line() -> None:
    assert clean("a\u202eb\x00c\nd\u2066e\ud800") == "ab c de"
    assert clean("20\xa0000") == "20\xa0000"


def test_a_letter_is_a_document_of_exact_amounts(golden: Book) -> None:
    document = letter_document(statement(golden, "DEU"))
    assert (document["donor"], document["day"]) == ("DEU", "2004-01-20")
    assert "133928.57" in str(document["body"])


def test_funds_that_have_nothing_to_do_with_each_other_get_letters_of_their_own(
    load: Callable[..., Book],
) -> None:
    own = '1999-12-31 custom "fund" "OTHER" "Other fund"\n  classes: "general special"\n'
    gift = """
    2002-03-01 * "Austria" "Gift (made up)"
      class: "general"
      Assets:{fund}:Cash                10.00 USD
      Income:{fund}:Contributions:AUT  -10.00 USD
    """

    book = load(own + dedent(gift.format(fund="CPCJF") + gift.format(fund="OTHER")))
    letters = list(make_letters(Papers(select(book, "2002-2003")), "statement", day=DAY))
    assert [letter.funds for letter in letters] == [("CPCJF", "UNTOC"), ("OTHER",)]
    assert len({letter.file for letter in letters}) == 2


def test_a_line_has_a_cell_for_each_column(golden: Book) -> None:
    papers = Papers(select(golden, "2002-2003"))
    for kind in ("statement", "acknowledgement", "confirmation", "reminder"):
        for letter in make_letters(papers, kind, day=DAY):
            for table in letter.tables:
                assert {len(line.cells) for line in table.lines} == {len(table.headings)}
                assert isinstance(table.lines[-1], Line)
