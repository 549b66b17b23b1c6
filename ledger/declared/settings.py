"""Everything a book declares, read once into typed values.

`read_settings` is the one place that turns `custom` directives into funds, donors, purposes,
mandates and periods; the rest of the program asks `Settings`.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from beancount.core.data import Directive, Options, Posting
from msgspec import Struct, field, structs
from pledgebook.ledger.declared.agreements import DonorAgreement, read_agreements
from pledgebook.ledger.declared.aliases import read_aliases
from pledgebook.ledger.declared.allotments import Allotment, read_allotments
from pledgebook.ledger.declared.banks import Banks, read_banks
from pledgebook.ledger.declared.certifications import Certification, read_certifications
from pledgebook.ledger.declared.chart import Place, is_code, read_account, takes
from pledgebook.ledger.declared.currencies import decimals_of, is_currency
from pledgebook.ledger.declared.dead_words import find_dead_words
from pledgebook.ledger.declared.declarations import (
    FORMS,
    Declaration,
    as_date,
    read_declarations,
)
from pledgebook.ledger.declared.directory import Directory
from pledgebook.ledger.declared.donor_kinds import DonorKinds, read_donor_kinds
from pledgebook.ledger.declared.donors import Donor
from pledgebook.ledger.declared.fixed_rates import FixedRates, read_fixed_rates
from pledgebook.ledger.declared.funds import Fund, read_fund
from pledgebook.ledger.declared.levels import Levels, read_levels
from pledgebook.ledger.declared.mandates import EVIDENCE, OWN_WORDS, Mandate, read_mandates
from pledgebook.ledger.declared.periods import (
    FRAMEWORKS,
    Period,
    Periods,
    Reopening,
    SealStated,
    names_files,
)
from pledgebook.ledger.declared.persons import Persons, read_persons
from pledgebook.ledger.declared.publications import Publication, read_publications
from pledgebook.ledger.declared.rates import (
    RATE_AGE,
    UN_RATES,
    MissingRateError,
    Rate,
    RateBase,
    Rates,
)
from pledgebook.ledger.declared.sheet_answers import SheetAnswers, read_sheet_answers
from pledgebook.ledger.declared.standard_codes import Codes, read_standard_codes
from pledgebook.ledger.declared.stationery import Stationery, read_stationery
from pledgebook.ledger.findings import Finding, finding
from pledgebook.ledger.money import round_to

_LONGEST_AGE = 6
_REOPENING_NUMBER = re.compile(r"[1-9][0-9]{0,3}")
"""Digits of the longest age of a rate that can be declared."""


class Settings(Struct, frozen=True, kw_only=True, dict=True):
    """What the book declares. `currency` is the currency accounts are kept in."""

    funds: Mapping[str, Fund]
    donors: Directory
    purposes: Mapping[str, str]
    mandates: Mapping[str, Mandate]
    periods: Periods
    currency: str = "USD"
    purpose_tree: Levels = Levels()
    """Which purposes are within wider ones."""
    seals: Mapping[str, SealStated] = field(default_factory=dict)
    """Of each sealed period, what is sealed."""
    purpose_aliases: Mapping[str, str] = field(default_factory=dict)
    """What sheets call purposes, by text, as somebody confirmed it."""
    sheet_answers: SheetAnswers = field(default_factory=dict)
    """What was answered to questions about sheets, by the layout of their tables."""
    banks: Banks = field(default_factory=Banks)
    allotments: tuple[Allotment, ...] = ()
    agreements: Mapping[str, DonorAgreement] = field(default_factory=dict)
    """The agreements with donors, by their references."""
    reopenings: tuple[Reopening, ...] = ()
    certifications: tuple[Certification, ...] = ()
    stationery: Stationery = field(default_factory=Stationery)
    publications: Mapping[str, Publication] = field(default_factory=dict)
    """What is public, by fund."""
    persons: Persons = field(default_factory=dict)
    """Who may do what; empty where everybody may do everything."""
    standard_codes: Codes = field(default_factory=dict)
    """Codes by which standards of others know what the book has."""
    rate_age: int = RATE_AGE
    """Days for which a rate of exchange holds."""
    fixed_rates: FixedRates = field(default_factory=FixedRates)
    """The rates decided for funds that are valued by them."""
    rate_base: RateBase = UN_RATES
    """Against which currency rates are, and whose they are."""
    donors_on: date | None = None
    """The day as of which accounts name their donors; None: as they are written."""
    findings: tuple[Finding, ...] = ()
    """What is wrong with declarations, and what deserves a look in them."""
    lines_read: dict[int, tuple[list[Posting], list[Any]]] = field(default_factory=dict)
    """What `postings.read_lines` has read, by the identity of a transaction's postings."""
    belonging: dict[tuple[str, str | None, str | None], tuple[Place, str, str] | None] = field(
        default_factory=dict
    )
    """What `postings` has told of an account with the class and the purpose said there."""
    tagged: dict[tuple[object, ...], Any] = field(default_factory=dict)
    """What `tagging` has found, by mandate, day and facts."""
    _places: dict[str, Place | None] = field(default_factory=dict)

    def place(self, account: str) -> Place | None:
        """Read an account name; None outside the chart or the declared funds."""
        try:
            return self._places[account]
        except KeyError:
            place = read_account(account)
            if place is not None and place.fund not in self.funds:
                place = None
            elif place is not None and self.donors_on and takes(place.kind) == "donor":
                place = place._replace(part=self.donors.of_record(place.part, self.donors_on))
            self._places[account] = place
            return place

    @cached_property
    def decimals(self) -> int:
        """How many decimals a value in the book's currency has."""
        return decimals_of(self.currency)

    def rates_of(self, entries: Iterable[Directive]) -> Rates:
        """Return the rates that prices among entries are."""
        return Rates.of_book(
            entries, base=self.rate_base.currency, currency=self.currency, age=self.rate_age
        )

    def value_pledged(
        self, rates: Rates, fund: str, amount: Decimal, currency: str, day: date
    ) -> tuple[Decimal, Rate | None]:
        """Return what an amount pledged to a fund is valued at, as the fund has it, and the rate.
        Raises MissingRateError with a sentence that says what to add.
        """
        valuation = self.funds[fund].valuation
        if currency == self.currency or valuation == "rate":
            return rates.value(amount, currency, day)
        if valuation == "sheet":
            raise MissingRateError(
                f"{fund} goes by the values that sheets state, and none of {amount:f} {currency} is"
            )
        return self.at_fixed_rate(fund, amount, currency, day)

    def at_fixed_rate(
        self, fund: str, amount: Decimal, currency: str, day: date
    ) -> tuple[Decimal, Rate | None]:
        """Return an amount at the fund's fixed rate of a day, and that. Raises MissingRateError."""
        if currency == self.currency:
            return round_to(amount, self.decimals), None
        rate = self.fixed_rates.find(fund, currency, day)
        if rate is None:
            raise MissingRateError(self.fixed_rates.missing(fund, currency, day))
        return round_to(amount / rate.number, self.decimals), rate

    def donor_name(self, code: str, language: str, day: date) -> str:
        """Return a donor's name in a language as it was on a day: what the book says, else the
        United Nations' name of a State; the code of a donor nobody knows.
        """
        donor = self.donors.get(code)
        own = self.stationery.donor_name(code, language)
        return own or (donor.name_in(language, day) if donor else code)

    def as_of(self, day: date) -> Settings:
        """Return these settings with accounts read as of a day: those of a donor that another
        continues by then are the other's.
        """
        return structs.replace(
            self, donors_on=day, lines_read={}, belonging={}, tagged={}, _places={}
        )

    @cached_property
    def first_open_day(self) -> date:
        """The day after the last sealed period, from which on entries may be dated."""
        ends = [period.end for period in self.periods if period.name in self.seals]
        return max(ends) + timedelta(days=1) if ends else date.min

    @cached_property
    def asked_keys(self) -> frozenset[str]:
        """The keys of metadata by which a contribution's paragraphs are told."""
        return (self.rule_keys | EVIDENCE) - OWN_WORDS

    @cached_property
    def rule_keys(self) -> frozenset[str]:
        """The keys of metadata that a rule of any mandate asks for."""
        return frozenset(
            key.removeprefix("not-")
            for mandate in self.mandates.values()
            for rule in mandate.rules
            for key in rule.conditions
        )

    def code_in(self, scheme: str, *of: tuple[str, str]) -> str:
        """Return the code in a scheme of the first of these, each what and which, that has one; ""
        where none has: code_in("un-revenue", ("purpose", "corruption"), ("fund", "CPCJF")).
        """
        found = (self.standard_codes.get((scheme, *each)) for each in of)
        return next(filter(None, found), "")

    def code_of_donor(self, scheme: str, donor: str, by_kind: Mapping[str, str]) -> str:
        """Return a donor's code in a scheme: its own, else that of its kind, or of what that counts
        as, as declared or `by_kind`; "" where neither says.
        """
        own = self.code_in(scheme, ("donor", donor))
        known = self.donors.get(donor)
        kind = known.kind if known else ""
        seen: set[str] = set()
        while not own and kind and kind not in seen:
            own = self.code_in(scheme, ("kind", kind)) or by_kind.get(kind, "")
            seen.add(kind)
            more = self.donors.kinds.kinds.get(kind)
            kind = more.counts_as if more else ""
        return own

    def faults(self, kinds: Container[str]) -> list[Finding]:
        """Return what is wrong with declarations of these kinds, so that each plugin can report its
        own and all together report every fault once.
        """
        return [found for found in self.findings if getattr(found.entry, "type", None) in kinds]

    def is_within(self, inner: str, outer: str) -> bool:
        """Tell whether a fund is operated within another, directly or not."""
        seen = set()
        while inner in self.funds and inner not in seen:
            seen.add(inner)
            inner = self.funds[inner].within
            if inner == outer:
                return True
        return False

    def is_to_defer(
        self, fund: str, class_: str, *, due: date | None, condition: str, day: date
    ) -> bool:
        """Tell whether what is recorded in a pledge account on `day` is not yet income: under
        `pledge` what falls due in a later period, under `agreement` what depends on a condition.
        """
        if self.waits_for_condition(fund, class_, condition):
            return True
        later = due is not None and self.periods.start_of(due) > day
        return later and self.funds[fund].policy(class_) == "pledge"

    def waits_for_condition(self, fund: str, class_: str, condition: str) -> bool:
        """Tell whether a condition, and not the due date, decides when something is income."""
        return bool(condition) and self.funds[fund].policy(class_) == "agreement"


def read_settings(entries: Iterable[Directive], options: Options | None = None) -> Settings:
    """Return the settings of a loaded book; faults of declarations are in its `findings`."""
    declared, findings = read_declarations(entries)
    funds = {}
    for declaration in declared["fund"].values():
        fund, faults = read_fund(declaration)
        findings.extend(faults)
        if not any(fault.rule == "code" for fault in faults):
            funds[fund.code] = fund
    findings.extend(_unknown_parents(declared["fund"].values(), funds))
    kinds, faults = read_donor_kinds(
        declared["donor-kind"].values(), declared["donor-group"].values()
    )
    findings.extend(faults)
    donors, faults = _read_donors(declared["donor"].values(), kinds)
    findings.extend(faults)
    purposes = {key[0]: item.texts[1] for key, item in declared["purpose"].items()}
    purpose_tree, faults = read_levels(declared["purpose"].values(), purposes)
    findings.extend(faults)
    named = {
        key: item
        for key, item in declared["alias"].items()
        if item.texts[1] in purposes and item.texts[1] not in donors
    }
    aliases = [item for key, item in declared["alias"].items() if key not in named]
    donors, faults = read_aliases(aliases, donors)
    findings.extend(faults)
    mandates, faults = read_mandates(
        declared["mandate"].values(), declared["paragraph"].values(), declared["rule"].values()
    )
    findings.extend(faults)
    periods, faults = _read_periods(declared["period"].values())
    findings.extend(faults)
    currencies = list(options["operating_currency"]) if options else []
    currency = currencies[0] if currencies else "USD"
    banks, faults = read_banks(declared, funds, currency, donors)
    findings.extend(faults)
    seals = {key[0]: _read_seal(item) for key, item in declared["seal"].items()}
    reopenings, faults = _read_reopenings(declared["reopening"].values(), periods)
    findings.extend(faults)
    certifications, faults = read_certifications(
        declared["certification"].values(), seals, reopenings
    )
    findings.extend(faults)
    allotments, faults = read_allotments(
        declared["allotment"].values(), funds, periods.names(), purposes, currency
    )
    findings.extend(faults)
    agreements, faults = read_agreements(declared, funds, donors, purposes)
    findings.extend(faults)
    stationery, faults = read_stationery(declared, funds, donors)
    findings.extend(faults)
    publications, faults = read_publications(
        declared["publication"].values(), funds, periods.names(), donors
    )
    findings.extend(faults)
    standard_codes, faults = read_standard_codes(
        declared["standard-code"].values(),
        {code: fund.classes for code, fund in funds.items()},
        purposes,
        donors,
        kinds,
    )
    findings.extend(faults)
    persons, faults = read_persons(declared["person"].values())
    findings.extend(faults)
    findings.extend(find_dead_words(declared, funds, donors, purposes))
    rates, faults = _read_rates(declared, funds, currency)
    findings.extend(faults)
    return Settings(
        funds=funds,
        donors=donors,
        purposes=purposes,
        purpose_tree=purpose_tree,
        purpose_aliases={item.texts[0]: item.texts[1] for item in named.values()},
        sheet_answers=read_sheet_answers(declared["sheet-answer"].values()),
        mandates=mandates,
        periods=periods,
        seals=seals,
        reopenings=reopenings,
        certifications=certifications,
        banks=banks,
        allotments=allotments,
        agreements=agreements,
        stationery=stationery,
        publications=publications,
        standard_codes=standard_codes,
        persons=persons,
        rate_age=rates[0],
        rate_base=rates[1],
        fixed_rates=rates[2],
        currency=currency,
        findings=tuple(findings),
    )


def _read_seal(declaration: Declaration) -> SealStated:
    keys = FORMS["seal"].keys & declaration.meta.keys()
    digests = {key: declaration.text(key) for key in sorted(keys)}
    period, sha256 = declaration.texts
    return SealStated(period, sha256, digests)


def _read_reopenings(
    declarations: Iterable[Declaration], periods: Periods
) -> tuple[tuple[Reopening, ...], list[Finding]]:
    """Return the reopenings, and what is wrong with them."""
    found: list[Reopening] = []
    faults: list[Finding] = []
    for item in declarations:
        period, number = item.texts
        day = as_date(item.meta.get("reopened-on"))
        wrong = ""
        if period not in periods.names():
            wrong = (
                f"names the period {period!r}, which the book does not declare (declared: "
                f"{', '.join(periods.names()) or 'none'}): correct the name, or declare the period"
            )
        elif not _REOPENING_NUMBER.fullmatch(number):
            wrong = (
                f"has the number {number!r}: write which time the period was opened again, as in "
                '"1"'
            )
        elif day is None and "reopened-on" in item.meta:
            wrong = (
                f"was approved on {item.text('reopened-on') or 'no day'}: write reopened-on: as a "
                "date, such as 2004-05-01"
            )
        if wrong:
            said = f"The reopening of {period} {wrong}."
            faults.append(finding(item.entry, "reopening", said))
            continue
        found.append(
            Reopening(
                period=period,
                number=int(number),
                authority=item.text("authority"),
                day=day,
                seal=item.text("seal"),
            )
        )
    return tuple(found), faults


def _read_rate_age(declarations: Iterable[Declaration]) -> tuple[int, list[Finding]]:
    """Return for how many days a rate holds, as it was declared last, and what is wrong with it."""
    age, faults = RATE_AGE, []
    for declaration in declarations:
        (days,) = declaration.texts
        if days.isdecimal() and len(days) <= _LONGEST_AGE:
            age = int(days)
            continue
        faults.append(
            finding(
                declaration.entry,
                "rate-age",
                f"rate-age is {days!r}: it must be a number of days, zero or above, such as "
                f'"{RATE_AGE}".',
            )
        )
    return age, faults


def _read_rates(
    declared: Mapping[str, Mapping[tuple[str, ...], Declaration]],
    funds: Mapping[str, Fund],
    currency: str,
) -> tuple[tuple[int, RateBase, FixedRates], list[Finding]]:
    """Return how long rates hold, what they are against, those that are fixed, and faults."""
    age, faults = _read_rate_age(declared["rate-age"].values())
    base, more = _read_rate_base(declared["rate-base"].values())
    fixed, wrong = read_fixed_rates(declared["fixed-rate"].values(), funds, currency)
    return (age, base, fixed), [*faults, *more, *wrong]


def _read_rate_base(declarations: Iterable[Declaration]) -> tuple[RateBase, list[Finding]]:
    """Return what rates are against, as it was declared last, and what is wrong with it."""
    base, faults = UN_RATES, []
    for declaration in declarations:
        (code,) = declaration.texts
        if is_currency(code):
            named = UN_RATES.source if code == UN_RATES.currency else ""
            base = RateBase(code, declaration.text("source", named))
            continue
        faults.append(
            finding(
                declaration.entry,
                "rate-base",
                f"rate-base is {code!r}: it must be the currency against which the rates of the "
                'book are, such as "USD" or "EUR".',
            )
        )
    return base, faults


def _unknown_parents(
    declarations: Iterable[Declaration], funds: Mapping[str, Fund]
) -> list[Finding]:
    return [
        finding(
            declaration.entry,
            "unknown-fund",
            f"Fund {declaration.texts[0]} is said to be within {declaration.text('within')!r}, "
            "which is not declared: declare that fund, or take the line out.",
        )
        for declaration in declarations
        if declaration.text("within") and declaration.text("within") not in funds
    ]


def _read_donors(
    declarations: Iterable[Declaration], kinds: DonorKinds
) -> tuple[Directory, list[Finding]]:
    donors: list[Donor] = []
    names: dict[str, list[str]] = {}
    faults: list[Finding] = []
    stated: list[Declaration] = []
    states, shipped = Directory.of_states(), Directory.shipped()
    for declaration in declarations:
        code, name = declaration.texts
        known = states.get(code)
        kind = declaration.text("kind") or (alike.kind if (alike := shipped.get(code)) else "")
        if not is_code(code):
            faults.append(
                finding(
                    declaration.entry,
                    "code",
                    f"The donor code {code!r} cannot be part of an account name: it begins with "
                    "a capital letter or digit and holds letters, digits and hyphens only.",
                )
            )
            continue
        if kind not in kinds:
            faults.append(
                finding(
                    declaration.entry,
                    "donor-kind",
                    f"Donor {code} has the kind {kind!r}: write kind: as one of {kinds}, or "
                    f'declare it with custom "donor-kind".',
                )
            )
            continue
        if declaration.text("group") and declaration.text("group") not in kinds.groups:
            faults.append(
                finding(
                    declaration.entry,
                    "donor-group",
                    f"Donor {code} has the group {declaration.text('group')!r}: write group: as "
                    f"one of {', '.join(kinds.groups)}, declare it with custom "
                    '"donor-group", or leave it out.',
                )
            )
            continue
        until, since = (as_date(declaration.meta.get(key)) for key in ("until", "since"))
        for key, day in (("until", until), ("since", since)):
            if day is None and key in declaration.meta:
                faults.append(
                    finding(
                        declaration.entry,
                        "donor-until",
                        f"Donor {code} has {key}: {declaration.text(key)!r}, which is no date: "
                        "write it as 2002-01-01.",
                    )
                )
        since = since or (known.valid_from if known else None)
        until = until or (known.valid_until if known else None)
        if until and since and until < since:
            faults.append(
                finding(
                    declaration.entry,
                    "donor-until",
                    f"Donor {code} has until: {until}, before it began on {since}: "
                    "correct the date or the code.",
                )
            )
            continue
        donors.append(
            Donor(
                code=code,
                name=name,
                kind=kind,
                valid_from=since,
                valid_until=until,
                stated_group=declaration.text("group"),
            )
        )
        stated.append(declaration)
        names[code] = [
            declaration.text(key)
            for key in declaration.meta
            if key.startswith("name") and declaration.text(key)
        ]
    directory = shipped.with_kinds(kinds).with_donors(donors, names)
    levels, fault = read_levels(stated, directory)
    directory = directory.with_levels(levels)
    faults += fault
    for declaration in stated:
        directory, fault = _continue(directory, declaration)
        faults += fault
    return directory, faults


def _continue(directory: Directory, declaration: Declaration) -> tuple[Directory, list[Finding]]:
    """Read by whom a donor is continued."""
    code, former = declaration.texts[0], declaration.text("continues")
    if not former:
        return directory, []
    try:
        return directory.with_continuation(former, code, declaration.day), []
    except ValueError as error:
        return directory, [
            finding(
                declaration.entry,
                "donor-continues",
                f"Donor {code} is said to continue {former!r} from {declaration.day} on, the date "
                f"of its declaration: {error}. Correct continues: or the date.",
            )
        ]


def _read_periods(declarations: Iterable[Declaration]) -> tuple[Periods, list[Finding]]:
    periods: list[Period] = []
    faults: list[Finding] = []
    for declaration in sorted(declarations, key=lambda item: item.day):
        end = declaration.until
        assert end is not None  # the form of a period ends with a date
        (name,) = declaration.texts
        if not names_files(name):
            faults.append(
                finding(
                    declaration.entry,
                    "period-name",
                    f"A period's name becomes the name of its files, and {name!r} cannot: it is "
                    "made of letters, digits, points, hyphens and underscores, does not begin or "
                    "end with a point, and is not that of a file the book has for other things. "
                    "Write for example 2004-2005.",
                )
            )
        elif end < declaration.day:
            faults.append(
                finding(
                    declaration.entry,
                    "period-order",
                    f"Period {name!r} ends on {end}, before it begins on {declaration.day}: "
                    "correct one of the dates.",
                )
            )
        elif declaration.day == date.min or end == date.max:
            faults.append(
                finding(
                    declaration.entry,
                    "period-order",
                    f"Period {name!r} is from {declaration.day} to {end}: a report sets it against "
                    "the day before and the day after, which the calendar does not have. Correct "
                    "the date.",
                )
            )
        elif periods and declaration.day <= periods[-1].end:
            faults.append(
                finding(
                    declaration.entry,
                    "period-overlap",
                    f"Period {name!r} begins on {declaration.day}, within period "
                    f"{periods[-1].name!r} (to {periods[-1].end}): periods do not overlap.",
                )
            )
        else:
            framework = declaration.text("framework", FRAMEWORKS[0])
            if framework not in FRAMEWORKS:
                faults.append(
                    finding(
                        declaration.entry,
                        "framework",
                        f"Period {name!r} has the framework {framework!r}: its statements follow "
                        f"{' or '.join(FRAMEWORKS)}; write one of these, or leave it out for "
                        f"{FRAMEWORKS[0]}.",
                    )
                )
                framework = FRAMEWORKS[0]
            periods.append(Period(declaration.day, end, name, framework))
    return Periods(periods), faults
