"""What a posting says: its place in the chart, its class and purpose, its dollars."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from beancount.core.amount import Amount
from beancount.core.convert import get_weight
from beancount.core.data import Posting, Transaction
from pledgebook.ledger.accounts import CLAIMS, LABELLED, Place
from pledgebook.ledger.declarations import as_text
from pledgebook.ledger.money import to_cents
from pledgebook.ledger.settings import Settings


class Line(NamedTuple):
    """One posting to a fund's account, read.

    `dollars` is its weight in the book's currency in whole cents (debit positive), or None for
    another commodity such as contributions in kind. `label` is the lot's, or empty. `units` are
    the posting's own, debit positive, in `currency`.
    """

    posting: Posting
    place: Place
    class_: str
    purpose: str
    dollars: Decimal | None
    label: str
    units: Decimal
    currency: str


def read_lines(entry: Transaction, settings: Settings) -> list[Line]:
    """Read the postings of a booked transaction that touch a declared fund's chart.

    They are read once a load: every pass over the entries asks for them again.
    """
    known = settings.lines_read.get(id(entry.postings))
    if known is not None and known[0] is entry.postings:
        return known[1]
    lines = _read(entry, settings)
    settings.lines_read[id(entry.postings)] = (entry.postings, lines)
    return lines


def _read(entry: Transaction, settings: Settings) -> list[Line]:
    lines = []
    for posting in entry.postings:
        place = settings.place(posting.account)
        if place is None:
            continue
        purpose = stated(entry, posting, "purpose") or ""
        class_ = settings.funds[place.fund].class_of(stated(entry, posting, "class"), purpose)
        weight = weigh(posting)
        in_dollars = weight.number is not None and weight.currency == settings.currency
        units = posting.units
        label = posting.cost.label if posting.cost and place.kind in LABELLED else None
        lines.append(
            Line(
                posting,
                place,
                class_,
                purpose,
                to_cents(weight.number) if in_dollars and weight.number is not None else None,
                label or "",
                units.number if units and units.number is not None else Decimal(0),
                units.currency if units else "",
            )
        )
    return lines


def weigh(posting: Posting) -> Amount:
    """Return what a posting weighs in its entry's balance: at cost where it has one."""
    weight: Amount = get_weight(posting)  # type: ignore[no-untyped-call]
    return weight


def stated(entry: Transaction, posting: Posting, key: str) -> str | None:
    """Return what the posting says under `key`, else what its transaction says."""
    value = posting.meta.get(key) if posting.meta else None
    if value is None:
        value = entry.meta.get(key)
    return None if value is None else as_text(value)


def purpose_after(known: str, lines: Sequence[Line]) -> str:
    """Return the purpose of what an entry puts back under a label whose purpose was `known`;
    `lines` are the label's own. It is the one stated there; without one it stays, unless the entry
    moves the instalment to another fund or class or says under which purpose it takes it out.
    """
    added = next(line for line in lines if line.units > 0)
    if added.purpose:
        return added.purpose
    for line in lines:
        moves = (line.place.fund, line.class_) != (added.place.fund, added.class_)
        if line.units < 0 and (line.purpose or moves):
            return ""
    return known


def infer_event(lines: list[Line]) -> str:
    """Name what happened from the accounts a transaction touches; "" if they do not tell.

    Used where an entry does not say `event:`; docs/events.md lists the shapes.
    """
    kinds = {line.place.kind for line in lines}
    for kind, event in _BY_KIND:
        if kind in kinds:
            return event
    if kinds & CLAIMS:
        return _infer_claim_event(lines, kinds)
    debits = {line.place.kind for line in lines if line.units > 0}
    if kinds & {"deferred", "in-advance"} and "contributions" in kinds:
        return "release"
    if "unapplied" in kinds and "cash" in kinds:
        return "refund-overpayment" if "unapplied" in debits else "receipt-unapplied"
    if "unapplied" in debits and "contributions" in kinds:
        return "application"
    return "receipt-without-pledge" if {"cash", "contributions"} <= kinds else ""


_BY_KIND = (
    ("opening-balance", "opening"),
    ("written-off", "write-off"),
    ("refunds", "refund-unspent"),
    ("transfers", "transfer"),
    ("in-kind", "in-kind"),
    ("programme-support", "programme-support"),
    ("programme-support-income", "programme-support"),
    ("programme", "expenditure"),
    ("interest", "interest"),
    ("savings", "savings"),
    ("operating-reserve", "operating-reserve"),
    ("due-to", "settlement"),
    ("due-from", "settlement"),
    ("obligations", "obligation"),
    ("revaluation", "revaluation"),
)


def _infer_claim_event(lines: list[Line], kinds: set[str]) -> str:
    claims = [line for line in lines if line.place.kind in CLAIMS]
    outs = {line.label: line for line in claims if line.units < 0}
    ins = {line.label: line for line in claims if line.units > 0}
    if not outs:
        money = any(line.place.kind == "cash" and line.units < 0 for line in lines)
        return "returned-payment" if money else "commitment"
    if "unapplied" in {line.place.kind for line in lines if line.units > 0}:
        return "application"
    if "cash" in kinds or "bank-charges" in kinds:
        return "payment"
    if outs.keys() != outs.keys() & ins.keys():
        return "commitment" if ins else "cancellation"
    before, after = next(iter(outs.values())), next(iter(ins.values()))
    if (before.place.fund, before.place.part) != (after.place.fund, after.place.part):
        return "transfer"
    if before.place.kind != after.place.kind:
        return "commitment"
    if (before.class_, before.purpose) != (after.class_, after.purpose):
        return "re-earmark"
    if before.currency != after.currency:
        return "redenomination"
    return "postponement" if before.units == -after.units else "amendment"


EVENTS = frozenset(
    {
        "commitment", "payment", "amendment", "cancellation", "postponement", "redenomination",
        "release", "revaluation", "write-off", "refund-unspent", "refund-overpayment",
        "returned-payment", "receipt-without-pledge", "receipt-unapplied", "application",
        "transfer", "re-earmark", "in-kind", "expenditure", "programme-support", "interest",
        "opening", "closing", "obligation", "savings", "settlement", "operating-reserve",
        "policy-change",
    }
)  # fmt: skip
"""The events an entry may name."""

# What an event cannot do without: at least one account of each set.
_NEEDS: dict[str, tuple[frozenset[str], ...]] = {
    "commitment": (CLAIMS,),
    "payment": (CLAIMS,),
    "amendment": (CLAIMS,),
    "cancellation": (CLAIMS,),
    "postponement": (CLAIMS,),
    "redenomination": (LABELLED,),
    "revaluation": (LABELLED | {"cash"},),
    "release": (frozenset({"deferred", "in-advance"}),),
    "write-off": (CLAIMS,),
    "refund-unspent": (frozenset({"refunds", "contributions", "payable-to-donors"}),),
    "refund-overpayment": (frozenset({"unapplied"}),),
    "returned-payment": (LABELLED | {"contributions"},),
    "receipt-without-pledge": (frozenset({"contributions"}),),
    "receipt-unapplied": (frozenset({"unapplied"}),),
    "application": (frozenset({"unapplied"}),),
    "re-earmark": (CLAIMS | {"cash", "contributions"},),
    "policy-change": (CLAIMS | {"deferred"},),
    "in-kind": (frozenset({"in-kind"}),),
    "interest": (frozenset({"interest", "cash"}),),
}


def contradiction(event: str, lines: list[Line]) -> str | None:
    """Say why an entry's `event:` contradicts its accounts, or None."""
    if event not in EVENTS:
        return f"{event!r} is not an event; the events are {', '.join(sorted(EVENTS))}"
    kinds = {line.place.kind for line in lines}
    for needed in _NEEDS.get(event, ()):
        if not kinds & needed:
            accounts = " or ".join(sorted(needed))
            return f"an entry with event: {event} touches an account of {accounts}; this does not"
    claims = [line for line in lines if line.place.kind in CLAIMS]
    if event == "opening" and claims and "contributions" in kinds:
        return (
            "an opening brings an instalment forward against Equity:FUND:Opening-Balance; this one "
            "makes it income"
        )
    if event == "commitment" and not any(line.units > 0 for line in claims):
        return "a commitment adds an instalment to a pledge account; this takes out only"
    if event in {"payment", "write-off", "cancellation"} and not any(
        line.units < 0 for line in claims
    ):
        return f"a {event} takes an instalment out of a pledge account; this adds only"
    return None
