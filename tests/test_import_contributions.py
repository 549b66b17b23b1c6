"""What a row means: a pledge, its instalments, a payment, an announcement, a thing to decide.

Each sheet is read into a new book with a rate of the euro. All amounts and rates are made up.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import FEW_RATES
from pledgebook.importers import import_files
from pledgebook.importers.judging.verdicts import Verdict
from pledgebook.importers.tables.headings import Field
from pledgebook.importers.tables.mapping import parse_mapping
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import Instalment, list_instalments

HEAD = "Donor|Date of pledge|Currency|Amount\n"
PAPER = "Donor|Reference|Date of pledge|Currency|Amount"


@dataclass(frozen=True, slots=True)
class Taken:
    """A book after an import, and the verdicts."""

    book: Book
    verdicts: list[Verdict]

    @property
    def said(self) -> list[str]:
        return [verdict.verdict for verdict in self.verdicts]

    @property
    def lines(self) -> list[Instalment]:
        return list_instalments(self.book.register, None)


Take = Callable[..., Taken]


@pytest.fixture
def take(tmp_path: Path) -> Take:
    """Import sheets, cells divided by bars, into one new book: each call adds to it."""
    main = make_book(tmp_path / "book")
    (main.parent / "rates.beancount").write_text(
        f"{FEW_RATES}2001-01-01 price USD 1.10 EUR\n", "utf-8"
    )

    def import_text(
        text: str, name: str = "sheet", mapping: str = "", fund: str = "CPCJF"
    ) -> Taken:
        path = tmp_path / f"{name}.csv"
        path.write_text(text, "utf-8")
        result = import_files(
            load_book(main), [path], mapping=parse_mapping(mapping) if mapping else None, fund=fund
        )
        book = load_book(main)
        assert book.errors == []
        tables = result.files[0].tables
        return Taken(book, [verdict for table in tables for verdict in table.verdicts])

    return import_text


def test_a_row_is_a_commitment_at_the_rate_of_its_day_with_where_it_came_from(take: Take) -> None:
    taken = take(HEAD + "Government of Italy|2002-03-01|EUR|1,100.00\n")
    (line,) = taken.lines
    assert (line.label, line.status, line.carrying) == ("ITA-2002-01.1", "committed", 1000)
    (changes,) = taken.book.register.by_label.values()
    meta = changes[0].entry.meta
    assert meta["source"] == "sheet.csv#sheet!A2"
    assert len(meta["source-sha256"]) == 64
    assert (meta["rate"], meta["rate-date"]) == ("1.1", date(2001, 1, 1))
    assert len(meta["import-id"]) == 16


def test_rows_of_one_reference_with_due_dates_are_instalments(take: Take) -> None:
    taken = take(
        f"{PAPER}|Due date\n"
        "Italy|NV 1|2002-03-01|USD|400.00|2004-06-30\n"
        "Spain|NV 1|2002-03-01|USD|500.00|2002-06-30\n"
        "Italy|NV 1|2002-03-01|USD|600.00|2002-06-30\n"
    )
    assert [verdict.pledge for verdict in taken.verdicts] == [
        "ITA-2002-01", "ESP-2002-01", "ITA-2002-01",
    ]  # fmt: skip
    italy = [
        (line.label, line.pledged, str(line.due)) for line in taken.lines if line.donor == "ITA"
    ]
    assert italy == [
        ("ITA-2002-01.1", Decimal(600), "2002-06-30"),
        ("ITA-2002-01.2", Decimal(400), "2004-06-30"),
    ]


def test_instalments_in_columns_must_add_up_to_their_total(take: Take) -> None:
    taken = take(
        "(in US dollars)|||\nDonor|Date of pledge|2002|2003|Total\n"
        "Italy|2002-03-01|100|200|300\nSpain|2002-03-01|100|200|400\n"
    )
    assert taken.said == ["imported", "waiting"]
    assert [str(line.due) for line in taken.lines] == ["2002-12-31", "2003-12-31"]
    assert taken.verdicts[1].reason == (
        "The instalments add up to 300.00, the row's amount is 400.00."
    )


def test_statuses_in_several_languages_say_what_a_row_is(take: Take) -> None:
    words = ["confirmé", "объявлено", "已缴", "pagado", "annulé", "something else"]
    rows = "".join(f"Italy|2002-03-0{n}|USD|{n}00.00|{word}\n" for n, word in enumerate(words, 1))
    taken = take("Donor|Date|Currency|Amount|Status\n" + rows)
    assert taken.said == ["imported"] * 4 + ["ignored", "waiting"]
    assert [line.status for line in taken.lines] == ["committed", "pledged", "paid", "paid"]
    assert "'something else' is not known" in taken.verdicts[5].reason


def test_a_paid_column_with_its_date_is_the_payment_of_the_pledge(take: Take) -> None:
    taken = take(
        HEAD.strip() + "|Paid|Payment date\n"
        "Italy|2002-03-01|USD|500.00|200.00|2002-05-01\n"
        "Spain|2002-03-01|USD|500.00|200.00|\n"
        "Japan|2002-03-01|USD|500.00|600.00|2002-05-01\n"
        "Norway|2002-03-01|EUR|550.00|550.00|2002-05-01\n"
    )
    assert taken.said == ["imported", "imported", "waiting", "imported"]
    paid = {line.donor: (line.paid, line.status) for line in taken.lines}
    assert paid == {
        "ITA": (200, "partly-paid"), "ESP": (0, "committed"), "NOR": (0, "committed"),
    }  # fmt: skip
    assert "the sheet gives no date of payment" in taken.verdicts[1].reason
    assert "More was paid (600.00) than pledged (500.00)" in taken.verdicts[2].reason
    assert "the value received is not in the sheet" in taken.verdicts[3].reason


def test_a_list_of_money_received_is_receipts_but_not_of_a_pledge_that_is_known(take: Take) -> None:
    take(f"{PAPER}\nItaly|NV 1|2002-03-01|USD|500.00\n", "pledges")
    taken = take(
        "Donor|Date received|Amount received (USD)\n"
        "Italy|2002-05-01|500.00\nSpain|2002-05-02|70.00\n",
        "receipts",
    )
    assert taken.said == ["waiting", "imported"]
    assert "ITA has the pledge ITA-2002-01" in taken.verdicts[0].reason
    (gift,) = taken.book.register.gifts
    assert (gift.donor, gift.value, gift.entry.date) == ("ESP", 70, date(2002, 5, 2))


def test_purposes_go_by_name_and_class_by_words(take: Take) -> None:
    taken = take(
        HEAD.strip() + "|Purpose|Class\n"
        "Italy|2002-03-01|USD|1.00|Corruption|\n"
        "Italy|2002-03-02|USD|1.00|TRAFFICKING IN PERSONS|special purpose\n"
        "Italy|2002-03-03|USD|1.00||fins générales\n"
        "Italy|2002-03-04|USD|1.00|unearmarked|\n"
        "Italy|2002-03-05|USD|1.00|Space travel|\n"
        "Italy|2002-03-06|USD|1.00||earmarked\n"
        "Italy|2002-03-07|USD|1.00|Corruption|general\n"
        "Italy|2002-03-08|USD|1.00||strange\n"
    )
    assert taken.said == ["imported"] * 4 + ["waiting"] * 4
    assert [(line.class_, line.purpose) for line in taken.lines] == [
        ("special", "corruption"), ("special", "trafficking-in-persons"), ("general", ""),
        ("general", ""),
    ]  # fmt: skip
    assert [verdict.reason.split(" (")[0] for verdict in taken.verdicts[4:]] == [
        "The purpose 'Space travel' is none of the book's",
        "The contribution is earmarked, but its purpose is not stated.",
        "The contribution is said to be general, yet earmarked to corruption.",
        "The class 'strange' is none of CPCJF's: general, special, support.",
    ]


def test_the_fund_is_a_column_an_option_or_a_word_in_the_title(take: Take) -> None:
    taken = take(HEAD.strip() + "|Fund\nItaly|2002-03-01|USD|1.00|untoc\n", "column", fund="")
    assert [line.fund for line in taken.lines] == ["UNTOC"]
    titled = take(f"Pledges to UNTOC, made up\n{HEAD}Spain|2002-03-01|USD|1.00\n", "title", fund="")
    assert [line.fund for line in titled.lines] == ["UNTOC", "UNTOC"]
    unnamed = take(f"{HEAD}Japan|2002-03-01|USD|1.00\n", "unnamed", fund="")
    assert unnamed.said == ["waiting"]
    wrong = take(HEAD.strip() + "|Fund\nJapan|2002-03-01|USD|1.00|UNICEF\n", "wrong")
    assert "The fund 'UNICEF' is none of the book's" in wrong.verdicts[0].reason


def test_what_is_in_kind_stays_outside_money(take: Take) -> None:
    taken = take(
        HEAD.strip()
        + "|In kind\nItaly|2002-03-01|USD|5.00|en nature\nItaly|2002-03-02|USD|6.00|no\n"
        "Italy|2002-03-03|USD|7.00|perhaps\n"
    )
    assert taken.said == ["imported", "imported", "waiting"]
    assert [-flow.line.units for flow in taken.book.register.in_kind] == [5]
    assert [line.pledged for line in taken.lines] == [6]


@pytest.mark.parametrize(
    ("remark", "reason"),
    [
        ("subject to parliamentary approval", "Announced only"),
        ("sous réserve de l'approbation du Parlement", "Announced only"),
        ("须经议会批准", "Announced only"),
        ("In kind: two vehicles", "It may be in kind"),
        ("withdrawn by note of 3 May", "decide how that is to be recorded"),
        ("conditional on matching funds", "decide how that is to be recorded"),
        ("included in row 12", "decide how that is to be recorded"),
        ("не подтверждено", "decide how that is to be recorded"),
    ],
)
def test_words_that_contradict_the_figures_make_a_row_wait(
    remark: str, reason: str, take: Take
) -> None:
    taken = take(
        HEAD.strip() + f"|Remarks\nItaly|2002-03-01|USD|5.00|{remark}\n"
        "Spain|2002-03-01|USD|6.00|paid by cheque, unconditional\n"
    )
    assert taken.said == ["waiting", "imported"]
    assert reason in taken.verdicts[0].reason


def test_a_footnote_is_followed_even_below_a_gap(take: Take) -> None:
    taken = take(
        HEAD + "Italy a/|2002-03-01|USD|5.00\nSpain*|2002-03-01|USD|6.00\n|||\n|||\n"
        "a/ Subject to parliamentary approval|||\n"
    )
    assert taken.said == ["waiting", "imported"]
    assert "The mark '*' leads to a note that is not on the sheet." in taken.verdicts[1].reason


def test_legacy_money_is_taken_while_it_was_money(take: Take, tmp_path: Path) -> None:
    rates = tmp_path / "book" / "rates.beancount"
    rates.write_text(f"{FEW_RATES}2001-01-01 price USD 2200 ITL\n", "utf-8")
    taken = take(
        "Donor|Date of pledge|Amount\n"
        "Italy|2001-05-02|ITL 500.000.000\nItaly|2003-05-02|ITL 9.000.000\n"
    )
    assert taken.said == ["imported", "rejected"]
    (line,) = taken.lines
    assert (line.currency, line.carrying) == ("ITL", Decimal("227272.73"))
    assert "'ITL' was no currency on 2003-05-02" in taken.verdicts[1].reason


def test_dollars_stated_count_only_where_the_book_has_no_rate(take: Take) -> None:
    taken = take(
        HEAD.strip() + "|USD equivalent\nItaly|2002-03-01|EUR|1,100.00|999.00\n"
        "Sweden|2002-03-01|SEK|1,000.00|105.26\n"
    )
    assert {line.donor: line.carrying for line in taken.lines} == {
        "ITA": 1000, "SWE": Decimal("105.26"),
    }  # fmt: skip
    assert "Valued as the sheet says" in taken.verdicts[1].reason


def test_dollars_beside_the_name_of_another_currency_are_not_paired_with_it(take: Take) -> None:
    sheet = "Donor|Date of pledge|Original currency|Amount (US$)\nItaly|2002-03-01|EUR|999.00\n"
    taken = take(sheet)
    assert taken.said == ["waiting"]
    assert "the amount in 'EUR' is not stated" in taken.verdicts[0].reason
    mapping = """
        [answers]
        value-only = "count"
        [columns]
        donor = "Donor"
        pledge_date = "Date of pledge"
        currency = "Original currency"
        value = "Amount (US$)"
    """
    allowed = take(sheet, mapping=mapping)
    assert allowed.said == ["imported"]
    (line,) = allowed.lines
    assert (line.currency, line.pledged) == ("USD", 999)
    assert "The amount in EUR is not stated" in allowed.verdicts[0].reason


def test_units_in_a_title_count_and_an_unsure_one_is_asked(take: Take) -> None:
    known = take(
        "(in thousands of US dollars)||\nDonor|Date of pledge|Amount\nItaly|2002-03-01|5\n"
    )
    assert [line.pledged for line in known.lines] == [5000]
    for text in (
        "Pledges above 1 million US dollars||\nDonor|Date of pledge|Amount\nSpain|2002-03-01|5\n",
        "Donor|Date of pledge|Amount (USD)\nSpain|2002-03-01|5\n||\nNote: in thousands||\n",
        "Donor|Date of pledge|Amount (USD '000)|Paid\nSpain|2002-03-01|5|5\n",
        "Donor|Date of pledge|Amount|Currency\nSpain|2002-03-01|5|USD '000\n",
    ):
        assert take(text).said == ["waiting"], text


def test_two_equal_rows_wait_and_with_their_own_references_are_two(take: Take) -> None:
    row = "Italy|2002-03-01|USD|5.00\n"
    equal = take(HEAD + row + row)
    assert equal.said == ["imported", "waiting"]
    assert "says the same as sheet.csv#sheet!2" in equal.verdicts[1].reason
    two = take(
        f"{PAPER}\nSpain|A|2002-03-01|USD|5.00\nSpain|B|2002-03-01|USD|5.00\n"
        "Spain|B|2002-03-01|USD|5.00\n",
        "papers",
    )
    assert two.said == ["imported", "imported", "duplicate"]


def test_one_letter_may_give_to_two_purposes(take: Take) -> None:
    taken = take(
        f"{PAPER}|Purpose\nItaly|NV 1|2002-03-01|USD|5.00|Corruption\n"
        "Italy|NV 1|2002-03-01|USD|6.00|Trafficking in persons\n"
    )
    assert [verdict.pledge for verdict in taken.verdicts] == ["ITA-2002-01", "ITA-2002-02"]


def test_a_row_sent_again_with_changes_waits_beside_its_pledge(take: Take) -> None:
    take(f"{PAPER}\nItaly|NV 1|2002-03-01|USD|500.00\nSpain||2002-03-01|USD|500.00\n")
    again = take(
        f"{PAPER}|Due date\nItaly|NV 1|2002-03-01|USD|400.00|\n"
        "Spain||2002-03-01|USD|500.00|2003-01-31\n",
        "again",
    )
    assert again.said == ["waiting", "waiting"]
    assert again.verdicts[0].reason.startswith(
        "ITA-2002-01 stands in the book as 500.00 USD; this row says 400.00 USD. The sheet does not"
    )
    assert "this row says 500.00 USD due 2003-01-31" in again.verdicts[1].reason
    assert [line.pledged for line in again.lines] == [500, 500]


def test_other_order_other_file_and_other_spelling_are_the_same_rows(take: Take) -> None:
    rows = ["Italy|NV 1|2002-03-01|USD|500.00", "Spain|NV 2|2002-03-02|EUR|1,000.00"]
    take("\n".join([PAPER, *rows]))
    again = take(
        "Montant|Devise|Date de l'annonce|Référence|Donateur\n"
        "1.000,00|euros|2 mars 2002|nv 2|Espagne\n"
        "500,00|US$|1er mars 2002|NV 1|Italie (Gouvernement)\n",
        "autre",
    )
    assert again.said == ["duplicate", "duplicate"]
    assert [verdict.pledge for verdict in again.verdicts] == ["ESP-2002-01", "ITA-2002-01"]


def test_a_sheet_that_only_sums_up_is_not_counted(take: Take) -> None:
    taken = take("Donor|Total pledged (USD)\nItaly|500.00\nSpain|600.00\n")
    assert taken.said == ["waiting", "waiting"]
    assert "no date is stated" in taken.verdicts[0].reason


def test_requested_and_granted_are_told_apart(take: Take) -> None:
    taken = take(
        "Donor|Date of pledge|Amount requested (USD)|Amount granted (USD)|Amount spent (USD)\n"
        "Italy|2002-03-01|900.00|500.00|100.00\n"
    )
    assert [line.pledged for line in taken.lines] == [500]


def test_the_mapping_in_the_documentation_is_valid_and_names_every_field() -> None:
    page = (Path(__file__).parent.parent / "docs" / "importing.md").read_text("utf-8")
    (text,) = re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    mapping = parse_mapping(text)
    assert mapping.units == 1000
    listed = re.sub(r"\s+", " ", page.partition("The fields are ")[2].partition(". What")[0])
    assert {field.value for field in Field} == set(
        re.findall(r"[a-z_]+", listed.replace("(a check, never counted)", "").replace(" and ", " "))
    )
