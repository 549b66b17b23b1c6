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
from pledgebook.cli.common import (
    DAY,
    DONE,
    FUTURE,
    WAITS,
    answer,
    book_option,
    counted,
    fail,
    find_main,
    open_book,
    today_or,
    wants_json,
)
from pledgebook.cli.writing import writing
from pledgebook.ledger.closing.certifying import certify_period
from pledgebook.ledger.closing.periods import close_period, reopen_period
from pledgebook.ledger.closing.proof import PARTS, Verdict, verify_seals
from pledgebook.ledger.closing.signing import sign as sign_seal
from pledgebook.ledger.declared.certifications import DECLARED
from pledgebook.ledger.events.asking import due_releases
from pledgebook.ledger.files.writing import file_for
from pledgebook.ledger.register.book import Book
from pledgebook.reports.closing import find_all_hindrances, make_figures


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
        notices = _hindered(book, period)
        closed = close_period(book, period, make_figures, sign, by)
    written = sorted(path.relative_to(book.folder).as_posix() for path in closed.written)
    if wants_json():
        answer(
            {
                "period": period,
                "opened": closed.opened.isoformat(),
                "declared": closed.declared,
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
        if closed.declared:
            click.echo(f"Declared the period {closed.declared}, as long as the one before.")
        elif after.settings.periods.of(closed.opened) is None:
            click.echo(
                f"No declared period holds {closed.opened}, so reports cannot show it and the "
                f"opening stands in {file_for(after.settings, closed.opened)}: declare the period "
                "that follows."
            )
        waiting = list(due_releases(after, closed.opened))
        if waiting:
            click.echo(
                f"{counted(len(waiting), 'deferred instalment')} of the new period to release: "
                f"pledgebook record release --all --date {closed.opened}"
            )
        click.echo(
            "Reports over several periods: --book history.beancount. Proof: pledgebook verify."
        )


def _hindered(book: Book, period: str) -> list[str]:
    """Tell all that keeps a period from being closed, and end; else return what deserves a look:
    cash that is not at the rate of its last day.
    """
    declared = book.settings.periods.called(period)
    if declared is None or period in book.settings.seals:
        return []
    found = list(find_all_hindrances(book, declared))
    blocking = [each.message for each in found if each.blocks]
    if blocking:
        fail("\n".join(blocking))
    return [each.message for each in found if each.kind == "revaluation"]


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
