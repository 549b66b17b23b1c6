"""The command `pledgebook`: one subcommand a task, each a thin shell over the library.

Commands are loaded when they are called, so that `--help` answers at once.
"""

from __future__ import annotations

from pledgebook.cli.main import main

__all__ = ["main"]
