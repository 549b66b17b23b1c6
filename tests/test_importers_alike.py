"""Rows that say the same under another writing of a reference are found as a look at all finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pledgebook.importers.judging.known import AlikeRows

ROWS = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(["", "NV1", "NV2", "NV3"])))


@given(ROWS)
def test_the_first_row_elsewhere_is_named_whatever_came_before(rows: list[tuple[str, str]]) -> None:
    seen = AlikeRows()
    for number, (place, reference) in enumerate(rows):
        wanted = next(
            (
                other
                for other, of in rows[:number]
                if other != place and (of == reference or not of or not reference)
            ),
            "",
        )
        assert seen.above(place, reference) == wanted
        seen.add(place, reference)
