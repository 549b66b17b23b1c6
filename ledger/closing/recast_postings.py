"""The postings and releases that a view under another recognition policy is made of.

They are as Beancount books them, not as one writes them: each lot with its cost and date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from beancount.core.amount import Amount
from beancount.core.data import Posting, Transaction
from beancount.core.position import Cost
from pledgebook.ledger.declared.chart import account
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.events.parts import donor_name
from pledgebook.ledger.register.instalments import pledge_of
from pledgebook.ledger.register.register import INSTALMENT, Claim


@dataclass(frozen=True, slots=True)
class Postings:
    """Makes postings of instalments in the accounts of a book."""

    settings: Settings

    def lot(self, claim: Claim, units: Decimal, meta: Mapping[str, object]) -> Posting:
        """Return the lot of an instalment, put in or (negative units) taken out."""
        name = account(claim.kind, claim.fund, claim.donor)
        cost = Cost(
            claim.value / claim.units, self.settings.currency, claim.pledged_on, claim.label
        )
        stated = {**meta, "class": claim.class_, "purpose": claim.purpose}
        return Posting(name, Amount(units, claim.currency), cost, None, None, stated)

    def held(self, claim: Claim, kind: str, amount: Decimal, since: date) -> list[Posting]:
        """Return a posting to what is held under the instalment's label; none of nothing."""
        if not amount:
            return []
        currency = self.settings.currency
        name = account(kind, claim.fund, claim.donor)
        cost = Cost(Decimal(1), currency, since, claim.label)
        meta = {"class": claim.class_, "purpose": claim.purpose}
        return [Posting(name, Amount(amount, currency), cost, None, None, meta)]

    def value(self, claim: Claim, kind: str, amount: Decimal, label: str = "") -> list[Posting]:
        """Return a posting without a lot. With `label` it says whose it is, and is made even of
        nothing, since other instalments of its entry are then told from it.
        """
        if not amount and not label:
            return []
        part = "" if kind in {"contra", "exchange", "revaluation"} else claim.donor
        meta = {"class": claim.class_, "purpose": claim.purpose}
        if label:
            meta[INSTALMENT] = label
        return [self.posting(account(kind, claim.fund, part), amount, meta)]

    def posting(self, name: str, amount: Decimal, meta: Mapping[str, str]) -> Posting:
        """Return a posting of a value to an account."""
        return Posting(name, Amount(amount, self.settings.currency), None, None, None, dict(meta))

    def release(
        self, claim: Claim, day: date, postings: list[Posting], income: Decimal
    ) -> Transaction:
        """Return the release of an instalment: `postings` take out what was held, `income` value
        in all.
        """
        meta = {"filename": "<recognition>", "lineno": 0, "event": "release"}
        return Transaction(
            meta,
            day,
            "*",
            donor_name(self.settings, claim.donor, day),
            f"Release of {claim.label}",
            frozenset(),
            frozenset({pledge_of(claim.label)}),
            [*postings, *self.value(claim, "contributions", -income)],
        )
