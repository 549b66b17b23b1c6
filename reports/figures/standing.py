"""What figures are worth: whether they are provisional, certified, audited or restated."""

from __future__ import annotations

from collections.abc import Iterable

from pledgebook.ledger.declared.certifications import STATES, chain_stated
from pledgebook.ledger.declared.periods import Period
from pledgebook.ledger.register.history import reopening_notes
from pledgebook.reports.figures.dates import long_date
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.table import Standing


def standing_of(selection: Selection) -> Standing:
    """Return the state of the figures of a selection, in a sentence with the digest of the seal
    that holds them. It is of whole periods: what is a part of one, or a view, says so. Figures
    of several periods are worth what those of the least certain are, and each is named.
    """
    cut = selection.cut
    if not cut.parts:
        return _of_period(selection, cut.period)
    each = [_of_period(selection, part) for part in cut.parts]
    states = [one.state for one in each]
    if len(set(states)) == 1:
        return _standing(states[0], f"{cut.parts[0].name} to {cut.parts[-1].name}, each of them.")
    said = [
        f"{part.name} {STATES[state].title.lower()}"
        for part, state in zip(cut.parts, states, strict=True)
    ]
    return _standing(least_certain(states), f"{', '.join(said)}.")


def least_certain(states: Iterable[str]) -> str:
    """Return what figures of these states are worth together."""
    return min(states, key=("provisional", "restated", *STATES).index)


def _of_period(selection: Selection, period: Period) -> Standing:
    settings, cut = selection.book.settings, selection.cut
    seal = settings.seals.get(period.name)
    if seal is None:
        return _standing("provisional", f"{period.name} is not closed.")
    if selection.kept is not None:
        return _standing("provisional", "a view; what is sealed is under the book's own policy.")
    chain = chain_stated(seal)
    own = [
        each for each in settings.certifications if (each.period, each.seal) == (period.name, chain)
    ]
    said = [
        f"{each.state} on {long_date(each.day)} by {each.by}"
        + (f" ({each.document})" if each.document else "")
        for each in own
    ]
    state = own[-1].state if own else "provisional"
    if reopening_notes(settings, period):
        state = "restated"
    if not (cut.start <= period.start and period.end <= cut.end):
        said.insert(0, f"a part of {period.name}")
    if not own:
        said.append("closed, not certified")
    return _standing(state, f"{'; '.join(said)}. Seal {chain}.", chain)


def _standing(state: str, words: str, seal: str = "") -> Standing:
    return Standing(state, f"{STATES[state].title}: {words}", seal)
