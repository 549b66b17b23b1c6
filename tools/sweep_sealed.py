"""Change a sealed book in many ways, one at a time, and hold `verify` to name each.

    python tools/sweep_sealed.py BOOK [--samples N] [--seed S]

BOOK is a folder; it is copied and stays as it is. Of the copy one byte is changed or taken out, or
one line, or one file, N times at random (0: each byte and each line of each file in turn, which
takes hours); then every seal is verified. What is not named has to be harmless: the files then say
the same, as Beancount alone parses and books them, but for what docs/periods.md lists as not
sealed. A line is printed for each change that is neither, or ends in an exception; the status is 0
if there is none.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from beancount.core.data import (
    Close,
    Commodity,
    Custom,
    Directive,
    Open,
    Price,
    Transaction,
    entry_sortkey,
)
from beancount.parser import booking, parser
from pledgebook.ledger.closing.proof import verify_seals
from pledgebook.ledger.declared.declarations import FORMS
from pledgebook.ledger.register.history import HISTORY
from pledgebook.reports.closing import make_figures

NOT_SEALED = frozenset(
    {"alias", "announcement", "letterhead", "addressee", "fava-option", "fava-extension"}
    | {"fava-sidebar-link", "budget"}
)
"""Declarations that no seal covers, as docs/periods.md lists them."""

_SHOWN = frozenset({"title", "documents", "render_commas", "display_precision"})
_MADE = frozenset({"filename", "input_hash", "dcontext", "commodities", "long_string_maxlines"})


class Change(NamedTuple):
    """One change of a file: its bytes from `start` to `stop` become `instead`; None is no file."""

    file: Path
    start: int
    stop: int
    instead: bytes | None

    def of(self, content: bytes) -> bytes | None:
        """Return the file's content with the change made."""
        if self.instead is None:
            return None
        return content[: self.start] + self.instead + content[self.stop :]


def changes_of(folder: Path, samples: int, seed: int) -> Iterator[Change]:
    """Yield so many changes at random, spread over the files by their size's root; or, for 0, each
    byte and each line of each file. Each file is taken out once in any case.
    """
    files = sorted(each.relative_to(folder) for each in folder.rglob("*") if each.is_file())
    chance = random.Random(seed)  # noqa: S311 - a sample that can be drawn again
    for file in files:
        yield Change(file, 0, 0, None)
    contents = {file: (folder / file).read_bytes() for file in files}
    if not samples:
        for file, content in contents.items():
            for at in range(len(content)):
                yield _byte(chance, file, content, at)
            yield from (Change(file, *span, b"") for span in _lines(content))
        return
    weights = [len(content) ** 0.5 for content in contents.values()]
    for number in range(samples):
        (file,) = chance.choices(files, weights)
        content = contents[file]
        if number % 5:
            yield _byte(chance, file, content, chance.randrange(len(content)))
        else:
            yield Change(file, *chance.choice(list(_lines(content))), b"")


def _byte(chance: random.Random, file: Path, content: bytes, at: int) -> Change:
    kinds = (b"x", b"0", b'"', b"\n", b" ", b";", b"\xe9", b"\x00", bytes([content[at] ^ 1]), b"")
    return Change(file, at, at + 1, chance.choice([kind for kind in kinds if kind != content[at:at + 1]]))  # fmt: skip  # noqa: E501


def _lines(content: bytes) -> Iterator[tuple[int, int]]:
    at = 0
    for line in content.splitlines(keepends=True):
        yield at, at + len(line)
        at += len(line)


def meaning_of(folder: Path, until: date) -> Counter[str]:
    """Return what the files of a book say that is sealed, as Beancount alone parses and books them,
    and what stands in sealed/ as it is written; entries and rates up to a day.
    """
    said: Counter[str] = Counter()
    parsed: list[Directive] = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".json":
            said[f"{name} {path.read_bytes()!r}"] += 1
        if path.suffix != ".beancount":
            continue
        entries, errors, options = parser.parse_file(str(path))
        said.update(f"{name} error {getattr(error, 'message', error)}" for error in errors)
        for key, value in options.items():
            if key not in _SHOWN | _MADE:
                said[f"{name} {key} {value}"] += 1
        parsed += entries
    options = parser.parse_file(str(folder / HISTORY))[2]
    entries, errors = booking.book(sorted(parsed, key=entry_sortkey), options)
    said.update(f"error {getattr(error, 'message', error)}" for error in errors)
    for entry in entries:
        if isinstance(entry, (Open, Close, Commodity)):
            continue
        if isinstance(entry, Custom) and (entry.type in NOT_SEALED or entry.type not in FORMS):
            continue  # of no kind that is read, it says nothing
        carried = "carried-from" in entry.meta
        if isinstance(entry, (Price, Transaction)) and entry.date > until and not carried:
            continue
        said[_written(entry)] += 1
    return said


def _written(entry: object) -> str:
    """Return a parsed directive as text without where it stands and how its numbers are written."""
    if hasattr(entry, "_asdict"):
        fields = {key: value for key, value in entry._asdict().items() if key != "source"}
        return f"{type(entry).__name__}({', '.join(map(_written, fields.values()))})"
    if isinstance(entry, dict):
        kept = {key: entry[key] for key in sorted(entry) if key not in {"filename", "lineno"}}
        return str(
            {key: _written(value) for key, value in kept.items() if not key.startswith("__")}
        )
    if isinstance(entry, (list, tuple)):
        return f"[{', '.join(map(_written, entry))}]"
    if isinstance(entry, (set, frozenset)):
        return str(sorted(map(str, entry)))
    normal = getattr(entry, "normalize", None)
    return str(normal() if normal else entry)


def is_named(folder: Path) -> bool:
    """Tell whether verifying the book finds something."""
    verdicts = verify_seals(folder / "main.beancount", make_figures)
    return not verdicts or not all(verdict.holds for verdict in verdicts)


def sweep(book: Path, until: date, samples: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Return how many changes were named and how many were harmless, and a line for each that was
    neither. `until` is the last day that is sealed.
    """
    counts: Counter[str] = Counter()
    wrong = []
    with tempfile.TemporaryDirectory(prefix="pledgebook-sweep-") as name:
        folder = Path(shutil.copytree(book, Path(name).resolve() / "book"))
        sound = meaning_of(folder, until)
        for change in changes_of(book, samples, seed):
            path = folder / change.file
            content = path.read_bytes()
            changed = change.of(content)
            if changed is None:
                path.unlink()
            else:
                path.write_bytes(changed)
            counts["changes"] += 1
            try:
                if is_named(folder):
                    counts["named"] += 1
                elif meaning_of(folder, until) == sound:
                    counts["harmless"] += 1
                else:
                    was = content[max(0, change.start - 30) : change.stop + 30]
                    wrong.append(f"{change}: {was!r}, not named")
            except Exception as error:  # noqa: BLE001 - that none comes is what is tried
                wrong.append(f"{change}: {error!r}")
            path.write_bytes(content)
    return counts, wrong


def main() -> None:
    """Run the sweep over a book of one's own."""
    asked = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    asked.add_argument("book", type=Path)
    asked.add_argument("--samples", type=int, default=2000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--until", type=date.fromisoformat, required=True, help="last sealed day")
    given = asked.parse_args()
    counts, wrong = sweep(given.book, given.until, given.samples, given.seed)
    for line in wrong:
        print(line)
    print(", ".join(f"{number} {what}" for what, number in counts.items()), f"{len(wrong)} wrong")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
