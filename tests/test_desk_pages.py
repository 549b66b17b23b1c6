"""The reading pages of the desk on the golden example and on books that attack them."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from datetime import date
from decimal import Decimal
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from conftest import split_golden
from fava.application import create_app
from flask.testing import FlaskClient
from pledgebook.desk.behind import pieces_behind
from pledgebook.desk.choosing import _period_at_work
from pledgebook.desk.pictures import progress, unpaid_by_age
from pledgebook.desk.searching import amounts_in
from pledgebook.ledger.closing.periods import close_period
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.files.overriding import override_paragraphs
from pledgebook.ledger.findings import BookRefusedError
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.columns import Figures, total
from pledgebook.ledger.register.instalments import list_instalments
from pledgebook.reports.ageing import OVERDUE_BANDS, ageing
from pledgebook.reports.closing import make_figures
from pledgebook.reports.figures.comparatives import period_before
from pledgebook.reports.figures.selection import select
from pledgebook.reports.figures.table import Part
from pledgebook.reports.glance import at_a_glance, by_month
from pledgebook.reports.registry import REPORTS, make_reports, source_of
from pledgebook.reports.render import ENDINGS, render
from pledgebook.reports.render.texts import amount_text
from pledgebook.reports.schedule import make_schedule
from werkzeug.test import TestResponse

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "tests" / "data" / "golden"
LINE = '1999-12-31 custom "fava-extension" "pledgebook.desk"\n'


class Desk:
    """Fava on a book, asked for pages of the desk."""

    def __init__(self, main: Path) -> None:
        self.client: FlaskClient = create_app([main], load=True, poll_watcher=True).test_client()
        self.main = main
        self.base = self.client.get("/").headers["Location"].strip("/").split("/")[0]

    def get(self, page: str, /, **asked: object) -> str:
        answer = self.client.get(f"/{self.base}/extension/{page}/", query_string=asked)
        assert answer.status_code == 200
        return answer.text.partition('id="desk"')[2].partition('id="ledger-data"')[0]

    def ask(self, endpoint: str, /, **asked: object) -> TestResponse:
        url = f"/{self.base}/extension/{endpoint}"
        return self.client.get(url, query_string=asked, buffered=True)

    def text(self, page: str, /, **asked: object) -> str:
        """The page's content without its markup."""
        inner = self.get(page, **asked)
        for block in ("script", "style"):
            while f"<{block}" in inner:
                before, _, rest = inner.partition(f"<{block}")
                inner = before + rest.partition(f"</{block}>")[2]
        words = "".join(part.partition(">")[2] for part in f">{inner}".split("<"))
        return " ".join(unescape(words).split())


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The golden example, copied with the desk's line."""
    folder = tmp_path_factory.mktemp("golden")
    mandate = ROOT / "ledger" / "data" / "book" / "A-RES-55-64.beancount"
    for file in GOLDEN.glob("*.beancount"):
        text = file.read_text("utf-8").replace("../../../ledger/data/book/", "")
        (folder / file.name).write_text(text, "utf-8")
    (folder / mandate.name).write_text(mandate.read_text("utf-8"), "utf-8")
    main = folder / "main.beancount"
    main.write_text(main.read_text("utf-8") + LINE, "utf-8")
    return Desk(main)


def test_what_is_paid_and_unpaid_by_month_adds_up_to_the_schedule(
    golden: Book, golden_receipt: Book
) -> None:
    for book in (golden, golden_receipt):
        for period in ("2002-2003", "2002", "2003", "2003-Q2", "2000-2001"):
            selection = select(book, period)
            months = by_month(selection)
            made = make_schedule(selection)
            for fund in selection.funds:
                own = total(
                    line.figures
                    for key, lines in made.sections.items()
                    if key[0] == fund
                    for line in lines
                )
                paid = sum(month.paid[fund] for month in months)
                assert paid == own.collected_prior + own.collected_current, (period, fund)
                assert months[-1].unpaid[fund] == own.closing, (period, fund)


def test_each_line_stands_beside_the_same_line_of_the_period_before(golden: Book) -> None:
    selection = select(golden, "2002-2003")
    made = make_schedule(selection)
    before = make_schedule(select(golden, "2000-2001"))
    lines = {(line.fund, line.class_): line for line in at_a_glance(selection, made)}
    assert period_before(selection).name == "2000-2001"
    special = lines["CPCJF", "special"]
    assert special.figures == total(line.figures for line in made.sections["CPCJF", "special"])
    assert special.before == total(line.figures for line in before.sections["CPCJF", "special"])
    assert special.before.closing == special.figures.opening != 0
    assert lines["CPCJF with UNTOC", ""].before == before.totals["CPCJF with UNTOC"]
    assert period_before(select(golden, "2003-Q2")).name == "2002-Q2"


def test_a_sealed_period_before_is_read_from_its_seal(tmp_path: Path) -> None:
    main = make_book(tmp_path / "book")
    for file in ("2000-2001", "2002-2003"):
        with (main.parent / f"{file}.beancount").open("a", encoding="utf-8") as entries:
            year = file[:4]
            entries.write(
                f'{year}-03-01 * "Austria" "Pledge (made up)" ^AUT-{year}-01\n  class: "general"\n'
                f'  Assets:CPCJF:Pledges:AUT  600 USD {{0 # 600.00 USD, "AUT-{year}-01.1"}}\n'
                f"    due: {year}-06-30\n  Income:CPCJF:Contributions:AUT  -600.00 USD\n"
            )
    with (main.parent / "settings.beancount").open("a", encoding="utf-8") as file:
        file.write('2000-01-01 custom "period" "2000-2001" 2001-12-31\n')
    if "2000-2001.beancount" not in main.read_text("utf-8"):
        with main.open("a", encoding="utf-8") as file:
            file.write('include "2000-2001.beancount"\n')
    book = load_book(main)
    assert not book.errors, book.errors[0]
    whole = make_schedule(select(book, "2000-2001")).totals["CPCJF with UNTOC"]
    close_period(book, "2000-2001", make_figures)
    closed = load_book(main)
    selection = select(closed, "2002-2003")
    lines = at_a_glance(selection, make_schedule(selection))
    assert lines[-1].before == whole != Figures()
    seal = main.parent / "sealed" / "2000-2001.json"
    seal.write_text("{", "utf-8")
    assert at_a_glance(selection, make_schedule(selection))[-1].before is None


def test_the_overview_shows_the_schedules_figures_by_fund_and_donor(
    desk: Desk, golden: Book
) -> None:
    made = make_schedule(select(golden, "2002-2003"))
    page = desk.text("Contributions", period="2002-2003")
    for lines in made.sections.values():
        for line in lines:
            assert line.name in page
            assert f"{line.figures.pledged:,.2f}" in page or not line.figures.pledged
    assert f"{made.totals['CPCJF with UNTOC'].closing:,.2f}" in page


def tiles(page: str) -> list[tuple[str, Decimal]]:
    """The overview's sum: sign and amount of each tile, a dash being nil."""
    inner = page.partition('<dl class="tiles">')[2].partition("</dl>")[0]
    found = []
    for tile in inner.split("<dt>")[1:]:
        shown = re.sub(r"<small>.*?</small>", "", tile, flags=re.DOTALL)
        sign = re.search(r'class="sign">(.)<', shown)
        text = re.sub(r"<[^>]+>|\s|,", "", shown.partition("<dd>")[2])
        amount = Decimal(0) if text == "–" else Decimal(text.replace("(", "-").rstrip(")"))
        found.append((sign[1] if sign else "", amount))
    return found


@pytest.mark.parametrize("period", ["2002-2003", "2002", "2003-Q2", "2000-2001"])
def test_the_tiles_of_the_overview_foot(desk: Desk, period: str) -> None:
    shown = tiles(desk.get("Contributions", period=period))
    *parts, (sign, unpaid) = shown
    assert sign == "="
    assert len(parts) >= 4
    assert sum(-own if sign == "−" else own for sign, own in parts) == unpaid


def test_each_figure_of_the_overview_leads_to_what_adds_up_to_it(desk: Desk) -> None:
    page = unescape(desk.get("Contributions", period="2002-2003"))
    shown = re.sub(r"<small>|</small>| overdue", "", page)
    links = set(re.findall(r'href="[^"]*Reports/\?([^"]*behind=[^"]*)">([\d(][^<]*)</a>', shown))
    assert len(links) > 60
    columns = {dict(parse_qsl(query))["behind"] for query, _amount in links}
    assert {"opening", "pledged", "collected", "exchange", "closing", "overdue"} <= columns
    for query, amount in links:
        assert f": {amount} USD" in desk.text("Reports", **dict(parse_qsl(query))), (query, amount)


def test_the_pictures_are_as_large_as_the_figures_and_lead_to_them(
    desk: Desk, golden: Book, golden_receipt: Book
) -> None:
    for book in (golden, golden_receipt):
        for period in ("2002-2003", "2003-Q2"):
            selection = select(book, period)
            lines = [
                line.figures for own in make_schedule(selection).sections.values() for line in own
            ]
            whole = total(lines)
            ages = unpaid_by_age(selection)
            assert sum(box.amount for box in ages) == whole.closing
            assert abs(sum(float(box.width) for box in ages) - 100) < 0.1
            drawn = progress(selection, by_month(selection))
            last = drawn.columns[-1].boxes
            for kind, amount in (("paid", whole.collected), ("unpaid", whole.closing)):
                assert sum(box.amount for box in last if kind in box.style.split()) == amount
            for box in last:
                high = float(box.height) * float(drawn.top) / 100
                assert abs(high - float(box.amount)) < float(drawn.top) / 1000
            assert float(last[-1].y) >= 0
    page = unescape(desk.get("Contributions", period="2002-2003"))
    parts = re.findall(
        r'href="[^"]*Reports/\?([^"]*)"><rect [^>]*><title>[^<]*: ([\d,.]+)</title>', page
    )
    assert len(parts) > 24
    for query, amount in parts[::5]:
        assert f": {amount} USD" in desk.text("Reports", **dict(parse_qsl(query))), query


def test_a_fund_has_one_colour_and_the_donors_add_up(desk: Desk, golden: Book) -> None:
    page = desk.get("Contributions", period="2002-2003")
    (own,) = set(re.findall(r'swatch (?:paid )?(fund-\d)(?: paid)?"></i> CPCJF', page))
    assert set(re.findall(r"swatch (fund-\d) unpaid\"></i> CPCJF", page)) == {own}
    foot = page.partition("<tfoot>")[2].partition("</tfoot>")[0]
    shown = re.findall(r">([\d(][\d.,)]*)</a>", foot)
    lines = make_schedule(select(golden, "2002-2003")).sections.values()
    whole = total(line.figures for own in lines for line in own)
    columns = (
        "opening", "pledged", "adjustments", "collected", "exchange", "written_off", "closing"
    )  # fmt: skip
    stated = {column: getattr(whole, column) for column in columns}
    assert shown[:7] == [amount_text(amount) for amount in stated.values() if amount]


def test_one_entry_with_a_mistyped_later_year_moves_no_page(tmp_path: Path) -> None:
    main = pledged_book(tmp_path)
    pledge = (
        '2002-0{0}-01 * "Canada" "Pledge {0} (made up)" ^CAN-2002-0{0}\n  class: "general"\n'
        '  Assets:CPCJF:Pledges:CAN  {0}00 USD {{{{0 # {0}00.00 USD, "CAN-2002-0{0}.1"}}}}\n'
        "    due: 2002-12-31\n  Income:CPCJF:Contributions:CAN  -{0}00.00 USD\n"
    )
    late = (
        pledge.replace("2002-0{0}-01", "2004-0{0}-01")
        .replace("CAN", "JPN")
        .replace("2002-12-31", "2004-12-31")
    )
    periods = '2004-01-01 custom "period" "2004-2005" 2005-12-31\n'
    path = main.with_name("2002-2003.beancount")
    path.write_text(
        path.read_text("utf-8")
        + periods
        + "".join(
            text.format(number).replace("{{", "{").replace("}}", "}")
            for text, number in ((pledge, 1), (pledge, 2), (late, 3))
        ),
        "utf-8",
    )
    book = load_book(main)
    assert book.errors == []
    assert book.register.last_day == date(2004, 3, 1)
    assert _period_at_work(book, date(2010, 1, 1)) == "2002-2003"
    assert _period_at_work(book, date(2001, 1, 1)) == book.settings.periods.names()[-1]
    text = path.read_text("utf-8")
    path.write_text(
        text
        + "".join(
            late.format(number).replace("{{", "{").replace("}}", "}") for number in range(4, 8)
        ),
        "utf-8",
    )
    moved = load_book(main)
    assert moved.errors == []
    assert _period_at_work(moved, date(2010, 1, 1)) == "2004-2005"
    assert _period_at_work(moved, date(2003, 1, 1)) == "2002-2003"  # the rest is of days to come


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("39975", {"39975"}),
        ("39,975.00", {"39975"}),
        ("39 975,00", {"39975"}),
        ("39.975,00", {"39975"}),
        ("39\u202f975,00", {"39975"}),
        ("EUR 39975", {"39975"}),
        ("39,975", {"39975", "39.975"}),
        ("1,234,567", {"1234567"}),
        ("12,5", {"12.5"}),
        ("NV 31/2002", set()),
        ("AUT-2002-01", set()),
        ("1,23,4", set()),
    ],
)
def test_words_are_an_amount_however_it_is_written(words: str, found: set[str]) -> None:
    assert amounts_in(words) == {Decimal(each) for each in found}


def test_a_search_finds_amounts_of_entries_instalments_and_receipts(tmp_path: Path) -> None:
    main = pledged_book(tmp_path)
    with main.with_name("2002-2003.beancount").open("a", encoding="utf-8") as file:
        file.write(
            '2002-05-01 * "Austria" "Pledge in two (made up)" ^AUT-2002-02\n  class: "general"\n'
            '  Assets:CPCJF:Pledges:AUT  30000 EUR {0 # 26315.79 USD, "AUT-2002-02.1"}\n'
            "    due: 2002-06-30\n"
            '  Assets:CPCJF:Pledges:AUT  30000 EUR {0 # 26315.79 USD, "AUT-2002-02.2"}\n'
            "    due: 2002-09-30\n  Income:CPCJF:Contributions:AUT  -52631.58 USD\n"
        )
    assert load_book(main).errors == []
    page = Desk(main)
    for words in ("30 000,00", "30,000.00", "26315.79", "60000", "52,631.58", "EUR 60,000"):
        assert "Pledge in two (made up)" in page.text("Contributions", q=words), words
    assert "Pledge in two" not in page.text("Contributions", q="600.00")
    assert "Pledge (made up)" in page.text("Contributions", q="600.00")


def test_what_is_pledged_and_not_committed_is_on_the_overview(tmp_path: Path) -> None:
    main = make_book(tmp_path / "book")
    with (main.parent / "2002-2003.beancount").open("a", encoding="utf-8") as file:
        file.write(
            '2002-03-01 * "Portugal" "Pledge, subject to parliament (made up)" ^PRT-2002-01\n'
            '  event: "commitment"\n  class: "general"\n  status: "pledged"\n'
            "  Assets:CPCJF:Memorandum:Pledges:PRT  2150.38 USD "
            '{0 # 2150.38 USD, "PRT-2002-01.1"}\n'
            "    due: 2002-06-30\n  Assets:CPCJF:Memorandum:Contra  -2150.38 USD\n"
        )
    book = load_book(main)
    assert book.errors == []
    figures = total(
        line.figures
        for lines in make_schedule(select(book, "2002-2003")).sections.values()
        for line in lines
    )
    assert figures.uncommitted == Decimal("2150.38")
    page = Desk(main).text("Contributions", period="2002-2003").replace(" ", "")
    assert "Pledged,notcommitted2,150.38" in page
    assert page.count("2,150.38") >= 3  # the tile, the fund, the donor


def test_a_report_is_limited_to_a_donor_and_a_purpose_which_go_by_their_names(
    desk: Desk, golden: Book
) -> None:
    asked = {"period": "2002-2003", "name": "schedule"}
    shown = desk.get("Reports", **asked, donor="ITA", purpose="organized-crime")
    assert '<option value="ITA" selected>Italy</option>' in shown
    title = golden.settings.purposes["organized-crime"]
    assert f'<option value="organized-crime" selected>{title}</option>' in shown
    limited = select(golden, "2002-2003", donor="ITA", purpose="organized-crime")
    (row,) = [line for lines in make_schedule(limited).sections.values() for line in lines]
    assert f"{row.figures.collected:,.2f}" in shown
    assert "Germany</a>" not in shown
    assert "purpose=organized-crime" in shown
    behind = {"behind": "collected_prior", "period": "2002-2003", "donor": "ITA"}
    for page in (
        desk.text("Reports", **behind),
        desk.text("Donor", donor="ITA"),
        desk.text("Reports", period="2002-2003", name="annex"),
        desk.text("Paragraphs", period="2002-2003", paragraph="OP8"),
    ):
        assert not [code for code in golden.settings.purposes if "-" in code and code in page]
    assert title in desk.text("Reports", **behind)


def test_what_is_overdue_is_what_the_register_says(tmp_path: Path) -> None:
    main = pledged_book(tmp_path)
    with main.with_name("2002-2003.beancount").open("a", encoding="utf-8") as file:
        file.write(
            '2002-03-01 * "Canada" "Pledge without a due date (made up)" ^CAN-2002-01\n'
            '  class: "general"\n  Assets:CPCJF:Pledges:CAN  900 USD {0 # 900.00 USD, '
            '"CAN-2002-01.1"}\n  Income:CPCJF:Contributions:CAN  -900.00 USD\n'
            '2002-03-01 * "Japan" "Pledge due on the last day (made up)" ^JPN-2002-09\n'
            '  class: "general"\n  Assets:CPCJF:Pledges:JPN  70 USD {0 # 70.00 USD, '
            '"JPN-2002-09.1"}\n    due: 2003-12-31\n'
            "  Income:CPCJF:Contributions:JPN  -70.00 USD\n"
        )
    book = load_book(main)
    lines = list_instalments(book.register, as_at=date(2003, 12, 31))
    due = sum(line.carrying for line in lines if line.overdue)
    aged = ageing(select(book, "2002-2003"))
    assert due == sum(aged.sum_of(Part("ageing", key)) for key in OVERDUE_BANDS)
    assert due > 0
    assert f"{due:,.2f} overdue" in Desk(main).text("Contributions", period="2002-2003")


def test_a_donors_story_leads_to_each_entry_and_its_place(desk: Desk, golden: Book) -> None:
    label, changes = max(golden.register.by_label.items(), key=lambda each: len(each[1]))
    claim = changes[-1].after
    page = desk.get("Donor", donor=claim.donor)
    for change in changes:
        place = f"{Path(change.entry.meta['filename']).name}:{change.entry.meta['lineno']}"
        assert place in page, label
    for asked in ({"label": label}, {"pledge": label.rpartition(".")[0]}):
        assert f'id="{label}"' in desk.get("Donor", **asked)


@pytest.mark.parametrize(
    ("page", "asked", "sentence"),
    [
        ("Donor", {"donor": "<b>NOBODY</b>"}, "The book knows no donor <b>NOBODY</b>."),
        ("Donor", {"pledge": "XXX-1"}, "The book has no pledge XXX-1."),
        ("Contributions", {"period": "1066"}, "declares no period '1066'"),
        ("Contributions", {"as_at": "soon"}, "soon is no date"),
        ("Contributions", {"fund": "NONE"}, "declares no fund 'NONE'"),
        ("Contributions", {"q": "no such word"}, "Nothing in the book holds all of these words."),
        ("Contributions", {"rule": "none"}, "There is no notice of this rule"),
    ],
)
def test_what_is_not_there_is_said(
    desk: Desk, page: str, asked: dict[str, str], sentence: str
) -> None:
    assert sentence in desk.text(page, **asked)
    assert "<b>NOBODY" not in desk.get(page, **asked)


def test_a_search_finds_by_name_in_any_language_label_and_words(desk: Desk, golden: Book) -> None:
    label = next(iter(golden.register.by_label))
    entry = golden.register.by_label[label][0].entry
    for words in (label, label.lower(), entry.narration.upper()):
        assert entry.narration in desk.text("Contributions", q=words)
    for words in ("Italie", "ITALIA", "意大利"):
        assert 'donor=ITA"' in desk.get("Contributions", q=words)


def test_what_stands_behind_a_figure_of_the_schedule_adds_up_to_it(
    golden: Book, golden_receipt: Book
) -> None:
    proved = 0
    for book in (golden, golden_receipt):
        for period in ("2002-2003", "2003"):
            made = make_schedule(select(book, period))
            for (fund, class_), lines in made.sections.items():
                for line in lines:
                    own = select(book, period, fund=fund, class_=class_, donor=line.donor)
                    for column, amount in line.figures.amounts().items():
                        pieces = pieces_behind(own, column)
                        assert sum(piece.amount for piece in pieces) == amount, (line, column)
                        assert all(piece.entries for piece in pieces)
                        proved += bool(amount)
    assert proved > 50


def test_each_figure_of_the_schedule_leads_to_what_stands_behind_it(desk: Desk) -> None:
    page = unescape(desk.get("Reports", name="schedule", period="2002-2003"))
    links = re.findall(r'Reports/\?([^"]*behind=[^"]*)">([^<]*)</a>', page)
    assert len(links) > 20
    for query, shown in links:
        asked = dict(parse_qsl(query))
        assert f": {shown} USD" in desk.text("Reports", **asked), asked


def test_every_report_of_the_registry_has_its_page_and_title(desk: Desk) -> None:
    listed = desk.text("Reports")
    for name, kind in REPORTS.items():
        assert kind.title in listed
        page = desk.text("Reports", name=name, period="2002-2003")
        made = make_reports(select(load_book(desk.main), "2002-2003"), (name,))[0]
        assert made.title in page
        assert made.standing is not None
        assert made.standing.words in page
        for row in made.rows[:100]:
            for value in row.values.values():
                if isinstance(value, Decimal) and value:
                    assert amount_text(value) in page, (name, row)


@pytest.mark.parametrize("form", ENDINGS)
def test_a_report_is_downloaded_as_the_command_writes_it(
    desk: Desk, form: str, tmp_path: Path
) -> None:
    selection = select(load_book(desk.main), "2003", fund="CPCJF")
    made = make_reports(selection, ("ageing",))
    render(made, source_of(selection, "2004-01-15T09:00:00+00:00"), tmp_path / f"made{form}")
    answer = desk.ask("Reports/download", name="ageing", form=form, period="2003", fund="CPCJF")
    assert f"ageing-2003{form}" in answer.headers["Content-Disposition"]
    expected = (tmp_path / f"made{form}").read_bytes()
    if form in {".csv", ".json"}:  # the other forms say when they were made
        assert answer.data == expected
    else:
        assert abs(len(answer.data) - len(expected)) < 200


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"name": "ageing", "form": ".exe"}, "written as one of .xlsx"),
        ({"name": "none", "form": ".csv"}, "There is no report 'none'"),
        ({"name": "../../x", "form": ".csv"}, "There is no report"),
        ({"name": "all", "form": ".csv"}, "a .csv file holds one report"),
        ({"name": "ageing", "form": ".csv", "period": "1066"}, "declares no period"),
        ({"name": "statements", "form": ".csv", "donor": "ITA"}, "cannot be limited to one donor"),
        ({"name": "ageing", "form": ".csv", "policy": "guess"}, "guess"),
    ],
)
def test_a_download_that_cannot_be_made_says_why(
    desk: Desk, asked: dict[str, str], sentence: str
) -> None:
    answer = desk.ask("Reports/download", **asked)
    assert answer.status_code == 409
    assert sentence in answer.text
    assert answer.mimetype == "text/plain"


@pytest.mark.office
@pytest.mark.usefixtures("calc")
def test_a_report_is_downloaded_as_pdf_where_libreoffice_is_installed(desk: Desk) -> None:
    answer = desk.ask("Reports/download", name="ageing", form=".pdf", period="2003")
    assert "ageing-2003.pdf" in answer.headers["Content-Disposition"]
    assert answer.data.startswith(b"%PDF-")


def test_without_libreoffice_no_pdf_is_offered_and_one_asked_for_is_refused_in_words(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "form=.pdf" not in desk.ask("Reports/", name="ageing", period="2003").text
    answer = desk.ask("Reports/download", name="ageing", form=".pdf", period="2003")
    assert answer.status_code == 409
    assert "written as one of .xlsx" in answer.text


def test_all_reports_come_in_one_workbook(desk: Desk) -> None:
    answer = desk.ask("Reports/download", name="all", form=".xlsx", period="2002-2003")
    assert answer.data.startswith(b"PK")


def test_paragraphs_show_what_the_report_says_and_each_contribution_with_its_rule(
    desk: Desk, golden: Book
) -> None:
    page = desk.text("Paragraphs", period="2002-2003")
    report = make_reports(select(golden, "2002-2003"), ("paragraphs",))[0]
    for row in report.rows:
        if row.kind == "row":
            assert row.values["summary"] in page
            assert amount_text(row.values["pledged"]) in page
    line = next(line for line in list_instalments(golden.register) if "R14" in line.rules)
    shown = desk.text("Paragraphs", paragraph="OP14", period=line.period)
    assert line.label in shown
    assert "R14" in shown


def post(desk: Desk, form: dict[str, str]) -> TestResponse:
    book = desk.get("Paragraphs").partition('data-book="')[2].partition('"')[0]
    return desk.client.post(
        f"/{desk.base}/extension/Paragraphs/override",
        json={"book": book, **form},
        headers={"Origin": "http://localhost"},
    )


def pledged_book(folder: Path) -> Path:
    """A new book with one pledge (made up)."""
    main = make_book(folder / "book")
    path = main.parent / "2002-2003.beancount"
    with path.open("a", encoding="utf-8") as file:
        file.write(
            '2002-03-01 * "Austria" "Pledge (made up)" ^AUT-2002-01 ; a comment\n'
            '  class: "special"\n  purpose: "corruption"\n'
            '  Assets:CPCJF:Pledges:AUT  600 USD {0 # 600.00 USD, "AUT-2002-01.1"}\n'
            "    due: 2002-06-30\n  Income:CPCJF:Contributions:AUT  -600.00 USD\n"
        )
    return main


def test_a_person_overrides_the_rules_with_a_reason_and_takes_it_back(tmp_path: Path) -> None:
    main = pledged_book(tmp_path)
    path = main.parent / "2002-2003.beancount"
    before = path.read_text("utf-8")
    desk = Desk(main)

    def tagged() -> tuple[list[str], str]:
        (line,) = list_instalments(load_book(main).register)
        return line.tags, line.taggings[0].reason

    given = {"label": "AUT-2002-01.1", "op": "OP15 OP7", "reason": 'Note verbale "5/2002"'}
    assert post(desk, given).status_code == 200
    assert tagged() == (["A/RES/55/64-OP7", "A/RES/55/64-OP15"], 'Note verbale "5/2002"')
    assert 'Note verbale "5/2002"' in desk.text("Paragraphs", paragraph="OP15")
    assert post(desk, {**given, "op": "none", "reason": "Another"}).status_code == 200
    assert tagged() == ([], "Another")
    assert path.read_text("utf-8").count("op-reason:") == 1
    for form, sentence in (
        ({**given, "reason": " "}, "says why"),
        ({**given, "op": "OP99"}, "declares no paragraph OP99"),
        ({**given, "label": "AUT-1"}, "no instalment 'AUT-1'"),
        ({**given, "op": ["OP7"]}, "must be a text"),
        ({**given, "reason": "x" * 2001}, "must be a text"),
        ({**given, "book": "older"}, "was changed meanwhile"),
    ):
        answer = post(desk, form)
        assert answer.status_code == 409
        assert sentence in answer.json["refused"], form
    # What was filled in can be sent again, into the book as it is now.
    renewed = post(desk, {**given, "book": "older"}).json["book"]
    assert post(desk, {**given, "op": "", "reason": "", "book": renewed}).status_code == 200
    assert path.read_text("utf-8") == before


def test_an_override_in_a_sealed_period_is_refused(tmp_path: Path) -> None:
    main = make_book(tmp_path / "book")
    path = main.parent / "2002-2003.beancount"
    with path.open("a", encoding="utf-8") as file:
        file.write(
            '2002-03-01 * "Austria" "Pledge (made up)" ^AUT-2002-01\n  class: "general"\n'
            '  Assets:CPCJF:Pledges:AUT  600 USD {0 # 600.00 USD, "AUT-2002-01.1"}\n'
            "    due: 2002-06-30\n  Income:CPCJF:Contributions:AUT  -600.00 USD\n"
        )
    with (main.parent / "settings.beancount").open("a", encoding="utf-8") as file:
        file.write('2004-01-01 custom "period" "2004-2005" 2005-12-31\n')
    close_period(load_book(main), "2002-2003", make_figures)
    history = load_book(main.parent / "history.beancount")
    assert not history.errors
    with pytest.raises(BookRefusedError, match="sealed"):
        override_paragraphs(history, "AUT-2002-01.1", ["OP7"], "A reason")


def test_the_pages_answer_of_a_closed_period_from_the_history(
    tmp_path: Path,
) -> None:
    main = split_golden(tmp_path / "book", "pledge")
    main.write_text(main.read_text("utf-8") + LINE, "utf-8")
    open_desk = Desk(main)
    asked = (
        ("Contributions", {"period": "2002-2003"}),
        ("Reports", {"period": "2002-2003", "as_at": "2003-06-30", "name": "schedule"}),
        ("Donor", {"period": "2002-2003", "donor": "DEU"}),
        ("Paragraphs", {"period": "2002-2003", "paragraph": "OP8"}),
    )
    figures = re.compile(r'<td class="num[^"]*"[^>]*>[^<]*')
    before = [figures.findall(open_desk.get(page, **given)) for page, given in asked]
    close_period(load_book(main), "2000-2001", make_figures)
    close_period(load_book(main), "2002-2003", make_figures)
    desk = Desk(main)
    said = "This period is closed: the page answers from history.beancount"
    for (page, given), was in zip(asked, before, strict=True):
        shown = desk.get(page, **given)
        assert said in shown
        assert figures.findall(shown) == was
        assert f'data-book="{load_book(main).sha256}"' in shown
    assert "Decide otherwise" not in shown
    assert said not in desk.get("Contributions")  # the open period is the main book's

    link = re.search(r'href="([^"]*/closed[?][^"]*)"', shown)
    assert link
    answer = desk.client.get(unescape(unescape(link[1])))
    assert answer.mimetype == "text/plain"
    assert answer.data == (main.parent / "2002-2003.beancount").read_bytes()
    for path in (str(main), "/etc/passwd", str(main.parent / "../book/2002-2003.beancount")):
        assert desk.ask("Donor/closed", path=path, period="2002-2003").status_code == 404
    letter = desk.ask("Letters/letter", donor="DEU", kind="statement", form="html", period="2003")
    assert letter.headers["Content-Disposition"].startswith("attachment")
    file = desk.ask("Reports/download", name="schedule", form=".csv", period="2000-2001")
    assert file.headers["Content-Disposition"].startswith("attachment")

    (main.parent / "history.beancount").unlink()
    assert "is closed and its entries are not in this book" in desk.get("Donor", **asked[2][1])


def test_a_donors_page_shows_what_waits_beside_what_is_overdue(tmp_path: Path) -> None:
    main = make_book(tmp_path / "book")
    with (main.parent / "2002-2003.beancount").open("a", encoding="utf-8") as file:
        file.write(
            '2002-03-01 * "Austria" "Pledge (made up)" ^AUT-2002-01\n  class: "general"\n'
            '  Assets:CPCJF:Pledges:AUT  600 USD {0 # 600.00 USD, "AUT-2002-01.1"}\n'
            "    due: 2002-06-30\n  Income:CPCJF:Contributions:AUT  -600.00 USD\n"
            '2003-02-03 * "MIN OF FINANCE" "Transfer (made up)"\n'
            '  event: "receipt-unapplied"\n  class: "general"\n  proposed-donor: "AUT"\n'
            "  Assets:CPCJF:Cash  550.00 USD\n"
            '  Liabilities:CPCJF:Unapplied  -550.00 USD {1 USD, "BANK-1"}\n'
        )
    assert load_book(main).errors == []
    desk = Desk(main)
    said = desk.text("Donor", donor="AUT")
    assert "Received, not yet applied to a pledge" in said
    assert "2003-02-03BANK-1CPCJF550.00" in said.replace(" ", "")
    assert "1 instalment of this donor is overdue: AUT-2002-01.1 (600.00 USD)" in said
    assert "Reconcile/?receipt=BANK-1" in desk.get("Donor", donor="AUT")
    assert "not yet applied" not in desk.text("Donor", donor="NOR")


def test_letters_to_a_donor_are_written_from_the_page(desk: Desk, golden: Book) -> None:
    line = next(line for line in list_instalments(golden.register) if line.overdue)
    given = {"donor": line.donor, "period": "2002-2003"}
    for form in ("html", "docx"):
        answer = desk.ask("Letters/letter", kind="statement", form=form, **given)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Disposition"].startswith("attachment")
    page = desk.ask("Letters/letter", kind="reminder", form="html", language="fr", **given)
    assert 'lang="fr"' in page.text
    for asked, said in (
        ({"kind": "bill", "form": "html"}, "Received in 2002-2003, without a receipt"),
        ({"kind": "reminder", "form": "exe"}, "Letters to send"),
        ({"kind": "receipt", "form": "html"}, "nothing to write such a letter about"),
        ({"kind": "reminder", "form": "html", "period": "1066"}, "declares no period"),
    ):
        refused = desk.ask("Letters/letter", **{**given, **asked})
        assert refused.status_code == 303, asked
        page = desk.client.get(refused.headers["Location"]).text
        assert 'id="desk"' in page, asked
        assert said in page, asked


def test_what_was_sent_to_a_donor_and_answered_stands_on_its_page(tmp_path: Path) -> None:
    main = make_book(tmp_path / "book")
    with (main.parent / "2002-2003.beancount").open("a", encoding="utf-8") as file:
        file.write(
            '2003-01-20 custom "letter" "DEU/2003/1" "confirmation" "DEU"\n'
            '  as-at: 2002-12-31\n  language: "en"\n  by: "note verbale"\n'
            '2003-02-15 custom "answer" "DEU/2003/1" "differs" "Note verbale 12/2003 (made up)"\n'
            "  stated: 90000 EUR\n"
        )
    assert load_book(main).errors == []
    page = Desk(main).text("Donor", donor="DEU")
    assert "DEU/2003/1" in page
    said = "the donor has another figure: Note verbale 12/2003 (made up) (90000 EUR)"
    assert f"2003-02-15 {said}" in page


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_desk_pages import Desk, post
desk = Desk(Path(sys.argv[1]))
real, when = os.replace, sys.argv[3]

def replace(source, target):
    if when == "after":
        real(source, target)
    os.kill(os.getpid(), signal.SIGKILL)

os.replace = replace
post(desk, {"label": "AUT-2002-01.1", "op": "OP15", "reason": "Killed"})
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_server_killed_during_a_write_leaves_the_book_whole(tmp_path: Path, when: str) -> None:
    main = pledged_book(tmp_path)
    path = main.parent / "2002-2003.beancount"
    before = path.read_text("utf-8")
    run = subprocess.run(
        [sys.executable, "-c", KILLED, str(main), str(Path(__file__).parent), when],
        capture_output=True, check=False,
    )  # fmt: skip
    assert run.returncode == -signal.SIGKILL, run.stderr
    # Nothing is decided, or all is, and then whoever reads is told until it is finished.
    assert {error.rule for error in load_book(main).errors} <= {"unfinished-write"}
    given = {"label": "AUT-2002-01.1", "op": "OP15", "reason": "Once more"}
    assert post(Desk(main), given).status_code == 200
    text = path.read_text("utf-8")
    assert text.count("op-reason:") == 1
    assert text.replace('  op: "OP15"\n  op-reason: "Once more"\n', "") == before


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&"


def test_html_in_names_and_words_is_shown_as_text(tmp_path: Path) -> None:
    main = make_book(tmp_path / "book")
    name = HOSTILE.replace('"', '\\"')
    with (main.parent / "2002-2003.beancount").open("a", encoding="utf-8") as file:
        file.write(
            f'2001-01-01 custom "donor" "EVIL" "{name}"\n  kind: "company"\n'
            f'2002-03-01 * "{name}" "{name}" ^EVIL-2002-01\n  class: "general"\n'
            f'  source: "{name}#Sheet!A1"\n  document: "{name}"\n'
            '  Assets:CPCJF:Pledges:EVIL  600 USD {0 # 600.00 USD, "EVIL-2002-01.1"}\n'
            "    due: 2002-06-30\n  Income:CPCJF:Contributions:EVIL  -600.00 USD\n"
        )
    assert not load_book(main).errors
    desk = Desk(main)
    for page, asked in (
        ("Contributions", {}),
        ("Contributions", {"q": HOSTILE}),
        ("Donor", {}),
        ("Donor", {"donor": "EVIL"}),
        ("Contributions", {"by": HOSTILE, "page": HOSTILE}),
    ):
        shown = desk.get(page, **asked)
        assert "<script>alert" not in shown
        assert "<img" not in shown
        assert page == "Contributions" or "&lt;script&gt;alert" in shown


def test_only_papers_of_the_book_are_handed_out_and_never_as_a_page(tmp_path: Path) -> None:
    main = make_book(tmp_path / "book")
    (tmp_path / "secret.txt").write_text("secret")
    (main.parent / "inbox" / "letter.html").write_text("<script>alert(1)</script>")
    (main.parent / "documents" / "link.txt").symlink_to(tmp_path / "secret.txt")
    desk = Desk(main)

    def ask(path: str) -> int:
        url = f"/{desk.base}/extension/Donor/paper"
        return desk.client.get(url, query_string={"path": path}, buffered=True).status_code

    url = f"/{desk.base}/extension/Donor/paper?path=inbox/letter.html"
    answer = desk.client.get(url, buffered=True)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"] == "sandbox"
    for path in (
        "../secret.txt", "inbox/../../secret.txt", str(tmp_path / "secret.txt"), "main.beancount",
        "documents/link.txt", "documents", "", "inbox/\0", "inbox/" + "x" * 5000,
    ):  # fmt: skip
        assert ask(path) == 404, path


def test_a_long_list_is_cut_into_pages(tmp_path: Path) -> None:
    main = make_book(tmp_path / "book")
    with (main.parent / "2002-2003.beancount").open("a", encoding="utf-8") as file:
        for number in range(250):
            code = f"D{number:03}"
            file.write(
                f'2001-01-01 custom "donor" "{code}" "Donor {number:03}"\n  kind: "company"\n'
                f'2002-03-01 * "" "" ^{code}-2002-01\n  class: "general"\n'
                f'  Assets:CPCJF:Pledges:{code}  6 USD {{0 # 6.00 USD, "{code}-2002-01.1"}}\n'
                f"  Income:CPCJF:Contributions:{code}  -6.00 USD\n"
            )
    desk = Desk(main)
    shown = [desk.text("Donor", page=page) for page in (1, 2, 3)]
    for number in range(250):
        assert [f"Donor {number:03}" in page for page in shown].count(True) == 1
    assert "Page 3 of 3 (250 lines)" in shown[2]
    for text in ("0", "99", "-1", "x", "9" * 5000):
        assert "of 3 (250 lines)" in desk.text("Donor", page=text)
