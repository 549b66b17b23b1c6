"""Attack the pages of Fava and the desk in Chromium, and say what got through.

    python tools/attack_pages.py                      # as `serve` serves them
    python tools/attack_pages.py --layers none        # as Fava alone does
    python tools/attack_pages.py --layers policy      # only the policy; or: escaping, files, guard

A book full of hostile texts (hostile_book.py) is opened on every page there is, each text also by
itself in the journal; what invites a click is clicked. Then pages of another origin try to write,
to read and to frame. A line is printed for each thing that ran, asked another origin, led the
window away or changed a file; the status is 1 if there is one.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote, urlencode

from fava.application import create_app
from flask import Flask
from foreign_pages import Told, attack_from, listen
from hostile_book import RAN, SLUG, HostileBook, make_hostile_book
from playwright.sync_api import Browser, Error, Page, sync_playwright
from pledgebook.desk.guarding import refuse_foreign_requests
from pledgebook.desk.serving import make_server, served_app
from pledgebook.desk.shielding import EscapeAlways, shield

CHROMIUM = "/usr/bin/chromium"
OPTIONS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
HOST = "127.0.0.1"
SANDBOXED = "/sandboxed"
"""Where a page of no origin stands."""
PATIENCE = 20_000
"""Milliseconds that a page may take."""
_LISTEN = """addEventListener("securitypolicyviolation", (event) =>
  console.debug("BLOCKED:" + event.effectiveDirective + " " + event.blockedURI), true)"""
_CLICK = """() => { for (const each of document.querySelectorAll(".hostile")) {
  each.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true})) } }"""
_WORDS = """() => document.body.innerText + [...document.querySelectorAll("input, textarea")]
  .map((each) => each.value).join("\\n")"""


class Elsewhere(ThreadingHTTPServer):
    """A server of another origin, which keeps what it was asked for; "(connection)" where
    something only made ready to ask.
    """

    def __init__(self) -> None:
        super().__init__((HOST, 0), _Answering)
        self.asked: list[str] = []
        self.address = f"http://{HOST}:{self.server_port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        """Note that somebody connected."""
        self.asked.append("(connection)")
        super().process_request(request, client_address)


class _Answering(BaseHTTPRequestHandler):
    server: Elsewhere

    def do_GET(self) -> None:
        if self.path not in {"/", SANDBOXED, "/favicon.ico"}:
            self.server.asked.append(self.path)
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        if self.path == SANDBOXED:
            self.send_header("Content-Security-Policy", "sandbox allow-scripts allow-forms")
        kind = "text/javascript" if self.path.endswith(".js") else "text/html"
        self.send_header("Content-Type", kind)
        self.end_headers()
        if kind != "text/html":
            self.wfile.write(f"console.error('{RAN}from elsewhere')".encode())

    do_POST = do_GET  # noqa: N815 - so the server wants it

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass
class Seen:
    """What happened in a window: what ran or got out (`through`), and what was blocked."""

    base: str
    through: list[str] = field(default_factory=list)
    blocked: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        """Watch a window and all that it opens."""
        page.add_init_script(_LISTEN)
        page.on("console", lambda line: self._hear(line.text, line.type))
        page.on("pageerror", lambda error: self.broken.append(str(error)))
        # A request that the policy stops is announced and fails; it never leaves.
        page.on("response", lambda answer: self._ask(answer.url))
        page.on("requestfailed", lambda asked: asked.failure == "csp" or self._ask(asked.url))
        page.on("dialog", lambda dialog: dialog.accept())
        page.on("popup", self.follow)

    def _hear(self, said: str, kind: str) -> None:
        if said.startswith(RAN):
            self.through.append(said)
        elif said.startswith("BLOCKED:"):
            self.blocked[said.split(maxsplit=1)[0].removeprefix("BLOCKED:")] += 1
        elif kind == "error" and "Content Security Policy" not in said:
            self.broken.append(said)

    def _ask(self, url: str) -> None:
        if not url.startswith((self.base, "data:", "blob:", "about:", "chrome")):
            self.through.append(f"asked {url}")


@contextmanager
def elsewhere() -> Iterator[Elsewhere]:
    """Give a server of another origin."""
    server = Elsewhere()
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Give the address of an application that is served as `pledgebook serve` does."""
    server = make_server(app, HOST, 0)
    server.prepare()
    Thread(target=server.serve, daemon=True).start()
    yield f"http://{HOST}:{server.bind_addr[1]}"
    server.stop()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give a browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


def app_of(main: Path, layers: str) -> Flask:
    """Return the application with what keeps hostile texts down: all of it, nothing, or a part."""
    app = served_app(main, read_only=False) if layers == "all" else create_app([main], load=True)
    logging.disable(logging.CRITICAL)  # queries that are none are errors of Fava's
    if layers in {"escaping", "policy"}:
        shield(app)
    if layers == "escaping":
        app.after_request_funcs.clear()
    if layers == "policy":
        del app.jinja_env.extensions[EscapeAlways.identifier]
    if layers == "guard":
        refuse_foreign_requests(app)
    return app


def digest_of(folder: Path) -> dict[str, str]:
    """Return the digests of a book's files by their paths."""
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".picklecache" not in path.name
    }


def addresses(book: HostileBook) -> Iterator[str]:
    """Yield what to open, below the book's address: every page of Fava and the desk, and what is
    handed out, opened by itself.
    """
    parts = ("", "?r=changes", "?r=balances")
    accounts = ("Assets", "Assets:CPCJF:Cash", "Liabilities:CPCJF:Unapplied")
    words = "select date, payee, narration, account, links, other_accounts, any_meta('remark')"
    columns = "select payee, count(*) group by payee"
    yield from (
        "income_statement/", "balance_sheet/", "trial_balance/", "journal/", "holdings/",
        "holdings/by_account/", "holdings/by_currency/", "commodities/", "documents/", "events/",
        "statistics/", "editor/", "errors/", "options/", "import/", "help/", "help/filters",
        f"editor/?file_path={quote(str(book.main.parent / '2002-2003.beancount'))}",
        f"query/?{urlencode({'query_string': words})}",
        f"query/?{urlencode({'query_string': columns})}",
        *(f"account/{name}/{part}" for name in accounts for part in parts),
        *(f"extension/{page}" for page in (
            "Contributions/", "Contributions/?rule=waiting", "Donor/", "Reports/",
            "Reports/?name=schedule", "Reports/?name=annex", "Reports/?name=reconciliation",
            "Reports/?name=ageing", "Reports/?behind=closing&fund=CPCJF&class=general",
            "Paragraphs/", "Paragraphs/?paragraph=OP14", "Inbox/", "Inbox/?file=sheet.xlsx",
            "Inbox/?file=statement.xml", "Reconcile/", "Record/", "Record/?event=payment",
            "Log/", "Log/?undo=1", "Setup/", "Close/", "Close/?verify=1", "Letters/",
            "Letters/?kind=statement",
            "Reconcile/receipt?receipt=R-2002-0001", "Reconcile/entries",
            "Record/proposals?kind=donor", "Record/proposals?kind=instalment&find=X",
            "Reports/download?name=schedule&form=.html", "Contributions/?partial=true",
        )),
        *(f"document/?{urlencode({'filename': str(path)})}" for path in book.files.values()),
        "api/journal", "api/journal_page?page=1&order=desc", "api/narrations", "api/source",
        "api/options", "api/documents", "api/imports", "api/errors", "api/ledger_data",
        f"api/query?{urlencode({'query_string': words})}", "download-journal/",
        f"download-query/query_result.csv?{urlencode({'query_string': words})}",
    )  # fmt: skip
    for number, (name, text) in enumerate(book.texts.items(), 1):
        code, asked = book.codes[name], quote(text, safe="")
        yield alone(book, name)
        yield f"account/Assets:CPCJF:Pledges:{code}/"
        yield f"extension/Donor/?donor={code}&q={asked}&label={asked}"
        yield f"extension/Contributions/?q={asked}&by={asked}&page={asked}"
        yield f"extension/Letters/?kind=reminder&donor={code}&language={asked}&done={asked}"
        yield f"extension/Close/?period={asked}&next={asked}&done=closed"
        yield f"extension/Inbox/?{urlencode({'file': book.names[name], 'sheet': text})}"
        yield f"extension/Reconcile/?receipt=R-2002-{number:04}&find={asked}&applied={asked}"
        yield f"extension/Record/?event=payment&paid={asked}&note={asked}"
        yield f"query/?query_string={quote(f'run {text}', safe='')}"
        yield f"{asked}/?time={asked}&account={asked}&filter={asked}"


def alone(book: HostileBook, name: str) -> str:
    """Return the address of the journal with the entry of one text alone."""
    return f"journal/?filter=%5E{book.codes[name]}-2002-01"


def open_page(page: Page, url: str, seen: Seen) -> None:
    """Open an address, wait until it is laid out, and click what invites a click."""
    before = page.url
    with suppress(Error):  # what is handed out as a download opens no page
        page.goto(url, timeout=PATIENCE)
        page.wait_for_load_state("networkidle", timeout=PATIENCE)
    with suppress(Error):
        page.evaluate(_CLICK)
        page.wait_for_timeout(50)
    if not page.url.startswith((seen.base, "about:")) and page.url != before:
        seen.through.append(f"led from {url} to {page.url}")


def use_pages(page: Page, base: str) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield what a person does on a page, each with the page that it is done on."""

    def click_all(selector: str, most: int = 30) -> Callable[[], None]:
        def click() -> None:
            for each in page.locator(selector).all()[:most]:
                with suppress(Error):
                    each.click(timeout=1_000, force=True)
                    page.wait_for_timeout(100)

        return click

    def show_import() -> None:
        header = page.locator(".header", has_text="sheet.xlsx")
        header.locator("xpath=following-sibling::div[1]").get_by_text("Extract").click()
        page.locator(".overlay, dialog, [role=dialog]").first.wait_for(timeout=PATIENCE)
        page.keyboard.press("Escape")

    def show_plan() -> None:
        page.locator("#field-day").fill("2003-06-01")
        page.locator("#event .parts input").first.fill("XAA-2002-01.1")
        page.locator("#show").click()
        page.locator("#plan pre, #plan table").first.wait_for(timeout=PATIENCE)

    def type_a_payee() -> None:
        page.locator("input[placeholder=Payee], input[name=payee]").first.type("<")
        page.wait_for_timeout(500)

    yield f"{base}/journal/", click_all("form button")
    yield f"{base}/journal/", click_all(".indicators span, .metadata-indicator", 20)
    yield f"{base}/journal/", click_all(".datecell a", 3)
    yield f"{base}/journal/", click_all("aside a[href^=javascript]")
    yield f"{base}/documents/", click_all("table tbody tr")
    yield f"{base}/import/", click_all("details summary, .header button.unset", 130)
    yield f"{base}/import/", show_import
    yield f"{base}/journal/#add-transaction", type_a_payee
    yield f"{base}/extension/Record/?event=payment", show_plan
    yield f"{base}/extension/Reconcile/", click_all("#waiting tbody a", 20)
    yield f"{base}/extension/Inbox/?file=sheet.xlsx", click_all("summary, #desk a[href*=verdict]")
    yield f"{base}/income_statement/", click_all(".charts button, .charts label")


@dataclass
class Outcome:
    """What an attack came to: addresses opened, those that showed a hostile text as text, what got
    through, what the policy blocked, other complaints of the console, and files changed.
    """

    opened: int
    shown: int
    seen: Seen
    changed: Sequence[str]


def attack(
    browser: Browser, base: str, book: HostileBook, opened: Sequence[str], *, using: bool = True
) -> Outcome:
    """Open addresses below the book's and use the pages; `base` is where the book is served."""
    before = digest_of(book.main.parent)
    seen, shown = Seen(base), 0
    page = browser.new_page()
    seen.follow(page)
    for number, path in enumerate(opened, 1):
        if number % 50 == 0:
            print(f"{number} of {len(opened)} opened", file=sys.stderr, flush=True)
        open_page(page, f"{base}/{SLUG}/{path}", seen)
        with suppress(Error):
            shown += RAN in page.evaluate(_WORDS)
    if using:
        for url, use in use_pages(page, f"{base}/{SLUG}"):
            open_page(page, url, seen)
            use()
    page.close()
    after = digest_of(book.main.parent)
    changed = [path for path in before | after if before.get(path) != after.get(path)]
    return Outcome(len(opened), shown, seen, changed)


def main() -> int:
    """Attack, and tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    layers = ("all", "none", "escaping", "policy", "guard")
    parser.add_argument("--layers", choices=layers, default="all")
    parser.add_argument("--only", default="", help="Open only addresses with these words.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, elsewhere() as other:
        book = make_hostile_book(Path(folder) / "book", other.address)
        opened = [each for each in addresses(book) if given.only in each]
        app, told = app_of(book.main, given.layers), Told()
        listen(app, told)
        with serving(app) as base, chromium() as browser:
            outcome = attack(browser, base, book, opened, using=not given.only)
            asked = list(other.asked)
            origins = (
                other.address,
                other.address.replace(HOST, "localhost"),
                "data:text/html,<p>",
            )
            before = digest_of(book.main.parent)
            for origin in origins:
                attack_from(browser, origin, base, book, told)
            if digest_of(book.main.parent) != before:
                told.through.append("a foreign page changed a file")
        seen = outcome.seen
        through = Counter([*seen.through, *told.through, *(f"elsewhere {each}" for each in asked)])
        for said, times in [*through.items(), *Counter(outcome.changed).items()]:
            print(f"{times:5} {said}")
        for said, times in Counter(seen.broken).most_common(20):
            print(f"{times:5} on the console: {said[:160]}")
        print(
            f"{len(book.texts)} texts, {outcome.opened} addresses opened, {outcome.shown} of them"
        )
        print(f"show hostile words; blocked by the policy: {dict(seen.blocked)}")
        print(f"foreign pages: {dict(told.tried)} attempts, writes answered {dict(told.answered)}")
        print(f"{sum(through.values())} got through, {len(outcome.changed)} files changed")
    return bool(through or outcome.changed)


if __name__ == "__main__":
    sys.exit(main())
