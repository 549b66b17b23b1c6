"""Bank statements of any format as one typed value. Amounts and names in made files are made up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from beancount.core.data import Custom
from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.importers.reading.workbook import SentFile
from pledgebook.importers.statements.reading import is_statement, read_statements
from pledgebook.importers.statements.statement import Original, Statement, identified
from pledgebook.ledger.declared.banks import BankAccount, Banks

SAMPLES = Path(__file__).parent / "data" / "bank"
VERSIONS = [f"{number:02}" for number in (2, 3, 4, 6, 8, 10, 13)]


def camt(
    body: str,
    opening: str = "1000.00",
    closing: str = "2000.00",
    version: str = "08",
    prefix: str = "",
    currency: str = "USD",
) -> bytes:
    """A statement of camt.053 around entries; prices of status and names follow the version."""
    colon = f"{prefix}:" if prefix else ""
    declared = f"xmlns{':' + prefix if prefix else ''}"

    def balance(code: str, amount: str, day: str) -> str:
        sign = "DBIT" if amount.startswith("-") else "CRDT"
        return (
            f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
            f'<Amt Ccy="{currency}">{amount.lstrip("-")}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'
            f"<Dt><Dt>{day}</Dt></Dt></Bal>"
        )

    text = (
        "<BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr><Stmt><Id>S-2002-07</Id>"
        "<ElctrncSeqNb>7</ElctrncSeqNb>"
        f"<Acct><Id><IBAN>GB29NWBK60161331926819</IBAN></Id><Ccy>{currency}</Ccy></Acct>"
        + balance("OPBD", opening, "2002-07-01")
        + balance("CLBD", closing, "2002-07-31")
        + body
        + "</Stmt></BkToCstmrStmt>"
    )
    if version == "02":
        text = text.replace("<Sts><Cd>BOOK</Cd></Sts>", "<Sts>BOOK</Sts>")
        text = text.replace("<Pty>", "").replace("</Pty>", "")
    if prefix:
        text = text.replace("</", "\0").replace("<", f"<{colon}").replace("\0", f"</{colon}")
    name = f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><{colon}Document {declared}="{name}">'
        f"{text}</{colon}Document>"
    ).encode()


def entry(
    amount: str, details: str = "", *, day: str = "2002-07-10", ref: str = "B1", more: str = ""
) -> str:
    sign = "DBIT" if amount.startswith("-") else "CRDT"
    return (
        f'<Ntry><Amt Ccy="USD">{amount.lstrip("-")}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{more}'
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>"
        f"<AcctSvcrRef>{ref}</AcctSvcrRef><NtryDtls>{details}</NtryDtls></Ntry>"
    )


DETAIL = (
    "<TxDtls><Refs><EndToEndId>AUT-2002-01</EndToEndId></Refs>"
    '<AmtDtls><InstdAmt><Amt Ccy="EUR">1010.00</Amt>'
    "<CcyXchg><XchgRate>0.99</XchgRate></CcyXchg></InstdAmt></AmtDtls>"
    '<Chrgs><Rcrd><Amt Ccy="USD">12.50</Amt></Rcrd></Chrgs>'
    "<RltdPties><Dbtr><Pty><Nm>Government of Austria</Nm></Pty></Dbtr></RltdPties>"
    "<RmtInf><Ustrd>Note verbale 117/2002</Ustrd><Ustrd>first instalment</Ustrd></RmtInf></TxDtls>"
)


def read(folder: Path, data: bytes, name: str = "s.xml") -> Statement:
    path = folder / name
    path.write_bytes(data)
    assert is_statement(SentFile(path))
    (statement,) = read_statements(SentFile(path)).statements
    return statement


@pytest.mark.parametrize("prefix", ["", "ns2"])
@pytest.mark.parametrize("version", VERSIONS)
def test_camt_says_the_same_in_every_version_and_namespace(
    version: str, prefix: str, tmp_path: Path
) -> None:
    made = camt(entry("1000.00", DETAIL), version=version, prefix=prefix)
    statement = read(tmp_path, made)
    (found,) = statement.entries
    assert (statement.account, statement.currency) == ("GB29NWBK60161331926819", "USD")
    assert (statement.opening, statement.moved, statement.closing) == (1000, 1000, 2000)
    assert statement.is_proved
    assert found.payer == "Government of Austria"
    assert found.remittance == "Note verbale 117/2002\nfirst instalment"
    assert (found.bank_ref, found.end_to_end) == ("B1", "AUT-2002-01")
    assert found.original == Original(Decimal("1010.00"), "EUR")
    assert found.rate == Decimal("0.99")
    assert found.charges == (Original(Decimal("12.50"), "USD"),)


def test_balances_named_by_the_banks_own_words_are_taken_where_these_are_the_standards(
    tmp_path: Path,
) -> None:
    made = camt(entry("1000.00"))
    own = made.replace(b"<Cd>OPBD</Cd>", b"<Prtry>OPBD</Prtry>").replace(
        b"<Cd>CLBD</Cd>", b"<Prtry><Id>CLBD</Id></Prtry>"
    )
    assert read(tmp_path, own).is_proved
    path = tmp_path / "other.xml"
    path.write_bytes(made.replace(b"<Cd>CLBD</Cd>", b"<Prtry>LEDGER</Prtry>"))
    with pytest.raises(UnreadableFile, match=r"no closing balance .*there are: OPBD, LEDGER"):
        read_statements(SentFile(path))


def test_a_file_holds_several_statements_and_statements_without_entries(tmp_path: Path) -> None:
    one = camt(entry("1000.00")).decode()
    first = one[one.index("<Stmt>") : one.index("</Stmt>") + 7]
    quiet = first[: first.index("<Ntry>")] + "</Stmt>"
    quiet = quiet.replace(">1000.00<", ">2000.00<").replace("S-2002-07", "S-2002-08")
    path = tmp_path / "two.xml"
    path.write_text(one.replace(first, first + quiet), "utf-8")
    filled, empty = read_statements(SentFile(path)).statements
    assert (len(filled.entries), filled.closing) == (1, 2000)
    assert (empty.number, empty.entries, empty.opening) == ("S-2002-08", (), 2000)
    assert empty.is_proved


def test_a_batch_becomes_an_entry_for_each_of_its_transactions(tmp_path: Path) -> None:
    shares = "".join(
        f'<TxDtls><Refs><AcctSvcrRef>T{number}</AcctSvcrRef></Refs><Amt Ccy="USD">{amount}</Amt>'
        f"<RltdPties><Dbtr><Nm>{name}</Nm></Dbtr></RltdPties></TxDtls>"
        for number, (amount, name) in enumerate([("700.00", "Norway"), ("300.00", "Japan")])
    )
    statement = read(tmp_path, camt(entry("1000.00", shares)))
    shown = [(each.amount, each.payer, each.bank_ref) for each in statement.entries]
    assert shown == [(700, "Norway", "T0"), (300, "Japan", "T1")]


def test_a_batch_whose_parts_do_not_come_to_it_stays_one_entry(tmp_path: Path) -> None:
    shares = (
        '<TxDtls><Amt Ccy="USD">700.00</Amt></TxDtls><TxDtls><Amt Ccy="USD">1.00</Amt></TxDtls>'
    )
    (found,) = read(tmp_path, camt(entry("1000.00", shares))).entries
    assert found.amount == 1000


def test_a_reversal_is_marked_and_what_is_pending_moves_no_balance(tmp_path: Path) -> None:
    pending = entry("5.00", ref="B3").replace("BOOK", "PDNG")
    back = entry("-200.00", ref="B2", more="<RvslInd>true</RvslInd>")
    statement = read(tmp_path, camt(entry("1200.00") + back + pending))
    assert [each.reversal for each in statement.entries] == [False, True, False]
    assert [each.status for each in statement.entries] == ["booked", "booked", "pdng"]
    assert statement.is_proved


def test_balances_that_do_not_follow_are_refused_with_the_figures(tmp_path: Path) -> None:
    path = tmp_path / "s.xml"
    path.write_bytes(camt(entry("999.99")))
    with pytest.raises(
        UnreadableFile,
        match=r"opening 1000\.00 USD and 1 entries of 999\.99 in all"
        r" do not come to the closing 2000\.00; 0\.01 is missing",
    ):
        read_statements(SentFile(path))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_cut_file_is_refused(share: float, tmp_path: Path) -> None:
    whole = camt(entry("1000.00", DETAIL))
    path = tmp_path / "s.xml"
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(UnreadableFile, match="cut or damaged"):
        read_statements(SentFile(path))


def test_entities_are_refused_before_they_are_expanded(tmp_path: Path) -> None:
    lol = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    made = camt(entry("1000.00")).replace(b"?><", f"?>{lol}<".encode(), 1)
    made = made.replace(b"S-2002-07", b"&b;")
    path = tmp_path / "s.xml"
    path.write_bytes(made)
    with pytest.raises(UnreadableFile, match="declares XML entities"):
        read_statements(SentFile(path))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("OPBD", "OPAV"), "has no opening balance"),
        (("CLBD", "CLAV"), "has no closing balance"),
        (
            (
                'Ccy="USD">1000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts',
                'Ccy="EUR">1000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts',
            ),
            "has an entry or balance in EUR",
        ),
        (("2002-07-10", "2002-13-10"), "has the date '2002-13-10', which is none"),
        ((">1000.00<", ">1.000,00<"), "which is no figure"),
        (("<AcctSvcrRef>", "<TxsSummry/><AcctSvcrRef>"), ""),
    ],
)
def test_what_a_statement_must_have_is_asked_for_by_name(
    change: tuple[str, str], sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "s.xml"
    text = camt(entry("1000.00")).decode().replace(*change)
    path.write_text(text, "utf-8")
    if not sentence:
        assert read_statements(SentFile(path)).statements[0].is_proved
        return
    with pytest.raises(UnreadableFile, match=sentence):
        read_statements(SentFile(path))


def test_a_page_that_is_missing_shows_in_the_number_of_entries(tmp_path: Path) -> None:
    summary = "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries></TxsSummry>"
    path = tmp_path / "s.xml"
    path.write_bytes(camt(summary + entry("1000.00")))
    with pytest.raises(UnreadableFile, match="says that it has 2 entries, and has 1"):
        read_statements(SentFile(path))


@pytest.mark.parametrize("element", ["BkToCstmrAcctRpt", "BkToCstmrDbtCdtNtfctn"])
def test_other_messages_of_banks_are_named_and_refused(element: str, tmp_path: Path) -> None:
    path = tmp_path / "s.xml"
    path.write_bytes(camt("").replace(b"BkToCstmrStmt", element.encode()))
    assert is_statement(SentFile(path))
    with pytest.raises(UnreadableFile, match=r"import the bank's statement \(camt\.053\)"):
        read_statements(SentFile(path))


MT940 = """{1:F01XXXXUS33AXXX0000000000}{2:I940XXXXUS33XXXXN}{4:
:20:STATEMENT7
:25:GB29NWBK60161331926819USD
:28C:7/1
:60F:C020630USD1000,00
:61:0207100711C1200,00NTRFKREF1//B0001
:86:/EREF/AUT-2002-01/NAME/Government of Austria/REMI/Note verbale 117/20
02/OCMT/EUR1212,12/CHGS/USD12,50/
:61:0207120712RC200,NTRFNONREF//B0002
:86:RETURNED
:62F:C020712USD2000,00
-}
"""


def test_mt940_reads_what_was_sent_beside_the_entry_too(tmp_path: Path) -> None:
    moved = MT940.replace("02/OCMT/EUR1212,12/CHGS/USD12,50/", "02").replace(
        "//B0001", "//B0001\n/OCMT/EUR1212,12/CHGS/USD12,50/"
    )
    first = read(tmp_path, moved.encode(), "s.sta").entries[0]
    assert first.original == Original(Decimal("1212.12"), "EUR")
    assert first.charges == (Original(Decimal("12.50"), "USD"),)


def test_mt940_gives_days_parties_texts_and_what_was_sent(tmp_path: Path) -> None:
    statement = read(tmp_path, MT940.encode(), "s.sta")
    first, second = statement.entries
    assert (statement.account, statement.number) == ("GB29NWBK60161331926819USD", "2002-7/1")
    assert (statement.opening, statement.closing) == (1000, 2000)
    assert (first.value_date, first.booked_on) == (date(2002, 7, 10), date(2002, 7, 11))
    assert (first.payer, first.end_to_end) == ("Government of Austria", "AUT-2002-01")
    assert first.original == Original(Decimal("1212.12"), "EUR")
    assert first.charges == (Original(Decimal("12.50"), "USD"),)
    assert "117/2002" in first.remittance.replace("\n", "")
    assert (second.amount, second.reversal) == (-200, True)


def test_mt940_of_the_last_century_is_dated_in_it(tmp_path: Path) -> None:
    text = MT940.replace("0207", "9907").replace("0206", "9906")
    statement = read(tmp_path, text.encode(), "s.sta")
    assert (statement.first, statement.last) == (date(1999, 7, 11), date(1999, 7, 12))
    assert statement.entries[0].value_date == date(1999, 7, 10)


def test_mt940_in_the_sub_fields_of_german_banks_is_read(tmp_path: Path) -> None:
    details = (
        "166?00GUTSCHRIFT?20EREF+AUT-2002-01?21SVWZ+Note verbale 117/2002?22first instalment"
        "?30BKAUATWW?31AT611904300234573201?32Republik Österreich"
    )
    lines = "\n".join(details[at : at + 65] for at in range(0, len(details), 65))
    head, _, rest = MT940.partition(":86:/EREF")
    text = f"{head}:86:{lines}\n{rest[rest.index(':61:') :]}"
    first = read(tmp_path, text.encode("latin-1"), "s.sta").entries[0]
    assert (first.payer, first.end_to_end) == ("Republik Österreich", "AUT-2002-01")
    assert "Note verbale 117/2002" in first.remittance
    assert first.payer_account == "AT611904300234573201"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ((":62F:C020712USD2000,00\n", ""), "no closing .* the file is cut"),
        ((":60F:", ":64:"), "no opening|not"),
        (("C1200,00", "C1200,01"), r"-0\.01 is missing"),
        ((":61:0207100711C1200,00NTRFKREF1//B0001", ":61:02071007"), "cannot be read"),
        (("USD2000,00", "EUR2000,00"), "opens in USD and closes in EUR"),
    ],
)
def test_an_mt940_that_is_not_whole_is_refused(
    change: tuple[str, str], sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "s.sta"
    path.write_text(MT940.replace(*change), "utf-8")
    with pytest.raises(UnreadableFile, match=sentence):
        read_statements(SentFile(path))


def test_the_lithuanian_list_proves_itself_by_its_balance_and_turnover_rows() -> None:
    file = read_statements(SentFile(SAMPLES / "test_swedebank_statement.xls"))
    (statement,) = file.statements
    assert statement.account == "LT357300000000000000"
    assert len(statement.entries) == 13  # of 17 rows: two are balances, two are turnovers
    assert sum(each.amount for each in statement.entries if each.amount < 0) == Decimal("-284.70")
    assert sum(each.amount for each in statement.entries if each.amount > 0) == Decimal("2863.63")
    assert (statement.opening, statement.closing) == (Decimal("10374.04"), Decimal("12952.97"))
    assert statement.is_proved


def test_the_belgian_list_has_debit_and_credit_apart() -> None:
    file = SentFile(SAMPLES / "export_BE11123456789012_20180304_1422.csv")
    (statement,) = read_statements(file).statements
    (found,) = statement.entries
    assert (statement.account, statement.currency) == ("BE11123456789012", "EUR")
    assert (statement.opening, found.amount) == (Decimal("223.35"), Decimal("-3.40"))
    assert statement.closing == Decimal("219.95")
    assert found.booked_on == date(2018, 2, 28)
    assert found.payer == ""  # the name on it is the account holder's


def test_the_german_list_states_no_balance_and_says_that_nothing_proves_it() -> None:
    name = "Umsaetze_KtoNr538917600_EUR_02-03-2018_1503.CSV"
    (statement,) = read_statements(SentFile(SAMPLES / name)).statements
    (found,) = statement.entries
    assert (found.amount, found.value_date) == (Decimal("-17.22"), date(2018, 3, 2))
    assert statement.account == "DE44200400000538917600"
    assert not statement.is_proved
    assert "cannot be proved" in statement.notes[0]


def test_the_dutch_list_lacks_rows_between_its_balances_and_is_refused() -> None:
    path = SAMPLES / "CSV_A_20180414_112204.csv"
    assert is_statement(SentFile(path))
    with pytest.raises(UnreadableFile, match=r"!5 states 13084\.53, the rows come to 5307\.28"):
        read_statements(SentFile(path))


LIST = """Account number;Booking date;Value date;Amount;Balance;Currency;Counterparty;Details
GB29NWBK60161331926819;10/07/2002;09/07/2002;1.200,00;2.200,00;USD;Norway;Pledge NOR-2002-01
GB29NWBK60161331926819;25/07/2002;25/07/2002;-200,00;2.000,00;USD;;Supplier
"""


def test_a_list_of_entries_is_proved_row_by_row_whichever_comes_first(tmp_path: Path) -> None:
    head, *rows = LIST.splitlines()
    statement = read(tmp_path, LIST.encode(), "list.csv")
    turned = read(tmp_path, "\n".join([head, *reversed(rows)]).encode(), "turned.csv")
    for each in (statement, turned):
        assert (each.opening, each.closing) == (1000, 2000)
        assert each.is_proved
    assert statement.entries[0].value_date == date(2002, 7, 9)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("2.000,00", "2.000,01"), "balances do not follow"),
        (("-200,00;2.000,00;USD;;Supplier\n", ""), "list!D3 states no amount"),
        (("25/07/2002;-", "soon;-"), "list!C3 is 'soon'"),
    ],
)
def test_a_list_with_a_row_that_cannot_be_is_refused_at_its_cell(
    change: tuple[str, str], sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(LIST.replace(*change), "utf-8")
    with pytest.raises(UnreadableFile, match=sentence):
        read_statements(SentFile(path))


@pytest.mark.parametrize(
    "text",
    [
        "Booking Date,Value Date,Partner Name,Partner Iban,Amount (EUR)\n"
        "2002-07-10,2002-07-11,Austria,AT611904300234573201,1500.50\n"
        "2002-07-12,2002-07-12,Printer,AT611904300234573202,-20.25\n",
        "Datum;Naam / Omschrijving;Rekening;Tegenrekening;Code;Af Bij;Bedrag (EUR);Mededelingen\n"
        "20020710;Austria;NL91ABNA0417164300;AT611904300234573201;OV;Bij;1500,50;gift\n"
        "20020712;Printer;NL91ABNA0417164300;AT611904300234573202;OV;Af;20,25;invoice\n",
        "Дата;Сумма;Плательщик;Назначение платежа;Остаток\n"
        "10.07.2002;1500,50;Austria;взнос;2500,50\n12.07.2002;-20,25;Printer;счет;2480,25\n",
        "交易日期,摘要,收入,支出,余额\n2002-07-10,捐款,1500.50,,2500.50\n2002-07-12,费用,,20.25,2480.25\n",
        "التاريخ,البيان,دائن,مدين,الرصيد\n"
        "2002-07-10,تبرع,1500.50,,2500.50\n2002-07-12,رسوم,,20.25,2480.25\n",
        "Date,Description,Amount,Direction,Account\n"
        "2002-07-10,gift,1500.50,CR,1234567\n2002-07-12,invoice,20.25,DR,1234567\n",
        "Type,Completed Date,Description,Amount,Fee,Currency,Balance\n"
        "TOPUP,2002-07-10 10:00:01,gift,1500.50,0.00,EUR,2500.50\n"
        "TRANSFER,2002-07-12 09:30:00,invoice,-20.00,0.25,EUR,2480.25\n",
    ],
    ids=["N26", "ING", "Russian", "Chinese", "Arabic", "words", "fee"],
)
def test_lists_of_many_banks_say_the_same(text: str, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text, "utf-8")
    (statement,) = read_statements(SentFile(path), "1234567", "EUR").statements
    assert [(each.booked_on, each.amount) for each in statement.entries] == [
        (date(2002, 7, 10), Decimal("1500.50")),
        (date(2002, 7, 12), Decimal("-20.25")),
    ]
    if statement.opening is not None:
        assert (statement.opening, statement.closing) == (Decimal(1000), Decimal("2480.25"))


REVOLUT = (
    "Type,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance\n"
    "TOPUP,2002-07-10 10:00:01,2002-07-10 10:00:02,gift,1500.50,0.00,EUR,COMPLETED,2500.50\n"
    "CARD,2002-07-11 10:00:01,,shop,-44.57,0.00,EUR,PENDING,\n"
    "TRANSFER,2002-07-12 09:30:00,2002-07-12 09:31:00,invoice,-20.00,0.25,EUR,COMPLETED,2480.25\n"
    "CARD,2002-07-13 10:00:01,,shop,-5.00,0.00,EUR,REVERTED,\n"
)


def test_rows_that_are_not_booked_move_no_balance_and_are_kept_as_such(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(REVOLUT, "utf-8")
    (statement,) = read_statements(SentFile(path), "1234567").statements
    assert [each.status for each in statement.entries] == [
        "booked", "pending", "booked", "reverted",
    ]  # fmt: skip
    assert (statement.opening, statement.closing) == (1000, Decimal("2480.25"))
    assert (statement.first, statement.last) == (date(2002, 7, 10), date(2002, 7, 12))
    assert statement.is_proved


def test_a_row_of_no_state_without_its_date_still_refuses_the_list(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(REVOLUT.replace("PENDING", "COMPLETED"), "utf-8")
    with pytest.raises(UnreadableFile, match="list!C3 states no date, so the file may be cut"):
        read_statements(SentFile(path), "1234567")


def test_a_currency_in_the_heading_of_amounts_is_the_lists(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Date,Details,Credit CHF,Debit CHF\n2002-07-10,gift,5.00,\n", "utf-8")
    (statement,) = read_statements(SentFile(path), "1234567").statements
    assert statement.currency == "CHF"


def test_mt940_with_two_accounts_under_one_heading_is_two_statements(tmp_path: Path) -> None:
    text = (
        ":20:S1\n:25:ACCOUNT1\n:28C:1\n:60F:C020630EUR5000,\n:62F:C020731EUR5000,\n"
        ":25:ACCOUNT2\n:28C:1\n:60F:D020630EUR12,\n:61:0207100710C250,NTRFNONREF//B1\n:86:gift\n"
        ":62F:C020731EUR238,\n"
    )
    path = tmp_path / "two.sta"
    path.write_text(text, "utf-8")
    first, second = read_statements(SentFile(path)).statements
    assert (first.account, first.opening, first.closing) == ("ACCOUNT1", 5000, 5000)
    assert (second.account, second.opening, second.closing) == ("ACCOUNT2", -12, 238)


def test_mt940_with_an_account_as_reference_and_broken_available_balances_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        ":20:S1\n:25:ACCOUNT1\n:28C: /1\n:60F:C020630EUR5000,\n"
        ":61:0207100710D65,00NOVBNL91ABNA0417164300\nsomebody\n:86:NL91ABNA0417164300 somebody\n"
        ":62F:C020731EUR4935,\n:64:C020731EUR4935,\n:65:Cnullnull4935,\n"
    )
    path = tmp_path / "one.sta"
    path.write_text(text, "utf-8")
    (statement,) = read_statements(SentFile(path)).statements
    assert [entry.amount for entry in statement.entries] == [Decimal("-65.00")]
    assert "".join(capsys.readouterr()) == ""


ONE_ENTRY = (
    ":20:S1\n:25:ACCOUNT1\n:28C:1\n:60F:C020630EUR5000,\n:61:0207100710C250,NTRFNONREF//B1\n"
    ":86:gift\n:62F:C020731EUR5250,\n"
)


@pytest.mark.parametrize(
    ("change", "line", "says"),
    [
        (("C250,", "C2_50,"), 5, "value date"),
        (("C250,", "C1.2,50"), 5, "decimal comma"),
        (("C250,", "C1.234"), 5, "decimal comma"),
        (("C250,", "C"), 5, "value date"),
        (("C250,", "X250,"), 5, "value date"),
        (("0207100710", "0213100710"), 5, "day of the calendar"),
        (("0207100710", "0207101310"), 5, "day of the calendar"),
        (("C020630EUR5000,", "C020630EUR"), 4, "mark"),
        (("C020630EUR5000,", "C020631EUR5000,"), 4, "day of the calendar"),
        (("C020731EUR5250,", "C020731EUR5250,x"), 7, "mark"),
        ((":86:gift\n", ":60F:C020630EUR1,\n"), 6, "second :60F:"),
    ],
)
def test_a_field_of_money_or_days_that_cannot_be_read_is_refused_at_its_line(
    change: tuple[str, str], line: int, says: str, tmp_path: Path
) -> None:
    path = tmp_path / "one.sta"
    path.write_text(ONE_ENTRY.replace(*change), "utf-8")
    with pytest.raises(UnreadableFile, match=rf"line {line}\b.*{says}"):
        read_statements(SentFile(path))


@pytest.mark.parametrize(
    ("change", "amount", "booked"),
    [
        (("", ""), "250", date(2002, 7, 10)),
        ((":25:ACCOUNT1\n", ""), "250", date(2002, 7, 10)),
        (("C250,NTRFNONREF", "CN250,00"), "250.00", date(2002, 7, 10)),
        (("C250,", "C000000000250.00"), "250.00", date(2002, 7, 10)),
        (("C250,", "RD250,"), "250", date(2002, 7, 10)),
        (("0207100710C", "020710    C"), "250", date(2002, 7, 10)),
        (("0207100710C", "0201021230C"), "250", date(2001, 12, 30)),
        (("0207100710C", "0112310102C"), "250", date(2002, 1, 2)),
        (("0207100710C", "0202300301C"), "250", date(2002, 3, 1)),
        ((":20:S1", "{1:F01X}{2:I940X}{4:\n:20:S1"), "250", date(2002, 7, 10)),
        ((":20:S1", "BANK01\n940\n:940:\n:20:S1"), "250", date(2002, 7, 10)),
        ((":20:S1", "\ufeff:20:S1"), "250", date(2002, 7, 10)),
        (("C020731EUR5250,", "C0207315250,"), "250", date(2002, 7, 10)),
    ],
)
def test_mt940_of_banks_with_ways_of_their_own_is_read(
    change: tuple[str, str], amount: str, booked: date, tmp_path: Path
) -> None:
    path = tmp_path / "one.sta"
    path.write_text(ONE_ENTRY.replace(*change), "utf-8")
    (statement,) = read_statements(SentFile(path), "ACCOUNT1").statements
    (found,) = statement.entries
    assert (str(found.amount), found.booked_on) == (amount, booked)
    assert (statement.account, statement.currency) == ("ACCOUNT1", "EUR")
    assert statement.is_proved


def test_mt940_in_utf_16_is_read_like_any_text(tmp_path: Path) -> None:
    path = tmp_path / "one.sta"
    path.write_bytes(ONE_ENTRY.replace("gift", "présent").encode("utf-16"))
    (statement,) = read_statements(SentFile(path)).statements
    assert statement.entries[0].remittance == "présent"


def test_every_word_of_field_86_is_kept_whatever_it_looks_like(tmp_path: Path) -> None:
    words = "gift\n- for the work\n12:30\n:12:30\n{thanks}\n:86:once more\n:NS:01and this"
    path = tmp_path / "one.sta"
    path.write_text(ONE_ENTRY.replace(":86:gift", f":86:{words}"), "utf-8")
    (found,) = read_statements(SentFile(path)).statements[0].entries
    expected = ["gift", "- for the work", "12:30", ":12:30", "{thanks}", "once more", "01and this"]
    assert found.remittance.split("\n") == expected


def test_words_cut_at_the_width_of_a_line_or_sub_field_are_joined_again(tmp_path: Path) -> None:
    line = "contribution of the Government for the programme, our note 117/20"
    assert len(line) == 65
    path = tmp_path / "one.sta"
    path.write_text(ONE_ENTRY.replace(":86:gift", f":86:{line}\n02 of May"), "utf-8")
    (found,) = read_statements(SentFile(path)).statements[0].entries
    assert found.remittance.endswith("our note 117/2002 of May")
    fields = "166?00GIFT?20SVWZ+Our note verbale 117/2?21002 of May?22and June?32REPUBLIK OESTER"
    path.write_text(ONE_ENTRY.replace(":86:gift", f":86:{fields}"), "utf-8")
    (found,) = read_statements(SentFile(path)).statements[0].entries
    assert found.remittance == "GIFT\nOur note verbale 117/2002 of May and June"


@pytest.mark.parametrize("at", range(8, len(ONE_ENTRY) - 2, 5))
def test_an_mt940_cut_anywhere_is_refused(at: int, tmp_path: Path) -> None:
    path = tmp_path / "one.sta"
    path.write_text(ONE_ENTRY[:at], "utf-8")
    with pytest.raises(UnreadableFile):
        read_statements(SentFile(path))


def test_a_heading_behind_whole_statements_says_that_the_file_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "one.sta"
    path.write_text(ONE_ENTRY + ":20:S2\n:25:ACCOUNT2\n", "utf-8")
    with pytest.raises(UnreadableFile, match=r"ACCOUNT2 has no opening .* the file is cut"):
        read_statements(SentFile(path))


def test_pages_of_an_mt940_are_one_statement_and_equal_entries_on_them_are_two(
    tmp_path: Path,
) -> None:
    first = ONE_ENTRY.replace(":28C:1", ":28C:1/1").replace(":62F:C020731", ":62M:C020710")
    second = (
        ONE_ENTRY.replace(":28C:1", ":28C:1/2")
        .replace(":60F:C020630EUR5000,", ":60M:C020710EUR5250,")
        .replace("EUR5250,\n", "EUR5500,\n")
        .replace(":60M:C020710EUR5500,", ":60M:C020710EUR5250,")
    )
    statement = read(tmp_path, (first + second).encode(), "pages.sta")
    assert (statement.opening, statement.closing, statement.number) == (5000, 5500, "2002-1/2")
    assert [entry.place for entry in statement.entries] == ["entry 1", "entry 2"]
    assert len({entry_id for entry_id, _ in identified("MAIN", statement.entries)}) == 2
    path = tmp_path / "gap.sta"
    path.write_text(first + second.replace("5250", "5260").replace("5500", "5510"), "utf-8")
    assert len(read_statements(SentFile(path)).statements) == 2


def test_donors_sheets_are_no_statements_of_banks() -> None:
    folder = Path(__file__).parent.parent / "ledger" / "example" / "sheets"
    others = Path(__file__).parent / "data"
    files = [*folder.iterdir(), *others.glob("[!b]*/*.csv"), *others.glob("[!b]*/*.xls*")]
    assert len(files) > 10
    assert [path.name for path in files if is_statement(SentFile(path))] == []


@pytest.mark.parametrize(
    "heading",
    [
        "Country;Date;Amount;Balance;Currency",
        "Contributor (full name);Date;Credit;Debit;Currency",
        "Donor / Donateur;Date;Value date;Amount;Balance",
    ],
)
def test_a_donors_sheet_with_a_balance_is_no_statement(heading: str, tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text(f"{heading}\nNorway;2002-07-10;100.00;50.00;USD\n", "utf-8")
    assert not is_statement(SentFile(path))


def test_an_entry_has_one_id_however_often_it_is_sent(tmp_path: Path) -> None:
    both = entry("500.00", ref="") + entry("500.00", ref="")
    first = read(tmp_path, camt(both)).entries
    again = read(tmp_path, camt(both + entry("1.00"), closing="2001.00")).entries
    ids = [entry_id for entry_id, _ in identified("MAIN", first)]
    assert len(set(ids)) == 2
    assert [entry_id for entry_id, _ in identified("MAIN", again)][:2] == ids
    assert [entry_id for entry_id, _ in identified("OTHER", first)] != ids


GERMAN = (
    "Buchungstag;Valuta;Auftraggeber;Verwendungszweck;Betrag;Saldo\n"
    "06.05.2002;07.05.2002;Austria;Beitrag;75.000,00;{first}\n"
    "31.05.2002;31.05.2002;Bank;Entgelt;-12,50;{last}\n"
)


@pytest.mark.parametrize(
    "text",
    [
        "Anfangssaldo;;;;;1.000,00\n"
        + GERMAN.format(first="", last="").replace(";Saldo", "")
        + "Endsaldo;;;;;75.987,50\n",
        GERMAN.format(first="76.000,00", last="75.987,50") + ";;;Endsaldo;75.987,50;\n",
        "Relevé de compte;;;;\nSolde au 01/05/2002;;;1 000,00;\n"
        "Date opération;Date valeur;Libellé;Débit;Crédit\n"
        "06/05/2002;07/05/2002;VIR AUTRICHE;;75 000,00\n"
        "31/05/2002;31/05/2002;FRAIS;-12,50;\nSolde au 31/05/2002;;;75 987,50;\n",
        "Date,Description,Amount,Running Bal.\n"
        ',Beginning balance as of 05/01/2002,,"1,000.00"\n'
        '05/06/2002,WIRE AUSTRIA,"75,000.00","76,000.00"\n'
        '05/31/2002,FEE,-12.50,"75,987.50"\n'
        ',Ending balance as of 05/31/2002,,"75,987.50"\n',
        "Date;Libellé;Débit;Crédit\nSolde au 31 mai 2002;;;75987,50\n"
        "31/05/2002;FRAIS;12,50;\n06/05/2002;VIR AUTRICHE;;75000,00\n"
        "Solde au 1 mai 2002;;;1000,00\nBanque de l'exemple;;;\n",
    ],
    ids=["beside", "in a column", "French", "US", "newest first"],
)
def test_balances_stand_in_any_column_above_or_below_the_entries(text: str, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text, "utf-8")
    (statement,) = read_statements(SentFile(path), "1234567", "EUR").statements
    assert sorted(entry.amount for entry in statement.entries) == [Decimal("-12.50"), 75000]
    assert (statement.opening, statement.closing) == (1000, Decimal("75987.50"))
    path.write_text(text.replace("12,50;", "12,60;").replace("-12.50", "-12.60"), "utf-8")
    with pytest.raises(UnreadableFile):
        read_statements(SentFile(path), "1234567", "EUR")


def test_a_payer_who_writes_balance_is_an_entry(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "Date;Libellé;Débit;Crédit\n26/05/2002;SOLDE;;500,00\n27/05/2002;Solde 2001;;20,00\n",
        "utf-8",
    )
    (statement,) = read_statements(SentFile(path), "1234567", "EUR").statements
    assert [entry.amount for entry in statement.entries] == [500, 20]


@pytest.mark.parametrize(
    "above",
    ["Konto: 532013000\n", "IBAN DE89 3704 0044 0532 0130 00 (EUR)\n", "Nr.;532 013 000\n"],
)
def test_the_number_of_a_declared_account_in_the_letterhead_says_whose_list_it_is(
    above: str, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(above + GERMAN.format(first="76.000,00", last="75.987,50"), "utf-8")
    own = bank_account("EURO", "DE89370400440532013000", "532013000", currency="EUR")
    other = bank_account("MAIN", "AT611904300234573201", currency="USD")
    banks = Banks({bank.code: bank for bank in (own, other)})
    (statement,) = read_statements(SentFile(path), banks=banks).statements
    assert (own.answers_to(statement.account), statement.currency) == (True, "EUR")
    with pytest.raises(UnreadableFile, match="does not say of which"):
        read_statements(SentFile(path), banks=Banks({"MAIN": other}))


def bank_account(code: str, *numbers: str, currency: str) -> BankAccount:
    entry = Custom({}, date(2002, 1, 1), "bank", [])
    return BankAccount(
        code=code,
        numbers=numbers,
        currency=currency,
        accounts=("Assets:CPCJF:Cash",),
        fund="CPCJF",
        entry=entry,
    )
