"""Codes by which standards of others know what the book has: declared, never guessed.

    2018-01-01 custom "standard-code" "un-contributor" "donor" "EXF" "C05"
    2018-01-01 custom "standard-code" "iati-sector" "purpose" "corruption" "15113"

Each says which scheme, of what (a fund, class, purpose, donor, kind of donor or
other income), which one, and its code
there. Sources: docs/standards.md.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from types import MappingProxyType

from msgspec import Struct
from pledgebook.ledger.declared.declarations import Declaration
from pledgebook.ledger.findings import Finding, finding

CONTRIBUTORS: Mapping[str, str] = MappingProxyType(
    {
        "C01": "Government",
        "C02": "Non-governmental organizations",
        "C03": "Public-private partnerships",
        "C04A": "Multilateral: international financial institutions",
        "C04B": "Multilateral: global vertical funds",
        "C04C": "Multilateral: UN organizations, without pooled funds",
        "C04D": "Multilateral: UN inter-agency pooled funds",
        "C04E": "Multilateral: other",
        "C05": "Foundations",
        "C06": "Private sector",
        "C07": "Academic, training and research institutions",
        "C08A": "Other: European Union",
        "C08B": "Other: without the European Union",
        "C09": "No contributor",
    }
)
"""Types of contributor of the UN data standards (standard VI)."""

REVENUES: Mapping[str, str] = MappingProxyType(
    {
        "R01": "Assessed contributions",
        "R02A": "Voluntary, un-earmarked",
        "R02B": "Voluntary, un-earmarked, in kind",
        "R03A": "Earmarked: UN inter-agency pooled funds",
        "R03B": "Earmarked: single-agency thematic funds",
        "R03C": "Earmarked: global vertical funds",
        "R03D": "Earmarked: local resources",
        "R03E": "Earmarked: project or programme specific",
        "R03F": "Earmarked: in kind",
        "R04A": "Revenue from other activities: internal",
        "R04B": "Revenue from other activities: UN",
        "R04C": "Revenue from other activities: external",
    }
)
"""Types of revenue of the UN data standards, with grant financing instruments (standard IV)."""

ORGANISATION_TYPES = frozenset(
    {"10", "11", "15", "21", "22", "23", "24", "30", "40", "60", "70", "71", "72", "73", "80", "90"}
)
"""Types of organisation of IATI."""

ACTIVITIES = ("fund", "purpose")
"""What of a fund is one activity in an IATI file: all of it, or each purpose."""

INCOME = ("exchange", "exchange-on-cash", "interest", "miscellaneous")
"""What a fund has of income beside contributions, as the statement of income calls its lines."""

_IDENTIFIER = re.compile(r"[^\s/&|?]+")


class Scheme(Struct, frozen=True, kw_only=True):
    """One scheme: of what it has codes, and how these look: a list, or a pattern in words."""

    of: tuple[str, ...]
    codes: Container[str] = ()
    pattern: str = ""
    looks: str


SCHEMES: Mapping[str, Scheme] = MappingProxyType(
    {
        "iati-organisation": Scheme(
            of=("fund", "donor"),
            pattern=_IDENTIFIER.pattern,
            looks="an identifier without blanks and without / & | ?, such as XM-DAC-41119",
        ),
        "iati-organisation-type": Scheme(
            of=("fund", "donor", "kind"),
            codes=ORGANISATION_TYPES,
            looks=f"one of {', '.join(sorted(ORGANISATION_TYPES))}",
        ),
        "iati-sector": Scheme(
            of=("fund", "purpose"), pattern="[0-9]{5}", looks="a sector of five digits"
        ),
        "iati-country": Scheme(
            of=("fund", "purpose"), pattern="[A-Z]{2}", looks="a country of two letters"
        ),
        "iati-region": Scheme(
            of=("fund", "purpose"), pattern="[0-9]{2,4}", looks="a region such as 998"
        ),
        "iati-activities": Scheme(
            of=("fund",), codes=ACTIVITIES, looks=f"one of {', '.join(ACTIVITIES)}"
        ),
        "un-contributor": Scheme(
            of=("donor", "kind"),
            codes=CONTRIBUTORS,
            looks=f"one of {', '.join(CONTRIBUTORS)}",
        ),
        "un-revenue": Scheme(
            of=("fund", "class", "purpose", "income"),
            codes=REVENUES,
            looks=f"one of {', '.join(REVENUES)}",
        ),
    }
)
"""The schemes there are, by name."""

Codes = Mapping[tuple[str, str, str], str]
"""Codes by scheme, what they are of, and which one; a class as "FUND class"."""


def read_standard_codes(
    declarations: Iterable[Declaration],
    funds: Mapping[str, Iterable[str]],
    purposes: Container[str],
    donors: Container[str],
    kinds: Container[str],
) -> tuple[dict[tuple[str, str, str], str], list[Finding]]:
    """Return the codes that are declared, and what is wrong with them. `funds` gives the classes of
    each fund.
    """
    known: Mapping[str, Container[str]] = {
        "fund": funds,
        "class": {f"{fund} {each}" for fund, classes in funds.items() for each in classes},
        "purpose": purposes,
        "donor": donors,
        "kind": kinds,
        "income": INCOME,
    }
    found: dict[tuple[str, str, str], str] = {}
    faults: list[Finding] = []
    for item in declarations:
        name, of, which, code = item.texts
        scheme = SCHEMES.get(name)
        if scheme is None:
            wrong = f"there is no scheme {name!r}; the schemes are {', '.join(SCHEMES)}"
        elif of not in scheme.of:
            wrong = f"{name} has codes of {', '.join(scheme.of)}, and this is of {of!r}"
        elif which not in known[of]:
            wrong = f"{which!r} is no {of} of this book"
        elif not (re.fullmatch(scheme.pattern, code) if scheme.pattern else code in scheme.codes):
            wrong = f"{code!r} is no code of {name}: it is {scheme.looks}"
        else:
            found[name, of, which] = code
            continue
        faults.append(
            finding(item.entry, "standard-code", f"The code is not taken: {wrong}. Correct it.")
        )
    return found, faults
