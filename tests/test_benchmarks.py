"""The benchmarks run to their end, at sizes at which no figure means anything; none is judged."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "performance.md"


def benchmarks(*words: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks", *words],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def rows_of(page: str, heading: str) -> list[list[str]]:
    """The table under a heading, without its head."""
    (section,) = re.findall(rf"(?ms)^## {heading}\n.*?(?=^## |\Z)", page)
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.parametrize(
    ("heading", "option", "how"),
    [("Measured", (), ("--copies",)), ("Measured at 100,000 pledges", ("--large",), ())],
)
def test_every_row_is_measured_and_written_in_its_table_alone(
    heading: str, option: tuple[str, ...], how: tuple[str, ...], tmp_path: Path
) -> None:
    page = Path(shutil.copy(PAGE, tmp_path))
    before = PAGE.read_text("utf-8")
    names = benchmarks("--quick", "--list", *option).splitlines()
    said = benchmarks("--quick", *option, *how, "--page", str(page))
    after = page.read_text("utf-8")
    written = rows_of(after, heading)
    assert [cells[0] for cells in written] == names
    assert all(re.match(r"\d", cells[2]) for cells in written)
    assert f"{len(names)} rows in" in said
    around = re.compile(rf"(?ms)(?<=^## {heading}\n).*?(?=^## |\Z)")
    assert around.sub("", after) == around.sub("", before)


def test_the_page_shows_the_rows_there_are() -> None:
    page = PAGE.read_text("utf-8")
    for heading, option in (("Measured", ()), ("Measured at 100,000 pledges", ("--large",))):
        assert [cells[0] for cells in rows_of(page, heading)] == benchmarks(
            "--list", *option
        ).splitlines(), "run make bench"
