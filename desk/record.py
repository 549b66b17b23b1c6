"""Record: a form for each event, shown as it will be booked before it is; and what waits for
approval.

The forms are those of `pledgebook.ledger.forms`, which the command `pledgebook record` is made of
too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from beancount.core.data import Custom, Transaction
from flask import Response, request
from pledgebook.desk.choosing import present_day, read_day, whole_number
from pledgebook.desk.entries import EntryView, Place, place_of, view_entry
from pledgebook.desk.guarding import RequestRefusedError
from pledgebook.desk.loaded import Desk, desk_of
from pledgebook.desk.login import logged_in
from pledgebook.desk.page import Page, PageRefusedError, served, writing
from pledgebook.desk.papers import ENDINGS, LARGEST, hold_paper, paper_held, paper_place
from pledgebook.desk.plain_words import in_page_words
from pledgebook.desk.previews import what_drafts_book
from pledgebook.desk.saving import book_as_shown, save, told_of
from pledgebook.desk.suggesting import propose
from pledgebook.desk.texts import gettext as _
from pledgebook.desk.texts import marked
from pledgebook.ledger.events.asking import find_donor
from pledgebook.ledger.events.effects import (
    InstalmentEffect,
    MoneyEffect,
    effects_of_booked,
    explain,
)
from pledgebook.ledger.files.mending import approve, find_entry, take_out
from pledgebook.ledger.files.writing import refuse_future, try_entries, write_entries
from pledgebook.ledger.findings import (
    BookChangedError,
    BookRefusedError,
    EventRefusedError,
    FutureDateError,
    WouldBreakError,
)
from pledgebook.ledger.forms import COMMON, FORMS, GROUPS, Field, FieldRefusedError, Form, Plan
from pledgebook.ledger.forms.grid import COLUMNS as GRID_COLUMNS
from pledgebook.ledger.forms.grid import GRID, PlannedRows, RowRefusedError, plan_payments
from pledgebook.ledger.guards.announcements import read_announcements
from pledgebook.ledger.guards.approval import waiting_entries
from pledgebook.ledger.register.book import Book

_DAY = COMMON[0]
_FAULTS = (EventRefusedError, BookRefusedError, RequestRefusedError)
"""What is told at a field or above the form, which stays as it was filled in."""

_IN_PERSON = "approved_by"
"""The field of who approves: with a login that person does so, and nobody says it for them."""

_OPTION = re.compile(r"--[a-z][a-z-]*")


class Record(Page):
    """Events by hand."""

    title = marked("Record")

    def view(self, desk: Desk, asked: Mapping[str, str]) -> Mapping[str, Any]:
        """Return the forms there are or, of the one asked for, its fields; and what waits."""
        form = _form(asked["event"]) if asked.get("event") else None
        grid = asked.get("grid") == GRID
        shown = {
            "grid": grid,
            "groups": GROUPS,
            "form": form,
            "titled": lambda text: in_words(form, _(text)) if form else text,
            "waiting": [] if form else desk.once("waiting entries", lambda: _waiting(desk)),
            "written": list(_written(desk, asked.get("written", ""))),
            "announced": list(_announced(desk, asked.get("written", ""))),
            "taken": "taken" in asked,
            "wrote": whole_number(asked.get("wrote", "")),
            "booked": whole_number(asked.get("booked", "")),
        }
        if grid:
            kinds = {each.suggests for each in GRID_COLUMNS} - {""}
            return {
                **shown,
                "columns": GRID_COLUMNS,
                "proposals": {kind: propose(desk, kind) for kind in sorted(kinds)},
            }
        if form is None:
            return shown
        kinds = {each.suggests for each in form.fields}
        kinds |= {part.suggests for each in form.fields for part in each.parts}
        return {
            **shown,
            "first": form.first,
            "others": [each for each in form.others if each.name != _IN_PERSON or not logged_in()],
            "given": {_DAY.name: _proposed_day(desk.book), **asked},
            "proposals": {kind: propose(desk, kind) for kind in sorted(kinds - {""})},
            "endings": ENDINGS,
            "largest": LARGEST,
        }

    @served("proposals")
    def proposals(self) -> Response:
        """Give what may stand in a field, with the words that were written."""

        def found(desk: Desk) -> Mapping[str, Any]:
            kind, words = request.args.get("kind", ""), request.args.get("find", "")
            return {"proposals": propose(desk, kind, words)}

        return self.part("record_proposals.html", found)

    @writing("show", takes="record")
    def show(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Show what an event would write and do, tried on a copy of the book as it is now, whose
        digest is told: that book is what is written to. What is refused is told with its field.
        """
        self.ledger.changed()
        desk, event = desk_of(self.ledger), _form(str(form.get("event")))
        try:
            plan = _plan(desk.book, event, form)
            tried = try_entries(desk.book, plan.drafts, plan.others, future=True)
        except _FAULTS as error:
            return _fault(event, error, form)
        shown = {
            "plan": plan,
            "future": _future(plan),
            "notices": [notice.message for notice in tried.notices],
            "instalments": [e for e in plan.effects if isinstance(e, InstalmentEffect)],
            "money": [e for e in plan.effects if isinstance(e, MoneyEffect)],
        }
        html = self._render("record_plan.html", desk=desk, **shown)
        return {"html": html, "book": desk.book.sha256}

    @writing("grid", takes="record")
    def check_grid(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Show what the rows of a grid would write, tried as one write on a copy of the book; what
        is refused is told with its row and field.
        """
        self.ledger.changed()
        desk = desk_of(self.ledger)
        try:
            planned = _rows(desk.book, form)
            drafts = [draft for plan in planned.plans for draft in plan.drafts]
            tried = try_entries(desk.book, drafts)
        except _FAULTS as error:
            return _grid_fault(error)
        shown = {
            "planned": planned,
            "books": what_drafts_book(drafts, desk.book.settings),
            "notices": [notice.message for notice in tried.notices],
        }
        html = self._render("record_grid_plan.html", desk=desk, **shown)
        return {"html": html, "book": desk.book.sha256}

    @writing("record-grid", takes="record")
    def record_grid(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Write the rows of a grid into the book, all of them or none."""
        count = 0

        def write(book: Book) -> Sequence[Path]:
            nonlocal count
            planned = _rows(book, form)
            count = len(planned.plans)
            return write_entries(book, [draft for plan in planned.plans for draft in plan.drafts])

        try:
            desk = save(self.ledger, str(form.get("book")), write)
        except _FAULTS as error:
            return _grid_fault(error)
        return {"booked": count, **told_of(desk)}

    @writing("record", takes="record")
    def record(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Write an event into the book."""
        event = _form(str(form.get("event")))
        plans: list[Plan] = []

        def write(book: Book) -> Sequence[Path]:
            plans.append(_plan(book, event, form))
            paper = paper_held(book, _text(form["values"].get("document")))
            return write_entries(
                book, plans[0].drafts, plans[0].others, paper, future=form.get("future") is True
            )

        try:
            desk = save(self.ledger, str(form.get("book")), write)
        except _FAULTS as error:
            return _fault(event, error, form)
        places = [_place(desk.book, draft.text()) for plan in plans for draft in plan.drafts]
        return {"written": ",".join(filter(None, places)), **told_of(desk)}

    @writing("approve", takes="approve")
    def approve(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Approve an entry that waits, by its place and the name of who approves it."""
        place = str(form.get("entry"))

        def write(book: Book) -> Sequence[Path]:
            by = logged_in() or str(form.get("by", ""))
            return [approve(book, find_entry(book, place), by)]

        return {"written": place, **told_of(save(self.ledger, str(form.get("book")), write))}

    @writing("take-out", takes="record")
    def take_out(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Take a wrong entry of an open period out of the book, by its place."""

        def write(book: Book) -> Sequence[Path]:
            return [take_out(book, find_entry(book, str(form.get("entry"))))]

        return told_of(save(self.ledger, str(form.get("book")), write))

    @writing("keep", takes="record", takes_file=True)
    def keep(self, content: bytes) -> Mapping[str, Any]:
        """Hold a paper until the event is recorded and return the path within the book that it has
        then; or, where the event would be refused, that the book was `changed`.
        """
        asked = request.args
        try:
            book = book_as_shown(self.ledger, asked.get("book", ""))
        except BookChangedError:
            return {"changed": True}
        day = read_day(asked.get("day", ""))
        about = _about(book, asked.get("about", ""), day)
        return {"path": hold_paper(book, content, asked.get("name", ""), day, about)}


def in_words(form: Form, sentence: str) -> str:
    """Return a sentence about a form as a page says it: fields by their titles, where the command
    names options and arguments.
    """
    named = {each.option: each for each in form.fields if each.option}
    named |= {each.name.rstrip("_").upper(): each for each in form.own if not each.option}
    names = "|".join(sorted(map(re.escape, named), key=len, reverse=True))
    pattern = rf"(?<![\w-])({names})(?![\w-])"
    return re.sub(pattern, lambda found: f"“{_(named[found[0]].title)}”", sentence)


def _future(plan: Plan) -> str:
    """Return the question that is asked of an event after today; "" of any other."""
    try:
        refuse_future(draft.date for draft in plan.drafts)
    except FutureDateError as error:
        return _("It is dated %(day)s, after today: the date is right.", day=error.day)
    return ""


def _fault(form: Form, error: Exception, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what is wrong in words, and the field that it is about, if it is about one: what was
    said there, and what may have been meant. `changed` says that the book is another by now.
    """
    field = error.field if isinstance(error, FieldRefusedError) else ""
    said, choices = "", []
    if isinstance(error, EventRefusedError):
        said, choices = error.said, list(error.choices)
        field = field or _field_about(form, error, given.get("values"))
    if isinstance(error, FutureDateError):
        field = _DAY.name
    if not field and (options := _OPTION.findall(str(error))):
        field = next((each.name for each in form.fields if each.option == options[0]), "")
    return {
        "fault": in_page_words(_in_short(error), partial(in_words, form)),
        "field": field,
        "said": said,
        "choices": choices,
        "changed": isinstance(error, BookChangedError),
    }


def _rows(book: Book, form: Mapping[str, Any]) -> PlannedRows:
    rows, control, common = (form.get(name) for name in ("rows", "control", "common"))
    if not isinstance(rows, list) or not isinstance(control, list):
        raise RequestRefusedError(_("What was sent is no form."))
    given = dict(common) if isinstance(common, dict) else {}
    if name := logged_in():
        given["entered_by"] = name
        _refuse_in_person(given.get("approved_by"))
    own = [row for row in rows if isinstance(row, dict)]
    pairs = [tuple(each[:2]) for each in control if isinstance(each, list) and len(each) > 1]
    return plan_payments(book, own, pairs, given)


def _refuse_in_person(approved_by: object) -> None:
    """Raise FieldRefusedError where somebody who is logged in writes another's approval."""
    if approved_by:
        raise FieldRefusedError(
            _IN_PERSON,
            _(
                "Who approves an entry does so under their own login: record it as one that "
                "waits, and they approve it on this page."
            ),
        )


def _grid_fault(error: Exception) -> Mapping[str, Any]:
    """Return what is wrong with a grid: the row and field, if it is about one, and what may have
    been meant.
    """
    row, field = -1, ""
    if isinstance(error, RowRefusedError):
        abouts = {"donor": "donor", "instalment": "label", "currency": "currency"}
        row, field = error.row, error.field or abouts.get(error.about, error.about)
    elif isinstance(error, FieldRefusedError):
        field = error.field
    return {
        "fault": in_page_words(_in_short(error), partial(in_words, FORMS[GRID])),
        "row": row,
        "field": field,
        "said": getattr(error, "said", ""),
        "choices": list(getattr(error, "choices", ())),
        "changed": isinstance(error, BookChangedError),
    }


def _field_about(form: Form, error: EventRefusedError, values: object) -> str:
    """Return the field that a refusal is about: of several of its kind the one that says so."""
    if not error.about:
        return ""
    own = [
        each.name
        for each in form.fields
        if error.about in {each.name.rstrip("_"), each.suggests, *_kinds_within(each)}
    ]
    given = values if isinstance(values, dict) else {}
    saying = [name for name in own if error.said and error.said in repr(given.get(name, ""))]
    return next(iter((*saying, *own)), "")


def _kinds_within(field: Field) -> Iterator[str]:
    yield from (part.suggests for part in field.parts)
    if field.suggests == "place":
        yield from ("fund", "class", "purpose")


def _in_short(error: Exception) -> str:
    """Return what a refusal says to who filled in a form: of a statement that agreed, what it
    comes to.
    """
    cause = error.cause if isinstance(error, WouldBreakError) else None
    entry = getattr(cause, "entry", None)
    if getattr(cause, "rule", "") != "statement-differs" or not isinstance(entry, Custom):
        return str(error)
    bank, number = (str(each.value) for each in entry.values[:2])
    return _(
        "The statement %(number)s of %(bank)s, to %(day)s, agrees with the ledger and has no such "
        "entry, so nothing was written. If the money came by that account, it waits in Reconcile "
        "already; if the bank booked it on another day or in another account, say so.",
        number=number,
        bank=bank,
        day=entry.date,
    )


def _proposed_day(book: Book) -> str:
    """Return today as the day of an entry, where a period that is open holds it; else ""."""
    today = present_day()
    period = book.settings.periods.of(today)
    is_open = period is not None and period.name not in book.settings.seals
    return today.isoformat() if is_open else ""


def _form(name: str) -> Form:
    if name not in FORMS:
        raise PageRefusedError(_("There is no form %(name)s.", name=name))
    return FORMS[name]


def _plan(book: Book, event: Form, form: Mapping[str, Any]) -> Plan:
    given = form.get("values")
    if not isinstance(given, dict):
        raise RequestRefusedError(_("What was sent is no form."))
    values = event.read(given)
    if name := logged_in():
        values["entered_by"] = name
        _refuse_in_person(values[_IN_PERSON])
    if form.get("paper"):  # not kept before it is recorded, but shown where it will be
        about = _about(book, _text(form.get("about")), values["day"])
        place = paper_place(book, _text(form["paper"]), values["day"], about)
        values["document"] = place.relative_to(book.folder).as_posix()
    return event.plan(book, values)


def _about(book: Book, text: str, day: date) -> str:
    """Return the code of a donor by its name, or that of a label's; "" if there is none."""
    with suppress(EventRefusedError):
        return find_donor(book.settings, text, day).code
    code = text.partition("-")[0]
    return code if book.settings.donors.get(code) else ""


def _text(given: object) -> str:
    return given if isinstance(given, str) else ""


def _place(book: Book, text: str) -> str:
    """Return "file:line" of an entry that was written, "" where it is none: the last with that
    text, since a new entry stands behind its like of the same day.
    """
    for path in book.files:
        before, found, _after = path.read_text("utf-8").rpartition(text)
        if found:
            return f"{path.relative_to(book.folder).as_posix()}:{before.count(chr(10)) + 1}"
    return ""


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry of the book with what it does, in sentences."""

    entry: EntryView
    does: Sequence[str]


def _shown(desk: Desk, entry: Transaction, event: str = "") -> Shown:
    return Shown(view_entry(desk, entry, event), explain(effects_of_booked(desk.book, entry)))


def _waiting(desk: Desk) -> list[Shown]:
    found = waiting_entries(desk.book.entries, desk.book.settings)
    return [_shown(desk, entry, event) for entry, event in found]


def _written(desk: Desk, places: str) -> Iterator[Shown]:
    """Yield the entries at the places that an address names, as far as they are there."""
    for place in filter(None, places.split(",")):
        with suppress(EventRefusedError):
            yield _shown(desk, find_entry(desk.book, place))


def _announced(desk: Desk, places: str) -> Iterator[Place]:
    """Yield the announcements at those places: lines that are no entries."""
    wanted = places.split(",")
    for announced in read_announcements(desk.book.entries) if places else ():
        place = place_of(desk.book, announced.entry.meta)
        if place.shown in wanted:
            yield place
