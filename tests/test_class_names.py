"""Classes are for something by the roles their fund gives them, whatever they are called.

All amounts are made up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from handwritten import Writer
from oracle import Row
from pledgebook.cli.main import group
from pledgebook.importers.values.words import read_class, says_general
from pledgebook.ledger.declared.funds import Fund, read_classes, write_classes
from pledgebook.ledger.files.loading import load_book
from pledgebook.reports.figures.selection import select
from pledgebook.reports.schedule import make_schedule

_SYLLABLES = ("ko", "re", "tied", "pool", "open", "reg", "ul", "ar", "x2", "own", "use", "net")
_KNOWN = ("general", "special", "support", "convention")


def run(*words: str, fails: bool = False) -> str:
    done = CliRunner().invoke(group, words)
    assert (done.exit_code != 0) is fails, done.output
    return done.output


def names(random: Random, number: int) -> list[str]:
    """Draw names of classes, now and then a known word for another role than its own."""
    found: list[str] = []
    while len(found) < number:
        drawn = "-".join(random.sample(_SYLLABLES, random.randint(1, 2)))
        drawn = random.choice(_KNOWN) if random.random() < 0.2 else drawn
        if drawn not in found:
            found.append(drawn)
    return found


def named(seed: int) -> tuple[dict[str, str], Writer]:
    random = Random(seed)
    writer = Writer(seed, ("pledge", "receipt", "agreement"))
    writer.live(45, None)
    return dict(zip(_KNOWN, names(random, 4), strict=True)), writer


def rename(text: str, called: Mapping[str, str]) -> str:
    """Call the classes of a handwritten book otherwise; the fund says which is for what."""
    text = re.sub(r'(class: ")([a-z]+)"', lambda m: f'{m[1]}{called[m[2]]}"', text)
    text = text.replace('classes: "convention"', f'classes: "{called["convention"]}"')
    text = re.sub(r"recognition-([a-z]+):", lambda m: f"recognition-{called[m[1]]}:", text)
    general, special, support = (called[each] for each in _KNOWN[:3])
    own = f"""  classes: "{support} {special} {general}"
  default-class: "{general}"
  earmarked-class: "{special}"
  support-class: "{support}"
"""
    return text.replace('"A fund"\n', f'"A fund"\n{own}')


@pytest.mark.parametrize("seed", range(7000, 7008))
def test_a_book_whose_classes_are_called_otherwise_says_the_same(seed: int, tmp_path: Path) -> None:
    called, writer = named(seed)
    (tmp_path / "main.beancount").write_text(rename(writer.text(), called), "utf-8")
    book = load_book(tmp_path / "main.beancount")
    assert [error.message for error in book.errors] == []
    for cut in ("2000-2001", "2002-2003", "2004", "2003-Q1"):
        selection = select(book, cut)
        rows = {
            (*own, line.donor): {key: x for key, x in line.figures.amounts().items() if x}
            for own, lines in make_schedule(selection).sections.items()
            for line in lines
        }
        told = writer.oracle.schedule(selection.cut.start, selection.cut.end)
        expected: dict[Row, object] = {
            (fund, called[class_], donor): figures
            for (fund, class_, donor), figures in told.items()
        }
        assert rows == expected, cut


@pytest.mark.parametrize("seed", range(12))
def test_every_door_takes_a_fund_of_other_class_names(seed: int, tmp_path: Path) -> None:
    general, special, support = names(Random(seed), 3)
    classes = f"{support}:support {special}:earmarked {general}:default"
    folder = tmp_path / "book"
    run("init", str(folder), "--fund", "TRF=A trust fund", "--classes", f"TRF={classes}",
        "--no-mandate", "--purpose", "water=Water", "--period", "2024-2025")  # fmt: skip
    at = ("--book", str(folder))
    on = ("--date", "2024-05-01", "--yes")
    (tmp_path / "list.csv").write_text(
        "Donor,Date of pledge,Currency,Amount pledged,Category,Purpose\n"
        "Austria,2024-03-01,USD,1000,general purpose,\n"
        "Norway,2024-03-01,USD,3000,special purpose,Water\n"
        f"Sweden,2024-03-01,USD,4000,{general},\n"
        "Finland,2024-03-01,USD,5000,,Water\n"
        "Italy,2024-03-01,USD,6000,,\n",
        "utf-8",
    )
    run(*at, "import", str(tmp_path / "list.csv"))
    run(*at, "record", "receipt", "USA", "100", *on)
    run(*at, "record", "unapplied", "50", *on)
    run(*at, "record", "expenditure", "10", *on)
    run(*at, "record", "programme-support", "10", *on)
    run(*at, "record", "unapplied", "30", "--class", special, *on)
    book = load_book(folder / "main.beancount")
    assert book.errors == []
    held = [each[0].class_ for each in book.register.held_under.values()]
    assert sorted(held) == sorted([general, special])
    classes_of = {
        claim.donor: claim.class_ for claim in book.register.claims_at(date(2024, 12, 31))
    }
    assert classes_of == {
        "AUT": general, "NOR": special, "SWE": general, "FIN": special, "ITA": general,
    }  # fmt: skip
    assert [gift.class_ for gift in book.register.gifts] == [general]
    refused = run(
        *at,
        "record",
        "pledge",
        "FRA",
        "5",
        "--currency",
        "USD",
        "--class",
        support,
        *on,
        fails=True,
    )
    assert f"The class {support} earns support costs of other classes" in refused


def fund(*classes: str, **roles: str) -> Fund:
    return Fund(code="F", name="A fund", since=date(2000, 1, 1), classes=classes, roles=roles)


def test_words_of_a_sheet_name_the_class_that_has_the_role() -> None:
    own = fund("core", "tied", "overhead", default="core", earmarked="tied", support="overhead")
    told = {text: read_class(text, own) for text in ("general purpose", "earmarked", "Overhead")}
    assert told == {"general purpose": "core", "earmarked": "tied", "Overhead": "overhead"}
    assert says_general("Core", [own])


def test_a_class_that_is_not_the_funds_has_no_role() -> None:
    with pytest.raises(ValueError, match="default is the role of both"):
        read_classes(["core:default", "tied:default"])
    with pytest.raises(ValueError, match="no role of default"):
        read_classes(["core:main"])
    own = fund("core", "tied", default="core", earmarked="tied")
    assert read_classes(write_classes(own).split()) == (["core", "tied"], own.roles)
