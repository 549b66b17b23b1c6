"""`pledgebook match`: receipts that wait against instalments that are open."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

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
from pledgebook.cli.writing import carry_out, written_names
from pledgebook.ledger.declared.currencies import decimals_of
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.files.writing import Tried, try_entries, try_texts
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.matching.allocation import PAID_METAVAR, allocate, read_allocation
from pledgebook.ledger.matching.applying import apply_matches, take_back, undo_texts
from pledgebook.ledger.matching.assignment import Match, match_receipts
from pledgebook.ledger.matching.candidates import Candidate, describe
from pledgebook.ledger.money import ZERO, format_amount
from pledgebook.ledger.register.book import Book

_FEW = 3
_NOTHING = (
    "nothing unpaid is quoted by its text, is owed by who paid, or has this amount and falls due "
    "about then"
)


@click.command()
@click.option("--apply", "take", is_flag=True, help="Apply the certain ones.")
@click.option("--receipt", "receipts", multiple=True, metavar="R", help="Apply this receipt.")
@click.option("--to", multiple=True, metavar=PAID_METAVAR, help="An instalment it pays.")
@click.option("--charges", is_flag=True, help="What is missing of --to was kept by banks.")
@click.option("--charges-advised", is_flag=True, help="--charges, as the payer's advice says.")
@click.option("--undo", metavar="R", help="Take the application of this receipt back.")
@click.option("--date", "day", type=DAY, help="With --undo: by an entry of that day.")
@FUTURE
@click.option("--entered-by", default="", metavar="NAME", help="Who decided it.")
@click.option("--yes", is_flag=True, help="With --receipt: book it without asking.")
@click.option("--dry-run", is_flag=True, help="Show and try; write nothing.")
@book_option
def match(
    take: bool,
    receipts: Sequence[str],
    to: Sequence[str],
    charges: bool,
    charges_advised: bool,
    undo: str | None,
    day: date | None,
    future: bool,
    entered_by: str,
    yes: bool,
    dry_run: bool,
) -> None:
    """Propose which pledge each receipt pays, with reasons; --apply takes the certain ones.

    A certain match follows a rule of docs/matching.md; everything else waits for --receipt R --to
    LABEL. Status 1 while receipts wait.
    """
    if sum((take, bool(receipts), undo is not None)) > 1:
        fail("Say one of --apply, --receipt and --undo.")
    charges = charges or charges_advised
    if (to or charges) and not receipts:
        fail("--to and --charges say what a receipt pays: name it with --receipt.")
    if undo is not None:
        if day is not None:
            today_or(day, future=future)
        _undo(undo, day, dry_run=dry_run)
        return

    def look(book: Book) -> _Found:
        if to:
            allocations = [read_allocation(text) for text in to]
            kept = None if charges else ZERO
            matches = []
            taken = allocate(book, receipts, allocations, charges=kept)
        else:
            matches = match_receipts(book)
            chosen = [each.chosen for each in matches if each.chosen is not None]
            taken = _first_proposed(matches, receipts) if receipts else chosen
            taken = [each for each in taken if each.rule or receipts]
        if receipts:
            matches = [Match(each.receipt, each) for each in taken]
        drafts = apply_matches(book, taken, entered_by=entered_by, charges_advised=charges_advised)
        return _Found(book, matches, taken, drafts)

    def propose(book: Book) -> tuple[_Found, Tried]:
        found = look(book)
        if receipts:
            for draft in found.drafts:
                say(draft.text())
        return found, try_entries(book, found.drafts, future=future)

    names: list[str] = []
    if take or receipts:
        found, tried = carry_out(propose, "Book this?", assured=yes or take, dry_run=dry_run)
        names = [] if dry_run else written_names(tried)
    else:
        found = look(open_book())
    if wants_json():
        answer({"receipts": [_document(each) for each in found.matches], "written": names})
    else:
        for each in found.matches:
            _show(found.book, each)
        _say_done(found.matches, len(found.drafts), names, applying=take or bool(receipts))
    left = [each for each in found.matches if each.chosen not in found.taken or not names]
    sys.exit(WAITS if left else DONE)


class _Found(NamedTuple):
    """The receipts of a book with their candidates, and what is taken of these, as entries."""

    book: Book
    matches: Sequence[Match]
    taken: Sequence[Candidate]
    drafts: Sequence[Draft]


def _first_proposed(matches: Sequence[Match], receipts: Sequence[str]) -> list[Candidate]:
    """Return what is proposed first for each of these receipts."""
    chosen = {each.receipt.label: each.chosen for each in matches}
    found = []
    for receipt in receipts:
        candidate = chosen.get(receipt)
        if candidate is None:
            if receipt in chosen:
                why = f"Nothing is proposed for {receipt}: name instalments with --to."
            else:
                why = f"No receipt {receipt} waits (there wait: {', '.join(chosen) or 'none'})."
            raise EventRefusedError(why)
        found.append(candidate)
    return found


def _undo(receipt: str, day: date | None, *, dry_run: bool) -> None:
    def propose(book: Book) -> tuple[str, Tried]:
        if day is None:
            texts = undo_texts(book, receipt)
            done = f"Took the application of {receipt} out of {', '.join(p.name for p in texts)}."
            return done, try_texts(book, texts)
        done = f"Took the application of {receipt} back on {day}; the money waits again."
        return done, try_entries(book, take_back(book, receipt, day), future=True)

    done, _ = carry_out(propose, "", assured=True, dry_run=dry_run)
    message = "It can be taken back. Nothing was written (dry run)." if dry_run else done
    if wants_json():
        answer({"undone": receipt, "dry_run": dry_run})
    else:
        click.echo(message)


def _show(book: Book, match: Match) -> None:
    receipt, currency = match.receipt, book.settings.currency
    colour = {"certain": "green", "proposed": "yellow"}.get(match.verdict)
    click.echo(
        click.style(receipt.label, bold=True)
        + f"  {receipt.day}  {receipt.value:,.2f} {currency}  {receipt.text}"
    )
    shown = [match.chosen, *match.others] if match.chosen else list(match.others)
    if not shown:
        click.echo(f"  open: {_NOTHING}")
    for number, each in enumerate(shown[: 1 + _FEW]):
        first = number == 0 and match.chosen is not None
        word = click.style(match.verdict, fg=colour) if first else "or"
        rule = f" ({each.rule})" if each.rule else ""
        why = f": {each.reason}" if each.reason else ""
        click.echo(f"  {word}{rule} {describe(each, currency)}{why}")


def _say_done(
    matches: Sequence[Match], entries: int, written: Sequence[str], *, applying: bool
) -> None:
    counts = dict.fromkeys(("certain", "proposed", "open"), 0)
    for each in matches:
        counts[each.verdict] += 1
    said = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    click.echo(f"{said or 'No receipt waits'}.")
    if written:
        plural = "entry" if entries == 1 else "entries"
        click.echo(f"{entries} {plural} written to {', '.join(written)}.")
    elif counts["certain"] and not applying:
        click.echo("Apply the certain ones with --apply.")


def _document(match: Match) -> dict[str, object]:
    receipt = match.receipt
    return {
        "receipt": receipt.label,
        "date": receipt.day.isoformat(),
        "value": format_amount(receipt.value),
        "payer": receipt.payer,
        "text": receipt.text,
        "verdict": match.verdict,
        "match": _candidate(match.chosen) if match.chosen else None,
        "others": [_candidate(each) for each in match.others],
    }


def _candidate(candidate: Candidate) -> dict[str, object]:
    return {
        "rule": candidate.rule,
        "settles": [
            {
                "label": part.claim.label,
                "amount": format_amount(part.units, decimals_of(part.claim.currency)),
                "currency": part.claim.currency,
            }
            for part in candidate.parts
        ],
        "charges": format_amount(candidate.charges),
        "evidence": list(candidate.evidence),
        "score": candidate.score,
        "reason": candidate.reason,
    }
