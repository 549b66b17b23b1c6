"""What is installed is what stands in the folders: nothing missing, nothing else."""

from __future__ import annotations

import ast
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("cli", "importers", "ledger", "plugins", "reports")


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
    """Every module and data file of the folders, as a path below `pledgebook/`."""
    return {
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
        assert (ROOT / folder / "py.typed").is_file(), folder


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    pins = {
        line.partition("==")[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    }
    stated = project["dependencies"] + project["optional-dependencies"]["dev"]
    names = {entry.split(">")[0].lower().replace("_", "-") for entry in stated}
    assert names <= pins


MAY_IMPORT: dict[str, set[str]] = {
    "ledger": set(),
    "plugins": {"ledger"},
    "importers": {"ledger"},
    "reports": {"ledger", "importers"},
    "cli": {"ledger", "plugins", "importers", "reports"},
}
"""What each folder may import besides itself, as docs/design.md says under Layers."""


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_imports_only_from_those_below_it(folder: str) -> None:
    found = set()
    for path in (ROOT / folder).rglob("*.py"):
        if "data" in path.parent.parts:
            continue  # a file of new books, not a module
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            names += [each.name for each in node.names] if isinstance(node, ast.Import) else []
            parts = [name.split(".") for name in names]
            found |= {
                (path.relative_to(ROOT).as_posix(), each[1])
                for each in parts
                if each[0] == "pledgebook" and len(each) > 1
            }
    allowed = {folder, *MAY_IMPORT[folder]}
    assert found
    assert [each for each in sorted(found) if each[1] not in allowed] == []
