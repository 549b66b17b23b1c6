"""The pages' words, each through Babel, in the language Fava shows itself in.

Catalogs stand in `locales/LANGUAGE/LC_MESSAGES/pledgebook.mo`, made of the words that `pybabel
extract` finds (see pyproject.toml); without one the words are English. Names of donors, titles of
reports and sentences of the ledger are data and come as they are.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from babel.dates import format_date
from flask_babel import Domain, get_locale

LOCALES = Path(__file__).parent / "locales"


@cache
def _domain() -> Domain:
    return Domain([str(LOCALES)], "pledgebook")


def marked(text: str) -> str:
    """Return a text as it is: it is translated later, where it is shown."""
    return text


def gettext(text: str, /, **values: object) -> str:
    """Return a text in the reader's language; `%(name)s` in it takes the value of that name."""
    return str(_domain().gettext(text, **values))


def ngettext(one: str, many: str, num: int, /, **values: object) -> str:
    """Return the text for a number, `%(num)s` in it."""
    return str(_domain().ngettext(one, many, num, **values))


def day_text(day: date) -> str:
    """Return a day as the reader's language writes it: 31 December 2003."""
    return format_date(day, "d MMMM y", locale=get_locale() or "en")
