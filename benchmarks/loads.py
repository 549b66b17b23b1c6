"""The loads that are measured, each in a process that imports what it loads with and no more."""

from __future__ import annotations

import gc
import importlib
from pathlib import Path
from typing import Any

from beancount import loader

from benchmarks.measuring import processor


def load(path: str, *plugins: str, collect: bool = True) -> float:
    """Return the seconds of the processor that Beancount's load of a file takes. The `plugins` that
    the file names are imported before; with `collect` False the garbage collector is off meanwhile.

    Raises ValueError if the text has an error: what is wrong is loaded faster or slower.
    """
    for plugin in plugins:
        importlib.import_module(plugin)
    kept: list[Any] = []  # what was loaded is not thrown away while time is taken
    if not collect:
        gc.disable()
    taken = processor(lambda: kept.append(loader.load_file(path)))
    _, errors, _ = kept[0]
    if errors:
        raise ValueError(f"{path} has {len(errors)} errors: {errors[:2]}")
    return taken


def load_whole(path: str) -> float:
    """Load a book as every command does, and return the seconds: what is kept of it included."""
    from pledgebook.ledger import load_book  # noqa: PLC0415 - a bare load does without

    kept: list[Any] = []
    return processor(lambda: kept.append(load_book(Path(path))))
