"""Tags contributions with the operative paragraphs that call for them.

    plugin "pledgebook.plugins.mandates"

The rules stand in the book (`custom "mandate"`, `"paragraph"`, `"rule"`). An entry of a pledge
gets `#A/RES/55/64-OP7` for each paragraph that calls for it; what it serves and who is
acknowledged stands in its metadata, with the ids of the rules and their notices:

    2002-03-01 * "Italy" "Pledge" ^ITA-2002-01 #A/RES/55/64-OP7
      op-serves: "OP4"
      op-rule: "R7 R4"

A payment, refund or write-off carries its pledge's paragraphs. `op: "OP14"` on a commitment
overrides the rules and needs `op-reason:`.

Errors: a rule with an unknown relation or paragraph; an override without a reason; an entry that
a rule refuses as a contribution.
"""

from __future__ import annotations

from collections.abc import Container, Hashable

from beancount.core.data import Directive, Options, Transaction
from pledgebook.ledger.declared.mandates import Tagging
from pledgebook.ledger.declared.settings import Settings, read_settings
from pledgebook.ledger.findings import Finding, errors_of, finding, notice
from pledgebook.ledger.register.register import Claim, Register, derive_register
from pledgebook.ledger.register.tagging import (
    deciding,
    override_faults,
    tag_claim,
    tag_gift,
    tags_of,
)

__plugins__ = ("mandates",)

DECLARES = frozenset({"mandate", "paragraph", "rule"})


def mandates(
    entries: list[Directive], options: Options, config: str | None = None
) -> tuple[list[Directive], list[Finding]]:
    """Beancount plugin: see the module's text. It takes no configuration."""
    del config
    settings = read_settings(entries, options)
    entries, found = tag_paragraphs(entries, settings, derive_register(entries, settings))
    return entries, errors_of(settings.faults(DECLARES), found)


def tag_paragraphs(
    entries: list[Directive],
    settings: Settings,
    register: Register,
    done: Container[int] = (),
) -> tuple[list[Directive], list[Finding]]:
    """Return the entries with their tags, and what is found: faults of overrides, contributions
    that a rule refuses, and what rules have to say of a contribution, once a pledge. Entries that
    are `done`, by their identity, stay as they are.
    """
    if not settings.mandates:
        return entries, []
    by_entry: dict[int, list[Tagging]] = {}
    known: dict[Hashable, tuple[Tagging, ...]] = {}
    for change in register.changes:
        by_entry.setdefault(id(change.entry), []).extend(_of_claim(change.after, settings, known))
    for gift in register.gifts:
        by_entry.setdefault(id(gift.entry), []).extend(tag_gift(gift, settings))
    tagged: list[Directive] = []
    found: list[Finding] = []
    noticed: set[tuple[object, str]] = set()
    for entry in entries:
        if id(entry) in done or not isinstance(entry, Transaction):
            tagged.append(entry)
            continue
        found.extend(
            finding(entry, rule, sentence) for rule, sentence in override_faults(entry, settings)
        )
        taggings = by_entry.get(id(entry), [])
        refusals = dict.fromkeys(text for item in taggings for text in item.refusals)
        found.extend(
            finding(entry, "refused", f"{refusal} Take the entry out of the fund.")
            for refusal in refusals
        )
        if taggings:
            entry = _tag(entry, taggings)  # noqa: PLW2901 - tagged from here on
            said = str(entry.meta.get("op-notice", ""))
            about = (entry.links or id(entry), said)
            if said and about not in noticed:
                noticed.add(about)
                found.append(notice(entry, "paragraphs", said))
        tagged.append(entry)
    return tagged, found


def _of_claim(
    claim: Claim,
    settings: Settings,
    known: dict[Hashable, tuple[Tagging, ...]],
) -> tuple[Tagging, ...]:
    key = deciding(claim)
    if key not in known:
        known[key] = tag_claim(claim, settings)
    return known[key]


def _tag(entry: Transaction, taggings: list[Tagging]) -> Transaction:
    tags, meta = tags_of(taggings)
    return entry._replace(tags=entry.tags | tags, meta={**entry.meta, **meta})
