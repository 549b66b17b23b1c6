"""The chart of accounts of a fund, and what an account name means.

The second part of every account name is its fund: `Assets:CPCJF:Pledges:AUT` holds what Austria
has pledged to CPCJF and not yet paid. Everything else reads account names through `read_account`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from msgspec import Struct


class Kind(Struct, frozen=True, kw_only=True):
    """A kind of account: where it stands in the chart, and what is true of it. To add one is a line
    of `KINDS`; whoever asks for a set of kinds asks for what is true of them (`kinds_that`).
    """

    name: str
    root: str
    path: str
    of: str = ""
    """What the last part of the account names: "donor", "fund", "optional" (a bank), or nothing."""
    is_claim: bool = False
    """It holds instalments as lots: what donors still owe."""
    is_held: bool = False
    """It holds, under the same labels, what is not yet income."""
    goes_with_instalment: bool = False
    """It holds, under the label of an instalment, what goes with it."""
    is_paper: bool = False
    """It holds, under the label of an instalment, a promise in writing that settled it."""
    is_received: bool = False
    """It holds money that came and is no income yet, under labels."""
    tells_whose: bool = False
    """A posting to it may say which instalment's collected it is (`instalment:`)."""
    names_giver: bool = False
    """In a payment it is the account of the donor who gives."""
    is_kept_for: bool = False
    """It keeps for a donor what is neither income nor paid back."""
    is_collected: bool = False
    """The sum of these kinds in a payment is what was collected, gross of bank charges."""
    is_between: bool = False
    """It mirrors an account of another fund."""
    is_available: bool = False
    """Money, or what of it is not to be spent: received in advance, not applied, owed."""
    spends: bool = False
    """An entry that touches it spends money, or takes it away from its purpose."""
    is_credit: bool = False
    """It has a balance in credit, or none."""
    is_carried: bool = False
    """Its balance, beside lots, is what the next period begins with."""
    is_recast: bool = False
    """Another recognition policy makes its postings anew."""
    adjusts: bool = False
    """It adjusts a balance beside income and expenditure."""
    is_of_earlier: bool = False
    """It takes up what an earlier period had wrong, or what changed of its pledges."""
    has_purpose: bool = False
    """Its money is of a purpose even where the posting does not say so."""
    words: tuple[str, str] = ("", "")
    """What a posting of so much means: where it is positive, where it is negative."""


KINDS = (
    Kind(
        name="cash", root="Assets", path="Cash", of="optional", is_collected=True,
        is_available=True, is_carried=True, has_purpose=True, words=("cash in", "cash out"),
    ),
    Kind(
        name="pledges", root="Assets", path="Pledges", of="donor", is_claim=True, is_recast=True,
        names_giver=True,
    ),
    Kind(
        name="memorandum", root="Assets", path="Memorandum:Pledges", of="donor", is_claim=True,
        names_giver=True,
        is_recast=True,
    ),
    Kind(
        name="contra", root="Assets", path="Memorandum:Contra", is_recast=True,
        words=("memorandum less", "memorandum more"),
    ),
    Kind(
        name="notes", root="Assets", path="Notes", of="donor", is_paper=True,
        goes_with_instalment=True, names_giver=True, is_collected=True,
    ),
    Kind(
        name="due-from", root="Assets", path="Due-From", of="fund", is_collected=True,
        is_between=True, is_carried=True,
        words=("owed by another fund", "settled by another fund"),
    ),
    Kind(
        name="in-kind-held", root="Assets", path="In-Kind", is_carried=True,
        words=("in kind, outside every money total", "in kind taken back"),
    ),
    Kind(
        name="deferred", root="Liabilities", path="Deferred", of="donor", is_held=True,
        goes_with_instalment=True,
        is_recast=True, words=("out of deferred income", "deferred to a later period"),
    ),
    Kind(
        name="in-advance", root="Liabilities", path="In-Advance", of="donor", is_held=True,
        goes_with_instalment=True, is_received=True, names_giver=True,
        is_available=True, is_recast=True, has_purpose=True,
        words=("out of money in advance", "held in advance"),
    ),
    Kind(
        name="unapplied", root="Liabilities", path="Unapplied", is_held=True, is_received=True,
        is_kept_for=True, is_collected=True,
        is_available=True, words=("out of unapplied receipts", "held as an unapplied receipt"),
    ),
    Kind(
        name="due-to", root="Liabilities", path="Due-To", of="fund", is_collected=True,
        is_between=True, is_credit=True, is_carried=True,
        words=("settled with another fund", "owed to another fund"),
    ),
    Kind(
        name="payable-to-donors", root="Liabilities", path="Payable-To-Donors", of="donor",
        is_kept_for=True,
        is_collected=True, is_carried=True,
    ),
    Kind(
        name="obligations", root="Liabilities", path="Obligations", is_available=True, spends=True,
        is_credit=True, is_carried=True, has_purpose=True,
        words=("obligations settled", "obligations raised"),
    ),
    Kind(
        name="contributions", root="Income", path="Contributions", of="donor", is_recast=True,
        tells_whose=True, names_giver=True,
        words=("income taken back", "income"),
    ),
    Kind(
        name="exchange", root="Income", path="Exchange", is_recast=True, tells_whose=True,
        words=("exchange loss", "exchange gain"),
    ),
    Kind(name="exchange-on-cash", root="Income", path="Exchange-On-Cash"),
    Kind(
        name="revaluation", root="Income", path="Revaluation", is_recast=True,
        words=("exchange loss on unpaid", "exchange gain on unpaid"),
    ),
    Kind(
        name="interest", root="Income", path="Interest",
        words=("interest taken back", "interest"),
    ),
    Kind(
        name="miscellaneous", root="Income", path="Miscellaneous",
        words=("miscellaneous income taken back", "miscellaneous income"),
    ),
    Kind(
        name="programme-support-income", root="Income", path="Programme-Support",
        words=("support income taken back", "support income"),
    ),
    Kind(name="in-kind", root="Income", path="In-Kind", of="donor"),
    Kind(
        name="programme", root="Expenses", path="Programme", of="optional", spends=True,
        words=("expenditure", "expenditure taken back"),
    ),
    Kind(
        name="bilateral", root="Expenses", path="Bilateral", of="donor", names_giver=True,
        is_collected=True,
        words=("delivered by the donor", "delivery taken back"),
    ),
    Kind(
        name="programme-support", root="Expenses", path="Programme-Support", spends=True,
        words=("support costs", "support costs taken back"),
    ),
    Kind(
        name="bank-charges", root="Expenses", path="Bank-Charges", is_collected=True,
        words=("bank charges", "bank charges taken back"),
    ),
    Kind(name="opening-balance", root="Equity", path="Opening-Balance"),
    Kind(
        name="prior-period", root="Equity", path="Prior-Period", of="donor", is_recast=True,
        adjusts=True, is_of_earlier=True,
        words=("prior-period adjustment down", "prior-period adjustment up"),
    ),
    Kind(
        name="correction", root="Equity", path="Corrections", adjusts=True, is_of_earlier=True,
        words=("correction of an earlier period down", "correction of an earlier period up"),
    ),
    Kind(
        name="written-off", root="Equity", path="Written-Off", of="donor", is_recast=True,
        adjusts=True,
        words=("written off", "write-off taken back"),
    ),
    Kind(
        name="refunds", root="Equity", path="Refunds", of="donor", spends=True, adjusts=True,
        words=("refunded", "refund taken back"),
    ),
    Kind(
        name="transfers", root="Equity", path="Transfers", of="fund", spends=True,
        adjusts=True,
        words=("transferred out", "transferred in"),
    ),
    Kind(
        name="savings", root="Equity", path="Savings", adjusts=True,
        words=("savings taken back", "savings on obligations"),
    ),
    Kind(
        name="operating-reserve", root="Equity", path="Operating-Reserve", is_credit=True,
        is_carried=True, words=("reserve given free", "set aside as operating reserve"),
    ),
    Kind(name="reserved", root="Equity", path="Reserved", is_carried=True),
)  # fmt: skip
"""The chart of every fund, in the order in which accounts are listed."""

BY_NAME = {kind.name: kind for kind in KINDS}
_BY_PATH = {(kind.root, kind.path): kind.name for kind in KINDS}
_CODE = re.compile(r"[A-Z0-9][A-Za-z0-9-]*\Z")


def kinds_that(is_true: str) -> frozenset[str]:
    """Return the names of the kinds of account of which that is true: `kinds_that("spends")`."""
    return frozenset(kind.name for kind in KINDS if getattr(kind, is_true))


CLAIMS = kinds_that("is_claim")
"""Kinds of account that hold instalments as lots: what donors still owe."""

HELD = kinds_that("is_held")
"""Kinds of account that hold, under the same labels, what is not yet income."""

PAPERS = kinds_that("is_paper")
"""Kinds of account that hold what is promised in writing and settled an instalment: notes."""

LABELLED = CLAIMS | HELD | PAPERS

WITH_INSTALMENT = kinds_that("goes_with_instalment")
"""Kinds that hold, under the label of an instalment, what goes with it."""

RECEIVED = kinds_that("is_received")
"""Kinds that hold money that came and is no income yet."""

MONEY = kinds_that("is_collected")
"""Kinds whose sum, in a payment, is what was collected, gross of bank charges."""

EARLIER = kinds_that("is_of_earlier")
"""Kinds that take up what an earlier period had wrong, or what changed of its pledges."""

OWN_RESULT = tuple(
    kind.name for kind in KINDS if kind.root in {"Income", "Expenses"} and kind.of != "donor"
)
"""Kinds of income and expenditure that are of no donor, in the order of the chart."""


class Place(NamedTuple):
    """What an account name says: its `kind` in the chart, its `fund` and the donor, fund or bank
    it is for (`part`, may be empty).
    """

    kind: str
    fund: str
    part: str


def takes(kind: str) -> str:
    """Return what the last part of such an account names: "donor", "fund", "optional" or ""."""
    return BY_NAME[kind].of


def is_code(text: str) -> bool:
    """Tell whether `text` can stand as a part of an account name."""
    return bool(_CODE.match(text))


def account(kind: str, fund: str, part: str = "") -> str:
    """Return the account of that kind: `account("pledges", "CPCJF", "AUT")`."""
    root, path = BY_NAME[kind].root, BY_NAME[kind].path
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
    return [account(kind.name, fund) for kind in KINDS if kind.of in {"", "optional"}]
