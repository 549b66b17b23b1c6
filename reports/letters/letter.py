"""A letter as data: what every renderer receives, whatever it says and in whatever language.

Words are in the letter's language already; amounts, dates and counts stay values, which `written`
writes as that language does. Texts that came from the book are cleaned but not escaped: escaping
is the renderer's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from pledgebook.ledger.declared.currencies import UnknownCurrencyError, decimals
from pledgebook.ledger.money import format_amount
from pledgebook.reports.letters.language import language

Value = str | Decimal | date | int | None
Kind = Literal["text", "amount", "date", "count", "code"]


@dataclass(frozen=True, slots=True)
class Heading:
    """A column: `key` for programs, `title` for people. A column of amounts in `unit`, a currency;
    where it is empty the line's cell under "currency" says which.
    """

    key: str
    title: str
    kind: Kind = "text"
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table: a cell a column. A total is set off."""

    cells: tuple[Value, ...]
    total: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with its caption and what is to be said under it."""

    name: str
    caption: str
    headings: tuple[Heading, ...]
    lines: tuple[Line, ...]
    note: str = ""

    def values(self, line: Line) -> dict[str, Value]:
        """Return a line's cells by the keys of their columns."""
        return dict(zip((each.key for each in self.headings), line.cells, strict=True))


@dataclass(frozen=True, slots=True)
class Facts:
    """Things said as pairs: what it is, and what it is here."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the letter."""

    text: str
    strong: bool = False


Block = Paragraph | Facts | Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What a donor fills in and sends back: sentences to tick, and empty lines by their names."""

    title: str
    facts: Facts
    choices: tuple[str, ...]
    blanks: tuple[str, ...]
    return_to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter to one donor. `heading` are the lines of its letterhead, the first the name of who
    writes; `notice` heads every page; `void` are the lines of the banner of a receipt that does not
    count, `copy` those of one that was sent before, the first the word for it; `page` is
    "Page {page} of {pages}" in its language; `file` a name for its file, without ending; `email`
    the addresses at which the addressee is mailed. Of a report on an `agreement`, `report_due` is
    the day on which it is due.
    """

    kind: str
    donor: str
    funds: tuple[str, ...]
    language: str
    direction: str
    file: str
    day: date
    heading: tuple[str, ...]
    contact: tuple[str, ...]
    facts: Facts
    addressee: tuple[str, ...]
    subject: str
    salutation: str
    body: tuple[Block, ...]
    closing: str
    signature: tuple[str, ...]
    page: str
    notice: str = ""
    slip: Slip | None = None
    reference: str = ""
    period: str = ""
    as_at: date | None = None
    receipt: str = ""
    agreement: str = ""
    report_due: date | None = None
    void: tuple[str, ...] = ()
    copy: tuple[str, ...] = ()
    email: tuple[str, ...] = ()

    @property
    def banner(self) -> tuple[str, ...]:
        """The lines over a receipt that is not what it was: void, or else a copy."""
        return self.void or self.copy

    @property
    def tables(self) -> Iterator[Table]:
        """The tables of its body."""
        return (block for block in self.body if isinstance(block, Table))

    def table(self, name: str) -> Table:
        """Return a table by its name. Raises KeyError."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)


def written(letter: Letter, table: Table, line: Line) -> list[str]:
    """Return the cells of a line as the letter's language writes them; "" for an empty one."""
    speaking = language(letter.language)
    currency = str(table.values(line).get("currency") or "")
    texts = []
    for heading, value in zip(table.headings, line.cells, strict=True):
        match value:
            case None:
                texts.append("")
            case Decimal():
                texts.append(speaking.amount(value, _decimals(heading.unit or currency)))
            case date():
                texts.append(speaking.short_date(value))
            case int():
                texts.append(speaking.count(value))
            case _:
                texts.append(value)
    return texts


def _decimals(currency: str) -> int:
    try:
        return decimals(currency) if currency else 2
    except UnknownCurrencyError:
        return 2


def letter_document(letter: Letter) -> dict[str, object]:
    """Return the letter as a JSON document: amounts as exact texts, dates ISO."""
    document = _plain(asdict(letter))
    assert isinstance(document, dict)
    return document


def _plain(value: object) -> object:
    match value:
        case Decimal():
            return format_amount(value)
        case date():
            return value.isoformat()
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
    return value
