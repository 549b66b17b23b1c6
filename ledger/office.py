"""LibreOffice, where it is installed: documents converted by it, with a profile of its own.

It works on copies in a folder that goes away again, under names of ours (a donor's must not become
an option of the program), and its macros stay off.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from pledgebook.ledger.findings import RefusedError

_PROGRAMS = ("soffice", "libreoffice")
_SECONDS_A_FILE, _SECONDS_TO_START = 10, 120


class NoOfficeError(RefusedError):
    """LibreOffice is not installed, or did not convert; the message says what to do."""


def find_office() -> str | None:
    """Return LibreOffice's program, None where it is not installed."""
    return next(filter(None, map(shutil.which, _PROGRAMS)), None)


def convert(documents: Mapping[str, bytes], ending: str, to: str) -> dict[str, bytes]:
    """Return documents (contents by name) in another form, all in one run of LibreOffice.

    `ending` is what the documents are (".docx"), `to` what LibreOffice calls the form wanted, which
    begins with its ending ("pdf:writer_pdf_Export"). Raises NoOfficeError.
    """
    office = find_office()
    if office is None:
        raise NoOfficeError("LibreOffice is not installed here: install it.")
    with TemporaryDirectory(prefix="pledgebook-") as place:
        folder, out = Path(place), Path(place) / "converted"
        sources = {name: folder / f"{number}{ending}" for number, name in enumerate(documents)}
        for name, path in sources.items():
            path.write_bytes(documents[name])
        command = [
            office,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--norestore",
            "--convert-to",
            to,
            "--outdir",
            str(out),
            *map(str, sources.values()),
        ]
        try:
            subprocess.run(  # noqa: S603 - a program found by name, words and paths of our own
                command,
                check=True,
                capture_output=True,
                timeout=_SECONDS_TO_START + _SECONDS_A_FILE * len(sources),
            )
            made = out / f"x.{to.partition(':')[0]}"
            return {name: made.with_stem(path.stem).read_bytes() for name, path in sources.items()}
        except (subprocess.SubprocessError, OSError) as error:
            raise NoOfficeError(
                f"LibreOffice did not convert it ({type(error).__name__})."
            ) from error
