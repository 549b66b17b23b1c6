"""What becomes of a contribution that is read: a duplicate, a change, or a new entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from msgspec import Struct
from pledgebook.importers.judging.changes import (
    ANOTHER,
    SINCE_WHEN,
    change_of,
    describe_pledge,
    describe_terms,
)
from pledgebook.importers.judging.drafting import IMPORT_ID, Reading, draft_contribution
from pledgebook.importers.judging.known import (
    AlikeRows,
    Context,
    Doubt,
    KnownPledge,
    bare_reference,
    content_id,
    earmark_words,
    gives_to,
    parts_in_order,
    without_reference,
)
from pledgebook.importers.judging.pledges import (
    SAME_REFERENCE,
    find_pledge,
    is_as_booked,
    refuse_known_receipt,
)
from pledgebook.importers.judging.verdicts import VerdictName
from pledgebook.importers.tables.questions import Answers, Choice, Question, ask
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.events import EventRefusedError, earmark_of
from pledgebook.ledger.money import ZERO, format_amount

_SEPARATE, _REPEATED = "separate", "repeats"
EQUAL_ROWS = ask(
    "equal-rows",
    "",
    Choice(_SEPARATE, "Yes: each row is a pledge of its own"),
    Choice(_REPEATED, "No: they repeat one pledge"),
)
"""What is asked of rows of a file that say the same."""
_PAID_MEANWHILE = ask(
    "paid-meanwhile", "", Choice("bank", "Yes: leave what was paid to the bank's advice")
)
"""What is asked of a row that says that more of a pledge of the book was paid than the book has."""
_COMMITTED = {True: "a commitment", False: "a pledge not yet committed"}


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of a contribution: the verdict on it, and what this is made of."""

    verdict: VerdictName
    reason: str = ""
    pledge: str = ""
    drafts: tuple[Draft, ...] = ()
    before: str = ""
    asks: tuple[Question, ...] = ()


def decide(
    reading: Reading,
    meta: Mapping[str, str],
    place: str,
    context: Context,
    unclear: Doubt | None,
    answers: Answers,
) -> Outcome:
    """Say what becomes of a contribution that is read; raises Doubt where a person must.

    `meta` is what an entry says of where it comes from, `place` the file, sheet and row of that;
    `unclear` is the doubt that a row which waits may be part of its pledge.
    """
    import_id = meta[IMPORT_ID]
    alike = alike_above(reading, place, context)
    if import_id in context.imported:
        return _taken_before(reading, meta, place, context, answers)
    if import_id in context.seen:
        again = _same_again(reading, context.seen[import_id][0], place, context, answers)
        if again is not None:
            return again
    elif alike:
        said = answers.to(EQUAL_ROWS)
        if said == _REPEATED:
            return _repeats(alike)
        if said != _SEPARATE:
            raise Doubt(
                f"The row says the same as {alike}, whose reference is missing or only written in "
                "another way: if these are two pledges, give each its own reference in the sheet; "
                "if they are one, take a row out.",
                asks=EQUAL_ROWS,
            )
    if reading.kind in {"commitment", "pledge"}:
        separate = import_id in context.seen
        known = None if separate else find_pledge(reading, context, place, answers)
        if known is not None and is_as_booked(reading, known):
            return _in_book(reading, known.label, known, answers)
        if unclear is not None and not _are_settled(unclear, answers):
            raise unclear
        if known is not None and answers.to(SINCE_WHEN) != ANOTHER:
            return _change(reading, known, meta, context, answers)
    elif reading.kind == "payment":
        refuse_known_receipt(reading, context, answers)
    try:
        drafts, pledge = draft_contribution(reading, context.settings, context.labels, meta)
    except EventRefusedError as error:
        raise Doubt(f"{error}.", asks=ask("changed")) from error
    _refuse_sealed(drafts, context)
    context.remember(reading, place, pledge)
    return Outcome(
        verdict="imported", pledge=pledge, drafts=drafts, reason=" ".join(reading.remarks)
    )


def _are_settled(doubt: Doubt, answers: Answers) -> bool:
    """Whether all that a doubt asks is answered."""
    return bool(doubt.asks) and all(answers.to(question) for question in doubt.asks)


def _taken_before(
    reading: Reading, meta: Mapping[str, str], place: str, context: Context, answers: Answers
) -> Outcome:
    """What was imported before as it stands: a duplicate, unless the book has changed it since and
    the sheet says that it changed it back.
    """
    _refuse_equal(reading, meta[IMPORT_ID], place, context, answers)
    pledge = context.imported[meta[IMPORT_ID]]
    known = context.pledges.get(pledge)
    refuse_changed_by_hand(reading, meta[IMPORT_ID], f"In the book as {pledge}.", context)
    if known is None or is_as_booked(reading, known):
        return _in_book(reading, pledge, known, answers)
    if reading.changed_on is None or reading.changed_on <= known.last_change:
        return _in_book(reading, pledge, known, answers, changed=True)
    return _change(reading, known, meta, context, answers)


def refuse_changed_by_hand(reading: Reading, import_id: str, said: str, context: Context) -> None:
    """Wait where the entry of a row was changed since, and by no entry about its pledge: the row
    reads as it did when it was imported, and the pledge began otherwise.
    """
    known = context.pledges.get(context.imported.get(import_id, ""))
    if known is None or content_id(reading) != import_id:
        return
    entry = known.histories[0][0].entry
    if entry.meta.get(IMPORT_ID) != import_id:
        return  # the row amended the pledge
    claims = [own[0].after for own in known.histories if own[0].entry is entry]
    began = _in_order(((claim.units, claim.due) for claim in claims), reading.day)
    stated = _in_order(((part.amount, part.due) for part in reading.parts), reading.day)
    first = claims[0]
    sides = [
        (describe_terms(began, first.currency), describe_terms(stated, reading.currency)),
        (str(first.pledged_on), str(reading.day)),
        (context.of_record(first.donor), context.of_record(reading.donor)),
        (earmark_words(earmark_of(first)), earmark_words(reading.earmark)),
        (_COMMITTED[first.committed], _COMMITTED[reading.kind == "commitment"]),
    ]
    differing = [(there, here) for there, here in sides if there != here]
    if differing:
        theirs, ours = (", ".join(side) for side in zip(*differing, strict=True))
        raise Doubt(
            f"{said} That entry was changed by hand since: the pledge began with {theirs}, the "
            f"row says {ours}. Look which is right: correct the entry or the sheet, or record the "
            "change by an entry of its own.",
            asks=ask("changed"),
            pledge=known.label,
        )


def _in_order(
    parts: Iterable[tuple[Decimal, date | None]], day: date
) -> list[tuple[Decimal, date | None]]:
    return sorted(parts, key=lambda part: (part[1] or day, part[0]))


def _in_book(
    reading: Reading,
    pledge: str,
    known: KnownPledge | None,
    answers: Answers,
    *,
    changed: bool = False,
) -> Outcome:
    said = [f"In the book{f' as {pledge}' if pledge else ''}."]
    if changed and known is not None:
        said.append(
            f"It was changed there since, on {known.last_change}, to {describe_pledge(known)}."
        )
    said += _payment_remarks(reading, known, " ".join(said), answers)
    return Outcome(verdict="duplicate", pledge=pledge, reason=" ".join(said))


def _change(
    reading: Reading,
    known: KnownPledge,
    meta: Mapping[str, str],
    context: Context,
    answers: Answers,
) -> Outcome:
    changed = change_of(reading, known, context, meta, answers)
    _refuse_sealed(changed.drafts, context)
    return Outcome(
        verdict="amended",
        pledge=known.label,
        before=changed.before,
        drafts=changed.drafts,
        reason=" ".join(
            [changed.reason, *_payment_remarks(reading, known, changed.reason, answers)]
        ),
    )


def _payment_remarks(
    reading: Reading, known: KnownPledge | None, otherwise: str, answers: Answers
) -> list[str]:
    """Say that the row knows of less payments than the book. Wait where it knows of more, whatever
    is said `otherwise` of it, unless that was answered: a payment is recorded from the bank's
    advice, never for the difference of two lists.
    """
    paid = sum((received.amount for received in reading.received), ZERO)
    if known is None or not reading.received or paid == known.paid():
        return []
    said = (
        f"The row says that {format_amount(paid)} {reading.currency} was paid, the book has "
        f"{format_amount(known.paid())}"
    )
    if paid > known.paid() and answers.to(_PAID_MEANWHILE):
        return [f"{said}: left to the bank's advice, as was answered."]
    if paid > known.paid():
        raise Doubt(
            f"{otherwise} {said}: record the payment from the bank's advice, and import the row "
            "again.",
            asks=_PAID_MEANWHILE,
            pledge=known.label,
            before=describe_pledge(known),
        )
    return [f"{said}."]


def _refuse_equal(
    reading: Reading, import_id: str, place: str, context: Context, answers: Answers
) -> None:
    """Wait where a file has a row more often than the book has its pledge, unless it was answered
    that such rows repeat one.
    """
    here = [seen for seen in context.seen.get(import_id, ()) if _same_file(seen, place)]
    if not here or reading.reference:
        return
    stated = parts_in_order(reading.parts, reading.day)
    booked = sum(
        gives_to(known, reading)
        and known.first.currency == reading.currency
        and [(changes[0].after.units, changes[0].after.due) for changes, *_ in known.instalments()]
        == stated
        for known in context.alike(reading)
    )
    if len(here) >= booked and answers.to(EQUAL_ROWS) != _REPEATED:
        raise _equal(here[0])


def _equal(first: str) -> Doubt:
    return Doubt(
        f"The row says the same as {first}: if these are two pledges, give each its own reference "
        "in the sheet, or enter the second by hand.",
        asks=EQUAL_ROWS,
    )


def alike_above(reading: Reading, place: str, context: Context) -> str:
    """Return where a row of the same file says the same under a reference that is only written in
    another way, or where one of the two has none; "" if none does. The row is taken note of.
    """
    key = (place.partition("#")[0], without_reference(reading))
    rows = context.alike_rows.setdefault(key, AlikeRows())
    own = bare_reference(reading.reference)
    found = rows.above(place, own)
    rows.add(place, own)
    return found


def _same_again(
    reading: Reading, first: str, place: str, context: Context, answers: Answers
) -> Outcome | None:
    """What another row of this run says as well, the `first` of which stands there; None where it
    was answered that each such row is a pledge of its own.
    """
    alike = _same_file(first, place)
    told_apart = alike and context.told.get(first) != reading.told
    said = answers.to(EQUAL_ROWS) if alike else ""
    if not said and told_apart and reading.reference:
        said = answers.to(SAME_REFERENCE)
    if said == _SEPARATE:
        return None
    if said == _REPEATED:
        return _repeats(first)
    if told_apart:
        raise Doubt(
            f"The row states the pledge of {first} again, with another payment, remark or text "
            "beside it: if it is another pledge, give each its own reference; if it is another "
            "payment of that one, record the payment.",
            asks=EQUAL_ROWS,
        )
    if not alike:
        return Outcome(verdict="duplicate", reason=f"The same row stands at {first}.")
    if not reading.reference or answers.to(SAME_REFERENCE):
        raise _equal(first)  # where several pledges share one, a reference tells none apart
    return Outcome(
        verdict="duplicate",
        reason=f"The same row, with the same reference, stands at {first}.",
    )


def _repeats(first: str) -> Outcome:
    return Outcome(verdict="duplicate", reason=f"It repeats the row {first}, as was answered.")


def _same_file(first: str, second: str) -> bool:
    return first.partition("#")[0] == second.partition("#")[0]


def _refuse_sealed(drafts: Iterable[Draft], context: Context) -> None:
    """Wait for what belongs to a closed period, so that the other rows can be written."""
    for draft in drafts:
        period = context.settings.periods.of(draft.date)
        if period is not None and period.name in context.settings.seals:
            raise Doubt(
                f"{draft.date} is in the period {period.name}, which is closed and sealed: look "
                "whether it is in that period's entries; if not, it is recorded in the open one, "
                "by hand.",
                asks=ask("closed-period"),
            )
