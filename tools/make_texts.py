"""Bring the catalogs of the desk (desk/locales) up to date: python tools/make_texts.py.

The texts of pages, forms, reports and letters are extracted; a new one is added to each catalog
without a translation, one that is no more goes out of it. What is translated stays. `--left
LANGUAGE` prints what a catalog has no translation of.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
LOCALES = ROOT / "desk" / "locales"
LANGUAGES = ("ar", "es", "fr", "ru", "zh")
"""The official languages of the United Nations beside English."""

COMPLETE = LANGUAGES
"""Those into which all is translated; a native reader has not read it yet."""
HEAD = """\
{comment}
msgid ""
msgstr ""
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Language: {language}\\n"
"Plural-Forms: {plural}\\n"

"""


def extract() -> Catalog:
    """Return every text that the desk shows, without a translation."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "desk.pot"
        command = [sys.executable, "-m", "babel.messages.frontend", "extract"]
        options = ["-F", "pyproject.toml", "-k", "marked", "--no-location", "-o", str(target)]
        subprocess.run([*command, *options, "desk"], cwd=ROOT, check=True, capture_output=True)  # noqa: S603 - this very Python
        with target.open("rb") as file:
            return read_po(file)


def update(language: str, texts: Catalog) -> None:
    """Write the catalog of a language: the texts, with what was translated of them."""
    known = read(language)
    made = Catalog(language, fuzzy=False, header_comment=known.header_comment)
    for text in texts:
        if text.id:
            own = known.get(text.id)
            made.add(text.id, own.string if own else "", flags=text.flags)
    text = BytesIO()
    write_po(text, made, sort_output=True, width=0, omit_header=True)
    head = HEAD.format(comment=known.header_comment, language=language, plural=made.plural_forms)
    (LOCALES / f"{language}.po").write_bytes(head.encode() + text.getvalue())


def read(language: str) -> Catalog:
    """Return the catalog of a language; an empty one where there is none."""
    path = LOCALES / f"{language}.po"
    if not path.is_file():
        comment = f"# Texts of the desk: {language}. The English texts of the program are the keys."
        return Catalog(language, header_comment=comment)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def untranslated(catalog: Catalog) -> list[str]:
    """Return the texts of a catalog that have no translation, or none of one of their forms."""
    return [
        text.id if isinstance(text.id, str) else text.id[0]
        for text in catalog
        if text.id and not all(text.string if isinstance(text.string, tuple) else [text.string])
    ]


def main() -> None:
    """Bring all catalogs up to date, or say what one lacks."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--left", choices=LANGUAGES)
    left = reader.parse_args().left
    if left:
        print("\n".join(untranslated(read(left))))
        return
    LOCALES.mkdir(exist_ok=True)
    texts = extract()
    for language in LANGUAGES:
        update(language, texts)


if __name__ == "__main__":
    main()
