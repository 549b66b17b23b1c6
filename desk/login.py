"""Who is logged in, as a proxy on this machine names them in a header of each request.

Neither Fava nor the desk has a login. Where `serve` is told the header (`--user-header`), each
request has to carry it and to come from this machine, where the proxy runs; who it names then
stands as `entered-by:` on what the desk writes. Without that option no header is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from http import HTTPStatus
from ipaddress import ip_address

from flask import Flask, Response, has_request_context, request
from pledgebook.ledger.declared.delegations import ENTERED
from pledgebook.ledger.drafts import Draft

LONGEST_NAME = 200
"""Characters that a name may have."""

_KEY = "pledgebook.user"


def trust_header(app: Flask, header: str) -> None:
    """Let a header name who is logged in; a request that has none, or does not come from this
    machine, is refused.
    """

    @app.before_request
    def know_the_user() -> Response | None:
        name = _name_in(request.headers.get(header, "")) if _is_of_this_machine() else ""
        if not name:
            said = (
                "Nobody is logged in: open the book by the address of its login. The header "
                f"{header} of a request has to name a person, in up to {LONGEST_NAME} printable "
                "characters, and to come from a proxy on this machine."
            )
            return Response(said, HTTPStatus.FORBIDDEN, mimetype="text/plain")
        request.environ[_KEY] = name
        return None


def logged_in() -> str:
    """Return the name of who is logged in; "" where no login is known."""
    return str(request.environ.get(_KEY, "")) if has_request_context() else ""


def signed(drafts: Sequence[Draft]) -> list[Draft]:
    """Return entries with who is logged in as `entered-by:`; as they are where nobody is known."""
    name = logged_in()
    if not name:
        return list(drafts)
    return [draft.noted(meta={ENTERED: name}) for draft in drafts]


def _is_of_this_machine() -> bool:
    with suppress(ValueError):
        return ip_address(request.remote_addr or "").is_loopback
    return False


def _name_in(value: str) -> str:
    """Return the name that a header's value states, "" if it is none. WSGI hands its bytes over as
    Latin-1; proxies write UTF-8.
    """
    try:
        name = value.encode("latin-1").decode("utf-8").strip()
    except UnicodeError:
        return ""
    return name if name.isprintable() and len(name) <= LONGEST_NAME else ""
