"""Ministries and other offices of States: what acts for a State and is not its name.

"Norway - Ministry of Foreign Affairs" names a State and an office of it. What an office is called
is told by its words alone: each has to be one of those that ministries are called by, so that a
ministry of a region ("Ministry of Justice of Ontario") is none of its State's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from pledgebook.ledger.declared.names import name_keys, normalise, strip_footnote_marks

_SEPARATOR = r"\s+[-‐‑‒–—―:|]\s*|\s*[-‐‑‒–—―:|]\s+|\s*[/;,()\[\]（）/、،]\s*"
_BRACKETS = r"\s*[()（）]\s*"
_DASHES = r"\s+[-‐‑‒–—―]\s+"
_MOST_PARTS, _MOST_WORDS, _LONGEST = 6, 30, 400

# Words one of which every ministry is called by, and those it is called by besides.
_HEADS = """
ministry ministries minister mfa mofa mae moj mof moi moh ministere ministeres ministerio ministro
ministero
ministerium bundesministerium aussenministerium justizministerium innenministerium finanzministerium
ministerie ministeriet ministerstwo ministerstvo utenriksdepartementet utrikesdepartementet
udenrigsministeriet ulkoministerio министерство мид минфин минюст وزاره
"""
_SUBJECTS = """
of for and the foreign affairs affair external relations european international federal national
royal public global cooperation co operation development economic economics economy finance
finances treasury budget planning justice law legal interior internal home inner security police
civil protection health care welfare social solidarity labour labor employment education higher
science sciences research technology innovation culture arts heritage sport sports tourism youth
family families children women gender environment climate energy nature natural resources water
ecology forestry forests agriculture agricultural rural fisheries fishery food sea marine maritime
transport transports transportation communication communications infrastructure infrastructures
digital telecommunications information media industry trade commerce business housing construction
defence defense consumer immigration migration integration human rights transparency sustainable
emergency situations emergencies pension pensions policy administration services service works
urban building action change scientific conservation nuclear safety seniors senior citizens
competitiveness networks inclusion community
des du de la le les et l d aux a l etrangeres etrangere etranger exterieures exterieur europeennes
europeenne internationale internationales developpement economique economiques economie interieur
interieure securite sante travail emploi sociale sociales publique publics publiques recherche
enseignement superieur environnement climatique energie agriculture alimentation peche mer
commerce industrie defense nationale culture jeunesse famille femmes logement fonction cooperation
droits humains homme francophonie
del los las el y e en asuntos relaciones exteriores extranjeros cooperacion desarrollo hacienda
finanzas economia justicia seguridad publica salud sanidad trabajo seguridad educacion cultura
ciencia medio ambiente energia agricultura pesca industria comercio defensa interiores union
europea nacional
do da dos das negocios estrangeiros relacoes interior justica financas saude educacao
di dell della dello degli delle affari esteri cooperazione internazionale giustizia interno finanze
tesoro salute difesa e sviluppo
fur und der die das auswartige auswartigen angelegenheiten europaische internationale inneres innern
justiz finanzen wirtschaft wirtschaftliche zusammenarbeit entwicklung gesundheit arbeit soziales
bildung forschung umwelt verteidigung
van voor en buitenlandse zaken binnenlandse financien justitie veiligheid ontwikkelingssamenwerking
иностранных внутренних дел финансов юстиции здравоохранения образования экономики экономического
развития обороны и по чрезвычайным ситуациям
الخارجيه والتعاون الدولي الداخليه العدل الماليه الصحه والشوون الاقتصاد والتخطيط وشوون المغتربين
"""
# What offices are called by that have a State's name in theirs ("Global Affairs Canada").
_OF_STATES = frozenset(
    {"affairs", "affaires", "office", "amt", "department", "departement", "fcdo", "gaimusho"}
)
_HAN = r"(?:外交|财政|財政|司法|公安|商务|内政|卫生|教育|国防|法务|外務|法務)[部省]"
# "regional" and "local" alone would make a region's ministry the State's.
_JOINED = ("regional development", "local government and regional development")
_LINKS = "of the de du des del della do da d la le les von der van het for en et"


@cache
def _heads() -> frozenset[str]:
    return frozenset(map(normalise, _HEADS.split()))


@cache
def _words() -> frozenset[str]:
    return _heads() | frozenset(map(normalise, _SUBJECTS.split()))


def speaks_of_ministry(key: str) -> bool:
    """Whether a key holds a word by which ministries are called."""
    words = key.split()
    return (
        not _heads().isdisjoint(words)
        or not _OF_STATES.isdisjoint(words)
        or re.search(_HAN, key) is not None
    )


def is_ministry(key: str) -> bool:
    """Whether a key is what a ministry is called, and nothing else: no place, no other name."""
    if re.fullmatch(_HAN, key):
        return True
    for joined in _JOINED:
        key = key.replace(joined, "development")
    words = key.split()
    return (
        0 < len(words) <= _MOST_WORDS
        and not _heads().isdisjoint(words)
        and _words().issuperset(words)
    )


def parts_of(text: str) -> tuple[str, ...]:
    """Return the parts of "STATE - Ministry", "STATE/MFA", "Name (ABBR)", as written; a text that
    is not divided, or into too many, gives none.
    """
    text = strip_footnote_marks(text)
    if len(text) > _LONGEST:
        return ()
    parts = tuple(part for part in re.split(_SEPARATOR, text) if part and normalise(part))
    return parts if 1 < len(parts) <= _MOST_PARTS else ()


def divisions_of(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the ways in which a text may be divided: at every sign, at brackets or dashes alone,
    for a name may have commas in it.
    """
    seen = set()
    for parts in (parts_of(text), *(_divided(text, sign) for sign in (_BRACKETS, _DASHES))):
        if len(parts) > 1 and parts not in seen:
            seen.add(parts)
            yield parts


def _divided(text: str, sign: str) -> tuple[str, ...]:
    if len(text) > _LONGEST:
        return ()
    parts = tuple(part for part in re.split(sign, strip_footnote_marks(text)) if normalise(part))
    return parts if len(parts) <= _MOST_PARTS else ()


def _two_groups(parts: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the ways in which parts may be a State's name and the rest of them, in either order: a
    State may have a comma in its name ("Korea, Republic of").
    """
    for cut in range(1, len(parts)):
        yield ", ".join(parts[:cut]), parts[cut:]
        yield ", ".join(parts[cut:]), parts[:cut]


def _two_phrases(key: str) -> Iterator[tuple[str, str]]:
    """Yield the ways in which the words of a key may be a State's name and an office's, with what
    links them left out, in either order.
    """
    if (han := re.search(_HAN, key)) and han.start() > 0 and han.end() == len(key):
        yield key[: han.start()], han[0]
    words = key.split()
    if not 1 < len(words) <= _MOST_WORDS:
        return
    links = _LINKS.split()
    for cut in range(len(words) - 1, 0, -1):
        behind = cut
        while behind < len(words) - 1 and words[behind] in links:
            behind += 1
        yield " ".join(words[behind:]), " ".join(words[:cut])
    for cut in range(len(words) - 1, 0, -1):
        name = words[: cut - 1] if words[cut - 1] == "s" else words[:cut]  # "Ghana's Ministry"
        yield " ".join(name), " ".join(words[cut:])


class StateAndOffice(NamedTuple):
    """A State by its code, and the ministry or agency named beside it as written, "" for none."""

    state: str
    office: str


class OfficeReader(NamedTuple):
    """Tells a State with an office of it, by what a directory calls donors.

    `named` gives the codes of the donors that bear a key, `states` those of some codes that are
    States on the day, `offices` the States by the key of an agency's or ministry's own name.
    """

    named: Callable[[str], Sequence[str]]
    states: Callable[[Iterable[str]], Sequence[str]]
    offices: Mapping[str, tuple[str, ...]]

    def with_office(self, text: str) -> StateAndOffice | None:
        """Return the one State that a text names together with an office of it, and the office."""
        if normalise(text) in self.offices:
            return None  # "US Agency for International Development" is an agency alone
        for ways in (self._in_parts(parts_of(text)), self._in_words(text)):
            found: dict[str, str] = {}
            for state, office in ways:
                found[state] = found.get(state) or office
            if found:
                return StateAndOffice(*found.popitem()) if len(found) == 1 else None
        return None

    def _in_parts(self, parts: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        for name, rest in _two_groups(parts):
            state = self._state(name) if all(map(self._may_be_office, rest)) else ""
            if state and all(self._is_office(part, state) for part in rest):
                own = [part for part in rest if not self._repeats(part, state)]
                yield state, " - ".join(own)

    def _in_words(self, text: str) -> Iterator[tuple[str, str]]:
        for name, office in _two_phrases(normalise(text)):
            any_state = is_ministry(office)
            state = self._state(name) if any_state or office in self.offices else ""
            if state and (any_state or state in self.offices[office]):
                yield state, strip_footnote_marks(text)

    def _state(self, text: str) -> str:
        """Return the one State that a text names, by what it or its people are called, or ""."""
        code = text.strip()
        ways = (text, f"{text} government", f"правительство {text}")
        keys = dict.fromkeys(key for way in ways for key in name_keys(way))
        for codes in ((code,) if code.isupper() else (), *map(self.named, keys)):
            if states := self.states(codes):
                return states[0] if len(states) == 1 else ""
        return ""

    def _may_be_office(self, text: str) -> bool:
        key = normalise(text)
        named = any(map(self.named, name_keys(text)))
        return named or key in self.offices or speaks_of_ministry(key)

    def _is_office(self, text: str, state: str) -> bool:
        """Tell whether a text is what an office of a State is called, or the State itself."""
        key = normalise(text)
        if is_ministry(key) or state in self.offices.get(key, ()):
            return True
        if any(state in self.named(each) for each in name_keys(text)):
            return True
        found = self.with_office(text)
        return found is not None and found.state == state

    def _repeats(self, text: str, state: str) -> bool:
        """Tell whether a text is but another name of a State, or its government."""
        named = any(state in self.named(key) for key in name_keys(text))
        return named and not speaks_of_ministry(normalise(text))
