"""Purposes, classes, events and dates are words that the book knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from beancount.core.data import Transaction
from pledgebook.ledger.declared.chart import CLAIMS, OWN_RESULT
from pledgebook.ledger.declared.declarations import as_date, as_text
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.findings import Finding, finding
from pledgebook.ledger.register.events import REASSIGNED, contradiction
from pledgebook.ledger.register.postings import Line
from pledgebook.ledger.register.register import CAUSE, CONCERNS, RESTATES
from pledgebook.ledger.register.view import View


def guard(view: View) -> Iterator[Finding]:
    """Yield the entries that say a word the book does not know."""
    for entry, lines in view.transactions:
        yield from _check_words(entry, lines, view.settings)


def _check_only_classes(
    entry: Transaction, lines: list[Line], settings: Settings
) -> Iterator[Finding]:
    """A fund of one class is of that class: what states another one for it means another fund. What
    an entry states for all its postings may be of another fund of it.
    """
    said = entry.meta.get("class")
    known = {name for line in lines for name in settings.funds[line.place.fund].classes}
    for line in _first_of_each(lines, lambda line: line.place.fund):
        fund = settings.funds[line.place.fund]
        own = [
            each.posting.meta["class"]
            for each in lines
            if each.place.fund == fund.code and each.posting.meta and "class" in each.posting.meta
        ]
        stated = [*own, *([said] if said is not None and as_text(said) not in known else [])]
        wrong = [as_text(text) for text in stated if as_text(text) not in fund.classes]
        if wrong and len(fund.classes) == 1:
            yield finding(
                entry,
                "unknown-class",
                f"Fund {fund.code} has no class {wrong[0]!r}: its only class is "
                f"{fund.classes[0]}. Correct class:, or the fund in the account.",
                line.posting.meta,
            )


def _check_words(entry: Transaction, lines: list[Line], settings: Settings) -> Iterator[Finding]:
    """Purposes and classes are declared ones, and `event:` fits the accounts."""
    for line in _first_of_each(lines, lambda line: line.purpose):
        if line.purpose and line.purpose not in settings.purposes:
            yield finding(
                entry,
                "unknown-purpose",
                f"The purpose {line.purpose!r} is not declared in the book (declared: "
                f"{', '.join(settings.purposes) or 'none'}): correct it, or declare it with "
                f'custom "purpose" "{line.purpose}" "…".',
                line.posting.meta,
            )
    for line in _first_of_each(lines, lambda line: f"{line.place.fund} {line.class_}"):
        classes = settings.funds[line.place.fund].classes
        if line.class_ not in classes:
            yield finding(
                entry,
                "unknown-class",
                f"Fund {line.place.fund} has no class {line.class_!r}: its classes are "
                f"{', '.join(classes)}. Correct class:, or add it to the fund.",
                line.posting.meta,
            )
    yield from _check_only_classes(entry, lines, settings)
    for line in lines:
        due = (line.posting.meta or {}).get("due", entry.meta.get("due"))
        if line.place.kind in CLAIMS and due is not None and as_date(due) is None:
            yield finding(
                entry,
                "due-date",
                f"due: is the day an instalment falls due; {as_text(due)!r} is no date. Write it "
                "as 2002-06-30.",
                line.posting.meta,
            )
    concerns, restates = entry.meta.get(CONCERNS), entry.meta.get(RESTATES)
    if CAUSE in entry.meta and concerns is not None:
        day = as_date(concerns)
        if day is None or day >= settings.periods.start_of(entry.date):
            yield finding(
                entry,
                "concerns",
                f"concerns: is a day of the earlier period that a correction is of; "
                f"{as_text(concerns)!r} is none before the period of {entry.date}. Write it as "
                "2003-12-31.",
            )
    if CAUSE in entry.meta and restates is not None and as_text(restates) not in OWN_RESULT:
        yield finding(
            entry,
            "restates",
            f"restates: is the kind of income or expenditure that a correction belonged in; "
            f"{as_text(restates)!r} is none of {', '.join(OWN_RESULT)}.",
        )
    event = entry.meta.get("event")
    problem = contradiction(as_text(event), lines) if event is not None and lines else None
    if problem:
        yield finding(
            entry, "event", f"event: says what happened: {problem}. Correct event: or the accounts."
        )
    writes_off = event == "write-off" or any(
        line.place.kind == "written-off" and line.units > 0 for line in lines
    )
    if (
        lines
        and writes_off
        and event not in {"closing", REASSIGNED}
        and not as_text(entry.meta.get("authority", ""))
    ):
        yield finding(
            entry,
            "write-off-authority",
            "A write-off needs the authority that approved it: add authority: with the name of "
            "the office and its paper.",
        )


def _first_of_each(lines: Iterable[Line], key: Callable[[Line], str]) -> Iterator[Line]:
    seen: set[str] = set()
    for line in lines:
        if key(line) not in seen:
            seen.add(key(line))
            yield line
