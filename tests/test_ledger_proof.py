"""A sealed book: whatever is changed in it is named, and nothing ends the proof but a verdict.

All amounts, rates, references and names are made up.
"""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from pledgebook.cli.close import make_figures
from pledgebook.cli.main import group
from pledgebook.ledger.closing.periods import close_period, reopen_period
from pledgebook.ledger.closing.proof import Verdict, verify_seals
from pledgebook.ledger.files.loading import load_book
from sweep_sealed import sweep
from test_ledger_seals import ENTRIES, MAIN, RATES, SETTINGS

ROOT = Path(__file__).parent.parent
MORE = """\
1999-12-31 custom "letterhead" "CPCJF" "Example Office (made up)"
1999-12-31 custom "bank" "MAIN" "GB29 NWBK 6016 1331 9268 19"
  accounts: "Assets:CPCJF:Cash"
1999-12-31 custom "alias" "A Foundation" "EXF"
2006-01-01 custom "period" "2006-2007" 2007-12-31
"""
PAPERS = """\
2003-05-31 custom "statement" "MAIN" "2003-5/1"
  from: 2003-05-01
  opening: 40680.00 USD
  closing: 41180.00 USD
  agrees: "yes"
2003-06-10 custom "official-receipt" "CPCJF/2003/0001" "EXF"
  amount: 500.00 USD
  collected-on: 2003-05-05
2003-06-11 custom "letter" "EXF/2003/1" "receipt" "EXF"
  receipt: "CPCJF/2003/0001"
"""
LATER = """
2004-02-01 * "Example Foundation" "Second gift"
  class: "general"
  Assets:CPCJF:Cash                   250.00 USD
  Income:CPCJF:Contributions:EXF     -250.00 USD
"""
NAMES = ("2002-2003", "2004-2005")


@pytest.fixture(scope="module")
def sealed_twice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book of two closed periods, of which the first was opened again once."""
    folder = tmp_path_factory.mktemp("sealed") / "book"
    folder.mkdir()
    main = folder / "main.beancount"
    texts = {
        "main": 'option "title" "Sealed (made up)"\n' + MAIN + 'include "papers.beancount"\n',
        "settings": SETTINGS + MORE,
        "rates": RATES,
        "papers": PAPERS,
        "2002-2003": ENTRIES,
    }
    for name, text in texts.items():
        (folder / f"{name}.beancount").write_text(text, "utf-8")
    assert load_book(main).errors == []
    close_period(load_book(main), "2002-2003", make_figures)
    reopen_period(load_book(main), "2002-2003", "Controller, memo 7 (made up)", date(2004, 3, 1))
    close_period(load_book(main), "2002-2003", make_figures)
    own = folder / "2004-2005.beancount"
    own.write_text(own.read_text("utf-8") + LATER, "utf-8")
    release = CliRunner().invoke(
        group,
        ["--book", str(main), "record", "release", "--all", "--date", "2004-07-01", "--yes"],
    )
    assert release.exit_code == 0, release.output
    close_period(load_book(main), "2004-2005", make_figures)
    return folder


@pytest.fixture
def sealed(sealed_twice: Path, tmp_path: Path) -> Path:
    """A copy of that book, to change."""
    return Path(shutil.copytree(sealed_twice, tmp_path / "book"))


def verify(folder: Path) -> dict[str, Verdict]:
    verdicts = verify_seals(folder / "main.beancount", make_figures)
    return {verdict.period: verdict for verdict in verdicts}


def test_two_periods_as_sealed_hold_and_the_second_is_chained_to_the_first(sealed: Path) -> None:
    found = verify(sealed)
    assert [verdict.differs for verdict in found.values()] == [{}, {}]
    assert [verdict.notes for verdict in found.values()] == [[], []]
    first, second = (
        json.loads((sealed / "sealed" / f"{name}.json").read_text("utf-8"))["digests"]
        for name in NAMES
    )
    assert first["before"] == "none"
    assert second["before"] == first["chain"]


def test_every_change_is_named_or_harmless_and_none_ends_in_an_exception(
    sealed_twice: Path,
) -> None:
    counts, wrong = sweep(sealed_twice, date(2006, 1, 1), samples=150, seed=13)
    assert wrong == []
    assert counts["changes"] >= 150
    assert counts["named"] > counts["harmless"] > 0
