"""What hinders closing a period: everything at once, the first first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from beancount.core.data import Custom, Directive, Price, Transaction
from msgspec import Struct
from pledgebook.ledger.declared.declarations import FORMS
from pledgebook.ledger.declared.periods import Period
from pledgebook.ledger.files.writing import file_for, refusal_of_errors
from pledgebook.ledger.findings import place_of
from pledgebook.ledger.guards.announcements import KIND as ANNOUNCEMENT
from pledgebook.ledger.guards.approval import WAITING
from pledgebook.ledger.guards.instalments import releases_not_made
from pledgebook.ledger.parsing import parse_text
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.history import continuing
from pledgebook.ledger.register.register import derive_register

Kind = Literal[
    "errors", "earlier", "misplaced", "waiting", "release", "settings", "untied",
    "receipts", "statements", "revaluation", "overdue", "notices",
]  # fmt: skip
"""What a hindrance is of. The last five keep nobody from closing; they deserve a look before."""


class Hindrance(Struct, frozen=True, kw_only=True):
    """One thing that hinders: of which kind, and a sentence with its place. Unless it `blocks`, the
    period can be closed all the same. `about` is the label, rule or account it is about, or "".
    """

    kind: Kind
    message: str
    blocks: bool = True
    about: str = ""


def find_hindrances(book: Book, period: Period) -> Iterator[Hindrance]:
    """Yield what in its files keeps a period from being closed, the first reason first. In a book
    with errors these are all that can be told.
    """
    if book.errors:
        yield Hindrance(kind="errors", message=str(refusal_of_errors(book)))
        return
    if any(notice.rule == "plugin" for notice in book.notices):
        said = f"{book.path.name} does not run Pledgebook's plugin: add its line."
        yield Hindrance(kind="errors", message=said)
        return
    own = book.folder / f"{period.name}.beancount"
    transactions = [entry for entry in continuing(book.entries) if isinstance(entry, Transaction)]
    earlier: set[str] = set()
    for entry in transactions:
        for each in _of_entry(book, period, own, entry):
            if each.kind == "earlier":
                if each.about in earlier:
                    continue  # it is closed as a whole
                earlier.add(each.about)
            yield each
    yield from _unreleased(book, period, transactions)
    yield from _of_file(book, own)


def _of_entry(book: Book, period: Period, own: Path, entry: Transaction) -> Iterator[Hindrance]:
    settings = book.settings
    place = place_of(entry.meta)
    if entry.date < period.start:
        earlier = settings.periods.of(entry.date)
        what = f"the period {earlier.name}" if earlier else "no declared period"
        advice = f"close {earlier.name} first" if earlier else "declare its period and close it"
        yield Hindrance(
            kind="earlier",
            message=f"{place}: an entry of {entry.date} is in {what}, which is not closed: "
            f"{advice}.",
            about=earlier.name if earlier else "",
        )
        return
    stands, belongs = Path(str(entry.meta["filename"])) == own, entry.date in period
    if belongs and not stands:
        said = f"does not stand in {own.name}: move it there."
        yield Hindrance(
            kind="misplaced",
            message=f"{place}: a period is a file, and this entry of {entry.date} {said}",
        )
    if stands and not belongs:
        said = f"is not of {period.name}: move it to {file_for(settings, entry.date)}."
        yield Hindrance(
            kind="misplaced",
            message=f"{place}: a period is a file, and this entry of {entry.date} {said}",
        )
    if belongs and entry.flag == WAITING:
        yield Hindrance(
            kind="waiting",
            message=f"{place}: this entry of {entry.date} waits for approval (it is flagged !): "
            "have it approved, or take it out.",
        )


def _unreleased(
    book: Book, period: Period, transactions: Iterable[Directive]
) -> Iterator[Hindrance]:
    register = derive_register(
        [entry for entry in transactions if entry.date <= period.end], book.settings
    )
    for found in releases_not_made(register, period.end):
        yield Hindrance(
            kind="release",
            message=f"{Path(found.file).name}:{found.line}: {found.message}",
            about=found.message.partition(" ")[0],
        )


def _of_file(book: Book, own: Path) -> Iterator[Hindrance]:
    """A period's file holds its entries only: what else it said would leave the open book."""
    if not own.is_file():
        said = f"{own.name} is missing: a period is a file, and this one has none."
        yield Hindrance(kind="settings", message=said)
        return
    entries, _, options = parse_text(book.content_of(own), str(own))
    for entry in entries:
        declares = isinstance(entry, Custom) and entry.type in FORMS and entry.type != ANNOUNCEMENT
        if isinstance(entry, Price) or declares:
            yield Hindrance(
                kind="settings",
                message=f"{place_of(entry.meta)}: the file of a period goes out of the open book "
                "when it is closed, and this declaration or rate with it: move it to a file that "
                "stays.",
            )
    if options["include"] or options["plugin"]:
        yield Hindrance(
            kind="settings",
            message=f"{own.name} includes files or plugins, which would go out of the open book "
            "with it: move these lines to the main file.",
        )
