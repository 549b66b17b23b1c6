"""A mapping says how to read a spreadsheet whose table cannot be found or told by itself.

It is a TOML file, written by `pledgebook inspect FILE --save MAP.toml` and edited by hand. All keys
are optional; a column is named by its heading or by its letter. Without [columns] the rules, values
and constants are applied to all tables that are found (of `sheet`, if it is named):

    sheet = "Flows"                  # else the first sheet where the headings are found
    heading_rows = [1, 2]            # else the row where the headings are found
    last_row = 40                    # else the end of the table
    units = 1000                     # amounts are in thousands
    totals = ["Consolidation"]       # further words that begin a total row
    ignored = ["Contact person"]     # columns that say nothing of the contributions

    [columns]
    donor = "srcOrganization"
    reference = "id"
    amount = "originalAmount"
    currency = "originalCurrency"
    value = "amountUSD"
    amount_1 = "F"                   # instalments, years or funds: field_label
    due_date_1 = "G"

    [constants]                      # for all rows, where no column says otherwise
    fund = "CPCJF"

    [values.status]                  # what a text in a column stands for
    paid = "payment"

    [answers]                        # to what its rows would wait for: questions.KINDS
    day-in-year = "12-31"            # rows that state a year and no day are dated so
    "decimal-mark:F" = ","           # where 1.234 may be one thousand or one and a bit

    [skip]                           # rows left out: those with one of these texts in the column
    contributionType = ["in kind"]

What is wrong with it is said at once, with the nearest known names.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pledgebook.importers.reading.damaged import damage_as
from pledgebook.importers.tables.headings import REPEATED, Field
from pledgebook.importers.tables.questions import (
    ASK_AGAIN,
    KINDS,
    LEAVE_OUT,
    NOT_READ,
    AnswerError,
    read_id,
)
from pledgebook.importers.values.values import plain
from pledgebook.ledger.declared.funds import VALUATIONS
from pledgebook.ledger.findings import RefusedError

_KEYS = (
    "sheet",
    "heading_rows",
    "last_row",
    "units",
    "totals",
    "valuation",
    "undecided",
    "ignored",
    "columns",
    "constants",
    "answers",
    "values",
    "skip",
)
_LONGEST = 200_000
"""Letters; the mapping of a table of a hundred columns has some 5,000."""
_MOST_FAULTS = 20
_AMOUNTS = (Field.AMOUNT, Field.PAID, Field.VALUE)
_FIELDS = tuple(f.value for f in Field)
_RENAMED = {"dollars": Field.VALUE.value}
"""What was a field under another name: who writes it is told the new one."""


class MappingError(RefusedError):
    """A mapping that cannot be used; `messages` are sentences, each naming the file."""

    def __init__(self, messages: Iterable[str]) -> None:
        self.messages = tuple(messages)
        super().__init__("\n".join(self.messages))


@dataclass(frozen=True, slots=True)
class ColumnKey:
    """A field, and the label that tells several columns of it apart."""

    field: Field
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetMapping:
    """A mapping as read and checked; columns are still named as the file names them."""

    name: str
    columns: Mapping[ColumnKey, str]
    sheet: str = ""
    heading_rows: tuple[int, ...] = ()
    last_row: int | None = None
    units: int | None = None
    totals: frozenset[str] = frozenset()
    valuation: str = ""
    """Whose value of a pledge counts, one of VALUATIONS; "": the fund says."""
    constants: Mapping[Field, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    """Answers by what they are to: `day-in-year:C`, or `day-in-year` for all of the kind."""
    values: Mapping[Field, Mapping[str, str]] = field(default_factory=dict)
    skip: Mapping[str, frozenset[str]] = field(default_factory=dict)
    undecided: tuple[str, ...] = ()
    """Questions that a person has still to decide: as long as there are any, all rows wait."""
    ignored: tuple[str, ...] = ()
    """Columns that need not be read, by heading or letter."""


def read_mapping(path: Path) -> SheetMapping:
    """Read a mapping file; raises MappingError with everything that is wrong with it."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError([f"{path.name} cannot be read: {error}."]) from error
    return parse_mapping(text, path.name)


def parse_mapping(text: str, name: str = "mapping") -> SheetMapping:
    """Read the text of a mapping; `name` stands before each message of a MappingError."""
    if len(text) > _LONGEST:
        raise MappingError([f"{name} is too long for a mapping: {len(text)} letters."])
    with damage_as(lambda why: MappingError([f"{name} is no TOML: {why.rstrip('.')}."])):
        content = tomllib.loads(text)
    return _Checker(name, content).mapping()


def nearest(name: str, known: Iterable[str]) -> str:
    """Say which known names are nearest to one that is not known, or all of them."""
    listed = list(known)
    near = get_close_matches(name, listed, n=3)
    if near:
        return f"did you mean {' or '.join(map(repr, near))}?"
    return f"known are {', '.join(listed)}."


class _Checker:
    """Checks the content of a mapping file and collects what is wrong."""

    def __init__(self, name: str, content: dict[str, Any]) -> None:
        self._name = name
        self._content = content
        self._faults: list[str] = []

    def mapping(self) -> SheetMapping:
        for key in self._content:
            if key not in _KEYS:
                self._fault(f"unknown key {key!r}; {nearest(key, _KEYS)}")
        columns = self._columns()
        constants = self._texts("constants")
        if "columns" not in self._content:
            self._only_rules()
        elif not any(key.field in _AMOUNTS for key in columns):
            self._fault("[columns] names no column of amounts (amount, paid or value).")
        donor = Field.DONOR in constants or any(key.field is Field.DONOR for key in columns)
        if "columns" in self._content and not donor:
            self._fault("neither [columns] nor [constants] names the donor.")
        rows = self._value("heading_rows", list, [])
        if not all(type(row) is int and row > 0 for row in rows) or rows != sorted(set(rows)):
            self._fault(f"heading_rows must list row numbers from the top, not {rows!r}.")
            rows = []
        last = self._value("last_row", int, None)
        units = self._value("units", int, None)
        if units is not None and units < 1:
            self._fault(f"units must be a whole number such as 1000, not {units}.")
        valuation = self._value("valuation", str, "")
        if valuation and valuation not in VALUATIONS:
            self._fault(f"valuation must be one of {', '.join(VALUATIONS)}, not {valuation!r}.")
        mapping = SheetMapping(
            name=self._name,
            columns=columns,
            sheet=self._value("sheet", str, ""),
            heading_rows=tuple(rows),
            last_row=last,
            units=units,
            totals=frozenset(map(plain, self._strings("totals", self._content.get("totals", [])))),
            valuation=valuation,
            constants=constants,
            answers=self._answers(),
            values=self._translations(),
            skip=self._skip(),
            undecided=tuple(self._strings("undecided", self._content.get("undecided", []))),
            ignored=tuple(self._strings("ignored", self._content.get("ignored", []))),
        )
        if self._faults:
            more = len(self._faults) - _MOST_FAULTS
            told = [f"{self._name}: {more} more faults."] if more > 0 else []
            raise MappingError([*self._faults[:_MOST_FAULTS], *told])
        return mapping

    def _only_rules(self) -> None:
        """Without columns a mapping is applied to the tables that are found."""
        for key in ("heading_rows", "last_row", "units", "undecided"):
            if key in self._content:
                self._fault(
                    f"{key} is of one table: name its columns in [columns], as inspect --save "
                    "writes them."
                )

    def _fault(self, sentence: str) -> None:
        self._faults.append(f"{self._name}: {sentence}")

    def _value(self, key: str, kind: type, default: Any) -> Any:
        value = self._content.get(key, default)
        if value is default or type(value) is kind:
            return value
        named = {str: "a text", int: "a whole number", bool: "true or false", list: "a list"}[kind]
        self._fault(f"{key} must be {named}, not {value!r}.")
        return default

    def _section(self, key: str) -> dict[str, Any]:
        section = self._content.get(key, {})
        if isinstance(section, dict):
            return section
        self._fault(f"{key} must be a section, [{key}], not {section!r}.")
        return {}

    def _field(self, name: str, where: str) -> ColumnKey | None:
        if name in _FIELDS:
            return ColumnKey(Field(name))
        for wanted in sorted(REPEATED, key=lambda f: -len(f.value)):
            if name.startswith(f"{wanted.value}_") and where == "columns":
                return ColumnKey(wanted, name.removeprefix(f"{wanted.value}_"))
        if (now := _RENAMED.get(name)) is not None:
            self._fault(f"{name!r} in [{where}] is called {now!r} now: write that.")
            return None
        self._fault(f"unknown field {name!r} in [{where}]; {nearest(name, _FIELDS)}")
        return None

    def _columns(self) -> dict[ColumnKey, str]:
        columns: dict[ColumnKey, str] = {}
        for name, text in self._section("columns").items():
            key = self._field(name, "columns")
            if not isinstance(text, str) or not text.strip():
                self._fault(f"column {name!r} must be a heading or a letter, not {text!r}.")
            elif key is not None:
                columns[key] = text
        return columns

    def _texts(self, section: str) -> dict[Field, str]:
        texts: dict[Field, str] = {}
        for name, value in self._section(section).items():
            key = self._field(name, section)
            if isinstance(value, bool | dict | list):
                self._fault(f"{name!r} in [{section}] must be a text, not {value!r}.")
            elif key is not None:
                texts[key.field] = str(value)
        return texts

    def _answers(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, value in self._section("answers").items():
            if not isinstance(value, str):
                self._fault(f"the answer to {name!r} must be a text, not {value!r}.")
                continue
            try:
                answer = read_id(name)
            except AnswerError as error:
                self._fault(f"[answers]: {error}")
                continue
            if answer.table:
                self._fault(
                    f"the answer to {name!r} names a file and its table; a mapping is for any file "
                    f"of its layout: write {answer.key!r}."
                )
            kind = KINDS[answer.kind]
            if kind.takes and not (kind.fits(value) or value in {LEAVE_OUT, ASK_AGAIN, NOT_READ}):
                self._fault(f"the answer to {name!r} must be {kind.takes}, not {value!r}.")
            found[name] = value
        return found

    def _translations(self) -> dict[Field, dict[str, str]]:
        found: dict[Field, dict[str, str]] = {}
        for name, texts in self._section("values").items():
            key = self._field(name, "values")
            if not isinstance(texts, dict) or not all(isinstance(t, str) for t in texts.values()):
                self._fault(f"[values.{name}] must give a text for each text.")
            elif key is not None:
                found[key.field] = {plain(said): meant for said, meant in texts.items()}
        return found

    def _skip(self) -> dict[str, frozenset[str]]:
        return {
            name: frozenset(map(plain, self._strings(f"skip.{name}", texts)))
            for name, texts in self._section("skip").items()
        }

    def _strings(self, key: str, value: object) -> list[str]:
        listed = [value] if isinstance(value, str) else value
        if isinstance(listed, list) and all(isinstance(text, str) for text in listed):
            return listed
        self._fault(f"{key} must be a list of texts, not {value!r}.")
        return []
