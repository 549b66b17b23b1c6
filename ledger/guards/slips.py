"""What is allowed and likely a slip: entered twice, due before it was pledged, moved into the past.

All of it can be meant, so each is a notice; what tells two alike apart is a `reference:` or `ref:`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from beancount.core.data import Transaction
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.findings import Finding, notice, place_of
from pledgebook.ledger.money import ZERO, format_amount, format_units
from pledgebook.ledger.register.events import RECEIVING
from pledgebook.ledger.register.instalments import by_number, pledge_of
from pledgebook.ledger.register.postings import read_lines
from pledgebook.ledger.register.register import Change, Claim, Gift, Register
from pledgebook.ledger.register.view import View


def guard(view: View) -> Iterator[Finding]:
    """Yield notices of dates and entries that are likely slips."""
    register = view.register
    by_entry: dict[int, list[Change]] = {}
    for change in register.changes:
        yield from _check_due(change)
        if change.before is None and change.event == "commitment":
            yield from _check_class(change.entry, change.after, register.settings)
        by_entry.setdefault(id(change.entry), []).append(change)
    for gift in register.gifts:
        yield from _check_class(gift.entry, gift, register.settings)
    yield from _not_there(register)
    yield from _pledged_twice(by_entry.values())
    yield from _paid_twice(by_entry.values(), register.settings)


def _check_due(change: Change) -> Iterator[Finding]:
    before, after = change.before, change.after
    if after.due is None:
        return
    if change.event == "commitment" and after.due < after.pledged_on:
        yield notice(
            change.entry,
            "due-before-pledge",
            f"{change.label} falls due on {after.due}, before it was pledged on "
            f"{after.pledged_on}. Correct due: or the date, if that is a slip.",
        )
    elif (
        change.event == "postponement"
        and before is not None
        and before.due is not None
        and after.due < min(before.due, change.date)
    ):
        yield notice(
            change.entry,
            "due-in-the-past",
            f"This postponement of {change.date} moves {change.label} from {before.due} back to "
            f"{after.due}, which is past. Correct due:, if that is a slip.",
        )


def _not_there(register: Register) -> Iterator[Finding]:
    """Yield commitments and money of a donor on a day on which it did not exist, and no donor that
    is declared continued it.
    """
    donors = register.settings.donors
    met: dict[int, tuple[Transaction, str]] = {}
    for change in register.changes:
        if change.event in RECEIVING or (change.event == "commitment" and change.before is None):
            met.setdefault(id(change.entry), (change.entry, change.after.donor))
    for gift in register.gifts:
        met.setdefault(id(gift.entry), (gift.entry, gift.donor))
    for entry, code in met.values():
        donor = donors.get(donors.of_record(code, entry.date))
        if donor is None or donor.is_valid(entry.date):
            continue
        if donor.valid_until is not None and donor.valid_until < entry.date:
            said = f"existed until {donor.valid_until}"
        else:
            said = f"exists from {donor.valid_from}"
        yield notice(
            entry,
            "donor-not-there",
            f"{donor.name} ({donor.code}) {said}, and this is of {entry.date}. If another donor is "
            f'the same under a new name, declare that one with continues: "{donor.code}"; if a '
            "successor took over the debt, record the succession; else correct the donor or the "
            "date.",
        )


def _check_class(entry: Transaction, item: Claim | Gift, settings: Settings) -> Iterator[Finding]:
    """What is earmarked is not of the default class, where the fund has a class for it."""
    fund = settings.funds[item.fund]
    if item.purpose and fund.is_general(item.class_):
        yield notice(
            entry,
            "general-earmarked",
            f"Class {item.class_} is for money of no purpose, {fund.earmarked_class} for what is "
            f"earmarked; this of {item.donor} is {item.class_} and for {item.purpose}. Take class: "
            "or purpose: out.",
        )


def _pledged_twice(entries: Iterable[list[Change]]) -> Iterator[Finding]:
    first: dict[object, list[Change]] = {}
    for changes in entries:
        new = [each for each in changes if each.before is None and each.event == "commitment"]
        if not new:
            continue
        parts = sorted(
            (each.after.units, each.after.currency, each.after.due or date.max) for each in new
        )
        claim = new[0].after
        key = (claim.donor, claim.fund, claim.class_, claim.purpose, new[0].date, tuple(parts))
        known = first.setdefault(key, new)
        if known is new or _told_apart(known[0].entry, new[0].entry):
            continue
        amounts = " and ".join(f"{format_units(units)} {code}" for units, code, _ in parts)
        yield notice(
            new[0].entry,
            "pledged-twice",
            f"{pledge_of(claim.label)} is the same as {pledge_of(known[0].label)} "
            f"({place_of(known[0].entry.meta)}): {amounts} of {claim.donor}, pledged on "
            f"{new[0].date} for the same. If it is one pledge, take this entry out; if there are "
            "two, write reference: in each.",
        )


def _paid_twice(entries: Iterable[list[Change]], settings: Settings) -> Iterator[Finding]:
    first: dict[object, Transaction] = {}
    for changes in entries:
        if changes[0].event != "payment":
            continue
        entry = changes[0].entry
        labels = tuple(sorted((each.label for each in changes), key=by_number))
        lines = read_lines(entry, settings)
        cash = sum((line.value or ZERO for line in lines if line.place.kind == "cash"), ZERO)
        known = first.setdefault((entry.date, labels, cash), entry)
        if known is entry or _told_apart(known, entry):
            continue
        yield notice(
            entry,
            "paid-alike",
            f"{format_amount(cash)} {settings.currency} for {', '.join(labels)} came on "
            f"{entry.date} by another entry too ({place_of(known.meta)}). If both are one payment, "
            "take this entry out; if there were two, write a ref: in each.",
        )


def _told_apart(one: Transaction, other: Transaction) -> bool:
    """Tell whether a reference says that two entries are not the same event."""
    for key in ("reference", "ref"):
        texts = {as_text(entry.meta.get(key, "")).strip() for entry in (one, other)}
        if len(texts) > 1 and "" not in texts:
            return True
    return False
