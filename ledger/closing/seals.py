"""Seals: what a closed period said, so that any later change of it is found and named.

A seal is a chain of digests. The first is over canonical records of the period's entries as booked,
before any plugin adds to them; others are over the declarations and rates, the papers (official
receipts, letters, bank statements), reopenings, plugin lines and options that stood at the closing,
and over the reports themselves, so that `verify` can say which of them, or the program, made a
difference. The last, `chain`, is over all these and the chain of the period sealed before, so that
no earlier period is sealed anew without the later ones showing it. The digests stand in the book
(`custom "seal"`), the records and reports in sealed/PERIOD.json.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from beancount.core import data
from beancount.core.data import Custom, Directive, Price, Transaction
from pledgebook.ledger.closing.records import (
    Record,
    compact,
    digest_of_records,
    in_order,
    option_records,
    read_written,
    records_of,
    sha256_of,
)
from pledgebook.ledger.declared.declarations import FORMS, PAPERS, UNSEALED
from pledgebook.ledger.declared.periods import Period, SealStated
from pledgebook.ledger.findings import BookRefusedError
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.history import carried_from
from pledgebook.ledger.sources import read_json

_REOPENING = "reopening"
_NOT_SETTINGS = PAPERS | UNSEALED | {"seal", _REOPENING}
"""Declarations no report rests on: papers, those about seals, and what no seal holds."""

_NOT_SEALED = (data.Open, data.Close, data.Commodity, Price)

FIRST = "none"
"""What stands for the chain before the first sealed period."""

Figures = Mapping[str, object]
"""The reports of a period as JSON documents, by name."""

MakeFigures = Callable[[Book, str], Figures]
"""Makes the reports of a period; the command gives it, since reports are no part of the ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands beside a period's entries: records by the name of their digest."""

    declarations: tuple[Record, ...]
    rates: tuple[Record, ...]
    papers: tuple[Record, ...] = ()
    reopenings: tuple[Record, ...] = ()
    options: tuple[Record, ...] = ()

    def parts(self, *, chained: bool) -> dict[str, tuple[Record, ...]]:
        """Return the records by name; of a seal that was made before seals were chained, only
        those that were sealed then.
        """
        parts = {"declarations": self.declarations, "rates": self.rates}
        if chained:
            parts |= {
                "papers": self.papers,
                "reopenings": self.reopenings,
                "options": self.options,
            }
        return parts


@dataclass(frozen=True, kw_only=True)
class Seal:
    """What is sealed of a period. `before` is the chain of the period sealed before it, FIRST if
    there is none, and None in a seal that was made before seals were chained.
    """

    period: str
    entries: tuple[Record, ...]
    standing: Standing
    figures: Figures
    before: str | None = None

    @cached_property
    def sha256(self) -> str:
        """The digest of the entries."""
        return digest_of_records(self.entries)

    @cached_property
    def chain(self) -> str:
        """The digest of the whole seal."""
        return chain_of(SealStated(self.period, self.sha256, self._digests))

    def parts(self) -> dict[str, tuple[Record, ...]]:
        """Return what is sealed beside the entries, records by the name of their digest."""
        return self.standing.parts(chained=self.before is not None)

    def digests(self) -> dict[str, str]:
        """Return what stands beside the digest of the entries in the book."""
        return self._digests | ({} if self.before is None else {"chain": self.chain})

    @cached_property
    def _digests(self) -> dict[str, str]:
        digests = {name: digest_of_records(records) for name, records in self.parts().items()}
        digests["figures"] = sha256_of(compact(self.figures))
        return digests if self.before is None else digests | {"before": self.before}

    def document(self) -> str:
        """Return the text of sealed/PERIOD.json."""
        content = {
            "period": self.period,
            "sha256": self.sha256,
            "digests": self.digests(),
            "figures": self.figures,
            "entries": [json.loads(record.text) for record in self.entries],
            **{
                name: [json.loads(record.text) for record in records]
                for name, records in self.parts().items()
            },
        }
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


_CHAINED = (
    "declarations", "rates", "figures", "papers", "reopenings", "options", "before",
)  # fmt: skip


def chain_of(stated: SealStated) -> str:
    """Return the digest of a whole seal: over its period and each digest it has, a line each, in
    one order, `before` last.
    """
    lines = [f"period {stated.period}", f"entries {stated.sha256}"]
    lines += [f"{name} {stated.digests[name]}" for name in _CHAINED if name in stated.digests]
    return sha256_of("\n".join(lines))


def seal_period(history: Book, period: Period, figures: Figures, before: str) -> Seal:
    """Return the seal of a period from the files of a book that holds it; `before` is the chain of
    the period sealed before, FIRST if there is none.
    """
    entries = read_written(history)
    standing = rates_until(standing_of(entries, history), period.end)
    return Seal(
        period=period.name,
        entries=in_order(entry_records(entries, period, history.folder)),
        standing=Standing(**{name: in_order(records) for name, records in standing.items()}),
        figures=figures,
        before=before,
    )


def rates_until(standing: Mapping[str, Sequence[Record]], day: date) -> dict[str, list[Record]]:
    """Return what stands with the rates up to a day alone: the rest is of no day."""
    last = day.isoformat()
    kept = [each for each in standing["rates"] if each.begins_with_day <= last]
    return {name: list(records) for name, records in standing.items()} | {"rates": kept}


def standing_of(written: Iterable[Directive], book: Book) -> dict[str, list[Record]]:
    """Return what stands now of everything that is sealed beside entries, by the name of its
    digest: all rates, of which a seal holds those up to its day (`rates_until`).
    """
    written = list(written)
    customs = [entry for entry in written if isinstance(entry, Custom)]

    def of(entries: Iterable[Directive]) -> list[Record]:
        return list(records_of(entries, book.folder))

    return {
        "declarations": of(
            each for each in customs if each.type in FORMS and each.type not in _NOT_SETTINGS
        ),
        "rates": of(each for each in written if isinstance(each, Price)),
        "papers": of(each for each in customs if each.type in PAPERS),
        "reopenings": of(each for each in customs if each.type == _REOPENING),
        "options": list(option_records(book.options, book.path.name)),
    }


def entry_records(written: Iterable[Directive], period: Period, folder: Path) -> Iterator[Record]:
    """Yield the records of the entries of a period: transactions dated in it wherever they stand,
    the openings that continue it, and what else stands in its file.
    """
    return records_of(_of_period(written, period, folder), folder)


def book_until(book: Book, day: date) -> Book:
    """Return a book without the transactions after `day`: a closed period's figures are made
    from it, so that nothing recorded later can move them.
    """
    return book.with_entries(
        entry for entry in book.entries if not isinstance(entry, Transaction) or entry.date <= day
    )


def read_seal(path: Path) -> Seal:
    """Read sealed/PERIOD.json. Raises BookRefusedError if it cannot be read."""
    return _read(path)[0]


def faults_of(path: Path) -> tuple[Seal, str]:
    """Read sealed/PERIOD.json, and say where it is not as it was written: a digest stated in it
    that is not the one of its records, or any other sign; "" if it is. Raises BookRefusedError.
    """
    seal, text = _read(path)
    stated = read_json(text)
    where = f"{path.parent.name}/{path.name}"
    made = {"sha256": seal.sha256, **seal.digests()}
    digests = stated.get("digests")
    said = {"sha256": stated.get("sha256"), **(digests if isinstance(digests, dict) else {})}
    wrong = [name for name in {**made, **said} if made.get(name) != said.get(name)]
    if wrong:
        return seal, (
            f"{where} states digests that are not those of what it holds: {', '.join(wrong)}. It "
            "was changed; take it from a backup."
        )
    if text != seal.document():
        return seal, f"{where} is not as it was written; take it from a backup."
    return seal, ""


def _read(path: Path) -> tuple[Seal, str]:
    try:
        text = path.read_text("utf-8")
        content = read_json(text)
        parts = {
            name: tuple(Record(compact(record)) for record in content[name])
            for name in ("entries", "declarations", "rates", "papers", "reopenings", "options")
            if name in content or name in {"entries", "declarations", "rates"}
        }
        for record in (each for records in parts.values() for each in records):
            _ = record.named  # fails for what is no record
        before = content["digests"].get("before")
        seal = Seal(
            period=str(content["period"]),
            entries=parts.pop("entries"),
            standing=Standing(**parts),
            figures=dict(content["figures"]),
            before=None if before is None else str(before),
        )
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise BookRefusedError(
            f"{path.parent.name}/{path.name} cannot be read as a sealed period "
            f"({type(error).__name__}: {error}): take it from a backup."
        ) from error
    return seal, text


def _of_period(entries: Iterable[Directive], period: Period, folder: Path) -> Iterator[Directive]:
    own = folder / f"{period.name}.beancount"
    for entry in entries:
        if isinstance(entry, Transaction):
            if entry.date in period or carried_from(entry) == period.name:
                yield entry
        elif not isinstance(entry, _NOT_SEALED) and Path(str(entry.meta["filename"])) == own:
            yield entry
