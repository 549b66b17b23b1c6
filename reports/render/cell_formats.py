"""The formats of the cells of a workbook as somebody sent it, and those that are added to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.sax.saxutils import quoteattr

from pledgebook.reports.render.elements import Edit, Element, replaced, walk, whole

MOST_STYLES = 60_000
"""Spreadsheet programs hold some 64,000 formats of cells."""
_MARK = "FFFFF2CC"
"""The background of a cell that asks something, a light yellow."""
_COUNT = re.compile(rb"""(\scount\s*=\s*["'])\d+""")


class Styles:
    """The formats of the workbook's cells, and those that are added for what is written."""

    def __init__(self, part: str, package: Mapping[str, bytes]) -> None:
        self.part = part
        self.content = package.get(part, b"")
        self.added: dict[tuple[int, bool, str, bool, bool], tuple[int, str]] = {}
        self._struck: list[bool] = []
        self._formats: list[dict[str, str]] = []
        self._upright: list[str] = []
        self._lists: dict[str, Element] = {}
        self._fills = 0
        inside: list[str] = []

        def opened(each: Element) -> None:
            inside.append(each.tag)
            if inside[-2:] == ["fonts", "font"]:
                self._struck.append(False)
            elif inside[-3:] == ["fonts", "font", "strike"]:
                self._struck[-1] = each.said.get("val", "1") not in {"0", "false"}
            elif inside[-2:] == ["fills", "fill"]:
                self._fills += 1
            elif inside[-2:] == ["cellXfs", "xf"]:
                self._formats.append(each.said)
                self._upright.append("")
            elif inside[-3:] == ["cellXfs", "xf", "alignment"]:
                self._upright[-1] = each.said.get("vertical", "")

        def closed(each: Element) -> None:
            inside.pop()
            if each.tag in {"cellXfs", "fills"} and len(inside) == 1:
                self._lists[each.tag] = each

        if self.content:
            walk(self.content, closed, opened)
        usable = all(key in self._lists and not self._lists[key].is_bare for key in _LISTS)
        self._usable = usable and bool(self._formats)

    def beside(
        self, style: str, *, asks: bool, side: str, from_right: bool, wraps: bool = False
    ) -> str:
        """Return the format of a text beside a cell of a format: its font, frame and background,
        and another background where it asks something. It stands at a `side` of its cell, left or
        right, is read from there or `from_right`, and `wraps` or goes on beyond.
        """
        if not self._usable:
            return ""
        known = whole(style) if whole(style) < len(self._formats) else 0
        key = known, asks, side, from_right, wraps
        if key not in self.added:
            number = len(self._formats) + len(self.added)
            if number >= MOST_STYLES:
                return ""
            self.added[key] = number, self._format(*key)
        return str(self.added[key][0])

    def _format(self, known: int, asks: bool, side: str, from_right: bool, wraps: bool) -> str:
        said = self._formats[known]
        font, fill = whole(said.get("fontId")), whole(said.get("fillId"))
        if font < len(self._struck) and self._struck[font]:
            font = 0
        if asks:
            font, fill = font if fill in _NO_FILLS else 0, self._fills
        prefix = self._lists["cellXfs"].prefix
        upright = f" vertical={quoteattr(self._upright[known])}" if self._upright[known] else ""
        sides = f'horizontal="{side}" readingOrder="{2 if from_right else 1}"'
        sides += ' wrapText="1"' if wraps else ""
        border, named = whole(said.get("borderId")), whole(said.get("xfId"))
        ids = f'fontId="{font}" fillId="{fill}" borderId="{border}" xfId="{named}"'
        return (
            f'<{prefix}xf numFmtId="0" {ids} applyFont="1" applyFill="1" applyBorder="1" '
            f'applyAlignment="1"><{prefix}alignment {sides}{upright}/></{prefix}xf>'
        )

    def written(self) -> bytes:
        """Return the part with the formats that were added."""
        formats = "".join(text for _, text in self.added.values())
        prefix = self._lists["fills"].prefix
        fill = (
            f'<{prefix}fill><{prefix}patternFill patternType="solid"><{prefix}fgColor '
            f'rgb="{_MARK}"/><{prefix}bgColor indexed="64"/></{prefix}patternFill></{prefix}fill>'
        )
        edits = [
            *self._longer("cellXfs", formats, len(self._formats) + len(self.added)),
            *self._longer("fills", fill, self._fills + 1),
        ]
        return replaced(self.content, edits)

    def _longer(self, key: str, text: str, count: int) -> Iterator[Edit]:
        each = self._lists[key]
        tag = self.content[each.start : each.tag_end]
        yield each.start, each.tag_end, _COUNT.sub(rb"\g<1>%d" % count, tag)
        end = self.content.rindex(b"<", each.tag_end, each.end)
        yield end, end, text.encode()


_NO_FILLS = (0, 1)
"""Every workbook has two backgrounds to begin with: none, and a pattern of programs' own."""
_LISTS = ("cellXfs", "fills")
