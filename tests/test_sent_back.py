"""A donor's list is sent back with a verdict and a question beside each row. All is made up."""

from __future__ import annotations

import random
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from clerk_sheets import TODAY, book, write_csv
from click.testing import CliRunner, Result
from mess_sheets import RATE_LINES, draw, messy_page, write_page
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet
from pledgebook.cli.main import group
from pledgebook.importers.imports import import_files
from pledgebook.importers.judging.asked import layout_of
from pledgebook.importers.judging.verdicts import JudgedFile
from pledgebook.importers.reading.added import OURS, all_words
from pledgebook.importers.reading.cells import UnreadableFile, column_letter
from pledgebook.importers.reading.workbook import SentFile
from pledgebook.importers.tables.questions import KINDS
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.reports.letters.language import language, languages
from pledgebook.reports.letters.sent_back import NotSentBackError, SentBack, language_for, send_back
from pledgebook.reports.render.sent_sheet import Page
from sent_lists import HEADING, SAID, write_list
from test_cli_bank import BANK, STATEMENT

ENGLISH = language("en")
EXPECTED = dict(enumerate(SAID, HEADING + 1))


def judged(path: Path, fund: str = "CPCJF") -> JudgedFile:
    return import_files(book(), [path], fund=fund, today=TODAY, dry_run=True).files[0]


def back(path: Path, tag: str = "en") -> SentBack:
    return send_back(SentFile(path), judged(path), language(tag), entered=False)


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(content), rich_text=True)


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def texts(made: SentBack) -> set[str]:
    return {text for cells in made.cells.values() for text in cells.values() if text}


def told(file: JudgedFile) -> list[tuple[object, ...]]:
    return [
        (v.row.number, v.verdict, v.donor, v.amount, v.currency, [q.key for q in v.asks])
        for table in file.tables
        for v in table.verdicts
    ]


def layouts(file: JudgedFile) -> list[object]:
    return [(table.table.range, layout_of(table.table)) for table in file.tables]


def cells(page: Worksheet) -> Iterator[Cell]:
    for row in page.iter_rows():
        yield from row


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    return write_list(tmp_path / "list.xlsx")


def test_each_row_has_its_verdict_beside_it_and_what_waits_its_question(sent: Path) -> None:
    page = opened(back(sent).content)["Pledges 2002"]
    assert {row: page.cell(row, 7).value for row in EXPECTED} == EXPECTED
    assert [page.cell(HEADING, at).value for at in (7, 8)] == ["Verdict", "Question or reason"]
    assert page.cell(7, 8).value == "Who is the donor named in this row? Please give the full name."
    assert page.cell(8, 8).value == (
        "Column C gives a year only. Which day is meant? In which currency is the amount? "
        "For which purpose is this contribution?"
    )
    assert str(page.cell(HEADING - 1, 7).value).startswith("These two columns were added")


def test_all_other_cells_are_as_they_were_in_value_format_and_comment(sent: Path) -> None:
    before, after = opened(sent.read_bytes()), opened(back(sent).content)
    assert before.sheetnames == after.sheetnames
    added = back(sent).cells
    for page in before:
        now = after[page.title]
        ours = added.get(page.title, {})
        for cell in cells(page):
            if (cell.row, cell.column) in ours:
                assert cell.value is None
                continue
            there = now.cell(cell.row, cell.column)
            for name in ("value", "number_format", "font", "fill", "border", "alignment"):
                found, known = repr(getattr(there, name)), repr(getattr(cell, name))
                assert found == known, (cell.coordinate, name)
            assert (there.comment and there.comment.text) == (cell.comment and cell.comment.text)
        written = {(cell.row, cell.column) for cell in cells(now) if cell.value is not None}
        known = {(cell.row, cell.column) for cell in cells(page) if cell.value is not None}
        assert written - known == {place for place, text in ours.items() if text}
        assert now.merged_cells == page.merged_cells
        assert now.sheet_state == page.sheet_state
        assert {k: v.height for k, v in now.row_dimensions.items()} == {
            k: v.height for k, v in page.row_dimensions.items()
        }
        for letter in "ABCDEF":
            assert now.column_dimensions[letter].width == page.column_dimensions[letter].width


def test_all_other_parts_are_the_same_byte_for_byte(sent: Path) -> None:
    before, after = parts(sent.read_bytes()), parts(back(sent).content)
    assert before.keys() == after.keys()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"xl/worksheets/sheet1.xml", "xl/styles.xml"}
    assert {"xl/media/image1.png", "xl/charts/chart1.xml", "xl/comments1.xml"} <= before.keys()
    page = after["xl/worksheets/sheet1.xml"]
    assert b"<f>SUM(E6:E13)</f><v>43950.5</v>" in page
    start = before["xl/worksheets/sheet1.xml"].index(b"</sheetData>")
    assert page.endswith(before["xl/worksheets/sheet1.xml"][start:])


def test_the_headings_look_like_those_beside_them_and_the_columns_are_shown(sent: Path) -> None:
    page = opened(back(sent).content)["Pledges 2002"]
    for name in ("fill", "font", "border", "alignment"):
        own, beside = (getattr(page.cell(HEADING, at), name) for at in (8, 6))
        assert repr(own) == repr(beside)
    assert repr(page.cell(7, 8).border) == repr(page.cell(7, 6).border)
    shown = page.column_dimensions
    assert not shown["G"].hidden
    assert not shown["H"].hidden
    assert shown["I"].hidden


@pytest.mark.parametrize("form", ["list.xlsx", "list.xlsm"])
def test_what_is_written_is_text_and_no_formula_is_born(tmp_path: Path, form: str) -> None:
    macros = tmp_path / "macros.bin"
    macros.write_bytes(b"made up")
    sent = write_list(tmp_path / form, macros if form.endswith("m") else None)
    before = {cell.coordinate for cell in formulas(opened(sent.read_bytes()))}
    assert {cell.coordinate for cell in formulas(opened(back(sent).content))} == before == {"E14"}


def formulas(workbook: openpyxl.Workbook) -> list[Cell]:
    return [cell for page in workbook for cell in cells(page) if cell.data_type == "f"]


def test_a_copy_has_texts_that_look_like_formulas_as_texts(tmp_path: Path) -> None:
    lines = [("Donor", "Date", "Currency", "Amount", "Remarks")]
    lines += [("Norway", "2002-03-01", "USD", "5000", said) for said in ("=1+1", "@A1", "<r>x</r>")]
    sent = write_csv(tmp_path / "list.csv", lines)
    page = opened(back(sent).content).active
    assert page is not None
    assert [page.cell(row, 5).value for row in (2, 3)] == ["=1+1", "@A1"]
    assert formulas(opened(back(sent).content)) == []


def test_macros_and_signatures_are_taken_out_and_it_is_said(tmp_path: Path) -> None:
    macros = tmp_path / "macros.bin"
    macros.write_bytes(b"made up")
    sent = write_list(tmp_path / "list.xlsm", macros)
    signed = _signed(sent.read_bytes())
    sent.write_bytes(signed)
    made = back(sent)
    assert made.kept
    assert made.remark == "It is as it was sent, without macros and the digital signature."
    there = parts(made.content)
    assert not any("vba" in name or "signature" in name for name in there)
    everything = b"".join(content for name, content in there.items() if name.endswith(("l", "s")))
    assert b"macroEnabled" not in everything
    assert b"vbaProject" not in everything
    assert b"signature" not in everything
    assert opened(made.content)["Pledges 2002"].cell(6, 7).value == "Clear"


def _signed(content: bytes) -> bytes:
    """A workbook with the parts of a signature, which is none."""
    made = parts(content)
    kind = b"http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin"
    line = b'<Relationship Id="rIdS" Type="%b" Target="_xmlsignatures/origin.sigs"/>' % kind
    rels = made["_rels/.rels"]
    made["_rels/.rels"] = rels.replace(b"</Relationships>", line + b"</Relationships>")
    made["_xmlsignatures/origin.sigs"] = b""
    return packed(made)


def packed(made: dict[str, bytes]) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, part in made.items():
            archive.writestr(name, part)
    return stream.getvalue()


_MACROS = (
    b'<Relationship Id="rId99" Type="http://schemas.microsoft.com/office/2006/relationships/'
    b'xlMacrosheet" Target="macrosheets/sheet1.xml"/></Relationships>'
)


@pytest.mark.parametrize(
    ("part", "old", "new", "why"),
    [
        ("xl/_rels/workbook.xml.rels", b"</Relationships>", _MACROS, "holds sheets of macros"),
        ("xl/worksheets/sheet1.xml", b"UTF-8", b"ISO-8859-1", "an unusual encoding"),
        ("xl/styles.xml", b"UTF-8", b"ISO-8859-1", "an unusual encoding"),
        ("xl/worksheets/sheet1.xml", b'<row r="14"', b'<row r="13"', "are not in order"),
    ],
)
def test_what_cannot_be_written_into_is_copied_and_why_is_said(
    sent: Path, part: str, old: bytes, new: bytes, why: str
) -> None:
    made = parts(sent.read_bytes())
    assert old in made[part]
    made[part] = made[part].replace(old, new, 1)
    sent.write_bytes(packed(made))
    result = back(sent)
    assert not result.kept
    assert result.remark.startswith("It is a copy of the cells of list.xlsx: ")
    assert why in result.remark
    page = opened(result.content)["Pledges 2002"]
    assert page.cell(6, 7).value == "Clear"
    assert page.cell(HEADING - 1, 7).value == all_words()["en"].copied


def assert_shipped(made: SentBack, code: str) -> None:
    """Assert that what was written are the texts that ship in a language, and nothing else."""
    words = all_words()[code]
    whole = {*words.headings, words.kept, words.copied, *words.verdicts.values()}
    said = {*words.reasons.values(), *words.asks.values()}
    one = "|".join(re.escape(each).replace(r"\{column\}", "[A-Z]+") for each in said)
    assert words.headings[0] in texts(made)
    for text in texts(made) - whole:
        assert re.fullmatch(rf"(?:{one})(?: (?:{one}))*", text), text


@pytest.mark.parametrize("tag", [*languages(), "ar-EG"])
def test_the_words_are_those_of_the_letters_language_and_no_others(sent: Path, tag: str) -> None:
    assert_shipped(back(sent, tag), tag.partition("-")[0])


def test_each_language_of_letters_has_every_verdict_and_every_kind_of_question() -> None:
    english = all_words()["en"]
    assert set(all_words()) == set(languages())
    for words in all_words().values():
        assert KINDS.keys() - OURS <= words.asks.keys() == english.asks.keys()
        assert words.verdicts.keys() == english.verdicts.keys()
        assert words.reasons.keys() == english.reasons.keys()
        for kind in KINDS.keys() - OURS:
            assert ("{column}" in words.asks[kind]) == KINDS[kind].of_column, kind


def test_nothing_of_the_book_or_of_other_donors_is_told(tmp_path: Path) -> None:
    settings = book().settings
    names = {name.text for donor in settings.donors for name in donor.names}
    names |= {*settings.funds, *settings.purposes, *(donor.code for donor in settings.donors)}
    known = all_words()["en"]
    told: set[str] = set()
    r = random.Random(11)
    for number in range(8):
        mess, form = draw(r)
        path = write_page(messy_page(r, mess, form), tmp_path / f"s{number}.{form}")
        with suppress(UnreadableFile):
            told |= texts(back(path)) - {known.kept, known.copied}
    assert len(told) > 6
    for text in told:
        assert not re.search(r"[A-Z][a-z]+:|[A-Z]{3}-\d{4}|\d", text), "an account, label or figure"
        words = set(re.findall(r"[\w-]+", text))
        assert not {name for name in names if name in words or (" " in name and name in text)}


def test_a_list_that_returns_is_read_as_if_nothing_had_been_written(tmp_path: Path) -> None:
    r = random.Random(7)
    count = 0
    for number in range(12):
        mess, form = draw(r)
        path = write_page(messy_page(r, mess, form), tmp_path / f"s{number}.{form}")
        try:
            first = judged(path)
        except UnreadableFile:
            continue
        tag = r.choice(languages())
        made = send_back(SentFile(path), first, language(tag), entered=False)
        assert_shipped(made, tag)
        verdicts = set(all_words()[tag].verdicts.values())
        (written,) = made.cells.values()
        rows = {row for (row, _), text in written.items() if text in verdicts}
        assert rows == {v.row.number for table in first.tables for v in table.verdicts}
        returned = tmp_path / "returned.xlsx"
        returned.write_bytes(made.content)
        again = judged(returned)
        if form == "csv":  # of where a comma ran into text a workbook says nothing
            assert [each[:2] for each in told(again)] == [each[:2] for each in told(first)]
        else:
            assert told(again) == told(first), (mess, form)
            # Answers are remembered by the headings: these are the same, too.
            assert layouts(again) == layouts(first)
        count += len(told(again))
    assert count > 60


def test_what_the_donor_writes_over_a_question_is_read(sent: Path) -> None:
    returned = opened(back(sent).content)
    returned["Pledges 2002"].cell(6, 8).value = "this is a loan"
    returned.save(sent)
    assert told(judged(sent))[0][1] == "waiting"


def test_a_list_that_is_sent_back_again_has_the_new_words_in_the_same_place(sent: Path) -> None:
    sent.write_bytes(back(sent, "fr").content)
    page = opened(back(sent).content)["Pledges 2002"]
    assert {row: page.cell(row, 7).value for row in EXPECTED} == EXPECTED
    assert page.max_column == 8
    assert [page.cell(HEADING, at).value for at in (7, 8)] == ["Verdict", "Question or reason"]


def test_the_columns_stand_right_of_whatever_is_beside_the_table(tmp_path: Path) -> None:
    sent = write_list(tmp_path / "list.xlsx")
    workbook = openpyxl.load_workbook(sent)
    page = workbook["Pledges 2002"]
    page["H9"] = "see letter"
    page.merge_cells("J6:J7")
    workbook.save(sent)
    made = back(sent)
    assert {column_letter(at) for _, at in made.cells["Pledges 2002"]} == {"K", "L"}
    now = opened(made.content)["Pledges 2002"]
    assert now["H9"].value == "see letter"


def test_tables_above_and_beside_each_other_have_columns_of_their_own(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    page = workbook.active
    assert page is not None
    head, gap = ["Donor", "Date", "Currency", "Amount"], [None]
    for line in (
        [*head, *gap, *head],
        ["Norway", "2002-03-01", "USD", 1, *gap, "Sweden", "2002-03-01", "USD", 3],
        [],
        [*head, "Purpose", "Reference"],
        ["Austria", "2002-03-01", "USD", 4, "corruption", "A 1"],
    ):
        page.append(line)
    workbook.save(sent := tmp_path / "tables.xlsx")
    made = back(sent)
    assert made.kept
    (written,) = made.cells.values()
    assert {place for place, text in written.items() if text == "Clear"} == {
        (2, 10), (2, 12), (5, 7),
    }  # fmt: skip
    assert {row for (row, _), text in written.items() if text == all_words()["en"].kept} == {3}


def test_a_part_that_names_its_elements_with_a_prefix_is_written_into(sent: Path) -> None:
    made = parts(sent.read_bytes())
    space = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    for name in ("xl/worksheets/sheet1.xml", "xl/styles.xml"):
        marked = re.sub(rb"<(/?)(?=[a-zA-Z]+[ >/])", rb"<\1x:", made[name])
        made[name] = marked.replace(space, space.replace(b"xmlns", b"xmlns:x"))
    sent.write_bytes(packed(made))
    result = back(sent)
    assert result.kept
    page = opened(result.content)["Pledges 2002"]
    assert {row: page.cell(row, 7).value for row in EXPECTED} == EXPECTED


def test_a_workbook_that_is_damaged_is_sent_back_rightly_or_copied(tmp_path: Path) -> None:
    """Whatever stands in the attributes of its parts, what comes back is read as what was sent."""
    whole = parts(write_list(tmp_path / "list.xlsx").read_bytes())
    wild = (b"99999999999999999999", b"-1", b"A1:ZZZ9999999", "\u00b2".encode(), b"", b"x>y")
    names = [name for name in whole if name.startswith(("xl/w", "xl/st", "xl/dr", "xl/_"))]
    r = random.Random(5)
    kept = []
    for number in range(20):
        made = dict(whole)
        name = r.choice([name for name in names if name.endswith(("xml", "rels"))])
        spot = r.choice([each.span(1) for each in re.finditer(rb'="([^"]*)"', made[name])])
        made[name] = made[name][: spot[0]] + r.choice(wild) + made[name][spot[1] :]
        path = tmp_path / f"s{number}.xlsx"
        path.write_bytes(packed(made))
        try:
            first = judged(path)
        except UnreadableFile:
            continue
        result = send_back(SentFile(path), first, ENGLISH, entered=False)
        path.write_bytes(result.content)
        assert told(judged(path)) == told(first), (name, number)
        kept.append(result.kept)
    assert kept.count(True) > 5


def test_a_list_of_which_a_cell_would_be_lost_is_copied_instead(
    sent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Page, "_free", lambda *_: 5)  # the column of the amounts
    made = back(sent)
    assert not made.kept
    assert made.remark.endswith("its cells would not stay as they are.")
    assert opened(made.content)["Pledges 2002"]["E6"].value == 10000


def test_the_donors_language_is_taken_where_it_is_one(tmp_path: Path) -> None:
    main = make_book(tmp_path / "book")
    with main.open("a", encoding="utf-8") as file:
        file.write('\n1999-12-31 custom "addressee" "NOR" "Mission"\n  language: "fr"\n')
    loaded = load_book(main)
    assert loaded.errors == []
    lines = [("Donor", "Date", "Currency", "Amount"), ("Norway", "2002-03-01", "USD", "5000")]
    one = write_csv(tmp_path / "one.csv", lines)
    two = write_csv(tmp_path / "two.csv", [*lines, ("Italy", "2002-03-01", "USD", "7000")])
    found = [
        import_files(loaded, [path], fund="CPCJF", today=TODAY, dry_run=True).files[0]
        for path in (one, two)
    ]
    assert [language_for(file, loaded.settings).code for file in found] == ["fr", "en"]


def test_a_file_that_was_changed_since_is_refused(sent: Path) -> None:
    file = judged(sent)
    sent.write_bytes(back(sent).content)
    with pytest.raises(NotSentBackError, match="changed since it was judged"):
        send_back(SentFile(sent), file, ENGLISH, entered=False)


Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    main = make_book(tmp_path / "book")
    (main.parent / "rates.beancount").write_text(RATE_LINES, "utf-8")

    def invoke(*words: str | Path) -> Result:
        given = ["--book", str(main), "import", *map(str, words), "--fund", "CPCJF"]
        return CliRunner().invoke(group, given)

    return invoke


def first_words(path: Path) -> dict[int, object]:
    page = opened(path.read_bytes())["Pledges 2002"]
    return {row: page.cell(row, 7).value for row in EXPECTED}


def test_the_command_says_recorded_of_what_it_has_entered_and_clear_before(
    run: Run, sent: Path, tmp_path: Path
) -> None:
    dry, real, later = (tmp_path / f"{name}.xlsx" for name in ("dry", "real", "later"))
    assert run(sent, "--send-back", dry, "--dry-run").exit_code == 1
    assert first_words(dry) == EXPECTED
    told = run(sent, "--send-back", real)
    assert f"Wrote the list to send back to {real}." in told.output
    recorded = {row: word.replace("Clear", "Recorded") for row, word in EXPECTED.items()}
    assert first_words(real) == recorded
    run(sent, "--send-back", later)
    known = {row: word.replace("Clear", "Recorded already") for row, word in EXPECTED.items()}
    assert first_words(later) == known


def test_what_was_imported_stays_where_the_list_cannot_be_written(
    run: Run, sent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pledgebook.cli.sheets.write_whole", full)
    told = run(sent, "--send-back", tmp_path / "back.xlsx")
    assert told.exit_code == 2
    assert "No space left on device. What was imported is in the book" in told.output
    assert "import-id" in (tmp_path / "book" / "2002-2003.beancount").read_text("utf-8")


def test_the_command_writes_over_no_file_and_of_one_list_only(
    run: Run, sent: Path, tmp_path: Path
) -> None:
    before = sent.read_bytes()
    for words, said in (
        ((sent, "--send-back", sent), "is there already"),
        ((sent, "--send-back", tmp_path / "back.ods"), "is written as .xlsx"),
        ((sent, "--send-back", tmp_path / "none" / "back.xlsx"), "there is no folder"),
        ((sent, sent, "--send-back", tmp_path / "back.xlsx"), "one file at a time"),
    ):
        told = run(*words)
        assert told.exit_code == 2, told.output
        assert said in told.output
    assert sent.read_bytes() == before
    settings = tmp_path / "book" / "settings.beancount"
    settings.write_text(settings.read_text("utf-8") + BANK, "utf-8")
    (tmp_path / "july.sta").write_text(STATEMENT, "utf-8")
    told = run(tmp_path / "july.sta", "--send-back", tmp_path / "back.xlsx")
    assert "is a bank's statement" in told.output
    assert told.exit_code == 2
    assert not (tmp_path / "back.xlsx").exists()
    assert "import-id" not in (tmp_path / "book" / "2002-2003.beancount").read_text("utf-8")
