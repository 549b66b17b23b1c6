"""Lets Fava's forms take the accounts of donors who have not given anything yet.

    1999-12-31 custom "fava-extension" "pledgebook.importers.donor_accounts"

A donor's accounts open with the first entry that names them, but Fava's import page and its form
for new entries refuse an account that is not open. This adds the accounts that every known donor
would have to those the forms offer, after the ones in use; nothing is added to the book.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from beancount.core.data import Directive
from fava.ext import FavaExtensionBase
from pledgebook.ledger.declared.chart import account
from pledgebook.ledger.declared.settings import Settings, read_settings

_KINDS = ("pledges", "memorandum", "deferred", "in-advance", "contributions", "in-kind")
"""What the entries of an imported contribution may name."""


class DonorAccounts(FavaExtensionBase):
    """Fava makes one a ledger, and calls it after each load."""

    def after_load_file(self) -> None:
        """Add the accounts that donors known to the book would have."""
        attributes = self.ledger.attributes
        # Fava types Beancount's directives by its own abstract classes.
        settings = read_settings(cast(Sequence[Directive], self.ledger.all_entries))
        attributes.accounts = list(dict.fromkeys([*attributes.accounts, *_accounts(settings)]))


def _accounts(settings: Settings) -> Iterator[str]:
    for fund in settings.funds:
        for donor in settings.donors:
            for kind in _KINDS:
                yield account(kind, fund, donor.code)
