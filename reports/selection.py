"""What a report is asked for: a book, the days it covers, the funds it is limited to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from pledgebook.ledger.book import Book
from pledgebook.ledger.history import HISTORY, carried_from, continuing
from pledgebook.ledger.periods import Cut
from pledgebook.ledger.recasting import view_under
from pledgebook.ledger.recognition import Group, UnknownPolicyError, name_policies, read_policies


class SelectionError(Exception):
    """The report cannot be made as asked: an unknown period or fund. The message says which."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A book, a cut of time and the funds to show (in the book's order).

    Under another recognition policy `book` is the view, `kept` the book as it is kept, and
    `recognition` says which policies the view follows.
    """

    book: Book
    cut: Cut
    funds: tuple[str, ...]
    kept: Book | None = None
    recognition: str = ""

    def as_kept(self) -> Selection:
        """Return the same selection of the book as it is kept."""
        return replace(self, book=self.kept or self.book, kept=None, recognition="")


def select(
    book: Book,
    period: str | None = None,
    as_at: date | None = None,
    fund: str | None = None,
    recognition: str | None = None,
) -> Selection:
    """Return the selection for a declared period (or a year "2003" or quarter "2003-Q2" in one).

    Without a period it is the one of `as_at`, else of the book's last entry. `as_at` ends the cut
    early. `recognition` ("receipt", or "special=receipt,convention=receipt") asks for the view
    under another policy. Raises SelectionError.
    """
    periods = book.settings.periods
    declared = ", ".join(periods.names()) or "none"
    if period is None:
        day = as_at or book.register.last_day
        found = periods.of(day) if day else None
        if found is None:
            raise SelectionError(
                f"No declared period holds {day or 'any entry'} (declared: {declared}): name one "
                "with --period."
            )
        period = found.name
    cut = periods.named(period)
    if cut is None:
        raise SelectionError(
            f"The book declares no period {period!r} (declared: {declared}): name one of these, a "
            "year or a quarter of one, such as 2003 or 2003-Q2."
        )
    if as_at is not None:
        if not cut.start <= as_at <= cut.end:
            raise SelectionError(
                f"{as_at} is not in {period} ({cut.start} to {cut.end}): give a date within it."
            )
        cut = replace(cut, end=as_at)
    if fund is not None and fund not in book.settings.funds:
        raise SelectionError(
            f"The book declares no fund {fund!r} (declared: {', '.join(book.settings.funds)})."
        )
    funds = (fund,) if fund else tuple(book.settings.funds)
    if not recognition:
        return Selection(book, cut, funds)
    try:
        policies = read_policies(book.settings, recognition)
        _need_history(book, policies)
        _need_conditions(book, policies, cut.end)
    except UnknownPolicyError as error:
        raise SelectionError(str(error)) from error
    shown = {group: policy for group, policy in policies.items() if group[0] in funds}
    view = view_under(book, policies, cut.end)
    return Selection(view, cut, funds, book, name_policies(book.settings, shown))


def _need_conditions(book: Book, policies: Mapping[Group, str], until: date) -> None:
    """Refuse a view under `agreement` of what depends on a condition: the book says when it was
    met only where it was kept so.
    """
    for changes in book.register.by_label.values():
        claim = changes[0].after
        group = (claim.fund, claim.class_)
        kept = book.settings.funds[claim.fund].policy(claim.class_)
        if (
            claim.condition
            and changes[0].date <= until
            and policies.get(group) == "agreement" != kept
        ):
            raise SelectionError(
                f"{claim.label} depends on a condition ({claim.condition}), and a book kept on "
                f"{kept} does not say when it was met: a view under agreement would have to guess. "
                f"Leave {claim.fund}:{claim.class_} out of the view."
            )


def _need_history(book: Book, policies: Mapping[Group, str]) -> None:
    """Refuse a view of balances carried forward that do not say enough for it: under `agreement`
    an instalment paid before its period leaves nothing to carry.
    """
    carried = next((carried_from(e) for e in continuing(book.entries) if carried_from(e)), "")
    if not carried:
        return
    changed = {
        (change.after.fund, change.after.class_)
        for change in book.register.changes
        if change.event == "policy-change"
    }
    for (fund, class_), policy in policies.items():
        kept = book.settings.funds[fund].policy(class_)
        if policy != kept and (kept == "agreement" or (fund, class_) in changed):
            raise SelectionError(
                f"This book begins with what {carried} carried forward, and {fund} {class_} was "
                "not kept on one policy that says which money came before its period: ask for "
                f"the view with --book {HISTORY}."
            )
