"""Renderers of letters: a page, a Word document, PDF by LibreOffice, and an e-mail to be sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from pledgebook.ledger.office import NoOfficeError
from pledgebook.reports.letters.letter import Letter
from pledgebook.reports.letters.render.mail import to_mail
from pledgebook.reports.letters.render.page import to_letter_page
from pledgebook.reports.letters.render.pdf import to_pdfs
from pledgebook.reports.letters.render.word import to_letter_document
from pledgebook.reports.render.files import write_whole

__all__ = [
    "FORMATS",
    "NoOfficeError",
    "render_letters",
    "render_mails",
    "to_letter_document",
    "to_letter_page",
    "to_mail",
    "to_pdfs",
    "write_letters",
]

FORMATS = ("html", "docx", "pdf", "eml")
"""The forms of a letter, by the endings of their files."""


def render_letters(letters: Iterable[Letter], formats: Sequence[str]) -> dict[str, bytes]:
    """Return the letters' files by name, each letter in each of the formats; an e-mail brings the
    PDF where that is asked for too, else the Word document. Raises NoOfficeError where PDF is asked
    for and cannot be made.
    """
    letters = list(letters)
    files: dict[str, bytes] = {}
    documents: dict[str, bytes] = {}
    wants_word = "eml" in formats and "pdf" not in formats
    for letter in letters:
        if "html" in formats:
            files[f"{letter.file}.html"] = to_letter_page(letter).encode("utf-8")
        if {"docx", "pdf"} & set(formats) or wants_word:
            documents[letter.file] = to_letter_document(letter)
    if "docx" in formats:
        files |= _named(documents, "docx")
    if "pdf" in formats and documents:
        files |= _named(to_pdfs(documents), "pdf")
    if "eml" in formats:
        ending = "docx" if wants_word else "pdf"
        attached = files if ending in formats else _named(documents, ending)
        for letter in letters:
            name = f"{letter.file}.{ending}"
            files[f"{letter.file}.eml"] = to_mail(letter, name, attached[name])
    return files


def render_mails(letters: Sequence[Letter], attached: str) -> dict[str, bytes]:
    """Return the letters as e-mails by name, each with the letter `attached` as docx or pdf. Raises
    NoOfficeError where PDF is asked for and cannot be made.
    """
    files = render_letters(letters, [attached, "eml"])
    return {name: content for name, content in files.items() if name.endswith(".eml")}


def _named(documents: dict[str, bytes], ending: str) -> dict[str, bytes]:
    return {f"{name}.{ending}": content for name, content in documents.items()}


def write_letters(letters: Iterable[Letter], formats: Sequence[str], folder: Path) -> list[Path]:
    """Write the letters' files into a folder, made if missing; nothing if one cannot be made.
    Raises NoOfficeError and OSError.
    """
    files = render_letters(letters, formats)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        write_whole(folder / name, content)
    return [folder / name for name in files]
