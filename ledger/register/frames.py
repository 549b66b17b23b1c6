"""The book as tables for analysts: `book.frames`, pandas frames with one meaning a column.

Codes are categories with names beside them, days datetime64, money exact `Decimal`s (or floats,
where asked). Amounts in the donor's currency stand beside `currency`, amounts in the book's beside
`value_currency`: no column of either may be added over several currencies. Every sum is one that a
report shows (docs/analysis.md says which); `FRAMES` says what each column is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pledgebook.ledger.columnar import FrameColumn, Money, as_frame
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.instalments import Instalment, list_instalments, pledge_of
from pledgebook.ledger.register.postings import stated
from pledgebook.ledger.register.register import Change, Claim, Gift, Register

if TYPE_CHECKING:
    import pandas as pd

_OWED = "value_currency"
_DONOR = (
    FrameColumn("donor", "code", "code of the donor"),
    FrameColumn("donor_name", "code", "the donor's English name on that day"),
    FrameColumn("donor_kind", "code", "kind of donor: state, ngo, company ..."),
    FrameColumn("donor_group", "code", "heading of reports: Governments, ..."),
)
_PLACE = (
    FrameColumn("fund", "code", "code of the fund"),
    FrameColumn("fund_name", "code", "name of the fund"),
    FrameColumn("class", "code", "class within the fund"),
    FrameColumn("purpose", "code", 'purpose it is earmarked for, "" without one'),
)
_CURRENCIES = (
    FrameColumn("currency", "code", "currency of the pledge"),
    FrameColumn("value_currency", "code", "currency of the book"),
)

INSTALMENTS: Sequence[FrameColumn] = (
    FrameColumn("label", "text", 'the instalment; "" for a contribution without a pledge'),
    FrameColumn("pledge", "text", "the pledge it is part of"),
    *_DONOR,
    *_PLACE,
    FrameColumn("pledged_on", "date", "day of the pledge, or of the contribution without one"),
    FrameColumn("due", "date", "day it is due, NaT without one"),
    FrameColumn("period", "code", 'declared period of the due date, "" without one'),
    FrameColumn("year", "count", "calendar year of `pledged_on`"),
    FrameColumn("status", "code", "as `pledges` has it: committed, partly-paid, paid ..."),
    FrameColumn("overdue", "flag", "due before that day with something outstanding"),
    FrameColumn("recognition", "code", "policy of its fund and class"),
    FrameColumn("accepted_by", "code", 'who accepted it, "" where nobody is named'),
    *_CURRENCIES,
    FrameColumn("pledged", "money", "as last amended", "currency"),
    FrameColumn("paid", "money", "settled by payments, in advance too", "currency"),
    FrameColumn("written_off", "money", "given up", "currency"),
    FrameColumn("outstanding", "money", "pledged - paid - written_off", "currency"),
    FrameColumn("carrying", "money", "value of what is outstanding", _OWED),
    FrameColumn("received", "money", "what payments brought, gross of charges", _OWED),
)
"""The columns of `instalments`."""

MOVEMENTS: Sequence[FrameColumn] = (
    FrameColumn("day", "date", "day of the entry"),
    FrameColumn("year", "count", "calendar year of it"),
    FrameColumn("event", "code", "what happened: commitment, payment, write-off ..."),
    FrameColumn("label", "text", "the instalment that moved"),
    FrameColumn("pledge", "text", "the pledge it is part of"),
    *_DONOR,
    *_PLACE,
    *_CURRENCIES,
    FrameColumn("before", "money", "outstanding before, in the currency of then", "currency"),
    FrameColumn("after", "money", "outstanding after", "currency"),
    FrameColumn("received", "money", "collected, gross of charges, in advance too", _OWED),
    FrameColumn("advanced", "money", "the part of it held in advance", _OWED),
    FrameColumn("change", "money", "change of the carrying value", _OWED),
    FrameColumn("narration", "text", "what the entry says"),
    FrameColumn("document", "text", "paper it rests on"),
)
"""The columns of `movements`."""

RECEIPTS: Sequence[FrameColumn] = (
    FrameColumn("day", "date", "day of the entry: the bank's value date"),
    FrameColumn("year", "count", "calendar year of it"),
    FrameColumn("event", "code", "payment, application, receipt-without-pledge ..."),
    FrameColumn("label", "text", 'the instalment it pays; "" for a contribution without a pledge'),
    *_DONOR,
    *_PLACE,
    *_CURRENCIES,
    FrameColumn("units", "money", "settled of the pledge, negative if taken back", "currency"),
    FrameColumn("received", "money", "gross of charges, negative if taken back", _OWED),
    FrameColumn("advance", "flag", "held in advance: not yet income, not yet collected"),
    FrameColumn("prior", "flag", "a correction of an earlier period"),
)
"""The columns of `receipts`."""

DONORS: Sequence[FrameColumn] = (
    *_DONOR,
    FrameColumn("first", "date", "day of the first pledge or contribution"),
    FrameColumn("last", "date", "day of the last"),
    FrameColumn("instalments", "count", "how many, contributions without a pledge too"),
    FrameColumn("overdue", "count", "how many of them are overdue"),
    FrameColumn("value_currency", "code", "currency of the book"),
    FrameColumn("carrying", "money", "value of what is outstanding", _OWED),
    FrameColumn("received", "money", "what payments brought, gross of charges", _OWED),
)
"""The columns of `donors`."""

PARAGRAPHS: Sequence[FrameColumn] = (
    FrameColumn("mandate", "code", "symbol of the resolution"),
    FrameColumn("paragraph", "code", "operative paragraph"),
    FrameColumn("relation", "code", "call, serves or acknowledged"),
    FrameColumn("primary", "flag", "its primary call, which is one a contribution and mandate"),
    FrameColumn("label", "text", 'the instalment; "" for a contribution without a pledge'),
    *_DONOR,
    *_PLACE,
    FrameColumn("pledged_on", "date", "day of the pledge, or of the contribution without one"),
    FrameColumn("status", "code", "as `pledges` has it"),
    FrameColumn("value_currency", "code", "currency of the book"),
    FrameColumn("carrying", "money", "value of what is outstanding", _OWED),
    FrameColumn("received", "money", "what payments brought, gross of charges", _OWED),
)
"""The columns of `paragraphs`."""

FRAMES: Mapping[str, Sequence[FrameColumn]] = {
    "instalments": INSTALMENTS,
    "movements": MOVEMENTS,
    "receipts": RECEIPTS,
    "donors": DONORS,
    "paragraphs": PARAGRAPHS,
}
"""The frames there are, by name, and their columns."""

Values = dict[str, Sequence[Any]]


class Frames:
    """The frames of a book. `at` gives its register with donors as they are on a day.

    Every method takes `money`: "exact" (`Decimal`s, which add up to the cent) or "float". All raise
    MissingLibraryError without pandas, which the extras `frames` and `analysis` bring.
    """

    def __init__(self, last_day: date | None, at: Callable[[date], Register]) -> None:
        self._last_day = last_day or date.min
        self._at = at

    def named(self, name: str, money: Money = "exact") -> pd.DataFrame:
        """Return the frame of a name of FRAMES, as at the last entry. Raises KeyError."""
        makers: Mapping[str, Callable[..., pd.DataFrame]] = {
            "instalments": self.instalments,
            "movements": self.movements,
            "receipts": self.receipts,
            "donors": self.donors,
            "paragraphs": self.paragraphs,
        }
        return makers[name](money=money)

    def instalments(self, as_at: date | None = None, money: Money = "exact") -> pd.DataFrame:
        """Return the register, a row an instalment or contribution without a pledge, as it stood
        at the end of `as_at` (None: with all that is booked).

        Columns: label, pledge, donor (with name, kind, group), fund (with name), class, purpose,
        pledged_on, due, period, year, status, overdue, recognition, accepted_by; in `currency`
        pledged = paid + written_off + outstanding; in `value_currency` carrying and received.
        `carrying` adds up to what the accounts of pledges hold.
        """
        register = self._on(as_at)
        return as_frame(INSTALMENTS, instalment_columns(register, _listed(register, as_at)), money)

    def movements(self, money: Money = "exact") -> pd.DataFrame:
        """Return every change of an instalment, in the order booked.

        Columns: day, year, event, label, pledge, donor, fund, class, purpose (as they stand after
        it); in `currency` outstanding `before` and `after` (of a redenomination `before` is in the
        currency of then); in `value_currency` received, advanced and change; narration, document.
        `change` adds up over the days of a report `movements` to its own, over all to `carrying`.
        """
        register = self._on(None)
        return as_frame(MOVEMENTS, _of_movements(register, register.changes), money)

    def receipts(self, money: Money = "exact") -> pd.DataFrame:
        """Return what donors' money settled or gave, a row an instalment and entry, under the donor
        whom the entry names; what a bank took back is negative. Money that waits to be applied is
        none yet.

        Columns: day, year, event, label, donor, fund, class, purpose; `units` in `currency`;
        `received` in `value_currency`; advance, prior. Without `advance`, and with what is released
        of it, `received` adds up to the schedule's *collected*.
        """
        register = self._on(None)
        return as_frame(RECEIPTS, _of_receipts(register), money)

    def donors(self, as_at: date | None = None, money: Money = "exact") -> pd.DataFrame:
        """Return the donors that gave or promised anything by the end of `as_at`, a row each, by
        code.

        Columns: donor (with name, kind, group), first, last, instalments, overdue; in
        `value_currency` carrying and received, the sums of the donor's instalments.
        """
        register = self._on(as_at)
        return as_frame(DONORS, _of_donors(register, _listed(register, as_at)), money)

    def paragraphs(self, as_at: date | None = None, money: Money = "exact") -> pd.DataFrame:
        """Return a row for each paragraph that an instalment answers: they overlap, so sums over
        several paragraphs count money twice, except among those marked `primary`.

        Columns: mandate, paragraph, relation, primary, label, donor, fund, class, purpose,
        pledged_on, status; in `value_currency` carrying and received of the instalment.
        """
        register = self._on(as_at)
        return as_frame(PARAGRAPHS, _of_paragraphs(register, _listed(register, as_at)), money)

    def _on(self, as_at: date | None) -> Register:
        return self._at(as_at or self._last_day)


def _listed(register: Register, as_at: date | None) -> list[Instalment]:
    return list_instalments(register, as_at)


def _donors(register: Register, codes: Sequence[str], day: date | None) -> Values:
    """Return the columns about donors of these codes, each donor looked up once."""
    known = {code: register.settings.donors.get(code) for code in set(codes)}
    names = {code: each.name_in("en", day) if each else code for code, each in known.items()}
    kinds = {code: each.kind if each else "" for code, each in known.items()}
    group_of = register.settings.donors.group_of
    groups = {code: group_of(code) if each else "" for code, each in known.items()}
    return {
        "donor": codes,
        "donor_name": [names[code] for code in codes],
        "donor_kind": [kinds[code] for code in codes],
        "donor_group": [groups[code] for code in codes],
    }


def _place(
    register: Register, funds: Sequence[str], classes: Sequence[str], purposes: Sequence[str]
) -> Values:
    names = {code: fund.name for code, fund in register.settings.funds.items()}
    return {
        "fund": funds,
        "fund_name": [names[code] for code in funds],
        "class": classes,
        "purpose": purposes,
    }


def _items(register: Register, items: Sequence[Instalment | Claim | Gift]) -> Values:
    """Return the columns that tell of whom and for what the items are."""
    return {
        **_donors(register, [each.donor for each in items], register.last_day),
        **_place(
            register,
            [each.fund for each in items],
            [each.class_ for each in items],
            [each.purpose for each in items],
        ),
        "value_currency": [register.settings.currency] * len(items),
    }


def instalment_columns(register: Register, lines: Sequence[Instalment]) -> Values:
    """Return lines of the register by column of INSTALMENTS."""
    days = [line.pledged_on for line in lines]
    return {
        "label": [line.label for line in lines],
        "pledge": [line.pledge for line in lines],
        **_items(register, lines),
        "pledged_on": days,
        "due": [line.due for line in lines],
        "period": [line.period or "" for line in lines],
        "year": [day.year for day in days],
        "status": [line.status for line in lines],
        "overdue": [line.overdue for line in lines],
        "recognition": [line.recognition for line in lines],
        "accepted_by": [line.accepted_by for line in lines],
        "currency": [line.currency for line in lines],
        "pledged": [line.pledged for line in lines],
        "paid": [line.paid for line in lines],
        "written_off": [line.written_off for line in lines],
        "outstanding": [line.outstanding for line in lines],
        "carrying": [line.carrying for line in lines],
        "received": [line.received for line in lines],
    }


def _of_movements(register: Register, changes: Sequence[Change]) -> Values:
    after = [change.after for change in changes]
    days = [change.date for change in changes]
    labels = [claim.label for claim in after]
    return {
        "day": days,
        "year": [day.year for day in days],
        "event": [change.event for change in changes],
        "label": labels,
        "pledge": [pledge_of(label) for label in labels],
        **_items(register, after),
        "currency": [claim.currency for claim in after],
        "before": [change.before.units if change.before else Decimal(0) for change in changes],
        "after": [claim.units for claim in after],
        "received": [change.received + change.advanced for change in changes],
        "advanced": [change.advanced for change in changes],
        "change": [-change.value_out for change in changes],
        "narration": [change.entry.narration or "" for change in changes],
        "document": [_document(change) for change in changes],
    }


def _document(change: Change) -> str:
    meta = change.entry.meta
    return str(meta.get("document") or meta.get("source") or "")


def _of_receipts(register: Register) -> Values:
    paid = [change for change in register.changes if change.received or change.advanced]
    gifts = register.gifts
    claims = [
        change.before if change.before and change.before.is_open else change.after
        for change in paid
    ]
    days = [*(change.date for change in paid), *(gift.entry.date for gift in gifts)]
    given = [gift.original or (gift.value, register.settings.currency) for gift in gifts]
    before = (change.before.units if change.before else ZERO for change in paid)
    return {
        "day": days,
        "year": [day.year for day in days],
        "event": [*(change.event for change in paid), *map(_event_of_gift, gifts)],
        "label": [*(change.label for change in paid), *map(_reference, gifts)],
        **_items(register, [*claims, *gifts]),
        "currency": [*(claim.currency for claim in claims), *(unit for _, unit in given)],
        "units": [
            *(units - change.after.units for units, change in zip(before, paid, strict=True)),
            *(amount for amount, _ in given),
        ],
        "received": [
            *(change.received + change.advanced for change in paid),
            *(gift.value for gift in gifts),
        ],
        "advance": [*(bool(change.advanced) for change in paid), *(False for _ in gifts)],
        "prior": [*(False for _ in paid), *(gift.prior for gift in gifts)],
    }


def _event_of_gift(gift: Gift) -> str:
    return str(gift.entry.meta.get("event", "") or "receipt-without-pledge")


def _reference(gift: Gift) -> str:
    return stated(gift.entry, gift.posting, "reference") or ""


def _of_donors(register: Register, lines: Iterable[Instalment]) -> Values:
    own: dict[str, list[Instalment]] = {}
    for line in lines:
        own.setdefault(line.donor, []).append(line)
    codes = sorted(own)
    return {
        **_donors(register, codes, register.last_day),
        "first": [min(line.pledged_on for line in own[code]) for code in codes],
        "last": [max(line.pledged_on for line in own[code]) for code in codes],
        "instalments": [len(own[code]) for code in codes],
        "overdue": [sum(line.overdue for line in own[code]) for code in codes],
        "value_currency": [register.settings.currency] * len(codes),
        "carrying": [sum((line.carrying for line in own[code]), ZERO) for code in codes],
        "received": [sum((line.received for line in own[code]), ZERO) for code in codes],
    }


def _answered(line: Instalment) -> Iterator[tuple[str, str, str, bool]]:
    """Yield each paragraph that a line answers: mandate, paragraph, relation, whether primary."""
    for tagging in line.taggings:
        for relation, paragraphs in (
            ("call", tagging.calls),
            ("serves", tagging.serves),
            ("acknowledged", tagging.acknowledged),
        ):
            for paragraph in paragraphs:
                is_primary = relation == "call" and paragraph == tagging.primary_call
                yield tagging.mandate.symbol, paragraph, relation, is_primary


def _of_paragraphs(register: Register, lines: Sequence[Instalment]) -> Values:
    rows = [(line, *answered) for line in lines for answered in _answered(line)]
    found = [row[0] for row in rows]
    return {
        "mandate": [row[1] for row in rows],
        "paragraph": [row[2] for row in rows],
        "relation": [row[3] for row in rows],
        "primary": [row[4] for row in rows],
        "label": [line.label for line in found],
        **_items(register, found),
        "pledged_on": [line.pledged_on for line in found],
        "status": [line.status for line in found],
        "carrying": [line.carrying for line in found],
        "received": [line.received for line in found],
    }
