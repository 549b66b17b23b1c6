"""The audit pack: the population of contributions tied to the ledger, a sample of it by value, the
balances that donors confirmed, and what came in after the end.

The sample is monetary-unit sampling with a fixed interval: the value of the population are
counted through in booked order, and every entry is chosen in which an interval's unit falls. The
first unit follows from a number that is stated (`seed`), so that anybody finds the same entries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from beancount.core.data import Transaction
from pledgebook.ledger.correspondence.letters import SentLetter, read_letters
from pledgebook.ledger.correspondence.receipts import read_receipts
from pledgebook.ledger.declared.banks import BANK, BANK_ENTRY, BANK_REFERENCE
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.declared.delegations import ACCEPTED, APPROVED
from pledgebook.ledger.findings import RefusedError, place_of
from pledgebook.ledger.money import CENT, ZERO, down_to_cents
from pledgebook.ledger.register.collections import CollectionKey, event_of_gift
from pledgebook.ledger.register.events import REASSIGNED, names_of
from pledgebook.ledger.register.instalments import by_number
from pledgebook.ledger.register.postings import stated
from pledgebook.ledger.register.register import TO_DONOR, Change, claim_at
from pledgebook.reports.figures.booked import Booked, booked_entries
from pledgebook.reports.figures.layout import (
    Layout,
    as_report,
    at_the_end,
    by_group_and_name,
    name_of,
    over_the_cut,
    owed_per_ledger,
)
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.table import Column, Report, Tie, Value
from pledgebook.reports.figures.ties import FROM_DONORS, balances_of
from pledgebook.reports.registry import as_made, make_reports

_BESIDE = ("schedule", "statements", "roll-forwards", "write-offs")
"""Reports that the pack brings as they are."""


class SamplingError(RefusedError):
    """A sample cannot be drawn so; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How a sample is drawn: a unit every `interval` units, the first by `seed`."""

    interval: Decimal
    seed: int

    @property
    def first(self) -> Decimal:
        """The first unit, above zero and up to the interval: SHA-256 of the seed's digits, modulo
        the interval in cents, and a cent.
        """
        cents = int(self.interval / CENT)
        number = int.from_bytes(sha256(str(self.seed).encode()).digest())
        return (number % cents + 1) * CENT


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of the population: its income from contributions, and the cash of donors in it."""

    booked: Booked
    income: Decimal
    received: Decimal


def audit_pack(selection: Selection, *, seed: int, items: int) -> list[Report]:
    """Return the pack's reports: population, sample of about so many `items`, confirmations, later
    receipts, and the schedule, statements, roll-forwards and write-offs. Needs whole funds.

    Raises SamplingError for a sample of nothing.
    """
    if selection.scope.limits():
        raise SamplingError("An audit pack is of whole funds: ask for it without other limits.")
    found = population_of(selection)
    own = [
        population(selection, found),
        sample(selection, found, sampling_of(found, seed, items)),
        confirmations(selection),
        later_receipts(selection),
    ]
    beside = make_reports(selection, _BESIDE)
    return [*(as_made(report, selection) for report in own), *beside]


def population_of(selection: Selection) -> list[Item]:
    """Return the entries of the cut that make income of contributions or move donors' cash."""
    found = []
    for booked in booked_entries(selection):
        if booked.is_before(selection.cut):
            continue
        lines = [line for line in booked.lines if selection.covers_line(line)]
        income = -sum(
            (line.value or ZERO for line in lines if line.place.kind == "contributions"), ZERO
        )
        received = (
            sum((line.value or ZERO for line in lines if line.place.kind == "cash"), ZERO)
            if booked.event in FROM_DONORS
            else ZERO
        )
        if income or received:
            found.append(Item(booked, income, received))
    return found


def sampling_of(found: Sequence[Item], seed: int, items: int) -> Sampling:
    """Return the sampling that draws about `items` of a population: its income, parted so often,
    in whole cents.
    """
    whole = sum((item.income for item in found if item.income > 0), ZERO)
    if items < 1 or whole < items * CENT:
        raise SamplingError(
            f"A sample of {items} of {whole:,.2f} cannot be drawn: ask for one entry at least, and "
            "of a period with income."
        )
    return Sampling(interval=down_to_cents(whole / items), seed=seed)


def draw(found: Iterable[Item], sampling: Sampling) -> list[tuple[Item, Decimal]]:
    """Return the entries in which a unit falls, each with the first of its units; those below zero
    are passed over.
    """
    drawn = []
    counted, unit = ZERO, sampling.first
    for item in found:
        if item.income <= 0:
            continue
        counted += item.income
        if unit <= counted:
            drawn.append((item, unit))
            missed = (counted - unit) // sampling.interval + 1
            unit += missed * sampling.interval
    return drawn


def population(selection: Selection, found: Sequence[Item]) -> Report:
    """Return every entry of the population with its evidence, in booked order."""
    describe = _describing(selection)
    layout = Layout()
    for item in found:
        layout.row(**describe(item), income=item.income, received=item.received)
    layout.total("Population")
    balances = balances_of(selection)
    income = -balances.total_booked(selection.groups, "contributions")
    unit = selection.book.settings.currency
    return as_report(
        selection,
        over_the_cut(selection),
        name="population",
        title="Population: income from contributions and donors' cash",
        columns=[
            *_EVIDENCE,
            Column(key="income", title="Income", kind="amount", unit=unit),
            Column(key="received", title="Cash of donors", kind="amount", unit=unit),
        ],
        rows=layout.rows if found else [],
        notes=[
            "Income is what an entry credits to contributions (Statement I); cash of donors what "
            "it brings or takes back (cash proof). Releases bring income without cash."
        ],
        ties=[
            Tie("contributions, Statement I", sum((item.income for item in found), ZERO), income),
            Tie(
                "cash from donors, cash proof",
                sum((item.received for item in found), ZERO),
                balances.cash_from_donors,
            ),
        ],
    )


def sample(selection: Selection, found: Sequence[Item], sampling: Sampling) -> Report:
    """Return the sample of a population by its income, then every entry below zero."""
    describe = _describing(selection)
    drawn = draw(found, sampling)
    below = [item for item in found if item.income < 0]
    layout = Layout()
    if drawn:
        layout.section("Drawn by value")
        for item, unit in drawn:
            layout.row(**describe(item), unit=unit, income=item.income)
        layout.total("Drawn")
    if below:
        layout.section("Below zero: to be looked at each")
        for item in below:
            layout.row(**describe(item), income=item.income)
        layout.total("Below zero")
    whole = sum((item.income for item in found if item.income > 0), ZERO)
    currency = selection.book.settings.currency
    return as_report(
        selection,
        over_the_cut(selection),
        name="sample",
        title="Sample by value (monetary units)",
        columns=[
            *_EVIDENCE,
            Column(key="unit", title="Unit drawn", kind="amount"),
            Column(key="income", title="Income", kind="amount", unit=currency),
        ],
        rows=layout.rows,
        notes=[
            f"Of {whole:,.2f} {currency} counted through in booked order a unit every "
            f"{sampling.interval:,.2f}, the first at {sampling.first:,.2f} (seed {sampling.seed}: "
            "SHA-256 of its digits, modulo the interval in cents, and a cent): "
            f"{len(drawn)} entries. What is as large as the interval is always drawn."
        ],
    )


def confirmations(selection: Selection) -> Report:
    """Return the balance of each donor at the end beside what it confirmed, by currency."""
    end, book = selection.cut.end, selection.book
    own: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
    for claim in book.register.claims_at(end):
        if selection.covers(claim):
            units, value = own.get((claim.donor, claim.currency), (ZERO, ZERO))
            own[claim.donor, claim.currency] = units + claim.units, value + claim.value
    sent: dict[str, SentLetter] = {}
    for letter in read_letters(book.entries):
        if letter.kind == "confirmation" and letter.as_at == end:
            sent[letter.donor] = letter
    layout = Layout()
    keys = {*own, *((donor, "") for donor in sent if not any(d == donor for d, _ in own))}
    for donor, currency in sorted(keys, key=lambda k: (by_group_and_name(selection, k[0]), k[1])):
        units, value = own.get((donor, currency), (ZERO, ZERO))
        layout.row(
            donor,
            donor=name_of(selection, donor),
            currency=currency,
            units=units,
            value=value,
            **_confirmed(sent.get(donor), currency, units),
        )
    layout.total("Owed")
    unit = book.settings.currency
    owed = sum((value for _, value in own.values()), ZERO)
    return as_report(
        selection,
        at_the_end(selection),
        name="confirmations",
        title="Balances confirmed by donors",
        columns=[
            Column(key="donor", title="Donor"),
            Column(key="currency", title="Currency"),
            Column(key="units", title="Unpaid per book", kind="amount"),
            Column(key="value", title="Carried at", kind="amount", unit=unit),
            Column(key="letter", title="Letter"),
            Column(key="sent", title="Sent on", kind="date"),
            Column(key="answer", title="Answer"),
            Column(key="answered", title="Answered on", kind="date"),
            Column(key="stated", title="Stated by donor", kind="amount"),
            Column(key="difference", title="Difference", kind="amount"),
            Column(key="words", title="Words"),
        ],
        rows=layout.rows if keys else [],
        notes=["A difference is what the donor states less what the book says, in that currency."],
        ties=[Tie("owed by donors, accounts of instalments", owed, owed_per_ledger(selection))],
    )


def _confirmed(letter: SentLetter | None, currency: str, units: Decimal) -> dict[str, Value]:
    if letter is None:
        return {"answer": "not asked"}
    values: dict[str, Value] = {
        "letter": letter.reference,
        "sent": letter.sent_on,
        "answer": "no answer",
    }
    if letter.answers:
        last = letter.answers[-1]
        values |= {"answer": last.result, "answered": last.day, "words": last.words}
        number, _, stated_in = last.stated.partition(" ")
        if last.result == "agrees":
            values |= {"stated": units, "difference": ZERO}
        elif stated_in and stated_in == currency:
            stated = Decimal(number)
            values |= {"stated": stated, "difference": stated - units}
        elif last.stated:
            values["words"] = f"{last.stated}: {last.words}".rstrip(": ")
    return values


def later_receipts(selection: Selection) -> Report:
    """Return what came after the end on what was unpaid then: evidence that it was owed."""
    end = selection.cut.end
    layout = Layout()
    total = ZERO
    for label, changes in sorted(
        selection.book.register.by_label.items(), key=lambda each: by_number(each[0])
    ):
        claim = claim_at(changes, end)
        if claim is None or not claim.is_open or not selection.covers(claim):
            continue
        for change in changes:
            came = change.received + change.advanced
            if change.date > end and came:
                total += came
                layout.row(
                    claim.donor,
                    donor=name_of(selection, claim.donor),
                    label=label,
                    unpaid=claim.value,
                    date=change.date,
                    event=change.event,
                    received=came,
                    bank=_bank_line(selection, change.entry),
                    place=place_of(change.entry.meta),
                )
    if total:
        layout.total("Received since")
    unit = selection.book.settings.currency
    return as_report(
        selection,
        f"After {at_the_end(selection).removeprefix('As at ')}",
        name="later-receipts",
        title="Received after the end on what was unpaid then",
        columns=[
            Column(key="donor", title="Donor"),
            Column(key="label", title="Instalment"),
            Column(key="unpaid", title="Carried at the end", kind="amount"),
            Column(key="date", title="Received on", kind="date"),
            Column(key="event", title="Event"),
            Column(key="received", title="Received", kind="amount", unit=unit),
            Column(key="bank", title="Bank line"),
            Column(key="place", title="Entry"),
        ],
        rows=layout.rows,
        notes=["As far as the book goes; what banks took back again is below zero."],
    )


_EVIDENCE = (
    Column(key="date", title="Date", kind="date"),
    Column(key="place", title="Entry"),
    Column(key="donor", title="Donor"),
    Column(key="event", title="Event"),
    Column(key="labels", title="Instalments"),
    Column(key="paper", title="Paper"),
    Column(key="bank", title="Bank line"),
    Column(key="receipt", title="Official receipt"),
    Column(key="accepted", title="Accepted by"),
    Column(key="approved", title="Approved by"),
)


def _describing(selection: Selection) -> Callable[[Item], Mapping[str, Value]]:
    """Return what says of an entry on what it rests; read once for all entries."""
    book = selection.book
    numbers: dict[CollectionKey, str] = {}
    for receipt in read_receipts(book.entries):
        if not receipt.void:
            numbers[receipt.key] = receipt.number
    changes: dict[int, list[Change]] = {}
    for change in book.register.changes:
        changes.setdefault(id(change.entry), []).append(change)
    gifts: dict[int, list[tuple[str, str, str]]] = {}
    given: dict[tuple[str, str, str], str] = {}
    for gift in book.register.gifts:
        if event_of_gift(gift) == REASSIGNED and gift.value < 0:
            reverses = as_text(gift.entry.meta.get("reverses", ""))
            given[gift.fund, gift.donor, reverses] = as_text(gift.entry.meta.get(TO_DONOR, ""))
        reference = stated(gift.entry, gift.posting, "reference") or ""
        gifts.setdefault(id(gift.entry), []).append((gift.fund, gift.donor, reference))

    def receipted(
        entry: Transaction, fund: str, donor: str, labels: list[str]
    ) -> Iterable[tuple[str, list[str]]]:
        """Yield to whom a receipt may be: the donor under whom it came, and whose it is now."""
        yield donor, labels
        owned: dict[str, list[str]] = {}
        for label in labels:
            known = book.register.by_label.get(label)
            owned.setdefault(known[-1].after.donor if known else donor, []).append(label)
        yield from owned.items()
        for name in names_of(entry):
            if (fund, donor, name) in given:
                yield given[fund, donor, name], labels

    def describe(item: Item) -> Mapping[str, Value]:
        entry = item.booked.entry
        own = changes.get(id(entry), [])
        whose: dict[tuple[str, str], list[str]] = {}
        for change in own:
            claim = change.before or change.after
            whose.setdefault((claim.fund, claim.donor), []).append(change.label)
        for fund, donor, reference in gifts.get(id(entry), []):
            whose.setdefault((fund, donor), []).extend([reference] if reference else [])
        found = dict.fromkeys(
            numbers.get(CollectionKey(fund, owner, entry.date, _joined(labels)), "")
            for (fund, donor), paid in whose.items()
            for owner, labels in receipted(entry, fund, donor, paid)
        )
        meta = entry.meta
        return {
            "date": entry.date,
            "place": place_of(meta),
            "donor": ", ".join(dict.fromkeys(name_of(selection, donor) for _, donor in whose))
            or (entry.payee or ""),
            "event": item.booked.event,
            "labels": " ".join(change.label for change in own),
            "paper": as_text(meta.get("document", "")) or as_text(meta.get("source", "")),
            "bank": _bank_line(selection, entry),
            "receipt": ", ".join(filter(None, found)),
            "accepted": as_text(meta.get(ACCEPTED, "")),
            "approved": as_text(meta.get(APPROVED, "")),
        }

    return describe


def _joined(labels: Iterable[str]) -> str:
    return " ".join(sorted(set(labels), key=by_number))


def _bank_line(selection: Selection, entry: Transaction) -> str:
    """Return the statement's entry by which money came: of the entry, or of the receipt that it
    applies.
    """
    register = selection.book.register
    labels = [each.cost.label for each in entry.postings if each.cost is not None]
    held = [register.held_under.get(label or "", ()) for label in labels]
    origins = [own[0].entry for own in held if own and own[0].kind == "unapplied"]
    for each in (entry, *origins):
        told = [as_text(each.meta.get(key, "")) for key in (BANK, BANK_ENTRY, BANK_REFERENCE)]
        if any(told):
            return " ".join(filter(None, told))
    return ""
