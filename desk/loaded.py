"""The book behind the pages: what Fava loaded, as a `Book`, and what was computed of it.

Fava loads a book once and again whenever a file changed. The pages take what it loaded, whole and
not as Fava's filters leave it, and share one `Desk` a load, so that nothing is loaded or computed
twice.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import date
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from threading import Lock, RLock
from typing import Any, TypeVar, cast

from beancount.core.data import Directive, Options
from fava.core import FavaLedger
from pledgebook.ledger.files.answering import book_answering, left_out
from pledgebook.ledger.files.loading import book_loaded
from pledgebook.ledger.register.book import Book, without_garbage_collection
from pledgebook.ledger.register.history import HISTORY

T = TypeVar("T")
_KEPT = 64
"""How many results are kept of one load: more than a person looks at between two changes."""


class Desk:
    """One load of a book, and what its pages computed of it.

    `main` is the desk of the book that Fava loaded and pages write to: this one, unless this is
    the desk of history.beancount, which answers for closed periods.
    """

    def __init__(self, book: Book, main: Desk | None = None) -> None:
        self.book = book
        self.present = book.as_of(date.max)
        """The book under the present names of its donors."""
        self.main = main or self
        self.looked_at: dict[str, Any] = {}
        """What was found in the files of the inbox, by their stamps (`waiting`)."""
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._making: dict[Hashable, RLock] = {}
        self._lock = Lock()

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` gives, computed once under `key` as long as the book is loaded. Two
        requests that want the same wait for one computation, and no other waits for it.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return cast("T", self._kept[key])
            making = self._making.setdefault(key, RLock())
        with making:
            with self._lock:
                if key in self._kept:
                    return cast("T", self._kept[key])
            with without_garbage_collection():
                made = make()
            with self._lock:
                self._kept[key] = made
                self._making.pop(key, None)
                if len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return made

    @property
    def is_history(self) -> bool:
        """Whether this is the desk of history.beancount, on which nothing is written."""
        return self.main is not self

    def answering(self, day: date) -> Desk:
        """Return the desk that answers for a day: this one, or that of history.beancount, loaded
        once. Raises BookRefusedError where the day's period is closed and there is no history.
        """
        if not left_out(self.book, day):
            return self
        path = self.book.folder / HISTORY
        digest = sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        return self.once(
            ("history", digest), lambda: Desk(book_answering(self.book, day), self.main)
        )

    @cached_property
    def closed_files(self) -> frozenset[str]:
        """The files of closed periods, by their paths: Fava, which did not load them, neither
        shows nor changes them.
        """
        own = {str(path) for path in self.main.book.files}
        return frozenset(str(path) for path in self.book.files) - own


_DESKS: dict[str, Desk] = {}
_LOCK = RLock()


def desk_of(ledger: FavaLedger) -> Desk:
    """Return the desk of what Fava has loaded now."""
    with _LOCK:
        desk = _DESKS.get(ledger.beancount_file_path)
        loaded: object = ledger.all_entries
        if desk is None or desk.book.entries is not loaded:
            desk = Desk(_book_of(ledger))
            _DESKS[ledger.beancount_file_path] = desk
        return desk


def _book_of(ledger: FavaLedger) -> Book:
    # Fava types Beancount's directives and options by its own abstract classes.
    return book_loaded(
        Path(ledger.beancount_file_path).absolute(),
        cast("list[Directive]", ledger.all_entries),
        ledger.load_errors,
        cast("Options", ledger.options),
    )
