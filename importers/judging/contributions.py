"""From typed rows to verdicts: which rows of a table become entries of the book, and which wait.

Nothing is lost and nothing is guessed. A row is imported only if everything that makes a figure is
stated and known: donor, date, currency, amount, fund, and a rate where it is not in the book's
currency. What is in doubt waits for a person, with the reason; what cannot be a contribution is
rejected; what says nothing (a nil amount) is ignored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace
from pledgebook.importers.judging.changes import describe_pledge
from pledgebook.importers.judging.deciding import (
    Outcome,
    alike_above,
    decide,
    refuse_changed_by_hand,
)
from pledgebook.importers.judging.disbursements import find_disbursements
from pledgebook.importers.judging.donors import find_donor
from pledgebook.importers.judging.drafting import IMPORT_ID, Reading
from pledgebook.importers.judging.instalments import (
    UnclearReferences,
    instalments_in_rows,
    is_paid_in_rows,
)
from pledgebook.importers.judging.known import (
    Context,
    Doubt,
    content_id,
)
from pledgebook.importers.judging.matrices import pieces_of
from pledgebook.importers.judging.meaning import questions_of, read_contribution
from pledgebook.importers.judging.stated import stated_amount
from pledgebook.importers.judging.steps import Steps, Tell, untold
from pledgebook.importers.judging.summaries import find_summaries
from pledgebook.importers.judging.totals import control_totals
from pledgebook.importers.judging.verdicts import JudgedTable, Verdict, VerdictName
from pledgebook.importers.rows.reader import read_rows
from pledgebook.importers.rows.row import SheetRow
from pledgebook.importers.tables.questions import ask
from pledgebook.importers.tables.tables import Table
from pledgebook.importers.values.values import plain

_GRAVEST: tuple[VerdictName, ...] = (
    "waiting", "rejected", "amended", "imported", "duplicate", "ignored",
)  # fmt: skip
"""Verdicts, those before others that a row of several contributions gets if one of them does."""


class _Group(Struct, frozen=True, kw_only=True):
    """The rows of one contribution: as they are read, or the doubt why they are not."""

    rows: tuple[SheetRow, ...]
    donor: str
    reading: Reading | None
    doubt: Doubt | None
    import_id: str = ""
    in_book: str = ""
    """The entry that these very cells of this very file have in the book already."""
    source: str = ""


def judge_tables(
    tables: Sequence[Table], context: Context, tell: Tell = untold
) -> tuple[JudgedTable, ...]:
    """Give a verdict for every data row of a file's tables, and their control totals.

    All rows are read before the first is judged: a pledge that another row of the file repeats as
    it is in the book is not the one that a row changes. A row is a step for `tell` when it is read,
    and one when it is judged.
    """
    steps = Steps(2 * sum(table.counts()["data"] for table in tables), tell)
    read = [(table, tuple(read_rows(table))) for table in tables]
    summaries = find_summaries(read)
    groups = [
        list(_read_groups(table, rows, context, steps, summaries.get(position, "")))
        for position, (table, rows) in enumerate(read)
    ]
    context.present = frozenset(
        context.imported[group.import_id]
        for own in groups
        for group in own
        if group.import_id in context.imported
    )
    unclear = UnclearReferences(context.paper_of)
    for own in groups:
        for group in own:
            unclear.add(group.rows, group.source, group.donor, group.doubt)
            if group.reading is not None and group.import_id not in context.imported:
                unclear.add_pledge(group.reading, group.source, group.import_id)
    return tuple(
        _judge_table(table, rows, own, unclear, context, steps)
        for (table, rows), own in zip(read, groups, strict=True)
    )


def _judge_table(
    table: Table,
    rows: tuple[SheetRow, ...],
    groups: Sequence[_Group],
    unclear: UnclearReferences,
    context: Context,
    steps: Steps,
) -> JudgedTable:
    verdicts: dict[int, Verdict] = {}
    whole = {row.number: row for row in rows}
    again: set[int] = set()
    for group in groups:
        verdict = _judge(group, table, unclear, context)
        known = verdicts.get(verdict.row.number)
        if known is not None:  # another contribution of the same row
            verdict = _together(known, verdict, whole[verdict.row.number])
        verdicts[verdict.row.number] = verdict
        others = group.rows[1:]
        paid = bool(others) and is_paid_in_rows(group.rows)
        if paid:
            again.update(row.number for row in others)
        for row in others:
            amount = None if paid else stated_amount(row)
            verdicts[row.number] = replace(verdict, row=row, amount=amount, drafts=())
        steps.take(len(group.rows))
    ordered = tuple(verdicts[number] for number in sorted(verdicts))
    left_out = {each.row.number for each in ordered if each.verdict == "ignored"}
    return JudgedTable(table, rows, ordered, control_totals(table, rows, again, left_out))


def _together(one: Verdict, other: Verdict, row: SheetRow) -> Verdict:
    """Return the one verdict of a row of several contributions: all are entered, or none."""
    worst = min(one.verdict, other.verdict, key=_GRAVEST.index)
    reasons = dict.fromkeys(filter(None, (one.reason, other.reason)))
    pledges = dict.fromkeys(filter(None, (*one.pledge.split(", "), other.pledge)))
    entered = worst not in {"waiting", "rejected"}
    return replace(
        one,
        row=row,
        verdict=worst,
        reason=" ".join(reasons),
        pledge=", ".join(pledges) if entered else "",
        amount=stated_amount(row),
        currency=one.currency if one.currency == other.currency else "",
        drafts=(*one.drafts, *other.drafts) if entered else (),
        asks=tuple(dict.fromkeys((*one.asks, *other.asks))),
    )


def _read_groups(
    table: Table, rows: Iterable[SheetRow], context: Context, steps: Steps, sums_up: str
) -> Iterator[_Group]:
    """Read the contributions of a table; none of one that sums up other tables."""
    column = table.columns.get("donor", "A")
    sheet = f"{table.path.name}#{table.sheet.name}"

    data = [row for row in rows if row.kind == "data"]
    donors = {row.number: find_donor(row, context) for row in data}

    def donor_of(row: SheetRow) -> str:
        found = donors[row.number]
        return found if isinstance(found, str) else plain(row.donor)

    paid_on = find_disbursements(table, data, donor_of)
    for group in instalments_in_rows(data, donor_of):
        if len(group) == 1 and (said := paid_on.get(group[0].number)):
            yield _Group(rows=tuple(group), donor="", reading=None, doubt=said)
            steps.take(1)
            continue
        if sums_up:
            reason = f"The table adds up the rows of {sums_up}: they are counted there."
            doubt = Doubt(reason, "ignored")
            yield _Group(rows=tuple(group), donor="", reading=None, doubt=doubt)
            steps.take(len(group))
            continue
        pieces = pieces_of(group[0], table, context.names) if len(group) == 1 else []
        for piece in pieces:
            found = find_donor(piece.row, context)
            yield _read_group((piece.row,), found, f"{sheet}!{piece.cell}", table, context)
        if not pieces:
            cells = ",".join(f"{column}{row.number}" for row in group)
            found = donors[group[0].number]
            yield _read_group(tuple(group), found, f"{sheet}!{cells}", table, context)
        steps.take(len(group))


def _read_group(
    rows: tuple[SheetRow, ...], found: str | Doubt, source: str, table: Table, context: Context
) -> _Group:
    donor = found if isinstance(found, str) else ""
    taken = context.taken((table.sha256, source.partition("#")[2]))
    reading = doubt = None
    import_id = taken.import_id if taken else ""
    try:
        reading = read_contribution(list(rows), found, table, context)
    except Doubt as found_doubt:
        # Its traceback would keep what every step of reading the row worked with.
        doubt = None if taken else found_doubt.with_traceback(None)
    else:
        import_id = import_id or content_id(reading)
    return _Group(
        rows=rows,
        donor=donor,
        reading=reading,
        doubt=doubt,
        import_id=import_id,
        in_book=taken.entry if taken else "",
        source=source,
    )


def _judge(group: _Group, table: Table, unclear: UnclearReferences, context: Context) -> Verdict:
    row, reading = group.rows[0], group.reading
    place = f"{table.path.name}#{table.sheet.name}!{row.number}"
    try:
        outcome = _outcome_of(group, table, place, unclear, context)
    except Doubt as doubt:
        outcome = _waiting(doubt.with_traceback(None), group, table, context)
    if group.import_id:
        context.seen.setdefault(group.import_id, []).append(place)
    if reading is not None:
        context.told[place] = reading.told
    stated = row.currency[0] if len(row.currency) == 1 else ""
    return Verdict(
        row=row,
        verdict=outcome.verdict,
        reason=outcome.reason,
        donor=group.donor,
        pledge=outcome.pledge,
        amount=stated_amount(row),
        currency=reading.currency if reading else stated,
        drafts=outcome.drafts,
        import_id=group.import_id,
        before=outcome.before,
        asks=outcome.asks,
    )


def _waiting(doubt: Doubt, group: _Group, table: Table, context: Context) -> Outcome:
    """Return what becomes of a contribution in doubt: it waits for all that would be asked of it,
    unless somebody answered that such rows are left out.
    """
    asks = doubt.asks
    if doubt.verdict == "waiting":
        if group.reading is None and not doubt.alone:
            further = questions_of(list(group.rows), group.donor, table, context)
            asks = tuple(dict.fromkeys((*asks, *further)))
        if any(map(table.rules.answers.leave_out, asks)):
            return Outcome(verdict="ignored", reason=f"Left out, as was answered. {doubt.reason}")
    return Outcome(
        verdict=doubt.verdict,
        reason=doubt.reason,
        pledge=doubt.pledge,
        before=doubt.before,
        asks=asks if doubt.verdict == "waiting" else (),
    )


def _outcome_of(
    group: _Group, table: Table, place: str, unclear: UnclearReferences, context: Context
) -> Outcome:
    """Decide on a contribution; raises Doubt where a person must."""
    if group.in_book:
        # However it is read this time, and for whatever fund: it was taken once.
        reason = f"This row of this file is in the book as {group.in_book}."
        if group.reading is not None:
            alike_above(group.reading, place, context)
            refuse_changed_by_hand(group.reading, group.import_id, reason, context)
        return Outcome(verdict="duplicate", pledge=group.in_book.partition(" ")[0], reason=reason)
    if group.reading is not None:
        doubt = unclear.doubt_about(group.reading, group.source, group.import_id)
        meta = {
            "source": group.source,
            "source-sha256": table.sha256,
            IMPORT_ID: group.import_id,
        }
        return decide(group.reading, meta, place, context, doubt, table.rules.answers)
    assert group.doubt is not None  # a group is in the book, read, or in doubt
    _refuse_taken_back(group, group.doubt, context)
    raise group.doubt


def _refuse_taken_back(group: _Group, doubt: Doubt, context: Context) -> None:
    """Wait where a row that says nothing (nil, cancelled) is about a pledge that is in the book."""
    row = group.rows[0]
    if doubt.verdict != "ignored" or row.skipped or not group.donor:
        return
    if row.reference:
        funds = context.settings.funds
        papers = [context.paper(fund, group.donor, row.reference) for fund in funds]
        found = [known for paper in papers for known in context.by_reference.get(paper, ())]
    elif row.pledge_date.value:
        donor = context.of_record(group.donor)
        found = context.by_giving.get((donor, row.pledge_date.value), [])
    else:
        found = []
    for known in found:
        if known.is_open and known.label not in context.present:
            raise Doubt(
                f"{doubt.reason} Yet the book has {known.label}, {describe_pledge(known)}: if it "
                "was withdrawn, record its cancellation; if not, ask what this row means.",
                asks=ask("changed"),
                pledge=known.label,
                before=describe_pledge(known),
            )
