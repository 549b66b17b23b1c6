"""The register of contributions, derived from the lots of a booked ledger.

Nothing is stored beside the ledger: one pass over the entries in their booked order follows each
instalment, by its label, from commitment to its end. Everything that asks who promised what, who
paid and what is unpaid (the command, the reports, the plugins) asks this register.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from beancount.core.data import Directive, Posting, Transaction
from beancount.core.position import Cost
from msgspec import Struct, field, structs
from pledgebook.ledger.declared.chart import (
    CLAIMS,
    MONEY,
    PAPERS,
    RECEIVED,
    WITH_INSTALMENT,
    kinds_that,
)
from pledgebook.ledger.declared.declarations import as_date, as_text
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.money import ZERO, read_number, round_to, share
from pledgebook.ledger.register.events import REASSIGNED, RECEIVING, event_of, events_that, names_of
from pledgebook.ledger.register.history import continuing
from pledgebook.ledger.register.postings import Line, read_lines, stated
from pledgebook.ledger.register.purposes import purpose_after

_DAY = timedelta(days=1)
_NONE: Mapping[int, Plain] = MappingProxyType({})
INSTALMENT = "instalment"
"""Metadata of an exchange or contributions posting: the instalment it belongs to, where an entry
settles several."""

PLEDGED_ON = "pledged-on"
"""Metadata of an opening's money in advance where its instalment has nothing left to pay: the
date of the commitment."""

CAUSE = "cause"
"""Metadata of a correction of an earlier period: what was wrong, and how."""

CONCERNS = "concerns"
"""Beside it: the day of an earlier period that it is of."""

RESTATES = "restates"
"""Beside it, of what concerns no donor: the kind of account in which it belonged then."""

REASSIGNS = "reassigns"
"""Metadata of a reassignment: the labels of the instalments that are another donor's."""

TO_DONOR = "to-donor"
"""Beside it: that donor's code."""

DISPUTED = "disputed"
"""Metadata of an instalment that is put back: how much of it the donor disputes (20000 EUR)."""

SETTLED_IN = "settled-in"
"""Beside it: the closed period that settled the instalment. What was paid on it then is moved like
a contribution of an earlier period without a pledge."""

_REOPENING = events_that("reopens")
"""Events that put back what a closed period settled, which the open book does not know."""

PAID_IN_ADVANCE = "paid-in-advance"
"""Metadata of the return of a payment of a closed period: the value of it that were held in
advance and became income since."""

RECORDED_AS = "recorded-as"
"""Beside it: "memorandum" where that instalment was one; else it was in a pledge account."""


class Claim(Struct, frozen=True, kw_only=True):
    """One instalment at a moment: what is still owed, and where its lot stands.

    `units` are in `currency`, `value` is the carrying value in the book's currency; both are zero
    once nothing is left. `recognised` is the day it became (or becomes) a due receivable; None
    while it is deferred by an entry or only pledged. `origin` is the transaction and posting that
    committed (or opened) it; `announced` those by which it was only pledged before.
    """

    label: str
    kind: str
    fund: str
    class_: str
    purpose: str
    donor: str
    units: Decimal
    currency: str
    value: Decimal
    pledged_on: date
    due: date | None
    committed: bool
    recognised: date | None
    origin: tuple[Transaction, Posting]
    is_carried: bool = False
    """Whether it came with an opening balance rather than a commitment in this book."""
    announced: tuple[Transaction, Posting] | None = None
    decimals: int = 2
    """How many decimals its value has: those of the book's currency."""
    disputed: Decimal = Decimal(0)
    """The units of it that the donor disputes: owed still, and shown apart."""

    @property
    def is_open(self) -> bool:
        """Whether something is outstanding."""
        return self.units > 0

    @property
    def is_deferred(self) -> bool:
        """Whether a deferral stands against it: committed, recorded as a pledge, not yet due."""
        return self.kind == "pledges" and self.committed and self.recognised is None

    @property
    def condition(self) -> str:
        """What the commitment makes it depend on, in its own words; "" if nothing."""
        return stated(*self.origin, "condition") or ""

    @property
    def words(self) -> tuple[tuple[Transaction, Posting], ...]:
        """Who speaks of it, the commitment first, then the pledge that it committed, if any."""
        return (self.origin,) if self.announced is None else (self.origin, self.announced)

    def stated(self, key: str) -> str | None:
        """Return what the commitment says under `key`; where it is silent, what the pledge said.

        So is every fact of a pledge read that a commitment leaves as it was. Its terms (the due
        date, a condition) are the commitment's alone.
        """
        return next((told for each in self.words if (told := stated(*each, key)) is not None), None)

    def is_prior(self, start: date) -> bool:
        """Tell whether the claim was a due receivable before the period that begins on `start`."""
        return self.recognised is not None and self.recognised < start

    def is_recognised(self, day: date) -> bool:
        """Tell whether the claim is a due receivable on `day`."""
        return self.recognised is not None and self.recognised <= day


class Change(Struct, frozen=True, kw_only=True):
    """What one transaction did to one instalment.

    `received` is what was collected in the book's currency, gross of bank charges (negative when a
    bank takes a payment back); `advanced` the part credited to In-Advance; `advance_released` what
    became income of money in advance; `restored` what becomes income again beyond that where a bank
    takes such money back: the instalment's carrying value less the value received.
    """

    entry: Transaction
    event: str
    before: Claim | None
    after: Claim
    received: Decimal = ZERO
    advanced: Decimal = ZERO
    advance_released: Decimal = ZERO
    restored: Decimal = ZERO

    @property
    def date(self) -> date:
        """The date of the transaction."""
        return self.entry.date

    @property
    def brings_forward(self) -> bool:
        """Whether the entry itself tells what happened before it (`paid:`, `written-off:`): an
        opening, and what opens an instalment again that was settled in a closed period.
        """
        reopens = self.event in _REOPENING and self.before is None
        return self.event == "opening" or reopens

    @property
    def label(self) -> str:
        """The instalment's label."""
        return self.after.label

    @property
    def value_out(self) -> Decimal:
        """The carrying value taken out, in the book's currency; negative if value was added."""
        return (self.before.value if self.before else ZERO) - self.after.value


class Gift(Struct, frozen=True, kw_only=True):
    """A contribution received without a pledge, at the value received; negative where it is taken
    back. `original` is the amount and currency the donor sent, where the entry says so; `prior`
    tells a correction of an earlier period: an adjustment, and no income.
    """

    entry: Transaction
    posting: Posting
    fund: str
    class_: str
    purpose: str
    donor: str
    value: Decimal
    original: tuple[Decimal, str] | None
    prior: bool = False


class Held(Struct, frozen=True, kw_only=True):
    """Money held as a liability under a label, in or out: `kind` is in-advance or unapplied,
    `value` positive when received; `since` the day this money came.
    """

    entry: Transaction
    event: str
    kind: str
    fund: str
    class_: str
    purpose: str
    donor: str
    label: str
    value: Decimal
    since: date


class Flow(Struct, frozen=True):
    """A posting that a report counts by donor without an instalment: refunds of unspent money."""

    entry: Transaction
    line: Line


class Register(Struct, kw_only=True):
    """The contributions of a book, in booked order.

    `changes` are the instalments' histories, interleaved; `by_label` the same by instalment.
    """

    settings: Settings
    changes: list[Change] = field(default_factory=list)
    by_label: dict[str, list[Change]] = field(default_factory=dict)
    gifts: list[Gift] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    held_under: dict[str, list[Held]] = field(default_factory=dict)
    refunds: list[Flow] = field(default_factory=list)
    in_kind: list[Flow] = field(default_factory=list)
    deferred: dict[str, Decimal] = field(default_factory=dict)
    """What is deferred at the end, in the book's currency, by instalment."""
    last_day: date | None = None

    def claims_at(self, day: date) -> Iterator[Claim]:
        """Yield the instalments with something outstanding at the end of `day`."""
        for changes in self.by_label.values():
            claim = claim_at(changes, day)
            if claim is not None and claim.is_open:
                yield claim


def claim_at(changes: list[Change], day: date) -> Claim | None:
    """Return an instalment as it stood at the end of `day`, None if it was not yet pledged."""
    for change in reversed(changes):
        if change.date <= day:
            return change.after
    return None


class Giving(NamedTuple):
    """Who gives what for: what the entries of one pledge have in common."""

    fund: str
    class_: str
    purpose: str
    donor: str


class Plain(NamedTuple):
    """A plain entry: a commitment that is income of its period or a payment in full, of which no
    rule has anything to say. `value` is the income, or the cash received.
    """

    giving: Giving
    value: Decimal
    is_payment: bool

    @property
    def event(self) -> str:
        """What happened."""
        return "payment" if self.is_payment else "commitment"


def derive_register(
    entries: Iterable[Directive], settings: Settings, plain: Mapping[int, Plain] = _NONE
) -> Register:
    """Follow every instalment through `entries`, which are booked and in their order. Those known
    to be `plain`, by their identity, are what that says, and are not read again.

    Entries that booking refused (no postings) and faulty postings are passed over: what is wrong
    with them is the pledge plugin's to say.
    """
    deriving = _Deriving(settings)
    for entry in continuing(entries):
        if isinstance(entry, Transaction):
            told = plain.get(id(entry))
            if told is None or not deriving.take_plain(entry, told):
                deriving.take(entry)
    return deriving.register


class _Holding(NamedTuple):
    """What is held under a label, the day the first of it came, and what it was changed by."""

    units: Decimal
    since: date
    entry: Transaction


class _Deriving:
    """The state of one pass: every instalment and deferral so far, by label."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.register = Register(settings=settings)
        self.claims: dict[str, Claim] = {}
        self.holding: dict[tuple[str, str], _Holding] = {}
        self.advanced: dict[str, set[str]] = {}
        """By label the payments that were held in advance, by what `reverses:` may name them."""
        self.carried: dict[str, date] = {}
        """By label the opening that brought such money."""

    def take(self, entry: Transaction) -> None:
        lines = read_lines(entry, self.settings)
        if not lines:
            return
        register = self.register
        register.last_day = entry.date
        event = event_of(entry, lines)
        for line in lines:
            if line.place.kind in RECEIVED and line.label:
                held = self._held(entry, event, line)
                register.held.append(held)
                if event == "opening" and held.kind == "in-advance":
                    self.carried[held.label] = entry.date
                register.held_under.setdefault(held.label, []).append(held)
            elif line.place.kind == "refunds":
                register.refunds.append(Flow(entry, line))
            elif line.place.kind == "in-kind":
                register.in_kind.append(Flow(entry, line))
        changes = self._changes(entry, event, lines)
        for change in changes:
            self.claims[change.label] = change.after
            register.changes.append(change)
            register.by_label.setdefault(change.label, []).append(change)
        register.gifts.extend(_gifts(entry, event, lines, changes))

    def take_plain(self, entry: Transaction, plain: Plain) -> bool:
        """Take an entry as the plain one that it is told to be; tell whether it was taken."""
        changes = list(
            self._paid(entry, plain)
            if plain.is_payment
            else _plainly(entry, plain, self.settings.decimals)
        )
        if not changes:  # a payment of which the commitment is not among the entries
            return False
        register = self.register
        register.last_day = entry.date
        for change in changes:
            self.claims[change.after.label] = change.after
            register.changes.append(change)
            register.by_label.setdefault(change.after.label, []).append(change)
        return True

    def _paid(self, entry: Transaction, plain: Plain) -> Iterator[Change]:
        for posting in entry.postings:
            before = self.claims.get(posting.cost.label or "") if posting.cost else None
            if before is not None:
                yield Change(
                    entry=entry,
                    event=plain.event,
                    before=before,
                    after=structs.replace(before, units=Decimal(0), value=ZERO),
                    received=plain.value,
                )

    def _held(self, entry: Transaction, event: str, line: Line) -> Held:
        """Read money held in or out. What an opening brings forward came before it, whatever date
        its lot bears; once nothing is held under a label, what comes under it later is new money.
        """
        cost = line.posting.cost
        day = (cost.date if cost else None) or entry.date
        if event == "opening":
            day = min(day, entry.date - _DAY)
        key = (line.place.kind, line.label)
        before = self.holding.get(key)
        if before is None or (not before.units and before.entry is not entry):
            before = _Holding(Decimal(0), day, entry)
        since = min(day, before.since) if line.units < 0 else before.since
        # Debit is positive, so money that comes in is below zero.
        self.holding[key] = _Holding(before.units - line.units, since, entry)
        return Held(
            entry=entry,
            event=event,
            kind=line.place.kind,
            fund=line.place.fund,
            class_=line.class_,
            purpose=line.purpose,
            donor=line.place.part,
            label=line.label,
            value=-(line.value or ZERO),
            since=since,
        )

    def _changes(self, entry: Transaction, event: str, lines: list[Line]) -> list[Change]:
        register = self.register
        by_label: dict[str, list[Line]] = {}
        for line in lines:
            if line.label and line.place.kind in _OF_INSTALMENTS:
                by_label.setdefault(line.label, []).append(line)
        changes = []
        for label, own in by_label.items():
            deferred = _value(own, "deferred")
            if deferred:
                register.deferred[label] = register.deferred.get(label, ZERO) - deferred
            before = self.claims.get(label)
            after = _after(
                entry,
                before,
                [line for line in own if line.place.kind in CLAIMS],
                self.settings.decimals,
            )
            if after is None and event == "opening":
                after = _paid_in_advance(entry, own, self.settings.decimals)
            if after is None:
                continue
            if event == REASSIGNED:
                after = structs.replace(after, donor=self._to_donor(entry))
            found_late = before is None and _value(lines, "prior-period") < 0
            after = structs.replace(
                after,
                recognised=self._recognised(entry, event, before, after, found_late=found_late)
                if after.is_open or before
                else _settled_before(entry, own),
                is_carried=before.is_carried and after.origin is before.origin
                if before
                else event == "opening",
            )
            advance = _value(own, "in-advance")
            changes.append(
                Change(
                    entry=entry,
                    event=event,
                    before=before,
                    after=after,
                    advanced=-advance if event in RECEIVING else ZERO,
                    advance_released=advance if event in _RELEASING else ZERO,
                )
            )
        if event == REASSIGNED:
            changes += self._reassigned(entry, {change.label for change in changes})
        changes = _with_receipts(event, lines, changes, self.settings)
        if any(change.advanced for change in changes):
            for change in changes:
                if change.advanced > 0:
                    self.advanced.setdefault(change.label, set()).update(names_of(entry))
        if event == "returned-payment":
            return [
                structs.replace(
                    change, restored=self._restored(change, lines, first=change is changes[0])
                )
                for change in changes
            ]
        return changes

    def _to_donor(self, entry: Transaction) -> str:
        code = as_text(entry.meta.get(TO_DONOR, ""))
        on = self.settings.donors_on
        return self.settings.donors.of_record(code, on) if on else code

    def _reassigned(self, entry: Transaction, known: set[str]) -> list[Change]:
        """Return the changes of instalments of which nothing is left to be moved by lots."""
        if SETTLED_IN in entry.meta:
            return []
        donor = self._to_donor(entry)
        labels = as_text(entry.meta.get(REASSIGNS, "")).split()
        return [
            Change(
                entry=entry,
                event=REASSIGNED,
                before=before,
                after=structs.replace(before, donor=donor),
            )
            for label in labels
            if label not in known and (before := self.claims.get(label)) is not None
        ]

    def _policy(self, claim: Claim) -> str:
        return self.settings.funds[claim.fund].policy(claim.class_)

    def _restored(self, change: Change, lines: list[Line], *, first: bool) -> Decimal:
        """Return what an instalment is worth beyond the money of it that a bank takes back, where
        that was held in advance and released since: in a pledge account the entry says it, of a
        memorandum it is known from the payment.
        """
        if change.advanced:
            return ZERO
        if change.after.kind == "pledges":
            kinds = ("contributions", "prior-period") if first else ()
            return -sum((_value(lines, kind) for kind in kinds), ZERO)
        reverses = as_text(change.entry.meta.get("reverses", ""))
        was_advance = reverses in self.advanced.get(change.label, ())
        opened, paid = self.carried.get(change.label), as_date(reverses)
        if opened and paid and paid < opened:
            was_advance = True
        if change.before is None:  # settled in a closed period: the entry itself says it
            was_advance = stated(*change.after.origin, PAID_IN_ADVANCE) is not None
        return change.received - change.value_out if was_advance else ZERO

    def _recognised(
        self,
        entry: Transaction,
        event: str,
        before: Claim | None,
        after: Claim,
        *,
        found_late: bool,
    ) -> date | None:
        """Return the day the claim becomes a due receivable.

        In a pledge account the ledger says it: it is deferred as long as a deferral is open under
        its label. A memorandum has no deferral; there the due date's period decides.
        """
        if not after.committed:
            return None
        starts = max(
            after.pledged_on, self.settings.periods.start_of(after.due or after.pledged_on)
        )
        if after.kind == "memorandum":
            day: date | None = starts
        elif self.register.deferred.get(after.label, ZERO) > 0:
            day = None
        elif event == "opening":
            day = min(starts, entry.date - _DAY)
        elif event in _REOPENING and before is None:  # of a closed period
            first = self.settings.periods.start_of(entry.date)
            day = min(starts, first - _DAY if first > date.min else entry.date)
        elif found_late:  # of an earlier period where it was due in one
            if self._policy(after) == "agreement":
                starts = after.pledged_on
            day = starts if starts < self.settings.periods.start_of(entry.date) else entry.date
        else:
            day = entry.date
        if before is not None and day is not None and before.is_recognised(entry.date):
            return before.recognised if day <= entry.date else day
        settles = not after.is_open and event not in _RELEASING
        return before.recognised if before is not None and settles else day


def _plainly(entry: Transaction, plain: Plain, decimals: int) -> Iterator[Change]:
    """Yield the instalments of a plain commitment: due receivables from that day on."""
    giving = plain.giving
    for posting in entry.postings:
        cost, units = posting.cost, posting.units
        if not isinstance(cost, Cost) or units is None or units.number is None:
            continue
        claim = Claim(
            label=cost.label or "",
            kind="pledges",
            fund=giving.fund,
            class_=giving.class_,
            purpose=giving.purpose,
            donor=giving.donor,
            units=units.number,
            currency=units.currency,
            value=round_to(units.number * cost.number, max(2, decimals)),
            decimals=decimals,
            pledged_on=cost.date,
            due=as_date(posting.meta.get("due")) if posting.meta else None,
            committed=True,
            recognised=entry.date,
            origin=(entry, posting),
        )
        yield Change(entry=entry, event=plain.event, before=None, after=claim)


_RELEASING = events_that("releases")

_OF_GIFTS = events_that("of_gifts")
"""Events by which a contribution without a pledge comes, goes back, gets another purpose or another
donor."""

_NO_GIFT = WITH_INSTALMENT | {"opening-balance"}
"""Kinds of account of which one in an entry tells that its income is no contribution by itself."""

_TELLS_WHOSE = kinds_that("tells_whose")

_OF_INSTALMENTS = CLAIMS | WITH_INSTALMENT


def _value(lines: Iterable[Line], kind: str) -> Decimal:
    return sum((line.value or ZERO for line in lines if line.place.kind == kind), ZERO)


def _after(
    entry: Transaction, before: Claim | None, lines: list[Line], decimals: int
) -> Claim | None:
    """Return the instalment after its pledge postings: put back, reduced, or as it was."""
    added = [line for line in lines if line.units > 0]
    taken = -sum((line.units for line in lines if line.units < 0), Decimal(0))
    if added:
        purpose = purpose_after(before.purpose if before else "", lines)
        claim = _put_back(entry, before, added, purpose)
        return structs.replace(claim, decimals=decimals)
    if before is None:
        return None
    left = before.units - taken
    if left <= 0:
        return structs.replace(before, units=Decimal(0), value=ZERO, disputed=Decimal(0))
    # A part taken out by hand, without putting the rest back: its cents by the same rule.
    return structs.replace(
        before,
        units=left,
        value=share(before.value, left, before.units, decimals),
        disputed=min(before.disputed, left),
    )


def _put_back(entry: Transaction, before: Claim | None, lines: list[Line], purpose: str) -> Claim:
    line = lines[0]
    posting = line.posting
    cost = posting.cost
    due = as_date(posting.meta.get("due")) if posting.meta else None
    commits = before is None or as_text(entry.meta.get("event", "")) == "commitment"
    if due is None and commits:
        due = as_date(entry.meta.get("due"))
    status = stated(entry, posting, "status")
    if status is None and as_text(entry.meta.get("event", "")) == "commitment":
        status = "committed"
    was_pledged_only = before is not None and not before.committed
    own = (entry, posting)
    same_kind = before is not None and before.kind == line.place.kind
    committed = status != "pledged" and not (was_pledged_only and same_kind and status is None)
    if before is not None and due is None and not (was_pledged_only and committed):
        due = before.due  # a commitment states its own times of payment
    units = sum((added.units for added in lines), Decimal(0))
    origin, announced = own, None
    if before is not None:
        origin, announced = before.origin, before.announced
        if was_pledged_only and committed:
            origin, announced = own, before.origin
    return Claim(
        label=line.label,
        kind=line.place.kind,
        fund=line.place.fund,
        class_=line.class_,
        purpose=purpose,
        donor=line.place.part,
        units=units,
        currency=line.currency,
        value=sum((added.value or ZERO for added in lines), ZERO),
        pledged_on=(cost.date if cost else None) or entry.date,
        due=due,
        committed=committed,
        recognised=None,
        origin=origin,
        announced=announced,
        disputed=_disputed(entry, before, line, units),
    )


def _paid_in_advance(entry: Transaction, lines: list[Line], decimals: int) -> Claim | None:
    """Return the instalment of which an opening brings only the money paid in advance."""
    for line in lines:
        meta = line.posting.meta or {}
        pledged_on = as_date(meta.get(PLEDGED_ON))
        if line.place.kind in _KEPT_AFTER and pledged_on is not None:
            return Claim(
                label=line.label,
                decimals=decimals,
                kind=as_text(meta.get(RECORDED_AS, "pledges")),
                fund=line.place.fund,
                class_=line.class_,
                purpose=line.purpose,
                donor=line.place.part,
                units=Decimal(0),
                currency=as_text(meta.get("pledged", "")).partition(" ")[2] or line.currency,
                value=ZERO,
                pledged_on=pledged_on,
                due=as_date(meta.get("due")),
                committed=True,
                recognised=None,
                origin=(entry, line.posting),
            )
    return None


_KEPT_AFTER = frozenset({"in-advance", *PAPERS})
"""What may be left under the label of an instalment of which nothing is owed."""


def _settled_before(entry: Transaction, lines: Iterable[Line]) -> date | None:
    """Return when what an opening brings without anything owed became due: before it where only a
    note is left, and not yet where its money is held in advance.
    """
    kinds = {line.place.kind for line in lines}
    return None if "in-advance" in kinds else entry.date - _DAY


def _disputed(entry: Transaction, before: Claim | None, line: Line, units: Decimal) -> Decimal:
    """Return what of an instalment that is put back is disputed: what the entry says, else as much
    as before.
    """
    event = as_text(entry.meta.get("event", ""))
    number, _, _ = (stated(entry, line.posting, DISPUTED) or "").partition(" ")
    if number:
        try:
            return min(read_number(number), units)
        except ValueError:
            return Decimal(0)
    if event == "disputed":
        return units
    if before is None or event == "dispute-settled" or not before.disputed:
        return Decimal(0)
    if before.currency != line.currency and before.units:
        return min(round_to(before.disputed * units / before.units, 2), units)
    return min(before.disputed, units)


def _with_receipts(
    event: str, lines: list[Line], changes: list[Change], settings: Settings
) -> list[Change]:
    """Share what was collected among the instalments it settled, fund by fund, class by class.

    Several instalments paid at once share by their units where they are of one currency, so that
    each bears the same rate; else by carrying value. An instalment in the book's currency takes its
    own.
    """
    if event not in RECEIVING:
        return changes
    shared: dict[str, Decimal] = {}
    groups: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        claim = change.before or change.after
        groups.setdefault((claim.fund, claim.class_), []).append(change)
    for (fund, class_), group in groups.items():
        own = [line for line in lines if (line.place.fund, line.class_) == (fund, class_)]
        collected = sum((_value(own, kind) for kind in MONEY), ZERO)
        collected -= sum((change.advanced for change in group), ZERO)
        if event != "returned-payment" and all(each.after.kind == "pledges" for each in group):
            collected += _value(own, "contributions")
        settled = [change for change in group if not change.advanced]
        stated = _stated_shares(own, settled)
        if stated:
            shared.update(stated)
            continue
        if collected == sum((change.value_out for change in settled), ZERO):
            shared.update({change.label: change.value_out for change in settled})
            continue  # no exchange on any of them
        shared.update(_share_out(collected, settled, settings))
    return [structs.replace(change, received=shared.get(change.label, ZERO)) for change in changes]


def _stated_shares(lines: list[Line], changes: list[Change]) -> dict[str, Decimal]:
    """Return what was collected for each instalment where the entry itself says which exchange or
    income is whose (`instalment:` on the posting); empty where it does not.
    """
    own: dict[str, Decimal] = {}
    for line in lines:
        label = (line.posting.meta or {}).get(INSTALMENT)
        if label is not None and line.place.kind in _TELLS_WHOSE:
            own[str(label)] = own.get(str(label), ZERO) - (line.value or ZERO)
    if not own:
        return {}
    return {
        change.label: own.get(change.label, ZERO)
        + (ZERO if change.after.kind == "memorandum" else change.value_out)
        for change in changes
    }


def _share_out(collected: Decimal, changes: list[Change], settings: Settings) -> dict[str, Decimal]:
    shares: dict[str, Decimal] = {}
    rest = []
    for change in changes:
        if len(changes) > 1 and change.after.currency == settings.currency:
            shares[change.label] = change.value_out
        else:
            rest.append(change)
    left = collected - sum(shares.values(), ZERO)
    one_currency = len({change.after.currency for change in rest}) == 1

    def weight(change: Change) -> Decimal:
        if one_currency:
            return (change.before.units if change.before else Decimal(0)) - change.after.units
        return change.value_out

    total = sum((weight(change) for change in rest), Decimal(0))
    for position, change in enumerate(rest):
        last = position == len(rest) - 1 or not total
        part = left if last else share(left, weight(change), total, settings.decimals)
        shares[change.label] = part
        left -= part
        total -= weight(change)
    return shares


def _gifts(
    entry: Transaction, event: str, lines: list[Line], changes: list[Change]
) -> Iterator[Gift]:
    """Yield the contributions that no pledge preceded: income without an instalment."""
    if changes and (
        event not in RECEIVING
        or event == "returned-payment"
        or any(change.after.kind == "memorandum" for change in changes)
    ):
        return
    if any(line.place.kind in _NO_GIFT for line in lines):
        return
    if event == REASSIGNED and REASSIGNS in entry.meta and SETTLED_IN not in entry.meta:
        return  # its instalments say it
    kinds = {"contributions", *(["prior-period"] if event in _OF_GIFTS else [])}
    for line in lines:
        if line.place.kind in kinds and line.value:
            yield Gift(
                entry=entry,
                posting=line.posting,
                fund=line.place.fund,
                class_=line.class_,
                purpose=line.purpose,
                donor=line.place.part,
                value=-line.value,
                original=_original(entry, line.posting),
                prior=line.place.kind == "prior-period",
            )


def _original(entry: Transaction, posting: Posting) -> tuple[Decimal, str] | None:
    number, _, currency = (stated(entry, posting, "original") or "").partition(" ")
    try:
        return (read_number(number), currency) if currency else None
    except ValueError:
        return None
