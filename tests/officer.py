"""Somebody who works at the desk in a browser: each click and each field is counted, by task."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from serving import show

WRITING = 30_000
"""Milliseconds a write may take on a busy machine: the book is loaded twice for it."""
IMAGES = Path(__file__).parent.parent / "docs" / "images"


@dataclass(kw_only=True)
class Work:
    """What a task took: a field is a text written, an option chosen or a box checked."""

    clicks: int = 0
    fields: int = 0


@dataclass(kw_only=True)
class Officer:
    page: Page
    desktop: Path
    """The folder that the officer's files are in."""
    work: dict[str, Work] = field(default_factory=dict)
    now: Work = field(default_factory=Work)

    @contextmanager
    def task(self, name: str) -> Iterator[None]:
        """Count what is done within as one task; it ends on a page without a refusal."""
        self.now = self.work.setdefault(name, Work())
        yield
        expect(self.page.locator(".refused:visible")).to_have_count(0)
        self.now = Work()

    def table(self) -> str:
        """The tasks with what they took, as lines of docs/desk.md."""
        lines = [f"| {name} | {each.clicks} | {each.fields} |" for name, each in self.work.items()]
        clicks = sum(each.clicks for each in self.work.values())
        fields = sum(each.fields for each in self.work.values())
        return "\n".join([*lines, f"| **all** | **{clicks}** | **{fields}** |"])

    def click(self, what: Locator | str) -> None:
        """Press a button, by its name or as it is, or follow a link."""
        button = self.page.get_by_role("button", name=what) if isinstance(what, str) else what
        expect(button.first).to_be_enabled(timeout=WRITING)
        button.first.click()
        self.now.clicks += 1

    def confirm(self, what: Locator, answer: Locator) -> None:
        """Press a button that asks back, and its answer. A press is lost where Fava lays the page
        out anew at that moment, since the book changed on disk: it is made again.
        """
        for _ in range(3):
            self.click(what)
            try:
                expect(answer.first).to_be_visible(timeout=10_000)
                break
            except AssertionError:
                self.now.clicks -= 1
        self.book(answer)

    def fill(self, where: Locator | str, text: str) -> None:
        """Write into a field, by its label or as it is."""
        (self.page.get_by_label(where) if isinstance(where, str) else where).first.fill(text)
        self.now.fields += 1

    def choose(self, where: Locator | str, option: str) -> None:
        place = self.page.get_by_label(where) if isinstance(where, str) else where
        place.first.select_option(option)
        self.now.fields += 1

    def check(self, where: Locator) -> None:
        where.check()
        self.now.fields += 1

    def go(self, name: str) -> None:
        """Go to a page by the sidebar."""
        show(self.page, name)
        self.now.clicks += 1

    def link(self, name: str) -> None:
        link = self.page.locator("#desk").get_by_role("link", name=name, exact=True).first
        self.click(link)

    def part(self, summary: str | re.Pattern[str], within: Locator | None = None) -> Locator:
        """Unfold a part of the page, by the words on it."""
        within = within or self.page.locator("#desk")
        opened = within.locator("summary", has_text=summary).first
        self.click(opened)
        return opened.locator("xpath=..")

    def book(self, button: Locator | str, words: str | re.Pattern[str] = "") -> None:
        """Press a button that writes, and wait until the page says what was written."""
        self.page.locator("#desk .done:visible").evaluate_all(
            "all => all.forEach((each) => each.classList.add('told-before'))"
        )
        self.click(button)
        told = self.page.locator("#desk .done:visible:not(.told-before)").first
        expect(told).to_contain_text(words, timeout=WRITING)
        self.page.wait_for_load_state("networkidle")

    def put_in(self, name: str, content: str) -> None:
        """Put a file into the inbox."""
        path = self.desktop / name
        path.write_text(content, "utf-8")
        self.go("Inbox")
        self.page.locator("#upload input[type=file]").set_input_files(path)
        self.now.fields += 1
        self.click(self.page.locator("#upload button"))
        expect(self.page.locator("#file")).to_have_text(name, timeout=WRITING)

    def form(self, title: str) -> None:
        """Open a form of the page Record."""
        self.go("Record")
        self.link(title)
        expect(self.page.locator("#show")).to_be_enabled(timeout=WRITING)

    def record(self, **fields: str) -> None:
        """Fill in the form that is open, check it and book what is shown."""
        for name, text in fields.items():
            place = self.page.locator(f"#field-{name}")
            expect(place).to_be_attached()
            if not place.is_visible():
                self.part("More", self.page.locator("#event"))
            self.fill(place, text)
        self.click(self.page.locator("#show"))
        self.book(self.page.locator("#record"), "It is in the book")

    def picture(self, name: str, height: int = 800) -> None:
        """Take a picture of the guide, where pictures are asked for; it has to be there."""
        picture = IMAGES / f"desk-{name}.png"
        if os.environ.get("PLEDGEBOOK_PICTURES"):
            before = self.page.viewport_size
            self.page.set_viewport_size({"width": 1280, "height": height})
            self.page.screenshot(path=picture, animations="disabled")
            if before:
                self.page.set_viewport_size(before)
        assert 10_000 < picture.stat().st_size < 300_000
