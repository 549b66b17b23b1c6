"""`python -m pledgebook.cli` is the command `pledgebook`."""

from __future__ import annotations

from pledgebook.cli.main import main

main()
