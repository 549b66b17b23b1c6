"""What entries did under donor agreements, and those amounts in the agreements' own currencies.

An entry, or a posting of it, names its agreement. What does not belongs to the agreement of the
instalment, or of the obligation, that it is about; a posting of another fund or class than the
agreement's never does. Of money that pays instalments of several agreements each gets what was
collected on its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from beancount.core.data import Directive, Transaction
from msgspec import Struct, field
from pledgebook.ledger.declared.agreements import AGREEMENT, BUDGET_LINE, DonorAgreement
from pledgebook.ledger.declared.chart import CLAIMS, LABELLED
from pledgebook.ledger.declared.currencies import UnknownCurrencyError, decimals
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.money import ZERO, read_number, round_to
from pledgebook.ledger.register.events import event_of, events_that
from pledgebook.ledger.register.history import continuing
from pledgebook.ledger.register.obligations import obligation_of
from pledgebook.ledger.register.postings import Line, read_lines, stated
from pledgebook.ledger.register.register import Change, Gift, Register

_SPENT = frozenset({"programme", "programme-support", "bank-charges"})
_MONEY = frozenset({"cash", "unapplied"})
_EARNED = frozenset({"interest", "miscellaneous"})
_FROM_DONORS = events_that("from_donors") | events_that("receives")

Group = tuple[str, str]


class Expense(Struct, frozen=True, kw_only=True):
    """An amount spent: of a kind of account, on a line of the budget ("" for none)."""

    kind: str
    line: str
    value: Decimal


class Flow(Struct, frozen=True, kw_only=True):
    """What one entry did under one agreement, in the book's currency.

    `received` is what the donor gave, gross of bank charges (negative where it is taken back), and
    `units` the same in the agreement's currency, None where nobody says it; `earned` is interest
    and the like, `returned` what went back to the donor, `moved` what came from other money of the
    fund (negative: what went to it), `opening` what an opening brought forward. `cash` and
    `outstanding` are the changes of the cash and of the obligations under the agreement, by line.
    """

    agreement: str
    entry: Transaction
    event: str
    received: Decimal = ZERO
    units: Decimal | None = ZERO
    expenses: Sequence[Expense] = ()
    earned: Decimal = ZERO
    saved: Decimal = ZERO
    returned: Decimal = ZERO
    moved: Decimal = ZERO
    opening: Decimal = ZERO
    cash: Decimal = ZERO
    outstanding: Mapping[str, Decimal] = {}
    promised: Decimal = ZERO
    """By how much what is owed on committed instalments rose, at their carrying value."""

    @property
    def day(self) -> date:
        """The day of the entry."""
        return self.entry.date

    @property
    def spent(self) -> Decimal:
        """All that was spent, support costs and bank charges with it."""
        return sum((each.value for each in self.expenses), ZERO)

    @property
    def obligated(self) -> Decimal:
        """By how much outstanding obligations rose."""
        return sum(self.outstanding.values(), ZERO)

    @property
    def balance(self) -> Decimal:
        """By how much the balance rose: cash less outstanding obligations."""
        return self.cash - self.obligated


class Reading(Struct, kw_only=True):
    """The agreements of one pass over the entries: of each instalment and obligation so far."""

    settings: Settings
    of_label: dict[str, str] = field(default_factory=dict)
    of_obligation: dict[tuple[str, str, str], tuple[str, str]] = field(default_factory=dict)
    """By fund, class and reference: the agreement and the budget line."""

    def agreements(self, entry: Transaction, lines: Sequence[Line]) -> list[str]:
        """Return the agreement of each posting, "" for none or where it cannot be told."""
        found: dict[int, str] = {}
        known: dict[Group, set[str]] = {}
        for number, line in enumerate(lines):
            ref = self._named(entry, line)
            group = (line.place.fund, line.class_)
            if ref is None and line.label and line.place.kind in LABELLED:
                ref = self.of_label.get(line.label, "")
            if ref is None and line.place.kind == "obligations":
                own = self.of_obligation.get((*group, obligation_of(entry, line)))
                ref = own[0] if own and obligation_of(entry, line) else None
            if ref is not None:
                found[number] = ref
            if (line.label and line.place.kind in LABELLED) or line.place.kind == "obligations":
                known.setdefault(group, set()).add(ref or "")
            if line.label and line.place.kind in CLAIMS and line.units > 0:
                self.of_label[line.label] = ref or ""
        if event_of(entry, list(lines)) == "opening":
            known = {}  # it brings the balances of whole classes, and says what is of which
        told = []
        for number, line in enumerate(lines):
            own_refs = known.get((line.place.fund, line.class_), set())
            shared = next(iter(own_refs)) if len(own_refs) == 1 else ""
            told.append(found.get(number, shared))
        self._note_obligations(entry, lines, told)
        return told

    def _named(self, entry: Transaction, line: Line) -> str | None:
        """Return the agreement that a posting or its entry names, "" if it is of another fund or
        class than the posting, None if none is named.
        """
        ref = stated(entry, line.posting, AGREEMENT)
        if not ref:
            return None
        agreement = self.settings.agreements.get(ref)
        group = (line.place.fund, line.class_)
        return ref if agreement is not None and agreement.group == group else ""

    def _note_obligations(
        self, entry: Transaction, lines: Sequence[Line], told: Sequence[str]
    ) -> None:
        for line, ref in zip(lines, told, strict=True):
            reference = obligation_of(entry, line)
            if not reference or not ref or line.units > 0:
                continue
            spent = {
                stated(entry, each.posting, BUDGET_LINE) or ""
                for each, own in zip(lines, told, strict=True)
                if own == ref and each.place.kind in _SPENT
            }
            stated_here = stated(entry, line.posting, BUDGET_LINE)
            one = stated_here or (next(iter(spent)) if len(spent) == 1 else "")
            key = (line.place.fund, line.class_, reference)
            self.of_obligation.setdefault(key, (ref, one))


class Followed(Struct, frozen=True):
    """What entries did under agreements, in booked order, and of which agreement each instalment
    is at the end, by its label.
    """

    flows: Sequence[Flow]
    of_label: Mapping[str, str]


def follow_agreements(
    entries: Iterable[Directive],
    settings: Settings,
    register: Register,
    until: date = date.max,
) -> Followed:
    """Follow the agreements of a book through its entries to the end of a day; `register` is that
    of these entries.
    """
    if not settings.agreements:
        return Followed((), {})
    changes: dict[int, list[Change]] = {}
    for change in register.changes:
        changes.setdefault(id(change.entry), []).append(change)
    gifts: dict[int, list[Gift]] = {}
    for gift in register.gifts:
        gifts.setdefault(id(gift.entry), []).append(gift)
    reading = Reading(settings=settings)
    flows: list[Flow] = []
    for entry in continuing(entries):
        if not isinstance(entry, Transaction) or entry.date > until:
            continue
        lines = read_lines(entry, settings)
        if not lines:
            continue
        before = dict(reading.of_label)
        told = reading.agreements(entry, lines)
        own = changes.get(id(entry), [])
        labels = {
            each.label: before.get(each.label) or reading.of_label.get(each.label, "")
            for each in own
        }
        promised: dict[str, Decimal] = {}
        for each in own:
            for ref, claim, sign in (
                (before.get(each.label, ""), each.before, -1),
                (reading.of_label.get(each.label, ""), each.after, 1),
            ):
                if ref and claim is not None and claim.committed:
                    promised[ref] = promised.get(ref, ZERO) + sign * claim.value
        refs = dict.fromkeys(ref for ref in (*told, *labels.values(), *promised) if ref)
        for ref in refs:
            flow = _flow(
                settings.agreements[ref],
                entry,
                list(zip(lines, told, strict=True)),
                [change for change in own if labels[change.label] == ref],
                gifts.get(id(entry), []),
                reading,
                promised.get(ref, ZERO),
            )
            if flow is not None:
                flows.append(flow)
    return Followed(flows, reading.of_label)


def _flow(
    agreement: DonorAgreement,
    entry: Transaction,
    lines: Sequence[tuple[Line, str]],
    changes: Sequence[Change],
    gifts: Sequence[Gift],
    reading: Reading,
    promised: Decimal,
) -> Flow | None:
    """Return what an entry did under an agreement, None if nothing."""
    ref, group = agreement.reference, agreement.group
    event = event_of(entry, [line for line, _ in lines])
    own = [line for line, told in lines if told == ref]
    units, received = _received_on(agreement, event, changes)
    cash = _value(own, _MONEY)
    shared = [
        line
        for line, told in lines
        if not told and line.place.kind in _MONEY and (line.place.fund, line.class_) == group
    ]
    named = any(line.place.kind in _MONEY for line in own)
    if received and not named and shared and event in _FROM_DONORS:
        cash += received  # of money for several agreements each gets what was collected on its own
    expenses = tuple(
        Expense(
            kind=line.place.kind,
            line=stated(entry, line.posting, BUDGET_LINE) or "",
            value=line.value or ZERO,
        )
        for line in own
        if line.place.kind in _SPENT
    )
    spent = sum((each.value for each in expenses), ZERO)
    earned = -_value(own, _EARNED)
    saved = -_value(own, frozenset({"savings"}))
    returned = _value(own, frozenset({"refunds"}))
    outstanding: dict[str, Decimal] = {}
    for line in own:
        if line.place.kind == "obligations":
            code = _line_of(entry, line, own, reading)
            outstanding[code] = outstanding.get(code, ZERO) - (line.value or ZERO)
    rest = cash - sum(outstanding.values(), ZERO) + spent + returned - earned - saved
    opening = moved = ZERO
    gift = sum((each.value for each in gifts if _is_under(each, own)), ZERO)
    if event == "opening":
        opening, received, units = rest, ZERO, _opening_units(agreement, own, entry, rest, reading)
    elif gift:
        received = gift
        units = _gift_units(agreement, [each for each in gifts if _is_under(each, own)], reading)
        moved = rest - received
    else:
        moved = rest - received
    if event in {"re-earmark", "transfer"} and not changes:
        received, units, moved = ZERO, ZERO, rest
    flow = Flow(
        agreement=ref,
        entry=entry,
        event=event,
        received=received,
        units=units,
        expenses=expenses,
        earned=earned,
        saved=saved,
        returned=returned,
        moved=moved,
        opening=opening,
        cash=cash,
        outstanding=outstanding,
        promised=promised,
    )
    touched = (received, units, earned, saved, returned, moved, opening, cash, promised)
    return flow if any(touched) or expenses or outstanding else None


def _is_under(gift: Gift, own: Sequence[Line]) -> bool:
    return any(gift.posting is line.posting for line in own)


def _value(lines: Iterable[Line], kinds: frozenset[str]) -> Decimal:
    return sum((line.value or ZERO for line in lines if line.place.kind in kinds), ZERO)


def _received_on(
    agreement: DonorAgreement, event: str, changes: Sequence[Change]
) -> tuple[Decimal | None, Decimal]:
    """Return what was received on instalments of an agreement: units of its currency (None where
    an instalment is in another), and the book's.
    """
    if event not in _FROM_DONORS:
        return ZERO, ZERO
    units: Decimal | None = ZERO
    received = ZERO
    for change in changes:
        if change.before is None and not change.received and not change.advanced:
            continue
        received += change.received + change.advanced
        taken = (change.before.units if change.before else ZERO) - change.after.units
        same = change.after.currency == agreement.currency
        units = units + taken if same and units is not None else None
    return units, received


def _gift_units(
    agreement: DonorAgreement, gifts: Sequence[Gift], reading: Reading
) -> Decimal | None:
    units = ZERO
    for gift in gifts:
        if agreement.currency == reading.settings.currency:
            units += gift.value
        elif gift.original is not None and gift.original[1] == agreement.currency:
            units += gift.original[0] if gift.value > 0 else -gift.original[0]
        else:
            return None
    return units


def _opening_units(
    agreement: DonorAgreement,
    own: Sequence[Line],
    entry: Transaction,
    value: Decimal,
    reading: Reading,
) -> Decimal | None:
    """Return what an opening brought forward in the agreement's currency, as `original:` says."""
    if agreement.currency == reading.settings.currency:
        return value
    for line in own:
        number, _, currency = (stated(entry, line.posting, "original") or "").partition(" ")
        if currency == agreement.currency:
            try:
                return read_number(number)
            except ValueError:
                return None
    return ZERO if not value else None


def _line_of(entry: Transaction, line: Line, own: Sequence[Line], reading: Reading) -> str:
    """Return the budget line of an obligation: as the posting says, as it was raised, or that of
    the expenditure beside it.
    """
    said = stated(entry, line.posting, BUDGET_LINE)
    if said:
        return said
    key = (line.place.fund, line.class_, obligation_of(entry, line))
    if key[2] and key in reading.of_obligation:
        return reading.of_obligation[key][1]
    spent = {
        stated(entry, each.posting, BUDGET_LINE) or "" for each in own if each.place.kind in _SPENT
    }
    return next(iter(spent)) if len(spent) == 1 else ""


class Converted(Struct, frozen=True, kw_only=True):
    """A flow in the agreement's currency: its expenses in their order; None for what cannot be
    told.
    """

    flow: Flow
    received: Decimal | None
    expenses: Sequence[Decimal | None]
    earned: Decimal | None
    saved: Decimal | None
    returned: Decimal | None
    moved: Decimal | None
    opening: Decimal | None


class _Portion(Struct):
    """An amount in the book's currency, and in the agreement's (None where nobody says it)."""

    value: Decimal
    units: Decimal | None


class Conversion:
    """Amounts of the book's currency in an agreement's, at the rates at which its receipts were
    recorded: what was received first is spent first.

    Interest and what was moved here count like a receipt, at the rate of the receipt before. What
    is spent beyond all receipts is converted at `beyond`, units of the agreement's currency for
    one of the book's (None: there is no rate, and its units cannot be told).
    """

    def __init__(
        self,
        agreement: DonorAgreement,
        flows: Sequence[Flow],
        currency: str,
        beyond: Decimal | None = None,
    ) -> None:
        self.ahead = ZERO
        """What was converted at `beyond`, in the book's currency."""
        self._same = agreement.currency == currency
        self._beyond = beyond
        try:
            self._decimals = max(2, decimals(agreement.currency))
        except UnknownCurrencyError:
            self._decimals = 2
        self._queue: list[_Portion] = []
        self._taken: list[_Portion] = []
        self._latest: _Portion | None = None
        """The last receipt, as it came."""
        self._added: dict[tuple[int, str], Decimal | None] = {}
        for at, flow in enumerate(flows):
            came = flow.opening or flow.received
            if came > 0:
                self._queue.append(_Portion(came, flow.units))
                self._latest = _Portion(came, flow.units)
            elif came < 0:
                self._take_back(-came, flow.units)
            for name, value in (("earned", flow.earned), ("moved", flow.moved)):
                if value > 0:
                    units = self._at_last_rate(value)
                    self._queue.append(_Portion(value, units))
                    self._added[at, name] = units
        self.converted = [self._convert(at, flow) for at, flow in enumerate(flows)]

    def _convert(self, at: int, flow: Flow) -> Converted:
        return Converted(
            flow=flow,
            received=ZERO if flow.opening else flow.units,
            opening=flow.units if flow.opening else ZERO,
            expenses=tuple(self._spent(each.value) for each in flow.expenses),
            earned=self._income(at, "earned", flow.earned),
            saved=_less(self._spent(-flow.saved)),
            returned=self._spent(flow.returned),
            moved=self._income(at, "moved", flow.moved),
        )

    def _income(self, at: int, name: str, value: Decimal) -> Decimal | None:
        return self._added[at, name] if value > 0 else _less(self._spent(-value))

    def _spent(self, value: Decimal) -> Decimal | None:
        """Return an amount that is spent (below zero: given back) in the agreement's currency."""
        if self._same or not value:
            return value
        return self._take(value) if value > 0 else _less(self._give_back(-value))

    def _take(self, value: Decimal) -> Decimal | None:
        units: Decimal | None = ZERO
        while value > 0:
            if not self._queue:
                self.ahead += value
                part = _Portion(value, self._at(value, self._beyond))
            else:
                part = self._part_of(self._queue, 0, value)
            self._taken.append(part)
            value -= part.value
            units = _sum(units, part.units)
        return units

    def _give_back(self, value: Decimal) -> Decimal | None:
        """Put what is spent no more back where it came from, what was taken last first."""
        units: Decimal | None = ZERO
        while value > 0:
            if not self._taken:
                part = _Portion(value, self._at(value, self._beyond))
            else:
                part = self._part_of(self._taken, -1, value)
            self._queue.insert(0, part)
            value -= part.value
            units = _sum(units, part.units)
        return units

    def _take_back(self, value: Decimal, units: Decimal | None) -> None:
        """Take a receipt out that the bank took back: the newest of that value, else of the newest
        as much as it was.
        """
        for at in reversed(range(len(self._queue))):
            if self._queue[at].value == value:
                del self._queue[at]
                return
        while value > 0 and self._queue:
            value -= self._part_of(self._queue, -1, value).value
        if value > 0:
            left = None if units is None else -units
            self._queue.append(_Portion(-value, left))

    def _part_of(self, portions: list[_Portion], at: int, value: Decimal) -> _Portion:
        """Take out of a portion as much as is wanted of it; the rest stays, to the cent."""
        portion = portions[at]
        if portion.value <= value:
            return portions.pop(at)
        units = portion.units
        if units is not None:
            units = round_to(units * value / portion.value, self._decimals)
        rest = None if units is None or portion.units is None else portion.units - units
        portions[at] = _Portion(portion.value - value, rest)
        return _Portion(value, units)

    def _at_last_rate(self, value: Decimal) -> Decimal | None:
        if self._same:
            return value
        latest = self._latest
        if latest is None or latest.units is None:
            return self._at(value, self._beyond)
        return round_to(value * latest.units / latest.value, self._decimals)

    def _at(self, value: Decimal, rate: Decimal | None) -> Decimal | None:
        if self._same:
            return value
        return None if rate is None else round_to(value * rate, self._decimals)


def _less(units: Decimal | None) -> Decimal | None:
    return None if units is None else -units


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other
