"""What stands within what: a purpose within a wider one, a ministry within its State.

2000-01-01 custom "purpose" "judges" "Training of judges"
within: "corruption"
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from itertools import groupby
from types import MappingProxyType
from typing import Literal

from msgspec import Struct
from pledgebook.ledger.declared.declarations import Declaration
from pledgebook.ledger.findings import Finding, finding

Step = Literal["begin", "row", "end"]
"""What comes next on a walk through levels."""


class Levels(Struct, frozen=True):
    """By the code of what is within something, the code of what it is directly within. There is no
    circle.
    """

    outer: Mapping[str, str] = MappingProxyType({})

    def __bool__(self) -> bool:
        return bool(self.outer)

    def above(self, code: str) -> tuple[str, ...]:
        """Return all that something is within, the nearest first."""
        found = []
        while code := self.outer.get(code, ""):
            found.append(code)
        return tuple(found)

    def path(self, code: str) -> tuple[str, ...]:
        """Return all that something is within and itself, the outermost first."""
        return (*reversed(self.above(code)), code)

    def covers(self, outer: str, code: str) -> bool:
        """Tell whether something is `outer`, or within it."""
        return code == outer or (code in self.outer and outer in self.above(code))


def read_levels(
    declarations: Iterable[Declaration], known: Container[str]
) -> tuple[Levels, list[Finding]]:
    """Return what declarations say by `within:`, and what is wrong with it: a word that is not
    known, and what would be within itself. What is wrong is within nothing.
    """
    outer: dict[str, str] = {}
    faults: list[Finding] = []
    for item in declarations:
        code, word = item.texts[0], item.text("within")
        if not word:
            continue
        if word not in known:
            faults.append(
                finding(
                    item.entry,
                    "dead-word",
                    f"The {item.kind} {code} is said to be within {word!r}, which the book does "
                    f"not know: declare that {item.kind}, correct the word, or take it out.",
                )
            )
        elif code in (word, *Levels(outer).above(word)):
            faults.append(
                finding(
                    item.entry,
                    "dead-word",
                    f"The {item.kind} {code} is said to be within {word}, which comes round to "
                    f"{code} itself: nothing is within itself. Take one within: out.",
                )
            )
        else:
            outer[code] = word
    return Levels(MappingProxyType(outer)), faults


def walk(
    codes: Iterable[str], levels: Levels, name: Callable[[str], str]
) -> Iterator[tuple[Step, str]]:
    """Yield the codes in the order of reports: each by its name and, below it, by their names,
    those within it. What holds others begins before it and ends behind them, whether it is of
    `codes` itself or not.
    """
    paths = sorted(
        (levels.path(code) for code in dict.fromkeys(codes)),
        key=lambda path: [(name(code), code) for code in path],
    )
    yield from _walk(paths, 0)


def _walk(paths: Iterable[tuple[str, ...]], depth: int) -> Iterator[tuple[Step, str]]:
    for code, inner in groupby(paths, key=lambda path: path[depth]):
        own = list(inner)
        deeper = [path for path in own if len(path) > depth + 1]
        if deeper:
            yield "begin", code
        if len(deeper) < len(own):
            yield "row", code
        if deeper:
            yield from _walk(deeper, depth + 1)
            yield "end", code
