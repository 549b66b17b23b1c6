"""Rules of bank accounts that somebody makes on a page, of a line that lies before them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pledgebook.desk.guarding import RequestRefusedError
from pledgebook.desk.texts import gettext as _
from pledgebook.ledger.declared.banks import BankAccount, BankLine, BankRule
from pledgebook.ledger.declared.currencies import is_currency
from pledgebook.ledger.events.asking import read_amount
from pledgebook.ledger.files.naming import NewRule
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.money import format_amount

LIMITS = ("amount", "least", "most")
"""Conditions of a rule on the amount, as its directive names them."""

_SAID = re.compile(r"(?P<amount>.*?)\s*(?P<currency>[A-Za-z]{3})?")


def make_rule(
    bank: BankAccount,
    line: BankLine,
    words: str,
    given: Mapping[str, object],
    *,
    kind: str,
    donor: str = "",
) -> NewRule:
    """Return the rule that somebody makes of a line of a bank account: by words that stand in it
    and, where `given` states them under the keys of a bank-rule, by conditions that it meets.
    Raises RequestRefusedError for one that does not hold for the line, or is none.
    """
    if not BankRule(words=(words,), kind=kind).has_words(line.text):
        raise RequestRefusedError(
            _("“%(words)s” does not stand in what the bank said of this.", words=words)
        )
    texts = {key: str(text).strip() for key, text in given.items() if text}
    limits = {key: _limit(texts[key], bank.currency) for key in LIMITS if texts.get(key)}
    if "amount" in limits and len(limits) > 1:
        raise RequestRefusedError(_("An exact amount needs no least and no most beside it."))
    currency, way = texts.get("currency", "").upper(), texts.get("way", "")
    if currency and not is_currency(currency):
        raise RequestRefusedError(_("State its currency, as EUR."))
    rule = NewRule(
        bank=bank.code, words=words, kind=kind, donor=donor, currency=currency, way=way, **limits
    )
    if not rule.holds(line):
        raise RequestRefusedError(_("What was received does not meet these conditions itself."))
    return rule


def _limit(text: str, currency: str) -> str:
    """Return an amount with its currency, that of the account where none is said."""
    found = _SAID.fullmatch(text)
    assert found  # it takes any text
    said = (found["currency"] or currency).upper()
    try:
        return f"{format_amount(read_amount(found['amount']))} {said}"
    except EventRefusedError as error:
        raise RequestRefusedError(str(error)) from error
