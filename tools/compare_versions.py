"""Prove that a change of the program changes no figure.

    python tools/compare_versions.py OLD_PYTHON NEW_PYTHON [--books N] [--seed S] [--but RULE]

Each PYTHON is the interpreter of an environment in which one version is installed. The old version
makes the books (compared_books.py), with the generators of its own tests; both are then asked the
same of a copy (compared_documents.py) through the command line alone: every report, check and seal,
and what is written. Each answer and each file written has to be the same, byte for byte but for the
time of making and the order of findings. A line is printed for each that is not, then a summary.
The status is 0 if nothing differs, 1 if something does, 2 if it could not be found out.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, NoReturn

TOOLS = Path(__file__).resolve().parent
SIDES = ("old", "new")
_MADE_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[+-]\d\d:\d\d|Z)?")
_NOTICE = re.compile(r"^Notice \(([\w-]+)\): .*\n", re.MULTILINE)
_FINDING = {"rule", "message"}
_NOTHING = "(nothing)"
_LOG = "writes.jsonl"
"""Who wrote what when, and digests of it all: never twice the same."""
_SHOWN = 80
"""Letters that are shown of a value."""
_PARTS = 3
"""Parts that are shown of a document: status, output and messages of an answer."""
_DESCRIBE = """
import importlib.metadata, pledgebook.cli as cli
print("pledgebook", importlib.metadata.version("pledgebook"), "in", cli.__path__[0])
"""


def main() -> None:
    """Make the books, ask both versions, compare, and say what differs."""
    given = _read_arguments()
    with tempfile.TemporaryDirectory(prefix="pledgebook-compare-") as place:
        folder = (given.keep or Path(place)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            _fail(f"{folder} holds something already: name an empty folder.")
        for side in SIDES:
            print(f"{side}: {_run([getattr(given, side), '-c', _DESCRIBE], folder)}", flush=True)
        if given.book:
            for book in given.book:
                shutil.copytree(book, folder / "books" / book.name)
            plan_books(given.old, folder)
        else:
            tests = (given.old_checkout or given.old.parents[2]) / "tests"
            if not (tests / "handwritten.py").exists():
                _fail(f"{tests} holds no generators of books: name --old-checkout.")
            plan_books(given.old, folder, tests, given.books, given.seed)
        lay_out(folder)
        ask_both(given.old, given.new, folder)
        differences, counts = compare(folder, given.but)
    print("\n".join([*differences, *counts]))
    sys.exit(1 if differences else 0)


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Prove that a change changes no figure.")
    # An interpreter is not resolved: that of an environment is a link to one without its packages.
    parser.add_argument("old", type=lambda word: Path(word).absolute(), metavar="OLD_PYTHON")
    parser.add_argument("new", type=lambda word: Path(word).absolute(), metavar="NEW_PYTHON")
    parser.add_argument("--books", type=int, default=100, metavar="N", help="so many random books")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="other random books")
    parser.add_argument("--but", action="append", default=[], metavar="RULE",
                        help="leave out findings of this rule")  # fmt: skip
    parser.add_argument("--old-checkout", type=Path, metavar="DIR",
                        help="where the old tests/ is; else where its .venv is")  # fmt: skip
    parser.add_argument("--book", type=lambda word: Path(word).resolve(), action="append",
                        metavar="DIR", help="a book to compare instead of making any")  # fmt: skip
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep books and answers there")
    return parser.parse_args()


def plan_books(python: Path, folder: Path, *made: object) -> None:
    """Make the books with this version (`made`: folder of tests, count and seed) unless they stand
    in `folder/books`, and plan what is asked of them.
    """
    if told := _run([python, TOOLS / "compared_books.py", folder, *made], folder):
        print(told)


def lay_out(folder: Path) -> None:
    """Give each version its copy of the books."""
    for side in SIDES:
        shutil.copytree(folder / "books", folder / side)


def ask_both(old: Path, new: Path, folder: Path) -> None:
    """Ask both versions, at the same time, for all documents of the plan."""
    asking = [
        subprocess.Popen(  # noqa: S603 - as below
            [python, TOOLS / "compared_documents.py", folder / "plan.json", folder / side],
            env=_environment(), cwd=folder, stdin=subprocess.DEVNULL,
        )
        for side, python in zip(SIDES, (old, new), strict=True)
    ]  # fmt: skip
    try:
        for side, process in zip(SIDES, asking, strict=True):
            if status := process.wait():
                _fail(f"The {side} version stopped with status {status} before all was asked.")
    finally:
        for process in asking:
            process.kill()


def _run(command: Sequence[object], folder: Path) -> str:
    words = [str(word) for word in command]
    try:
        done = subprocess.run(  # noqa: S603 - the interpreter that was named, words of ours
            words, env=_environment(), cwd=folder, capture_output=True, text=True, check=True
        )
    except subprocess.CalledProcessError as error:
        _fail(f"{error.stderr}{words[0]} stopped with status {error.returncode}.")
    except OSError as error:
        _fail(f"{words[0]} cannot be run: {error}")
    return done.stdout.strip()


def _environment() -> dict[str, str]:
    """Return the surroundings of a version: no book named, and none kept as it was loaded once."""
    kept = {key: value for key, value in os.environ.items() if key != "BEANCOUNT_FILE"}
    return kept | {"BEANCOUNT_DISABLE_LOAD_CACHE": "1"}


def _fail(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(2)


def compare(folder: Path, but: Collection[str] = ()) -> tuple[list[str], list[str]]:
    """Return a line for each document that differs, and the lines that count what was compared.

    Documents are the answers and the files that were written; `but`: rules of findings that are
    left out.
    """
    plan = json.loads((folder / "plan.json").read_text("utf-8"))
    differences: list[str] = []
    answers: Counter[str] = Counter()
    files = 0
    names = {
        path.relative_to(folder / side)
        for side in SIDES
        for path in (folder / side).rglob("*")
        if path.is_file() and path.name != _LOG
    }
    for name in sorted(names):
        before, *sides = (
            path.read_bytes() if path.exists() else None
            for path in (folder / each / name for each in ("books", *SIDES))
        )
        if before == sides[0] == sides[1]:
            continue  # a file of the book that nothing was written to
        title = name.as_posix()
        old, new = (
            _texts_of(name, folder / side, but) if made is not None else {}
            for side, made in zip(SIDES, sides, strict=True)
        )
        if name.parts[0] == "documents":
            title = shlex.join(plan[int(name.stem)]["arguments"])
            answers[old.get("status", _NOTHING)] += 1
        else:
            files += 1
        if old != new:
            differences.append(f"{title}: {_difference(old, new)}")
    statuses = ", ".join(f"{count:,} of status {status}" for status, count in answers.most_common())
    books = len(list((folder / "books").iterdir()))
    return differences, [
        f"{answers.total():,} answers ({statuses} in the old version), {files:,} files",
        f"{books:,} book{'s' * (books != 1)}, {answers.total() + files:,} documents, "
        f"{len(differences):,} differ",
    ]


def _texts_of(name: Path, folder: Path, but: Collection[str]) -> dict[str, str]:
    """Return what a document says, by its parts: those of an answer, of a packed file, or one."""
    path = folder / name
    if name.parts[0] == "documents":
        texts = {part: str(text) for part, text in json.loads(path.read_bytes()).items()}
        texts["out"] = _by_place(texts["out"], but)
        texts["err"] = _notices_last(texts["err"], but)
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            texts = {part: _decode(packed.read(part)) for part in packed.namelist()}
    else:
        texts = {"": _decode(path.read_bytes())}
    return {
        part: _MADE_AT.sub("(time)", text.replace(f"{folder}{os.sep}", ""))
        for part, text in texts.items()
    }


def _difference(old: dict[str, str], new: dict[str, str]) -> str:
    """Say in one line how the parts of a document differ, the first of many."""
    if not old or not new:
        return f"only the {SIDES[not old]} version wrote it"
    parts = [part for part in {**old, **new} if old.get(part) != new.get(part)]
    pairs = [(old.get(part, _NOTHING), new.get(part, _NOTHING)) for part in parts[:_PARTS]]
    told = (f"{part} {first_difference(*pair)}" for part, pair in zip(parts, pairs, strict=False))
    return "; ".join(each.strip() for each in told)


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _by_place(text: str, but: Collection[str]) -> str:
    """Return a JSON document with its findings by rule and place, in whatever order they are told;
    those of some rules are left out.
    """

    def arrange(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: arrange(own) for key, own in value.items()}
        if not isinstance(value, list):
            return value
        if not value or not all(isinstance(own, dict) and own.keys() >= _FINDING for own in value):
            return [arrange(own) for own in value]
        found: dict[str, str] = {}
        for own in sorted(value, key=json.dumps):
            name = f"{own['rule']} {own.get('file', '')}:{own.get('line', '')}"
            while name in found:
                name += "+"
            if own["rule"] not in but:
                found[name] = own["message"]
        return found or []  # as a list of none is told

    document = _parse(text)
    arranged = arrange(document)
    if arranged == document:
        return text
    return json.dumps(arranged, ensure_ascii=False, indent=1) + "\n"


def _notices_last(text: str, but: Collection[str]) -> str:
    """Return messages with their notices sorted at the end, without those of some rules."""
    notices = sorted(told[0] for told in _NOTICE.finditer(text) if told[1] not in but)
    return _NOTICE.sub("", text) + "".join(notices)


def _parse(text: str) -> Any:
    """Return what a JSON document says, None where it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def first_difference(old: str, new: str) -> str:
    """Say in one line where two texts first differ; of JSON, how many more of its values do."""
    parsed = _parse(old), _parse(new)
    found = [] if None in parsed else list(_differing(*parsed))
    if not found:
        lines = zip_longest(old.splitlines(True), new.splitlines(True), fillvalue=_NOTHING)
        numbered = ((f"line {number}", *pair) for number, pair in enumerate(lines, 1))
        found = [next(each for each in numbered if each[1] != each[2])]
    place, one, other = found[0]
    letters = enumerate(zip_longest(one, other))
    begin = max(next(at for at, pair in letters if pair[0] != pair[1]) - 30, 0)
    more = f" (and {len(found) - 1:,} more)" if len(found) > 1 else ""
    return f"{place} {_shorten(one, begin)} -> {_shorten(other, begin)}{more}".strip()


def _shorten(text: str, begin: int) -> str:
    """Return some letters of a text, on one line."""
    end = begin + _SHOWN
    return repr(f"{'…' if begin else ''}{text[begin:end]}{'…' if len(text) > end else ''}")


def _differing(old: Any, new: Any, place: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield where two values of JSON differ, and both values there as text."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            own = f"{place}.{key}" if place else key
            yield from _differing(old.get(key, _NOTHING), new.get(key, _NOTHING), own)
    elif isinstance(old, dict) and new == []:  # findings of which none is left
        yield from _differing(old, {}, place)
    elif old == [] and isinstance(new, dict):
        yield from _differing({}, new, place)
    elif isinstance(old, list) and isinstance(new, list):
        for number, (one, other) in enumerate(zip_longest(old, new, fillvalue=_NOTHING)):
            name = one.get("report", number) if isinstance(one, dict) else number
            yield from _differing(one, other, f"{place}[{name}]")
    elif old != new:
        yield place, _text_of(old), _text_of(new)


def _text_of(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    main()
