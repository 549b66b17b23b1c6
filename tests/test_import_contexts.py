"""Words beside a figure that are an alarm of the contribution, and none of anything else."""

from __future__ import annotations

from pathlib import Path

import pytest
from clerk_sheets import imported, judge, said, write_csv
from hypothesis import given
from hypothesis import strategies as st
from pledgebook.importers.values.contexts import context_phrases
from pledgebook.importers.values.lists import terms
from pledgebook.importers.values.words import is_warning, says_otherwise

HARMLESS = [
    "Training through workshops",
    "Awareness raising through radio and television",
    "Training of judges through seminars in Africa",
    "Formation par le biais d'ateliers",
    "Support to victims included in the programme",
    "Capacity building as part of the project",
    "Programme includes training of judges",
    "Letter sent to the Executive Director",
    "A copy of the receipt was sent to the Ministry",
    "Monthly newsletter on crime",
    "Oral history of victims",
    "Draft legislation on firearms",
    "Support to returned migrants",
    "Backlog of pending cases",
    "Note verbale No. 12 of 3 May 2002",
    "Nota verbale 12/2002",
]
ALARMS = [
    "through UNDP",
    "paid through UNDP",
    "Payment through the bank in Vienna",
    "paid through an intermediary",
    "Contribution through a friend",
    "Training through UNICEF",
    "Training through the national bank",
    "TRAINING THROUGH UNDP",
    "training through undp",
    "channelled via the World Bank",
    "via Western Union",
    "versé par le biais du PNUD",
    "через ПРООН",
    "a través de la UNESCO",
    "included in the pledge of the European Union",
    "Support to victims included in the pledge of Norway",
    "Included in the programme",
    "includes 5,000 for travel",
    "Programme includes 5,000 of costs",
    "part of the contribution of Norway",
    "Part of the project",
    "sent to UNDP",
    "Money sent to the project office",
    "Payment sent to the office with a letter",
    "monthly",
    "Monthly payments",
    "100 monthly",
    "oral",
    "Oral pledge",
    "verbal announcement",
    "draft",
    "in error",
    "Pending",
    "Reduced by 500",
    "Revised amount",
    "returned",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_said_of_something_else_is_no_alarm(text: str) -> None:
    assert not says_otherwise(text)


@pytest.mark.parametrize("text", ALARMS)
def test_what_is_said_of_the_contribution_is_one(text: str) -> None:
    assert says_otherwise(text) or is_warning(text)


PARTIES = sorted(set(terms()["context"]["words"]["parties"]))


@given(st.sampled_from(PARTIES), st.sampled_from(["through", "via"]), st.booleans())
def test_whoever_money_may_go_through_is_heard(party: str, word: str, capitals: bool) -> None:
    text = f"Training {word} the {party}"
    assert says_otherwise(text.upper() if capitals else text)


@given(st.sampled_from(sorted(context_phrases())))
def test_a_word_that_stands_alone_is_an_alarm(phrase: str) -> None:
    assert says_otherwise(phrase) or is_warning(phrase)


def test_descriptions_of_what_money_is_for_keep_no_row_waiting(tmp_path: Path) -> None:
    heads = ["Donor", "Date", "Currency", "Amount", "Description"]
    listed = [
        ["Austria", f"2002-05-{1 + at:02}", "EUR", 1000 + at, text]
        for at, text in enumerate([*HARMLESS, ALARMS[1]])
    ]
    tables = judge(write_csv(tmp_path / "list.csv", [heads, *listed]))
    assert said(tables)[-1] == "waiting"
    assert len(imported(tables)) == len(HARMLESS)


def test_a_column_that_a_mapping_without_columns_ignores_is_not_heard(tmp_path: Path) -> None:
    heads = ["Donor", "Date", "Currency", "Amount", "Description"]
    path = tmp_path / "list.csv"
    write_csv(path, [heads, ["Austria", "2002-05-12", "EUR", 1000, "paid through UNDP"]])
    assert said(judge(path)) == ["waiting"]
    for name in ("description", "Description", "E"):
        assert said(judge(path, f'ignored = ["{name}"]')) == ["imported"]
