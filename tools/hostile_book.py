"""Makes a book in which every word of an outsider is made to run in the reader's browser.

A text a way of running: markup, scripts, frames, styles, links, ways out of an attribute or of a
script. Each stands in a donor's name, in what a bank passed on, in a sheet and its name, in payees,
narrations, metadata, links' labels, custom values, notes, documents and files' names. What runs
says "RAN" on the console, and asks a server of another origin. All amounts are made up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from fava.util import slugify
from openpyxl import Workbook
from pledgebook.importers.imports import import_files
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.parsing import quoted

TITLE = "Voluntary <img src=x onerror=console.error('RAN:title')> contributions"
SLUG = slugify(TITLE)
RAN = "RAN:"
"""What stands before the name of a text on the console, if it runs."""

_TEXTS = Path(__file__).with_name("hostile_texts.txt")
_SOURCE = f"/{SLUG}/api/source"
_WRITE = (
    f"fetch('{_SOURCE}').then(a=>a.json()).then(({{data:d}})=>fetch('{_SOURCE}',{{method:'PUT',"
    "headers:{'Content-Type':'application/json'},body:JSON.stringify({...d,source:d.source+';ran'})"
    "}))"
)
"""A script that adds a comment to the book's file, by Fava's own endpoint."""

_ACCOUNT = "Assets:CPCJF:Cash"
_IBAN = "GB29NWBK60161331926819"
_DAY = "2002-03-01"
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class HostileBook:
    """A book that was made, its texts by name, and its files that would run by kind. `codes` are
    the donors whom each text is the name of, `names` the files of the inbox.
    """

    main: Path
    texts: Mapping[str, str]
    files: Mapping[str, Path]
    codes: Mapping[str, str]
    names: Mapping[str, str]


def make_hostile_book(folder: Path, elsewhere: str) -> HostileBook:
    """Make the book; `elsewhere` is the address of a server of another origin."""
    main = make_book(folder)
    files = _write_files(folder / "documents", elsewhere)
    texts = hostile_texts(elsewhere, {name: _address(path) for name, path in files.items()})
    main.write_text(
        main.read_text("utf-8").replace('"Voluntary contributions"', quoted(TITLE)), "utf-8"
    )
    with (folder / "settings.beancount").open("a", encoding="utf-8") as file:
        file.write(
            f'\n1999-12-31 custom "bank" "MAIN" "{_IBAN}"\n  accounts: "{_ACCOUNT}"\n'
            + "".join(
                f'1999-12-31 custom "donor" "{_code(number)}" {quoted(text)}\n  kind: "company"\n'
                for number, text in enumerate(texts.values())
            )
        )
    with (folder / "2002-2003.beancount").open("a", encoding="utf-8") as file:
        file.write("\n".join(_entries(texts, files)))
    _write_sheet(folder / "inbox" / "sheet.xlsx", texts)
    statement = folder / "inbox" / "statement.xml"
    _write_statement(statement, texts)
    import_files(load_book(main), [statement], bank="MAIN")
    codes = {name: _code(number) for number, name in enumerate(texts)}
    names = {
        name: f"{text.replace('/', chr(0x2215))[:_LONGEST_NAME]}.csv"
        for name, text in texts.items()
    }
    for name, text in texts.items():
        (folder / "inbox" / names[name]).write_text(f"Donor;Amount\n{quoted(text)};1\n", "utf-8")
    return HostileBook(main=main, texts=texts, files=files, codes=codes, names=names)


def hostile_texts(elsewhere: str, documents: Mapping[str, str]) -> dict[str, str]:
    """Return texts that would run, by what they are: `documents` are the addresses under which the
    book hands out files that would.
    """
    words = {"ELSEWHERE": elsewhere, "WRITE": _WRITE}
    words |= {f"({kind.upper()})": address for kind, address in documents.items()}
    texts = {}
    for line in _TEXTS.read_text("utf-8").splitlines():
        name, _, text = line.partition(" ")
        if not text or name == "#":
            continue
        for word, meant in words.items():
            text = text.replace(word, meant)
        texts[name] = text.strip().replace("RUN", f"console.error('{RAN}{name}')")
    return texts


def _code(number: int) -> str:
    return f"X{chr(65 + number // 26)}{chr(65 + number % 26)}"


def _address(path: Path) -> str:
    return f"/{SLUG}/document/?filename={path}"


def _entries(texts: Mapping[str, str], files: Mapping[str, Path]) -> list[str]:
    """Entries in which the texts stand, wherever a book may have words."""
    found = []
    for number, text in enumerate(texts.values()):
        code, words = _code(number), quoted(text)
        found.append(
            f'{_DAY} * {words} {words} ^{code}-2002-01\n  class: "general"\n'
            f"  reference: {words}\n  source: {words}\n  remark: {words}\n"
            f'  document: "documents/{files["html"].name}"\n'
            f'  Assets:CPCJF:Pledges:{code}  600 USD {{0 # 600.00 USD, "{code}-2002-01.1"}}\n'
            f"    due: 2002-06-30\n    remark: {words}\n"
            f"  Income:CPCJF:Contributions:{code}  -600.00 USD\n    remark: {words}\n\n"
            f"{_DAY} note {_ACCOUNT} {words}\n  remark: {words}\n"
            f"{_DAY} custom {words} {words} {_ACCOUNT} TRUE\n  remark: {words}\n"
            f"{_DAY} event {words} {words}\n"
            f'{_DAY} query {words} "select account, {number}"\n'
            f'{_DAY} custom "fava-sidebar-link" {words} {words}\n'
        )
    found += [f'{_DAY} document {_ACCOUNT} "{path}"\n' for path in files.values()]
    return found


def _write_files(folder: Path, elsewhere: str) -> dict[str, Path]:
    """Write files that would run if the book handed them out as scripts or pages."""
    run = f"console.error('{RAN}file')"
    contents = {
        "js": f"{run};fetch('{elsewhere}/file')",
        "html": f"<!doctype html><title>x</title><script>{run}</script><img src={elsewhere}/html>",
        "svg": f'<svg xmlns="http://www.w3.org/2000/svg"><script>{run}</script>'
        f'<g id="run"><image href="{elsewhere}/svg"/></g></svg>',
        "css": f"@import url('{elsewhere}/css'); li {{ display: none }}",
        "xhtml": f'<html xmlns="http://www.w3.org/1999/xhtml"><script>{run}</script></html>',
        "xml": '<?xml-stylesheet href="data:text/xsl,x"?><x xmlns="http://www.w3.org/1999/xhtml">'
        f"<script>{run}</script></x>",
        "pdf": "%PDF-1.4\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>"
        "endobj trailer<</Root 1 0 R>>",
        "txt": f"<script>{run}</script>",
        "csv": f"<script>{run}</script>;1",
        "png": f"\x89PNG<script>{run}</script>",
    }
    made = {}
    for kind, content in contents.items():
        made[kind] = folder / f"{_DAY} hostile.{kind}"
        made[kind].write_text(content, "latin-1")
    return made


def _write_sheet(path: Path, texts: Mapping[str, str]) -> None:
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "<img src=x onerror=1>"
    sheet.append(["Donor", "Reference", "Date of pledge", "Currency", "Amount"])
    for text in texts.values():
        sheet.append([text, text, _DAY, "USD", 600])
    workbook.save(path)


def _write_statement(path: Path, texts: Mapping[str, str]) -> None:
    total = 100 * len(texts)
    entries = "".join(
        f'<Ntry><Amt Ccy="USD">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt><Dt>2002-04-15</Dt></BookgDt><ValDt><Dt>2002-04-15</Dt></ValDt>"
        f"<AcctSvcrRef>{number}</AcctSvcrRef><NtryDtls><TxDtls>"
        f"<Refs><EndToEndId>{escape(text)}</EndToEndId></Refs>"
        f"<RltdPties><Dbtr><Pty><Nm>{escape(text)}</Nm></Pty></Dbtr></RltdPties>"
        f"<RmtInf><Ustrd>{escape(text)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        for number, text in enumerate(texts.values())
    )

    def balance(code: str, amount: int, day: str) -> str:
        return (
            f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
            f'<Amt Ccy="USD">{amount}.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
            f"<Dt><Dt>{day}</Dt></Dt></Bal>"
        )

    path.write_text(
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
        "<GrpHdr><MsgId>M</MsgId><CreDtTm>2003-01-02T06:00:00</CreDtTm></GrpHdr><Stmt><Id>S</Id>"
        f"<Acct><Id><IBAN>{_IBAN}</IBAN></Id><Ccy>USD</Ccy></Acct>"
        f"{balance('OPBD', 0, '2002-01-01')}{balance('CLBD', total, '2002-12-31')}{entries}"
        "</Stmt></BkToCstmrStmt></Document>",
        "utf-8",
    )
