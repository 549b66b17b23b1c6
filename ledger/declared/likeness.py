"""Which names a text may be meant for, though it is none of them: for proposals alone.

Two names are alike if one is the other misspelt, or if they share a word that few donors have in
their names. Words that many have ("bank", "development", "republic", "united") make nothing alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from math import log

from msgspec import Struct

_FEW = 6
"""The most donors that may have a word for it to tell one from another."""
_FEW_LETTERS = 2
_SHORTEST_WORD = 4
_SHORTEST_MISSPELT = 5
_NEAR, _VERY_NEAR = 0.75, 0.9
"""How alike two spellings are, of 1, from which on one may be the other misspelt: by a letter or
two, and by any number.
"""
# Words of many an organization's name, however few of them are in the directory.
_COMMON = """
academy action affairs agency agriculture alliance arts asociacion assistance association
authority banco bank banque board center centre centro charity children club college comision
comite commission committee community company conseil consejo consortium convention cooperation
corporation council court culture defence defense department desarrollo development developpement
education emergency energy environment external family federation finance finances fondation fondo
fonds force foreign forum foundation fund fundacion global government group health home human
initiative institut institute institution instituto interior internacional internal international
internationale investment justice labour league ligue limited mechanism ministere ministerio
ministries ministry mondiale mundial national nationale network office organisation organizacion
organization partnership peace people police population private programa programme project
protection public refugees region regional relief republic research response rights royal school
science secretariat security service services social society state states system trade training
treaty trust union united universidad universite university volunteers water women work world
youth
"""


@cache
def _common() -> frozenset[str]:
    return frozenset(_COMMON.split())


class Spellings(Struct, frozen=True, kw_only=True):
    """Keys of names and the donors they stand for, and by word of them the donors that have it."""

    names: Mapping[str, tuple[str, ...]]
    words: Mapping[str, frozenset[str]]

    @staticmethod
    def of(names: Mapping[str, tuple[str, ...]]) -> Spellings:
        """Return the spellings with their words counted."""
        words: dict[str, set[str]] = defaultdict(set)
        for key, codes in names.items():
            for word in key.split():
                words[word].update(codes)
        return Spellings(
            names=names, words={word: frozenset(codes) for word, codes in words.items()}
        )

    def alike(self, key: str) -> dict[str, float]:
        """Return by code of a donor how much a key is like one of its names: up to 1."""
        scores: dict[str, float] = defaultdict(float)
        for codes, score in (*self._misspelt(key), *self._sharing(key)):
            for code in codes:
                scores[code] = max(scores[code], score)
        return scores

    def _misspelt(self, key: str) -> Iterable[tuple[Iterable[str], float]]:
        from rapidfuzz import process  # noqa: PLC0415 - no load of a book asks for it
        from rapidfuzz.distance import OSA  # noqa: PLC0415

        if len(key) < _SHORTEST_WORD:
            return
        spellings = list(self.names)
        for spelling, score, _ in process.extract(
            key, spellings, scorer=OSA.normalized_similarity, score_cutoff=_NEAR, limit=None
        ):
            length = max(len(key), len(spelling))
            if score >= _VERY_NEAR or round((1 - score) * length) <= _FEW_LETTERS:
                yield self.names[spelling], score

    def _sharing(self, key: str) -> Iterable[tuple[Iterable[str], float]]:
        """Yield the donors that have the telling words of a key, by the weight of these."""
        weights = {word: self._weight(word) for word in dict.fromkeys(key.split())}
        whole = sum(weights.values())
        shared: dict[str, float] = defaultdict(float)
        for word, weight in weights.items():
            for code in self._having(word):
                shared[code] += weight
        for code, weight in shared.items():
            yield (code,), 0.85 * weight / whole

    def _weight(self, word: str) -> float:
        return 1 / (1 + log(1 + len(self.words.get(word, ()))))

    def _having(self, word: str) -> frozenset[str]:
        """Return the donors with a telling word in their names, or with it spelt right."""
        from rapidfuzz import process  # noqa: PLC0415
        from rapidfuzz.distance import OSA  # noqa: PLC0415

        if word in _common() or (len(word) < _SHORTEST_WORD and word.isascii()):
            return frozenset()
        having = self.words.get(word)
        if having is None and len(word) >= _SHORTEST_MISSPELT:
            near = process.extractOne(
                word, list(self.words), scorer=OSA.distance, score_cutoff=1 if len(word) < 9 else 2
            )
            # Who misspells a word begins it right: "giver" is no river.
            meant = near[0] if near and near[0][0] == word[0] and near[0] not in _common() else None
            having = self.words[meant] if meant else None
        return having if having and len(having) <= _FEW else frozenset()
