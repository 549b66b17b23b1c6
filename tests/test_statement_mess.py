"""Statements with all that was ever misread beside their figures (States' names, made-up amounts).

`python tests/statement_mess.py 10000` tries as many receipts as one wants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from pledgebook.importers import imports
from pledgebook.importers.statements import booking, camt, judging, sheets
from statement_mess import Found, try_once

SEEDS = range(1, 8)
KINDS = {
    "plain", "charges", "batch", "sent in euro", "on behalf", "taken back", "not booked", "to come",
    "account in euro", "list", "workbook", "taken back later",
}  # fmt: skip


def found_by(tmp_path: Path, seeds: Iterable[int] = SEEDS) -> Found:
    found = Found()
    for seed in seeds:
        folder = tmp_path / str(seed)
        folder.mkdir()
        try_once(seed, folder, found, most=30)
    return found


def test_no_figure_is_wrong_and_nothing_wrong_is_certain(tmp_path: Path) -> None:
    found = found_by(tmp_path)
    assert (found.figures_wrong, found.certain_wrong, found.refused_wrongly) == ([], [], [])
    assert found.certain_right * 3 > found.receipts > 100  # a match is certain where it should be
    kinds = {kind.partition(",")[0] for kind in found.made}
    assert kinds == KINDS


def _no(*_: object) -> bool:
    return False


FAULTS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "a batch bears its first name": lambda patch: patch.setattr(
        camt._Reader, "_is_of_several", _no
    ),
    "who pays for another is the payer": lambda patch: patch.setattr(
        booking.Cashier, "_names_another", _no
    ),
    "what a number format shows is passed over": lambda patch: patch.setattr(
        sheets, "read_shown", lambda _value, _look, reading: sheets.Shown(reading)
    ),
    "what is struck out is passed over": lambda patch: patch.setattr(
        sheets._Reader, "_refuse_struck", _no
    ),
    "comments are passed over": lambda patch: patch.setattr(
        sheets._Reader, "_heed_comments", lambda _: ()
    ),
    "a receipt that is taken back later is not marked": lambda patch: patch.setattr(
        imports, "taken_back_notes", lambda _book, _statements: {}
    ),
    "a receipt that is taken back in the same import is not marked": lambda patch: patch.setattr(
        judging.BankContext, "expect", _no
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_put_into_the_program_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    FAULTS[fault](monkeypatch)
    tried = (found_by(tmp_path, (seed,)) for seed in range(1, 13))
    assert any(found.figures_wrong or found.certain_wrong for found in tried)
