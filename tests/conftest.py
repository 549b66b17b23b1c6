"""Books for tests: the golden example, and small books written in a test's docstring.

An entry that must be refused says so at its line, `; <- paid-twice`; a notice, `; <~ cents`. The
fixture `told` loads the docstring, holds exactly these against what the book says, line by line,
and returns the sentences by rule, in the order they are reported.
"""

from __future__ import annotations

import gc
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest
from beancount.core.data import Transaction
from hypothesis import HealthCheck, settings
from pledgebook.ledger.drafts import Draft, Meta
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.writing import write_entries
from pledgebook.ledger.office import NoOfficeError, convert
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.columns import total
from pledgebook.ledger.register.instalments import Instalment, list_instalments
from pledgebook.ledger.register.postings import read_lines
from pledgebook.ledger.register.register import Claim
from pledgebook.reports.figures.selection import select
from pledgebook.reports.schedule import make_schedule

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from serving import Complaints

settings.register_profile(
    "same", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "searching", deadline=None, max_examples=1000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("same")
# A run of the tests says the same each time, on a slow machine too; new faults are looked for with
# --hypothesis-profile=searching.

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "data" / "golden"
MANDATE = ROOT / "ledger" / "data" / "book" / "A-RES-55-64.beancount"

# What every small book declares. All amounts in these tests are made up.
SETTINGS = f"""
1999-12-31 custom "fund" "CPCJF" "United Nations Crime Prevention and Criminal Justice Fund"
  classes: "general special support"
1999-12-31 custom "fund" "UNTOC" "Account under article 30 of the Convention"
  within: "CPCJF"
  classes: "convention"
1999-12-31 custom "purpose" "corruption" "Corruption"
1999-12-31 custom "purpose" "trafficking-in-persons" "Trafficking in persons"
1999-12-31 custom "purpose" "organized-crime" "Organized crime"
1999-12-31 custom "purpose" "entry-into-force" "Entry into force of the Convention"
1999-12-31 custom "purpose" "firearms-protocol" "Firearms protocol"
1999-12-31 custom "purpose" "juvenile-justice" "Juvenile justice"
1999-12-31 custom "purpose" "commission-support" "Support for the Commission"
1999-12-31 custom "donor" "UNDP" "United Nations Development Programme"
  kind: "un-entity"
1999-12-31 custom "donor" "EXF" "Example Foundation"
  kind: "foundation"
2000-01-01 custom "period" "2000-2001" 2001-12-31
2002-01-01 custom "period" "2002-2003" 2003-12-31
2004-01-01 custom "period" "2004-2005" 2005-12-31
include "{MANDATE}"
"""
HEAD = 'option "operating_currency" "USD"\nplugin "pledgebook.plugins"\n'

Load = Callable[..., Book]
Told = dict[str, str]


FEW_RATES = '1999-12-31 custom "rate-age" "9999"\n'
"""A few rates serve all the years of a test that is not about rates, which come every month."""


def pytest_collection_finish() -> None:
    """Go less often through what is there for the whole run when garbage is collected."""
    gc.collect()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Caches and settings of this user are kept apart from those of who runs the tests."""
    with pytest.MonkeyPatch.context() as patched:
        for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
            patched.setenv(name, str(tmp_path_factory.mktemp(name.lower())))
        yield


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load entries as a book: `load(text, settings=…, head=…)`. The entries stand in a file of
    their own, 2002-2003.beancount, so that their lines count from its top.
    """

    def load_text(text: str, settings: str = SETTINGS, head: str = HEAD) -> Book:
        (tmp_path / "2002-2003.beancount").write_text(dedent(text).lstrip("\n"), "utf-8")
        (tmp_path / "settings.beancount").write_text(dedent(settings).lstrip("\n"), "utf-8")
        includes = 'include "settings.beancount"\ninclude "2002-2003.beancount"\n'
        (tmp_path / "main.beancount").write_text(head + includes, "utf-8")
        return load_book(tmp_path / "main.beancount")

    return load_text


@pytest.fixture
def book(request: pytest.FixtureRequest, load: Load) -> Book:
    """The book in the test's docstring."""
    return load(request.function.__doc__)


@pytest.fixture
def say() -> Callable[..., Told]:
    """Hold a book's errors and notices (or, with `notices=False`, its errors alone) against the
    marks in its entries; return the sentences.
    """
    return hold_to_marks


@pytest.fixture
def told(book: Book) -> Told:
    """What the docstring's book says, by rule, after it was held against the marks."""
    return hold_to_marks(book)


@pytest.fixture(scope="session")
def golden() -> Book:
    """The golden example under policy `pledge`."""
    return load_book(GOLDEN / "main.beancount")


@pytest.fixture(scope="session")
def golden_receipt() -> Book:
    """The golden example with earmarked money and the Convention's account on `receipt`."""
    return load_book(GOLDEN / "main-receipt.beancount")


LETTERHEAD = """
1999-12-31 custom "letterhead" "CPCJF" "Example Office (made up)"
  organization-fr: "Bureau exemple (fictif)"
  address: "1 Example Square | Example City"
  signatory-title: "Chief, Contributions Unit"
  payment: "Example Bank, account 00-000-00 (made up)"
  notice: "Every amount is made up."
1999-12-31 custom "addressee" "FRA" "Permanent Mission of France"
  name-fr: "Mission permanente de la France"
  language: "fr"
"""


@pytest.fixture(scope="session")
def copy_golden() -> Callable[..., Path]:
    """Copy the golden example into a folder, to be written to, with a letterhead and what else is
    given; return its main file.
    """

    def copy(folder: Path, more: str = "") -> Path:
        folder.mkdir(exist_ok=True)
        for path in GOLDEN.glob("*.beancount"):
            text = path.read_text("utf-8").replace("../../..", ROOT.as_posix())
            (folder / path.name).write_text(text, "utf-8")
        main = folder / "main.beancount"
        main.write_text(main.read_text("utf-8") + LETTERHEAD + dedent(more), "utf-8")
        return main

    return copy


def split_golden(folder: Path, policy: str) -> Path:
    """Write the golden book with a file a period, and the period that follows declared."""
    main = GOLDEN / ("main.beancount" if policy == "pledge" else "main-receipt.beancount")
    parts = re.split(r"\n(?=\d{4}-)", (GOLDEN / f"policy-{policy}.beancount").read_text("utf-8"))
    entries = [part.strip() for part in parts if re.match(r"[\d-]{10} [*!]", part)]
    opens = [part for part in parts if re.match(r"[\d-]{10} open", part)]
    settings = (GOLDEN / "settings.beancount").read_text("utf-8")
    settings = settings.replace("../../../ledger/data/book/", "")
    folder.mkdir()
    shutil.copy(MANDATE, folder)
    (folder / "settings.beancount").write_text(
        "\n".join([settings, '2004-01-01 custom "period" "2004-2005" 2005-12-31', *opens, ""]),
        "utf-8",
    )
    names = ("2000-2001", "2002-2003")
    for name in names:
        own = [part for part in entries if name[:4] <= part[:4] <= name[5:]]
        (folder / f"{name}.beancount").write_text("\n\n".join(own) + "\n", "utf-8")
    includes = "\n".join(f'include "{name}.beancount"' for name in names)
    text = re.sub(r'include "policy-.*"', includes, main.read_text("utf-8"))
    (folder / "main.beancount").write_text(text, "utf-8")
    return folder / "main.beancount"


_ASIDE = frozenset({"approval", "document", "cash-below-nothing", "refund-beyond"})
"""Notices that small books for other rules draw by the way: held only where one is marked."""


def hold_to_marks(book: Book, *, notices: bool = True) -> Told:
    expected = _marks(book)
    said = [("<-", error) for error in book.errors]
    marked = {rule for _, _, _, rule in expected}
    said += [
        ("<~", notice)
        for notice in book.notices
        if notices and (notice.rule not in _ASIDE or notice.rule in marked)
    ]
    found = sorted(_key(mark, fault) for mark, fault in said)
    sentences = "\n".join(f"{_key(mark, fault)} {fault.message}" for mark, fault in said)
    assert found == expected, sentences
    return {_rule(fault): fault.message for _, fault in said}


def _marks(book: Book) -> list[tuple[str, int, str, str]]:
    return sorted(
        (path.name, number, mark, rule)
        for path in book.files
        if path.parent == book.folder
        for number, line in enumerate(path.read_text("utf-8").split("\n"), 1)
        for mark, rule in re.findall(r"(<[-~]) ([\w-]+)", line)
    )


def _key(mark: str, fault: Any) -> tuple[str, int, str, str]:
    source = fault.source or {}
    name = Path(str(source.get("filename", ""))).name
    return name, int(source.get("lineno", 0) or 0), mark, _rule(fault)


def _rule(fault: Any) -> str:
    return getattr(fault, "rule", None) or type(fault).__name__


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Where nothing may be skipped (as in CI), a skipped test fails the run."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped and os.environ.get("PLEDGEBOOK_NO_SKIPS"):
        terminalreporter.write_line(f"{len(skipped)} tests were skipped, which fails here.")


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("PLEDGEBOOK_NO_SKIPS") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def calc() -> None:
    """LibreOffice with Calc, which workbooks take."""
    _try_office("Calc", {"tried": b"1,2\n"}, ".csv", "xlsx")


@pytest.fixture(scope="session")
def writer() -> None:
    """LibreOffice with Writer, which letters take."""
    _try_office("Writer", {"tried": b"A line\n"}, ".txt", "pdf:writer_pdf_Export")


def _try_office(component: str, document: dict[str, bytes], ending: str, to: str) -> None:
    """Skip without a component of LibreOffice: one may be installed without the other, and where
    they stand differs from system to system, so a document is tried.
    """
    try:
        convert(document, ending, to)
    except NoOfficeError as error:
        pytest.skip(f"needs LibreOffice with {component}: {error}")


@pytest.fixture(scope="session")
def read_pdf() -> Callable[[Path], str]:
    """Read the text of a PDF as it stands on its pages, by poppler."""
    if not shutil.which("pdftotext"):
        pytest.skip("needs pdftotext of poppler")

    def read(path: Path) -> str:
        command = ["pdftotext", "-layout", str(path), "-"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    return read


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once for all tests that need it."""
    from serving import chromium  # noqa: PLC0415 - other tests do without its start

    with chromium() as browser:
        yield browser


@pytest.fixture
def complaints() -> Complaints:
    """What `page` says is wrong."""
    from serving import Complaints  # noqa: PLC0415

    return Complaints()


@pytest.fixture
def page(browser: Browser, complaints: Complaints) -> Iterator[Page]:
    """A window of its own, with nothing kept from another."""
    page = browser.new_page()
    complaints.follow(page)
    yield page
    page.close()


class Keeper:
    """A book on disk that grows by drafts: each is saved by our writer, loaded with the plugins on,
    and every report of contributions is proved after it. All classes follow one policy.
    """

    periods = ("2000-2001", "2002", "2003", "2002-2003", "2004-2005")

    def __init__(self, folder: Path, policy: str) -> None:
        self.policy = policy
        self.main = folder / "main.beancount"
        fund = SETTINGS.replace(
            '"convention"', f'"convention"\n  recognition-convention: "{policy}"', 1
        ).replace(
            '"general special support"',
            f'"general special support"\n  recognition-general: "{policy}"\n'
            f'  recognition-special: "{policy}"',
            1,
        )
        self.main.write_text(HEAD + fund, "utf-8")
        self.book = load_book(self.main)

    def record(
        self,
        build: Callable[..., Draft],
        *,
        narration: str = "",
        meta: Meta | None = None,
        **given: Any,
    ) -> Draft:
        draft = build(self.book.settings, **given).noted(narration=narration, meta=meta)
        write_entries(self.book, [draft])
        self.reload()
        return draft

    def by_hand(self, text: str) -> None:
        with self.main.open("a", encoding="utf-8") as file:
            file.write(dedent(text))
        self.reload()

    def reload(self) -> None:
        self.book = load_book(self.main)
        assert [error.message for error in self.book.errors] == [], self.main.read_text("utf-8")
        for period in self.periods:
            made = make_schedule(select(self.book, period))
            assert [tie for tie in made.ties if not tie.agrees] == [], period
            assert made.proof.agrees, (period, made.proof)
            assert all(line.figures.foots for lines in made.sections.values() for line in lines), (
                period
            )

    def claim(self, label: str) -> Claim:
        return self.book.register.by_label[label][-1].after

    def line(self, label: str) -> Instalment:
        (found,) = [line for line in list_instalments(self.book.register) if line.label == label]
        return found

    def figures(
        self, fund: str = "CPCJF", class_: str = "special", period: str = "2002-2003"
    ) -> dict[str, str]:
        """The totals of a class, without the columns that are nil."""
        made = make_schedule(select(self.book, period))
        amounts = total(line.figures for line in made.sections.get((fund, class_), [])).amounts()
        return {key: str(amount) for key, amount in amounts.items() if amount}

    def balance(self, account: str) -> Decimal:
        """An account's balance in the book's currency, lots at their cost."""
        return sum(
            (
                line.value or Decimal(0)
                for entry in self.book.entries
                if isinstance(entry, Transaction)
                for line in read_lines(entry, self.book.settings)
                if line.posting.account == account
            ),
            Decimal(0),
        )


@pytest.fixture(params=["pledge", "receipt", "agreement"])
def keeper(request: pytest.FixtureRequest, tmp_path: Path) -> Keeper:
    """A new book, under each recognition policy."""
    return Keeper(tmp_path, request.param)
