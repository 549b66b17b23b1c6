"""What the figures of a closed period are worth: who certified them, who audited them.

2004-03-31 custom "certification" "2002-2003" "certified"
  by: "Controller"
  document: "Letter of 31 March 2004"
  seal: "58c1…"
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from msgspec import Struct
from pledgebook.ledger.declared.declarations import Declaration
from pledgebook.ledger.declared.periods import Reopening, SealStated
from pledgebook.ledger.findings import Finding, finding


class State(Struct, frozen=True, kw_only=True):
    """A state that figures may be in: its name, what it is called on pages, whether somebody
    declares it (else it follows from seals and reopenings), and what it says.
    """

    name: str
    title: str
    is_declared: bool
    meaning: str


STATES: Mapping[str, State] = {
    state.name: state
    for state in (
        State(
            name="provisional",
            title="Provisional",
            is_declared=False,
            meaning="nobody certified them: the period is open, or only closed",
        ),
        State(
            name="certified",
            title="Certified",
            is_declared=True,
            meaning="who is responsible for the accounts signed them as they are sealed",
        ),
        State(
            name="audited",
            title="Audited",
            is_declared=True,
            meaning="the auditors gave their opinion on them as they are sealed",
        ),
        State(
            name="restated",
            title="Restated",
            is_declared=False,
            meaning="the period, or an earlier one, was closed, opened again and closed anew",
        ),
    )
}
"""The states of figures, each later one weightier."""

DECLARED = tuple(state.name for state in STATES.values() if state.is_declared)


class Certification(Struct, frozen=True, kw_only=True):
    """That somebody certified or audited a period's figures: `seal` is the chain of the seal that
    holds them.
    """

    period: str
    state: str
    day: date
    by: str
    document: str
    seal: str


def read_certifications(
    declarations: Iterable[Declaration],
    seals: Mapping[str, SealStated],
    reopenings: Sequence[Reopening],
) -> tuple[tuple[Certification, ...], list[Finding]]:
    """Return the certifications in order of their days, and what is wrong with them."""
    found: list[Certification] = []
    faults: list[Finding] = []
    for item in sorted(declarations, key=lambda each: each.day):
        period, state = item.texts
        known = {each.seal for each in reopenings if each.period == period and each.seal}
        if period in seals:
            known.add(chain_stated(seals[period]))
        wrong = ""
        if state not in DECLARED:
            wrong = f"says {state!r}: what is declared is {' or '.join(DECLARED)}"
        elif not item.text("by"):
            wrong = "does not say by whom: write by: with the office"
        elif item.text("seal") not in known:
            wrong = (
                f"is of the seal {item.text('seal')[:16] or '(none)'}, and the book has no such "
                "seal of that period: pledgebook certify writes the one that stands"
            )
        if wrong:
            said = f"The certification of {period} {wrong}."
            faults.append(finding(item.entry, "certification", said))
            continue
        found.append(
            Certification(
                period=period,
                state=state,
                day=item.day,
                by=item.text("by"),
                document=item.text("document"),
                seal=item.text("seal"),
            )
        )
    return tuple(found), faults


def chain_stated(seal: SealStated) -> str:
    """Return the digest of a whole seal as the book states it; of one that was made before seals
    were chained, that of its entries.
    """
    return seal.digests.get("chain", seal.sha256)
