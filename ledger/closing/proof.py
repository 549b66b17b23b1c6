"""The proof of what is sealed: every seal made again from the files, and what differs named.

It begins with what is sealed, wherever a trace of it stands: the seals, the folder sealed/, the
closings and the openings that carry on. Declarations are asked only afterwards, so that no line
that is missing or spoilt makes a sealed period disappear.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from beancount.core.data import Custom, Directive, Transaction
from pledgebook.ledger.closing.records import (
    Record,
    compact,
    differences,
    digest_of_records,
    option_records,
    read_written,
)
from pledgebook.ledger.closing.seals import (
    FIRST,
    Figures,
    MakeFigures,
    Seal,
    chain_of,
    entry_records,
    faults_of,
    rates_until,
    standing_of,
)
from pledgebook.ledger.closing.signing import check_signature, signature_of
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.declared.periods import Period
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.findings import BookRefusedError, RefusedError, place_of
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.history import CLOSES, FOLDER, HISTORY, carried_from, is_closing

PARTS = ("seal", "chain", "signature", "entries", "declarations", "rates", "papers", "reopenings",
         "options", "figures", "program")  # fmt: skip
"""What a verdict may say differs, in order."""

_SETTING = ("entries", "declarations", "rates", "papers", "reopenings", "options", "seal")
_NUMBERING = frozenset({"receipt-number", "receipt-gap"})
_KEPT = re.compile(r"(?P<period>.+)\.(?P<number>[0-9]+)")
"""The name of the file that keeps what was sealed before a period was opened again."""


@dataclass(kw_only=True)
class Verdict:
    """What verifying a period found: `differs` names what differs, by PARTS, each with its
    sentences; empty if all is as sealed. `notes` is what should be known and is no difference.
    """

    period: str
    differs: dict[str, list[str]] = field(default_factory=dict)
    changed: list[dict[str, object]] = field(default_factory=list)
    """The entries that changed: file and line (of what stands now), date, title, and whether it
    is `added` or `missing` against the seal. A changed entry is both."""
    notes: list[str] = field(default_factory=list)
    later: list[Record] = field(default_factory=list)
    """Papers that came after the closing."""

    @property
    def holds(self) -> bool:
        """Whether everything is as sealed."""
        return not self.differs

    def say(self, what: str, sentence: str) -> None:
        """Add a sentence about something that differs."""
        self.differs.setdefault(what, []).append(sentence)


@dataclass(frozen=True, kw_only=True)
class _Files:
    """A book and its history as they stand now; `written` are the directives of both, unprocessed,
    and `traces` where each period is closed or carried on.
    """

    book: Book
    history: Book | None
    written: Sequence[Directive]
    traces: Mapping[str, str]
    unread: Sequence[str] = ()

    @cached_property
    def standing(self) -> dict[str, list[Record]]:
        """What stands now beside entries, by the name of its digest; read once for all periods."""
        return standing_of(self.written, self.history or self.book)


def verify_seals(
    main: Path, make_figures: MakeFigures, signers: Path | None = None
) -> list[Verdict]:
    """Make every seal of a book again from its files and say what differs, in order of periods.
    With `signers`, a file of allowed signers as ssh-keygen reads it, each has to be signed by one.

    Whatever the book says, this ends in verdicts: a file that cannot be read is one too, under the
    name of that file.
    """
    try:
        files = _read(main)
    except Exception as error:  # noqa: BLE001 - a damaged book may fail any reader, and is told
        verdict = Verdict(period=main.name)
        verdict.say("seal", f"{main.name} cannot be read ({_told(error)}): take it from a backup.")
        return [verdict]
    folder = files.book.folder
    seals: dict[str, Seal] = {}
    verdicts: dict[str, Verdict] = {}
    for name in _sealed_names(files):
        verdict = verdicts[name] = Verdict(period=name)
        for sentence in files.unread:
            verdict.say("seal", sentence)
        seal = _read_sealed(verdict, files, folder / FOLDER / f"{name}.json")
        if seal is not None:
            seals[name] = seal
        try:
            _compare(verdict, seal, files, make_figures)
        except Exception as error:  # noqa: BLE001 - as above, of records that are none
            verdict.say("seal", f"It cannot be compared with what stands now ({_told(error)}).")
        if signers is not None:
            _compare_signature(verdict, folder / FOLDER / f"{name}.json", signers)
    ordered = sorted(verdicts, key=lambda name: (_end_of(name, seals.get(name), files), name))
    _compare_chain([verdicts[name] for name in ordered], seals, files)
    _compare_reopenings(verdicts, files)
    if ordered:
        _tell_added(verdicts[ordered[-1]], seals.get(ordered[-1]), files)
        if signers is None and any(
            signature_of(folder / FOLDER / f"{name}.json").is_file() for name in ordered
        ):
            verdicts[ordered[-1]].notes.append(
                "Signatures were not checked: name the file of allowed signers with --signers."
            )
    return [verdicts[name] for name in [*ordered, *(verdicts.keys() - ordered)]]


def _read(main: Path) -> _Files:
    book = load_book(main)
    written = read_written(book)
    path = book.folder / HISTORY
    history, unread = None, []
    if path.is_file():
        try:
            history = load_book(path)
            whole = read_written(history)
        except Exception as error:  # noqa: BLE001 - as above
            history = None
            unread = [f"{HISTORY} cannot be read ({_told(error)}): take it from a backup."]
    traces: dict[str, str] = {}
    for entry in (*written, *(whole if history else ())):
        if is_closing(entry):
            traces.setdefault(as_text(entry.meta.get(CLOSES, "")), f"{place_of(entry.meta)} closes")
        elif carried_from(entry):
            traces.setdefault(carried_from(entry), f"{place_of(entry.meta)} carries on from")
    return _Files(
        book=book,
        history=history,
        written=whole if history else written,
        traces=traces,
        unread=unread,
    )


def _sealed_names(files: _Files) -> list[str]:
    """Return the names of all periods of which anything says that they are sealed."""
    stated = [
        as_text(entry.values[0].value)
        for entry in (*files.written, *files.book.entries)
        if isinstance(entry, Custom) and entry.type == "seal" and entry.values
    ]
    known = {*stated, *files.book.settings.seals, *files.traces} - {""}
    kept = {path.stem for path in (files.book.folder / FOLDER).glob("*.json")}
    return list(dict.fromkeys([*known, *sorted(name for name in kept if not _is_kept(name))]))


def _is_kept(stem: str) -> bool:
    return bool(_KEPT.fullmatch(stem))


def _read_sealed(verdict: Verdict, files: _Files, path: Path) -> Seal | None:
    """Read sealed/PERIOD.json and hold it against what the book states of it."""
    name = verdict.period
    stated = files.book.settings.seals.get(name)
    if stated is None and not path.is_file():
        trace = files.traces.get(name, "A line names")
        verdict.say(
            "seal",
            f"{trace} {name}, but nothing is sealed of it: {FOLDER}/{path.name} is missing and the "
            f'book states no custom "seal" "{name}". Take both from a backup.',
        )
        return None
    try:
        seal, fault = faults_of(path)
    except BookRefusedError as error:
        verdict.say("seal", str(error))
        return None
    if fault:
        verdict.say("seal", fault)
    if seal.period != name:
        verdict.say("seal", f"{FOLDER}/{path.name} is of {seal.period!r}: it was renamed.")
    if stated is None:
        verdict.say("seal", f'The book has no custom "seal" "{name}", but {FOLDER}/{path.name}.')
    elif (stated.sha256, stated.digests) != (seal.sha256, seal.digests()):
        verdict.say(
            "seal",
            f'{FOLDER}/{path.name} is not what custom "seal" "{name}" states: one of them was '
            "changed. Take them from a backup.",
        )
    return seal


def _compare(verdict: Verdict, seal: Seal | None, files: _Files, make_figures: MakeFigures) -> None:
    """Hold what was sealed against what stands now."""
    name = verdict.period
    declared = next((each for each in files.book.settings.periods if each.name == name), None)
    if declared is None:
        verdict.say(
            "declarations",
            f'The book declares no period "{name}": its custom "period", or the line that includes '
            "it, is missing or cannot be read. Take the file from a backup.",
        )
    period = (_sealed_period(seal) if seal else None) or declared
    if files.history is None:
        if not files.unread:
            verdict.say("seal", f"{HISTORY} is missing: take it from a backup.")
        return
    if period is None:
        return
    history = files.history
    _tell_errors(verdict, history, period)
    now = list(entry_records(files.written, period, history.folder))
    if seal is None:
        stated = files.book.settings.seals.get(name)
        if stated is not None and digest_of_records(now) != stated.sha256:
            verdict.say("entries", 'They are not those whose digest custom "seal" states.')
        return
    _compare_entries(verdict, seal, now)
    standing = rates_until(files.standing, period.end)
    added: list[Record] = []
    for part, sealed in seal.parts().items():
        if part == "options":
            for book in (files.book, history):
                file = book.path.name
                now_set = option_records(book.options, file)
                _compare_set(verdict, part, sealed, now_set, of=f"{file}: ")
            continue
        extra = _compare_set(verdict, part, sealed, standing[part])
        if part in {"declarations", "rates"}:
            added += extra
        elif part == "papers":
            verdict.later = extra
    if files.book.settings.seals.get(name) is not None:
        _compare_day(verdict, files.written, period)
    try:
        figures = make_figures(_around(files, history, period), name)
    except Exception as error:  # noqa: BLE001 - figures of a damaged book may fail anywhere
        verdict.say("figures", f"They cannot be made from what stands there now: {_told(error)}")
        return
    _compare_figures(verdict, seal, figures, added)


def _around(files: _Files, history: Book, period: Period) -> Book:
    """Return a history with the transactions of a period and of the one closed before it, which its
    opening continues: that of each period is held to what was left, and its entries are sealed, so
    nothing earlier can move a figure, and the proof of a period takes as long however many are.
    """
    before = [
        each.start
        for each in files.book.settings.periods
        if each.end < period.start and each.name in files.traces
    ]
    since = before[-1] if before else date.min
    return history.with_entries(
        entry
        for entry in history.entries
        if not isinstance(entry, Transaction) or since <= entry.date <= period.end
    )


def _tell_errors(verdict: Verdict, history: Book, period: Period) -> None:
    errors = [
        error
        for error in history.errors
        if getattr(getattr(error, "entry", None), "date", period.start) in period
    ]
    if errors:
        first = errors[0]
        source = getattr(first, "source", None) or {}
        verdict.say(
            "entries",
            f"{HISTORY} has {len(errors)} error(s) here. First: "
            f"{place_of(source)}: {getattr(first, 'message', first)}",
        )


def _compare_day(verdict: Verdict, written: Iterable[Directive], period: Period) -> None:
    for entry in written:
        if (
            isinstance(entry, Custom)
            and entry.type == "seal"
            and entry.values
            and as_text(entry.values[0].value) == period.name
            and entry.date != period.end
        ):
            verdict.say(
                "seal",
                f"{place_of(entry.meta)}: the seal is dated {entry.date}; {period.name} ends on "
                f"{period.end}.",
            )


def _compare_entries(verdict: Verdict, seal: Seal, now: Sequence[Record]) -> None:
    missing, added = differences(seal.entries, now)
    for record, what in [
        *((each, "missing") for each in missing),
        *((each, "added") for each in added),
    ]:
        verdict.changed.append(
            {
                "date": record.day,
                "title": record.title,
                "what": what,
                "file": record.file,
                "line": record.line,
            }
        )
        place = f"{record.file}:{record.line}: " if record.file else ""
        said = (
            "stands there now and was not sealed"
            if what == "added"
            else "was sealed and is not there now"
        )
        verdict.say("entries", f"{place}{record.day} {record.title!r} {said}.")


def _compare_set(
    verdict: Verdict,
    what: str,
    sealed: Iterable[Record],
    now: Iterable[Record],
    of: str = "",
) -> list[Record]:
    """Compare what may grow after the closing; return what was added, which matters only if the
    figures differ. `of` names the file that what is gone is of.
    """
    missing, added = differences(sealed, now)
    if what == "papers":
        missing = _without_agreed(missing, added)
    for record in missing:
        verdict.say(what, f"{of}{record.named} was sealed and is not there now.")
    if missing:
        for record in added:
            verdict.say(what, f"{record.named} was not sealed.")
    return added


def _without_agreed(missing: Iterable[Record], added: Iterable[Record]) -> list[Record]:
    """Return the papers that are gone, without the bank statements that were written anew since,
    as an import does once they agree with the ledger.
    """
    agreed = {_stated(each) for each in added}
    return [
        each
        for each in missing
        if '"agrees":"yes"' in each.text or not _stated(each) or _stated(each) not in agreed
    ]


def _stated(record: Record) -> str:
    """Return what a bank stated in a statement; "" for another paper."""
    day, kind, *rest = record.content
    if kind != "custom" or rest[0] != "statement":
        return ""
    kept = {key: rest[2].get(key) for key in ("from", "opening", "closing")}
    return compact([day, rest[1], kept])


def _compare_figures(verdict: Verdict, seal: Seal, now: Figures, added: Sequence[Record]) -> None:
    differing = list(_unequal(seal.figures, {name: now.get(name) for name in seal.figures}, ""))
    if not differing:
        return
    for at, was, is_now in differing[:20]:
        verdict.say("figures", f"{at}: sealed {was}, now {is_now}.")
    if len(differing) > 20:
        verdict.say("figures", f"and {len(differing) - 20} more.")
    if verdict.differs.keys() & {*_SETTING}:
        return
    for record in added:
        verdict.say("declarations", _added_later(record))
    if not added:
        verdict.say(
            "program",
            "Entries, declarations and rates are as sealed, so the program computes otherwise than "
            "it did. Compare its version with the one that closed the period.",
        )


def _added_later(record: Record) -> str:
    return f"{record.named} was added after the closing."


def _compare_signature(verdict: Verdict, path: Path, signers: Path) -> None:
    fault = check_signature(path, signers)
    if fault:
        verdict.say("signature", fault)


def _compare_chain(verdicts: Sequence[Verdict], seals: Mapping[str, Seal], files: _Files) -> None:
    """Hold each seal against the one before it."""
    before, earlier, chained = FIRST, "", False
    for verdict in verdicts:
        seal, stated = seals.get(verdict.period), files.book.settings.seals.get(verdict.period)
        if seal is not None:
            here = "the first" if before == FIRST else f"that of {earlier}"
            if seal.before is None and chained:
                verdict.say(
                    "chain",
                    f"The seal holds no digest of the one before, but that of {earlier} does: it "
                    "was made anew, without what is sealed since. Take it from a backup.",
                )
            elif seal.before is None:
                verdict.notes.append(
                    "Unchained: this seal was made before seals held the digest of the one before; "
                    "it covers entries, declarations, rates and figures only."
                )
            elif seal.before != before:
                verdict.say(
                    "chain",
                    f"The seal was made upon another one than {here}: a seal before it was made "
                    "anew, taken away or put in. Take them from a backup.",
                )
            chained = chained or seal.before is not None
        if seal is not None or stated is not None:
            earlier = verdict.period
            before = seal.chain if seal is not None else chain_of(stated) if stated else before


def _compare_reopenings(verdicts: dict[str, Verdict], files: _Files) -> None:
    """Hold the files that keep what was sealed before against the reopenings that name them."""
    folder = files.book.folder / FOLDER
    named: dict[str, list[int]] = {}

    def say(period: str, sentence: str) -> None:
        verdicts.setdefault(period, Verdict(period=period)).say("reopenings", sentence)

    for reopening in files.book.settings.reopenings:
        named.setdefault(reopening.period, []).append(reopening.number)
        path = folder / f"{reopening.period}.{reopening.number}.json"
        try:
            seal, fault = faults_of(path)
        except BookRefusedError as error:
            say(reopening.period, str(error))
            continue
        if fault:
            say(reopening.period, fault)
        elif reopening.seal and reopening.seal != seal.chain:
            say(
                reopening.period,
                f"{FOLDER}/{path.name} is not what was opened again: the reopening states another "
                "seal. Take them from a backup.",
            )
    for path in sorted(folder.glob("*.json")):
        found = _KEPT.fullmatch(path.stem)
        if found and int(found["number"]) not in named.get(found["period"], ()):
            say(
                found["period"],
                f"{FOLDER}/{path.name} keeps what was sealed before the period was opened again, "
                'but the book states no such custom "reopening". Take it from a backup.',
            )
    for period, numbers in named.items():
        if sorted(numbers) != list(range(1, len(numbers) + 1)):
            say(
                period,
                f"The reopenings are numbered {', '.join(map(str, sorted(numbers)))}: one is "
                "missing, or stands twice.",
            )


def _tell_added(verdict: Verdict, seal: Seal | None, files: _Files) -> None:
    """Say which papers came after the last closing, and where their numbers do not go on."""
    if seal is None or seal.before is None or files.history is None:
        return
    verdict.notes += map(_added_later, verdict.later)
    for found in files.history.findings:
        if found.rule in _NUMBERING:
            verdict.say("papers", f"{Path(found.file).name}:{found.line}: {found.message}")


def _sealed_period(seal: Seal) -> Period | None:
    """Return the days of a period as they were declared when it was sealed."""
    found = None
    for record in seal.standing.declarations:
        try:
            day, kind, *rest = record.content
            if kind == "custom" and rest[0] == "period" and rest[1][0] == seal.period:
                found = Period(date.fromisoformat(day), date.fromisoformat(rest[1][1]), seal.period)
        except (ValueError, TypeError, LookupError):
            continue  # it is no record, and its digest says so
    return found


def _end_of(name: str, seal: Seal | None, files: _Files) -> date:
    period = _sealed_period(seal) if seal else None
    ends = {each.name: each.end for each in files.book.settings.periods}
    return period.end if period else ends.get(name, date.max)


def _told(error: Exception) -> str:
    return str(error) if isinstance(error, RefusedError) else f"{type(error).__name__}: {error}"


def _unequal(was: object, now: object, at: str) -> Iterator[tuple[str, object, object]]:
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        for key in [*was, *(key for key in now if key not in was)]:
            yield from _unequal(was.get(key), now.get(key), f"{at}.{key}" if at else str(key))
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        for number, (one, other) in enumerate(zip(was, now, strict=True)):
            yield from _unequal(one, other, f"{at}[{number}]")
    elif was != now:
        yield at, _short(was), _short(now)


def _short(value: object) -> str:
    text = value if isinstance(value, str) else compact(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
