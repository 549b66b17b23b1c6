"""Plain entries: commitments and payments in full of which no rule can have anything to say.

Nearly all entries of a book are alike: a pledge that is income of its period, and its payment in
full. One look at each tells whether it is; the guards then follow the others alone. What is plain
is told by the guards themselves: the first entry of each form (accounts, words, keys) is put before
them, by itself, and if any of them has something to say the form is not plain. What differs within
a form is looked at here: amounts, dates, labels, rates.

An entry is not plain if another entry that is not speaks of its pledge, by label or link, or may be
the same pledge once more; so whatever the guards say of the others, they say with all that belongs
to it before them. tests/test_plain.py holds the two ways against each other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from beancount.core.amount import Amount
from beancount.core.data import Directive, Posting, Transaction
from beancount.core.position import Cost
from msgspec import Struct, field
from pledgebook.ledger.correspondence import letters, receipts
from pledgebook.ledger.declared.currencies import EURO_RATES
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.declared.delegations import ACCEPTED, APPROVED, ENTERED
from pledgebook.ledger.declared.periods import Period
from pledgebook.ledger.declared.rates import Rates
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.guards import (
    GUARDS,
    Guard,
    announcements,
    delegation,
    run_guards,
    running,
    sealing,
    statements,
    unfinished,
)
from pledgebook.ledger.register.instalments import pledge_of
from pledgebook.ledger.register.register import Giving, Plain, derive_register
from pledgebook.ledger.register.tagging import Tags, facts_of_donor, tag_claim, tags_of
from pledgebook.ledger.register.view import View
from pledgebook.ledger.register.written import Sources

_HARMLESS = frozenset(
    {
        "filename", "lineno", "__tolerances__", "class", "purpose", "event", "reference", "ref",
        "document", "source", "source-sha256", "import-id", "rate", "book-rate", "rate-date",
        "rate-source", ENTERED, APPROVED, ACCEPTED, "original", "booked-on", "payer",
        "payer-account", "remittance", "end-to-end", "bank", "bank-entry", "statement",
        "matched-by", "programme", "modality", "beneficiary", "appeal", "gender", "financing",
        "oda", "crs",
    }
)  # fmt: skip
"""Metadata of an entry that decides nothing, or nothing but its form and its paragraphs."""

_BESIDE: tuple[Guard, ...] = (
    unfinished.guard,  # of the folder
    running.guard,  # of Fava's extensions
    sealing.guard,  # of days: an entry of a sealed period is not plain
    delegation.guard,  # of amounts and days, which a form has none of
    statements.guard,  # of banks' balances, which plain entries are counted in
    receipts.guard,  # of papers sent, as are letters
    letters.guard,
    announcements.guard,
)
"""The guards that are not asked of a form, since they say nothing of an entry by itself."""

_PROVING = tuple(guard for guard in GUARDS if guard not in _BESIDE)

_OWN_KEYS = 2
"""How many keys a posting has that states nothing: its file and its line."""

_OF_POSTINGS = frozenset({"filename", "lineno", "__automatic__", "due"})
_LABEL = re.compile(r"-\d{4}-\d+(\.\d+)?")
_FAR_BELOW_A_CENT = Decimal("0.000001")
_WITHIN = Decimal("0.98")
"""The part of a tolerance that is surely within it, however the rule rounds."""


class _Roles(Struct, frozen=True, kw_only=True):
    """What the accounts of an entry are for: the positions of its instalments and of the rest."""

    is_payment: bool
    fund: str
    donor: str
    claims: tuple[int, ...]
    money: int
    exchange: int


class _Form(Struct, kw_only=True):
    """What entries of the same accounts, words and keys have in common; `sound` once the guards
    have seen one.
    """

    roles: _Roles
    giving: Giving
    asked: tuple[str, ...]
    """The keys of the entry that rules of mandates ask for."""
    tags: dict[tuple[object, ...], Tags | None] = field(default_factory=dict)
    sound: bool | None = None


class _Day(NamedTuple):
    """What is known of a day: its period, and between which dates of the mandates' rules it is."""

    period: Period
    rules: tuple[object, ...]


class _Pledge(Struct):
    """The plain entries of one pledge so far, and its open instalments by label."""

    commitment: Transaction
    giving: Giving
    tags: Tags
    open: dict[str, tuple[Decimal, Posting]]


class PlainEntries(Struct, kw_only=True):
    """The entries with the plain ones tagged, these by their identity, and the notices of their
    tags: by pledge, in order.
    """

    entries: list[Directive]
    plain: dict[int, Plain] = field(default_factory=dict)
    notices: list[tuple[Transaction, str]] = field(default_factory=list)


def find_plain(
    entries: Sequence[Directive], settings: Settings, rates: Rates, *, sealed: bool
) -> PlainEntries:
    """Return the entries, the plain ones tagged by period and paragraph. `sealed`: entries of
    sealed periods are refused, as everywhere but in the history of a book.
    """
    finder = _Finder(settings, rates, sealed=sealed)
    for index, entry in enumerate(entries):
        if isinstance(entry, Transaction) and not finder.take(index, entry):
            finder.touch(entry)
    return finder.found(entries)


class _Finder:
    """One pass over the entries in their order."""

    def __init__(self, settings: Settings, rates: Rates, *, sealed: bool) -> None:
        self.settings = settings
        self.rates = rates
        self.unit = Decimal(1).scaleb(-settings.decimals)
        self.newest = rates.of_any_age()
        self.first_day = settings.first_open_day if sealed else date.min
        self.currency = settings.currency
        self.asked = settings.asked_keys
        self.pledges: dict[str, _Pledge] = {}
        self.alike: dict[tuple[object, ...], str] = {}
        """The pledge that a commitment of these amounts was of."""
        self.touched: set[str] = set()
        self.plain: dict[int, tuple[Plain, _Pledge]] = {}
        self.forms: dict[tuple[object, ...], _Form | None] = {}
        self.roles: dict[tuple[str, ...], _Roles | None] = {}
        self.sound: dict[tuple[object, ...], bool] = {}
        self.days: dict[date, _Day | None] = {}
        self.tags: dict[tuple[object, ...], Tags | None] = {}
        self.known: dict[tuple[str, date], Decimal | None] = {}
        self.sources = Sources()

    def take(self, index: int, entry: Transaction) -> bool:
        """Follow an entry that may be plain; tell whether it is, as far as can be told yet."""
        if entry.flag != "*" or len(entry.links) != 1:
            return False
        meta = entry.meta
        words = (meta.get("class"), meta.get("purpose"), meta.get("event"), len(entry.postings))
        key = (*words, *[posting.account for posting in entry.postings], *meta)
        try:
            form = self.forms[key]
        except KeyError:
            form = self.forms[key] = self._read_form(entry)
        if form is None:
            return False
        (name,) = entry.links
        if form.roles.is_payment:
            return self._take_payment(index, entry, form, name)
        return name not in self.pledges and self._take_commitment(index, entry, form, name)

    def touch(self, entry: Transaction) -> None:
        """Note the pledges of which an entry that is not plain speaks; one that booking refused, as
        it is written.
        """
        self.touched.update(entry.links)
        for posting in entry.postings or self.sources.postings(entry):
            cost = posting.cost
            if cost is not None and isinstance(label := getattr(cost, "label", None), str):
                self.touched.add(pledge_of(label))
                self._note_alike(entry, posting, "")

    def found(self, entries: Sequence[Directive]) -> PlainEntries:
        """Return what was found, without the pledges that other entries speak of."""
        made = PlainEntries(entries=list(entries))
        noticed: set[tuple[str, str]] = set()
        sets: dict[tuple[frozenset[str], str], frozenset[str]] = {}
        touched = self.touched
        for index, (plain, pledge) in self.plain.items():
            entry = made.entries[index]
            assert isinstance(entry, Transaction)
            (name,) = entry.links
            if name in touched:
                continue
            day = self.days[entry.date]
            assert day is not None
            tags = pledge.tags
            key = (tags.tags, day.period.name)
            if key not in sets:
                sets[key] = tags.tags | {day.period.name}
            own = sets[key]
            if entry.tags:
                own |= entry.tags
            tagged = Transaction({**entry.meta, **tags.meta}, *entry[1:5], own, *entry[6:])
            made.entries[index] = tagged
            made.plain[id(tagged)] = plain
            if tags.notice and (name, tags.notice) not in noticed:
                noticed.add((name, tags.notice))
                made.notices.append((tagged, tags.notice))
        return made

    def _take_commitment(self, index: int, entry: Transaction, form: _Form, name: str) -> bool:
        roles, giving = form.roles, form.giving
        day = self._day(entry.date)
        donor = roles.donor
        if day is None or not name.startswith(donor) or not _LABEL.fullmatch(name, len(donor)):
            return False
        if not self._is_there(donor, entry.date):
            return False
        postings = entry.postings
        total = Decimal(0)
        lots: dict[str, tuple[Decimal, Posting]] = {}
        currency = ""
        for at in roles.claims:
            posting = postings[at]
            value = self._value(entry, posting, day, roles.fund)
            units = posting.units
            if value is None or units is None:
                return False
            label = _label(posting)
            if label in lots or not (label == name or pledge_of(label) == name):
                return False
            if currency not in {"", units.currency}:
                return False
            currency = units.currency
            lots[label] = (value, posting)
            total += value
        if not self._is_value(postings[roles.money], -total):
            return False
        if not self._is_sound(form, [entry]):
            return False
        paper = entry.meta.get("document") or entry.meta.get("source")
        if not isinstance(paper, str) or not paper.strip():
            return False
        tags = self._tags(form, entry, day)
        if tags is None:
            return False
        for at in roles.claims:
            self._note_alike(entry, postings[at], name)
        pledge = self.pledges[name] = _Pledge(entry, giving, tags, lots)
        self.plain[index] = (Plain(giving, total, is_payment=False), pledge)
        return True

    def _is_there(self, code: str, day: date) -> bool:
        """Tell whether a donor exists on a day, and is called by its own code ever after."""
        donors = self.settings.donors
        donor = donors.get(code)
        return donor is not None and donor.is_valid(day) and donors.of_record(code) == code

    def _take_payment(self, index: int, entry: Transaction, form: _Form, name: str) -> bool:
        roles, giving = form.roles, form.giving
        pledge = self.pledges.get(name)
        if pledge is None or self._day(entry.date) is None:
            return False
        if not self._is_there(roles.donor, entry.date):
            return False
        postings = entry.postings
        posting = postings[roles.claims[0]]
        cost, units = posting.cost, posting.units
        if not isinstance(cost, Cost) or units is None or units.number is None or posting.price:
            return False
        lot = pledge.open.get(cost.label or "")
        if lot is None or not _OF_POSTINGS.issuperset(posting.meta or ()):
            return False
        value, opened = lot
        committed, first = opened.units, opened.cost
        assert committed is not None
        if (
            units.number != -_number(committed)
            or units.currency != committed.currency
            or posting.account != opened.account
            or not isinstance(first, Cost)
            or (cost.number, cost.date) != (first.number, first.date)
            or self.sources.may_name_no_label(posting)
        ):
            return False
        cash = postings[roles.money].units
        received = cash.number if cash is not None else None
        if received is None or received <= 0 or received != received.quantize(self.unit):
            return False
        if not self._is_value(postings[roles.money], received):
            return False
        if roles.exchange < 0:
            if received != value:
                return False
        elif not self._is_value(postings[roles.exchange], value - received):
            return False
        if units.currency == self.currency:
            if received != value:
                return False
        elif not self._is_near(entry, -units.number, units.currency, received, roles.fund):
            return False
        if giving != pledge.giving and (
            giving.purpose or giving._replace(purpose=pledge.giving.purpose) != pledge.giving
        ):
            return False
        if not self._is_sound(form, [pledge.commitment, entry]):
            return False
        del pledge.open[cost.label or ""]
        self.plain[index] = (Plain(pledge.giving, received, is_payment=True), pledge)
        return True

    def _value(self, entry: Transaction, posting: Posting, day: _Day, fund: str) -> Decimal | None:
        """Return the value of a committed instalment; None where something is not plain."""
        units, cost, meta = posting.units, posting.cost, posting.meta
        if units is None or not isinstance(cost, Cost) or posting.price or meta is None:
            return None
        number = units.number
        if number is None or number <= 0 or not cost.label:
            return None
        if cost.date != entry.date or cost.currency != self.currency:
            return None
        if self.sources.may_name_no_label(posting):
            return None
        if len(meta) != _OWN_KEYS:
            due = meta.get("due")
            if due is not None and not (type(due) is date and entry.date <= due <= day.period.end):
                return None
            if not _OF_POSTINGS.issuperset(meta):
                return None
        weight: Decimal = number * cost.number
        value = weight.quantize(self.unit)
        if abs(weight - value) > _FAR_BELOW_A_CENT:
            return None
        if units.currency == self.currency:
            return value if value == number else None
        return value if self._is_near(entry, number, units.currency, value, fund) else None

    def _is_value(self, posting: Posting, amount: Decimal) -> bool:
        """Tell whether a posting is of just this value, whole cents, and no lot."""
        units = posting.units
        return (
            units is not None
            and units.number == amount
            and units.currency == self.currency
            and posting.cost is None
            and posting.price is None
            and (
                len(posting.meta or ()) == _OWN_KEYS or _OF_POSTINGS.issuperset(posting.meta or ())
            )
        )

    def _is_near(
        self, entry: Transaction, amount: Decimal, currency: str, value: Decimal, fund: str
    ) -> bool:
        """Tell whether a value is surely within the fund's tolerance of the rate's."""
        if self.settings.funds[fund].valuation != "rate":
            return False
        key = (currency, entry.date)
        stated = entry.meta.get("rate-date")
        if stated is not None and (
            type(stated) is not date or self.rates.is_too_old(stated, entry.date)
        ):
            return False
        try:
            rate = self.known[key]
        except KeyError:
            found = self.newest.rate(currency, entry.date)
            own = found is not None and found.currency == currency
            rate = self.known[key] = found.per_own if found is not None and own else None
        if rate is None:
            return currency not in EURO_RATES and "rate-date" not in entry.meta
        percent = self.settings.funds[fund].rate_tolerance
        return abs(value * rate - amount) * 100 <= amount * percent * _WITHIN

    def _note_alike(self, entry: Transaction, posting: Posting, name: str) -> None:
        """Note a commitment's amount; where another pledge's is the same, both are looked at."""
        units = posting.units
        if units is None or not isinstance(units.number, Decimal) or units.number <= 0:
            return
        key = (posting.account, entry.date, units.number, units.currency)
        other = self.alike.setdefault(key, name)
        if other != name or not name:
            self.touched.update((other, name))
            self.alike[key] = ""

    def _read_roles(self, accounts: tuple[str, ...]) -> _Roles | None:
        """Return what accounts are for where they are those of a plain entry, whatever the rest."""
        if accounts in self.roles:
            return self.roles[accounts]
        roles = self.roles[accounts] = self._roles_of(accounts)
        return roles

    def _roles_of(self, accounts: tuple[str, ...]) -> _Roles | None:
        places = [self.settings.place(account) for account in accounts]
        kinds = [place.kind if place else "" for place in places]
        claims = tuple(at for at, kind in enumerate(kinds) if kind == "pledges")
        others = sorted(kind for kind in kinds if kind != "pledges")
        first = places[claims[0]] if claims else None
        if first is None or first.part not in self.settings.donors:
            return None
        if {place.fund for place in places if place} != {first.fund}:
            return None
        if len({accounts[at] for at in claims}) != 1:
            return None
        if others == ["contributions"]:
            money = kinds.index("contributions")
            if getattr(places[money], "part", "") != first.part:
                return None
            return _Roles(
                is_payment=False,
                fund=first.fund,
                donor=first.part,
                claims=claims,
                money=money,
                exchange=-1,
            )
        if len(claims) == 1 and others in (["cash"], ["cash", "exchange"]):
            exchange = kinds.index("exchange") if "exchange" in kinds else -1
            return _Roles(
                is_payment=True,
                fund=first.fund,
                donor=first.part,
                claims=claims,
                money=kinds.index("cash"),
                exchange=exchange,
            )
        return None

    def _giving(self, roles: _Roles, meta: Mapping[str, Any]) -> Giving:
        purpose = meta.get("purpose")
        purpose = "" if purpose is None else as_text(purpose)
        class_ = meta.get("class")
        class_ = None if class_ is None else as_text(class_)
        fund = self.settings.funds[roles.fund]
        return Giving(fund.code, fund.class_of(class_, purpose), purpose, roles.donor)

    def _read_form(self, entry: Transaction) -> _Form | None:
        roles = self._read_roles(tuple(posting.account for posting in entry.postings))
        if roles is None:
            return None
        asked = tuple(key for key in entry.meta if key in self.asked)
        return _Form(roles=roles, giving=self._giving(roles, entry.meta), asked=asked)

    def _is_sound(self, form: _Form, entries: Sequence[Transaction]) -> bool:
        """Tell whether the guards have nothing to say of a form, that of the last of the entries:
        these are put before them the first time it is met, of whatever donor.
        """
        if form.sound is None:
            roles, entry = form.roles, entries[-1]
            of_any_donor = (
                roles.is_payment,
                len(entry.postings),
                entry.postings[roles.money].account if roles.is_payment else "",
                *form.giving[:3],
                entry.meta.get("event"),
                *entry.meta,
            )
            if of_any_donor not in self.sound:
                self.sound[of_any_donor] = self._prove(roles, form.giving, entries)
            form.sound = self.sound[of_any_donor]
        return form.sound

    def _prove(self, roles: _Roles, giving: Giving, entries: Sequence[Transaction]) -> bool:
        wanted = "payment" if roles.is_payment else "commitment"
        meta = entries[-1].meta
        if not _HARMLESS.issuperset(meta) or meta.get("event", wanted) != wanted:
            return False
        if self.settings.funds[giving.fund].policy(giving.class_) == "receipt":
            return False
        view = View(entries=entries, settings=self.settings, rates=self.rates, sources=self.sources)
        return not run_guards(view, _PROVING)

    def _day(self, day: date) -> _Day | None:
        """Return what is known of a day; None of one on which no entry is plain."""
        try:
            return self.days[day]
        except KeyError:
            period = self.settings.periods.of(day)
            known = None
            if period is not None and day >= self.first_day:
                known = _Day(period, tuple(m.when(day) for m in self.settings.mandates.values()))
            self.days[day] = known
            return known

    def _tags(self, form: _Form, entry: Transaction, day: _Day) -> Tags | None:
        """Return what a commitment is tagged with; None where a rule refuses it."""
        facts = (*day.rules, *[entry.meta[key] for key in form.asked])
        if facts not in form.tags:
            form.tags[facts] = self._tags_of(form, entry, facts)
        return form.tags[facts]

    def _tags_of(self, form: _Form, entry: Transaction, facts: tuple[object, ...]) -> Tags | None:
        donor = facts_of_donor(form.giving.donor, self.settings)
        key = (donor, *form.giving[:3], *form.asked, *facts)
        if key not in self.tags:
            claim = derive_register([entry], self.settings).changes[0].after
            taggings = tag_claim(claim, self.settings)
            refused = any(tagging.refusals for tagging in taggings)
            self.tags[key] = None if refused else tags_of(taggings)
        return self.tags[key]


def _label(posting: Posting) -> str:
    """Return the label of a posting's lot, "" if it has none."""
    label = posting.cost.label if posting.cost is not None else None
    return label or ""


def _number(amount: Amount) -> Decimal:
    return amount.number if amount.number is not None else Decimal(0)
