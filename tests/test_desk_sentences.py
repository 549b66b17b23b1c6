"""What the ledger and the importers say is known on a page, and said in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import find_sentences as find_sentences_module
import pytest
from find_sentences import find_sentences
from flask import Flask
from flask.ctx import RequestContext
from flask_babel import Babel
from make_texts import (
    LANGUAGES,
    catalog_of,
    extract,
    extract_sentences,
    read,
    sentences_of,
    untranslated,
)
from markupsafe import Markup
from pledgebook.desk.plain_words import in_page_words, said_on_page
from pledgebook.desk.sentences import PLACE, Pattern, patterns_of, recognise
from pledgebook.desk.texts import gettext, ngettext

VALUES = ("'Kenya'", "12,000.50 USD", "2003-12-31", "KEN-2003-01.1", "The rate is of 3 May.")
APART = re.compile("\u2068[^\u2068\u2069]*\u2069")


@pytest.fixture(scope="module")
def patterns() -> tuple[Pattern, ...]:
    """Every sentence that the source says."""
    return patterns_of(find_sentences())


SAID = ("ar", "fr")
"""Those into which the commonest sentences are translated."""


@pytest.fixture(params=SAID)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """A request by a reader of a language."""
    with spoken_to(request.param):
        yield str(request.param)


def spoken_to(language: str) -> RequestContext:
    """A request by a reader whose browser asks for a language."""
    app = Flask(__name__)
    Babel(app, locale_selector=lambda: language)
    return app.test_request_context()


def filled(pattern: str) -> str:
    """A sentence said by a pattern, each value another one."""
    values = iter(VALUES * 6)
    return PLACE.sub(lambda _: next(values), pattern)


def test_every_sentence_that_is_said_is_recognised_as_that_one(
    patterns: tuple[Pattern, ...],
) -> None:
    assert len(patterns) > 1000
    for pattern in patterns:
        said = filled(pattern.text)
        found = recognise(said, patterns)
        assert found is not None, said
        text, values = found
        assert text == pattern.text, said
        assert text.format(**values) == said


@pytest.mark.parametrize(
    ("source", "sentences"),
    [
        (
            'raise E(f"{a.pledge} is not open: name {len(b)} others.")',
            ["{pledge} is not open: name {b} others."],
        ),
        ('raise E(f"{x} and {x} are one pledge.")', ["{x} and {x2} are one pledge."]),
        (
            'say("No such pledge is open. Name " + (f"one of {a}." if a else "another one."))',
            ["No such pledge is open.", "Name one of {a}.", "Name another one."],
        ),
    ],
)
def test_sentences_are_found_in_source_with_their_values_named(
    source: str, sentences: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "saying.py").write_text(source, "utf-8")
    monkeypatch.setattr(find_sentences_module, "ROOT", tmp_path)
    assert find_sentences() == sentences


@pytest.mark.parametrize("language_of", SAID)
def test_each_translated_sentence_is_one_of_the_source_with_its_values(language_of: str) -> None:
    made = read(sentences_of(language_of))
    wanted = {text.id for text in extract_sentences(extract()) if text.id}
    for text in made:
        if text.id and text.string:
            assert text.id in wanted, "reworded: translate it anew, then run make texts"
            assert sorted(PLACE.findall(str(text.string))) == sorted(PLACE.findall(str(text.id)))
    assert len(made) - len(untranslated(made)) >= 100


def test_a_refusal_is_said_in_the_readers_language_with_its_values(language: str) -> None:
    said = in_page_words("The period '2002-2003' is closed already.")
    value = "\u2068'2002-2003'\u2069" if language == "ar" else "'2002-2003'"
    before = {"ar": "الفترة", "fr": "La période"}[language]
    assert said.startswith(f"{before} {value}")


@pytest.mark.usefixtures("language")
def test_what_is_not_translated_stays_whole_and_is_marked_as_english() -> None:
    left = untranslated(read(sentences_of("ar")))
    text = next(filled(each) for each in left if each.startswith("{") and "--" not in each)
    assert in_page_words(text) == text
    assert said_on_page(text) == Markup('<bdi lang="en">{}</bdi>').format(text)
    assert said_on_page("Déjà dit.") == "<bdi>Déjà dit.</bdi>"
    both = in_page_words(f"The amount is nil. {text}")
    assert "The amount is nil" not in both
    assert text in both


def test_a_sentence_within_a_sentence_is_translated_too() -> None:
    text = "The donor 'Xyz' is not known. Correct the name, confirm whom it means (import --donor "
    text += '"TEXT=CODE"), or say that it is new (--donor "TEXT=CODE:ngo").'
    with spoken_to("fr"):
        said = in_page_words(text)
    assert said.startswith("Le donateur 'Xyz' n’est pas connu. Corrigez le nom")
    assert "--donor" not in said


@pytest.mark.usefixtures("language")
def test_markup_in_a_value_is_text() -> None:
    said = said_on_page("The period <b>2002</b> is closed already.")
    assert "<b>" not in str(said)
    assert "&lt;b&gt;" in str(said)


def test_every_value_in_a_text_from_right_to_left_is_kept_apart() -> None:
    with spoken_to("ar"):
        for text in read(catalog_of("ar")):
            ids = text.id if isinstance(text.id, tuple) else (text.id,)
            names = set(re.findall(r"%\((\w+)\)s", " ".join(ids)))
            values = {name: f"KEN-{name}" for name in names - {"num"}}
            if len(ids) > 1:
                said = ngettext(*ids, 11, **values)
            elif values or names:
                said = gettext(ids[0], **values, **dict.fromkeys(names & {"num"}, 11))
            else:
                continue
            assert "KEN-" not in APART.sub("", said), said
            assert "11" not in APART.sub("", said), said


@pytest.mark.parametrize("other", sorted(set(LANGUAGES) - {"ar"}))
def test_from_left_to_right_nothing_is_put_around_a_value(other: str) -> None:
    with spoken_to(other):
        assert "\u2068" not in gettext("The book has no pledge %(pledge)s.", pledge="KEN-2003-01")
