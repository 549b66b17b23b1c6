"""`pledgebook report`: the biennium's reports, in the format the file's ending names."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Literal, NoReturn

import click
from msgspec import structs
from pledgebook.cli.common import (
    DAY,
    DONE,
    WAITS,
    answer,
    book_for,
    books_option,
    fail,
    find_mains,
    now,
    open_book,
    wants_json,
)
from pledgebook.ledger.declared.periods import SPAN
from pledgebook.ledger.files.writing import error_sentence
from pledgebook.ledger.register.book import Book
from pledgebook.reports import (
    Report,
    Selection,
    SelectionError,
    Source,
    donor_report,
    make_reports,
    select,
    source_of,
)
from pledgebook.reports.figures.agreed import beginning
from pledgebook.reports.figures.agreements import disagreements
from pledgebook.reports.figures.selection import cut_of
from pledgebook.reports.registry import ALL, REPORTS, left_out
from pledgebook.reports.render import (
    ENDINGS,
    footed,
    render,
    to_document,
)
from pledgebook.reports.render.terminal import to_text
from pledgebook.reports.reported import schedule_as_reported
from pledgebook.reports.schedule import NAME
from pledgebook.reports.together import Asked, put_together, report_on_books, source_together

_UNBOUND = 10_000
"""Letters of a line where nobody reads it on a terminal."""


@click.command(help=f"Make reports by NAME, or all of them: {', '.join(REPORTS)}.")
@click.argument("names", metavar="[NAME...|all]", nargs=-1)
@click.option(
    "--period",
    metavar="P",
    help="A declared period, a year 2003 or FY2003, a quarter 2003-Q2, or a span P..P.",
)
@click.option("--from", "since", type=DAY, help="The first day, instead of a period.")
@click.option("--to", "until", type=DAY, help="The last day, instead of a period.")
@click.option("--since-inception", is_flag=True, help="From the first entry to the end of it.")
@click.option("--as-at", type=DAY, help="End the period at that day.")
@click.option(
    "--fund", "funds", metavar="F", multiple=True, help="This fund only; may be repeated."
)
@click.option("--class", "class_", metavar="C", help="One class of funds only.")
@click.option("--group", metavar="G", help="One group of donors only: Governments ...")
@click.option("--donor", metavar="D", help="One donor only, by code or name.")
@click.option("--purpose", metavar="P", help="Money for one purpose only; none: without one.")
@click.option("--mandate", metavar="M", help="Paragraphs of this mandate only, by its symbol.")
@click.option("--agreement", metavar="REF", help="One donor agreement only.")
@click.option(
    "--recognition",
    metavar="P",
    help="A view under another policy: receipt, or special=receipt,convention=receipt.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="A file (.xlsx .html .csv .json .pdf) or a folder; else it is shown here.",
)
@click.option(
    "--as-reported", is_flag=True, help="The schedule of a closed period as first sealed."
)
@click.option(
    "--round",
    "rounding",
    type=click.Choice(["whole", "thousands"]),
    help="In print, whole units of the currency or thousands; data stays exact.",
)
@click.option("--despite-errors", is_flag=True, help="Report on a book with errors, and say so.")
@books_option
def report(
    names: tuple[str, ...],
    period: str | None,
    since: date | None,
    until: date | None,
    since_inception: bool,
    as_at: date | None,
    funds: tuple[str, ...],
    class_: str | None,
    group: str | None,
    donor: str | None,
    purpose: str | None,
    mandate: str | None,
    agreement: str | None,
    recognition: str | None,
    out: Path | None,
    as_reported: bool,
    rounding: Literal["whole", "thousands"] | None,
    despite_errors: bool,
) -> None:
    """Make the reports that are named, and show or write them."""
    period = _asked_days(period, since, until, since_inception=since_inception)
    mains = find_mains()
    if len(mains) > 1:
        if funds or as_reported or agreement:
            raise SelectionError(
                "Of several books all funds are shown, as the books say now: leave out --fund, "
                "--agreement and --as-reported, or report on one book."
            )
        asked = Asked(
            names=names,
            period=period,
            as_at=as_at,
            recognition=recognition,
            class_=class_,
            group=group,
            donor=donor,
            purpose=purpose,
            mandate=mandate,
            made_at=now(),
            despite_errors=despite_errors,
        )
        _report_on_several(mains, asked, out, rounding)
    book = open_book()
    _refuse_errors(book, despite_errors)
    first_day = cut_of(book, period, as_at, funds).start
    if donor_report.NAME in names:  # it is told from the agreement's first day on
        first_day = beginning(book, first_day, agreement or "")
    answering = book_for(book, first_day)
    if answering is not book:
        book = answering
        _refuse_errors(book, despite_errors)
    selection = select(
        book,
        period,
        as_at,
        funds,
        recognition,
        class_=class_,
        group=group,
        donor=donor,
        purpose=purpose,
        mandate=mandate,
        agreement=agreement,
    )
    if as_reported and names != (NAME,):
        raise SelectionError(f"--as-reported is of one report alone: report {NAME}.")
    made = [schedule_as_reported(selection)] if as_reported else make_reports(selection, names)
    if rounding:
        _refuse_rounded_data(out)
        made = [structs.replace(each, rounding=rounding) for each in made]
    _say_what_is_left_out(selection, names)
    source = source_of(selection, now())
    if out is None or wants_json():
        _answer(made)
    wrote = ""
    if out is not None:
        written = write(made, source, out)
        wrote = f"Wrote {', '.join(str(path) for path in written)} for {selection.cut.name}; "
    if out is not None or not wants_json():
        beside = _beside(selection, made, as_reported=as_reported)
        click.echo(f"{wrote}{beside}", err=not wrote or wants_json())
    differ = say_what_differs(made)
    sys.exit(WAITS if differ or book.errors else DONE)


def _report_on_several(
    mains: Sequence[Path],
    asked: Asked,
    out: Path | None,
    rounding: Literal["whole", "thousands"] | None,
) -> NoReturn:
    """Make the reports of several books as one, show or write them, and end."""
    if ALL in asked.names or not asked.names:
        raise SelectionError(
            "Of several books name the reports, as not all can be added up: report schedule, say."
        )
    books = report_on_books(mains, asked, os.cpu_count() or 1)
    made = put_together(books)
    if rounding:
        _refuse_rounded_data(out)
        made = [structs.replace(each, rounding=rounding) for each in made]
    if out is None or wants_json():
        _answer(made)
    if out is not None:
        written = write(made, source_together(books), out)
        click.echo(f"Wrote {', '.join(map(str, written))} of {len(books)} books.", err=wants_json())
    differ = say_what_differs(made)
    for book in books:
        for said in book.differing:
            click.echo(f"{book.source.title}: reports do not agree: {said}", err=True)
    waits = differ or any(book.errors or book.differing for book in books)
    sys.exit(WAITS if waits else DONE)


def _asked_days(
    period: str | None, since: date | None, until: date | None, *, since_inception: bool
) -> str | None:
    """Return the days that options ask for as the name of a period or span; None for no option."""
    if period and (since or until):
        raise SelectionError("--period and --from or --to are two ways to say the days: give one.")
    if since and since_inception:
        raise SelectionError("--from and --since-inception are two first days: give one.")
    if since and until and since > until:
        raise SelectionError(f"--from {since} is after --to {until}: exchange them.")
    if since or until:
        return f"{since or ''}{SPAN}{until or ''}"
    if not since_inception:
        return period
    if period and SPAN in period:
        raise SelectionError(
            f"--period {period} says its first day, and --since-inception another: give one."
        )
    return f"{SPAN}{period or ''}"


def say_what_differs(made: Sequence[Report]) -> bool:
    """Say which figures of reports do not agree with the ledger or with each other; tell whether
    any does not.
    """
    differing = [tie for each in made for tie in each.ties if not tie.agrees]
    for tie in differing:
        click.echo(
            f"Does not agree with the ledger: {tie.title}: report {tie.report}, ledger "
            f"{tie.ledger}, difference {tie.report - tie.ledger}",
            err=True,
        )
    apart = disagreements([footed(each) for each in made])
    for agreement, one, other in apart:
        click.echo(f"Reports do not agree: {agreement.title}: {one} and {other}", err=True)
    return bool(differing or apart)


def _refuse_rounded_data(out: Path | None) -> None:
    form = "--json" if wants_json() else out.suffix.lower() if out is not None else ""
    if form in {"--json", ".json", ".csv"}:
        raise SelectionError(
            f"{form} holds exact figures: --round is for what is printed, .xlsx, .html, .pdf or "
            "the terminal. Leave it out here."
        )


def _beside(selection: Selection, made: list[Report], *, as_reported: bool) -> str:
    """Say how many figures agree with the ledger's own; where none has one there, why."""
    ties = [tie for each in made for tie in each.ties]
    if ties:
        agreeing = sum(tie.agrees for tie in ties)
        return f"{agreeing} of {len(ties)} figures set beside the ledger's own agree with it."
    if as_reported:
        why = "they are read from the seal, and the ledger may have changed since"
    elif selection.scope.purpose:
        why = "accounts do not say which purpose money is for"
    elif selection.whole_classes:
        why = "no account holds what is shown here"
    else:
        why = "no account holds what is shown here by donor"
    return f"No figure could be set beside the ledger's own: {why}."


def _say_what_is_left_out(selection: Selection, names: tuple[str, ...]) -> None:
    without = left_out(selection)
    if without and (ALL in names or not names):
        click.echo(f"Left out, as they cannot be made so: {', '.join(without)}.", err=True)


def write(made: list[Report], source: Source, out: Path) -> list[Path]:
    """Write reports to a file, or into a folder, a file each in every format."""
    if out.suffix:
        out.parent.mkdir(parents=True, exist_ok=True)
        render(made, source, out)
        return [out]
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for each in made:
        for ending in ENDINGS:
            path = out / f"{each.name}{ending}"
            render([each], source, path)
            written.append(path)
    return written


def _answer(made: list[Report]) -> None:
    if wants_json():
        answer(
            to_document(made[0]) if len(made) == 1 else {"reports": [to_document(m) for m in made]}
        )
        return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _UNBOUND
    click.echo("\n".join(to_text(each, width) for each in made), nl=False)


def _refuse_errors(book: Book, despite_errors: bool) -> None:
    if not book.errors:
        return
    message = f"The book has {len(book.errors)} error(s). First: {error_sentence(book.errors[0])}"
    if not despite_errors:
        fail(f"{message} Mend it (pledgebook check), or add --despite-errors.")
    click.echo(message, err=True)
