"""Making a new book: a folder with its settings, the mandate, an inbox and Fava's options."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

from pledgebook.ledger.findings import RefusedError

FOLDERS = ("inbox", "documents")


class FolderNotEmptyError(RefusedError):
    """A new book is made in a folder of its own; the message names the folder."""


def make_book(folder: Path) -> Path:
    """Make a new book in `folder` (made if missing, else it must be empty); return its main file.

    Raises FolderNotEmptyError, and then nothing is written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderNotEmptyError(
            f"{folder}: a new book is made in an empty folder; this one holds something. Name "
            "another folder."
        )
    folder.mkdir(parents=True, exist_ok=True)
    template = resources.files("pledgebook.ledger") / "data" / "book"
    with resources.as_file(template) as source:
        for file in sorted(source.iterdir()):
            if file.is_file():
                shutil.copyfile(file, folder / file.name)
    for name in FOLDERS:
        (folder / name).mkdir()
    return folder / "main.beancount"
