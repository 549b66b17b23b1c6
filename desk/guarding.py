"""What a request must be before it may write: from this page, of this kind, of a bounded size.

Fava has no login and takes a form that a foreign page posted. Ours takes JSON (or a file's bytes)
only, which a foreign page cannot send without asking first; looks at `Origin` and `Host`; and
reads no more than a bound.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, request
from pledgebook.desk.texts import gettext as _
from werkzeug.sansio.utils import host_is_trusted

THIS_MACHINE = ("localhost", "127.0.0.1")
"""Hosts by which only this machine is meant; a page elsewhere cannot be served under them."""

LARGEST_FORM = 1_000_000
LARGEST_FILE = 64_000_000
"""Bytes that a form and a file may have."""

JSON = "application/json"
BYTES = "application/octet-stream"


class RequestRefusedError(Exception):
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


def read_form(hosts: Collection[str] = ()) -> dict[str, Any]:
    """Return the JSON object that a page sent. Raises RequestRefusedError."""
    try:
        form = json.loads(_read_body(JSON, LARGEST_FORM, hosts))
    except ValueError as error:
        raise RequestRefusedError(_("What was sent is no JSON.")) from error
    if not isinstance(form, dict):
        raise RequestRefusedError(_("What was sent is no form."))
    return form


def read_file(hosts: Collection[str] = ()) -> bytes:
    """Return the bytes of a file that a page sent as the body. Raises RequestRefusedError."""
    return _read_body(BYTES, LARGEST_FILE, hosts)


def _read_body(kind: str, limit: int, hosts: Collection[str]) -> bytes:
    if is_read_only():
        raise RequestRefusedError(_("Fava was started to read only."), HTTPStatus.FORBIDDEN)
    _refuse_foreign([*THIS_MACHINE, *hosts])
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


def _refuse_foreign(hosts: Collection[str]) -> None:
    if not host_is_trusted(request.host, hosts):
        raise RequestRefusedError(
            _("The host %(host)s is not known; nothing was written.", host=request.host),
            HTTPStatus.FORBIDDEN,
        )
    origin = urlsplit(request.headers.get("Origin", ""))
    if origin.netloc != request.host or request.headers.get("Sec-Fetch-Site") in _FOREIGN:
        raise RequestRefusedError(
            _("This was not sent by a page of the desk; nothing was written."),
            HTTPStatus.FORBIDDEN,
        )


_FOREIGN = frozenset({"cross-site", "same-site", "none"})
