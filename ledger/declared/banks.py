"""Bank accounts: which cash of which funds each holds, and what its statements say.

    1999-12-31 custom "bank" "MAIN" "GB29 NWBK 6016 1331 9268 19"
      currency: "USD"
      accounts: "Assets:CPCJF:Cash Assets:UNTOC:Cash"
      fund: "CPCJF"
    2002-01-01 custom "bank-rule" "MAIN" "monthly fee" "charges"
      most: 50.00 USD
    2002-12-31 custom "statement" "MAIN" "2002-12"
      opening: 1000.00 USD
      closing: 2500.00 USD
      agrees: "yes"

One bank account may hold the cash of several funds and classes: its balance is the sum over the
cash accounts that it names. A statement counts by the day on which the bank booked, the ledger by
value date; an entry whose two days differ says the bank's under `booked-on:`.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount.core.amount import Amount
from beancount.core.data import Custom
from msgspec import Struct, field
from pledgebook.ledger.declared.chart import read_account
from pledgebook.ledger.declared.currencies import is_currency
from pledgebook.ledger.declared.declarations import Declaration, as_date
from pledgebook.ledger.declared.funds import Fund
from pledgebook.ledger.declared.names import normalise
from pledgebook.ledger.findings import Finding, RefusedError, finding

BANK = "bank"
"""Metadata of an entry: the bank account whose statement it came from."""

BANK_ENTRY = "bank-entry"
"""Metadata of an entry: the statement's entry that it records, by the id `import` shows."""

BANK_REFERENCE = "bank-reference"
"""Metadata of an entry: the bank's own reference of the statement's entry."""

BOOKED_ON = "booked-on"
"""Metadata of an entry: the day on which the bank booked it, where that is not its own day."""

PAYERS, SEVERAL = "payers", "several"
"""Metadata of a receipt, and its one value: it may be the money of several, so it is no donor's."""

TAKEN_BACK = "taken-back-on"
"""Metadata of a receipt: the day on which the bank took as much back."""

RULES = ("charges", "interest", "donor")
"""What a rule may take an entry of a statement for: the bank's own, or money of a donor."""

_NO_NUMBER = str.maketrans("", "", " -./")


WAYS = ("in", "out")
"""Which way money of a rule goes, as the bank sees it."""


class BankLine(NamedTuple):
    """What a rule is held against: all the bank's words on an entry; its amount in the account's
    currency, money in positive; that currency; and what was sent, where the bank says so.
    """

    text: str
    amount: Decimal
    currency: str
    original: tuple[Decimal, str] | None = None

    def amount_in(self, currency: str) -> Decimal | None:
        """Return its amount in a currency, zero or above: the account's or that of what was sent;
        None where it states none.
        """
        if currency == self.currency:
            return abs(self.amount)
        if self.original and self.original[1] == currency:
            return abs(self.original[0])
        return None


class BankRule(Struct, frozen=True, kw_only=True):
    """What a person said of a bank's entries for which all holds: their text has all of `words`,
    the amount is within `least` and `most` (both included, in their currency), what was sent is in
    `currency`, the money goes the `way` (one of WAYS). What is empty is no condition.

    `kind` is one of RULES, and the money is of class `class_` (empty: as an unapplied receipt's).
    Of the kind "donor" such money is that `donor`'s, and waits as a receipt like any other.
    """

    words: tuple[str, ...]
    kind: str
    class_: str = ""
    donor: str = ""
    least: tuple[Decimal, str] | None = None
    most: tuple[Decimal, str] | None = None
    currency: str = ""
    way: str = ""

    def holds(self, line: BankLine) -> bool:
        """Tell whether a line meets every condition; of words, whole ones count, case and accents
        aside.
        """
        return (
            self.has_words(line.text)
            and self.way in {"", "in" if line.amount > 0 else "out"}
            and self.currency in {"", line.original[1] if line.original else line.currency}
            and (self.least is None or _at_least(line, self.least))
            and (self.most is None or _at_most(line, self.most))
        )

    def has_words(self, text: str) -> bool:
        """Tell whether a text holds all of the words."""
        return all(f" {normalise(each)} " in f" {normalise(text)} " for each in self.words)


def _at_least(line: BankLine, least: tuple[Decimal, str]) -> bool:
    amount = line.amount_in(least[1])
    return amount is not None and amount >= least[0]


def _at_most(line: BankLine, most: tuple[Decimal, str]) -> bool:
    amount = line.amount_in(most[1])
    return amount is not None and amount <= most[0]


class BankAccount(Struct, frozen=True, kw_only=True):
    """A bank account. `numbers` are the spellings of its number; `accounts` the cash accounts that
    it holds, the first of each fund being where its money is booked; what nobody has claimed waits
    in `fund`.
    """

    code: str
    numbers: tuple[str, ...]
    currency: str
    accounts: tuple[str, ...]
    fund: str
    entry: Custom
    rules: tuple[BankRule, ...] = ()

    @property
    def account(self) -> str:
        """The cash account in which its receipts are booked."""
        return next(name for name in self.accounts if name.split(":")[1] == self.fund)

    def rule_for(self, line: BankLine) -> BankRule | None:
        """Return the rule that takes an entry for the bank's own: the first that holds."""
        return next((each for each in self.rules if not each.donor and each.holds(line)), None)

    def donor_of(self, line: BankLine) -> str:
        """Return the code of the donor whose money an entry is by the first such rule, else ""."""
        return next((each.donor for each in self.rules if each.donor and each.holds(line)), "")

    def answers_to(self, number: str) -> bool:
        """Tell whether a statement's account number is this one: blanks, hyphens, points and
        strokes make no difference, nor does the currency behind the number.
        """
        given = plain_number(number)
        return any(given in (own, own + self.currency) for own in map(plain_number, self.numbers))


class BankStatement(Struct, frozen=True, kw_only=True):
    """What one statement of a bank account says: its balances, in the account's currency, and the
    days it covers (`since` may be unknown). With `agrees` the ledger must come to its closing
    balance; without, it was recorded while something of it was not yet in the ledger.
    """

    bank: str
    number: str
    day: date
    closing: Decimal
    opening: Decimal | None
    since: date | None
    agrees: bool
    entry: Custom


class BankNotDeclaredError(RefusedError):
    """A statement is of an account that the book does not declare; the message says what to add."""


def plain_number(number: str) -> str:
    """Return an account number without blanks, hyphens, points and strokes, in capitals."""
    return number.translate(_NO_NUMBER).upper()


class Banks(Struct, frozen=True):
    """The bank accounts a book declares, by code, and their statements in order of day."""

    accounts: Mapping[str, BankAccount] = field(default_factory=dict)
    statements: tuple[BankStatement, ...] = ()

    def find(self, number: str) -> BankAccount | None:
        """Return the bank account of a number, or None."""
        return next((bank for bank in self.accounts.values() if bank.answers_to(number)), None)

    @property
    def by_account(self) -> dict[str, BankAccount]:
        """The bank account of each cash account."""
        return {name: bank for bank in self.accounts.values() for name in bank.accounts}


NO_BANKS = Banks()
"""A book that declares no bank account, or none that is known yet."""


def read_banks(
    declared: Mapping[str, Mapping[tuple[str, ...], Declaration]],
    funds: Mapping[str, Fund],
    currency: str,
    donors: Container[str] = frozenset(),
) -> tuple[Banks, list[Finding]]:
    """Return the bank accounts and statements that are declared, and what is wrong with them."""
    faults: list[Finding] = []
    accounts: dict[str, BankAccount] = {}
    held: dict[str, str] = {}
    known = frozenset(funds)
    for declaration in declared["bank"].values():
        bank = _read_bank(declaration, known, currency)
        for name in bank.accounts if isinstance(bank, BankAccount) else ():
            if name in held:
                words = (
                    f"{name} is cash of two bank accounts, {held[name]} and {declaration.texts[0]}"
                )
                bank = _fault(declaration, f"{words}: give each its own, as {name}:NAME.")
                break
        if isinstance(bank, Finding):
            faults.append(bank)
            continue
        accounts[bank.code] = bank
        held |= dict.fromkeys(bank.accounts, bank.code)
    rules: dict[str, list[BankRule]] = {}
    for declaration in declared["bank-rule"].values():
        rule = _read_rule(declaration, accounts, funds, donors)
        if isinstance(rule, Finding):
            faults.append(rule)
        else:
            rules.setdefault(declaration.texts[0], []).append(rule)
    statements = []
    for declaration in declared["statement"].values():
        statement = _read_statement(declaration, accounts)
        if isinstance(statement, Finding):
            faults.append(statement)
        else:
            statements.append(statement)
    with_rules = {
        code: BankAccount(
            code=code,
            numbers=bank.numbers,
            currency=bank.currency,
            accounts=bank.accounts,
            fund=bank.fund,
            entry=bank.entry,
            rules=tuple(rules.get(code, ())),
        )
        for code, bank in accounts.items()
    }
    statements.sort(key=lambda statement: (statement.day, statement.number))
    return Banks(with_rules, tuple(statements)), faults


def _read_bank(
    declaration: Declaration, funds: frozenset[str], book_currency: str
) -> BankAccount | Finding:
    code, number = declaration.texts
    currency = declaration.text("currency", book_currency)
    names = declaration.words("accounts")
    if not is_currency(currency):
        return _fault(declaration, f"{code} is in {currency!r}, which is no currency.")
    if not names:
        words = f"{code} names no cash account: write accounts: with those it holds, such as"
        return _fault(declaration, f'{words} "Assets:{next(iter(sorted(funds)), "FUND")}:Cash".')
    holders = []
    for name in names:
        place = read_account(name)
        if place is None or place.kind != "cash" or place.fund not in funds:
            words = f"{code} names {name}, which is not cash of a fund that the book declares"
            return _fault(declaration, f"{words}: write it as Assets:FUND:Cash.")
        holders.append(place.fund)
    fund = declaration.text("fund", holders[0])
    if fund not in holders:
        words = f"Receipts of {code} wait in {fund!r}, but none of its cash accounts is that fund's"
        return _fault(declaration, f"{words}: name one of {', '.join(dict.fromkeys(holders))}.")
    numbers = (
        number,
        *(declaration.text(key) for key in declaration.meta if key.startswith("number")),
    )
    return BankAccount(
        code=code,
        numbers=numbers,
        currency=currency,
        accounts=names,
        fund=fund,
        entry=declaration.entry,
    )


def _read_rule(
    declaration: Declaration,
    accounts: Mapping[str, BankAccount],
    funds: Mapping[str, Fund],
    donors: Container[str],
) -> BankRule | Finding:
    bank, words, kind = declaration.texts
    if bank not in accounts:
        return _unknown(declaration, accounts)
    if kind not in RULES or not normalise(words):
        sentence = f"The rule for {words!r} takes it for {kind!r}"
        return finding(
            declaration.entry,
            "bank-rule",
            f"{sentence}: a rule has words to look for, and takes what holds them for "
            f"{' or '.join(RULES)}.",
        )
    donor = declaration.text("donor")
    if (kind == "donor") != bool(donor) or (donor and donor not in donors):
        return finding(
            declaration.entry,
            "bank-rule",
            f"The rule for {words!r} takes it for {kind!r} and names "
            f"{f'the donor {donor!r}' if donor else 'no donor'}: a rule of the kind donor, and no "
            "other, names under donor: the code of one that the book knows.",
        )
    fund = funds[accounts[bank].fund]
    class_ = declaration.text("class")
    if class_ and class_ not in fund.classes:
        return finding(
            declaration.entry,
            "bank-rule",
            f"The rule for {words!r} books to the class {class_!r}, and {fund.code}, in which "
            f"receipts of {bank} wait, has {', '.join(fund.classes)}: correct class:, or leave it "
            "out.",
        )
    rule = _with_conditions(declaration, donor)
    if isinstance(rule, str):
        return finding(declaration.entry, "bank-rule", f"The rule for {words!r} {rule}.")
    return rule


def _with_conditions(declaration: Declaration, donor: str) -> BankRule | str:
    """Return a rule with its conditions, or why no entry can ever meet them, or what they are
    written in.
    """
    _, words, kind = declaration.texts
    limits: dict[str, tuple[Decimal, str]] = {}
    for key in ("amount", "least", "most"):
        value = declaration.meta.get(key)
        if isinstance(value, Amount) and value.number is not None and value.number > 0:
            limits[key] = value.number, value.currency
        elif value is not None:
            return f"has {key}: {value}, which is no amount above zero: write {key}: 100.00 USD"
    exact, least, most = (limits.get(key) for key in ("amount", "least", "most"))
    if exact and (least or most):
        return "has amount: beside least: or most:, and an exact amount needs neither"
    if least and most and least[1] != most[1]:
        return f"has least: in {least[1]} and most: in {most[1]}, which are not in one currency"
    if least and most and least[0] > most[0]:
        return f"has least: {least[0]} above most: {most[0]}, so that no entry is between them"
    more = sorted(key for key in declaration.meta if key.startswith("words-"))
    said = BankRule(
        words=(words, *(declaration.text(key) for key in more)),
        kind=kind,
        class_=declaration.text("class"),
        donor=donor,
        least=exact or least,
        most=exact or most,
        currency=declaration.text("currency"),
        way=declaration.text("way"),
    )
    if not all(map(normalise, said.words)):
        return "has a condition without a word to look for: give it one, or take it out"
    if said.currency and not is_currency(said.currency):
        return f"has currency: {said.currency!r}, which is no currency: write one such as EUR"
    needed = "out" if kind == "charges" else "in"
    if said.way not in {"", needed}:
        goes = f"has way: {said.way!r}, and takes it for {kind}, which goes {needed}"
        return f"{goes}: write way: {needed!r}, or leave it out"
    return said


def _read_statement(
    declaration: Declaration, accounts: Mapping[str, BankAccount]
) -> BankStatement | Finding:
    bank, number = declaration.texts
    if bank not in accounts:
        return _unknown(declaration, accounts)
    amounts: list[Decimal | None] = []
    for key in ("closing", "opening"):
        value = declaration.meta.get(key)
        if isinstance(value, Amount) and value.currency == accounts[bank].currency:
            amounts.append(value.number)
        elif value is None and key == "opening":
            amounts.append(None)
        else:
            currency = accounts[bank].currency
            return finding(
                declaration.entry,
                "bank-statement",
                f"The statement {number} of {bank} has no {key} balance in {currency}, which it "
                f"is there for: write {key}: 0.00 {currency}.",
            )
    closing, opening = amounts
    assert closing is not None  # a value that is no amount has returned
    since = as_date(declaration.meta.get("from"))
    agrees = declaration.text("agrees") == "yes"
    return BankStatement(
        bank=bank,
        number=number,
        day=declaration.day,
        closing=closing,
        opening=opening,
        since=since,
        agrees=agrees,
        entry=declaration.entry,
    )


def _fault(declaration: Declaration, message: str) -> Finding:
    return finding(declaration.entry, "bank-account", f"The bank account {message}")


def _unknown(declaration: Declaration, accounts: Mapping[str, BankAccount]) -> Finding:
    known = ", ".join(accounts) or "none"
    return finding(
        declaration.entry,
        "unknown-bank",
        f"The {declaration.kind} is of the bank account {declaration.texts[0]!r}, which is not "
        f"declared (declared: {known}): correct the code, or declare the account.",
    )
