"""What comes from others, damaged in ways that Hypothesis draws: rows, findings or a sentence.

`tools/fuzz_readers.py` does the same for as long as one likes, guided by the code it reaches.
"""

from __future__ import annotations

from random import Random

import hostile_inputs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CASES = {
    "files": 12,
    "statements": 40,
    "lists": 40,
    "rates": 60,
    "mappings": 60,
    "decisions": 60,
    "books": 25,
}


@pytest.mark.parametrize("door", hostile_inputs.TARGETS)
def test_whatever_damage_ends_in_rows_findings_or_a_sentence(door: str) -> None:
    seeds = hostile_inputs.TARGETS[door].seeds()

    @settings(
        max_examples=CASES[door],
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.sampled_from(range(len(seeds))), st.integers(0, 2**32))
    def damaged(seed: int, number: int) -> None:
        hostile_inputs.take(door, hostile_inputs.damage(seeds[seed], Random(number)))

    damaged()


def test_a_fault_behind_a_door_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(data: bytes) -> None:
        raise KeyError(data)

    broken = hostile_inputs.Target(lambda: [b"x"], fails)
    monkeypatch.setattr(hostile_inputs, "TARGETS", {"broken": broken})
    with pytest.raises(KeyError):
        hostile_inputs.take("broken", b"x")


@pytest.mark.parametrize("door", hostile_inputs.TARGETS)
def test_undamaged_an_input_is_taken_and_not_refused(door: str) -> None:
    target = hostile_inputs.TARGETS[door]
    target.take(target.seeds()[0])
