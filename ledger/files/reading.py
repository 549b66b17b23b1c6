"""Reading a book's files: each once, digested as it is parsed, so that what was loaded and what the
digests say are the same bytes; with contents that are only tried in place of those on disk.

As Beancount's own loader reads them, which opens the files itself and gives no bytes away.
"""

from __future__ import annotations

import errno
import glob
import os
from collections import deque
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from beancount.core.data import Directive, Options, new_metadata
from beancount.loader import LoadError, aggregate_options_map
from beancount.parser import options as defaults
from beancount.utils import encryption
from msgspec import Struct, field
from pledgebook.ledger.files.fatal import refuse_fatal
from pledgebook.ledger.parsing import parse_text
from pledgebook.ledger.register.book import digest_of


class Files(Struct):
    """The files that one load reads. `instead` holds what stands in place of files on disk: None
    where there would be no file.
    """

    instead: Mapping[Path, bytes | None]
    contents: dict[Path, bytes] = field(default_factory=dict)
    """What was read, by absolute path."""
    patterns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The files that each include line with a pattern came to."""
    encrypted: bool = False
    """Whether a file was decrypted on the way."""

    @property
    def digests(self) -> dict[Path, str]:
        """The SHA-256 of each file as it was read."""
        return {path: digest_of(content) for path, content in self.contents.items()}

    def read(self, name: str) -> bytes | None:
        """Return a file's content, None if there is no such file. Raises OSError."""
        path = Path(name)
        content = self.instead[path] if path in self.instead else _read(path)
        if content is not None:
            self.contents[path] = content
        return content

    def expand(self, pattern: str) -> list[str]:
        """Return the files that an absolute path or pattern of an include line means."""
        gone = {str(path) for path, content in self.instead.items() if content is None}
        on_disk = glob.glob(pattern, recursive=True)  # noqa: PTH207 - pathlib's has other rules
        found = [name for name in map(os.path.normpath, on_disk) if name not in gone]
        found += sorted(
            name
            for path, content in self.instead.items()
            if content is not None
            and (name := str(path)) not in found
            and not path.exists()
            and matches(name, os.path.normpath(pattern))
        )
        if glob.has_magic(pattern):
            self.patterns[pattern] = tuple(sorted(found))
        return found


def parse_files(path: Path, files: Files) -> tuple[list[Directive], list[Any], Options]:
    """Parse a book's main file and all it includes, without booking, plugins or order; return
    directives, errors and options as Beancount's parser makes them. Raises FatalFileError.
    """
    entries: list[Directive] = []
    errors: list[Any] = []
    options: list[Any] = []
    seen: set[str] = set()
    waiting = deque([str(path)])
    while waiting:
        name = os.path.normpath(waiting.popleft())
        if name in seen:
            errors.append(_load_error(f'Duplicate filename parsed: "{name}"'))
            continue
        try:
            content = files.read(name)
            encrypted = content is not None and encryption.is_encrypted_file(name)
            if encrypted:
                files.encrypted = True
                content = encryption.read_encrypted_file(name).encode()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or error
            errors.append(_load_error(f'File "{name}" cannot be read: {why}'))
            continue
        if content is None:
            errors.append(_load_error(f'File "{name}" does not exist'))
            continue
        if not encrypted:
            seen.add(name)
        refuse_fatal(Path(name), content)
        own, faults, said = parse_text(content, name)
        entries += own
        errors += faults
        options.append(said)
        waiting.extend(_included(name, said["include"], files, errors))
    first: Any = options[0] if options else dict(defaults.OPTIONS_DEFAULTS)
    first["include"] = sorted(seen)
    return entries, errors, aggregate_options_map(first, options[1:])


def matches(name: str, pattern: str) -> bool:
    """Tell whether a path is among those that a pattern means, as `glob` takes it: `*` and `?` stay
    within a folder and leave out what is hidden, `**` goes through folders.
    """
    return _match(Path(name).parts, Path(pattern).parts)


def _match(parts: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    if not wanted:
        return not parts
    head, *_ = wanted
    if wanted == ("**",):
        return bool(parts) and not any(part.startswith(".") for part in parts)
    if head == "**":
        deeper = bool(parts) and not parts[0].startswith(".") and _match(parts[1:], wanted)
        return _match(parts, wanted[1:]) or deeper
    if not parts:
        return False
    hidden = parts[0].startswith(".") and not head.startswith(".")
    return not hidden and fnmatchcase(parts[0], head) and _match(parts[1:], wanted[1:])


def _included(name: str, patterns: list[str], files: Files, errors: list[Any]) -> Iterator[str]:
    folder = os.path.dirname(name)  # noqa: PTH120 - a name stays as it is written
    for pattern in patterns:
        found = files.expand(os.path.join(folder, pattern))  # noqa: PTH118 - as above
        if not found:
            errors.append(_load_error(f'File glob "{pattern}" does not match any files'))
        yield from found


def _read(path: Path) -> bytes | None:
    try:
        if path.exists() and not path.is_file() and not path.is_dir():  # it may never end
            raise OSError(errno.EINVAL, "it is no ordinary file")
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _load_error(message: str) -> LoadError:
    return LoadError(new_metadata("<load>", 0), message, None)
