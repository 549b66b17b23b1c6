"""The book in Fava, as `pledgebook serve` starts it, and a real browser, for tests of pages."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from time import monotonic

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
OPTIONS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
expect.set_options(timeout=20_000)  # a busy machine loads a book in more than the usual five
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
"""The checker of accessibility, as a script to evaluate in a page."""
COMMAND = [sys.executable, "-m", "pledgebook.cli"]

NEEDS_CHROMIUM = [
    pytest.mark.browser,
    pytest.mark.skipif(not shutil.which(CHROMIUM), reason=f"{CHROMIUM} is not installed"),
]


def pledgebook(book: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "--book", str(book), *words], capture_output=True, text=True, check=False
    )


@contextmanager
def served(book: Path, *options: str) -> Iterator[str]:
    """Give the address of Fava on a book."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [*COMMAND, "--book", str(book), "serve", "--port", str(port), *options],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert server.stdout is not None
    try:
        assert f"http://127.0.0.1:{port}" in server.stdout.readline()
        _await_listening(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.communicate()


def _await_listening(port: int) -> None:
    deadline = monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert monotonic() < deadline, "Fava does not listen"
        else:
            return


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS, headless=True)
        yield browser
        browser.close()


_VIOLATIONS = """addEventListener("securitypolicyviolation", (event) =>
  console.error(`blocked: ${event.effectiveDirective} ${event.blockedURI}`), true)"""


class Complaints(list[str]):
    """What a page says is wrong: on its console, as an exception, as a refused request, as what its
    policy blocked.
    """

    def follow(self, page: Page) -> None:
        page.add_init_script(_VIOLATIONS)
        page.on("console", lambda line: self.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: self.append(str(error)))
        page.on(
            "response",
            lambda answer: (
                self.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None
            ),
        )


def show(page: Page, name: str) -> None:
    """Go to a page by the sidebar. Fava lays the page out anew when the book changed on disk, and a
    click at that moment is lost: it is made again, as a person would.
    """
    for last in (False, False, True):
        page.wait_for_load_state("networkidle")
        link = page.locator("aside").get_by_role("link", name=re.compile(rf"^{name}( \d+)?$"))
        link.click()  # what waits there is counted beside the name
        try:
            expect(page.locator("header")).to_contain_text(name, timeout=15_000)
            break
        except AssertionError:
            if last:
                raise
    page.wait_for_load_state("networkidle")
