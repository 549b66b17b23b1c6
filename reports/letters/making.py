"""Making letters: one to a donor, or all of a kind.

papers = Papers(select(book, "2002-2003"))
for letter in make_letters(papers, "statement", day=date(2004, 1, 20)):
    ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from pledgebook.ledger.correspondence.letters import KINDS
from pledgebook.ledger.correspondence.receipts import draft_receipt, next_serial, receipt_number
from pledgebook.reports.letters.acknowledgement import acknowledgement, commitments
from pledgebook.reports.letters.confirmation import confirmation, has_balance
from pledgebook.reports.letters.language import language
from pledgebook.reports.letters.letter import Letter
from pledgebook.reports.letters.paper import Order, Papers
from pledgebook.reports.letters.receipt import official_receipt, without_receipt
from pledgebook.reports.letters.reminder import overdue, reminder
from pledgebook.reports.letters.statement import has_statement, statement


def make_letter(
    papers: Papers,
    kind: str,
    donor: str,
    *,
    day: date,
    tag: str = "",
    funds: tuple[str, ...] = (),
    reference: str = "",
    pledge: str = "",
) -> Letter:
    """Return one letter, other than a receipt, dated `day`, even if it has nothing to say.

    `tag` is the language (the addressee's, else English); `funds` those it is about (the first
    fund selected, with those operated within it); without a `reference` it is a draft. Raises
    UnknownLanguageError, and ValueError for another kind.
    """
    speaking = language(tag or papers.preferred_language(donor))
    order = Order(kind, donor, funds or papers.roots()[0], speaking, day, reference)
    match kind:
        case "statement":
            return statement(papers, order)
        case "acknowledgement":
            return acknowledgement(papers, order, pledge)
        case "confirmation":
            return confirmation(papers, order)
        case "reminder":
            return reminder(papers, order)
    raise ValueError(f"{kind!r} is no letter of its own: one of {', '.join(KINDS)}")


def make_letters(
    papers: Papers,
    kind: str,
    *,
    day: date,
    donors: Iterable[str] = (),
    tag: str = "",
    pledge: str = "",
    refer: Callable[[str], str] = lambda _: "",
) -> Iterator[Letter]:
    """Yield the letters of a kind to those who have something to be told in the cut, in order of
    donors' codes: of receipts, those issued for it.

    `donors` limits them; who is named there gets a confirmation of a nil balance too. `refer`
    gives a letter's reference by its donor; "" makes a draft.
    """
    named = list(dict.fromkeys(donors))
    if kind == "receipt":
        yield from _receipts(papers, named, tag)
        return
    for donor in named or _donors(papers):
        speaking = language(tag or papers.preferred_language(donor))
        for funds in papers.roots():
            order = Order(kind, donor, funds, speaking, day)
            if _is_wanted(papers, order, pledge) or (kind == "confirmation" and donor in named):
                yield make_letter(
                    papers,
                    kind,
                    donor,
                    day=day,
                    tag=speaking.tag,
                    funds=funds,
                    pledge=pledge,
                    reference=refer(donor),
                )


def _is_wanted(papers: Papers, order: Order, pledge: str) -> bool:
    """Tell whether there is anything to write such a letter about."""
    match order.kind:
        case "statement":
            return has_statement(papers, order)
        case "acknowledgement":
            return bool(commitments(papers, order, pledge))
        case "confirmation":
            return has_balance(papers, order)
        case "reminder":
            return bool(overdue(papers, order))
    raise ValueError(f"{order.kind!r} is no letter: one of {', '.join(KINDS)}")


def issue_receipts(
    papers: Papers, *, day: date, donors: Iterable[str] = (), tag: str = ""
) -> list[str]:
    """Return the book's lines that issue a receipt, dated `day`, for each collection of the cut
    which has none, in the order of the collections.
    """
    serials: dict[str, int] = {}
    lines = []
    for each in without_receipt(papers, list(donors)):
        fund = each.key.fund
        serial = serials.get(fund) or next_serial(papers.receipts, fund, day.year)
        serials[fund] = serial + 1
        speaking = language(tag or papers.preferred_language(each.key.donor))
        number = receipt_number(fund, day.year, serial)
        lines.append(draft_receipt(number, each, day, speaking.tag, papers.settings.currency))
    return lines


def _receipts(papers: Papers, named: list[str], tag: str) -> Iterator[Letter]:
    cut = papers.selection.cut
    collections = {each.key: each for own in papers.collections.values() for each in own}
    for receipt in papers.receipts:
        key = receipt.key
        if (
            key.fund in papers.selection.funds
            and cut.start <= key.day <= cut.end
            and (not named or key.donor in named)
        ):
            speaking = language(tag or receipt.language or papers.preferred_language(key.donor))
            order = Order("receipt", key.donor, (key.fund,), speaking, receipt.issued_on)
            yield official_receipt(papers, order, receipt, collections.get(key))


def _donors(papers: Papers) -> list[str]:
    """Return the donors with anything in the book, by code."""
    return sorted(
        {*papers.instalments, *papers.collections}
        | {line.donor for lines in papers.schedule.sections.values() for line in lines}
        | {donor for donor, _ in papers.unapplied}
    )
