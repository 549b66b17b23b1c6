"""Two people at once at the desk, each in a browser, on one book: what both filled in before either
wrote is booked, once, and nothing has to be typed again. All names and amounts are made up.

PLEDGEBOOK_ROUNDS=100 works for about as long as an hour at a desk.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.matching.receipts import waiting_receipts
from serving import NEEDS_CHROMIUM, Complaints, served

pytestmark = NEEDS_CHROMIUM

WRITING = 30_000
KINDS = ("pledge", "payment", "letters_to", "paragraphs", "sheet", "reconcile", "undo")
ROUNDS = int(os.environ.get("PLEDGEBOOK_ROUNDS", "4"))
DONORS = {"One": ("Norway", "NOR"), "Two": ("Canada", "CAN")}
Finish = Callable[[], None]


def opening(number: int) -> str:
    """A receipt that waits and the pledge that it pays, for each person of a round."""
    lines = []
    for at, (name, code) in enumerate(DONORS.values()):
        value, label = 100 + 2 * number + at, f"{code}-2002-{number + 1:02}"
        lines.append(f"""
2002-02-01 * "{name}" "Pledge (made up)" ^{label}
  class: "general"
  document: "Letter (made up)"
  Assets:CPCJF:Pledges:{code}         {value} USD {{0 # {value}.00 USD, "{label}.1"}}
    due: 2002-06-30
  Income:CPCJF:Contributions:{code}  -{value}.00 USD

2002-06-{number % 28 + 1:02} * "{name}" "{label}"
  event: "receipt-unapplied"
  class: "general"
  payer: "{name}"
  Assets:CPCJF:Cash            {value}.00 USD
  Liabilities:CPCJF:Unapplied -{value}.00 USD {{0 # {value}.00 USD, "R-2002-{code}{number:03}"}}
""")
    return "".join(lines)


@dataclass(kw_only=True)
class Person:
    """One of the two, with a window, and what should be in the book for what was done."""

    name: str
    page: Page
    base: str
    folder: Path
    refused: int = 0
    amounts: list[int] = field(default_factory=list)
    """The value of the pledges that stand, from which those undone are taken."""
    paid: list[str] = field(default_factory=list)
    addressee: str = ""
    reasons: dict[str, str] = field(default_factory=dict)

    @property
    def donor(self) -> tuple[str, str]:
        return DONORS[self.name]

    def begin(self, kind: str, number: int) -> Finish:
        """Fill in what a round asks for; return what then writes it."""
        begun: Finish = getattr(self, kind)(number)
        return begun

    def open(self, path: str) -> None:
        self.page.goto(f"{self.base}/{path}")
        self.page.wait_for_load_state("networkidle")
        expect(self.page.locator("#desk")).to_be_visible()

    def press(self, button: Locator, done: Locator, filled: dict[str, str]) -> None:
        """Press a button that writes, again where somebody wrote meanwhile: what was filled in has
        to be there still.
        """
        told = self.page.locator("#desk-refused:visible, #desk-done:visible").filter(
            has_text=re.compile("meanwhile|was changed since")
        )
        for _ in range(3):
            expect(button).to_be_enabled(timeout=WRITING)
            button.click()
            expect(done.or_(told).first).to_be_visible(timeout=WRITING)
            if done.count() and done.first.is_visible():
                return
            self.refused += 1
            for place, text in filled.items():
                expect(self.page.locator(place)).to_have_value(text)
            self.page.evaluate(
                """document.querySelectorAll("#desk-refused, #desk-done")
                .forEach((each) => { each.hidden = true; })"""
            )
        raise AssertionError(f"{self.name}: {told.all_inner_texts()}")

    def record(self, event: str, fields: dict[str, str]) -> Finish:
        self.open(f"Record/?event={event}")
        for place, text in fields.items():
            self.page.locator(place).fill(text)
        self.page.locator("#show").click()
        button = self.page.locator("#record")
        expect(button).to_be_visible(timeout=WRITING)
        return lambda: self.press(button, self.page.locator("#written"), fields)

    def pledge(self, number: int) -> Finish:
        amount = 10_000 + 2 * number + (self.name == "Two")
        self.amounts.append(amount)
        return self.record("pledge", {
            "#field-day": "2002-03-01", "#field-donor": self.donor[0], "#field-fund": "CPCJF",
            "#field-amount": str(amount), "#field-currency": "USD", "#field-due": "2002-12-31",
        })  # fmt: skip

    def payment(self, number: int) -> Finish:
        label = f"{self.donor[1]}-2002-{number + 1:02}.1"
        self.paid.append(label)
        return self.record(f"payment&paid={label}", {"#field-day": "2002-07-01"})

    def letters_to(self, number: int) -> Finish:
        self.addressee = f"Permanent Mission {number}"
        self.open(f"Donor/?donor={self.donor[1]}")
        self.page.get_by_text("To whom letters go", exact=True).click()
        fields = {"#edit-addressee-name": self.addressee}
        self.page.locator("#edit-addressee-name").fill(self.addressee)
        button = self.page.locator("#edit-addressee button[type=submit]")
        return lambda: self.press(button, self.page.locator("#written"), fields)

    def sheet(self, number: int) -> Finish:
        amount = 50_000 + 2 * number + (self.name == "Two")
        self.amounts.append(amount)
        path = self.folder / f"{self.name}-{number}.csv"
        head = "Donor,Reference,Date of pledge,Due date,Currency,Amount,Fund"
        row = f"{self.donor[0]},{path.stem},2002-04-02,2002-12-31,USD,{amount}.00,CPCJF"
        path.write_text(f"{head}\n{row}\n", "utf-8")
        self.open("Inbox/")
        self.page.locator("#upload input[type=file]").set_input_files(path)
        self.page.locator("#upload button").click()
        expect(self.page.locator("#file")).to_have_text(path.name, timeout=WRITING)
        button = self.page.locator("#import")
        expect(button).to_be_enabled(timeout=WRITING)

        def finish() -> None:
            done = self.page.get_by_text("1 entry is in the book now")
            told = self.page.get_by_text("This is what would be booked now")
            button.click()
            expect(done.or_(told).first).to_be_visible(timeout=WRITING)
            if told.count():
                self.refused += 1
                self.page.wait_for_load_state("networkidle")
                expect(button).to_contain_text(f"{amount:,}.00")
                button.click()
                expect(done).to_be_visible(timeout=WRITING)

        return finish

    def paragraphs(self, number: int) -> Finish:
        label = f"{self.donor[1]}-2002-{number + 1:02}.1"
        self.reasons[label] = f"Said in note verbale {number} of {self.name}"
        self.open("Paragraphs/?paragraph=OP7&period=2002-2003")
        row = self.page.locator("tr", has_text=label).filter(has=self.page.locator("form")).first
        row.locator("summary").first.click()
        row.locator("[name=op]").fill("OP8 OP9")
        row.locator("[name=reason]").fill(self.reasons[label])
        row.locator("[name=reason]").evaluate("each => { each.id = 'own-reason'; }")
        row.locator("[name=op]").evaluate("each => { each.id = 'own-op'; }")
        fields = {"#own-reason": self.reasons[label], "#own-op": "OP8 OP9"}
        done = self.page.locator("#written")
        return lambda: self.press(row.locator("form button"), done, fields)

    def reconcile(self, number: int) -> Finish:
        receipt = f"R-2002-{self.donor[1]}{number:03}"
        self.paid.append(f"{self.donor[1]}-2002-{number + 1:02}.1")
        self.open(f"Reconcile/?receipt={receipt}")
        self.page.locator("#receipt .offers button").first.click()
        row = self.page.locator(f"tr[data-receipt='{receipt}']")
        expect(row).to_have_class(re.compile("decided"))

        def finish() -> None:
            gone = self.page.locator("#desk .done:visible", has_text="in the book")
            for attempt in range(3):
                self.open("Reconcile/")  # who books first books what the other decided, too
                if not row.count():
                    return
                by = self.page.get_by_label("Decided by")
                if attempt:
                    expect(by).to_have_value(self.name)
                else:
                    by.fill(self.name)
                self.page.get_by_role("button", name=re.compile("^Book")).click()
                refused = self.page.locator("#desk-refused:visible")
                expect(gone.or_(refused).first).to_be_visible(timeout=WRITING)
                self.refused += refused.count()
            assert not row.count()

        return finish

    def undo(self, number: int) -> Finish:
        """Book a pledge, and take it back once the other wrote, too."""
        self.pledge(number)()
        self.amounts.pop()
        self.page.locator("#written a.undo").click()
        button = self.page.locator("#take-back")
        expect(button).to_be_enabled(timeout=WRITING)

        def finish() -> None:
            button.click()
            done, refused = (
                self.page.locator(each) for each in ("#undone", "#desk-refused:visible")
            )
            expect(done.or_(refused).first).to_be_visible(timeout=WRITING)
            if refused.count():
                self.refused += 1
                self.page.reload()
                self.page.wait_for_load_state("networkidle")
                button.click()
                expect(done).to_be_visible(timeout=WRITING)

        return finish


def test_two_people_lose_nothing_double_nothing_and_type_nothing_twice(
    browser: Browser,
    page: Page,
    complaints: Complaints,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    main = make_book(tmp_path / "book")
    with (main.parent / "2002-2003.beancount").open("a", encoding="utf-8") as file:
        file.write("".join(map(opening, range(ROUNDS))))
    assert load_book(main).errors == []
    chance = random.Random(17)
    kinds = [kind for _ in range(ROUNDS) for kind in chance.sample(KINDS, len(KINDS))]
    other = browser.new_page()
    with served(main) as base:
        page.goto(base)
        page.wait_for_url("**/extension/**")
        desk = page.url.partition("/extension/")[0] + "/extension"
        people = [
            Person(name=name, page=each, base=desk, folder=tmp_path)
            for name, each in (("One", page), ("Two", other))
        ]
        for number in range(ROUNDS):
            asked = kinds[2 * number : 2 * number + 2]
            begun = [person.begin(kind, number) for person, kind in zip(people, asked, strict=True)]
            for finish in chance.sample(begun, 2):
                finish()
    other.close()
    _hold(main, people)
    refused = sum(person.refused for person in people)
    record_property("refused and booked then", refused)
    assert refused, "neither came between the other's steps"
    told = [each for each in complaints if "409" not in each and "422" not in each]
    assert told == []


def _hold(main: Path, people: list[Person]) -> None:
    """The book has no error, and exactly what both booked."""
    book = load_book(main)
    assert book.errors == []
    pledged = {label: int(steps[0].after.units) for label, steps in book.register.by_label.items()}
    booked = sorted(amount for amount in pledged.values() if amount >= 10_000)
    assert booked == sorted(amount for person in people for amount in person.amounts)
    left = {label for label, steps in book.register.by_label.items() if not steps[-1].after.units}
    assert left == {label for person in people for label in person.paid}
    reasons = {entry.meta["op-reason"] for entry in book.entries if "op-reason" in entry.meta}
    assert reasons == {each for person in people for each in person.reasons.values()}
    for person in people:
        said = book.settings.stationery.addressees.get(person.donor[1])
        assert (said.text("name", "en") if said else "") == person.addressee
    assert len(waiting_receipts(book)) < 2 * ROUNDS
