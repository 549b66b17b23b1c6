"""A donor's list as it is sent back: what became of each row and what is asked, beside the rows.

It is for the donor. What is written are the texts of `importers/data/sent_back.toml` and no others:
no figure, code or name of the book, nothing of anybody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pledgebook.importers.judging.verdicts import JudgedFile, JudgedTable, Verdict
from pledgebook.importers.reading.added import OURS, SOURCE, Words, all_words
from pledgebook.importers.reading.cells import (
    Area,
    Place,
    Sheet,
    UnreadableFile,
    column_number,
)
from pledgebook.importers.reading.raw_sheets import DamagedWorkbookError, read_raw
from pledgebook.importers.reading.workbook import SentFile
from pledgebook.importers.tables.questions import KINDS, Question
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.findings import RefusedError
from pledgebook.reports.letters.language import Language, UnknownLanguageError, language
from pledgebook.reports.render.annotating import Annotated, annotate
from pledgebook.reports.render.elements import NotAnnotatedError
from pledgebook.reports.render.sent_sheet import Beside

ENDING = ".xlsx"
"""What the file is, whatever was sent."""


class NotSentBackError(RefusedError):
    """A list that cannot be sent back; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentBack:
    """A list to send back: the bytes of an .xlsx, whether its lay-out is that of what was sent, the
    texts that were written, by sheet and place, and what the sender should know, in a sentence.
    """

    content: bytes
    kept: bool
    cells: dict[str, dict[Place, str]]
    remark: str = ""


def send_back(sent: SentFile, judged: JudgedFile, speaking: Language, *, entered: bool) -> SentBack:
    """Return a donor's list with a verdict and a question or reason beside each row, in a language
    (English where its texts are not there). `entered` says whether its entries are in the book.

    An .xlsx stays as it is, but for these cells, macros and a signature; of any other file, and
    of one that cannot be written into, the cells are copied. Raises UnreadableFile, as reading the
    file does, and NotSentBackError.
    """
    workbook = sent.workbook
    words = all_words().get(speaking.code) or all_words()[SOURCE]
    from_right = speaking.direction == "rtl" and words is not all_words()[SOURCE]
    if sent.sha256 != judged.sha256:
        raise NotSentBackError(
            f"{sent.path.name} was changed since it was judged; look at it again."
        )
    sheets = {sheet.name: sheet for sheet in workbook.sheets}
    for table in judged.tables:
        own = sheets.get(table.table.sheet.name)
        if own is None or len(own.rows) != len(table.table.sheet.rows):
            raise NotSentBackError(
                f"{sent.path.name}: table {table.table.sheet.name!r} is not in the file as it was "
                "read; send the questions by letter."
            )
    why = "only a workbook (.xlsx) keeps its lay-out"
    if workbook.kind == "xlsx":
        tables = list(_tables(judged.tables, words, words.kept, entered=entered, right=from_right))
        try:
            made = _annotated(sent, workbook.sheets, tables)
        except NotAnnotatedError as error:
            why = str(error)
        except UnreadableFile:  # of a part that reading the cells has no need of
            why = "a part of it is damaged"
        else:
            return SentBack(content=made.content, kept=True, cells=_plain(made), remark=_told(made))
    from pledgebook.reports.render.copying import copy_sheets  # noqa: PLC0415 - takes long

    tables = list(_tables(judged.tables, words, words.copied, entered=entered, right=from_right))
    made = copy_sheets(workbook.sheets, tables)
    remark = f"It is a copy of the cells of {sent.path.name}: {why}."
    return SentBack(content=made.content, kept=False, cells=_plain(made), remark=remark)


def language_for(judged: JudgedFile, settings: Settings) -> Language:
    """Return the language of the letters to the donor of a file: where all the donors known in it
    ask for one, that; else English.
    """
    declared = settings.stationery.addressees
    codes = {
        verdict.donor for table in judged.tables for verdict in table.verdicts if verdict.donor
    }
    asked = {
        declared[code].stated.get("language", "") if code in declared else "" for code in codes
    }
    try:
        return language(asked.pop() or SOURCE) if len(asked) == 1 else language(SOURCE)
    except UnknownLanguageError:
        return language(SOURCE)


def name_of(path: Path) -> str:
    """Return the name of the file that is sent back."""
    return f"{path.stem}-questions{ENDING}"


def _plain(made: Annotated) -> dict[str, dict[Place, str]]:
    return {sheet: dict(cells) for sheet, cells in made.cells.items()}


def _told(made: Annotated) -> str:
    if not made.without:
        return ""
    return f"It is as it was sent, without {' and '.join(made.without)}."


def _annotated(sent: SentFile, sheets: Sequence[Sheet], tables: Sequence[Beside]) -> Annotated:
    """Write into the workbook as it was sent, and read the result: a cell that is otherwise than
    before, or is not as it was written, is a reason to copy.
    """
    merged = {sheet.name: sheet.merged for sheet in sheets}
    added = {sheet.name: sheet.added for sheet in sheets}
    made = annotate(sent.path.name, sent.data, tables, merged, added)
    try:
        before, after = list(read_raw(sent.data)), list(read_raw(made.content))
    except DamagedWorkbookError as error:
        raise NotAnnotatedError("it cannot be read any more once it is written into") from error
    names = [(each.name, each.hidden, each.merged) for each in before]
    same = names == [(each.name, each.hidden, each.merged) for each in after]
    for old, new in zip(before, after, strict=False):
        gone = added.get(old.name, frozenset())
        expected: dict[Place, Any] = {
            place: value for place, value in _filled(old.rows) if place not in gone
        }
        expected |= {place: text for place, text in made.cells.get(old.name, {}).items() if text}
        same = same and dict(_filled(new.rows)) == expected
    if not same:
        raise NotAnnotatedError("its cells would not stay as they are")
    return made


def _filled(rows: Sequence[Sequence[Any]]) -> Iterator[tuple[Place, Any]]:
    for number, cells in enumerate(rows, 1):
        for column, value in enumerate(cells, 1):
            if value != "":
                yield (number, column), value


def _tables(
    judged: Iterable[JudgedTable], words: Words, above: str, *, entered: bool, right: bool
) -> Iterator[Beside]:
    """Yield what is written beside each table; columns that one has free are taken by the next."""
    for each in judged:
        table = each.table
        area: Area = table.area
        texts = {
            verdict.row.number: _said(verdict, words, entered=entered) for verdict in each.verdicts
        }
        if not texts:
            continue
        heading = table.heading_rows[-1] if table.heading_rows else area.first_row - 1
        columns = [column.number for column in table.table_columns]
        yield Beside(
            sheet=table.sheet.name,
            after=max(area.last_column, *columns) if columns else area.last_column,
            first=area.first_row,
            last=max(area.last_row, *texts),
            heading=heading if heading < min(texts) else 0,
            headings=words.headings,
            above=above,
            texts=texts,
            from_right=right,
        )


def _said(verdict: Verdict, words: Words, *, entered: bool) -> tuple[str, str, bool]:
    """Return what is said of a row: a verdict, a question or reason ("" for none), and whether it
    is a question.
    """
    match verdict.verdict:
        case "imported":
            return words.verdicts["recorded" if entered else "clear"], "", False
        case "amended":
            return words.verdicts["change-recorded" if entered else "change-clear"], "", False
        case "duplicate" if verdict.pledge:
            return words.verdicts["known"], "", False
        case "duplicate":
            return words.verdicts["repeated"], words.reasons["repeated"], False
        case "rejected":
            return words.verdicts["rejected"], words.reasons["rejected"], True
        case "ignored":
            return words.verdicts["left-out"], words.reasons["left-out"], False
        case "waiting":
            asked = [each for each in verdict.asks if each.kind not in OURS]
            if verdict.asks and not asked:
                return words.verdicts["ours"], words.reasons["ours"], False
            asked.sort(key=lambda each: each.order)
            said = dict.fromkeys(words.question(each.kind, _column(each)) for each in asked)
            return words.verdicts["question"], " ".join(said) or words.reasons["unread"], True


def _column(question: Question) -> str:
    """Return the letter of the column that a question is about, "" for none."""
    of_column = KINDS[question.kind].of_column and column_number(question.about) is not None
    return question.about if of_column else ""
