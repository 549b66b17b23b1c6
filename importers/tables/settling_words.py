"""Rules on columns of words: who gives, what kinds, statuses and identifiers are."""

from __future__ import annotations

from pledgebook.importers.reading.cells import cell_text
from pledgebook.importers.tables.blocks import HeadingBlock
from pledgebook.importers.tables.headings import (
    MONEY,
    Field,
    has_word_of,
    heading_signs,
    is_named,
    speaks_of_giving,
)
from pledgebook.importers.tables.questions import Choice, ask
from pledgebook.importers.values.lists import provided_types, transaction_types
from pledgebook.importers.values.values import clean, counts_up, plain, words
from pledgebook.importers.values.words import names_class, read_kind, says_in_kind

_LEAST_CELLS = 2
_SURE = 90
_TITLE_ROWS = 12
_MOST_CLASSES = 12
"""Different texts that a column of classes may have."""


def settle_places(block: HeadingBlock) -> HeadingBlock:
    """Tell the States that give from the country of an address, and from where the money goes.

    "Country" or "State" names the donor of many a list. Beside the names of persons, streets and
    towns it is a part of their address, and beside projects and borrowers it may be who receives.
    """
    donors = block.of(Field.DONOR)
    places = [column for column in donors if is_named("places", column.heading)]
    if not places:
        return block
    listed = ", ".join(column.named for column in places)
    named = [c for c in donors if c not in places and c.score >= _SURE]
    if named:
        doubt = f"Column {named[0].named} names the donor, so column {listed} was not read as one."
        return block.leaving(places, doubt)
    signs = heading_signs([column.heading for column in block.columns])
    if "address" in signs:
        names = [c for c in block.of(None) if is_named("names", c.heading)]
        doubt = f"Column {listed} was taken for a part of an address, not for the donor."
        kept = block.leaving(places, doubt)
        if len(names) != 1 or not _speaks_of_giving(block):
            return kept
        return kept.taking(names, Field.DONOR, f"Column {names[0].named} was read as the donor.")
    if "contact" in signs or _may_receive(block):
        return _asking_donor(block, listed, "an address, or the country that receives the money")
    return block


def settle_bodies(block: HeadingBlock) -> HeadingBlock:
    """Tell an "Organization" that gives from one that receives: another column may name the donor,
    and what is neither said to be given nor to be received is asked.
    """
    donors = block.of(Field.DONOR)
    bodies = [column for column in donors if is_named("bodies", column.heading)]
    if not bodies:
        return block
    others = [column for column in donors if column not in bodies]
    named = [c for c in others if c.score >= _SURE and not is_named("places", c.heading)]
    listed = ", ".join(column.named for column in bodies)
    if named:
        doubt = f"Column {named[0].named} names the donor, so column {listed} was not read as one."
        return block.leaving(bodies, doubt)
    if others or _may_receive(block):
        return _asking_donor(block, listed, "who receives the money")
    return block


def _may_receive(block: HeadingBlock) -> bool:
    """Whether the names of a table may be of those who receive the money."""
    outgoing = any(has_word_of("outgoing", column.heading) for column in block.of(*MONEY))
    receives = "recipient" in heading_signs([column.heading for column in block.columns])
    return (receives or outgoing) and not _speaks_of_giving(block)


def _asking_donor(block: HeadingBlock, listed: str, otherwise: str) -> HeadingBlock:
    """Ask which column names the donor, where those `listed` may be something else."""
    choices = (Choice(column.letter, f"Column {column.named}") for column in block.columns)
    text = f"Column {listed} may be the donor, or {otherwise}. Which column names the donor?"
    return block.asking(ask("which-column", Field.DONOR.value, *choices, text=text))


def _speaks_of_giving(block: HeadingBlock) -> bool:
    """Whether an amount's heading, the sheet's name or its title speaks of contributions made."""
    texts = [column.heading for column in block.of(*MONEY)]
    texts.append(block.sheet.name)
    for row in range(max(1, block.rows[0] - _TITLE_ROWS), block.rows[0]):
        texts += [value for value in block.sheet.rows[row - 1] if isinstance(value, str)]
    return any(speaks_of_giving(clean(text)) for text in texts)


def settle_categories(block: HeadingBlock) -> HeadingBlock:
    """Leave a "Category" alone that says what kind of donor each is, or that has more texts than a
    fund has classes, none of them that of one: its heading alone does not say that it is.
    """
    for column in block.of(Field.CLASS):
        texts = {plain(value) for value in block.below(column) if isinstance(value, str)}
        kinds = texts & words()["donor-kind"]
        if 2 * len(kinds) > len(texts) and not any(names_class(text) for text in texts):
            doubt = f"Column {column.named} says what kind of donor each is, so it was not read."
            return block.leaving([column], doubt)
        vague = is_named("categories", column.heading) and len(texts) > _MOST_CLASSES
        if vague and not any(names_class(text) for text in texts):
            doubt = f"No text of column {column.named} is that of a class, so it was not read."
            return block.leaving([column], doubt)
    return block


def settle_codes(block: HeadingBlock) -> HeadingBlock:
    """Take types of transactions for the status, by IATI's codes or names: beside another status,
    where all of them are known and some are of money that goes out.
    """
    for column in block.of(None):
        if not is_named("transaction_codes", column.heading):
            continue
        texts = {plain(cell_text(value)) for value in block.below(column)}
        known = texts & transaction_types().keys()
        if not known or (all(text.isdigit() for text in texts) and known != texts):
            continue
        if Field.STATUS in block.fields:
            goes_out = any(transaction_types()[text] == "spending" for text in known)
            if known != texts or not goes_out:
                continue
            block = block.leaving(block.of(Field.STATUS))
        return block.taking(
            [column],
            Field.STATUS,
            f"Column {column.named} was read as the status, by the types of transactions of IATI: "
            "11 is a commitment to the fund, 13 a pledge, 1 money received.",
        )
    return block


def settle_types(block: HeadingBlock) -> HeadingBlock:
    """Take "Type" for the status, or for money and kind, if that is what its texts say."""
    for column in block.of(None):
        if not is_named("types", column.heading):
            continue
        texts = [value for value in block.below(column) if isinstance(value, str)]
        statuses = sum(bool(read_kind(text)) for text in texts)
        if texts and statuses * 2 >= len(texts) and Field.STATUS not in block.fields:
            field = Field.STATUS
        elif Field.IN_KIND not in block.fields and any(says_in_kind(text) for text in texts):
            field = Field.IN_KIND
        else:
            continue
        kind = "what is given, money or in kind"
        said = kind if field is Field.IN_KIND else f"the {field.value.replace('_', ' ')}"
        return block.taking([column], field, f"Column {column.named} was read as {said}.")
    return block


def settle_only_date(block: HeadingBlock) -> HeadingBlock:
    """Take "Transaction date" for the date of whatever the status says: pledge or payment."""
    if Field.STATUS not in block.fields or Field.PLEDGE_DATE in block.fields:
        return block
    dates = [c for c in block.columns if is_named("transaction_dates", c.heading)]
    return block.taking(dates, Field.PLEDGE_DATE)


def settle_reporters(block: HeadingBlock) -> HeadingBlock:
    """Take the organization that reports for the donor, where the transactions that it lists go out
    and nobody is named as their provider: IATI says that it is then the provider.
    """
    own = [c for c in block.of(None) if is_named("reporters", c.heading)]
    if len(own) != 1 or block.of(Field.DONOR):
        return block
    for column in block.of(Field.STATUS):
        texts = {plain(cell_text(value)) for value in block.below(column)}
        comes_in = {text for text, kind in transaction_types().items() if kind != "spending"}
        outgoing = {text for text in texts if read_kind(text) == "spending"}
        outgoing |= texts & provided_types().keys()
        typed = any(is_named(name, column.heading) for name in ("transaction_codes", "types"))
        if typed and outgoing and not texts & comes_in:
            doubt = (
                f"Column {own[0].named} was read as the donor: of transactions that go out it is "
                "the provider, where no other is named."
            )
            return block.taking(own, Field.DONOR, doubt)
    return block


def settle_identifier(block: HeadingBlock) -> HeadingBlock:
    """Take a column of identifiers, no two of them the same, for the reference if there is none.

    A count of the rows is no reference: it changes with their order.
    """
    if Field.REFERENCE in block.fields:
        return block
    for column in block.of(None):
        if not is_named("identifiers", column.heading):
            continue
        texts = [clean(cell_text(value)) for value in block.below(column)]
        if len(texts) < _LEAST_CELLS or len(set(texts)) < len(texts) or counts_up(texts):
            continue
        return block.taking(
            [column],
            Field.REFERENCE,
            f"Column {column.named} was read as the reference: no two of its values are the same.",
        )
    return block
