"""Words of rules that can never hold, since the book has nothing that is called so.

A rule that asks for `donor: "sate"` is never held by any contribution, and nothing else would say
so. A word of a closed list (kinds, groups and codes of donors, evidence), and one written much like
a word of the book, is an error; a fund, class or purpose that the book merely does not have may be
of a mandate that was written for other books as well, and is a notice where the rule therefore
never holds.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Container, Iterator, Mapping

from msgspec import Struct
from pledgebook.ledger.declared.declarations import Declaration, as_date
from pledgebook.ledger.declared.directory import Directory
from pledgebook.ledger.declared.funds import Fund
from pledgebook.ledger.declared.mandates import EVIDENCE
from pledgebook.ledger.findings import Finding, finding

RULE = "dead-word"
_ANY = "*"
_LIKE = 0.75

Declared = Mapping[str, Mapping[tuple[str, ...], Declaration]]


class _Vocabulary(Struct, frozen=True, kw_only=True):
    """The words that a key of a rule may have: what they are, which there are, those to choose from
    where they are few, and whether a word beside them can only be a slip.
    """

    noun: str
    words: Container[str]
    listed: Collection[str] = ()
    closed: bool = False


def find_dead_words(
    declared: Declared,
    funds: Mapping[str, Fund],
    donors: Directory,
    purposes: Mapping[str, str],
) -> Iterator[Finding]:
    """Yield what is said in rules of mandates, and in the order of a mandate's paragraphs, and can
    never hold.
    """
    classes = dict.fromkeys(class_ for fund in funds.values() for class_ in fund.classes)
    vocabularies = {
        "donor-code": _Vocabulary(noun="donor", words=donors, closed=True),
        **{
            key: _Vocabulary(noun=noun, words=words, listed=words, closed=closed)
            for key, noun, words, closed in (
                ("donor", "kind of donor", donors.kinds.kinds, True),
                ("donor-group", "group of donors", donors.kinds.groups, True),
                ("evidence", "evidence", sorted(EVIDENCE), True),
                ("fund", "fund", funds, False),
                ("class", "class of any fund", classes, False),
                ("purpose", "purpose", purposes, False),
            )
        },
    }
    for rule in declared["rule"].values():
        found = list(_of_rule(rule, vocabularies, funds))
        # One is enough where the rule has a slip: what follows from it is not said beside it.
        yield from [each for each in found if each.is_error] or found[:1]
        yield from _before_adoption(rule, declared["mandate"])
    paragraphs: dict[str, set[str]] = {}
    for symbol, paragraph in declared["paragraph"]:
        paragraphs.setdefault(symbol, set()).add(paragraph)
    for mandate in declared["mandate"].values():
        symbol = mandate.texts[0]
        for word in mandate.words("primary"):
            if word not in paragraphs.get(symbol, ()):
                yield finding(
                    mandate.entry,
                    RULE,
                    f"The mandate {symbol} ranks {word!r} in primary:, which is none of its "
                    "paragraphs: correct the word, or declare the paragraph.",
                )


def _of_rule(
    rule: Declaration, vocabularies: Mapping[str, _Vocabulary], funds: Mapping[str, Fund]
) -> Iterator[Finding]:
    for key in rule.meta:
        known = vocabularies.get(key.removeprefix("not-"))
        if known is None:
            continue
        words = rule.words(key)
        unknown = [word for word in words if word != _ANY and word not in known.words]
        for word in unknown:
            if slip := _slip(word, known):
                yield _dead(rule, key, word, known, slip)
        if words and len(unknown) == len(words) and not key.startswith("not-"):
            yield _never(rule, key, words, known)
    own = [word for word in rule.words("fund") if word in funds]
    asked = rule.words("class")
    has = {class_ for code in own for class_ in funds[code].classes}
    if own and asked and _ANY not in asked and not has.intersection(asked):
        yield finding(
            rule.entry,
            RULE,
            f"Rule {rule.texts[1]} asks for the class {' or '.join(asked)} of "
            f"{' or '.join(own)}, which has none of that name (it has {', '.join(sorted(has))}): "
            "the rule never holds. Correct class: or fund:.",
        )


def _slip(word: str, known: _Vocabulary) -> str:
    """Return what a word beside a vocabulary is likely to mean, or that it is none; "" where it may
    be a word of other books.
    """
    near = difflib.get_close_matches(word, known.listed, 1, _LIKE)
    if near:
        return f"did you mean {near[0]!r}?"
    if not known.closed:
        return ""
    return f"it has {', '.join(known.listed)}." if known.listed else "write a code, such as USA."


def _dead(rule: Declaration, key: str, word: str, known: _Vocabulary, hint: str) -> Finding:
    return finding(
        rule.entry,
        RULE,
        f"Rule {rule.texts[1]} has {key}: with the word {word!r}, and the book has no {known.noun} "
        f"that is called so: {hint} Correct the word, or declare it.",
    )


def _never(rule: Declaration, key: str, words: tuple[str, ...], known: _Vocabulary) -> Finding:
    return finding(
        rule.entry,
        RULE,
        f"Rule {rule.texts[1]} asks for {key}: {' '.join(words)!r}, and the book has no "
        f"{known.noun} that is called so: the rule never holds. Declare it, or take the rule out.",
        severity="notice",
    )


def _before_adoption(
    rule: Declaration, mandates: Mapping[tuple[str, ...], Declaration]
) -> Iterator[Finding]:
    mandate, until = mandates.get(rule.texts[:1]), as_date(rule.meta.get("until"))
    if mandate and until and rule.text("relation") == "call" and until < mandate.since:
        yield finding(
            rule.entry,
            RULE,
            f"Rule {rule.texts[1]} holds until {until}, before {rule.texts[0]} was adopted on "
            f"{mandate.since}, and no call of it is answered before that: the rule never holds. "
            "Correct until:.",
        )
