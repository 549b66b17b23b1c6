"""Making a new book: a folder with its settings, the mandate, an inbox and Fava's options."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from msgspec import structs
from pledgebook.ledger.files.committing import commit, is_interrupted, is_ours, recover
from pledgebook.ledger.files.locking import one_writer
from pledgebook.ledger.findings import RefusedError
from pledgebook.ledger.occasion import on_occasion, present_occasion
from pledgebook.ledger.register.book import digest_of

FOLDERS = ("inbox", "documents")
_MAKING = "init"


class FolderNotEmptyError(RefusedError):
    """A new book is made in a folder of its own; the message names the folder."""


def make_book(folder: Path) -> Path:
    """Make a new book in `folder` (made if missing, else it must be empty), all of it or nothing;
    return its main file.

    Raises FolderNotEmptyError, and then nothing is written; OSError.
    """
    if not is_interrupted(folder):
        _refuse_filled(folder)
    folder.mkdir(parents=True, exist_ok=True)
    main = folder / "main.beancount"
    with one_writer(folder), on_occasion(structs.replace(present_occasion(), what=_MAKING)):
        finished = recover(folder)
        if finished is not None and finished.what == _MAKING:
            return main
        _refuse_filled(folder)
        template = resources.files("pledgebook.ledger") / "data" / "book"
        files = (file for file in template.iterdir() if file.is_file())
        contents = {folder / file.name: file.read_bytes() for file in files}
        stands = {
            path.name: digest_of(content)
            for path, content in contents.items()
            if path.suffix == ".beancount"
        }
        folders = [folder / name for name in FOLDERS]
        commit(folder, contents, {}, folders, told={"stands": stands})
    return main


def _refuse_filled(folder: Path) -> None:
    """Raise FolderNotEmptyError where something is in a folder but what a making left."""
    if folder.exists() and (not folder.is_dir() or not all(map(is_ours, folder.iterdir()))):
        raise FolderNotEmptyError(
            f"{folder}: a new book is made in an empty folder; this one holds something. Name "
            "another folder."
        )
