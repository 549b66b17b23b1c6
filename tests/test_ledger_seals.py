"""A seal finds every change of what an entry means, and no change of how it is written.

All amounts and rates are made up.
"""

from __future__ import annotations

import json
import random
import re
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from beancount.core.amount import Amount
from beancount.core.data import Posting, Transaction
from beancount.core.position import Cost
from pledgebook.ledger.closing.periods import close_period
from pledgebook.ledger.closing.proof import Verdict, verify_seals
from pledgebook.ledger.closing.records import canonical
from pledgebook.ledger.files.loading import load_book
from pledgebook.reports.closing import make_figures

D = Decimal
MAIN = """
option "operating_currency" "USD"
option "inferred_tolerance_default" "*:0.000001"
plugin "pledgebook.plugins"
include "settings.beancount"
include "rates.beancount"
include "2002-2003.beancount"
"""
SETTINGS = """
1999-12-31 custom "fund" "CPCJF" "Crime Prevention and Criminal Justice Fund"
  classes: "general special support"
1999-12-31 custom "purpose" "corruption" "Corruption"
1999-12-31 custom "donor" "EXF" "Example Foundation"
  kind: "foundation"
2002-01-01 custom "period" "2002-2003" 2003-12-31
2004-01-01 custom "period" "2004-2005" 2005-12-31
"""
RATES = "2002-03-01 price USD 1.14 EUR\n"
ENTRIES = """\
2002-03-01 * "Austria" "Pledge" ^AUT-2002-01 #conference
  ref: "1"
  event: "commitment"
  class: "special"
  purpose: "corruption"
  rate: 1.14
  Assets:CPCJF:Pledges:AUT          60000 EUR {0 # 52631.58 USD, "AUT-2002-01.1"}
    due: 2002-06-30
  Assets:CPCJF:Pledges:AUT          40000 EUR {0 # 35087.72 USD, "AUT-2002-01.2"}
    due: 2004-06-30
  Income:CPCJF:Contributions:AUT   -52631.58 USD
  Liabilities:CPCJF:Deferred:AUT   -35087.72 USD {1 USD, "AUT-2002-01.2"}

2002-07-10 * "Austria" "Part payment" ^AUT-2002-01
  ref: "2"
  event: "payment"
  class: "special"
  purpose: "corruption"
  Assets:CPCJF:Pledges:AUT         -60000 EUR {"AUT-2002-01.1"}
  Assets:CPCJF:Pledges:AUT          20000 EUR {0 # 17543.86 USD, 2002-03-01, "AUT-2002-01.1"}
    due: 2002-06-30
  Assets:CPCJF:Cash                 39680.00 USD
  Income:CPCJF:Exchange

2002-08-01 * "" "Cash received, payer unknown"
  event: "receipt-unapplied"
  class: "general"
  Assets:CPCJF:Cash                  1000.00 USD
  Liabilities:CPCJF:Unapplied       -1000.00 USD {1 USD, "R-2002-0001"}

2003-05-05 * "Example Foundation" "Gift"
  class: "general"
  Assets:CPCJF:Cash                   500.00 USD
  Income:CPCJF:Contributions:EXF     -500.00 USD
"""


@pytest.fixture(scope="module")
def sealed_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sealed-book")
    texts = {"main": MAIN, "settings": SETTINGS, "rates": RATES, "2002-2003": ENTRIES}
    for name, text in texts.items():
        (folder / f"{name}.beancount").write_text(text, "utf-8")
    close_period(load_book(folder / "main.beancount"), "2002-2003", make_figures)
    return folder


@pytest.fixture
def sealed(sealed_book: Path, tmp_path: Path) -> Path:
    """A copy of the closed book, to change."""
    return Path(shutil.copytree(sealed_book, tmp_path / "book"))


def verify(folder: Path) -> Verdict:
    verdicts = verify_seals(folder / "main.beancount", make_figures)
    (verdict,) = (each for each in verdicts if each.period == "2002-2003")
    return verdict


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_what_was_closed_verifies(sealed: Path) -> None:
    assert verify(sealed).differs == {}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2002-08-01 *", "2002-08-02 *"),
        ("2002-08-01 *", "2002-08-01 !"),
        ('"Austria" "Part payment"', '"Australia" "Part payment"'),
        ('"Part payment"', '"Payment"'),
        ("^AUT-2002-01 #conference", "^AUT-2002-01"),
        ("^AUT-2002-01 #conference", "#conference"),
        ("^AUT-2002-01 #conference", "^AUT-2002-02 #conference"),
        ('ref: "1"', 'ref: "3"'),
        ('  ref: "1"\n', ""),
        ('purpose: "corruption"\n  rate', "rate"),
        ("rate: 1.14", "rate: 1.15"),
        ("due: 2002-06-30", "due: 2002-07-01"),
        ('class: "general"', 'class: "special"'),
        ('52631.58 USD, "AUT-2002-01.1"}', '52631.57 USD, "AUT-2002-01.1"}'),
        ("39680.00 USD", "39680.01 USD"),
        ("  1000.00 USD", "  1001.00 USD"),
        ("17543.86 USD, 2002-03-01", "17543.86 USD, 2002-03-02"),
        ('"R-2002-0001"', '"R-2002-0002"'),
        ("20000 EUR {", "20000 DEM {"),
        ("Contributions:EXF", "Interest"),
        ("39680.00 USD", "39680.00 USD @ 1.00 USD"),
        ("  Assets:CPCJF:Cash                   500.00", "  ! Assets:CPCJF:Cash     500.00"),
        (
            "  Assets:CPCJF:Cash                   500.00 USD\n"
            "  Income:CPCJF:Contributions:EXF     -500.00 USD\n",
            "  Income:CPCJF:Contributions:EXF     -500.00 USD\n"
            "  Assets:CPCJF:Cash                   500.00 USD\n",
        ),
        (ENTRIES[ENTRIES.index("2003-05-05"):], ""),
        ('closes: "2002-2003"', 'closes: "2002"'),
    ],
)  # fmt: skip
def test_any_change_of_meaning_is_found(sealed: Path, old: str, new: str) -> None:
    edit(sealed / "2002-2003.beancount", old, new)
    verdict = verify(sealed)
    assert "entries" in verdict.differs
    assert any(each["what"] == "missing" for each in verdict.changed)
    assert "program" not in verdict.differs


def test_a_changed_entry_is_named_with_its_place_and_what_was_sealed(sealed: Path) -> None:
    edit(sealed / "2002-2003.beancount", '"Gift"', '"A gift"')
    verdict = verify(sealed)
    line = (
        (sealed / "2002-2003.beancount")
        .read_text("utf-8")
        .split("\n")
        .index('2003-05-05 * "Example Foundation" "A gift"')
    )
    assert verdict.changed == [
        {"date": "2003-05-05", "title": "Example Foundation Gift", "what": "missing",
         "file": "", "line": 0},
        {"date": "2003-05-05", "title": "Example Foundation A gift", "what": "added",
         "file": "2002-2003.beancount", "line": line + 1},
    ]  # fmt: skip
    assert f"2002-2003.beancount:{line + 1}: 2003-05-05" in verdict.differs["entries"][1]
    assert verdict.differs.keys() == {"entries"}


def test_an_opening_that_was_changed_is_found(sealed: Path) -> None:
    edit(sealed / "2004-2005.beancount", "20000 EUR", "19000 EUR")
    assert "entries" in verify(sealed).differs


def test_an_entry_slipped_into_the_sealed_period_is_found_wherever_it_stands(sealed: Path) -> None:
    entry = '2003-06-01 * "Interest"\n  Assets:CPCJF:Cash 1 USD\n  Income:CPCJF:Interest -1 USD\n'
    path = sealed / "2004-2005.beancount"
    path.write_text(path.read_text("utf-8") + "\n" + entry, "utf-8")
    verdict = verify(sealed)
    assert [(each["what"], each["file"]) for each in verdict.changed] == [("added", path.name)]


def test_how_entries_are_written_makes_no_difference(sealed: Path) -> None:
    path = sealed / "2002-2003.beancount"
    text = path.read_text("utf-8").replace("39680.00 USD", "39,680 USD")
    text = text.replace("60000 EUR", "60000.00 EUR").replace("1.14", "1.140")
    text = re.sub(r"^  (\w)", r"      \1", text, flags=re.MULTILINE)
    text = re.sub(r"^ +due", "          due", text, flags=re.MULTILINE)
    text = "; a comment\n\n\n" + text.replace("Cash  ", "Cash      ")
    text = text.replace(" ^AUT-2002-01 #conference", " #conference ^AUT-2002-01")
    path.write_text(text, "utf-8")
    assert verify(sealed).differs == {}


def test_the_order_of_entries_and_files_makes_no_difference(sealed: Path) -> None:
    path = sealed / "2002-2003.beancount"
    entries = re.split(r"\n\n(?=\d)", path.read_text("utf-8").strip())
    random.Random(4).shuffle(entries)
    closing = sorted(entry for entry in entries if "closing" in entry)
    rest = [entry for entry in entries if "closing" not in entry]
    path.write_text("\n\n".join([*rest, *closing]) + "\n", "utf-8")
    history = sealed / "history.beancount"
    lines = history.read_text("utf-8").strip().split("\n")
    history.write_text("\n".join([*lines[:-2], lines[-1], lines[-2]]) + "\n", "utf-8")
    assert verify(sealed).differs == {}


def test_later_entries_donors_and_rates_make_no_difference(sealed: Path) -> None:
    (sealed / "settings.beancount").write_text(
        SETTINGS + '1999-12-31 custom "donor" "NBK" "North Bank"\n  kind: "company"\n', "utf-8"
    )
    (sealed / "rates.beancount").write_text(RATES + "2004-03-01 price USD 0.80 EUR\n", "utf-8")
    path = sealed / "2004-2005.beancount"
    path.write_text(
        path.read_text("utf-8")
        + '\n2004-02-01 * "North Bank" "Gift"\n  class: "general"\n  Assets:CPCJF:Cash 5 USD\n'
        "  Income:CPCJF:Contributions:NBK -5 USD\n",
        "utf-8",
    )
    assert verify(sealed).differs == {}


def test_declarations_rates_and_figures_are_told_apart(sealed: Path) -> None:
    edit(sealed / "settings.beancount", "Example Foundation", "Sample Foundation")
    differs = verify(sealed).differs
    assert differs.keys() == {"declarations", "figures"}
    assert (
        '1999-12-31 custom donor "EXF" "Example Foundation" was sealed and is not there now.'
        in differs["declarations"]
    )
    edit(sealed / "settings.beancount", "Sample Foundation", "Example Foundation")
    edit(sealed / "rates.beancount", "1.14", "1.15")
    assert verify(sealed).differs.keys() == {"rates"}


@pytest.mark.parametrize(
    ("what", "name", "old", "new"),
    [
        ("declarations", "settings", '1999-12-31 custom "purpose" "corruption" "Corruption"',
         '1999-12-31 custom "purpose" "corruption" "Bribery"'),
        ("rates", "rates", "2002-03-01 price USD 1.14 EUR", "2002-03-01 price USD 1.15 EUR"),
    ],
)  # fmt: skip
def test_of_what_was_exchanged_both_sides_are_named(
    sealed: Path, what: str, name: str, old: str, new: str
) -> None:
    path = sealed / f"{name}.beancount"
    edit(path, old, new)
    line = path.read_text("utf-8").split("\n").index(new) + 1
    gone, there = verify(sealed).differs[what]
    assert gone.endswith("was sealed and is not there now.")
    assert there.startswith(f"{path.name}:{line}: {new[:10]} ")
    assert there.endswith("was not sealed.")


def test_a_declaration_added_later_is_named_if_it_moves_a_figure(sealed: Path) -> None:
    path = sealed / "settings.beancount"
    path.write_text(
        SETTINGS + '2000-12-31 custom "donor" "EXF" "New Name"\n  kind: "ngo"\n', "utf-8"
    )
    differs = verify(sealed).differs
    assert differs.keys() == {"declarations", "figures"}
    assert "added after the closing" in differs["declarations"][0]


def test_a_program_that_computes_otherwise_is_told(sealed: Path) -> None:
    def other(book: Any, period: str) -> Any:
        made = json.loads(json.dumps(make_figures(book, period)))
        made["schedule"]["funds"][0]["rows"][0]["closing"] = "1.00"
        return made

    (verdict,) = verify_seals(sealed / "main.beancount", other)
    assert verdict.differs.keys() == {"figures", "program"}
    assert "schedule.funds[0].rows[0].closing" in verdict.differs["figures"][0]


def test_the_sealed_file_itself_is_guarded_by_the_digests_in_the_book(sealed: Path) -> None:
    path = sealed / "sealed" / "2002-2003.json"
    sound = path.read_text("utf-8")
    path.write_text(sound.replace('"1000.00"', '"1001.00"').replace("Gift", "Present"), "utf-8")
    assert "seal" in verify(sealed).differs
    path.write_text(sound, "utf-8")
    edit(sealed / "seals.beancount", 'figures: "', 'figures: "0')
    assert verify(sealed).differs.keys() == {"seal"}


@pytest.mark.parametrize("name", ["sealed/2002-2003.json", "history.beancount", "seals.beancount"])
def test_what_a_seal_needs_is_missed_when_it_is_gone(sealed: Path, name: str) -> None:
    path = sealed / name
    if name == "seals.beancount":
        path.write_text("; empty\n", "utf-8")
    else:
        path.unlink()
    assert "seal" in verify(sealed).differs


def test_every_field_of_an_entry_is_in_its_record() -> None:
    cost = Cost(D("0.5"), "USD", date(2002, 3, 1), "L")
    posting = Posting("Assets:A:Cash", Amount(D(10), "EUR"), cost, None, None, {"due": "x"})
    entry = Transaction(
        {"filename": "a", "lineno": 1, "ref": "1"}, date(2002, 3, 1), "*", "P", "N",
        frozenset({"t"}), frozenset({"l"}), [posting],
    )  # fmt: skip
    other: dict[str, Any] = {
        "meta": {"filename": "a", "lineno": 1, "ref": "2"}, "date": date(2002, 3, 2), "flag": "!",
        "payee": "Q", "narration": "M", "tags": frozenset(), "links": frozenset({"m"}),
        "postings": [],
    }  # fmt: skip
    in_posting: dict[str, Any] = {
        "account": "Assets:B:Cash", "units": Amount(D(11), "EUR"), "cost": cost._replace(label="K"),
        "price": Amount(D(1), "USD"), "flag": "!", "meta": {"due": "y"},
    }  # fmt: skip
    in_cost: dict[str, Any] = {
        "number": D("0.6"), "currency": "EUR", "date": date(2002, 3, 2), "label": "M",
    }  # fmt: skip
    assert other.keys() == set(Transaction._fields)
    assert in_posting.keys() == set(Posting._fields)
    assert in_cost.keys() == set(Cost._fields)
    changed = [entry._replace(**{name: value}) for name, value in other.items()]
    changed += [
        entry._replace(postings=[posting._replace(**{name: value})])
        for name, value in in_posting.items()
    ]
    changed += [
        entry._replace(postings=[posting._replace(cost=cost._replace(**{name: value}))])
        for name, value in in_cost.items()
    ]
    changed.append(entry._replace(postings=[posting._replace(units=Amount(D(10), "USD"))]))
    folder = Path("/")
    records = [json.dumps(canonical(each, folder)) for each in (entry, *changed)]
    assert len(set(records)) == len(records)
    moved = entry._replace(meta={"filename": "b", "lineno": 9, "__x": 1, "ref": "1"})
    assert json.dumps(canonical(moved, folder)) == records[0]
