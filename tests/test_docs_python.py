"""The documentation's Python is run, in order, a page a book; what it says it prints, it prints."""

from __future__ import annotations

import contextlib
import inspect
import io
import re
from pathlib import Path

import pledgebook.ledger
import pytest
from click.testing import CliRunner
from pledgebook.cli.main import group
from pledgebook.ledger import events

DOCS = Path(__file__).parent.parent / "docs"
_FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_ENTRY = re.compile(r"^\d{4}-\d\d-\d\d [*!] .*?(?=\n\n|\Z)", re.MULTILINE | re.DOTALL)


def run(page: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Run a page's Python in `folder`, hold its output blocks against what was printed; return
    the entries that the page shows as made, by their text.
    """
    monkeypatch.chdir(folder)
    names: dict[str, object] = {"__name__": page}
    printed, shown = "", {}
    source = (DOCS / page).read_text("utf-8")
    for fence in _FENCE.finditer(source):
        line = source.count("\n", 0, fence.start()) + 1
        where = f"{page}:{line}"
        if fence["info"] == "python":
            assert not printed, f"{where}: what was printed before is not shown"
            output = io.StringIO()
            code = compile("\n" * line + fence["text"], where, "exec")
            with contextlib.redirect_stdout(output):
                exec(code, names)  # noqa: S102 - the page's own examples
            printed = output.getvalue()
        elif fence["info"] == "text output":
            assert printed == fence["text"], where
            printed = ""
        elif fence["info"] == "beancount part made":
            shown.update({entry.rstrip(): where for entry in _ENTRY.findall(fence["text"])})
    assert not printed, f"{page}: what was printed last is not shown"
    return shown


@pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis asks DuckDB so
@pytest.mark.parametrize("page", ["analysis.md", "api.md", "narrative.md"])
def test_the_python_of_a_page_runs_and_says_what_the_page_says(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if page == "analysis.md":
        made = CliRunner().invoke(group, ["demo", str(tmp_path / "demo")])
        assert made.exit_code == 0, made.output
        run(page, tmp_path, monkeypatch)
        assert {path.name for path in tmp_path.glob("*.png")} == {"given.png", "years.png"}
        return
    shown = run(page, tmp_path, monkeypatch)
    made = {
        entry.rstrip()
        for path in tmp_path.rglob("*.beancount")
        for entry in _ENTRY.findall(path.read_text("utf-8"))
    }
    assert {where for entry, where in shown.items() if entry not in made} == set()
    if page == "narrative.md":
        assert made - shown.keys() == set(), "entries that the narrative makes and does not show"


def test_the_page_of_the_api_names_all_that_is_public() -> None:
    page = (DOCS / "api.md").read_text("utf-8")
    public = set(pledgebook.ledger.__all__)
    assert {name for name in public if not re.search(rf"`{name}\b", page)} == set()


def test_every_builder_is_public() -> None:
    assert set(events.__all__) <= set(pledgebook.ledger.__all__)


def test_the_page_of_the_api_tells_what_each_builder_takes() -> None:
    page = (DOCS / "api.md").read_text("utf-8")
    told = {
        name: tuple(set(filter(None, cell.strip().split(", "))) for cell in (given, may))
        for name, given, may in re.findall(r"^\| `(\w+)` \| (.*?) \|(.*?)\|$", page, re.MULTILINE)
    }
    builders = [getattr(events, name) for name in events.__all__ if name != "earmark_of"]
    for builder in filter(inspect.isfunction, builders):
        taken = inspect.signature(builder).parameters
        own = {name: each for name, each in taken.items() if name not in {"settings", "day"}}
        must = {name for name, each in own.items() if each.default is each.empty}
        assert told[builder.__name__] == (must, own.keys() - must), builder.__name__
