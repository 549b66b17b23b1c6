"""The end of a period as reports see it: what its seal holds of them, and all that hinders closing
it, with what deserves a look before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from msgspec import structs
from pledgebook.ledger.closing.hindering import Hindrance, find_hindrances
from pledgebook.ledger.closing.seals import Figures
from pledgebook.ledger.declared.periods import Period
from pledgebook.ledger.events.cash import not_revalued
from pledgebook.ledger.matching.receipts import waiting_receipts
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import list_instalments
from pledgebook.reports.figures.comparatives import totals_documents
from pledgebook.reports.figures.selection import select
from pledgebook.reports.financial_statements import statement_totals
from pledgebook.reports.registry import make_reports
from pledgebook.reports.render import to_document
from pledgebook.reports.render.texts import amount_text
from pledgebook.reports.untied import find_untied

_REPORTS = ("schedule", "paragraphs")
"""The reports whose figures are sealed."""

_STATEMENT = "statement-open"
_TOLD = frozenset({_STATEMENT, "release-not-made", "waiting"})
"""Rules of notices that are told as what they are."""


def make_figures(book: Book, period: str) -> Figures:
    """Return the documents of the reports that are sealed with a period."""
    names = _REPORTS if book.settings.mandates else _REPORTS[:1]
    selection = select(book, period)
    made = make_reports(selection, names)
    # Who certified them is known only after they are sealed.
    figures = {report.name: to_document(structs.replace(report, standing=None)) for report in made}
    return figures | totals_documents(statement_totals(selection))


def find_all_hindrances(book: Book, period: Period) -> Iterator[Hindrance]:
    """Yield what keeps a period from being closed, the first reason first; then what deserves a
    look before it is, and keeps nobody from closing.
    """
    found = list(find_hindrances(book, period))
    yield from found
    if any(each.kind == "errors" for each in found):
        return
    for each in find_untied(book, period.name):
        place = f"{each.file.rpartition('/')[2]}:{each.line}"
        yield Hindrance(kind="untied", message=f"{place}: {each.message}")
    yield from _remarks(book, period)


def _remarks(book: Book, period: Period) -> Iterator[Hindrance]:
    notices = [each for each in book.notices if each.entry is None or each.entry.date <= period.end]
    for receipt in waiting_receipts(book):
        if receipt.day <= period.end:
            said = f"{receipt.label} of {receipt.day}: {amount_text(receipt.value)} "
            yield Hindrance(
                kind="receipts",
                message=f"{said}{book.settings.currency} is applied to no pledge.",
                blocks=False,
                about=receipt.label,
            )
    for each in notices:
        if each.rule == _STATEMENT:
            yield Hindrance(kind="statements", message=each.message, blocks=False)
    for sentence in not_revalued(book, period.end):
        yield Hindrance(kind="revaluation", message=sentence, blocks=False)
    for line in list_instalments(book.register, period.end):
        if line.overdue:
            yield Hindrance(
                kind="overdue",
                message=f"{line.label} was due on {line.due}, and "
                f"{amount_text(line.outstanding)} {line.currency} is unpaid.",
                blocks=False,
                about=line.label,
            )
    others = [each for each in notices if each.rule not in _TOLD]
    for rule, number in Counter(each.rule for each in others).items():
        first = next(each.message for each in others if each.rule == rule)
        more = f" ({number - 1} more like it)" if number > 1 else ""
        yield Hindrance(kind="notices", message=f"{first}{more}", blocks=False, about=rule)
