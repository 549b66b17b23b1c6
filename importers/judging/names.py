"""What the book calls its funds and purposes: codes and names, in any of its languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pledgebook.importers.values.values import plain
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.declared.stationery import Texts


class Names(NamedTuple):
    """The codes of a book's funds and purposes by their codes and names, as `plain` writes them; a
    name of several is nobody's.
    """

    funds: Mapping[str, str]
    purposes: Mapping[str, str]

    @staticmethod
    def of(settings: Settings) -> Names:
        """Return the names that a book declares."""
        funds = {code: (code, fund.name) for code, fund in settings.funds.items()}
        purposes: dict[str, tuple[str, ...]] = {}
        for code, name in settings.purposes.items():
            purposes[code] = (code, code.replace("-", " "), name)
        for text, code in settings.purpose_aliases.items():
            purposes[code] = (*purposes[code], text)
        return Names(
            _by_name(funds, settings.stationery.funds),
            _by_name(purposes, settings.stationery.purposes),
        )

    @property
    def labels(self) -> frozenset[str]:
        """All names: what may head columns of amounts."""
        return frozenset({*self.funds, *self.purposes})


def _by_name(named: Mapping[str, tuple[str, ...]], stated: Mapping[str, Texts]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for code, names in named.items():
        texts = stated[code].stated if code in stated else {}
        others = [text for key, text in texts.items() if key.startswith("name")]
        for name in (*names, *others):
            found.setdefault(plain(name), set()).add(code)
    return {name: codes.pop() for name, codes in found.items() if name and len(codes) == 1}
