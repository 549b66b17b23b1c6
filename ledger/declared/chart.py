"""The chart of accounts of a fund, and what an account name means.

The second part of every account name is its fund: `Assets:CPCJF:Pledges:AUT` holds what Austria
has pledged to CPCJF and not yet paid. Everything else reads account names through `read_account`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

# kind: (root, path, what the last part names). Donors and funds get an account each.
_CHART: dict[str, tuple[str, str, str]] = {
    "cash": ("Assets", "Cash", "optional"),
    "pledges": ("Assets", "Pledges", "donor"),
    "memorandum": ("Assets", "Memorandum:Pledges", "donor"),
    "contra": ("Assets", "Memorandum:Contra", ""),
    "due-from": ("Assets", "Due-From", "fund"),
    "in-kind-held": ("Assets", "In-Kind", ""),
    "deferred": ("Liabilities", "Deferred", "donor"),
    "in-advance": ("Liabilities", "In-Advance", "donor"),
    "unapplied": ("Liabilities", "Unapplied", ""),
    "due-to": ("Liabilities", "Due-To", "fund"),
    "payable-to-donors": ("Liabilities", "Payable-To-Donors", "donor"),
    "obligations": ("Liabilities", "Obligations", ""),
    "contributions": ("Income", "Contributions", "donor"),
    "exchange": ("Income", "Exchange", ""),
    "exchange-on-cash": ("Income", "Exchange-On-Cash", ""),
    "revaluation": ("Income", "Revaluation", ""),
    "interest": ("Income", "Interest", ""),
    "programme-support-income": ("Income", "Programme-Support", ""),
    "in-kind": ("Income", "In-Kind", "donor"),
    "programme": ("Expenses", "Programme", "optional"),
    "programme-support": ("Expenses", "Programme-Support", ""),
    "bank-charges": ("Expenses", "Bank-Charges", ""),
    "opening-balance": ("Equity", "Opening-Balance", ""),
    "prior-period": ("Equity", "Prior-Period", "donor"),
    "written-off": ("Equity", "Written-Off", "donor"),
    "refunds": ("Equity", "Refunds", "donor"),
    "transfers": ("Equity", "Transfers", "fund"),
    "savings": ("Equity", "Savings", ""),
    "operating-reserve": ("Equity", "Operating-Reserve", ""),
    "reserved": ("Equity", "Reserved", ""),
}
_BY_PATH = {(root, path): kind for kind, (root, path, _) in _CHART.items()}
_CODE = re.compile(r"[A-Z0-9][A-Za-z0-9-]*\Z")

CLAIMS = frozenset({"pledges", "memorandum"})
"""Kinds of account that hold instalments as lots: what donors still owe."""

HELD = frozenset({"deferred", "in-advance", "unapplied"})
"""Kinds of account that hold, under the same labels, what is not yet income."""

LABELLED = CLAIMS | HELD

MONEY = frozenset({"cash", "bank-charges", "unapplied", "due-from", "due-to", "payable-to-donors"})
"""Kinds whose sum, in a payment, is what was collected, gross of bank charges."""


class Place(NamedTuple):
    """What an account name says: its `kind` in the chart, its `fund` and the donor, fund or bank
    it is for (`part`, may be empty).
    """

    kind: str
    fund: str
    part: str


def takes(kind: str) -> str:
    """Return what the last part of such an account names: "donor", "fund", "optional" or ""."""
    return _CHART[kind][2]


def is_code(text: str) -> bool:
    """Tell whether `text` can stand as a part of an account name."""
    return bool(_CODE.match(text))


def account(kind: str, fund: str, part: str = "") -> str:
    """Return the account of that kind: `account("pledges", "CPCJF", "AUT")`."""
    root, path, _ = _CHART[kind]
    return ":".join(filter(None, (root, fund, path, part)))


def read_account(name: str) -> Place | None:
    """Read an account name back; None where it is not one of the chart's.

    Whether the fund and the donor exist is not looked at here.
    """
    parts = name.split(":")
    if len(parts) < 3:
        return None
    root, fund, *path = parts
    for length in (2, 1):
        kind = _BY_PATH.get((root, ":".join(path[:length])))
        if kind is None or len(path) < length:
            continue
        rest = path[length:]
        wants = takes(kind)
        if (not wants and rest) or (wants in {"donor", "fund"} and len(rest) != 1):
            return None
        return Place(kind, fund, ":".join(rest))
    return None


def fixed_accounts(fund: str) -> list[str]:
    """Return the accounts every fund has, whoever its donors are."""
    return [account(kind, fund) for kind in _CHART if takes(kind) in {"", "optional"}]
