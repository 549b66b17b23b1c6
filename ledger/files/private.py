"""This user's own files, which a program may believe: in folders that nobody else can write to."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

APPLICATION = "pledgebook"


def own_folder(path: Path) -> Path | None:
    """Return a folder, made if it is not there, that belongs to this user and that nobody else may
    write to; None where there is none such.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = path.lstat()
    except OSError:
        return None
    return path if stat.S_ISDIR(found.st_mode) and _is_own(found) else None


def read_own(path: Path) -> bytes | None:
    """Return what a file in an own folder holds; None where it is not there, is a link, or belongs
    or lies open to somebody else.
    """
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        return file.read() if stat.S_ISREG(found.st_mode) and _is_own(found) else None


def write_own(path: Path, *parts: bytes) -> None:
    """Put a file into an own folder in one step. Raises OSError."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(6)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            for part in parts:
                file.write(part)
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def _is_own(found: os.stat_result) -> bool:
    if os.name != "posix":
        return True  # the folders of users are closed to others by themselves
    return found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
