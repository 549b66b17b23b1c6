"""Events: what an entry says happened, or how its accounts tell it."""

from __future__ import annotations

from decimal import Decimal

from beancount.core.data import Transaction
from msgspec import Struct
from pledgebook.ledger.declared.chart import CLAIMS, LABELLED, WITH_INSTALMENT
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.register.postings import Line


class Event(Struct, frozen=True, kw_only=True):
    """What may happen, and what is true of it. To add one is a line of the table, a builder in
    `ledger/events/` and a form in `ledger/forms/`. Whoever asks for a set of events asks for what
    is true of them (`events_that`).
    """

    name: str
    rank: int = 9
    """Its place in its day: an opening comes first, a closing last."""
    needs: tuple[frozenset[str], ...] = ()
    """It touches at least one account of each set."""
    told_by: tuple[str, ...] = ()
    """Kinds of account by which an entry that does not say its event is told to be this one: the
    first of `EVENTS` that one of its kinds tells."""
    adds: bool = False
    """It adds to what is owed."""
    takes: bool = False
    """It takes something out of what is owed."""
    receives: bool = False
    """By it money settles an instalment, or is taken back."""
    pays: bool = False
    """It pays an instalment; a returned payment may take it back."""
    from_donors: bool = False
    """Its cash comes from donors or goes back to them."""
    by_share: bool = False
    """It leaves the rest of an instalment at its share of the carrying value."""
    releases: bool = False
    """By it money in advance becomes income."""
    is_valued: bool = False
    """It values an amount at the rate of its day."""
    moves: bool = False
    """It moves an instalment to another fund, class or purpose."""
    changes_donor: bool = False
    """It moves an instalment to another donor."""
    carries: bool = False
    """It carries balances from book to book, against the opening balance."""
    in_form: str = ""
    """The form of settlement in which it settles an instalment, beside cash."""
    needs_approval: bool = False
    """Another person than the one who entered it approves it."""
    needs_paper: bool = False
    """It rests on a paper."""
    is_accepted: bool = False
    """By it a contribution is taken on, which somebody accepts."""
    spends: bool = False
    """Its cash is spent."""
    gives_up: bool = False
    """By it an instalment is written off, or what was written off is owed again."""
    reopens: bool = False
    """It puts back what was settled, in a closed period too."""
    of_gifts: bool = False
    """By it a contribution without a pledge comes, goes back, or gets another purpose or donor."""
    is_a_word: bool = False
    """It shows that the donor spoke of the pledge, or paid."""


REASSIGNED = "reassign"
"""The event by which what was recorded under the wrong donor is the right one's."""

_PLEDGED = (CLAIMS,)
_EVENTS = (
    Event(name="opening", rank=0, told_by=("opening-balance",), carries=True),
    Event(
        name="write-off", rank=8, needs=_PLEDGED, told_by=("written-off",), takes=True,
        by_share=True, gives_up=True, needs_approval=True, needs_paper=True,
    ),
    Event(
        name="recovery", rank=4, needs=(CLAIMS, frozenset({"written-off", "contra", "deferred"})),
        gives_up=True, reopens=True, needs_approval=True, needs_paper=True,
    ),
    Event(
        name="refund-unspent", rank=7,
        needs=(frozenset({"refunds", "contributions", "payable-to-donors"}),),
        told_by=("refunds",), needs_approval=True, needs_paper=True,
    ),
    Event(name="transfer", rank=4, told_by=("transfers",), moves=True, needs_approval=True),
    Event(
        name="succession", rank=4, needs=_PLEDGED, takes=True, changes_donor=True,
        needs_approval=True, needs_paper=True, is_a_word=True,
    ),
    Event(
        name=REASSIGNED, rank=4, changes_donor=True, of_gifts=True, needs_approval=True,
        needs_paper=True,
    ),
    Event(
        name="note-encashed", rank=5, needs=(frozenset({"notes"}), frozenset({"cash"})),
        receives=True, from_donors=True, is_a_word=True,
    ),
    Event(
        name="note-issued", rank=5, needs=(CLAIMS, frozenset({"notes"})), told_by=("notes",),
        takes=True, receives=True, from_donors=True, by_share=True, is_a_word=True,
        in_form="note", needs_paper=True,
    ),
    Event(
        name="note-dishonoured", rank=6, needs=(CLAIMS, frozenset({"notes"})), receives=True,
        from_donors=True, needs_paper=True,
    ),
    Event(
        name="bilateral", rank=5, needs=(CLAIMS, frozenset({"bilateral"})),
        told_by=("bilateral",), takes=True, receives=True, from_donors=True, by_share=True,
        is_a_word=True, in_form="bilateral", needs_paper=True,
    ),
    Event(name="disputed", rank=4, needs=_PLEDGED, takes=True, needs_paper=True, is_a_word=True),
    Event(
        name="dispute-settled", rank=4, needs=_PLEDGED, takes=True, needs_paper=True,
        is_a_word=True,
    ),
    Event(
        name="in-kind", needs=(frozenset({"in-kind"}),), told_by=("in-kind",), is_accepted=True,
    ),
    Event(
        name="programme-support", told_by=("programme-support", "programme-support-income"),
        spends=True,
    ),
    Event(name="expenditure", told_by=("programme",), spends=True),
    Event(name="interest", needs=(frozenset({"interest", "cash"}),), told_by=("interest",)),
    Event(
        name="miscellaneous-income", needs=(frozenset({"miscellaneous"}),),
        told_by=("miscellaneous",),
    ),
    Event(name="savings", told_by=("savings",), spends=True),
    Event(name="operating-reserve", told_by=("operating-reserve",)),
    Event(
        name="correction", rank=4, needs=(frozenset({"correction"}),), told_by=("correction",),
        needs_approval=True, needs_paper=True,
    ),
    Event(name="settlement", told_by=("due-to", "due-from")),
    Event(name="obligation", told_by=("obligations",), spends=True),
    Event(
        name="revaluation", rank=10, needs=(LABELLED | {"cash"},), told_by=("revaluation",),
    ),
    Event(name="redenomination", rank=1, needs=(LABELLED,)),
    Event(
        name="commitment", rank=2, needs=_PLEDGED, adds=True, is_valued=True, needs_paper=True,
        is_a_word=True, is_accepted=True,
    ),
    Event(name="release", rank=3, needs=(frozenset({"deferred", "in-advance"}),), releases=True),
    Event(
        name="amendment", rank=4, needs=_PLEDGED, by_share=True, is_valued=True, needs_paper=True,
        is_a_word=True,
    ),
    Event(name="cancellation", rank=4, needs=_PLEDGED, takes=True, needs_approval=True),
    Event(name="postponement", rank=4, needs=_PLEDGED, releases=True, is_a_word=True),
    Event(
        name="re-earmark", rank=4, needs=(CLAIMS | {"cash", "contributions"},), moves=True,
        of_gifts=True,
        needs_approval=True,
    ),
    Event(
        name="receipt-without-pledge", rank=5,
        needs=(frozenset({"contributions", "prior-period"}),),
        from_donors=True, is_accepted=True, of_gifts=True,
    ),
    Event(
        name="receipt-unapplied", rank=5, needs=(frozenset({"unapplied"}),), from_donors=True,
    ),
    Event(
        name="payment", rank=5, needs=_PLEDGED, takes=True, receives=True, pays=True,
        from_donors=True, by_share=True, is_a_word=True,
    ),
    Event(
        name="application", rank=5, needs=(frozenset({"unapplied"}),), receives=True, pays=True,
        from_donors=True, by_share=True, is_a_word=True,
    ),
    Event(
        name="returned-payment", rank=6, needs=(LABELLED | {"contributions", "prior-period"},),
        receives=True, from_donors=True, reopens=True, of_gifts=True,
    ),
    Event(
        name="refund-overpayment", rank=7, needs=(frozenset({"unapplied"}),), from_donors=True,
        needs_approval=True, needs_paper=True,
    ),
    Event(name="policy-change", needs=(CLAIMS | {"deferred"},)),
    Event(name="closing", rank=11, carries=True),
)  # fmt: skip
EVENTS = {event.name: event for event in _EVENTS}
"""The events an entry may name, those that one kind of account tells first, in that order."""

NOTHING_TOLD = Event(name="")
"""What an entry is that neither says nor shows its event."""


def events_that(is_true: str) -> frozenset[str]:
    """Return the names of the events of which that is true: `events_that("receives")`."""
    return frozenset(event.name for event in _EVENTS if getattr(event, is_true))


RECEIVING = events_that("receives")
"""Events by which money settles an instalment (or is taken back)."""

GIVEN_UP = events_that("gives_up")
"""Events by which an instalment is written off, or what was written off is owed again."""

PAYING = events_that("pays")
"""Events that pay instalments, which a returned payment may take back."""

_TOLD_BY = tuple((kind, event.name) for event in _EVENTS for kind in event.told_by)


def infer_event(lines: list[Line]) -> str:
    """Name what happened from the accounts a transaction touches; "" if they do not tell.

    Used where an entry does not say `event:`; docs/events.md lists the shapes.
    """
    kinds = {line.place.kind for line in lines}
    for kind, event in _TOLD_BY:
        if kind in kinds:
            if kind == "notes":
                return _infer_note_event(lines, kinds)
            back = kind == "written-off" and all(
                line.units < 0 for line in lines if line.place.kind == kind
            )
            return "recovery" if back else event
    if kinds & CLAIMS:
        return _infer_claim_event(lines, kinds)
    debits = {line.place.kind for line in lines if line.units > 0}
    if kinds & WITH_INSTALMENT and "contributions" in kinds:
        return "release"
    if "unapplied" in kinds and "cash" in kinds:
        return "refund-overpayment" if "unapplied" in debits else "receipt-unapplied"
    if "unapplied" in debits and "contributions" in kinds:
        return "application"
    if {"cash", "prior-period"} <= kinds:  # of a gift of an earlier period
        moved = {line.units > 0 for line in lines if line.place.kind == "cash"}
        if len(moved) > 1:
            return "re-earmark"
        return "receipt-without-pledge" if True in moved else "returned-payment"
    return "receipt-without-pledge" if {"cash", "contributions"} <= kinds else ""


def _infer_note_event(lines: list[Line], kinds: set[str]) -> str:
    """Name what happened to a note: money came for it, it was taken, or it was not honoured."""
    if "cash" in kinds:
        return "note-encashed"
    units = sum((line.units for line in lines if line.place.kind == "notes"), Decimal(0))
    return "note-issued" if units > 0 else "note-dishonoured"


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
    if before.place.fund != after.place.fund:
        return "transfer"
    if before.place.part != after.place.part:
        return "succession"  # what is reassigned says so
    if before.place.kind != after.place.kind:
        return "commitment"
    if (before.class_, before.purpose) != (after.class_, after.purpose):
        return "re-earmark"
    if before.currency != after.currency:
        return "redenomination"
    return "postponement" if before.units == -after.units else "amendment"


def contradiction(event: str, lines: list[Line]) -> str | None:
    """Say why an entry's `event:` contradicts its accounts, or None."""
    if event not in EVENTS:
        return f"{event!r} is not an event; the events are {', '.join(sorted(EVENTS))}"
    kinds = {line.place.kind for line in lines}
    for needed in EVENTS[event].needs:
        if not kinds & needed:
            accounts = " or ".join(sorted(needed))
            return f"an entry with event: {event} touches an account of {accounts}; this does not"
    claims = [line for line in lines if line.place.kind in CLAIMS]
    if event == "opening" and claims and "contributions" in kinds:
        return (
            "an opening brings an instalment forward against Equity:FUND:Opening-Balance; this one "
            "makes it income"
        )
    if EVENTS[event].adds and not any(line.units > 0 for line in claims):
        return "a commitment adds an instalment to a pledge account; this takes out only"
    if EVENTS[event].takes and not any(line.units < 0 for line in claims):
        return (
            f"an entry with event: {event} takes an instalment out of a pledge account; this adds "
            "only"
        )
    return None


def names_of(entry: Transaction) -> list[str]:
    """Return by what `reverses:` may name an entry: its date, and its `ref:`."""
    ref = entry.meta.get("ref")
    return [entry.date.isoformat(), *([as_text(ref)] if ref is not None else [])]


def event_of(entry: Transaction, lines: list[Line]) -> str:
    """Return what happened: as the entry says, else as its accounts tell."""
    return as_text(entry.meta.get("event", "")) or infer_event(lines)
