"""What a load found, kept as long as what was loaded is.

Beancount gives a load's entries, errors and options to whoever asked for it, and nothing else a
plugin may have worked out. Notices are no errors, and Fava prints each option; so it is kept here,
under the one object of the options that is made for each load and lives as long as they do.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from weakref import WeakKeyDictionary

from beancount.core.data import Options
from beancount.core.display_context import DisplayContext
from msgspec import Struct, field
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.findings import Finding
from pledgebook.ledger.register.register import Plain


class Kept(Struct, frozen=True, kw_only=True):
    """What a load's book declares, and what was found in it."""

    settings: Settings
    findings: tuple[Finding, ...]
    plain: Mapping[int, Plain] = field(default_factory=dict)
    """The entries that were passed over as plain, by their identity."""


_KEPT: MutableMapping[DisplayContext, Kept] = WeakKeyDictionary()


def keep(options: Options, kept: Kept) -> None:
    """Keep what was found with the load whose options these are."""
    _KEPT[options["dcontext"]] = kept


def kept_of(options: Options) -> Kept | None:
    """Return what was kept of a load, None if our plugins did not run in it."""
    return _KEPT.get(options["dcontext"])
