"""Where the parts of an .xlsx stand: some servers name them otherwise than spreadsheet programs do.

The package says by its relations which part is the workbook, and which are its texts and styles
(ECMA-376, part 2, 9). Readers look for them where programs put them, so they are laid there.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from pledgebook.importers.reading.packages import parse_xml

USUAL = "xl/workbook.xml"
_PACKAGE = "_rels/.rels"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_PARTS = {"sharedStrings": "xl/sharedStrings.xml", "styles": "xl/styles.xml"}


class Relation(NamedTuple):
    """What a part says of another: by which id and kind, and the name of the other part."""

    id: str
    kind: str
    part: str


def relations_of(name: str, package: Mapping[str, bytes], part: str) -> list[Relation]:
    """Return the parts that a part ("" is the package) leads to; nothing outside the package."""
    folder, file = posixpath.split(part)
    found: list[Relation] = []

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "").replace("\\", "/")
            path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            found.append(Relation(attributes.get("Id", ""), attributes.get("Type", ""), path))

    if content := package.get(posixpath.join(folder, "_rels", f"{file}.rels")):
        parse_xml(name, content, relation)
    return found


def main_part(name: str, package: Mapping[str, bytes]) -> str:
    """Return the name of the part that is the workbook; "" if the package holds none."""
    if USUAL in package:
        return USUAL
    for relation in relations_of(name, package, ""):
        if relation.kind.endswith("/officeDocument") and _is_workbook(name, package, relation.part):
            return relation.part
    return ""


def _is_workbook(name: str, package: Mapping[str, bytes], part: str) -> bool:
    tags: list[str] = []
    if content := package.get(part):
        parse_xml(name, content, lambda tag, _: tags.append(tag))
    return tags[:1] == ["workbook"]


def in_usual_places(
    name: str, package: Mapping[str, bytes], main: str
) -> tuple[dict[str, bytes], bool]:
    """Return the package with workbook, texts and styles where programs put them, and whether
    any of them stood elsewhere.
    """
    relations = relations_of(name, package, main)
    moved = {USUAL: main} if main != USUAL else {}
    for relation in relations:
        usual = _PARTS.get(relation.kind.rpartition("/")[2])
        if usual and relation.part != usual and relation.part in package:
            moved[usual] = relation.part
    if not moved:
        return dict(package), False
    laid = {**package, **{usual: package[part] for usual, part in moved.items()}}
    there = {part: usual for usual, part in moved.items()}
    laid[_PACKAGE] = _written(relations_of(name, package, ""), there)
    laid[_RELATIONS] = _written(relations, there)
    return laid, True


def _written(relations: Iterable[Relation], there: Mapping[str, str]) -> bytes:
    lines = "".join(
        f"<Relationship Id={quoteattr(each.id)} Type={quoteattr(each.kind)} "
        f"Target={quoteattr('/' + there.get(each.part, each.part))}/>"
        for each in relations
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{space}">{lines}</Relationships>'.encode()


def pack(package: Mapping[str, bytes]) -> bytes:
    """Zip the parts of a package, not compressed."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for part, content in package.items():
            archive.writestr(part, content)
    return stream.getvalue()
