"""What is installed is what stands in the folders: nothing missing, nothing else."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from graphlib import TopologicalSorter
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("cli", "desk", "importers", "ledger", "plugins", "reports")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel and the source archive, built from a copy of what git tracks or would track."""
    source = tmp_path_factory.mktemp("source")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    for name in listed:
        if (ROOT / name).is_file():
            target = source / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(source)],
        check=True, capture_output=True,
    )  # fmt: skip
    return out


def expected_files() -> set[str]:
    """Every module and data file of the folders, as a path below `pledgebook/`, and the guide that
    the desk shows as help.
    """
    return {"docs/desk.md"} | {
        str(path.relative_to(ROOT))
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_every_module_and_data_file_and_no_other(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == {f"pledgebook/{name}" for name in expected_files()}


def test_the_source_archive_holds_what_tests_and_readers_need(built: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        names = {name.partition("/")[2] for name in tar.getnames()}
    wanted = {"Makefile", "CHANGELOG.md", "LICENSE", "README.md", "constraints.txt"}
    assert wanted | expected_files() <= names
    assert any(name.startswith("docs/") for name in names)
    assert any(name.startswith("tests/") for name in names)


def test_every_subpackage_is_typed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    for folder in project["tool"]["setuptools"]["package-dir"].values():
        assert folder == "docs" or (ROOT / folder / "py.typed").is_file(), folder


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    pins = {
        line.partition("==")[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    }
    stated = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    names = {re.split(r"[\[>]", entry)[0].lower().replace("_", "-") for entry in stated}
    assert names - {"pledgebook"} <= pins


ROOMS = (
    "ledger",
    "ledger/declared",
    "ledger/register",
    "ledger/correspondence",
    "ledger/guards",
    "ledger/files",
    "ledger/events",
    "ledger/closing",
    "ledger/matching",
    "ledger/forms",
    "ledger/example",
    "ledger/__init__",
    "plugins",
    "importers/reading",
    "importers/values",
    "importers/tables",
    "importers/rows",
    "importers/judging",
    "importers/statements",
    "importers/rates",
    "importers",
    "reports/figures",
    "reports/render",
    "reports",
    "reports/letters",
    "reports/letters/render",
    "reports/publishing",
    "desk",
    "cli",
)
"""The storeys of the house from the ground up, as docs/design.md tells them: a module imports
from its own room and from those before it. What users import of the ledger, its `__init__`, stands
above its rooms."""

APART = {"plugins": {"importers", "reports", "desk", "cli"}}
"""Rooms that others above them do not import all the same: plugins are Beancount's to call."""


def modules() -> dict[str, Path]:
    """Every module of the folders by its path without ending; a package by its folder."""
    found = {}
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*.py"):
            if "data" not in path.parent.parts:  # a file of new books is no module
                module = path.relative_to(ROOT).with_suffix("")
                found[(module.parent if module.name == "__init__" else module).as_posix()] = path
    return found


MODULES = modules()


def room_of(module: str) -> str:
    """The room of a module. A package is in itself: its `__init__` is one of its files."""
    if module == "ledger":
        return "ledger/__init__"
    return MODULES[module].parent.relative_to(ROOT).as_posix()


def imported(path: Path) -> set[str]:
    """The modules of ours that a module names in an import, wherever in it that stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{each.name}" for each in node.names]
        elif isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        for name in names:
            if name.startswith("pledgebook."):
                module = name.removeprefix("pledgebook.").replace(".", "/")
                found.add(module if module in MODULES else module.rpartition("/")[0])
    return found


def test_every_module_stands_in_a_room_of_the_list() -> None:
    assert {room_of(module) for module in MODULES} == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_from_those_below_it(room: str) -> None:
    allowed = set(ROOMS[: ROOMS.index(room) + 1])
    for module, path in MODULES.items():
        if room_of(module) == room:
            wrong = {
                other
                for other in imported(path)
                if room_of(other) not in allowed
                or (room.partition("/")[0] in APART.get(room_of(other), ()))
            }
            assert wrong == set(), module


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = {module: imported(path) - {module} for module, path in MODULES.items()}
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


WIDE = 5
"""So many fields are not to be told apart by their place."""


def is_built_by_place(found: ast.ClassDef) -> bool:
    """Tell whether a value of many fields is built by their order."""
    fields = [each for each in found.body if isinstance(each, ast.AnnAssign)]
    names = [ast.unparse(each.annotation) for each in fields]
    made = " ".join(map(ast.unparse, found.decorator_list))
    by_place = names.index("KW_ONLY") if "KW_ONLY" in names else len(names)
    is_tuple = any(ast.unparse(base) == "NamedTuple" for base in found.bases)
    named = [ast.unparse(each) for each in (*found.bases, *found.keywords)]
    is_open = ("dataclass" in made and "kw_only=True" not in made) or (
        "Struct" in named and "kw_only=True" not in named
    )
    return (is_tuple or is_open) and by_place >= WIDE


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_value_of_many_fields_is_built_by_their_names(folder: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {each.name}"
        for path in (ROOT / folder).rglob("*.py")
        for each in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(each, ast.ClassDef) and is_built_by_place(each)
    ]
    assert found == []


STRUCTS = (
    "ledger",
    "ledger/declared",
    "ledger/register",
    "ledger/correspondence",
    "ledger/guards",
    "ledger/files",
    "reports/figures",
)
"""The rooms whose values every start defines, or a load or report makes by the hundred thousand."""


@pytest.mark.parametrize("room", STRUCTS)
def test_values_of_loads_and_reports_are_structs(room: str) -> None:
    keeping = {"Selection"}  # what was worked out of it does not go over to what replaces it
    found = {
        each.name
        for path in (ROOT / room).glob("*.py")
        for each in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(each, ast.ClassDef)
        if any("dataclass" in ast.unparse(made) for made in each.decorator_list)
    }
    assert found <= keeping


def test_what_is_refused_reaches_a_person_by_one_door() -> None:
    """A command does not catch refusals to print them; the group does it for all."""
    caught = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "cli").rglob("*.py")
        if re.search(r"except [^\n]*\bRefusedError\b[^\n]*:\n\s+fail\(", path.read_text("utf-8"))
    }
    assert caught == {"cli/main.py"}


def planned(goal: str, venv: Path) -> str:
    """What `make` would do for a goal with an environment."""
    command = ["make", "--dry-run", goal, f"VENV={venv}"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def make_stamps(goal: str, venv: Path) -> None:
    """Leave in an environment what `make` would say of it once a goal was met."""
    venv.mkdir(exist_ok=True)
    for stamp in re.findall(r"^touch (.*)$", planned(goal, venv), re.MULTILINE):
        Path(stamp).touch()


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_the_demo_installs_what_runs_and_the_tests_what_they_take_besides(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    assert "[dev]" not in planned("demo", venv)
    assert "[dev]" in planned("lint", venv)
    make_stamps("demo", venv)
    assert " install " not in planned("demo", venv)
    assert re.findall(r"(?<=--editable )\S+", planned("lint", venv)) == ["'.[dev]'"]
    make_stamps("install", venv)
    assert " install " not in planned("lint", venv)


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_an_environment_that_was_copied_is_made_anew(tmp_path: Path) -> None:
    make_stamps("install", tmp_path / "venv")
    shutil.copytree(tmp_path / "venv", tmp_path / "copied")
    assert "venv --clear" not in planned("lint", tmp_path / "venv")
    assert "venv --clear" in planned("lint", tmp_path / "copied")
