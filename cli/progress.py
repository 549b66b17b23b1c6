"""A progress bar on a terminal, and nothing anywhere else."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any, Self

import click

_MANY = 2000
"""Steps below which a bar would only flicker."""


class Progress:
    """Told of a long task, it shows a bar on standard error if that is a terminal."""

    def __init__(self) -> None:
        self._shows = sys.stderr.isatty()
        self._what = ""
        self._bar: Any = None
        self._done = 0

    def __call__(self, what: str, done: int, count: int) -> None:
        """Show that `done` steps of `count` are taken of `what`."""
        if not self._shows or count < _MANY:
            return
        if what != self._what:
            self._close()
            self._what, self._done = what, 0
            self._bar = click.progressbar(length=count, label=what, file=sys.stderr)
            self._bar.__enter__()
        self._bar.update(done - self._done)
        self._done = done

    def __enter__(self) -> Self:
        """Begin; what is shown ends with the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the bar that is shown."""
        self._close()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None
