"""IATI activity files: valid by the standard's schema and rules, reconciled, read back.

All amounts are made up.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, fromstring

import pytest
from click.testing import CliRunner
from conftest import FEW_RATES, SETTINGS, Load
from handwritten import CORRECTIONS, Writer
from lxml import etree
from pledgebook.cli.main import group
from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.importers.reading.iati import read_iati
from pledgebook.importers.reading.workbook import read_workbook
from pledgebook.ledger import Book, list_instalments, load_book
from pledgebook.ledger.declared.donor_kinds import SHIPPED
from pledgebook.ledger.example.making import make_example
from pledgebook.reports.iati import (
    FUNDS,
    IatiRefusedError,
    reconcile,
    to_iati,
    transactions_of,
)
from pledgebook.reports.iati_rules import broken_rules

DATA = Path(__file__).parent / "data"
SCHEMA = etree.XMLSchema(etree.parse(DATA / "iati" / "iati-activities-schema.xsd"))
D = Decimal
LAST = date(2006, 12, 31)


def codes(funds: tuple[str, ...] = ("CPCJF", "UNTOC"), *more: str) -> str:
    """What a book has to declare for the file."""
    lines = [
        *(f'"iati-organisation" "fund" "{fund}" "XM-EXAMPLE-1"' for fund in funds),
        *(f'"iati-sector" "fund" "{fund}" "15130"' for fund in funds),
        *(f'"iati-region" "fund" "{fund}" "998"' for fund in funds),
        *(f'"iati-organisation-type" "kind" "{kind}" "90"' for kind in SHIPPED.kinds),
        *more,
    ]
    return "\n".join(f'1999-12-31 custom "standard-code" {line}' for line in lines) + "\n"


BY_PURPOSE = '"iati-activities" "fund" "CPCJF" "purpose"'


def lived(seed: int, folder: Path) -> Book:
    writer = Writer(seed, ("pledge", "receipt", "agreement"))
    writer.live(45, CORRECTIONS if seed % 2 else None)
    main = folder / "main.beancount"
    more = (BY_PURPOSE,) if seed % 3 else ()
    main.write_text(writer.text() + "\n" + codes(("CPCJF", "UNTOC"), *more), "utf-8")
    book = load_book(main)
    assert [each.message for each in book.errors] == []
    return book


def golden_with(folder: Path, more: str) -> Book:
    main = folder / "main.beancount"
    text = (DATA / "golden" / "main.beancount").read_text("utf-8")
    text = re.sub(r'include "(?!/)', f'include "{DATA / "golden"}/', text)
    main.write_text(f"{text}\n{more}", "utf-8")
    return load_book(main)


@pytest.mark.parametrize("seed", range(9000, 9012))
def test_the_file_of_any_book_is_valid_and_reconciled(seed: int, tmp_path: Path) -> None:
    book = lived(seed, tmp_path)
    content = to_iati(book)
    assert SCHEMA.validate(etree.fromstring(content)), SCHEMA.error_log
    assert broken_rules(fromstring(content), LAST) == []
    assert to_iati(book) == content
    found = reconcile(book)
    assert found
    assert [each for each in found if not each.agrees] == []
    lines = list_instalments(book.register)
    for each in found:
        owed = sum((x.outstanding for x in lines if x.currency == each.currency), D(0))
        assert owed == each.unpaid


@pytest.mark.parametrize("seed", range(9000, 9006))
def test_each_donor_is_promised_and_paid_what_the_register_says(seed: int, tmp_path: Path) -> None:
    book = lived(seed, tmp_path)
    told: dict[tuple[str, str], D] = {}
    for each in transactions_of(book):
        if each.type != FUNDS:
            told[each.ref, each.donor] = told.get((each.ref, each.donor), D(0)) + each.amount
    changes = book.register.by_label
    for line in list_instalments(book.register):
        own = changes.get(line.label, [])
        plain = len({change.after.currency for change in own}) == 1 and own[0].event != "opening"
        if plain and all(change.event not in {"succession", "reopening"} for change in own):
            assert told.get((line.label, line.donor), D(0)) == line.paid + line.outstanding


def test_the_golden_example_is_valid_and_says_what_was_pledged_and_paid(tmp_path: Path) -> None:
    book = golden_with(tmp_path, codes())
    content = to_iati(book)
    assert SCHEMA.validate(etree.fromstring(content)), SCHEMA.error_log
    assert all(each.agrees for each in reconcile(book))
    root = fromstring(content)
    assert [each.findtext("iati-identifier") for each in root] == [
        "XM-EXAMPLE-1-CPCJF", "XM-EXAMPLE-1-UNTOC",
    ]  # fmt: skip
    own = [
        (
            each.find("transaction-type").get("code"),  # type: ignore[union-attr]
            each.find("transaction-date").get("iso-date"),  # type: ignore[union-attr]
            each.findtext("value"),
            each.find("value").get("currency"),  # type: ignore[union-attr]
        )
        for each in root.iter("transaction")
        if each.get("ref") == "CAN-2002-01.1"
    ]
    assert own[0] == ("11", "2002-07-01", own[0][2], "USD")
    assert D(str(own[0][2])) == D(75000)
    left = sum(D(str(x)) for kind, _, x, _ in own if kind == "11")
    paid = sum(D(str(x)) for kind, _, x, _ in own if kind == "1")
    assert (left, paid) == (D(60000), D(45000))


def types_of(book: Book) -> list[tuple[str, str, str]]:
    return [(x.type, x.day.isoformat(), f"{x.amount:.2f}") for x in transactions_of(book)]


def test_a_pledge_that_is_committed_is_taken_back_and_a_commitment_in_its_place(
    load: Load,
) -> None:
    book = load(
        """
        2003-02-03 * "Sweden" "Pledged at a conference (made up)" ^SWE-2003-01
          event: "commitment"
          class: "general"
          status: "pledged"
          Assets:CPCJF:Memorandum:Pledges:SWE     5000 USD {0 # 5000.00 USD, "SWE-2003-01.1"}
          Assets:CPCJF:Memorandum:Contra         -5000.00 USD

        2003-05-05 * "Sweden" "Written commitment (made up)" ^SWE-2003-01
          event: "commitment"
          class: "general"
          Assets:CPCJF:Memorandum:Pledges:SWE    -5000 USD {"SWE-2003-01.1"}
          Assets:CPCJF:Memorandum:Contra          5000.00 USD
          Assets:CPCJF:Pledges:SWE        5000 USD {0 # 5000.00 USD, 2003-05-05, "SWE-2003-01.1"}
            due: 2003-09-30
          Income:CPCJF:Contributions:SWE         -5000.00 USD
        """
    )
    assert types_of(book) == [
        ("13", "2003-02-03", "5000.00"), ("13", "2003-05-05", "-5000.00"),
        ("11", "2003-05-05", "5000.00"),
    ]  # fmt: skip


def test_what_a_book_must_declare_is_named_all_at_once(golden: Book) -> None:
    with pytest.raises(IatiRefusedError) as refused:
        to_iati(golden)
    said = str(refused.value)
    assert "iati-organisation of fund CPCJF" in said
    assert "iati-sector of fund UNTOC" in said
    assert "iati-country or iati-region of fund CPCJF" in said
    assert 'custom "standard-code"' in said


def test_a_book_of_nothing_makes_no_file(load: Load) -> None:
    with pytest.raises(IatiRefusedError, match="nothing that donors pledged"):
        to_iati(load(""))


@pytest.fixture
def root(tmp_path: Path) -> Element:
    return fromstring(to_iati(golden_with(tmp_path, codes())))


def first(root: Element, path: str) -> Element:
    found = root.find(f"iati-activity/{path}")
    assert found is not None
    return found


def changed(path: str, key: str, value: str) -> Callable[[Element], None]:
    return lambda root: first(root, path).set(key, value)


def without(path: str) -> Callable[[Element], None]:
    return lambda root: root[0].remove(first(root, path))


def alike_identifier(root: Element) -> None:
    first(root, "iati-identifier").text = "XM-EXAMPLE-1"


def sector_on_a_transaction(root: Element) -> None:
    SubElement(first(root, "transaction"), "sector", {"code": "15113"})


def no_currency(root: Element) -> None:
    root[0].attrib.pop("default-currency")
    first(root, "transaction/value").attrib.pop("currency")


def no_language(root: Element) -> None:
    root[0].attrib.pop("{http://www.w3.org/XML/1998/namespace}lang")


def nameless(root: Element) -> None:
    own = first(root, "participating-org")
    own.attrib.pop("ref", None)
    own.remove(own[0])


def two_sectors(root: Element) -> None:
    root[0].append(Element("sector", {"code": "15113", "vocabulary": "1"}))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (alike_identifier, "1.1.3"),
        (changed("reporting-org", "ref", "XM-OTHER"), "1.1.21"),
        (changed("reporting-org", "ref", "XM/1"), "1.3.13"),
        (changed("reporting-org", "ref", " XM-EXAMPLE-1"), "1.3.1 "),
        (without("activity-date"), "6.11.1"),
        (changed("activity-date", "iso-date", "2007-01-01"), "11.1.4"),
        (changed("transaction/transaction-date", "iso-date", "2007-01-01"), "11.2.1"),
        (changed("transaction/value", "value-date", "2007-01-01"), "11.2.2"),
        (changed(".", "last-updated-datetime", "2007-01-01T00:00:00"), "11.1.1"),
        (no_currency, "7.8.1"),
        (without("sector"), "6.2.2"),
        (sector_on_a_transaction, "6.6.2"),
        (two_sectors, "2.1.2"),
        (without("recipient-region"), "3.7.1"),
        (no_language, "4.1.1"),
        (nameless, "neither an identifier nor a name"),
    ],
)
def test_each_rule_beyond_the_schema_is_held(
    root: Element, change: Callable[[Element], None], rule: str
) -> None:
    assert broken_rules(root, LAST) == []
    change(root)
    assert any(rule in said for said in broken_rules(root, LAST)), broken_rules(root, LAST)


def sums(book: Book) -> dict[tuple[str, str], tuple[D, D]]:
    found: dict[tuple[str, str], tuple[D, D]] = {}
    for line in list_instalments(book.register):
        promised, paid = found.get((line.donor, line.currency), (D(0), D(0)))
        found[line.donor, line.currency] = (
            promised + line.paid + line.outstanding,
            paid + line.paid,
        )
    return {key: each for key, each in found.items() if any(each)}


def test_a_file_read_back_into_a_new_book_gives_the_same_sums(tmp_path: Path) -> None:
    demo = tmp_path / "demo"
    runner = CliRunner()
    assert runner.invoke(group, ["demo", str(demo)]).exit_code == 0
    with (demo / "settings.beancount").open("a") as file:
        file.write(codes())
    out = tmp_path / "demo.xml"
    ran = runner.invoke(group, ["--book", str(demo), "export", "iati", "--out", str(out)])
    assert ran.exit_code == 0, ran.output
    make_example(tmp_path / "again")
    settings = tmp_path / "again" / "settings.beancount"
    with settings.open("a") as file:
        file.write(FEW_RATES)
    answers = ["--answer", "paid-alone=received"]
    words = ["--book", str(tmp_path / "again"), "import", str(out), "--fund", "CPCJF", *answers]
    ran = runner.invoke(group, [*words, "--json"])
    assert ran.exit_code in {0, 1}, ran.output
    told = json.loads(ran.stdout)["files"][0]["sheets"][0]["tables"][0]
    left = [each for each in told["verdicts"] if each["verdict"] != "imported"]
    assert [each["donor"] for each in left] == ["UNDP"], left  # a refund: a person records it
    again = sums(load_book(tmp_path / "again" / "main.beancount"))
    for each in told["verdicts"]:  # a file has no dollars: what was paid in euros is named
        if told_of := re.search(r"The payment of (\S+) (\w+) is not recorded", each["reason"]):
            promised, paid = again[each["donor"], told_of[2]]
            again[each["donor"], told_of[2]] = promised, paid + D(told_of[1])
    assert again == sums(load_book(demo / "main.beancount"))


DONORS_FILE = b"""<?xml version="1.0" encoding="UTF-8"?>
<iati-activities version="2.03">
 <iati-activity default-currency="EUR">
  <iati-identifier>XM-DONOR-77</iati-identifier>
  <reporting-org ref="XM-DONOR" type="10"><narrative>Italy</narrative></reporting-org>
  <title><narrative>Crime prevention (made up)</narrative></title>
  <transaction><transaction-type code="2"/><transaction-date iso-date="2002-03-01"/>
   <value value-date="2002-03-01">1000.50</value></transaction>
  <transaction><transaction-type code="2"/><transaction-date iso-date="2002-09-01"/>
   <value value-date="2002-09-01">-200</value></transaction>
  <transaction><transaction-type code="3"/><transaction-date iso-date="2002-06-01"/>
   <value value-date="2002-06-01">300</value></transaction>
  <transaction><transaction-type code="4"/><transaction-date iso-date="2002-06-01"/>
   <value value-date="2002-06-01">7</value></transaction>
 </iati-activity>
</iati-activities>
"""


def test_a_donors_file_is_what_it_committed_and_disbursed(tmp_path: Path) -> None:
    path = tmp_path / "donor.xml"
    path.write_bytes(DONORS_FILE)
    book = read_workbook(path)
    (sheet,) = book.sheets
    assert sheet.rows[1] == (
        "Italy", "XM-DONOR-77", date(2002, 3, 1), "EUR", D("800.50"), D(300), date(2002, 6, 1),
        "Crime prevention (made up)", "Commitment",
    )  # fmt: skip
    assert any("1 transactions are neither" in note for note in book.notes)


def test_what_is_damaged_or_declares_entities_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="is damaged"):
        read_iati("cut.xml", DONORS_FILE[:-40])
    with pytest.raises(UnreadableFile, match=r"'1,000.50' .*XM-DONOR-77.*no separators"):
        read_iati("comma.xml", DONORS_FILE.replace(b"1000.50", b"1,000.50"))
    bomb = DONORS_FILE.replace(
        b"<iati-activities", b'<!DOCTYPE a [<!ENTITY b "c">]><iati-activities', 1
    )
    with pytest.raises(UnreadableFile, match="XML entities"):
        read_iati("bomb.xml", bomb)


def test_a_text_that_xml_cannot_hold_does_not_break_the_file(load: Load) -> None:
    book = load(
        """
        2003-02-03 * "Sweden" "A gift \x01 <of> \x7f & more (made up)"
          event: "receipt-without-pledge"
          class: "general"
          Assets:CPCJF:Cash                  5000.00 USD
          Income:CPCJF:Contributions:SWE    -5000.00 USD
        """,
        SETTINGS + codes(),
    )
    assert book.errors == []
    (own,) = fromstring(to_iati(book)).iter("transaction")
    assert "<of>" in (own.findtext("description/narrative") or "")
