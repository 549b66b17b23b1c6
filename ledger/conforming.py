"""An instalment stays what it was committed as: its class, its purpose, its class's policy.

What an entry says by accident would make it another: each check looks at one change of the
register and returns findings.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from pledgebook.ledger.accounts import CLAIMS
from pledgebook.ledger.errors import Finding, finding
from pledgebook.ledger.postings import read_lines
from pledgebook.ledger.register import Change, Register
from pledgebook.ledger.settings import Settings

_MOVES = frozenset({"re-earmark", "transfer"})


def check_class(change: Change, settings: Settings) -> Iterator[Finding]:
    """An instalment is taken out of the class it is in. Yields errors."""
    before = change.before
    if before is None:
        return
    for line in read_lines(change.entry, settings):
        if line.label != change.label or line.place.kind not in CLAIMS or line.units > 0:
            continue
        if line.place.fund == before.fund and line.class_ != before.class_:
            yield finding(
                change.entry,
                "class-differs",
                f"{change.label} is of class {before.class_} in {before.fund}; this entry takes "
                f'it out of class {line.class_}. Write class: "{before.class_}" on the entry or '
                "the posting.",
                line.posting.meta,
            )


def check_kept(register: Register) -> Iterator[Finding]:
    """Yield notices of instalments that change their purpose by the way, or are not recorded as
    the policy of their class wants.
    """
    changed = {
        (change.after.fund, change.after.class_)
        for change in register.changes
        if change.event == "policy-change"
    }
    return chain.from_iterable(
        chain(
            _check_purpose(change, register.settings),
            _check_policy(change, register.settings)
            if (change.after.fund, change.after.class_) not in changed
            else (),
        )
        for change in register.changes
    )


def _check_purpose(change: Change, settings: Settings) -> Iterator[Finding]:
    before = change.before
    if before is None or change.event in _MOVES:
        return
    for line in read_lines(change.entry, settings):
        if line.label == change.label and line.place.kind in CLAIMS and line.purpose:
            if line.purpose != before.purpose:
                yield finding(
                    change.entry,
                    "purpose-differs",
                    f"{change.label} is for {before.purpose or 'no purpose'}; this entry says "
                    f"{line.purpose}. A donor who names another purpose re-earmarks: record that "
                    "by an entry of its own; else correct the purpose.",
                    line.posting.meta,
                )
            return


def _check_policy(change: Change, settings: Settings) -> Iterator[Finding]:
    before, after = change.before, change.after
    if not after.committed or not after.is_open or after.opened:
        return
    moved = before is not None and (before.fund, before.class_) != (after.fund, after.class_)
    if before is not None and before.committed and not moved:
        return
    policy = settings.funds[after.fund].policy(after.class_)
    wanted = "memorandum" if policy == "receipt" else "pledges"
    if after.kind != wanted and not change.brings_forward:
        where = "Memorandum:Pledges" if wanted == "memorandum" else "Pledges"
        yield finding(
            change.entry,
            "policy-differs",
            f"{after.fund} {after.class_} is recognised on {policy}, and {after.label} is not "
            f"recorded so: put it in Assets:{after.fund}:{where}:{after.donor}, or declare "
            f"the policy it was recorded under.",
        )
