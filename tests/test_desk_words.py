"""No page speaks of the command line or of the book's files where it has fields and buttons."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from conftest import ROOT
from fava.application import create_app
from flask.testing import FlaskClient
from pledgebook.desk.plain_words import _KEYS, in_page_words
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.forms import FORMS
from test_cli_bank import BANK, STATEMENT

BANNED = re.compile(
    r"(?<![\w-])--[a-z]|\bmetadata\b|\bmapping\b|flag \"?!|"
    r"\b(?:entered-by|approved-by|document|authority|rate-override):"
)
HEAD = "Donor;Note verbale;Date of pledge;Currency;Amount;Due date;Earmarking;For fund\n"
FILES = {
    "unknown.csv": HEAD + "Nobody of all;NV 1;2002-03-01;USD;10.00;2002-06-30;Juggling;Moon\n"
    "Norway;NV 2;2002-03-01;;10.00;2002-06-30;;\nNorway;NV 3;03/04/2002;EUR;1.234;;;\n",
    "no-table.csv": "Our promises (made up)\n;;\nNo.;Wann;Wieviel USD\n7;2002-03-01;10.00\n",
    "bank.csv": "Day,Amount,Words\n2002-03-01,10.00,hello\n2002-03-02,20.00,there\n",
    "july.sta": STATEMENT,
    "august.sta": STATEMENT.replace("GB29", "GB28"),
}
NOTICED = """
2002-03-01 * "Austria" "Pledge (made up)" ^AUT-2002-01
  class: "general"
  Assets:CPCJF:Pledges:AUT         60000 USD {0 # 60000.00 USD, "AUT-2002-01.1"}
    due: 2004-06-30
  Income:CPCJF:Contributions:AUT  -60000 USD

2002-09-01 ! "Austria" "Write-off (made up)" ^AUT-2002-01
  event: "write-off"
  class: "general"
  authority: "Controller"
  Assets:CPCJF:Pledges:AUT        -60000 USD {"AUT-2002-01.1"}
  Expenses:CPCJF:Write-Offs        60000 USD

2002-10-01 custom "announcement" "ITA" "CPCJF" "About 100,000 euros"
"""
BASE = "/voluntary-contributions/extension/"


@pytest.fixture(scope="module")
def fava(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    main = make_book(tmp_path_factory.mktemp("words") / "book")
    for name, text in FILES.items():
        (main.parent / "inbox" / name).write_text(text, "utf-8")
    for name, text in (("settings", BANK), ("2002-2003", NOTICED)):
        with (main.parent / f"{name}.beancount").open("a", encoding="utf-8") as file:
            file.write(text)
    return create_app([main], load=True, poll_watcher=True).test_client()


def said(fava: FlaskClient, page: str, **asked: str) -> str:
    """Return what a page says: without what stands as text of the book, which is data."""
    answer = fava.get(f"{BASE}{page}/", query_string=asked)
    assert answer.status_code == 200, (page, asked)
    own = answer.text.partition('id="desk"')[2].partition('id="page-title"')[0]
    own = re.sub(r"<(script|pre|style).*?</\1>", " ", own, flags=re.DOTALL)
    shown = re.findall(r'(?:title|placeholder|aria-label|data-sure)="([^"]*)"', own)
    return unescape(" ".join([re.sub(r"<[^>]*>", " ", own), *shown]))


DESCRIBED = '{"described": {"sheet": "no-table", "row": 3}}'
RULES = ("approval", "document", "waiting", "announcement")
PAGES = (
    [("Record", {"event": name}) for name in FORMS]
    + [("Record", {}), ("Record", {"grid": "payment"}), ("Reconcile", {}), ("Inbox", {})]
    + [("Inbox", {"file": name}) for name in FILES]
    + [("Inbox", {"file": name, "choices": json.dumps({"fund": "CPCJF"})}) for name in FILES]
    + [("Inbox", {"file": "no-table.csv", "choices": DESCRIBED})]
    + [("Donor", {}), ("Donor", {"donor": "AUT"}), ("Donor", {"donor": "ITA"}), ("Today", {})]
    + [("Contributions", {}), ("Paragraphs", {}), ("Reports", {}), ("Log", {}), ("Letters", {})]
    + [("Contributions", {"rule": rule}) for rule in RULES]
    + [("Close", {}), ("Setup", {})]
)  # fmt: skip


@pytest.mark.parametrize(("page", "asked"), PAGES, ids=lambda each: str(each)[:40])
def test_no_page_speaks_of_options_or_keys(
    fava: FlaskClient, page: str, asked: dict[str, str]
) -> None:
    text = said(fava, page, **asked)
    assert text.strip()
    found = BANNED.search(text)
    assert found is None, text[max(found.start() - 200, 0) : found.end() + 80]


@pytest.mark.parametrize("page", ["Record", "Inbox", "Reconcile"])
def test_no_help_of_these_pages_does(fava: FlaskClient, page: str) -> None:
    text = said(fava, page, guide="")
    assert len(text) > 500
    found = BANNED.search(text)
    assert found is None, text[max(found.start() - 200, 0) : found.end() + 80]


@pytest.mark.parametrize(
    ("sentence", "plain"),
    [
        (
            "The name is not known. Correct it, confirm whom it means (import --donor "
            '"X=CODE"), or say that it is new (--donor "X=CODE:ngo").',
            "The name is not known. Correct it, confirm whom it means, or say that it is new.",
        ),
        (
            "Each write-off is entered by one person and approved by another; nobody approved it "
            "(a.beancount:3). Write entered-by: and approved-by:.",
            "Each write-off is entered by one person and approved by another; nobody approved it "
            "(a.beancount:3). Write who entered it and who approved it.",
        ),
        ("Nothing is stated. By command: pledgebook record amendment X 5.", "Nothing is stated."),
        ("AUT -- and others: all of it.", "AUT -- and others: all of it."),
    ],
)
def test_a_sentence_keeps_what_it_says_without_how_a_command_does_it(
    sentence: str, plain: str
) -> None:
    assert in_page_words(sentence) == plain


_KEY = "|".join(_KEYS)
_INSERTED = re.compile(
    rf"(?<![\w'’-])[Aa]n? [\"'“‘]?(?:%\(|%s|\{{\{{|\$\{{|--[a-z]|(?:{_KEY}):(?![a-z]))"
)


def _texts_of(path: Path) -> Iterator[str]:
    """The texts of a module without its docstrings; what is inserted into one is "%s"."""
    tree = ast.parse(path.read_text("utf-8"))
    aside = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inner: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inner |= {id(each) for each in node.values}
            yield "".join(
                str(each.value) if isinstance(each, ast.Constant) else "%s" for each in node.values
            )
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in aside | inner
        ):
            yield node.value


def test_no_article_stands_before_a_word_that_is_inserted() -> None:
    """Which of a and an it takes, and whether it takes one, the word alone decides."""
    found = []
    for folder in ("ledger", "importers", "reports", "desk", "cli", "plugins"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            found += [(path.name, each) for each in _texts_of(path) if _INSERTED.search(each)]
    for path in sorted((ROOT / "desk").rglob("*")):
        if path.suffix in {".html", ".js"}:
            found += [(path.name, each) for each in _INSERTED.findall(path.read_text("utf-8"))]
    assert found == []
