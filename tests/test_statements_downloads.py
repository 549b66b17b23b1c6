"""OFX and QIF: the statements that banks give for download, read as camt.053 and MT940 are."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from html import escape
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.importers.reading.workbook import SentFile
from pledgebook.importers.statements.reading import is_statement, read_statements
from pledgebook.importers.statements.statement import Statement

NUMBER = "60161331926819"
NAMES = ["Government of Austria", "Müller & Söhne", "Norway <Mission>", "Fünf Ämter 7"]


class Paid(NamedTuple):
    day: date
    amount: Decimal
    payer: str
    text: str


def made(seed: int) -> list[Paid]:
    """Made-up entries of 2002, in order of day; one is of a day after the twelfth of its month."""
    random = Random(seed)
    days = sorted(
        date(2002, 3, 1) + timedelta(random.randrange(60)) for _ in range(random.randint(1, 9))
    )
    days[-1] = max(days[-1].replace(day=13), days[-1])
    days.sort()
    return [
        Paid(
            day,
            Decimal(random.choice([-1, 1]) * random.randint(1, 10**7)) / 100 + Decimal("0.00"),
            random.choice(NAMES),
            f"note {number} of {random.randint(1, 99)}",
        )
        for number, day in enumerate(days)
    ]


def camt(entries: list[Paid]) -> str:
    closing = sum(each.amount for each in entries)

    def money(amount: Decimal) -> str:
        sign = "DBIT" if amount < 0 else "CRDT"
        return f'<Amt Ccy="USD">{abs(amount)}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'

    def balance(code: str, amount: Decimal, day: date) -> str:
        return (
            f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{money(amount)}"
            f"<Dt><Dt>{day}</Dt></Dt></Bal>"
        )

    def entry(each: Paid) -> str:
        side = "Dbtr" if each.amount > 0 else "Cdtr"
        return (
            f"<Ntry>{money(each.amount)}<Sts>BOOK</Sts><BookgDt><Dt>{each.day}</Dt></BookgDt>"
            f"<NtryDtls><TxDtls><RltdPties><{side}><Nm>{escape(each.payer)}</Nm></{side}></RltdPties>"
            f"<RmtInf><Ustrd>{each.text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        )

    return (
        "<Document><BkToCstmrStmt><Stmt><Id>7</Id>"
        f"<Acct><Id><Othr><Id>{NUMBER}</Id></Othr></Id><Ccy>USD</Ccy></Acct>"
        f"{balance('OPBD', Decimal(0), entries[0].day)}{balance('CLBD', closing, entries[-1].day)}"
        f"{''.join(map(entry, entries))}</Stmt></BkToCstmrStmt></Document>"
    )


def mt940(entries: list[Paid]) -> str:
    def money(amount: Decimal) -> str:
        return f"{abs(amount)}".replace(".", ",")

    closing = sum((each.amount for each in entries), Decimal(0))
    lines = "".join(
        f":61:{each.day:%y%m%d}{'C' if each.amount > 0 else 'D'}{money(each.amount)}NTRFNONREF\n"
        f":86:166?20{each.text}?32{each.payer}\n"
        for each in entries
    )
    return (
        f":20:S\n:25:{NUMBER}\n:28C:7/1\n:60F:C{entries[0].day:%y%m%d}USD0,00\n{lines}"
        f":62F:{'D' if closing < 0 else 'C'}{entries[-1].day:%y%m%d}USD{money(closing)}\n-\n"
    )


SGML = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:USASCII\nCHARSET:1252\n\n"
XML = '<?xml version="1.0" encoding="UTF-8"?>\n<?OFX OFXHEADER="200" VERSION="211"?>\n'


def ofx(entries: list[Paid], *, xml: bool, closing: str = "") -> str:
    def leaf(tag: str, text: str) -> str:
        return f"<{tag}>{escape(text, quote=False)}{f'</{tag}>' if xml else ''}\n"

    def entry(number: int, each: Paid) -> str:
        told = [("TRNTYPE", "OTHER"), ("DTPOSTED", f"{each.day:%Y%m%d}120000[-5:EST]")]
        told += [("TRNAMT", str(each.amount)), ("FITID", f"F{number}"), ("NAME", each.payer)]
        told += [("MEMO", each.text)]
        return f"<STMTTRN>{''.join(leaf(*pair) for pair in told)}</STMTTRN>"

    total = closing or str(sum(each.amount for each in entries))
    last = f"{entries[-1].day:%Y%m%d}"
    return (
        f"{XML if xml else SGML}<OFX><BANKMSGSRSV1><STMTTRNRS>{leaf('TRNUID', '1')}<STMTRS>"
        f"{leaf('CURDEF', 'USD')}<BANKACCTFROM>{leaf('BANKID', '1')}{leaf('ACCTID', NUMBER)}"
        f"</BANKACCTFROM><BANKTRANLIST>{leaf('DTSTART', '20020301')}{leaf('DTEND', last)}"
        f"{''.join(entry(*pair) for pair in enumerate(entries))}</BANKTRANLIST><LEDGERBAL>"
        f"{leaf('BALAMT', total)}{leaf('DTASOF', last)}</LEDGERBAL></STMTRS></STMTTRNRS>"
        "</BANKMSGSRSV1></OFX>"
    )


def qif(entries: list[Paid], *, form: str = "{0:%d/%m/%Y}") -> str:
    records = "".join(
        f"D{form.format(each.day)}\nT{each.amount:,}\nP{each.payer}\nM{each.text}\n^\n"
        for each in entries
    )
    return f"!Type:Bank\n{records}"


def read(path: Path, data: str | bytes) -> Statement:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    (statement,) = read_statements(SentFile(path), NUMBER, "USD").statements
    return statement


def content(statement: Statement) -> list[tuple[object, ...]]:
    return [
        (each.booked_on, each.value_date, each.amount, each.payer, each.remittance)
        for each in statement.entries
    ]


@pytest.mark.parametrize("seed", range(25))
def test_a_statement_has_the_same_entries_in_whatever_format_it_comes(
    tmp_path: Path, seed: int
) -> None:
    entries = made(seed)
    expected = [(each.day, each.day, *each[1:]) for each in entries]
    month_first = qif(entries, form="{0:%m/%d}'{0:%y}")
    written: dict[str, str | bytes] = {
        "camt": camt(entries),
        "MT940": mt940(entries),
        "OFX 1": ofx(entries, xml=False).encode("cp1252"),
        "OFX 2": ofx(entries, xml=True),
        "QIF": qif(entries),
        "QIF, month first": month_first,
    }
    for name, data in written.items():
        assert content(read(tmp_path / "file", data)) == expected, name


@pytest.mark.parametrize("xml", [False, True])
def test_the_balance_of_an_ofx_closes_the_entries_that_reach_it(tmp_path: Path, xml: bool) -> None:
    entries = made(1)
    text = ofx(entries, xml=xml, closing="12.50")
    statement = read(tmp_path / "a.ofx", text)
    assert (statement.opening, statement.closing) == (None, Decimal("12.50"))
    assert statement.last == entries[-1].day
    later = text.replace(f"<DTASOF>{entries[-1].day:%Y%m%d}", "<DTASOF>20020901")
    beyond = read(tmp_path / "b.ofx", later)
    assert beyond.closing is None
    assert "2002-09-01" in beyond.notes[0]


AN_ENTRY = "<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20020410<TRNAMT>{0}<FITID>{1}<NAME>A</STMTTRN>"
LIST = (
    f"{SGML}<OFX><STMTRS><CURDEF>USD<BANKACCTFROM><ACCTID>{NUMBER}</BANKACCTFROM><BANKTRANLIST>"
    "{0}</BANKTRANLIST></STMTRS></OFX>"
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LIST.format(AN_ENTRY.format("1,000", "1")), "may be of thousands"),
        (LIST.format(AN_ENTRY.format("-5.00", "1")), "came in or went out"),
        (LIST.format(AN_ENTRY.format("1e9", "1")), "no figure"),
        (LIST.format(AN_ENTRY.format("5.00", "1") * 2), "one payment or two"),
        (LIST.format("<STMTTRN><TRNAMT>5.00</STMTTRN>"), "has no day"),
        (LIST.format("<STMTTRN><DTPOSTED>20021341<TRNAMT>5.00</STMTTRN>"), "no day"),
        (LIST.format("<STMTTRN>5.00</STMTTRN></STMTTRN>"), "closes what is not open"),
        (LIST.format("<CURRENCY><CURSYM>EUR</CURRENCY> x"), "no element holds"),
        (LIST.format("").replace("</OFX>", ""), "ends within <OFX>"),
        (LIST.format("<!ENTITY a 'b'>"), "begins no element"),
        (LIST.format("<A>" * 2000), "elements deep"),
        (SGML + "<OFX><CCSTMTRS></CCSTMTRS></OFX>", "credit card"),
        (SGML + "<OFX><STATUS><CODE>15500<SEVERITY>ERROR</STATUS></OFX>", "ERROR 15500"),
        (XML + "<!DOCTYPE OFX [<!ENTITY a 'b'>]><OFX>&a;</OFX>", "entities"),
        (XML + "<OFX><STMTRS></OFX>", "cut"),
        ("!Type:Bank\nD03/04/2002\nT5.00\n^\n", "03/04/2002"),
        ("!Type:Bank\nD13/04/2002\nT5.00\n^\nD04/13/2002\nT5.00\n^\n", "some the month"),
        ("!Type:Bank\nD13/04/2002\nT1,000\n^\n", "1,000"),
        ("!Type:Bank\nD13/04/2002\nT5.00\nU6.00\n^\n", "differ"),
        ("!Type:Bank\nD13/04/2002\nT5.00\n$4.00\n^\n", "differ"),
        ("!Type:Bank\nD13/04/2002\nT5.00\n", "no end"),
        ("!Type:Bank\nD13/04/2002\n^\n", "no amount"),
        ("!Type:CCard\nD13/04/2002\nT5.00\n^\n", "no bank account"),
        ("!Account\nNa\n^\nNb\n^\n!Type:Bank\nD13/04/2002\nT5.00\n^\n", "second account"),
    ],
)
def test_what_is_cut_or_may_be_read_in_two_ways_is_refused(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(UnreadableFile, match=said):
        read(tmp_path / "file", text)


def test_a_fitid_of_several_entries_is_no_id_of_theirs(tmp_path: Path) -> None:
    entries = AN_ENTRY.format("5.00", "FEE") + AN_ENTRY.format("6.00", "FEE")
    statement = read(tmp_path / "a.ofx", LIST.format(entries))
    assert [(each.bank_ref, each.references) for each in statement.entries] == [("", ("FEE",))] * 2


def test_empty_elements_without_an_end_hold_nothing_of_what_follows(tmp_path: Path) -> None:
    entry = "<STMTTRN><MEMO>\n<TRNTYPE>CREDIT<NAME><DTPOSTED>20020410<TRNAMT>5<FITID>1</STMTTRN>"
    statement = read(tmp_path / "a.ofx", LIST.format(entry))
    assert [(each.amount, each.payer, each.remittance) for each in statement.entries] == [
        (5, "", "")
    ]


def test_texts_in_cdata_lose_no_entry(tmp_path: Path) -> None:
    entry = "<STMTTRN><DTPOSTED>20020410<TRNAMT>{0}<NAME><![CDATA[A & {0}]]></NAME></STMTTRN>"
    statement = read(tmp_path / "a.ofx", LIST.format(entry.format(5) + entry.format(6)))
    assert [each.payer for each in statement.entries] == ["A & 5", "A & 6"]


def test_what_is_not_booked_moves_nothing(tmp_path: Path) -> None:
    hold = AN_ENTRY.format("5.00", "1").replace("CREDIT", "HOLD")
    statement = read(tmp_path / "a.ofx", LIST.format(hold))
    assert not statement.booked


def test_an_opening_balance_of_qif_is_no_entry(tmp_path: Path) -> None:
    text = "!Type:Bank\nD13/03/2002\nT900.00\nPOpening Balance\n^\nD14/03/2002\nT5.00\nPA\n^\n"
    statement = read(tmp_path / "a.qif", text)
    assert [each.amount for each in statement.entries] == [5]
    assert "900.00" in statement.notes[1]


def test_qif_waits_until_its_account_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.qif"
    path.write_text(qif(made(2)), "utf-8")
    assert is_statement(SentFile(path))
    with pytest.raises(UnreadableFile, match="--bank CODE"):
        read_statements(SentFile(path))
