"""A bank's list of entries in a spreadsheet or delimited text.

Its headings are found as donors' are, with their own dictionary (`data/bank.toml`); cells are read
by the same rules for figures and dates. Rows that state a balance or a turnover are no entries but
prove them; a column of running balances proves each row. One row that cannot be read refuses the
file: a statement is whole or it is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache

from pledgebook.importers.reading.cells import (
    CellValue,
    Sheet,
    UnreadableFile,
    Workbook,
    cell_text,
    column_letter,
)
from pledgebook.importers.statements.statement import Entry, Original, Statement
from pledgebook.importers.statements.words import bank_words, key_of
from pledgebook.importers.tables.heading_rows import may_be_heading
from pledgebook.importers.tables.headings import Field, match_heading
from pledgebook.importers.values.amounts import column_mark, parse_amount
from pledgebook.importers.values.dates import column_order, parse_date
from pledgebook.importers.values.values import LONGEST_VALUE, plain, shown
from pledgebook.ledger.declared.banks import NO_BANKS, Banks, plain_number
from pledgebook.ledger.declared.currencies import is_currency, recognise
from pledgebook.ledger.money import format_amount

_LOOKED_AT = 60
"""Rows in which the headings must stand."""

_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}\b")
_CURRENCY = re.compile(
    r"^(?P<word>.+?)[\s:,-]*(?:\b(?:in|w|v|en)\s+)?[(\[]?(?P<code>[A-Za-z]{3})[)\]]?$"
)
_UNTIL = re.compile(  # "Solde au 31/05/2002", "Ending balance as of May 31, 2002:"
    r"(?i)(?:[\s,(]+(?:as (?:of|at|on)|on|at|per|am|zum|vom|au|du|le|al|a|el|op|den|na|dnia|на))?"
    r"[\s:,(]*(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{1,2}\.? [^\W\d]{3,12}\.? \d{4}"
    r"|[^\W\d]{3,12} \d{1,2},? \d{4})[\s:)]*$"
)
"""The day behind a balance, and what leads to it."""

_SHORT_NUMBER = 8
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


def is_list_of_entries(workbook: Workbook) -> bool:
    """Tell whether a workbook holds a bank's list of entries: dates and amounts, and beside them
    what only a bank gives (its customer's account, debit and credit, a running balance).
    """
    return _find(workbook, certain=True) is not None


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
            if certain and not _is_a_banks(found, row):
                continue
            return found
    return None


def _is_a_banks(found: _List, row: Sequence[CellValue | None]) -> bool:
    for name in (cell_text(cell) for cell in row if cell is not None):
        taken = match_heading(name)
        if taken and taken.field is Field.DONOR and key_of(name) not in _dictionary()["payer"]:
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


class _Reader:
    def __init__(self, name: str, found: _List, account: str, currency: str) -> None:
        self._name, self._list = name, found
        heads = {
            _heading(cell_text(found.sheet.cell(found.heading, column)))[1]
            for name in ("amount", "credit", "debit", "balance")
            for column in found.columns.get(name, ())[:1]
        } - {""}
        self._account = account
        self._currency = currency or (heads.pop() if len(heads) == 1 else "")
        money = ("amount", "credit", "debit", "balance")
        marks = {column_mark(found.below(column)) for column in money} - {None}
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
            cells = [cell_text(cell) for row in self._beside() for cell in row]
            own = [
                bank
                for bank in banks.accounts.values()
                if any(_names_account(text, number) for text in cells for number in bank.numbers)
            ]
            if len(own) == 1:
                self._account = own[0].numbers[0]
        if len({bank.currency for bank in own}) == 1 and not self._currency:
            self._currency = own[0].currency

    def _beside(self) -> Iterator[Sequence[CellValue | None]]:
        """Yield the rows above the headings, and those below that are no entries."""
        yield from self._list.sheet.rows[: self._list.heading - 1]
        for row in range(self._list.heading + 1, len(self._list.sheet.rows) + 1):
            if self._list.cell(row, "booked") is None and self._list.cell(row, "value") is None:
                yield self._list.sheet.rows[row - 1]

    def statements(self) -> tuple[Statement, ...]:
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
        return tuple(statements)

    def _refusal(self, row: int, name: str, what: str) -> UnreadableFile:
        column = self._list.columns.get(name, (1,))[0]
        at = self._list.sheet.address(row, column)
        return UnreadableFile(f"{self._name}: {at} {what}; nothing of the statement is taken.")

    def _account_of(self, row: int) -> str:
        stated = [text for text in self._list.all(row, "account") if any(map(str.isdigit, text))]
        best = next((match[0] for text in stated if (match := _IBAN.search(text))), "")
        account = best or (stated[0] if stated else "") or _account_above(self._list)
        return self._account or account

    def _currency_of(self, row: int) -> str:
        codes = recognise(self._list.say(row, "currency"))
        if len(codes) == 1:
            return codes[0]
        return self._currency

    def _key(self, row: int) -> tuple[str, str]:
        return self._account_of(row), self._currency_of(row)

    def _states_no_money(self, row: int) -> bool:
        """Tell whether a row is words beside the table, such as the bank's name below it: one cell
        of text, without a figure in any column of money.
        """
        cells = [cell for cell in self._list.sheet.rows[row - 1] if cell_text(cell).strip()]
        return len(cells) == 1 and isinstance(cells[0], str) and not self._figures(row)

    def _read_balance(self, row: int, kind: str, page: _Pages) -> None:
        """Note what a row states that is no entry. It may stand in any column; "balance" alone is
        the opening one above the entries and the closing one below, the other way round where the
        newest come first.
        """
        if kind == "turnover":
            page.turnover.append((self._amount(row), f"{self._list.sheet.name}!{row}"))
            return
        if kind == "balance":
            days = [entry.booked_on for entry in page.entries] or [date.min]
            first = row < min(page.rows, default=row)
            kind = "opening" if first == (days[0] <= days[-1]) else "closing"
        stated = row > self._list.heading and any(
            self._list.say(row, name) for name in ("amount", "credit", "debit")
        )
        figures = [self._amount(row)] if stated else self._figures(row)
        if len(figures) != 1:
            if row < self._list.heading:
                return  # it is a word of the letterhead
            raise self._refusal(row, "amount", f"states {len(figures)} amounts as a balance, not 1")
        page.shifted |= stated and self._list.say(row, "debit") != ""
        if kind == "opening" and page.opening is None:
            page.opening = figures[0]
        elif kind == "closing":
            page.closing = figures[0]

    def _figures(self, row: int) -> list[Decimal]:
        """Return the amounts of a row, in whichever column, without its days."""
        found: dict[str, Decimal] = {}
        for cell in self._list.sheet.rows[row - 1]:
            text = cell_text(cell).strip()
            day = parse_date(cell, self._order, from_1904=self._list.sheet.from_1904)
            if not text or day.value is not None:
                continue
            value = parse_amount(cell, self._mark).value
            if value is not None:
                found[text] = value
        return list(found.values())

    def _read(self, row: int, page: _Pages) -> None:
        amount = self._amount(row)
        page.rows.append(row)
        if state := self._not_booked(row):
            page.entries.append(self._pending(row, amount, state))
        else:
            page.entries.append(self._entry(row, amount))
            if self._list.has("balance"):
                balance = self._figure(row, "balance")
                if balance is None:
                    raise self._refusal(row, "balance", "states no balance")
                page.balances.append((f"{self._list.sheet.name}!{row}", balance))
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

    def _not_booked(self, row: int) -> str:
        """Return what the row's state is called if it has moved no money (yet); else "". If the
        balances have counted it all the same, they do not follow.
        """
        state = self._list.say(row, "state")
        return state if plain(state) in bank_words()["states"]["pending"] else ""

    def _pending(self, row: int, amount: Decimal, state: str) -> Entry:
        day = self._day(row, "booked") or self._day(row, "value") or self._day(row, "started")
        if day is None:
            raise self._refusal(row, "booked", "states no date, so the file may be cut")
        return replace(self._entry(row, amount, day), status=state.casefold())

    def _amount(self, row: int) -> Decimal:
        """Return the money in of a row: credit less debit, or the signed amount."""
        credit, debit = self._figure(row, "credit"), self._figure(row, "debit")
        if self._list.has("credit") and self._list.has("debit"):
            if credit and debit:
                raise self._refusal(row, "credit", "states a credit and a debit in one row")
            if credit or debit:
                return abs(credit) if credit else -abs(debit or Decimal(0))
        amount = self._figure(row, "amount")
        if amount is None:
            name = "amount" if self._list.has("amount") else "credit"
            raise self._refusal(row, name, "states no amount, so the file may be cut")
        sign = self._list.say(row, "sign")
        if self._list.has("sign"):
            signs = {plain(sign)}
            if signs & set(bank_words()["signs"]["debit"]):
                return -abs(amount)
            if not signs & set(bank_words()["signs"]["credit"]):
                raise self._refusal(row, "sign", f"is {shown(sign)}, neither credit nor debit")
        return amount

    def _figure(self, row: int, name: str) -> Decimal | None:
        reading = parse_amount(self._list.cell(row, name), self._mark)
        if reading.state in {"ambiguous", "error"}:
            raise self._refusal(row, name, f"is {shown(reading.text)}: {reading.reason}")
        return reading.value

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
        original = self._figure(row, "original_amount")
        codes = recognise(self._list.say(row, "original_currency"))
        charges = self._figure(row, "charges")
        currency = self._currency_of(row)
        return Entry(
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
            original=Original(abs(original), codes[0]) if original and len(codes) == 1 else None,
            rate=self._figure(row, "rate"),
            charges=(Original(abs(charges), currency),) if charges else (),
            code=self._list.say(row, "kind"),
        )

    def _statement(self, account: str, currency: str, page: _Pages) -> Statement:
        entries, opening, closing = page.entries, page.opening, page.closing
        if page.balances:
            opening, closing = self._follow(page)
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

    def _follow(self, page: _Pages) -> tuple[Decimal, Decimal]:
        """Return opening and closing balance out of the balances beside the rows, the oldest or the
        newest first; each must follow from the one before.
        """
        booked = [entry for entry in page.entries if entry.status == "booked"]
        rows = list(zip([entry.amount for entry in booked], page.balances, strict=True))
        newest_first = rows[::-1]
        faults = [_fault(rows), _fault(newest_first)]
        if None not in faults and any(entry.charges for entry in booked):
            own = [(_net(entry).amount, at) for entry, (_, at) in zip(booked, rows, strict=True)]
            if None in (_fault(own), _fault(own[::-1])):  # the fee is taken beside the amount
                page.entries[:] = [_net(entry) for entry in page.entries]
                return self._follow(page)
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


def _names_account(text: str, number: str) -> bool:
    """Tell whether a text holds an account number; a short one only as a word of its own."""
    own = plain_number(number)
    if len(own) < _SHORT_NUMBER:
        return own in {plain_number(word) for word in text.split()}
    return own in plain_number(text)


def _net(entry: Entry) -> Entry:
    kept = sum((charge.amount for charge in entry.charges), Decimal(0))
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


def _heading(text: str) -> tuple[str, str]:
    """Return a heading as the dictionary has it, and the currency that stands behind it, if any."""
    key, found = key_of(text), _CURRENCY.fullmatch(" ".join(text[:LONGEST_VALUE].split()))
    if found and is_currency(found["code"].upper()):
        word = key_of(found["word"])
        known = any(word in ranks for ranks in _dictionary().values())
        if known:
            return word, found["code"].upper()
    return key, ""


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
