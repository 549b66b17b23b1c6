"""The directory of donors: which of them a text names, and which it may mean.

All States come with the package, with the names the United Nations uses in its six official
languages, everyday names, and States that are no more; territories too, which are no States; and
well-known organizations (see organizations). A book adds its own donors. A text is a donor's name
only if it is one of the names letter by letter once both are normalised (see names); what merely
looks alike is proposed and never taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from msgspec import Struct, field, structs
from pledgebook.ledger.declared.donor_kinds import SHIPPED, DonorKinds
from pledgebook.ledger.declared.donors import Donor, well_known
from pledgebook.ledger.declared.levels import Levels
from pledgebook.ledger.declared.names import name_keys, normalise, offices, strip_footnote_marks
from pledgebook.ledger.declared.offices import (
    OfficeReader,
    divisions_of,
    parts_of,
    speaks_of_ministry,
)
from pledgebook.ledger.declared.organizations import read_organizations
from pledgebook.ledger.declared.states import read_state_names, read_states

if TYPE_CHECKING:
    from pledgebook.ledger.declared.likeness import Spellings

_SPELT_OTHERWISE = {
    "organisation": "organization",
    "organization": "organisation",
    "programme": "program",
    "program": "programme",
    "centre": "center",
    "center": "centre",
}
_LONGEST_STATE, _SHORTEST_STATE, _MOST_WORDS = 9, 3, 40
"""Of a State's name in a text: the most words and the least letters; the words looked at."""


class Continuation(NamedTuple):
    """By whom a donor is continued, and from which day on."""

    by: str
    since: date


class Directory(Struct, frozen=True, eq=False, kw_only=True):
    """Donors by code and by name. It never changes: `with_donors` gives a new one.

    `_names` are those a book adds: what States are called is read when a name is first looked up,
    and well-known organizations, where they are `_shipped`, when one that nobody of these bears is.
    """

    _donors: Mapping[str, Donor]
    _short_codes: Mapping[str, tuple[str, ...]]
    _names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    _aliases: Mapping[str, str] = field(default_factory=dict)
    _continued: Mapping[str, Continuation] = field(default_factory=dict)
    """By the code of a former donor, who continues it."""
    kinds: DonorKinds = SHIPPED
    """What donors can be, and the groups that reports list them under."""
    levels: Levels = Levels()
    """Which donors are within others, as a ministry within its State."""
    _shipped: bool = False
    _kept: dict[str, Any] = field(default_factory=dict)
    """What is worked out when it is first asked for: the organizations taken, all spellings."""

    @staticmethod
    def of_states() -> Directory:
        """Return the directory of all States and territories, read once a process."""
        return _states()

    @staticmethod
    def shipped() -> Directory:
        """Return the directory that a book begins with: States, territories, well-known
        organizations.
        """
        return _shipped()

    def with_kinds(self, kinds: DonorKinds) -> Directory:
        """Return this directory in a book that has these kinds and groups of donors."""
        return structs.replace(self, kinds=kinds, _kept={})

    def with_levels(self, levels: Levels) -> Directory:
        """Return this directory with donors within others."""
        return structs.replace(self, levels=levels, _kept={})

    def group_of(self, code: str) -> str:
        """Return the group under which reports list a donor: as stated, else that of the donor it
        is within, else by its kind; of a donor nobody knows the last.
        """
        for each in (code, *self.levels.above(code)):
            donor = self.get(each)
            if donor is not None and donor.stated_group:
                return donor.stated_group
            if donor is not None and each not in self.levels.outer:
                return self.kinds.group_of(donor.kind)
        return self.kinds.last

    def within(self, code: str) -> tuple[str, ...]:
        """Return the codes of the donors that a donor is within, the nearest first."""
        return self.levels.above(code)

    def with_donors(
        self, extra: Iterable[Donor], names: Mapping[str, Iterable[str]] | None = None
    ) -> Directory:
        """Return this directory with the book's donors and, by code, further names of donors.

        A donor under a code that is here already takes its place; it is still recognised under
        the names it had, and keeps those for reports in other languages than English. A name that
        two donors bear resolves to neither. Raises ValueError for names of an unknown code.
        """
        donors = dict(self._donors)
        keys = dict(self._names)

        def add(text: str, code: str) -> None:
            key = normalise(text)
            if key and code not in keys.get(key, ()):
                keys[key] = (*keys.get(key, ()), code)

        for donor in extra:
            before = donors.get(donor.code)
            donors[donor.code] = donor if before is None else _with_names_of(before, donor)
            add(donor.name, donor.code)
            for name in donor.names:
                add(name.text, donor.code)
        for code, texts in (names or {}).items():
            if code not in donors:
                raise ValueError(f"names are given for donor {code}, which no directive declares")
            for text in texts:
                add(text, code)
        return structs.replace(
            self, _donors=MappingProxyType(donors), _names=MappingProxyType(keys), _kept={}
        )

    def with_alias(self, text: str, code: str) -> Directory:
        """Return this directory with a text that names the donor of that code, and no other."""
        return structs.replace(self, _aliases={**self._aliases, normalise(text): code})

    def with_continuation(self, former: str, by: str, since: date) -> Directory:
        """Return this directory with one donor that continues another from a day on: the same
        donor under another name and code. Raises ValueError for a code that is not here, for one
        that is continued already, where the two come round in a circle, where the former still
        exists on that day, and where the latter does not any more.
        """
        for code in (former, by):
            if code not in self:
                raise ValueError(f"{code!r} is neither a State nor declared")
        if since == date.min:
            raise ValueError("the calendar has no day before it")
        donor, last = self._at(former), since - timedelta(days=1)
        if donor.valid_until and donor.valid_until > last:
            raise ValueError(f"{former} exists until {donor.valid_until}")
        if former in self._continued:
            raise ValueError(f"{former} is continued by {self._continued[former].by} already")
        if self.of_record(by) == former:
            raise ValueError(f"{by} would continue itself")
        ends = self._at(by).valid_until
        if ends and ends < since:
            raise ValueError(f"{by} exists until {ends}")
        continued = {**self._continued, former: Continuation(by, since)}
        ended = structs.replace(donor, valid_until=donor.valid_until or last)
        donors = MappingProxyType({**self._donors, former: ended})
        return structs.replace(
            self, _donors=donors, _continued=MappingProxyType(continued), _kept={}
        )

    def of_record(self, code: str, on: date | None = None) -> str:
        """Return the code under which a donor is on a day: its own, or that of the donor that
        continues it by then. Without a day, that of the last.
        """
        while (then := self._continued.get(code)) and (on is None or then.since <= on):
            code = then.by
        return code

    def continued(self, on: date) -> dict[str, str]:
        """Return the codes of former donors that are continued by a day, and under which code."""
        return {
            code: self.of_record(code, on)
            for code, then in self._continued.items()
            if then.since <= on
        }

    def formerly(self, code: str, on: date) -> list[tuple[Donor, date]]:
        """Return the donors that a donor continues on a day, the latest first, each with the day
        before it was continued.
        """
        found = [
            (self._donors[former], then.since - timedelta(days=1))
            for former, then in self._continued.items()
            if then.since <= on and self.of_record(former, on) == code
        ]
        return sorted(found, key=lambda each: each[1], reverse=True)

    def _name_on(self, code: str, on: date) -> str:
        """Return under which code the donor of a code existed on a day, before or after."""
        now = self.of_record(code, on)
        if self._at(now).is_valid(on):
            return now
        others = (
            former
            for former in self._continued
            if self.of_record(former) == self.of_record(code) and self._donors[former].is_valid(on)
        )
        return next(others, now)

    def __contains__(self, code: object) -> bool:
        return code in self._donors or self._organization(code) is not None

    def __iter__(self) -> Iterator[Donor]:
        yield from self._donors.values()
        if self._shipped:
            for code in read_organizations().by_code:
                if donor := self._organization(code):
                    yield donor

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def get(self, code: str) -> Donor | None:
        """Return the donor of a code (ISO alpha-3 for States), or None."""
        return self._donors.get(code) or self._organization(code)

    def of_code(self, code: str, on: date | None = None) -> Donor | None:
        """Return the donor of a code as of a day, if it exists then."""
        hits = self._valid((code,), on) if code in self else ()
        return hits[0] if hits else None

    def declares(self, code: str) -> bool:
        """Return whether the book itself declares a donor of that code, a State or not."""
        return code in self._donors and self._donors[code] is not read_states().donors.get(code)

    def confirmed(self, text: str) -> str:
        """Return the code of the donor that a person said a text means, "" for none."""
        return self._aliases.get(normalise(text), "")

    def resolve(
        self,
        text: str,
        on: date | None = None,
        *,
        organizations: bool = True,
        with_offices: bool = True,
    ) -> Donor | None:
        """Return the one donor that a text names on a day, or None if none or several do; see
        `candidates` for what counts.
        """
        hits = self.candidates(text, on, organizations=organizations, with_offices=with_offices)
        return hits[0] if len(hits) == 1 else None

    def resolve_plainly(self, text: str, on: date | None = None) -> Donor | None:
        """Return the one donor that a text names on a day by a name that a State or one of the
        book's donors bears: for texts that mention many an organization beside the one who pays.
        """
        return self.resolve(text, on, organizations=False, with_offices=False)

    def candidates(
        self,
        text: str,
        on: date | None = None,
        *,
        codes: bool = True,
        organizations: bool = True,
        with_offices: bool = True,
    ) -> tuple[Donor, ...]:
        """Return every donor that bears exactly this name or code and exists on that day.

        Of a donor that continues another, each of the two stands for the one there was on that day.
        A code counts only in the letters it is declared with; a State's two letters only in
        capitals; without `codes` those of States do not count, and those of well-known
        organizations never do: what is short for one stands among its names. Codes come before
        names, aliases that a person confirmed before the names of donors, and literal names before
        those that are left when the words of an office are taken off; the first that gives any
        donor decides. What neither a State nor the book's donors are called may be the name of a
        well-known organization (`organizations`), or of a State and an office of it
        (`with_offices`, see `through`).
        """
        code = strip_footnote_marks(text)
        by_code = (code,) if code in self._donors else self._short_codes.get(code, ())
        if not codes and self.is_code_of_state(text):
            by_code = ()
        if hits := self._valid(by_code, on):
            return hits
        alias = self._aliases.get(normalise(text)) if self._aliases else None
        if alias and alias in self and (hits := self._valid((alias,), on)):
            return hits
        for key in name_keys(text):
            if hits := self._valid(self._named(key), on):
                return hits
        if organizations and self._shipped and (hits := self._organizations(text, on)):
            return hits
        if with_offices and self._shipped and (found := self._reader(on).with_office(text)):
            return (self._at(found.state),)
        return ()

    def is_code_of_state(self, text: str) -> bool:
        """Whether a text is nothing but the code of a State (ISO 3166), of two letters or three."""
        code = strip_footnote_marks(text)
        donor = self._donors.get(code)
        return code in self._short_codes or (donor is not None and self.kinds.is_state(donor.kind))

    def named_in(self, text: str, on: date | None = None) -> tuple[Donor, ...]:
        """Return the States whose names stand as whole words in what an office is called, as in
        "Ministry of Finance of the Russian Federation": of names that overlap the longest. A text
        that says nothing of an office gives none: a person and a company bear such names too.
        """
        words = normalise(text).split()[:_MOST_WORDS]
        if not offices().intersection(words):
            return ()
        found: dict[str, Donor] = {}
        taken: set[int] = set()
        for length in range(min(_LONGEST_STATE, len(words)), 0, -1):
            for start in range(len(words) - length + 1):
                span = range(start, start + length)
                key = " ".join(words[start : start + length])
                if len(key) < _SHORTEST_STATE or taken.intersection(span):
                    continue
                states = [
                    donor
                    for donor in self._valid(self._named(key), on)
                    if self.kinds.is_state(donor.kind)
                ]
                if states:
                    taken.update(span)
                    found |= {donor.code: donor for donor in states}
        return tuple(found.values())

    def through(self, text: str, code: str, on: date | None = None) -> str:
        """Return the ministry or agency that a text names for the State of that code, as written:
        of "Norway - Ministry of Foreign Affairs" the second half. "" where it names none.
        """
        donor = self.get(code)
        if donor is None or not self.kinds.is_state(donor.kind):
            return ""
        literal, written = normalise(text), strip_footnote_marks(text)
        if code in self._named(literal):
            return written if speaks_of_ministry(literal) else ""
        if found := self._reader(on).with_office(text):
            return found.office if found.state == code else ""
        if code in read_organizations().offices.get(literal, ()):
            return written
        named = any(code in self._named(key) for key in name_keys(text))
        return written if named and speaks_of_ministry(literal) else ""

    def suggest(self, text: str, limit: int = 3, on: date | None = None) -> tuple[Donor, ...]:
        """Return the donors that a text may mean, the likeliest first, for a person to choose.

        Exact hits come first, then what the text stands for without being its name (an agency and
        its State, the bearers of a shared name), then names that are alike (see likeness). With a
        day, only donors that exist then.
        """
        scores = self._standing(text)
        for part in parts_of(text):
            for code, score in self._standing(part).items():
                scores[code] = max(scores.get(code, 0.0), 0.9 * score)
        if not scores:
            for key in name_keys(text):
                for code, score in self._spellings().alike(key).items():
                    scores[code] = max(scores.get(code, 0.0), score)
        donors = {code: self._at(code) for code in scores}
        likeliest = sorted(
            donors,
            key=lambda code: (
                -scores[code],
                bool(donors[code].valid_until),
                donors[code].name,
                code,
            ),
        )
        return self._valid(likeliest, on)[:limit]

    def stands_for(self, text: str) -> tuple[Donor, ...]:
        """Return the donors for which a text stands, by name or as what is short for them, and not
        for being alike; of a text in parts ("Name (short)") if each part stands for some.
        """
        parts = parts_of(text)
        if scores := self._standing(text):
            return tuple(map(self._at, scores))
        each = [self._standing(part) for part in parts]
        if not parts or not all(each):
            return ()
        return tuple(map(self._at, dict.fromkeys(code for scores in each for code in scores)))

    def _standing(self, text: str) -> dict[str, float]:
        """Return how surely a text stands for donors, by code; empty if it is no name of any."""
        scores: dict[str, float] = {}

        def credit(codes: Iterable[str], score: float) -> None:
            for code in codes:
                scores[code] = max(scores.get(code, 0.0), score)

        credit((donor.code for donor in self.candidates(text, codes=False)), 4.0)
        credit((donor.code for donor in self.candidates(text)), 2.0)
        for key in name_keys(text):
            credit(self._named(key), 3.0)
            credit(read_state_names().proposed.get(key, ()), 2.5)
            if self._shipped:
                known = read_organizations()
                credit(known.offices.get(key, ()), 2.3)
                credit(self._taking(known.names.get(key, ())), 2.2)
                credit(self._taking(known.shared.get(key, ())), 2.1)
        return scores

    def _at(self, code: str) -> Donor:
        donor = self.get(code)
        if donor is None:
            raise KeyError(code)
        return donor

    def _organization(self, code: object) -> Donor | None:
        """Return the well-known organization of a code, unless the book declares it itself."""
        if not self._shipped or code not in read_organizations().by_code or code in self._taken():
            return None
        return well_known(str(code))

    def _taking(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Return codes of organizations, with those of the book's donors for the ones these are."""
        taken = self._taken()
        return tuple(dict.fromkeys(own for code in codes for own in taken.get(code, (code,))))

    def _taken(self) -> Mapping[str, tuple[str, ...]]:
        """Return by code the well-known organizations that the book's own donors stand for: under
        which codes it declares them, by one of their names. One whose code is another donor's of
        the book, of another name, is not there at all.
        """
        if "taken" in self._kept:
            return cast(Mapping[str, tuple[str, ...]], self._kept["taken"])
        known, states = read_organizations(), read_states().donors
        codes = self._donors.keys() & known.by_code.keys()
        tables = (known.names, known.shared)
        keys = sorted(key for table in tables for key in self._names.keys() & table.keys())
        named = [(key, code) for key in keys for code in self._names[key] if code not in states]
        named += [(normalise(self._donors[code].name), code) for code in sorted(codes)]
        taken: dict[str, tuple[str, ...]] = {}
        for key, code in named:
            agencies = [each for each in known.shared.get(key, ()) if known.by_code[each].state]
            for each in (*known.names.get(key, ()), *agencies):
                telling = " " in key or not key.isascii() or code == each
                alike = telling or self._donors[code].kind == known.by_code[each].kind
                if alike and code not in taken.get(each, ()):
                    taken[each] = (*taken.get(each, ()), code)
        for code in codes:
            taken.setdefault(code, ())
        self._kept["taken"] = taken
        return taken

    def _spellings(self) -> Spellings:
        """Return all spellings that the directory knows, for what is like them."""
        from pledgebook.ledger.declared.likeness import Spellings  # noqa: PLC0415 - no load asks

        if "spellings" in self._kept:
            return cast(Spellings, self._kept["spellings"])
        states = read_state_names()
        tables = [states.called, self._names, states.proposed]
        if self._shipped:
            known = read_organizations()
            tables += [
                {key: self._taking(codes) for key, codes in table.items()}
                for table in (known.names, known.shared)
            ]
        found: dict[str, tuple[str, ...]] = {}
        for table in tables:
            for key, codes in table.items():
                if codes:
                    found[key] = tuple(dict.fromkeys((*found.get(key, ()), *codes)))
        spellings = self._kept["spellings"] = Spellings.of(found)
        return spellings

    def _organizations(self, text: str, on: date | None) -> tuple[Donor, ...]:
        """Return the well-known organizations whose name a text is, or whose name and short name:
        each part of "Asian Development Bank (ADB)" names the same one, and one of them no other.
        """
        known = read_organizations()
        for key in name_keys(text):
            for spelt in (key, *_spelt_otherwise(key)):
                if hits := self._valid(self._taking(known.names.get(spelt, ())), on):
                    return hits
        for parts in divisions_of(text):
            if agreed := self._agreed(parts, on):
                return agreed
        return ()

    def _agreed(self, parts: Sequence[str], on: date | None) -> tuple[Donor, ...]:
        """Return the one organization that each of some parts names, one of them no other."""
        known = read_organizations()
        common: set[str] = set()
        exact: set[str] = set()
        for number, part in enumerate(parts):
            keys = [each for key in name_keys(part) for each in (key, *_spelt_otherwise(key))]
            alone = {code for key in keys for code in self._taking(known.names.get(key, ()))}
            alone |= {code for key in keys for code in self._named(key)}
            short = {code for key in keys for code in self._taking(known.shared.get(key, ()))}
            common = common & (alone | short) if number else alone | short
            exact |= alone
        if len(common) != 1 or not common & exact:
            return ()
        hits = self._valid(common, on)
        return tuple(donor for donor in hits if not self.kinds.is_state(donor.kind))

    def _reader(self, on: date | None) -> OfficeReader:
        """Return what tells a State with an office of it, for names as of a day."""

        def states(codes: Iterable[str]) -> list[str]:
            known = self._valid((code for code in codes if code in self._donors), on)
            return [donor.code for donor in known if self.kinds.is_state(donor.kind)]

        return OfficeReader(self._named, states, read_organizations().offices)

    def _named(self, key: str) -> tuple[str, ...]:
        """Return the codes of the donors that bear a name, States first."""
        names = read_state_names().called
        return tuple(dict.fromkeys((*names.get(key, ()), *self._names.get(key, ()))))

    def _valid(self, codes: Iterable[str], on: date | None) -> tuple[Donor, ...]:
        if on is not None and self._continued:
            codes = dict.fromkeys(self._name_on(code, on) for code in codes)
        donors = map(self._at, codes)
        return tuple(donor for donor in donors if donor.is_valid(on))


def _with_names_of(before: Donor, donor: Donor) -> Donor:
    stated = {name.language for name in donor.names} | {"en"}
    kept = tuple(name for name in before.names if name.language not in stated)
    return structs.replace(donor, names=donor.names + kept)


def _spelt_otherwise(key: str) -> Iterator[str]:
    """Yield a key as it is spelt on the other side of the Atlantic, and with the first words "UN"
    and "United Nations" for each other.
    """
    words = key.split()
    for one, other in _SPELT_OTHERWISE.items():
        if one in words:
            yield " ".join(other if word == one else word for word in words)
    for short, full in (("un ", "united nations "), ("united nations ", "un ")):
        if key.startswith(short):
            yield full + key.removeprefix(short)


@cache
def _states() -> Directory:
    known = read_states()
    return Directory(_donors=known.donors, _short_codes=known.short_codes)


@cache
def _shipped() -> Directory:
    return structs.replace(_states(), _shipped=True, _kept={})
