"""Bring the catalogs of the desk (desk/locales) up to date: python tools/make_texts.py.

The texts of pages, forms, reports and letters are extracted, and the sentences in which the ledger
and the importers refuse or remark something; a new one is added to each catalog without a
translation, one that is no more goes out of it. What is translated stays. `--left LANGUAGE` prints
what a language has no translation of, `--said` how many sentences each language has.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from io import BytesIO
from itertools import chain
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from find_sentences import find_sentences

ROOT = Path(__file__).parent.parent
LOCALES = ROOT / "desk" / "locales"
SENTENCES = LOCALES / "sentences"
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


def extract_sentences(texts: Catalog) -> Catalog:
    """Return every sentence of the ledger and the importers that is no text of the desk."""
    own = {text.id for text in texts}
    made = Catalog()
    for sentence in find_sentences():
        if sentence not in own:
            made.add(sentence)
    return made


def update(path: Path, texts: Catalog) -> None:
    """Write a catalog: the texts, with what was translated of them."""
    known = read(path)
    language = path.stem
    made = Catalog(language, fuzzy=False, header_comment=known.header_comment)
    for text in texts:
        if text.id:
            own = known.get(text.id)
            flags = text.flags - {"python-format"} if path.parent == SENTENCES else text.flags
            made.add(text.id, own.string if own else "", flags=flags)
    text = BytesIO()
    write_po(text, made, sort_output=True, width=0, omit_header=True)
    head = HEAD.format(comment=known.header_comment, language=language, plural=made.plural_forms)
    path.write_bytes(head.encode() + text.getvalue())


def catalog_of(language: str) -> Path:
    """Return where the texts of a language stand."""
    return LOCALES / f"{language}.po"


def sentences_of(language: str) -> Path:
    """Return where the sentences of a language stand."""
    return SENTENCES / f"{language}.po"


def read(path: Path) -> Catalog:
    """Return a catalog; an empty one where there is none."""
    if not path.is_file():
        what = "Sentences of the program" if path.parent == SENTENCES else "Texts of the desk"
        comment = f"# {what}: {path.stem}. The English texts of the program are the keys."
        return Catalog(path.stem, header_comment=comment)
    with path.open("rb") as file:
        return read_po(file, locale=path.stem)


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
    reader.add_argument("--said", action="store_true")
    asked = reader.parse_args()
    if asked.left:
        paths = (catalog_of(asked.left), sentences_of(asked.left))
        print("\n".join(chain.from_iterable(untranslated(read(path)) for path in paths)))
        return
    if asked.said:
        for language in LANGUAGES:
            catalog = read(sentences_of(language))
            translated = len(catalog) - len(untranslated(catalog))
            print(f"{language}: {translated} of {len(catalog)} sentences")
        return
    SENTENCES.mkdir(parents=True, exist_ok=True)
    texts = extract()
    for language in LANGUAGES:
        update(catalog_of(language), texts)
    sentences = extract_sentences(texts)
    for language in LANGUAGES:
        update(sentences_of(language), sentences)


if __name__ == "__main__":
    main()
