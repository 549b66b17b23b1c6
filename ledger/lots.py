"""Guarding the lots: the mistakes with labels that Beancount itself lets pass.

With no open lot to reduce, Beancount books a new *negative* lot: a pledge paid twice, a receipt
applied twice, an unknown label all load in silence, and the next correct entry is refused. Here
each transaction is followed by account, currency, cost, date and label, and the first entry that
goes wrong is named as the cause.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from beancount.core.data import Booking, Custom, Directive, Open, Options, Pad, Transaction
from pledgebook.ledger.accounts import CLAIMS, LABELLED
from pledgebook.ledger.declarations import as_text
from pledgebook.ledger.errors import Finding, finding
from pledgebook.ledger.money import format_units, to_cents
from pledgebook.ledger.postings import Line, read_lines
from pledgebook.ledger.settings import Settings

_SAME_DAY = (
    "Entries of one day are booked in the order of their lines, whatever their file: "
    "if the entry that opens it stands below, move it above."
)


class _Key(NamedTuple):
    currency: str
    number: Decimal
    date: date


@dataclass
class _Label:
    """What is known of a label: who uses it, its commitment's date, where it was last moved."""

    account: str
    date: date
    last: Transaction
    faulty: bool = False
    lots: dict[str, dict[_Key, Decimal]] = field(default_factory=dict)

    def open_lots(self, account: str) -> dict[_Key, Decimal]:
        return {key: units for key, units in self.lots.get(account, {}).items() if units}


def check_lots(
    entries: Iterable[Directive], settings: Settings, options: Options | None = None
) -> tuple[list[Finding], list[Finding]]:
    """Return errors and notices about labels and lots, in the order of the entries."""
    guard = _Guard(settings)
    if options is not None and options["booking_method"] is not Booking.STRICT:
        guard.wrong_method(entries, str(options["booking_method"].value))
    for entry in entries:
        if isinstance(entry, Transaction):
            guard.follow(entry)
        elif isinstance(entry, Pad):
            guard.refuse_pad(entry)
        elif isinstance(entry, Open) and entry.booking not in {None, Booking.STRICT}:
            guard.refuse_method(entry)
    return guard.errors, guard.notices


class _Guard:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.labels: dict[tuple[str, str], _Label] = {}
        self.errors: list[Finding] = []
        self.notices: list[Finding] = []
        self.sources: dict[str, list[str]] = {}

    def error(self, entry: Directive, rule: str, message: str, source: Any = None) -> None:
        self.errors.append(finding(entry, rule, message, source))

    def follow(self, entry: Transaction) -> None:
        lines = [line for line in read_lines(entry, self.settings) if line.place.kind in LABELLED]
        if not lines:
            return
        labelled = [line for line in lines if self._has_label(entry, line)]
        opening = any(posting.account.endswith(":Opening-Balance") for posting in entry.postings)
        by_label: dict[tuple[str, str], list[Line]] = {}
        for line in labelled:
            by_label.setdefault((_family(line), line.label), []).append(line)
        for (family, label), own in by_label.items():
            known = self.labels.get((family, label))
            if known is not None and known.faulty:
                continue
            if family == "claim":
                problem = self._classify(entry, known, own, opening)
            else:
                problem = self._reused(known, own)
            if known is None:
                account = own[0].posting.account
                known = _Label(account, _cost_date(own[0], entry), entry)
                self.labels[family, label] = known
            if problem is None:
                problem = self._move(entry, known, own)
            if problem is not None:
                known.faulty = True
                self.error(entry, problem[0], problem[1], own[0].posting.meta)
            known.last = entry

    def _has_label(self, entry: Transaction, line: Line) -> bool:
        meta = line.posting.meta or {}
        if not line.label or self._is_bare(meta):
            self.error(
                entry,
                "no-label",
                f"A posting to {line.posting.account} names the instalment or receipt it moves: "
                f"here {format_units(line.units)} {line.currency} has no label. Write it as "
                '{…, "DONOR-YEAR-NN.K"}.',
                meta,
            )
            return bool(line.label)
        cost = line.posting.cost
        if cost is not None and cost.currency != self.settings.currency:
            self.error(
                entry,
                "cost-currency",
                f"A lot's cost is its value in {self.settings.currency}; the lot {line.label!r} "
                f"is given in {cost.currency}. Write the {self.settings.currency} equivalent.",
                meta,
            )
        return True

    def _is_bare(self, meta: Any) -> bool:
        """Tell whether a posting is written with `{}`: booking fills in the lot it found, so
        that only the file still shows that none was named.
        """
        name, number = str(meta.get("filename", "")), int(meta.get("lineno", 0))
        if name not in self.sources:
            path = Path(name)
            found = not name.startswith("<") and path.is_file()
            text = path.read_text("utf-8", "replace") if found else ""
            self.sources[name] = text.splitlines()
        lines = self.sources[name]
        return 0 < number <= len(lines) and bool(_BARE.match(lines[number - 1]))

    def _classify(
        self, entry: Transaction, known: _Label | None, lines: list[Line], opening: bool
    ) -> tuple[str, str] | None:
        """An increase is a commitment of a new label, a put-back, a move, an opening or a
        reopening that says what it reverses; anything else uses a label twice.
        """
        added = [line for line in lines if line.units > 0]
        taken = [line for line in lines if line.units < 0]
        if not added or known is None:
            return None
        label = added[0].label
        day = _cost_date(added[0], entry)
        moved = {line.posting.account for line in added} - {line.posting.account for line in taken}
        commits = as_text(entry.meta.get("event", "")) == "commitment" or any(
            line.place.kind == "memorandum" and line.posting.account in moved for line in taken
        )
        if taken and (day == known.date or (moved and commits)):
            known.date = day
            return None
        if taken:
            return (
                "pledge-redated",
                f"What is left of {label} is put back at the date of its commitment, {known.date}; "
                f"here it is put back at {day}, which would change its age. Write {known.date} "
                "between the value and the label.",
            )
        if opening and not any(known.open_lots(account) for account in known.lots):
            known.date = day
            return None
        if entry.meta.get("reverses") is not None:
            return self._reopening(entry, known, added, day)
        return (
            "label-used-twice",
            f"The label {label} was given to an instalment already, {_at(known.last)}: a label "
            "belongs to one instalment for ever. Give this one the next free number; to return "
            "a payment, say which entry is taken back with reverses:.",
        )

    def _reopening(
        self, entry: Transaction, known: _Label, added: list[Line], day: date
    ) -> tuple[str, str] | None:
        label = added[0].label
        if any(known.open_lots(account) for account in known.lots):
            return (
                "label-used-twice",
                f"{label} still has an open lot, {_at(known.last)}: take it out and put the whole "
                "amount back in one entry.",
            )
        if day != known.date:
            return (
                "pledge-redated",
                f"{label} is reopened at the date of its commitment, {known.date}, not at {day}: "
                f"write {known.date} between the value and the label.",
            )
        taken = sum(
            (line.units for line in _reversed_lines(entry, known, self.settings)), Decimal(0)
        )
        units = sum((line.units for line in added), Decimal(0))
        if units > -taken:
            return (
                "reopened-too-much",
                f"{label} is reopened with {format_units(units)} {added[0].currency}, but the "
                f"entry it reverses ({as_text(entry.meta['reverses'])}) took out "
                f"{format_units(-taken)}: put back no more than that, and name the entry by its "
                "date or ref.",
            )
        return None

    def _reused(self, known: _Label | None, lines: list[Line]) -> tuple[str, str] | None:
        line = lines[0]
        if line.place.kind != "unapplied" or known is None or line.units > 0:
            return None
        if known.open_lots(line.posting.account) or len(lines) > 1:
            return None
        return (
            "label-used-twice",
            f"The receipt {line.label} was recorded already, {_at(known.last)}: give this one "
            "the next free number.",
        )

    def _move(self, entry: Transaction, known: _Label, lines: list[Line]) -> tuple[str, str] | None:
        accounts = {}
        for line in lines:
            lots = known.lots.setdefault(line.posting.account, {})
            accounts[line.posting.account] = line
            key = _Key(line.currency, line.posting.cost.number, _cost_date(line, entry))  # type: ignore[union-attr, arg-type]
            lots[key] = lots.get(key, Decimal(0)) + line.units
        for account, line in accounts.items():
            sign = 1 if line.place.kind in CLAIMS else -1
            open_lots = known.open_lots(account)
            wrong = [key for key, units in open_lots.items() if units * sign < 0]
            if wrong:
                return self._wrong_sign(entry, known, line, wrong[0], open_lots)
            if len(open_lots) > 1:
                return (
                    "two-lots",
                    f"{line.label} has two open lots in {account} after this entry: take the "
                    "whole lot out and put back what is left, in one entry.",
                )
            if open_lots and len(lines) == 1 and line.units * sign < 0:
                self._notice_part(entry, line, next(iter(open_lots.items())))
            elif open_lots:
                self._notice_cents(entry, line, next(iter(open_lots.items())))
        return None

    def _wrong_sign(
        self,
        entry: Transaction,
        known: _Label,
        line: Line,
        key: _Key,
        open_lots: dict[_Key, Decimal],
    ) -> tuple[str, str]:
        amount = f"{format_units(abs(line.units))} {line.currency}"
        others = {other.currency for other in open_lots} - {key.currency}
        if others:
            return (
                "other-currency",
                f"{line.label} is held in {', '.join(sorted(others))}; this entry takes out "
                f"{amount}. Write the amount in {', '.join(sorted(others))}, or redenominate "
                "the instalment first.",
            )
        if known.last is entry:
            near = difflib.get_close_matches(
                line.label, [label for _, label in self.labels if label != line.label], 2, 0.8
            )
            hint = f" Near it are {', '.join(near)}." if near else ""
            return (
                "unknown-label",
                f"{amount} is taken out of {line.label}, which no entry before {entry.date} has "
                f"opened: correct the label or the date.{hint} {_SAME_DAY}",
            )
        return (
            "paid-twice",
            f"{amount} is taken out of {line.label}, of which so much is no longer there; it was "
            f"last moved {_at(known.last)}. Take this entry out, or correct its label or amount. "
            f"{_SAME_DAY}",
        )

    def _notice_part(self, entry: Transaction, line: Line, left: tuple[_Key, Decimal]) -> None:
        key, units = left
        before = units - line.units
        value = to_cents(to_cents(before * key.number) * units / before)
        self.notices.append(
            finding(
                entry,
                "part-by-hand",
                f"Part of {line.label} is taken out and the rest left, which hides a fraction of "
                f"a cent. Write instead: {format_units(-before)} {line.currency} "
                f'{{"{line.label}"}} and {format_units(units)} {line.currency} {{0 # {value} '
                f'{self.settings.currency}, {key.date}, "{line.label}"}}.',
                line.posting.meta,
            )
        )

    def _notice_cents(self, entry: Transaction, line: Line, lot: tuple[_Key, Decimal]) -> None:
        key, units = lot
        value = units * key.number
        if abs(value - to_cents(value)) > Decimal("0.00001") and line.units == units:
            self.notices.append(
                finding(
                    entry,
                    "cents",
                    f"A lot costs whole cents; {line.label} costs {value.normalize():f}. Write "
                    f"its value in all: {{0 # {to_cents(value)} {key.currency}}}.",
                    line.posting.meta,
                )
            )

    def wrong_method(self, entries: Iterable[Directive], method: str) -> None:
        for entry in entries:
            if isinstance(entry, Custom) and entry.type == "fund":
                self.error(
                    entry,
                    "booking-method",
                    f"The book's booking method is {method}; lots are found by their labels only "
                    'with STRICT. Write option "booking_method" "STRICT", or take the option out.',
                )
                return

    def refuse_method(self, entry: Open) -> None:
        place = self.settings.place(entry.account)
        if place is not None and place.kind in LABELLED and entry.booking is not None:
            self.error(
                entry,
                "booking-method",
                f"{entry.account} is opened with the booking method {entry.booking.value}; lots "
                "are found by their labels only with STRICT. Take the method out.",
            )

    def refuse_pad(self, entry: Pad) -> None:
        for account in (entry.account, entry.source_account):
            if self.settings.place(account) is not None:
                self.error(
                    entry,
                    "pad",
                    f"A pad would write into {account} whatever makes a balance fit, in any "
                    "period: record what happened instead.",
                )
                return


def _family(line: Line) -> str:
    return "claim" if line.place.kind in CLAIMS else line.place.kind


def _cost_date(line: Line, entry: Transaction) -> date:
    cost = line.posting.cost
    day = cost.date if cost is not None else None
    return day or entry.date


def _at(entry: Transaction) -> str:
    name = Path(str(entry.meta.get("filename", ""))).name
    return f"on {entry.date} ({name}:{entry.meta.get('lineno', 0)})"


def _reversed_lines(entry: Transaction, known: _Label, settings: Settings) -> list[Line]:
    """Return the reductions of the label in the entry that `reverses:` names (date or ref)."""
    target = known.last
    named = as_text(entry.meta["reverses"])
    if named not in {target.date.isoformat(), as_text(target.meta.get("ref", ""))}:
        return []
    labels = {posting.cost.label for posting in entry.postings if posting.cost}
    return [
        line
        for line in read_lines(target, settings)
        if line.place.kind in CLAIMS and line.label in labels
    ]


_BARE = re.compile(r"[^;\"]*\{\s*\}")
