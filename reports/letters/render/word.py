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
from typing import TYPE_CHECKING

from markupsafe import Markup
from pledgebook.reports.letters.letter import Heading, Letter, Line, Paragraph, Table, written

if TYPE_CHECKING:
    from jinja2 import Environment, Template

_TEXT_WIDTH = 9638
"""Between the margins of A4, in twentieths of a point."""

_MARGINS = 180
"""The margins of a cell, in the same."""

_CELL, _ARABIC_CELL, _SMALLEST = (18, 100, 114), (20, 112, 142), 10
"""The size of letters in a table in half points (styles.xml), with the width of a digit and of a
bold one in the widest fonts that documents are shown with; and the smallest size.
"""

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
        "over": " · ".join(filter(None, (*letter.banner[:1], letter.notice))),
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
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - no command's help needs it

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
            texts = [(line, [text for _, text in cells]) for line, cells in lines]
            widths, size = _laid_out(block.headings, texts, rtl=letter.direction == "rtl")
            yield (
                "table",
                {
                    "caption": block.caption,
                    "headings": block.headings,
                    "lines": lines,
                    "note": block.note,
                    "widths": widths,
                    "size": size,
                    # a total never stands alone on a page: the lines around it keep together
                    "kept": {
                        at for at, line in enumerate(block.lines[1:]) if line.total or at == 0
                    },
                },
            )
        else:
            yield "facts", block


def _laid_out(
    headings: Sequence[Heading], rows: Sequence[tuple[Line, list[str]]], *, rtl: bool
) -> tuple[list[int], int]:
    """Return the columns' widths in twentieths of a point, and the size of the letters in half
    points: figures, codes and words are never broken, so what does not fit is written smaller.
    What is left goes to the texts by their length.
    """
    size, digit, bold = _ARABIC_CELL if rtl else _CELL
    needed, wanted = [], []
    for column, heading in enumerate(headings):
        cells = [(row[column], bold if line.total else digit) for line, row in rows]
        whole = heading.kind == "code" or (heading.kind in {"amount", "count"} and column > 0)
        least = max(len(word) + 1 for word in heading.title.split(" ")) * digit
        longest = 0
        for text, wide in cells:
            words = [text] if whole else text.split(" ")
            least = max(least, max(map(len, words)) * wide)
            longest = max(longest, len(text) * wide)
        needed.append(least)
        wanted.append(0 if whole else max(0, min(longest, 40 * digit) - least))
    room = _TEXT_WIDTH - _MARGINS * len(headings)
    spare = room - sum(needed)
    if spare < 0:
        size = max(_SMALLEST, size * room // sum(needed))
        widths = [room * width // sum(needed) for width in needed]
    elif any(wanted):
        widths = [
            width + spare * more // sum(wanted) for width, more in zip(needed, wanted, strict=True)
        ]
    else:
        widths = [room * width // sum(needed) for width in needed]
    widths[0] += room - sum(widths)
    return [width + _MARGINS for width in widths], size
