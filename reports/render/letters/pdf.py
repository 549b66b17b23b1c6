"""Letters as PDF, by LibreOffice where it is installed: all Word documents in one run of it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

_PROGRAMS = ("soffice", "libreoffice")
_TAGGED = 'pdf:writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"true"}}'
"""Tables and headings are told to screen readers."""
_SECONDS_A_LETTER, _SECONDS_TO_START = 10, 120


class NoOfficeError(Exception):
    """LibreOffice is not installed, or made no PDF; the message says what to do."""


def find_office() -> str | None:
    """Return LibreOffice's program, None where it is not installed."""
    return next(filter(None, map(shutil.which, _PROGRAMS)), None)


def to_pdfs(documents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the PDF of each Word document, under the same names. Raises NoOfficeError."""
    office = find_office()
    if office is None:
        raise NoOfficeError(
            "PDF is made by LibreOffice, which is not installed here: install it, or print the "
            "page (.html) or the document (.docx) from another program."
        )
    with tempfile.TemporaryDirectory(prefix="pledgebook-") as place:
        folder = Path(place)
        # Names of our own: a donor's must not become an option of the program.
        sources = {name: folder / f"{number}.docx" for number, name in enumerate(documents)}
        for name, path in sources.items():
            path.write_bytes(documents[name])
        command = [
            office,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            _TAGGED,
            "--outdir",
            str(folder),
            *map(str, sources.values()),
        ]
        try:
            subprocess.run(  # noqa: S603 - a program found by name, paths of our own
                command,
                check=True,
                capture_output=True,
                timeout=_SECONDS_TO_START + _SECONDS_A_LETTER * len(sources),
            )
            return {name: path.with_suffix(".pdf").read_bytes() for name, path in sources.items()}
        except (subprocess.SubprocessError, OSError) as error:
            raise NoOfficeError(
                "LibreOffice made no PDF. It needs its Writer (libreoffice-writer): install that, "
                "or print the page (.html) or the document (.docx) from another program."
            ) from error
