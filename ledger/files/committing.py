"""One write of any number of files: all of it or nothing, whatever happens on the way.

The new contents are put beside the files they are for, and all is on disk before the journal gets
its name: from then on the write is decided. Then each content takes its file's place, and the
journal goes. Whoever writes next sweeps what was not decided and finishes what was. No file that
stands is ever emptied.

    .pledgebook.intent    what is being put beside the files; nothing is decided
    .pledgebook.write     the same, decided: the files may be old or new
"""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec import Struct, structs
from pledgebook.ledger.files import log
from pledgebook.ledger.files.locking import LOCK, now, one_writer
from pledgebook.ledger.findings import BookRefusedError, changed_meanwhile
from pledgebook.ledger.occasion import Occasion, present_occasion
from pledgebook.ledger.register.book import digest_of
from pledgebook.ledger.sources import read_json
from pledgebook.ledger.unfinished import JOURNAL

INTENT = ".pledgebook.intent"
_STAGED = ".pledgebook.new"
_SAID = ("by", "door", "what", "key", "when")

Changes = Mapping[Path, bytes | None]
"""New contents of files, by path; None takes a file away."""


class UnfinishedWriteError(BookRefusedError):
    """A write is decided, and could not be finished; the message says that it will be."""


class _Change(Struct, frozen=True, kw_only=True):
    """One file of a write, its paths within the book's folder: what it holds before and after
    (digests, "" for no file), and whether its content is written over the old one, since a new file
    would not be its owner's or not known by its other names.
    """

    path: str
    before: str
    after: str
    over: bool = False

    @property
    def staged(self) -> str:
        """Where the new content waits."""
        path = Path(self.path)
        return path.with_name(f".{path.name}{_STAGED}").as_posix()


class _Write(Struct, frozen=True, kw_only=True):
    """A write as its journal has it. `made` are folders that it needs and that were not there,
    `emptied` those that go if they are empty; `line` is put into the log, where `log_at` ends it.
    """

    occasion: Mapping[str, str]
    changes: tuple[_Change, ...]
    made: tuple[str, ...]
    emptied: tuple[str, ...] = ()
    log_at: int = 0
    line: str = ""

    def text(self) -> str:
        """Return the text of the journal."""
        changes = [structs.asdict(each) for each in self.changes]
        told = {**structs.asdict(self), "changes": changes}
        return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def commit(
    folder: Path,
    changes: Changes,
    read: Mapping[Path, str],
    folders: Iterable[Path] = (),
    *,
    told: Mapping[str, Any] | None = None,
    emptied: Iterable[str] = (),
) -> None:
    """Put contents into files of the book in a folder, and make `folders`: all of them or none.
    Links are followed and stay; modes and owners stay. `read` holds the digests of the files that
    the write rests on, as they were read; files that are not among them are looked at now. With
    `told` the write is logged, with that told of it besides (`log.next_line`). Folders that are
    `emptied` go if nothing is left in them.

    Raises BookRefusedError for a place outside the folder, where somebody else is writing or the
    disk does not let it, and for a file that changed since it was read: nothing is written then.
    Raises UnfinishedWriteError where it is decided and could not be finished.
    """
    folder = folder.resolve()
    with one_writer(folder):
        recover(folder)
        try:
            _commit(folder, changes, read, folders, told, emptied)
        except OSError as error:
            raise BookRefusedError(
                "The disk does not let it, so nothing was written: "
                f"{error.strerror or error} ({error.filename or folder})."
            ) from error


def _commit(
    folder: Path,
    changes: Changes,
    read: Mapping[Path, str],
    folders: Iterable[Path],
    told: Mapping[str, Any] | None,
    emptied: Iterable[str],
) -> None:
    contents = {_within(folder, path): content for path, content in changes.items()}
    known = {path.resolve(): digest for path, digest in read.items()}
    write = _planned(folder, contents, known, [_within(folder, each) for each in folders])
    places = [_within(folder, folder / name) for name in emptied]
    write = structs.replace(
        write, emptied=tuple(each.relative_to(folder).as_posix() for each in places)
    )
    if told is not None:
        write = _logged(folder, write, told)
    if not write.changes:
        return
    try:
        _stage(folder, write, contents)
        _refuse_other(known | {folder / each.path: each.before for each in write.changes})
        os.rename(folder / INTENT, folder / JOURNAL)  # noqa: PTH104 - the commit point
    except BaseException as error:
        if not (folder / JOURNAL).exists():
            with suppress(OSError):
                _sweep(folder, write)
            raise
        if not isinstance(error, OSError):
            raise
    _finish(folder, write)


def _refuse_other(digests: Mapping[Path, str]) -> None:
    """Raise BookChangedError for a file that does not hold what it should."""
    for path, digest in digests.items():
        if not _holds(path, digest):
            raise changed_meanwhile(path)


def recover(folder: Path) -> Occasion | None:
    """Finish a write that was decided, sweep one that was not; return the occasion of the one that
    was finished. To be called by who holds the lock.

    Raises BookRefusedError where a file was changed since or the disk does not let it,
    UnfinishedWriteError where it is in part of the files.
    """
    try:
        return _recover(folder.resolve())
    except OSError as error:
        raise BookRefusedError(
            f"A write to {folder} was interrupted and cannot be finished ({error}); nothing was "
            "written. Mend what stands in the way, then repeat the command."
        ) from error


def _recover(folder: Path) -> Occasion | None:
    begun, decided = folder / INTENT, folder / JOURNAL
    if begun.exists():
        with suppress(ValueError, KeyError, TypeError):
            _sweep(folder, _read(folder, begun))
        begun.unlink(missing_ok=True)
    if not decided.exists():
        return None
    try:
        write = _read(folder, decided)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BookRefusedError(
            f"{decided} says that a write was interrupted, and cannot be read ({error}); nothing "
            "was written. Take the book from a backup or, if it is right as it stands, remove that "
            "file."
        ) from error
    _refuse_changed(folder, write)
    _finish(folder, write)
    said = write.occasion
    return Occasion(by=said["by"], door=said["door"], what=said["what"], key=said["key"])


def is_interrupted(folder: Path) -> bool:
    """Tell whether a write to a folder was interrupted."""
    return (folder / INTENT).exists() or (folder / JOURNAL).exists()


def is_ours(path: Path) -> bool:
    """Tell whether a file beside a book is the lock, or what an interrupted write leaves."""
    return path.name in {LOCK, INTENT, JOURNAL} or path.name.endswith(_STAGED)


def _within(folder: Path, path: Path) -> Path:
    """Return the file that a path means, links followed. Raises BookRefusedError where it is not in
    the folder.
    """
    target = path.resolve()
    if not target.is_relative_to(folder):
        raise BookRefusedError(
            f"{path} leads to {target}, outside the book's folder {folder}, and nothing is written "
            "there: put the file itself into the folder."
        )
    return target


def _planned(
    folder: Path, contents: Changes, known: Mapping[Path, str], folders: Iterable[Path]
) -> _Write:
    changes = []
    made = [each for wanted in folders for each in _missing(wanted)]
    for path, content in contents.items():
        there = path.exists()
        before = known.get(path) or (digest_of(path.read_bytes()) if there else "")
        after = "" if content is None else digest_of(content)
        if before == after:
            continue
        changes.append(
            _Change(
                path=path.relative_to(folder).as_posix(),
                before=before,
                after=after,
                over=there and not _may_be_new(path.stat()),
            )
        )
        if content is not None:
            made += [each for each in _missing(path.parent) if each not in made]
    said = present_occasion()
    return _Write(
        occasion={"by": said.by, "door": said.door, "what": said.what, "key": said.key,
                  "when": now()},
        changes=tuple(changes),
        made=tuple(each.relative_to(folder).as_posix() for each in made),
    )  # fmt: skip


def _logged(folder: Path, write: _Write, told: Mapping[str, Any]) -> _Write:
    """Return a write with its line for the log."""
    path = _within(folder, folder / log.FILE)
    content = path.read_bytes() if path.exists() else b""
    files = {each.path: {"before": each.before, "after": each.after} for each in write.changes}
    stands = told.get("stands", {})
    after = {name: each["after"] for name, each in files.items() if name in stands}
    more = {**told, "stands": {**stands, **after}, "folders": write.made}
    line = log.next_line(content, present_occasion(), write.occasion["when"], files, more)
    return structs.replace(write, log_at=len(content), line=line.decode())


def _missing(folder: Path) -> Iterator[Path]:
    """Yield a folder and those above it that are not there, the outermost first."""
    if not folder.exists():
        yield from _missing(folder.parent)
        yield folder


def _may_be_new(old: os.stat_result) -> bool:
    """Tell whether a file can be replaced by a new one that has its owner, group and names."""
    if old.st_nlink > 1:
        return False
    if os.name != "posix" or os.geteuid() == 0:
        return True
    return old.st_uid == os.geteuid() and old.st_gid in {os.getegid(), *os.getgroups()}


def _stage(folder: Path, write: _Write, contents: Changes) -> None:
    _write_through(folder / INTENT, write.text().encode())
    for name in write.made:
        (folder / name).mkdir()
    for change in write.changes:
        path, staged = folder / change.path, folder / change.staged
        content = contents[path]
        if content is not None:
            _write_through(staged, content, path)
    _sync_all(folder, write)


def _write_through(path: Path, content: bytes, like: Path | None = None) -> None:
    """Write a new file and see it on disk; with the mode, owner and attributes of another. Whatever
    stands at that place goes: a link there would lead elsewhere.
    """
    path.unlink(missing_ok=True)
    with path.open("xb") as file:
        if like is not None and like.exists():
            _keep_ways(file.fileno(), like)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _keep_ways(new: int, like: Path) -> None:
    old = like.stat()
    if os.name == "posix":
        own = os.fstat(new)
        if _may_be_new(old) and (own.st_uid, own.st_gid) != (old.st_uid, old.st_gid):
            os.chown(new, old.st_uid, old.st_gid)
        os.fchmod(new, stat.S_IMODE(old.st_mode))
    for name in os.listxattr(like) if hasattr(os, "listxattr") else ():
        with suppress(OSError):  # those of the system itself
            os.setxattr(new, name, os.getxattr(like, name))


def _finish(folder: Path, write: _Write) -> None:
    """Put everything at its place; once more where that fails. What was decided is undone only
    where nothing of it is done.
    """
    for last in (False, True):
        try:
            _sync(folder)
            for change in write.changes:
                _put(folder, change)
            _empty(folder, write)
            _append(folder, write)
            _sync_all(folder, write)
            (folder / JOURNAL).unlink(missing_ok=True)
        except OSError as error:
            if last and (folder / JOURNAL).exists():
                _give_up(folder, write, error)
        else:
            break
    with suppress(OSError):  # where the journal comes back, what is done is found done
        _sync(folder)
    _tell_watchers(folder, write)


def _put(folder: Path, change: _Change) -> None:
    path, staged = folder / change.path, folder / change.staged
    if not change.after:
        path.unlink(missing_ok=True)
    elif staged.exists():
        if change.over and path.exists():
            with path.open("r+b") as file:
                file.write(staged.read_bytes())
                file.truncate()
                file.flush()
                os.fsync(file.fileno())
            staged.unlink()
        else:
            staged.replace(path)


def _empty(folder: Path, write: _Write) -> None:
    for name in reversed(write.emptied):
        with suppress(OSError):  # something else is in it
            (folder / name).rmdir()


def _append(folder: Path, write: _Write) -> None:
    """Put a write's line at the end of the log, once."""
    line = write.line.encode()
    if not line:
        return
    path = _within(folder, folder / log.FILE)
    begun = b""
    if path.exists():
        with path.open("rb") as file:
            file.seek(write.log_at)
            begun = file.read()
    if begun.startswith(line):
        return
    rest = line.removeprefix(begun) if line.startswith(begun) else line
    # Without a buffer, which would write what failed once more when the file is closed.
    with path.open("ab", buffering=0) as file:
        while rest:
            rest = rest[file.write(rest) :]
        os.fsync(file.fileno())


def _give_up(folder: Path, write: _Write, error: OSError) -> None:
    """Take the decision back where no file is changed yet, and raise what stood in the way; else
    raise UnfinishedWriteError.
    """
    if all(_holds(folder / each.path, each.before) for each in write.changes):
        with suppress(OSError):
            os.rename(folder / JOURNAL, folder / INTENT)  # noqa: PTH104 - the decision taken back
        if not (folder / JOURNAL).exists():
            with suppress(OSError):
                _sweep(folder, write)
            raise error
    raise UnfinishedWriteError(
        f"The write is decided, but not finished: {error.strerror} ({error.filename or folder}). "
        f"It stands in {JOURNAL} beside the book and is finished by the next command that writes, "
        "once the disk lets it; do not repeat this one."
    ) from error


def _refuse_changed(folder: Path, write: _Write) -> None:
    """Raise BookRefusedError where a file is neither as it was before a write nor as after it."""
    for change in write.changes:
        path, staged = folder / change.path, folder / change.staged
        if _holds(path, change.after) or (change.over and staged.exists()):
            continue
        if not _holds(path, change.before):
            if change.after and not staged.exists():
                continue  # it was at its place, and was changed since
            how = (
                f"What the write puts there stands in {change.staged}: make the file what it "
                f"should be, then remove {change.staged}"
                if change.after
                else "The write takes it away: keep it under another name"
            )
            raise BookRefusedError(
                f"A write was interrupted, and {change.path} was changed by hand before it was "
                f"finished; nothing was written. {how}, and repeat the command."
            )
        if change.after and not (staged.exists() and _holds(staged, change.after)):
            raise BookRefusedError(
                f"A write was interrupted, and what it puts into {change.path} is gone "
                f"({change.staged}); nothing was written. If the book is right as it stands, "
                f"remove {JOURNAL}; else take it from a backup."
            )


def _holds(path: Path, digest: str) -> bool:
    """Tell whether a file holds the content of a digest; "" is no file."""
    return digest_of(path.read_bytes()) == digest if path.exists() else not digest


def _sweep(folder: Path, write: _Write) -> None:
    """Take away what was put beside the files, and the intent to use it."""
    for change in write.changes:
        with suppress(FileNotFoundError, NotADirectoryError):
            (folder / change.staged).unlink()
    for name in reversed(write.made):
        with suppress(OSError):  # something else is in it
            (folder / name).rmdir()
    (folder / INTENT).unlink(missing_ok=True)


def _read(folder: Path, path: Path) -> _Write:
    """Read a journal. Raises ValueError, KeyError or TypeError for one that is none of ours."""
    said = read_json(path.read_text("utf-8"))
    write = _Write(
        occasion={key: str(said["occasion"][key]) for key in _SAID},
        changes=tuple(_Change(**each) for each in said["changes"]),
        made=tuple(map(str, said["made"])),
        emptied=tuple(map(str, said["emptied"])),
        log_at=int(said["log_at"]),
        line=str(said["line"]),
    )
    for name in (*(each.path for each in write.changes), *write.made, *write.emptied):
        if not (folder / name).resolve().is_relative_to(folder) or Path(name).is_absolute():
            raise ValueError(f"{name} is outside the book's folder")
    return write


def _sync_all(folder: Path, write: _Write) -> None:
    """See the names of all files of a write on disk."""
    places = [folder / each.path for each in write.changes]
    places += [folder / name for name in (*write.made, *write.emptied)]
    for place in dict.fromkeys(path.parent for path in places):
        if place.is_dir():  # else it was emptied
            _sync(place)


def _sync(folder: Path) -> None:
    if os.name != "posix":
        return  # elsewhere a folder cannot be opened
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:  # a file system that has no such thing
            raise
    finally:
        os.close(handle)


def _tell_watchers(folder: Path, write: _Write) -> None:
    """Let who looks at the times of files, as Fava does, see that something came last."""
    for change in reversed(write.changes):
        if change.after:
            with suppress(OSError):
                os.utime(folder / change.path)
            return
