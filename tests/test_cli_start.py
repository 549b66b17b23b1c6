"""What the command costs before it does anything: it imports what it needs, when it needs it."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from click import Context
from pledgebook.cli.main import _COMMANDS, group

ROOT = Path(__file__).parent.parent
HEAVY = {
    "babel",
    "beangulp",
    "beanquery",
    "chardet",
    "fava",
    "jinja2",
    "openpyxl",
    "pandas",
    "python_calamine",
    "rapidfuzz",
    "xlsxwriter",
}
"""Libraries whose import takes a tenth of a second and more, or is of no use to a help text."""


def loaded_by(*texts: str) -> set[str]:
    """The modules that a new process has after running these texts, whatever they print."""
    program = "\n".join(
        ["import sys, contextlib, io", "with contextlib.redirect_stdout(io.StringIO()):"]
        + [f"    {text}" for text in texts]
        + ["print(*sys.modules)"]
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(ran.stdout.split())


def test_the_list_of_commands_imports_none_of_them() -> None:
    loaded = loaded_by(
        "from pledgebook.cli.main import group", 'group(["--help"], standalone_mode=False)'
    )
    ours = {name for name in loaded if name.startswith("pledgebook.")}
    assert ours == {"pledgebook.cli", "pledgebook.cli.main"}
    assert not loaded & {"beancount", *HEAVY}


def test_no_command_loads_a_heavy_library_for_its_help() -> None:
    loaded = loaded_by(
        "from pledgebook.cli.main import group",
        *(f'group(["{name}", "--help"], standalone_mode=False)' for name in _COMMANDS),
    )
    assert {f"pledgebook.cli.{entry.module}" for entry in _COMMANDS.values()} <= loaded
    assert loaded & HEAVY == set()


def test_a_load_of_a_book_loads_no_heavy_library(tmp_path: Path) -> None:
    loaded = loaded_by(
        "from pathlib import Path",
        "from pledgebook.ledger import load_book, make_book",
        f'assert not load_book(make_book(Path({str(tmp_path)!r}) / "book")).notices',
    )
    assert loaded & HEAVY == set()


@pytest.mark.parametrize("name", _COMMANDS)
def test_the_list_of_commands_says_how_each_commands_help_begins(name: str) -> None:
    command = group.get_command(Context(group), name)
    assert command is not None
    assert command.help is not None
    assert " ".join(command.help.split()).startswith(_COMMANDS[name].does)


def test_the_list_of_commands_has_a_line_for_each() -> None:
    shown = group.get_help(Context(group, info_name="pledgebook"))
    lines = shown.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in lines] == list(_COMMANDS)


PACKAGES = [
    f"pledgebook.{path.parent.relative_to(ROOT).as_posix().replace('/', '.')}"
    for folder in ("cli", "desk", "importers", "ledger", "plugins", "reports")
    for path in (ROOT / folder).rglob("__init__.py")
    if "\n__all__" in path.read_text("utf-8")
]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_of_a_package_is_there(package: str) -> None:
    module = importlib.import_module(package)
    assert set(module.__all__) <= set(dir(module))
    for name in module.__all__:
        assert getattr(module, name) is not None


def deferring() -> list[str]:
    """The packages that import public names when they are asked for."""
    return [each for each in PACKAGES if hasattr(importlib.import_module(each), "_NAMES")]


@pytest.mark.parametrize("package", deferring())
def test_names_are_deferred_as_they_are_imported_for_types(package: str) -> None:
    module = importlib.import_module(package)
    assert module.__file__ is not None
    for_types = {
        name.name: f"{node.module}"
        for block in ast.parse(Path(module.__file__).read_text("utf-8")).body
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }
    deferred = {name: f"{package}.{home}" for home, own in module._NAMES.items() for name in own}
    assert deferred == for_types
    assert set(deferred) <= set(module.__all__)


def test_a_name_that_is_not_there_is_named() -> None:
    ledger = importlib.import_module("pledgebook.ledger")
    with pytest.raises(AttributeError, match=r"'pledgebook\.ledger' has no attribute 'nothing'"):
        _ = ledger.nothing
