"""Forms of settlement are those a fund takes; notes keep their share; disputes are amounts."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from beancount.core.data import Transaction
from pledgebook.ledger.declared.chart import CLAIMS, PAPERS
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.findings import Finding, finding, notice
from pledgebook.ledger.money import format_amount, format_units, read_number, share
from pledgebook.ledger.register.events import EVENTS, event_of
from pledgebook.ledger.register.notes import notes_held, read_schedule
from pledgebook.ledger.register.postings import Line, stated
from pledgebook.ledger.register.register import DISPUTED, REASSIGNS
from pledgebook.ledger.register.view import View

FORM = "form"


def guard(view: View) -> Iterator[Finding]:
    """Yield what is wrong with settlements in other forms than cash, and notes past their day."""
    settings = view.settings
    papers = False
    held: dict[str, Decimal] = {}
    for entry, lines in view.transactions:
        kinds = {line.place.kind for line in lines}
        if held:
            yield from _check_left_behind(entry, lines, held)
        for line in lines:
            if line.place.kind in PAPERS and line.label:
                held[line.label] = held.get(line.label, Decimal(0)) + line.units
        if kinds & PAPERS or "bilateral" in kinds:
            papers = papers or bool(kinds & PAPERS)
            yield from _check_form(entry, lines, settings)
            yield from _check_rest(entry, lines, settings)
        yield from _check_disputed(entry, lines)
    if papers:
        yield from _check_schedules(view)


def _check_left_behind(
    entry: Transaction, lines: list[Line], held: dict[str, Decimal]
) -> Iterator[Finding]:
    """While a note is held for it, an instalment does not change its fund, class or donor."""
    own = [line for line in lines if line.place.kind in CLAIMS and held.get(line.label)]
    named = as_text(entry.meta.get(REASSIGNS, "")).split()
    labels = [*(line.label for line in own), *(label for label in named if held.get(label))]
    for label in dict.fromkeys(labels):
        places = {
            (line.place.fund, line.class_, line.place.part) for line in own if line.label == label
        }
        if len(places) > 1 or label in named:
            yield finding(
                entry,
                "note-left-behind",
                f"{label} moves to another fund, class or donor while {format_units(held[label])} "
                "is held in notes for it, which would stay behind. Record first that the note was "
                "encashed or went back (note-dishonoured), and the note anew after the move.",
            )


def _check_form(entry: Transaction, lines: list[Line], settings: Settings) -> Iterator[Finding]:
    event = EVENTS.get(event_of(entry, lines))
    if event is None or not event.in_form:
        return
    form = as_text(entry.meta.get(FORM, "")) or event.in_form
    for code in sorted({line.place.fund for line in lines if line.place.kind in CLAIMS}):
        forms = settings.funds[code].settlement
        if form not in forms:
            yield finding(
                entry,
                "settlement-form",
                f"Fund {code} takes {', '.join(forms)} for what was pledged; this entry settles in "
                f"the form {form!r}. Correct the entry, or write settlement: "
                f'"{" ".join((*forms, form))}" on the fund.',
            )


def _check_rest(entry: Transaction, lines: list[Line], settings: Settings) -> Iterator[Finding]:
    """What is left of a note keeps its share of what the note was carried at."""
    for label in dict.fromkeys(line.label for line in lines if line.place.kind in PAPERS):
        own = [line for line in lines if line.place.kind in PAPERS and line.label == label]
        out = [line for line in own if line.units < 0]
        back = [line for line in own if line.units > 0]
        if len(out) != 1 or len(back) != 1 or back[0].units >= -out[0].units:
            continue
        if out[0].currency != back[0].currency:
            continue  # redenominated, as a further note joins it
        if out[0].value is None or back[0].value is None:
            continue
        due = share(-out[0].value, back[0].units, -out[0].units, settings.decimals)
        if back[0].value != due:
            yield finding(
                entry,
                "note-rest",
                f"What is left of a note keeps its share of what the note was carried at: "
                f"{format_units(back[0].units)} of {format_units(-out[0].units)} "
                f"{back[0].currency} for {label}, carried at {format_amount(-out[0].value)}, is "
                f"{due:f} {settings.currency}; here it is put back at "
                f"{format_amount(back[0].value)}. Write 0 # {due:f} {settings.currency}.",
                back[0].posting.meta,
            )


def _check_disputed(entry: Transaction, lines: list[Line]) -> Iterator[Finding]:
    for line in lines:
        said = (
            stated(entry, line.posting, DISPUTED)
            if line.place.kind in CLAIMS and line.units > 0
            else None
        )
        if said is None:
            continue
        number, _, currency = said.partition(" ")
        try:
            units = read_number(number)
        except ValueError:
            units = None
        if units is None or currency != line.currency or not 0 < units <= line.units:
            yield finding(
                entry,
                "disputed",
                f"disputed: is how much of an instalment its donor disputes, in the instalment's "
                f"currency and no more than is owed ({format_units(line.units)} {line.currency}); "
                f"{said!r} is not. Write it as {format_units(line.units)} {line.currency}.",
                line.posting.meta,
            )


def _check_schedules(view: View) -> Iterator[Finding]:
    last = view.register.last_day
    for held in notes_held(view.entries, view.settings).values():
        entry = held.entry
        if not held.schedule or last is None or entry is None:
            continue
        try:
            parts = read_schedule(held.schedule)
        except ValueError as error:
            yield finding(
                entry,
                "encashment",
                f"encashment: is when a note is to be encashed and how much of it; of "
                f"{held.label} it is {held.schedule!r}: {error}. Write it as "
                '"2003-06-30 20000, 2004-06-30 20000".',
            )
            continue
        planned = sum((units for day, units in parts if day <= last), Decimal(0))
        if held.left < planned:
            yield notice(
                entry,
                "note-overdue",
                f"{format_units(planned)} {held.currency} of the notes for {held.label} was to be "
                f"encashed by {last}, and {format_units(held.left)} was. Record what was encashed, "
                "or what was not honoured, or correct encashment:.",
            )
