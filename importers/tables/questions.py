"""Questions: what makes rows wait, asked once of a table, and the answers to them.

A question is known by its kind and what it is about: `day-in-year:C`, `status:honoured`, `fund`. An
answer is looked for where a row would wait, and nowhere else: what a sheet states itself no answer
overrules. Any row may be left out, which ignores it with its reason.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from pledgebook.importers.reading.damaged import damage_as
from pledgebook.importers.tables.headings import Field
from pledgebook.importers.values.values import shown
from pledgebook.ledger.declared.currencies import recognise
from pledgebook.ledger.declared.sheet_answers import SheetAnswer
from pledgebook.ledger.findings import RefusedError

LEAVE_OUT = "leave-out"
"""The answer that ignores the rows of a question."""
ASK_AGAIN = "ask-again"
"""What is said for a file to be asked what was answered for an earlier one."""
NOT_READ = "not-read"
"""The answer that a column need not be read."""

_LONGEST_ABOUT = 120
_LONGEST_UNITS = len("1000000000")
_LONGEST = 1_000_000
"""Letters of a file of answers; one to ten thousand names has half as many."""
_NO_ANSWERS: Mapping[str, str] = MappingProxyType({})
_ID = re.compile(
    r"(?:(?P<table>[^:]+![A-Z]{1,3}\d+):)?(?P<kind>[a-z-]+)(?::(?P<about>.*))?", re.DOTALL
)


class AnswerError(RefusedError):
    """An answer that cannot be one; the message says which can."""


class Choice(NamedTuple):
    """A possible answer: what is said, what it means in words and, where the sheet itself gives a
    reason for it, that.
    """

    value: str
    text: str
    because: str = ""


LEAVING_OUT = Choice(LEAVE_OUT, "Leave these rows out")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionKind:
    """What all questions of a kind have in common. `asks` is what they ask where nothing better is
    known, `takes` what may be answered besides the choices, in words, and `fits` tells whether a
    text is that. An answer that `decides` on a figure of the books (currency, fund, day) is
    confirmed for each file, also where it was learned; one that is `kept` is learned at all.
    `of_column`: what it is about is a column's letter. `of_book`: the book remembers the answer as
    another name, not the layout.
    """

    asks: str
    takes: str = ""
    fits: Callable[[str], bool] = lambda _: False
    decides: bool = False
    kept: bool = True
    of_column: bool = False
    of_book: bool = False


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("2002-12-31")


def _is_month_day(text: str) -> bool:
    return re.fullmatch(r"\d\d-\d\d", text) is not None and _is_day(f"2001-{text}")


def _is_day_of_name(text: str) -> bool:
    return text.startswith("name:") and _is_month_day(text.removeprefix("name:"))


def _is_fiscal_day(text: str) -> bool:
    which, _, day = text.partition(":")
    return which in {"first", "second"} and _is_month_day(day)


def _is_currency(text: str) -> bool:
    return len(recognise(text)) == 1


def _is_field(text: str) -> bool:
    return text in {each.value for each in Field}


def _is_units(text: str) -> bool:
    whole = text.isascii() and text.isdigit() and len(text) <= _LONGEST_UNITS
    return whole and 0 < int(text) <= 10**9


def _is_text(text: str) -> bool:
    return bool(text.strip())


KINDS: Mapping[str, QuestionKind] = {
    # Of a whole table: which column is what, and in what it counts.
    "column": QuestionKind(
        asks="What does column {about} hold?",
        takes="what a column may hold, such as amount, purpose or remarks",
        fits=_is_field,
        of_column=True,
    ),
    "which-column": QuestionKind(asks="Which column is the {about}?"),
    "donor-of-all": QuestionKind(
        asks="No column names the donor. Who gives, if all rows are of one donor?",
        takes="the code or name of a donor, such as ESP",
        fits=_is_text,
        decides=True,
    ),
    "units": QuestionKind(
        asks="In what units are the amounts counted?",
        takes="a whole number such as 1000",
        fits=_is_units,
        decides=True,
    ),
    "undecided": QuestionKind(asks="The mapping leaves a question open.", kept=False),
    # How cells are read.
    "decimal-mark": QuestionKind(
        asks="Which is the decimal mark of column {about}?", of_column=True
    ),
    "date-order": QuestionKind(
        asks="Which comes first in column {about}, the day or the month?", of_column=True
    ),
    "swapped-dates": QuestionKind(
        asks="Are the days and months of column {about} as they are stored?",
        kept=False,
        of_column=True,
    ),
    "day-in-year": QuestionKind(
        asks="Column {about} gives years and no days. Which day of the year is meant?",
        takes='a month and a day, such as "12-31"',
        fits=_is_month_day,
        decides=True,
        of_column=True,
    ),
    "day-in-fiscal-year": QuestionKind(
        asks="Column {about} gives years that span two. Which day is meant?",
        takes='a day of the first or second year, such as "second:06-30"',
        fits=_is_fiscal_day,
        decides=True,
        of_column=True,
    ),
    "day-in-span": QuestionKind(
        asks="Column {about} gives months or several days. Which day is meant?",
        decides=True,
        of_column=True,
    ),
    "pledge-date": QuestionKind(
        asks="No date is stated. When were these pledged?",
        takes='a day such as 2002-05-12, or "name:12-31" for that day of the year in the '
        "sheet's name",
        fits=lambda text: _is_day(text) or _is_day_of_name(text),
        decides=True,
        kept=False,
    ),
    "change-date": QuestionKind(
        asks="These rows say otherwise than the book. Since when are their pledges as here?",
        takes="a day such as 2002-05-12",
        fits=_is_day,
        decides=True,
        kept=False,
    ),
    "currency": QuestionKind(
        asks="In which currency are the amounts?",
        takes="a currency, such as EUR",
        fits=_is_currency,
        decides=True,
    ),
    "rounding": QuestionKind(
        asks="The amounts have more decimals than their currency is counted in. Round them?"
    ),
    "value-only": QuestionKind(
        asks="Neither amount nor currency is stated, only a value. Does it count?", decides=True
    ),
    "pledged-or-committed": QuestionKind(
        asks="Where the amount pledged and the one committed differ, which counts?"
    ),
    # What words mean.
    "status": QuestionKind(asks="What does the status {about} mean?"),
    "in-kind": QuestionKind(asks="Is {about} money, or a contribution in kind?"),
    "promised-in-kind": QuestionKind(
        asks="These are contributions in kind that are promised. Have they been received?",
        kept=False,
    ),
    "funds": QuestionKind(
        asks="Column {about} has texts that are no funds of the book. What are they?",
        decides=True,
        of_column=True,
    ),
    "fund": QuestionKind(asks="For which fund is it?", decides=True),
    "classes": QuestionKind(
        asks="Column {about} has texts that are no classes of the fund. What are they?",
        decides=True,
        of_column=True,
    ),
    "class": QuestionKind(asks="Which class is {about}?", decides=True),
    "purposes": QuestionKind(
        asks="Column {about} has texts that are no purposes of the book. What are they?",
        decides=True,
        of_column=True,
    ),
    "purpose": QuestionKind(
        asks="Which purpose is {about}?",
        of_book=True,
    ),
    "no-purpose": QuestionKind(
        asks="These are earmarked, and for what is not stated. Which purpose are they for?",
        decides=True,
    ),
    "donor": QuestionKind(
        asks="Who is {about}?",
        takes='the code or name of a donor, or "CODE:KIND" for a new one, such as "EXS:ngo"',
        fits=_is_text,
        of_book=True,
    ),
    "words": QuestionKind(
        asks="Words beside these rows may change what their figures mean. Do they?",
        kept=False,
    ),
    "remark": QuestionKind(
        asks="Does {about} change what the figures of its rows mean?",
        kept=False,
    ),
    "struck-out": QuestionKind(asks="These rows are struck out. Do they count?", kept=False),
    # Rows beside each other, and beside the book.
    "same-reference": QuestionKind(
        asks="These rows have a reference that others have with other figures. Is each a pledge "
        "of its own?",
        decides=True,
    ),
    "equal-rows": QuestionKind(
        asks="These rows say the same as others of the file. Is each a pledge of its own?",
        decides=True,
    ),
    "like-booked": QuestionKind(
        asks="The book has pledges or money much like these. Are these further ones?", kept=False
    ),
    "paid-alone": QuestionKind(
        asks="No pledge is stated in these rows, or not its currency, and money was paid. Was it "
        "received without a pledge?"
    ),
    "overpaid": QuestionKind(
        asks="More was paid than pledged, or before it was pledged. What is to be entered?",
        decides=True,
    ),
    # What no answer mends: the sheet or the book is corrected, or the rows are left out.
    "cells": QuestionKind(
        asks="Cells of column {about} cannot be read. Correct the sheet, or leave their rows out?",
        kept=False,
        of_column=True,
    ),
    "no-amount": QuestionKind(asks="No amount is stated. Leave these rows out?"),
    "no-donor": QuestionKind(asks="No donor is named. Leave these rows out?"),
    "instalments": QuestionKind(
        asks="Instalments are missing or do not add up. Correct the sheet, or leave them out?",
        kept=False,
    ),
    "paid-meanwhile": QuestionKind(
        asks="More was paid, these rows say, than the book has received. Is it recorded from the "
        "bank's advice?",
        kept=False,
    ),
    "total": QuestionKind(
        asks="The instalments do not add up to the total that is stated. Which is right?",
        decides=True,
        kept=False,
    ),
    "payments": QuestionKind(
        asks="What was paid contradicts what was pledged. Correct the sheet, or leave them out?",
        kept=False,
    ),
    "days": QuestionKind(
        asks="Days have not come yet or are far off. Correct the sheet, or leave them out?",
        kept=False,
    ),
    "rate": QuestionKind(
        asks="The book has no rate for these days. Add the rates, or leave the rows out?",
        kept=False,
    ),
    "changed": QuestionKind(
        asks="These rows say otherwise than the book. Record the changes, or leave the rows out?",
        kept=False,
    ),
    "closed-period": QuestionKind(
        asks="These belong to a closed period. Look whether they are in it, and leave them out?",
        kept=False,
    ),
}
"""Every kind of question, in the order in which they are asked."""

_ORDER = {kind: place for place, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a person would have to say for rows not to wait. `about` is what it is about within its
    table: a column's letter, a text of the sheet, a field; "" for the table as a whole.
    """

    kind: str
    text: str
    about: str = ""
    choices: tuple[Choice, ...] = ()
    said: str = field(default="", compare=False)
    """The words of one row that it is about, where rows differ in them."""
    wider: Question | None = field(default=None, compare=False)
    """What is asked in its place where a table has many of its kind; its answer is one to each."""

    @property
    def key(self) -> str:
        """What it is known by within its table: `day-in-year:C`."""
        return question_key(self.kind, self.about)

    @property
    def excludes_others(self) -> bool:
        """Whether the text that it is about may only be one of the choices."""
        of_text = bool(self.about) and not KINDS[self.kind].of_column
        return of_text and self.kind == "currency" and len(self.choices) > 1

    @property
    def order(self) -> int:
        """Its place among questions: the earlier ones settle more of the table."""
        return _ORDER[self.kind]

    def accepts(self, value: str) -> bool:
        """Tell whether a value answers it."""
        known = value == LEAVE_OUT or any(value == choice.value for choice in self.choices)
        return known or KINDS[self.kind].fits(value)

    def refuse(self, value: str) -> None:
        """Raise AnswerError for a value that does not answer it."""
        if self.accepts(value):
            return
        takes = KINDS[self.kind].takes
        known = ", ".join(choice.value for choice in self.choices)
        raise AnswerError(
            f"{shown(value)} is no answer to {self.key} ({self.text}): it may be {known}"
            f"{f'; or {takes}' if takes else ''}."
        )


def question_key(kind: str, about: str) -> str:
    """Return what a question is known by within its table: `day-in-year:C`, or `fund` where it is
    about the table as a whole.
    """
    return f"{kind}:{about}" if about else kind


def ask(kind: str, about: str = "", *choices: Choice, text: str = "", said: str = "") -> Question:
    """Make a question of a kind; the rows may always be left out. A text that is too long to be
    typed is known by its beginning and digest, but for one that the book is to remember.
    """
    if len(about) > _LONGEST_ABOUT and not KINDS[kind].of_book:
        about = f"{about[:_LONGEST_ABOUT]}… {sha256(about.encode()).hexdigest()[:8]}"
    named = about if KINDS[kind].of_column or kind == "which-column" else shown(about)
    return Question(
        kind=kind,
        about=about,
        text=text or KINDS[kind].asks.format(about=named),
        choices=(*choices, LEAVING_OUT),
        said=said,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What was answered of one table: `given` for its file (`day-in-year:C`, `currency:` where it
    is about the table as a whole, or `day-in-year` for all of the kind), `learned` from earlier
    ones by question. `used` collects the questions that an answer has settled, with it.
    """

    given: Mapping[str, str] = field(default_factory=lambda: _NO_ANSWERS)
    learned: Mapping[str, SheetAnswer] = field(default_factory=dict)
    used: dict[str, tuple[Question, str]] = field(default_factory=dict, compare=False, repr=False)

    def to(self, question: Question) -> str:
        """Return the answer to a question, "" where there is none that settles it, or where it is
        to leave the rows out. Raises AnswerError for one that is none.
        """
        said = self._said(question)
        return "" if said == LEAVE_OUT else said

    def leave_out(self, question: Question) -> bool:
        """Tell whether the rows of a question are left out."""
        if self._said(question) == LEAVE_OUT:
            return True
        return question.wider is not None and self._said(question.wider) == LEAVE_OUT

    def given_to(self, question: Question) -> str:
        """Return what was answered of its file, "" for nothing. What is said of all of a kind says
        nothing of a text of the sheet that excludes it: "kr" is no euro.
        """
        if said := self.given.get(f"{question.kind}:{question.about}"):
            return said
        said = self.given.get(question.kind, "")
        offered = [choice.value for choice in question.choices]
        if question.excludes_others and said not in offered and KINDS[question.kind].fits(said):
            return ""
        return said

    def _said(self, question: Question) -> str:
        if not (self.given or self.learned):
            return ""
        if said := self.given_to(question):
            if said == ASK_AGAIN:
                return ""
            question.refuse(said)
            self.used[question.key] = question, said
            return said
        kind = KINDS[question.kind]
        learned = self.learned.get(question.key)
        if learned is None or kind.decides or not question.accepts(learned.value):
            return ""
        self.used[question.key] = question, learned.value
        return learned.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question about rows of a file that wait for it. `id` names it within a run and is the same
    each time the file is read; `tables` are those it is about (`Pledges!A6`), `examples` the cells
    of its first rows, and `shown` what stands in these, with the reason why they wait. `said` are
    the different words it is about, of which there are `more`.
    `answer` is what was answered, "" as long as it is open.
    """

    id: str
    question: Question
    rows: int = 0
    tables: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    more: int = 0
    answer: str = ""
    proposed: bool = False
    """Whether its first choice was the answer for an earlier file, and is to be confirmed."""
    answered_on: date | None = None
    """The day it was answered, where that was for an earlier file."""

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The possible answers, the one that a clerk would give first with its reason."""
        return self.question.choices

    @property
    def words(self) -> str:
        """What was answered, in words."""
        said = (choice.text for choice in self.choices if choice.value == self.answer)
        return next(said, self.answer)


def name_in_ids(text: str) -> str:
    """Write the name of a file or sheet as it stands in ids: without what divides these."""
    return text.replace("%", "%25").replace(":", "%3A").replace("#", "%23")


class AnswerId(NamedTuple):
    """What an answer is to: the table, as `s.xlsx#Pledges!A6` ("" for all), kind and subject."""

    table: str
    kind: str
    about: str

    @property
    def key(self) -> str:
        """The question within its table."""
        return question_key(self.kind, self.about)


def read_id(text: str) -> AnswerId:
    """Read what an answer is to: `s.xlsx#Pledges!A6:day-in-year:C`, or `day-in-year:C` or
    `day-in-year` for every table. Raises AnswerError.
    """
    found = _ID.fullmatch(text)
    if found is not None and found["kind"] == "dollars-only":
        raise AnswerError(f"{shown(text)} is called value-only now: write that.")
    if found is None or found["kind"] not in KINDS:
        raise AnswerError(
            f"{shown(text)} names no question: write its id as import shows it, or a kind "
            f"({', '.join(KINDS)}), with what it is about behind a colon."
        )
    return AnswerId(found["table"] or "", found["kind"], found["about"] or "")


def read_answers(path: Path) -> dict[str, str]:
    """Read a file of answers, `ID = "VALUE"` in TOML, at its top or under [answers]. Raises
    AnswerError.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AnswerError(f"{path.name} cannot be read: {error}.") from error
    if len(text) > _LONGEST:
        raise AnswerError(f"{path.name} is too long for answers: {len(text)} letters.")
    with damage_as(lambda why: AnswerError(f"{path.name} is no TOML: {why.rstrip('.')}.")):
        content = tomllib.loads(text)
    section = content.pop("answers", {})
    found = {**content, **(section if isinstance(section, dict) else {"answers": section})}
    for name, value in found.items():
        if not isinstance(value, str):
            raise AnswerError(
                f"{path.name}: the answer to {shown(name)} must be a text, not {value!r}."
            )
        read_id(name)
    return found


def answers_of(answers: Mapping[str, str], tables: Iterable[str]) -> dict[str, str]:
    """Return what is answered of a table by question: for it by the names of `tables`, its own
    first and then those of the same layout, else for all tables. Raises AnswerError.
    """
    read = [(read_id(text), value) for text, value in answers.items()]
    found: dict[str, str] = {}
    for name in (*tables, ""):
        for answer, value in read:
            if answer.table == name:
                one = answer.table and not answer.about
                found.setdefault(f"{answer.kind}:" if one else answer.key, value)
    return found
