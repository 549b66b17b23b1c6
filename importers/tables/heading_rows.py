"""Find the heading rows of tables on a sheet, wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from pledgebook.importers.reading.cells import CellValue, Sheet, cell_text
from pledgebook.importers.tables.blocks import HeadingBlock, TableColumn
from pledgebook.importers.tables.columns import read_columns
from pledgebook.importers.tables.headings import (
    DATES,
    MONEY,
    Field,
    is_named,
    is_year_heading,
    match_heading,
    match_tag,
    states_units_only,
)
from pledgebook.importers.tables.letterhead import speaks_of_contributions, stated_above
from pledgebook.importers.tables.questions import Choice, ask
from pledgebook.importers.tables.settling import settle
from pledgebook.importers.values.amounts import parse_amount
from pledgebook.importers.values.dates import parse_date
from pledgebook.importers.values.values import clean, multiplier_in, plain, shown
from pledgebook.ledger.declared.currencies import recognise

_MAX_HEADING_ROWS = 3
_LONGEST_HEADING = 200
_LEAST_CELLS = 2
_UNITS = (1, 1000, 1_000_000)
_FIGURE = re.compile(r"[^\w]*\d[\d\s.,'’/:()+-]*[^\w]*")
_ADDRESS = re.compile(r"\s*(?:https?://|www\.)|\s*[^\s@]+@[^\s@]+\.\w+\s*$", re.IGNORECASE)
_SEEN_LIMIT = 30
_EXACT = 100
_LOOKED_AT = 50


def find_heading_blocks(
    sheet: Sheet, labels: Collection[str] = ()
) -> tuple[list[HeadingBlock], list[str]]:
    """Find all blocks of headings that name a donor and an amount, and the headings seen at all."""
    known_labels = frozenset(map(plain, labels))
    candidates = {
        number for number, cells in enumerate(sheet.rows, start=1) if may_be_heading(cells)
    } - _rows_of_money(sheet)
    blocks: list[HeadingBlock] = []
    seen: list[str] = []
    row = 1
    for number in sorted(candidates):
        if number < row or (number - 1 in candidates and _is_tags(sheet.rows[number - 1])):
            continue  # tags right below headings are read with them
        if len(seen) < _SEEN_LIMIT:
            seen.extend(_seen(sheet.rows[number - 1], _SEEN_LIMIT - len(seen)))
        if blocks and _continues(blocks[-1], number):
            continue
        block = _best_block(sheet, number, candidates, row, known_labels)
        if block is None or _repeats(block, blocks) or _is_data(block):
            continue
        block = _with_units(block, known_labels, row)
        blocks.append(block)
        row = block.rows[-1] + 1
    return blocks, seen


def find_undecided_block(
    sheet: Sheet, labels: Collection[str] = (), *, with_names: bool = False
) -> HeadingBlock | None:
    """Find headings that name an amount and no donor, over figures and columns of words: a list
    of which only a person can say who gives. The first column that may be it is taken, and asked.
    `with_names`: only where a heading says that its column holds names.
    """
    known_labels = frozenset(map(plain, labels))
    for number, cells in enumerate(sheet.rows, 1):
        if not may_be_heading(cells) or _is_tags(cells):
            continue
        block = settle(_read_tagged(sheet, number, known_labels))
        if not _lacks_donor(block):
            continue
        if not with_names and number < len(sheet.rows):
            block = _with_row_below(block, known_labels)
        words = [column for column in block.of(None) if _holds_words(block, column)]
        named = [column for column in words if is_named("names", column.heading)]
        if named or (words and not with_names):
            return _asking_who(block, words, (named or words)[0])
        if not with_names and block.fields & _OF_ONE_DONOR:
            return block.asking(ask("donor-of-all"))
    return None


def _lacks_donor(block: HeadingBlock) -> bool:
    """Whether headings name amounts, over figures, and nobody who gives."""
    amounts = block.of(Field.AMOUNT, Field.PAID, Field.VALUE)
    return not block.of(Field.DONOR) and any(
        parse_amount(value).known for column in amounts for value in block.below(column)
    )


def _with_row_below(block: HeadingBlock, labels: frozenset[str]) -> HeadingBlock:
    """Return headings with the row below them, if that is one of headings that names more."""
    sheet, number = block.sheet, block.rows[-1] + 1
    if not may_be_heading(sheet.rows[number - 1]) or not _contributes(sheet, number, labels):
        return block
    below = settle(read_columns(sheet, (*block.rows, number), labels))
    return below if _lacks_donor(below) and _worth(below) > _worth(block) else block


def _speaks_of_giving(block: HeadingBlock) -> bool:
    return speaks_of_contributions(block.sheet, 1, block.rows[0], block.rows[-1])


def _holds_words(block: HeadingBlock, column: TableColumn) -> bool:
    """Whether most of the first values below a heading are words, and no figures, days or codes."""
    values = block.below(column)[:_LOOKED_AT]
    words = [
        value
        for value in values
        if isinstance(value, str)
        and any(char.isalpha() for char in value)
        and not _is_money(value)
        and parse_date(value).value is None
    ]
    return len(words) * 2 > len(values)


def _is_money(text: str) -> bool:
    """Whether a text is a figure, alone or with a currency or a code beside it: "Example 1", which
    has more letters than digits, is none.
    """
    amount = parse_amount(text)
    mostly = 2 * sum(map(str.isdigit, text)) >= sum(map(str.isalnum, text))
    return amount.known and (not amount.currency or mostly or bool(recognise(amount.currency)))


def _asking_who(
    block: HeadingBlock, words: Sequence[TableColumn], first: TableColumn
) -> HeadingBlock:
    named = is_named("names", first.heading)
    because = "its heading says that it holds names" if named else ""
    choices = [Choice(first.letter, f"Column {first.named}", because)]
    choices += [Choice(each.letter, f"Column {each.named}") for each in words if each is not first]
    others = [c for c in block.of(None) if c not in words and block.below(c)]
    choices += [Choice(each.letter, f"Column {each.named}") for each in others]
    text = "No heading is known to name the donor. Which column names who gives?"
    question = ask("which-column", Field.DONOR.value, *choices, text=text)
    # A column of names is one of many donors; of one donor's own list its title speaks.
    of_one = not named and _speaks_of_giving(block)
    of_all = (ask("donor-of-all"),) if of_one else ()
    return block.taking([first], Field.DONOR).asking(question, *of_all)


def _rows_of_money(sheet: Sheet) -> set[int]:
    """Return the rows with a number of which the format shows a currency or leaves digits out: 2000
    is no year there.
    """
    money = {
        look
        for look in set(sheet.looks.values())
        if look.scaling != 1 or recognise(look.before) or recognise(look.behind)
    }
    return {row for (row, _), look in sheet.looks.items() if look in money}


def may_be_heading(cells: Iterable[CellValue | None]) -> bool:
    """Whether a row holds two texts or more and no figure or date but years; one with two amounts
    or days in words ("8250.00 USD", "8-Jun-2002") is a row of data.
    """
    filled = [value for value in cells if value is not None]
    texts = [value for value in filled if isinstance(value, str)]
    # What rows of data fail is looked at first: nearly all rows of a long list are some.
    return (
        len(filled) >= _LEAST_CELLS
        and all(isinstance(value, (str, Decimal)) for value in filled)
        and all(is_year_heading(cell_text(v)) for v in filled if isinstance(v, Decimal))
        and not any(len(text) > _LONGEST_HEADING or _ADDRESS.match(text) for text in texts)
        and not any(_FIGURE.fullmatch(text) and not is_year_heading(text) for text in texts)
        and sum(map(_is_value, texts)) < _LEAST_CELLS
        and not (texts and _is_line_of_form(texts))
    )


def _is_line_of_form(texts: Sequence[str]) -> bool:
    """Whether a label with a colon stands before what is said of it: "Purpose: | Corruption"."""
    return texts[0].rstrip().endswith((":", "：")) and not all(
        text.rstrip().endswith((":", "：")) for text in texts
    )


def _is_value(text: str) -> bool:
    if not any(char.isdigit() for char in text) or is_year_heading(text):
        return False
    amount = parse_amount(text)
    figures = (amount.value, *amount.readings)
    unit = multiplier_in(text) != 1 or any(figure in _UNITS for figure in figures)
    year = any(figure is not None and is_year_heading(f"{figure:f}") for figure in figures)
    if recognise(amount.currency) and figures != (None,) and not unit and not year:
        return True
    return parse_date(text).state == "value"


def _is_tags(cells: Iterable[CellValue | None]) -> bool:
    """Whether a row holds hashtags only, as HXL puts them under the headings."""
    texts = [value for value in cells if value is not None]
    return bool(texts) and all(isinstance(text, str) and text.startswith("#") for text in texts)


def _best_block(
    sheet: Sheet, top: int, candidates: set[int], first: int, labels: frozenset[str]
) -> HeadingBlock | None:
    best: HeadingBlock | None = None
    for depth in range(1, _MAX_HEADING_ROWS + 1):
        rows = tuple(range(top, top + depth))
        if depth > 1 and (rows[-1] not in candidates or not _contributes(sheet, rows[-1], labels)):
            break
        if depth > 1 and _is_tags(sheet.rows[rows[-1] - 1]):
            break
        if best is not None and depth > 1 and _is_first_row(best, rows[-1]):
            break
        block = _with_letterhead(settle(read_columns(sheet, rows, labels)), first)
        if not _is_contributions(block):
            continue
        if best is None or _worth(block) > _worth(best):
            best = block
    if best is None and len(sheet.rows) > top and _is_tags(sheet.rows[top]):
        block = _with_letterhead(settle(_read_tagged(sheet, top, labels)), first)
        best = block if _is_contributions(block) else None
    return best if best is not None and best.rows[0] >= first else None


def _read_tagged(sheet: Sheet, number: int, labels: frozenset[str]) -> HeadingBlock:
    """Say what the columns under a row of headings are taken for; where a heading says nothing, by
    the tag of HXL below it.
    """
    block = read_columns(sheet, (number,), labels)
    if len(sheet.rows) <= number or not _is_tags(sheet.rows[number]):
        return block
    tagged = {}
    for column in block.of(None):
        found = match_tag(cell_text(sheet.cell(number + 1, column.number)))
        if found is not None and not column.label:
            tagged[column] = replace(
                column, field=found.field, currency=found.currency, score=found.score
            )
    return replace(block.changing(tagged), rows=(number, number + 1))


def _with_units(block: HeadingBlock, labels: frozenset[str], first: int) -> HeadingBlock:
    """Add the row below headings that says nothing but in what their figures are counted, or how
    their dates are written: it is one of theirs, and no data.
    """
    sheet, number = block.sheet, block.rows[-1] + 1
    if number > len(sheet.rows):
        return block
    cells = {c: v for c, v in enumerate(sheet.rows[number - 1], 1) if v is not None}
    money = {column.number for column in block.of(*MONEY)}
    named = {column.number for column in block.of(Field.DONOR, Field.CURRENCY)}
    if not money & cells.keys() or named & cells.keys():
        return block
    if not all(isinstance(v, str) and states_units_only(v) for v in cells.values()):
        return block
    below = _with_letterhead(settle(read_columns(sheet, (*block.rows, number), labels)), first)
    same = {c.number: c.field for c in block.columns} == {c.number: c.field for c in below.columns}
    return below if same else block


def _is_first_row(block: HeadingBlock, number: int) -> bool:
    """Whether the row below headings that are whole by themselves holds a currency under the
    currencies and a figure under the amounts: what they head, not one more row of headings.
    """
    cell = block.sheet.cell
    currencies = [cell(number, column.number) for column in block.of(Field.CURRENCY)]
    amounts = [cell(number, column.number) for column in block.of(*MONEY)]
    return any(recognise(clean(cell_text(v))) for v in currencies if v is not None) and any(
        parse_amount(v).known for v in amounts if v is not None
    )


def _contributes(sheet: Sheet, row: int, labels: frozenset[str]) -> bool:
    """Whether at least half of a row's texts can be headings, so that it is no data row."""
    texts = [clean(cell_text(value)) for value in sheet.rows[row - 1] if value is not None]
    named = [
        text
        for text in texts
        if is_year_heading(text) or plain(text) in labels or match_heading(text) is not None
    ]
    return len(named) * 2 >= len(texts)


_OF_ONE_DONOR = {
    Field.PLEDGE_DATE, Field.DUE_DATE, Field.PAYMENT_DATE, Field.REFERENCE, Field.PURPOSE,
}  # fmt: skip
"""What a list of one donor's contributions states beside the amounts."""


def _with_letterhead(block: HeadingBlock, first: int) -> HeadingBlock:
    """Add what the text above the headings says of all rows: the donor, where no column does, and
    the date of the pledge.
    """
    sheet, fields = block.sheet, block.fields
    wanted = set() if Field.DONOR in fields else {Field.DONOR}
    if not fields & DATES and Field.YEAR not in fields:
        wanted.add(Field.PLEDGE_DATE)
    if not wanted or not fields & MONEY or (Field.DONOR in wanted and not fields & _OF_ONE_DONOR):
        return block
    top, bottom = block.rows[0], block.rows[-1]
    if Field.DONOR in wanted and not speaks_of_contributions(sheet, first, top, bottom):
        return block
    stated = stated_above(sheet, first, top)
    taken = {field: said for field, said in stated.items() if field in wanted}
    doubts = [
        f"The {field.value.replace('_', ' ')} of all rows is {shown(said.text)}, because "
        f"{said.address} says so."
        for field, said in taken.items()
    ]
    constants = {field: said.text for field, said in taken.items()}
    return replace(block, doubts=(*block.doubts, *doubts), constants=constants)


def _is_contributions(block: HeadingBlock) -> bool:
    fields = block.fields | block.constants.keys()
    return Field.DONOR in fields and bool(fields & {Field.AMOUNT, Field.PAID, Field.VALUE})


def _worth(block: HeadingBlock) -> int:
    return sum(column.field is not None for column in block.columns)


def _repeats(block: HeadingBlock, blocks: list[HeadingBlock]) -> bool:
    """Whether the same headings stand again, as they do on each printed page."""
    return (
        bool(blocks)
        and block.constants == blocks[-1].constants
        and [c.heading for c in blocks[-1].columns] == [c.heading for c in block.columns]
    )


def _continues(block: HeadingBlock, number: int) -> bool:
    """Whether a row is one more of the table above, though its words might be headings ("Private
    donors", "USD", "2000"): no gap parts it from the headings, it is as wide as they are, and a
    figure stands under the amount, or a currency under the currencies.
    """
    sheet = block.sheet
    own = {column.number for column in block.columns}
    for above in range(number - 1, block.rows[-1], -1):
        if all(value is None for value in sheet.rows[above - 1]):
            return False
    cells = {c: v for c, v in enumerate(sheet.rows[number - 1], 1) if v is not None}
    donors = block.of(Field.DONOR)
    if not set(cells) <= own or not any(column.number in cells for column in donors):
        return not donors and set(cells) <= own and _has_values(block, cells)
    return _has_values(block, cells) and not _is_row_of_years(block, cells)


def _has_values(block: HeadingBlock, cells: Mapping[int, CellValue]) -> bool:
    """Whether cells hold what the columns above them are of: amounts, currencies."""
    for column in block.columns:
        text = clean(cell_text(cells.get(column.number)))
        if not text:
            continue
        if column.field in MONEY and parse_amount(cells[column.number]).state != "error":
            return True
        if column.field is Field.CURRENCY and recognise(text):
            return True
    return False


def _is_row_of_years(block: HeadingBlock, cells: Mapping[int, CellValue]) -> bool:
    """Whether a row heads a matrix of years: a word for donors, and two years in a row or more."""
    heads = [match_heading(clean(cell_text(value))) for value in cells.values()]
    named = any(m is not None and m.field is Field.DONOR and m.score == _EXACT for m in heads)
    years = {
        int(text)
        for value in cells.values()
        if (text := clean(cell_text(value))).isdecimal() and is_year_heading(text)
    }
    rows = any(year + 1 in years for year in years)
    others = [cells.get(column.number) for column in block.of(Field.CURRENCY)]
    return named and rows and not any(recognise(cell_text(value)) for value in others if value)


def _is_data(block: HeadingBlock) -> bool:
    """Whether what would name the donor stands below as a donor again: a row of data, whose values
    happen to be words of headings ("Supporter").
    """
    donors = block.of(Field.DONOR)
    if not donors:
        return False
    sheet, top, donor = block.sheet, block.rows[-1], donors[0].number
    name = plain(clean(cell_text(sheet.cell(top, donor))))
    heads = sheet.rows[top - 1]
    for cells in sheet.rows[top:]:
        value = cells[donor - 1] if donor <= len(cells) else None
        if value is None or plain(clean(cell_text(value))) != name:
            continue
        if (
            sum(one == other for one, other in zip(heads, cells, strict=False) if one)
            < _LEAST_CELLS
        ):
            return True
    return False


def _seen(cells: Iterable[CellValue | None], limit: int) -> list[str]:
    texts = [clean(cell_text(value)) for value in cells if value is not None]
    return [repr(text) for text in texts if len(text) <= _LONGEST_HEADING // 4][:limit]
