"""The questions of donors' sheets, answered on the command line or asked in a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Iterable, Sequence
from pathlib import Path

import click
from pledgebook.cli.common import counted, fail
from pledgebook.importers.imports import ImportResult
from pledgebook.importers.judging.asked import proposed_answers
from pledgebook.importers.tables.questions import KINDS, LEAVE_OUT, Asked, read_answers, read_id
from pledgebook.importers.values.values import shown
from pledgebook.ledger.declared.aliases import confirm
from pledgebook.ledger.declared.directory import Directory
from pledgebook.ledger.files.donor_lists import propose_donors
from pledgebook.ledger.findings import RefusedError

Judge = Callable[[dict[str, str]], ImportResult]
"""Judges the files with answers, and writes nothing."""

_STOP = "q"
_LONGEST_ID = 400
"""Letters of an id that are shown: a cell may hold thirty thousand."""


def given_answers(texts: Iterable[str], file: Path | None) -> dict[str, str]:
    """Return the answers of a file and of `--answer ID=VALUE`, which outrank them; or stop with a
    sentence and status 2.
    """
    answers = read_answers(file) if file is not None else {}
    for text in texts:
        name, equals, value = text.rpartition("=")
        if not (equals and name.strip() and value.strip()):
            fail(f"--answer {text!r}: write it as ID=VALUE, such as fund=CPCJF.")
        answers[name.strip()] = value.strip()
    return answers


def answer_as_before(judge: Judge, answers: dict[str, str]) -> dict[str, str]:
    """Return the answers with those of earlier files of the same layouts."""
    while new := _proposed(judge(answers), answers):
        answers = {**new, **answers}
    return answers


def ask_all(judge: Judge, answers: dict[str, str], donors: Directory) -> dict[str, str]:
    """Ask until every question is answered or left, and return the answers; of `donors` names that
    nobody bears are asked on one list.
    """
    if not sys.stdin.isatty():
        fail("There is no terminal to ask at: give the answers with --answer or --answers.")
    left: set[str] = set()
    shown_before: set[str] = set()
    listed = False
    while True:
        result = judge(answers)
        if proposed := _proposed(result, {*answers, *shown_before}):
            shown_before |= proposed.keys()
            if _take_proposed(result, proposed):
                answers = {**answers, **proposed}
                continue
        open_ones = [each for each in _questions(result) if not each.answer and each.id not in left]
        names = [each for each in open_ones if each.question.kind == "donor"]
        open_ones = [each for each in open_ones if each not in names] or names
        if not open_ones:
            return answers
        if open_ones is names and len(names) > 1 and not listed:
            listed = True
            answers = {**answers, **_ask_names(names, donors)}
            continue
        if before := answers.get(open_ones[0].id):
            click.echo(f"The answer {shown(before)} does not settle it.", err=True)
        said = _ask(open_ones[0], len(open_ones), donors)
        if said == _STOP:
            return answers
        if said:
            answers = {**answers, open_ones[0].id: said}
        else:
            left.add(open_ones[0].id)


def tell_unused(result: ImportResult, texts: Iterable[str]) -> None:
    """Say which answers of the command line no row waited for."""
    used = {each.id for each in _questions(result) if each.answer}
    used |= {key for each in used for key in _shorter(each)}
    for text in texts:
        name = text.rpartition("=")[0].strip()
        if name not in used and not KINDS[read_id(name).kind].of_book:
            click.echo(f"No row waited for the answer {text!r}.", err=True)


def _shorter(text: str) -> tuple[str, str]:
    """Return the ways in which an answer may be given besides its whole id."""
    answer = read_id(text)
    return answer.key, answer.kind


def show_questions(result: ImportResult) -> None:
    """Print what the rows of files wait for, with the ids to answer it by."""
    asked = [each for each in _questions(result) if not each.answer]
    if not asked:
        return
    rows = sum(file.count("waiting") for file in result.files)
    waiting = counted(rows, "row that waits", "rows that wait")
    click.secho(
        f"{counted(len(asked), 'question')}, for {waiting} "
        "(answer with --ask, or with --answer 'ID=VALUE'):",
        bold=True,
    )
    for each in asked:
        values = " or ".join(choice.value for choice in each.choices)
        takes = KINDS[each.question.kind].takes
        click.echo(f"  {_sentence(each)}")
        named = (
            each.id if len(each.id) <= _LONGEST_ID else f"ID (of {len(each.id)} letters: --json)"
        )
        click.echo(f"    {named}={values}{f', or {takes}' if takes else ''}")


def _questions(result: ImportResult) -> list[Asked]:
    return [each for file in result.files for each in file.questions]


def _proposed(result: ImportResult, known: Container[str]) -> dict[str, str]:
    """Return the answers of earlier files to questions that are not known yet."""
    found = proposed_answers(_questions(result))
    return {name: value for name, value in found.items() if name not in known}


def _sentence(asked: Asked) -> str:
    where = ", ".join(asked.examples)
    more = "" if asked.rows <= len(asked.examples) else " ..."
    return f"{asked.question.text} ({asked.rows} row{'s' if asked.rows > 1 else ''}: {where}{more})"


def _take_proposed(result: ImportResult, proposed: dict[str, str]) -> bool:
    click.echo("Sheets with these headings were answered before:", err=True)
    for each in _questions(result):
        if each.id in proposed:
            choice = each.choices[0]
            click.echo(f"  {each.question.text}\n    {choice.text} ({choice.because})", err=True)
    return click.confirm("Is it the same for this file?", default=True, err=True)


def _ask(asked: Asked, number: int, donors: Directory) -> str:
    """Ask one question; return the answer, "" to leave it open, or to stop asking."""
    click.echo(err=True)
    click.secho(_sentence(asked), bold=True, err=True)
    if number > 1:
        click.echo(f"  ({number - 1} more after this one)", err=True)
    for text in asked.said:
        click.echo(f"  said there: {text}", err=True)
    if asked.more:
        click.echo(f"  and {asked.more} other texts", err=True)
    for cell, text in zip(asked.examples, asked.shown, strict=True):
        click.echo(f"  {cell}: {text}", err=True)
    for place, choice in enumerate(asked.choices, 1):
        because = f" ({choice.because})" if choice.because else ""
        click.echo(f"  {place}  {choice.text}{because}", err=True)
    takes = KINDS[asked.question.kind].takes
    if asked.question.kind == "donor":
        click.echo(f"  (kinds of donors: {donors.kinds})", err=True)
    hint = f"a number, {takes}, or" if takes else "a number, or"
    while True:
        said = click.prompt(
            f"{hint} Enter to leave it open, {_STOP} to stop asking",
            default="",
            err=True,
            show_default=False,
        ).strip()
        try:
            return said if said == _STOP else _answer(asked, said, donors)
        except RefusedError as error:
            click.echo(str(error), err=True)


def _ask_names(asked: Sequence[Asked], donors: Directory) -> dict[str, str]:
    """Show the names that no donor bears on one list, with what their words say they are, and
    return whom they were said to mean; the others are asked one by one.
    """
    by_text = {" ".join(each.question.about.split()): each for each in asked}
    listed = propose_donors(donors, by_text)
    click.echo(err=True)
    click.secho(f"{len(asked)} names are nobody's that the book knows:", bold=True, err=True)
    for each in listed:
        new = f"new, {each.code}:{each.kind}" if each.kind else ""
        said = " or ".join(filter(None, (new, each.nearest))) or "?"
        rows = by_text[each.text].rows
        click.echo(f"  {shown(each.text)} ({rows} row{'s' if rows > 1 else ''}): {said}", err=True)
    sure = [each for each in listed if each.kind]
    answers: dict[str, str] = {}
    if sure and click.confirm(
        f"Are the {len(sure)} that say what they are new donors, as proposed?", err=True
    ):
        answers |= {by_text[each.text].id: f"{each.code}:{each.kind}" for each in sure}
    rest = [each for each in listed if each.code and by_text[each.text].id not in answers]
    kinds = str(donors.kinds)
    if rest:
        kind = click.prompt(
            f"Of which kind are the other {len(rest)}, if all are new donors ({kinds}; Enter to go "
            "through them one by one)",
            default="",
            show_default=False,
            type=click.Choice(["", *donors.kinds.kinds]),
            show_choices=False,
            err=True,
        )
        if kind:
            answers |= {by_text[each.text].id: f"{each.code}:{kind}" for each in rest}
    return answers


def _answer(asked: Asked, said: str, donors: Directory) -> str:
    """Return the answer that was typed: a choice by its number or its words, or another. Raises
    RefusedError.
    """
    numbers = {f"{place}": choice.value for place, choice in enumerate(asked.choices, 1)}
    if said in numbers:
        return numbers[said]
    for choice in asked.choices:
        if said and said.casefold() == choice.text.casefold():
            return choice.value
    if said and said != LEAVE_OUT:
        asked.question.refuse(said)
        if asked.question.kind == "donor":
            confirm(donors, asked.question.about, said)
    return said
