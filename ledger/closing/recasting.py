"""A book as another recognition policy would have kept it: the same events, other entries.

The view is a book itself: each entry that touches an instalment of the classes asked for is made
again by the other policy's rules, and everything else (cash, charges, spending) stays as it is. So
the register, the schedule and the statements read a view as they read any book.

What an instalment owes and is worth is the same under each policy. What differs is what stands
against it: the contra account of a memorandum, a deferral, or income.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from beancount.core.data import Custom, Directive, Posting, Transaction
from msgspec import structs
from pledgebook.ledger.closing.recast_postings import Postings
from pledgebook.ledger.declared.chart import CLAIMS, LABELLED, account, kinds_that
from pledgebook.ledger.declared.declarations import as_date, as_text
from pledgebook.ledger.declared.policies import Group
from pledgebook.ledger.events.parts import Advance
from pledgebook.ledger.money import ZERO, share
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.events import GIVEN_UP, REASSIGNED, RECEIVING, events_that, names_of
from pledgebook.ledger.register.postings import Line, read_lines
from pledgebook.ledger.register.register import PLEDGED_ON, RECORDED_AS, Change, Claim, Gift

_DAY = timedelta(days=1)
_MADE_AGAIN = kinds_that("is_recast")
_CARRIED = events_that("carries")


def view_under(book: Book, policies: Mapping[Group, str], until: date) -> Book:
    """Return `book` as it would stand had each class of `policies` always been kept under its
    policy there; classes not named stay as they are.

    Releases that a class under `pledge` needs, and the book has no entry of, are made on the first
    day of the instalment's period, up to `until`. Needs a book without errors.
    """
    changed = {
        (change.after.fund, change.after.class_)
        for change in book.register.changes
        if change.event == "policy-change"
    }
    funds = book.settings.funds
    affected = {
        group: policy
        for group, policy in policies.items()
        if group in changed or funds[group[0]].policy(group[1]) != policy
    }
    if not affected:
        return book
    _add_reached(book, affected)
    return book.with_entries(_Recasting(book, affected).entries(until))


def _add_reached(book: Book, affected: dict[Group, str]) -> None:
    """Add the classes to which an instalment moved from an affected one, or from there: what was
    income of an earlier period under one policy may be of this under the other, on both sides.
    """
    moves = {
        ((before.fund, before.class_), (after.fund, after.class_))
        for change in book.register.changes
        for before, after in [(change.before, change.after)]
        if before is not None and (before.fund, before.class_) != (after.fund, after.class_)
    }
    reached = set(affected)
    while reached:
        reached = {
            other for pair in moves for other in pair if set(pair) & reached
        } - affected.keys()
        affected |= {
            (fund, class_): book.settings.funds[fund].policy(class_) for fund, class_ in reached
        }


class _Recasting:
    """One pass over the entries; `claims` are the instalments as the view has them, `advances` the
    money it holds in advance, `waiting` what is to be released when.
    """

    def __init__(self, book: Book, policies: Mapping[Group, str]) -> None:
        self.book = book
        self.settings = book.settings
        self.make = Postings(book.settings)
        self.policies = policies
        self.claims: dict[str, Claim] = {}
        self.advances: dict[str, Advance] = {}
        self.waiting: list[tuple[date, str]] = []
        self.paid_early: dict[tuple[str, str], Change] = {}
        self.carried_early: dict[str, date] = {}
        self.changes: dict[int, list[Change]] = {}
        for change in book.register.changes:
            self.changes.setdefault(id(change.entry), []).append(change)
        self.gifts: dict[int, list[Gift]] = {}
        for gift in book.register.gifts:
            self.gifts.setdefault(id(gift.entry), []).append(gift)

    def entries(self, until: date) -> Iterator[Directive]:
        """Yield the view's entries, in order."""
        for entry in self.book.entries:
            if isinstance(entry, Custom) and entry.type == "fund":
                yield self._declaration(entry)
            elif isinstance(entry, Transaction):
                yield from self._releases(entry.date)
                yield from self._recast(entry)
            else:
                yield entry
        yield from self._releases(until)

    def _declaration(self, entry: Custom) -> Custom:
        """State the view's policies where the fund is declared."""
        code = str(entry.values[0].value) if entry.values else ""
        fund = self.settings.funds.get(code)
        own = {class_: policy for (of, class_), policy in self.policies.items() if of == code}
        if fund is None or not own:
            return entry
        stated = {f"recognition-{class_}": policy for class_, policy in own.items()}
        return entry._replace(meta={**entry.meta, "classes": " ".join(fund.classes), **stated})

    def _recast(self, entry: Transaction) -> Iterator[Transaction]:
        changes = [
            change
            for change in self.changes.get(id(entry), ())
            if self._sides(change) != [None] * 2
        ]
        if not changes:
            for change in self.changes.get(id(entry), ()):
                self.claims[change.label] = change.after
            return (yield entry)
        event = changes[0].event
        lines = read_lines(entry, self.settings)
        postings = self._kept(lines, changes, entry)
        gifts: list[Posting] = []
        for change in self.changes[id(entry)]:
            before = self.claims.get(change.label)
            if change not in changes:
                self.claims[change.label] = change.after
            elif event != "release":
                after = self._stand(change, before)
                self.claims[change.label] = after
                self._wait_for(after, entry.date)
                postings += self._made(change, before, after, _meta_of(lines, change.label))
        if any(self.claims[change.label].kind == "memorandum" for change in changes):
            postings, gifts = self._apart(entry, postings)
        if event in _CARRIED:
            postings += self._advances_carried(lines, changes)
            postings += self._residue(entry, lines, postings)
        if event not in {"release", "policy-change"} or len(changes) < len(self.changes[id(entry)]):
            yield entry._replace(postings=postings, meta={**entry.meta, "event": event})
        if gifts:
            yield entry._replace(
                postings=gifts, meta={**entry.meta, "event": "receipt-without-pledge"}
            )
        return None

    def _sides(self, change: Change) -> list[str | None]:
        """Return the policy of the view for the instalment before and after, None where the book's
        own lines stay.
        """
        return [self._policy(change.before), self._policy(change.after)]

    def _policy(self, claim: Claim | None) -> str | None:
        return self.policies.get((claim.fund, claim.class_)) if claim else None

    def _kept(self, lines: list[Line], changes: list[Change], entry: Transaction) -> list[Posting]:
        """Return the postings that no policy changes."""
        labels = {change.label for change in changes}
        groups = {
            (claim.fund, claim.class_)
            for change in changes
            for claim in (change.before, change.after)
            if claim is not None and self._policy(claim)
        }
        gifts = {id(gift.posting) for gift in self.gifts.get(id(entry), ())}
        carried = {"opening-balance"} if changes[0].event in _CARRIED else set()
        return [
            line.posting
            for line in lines
            if (line.place.fund, line.class_) not in groups
            or line.place.kind not in _MADE_AGAIN | carried
            or id(line.posting) in gifts
            or (line.place.kind in LABELLED and line.label not in labels)
        ]

    def _stand(self, change: Change, before: Claim | None) -> Claim:
        """Return the instalment after the change as the view's policy has it."""
        claim, day, policy = change.after, change.date, self._policy(change.after)
        if policy is None:
            return claim
        if not claim.committed:
            return structs.replace(claim, kind="memorandum", recognised=None)
        kind = "memorandum" if policy == "receipt" else "pledges"
        if before is not None and not claim.is_open:
            return structs.replace(claim, kind=kind, recognised=before.recognised)
        starts = max(
            claim.pledged_on, self.settings.periods.start_of(claim.due or claim.pledged_on)
        )
        recognised: date | None = starts
        carried = change.event == "opening"  # what is due from its day on was deferred before it
        if policy == "pledge" and (starts > day or (carried and starts == day)):
            recognised = None
        elif policy != "receipt":
            recognised = min(starts, day - _DAY) if carried else day
        if before is not None and recognised is not None and before.is_recognised(day):
            recognised = before.recognised if recognised <= day else recognised
        return structs.replace(claim, kind=kind, recognised=recognised)

    def _made(
        self, change: Change, before: Claim | None, after: Claim, meta: dict[str, object]
    ) -> list[Posting]:
        """Return one instalment's postings in the view."""
        out = before if self._policy(change.before) else None
        back = after if self._policy(change.after) else None
        postings = []
        if out is not None and out.is_open and change.before != change.after:
            postings.append(self.make.lot(out, -out.units, {}))
        if back is not None and back.is_open and change.before != change.after:
            postings.append(self.make.lot(back, back.units, meta))
        receiving = change.event in RECEIVING
        same = (
            out is not None and back is not None and out.is_deferred and back.is_deferred
            and (out.value, out.fund, out.class_, out.donor)
            == (back.value, back.fund, back.class_, back.donor)
        )  # fmt: skip
        if out is not None and back is not None and out.donor != back.donor:
            postings += self._advance_moved(out, back)
        if same:
            return postings
        if change.event == REASSIGNED:
            return postings + self._reassigned(out, back, change)
        settled = ZERO
        for claim, amount in (
            (out, out.value if out else ZERO),
            (back, back.value if back else ZERO),
        ):
            if claim is None:
                continue
            signed = amount if claim is out else -amount
            if claim.kind == "memorandum":
                postings += self.make.value(claim, "contra", signed)
            elif claim.is_deferred:
                postings += self.make.held(claim, "deferred", signed, change.date)
            elif receiving:
                settled += signed
            elif change.event not in _CARRIED:
                postings += self.make.value(claim, self._takes_up(claim, change), signed)
        if receiving and back is not None:
            postings += self._received(change, out or back, back, settled)
        return postings

    def _advance_moved(self, out: Claim, back: Claim) -> list[Posting]:
        """Return what is held in advance, which goes to another donor with its instalment."""
        held = self.advances.get(back.label)
        if held is None:
            return []
        taken = self.make.held(out, "in-advance", held.value, held.since)
        return taken + self.make.held(back, "in-advance", -held.value, held.since)

    def _reassigned(self, out: Claim | None, back: Claim | None, change: Change) -> list[Posting]:
        """Return what a reassignment moves beside lots. The income of both donors is of one class
        and comes to nothing in it; a posting of nothing names an instalment that has no lot.
        """
        claim = back or out or change.after
        postings = self.make.value(claim, "contributions", ZERO, claim.label)
        if out is not None and back is not None and back.is_deferred and back.is_open:
            postings += self.make.held(out, "deferred", out.value, change.date)
            postings += self.make.held(back, "deferred", -back.value, change.date)
        return postings

    def _takes_up(self, claim: Claim, change: Change) -> str:
        """Name the kind of account that takes up the value of a recognised instalment."""
        if change.event == "revaluation":
            return "revaluation"
        if change.event in GIVEN_UP:
            return "written-off"
        prior = claim.is_prior(self.settings.periods.start_of(change.date))
        return "prior-period" if prior else "contributions"

    def _received(self, change: Change, out: Claim, back: Claim, settled: Decimal) -> list[Posting]:
        """Return what money received for an instalment becomes: held in advance before its period,
        else income under `receipt` and exchange under the others.
        """
        claim = out if out.is_open else back
        value = change.received + change.advanced
        held = self.advances.get(change.label)
        if not claim.is_recognised(change.date) and self._policy(claim) != "agreement":
            now = Advance(
                (held.value if held else ZERO) + value, held.since if held else change.date
            )
            self.advances[change.label] = now
            for name in names_of(change.entry) if value > 0 else ():
                self.paid_early[change.label, name] = change
            self._wait_for(claim, change.date)
            postings = self.make.held(claim, "in-advance", held.value, held.since) if held else []
            return postings + self.make.held(claim, "in-advance", -now.value, now.since)
        if claim.kind == "memorandum":
            return self.make.value(claim, "contributions", -value, change.label)
        income = self._income_of(change, value)
        if income is None:
            return self.make.value(claim, "exchange", settled - value, change.label)
        postings = self.make.value(claim, "exchange", income - value)
        return postings + self.make.value(claim, self._takes_up(claim, change), settled - income)

    def _income_of(self, change: Change, value: Decimal) -> Decimal | None:
        """Return what of a payment that is taken back became income as money in advance (negative),
        None where none of it did.
        """
        name = as_text(change.entry.meta.get("reverses", ""))
        if change.event != "returned-payment":
            return None
        paid = self.paid_early.get((change.label, name))
        if paid is not None and paid.before is not None:
            back = change.after.units - (change.before.units if change.before else Decimal(0))
            units = paid.before.units - paid.after.units
            return -share(paid.received + paid.advanced, back, units, paid.after.decimals)
        opened, day = self.carried_early.get(change.label), as_date(name)
        return value if opened and day and day < opened else None

    def _releases(self, day: date) -> Iterator[Transaction]:
        """Yield the releases due by `day`: of what is deferred, and of what is held in advance."""
        while self.waiting and self.waiting[0][0] <= day:
            released_on, label = heapq.heappop(self.waiting)
            claim = self.claims[label]
            if self._policy(claim) is None or self._starts(claim) > day:
                continue
            postings: list[Posting] = []
            income = ZERO
            if claim.is_deferred and claim.is_open:
                postings += self.make.held(claim, "deferred", claim.value, released_on)
                income += claim.value
                claim = self.claims[label] = structs.replace(claim, recognised=released_on)
            held = self.advances.pop(label, None)
            if held is not None and held.value:
                postings += self.make.held(claim, "in-advance", held.value, held.since)
                income += held.value
            if postings:
                yield self.make.release(claim, released_on, postings, income)

    def _wait_for(self, claim: Claim, day: date) -> None:
        """What is held for an instalment after an entry of `day` is released when its period
        begins, or on that day where the entry brings the instalment forward.
        """
        heapq.heappush(self.waiting, (max(self._starts(claim), day), claim.label))

    def _starts(self, claim: Claim) -> date:
        return self.settings.periods.start_of(claim.due or claim.pledged_on)

    def _apart(
        self, entry: Transaction, postings: list[Posting]
    ) -> tuple[list[Posting], list[Posting]]:
        """Take gifts out of an entry whose other income is an instalment's, each with its cash."""
        gifts = self.gifts.get(id(entry), ())
        if not gifts:
            return postings, []
        mine = {id(gift.posting) for gift in gifts}
        rest = [posting for posting in postings if id(posting) not in mine]
        apart: list[Posting] = []
        for gift in gifts:
            cash = account("cash", gift.fund)
            where = {"class": gift.class_, "purpose": gift.purpose}
            rest.append(self.make.posting(cash, -gift.value, where))
            apart += [gift.posting, self.make.posting(cash, gift.value, where)]
        return rest, apart

    def _advances_carried(self, lines: list[Line], changes: list[Change]) -> list[Posting]:
        """Return the money in advance that an opening brings for its instalments, which stays a
        liability until their period; under `agreement` it was income already.
        """
        postings = []
        for line in lines:
            claim = self.claims.get(line.label)
            cost = line.posting.cost
            if line.place.kind != "in-advance" or claim is None or cost is None:
                continue
            since = cost.date or claim.pledged_on
            if line.label not in {change.label for change in changes}:
                continue
            if self._policy(claim) == "agreement":
                continue
            held = self.advances.get(line.label)
            now = Advance(-(line.value or ZERO) + (held.value if held else ZERO), since)
            self.advances[line.label] = now
            self.carried_early[line.label] = changes[0].date
            self._wait_for(claim, changes[0].date)
            meta = dict(line.posting.meta or {})
            if PLEDGED_ON in meta:
                meta[RECORDED_AS] = claim.kind
            postings.append(line.posting._replace(meta=meta))
        return postings

    def _residue(
        self, entry: Transaction, lines: list[Line], postings: list[Posting]
    ) -> list[Posting]:
        """Return what balances each class of an entry that carries balances forward."""
        sums: dict[Group, Decimal] = {}
        for line in read_lines(entry._replace(postings=postings), self.settings):
            group = (line.place.fund, line.class_)
            if group in self.policies:
                sums[group] = sums.get(group, ZERO) + (line.value or ZERO)
        purposes = {(line.place.fund, line.class_): line.purpose for line in reversed(lines)}
        return [
            self.make.posting(
                account("opening-balance", fund),
                -amount,
                {"class": class_, "purpose": purposes.get((fund, class_), "")},
            )
            for (fund, class_), amount in sums.items()
            if amount
        ]


def _meta_of(lines: list[Line], label: str) -> dict[str, object]:
    """Return what the book says of an instalment where it is put in or put back."""
    for line in lines:
        if line.label == label and line.place.kind in CLAIMS and line.units > 0:
            return dict(line.posting.meta or {})
    return {}
