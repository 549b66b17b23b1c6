"""Rules of fund accounting that an entry can break although it balances.

Each check reads one transaction (or one instalment's history) and returns findings; the plugins
call them on every load.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

from beancount.core.data import Directive, Price, Transaction
from pledgebook.ledger.accounts import CLAIMS, LABELLED
from pledgebook.ledger.conforming import check_class, check_kept
from pledgebook.ledger.currencies import EURO_RATES
from pledgebook.ledger.declarations import as_date, as_text
from pledgebook.ledger.errors import Finding, finding
from pledgebook.ledger.history import is_closing
from pledgebook.ledger.money import ZERO, format_amount
from pledgebook.ledger.postings import Line, contradiction, purpose_after, read_lines, weigh
from pledgebook.ledger.rates import Rates
from pledgebook.ledger.register import Change, Claim, Register
from pledgebook.ledger.settings import Settings

_HALF_A_CENT = Decimal("0.005")


def check_balances(entry: Transaction, lines: list[Line], settings: Settings) -> Iterator[Finding]:
    """A transaction balances by itself within each fund and, in it, within each class."""
    foreign = [posting for posting in entry.postings if settings.place(posting.account) is None]
    if lines and foreign:
        yield finding(
            entry,
            "outside-the-fund",
            f"The second part of an account name is its fund; {foreign[0].account} is not in the "
            f"chart of a declared fund (declared: {', '.join(settings.funds)}). Use an account of "
            "the chart, or declare the fund.",
            foreign[0].meta,
        )
        return
    sums: dict[tuple[str, str, str], Decimal] = {}
    for line in lines:
        weight = weigh(line.posting)
        key = (line.place.fund, line.class_, weight.currency)
        sums[key] = sums.get(key, Decimal(0)) + (weight.number or Decimal(0))
    funds = {line.place.fund for line in lines}
    for fund in sorted(funds):
        totals: dict[str, Decimal] = {}
        for (own, _, currency), total in sums.items():
            if own == fund:
                totals[currency] = totals.get(currency, Decimal(0)) + total
        off = {currency: total for currency, total in totals.items() if abs(total) > _HALF_A_CENT}
        for currency, total in off.items():
            yield finding(
                entry,
                "fund-balance",
                f"Every entry balances within each fund; in {fund} this one is off by "
                f"{format_amount(total)} {currency}. {_why_off(lines, fund, total, currency)}",
            )
        if off:
            continue
        for (own, class_, currency), total in sorted(sums.items()):
            if own == fund and abs(total) > _HALF_A_CENT:
                yield finding(
                    entry,
                    "class-balance",
                    f"Every entry balances within each class of a fund; in {fund} the class "
                    f"{class_} is off by {format_amount(total)} {currency}. Write class: on the "
                    "transaction, or on the postings that are of another class.",
                )
    yield from _check_contra(entry, lines, settings)
    yield from _check_two_funds(entry, lines, settings)


def _why_off(lines: list[Line], fund: str, off: Decimal, currency: str) -> str:
    """Return what mends an entry that does not balance within a fund."""
    for line in lines:
        if line.place.fund == fund and (line.posting.meta or {}).get(_FILLED_IN) and abs(off) < 1:
            return (
                f"The amount of {line.posting.account} was left to Beancount, which rounds it to "
                "the decimals of the amounts beside it: write it, or write each of the others with "
                "two decimals (79.60, not 79.6)."
            )
    for line in lines:
        cost = line.posting.cost
        each = getattr(cost, "number", None)
        if line.place.fund == fund and line.label and each is not None and each >= _MUCH_FOR_ONE:
            return (
                f"Between braces {each:f} is the value of each unit of {line.label}: write the "
                f"value of them all after 0 #, as {{0 # {each:f} {currency}, ...}}."
            )
    if any(line.place.fund != fund for line in lines):
        return "Money owed between funds goes over Assets:X:Due-From:Y and Liabilities:Y:Due-To:X."
    return "Correct an amount, or its sign: what goes out of an account or is income is negative."


_FILLED_IN = "__automatic__"
"""Metadata by which Beancount marks a posting whose amount was not written."""

_MUCH_FOR_ONE = Decimal(100)
"""A value of one unit so high that it will be meant for all units together."""


def _check_contra(entry: Transaction, lines: list[Line], settings: Settings) -> Iterator[Finding]:
    """Memorandum pledges and their contra account vanish from every total together."""
    apart: dict[str, Decimal] = {}
    for line in lines:
        if line.place.kind in {"memorandum", "contra"}:
            fund = line.place.fund
            apart[fund] = apart.get(fund, ZERO) + (line.dollars or ZERO)
    for fund, total in apart.items():
        if total:
            yield finding(
                entry,
                "memorandum-contra",
                f"A memorandum is in no total: Assets:{fund}:Memorandum:Pledges and "
                f"Assets:{fund}:Memorandum:Contra move by the same amount in every entry; here "
                f"they are {format_amount(total)} {settings.currency} apart. Book the rest to "
                "the contra account.",
            )


def _check_two_funds(
    entry: Transaction, lines: list[Line], settings: Settings
) -> Iterator[Finding]:
    between: dict[tuple[str, str], Decimal] = {}
    for line in lines:
        if line.place.kind in {"due-from", "due-to"}:
            owed_to = line.place.fund if line.place.kind == "due-from" else line.place.part
            owed_by = line.place.part if line.place.kind == "due-from" else line.place.fund
            pair = (owed_to, owed_by)
            between[pair] = between.get(pair, ZERO) + (line.dollars or ZERO)
    for (owed_to, owed_by), total in between.items():
        if total:
            yield finding(
                entry,
                "due-between-funds",
                f"Assets:{owed_to}:Due-From:{owed_by} and Liabilities:{owed_by}:Due-To:{owed_to} "
                f"mirror each other; this entry leaves them {format_amount(total)} "
                f"{settings.currency} apart. Book both sides in one entry.",
            )
    funds = sorted({line.place.fund for line in lines})
    kinds = {line.place.kind for line in lines}
    if len(funds) < 2 or between:
        return
    moved = _moved_labels(lines)
    applied = "unapplied" in kinds and bool(kinds & (CLAIMS | {"contributions"}))
    if not moved and not applied:
        yield finding(
            entry,
            "two-funds",
            f"This entry touches the funds {' and '.join(funds)} without the accounts between "
            "funds: only an unpaid instalment that moves, or a receipt applied to another fund's "
            "pledge, may. Record an entry for each fund, or use Due-From and Due-To.",
        )


def _moved_labels(lines: Iterable[Line]) -> set[str]:
    claims = [line for line in lines if line.place.kind in CLAIMS]
    outs = {line.label: line.place.fund for line in claims if line.units < 0}
    ins = {line.label: line.place.fund for line in claims if line.units > 0}
    return {label for label in outs.keys() & ins.keys() if outs[label] != ins[label]}


def check_rate(entry: Price, settings: Settings) -> Iterator[Finding]:
    """A UN operational rate is above zero."""
    number = entry.amount.number
    if settings.currency in {entry.currency, entry.amount.currency} and (
        number is None or number <= 0
    ):
        yield finding(
            entry,
            "rate",
            f"A UN operational rate is above zero; {entry.currency} is priced at {number} "
            f"{entry.amount.currency} on {entry.date}. Correct the rate, or take the line out.",
        )


def check_stated_rate(
    entry: Transaction, lines: list[Line], rates: Rates, settings: Settings
) -> Iterator[Finding]:
    """An entry that states the UN rate it was made with rests on a rate of the book."""
    stated = entry.meta.get("rate-date")
    if stated is None:
        return
    currencies = {line.currency: line for line in lines if line.place.kind in CLAIMS}
    for currency, line in currencies.items():
        known = {currency, "EUR"} if currency in EURO_RATES else {currency}
        if currency == settings.currency or any(rates.find(name, entry.date) for name in known):
            continue
        yield finding(
            entry,
            "rate-missing",
            f"The entry states a UN operational rate of {as_text(stated)}, but the book has none "
            f"of {currency} effective on or before {entry.date}: add it as "
            f'"{entry.date.replace(day=1)} price {settings.currency} UNITS {currency}".',
            line.posting.meta,
        )


def check_words(entry: Transaction, lines: list[Line], settings: Settings) -> Iterator[Finding]:
    """Purposes and classes are declared ones, and `event:` fits the accounts."""
    for line in _first_of_each(lines, lambda line: line.purpose):
        if line.purpose and line.purpose not in settings.purposes:
            yield finding(
                entry,
                "unknown-purpose",
                f"The purpose {line.purpose!r} is not declared in the book (declared: "
                f"{', '.join(settings.purposes) or 'none'}): correct it, or declare it with "
                f'custom "purpose" "{line.purpose}" "…".',
                line.posting.meta,
            )
    for line in _first_of_each(lines, lambda line: f"{line.place.fund} {line.class_}"):
        classes = settings.funds[line.place.fund].classes
        if line.class_ not in classes:
            yield finding(
                entry,
                "unknown-class",
                f"Fund {line.place.fund} has no class {line.class_!r}: its classes are "
                f"{', '.join(classes)}. Correct class:, or add it to the fund.",
                line.posting.meta,
            )
    for line in lines:
        due = (line.posting.meta or {}).get("due", entry.meta.get("due"))
        if line.place.kind in CLAIMS and due is not None and as_date(due) is None:
            yield finding(
                entry,
                "due-date",
                f"due: is the day an instalment falls due; {as_text(due)!r} is no date. Write it "
                "as 2002-06-30.",
                line.posting.meta,
            )
    event = entry.meta.get("event")
    problem = contradiction(as_text(event), lines) if event is not None and lines else None
    if problem:
        yield finding(
            entry, "event", f"event: says what happened: {problem}. Correct event: or the accounts."
        )
    writes_off = event == "write-off" or any(line.place.kind == "written-off" for line in lines)
    if lines and writes_off and event != "closing" and not as_text(entry.meta.get("authority", "")):
        yield finding(
            entry,
            "write-off-authority",
            "A write-off needs the authority that approved it: add authority: with the name of "
            "the office and its paper.",
        )


def _first_of_each(lines: Iterable[Line], key: Callable[[Line], str]) -> Iterator[Line]:
    seen: set[str] = set()
    for line in lines:
        if key(line) not in seen:
            seen.add(key(line))
            yield line


def check_changes(register: Register) -> tuple[list[Finding], list[Finding]]:
    """What an instalment's history must keep: its class, its value when only the currency
    changes, its deferral equal to it. Returns errors and notices (income of a later period that is
    not deferred, releases not made, purpose or policy not kept).
    """
    errors: list[Finding] = []
    notices: list[Finding] = []
    deferred: dict[str, Decimal] = {}
    currency = register.settings.currency
    for change in register.changes:
        errors.extend(check_class(change, register.settings))
        if change.event == "redenomination" and change.value_out:
            errors.append(
                finding(
                    change.entry,
                    "redenomination-value",
                    f"A redenomination is no gain or loss; this one changes the value of "
                    f"{change.label} by {format_amount(-change.value_out)} {currency}. Put it "
                    "back at the value it had.",
                )
            )
        errors.extend(_check_deferral(change, deferred, register.settings))
        if _not_deferred(change, deferred, register.settings):
            notices.append(
                finding(
                    change.entry,
                    "not-deferred",
                    f"{_why_later(change.after, register.settings)} and is income now. Book it "
                    "against Liabilities:FUND:Deferred:DONOR under its label, and release it then.",
                )
            )
    notices.extend(check_kept(register))
    return errors, notices + _releases_not_made(register, deferred)


def _why_later(claim: Claim, settings: Settings) -> str:
    if _waits(claim, settings):
        return f"{claim.label} waits for its condition ({claim.condition})"
    return f"{claim.label} falls due on {claim.due}, in a later period,"


def _check_deferral(
    change: Change, deferred: dict[str, Decimal], settings: Settings
) -> Iterator[Finding]:
    label = change.label
    moved = ZERO
    for line in read_lines(change.entry, settings):
        if line.label == label and line.place.kind == "deferred":
            moved -= line.dollars or ZERO
    deferred[label] = deferred.get(label, ZERO) + moved
    left = deferred[label]
    if left > 0 and left != change.after.value:
        value, shown = format_amount(change.after.value), format_amount(left)
        yield finding(
            change.entry,
            "deferral-differs",
            f"The deferral of {label} is {shown} {settings.currency}, the instalment {value}: "
            "what is deferred moves with its instalment. Take the whole deferral out in this "
            "entry and put back what is left; if its biennium has begun, release it first.",
        )
        deferred[label] = change.after.value


def _releases_not_made(register: Register, deferred: Mapping[str, Decimal]) -> list[Finding]:
    """Name the deferrals, and the money in advance, whose biennium has begun."""
    held = {label: dollars for label, dollars in deferred.items() if dollars}
    for item in register.held:
        if item.kind == "in-advance":
            held[item.label] = held.get(item.label, ZERO) + item.dollars
    notices = []
    last = register.last_day
    for label, dollars in held.items():
        changes = register.by_label.get(label)
        claim = changes[-1].after if changes else None
        if dollars <= 0 or last is None or claim is None or claim.due is None:
            continue
        if _waits(claim, register.settings):
            continue
        starts = register.settings.periods.start_of(claim.due)
        if starts <= last:
            notices.append(
                finding(
                    claim.origin[0],
                    "release-not-made",
                    f"{label} is due to become income on {starts}, and {format_amount(dollars)} "
                    f"{register.settings.currency} is still held as deferred or in advance: "
                    "reports show it as future. Record its release.",
                )
            )
    return notices


def _not_deferred(change: Change, deferred: Mapping[str, Decimal], settings: Settings) -> bool:
    """Tell whether a commitment books as income now what is not yet: a later period's under policy
    `pledge`, what depends on a condition under `agreement`.
    """
    claim = change.after
    return (
        change.before is None
        and claim.kind == "pledges"
        and not deferred.get(claim.label)
        and (change.event != "opening" or not _waits(claim, settings))  # it may have been met
        and settings.is_to_defer(
            claim.fund,
            claim.class_,
            due=claim.due,
            condition=claim.condition,
            day=change.date,
        )
    )


def _waits(claim: Claim, settings: Settings) -> bool:
    return settings.waits_for_condition(claim.fund, claim.class_, claim.condition)


def check_earmarked(
    entries: Iterable[Directive], settings: Settings
) -> tuple[list[Finding], list[Finding]]:
    """Money for a purpose is spent only as far as it came in. Returns errors and notices: it is a
    notice where the fund sets `overspending: "notice"`.

    Available is cash received for the purpose less what was spent, refunded or is obligated, less
    money in advance, which is not to be spent before its date; never a pledge.
    """
    errors: list[Finding] = []
    notices: list[Finding] = []
    available: dict[tuple[str, str, str], Decimal] = {}
    purpose_of: dict[str, str] = {}
    for entry in entries:
        if not isinstance(entry, Transaction):
            continue
        spent: dict[tuple[str, str, str], Decimal] = {}
        lines = read_lines(entry, settings)
        purposes = purposes_of_money(lines, purpose_of)
        for number, line in enumerate(lines):
            purpose = purposes.get(number, "")
            held = line.class_ == SPECIAL and line.place.kind in _AVAILABLE
            if line.dollars is None or not (purpose or held):
                continue
            key = (line.place.fund, line.class_, purpose)
            available[key] = available.get(key, ZERO) + line.dollars
            spent[key] = spent.get(key, ZERO) - line.dollars
        for key, amount in spent.items():
            spends = _is_spending(lines) and not is_closing(entry)
            if amount > 0 and available[key] < 0 and spends:
                found = _overspent(entry, key, amount, available[key], settings)
                strict = settings.funds[key[0]].overspending == "error"
                (errors if strict else notices).append(found)
    return errors, notices


def purposes_of_money(lines: list[Line], purpose_of: dict[str, str]) -> dict[int, str]:
    """Return the purpose of each posting of money that has one, by its position: its own; that of
    the instalment it is held for; else, where no money of its fund and class says a purpose, that
    of the instalments which the entry moves there, if they have but one. `purpose_of` keeps the
    instalments' purposes from entry to entry.
    """
    inherited: dict[tuple[str, str], set[str]] = {}
    stating: set[tuple[str, str]] = set()
    held_for = {}
    for line in lines:
        group = (line.place.fund, line.class_)
        if line.label in purpose_of:
            inherited.setdefault(group, set()).add(purpose_of[line.label])
            held_for[line.label] = purpose_of[line.label]
        if line.place.kind == "cash" and line.purpose:
            stating.add(group)
    found = {}
    for number, line in enumerate(lines):
        if line.label and line.place.kind in CLAIMS and line.units > 0:
            own = [each for each in lines if each.label == line.label and each.place.kind in CLAIMS]
            purpose_of[line.label] = purpose_after(purpose_of.get(line.label, ""), own)
        if line.place.kind in {"cash", "in-advance", "obligations"}:
            group = (line.place.fund, line.class_)
            known = inherited.get(group, set()) if group not in stating else set()
            shared = next(iter(known)) if len(known) == 1 else ""
            purpose = line.purpose or held_for.get(line.label, "") or shared
            if purpose:
                found[number] = purpose
    return found


SPECIAL = "special"
"""The class of earmarked money: what has no purpose there yet is spent no further than it came."""

_AVAILABLE = frozenset({"cash", "in-advance", "unapplied", "obligations"})
"""Cash, less what is not to be spent: received in advance, not applied, owed."""

_SPENDING = frozenset({"programme", "programme-support", "refunds", "transfers", "obligations"})


def _is_spending(lines: list[Line]) -> bool:
    """Tell whether money is spent; a charge the bank keeps of a receipt is not spending."""
    kinds = {line.place.kind for line in lines}
    paid_out = any(line.place.kind == "cash" and line.units < 0 for line in lines)
    charged = "bank-charges" in kinds and paid_out and not kinds & LABELLED
    return bool(kinds & _SPENDING) or charged


def _overspent(
    entry: Transaction,
    key: tuple[str, str, str],
    amount: Decimal,
    left: Decimal,
    settings: Settings,
) -> Finding:
    fund, class_, purpose = key
    return finding(
        entry,
        "earmarked-overspent",
        f"Earmarked money is spent as far as it was received: {format_amount(amount)} "
        f"{settings.currency} is spent here on {purpose or 'no purpose'} ({fund}, {class_}), of "
        f"which "
        f"{format_amount(left + amount)} was available. Spend less, or record the money first.",
    )
