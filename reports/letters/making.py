"""Making letters: one to a donor, or all of a kind.

papers = Papers(select(book, "2002-2003"))
for letter in make_letters(papers, "statement", day=date(2004, 1, 20)):
    ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date

from pledgebook.ledger.correspondence.receipts import draft_receipt, next_serial, receipt_number
from pledgebook.reports.letters.kinds import LetterKind, letter_kind
from pledgebook.reports.letters.language import language
from pledgebook.reports.letters.letter import Letter
from pledgebook.reports.letters.paper import Order, Papers
from pledgebook.reports.letters.receipt import without_receipt


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
    agreement: str = "",
) -> Letter:
    """Return one letter, other than a receipt, dated `day`, even if it has nothing to say.

    `tag` is the language (the addressee's, else English); `funds` those it is about (the first
    fund selected, with those operated within it); without a `reference` it is a draft. Raises
    UnknownLanguageError, and ValueError for another kind.
    """
    known = letter_kind(kind)
    if known.is_issued:
        raise ValueError(f"{kind} is written as it was issued: ask make_letters for it")
    order = Order(
        kind=kind,
        donor=donor,
        funds=funds or papers.roots()[0],
        speaking=language(tag or papers.preferred_language(donor)),
        day=day,
        reference=reference,
        pledge=pledge,
        agreement=agreement,
    )
    return known.write(papers, order)


def make_letters(
    papers: Papers,
    kind: str,
    *,
    day: date,
    donors: Iterable[str] = (),
    tag: str = "",
    pledge: str = "",
    refer: Callable[[str], str] = lambda _: "",
    leave: Callable[[Letter], object] = lambda _: False,
) -> Iterator[Letter]:
    """Yield the letters of a kind to those who have something to be told in the cut, in order of
    donors' codes: of receipts, those issued for it.

    `donors` limits them; who is named there gets a confirmation of a nil balance too. `refer`
    gives a letter's reference by its donor; "" makes a draft. Letters of which `leave` says so are
    left out, and get no reference.
    """
    named = list(dict.fromkeys(donors))
    known = letter_kind(kind)
    if known.is_due is None:
        for order in _issued(papers, known, named, tag):
            letter = known.write(papers, order)
            if not leave(letter):
                yield letter
        return
    for donor in named or _donors(papers):
        for funds, under in _each(papers, known, donor):
            own = papers.settings.agreements[under].language if under else ""
            order = Order(
                kind=kind,
                donor=donor,
                funds=funds,
                speaking=language(tag or own or papers.preferred_language(donor)),
                day=day,
                pledge=pledge,
                agreement=under,
            )
            if known.is_due(papers, order) or (known.answers_nil and donor in named):
                letter = known.write(papers, order)
                if leave(letter):
                    continue
                reference = refer(donor)
                made = replace(order, reference=reference)
                yield known.write(papers, made) if reference else letter


def _each(papers: Papers, kind: LetterKind, donor: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what each letter to a donor is about: funds that go on one, and an agreement."""
    for funds in papers.roots():
        if not kind.of_agreements:
            yield funds, ""
            continue
        for agreement in papers.settings.agreements.values():
            if agreement.fund in funds and papers.of_record(agreement.donor) == donor:
                yield funds, agreement.reference


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


def _issued(papers: Papers, kind: LetterKind, named: list[str], tag: str) -> Iterator[Order]:
    """Yield an order for each receipt of a collection of the cut, to some donors or to all."""
    cut = papers.selection.cut
    for receipt in papers.receipts:
        key = receipt.key
        if (
            key.fund in papers.selection.funds
            and key.day in cut
            and (not named or key.donor in named)
        ):
            yield Order(
                kind=kind.name,
                donor=key.donor,
                funds=(key.fund,),
                speaking=language(tag or receipt.language or papers.preferred_language(key.donor)),
                day=receipt.issued_on,
                receipt=receipt,
            )


def _donors(papers: Papers) -> list[str]:
    """Return the donors with anything in the book, by code."""
    return sorted(
        {*papers.instalments, *papers.collections}
        | {papers.of_record(each.donor) for each in papers.settings.agreements.values()}
        | {line.donor for lines in papers.schedule.sections.values() for line in lines}
        | {donor for donor, _ in papers.unapplied}
    )
