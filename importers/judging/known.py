"""What is known before a row is judged: the book's settings, rates and register, what was imported
before, and what stands in the rows already read.

What a row says is identified by its content (`content_id`), whatever file, sheet or order it comes
in. A pledge is known again by its reference or, where neither it nor the row has one, by donor,
date and purpose; `changes` says what becomes of a row that finds its pledge with other figures.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from beancount.core.data import Directive, Transaction
from pledgebook.importers.judging.drafting import IMPORT_ID, Reading
from pledgebook.importers.judging.names import Names
from pledgebook.importers.judging.verdicts import VerdictName
from pledgebook.importers.tables.questions import Question
from pledgebook.importers.values.values import plain
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.declared.donors import Donor
from pledgebook.ledger.declared.rates import Rates
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.events import Earmark, Labels, Part, earmark_of
from pledgebook.ledger.events.pledges import INCREASES, in_order
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.parsing import parse_text
from pledgebook.ledger.register.instalments import by_number, pledge_of, settled_so_far
from pledgebook.ledger.register.postings import read_lines
from pledgebook.ledger.register.register import Change, Claim, Gift, Register

_encode = json.JSONEncoder(ensure_ascii=False).encode


class Paper(NamedTuple):
    """What a reference is known by: the fund, the donor's present code, and it without accents,
    case and blanks.
    """

    fund: str
    donor: str
    reference: str


class Doubt(Exception):  # noqa: N818 - not an error: the row waits, with this reason
    """A row that a person must look at; `verdict` is another one where nobody has to. `asks` are
    the questions of which the answers would settle it. `pledge` and `before` name the pledge it may
    be of and how that stands in the book.
    """

    def __init__(
        self,
        reason: str,
        verdict: VerdictName = "waiting",
        *,
        asks: Question | tuple[Question, ...] = (),
        pledge: str = "",
        before: str = "",
    ) -> None:
        super().__init__(reason)
        self.reason, self.verdict = reason, verdict
        self.asks = (asks,) if isinstance(asks, Question) else asks
        self.pledge, self.before = pledge, before
        self.alone = False
        """Whether nothing else of its rows is in doubt that could be asked with it."""


class Referred(NamedTuple):
    """Where a reference was met in the rows of this run: the label of its pledge ("" for money
    received), the table it stands in, and what it gives to there.
    """

    label: str
    table: str
    gives_to: object


class AlikeRows:
    """The rows of a file that say the same besides their references. Of each reference, and of all,
    the first two places are kept: one that is not a given row's own is among them.
    """

    def __init__(self) -> None:
        self._all: list[str] = []
        self._of: dict[str, list[tuple[int, str]]] = {}
        self._counted = 0

    def add(self, place: str, reference: str) -> None:
        """Take note of a row, the last so far, and its reference without blanks and punctuation."""
        if len(self._all) < 2 and place not in self._all:
            self._all.append(place)
        own = self._of.setdefault(reference, [])
        if len(own) < 2 and all(place != other for _, other in own):
            own.append((self._counted, place))
        self._counted += 1

    def above(self, place: str, reference: str) -> str:
        """Return where the first row elsewhere stands that has this reference or none, or that is
        any where this is none; "" if none does.
        """
        if not reference:
            return next((other for other in self._all if other != place), "")
        found = [
            next((each for each in self._of.get(wanted, ()) if each[1] != place), None)
            for wanted in (reference, "")
        ]
        return min(filter(None, found), default=(0, ""))[1]


class Taken(NamedTuple):
    """A row that is in the book: its entry ("ITA-2002-01 in CPCJF") and what identifies it."""

    entry: str
    import_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPledge:
    """A pledge of the book: the histories of its instalments in order of their labels, whether it
    came from a sheet, its reference and project made comparable.
    """

    label: str
    histories: tuple[list[Change], ...]
    imported: bool
    reference: str
    project: str

    @property
    def first(self) -> Claim:
        """Its first instalment as it was entered."""
        return self.histories[0][0].after

    @property
    def now(self) -> Claim:
        """Its first instalment as it is."""
        return self.histories[0][-1].after

    @property
    def last_change(self) -> date:
        """The day of the last entry about it."""
        return max(changes[-1].date for changes in self.histories)

    @property
    def total(self) -> Decimal:
        """What was pledged at first, in the currency of then."""
        return sum((own[0][0].after.units for own in self.instalments()), ZERO)

    @property
    def is_open(self) -> bool:
        """Whether something of it is outstanding."""
        return any(changes[-1].after.is_open for changes in self.histories)

    def parts(self) -> list[tuple[Decimal, date | None]]:
        """Return amount (as last amended, in the present currency) and due date of each instalment
        of which something was paid or is outstanding.
        """
        stands = []
        for own in self.instalments():
            amount = ZERO
            for changes in own:
                paid, written_off = settled_so_far(changes)
                amount += paid + written_off + changes[-1].after.units
            if amount:
                stands.append((amount, own[0][-1].after.due))
        return stands

    def instalments(self) -> list[list[list[Change]]]:
        """Return each instalment as sheets count them: its history, with those of the further
        instalments that raised it after it was paid.
        """
        found: dict[str, list[list[Change]]] = {}
        for changes in self.histories:
            label = changes[0].label
            raised = as_text(changes[0].entry.meta.get(INCREASES, "")) or label
            first = next((each for each, own in found.items() if _is_among(raised, own)), label)
            found.setdefault(first, []).append(changes)
        return list(found.values())

    def paid(self) -> Decimal:
        """Return what was paid of it, in its present currency."""
        return sum((settled_so_far(changes)[0] for changes in self.histories), ZERO)


def list_name(file: str, sheet: str) -> tuple[str, str]:
    """Return by what names a list is known again: of its file and sheet, without the number that a
    second copy of a file is given. Delimited text has its file's name as its sheet's.
    """
    stem, _, ending = file.rpartition(".")
    plain_stem = _COPY.sub("", stem)
    return f"{plain_stem}.{ending}", plain_stem if sheet == stem else sheet


_PIECES = re.compile(r"[^\W\d_]+|\d+")
_COPY = re.compile(r"(?<=.)(?:-\d{1,2}| ?\(\d{1,2}\))$")


@dataclass(kw_only=True)
class Context:
    """What rows are judged against. `fund` is the one the user named; what is known of the rows
    judged so far (`seen`, `references`, `unpaid`) grows.
    """

    settings: Settings
    rates: Rates
    register: Register
    labels: Labels
    names: Names
    fund: str = ""
    today: date
    """The day of the import: what is dated after it has not happened."""
    imported: dict[str, str] = field(default_factory=dict)
    rows: dict[tuple[str, str], Taken] = field(default_factory=dict)
    """Rows of files that are in the book, by the file's digest and the cells."""
    pledges: dict[str, KnownPledge] = field(default_factory=dict)
    by_reference: dict[Paper, list[KnownPledge]] = field(default_factory=dict)
    by_giving: dict[tuple[str, date], list[KnownPledge]] = field(default_factory=dict)
    by_total: dict[tuple[str, str, Decimal], list[KnownPledge]] = field(default_factory=dict)
    """The pledges of the book by donor, currency and amount."""
    gifts: dict[Paper, list[Gift]] = field(default_factory=dict)
    references: dict[Paper, Referred] = field(default_factory=dict)
    unpaid: dict[tuple[str, str], str] = field(default_factory=dict)
    donors: dict[tuple[str, bool, date | None], str | Doubt] = field(default_factory=dict)
    """What was looked up before: a list names the same donors again and again."""
    purposes: dict[str, Question] = field(default_factory=dict)
    """What was asked of texts that are no purposes of the book: a list has the same again."""
    suggested: dict[str, tuple[Donor, ...]] = field(default_factory=dict)
    """The nearest donors of names that are nobody's: a list has the same on many days."""
    seen: dict[str, list[str]] = field(default_factory=dict)
    told: dict[str, object] = field(default_factory=dict)
    """By place, what rows of this run say that is not in their import id."""
    alike_rows: dict[Hashable, AlikeRows] = field(default_factory=dict)
    """The contributions of this run that were judged, by file and by what they say besides their
    references.
    """
    present: frozenset[str] = frozenset()
    """The pledges of the book that rows of the file at hand repeat as they were imported."""
    earlier: dict[tuple[str, str], list[Transaction]] = field(default_factory=dict)
    """What came from a sheet, by its `list_name`."""

    closed: tuple[Path, ...] = ()
    """The files of closed periods, which the book does not load."""
    _read_of: set[str] = field(default_factory=set)
    """The digests of sheets that were looked for in them."""

    def taken(self, row: tuple[str, str]) -> Taken | None:
        """Return what was taken of a row (its file's digest, and its cells), in whichever period it
        stands: a closed one keeps what came of a sheet as any other.
        """
        sha256 = row[0]
        if row not in self.rows and sha256 not in self._read_of:
            self._read_of.add(sha256)
            for path in self.closed:
                text = path.read_text("utf-8") if path.is_file() else ""
                if sha256 and sha256 in text:
                    self._read_closed(text, sha256)
        return self.rows.get(row)

    def _read_closed(self, text: str, sha256: str) -> None:
        for entry in parse_text(text)[0]:
            if not isinstance(entry, Transaction) or IMPORT_ID not in entry.meta:
                continue
            if as_text(entry.meta.get("source-sha256", "")) == sha256:
                pledge = min(entry.links) if entry.links else ""
                cells = as_text(entry.meta.get("source", "")).partition("#")[2]
                fund = next((each.account.split(":")[1] for each in entry.postings), "")
                taken = Taken(f"{pledge or entry.date} in {fund}", str(entry.meta[IMPORT_ID]))
                self.rows.setdefault((sha256, cells), taken)

    @staticmethod
    def of_book(
        entries: Iterable[Directive],
        settings: Settings,
        register: Register,
        rates: Rates,
        fund: str = "",
        *,
        today: date | None = None,
        closed: Iterable[Path] = (),
    ) -> Context:
        """Read from a book what was pledged and imported before; `today` is the day of the import,
        the day where the user is unless said, `closed` are the files of closed periods.
        """
        context = Context(
            settings=settings,
            rates=rates,
            register=register,
            labels=Labels(register.by_label),
            names=Names.of(settings),
            fund=fund,
            closed=tuple(closed),
            today=today or date.today(),  # noqa: DTZ011
        )
        for entry in entries:
            if isinstance(entry, Transaction) and IMPORT_ID in entry.meta:
                context._read_imported(entry)
        context._read_pledges(register)
        for gift in register.gifts:
            reference = as_text(gift.entry.meta.get("reference", ""))
            paper = context.paper(gift.fund, gift.donor, reference)
            if paper.reference:
                context.gifts.setdefault(paper, []).append(gift)
        return context

    def _read_imported(self, entry: Transaction) -> None:
        pledge = min(entry.links) if entry.links else ""
        self.imported[str(entry.meta[IMPORT_ID])] = pledge
        name, _, cells = as_text(entry.meta.get("source", "")).partition("#")
        lines = read_lines(entry, self.settings)
        fund = lines[0].place.fund if lines else ""
        row = (as_text(entry.meta.get("source-sha256", "")), cells)
        import_id = str(entry.meta[IMPORT_ID])
        self.rows[row] = Taken(f"{pledge or entry.date} in {fund}", import_id)
        self.earlier.setdefault(list_name(name, cells.rpartition("!")[0]), []).append(entry)

    def _read_pledges(self, register: Register) -> None:
        own: dict[tuple[str, str], list[list[Change]]] = {}
        for label, changes in register.by_label.items():
            entry, now = changes[0].entry, changes[-1].after
            if now.is_open:
                self.unpaid[now.fund, self.of_record(now.donor)] = label
            link = min(entry.links) if entry.links else pledge_of(label)
            own.setdefault((now.fund, link), []).append(changes)
        for (fund, label), histories in own.items():
            histories.sort(key=lambda changes: by_number(changes[0].label))
            entry = histories[0][0].entry
            reference, project = (
                plain(as_text(entry.meta.get(key, ""))) for key in ("reference", "project")
            )
            known = KnownPledge(
                label=label,
                histories=tuple(histories),
                imported=IMPORT_ID in entry.meta,
                reference=reference,
                project=project,
            )
            self.pledges[label] = known
            donor = self.of_record(known.now.donor)
            self.by_giving.setdefault((donor, known.first.pledged_on), []).append(known)
            given = (donor, known.first.currency, known.total)
            self.by_total.setdefault(given, []).append(known)
            if reference:
                paper = self.paper(fund, known.now.donor, reference)
                self.by_reference.setdefault(paper, []).append(known)

    def of_record(self, donor: str) -> str:
        """Return the code by which a donor's contributions are known: the present one, where one
        donor continues another.
        """
        return self.settings.donors.of_record(donor)

    def paper(self, fund: str, donor: str, reference: str) -> Paper:
        """Return by what a reference is known."""
        return Paper(fund, self.of_record(donor), plain(reference))

    def paper_of(self, reading: Reading) -> Paper:
        """Return by what a row's reference is known."""
        return self.paper(reading.earmark.fund, reading.donor, reading.reference)

    def remember(self, reading: Reading, place: str, pledge: str) -> None:
        """Note a contribution that is going to be entered; `place` is its file, sheet and row."""
        fund, donor = reading.earmark.fund, self.of_record(reading.donor)
        # A list that says under each reference what was paid lists no payment under another.
        told = any(row.paid.known or (row.reference and row.tells_paid) for row in reading.rows)
        if pledge and not told:
            self.unpaid[fund, donor] = pledge
        if reading.reference:
            table = place.rpartition("!")[0]
            found = Referred(pledge, table, (reading.earmark, reading.project))
            self.references[self.paper_of(reading)] = found

    def of_reference(self, reading: Reading) -> list[KnownPledge]:
        """Return the book's pledges under the reference that a row states."""
        if not reading.reference:
            return []
        return self.by_reference.get(self.paper_of(reading), [])

    def alike(self, reading: Reading) -> list[KnownPledge]:
        """Return the book's pledges of the same fund, donor and date."""
        given = self.by_giving.get((self.of_record(reading.donor), reading.day), [])
        return [known for known in given if known.now.fund == reading.earmark.fund]


def _is_among(label: str, histories: list[list[Change]]) -> bool:
    return any(changes[0].label == label for changes in histories)


def gives_to(known: KnownPledge, reading: Reading) -> bool:
    """Tell whether a pledge of the book is for the same class, purpose and project as a row."""
    same = earmark_of(known.now) == reading.earmark
    return same and known.project == plain(reading.project)


def parts_in_order(parts: Iterable[Part], day: date) -> list[tuple[Decimal, date | None]]:
    """Return amount and due date of a row's instalments in the order of their labels."""
    return [(part.amount, part.due) for part in in_order(parts, day)]


def content_id(reading: Reading) -> str:
    """Identify what a row says, whatever file, sheet or order it comes in."""
    content = [
        reading.kind,
        reading.earmark.fund,
        reading.earmark.class_,
        reading.earmark.purpose,
        reading.donor,
        plain(reading.reference),
        reading.day.isoformat(),
        reading.currency,
        [
            [format(amount.normalize(), "f"), due.isoformat() if due else ""]
            for amount, due in parts_in_order(reading.parts, reading.day)
        ],
        plain(reading.project),
    ]
    return hashlib.sha256(_encode(content).encode()).hexdigest()[:16]


def without_reference(reading: Reading) -> Hashable:
    """Return what a row says besides its reference: what several rows may say."""
    return (
        reading.kind,
        reading.earmark,
        reading.donor,
        reading.day,
        reading.currency,
        tuple(parts_in_order(reading.parts, reading.day)),
        plain(reading.project),
    )


def bare_reference(text: str) -> str:
    """Write a reference for comparison as its words and numbers, whatever stands between them."""
    return " ".join(_PIECES.findall(plain(text)))


def earmark_words(earmark: Earmark) -> str:
    """Write where money goes: "CPCJF, special, corruption"."""
    return ", ".join(filter(None, (earmark.fund, earmark.class_, earmark.purpose)))
