"""Tables of the data that is shipped, as the text of a CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping


def as_csv(columns: tuple[str, ...], lines: Iterable[Mapping[str, str]]) -> str:
    """Return lines by column as the text of a CSV, with its headings."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()
