"""Writes a finished report to disk, whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Put `content` at `path` in one step; on any failure what stood there before still stands.

    The bytes go to a new file beside it, which then takes its name; a link is followed and the
    permissions of a replaced file are kept. Raises `OSError` as writing a file does.
    """
    target = path.resolve()
    beside = target.with_name(f".{target.name}.{secrets.token_hex(6)}.tmp")
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, beside)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
