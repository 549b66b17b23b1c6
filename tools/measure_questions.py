"""Answer the questions of sheets as a person wrote it down before, and count what it takes.

    python tools/measure_questions.py FOLDER          # of sheets with their expected figures beside

Beside each file stands what a person reads in it, written before it is run, as FILE.toml:

    rows = 3                             # rows of data: what is entered and what is left out
    stated = true                        # currency and day stand in the sheet (or: of which rows)
    refused = "nothing to import"        # of a file that is rightly refused, words of the reason
    names = "company"                    # the kind of the names that nobody bears, as on one list
    [totals]                             # what is entered, added up by currency
    EUR = "125000.00"
    [answers]                            # what a clerk would answer, as `import --answers` has it
    day-in-year = "12-31"
    [donors]                             # who a name of the sheet is, where `names` is not it
    EC = "EUR"
    [seen]                               # rows as they are read by eye; "above": of the row above
    "2" = ["Norway", "60000.00", "EUR", "2002-12-31"]
    "Sheet2!3" = "left out"              # of a workbook, the sheet and the row
    "4" = "above"

The questions are answered one after the other, the names last and on one list, for a new book whose
rates are made up: 1.25 to the dollar for every currency of `totals` at the beginning of each month.
The table says for each file how many rows it has, are right with the fund alone and with the names
besides, how many questions and names were answered, and how many rows are left waiting or wrong.
Wrong is what was entered otherwise than seen, or is missing, and a sum that differs; a question
without an answer written down is told. The status is 1 if anything is wrong, waiting or unanswered.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from pledgebook.importers.imports import import_files
from pledgebook.importers.judging.verdicts import JudgedFile, Verdict
from pledgebook.importers.reading.workbook import SentFile
from pledgebook.importers.tables.questions import Answers, Asked, answers_of, read_id
from pledgebook.ledger.declared.names import name_keys, normalise
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.files.donor_lists import propose_donors
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.findings import RefusedError
from pledgebook.ledger.register.book import Book

LEFT_OUT, ABOVE = "left out", "above"
_SHOWN = 8


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a person reads in a file, and what a clerk would answer."""

    rows: int
    stated: bool | frozenset[str]
    refused: str
    names: str
    totals: Mapping[str, Decimal]
    answers: Mapping[str, str]
    donors: Mapping[str, str]
    seen: Mapping[str, str | tuple[str, Decimal, str, date]]

    def states(self, row: str) -> bool:
        """Whether currency and day of a row stand in the sheet."""
        return self.stated if isinstance(self.stated, bool) else row in self.stated

    @property
    def years(self) -> range:
        """The years of its rows, which the book needs rates for."""
        days = [row[3].year for row in self.seen.values() if not isinstance(row, str)] or [2002]
        return range(min(days), max(days) + 1)


@dataclass(kw_only=True)
class Measured:
    """What came of a file: counts of rows and questions, and sentences of what is wrong."""

    name: str
    rows: int = 0
    at_once: int = 0
    with_names: int = 0
    questions: int = 0
    names: int = 0
    waiting: int = 0
    stated: Counter[str] = field(default_factory=Counter)
    """Of the rows that state currency and day: how many there are, and are right."""
    wrong: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)


def main() -> int:
    """Measure the files of a folder, and print the table."""
    parser = argparse.ArgumentParser(description="Count the questions until sheets are booked.")
    parser.add_argument("folder", type=Path, help="files, each with its FILE.toml beside it")
    parser.add_argument("--fund", default="CPCJF", help="the fund that all rows are for")
    options = parser.parse_args()
    measured = []
    for path in sorted(options.folder.iterdir()):
        beside = path.with_name(f"{path.name}.toml")
        if beside.exists():
            measured.append(measure(path, read_expected(beside), options.fund))
    print(*table(measured), sep="\n")
    return int(not measured or any(each.wrong or each.waiting or each.open for each in measured))


def read_expected(path: Path) -> Expected:
    """Read what a person wrote down of a file."""
    said = tomllib.loads(path.read_text("utf-8"))
    stated = said.get("stated", False)
    return Expected(
        rows=said["rows"],
        stated=frozenset(stated) if isinstance(stated, list) else stated,
        refused=said.get("refused", ""),
        names=said.get("names", ""),
        totals={code: Decimal(total) for code, total in said.get("totals", {}).items()},
        answers=said.get("answers", {}),
        donors={_spaced(name): code for name, code in said.get("donors", {}).items()},
        seen={
            row: what
            if isinstance(what, str)
            else (_spaced(what[0]), Decimal(what[1]), what[2], date.fromisoformat(what[3]))
            for row, what in said.get("seen", {}).items()
        },
    )


def measure(path: Path, expected: Expected, fund: str) -> Measured:
    """Answer the questions of a file one after the other, and hold its rows against what is seen
    in them.
    """
    found = Measured(name=path.name, rows=expected.rows)
    found.stated["rows"] = sum(map(expected.states, expected.seen))
    with tempfile.TemporaryDirectory(prefix="pledgebook-") as folder:
        book = _make_book(Path(folder), expected)
    clerk = _Clerk(path, book, expected, fund)
    try:
        file = clerk.judge()
        found.at_once, found.stated["at once"] = _count_right(file, expected, clerk)
        clerk.answer_names(file)
        right, found.stated["with names"] = _count_right(clerk.judge(), expected, clerk)
        found.with_names = right
        clerk.answers.clear()
        file = clerk.answer_all()
    except RefusedError as error:
        if not expected.refused or expected.refused not in str(error):
            found.wrong.append(str(error))
        return found
    if expected.refused:
        found.wrong.append("it was read, and is to be refused")
    found.questions = sum(read_id(each).kind != "donor" for each in clerk.answers)
    found.names = len(clerk.answers) - found.questions
    found.waiting = file.count("waiting")
    found.open = [
        f"{each.id} ({each.rows} rows): {each.question.text}"
        for each in file.questions
        if not each.answer
    ]
    found.wrong.extend(_faults(file, expected, clerk))
    return found


def table(measured: Sequence[Measured]) -> Iterator[str]:
    """Give the lines of the table, what is wrong under it, and the totals."""
    width = max([len(each.name) for each in measured] + [5])
    yield (f"{'file':{width}}  rows  at once  +names  questions  names  waiting  wrong  stated")
    totals = Measured(name="total")
    for each in measured:
        yield _line(each, width, len(each.wrong))
        for counted in ("rows", "at_once", "with_names", "questions", "names", "waiting"):
            setattr(totals, counted, getattr(totals, counted) + getattr(each, counted))
        totals.stated += each.stated
    yield _line(totals, width, sum(len(each.wrong) for each in measured))
    stated = totals.stated
    if rows := stated["rows"]:
        yield (
            f"where currency and day are stated: {rows} rows, {stated['at once'] / rows:.1%} right "
            f"at once, {stated['with names'] / rows:.1%} with the names"
        )
    for each in measured:
        for said in (*each.wrong[:_SHOWN], *(f"no answer: {text}" for text in each.open[:_SHOWN])):
            yield f"{each.name}: {said}"
        if len(each.wrong) > _SHOWN:
            yield f"{each.name}: {len(each.wrong) - _SHOWN} more wrong"


def _line(each: Measured, width: int, wrong: int) -> str:
    return (
        f"{each.name:{width}} {each.rows:5} {each.at_once:8} {each.with_names:7} "
        f"{each.questions:10} {each.names:6} {each.waiting:8} {wrong:6}"
        f" {each.stated['rows']:7}"
    )


class _Clerk:
    """Answers the questions of a file as it is written down."""

    def __init__(self, path: Path, book: Book, expected: Expected, fund: str) -> None:
        self.sent = SentFile(path)
        self.book = book
        self.expected = expected
        self.fund = fund
        self.answers: dict[str, str] = {}
        self.codes: dict[str, str] = {}
        """Whom a name of the sheet was said to mean, by its key in a directory."""

    def judge(self) -> JudgedFile:
        today = date(self.expected.years[-1], 12, 31)
        result = import_files(
            self.book,
            [self.sent],
            fund=self.fund,
            today=today,
            dry_run=True,
            answers=self.answers,
        )
        return result.files[0]

    def answer_all(self) -> JudgedFile:
        """Answer until nothing is open that an answer is written down for."""
        left: set[str] = set()
        while True:
            file = self.judge()
            opened = [each for each in file.questions if not each.answer and each.id not in left]
            others = [each for each in opened if each.question.kind != "donor"]
            if others:
                if said := self._said(others[0]):
                    self.answers[others[0].id] = said
                else:
                    left.add(others[0].id)
            elif not self.answer_names(file):
                return file

    def answer_names(self, file: JudgedFile) -> bool:
        """Answer who the names are, on one list; tell whether any was answered."""
        asked = {
            _spaced(each.question.about): each
            for each in file.questions
            if each.question.kind == "donor" and not each.answer
        }
        before = len(self.answers)
        for name, each in asked.items():
            if said := self.expected.donors.get(name) or self._said(each):
                self._name(each, said)
        listed = propose_donors(self.book.settings.donors, asked)
        for line in listed:
            if self.expected.names and line.code and asked[line.text].id not in self.answers:
                kind = line.kind or self.expected.names
                self._name(asked[line.text], f"{line.code}:{kind}")
        return len(self.answers) > before

    def code_of(self, name: str) -> str:
        """Return the code of a donor as a name of the sheet gives it."""
        said = (self.codes[key] for key in name_keys(name) if key in self.codes)
        known = self.book.settings.donors.resolve(name)
        return next(said, known.code if known else name)

    def _name(self, asked: Asked, said: str) -> None:
        self.answers[asked.id] = said
        self.codes[normalise(asked.question.about)] = said.partition(":")[0]

    def _said(self, asked: Asked) -> str:
        table = asked.id.removesuffix(f":{asked.question.key}")
        given = answers_of(self.expected.answers, [table])
        return Answers(given=given).given_to(asked.question)


def _make_book(folder: Path, expected: Expected) -> Book:
    made = make_book(folder / "book")
    (made.parent / "rates.beancount").write_text(
        "".join(
            f"{year}-{month:02}-01 price USD 1.25 {code}\n"
            for code in expected.totals
            if code != "USD"
            for year in expected.years
            for month in range(1, 13)
        ),
        "utf-8",
    )
    return load_book(made)


def _verdicts(file: JudgedFile) -> dict[str, Verdict]:
    """Return the verdicts by their rows, as `seen` names them: `7`, in a workbook `Sheet!7`."""
    alone = len(file.sheets) == 1
    return {
        str(verdict.row.number)
        if alone
        else f"{table.table.sheet.name}!{verdict.row.number}": verdict
        for table in file.tables
        for verdict in table.verdicts
    }


def _count_right(file: JudgedFile, expected: Expected, clerk: _Clerk) -> tuple[int, int]:
    """Count the rows that are right, in all and of those that state currency and day."""
    right = [row for row, why in _settled(file, expected, clerk) if not why]
    return len(right), sum(map(expected.states, right))


def _faults(file: JudgedFile, expected: Expected, clerk: _Clerk) -> Iterator[str]:
    """Give a sentence for whatever is otherwise than a person reads it. Rows that wait are none."""
    verdicts = _verdicts(file)
    for row in expected.seen.keys() - verdicts.keys():
        if expected.seen[row] != LEFT_OUT:
            yield f"row {row}: has no verdict, though it says {expected.seen[row]}"
    for row, why in _settled(file, expected, clerk):
        if why:
            yield f"row {row}: {why}"
    if not file.count("waiting"):
        sums: dict[str, Decimal] = {}
        for verdict in verdicts.values():
            if verdict.drafts:
                _, amount, currency, _ = booked(verdict.drafts)
                sums[currency] = sums.get(currency, Decimal(0)) + amount
        if sums != expected.totals:
            yield f"the sums are {_sums(sums)}, and not {_sums(expected.totals)}"
    if not expected.seen and len(verdicts) != expected.rows:
        yield f"{len(verdicts)} rows were found, and not {expected.rows}"


def _settled(file: JudgedFile, expected: Expected, clerk: _Clerk) -> Iterator[tuple[str, str]]:
    """Give every row that does not wait, with what is otherwise of it than a person reads, "" for
    nothing. Rows that are instalments of one pledge are held together against what it enters.
    """
    verdicts = _verdicts(file)
    whole: dict[str, Decimal] = {}
    for row, verdict in verdicts.items():
        seen = expected.seen.get(row)
        if verdict.verdict == "imported" and verdict.pledge and isinstance(seen, tuple):
            whole[verdict.pledge] = whole.get(verdict.pledge, Decimal(0)) + seen[1]
    for row, verdict in verdicts.items():
        seen = expected.seen.get(row)
        if verdict.verdict == "waiting":
            continue
        if verdict.pledge in whole and isinstance(seen, tuple):
            seen = (seen[0], whole[verdict.pledge], *seen[2:]) if verdict.drafts else ABOVE
        yield row, _fault(verdict, seen, clerk)


def _sums(sums: Mapping[str, Decimal]) -> str:
    return ", ".join(f"{total:,} {code}" for code, total in sorted(sums.items())) or "none"


def _fault(
    verdict: Verdict, seen: str | tuple[str, Decimal, str, date] | None, clerk: _Clerk
) -> str:
    """Say what is otherwise of a settled row than a person reads it, "" for nothing."""
    said = f"{verdict.verdict} ({verdict.reason})"
    if seen == LEFT_OUT:
        return f"entered, though it is to be left out: {said}" if verdict.drafts else ""
    if seen == ABOVE:
        ok = verdict.verdict == "imported" and not verdict.drafts
        return "" if ok else f"of the row above, and {said}"
    if not verdict.drafts:
        return f"{said}, though it says {seen}" if seen or verdict.verdict != "ignored" else ""
    if seen is None:
        return f"not among the rows seen, and {said}" if clerk.expected.seen else ""
    assert not isinstance(seen, str)
    expected = (clerk.code_of(seen[0]), *seen[1:])
    found = booked(verdict.drafts)
    return "" if found == expected else f"entered as {_row(found)}, and not {_row(expected)}"


def _row(row: tuple[str, Decimal, str, date]) -> str:
    donor, amount, currency, day = row
    return f"{donor} {amount:,} {currency} {day}"


def booked(drafts: Sequence[Draft]) -> tuple[str, Decimal, str, date]:
    """Read back what drafts enter of a contribution: donor, amount, currency and day."""
    first = drafts[0]
    lots = [line for line in first.lines if line.label and line.account.startswith("Assets:")]
    credited = [line for line in first.lines if line.number < 0]
    donor = (lots or credited)[0].account.rpartition(":")[2]
    if lots:
        return donor, sum((line.number for line in lots), Decimal(0)), lots[0].currency, first.date
    amount, _, currency = str(first.meta.get("original", "")).partition(" ")
    value = -sum((line.number for line in credited), Decimal(0))
    return donor, Decimal(amount) if amount else value, currency or "USD", first.date


def _spaced(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    sys.exit(main())
