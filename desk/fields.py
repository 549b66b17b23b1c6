"""A form of a page that writes: its fields, what was written in them, and what is told of one.

The templates lay such a form out by `forms.html`, and Setup.js sends it; what is wrong is told at
the field that it is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pledgebook.desk.guarding import RequestRefusedError
from pledgebook.desk.plain_words import in_page_words
from pledgebook.desk.texts import gettext as _
from pledgebook.ledger.files.writing import refuse_future as refuse_future_days
from pledgebook.ledger.findings import FutureDateError, RefusedError

Kind = Literal["text", "lines", "day", "choice", "several", "flag"]
"""What a field takes: a text, one of several lines, a day, one or several of `choices`, yes or no.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field: `choices` are values and their words, `value` what stands in it (a day as text; of
    `several` and `flag` what is chosen).
    """

    name: str
    title: str
    kind: Kind = "text"
    help: str = ""
    required: bool = False
    choices: Sequence[tuple[str, str]] = ()
    value: Any = ""


class FieldFaultError(RefusedError):
    """What was written in a field cannot stand there; `field` is its name."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def read_fields(fields: Iterable[Field], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was written, by the name of its field: texts, days (None for none), lists of
    what was chosen of several, and whether a flag was set. What a form does not send, since nobody
    changed it, is as it stands in the book by now. Raises FieldFaultError.
    """
    return {field.name: _read(field, given.get(field.name, _standing(field))) for field in fields}


def _standing(field: Field) -> object:
    """Return what stands in a field, as a form would send it."""
    if field.kind == "several":
        return list(field.value)
    return field.value if field.kind == "flag" else str(field.value)


def _read(field: Field, given: object) -> Any:
    if field.kind == "flag":
        return given is True
    if field.kind == "several":
        chosen = given if isinstance(given, list) else []
        known = [value for value, _words in field.choices if value in chosen]
        if field.required and not known:
            raise FieldFaultError(field.name, _("Choose at least one."))
        return known
    text = given.strip() if isinstance(given, str) else ""
    if field.required and not text:
        raise FieldFaultError(field.name, _("%(field)s is not stated.", field=field.title))
    if field.kind == "choice" and text and text not in {value for value, _words in field.choices}:
        raise FieldFaultError(field.name, _("%(text)s cannot be chosen here.", text=text))
    if field.kind != "day":
        return text
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FieldFaultError(
            field.name, _("%(day)s is no date: write it as 2003-12-31.", day=text)
        ) from None


def values_of(form: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what was written in the fields of a form that was sent. Raises RequestRefusedError."""
    given = form.get("values")
    if not isinstance(given, dict):
        raise RequestRefusedError(_("What was sent is no form."))
    return given


def refuse_future(name: str, day: date) -> None:
    """Raise FieldFaultError of a field for a day after today."""
    try:
        refuse_future_days([day])
    except FutureDateError as error:
        raise FieldFaultError(name, str(error)) from error


def told(error: FieldFaultError) -> Mapping[str, Any]:
    """Return what a page is answered of what is wrong, and at which field."""
    return {"fault": in_page_words(str(error)), "field": error.field}
