"""Donors: who gives, what kind of donor it is, and how it is called in reports.

Which donor a text names, the directory tells (see directory).
"""

from __future__ import annotations

from datetime import date
from functools import cache

from msgspec import Struct
from pledgebook.ledger.declared.donor_kinds import STATE_KINDS
from pledgebook.ledger.declared.names import normalise
from pledgebook.ledger.declared.organizations import ReportName, read_organizations

LANGUAGES = ("ar", "zh", "en", "fr", "ru", "es")
"""The official languages: those in which every State has a name for reports."""


class Donor(Struct, frozen=True, kw_only=True):
    """A donor of record. The validity dates are the first and the last day, both included.

    `name` is its present English name for reports; `stated_group` the group where a book lists the
    donor elsewhere than its kind says (see donor_kinds). Raises ValueError for an empty code or
    name, or a last day before the first.
    """

    code: str
    name: str
    kind: str
    valid_from: date | None = None
    valid_until: date | None = None
    names: tuple[ReportName, ...] = ()
    stated_group: str = ""

    def __post_init__(self) -> None:
        if not self.code or not self.name:
            raise ValueError("a donor needs a code and a name")
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError(
                f"donor {self.code} would end on {self.valid_until}, before {self.valid_from}"
            )

    def is_valid(self, on: date | None) -> bool:
        """Return whether the donor exists on that day; without a day, always."""
        return on is None or (
            (self.valid_from is None or self.valid_from <= on)
            and (self.valid_until is None or on <= self.valid_until)
        )

    def absence(self, on: date) -> str:
        """Say that the donor did not exist on a day, and what can be done."""
        begins = self.valid_from is not None and on < self.valid_from
        when = (
            f"exists from {self.valid_from} on" if begins else f"existed until {self.valid_until}"
        )
        key = "since" if begins else "until"
        return (
            f"{self.name} ({self.code}) did not exist on {on}: it {when}. Correct the date, name "
            f"the donor that was there then, or, if it is this one all the same, declare it with "
            f'{key}: (custom "donor" "{self.code}")'
        )

    def name_in(self, language: str, on: date | None = None) -> str:
        """Return the name for reports in a language as it was on a day (None: the present one).

        Where that language has no name, the English one is given.
        """
        for wanted in dict.fromkeys((language, "en")):
            in_use = [
                name
                for name in self.names
                if name.language == wanted
                and (name.until is None or (on is not None and on <= name.until))
            ]
            if in_use:
                return min(in_use, key=lambda name: name.until or date.max).text
            if wanted == language and (shipped := self._shipped_name(language, on)):
                return shipped
        return self.name

    def _shipped_name(self, language: str, on: date | None) -> str:
        """Return the name in a language of the well-known organization of this name, or ""."""
        if language not in LANGUAGES or self.kind in STATE_KINDS:
            return ""
        known, key = read_organizations(), normalise(self.name)
        codes = known.names.get(key, ()) or known.shared.get(key, ())
        if len(codes) != 1 or language == "en":
            return ""
        there = well_known(codes[0])
        return there.name_in(language, on) if there.has_name_in(language) else ""

    def has_name_in(self, language: str) -> bool:
        """Return whether there is a name for reports in that very language."""
        return any(name.language == language for name in self.names)


@cache
def well_known(code: str) -> Donor:
    """Return the well-known organization of a code as a donor. Raises KeyError for other codes."""
    known = read_organizations()
    own = known.by_code[code]
    names = known.reported.get(code, ())
    english = next(name.text for name in names if name.language == "en" and name.until is None)
    return Donor(
        code=code,
        name=english,
        kind=own.kind,
        valid_from=own.since,
        valid_until=own.until,
        names=names,
    )
