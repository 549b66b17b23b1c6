"""Columns of values as a pandas frame: what each column is, and the type it has there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct
from pledgebook.ledger.findings import RefusedError

if TYPE_CHECKING:
    import pandas as pd

Money = Literal["exact", "float"]
"""How a frame holds money: as exact `Decimal`s, or as `float`s, which are quick and round."""

Kind = Literal["code", "text", "date", "money", "flag", "count", "number", "object"]
"""A code is one of few values, a category; a text is of its own row; a number is a count that may
be unknown, an object whatever stands there."""

_EPOCH = date(1970, 1, 1).toordinal()
_NO_DAY = -(2**63)
"""NaT, as numpy counts days."""


class MissingLibraryError(RefusedError, ModuleNotFoundError):
    """A library of an extra of the package is not installed. The message says what brings it."""


class FrameColumn(Struct, frozen=True):
    """A column of a frame: `unit` says what its money is in, as the name of another column."""

    name: str
    kind: Kind
    meaning: str
    unit: str = ""


def need_pandas() -> Any:
    """Return pandas. Raises MissingLibraryError where it is not installed."""
    try:
        import pandas as pd  # noqa: PLC0415 - only for those who ask for a frame
    except ModuleNotFoundError as error:
        raise MissingLibraryError(
            "A frame takes pandas, which is not installed: pip install pledgebook[frames], or "
            "pandas itself."
        ) from error
    return pd


def as_frame(
    columns: Sequence[FrameColumn], values: Mapping[str, Sequence[Any]], money: Money = "exact"
) -> pd.DataFrame:
    """Return a frame of `columns`, whose values are given by name: codes as categories, dates as
    datetime64 (NaT for None), flags as bool, counts as int64, money as `money` says (None is
    unknown, and NaN among floats). Raises MissingLibraryError, ValueError for another `money`.
    """
    if money not in {"exact", "float"}:
        raise ValueError(f"money is {money!r}: it must be exact or float")
    found = need_pandas()
    typed = {each.name: _typed(found, each.kind, values[each.name], money) for each in columns}
    frame: pd.DataFrame = found.DataFrame(typed, copy=False)
    return frame


def _typed(pd: Any, kind: Kind, values: Sequence[Any], money: Money) -> Any:
    import numpy as np  # noqa: PLC0415 - it comes with pandas

    match kind:
        case "code":
            return _category(pd, np, values)
        case "date":
            days = (_NO_DAY if day is None else day.toordinal() - _EPOCH for day in values)
            counted = np.fromiter(days, dtype="int64", count=len(values))
            return counted.view("datetime64[D]").astype("datetime64[s]")
        case "flag":
            return np.array(values, dtype=bool)
        case "count":
            return np.array(values, dtype="int64")
        case "number":
            return pd.array(values, dtype="Int64")
        case "money" if money == "float":
            return np.array([float("nan") if v is None else float(v) for v in values], dtype=float)
        case "money" | "object":
            return pd.Series(values, dtype=object)
        case _:
            return pd.array(values, dtype="str")


def _category(pd: Any, np: Any, values: Sequence[str]) -> Any:
    known = sorted(set(values))
    places = {code: at for at, code in enumerate(known)}
    codes = np.fromiter((places[value] for value in values), dtype="int32", count=len(values))
    return pd.Categorical.from_codes(codes, categories=pd.Index(known, dtype="str"))
