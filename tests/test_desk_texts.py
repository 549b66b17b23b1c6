"""Every word of the desk's pages can be translated: a made-up language puts each in brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from fava.application import create_app
from flask.testing import FlaskClient
from make_texts import COMPLETE, LANGUAGES, catalog_of, extract, read, untranslated
from pledgebook.desk import texts

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "tests" / "data" / "golden"
LINE = '1999-12-31 custom "fava-extension" "pledgebook.desk"\n'
LANGUAGE = '1999-12-31 custom "fava-option" "language" "{}"\n'


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """The words as `make texts` extracts them."""
    return extract()


@pytest.fixture
def bracketed(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Catalog]:
    """A language in which each text stands in brackets."""
    made = Catalog("fr")
    for message in catalog:
        if message.id:
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            words = tuple(f"⟦{each}⟧" for each in ids)
            made.add(message.id, words if len(words) > 1 else words[0])
    folder = tmp_path / "locales"
    folder.mkdir()
    with (folder / "fr.po").open("wb") as file:
        write_po(file, made)
    texts._catalog.cache_clear()
    monkeypatch.setattr(texts, "LOCALES", folder)
    yield catalog
    texts._catalog.cache_clear()


def golden_in(folder: Path, language: str) -> FlaskClient:
    """Fava on the golden example in a language."""
    for file in GOLDEN.glob("*.beancount"):
        text = file.read_text("utf-8").replace("../../../ledger", str(ROOT / "ledger"))
        (folder / file.name).write_text(text, "utf-8")
    main = folder / "main.beancount"
    main.write_text(main.read_text("utf-8") + LINE + LANGUAGE.format(language), "utf-8")
    return create_app([main], load=True, poll_watcher=True).test_client()


def test_all_words_come_from_the_catalog_of_the_readers_language(
    bracketed: Catalog, tmp_path: Path
) -> None:
    client = golden_in(tmp_path, "fr")
    base = client.get("/").headers["Location"].strip("/").split("/")[0]
    said: set[str] = set()
    for page in (
        "Contributions/", "Contributions/?q=italie", "Contributions/?q=nowhere", "Donor/", "Today/",
        "Donor/?donor=ITA", "Donor/?donor=XXX", "Reports/", "Reports/?name=schedule",
        "Reports/?name=ageing", "Paragraphs/", "Paragraphs/?paragraph=OP14",
        "Reports/?behind=closing", "Record/", "Record/?event=pledge", "Record/?event=payment",
        "Record/?event=policy-change", "Log/", "Log/?undo=1", "Setup/", "Close/", "Letters/",
    ):  # fmt: skip
        answer = client.get(f"/{base}/extension/{page}").text
        assert '"report_title":"\\u27e6Donors\\u27e7"' in answer
        inner = answer.partition('id="desk"')[2].partition('id="page-title"')[0]
        inner = re.sub(r"<script.*?</script>", "", inner, flags=re.DOTALL)
        shown = unescape(re.sub(r"<[^>]+>", "\n", inner))
        said |= set(re.findall(r"⟦(.*?)⟧", shown, re.DOTALL))
        outside = re.sub(r"⟦.*?⟧", "", shown, flags=re.DOTALL)
        for message in bracketed:  # a report's own words are data, and some are the same
            text = message.id if isinstance(message.id, str) else ""
            if " " in text and "%" not in text and "name=" not in page:
                assert text not in outside, (page, text)
    assert len(said) > 100


PLURALS = r"""
msgid ""
msgstr ""
"Plural-Forms: nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : "
"n%100>=11 && n%100<=99 ? 4 : 5);\n"

msgid "%(num)s entry"
msgid_plural "%(num)s entries"
msgstr[0] "none"
msgstr[1] "one"
msgstr[2] "two"
msgstr[3] "few: %(num)s"
msgstr[4] "many: %(num)s"
msgstr[5] "other: %(num)s"
"""


@pytest.fixture
def own_catalogs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = tmp_path / "locales"
    folder.mkdir()
    (folder / "ar.po").write_text(PLURALS, "utf-8")
    (folder / "es.po").write_text('msgid "Donors"\nmsgstr ""\n', "utf-8")
    texts._catalog.cache_clear()
    monkeypatch.setattr(texts, "LOCALES", folder)
    yield
    texts._catalog.cache_clear()


@pytest.mark.usefixtures("own_catalogs")
def test_a_language_that_fava_lacks_is_the_desks_and_no_error(tmp_path: Path) -> None:
    book = tmp_path / "book"
    book.mkdir()
    client = golden_in(book, "ar")
    base = client.get("/").headers["Location"].strip("/").split("/")[0]
    page = client.get(f"/{base}/extension/Today/").text
    assert 'lang="ar" dir="rtl"' in page
    assert "Failed to parse" not in client.get(f"/{base}/api/errors").text
    with client.application.test_request_context(f"/{base}/"):
        client.application.preprocess_request()
        said = [
            texts.ngettext("%(num)s entry", "%(num)s entries", n) for n in (0, 1, 2, 7, 20, 100)
        ]
    number = [f"\u2068{n}\u2069" for n in (7, 20, 100)]
    assert said[:3] == ["none", "one", "two"]
    assert said[3:] == [f"few: {number[0]}", f"many: {number[1]}", f"other: {number[2]}"]


@pytest.mark.parametrize("language", ["es", "xx-nothing", "en"])
@pytest.mark.usefixtures("own_catalogs")
def test_an_empty_catalog_is_as_good_as_none(tmp_path: Path, language: str) -> None:
    book = tmp_path / "book"
    book.mkdir()
    client = golden_in(book, language)
    base = client.get("/").headers["Location"].strip("/").split("/")[0]
    assert 'lang="en" dir="ltr"' in client.get(f"/{base}/extension/Today/").text
    refused = "Failed to parse fava-option" in client.get(f"/{base}/api/errors").text
    assert refused is (language == "xx-nothing")  # what nobody speaks stays Fava's error


def test_no_template_is_passed_over_by_the_extraction(catalog: Catalog) -> None:
    known = {text.id if isinstance(text.id, str) else text.id[0] for text in catalog}
    for path in (ROOT / "desk" / "templates").glob("*.html"):
        for _quote, text in re.findall(r"""\b_\((["'])((?:(?!\1).)+)\1""", path.read_text("utf-8")):
            assert text in known, (path.name, text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_in_every_catalog_and_those_that_ship_are_complete(
    catalog: Catalog, language: str
) -> None:
    made = read(catalog_of(language))
    assert {text.id for text in catalog if text.id} == {text.id for text in made if text.id}, (
        "run make texts"
    )
    left = untranslated(made)
    assert left == [] if language in COMPLETE else len(left) == len(made)


@pytest.mark.parametrize("language", COMPLETE)
def test_a_translation_takes_the_values_of_its_text(language: str) -> None:
    named = re.compile(r"%\((\w+)\)s")
    for text in filter(lambda each: each.id, read(catalog_of(language))):
        ids = text.id if isinstance(text.id, tuple) else (text.id,)
        strings = text.string if isinstance(text.string, tuple) else (text.string,)
        values = {name for each in ids for name in named.findall(each)}
        for each in strings:
            own = set(named.findall(each))
            # "one entry" may do without its number, as Arabic says one and two by the word alone
            assert own == values or (len(strings) > 1 and values - own == {"num"}), (ids, each)
            assert named.sub("", each).count("%") == named.sub("", ids[0]).count("%"), (ids, each)
