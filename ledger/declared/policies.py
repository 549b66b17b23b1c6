"""Recognition policies by name, as a command or a report is asked for them."""

from __future__ import annotations

from collections.abc import Mapping

from pledgebook.ledger.declared.funds import POLICIES
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.findings import RefusedError

Group = tuple[str, str]
"""A fund and one of its classes."""


class UnknownPolicyError(RefusedError):
    """A view names a policy, a fund or a class that there is not; the message lists those there
    are.
    """


def read_policies(settings: Settings, text: str) -> dict[Group, str]:
    """Return the policy that `text` asks for, by fund and class; the others are left out.

    "receipt" is for every class of every fund; "special=receipt,convention=receipt" for the classes
    of that name in any fund, "CPCJF:special=receipt" for one fund's. Raises UnknownPolicyError.
    """
    asked: dict[Group, str] = {}
    for part in text.split(","):
        where, equals, policy = (piece.strip() for piece in part.rpartition("="))
        if policy not in POLICIES:
            raise UnknownPolicyError(
                f"There is no recognition policy {policy!r}: write one of {', '.join(POLICIES)}, "
                "or class=policy for some classes only, such as special=receipt."
            )
        fund, _, class_ = where.rpartition(":")
        groups = [
            (code, name)
            for code, own in settings.funds.items()
            for name in own.classes
            if not equals or (name == class_ and fund in {"", code})
        ]
        if not groups:
            known = ", ".join(f"{code}:{name}" for code, name in _groups(settings))
            raise UnknownPolicyError(
                f"No fund has the class {where!r} (there are {known}): write class=policy or "
                "FUND:class=policy."
            )
        asked |= dict.fromkeys(groups, policy)
    return asked


def name_policies(settings: Settings, policies: Mapping[Group, str]) -> str:
    """Write policies for people: "CPCJF special on receipt, UNTOC convention on receipt"."""
    return ", ".join(
        f"{fund} {class_} on {policies[fund, class_]}"
        for fund, class_ in _groups(settings)
        if (fund, class_) in policies
    )


def _groups(settings: Settings) -> list[Group]:
    return [(code, name) for code, own in settings.funds.items() for name in own.classes]
