"""Which paragraphs a contribution answers: the facts of its commitment, put to the book's rules.

The donor of record counts, not the payer, and the commitment's date, not the payment's: so a
payment, a write-off and an opening carry their pledge's paragraphs. A person may override the
rules with `op: "OP14"` on the commitment (or `op: "none"`) and must say why in `op-reason:`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from beancount.core.data import Posting, Transaction
from pledgebook.ledger.declarations import as_text
from pledgebook.ledger.mandates import Mandate, Tagging, apply_rules, paragraph_order
from pledgebook.ledger.postings import stated
from pledgebook.ledger.register import Claim, Gift
from pledgebook.ledger.settings import Settings

OVERRIDE = "override"
_EVIDENCE = {"oda": "oda", "crs": "crs"}
_OWN = frozenset({"donor", "fund", "class", "purpose", "evidence"})


def tag_claim(claim: Claim, settings: Settings) -> tuple[Tagging, ...]:
    """Return what each mandate says of an instalment."""
    return _tag(settings, claim, claim.origin, claim.pledged_on)


def tag_gift(gift: Gift, settings: Settings) -> tuple[Tagging, ...]:
    """Return what each mandate says of a contribution received without a pledge."""
    return _tag(settings, gift, (gift.entry, gift.posting), gift.entry.date)


def _tag(
    settings: Settings, item: Claim | Gift, origin: tuple[Transaction, Posting], day: date
) -> tuple[Tagging, ...]:
    entry, posting = origin
    donor = settings.donors.get(item.donor)
    facts = {
        "donor": frozenset({donor.kind} if donor else ()),
        "fund": frozenset({item.fund}),
        "class": frozenset({item.class_}),
        "purpose": frozenset({item.purpose} if item.purpose else ()),
        "evidence": frozenset(
            name
            for key, name in _EVIDENCE.items()
            if (stated(entry, posting, key) or "no") not in {"no", "0", ""}
        ),
    }
    wanted = {
        key.removeprefix("not-")
        for mandate in settings.mandates.values()
        for rule in mandate.rules
        for key in rule.conditions
    }
    for key in wanted - _OWN:
        facts[key] = frozenset((stated(entry, posting, key) or "").split())
    override = stated(entry, posting, "op")
    taggings = []
    for mandate in settings.mandates.values():
        tagging = apply_rules(mandate, facts, day)
        if override is not None:
            tagging = _overridden(mandate, tagging, override, stated(entry, posting, "op-reason"))
        taggings.append(tagging)
    return tuple(taggings)


def _overridden(mandate: Mandate, tagging: Tagging, override: str, reason: str | None) -> Tagging:
    chosen = [word for word in override.split() if word in mandate.paragraphs]
    return replace(
        tagging,
        calls=tuple(sorted(chosen, key=paragraph_order)),
        rules=(OVERRIDE, *tagging.rules),
        before=False,
        review=False,
        reason=reason or "",
    )


def override_faults(entry: Transaction, settings: Settings) -> Iterable[tuple[str, str]]:
    """Yield (rule, sentence) for a person's override that lacks a reason or names no paragraph."""
    override = entry.meta.get("op")
    if override is None:
        return
    if not as_text(entry.meta.get("op-reason", "")):
        yield (
            "override-reason",
            f'op: "{as_text(override)}" overrides the rules and needs its reason: '
            "add op-reason: with a sentence.",
        )
    known = {p for mandate in settings.mandates.values() for p in mandate.paragraphs}
    for word in as_text(override).split():
        if word not in known and word != "none":
            yield (
                "unknown-paragraph",
                f'op: names {word!r}, which no mandate of the book declares: write "OP14", or '
                '"none" for no paragraph.',
            )
