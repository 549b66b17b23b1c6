"""A field of a form: what it is called, what it takes, and how what was written is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from pledgebook.ledger.events.asking import read_amount, read_money, read_percent
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.money import ZERO

Kind = Literal[
    "text", "day", "amount", "value", "value-or-none", "percent", "count", "flag", "choice"
]
"""What a field takes. `amount`: a number above zero; `value`: one with no more than cents, in the
book's currency; `value-or-none`: the same, or zero; `count`: a whole number above zero.
"""

Suggested = Literal[
    "",
    "instalment",
    "pledge",
    "receipt",
    "donor",
    "fund",
    "class",
    "purpose",
    "currency",
    "place",
    "agreement",
    "budget-line",
]
"""What of the book may stand in a field, for who wants to propose it."""

Value = str | Decimal | date | int | bool | tuple[str, ...] | None


_COUNT = re.compile(r"[1-9][0-9]{0,8}")


class FieldRefusedError(EventRefusedError):
    """What was written in a field cannot stand there; `field` is the field's name. What a `cause`
    says besides (how it was written, what may have been meant) is kept.
    """

    def __init__(self, field: str, message: str, cause: EventRefusedError | None = None) -> None:
        super().__init__(message)
        self.field = field
        if cause is not None:
            self.about, self.said, self.choices = cause.about, cause.said, cause.choices


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a field that takes several values as one text: `joint` stands before it."""

    title: str
    joint: str = ""
    kind: Kind = "text"
    suggests: Suggested = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A field. `name` is the argument of the form's function; `option` how a command names it
    (`--due`), "" where it is told by its place. What is left empty reads as "", None for amounts
    and days, and an empty tuple where the field may be given `many` times.
    """

    name: str
    title: str
    _: KW_ONLY
    option: str = ""
    help: str = ""
    kind: Kind = "text"
    required: bool = False
    many: bool = False
    default: str = ""
    metavar: str = ""
    choices: tuple[str, ...] = ()
    suggests: Suggested = ""
    parts: tuple[Part, ...] = ()

    def read(self, text: str) -> str | Decimal | date | int | None:
        """Read one value as it was written. Raises FieldRefusedError."""
        try:
            return read_value(self.kind, text, self.choices)
        except EventRefusedError as error:
            raise FieldRefusedError(self.name, str(error), error) from None

    def join(self, values: Sequence[str]) -> str:
        """Return what a person wrote into the parts as the one text that is read; "" where
        nothing was written. Raises FieldRefusedError.
        """
        text = ""
        for part, written in zip(self.parts, values, strict=True):
            if not (value := written.strip()):
                continue
            try:
                read_value(part.kind, value)
            except EventRefusedError as error:
                told = f"{part.title}: {error}"
                raise FieldRefusedError(self.name, told, error) from None
            text += part.joint + value
        return text

    def read_all(self, given: object) -> Value:
        """Read what a page sent: a text, true for a flag, a list of values or of the parts of
        each where the field takes several. Raises FieldRefusedError.
        """
        if self.kind == "flag":
            return given is True
        if self.many or self.parts:
            rows = given if isinstance(given, list) else []
            texts = [self.join(_texts(row, len(self.parts))) for row in rows]
            kept = tuple(text for text in texts if text)
            if not self.many:
                return kept[0] if kept else ""
            self.check_stated(kept)
            return kept
        text = str(given).strip() if isinstance(given, str) else ""
        self.check_stated(text)
        return self.read(text or self.default)

    def check_stated(self, value: Value) -> None:
        """Refuse a value that says nothing, by whatever door it came, where the field is required.
        Raises FieldRefusedError.
        """
        said = value.strip() if isinstance(value, str) else value
        if self.required and said in (None, "", ()):
            raise FieldRefusedError(self.name, f"{self.title} is not stated.")


def read_value(
    kind: Kind, text: str, choices: Sequence[str] = ()
) -> str | Decimal | date | int | None:
    """Read a text by its kind; what is empty is "" or, of amounts and days, None. Raises
    EventRefusedError.
    """
    if kind in {"text", "choice"}:
        if choices and text not in choices:
            raise EventRefusedError(f"{text!r} is none of {', '.join(choices)}.")
        return text
    if not text.strip():
        return None
    if kind == "day":
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise EventRefusedError(f"{text!r} is no date: write it as 2003-12-31.") from None
    if kind == "count":
        if not _COUNT.fullmatch(text.strip()):
            raise EventRefusedError(f"{text!r} is no number of times: write it in digits, as in 5.")
        return int(text)
    if kind == "value-or-none":
        return read_money(text) if text.strip(" 0.,") else ZERO
    if kind == "percent":
        return read_percent(text)
    return read_money(text) if kind == "value" else read_amount(text)


def _texts(row: object, parts: int) -> list[str]:
    texts = [each if isinstance(each, str) else "" for each in row] if isinstance(row, list) else []
    return (texts + [""] * parts)[:parts]
