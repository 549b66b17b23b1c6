"""Read a file into sheets of cells, whatever its format and whatever its name.

The format is found in the content: .xlsx, .xls and .ods workbooks, or delimited text, also text
that was saved under the name of a workbook. A file that cannot be read is refused with one
sentence that names it and says what to do. A file is hostile until it is read: its size, its
unpacked size and the area its cells span are bounded before anything is allocated for them.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from pledgebook.importers.reading.added import without_added
from pledgebook.importers.reading.aside import read_aside
from pledgebook.importers.reading.binary import inspect_binary
from pledgebook.importers.reading.cells import UnreadableFile, Workbook
from pledgebook.importers.reading.delimited import read_delimited
from pledgebook.importers.reading.iati import is_iati, read_iati
from pledgebook.importers.reading.opendocument import inspect_opendocument
from pledgebook.importers.reading.openxml import inspect_openxml
from pledgebook.importers.reading.packages import open_archive, open_package
from pledgebook.importers.reading.parts import in_usual_places, main_part, pack
from pledgebook.importers.reading.raw_sheets import read_raw
from pledgebook.importers.reading.spreadsheets import read_sheets

MAX_FILE_BYTES = 64 * 1024 * 1024

_ZIP = b"PK\x03\x04"
_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_FIRST_RECORD = bytes.fromhex("0908100000060500")
_RECORD_HEAD = struct.Struct("<HH")
_RECORDS_LOOKED_AT = 8
_FILEPASS = 0x2F
_OTHER_FORMATS = {
    b"%PDF": "a PDF document; ask the donor for the spreadsheet it was made from",
    b"\x89PNG": "a picture; type its figures into a spreadsheet",
    b"\xff\xd8\xff": "a picture; type its figures into a spreadsheet",
    b"{\\rtf": "a text document; copy its table into a spreadsheet",
    b"\x1f\x8b": "a compressed archive; unpack it and import the spreadsheet inside",
    b"7z\xbc\xaf": "a compressed archive; unpack it and import the spreadsheet inside",
    b"PK\x05\x06": "an empty archive and no workbook",
    b"PK\x07\x08": "an archive in several parts and no workbook",
}


class SentFile:
    """A file as somebody sent it; what is in it is read when it is first asked for, and once.

    What is asked for raises UnreadableFile, with a sentence for the user, if there is nothing to
    read: no such file, a folder, an empty, damaged, too large or password-protected file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def data(self) -> bytes:
        """Its bytes."""
        return _read_bytes(self.path)

    @cached_property
    def sha256(self) -> str:
        """The digest of its bytes, hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()

    @cached_property
    def workbook(self) -> Workbook:
        """Its sheets, without what was written into them when they were sent back before;
        UnreadableFile if it is no spreadsheet at all.
        """
        read = _workbook_of(self.path, self.data, self.sha256)
        return replace(read, sheets=tuple(map(without_added, read.sheets)))


def read_workbook(path: Path) -> Workbook:
    """Read every sheet of a file. Raises UnreadableFile, as a SentFile does."""
    return SentFile(path).workbook


def _workbook_of(path: Path, data: bytes, digest: str) -> Workbook:
    name = path.name
    if data.startswith(_ZIP):
        return _read_package(path, data, digest)
    if data.startswith(_COMPOUND):
        if _ENCRYPTED_STREAM in data or _has_password_record(data):
            raise UnreadableFile(_password_sentence(name))
        return Workbook(
            path=path,
            sha256=digest,
            sheets=read_sheets(name, read_aside(data), inspect_binary(data)),
            kind="xls",
        )
    for signature, what in _OTHER_FORMATS.items():
        if data.startswith(signature):
            raise UnreadableFile(f"{name} is {what}.")
    if is_iati(data):
        sheet, notes = read_iati(name, data)
        return Workbook(path=path, sha256=digest, sheets=(sheet,), kind="iati", notes=notes)
    sheet, notes = read_delimited(path, data)
    return Workbook(path=path, sha256=digest, sheets=(sheet,), kind="text", notes=notes)


def _read_bytes(path: Path) -> bytes:
    name = path.name or str(path)
    if path.is_dir():
        raise UnreadableFile(f"{name} is a folder; name the file to read.")
    try:
        if not path.is_file():
            what = "is no ordinary file" if path.exists() else "does not exist"
            where = path.parent.absolute()
            raise UnreadableFile(f"{name} {what} in {where}; check the name and the folder.")
        size = path.stat().st_size
        if not size:
            raise UnreadableFile(f"{name} is empty (0 bytes); ask for it to be sent again.")
        if size > MAX_FILE_BYTES:
            raise UnreadableFile(
                f"{name} is too large: {size / 1024**2:.0f} MB, and at most "
                f"{MAX_FILE_BYTES // 1024**2} MB are read; save the one sheet as its own file."
            )
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{name} cannot be opened: {error.strerror}.") from error


def _read_package(path: Path, data: bytes, digest: str) -> Workbook:
    name = path.name
    with open_archive(name, data) as archive:
        names = frozenset(each.replace("\\", "/") for each in archive.namelist())
        if "_rels/.rels" in names or "xl/workbook.xml" in names:
            package = open_package(name, archive)
            if main := main_part(name, package):
                package, moved = in_usual_places(name, package, main)
                details = inspect_openxml(name, package)
                usual = pack(package) if moved else data
                return Workbook(
                    path=path,
                    sha256=digest,
                    sheets=read_sheets(name, read_raw(usual), details),
                    kind="xlsx",
                )
        if "content.xml" in names:
            package = open_package(name, archive)
            if b"encryption-data" in package.get("META-INF/manifest.xml", b""):
                raise UnreadableFile(_password_sentence(name))
            if b"opendocument.spreadsheet" not in package.get("mimetype", b""):
                raise UnreadableFile(f"{name} is a text document, not a spreadsheet.")
            details = inspect_opendocument(
                name, package["content.xml"], package.get("styles.xml", b"")
            )
            return Workbook(
                path=path,
                sha256=digest,
                sheets=read_sheets(name, read_raw(data), details),
                kind="ods",
            )
    if "xl/workbook.bin" in names:
        what = "a binary workbook (.xlsb); save it as .xlsx and import that"
    elif "word/document.xml" in names:
        what = "a text document, not a spreadsheet; copy its table into a spreadsheet"
    else:
        what = "an archive and no workbook; unpack it and import the spreadsheet inside"
    raise UnreadableFile(f"{name} is {what}.")


def _has_password_record(data: bytes) -> bool:
    """Whether an .xls says so in the first of its records (MS-XLS: FILEPASS after BOF)."""
    place = data.find(_FIRST_RECORD)
    if place < 0:
        return False
    for _ in range(_RECORDS_LOOKED_AT):
        head = data[place : place + _RECORD_HEAD.size]
        if len(head) < _RECORD_HEAD.size:
            return False
        record, length = _RECORD_HEAD.unpack(head)
        if record == _FILEPASS:
            return True
        place += _RECORD_HEAD.size + length
    return False


def _password_sentence(name: str) -> str:
    return (
        f"{name} is protected by a password; open it with the password, save a copy without one, "
        "and import the copy."
    )
