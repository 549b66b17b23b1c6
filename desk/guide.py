"""The guide (docs/desk.md) a section at a time: the help of each page.

It is shipped as it is, so that there is one text of it.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markupsafe import Markup, escape

GUIDE = Path(__file__).parent.parent / "docs" / "desk.md"
"""In the repository and in what is installed of it alike (pyproject.toml)."""

EVERY_PAGE = "What holds for every page"
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_PICTURE = re.compile(r"^!\[[^\]]*\]\([^)]*\)\n", re.MULTILINE)
_ELSEWHERE = re.compile(r"\[([^\]]*)\]\([^)]*\)")


@cache
def sections() -> dict[str, str]:
    """Return the guide's sections by heading, in Markdown without pictures and links: what they
    lead to is not at hand in the desk.
    """
    text = GUIDE.read_text("utf-8")
    _before, *parts = _HEADING.split(text)
    return {
        heading: _ELSEWHERE.sub(r"\1", _PICTURE.sub("", body)).strip()
        for heading, body in zip(parts[::2], parts[1::2], strict=True)
    }


@cache
def guide_to(title: str) -> Markup:
    """Return the section on the page of a title, and what holds for every page, as markup."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    return Markup("").join(
        Markup("<h2>{}</h2>{}").format(
            escape(heading),
            Markup(reader.render(sections()[heading])),  # noqa: S704 - the renderer escapes
        )
        for heading in (title, EVERY_PAGE)
        if heading in sections()
    )
