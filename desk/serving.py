"""Fava with the desk as an application: what `pledgebook serve` serves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cheroot.server import HeaderReader, HTTPConnection, HTTPRequest
from cheroot.wsgi import Server
from fava.application import create_app
from flask import Flask
from pledgebook import desk
from pledgebook.desk.guarding import LARGEST_FILE, THIS_MACHINE, refuse_foreign_requests
from pledgebook.desk.login import trust_header
from pledgebook.desk.rights import hold_fava_to_rights
from pledgebook.desk.shielding import shield
from pledgebook.ledger.findings import BookRefusedError


def served_app(main: Path, *, read_only: bool, behind: str = "", user_header: str = "") -> Flask:
    """Return Fava on a book, answering to this machine's own names alone: a foreign page whose name
    was made to resolve to this machine is told by that name.

    Raises BookRefusedError where Fava cannot load the book.

    `behind` is the host of a proxy with a login, whose requests are answered too, and
    `user_header` the header by which it names who is logged in; every request then has to have it.
    """
    try:
        app = create_app([main], load=True, read_only=read_only)
    except Exception as error:
        raise BookRefusedError(
            f"Fava cannot open {main} ({error}). pledgebook check says what to mend."
        ) from error
    app.config["TRUSTED_HOSTS"] = [*THIS_MACHINE, *([behind] if behind else [])]
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_FILE
    shield(app)
    refuse_foreign_requests(app)
    if user_header:
        trust_header(app, user_header)
    hold_fava_to_rights(app, frozenset(desk.__all__))
    return app


def make_server(app: Flask, host: str, port: int) -> Server:
    """Return a server of an application at an address."""
    server = Server((host, port), app)
    server.ConnectionClass = _Connection
    return server


class _Headers(HeaderReader):
    """Reads a request's headers and leaves out names with an underscore: to an application
    X_Remote_User is X-Remote-User, and a proxy replaces the latter only.
    """

    def __call__(self, rfile: Any, hdict: dict[bytes, bytes] | None = None) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = super().__call__(rfile, hdict)
        for name in [each for each in found if b"_" in each]:
            del found[name]
        return found


class _Request(HTTPRequest):
    header_reader = _Headers()


class _Connection(HTTPConnection):
    RequestHandlerClass = _Request
