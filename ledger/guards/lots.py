"""Guarding the lots: the mistakes with labels that Beancount itself lets pass.

With no open lot to reduce, Beancount books a new *negative* lot: a pledge paid twice, a receipt
applied twice, an unknown label all load in silence, and the next correct entry is refused. Here
each transaction is followed by account, currency, cost, date and label, and the first entry that
goes wrong is named as the cause. An entry that Beancount did refuse is read as written, so that
the reason is told in words of pledges.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from beancount.core.data import Booking, Custom, Directive, Open, Pad, Posting, Transaction
from msgspec import Struct, field
from pledgebook.ledger.declared.chart import CLAIMS, LABELLED, PAPERS, WITH_INSTALMENT, Place
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.findings import Finding, finding, notice, place_of
from pledgebook.ledger.guards.reversing import take_back
from pledgebook.ledger.money import format_units, round_to, share
from pledgebook.ledger.register.carried import Taken, carried_payments
from pledgebook.ledger.register.events import event_of
from pledgebook.ledger.register.history import carried_from, is_closing
from pledgebook.ledger.register.postings import Line, read_lines, stated
from pledgebook.ledger.register.view import View

_SAME_DAY = "Entries of one day are booked in the order of their lines, whatever their file"
_NOUNS = {
    "deferred": "the deferral of",
    "in-advance": "the advance of",
    "unapplied": "receipt",
    "notes": "the note of",
}

Problem = tuple[str, str]
"""The rule that is broken and the sentence that says so."""


class _Key(NamedTuple):
    account: str
    currency: str
    number: Decimal
    date: date


class _Label(Struct, kw_only=True):
    """What is known of a label: its commitment's date, its lots, what each entry took out."""

    date: date
    last: Transaction
    faulty: bool = False
    pledged_only: bool = False
    lots: dict[_Key, Decimal] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)

    def open_lots(self) -> dict[_Key, Decimal]:
        return {key: units for key, units in self.lots.items() if units}


def guard(view: View) -> list[Finding]:
    """Return errors and notices about labels and lots, in the order of the entries."""
    following = _Following(view)
    options = view.options
    if options is not None and options["booking_method"] is not Booking.STRICT:
        following.refuse_option(str(options["booking_method"].value))
    for entry in view.entries:
        if isinstance(entry, Transaction):
            if id(entry) in view.plain:
                continue
            if entry.postings:
                following.follow(entry)
            else:
                following.explain(entry)
        elif isinstance(entry, Pad):
            following.refuse_pad(entry)
        elif isinstance(entry, Open) and entry.booking not in {None, Booking.STRICT}:
            following.refuse_method(entry)
    return following.found


class _Following:
    def __init__(self, view: View) -> None:
        self.view = view
        self.entries = view.entries
        self.settings = view.settings
        self.labels: dict[tuple[str, str], _Label] = {}
        self.found: list[Finding] = []
        self.sources = view.sources
        self.continues = bool(self.settings.seals)  # a period that left nothing has no opening
        """Whether the book begins with what another left: it may have settled an instalment."""
        self.carried: dict[str, list[Taken]] = {}
        """What was paid and written off of instalments before the book began."""

    def error(
        self, entry: Directive, rule: str, message: str, source: Mapping[str, Any] | None = None
    ) -> None:
        self.found.append(finding(entry, rule, message, source))

    def follow(self, entry: Transaction) -> None:
        """Follow what a booked transaction does to each label it names."""
        lines = read_lines(entry, self.settings)
        opening = bool(carried_from(entry)) or any(
            line.place.kind == "opening-balance" for line in lines
        )
        if opening:
            self.continues = True
            self.carried |= carried_payments(entry, lines)
        by_label: dict[tuple[str, str], list[Line]] = {}
        for line in lines:
            if line.place.kind in LABELLED and self._has_label(entry, line):
                by_label.setdefault((_family(line.place), line.label), []).append(line)
        for key, own in by_label.items():
            known = self.labels.get(key)
            if known is None:
                known = self.labels[key] = _Label(date=_cost_date(own[0], entry), last=entry)
                if key[0] == "claim" and key[1] in self.carried:
                    known.taken.extend(self.carried[key[1]])
                problem = self._returned_nothing(entry, known, own) or self._move(entry, known, own)
            elif known.faulty:
                continue
            else:
                problem = self._classify(entry, known, own, opening=opening)
                problem = problem or self._move(entry, known, own)
            if problem is not None:
                known.faulty = True
                self.error(entry, *problem, own[0].posting.meta)
            known.last = entry

    def _has_label(self, entry: Transaction, line: Line) -> bool:
        if not line.label or self.sources.names_no_label(line.posting):
            self.error(
                entry,
                "no-label",
                f"A posting to {line.posting.account} names the instalment or receipt it moves; "
                f"here {format_units(line.units)} {line.currency} has no label. Write it between "
                'braces: {"DONOR-YEAR-NN.K"}.',
                line.posting.meta,
            )
            return bool(line.label)
        cost = line.posting.cost
        if cost is not None and cost.currency != self.settings.currency:
            self.error(
                entry,
                "cost-currency",
                f"A lot's cost is its value in {self.settings.currency}; the lot {line.label} "
                f"is given in {cost.currency}. Write the {self.settings.currency} equivalent.",
                line.posting.meta,
            )
        return True

    def _classify(
        self, entry: Transaction, known: _Label, lines: list[Line], *, opening: bool
    ) -> Problem | None:
        """An increase under a known label is a put-back, a move, an opening or a reopening that
        says what it reverses; anything else uses the label twice.
        """
        kind = lines[0].place.kind
        added = [line for line in lines if _adds(line)]
        taken = [line for line in lines if not _adds(line)]
        if not added or kind in WITH_INSTALMENT:
            return None
        label, day = added[0].label, _cost_date(added[0], entry)
        if taken and kind == "unapplied":
            return None  # how long the money waits is told by the day it came
        if taken:
            commits = _commits(entry, added, taken)
            if day != known.date and not (commits and (known.pledged_only or _moved(added, taken))):
                return (
                    "pledge-redated",
                    f"What is left of {label} is put back at its first date, {known.date}; at "
                    f"{day}, as here, it would change its age. Write {known.date} between the "
                    "value and the label.",
                )
            known.date = day
            known.pledged_only = known.pledged_only and not commits
            return self._take_back(entry, known, lines)
        if opening and not known.open_lots():
            known.date = day
            return None
        if entry.meta.get("event") == "note-dishonoured":
            return _reopening(known, label, day)
        if entry.meta.get("reverses") is not None:
            return _reopening(known, label, day) or self._take_back(entry, known, lines)
        noun = "a receipt" if kind == "unapplied" else "an instalment"
        return (
            "label-used-twice",
            f"The label {label} was given to {noun} before, last moved {_at(known.last)}: a label "
            "belongs to one for ever. Give this one the next free number; to return a payment, "
            "say which entry is taken back with reverses:.",
        )

    def _take_back(self, entry: Transaction, known: _Label, lines: list[Line]) -> Problem | None:
        """What is put back of a label by an entry that takes another back is what that one took."""
        units = sum((line.units for line in lines), Decimal(0))
        event = event_of(entry, read_lines(entry, self.settings))
        named = entry.meta.get("reverses") is not None
        returned = event == "returned-payment" and lines[0].place.kind in CLAIMS
        if not units or (units > 0) != _is_owed(lines[0].place) or not (named or returned):
            return None
        added = next(line for line in lines if _adds(line))
        left = take_back(entry, event, added.label, known.taken, abs(units), added.currency)
        if isinstance(left, tuple):
            return left
        known.taken = left
        return None

    def _returned_nothing(
        self, entry: Transaction, known: _Label, lines: list[Line]
    ) -> Problem | None:
        """A payment that is taken back was made: here, or in a book that this one continues."""
        if not all(map(_adds, lines)) or lines[0].place.kind not in CLAIMS:
            return None
        event = event_of(entry, read_lines(entry, self.settings))
        named = entry.meta.get("reverses")
        if named is None and event != "returned-payment":
            return None
        if known.taken:
            return self._take_back(entry, known, lines)
        if self.continues:
            known.taken = [each for own in carried_payments(entry, lines).values() for each in own]
            return None
        return (
            "reverses",
            f"A returned payment opens an instalment again that was paid; no entry before this one "
            f"has taken anything out of {lines[0].label}. Correct the label, or record its "
            "commitment and its payment first.",
        )

    def _move(self, entry: Transaction, known: _Label, lines: list[Line]) -> Problem | None:
        before = known.open_lots()
        out: dict[_Key, Decimal] = {}
        for line in lines:
            key = _key(line, entry)
            known.lots[key] = known.lots.get(key, Decimal(0)) + line.units
            if not _adds(line):
                out[key] = out.get(key, Decimal(0)) + line.units
        added = [line for line in lines if _adds(line)]
        after = known.open_lots()
        for line in lines:
            key = _key(line, entry)
            if key in after and _is_owed(line.place) != (after[key] > 0):
                return self._nothing_left(entry, known, line, before)
        for key, units in before.items():
            if added and key in out and units + out[key]:
                return (
                    "whole-lot",
                    f"Every event takes the whole lot out and puts back what is left; here "
                    f"{format_units(abs(out[key]))} of {format_units(abs(units))} {key.currency} "
                    f"of {lines[0].label} is taken out. Take out "
                    f"{format_units(abs(units))} {key.currency} and put the rest back.",
                )
        if len(after) > 1:
            lots = " and ".join(
                f"{format_units(abs(units))} {key.currency} of {key.date} in {key.account}"
                for key, units in after.items()
            )
            return (
                "two-lots",
                f"A label has one open lot; after this entry {lines[0].label} would have "
                f"{lots}. Take the whole lot out and put everything back as one, at its first "
                "date.",
            )
        known.pledged_only = known.pledged_only or any(
            stated(entry, line.posting, "status") == "pledged" for line in added
        )
        net = sum((line.units for line in lines), Decimal(0))
        if net and _is_owed(lines[0].place) == (net < 0) and not is_closing(entry):
            event = event_of(entry, read_lines(entry, self.settings))
            known.taken.append(
                Taken(entry=entry, event=event, units=abs(net), currency=lines[0].currency)
            )
        if _is_owed(lines[0].place):
            for key, units in after.items():
                self._remark(entry, lines, added, key, units)
        return None

    def _remark(
        self, entry: Transaction, lines: list[Line], added: list[Line], key: _Key, units: Decimal
    ) -> None:
        """Note a part taken out by hand, or a lot that does not cost whole cents."""
        label, currency = lines[0].label, self.settings.currency
        places = self.settings.decimals
        value = units * key.number
        if not added:
            before = units - sum((line.units for line in lines), Decimal(0))
            value = share(round_to(before * key.number, places), units, before, places)
            message = (
                f"Part of {label} is taken out and the rest left, which can hide a fraction of a "
                f"cent. Write instead:\n  {key.account} {format_units(-before)} {key.currency} "
                f'{{"{label}"}}\n  '
            )
            rule = "part-by-hand"
        elif abs(value - round_to(value, places)) > Decimal("0.00001"):
            message = f"A lot costs whole cents; {label} costs {value.normalize():f}. Write: "
            rule = "cents"
        else:
            return
        message += (
            f"{key.account} {format_units(units)} {key.currency} "
            f'{{0 # {round_to(value, places):f} {currency}, {key.date}, "{label}"}}'
        )
        self.found.append(notice(entry, rule, message, lines[0].posting.meta))

    def _nothing_left(
        self, entry: Transaction, known: _Label, line: Line, before: dict[_Key, Decimal]
    ) -> Problem:
        if known.last is entry:
            return self._unknown(entry, line.label, abs(line.units), line.currency)
        accounts = {other.account for other in before}
        if before and line.posting.account not in accounts:
            return _elsewhere(line.label, line.posting.account, accounts)
        return _too_much(known, line.place, line.label, (abs(line.units), line.currency), before)

    def _unknown(self, entry: Transaction, label: str, units: Decimal, currency: str) -> Problem:
        amount = f"{format_units(units)} {currency}"
        later = self._opened_by(label, entry)
        if later is not None:
            advice = (
                f"{_SAME_DAY}: move this entry below that one."
                if later.date == entry.date
                else "Correct the date or the label."
            )
            return (
                "unknown-label",
                f"{amount} is taken out of {label} before it is opened, {_at(later)}. {advice}",
            )
        opened = {name for (_, name), item in self.labels.items() if item.lots}
        opened |= self._opened_plainly(entry)
        near = difflib.get_close_matches(label, [name for name in opened if name != label], 2, 0.8)
        hint = f" Near it: {', '.join(near)}." if near else ""
        return (
            "unknown-label",
            f"{amount} is taken out of {label}, which no entry has opened: correct the label, or "
            f"record what opens it first.{hint}",
        )

    def _opened_plainly(self, entry: Transaction) -> set[str]:
        """Return the labels that plain entries have opened before this one."""
        opened = set()
        for other in self.entries:
            if other is entry:
                break
            plain = self.view.plain.get(id(other))
            if plain is not None and not plain.is_payment and isinstance(other, Transaction):
                opened |= {line.label for line in self.view.lines(other) if line.label}
        return opened

    def _opened_by(self, label: str, entry: Transaction) -> Transaction | None:
        """Return the entry that opens a label after `entry`, if one does."""
        for other in self.entries:
            if isinstance(other, Transaction) and other is not entry:
                lines = [line for line in read_lines(other, self.settings) if line.label == label]
                if lines and all(_adds(line) for line in lines):
                    return other
        return None

    def explain(self, entry: Transaction) -> None:
        """Say in words of pledges why Beancount refused an entry, which it left without postings.

        Its labels are followed no further: what comes after is a consequence.
        """
        for posting in self.sources.postings(entry):
            place = self.settings.place(posting.account)
            label = getattr(posting.cost, "label", None)
            if place is None or place.kind not in LABELLED or not label:
                continue
            key = (_family(place), label)
            known = self.labels.get(key)
            number = getattr(posting.units, "number", None)
            if isinstance(number, Decimal) and not _opens(place, number):
                problem = self._why(entry, posting, known, label)
                if problem is not None and not (known and known.faulty):
                    self.error(entry, *problem, posting.meta)
            if known is None:
                known = self.labels[key] = _Label(date=entry.date, last=entry)
            known.faulty = True

    def _why(
        self, entry: Transaction, posting: Posting, known: _Label | None, label: str
    ) -> Problem | None:
        units, place = posting.units, self.settings.place(posting.account)
        assert units is not None
        assert units.number is not None
        assert place is not None
        if known is None:
            return self._unknown(entry, label, abs(units.number), units.currency)
        lots = known.open_lots()
        amount = (abs(units.number), units.currency)
        if sum(map(abs, lots.values())) < amount[0] or units.currency not in {
            key.currency for key in lots
        }:
            return _too_much(known, place, label, amount, lots)
        accounts = {key.account for key in lots}
        if posting.account not in accounts:
            return _elsewhere(label, posting.account, accounts)
        return None

    def refuse_option(self, method: str) -> None:
        """Refuse a booking method of the whole book, at the first fund it declares."""
        for entry in self.entries:
            if isinstance(entry, Custom) and entry.type == "fund":
                self.error(
                    entry,
                    "booking-method",
                    f"The book's booking method is {method}; lots are found by their labels only "
                    'with STRICT. Write option "booking_method" "STRICT", or take the option out.',
                )
                return

    def refuse_method(self, entry: Open) -> None:
        """Refuse another booking method than STRICT for an account of lots."""
        place = self.settings.place(entry.account)
        if place is not None and place.kind in LABELLED and entry.booking is not None:
            self.error(
                entry,
                "booking-method",
                f"{entry.account} is opened with the booking method {entry.booking.value}; lots "
                "are found by their labels only with STRICT. Take the method out.",
            )

    def refuse_pad(self, entry: Pad) -> None:
        """Refuse `pad` on a fund's account."""
        for account in (entry.account, entry.source_account):
            if self.settings.place(account) is not None:
                self.error(
                    entry,
                    "pad",
                    f"A pad would write into {account} whatever makes a balance fit, in any "
                    "period: record what happened instead.",
                )
                return


def _elsewhere(label: str, account: str, accounts: Iterable[str]) -> Problem:
    return (
        "other-account",
        f"{label} stands in {', '.join(sorted(accounts))}, not in {account}: correct the account.",
    )


def _too_much(
    known: _Label,
    place: Place,
    label: str,
    amount: tuple[Decimal, str],
    lots: dict[_Key, Decimal],
) -> Problem:
    """Say that more is taken out than is there, or in another currency."""
    units, currency = amount
    shown = f"{format_units(units)} {currency}"
    noun = _NOUNS.get(place.kind, "instalment")
    held = {key.currency for key in lots}
    if held and currency not in held:
        wanted = ", ".join(sorted(held))
        return (
            "other-currency",
            f"{noun.capitalize()} {label} is held in {wanted}; this entry takes out {shown}. "
            f"Write the amount in {wanted}, or redenominate the instalment first.",
        )
    if lots:
        left = sum((abs(number) for number in lots.values()), Decimal(0))
        return (
            "more-than-outstanding",
            f"{shown} is taken out of {noun} {label}, of which {format_units(left)} {currency} "
            f"is left; it was last moved {_at(known.last)}. Correct the amount; money beyond what "
            "is owed is an unapplied receipt.",
        )
    return (
        "paid-twice",
        f"{shown} is taken out of {noun} {label}, of which nothing is left: the last was taken "
        f"out {_at(known.last)}. If both are the same event, take this entry out; else correct "
        f"its label. {_SAME_DAY}.",
    )


def _reopening(known: _Label, label: str, day: date) -> Problem | None:
    """Check that a label of which nothing is left is opened again, at its first date."""
    if known.open_lots():
        return (
            "label-used-twice",
            f"{label} still has an open lot, {_at(known.last)}: take it out and put the whole "
            "amount back in one entry.",
        )
    if day != known.date:
        return (
            "pledge-redated",
            f"{label} is opened again at its first date, {known.date}, not at {day}: write "
            f"{known.date} between the value and the label.",
        )
    return None


def _commits(entry: Transaction, added: Iterable[Line], taken: Iterable[Line]) -> bool:
    """Tell whether an entry makes a commitment of what was only pledged."""
    return as_text(entry.meta.get("event", "")) == "commitment" or (
        any(line.place.kind == "memorandum" for line in taken)
        and any(line.place.kind == "pledges" for line in added)
    )


def _moved(added: Iterable[Line], taken: Iterable[Line]) -> bool:
    return {line.posting.account for line in added} != {line.posting.account for line in taken}


def _family(place: Place) -> str:
    return "claim" if place.kind in CLAIMS else place.kind


def _is_owed(place: Place) -> bool:
    return place.kind in CLAIMS or place.kind in PAPERS


def _opens(place: Place, units: Decimal) -> bool:
    return (units > 0) == _is_owed(place)


def _adds(line: Line) -> bool:
    return _opens(line.place, line.units)


def _key(line: Line, entry: Transaction) -> _Key:
    cost = line.posting.cost
    number = getattr(cost, "number", None) or Decimal(0)
    return _Key(line.posting.account, line.currency, number, _cost_date(line, entry))


def _cost_date(line: Line, entry: Transaction) -> date:
    cost = line.posting.cost
    day = cost.date if cost is not None else None
    return day or entry.date


def _at(entry: Transaction) -> str:
    return f"on {entry.date} ({place_of(entry.meta)})"
