"""States and territories as they are shipped, those that are no more among them, and what they are
called. tools/make_states.py says what the files hold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from pledgebook.ledger.declared.donors import LANGUAGES, Donor
from pledgebook.ledger.declared.organizations import ReportName
from pledgebook.ledger.declared.shipped import day_in, lines_of


class States(NamedTuple):
    """States and territories by code (ISO alpha-3), and those codes by code of two letters."""

    donors: Mapping[str, Donor]
    short_codes: Mapping[str, tuple[str, ...]]


class StateNames(NamedTuple):
    """Codes of States by key (see names): of what they are `called`, and of what may stand for
    them and is `proposed` alone.
    """

    called: Mapping[str, tuple[str, ...]]
    proposed: Mapping[str, tuple[str, ...]]


@cache
def read_states() -> States:
    """Return all States and territories, read once a process."""
    former: dict[str, list[ReportName]] = defaultdict(list)
    for code, language, name, until in lines_of("states-former.csv"):
        former[code].append(ReportName(language, name, day_in(until)))
    donors: dict[str, Donor] = {}
    short_codes: dict[str, tuple[str, ...]] = {}
    for code, short, _, kind, since, until, *texts, _ in lines_of("states.csv"):
        names = dict(zip(LANGUAGES, texts, strict=True))
        donors[code] = Donor(
            code=code,
            name=names["en"],
            kind=kind,
            valid_from=day_in(since),
            valid_until=day_in(until),
            names=(*former[code], *(ReportName(*each) for each in names.items())),
        )
        short_codes[short] = (*short_codes.get(short, ()), code)
    return States(MappingProxyType(donors), MappingProxyType(short_codes))


@cache
def read_state_names() -> StateNames:
    """Return what States are called, read once a process."""
    names: dict[str, tuple[str, ...]] = {}
    proposals: dict[str, tuple[str, ...]] = {}
    for key, code, use, _, _ in lines_of("states-names.csv"):
        table = proposals if use == "proposed" else names
        table[key] = (*table.get(key, ()), code)
    return StateNames(names, proposals)
