"""Who acts, and what they may do on the desk, as the book says of persons.

What is written into the book is held to it by the writer itself (`ledger/files/rights.py`). Here is
what comes before: an endpoint that writes at all, what a page offers, and Fava's own writes, which
may be anything and so take every role.
"""

from __future__ import annotations

from http import HTTPStatus

from fava.context import g
from fava.core import FavaLedger
from flask import Flask, Response, jsonify, request
from pledgebook.desk.guarding import RequestRefusedError
from pledgebook.desk.loaded import desk_of
from pledgebook.desk.login import logged_in
from pledgebook.desk.texts import gettext as _
from pledgebook.desk.texts import marked
from pledgebook.ledger.declared.persons import ROLES, roles_of
from pledgebook.ledger.occasion import Occasion

ROLE_WORDS = {
    "read": marked("read"),
    "record": marked("record and import"),
    "approve": marked("approve what waits"),
    "close": marked("close periods"),
    "declare": marked("change Setup and what persons may do"),
}
"""The roles, in words to be translated."""

ANY = ""
"""For what whoever may do more than read may ask; the writer says what it takes."""

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def who_acts() -> str:
    """Return who is logged in, else the user of this computer."""
    return logged_in() or Occasion().by


def may(ledger: FavaLedger, role: str) -> bool:
    """Tell whether who acts has a role in the book as Fava has it."""
    own = roles_of(desk_of(ledger).book.settings.persons, who_acts())
    return role in own if role else bool(own - {"read"})


def refuse_without_role(ledger: FavaLedger, role: str) -> None:
    """Raise RequestRefusedError where who acts has not the role that an endpoint takes."""
    if not may(ledger, role):
        said = _(
            "%(name)s may not do this: it takes the right to %(right)s. Setup says who has it.",
            name=who_acts(),
            right=_(ROLE_WORDS[role]) if role else _("write"),
        )
        raise RequestRefusedError(said, HTTPStatus.FORBIDDEN)


def hold_fava_to_rights(app: Flask, pages: frozenset[str]) -> None:
    """Let what is written by Fava's own endpoints, or another's extension, take every role. Those
    of the desk's `pages` say for themselves what they take.
    """

    @app.before_request
    def hold() -> Response | None:
        ledger = getattr(g, "ledger", None)
        own = request.endpoint == "extension_endpoint"
        own = own and (request.view_args or {}).get("extension_name") in pages
        if request.method in _READING or ledger is None or own:
            return None
        ledger.changed()
        if all(may(ledger, role) for role in ROLES):
            return None
        said = _(
            "%(name)s may not write here: Fava's editor and forms write anything, and take all "
            "rights.",
            name=who_acts(),
        )
        answer = jsonify({"error": said, "refused": said})
        answer.status_code = HTTPStatus.FORBIDDEN
        return answer
