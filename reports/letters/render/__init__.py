"""Renderers of letters: a page, a Word document, and PDF by LibreOffice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from pledgebook.ledger.office import NoOfficeError
from pledgebook.reports.letters.letter import Letter
from pledgebook.reports.letters.render.page import to_letter_page
from pledgebook.reports.letters.render.pdf import to_pdfs
from pledgebook.reports.letters.render.word import to_letter_document
from pledgebook.reports.render.files import write_whole

__all__ = [
    "FORMATS",
    "NoOfficeError",
    "render_letters",
    "to_letter_document",
    "to_letter_page",
    "to_pdfs",
    "write_letters",
]

FORMATS = ("html", "docx", "pdf")
"""The forms of a letter, by the endings of their files."""


def render_letters(letters: Iterable[Letter], formats: Sequence[str]) -> dict[str, bytes]:
    """Return the letters' files by name, each letter in each of the formats. Raises NoOfficeError
    where PDF is asked for and cannot be made.
    """
    files: dict[str, bytes] = {}
    documents: dict[str, bytes] = {}
    for letter in letters:
        if "html" in formats:
            files[f"{letter.file}.html"] = to_letter_page(letter).encode("utf-8")
        if {"docx", "pdf"} & set(formats):
            documents[letter.file] = to_letter_document(letter)
    if "docx" in formats:
        files |= {f"{name}.docx": content for name, content in documents.items()}
    if "pdf" in formats and documents:
        files |= {f"{name}.pdf": content for name, content in to_pdfs(documents).items()}
    return files


def write_letters(letters: Iterable[Letter], formats: Sequence[str], folder: Path) -> list[Path]:
    """Write the letters' files into a folder, made if missing; nothing if one cannot be made.
    Raises NoOfficeError and OSError.
    """
    files = render_letters(letters, formats)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        write_whole(folder / name, content)
    return [folder / name for name in files]
