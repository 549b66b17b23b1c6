"""Where a row's contribution goes: fund, class and purpose, as row, sheet or user say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from pledgebook.importers.judging.known import Context, Doubt
from pledgebook.importers.judging.words import words_question
from pledgebook.importers.rows.row import SheetRow
from pledgebook.importers.tables.questions import NOT_READ, Answers, Choice, Question, ask
from pledgebook.importers.tables.tables import Table
from pledgebook.importers.values.values import plain, shown
from pledgebook.importers.values.words import read_class, says_general
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.events import Earmark

GENERAL = "general"
"""The answer that a text earmarks nothing."""
EACH = "each"
"""The answer that texts are asked of one by one."""
_LIKE = 0.6
_LIKE_WORD, _TELLING = 0.8, 7
"""How like a word is to a telling one of a purpose, and how long this is."""
_TYPED = 200
"""Letters of a text that a sentence shows to be typed again."""
_SHORT = 4
"""A name of a purpose that is no longer than this is a word of many remarks."""


def earmark_of_row(row: SheetRow, table: Table, context: Context) -> Earmark:
    """Return the fund, class and purpose of a row; raises Doubt if the book knows none of them."""
    fund = fund_of_row(row, table, context)
    settings = context.settings
    answers = table.rules.answers
    purpose = purpose_of_row(row, table, context)
    stated = _class_of_row(row, table, fund, context)
    known = settings.funds[fund]
    class_ = known.class_of(stated, purpose)
    if known.is_earmarked(class_) and not purpose:
        question = ask("no-purpose", "", *_purposes(settings))
        purpose = answers.to(question)
        if not purpose:
            why = "The contribution is earmarked, but its purpose is not stated."
            raise Doubt(why, asks=question)
    if purpose and known.is_general(class_):
        raise Doubt(
            f"The contribution is said to be {class_}, yet earmarked to {purpose}.",
            asks=ask("cells", table.columns.get("class", "")),
        )
    return Earmark(fund, class_, purpose)


def _class_of_row(row: SheetRow, table: Table, fund: str, context: Context) -> str | None:
    """Return the class that a row states, None for none; raises Doubt where the fund has it not."""
    classes, text = context.settings.funds[fund].classes, row.class_text
    found = read_class(text, context.settings.funds[fund]) if text else None
    if found or not text or len(classes) <= 1:
        return found
    known = [Choice(each, each) for each in classes]
    wider = ask(
        "classes",
        table.columns.get("class", ""),
        Choice(NOT_READ, "No classes: the column says something else, and is not read"),
        *known,
        Choice(EACH, "Classes: ask of each text"),
    )
    why = f"The class {shown(text)} is none of {fund}'s: {', '.join(classes)}."
    said = _answer_to_text(ask("class", text, *known), wider, table.rules.answers, why)
    return None if said == NOT_READ else said


def fund_of_row(row: SheetRow, table: Table, context: Context) -> str:
    """Return the fund of a row; raises Doubt where neither row nor sheet nor user says it."""
    funds = context.settings.funds
    if row.fund:
        if found := context.names.funds.get(plain(row.fund)):
            return found
        known = _funds(context.settings)
        question = ask("fund", row.fund, *known, text=f"Which fund is {shown(row.fund)}?")
        wider = ask(
            "funds",
            table.columns.get("fund", ""),
            Choice(NOT_READ, "No funds: the column says something else, and is not read"),
            *known,
            Choice(EACH, "Funds: ask of each text"),
        )
        why = f"The fund {shown(row.fund)} is none of the book's: {', '.join(funds)}."
        said = _answer_to_text(question, wider, table.rules.answers, why)
        if said != NOT_READ:
            return said
    if context.fund:
        return context.fund
    if len(funds) == 1:
        return next(iter(funds))
    words = _title_words(table)
    named = {code for code in funds if code in words}
    if len(named) == 1:
        return named.pop()
    question = ask("fund", "", *_funds(context.settings))
    if said := table.rules.answers.to(question):
        return said
    raise Doubt(
        f"The sheet does not say for which fund it is ({', '.join(funds)}): name it with --fund.",
        asks=question,
    )


def _answer_to_text(question: Question, wider: Question, answers: Answers, why: str) -> str:
    """Return what was answered of a text that the book does not know, or of all its column
    (`wider`); raises Doubt, with the reason `why`, where neither settles it.
    """
    said = answers.to(question) or answers.to(wider)
    if said and said != EACH:
        return said
    raise Doubt(why, asks=question if said == EACH else replace(question, wider=wider))


def _funds(settings: Settings) -> list[Choice]:
    return [Choice(code, f"{code}: {fund.name}") for code, fund in settings.funds.items()]


def _purposes(settings: Settings) -> list[Choice]:
    return [Choice(code, f"{code}: {name}") for code, name in settings.purposes.items()]


def refuse_earmark_in_words(
    texts: Sequence[str], earmark: Earmark, answers: Answers, context: Context
) -> None:
    """Wait where a remark or note names a purpose that the row is not earmarked for, or a fund that
    it does not give to.
    """
    if not texts or answers.to(words_question("")):
        return
    names = context.names.purposes if not earmark.purpose else {}
    for text in texts:
        said = plain(text)
        words = {word.strip(".,;:()[]/\"'") for word in text.split()}
        for code in context.settings.funds:
            if code in words and code != earmark.fund:
                raise Doubt(
                    f"The sheet says {shown(text)} of it, which names the fund {code}, and the row "
                    f"is taken for {earmark.fund}: say in a column of funds which one it is for.",
                    asks=words_question(text),
                )
        for name, code in names.items():
            long = len(name) > _SHORT
            if long and name in said and re.search(rf"\b{re.escape(name)}\b", said):
                raise Doubt(
                    f"The sheet says {shown(text)} of it, which names the purpose {code}, and no "
                    "column earmarks it: say in a column of purposes what it is for, or take the "
                    "remark out.",
                    asks=words_question(text),
                )


def _title_words(table: Table) -> set[str]:
    """Return the words of the sheet's name and of the letterhead above the table."""
    texts = [table.sheet.name]
    for cells in table.sheet.rows[: table.area.first_row - 1]:
        texts += [cell for cell in cells if isinstance(cell, str)]
    return {word.strip(".,;:()[]") for text in texts for word in text.split()}


def purpose_of_row(row: SheetRow, table: Table, context: Context) -> str:
    """Return the purpose of a row, "" for none; raises Doubt where the book does not know it."""
    if not row.purpose or says_general(row.purpose, context.settings.funds.values()):
        return ""
    if code := context.names.purposes.get(plain(row.purpose)):
        return code
    question = context.purposes.get(row.purpose)
    if question is None:
        question = context.purposes[row.purpose] = _ask_purpose(row.purpose, context)
    wider = _ask_purposes(table.columns.get("purpose", ""), context)
    known = ", ".join(context.settings.purposes)
    said_so = f' (import --purpose "{row.purpose}=CODE")' if len(row.purpose) <= _TYPED else ""
    why = (
        f"The purpose {shown(row.purpose)} is none of the book's ({known}): "
        f"declare it, or say which it is, and the book remembers it{said_so}."
    )
    said = _answer_to_text(question, wider, table.rules.answers, why)
    return "" if said == GENERAL else said


def _ask_purposes(letter: str, context: Context) -> Question:
    """Ask what the texts of a column of purposes are, where many are none of the book's."""
    return ask(
        "purposes",
        letter,
        Choice(GENERAL, "Descriptions: they earmark nothing, and are kept as remarks"),
        *_purposes(context.settings),
        Choice(EACH, "Purposes of several kinds: ask of each text"),
    )


def _alike(text: str, purposes: Mapping[str, str]) -> tuple[str, str]:
    """Return the one purpose whose name is written much like a text, or of which the text has a
    telling word, with the reason; "" for none.
    """
    if near := get_close_matches(text, purposes, n=1, cutoff=_LIKE):
        return purposes[near[0]], f"{near[0]!r} is written much like it"
    words = text.split()
    found = {
        purposes[name]: word
        for name in purposes
        for word in name.split()
        if len(word) > _TELLING and get_close_matches(word, words, n=1, cutoff=_LIKE_WORD)
    }
    if len(found) != 1:
        return "", ""
    ((code, word),) = found.items()
    return code, f"it has a word like {word!r}"


def _ask_purpose(text: str, context: Context) -> Question:
    """Ask which purpose a text names; one written much like it is proposed."""
    like, because = _alike(plain(text), context.names.purposes)
    choices = [
        choice._replace(because=because) if choice.value == like else choice
        for choice in _purposes(context.settings)
    ]
    choices.sort(key=lambda choice: choice.value != like)
    return ask("purpose", text, *choices, Choice(GENERAL, "No purpose: it is not earmarked"))
