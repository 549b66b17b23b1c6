"""The frames of a book: what each column is, and each sum the one that a report shows.

The random books are those that the oracle is held against (see handwritten); amounts made up.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from handwritten import CORRECTIONS, Writer
from pledgebook.ledger import Book
from pledgebook.ledger.columnar import FrameColumn
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.register.collections import list_collections
from pledgebook.ledger.register.frames import FRAMES
from pledgebook.reports import Report, Selection, make_reports, select
from pledgebook.reports.figures.layout import owed_per_ledger
from pledgebook.reports.render import footed

DOCS = Path(__file__).parent.parent / "docs" / "api.md"
ZERO = Decimal(0)
POLICIES = (
    ("pledge", "pledge", "pledge"),
    ("receipt", "pledge", "agreement"),
    ("agreement", "receipt", "pledge"),
)
CUTS = ("2000-2001", "2002-2003", "2003", "2004-Q1")


@pytest.fixture(scope="module", params=range(6))
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Book:
    seed = 7000 + request.param
    writer = Writer(seed, POLICIES[seed % len(POLICIES)])
    writer.live(45, CORRECTIONS if seed % 2 else None)
    main = tmp_path_factory.mktemp("lived") / "main.beancount"
    main.write_text(writer.text(), "utf-8")
    book = load_book(main)
    assert book.errors == []
    return book


def report_of(selection: Selection, name: str) -> Report:
    return footed(make_reports(selection, (name,))[0])


def sums(frame: pd.DataFrame, by: str, column: str) -> dict[Any, Decimal]:
    """The sums of a column that are not nil."""
    added: Mapping[Any, Decimal] = frame.groupby(by, observed=True)[column].sum().to_dict()
    return {key: amount for key, amount in added.items() if amount}


def within(frame: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    days = frame["day"]
    cut = selection.cut
    return frame[(days >= pd.Timestamp(cut.start)) & (days <= pd.Timestamp(cut.end))]


def unit_of(column: FrameColumn) -> str:
    return column.unit


@pytest.mark.parametrize("name", FRAMES)
def test_every_column_has_the_type_and_the_place_it_says(golden: Book, name: str) -> None:
    kinds = {
        "code": "category", "text": "str", "date": "datetime64[s]", "flag": "bool",
        "count": "int64", "money": "object",
    }  # fmt: skip
    frame = golden.frames.named(name)
    assert not frame.empty
    assert {key: str(kind) for key, kind in frame.dtypes.items()} == {
        each.name: kinds[each.kind] for each in FRAMES[name]
    }
    money = [each for each in FRAMES[name] if each.kind == "money"]
    assert money
    assert all(isinstance(x, Decimal) for each in money for x in frame[each.name])
    assert {unit_of(each) for each in money} <= set(frame.columns)
    floats = golden.frames.named(name, money="float")
    assert {str(floats[each.name].dtype) for each in money} == {"float64"}
    assert [float(x) for x in frame[money[0].name]] == floats[money[0].name].to_list()


@pytest.mark.parametrize("name", FRAMES)
def test_every_column_is_told_in_the_docstring_and_on_the_page_of_the_api(
    golden: Book, name: str
) -> None:
    said = getattr(type(golden.frames), name).__doc__ or ""
    page = DOCS.read_text("utf-8")
    (section,) = (part for part in page.split("\n### ") if part.startswith(f"{name}\n"))
    for column in FRAMES[name]:
        assert (
            column.name.partition("_name")[0].partition("_kind")[0].partition("_group")[0] in said
        )
        unit = f" in `{column.unit}`" if column.unit else ""
        assert f"| `{column.name}` | {column.kind}{unit} | {column.meaning} |" in section


@pytest.mark.parametrize("cut", CUTS)
def test_what_is_carried_is_what_the_accounts_of_pledges_hold(lived: Book, cut: str) -> None:
    selection = select(lived, cut)
    day = selection.cut.end
    lines = lived.frames.instalments(as_at=day)
    assert lines["carrying"].sum() == owed_per_ledger(selection)
    assert (lines["pledged"] == lines["paid"] + lines["written_off"] + lines["outstanding"]).all()
    totals: dict[str, Decimal] = {}
    for row in report_of(selection, "schedule").frame().to_dict("records"):
        owed = row["future"] + row["uncommitted"] + row["closing"]
        totals[row["donor_code"]] = totals.get(row["donor_code"], ZERO) + owed
    if "agreement" not in set(lines["recognition"]):  # there future is a part of closing
        assert sums(lines, "donor", "carrying") == {k: v for k, v in totals.items() if v}
    donors = lived.frames.donors(as_at=day).set_index("donor")
    assert sums(lines, "donor", "carrying") == {k: v for k, v in donors["carrying"].items() if v}
    assert sums(lines, "donor", "received") == {k: v for k, v in donors["received"].items() if v}
    assert donors["instalments"].sum() == len(lines)
    assert donors["overdue"].sum() == lines["overdue"].sum()


@pytest.mark.parametrize("cut", CUTS)
def test_what_is_unpaid_in_each_currency_is_that_of_the_annex(lived: Book, cut: str) -> None:
    selection = select(lived, cut)
    lines = lived.frames.instalments(as_at=selection.cut.end)
    annex = report_of(selection, "annex").frame()
    assert sums(lines, "currency", "outstanding") == sums(annex, "currency", "unpaid")


@pytest.mark.parametrize("cut", CUTS)
def test_movements_add_up_to_the_report_of_them(lived: Book, cut: str) -> None:
    selection = select(lived, cut)
    moved = within(lived.frames.movements(), selection)
    report = report_of(selection, "movements").frame()
    for column in ("change", "received"):
        assert sums(moved, "event", column) == sums(report, "event", column)
    everything = lived.frames.movements()["change"].sum()
    assert everything == lived.frames.instalments()["carrying"].sum()


@pytest.mark.parametrize("cut", CUTS)
def test_receipts_add_up_to_what_the_schedule_collected(lived: Book, cut: str) -> None:
    selection = select(lived, cut)
    came = within(lived.frames.receipts(), selection)
    collected = came[~came["advance"]]["received"].sum()
    released = sum(
        (
            change.advance_released
            for change in lived.register.changes
            if change.date in selection.cut
        ),
        ZERO,
    )
    schedule = report_of(selection, "schedule").frame()
    columns = schedule["collected_prior"].sum() + schedule["collected_current"].sum()
    assert collected + released == columns


def test_receipts_add_up_to_the_official_receipts(lived: Book) -> None:
    came = lived.frames.receipts()
    kept: dict[str, Decimal] = {}
    for each in list_collections(lived.register, as_paid=True):
        kept[each.key.donor] = kept.get(each.key.donor, ZERO) + each.kept
    moved = {"reassignment", "succession"}
    came = came[~came["event"].isin(moved)]
    assert sums(came, "donor", "received") == {key: value for key, value in kept.items() if value}


@pytest.mark.parametrize("cut", ["2002-2003", "2003"])
def test_paragraphs_add_up_to_the_table_of_relations(golden: Book, cut: str) -> None:
    selection = select(golden, cut)
    answered = golden.frames.paragraphs(as_at=selection.cut.end)
    report = report_of(selection, "paragraphs").frame()
    told = report[report["relation"].notna()]
    owed = {
        (row["relation"], row["paragraph"]): row["outstanding"] + row["future"] + row["uncommitted"]
        for row in told.to_dict("records")
    }
    found = answered.groupby(["relation", "paragraph"], observed=True)["carrying"].sum().to_dict()
    assert {key: amount for key, amount in found.items() if amount} == {
        key: amount for key, amount in owed.items() if amount
    }
    primary = answered[answered["primary"]]
    assert not primary.duplicated(["label", "pledged_on", "donor", "fund"]).any()


def test_a_frame_of_nothing_has_its_columns(load: Any) -> None:
    book = load("")
    for name, columns in FRAMES.items():
        frame = book.frames.named(name)
        assert frame.empty
        assert list(frame.columns) == [each.name for each in columns]


def test_the_register_as_at_a_day_knows_nothing_later(golden: Book) -> None:
    lines = golden.frames.instalments(as_at=date(2002, 6, 30))
    assert lines["pledged_on"].max() <= pd.Timestamp("2002-06-30")
    assert len(lines) < len(golden.frames.instalments())


def test_without_pandas_a_frame_says_what_brings_it(
    golden: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install pledgebook\[frames\]"):
        golden.frames.instalments()


def test_money_in_another_way_is_refused(golden: Book) -> None:
    with pytest.raises(ValueError, match="exact or float"):
        golden.frames.instalments(money="cents")  # type: ignore[arg-type]
