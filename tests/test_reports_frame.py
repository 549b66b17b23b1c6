"""A report as a pandas frame, for those who go on computing."""

from __future__ import annotations

import sys
from decimal import Decimal

import pytest
from pledgebook.ledger import Book
from pledgebook.reports import make_reports, select


def test_the_frame_of_the_schedule_adds_up_to_its_total_in_exact_decimals(golden: Book) -> None:
    (schedule,) = make_reports(select(golden, "2002-2003"), ("schedule",))
    frame = schedule.frame()
    assert list(frame.columns[:3]) == ["section", "group", "donor"]
    assert len(frame) == 15
    assert frame["pledged"].sum() == Decimal("413711.18")
    assert all(isinstance(amount, Decimal) for amount in frame["closing"])
    by_group = frame.groupby("group")["pledged"].sum()
    assert by_group["Governments"] == Decimal("390276.40")


def test_the_frame_of_an_empty_report_has_its_columns(golden: Book) -> None:
    (schedule,) = make_reports(select(golden, "2000-2001", fund="UNTOC"), ("schedule",))
    frame = schedule.frame()
    assert frame.empty
    assert "closing" in frame.columns


def test_without_pandas_a_frame_says_what_brings_it(
    golden: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    (schedule,) = make_reports(select(golden, "2002-2003"), ("schedule",))
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install pledgebook\[frames\]"):
        schedule.frame()
