"""Kinds of donors, and the groups under which reports list them.

    1999-12-31 custom "donor-group" "Parties" "Parties to the Convention"
      order: "5"
    1999-12-31 custom "donor-kind" "party" "Party"
      group: "Parties"
      is: "state"

A book begins with the twelve kinds and three groups of `SHIPPED`; what it declares is added to
them or changes them. A kind that `is:` another counts as that one in rules of mandates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from msgspec import Struct
from pledgebook.ledger.declared.declarations import Declaration
from pledgebook.ledger.findings import Finding, finding

STATE_KINDS = frozenset({"state", "territory"})
"""Kinds of donors that are States, or territories of one: those that ISO has codes for."""

_BETWEEN = 50
"""The place of a declared group that states none: before the shipped "Others"."""


class DonorGroup(Struct, frozen=True, kw_only=True):
    """A heading under which reports list donors; `order` is its place among them."""

    title: str
    order: int


class DonorKind(Struct, frozen=True, kw_only=True):
    """A kind of donor: `group` is the heading reports list it under, `counts_as` the kind that
    rules count it as besides, "" for none.
    """

    title: str
    group: str
    counts_as: str = ""


class DonorKinds(Struct, frozen=True, kw_only=True):
    """What a donor can be, by code, and the groups of donors, by code in the order of reports."""

    kinds: Mapping[str, DonorKind]
    groups: Mapping[str, DonorGroup]

    def __contains__(self, kind: object) -> bool:
        return kind in self.kinds

    def __str__(self) -> str:
        return ", ".join(self.kinds)

    @property
    def last(self) -> str:
        """The group of whoever is of no known kind: the one that reports list last."""
        return [*self.groups][-1]

    def group_of(self, kind: str) -> str:
        """Return the group of a kind of donor."""
        known = self.kinds.get(kind)
        return known.group if known else self.last

    def place_of(self, group: str) -> int:
        """Return the place of a group in reports, of one that is not known the last."""
        codes = [*self.groups]
        return codes.index(group) if group in self.groups else len(codes)

    def counted_as(self, kind: str) -> frozenset[str]:
        """Return all kinds that a kind counts as: itself and what it is besides."""
        found: set[str] = set()
        while kind and kind not in found:
            found.add(kind)
            known = self.kinds.get(kind)
            kind = known.counts_as if known else ""
        return frozenset(found)

    def is_state(self, kind: str) -> bool:
        """Tell whether donors of a kind are States, or territories of one."""
        return not STATE_KINDS.isdisjoint(self.counted_as(kind))

    def named_group(self, text: str) -> str:
        """Return the group of that code or title, whatever its capitals; "" for none."""
        said = text.casefold()
        for code, group in self.groups.items():
            if said in {code.casefold(), group.title.casefold()}:
                return code
        return ""


_GOVERNMENTS, _INTERGOVERNMENTAL, _OTHERS = (
    "Governments", "UN and intergovernmental", "Others",
)  # fmt: skip

SHIPPED = DonorKinds(
    kinds=MappingProxyType(
        {
            code: DonorKind(title=title, group=group)
            for code, title, group in (
                ("state", "State", _GOVERNMENTS),
                ("territory", "Territory", _GOVERNMENTS),
                ("un-entity", "UN entity", _INTERGOVERNMENTAL),
                ("intergovernmental", "Intergovernmental organization", _INTERGOVERNMENTAL),
                ("ifi", "Financial institution", _INTERGOVERNMENTAL),
                ("funding-agency", "Funding agency", _OTHERS),
                ("european-community", "European community", _INTERGOVERNMENTAL),
                ("ngo", "NGO", _OTHERS),
                ("foundation", "Foundation", _OTHERS),
                ("academia", "Academia", _OTHERS),
                ("company", "Company", _OTHERS),
                ("person", "Person", _OTHERS),
            )
        }
    ),
    groups=MappingProxyType(
        {
            code: DonorGroup(title=code, order=order)
            for code, order in ((_GOVERNMENTS, 10), (_INTERGOVERNMENTAL, 20), (_OTHERS, 90))
        }
    ),
)
"""The kinds and groups that a book has without declaring any. Rules that ask States match "state"
alone, not "territory"."""


def read_donor_kinds(
    kinds: Iterable[Declaration], groups: Iterable[Declaration]
) -> tuple[DonorKinds, list[Finding]]:
    """Return the kinds and groups of donors of a book, and what is wrong with those declared."""
    faults: list[Finding] = []
    known_groups = dict(SHIPPED.groups)
    for item in groups:
        code, title = item.texts
        order = item.text("order", str(_order(known_groups, code)))
        if not order.isdecimal() or len(order) > 4:
            said = f"The group of donors {code!r} has the order {order!r}: write a whole number."
            faults.append(finding(item.entry, "donor-group", said))
            order = str(_BETWEEN)
        known_groups[code] = DonorGroup(title=title, order=int(order))
    ordered = sorted(known_groups.items(), key=lambda each: each[1].order)
    known = dict(SHIPPED.kinds)
    declared = list(kinds)
    codes = {*known, *(item.texts[0] for item in declared)}
    for item in declared:
        code, title = item.texts
        before = known.get(code)
        group = item.text("group") or (before.group if before else _OTHERS)
        counts_as = item.text("is")
        if group not in known_groups:
            faults.append(_dead(item, "group", group, [each for each, _ in ordered]))
            group = before.group if before else _OTHERS
        if counts_as and (counts_as not in codes or counts_as == code):
            faults.append(_dead(item, "is", counts_as, sorted(codes - {code})))
            counts_as = ""
        known[code] = DonorKind(title=title, group=group, counts_as=counts_as)
    return DonorKinds(kinds=MappingProxyType(known), groups=MappingProxyType(dict(ordered))), faults


def _order(groups: Mapping[str, DonorGroup], code: str) -> int:
    return groups[code].order if code in groups else _BETWEEN


def _dead(item: Declaration, key: str, word: str, known: Iterable[str]) -> Finding:
    return finding(
        item.entry,
        "dead-word",
        f"The kind of donor {item.texts[0]!r} has {key}: {word!r}, which the book does not "
        f"have (it has {', '.join(known)}): correct the word, or declare it.",
    )
