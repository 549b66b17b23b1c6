"""A letter as one self-contained page, to read and to print on A4.

No script, no other file, nothing fetched; everything that came from the book is escaped. The page's
direction is its language's, and what came in another script keeps its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from markupsafe import Markup
from pledgebook.reports.letters.letter import Block, Letter, Paragraph, Table, written

if TYPE_CHECKING:
    from jinja2 import Template


def to_letter_page(letter: Letter) -> str:
    """Return the letter as an HTML page."""
    return _template().render(
        letter=letter,
        blocks=list(_blocks(letter)),
        style=Markup(_resource("page.css")),  # noqa: S704 - a file of the program
        page_content=_page_content(letter.page),
        notice_content=_css_string(letter.notice),
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - no command's help needs it

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_resource("page.html"))


@cache
def _resource(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _blocks(letter: Letter) -> Iterator[tuple[str, object]]:
    for block in letter.body:
        yield _named(letter, block)


def _named(letter: Letter, block: Block) -> tuple[str, object]:
    if isinstance(block, Paragraph):
        return "paragraph", block
    if not isinstance(block, Table):
        return "facts", block
    lines = [
        (line, list(zip(block.headings, written(letter, block, line), strict=True)))
        for line in block.lines
    ]
    view = {
        "caption": block.caption,
        "headings": block.headings,
        "lines": lines,
        "note": block.note,
    }
    return "table", view


def _page_content(text: str) -> Markup:
    """Return "Page {page} of {pages}" as the content of a margin box."""
    before, _, rest = text.partition("{page}")
    between, _, after = rest.partition("{pages}")
    parts = [_css_string(before), "counter(page)", _css_string(between), "counter(pages)"]
    return Markup(" ".join([*parts, _css_string(after)]))  # noqa: S704 - escaped part by part


def _css_string(text: str) -> Markup:
    """Write a text as a string of CSS in which nothing can end it: other than letters and digits,
    every character by its number.
    """
    written_ = "".join(each if each.isalnum() else f"\\{ord(each):x} " for each in text)
    return Markup(f'"{written_}"')  # noqa: S704 - holds letters, digits and escapes only
