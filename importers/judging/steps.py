"""How far a long task is, told now and then."""

from __future__ import annotations

from collections.abc import Callable

Tell = Callable[[int, int], None]
"""Told how many steps of how many are done."""

_BETWEEN = 500


class Steps:
    """Counts the steps of a file, and tells of them every 500."""

    def __init__(self, count: int, tell: Tell) -> None:
        self.count, self.tell = count, tell
        self.done = 0

    def take(self, steps: int = 1) -> None:
        """Count steps that are done."""
        before, self.done = self.done, self.done + steps
        if before // _BETWEEN != self.done // _BETWEEN or self.done == self.count:
            self.tell(self.done, self.count)


def untold(done: int, count: int) -> None:
    """Tell nobody."""
    del done, count
