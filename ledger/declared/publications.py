"""What of a fund is public: nothing, unless the book says so.

2004-01-01 custom "publication" "CPCJF"
periods: "2000-2001 2002-2003"
not-named: "BEL"
languages: "en fr ar"
"""

from __future__ import annotations

from collections.abc import Container, Iterable

from msgspec import Struct
from pledgebook.ledger.declared.declarations import Declaration
from pledgebook.ledger.declared.donors import LANGUAGES
from pledgebook.ledger.findings import Finding, finding

UNPAID = ("total", "donors", "none")
"""Of whom what was pledged and is unpaid is public: of all together, of each donor, of nobody."""


class Publication(Struct, frozen=True, kw_only=True):
    """What is public of a fund: of which periods (of those that are closed, where it is empty), in
    which languages, which donors without their names, and what of what is unpaid, one of UNPAID.
    """

    fund: str
    periods: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    not_named: frozenset[str] = frozenset()
    unpaid: str = UNPAID[0]


def read_publications(
    declarations: Iterable[Declaration],
    funds: Container[str],
    periods: Container[str],
    donors: Container[str],
) -> tuple[dict[str, Publication], list[Finding]]:
    """Return what is public, by fund, and what is wrong with it. A line with a fault publishes
    nothing: it might have kept something back.
    """
    found: dict[str, Publication] = {}
    faults: list[Finding] = []
    for item in declarations:
        (fund,) = item.texts
        languages = item.words("languages") or ("en",)
        unpaid = item.text("unpaid", UNPAID[0])
        wrong = [
            *([f"{fund!r} is no fund of this book"] if fund not in funds else []),
            *(f"{each!r} is no declared period" for each in _missing(item, "periods", periods)),
            *(f"{each!r} is no donor" for each in _missing(item, "not-named", donors)),
            *(f"{each!r} is none of {', '.join(LANGUAGES)}" for each in languages
              if each not in LANGUAGES),
            *([f"unpaid: is {unpaid!r}, not one of {', '.join(UNPAID)}"]
              if unpaid not in UNPAID else []),
        ]  # fmt: skip
        if wrong:
            said = f"Nothing of {fund} is published: {'; '.join(wrong)}. Correct the line."
            faults.append(finding(item.entry, "publication", said))
            continue
        found[fund] = Publication(
            fund=fund,
            periods=tuple(item.words("periods")),
            languages=tuple(languages),
            not_named=frozenset(item.words("not-named")),
            unpaid=unpaid,
        )
    return found, faults


def _missing(item: Declaration, key: str, known: Container[str]) -> list[str]:
    return [word for word in item.words(key) if word not in known]
