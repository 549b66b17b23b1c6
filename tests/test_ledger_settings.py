"""What a book declares, and what is said of a declaration that is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from beancount.core.data import Custom
from beancount.parser.grammar import ValueType
from pledgebook.ledger.declared.settings import read_settings
from pledgebook.ledger.events import Earmark, receipt_without_pledge
from pledgebook.ledger.files.writing import write_entries
from pledgebook.ledger.findings import BookRefusedError
from pledgebook.ledger.register.book import Book
from pledgebook.reports.figures.selection import select
from pledgebook.reports.registry import make_reports

Told = dict[str, str]
Load = Callable[..., Book]
Say = Callable[..., Told]


def test_a_book_is_told_its_funds_purposes_donors_and_periods(book: Book) -> None:
    """
    1999-12-31 custom "fund" "IK" "A fund of its own"
      recognition-special: "receipt"
      overspending: "notice"
    1999-12-31 custom "donor" "WB" "World Bank"
      kind: "ifi"
      group: "Others"
    """
    settings = book.settings
    assert not book.errors
    assert set(settings.funds) == {"CPCJF", "UNTOC", "IK"}
    assert settings.funds["IK"].classes == ("general", "special", "support")
    assert settings.funds["IK"].policy("special") == "receipt"
    assert settings.funds["IK"].policy("general") == "pledge"
    assert settings.funds["UNTOC"].classes == ("convention",)
    assert settings.is_within("UNTOC", "CPCJF")
    assert not settings.is_within("CPCJF", "UNTOC")
    assert settings.purposes["corruption"] == "Corruption"
    bank = settings.donors.get("WB")
    assert bank is not None
    assert (bank.name, bank.kind, settings.donors.group_of("WB")) == ("World Bank", "ifi", "Others")
    assert settings.periods.names() == ["2000-2001", "2002-2003", "2004-2005"]
    assert settings.currency == "USD"


def test_the_later_of_two_declarations_replaces_the_earlier(told: Told, book: Book) -> None:
    """
    2001-01-01 custom "purpose" "corruption" "Corruption and its proceeds"
    1999-01-01 custom "purpose" "juvenile-justice" "An earlier wording"
    """
    assert not told
    assert book.settings.purposes["corruption"] == "Corruption and its proceeds"
    assert book.settings.purposes["juvenile-justice"] == "Juvenile justice"


def test_two_declarations_of_one_date_are_refused(told: Told) -> None:
    """
    1999-12-31 custom "purpose" "drugs" "Drugs"
    1999-12-31 custom "purpose" "drugs" "Narcotic drugs" ; <- declared-twice
    """
    assert told["declared-twice"].startswith(
        "The purpose 'drugs' is declared twice for 1999-12-31, first at "
    )
    assert told["declared-twice"].endswith(
        "2002-2003.beancount:1: one declaration a date; remove one, or give the change its own "
        "date."
    )


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            'custom "fund" "CPCJX"',
            'The declaration fund is written as: DATE custom "fund" "CODE" "NAME"; here stands '
            "'CPCJX'. Write it in that form.",
        ),
        ('custom "donor" "XYZ" 12', "here stands 'XYZ' '12'."),
        ('custom "purpose"', "here stands nothing."),
        ('custom "period" "2006-2007"', "\"NAME\" END-DATE; here stands '2006-2007'."),
        ('custom "period" 2007-12-31', '"NAME" END-DATE; here stands nothing.'),
        ('custom "mandate" "A/RES/1" "Title" "More"', '"SYMBOL" "TITLE"; here stands'),
        ('custom "purpose" "" "No code"', "here stands '' 'No code'."),
    ],
)
def test_a_declaration_has_its_form(load: Load, say: Say, line: str, sentence: str) -> None:
    told = say(load(f"2006-01-01 {line} ; <- declaration-form"))
    assert sentence in told["declaration-form"]


@pytest.mark.parametrize(
    ("text", "rule", "sentence"),
    [
        (
            'custom "fund" "cpcjf" "Small letters"',
            "code",
            "The fund code 'cpcjf' cannot be part of an account name: it begins with a capital "
            "letter or digit and holds letters, digits and hyphens only.",
        ),
        ('custom "donor" "AB:C" "Colon"\n  kind: "ngo"', "code", "The donor code 'AB:C' cannot"),
        (
            'custom "donor" "ABC" "No kind"',
            "donor-kind",
            "Donor ABC has the kind '': write kind: as one of",
        ),
        ('custom "donor" "ABC" "Odd"\n  kind: "charity"', "donor-kind", "the kind 'charity'"),
        (
            'custom "donor" "ABC" "Odd"\n  kind: "ngo"\n  group: "Friends"',
            "donor-group",
            "Donor ABC has the group 'Friends'",
        ),
        (
            'custom "donor" "ABC" "Odd"\n  kind: "ngo"\n  until: "soon"',
            "donor-until",
            "Donor ABC has until: 'soon', which is no date: write it as 2002-01-01.",
        ),
        (
            'custom "fund" "F" "Odd"\n  recognition-general: "cash"',
            "recognition",
            "The recognition policy of class 'general' is 'cash': it must be one of pledge, "
            "receipt, agreement.",
        ),
        (
            'custom "fund" "F" "Odd"\n  classes: "general special"\n'
            '  recognition-support: "pledge"',
            "class",
            "recognition-support names a class that fund F does not have: its classes are "
            "general, special.",
        ),
        (
            'custom "fund" "F" "Odd"\n  overspending: "never"',
            "overspending",
            "overspending is 'never': it must be error or notice.",
        ),
        (
            'custom "fund" "F" "Odd"\n  within: "CPJCF"',
            "unknown-fund",
            "Fund F is said to be within 'CPJCF', which is not declared",
        ),
        (
            'custom "paragraph" "A/RES/55/63" "OP1" "Of another resolution"',
            "unknown-mandate",
            "No mandate 'A/RES/55/63' is declared in the book (declared: A/RES/55/64)",
        ),
        (
            'custom "rule" "A/RES/55/63" "R1" "OP1"\n  relation: "call"',
            "unknown-mandate",
            "No mandate 'A/RES/55/63'",
        ),
        (
            'custom "rule" "A/RES/55/64" "R77" "OP77"\n  relation: "call"',
            "unknown-paragraph",
            "Rule R77 names paragraph 'OP77', which the mandate does not declare",
        ),
        (
            'custom "rule" "A/RES/55/64" "R77" "OP7"\n  relation: "urges"',
            "rule-relation",
            "Rule R77 has the relation 'urges': it must be one of call, serves, acknowledged",
        ),
        (
            'custom "rule" "A/RES/55/64" "R77" "OP7"\n  relation: "call"\n  until: "2003"',
            "rule-date",
            "Rule R77 has until: '2003', which is no date: write it as 2002-01-01.",
        ),
        (
            'custom "period" "2006" 2005-12-31',
            "period-order",
            "Period '2006' ends on 2005-12-31, before it begins on 2006-01-01",
        ),
        (
            'custom "rule" "A/RES/55/64" "R77" "OP7"\n  relation: "call"\n'
            "  from: 2003-01-01\n  until: 2002-12-31",
            "rule-date",
            "Rule R77 holds until 2002-12-31, before it begins on 2003-01-01",
        ),
        (
            'custom "donor" "TLS" "Odd"\n  until: 1900-01-01',
            "donor-until",
            "Donor TLS has until: 1900-01-01, before it began on",
        ),
        (
            'custom "reopening" "2008" "1"',
            "reopening",
            "The reopening of 2008 names the period '2008', which the book does not declare",
        ),
        ('custom "reopening" "2002-2003" "\u00b2"', "reopening", "has the number '\u00b2'"),
        ('custom "reopening" "2002-2003" "0"', "reopening", "has the number '0'"),
        (
            'custom "reopening" "2002-2003" "1"\n  reopened-on: "May"',
            "reopening",
            "was approved on May: write reopened-on: as a date",
        ),
    ],
)
def test_a_wrong_declaration_is_refused_at_its_line(
    load: Load, say: Say, text: str, rule: str, sentence: str
) -> None:
    first, _, rest = text.partition("\n")
    told = say(load(f"; a comment\n2006-01-01 {first} ; <- {rule}\n{rest}"))
    assert told[rule].startswith(sentence) or sentence in told[rule]


_AT_THE_EDGE = """
{day} custom "fund" "EDGE" "A fund"
{day} custom "purpose" "edge" "A purpose"
{day} custom "alias" "At the edge" "AUT"
{day} custom "donor" "EDG" "A donor"
  kind: "company"
  until: {day}
{day} custom "donor" "ITN" "Another"
  kind: "company"
  continues: "ITA"
{day} custom "mandate" "EX/1" "A resolution"
{day} custom "paragraph" "EX/1" "OP1" "A paragraph"
{day} custom "rule" "EX/1" "X1" "OP1"
  relation: "call"
  from: {day}
  until: {day}
{day} custom "announcement" "AUT" "CPCJF" "Something"
{day} custom "office" "Desk"
  holders: "First officer"
{day} custom "delegation" "Desk" "write-off"
  until: {day}
{day} custom "rate-age" "35"
{day} custom "period" "edge" {day}
{day} custom "allotment" "CPCJF" "A-1"
  period: "2002-2003"
  class: "general"
  amount: 5 USD
{day} custom "reopening" "2002-2003" "1"
  reopened-on: {day}
{day} price EUR 1 USD
2002-03-01 * "Austria" "Pledge" ^AUT-2002-01
  class: "general"
  Assets:CPCJF:Pledges:AUT        600 USD {{0 # 600.00 USD, "AUT-2002-01.1"}}
    due: {day}
  Income:CPCJF:Contributions:AUT  -600.00 USD
"""


@pytest.mark.parametrize("day", [date.min, date.max])
def test_every_declaration_may_stand_at_the_edge_of_the_calendar_or_is_refused(
    load: Load, day: date
) -> None:
    book = load(_AT_THE_EDGE.format(day=day))
    edge = "donor-continues" if day == date.min else None
    assert {fault.rule for fault in book.errors} == {"period-order", edge} - {None}
    make_reports(select(book, period="2002-2003"), ("all",))
    assert len(book.settings.mandates["EX/1"].dates) in {1, 2}


def test_periods_do_not_overlap(told: Told, book: Book) -> None:
    """
    2003-07-01 custom "period" "2003-2004" 2004-06-30 ; <- period-overlap
    """
    assert told["period-overlap"] == (
        "Period '2003-2004' begins on 2003-07-01, within period '2002-2003' (to 2003-12-31): "
        "periods do not overlap."
    )
    assert "2003-2004" not in book.settings.periods.names()


def test_names_and_keys_that_are_nearly_ours_are_noticed(told: Told) -> None:
    """
    1999-12-31 custom "purposes" "drugs" "Drugs" ; <~ nearly-a-declaration
    1999-12-31 custom "fund" "F" "Misspelt keys" ; <~ unknown-key
      recogntion-general: "receipt"
    1999-12-31 custom "reminder" "Somebody else's: left alone"
    1999-12-31 custom "fava-option" "language" "fr"
    1999-12-31 custom "something" ; <~ custom-without-value
    """
    assert told["nearly-a-declaration"] == (
        'custom "purposes" is not read; did you mean "purpose"?'
    )
    assert told["unknown-key"] == (
        "The declaration fund has no key 'recogntion-general', so it is not read; did you mean "
        "'recognition-general'?"
    )
    assert told["custom-without-value"] == (
        'The line custom "something" has no value, which stops Fava from opening the book: add a '
        "value or remove the line."
    )


def test_a_line_that_cannot_be_read_comes_first_and_says_what_may_follow(load: Load) -> None:
    book = load(
        """
        2002-03-01 * "Norway" "Pledge"
          Assets:CPCJF:Pledges:NOR        100 USD {0 # 100.00 USD, "NOR-2002-01.1"}
          Income:CPCJF:Contributions:NOR -100.00 USD

        2002-04-01 * "Norway" "Pledge"
          Assets:CPCJF:Pledges:SWE        100 USD {0 # 100.00 USD, "SWE-2002-01.1"}
          Income:CPCJF:Contributions:SWE -100.00 USD
        """,
        settings="""
        1999-12-31 custom "fund" "CPCJF "A quote is missing"
        2002-01-01 custom "period" "2002-2003" 2003-12-31
        """,
    )
    names = [getattr(error, "rule", type(error).__name__) for error in book.errors]
    at = names.index("syntax")
    assert set(names[:at]) == {"LexerError", "ParserSyntaxError"}
    assert "unknown-fund" in names[at:]
    rest = book.errors[at + 1 :]
    assert book.errors[at].file.endswith("settings.beancount")
    assert book.errors[at].line == 1
    assert f"the {len(rest)} error(s) after this one may come from it" in book.errors[at].message
    assert [getattr(error, "rule", "") for error in rest].count("unknown-fund") == 1


def test_a_state_may_be_declared_anew_and_keeps_its_kind(told: Told, book: Book) -> None:
    """
    2000-01-01 custom "donor" "CHE" "Swiss Confederation"
      name-fr: "Confédération suisse"
    """
    assert not told
    swiss = book.settings.donors.get("CHE")
    assert swiss is not None
    assert (swiss.name, swiss.kind) == ("Swiss Confederation", "state")
    assert book.settings.donors.resolve("Confédération suisse") == swiss


def test_fava_saves_dates_as_text_and_they_are_read() -> None:
    meta = {"filename": "f", "lineno": 1, "kind": "ngo", "until": "2003-06-30"}
    texts = [("ABC", str), ("A society", str)]
    entry = Custom(meta, date(2000, 1, 1), "donor", [_value(*text) for text in texts])
    settings = read_settings([entry])
    donor = settings.donors.get("ABC")
    assert settings.findings == ()
    assert donor is not None
    assert donor.valid_until == date(2003, 6, 30)


def _value(value: object, dtype: type) -> object:
    return ValueType(value, dtype)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("2002-2003", date(2002, 1, 1), date(2003, 12, 31)),
        ("2003", date(2003, 1, 1), date(2003, 12, 31)),
        ("2002-Q4", date(2002, 10, 1), date(2002, 12, 31)),
        ("2002Q1", date(2002, 1, 1), date(2002, 3, 31)),
    ],
)
def test_a_cut_of_a_period_has_its_days(book: Book, name: str, first: date, last: date) -> None:
    """
    2002-01-01 open Assets:CPCJF:Cash
    """
    cut = book.settings.periods.named(name)
    assert cut is not None
    assert (cut.start, cut.end, cut.period.name) == (first, last, "2002-2003")


@pytest.mark.parametrize(
    "name", ["2006", "2002-Q5", "1999-2003", "next year", "", "0000", "0000-Q1", "9999", "9999-Q4"]
)
def test_what_no_declared_period_holds_is_no_cut(book: Book, name: str) -> None:
    """
    2002-01-01 open Assets:CPCJF:Cash
    """
    assert book.settings.periods.named(name) is None


@pytest.mark.parametrize(
    "name", ["2004/05", "../x", "..", ".x", "x.", "a\\b", "C:x", "main", "NUL"]
)
def test_a_period_s_name_is_never_a_path(name: str, load: Load, tmp_path: Path) -> None:
    quoted = name.replace("\\", "\\\\")
    book = load(f'2006-01-01 custom "period" "{quoted}" 2007-12-31\n')
    assert [error.rule for error in book.errors] == ["period-name"]
    before = sorted(tmp_path.parent.rglob("*"))
    gift = receipt_without_pledge(
        book.settings,
        day=date(2006, 3, 1),
        donor="SWE",
        earmark=Earmark("CPCJF", "general"),
        value=Decimal("5.00"),
    ).noted(narration="Gift")
    with pytest.raises(BookRefusedError):
        write_entries(book, [gift])
    assert sorted(tmp_path.parent.rglob("*")) == before


@pytest.mark.parametrize("name", ["2004-05", "2004.05", "biennium_2", "Zweijahr", "二〇〇四"])
def test_a_period_s_name_may_be_a_word(name: str, load: Load) -> None:
    assert load(f'2006-01-01 custom "period" "{name}" 2007-12-31\n').errors == []
