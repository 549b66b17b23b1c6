"""Who entered and who approved an entry, and the paper it rests on.

Write-offs, refunds, transfers, re-earmarkings, cancellations and values stated against the book's
rate carry `entered-by:` and `approved-by:`, two persons. Where they do not it is a notice, an error
in a fund that declares `four-eyes: "yes"`. An entry that waits for approval bears the flag `!`.
Commitments, amendments, refunds and write-offs name their paper with `document:`; the row of a
sheet they were imported from (`source:`) is paper too. It is a record, not a lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from beancount.core.data import Directive, Transaction
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.declared.delegations import APPROVED, ENTERED, folded
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.findings import Finding, finding, notice
from pledgebook.ledger.register.events import event_of, events_that
from pledgebook.ledger.register.instalments import by_number
from pledgebook.ledger.register.postings import Line, read_lines
from pledgebook.ledger.register.view import View

OVERRIDE = "rate-override"
"""Metadata of an entry whose value was stated, not taken at the book's rate: the reason."""

WAITING = "!"
"""The flag of an entry that waits for approval."""

_APPROVED = events_that("needs_approval")
_ON_PAPER = events_that("needs_paper")
_NAMED_AT_MOST = 5


def guard(view: View) -> list[Finding]:
    """Return what waits for approval, then what lacks a second person (an error in a fund with four
    eyes), then what names no paper: a notice an event, however many entries.
    """
    found: list[Finding] = []
    lacking: dict[tuple[str, str], list[Transaction]] = {}
    unwritten: dict[str, list[Transaction]] = {}
    for entry, event, funds in _events(view.transactions):
        if event in _ON_PAPER and not any(
            as_text(entry.meta.get(key, "")) for key in ("document", "source")
        ):
            unwritten.setdefault(event, []).append(entry)
        if entry.flag == WAITING:
            found.append(_waits(entry, event))
            continue
        what = event if event in _APPROVED else "rate override"
        problem = _problem(entry) if what == event or as_text(entry.meta.get(OVERRIDE, "")) else ""
        if problem and any(view.settings.funds[fund].four_eyes for fund in funds):
            found.append(
                finding(
                    entry,
                    "approval",
                    f"Each {what} needs two persons where the fund asks for four eyes; {problem}. "
                    "Write entered-by: and approved-by:, or flag the entry ! until it is approved.",
                )
            )
        elif problem:
            lacking.setdefault((what, problem), []).append(entry)
    found += [
        notice(
            own[0],
            "approval",
            f"Each {what} is entered by one person and approved by another; {problem} "
            f"({_listed(own)}). Write entered-by: and approved-by:.",
        )
        for (what, problem), own in lacking.items()
    ]
    return found + [
        notice(
            own[0],
            "document",
            f"Each {event} rests on a paper; here document: is not written ({_listed(own)}). Write "
            "the letter, note verbale or memorandum.",
        )
        for event, own in unwritten.items()
    ]


def _waits(entry: Transaction, event: str) -> Finding:
    return notice(
        entry,
        "waiting",
        f"{event or 'An entry'} {_name(entry)} waits for approval: it is flagged !. "
        "pledgebook approve does it, or write approved-by: and change the flag to *.",
    )


def waiting_entries(
    entries: Iterable[Directive], settings: Settings
) -> list[tuple[Transaction, str]]:
    """Return the entries that wait for approval, each with its event."""
    return [
        (entry, event_of(entry, lines))
        for entry in entries
        if isinstance(entry, Transaction) and entry.flag == WAITING
        if (lines := read_lines(entry, settings))
    ]


def _events(
    transactions: Iterable[tuple[Transaction, list[Line]]],
) -> Iterator[tuple[Transaction, str, set[str]]]:
    for entry, lines in transactions:
        yield entry, event_of(entry, lines), {line.place.fund for line in lines}


def _problem(entry: Transaction) -> str:
    entered, approved = (folded(as_text(entry.meta.get(key, ""))) for key in (ENTERED, APPROVED))
    missing = [f"{key}:" for key, who in ((ENTERED, entered), (APPROVED, approved)) if not who]
    if missing:
        return f"{' and '.join(missing)} {'are' if len(missing) > 1 else 'is'} not written"
    return "the same person stands in both" if entered == approved else ""


def _listed(entries: list[Transaction]) -> str:
    named = ", ".join(_name(entry) for entry in entries[:_NAMED_AT_MOST])
    more = len(entries) - _NAMED_AT_MOST
    return f"{named} and {more} more" if more > 0 else named


def _name(entry: Transaction) -> str:
    label = ", ".join(sorted(entry.links or (), key=by_number)) or as_text(
        entry.meta.get("ref", "")
    )
    return f"{label} of {entry.date}" if label else f"of {entry.date}"
