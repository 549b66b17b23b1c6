"""From a bank's entries to verdicts: receipts of the book, and what waits for a person.

A credit becomes a receipt that is not applied yet: whose it is and what it pays is matched later,
with the bank's words whole beside it. A debit waits, unless a rule of the book says what it is.
Nothing is entered twice: an entry that the book has is known by its id, by the bank's reference, or
by day and amount where it was entered by hand; one that the bank has changed is shown.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from beancount.core.data import Transaction
from pledgebook.importers.judging.known import Doubt
from pledgebook.importers.judging.steps import Steps, Tell, untold
from pledgebook.importers.judging.verdicts import VERDICTS
from pledgebook.importers.statements.booking import Cashier
from pledgebook.importers.statements.known import EntryVerdict, Known, in_words, taken_back_by
from pledgebook.importers.statements.statement import (
    Entry,
    Statement,
    StatementFile,
    identified,
    with_reversals,
)
from pledgebook.importers.values.values import shown
from pledgebook.ledger.declared.banks import (
    BANK,
    BANK_ENTRY,
    BankAccount,
    BankNotDeclaredError,
)
from pledgebook.ledger.declared.chart import account
from pledgebook.ledger.declared.rates import MissingRateError
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.events import EventRefusedError
from pledgebook.ledger.guards.statements import Movement, balance_on, movements
from pledgebook.ledger.money import format_amount
from pledgebook.ledger.register.book import Book


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedStatement:
    """A statement with a verdict for every entry. `ledger` is what the book comes to at its end
    once the drafts are in it, `ledger_before` at its beginning; `agrees` is None where the
    statement states no balance. `missing`
    are entries of the book that this statement should have and has not.
    """

    statement: Statement
    bank: BankAccount
    verdicts: tuple[EntryVerdict, ...]
    ledger: Decimal
    ledger_before: Decimal
    missing: tuple[Movement, ...] = ()

    @property
    def agrees(self) -> bool | None:
        """Whether the ledger comes to the statement's closing balance."""
        closing = self.statement.closing
        return None if closing is None else closing == self.ledger

    def counts(self) -> dict[str, int]:
        """Count the entries, in all and by verdict."""
        found = Counter(verdict.verdict for verdict in self.verdicts)
        return {"entries": len(self.verdicts)} | {name: found[name] for name in VERDICTS}


@dataclass(frozen=True, slots=True)
class JudgedStatements:
    """A file of statements, judged."""

    file: StatementFile
    statements: tuple[JudgedStatement, ...]

    @property
    def drafts(self) -> list[Draft]:
        """The entries to write."""
        return [
            draft
            for judged in self.statements
            for verdict in judged.verdicts
            for draft in verdict.drafts
        ]

    @property
    def taken_back(self) -> list[tuple[Transaction, date]]:
        """The receipts of the book that the bank may have taken back, and the day of it."""
        return [
            (movement.entry, verdict.entry.booked_on)
            for judged in self.statements
            for verdict in judged.verdicts
            for movement in verdict.takes_back
        ]

    @property
    def waits(self) -> bool:
        """Whether an entry waits for a person or was changed by the bank, or the ledger does not
        come to a balance.
        """
        return any(judged.agrees is False for judged in self.statements) or any(
            verdict.verdict in {"waiting", "rejected", "amended"}
            for judged in self.statements
            for verdict in judged.verdicts
        )


@dataclass(kw_only=True)
class BankContext:
    """What statements are judged against: the book, the day of the import, and what this run has
    taken so far.
    """

    book: Book
    today: date
    cashier: Cashier = field(init=False)
    moved: dict[str, list[Movement]] = field(init=False)
    taken: dict[str, dict[str, str]] = field(default_factory=dict)
    """By bank account, the ids of entries that this run takes, and the label each stands as."""
    drafted: dict[str, list[Movement]] = field(default_factory=dict)
    """By bank account, what this run's drafts will do to it."""
    backs: dict[str, list[Entry]] = field(default_factory=dict)
    """By bank account, the entries of this run's statements that take others back."""

    def __post_init__(self) -> None:
        self.cashier = Cashier(self.book)
        self.moved = movements(self.book.entries, self.book.settings)

    def expect(self, file: StatementFile) -> None:
        """Hear what the statements of a file take back, before any of the run is judged."""
        for statement in file.statements:
            if bank := self.book.settings.banks.find(statement.account):
                backs = self.backs.setdefault(bank.code, [])
                backs += [entry for entry in statement.entries if entry.takes_back]


def judge_statements(
    file: StatementFile, context: BankContext, tell: Tell = untold
) -> JudgedStatements:
    """Give every entry of a file's statements a verdict; an entry is a step for `tell`.

    Raises BankNotDeclaredError for an account that the book does not declare, with the lines to
    add.
    """
    context.expect(file)
    ordered = sorted(file.statements, key=lambda statement: (statement.last, statement.first))
    steps = Steps(sum(len(statement.entries) for statement in ordered), tell)
    judged = tuple(_judge(statement, file, context, steps) for statement in ordered)
    return JudgedStatements(file, judged)


def bank_of(statement: Statement, name: str, book: Book) -> BankAccount:
    """Return the declared bank account a statement is of. Raises BankNotDeclaredError."""
    bank = book.settings.banks.find(statement.account)
    if bank is None:
        raise BankNotDeclaredError(
            f"{name} is of the account {statement.account or 'without a number'} in "
            f"{statement.currency}, which the book does not declare. If it holds the fund's money, "
            f"add to the settings:\n\n{_lines_to_add(statement, book)}"
        )
    if bank.currency != statement.currency:
        raise BankNotDeclaredError(
            f"{name} is of the bank account {bank.code}, which the book keeps in {bank.currency}; "
            f"the statement is in {statement.currency}. Declare that account by itself."
        )
    return bank


def _lines_to_add(statement: Statement, book: Book) -> str:
    name = account("cash", next(iter(book.settings.funds), "FUND"))
    if statement.currency != book.settings.currency or name in book.settings.banks.by_account:
        name = f"{name}:CODE"
    return (
        f'{statement.first} custom "bank" "CODE" "{statement.account}"\n'
        f'  currency: "{statement.currency}"\n'
        f'  accounts: "{name}"'
    )


def _judge(
    statement: Statement, file: StatementFile, context: BankContext, steps: Steps
) -> JudgedStatement:
    name = Path(file.path).name
    bank = bank_of(statement, name, context.book)
    entries = with_reversals(statement.entries, context.backs.get(bank.code, ()))
    own = list(identified(bank.code, entries))
    begins = statement.first - timedelta(days=1)
    before = balance_on(_moved(bank, context), begins)
    taken = context.taken.setdefault(bank.code, {})
    known = Known(bank, statement, own, context.moved[bank.code], taken, before)
    # A foreign currency is one lot an account, so entries are drafted in the order they are booked.
    order = sorted(range(len(own)), key=lambda number: context.cashier.order(own[number][1], bank))
    verdicts: dict[int, EntryVerdict] = {}
    for number in order:
        entry_id, entry = own[number]
        verdict = known.verdict(entry_id, entry)
        if verdict is None:
            try:
                verdict = _enter(entry_id, entry, bank, statement, file, context)
            except Doubt as doubt:
                verdict = EntryVerdict(
                    entry=entry,
                    entry_id=entry_id,
                    verdict=doubt.verdict,
                    reason=doubt.reason,
                    takes_back=taken_back_by(entry, context.moved[bank.code]),
                )
        verdicts[number] = verdict
        steps.take()
    ledger = balance_on(_moved(bank, context), statement.last)
    listed = tuple(verdicts[number] for number in range(len(own)))
    return JudgedStatement(
        statement=statement,
        bank=bank,
        verdicts=listed,
        ledger=ledger,
        ledger_before=before,
        missing=tuple(known.missing),
    )


def _moved(bank: BankAccount, context: BankContext) -> list[Movement]:
    return [*context.moved[bank.code], *context.drafted.get(bank.code, ())]


def _enter(
    entry_id: str,
    entry: Entry,
    bank: BankAccount,
    statement: Statement,
    file: StatementFile,
    context: BankContext,
) -> EntryVerdict:
    """Draft a new entry. Raises Doubt if it waits."""
    cashier = context.cashier
    _refuse(entry, entry_id, bank, statement, context)
    rule = bank.rule_for(entry.line(bank.currency))
    if rule is None and entry.amount < 0:
        raise Doubt(
            f"{_went(entry, bank)}: record it {_by_hand(entry_id, bank)}, or tell the book by a "
            "bank-rule what such entries are."
        )
    if rule and (rule.kind == "charges") != (entry.amount < 0):
        raise Doubt(
            f"The rule {shown(', '.join(rule.words))} takes it for {rule.kind}, but it is the "
            "other way round."
        )
    source = f"{Path(file.path).name}#{entry.place}"
    try:
        entered = cashier.enter(
            entry, bank, rule, entry_id, {"statement": statement.number, "source": source,
                                         "source-sha256": file.sha256}
        )  # fmt: skip
    except (EventRefusedError, MissingRateError) as error:
        raise Doubt(f"{str(error).rstrip('.')}.") from error
    context.taken[bank.code][entry_id] = entered.label
    context.drafted.setdefault(bank.code, []).append(
        Movement(entry.booked_on, entry.amount, entered.draft.parsed())
    )
    words = f"By the rule {shown(', '.join(rule.words))}." if rule else ""
    return EntryVerdict(
        entry=entry,
        entry_id=entry_id,
        verdict="imported",
        reason=words,
        recorded_as=entered.label,
        donor=entered.donor,
        drafts=(entered.draft,),
    )


def _refuse(
    entry: Entry, entry_id: str, bank: BankAccount, statement: Statement, context: BankContext
) -> None:
    """Raise Doubt for an entry that can be drafted by nobody but a person."""
    settings = context.book.settings
    if (last := max(entry.booked_on, entry.value_date)) > context.today:
        raise Doubt(
            f"It is dated {last}, after today, {context.today}: import the statement again when "
            "that day has come, or ask the bank for the right date."
        )
    own = [each for each in settings.banks.statements if each.bank == bank.code]
    # Of several statements of one day, the later opens as the earlier closed.
    followed = {each.day for each in own if each.closing == statement.opening}
    agreed = [
        each
        for each in own
        if each.agrees
        and entry.booked_on <= each.day
        and not (entry.booked_on == each.day and each.day in followed)
    ]
    period = settings.periods.of(entry.value_date)
    if period is not None and period.name in settings.seals:
        if agreed and (agreed[0].since or agreed[0].day) <= entry.booked_on:
            raise Doubt(
                f"It is in the closed period {period.name}, with which the statement "
                f"{agreed[0].number} agreed.",
                "duplicate",
            )
        raise Doubt(
            f"Its value date {entry.value_date} is in the period {period.name}, which is sealed: "
            "record it in the open period, or open that one again on someone's authority."
        )
    if agreed:
        raise Doubt(
            f"The statement {agreed[0].number}, to {agreed[0].day}, agrees with the ledger and "
            f"does not have this entry of {entry.booked_on}: ask the bank which is right."
        )
    if entry.reversal or (entry.returned and entry.amount < 0):
        found = taken_back_by(entry, context.moved[bank.code])
        which = f"perhaps {' or '.join(map(in_words, found))}; " if found else ""
        raise Doubt(
            f"The bank takes an entry back ({which}{_went(entry, bank)}): record what it does to "
            f"the pledge or receipt, {_by_hand(entry_id, bank)}."
        )


def _went(entry: Entry, bank: BankAccount) -> str:
    way = "went out" if entry.amount < 0 else "came in"
    said = shown(entry.text) if entry.text else "no text"
    return f"{format_amount(abs(entry.amount))} {bank.currency} {way} ({said})"


def _by_hand(entry_id: str, bank: BankAccount) -> str:
    return f'with {BANK}: "{bank.code}" and {BANK_ENTRY}: "{entry_id}"'
