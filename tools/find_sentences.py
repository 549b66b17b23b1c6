"""Find the sentences that the ledger and the importers say to a user: every text in their source
that ends as a sentence, its values as named places.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain, product
from math import prod
from pathlib import Path

ROOT = Path(__file__).parent.parent
SAYING = ("ledger", "importers")
"""The folders of what speaks to a user in sentences."""

_PLACE = re.compile(r"\{(\w+)\}")
_WORD = re.compile(r"[A-Za-z]{2,}")
_SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[A-Z`{])|(?<=[a-z][.?!])(?=\{)")
_MOST_WAYS = 16
_BEFORE = re.compile(r"^(?:\{\w+\}\s+)+(?=[A-Z][a-z]+\s)")
"""What was said before a sentence, where a text begins with it as a value."""

_FEWEST = 3
"""Of fewer words than these a text is no sentence that could be told from another."""


def find_sentences() -> list[str]:
    """Return each sentence once, in the order of the source: `The book has no pledge {pledge}`."""
    found: dict[str, str] = {}
    for folder in SAYING:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for text in _texts(ast.parse(path.read_text("utf-8"))):
                for sentence in map(_numbered, _sentences(text)):
                    found.setdefault(_PLACE.sub("{}", sentence), sentence)
    return list(found.values())


def _texts(node: ast.AST) -> Iterator[str]:
    """Yield the texts under a node but docstrings, values as places."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.expr) and (ways := _ways(node)):
        yield from ways
        for value in _values(node):
            yield from _texts(value)
        return
    for child in ast.iter_child_nodes(node):
        yield from _texts(child)


def _ways(node: ast.expr) -> list[str]:
    """Return the texts that an expression may be; none where it is no text of its own."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=one, orelse=other):
            ways = _ways(one), _ways(other)
            return [*ways[0], *ways[1]] if all(ways) else []
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            ends = _ways(left), _ways(right)
            return _joined([ends[0] or _place(left), ends[1] or _place(right)]) if any(ends) else []
        case ast.JoinedStr(values=parts):
            return _joined([_ways(part) or _place(part) for part in parts])
        case ast.FormattedValue(value=ast.IfExp() as value):
            return _ways(value)
    return []


def _joined(parts: list[list[str]]) -> list[str]:
    """Return all texts of parts in order; a value is any, where they would be too many."""
    many = prod(map(len, parts)) > _MOST_WAYS
    return [
        "".join(each) for each in product(*(["{value}"] if many and p[1:] else p for p in parts))
    ]


def _place(value: ast.expr) -> list[str]:
    inner = value.value if isinstance(value, ast.FormattedValue) else value
    return ["{" + _name(inner) + "}"]


def _values(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the expressions of which the values stand in a text."""
    match node:
        case ast.FormattedValue(value=value) if not _ways(node):
            yield value
        case ast.FormattedValue(value=value):
            yield from _values(value)
        case ast.IfExp(test=test, body=one, orelse=other):
            yield test
            yield from chain(_values(one), _values(other))
        case ast.BinOp(left=left, right=right):
            for each in (left, right):
                yield from _values(each) if _ways(each) else [each]
        case ast.JoinedStr(values=parts):
            yield from chain.from_iterable(map(_values, parts))


def _numbered(text: str) -> str:
    """Return a text in which a name that stands twice is numbered: `{amount}` and `{amount2}`."""
    used: Counter[str] = Counter()

    def own(place: re.Match[str]) -> str:
        used[place[1]] += 1
        return "{" + place[1] + (str(used[place[1]]) if used[place[1]] > 1 else "") + "}"

    return _PLACE.sub(own, text)


def _name(value: ast.expr) -> str:
    """Return what a value is called: `donor` of `code_of(row.donor)`."""
    match value:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name.strip("_").lower()
        case ast.Call(args=[first, *_]):
            return _name(first)
        case ast.Call(func=func):
            return _name(func)
        case ast.Subscript(value=inner):
            return _name(inner)
    return "value"


def _sentences(text: str) -> Iterator[str]:
    for part in map(str.strip, _SENTENCE.split(text)):
        sentence = _BEFORE.sub("", part)
        own = _PLACE.sub("", sentence)
        is_plain = not re.search(r"[{}\\]|\(\?", own)
        if is_plain and sentence[-1:] in {".", "?", "!"} and len(_WORD.findall(own)) >= _FEWEST:
            yield sentence
