"""Funds, their classes and their rules of recognition.

1999-12-31 custom "fund" "CPCJF" "United Nations Crime Prevention and Criminal Justice Fund"
classes: "core tied overhead"
default-class: "core"
earmarked-class: "tied"
support-class: "overhead"
recognition-tied: "receipt"

What a class is for is its role: the default takes what nobody earmarked, the earmarked what is for
a purpose, the support class earns support costs. Classes called general, special and support have
these roles unless the fund says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Literal, get_args

from msgspec import Struct
from pledgebook.ledger.declared.chart import is_code
from pledgebook.ledger.declared.declarations import Declaration
from pledgebook.ledger.declared.periods import JANUARY, MonthDay
from pledgebook.ledger.findings import Finding, finding

INTEREST_BY = ("average", "month-end")
"""By what interest may be shared among classes: the mean of their balances of every day, or of the
ends of months."""

POLICIES = ("pledge", "receipt", "agreement")
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,4})?")
_YEARS, _WHOLE = 3, 100
_TOLERANCES = {"charges-absolute": "50.00", "charges-percent": "1", "rate-tolerance": "10"}
CLASS_ROLES = MappingProxyType({"default": "general", "earmarked": "special", "support": "support"})
"""What classes are for, each with the class that has this role where a fund does not say."""

CASH, BILATERAL, NOTE = FORMS_OF_SETTLEMENT = ("cash", "bilateral", "note")
"""Forms in which an instalment is settled that have an event each; a further word that a fund
states is another form of its own name."""

_FORM = re.compile(r"[a-z][a-z0-9-]*")
_DEFAULT_CLASSES = tuple(CLASS_ROLES.values())


Valuation = Literal["rate", "fixed", "sheet"]
VALUATIONS: tuple[Valuation, ...] = get_args(Valuation)
"""At what pledges in other currencies are valued: the book's rates, rates decided for the fund, or
what the donor's sheet states."""


class Fund(Struct, frozen=True, kw_only=True):
    """A self-balancing fund. `within` is the code of the fund it is operated in, or empty;
    `recognition` gives the policy of each class; `since` is the day its accounts open.
    """

    code: str
    name: str
    since: date
    classes: tuple[str, ...]
    within: str = ""
    recognition: Mapping[str, str] | None = None
    roles: Mapping[str, str] = MappingProxyType({})
    """The class of each of CLASS_ROLES that the fund states one for."""

    overspending: str = "error"
    four_eyes: bool = False
    """Whether what needs approval is an error without two persons."""

    charges_absolute: Decimal = Decimal("50.00")
    charges_percent: Decimal = Decimal(1)
    """What banks may keep of a payment for it to be a charge: the smaller of the two."""

    rate_tolerance: Decimal = Decimal(10)
    """Percent by which a value may differ from the book's rate's before it is a notice."""

    valuation: Valuation = "rate"
    """At what its pledges in other currencies are valued."""

    interest_by: str = INTEREST_BY[0]
    """By what balances interest is shared among the fund's classes, one of INTEREST_BY."""

    settlement: tuple[str, ...] = (CASH,)
    """The forms in which donors settle what they pledged, in the order of reports."""

    year_begins: MonthDay = JANUARY
    """The first day of its fiscal year, by which reports name years: FY2004 ends in 2004."""

    allowance: tuple[Decimal, ...] = ()
    """Percent held to be doubtful of what is more than one, two, three years overdue; empty: the
    fund makes no allowance."""

    def policy(self, class_: str) -> str:
        """Return how contributions of `class_` become income: pledge unless declared."""
        return (self.recognition or {}).get(class_, "pledge")

    @property
    def other_forms(self) -> tuple[str, ...]:
        """The forms of settlement that are the fund's own words."""
        return tuple(form for form in self.settlement if form not in FORMS_OF_SETTLEMENT)

    @property
    def default_class(self) -> str:
        """The class of money that nobody earmarked: as stated, else general, else the first."""
        return self._with_role("default") or self.classes[0]

    @property
    def earmarked_class(self) -> str:
        """The class of earmarked money: as stated, else special, else the default class."""
        return self._with_role("earmarked") or self.default_class

    @property
    def support_class(self) -> str:
        """The class that earns support costs: as stated, else support; "" where there is none."""
        return self._with_role("support")

    def is_earmarked(self, class_: str) -> bool:
        """Tell whether all money of a class is earmarked."""
        return class_ == self._with_role("earmarked")

    def is_general(self, class_: str) -> bool:
        """Tell whether no money of a class is earmarked, since another class is for that."""
        return class_ == self.default_class != self.earmarked_class

    @property
    def giving_classes(self) -> tuple[str, ...]:
        """The classes that donors give to: all but the one that earns support costs."""
        others = tuple(each for each in self.classes if each != self.support_class)
        return others or self.classes

    def _with_role(self, role: str) -> str:
        stated = self.roles.get(role)
        return stated or (CLASS_ROLES[role] if CLASS_ROLES[role] in self.classes else "")

    def class_of(self, stated: str | None, purpose: str | None) -> str:
        """Return the class of a posting: the fund's only one, else the stated one, else that of
        earmarked money or of money that nobody earmarked.
        """
        if len(self.classes) == 1:
            return self.classes[0]
        return stated or (self.earmarked_class if purpose else self.default_class)


def read_classes(words: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Return classes and, by role, which of them has it, as a person says both: "core:default",
    "tied:earmarked". Raises ValueError for a role that there is not, or of two classes.
    """
    classes: list[str] = []
    roles: dict[str, str] = {}
    for word in words:
        class_, colon, role = word.partition(":")
        classes.append(class_)
        if not colon:
            continue
        if role not in CLASS_ROLES:
            known = ", ".join(CLASS_ROLES)
            raise ValueError(f"{word!r} gives the class {class_!r} no role of {known}")
        if role in roles:
            raise ValueError(f"{role} is the role of both {roles[role]} and {class_}")
        roles[role] = class_
    return classes, roles


def write_classes(fund: Fund) -> str:
    """Return a fund's classes with the roles it states for them, as `read_classes` takes them."""
    stated = {class_: role for role, class_ in fund.roles.items()}
    return " ".join(f"{each}:{stated[each]}" if each in stated else each for each in fund.classes)


def read_fund(declaration: Declaration) -> tuple[Fund, list[Finding]]:
    """Return the fund a declaration describes, and what is wrong with it."""
    code, name = declaration.texts
    faults = []

    def fault(rule: str, message: str) -> None:
        faults.append(finding(declaration.entry, rule, message))

    if not is_code(code):
        fault(
            "code",
            f"The fund code {code!r} cannot be part of an account name: it begins with a capital "
            "letter or digit and holds letters, digits and hyphens only.",
        )
    recognition = {
        key.removeprefix("recognition-"): declaration.text(key)
        for key in declaration.meta
        if key.startswith("recognition-")
    }
    classes = declaration.words("classes") or (
        tuple(recognition)
        if len(recognition) == 1 and not recognition.keys() & set(_DEFAULT_CLASSES)
        else _DEFAULT_CLASSES
    )
    for class_, policy in recognition.items():
        if policy not in POLICIES:
            fault(
                "recognition",
                f"The recognition policy of class {class_!r} is {policy!r}: it must be one of "
                f"{', '.join(POLICIES)}.",
            )
        if class_ not in classes:
            fault(
                "class",
                f"recognition-{class_} names a class that fund {code} does not have: its classes "
                f"are {', '.join(classes)}.",
            )
    roles = {role: text for role in CLASS_ROLES if (text := declaration.text(f"{role}-class"))}
    for role, class_ in [*roles.items()]:
        if class_ not in classes:
            del roles[role]
            fault(
                "class",
                f"{role}-class names the class {class_!r}, which fund {code} does not have: its "
                f"classes are {', '.join(classes)}. Correct the word, or add the class.",
            )
    overspending = declaration.text("overspending", "error")
    if overspending not in {"error", "notice"}:
        fault("overspending", f"overspending is {overspending!r}: it must be error or notice.")
    four_eyes = declaration.text("four-eyes", "no")
    if four_eyes not in {"yes", "no"}:
        fault("four-eyes", f"four-eyes is {four_eyes!r}: it must be yes or no.")
    interest_by = declaration.text("interest-by", INTEREST_BY[0])
    if interest_by not in INTEREST_BY:
        fault(
            "interest-by",
            f"interest-by is {interest_by!r}: it must be {' or '.join(INTEREST_BY)}.",
        )
        interest_by = INTEREST_BY[0]
    valuation = next(
        (each for each in VALUATIONS if each == declaration.text("valuation", "rate")), None
    )
    if valuation is None:
        fault(
            "valuation",
            f"valuation is {declaration.text('valuation')!r}: it must be one of "
            f"{', '.join(VALUATIONS)}.",
        )
    tolerances = []
    for key, default in _TOLERANCES.items():
        text = declaration.text(key, default)
        if not _NUMBER.fullmatch(text):
            said = f"{key} is {text!r}: it must be a number, zero or above, such as {default!r}."
            if key == "rate-tolerance":
                fault("rate-tolerance", said)
            else:
                fault("charges-tolerance", said)
            text = default
        tolerances.append(Decimal(text))
    fund = Fund(
        code=code,
        name=name,
        since=declaration.since,
        classes=classes,
        within=declaration.text("within"),
        recognition=recognition,
        roles=roles,
        overspending=overspending,
        four_eyes=four_eyes == "yes",
        interest_by=interest_by,
        valuation=valuation or "rate",
        charges_absolute=tolerances[0],
        charges_percent=tolerances[1],
        rate_tolerance=tolerances[2],
        settlement=_read_settlement(declaration.words("settlement"), fault),
        year_begins=_read_year_begins(declaration.text("year-begins"), fault),
        allowance=_read_allowance(declaration.words("allowance"), fault),
    )
    return fund, faults


def _read_settlement(words: Sequence[str], fault: Callable[[str, str], None]) -> tuple[str, ...]:
    """Return the forms in which a fund's pledges are settled; cash unless declared."""
    wrong = [word for word in words if not _FORM.fullmatch(word)]
    if wrong or len(set(words)) < len(words):
        fault(
            "settlement-words",
            f"settlement is {' '.join(words)!r}: it must be words in small letters, each once: "
            f"{', '.join(FORMS_OF_SETTLEMENT)}, and the fund's own for other forms.",
        )
        return (CASH,)
    return tuple(words) or (CASH,)


def _read_year_begins(text: str, fault: Callable[[str, str], None]) -> MonthDay:
    """Return on which day a fund's years begin; the first of January unless declared."""
    if not text:
        return JANUARY
    try:
        day = date.fromisoformat(f"2001-{text}")
    except ValueError:
        fault(
            "year-begins",
            f"year-begins is {text!r}: it must be a month and a day that every year has, such as "
            '"07-01".',
        )
        return JANUARY
    return day.month, day.day


def _read_allowance(words: Sequence[str], fault: Callable[[str, str], None]) -> tuple[Decimal, ...]:
    """Return the percents of a fund's allowance, rising with the years; none unless declared."""
    if not words:
        return ()
    percents = [Decimal(word) for word in words if _NUMBER.fullmatch(word)]
    if len(percents) != len(words) or len(words) != _YEARS or percents != sorted(percents):
        fault(
            "allowance",
            f"allowance is {' '.join(words)!r}: it must be three rising percents, for one, two and "
            'three years overdue, such as "25 60 100".',
        )
        return ()
    if percents[-1] > _WHOLE:
        fault("allowance", f"allowance is {' '.join(words)!r}: nothing is doubtful beyond 100.")
        return ()
    return tuple(percents)
