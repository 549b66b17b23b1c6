"""What the forms of `pledgebook record` share: options, amounts, showing, asking, writing."""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click
from pledgebook.cli.common import (
    DAY,
    answer,
    book_option,
    fail,
    failing_on,
    open_book,
    say,
    wants_json,
)
from pledgebook.ledger.approval import OVERRIDE, WAITING
from pledgebook.ledger.book import Book
from pledgebook.ledger.building import Earmark, EventRefusedError
from pledgebook.ledger.currencies import decimals, is_currency
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.errors import BookRefusedError
from pledgebook.ledger.explaining import explain
from pledgebook.ledger.rates import Rate
from pledgebook.ledger.recording import dollars_of_day, find_earmark, read_amount
from pledgebook.ledger.register import Claim, claim_at
from pledgebook.ledger.writing import error_sentence, refuse_sealed, write_entries

PAID = re.compile(
    r"(?P<label>[^=]+)(=(?P<amount>[\d.]+) ?(?P<currency>[A-Z]{3})?(@(?P<dollars>[\d.]+))?)?"
)
"""What is settled of an instalment: LABEL, LABEL=AMOUNT, LABEL=AMOUNT EUR, LABEL=AMOUNT@DOLLARS."""

_KEY = re.compile(r"[a-z][a-zA-Z0-9_-]+")


class Amount(click.ParamType[Decimal]):
    """An amount above zero: digits, a point before decimals."""

    name = "amount"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        """Return the amount, or fail with a sentence."""
        try:
            return value if isinstance(value, Decimal) else read_amount(value)
        except EventRefusedError as error:
            self.fail(str(error), param, ctx)


AMOUNT = Amount()


class Dollars(Amount):
    """An amount in the book's currency: no more than two decimals."""

    name = "dollars"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        """Return the amount in cents, or fail with a sentence."""
        amount = super().convert(value, param, ctx)
        if amount != round(amount, 2):
            self.fail(f"{value} has more decimals than cents.", param, ctx)
        return amount.quantize(Decimal("0.01"))


DOLLARS = Dollars()


def check_money(amount: Decimal, currency: str, day: date) -> None:
    """Refuse a code that is no money on a day, and more decimals than the currency has."""
    if not is_currency(currency, day):
        raise EventRefusedError(f"{currency!r} is no currency on {day}: give a code of ISO 4217.")
    if amount != round(amount, max(2, decimals(currency))):
        raise EventRefusedError(f"{amount} has more decimals than {currency} has.")


@dataclass(frozen=True, slots=True)
class Recording:
    """One event to be recorded: the book, the day, and what every entry may say of itself."""

    book: Book
    day: date
    note: str
    stated: dict[str, str]
    waiting: bool
    assured: bool
    dry_run: bool

    def earmark(self, fund: str, class_: str, purpose: str) -> Earmark:
        """Return where the money goes, checked against the book."""
        return find_earmark(self.book.settings, fund, class_, purpose)

    def value(
        self, amount: Decimal, currency: str, dollars: Decimal | None, reason: str
    ) -> tuple[Decimal, Rate | None]:
        """Return dollars at the UN rate of the day, or those stated against it with a reason."""
        if dollars is None:
            return dollars_of_day(self.book, amount, currency, self.day)
        if currency == self.book.settings.currency:
            raise EventRefusedError(
                f"The amount is in {currency} already; --dollars is for others."
            )
        if not reason.strip():
            raise EventRefusedError("Dollars stated against the UN rate need a --reason.")
        self.stated[OVERRIDE] = reason
        return dollars, None

    def record(
        self,
        *drafts: Draft,
        before: Sequence[Claim] = (),
        others: Mapping[Path, str] = MappingProxyType({}),
    ) -> None:
        """Show what will be booked, ask, and book it, with the texts of `others` of the files."""
        finished = [self._finish(draft, draft is drafts[-1]) for draft in drafts]
        effects = [
            line
            for draft in finished
            for line in self._explain(draft, before if draft is finished[-1] else ())
        ]
        if self.book.settings.periods.of(self.day) is None:
            effects.append(
                f"No period that the book declares holds {self.day}: declare one, as custom "
                '"period", so that reports can show it.'
            )
        texts = [draft.text() for draft in finished]
        for text in texts:
            say(text)
        for line in effects:
            say(line)
        if self.book.errors:
            fail(
                f"The book has errors, so nothing is written to it. First: "
                f"{error_sentence(self.book.errors[0])}"
            )
        with failing_on(BookRefusedError, OSError):
            if not self.dry_run and not self.assured:  # nobody agrees to what would be refused
                write_entries(self.book, finished, others, only_try=True)
                self._ask()
            paths = write_entries(self.book, finished, others, only_try=self.dry_run)
        written = [str(path.relative_to(self.book.folder)) for path in paths]
        if self.dry_run:
            say("The book would take it. Nothing was written (dry run).")
        else:
            say(f"Written to {', '.join(written)}.")
        if wants_json():
            answer({"entries": texts, "effects": effects, "written": written})

    def _ask(self) -> None:
        if not sys.stdin.isatty():
            fail("Nothing was written: there is no terminal to ask at. Add --yes to book it.")
        if not click.confirm("Book this?", err=wants_json()):
            fail("Nothing was written.")

    def _finish(self, draft: Draft, last: bool) -> Draft:
        own = dict(self.stated)
        if not last:  # what the user says is said of the event, not of what prepares it
            own = {key: own[key] for key in ("entered-by", "approved-by") if key in own}
        return replace(
            draft,
            narration=self.note if self.note and last else draft.narration,
            meta={**draft.meta, **own},
            flag=WAITING if self.waiting else draft.flag,
        )

    def _explain(self, draft: Draft, before: Sequence[Claim]) -> list[str]:
        known = {claim.label: claim for claim in before}
        for line in draft.lines:
            changes = self.book.register.by_label.get(line.label)
            claim = claim_at(changes, self.day) if changes else None
            if claim is not None:
                known.setdefault(line.label, claim)
        return explain(draft, known)


def event_command(command: Callable[..., None]) -> Callable[..., None]:
    """Give a form of `record` its common options, and its first argument: the Recording."""

    @click.option("--date", "day", type=DAY, required=True, help="The day of the event.")
    @click.option("--note", default="", help="What the entry says; else a plain sentence.")
    @click.option("--document", default="", help="The paper the event rests on.")
    @click.option("--entered-by", default="", metavar="NAME", help="Who entered it.")
    @click.option("--approved-by", default="", metavar="NAME", help="Who approved it.")
    @click.option("--authority", default="", help="The office and paper that decided it.")
    @click.option("--ref", default="", help="Your own number of the entry.")
    @click.option("--set", "pairs", multiple=True, metavar="KEY=VALUE", help="Other metadata.")
    @click.option("--waiting", is_flag=True, help='It waits for approval: flag "!".')
    @click.option("--yes", is_flag=True, help="Book it without asking.")
    @click.option("--dry-run", is_flag=True, help="Only show what would be booked.")
    @book_option
    @functools.wraps(command)
    def wrapped(
        day: date,
        note: str,
        document: str,
        entered_by: str,
        approved_by: str,
        authority: str,
        ref: str,
        pairs: tuple[str, ...],
        *,
        waiting: bool,
        yes: bool,
        dry_run: bool,
        **values: Any,
    ) -> None:
        with failing_on(EventRefusedError, BookRefusedError):
            stated = {
                "ref": ref,
                "document": document,
                "authority": authority,
                "entered-by": entered_by,
                "approved-by": approved_by,
                **_read_pairs(pairs),
            }
            kept = {key: value for key, value in stated.items() if value.strip()}
            book = open_book()
            refuse_sealed(book, day)
            recording = Recording(book, day, note, kept, waiting, yes, dry_run)
            command(recording, **values)

    return wrapped


def _read_pairs(pairs: tuple[str, ...]) -> dict[str, str]:
    read = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not _KEY.fullmatch(key) or key in _OURS:
            raise EventRefusedError(
                f"--set {pair!r} is not taken: write KEY=VALUE, the key in small letters and none "
                "that the form itself states."
            )
        read[key] = value
    return read


_OURS = frozenset(
    {"event", "class", "purpose", "due", "status", "rate", "rate-date", "reverses", "announced-on",
     "rate-override", "filename", "lineno", "tags", "links", "payee", "date", "account"}
)  # fmt: skip


def earmark_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a form `--fund`, `--class` and `--purpose`."""
    for option in (
        click.option("--purpose", default="", help="What it is earmarked for."),
        click.option("--class", "class_", default="", help="The class of the fund."),
        click.option("--fund", default="", help="The fund; not needed where there is one only."),
    ):
        command = option(command)
    return command


def override_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a form `--dollars` and `--reason`, to state dollars against the UN rate."""
    command = click.option("--reason", default="", help="Why not the UN rate of the day.")(command)
    return click.option("--dollars", type=DOLLARS, help="Dollars in all, against the UN rate.")(
        command
    )


def read_place(recording: Recording, text: str) -> Earmark:
    """Read FUND/CLASS/PURPOSE, of which class and purpose may be left out."""
    fund, _, rest = text.partition("/")
    class_, _, purpose = rest.partition("/")
    return recording.earmark(fund, class_, purpose)
