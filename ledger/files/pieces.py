"""What a write changes in a text, piece by piece, so that it can be found again and taken back.

A piece is a directive with the lines below it that are indented, or one line of anything else. It
is known by a digest, whatever comes to stand above or below it later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.register.book import digest_of

_KEPT_DIGITS = 16


class Added(NamedTuple):
    """A piece that is new: its digest, and its place among the pieces of the new text."""

    digest: str
    at: int


class Removed(NamedTuple):
    """A piece that is gone: its text, the digest of the piece above it ("" for none), how many
    blank lines stand below that, and the place that it would have.
    """

    text: str
    above: str
    blank: int
    at: int


Piece = Added | Removed


class Stretch(NamedTuple):
    """Pieces of a new text, blank lines too, by the place of the first and of what follows the
    last, and the text that stood there (None for none).
    """

    start: int
    stop: int
    text: str | None


def pieces_of(text: str) -> list[str]:
    """Return the pieces of a text, blank lines too; joined by newlines they are the text."""
    lines = text.split("\n")
    starts = [number for number, line in enumerate(lines) if not line or not line[0].isspace()]
    if not starts or starts[0] != 0:
        starts.insert(0, 0)
    ends = [*starts[1:], len(lines)]
    return ["\n".join(lines[start:end]) for start, end in zip(starts, ends, strict=True)]


def known_by(piece: str) -> str:
    """Return the digest that a piece is known by."""
    return digest_of(piece.encode("utf-8", "surrogateescape"))[:_KEPT_DIGITS]


def compared(old: str, new: str) -> tuple[list[Piece], list[Stretch]]:
    """Return what a text gained and lost, in the order of the new text, blank lines only with the
    piece that was taken out above them; and what leads back to the old text, to the letter.
    """
    before, after = pieces_of(old), pieces_of(new)
    changes: list[Piece] = []
    back: list[Stretch] = []
    for gone, come, at in _different(before, after):
        above = next((place for place in reversed(range(at)) if after[place].strip()), -1)
        digest = known_by(after[above]) if above >= 0 else ""
        changes += [Removed(text, digest, at - above - 1, at) for text in _with_blanks(gone)]
        changes += [
            Added(known_by(piece), at + number)
            for number, piece in enumerate(come)
            if piece.strip()
        ]
        back.append(Stretch(at, at + len(come), "\n".join(gone) if gone else None))
    return changes, back


def exchanged(old: str, new: str) -> tuple[list[str], list[str]]:
    """Return the pieces that a text lost and those that it gained, without blank lines."""
    lost: list[str] = []
    gained: list[str] = []
    for gone, come, _ in _different(pieces_of(old), pieces_of(new)):
        lost += filter(str.strip, gone)
        gained += filter(str.strip, come)
    return lost, gained


def put_back(text: str, stretches: Iterable[Stretch]) -> tuple[str, list[range]]:
    """Return the text that a write found, of that which it left, and which lines of the latter
    (counted from 0) go. Raises EventRefusedError for stretches that this text cannot have.
    """
    pieces = pieces_of(text)
    lines = _starts(pieces)
    result: list[str] = []
    spans: list[range] = []
    taken = 0
    for start, stop, found in stretches:
        if not taken <= start <= stop <= len(pieces):
            raise EventRefusedError("The log does not fit the files: it was not made of this book.")
        result += pieces[taken:start]
        if found is not None:
            result.append(found)
        spans.append(range(lines[start], lines[stop]))
        taken = stop
    return "\n".join([*result, *pieces[taken:]]), spans


def _starts(pieces: Iterable[str]) -> list[int]:
    """Return the line that each piece begins in, counted from 0, and the one behind the last."""
    lines = [0]
    for piece in pieces:
        lines.append(lines[-1] + piece.count("\n") + 1)
    return lines


def _with_blanks(pieces: Iterable[str]) -> list[str]:
    """Return pieces, each with the blank lines below it, the first with those above it too."""
    found: list[str] = []
    above = ""
    for piece in pieces:
        if piece.strip():
            found.append(above + piece)
            above = ""
        elif found:
            found[-1] += "\n"
        else:
            above += "\n"
    return found


def _different(
    before: Sequence[str], after: Sequence[str]
) -> Iterator[tuple[Sequence[str], Sequence[str], int]]:
    """Yield stretches that differ: what was there, what is, and where that stands. Nearly all
    writes only put something in or take something out, which is told in one pass.
    """
    if (put_in := _left_over(after, before)) is not None:
        yield from (([], after[run.start : run.stop], run.start) for run in _runs(put_in))
        return
    if (taken_out := _left_over(before, after)) is not None:
        earlier = 0
        for run in _runs(taken_out):
            yield before[run.start : run.stop], [], run.start - earlier
            earlier += len(run)
        return
    top = next(
        (at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other),
        min(len(before), len(after)),
    )
    most = min(len(before), len(after)) - top
    end = next((at for at in range(most) if before[-1 - at] != after[-1 - at]), most)
    own, now = before[top : len(before) - end], after[top : len(after) - end]
    for kind, first, last, start, stop in SequenceMatcher(
        None, own, now, autojunk=False
    ).get_opcodes():
        if kind != "equal":
            yield own[first:last], now[start:stop], top + start


def _runs(places: Iterable[int]) -> list[range]:
    """Return places as stretches of places that follow each other."""
    runs: list[range] = []
    for at in places:
        if runs and runs[-1].stop == at:
            runs[-1] = range(runs[-1].start, at + 1)
        else:
            runs.append(range(at, at + 1))
    return runs


def _left_over(whole: Sequence[str], part: Sequence[str]) -> list[int] | None:
    """Return the places of a sequence that are left over when another is found in it in its order;
    None if it is not.
    """
    left: list[int] = []
    found = 0
    for at, piece in enumerate(whole):
        if found < len(part) and part[found] == piece:
            found += 1
        else:
            left.append(at)
    return left if found == len(part) else None


def taken_back(text: str, changes: Iterable[Piece], name: str) -> tuple[str, list[range]]:
    """Return a text without what it gained and with what it lost, and which of its lines (counted
    from 0) go. Raises EventRefusedError, with the file's `name`, where a piece is not there any
    more.
    """
    pieces = pieces_of(text)
    lines = _starts(pieces)
    places: dict[str, list[int]] = {}
    for at, piece in enumerate(pieces):
        if piece:
            places.setdefault(known_by(piece), []).append(at)
    gone: set[int] = set()
    back: dict[int, list[str]] = {}
    for change in changes:
        wanted = change.digest if isinstance(change, Added) else change.above
        there = places.get(wanted, [])
        if isinstance(change, Added):
            there = [at for at in there if at not in gone]
        if isinstance(change, Removed):
            if wanted and not there:
                raise EventRefusedError(
                    f"{name}: what stood above a piece that was taken out is not there any more, "
                    "so it cannot be put back at its place."
                )
            below = _nearest(there, change.at) + 1 if wanted else 0
            most = below + change.blank
            while below < most and below < len(pieces) and not pieces[below]:
                below += 1
            back.setdefault(below, []).append(change.text)
        elif there:
            gone.add(_nearest(there, change.at))
        else:
            raise EventRefusedError(
                f"{name}: a piece that was written was changed or taken out since (of the digest "
                f"{change.digest})."
            )
    result: list[str] = []
    for at in range(len(pieces) + 1):
        result += back.get(at, ())
        if at == len(pieces) or at in gone:
            continue
        piece = pieces[at]
        if not piece and at and (at - 1) in gone and (not result or not result[-1]):
            continue  # the blank line below what goes
        result.append(piece)
    spans = [range(lines[at], lines[at + 1]) for at in sorted(gone)]
    return "\n".join(result).rstrip("\n") + "\n" if any(result) else "", spans


def _nearest(places: Sequence[int], at: int) -> int:
    return min(places, key=lambda place: abs(place - at))


def as_json(changes: Iterable[Piece]) -> list[dict[str, Any]]:
    """Return changes as the log of writes has them."""
    return [change._asdict() for change in changes]


def from_json(said: Iterable[Mapping[str, Any]]) -> list[Piece]:
    """Return changes as they were logged. Raises KeyError, TypeError for what is none."""
    return [
        Added(str(each["digest"]), int(each["at"]))
        if "digest" in each
        else Removed(str(each["text"]), str(each["above"]), int(each["blank"]), int(each["at"]))
        for each in said
    ]
