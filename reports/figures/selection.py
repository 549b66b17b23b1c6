"""What a report is asked for: a book, the days it covers, and what of it is to be shown.

What several reports are made of (figures, balances) is worked out once a selection.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from msgspec import Struct, structs
from pledgebook.ledger.closing.recasting import view_under
from pledgebook.ledger.declared.chart import takes
from pledgebook.ledger.declared.periods import JANUARY, SPAN, Cut, MonthDay
from pledgebook.ledger.declared.policies import (
    Group,
    UnknownPolicyError,
    name_policies,
    read_policies,
)
from pledgebook.ledger.files.answering import left_out, without_history
from pledgebook.ledger.findings import RefusedError
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.history import HISTORY, carried_from, continuing
from pledgebook.ledger.register.postings import Line
from pledgebook.ledger.register.register import Claim, Gift, Held

MadeT = TypeVar("MadeT")

NO_PURPOSE = "none"
"""Asked for as a purpose: money without one."""


class SelectionError(RefusedError):
    """The report cannot be made as asked: an unknown period or fund. The message says which."""


class Scope(Struct, frozen=True, kw_only=True):
    """What of the selected funds is shown; an empty name sets no limit. `group` is a code of one,
    `donor` a code and `purpose` a declared one, each with what is within it, or NO_PURPOSE;
    `agreement` is a reference.
    """

    class_: str = ""
    group: str = ""
    donor: str = ""
    purpose: str = ""
    agreement: str = ""

    def limits(self) -> dict[str, str]:
        """Return the limits that are set, by the names people know them under."""
        named = {
            "class": self.class_,
            "group": self.group,
            "donor": self.donor,
            "purpose": self.purpose,
            "agreement": self.agreement,
        }
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, kw_only=True)
class Selection:
    """A book, a cut of time and the funds to show (in the book's order), within a scope.

    Under another recognition policy `book` is the view, `kept` the book as it is kept, and
    `recognition` says which policies the view follows.
    """

    book: Book
    cut: Cut
    funds: tuple[str, ...]
    kept: Book | None = None
    recognition: str = ""
    scope: Scope = field(default_factory=Scope)
    mandate: str = ""
    """The symbol of the mandate whose paragraphs are asked for, "" for each of the book."""
    _made: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def as_kept(self) -> Selection:
        """The same selection of the book as it is kept."""
        if self.kept is None:
            return self
        return replace(self, book=self.kept, kept=None, recognition="")

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Each fund and class that is shown, in the book's order."""
        funds = self.book.settings.funds
        return tuple(
            (fund, class_)
            for fund in self.funds
            for class_ in funds[fund].classes
            if self.scope.class_ in {"", class_}
        )

    @cached_property
    def year_begins(self) -> MonthDay:
        """The first day of the shown funds' fiscal years; of funds that differ the 1 January."""
        return _year_begins(self.book, self.funds)

    @cached_property
    def _shown(self) -> frozenset[Group]:
        return frozenset(self.groups)

    def once(self, key: Hashable, make: Callable[[], MadeT]) -> MadeT:
        """Return what `make` makes of the selection, made once however many reports ask for it."""
        if key not in self._made:
            self._made[key] = make()
        made: MadeT = self._made[key]
        return made

    @cached_property
    def whole_classes(self) -> bool:
        """Whether all donors and purposes of the classes are shown, as accounts add them up."""
        return not (self.scope.group or self.scope.donor or self.scope.purpose)

    def covers(self, item: Claim | Gift | Held) -> bool:
        """Tell whether the item is to be shown."""
        if (item.fund, item.class_) not in self._shown:
            return False
        return self.whole_classes or (
            self.covers_purpose(item.purpose) and self.covers_donor(item.donor)
        )

    def covers_line(self, line: Line) -> bool:
        """Tell whether a posting's amount is to be shown: limited to donors, only accounts that
        name their donor can tell.
        """
        if (line.place.fund, line.class_) not in self._shown:
            return False
        return self.whole_classes or (
            self.covers_purpose(line.purpose)
            and (
                not (self.scope.donor or self.scope.group)
                or (takes(line.place.kind) == "donor" and self.covers_donor(line.place.part))
            )
        )

    def covers_purpose(self, purpose: str) -> bool:
        """Tell whether money for a purpose, "" for money without one, is to be shown: that of the
        scope, and those within it.
        """
        asked = self.scope.purpose
        return asked in {"", purpose or NO_PURPOSE} or self.book.settings.purpose_tree.covers(
            asked, purpose
        )

    def _is_of_donor(self, code: str) -> bool:
        """Tell whether a donor is the scope's, or within it."""
        donors, asked = self.book.settings.donors, self.scope.donor
        return code == asked or any(
            donors.of_record(each, self.cut.end) == asked for each in donors.within(code)
        )

    def covers_donor(self, code: str) -> bool:
        """Tell whether this donor's contributions are to be shown; what is of no known donor ("")
        is of no group either.
        """
        if self.scope.donor:
            return self._is_of_donor(code)
        if self.scope.group:
            if not code:
                return False
            return self.book.settings.donors.group_of(code) == self.scope.group
        return True


def select(
    book: Book,
    period: str | None = None,
    as_at: date | None = None,
    fund: str | tuple[str, ...] | None = None,
    recognition: str | None = None,
    *,
    class_: str | None = None,
    group: str | None = None,
    donor: str | None = None,
    purpose: str | None = None,
    mandate: str | None = None,
    agreement: str | None = None,
) -> Selection:
    """Return the selection for a declared period, a year "2003" or "FY2003", a quarter "2003-Q2",
    or a span of these or of days: "2000-2001..2003", "2002-03-01..2003-02-28", "..2003" (from the
    first entry on).

    Without a period it is the one of `as_at`, else of the book's last entry. `as_at` ends the cut
    early. `fund` is one or several; `class_`, `group` (of donors), `donor` (code or name),
    `purpose` (NO_PURPOSE for money without one) and `agreement` (a reference) limit what is shown
    of them, `mandate` whose paragraphs contributions are counted under. `recognition`
    ("receipt", or "special=receipt,convention=receipt") asks for the view under another policy.
    Raises SelectionError.
    """
    funds = _funds(book, fund)
    cut = cut_of(book, period, as_at, funds)
    closed = left_out(book, cut.start)
    if closed:
        raise SelectionError(without_history(closed, cut.start))
    scope = Scope(
        class_=_class(book, funds, class_),
        group=_group(book, group),
        donor=book.settings.donors.of_record(find_donor(book, donor), cut.end),
        purpose=_purpose(book, purpose),
        agreement=_agreement(book, agreement),
    )
    if not recognition:
        return Selection(
            book=book.as_of(cut.end),
            cut=cut,
            funds=funds,
            scope=scope,
            mandate=_mandate(book, mandate),
        )
    try:
        policies = read_policies(book.settings, recognition)
        _need_history(book, policies)
        _need_conditions(book, policies, cut.end)
    except UnknownPolicyError as error:
        raise SelectionError(str(error)) from error
    shown = {group: policy for group, policy in policies.items() if group[0] in funds}
    view = view_under(book, policies, cut.end)
    return Selection(
        book=view.as_of(cut.end),
        cut=cut,
        funds=funds,
        kept=book.as_of(cut.end),
        recognition=name_policies(book.settings, shown),
        scope=scope,
        mandate=_mandate(book, mandate),
    )


def cut_of(
    book: Book,
    period: str | None,
    as_at: date | None,
    fund: str | tuple[str, ...] | None = None,
) -> Cut:
    """Return the days that a selection covers; fiscal years are those of `fund`, one or several (of
    all, unless said). Raises SelectionError.
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
    name = _both_ends(book, period)
    funds = _funds(book, fund)
    cut = periods.named(name, _year_begins(book, funds))
    if cut is None:
        raise SelectionError(
            f"The book declares no period {period!r} (declared: {declared}): name one of these, a "
            "year or a quarter, such as 2003 or 2003-Q2, a fiscal year by the one in which it "
            "ends, such as FY2003, or two of these or of days with .. between them, the earlier "
            "first, such as 2000-2001..2003."
        )
    begins = {book.settings.funds[code].year_begins for code in funds}
    if len(begins) > 1 and "FY" in name and not {name, *name.split(SPAN)} & {*periods.names()}:
        raise SelectionError(
            f"The years of {', '.join(funds)} begin on different days, so {period} is no one time "
            "for all: name a fund with --fund, or the days."
        )
    if period.startswith(SPAN) and book.register.changes:
        cut = structs.replace(cut, start=min(cut.start, book.register.changes[0].date))
    if as_at is None:
        return cut
    if as_at not in cut:
        raise SelectionError(
            f"{as_at} is not in {name} ({cut.start} to {cut.end}): give a date within it."
        )
    return structs.replace(cut, end=as_at)


def _both_ends(book: Book, period: str) -> str:
    """Return the name of a span with both its ends: the first declared period and that of the last
    entry where they are left out.
    """
    first, span, last = period.partition(SPAN)
    declared = book.settings.periods.names()
    if not span or not declared:
        return period
    day = book.register.last_day
    at_work = book.settings.periods.of(day) if day else None
    return f"{first or declared[0]}{SPAN}{last or (at_work.name if at_work else declared[-1])}"


def _year_begins(book: Book, funds: tuple[str, ...]) -> MonthDay:
    begins = {book.settings.funds[code].year_begins for code in funds}
    return begins.pop() if len(begins) == 1 else JANUARY


def _funds(book: Book, fund: str | tuple[str, ...] | None) -> tuple[str, ...]:
    declared = book.settings.funds
    asked = (fund,) if isinstance(fund, str) else fund or tuple(declared)
    for code in asked:
        if code not in declared:
            raise SelectionError(
                f"The book declares no fund {code!r} (declared: {', '.join(declared)})."
            )
    return tuple(code for code in declared if code in asked)


def _class(book: Book, funds: tuple[str, ...], name: str | None) -> str:
    if not name:
        return ""
    known = dict.fromkeys(class_ for fund in funds for class_ in book.settings.funds[fund].classes)
    if name not in known:
        raise SelectionError(
            f"{' and '.join(funds)} have no class {name!r} (declared: {', '.join(known)})."
        )
    return name


def _mandate(book: Book, symbol: str | None) -> str:
    declared = book.settings.mandates
    if symbol and symbol not in declared:
        raise SelectionError(
            f"The book declares no mandate {symbol!r} (declared: {', '.join(declared) or 'none'})."
        )
    return symbol or ""


def _group(book: Book, name: str | None) -> str:
    kinds = book.settings.donors.kinds
    found = kinds.named_group(name) if name else ""
    if name and not found:
        raise SelectionError(
            f"There is no group of donors {name!r}; the groups are {'; '.join(kinds.groups)}."
        )
    return found


def find_donor(book: Book, text: str | None) -> str:
    """Return the code of the donor that a text names, "" for no text. Raises SelectionError."""
    if not text:
        return ""
    donors = book.settings.donors
    found = donors.get(text) or donors.resolve(text)
    if found is None:
        near = ", ".join(f"{each.code} ({each.name})" for each in donors.suggest(text))
        raise SelectionError(f"The donor {text!r} is not known. Nearest: {near or 'none'}.")
    return found.code


def _purpose(book: Book, name: str | None) -> str:
    declared = book.settings.purposes
    known = ", ".join(declared) or "nothing"
    asked = f"name a declared one ({known}), or {NO_PURPOSE} for money without a purpose."
    if name is None:
        return ""
    if not name.strip():
        raise SelectionError(f"The purpose is empty: {asked}")
    if name == NO_PURPOSE and name in declared:
        raise SelectionError(
            f"The book declares a purpose {name!r}, which is also the word for money without one: "
            "a report cannot tell which is meant. Rename the purpose."
        )
    if name not in {NO_PURPOSE, *declared}:
        raise SelectionError(f"The book declares no purpose {name!r}: {asked}")
    return name


def _agreement(book: Book, reference: str | None) -> str:
    declared = book.settings.agreements
    if reference and reference not in declared:
        raise SelectionError(
            f"The book declares no agreement {reference!r} (declared: "
            f"{', '.join(declared) or 'none'})."
        )
    return reference or ""


def _need_conditions(book: Book, policies: Mapping[Group, str], until: date) -> None:
    """Refuse a view under `agreement` of what depends on a condition: the book says when it was
    met only where it was kept so.
    """
    for changes in book.register.by_label.values():
        held = [each.after for each in changes if each.date <= until and each.after.condition]
        if not held:
            continue
        claim = held[0]
        group = (claim.fund, claim.class_)
        kept = book.settings.funds[claim.fund].policy(claim.class_)
        if policies.get(group) == "agreement" != kept:
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
