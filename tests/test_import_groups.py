"""Rows of one text within a list: regions, what goes on, pages; and donors listed without more."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel import Locale
from clerk_sheets import imported, judge, said, write_csv
from hypothesis import given
from hypothesis import strategies as st
from pledgebook.importers.tables.group_rows import heads_group, is_page_number
from pledgebook.ledger.declared.directory import Directory

HEAD = ["Donor", "Date", "Currency", "Amount"]
REGIONS = sorted(
    name
    for locale in ("en", "fr", "es", "ru", "ar", "zh")
    for code, name in Locale.parse(locale).territories.items()
    if code.isdigit()
)
STATES = sorted({donor.name for donor in Directory.of_states()})


@given(st.sampled_from(REGIONS), st.sampled_from(["{}", "A. {}", "{}:", "{} (continued)", "{}*"]))
def test_a_region_of_the_world_heads_a_group_in_any_official_language(name: str, form: str) -> None:
    assert heads_group(form.format(name)) or Directory.of_states().candidates(name, codes=False)


@given(st.sampled_from(STATES), st.sampled_from(["{}", "1. {}", "{}:", "{} (continued)"]))
def test_a_state_heads_none(name: str, form: str) -> None:
    assert not heads_group(form.format(name))


@pytest.mark.parametrize(
    "text", ["Page 2", "Page 2 of 5", "- Seite 3 -", "Página 2 de 4", "第2页", "2 / 5", "p. 3"]
)
def test_a_page_number_is_one(text: str) -> None:
    assert is_page_number(text)


@pytest.mark.parametrize("text", ["Page Foundation", "2002", "Donor 2", "12"])
def test_a_name_or_a_year_is_no_page(text: str) -> None:
    assert not is_page_number(text)


def test_titles_within_a_list_are_no_donors(tmp_path: Path) -> None:
    rows = [
        HEAD,
        ["Western Europe"],
        ["Austria", "2002-05-12", "EUR", 1000],
        ["Page 2"],
        HEAD,
        ["Western Europe (continued)"],
        ["Norway", "2002-05-13", "USD", 2000],
        ["Sub-Saharan Africa"],
        ["Kenya", "2002-05-14", "USD", 3000],
        ["(continued)"],
        ["Ghana", "2002-05-15", "USD", 4000],
        ["France"],
    ]
    tables = judge(write_csv(tmp_path / "list.csv", [list(row) for row in rows]))
    assert [each[0] for each in imported(tables)] == ["AUT", "NOR", "KEN", "GHA"]
    assert said(tables) == ["imported"] * 4 + ["waiting"]
