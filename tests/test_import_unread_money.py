"""Columns of money that nobody reads, statuses, totals and conditions: what a first list of a donor
may say in words that are not known. All amounts are made up.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from clerk_sheets import TODAY, book, write_csv, write_xlsx
from pledgebook.importers.imports import import_files
from pledgebook.importers.judging.verdicts import JudgedFile
from pledgebook.importers.values.words import changes_figures
from pledgebook.ledger.events import Part
from pledgebook.ledger.events.pledges import in_order
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book

FUND = {"fund": "CPCJF"}


def judged(path: Path, answers: Mapping[str, str] | None = None) -> JudgedFile:
    given = {**FUND, **(answers or {})}
    made = import_files(book(), [path], answers=given, today=TODAY, dry_run=True)
    return made.files[0]


def said(file: JudgedFile) -> list[str]:
    return [verdict.verdict for table in file.tables for verdict in table.verdicts]


def amounts(file: JudgedFile) -> list[Decimal | None]:
    return [verdict.amount for table in file.tables for verdict in table.verdicts]


def asked(file: JudgedFile) -> list[str]:
    return [each.question.key for each in file.questions if not each.answer]


def unheard(seed: int) -> str:
    """Return a heading that no dictionary has."""
    letters = random.Random(seed)
    return "".join(letters.choice("bdfgklmnprstvz") + letters.choice("aeiou") for _ in range(4))


PAID = [
    ("Donor", "Paid"), ("Donante", "Pagado"), ("Donateur", "Encaissé"), ("Geber", "Gezahlt"),
    ("Donatore", "Versato"),
    ("Doador", "Pago"), ("Донор", "Выплачено"), ("المانح", "المدفوع"), ("捐助方", "已付"), ("Gever",
    "Betaald"),
]  # fmt: skip


@pytest.mark.parametrize(("donor", "paid"), PAID)
@pytest.mark.parametrize("seed", range(3))
def test_a_pledge_under_a_heading_nobody_knows_is_asked_and_never_dropped(
    donor: str, paid: str, seed: int, tmp_path: Path
) -> None:
    rows = [(donor, "Date", "Currency", unheard(seed).capitalize(), paid),
            ("Norway", date(2002, 3, 20), "USD", 10000, None),
            ("Austria", date(2002, 4, 20), "USD", 20000, 5000),
            ("Peru", date(2002, 5, 20), "USD", 30000, 0)]  # fmt: skip
    path = write_xlsx(tmp_path / "list.xlsx", rows)
    file = judged(path)
    assert said(file) == ["waiting"] * 3
    assert "column:D" in asked(file)
    file = judged(path, {"column:D": "amount"})
    assert (said(file), amounts(file)) == (["imported"] * 3, [10000, 20000, 30000])
    assert judged(path, {"column:D": "not-read"}).drafts


@pytest.mark.parametrize(
    "heading",
    ["Aportación", "Comprometido", "Aportación comprometida", "Apport", "Enveloppe", "Engaged",
    "Envelope", "الالتزام"],
)  # fmt: skip
def test_words_for_what_was_pledged_are_known(heading: str, tmp_path: Path) -> None:
    rows = [
        ("Donor", "Date", "Currency", heading, "Paid"),
        ("Norway", "2002-03-20", "USD", "10000", "0"),
    ]
    file = judged(write_csv(tmp_path / "list.csv", rows))
    assert (said(file), amounts(file)) == (["imported"], [10000])


@pytest.mark.parametrize(
    ("heading", "cells"),
    [("Staff", (12, 40, 7)), ("Postcode", (10115, 20095, 30159)), ("Year", (2001, 2002, 2003)),
    ("Gmelb", (1, 2, 3)),
     ("Telephone", (4930123400, 4930123500, 4930123600)), ("Share", (10.25, 20.5, 69.25)),
     ("Requested", (90000, 80000, 70000)),
     ("Number of grants", (100, 200, 300))],
)  # fmt: skip
def test_counts_codes_and_shares_ask_nothing(
    heading: str, cells: tuple[float, ...], tmp_path: Path
) -> None:
    rows: list[tuple[object, ...]] = [("Donor", "Date", "Currency", "Paid", heading)]
    for name, paid, cell in zip(("Norway", "Austria", "Peru"), (900, 800, 700), cells, strict=True):
        rows.append((name, date(2002, 3, 20), "USD", paid, cell))
    assert "column:E" not in asked(judged(write_xlsx(tmp_path / "list.xlsx", rows)))


def crm(status: str, amount: str, paid: str, day: str) -> list[tuple[str, ...]]:
    heads = (
        "AccountName",
        "StageName",
        "CloseDate",
        "CurrencyIsoCode",
        "Amount",
        "PaymentAmount",
        "PaymentDate",
    )
    return [heads, ("Norway", status, "2002-03-15", "USD", amount, paid, day)]


def test_what_a_program_calls_won_is_pledged_and_not_received(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "crm.csv", crm("Closed Won", "2500", "", ""))
    (draft,) = judged(path).drafts
    assert (draft.event, draft.meta.get("status")) == ("commitment", None)
    (draft,) = judged(path, {"status:Closed Won": "pledged"}).drafts
    assert (draft.event, draft.meta.get("status")) == ("commitment", "pledged")


def test_received_waits_where_the_columns_of_what_was_paid_are_empty(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "crm.csv", crm("Received", "2500", "", ""))
    file = judged(path)
    assert (said(file), asked(file)) == (["waiting"], ["status:Received"])
    for answer, event in (("committed", "commitment"), ("paid", "receipt-without-pledge")):
        told = judged(path, {"status:Received": answer})
        assert [draft.event for draft in told.drafts] == [event], answer
    path = write_csv(tmp_path / "part.csv", crm("Received", "2500", "1000", "2002-05-02"))
    assert asked(judged(path)) == ["status:Received"]
    assert said(judged(path, {"status:Received": "committed"})) == ["imported"]


TOTALS = [
    "Total",
    "Total agreed",
    "Total (EUR)",
    "Total of the agreement",
    "Agreed total",
    "Grand total agreed",
    "Total acordado",
    "Total convenu",
]


@pytest.mark.parametrize("heading", TOTALS)
def test_a_total_beside_instalments_is_held_against_their_sum(heading: str, tmp_path: Path) -> None:
    rows = [("Donor", "Date of pledge", "Currency", heading, "Instalment 1", "Due 1",
                "Instalment 2", "Due 2"),
            ("Norway", "2002-05-20", "EUR", "90000", "50000", "2002-07-01", "50000",
            "2003-07-01"),
            ("Austria", "2002-06-20", "EUR", "200000", "100000", "2002-07-01", "100000",
            "2003-07-01")]  # fmt: skip
    path = write_csv(tmp_path / "list.csv", rows)
    file = judged(path)
    assert (said(file), asked(file)) == (["waiting", "imported"], ["total"])
    drafts = {each: judged(path, {"total": each}).drafts[0] for each in ("instalments", "total")}
    pledged = {
        answer: [line.number for line in draft.lines if line.label]
        for answer, draft in drafts.items()
    }
    assert pledged == {"instalments": [50000, 50000], "total": [90000]}


def test_an_instalment_without_a_due_date_follows_those_before_it() -> None:
    day = date(2002, 1, 1)
    parts = [
        Part(Decimal(n), Decimal(n), due)
        for n, due in enumerate([date(2003, 1, 1), date(2002, 6, 1), None, date(2004, 1, 1), None])
    ]
    assert [int(part.amount) for part in in_order(parts, day)] == [1, 0, 2, 3, 4]


CONDITIONS = [
    "以议会批准为准", "有待议会批准", "以议会批准为条件", "其中一半为2023年认捐", "收到报告后支付",
    "3rd instalment upon receipt of report",
    "payable on receipt of progress report", "upon signature of agreement",
    "previously reported", "payable à la réception du rapport",
    "sous réserve de l'approbation du Parlement", "dont la moitié annoncée en 2001",
    "tras la recepción del informe", "pendiente de la aprobación del Congreso",
    "после получения отчета", "при условии его утверждения парламентом", "عند استلام التقرير",
    "رهنا بصدور موافقة البرلمان",
    "zahlbar nach Vorlage des Berichts", "vorbehaltlich der parlamentarischen Zustimmung",
    "alla firma dell'accordo", "na ontvangst van het verslag",
    "após a assinatura do acordo",
]  # fmt: skip


@pytest.mark.parametrize("remark", CONDITIONS)
def test_what_is_due_when_something_happens_waits(remark: str) -> None:
    assert changes_figures(remark)


@pytest.mark.parametrize(
    "remark",
    ["letter received", "培训", "Report attached", "formation des agents", "training upon request"],
)
def test_what_only_sounds_alike_does_not(remark: str) -> None:
    assert not changes_figures(remark)


def test_what_was_said_unasked_of_a_column_is_remembered(tmp_path: Path) -> None:
    main = make_book(tmp_path / "book")
    rows = [
        ("Donor", "Date", "Currency", "Amount", "Zubu"),
        ("Norway", "2002-03-01", "USD", "500", "b-17"),
    ]
    path = write_csv(tmp_path / "one.csv", rows)
    answers = {**FUND, "one.csv#one!A1:column:E": "reference"}
    import_files(load_book(main), [path], answers=answers, today=TODAY)
    again = write_csv(tmp_path / "two.csv", [*rows, ("Peru", "2002-03-02", "USD", "700", "b-18")])
    file = import_files(load_book(main), [again], answers=FUND, today=TODAY, dry_run=True).files[0]
    assert file.tables[0].table.columns["reference"] == "E"
    assert said(file) == ["duplicate", "imported"]
    answered = {each.question.key: each.answer for each in file.questions}
    assert answered["column:E"] == "reference"


@pytest.mark.parametrize(
    "title",
    [
        "Government of Norway", "Gobierno de Noruega - Dirección General",
        "Ministry of Foreign Affairs of Norway",
        "Aportaciones voluntarias de Noruega al Fondo", "Gouvernement de la Norvège",
        "Kingdom of Norway",
        "Governo della Norvegia", "Ministère des affaires étrangères de la Norvège",
    ],
)  # fmt: skip
def test_who_gives_is_read_from_a_title_that_names_one_government(
    title: str, tmp_path: Path
) -> None:
    rows = [(title,), ("Contributions to the Trust Fund",), (),
            ("Reference", "Date of pledge", "Currency", "Amount pledged"),
            ("A1", date(2002, 5, 6), "USD", 1000)]  # fmt: skip
    file = judged(write_xlsx(tmp_path / "list.xlsx", rows))
    assert [verdict.donor for verdict in file.tables[0].verdicts] == ["NOR"]
    assert said(file) == ["imported"]


@pytest.mark.parametrize("further", [(), ("Unit",)])
@pytest.mark.parametrize(
    "titles", [("Directorate General",), ("Government of Norway", "Government of Peru")]
)
def test_who_gives_all_rows_is_asked_where_nothing_says_it(
    titles: tuple[str, ...], further: tuple[str, ...], tmp_path: Path
) -> None:
    heads = ("Reference", "Date of pledge", "Currency", "Amount pledged", *further)
    rows = [*((title,) for title in titles), ("Contributions to the Trust Fund",), (), heads,
            ("A1", date(2002, 5, 6), "USD", 1000, *("Section B" for _ in further))]  # fmt: skip
    path = write_xlsx(tmp_path / "list.xlsx", rows)
    assert "donor-of-all" in asked(judged(path))
    file = judged(path, {"donor-of-all": "NOR"})
    assert (said(file), asked(file)) == (["imported"], [])
    assert [verdict.donor for verdict in file.tables[0].verdicts] == ["NOR"]


def test_who_gives_all_rows_is_proposed_for_the_next_file(tmp_path: Path) -> None:
    main = make_book(tmp_path / "book")
    heads = ("Reference", "Date of pledge", "Currency", "Amount pledged")
    rows = [("Contributions to the Trust Fund",), heads,
            ("A1", date(2002, 5, 6), "USD", 1000)]  # fmt: skip
    answers = {**FUND, "donor-of-all": "NOR"}
    path = write_xlsx(tmp_path / "one.xlsx", rows)
    import_files(load_book(main), [path], answers=answers, today=TODAY)
    again = write_xlsx(tmp_path / "two.xlsx", [*rows, ("A2", date(2002, 6, 6), "USD", 2000)])
    file = import_files(load_book(main), [again], answers=FUND, today=TODAY, dry_run=True).files[0]
    (question,) = [each for each in file.questions if each.question.kind == "donor-of-all"]
    assert (question.proposed, question.choices[0].value) == (True, "NOR")


def test_remarks_that_differ_can_be_asked_one_by_one(tmp_path: Path) -> None:
    remarks = ("subject to parliamentary approval", "includes 200 pledged in 2001")
    rows = [("Donor", "Date", "Currency", "Amount", "Remarks")]
    rows += [(name, "2002-03-01", "USD", "500", remark)
             for name, remark in zip(("Norway", "Peru"), remarks, strict=True)]  # fmt: skip
    path = write_csv(tmp_path / "list.csv", rows)
    assert asked(judged(path)) == ["words:remarks"]
    each = {"words:remarks": "each"}
    assert asked(judged(path, each)) == [f"remark:{remark}" for remark in remarks]
    answers = {f"remark:{remarks[0]}": "leave-out", f"remark:{remarks[1]}": "nothing"}
    assert said(judged(path, {**each, **answers})) == ["ignored", "imported"]


def test_a_payment_that_the_book_has_not_can_be_left_to_the_banks_advice(tmp_path: Path) -> None:
    main = make_book(tmp_path / "book")
    heads = ("Donor", "Date of pledge", "Currency", "Amount", "Paid")
    row = ("Norway", "2002-03-01", "USD", "500")
    path = write_csv(tmp_path / "one.csv", [heads, (*row, "")])
    import_files(load_book(main), [path], answers=FUND, today=TODAY)
    again = write_csv(tmp_path / "two.csv", [heads, (*row, "250")])
    for answers, verdict in (({}, "waiting"), ({"paid-meanwhile": "bank"}, "duplicate")):
        made = import_files(
            load_book(main), [again], answers={**FUND, **answers}, today=TODAY, dry_run=True
        )
        assert (said(made.files[0]), made.files[0].drafts) == ([verdict], [])
        assert ("paid-meanwhile" in asked(made.files[0])) is not bool(answers)


@pytest.mark.parametrize(
    "row",
    [
        ("Status of pledges as at 31 December 2002 (continued)", None, None, "Page 2 of 2"),
        (None, None, None, "Page 2 of 2"), ("WESTERN EUROPE AND OTHERS",),
        ("Groupe des États d'Afrique",),
        ("Europa occidental y otros Estados",), ("Западная Европа и другие государства",),
        ("أوروبا الغربية ودول أخرى",), ("西欧和其他国家",),
        ("État des annonces (suite)", None, None, "Page 3"),
    ],
)  # fmt: skip
def test_titles_regions_and_numbers_of_pages_between_rows_are_no_rows(
    row: tuple[str | None, ...], tmp_path: Path
) -> None:
    rows = [("Donor", "Date", "Amount (USD)", "Remarks"), ("Norway", date(2002, 3, 1), 500), row,
            ("Peru", date(2002, 3, 1), 700)]  # fmt: skip
    file = judged(write_xlsx(tmp_path / "list.xlsx", rows))
    assert (said(file), asked(file)) == (["imported", "imported"], [])


@pytest.mark.parametrize(
    "kinds",
    [
        ("个人", "国际金融机构", "企业"), ("Individual", "Foundation", "Company"),
        ("Particulier", "Entreprise", "Fondation"), ("Empresa", "Banco", "Particulares"),
        ("Компания", "Фонд", "Частное лицо"), ("فرد", "شركة", "بنك"),
    ],
)  # fmt: skip
def test_kinds_of_donors_are_no_classes_of_a_fund(kinds: tuple[str, ...], tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [("Donor", "类别", "Date", "Amount (USD)")]
    rows += [(name, kind, date(2002, 3, 1), 500)
             for name, kind in zip(("Norway", "Peru", "Austria"), kinds, strict=True)]  # fmt: skip
    assert asked(judged(write_xlsx(tmp_path / "list.xlsx", rows))) == []


@pytest.mark.parametrize("heading", ["Zubu", "Iso", "Unit of account", "Ccy code (ISO)"])
def test_a_column_of_codes_of_currencies_is_the_currency(heading: str, tmp_path: Path) -> None:
    rows = [("Donor", "Date", "Amount", heading), ("Norway", "2002-03-01", "500", "USD"),
            ("Peru", "2002-03-01", "700", "EUR")]  # fmt: skip
    file = judged(write_csv(tmp_path / "list.csv", rows))
    assert [verdict.currency for verdict in file.tables[0].verdicts] == ["USD", "EUR"]
    assert said(file) == ["imported"] * 2
