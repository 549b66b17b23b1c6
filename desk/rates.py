"""Lists of rates in the Inbox: looked at like any file, and taken into the book's prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fava.core import FavaLedger
from pledgebook.desk.guarding import RequestRefusedError
from pledgebook.desk.inbox_files import find_file, stamp_of
from pledgebook.desk.loaded import Desk
from pledgebook.desk.page import Page, address, writing
from pledgebook.desk.saving import save
from pledgebook.desk.texts import gettext as _
from pledgebook.desk.texts import marked
from pledgebook.importers.rates.judging import JudgedRates, judge_rates, save_rates
from pledgebook.importers.rates.published import holds_rates, read_rates
from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.importers.reading.workbook import SentFile
from pledgebook.importers.values.dates import DateOrder, parse_date
from pledgebook.ledger.findings import RefusedError
from pledgebook.ledger.register.book import Book

_FEW = 40
"""Currencies of a list up to which all are kept unless somebody says otherwise."""

_SHOWN = 200
_ORDERS: tuple[DateOrder, ...] = ("dmy", "mdy")
_VERDICTS = {
    "imported": marked("to book"),
    "amended": marked("another rate is in the book"),
    "duplicate": marked("in the book already"),
    "ignored": marked("not used by the book"),
    "waiting": marked("waits"),
    "rejected": marked("no rate"),
}


@dataclass(frozen=True, slots=True)
class RateChoices:
    """What a person says of a list: the order of day and month, whether all currencies are kept
    (None: as many as are few), and whether corrected rates take the place of the book's.
    """

    order: DateOrder | None = None
    everything: bool | None = None
    replace: bool = False


def rates_of(desk: Desk, path: Path, choices: RateChoices | None = None) -> JudgedRates | None:
    """Return a file of rates, judged once as long as it and the book stay as they are; None for any
    other file.
    """
    sent = desk.once(("list of rates", stamp_of(path)), lambda: _read(path))
    if sent is None:
        return None
    chosen = choices or RateChoices()
    return desk.once(
        ("judged rates", stamp_of(path), chosen), lambda: _judge(desk.book, sent, chosen)
    )


def show_rates(desk: Desk, path: Path, asked: Mapping[str, str]) -> Mapping[str, Any] | None:
    """Return what inbox_rates.html shows of a list of rates; None for any other file."""
    choices = read_rate_choices(asked)
    judged = rates_of(desk, path, choices)
    if judged is None:
        return None
    told = [each for each in judged.verdicts if each.verdict not in {"ignored", "duplicate"}]
    currencies = {each.row.currency for each in judged.verdicts}
    return {
        "rates": judged,
        "counts": judged.counts(),
        "told": told[:_SHOWN],
        "more": max(len(told) - _SHOWN, 0),
        "verdict_words": {name: _(words) for name, words in _VERDICTS.items()},
        "orders": _readings(judged, choices),
        "everything": _keeps_all(judged.file.rows, choices),
        "currencies": len(currencies),
        "corrected": judged.counts()["amended"],
        "asked_now": {"order": choices.order or "", "all": asked.get("all", ""),
                      "replace": asked.get("replace", "")},
    }  # fmt: skip


def read_rate_choices(asked: Mapping[str, Any]) -> RateChoices:
    """Read what an address or a form says of a list of rates."""
    order = next((each for each in _ORDERS if each == asked.get("order")), None)
    everything = {"1": True, "0": False}.get(str(asked.get("all", "")))
    return RateChoices(order, everything, str(asked.get("replace", "")) == "1")


class TakesRates(Page):
    """A page that takes lists of rates."""

    def rates_folder(self) -> Path:
        """Return the folder in which the lists are."""
        raise NotImplementedError

    @writing("rates", takes="record")
    def book_rates(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Take a list of rates into the book as it was shown."""
        return _book(self.ledger, self.rates_folder(), form)


def _book(ledger: FavaLedger, folder: Path, form: Mapping[str, Any]) -> Mapping[str, Any]:
    path = find_file(folder, str(form.get("file")))
    if form.get("stamp") != stamp_of(path):
        raise RequestRefusedError(_("The file was changed since it was shown; look at it again."))
    done = {"taken": 0}

    def write(book: Book) -> Sequence[Path]:
        sent = _read(path)
        if sent is None:
            raise RequestRefusedError(_("%(name)s is no list of rates.", name=path.name))
        judged = _judge(book, sent, read_rate_choices(form))
        done["taken"] = judged.counts()["imported"]
        return save_rates(book, judged).written

    try:
        save(ledger, str(form.get("book")), write)
    except RefusedError as error:
        raise RequestRefusedError(str(error)) from error
    return {"where": address("Inbox", file=path.name, booked=done["taken"])}


def _read(path: Path) -> SentFile | None:
    try:
        file = SentFile(path)
        return file if holds_rates(file) else None
    except UnreadableFile:
        return None


def _judge(book: Book, sent: SentFile, choices: RateChoices) -> JudgedRates:
    file = read_rates(sent, choices.order)
    return judge_rates(
        book, file, everything=_keeps_all(file.rows, choices), replace=choices.replace
    )


def _keeps_all(rows: Sequence[Any], choices: RateChoices) -> bool:
    if choices.everything is not None:
        return choices.everything
    return len({row.currency for row in rows}) <= _FEW


def _readings(judged: JudgedRates, choices: RateChoices) -> list[tuple[DateOrder, Any]]:
    """Return the orders of day and month that may be meant, each with the day that the first day in
    question then is; none where nothing is in question.
    """
    asked = judged.file.asked
    if choices.order or not asked:
        return []
    return [(order, parse_date(asked, order).value) for order in _ORDERS]
