"""Roll-forwards: what donors owe, deferred income, money in advance, unapplied receipts and the
allowance, from opening to closing by cause.

The causes follow instalments and labels from entry to entry; opening and closing are set beside the
accounts' own balances, which know nothing of either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from pledgebook.ledger.declared.policies import Group
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.events import EVENTS, NOTHING_TOLD, RECEIVING
from pledgebook.ledger.register.notes import note_moves
from pledgebook.ledger.register.register import Change, Claim, Held, claim_at
from pledgebook.reports import ageing
from pledgebook.reports.figures.dates import long_date
from pledgebook.reports.figures.layout import Layout, as_report, over_the_cut, section_name
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.table import Agreement, Column, Part, Report, Tie
from pledgebook.reports.figures.ties import balances_of

NAME = "roll-forwards"
TITLE = "Balances of contributions from opening to closing, by cause"

RECEIVABLE, DEFERRED, ADVANCE = "receivable", "deferred", "in_advance"
UNAPPLIED, ALLOWANCE, MEMORANDUM = "unapplied", "allowance", "memorandum"
NOTES = "notes"

_OPENING = "opening"
_CAUSES = {
    _OPENING: "Opening, {opening}",
    "pledged": "Pledges and commitments",
    "found": "Pledges of earlier periods found late",
    "amended": "Amended by donors",
    "cancelled": "Cancelled",
    "postponed": "Due dates moved to another period",
    "released": "Released to income",
    "received": "Received",
    "collected": "Collected",
    "exchange": "Exchange, on collected",
    "advance": "Paid in advance",
    "taken_back": "Payments that banks took back",
    "noted": "Promissory notes taken",
    "encashed": "Promissory notes encashed",
    "dishonoured": "Promissory notes not honoured",
    "applied": "Receipts applied",
    "refunded": "Refunded",
    "revalued": "Exchange, on unpaid",
    "redenominated": "Redenominated",
    "written_off": "Written off",
    "recovered": "Write-offs taken back",
    "moved": "Moved between donors, funds, classes and purposes",
    "policy": "Changes of recognition policy",
    "doubtful": "Change of the allowance, by age and collection",
    "other": "Other",
}
"""What moves a balance, in the order of the lines."""

_BY_EVENT = {
    "commitment": "pledged",
    "amendment": "amended",
    "cancellation": "cancelled",
    "postponement": "postponed",
    "release": "released",
    "write-off": "written_off",
    "recovery": "recovered",
    "revaluation": "revalued",
    "redenomination": "redenominated",
    "policy-change": "policy",
    "returned-payment": "taken_back",
    "refund-overpayment": "refunded",
    "receipt-unapplied": "received",
    "payment": "received",
    "application": "applied",
    "note-issued": "noted",
    "note-encashed": "encashed",
    "note-dishonoured": "dishonoured",
}

_BACK = {"returned-payment": "taken_back", "note-dishonoured": "dishonoured"}
"""Of events that settle, those that take a settlement back."""

Sums = dict[tuple[Group, str], dict[str, Decimal]]
"""Value by fund and class, cause and column; liabilities as positive amounts."""


def roll_forwards(selection: Selection) -> Report:
    """Return a table a fund and class: a line a cause, a column a balance."""
    sums = _sums(selection)
    columns = _columns(selection)
    start, end = selection.cut.start, selection.cut.end
    layout = Layout()
    for group in selection.groups:
        causes = [cause for cause in _CAUSES if any(sums.get((group, cause), {}).values())]
        if not causes:
            continue
        layout.section(section_name(selection, *group))
        for cause in dict.fromkeys((_OPENING, *causes)):
            own = sums.get((group, cause), {})
            title = _CAUSES[cause].format(opening=long_date(start - timedelta(days=1)))
            layout.row(
                cause=title,
                **{column.key: own.get(column.key, ZERO) for column in columns[1:]},
            )
        layout.total(f"Closing, {long_date(end)}")
    layout.grand_total("Closing, all together")
    return as_report(
        selection,
        over_the_cut(selection),
        name=NAME,
        title=TITLE,
        columns=columns,
        rows=layout.rows,
        notes=[
            "Receivables are all that stands in pledge accounts, what is deferred too; deferred "
            "income is what of it belongs to later periods or waits for a condition. Liabilities "
            "are positive. Memorandum pledges are owed and are no receivable."
        ],
        ties=_ties(selection, sums),
        agreements=[
            Agreement(
                "allowance: roll-forwards and ageing",
                Part(NAME, ALLOWANCE),
                Part(ageing.NAME, "allowance"),
            )
        ]
        if ageing.is_allowed(selection)
        else [],
    )


def _columns(selection: Selection) -> list[Column]:
    unit = selection.book.settings.currency
    titles = {
        RECEIVABLE: "Contributions receivable",
        DEFERRED: "Deferred income",
        ADVANCE: "Received in advance",
        UNAPPLIED: "Unapplied receipts",
    }
    if any(NOTES in own for own in _sums(selection).values()):
        titles[NOTES] = "Promissory notes"
    if ageing.is_allowed(selection):
        titles[ALLOWANCE] = "Allowance"
    titles[MEMORANDUM] = "Memorandum pledges"
    return [
        Column(key="cause", title="Cause"),
        *(
            Column(
                key=key, title=title, kind="amount", unit=unit, memo=key in {ALLOWANCE, MEMORANDUM}
            )
            for key, title in titles.items()
        ),
    ]


def _sums(selection: Selection) -> Sums:
    return selection.once("roll-forwards", lambda: _add_up(selection))


def _add_up(selection: Selection) -> Sums:
    register, cut = selection.book.register, selection.cut
    sums: Sums = {}

    def add(group: Group, cause: str, column: str, value: Decimal) -> None:
        if value and group in selection.groups:
            own = sums.setdefault((group, cause), {})
            own[column] = own.get(column, ZERO) + value

    for changes in register.by_label.values():
        opening = None
        for change in changes:
            if change.date > cut.end:
                break
            if change.date < cut.start or change.event == _OPENING:
                opening = change.after
                continue
            if opening is not None:
                for column, value in _stands(selection, opening).items():
                    add(_group(opening), _OPENING, column, value)
                opening = None
            for claim, cause, column, value in _moved(selection, change):
                add(_group(claim), cause, column, value)
        if opening is not None:
            for column, value in _stands(selection, opening).items():
                add(_group(opening), _OPENING, column, value)
    for held in register.held:
        if held.entry.date <= cut.end and selection.covers(held):
            before = held.entry.date < cut.start or held.event == _OPENING
            cause = _OPENING if before else _cause_of_held(held)
            column = ADVANCE if held.kind == "in-advance" else UNAPPLIED
            add((held.fund, held.class_), cause, column, held.value)
    for move in note_moves(selection.book.entries, register.settings):
        if move.entry.date <= cut.end and selection.covers_line(move.line):
            before = move.entry.date < cut.start or move.event == _OPENING
            cause = _OPENING if before else _BY_EVENT.get(move.event, "other")
            add((move.fund, move.class_), cause, NOTES, move.value)
    if ageing.is_allowed(selection):
        at_start = _allowances(selection, cut.start - timedelta(days=1))
        at_end = _allowances(selection, cut.end)
        for group in {*at_start, *at_end}:
            stood = at_start.get(group, ZERO)
            add(group, _OPENING, ALLOWANCE, stood)
            add(group, "doubtful", ALLOWANCE, at_end.get(group, ZERO) - stood)
    return sums


def _group(claim: Claim) -> Group:
    return claim.fund, claim.class_


def _stands(selection: Selection, claim: Claim | None) -> Mapping[str, Decimal]:
    """Return what an instalment is in each column, nothing where it is not to be shown."""
    if claim is None or not claim.value or not selection.covers(claim):
        return {}
    if claim.kind == "memorandum":
        return {MEMORANDUM: claim.value}
    deferred = {DEFERRED: claim.value} if claim.is_deferred else {}
    return {RECEIVABLE: claim.value, **deferred}


def _moved(selection: Selection, change: Change) -> Iterator[tuple[Claim, str, str, Decimal]]:
    """Yield what a change moves: where, by what cause, in which column, by how much."""
    before, after = change.before, change.after
    if change.event == "note-encashed":  # of what is owed it moves nothing
        if after.kind == "pledges" and not change.advanced and selection.covers(after):
            yield after, "encashed", NOTES, -change.received
            yield after, "exchange", NOTES, change.received
        return
    stood, stands = _stands(selection, before), _stands(selection, after)
    cause = _cause_of(selection, change)
    if before is not None and _group(before) != _group(after):
        for column, value in stood.items():
            yield before, cause, column, -value
        for column, value in stands.items():
            yield after, cause, column, value
        return
    for column in dict.fromkeys((*stood, *stands)):
        moved = stands.get(column, ZERO) - stood.get(column, ZERO)
        if change.event in RECEIVING and not change.advanced and column != DEFERRED:
            beyond = moved + change.received
            if change.restored:
                yield after, "taken_back", column, change.restored
                beyond -= change.restored
            own = _BACK.get(change.event, "collected")
            yield after, own, column, -change.received
            yield after, "exchange", column, beyond
        else:
            yield after, cause, column, moved


def _cause_of(selection: Selection, change: Change) -> str:
    if change.event in RECEIVING:
        return _BACK.get(change.event, "advance")
    if change.event == "commitment" and change.before is None:
        start = selection.book.settings.periods.start_of(change.date)
        return "found" if change.after.is_prior(start) else "pledged"
    return _named(change.event)


def _cause_of_held(held: Held) -> str:
    if held.kind == "in-advance" and held.event in RECEIVING:
        return _BACK.get(held.event, "advance")
    return _named(held.event)


def _named(event: str) -> str:
    known = EVENTS.get(event, NOTHING_TOLD)
    return _BY_EVENT.get(event, "moved" if known.moves or known.changes_donor else "other")


def _allowances(selection: Selection, day: date) -> dict[Group, Decimal]:
    """Return the allowance at the end of a day by fund and class, as the ageing of it shows."""
    found: dict[Group, Decimal] = {}
    for changes in selection.book.register.by_label.values():
        claim = claim_at(changes, day)
        if claim is not None and claim.is_open and claim.committed and selection.covers(claim):
            group = _group(claim)
            found[group] = found.get(group, ZERO) + ageing.allowance_of(selection, claim, day)
    return found


def _ties(selection: Selection, sums: Sums) -> list[Tie]:
    """Set opening and closing beside the accounts. They do not say what money is for."""
    if selection.scope.purpose:
        return []
    balances = balances_of(selection)
    ties = []
    for group in selection.groups:
        figures: list[tuple[str, Decimal, Decimal]] = []
        for column, kind, sign in _ACCOUNTS:
            opening = sums.get((group, _OPENING), {}).get(column, ZERO)
            closing = sum(
                (sums.get((group, cause), {}).get(column, ZERO) for cause in _CAUSES), ZERO
            )
            at_end = sign * balances.held(group, kind)
            at_start = at_end - sign * balances.booked(group, kind)
            name = kind.replace("-", " ")
            figures += [
                (f"opening, {name} accounts", opening, at_start),
                (f"closing, {name} accounts", closing, at_end),
            ]
        figures.append(
            (
                "written off",
                -_due(sums, group, "written_off", "recovered"),
                balances.booked(group, "written-off"),
            )
        )
        if selection.whole_classes:  # accounts of exchange do not name their donor
            figures.append(
                (
                    "exchange, income accounts",
                    _due(sums, group, "exchange", "revalued"),
                    -balances.booked(group, "exchange", "revaluation"),
                )
            )
        ties += [
            Tie(f"{group[0]} {group[1]}: {title}", report, ledger, fund=group[0])
            for title, report, ledger in figures
            if report or ledger
        ]
    return ties


def _due(sums: Sums, group: Group, *causes: str) -> Decimal:
    """Return what causes move of receivables that are not deferred, and of notes."""
    own = [sums.get((group, cause), {}) for cause in causes]
    due = (each.get(RECEIVABLE, ZERO) - each.get(DEFERRED, ZERO) for each in own)
    return sum(due, ZERO) + sum((each.get(NOTES, ZERO) for each in own), ZERO)


_ACCOUNTS = (
    (RECEIVABLE, "pledges", 1),
    (DEFERRED, "deferred", -1),
    (ADVANCE, "in-advance", -1),
    (UNAPPLIED, "unapplied", -1),
    (MEMORANDUM, "memorandum", 1),
    (NOTES, "notes", 1),
)
"""The accounts of each column, and the sign by which they are in it."""
