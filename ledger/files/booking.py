"""Entries that Beancount can book; the others are left out, each with an error at its place.

Beancount computes with what an entry says before it looks at whether that makes sense: a lot of no
units divides by zero, a figure of thousands of digits is beyond its arithmetic, and either ends its
whole load in an exception.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount
from beancount.core.data import Custom, Directive, Open, Options, Transaction
from beancount.core.inventory import Inventory
from beancount.parser import booking, booking_full
from pledgebook.ledger.files.fatal import figures_with
from pledgebook.ledger.findings import Finding, finding
from pledgebook.ledger.money import DIGITS

_MAY_BE_LARGE = re.compile(rb"[0-9,]{19,}|[0-9.)]\s*\*\s*[0-9(-]|/\s*[0-9(.-]")
"""In a file's text: a long figure, or one that is worked out of others."""


def refuse_large(
    entries: list[Directive], contents: Iterable[bytes]
) -> tuple[list[Directive], list[Finding]]:
    """Return the entries without those that say a figure of more than 18 digits before the point,
    with an error for each. `contents` are those of the files: most have no such figure anywhere.
    """
    if not any(figures_with(_MAY_BE_LARGE, content) for content in contents):
        return entries, []
    errors = []
    kept = []
    for entry in entries:
        large = next((each for each in _numbers_of(entry) if _is_large(each)), None)
        if large is None:
            kept.append(entry)
            continue
        errors.append(
            finding(
                entry,
                "figure-size",
                f"A figure has at most {DIGITS} digits before the point, or sums are not exact; "
                f"here is {_shortened(large)}. The entry is left out: correct it.",
            )
        )
    return kept, errors


def book_entries(entries: list[Directive], options: Options) -> tuple[list[Directive], list[Any]]:
    """Return sorted entries with their lots booked and what was left out filled in, and errors, as
    Beancount does it. An entry on which it fails is left out, with an error; so is one that is not
    whole, with Beancount's, which goes on to compute with what is missing.
    """
    try:
        entries, errors = booking.book(entries, options)  # type: ignore[no-untyped-call]
    except Exception:  # noqa: BLE001 - whatever its arithmetic raises; which entry, is found below
        entries, errors = _book_one_by_one(entries, options)
    missing = {id(error.entry) for error in errors if isinstance(error, booking.BookingError)}
    return [entry for entry in entries if id(entry) not in missing] if missing else entries, errors


def _book_one_by_one(
    entries: list[Directive], options: Options
) -> tuple[list[Directive], list[Any]]:
    methods: Any = defaultdict(lambda: options["booking_method"])
    for entry in entries:
        if isinstance(entry, Open) and entry.booking:
            methods[entry.account] = entry.booking
    balances: Any = defaultdict(Inventory)
    booked: list[Directive] = []
    errors: list[Any] = []
    for entry in entries:
        try:
            own, found = booking_full.book([entry], options, methods, balances)  # type: ignore[no-untyped-call]
        except Exception as error:  # noqa: BLE001 - as above
            why = type(error).__name__ if isinstance(error, ArithmeticError) else error
            errors.append(
                finding(
                    entry,
                    "not-booked",
                    f"Beancount cannot book this entry: its arithmetic fails ({why}). The entry is "
                    "left out: look for an amount, cost or price of nothing, and correct it.",
                )
            )
            continue
        booked += own
        errors += found
    missing = booking.validate_missing_eliminated(booked, options)  # type: ignore[no-untyped-call]
    return booked, [*errors, *missing]


def _numbers_of(entry: Directive) -> Iterator[Decimal]:
    """Yield the numbers that a directive says, its metadata included."""
    said: list[Any] = [*(entry.meta or {}).values()]
    if isinstance(entry, Transaction):
        for posting in entry.postings:
            said += [posting.units, posting.price, *(posting.cost or ())]
            said += (posting.meta or {}).values()
    elif isinstance(entry, Custom):
        said += [each.value for each in entry.values or ()]
    else:
        said += entry
    for value in said:
        number = value.number if isinstance(value, Amount) else value
        if isinstance(number, Decimal):
            yield number


def _is_large(number: Decimal) -> bool:
    return not number.is_finite() or number.adjusted() >= DIGITS


def _shortened(number: Decimal) -> str:
    text = f"{number:f}" if number.is_finite() else str(number)
    return text if len(text) <= 40 else f"{text[:20]}… ({len(text)} characters)"
