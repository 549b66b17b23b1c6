"""Importing files into a book: donors' sheets and banks' statements, verdicts, entries.

Everything is read and judged before anything is written; the entries of all files are then written
together, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from msgspec import structs
from pledgebook.importers.judging.asked import ask_questions, layout_of, place_of
from pledgebook.importers.judging.contributions import judge_tables
from pledgebook.importers.judging.known import Context
from pledgebook.importers.judging.learning import learn_answers, learned_answers
from pledgebook.importers.judging.steps import Tell, untold
from pledgebook.importers.judging.unread_columns import settle_unread
from pledgebook.importers.judging.verdicts import JudgedFile, JudgedSheet
from pledgebook.importers.judging.withdrawn import find_withdrawn
from pledgebook.importers.reading.cells import Sheet, UnreadableFile
from pledgebook.importers.reading.recalculating import recalculate
from pledgebook.importers.reading.workbook import SentFile
from pledgebook.importers.statements.judging import (
    BankContext,
    JudgedStatements,
    judge_statements,
)
from pledgebook.importers.statements.reading import is_statement, may_be_statement, read_statements
from pledgebook.importers.statements.recording import statement_texts, taken_back_notes
from pledgebook.importers.statements.statement import StatementFile
from pledgebook.importers.tables.corrections import (
    Correction,
    answer_tables,
    apply_rules,
    correct_readings,
)
from pledgebook.importers.tables.mapping import MappingError, SheetMapping
from pledgebook.importers.tables.mapping_applied import apply_mapping
from pledgebook.importers.tables.questions import (
    ASK_AGAIN,
    LEAVE_OUT,
    NOT_READ,
    AnswerError,
    Answers,
    answers_of,
    name_in_ids,
    question_key,
    read_id,
)
from pledgebook.importers.tables.skeletons import HOW_TO_FILL
from pledgebook.importers.tables.tables import (
    SheetReading,
    Table,
    read_sheets,
    rows_outside,
    undecided_tables,
)
from pledgebook.ledger.declared.aliases import confirm
from pledgebook.ledger.declared.delegations import ENTERED
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.files.committing import Changes
from pledgebook.ledger.files.learning import answer_texts
from pledgebook.ledger.files.naming import add_purpose_alias, alias_texts
from pledgebook.ledger.files.writing import write_entries
from pledgebook.ledger.occasion import taking_in
from pledgebook.ledger.register.book import Book, without_garbage_collection

TellFile = Callable[[str, int, int], None]
"""Told of which file how many steps of how many are done."""


class Refused(NamedTuple):
    """A file of several that was not taken, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What an import did: the judged sheets, the number of transactions and the files written,
    the judged files of banks, and the files that were refused.
    """

    files: tuple[JudgedFile, ...]
    transactions: int
    written: tuple[Path, ...]
    statements: tuple[JudgedStatements, ...] = ()
    refused: tuple[Refused, ...] = ()
    receipts: tuple[Path, ...] = ()
    """The folders of receipts that were kept with the book."""

    @property
    def waits(self) -> bool:
        """Whether a row or a bank's entry waits for a person or was rejected, or a file was."""
        if self.refused:
            return True
        rows = any(file.count("waiting", "rejected") for file in self.files)
        return rows or any(file.waits for file in self.statements)


def judge_file(
    file: SentFile,
    context: Context,
    mapping: SheetMapping | None = None,
    tell: TellFile | None = None,
    *,
    calculate: bool = False,
    corrections: Mapping[str, Correction] = MappingProxyType({}),
    answers: Mapping[str, str] = MappingProxyType({}),
    called: str = "",
) -> JudgedFile:
    """Read a file and give every data row of its tables a verdict. `tell` hears of the progress:
    the file's name, and how many steps of how many are done. With `calculate` LibreOffice fills
    formulas without stored results; `corrections`, by their tables' names, say what a person
    corrects of what is found, `answers` by question id (`questions.read_id`) what was answered;
    the ids name the file as it is `called`, else by its own name.

    Raises UnreadableFile for a file that cannot be read or holds no table of contributions,
    MappingError for a mapping that does not fit it, and AnswerError for an answer that is none.
    """
    workbook, called = file.workbook, called or file.path.name
    if calculate:
        workbook = recalculate(workbook)
    if mapping is not None and mapping.columns:
        tables = apply_mapping(workbook, mapping)
        readings = [_reading_of(sheet, tables) for sheet in workbook.sheets]
    else:
        readings = list(read_sheets(workbook, context.names.labels))
        if not any(reading.tables for reading in readings):
            # A list of days, amounts and words may as well be a bank's.
            named = may_be_statement(file)
            labels = context.names.labels
            readings = undecided_tables(workbook, readings, labels, with_names=named)
        answers = {**_of_columns(readings, corrections, called), **answers}
        readings = correct_readings(workbook, readings, corrections)
        if mapping is not None:
            readings = apply_rules(workbook, readings, mapping)
    readings = _answered(readings, answers, context, called)
    mapped, changed = bool(mapping and mapping.columns), True
    while changed:  # what an answer says of one column may decide what is asked of others
        readings = [
            reading._replace(
                tables=tuple(
                    settle_unread(table, context.settings, mapped=mapped)
                    for table in reading.tables
                )
            )
            for reading in readings
        ]
        readings, changed = answer_tables(workbook, readings)
    if not any(reading.tables for reading in readings):
        reasons = " ".join(reading.reason for reading in readings)
        raise UnreadableFile(
            f"{file.path.name}: there is nothing to import. {reasons} {HOW_TO_FILL}"
        )
    _refuse_no_rows(file.path.name, readings)
    judged = judge_tables(
        [table for reading in readings for table in reading.tables],
        context,
        _of(file.path, tell),
    )
    sheets = tuple(
        JudgedSheet(
            reading,
            own := tuple(each for each in judged if each.table.sheet.name == reading.sheet.name),
            find_withdrawn(own, context),
        )
        for reading in readings
    )
    return JudgedFile(str(file.path), workbook.sha256, sheets, ask_questions(judged, called))


def _of_columns(
    readings: Sequence[SheetReading], corrections: Mapping[str, Correction], called: str
) -> dict[str, str]:
    """Return what corrections say of columns as answers, which the next file of the layout has use
    of.
    """
    return {
        f"{place_of(table, called)}:{question_key('column', letter)}": field or NOT_READ
        for reading in readings
        for table in reading.tables
        if table.name in corrections
        for letter, field in corrections[table.name].columns.items()
    }


def _answered(
    readings: Sequence[SheetReading], answers: Mapping[str, str], context: Context, called: str
) -> list[SheetReading]:
    """Give every table the answers to its questions: its own, else those of tables of its layout,
    and what was answered for earlier files of that.
    """
    tables = [table for reading in readings for table in reading.tables]
    known = {place_of(table, called) for table in tables}
    for text in answers:
        place = read_id(text).table
        if tables and place.startswith(f"{name_in_ids(called)}#") and place not in known:
            raise AnswerError(
                f"{text!r} is about a table that there is not; there is {', '.join(sorted(known))}."
            )
    alike: dict[object, list[str]] = {}
    for table in tables:
        alike.setdefault(layout_of(table), []).append(place_of(table, called))

    def answered(table: Table) -> Table:
        given = answers_of(answers, (place_of(table, called), *alike[layout_of(table)]))
        rules = table.rules
        own = Answers(
            given={**rules.answers.given, **given},
            learned=learned_answers(table, context.settings.sheet_answers),
        )
        return replace(table, rules=replace(rules, answers=own))

    return [
        reading._replace(tables=tuple(answered(table) for table in reading.tables))
        for reading in readings
    ]


def _refuse_no_rows(name: str, readings: Sequence[SheetReading]) -> None:
    """Refuse a file of which the tables have headings and no row: a form, or a table turned round,
    is read so, and what it says would be passed over.
    """
    tables = [table for reading in readings for table in reading.tables]
    if any(table.counts()["data"] for table in tables):
        return
    found = ", ".join(table.name for table in tables)
    raise UnreadableFile(
        f"{name}: there is nothing to import. Headings were found in {found}, and no row below "
        f"them: it may be a form, or a table with a column for each donor. {HOW_TO_FILL}"
    )


def _reading_of(sheet: Sheet, tables: Sequence[Table]) -> SheetReading:
    own = tuple(table for table in tables if table.sheet.name == sheet.name)
    reason = "" if own else f"The mapping does not speak of sheet {sheet.name!r}."
    return SheetReading(sheet, own, reason, rows_outside(sheet, own))


def import_files(
    book: Book,
    paths: Sequence[Path | SentFile],
    *,
    mapping: SheetMapping | None = None,
    fund: str = "",
    bank: str = "",
    names: Mapping[str, str] = MappingProxyType({}),
    purposes: Mapping[str, str] = MappingProxyType({}),
    today: date | None = None,
    dry_run: bool = False,
    calculate: bool = False,
    corrections: Mapping[str, Correction] = MappingProxyType({}),
    answers: Mapping[str, str] = MappingProxyType({}),
    receipts: Callable[[Sequence[JudgedFile]], Changes] = lambda _: {},
    tell: TellFile | None = None,
    entered_by: str = "",
) -> ImportResult:
    """Import files into a book: donors' sheets and banks' statements, told apart by what is in
    them, each read once however often it is taken as a SentFile. Of several files those that cannot
    be read, or that the mapping does not fit, are refused with the reason, and the others are
    taken. `bank` is the code of the bank account whose statements all of them are; `names` says
    whom texts mean (`ledger.aliases.confirm`), `purposes` which purposes; the book remembers it
    from `today` on (the day where the user is, unless said), and what is dated after it waits.
    `tell` hears of the progress, `calculate` fills formulas, `corrections` correct a file's tables
    and `answers` answer their questions, as `judge_file` says; those that a next file of the layout
    has use of, the book remembers. What `receipts` gives of the judged sheets is kept with the book
    in the same write. `entered_by` stands on the entries that are written, where it is given.

    Raises UnreadableFile, MappingError, BankNotDeclaredError, AliasRefusedError or
    BookRefusedError; then nothing was written. The first two only if no file can be taken.
    """
    sent = [each if isinstance(each, SentFile) else SentFile(each) for each in paths]
    called = _tell_apart([file.path for file in sent])
    _refuse_other_files(answers, called.values())
    names, purposes = _said_of_book(answers, names, purposes, book.settings)
    settings = _naming(book.settings, names, purposes)
    today = today or date.today()  # noqa: DTZ011
    aliases = alias_texts(book, names, today, purposes) if names or purposes else {}
    judge = partial(
        judge_file,
        context=context_of(book, fund, settings, today=today),
        mapping=mapping,
        tell=tell,
        calculate=calculate,
        corrections=corrections,
        answers=answers,
    )
    files: list[JudgedFile] = []
    read: list[StatementFile] = []
    refused: list[Refused] = []
    with without_garbage_collection():
        for file in sent:
            try:
                if bank or (not mapping and is_statement(file, book.settings.banks)):
                    read.append(_read_statements(file, book, bank))
                else:
                    own = partial(judge, called=called[file.path])
                    files.append(_judged(own, file, book))
            except (UnreadableFile, MappingError) as error:
                if len(sent) == 1:
                    raise
                refused.append(Refused(str(file.path), str(error)))
        statements = _judge_statements(book, read, today, tell)
    if len(refused) == len(sent):
        raise UnreadableFile("\n".join(each.reason for each in refused))
    drafts = [draft for each in files for draft in each.drafts]
    drafts += [draft for judged in statements for draft in judged.drafts]
    if entered_by:
        drafts = [draft.noted(meta={ENTERED: entered_by}) for draft in drafts]
    written: list[Path] = []
    kept: Changes = {}
    if not dry_run:
        kept = receipts(files)
        texts = {**statement_texts(book, statements), **aliases}
        texts |= answer_texts(book, learn_answers(files), today)
        with taking_in(file.path.name for file in sent):
            notes = taken_back_notes(book, statements)
            written = write_entries(book, drafts, texts, kept, notes=notes, today=today)
    return ImportResult(
        files=tuple(files),
        transactions=len(drafts),
        written=tuple(written),
        statements=statements,
        refused=tuple(refused),
        receipts=tuple(dict.fromkeys(path.parent for path in kept)),
    )


def _judged(judge: Callable[[SentFile], JudgedFile], file: SentFile, book: Book) -> JudgedFile:
    """Judge a donors' sheet. Raises UnreadableFile, which says of what may be a bank's list how to
    say so.
    """
    try:
        return judge(file)
    except UnreadableFile as error:
        if not may_be_statement(file):
            raise
        known = ", ".join(book.settings.banks.accounts) or "the book declares none"
        raise UnreadableFile(
            f"{error} If it is a bank's list of entries, name the bank account with --bank CODE "
            f"({known})."
        ) from error


def _tell_apart(paths: Sequence[Path]) -> dict[Path, str]:
    """Return what each file is called in ids: its name, with as many folders before it as no other
    file of the run has.
    """
    different = dict.fromkeys(paths)
    called = {}
    for path in different:
        parts = 1
        while parts < len(path.parts) and any(
            other != path and other.parts[-parts:] == path.parts[-parts:] for other in different
        ):
            parts += 1
        called[path] = "/".join(path.parts[-parts:])
    return called


def _refuse_other_files(answers: Mapping[str, str], called: Iterable[str]) -> None:
    """Raise AnswerError for an answer about a file that is not imported."""
    names = {name_in_ids(name) for name in called}
    for text in answers:
        answer = read_id(text)
        if (
            answer.kind == "donor"
            and not answer.about
            and answers[text] not in {LEAVE_OUT, ASK_AGAIN}
        ):
            raise AnswerError(
                f"{text!r} does not say whom it is about: write it as donor:TEXT, with the name "
                "in the sheet."
            )
        place = answer.table
        if place and not any(place.startswith(f"{name}#") for name in names):
            raise AnswerError(
                f"{text!r} is about a file that is not imported; there is "
                f"{', '.join(sorted(names))}."
            )


def _said_of_book(
    answers: Mapping[str, str],
    names: Mapping[str, str],
    purposes: Mapping[str, str],
    settings: Settings,
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return whom and which purposes texts mean, with what was answered of them: the book remembers
    these as other names, whatever the layout.
    """
    donors, meant = dict(names), dict(purposes)
    for text, value in answers.items():
        answer = read_id(text)
        if answer.kind == "donor" and value not in {LEAVE_OUT, ASK_AGAIN}:
            # A code of a State that stands for others as well is a name once it is confirmed.
            known = settings.donors.candidates(answer.about, codes=False)
            if [each.code for each in known] != [value.partition(":")[0]]:
                donors.setdefault(answer.about, value)
        elif answer.kind == "purpose" and answer.about and value in settings.purposes:
            meant.setdefault(answer.about, value)
    return donors, meant


def _naming(settings: Settings, names: Mapping[str, str], purposes: Mapping[str, str]) -> Settings:
    for text, code in purposes.items():
        settings = add_purpose_alias(settings, text, code)
    donors = settings.donors
    for text, said in names.items():
        donors = confirm(donors, text, said)
    return structs.replace(settings, donors=donors)


def _read_statements(file: SentFile, book: Book, code: str) -> StatementFile:
    """Read a bank's file; `code` is the bank account that the user named, "" for none."""
    banks = book.settings.banks
    given = banks.accounts.get(code)
    if given is None:
        return read_statements(file, banks=banks)
    return read_statements(file, given.numbers[0], given.currency, banks)


def _judge_statements(
    book: Book, files: Sequence[StatementFile], today: date, tell: TellFile | None
) -> tuple[JudgedStatements, ...]:
    """Judge the statements of all files, the earliest first."""
    if not files:
        return ()
    context = BankContext(book=book, today=today)
    for file in files:
        context.expect(file)
    ordered = sorted(files, key=lambda file: min(each.last for each in file.statements))
    return tuple(judge_statements(file, context, _of(file.path, tell)) for file in ordered)


def _of(path: Path | str, tell: TellFile | None) -> Tell:
    return partial(tell, Path(path).name) if tell else untold


def context_of(
    book: Book, fund: str = "", settings: Settings | None = None, *, today: date | None = None
) -> Context:
    """Return what rows are judged against in a loaded book; `settings` are the book's, with what
    was said besides of names, `today` is the day of the import (that of the user unless said).
    """
    settings = settings or book.settings
    return Context.of_book(
        book.entries,
        settings,
        book.register,
        book.rates,
        fund,
        today=today,
        closed=[book.folder / f"{name}.beancount" for name in sorted(settings.seals)],
    )
