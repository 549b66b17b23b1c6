"""A text that is passed over as silent says nothing by any of the rules on words beside figures."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pledgebook.importers.tables.units import states_units
from pledgebook.importers.values.lists import terms
from pledgebook.importers.values.values import SCALES, words
from pledgebook.importers.values.words import changes_figures, is_silent

_SECTIONS = ("in_kind_phrases", "otherwise", "announcement", "alone")
PHRASES = [
    *(each for section in _SECTIONS for listed in terms()[section].values() for each in listed),
    *(
        each
        for rule in ("channel", "sent", "contained", "manner")
        for each in terms()["context"][rule]
    ),
    *(each for unit in SCALES for each in words()[unit]),
]
"""The words and phrases of the lists by which a text may say something of a contribution."""

_BESIDE = ["NV 12/2002", "", "000", "x 1", "k", "(", "’", "3", "100", "kEUR", "Note", "von", "é"]


@given(st.lists(st.sampled_from([*PHRASES, *_BESIDE]) | st.text(max_size=8), max_size=4))
@example(["'000"])
@example(["x 1000"])
@example(["12/1999 withdrawn"])
def test_what_is_silent_says_nothing(texts: list[str]) -> None:
    for text in (" ".join(texts), "".join(texts)):
        assert not (is_silent(text) and (changes_figures(text) or states_units(text)))


@pytest.mark.parametrize(
    "text", ["NV 117/2002", "A/57/3", "Letter No. 5 of 3 May 2002", "ODA-4711"]
)
def test_references_are_silent(text: str) -> None:
    assert is_silent(text)


def test_no_word_of_the_lists_has_a_digit() -> None:
    """Else a text might say something by its numbers, which `is_silent` takes for any others."""
    assert [phrase for phrase in PHRASES if re.search(r"\d", phrase)] == []
    assert len(PHRASES) > 200
