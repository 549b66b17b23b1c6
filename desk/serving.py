"""Fava with the desk as an application: what `pledgebook serve` serves."""

from __future__ import annotations

from pathlib import Path

from fava.application import create_app
from flask import Flask
from pledgebook.desk.guarding import THIS_MACHINE


def served_app(main: Path, *, read_only: bool) -> Flask:
    """Return Fava on a book, answering to this machine's own names alone: a foreign page whose name
    was made to resolve to this machine is told by that name.
    """
    app = create_app([main], load=True, read_only=read_only)
    app.config["TRUSTED_HOSTS"] = list(THIS_MACHINE)
    return app
