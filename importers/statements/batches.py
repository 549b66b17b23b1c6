"""What says that an entry is a batch, so that it may be the money of several: the bank's words.

A batch that is not divided is never one payer's: who pays what of it, only the bank or the donors
can say.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from pledgebook.importers.statements.statement import Entry
from pledgebook.importers.statements.words import bank_words, key_of

_COUNTED = r"(?!0*1\b)\d{1,6} (?:transactions?|credits|posten)\b"


def says_batch(*texts: str) -> bool:
    """Tell whether one of the bank's texts calls an entry a batch, in any of the languages of
    `data/bank.toml`, or counts more than one transaction.
    """
    return any(_pattern().search(key_of(text)) for text in texts)


@cache
def _pattern() -> re.Pattern[str]:
    words = "|".join(map(re.escape, bank_words()["batch"]["words"]))
    return re.compile(rf"(?<![a-z0-9])(?:{_COUNTED}|(?:{words})(?![a-z]))")


def unnamed(entry: Entry) -> Entry:
    """Return an entry as the money of several: its party and account go to the words."""
    words = [entry.payer, entry.payer_account, entry.remittance]
    return replace(
        entry,
        payer="",
        payer_account="",
        remittance="\n".join(dict.fromkeys(filter(None, words))),
        of_several=True,
    )
