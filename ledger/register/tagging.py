"""Which paragraphs a contribution answers: the facts of its commitment, put to the book's rules.

The donor of record counts, not the payer, and the commitment's date, not the payment's: so a
payment, a write-off and an opening carry their pledge's paragraphs. A person may override the
rules with `op: "OP14"` on the commitment (or `op: "none"`) and must say why in `op-reason:`.

What was only pledged and committed later goes by what its commitment says, and where that is
silent by what the pledge said (`Claim.stated`).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from beancount.core.data import Transaction
from msgspec import structs
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.declared.mandates import (
    EVIDENCE,
    OWN_WORDS,
    Mandate,
    Tagging,
    apply_rules,
    paragraph_order,
)
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.register.postings import Words, said_first, stated
from pledgebook.ledger.register.register import Claim, Gift

OVERRIDE = "override"


class Tags(NamedTuple):
    """What an entry is tagged with: tags, metadata, and what rules have to say of it."""

    tags: frozenset[str]
    meta: Mapping[str, str]

    @property
    def notice(self) -> str:
        """What the rules have to say, "" if nothing."""
        return self.meta.get("op-notice", "")


def tags_of(taggings: Sequence[Tagging]) -> Tags:
    """Return what an entry is tagged with for what mandates say of its contributions."""

    def words(of: str, sort: bool = True) -> str:
        found = dict.fromkeys(word for item in taggings for word in getattr(item, of))
        return " ".join(sorted(found, key=paragraph_order) if sort else found)

    meta = {
        "op-serves": words("serves"),
        "op-acknowledged": words("acknowledged"),
        "op-rule": words("rules", sort=False),
        "op-notice": words("notices", sort=False),
    }
    return Tags(
        frozenset(tag for item in taggings for tag in item.tags),
        {key: value for key, value in meta.items() if value},
    )


def tag_claim(claim: Claim, settings: Settings) -> tuple[Tagging, ...]:
    """Return what each mandate says of an instalment."""
    return _tag(settings, claim, claim.words, claim.pledged_on)


def tag_gift(gift: Gift, settings: Settings) -> tuple[Tagging, ...]:
    """Return what each mandate says of a contribution received without a pledge."""
    return _tag(settings, gift, ((gift.entry, gift.posting),), gift.entry.date)


class Promised(NamedTuple):
    """A contribution that is not in the book yet: whose it is, and for what."""

    donor: str
    fund: str
    class_: str
    purpose: str


def tag_promised(promised: Promised, entry: Transaction, settings: Settings) -> tuple[Tagging, ...]:
    """Return what each mandate says of a contribution that `entry` would commit or receive."""
    words = [(entry, posting) for posting in entry.postings]
    return _tag(settings, promised, words, entry.date)


def deciding(item: Claim | Gift) -> Hashable:
    """Return all that paragraphs are told by: two moments of an instalment that agree in it have
    the same. Whoever keeps taggings keeps them under this and nothing less.
    """
    if isinstance(item, Gift):
        return id(item)
    place = (item.donor, item.fund, item.class_, item.purpose)
    return (item.label, *place, item.pledged_on, *(id(posting) for _, posting in item.words))


def _tag(
    settings: Settings,
    item: Claim | Gift | Promised,
    words: Sequence[Words],
    day: date,
) -> tuple[Tagging, ...]:
    giver = facts_of_donor(item.donor, settings)
    asked = said_first(words, settings.asked_keys)
    said = (giver, item.fund, item.class_, item.purpose, frozenset(asked.items()))
    override, reason = _override(words)
    taggings = []
    for mandate in settings.mandates.values():
        # What a day decides is between which of the rules' dates it falls (before adoption the
        # notice names it); with the same facts the rules are applied once.
        key = (mandate.symbol, mandate.when(day), *said)
        tagging: Tagging | None = settings.tagged.get(key)
        if tagging is None:
            facts = _facts(giver, item, asked, settings)
            tagging = settings.tagged[key] = apply_rules(mandate, facts, day)
        if override is not None:
            tagging = _overridden(mandate, tagging, override, reason)
        taggings.append(tagging)
    return tuple(taggings)


def _override(words: Sequence[Words]) -> tuple[str | None, str | None]:
    """Return a person's override, and the reason that the same entry gives for it."""
    for own in words:
        override = stated(*own, "op")
        if override is not None:
            return override, stated(*own, "op-reason")
    return None, None


def facts_of_donor(code: str, settings: Settings) -> tuple[frozenset[str], ...]:
    """Return what rules may ask of a donor: the kinds it counts as, its group, and its code with
    those it is within; codes only where a rule asks for them.
    """
    donors = settings.donors
    donor = donors.get(code)
    if donor is None:
        return (frozenset(), frozenset(), frozenset())
    asks = "donor-code" in settings.rule_keys
    codes = frozenset((code, *donors.within(code)) if asks else ())
    return donors.kinds.counted_as(donor.kind), frozenset({donors.group_of(code)}), codes


def _facts(
    giver: Sequence[frozenset[str]],
    item: Claim | Gift | Promised,
    stated: Mapping[str, str],
    settings: Settings,
) -> dict[str, frozenset[str]]:
    """Return what is true of a contribution, by what rules ask for."""
    facts = {
        **dict(zip(("donor", "donor-group", "donor-code"), giver, strict=True)),
        "fund": frozenset({item.fund}),
        "class": frozenset({item.class_}),
        "purpose": frozenset(settings.purpose_tree.path(item.purpose) if item.purpose else ()),
        "evidence": _evidence(stated),
    }
    for key in settings.rule_keys - OWN_WORDS:
        facts[key] = frozenset(stated.get(key, "").split())
    return facts


def _evidence(stated: Mapping[str, str]) -> frozenset[str]:
    """Return which keys show development assistance. A plain `oda: "no"` outweighs a CRS code:
    codes are put on all that is published, whatever it is.
    """
    says = {key for key in EVIDENCE if stated.get(key, "no") not in {"no", "0", ""}}
    refuses = "oda" in stated and "oda" not in says
    return frozenset() if refuses else frozenset(says)


def _overridden(mandate: Mandate, tagging: Tagging, override: str, reason: str | None) -> Tagging:
    chosen = [word for word in override.split() if word in mandate.paragraphs]
    return structs.replace(
        tagging,
        calls=tuple(sorted(chosen, key=paragraph_order)),
        rules=(OVERRIDE, *tagging.rules),
        before=False,
        review=False,
        reason=reason or "",
    )


def override_faults(entry: Transaction, settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield (rule, sentence) for a person's override that lacks a reason or names no paragraph."""
    known = {p for mandate in settings.mandates.values() for p in mandate.paragraphs}
    for meta in (entry.meta, *(posting.meta or {} for posting in entry.postings)):
        if "op" not in meta:
            continue
        override = as_text(meta["op"])
        if not as_text(meta.get("op-reason") or entry.meta.get("op-reason") or ""):
            yield (
                "override-reason",
                f'op: "{override}" overrides the rules and needs its reason: '
                "add op-reason: with a sentence.",
            )
        for word in override.split():
            if word not in known and word != "none":
                yield (
                    "unknown-paragraph",
                    f'op: names {word!r}, which no mandate of the book declares: write "OP14", or '
                    '"none" for no paragraph.',
                )
