"""A letter as a Word document (.docx): the letterhead, tables with repeated headings, page numbers.

A letter uses little of the format: paragraphs, tables, a header and a footer, and writing from
right to left. These parts are templates beside this module. The same letter gives the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup
from pledgebook.reports.letters.letter import Heading, Letter, Paragraph, Table, written

_TEXT_WIDTH = 9638
"""Between the margins of A4, in twentieths of a point."""

_DIGIT, _MARGINS = 100, 180
"""The width of a digit in a table, and the margins of a cell, in the same."""

_PARTS = {
    "[Content_Types].xml": "types.xml",
    "_rels/.rels": "package.xml",
    "docProps/core.xml": "core.xml",
    "word/_rels/document.xml.rels": "relations.xml",
    "word/document.xml": "document.xml",
    "word/styles.xml": "styles.xml",
    "word/header.xml": "header.xml",
    "word/footer.xml": "footer.xml",
}
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f0-9](?:[\w .,/&'@+-]*[A-Za-z\u00c0-\u024f0-9])?")
_WESTERN = re.compile("[A-Za-z\u00c0-\u024f]")
_ARABIC = re.compile("[\u0590-\u08ff\ufb1d-\ufefc]")


def to_letter_document(letter: Letter) -> bytes:
    """Return the letter as the bytes of a .docx file."""
    rtl = letter.direction == "rtl"
    values = {
        "letter": letter,
        "blocks": list(_blocks(letter)),
        "rtl": rtl,
        "bidi": Markup("<w:bidi/>") if rtl else "",
        "visual": Markup("<w:bidiVisual/>") if rtl else "",
        "far": "right",
        "over": " · ".join(filter(None, (*letter.void[:1], letter.notice))),
        "colon": "\N{NO-BREAK SPACE}:" if letter.language.startswith("fr") else ":",
        "language": "en" if rtl else letter.language,
        "bidi_language": letter.language if rtl else "ar",
        "complex_size": 24,
        "page": re.split(r"(\{page\}|\{pages\})", letter.page),
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, template in _PARTS.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, _template(template).render(values).encode("utf-8"))
    return stream.getvalue()


@cache
def _environment() -> Environment:
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_legal,
    )
    environment.filters["pieces"] = _pieces
    environment.tests["western"] = _is_western
    return environment


@cache
def _template(name: str) -> Template:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return _environment().from_string(text)


def _legal(value: object) -> object:
    """Leave out what no XML may hold."""
    return _NO_XML.sub("", value) if type(value) is str else value


def _is_western(text: str) -> bool:
    """Tell whether a text is written from left to right as a whole."""
    return bool(_WESTERN.search(text)) and not _ARABIC.search(text)


def _pieces(text: str, direction: str) -> Iterator[tuple[str, bool]]:
    """Yield a text's pieces, each with whether it is written from right to left: Word wants that
    said of every run.
    """
    if direction != "rtl":
        yield text, bool(_ARABIC.search(text))
        return
    at = 0
    for found in _LATIN.finditer(text):
        if _ARABIC.search(found.group()):
            continue
        if found.start() > at:
            yield text[at : found.start()], True
        yield found.group(), False
        at = found.end()
    if at < len(text):
        yield text[at:], True


def _blocks(letter: Letter) -> Iterator[tuple[str, object]]:
    for block in letter.body:
        if isinstance(block, Paragraph):
            yield "paragraph", block
        elif isinstance(block, Table):
            lines = [
                (line, list(zip(block.headings, written(letter, block, line), strict=True)))
                for line in block.lines
            ]
            texts = [[text for _, text in cells] for _, cells in lines]
            yield (
                "table",
                {
                    "caption": block.caption,
                    "headings": block.headings,
                    "lines": lines,
                    "note": block.note,
                    "widths": _widths(block.headings, texts),
                },
            )
        else:
            yield "facts", block


def _widths(headings: Sequence[Heading], rows: list[list[str]]) -> list[int]:
    """Return the columns' widths in twentieths of a point: figures and codes whole, so far as
    there is room; what is left goes to the texts by their length.
    """
    needed, wanted = [], []
    for column, heading in enumerate(headings):
        cells = [row[column] for row in rows] or [""]
        word = max(len(each) for text in [heading.title, *cells] for each in (text.split(" ")))
        longest = max(map(len, cells))
        longest += 1 if longest == len(cells[-1]) else 0  # the last line is a total, in bold
        whole = heading.kind == "code" or (heading.kind in {"amount", "count"} and column > 0)
        least = max(word, longest if whole else min(longest, 10))
        needed.append(least * _DIGIT + _MARGINS)
        wanted.append(0 if whole else max(0, min(longest, 40) - least))
    spare = _TEXT_WIDTH - sum(needed)
    if spare < 0 or not any(wanted):
        widths = [_TEXT_WIDTH * width // sum(needed) for width in needed]
    else:
        widths = [
            width + spare * more // sum(wanted) for width, more in zip(needed, wanted, strict=True)
        ]
    widths[0] += _TEXT_WIDTH - sum(widths)
    return widths
