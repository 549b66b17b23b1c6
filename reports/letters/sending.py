"""Letters as they are sent: their references, and what the book keeps of each with its file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType

from pledgebook.ledger.correspondence.letters import (
    Sending,
    SentLetter,
    draft_letter,
    next_reference,
    read_letters,
)
from pledgebook.ledger.register.book import Book
from pledgebook.reports.letters.letter import Letter

_NAMES: Mapping[str, str] = MappingProxyType({})


class References:
    """Gives the letters that are to be kept as sent their references, one after the other."""

    def __init__(self, book: Book, day: date) -> None:
        self.letters = read_letters(book.entries)
        self.day = day
        self.taken: list[str] = []

    def give(self, donor: str) -> str:
        """Return the next reference of a donor."""
        reference = next_reference(self.letters, donor, self.day.year, self.taken)
        self.taken.append(reference)
        return reference


def sent_before(letter: Letter, sent: Iterable[SentLetter]) -> SentLetter | None:
    """Return the letter that was kept as sent of which this is another: of one kind, to one donor,
    about the same fund, period, day and receipt. None where there is none.
    """
    own = (letter.kind, letter.donor, _fund_of(letter), letter.period, letter.as_at, letter.receipt)
    for each in sent:
        if own == (each.kind, each.donor, each.fund, each.period, each.as_at, each.receipt):
            return each
    return None


def _fund_of(letter: Letter) -> str:
    """Return the fund that a letter is about, "" for several."""
    return letter.funds[0] if len(letter.funds) == 1 else ""


def lines_of_sent(
    made: Iterable[Letter],
    files: Mapping[str, bytes],
    references: References,
    *,
    ending: str,
    by: str,
    kept_as: Mapping[str, str] = _NAMES,
) -> list[str]:
    """Return the book's lines that keep letters as sent on the day of `references`, `by` whatever
    carried them; `files` are theirs by name, of which those of one `ending` are named, by the names
    under which they are kept where these are others.
    """
    lines = []
    for each in made:
        name = f"{each.file}.{ending}"
        sending = Sending(
            kind=each.kind,
            donor=each.donor,
            day=references.day,
            language=each.language,
            by=by,
            fund=_fund_of(each),
            period=each.period,
            as_at=each.as_at,
            receipt=each.receipt,
            agreement=each.agreement,
            report_due=each.report_due,
            file=kept_as.get(name, name),
            sha256=hashlib.sha256(files[name]).hexdigest(),
        )
        lines.append(draft_letter(each.reference or references.give(each.donor), sending))
    return lines
