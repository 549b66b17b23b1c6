"""What the parts of an entry say of each other must agree: the rest's value, donor, label, link.

Beancount balances all of these, and each would make a figure wrong or hide a pledge from the one
who looks for it. What surely is wrong is an error; what may be meant is a notice.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from functools import lru_cache

from beancount.core.data import Transaction
from pledgebook.ledger.declared.chart import CLAIMS, takes
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.declared.delegations import ACCEPTED, APPROVED, ENTERED
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.findings import Finding, finding, notice
from pledgebook.ledger.money import format_amount, format_units, share
from pledgebook.ledger.register.events import REASSIGNED, events_that
from pledgebook.ledger.register.instalments import by_number, pledge_of
from pledgebook.ledger.register.obligations import OBLIGATION
from pledgebook.ledger.register.postings import Line
from pledgebook.ledger.register.register import (
    CONCERNS,
    REASSIGNS,
    SETTLED_IN,
    TO_DONOR,
    Change,
    Register,
)
from pledgebook.ledger.register.view import View

_LABEL = re.compile(r"(?P<donor>.+)-\d{4}-\d+(\.\d+)?")
_CARRYING = events_that("carries")
_BY_SHARE = events_that("by_share")
_OF_ANOTHER = events_that("changes_donor")

_KEYS = frozenset(
    {
        "event", "class", "purpose", "due", "status", "reference", "reverses", "authority",
        "charges", "instalment", "original", "document", APPROVED, ENTERED, ACCEPTED, "programme",
        "modality", "beneficiary", "appeal", "gender", "financing", "condition", REASSIGNS,
        TO_DONOR, SETTLED_IN, CONCERNS, OBLIGATION,
    }
)  # fmt: skip
"""Metadata of entries that decides something: a slip in the key loses it."""

_OF_BANKS = "references"
"""What an import writes of a bank's words, and is nearly one of these."""


def guard(view: View) -> Iterator[Finding]:
    """Yield errors and notices about entries whose parts contradict each other."""
    settings = view.settings
    for change in view.register.changes:
        yield from _check_rest(change, settings)
        yield from _check_donor(change)
    yield from _counted_twice(view.register)
    for entry, lines in view.transactions:
        yield from _check_values(entry, lines, settings)
        yield from _check_donors(entry, lines, settings)
        yield from _check_labels(entry, lines, view.register, settings)
        yield from _nearly_ours(entry, settings.rule_keys)


def _check_rest(change: Change, settings: Settings) -> Iterator[Finding]:
    before, after = change.before, change.after
    if (
        before is None
        or change.event not in _BY_SHARE
        or not 0 < after.units < before.units
        or before.currency != after.currency
    ):
        return
    due = share(before.value, after.units, before.units, settings.decimals)
    if after.value != due:
        yield finding(
            change.entry,
            "rest-value",
            f"What is left of an instalment keeps its share of the carrying value: "
            f"{format_units(after.units)} of {format_units(before.units)} {after.currency} of "
            f"{change.label}, carried at {format_amount(before.value)}, is {due:f} "
            f"{settings.currency}; here it is put back at {format_amount(after.value)}. Write "
            f"0 # {due:f} {settings.currency}.",
        )


def _check_donor(change: Change) -> Iterator[Finding]:
    """An instalment stays its donor's, but where another takes it over or it never was."""
    before, after = change.before, change.after
    if before is None or before.donor == after.donor or change.event in _OF_ANOTHER:
        return
    yield finding(
        change.entry,
        "donor-differs",
        f"{change.label} is of {before.donor} and put back as of {after.donor}: a debt goes to "
        "another donor by a succession, and what was recorded under the wrong one by a "
        "reassignment. State that event:, or correct the account.",
    )


def _check_values(entry: Transaction, lines: list[Line], settings: Settings) -> Iterator[Finding]:
    for line in lines:
        posting = line.posting
        if line.place.kind in CLAIMS and line.units > 0 and line.currency == settings.currency:
            if line.value is not None and line.value != line.units:
                yield finding(
                    entry,
                    "own-currency-value",
                    f"A pledge in {line.currency} is carried at its own amount; {line.label}, "
                    f"{format_units(line.units)}, is carried at {format_amount(line.value)}. "
                    f"Write 0 # {line.units:f} {line.currency}.",
                    posting.meta,
                )
        elif line.place.kind == "cash" and posting.price is not None and posting.cost is None:
            yield finding(
                entry,
                "cash-lot",
                f"Cash in another currency is a lot under its account's name, so that its value "
                f"is known when it is spent; {format_units(line.units)} {line.currency} has a "
                f'price instead. Write {{0 # VALUE {settings.currency}, "{posting.account}"}} '
                "for the @ and what follows.",
                posting.meta,
            )


def _check_donors(entry: Transaction, lines: list[Line], settings: Settings) -> Iterator[Finding]:
    """Income and deferrals of an instalment are of its donor."""
    owing = {line.place.part for line in lines if line.place.kind in CLAIMS}
    if not owing or as_text(entry.meta.get("event", "")) in _CARRYING:
        return
    if any(line.place.kind == "opening-balance" for line in lines):
        return
    if as_text(entry.meta.get("event", "")) == REASSIGNED:
        owing.add(as_text(entry.meta.get(TO_DONOR, "")))
    if not all(settings.donors.get(donor) for donor in owing):
        return  # an unknown donor is an error of its own
    for line in lines:
        if takes(line.place.kind) == "donor" and line.place.part not in owing:
            yield finding(
                entry,
                "donor-differs",
                f"This entry is of {', '.join(sorted(owing))}, whose instalments it moves, and "
                f"{line.posting.account} is of {line.place.part}: a contribution would be another "
                "donor's than its pledge. Correct the account.",
                line.posting.meta,
            )
            return


def _check_labels(
    entry: Transaction, lines: list[Line], register: Register, settings: Settings
) -> Iterator[Finding]:
    own: set[str] = set()
    for line in lines:
        if line.place.kind not in CLAIMS or not line.label:
            continue
        own.add(pledge_of(line.label))
        read = _LABEL.fullmatch(line.label)
        named = read["donor"] if read else ""
        known = settings.donors.get(named) and settings.donors.get(line.place.part)
        history = register.by_label.get(line.label, ())
        if any(each.event in _OF_ANOTHER or each.brings_forward for each in history):
            continue  # a label stays when the instalment is another donor's
        if line.units > 0 and named != line.place.part and known:
            yield notice(
                entry,
                "label-donor",
                f"The label {line.label} names {named}, the account {line.place.part}: whoever "
                "looks for one will find the other. Correct the label or the account.",
                line.posting.meta,
            )
    strange = [
        link
        for link in sorted(entry.links or ())
        if own
        and link not in own
        and (read := _LABEL.fullmatch(link))
        and settings.donors.get(read["donor"])
    ]
    if strange:
        yield notice(
            entry,
            "link-differs",
            "A pledge's label is the link of its entries: this one moves "
            f"{', '.join(sorted(own, key=by_number))} and is linked to ^{strange[0]}. Correct the "
            "link or the label.",
        )


def _nearly_ours(entry: Transaction, asked: Container[str]) -> Iterator[Finding]:
    """A key that is nearly one of ours loses what it says."""
    for meta in (entry.meta, *(posting.meta or {} for posting in entry.postings)):
        for key in meta:
            near = "" if key in _KEYS or key in asked or key == _OF_BANKS else _key_near(key)
            if near:
                yield notice(
                    entry,
                    "nearly-a-key",
                    f"{key}: is not read; did you mean {near}:?",
                    meta,
                )


@lru_cache(maxsize=1000)
def _key_near(key: str) -> str:
    """Return the key of ours that another is nearly, "" if none: asked for every key of a book."""
    return min((own for own in _KEYS if _is_near(key, own)), default="")


def _is_near(key: str, own: str) -> bool:
    """Tell whether one letter is missing, too many or another, or two have changed places."""
    if abs(len(key) - len(own)) > 1 or len(own) < 3:
        return False
    if len(key) == len(own):
        differing = [n for n, (a, b) in enumerate(zip(key, own, strict=True)) if a != b]
        swapped = (
            len(differing) == 2
            and differing[1] == differing[0] + 1
            and key[differing[0]] == own[differing[1]]
            and key[differing[1]] == own[differing[0]]
        )
        return len(differing) == 1 or swapped
    longer, shorter = (key, own) if len(key) > len(own) else (own, key)
    return any(longer[:n] + longer[n + 1 :] == shorter for n in range(len(longer)))


def _counted_twice(register: Register) -> Iterator[Finding]:
    """Money credited to Contributions under the link of a pledge that stays open."""
    pledges: dict[str, list[list[Change]]] = {}
    for label, changes in register.by_label.items():
        pledges.setdefault(pledge_of(label), []).append(changes)
    for gift in register.gifts:
        if REASSIGNS in gift.entry.meta:
            continue  # what came before is another donor's: no money comes
        for link in sorted(gift.entry.links or ()):
            left = [
                changes[-1].after
                for changes in pledges.get(link, ())
                if changes[0].date <= gift.entry.date and changes[-1].after.is_open
            ]
            if left and left[0].donor == gift.donor and left[0].committed:
                yield notice(
                    gift.entry,
                    "counted-twice",
                    f"{format_amount(gift.value)} {register.settings.currency} is income here, "
                    f"under the link of {link}, of which {left[0].label} is still owed: if it "
                    "pays that pledge, take it out of the pledge account instead.",
                    gift.posting.meta,
                )
