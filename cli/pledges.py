"""`pledgebook pledges`: the register, a line an instalment."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import click
from pledgebook.cli.common import (
    DAY,
    DONE,
    WAITS,
    answer,
    book_for,
    book_option,
    fail,
    open_book,
    wants_json,
)
from pledgebook.ledger.declared.currencies import decimals_of
from pledgebook.ledger.money import ZERO, format_amount
from pledgebook.ledger.register.instalments import Instalment, list_instalments


@click.command()
@click.option("--as-at", type=DAY, help="The register as it stood at the end of that day.")
@click.option("--fund", metavar="F", help="One fund only.")
@click.option("--donor", metavar="D", help="One donor only, by code or name.")
@click.option("--open", "only_open", is_flag=True, help="Only what is outstanding.")
@book_option
def pledges(as_at: date | None, fund: str | None, donor: str | None, only_open: bool) -> None:
    """List the register: who promised what, who paid, what is unpaid."""
    book = open_book()
    if as_at is not None:
        book = book_for(book, as_at)
    day = as_at or book.register.last_day
    book = book.as_of(day or date.min)
    settings = book.settings
    if fund is not None and fund not in settings.funds:
        fail(f"The book declares no fund {fund!r} (declared: {', '.join(settings.funds)}).")
    code = None
    if donor is not None:
        found = settings.donors.get(donor) or settings.donors.resolve(donor)
        if found is None:
            near = ", ".join(
                f"{each.code} ({each.name})" for each in settings.donors.suggest(donor)
            )
            fail(f"The donor {donor!r} is not known. Nearest: {near or 'none'}.")
        code = settings.donors.of_record(found.code, day)
    lines = [
        line
        for line in list_instalments(book.register, as_at)
        if (fund is None or line.fund == fund)
        and (code is None or line.donor == code)
        and (not only_open or line.outstanding)
    ]
    if wants_json():
        answer(
            {
                "currency": book.settings.currency,
                "as_at": day.isoformat() if day else None,
                "instalments": [instalment_document(line) for line in lines],
                "totals": totals_of(lines),
            }
        )
    else:
        _print(lines, day, settings.currency)
    if book.errors:
        click.echo(
            f"The book has {len(book.errors)} error(s), so this may be wrong: pledgebook check",
            err=True,
        )
    sys.exit(WAITS if book.errors else DONE)


def instalment_document(line: Instalment) -> dict[str, object]:
    """Return a line of the register as the contract has it."""

    def amount(value: object) -> str:
        return format_amount(value, decimals_of(line.currency))  # type: ignore[arg-type]

    return {
        "label": line.label,
        "pledge": line.pledge,
        "donor": line.donor,
        "fund": line.fund,
        "class": line.class_,
        "purpose": line.purpose,
        "pledged_on": line.pledged_on.isoformat(),
        "due": line.due.isoformat() if line.due else None,
        "period": line.period,
        "currency": line.currency,
        "pledged": amount(line.pledged),
        "paid": amount(line.paid),
        "written_off": amount(line.written_off),
        "outstanding": amount(line.outstanding),
        "carrying_value": format_amount(line.carrying),
        "received_value": format_amount(line.received),
        "status": line.status,
        "overdue": line.overdue,
        "recognition": line.recognition,
        "accepted_by": line.accepted_by,
        "tags": line.tags,
        "rules": line.rules,
    }


def totals_of(lines: Sequence[Instalment]) -> list[dict[str, object]]:
    """Return the sums of lines of each currency, in order of their codes; currencies are never
    added together.
    """
    totals: list[dict[str, object]] = []
    for currency in sorted({line.currency for line in lines}):
        own = [line for line in lines if line.currency == currency]
        sums = {
            key: format_amount(
                sum((getattr(line, key) for line in own), ZERO), decimals_of(currency)
            )
            for key in _UNITS
        }
        carrying = format_amount(sum((line.carrying for line in own), ZERO))
        totals.append({"currency": currency, **sums, "carrying_value": carrying})
    return totals


_UNITS = ("pledged", "paid", "written_off", "outstanding")
_HEAD = (
    "label", "donor", "fund/class", "due", "cur", "pledged", "paid", "written off", "outstanding",
    "status",
)  # fmt: skip
_AMOUNTS = range(5, 10)


def _print(lines: Sequence[Instalment], day: date | None, currency: str) -> None:
    table: list[tuple[str, ...]] = [
        (
            line.label or "(no pledge)",
            line.donor,
            f"{line.fund}/{line.class_}",
            line.due.isoformat() if line.due else "",
            line.currency,
            *(f"{getattr(line, key):,.2f}" for key in _UNITS),
            f"{line.carrying:,.2f}",
            line.status + (" overdue" if line.overdue else ""),
        )
        for line in lines
    ]
    for total in totals_of(lines):
        amounts = (f"{Decimal(str(total[key])):,.2f}" for key in (*_UNITS, "carrying_value"))
        table.append(("Total", "", "", "", str(total["currency"]), *amounts, ""))
    head = (*_HEAD[:-1], f"outstanding in {currency}", _HEAD[-1])
    widths = [max(len(row[i]) for row in [head, *table]) for i in range(len(head))]
    for row in [head, *table]:
        cells = [
            cell.rjust(width) if i in _AMOUNTS else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        click.echo("  ".join(cells).rstrip())
    click.echo(f"{len(lines)} instalments as at {day or 'no entry'}")
