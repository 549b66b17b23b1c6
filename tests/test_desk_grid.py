"""Many payments at once on the page Record, under control totals (amounts made up)."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pledgebook.cli.main import group
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.forms.grid import plan_payments
from pledgebook.ledger.register.book import Book
from test_desk_record import OWN, RATES, Desk

PLEDGES = (
    "pledge AUT 60000 --currency EUR --due 2002-06-30 --fund CPCJF --date 2002-03-01",
    "pledge CAN --instalment 100@2002-06-30 --instalment 50@2002-12-31 --fund CPCJF "
    "--date 2002-03-01",
    "pledge NOR 700 --due 2002-06-30 --fund CPCJF --date 2002-03-01",
)
ROWS = [
    {"donor": "Austria", "day": "2002-08-12", "amount": "60 000,00", "value": "52,631.58"},
    {"donor": "", "label": "CAN-2002-01.2", "day": "2002-08-13", "amount": "50"},
    {"donor": "NOR", "label": "NOR-2002-01.1", "day": "2002-08-14", "amount": "200.50",
     "currency": "USD", "ref": "A 7"},
]  # fmt: skip
CONTROL = [["60,000.00", "EUR"], ["250.50", "usd"]]


@pytest.fixture
def desk(load: Callable[..., Any]) -> Desk:
    desk = Desk(load(RATES).path)
    desk.record(*PLEDGES)
    return desk


def post(
    desk: Desk, endpoint: str, rows: object, control: object, **more: object
) -> dict[str, Any]:
    form = {"rows": rows, "control": control, "book": desk.seen(), **more}
    return dict(desk.fava.post(f"{desk.address}/{endpoint}", json=form, headers=OWN).json)


def test_rows_that_come_to_their_totals_are_booked_in_one_write(desk: Desk) -> None:
    assert "Many payments at once" in desk.page()
    assert 'data-name="amount"' in desk.page("?grid=payment")
    before = desk.files()
    shown = unescape(post(desk, "grid", ROWS, CONTROL)["html"])
    assert "EUR 60,000.00, USD 250.50" in shown
    assert "Book 3 payments: EUR 60,000.00, USD 250.50</button>" in shown
    assert desk.files() == before
    answer = post(desk, "record-grid", ROWS, CONTROL, common={"entered_by": "One"})
    assert answer["booked"] == 3
    book = load_book(desk.main)
    assert book.errors == []
    left = {label: str(own[-1].after.units) for label, own in book.register.by_label.items()}
    assert left == {
        "AUT-2002-01.1": "0", "CAN-2002-01.1": "100", "CAN-2002-01.2": "0",
        "NOR-2002-01.1": "499.50",
    }  # fmt: skip
    assert desk.text().count('entered-by: "One"') == 3
    page = desk.page(f"?booked=3&wrote={answer['wrote']}")
    assert "3 payments are in the book" in page
    assert f"undo={answer['wrote']}" in page


@pytest.mark.parametrize(
    ("change", "control", "words", "row", "field"),
    [
        ({}, [["60000", "EUR"], ["250.51", "USD"]], "USD 250.50 in the rows, 250.51 stated", -1,
         "control"),
        ({}, [["60250.50", "EUR"]], "USD 250.50 in the rows, 0.00 stated", -1, "control"),
        ({}, [], "Control total is not stated", -1, "control"),
        ({"amount": "12,500"}, CONTROL, "12,500.00 or 12.50", 2, "amount"),
        ({"amount": "701"}, CONTROL, "more than the 700.00 USD", 2, "amount"),
        ({"donor": "Nowhere"}, CONTROL, "names no donor", 2, "donor"),
        ({"donor": "AUT"}, CONTROL, "is of NOR", 2, "label"),
        ({"donor": "CAN", "label": ""}, CONTROL, "2 open instalments", 2, "label"),
        ({"donor": "", "label": ""}, CONTROL, "Name the instalment", 2, "label"),
        ({"donor": "", "label": "CAN-2002-01.2"}, CONTROL, "has a row already, number 2", 2,
         "label"),
        ({"day": ""}, CONTROL, "Date is not stated", 2, "day"),
        ({"currency": "XQX"}, CONTROL, "in XQX", 2, ""),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_is_told_at_its_cell_and_nothing_is_written(
    desk: Desk, change: dict[str, str], control: object, words: str, row: int, field: str
) -> None:
    rows = [*ROWS[:2], {**ROWS[2], **change}]
    before = desk.files()
    for endpoint in ("grid", "record-grid"):
        told = post(desk, endpoint, rows, control)
        assert words in told.get("fault", ""), told
        assert (told["row"], told["field"]) == (row, field)
    assert desk.files() == before


def test_a_grid_is_checked_again_in_the_book_as_it_is_now(desk: Desk) -> None:
    seen = post(desk, "grid", ROWS, CONTROL)["book"]
    desk.record("unapplied 70 --fund CPCJF --date 2002-12-01")
    assert post(desk, "record-grid", ROWS, CONTROL, book=seen)["changed"] is True
    renewed = post(desk, "grid", ROWS, CONTROL, book=seen)["book"]
    assert post(desk, "record-grid", ROWS, CONTROL, book=renewed)["booked"] == 3


@settings(max_examples=40, deadline=None)
@given(
    amounts=st.lists(st.integers(1, 10000), min_size=3, max_size=3),
    slip=st.integers(-3, 3),
)
def test_no_slip_passes_a_control_total(shared_book: Book, amounts: list[int], slip: int) -> None:
    labels = ("CAN-2002-01.1", "CAN-2002-01.2", "NOR-2002-01.1")
    cents = [Decimal(each) / 100 for each in amounts]
    paid = [min(each, limit) for each, limit in zip(cents, (100, 50, 700), strict=True)]
    rows = [
        {"label": label, "day": "2002-08-12", "amount": f"{amount:f}"}
        for label, amount in zip(labels, paid, strict=True)
    ]
    total = sum(paid) + Decimal(slip) / 100
    if slip or total <= 0:
        with pytest.raises(EventRefusedError):
            plan_payments(shared_book, rows, [(f"{total:f}", "USD")], {})
    else:
        planned = plan_payments(shared_book, rows, [(f"{total:f}", "USD")], {})
        assert planned.totals == {"USD": total}


@pytest.fixture(scope="module")
def shared_book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    main = make_book(tmp_path_factory.mktemp("grid") / "book")
    for line in PLEDGES[1:]:
        command = ["--book", str(main), "record", *shlex.split(line), "--yes"]
        result = CliRunner().invoke(group, command)
        assert result.exit_code == 0, result.output
    return load_book(main)
