"""The documentation is run: its books load, its mistakes are caught, its lists are complete."""

from __future__ import annotations

import ast
import re
import runpy
import shutil
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import pytest
from beancount.core.data import Transaction
from pledgebook.ledger.declared import chart as accounts
from pledgebook.ledger.declared import declarations
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.events import EVENTS, infer_event
from pledgebook.ledger.register.postings import read_lines
from pledgebook.ledger.rules import read_rules
from pledgebook.reports.figures.selection import select
from pledgebook.reports.schedule import make_schedule
from pledgebook.reports.untied import find_untied

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
MANDATE = ROOT / "ledger" / "data" / "book" / "A-RES-55-64.beancount"
PAGES = sorted([*DOCS.glob("*.md"), ROOT / "CONTRIBUTING.md"])

RULE = re.compile(r"[a-z]+(-[a-z]+)*")
_FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced example: where it stands, what it is marked as, and the text it loads with."""

    page: str
    line: int
    marks: frozenset[str]
    text: str
    rules: dict[str, str] = field(default_factory=dict)
    """What it must provoke: "error" or "notice" to a rule's name."""
    own: str = ""
    """The text without the blocks it continues."""
    beside: str = ""
    """The name of a file that stands beside the book."""

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def beancount_blocks() -> Iterator[Block]:
    """Yield the Beancount examples of all pages. `continues` takes the block before it along."""
    for page in PAGES:
        source = page.read_text("utf-8")
        before = ""
        for fence in _FENCE.finditer(source):
            language, *words = fence["info"].split()[:1] or [""], *fence["info"].split()[1:]
            if language != ["beancount"]:
                continue
            rules = dict(word.split("=") for word in words if "=" in word)
            beside = rules.pop("beside", "")
            marks = frozenset(word for word in words if "=" not in word)
            text = (before + "\n" if "continues" in marks else "") + fence["text"]
            if "part" not in marks:
                before = text
            line = source.count("\n", 0, fence.start()) + 1
            yield Block(page.name, line, marks, text, rules, fence["text"], beside)


BLOCKS = list(beancount_blocks())
STANDARD = next(block.text for block in BLOCKS if "standard" in block.marks)
LOADED = [block for block in BLOCKS if not block.rules and "part" not in block.marks]
SHAPES = [block for block in LOADED if block.page == "events.md"]
PROVOKING = [block for block in BLOCKS if block.rules]


def load(block: Block, folder: Path) -> Book:
    """Load an example: a whole book as it is, any other within the standard book."""
    shutil.copy(MANDATE, folder / MANDATE.name)
    if block.beside:
        (folder / block.beside).touch()
    main = folder / "main.beancount"
    if block.marks & {"book", "standard"}:
        main.write_text(block.text, "utf-8")
    else:
        (folder / "example.beancount").write_text(block.text, "utf-8")
        main.write_text(f'{STANDARD}\ninclude "example.beancount"\n', "utf-8")
    return load_book(main)


def sentences(errors: Iterable[object]) -> list[str]:
    return [str(getattr(error, "message", error)) for error in errors]


@pytest.mark.parametrize("block", LOADED, ids=str)
def test_an_example_loads_without_error(block: Block, tmp_path: Path) -> None:
    book = load(block, tmp_path)
    assert sentences(book.errors) == []
    assert book.entries


@pytest.mark.parametrize("block", PROVOKING, ids=str)
def test_a_mistake_shown_is_found_under_its_rule(block: Block, tmp_path: Path) -> None:
    book = load(block, tmp_path)
    found = {
        "error": [getattr(error, "rule", "beancount") for error in book.errors]
        or [each.rule for each in find_untied(book)],
        "notice": [notice.rule for notice in book.notices],
    }
    for kind, rule in block.rules.items():
        assert rule in found[kind], (found, sentences(book.errors))
        assert kind == "error" or set(found["error"]) <= {"beancount"}, sentences(book.errors)


def rules_in_code() -> set[str]:
    """Collect the names of rules from the calls and tuples that make findings."""
    found: set[str] = set()
    for folder in ("ledger", "plugins", "importers", "reports", "cli"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                found |= _rules_of(node, in_pairs=folder in {"ledger", "plugins"})
    return found


def _rules_of(node: ast.AST, *, in_pairs: bool) -> set[str]:
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        name = node.func.id if isinstance(node.func, ast.Name) else name
        at = {"finding": 1, "error": 1, "notice": 1, "fault": 0, "Finding": 3}.get(name)
        if at is None:
            return set()
        given = [*node.args[at : at + 1], *(k.value for k in node.keywords if k.arg == "rule")]
        return {text for value in given for text in _rule_names(value)}
    if isinstance(node, ast.Assign) and [ast.unparse(name) for name in node.targets] == ["rule"]:
        return _rule_names(node.value)
    if in_pairs and isinstance(node, (ast.Return, ast.Yield)):
        pair = node.value
        if isinstance(pair, ast.Tuple) and len(pair.elts) == 2 and _is_sentence(pair.elts[1]):
            return _rule_names(pair.elts[0])
    return set()


def _rule_names(node: ast.AST) -> set[str]:
    values = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
    return {value for value in values if isinstance(value, str) and RULE.fullmatch(value)}


def _is_sentence(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value
    )


def rules_in_docs() -> set[str]:
    page = (DOCS / "errors.md").read_text("utf-8")
    return set(re.findall(r"^### `([a-z-]+)`$", page, re.MULTILINE))


def test_the_page_of_errors_describes_every_rule_of_the_code_and_no_other() -> None:
    in_code, in_docs = rules_in_code(), rules_in_docs()
    assert len(in_code) > 30
    assert in_code - in_docs == set(), "rules that docs/errors.md does not describe"
    assert in_docs - in_code == set(), "rules of docs/errors.md that no code reports"


def test_every_rule_has_an_example_that_provokes_it() -> None:
    shown = {rule for block in PROVOKING for rule in block.rules.values()}
    assert rules_in_docs() - shown == set()


def test_the_sixteen_examples_are_tagged_as_their_table_says(tmp_path: Path) -> None:
    page = (DOCS / "paragraphs.md").read_text("utf-8").partition("## Sixteen")[2]
    table = {
        cells[0]: cells[2:6]
        for line in re.findall(r"^\| (\d+ \|.*) \|$", page, re.MULTILINE)
        if (cells := [cell.strip() for cell in line.split("|")])
    }
    assert list(table) == [str(number) for number in range(1, 17)]
    block = next(block for block in BLOCKS if "examples" in block.marks)
    shown = {}
    for entry in load(block, tmp_path).entries:
        if isinstance(entry, Transaction) and "example" in entry.meta:
            calls = {tag.rpartition("-")[2] for tag in entry.tags or () if "-OP" in tag}
            shown[entry.meta["example"]] = [
                " ".join(sorted(calls, key=lambda paragraph: int(paragraph[2:]))) or "–",
                str(entry.meta.get("op-serves", "–")),
                str(entry.meta.get("op-acknowledged", "–")),
                "yes" if "op-notice" in entry.meta else "–",
            ]
    refused = table.pop("16")
    assert refused == ["refused", "–", "–", "–"]
    assert shown == table


def test_every_event_has_a_shape_on_the_page_of_events() -> None:
    page = (DOCS / "events.md").read_text("utf-8")
    shown = set(re.findall(r"^### ([a-z-]+)$", page, re.MULTILINE))
    assert shown == set(EVENTS)


def test_the_page_of_events_names_every_builder() -> None:
    page = (DOCS / "events.md").read_text("utf-8")
    builders = {
        node.name
        for path in (ROOT / "ledger" / "events").glob("*.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        if node.returns is not None and ast.unparse(node.returns) == "Draft"
    } - {"make_entry"}
    assert builders == set(re.findall(r"[Mm]ade\s+by\s+`(\w+)`", page))


@pytest.mark.parametrize("block", [b for b in SHAPES if "stated" not in b.marks], ids=str)
def test_the_event_of_a_shape_is_told_by_its_accounts(block: Block, tmp_path: Path) -> None:
    book = load(block, tmp_path)
    for entry in book.entries:
        if isinstance(entry, Transaction) and f'"{entry.narration}"' in block.own:
            assert infer_event(read_lines(entry, book.settings)) == entry.meta["event"]


@pytest.mark.parametrize("block", SHAPES, ids=str)
@pytest.mark.parametrize("period", ["2002-2003", "2004-2005"])
def test_the_schedule_of_the_shapes_agrees_with_the_ledger(
    block: Block, period: str, tmp_path: Path
) -> None:
    made = make_schedule(select(load(block, tmp_path), period))
    assert [tie for tie in made.ties if not tie.agrees] == []
    assert made.proof.agrees, made.proof


def test_the_page_of_the_book_names_every_declaration_and_key() -> None:
    page = (DOCS / "book.md").read_text("utf-8")
    for kind, form in declarations.FORMS.items():
        section = page.partition(f"### {kind}\n")[2].partition("\n### ")[0]
        assert section, f"docs/book.md has no section on {kind}"
        missing = {key for key in form.keys if f"`{key}:`" not in section}
        assert missing == set(), f"keys of {kind} that docs/book.md does not name"


def test_the_page_of_the_book_lists_every_account_of_the_chart() -> None:
    page = (DOCS / "book.md").read_text("utf-8")
    parts = {"donor": "DONOR", "fund": "OTHER"}
    chart = {
        accounts.account(kind, "FUND", parts.get(accounts.takes(kind), ""))
        for kind in accounts.BY_NAME
    }
    assert {account for account in chart if f"`{account}`" not in page} == set()


def test_the_floor_plan_names_every_module() -> None:
    page = (DOCS / "design.md").read_text("utf-8")
    named = set(
        re.findall(
            r"^\| `((?:desk|ledger|plugins|importers|reports)/[\w/]+\.py)` \|", page, re.MULTILINE
        )
    )
    there = {
        path.relative_to(ROOT).as_posix()
        for folder in ("desk", "ledger", "plugins", "importers", "reports")
        for path in (ROOT / folder).rglob("*.py")
        if "data" not in path.parts and (path.name != "__init__.py" or folder == "plugins")
    }
    assert there - named == set(), "modules that the floor plan of docs/design.md lacks"
    assert named - there == set(), "modules of docs/design.md that are not there"


def test_every_dependency_has_its_reason_on_the_page_of_dependencies() -> None:
    page = (DOCS / "dependencies.md").read_text("utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    listed = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    names = {re.split(r"[<>=!~;\[ ]", line)[0] for line in listed}
    assert {name for name in names - {"pledgebook"} if f"**{name}**" not in page} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_the_index_names_every_page() -> None:
    index = (DOCS / "README.md").read_text("utf-8")
    pages = {page.name for page in DOCS.glob("*.md")} - {"README.md"}
    assert {page for page in pages if f"]({page})" not in index} == set()


def test_the_changelog_says_nothing_twice() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    said = [" ".join(each.split()) for each in re.split(r"^- |^#.*$", text, flags=re.MULTILINE)]
    twice = {each for each, number in Counter(filter(None, said)).items() if number > 1}
    assert twice == set()


def test_the_meanings_that_check_shows_are_those_of_the_page_of_errors() -> None:
    page = (DOCS / "errors.md").read_text("utf-8")
    made = runpy.run_path(str(ROOT / "tools" / "make_rules.py"))
    assert made["as_toml"](made["meanings"](page)) == (
        ROOT / "ledger" / "data" / "rules.toml"
    ).read_text("utf-8"), "run python tools/make_rules.py"
    assert set(read_rules()) == rules_in_docs()
