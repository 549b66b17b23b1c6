"""Columns that nobody reads: which they are, and what the book knows of their texts.

What an unread column says would be lost, and an earmark become general money. So every one is
named; one whose cells are all purposes or all funds of the book is read; one that holds a name of
the book beside other texts keeps the table waiting, until somebody says what it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from pledgebook.importers.judging.names import Names
from pledgebook.importers.judging.unread_money import HOLDING_MONEY, may_be_money
from pledgebook.importers.reading.cells import CellValue, cell_text
from pledgebook.importers.tables.blocks import TableColumn
from pledgebook.importers.tables.headings import Field, is_named, tells_standing
from pledgebook.importers.tables.questions import NOT_READ, Choice, Question, ask
from pledgebook.importers.tables.tables import Table
from pledgebook.importers.values.dates import parse_date
from pledgebook.importers.values.values import clean, plain, shown
from pledgebook.importers.values.words import (
    is_warning,
    read_class,
    read_kind,
    says_general,
)
from pledgebook.ledger.declared.settings import Settings

_LONGEST = 200
_NAMED = (Field.PURPOSE, Field.FUND, Field.CLASS, Field.PROJECT, Field.REMARKS)
_MOST_COMPARED = 50
_MOST_STATUSES = 40
"""Different texts that a column of statuses has; one of more holds remarks."""
_PLACES = frozenset({"state", "territory"})
"""Kinds of donors whose names are names of places too."""


def settle_unread(table: Table, settings: Settings, *, mapped: bool = False) -> Table:
    """Return a table with what the book knows of columns that are not read: read if they are plain,
    in question if they are not. Where a mapping names the columns (`mapped`), somebody has looked
    at them, and only names of purposes and funds are asked about.
    """
    names = Names.of(settings)
    texts = {each.number: _texts(table, each) for each in _unread(table, Field.PROJECT)}
    settled = _read_names(table, Field.PURPOSE, names.purposes, texts)
    settled = _read_names(settled, Field.FUND, names.funds, texts)
    asked_already = {each.about for each in table.questions if each.kind == "column"}
    asked = []
    standing = []
    for column in _unread(settled):
        own = texts[column.number]
        if said := _names(settled, column, names, settings, own):
            asked.append(_ask(column, said, _NAMED))
        elif mapped or column.letter in asked_already:
            continue
        elif said := may_be_money(settled, column):
            asked.append(_ask(column, said, HOLDING_MONEY))
        elif said := _may_matter(settled, column, settings, own):
            asked.append(_ask(column, said, _NAMED))
        elif said := _may_stand(settled, column, settings, own):
            if settled.columns_of(Field.AMOUNT) and settled.columns_of(Field.PAID):
                standing.append(column.number)
                continue
            asked.append(_ask(column, said, (Field.STATUS, Field.REMARKS)))
        elif said := _may_date(settled, column):
            asked.append(_ask(column, said, (Field.PLEDGE_DATE, Field.DUE_DATE)))
    questions = tuple(dict.fromkeys((*settled.questions, *asked)))
    rules = replace(settled.rules, standing=frozenset(standing))
    return replace(settled, questions=questions, rules=rules)


def _ask(column: TableColumn, said: str, fields: Sequence[Field]) -> Question:
    return ask(
        "column",
        column.letter,
        *(Choice(each.value, f"The {each.value.replace('_', ' ')}") for each in fields),
        Choice(NOT_READ, "Nothing that is to be read"),
        text=f"Column {column.named} is not read, yet {said}. What does it hold?",
    )


def _may_stand(table: Table, column: TableColumn, settings: Settings, texts: Texts) -> str:
    """Say that an unread column may tell what has become of each pledge: by its heading, or since
    half of its texts are statuses; "" if not, or if another column is the status. A warning
    ("Cancelled") is heard where it stands. Where a table states what was pledged and what was paid,
    such a column is heard where it says something else than these figures.
    """
    if not texts or Field.STATUS in table.rules.constants or table.columns_of(Field.STATUS):
        return ""
    known = [text for text in texts if read_kind(text) and not is_warning(text)]
    first = shown(next(iter(known or texts)))
    if len(known) * 2 >= len(texts):
        return f"its texts may say what has become of each, such as {first}"
    headed = tells_standing(column.heading) and not is_named("places", column.heading)
    if not headed or len(texts) > _MOST_STATUSES:
        return ""
    places = sum(settings.donors.resolve_plainly(text) is not None for text in texts)
    if places * 2 > len(texts):
        return ""
    return f"its heading says that it tells what has become of each, such as {first}"


def _may_date(table: Table, column: TableColumn) -> str:
    """Say that an unread column holds dates, where no other says when a row was pledged."""
    dated = {Field.PLEDGE_DATE, Field.PAYMENT_DATE, Field.YEAR}
    if dated & ({each.field for each in table.table_columns} | set(table.rules.constants)):
        return ""
    cells = _cells(table, column)
    days = [value for _, value in cells if not isinstance(value, Decimal) and _is_day(value)]
    if not days or len(days) < len(cells):
        return ""
    return f"each of its cells is a date, such as {shown(cell_text(days[0]))}"


def _is_day(value: CellValue) -> bool:
    return parse_date(value).state in {"value", "ambiguous"}


def _unread(table: Table, *fields: Field) -> list[TableColumn]:
    return [
        column
        for column in table.table_columns
        if (column.field is None or column.field in fields)
        and column.number not in table.rules.ignored
    ]


def _cells(table: Table, column: TableColumn) -> list[tuple[int, CellValue]]:
    return [
        (row.number, value)
        for row in table.rows
        if row.kind == "data" and (value := table.sheet.cell(row.number, column.number)) is not None
    ]


Texts = Mapping[str, int]
"""The texts of a column, as `plain` writes them, and the first row of each."""


def _texts(table: Table, column: TableColumn) -> Texts:
    found: dict[str, int] = {}
    for number, value in _cells(table, column):
        text = clean(cell_text(value))
        if isinstance(value, str) and text and len(text) <= _LONGEST:
            found.setdefault(plain(text), number)
    return found


def _read_names(
    table: Table, field: Field, names: Mapping[str, str], all_texts: Mapping[int, Texts]
) -> Table:
    """Read the one column of which all texts are names of purposes, or of funds, if no other holds
    them.
    """
    if table.columns_of(field) or field in table.rules.constants:
        return table
    found = []
    for column in _unread(table, Field.PROJECT):
        if f"column:{column.letter}" in table.rules.answers.used:
            continue  # a person said what it holds
        texts = all_texts[column.number]
        general = [text for text in texts if says_general(text)]
        named = [text for text in texts if text in names]
        rest = set(texts) - set(named) - (set(general) if field is Field.PURPOSE else set())
        if named and not rest:
            found.append(column)
    if len(found) != 1:
        return table
    (column,) = found
    what = f"{field.value}s"
    doubt = (
        f"Column {column.letter} ({column.heading}) was read as the {field.value}: all its texts "
        f"are {what} of the book."
    )
    return replace(
        table,
        table_columns=tuple(
            replace(each, field=field, label="") if each is column else each
            for each in table.table_columns
        ),
        doubts=(*table.doubts, doubt),
    )


def _names(
    table: Table, column: TableColumn, names: Names, settings: Settings, texts: Texts
) -> str:
    """Say which purpose or fund of the book a text of an unread column names; "" if none."""
    codes = {plain(code) for code in settings.funds}
    for text, number in texts.items():
        place = table.sheet.address(number, column.number)
        if text in names.purposes:
            return f"{place} names a purpose of the book, {shown(text)}"
        if text in names.funds or codes & {word.strip(".,;:()[]/\"'") for word in text.split()}:
            return f"{place} names a fund of the book, {shown(text)}"
    return ""


def _may_matter(table: Table, column: TableColumn, settings: Settings, texts: Texts) -> str:
    """Say that an unread column's texts are classes of funds, or other donors; "" if not."""
    funds = settings.funds.values()
    named = [
        text for text in texts if len(text) > 1 and any(read_class(text, fund) for fund in funds)
    ]
    told = len(named) == len(texts) or is_named("categories", column.heading)
    if named and told and not table.columns_of(Field.CLASS):
        return f"its texts name classes of funds, such as {shown(named[0])}"
    if number := _another_donor(table, column, settings):
        place = table.sheet.address(number, column.number)
        return f"{place} names a donor that is not the row's"
    return ""


def _another_donor(table: Table, column: TableColumn, settings: Settings) -> int:
    """Return the first row where an unread column names another donor than the row's, if most of
    its texts name donors; else 0. A State there is a place as often as a donor, and asks nothing.
    """
    donors = table.columns_of(Field.DONOR)
    if not donors or is_named("places", column.heading):
        return 0
    cells = [(n, v) for n, v in _cells(table, column) if isinstance(v, str)][:_MOST_COMPARED]
    other: Sequence[int] = [
        number
        for number, value in cells
        if (found := settings.donors.resolve_plainly(clean(value))) is not None
        and found.kind not in _PLACES
        and found != settings.donors.resolve(_donor_text(table, number, donors[0]))
    ]
    return other[0] if len(other) * 2 > len(cells) else 0


def _donor_text(table: Table, number: int, column: TableColumn) -> str:
    return clean(cell_text(table.sheet.cell(number, column.number)))
