"""`pledgebook letter answered|void|list`: what became of letters and official receipts."""

from __future__ import annotations

import re
import sys
from datetime import date

import click
from pledgebook.cli.common import (
    DAY,
    DONE,
    FUTURE,
    WAITS,
    answer,
    book_option,
    fail,
    open_book,
    say,
    today_or,
    wants_json,
)
from pledgebook.cli.writing import writing
from pledgebook.ledger.correspondence.letters import (
    RESULTS,
    SentLetter,
    correspondence_texts,
    draft_answer,
    read_letters,
)
from pledgebook.ledger.correspondence.receipts import OfficialReceipt, read_receipts, void_line
from pledgebook.ledger.files.writing import write_entries
from pledgebook.ledger.money import format_amount
from pledgebook.reports.figures.selection import find_donor

_STATED = re.compile(r"[0-9]{1,15}(\.[0-9]{1,4})? [A-Z]{3}")


@click.command("answered")
@click.argument("reference", metavar="REFERENCE")
@click.argument("result", type=click.Choice(RESULTS), metavar="|".join(RESULTS))
@click.option("--date", "day", type=DAY, help="The day of the answer; today unless said.")
@FUTURE
@click.option("--words", default="", metavar="TEXT", help="What it says, or its own reference.")
@click.option("--stated", default="", metavar="AMOUNT", help='The donor\'s figure: "90000 EUR".')
@book_option
def answered(
    reference: str, result: str, day: date | None, words: str, stated: str, *, future: bool
) -> None:
    """Keep the answer to a letter in the book."""
    day = today_or(day, future=future)
    if stated and not _STATED.fullmatch(stated):
        fail(f'{stated!r}: write the donor\'s figure with its currency, as "90000 EUR".')
    line = draft_answer(reference, result, day, words, stated)
    with writing() as book:
        write_entries(book, [], correspondence_texts(book, [line]))
    say(f"Kept the answer of {day} to {reference}: {result}.")


@click.command("void")
@click.argument("number", metavar="NUMBER")
@click.option("--reason", required=True, metavar="TEXT", help="Why it does not count.")
@click.option("--date", "day", type=DAY, help="Since when; today unless said.")
@FUTURE
@book_option
def void(number: str, reason: str, day: date | None, *, future: bool) -> None:
    """Make an official receipt void; it keeps its number."""
    day = today_or(day, future=future)
    with writing() as book:
        line = void_line(book.entries, number, reason, day)
        write_entries(book, [], correspondence_texts(book, [line]))
    say(f"Receipt {number} is void since {day}.")


@click.command("list")
@click.option("--donor", metavar="D", help="One donor only.")
@click.option("--unanswered", is_flag=True, help="Letters without an answer only.")
@book_option
def list_(donor: str | None, unanswered: bool) -> None:
    """List the letters that were sent, with their answers, and the official receipts."""
    book = open_book()
    code = find_donor(book, donor) or None
    letters = [
        each
        for each in read_letters(book.entries)
        if code in {None, each.donor} and not (unanswered and each.answers)
    ]
    receipts = [] if unanswered else read_receipts(book.entries)
    receipts = [each for each in receipts if code in {None, each.key.donor}]
    if wants_json():
        answer(
            {
                "letters": [_letter_document(each) for each in letters],
                "receipts": [_receipt_document(each) for each in receipts],
            }
        )
    else:
        for sent in letters:
            answers = "; ".join(
                " ".join(filter(None, [str(back.day), back.result, back.words, back.stated]))
                for back in sent.answers
            )
            click.echo(
                f"{sent.sent_on}  {sent.reference:<14} {sent.kind:<16} {sent.by or '-':<14} "
                f"{answers or 'no answer'}"
            )
        for receipt in receipts:
            void_ = f"  VOID: {receipt.void}" if receipt.void else ""
            click.echo(
                f"{receipt.issued_on}  {receipt.number:<18} {receipt.key.donor:<6} "
                f"{format_amount(receipt.amount):>16} {receipt.currency}{void_}"
            )
    sys.exit(WAITS if book.errors else DONE)


def _letter_document(letter: SentLetter) -> dict[str, object]:
    return {
        "reference": letter.reference,
        "kind": letter.kind,
        "donor": letter.donor,
        "sent_on": letter.sent_on.isoformat(),
        "by": letter.by,
        "language": letter.language,
        "as_at": letter.as_at.isoformat() if letter.as_at else None,
        "receipt": letter.receipt,
        "answers": [
            {
                "date": back.day.isoformat(),
                "result": back.result,
                "words": back.words,
                "stated": back.stated,
            }
            for back in letter.answers
        ],
    }


def _receipt_document(receipt: OfficialReceipt) -> dict[str, object]:
    return {
        "number": receipt.number,
        "donor": receipt.key.donor,
        "issued_on": receipt.issued_on.isoformat(),
        "collected_on": receipt.key.day.isoformat(),
        "collection": receipt.key.labels,
        "amount": format_amount(receipt.amount),
        "void": receipt.void,
    }
