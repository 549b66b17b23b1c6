"""An independent account of contributions: what happened, told event by event, and the figures by
brute force.

It knows nothing of lots, entries or this program; it follows docs/accounting.md with plain sums.
Books made of the same events, by hand or by the builders, must say what it says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

ZERO = Decimal(0)
Row = tuple[str, str, str]
"""A fund, a class of it and a donor."""
KeyT = TypeVar("KeyT", bound=Hashable)


def cents(amount: Decimal, decimals: int = 2) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


@dataclass(frozen=True)
class Instalment:
    """An instalment at a moment. `recognised` is the day it became a due receivable."""

    label: str
    row: Row
    purpose: str
    currency: str
    units: Decimal
    value: Decimal
    pledged_on: date
    due: date | None
    committed: bool
    recognised: date | None = None
    paid: Decimal = ZERO
    written_off: Decimal = ZERO
    advance: Decimal = ZERO
    cancelled: bool = False

    @property
    def counts_from(self) -> date:
        return self.due or self.pledged_on


def _without_pledge(day: date, row: Row, purpose: str = "") -> Instalment:
    return Instalment("", row, purpose, "USD", ZERO, ZERO, day, None, committed=True)


@dataclass
class Oracle:
    """The events so far. `policies` are by fund and class, `starts` the periods' first days."""

    policies: Mapping[tuple[str, str], str]
    starts: Sequence[date]
    currency: str = "USD"
    decimals: int = 2
    now: dict[str, Instalment] = field(default_factory=dict)
    history: list[tuple[date, Instalment]] = field(default_factory=list)
    amounts: list[tuple[date, Instalment, str, Decimal]] = field(default_factory=list)
    cash: list[tuple[date, str, Decimal]] = field(default_factory=list)
    early: set[str] = field(default_factory=set)
    """The instalments of which the last payment came before their period, and was held."""

    def cents(self, amount: Decimal) -> Decimal:
        """Round to the smallest unit of the book's currency."""
        return cents(amount, self.decimals)

    def start_of(self, day: date) -> date:
        return max(start for start in self.starts if start <= day)

    def begins(self, found: Instalment) -> date:
        """The day from which an instalment is due under `pledge` and `receipt`."""
        return max(found.pledged_on, self.start_of(found.counts_from))

    def policy(self, found: Instalment) -> str:
        return self.policies[found.row[:2]]

    def is_prior(self, found: Instalment, day: date) -> bool:
        return found.recognised is not None and found.recognised < self.start_of(day)

    # What happens.

    def commit(self, day: date, made: Instalment) -> None:
        """A commitment, a pledge without one, or the commitment of such a pledge."""
        if made.committed and (self.policy(made) == "agreement" or self.begins(made) <= day):
            made = replace(made, recognised=day)
            self._add(day, made, "pledged", made.value)
        self._keep(day, made)

    def settle(self, day: date, label: str, units: Decimal, gross: Decimal) -> None:
        """A payment or an application: `value` gross of charges."""
        was = self.now[label]
        left = was.units - units
        value = self.cents(was.value * left / was.units)
        now = replace(was, units=left, value=value, paid=was.paid + units)
        self.early.discard(label)
        if was.recognised is None:
            now = replace(now, advance=was.advance + gross)
            self.early.add(label)
            self._add(day, was, "in_advance", gross)
        else:
            self._add(day, was, self._collected(was, day), gross)
            self._add(day, was, "exchange", gross - was.value + value)
        self._keep(day, now)

    def take_back(
        self, day: date, label: str, units: Decimal, value: Decimal, gross: Decimal
    ) -> None:
        """A payment that the bank takes back; `value` is what is owed again."""
        was = self.now[label]
        now = replace(was, units=was.units + units, value=was.value + value, paid=was.paid - units)
        if was.recognised is None:
            now = replace(now, advance=was.advance - gross)
            self._add(day, was, "in_advance", -gross)
        else:
            self._add(day, was, self._collected(was, day), -gross)
            if label in self.early:  # it was income at this value: now at what is owed again
                self._shift(day, was, value - gross)
            else:
                self._add(day, was, "exchange", value - gross)
        self._keep(day, now)

    def settle_without_cash(self, day: date, label: str, units: Decimal, line: str) -> None:
        """A note for it, or delivered cooperation: `line` is that of the cash proof."""
        was = self.now[label]
        value = was.value - self.cents(was.value * (was.units - units) / was.units)
        self.settle(day, label, units, value)
        self.cash.append((day, line, value))

    def encash(self, day: date, label: str, carried: Decimal, came: Decimal) -> None:
        """A note that was carried at so much brings more or less."""
        was = self.now[label]
        if was.recognised is None:
            self._add(day, was, "in_advance", came - carried)
            self._keep(day, replace(was, advance=was.advance + came - carried))
        else:
            self._add(day, was, self._collected(was, day), came - carried)
            self._add(day, was, "exchange", came - carried)
        self.cash.append((day, "notes", -carried))
        self.move_cash(day, came)

    def dishonour(self, day: date, label: str, units: Decimal, carried: Decimal) -> None:
        """A note is not honoured: the instalment is owed again at what the note was carried at."""
        self.early.discard(label)
        self.take_back(day, label, units, carried, carried)
        self.cash.append((day, "notes", -carried))

    def amend(self, day: date, label: str, units: Decimal, added: Decimal = ZERO) -> None:
        was = self.now[label]
        value = (
            was.value + added if units > was.units else self.cents(was.value * units / was.units)
        )
        self._shift(day, was, value - was.value)
        self._keep(day, replace(was, units=units, value=value))

    def cancel(self, day: date, label: str) -> None:
        was = self.now[label]
        self._shift(day, was, -was.value)
        self._keep(day, replace(was, units=ZERO, value=ZERO, cancelled=True))

    def postpone(self, day: date, label: str, due: date) -> None:
        was = self.now[label]
        now = replace(was, due=due)
        if was.recognised and self.policy(was) != "agreement" and self.begins(now) > day:
            self._shift(day, was, -was.value)
            self._keep(day, replace(now, recognised=None))
        elif was.committed and was.recognised is None and self.begins(now) <= day:
            self._add(day, was, "pledged", was.advance)
            self._add(day, was, "collected_current", was.advance)
            self._add(day, was, "in_advance", -was.advance)
            self.commit(day, replace(now, advance=ZERO))
        else:
            self._keep(day, now)

    def write_off(self, day: date, label: str, units: Decimal) -> None:
        was = self.now[label]
        left = was.units - units
        value = self.cents(was.value * left / was.units)
        if was.recognised:
            self._add(day, was, "written_off", was.value - value)
        self._keep(day, replace(was, units=left, value=value, written_off=was.written_off + units))

    def recover(self, day: date, label: str, units: Decimal, value: Decimal) -> None:
        """What was written off is owed again."""
        was = self.now[label]
        if was.recognised:
            self._add(day, was, "written_off", -value)
        now = replace(was, units=was.units + units, value=was.value + value)
        self._keep(day, replace(now, written_off=was.written_off - units))

    def move(self, day: date, label: str, fund: str, class_: str, purpose: str) -> None:
        was = self.now[label]
        now = replace(was, row=(fund, class_, was.row[2]), purpose=purpose)
        if was.committed and self.policy(now) == "agreement":
            now = replace(now, recognised=was.recognised or day)
        elif self.begins(now) > day:
            now = replace(now, recognised=None)
        self._shift(day, was, -was.value)
        self._shift(day, now, now.value)
        self._keep(day, now)

    def succeed(self, day: date, label: str, donor: str) -> None:
        """A successor owes what is unpaid from now on."""
        was = self.now[label]
        now = replace(was, row=(*was.row[:2], donor))
        self._shift(day, was, -was.value)
        self._shift(day, now, now.value)
        self._move_advance(day, was, now)
        self._keep(day, now)

    def reassign(self, day: date, label: str, donor: str) -> list[tuple[Instalment, str, Decimal]]:
        """It was another donor's from the beginning: all that was of this one in this period goes
        to the other, column by column, and what was unpaid when it began is an adjustment of both.
        Returns what goes, without what is held in advance.
        """
        was, start = self.now[label], self.start_of(day)
        now = replace(was, row=(*was.row[:2], donor))
        own = [
            (found, column, amount)
            for at, found, column, amount in self.amounts
            if found.label == label and found.row[2] == was.row[2] and start <= at <= day
            if column != "in_advance"
        ]
        own += [
            (found, "adjustments", found.value)
            for found in self.as_at(start - timedelta(1))
            if found.label == label and found.row[2] == was.row[2] and found.recognised
        ]
        for found, column, amount in own:
            self._add(day, found, column, -amount)
            self._add(day, replace(found, row=(*found.row[:2], donor)), column, amount)
        self._move_advance(day, was, now)
        self._keep(day, now)
        return own

    def _move_advance(self, day: date, was: Instalment, now: Instalment) -> None:
        self._add(day, was, "in_advance", -was.advance)
        self._add(day, now, "in_advance", was.advance)

    def revalue(self, day: date, label: str, value: Decimal) -> None:
        was = self.now[label]
        if was.recognised:
            self._add(day, was, "exchange", value - was.value)
            self._add(day, was, "exchange_unpaid", value - was.value)
        self._keep(day, replace(was, value=value))

    def redenominate(self, day: date, label: str, rate: Decimal) -> None:
        """Into euros at the fixed rate of the currency."""
        was = self.now[label]
        units, paid, gone = (cents(x / rate) for x in (was.units, was.paid, was.written_off))
        self._keep(day, replace(was, currency="EUR", units=units, paid=paid, written_off=gone))

    def begin(self, start: date) -> list[Instalment]:
        """A period begins: what is due in it becomes income. Returns these as they were before."""
        released = [
            found
            for found in self.now.values()
            if found.committed and found.recognised is None and self.begins(found) == start
            if found.units or found.advance
        ]
        for was in released:
            self._add(start, was, "pledged", was.value + was.advance)
            self._add(start, was, "collected_current", was.advance)
            self._add(start, was, "in_advance", -was.advance)
            self._keep(start, replace(was, recognised=start, advance=ZERO))
        return released

    def give(self, day: date, row: Row, value: Decimal, purpose: str = "") -> None:
        """A contribution that no pledge preceded."""
        gift = _without_pledge(day, row, purpose)
        self._add(day, gift, "pledged", value)
        self._add(day, gift, "collected_current", value)

    def correct(self, day: date, row: Row, value: Decimal, purpose: str, *, prior: bool) -> None:
        """A contribution that no pledge preceded goes back, or is of another row: where it is of
        an earlier period, an adjustment.
        """
        if not prior:
            self.give(day, row, value, purpose)
            return
        gift = _without_pledge(day, row, purpose)
        self._add(day, gift, "adjustments", value)
        self._add(day, gift, "collected_prior", value)

    def find_late(self, day: date, made: Instalment) -> bool:
        """A pledge made in an earlier period is found; tell whether it is an adjustment."""
        begins = made.pledged_on if self.policy(made) == "agreement" else self.begins(made)
        prior = begins < self.start_of(day)
        made = replace(made, recognised=begins if prior else day)
        self._add(day, made, "adjustments" if prior else "pledged", made.value)
        self._keep(day, made)
        return prior

    def refund(self, day: date, row: Row, value: Decimal) -> None:
        """Unspent money that goes back."""
        self._add(day, _without_pledge(day, row), "refunded", value)

    def move_cash(self, day: date, value: Decimal) -> None:
        """Cash of donors in (net of charges), or back to them."""
        self.cash.append((day, "cash_from_donors", value))

    def give_back(self, day: date, value: Decimal) -> None:
        """Unapplied money goes back to its sender."""
        self.cash.append((day, "refunds_of_overpayments", value))
        self.move_cash(day, -value)

    def charge(self, day: date, value: Decimal) -> None:
        """What banks kept of a payment."""
        self.cash.append((day, "bank_charges", value))

    # What the figures are.

    def schedule(self, first: date, last: date) -> dict[Row, dict[str, Decimal]]:
        """The rows of the schedule, without amounts of nil."""
        return self.figures(first, last, lambda found: found.row)

    def figures(
        self, first: date, last: date, line_of: Callable[[Instalment], KeyT]
    ) -> dict[KeyT, dict[str, Decimal]]:
        """The columns of the schedule by any line, without amounts of nil."""
        rows: dict[KeyT, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for day, found, column, amount in self.amounts:
            if first <= day <= last or (column == "in_advance" and day <= last):
                rows[line_of(found)][column] += amount
        for found in self.as_at(first - timedelta(1)):
            if found.recognised:
                rows[line_of(found)]["opening"] += found.value
        for found in self.as_at(last):
            if not found.committed:
                rows[line_of(found)]["uncommitted"] += found.value
            elif found.recognised:
                rows[line_of(found)]["closing"] += found.value
            later = found.committed and self.start_of(found.counts_from) > last
            if later and (not found.recognised or self.policy(found) == "agreement"):
                rows[line_of(found)]["future"] += found.value
        shown = {row: {k: v for k, v in amounts.items() if v} for row, amounts in rows.items()}
        return {row: amounts for row, amounts in shown.items() if amounts}

    def proof(self, first: date, last: date) -> dict[str, Decimal]:
        """The lines of the cash proof that do not depend on when money held came."""
        lines = dict.fromkeys(
            (
                "cash_from_donors",
                "refunds_of_overpayments",
                "bank_charges",
                "collected",
                "other_forms",
                "notes",
            ),
            ZERO,
        )
        collected = [
            (day, "collected", value)
            for day, _, column, value in self.amounts
            if column.startswith("collected")
        ]
        for day, line, value in [*self.cash, *collected]:
            lines[line] += value if first <= day <= last else ZERO
        return lines

    def as_at(self, day: date) -> list[Instalment]:
        return list({found.label: found for at, found in self.history if at <= day}.values())

    def register(self, day: date) -> dict[str, tuple[object, ...]]:
        """Each instalment: row, purpose, currency, pledged, paid, written off, outstanding,
        carrying value, status, due date, day of the pledge.
        """
        return {
            found.label: (
                found.row, found.purpose, found.currency,
                found.paid + found.written_off + found.units, found.paid, found.written_off,
                found.units, found.value, self._status(found, day), found.due, found.pledged_on,
            )
            for found in self.as_at(day)
        }  # fmt: skip

    def _status(self, found: Instalment, day: date) -> str:
        if not found.units:
            if found.cancelled:
                return "cancelled"
            return "written-off" if found.written_off else "in-advance" if found.advance else "paid"
        if not found.committed:
            return "pledged"
        if found.due and self.start_of(found.due) > day:
            return "deferred"
        return "partly-paid" if found.paid else "committed"

    def _collected(self, found: Instalment, day: date) -> str:
        return "collected_prior" if self.is_prior(found, day) else "collected_current"

    def _shift(self, day: date, of: Instalment, amount: Decimal) -> None:
        """A change of what was recognised: income, or below the line if of an earlier period."""
        if of.recognised:
            self._add(day, of, "adjustments" if self.is_prior(of, day) else "pledged", amount)

    def _add(self, day: date, found: Instalment, column: str, amount: Decimal) -> None:
        self.amounts.append((day, found, column, amount))

    def _keep(self, day: date, found: Instalment) -> None:
        self.now[found.label] = found
        self.history.append((day, found))
