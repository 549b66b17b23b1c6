"""The public site: what it shows and keeps back, the same bytes twice, pages for everyone (all
amounts are made up).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from decimal import Decimal
from importlib.resources import files
from itertools import product
from pathlib import Path
from random import Random
from shutil import copy
from typing import Any

import pytest
from babel.messages.pofile import read_po
from click.testing import CliRunner, Result
from handwritten import CORRECTIONS, Writer
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser
from pledgebook.cli.main import group
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.findings import RefusedError
from pledgebook.ledger.register.book import Book
from pledgebook.reports import select
from pledgebook.reports.publishing import make_site, write_site
from pledgebook.reports.publishing.pages import path_of
from pledgebook.reports.publishing.shown import LEAST, Cell, hide, what_is_shown
from pledgebook.reports.publishing.site import LIST
from pledgebook.reports.schedule import make_schedule
from serving import AXE

MANDATE = Path(str(files("pledgebook.ledger"))) / "data" / "book" / "A-RES-55-64.beancount"
PACKAGE = Path(str(files("pledgebook.reports.publishing")))
PERIODS = "2000-2001 2002-2003 2004-2005"


def written(folder: Path, seed: int, *publications: str) -> Book:
    """A random book with the mandate, and what of it is public."""
    writer = Writer(seed, ("pledge", "pledge", "pledge"))
    writer.live(60, CORRECTIONS)
    copy(MANDATE, folder)
    head = f'option "title" "Book {seed} (made up)"\ninclude "{MANDATE.name}"\n'
    path = folder / "main.beancount"
    path.write_text("\n".join([head, writer.text(), *publications]), "utf-8")
    book = load_book(path)
    assert book.errors == []
    return book


def public(fund: str, **keys: str) -> str:
    lines = [f'2004-01-01 custom "publication" "{fund}"']
    lines += [f'  {key.replace("_", "-")}: "{words}"' for key, words in keys.items()]
    return "\n".join(lines) + "\n"


BOTH = (public("CPCJF", periods=PERIODS, languages="en ar"), public("UNTOC", periods=PERIODS))


@given(st.data())
def test_nobody_unnamed_stands_among_fewer_than_three(data: st.DataObject) -> None:
    donors = [f"D{number}" for number in range(8)]
    cells: list[tuple[Cell, str]] = [
        ((fund, period), column)
        for fund, period, column in product("AB", ("1", "2"), ("received", "unpaid"))
    ]
    amounts = st.dictionaries(
        st.sampled_from(donors), st.integers(1, 9).map(Decimal), max_size=len(donors)
    )
    gave = {cell: own for cell in cells if (own := data.draw(amounts))}
    declared = set(data.draw(st.lists(st.sampled_from(donors), max_size=3)))
    hidden, left_out = hide(gave, declared)
    assert declared <= hidden
    for (cell, _), own in gave.items():
        if cell not in left_out:
            assert len(hidden & own.keys()) not in range(1, LEAST)
    if not declared:
        assert (hidden, left_out) == (set(), set())


def everything(made: dict[str, bytes]) -> str:
    return "\n".join(
        content.decode() for path, content in made.items() if not path.endswith(".xlsx")
    )


@pytest.mark.parametrize("seed", [2, 3, 4, 8])
def test_what_is_shown_is_what_the_schedule_says(seed: int, tmp_path: Path) -> None:
    book = written(tmp_path, seed, *BOTH)
    shown = what_is_shown(book)
    for period in PERIODS.split():
        for fund in ("CPCJF", "UNTOC"):
            lines = [
                line
                for lines in make_schedule(select(book, period, fund=fund)).sections.values()
                for line in lines
            ]
            collected = sum((line.figures.collected for line in lines), Decimal(0))
            own = shown.totals.get((fund, period))
            assert (own.received if own else Decimal(0)) == collected
            named = sum(
                (x.received for key, x in shown.named.items() if key[:2] == (fund, period)),
                Decimal(0),
            )
            assert named == collected
            given = (x.received for x in shown.given if (x.fund, x.period) == (fund, period))
            assert sum(given, Decimal(0)) == collected


@pytest.mark.parametrize("seed", [2, 3, 4, 8])
@pytest.mark.parametrize("unpaid", ["total", "donors", "none"])
def test_who_is_not_named_is_named_nowhere(seed: int, unpaid: str, tmp_path: Path) -> None:
    random = Random(seed)
    donors = {change.after.donor for change in written(tmp_path, seed).register.changes}
    secret = random.choice(sorted(donors))
    words = public("CPCJF", periods=PERIODS, languages="en fr", not_named=secret, unpaid=unpaid)
    book = written(tmp_path, seed, words)
    shown = what_is_shown(book)
    assert secret not in shown.donors
    made = make_site(book)
    text = everything(made)
    donor = book.settings.donors.get(secret)
    assert donor is not None
    for name in (f"{secret}.html", f",{secret},", donor.name, donor.name_in("fr")):
        assert name not in text
    # All sums of donors without a name that the site has: one a fund and period, of several.
    for cell, own in shown.unnamed.items():
        gave = {
            line.donor
            for lines in make_schedule(select(book, cell[1], fund=cell[0])).sections.values()
            for line in lines
            if line.figures.collected and line.donor not in shown.donors
        }
        assert not own.received or len(gave) >= LEAST
        assert shown.totals[cell].received == own.received + sum(
            x.received for key, x in shown.named.items() if key[:2] == cell
        )


@pytest.mark.parametrize("seed", [2, 3])
def test_what_single_donors_owe_is_not_public_unless_the_book_says_so(
    seed: int, tmp_path: Path
) -> None:
    shown = what_is_shown(written(tmp_path, seed, *BOTH))
    assert {own.unpaid for own in shown.named.values()} == {None}
    assert {own.pledged for own in shown.named.values()} == {None}
    assert all(own.received for own in shown.named.values())
    each = what_is_shown(written(tmp_path, seed, public("CPCJF", periods=PERIODS, unpaid="donors")))
    assert None not in {own.unpaid for own in each.named.values()}


def test_nothing_is_public_that_the_book_does_not_name(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="Nothing of this book is public"):
        make_site(written(tmp_path, 2))
    with pytest.raises(RefusedError, match="none is closed yet"):
        make_site(written(tmp_path, 2, public("CPCJF")))
    shown = what_is_shown(written(tmp_path, 2, public("UNTOC", periods="2002-2003")))
    assert {key[:2] for key in shown.totals} <= {("UNTOC", "2002-2003")}


@pytest.mark.parametrize(
    "keys",
    [
        {"periods": "2098-2099"},
        {"not_named": "ZZZ"},
        {"languages": "xx"},
        {"unpaid": "some"},
    ],
)
def test_a_line_with_a_fault_publishes_nothing(keys: dict[str, str], tmp_path: Path) -> None:
    writer = Writer(2, ("pledge", "pledge", "pledge"))
    writer.live(20)
    path = tmp_path / "main.beancount"
    path.write_text(writer.text() + "\n" + public("CPCJF", **keys), "utf-8")
    book = load_book(path)
    assert [each.rule for each in book.errors] == ["publication"]
    assert book.settings.publications == {}


def test_one_book_gives_the_same_bytes_twice(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    one, two = (make_site(written(folder, 3, *BOTH)) for folder in folders)
    assert one == two
    assert len([path for path in one if path.startswith("ar/")]) > 5


def test_a_site_is_renewed_and_nothing_else_is_touched(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    made = make_site(written(tmp_path / "book", 3, *BOTH))
    site = tmp_path / "site"
    write_site(made, site)
    (site / "robots.txt").write_text("mine", "utf-8")
    fewer = {path: content for path, content in made.items() if not path.startswith("ar/")}
    gone = write_site(fewer, site)
    assert gone
    assert not any((site / path).exists() for path in made if path.startswith("ar/"))
    assert (site / "robots.txt").read_text("utf-8") == "mine"
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.txt").write_text("mine", "utf-8")
    with pytest.raises(RefusedError, match="no site that was published"):
        write_site(made, other)
    (other / LIST).write_text(json.dumps({"files": {"../book/main.beancount": ""}}), "utf-8")
    write_site(made, other)
    assert (tmp_path / "book" / "main.beancount").is_file()


@given(st.text(min_size=1), st.text(min_size=1))
def test_no_code_leads_out_of_its_folder_or_to_anothers_page(one: str, other: str) -> None:
    assert re.fullmatch(r"donor/[A-Za-z0-9-]+\.html", path_of("donor", one))
    if one[:30] != other[:30]:
        assert path_of("donor", one) != path_of("donor", other)


def test_texts_of_the_book_are_shown_and_never_run(tmp_path: Path) -> None:
    donor = what_is_shown(written(tmp_path, 3, *BOTH)).donors[0]
    named = f'2000-01-01 custom "donor" "{donor}" "<script>alert(1)</script>"\n  kind: "state"'
    book = written(tmp_path, 3, *BOTH, named)
    text = everything({p: c for p, c in make_site(book).items() if p.endswith(".html")})
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_links_lead_to_pages_that_are_there(tmp_path: Path) -> None:
    made = make_site(written(tmp_path, 3, *BOTH))
    for path, content in made.items():
        for link in re.findall(r'href="([^"#]+)"', content.decode()) if ".html" in path else ():
            parts = [*path.split("/")[:-1]]
            for step in link.split("/"):
                parts = parts[:-1] if step == ".." else [*parts, step]
            assert "/".join(parts) in made, (path, link)


def said_in(names: Iterable[str]) -> set[str]:
    """The texts that the site says, as they stand in its modules and template."""
    found: set[str] = set()
    for name in names:
        text = (PACKAGE / name).read_text("utf-8")
        text = re.sub(r'"\s*\n\s*"', "", text)
        found |= set(re.findall(r'\bsay\(\s*"([^"]+)"', text))
        found |= set(re.findall(r'_(?:by|given)\(\s*"([^"]+)"', text))
        found |= set(re.findall(r'_given\(\s*"[^"]+", "([^"]+)"', text))
    return found


@pytest.mark.parametrize("code", ["ar", "es", "fr", "ru", "zh"])
def test_every_text_is_said_in_every_language(code: str) -> None:
    with (PACKAGE / "texts" / f"{code}.po").open("rb") as file:
        catalog = {str(each.id): str(each.string) for each in read_po(file) if each.id}
    wanted = said_in(["pages.py", "page.html"])
    assert len(wanted) > 35
    assert wanted - catalog.keys() == set()
    places = re.compile(r"\{[a-z]+\}")
    for text, said in catalog.items():
        assert said
        assert sorted(places.findall(text)) == sorted(places.findall(said)), text


def publish(folder: Path, *words: str | Path) -> Result:
    return CliRunner().invoke(group, ["--book", str(folder), "publish", *map(str, words)])


def test_the_command_writes_the_site(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    written(tmp_path / "book", 3, *BOTH)
    result = publish(tmp_path / "book", tmp_path / "site")
    assert result.exit_code == 0, result.stderr
    assert (tmp_path / "site" / "index.html").is_file()
    found = json.loads(publish(tmp_path / "book", tmp_path / "site", "--json").stdout)
    assert found["removed"] == 0
    assert "index.html" in found["files"]
    written(tmp_path / "book", 3)
    refused = publish(tmp_path / "book", tmp_path / "more")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert not (tmp_path / "more").exists()


@pytest.mark.browser
def test_the_pages_are_for_everyone(browser: Browser, tmp_path: Path) -> None:
    site = tmp_path / "site"
    (tmp_path / "book").mkdir()
    made = make_site(written(tmp_path / "book", 3, *BOTH))
    write_site(made, site)
    kinds = {path.rpartition("/")[0] or path: path for path in made if path.endswith(".html")}
    for width, scheme, folder in ((1280, "light", ""), (390, "dark", "ar")):
        context = browser.new_context(
            viewport={"width": width, "height": 800}, bypass_csp=True,
            color_scheme="dark" if scheme == "dark" else "light",
        )  # fmt: skip
        page = context.new_page()
        for path in kinds.values():
            if path.startswith("ar/") != bool(folder):
                continue
            page.goto((site / path).as_uri())
            page.evaluate(AXE)
            found: Any = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            assert [each["id"] for each in found["violations"]] == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        context.close()
