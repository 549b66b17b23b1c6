"""What is kept of each row while a large sheet is read. All amounts are made up."""

from __future__ import annotations

import gc
from pathlib import Path
from types import FrameType

from clerk_sheets import TODAY, book, write_csv
from pledgebook.importers.imports import import_files


def test_a_row_that_waits_keeps_nothing_of_the_steps_that_read_it(tmp_path: Path) -> None:
    names = ["Austria", "Nobody we know"]
    rows = [[names[at % 2], f"NV {at}", "2002-03-01", "XOF", str(1000 + at)] for at in range(500)]
    path = write_csv(
        tmp_path / "s.csv", [["Donor", "Reference", "Date of pledge", "Currency", "Amount"], *rows]
    )
    alive: list[list[str]] = []
    others = [each for each in gc.get_objects() if isinstance(each, FrameType)]
    before = set(map(id, others))

    def look(_file: str, _done: int, _count: int) -> None:
        frames = (each for each in gc.get_objects() if isinstance(each, FrameType))
        own = [
            frame
            for frame in frames
            if "importers" in frame.f_code.co_filename and id(frame) not in before
        ]
        alive.append([frame.f_code.co_name for frame in own])

    result = import_files(book(), [path], fund="CPCJF", today=TODAY, dry_run=True, tell=look)
    assert result.files[0].count("waiting") == 500
    assert len(alive) >= 2
    # Those of this very moment and of what raised last; not of hundreds of rows.
    assert max(map(len, alive)) < 30
