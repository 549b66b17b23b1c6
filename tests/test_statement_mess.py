"""Statements with all that was ever misread beside their figures (States' names, made-up amounts).

`python tests/statement_mess.py 10000` tries as many receipts as one wants.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pledgebook.importers.statements import booking, camt
from statement_mess import Found, try_once

SEEDS = (1, 2, 3, 4)
KINDS = {
    "plain", "charges", "batch", "sent in euro", "on behalf", "taken back", "not booked", "to come",
    "account in euro", "list",
}  # fmt: skip


def found_by(tmp_path: Path, seeds: tuple[int, ...] = SEEDS) -> Found:
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
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_put_into_the_program_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    FAULTS[fault](monkeypatch)
    found = found_by(tmp_path, SEEDS[:2])
    assert found.figures_wrong or found.certain_wrong
