"""`pledgebook record`: one event by hand, shown before it is booked.

Its commands are made from the forms of `pledgebook.ledger.forms`; what is here shows, asks and
writes.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import click
from pledgebook.cli.common import FUTURE_HELP, answer, book_option, say, wants_json
from pledgebook.cli.writing import carry_out, written_names
from pledgebook.ledger.files.writing import Tried, try_entries
from pledgebook.ledger.forms import FORMS, Field, FieldRefusedError, Form, Plan
from pledgebook.ledger.register.book import Book

_ALSO = {"--value": ("--dollars",), "--at-rate": ("--at-un-rate",)}
"""Second spellings of options, which scripts that were written before say."""


@click.group()
def record() -> None:
    """Record one event by hand: it is shown first, and booked once you agree.

    It is refused, and nothing is written, if the book would have an error.
    """


class _Typed(click.ParamType[Any]):
    """What a field takes, read by the field."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.name = "date" if field.kind == "day" else field.kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return what the field reads, or fail with its sentence."""
        if not isinstance(value, str):
            return value
        try:
            return self.field.read(value)
        except FieldRefusedError as error:
            self.fail(str(error), param, ctx)


def _parameter(field: Field) -> click.Parameter:
    kind = click.Choice(field.choices) if field.choices else _Typed(field)
    given: dict[str, Any] = {}
    if not field.option:
        if not field.required:  # a default, even None, would let a required one be left out
            given["default"] = "" if field.kind == "text" and not field.many else None
        return click.Argument(
            [field.name],
            type=kind,
            required=field.required,
            nargs=-1 if field.many else 1,
            metavar=field.metavar or None,
            **given,
        )
    spelled = [field.option, *_ALSO.get(field.option, ()), field.name]
    if field.kind == "flag":
        return click.Option(spelled, is_flag=True, help=field.help)
    if field.default or not (field.kind != "text" or field.many or field.required):
        given["default"] = field.default
    return click.Option(
        spelled,
        type=str if field.kind == "text" else kind,
        required=field.required,
        multiple=field.many,
        show_default=bool(field.default),
        metavar=field.metavar or None,
        help=field.help or None,
        **given,
    )


def _command(form: Form) -> click.Command:
    @book_option
    def run(*, yes: bool, dry_run: bool, future: bool, **values: Any) -> None:
        today = date.today()  # noqa: DTZ011 - the day where the user is

        def propose(book: Book) -> tuple[Plan, Tried]:
            plan = form.plan(book, values)
            for line in (*plan.texts, *plan.explained):
                say(line)
            day = max(draft.date for draft in plan.drafts)
            asked = dry_run or not yes
            if day > today and asked and not future:
                say(f"It is dated {day}, after today, {today}. Is that right?")
            return plan, try_entries(
                book, plan.drafts, plan.others, today=today, future=future or asked
            )

        plan, tried = carry_out(propose, "Book this?", assured=yes, dry_run=dry_run)
        _say_recorded(plan, tried, dry_run=dry_run)

    own = click.command(form.name, help=f"{form.help}\n\n{form.more}".strip())(run)
    own.params = [
        *map(_parameter, form.fields),
        click.Option(["--yes"], is_flag=True, help="Book it without asking."),
        click.Option(["--future"], is_flag=True, help=FUTURE_HELP),
        click.Option(["--dry-run"], is_flag=True, help="Only show what would be booked."),
        *own.params,
    ]
    return own


def _say_recorded(plan: Plan, tried: Tried, *, dry_run: bool) -> None:
    written = [] if dry_run else written_names(tried)
    if dry_run:
        say("The book would take it. Nothing was written (dry run).")
    else:
        say(f"Written to {', '.join(written)}.")
    if wants_json():
        notices = [{"rule": each.rule, "message": each.message} for each in tried.notices]
        effects = list(plan.explained)
        answer({"entries": plan.texts, "effects": effects, "notices": notices, "written": written})


for _form in FORMS.values():
    record.add_command(_command(_form))
