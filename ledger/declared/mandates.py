"""Mandates: which operative paragraph a contribution answers, by rules that stand in the book.

    2000-12-04 custom "rule" "A/RES/55/64" "R15" "OP15"
      relation: "call"
      donor: "state"
      fund: "UNTOC"

A rule holds when each of its conditions does: `donor` (kinds), `donor-group`, `donor-code`
(certain donors, and those within them), `fund`, `class`, `purpose` (and those within it),
`programme`, `modality`, `beneficiary`, `evidence`, `appeal`, `joint`, `gender`, or any other key
of metadata; several values are separated by spaces, `not-KEY` excludes, "*" is any value. `from`
and `until` bound the commitment's date. Relations: *call* (the paragraph asks this kind of donor),
*serves* (the money advances its aim), *acknowledged* (it thanks this kind of donor), *review* (a
person decides), *refused* (no contribution at all). They are never mixed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cached_property

from msgspec import Struct
from pledgebook.ledger.declared.declarations import Declaration, as_date
from pledgebook.ledger.findings import Finding, finding

RELATIONS = ("call", "serves", "acknowledged", "review", "refused")
_RESERVED = frozenset({"filename", "lineno", "relation", "from", "until", "notice"})
BEFORE_THE_RESOLUTION = "R0"

EVIDENCE = frozenset({"oda", "crs"})
"""Keys of an entry that show, unless they say no, that a contribution is development assistance.
Where `oda` says no, none of them does."""


OWN_WORDS = frozenset(
    {"donor", "donor-code", "donor-group", "fund", "class", "purpose", "evidence"}
)
"""What rules ask of a contribution by words of the book; other keys are metadata of entries."""


class Rule(Struct, frozen=True, kw_only=True):
    """One rule: if every condition holds, an entry stands in `relation` to `paragraph`."""

    id: str
    paragraph: str
    relation: str
    conditions: Mapping[str, frozenset[str]]
    since: date | None = None
    until: date | None = None
    notice: str = ""

    def holds(self, facts: Mapping[str, frozenset[str]], day: date) -> bool:
        """Tell whether the rule holds for these facts of a commitment made on `day`."""
        if (self.since and day < self.since) or (self.until and day > self.until):
            return False
        for key, wanted in self.conditions.items():
            if key.startswith("not-"):
                if facts.get(key.removeprefix("not-"), frozenset()) & wanted:
                    return False
            else:
                found = facts.get(key, frozenset())
                if not (found & wanted or ("*" in wanted and found)):
                    return False
        return True


class Mandate(Struct, frozen=True, eq=False, kw_only=True, dict=True):
    """A resolution: its symbol, its paragraphs and the rules that tag entries with them.

    `primary` is the order in which a contribution's one primary call is chosen.
    """

    symbol: str
    title: str
    adopted: date
    paragraphs: Mapping[str, str]
    rules: tuple[Rule, ...]
    primary: tuple[str, ...]

    @cached_property
    def dates(self) -> list[date]:
        """The days from which a rule begins or ceases to hold, in order."""
        begins = [rule.since for rule in self.rules if rule.since]
        ends = [rule.until for rule in self.rules if rule.until and rule.until < date.max]
        ceases = [end + timedelta(days=1) for end in ends]
        return sorted({*begins, *ceases})

    def when(self, day: date) -> int | date:
        """Return between which of the rules' dates a day falls; a day before adoption itself, since
        the notice names it.
        """
        return day if day < self.adopted else bisect_right(self.dates, day)

    def tag(self, paragraph: str) -> str:
        """Return the tag of a paragraph: "A/RES/55/64-OP15"."""
        return f"{self.symbol}-{paragraph}"


class Tagging(Struct, frozen=True, kw_only=True, dict=True):
    """What the rules of one mandate say of one contribution. Paragraphs in numeric order."""

    mandate: Mandate
    calls: tuple[str, ...] = ()
    serves: tuple[str, ...] = ()
    acknowledged: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    before: bool = False
    review: bool = False
    reason: str = ""

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """The tags of the paragraphs that call for the contribution."""
        return tuple(self.mandate.tag(paragraph) for paragraph in self.calls)

    @cached_property
    def primary_call(self) -> str:
        """The one paragraph under which the contribution is counted, or empty."""
        ranked = [paragraph for paragraph in self.mandate.primary if paragraph in self.calls]
        return (ranked or [*self.calls, ""])[0]


def paragraph_order(paragraph: str) -> tuple[int, str]:
    """Sort key for paragraphs: OP7 before OP14."""
    digits = re.search(r"\d+", paragraph)
    return (int(digits[0]) if digits else 0, paragraph)


def apply_rules(mandate: Mandate, facts: Mapping[str, frozenset[str]], day: date) -> Tagging:
    """Return what `mandate` says of a contribution committed (or received) on `day`.

    A commitment made before the resolution was adopted answers no call of it, whenever the cash
    came (rule R0); what it serves and who is acknowledged stays.
    """
    by_relation: dict[str, set[str]] = {relation: set() for relation in RELATIONS}
    ids: list[str] = []
    notices: list[str] = []
    refusals: list[str] = []
    before = day < mandate.adopted
    for rule in mandate.rules:
        if not rule.holds(facts, day):
            continue
        if before and rule.relation == "call":
            if BEFORE_THE_RESOLUTION not in ids:
                ids.append(BEFORE_THE_RESOLUTION)
                notices.append(
                    f"Committed on {day}, before {mandate.symbol} was adopted on "
                    f"{mandate.adopted}: no paragraph of it called for this."
                )
            continue
        ids.append(rule.id)
        by_relation[rule.relation].add(rule.paragraph)
        if rule.relation == "refused":
            refusals.append(rule.notice or f"Rule {rule.id} refuses this as a contribution.")
        elif rule.notice:
            notices.append(rule.notice)

    def ordered(relation: str) -> tuple[str, ...]:
        return tuple(sorted(by_relation[relation] - {""}, key=paragraph_order))

    return Tagging(
        mandate=mandate,
        calls=ordered("call"),
        serves=ordered("serves"),
        acknowledged=ordered("acknowledged"),
        rules=tuple(ids),
        notices=tuple(notices),
        refusals=tuple(refusals),
        before=BEFORE_THE_RESOLUTION in ids,
        review=bool(by_relation["review"]),
    )


def read_mandates(
    mandates: Iterable[Declaration],
    paragraphs: Iterable[Declaration],
    rules: Iterable[Declaration],
) -> tuple[dict[str, Mandate], list[Finding]]:
    """Return the mandates by symbol with their paragraphs and rules, and what is wrong."""
    faults: list[Finding] = []
    known = {declaration.texts[0]: declaration for declaration in mandates}
    texts: dict[str, dict[str, str]] = {symbol: {} for symbol in known}
    for declaration in paragraphs:
        symbol, paragraph, summary = declaration.texts
        if symbol not in known:
            faults.append(_no_mandate(declaration, symbol, known))
        else:
            texts[symbol][paragraph] = summary
    by_mandate: dict[str, list[Rule]] = {symbol: [] for symbol in known}
    for declaration in rules:
        symbol = declaration.texts[0]
        if symbol not in known:
            faults.append(_no_mandate(declaration, symbol, known))
            continue
        result = _read_rule(declaration, texts[symbol])
        if isinstance(result, Finding):
            faults.append(result)
        else:
            by_mandate[symbol].append(result)
    return {
        symbol: Mandate(
            symbol=symbol,
            title=declaration.texts[1],
            adopted=declaration.since,
            paragraphs=texts[symbol],
            rules=tuple(by_mandate[symbol]),
            primary=declaration.words("primary") or _by_default(by_mandate[symbol]),
        )
        for symbol, declaration in known.items()
    }, faults


def _by_default(rules: list[Rule]) -> tuple[str, ...]:
    """Rank paragraphs where the mandate does not: those that hold without evidence first, then
    the higher number, since later paragraphs of a resolution are the more particular.
    """
    calls = {
        (any("evidence" in rule.conditions for rule in rules if rule.paragraph == p), p)
        for p in {rule.paragraph for rule in rules if rule.relation == "call"}
    }
    ranked = sorted(calls, key=lambda call: (call[0], -paragraph_order(call[1])[0]))
    return tuple(paragraph for _, paragraph in ranked)


def _no_mandate(declaration: Declaration, symbol: str, known: Iterable[str]) -> Finding:
    return finding(
        declaration.entry,
        "unknown-mandate",
        f"No mandate {symbol!r} is declared in the book (declared: {', '.join(known) or 'none'}): "
        f'declare it with custom "mandate", or correct the symbol.',
    )


def _read_rule(declaration: Declaration, paragraphs: Mapping[str, str]) -> Rule | Finding:
    _, rule_id, *rest = declaration.texts
    paragraph = rest[0] if rest else ""
    relation = declaration.text("relation")
    if relation not in RELATIONS:
        return finding(
            declaration.entry,
            "rule-relation",
            f"Rule {rule_id} has the relation {relation!r}: it must be one of "
            f"{', '.join(RELATIONS)}.",
        )
    if paragraph not in paragraphs and not (relation == "review" and not paragraph):
        return finding(
            declaration.entry,
            "unknown-paragraph",
            f"Rule {rule_id} names paragraph {paragraph!r}, which the mandate does not declare: "
            f'add custom "paragraph" for it, or correct the number.',
        )
    bounds = {}
    for key in ("from", "until"):
        bounds[key] = as_date(declaration.meta[key]) if key in declaration.meta else None
        if key in declaration.meta and bounds[key] is None:
            return finding(
                declaration.entry,
                "rule-date",
                f"Rule {rule_id} has {key}: {declaration.text(key)!r}, which is no date: "
                "write it as 2002-01-01.",
            )
    if bounds["from"] and bounds["until"] and bounds["until"] < bounds["from"]:
        return finding(
            declaration.entry,
            "rule-date",
            f"Rule {rule_id} holds until {bounds['until']}, before it begins on {bounds['from']}: "
            "correct one of the dates.",
        )
    conditions = {
        key: frozenset(declaration.words(key))
        for key in declaration.meta
        if key not in _RESERVED and not key.startswith("__")
    }
    return Rule(
        id=rule_id,
        paragraph=paragraph,
        relation=relation,
        conditions=conditions,
        since=bounds["from"],
        until=bounds["until"],
        notice=declaration.text("notice"),
    )
