"""The reports there are. All that is to be known of one outside its module is its line here: the
command, its help and the pages read this table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from msgspec import structs
from pledgebook.ledger.register.book import without_garbage_collection
from pledgebook.ledger.register.history import reopening_notes
from pledgebook.reports import (
    ageing,
    agreements,
    annex,
    bank_charges,
    budget,
    donor_kinds,
    donor_report,
    earmarked,
    exchange,
    financial_statements,
    in_kind,
    movements,
    notes,
    obligations,
    paragraphs,
    reconciliation,
    regularity,
    reports_due,
    roll_forwards,
    schedule,
    secretary_general,
    status,
    support,
    write_off_proposals,
    write_offs,
    years,
)
from pledgebook.reports.figures.disclosures import waiting_for_approval
from pledgebook.reports.figures.layout import name_of
from pledgebook.reports.figures.selection import Selection, SelectionError
from pledgebook.reports.figures.standing import standing_of
from pledgebook.reports.figures.table import Part, Report, Source, Tie


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportKind:
    """A report there is: `name` on the command line and in files, `title` in lists of reports.

    `cannot_limit` are the limits of a selection that it cannot be held to, by the names of
    `Scope.limits`: cash and expenditure are of no one donor. It is `of_accounts` if its figures
    add up accounts and have no one contribution to lead to. `needs_mandate` if a book without a
    mandate cannot make it; `of_agreements` if it can be limited to one agreement. `ties`
    are what it is set beside the ledger by, where they can be had without its rows; None: they are
    had with the whole report.
    """

    name: str
    title: str
    make: Callable[[Selection], Report]
    cannot_limit: Collection[str] = ()
    of_accounts: bool = False
    needs_mandate: bool = False
    of_agreements: bool = False
    ties: Callable[[Selection], Sequence[Tie]] | None = None

    def unheld(self, selection: Selection) -> list[str]:
        """Return the selection's limits that the report cannot be held to."""
        return [
            limit
            for limit in selection.scope.limits()
            if limit in self.cannot_limit or (limit == "agreement" and not self.of_agreements)
        ]


def _none(selection: Selection) -> Sequence[Tie]:
    """Return that a report is set beside other reports alone."""
    del selection
    return ()


_KINDS = (
    ReportKind(
        name=schedule.NAME,
        title=schedule.TITLE,
        make=schedule.schedule,
        ties=schedule.ties,
    ),
    ReportKind(name=status.NAME, title=status.TITLE, make=status.status),
    ReportKind(
        name=status.BY_YEAR,
        title=status.TITLE_BY_YEAR,
        make=status.status_by_year,
        ties=_none,
    ),
    ReportKind(name=annex.NAME, title=annex.TITLE, make=annex.annex, ties=annex.ties),
    ReportKind(name=ageing.NAME, title=ageing.TITLE, make=ageing.ageing, ties=ageing.ties),
    ReportKind(name=years.NAME, title=years.TITLE, make=years.years, ties=_none),
    ReportKind(
        name=financial_statements.NAME,
        title=financial_statements.TITLE,
        make=financial_statements.statements,
        cannot_limit={"group", "donor", "purpose"},
        of_accounts=True,
    ),
    ReportKind(
        name=notes.NAME,
        title=notes.TITLE,
        make=notes.notes,
        cannot_limit={"group", "donor", "purpose"},
        of_accounts=True,
    ),
    ReportKind(
        name=budget.NAME,
        title=budget.TITLE,
        make=budget.budget,
        cannot_limit={"group", "donor", "purpose"},
        of_accounts=True,
    ),
    ReportKind(
        name=agreements.NAME,
        title=agreements.TITLE,
        make=agreements.agreements,
        of_accounts=True,
        of_agreements=True,
    ),
    ReportKind(
        name=donor_report.NAME,
        title=donor_report.TITLE,
        make=donor_report.donor_report,
        of_accounts=True,
        of_agreements=True,
    ),
    ReportKind(
        name=reports_due.NAME,
        title=reports_due.TITLE,
        make=reports_due.reports_due,
        of_accounts=True,
        of_agreements=True,
        ties=_none,
    ),
    ReportKind(
        name=obligations.NAME,
        title=obligations.TITLE,
        make=obligations.obligations,
        cannot_limit={"group", "donor", "purpose"},
        of_accounts=True,
    ),
    ReportKind(
        name=earmarked.NAME,
        title=earmarked.TITLE,
        make=earmarked.earmarked,
        cannot_limit={"group", "donor"},
        of_accounts=True,
    ),
    ReportKind(
        name=paragraphs.NAME,
        title=paragraphs.TITLE,
        make=paragraphs.paragraphs,
        needs_mandate=True,
    ),
    ReportKind(
        name=secretary_general.NAME,
        title=secretary_general.TITLE,
        make=secretary_general.secretary_general,
        needs_mandate=True,
        ties=_none,
    ),
    ReportKind(name=donor_kinds.NAME, title=donor_kinds.TITLE, make=donor_kinds.donor_kinds),
    ReportKind(name=regularity.NAME, title=regularity.TITLE, make=regularity.regularity),
    ReportKind(name=exchange.NAME, title=exchange.TITLE, make=exchange.exchange),
    ReportKind(
        name=bank_charges.NAME,
        title=bank_charges.TITLE,
        make=bank_charges.bank_charges,
        cannot_limit={"purpose"},
        of_accounts=True,
    ),
    ReportKind(
        name=reconciliation.NAME,
        title=reconciliation.TITLE,
        make=reconciliation.reconciliation,
        cannot_limit={"class", "group", "donor", "purpose"},
        of_accounts=True,
    ),
    ReportKind(
        name=support.NAME,
        title=support.TITLE,
        make=support.programme_support,
        cannot_limit={"class", "group", "donor", "purpose"},
        of_accounts=True,
    ),
    ReportKind(name=in_kind.NAME, title=in_kind.TITLE, make=in_kind.in_kind, ties=_none),
    ReportKind(
        name=write_off_proposals.NAME,
        title=write_off_proposals.TITLE,
        make=write_off_proposals.write_off_proposals,
        ties=_none,
    ),
    ReportKind(name=write_offs.NAME, title=write_offs.TITLE, make=write_offs.write_offs),
    ReportKind(
        name=roll_forwards.NAME, title=roll_forwards.TITLE, make=roll_forwards.roll_forwards
    ),
    ReportKind(
        name=movements.NAME, title=movements.TITLE, make=movements.movements, ties=movements.ties
    ),
)

REPORTS: Mapping[str, ReportKind] = {kind.name: kind for kind in _KINDS}
"""The reports by name, in the order of lists and of `all`."""

ALL = "all"


def make_reports(selection: Selection, names: tuple[str, ...]) -> list[Report]:
    """Return the reports of these names, in the order asked; "all" (or none named) is every one
    that can be made of the selection.

    Raises SelectionError for a name that is no report, or a report that cannot be made.
    """
    for name in names:
        if name not in REPORTS and name != ALL:
            known = ", ".join([*REPORTS, ALL])
            raise SelectionError(f"There is no report {name!r}; the reports are {known}.")
    if ALL in names or not names:
        without = left_out(selection)
        names = tuple(name for name in REPORTS if name not in without)
    for name in names:
        limits = REPORTS[name].unheld(selection)
        if limits:
            raise SelectionError(
                f"The report {name!r} cannot be limited to one {' or '.join(limits)}: ask for it "
                "without."
            )
    with without_garbage_collection():
        return [report for name in names for report in _made(name, selection)]


def left_out(selection: Selection) -> list[str]:
    """Return the reports that "all" leaves out: they cannot be made of the selection."""
    mandates = selection.book.settings.mandates
    return [
        kind.name
        for kind in REPORTS.values()
        if kind.unheld(selection) or (kind.needs_mandate and not mandates)
    ]


def all_ties(selection: Selection) -> list[tuple[str, Tie]]:
    """Return what all reports that can be made of a selection are set beside the ledger by, each
    with the report's name.
    """
    without = left_out(selection)
    with without_garbage_collection():
        return [
            (kind.name, tie)
            for kind in REPORTS.values()
            if kind.name not in without
            for tie in (kind.make(selection).ties if kind.ties is None else kind.ties(selection))
        ]


def _made(name: str, selection: Selection) -> list[Report]:
    """Return a report; one on paragraphs for each mandate of the book, unless one is asked for."""
    kind = REPORTS[name]
    mandates = [*selection.book.settings.mandates]
    if not kind.needs_mandate or selection.mandate or len(mandates) < 2:
        return [as_made(kind.make(selection), selection)]
    of_each = [replace(selection, mandate=symbol) for symbol in mandates]
    first, *others = (as_made(kind.make(each), each) for each in of_each)
    called = (f"{name}-{re.sub('[^A-Za-z0-9]+', '-', symbol)}" for symbol in mandates[1:])
    return [first, *map(_renamed, others, called)]


def _renamed(report: Report, name: str) -> Report:
    """Return a report under another name, which its agreements with others go by too."""

    def called(part: Part) -> Part:
        return structs.replace(part, report=name) if part.report == report.name else part

    agreements = [
        structs.replace(each, own=called(each.own), other=called(each.other))
        for each in report.agreements
    ]
    return structs.replace(report, name=name, agreements=agreements)


def as_made(report: Report, selection: Selection) -> Report:
    """Return a report with what every one says beside its figures: what it is a view of or limited
    to, what waits or was restated, the book's errors, and what its figures are worth.
    """
    for say in (_marked, _limited, _pending, _restated, _warned):
        report = say(report, selection)
    return structs.replace(report, standing=standing_of(selection))


def _limited(report: Report, selection: Selection) -> Report:
    """Say on a report what it is limited to, so that nobody takes it for the whole."""
    limits = selection.scope.limits()
    if len(selection.funds) < len(selection.book.settings.funds):
        limits = {"fund": ", ".join(selection.funds), **limits}
    if not limits:
        return report
    said = "; ".join(f"{name} {_named(selection, name, value)}" for name, value in limits.items())
    notes = list(report.notes)
    if not selection.whole_classes:
        notes.insert(
            0,
            "Accounts of cash and exchange are of no one donor or purpose: what is set beside the "
            "ledger is what accounts tell apart, and there is no cash proof.",
        )
    payload = report.payload
    if payload is not None:
        payload = {**payload, "limited_to": limits, "notes": notes}
    return structs.replace(
        report, subtitle=f"{report.subtitle}; {said} only", notes=notes, payload=payload
    )


def _pending(report: Report, selection: Selection) -> Report:
    """Name on a report the entries that wait for approval."""
    said = waiting_for_approval(selection)
    return _noted(report, after=said) if said else report


def _noted(
    report: Report, before: Sequence[str] = (), after: Sequence[str] = (), **stated: str
) -> Report:
    """Put sentences before or after a report's notes, in its JSON document too, beside what else
    is to be stated there.
    """
    payload = report.payload
    if payload is not None:
        own = payload.get("notes")
        notes = [*before, *(own if isinstance(own, list) else []), *after]
        payload = {**payload, **stated, "notes": notes}
    return structs.replace(report, notes=[*before, *report.notes, *after], payload=payload)


def _warned(report: Report, selection: Selection) -> Report:
    """Say on a report that the book it was made of has errors."""
    warnings = _warnings(selection)
    if not warnings:
        return report
    payload = report.payload
    if payload is not None:
        payload = {**payload, "warnings": warnings}
    return structs.replace(report, warnings=warnings, payload=payload)


def _warnings(selection: Selection) -> list[str]:
    errors = len(selection.book.errors)
    if not errors:
        return []
    return [
        f"The book has {errors} error{'' if errors == 1 else 's'}; the figures of this report may "
        "be wrong."
    ]


def _named(selection: Selection, limit: str, value: str) -> str:
    if limit == "donor":
        return name_of(selection, value)
    if limit == "purpose":
        return selection.book.settings.purposes.get(value, value)
    return value


def _marked(report: Report, selection: Selection) -> Report:
    """Say on a report that it is a view under another recognition policy."""
    if selection.kept is None:
        return report
    note = (
        f"A view under another recognition policy: {selection.recognition}. The figures are "
        "computed from the same events as a book kept so would have them; the book itself was tied "
        "to its accounts under its own policy."
    )
    return _noted(report, [note], recognition=selection.recognition)


def _restated(report: Report, selection: Selection) -> Report:
    """Say on a report that its period, or an earlier one, was closed and opened again."""
    said = reopening_notes(selection.book.settings, selection.cut.period)
    if not said:
        return report
    return structs.replace(_noted(report, said), subtitle=f"{report.subtitle}, as restated")


def source_of(selection: Selection, made_at: str) -> Source:
    """Return what the cover says of the book; if it has errors, they are its warning."""
    book = selection.book
    warnings = tuple(_warnings(selection))
    return Source(
        book=book.path.name,
        title=book.options["title"],
        made_at=made_at,
        sha256=book.sha256,
        warnings=warnings,
    )
