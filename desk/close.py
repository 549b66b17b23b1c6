"""Close: the end of a period, from what hinders it to the proof that it stays as it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pledgebook.desk.choosing import present_day
from pledgebook.desk.fields import Field, read_fields, refuse_future, values_of
from pledgebook.desk.inbox import inbox_folder
from pledgebook.desk.loaded import Desk
from pledgebook.desk.login import logged_in
from pledgebook.desk.page import Page, PageRefusedError, address, writing
from pledgebook.desk.saving import save
from pledgebook.desk.texts import gettext as _
from pledgebook.desk.texts import marked
from pledgebook.desk.waiting import rows_of_inbox
from pledgebook.ledger.closing.certifying import certify_period
from pledgebook.ledger.closing.hindering import Hindrance
from pledgebook.ledger.closing.periods import close_period, reopen_period
from pledgebook.ledger.closing.proof import Verdict, verify_seals
from pledgebook.ledger.declared.certifications import DECLARED
from pledgebook.ledger.declared.periods import Period
from pledgebook.ledger.register.book import Book
from pledgebook.reports.closing import find_all_hindrances, make_figures

_FEW = 5
"""Hindrances of a kind that are shown at once."""

_TITLES = {
    "errors": marked("The book has errors"),
    "earlier": marked("An earlier period is open"),
    "misplaced": marked("Entries stand in the file of another period"),
    "waiting": marked("Entries wait for approval"),
    "release": marked("What was deferred is due to become income"),
    "settings": marked("The file of the period holds what is to stay in the book"),
    "untied": marked("A report does not agree with the ledger"),
    "receipts": marked("Receipts are matched to no pledge"),
    "statements": marked("Bank statements differ from the ledger"),
    "revaluation": marked("Cash is not at the rate of the last day"),
    "overdue": marked("Instalments are overdue"),
    "notices": marked("Other notices"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindering:
    """What hinders of one kind: how much, the first sentences, and where it is done."""

    title: str
    blocks: bool
    number: int
    said: Sequence[tuple[str, str]]
    done_at: tuple[str, str] | None


class Close(Page):
    """The end of a period."""

    title = marked("Close")
    role = "close"

    def view(self, desk: Desk, asked: Mapping[str, str]) -> Mapping[str, Any]:
        """Return the periods with their state and, of the one asked for (the first that is open),
        what hinders closing it, or what was proven of it.
        """
        book = desk.book
        periods = list(book.settings.periods)
        opened = [each for each in periods if each.name not in book.settings.seals]
        name = asked.get("period", "") or (opened[0].name if opened else "")
        period = next((each for each in periods if each.name == name), None)
        if name and period is None:
            raise PageRefusedError(_("The book declares no period %(name)s.", name=name))
        seals = book.settings.seals
        shown: dict[str, Any] = {
            "periods": periods,
            "period": period,
            "seals": seals,
            "certified": book.settings.certifications,
            "reopened": book.settings.reopenings,
            "done": asked.get("done", ""),
            "next": asked.get("next", ""),
            "verdicts": _proof(desk) if asked.get("verify") or asked.get("done") else None,
        }
        if period is None:
            return shown
        if name in seals:
            later = [each for each in periods if each.start > period.start and each.name in seals]
            forms = {"certify": certify_fields(), "reopen": reopen_fields()}
            return {**shown, **forms, "may_reopen": not later}
        found = desk.once(
            ("hindrances", name, present_day()),
            lambda: list(find_all_hindrances(book, period)),
        )
        hinders = list(_by_kind(found, period))
        return {
            **shown,
            "hinders": [each for each in hinders if each.blocks],
            "remarks": [each for each in hinders if not each.blocks],
            "close": close_fields(book),
            "rows": rows_of_inbox(desk.main, inbox_folder(self.ledger)),
            "ended": period.end < present_day(),
        }

    @writing("close", takes="close")
    def close(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Close a period and seal it."""
        name = _name(form)
        closed = []

        def write(book: Book) -> Sequence[Path]:
            values = read_fields(close_fields(book), values_of(form))
            by = logged_in() or values["by"]
            closed.append(close_period(book, name, make_figures, by=by))
            return [path for path in closed[0].written if path.exists()]

        save(self.ledger, str(form.get("book")), write)
        declared = closed[0].declared if closed else ""
        return {"where": address("Close", period=name, done="closed", next=declared)}

    @writing("reopen", takes="close")
    def reopen(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Open a sealed period again, on the authority that is named."""
        name = _name(form)

        def write(book: Book) -> Sequence[Path]:
            values = read_fields(reopen_fields(), values_of(form))
            refuse_future("day", values["day"])
            written = reopen_period(book, name, values["authority"], values["day"])
            return [path for path in written if path.exists()]

        save(self.ledger, str(form.get("book")), write)
        return {"where": address("Close", period=name, done="reopened")}

    @writing("certify", takes="close", renews=True)
    def certify(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Write down who certified or audited the figures of a closed period."""
        name = _name(form)

        def write(book: Book) -> Sequence[Path]:
            given = read_fields(certify_fields(), values_of(form))
            refuse_future("day", given["day"])
            said = given["state"], given["by"], given["document"], given["day"]
            return [certify_period(book, name, *said)]

        save(self.ledger, str(form.get("book")), write)
        return {"where": address("Close", period=name, done="certified")}


def close_fields(book: Book) -> list[Field]:
    """Return the fields of a closing: who closes, which a fund with four eyes asks for."""
    strict = any(fund.four_eyes for fund in book.settings.funds.values())
    name = logged_in()
    if name:
        return []
    help_ = _("Not one who both entered and approved in it.") if strict else ""
    return [Field(name="by", title=_("Closed by"), required=strict, help=help_)]


def reopen_fields() -> list[Field]:
    """Return the fields of a reopening."""
    return [
        Field(
            name="authority",
            title=_("Reason and authority"),
            required=True,
            help=_("The office and the paper that approved it."),
        ),
        Field(name="day", title=_("Approved on"), kind="day", required=True, value=present_day()),
    ]


def certify_fields() -> list[Field]:
    """Return the fields of a certification."""
    words = {"certified": _("certified"), "audited": _("audited")}
    return [
        Field(
            name="state",
            title=_("The figures are"),
            kind="choice",
            required=True,
            choices=[(each, words[each]) for each in DECLARED],
        ),
        Field(name="by", title=_("By"), required=True, help=_("The office that signed.")),
        Field(name="document", title=_("Paper"), help=_("What it signed.")),
        Field(name="day", title=_("Signed on"), kind="day", required=True, value=present_day()),
    ]


def _by_kind(found: Sequence[Hindrance], period: Period) -> list[Hindering]:
    kinds = dict.fromkeys((each.kind, each.blocks) for each in found)
    return [
        Hindering(
            title=_(_TITLES[kind]),
            blocks=blocks,
            number=len(own),
            said=[(each.message, _place_of(each)) for each in own[:_FEW]],
            done_at=_done_at(own[0], period),
        )
        for kind, blocks in kinds
        if (own := [each for each in found if (each.kind, each.blocks) == (kind, blocks)])
    ]


def _place_of(each: Hindrance) -> str:
    """Return the address of what one hindrance is about."""
    if each.kind == "receipts":
        return address("Reconcile", receipt=each.about)
    if each.kind in {"overdue", "release"} and each.about:
        return address("Donor", label=each.about)
    if each.kind == "notices":
        return address("Contributions", rule=each.about)
    return ""


def _done_at(first: Hindrance, period: Period) -> tuple[str, str] | None:
    """Return what leads to where hindrances of a kind are done: its words, and the address."""
    day = period.end
    match first.kind:
        case "waiting":
            return _("Approve them"), address("Record") + "#to-approve"
        case "release":
            return _("Record the release"), address("Record", event="release", day=day, every="1")
        case "revaluation":
            where = address("Record", event="revaluation", day=day, every="1")
            return _("Record the revaluation"), where
        case "receipts" | "statements":
            return _("Reconcile"), address("Reconcile")
        case "earlier" if first.about:
            return _("Close it first"), address("Close", period=first.about)
        case "earlier":
            return _("Declare its period"), address("Setup") + "#period"
        case "overdue":
            return _("See the ageing"), address("Reports", name="ageing", period=period.name)
        case "untied":
            return _("See the reports"), address("Reports", period=period.name)
        case _:
            return None


def _proof(desk: Desk) -> Sequence[Verdict]:
    """Return what verifying each seal finds, each time: files of closed periods change unseen."""
    return verify_seals(desk.main.book.path, make_figures)


def _name(form: Mapping[str, Any]) -> str:
    return str(form.get("period") or "")
