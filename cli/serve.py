"""`pledgebook serve`: Fava on the book, for this machine only."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path

import click
from pledgebook.cli.common import ask_trust, book_option, fail, find_main
from pledgebook.ledger.files.loading import code_of
from pledgebook.ledger.files.trusting import NotTrustedError, untrusted
from pledgebook.ledger.register.history import HISTORY

_LOCALHOST = "127.0.0.1"
_HOST = re.compile(r"(?!-)[a-z0-9-]+(\.[a-z0-9-]+)*", re.IGNORECASE)
_HEADER = re.compile(r"[a-z][a-z0-9-]*", re.IGNORECASE)


@click.command()
@click.option("--port", default=5000, show_default=True, help="The port to listen on.")
@click.option("--read-only", is_flag=True, help="Show everything, write nothing.")
@click.option(
    "--behind",
    default="",
    metavar="HOST",
    help="The host of a proxy with a login, on this machine, that passes requests on.",
)
@click.option(
    "--user-header",
    default="",
    metavar="NAME",
    help="The header by which that proxy names who is logged in.",
)
@book_option
def serve(port: int, read_only: bool, behind: str, user_header: str) -> None:
    """Open the book in Fava, on localhost: Fava has no login, so nobody else can reach it."""
    main = find_main()
    if behind and not _HOST.fullmatch(behind):
        fail(f"{behind!r} is no name of a host: write it as desk.example.org, without a port.")
    if user_header and not _HEADER.fullmatch(user_header):
        fail(f"{user_header!r} is no name of a header: write it as X-Remote-User.")
    _refuse_used(port)
    _refuse_untrusted(main)
    # Fava reads its book from here too; the one we serve is the one we were told.
    os.environ.pop("BEANCOUNT_FILE", None)
    from pledgebook.desk.serving import make_server, served_app  # noqa: PLC0415 - a second

    app = served_app(main, read_only=read_only, behind=behind, user_header=user_header)
    server = make_server(app, _LOCALHOST, port)
    click.echo(f"Fava on {main}: http://{_LOCALHOST}:{port}  (stop it with Ctrl+C)")
    try:
        server.start()
    except KeyboardInterrupt:
        server.stop()


def _refuse_untrusted(main: Path) -> None:
    """Ask about code that Fava would run of this book or of its history."""
    for path in (main, main.with_name(HISTORY)):
        if path.is_file() and (unknown := untrusted(code_of(path))):
            ask_trust(NotTrustedError(path, unknown), main.parent)


def _refuse_used(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_LOCALHOST, port))
        except (OSError, OverflowError):
            fail(f"Port {port} cannot be used; name another with --port.")
