"""Words of rules and declarations that can never hold are found at their line."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from conftest import Load
from pledgebook.ledger.findings import Finding
from pledgebook.ledger.register.book import Book

RULE = '2000-12-04 custom "rule" "A/RES/55/64" "R90" "OP7"\n  relation: "call"\n'
WORDS = {
    "donor": ("state", "funding-agency", "foundation"),
    "donor-code": ("USA", "UNDP", "EXF"),
    "donor-group": ("Governments", "Others"),
    "fund": ("CPCJF", "UNTOC"),
    "class": ("general", "special", "convention"),
    "purpose": ("corruption", "organized-crime", "juvenile-justice"),
    "evidence": ("oda", "crs"),
}
"""Of each vocabulary some words that the book of the tests has."""


def found(book: Book) -> list[Finding]:
    return [each for each in (*book.errors, *book.notices) if each.rule == "dead-word"]


def misspelt(word: str, random: Random) -> str:
    """Swap, drop or double a letter within a word."""
    at = random.randrange(1, len(word) - 1) if len(word) > 2 else 0
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    dropped, doubled = word[:at] + word[at + 1 :], word[:at] + word[at] * 2 + word[at + 1 :]
    others = [each for each in (swapped, dropped, doubled) if each != word]
    return random.choice(others)


@pytest.mark.parametrize("key", WORDS)
@pytest.mark.parametrize("seed", range(4))
def test_a_misspelt_word_of_any_vocabulary_is_an_error_at_its_line(
    key: str, seed: int, load: Load
) -> None:
    random = Random(seed)
    right = random.choice(WORDS[key])
    wrong = misspelt(right, random)
    if wrong in {"US", "UA", "SA"} or (key == "donor-code" and load("").settings.donors.get(wrong)):
        return  # another donor
    for condition in (key, f"not-{key}"):
        (error,) = found(load(f'{RULE}  {condition}: "{right} {wrong}"\n'))
        assert (error.is_error, repr(wrong) in error.message) == (True, True)
        assert (Path(str(error.source["filename"])).name, error.source["lineno"]) == (
            "2002-2003.beancount",
            1,
        )
    assert found(load(f'{RULE}  {key}: "{right}"\n')) == []


@pytest.mark.parametrize("key", ["fund", "class", "purpose"])
def test_a_rule_for_what_the_book_merely_does_not_have_is_a_notice(key: str, load: Load) -> None:
    (notice,) = found(load(f'{RULE}  {key}: "zzz-elsewhere"\n'))
    assert not notice.is_error
    assert "the rule never holds" in notice.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f'{RULE}  fund: "UNTOC"\n  class: "special"\n', "which has none of that name"),
        (f"{RULE}  until: 1999-12-31\n", "before A/RES/55/64 was adopted"),
        ('2001-01-01 custom "mandate" "EX/1" "Made up"\n  primary: "OP1"\n', "ranks 'OP1'"),
        ('2000-01-01 custom "purpose" "x" "X"\n  within: "y"\n', "within 'y'"),
        ('2000-01-01 custom "purpose" "x" "X"\n  parent: "corruption"\n', "'parent' is no key"),
        ('2000-01-01 custom "purpose" "x" "X"\n  within: "x"\n', "within itself"),
        ('2000-01-01 custom "donor" "MFA" "Ministry"\n  kind: "state"\n  within: "XXX"\n', "'XXX'"),
        ('2000-01-01 custom "period" "2010" 2010-12-31\n  within: "2002-2003"\n', "is no key"),
        ('2000-01-01 custom "donor-kind" "k" "K"\n  is: "sate"\n', "is: 'sate'"),
        ('2000-01-01 custom "donor-kind" "k" "K"\n  group: "Nobody"\n', "group: 'Nobody'"),
    ],
)
def test_what_can_never_hold_is_said_in_any_declaration(text: str, said: str, load: Load) -> None:
    (error,) = found(load(text))
    assert error.is_error
    assert said in error.message


def test_purposes_that_come_round_are_an_error_and_the_book_still_answers(load: Load) -> None:
    book = load(
        """
        2000-01-01 custom "purpose" "x" "X"
          within: "y"
        2000-01-01 custom "purpose" "y" "Y"
          within: "x"
        """
    )
    (error,) = found(book)
    assert "comes round" in error.message
    assert book.settings.purpose_tree.above("x") == ("y",)
