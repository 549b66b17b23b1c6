"""Events: what an entry says happened, or how its accounts tell it."""

from __future__ import annotations

from beancount.core.data import Transaction
from pledgebook.ledger.declared.chart import CLAIMS, LABELLED
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.register.postings import Line


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


PAYING = frozenset({"payment", "application"})
"""Events that pay instalments, which a returned payment may take back."""


def names_of(entry: Transaction) -> list[str]:
    """Return by what `reverses:` may name an entry: its date, and its `ref:`."""
    ref = entry.meta.get("ref")
    return [entry.date.isoformat(), *([as_text(ref)] if ref is not None else [])]


def event_of(entry: Transaction, lines: list[Line]) -> str:
    """Return what happened: as the entry says, else as its accounts tell."""
    return as_text(entry.meta.get("event", "")) or infer_event(lines)
