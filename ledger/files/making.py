"""Making a new book: a folder with its settings, the mandate, an inbox and Fava's options."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import structs
from pledgebook.ledger.files.committing import commit, is_interrupted, is_ours, recover
from pledgebook.ledger.files.declaring import Declare, save_declared
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.locking import one_writer
from pledgebook.ledger.findings import RefusedError
from pledgebook.ledger.occasion import on_occasion, present_occasion
from pledgebook.ledger.register.book import digest_of

FOLDERS = ("inbox", "documents")
_MAKING = "init"


class FolderNotEmptyError(RefusedError):
    """A new book is made in a folder of its own; the message names the folder."""


def make_book(folder: Path, declares: Sequence[Declare] = ()) -> Path:
    """Make a new book in `folder` (made if missing, else it must be empty), all of it or nothing;
    return its main file. What `declares` says, one after the other, stands in it besides what comes
    with the package, or in its place.

    Raises FolderNotEmptyError, BookRefusedError for what cannot be declared, and then nothing is
    written; OSError.
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
        contents = {folder / name: content for name, content in _contents(declares).items()}
        stands = {
            path.name: digest_of(content)
            for path, content in contents.items()
            if path.suffix == ".beancount"
        }
        folders = [folder / name for name in FOLDERS]
        commit(folder, contents, {}, folders, told={"stands": stands})
    return main


def _contents(declares: Sequence[Declare]) -> dict[str, bytes]:
    """Return the files of a new book by name. What is declared is written into a book aside, by the
    writer that would write it into this one.
    """
    template = resources.files("pledgebook.ledger") / "data" / "book"
    files = {file.name: file.read_bytes() for file in template.iterdir() if file.is_file()}
    if not declares:
        return files
    with TemporaryDirectory() as name:
        aside = Path(name).resolve() / "book"
        for each in (aside, *(aside / each for each in FOLDERS)):
            each.mkdir()
        for file, content in files.items():
            (aside / file).write_bytes(content)
        for declare in declares:
            book = load_book(aside / "main.beancount")
            save_declared(book, declare(book))
        read = {path.name for path in load_book(aside / "main.beancount").files}
        kept = (each for each in aside.iterdir() if each.name in read or each.suffix == ".py")
        return {each.name: each.read_bytes() for each in kept}


def _refuse_filled(folder: Path) -> None:
    """Raise FolderNotEmptyError where something is in a folder but what a making left."""
    if folder.exists() and (not folder.is_dir() or not all(map(is_ours, folder.iterdir()))):
        raise FolderNotEmptyError(
            f"{folder}: a new book is made in an empty folder; this one holds something. Name "
            "another folder."
        )
