"""What a request must be before it may write: from this page, of this kind, of a bounded size.

Fava has no login, and looks at no `Origin`. The desk's endpoints take JSON (or a file's bytes)
only, which a foreign page cannot send without asking first; look at `Origin` and `Host`; and read
no more than a bound. `serve` puts the same before all of Fava (`refuse_foreign_requests`).
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, jsonify, request
from pledgebook.desk.texts import gettext as _
from pledgebook.ledger.findings import RefusedError
from pledgebook.ledger.sources import read_json
from werkzeug.sansio.utils import host_is_trusted

THIS_MACHINE = ("localhost", "127.0.0.1")
"""Hosts by which only this machine is meant; a page elsewhere cannot be served under them."""

LARGEST_FORM = 1_000_000
LARGEST_FILE = 64_000_000
"""Bytes that a form and a file may have."""

JSON = "application/json"
BYTES = "application/octet-stream"


class RequestRefusedError(RefusedError):
    """A request that is not carried out; the message is a sentence for the page."""

    def __init__(self, message: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message)
        self.status = status


def is_read_only() -> bool:
    """Tell whether Fava was started to write nothing. It says so nowhere but by refusing all
    requests but GET, in a hook of this name.
    """
    hooks = current_app.before_request_funcs.get(None, ())
    return any(hook.__name__ == "_read_only" for hook in hooks)


def read_form() -> dict[str, Any]:
    """Return the JSON object that a page sent. Raises RequestRefusedError."""
    try:
        form = read_json(_read_body(JSON, LARGEST_FORM))
    except ValueError as error:
        raise RequestRefusedError(_("What was sent is no JSON.")) from error
    if not isinstance(form, dict):
        raise RequestRefusedError(_("What was sent is no form."))
    return form


def read_file() -> bytes:
    """Return the bytes of a file that a page sent as the body. Raises RequestRefusedError."""
    return _read_body(BYTES, LARGEST_FILE)


def _read_body(kind: str, limit: int) -> bytes:
    if is_read_only():
        raise RequestRefusedError(_("Fava was started to read only."), HTTPStatus.FORBIDDEN)
    if not host_is_trusted(request.host, _hosts()):
        raise RequestRefusedError(
            _("The host %(host)s is not known; nothing was written.", host=request.host),
            HTTPStatus.FORBIDDEN,
        )
    if not _is_own():
        raise RequestRefusedError(
            _("This was not sent by a page of the desk; nothing was written."),
            HTTPStatus.FORBIDDEN,
        )
    if request.mimetype != kind:
        raise RequestRefusedError(
            _("This takes %(kind)s only, from a page of the desk.", kind=kind),
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        )
    if request.content_length is None:
        raise RequestRefusedError(
            _("The request does not say how long it is."), HTTPStatus.LENGTH_REQUIRED
        )
    if request.content_length > limit:
        raise RequestRefusedError(
            _(
                "This has %(size)s bytes; at most %(limit)s are taken here.",
                size=f"{request.content_length:,}",
                limit=f"{limit:,}",
            ),
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        )
    return request.get_data(cache=False)


def refuse_foreign_requests(app: Flask) -> None:
    """Let pages of this origin alone write, by any endpoint of Fava or an extension, and no page of
    another load anything: it may lead to a page here, as a link does, and no more.
    """

    @app.before_request
    def refuse_foreign() -> Response | None:
        if request.method in _READING:
            if not _is_foreign() or _is_led_to():
                return None
            said = "A page of another origin may lead to this one; it may not load it."
        else:
            if _is_own():
                return None
            said = (
                "Only a page of this origin writes; nothing was written. (A proxy in front has to "
                "pass on the headers Host and Origin.)"
            )
        # "error" is what Fava's pages show, "refused" what those of the desk do.
        answer = jsonify({"error": said, "refused": said})
        answer.status_code = HTTPStatus.FORBIDDEN
        return answer


def _hosts() -> list[str]:
    """Return the hosts that `serve` answers to; those of this machine where Fava runs by itself."""
    return list(current_app.config["TRUSTED_HOSTS"] or THIS_MACHINE)


def _is_own() -> bool:
    """Tell whether a request that writes was sent by a page of this origin."""
    origin = urlsplit(request.headers.get("Origin", ""))
    return origin.netloc == request.host and request.headers.get("Sec-Fetch-Site") not in _NOT_OWN


def _is_foreign() -> bool:
    origin = urlsplit(request.headers.get("Origin") or request.host_url)
    return origin.netloc != request.host or request.headers.get("Sec-Fetch-Site") in _ELSEWHERE


def _is_led_to() -> bool:
    """Tell whether a request is for a page of a window of its own."""
    asked = request.headers
    return asked.get("Sec-Fetch-Mode") == "navigate" and asked.get("Sec-Fetch-Dest") == "document"


_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_ELSEWHERE = frozenset({"cross-site", "same-site"})
_NOT_OWN = _ELSEWHERE | {"none"}
