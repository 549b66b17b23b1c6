"""Canonical records: a directive as one line of JSON, the same however it is written.

White space, comments, the order of files and the way a number is written change nothing in it;
every change of meaning does. docs/periods.md states the form, so that it can be made without us.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from beancount.core import data
from beancount.core.amount import Amount
from beancount.core.data import Directive, Options, Posting, Transaction
from beancount.parser.options import OPTIONS_DEFAULTS
from pledgebook.ledger.declared.currencies import decimals_of
from pledgebook.ledger.files.booking import book_entries
from pledgebook.ledger.money import ZERO, format_units, round_to
from pledgebook.ledger.parsing import parse_text
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.sources import source_of

_TECHNICAL = frozenset({"filename", "lineno"})
_NAMING = 2
"""Values of a declaration that tell it from others of its kind."""

_NOT_READ = frozenset(
    {"filename", "include", "input_hash", "dcontext", "commodities", "plugin"}
    | {"title", "documents", "render_commas", "display_precision", "long_string_maxlines"}
)
"""Options that are none, or that change how a book is shown and nothing of what it says."""


@dataclass(frozen=True, slots=True)
class Record:
    """One directive in its canonical form, and where it stands (unknown for a sealed one)."""

    text: str
    file: str = ""
    line: int = 0

    @property
    def content(self) -> list[Any]:
        """The record as the list it stands for."""
        return list(json.loads(self.text))

    @property
    def day(self) -> str:
        """The directive's date; "" for an option or a plugin, which has none."""
        return str(self.content[0])

    @property
    def begins_with_day(self) -> str:
        """The date of a directive, told without reading its record."""
        return self.text[len('["') :][: len("2002-12-31")]

    @property
    def title(self) -> str:
        """What a person knows it by: payee and narration, else its kind and first values."""
        kind, *rest = self.content[1:]
        if kind == "transaction":
            return " ".join(filter(None, rest[1:3]))
        if kind == "custom":
            return " ".join([kind, rest[0], *(json.dumps(each, ensure_ascii=False)
                                              for each in rest[1][:_NAMING])])  # fmt: skip
        return " ".join(str(word) for word in (kind, *rest[:2]) if word and isinstance(word, str))

    @property
    def named(self) -> str:
        """The record as a sentence begins with it: place where it stands, day, title."""
        place = f"{self.file}:{self.line}:" if self.line else f"{self.file}:" if self.file else ""
        return " ".join(filter(None, (place, self.day, self.title)))


def read_written(book: Book) -> list[Directive]:
    """Return the directives of a book's files as booked, before any plugin."""
    entries: list[Directive] = []
    for path in book.files:
        entries.extend(parse_text(source_of(path), str(path))[0])
    entries.sort(key=data.entry_sortkey)
    return book_entries(entries, book.options)[0]


def records_of(entries: Iterable[Directive], folder: Path) -> Iterator[Record]:
    """Yield the record of each directive of a book in that folder."""
    for entry in entries:
        path = Path(str(entry.meta.get("filename", "")))
        file = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
        yield Record(compact(canonical(entry, folder)), file, int(entry.meta.get("lineno", 0) or 0))


def option_records(options: Options, file: str) -> Iterator[Record]:
    """Yield a record of each plugin line of a main file and of each option in it that changes what
    the book says: `["", "plugin", NAME, CONFIGURATION]` and `["", "option", NAME, VALUE]`.
    """
    for name, config in options["plugin"]:
        yield Record(compact(["", "plugin", name, config or ""]), file)
    for name in sorted(OPTIONS_DEFAULTS.keys() - _NOT_READ):
        value = options.get(name, OPTIONS_DEFAULTS[name])
        if value != OPTIONS_DEFAULTS[name]:
            for each in value if isinstance(value, list) else [value]:
                yield Record(compact(["", "option", name, _option(each)]), file)


def _option(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{key}:{value[key]}" for key in sorted(value))
    return str(getattr(value, "name", value))


def in_order(records: Iterable[Record]) -> tuple[Record, ...]:
    """Return records in the order in which they are digested."""
    return tuple(sorted(records, key=lambda record: record.text))


def digest_of_records(records: Iterable[Record]) -> str:
    """Return the SHA-256 over records, a line each, in the order of their text."""
    return sha256_of("\n".join(sorted(record.text for record in records)))


def differences(
    sealed: Iterable[Record], now: Iterable[Record]
) -> tuple[list[Record], list[Record]]:
    """Return the sealed records that are not there now, and those there now that were not sealed;
    equal ones are counted.
    """
    now = list(now)
    wanted = Counter(record.text for record in sealed)
    added = []
    for record in now:
        if wanted[record.text]:
            wanted[record.text] -= 1
        else:
            added.append(record)
    return [Record(text) for text in sorted(wanted.elements())], added


def canonical(entry: Directive, folder: Path) -> list[object]:
    """Return a booked directive as a list of plain values: date, kind, then its fields, metadata
    last. Numbers are written in one way; a lot's cost is its total in cents.
    """
    head = [entry.date.isoformat(), type(entry).__name__.lower()]
    if isinstance(entry, Transaction):
        return [
            *head,
            entry.flag,
            entry.payee or "",
            entry.narration or "",
            sorted(entry.tags or ()),
            sorted(entry.links or ()),
            [_posting(posting) for posting in entry.postings],
            _meta(entry.meta),
        ]
    fields: list[object] = []
    for name, value in entry._asdict().items():
        if name == "filename" and Path(str(value)).is_relative_to(folder):
            fields.append(Path(str(value)).relative_to(folder).as_posix())
        elif name not in {"meta", "date", "diff_amount"}:
            fields.append(_plain(value))
    return [*head, *fields, _meta(entry.meta)]


def compact(value: object) -> str:
    """Return a value as one line of JSON, keys in order, without blanks."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256_of(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _posting(posting: Posting) -> list[object]:
    units, cost = posting.units, posting.cost
    number = getattr(units, "number", None)
    per_unit = getattr(cost, "number", None)
    total = None
    if isinstance(number, Decimal) and isinstance(per_unit, Decimal):
        places = max(2, decimals_of(cost.currency or "")) if cost else 2
        value = round_to(number * per_unit, places) + ZERO
        total = f"{value:f} {cost.currency}" if cost else None
    return [
        posting.account,
        _plain(number),
        getattr(units, "currency", None),
        total,
        _plain(getattr(cost, "date", None)),
        getattr(cost, "label", None),
        _plain(posting.price),
        posting.flag,
        _meta(posting.meta),
    ]


def _meta(meta: Mapping[str, Any] | None) -> dict[str, object]:
    return {
        key: _plain(value)
        for key, value in sorted((meta or {}).items())
        if key not in _TECHNICAL and not key.startswith("__")
    }


def _plain(value: object) -> object:
    if isinstance(value, Amount):
        return f"{_plain(value.number)} {value.currency}"
    if isinstance(value, Decimal):
        return format_units(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(map(str, value))
    if isinstance(value, tuple) and hasattr(value, "value"):  # a value of a custom directive
        return _plain(value.value)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, (str, bool, int)) else str(value)
