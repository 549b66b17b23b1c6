"""Code that a book brings: named, and run only once somebody trusts it.

Whoever is sent a book and opens it would run its plugins, what they import from the book's folder,
and what Fava is told to load. Beancount's plugins and ours are no such code, unless what configures
them is one. What was trusted is remembered by its digest, so that code which changed is asked about
again, and a copy of the book is not.
"""

from __future__ import annotations

import ast
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from beancount.core.data import Custom, Directive, Options
from pledgebook.ledger.files.private import APPLICATION, own_folder, read_own, write_own
from pledgebook.ledger.findings import BookRefusedError
from pledgebook.ledger.register.book import digest_of
from pledgebook.ledger.sources import read_json

OUR_EXTENSIONS = (
    "pledgebook.desk",
    "pledgebook.reports.desk",
    "pledgebook.importers.donor_accounts",
)
"""Extensions of Fava that are ours, the former name of one among them."""

_CODE = (".py", ".pyc", ".pyd", ".so")
_MOST_FOLDERS = 5_000
_PLUGINS = ("beancount.plugins.", "beancount.ops.", "pledgebook.plugins.", "fava.plugins.")


class Brought(NamedTuple):
    """A piece of code that a book brings: what it is, in words, and the digest of all there is of
    it in the book's folder. `runs` tells whether a load runs it; Fava runs the rest.
    """

    what: str
    sha256: str
    runs: bool


class NotTrustedError(BookRefusedError):
    """A book brings code that nobody trusted yet; `brought` names it."""

    def __init__(self, path: Path, brought: Sequence[Brought]) -> None:
        self.brought = tuple(brought)
        named = "; ".join(each.what for each in brought)
        super().__init__(
            f"{path} brings code that runs on this computer when the book is opened: {named}. "
            "Nothing of it was run. If you know where it comes from, open the book with --trust "
            "once."
        )


def code_brought(path: Path, entries: Iterable[Directive], options: Options) -> list[Brought]:
    """Return the code that a book brings, of its main file's path and as it was parsed."""
    folder = path.parent
    found: list[Brought] = []
    paths: Any = options.get("pythonpath") or []
    own_code = ""
    if paths:
        own_code = _code_below(Path(each) for each in paths)
        what = 'option "insert_pythonpath", by which plugins are taken from the book\'s folder'
        found.append(Brought(what, own_code, runs=True))
    for name, config in options["plugin"]:
        ours = f"{name}.".startswith(_PLUGINS)
        if (not ours and (paths or _is_there(name))) or (ours and not _is_literal(config)):
            config_text = f" with {config!r}" if config is not None else ""
            what = f'plugin "{name}"{config_text}'
            found.append(Brought(what, digest_of(f"{what} {own_code}".encode()), runs=True))
    for kind, value in _fava_loads(entries):
        if kind == "import-config":
            found += _import_config(folder, value)
        elif value not in OUR_EXTENSIONS:
            what = f'Fava\'s extension "{value}"'
            code = _code_below([folder])
            found.append(Brought(what, digest_of(f"{what} {code}".encode()), runs=False))
    return found


def refuse_untrusted(path: Path, entries: Iterable[Directive], options: Options) -> list[Brought]:
    """Return the code that a book brings and that is trusted. Raises NotTrustedError for other."""
    brought = code_brought(path, entries, options)
    if unknown := untrusted(brought):
        raise NotTrustedError(path, unknown)
    return brought


def untrusted(brought: Sequence[Brought]) -> list[Brought]:
    """Return the code among this that nobody trusted yet.

    From here on Python keeps nothing that it compiles: beside the code of a book it would be code
    too, and the book not the one that is trusted any more.
    """
    if brought:
        sys.dont_write_bytecode = True
    trusted = _read_trusted() if brought else ()
    return [each for each in brought if _key(each) not in trusted]


def trust(brought: Iterable[Brought], folder: Path) -> None:
    """Remember that code is trusted, for this user. Raises OSError where it cannot be kept."""
    place = _place()
    if place is None:
        raise BookRefusedError(
            "What is trusted cannot be remembered: the folder for this user's settings is not "
            "there, or others may write to it."
        )
    known = read_own(place) or b""
    lines = [
        json.dumps([_key(each), date.today().isoformat(), str(folder), each.what])  # noqa: DTZ011
        for each in brought
    ]
    write_own(place, known, "".join(f"{line}\n" for line in lines).encode())


def _read_trusted() -> frozenset[str]:
    """Return the digests of code that this user trusts."""
    place = _place()
    text = (read_own(place) or b"").decode("utf-8", "replace") if place else ""
    found = set()
    for line in text.split("\n"):
        try:
            found.add(str(read_json(line)[0]))
        except (ValueError, IndexError, TypeError, KeyError):
            continue
    return frozenset(found)


def _place() -> Path | None:
    from platformdirs import user_config_path  # noqa: PLC0415 - few books bring code

    folder = own_folder(user_config_path(APPLICATION, appauthor=False))
    return folder and folder / "trusted"


def _key(brought: Brought) -> str:
    return digest_of(f"{brought.what} {brought.sha256}".encode())


def _fava_loads(entries: Iterable[Directive]) -> Iterator[tuple[str, str]]:
    """Yield what Fava is told to load: "import-config" or "extension", and its file or module."""
    for entry in entries:
        if not isinstance(entry, Custom):
            continue
        values = [str(value.value) for value in entry.values or ()]
        if entry.type == "fava-extension" and values:
            yield "extension", values[0]
        if entry.type == "fava-option" and values[:1] == ["import-config"] and len(values) > 1:
            yield "import-config", values[1]


def _import_config(folder: Path, name: str) -> list[Brought]:
    """Return a file that Fava's import page runs, unless it is as we give it with a new book."""
    path = folder / name
    content = path.read_bytes() if path.is_file() else b""
    ours = Path(__file__).parents[1] / "data" / "book" / "import_config.py"
    if not content or content == ours.read_bytes():
        return []
    code = digest_of(content + _code_below([path.parent]).encode())
    return [Brought(f"{name}, which Fava's import page runs", code, runs=False)]


def _is_literal(config: str | None) -> bool:
    """Tell whether a plugin's configuration is a plain value: some plugins run it as code."""
    if config is None:
        return True
    try:
        ast.literal_eval(config)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _is_there(name: str) -> bool:
    """Tell whether a module of that name may be found; Beancount tells of one that is not. Nothing
    is imported for it but ours.
    """
    top, _, rest = name.partition(".")
    wanted = f"{top}.{rest.partition('.')[0]}" if top == "pledgebook" and rest else top
    if not wanted:  # relative to nothing: Beancount cannot import it
        return False
    try:
        return find_spec(wanted) is not None
    except (ImportError, ValueError):  # there, in some way that nobody can tell
        return True


def _code_below(folders: Iterable[Path]) -> str:
    """Return one digest of all Python code below folders. Raises BookRefusedError where there is
    too much to be looked through.
    """
    found: set[str] = set()
    for folder in folders:
        for number, (place, _, files) in enumerate(os.walk(folder)):
            if number > _MOST_FOLDERS:
                raise BookRefusedError(
                    f"{folder} holds more than {_MOST_FOLDERS:,} folders, in which code of the "
                    "book may stand; it was not opened. Put the book into a folder of its own."
                )
            found |= {os.path.join(place, name) for name in files if name.endswith(_CODE)}  # noqa: PTH118
    contents = (Path(name).read_bytes() for name in sorted(found) if Path(name).is_file())
    return digest_of(b"".join(digest_of(content).encode() for content in contents))
