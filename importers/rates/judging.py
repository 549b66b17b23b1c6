"""Which published rates go into a book, and writing them there.

A book keeps the rates of the currencies it uses, and the euro's: prices of all the 160 currencies
would be read at every load for nothing. A rate that was corrected is shown; it replaces the book's
only when that is asked for, and the price then says what it was.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from beancount.core.data import Price
from pledgebook.importers.judging.verdicts import VERDICTS, VerdictName
from pledgebook.importers.rates.published import RateFile, RateRow
from pledgebook.ledger.declared.currencies import is_currency
from pledgebook.ledger.files.writing import write_entries
from pledgebook.ledger.findings import BookRefusedError, RefusedError
from pledgebook.ledger.money import format_units
from pledgebook.ledger.occasion import taking_in
from pledgebook.ledger.parsing import quoted
from pledgebook.ledger.register.book import Book

FILE = "rates.beancount"

_HEAD = """\
; Rates of exchange: units of a currency for one {base}, from the date each is effective{source}.
"""
_DATED = re.compile(r"(\d{4}-\d{2}-\d{2}) ")
_EURO = "EUR"


class RatesRefusedError(RefusedError):
    """The rates of a file are not against what the book's are."""


class RateVerdict(NamedTuple):
    """What became of a row and why; `before` is the book's rate of that currency and day."""

    row: RateRow
    verdict: VerdictName
    reason: str = ""
    before: Decimal | None = None


@dataclass(frozen=True, slots=True)
class JudgedRates:
    """A file of rates with a verdict for every row; `kept` are the currencies the book keeps."""

    file: RateFile
    kept: tuple[str, ...]
    verdicts: tuple[RateVerdict, ...]
    written: tuple[Path, ...] = ()

    def counts(self) -> dict[str, int]:
        """Count the rows, in all and by verdict."""
        counts = {"rates": len(self.verdicts)} | dict.fromkeys(VERDICTS, 0)
        for verdict in self.verdicts:
            counts[verdict.verdict] += 1
        return counts

    @property
    def waits(self) -> bool:
        """Whether a rate waits, was rejected, or was corrected and not replaced."""
        return any(
            verdict.verdict in {"waiting", "rejected", "amended"} for verdict in self.verdicts
        )


def used_currencies(book: Book) -> set[str]:
    """Return the currencies of which a book needs rates: its own, those of its pledges, of its bank
    accounts, of rates that it has; and the euro, through which those go that it replaced.
    """
    used = {_EURO, book.settings.currency}
    used |= {change.after.currency for own in book.register.by_label.values() for change in own}
    used |= {bank.currency for bank in book.settings.banks.accounts.values()}
    used |= {currency for currency, _ in _known(book)}
    return used - {book.settings.rate_base.currency}


def judge_rates(
    book: Book,
    file: RateFile,
    *,
    currencies: Collection[str] = (),
    everything: bool = False,
    replace: bool = False,
    base: str = "",
) -> JudgedRates:
    """Give every row a verdict. `currencies` are kept besides those the book uses; `everything`
    keeps all; with `replace` a corrected rate takes the place of the book's. `base` is the currency
    that the rates are against, where the file does not say it; a book takes those against its own
    (`rate-base`). Raises RatesRefusedError.
    """
    _check_base(book, file, base)
    kept = used_currencies(book) | set(currencies)
    known = _known(book)
    stated: dict[tuple[str, date], set[Decimal]] = {}
    for row in file.rows:
        if row.number is not None and row.day is not None:
            stated.setdefault((row.currency, row.day), set()).add(row.number)
    seen: dict[tuple[str, date], str] = {}
    verdicts = []
    for row in file.rows:
        verdict = _judge(row, book, None if everything else kept)
        if verdict is None and row.day is not None:
            key = row.currency, row.day
            if len(stated[key]) > 1:
                several = " and ".join(format_units(rate) for rate in sorted(stated[key]))
                reason = f"The file gives {row.currency} two rates from {row.day}: {several}."
                verdict = RateVerdict(row, "waiting", reason)
            elif key in seen:
                reason = f"The same rate stands at {seen[key]}."
                verdict = RateVerdict(row, "duplicate", reason)
            else:
                seen[key] = row.place
                verdict = _against_book(row, book, known.get(key), replace=replace)
        verdicts.append(verdict or RateVerdict(row, "rejected", row.problem))
    return JudgedRates(file, tuple(sorted(kept)), tuple(verdicts))


def save_rates(book: Book, judged: JudgedRates) -> JudgedRates:
    """Write the imported rates into the book's file of rates, in order of day, and return what was
    judged with the files written. Raises BookRefusedError; then nothing was written.
    """
    new = [verdict for verdict in judged.verdicts if verdict.verdict == "imported"]
    if not new:
        return judged
    known = _known(book)
    base = book.settings.rate_base
    texts: dict[Path, str] = {}
    added: list[tuple[date, str, str]] = []
    for row, _, _, before in new:
        if row.number is None or row.day is None:
            continue  # never: a row that is imported has both
        line = f"{row.day} price {base.currency} {format_units(row.number)} {row.currency}"
        if before is None:
            added.append((row.day, row.currency, line))
        else:
            source = Path(judged.file.path).name
            line += f'\n  was: "{format_units(before)}"\n  corrected-by: {quoted(source)}'
            _replace(book, texts, known[row.currency, row.day], line)
    if added:
        path = book.folder / FILE
        text = (
            texts.get(path)
            or book.text_of(path)
            or _HEAD.format(base=base.currency, source=base.aside)
        )
        texts[path] = "\n".join(_merged(text.rstrip("\n").split("\n"), sorted(added))) + "\n"
    with taking_in([Path(judged.file.path).name]):
        written = write_entries(book, [], texts)
    return JudgedRates(judged.file, judged.kept, judged.verdicts, tuple(written))


def _check_base(book: Book, file: RateFile, base: str) -> None:
    name, own = Path(file.path).name, book.settings.rate_base.currency
    if base and file.base and base != file.base:
        raise RatesRefusedError(f"{name} is of rates for one {file.base}, and not for one {base}.")
    stated = file.base or base
    if stated and stated != own:
        raise RatesRefusedError(
            f"{name} is of rates for one {stated}; this book's are for one {own}. Take a list of "
            f'those, or declare custom "rate-base" "{stated}" where the book is to go by these.'
        )


def _judge(row: RateRow, book: Book, kept: Collection[str] | None) -> RateVerdict | None:
    """Judge a row by itself; None if it holds a rate that the book should have."""
    currency = book.settings.rate_base.currency
    if row.currency == currency:
        if row.number == 1:
            return RateVerdict(row, "ignored", "The rates are against it.")
        return RateVerdict(row, "rejected", f"One {currency} is one {currency}, not {row.number}.")
    if row.number is not None and row.number <= 0:
        reason = f"A rate of exchange is above zero; {row.currency} is given {row.number:f}."
        return RateVerdict(row, "rejected", reason)
    if row.day is not None and not is_currency(row.currency, row.day):
        was = f"was no currency on {row.day}" if is_currency(row.currency) else "is no currency"
        return RateVerdict(row, "rejected", f"{row.currency} {was}.")
    if kept is not None and row.currency not in kept:
        return RateVerdict(row, "ignored", "The book does not use this currency.")
    if row.problem:
        return RateVerdict(row, "waiting", row.problem)
    return None


def _against_book(row: RateRow, book: Book, known: Price | None, *, replace: bool) -> RateVerdict:
    before = _rate_of(known, book.settings.rate_base.currency) if known else None
    if before is not None and before == row.number:
        return RateVerdict(row, "duplicate", "The book has it.", before)
    sealed = [book.settings.periods.called(name) for name in book.settings.seals]
    ends = [period.end for period in sealed if period is not None]
    if row.day is not None and ends and row.day <= max(ends):
        reason = (
            f"The rates up to {max(ends)} are sealed with their period: open it again on someone's "
            "authority, if this one must be in it."
        )
        return RateVerdict(row, "waiting", reason, before)
    if before is None:
        return RateVerdict(row, "imported")
    was, now = format_units(before), format_units(row.number or Decimal(0))
    if replace:
        return RateVerdict(row, "imported", f"Corrected: {was} was in the book.", before)
    reason = (
        f"The book has {was} from {row.day}, the file {now}: with --replace it takes its place. "
        "Entries made with the other rate stay as they are."
    )
    return RateVerdict(row, "amended", reason, before)


def _known(book: Book) -> dict[tuple[str, date], Price]:
    """Return the book's prices of its base, or in it, by currency and day."""
    currency = book.settings.rate_base.currency
    found = {}
    for entry in book.entries:
        if isinstance(entry, Price) and currency in {entry.currency, entry.amount.currency}:
            code = entry.amount.currency if entry.currency == currency else entry.currency
            found[code, entry.date] = entry
    return found


def _rate_of(price: Price, currency: str) -> Decimal:
    number = price.amount.number or Decimal(0)
    return number if price.currency == currency or not number else 1 / number


def _replace(book: Book, texts: dict[Path, str], price: Price, line: str) -> None:
    """Put a line in the place of a price, in the text of its file."""
    path = Path(str(price.meta["filename"]))
    lines = (texts.get(path) or book.text_of(path)).split("\n")
    head = f"{price.date} price {price.currency} "
    number = f"{price.amount.number:f} {price.amount.currency}"
    own = [at for at, text in enumerate(lines) if text.startswith(head) and number in text]
    if len(own) != 1:
        raise BookRefusedError(
            f"{path.name}: the price of {price.date} in {price.amount.currency} is not on a line "
            "of its own: correct it by hand."
        )
    after = own[0] + 1
    while after < len(lines) and lines[after].startswith((" ", "\t")):
        after += 1
    lines[own[0] : after] = line.split("\n")
    texts[path] = "\n".join(lines)


def _merged(lines: list[str], added: Iterable[tuple[date, str, str]]) -> Iterator[str]:
    """Yield a file's lines with prices put in, each before the first of a later day."""
    waiting = list(added)[::-1]
    for line in lines:
        found = _DATED.match(line)
        while found and waiting and waiting[-1][0].isoformat() < found[1]:
            yield waiting.pop()[2]
        yield line
    while waiting:
        yield waiting.pop()[2]


def by_reason(verdicts: Iterable[RateVerdict]) -> Mapping[tuple[str, str], list[RateVerdict]]:
    """Return verdicts that are to be shown, those of one reason together."""
    found: dict[tuple[str, str], list[RateVerdict]] = {}
    for verdict in verdicts:
        found.setdefault((verdict.verdict, verdict.reason), []).append(verdict)
    return found
