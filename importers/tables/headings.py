"""Which field of a contribution a column's heading names, in some twenty-five languages.

The dictionary is data, in `data/headings.toml`. It makes no difference whether a heading is written
as people do or as programs do: "Pledge amount", `PledgeAmount`, `pledge_amount`, `*PLEDGE AMOUNT`,
on two lines, with a word divided at the end of one. A whole heading found there counts 100; a
heading in two languages ("Donor / Donateur") 95; otherwise its words are looked at, and the fewer
of them are known, the lower the score. A currency, a unit ("in thousands"), a year or the number of
an instalment in the heading are told apart from its words.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib import resources
from typing import Literal

from pledgebook.importers.values.dates import parse_years
from pledgebook.importers.values.values import (
    SCALES,
    THOUSANDS,
    ascii_digits,
    clean,
    multiplier_in,
    plain,
    split_footnote,
    without_han_unit,
)
from pledgebook.importers.values.values import words as value_words
from pledgebook.ledger.declared.currencies import is_currency, recognise


class Field(StrEnum):
    """What a column of a contributions table can hold. `unpaid` is a check, never counted;
    `pledged` is what was promised, where the amount beside it is what was committed in writing;
    `paid_currency` is that of what was paid, where it has a column of its own.
    """

    DONOR = "donor"
    REFERENCE = "reference"
    PLEDGE_DATE = "pledge_date"
    CURRENCY = "currency"
    PAID_CURRENCY = "paid_currency"
    AMOUNT = "amount"
    PLEDGED = "pledged"
    DUE_DATE = "due_date"
    PURPOSE = "purpose"
    CLASS = "class"
    FUND = "fund"
    PROJECT = "project"
    STATUS = "status"
    PAID = "paid"
    PAYMENT_DATE = "payment_date"
    VALUE = "value"
    RATE = "rate"
    UNPAID = "unpaid"
    REMARKS = "remarks"
    IN_KIND = "in_kind"
    CONDITIONS = "conditions"
    BANK_REFERENCE = "bank_reference"
    CHANGED_ON = "changed_on"
    YEAR = "year"
    INSTALMENT = "instalment"


MONEY = frozenset({Field.AMOUNT, Field.PLEDGED, Field.PAID, Field.VALUE, Field.UNPAID})
"""Fields of which the columns hold amounts."""

DATES = frozenset({Field.PLEDGE_DATE, Field.DUE_DATE, Field.PAYMENT_DATE, Field.CHANGED_ON})
"""Fields of which the columns hold dates."""

REPEATED = frozenset({Field.AMOUNT, Field.PAID, Field.VALUE, Field.DUE_DATE, Field.PAYMENT_DATE})
"""Fields that may stand in several columns, told apart by year, fund or number of instalment."""


DECIDING = ("undone", "certain", "changing")
"""Lists in the data of words in headings of columns that decide on their rows: cancelled,
confirmed, adjusted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadingMatch:
    """What a heading was taken for: `score` up to 100, `reason` in words.

    `currency` is a mark or word in the heading ("US$"), `multiplier` its unit (1000 for "in
    thousands"), `label` a year or number in it ("2002", "1").
    """

    field: Field
    score: int
    reason: str
    currency: str = ""
    multiplier: int = 1
    label: str = ""


_LONGEST = 90
_ENOUGH = 50
_WHOLE = 95
_HALF_KNOWN = 0.5
_CURRENCY = re.compile(
    r"US\s?\$|\$\s?US|\$\s?E\.?-?U\.?|\bUSD(?=\b|[A-Z])|(?<=[a-z])USD\b|€|£|¥|\$"
    r"|\bUS-?dollars?\b"
    r"|\b(?:EUR|GBP|CHF|JPY|SEK|NOK|DKK|CAD|AUD|NZD|ATS|BEF|DEM|ESP|FIM|FRF|GRD|IEP|ITL|LUF|NLG|PTE)\b"
    r"|\b(?:US|United States|U\.S\.)\s+dollars?\b|\bdollars?(?: (?:des États-Unis|EU|ÉU))?\b"
    r"|\beuros?\b"
    r"|\bdólares(?: de los Estados Unidos)?\b|долл(?:\.|ар\w*)?(?:\s*США)?|\bевро\b"
    r"|(?:ب?ال|ب)?دولار(?:ات)?(?:\s+(?:(?:ال)?أمريكي[ةا]?|الولايات المتحدة(?: الأمريكية)?))?"
    r"|美元|欧元",
    re.IGNORECASE,
)
_CODE_AT_END = re.compile(r"(?<=[a-z]{2})(?=[A-Z]{3}$)")
"""Before a code that a program wrote behind a word: `amountEUR`."""
_SNAKE_CODE = re.compile(r"(?<=_)[a-z]{3}$")
_DIVIDED = re.compile(r"(?<=[^\W\d_]{2})- (?=[^\W\d_]{2})")
"""Where a word is divided at the end of a line: "Zuwendungs- geber"."""
_WIDE_SIGNS = str.maketrans("（）［］【】：／＊＿，．％＄", "()[][]:/*_,.%$")
_DATE_FORMAT = re.compile(
    r"[(\[]?\b(?:(?P<dmy>(?:dd?|jj?|tt?)(?P<sign>[-/. ])mm?(?P=sign)(?:yyyy|yy|aaaa|aa|jjjj|jj))"
    r"|(?P<mdy>mm?(?P<by>[-/. ])dd?(?P=by)(?:yyyy|yy))"
    r"|(?:yyyy|aaaa|jjjj)[-/. ]?mm[-/. ]?(?:dd|jj|tt))\b[)\]]?",
    re.IGNORECASE,
)
"""How the dates below are written, as a heading says it: "Date (dd/mm/yyyy)"."""
_PLACE_OF_CURRENCY = re.compile(
    r"[(\[]\s*(?:in |en |em |в |у )?([^()\[\]\d]{1,30}?)\s*[)\]]"
    r"|\b(?:in|en|em|в|у)\s+([^()\[\]\d]{2,30})$|[\s,:-]([A-Z]{3})$"
)
"""Where a heading may name any currency that is known."""
_ENGLISH_WORDS = frozenset({"ALL", "TOP"})
"""Codes of currencies that are words of headings in capitals, too."""
_CODE = re.compile(r"\b[A-Z]{3}\b")
_OF_UNITED_STATES = re.compile(
    r"US|U\.S|United States|E\.?-?U\b|États-Unis|ÉU|Estados Unidos|США"
    r"|أمريكي|الولايات المتحدة|美元",
    re.IGNORECASE,
)
_DOLLARS = re.compile(r"dollars?|dólares|долл|دولار", re.IGNORECASE)
_LABEL_YEARS = re.compile(
    r"(?<!\d)(?:FY\s?)?(?:19|20)\d{2}(?:\s?[-/–]\s?(?:(?:19|20)\d{2}|\d{2}))?(?!\d)"
)
_LABEL_NUMBER = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|ère|er|ème|e|º|ª|\.|-[яйе])?(?!\d)")
_COUNT = re.compile(
    r"(?:number|no|nr|#|count|nombre|n[uú]mero|cantidad|quantit[ay]|quantità|anzahl|aantal|numero) "
    r"(?:of|de|di|van|d)\b|(?:anzahl|aantal|quantity|qty|количество|число|кол во|عدد)\b"
    r"|(?:件|笔|人)?数量?$"
)
"""A heading that counts things: "Number of donations" is no amount."""
_HAN = re.compile("[一-鿿]")
_SHORTEST_PART = 4
_CODE_LETTERS = 3
_TAGGED = (Field.PLEDGE_DATE, Field.CURRENCY, Field.AMOUNT, Field.PROJECT)
_SPLIT = re.compile(r"\s*(?:/|\n|\r|\|)\s*|\s+[-–—]\s+")
_TOKENS = re.compile(r"[^\W_]+")


@lru_cache(maxsize=4096)
def match_heading(text: str) -> HeadingMatch | None:
    """Give the field that a heading names, or None if it names none clearly enough."""
    heading = split_footnote(_spelt(text))[0]
    found = _match(heading)
    if _DIVIDED.search(heading):
        whole = _match(_DIVIDED.sub("", heading))
        if whole is not None and (found is None or whole.score >= _WHOLE):
            return whole
    return found


def match_tag(tag: str) -> HeadingMatch | None:
    """Give the field that a tag of the Humanitarian Exchange Language (HXL 1.1) names, such as
    "#value+usd" or "#org+funder"; None for others.
    """
    name, *attributes = clean(tag).lower().removeprefix("#").split("+")
    told = _data()["tags"]
    if name == "org":
        field = Field.DONOR if set(attributes) & set(told["givers"]) else None
    else:
        field = next((Field(each) for each in _TAGGED if name in told[each]), None)
    if field is None:
        return None
    codes = [each.upper() for each in attributes if len(each) == _CODE_LETTERS]
    currency = next((code for code in codes if is_currency(code)), "")
    return HeadingMatch(field=field, score=_WHOLE, reason=f"{tag!r} tags it", currency=currency)


def _spelt(text: str) -> str:
    """Write a heading as people do: underscores are blanks, a code that ends it stands alone, and
    how dates are to be written is no part of it.
    """
    heading = clean(text).translate(_WIDE_SIGNS)
    if "_" in heading:
        code = _SNAKE_CODE.search(heading)
        if code and code[0] not in _concepts() and is_currency(code[0].upper()):
            heading = heading[: code.start()] + code[0].upper()
        heading = clean(heading.replace("_", " "))
    if (code := _CODE_AT_END.search(heading)) and is_currency(heading[-3:]):
        heading = f"{heading[: code.start()]} {heading[code.start() :]}"
    if "y" in heading or "Y" in heading or "a" in heading or "j" in heading:
        without = clean(_DATE_FORMAT.sub(" ", heading))
        heading = without or heading
    return heading


def date_order_in(heading: str) -> Literal["dmy", "mdy"] | None:
    """Return which part is the day, where a heading says how its dates are written; else None."""
    found = _DATE_FORMAT.search(heading)
    if found is None or not (found["dmy"] or found["mdy"]):
        return None
    return "dmy" if found["dmy"] else "mdy"


def _match(heading: str) -> HeadingMatch | None:
    if not heading or len(heading) > _LONGEST or "%" in heading:
        return None
    exact = _dictionary().get(heading_key(heading))
    multiplier = multiplier_in(heading)
    currency = _currency(heading)
    if exact is not None:
        return HeadingMatch(
            field=exact,
            score=100,
            reason=f"{heading!r} is a known heading",
            currency=currency,
            multiplier=multiplier,
        )
    rest, label = _split_label(THOUSANDS.sub(" ", _part_currency(heading)[1]))
    key = _without_units(heading_key(rest))
    if not label:
        key, label = _take_ordinal(key)
    if currency and not key and not label:
        field = Field.VALUE if is_dollar_mark(currency) else Field.AMOUNT
        return HeadingMatch(
            field=field,
            score=90,
            reason="it names a currency only",
            currency=currency,
            multiplier=multiplier,
        )
    if known := _dictionary().get(key):
        reason = f"{rest.strip()!r} is a known heading"
        return HeadingMatch(
            field=known,
            score=98,
            reason=reason,
            currency=currency,
            multiplier=multiplier,
            label=label,
        )
    parts = [
        _dictionary().get(_without_units(heading_key(part))) for part in _SPLIT.split(rest) if part
    ]
    named = {part for part in parts if part is not None}
    if len(named) == 1:
        field = named.pop()
        return HeadingMatch(
            field=field,
            score=95,
            reason="one of its parts is a known heading",
            currency=currency,
            multiplier=multiplier,
            label=label,
        )
    by_words = _match_words(key)
    if by_words is None:
        return None
    field, score = by_words
    return HeadingMatch(
        field=field,
        score=score,
        reason="its words name it",
        currency=currency,
        multiplier=multiplier,
        label=label,
    )


def known_headings() -> dict[str, tuple[str, ...]]:
    """Give the whole headings that are known, by field: what docs and messages list."""
    return {field: tuple(names) for field, names in _data()["headings"].items()}


def is_named(names: str, heading: str) -> bool:
    """Whether a heading is in a list of `[lists]` in the data (places, names ...) or of gifts."""
    key = heading_key(split_footnote(clean(heading))[0])
    if names == "gifts":
        return any("gift" in _concepts().get(token, ()) for token in key.split())
    return key in _lists()[names]


def heading_signs(headings: Collection[str]) -> frozenset[str]:
    """Tell what the headings of a table say together of its parties.

    "address" if they hold parts of the address of a person ("City" and "Street", "Last name"),
    "contact" if they hold another way to reach one, "recipient" if they say who receives or what
    for.
    """
    found = set()
    keys = [heading_key(clean(heading)) for heading in headings]
    tokens = {token for key in keys for token in key.split()}
    if sum(key in _lists()["address"] for key in keys) > 1 or any(
        key in _lists()["persons"] for key in keys
    ):
        found.add("address")
    if tokens & _lists()["contact"] or any(key in _lists()["address"] for key in keys):
        found.add("contact")
    if tokens & _lists()["recipients"]:
        found.add("recipient")
    return frozenset(found)


def speaks_of_giving(text: str) -> bool:
    """Whether a text speaks of contributions, pledges or donors, in any of the languages."""
    return speaks_of_gifts(text) or any(word in plain(text) for word in _data()["giving"]["donors"])


def speaks_of_gifts(text: str) -> bool:
    """Whether a text speaks of what is given or promised, not only of who does."""
    return any(word in plain(text) for word in _data()["giving"]["acts"])


def speaks_of_promise(text: str) -> bool:
    """Whether a heading speaks of what is promised, so that a date under it is that of a pledge."""
    return any(plain(word) in plain(text) for word in _data()["giving"]["promises"])


def is_currency_only(heading: str) -> bool:
    """Whether a heading is the name of a currency and nothing else."""
    named, rest = _part_currency(_spelt(heading))
    return bool(named) and not heading_key(rest)


def states_units_only(heading: str) -> bool:
    """Whether a text under a heading says nothing but in what its figures are counted, or how its
    dates are written: "US$'000", "(EUR)", "in thousands", "dd/mm/yyyy".
    """
    if _DATE_FORMAT.fullmatch(clean(heading)):
        return True
    named, rest = _part_currency(_spelt(heading))
    stated = bool(named) or multiplier_in(heading) != 1
    return stated and not _without_units(heading_key(THOUSANDS.sub(" ", rest)))


def has_word_of(names: str, heading: str) -> bool:
    """Whether one of a heading's words is in a list of `[lists]` in the data."""
    tokens = heading_key(clean(heading)).split()
    return any(part in _lists()[names] for token in tokens for part in _parted(token))


def names_total(heading: str) -> bool:
    """Whether a heading has a word of total in it and names nothing that is no amount: "Total
    agreed" does, "Total number of grants" does not.
    """
    if names_no_amount(heading):
        return False
    totals = value_words()["total"]
    key = heading_key(clean(heading))
    joined = any(not total.isascii() and _HAN.search(total) and total in key for total in totals)
    return joined or not totals.isdisjoint(key.split())


def names_no_amount(heading: str) -> bool:
    """Whether a heading says that what stands below is no amount of a contribution: it counts or
    numbers something, or is a share, a cost, or what was only asked for.
    """
    tokens = heading_key(clean(heading)).split()
    if _COUNT.match(" ".join(tokens)):
        return True
    return any("not" in _concepts().get(part, ()) for token in tokens for part in _parted(token))


def tells_standing(heading: str) -> bool:
    """Whether a heading begins or ends with a word for what has become of something, and says it of
    no party: "Payment status" does, "Aide d'État notifiée" and "Donor state" do not.
    """
    tokens = heading_key(clean(heading)).split()
    ends = {part for token in (tokens[:1] + tokens[-1:]) for part in _parted(token)}
    party = any("donor" in _concepts().get(token, ()) for token in tokens)
    return bool(ends & _lists()["standing"]) and not party


def is_dollar_mark(currency: str) -> bool:
    """Whether a mark or word in a heading means dollars of the United States, and nothing else."""
    return SEVERAL not in currency and bool(
        re.fullmatch(
            r"US.*|.*(?:USD|U\.?S\.?)|\$|dollars?.*|dólar.*|долл.*|.*دولار.*|美元",
            currency,
            re.IGNORECASE,
        )
    )


def value_currency(column_currency: str) -> tuple[str, ...]:
    """Return the codes that the currency of a heading may mean, dollars being those of the United
    States; none where it names no currency.
    """
    if not column_currency:
        return ()
    return ("USD",) if is_dollar_mark(column_currency) else recognise(column_currency, None)


def currency_in(text: str) -> str:
    """Give the mark or word for a currency that a heading or title names, else "".

    Dollars of the United States are "US$" in whatever grammar of whatever language they stand, and
    dollars without a country "dollars".
    """
    return _currency(text.translate(_WIDE_SIGNS))


SEVERAL = " / "
"""What stands between the currencies of a text that names several."""


def _currency(heading: str) -> str:
    named, _ = _part_currency(heading)
    several = _currencies_in(heading)
    return SEVERAL.join(several) if len(several) > 1 else _usual(named)


def _currencies_in(heading: str) -> list[str]:
    """Return the currencies that a heading names, each once, however it is written."""
    found: dict[frozenset[str], str] = {}
    named_in = [_usual(match[0].strip()) for match in _CURRENCY.finditer(heading)]
    named_in += [code for code in _CODE.findall(heading) if code not in _ENGLISH_WORDS]
    for named in named_in:
        codes = frozenset(recognise("USD" if named == "US$" else named))
        if codes and not any(codes & known for known in found):
            found[codes] = named
    return list(found.values())


def _usual(named: str) -> str:
    """Write a mark or word for dollars in one way."""
    if _OF_UNITED_STATES.search(named):
        return "US$"
    return "dollars" if _DOLLARS.search(named) else named


@lru_cache(maxsize=4096)
def _part_currency(heading: str) -> tuple[str, str]:
    """Part a heading into the mark or word for a currency in it ("" if none) and the rest.

    Any currency counts in brackets or behind "in", or as a code at the end: "Сума (грн)",
    "Amount (INR)", "Value in Kenyan shillings", "Amount UGX".
    """
    for match in _PLACE_OF_CURRENCY.finditer(heading):
        named = _without_scale(next(filter(None, match.groups())))
        if named not in _ENGLISH_WORDS and recognise(named):
            return named, heading[: match.start()] + " " + heading[match.end() :]
    found = _CURRENCY.search(heading)
    return (found[0].strip(), _CURRENCY.sub(" ", heading)) if found else ("", heading)


def _without_scale(named: str) -> str:
    """Take the unit from before a currency: "millions of lire" gives "lire", "千円" "円"."""
    named = without_han_unit(named)
    units = set().union(*(value_words()[unit] for unit in SCALES))
    words = named.split()
    if not words or plain(words[0]) not in units:
        return named
    rest = words[1:]
    if len(rest) > 1 and plain(rest[0]) in {"of", "de", "di", "d", "von", "van"}:
        rest = rest[1:]
    return " ".join(rest)


def _split_label(heading: str) -> tuple[str, str]:
    if match := _LABEL_YEARS.search(heading):
        return heading[: match.start()] + " " + heading[match.end() :], clean(match[0])
    if match := _LABEL_NUMBER.search(ascii_digits(heading)):
        return heading[: match.start()] + " " + heading[match.end() :], match[1].lstrip("0")
    first, _, rest = clean(heading).partition(" ")
    if rest and (number := _ordinals().get(plain(first))):
        return rest, number
    return heading, ""


def _take_ordinal(key: str) -> tuple[str, str]:
    """Take the number of an instalment in words from a key, wherever it stands: "date du premier
    versement" is the first "date du versement".
    """
    tokens = [part for token in key.split() for part in _parted(token)]
    at = next((at for at, token in enumerate(tokens) if token in _ordinals()), None)
    if at is None or len(tokens) == 1:
        return key, ""
    return " ".join(tokens[:at] + tokens[at + 1 :]), _ordinals()[tokens[at]]


def is_year_heading(text: str) -> bool:
    """Whether a heading is a year and nothing else: "2002", "FY02/03", "2002-2003"."""
    return parse_years(clean(text)) is not None


def heading_key(text: str) -> str:
    """Return a heading reduced to its words in lower case, without accents and punctuation."""
    return " ".join(_TOKENS.findall(plain(_part_camel(clean(text)))))


def _part_camel(text: str) -> str:
    """Put a blank where a program began a word with a capital letter: `PledgeAmount`, `USDAmount`,
    in any script that has capitals.
    """
    if text.islower() or text.isupper():
        return text
    parted = text[:1]
    for at in range(1, len(text)):
        before, letter, behind = text[at - 1], text[at], text[at + 1 : at + 2]
        begins = letter.isupper() and (before.islower() or (before.isupper() and behind.islower()))
        parted += f" {letter}" if begins else letter
    return parted


def _without_units(key: str) -> str:
    units = set().union(*(value_words()[unit] for unit in SCALES))
    kept = [word for word in key.split() if word not in units]
    while kept and kept[-1] in {"in", "en", "de", "of", "in the", "в", "em", "d"}:
        kept.pop()
    return " ".join(kept)


@cache
def _data() -> dict[str, dict[str, list[str]]]:
    text = (resources.files("pledgebook.importers") / "data" / "headings.toml").read_text("utf-8")
    data: dict[str, dict[str, list[str]]] = tomllib.loads(text)
    return data


@cache
def _ordinals() -> dict[str, str]:
    listed = _data()["ordinals"]
    return {plain(word): number for number, words in listed.items() for word in words}


@cache
def _lists() -> dict[str, frozenset[str]]:
    return {name: frozenset(map(heading_key, listed)) for name, listed in _data()["lists"].items()}


@cache
def _dictionary() -> dict[str, Field]:
    known: dict[str, Field] = {}
    for field, names in _data()["headings"].items():
        for name in names:
            known.setdefault(heading_key(name), Field(field))
    return known


@cache
def _concepts() -> dict[str, set[str]]:
    concepts: dict[str, set[str]] = {}
    for concept, listed in _data()["words"].items():
        for word in listed:
            concepts.setdefault(heading_key(word), set()).add(concept)
    vague = _lists()["places"] | _lists()["bodies"]
    for name in map(heading_key, _data()["headings"]["donor"]):
        if " " not in name and name not in vague and name not in concepts:
            concepts[name] = {"donor"}
    return concepts


def _match_words(key: str) -> tuple[Field, int] | None:
    tokens = [part for token in key.split() for part in _parted(token)]
    if not tokens or _COUNT.match(" ".join(tokens)):
        return None
    named: set[str] = set()
    known = 0
    for token in tokens:
        concepts = _concepts().get(token, set())
        if "not" in concepts:
            return None
        named |= concepts
        known += bool(concepts)
    if named >= {"donor", "pledged"} and _concepts().get(tokens[-1], set()) == {"pledged"}:
        named -= {"donor"}  # what the donor pledged, as English says it: "donor pledge"
    field = _field_of(named - {"neutral"})
    if field is None or known / len(tokens) < _HALF_KNOWN:
        return None
    if field is Field.DONOR and not _lists()["kinds"].isdisjoint(tokens):
        return None  # what kind of donor it is
    score = _ENOUGH + round(40 * known / len(tokens))
    return field, score


@lru_cache(maxsize=4096)
def _parted(token: str) -> tuple[str, ...]:
    """Part words written without a space between, if all of it is known: "donorpledge"."""
    if token in _concepts() or not token.isascii() or len(token) < 2 * _SHORTEST_PART:
        return (token,)
    for place in range(_SHORTEST_PART, len(token) - _SHORTEST_PART + 1):
        ends = token[place:] in _concepts() or token[place:] in _ordinals()
        if token[:place] in _concepts() and ends:
            return token[:place], token[place:]
    return (token,)


def _field_of(concepts: set[str]) -> Field | None:
    """Give the field that concepts name together; what is told first outranks what follows."""
    rules: tuple[tuple[set[str], Field], ...] = (
        ({"date", "paid", "unpaid"}, Field.PAYMENT_DATE),
        ({"unpaid"}, Field.UNPAID),
        ({"conditions"}, Field.CONDITIONS),
        ({"rate"}, Field.RATE),
        ({"date", "paid", "due"}, Field.DUE_DATE),
        ({"date", "gift", "pledged"}, Field.PLEDGE_DATE),
        ({"date", "gift"}, Field.PAYMENT_DATE),
        ({"date", "paid"}, Field.PAYMENT_DATE),
        ({"date", "transfer"}, Field.PAYMENT_DATE),
        ({"date", "due"}, Field.DUE_DATE),
        ({"date", "instalment"}, Field.DUE_DATE),
        ({"date", "pledged"}, Field.PLEDGE_DATE),
        ({"reference"}, Field.REFERENCE),
        ({"purpose"}, Field.PURPOSE),
        ({"paid", "currency"}, Field.PAID_CURRENCY),
        ({"amount", "currency"}, Field.CURRENCY),
        ({"currency"}, Field.CURRENCY),
        ({"equivalent"}, Field.VALUE),
        ({"due"}, Field.DUE_DATE),
        ({"paid"}, Field.PAID),
        ({"gift", "pledged"}, Field.AMOUNT),
        ({"gift"}, Field.PAID),
        ({"amount"}, Field.AMOUNT),
        ({"donor"}, Field.DONOR),
        ({"pledged"}, Field.AMOUNT),
        ({"project"}, Field.PROJECT),
        ({"instalment", "amount"}, Field.AMOUNT),
        ({"instalment"}, Field.INSTALMENT),
    )
    if "date" in concepts and not concepts & {
        "paid",
        "due",
        "instalment",
        "pledged",
        "gift",
        "transfer",
    }:
        return None
    return next((field for needed, field in rules if needed <= concepts), None)
