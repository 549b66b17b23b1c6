"""Letters as pages, Word documents and PDF (all amounts made up)."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Page
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.register.book import Book
from pledgebook.reports.figures.selection import select
from pledgebook.reports.letters import Letter, Papers, make_letter, make_letters
from pledgebook.reports.letters.letter import written
from pledgebook.reports.letters.render import (
    NoOfficeError,
    render_letters,
    to_letter_document,
    to_letter_page,
    to_pdfs,
)
from serving import NEEDS_CHROMIUM

DAY = date(2004, 1, 20)
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
HOSTILE = "<script>alert(1)</script> &amp; \"quoted\" 'single' {{ 7*7 }} \u202egnp.exe"


@pytest.fixture(scope="module")
def headed(tmp_path_factory: pytest.TempPathFactory, copy_golden: Callable[..., Path]) -> Book:
    return load_book(copy_golden(tmp_path_factory.mktemp("headed")))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, copy_golden: Callable[..., Path]) -> Letter:
    """A letter every text of which is hostile."""
    text = HOSTILE.replace("\\", "\\\\").replace('"', '\\"')
    more = f"""
    2000-01-01 custom "addressee" "CAN" "{text}"
      address: "{text} | ]]> </w:t> --> </style>"
      salutation: "{text}"
    2000-01-01 custom "letterhead" "CPCJF" "{text}"
      address: "{text}"
      signatory: "{text}"
      payment: "{text}"
      reply-to: "{text}"
      notice: "a\\" ; }} </style><script>alert(2)</script>"
    """
    book = load_book(copy_golden(tmp_path_factory.mktemp("hostile"), more))
    assert book.errors == []
    return make_letter(Papers(select(book, "2002-2003")), "confirmation", "CAN", day=DAY)


def letter_of(book: Book, kind: str, donor: str, tag: str = "en") -> Letter:
    return make_letter(Papers(select(book, "2002-2003")), kind, donor, day=DAY, tag=tag)


def parts(document: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


def test_the_same_letter_gives_the_same_bytes(golden: Book) -> None:
    first, again = (
        render_letters([letter_of(golden, "statement", "ITA", "ar")], ("html", "docx"))
        for _ in range(2)
    )
    assert first == again
    assert list(first) == [
        "ITA-statement-2002-2003-ar.html", "ITA-statement-2002-2003-ar.docx",
    ]  # fmt: skip


def test_a_page_runs_and_fetches_nothing_whatever_the_book_says(hostile: Letter) -> None:
    text = to_letter_page(hostile)
    page = BeautifulSoup(text, "html.parser")
    assert not page.find_all(["script", "link", "img", "iframe", "object"])
    assert len(page.find_all("style")) == 1
    assert not [tag for tag in page.find_all(True) if any(a.startswith("on") for a in tag.attrs)]
    assert "\u202e" not in text
    assert "{{ 7*7 }}" in page.get_text()


def test_a_word_document_is_well_formed_whatever_the_book_says(hostile: Letter) -> None:
    read = parts(to_letter_document(hostile))
    for name, text in read.items():
        ET.fromstring(text)
        assert "\u202e" not in text, name
    words = "".join(ET.fromstring(read["word/document.xml"]).itertext())
    assert "<script>alert(1)</script>" in words
    assert "{{ 7*7 }}" in words


def test_every_cell_of_a_table_is_on_the_page_and_in_the_document(golden: Book) -> None:
    letter = letter_of(golden, "statement", "DEU")
    page = BeautifulSoup(to_letter_page(letter), "html.parser").get_text()
    document = "".join(
        ET.fromstring(parts(to_letter_document(letter))["word/document.xml"]).itertext()
    )
    for figure in ("133,928.57", "(161,290.32)", "27,361.75", "89,285.71", "150,000.00"):
        assert figure in page
        assert figure in document


def test_an_arabic_document_says_its_direction_of_every_part(golden: Book) -> None:
    read = parts(to_letter_document(letter_of(golden, "statement", "ITA", "ar")))
    body = ET.fromstring(read["word/document.xml"])
    for properties in body.iter(f"{W}tblPr"):
        assert properties.find(f"{W}bidiVisual") is not None
    assert body.find(f".//{W}sectPr/{W}bidi") is not None
    arabic = re.compile("[\u0600-\u06ff]")
    for run in body.iter(f"{W}r"):
        text = "".join(run.itertext())
        turned = run.find(f"{W}rPr/{W}rtl") is not None
        assert turned or not arabic.search(text), text
    page = BeautifulSoup(to_letter_page(letter_of(golden, "statement", "ITA", "ar")), "html.parser")
    assert page.html is not None
    assert (page.html["dir"], page.html["lang"]) == ("rtl", "ar")


def test_pages_are_numbered_and_bear_the_notice(headed: Book) -> None:
    read = parts(to_letter_document(letter_of(headed, "statement", "FRA", "fr")))
    assert "NUMPAGES" in read["word/footer.xml"]
    assert "sur" in read["word/footer.xml"]
    assert "Every amount is made up." in read["word/header.xml"]
    page = to_letter_page(letter_of(headed, "statement", "FRA", "fr"))
    assert "counter(page)" in page
    assert "Every amount is made up." in page


def test_pdf_is_made_or_the_sentence_says_what_is_missing(golden: Book) -> None:
    """LibreOffice may be there without Writer, or not at all."""
    document = to_letter_document(letter_of(golden, "confirmation", "DEU", "ar"))
    said, made = "", {}
    try:
        made = to_pdfs({"--hostile name": document})
    except NoOfficeError as error:
        said = str(error)
    assert bool(made) != bool(said)
    assert "LibreOffice" in said or made["--hostile name"].startswith(b"%PDF-")


@pytest.mark.office
@pytest.mark.usefixtures("writer")
def test_no_figure_is_broken_and_no_total_stands_alone_in_a_pdf(
    golden: Book, tmp_path: Path, read_pdf: Callable[[Path], str]
) -> None:
    letters = {
        f"{donor}-{tag}": letter_of(golden, "statement", donor, tag)
        for donor in ("DEU", "CAN", "ITA", "FRA", "GBR", "NOR", "JPN", "SWE")
        for tag in ("ar", "fr")
    }
    made = to_pdfs({name: to_letter_document(each) for name, each in letters.items()})
    for name, letter in letters.items():
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(made[name])
        text = read_pdf(path)
        plain = "".join(each for each in text if unicodedata.category(each) != "Cf")
        for table in letter.tables:
            rows = [
                [
                    cell.strip("()")
                    for heading, cell in zip(
                        table.headings, written(letter, table, line), strict=True
                    )
                    if heading.kind == "amount" and cell not in {"", "–"}
                ]
                for line in table.lines
            ]
            for row in rows:
                assert all(holds(plain, cell) for cell in row), (name, row)
            before, total = ([], *rows)[-2:]
            assert any(
                all(holds(page, cell) for cell in [*before, *total]) for page in plain.split("\f")
            ), (name, table.name)
        if letter.language == "fr":
            words = {
                word
                for table in letter.tables
                for each in table.headings
                for word in each.title.split()
            }
            assert {word for word in words if word not in plain} == set(), name


def holds(text: str, figure: str) -> bool:
    """Tell whether a figure stands unbroken in what pdftotext read."""
    return bool(re.search(re.escape(figure).replace("\u202f", "[\u202f\xa0 ]?"), text))


def test_pdf_without_libreoffice_is_refused_before_anything_is_made(
    golden: Book, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoOfficeError, match=r"not installed.*\.docx"):
        render_letters([letter_of(golden, "statement", "ITA")], ("html", "pdf"))


@pytest.mark.browser
@NEEDS_CHROMIUM[1]
@pytest.mark.parametrize("width", [390, 900])
def test_an_arabic_page_begins_at_the_right_and_fits_its_width(
    golden: Book, page: Page, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.set_content(to_letter_page(letter_of(golden, "statement", "ITA", "ar")))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    first, last = (
        page.locator(f"table >> nth=0 >> thead th >> nth={at}").bounding_box() for at in (0, -1)
    )
    assert first
    assert last
    assert first["x"] > last["x"]


@pytest.mark.browser
@NEEDS_CHROMIUM[1]
def test_a_printed_page_has_its_number_and_the_notice(
    headed: Book, page: Page, tmp_path: Path, read_pdf: Callable[[Path], str]
) -> None:
    page.set_content(to_letter_page(letter_of(headed, "reminder", "CAN")))
    page.pdf(path=tmp_path / "letter.pdf", prefer_css_page_size=True)
    text = read_pdf(tmp_path / "letter.pdf")
    assert "Page 1 of 1" in text
    assert text.count("Every amount is made up.") == 1
    assert "CAN-2002-01.1" in text


def test_letters_of_all_donors_have_names_of_their_own(golden: Book) -> None:
    letters = list(make_letters(Papers(select(golden, "2002-2003")), "statement", day=DAY))
    files = render_letters(letters, ("html",))
    assert len(files) == len(letters) == 15
    assert all(re.fullmatch(r"[\w.-]+", name) for name in files)
