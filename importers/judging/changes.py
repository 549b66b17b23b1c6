"""A row that finds its pledge in the book with other figures: what changed, and its entries.

Old and new are set side by side. Entries are drafted only where the sheet itself says when the
pledge was changed, since that date decides rate and period; else the row waits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from msgspec import structs
from pledgebook.importers.judging.drafting import Reading, of_further_entry
from pledgebook.importers.judging.known import (
    Context,
    Doubt,
    KnownPledge,
    earmark_words,
    parts_in_order,
)
from pledgebook.importers.tables.questions import Answers, Choice, Question, ask
from pledgebook.importers.values.values import plain, shown
from pledgebook.ledger.declared.rates import MissingRateError
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.events import (
    EventRefusedError,
    Part,
    amendment,
    earmark_of,
    increase,
    postponement,
)
from pledgebook.ledger.events.asking import advance_for, further_label
from pledgebook.ledger.money import ZERO, format_amount, share
from pledgebook.ledger.register.instalments import settled_so_far
from pledgebook.ledger.register.register import Change, Claim

_UNDATED = (
    "The sheet does not say when it was changed: add a column with the date of the change, say "
    "since when it is so, or record the change by hand."
)
ANOTHER = "another"
SINCE_WHEN = ask("change-date", "", Choice(ANOTHER, "They are further pledges, beside those"))
"""What is asked of rows that find a pledge of the book with other figures."""
_CHANGED = ask("changed")


class Changed(NamedTuple):
    """What a row changes: how the pledge stood, the sentence about it, and the entries."""

    before: str
    reason: str
    drafts: tuple[Draft, ...]


def describe_pledge(known: KnownPledge) -> str:
    """Write how a pledge stands in the book: "5,000.00 USD due 2002-06-30"."""
    return describe_terms(known.parts(), known.now.currency)


def describe_row(reading: Reading) -> str:
    """Write what a row says of amounts and due dates, as `describe_pledge` does."""
    return describe_terms(parts_in_order(reading.parts, reading.day), reading.currency)


def change_of(
    reading: Reading,
    known: KnownPledge,
    context: Context,
    meta: Mapping[str, str],
    answers: Answers,
) -> Changed:
    """Return what a row changes of its pledge, with the entries; raises Doubt where the date of
    the change is not stated or no amendment or postponement says it.
    """
    before, after = describe_pledge(known), describe_row(reading)
    sides = f"{known.label} stands in the book as {before}; this row says {after}."

    def doubt(why: str, asks: Question) -> Doubt:
        return Doubt(f"{sides} {why}", asks=asks, pledge=known.label, before=before)

    other = "; ".join(_other_changes(reading, known))
    if other:
        raise doubt(f"Also changed: {other}. Record that by hand.", _CHANGED)
    on = reading.changed_on or _answered_day(answers)
    if on is None:
        raise doubt(_UNDATED + _by_command(reading, known), SINCE_WHEN)
    if not (known.imported or known.reference):
        why = "The pledge was entered by hand without a reference; record the change."
        raise doubt(why, _CHANGED)
    try:
        drafts = tuple(_draft_changes(reading, known, context, on, meta))
    except (EventRefusedError, MissingRateError) as error:
        message = str(error).rstrip(".")
        why = f"{message[:1].upper()}{message[1:]}. Record the change by hand."
        raise doubt(why + _by_command(reading, known), _CHANGED) from error
    return Changed(before, f"Was {before}; is {after} since {on}.", drafts)


def _answered_day(answers: Answers) -> date | None:
    said = answers.to(SINCE_WHEN)
    return date.fromisoformat(said) if said else None


def _by_command(reading: Reading, known: KnownPledge) -> str:
    """Return the command that records an amount which alone is changed; "" for other changes."""
    stated = parts_in_order(reading.parts, reading.day)
    changed = [
        (_changing(own), new[0] - old[0], new[1] == old[1])
        for own, old, new in zip(known.instalments(), known.parts(), stated, strict=True)
        if old != new
    ]
    if len(changed) != 1 or not changed[0][2]:
        return ""
    claim, more, _ = changed[0]
    left = claim.units + more
    if left <= 0:
        return ""
    return f" By command: pledgebook record amendment {claim.label} {left:f} --date DATE."


def _other_changes(reading: Reading, known: KnownPledge) -> Iterator[str]:
    """Yield what differs besides amounts and due dates."""
    now = known.now
    if earmark_of(now) != reading.earmark:
        yield f"{earmark_words(earmark_of(now))}, now {earmark_words(reading.earmark)}"
    elif known.project != plain(reading.project):
        yield f"the project, now {shown(reading.project) if reading.project else 'none'}"
    if known.first.pledged_on != reading.day:
        yield f"the date of the pledge, {known.first.pledged_on}, now {reading.day}"
    if now.currency != reading.currency:
        yield f"the currency, {now.currency}, now {reading.currency}"
    if now.committed != (reading.kind == "commitment"):
        words = {True: "a commitment", False: "a pledge not yet committed"}
        yield f"{words[now.committed]}, now {words[not now.committed]}"
    if len(known.parts()) != len(reading.parts):
        yield f"{len(known.parts())} instalments, now {len(reading.parts)}"
    elif len(known.parts()) != len(known.instalments()):
        yield "an instalment of it was cancelled"


def _draft_changes(
    reading: Reading,
    known: KnownPledge,
    context: Context,
    on: date,
    meta: Mapping[str, str],
) -> Iterator[Draft]:
    own: Mapping[str, str] = meta
    if reading.reference:
        own = {**meta, "reference": reading.reference}
    stated = parts_in_order(reading.parts, reading.day)
    for histories, old, new in zip(known.instalments(), known.parts(), stated, strict=True):
        if old == new:
            continue
        for changes in histories:
            _refuse_day(on, changes)
        claim = _changing(histories)
        if new[0] > old[0] and (further := further_label(context.register, claim.label)):
            if any(changes[0].event == "opening" for changes in histories):
                raise EventRefusedError(
                    f"{claim.label} is paid and was carried forward from a closed period, whose "
                    "labels the command knows"
                )
            yield _increased(claim, further, new[0] - old[0], on, context, own)
            own = of_further_entry(own)
        elif new[0] != old[0]:
            settled = sum(settled_so_far(context.register.by_label[claim.label]), ZERO)
            units = claim.units + new[0] - old[0]
            draft, claim = _amended(claim, units, settled, on, context, own)
            yield draft
            own = of_further_entry(own)
        if new[1] != old[1]:
            if new[1] is None:
                raise EventRefusedError(f"{claim.label} has no due date any more")
            held = advance_for(context.register, claim.label, on)
            yield postponement(
                context.settings, day=on, claim=claim, due=new[1], advance=held
            ).noted(meta=own)
            own = of_further_entry(own)


def _changing(histories: list[list[Change]]) -> Claim:
    """Return what of an instalment a change is about: what is open of it, else its last part."""
    now = [changes[-1].after for changes in histories]
    return next((claim for claim in now if claim.is_open), now[-1])


def _increased(
    claim: Claim, label: str, amount: Decimal, on: date, context: Context, meta: Mapping[str, str]
) -> Draft:
    """Return the further instalment that raises one which is paid."""
    value, rate = context.settings.value_pledged(
        context.rates, claim.fund, amount, claim.currency, on
    )
    part = Part(amount, value)
    settings = context.settings
    return increase(settings, day=on, claim=claim, label=label, part=part).noted(
        rate=rate, meta=meta
    )


def _refuse_day(on: date, changes: list[Change]) -> None:
    last = changes[-1]
    if on < last.date or (on == last.date and len(changes) > 1):
        raise EventRefusedError(
            f"It was changed on {on}, and the book has an entry of {last.date} about {last.label}"
        )


def _amended(
    claim: Claim,
    units: Decimal,
    settled: Decimal,
    on: date,
    context: Context,
    meta: Mapping[str, str],
) -> tuple[Draft, Claim]:
    """Return the amendment of an instalment to `units` outstanding, and the instalment then."""
    if units <= 0:
        raise EventRefusedError(
            f"That leaves nothing to pay of {claim.label}, which is a cancellation or a refund"
        )
    if units > claim.units:
        more = units - claim.units
        added, rate = context.settings.value_pledged(
            context.rates, claim.fund, more, claim.currency, on
        )
        value = claim.value + added
    else:
        added, rate, value = ZERO, None, share(claim.value, units, claim.units, claim.decimals)
    draft = amendment(
        context.settings, day=on, claim=claim, units=units, value_added=added, settled=settled
    ).noted(rate=rate, meta=meta)
    return draft, structs.replace(claim, units=units, value=value)


def describe_terms(parts: list[tuple[Decimal, date | None]], currency: str) -> str:
    """Write amounts and due dates: "5,000.00 USD due 2002-06-30"."""
    if not parts:
        return "cancelled"
    return " and ".join(
        f"{format_amount(amount)} {currency}{f' due {due}' if due else ''}" for amount, due in parts
    )
