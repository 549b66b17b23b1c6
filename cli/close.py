"""`pledgebook close`, `certify`, `verify` and `reopen`: the end of a period, who signed its
figures, its proof, its re-opening.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import cast

import click
from msgspec import structs
from pledgebook.cli.common import (
    DAY,
    DONE,
    FUTURE,
    WAITS,
    answer,
    book_option,
    counted,
    find_main,
    open_book,
    today_or,
    wants_json,
)
from pledgebook.cli.writing import writing
from pledgebook.ledger.closing.certifying import certify_period
from pledgebook.ledger.closing.periods import close_period, reopen_period
from pledgebook.ledger.closing.proof import PARTS, Verdict, verify_seals
from pledgebook.ledger.closing.seals import Figures
from pledgebook.ledger.closing.signing import sign as sign_seal
from pledgebook.ledger.declared.certifications import DECLARED
from pledgebook.ledger.events.asking import due_releases
from pledgebook.ledger.events.cash import not_revalued
from pledgebook.ledger.files.writing import file_for
from pledgebook.ledger.register.book import Book
from pledgebook.reports import make_reports, select
from pledgebook.reports.figures.comparatives import totals_documents
from pledgebook.reports.financial_statements import statement_totals
from pledgebook.reports.render import to_document
from pledgebook.reports.untied import refuse_untied

_REPORTS = ("schedule", "paragraphs")
"""The reports whose figures are sealed."""


def make_figures(book: Book, period: str) -> Figures:
    """Return the documents of the reports that are sealed with a period."""
    names = _REPORTS if book.settings.mandates else _REPORTS[:1]
    selection = select(book, period)
    made = make_reports(selection, names)
    # Who certified them is known only after they are sealed.
    figures = {report.name: to_document(structs.replace(report, standing=None)) for report in made}
    return figures | totals_documents(statement_totals(selection))


@click.command()
@click.argument("period", metavar="PERIOD")
@click.option(
    "--sign",
    "key",
    metavar="KEY",
    type=click.Path(path_type=Path),
    help="Sign the seal with this private key, by ssh-keygen.",
)
@click.option("--by", default="", metavar="NAME", help="Who closes it; kept with the closing.")
@book_option
def close(period: str, key: Path | None, by: str) -> None:
    """Close PERIOD: seal it and carry what is left into the next."""
    sign = None if key is None else partial(sign_seal, key=key)
    with writing() as book:
        notices: list[str] = []
        for declared in book.settings.periods:
            if declared.name == period:
                refuse_untied(book, period)
                notices += not_revalued(book, declared.end)
        closed = close_period(book, period, make_figures, sign, by)
    written = sorted(path.relative_to(book.folder).as_posix() for path in closed.written)
    if wants_json():
        answer(
            {
                "period": period,
                "opened": closed.opened.isoformat(),
                "sha256": closed.sha256,
                "written": written,
                "notices": notices,
            }
        )
    else:
        for said in notices:
            click.secho(f"Notice: {said}", fg="yellow")
        click.echo(f"Closed {period}; the next period opens on {closed.opened}.")
        click.echo(f"Seal: {closed.sha256}")
        click.echo(f"Wrote {', '.join(written)}")
        after = open_book()
        if after.settings.periods.of(closed.opened) is None:
            click.echo(_undeclared(after, period, closed.opened))
        waiting = list(due_releases(after, closed.opened))
        if waiting:
            click.echo(
                f"{counted(len(waiting), 'deferred instalment')} of the new period to release: "
                f"pledgebook record release --all --date {closed.opened}"
            )
        click.echo(
            "Reports over several periods: --book history.beancount. Proof: pledgebook verify."
        )


def _undeclared(book: Book, closed: str, first: date) -> str:
    """Say which line declares the period after the one that was closed, as long as that one."""
    stands = file_for(book.settings, first)
    (was,) = (each for each in book.settings.periods if each.name == closed)
    whole = (was.start.month, was.start.day) == (1, 1) == (first.month, first.day)
    last = first.year + (was.end.year - was.start.year)
    name = f"{first.year}-{last}" if last > first.year else str(first.year)
    line = f'{first} custom "period" "{name}" {date(last, 12, 31)}' if whole else ""
    renamed = f", and rename {stands} to {name}.beancount" if f"{name}.beancount" != stands else ""
    return (
        f"No declared period holds {first}, so reports cannot show it and the opening stands in "
        f"{stands}. Declare it"
        + (f" as {line}" if line else "")
        + (f"{renamed}, in {book.path.name} too" if renamed and line else "")
        + "."
    )


@click.command()
@click.option(
    "--signers",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Each seal has to be signed by one of these (as ssh-keygen reads them).",
)
@book_option
def verify(signers: Path | None) -> None:
    """Prove that nothing sealed was changed, from the first seal to the last."""
    main = find_main()
    verdicts = verify_seals(main, make_figures, signers)
    holds = all(verdict.holds for verdict in verdicts)
    if wants_json():
        answer({"agrees": holds, "periods": [_document(verdict) for verdict in verdicts]})
    else:
        _print(verdicts)
    sys.exit(DONE if holds else WAITS)


def _document(verdict: Verdict) -> dict[str, object]:
    return {
        "period": verdict.period,
        "agrees": verdict.holds,
        **{
            part: {
                "agrees": part not in verdict.differs,
                "differences": verdict.differs.get(part, []),
            }
            for part in PARTS
        },
        "changed": cast("list[object]", verdict.changed),
        "notes": cast("list[object]", verdict.notes),
    }


def _print(verdicts: Sequence[Verdict]) -> None:
    if not verdicts:
        click.echo("No period is sealed.")
    for verdict in verdicts:
        if verdict.holds:
            click.echo(f"{verdict.period}: all as sealed.")
        else:
            differs = [part for part in PARTS if part in verdict.differs]
            click.secho(f"{verdict.period}: differs in {', '.join(differs)}", fg="red", bold=True)
            for part in differs:
                for sentence in verdict.differs[part]:
                    click.echo(f"  {sentence}")
        for note in verdict.notes:
            click.echo(f"  {note}")


@click.command()
@click.argument("period", metavar="PERIOD")
@click.option("--authority", required=True, help="The office and paper that approved it.")
@click.option("--on", "day", type=DAY, help="The day it was approved (default: today).")
@FUTURE
@book_option
def reopen(period: str, authority: str, day: date | None, *, future: bool) -> None:
    """Open the sealed PERIOD again; its sealed figures are kept."""
    with writing() as book:
        paths = reopen_period(book, period, authority, today_or(day, future=future))
    written = sorted(path.relative_to(book.folder).as_posix() for path in paths)
    if wants_json():
        answer({"period": period, "authority": authority, "written": written})
    else:
        click.echo(f"Opened {period} again; its figures as sealed are kept.")
        click.echo(f"Wrote {', '.join(written)}")


@click.command()
@click.argument("period", metavar="PERIOD")
@click.option(
    "--as",
    "state",
    type=click.Choice(DECLARED),
    default=DECLARED[0],
    show_default=True,
    help="What was done with its figures.",
)
@click.option("--by", required=True, help="The office that signed.")
@click.option("--document", default="", help="The paper it signed.")
@click.option("--on", "day", type=DAY, help="The day it was signed (default: today).")
@FUTURE
@book_option
def certify(
    period: str, state: str, by: str, document: str, day: date | None, *, future: bool
) -> None:
    """Write down who certified or audited PERIOD, which is closed: its figures as sealed."""
    with writing() as book:
        path = certify_period(book, period, state, by, document, today_or(day, future=future))
    if wants_json():
        answer({"period": period, "state": state, "by": by, "written": [path.name]})
    else:
        click.echo(f"The figures of {period} are {state} by {by}; reports say so from now on.")
        click.echo(f"Wrote {path.name}")
