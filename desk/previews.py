"""What will be booked, as people read it: an instalment or a payment a line, with all that is said
of it, before it is in the book.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from pledgebook.desk.texts import ngettext
from pledgebook.ledger.declared.chart import CLAIMS, Place, read_account
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.drafts import Draft, DraftLine
from pledgebook.ledger.register.instalments import pledge_of
from pledgebook.ledger.register.tagging import Promised, tag_promised
from pledgebook.reports.render.texts import amount_text

_COMMITTING = frozenset({"commitment"})
_GIVEN = frozenset({"receipt-without-pledge", "in-kind"})
_DONORS = frozenset({"pledges", "memorandum", "contributions", "in-kind-held"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """One line of what will be booked. `amount` is in `currency`, `value` what it is in the book
    (None where the entry does not say it of this line alone), `rate` the one it was valued at.
    """

    event: str
    label: str
    donor: str
    fund: str
    class_: str
    purpose: str
    day: date
    due: str
    amount: Decimal
    currency: str
    rate: str
    value: Decimal | None
    paragraphs: tuple[str, ...] = ()

    @property
    def pledge(self) -> str:
        """The pledge of its instalment."""
        return pledge_of(self.label)


def preview(draft: Draft, settings: Settings) -> list[Preview]:
    """Return what a draft will book, with the paragraphs that call for it."""
    tagged = _paragraphs(draft, settings) if draft.event in _COMMITTING | _GIVEN else ()
    return list(_lines_of(draft, settings, tagged))


def differing(old: Preview, new: Preview) -> frozenset[str]:
    """Return the names of what two lines say otherwise. Labels are given out anew at each look."""
    names = (each.name for each in fields(Preview) if each.name != "label")
    return frozenset(name for name in names if getattr(old, name) != getattr(new, name))


def sums_of(
    drafts: Iterable[Draft], settings: Settings
) -> dict[str, tuple[int, dict[str, Decimal]]]:
    """Return by event how many entries there are, and what they come to by currency."""
    found: dict[str, tuple[int, dict[str, Decimal]]] = {}
    for draft in drafts:
        count, sums = found.get(draft.event, (0, {}))
        for line in _lines_of(draft, settings, ()):
            sums[line.currency] = sums.get(line.currency, Decimal(0)) + line.amount
        found[draft.event] = count + 1, sums
    return found


def what_drafts_book(drafts: Iterable[Draft], settings: Settings) -> str:
    """Say what drafts will book: "2 pledges: EUR 100,000.00, USD 25,000.00; 1 payment: USD 5.00".
    Currencies are never added together.
    """
    parts = []
    for event, (count, sums) in sums_of(drafts, settings).items():
        money = ", ".join(f"{code} {amount_text(sums[code])}" for code in sorted(sums))
        parts.append(f"{_counted(event, count)}{f': {money}' if money else ''}")
    return "; ".join(parts)


def _counted(event: str, count: int) -> str:
    if event in _COMMITTING:
        return ngettext("%(num)s pledge", "%(num)s pledges", count)
    if event == "payment":
        return ngettext("%(num)s payment", "%(num)s payments", count)
    if event in _GIVEN:
        return ngettext("%(num)s contribution", "%(num)s contributions", count)
    if event == "receipt-unapplied":
        return ngettext("%(num)s receipt", "%(num)s receipts", count)
    if event == "bank-charge":
        return ngettext("%(num)s bank charge", "%(num)s bank charges", count)
    if event == "interest":
        return ngettext("%(num)s entry of interest", "%(num)s entries of interest", count)
    if event in {"amendment", "postponement", "cancellation", "re-earmark"}:
        return ngettext("%(num)s change of a pledge", "%(num)s changes of pledges", count)
    return ngettext("%(num)s entry", "%(num)s entries", count)


def _lines_of(draft: Draft, settings: Settings, tagged: tuple[str, ...]) -> Iterator[Preview]:
    placed = [(line, read_account(line.account)) for line in draft.lines]
    own = [(line, place) for line, place in placed if place is not None]
    claims = [(line, place) for line, place in own if place.kind in CLAIMS]
    cash = sum(
        (line.number for line, place in own if place.kind == "cash" and line.value is None),
        Decimal(0),
    )
    if draft.event in _COMMITTING or not (cash or _is_paid(draft)):
        for line, place in claims:
            if line.number > 0:
                yield _one(draft, line, place, line.number, line.currency, line.value, tagged)
        if claims:
            return
    labels = dict.fromkeys(line.label for line, place in claims)
    for label in labels:
        line, place = next(each for each in claims if each[0].label == label)
        paid = -sum((each.number for each, at in claims if each.label == label), Decimal(0))
        gross = cash if len(labels) == 1 else None
        yield _one(draft, line, place, paid, line.currency, gross, tagged)
    if not labels:
        for line, place in own[:1]:
            other = next((each for line, each in own if each.part in settings.donors), place)
            amount = abs(line.number)
            value = abs(line.value) if line.value is not None else None
            gross = amount if line.currency == settings.currency else value
            yield _one(draft, line, other, amount, line.currency, gross, tagged)


def _is_paid(draft: Draft) -> bool:
    return draft.event in {"payment", "application"}


def _one(
    draft: Draft,
    line: DraftLine,
    place: Place,
    amount: Decimal,
    currency: str,
    value: Decimal | None,
    tagged: tuple[str, ...],
) -> Preview:
    def said(key: str) -> str:
        return str(line.meta.get(key) or draft.meta.get(key) or "")

    return Preview(
        event=draft.event,
        label=line.label,
        donor=place.part,
        fund=place.fund,
        class_=said("class"),
        purpose=said("purpose"),
        day=draft.date,
        due=said("due"),
        amount=amount,
        currency=currency,
        rate=said("rate"),
        value=value,
        paragraphs=tagged,
    )


def _paragraphs(draft: Draft, settings: Settings) -> tuple[str, ...]:
    """Return the paragraphs that call for what a draft commits or receives."""
    places = (read_account(line.account) for line in draft.lines)
    place = next((each for each in places if each is not None and each.kind in _DONORS), None)
    if place is None:
        return ()
    said: Mapping[str, object] = draft.meta
    promised = Promised(
        place.part, place.fund, str(said.get("class") or ""), str(said.get("purpose") or "")
    )
    found = tag_promised(promised, draft.parsed(), settings)
    return tuple(paragraph for each in found for paragraph in each.calls)
