"""The guide of the desk as help: a section a page, the keys as they are."""

from __future__ import annotations

import re
from pathlib import Path

from pledgebook import desk
from pledgebook.desk.guide import GUIDE, guide_to, sections

AROUND = (Path(desk.__file__).parent / "around.js").read_text("utf-8")
KEYS = dict(re.findall(r'\["(\w+)", "(\w)"\]', AROUND))
FAVAS = set("bcdeEhHijnoqst")
"""Letters that follow g in Fava (frontend/src/sidebar/AsideContents.svelte)."""


def test_every_page_has_a_place_a_key_and_a_section_of_the_guide() -> None:
    for name in desk.__all__:
        title = getattr(desk, name).title
        assert name in KEYS
        assert sections()[title], title
        assert guide_to(title).startswith(f"<h2>{title}</h2>")


def test_no_key_is_given_twice_or_taken_from_fava() -> None:
    assert len(set(KEYS.values())) == len(KEYS) >= len(desk.__all__)
    assert not set(KEYS.values()) & FAVAS


def test_the_guide_tells_every_key() -> None:
    told = dict(re.findall(r"\| `g (\w)` \| (\w+) ", GUIDE.read_text("utf-8")))
    titles = {name: getattr(desk, name).title for name in desk.__all__}
    assert told == {key: titles.get(name, name) for name, key in KEYS.items()}


def test_help_has_tables_and_leads_nowhere_and_no_text_of_it_is_markup() -> None:
    for title in sections():
        shown = guide_to(title)
        assert "<a " not in shown
        assert "<img" not in shown
        assert "](" not in shown
    assert "<table>" in guide_to("Reconcile")
