"""The purpose of money and of what an entry puts back."""

from __future__ import annotations

from collections.abc import Sequence

from pledgebook.ledger.declared.chart import CLAIMS, kinds_that
from pledgebook.ledger.register.postings import Line

_WITH_PURPOSE = kinds_that("has_purpose")


def purpose_after(known: str, lines: Sequence[Line]) -> str:
    """Return the purpose of what an entry puts back under a label whose purpose was `known`;
    `lines` are the label's own. It is the one stated there; without one it stays, unless the entry
    moves the instalment to another fund or class or says under which purpose it takes it out.
    """
    added = next(line for line in lines if line.units > 0)
    if added.purpose:
        return added.purpose
    for line in lines:
        moves = (line.place.fund, line.class_) != (added.place.fund, added.class_)
        if line.units < 0 and (line.purpose or moves):
            return ""
    return known


def purposes_of_money(lines: list[Line], purpose_of: dict[str, str]) -> dict[int, str]:
    """Return the purpose of each posting of money that has one, by its position: its own; that of
    the instalment it is held for; else, where no money of its fund and class says a purpose, that
    of the instalments which the entry moves there, if they have but one. `purpose_of` keeps the
    instalments' purposes from entry to entry.
    """
    inherited: dict[tuple[str, str], set[str]] = {}
    stating: set[tuple[str, str]] = set()
    held_for = {}
    for line in lines:
        group = (line.place.fund, line.class_)
        if line.label in purpose_of:
            inherited.setdefault(group, set()).add(purpose_of[line.label])
            held_for[line.label] = purpose_of[line.label]
        if line.place.kind == "cash" and line.purpose:
            stating.add(group)
    found = {}
    for number, line in enumerate(lines):
        if line.label and line.place.kind in CLAIMS and line.units > 0:
            own = [each for each in lines if each.label == line.label and each.place.kind in CLAIMS]
            purpose_of[line.label] = purpose_after(purpose_of.get(line.label, ""), own)
        if line.place.kind in _WITH_PURPOSE:
            group = (line.place.fund, line.class_)
            known = inherited.get(group, set()) if group not in stating else set()
            shared = next(iter(known)) if len(known) == 1 else ""
            purpose = line.purpose or held_for.get(line.label, "") or shared
            if purpose:
                found[number] = purpose
    return found
