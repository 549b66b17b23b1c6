"""Statements and rates that cannot be: refused by command in a sentence that says where and why.

The book stays as it was. Amounts, rates and account numbers are made up.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pledgebook.cli.main import group

SETTINGS = """
1999-12-31 custom "bank" "MAIN" "GB29 NWBK 6016 1331 9268 19"
  accounts: "Assets:CPCJF:Cash Assets:UNTOC:Cash"
"""
SWIFT = """:20:S7
:25:GB29NWBK60161331926819
:28C:7/1
:60F:C020630USD0,00
:61:020710C1000,00NTRFNONREF//B1
:86:/NAME/Republik Österreich/REMI/Pledge AUT-2002-01
:61:020715D15,00NCHGNONREF//B2
:86:MONTHLY FEE
:62F:C020731USD985,00
-
"""
CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>
<Id>S7</Id><Acct><Id><IBAN>GB29NWBK60161331926819</IBAN></Id><Ccy>USD</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="USD">0.00</Amt>
<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2002-07-01</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="USD">1000.00</Amt>
<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2002-07-31</Dt></Dt></Bal>
<Ntry><Amt Ccy="USD">1000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2002-07-10</Dt></BookgDt><ValDt><Dt>2002-07-10</Dt></ValDt>
<NtryDtls><TxDtls><RmtInf><Ustrd>Republik Österreich, pledge</Ustrd></RmtInf></TxDtls></NtryDtls>
</Ntry></Stmt></BkToCstmrStmt></Document>
"""
LIST = """Account;Date;Amount;Balance;Currency;Details
GB29NWBK60161331926819;2002-07-10;1000.00;1000.00;USD;Austria
GB29NWBK60161331926819;2002-07-15;-15.00;985.00;USD;Fee
"""
ENTITY = '<!DOCTYPE Document [<!ENTITY a "{0}">]><Document '
BOMB = (
    '<!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><Document "
)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(group, [str(each) for each in arguments])


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk") / "book"
    run("init", folder)
    settings = folder / "settings.beancount"
    settings.write_text(settings.read_text("utf-8") + SETTINGS, "utf-8")
    return folder


def bytes_of(book: Path) -> dict[str, str]:
    return {
        str(path.relative_to(book)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in book.rglob("*")
        if path.is_file() and not path.name.endswith(".picklecache")
    }


def refuse(book: Path, command: str, name: str, data: bytes) -> str:
    """Run a command on a file that it must refuse with the book untouched; return what it says."""
    path = book.parent / name
    path.write_bytes(data)
    before = bytes_of(book)
    result = run("--book", book, command, path)
    assert bytes_of(book) == before
    assert result.exit_code == 2, result.output
    said = result.stderr
    assert name in said
    assert "Traceback" not in result.output
    return " ".join(said.split())


def test_an_mt940_whose_zero_bytes_make_it_other_text_is_refused(book: Path) -> None:
    data = SWIFT.replace("Ö", "O").encode().replace(b"0", b"0\0")
    data += b"\n" * (len(data) % 2)
    assert "holds no statement that can be read" in refuse(book, "import", "zeros.sta", data)


def cut(text: str) -> list[str]:
    """Cut a file in tenths, and before its last sign of life."""
    whole = text.rstrip("-\n")
    return [whole[: len(whole) * tenth // 10] for tenth in range(1, 10)]


@pytest.mark.parametrize("part", cut(SWIFT))
def test_a_cut_mt940_is_refused(part: str, book: Path) -> None:
    assert refuse(book, "import", "cut.sta", part.encode())


@pytest.mark.parametrize("part", cut(CAMT))
def test_a_cut_camt_is_refused(part: str, book: Path) -> None:
    assert refuse(book, "import", "cut.xml", part.encode())


@pytest.mark.parametrize(
    ("name", "text", "change", "says"),
    [
        ("s.sta", SWIFT, ("USD985,00", "USD985,01"), r"opening 0.00 USD and 2 entries of 985.00"),
        (
            "s.xml",
            CAMT,
            ('<Ntry><Amt Ccy="USD">1000', '<Ntry><Amt Ccy="USD">999'),
            "does not follow",
        ),
        ("s.csv", LIST, (";985.00;", ";985.01;"), "s!3 states 985.01, the rows come to 985.00"),
        ("s.sta", SWIFT, ("GB29NWBK", "GB30NWBK"), 'custom "bank" "CODE" "GB30NWBK60161331926819"'),
        ("s.xml", CAMT, ("GB29NWBK", "GB30NWBK"), "which the book does not declare"),
        ("s.csv", LIST, ("GB29NWBK", "GB30NWBK"), "which the book does not declare"),
        ("s.sta", SWIFT, ("USD", "CHF"), "keeps in USD; the statement is in CHF"),
        ("s.xml", CAMT, ("USD", "CHF"), "keeps in USD; the statement is in CHF"),
        ("s.csv", LIST, ("USD", "CHF"), "keeps in USD; the statement is in CHF"),
        ("s.sta", SWIFT, ("Pledge", "\0"), "is neither text nor"),
        ("s.sta", SWIFT, ("C1000,00", f"C{10**18},00"), "an amount with a decimal comma"),
        ("s.xml", CAMT, ("<Dt>2002-07-31", "<Dt>0001-01-01"), "the date '0001-01-01', which is"),
        ("s.xml", CAMT, ("<Dt>2002-07-10", "<Dt>9999-12-31"), "the date '9999-12-31', which is"),
        ("s.xml", CAMT, (">1000.00<", f">{10**18}<"), "which is no figure"),
        ("s.sta", SWIFT, (SWIFT, ""), "empty"),
        ("s.xml", CAMT, (CAMT, ""), "empty"),
        ("s.xml", CAMT, (CAMT, "%PDF-1.7\n%x\n1 0 obj\n<<>>\nendobj\n"), "PDF"),
        ("s.xml", CAMT, ("<Document ", ENTITY.format("Austria")), "declares XML entities"),
        ("s.xml", CAMT, ("<Document ", BOMB), "declares XML entities"),
        (
            "s.xml",
            CAMT,
            ("<Document ", '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><Document '),
            "declares XML entities",
        ),
    ],
)
def test_a_statement_that_cannot_be_is_refused_with_its_reason(
    name: str, text: str, change: tuple[str, str], says: str, book: Path
) -> None:
    assert says in refuse(book, "import", name, text.replace(*change).encode())


def test_camt_that_is_not_in_the_encoding_it_declares_is_refused(book: Path) -> None:
    assert "cut or damaged" in refuse(book, "import", "latin.xml", CAMT.encode("latin-1"))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("utf16.xml", CAMT.replace("UTF-8", "UTF-16").encode("utf-16")),
        ("latin.xml", CAMT.replace("UTF-8", "ISO-8859-1").encode("latin-1")),
        ("utf16.sta", SWIFT.encode("utf-16")),
        ("utf8.sta", SWIFT.encode("utf-8-sig")),
        ("latin.sta", SWIFT.encode("latin-1")),
    ],
)
def test_a_statement_in_an_encoding_that_is_clear_keeps_its_letters(
    name: str, data: bytes, book: Path
) -> None:
    path = book.parent / name
    path.write_bytes(data)
    result = run("inspect", path)
    assert result.exit_code == 0, result.output
    assert "Republik Österreich" in result.stdout


RATES = "Currency code;Effective date;Rate\nEUR;2002-07-01;{0}\n"


@pytest.mark.parametrize("rate", ["0", "0.00", "-1.02", "about one", "1/2", "NaN", "1e999", "=1/0"])
def test_what_is_no_rate_never_reaches_the_book(rate: str, book: Path) -> None:
    path = book.parent / "rates.csv"
    path.write_text(RATES.format(rate), "utf-8")
    before = bytes_of(book)
    result = run("--book", book, "rates", path)
    assert result.exit_code in {1, 2}
    assert "rates!" in result.output
    assert "Traceback" not in result.output
    assert bytes_of(book) == before


@pytest.mark.parametrize(
    ("code", "day"), [("DEM", "2002-07-01"), ("TRY", "2004-12-31"), ("EUR", "1998-12-31")]
)
def test_a_rate_of_a_currency_that_was_none_on_its_day_is_rejected(
    code: str, day: str, book: Path
) -> None:
    path = book.parent / "rates.csv"
    path.write_text(f"Currency code;Effective date;Rate\n{code};{day};1.5\n", "utf-8")
    before = bytes_of(book)
    result = run("--book", book, "rates", "--all", path)
    assert result.exit_code == 1
    assert "rejected" in result.output
    assert bytes_of(book) == before
