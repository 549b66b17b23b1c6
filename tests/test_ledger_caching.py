"""A load that is kept answers for the very same bytes and nothing else (all amounts made up)."""

from __future__ import annotations

import gzip
import os
import pickle
import shutil
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import HEAD, SETTINGS
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.events import Earmark, receipt_without_pledge
from pledgebook.ledger.files import caching, loading
from pledgebook.ledger.files.caching import open_book
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.writing import write_entries
from pledgebook.ledger.register.book import Book
from serving import pledgebook, served

ENTRIES = """
2002-03-01 * "Norway" "Pledge" ^NOR-2002-01
  Assets:CPCJF:Pledges:NOR        100 USD {0 # 100.00 USD, "NOR-2002-01.1"}
  Income:CPCJF:Contributions:NOR -100.00 USD
2002-03-02 * "Norway" "Too much"
  Assets:CPCJF:Pledges:NOR       -200 USD {"NOR-2002-01.1"}
  Assets:CPCJF:Cash               200.00 USD
"""

Opened = Callable[[], tuple[Book, bool]]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "pledgebook" / "loads"


@pytest.fixture
def main(tmp_path: Path) -> Path:
    return make(tmp_path / "book", ENTRIES)


def make(folder: Path, entries: str, head: str = HEAD) -> Path:
    folder.mkdir()
    (folder / "settings.beancount").write_text(SETTINGS, "utf-8")
    (folder / "2002-2003.beancount").write_text(entries, "utf-8")
    includes = 'include "settings.beancount"\ninclude "20*.beancount"\n'
    (folder / "main.beancount").write_text(head + includes, "utf-8")
    return folder / "main.beancount"


def was_kept(main: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Open a book and tell whether it was answered without a load, and as a load answers."""
    loads: list[Path] = []

    def counted(path: Path) -> Book:
        loads.append(path)
        return load_book(path)

    with monkeypatch.context() as patched:
        patched.setattr(caching, "load_book", counted)
        book = open_book(main)
    told, own = load_book(main), book
    assert own.entries == told.entries
    # As values: in which order a set prints its members differs from process to process.
    assert [type(error) for error in own.errors] == [type(error) for error in told.errors]
    assert own.errors == told.errors
    assert own.findings == told.findings
    assert (own.digests, own.patterns, own.path) == (told.digests, told.patterns, told.path)
    assert own.sha256 == told.sha256
    assert list(own.register.by_label) == list(told.register.by_label)
    return not loads


def test_a_book_is_loaded_once_and_kept_with_its_errors_and_notices(
    main: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not was_kept(main, monkeypatch)
    assert was_kept(main, monkeypatch)
    kept = open_book(main)
    assert [getattr(error, "rule", "beancount") for error in kept.errors] == [
        "more-than-outstanding",
        "beancount",
    ]
    assert any(kept.errors[0].entry is entry for entry in kept.entries)
    assert cache.stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in cache.iterdir()] == [0o600]
    assert not list(main.parent.glob("*cache*"))


def change_file(main: Path) -> None:
    path = main.with_name("2002-2003.beancount")
    kept = path.stat()
    path.write_bytes(path.read_bytes().replace(b"Pledge", b"Pledgf"))
    os.utime(path, ns=(kept.st_atime_ns, kept.st_mtime_ns))


def match_another(main: Path) -> None:
    main.with_name("2004.beancount").write_text("2004-01-01 open Assets:Other\n", "utf-8")


def add_document(main: Path) -> None:
    (main.parent / "documents" / "Assets" / "2002-01-01.a.txt").write_text("", "utf-8")


def remove_document(main: Path) -> None:
    (main.parent / "kept.txt").unlink()


@pytest.mark.parametrize(
    "change", [change_file, match_another, add_document, remove_document], ids=lambda x: x.__name__
)
def test_what_a_load_rests_on_is_looked_at(
    change: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = '2002-01-01 open Assets:Own\n2002-01-02 document Assets:Own "kept.txt"\n'
    main = make(tmp_path / "book", ENTRIES + document, HEAD + 'option "documents" "documents"\n')
    (main.parent / "documents" / "Assets").mkdir(parents=True)
    (main.parent / "kept.txt").touch()
    assert not was_kept(main, monkeypatch)
    assert was_kept(main, monkeypatch)
    change(main)
    assert not was_kept(main, monkeypatch)
    assert was_kept(main, monkeypatch)


def test_another_program_python_or_beancount_is_a_miss(
    main: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_book(main)
    assert was_kept(main, monkeypatch)
    with monkeypatch.context() as patched:
        patched.setattr(caching.beancount, "__version__", "0")
        caching._versions.cache_clear()
        assert not was_kept(main, monkeypatch)
    caching._versions.cache_clear()


def test_the_program_and_its_data_are_of_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = caching._versions()
    own = tmp_path / "ledger"
    (own / "data").mkdir(parents=True)
    (tmp_path / "plugins").mkdir()
    (own / "data" / "states.csv").write_text("AUT", "utf-8")
    monkeypatch.setattr(caching, "_PROGRAM", tmp_path)
    caching._versions.cache_clear()
    first = caching._versions()
    (own / "data" / "states.csv").write_text("AUS, AUT", "utf-8")
    caching._versions.cache_clear()
    assert len({before, first, caching._versions()}) == 3
    caching._versions.cache_clear()


def test_a_copied_or_moved_book_never_answers_from_another_s_load(
    main: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_book(main)
    shutil.copytree(main.parent, tmp_path / "copy")
    assert not was_kept(tmp_path / "copy" / main.name, monkeypatch)
    link = tmp_path / "link"
    link.symlink_to(main.parent)
    assert not was_kept(link / main.name, monkeypatch)
    assert open_book(main).path == main


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda content: content[: len(content) // 2],
        lambda content: content.replace(b"\n", b" ", 1),
        gzip.compress,
        lambda content: b"{}\n" + content.partition(b"\n")[2],
        lambda content: content.partition(b"\n")[0] + b"\n" + pickle.dumps({"path": 1}),
    ],
)
def test_a_damaged_cache_is_a_miss(
    damage: Callable[[bytes], bytes], main: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_book(main)
    (path,) = cache.iterdir()
    path.write_bytes(damage(path.read_bytes()))
    assert not was_kept(main, monkeypatch)
    assert was_kept(main, monkeypatch)


def open_to_others(path: Path) -> None:
    path.chmod(0o622)


def open_folder(path: Path) -> None:
    path.parent.chmod(0o777)


def link_elsewhere(path: Path) -> None:
    path.rename(path.parent.parent / "elsewhere")
    path.symlink_to(path.parent.parent / "elsewhere")


@pytest.mark.parametrize("spoil", [open_to_others, open_folder, link_elsewhere])
def test_a_cache_that_others_may_have_written_is_a_miss(
    spoil: Callable[[Path], None], main: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_book(main)
    (path,) = cache.iterdir()
    spoil(path)
    assert not was_kept(main, monkeypatch)


def test_no_cache_folder_is_no_error(
    main: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert not was_kept(main, monkeypatch)


def test_what_nobody_used_for_a_month_is_thrown_away(main: Path, cache: Path) -> None:
    open_book(main)
    (path,) = cache.iterdir()
    (old := cache / "old").touch()
    os.utime(old, (0, 0))
    main.write_text(main.read_text("utf-8") + "\n", "utf-8")
    open_book(main)
    assert list(cache.iterdir()) == [path]


def gift(book: Book) -> Draft:
    return receipt_without_pledge(
        book.settings,
        day=date(2002, 3, 15),
        donor="SWE",
        earmark=Earmark("CPCJF", "general"),
        value=Decimal("5.00"),
    ).noted(narration="Gift")


def test_after_a_write_the_tried_load_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = make(tmp_path / "book", "")
    book = open_book(main)
    write_entries(book, [gift(book)])
    assert was_kept(main, monkeypatch)
    assert "Gift" in [getattr(entry, "narration", "") for entry in open_book(main).entries]


def test_a_write_loads_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main = make(tmp_path / "book", "")
    loads: list[object] = []
    parse = loading.parse_files

    def counted(*given: object) -> object:
        loads.append(given)
        return parse(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(loading, "parse_files", counted)
    book = open_book(main)
    write_entries(book, [gift(book)])
    again = open_book(main)
    write_entries(again, [gift(again)])
    assert len(loads) == 3


def plant(main: Path, ran: Path) -> None:
    class Planted:
        def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
            return os.system, (f"touch {ran}",)

    for name in (".main.beancount.picklecache", "main.beancount.picklecache", "loads"):
        (main.parent / name).write_bytes(pickle.dumps(Planted()))


def test_a_cache_found_beside_a_book_never_runs(tmp_path: Path) -> None:
    main = make(tmp_path / "book", "")
    ran = tmp_path / "ran"
    plant(main, ran)
    before = {path.name: path.read_bytes() for path in main.parent.iterdir()}
    assert pledgebook(main, "check").returncode == 0
    assert pledgebook(main, "pledges").returncode == 0
    with served(main) as address:
        assert address
    assert not ran.exists()
    assert {path.name: path.read_bytes() for path in main.parent.iterdir()} == before
    planted = (main.parent / ".main.beancount.picklecache").read_bytes()
    pickle.loads(planted)  # noqa: S301 - it would have run
    assert ran.exists()
