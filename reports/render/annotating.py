"""Writes texts into free cells of a workbook as somebody sent it, and leaves all else as it is.

The cells are put into the XML of their sheets; every other byte of these, and every other part of
the package, stays: formulas with their results, pictures, charts, comments, whatever a program
keeps there. Macros and signatures alone are taken out: the ones are not to run, the others no
longer hold.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from pledgebook.importers.reading.cells import Area, Place
from pledgebook.importers.reading.damaged import damage_as
from pledgebook.importers.reading.packages import open_archive, open_package
from pledgebook.importers.reading.parts import USUAL, main_part, relations_of
from pledgebook.reports.render.cell_formats import Styles
from pledgebook.reports.render.elements import (
    NotAnnotatedError,
    area_of,
    elements_of,
    parse,
    replaced,
    whole,
)
from pledgebook.reports.render.sent_sheet import MOST_COLUMNS, Beside, Page

MOST_ROWS = 1_048_576
_MACROS = ("/vbaProject", "/extensibility", "/wordVbaData")
_SIGNATURES = ("/digital-signature/origin",)
_OWN_MACROS = ("/xlMacrosheet", "/xlIntlMacrosheet")
_MAIN_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_TYPES = "[Content_Types].xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotated:
    """A workbook with what was written into it; `cells` are the texts by sheet and place, and
    `without` what was taken out of it, in words.
    """

    content: bytes
    cells: Mapping[str, Mapping[Place, str]]
    without: tuple[str, ...] = ()


def annotate(
    name: str,
    data: bytes,
    tables: Sequence[Beside],
    merged: Mapping[str, Sequence[Area]],
    added: Mapping[str, frozenset[Place]],
) -> Annotated:
    """Write what stands beside the rows of tables into a workbook. `merged` are the merged cells of
    each sheet, `added` those whose texts are replaced.

    Raises NotAnnotatedError.
    """
    with open_archive(name, data) as archive:
        package = open_package(name, archive)
        names = [each.filename for each in archive.infolist()]
        if main_part(name, package) != USUAL or sorted(names) != sorted(package):
            raise NotAnnotatedError("its parts stand where no spreadsheet program puts them")
        kinds = [each.kind for each in relations_of(name, package, USUAL)]
        if any(kind.endswith(_OWN_MACROS) for kind in kinds):
            raise NotAnnotatedError("it holds sheets of macros")
        styles = Styles(_part_of(name, package, "/styles"), package)
        changed: dict[str, bytes] = {}
        written: dict[str, dict[Place, str]] = {}
        for sheet, part in _sheets(name, package).items():
            own = [table for table in tables if table.sheet == sheet]
            if own:
                taken = [*merged.get(sheet, ()), *_taken(name, package, part)]
                page = Page(package[part], styles, taken, added.get(sheet, frozenset()))
                changed[part], written[sheet] = page.write(own)
        if missing := {table.sheet for table in tables} - written.keys():
            raise NotAnnotatedError(f"sheet {min(missing)!r} is not found in it")
        if styles.added:
            changed[styles.part] = styles.written()
        gone, without = _left_out(name, package, changed)
        content = _packed(archive, changed, gone)
    return Annotated(content=content, cells=written, without=without)


# What the parts of the package are.


def _part_of(name: str, package: Mapping[str, bytes], kind: str) -> str:
    parts = [each.part for each in relations_of(name, package, USUAL) if each.kind.endswith(kind)]
    return next((part for part in parts if part in package), "")


def _sheets(name: str, package: Mapping[str, bytes]) -> dict[str, str]:
    """Return the part of each worksheet, by its name."""
    targets = {
        each.id: each.part
        for each in relations_of(name, package, USUAL)
        if each.kind.endswith("/worksheet") and each.part in package
    }
    found: dict[str, str] = {}
    for each in elements_of(package[USUAL]):
        if each.tag == "sheet":
            part = next((v for k, v in each.said.items() if k.rpartition(":")[2] == "id"), "")
            if part in targets:
                found[each.said.get("name", "")] = targets[part]
    return found


def _taken(name: str, package: Mapping[str, bytes], part: str) -> Iterator[Area]:
    """Yield the areas of a sheet over which tables, pictures and charts lie."""
    for relation in relations_of(name, package, part):
        content = package.get(relation.part, b"")
        if relation.kind.endswith("/table"):
            found = [each.said for each in elements_of(content) if each.tag == "table"]
            yield from filter(None, (area_of(said.get("ref", "")) for said in found))
        elif relation.kind.endswith("/drawing"):
            yield from _anchors(content)


def _anchors(content: bytes) -> Iterator[Area]:
    """Yield the areas over which the drawings of a sheet lie."""
    at: dict[str, int] = {}
    path: list[str] = []

    def start(tag: str, _: Mapping[str, str]) -> None:
        path.append(tag)

    def text(said: str) -> None:
        if path[-1:] in (["col"], ["row"]):
            most = MOST_COLUMNS if path[-1] == "col" else MOST_ROWS
            at[" ".join(path[-2:])] = min(whole(said) + 1, most)

    found: list[Area] = []

    def end(tag: str) -> None:
        path.pop()
        if tag.endswith("Anchor"):
            if "from col" in at and "from row" in at:
                column, row = at["from col"], at["from row"]
                # A drawing of a size of its own says where it begins only.
                last = at.get("to row", row + 20), at.get("to col", column + 8)
                found.append(Area(row, column, *last))
            at.clear()

    parse(content, start, end, text)
    return iter(found)


def _left_out(
    name: str, package: Mapping[str, bytes], changed: dict[str, bytes]
) -> tuple[set[str], tuple[str, ...]]:
    """Take macros and signatures out of the package: return the parts that go, and what they were
    in words.
    """
    gone: set[str] = set()
    without: list[str] = []
    for kinds, what in ((_MACROS, "macros"), (_SIGNATURES, "the digital signature")):
        here = {
            relation.part
            for part in ("", USUAL)
            for relation in relations_of(name, package, part)
            if relation.kind.endswith(kinds)
        }
        if here:
            gone |= here
            without.append(what)
    for part in tuple(gone):  # with what they lead to themselves
        folder, _, file = part.rpartition("/")
        gone.add(f"{folder}/_rels/{file}.rels")
        gone |= {each.part for each in relations_of(name, package, part)}
    for part, relations in (("", "_rels/.rels"), (USUAL, "xl/_rels/workbook.xml.rels")):
        dead = {each.id for each in relations_of(name, package, part) if each.part in gone}
        if dead:
            changed[relations] = _without(package[relations], "Relationship", "Id", dead)
    if gone:
        changed[_TYPES] = _types_without(package, gone)
    return gone, tuple(without)


def _types_without(package: Mapping[str, bytes], gone: set[str]) -> bytes:
    """Return what kinds the parts of the package are of, without those that go."""
    types = package[_TYPES]
    named = {each.said.get("PartName", "").lstrip("/") for each in elements_of(types)}
    endings = {
        each.said.get("Extension", "").lower()
        for each in elements_of(types)
        if each.tag == "Default" and "vbaProject" in each.said.get("ContentType", "")
    }
    for part in package:
        if part not in gone and part not in named and part.rpartition(".")[2].lower() in endings:
            raise NotAnnotatedError("a part of it is of the kind of its macros")
    types = _without(types, "Override", "PartName", {f"/{part}" for part in gone})
    for ending in endings:
        spelt = {each.said["Extension"] for each in elements_of(types) if "Extension" in each.said}
        same = {each for each in spelt if each.lower() == ending}
        types = _without(types, "Default", "Extension", same)
    return _as_sheet(types)


def _without(content: bytes, tag: str, key: str, values: Container[str]) -> bytes:
    cuts = [
        (each.start, each.end, b"")
        for each in elements_of(content)
        if each.tag == tag and each.said.get(key) in values
    ]
    return replaced(content, cuts)


def _as_sheet(types: bytes) -> bytes:
    """Say of a workbook that could run macros that it is one that cannot."""
    edits = [
        (each.start, each.tag_end, _retyped(types[each.start : each.tag_end]))
        for each in elements_of(types)
        if each.tag == "Override" and "macroEnabled.main+xml" in each.said.get("ContentType", "")
    ]
    return replaced(types, edits)


def _retyped(tag: bytes) -> bytes:
    pattern = rb"""(\sContentType\s*=\s*)(?:"[^"]*"|'[^']*')"""
    return re.sub(pattern, lambda found: found[1] + f'"{_MAIN_TYPE}"'.encode(), tag)


def _packed(archive: zipfile.ZipFile, changed: Mapping[str, bytes], gone: Container[str]) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in archive.infolist():
            if part.filename in gone:
                continue
            with damage_as(NotAnnotatedError):
                sent = archive.read(part)
            info = zipfile.ZipInfo(part.filename, part.date_time)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = part.external_attr
            packed.writestr(info, changed.get(part.filename, sent))
    return stream.getvalue()
