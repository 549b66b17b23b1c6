"""A batch of several payers is never one payer's (all names and amounts made up)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pledgebook.importers.imports import import_files
from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.importers.statements.camt import read_camt
from pledgebook.importers.statements.mt940 import read_mt940
from pledgebook.importers.statements.statement import Entry, Original
from pledgebook.ledger import (
    apply_matches,
    load_book,
    make_book,
    match_receipts,
    write_entries,
)
from test_importers_statements import camt, entry

D = Decimal
BANK = """
1999-12-31 custom "bank" "MAIN" "GB29 NWBK 6016 1331 9268 19"
  accounts: "Assets:CPCJF:Cash"
"""
PLEDGE = """
2002-03-01 * "{name}" "Pledge" ^{code}-2002-01
  event: "commitment"
  class: "general"
  Assets:CPCJF:Pledges:{code}          {amount} USD {{0 # {amount} USD, "{code}-2002-01.1"}}
    due: 2002-07-31
  Income:CPCJF:Contributions:{code}   -{amount} USD
"""


def part(name: str, amount: str = "", *, charges: str = "", text: str = "contribution") -> str:
    """One transaction of a batch; amounts and charges as "500.00 USD"."""

    def money(stated: str) -> str:
        number, _, currency = stated.partition(" ")
        return f'<Amt Ccy="{currency}">{number}</Amt>'

    kept = f"<Chrgs><Rcrd>{money(charges)}</Rcrd></Chrgs>" if charges else ""
    return (
        f"<TxDtls>{money(amount) if amount else ''}{kept}"
        f"<RltdPties><Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr></RltdPties>"
        f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls>"
    )


def read(amount: str, parts: Sequence[str], *, batch: str = "") -> tuple[Entry, ...]:
    data = camt(entry(amount, batch + "".join(parts)), "0.00", amount)
    return read_camt("s.xml", data)[0].entries


def judged(tmp_path: Path, data: bytes, pledges: str) -> tuple[str, str, list[str]]:
    """Import a statement; return the receipts as they are booked, and the verdicts of matching."""
    main = make_book(tmp_path / "book")
    with main.open("a") as file:
        file.write(BANK)
    with (main.parent / "2002-2003.beancount").open("a") as file:
        file.write(pledges)
    path = tmp_path / "s.xml"
    path.write_bytes(data)
    import_files(load_book(main), [path])
    book = load_book(main)
    assert book.errors == []
    text = (main.parent / "2002-2003.beancount").read_text()
    matches = match_receipts(book)
    write_entries(
        book, apply_matches(book, [m.chosen for m in matches if m.chosen and m.chosen.rule])
    )
    paid = (main.parent / "2002-2003.beancount").read_text()
    return text, paid, [match.verdict for match in matches]


UNDIVIDED = {
    "no amounts": ("1500.00", [part("Norway"), part("Austria")], ""),
    "parts in another currency": (
        "1500.00", [part("Norway", "1000 EUR"), part("Austria", "500 EUR")], "",
    ),
    "parts that do not come to it": (
        "1500.00", [part("Norway", "1000.00 USD"), part("Austria", "499.00 USD")], "",
    ),
    "more transactions than are shown": (
        "1500.00", [part("Norway")], "<Btch><NbOfTxs>2</NbOfTxs></Btch>",
    ),
    "a part of it is shown": ("1500.00", [part("Norway", "1000.00 USD")], ""),
    "no names": ("1500.00", [part(""), part("")], ""),
    "one name and none": ("1500.00", [part("Norway"), part("")], ""),
}  # fmt: skip


@pytest.mark.parametrize("kind", UNDIVIDED)
def test_a_batch_that_is_not_divided_is_nobody_s_and_says_all_names(
    tmp_path: Path, kind: str
) -> None:
    amount, parts, batch = UNDIVIDED[kind]
    (one,) = read(amount, parts, batch=batch)
    assert (one.payer, one.of_several, one.amount) == ("", True, D(amount))
    assert all(name in one.remittance for name in ("Norway", "Austria") if name in "".join(parts))
    data = camt(entry(amount, batch + "".join(parts)), "0.00", amount)
    booked, paid, verdicts = judged(
        tmp_path, data, PLEDGE.format(name="Norway", code="NOR", amount=amount)
    )
    assert "proposed-donor" not in booked
    assert 'payers: "several"' in booked
    assert "certain" not in verdicts
    assert paid == booked


@pytest.mark.parametrize("text", ["NOR-2002-01.1", "NOR-2002-01", "Norway contribution"])
def test_no_rule_makes_a_batch_certain_whatever_it_quotes(tmp_path: Path, text: str) -> None:
    data = camt(
        entry("1234.56", part("Norway", text=text) + part("", text=text)), "0.00", "1234.56"
    )
    pledge = PLEDGE.format(name="Norway", code="NOR", amount="1234.56")
    assert judged(tmp_path, data, pledge)[2] in (["open"], ["proposed"])


def test_equal_words_of_two_payers_are_said_twice_and_amounts_in_their_currency() -> None:
    (one,) = read("3300.00", [part("Austria", "1000 EUR"), part("Italy", "2000 EUR")])
    assert one.remittance.split("\n") == [
        "1: Austria, 1000.00 EUR, contribution",
        "2: Italy, 2000.00 EUR, contribution",
    ]


def test_a_batch_is_divided_where_its_parts_less_their_own_charges_come_to_it() -> None:
    parts = [part("Norway", "1000.00 USD", charges="26.00 USD"), part("Austria", "500.00 USD")]
    norway, austria = read("1474.00", parts)
    assert (norway.payer, norway.amount, norway.charges) == (
        "Norway", D(974), (Original(D(26), "USD"),),
    )  # fmt: skip
    assert norway.original == Original(D(1000), "USD")
    assert (austria.payer, austria.amount, austria.charges) == ("Austria", D(500), ())


def test_what_a_batch_says_of_the_whole_is_not_said_of_its_parts() -> None:
    whole = '<AmtDtls><InstdAmt><Amt Ccy="EUR">1400.00</Amt></InstdAmt></AmtDtls>'
    parts = [part("Norway", "1000.00 USD"), part("Austria", "500.00 USD")]
    data = camt(entry("1500.00", "".join(parts), more=whole), "0.00", "1500.00")
    (statement,) = read_camt("s.xml", data)
    assert [each.original for each in statement.entries] == [None, None]
    assert all("Of 1400.00 EUR in all" in each.remittance for each in statement.entries)


def test_a_batch_of_one_payer_is_that_payer_s() -> None:
    (one,) = read("1500.00", [part("Norway"), part("Norway")])
    assert (one.payer, one.of_several) == ("Norway", False)


def test_what_one_payer_sent_in_another_currency_is_kept() -> None:
    (one,) = read("11000.00", [part("Norway", "10000.00 EUR")])
    assert (one.payer, one.original) == ("Norway", Original(D(10000), "EUR"))


@given(
    amounts=st.lists(st.integers(1, 10**7), min_size=2, max_size=6),
    kept=st.lists(st.integers(0, 3000), min_size=6, max_size=6),
    slip=st.integers(-3, 3),
)
def test_parts_that_are_made_add_up_to_the_batch_to_the_cent(
    amounts: list[int], kept: list[int], slip: int
) -> None:
    cents = [(amount + charge, charge) for amount, charge in zip(amounts, kept, strict=False)]
    whole = f"{D(max(1, sum(amounts) + slip)) / 100:.2f}"
    entries = read(
        whole,
        [
            part(f"Payer {n}", f"{D(gross) / 100:.2f} USD",
                 charges=f"{D(charge) / 100:.2f} USD" if charge else "")
            for n, (gross, charge) in enumerate(cents)
        ],
    )  # fmt: skip
    assert sum(each.amount for each in entries) == D(whole)
    if len(entries) == 1:
        assert entries[0].of_several
        assert not entries[0].payer
    else:
        assert [each.payer for each in entries] == [f"Payer {n}" for n in range(len(amounts))]


MT = (
    ":20:S1\n:25:GB29NWBK60161331926819\n:28C:1/1\n:60F:C020630USD0,00\n"
    ":61:020710C1500,00NTRFNONREF//B1\n:86:{}\n:62F:C020731USD1500,00\n-\n"
)


@pytest.mark.parametrize(
    "details",
    [
        "/ORDP/Norway/REMI/contribution/ORDP/Austria/REMI/contribution",
        "/NAME/Norway/REMI/batch credit of 2",
        "194?00GUTSCHRIFT?20SVWZ+contribution?32Norway",
        "166?00SAMMELGUTSCHRIFT?20SVWZ+contribution?32Norway",
        "166?00GUTSCHRIFT?20SVWZ+contribution?32Norway\n:86:166?20SVWZ+contribution?32Austria",
        "2 transactions, Norway",
    ],
)
def test_an_mt940_entry_of_several_payers_is_nobody_s(tmp_path: Path, details: str) -> None:
    data = MT.format(details).encode()
    (one,) = read_mt940("s.sta", data)[0].entries
    assert one.of_several
    assert not one.payer
    assert "Norway" in one.remittance
    pledge = PLEDGE.format(name="Norway", code="NOR", amount="1500.00")
    assert "certain" not in judged(tmp_path, data, pledge)[2]


def test_an_mt940_entry_of_one_payer_is_that_payer_s() -> None:
    data = MT.format("166?00GUTSCHRIFT?20SVWZ+contribution?32Kingdom of?33Norway").encode()
    (one,) = read_mt940("s.sta", data)[0].entries
    assert (one.payer, one.of_several) == ("Kingdom of Norway", False)


def test_one_who_pays_for_another_donor_is_not_taken_for_the_payer(tmp_path: Path) -> None:
    detail = (
        "<TxDtls><RltdPties><Dbtr><Pty><Nm>Norway</Nm></Pty></Dbtr>"
        "<UltmtDbtr><Pty><Nm>Austria</Nm></Pty></UltmtDbtr></RltdPties></TxDtls>"
    )
    pledge = PLEDGE.format(name="Norway", code="NOR", amount="1234.56")
    booked, _, verdicts = judged(
        tmp_path, camt(entry("1234.56", detail), "0.00", "1234.56"), pledge
    )
    assert "proposed-donor" not in booked
    assert "certain" not in verdicts
    assert "Austria" in booked


@pytest.mark.parametrize("status", ["XYZZ", "RJCT", "denied"])
def test_a_status_that_the_standard_does_not_have_refuses_the_statement(status: str) -> None:
    booked = camt(entry("1000.00", part("Norway")))
    data = booked.replace(b"<Cd>BOOK</Cd>", f"<Cd>{status}</Cd>".encode())
    with pytest.raises(UnreadableFile, match=f"entry 1 has the status '{status.upper()}'"):
        read_camt("s.xml", data)


def test_an_entry_whose_transaction_goes_the_other_way_refuses_the_statement() -> None:
    detail = part("Norway").replace("<RltdPties>", "<CdtDbtInd>DBIT</CdtDbtInd><RltdPties>")
    with pytest.raises(UnreadableFile, match="goes one way and its transaction the other"):
        read_camt("s.xml", camt(entry("1000.00", detail)))


def import_and_take_back(tmp_path: Path, party: str, *, at_once: bool = False) -> Path:
    """Import 1,000.00 of Austria, and a later statement that takes as much back of a party."""
    main = make_book(tmp_path / "book")
    with main.open("a") as file:
        file.write(BANK)
    with (main.parent / "2002-2003.beancount").open("a") as file:
        file.write(PLEDGE.format(name="Austria", code="AUT", amount="1000.00"))
    came = camt(entry("1000.00", part("Austria"), ref="B1"), "0.00", "1000.00")
    why = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf></TxDtls>"
    body = part(party).replace("</TxDtls>", why).replace("Dbtr", "Cdtr")
    back = entry("-1000.00", body, ref="B2", day="2002-08-12")
    later = camt(back, "1000.00", "0.00").replace(b"2002-07-31", b"2002-08-31")
    later = later.replace(b"2002-07-01", b"2002-08-01").replace(b"S-2002-07", b"S-2002-08")
    paths = [tmp_path / "july.xml", tmp_path / "august.xml"]
    for path, data in zip(paths, (came, later), strict=True):
        path.write_bytes(data)
    for each in [paths] if at_once else [[path] for path in paths]:
        import_files(load_book(main), each)
    return main


@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize("party", ["Austria", ""])
def test_a_receipt_that_a_later_statement_takes_back_is_marked_and_matched_by_nobody(
    tmp_path: Path, party: str, *, at_once: bool
) -> None:
    main = import_and_take_back(tmp_path, party, at_once=at_once)
    book = load_book(main)
    assert book.errors == []
    text = (main.parent / "2002-2003.beancount").read_text()
    assert text.count("taken-back-on: 2002-08-12") == 1
    (match,) = match_receipts(book)
    assert match.chosen is None or not match.chosen.rule
    again = import_files(book, [tmp_path / "august.xml"])
    ((verdict,),) = ([*each.verdicts] for each in again.statements[0].statements)
    assert (verdict.verdict, again.written) == ("waiting", ())
    assert "perhaps R-2002-0001 of 2002-07-10 over 1000.00" in verdict.reason


def test_a_receipt_of_another_party_stays_as_it_is(tmp_path: Path) -> None:
    main = import_and_take_back(tmp_path, "Norway")
    assert "taken-back-on" not in (main.parent / "2002-2003.beancount").read_text()
    (match,) = match_receipts(load_book(main))
    assert match.chosen is not None
    assert match.chosen.rule
