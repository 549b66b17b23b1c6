"""Well-known organizations: bodies of the United Nations, financial institutions, regional
organizations, funds and agencies of States, with the names they go by.

The two files beside those of States are read when a code or a name is looked up that is neither a
State's nor the book's, and once a process. tools/make_organizations.py says what they hold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import NamedTuple

from msgspec import Struct
from pledgebook.ledger.declared.shipped import day_in, lines_of


class Organization(NamedTuple):
    """An organization's kind as a donor, the State (ISO alpha-3) whose agency it is, "" for none,
    and its first and last day, both included.
    """

    kind: str
    state: str
    since: date | None
    until: date | None


class ReportName(NamedTuple):
    """A name for reports in a language, and the last day it was in use (None: still is)."""

    language: str
    text: str
    until: date | None = None


class Organizations(Struct, frozen=True, kw_only=True):
    """The directory: organizations by code, and by key (see names) the codes a name stands for.

    `names` are those that one organization alone bears. What several bear, or what is short for
    others as well, is in `shared`, and so are all names of agencies: these may give in their own
    name, or for their State. `offices` gives the States (ISO alpha-3) of agencies and ministries.
    """

    by_code: Mapping[str, Organization]
    reported: Mapping[str, tuple[ReportName, ...]]
    names: Mapping[str, tuple[str, ...]]
    shared: Mapping[str, tuple[str, ...]]
    offices: Mapping[str, tuple[str, ...]]


@cache
def read_organizations() -> Organizations:
    """Return the directory as it is shipped."""
    by_code = {
        code: Organization(kind, state, day_in(since), day_in(until))
        for code, kind, state, since, until, _ in lines_of("organizations.csv")
    }
    reported: dict[str, list[ReportName]] = defaultdict(list)
    names: dict[str, tuple[str, ...]] = {}
    shared: dict[str, tuple[str, ...]] = {}
    offices: dict[str, tuple[str, ...]] = {}

    def add(table: dict[str, tuple[str, ...]], key: str, code: str) -> None:
        if code not in table.get(key, ()):
            table[key] = (*table.get(key, ()), code)

    for key, code, use, language, name, until, _ in lines_of("organizations-names.csv"):
        if use == "report":
            reported[code].append(ReportName(language, name, day_in(until)))
        if use == "office":
            add(offices, key, code)
        elif state := by_code[code].state:
            add(offices, key, state)
            add(shared, key, code)
        else:
            add(shared if use == "shared" else names, key, code)
    for key in shared.keys() & names.keys():
        for code in names.pop(key):
            add(shared, key, code)
    return Organizations(
        by_code=by_code,
        reported={code: tuple(own) for code, own in reported.items()},
        names=names,
        shared=shared,
        offices=offices,
    )
