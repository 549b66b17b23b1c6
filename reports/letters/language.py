"""A language that letters are written in: its texts, and how it writes dates, amounts and names.

Texts stand in `texts/LANGUAGE.po`, gettext's catalogs, with the English text as key; a file more
is a language more (docs/letters.md). A tag may name a country, as ar-AE, for its digits and signs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from pledgebook.ledger.declared.donors import LANGUAGES
from pledgebook.ledger.findings import RefusedError
from pledgebook.ledger.money import format_amount

if TYPE_CHECKING:
    from babel import Locale

SOURCE = "en"
"""The language the program's texts are written in."""

NIL, UNKNOWN = "\N{EN DASH}", ".."
_NARROW, _WIDE = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"
_ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_FRENCH = (
    (re.compile(r"\s*([;!?])(?=\s|$)"), _NARROW + r"\1"),
    (re.compile(r"(?<=\S) ?(:)(?=\s|$)"), _WIDE + r"\1"),
    (re.compile(r"«\s*"), "«" + _WIDE),
    (re.compile(r"\s*»"), _WIDE + "»"),
    (re.compile(r"\b(n[o°]|art\.|p\.) (?=[\d{])"), r"\1" + _WIDE),
)
"""French puts a space that does not break before these marks and within quotation marks."""


class UnknownLanguageError(RefusedError):
    """There are no texts in that language; the message lists the languages there are."""


def mark(text: str) -> str:
    """Mark a text for the catalogs where it is written, to be said elsewhere."""
    return text


@dataclass(frozen=True, slots=True)
class Language:
    """A language by its tag, with its catalog. `numbering` is CLDR's name of its digits."""

    tag: str
    locale: Locale
    catalog: Mapping[str, str]
    numbering: str

    @property
    def code(self) -> str:
        """The language without its country: "ar" of "ar-AE"."""
        return str(self.locale.language)

    @property
    def name(self) -> str:
        """What it is called in itself: "français"."""
        return str(self.locale.get_display_name())

    @property
    def direction(self) -> str:
        """Which way it is written: "ltr" or "rtl"."""
        return str(self.locale.text_direction)

    def say(self, text: str, **values: str) -> str:
        """Return a text in this language, with its values put in; without a translation, as is."""
        said = self.catalog.get(text) or text
        if self.code == "fr":
            for pattern, put in _FRENCH:
                said = pattern.sub(put, said)
        return said.format(**values) if values else said

    def long_date(self, day: date) -> str:
        """Write a date as the United Nations' documents do in this language."""
        from babel.dates import format_date, get_month_names  # noqa: PLC0415 - no help needs it

        match self.code:
            case "en":
                text = format_date(day, "d MMMM y", locale=self.locale)
            case "fr":
                number = "1er" if day.day == 1 else str(day.day)
                text = f"{number}{_WIDE}{format_date(day, 'MMMM y', locale=self.locale)}"
            case "ar":  # both names of the month, as the United Nations write it
                names = {get_month_names("wide", locale=place)[day.month] for place in _ARAB_MONTHS}
                both = "/".join(sorted(names, key=_eastern(day.month).__ne__))
                text = f"{day.day} {both} {day.year}"
            case _:
                text = str(format_date(day, "long", locale=self.locale))
        return self._digits(text)

    def short_date(self, day: date) -> str:
        """Write a date as in a table: the month shortened where the language does that."""
        if self.code == "ar":
            return self.long_date(day)
        from babel.dates import format_date  # noqa: PLC0415

        text = format_date(day, "medium", locale=self.locale)
        if self.code in {"en", "fr"}:
            text = format_date(day, "d MMM y", locale=self.locale)
        return self._digits(str(text).replace(" ", _WIDE))

    def amount(self, value: Decimal | None, decimals: int = 2) -> str:
        """Write an amount: as many decimals as it has, at least so many; negatives in parentheses,
        nil a dash, unknown "..".
        """
        if value is None:
            return UNKNOWN
        if value == 0:
            return NIL
        from babel.numbers import format_decimal  # noqa: PLC0415

        places = max(decimals, len(format_amount(value).partition(".")[2].rstrip("0")))
        text = format_decimal(
            abs(value),
            "#,##0" + ("." + "0" * places if places else ""),
            locale=self.locale,
            numbering_system=self.numbering,
        )
        return self._digits(f"({text})" if value < 0 else str(text))

    def count(self, value: int) -> str:
        """Write a whole number."""
        from babel.numbers import format_decimal  # noqa: PLC0415

        text = format_decimal(value, "#,##0", locale=self.locale, numbering_system=self.numbering)
        return self._digits(str(text))

    def _digits(self, text: str) -> str:
        """Babel takes signs, but not digits, from a system of numbers."""
        return text.translate(_ARABIC_DIGITS) if self.numbering == "arab" else text

    def currency(self, code: str) -> str:
        """Return a currency's name in the plural, "US dollars" for USD; its code if unknown."""
        from babel.numbers import get_currency_name  # noqa: PLC0415

        name = str(get_currency_name(code, 2, locale=self.locale))
        return name or code

    def money(self, value: Decimal, code: str, decimals: int = 2) -> str:
        """Write an amount with its currency's name, which do not part at the end of a line."""
        name = self.currency(code).replace(" ", _WIDE)
        return f"{self.amount(value, decimals)}{_WIDE}{name}"


_ARAB_MONTHS = ("ar_LB", "ar")


def _eastern(month: int) -> str:
    from babel.dates import get_month_names  # noqa: PLC0415

    return str(get_month_names("wide", locale=_ARAB_MONTHS[0])[month])


def languages(package: str = __package__) -> list[str]:
    """Return the languages that a package has texts in, by code: letters, unless said."""
    texts = files(package).joinpath("texts")
    found = [path.name.removesuffix(".po") for path in texts.iterdir() if path.name.endswith(".po")]
    return sorted([SOURCE, *found])


@cache
def language(tag: str, package: str = __package__) -> Language:
    """Return a language by its tag, "fr" or "ar-AE", with the texts of a package: of letters,
    unless said. Raises UnknownLanguageError.
    """
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415

    try:
        locale = Locale.parse(tag.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError):
        locale = None
    if locale is None or locale.language not in languages(package):
        missing = [code for code in LANGUAGES if code not in languages(package)]
        raise UnknownLanguageError(
            f"There are no texts in {tag!r}: the languages are {', '.join(languages(package))} "
            f"(a country may follow, as ar-AE); texts for {', '.join(missing) or 'others'} can be "
            "added (docs/letters.md)."
        )
    # CLDR gives plain Arabic the digits of the West; the United Nations write its own.
    numbering = "arab" if str(locale) == "ar" else str(locale.default_numbering_system)
    return Language(
        str(locale).replace("_", "-"), locale, _catalog(locale.language, package), numbering
    )


@cache
def _catalog(code: str, package: str) -> Mapping[str, str]:
    if code == SOURCE:
        return {}
    from babel.messages.pofile import read_po  # noqa: PLC0415

    with files(package).joinpath("texts", f"{code}.po").open("rb") as file:
        catalog = read_po(file, locale=code)
    return {
        str(message.id): str(message.string) for message in catalog if message.id and message.string
    }


def clean(text: str) -> str:
    """Return a text of the book fit for any document: one line, without control characters or
    those that turn the direction of writing.
    """
    kept = (
        " " if unicodedata.category(each) in {"Cc", "Zl", "Zp"} else each
        for each in text
        if unicodedata.category(each) not in {"Cs", "Cn", "Co"} and each not in _TURNING
    )
    return re.sub("[ \t]+", " ", "".join(kept)).strip(" ")  # spaces that do not break stay


_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
