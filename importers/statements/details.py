"""Field 86 of an MT940: the bank's words on an entry, in any of three manners.

German, Austrian, Polish and Dutch banks number sub-fields (`166?00…?20EREF+…?32…`), with SEPA's
words such as `SVWZ+` inside; others divide by words between strokes (`/EREF/…/NAME/…`); the rest
write text. Whatever the manner, every word comes out in one of the parts; codes that banks have
among themselves do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_NUMBERED = re.compile(r"\s*\d{3}([?<>~@^|])(?=\d\d)")
_SEPA = re.compile(
    r"(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|COAM|OAMT|PURP|MDAT|DDAT|SQTP|ORCR|ORMR|IBAN)\+"
)
_TAGGED = re.compile(
    r"/(EREF|KREF|PREF|MREF|ORDP|BENM|REMI|IBAN|BIC|CNTP|NAME|RTRN|TRTP|CSID|MARF|PURP|ULTD|ULTC"
    r"|ADDR|ISDT|CREF|OCMT|CHGS|EXCH|TRCD|SVCL)/"
)
_READ = frozenset({"", "EREF", "KREF", "SVWZ"})
_NAMES = frozenset({"32", "33"})
_ACCOUNTS = frozenset({"31", "38"})
_NOT_WORDS = _NAMES | _ACCOUNTS | {"10", "30", "34"}
"""The party; and codes of banks among themselves: journal, sort code, reason of a return."""

_PARTY = ("NAME", "ORDP", "BENM", "CNTP")
_BATCHES = frozenset({"188", "189", "191", "192", "194", "196"})
"""German banks' codes of batches of transfers and direct debits."""

_FULL_LINE = 65
_FULL_SUB_FIELD = 27


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What field 86 says: the other party and its account, its reference, the rest as text."""

    remittance: str = ""
    payer: str = ""
    payer_account: str = ""
    end_to_end: str = ""
    references: tuple[str, ...] = ()
    returned: bool = False
    of_several: bool = False
    """Whether it names more than one party, or the bank's code is of a batch."""


def details_of(texts: Iterable[str]) -> Details:
    """Read the fields 86 of one entry, each of one or more lines."""
    whole = "\n".join(text.strip("\n") for text in texts)
    flat = whole.replace("\n", "")
    numbered = _NUMBERED.match(flat)
    if numbered:
        return _sub_fields(flat, numbered[1])
    parts = _parts(_TAGGED, flat)
    _, *rest = _TAGGED.split(flat)
    said = list(zip(rest[::2], rest[1::2], strict=True))
    return Details(
        remittance=_joined(whole.split("\n"), _FULL_LINE),
        payer=_party(parts),
        payer_account=parts.get("IBAN", ""),
        end_to_end=parts.get("EREF", ""),
        returned="RTRN" in parts,
        of_several=any(len({text for key, text in said if key == name}) > 1 for name in _PARTY),
    )


def _sub_fields(flat: str, mark: str) -> Details:
    _, *pieces = re.split(rf"{re.escape(mark)}(?=\d[\dA-Z])", flat)
    fields = [(piece[:2], piece[2:]) for piece in pieces]
    purpose = _joined([text for key, text in fields if key[0] == "2"], _FULL_SUB_FIELD, " ")
    parts = _parts(_SEPA, purpose)
    named = {key: text for key, text in fields if key in _ACCOUNTS}
    rest = [text for key, text in fields if key[0] != "2" and key not in _NOT_WORDS]
    parties = {text for key, text in fields if key == "32"}
    others = [f"{key}+{text}" for key, text in parts.items() if key not in _READ]
    text = [*rest[:1], parts.get("", ""), parts.get("SVWZ", ""), *others, *rest[1:]]
    return Details(
        remittance="\n".join(line.strip() for line in text if line.strip()),
        payer=_joined([text for key, text in fields if key in _NAMES], _FULL_SUB_FIELD, " "),
        payer_account=named.get("38") or named.get("31") or parts.get("IBAN", ""),
        end_to_end=parts.get("EREF", ""),
        references=tuple(filter(None, [parts.get("KREF", "")])),
        of_several=len(parties) > 1 or flat.strip()[:3] in _BATCHES,
    )


def _parts(divider: re.Pattern[str], text: str) -> dict[str, str]:
    """Divide a text at its words of division; what stands before the first is under ""."""
    first, *rest = divider.split(text)
    parts = {"": first}
    for key, value in zip(rest[::2], rest[1::2], strict=True):
        parts[key] = f"{parts[key]} {value}" if key in parts else value
    return {key: value.strip(" /") for key, value in parts.items()}


def _joined(lines: Sequence[str], full: int, divided: str = "\n") -> str:
    """Join what was cut at a width: a full line goes on in the next, even within a word."""
    return "".join(line if len(line) >= full else line + divided for line in lines).strip()


def _party(parts: Mapping[str, str]) -> str:
    party = parts.get("NAME") or parts.get("ORDP") or parts.get("BENM") or ""
    # /CNTP/ holds account, bank, name and town, divided by strokes.
    counterparty = parts.get("CNTP", "").split("/")
    return party or (counterparty[2].strip() if len(counterparty) > 2 else "")
