"""Measure the desk's pages on a book of many pledges, beside Fava's own income statement.

    python tools/measure_desk.py 5000

Every figure of the book is made up. A page is asked for twice: the first time it computes what it
shows, the second it has it. Sizes are of the page itself, without what Fava adds to every page.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

from fava.application import create_app
from flask.testing import FlaskClient
from pledgebook.ledger.declared.donors import Directory
from pledgebook.ledger.files.making import make_book

PAGES = (
    "Contributions/",
    "Contributions/?q=italie",
    "Record/",
    "Record/?event=payment",
    "Donor/",
    "Donor/?donor=AFG",
    "Reports/?name=schedule",
    "Reports/?name=ageing",
    "Reports/?name=annex",
    "Reports/?behind=closing&fund=CPCJF&class=special",
    "Paragraphs/",
    "Paragraphs/?paragraph=OP14",
)
_DONORS = 180
_FIRST = date(2002, 1, 2)


def entries(pledges: int) -> Iterator[tuple[date, str]]:
    """Yield pledges of many States and payments of three in four of them."""
    codes = [donor.code for donor in Directory.of_states() if donor.is_valid(_FIRST)][:_DONORS]
    for number in range(pledges):
        code = codes[number % len(codes)]
        day = _FIRST + timedelta(days=(number * 7) % 600)
        label = f"{code}-{day.year}-{number + 1:05}"
        units = 1000 + number % 977
        head = f'  class: "special"\n  purpose: "corruption"\n  Assets:CPCJF:Pledges:{code}  '
        yield (
            day,
            f'{day} * "{code}" "Pledge, note verbale {number} (made up)" ^{label}\n{head}'
            f'{units} USD {{0 # {units}.00 USD, "{label}.1"}}\n'
            f"    due: {day + timedelta(days=60)}\n"
            f"  Income:CPCJF:Contributions:{code}  -{units}.00 USD\n",
        )
        if number % 4:
            paid = day + timedelta(days=30)
            yield (
                paid,
                f'{paid} * "{code}" "Payment of {label}.1" ^{label}\n{head}'
                f'-{units} USD {{"{label}.1"}}\n  Assets:CPCJF:Cash  {units}.00 USD\n',
            )


def ask(client: FlaskClient, path: str) -> tuple[float, int]:
    """Return the seconds a page takes and its bytes."""
    begun = perf_counter()
    size = len(client.get(path).data)
    return perf_counter() - begun, size


def main() -> None:
    """Make the book, load it in Fava, and say what each page takes."""
    pledges = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    with tempfile.TemporaryDirectory() as folder:
        book = make_book(Path(folder) / "book")
        made = sorted(entries(pledges), key=lambda entry: entry[0])
        with (book.parent / "2002-2003.beancount").open("a", encoding="utf-8") as file:
            file.write("\n" + "\n".join(text for _, text in made))
        begun = perf_counter()
        app = create_app([book], load=True, poll_watcher=True)
        print(f"{pledges:,} pledges, loaded in {perf_counter() - begun:.1f} s")
        client = app.test_client()
        base = client.get("/").headers["Location"].split("/")[1]
        own = [ask(client, f"/{base}/api/income_statement")[0] for _ in range(3)]
        print(f"income statement: first {own[0] * 1000:.0f} ms, then {min(own[1:]) * 1000:.0f} ms")
        for page in PAGES:
            url = f"/{base}/extension/{page}{'&' if '?' in page else '?'}partial=true"
            (first, _), *again = [ask(client, url) for _ in range(3)]
            then, size = min(again)
            print(
                f"{page:50} first {first * 1000:6.0f} ms ({first / own[0]:4.1f} ×), then "
                f"{then * 1000:4.0f} ms ({then / min(own[1:]):4.1f} ×), {size / 1000:4.0f} kB"
            )


if __name__ == "__main__":
    main()
