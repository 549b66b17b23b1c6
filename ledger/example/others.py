"""Examples that are data alone: a folder each in `books/`, with the commands that make the book.

`steps.txt` has a command a line, as a person types it, with DIR for the book's folder; the first
one makes the book. Then `settings.beancount` is added to what that declares, and the sheets of
`inbox` are sent. A line that begins with # says why.
"""

from __future__ import annotations

import shlex
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from pledgebook.ledger.example.making import send

CRIME = "crime"
"""The example that `pledgebook demo` makes unless another is named."""
OTHERS = ("water", "treaty")
DIR = "DIR"
"""In a step, the book's folder."""


def _folder(name: str) -> Traversable:
    return resources.files(__package__) / "books" / name


def read_steps(name: str) -> list[list[str]]:
    """Return the commands that make an example, in words."""
    lines = (_folder(name) / "steps.txt").read_text("utf-8").splitlines()
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def fill_example(name: str, folder: Path) -> None:
    """Add to a new book what an example declares, and put what donors send into its inbox."""
    ours = _folder(name)
    with (folder / "settings.beancount").open("a", encoding="utf-8", newline="\n") as file:
        file.write((ours / "settings.beancount").read_text("utf-8"))
    for sheet in (ours / "inbox").iterdir():
        if sheet.name.endswith(".csv"):
            send(sheet, folder / "inbox" / f"{sheet.name.removesuffix('.csv')}.xlsx")
        else:
            (folder / "inbox" / sheet.name).write_bytes(sheet.read_bytes())
