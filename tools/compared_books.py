"""Makes the books that `compare_versions.py` compares, with the version that runs it.

    python tools/compared_books.py FOLDER [TESTS COUNT SEED]

The example (`pledgebook demo`), the two golden books and COUNT random ones are made in
`FOLDER/books`, by the generators in the folder TESTS; without it the books stand there already.
`FOLDER/plan.json` says what is asked of them. Of the random books every other is written by hand,
the rest recorded by the builders of events. A third of them has one period closed already, a third
two; half have a mandate and rates. All amounts and rates are made up.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator
from datetime import date
from importlib import import_module
from pathlib import Path
from random import Random

from compared_documents import ask, documents_of

CLOSED = ((), ("2000-2001",), ("2000-2001", "2002-2003"))
UNITS = {"EUR": 1, "ITL": 1936, "DEM": 2, "NOK": 8}
"""About what one dollar is."""
_ENTRY = re.compile(r"\n(?=\d{4}-\d\d-\d\d )")


def main() -> None:
    """Make the books and the plan."""
    folder = Path(sys.argv[1]).resolve()
    if made := sys.argv[2:]:
        sys.path.insert(0, made[0])
        make_books(folder / "books", int(made[1]), int(made[2]))
    write_plan(folder)


def make_books(books: Path, count: int, seed: int) -> None:
    """Make all books in a new folder, so many random ones among them."""
    books.mkdir(parents=True)
    run("demo", str(books / "demo"))
    for policy in ("pledge", "receipt"):
        import_module("conftest").split_golden(books / f"golden-{policy}", policy)
    make_random_books(books, count, seed)


def write_plan(folder: Path) -> None:
    """Write what is asked of the books in `folder/books`; the example is made once more."""
    plan = []
    for book in sorted((folder / "books").iterdir()):
        plan += [{"book": book.name, "arguments": each} for each in documents_of(book)]
        if book.name == "demo":
            plan += [{"book": book.name, "arguments": each} for each in _making(book)]
    (folder / "plan.json").write_text(json.dumps(plan), "utf-8")


def _making(demo: Path) -> Iterator[list[str]]:
    """Yield the making of books: an empty one, the example, and how its files are read."""
    yield ["init", "made/new"]
    yield ["demo", "made/demo"]
    for path in sorted((demo / "inbox").iterdir()):
        yield ["inspect", f"demo/inbox/{path.name}", "--json"]
        yield ["--book", "made/demo", "import", f"demo/inbox/{path.name}", "--dry-run", "--json"]


def make_random_books(books: Path, count: int, seed: int) -> None:
    """Make so many random books in a folder; each is the same whenever its seed is."""
    for number in range(count):
        written, turn = number % 2 == 0, number // 2
        folder = books / f"{'written' if written else 'recorded'}-{number:03}"
        folder.mkdir()
        random = Random(f"{seed} {number}")  # noqa: S311 - repeatable draws
        (_write if written else _record)(folder, random, turn)
        if turn % 4 < 2:
            _add_mandate_and_rates(folder, random)
        for period in CLOSED[turn % 3]:
            answer = ask(["--book", str(folder), "close", period])
            if answer["status"] != 0:  # it is compared all the same
                print(f"{folder.name} stays open: {answer['err'].strip()}")
                break


def _write(folder: Path, random: Random, turn: int) -> None:
    """Write a life by hand, a file a period."""
    oracle = import_module("test_oracle")
    policies = oracle.POLICIES[turn % len(oracle.POLICIES)]
    oracle.split(oracle.written(random.randrange(2**32), policies), folder)


def _record(folder: Path, random: Random, turn: int) -> None:
    """Record a life with the builders, and give each period its file."""
    policies = import_module("test_oracle").POLICIES
    lives = import_module("test_ledger_lives")
    lives.Life(folder, random, policies[turn % len(policies)]).run(40)
    main, whole = folder / "main.beancount", folder / "entries.beancount"
    entries = _ENTRY.split("\n" + whole.read_text("utf-8"))
    whole.unlink()
    includes = ""
    for first in (2000, 2002, 2004):
        name = f"{first}-{first + 1}.beancount"
        own = [each for each in entries if each[:4] in {str(first), str(first + 1)}]
        (folder / name).write_text("\n".join(own) + "\n", "utf-8")
        includes += f'include "{name}"\n'
    text = main.read_text("utf-8")
    main.write_text(text.replace('include "entries.beancount"\n', includes), "utf-8")


def _add_mandate_and_rates(folder: Path, random: Random) -> None:
    mandate = import_module("conftest").MANDATE
    shutil.copy(mandate, folder)
    lines = [
        f"{date(year, month, 1)} price USD {units * random.randint(700, 1500) / 1000:.4f} {code}\n"
        for year in range(2000, 2006)
        for month in (1, 4, 7, 10)
        for code, units in UNITS.items()
    ]
    (folder / "rates.beancount").write_text("".join(lines), "utf-8")
    with (folder / "main.beancount").open("a", encoding="utf-8") as file:
        file.write(f'include "{mandate.name}"\ninclude "rates.beancount"\n')


def run(*arguments: str) -> None:
    """Run a command that has to succeed."""
    answer = ask(arguments)
    if answer["status"] != 0:
        raise SystemExit(f"pledgebook {' '.join(arguments)}: {answer['status']} {answer['err']}")


if __name__ == "__main__":
    main()
