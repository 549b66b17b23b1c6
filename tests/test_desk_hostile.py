"""A hostile book in Chromium, in short: nothing of it runs. All of it: tools/attack_pages.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from attack_pages import Elsewhere, Outcome, alone, app_of, attack, digest_of, elsewhere, serving
from foreign_pages import Told, list_writes, listen, try_to_write
from hostile_book import RAN, HostileBook, make_hostile_book
from playwright.sync_api import Browser, Page
from serving import NEEDS_CHROMIUM

pytestmark = NEEDS_CHROMIUM
SHORT = ("journal/", "extension/Donor/", "extension/Reconcile/", "account/Assets:CPCJF:Cash/")


@pytest.fixture(scope="module")
def other() -> Iterator[Elsewhere]:
    with elsewhere() as server:
        yield server


@pytest.fixture
def hostile(tmp_path: Path, other: Elsewhere) -> HostileBook:
    other.asked.clear()
    return make_hostile_book(tmp_path / "book", other.address)


def attacked(browser: Browser, book: HostileBook, layers: str, paths: Sequence[str]) -> Outcome:
    with serving(app_of(book.main, layers)) as base:
        return attack(browser, base, book, paths, using=False)


def test_nothing_of_a_hostile_book_runs_or_asks_another_origin(
    browser: Browser, hostile: HostileBook, other: Elsewhere
) -> None:
    outcome = attacked(browser, hostile, "all", SHORT)
    assert outcome.seen.through == []
    assert other.asked == []
    assert outcome.seen.blocked == {}  # nothing was there that the policy would have had to stop
    assert outcome.seen.broken == []
    assert outcome.changed == []
    assert outcome.shown == len(SHORT)


# The last ran under a policy of `script-src 'self'`, which covers filed documents.
UNESCAPED = ("img-writes", "script-foreign", "style-import", "base", "srcdoc-document")


def test_where_the_words_are_not_escaped_the_policy_holds(
    browser: Browser, hostile: HostileBook, other: Elsewhere
) -> None:
    paths = [alone(hostile, name) for name in UNESCAPED]
    outcome = attacked(browser, hostile, "policy", paths)
    assert outcome.seen.through == []
    assert other.asked == []
    assert {"script-src-attr", "script-src-elem", "base-uri"} <= set(outcome.seen.blocked)
    assert outcome.changed == []


def test_the_attack_is_one(browser: Browser, hostile: HostileBook, other: Elsewhere) -> None:
    paths = [alone(hostile, name) for name in ("img-writes", "srcdoc-document", "style-import")]
    outcome = attacked(browser, hostile, "none", paths)
    assert {f"{RAN}img-writes", f"{RAN}file"} <= set(outcome.seen.through)
    assert {"/file", "/style.css"} <= set(other.asked)
    assert len(outcome.changed) == 1


def test_a_page_of_another_origin_writes_nothing(
    page: Page, hostile: HostileBook, other: Elsewhere
) -> None:
    app, told, before = app_of(hostile.main, "all"), Told(), digest_of(hostile.main.parent)
    listen(app, told)
    wanted = ("source", "add_entries", "document", "record")
    writes = [each for each in list_writes(hostile) if each[1].partition("?")[0].endswith(wanted)]
    with serving(app) as base:
        page.goto(other.address.replace("127.0.0.1", "localhost"))
        try_to_write(page, base, writes, told)
    assert told.through == []
    assert set(told.answered) == {403}
    assert told.answered[403] > 50  # what needs no leave does arrive
    assert digest_of(hostile.main.parent) == before
