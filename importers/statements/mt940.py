"""SWIFT MT940, the statement that came before camt.053 and is still sent.

The `mt-940` library reads the fields. It passes over lines it does not know, so what it gives is
held against the text: as many entries as there are, balances that it must state, and the proof of
`Statement`. Years have two digits: 80 to 99 are of the last century.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pledgebook.importers.cells import UnreadableFile
from pledgebook.importers.delimited import decode
from pledgebook.importers.statements.statement import Entry, Original, Statement

_FIELDS = re.compile(rb"^(?:\{4:\s*)?:20:[^\n]*$.*?^:25", re.MULTILINE | re.DOTALL)
_BALANCE = re.compile(rb"^:6[02][FM]:", re.MULTILINE)
_ENTRY = re.compile(r"^:61:", re.MULTILINE)
_BLOCK = re.compile(r"^(?=:20:)", re.MULTILINE)
_ACCOUNT = re.compile(r"^(?=:25[A-Z]?:)", re.MULTILINE)
_DECLARED = re.compile(r"^:25[A-Z]?:([^\r\n]*)", re.MULTILINE)
_HEAD = re.compile(r"^\{(?:1|4):.*?(?=:20:)", re.MULTILINE | re.DOTALL)
_END = re.compile(r"^-\}?.*$", re.MULTILINE)
_NOT_NEEDED = re.compile(r"^:(?:64|65|34F|90[CD]|13D?|21):[^\n]*\n?", re.MULTILINE)
"""Fields that prove nothing here: available balances, floors, counts. Banks get them wrong."""

_LONG_NUMBER = re.compile(r"^:28C?:\s*(/)", re.MULTILINE)
_ORIGINAL = re.compile(r"/?OCMT/([A-Z]{3})(\d[\d.]*,\d*)")
_CHARGES = re.compile(r"/?CHGS/([A-Z]{3})(\d[\d.]*,\d*)")
_TAGGED = re.compile(r"/(EREF|ORDP|REMI|BENM|IBAN|CNTP|NAME|RTRN|KREF|PREF)/")
_NO_REFERENCE = frozenset({"NONREF", "NOTPROVIDED", ""})
_NEXT_CENTURY = 2080
_LOOKED_AT = 64 * 1024


def is_mt940(data: bytes) -> bool:
    """Tell whether a file's bytes have the fields of an MT940 statement."""
    head = data[:_LOOKED_AT]
    return bool(_FIELDS.search(head)) and bool(_BALANCE.search(head))


def read_mt940(name: str, data: bytes) -> tuple[Statement, ...]:
    """Read every statement of an MT940 file.

    Raises UnreadableFile for a file that is cut or has a field that cannot be read.
    """
    text = decode(name, data)[0].replace("\r\n", "\n").replace("\r", "\n")
    text = _END.sub("", _HEAD.sub("", text))
    blocks = [block for block in _BLOCK.split(text) if block.startswith(":20:")]
    return tuple(_read(name, one) for block in blocks for one in _by_account(block))


def _by_account(block: str) -> list[str]:
    """Take apart what has one heading and several accounts: each is a statement."""
    heading, *accounts = _ACCOUNT.split(block)
    return [heading + account for account in accounts] or [block]


def _read(name: str, block: str) -> Statement:
    import mt940  # noqa: PLC0415 - 30 ms that only a file of this kind should cost

    read = _LONG_NUMBER.sub(r":28C:0\1", _NOT_NEEDED.sub("", block))
    logging.getLogger("mt940").setLevel(logging.CRITICAL)  # what it cannot read, we say
    try:
        try:
            parsed = mt940.parse(io.StringIO(read), options=mt940.Options.all())
        except RuntimeError:  # some banks put an account where a reference of 16 stands
            tags: dict[int | str, mt940.tags.Tag] = {61: mt940.tags.StatementASNB()}
            parsed = mt940.models.Transactions(options=mt940.Options.all(), tags=tags)
            parsed.parse(read)
    except (RuntimeError, ValueError, ArithmeticError, KeyError, AttributeError) as error:
        what = str(error.args[0] if error.args else error).strip()[:160]
        raise UnreadableFile(
            f"{name}: a field of the statement in MT940 cannot be read ({what}). Ask the bank for "
            "the file again."
        ) from error
    head: Mapping[str, Any] = parsed.data
    number = "/".join(
        str(head[key]) for key in ("statement_number", "sequence_number") if head.get(key)
    )
    account = _DECLARED.search(block)
    title = f"{name}: the statement {number} of {account[1].strip() if account else 'no account'}"
    opening, closing = _balance(head, "opening"), _balance(head, "closing")
    if opening is None or closing is None:
        which = "opening (:60F:)" if opening is None else "closing (:62F:)"
        raise UnreadableFile(
            f"{title} has no {which} balance: the file is cut. Ask the bank for it again."
        )
    entries = tuple(
        _entry(title, f"entry {place}", transaction.data)
        for place, transaction in enumerate(parsed.transactions, 1)
        if transaction.data.get("amount") is not None
    )
    there = len(_ENTRY.findall(block))
    if there != len(entries):
        raise UnreadableFile(
            f"{title} has {there} entries, of which {len(entries)} can be read. Ask the bank for "
            "the file again."
        )
    currency = str(opening.amount.currency)
    if str(closing.amount.currency) != currency:
        raise UnreadableFile(
            f"{title} opens in {currency} and closes in {closing.amount.currency}."
        )
    days = [entry.booked_on for entry in entries]
    last = _century(closing.date)
    return Statement(
        account=account[1].strip() if account else "",
        currency=currency,
        number=f"{last.year}-{number}" if number else str(head.get("transaction_reference", "")),
        first=min([*days, last]),
        last=last,
        opening=opening.amount.amount,
        closing=closing.amount.amount,
        entries=entries,
        kind="MT940",
    )


def _balance(head: Mapping[str, Any], which: str) -> Any:
    return head.get(f"final_{which}_balance") or head.get(f"intermediate_{which}_balance")


def _entry(title: str, place: str, data: Mapping[str, Any]) -> Entry:
    value_date = _century(data["date"])
    booked = data.get("entry_date")
    details = str(data.get("transaction_details") or "")
    amount: Decimal = data["amount"].amount
    if not amount.is_finite():
        raise UnreadableFile(f"{title}, {place} has an amount that is no figure.")
    bank_ref = _reference(data.get("bank_reference"))
    customer = _reference(data.get("customer_reference"))
    # What was sent stands after the entry's line, in its supplementary details, or in field 86.
    amounts = f"{data.get('extra_details') or ''}/{details}"
    tagged = _tagged(details)
    words = [
        str(data.get(key) or "")
        for key in ("posting_text", "purpose", "additional_purpose", "extra_details")
    ]
    structured = any(data.get(key) for key in ("purpose", "applicant_name", "gvc_applicant_bin"))
    text = "\n".join(word for word in words if word) if structured else details
    if not structured and data.get("extra_details"):
        text = f"{text}\n{data['extra_details']}"
    return Entry(
        booked_on=_century(booked) if isinstance(booked, date) else value_date,
        value_date=value_date,
        amount=amount,
        place=place,
        bank_ref=bank_ref,
        end_to_end=(
            _reference(data.get("end_to_end_reference"))
            or _reference(tagged.get("EREF"))
            or customer
        ),
        references=(customer,) if customer else (),
        payer=" ".join(str(data.get("applicant_name") or _party(tagged)).split()),
        payer_account=str(data.get("applicant_iban") or tagged.get("IBAN", "")),
        remittance="\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip()),
        original=_stated(_ORIGINAL, amounts),
        charges=tuple(filter(None, [_stated(_CHARGES, amounts)])),
        reversal=str(data.get("status", "")).upper() in {"RC", "RD"},
        returned="RTRN" in tagged,
        code=str(data.get("id") or "").strip(),
    )


def _tagged(details: str) -> dict[str, str]:
    """Return the parts of a text that is divided by words such as /EREF/ and /ORDP/."""
    flat = details.replace("\n", "")
    parts = _TAGGED.split(flat)
    return {key: value.strip(" /") for key, value in zip(parts[1::2], parts[2::2], strict=True)}


def _party(tagged: Mapping[str, str]) -> str:
    if tagged.get("NAME"):
        return tagged["NAME"]
    party = tagged.get("ORDP") or tagged.get("BENM") or ""
    if party:
        return party
    # /CNTP/ holds account, bank, name and town, divided by strokes.
    parts = tagged.get("CNTP", "").split("/")
    return parts[2].strip() if len(parts) > 2 else ""


def _reference(value: object) -> str:
    text = str(value or "").strip()
    return "" if text.upper() in _NO_REFERENCE else text


def _stated(pattern: re.Pattern[str], details: str) -> Original | None:
    found = pattern.search(details.replace("\n", ""))
    if found is None:
        return None
    return Original(Decimal(found[2].replace(".", "").replace(",", ".")), found[1])


def _century(day: date) -> date:
    plain = date(day.year, day.month, day.day)
    return plain.replace(year=plain.year - 100) if plain.year >= _NEXT_CENTURY else plain
