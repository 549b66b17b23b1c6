"""Real files, from the file to the register: what their publishers say of them comes out.

Where each file comes from is said in SOURCE.md beside it; what is true of it was computed apart
from this program. The funds and the codes of donors are of our own naming.
"""

from __future__ import annotations

import csv
import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest
from pledgebook.importers import ImportResult, import_files
from pledgebook.importers.judging.verdicts import Verdict
from pledgebook.importers.tables.mapping import read_mapping
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import list_instalments

DATA = Path(__file__).parent / "data"
FTS = DATA / "fts" / "fts_incoming_funding_jor.csv"


def new_book(folder: Path, settings: str, currency: str = "USD") -> Path:
    """Make a book as `pledgebook init` does, and tell it what it is about."""
    main = make_book(folder)
    (folder / "settings.beancount").write_text(settings, "utf-8")
    text = main.read_text("utf-8").replace(
        '"operating_currency" "USD"', f'"operating_currency" "{currency}"'
    )
    main.write_text(text, "utf-8")
    return main


def take(main: Path, *files: Path, mapping: Path) -> ImportResult:
    book = load_book(main)
    assert book.errors == []
    return import_files(book, files, mapping=read_mapping(mapping))


def take_fts(main: Path, *files: Path) -> ImportResult:
    return take(main, *files, mapping=DATA / "fts" / "mapping.toml")


def verdicts(result: ImportResult) -> list[Verdict]:
    return [v for file in result.files for table in file.tables for v in table.verdicts]


def count(result: ImportResult) -> dict[str, int]:
    return dict(Counter(verdict.verdict for verdict in verdicts(result)))


@pytest.fixture(scope="module")
def fts_book(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ImportResult]:
    """A new book into which the flows to Jordan were imported."""
    folder = tmp_path_factory.mktemp("fts") / "book"
    main = new_book(folder, (DATA / "fts" / "settings.beancount").read_text("utf-8"))
    return main, take_fts(main, FTS)


def sums(lines: Iterable[tuple[str, Decimal]]) -> dict[str, tuple[int, Decimal]]:
    found: dict[str, tuple[int, Decimal]] = {}
    for key, amount in lines:
        number, total = found.get(key, (0, Decimal(0)))
        found[key] = (number + 1, total + amount)
    return found


def test_every_flow_is_accounted_for(fts_book: tuple[Path, ImportResult]) -> None:
    _, result = fts_book
    assert count(result) == {"imported": 407, "ignored": 32, "waiting": 1}
    ((file,), (waiting,)) = result.files, [v for v in verdicts(result) if v.verdict == "waiting"]
    assert waiting.reason == "No donor is named."
    assert waiting.row.reference == "208834"
    assert all("nil" in v.reason for v in verdicts(result) if v.verdict == "ignored")
    (table,) = file.tables
    assert table.counts()["data"] == 440
    assert len({v.donor for v in verdicts(result) if v.donor}) == 56


def test_the_register_sums_by_status_to_what_is_published(
    fts_book: tuple[Path, ImportResult],
) -> None:
    book = load_book(fts_book[0])
    assert book.errors == []
    lines = list_instalments(book.register, None)
    received = sums(("paid", line.received) for line in lines if line.status == "paid")
    # All that was paid in money but the flow of 250,000 without a donor, which waits.
    assert received == {"paid": (287, Decimal(676_911_542 - 250_000))}
    carried = sums((line.status, line.carrying) for line in lines if line.status != "paid")
    # The published 135 commitments are these and the 32 of zero.
    assert carried == {
        "committed": (103, Decimal("206006486.00")),
        "pledged": (1, Decimal("81128.00")),
    }
    in_kind = sums(("in kind", -flow.line.units) for flow in book.register.in_kind)
    assert in_kind == {"in kind": (16, Decimal(6_975_173))}


def test_each_original_currency_sums_to_what_is_published(
    fts_book: tuple[Path, ImportResult],
) -> None:
    book = load_book(fts_book[0])
    found: dict[str, Decimal] = defaultdict(Decimal)
    for changes in book.register.by_label.values():
        claim = changes[0].after
        found[claim.currency] += claim.units
    for entry in book.entries:
        if original := (entry.meta or {}).get("original"):
            number, currency = str(original).split()
            found[currency] += Decimal(number)
    expected = {
        "EUR": 248_095_813, "AED": 129_096_303, "CHF": 8_996_009, "CAD": 43_621_702,
        "SAR": 27_369_413, "GBP": 27_213_350, "KWD": 154_586, "NOK": 107_500_000,
        "AUD": 15_238_967, "SEK": 64_900_000, "JPY": 143_000_000, "DKK": 16_866_153,
        "PLN": 1_600_000, "QAR": 4_994_260, "ISK": 144_000_000, "HKD": 11_110,
    }  # fmt: skip
    assert {code: found[code] for code in expected} == expected
    assert set(found) == {*expected, "USD"}


def test_importing_it_again_or_shuffled_or_in_two_files_adds_nothing(
    fts_book: tuple[Path, ImportResult], tmp_path: Path
) -> None:
    main, _ = fts_book
    before = book_bytes(main)
    again = take_fts(main, FTS)
    assert count(again) == {"duplicate": 407, "ignored": 32, "waiting": 1}
    assert (again.transactions, again.written) == (0, ())
    with FTS.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    random.Random(55).shuffle(rows)
    halves = (tmp_path / "one.csv", tmp_path / "two.csv")
    for path, part in zip(halves, (rows[:200], rows[200:]), strict=True):
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([head, *part])
    assert take_fts(main, *halves).transactions == 0
    assert book_bytes(main) == before


def test_the_two_halves_give_the_register_of_the_whole(
    fts_book: tuple[Path, ImportResult], tmp_path: Path
) -> None:
    with FTS.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    main = new_book(tmp_path / "book", (DATA / "fts" / "settings.beancount").read_text("utf-8"))
    for name, part in (("one.csv", rows[220:]), ("two.csv", rows[:220])):
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([head, *part])
        take_fts(main, path)
    assert totals(load_book(main)) == totals(load_book(fts_book[0]))


def totals(book: Book) -> dict[tuple[str, str, str], tuple[int, Decimal]]:
    found: dict[tuple[str, str, str], tuple[int, Decimal]] = {}
    for line in list_instalments(book.register, None):
        key = (line.donor, line.currency, line.status)
        number, total = found.get(key, (0, Decimal(0)))
        found[key] = (number + 1, total + line.pledged)
    return found


def book_bytes(main: Path) -> dict[str, bytes]:
    # Beancount keeps a cache, under a name with a dot, where loading took it a second.
    files = (path for path in main.parent.iterdir() if path.is_file())
    return {path.name: path.read_bytes() for path in files if not path.name.startswith(".")}


def one_fund(donors: str, first_year: int) -> str:
    periods = "".join(
        f'{year}-01-01 custom "period" "{year}-{year + 1}" {year + 1}-12-31\n'
        for year in range(first_year, first_year + 4, 2)
    )
    return (
        f'1999-12-31 custom "fund" "GEN" "General fund (example)"\n  classes: "general"\n{periods}'
        + "".join(
            f'1999-12-31 custom "donor" "{code}" "{name}"\n  kind: "{kind}"\n'
            for code, name, kind in (line.split("|") for line in donors.splitlines())
        )
    )


def test_a_pooled_fund_contribution_is_a_pledge_in_its_own_currency(tmp_path: Path) -> None:
    main = new_book(tmp_path / "book", one_fund("", 2014))
    result = take(main, DATA / "cbpf" / "Contributions.csv", mapping=DATA / "cbpf" / "mapping.toml")
    (verdict,) = verdicts(result)
    assert (verdict.verdict, verdict.donor, verdict.pledge) == ("imported", "AUS", "AUS-2014-01")
    (line,) = list_instalments(load_book(main).register, None)
    assert (line.pledged, line.currency, line.carrying) == (399_981, "AUD", 371_040)
    assert "value received is not in the sheet" in verdict.reason


def test_instalments_in_rows_are_one_pledge_with_its_payments(tmp_path: Path) -> None:
    ministry = "MSS|Ministère des Solidarités et de la Santé|funding-agency"
    main = new_book(tmp_path / "book", one_fund(ministry, 2022), "EUR")
    path = DATA / "fonjep" / "fonjep-one-code-full.xlsx"
    result = take(main, path, mapping=DATA / "fonjep" / "mapping.toml")
    assert count(result) == {"imported": 12}
    assert {verdict.pledge for verdict in verdicts(result)} == {"MSS-2023-01"}
    lines = list_instalments(load_book(main).register, None)
    lines.sort(key=lambda line: str(line.due))
    assert len(lines) == 12
    assert sum(line.pledged for line in lines) == Decimal("10660.50")
    assert sum(line.paid for line in lines) == Decimal("7995.00")
    assert [line.outstanding > 0 for line in lines] == [False] * 9 + [True] * 3
    again = take(main, path, mapping=DATA / "fonjep" / "mapping.toml")
    assert count(again) == {"duplicate": 12}


def test_payments_are_receipts_and_their_long_numbers_whole(tmp_path: Path) -> None:
    main = new_book(
        tmp_path / "book", one_fund("C1|COLLEC 1|company\nC2|COLLEC 2|company", 2024), "EUR"
    )
    path = DATA / "helios" / "helios.fixture.ods"
    assert count(take(main, path, mapping=DATA / "helios" / "mapping.toml")) == {"imported": 7}
    gifts = load_book(main).register.gifts
    assert sum(gift.value for gift in gifts) == 8417
    assert "157999962025013284" in {gift.entry.meta["reference"] for gift in gifts}
    assert {gift.entry.date.isoformat() for gift in gifts} >= {"2025-06-11", "2025-07-09"}


def test_a_row_without_donor_waits_and_the_others_are_taken(tmp_path: Path) -> None:
    region = "REG|Région Pétaouchnok|funding-agency\nSCDL|TEST_SOCLE_SCDL|funding-agency"
    main = new_book(tmp_path / "book", one_fund(region, 2022), "EUR")
    path = DATA / "scdl" / "SCDL.xlsx"
    result = take(main, path, mapping=DATA / "scdl" / "mapping-xlsx.toml")
    assert count(result) == {"imported": 9, "waiting": 1}
    (waiting,) = [verdict for verdict in verdicts(result) if verdict.verdict == "waiting"]
    assert (waiting.row.number, waiting.reason) == (7, "No donor is named.")
    register = load_book(main).register
    assert sum(changes[0].after.units for changes in register.by_label.values()) == 5_562_017 - 5000
    others = take(main, DATA / "scdl" / "SCDL.csv", mapping=DATA / "scdl" / "mapping-csv.toml")
    assert count(others) == {"imported": 3, "waiting": 1}


def test_a_grant_without_a_date_waits(tmp_path: Path) -> None:
    main = new_book(tmp_path / "book", one_fund("DD00|DD00|funding-agency", 2020), "EUR")
    path = DATA / "osiris" / "SuiviDossiers_test.xls"
    result = take(main, path, mapping=DATA / "osiris" / "mapping.toml")
    (verdict,) = verdicts(result)
    assert verdict.verdict == "waiting"
    assert "'01/01/1970' names no day" in verdict.reason
    ((table,),) = (file.tables for file in result.files)
    assert table.table.counts()["total"] == 1
