"""The golden example made by `pledgebook record` alone, and by the builders: the same figures.

Only what a new book declares, the opening balance E01 and the rates stand in it beforehand. All
amounts and rates are made up.
"""

from __future__ import annotations

import json
import random
import shlex
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from pledgebook.cli.main import group
from pledgebook.importers import import_files
from pledgebook.ledger import events
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.events import Earmark, Part
from pledgebook.ledger.events.asking import due_releases, find_claim, receipt_held
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.writing import write_entries
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import list_instalments
from pledgebook.reports.figures.selection import select
from pledgebook.reports.schedule import Schedule, make_schedule

GOLDEN = Path(__file__).parent / "data" / "golden"
LEDGER = GOLDEN.parent.parent.parent / "ledger"
EXPECTED = json.loads((GOLDEN / "schedule-2002-2003.json").read_text("utf-8"))
D = Decimal

OPENING = """
2000-01-01 * "" "Opening balance"
  ref: "E01"
  event: "opening"
  class: "general"
  Assets:CPCJF:Cash               100000.00 USD
  Equity:CPCJF:Opening-Balance   -100000.00 USD
"""
RATES = """
2001-05-01 price USD 1.13 EUR
2001-10-01 price USD 1.10 EUR
2002-03-01 price USD 1.14 EUR
2002-04-01 price USD 1.12 EUR
2002-08-01 price USD 1.01 EUR
2003-02-01 price USD 0.92 EUR
2003-04-01 price USD 0.93 EUR
2003-05-01 price USD 0.92 EUR
2003-07-01 price USD 0.87 EUR
2003-11-01 price USD 0.86 EUR
2003-12-15 price USD 0.82 EUR
"""
# E02 to E46, a line each. E11 and E12 are one command; under `receipt` it releases E12 alone.
COMMANDS = """
pledge USA 200000 --due 2000-12-31 --fund CPCJF --date 2000-03-01 --ref E02
payment USA-2000-01.1=120000 --date 2001-02-15 --ref E03
pledge Italy 500000000 --currency ITL --due 2001-12-31 --fund CPCJF --purpose organized-crime --date 2001-05-14 --ref E04
pledge NLD --instalment 25000@2001-12-01 --instalment 25000@2002-12-01 --fund CPCJF --purpose corruption --date 2001-06-01 --ref E05
pledge FRA 90000 --currency EUR --due 2001-12-15 --fund CPCJF --date 2001-10-01 --ref E06
pledge Spain 10000 --due 2002-02-01 --fund CPCJF --date 2001-11-05 --ref E07
payment NLD-2001-01.1 --date 2001-12-03 --ref E08
payment ESP-2001-01 --date 2001-12-20 --ref E09
redenomination --all --date 2002-01-01 --ref E10
release --all --date 2002-01-01 --ref E12
payment ITA-2001-01.1=100000 --at-rate --date 2002-03-20 --ref E13
pledge DEU --instalment 150000@2003-03-31 --instalment 100000@2004-03-31 --currency EUR --fund CPCJF --purpose trafficking-in-persons --date 2002-04-10 --ref E14
payment USA-2000-01.1 --value 50000 --date 2002-05-16 --ref E15
amendment FRA-2001-01.1 60000 --date 2002-06-03 --ref E16
pledge CAN 75000 --due 2003-06-30 --fund CPCJF --date 2002-07-01 --ref E17
payment FRA-2001-01.1 --value 59405.94 --date 2002-08-12 --ref E18
pledge NOR 40000 --due 2002-10-31 --fund CPCJF --purpose corruption --date 2002-09-02 --ref E19
payment NOR-2002-01.1 --date 2002-10-21 --ref E20
payment NLD-2001-01.2 --date 2002-12-05 --ref E21
pledge AUT 50000 --currency EUR --due 2003-10-31 --fund CPCJF --purpose corruption --date 2003-02-03 --ref E22
amendment CAN-2002-01.1 60000 --date 2003-02-17 --ref E23
pledge JPN 20000 --due 2003-04-30 --fund CPCJF --date 2003-03-14 --ref E24
payment DEU-2002-01.1 --at-rate --date 2003-04-04 --ref E25
payment JPN-2003-01.1 --value 20500 --receipt R-2003-0004 --date 2003-04-28 --ref E26
receipt EXF --original "5000 EUR" --fund CPCJF --date 2003-05-05 --ref E27
refund JPN --receipt R-2003-0004 --date 2003-05-20 --ref E28
pledge UNDP 18000 --due 2003-07-31 --fund CPCJF --purpose corruption --date 2003-06-10 --ref E29
payment CAN-2002-01.1 --value 44985 --charges 15 --date 2003-06-27 --ref E30
payment ITA-2001-01.1 --at-rate --date 2003-07-15 --ref E31
payment UNDP-2003-01.1 --date 2003-07-28 --ref E32
transfer 10000 --from CPCJF/general --to UNTOC --donor CAN --date 2003-08-01 --ref E33
pledge DNK 12000 --due 2003-12-31 --fund UNTOC --date 2003-09-15 --ref E34
expenditure 25000 --fund CPCJF --purpose corruption --date 2003-09-30 --ref E35
programme-support 25000 --fund CPCJF --purpose corruption --date 2003-09-30 --ref E36
receipt GBR 35000 --fund UNTOC --date 2003-10-20 --ref E37
expenditure 20000 --fund CPCJF --date 2003-10-31 --ref E38
programme-support 20000 --fund CPCJF --date 2003-10-31 --ref E39
pledge FIN 30000 --currency EUR --due 2004-01-31 --fund CPCJF --purpose migrant-smuggling --date 2003-11-03 --ref E40
write-off USA-2000-01.1 --authority "Controller, memorandum (made up)" --date 2003-11-28 --ref E41
refund NOR 11750 --fund CPCJF --purpose corruption --date 2003-12-10 --ref E42
in-kind CHE 8000 --fund CPCJF --date 2003-12-15 --ref E43
payment FIN-2003-01.1 --at-rate --date 2003-12-18 --ref E44
unapplied 1000 --fund CPCJF --label R-2003-0009 --date 2003-12-22 --ref E45
interest CPCJF/general=3000 CPCJF/special=1000 --date 2003-12-31 --ref E46
"""  # noqa: E501 - a command a line, as it is typed


def new_book(folder: Path, policy: str) -> Path:
    source = "main.beancount" if policy == "pledge" else "main-receipt.beancount"
    main = (GOLDEN / source).read_text("utf-8").partition('include "policy-')[0]
    head = 'option "inferred_tolerance_default" "*:0.000001"\n'
    (folder / "main.beancount").write_text(head + main, "utf-8")
    settings = (GOLDEN / "settings.beancount").read_text("utf-8")
    settings = settings.replace("../../../ledger", LEDGER.as_posix())
    (folder / "settings.beancount").write_text(settings + OPENING + RATES, "utf-8")
    return folder / "main.beancount"


@pytest.fixture(scope="module", params=["pledge", "receipt"])
def recorded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Book]:
    main = new_book(tmp_path_factory.mktemp(request.param), request.param)
    runner = CliRunner()
    for line in COMMANDS.strip().splitlines():
        result = runner.invoke(group, ["--book", str(main), "record", *shlex.split(line), "--yes"])
        assert result.exit_code == 0, (line, result.output)
    return request.param, load_book(main)


def figures(made: Schedule) -> dict[tuple[str, str, str], object]:
    return {
        (*section, line.donor): line.figures
        for section, lines in made.sections.items()
        for line in lines
    }


def register_of(book: Book) -> list[tuple[object, ...]]:
    return [
        (line.label, line.donor, line.fund, line.class_, line.purpose, line.pledged_on, line.due,
         line.currency, line.paid, line.written_off, line.outstanding, line.carrying,
         line.received, line.status, tuple(line.tags))
        for line in list_instalments(book.register)
        if line.label
    ]  # fmt: skip


def assert_golden(book: Book, loaded: Book) -> None:
    assert [error.message for error in book.errors] == []
    made = make_schedule(select(book, "2002-2003"))
    rows = figures(made)
    assert {key[2] for key in rows} == {row["donor"] for row in EXPECTED["rows"]}
    for row in EXPECTED["rows"]:
        for column in set(row) - {"fund", "class", "donor"}:
            own = getattr(rows[row["fund"], row["class"], row["donor"]], column)
            assert own == D(row[column]), (row["donor"], column)
    assert [tie for tie in made.ties if not tie.agrees] == []
    assert made.proof.agrees
    assert made.proof.cash_from_donors == D("766292.49")
    assert made.proof == make_schedule(select(loaded, "2002-2003")).proof
    assert register_of(book) == register_of(loaded)


def test_recorded_by_commands_alone_it_gives_the_figures_worked_by_hand(
    recorded: tuple[str, Book], golden: Book, golden_receipt: Book
) -> None:
    policy, book = recorded
    assert_golden(book, golden if policy == "pledge" else golden_receipt)


def test_every_entry_of_the_example_was_recorded(recorded: tuple[str, Book]) -> None:
    _, book = recorded
    refs = {entry.meta["ref"] for entry in book.entries if "ref" in (entry.meta or {})}
    assert refs == {f"E{number:02}" for number in range(1, 47)} - {"E11"}


@pytest.mark.parametrize("policy", ["pledge", "receipt"])
def test_made_by_the_builders_it_gives_the_figures_worked_by_hand(
    policy: str, tmp_path: Path, golden: Book, golden_receipt: Book
) -> None:
    main = new_book(tmp_path, policy)
    for step in STEPS:
        book = load_book(main)
        write_entries(book, step(book))
    assert_golden(load_book(main), golden if policy == "pledge" else golden_receipt)


# What the sheets of donors say; everything else of the example is recorded by command.
SHEET_HEADINGS = (
    "Donor", "Reference", "Date", "Currency", "Amount", "Due date", "Fund", "Purpose",
    "Status", "Changed on",
)  # fmt: skip
SHEET = """
United States of America|E02|2000-03-01|USD|200000|2000-12-31|CPCJF||committed|
Italy|E04|2001-05-14|ITL|500000000|2001-12-31|CPCJF|organized-crime|committed|
Netherlands|E05|2001-06-01|USD|25000|2001-12-01|CPCJF|corruption|committed|
Netherlands|E05|2001-06-01|USD|25000|2002-12-01|CPCJF|corruption|committed|
France|E06|2001-10-01|EUR|90000|2001-12-15|CPCJF||committed|
Spain|E07|2001-11-05|USD|10000|2002-02-01|CPCJF||committed|
Germany|E14|2002-04-10|EUR|150000|2003-03-31|CPCJF|trafficking-in-persons|committed|
Germany|E14|2002-04-10|EUR|100000|2004-03-31|CPCJF|trafficking-in-persons|committed|
Canada|E17|2002-07-01|USD|75000|2003-06-30|CPCJF||committed|
Norway|E19|2002-09-02|USD|40000|2002-10-31|CPCJF|corruption|committed|
Austria|E22|2003-02-03|EUR|50000|2003-10-31|CPCJF|corruption|committed|
Japan|E24|2003-03-14|USD|20000|2003-04-30|CPCJF||committed|
Example Foundation||2003-05-05|EUR|5000||CPCJF||paid|
UNDP|E29|2003-06-10|USD|18000|2003-07-31|CPCJF|corruption|committed|
Denmark|E34|2003-09-15|USD|12000|2003-12-31|UNTOC||committed|
United Kingdom||2003-10-20|USD|35000||UNTOC||paid|
Finland|E40|2003-11-03|EUR|30000|2004-01-31|CPCJF|migrant-smuggling|committed|
"""
AMENDED = """
France|E06|2001-10-01|EUR|60000|2001-12-15|CPCJF||committed|2002-06-03
Canada|E17|2002-07-01|USD|60000|2003-06-30|CPCJF||committed|2003-02-17
"""


def write_list(path: Path, rows: list[str]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(SHEET_HEADINGS)
    for row in rows:
        cells: list[object] = [cell or None for cell in row.split("|")]
        cells[2] = date.fromisoformat(str(cells[2]))
        cells[4] = int(str(cells[4]))
        sheet.append(cells)
    book.save(path)
    return path


@pytest.mark.parametrize("policy", ["pledge", "receipt"])
def test_imported_from_lists_and_paid_by_command_it_gives_the_figures_worked_by_hand(
    policy: str, tmp_path: Path, golden: Book, golden_receipt: Book
) -> None:
    (tmp_path / "book").mkdir()
    main = new_book(tmp_path / "book", policy)
    rows = SHEET.strip().splitlines()
    changed = {line.split("|")[1]: line for line in AMENDED.strip().splitlines()}
    later = [changed.get(row.split("|")[1], row) for row in rows]
    first, second = (
        write_list(tmp_path / f"{name}.xlsx", listed)
        for name, listed in (("list", rows), ("later", later))
    )
    told = import_files(load_book(main), [first])
    assert told.files[0].count("imported") == len(rows)
    told = import_files(load_book(main), [second])
    assert (told.files[0].count("amended"), told.transactions) == (2, 2)
    runner = CliRunner()
    listed_in_sheets = {row.split("|")[1] for row in rows} | {"E16", "E23", "E27", "E37"}
    for line in COMMANDS.strip().splitlines():
        if line.split()[-1] not in listed_in_sheets:
            result = runner.invoke(
                group, ["--book", str(main), "record", *shlex.split(line), "--yes"]
            )
            assert result.exit_code == 0, (line, result.output)
    book = load_book(main)
    assert_golden(book, golden if policy == "pledge" else golden_receipt)
    shuffled = rows[:]
    random.Random(1).shuffle(shuffled)
    halves = [
        write_list(tmp_path / f"{name}.xlsx", part)
        for name, part in (("one", shuffled[:7]), ("two", shuffled[7:]))
    ]
    for paths in ([first], [second], [second, first], halves):
        again = import_files(load_book(main), paths, dry_run=True)
        assert again.transactions == 0, paths
        # An instalment alone is not its pledge: where the halves part two, that row waits.
        assert all(file.count("imported", "amended", "rejected") == 0 for file in again.files)


GENERAL = Earmark("CPCJF", "general")
CORRUPTION = Earmark("CPCJF", "special", "corruption")
CONVENTION = Earmark("UNTOC", "convention")


def _pledge(
    book: Book,
    day: date,
    donor: str,
    earmark: Earmark,
    *dues: tuple[int, date],
    currency: str = "USD",
) -> Draft:
    parts = [
        Part(D(amount), book.rates.value(D(amount), currency, day)[0], due) for amount, due in dues
    ]
    return events.commitment(
        book.settings,
        day=day,
        donor=donor,
        pledge=f"{donor}-{day.year}-01",
        earmark=earmark,
        currency=currency,
        parts=parts,
    ).noted(narration="Pledge")


def _pay(
    book: Book, day: date, label: str, units: int | None = None, charges: str = "0.00"
) -> Draft:
    claim = find_claim(book.register, label, day)
    amount = claim.units if units is None else D(units)
    value, rate = book.rates.value(amount, claim.currency, day)
    return events.payment(
        book.settings,
        day=day,
        claim=claim,
        units=amount,
        value=value - D(charges),
        charges=D(charges),
    ).noted(rate=rate)


def _pledges(book: Book) -> list[Draft]:
    organized = Earmark("CPCJF", "special", "organized-crime")
    trafficking = Earmark("CPCJF", "special", "trafficking-in-persons")
    smuggling = Earmark("CPCJF", "special", "migrant-smuggling")
    day = date
    return [
        _pledge(book, day(2000, 3, 1), "USA", GENERAL, (200000, day(2000, 12, 31))),
        _pledge(
            book, day(2001, 5, 14), "ITA", organized, (500000000, day(2001, 12, 31)), currency="ITL"
        ),
        _pledge(
            book, day(2001, 6, 1), "NLD", CORRUPTION,
            (25000, day(2001, 12, 1)), (25000, day(2002, 12, 1)),
        ),
        _pledge(book, day(2001, 10, 1), "FRA", GENERAL, (90000, day(2001, 12, 15)), currency="EUR"),
        _pledge(book, day(2001, 11, 5), "ESP", GENERAL, (10000, day(2002, 2, 1))),
        _pledge(
            book, day(2002, 4, 10), "DEU", trafficking,
            (150000, day(2003, 3, 31)), (100000, day(2004, 3, 31)), currency="EUR",
        ),
        _pledge(book, day(2002, 7, 1), "CAN", GENERAL, (75000, day(2003, 6, 30))),
        _pledge(book, day(2002, 9, 2), "NOR", CORRUPTION, (40000, day(2002, 10, 31))),
        _pledge(
            book, day(2003, 2, 3), "AUT", CORRUPTION, (50000, day(2003, 10, 31)), currency="EUR"
        ),
        _pledge(book, day(2003, 3, 14), "JPN", GENERAL, (20000, day(2003, 4, 30))),
        _pledge(book, day(2003, 6, 10), "UNDP", CORRUPTION, (18000, day(2003, 7, 31))),
        _pledge(book, day(2003, 9, 15), "DNK", CONVENTION, (12000, day(2003, 12, 31))),
        _pledge(
            book, day(2003, 11, 3), "FIN", smuggling, (30000, day(2004, 1, 31)), currency="EUR"
        ),
    ]  # fmt: skip


def _before_2002(book: Book) -> list[Draft]:
    return [
        _pay(book, date(2001, 2, 15), "USA-2000-01", 120000),
        _pay(book, date(2001, 12, 3), "NLD-2001-01.1"),
        _pay(book, date(2001, 12, 20), "ESP-2001-01"),
    ]


def _new_biennium(book: Book) -> list[Draft]:
    day = date(2002, 1, 1)
    italy = find_claim(book.register, "ITA-2001-01", day)
    released = [
        events.release(book.settings, day=day, claim=claim, deferred=deferred, advance=advance)
        for claim, deferred, advance in due_releases(book, day)
    ]
    return [events.redenomination(book.settings, day=day, claim=italy), *released]


def _in_2002(book: Book) -> list[Draft]:
    day = date(2002, 6, 3)
    france = find_claim(book.register, "FRA-2001-01", day)
    return [
        _pay(book, date(2002, 3, 20), "ITA-2001-01", 100000),
        _pay(book, date(2002, 5, 16), "USA-2000-01", 50000),
        events.amendment(book.settings, day=day, claim=france, units=D(60000)),
        _pay(book, date(2002, 10, 21), "NOR-2002-01"),
        _pay(book, date(2002, 12, 5), "NLD-2001-01.2"),
    ]


def _from_2002_to_2003(book: Book) -> list[Draft]:
    day = date(2003, 2, 17)
    canada = find_claim(book.register, "CAN-2002-01", day)
    japan = find_claim(book.register, "JPN-2003-01", date(2003, 4, 28))
    settled = [events.Settled(japan, D(20000), D("20000.00"))]
    return [
        _pay(book, date(2002, 8, 12), "FRA-2001-01"),
        events.amendment(book.settings, day=day, claim=canada, units=D(60000)),
        _pay(book, date(2003, 4, 4), "DEU-2002-01.1"),
        events.joint_payment(
            book.settings,
            day=date(2003, 4, 28),
            settled=settled,
            excess=D("500.00"),
            receipt="R-2003-0004",
        ),
        _pay(book, date(2003, 7, 15), "ITA-2001-01"),
        _pay(book, date(2003, 7, 28), "UNDP-2003-01"),
        _pay(book, date(2003, 12, 18), "FIN-2003-01"),
    ]


def _rest(book: Book) -> list[Draft]:
    own = book.settings
    day = date
    held, amount = receipt_held(book.register, "R-2003-0004", day(2003, 5, 20))
    gift, _ = book.rates.value(D(5000), "EUR", day(2003, 5, 5))
    usa = find_claim(book.register, "USA-2000-01", day(2003, 11, 28))
    return [
        events.receipt_without_pledge(
            own, day=day(2003, 5, 5), donor="EXF", earmark=GENERAL, value=gift
        ).noted(narration="Gift"),
        events.refund_overpayment(
            own, day=day(2003, 5, 20), receipt="R-2003-0004", held=held, amount=amount
        ),
        _pay(book, day(2003, 6, 27), "CAN-2002-01", 45000, "15.00"),
        events.transfer(
            own, day=day(2003, 8, 1), source=GENERAL, target=CONVENTION, value=D("10000.00")
        ).noted(narration="Transfer"),
        events.expenditure(
            own, day=day(2003, 9, 30), earmark=CORRUPTION, value=D("25000.00")
        ).noted(narration="Costs"),
        events.programme_support(
            own, day=day(2003, 9, 30), earmark=CORRUPTION, expenditure=D(25000), rate=D("0.13")
        ),
        events.receipt_without_pledge(
            own, day=day(2003, 10, 20), donor="GBR", earmark=CONVENTION, value=D("35000.00")
        ).noted(narration="Proceeds"),
        events.expenditure(own, day=day(2003, 10, 31), earmark=GENERAL, value=D("20000.00")).noted(
            narration="Services"
        ),
        events.programme_support(
            own, day=day(2003, 10, 31), earmark=GENERAL, expenditure=D(20000), rate=D("0.13")
        ),
        events.write_off(own, day=day(2003, 11, 28), claim=usa, authority="Controller (made up)"),
        events.refund_unspent(
            own, day=day(2003, 12, 10), donor="NOR", earmark=CORRUPTION, value=D("11750.00")
        ).noted(narration="Refund"),
        events.in_kind(
            own, day=day(2003, 12, 15), donor="CHE", earmark=GENERAL, value=D(8000)
        ).noted(narration="Rooms"),
        events.receipt_unapplied(
            own, day=day(2003, 12, 22), fund="CPCJF", label="R-2003-0009", value=D("1000.00")
        ).noted(narration="Unknown"),
        events.interest(
            own,
            day=day(2003, 12, 31),
            shares=[(GENERAL, D("3000.00")), (Earmark("CPCJF", "special"), D("1000.00"))],
        ),
    ]


STEPS: tuple[Callable[[Book], list[Draft]], ...] = (
    _pledges,
    _before_2002,
    _new_biennium,
    _in_2002,
    _from_2002_to_2003,
    _rest,
)
