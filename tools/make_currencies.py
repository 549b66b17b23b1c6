"""Make ledger/data/currencies.csv and currencies-names.csv from the CLDR and currencies.toml.

Run from the top of the repository:

    python tools/make_currencies.py            writes both files
    python tools/make_currencies.py --check    says whether they are as this would write them

From the CLDR, as Babel ships it: the days on which each currency was tender anywhere, the decimals
of withdrawn ones, names and marks in the six official languages and four more, and names in some
twenty further ones. What
tools/currencies.toml says goes before. Codes of fund units and precious metals are no tender
anywhere and so are left out.
"""

from __future__ import annotations

import csv
import io
import re
import sys
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from babel import Locale
from babel.core import get_global
from pledgebook.ledger.declared.names import normalise

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "ledger" / "data"
LANGUAGES = ("ar", "zh", "en", "fr", "ru", "es", "de", "it", "nl", "pt")
FURTHER_LANGUAGES = (
    *("bg", "cs", "da", "el", "fa", "fi", "he", "hi", "hr", "hu", "id", "ja", "ko", "nb", "pl"),
    *("ro", "sk", "sv", "th", "tr", "uk", "vi", "zh_Hant"),
)
"""Languages of which the names of currencies are known, and not the marks: "kr" is one country's
habit in each."""
_YEARS = re.compile(r"\s*\([^()]*\d{4}[^()]*\)")


def main() -> int:
    """Write or check the two files; 1 if a check found them out of date."""
    hand_kept = tomllib.loads((ROOT / "tools" / "currencies.toml").read_text("utf-8"))
    currencies = list(make_currencies(hand_kept))
    codes = {code for code, *_ in currencies}
    files = {
        "currencies.csv": _as_csv(("code", "first", "last", "decimals"), currencies),
        "currencies-names.csv": _as_csv(("kind", "key", "codes"), make_names(hand_kept, codes)),
    }
    if "--check" in sys.argv:
        stale = [name for name, text in files.items() if (DATA / name).read_text("utf-8") != text]
        sys.stderr.writelines(f"{name} is not what make_currencies.py makes\n" for name in stale)
        return bool(stale)
    for name, text in files.items():
        (DATA / name).write_text(text, "utf-8", newline="\n")
    return 0


def make_currencies(hand_kept: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Yield code, first and last day (blank: open) and decimals of every currency, by code."""
    spans: dict[str, list[tuple[date, date]]] = defaultdict(list)
    for uses in get_global("territory_currencies").values():
        for code, first, last, tender in uses:
            if tender:
                spans[code].append(
                    (date(*first) if first else date.min, date(*last) if last else date.max)
                )
    for code in hand_kept["validity"]:
        if code not in spans:
            spans[code].append((date.min, date.max))
    fractions = get_global("currency_fractions")
    by_iso = {
        code: decimals
        for decimals, codes in hand_kept["decimals"].items()
        for code in codes.split()
    }
    for code, uses in sorted(spans.items()):
        stated = hand_kept["validity"].get(code, {})
        first = stated.get("first", min(first for first, _ in uses))
        last = stated.get("last", max(last for _, last in uses))
        current = last == date.max
        digits = str(fractions.get(code, fractions["DEFAULT"])[0])
        yield (
            code,
            "" if first == date.min else str(first),
            "" if current else str(last),
            by_iso.get(code, "2" if current else digits),
        )


def make_names(hand_kept: dict[str, Any], codes: set[str]) -> list[tuple[str, str, str]]:
    """Return marks (as written) and words (normalised), each with the codes it may mean."""
    marks: dict[str, set[str]] = defaultdict(set)
    words: dict[str, set[str]] = defaultdict(set)
    for language in (*LANGUAGES, *FURTHER_LANGUAGES):
        locale = Locale.parse(language)
        for code in sorted(codes):
            # A bare $ or £ is one country's habit; the hand-kept table has those.
            mark = _composed(locale.currency_symbols.get(code, code))
            if language in LANGUAGES and mark not in codes and len(mark) > 1:
                marks[mark].add(code)
            for name in _names(locale, code):
                words[normalise(name)].add(code)
    stated_marks = {_composed(mark): set(text.split()) for mark, text in hand_kept["marks"].items()}
    stated_words = {normalise(word): set(text.split()) for word, text in hand_kept["words"].items()}
    unknown = set().union(*stated_marks.values(), *stated_words.values()) - codes
    if unknown:
        raise SystemExit(f"no such currencies: {sorted(unknown)}")
    return [
        (kind, key, " ".join(sorted(table[key])))
        for kind, table in (("mark", marks | stated_marks), ("word", words | stated_words))
        for key in sorted(table)
        if key
    ]


def _names(locale: Locale, code: str) -> Iterator[str]:
    """Yield the names of a currency, one and many, also without the years of its use."""
    plurals = locale._data["currency_names_plural"].get(code, {})  # noqa: SLF001 - no public way
    for text in (locale.currencies.get(code, ""), *plurals.values()):
        name = _composed(text)
        if name != code:
            yield name
            yield _YEARS.sub("", name)


def _composed(text: str) -> str:
    """Return a text in composed letters, with plain spaces and brackets, as cells are compared."""
    text = unicodedata.normalize("NFKC", text).replace("\u200e", "").replace("\u200f", "")
    return " ".join(text.split())


def _as_csv(columns: tuple[str, ...], lines: Sequence[tuple[str, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(lines)
    return text.getvalue()


if __name__ == "__main__":
    sys.exit(main())
