"""Correspondence: what was sent to donors, when and how, and what they answered.

    2004-01-20 custom "letter" "DEU/2004/1" "confirmation" "DEU"
      as-at: 2003-12-31
      language: "en"
      by: "note verbale"
    2004-02-15 custom "answer" "DEU/2004/1" "differs" "Note verbale 12/2004 (made up)"
      stated: 90000 EUR

A letter's reference is the donor's code, the year it was sent and the next number of both. The
lines stand in correspondence.beancount; no figure rests on them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from beancount.core.amount import Amount
from beancount.core.data import Custom, Directive
from msgspec import Struct
from pledgebook.ledger.declared.declarations import as_date, as_text, write_declaration
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.findings import Finding, finding, notice
from pledgebook.ledger.register.view import View

if TYPE_CHECKING:
    from pledgebook.ledger.register.book import Book

FILE = "correspondence.beancount"
"""The file of the book that letters, answers and official receipts are written to."""

KINDS = (
    "statement",
    "receipt",
    "annual-receipts",
    "acknowledgement",
    "confirmation",
    "reminder",
    "financial-report",
)
"""The letters there are."""

NARRATIVE = "narrative-report"
"""What is written elsewhere, and kept here as sent."""

RESULTS = ("agrees", "differs", "noted", "returned")
"""What an answer says: the donor agrees, has another figure, only took note; or the letter came
back."""

_HEAD = "; Letters to donors, their answers, and official receipts (docs/letters.md).\n"
_REFERENCE = re.compile(r"(?P<donor>[^/]+)/(?P<year>[0-9]{4})/(?P<serial>[1-9][0-9]{0,5})")


class Answer(Struct, frozen=True, kw_only=True):
    """What came back on a letter."""

    entry: Custom
    reference: str
    result: str
    words: str
    stated: str
    """The amount the donor states, where it differs; "" if none."""

    @property
    def day(self) -> date:
        """The day of the answer."""
        return self.entry.date


class SentLetter(Struct, frozen=True, kw_only=True):
    """A letter that was sent, with its answers in the order of their days."""

    entry: Custom
    reference: str
    kind: str
    donor: str
    by: str
    language: str
    fund: str
    period: str
    as_at: date | None
    receipt: str
    agreement: str = ""
    report_due: date | None = None
    """Of a report under an agreement: the day on which it was due."""
    answers: tuple[Answer, ...] = ()

    @property
    def sent_on(self) -> date:
        """The day it was sent."""
        return self.entry.date


class Sending(Struct, frozen=True, kw_only=True):
    """What is kept of a letter as it is sent; empty texts are left out of the line."""

    kind: str
    donor: str
    day: date
    language: str
    by: str = ""
    fund: str = ""
    period: str = ""
    as_at: date | None = None
    receipt: str = ""
    agreement: str = ""
    report_due: date | None = None
    file: str = ""
    sha256: str = ""


def next_reference(
    letters: Iterable[SentLetter], donor: str, year: int, taken: Iterable[str] = ()
) -> str:
    """Return the next reference of a donor and year; `taken` are those given but not yet kept."""
    numbers = [0]
    for reference in [*(letter.reference for letter in letters), *taken]:
        found = _REFERENCE.fullmatch(reference)
        if found and (found["donor"], found["year"]) == (donor, str(year)):
            numbers.append(int(found["serial"]))
    return f"{donor}/{year}/{max(numbers) + 1}"


def draft_letter(reference: str, sending: Sending) -> str:
    """Return the line that keeps a letter as sent, as Beancount text."""
    keys = ("fund", "period", "language", "by", "receipt", "agreement", "file", "sha256")
    said = {"as-at": sending.as_at, "report-due": sending.report_due}
    said |= {key: getattr(sending, key) or None for key in keys}
    return write_declaration(
        "letter", sending.day, reference, sending.kind, sending.donor, meta=said
    )


def draft_answer(reference: str, result: str, day: date, words: str = "", stated: str = "") -> str:
    """Return the line that keeps an answer, as Beancount text. `stated` is an amount with its
    currency, as "90000 EUR".
    """
    number, _, currency = stated.partition(" ")
    amount = Amount(Decimal(number), currency) if stated else None
    return write_declaration("answer", day, reference, result, words, meta={"stated": amount})


def correspondence_texts(book: Book, lines: Sequence[str]) -> Mapping[Path, str]:
    """Return the new text of the book's file of correspondence, by its path, for `write_entries`;
    empty if there are no lines.
    """
    path = book.folder / FILE
    if not lines:
        return {}
    old = book.text_of(path) or _HEAD
    return {path: old.rstrip("\n") + "\n\n" + "\n".join(lines)}


def read_letters(entries: Iterable[Directive]) -> list[SentLetter]:
    """Return the letters of a book in the order they were sent, each with its answers."""
    entries = list(entries)
    answers: dict[str, list[Answer]] = {}
    for answer in _answers(entries):
        answers.setdefault(answer.reference, []).append(answer)
    return [
        SentLetter(
            entry=entry,
            reference=reference,
            kind=kind,
            donor=donor,
            by=_text(entry, "by"),
            language=_text(entry, "language"),
            fund=_text(entry, "fund"),
            period=_text(entry, "period"),
            as_at=as_date(entry.meta.get("as-at")),
            receipt=_text(entry, "receipt"),
            agreement=_text(entry, "agreement"),
            report_due=as_date(entry.meta.get("report-due")),
            answers=tuple(answers.get(reference, ())),
        )
        for entry, (reference, kind, donor) in _lines(entries, "letter", 3)
    ]


def guard(view: View) -> list[Finding]:
    """Return what is wrong with letters and answers, then what deserves a look: balances that a
    donor does not agree with, letters that came back.
    """
    entries, settings = view.entries, view.settings
    letters = read_letters(entries)
    found: list[Finding] = []
    first: dict[str, SentLetter] = {}
    for letter in letters:
        said = _fault(letter, settings)
        if said:
            found.append(finding(letter.entry, "letter-form", said))
        earlier = first.setdefault(letter.reference, letter)
        if earlier is not letter and earlier.sent_on != letter.sent_on:  # else declared twice
            found.append(
                finding(
                    letter.entry,
                    "letter-reference",
                    f"The reference {letter.reference} is that of a letter of {earlier.sent_on} "
                    "already, and answers would not tell the two apart: give this one the next "
                    "free number.",
                )
            )
    for answer in _answers(entries):
        found += _answer_faults(answer, first.get(answer.reference))
    return found + list(_unsettled(letters, settings))


def _fault(letter: SentLetter, settings: Settings) -> str:
    parts = _REFERENCE.fullmatch(letter.reference)
    if parts is None or (parts["donor"], parts["year"]) != (letter.donor, str(letter.sent_on.year)):
        return (
            f"A letter's reference is DONOR/YEAR/NUMBER, its donor's code and the year it was sent "
            f"(as {letter.donor}/{letter.sent_on.year}/1); here stands {letter.reference!r}."
        )
    if letter.donor not in settings.donors:
        return (
            f"Letter {letter.reference} is to {letter.donor!r}, the code of no donor: correct it."
        )
    if letter.kind not in {*KINDS, NARRATIVE}:
        return (
            f"Letter {letter.reference} has the kind {letter.kind!r}: it must be one of "
            f"{', '.join((*KINDS, NARRATIVE))}."
        )
    if letter.agreement and letter.agreement not in settings.agreements:
        return (
            f"Letter {letter.reference} is about the agreement {letter.agreement!r}, which the "
            f"book does not declare (declared: {', '.join(settings.agreements) or 'none'})."
        )
    if letter.fund and letter.fund not in settings.funds:
        return (
            f"Letter {letter.reference} is about fund {letter.fund!r}, which the book does not "
            f"declare (declared: {', '.join(settings.funds)})."
        )
    return ""


def _answer_faults(answer: Answer, letter: SentLetter | None) -> Iterator[Finding]:
    if answer.result not in RESULTS:
        yield finding(
            answer.entry,
            "answer-result",
            f"The answer to {answer.reference} says {answer.result!r}: it must be one of "
            f"{', '.join(RESULTS)}; what else was said stands in the words behind it.",
        )
    if letter is None:
        yield finding(
            answer.entry,
            "answer-letter",
            f"There is no letter {answer.reference} in the book that this could answer: correct "
            "the reference, or enter the letter.",
        )
    elif answer.day < letter.sent_on:
        yield finding(
            answer.entry,
            "answer-letter",
            f"The answer of {answer.day} is to letter {answer.reference}, which was sent later, on "
            f"{letter.sent_on}: correct one of the dates.",
        )


def _unsettled(letters: Iterable[SentLetter], settings: Settings) -> Iterator[Finding]:
    for letter in letters:
        last = letter.answers[-1] if letter.answers else None
        if last is None or last.result not in {"differs", "returned"}:
            continue
        donor = settings.donors.get(letter.donor)
        name = donor.name if donor else letter.donor
        about = " ".join(filter(None, [last.words, f"states {last.stated}" if last.stated else ""]))
        if last.result == "differs":
            said = f"{name} does not agree with letter {letter.reference} ({letter.kind})"
            do = "Clear it up with the donor; the later answer stands in a line of its own"
        else:
            said = f"Letter {letter.reference} ({letter.kind}) to {name} came back"
            do = "Send it again to another address"
        yield notice(
            last.entry,
            "answer-open",
            f"{said} on {last.day}{f': {about}' if about else ''}. {do}.",
        )


def _answers(entries: Iterable[Directive]) -> list[Answer]:
    found = [
        Answer(
            entry=entry,
            reference=texts[0],
            result=texts[1],
            words=texts[2] if len(texts) > 2 else "",
            stated=_text(entry, "stated"),
        )
        for entry, texts in _lines(entries, "answer", 2, 3)
    ]
    return sorted(found, key=lambda answer: answer.day)


def _lines(
    entries: Iterable[Directive], kind: str, *lengths: int
) -> Iterator[tuple[Custom, list[str]]]:
    for entry in entries:
        if isinstance(entry, Custom) and entry.type == kind:
            values = [value.value for value in entry.values or ()]
            if len(values) in lengths and all(isinstance(each, str) for each in values):
                yield entry, [str(each).strip() for each in values]


def _text(entry: Custom, key: str) -> str:
    return as_text(entry.meta.get(key, ""))
