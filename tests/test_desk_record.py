"""Record, the page: the same entries as the command writes, what it refuses, what it keeps
(amounts and rates made up).
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from datetime import date
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fava.application import create_app
from flask.testing import FlaskClient
from pledgebook.cli.main import group
from pledgebook.cli.record import record
from pledgebook.desk.actions import action_for
from pledgebook.desk.record import in_words
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.forms import FORMS, Field
from werkzeug.test import TestResponse

LINE = '1999-12-31 custom "fava-extension" "pledgebook.desk"\n'
RATES = (
    '1999-12-31 custom "rate-age" "400"\n'  # three rates serve the years of these tests
    "2001-05-01 price USD 1.13 EUR\n2002-03-01 price USD 1.14 EUR\n2003-12-31 price USD 0.80 EUR\n"
)
OWN = {"Origin": "http://localhost"}
PDF = b"%PDF-1.4 (made up)"


class Desk:
    """A book in Fava, the page on it and the command on it."""

    def __init__(self, main: Path, **given: bool) -> None:
        self.main = main
        with main.open("a", encoding="utf-8") as file:
            file.write(LINE)
        self.fava: FlaskClient = create_app(
            [main], load=True, poll_watcher=True, **given
        ).test_client()
        base = self.fava.get("/").headers["Location"].strip("/").split("/")[0]
        self.address = f"/{base}/extension/Record"

    def page(self, query: str = "") -> str:
        return self.fava.get(f"{self.address}/{query}").text

    def seen(self) -> str:
        return self.page().partition('data-book="')[2].partition('"')[0]

    def post(self, endpoint: str, line: str, **more: Any) -> TestResponse:
        event, values = as_filled_in(line)
        form = {"event": event, "values": values, "book": self.seen(), **more}
        return self.fava.post(f"{self.address}/{endpoint}", json=form, headers=OWN)

    def show(self, line: str, **more: Any) -> str:
        answer = self.post("show", line, **more).json
        assert "fault" not in answer, (line, answer)
        return unescape(answer["html"])

    def record(self, *lines: str, **more: Any) -> None:
        for line in lines:
            answer = self.post("record", line, **more)
            assert answer.status_code == 200, (line, answer.json)
            assert "fault" not in answer.json, (line, answer.json)

    def fault(self, line: str, endpoint: str = "show") -> tuple[str, str]:
        before = self.files()
        answer = self.post(endpoint, line).json
        assert self.files() == before
        return answer["fault"], answer["field"]

    def keep(self, name: str, content: bytes, about: str = "AUT", book: str = "") -> Any:
        asked = {"name": name, "day": "2002-03-01", "about": about, "book": book or self.seen()}
        return self.fava.post(
            f"{self.address}/keep",
            query_string=asked,
            input_stream=BytesIO(content),
            content_length=len(content),
            content_type="application/octet-stream",
            headers=OWN,
        )

    def files(self) -> dict[str, bytes]:
        folder = self.main.parent
        return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*")
                if path.is_file() and path.suffix != ".picklecache"}  # fmt: skip

    def text(self) -> str:
        return "".join(path.read_text("utf-8") for path in self.main.parent.glob("*.beancount"))


def as_filled_in(line: str) -> tuple[str, dict[str, Any]]:
    """Return a command as a person fills it into the form: each field's text, parts apart."""
    event, *words = shlex.split(line)
    command, form = record.commands[event], FORMS[event]
    context = command.make_context(event, [], resilient_parsing=True)
    given, left, _ = command.make_parser(context).parse_args(words)
    assert not left
    return event, {
        field.name: _filled(field, given[field.name])
        for field in form.fields
        if isinstance(given.get(field.name), (str, bool, list, tuple))
    }


def _filled(field: Field, given: Any) -> Any:
    if field.kind == "flag":
        return bool(given)
    if not field.parts:
        return given
    joints = "|".join(re.escape(part.joint) for part in field.parts if part.joint)
    texts = given if isinstance(given, (list, tuple)) else [given]
    rows = []
    for text in texts:
        rest = re.fullmatch(r"([^=]+)=([\d.]+)([A-Z]{3})?(?:@([\d.]+))?", text)
        if len(field.parts) == 4:
            rows.append([part or "" for part in rest.groups()] if rest else [text])
        else:
            rows.append(re.split(joints, text, maxsplit=1))
    return rows


@pytest.fixture
def desk(load: Callable[..., Any]) -> Desk:
    return Desk(load(RATES).path)


@pytest.fixture
def settling(load: Callable[..., Any]) -> Desk:
    """The desk of a book of which one fund takes notes and cooperation."""
    book = load(RATES)
    (path,) = (each for each in book.files if 'custom "fund" "CPCJF"' in each.read_text("utf-8"))
    said = re.compile(r'^(\S+ custom "fund" "CPCJF".*\n)', re.MULTILINE)
    taking = said.sub(r'\1  settlement: "cash bilateral note"\n', path.read_text("utf-8"))
    path.write_text(taking, "utf-8")
    return Desk(book.path)


PLEDGE = "pledge AUT 60000 --currency EUR --due 2002-06-30 --fund CPCJF --date 2002-03-01"


# Each event once, together with every field of every form.
EVENTS = """
pledge SWE 500 --fund CPCJF --pledged-only --date 2002-03-01
commit SWE-2002-01 --instalment 600@2003-06-30 --date 2002-04-01 --accepted-by Three
re-earmark SWE-2002-01.1 --fund UNTOC --date 2002-06-01
postponement SWE-2002-01.1 2004-03-31 --date 2002-07-01
release SWE-2002-01.1 --date 2004-01-01
cancellation SWE-2002-01.1 --date 2004-02-01 --entered-by One --approved-by Two
pledge AUT 60000 --currency EUR --due 2002-06-30 --fund CPCJF --date 2002-03-01 --set oda=yes
payment AUT-2002-01=40000 --value 39603.96 --ref P1 --date 2002-08-12
returned-payment AUT-2002-01.1 --reverses P1 --date 2002-10-01
receipt NOR 5000 --fund CPCJF --purpose corruption --date 2002-04-01 --waiting
receipt NOR 5000 --fund CPCJF --date 2002-04-01 --ref N1 --accepted-by Three
unapplied 70 --fund CPCJF --date 2002-12-01
application R-2002-0001 --donor CAN --date 2002-12-02
expenditure 1000 --obligated --obligation PO-1 --fund CPCJF --purpose corruption --date 2002-05-01
obligation 900 --obligation PO-1 --fund CPCJF --purpose corruption --date 2002-06-01
savings 100 --obligation PO-1 --fund CPCJF --purpose corruption --date 2002-07-01
bank-charge 1.50 --fund CPCJF --purpose corruption --date 2002-07-01
miscellaneous-income 250 --fund CPCJF --date 2002-07-01
operating-reserve 10 --fund CPCJF --date 2002-07-01
transfer 10 --from CPCJF/special --to UNTOC --date 2002-08-01
settlement 10 --from CPCJF/special --to UNTOC --date 2002-09-01
announcement Italy 'Some euros' --fund CPCJF --date 2003-01-31
pledge ITA 500000000 --currency ITL --due 2001-12-31 --fund CPCJF --purpose organized-crime --date 2001-05-14
redenomination --all --date 2002-01-01
payment ITA-2001-01.1=100000EUR --at-rate --charges 12.50 --payer Tesoro --date 2002-03-20
amendment ITA-2001-01.1 400000 --value 360000 --reason 'Rate of the agreement' --date 2002-05-01
pledge CAN --instalment 100@2002-06-30 --instalment 50@2002-12-31 --fund CPCJF --date 2002-03-01
pledge DNK 100 --every quarter --times 3 --due 2002-06-30 --share corruption=40 --share none=60 --fund CPCJF --date 2002-03-02 --accepted-by Three
payment CAN-2002-01.1=100@100 CAN-2002-01.2=50@50 --value 160 --receipt R-2002-0007 --date 2002-06-30
refund CAN --receipt R-2002-0007 --date 2002-07-30
receipt EXF --original "5000 EUR" --fund CPCJF --date 2002-05-05
pledge BEL 300 --due 2002-12-31 --fund CPCJF --date 2002-02-01
disputed BEL-2002-01.1 --date 2002-03-01
dispute-settled BEL-2002-01.1 --date 2002-04-01
bilateral BEL-2002-01.1 --amount 50 --date 2002-05-01
note-issued BEL-2002-01.1 --amount 250 --number N-1 --date 2002-06-01
note-encashed BEL-2002-01.1 --amount 100 --date 2002-07-01
note-dishonoured BEL-2002-01.1 --date 2002-08-01
in-kind CHE 8000 --fund CPCJF --date 2002-12-15 --accepted-by Three
programme-support 500 --percent 10 --fund CPCJF --purpose corruption --date 2002-12-31
interest CPCJF/general=3000 CPCJF/special=1000 --date 2002-12-31
interest --value 40 --fund CPCJF --from 2002-01-01 --by month-end --date 2002-12-31
write-off ITA-2001-01.1 100 --authority "Controller (made up)" --date 2003-11-28
recovery ITA-2001-01.1 --reverses 2003-11-28 --amount 60 --date 2003-12-01
revaluation --all --date 2003-12-31
returned-gift EXF --reverses 2002-05-05 --value 100 --date 2004-01-20
re-earmark-gift EXF --reverses 2002-05-05 --fund CPCJF --purpose corruption --cause Misread --date 2004-01-21
prior-pledge ESP 70 --made-on 2003-12-10 --due 2003-12-31 --cause Misfiled --fund CPCJF --date 2004-01-22 --accepted-by Three
reassign CAN-2002-01 --to DNK --cause Misread --authority Controller --document memo --date 2004-02-01
reassign --all-of SWE --to FIN --cause Same --authority Controller --date 2004-02-01
reassign-gift NOR --reverses N1 --to ISL --cause Misread --authority Controller --date 2004-02-01
pledge YUG 30 --fund CPCJF --date 2002-12-31
succession YUG-2002-01.1 --to SCG --document note --date 2004-01-24
correction 40 --cause Twice --leaves --obligated --fund CPCJF --date 2004-01-23
policy-change CPCJF general receipt --date 2004-02-02
"""  # noqa: E501 - a command a line, as it is typed


def test_the_page_records_every_event_as_the_command_would(settling: Desk) -> None:
    desk, runner = settling, CliRunner()
    for line in EVENTS.strip().splitlines():
        command = ["--book", str(desk.main), "--json", "record", *shlex.split(line), "--dry-run"]
        result = runner.invoke(group, command)
        assert result.exit_code == 0, (line, result.output)
        before = desk.text()
        desk.record(line)
        for entry in json.loads(result.stdout)["entries"]:
            assert entry not in before, line
            assert entry in desk.text(), line
    assert load_book(desk.main).errors == []
    assert {line.split()[0] for line in EVENTS.strip().splitlines()} == set(FORMS)


def test_every_form_is_offered_with_its_fields_labelled(desk: Desk) -> None:
    start = desk.page()
    for name, form in FORMS.items():
        assert f"event={name}" in start
        text = desk.page(f"?event={name}")
        for field in form.fields:
            assert f'data-field="{field.name}"' in text, (name, field.name)
        assert "--" not in re.sub(r"<style.*?</style>|<!--.*?-->", "", text), name
        inputs = re.findall(r'<(?:input|select)[^>]* id="([^"]+)"', text)
        assert all(f'for="{each}"' in text or "<label" in text for each in inputs)


def test_proposals_say_what_is_unpaid_and_are_found_by_any_word(desk: Desk) -> None:
    desk.record(PLEDGE)
    text = unescape(desk.page("?event=payment"))
    assert '<option value="AUT-2002-01.1">Austria: 60,000.00 EUR unpaid, due 2002-06-30' in text
    found = desk.fava.get(f"{desk.address}/proposals?kind=donor&find=ital").text
    assert re.findall('value="(.*?)"', found) == ["ITA", "AICS", "UNCDF"]


def test_figures_before_and_after_are_shown_and_nothing_is_written(desk: Desk) -> None:
    desk.record(PLEDGE)
    before = desk.files()
    shown = desk.show("payment AUT-2002-01=40000 --value 39603.96 --date 2002-08-12")
    cells = re.sub(r"\s*<[^>]+>\s*", "|", shown)
    assert "60,000.00 EUR|" in cells
    assert "20,000.00 EUR|" in cells
    assert "52,631.58|" in cells
    assert "17,543.86|" in cells
    assert "exchange gain||CPCJF||4,516.24" in cells
    assert desk.files() == before


def test_what_would_be_noticed_is_shown_before_it_is_booked(desk: Desk) -> None:
    desk.record(PLEDGE)
    shown = desk.show("payment AUT-2002-01=40000 --value 396039.60 --date 2002-08-12")
    assert "40000 EUR of AUT-2002-01.1 is 396039.60 USD here" in shown
    right = desk.show("payment AUT-2002-01=40000 --value 36000 --date 2002-08-12")
    assert "Notice" not in right


@pytest.mark.parametrize(
    ("line", "words", "field"),
    [
        ("pledge AUT 5 --fund CPCJF", "Date is not stated", "day"),
        ("pledge Austia 5 --fund CPCJF --date 2002-03-01", "did you mean Austria (AUT)", "donor"),
        ("pledge AUT 1,5,0 --fund CPCJF --date 2002-03-01", "no amount above zero", "amount"),
        ("pledge AUT 12,500 --fund CPCJF --date 2002-03-01", "12,500.00 or 12.50", "amount"),
        ("pledge AUT 5 --fund CPCJ --date 2002-03-01", "did you mean CPCJF", "fund"),
        ("pledge AUT 5 --purpose x --fund CPCJF --date 2002-03-01", "no purpose", "purpose"),
        ("pledge AUT 5 --currency XQX --fund CPCJF --date 2002-03-01", "no currency", "currency"),
        ("payment AUT-2001-09=5 --date 2002-03-01", "no instalment", "paid"),
        ("transfer 10 --from CPCJX --to UNTOC --date 2002-08-01", "no fund", "source"),
        ("transfer 10 --from CPCJF --to UNTX --date 2002-08-01", "no fund", "target"),
        ("reassign --all-of Austria --to Itly --cause C --date 2002-08-01", "names no donor", "to"),
        ("pledge AUT 5 --fund CPCJF --date 2002-02-30", "no date", "day"),
        (PLEDGE + " --value 60000", "by “Why not the book's rate”", "reason"),
        (PLEDGE + " --value 60000.005", "more decimals than cents", "value"),
        (PLEDGE + " --set event=payment", "is not taken", "pairs"),
        ("pledge AUT --fund CPCJF --date 2002-03-01", "State an “Amount” with “Due”", "due"),
        ("payment --date 2002-03-01", "Instalments paid is not stated", "paid"),
        ("policy-change CPCJF general pledged --date 2002-03-01", "is none of", "policy"),
        ("expenditure 70 --fund CPCJF --purpose corruption --date 2002-03-01",
         "nothing was written", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_field_before_and_when_it_is_recorded(
    desk: Desk, line: str, words: str, field: str
) -> None:
    for endpoint in ("show", "record"):
        told, where = desk.fault(line, endpoint)
        assert words in told
        assert where == field


def test_an_authority_that_is_missing_is_asked_for_at_its_field(desk: Desk) -> None:
    desk.record(PLEDGE)
    line = "write-off AUT-2002-01 --date 2003-11-28 --entered-by One"
    assert desk.fault(line)[1] == "authority"


def test_what_may_have_been_meant_is_offered_beside_what_was_written(desk: Desk) -> None:
    desk.record("pledge CAN --instalment 100@2002-06-30 --instalment 50@2002-12-31 --fund CPCJF "
                "--date 2002-03-01")  # fmt: skip
    for line, said, choices in (
        ("pledge AUT 12,500 --fund CPCJF --date 2002-03-01", "12,500", ["12,500.00", "12.50"]),
        ("pledge AUT 1.234 --fund CPCJF --date 2002-03-01", "1.234", ["1,234.00", "1.2340"]),
        ("pledge Austia 5 --fund CPCJF --date 2002-03-01", "Austia", ["Austria"]),
        ("cancellation CAN-2002-01 --date 2002-04-01", "CAN-2002-01",
         ["CAN-2002-01.1", "CAN-2002-01.2"]),
    ):  # fmt: skip
        answer = desk.post("show", line).json
        assert (answer["said"], answer["choices"][: len(choices)]) == (said, choices)


def test_amounts_are_taken_as_pages_print_them(desk: Desk) -> None:
    for number, written in enumerate(("12,500.50", "12 500,50", "12.500,50", "12’500.50"), 1):
        event, values = as_filled_in(PLEDGE)
        form = {"event": event, "values": {**values, "amount": written}, "book": desk.seen()}
        answer = desk.fava.post(f"{desk.address}/record", json=form, headers=OWN).json
        assert "fault" not in answer, (written, answer)
        assert f'12500.5 EUR {{0 # 10965.35 USD, "AUT-2002-0{number}.1"}}' in desk.text()


def test_an_amount_falls_due_in_equal_instalments_that_add_up(desk: Desk) -> None:
    desk.record("pledge AUT 100 --equal 3 --every quarter --due 2002-01-31 --fund CPCJF "
                "--date 2002-01-02")  # fmt: skip
    lines = [change.after for change in load_book(desk.main).register.changes]
    assert [(str(each.units), str(each.due)) for each in lines] == [
        ("33.33", "2002-01-31"), ("33.34", "2002-04-30"), ("33.33", "2002-07-31"),
    ]  # fmt: skip
    for missing in ("--every quarter", "--due 2002-01-31"):
        line = "pledge AUT 100 --equal 3 --every quarter --due 2002-01-31 --fund CPCJF"
        told, _ = desk.fault(f"{line.replace(missing, '')} --date 2002-01-02")
        assert "state all four" in told


def test_what_is_often_filled_in_comes_first_and_the_rest_is_folded(desk: Desk) -> None:
    for name, form in FORMS.items():
        assert all(each in form.first for each in form.fields if each.required), name
        assert set(form.first) | set(form.others) == set(form.fields), name
        shown, folded = desk.page(f"?event={name}").split('<details class="others">')
        assert [each.name for each in form.first] == re.findall('data-field="(.*?)"', shown)
        assert [each.name for each in form.others] == re.findall('data-field="(.*?)"', folded)
        assert len(form.first) <= 9, name


def test_today_is_proposed_where_a_period_is_open(desk: Desk, monkeypatch: Any) -> None:
    assert 'id="field-day" type="date"' in desk.page("?event=pledge")
    monkeypatch.setattr("pledgebook.desk.record.present_day", lambda: date(2003, 5, 6))
    assert _filled_day(desk.page("?event=pledge")) == "2003-05-06"
    assert _filled_day(desk.page("?event=pledge&day=2002-01-31")) == "2002-01-31"


def _filled_day(page: str) -> str:
    return page.partition('id="field-day"')[2].partition('value="')[2].partition('"')[0]


def test_an_instalment_leads_to_its_forms_filled_in(desk: Desk) -> None:
    desk.record(PLEDGE, "pledge SWE 500 --fund CPCJF --pledged-only --date 2002-03-01")
    donor = desk.address.replace("/Record", "/Donor/")
    for pledge, first, events in (
        ("AUT-2002-01", "paid=AUT-2002-01.1",
         ["payment", "amendment", "postponement", "re-earmark", "write-off", "cancellation"]),
        ("SWE-2002-01", "pledge=SWE-2002-01",
         ["commit", "amendment", "postponement", "re-earmark", "cancellation"]),
    ):  # fmt: skip
        page = unescape(desk.fava.get(donor, query_string={"pledge": pledge}).text)
        menu = page.partition('class="inline actions"')[2].partition("</details>")[0]
        links = re.findall(r'href="([^"]+)"', menu)
        assert [
            found[1] for link in links if (found := re.search(r"event=([\w-]+)", link))
        ] == events
        assert first in links[0]
        assert "kind=reminder" in links[-1]
        for link in links[:-1]:
            form = desk.fava.get(link).text
            assert f'value="{pledge}' in form, link
    amended = unescape(desk.fava.get(links[1]).text)
    assert 'value="500.00"' in amended


def test_what_was_announced_and_what_is_noticed_leads_to_its_form(desk: Desk) -> None:
    desk.record("announcement Italy 'Some euros' --fund CPCJF --date 2003-01-31")
    desk.record("pledge AUT 600 --due 2004-06-30 --fund CPCJF --date 2002-03-01")
    desk.record("expenditure 5 --fund CPCJF --waiting --date 2004-02-01")
    contributions = desk.address.replace("/Record", "/Contributions/")
    for rule, asked in (
        ("announcement", {"event": "pledge", "donor": "ITA", "fund": "CPCJF"}),
        ("release-not-made", {"event": "release", "label": "AUT-2002-01.1", "day": "2004-01-01"}),
        ("waiting", {}),
    ):
        book = load_book(desk.main)
        (notice, *_) = [each for each in book.notices if each.rule == rule]
        action = action_for(book, notice)
        assert action is not None
        assert (action.page, action.asked) == ("Record", asked)
        page = desk.fava.get(contributions, query_string={"rule": rule}).text
        assert f">{action.words}</a>" in page
    assert (
        ">It is committed</a>"
        in desk.fava.get(
            desk.address.replace("/Record", "/Donor/"), query_string={"donor": "ITA"}
        ).text
    )


def test_help_names_fields_as_the_page_does() -> None:
    form = FORMS["pledge"]
    assert in_words(form, form.help) == (
        "A pledge of “Donor”: a written commitment, in instalments or as one “Amount”."
    )


def test_a_book_that_changed_meanwhile_is_not_written(desk: Desk) -> None:
    seen = desk.seen()
    desk.record(PLEDGE)
    before = desk.files()
    answer = desk.post("record", PLEDGE, book=seen)
    assert "was changed since this page was made" in answer.json["fault"]
    assert answer.json["changed"] is True
    assert desk.keep("letter.pdf", PDF, book=seen).json == {"changed": True}
    assert desk.files() == before


def test_what_is_checked_again_after_a_change_is_recorded_in_the_book_it_was_checked_in(
    desk: Desk,
) -> None:
    seen = desk.seen()
    assert desk.post("show", PLEDGE, book=seen).json["book"] == seen
    desk.record(PLEDGE)  # another window, or another person
    assert desk.post("record", PLEDGE, book=seen).json["changed"] is True
    shown = desk.post("show", PLEDGE, book=seen).json
    assert "AUT-2002-02.1" in shown["html"]
    answer = desk.post("record", PLEDGE, book=shown["book"]).json
    assert "fault" not in answer
    assert "AUT-2002-02.1" in desk.text()


def test_every_write_tells_how_it_is_undone(desk: Desk) -> None:
    answer = desk.post("record", PLEDGE).json
    page = desk.page(f"?written={answer['written']}&wrote={answer['wrote']}")
    (link,) = re.findall(r'class="undo" href="([^"]+)"', page)
    assert f"undo={answer['wrote']}" in link
    assert "Take write" in desk.fava.get(unescape(link)).text


def test_what_a_person_writes_is_never_markup_or_syntax(desk: Desk) -> None:
    words = '<b>bold</b>" ^link\n2002-01-01 open Assets:X'
    shown = desk.post("show", f"{PLEDGE} --waiting --note {shlex.quote(words)}").json["html"]
    assert "<b>bold" not in shown
    desk.record(f"{PLEDGE} --waiting --note {shlex.quote(words)}")
    page = desk.page()
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "<b>bold" not in page
    assert load_book(desk.main).errors == []


def test_a_paper_is_kept_by_year_day_and_donor_and_handed_out(desk: Desk) -> None:
    shown = desk.show(PLEDGE, paper="Note verbale 12.pdf", about="Austria")
    path = "documents/2002/2002-03-01-AUT-Note-verbale-12.pdf"
    assert f'document: "{path}"' in shown
    assert path not in desk.files()
    assert desk.keep("Note verbale 12.pdf", PDF, about="Austria").json == {"path": path}
    assert path not in desk.files()
    desk.record(f"{PLEDGE} --waiting --document {path}")
    assert desk.files()[path] == PDF
    link = re.search(r'href="([^"]*/paper\?[^"]*)"', desk.page())
    assert link
    answer = desk.fava.get(unescape(link[1]), buffered=True)
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"] == "sandbox"


def test_a_paper_takes_no_other_ones_place_and_leads_nowhere_else(desk: Desk) -> None:
    first = desk.keep("letter.pdf", PDF).json["path"]
    second = desk.keep("../../x\\..\\letter.pdf", PDF + b"2", about="AUT-2002-01.1").json["path"]
    assert (first, second) == (
        "documents/2002/2002-03-01-AUT-letter.pdf",
        "documents/2002/2002-03-01-AUT-letter-2.pdf",
    )
    desk.record(f"{PLEDGE} --document {first}")
    assert desk.files()[first] == PDF
    assert second not in desk.files()
    odd = desk.keep("a\x00<b>\u202e.pdf", PDF, about="../../etc").json["path"]
    assert re.fullmatch(r"documents/2002/2002-03-01-[\w.-]+\.pdf", odd)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("page.html", b"<script>", "must end in one of"),
        ("letter.pdf.exe", b"MZ", "must end in one of"),
        (".pdf", PDF, "must end in one of"),
        ("letter.pdf", b"<script>", "does not hold what its name says"),
        ("letter.pdf", b"", "is empty"),
        ("letter.pdf", PDF + b" " * 25_000_000, "at most 25,000,000"),
        ("letter.pdf", PDF + b" " * 64_000_000, "at most 64,000,000"),
    ],
)
def test_what_is_no_paper_is_not_kept(desk: Desk, name: str, content: bytes, words: str) -> None:
    before = desk.files()
    answer = desk.keep(name, content)
    assert answer.status_code >= 400
    assert words in answer.json["refused"]
    assert desk.files() == before


def test_nothing_is_recorded_or_kept_where_fava_only_reads(load: Callable[..., Any]) -> None:
    desk = Desk(load(RATES).path, read_only=True)
    before = desk.files()
    assert '<button type="submit" id="show" disabled>' in desk.page("?event=pledge")
    assert desk.post("record", PLEDGE).status_code >= 400
    assert desk.keep("letter.pdf", PDF).status_code >= 400
    assert desk.files() == before


WRITE_OFF = "write-off AUT-2002-01 --authority Controller --date 2003-11-28 --entered-by One"


def decide(desk: Desk, endpoint: str, **form: object) -> TestResponse:
    return desk.fava.post(
        f"{desk.address}/{endpoint}", json={"book": desk.seen(), **form}, headers=OWN
    )


def waiting(desk: Desk) -> list[str]:
    return re.findall(r'class="approve" data-entry="(.*?)"', desk.page())


def test_what_waits_is_listed_with_its_figures_and_approved_by_name(desk: Desk) -> None:
    desk.record(PLEDGE, f"{WRITE_OFF} --waiting")
    page = unescape(desk.page())
    assert "60,000.00 EUR carried at 52,631.58 USD; then nothing is left" in page
    assert "Written off 52,631.58." in page
    (place,) = waiting(desk)
    before = desk.files()
    assert "Say who approves it" in decide(desk, "approve", entry=place, by=" ").json["refused"]
    assert desk.files() == before
    answer = decide(desk, "approve", entry=place, by="Two <b>")
    assert answer.status_code == 200, answer.json
    assert waiting(desk) == []
    assert '2003-11-28 * "Austria"' in desk.text()
    assert 'approved-by: "Two <b>"' in desk.text()
    assert load_book(desk.main).errors == []
    assert decide(desk, "approve", entry=place, by="Two").status_code == 409


def test_where_four_eyes_are_asked_who_entered_does_not_approve(desk: Desk) -> None:
    files = desk.main.parent.glob("*.beancount")
    path = next(file for file in files if 'custom "fund" "CPCJF"' in file.read_text("utf-8"))
    text = path.read_text("utf-8")
    declared = re.sub(r'(custom "fund" "CPCJF".*\n)', r'\1  four-eyes: "yes"\n', text, count=1)
    assert declared != text
    path.write_text(declared, "utf-8")
    assert load_book(desk.main).errors == []
    desk.record(PLEDGE, f"{WRITE_OFF} --waiting")
    (place,) = waiting(desk)
    before = desk.files()
    refused = decide(desk, "approve", entry=place, by="one").json["refused"]
    assert "asks for four eyes" in refused
    assert desk.files() == before
    assert decide(desk, "approve", entry=place, by="Two").status_code == 200


def test_a_wrong_entry_is_taken_out_unless_something_rests_on_it(desk: Desk) -> None:
    before = desk.text()
    place = desk.post("record", PLEDGE).json["written"]
    page = desk.page(f"?written={place}")
    assert "It is in the book:" in page
    desk.record(f"{WRITE_OFF} --waiting")
    refused = decide(desk, "take-out", entry=place).json["refused"]
    assert "stays" in refused
    (waits,) = waiting(desk)
    assert decide(desk, "take-out", entry=waits).status_code == 200
    assert decide(desk, "take-out", entry=place).status_code == 200
    assert desk.text().split() == before.split()
    assert "taken out" in desk.page("?taken=1")


def test_all_that_one_event_wrote_is_told(desk: Desk) -> None:
    desk.record("pledge ITA 500000 --currency ITL --fund CPCJF --date 2001-05-14")
    paid = "payment ITA-2001-01.1=258.23EUR --value 260 --date 2002-03-20"
    places = desk.post("record", paid).json["written"].split(",")
    page = desk.page(f"?written={','.join(places)}")
    assert [place for place in places if f">{place}<" in page] == places
    assert (len(places), page.count('id="written"')) == (2, 1)
    said = "announcement Italy 'Some euros' --fund CPCJF --date 2003-01-31"
    (place,) = desk.post("record", said).json["written"].split(",")
    page = desk.page(f"?written={place}")
    assert (page.count("It is in the book:"), page.count('id="written"')) == (1, 1)


def test_an_address_that_names_no_entry_or_form_is_borne(desk: Desk) -> None:
    assert "It is in the book" not in desk.page("?written=nowhere.beancount:3,<b>")
    assert "There is no form &lt;b&gt;" in desk.page("?event=<b>")
    assert decide(desk, "show", event="pledge").json["fault"] == "What was sent is no form."


@pytest.mark.parametrize("junk", [None, 7, [], {}, [[]], [["x", {}], 3], "\x00", "1e999", True])
def test_what_no_form_would_send_is_refused_in_words(desk: Desk, junk: object) -> None:
    before = desk.files()
    for name in ("pledge", "payment", "interest", "receipt", "policy-change"):
        values = {field.name: junk for field in FORMS[name].fields} | {"day": "2002-03-01"}
        for endpoint in ("show", "record"):
            answer = decide(desk, endpoint, event=name, values=values, paper=junk, about=junk)
            assert answer.status_code in {200, 409}, (name, answer.json)
            assert answer.json.get("fault") or answer.json.get("refused"), (name, answer.json)
    assert desk.files() == before


def test_a_date_after_today_has_to_be_confirmed_on_the_page(desk: Desk) -> None:
    line = "pledge AUT 500 --fund CPCJF --date 2992-03-01"
    shown = desk.show(line)
    assert 'id="future"' in shown
    assert "It is dated 2992-03-01, after today" in shown
    assert 'id="future"' not in desk.show("pledge AUT 500 --fund CPCJF --date 2002-03-01")
    fault, field = desk.fault(line, "record")
    assert field == "day"
    assert "2992-03-01 is after today" in fault
    desk.record(line, future=True)
    assert "AUT-2992-01.1" in "".join(text.decode() for text in desk.files().values())
