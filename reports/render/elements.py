"""XML by the places of its elements in the bytes, so that some bytes are changed and no others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from xml.parsers import expat

from pledgebook.importers.reading.cells import Area, column_number

_TAG = re.compile(rb"""<(?:[^<>"']|"[^"]*"|'[^']*')*>""")
_ENCODING = re.compile(rb"""<\?xml[^>]*\sencoding\s*=\s*["']([\w.-]+)["']""")
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?")


class NotAnnotatedError(Exception):
    """A workbook into which nothing can be written as it is; the message says why, in a clause."""


@dataclass(slots=True, kw_only=True)
class Element:
    """An element: its name without `prefix` (which has its colon), its attributes as they are
    named, and where it stands in the bytes.
    """

    tag: str
    prefix: str
    said: dict[str, str]
    start: int
    tag_end: int
    """Where its start tag ends."""
    end: int = 0
    filled: bool = False
    """Whether there is an element in it."""

    @property
    def is_bare(self) -> bool:
        """Whether it has no end tag: `<c r="A1"/>`."""
        return self.end == self.tag_end


def elements_of(content: bytes) -> list[Element]:
    """Return all elements of a small part."""
    found: list[Element] = []
    walk(content, found.append)
    return found


def walk(
    content: bytes,
    closed: Callable[[Element], object],
    opened: Callable[[Element], object] = lambda _: None,
) -> None:
    """Walk through XML: tell of each element when it begins and, with its end, when it is over."""
    encoding = _ENCODING.match(content.removeprefix(b"\xef\xbb\xbf"))
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or (
        encoding and encoding[1].lower() not in (b"utf-8", b"us-ascii", b"ascii")
    ):
        raise NotAnnotatedError("it is written in an unusual encoding")
    parser = expat.ParserCreate()
    stack: list[Element] = []

    def start(tag: str, said: dict[str, str]) -> None:
        at = parser.CurrentByteIndex
        match = _TAG.match(content, at)
        if match is None:
            raise NotAnnotatedError("a tag of it is not understood")
        if stack:
            stack[-1].filled = True
        prefix, _, local = tag.rpartition(":")
        prefix = f"{prefix}:" if prefix else ""
        each = Element(tag=local, prefix=prefix, said=said, start=at, tag_end=match.end())
        stack.append(each)
        opened(each)

    def end(_: str) -> None:
        each = stack.pop()
        if content[each.tag_end - 2 : each.tag_end] == b"/>":
            each.end = each.tag_end
        else:
            each.end = content.index(b">", parser.CurrentByteIndex) + 1
        closed(each)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    _run(parser, content)


def parse(
    content: bytes,
    start: Callable[[str, Mapping[str, str]], object],
    end: Callable[[str], object],
    text: Callable[[str], object],
) -> None:
    """Walk through XML of which the places do not matter; names come without their prefix."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, said: start(tag.rpartition(":")[2], said)
    parser.EndElementHandler = lambda tag: end(tag.rpartition(":")[2])
    parser.CharacterDataHandler = text
    _run(parser, content)


def _run(parser: expat.XMLParserType, content: bytes) -> None:
    def refuse(*_: object) -> None:
        raise NotAnnotatedError("it declares its own XML entities")

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise NotAnnotatedError(f"a part of it is damaged ({error})") from error


Edit = tuple[int, int, bytes]


def replaced(content: bytes, edits: Iterable[Edit]) -> bytes:
    """Put other bytes in the place of some; of edits at one place the earlier first."""
    pieces, at = [], 0
    for start, end, put in sorted(edits, key=lambda edit: edit[:2]):
        pieces += [content[at:start], put]
        at = end
    return b"".join([*pieces, content[at:]])


def area_of(reference: str) -> Area | None:
    """Read a reference such as `A1` or `$A$1:H20`; None if it is none."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        return None
    first, top, last, bottom = match.groups()
    left = column_number(first) or 0
    right = column_number(last) or 0 if last else left
    return Area(int(top), left, int(bottom or top), right)


def whole(text: str | None) -> int:
    """Read a whole number of nine digits at most; 0 if it is none."""
    return int(text) if text and _WHOLE.fullmatch(text.strip()) else 0
