"""Names of donors made comparable: one spelling for what is written in many ways.

Two texts name the same donor when they share a key. A key is lower case without accents, points,
footnote marks or doubled spaces; `name_keys` adds the keys that are left when a text is turned
round ("Korea, Republic of") or when the words of an office are taken off ("Government of Italy").
Nothing here guesses: every key still has to be found, letter by letter, in a directory.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import chain

_LONGEST_NAME = 400
"""Characters. A cell beyond it is a remark; it is not taken apart."""

_SUPERSCRIPTS = "ª²³¹º\u02b0-\u02b8\u02e0-\u02e4\u1d43-\u1d4d\u1d4f-\u1d5b\u2070-\u209c"
_MARK = rf"(?:[*†‡§¶#{_SUPERSCRIPTS}]|\((?:[a-z]|\d{{1,2}})\)|\[(?:[a-z]|\d{{1,2}})\])"
_SLASH_MARK = r"(?:[a-z]|\d{1,2})/"
_TRAILING_MARKS = rf"(?i)(?:[\s,;]*{_MARK}|[\s,;]+{_SLASH_MARK})+$"
_LEADING_MARKS = rf"(?i)^(?:{_MARK}\s?|{_SLASH_MARK}\s)+(?=\S)"

# After canonical decomposition: vowel signs, hamza and madda on their letters, and the stretcher.
_ARABIC_SIGNS = "[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]"
_FORMAT_SIGNS = "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
# Accents go everywhere but on Cyrillic letters, where й is not и; a stress mark goes there too.
_ACCENTS = "(?<![\u0400-\u04ff])[\u0300-\u036f]+|\u0301"
# Letters that have no decomposition. Those of Cyrillic and Arabic are escaped where they look
# like others: io to ye; alef maqsura and Persian yeh to yeh; teh marbuta to heh; keheh to kaf.
_LETTERS = str.maketrans(
    {
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "\u0131": "i",
        "\u0451": "\u0435",
        "\u0649": "\u064a",
        "\u06cc": "\u064a",
        "\u0629": "\u0647",
        "\u06c0": "\u0647",
        "\u06a9": "\u0643",
        "\u0671": "\u0627",
        "\u0621": None,
        "&": " and ",
    }
)
_HTML_BREAKS = r"(?i)</?(?:br|p|b|i|em|strong|span|div|td)\s?/?>"
_NO_WORD = r"[^\w\u0300-\u036f]|_"
_INITIALS = r"\b[a-z](?: [a-z])+\b"
_SAINT = r"\bst(e?)(?= \w)"
_HAN = "\u3400-\u9fff"
_BETWEEN_HAN = rf"(?<=[{_HAN}]) (?=[{_HAN}])"


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """Return a pattern, compiled when it is first needed: most commands read no donor's name."""
    return re.compile(text)


@lru_cache(maxsize=4096)
def strip_footnote_marks(text: str) -> str:
    """Take off marks that lead to a footnote: "Italy b/", "Canada*", "Norway (2)", "Japan¹".

    Runs of spaces and line breaks become one space. A text longer than a name can be is left with
    its marks.
    """
    text = " ".join(text.split())
    if len(text) > _LONGEST_NAME:
        return text
    return _pattern(_LEADING_MARKS).sub("", _pattern(_TRAILING_MARKS).sub("", text))


@lru_cache(maxsize=4096)
def normalise(text: str) -> str:
    """Return the key of a text: "Côte d'Ivoire a/" and "COTE D'IVOIRE" both give "cote d ivoire".

    Letters of every script stay; what a web page leaves in a text ("&amp;", "<br>"), case,
    accents, Arabic vowel signs and letter variants, the dots of ё, punctuation
    and footnote marks go; "&" becomes "and", "St." "saint", "U.S.A." "usa".
    An empty text, or one without letters and digits, gives "".
    """
    text = _pattern(_FORMAT_SIGNS).sub("", strip_footnote_marks(_without_html(text)))
    if text.isascii():
        text = text.lower().replace("&", " and ")
    else:
        text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
        text = _pattern(_ACCENTS).sub("", _pattern(_ARABIC_SIGNS).sub("", text))
        text = unicodedata.normalize("NFC", text).translate(_LETTERS)
    text = " ".join(_pattern(_NO_WORD).sub(" ", text).split())
    text = _pattern(_INITIALS).sub(lambda initials: initials[0].replace(" ", ""), text)
    return _pattern(_BETWEEN_HAN).sub("", _pattern(_SAINT).sub(r"saint\1", text))


def _without_html(text: str) -> str:
    """Take off entities and line breaks of HTML. A raised letter stays: it leads to a footnote."""
    if "&" in text and ";" in text:
        from html import unescape  # noqa: PLC0415 - hardly a name asks for it

        text = unescape(text)
    return _pattern(_HTML_BREAKS).sub(" ", text) if "<" in text else text


_OF_FR = r"(?:de la|de l|du|des|de|d)"
_OF_ES = r"(?:de los|de las|de la|del|de)"
_OF_IT = r"(?:della|dello|delle|degli|dell|dei|del|di|d)"
_OF_PT = r"(?:do|da|dos|das|de)"
_OF_DE = r"(?:der|des|von)"
_AT_UN = r"(?: to the (?:united nations|un)\b.*)?"

# Words that stand before or after a State's name when its government, its foreign ministry, its
# embassy or its mission acts for it. Agencies with a name of their own are not among them.
_OFFICES = (
    r"(?:the )?(?:royal |federal |national )?government(?: of)? (?P<name>.+)",
    r"(?P<name>.+) government",
    rf"(?:the )?permanent (?:observer )?mission of (?P<name>.+?){_AT_UN}",
    r"(?:the )?(?:federal |royal )?ministry (?:of|for) foreign affairs(?: of)? (?P<name>.+)",
    r"(?:the )?(?:royal )?embassy of (?P<name>.+?)(?: in .+)?",
    rf"(?:le )?gouvernement(?: {_OF_FR})? (?P<name>.+)",
    rf"(?:la )?mission permanente {_OF_FR} (?P<name>.+?)(?: aupres .+)?",
    rf"(?:le )?ministere des affaires etrangeres(?: {_OF_FR})? (?P<name>.+)",
    rf"(?:el )?gobierno(?: {_OF_ES})? (?P<name>.+)",
    rf"(?:la )?mision permanente {_OF_ES} (?P<name>.+?)(?: ante .+)?",
    rf"ministerio de (?:relaciones|asuntos) exteriores(?: {_OF_ES})? (?P<name>.+)",
    rf"(?:il )?governo(?: {_OF_IT})? (?P<name>.+)",
    rf"ministero degli (?:affari esteri|esteri)(?: {_OF_IT})? (?P<name>.+)",
    rf"(?:o )?governo {_OF_PT} (?P<name>.+)",
    rf"(?:die )?(?:bundes)?regierung(?: {_OF_DE})? (?P<name>.+)",
    rf"auswartiges amt(?: {_OF_DE})? (?P<name>.+)",
    r"(?:de )?regering van (?P<name>.+)",
    r"правительство (?P<genitive>.+)",
    r"министерство иностранных дел (?P<genitive>.+)",
    r"постоянное представительство (?P<genitive>.+?)(?: при .+)?",
    r"حكومه (?P<name>.+)",
    r"وزاره (?:ال)?خارجيه (?P<name>.+)",
    r"(?P<name>.+)(?:政府|外交部)",
)
_OFFICE_WORDS = """
government govt gov ministry ministries minister treasury exchequer embassy mission consulate
delegation department dept directorate secretariat chancellery republic kingdom federation
commonwealth state gouvernement ministere ministre tresor ambassade consulat direction
departement republique royaume gobierno ministerio ministro tesoro tesoreria embajada mision
secretaria cancilleria republica reino governo ministero ambasciata repubblica regno embaixada
missao tesouro regierung bundesregierung ministerium bundesministerium amt auswartiges botschaft
republik konigreich finanzamt regering ministerie ambassade koninkrijk republiek ministeriet
regeringskansliet utenriksdepartementet udenrigsministeriet ministerstwo ambasada rzad
ministerstvo velvyslanectvi правительство правительства министерство министерства минфин
казначейство посольство миссия представительство республика республики حكومه وزاره سفاره بعثه
خزانه 政府 外交部 财政部 大使馆
"""


@cache
def _office_patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(f"^{pattern}$") for pattern in _OFFICES)


@cache
def offices() -> frozenset[str]:
    """Return words, as keys, by which a text says that it names an office of a State."""
    return frozenset(normalise(_OFFICE_WORDS).split())


_ARTICLES = r"^(?:the|le|la|les|l|el|los|las|il|lo|gli|i|der|die|das|den|het|de|os|as) (?=\w)"
_SHORTENED = tuple(
    {"rep": republic, "dem": democratic, "fed": federated}
    for republic, democratic, federated in (
        ("republic", "democratic", "federated"),
        ("republique", "democratique", "federee"),
        ("republica", "democratica", "federal"),
    )
)
# Words of formal Russian names in the genitive ("Королевства Дания", "Аргентинской Республики").
_FORMAL_GENITIVES = {
    "республики": "республика",
    "королевства": "королевство",
    "государства": "государство",
    "княжества": "княжество",
    "герцогства": "герцогство",
    "содружества": "содружество",
    "союза": "союз",
    "султаната": "султанат",
    "конфедерации": "конфедерация",
    "федерации": "федерация",
    "штатов": "штаты",
    "эмиратов": "эмираты",
}
_ADJECTIVE_GENITIVES = (("ой", "ая"), ("ого", "ое"), ("ых", "ые"), ("их", "ие"))
# Endings of Russian names in the genitive, and what they are in the nominative.
_GENITIVES = (
    ("ии", ("ия",)),
    ("ов", ("ы",)),
    ("\u0438", ("я", "\u0430", "ь")),
    ("ы", ("\u0430",)),
    ("\u0430", ("",)),
    ("я", ("й", "ь")),
)


def name_keys(text: str) -> tuple[str, ...]:
    """Return the keys under which a text may stand in a directory, the most literal first.

    "Korea, Republic of, Government of" gives its literal key, then the text turned round, then
    "republic of korea", which is a name. Nothing is dropped but words of an office, articles and
    footnote marks: what qualifies a name stays ("Congo (Democratic Republic of the)").
    """
    return _name_keys(text) if len(text) <= _LONGEST_NAME else ()


@lru_cache(maxsize=4096)
def _name_keys(text: str) -> tuple[str, ...]:
    literal = normalise(text)
    if not literal:
        return ()
    keys = dict.fromkeys((literal, *_turned_round(text)))
    without_office = dict.fromkeys(chain(keys, *(_without_office(key) for key in keys)))
    without_article = dict.fromkeys(
        chain(without_office, (_pattern(_ARTICLES).sub("", key) for key in without_office))
    )
    return tuple(dict.fromkeys(chain(without_article, _written_out(without_article))))


def _turned_round(text: str) -> Iterator[str]:
    """Yield keys of "Tanzania, United Republic of" and "Netherlands (Kingdom of the)" in order."""
    plain = unicodedata.normalize("NFKC", strip_footnote_marks(_without_html(text)))
    plain = plain.replace("،", ",")
    parts = [part for part in re.split(r"[,()\[\]]", plain) if normalise(part)]
    if len(parts) > 1:
        yield normalise(" ".join(reversed(parts)))


def _without_office(key: str) -> Iterator[str]:
    for office in _office_patterns():
        found = office.match(key)
        if not found:
            continue
        words = found.groupdict()
        if "name" in words:
            yield words["name"]
        else:
            yield words["genitive"]
            yield from _nominatives(words["genitive"])


def _nominatives(genitive: str) -> Iterator[str]:
    """Yield what a Russian name in the genitive may be in the nominative: "италии", "италия";
    "республики польша", "республика польша".
    """
    for ending, nominatives in _GENITIVES:
        if genitive.endswith(ending):
            for nominative in nominatives:
                yield genitive.removesuffix(ending) + nominative
    words = genitive.split()
    if not _FORMAL_GENITIVES.keys().isdisjoint(words):
        yield " ".join(map(_formal_nominative, words))


def _formal_nominative(word: str) -> str:
    if word in _FORMAL_GENITIVES:
        return _FORMAL_GENITIVES[word]
    for genitive, nominative in _ADJECTIVE_GENITIVES:
        if word.endswith(genitive):
            return word.removesuffix(genitive) + nominative
    return word


def _written_out(keys: Iterable[str]) -> Iterator[str]:
    """Yield keys with "Rep.", "Dem." and "Fed." written out, in English, French and Spanish."""
    for key in keys:
        words = key.split()
        for full in _SHORTENED:
            if not full.keys().isdisjoint(words):
                yield " ".join(full.get(word, word) for word in words)
