"""Letters as PDF, by LibreOffice where it is installed: all Word documents in one run of it."""

from __future__ import annotations

from collections.abc import Mapping

from pledgebook.ledger.office import NoOfficeError, convert

_TAGGED = 'pdf:writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"true"}}'
"""Tables and headings are told to screen readers."""


def to_pdfs(documents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the PDF of each Word document, under the same names. Raises NoOfficeError."""
    try:
        return convert(documents, ".docx", _TAGGED)
    except NoOfficeError as error:
        raise NoOfficeError(
            f"No PDF was made. {error} It takes its Writer (libreoffice-writer); or print the page "
            "(.html) or the document (.docx) from another program."
        ) from error
