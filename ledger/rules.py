"""The rules by which findings are named, and what each means (docs/errors.md says it at length)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pledgebook.ledger.findings import RefusedError


class UnknownRuleError(RefusedError):
    """There is no rule of that name; the message has the nearest."""


@cache
def read_rules() -> Mapping[str, str]:
    """Return what each rule means, by its name, in the order of their page."""
    import tomllib  # noqa: PLC0415 - only where a rule is explained

    text = (Path(__file__).parent / "data" / "rules.toml").read_text("utf-8")
    found: dict[str, str] = tomllib.loads(text)
    return found


def explain_rule(rule: str) -> str:
    """Return what a rule means. Raises UnknownRuleError."""
    rules = read_rules()
    if rule not in rules:
        import difflib  # noqa: PLC0415 - only where a rule is misspelt

        near = ", ".join(difflib.get_close_matches(rule, rules, 3, 0.5))
        raise UnknownRuleError(
            f"There is no rule {rule!r}. {f'Nearest: {near}.' if near else ''} docs/errors.md has "
            "them all."
        )
    return rules[rule]


def head_of_rule(rule: str) -> str:
    """Return what a rule found, in one sentence; the rule itself where nothing is said of it."""
    _severity, _point, meaning = read_rules().get(rule, "").partition(". ")
    return meaning.partition(". ")[0].rstrip(".") or rule
