"""The desk's pages the first time after an edit, against Fava's income statement."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import cache, partial
from http import HTTPStatus
from pathlib import Path
from statistics import median

from benchmarks.books import DONORS, PERIOD, donors, make_pledges, new_book
from benchmarks.measuring import Figure, Often, call, processor, repeat, seconds
from benchmarks.rows import Bench, Row, Sizes

_ALERT = b'<div role="alert">\n<p>'
"""How a page begins that only says why it could not be made."""

_STATEMENT = "api/income_statement"
_PAGES = (
    "Contributions/",
    "Contributions/?q=italie",
    "Record/",
    "Record/?event=payment",
    "Donor/",
    "Donor/?donor=AFG",
    "Inbox/",
    "Reconcile/",
    "Reports/?name=schedule",
    "Reports/?name=ageing",
    "Reports/?name=annex",
    "Reports/?behind=closing&fund=CPCJF&class=special",
    "Paragraphs/",
    "Paragraphs/?paragraph=OP14",
)


def rows(sizes: Sizes) -> list[Row]:
    """Return the rows of pages."""
    return [
        Row(
            name=f"page {page}, {count:,} pledges, first time after an edit",
            against="Fava's income statement, so too",
            goal=2,
            measure=partial(_page, page, count),
        )
        for count in sizes.pages
        for page in _PAGES
    ]


def first_times(path: str, edited: str, pairs: int, limit: float) -> list[list[float]]:
    """Return the seconds of the income statement and of each page, a list a turn.

    Fava is started on the book at `path`, and everything asked once. Then its entries become those
    of the file `edited`, and Fava loads them. From there each page is asked in a copy of the
    process, as if it were the first after the edit.
    """
    from fava.application import create_app  # noqa: PLC0415 - a second, in this process alone

    def ask(url: str) -> None:
        answer = client.get(url)
        if answer.status_code != HTTPStatus.OK or _ALERT in answer.data:
            raise ValueError(f"{url} could not be made ({answer.status})")

    main = Path(path)
    client = create_app([main], load=True, poll_watcher=True).test_client()
    base = client.get("/").headers["Location"].split("/")[1]
    urls = [f"/{base}/{_STATEMENT}", *(_url(base, page) for page in _PAGES)]
    for url in urls:
        ask(url)
    (main.parent / f"{PERIOD}.beancount").write_text(Path(edited).read_text("utf-8"), "utf-8")
    if client.get(f"/{base}/api/changed").get_json()["data"] is not True:
        raise ValueError("Fava did not see the edit")
    return repeat(lambda _: [_in_copy(ask, url) for url in urls], Often(pairs, limit))


def _url(base: str, page: str) -> str:
    return f"/{base}/extension/{page}{'&' if '?' in page else '?'}partial=true"


def _in_copy(ask: Callable[[str], None], url: str) -> float:
    """Ask in a forked copy of this process, as it was after the load; return the seconds."""
    reading, writing = os.pipe()
    copy = os.fork()
    if not copy:
        status = 1
        try:
            os.write(writing, json.dumps(processor(lambda: ask(url))).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as said:
        text = said.read()
    os.waitpid(copy, 0)
    if not text:
        raise ValueError(f"{url} was not answered")
    return float(text)


def _page(page: str, count: int, bench: Bench) -> Figure:
    turns = _pages(bench, count)
    at = 1 + _PAGES.index(page)
    return Figure(
        median(turn[at] / turn[0] for turn in turns),
        f"{seconds(median(turn[at] for turn in turns))} / "
        f"{seconds(median(turn[0] for turn in turns))}",
    )


@cache
def _pages(bench: Bench, count: int) -> list[list[float]]:
    folder = bench.room()
    main = new_book(folder / "book")
    period = main.parent / f"{PERIOD}.beancount"
    before = period.read_text("utf-8")
    edited = folder / "edited.beancount"
    edited.write_text(before + make_pledges(donors(), count).text, "utf-8")
    period.write_text(before + make_pledges(donors(), DONORS).text, "utf-8")
    often = bench.sizes.often
    return call(first_times, str(main), str(edited), often.pairs, often.seconds)
