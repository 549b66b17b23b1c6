"""Inbox: donors' sheets and banks' statements, looked at before they are taken into the book.

A file of the inbox is read and judged as the command does it. What a person corrects stands in the
address (`choices`, JSON), so that a page can be gone back to; only `import` writes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fava.core import FavaLedger
from flask import Response, jsonify, request
from pledgebook.desk.bank_rules import make_rule
from pledgebook.desk.choices import Choices, read_choices
from pledgebook.desk.choosing import whole_number
from pledgebook.desk.entries import KNOWN_BY, import_receipts
from pledgebook.desk.found import show_sheets, show_statements, show_unread, what_is_booked
from pledgebook.desk.guarding import RequestRefusedError
from pledgebook.desk.inbox_files import (
    ENDINGS,
    REMOVED,
    digest_of,
    file_as_sent,
    find_file,
    free_path,
    list_files,
    numbered,
    stamp_of,
)
from pledgebook.desk.loaded import Desk, desk_of
from pledgebook.desk.login import logged_in
from pledgebook.desk.page import PageRefusedError, as_file, served, writing
from pledgebook.desk.previews import what_drafts_book
from pledgebook.desk.progress import progress_of, telling
from pledgebook.desk.rates import TakesRates, show_rates
from pledgebook.desk.saving import save, told_of
from pledgebook.desk.texts import gettext as _
from pledgebook.desk.texts import marked
from pledgebook.importers.imports import ImportResult, import_files
from pledgebook.importers.judging.verdicts import JudgedFile
from pledgebook.importers.rates.published import holds_rates
from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.importers.reading.workbook import SentFile
from pledgebook.importers.statements.reading import is_statement, may_be_statement, read_statements
from pledgebook.importers.tables.corrections import mapping_of
from pledgebook.importers.tables.mapping import SheetMapping, read_mapping
from pledgebook.ledger.declared.banks import BankNotDeclaredError
from pledgebook.ledger.files.committing import commit
from pledgebook.ledger.files.locking import now, one_writer
from pledgebook.ledger.files.naming import rule_texts
from pledgebook.ledger.files.writing import write_entries
from pledgebook.ledger.findings import BookChangedError, RefusedError
from pledgebook.ledger.register.book import Book
from pledgebook.reports.import_receipt import MAPPING, receipts_of
from pledgebook.reports.letters.sent_back import language_for, name_of, send_back


class Inbox(TakesRates):
    """Files that wait to be imported."""

    title = marked("Inbox")

    def rates_folder(self) -> Path:
        """Return the inbox."""
        return inbox_folder(self.ledger)

    def view(self, desk: Desk, asked: Mapping[str, str]) -> Mapping[str, Any]:
        """Return the files of the inbox or, of the one asked for, what was found in it."""
        folder = inbox_folder(self.ledger)
        if not asked.get("file"):
            return {
                "files": list_files(desk, folder),
                "file": "",
                "endings": ENDINGS,
                "removed": asked.get("removed", ""),
            }
        path, is_kept = _asked_for(desk, folder, asked)
        choices = read_choices(asked.get("choices", ""))
        shown = {
            "file": path.name,
            "kept": is_kept,
            "choices": choices,
            "stamp": stamp_of(path),
            "taken": whole_number(asked.get("taken", "")),
            "wrote": whole_number(asked.get("wrote", "")),
            "replaced": asked.get("replaced", ""),
            "changed": "changed" in asked,
            "receipt": import_receipts(desk).get(digest_of(desk, path)[:KNOWN_BY], ""),
            "endings": ENDINGS,
            "at": asked.get("at", ""),
        }
        if (rates := show_rates(desk, path, asked)) is not None:
            return {**shown, **rates, "booked": whole_number(asked.get("booked", ""))}
        try:
            result = judge_file_once(desk, path, choices)
        except RefusedError as error:
            seen = show_unread(path, choices.described, asked.get("at", ""))
            refused = str(error)
            if undeclared := isinstance(error, BankNotDeclaredError):
                refused, seen = _("The book does not know the bank account of this statement."), {}
            accounts = () if undeclared else _accounts_of(desk, path)
            return {
                **shown, **seen, "refused": refused, "undeclared": undeclared, "result": None,
                "accounts": accounts,
            }  # fmt: skip
        shown |= {"result": result, "refused": "", "books": _books(desk, path, choices, result)}
        if result.files:
            before = _judged_before(desk, path, asked.get("before"))
            return {**shown, **show_sheets(desk, result.files[0], asked, before)}
        return {**shown, **show_statements(result.statements[0], asked)}

    @served("progress")
    def progress(self) -> Response:
        """Say how far a file is read, or taken into the book, as JSON: done and of, in steps."""
        found = progress_of(request.args.get("file", ""))
        return jsonify(found._asdict() if found else {})

    @served("weigh")
    def weigh(self) -> Response:
        """Say of each answer to a question, or of the `value` asked about, what it would book, as
        JSON by answer. Refuses what is no answer.
        """
        asked, desk = request.args, desk_of(self.ledger)
        path = find_file(inbox_folder(self.ledger), asked.get("file", ""))
        choices = read_choices(asked.get("choices", ""))
        found = [
            each for file in judge_file_once(desk, path, choices).files for each in file.questions
        ]
        question = next((each for each in found if each.id == asked.get("id")), None)
        if question is None:
            return jsonify({})
        values = [choice.value for choice in question.choices]
        if value := asked.get("value", ""):
            question.question.refuse(value)
            values = [value]
        return jsonify(
            {
                value: what_is_booked(
                    judge_file_once(desk, path, choices.answering(question.id, value))
                )
                for value in values
            }
        )

    @served("back")
    def back(self) -> Response:
        """Hand out a donor's list with a verdict and what is asked beside each row."""
        asked, desk = request.args, desk_of(self.ledger)
        path = find_file(inbox_folder(self.ledger), asked.get("file", ""))
        result = judge_file_once(desk, path, read_choices(asked.get("choices", "")))
        if not result.files:
            raise PageRefusedError(
                _("%(name)s is a bank's statement, and no donor's list.", name=path.name)
            )
        file = result.files[0]
        speaking = language_for(file, desk.book.settings)
        sent = _sent(desk, path)
        made = send_back(sent, file, speaking, entered=False)
        return as_file(made.content, name_of(path))

    @writing("import", takes="record")
    def import_(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Take a file into the book as it was shown: all its entries, or none. Was the book
        `changed` since, that is answered, and the page looks at the file anew.
        """
        path = find_file(inbox_folder(self.ledger), str(form.get("file")))
        choices = read_choices(str(form.get("choices") or ""))
        _refuse_changed(path, form.get("stamp"))
        before = _answered_before(desk_of(self.ledger), path)
        done = {"taken": 0}

        def write(book: Book) -> Sequence[Path]:
            result = _import(book, path, choices, dry_run=False, before=before)
            done["taken"] = result.transactions
            return result.written

        try:
            desk = save(self.ledger, str(form.get("book")), write)
        except BookChangedError:
            return {"changed": True}
        except RefusedError as error:
            raise RequestRefusedError(str(error)) from error
        return {**told_of(desk), **done}

    @writing("charges", takes="record", renews=True)
    def charges(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Make a rule of an entry of a statement: what the bank says so is its charge, always."""
        path = find_file(inbox_folder(self.ledger), str(form.get("file")))
        choices = read_choices(str(form.get("choices") or ""))
        _refuse_changed(path, form.get("stamp"))

        def write(book: Book) -> Sequence[Path]:
            result = judge_file_once(desk_of(self.ledger), path, choices)
            found = [
                (each.bank, verdict.entry)
                for file in result.statements
                for each in file.statements
                for verdict in each.verdicts
                if verdict.entry_id == form.get("entry")
            ]
            if not found:
                raise RequestRefusedError(_("The statement has no such entry any more."))
            bank, entry = found[0]
            words = str(form.get("words") or "").strip()
            rule = make_rule(bank, entry.line(bank.currency), words, {}, kind="charges")
            return write_entries(book, [], rule_texts(book, [rule], book.settings.first_open_day))

        return told_of(save(self.ledger, str(form.get("book")), write))

    @writing("remove", takes="record")
    def remove(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Take a file out of the inbox; it is laid aside, so that it can come back."""
        folder, desk = inbox_folder(self.ledger), desk_of(self.ledger)
        path = find_file(folder, str(form.get("file")))
        _refuse_changed(path, form.get("stamp"))
        with one_writer(desk.book.folder):
            return {"removed": _lay_aside(desk, path).name}

    @writing("restore", takes="record")
    def restore(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Put a file back into the inbox that was taken out of it."""
        folder, desk = inbox_folder(self.ledger), desk_of(self.ledger)
        path = find_file(folder / REMOVED, str(form.get("file")))
        with one_writer(desk.book.folder):
            back = free_path(folder, path.name)
            commit(desk.book.folder, {back: path.read_bytes(), path: None}, {})
        return {"file": back.name}

    @writing("upload", takes="record", takes_file=True)
    def upload(self, content: bytes) -> Mapping[str, Any]:
        """Put a file into the inbox, if it holds what can be read: under its own name or, where
        that file was not imported yet, under one that is free. In the place of one that it
        `replaces`, it has that one's name; the old one is laid aside.
        """
        folder, asked = inbox_folder(self.ledger), request.args.get("name", "")
        with TemporaryDirectory() as aside:
            tried = free_path(Path(aside), asked)
            tried.write_bytes(content)
            try:
                _kind_of(SentFile(tried))
            except UnreadableFile as error:
                raise RequestRefusedError(str(error)) from error
        desk = desk_of(self.ledger)
        path = folder / tried.name
        if replaces := request.args.get("replaces", ""):
            old = find_file(folder, replaces)
            path = old.with_suffix(tried.suffix.lower())
            with one_writer(desk.book.folder):
                laid = _lay_aside(desk, old)
                if path.exists():
                    path = numbered(path)
                commit(desk.book.folder, {path: content}, {})
            return {"file": path.name, "replaced": laid.name}
        with one_writer(desk.book.folder):
            # The list that was imported is kept with its receipt; a new version takes its place.
            if path.exists() and digest_of(desk, path)[:KNOWN_BY] not in import_receipts(desk):
                path = free_path(folder, asked)
            commit(desk.book.folder, {path: content}, {})
        return {"file": path.name}


def inbox_folder(ledger: FavaLedger) -> Path:
    """Return the inbox: the first folder that Fava's import page looks into."""
    dirs = ledger.fava_options.import_dirs
    book = Path(ledger.beancount_file_path).parent
    return (book / (dirs[0] if dirs else "inbox")).resolve()


def _kind_of(file: SentFile) -> str:
    """Return what a file was found to be: camt, xlsx ... Raises UnreadableFile for one that is
    neither a statement nor a spreadsheet.
    """
    if is_statement(file):
        return read_statements(file).kind
    return "xml" if holds_rates(file) else file.workbook.kind


def _refuse_changed(path: Path, stamp: object) -> None:
    if stamp != stamp_of(path):
        raise RequestRefusedError(_("The file was changed since it was shown; look at it again."))


def _lay_aside(desk: Desk, path: Path) -> Path:
    """Move a file of the inbox into its folder of what was removed, and return where it is."""
    aside = path.parent / REMOVED
    kept = numbered(aside / path.name)
    folders = () if aside.is_dir() else (aside,)
    commit(desk.book.folder, {kept: path.read_bytes(), path: None}, {}, folders)
    return kept


def _asked_for(desk: Desk, folder: Path, asked: Mapping[str, str]) -> tuple[Path, bool]:
    """Return the file of an address, and whether it is not one of the inbox but the copy that was
    kept when it was imported: where `sha256` says which, that file and no later version of it.
    """
    name, sha256 = asked["file"], asked.get("sha256", "")
    if not sha256:
        return find_file(folder, name), False
    with suppress(PageRefusedError):
        path = find_file(folder, name)
        if digest_of(desk, path) == sha256:
            return path, False
    if kept := file_as_sent(desk.book, sha256):
        return kept, True
    raise PageRefusedError(
        _(
            "%(name)s is not kept as it was when this came from it: the inbox holds no such file, "
            "or another version of it.",
            name=name,
        )
    )


def _accounts_of(desk: Desk, path: Path) -> Sequence[str]:
    """Return the bank accounts of which a file may be a list of entries that names none."""
    file = _sent(desk, path)
    if not (is_statement(file) or may_be_statement(file)):
        return ()
    return tuple(desk.book.settings.banks.accounts)


def _judged_before(desk: Desk, path: Path, text: str | None) -> JudgedFile | None:
    """Return a file as it was judged by the choices of the look before; None where there was none,
    or it cannot be looked at so any more.
    """
    if text is None:
        return None
    try:
        files = judge_file_once(desk, path, read_choices(text)).files
    except RefusedError:
        return None
    return files[0] if files else None


def _books(desk: Desk, path: Path, choices: Choices, result: ImportResult) -> str:
    """Say what taking a file in would book."""
    drafts = [draft for file in result.files for draft in file.drafts]
    drafts += [draft for file in result.statements for draft in file.drafts]
    key = ("books", stamp_of(path), choices.text)
    return desk.once(key, lambda: what_drafts_book(drafts, desk.book.settings))


def _import(
    book: Book,
    file: Path | SentFile,
    choices: Choices,
    *,
    dry_run: bool,
    before: Mapping[str, str],
    mapping: SheetMapping | None = None,
) -> ImportResult:
    path = file if isinstance(file, Path) else file.path
    described = mapping_of(choices.described) if choices.described else mapping
    with telling(path.name) as tell:
        return import_files(
            book,
            [file],
            fund=choices.fund,
            bank=choices.bank,
            names=choices.names,
            mapping=described,
            corrections=choices.tables,
            answers={**before, **choices.answers},
            dry_run=dry_run,
            receipts=partial(receipts_of, book, made_at=now()),
            entered_by=logged_in(),
            tell=tell,
        )


def judge_file_once(desk: Desk, path: Path, choices: Choices) -> ImportResult:
    """Read and judge a file once, as long as it, the choices and the book stay as they are."""
    sent = _sent(desk, path)
    key = ("judged", stamp_of(path), choices.text)

    def judge() -> ImportResult:
        before = _answered_before(desk, path)
        try:
            return _import(desk.book, sent, choices, dry_run=True, before=before)
        except UnreadableFile:
            if choices.described or not (kept := _described_before(desk, path)):
                raise
            return _import(desk.book, sent, choices, dry_run=True, before=before, mapping=kept)

    return desk.once(key, judge)


def _described_before(desk: Desk, path: Path) -> SheetMapping | None:
    """Return how a person described this very file when it was booked, as its receipt keeps it."""
    return next(map(read_mapping, _mappings_before(desk, path)), None)


def _answered_before(desk: Desk, path: Path) -> Mapping[str, str]:
    """Return what was answered of this very file when it was booked, as its receipt keeps it: but
    for what was answered otherwise for another of its tables.
    """
    found: dict[str, set[str]] = {}
    for kept in _mappings_before(desk, path):
        answers = tomllib.loads(kept.read_text("utf-8")).get("answers", {})
        for question, value in answers.items():
            found.setdefault(question, set()).add(value)
    return {question: values.pop() for question, values in found.items() if len(values) == 1}


def _mappings_before(desk: Desk, path: Path) -> list[Path]:
    receipt = import_receipts(desk).get(digest_of(desk, path)[:KNOWN_BY], "")
    folder = desk.book.folder / Path(receipt).parent
    kept = [folder / MAPPING, *sorted(folder.glob("mapping-*.toml"))] if receipt else []
    return [each for each in kept if each.is_file()]


def _sent(desk: Desk, path: Path) -> SentFile:
    """Return a file, read once as long as it stays as it is."""
    return desk.once(("sent", stamp_of(path)), lambda: SentFile(path))
