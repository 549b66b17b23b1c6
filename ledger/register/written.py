"""Entries as they stand in their file, before booking filled in or emptied them.

Booking completes a posting written with `{}` and drops the postings of an entry it refuses; what
a person wrote can then be seen in the file only.
"""

from __future__ import annotations

import re
from pathlib import Path

from beancount.core.data import Posting, Transaction
from pledgebook.ledger.parsing import parse_text
from pledgebook.ledger.sources import source_of

_WITHOUT_LABEL = re.compile(r"\{[^\"]*\}")
_ANYWHERE = re.compile(r"\{[^\"\n]*\}")


class Sources:
    """The lines of a book's files, each file read once and only when asked for."""

    def __init__(self) -> None:
        self._lines: dict[str, list[str]] = {}
        self._without: dict[str, bool] = {}
        self._texts: dict[str, str] = {}

    def lines(self, filename: str) -> list[str]:
        """Return the lines of a file; none of what was never a file."""
        if filename not in self._lines:
            text = self._text(filename)
            self._lines[filename] = text.split("\n") if text else []
        return self._lines[filename]

    def _text(self, filename: str) -> str:
        if filename not in self._texts:
            content = b"" if filename.startswith("<") else source_of(Path(filename))
            self._texts[filename] = content.decode("utf-8", "replace")
        return self._texts[filename]

    def names_no_label(self, posting: Posting) -> bool:
        """Tell whether a posting is written with braces that hold no label, as in `{}`."""
        meta = posting.meta or {}
        lines = self.lines(str(meta.get("filename", "")))
        number = int(meta.get("lineno", 0) or 0)
        if not 0 < number <= len(lines):
            return False
        return bool(_WITHOUT_LABEL.search(lines[number - 1].partition(";")[0]))

    def may_name_no_label(self, posting: Posting) -> bool:
        """Tell the same for nearly all postings at once: a file where no line has such braces is
        looked through once.
        """
        filename = (posting.meta or {}).get("filename", "")
        found = self._without.get(filename)
        if found is None:
            found = self._without[filename] = _ANYWHERE.search(self._text(filename)) is not None
        return found and self.names_no_label(posting)

    def postings(self, entry: Transaction) -> list[Posting]:
        """Return the postings of an entry as written: unbooked, costs as specified."""
        lines = self.lines(str(entry.meta.get("filename", "")))
        first = int(entry.meta.get("lineno", 0) or 0) - 1
        if not 0 <= first < len(lines):
            return []
        last = first + 1
        while last < len(lines) and (lines[last][:1].isspace() or lines[last][:1] == ";"):
            last += 1
        entries, _, _ = parse_text("\n".join(lines[first:last]) + "\n")
        return [
            posting._replace(
                meta=(posting.meta or {})
                | {
                    "filename": entry.meta["filename"],
                    "lineno": first + int((posting.meta or {}).get("lineno", 1)),
                }
            )
            for parsed in entries
            if isinstance(parsed, Transaction)
            for posting in parsed.postings
        ]
