"""A bank's list of entries in a spreadsheet or delimited text.

Its headings are found as donors' are, with their own dictionary (`data/bank.toml`); cells are read
by the same rules for figures and dates, and a figure is what stands beside it too: a sign, a
currency; a word that nobody knows refuses the file at its cell. Rows that state a balance or a
turnover are no entries but prove them; a column of running balances proves each row. One row that
cannot be read refuses the file: a statement is whole or it is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache, cached_property

from pledgebook.importers.reading.cells import (
    CellValue,
    Sheet,
    UnreadableFile,
    Workbook,
    cell_text,
    column_letter,
)
from pledgebook.importers.statements.batches import says_batch, unnamed
from pledgebook.importers.statements.signs import Money, beside, side_of
from pledgebook.importers.statements.statement import Entry, Original, Statement
from pledgebook.importers.statements.words import bank_words, key_of
from pledgebook.importers.tables.heading_rows import may_be_heading
from pledgebook.importers.tables.headings import SEVERAL, Field, currency_in, match_heading
from pledgebook.importers.tables.units import may_state_units, names_another
from pledgebook.importers.values.amounts import BLANK, AmountReading, column_mark, parse_amount
from pledgebook.importers.values.dates import column_order, parse_date
from pledgebook.importers.values.looks import Shown, read_shown
from pledgebook.importers.values.values import (
    LONGEST_VALUE,
    SCALES,
    clean,
    plain,
    shown,
    words,
)
from pledgebook.importers.values.words import changes_figures
from pledgebook.ledger.declared.banks import NO_BANKS, BankAccount, Banks, plain_number
from pledgebook.ledger.declared.currencies import recognise
from pledgebook.ledger.money import format_amount

_LOOKED_AT = 60
"""Rows in which the headings must stand."""

_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}\b")
_CURRENCY = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<word>.+?)[\s:,-]*(?:\b(?:in|w|v|en)\s+)?[(\[]?(?P<code>[^\s()\[\]:,]{1,6})[)\]]?",
        r"(?P<word>.+?)\s*(?:[(\[]|\b(?:in|w|v|en)\s)\s*(?P<code>[^()\[\]]+?)\s*[)\]]?",
        r"(?P<code>\S{1,4})\s+(?P<word>.+)",
    )
)
"""A heading with a currency behind or before the word: "Amount (EUR)", "Amount in euros"."""

_MONEY = ("amount", "credit", "debit", "balance")
_UNTIL = re.compile(  # "Solde au 31/05/2002", "Ending balance as of May 31, 2002:"
    r"(?i)(?:[\s,(]+(?:as (?:of|at|on)|on|at|per|am|zum|vom|au|du|le|al|a|el|op|den|na|dnia|на))?"
    r"[\s:,(]*(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{1,2}\.? [^\W\d]{3,12}\.? \d{4}"
    r"|[^\W\d]{3,12} \d{1,2},? \d{4})[\s:)]*$"
)
"""The day behind a balance, and what leads to it."""

_SHORT_NUMBER = 8
_SHORT_TEXT = 60
"""Letters of a text beside a list that may state the currency of all of it."""
_SHORT_WORD = 4
"""Words of states up to this length may mean anything within a sentence: "open", "info"."""
_CODE = 3
_IN_AT_END = re.compile(r"(?i)\b(?:in|en|w|v|i)\s+\S+\W*$")
_IN_ORDER = frozenset({"text", "account"})
"""What several columns hold together, in their order; of all others the best comes first."""

_OF_HOLDER = 1_000
"""The rank from which on a heading of the other party may also be the account holder's."""


@dataclass(frozen=True, slots=True)
class _List:
    """Where a list of entries stands: its sheet, the row of headings, and columns by what they
    hold (the best first).
    """

    sheet: Sheet
    heading: int
    columns: Mapping[str, tuple[int, ...]]

    def with_sign(self) -> _List:
        """Return the list with the column that says which amounts come in, if only its cells tell
        it: every row of them says credit or debit.
        """
        if "sign" in self.columns or not self.has("amount"):
            return self
        said = set(bank_words()["signs"]["credit"]) | set(bank_words()["signs"]["debit"])
        row = self.sheet.rows[self.heading - 1]
        amounts = [cell_text(cell).strip() for cell in self.below("amount")]
        for column in range(1, len(row) + 1):
            texts = [
                plain(cell_text(self.sheet.cell(self.heading + 1 + at, column)))
                for at, amount in enumerate(amounts)
                if amount
            ]
            if texts and set(texts) <= said:
                return replace(self, columns={**self.columns, "sign": (column,)})
        return self

    def has(self, *names: str) -> bool:
        return any(name in self.columns for name in names)

    def cell(self, row: int, name: str) -> CellValue | None:
        own = self.columns.get(name, ())
        return self.sheet.cell(row, own[0]) if own else None

    def say(self, row: int, name: str) -> str:
        return " ".join(cell_text(self.cell(row, name)).split())

    def all(self, row: int, name: str) -> list[str]:
        cells = (self.sheet.cell(row, column) for column in self.columns.get(name, ()))
        texts = (" ".join(cell_text(cell).split()) for cell in cells)
        return list(dict.fromkeys(text for text in texts if text))

    def below(self, name: str) -> list[CellValue | None]:
        own = self.columns.get(name, ())
        if not own:
            return []
        rows = range(self.heading + 1, len(self.sheet.rows) + 1)
        return [self.sheet.cell(row, own[0]) for row in rows]


def is_list_of_entries(workbook: Workbook, banks: Banks = NO_BANKS) -> bool:
    """Tell whether a workbook holds a bank's list of entries: dates and amounts, and beside them
    what only a bank gives (its customer's account, debit and credit, a running balance), or the
    number of one of the accounts of the book.
    """
    if _find(workbook, certain=True) is not None:
        return True
    found = _find(workbook, certain=False)
    if found is None or _names_donors(found):
        return False
    return _Reader(workbook.path.name, found, "", "").is_of(banks)


def may_be_list_of_entries(workbook: Workbook) -> bool:
    """Tell whether a workbook holds dates and amounts and names no donors, so that it may be a
    bank's list that says nothing of its account.
    """
    found = _find(workbook, certain=False)
    return found is not None and not _names_donors(found)


def read_sheets(
    workbook: Workbook, account: str = "", currency: str = "", banks: Banks = NO_BANKS
) -> tuple[Statement, ...]:
    """Read the statements of a workbook, one an account. `account` and `currency` are what the
    user says where the file does not; `banks` are the accounts that the book declares: the number
    of one, wherever it stands beside the entries, says whose list it is.

    Raises UnreadableFile with a sentence that names the cell.
    """
    found = _find(workbook, certain=False)
    if found is None:
        raise UnreadableFile(
            f"{workbook.path.name}: no list of a bank's entries was found: it has a heading row "
            "with a date and an amount, or debit and credit, above its entries."
        )
    reader = _Reader(workbook.path.name, found.with_sign(), account, currency)
    if not account:
        reader.identify(banks)
    return reader.statements()


def _find(workbook: Workbook, *, certain: bool) -> _List | None:
    for sheet in workbook.sheets:
        for number, row in enumerate(sheet.rows[:_LOOKED_AT], 1):
            if len([cell for cell in row if cell is not None]) < 3 or not may_be_heading(row):
                continue
            found = _List(sheet, number, _columns(row))
            money = found.has("amount") or (found.has("credit") and found.has("debit"))
            if not found.has("booked", "value") or not money:
                continue
            if certain and not _is_a_banks(found):
                continue
            return found
    return None


def _is_a_banks(found: _List) -> bool:
    if _names_donors(found):
        return False
    own = found.has("account") or bool(_account_above(found))
    both = found.has("credit") and found.has("debit")
    partner = found.has("payer_account") and found.has("payer")
    return (
        found.has("balance", "sign")
        or partner
        or (own and (both or found.has("value", "payer")))
        or both
    )


def _names_donors(found: _List) -> bool:
    for name in (
        cell_text(cell) for cell in found.sheet.rows[found.heading - 1] if cell is not None
    ):
        taken = match_heading(name)
        if taken and taken.field is Field.DONOR and key_of(name) not in _dictionary()["payer"]:
            return True
    return False


def _columns(row: Sequence[CellValue | None]) -> dict[str, tuple[int, ...]]:
    columns: dict[str, list[tuple[int, int]]] = {}
    for number, cell in enumerate(row, 1):
        key = _heading(cell_text(cell))[0]
        for name, ranks in _dictionary().items():
            if key and key in ranks:
                columns.setdefault(name, []).append((ranks[key], number))
    if "value" in columns and "booked" not in columns:
        columns["booked"] = columns["value"]
    if len(columns.get("payer", ())) > 1:  # "name" alone may be the account holder's
        columns["payer"] = [each for each in columns["payer"] if each[0] < _OF_HOLDER]
    return {
        name: tuple(number for _, number in (found if name in _IN_ORDER else sorted(found)))
        for name, found in columns.items()
    }


def _account_above(found: _List) -> str:
    for row in found.sheet.rows[: found.heading - 1]:
        for cell in row:
            if isinstance(cell, str) and (match := _IBAN.search(cell)):
                return match[0]
    return ""


@dataclass(slots=True, kw_only=True)
class _Pages:
    """What was read of one account."""

    entries: list[Entry] = field(default_factory=list)
    balances: list[tuple[str, Decimal]] = field(default_factory=list)
    opening: Decimal | None = None
    closing: Decimal | None = None
    turnover: list[tuple[Decimal, str]] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    shifted: bool = False
    """A balance stands in the column of debits, where it may be below zero or not."""
    turned: list[tuple[int, str]] = field(default_factory=list)
    """Cells below zero where money only comes in, or only goes out: a balance must prove them."""


class _Reader:
    def __init__(self, name: str, found: _List, account: str, currency: str) -> None:
        self._name, self._list = name, found
        self._account = account
        self._currency = currency
        heads = {codes[0] for name in _MONEY for codes in self._heads(name)[:1] if len(codes) == 1}
        if not currency:
            self._currency = heads.pop() if len(heads) == 1 else ""
        self._original_currency = ""
        marks = {column_mark(found.below(column)) for column in _MONEY} - {None}
        self._mark = marks.pop() if len(marks) == 1 else None
        orders = {column_order(found.below(column)) for column in ("booked", "value")} - {None}
        self._order = orders.pop() if len(orders) == 1 else None

    def identify(self, banks: Banks) -> None:
        """Take the account of the book whose number stands above or below the entries, or in a
        column; and its currency where the file states none.
        """
        stated = self._account_of(self._list.heading + 1)
        own = [bank for bank in banks.accounts.values() if stated and bank.answers_to(stated)]
        if not own and not self._list.has("account"):
            own = self._named(banks)
            if len(own) == 1:
                self._account = own[0].numbers[0]
        if len({bank.currency for bank in own}) == 1 and not self._currency:
            self._currency = own[0].currency

    def is_of(self, banks: Banks) -> bool:
        """Tell whether an account of the book is named in or beside the list."""
        stated = self._account_of(self._list.heading + 1)
        return any(bank.answers_to(stated) for bank in banks.accounts.values() if stated) or bool(
            self._named(banks)
        )

    def _named(self, banks: Banks) -> list[BankAccount]:
        """Return the accounts of the book whose numbers stand beside the entries."""
        cells = [cell_text(cell) for row in self._beside() for cell in row]
        return [
            bank
            for bank in banks.accounts.values()
            if any(_names_account(text, number) for text in cells for number in bank.numbers)
        ]

    def _heads(self, name: str) -> list[tuple[str, ...]]:
        """Return what currencies the headings of the columns of one kind may name."""
        cells = (
            self._list.sheet.cell(self._list.heading, at) for at in self._list.columns.get(name, ())
        )
        return [_heading(cell_text(cell))[1] for cell in cells]

    def _settle_currency(self) -> None:
        """Take of several columns of one kind that in the account's currency, another for what was
        sent. Raises UnreadableFile for a column in another currency than the account's.
        """
        if not self._currency and not self._list.has("currency"):
            self._currency = self._shown_currency()
        for name in _MONEY:
            heads = self._heads(name)
            own = [at for at, codes in enumerate(heads) if self._currency in codes]
            if not heads or not self._currency:
                continue
            columns = list(self._list.columns[name])
            if own and heads[0] and own[0]:
                columns.insert(0, columns.pop(own[0]))
                other = heads[0]
                both = {**self._list.columns, name: tuple(columns)}
                if name == "amount" and len(other) == 1 and not self._list.has("original_amount"):
                    both["original_amount"] = (columns[1],)
                    self._original_currency = other[0]
                self._list = replace(self._list, columns=both)
            elif heads[0] and self._currency not in heads[0]:
                raise self._refusal(
                    self._list.heading,
                    name,
                    f"heads a column in {' or '.join(heads[0])}, and the account is in "
                    f"{self._currency}",
                )

    def _shown_currency(self) -> str:
        """Return the one currency that stands beside the figures; "" if it is none or several."""
        rows = range(self._list.heading + 1, len(self._list.sheet.rows) + 1)
        shown_ones = {
            codes
            for name in _MONEY
            for column in self._list.columns.get(name, ())[:1]
            for row in rows
            if (codes := beside(self._shown(row, column).reading)[1])
        }
        codes = shown_ones.pop() if len(shown_ones) == 1 else ()
        return codes[0] if len(codes) == 1 else ""

    def _beside(self) -> Iterator[Sequence[CellValue | None]]:
        """Yield the rows above the headings, and those below that are no entries."""
        yield from self._list.sheet.rows[: self._list.heading - 1]
        for row in range(self._list.heading + 1, len(self._list.sheet.rows) + 1):
            if self._list.cell(row, "booked") is None and self._list.cell(row, "value") is None:
                yield self._list.sheet.rows[row - 1]

    def _refuse_titles(self) -> None:
        """Refuse a list of which a text above or below states units, or another currency than the
        account's and none states this.
        """
        named: list[tuple[int, int, str]] = []
        for row in range(1, len(self._list.sheet.rows) + 1):
            if row == self._list.heading or self._may_be_entry(row):
                continue
            for column, value in enumerate(self._list.sheet.rows[row - 1], 1):
                text = clean(value) if isinstance(value, str) else ""
                if not text or len(text) > LONGEST_VALUE:
                    continue
                if may_state_units(text):
                    raise self._refusal_at(
                        row, column, f"is {shown(text)}: figures in units are not read"
                    )
                if _states_currency(text):
                    named.append((row, column, text))
        own = self._currency
        if not own or self._list.has("currency"):
            return
        if any(own in recognise(currency_in(text)) for _, _, text in named):
            return
        for row, column, text in named:
            raise self._refusal_at(row, column, f"is {shown(text)}, and the account is in {own}")

    def statements(self) -> tuple[Statement, ...]:
        self._settle_currency()
        self._refuse_unread()
        self._refuse_struck(self._list.heading)
        self._refuse_titles()
        notes = self._heed_comments()
        pages: dict[tuple[str, str], _Pages] = {}
        balances: list[tuple[int, str]] = []
        for row in range(self._list.heading + 1, len(self._list.sheet.rows) + 1):
            if not any(cell_text(cell).strip() for cell in self._list.sheet.rows[row - 1]):
                continue
            if kind := self._kind_of(row):
                balances.append((row, kind))
            elif not self._states_no_money(row):
                self._read(row, pages.setdefault(self._key(row), _Pages()))
        above = range(1, self._list.heading)
        balances += [(row, kind) for row in above if (kind := self._kind_of(row))]
        for row, kind in sorted(balances):
            page = pages.get(self._key(row)) or (
                next(iter(pages.values())) if len(pages) == 1 else None
            )
            if page is not None:
                self._read_balance(row, kind, page)
        statements = [self._statement(*key, page) for key, page in pages.items() if page.entries]
        if not statements:
            raise UnreadableFile(f"{self._name} holds no entry of a bank.")
        return tuple(replace(each, notes=(*each.notes, *notes)) for each in statements)

    def _refusal(self, row: int, name: str, what: str) -> UnreadableFile:
        return self._refusal_at(row, self._list.columns.get(name, (1,))[0], what)

    def _refusal_at(self, row: int, column: int, what: str) -> UnreadableFile:
        at = self._list.sheet.address(row, column)
        return UnreadableFile(f"{self._name}: {at} {what}; nothing of the statement is taken.")

    def _account_of(self, row: int) -> str:
        if self._account:
            return self._account
        stated = [text for text in self._list.all(row, "account") if any(map(str.isdigit, text))]
        best = next((match[0] for text in stated if (match := _IBAN.search(text))), "")
        return best or (stated[0] if stated else "") or self._account_above

    @cached_property
    def _account_above(self) -> str:
        return _account_above(self._list)

    def _currency_of(self, row: int) -> str:
        stated = self._list.say(row, "currency")
        codes = recognise(stated)
        if len(codes) == 1:
            return codes[0]
        if stated and self._currency not in codes:
            raise self._refusal(row, "currency", f"is {shown(stated)}, which names no one currency")
        return self._currency

    def _key(self, row: int) -> tuple[str, str]:
        return self._account_of(row), self._currency_of(row)

    def _states_no_money(self, row: int) -> bool:
        """Tell whether a row is words beside the table, such as the bank's name below it: one cell
        of text, without a figure in any column of money.
        """
        cells = [cell for cell in self._list.sheet.rows[row - 1] if cell_text(cell).strip()]
        return len(cells) == 1 and isinstance(cells[0], str) and not self._figures(row)

    def _shown(self, row: int, column: int) -> Shown:
        """Read a cell as an amount, as its number format shows it."""
        value = self._list.sheet.cell(row, column)
        reading = parse_amount(value, self._mark)
        look = self._list.sheet.looks.get((row, column))
        if look is None or not isinstance(value, Decimal):
            return Shown(reading)
        return read_shown(value, look, reading)

    def _refuse_struck(self, row: int) -> None:
        """Raise UnreadableFile where something of a row is struck out."""
        for column in range(1, len(self._list.sheet.rows[row - 1]) + 1):
            if (row, column) in self._list.sheet.struck:
                raise self._refusal_at(
                    row, column, "is struck out: take the row out, or the line through it"
                )

    def _heed_comments(self) -> tuple[str, ...]:
        """Return what somebody wrote to cells of the sheet, as notes. Raises UnreadableFile where
        it may change what the figures say.
        """
        notes = []
        for (row, column), said in sorted(self._list.sheet.comments.items()):
            text = clean(said)
            matters = self._matters(text) or _speaks_of_state(text)
            if matters or changes_figures(text) or may_state_units(text):
                raise self._refusal_at(
                    row,
                    column,
                    f"has the comment {shown(text)}: correct the row, or take the comment out",
                )
            at = self._list.sheet.address(row, column)
            notes.append(f"The comment at {at}, {shown(text)}, changes no figure.")
        return tuple(notes)

    def _read_balance(self, row: int, kind: str, page: _Pages) -> None:
        """Note what a row states that is no entry. It may stand in any column; "balance" alone is
        the opening one above the entries and the closing one below, the other way round where the
        newest come first.
        """
        self._refuse_struck(row)
        if kind == "turnover":
            page.turnover.append((self._stated_balance(row), f"{self._list.sheet.name}!{row}"))
            return
        if kind == "balance":
            days = [entry.booked_on for entry in page.entries] or [date.min]
            first = row < min(page.rows, default=row)
            kind = "opening" if first == (days[0] <= days[-1]) else "closing"
        stated = row > self._list.heading and any(
            self._list.say(row, name) for name in ("amount", "credit", "debit")
        )
        figures = [self._stated_balance(row)] if stated else self._figures(row, of_balance=True)
        if len(figures) != 1:
            if row < self._list.heading:
                return  # it is a word of the letterhead
            raise self._refusal(row, "amount", f"states {len(figures)} amounts as a balance, not 1")
        page.shifted |= stated and self._list.say(row, "debit") != ""
        if kind == "opening" and page.opening is None:
            page.opening = figures[0]
        elif kind == "closing":
            page.closing = figures[0]

    def _figures(self, row: int, *, of_balance: bool = False) -> list[Decimal]:
        """Return the amounts of a row, in whichever column, without its days. Raises UnreadableFile
        for one of another currency, and `of_balance` for one that is not understood.
        """
        found: dict[str, Decimal] = {}
        for column, cell in enumerate(self._list.sheet.rows[row - 1], 1):
            text = cell_text(cell).strip()
            day = parse_date(cell, self._order, from_1904=self._list.sheet.from_1904)
            if not text or day.value is not None:
                continue
            reading, doubt = self._shown(row, column)
            if doubt and of_balance:
                raise self._refusal_at(row, column, _is(reading, doubt))
            if reading.value is not None:
                side, codes, rest = beside(reading)
                if codes and not rest and self._currency and self._currency not in codes:
                    at = self._list.sheet.name
                    raise UnreadableFile(
                        f"{self._name}: {at}!{row} states {shown(text)} of an account in "
                        f"{self._currency}; nothing of the statement is taken."
                    )
                found[text] = -abs(reading.value) if side == "debit" else reading.value
        return list(found.values())

    def _stated_balance(self, row: int) -> Decimal:
        """Return a balance or turnover that stands in the columns of money."""
        for name, sign in (("credit", 1), ("debit", -1)):
            if (money := self._money(row, name)).value:
                return abs(money.value) * sign if sign < 0 else money.value
        money = self._money(row, "amount")
        if money.value is None:
            raise self._refusal(row, "amount", "states no amount, so the file may be cut")
        if self._list.say(row, "sign") and not money.side:
            money = money._replace(side=side_of(self._list.say(row, "sign")))
        return money.signed()

    def _read(self, row: int, page: _Pages) -> None:
        self._refuse_struck(row)
        amount, turned = self._amount(row)
        if turned:
            page.turned.append((row, turned))
        page.rows.append(row)
        kind, state = self._state(row)
        if kind == "pending":
            page.entries.append(self._pending(row, amount, state))
        else:
            entry = self._entry(row, amount)
            taken_back = bool(turned) or kind == "returned"
            page.entries.append(replace(entry, reversal=taken_back))
            if self._list.has("balance"):
                balance = self._money(row, "balance")
                if balance.value is None:
                    raise self._refusal(row, "balance", "states no balance")
                page.balances.append((f"{self._list.sheet.name}!{row}", balance.signed()))
        if number := self._list.say(row, "number"):
            page.numbers.append(number)

    def _kind_of(self, row: int) -> str:
        """Return what a row states that is no entry: a balance or a turnover; "" of an entry. Words
        that a payer might write of an entry too count only of a row that cannot be one.
        """
        cells = self._list.sheet.rows[row - 1]
        if row < self._list.heading and not self._figures(row):
            return ""
        said = [" ".join(cell_text(cell)[:LONGEST_VALUE].split()) for cell in cells]
        bare = {key_of(text): bool(_UNTIL.search(text)) for text in said}
        bare |= {key_of(_UNTIL.sub("", text)): True for text in said if _UNTIL.search(text)}
        if self._may_be_entry(row):
            own = {key_of(text) for name in ("text", "payer") for text in self._list.all(row, name)}
            kept = {"turnover": own, "balance": {text for text, dated in bare.items() if dated}}
        else:
            kept = {}
        return next(
            (
                kind
                for kind, words in bank_words()["rows"].items()
                if kept.get(kind, bare.keys()) & set(words)
            ),
            "",
        )

    def _may_be_entry(self, row: int) -> bool:
        """Tell whether a row states a day and money where entries state them."""
        dated = self._list.say(row, "booked") or self._list.say(row, "value")
        money = (self._list.say(row, name) for name in ("amount", "credit", "debit"))
        return row > self._list.heading and bool(dated) and any(money)

    def _state(self, row: int) -> tuple[str, str]:
        """Return what the row's state says (booked, pending, returned) and its word. What has moved
        no money (yet) and is in the balances all the same, does not follow; of a word that nobody
        knows, only a balance beside the row can say that its money moved.
        """
        state = self._list.say(row, "state")
        key = key_of(state)
        for kind, known in bank_words()["states"].items():
            if key in known:
                return kind, state
        if state and not self._list.has("balance"):
            raise self._refusal(
                row, "state", f"is {shown(state)}, and whether that is booked is not known"
            )
        return "booked", state

    def _pending(self, row: int, amount: Decimal, state: str) -> Entry:
        day = self._day(row, "booked") or self._day(row, "value") or self._day(row, "started")
        if day is None:
            raise self._refusal(row, "booked", "states no date, so the file may be cut")
        return replace(self._entry(row, amount, day), status=state.casefold())

    def _amount(self, row: int) -> tuple[Decimal, str]:
        """Return the money in of a row: credit less debit, or the signed amount; and the column of
        a figure below zero where there should be none, else "".
        """
        name, money = self._column_of_money(row)
        value, side = money.value, self._side(row, name, money)
        if value is None:
            raise self._refusal(row, name, "states no amount, so the file may be cut")
        if not side:
            return value, ""
        if side == "credit":
            return value, name if value < 0 else ""
        if value <= 0 and self._debits_are_below_zero:
            return value, ""
        return -value, name if value < 0 else ""

    def _column_of_money(self, row: int) -> tuple[str, Money]:
        if self._list.has("credit") and self._list.has("debit"):
            credit, debit = self._money(row, "credit"), self._money(row, "debit")
            if credit.value and debit.value:
                raise self._refusal(row, "credit", "states a credit and a debit in one row")
            if credit.value or debit.value:
                return ("credit", credit) if credit.value else ("debit", debit)
        name = "amount" if self._list.has("amount") else "credit"
        return name, self._money(row, name)

    def _side(self, row: int, name: str, money: Money) -> str:
        """Return whether a figure is a credit or a debit, as its column, the column of signs and
        what stands beside it say; "" where nothing does but its own sign.
        """
        said = {money.side, name if name in {"credit", "debit"} else ""}
        if self._list.has("sign"):
            sign = self._list.say(row, "sign")
            side = side_of(sign)
            if not side:
                raise self._refusal(row, "sign", f"is {shown(sign)}, neither credit nor debit")
            said.add(side)
        said.discard("")
        if len(said) > 1:
            at = "sign" if self._list.has("sign") else name
            raise self._refusal(row, at, "says that it is a credit and that it is a debit")
        return said.pop() if said else ""

    @cached_property
    def _debits_are_below_zero(self) -> bool:
        """Whether the list writes what went out with a minus as well."""
        values = []
        for row in range(self._list.heading + 1, len(self._list.sheet.rows) + 1):
            if self._may_be_entry(row) and not self._kind_of(row):
                name, money = self._column_of_money(row)
                if money.value and self._side(row, name, money) == "debit":
                    values.append(money.value)
        return bool(values) and max(values) < 0

    def _money(self, row: int, name: str) -> Money:
        """Return what a cell of money shows. Raises UnreadableFile where it cannot be read, and
        where what stands beside the figure is not understood or another currency than the row's.
        """
        columns = self._list.columns.get(name, ())
        reading, doubt = self._shown(row, columns[0]) if columns else Shown(BLANK)
        if reading.state in {"ambiguous", "error"}:
            doubt = reading.reason
        if doubt:
            raise self._refusal(row, name, _is(reading, doubt))
        side, codes, rest = beside(reading)
        if reading.scaled or rest:
            what = "a unit" if reading.scaled else shown(rest)
            raise self._refusal(
                row, name, f"is {shown(reading.text)}: {what} beside the figure is not understood"
            )
        if codes and name in _MONEY:
            own = self._currency_of(row)
            if own and own not in codes:
                raise self._refusal(
                    row, name, f"is {shown(reading.text)}, and the account is in {own}"
                )
        if side == "credit" and reading.value is not None and reading.value < 0:
            raise self._refusal(row, name, f"is {shown(reading.text)}: a credit, and below zero")
        return Money(reading.value, side, codes)

    def _refuse_unread(self) -> None:
        """Refuse a list with a column that changes what the figures say and is not understood: with
        nothing but signs, states, units or other currencies under a heading that nobody knows, a
        heading of units, or figures beyond the headings, where a line has more cells than these.
        """
        sheet, heading = self._list.sheet, self._list.heading
        known = {at for columns in self._list.columns.values() for at in columns}
        rows = [row for row in range(heading + 1, len(sheet.rows) + 1) if self._may_be_entry(row)]
        heads = [
            at for at, cell in enumerate(sheet.rows[heading - 1], 1) if cell_text(cell).strip()
        ]
        last = max(heads)
        width = max((len(sheet.rows[row - 1]) for row in rows), default=0)
        for column in range(1, width + 1):
            if column in known:
                continue
            head = key_of(cell_text(sheet.cell(heading, column)))
            cells = [(row, cell_text(sheet.cell(row, column)).strip()) for row in rows]
            stated = [(row, text) for row, text in cells if text]
            why = ""
            if column > last and any(any(map(str.isdigit, text)) for _, text in stated):
                stated = [(row, text) for row, text in stated if any(map(str.isdigit, text))]
                why = "a figure beyond the headings"
            elif head in bank_words()["unread"]["units"] and any(t != "1" for _, t in stated):
                why = "a unit of the figures"
            elif stated and all(self._matters(text) for _, text in stated):
                why = "a word that changes a figure, under a heading that is not known"
            if why:
                row, text = stated[0]
                raise UnreadableFile(
                    f"{self._name}: {sheet.address(row, column)} is {shown(text)}, {why}; nothing "
                    "of the statement is taken. Give the column a heading that says what it holds, "
                    "or take it out."
                )

    def _matters(self, text: str) -> bool:
        """Tell whether a word alone says a sign, a unit, another currency or that nothing moved."""
        key = key_of(text)
        states = bank_words()["states"]
        return (
            bool(side_of(text))
            or key in states["pending"]
            or key in states["returned"]
            or any(plain(text) in words()[unit] for unit in SCALES)
            or names_another(text, tuple(filter(None, [self._currency])))
        )

    def _day(self, row: int, name: str) -> date | None:
        value = self._list.cell(row, name)
        reading = parse_date(value, self._order, serials=True, from_1904=self._list.sheet.from_1904)
        if reading.state in {"ambiguous", "error", "years"}:
            why = reading.reason or "it names no day"
            raise self._refusal(row, name, f"is {shown(reading.text)}: {why}")
        return reading.value

    def _entry(self, row: int, amount: Decimal, otherwise: date | None = None) -> Entry:
        value, booked = self._day(row, "value"), self._day(row, "booked")
        day = booked or value or otherwise
        if day is None:
            raise self._refusal(row, "booked", "states no date, so the file may be cut")
        refs = self._list.all(row, "reference")
        ends = self._list.all(row, "end_to_end")
        payers = self._list.all(row, "payer")
        texts = [*self._list.all(row, "text"), *payers[1:]]
        charges = self._money(row, "charges")
        kept_in = charges.currencies[0] if len(charges.currencies) == 1 else self._currency_of(row)
        entry = Entry(
            booked_on=day,
            value_date=value or day,
            amount=amount,
            place=f"{self._list.sheet.name}!{column_letter(1)}{row}",
            bank_ref=refs[0] if refs else "",
            end_to_end=ends[0] if ends else "",
            references=(*refs[1:], *ends[1:]),
            payer=payers[0] if payers else "",
            payer_account=self._list.say(row, "payer_account"),
            remittance="\n".join(texts),
            original=self._original(row, amount),
            rate=self._rate(row),
            charges=(Original(abs(charges.value), kept_in),) if charges.value else (),
            code=self._list.say(row, "kind"),
        )
        words = (entry.payer, entry.remittance, entry.code)
        return unnamed(entry) if says_batch(*words) else entry

    def _rate(self, row: int) -> Decimal | None:
        columns = self._list.columns.get("rate", ())
        return self._shown(row, columns[0]).reading.value if columns else None

    def _original(self, row: int, amount: Decimal) -> Original | None:
        """Return what was sent, where the row says so."""
        money = self._money(row, "original_amount")
        if not money.value:
            return None
        stated = recognise(self._list.say(row, "original_currency")) or money.currencies
        codes = stated or tuple(filter(None, [self._original_currency]))
        if len(codes) == 1:
            return Original(abs(money.value), codes[0])
        if abs(money.value) == abs(amount):
            return None  # the same figure, in no currency of its own
        raise self._refusal(
            row, "original_amount", f"is {format_amount(money.value)} in no currency that is stated"
        )

    def _statement(self, account: str, currency: str, page: _Pages) -> Statement:
        entries, opening, closing = page.entries, page.opening, page.closing
        if page.turned and not page.balances and None in {opening, closing}:
            row, name = page.turned[0]
            raise self._refusal(
                row,
                name,
                f"is below zero in a column of {name}s, and no balance proves which way it went"
                if name != "amount"
                else "is below zero and marked as one way, and no balance proves which way it went",
            )
        if page.balances:
            opening, closing = self._follow(page, currency)
        elif page.shifted and opening is not None and closing is not None:
            opening, closing = _signed(opening, closing, page.entries)
        self._check_turnover(page)
        if not account or not currency:
            what = "account" if not account else "currency"
            raise UnreadableFile(
                f"{self._name} does not say of which {what} it is: name the bank account with "
                "--bank CODE."
            )
        days = [entry.booked_on for entry in entries if entry.status == "booked"]
        days = days or [entry.booked_on for entry in entries]
        numbers = list(dict.fromkeys(page.numbers))
        stated = numbers[0] if len(numbers) == 1 else f"{min(days)}..{max(days)}"
        notes: tuple[str, ...] = ()
        if opening is None or closing is None:
            notes = ("The file states no balances: whether entries are missing cannot be proved.",)
        return Statement(
            account=account,
            currency=currency,
            number=stated,
            first=min(days),
            last=max(days),
            opening=opening,
            closing=closing,
            entries=tuple(entries),
            kind="list",
            notes=notes,
        )

    def _follow(self, page: _Pages, currency: str) -> tuple[Decimal, Decimal]:
        """Return opening and closing balance out of the balances beside the rows, the oldest or the
        newest first; each must follow from the one before.
        """
        booked = [entry for entry in page.entries if entry.status == "booked"]
        rows = list(zip([entry.amount for entry in booked], page.balances, strict=True))
        newest_first = rows[::-1]
        faults = [_fault(rows), _fault(newest_first)]
        if None not in faults and any(entry.charges for entry in booked):
            own = [
                (_net(entry, currency).amount, at)
                for entry, (_, at) in zip(booked, rows, strict=True)
            ]
            if None in (_fault(own), _fault(own[::-1])):  # the fee is taken beside the amount
                page.entries[:] = [_net(entry, currency) for entry in page.entries]
                return self._follow(page, currency)
        ordered = rows if faults[0] is None else newest_first
        if None not in faults:
            days = [entry.booked_on for entry in booked]
            place, expected, there = faults[days[0] > days[-1]] or ("", Decimal(0), Decimal(0))
            raise UnreadableFile(
                f"{self._name}: the balances do not follow: {place} states "
                f"{format_amount(there)}, the rows come to {format_amount(expected)}. A row is "
                "missing: ask the bank for the whole statement."
            )
        first_amount, (_, first) = ordered[0]
        opening, closing = first - first_amount, ordered[-1][1][1]
        if page.opening not in {None, opening} or page.closing not in {None, closing}:
            raise UnreadableFile(
                f"{self._name}: the balances beside the rows go from {format_amount(opening)} to "
                f"{format_amount(closing)}, the rows of balances say otherwise."
            )
        return opening, closing

    def _check_turnover(self, page: _Pages) -> None:
        for stated, place in page.turnover:
            amounts = [entry.amount for entry in page.entries if entry.status == "booked"]
            own = sum((each for each in amounts if (each < 0) == (stated < 0)), Decimal(0))
            if stated not in {own, sum(amounts, Decimal(0))}:
                raise UnreadableFile(
                    f"{self._name}: {place} states a turnover of {format_amount(stated)}, the rows "
                    f"come to {format_amount(own)}: a row is missing or stands twice."
                )


def _is(reading: AmountReading, doubt: str) -> str:
    return f"is {shown(reading.text)}: {doubt[:1].lower()}{doubt[1:].rstrip('.')}"


def _signed(
    opening: Decimal, closing: Decimal, entries: Sequence[Entry]
) -> tuple[Decimal, Decimal]:
    """Return balances with the signs that the entries prove, if there is one such pair."""
    moved = sum((entry.amount for entry in entries if entry.status == "booked"), Decimal(0))
    pairs = {
        (first, last)
        for first in {opening, abs(opening)}
        for last in {closing, abs(closing)}
        if first + moved == last
    }
    return pairs.pop() if len(pairs) == 1 else (opening, closing)


def _speaks_of_state(text: str) -> bool:
    """Tell whether a text says somewhere that money has not moved, or was taken back."""
    said = f" {key_of(text)} "
    states = bank_words()["states"]
    return any(
        f" {word} " in said or (not word.isascii() and word in said)
        for word in (*states["pending"], *states["returned"])
        if len(word) > _SHORT_WORD or not word.isascii()
    )


def _states_currency(text: str) -> bool:
    """Tell whether a text beside a list names one currency by its code or sign, or at its end: "in
    euro". A word alone may be of a name.
    """
    named = currency_in(text)
    if len(text) > _SHORT_TEXT or SEVERAL in named or not recognise(named):
        return False
    return len(named) <= _CODE or _IN_AT_END.search(text) is not None


def _names_account(text: str, number: str) -> bool:
    """Tell whether a text holds an account number; a short one only as a word of its own."""
    own = plain_number(number)
    if len(own) < _SHORT_NUMBER:
        return own in {plain_number(word) for word in text.split()}
    return own in plain_number(text)


def _net(entry: Entry, currency: str) -> Entry:
    kept = sum(
        (charge.amount for charge in entry.charges if charge.currency == currency), Decimal(0)
    )
    return replace(entry, amount=entry.amount - kept)


def _fault(
    rows: Iterable[tuple[Decimal, tuple[str, Decimal]]],
) -> tuple[str, Decimal, Decimal] | None:
    """Return the first row whose balance does not follow: its place, what follows, what stands."""
    before: Decimal | None = None
    for amount, (place, balance) in rows:
        if before is not None and before + amount != balance:
            return place, before + amount, balance
        before = balance
    return None


def _heading(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a heading as the dictionary has it, and the currencies that may stand beside it."""
    own = " ".join(text[:LONGEST_VALUE].split())
    for pattern in _CURRENCY:
        if found := pattern.fullmatch(own):
            word, codes = key_of(found["word"]), recognise(found["code"])
            codes = codes or recognise(found["code"].upper())
            if codes and any(word in ranks for ranks in _dictionary().values()):
                return word, codes
    return key_of(text), ()


@cache
def _dictionary() -> dict[str, dict[str, int]]:
    """Give, by what a column may hold, its headings and how well each names it (0 is best)."""
    return {
        name: {
            word: rank + (_OF_HOLDER if word in bank_words()["holder"]["names"] else 0)
            for rank, word in reversed(list(enumerate(words)))
        }
        for name, words in bank_words()["headings"].items()
    }
