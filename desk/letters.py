"""Letters: written, issued under a number, kept as sent, answered, made void."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from flask import Response, request
from pledgebook.desk.choosing import Choice, cut_page, present_day, read_choice
from pledgebook.desk.fields import (
    Field,
    FieldFaultError,
    read_fields,
    refuse_future,
    values_of,
)
from pledgebook.desk.guarding import RequestRefusedError
from pledgebook.desk.inbox_files import numbered
from pledgebook.desk.loaded import Desk
from pledgebook.desk.page import Page, address, as_file, served, writing
from pledgebook.desk.saving import save
from pledgebook.desk.texts import gettext as _
from pledgebook.desk.texts import marked
from pledgebook.ledger.correspondence.letters import (
    RESULTS,
    SentLetter,
    correspondence_texts,
    draft_answer,
    read_letters,
)
from pledgebook.ledger.correspondence.receipts import OfficialReceipt, read_receipts, void_line
from pledgebook.ledger.declared.currencies import is_currency
from pledgebook.ledger.events.asking import read_amount
from pledgebook.ledger.files.answering import book_answering
from pledgebook.ledger.files.writing import write_entries
from pledgebook.ledger.findings import EventRefusedError, RefusedError
from pledgebook.ledger.money import format_amount
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.collections import Collection
from pledgebook.reports.figures.selection import Selection, cut_of, select
from pledgebook.reports.letters import Letter, Papers, issue_receipts, languages, make_letters
from pledgebook.reports.letters.kinds import LETTERS
from pledgebook.reports.letters.language import language
from pledgebook.reports.letters.receipt import without_receipt
from pledgebook.reports.letters.render import FORMATS, render_letters, render_mails
from pledgebook.reports.letters.sending import References, lines_of_sent, sent_before

_MAILS = {"eml": "docx", "eml-pdf": "pdf"}
"""What an e-mail brings, by the form that is asked for."""

KEPT_IN = "documents/letters"
"""The folder of the book in which letters are kept as they were sent."""

_RESULTS = {
    "agrees": marked("the donor agrees"),
    "differs": marked("the donor has another figure"),
    "noted": marked("taken note of"),
    "returned": marked("the letter came back"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Correspondence:
    """What the book keeps of letters, to one donor or to all, and what has no receipt yet."""

    letters: Sequence[SentLetter]
    receipts: Sequence[OfficialReceipt]
    missing: Sequence[Collection]


class Letters(Page):
    """Letters to donors."""

    title = marked("Letters")
    by_period = True

    def view(self, desk: Desk, asked: Mapping[str, str]) -> Mapping[str, Any]:
        """Return the letters that can be written, what has no receipt, what was issued and sent."""
        choice = read_choice(desk, {"period": asked.get("period", "")})
        kind = asked.get("kind", "") if asked.get("kind", "") in LETTERS else ""
        donor = _code(desk, asked.get("donor", ""))
        tag = asked.get("language", "") if asked.get("language", "") in languages() else ""
        refused, made = "", None
        if kind and desk.book.errors:
            refused = _("The book has errors, so no letter is written from it.")
        elif kind:
            try:
                made = _made(desk, choice, kind, donor, tag)
            except RefusedError as error:
                refused = str(error)
            if made is not None and not made:
                made = None
                refused = _("In this period there is nothing to write such a letter about.")
        again = bool(asked.get("again"))
        found = correspondence(desk, choice, donor)
        left = [each for each in made or () if again or not sent_before(each, found.letters)]
        return {
            "choice": choice,
            "kind": kind,
            "kinds": [(each.name, each.title) for each in LETTERS.values()],
            "languages": language_names(),
            "language": tag,
            "donor": desk.book.settings.donors.get(donor) if donor else None,
            "donors": choice.donors,
            "refused": refused,
            "made": cut_page(left, asked) if left else None,
            "before": len(made or ()) - len(left),
            "again": again,
            "without_email": sum(not each.email for each in left),
            "found": found,
            "sent": cut_page(found.letters, asked),
            "receipts": cut_page(found.receipts, {"page": asked.get("receipts", "")}),
            "done": asked.get("done", ""),
            **shared(desk, asked),
        }

    @served("letter")
    def letter(self) -> Response:
        """Give letters of a kind as a file, drafts of today: to one donor or to all, several in one
        archive. Where there is none, the page says why.
        """
        asked = request.args
        kind, form = asked.get("kind", ""), asked.get("form", "")
        back = {name: asked.get(name, "") for name in ("kind", "donor", "period", "language")}
        desk = self.desk(asked)
        code = _code(desk, asked.get("donor", ""))
        if kind in LETTERS and form in (*FORMATS, *_MAILS) and not desk.book.errors:
            try:
                choice = read_choice(desk, {"period": asked.get("period", "")})
                made = _made(desk, choice, kind, code, asked.get("language", ""))
                if form in _MAILS:
                    files = render_mails(made, _MAILS[form])
                else:
                    files = render_letters(made, [form])
            except RefusedError:
                files = {}  # the page says why
            if len(files) == 1:
                ((name, content),) = files.items()
                return as_file(content, name)
            if files:
                return as_file(_archive(files), f"{kind}-{code or 'all'}.zip")
        where = address("Letters", **back)
        return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": where})

    @writing("issue", takes="record")
    def issue(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Issue a numbered receipt for each collection of a period that has none."""
        day = read_fields(issue_fields(), values_of(form))["day"]

        def write(book: Book) -> Sequence[Path]:
            refuse_future("day", day)
            papers = Papers(_selected(book, str(form.get("period") or "")))
            donors = [str(form["donor"])] if form.get("donor") else []
            lines = issue_receipts(papers, day=day, donors=donors)
            return write_entries(book, [], correspondence_texts(book, lines))

        return self._written(form, write, "issued")

    @writing("send", takes="record")
    def send(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Keep letters as sent, with their files and references."""
        kind, tag = str(form.get("kind")), str(form.get("language") or "")
        if kind not in LETTERS or tag not in {"", *languages()}:
            raise RequestRefusedError(_("There is no such letter, form or donor."))
        values = read_fields(sending_fields(), values_of(form))
        day = values["day"]

        def write(book: Book) -> Sequence[Path]:
            refuse_future("day", day)
            papers = Papers(_selected(book, str(form.get("period") or "")))
            donors = [papers.of_record(str(form["donor"]))] if form.get("donor") else []
            references = References(book, day)
            sent = [] if form.get("again") else references.letters
            made = list(
                make_letters(
                    papers,
                    kind,
                    day=day,
                    donors=donors,
                    tag=tag,
                    refer=references.give,
                    leave=lambda letter: sent_before(letter, sent),
                )
            )
            if not made:
                raise RequestRefusedError(
                    _("In this period there is nothing to write such a letter about.")
                    if not sent
                    else _("There is no such letter that was not sent before.")
                )
            files = render_letters(made, [values["form"]])
            paths = {name: numbered(book.folder / KEPT_IN / name) for name in files}
            lines = lines_of_sent(
                made,
                files,
                references,
                ending=values["form"],
                by=values["by"],
                kept_as={name: path.name for name, path in paths.items()},
            )
            beside = {path: files[name] for name, path in paths.items()}
            return write_entries(book, [], correspondence_texts(book, lines), beside)

        return self._written(form, write, "sent")

    @writing("answer", takes="record", renews=True)
    def answer(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Keep the answer to a letter."""
        values = read_fields(answer_fields(), values_of(form))
        day = values["day"]

        def write(book: Book) -> Sequence[Path]:
            refuse_future("day", day)
            reference = str(form.get("reference"))
            if reference not in {each.reference for each in read_letters(book.entries)}:
                raise RequestRefusedError(_("The book keeps no letter %(name)s.", name=reference))
            line = draft_answer(reference, values["result"], day, values["words"], _stated(values))
            return write_entries(book, [], correspondence_texts(book, [line]))

        return self._written(form, write, "answered")

    @writing("void", takes="record", renews=True)
    def void(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Make an official receipt void."""
        values = read_fields(void_fields(), values_of(form))
        day = values["day"]

        def write(book: Book) -> Sequence[Path]:
            refuse_future("day", day)
            line = void_line(book.entries, str(form.get("number")), values["reason"], day)
            return write_entries(book, [], correspondence_texts(book, [line]))

        return self._written(form, write, "void")

    def _written(
        self, form: Mapping[str, Any], write: Callable[[Book], Sequence[Path]], done: str
    ) -> Mapping[str, Any]:
        """Write, and return where the page goes on: to itself, or to the donor's that asked."""
        save(self.ledger, str(form.get("book")), write)
        asked = {name: str(form.get(name) or "") for name in ("donor", "period")}
        if form.get("back") == "Donor":
            return {"where": address("Donor", done=done, **asked) + "#letters"}
        kind = str(form.get("kind") or "")
        place = {"issued": "#receipts", "sent": "#sent"}.get(done, "")
        return {"where": address("Letters", done=done, kind=kind, **asked) + place}


def language_names() -> dict[str, str]:
    """Return the languages of letters with their own names, by code."""
    return {tag: language(tag).name for tag in languages()}


def correspondence(desk: Desk, choice: Choice, donor: str = "") -> Correspondence:
    """Return what the book keeps of letters, the latest first, to one donor or to all, and what of
    the period chosen has no receipt.
    """
    main, of_record = desk.main, desk.book.settings.donors.of_record
    letters = main.once("letters", lambda: read_letters(main.book.entries))
    receipts = main.once("official receipts", lambda: read_receipts(main.book.entries))
    missing: Sequence[Collection] = ()
    if not desk.book.errors:
        missing = without_receipt(_papers(desk, choice), [donor] if donor else [])
    return Correspondence(
        letters=[each for each in letters[::-1] if donor in {"", of_record(each.donor)}],
        receipts=[each for each in receipts[::-1] if donor in {"", of_record(each.key.donor)}],
        missing=missing,
    )


def shared(desk: Desk, asked: Mapping[str, str]) -> Mapping[str, Any]:
    """Return what the parts of letters_parts.html need: the fields of their forms, and words."""
    return {
        "issuing": issue_fields(),
        "sending": sending_fields(),
        "answering": answer_fields(),
        "voiding": void_fields(),
        "results": {name: _(words) for name, words in _RESULTS.items()},
        "titles": {each.name: _(each.title) for each in LETTERS.values()},
        "kept_in": KEPT_IN,
        "kept": desk.main.once("letters kept", lambda: _kept(desk.main.book)),
        "told": _(_DONE[asked["done"]]) if asked.get("done") in _DONE else "",
    }


def issue_fields() -> list[Field]:
    """Return the fields of issuing receipts."""
    return [_day_field(_("Day of issue"))]


def sending_fields() -> list[Field]:
    """Return the fields of keeping letters as sent."""
    return [
        _day_field(_("Sent on")),
        Field(name="by", title=_("By"), help=_("Note verbale, post, e-mail.")),
        Field(
            name="form",
            title=_("Kept as"),
            kind="choice",
            required=True,
            choices=[(each, f".{each}") for each in ("docx", "html", "pdf")],
        ),
    ]


def answer_fields() -> list[Field]:
    """Return the fields of an answer."""
    return [
        _day_field(_("Answered on")),
        Field(
            name="result",
            title=_("What it says"),
            kind="choice",
            required=True,
            choices=[(each, _(_RESULTS[each])) for each in RESULTS],
        ),
        Field(name="words", title=_("Its reference, or what it says")),
        Field(name="amount", title=_("The donor's own figure")),
        Field(name="currency", title=_("Currency of that figure")),
    ]


def void_fields() -> list[Field]:
    """Return the fields of making a receipt void."""
    return [Field(name="reason", title=_("Reason"), required=True), _day_field(_("Since"))]


_DONE = {
    "issued": marked("The receipts are issued."),
    "sent": marked("The letters are kept as sent."),
    "answered": marked("The answer is kept."),
    "void": marked("The receipt is void."),
}


def _day_field(title: str) -> Field:
    today = present_day()
    return Field(name="day", title=title, kind="day", required=True, value=today)


def _stated(values: Mapping[str, Any]) -> str:
    """Return the donor's own figure with its currency; "" for none."""
    amount, currency = values["amount"], values["currency"].upper()
    if not amount:
        return ""
    if not is_currency(currency):
        raise FieldFaultError("currency", _("State its currency, as EUR."))
    try:
        return f"{format_amount(read_amount(amount))} {currency}"
    except EventRefusedError as error:
        raise FieldFaultError("amount", str(error)) from error


def _selected(book: Book, period: str) -> Selection:
    """Return the selection of a period out of the book that answers for it."""
    return select(book_answering(book, cut_of(book, period or None, None).start), period or None)


def _papers(desk: Desk, choice: Choice) -> Papers:
    return desk.once(("papers", *choice.key), lambda: Papers(choice.selection))


def _made(desk: Desk, choice: Choice, kind: str, donor: str, tag: str) -> list[Letter]:
    """Return the letters of a kind as drafts of today, made once a load."""
    papers = _papers(desk, choice)
    code = papers.of_record(donor) if donor else ""
    day = present_day()

    def make() -> list[Letter]:
        return list(make_letters(papers, kind, day=day, donors=[code] if code else (), tag=tag))

    return desk.once(("letters of", *choice.key, kind, code, tag, day), make)


def _kept(book: Book) -> frozenset[str]:
    """Return the names of the files of letters that are kept."""
    folder = book.folder / KEPT_IN
    return frozenset(path.name for path in folder.iterdir()) if folder.is_dir() else frozenset()


def _code(desk: Desk, text: str) -> str:
    """Return the code of a donor of an address; "" where it names none."""
    return text if desk.book.settings.donors.get(text) is not None else ""


def _archive(files: Mapping[str, bytes]) -> bytes:
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()
