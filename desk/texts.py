"""The pages' words, each in the reader's language: the one the book names to Fava, else the
browser's.

    1999-12-31 custom "fava-option" "language" "ar"

Catalogs stand in `locales/LANGUAGE.po` (`make texts` brings them up to date); what one lacks is
English. Fava has fewer languages and refuses the name of one that it lacks: the desk takes that
name all the same, and Fava's own pages stay English. Names of donors are data and come as they are;
`sentences` says what the ledger says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from fava.context import g
from fava.core import FavaLedger
from flask import has_request_context, request
from flask_babel import get_locale

LOCALES = Path(__file__).parent / "locales"
_SPOKEN = "pledgebook.desk.spoken"
"""Where a request keeps its reader's language."""

SOURCE = Locale("en")
"""The language the program's texts are written in."""


def marked(text: str) -> str:
    """Return a text as it is: it is translated later, where it is shown."""
    return text


def gettext(text: str, /, **values: object) -> str:
    """Return a text in the reader's language; `%(name)s` in it takes the value of that name."""
    said = _catalog(spoken().language).gettext(text)
    return said % _isolated(values) if values else said


def ngettext(one: str, many: str, num: int, /, **values: object) -> str:
    """Return the text for a number, `%(num)s` in it."""
    said = _catalog(spoken().language).ngettext(one, many, num)
    return said % _isolated({"num": num, **values})


def isolate(value: object) -> str:
    """Return a value as it is put into a sentence: where that runs from right to left, kept apart,
    so that neither turns the other's order (Unicode Standard Annex #9, isolates).
    """
    return f"\u2068{value}\u2069" if spoken().text_direction == "rtl" else str(value)


def _isolated(values: Mapping[str, object]) -> dict[str, str]:
    return {name: isolate(value) for name, value in values.items()}


def day_text(day: date) -> str:
    """Return a day as the reader's language writes it: 31 December 2003."""
    return format_date(day, "d MMMM y", locale=spoken())


def spoken() -> Locale:
    """Return the language in which the reader is spoken to."""
    if not has_request_context():
        return SOURCE
    known: Locale | None = request.environ.get(_SPOKEN)
    if known is None:
        ledger = getattr(g, "ledger", None)
        named = _named(ledger) if ledger is not None else None
        known = named or _spoken_here(str(get_locale() or SOURCE)) or SOURCE
        request.environ[_SPOKEN] = known
    return known


def accept_language(ledger: FavaLedger) -> None:
    """Take Fava's refusal of a language that the desk speaks off its list of errors."""
    ledger.fava_options_errors = [
        error
        for error in ledger.fava_options_errors
        if not _spoken_here(_language_in(_values(error.entry)))
    ]


def _named(ledger: FavaLedger) -> Locale | None:
    """Return the language that a book names and the desk speaks, the last one named."""
    found = None
    for entry in ledger.all_entries_by_type.Custom:
        if entry.type == "fava-option":
            found = _spoken_here(_language_in(_values(entry))) or found
    return found


def _values(entry: object) -> Sequence[object]:
    return [each.value for each in getattr(entry, "values", None) or ()]


def _language_in(values: Sequence[object]) -> str:
    return str(values[1]) if len(values) > 1 and values[0] == "language" else ""


def _spoken_here(tag: str) -> Locale | None:
    try:
        locale = Locale.parse(tag.replace("-", "_")) if tag else None
    except (UnknownLocaleError, ValueError):
        return None
    if locale is None or (locale.language != SOURCE.language and _is_empty(locale.language)):
        return None
    return locale


def _is_empty(language: str) -> bool:
    return type(_catalog(language)) is NullTranslations


@cache
def _catalog(language: str) -> NullTranslations:
    """Return a language's catalog; one without a translation is as good as none."""
    path = LOCALES / f"{language}.po"
    if not path.is_file():
        return NullTranslations()
    with path.open("rb") as file:
        catalog = read_po(file, locale=language)
    if not any(each.id and each.string and any(each.string) for each in catalog):
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return GNUTranslations(compiled)
