"""`pledgebook record`: what it shows, asks, books and refuses (amounts and rates made up)."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pledgebook.cli.main import group
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.forms import FORMS
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import Instalment, list_instalments

RATES = """
1999-12-31 custom "rate-age" "400"  ; three rates serve the years of these tests
2001-05-01 price USD 1.13 EUR
2001-12-01 price USD 1.13 EUR
2002-03-01 price USD 1.14 EUR
2003-12-31 price USD 0.80 EUR
"""


class Desk:
    """A book on disk and the command on it."""

    def __init__(self, main: Path) -> None:
        self.main = main

    def run(self, line: str, *more: str) -> Result:
        arguments = ["--book", str(self.main), "record", *shlex.split(line), *more]
        return CliRunner().invoke(group, arguments)

    def book(self, *lines: str) -> None:
        for line in lines:
            result = self.run(line, "--yes")
            assert result.exit_code == 0, (line, result.output)

    def refused(self, line: str) -> str:
        before = self.files()
        result = self.run(line, "--yes")
        assert result.exit_code == 2, result.output
        assert self.files() == before
        return result.output

    def files(self) -> dict[str, str]:
        return {path.name: path.read_text("utf-8") for path in self.main.parent.glob("*.beancount")}

    def load(self) -> Book:
        book = load_book(self.main)
        assert [error.message for error in book.errors] == []
        return book

    def place(self, start: str) -> str:
        """Return "file:line" of the only entry that begins so."""
        (found,) = (
            f"{name}:{number}"
            for name, text in self.files().items()
            for number, line in enumerate(text.splitlines(), 1)
            if line.startswith(start)
        )
        return found

    def line(self, label: str) -> Instalment:
        return {line.label: line for line in list_instalments(self.load().register)}[label]


@pytest.fixture
def desk(load: Callable[..., Book]) -> Desk:
    return Desk(load(RATES).path)


PLEDGE = "pledge AUT 60000 --currency EUR --due 2002-06-30 --fund CPCJF --date 2002-03-01"


def test_without_a_terminal_and_without_yes_nothing_is_written(desk: Desk) -> None:
    before = desk.files()
    result = desk.run(PLEDGE)
    assert result.exit_code == 2
    assert "there is no terminal" in result.output
    assert desk.files() == before


def test_a_dry_run_shows_and_writes_nothing(desk: Desk) -> None:
    before = desk.files()
    result = desk.run(PLEDGE, "--dry-run")
    assert result.exit_code == 0
    assert '{0 # 52631.58 USD, "AUT-2002-01.1"}' in result.output
    assert desk.files() == before


def test_a_dry_run_is_refused_where_booking_would_be(desk: Desk) -> None:
    desk.book(PLEDGE)
    before = desk.files()
    result = desk.run(
        "expenditure 70 --fund CPCJF --purpose corruption --date 2002-09-01", "--dry-run"
    )
    assert result.exit_code == 2
    assert "nothing was written" in result.output
    assert desk.files() == before


def at_a_terminal(desk: Desk, line: str, answer: bytes) -> tuple[int, str]:
    """Run the command at a pseudo-terminal, answer its question, and return status and screen."""
    command = [sys.executable, "-m", "pledgebook.cli", "--book", str(desk.main), "record"]
    main, side = pty.openpty()
    with subprocess.Popen(
        [*command, *shlex.split(line)], stdin=side, stdout=side, stderr=side, close_fds=True
    ) as process:
        os.close(side)
        os.write(main, answer)
        screen = b""
        with contextlib.suppress(OSError):  # the terminal ends with its program
            while more := os.read(main, 4096):
                screen += more
        os.close(main)
    return process.returncode, screen.decode("utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals there")
@pytest.mark.parametrize("agrees", [True, False])
def test_at_a_terminal_the_entry_is_booked_when_the_person_agrees(desk: Desk, agrees: bool) -> None:
    before = desk.files()
    status, screen = at_a_terminal(desk, PLEDGE, b"y\n" if agrees else b"n\n")
    assert "Income 52,631.58." in screen
    assert "Book this?" in screen
    assert status == (0 if agrees else 2)
    assert (desk.files() != before) == agrees


def test_a_purpose_is_not_dropped_by_the_way(desk: Desk) -> None:
    desk.book(PLEDGE + " --purpose corruption")
    said = desk.refused("re-earmark AUT-2002-01.1 --class general --date 2002-05-01")
    assert "earmarked for corruption" in said
    desk.book("re-earmark AUT-2002-01.1 --class general --no-purpose --date 2002-05-01"
              " --entered-by One --approved-by Two")  # fmt: skip
    assert desk.line("AUT-2002-01.1").purpose == ""


def test_a_day_that_no_period_holds_is_remarked(desk: Desk) -> None:
    result = desk.run("pledge CAN 500 --fund CPCJF --date 1998-03-01", "--dry-run")
    assert "No period that the book declares holds 1998-03-01" in result.output


def test_a_day_of_a_sealed_period_is_refused_before_anything_else(desk: Desk) -> None:
    desk.book("pledge CAN 500 --fund CPCJF --due 2001-06-30 --date 2001-03-01 --document Letter")
    closed = CliRunner().invoke(group, ["--book", str(desk.main), "close", "2000-2001"])
    assert closed.exit_code == 0, closed.output
    said = desk.refused("amendment CAN-2001-01.1 400 --date 2001-12-01")
    assert "2001-12-01 is in the period 2000-2001, which is closed and sealed" in said


def test_a_policy_is_changed_in_one_entry_and_declared_again(desk: Desk) -> None:
    desk.book(PLEDGE + " --class general")
    desk.book("policy-change CPCJF general receipt --date 2003-01-01")
    book = desk.load()
    assert book.settings.funds["CPCJF"].policy("general") == "receipt"
    assert book.settings.funds["CPCJF"].policy("special") == "pledge"
    claim = book.register.by_label["AUT-2002-01.1"][-1].after
    assert (claim.kind, claim.units) == ("memorandum", 60000)
    assert (
        "AUT-2002-01.1"
        in desk.run("payment AUT-2002-01=60000 --value 50000 --date 2003-02-01", "--dry-run").output
    )


def test_a_condition_stands_with_each_instalment(desk: Desk) -> None:
    desk.book(PLEDGE + " --condition 'if parliament agrees'")
    assert '    condition: "if parliament agrees"' in desk.files()["2002-2003.beancount"]


def test_json_says_what_was_booked_and_where(desk: Desk) -> None:
    result = desk.run(PLEDGE, "--yes", "--json")
    said: Any = json.loads(result.stdout)
    assert said["written"] == ["2002-2003.beancount"]
    (text,) = said["entries"]
    assert text in desk.files()["2002-2003.beancount"]
    assert said["effects"] == [
        "AUT-2002-01.1: 60,000.00 EUR at 52,631.58 USD, due 2002-06-30.",
        "Income 52,631.58.",
    ]


def test_a_payment_shows_carrying_value_exchange_and_what_is_left(desk: Desk) -> None:
    desk.book(PLEDGE)
    result = desk.run("payment AUT-2002-01=40000 --value 39603.96 --date 2002-08-12", "--dry-run")
    assert (
        "AUT-2002-01.1: 60,000.00 EUR carried at 52,631.58 USD; then 20,000.00 EUR at 17,543.86 USD"
        in result.output
    )
    assert "Exchange gain 4,516.24" in result.output


def test_the_common_options_stand_on_the_entry(desk: Desk) -> None:
    desk.book(
        PLEDGE + " --document Letter --entered-by One --approved-by Two --ref E1 --waiting"
        " --set oda=yes --note Words"
    )
    text = desk.files()["2002-2003.beancount"]
    assert '2002-03-01 ! "Austria" "Words" ^AUT-2002-01' in text
    for key in ('document: "Letter"', 'entered-by: "One"', 'approved-by: "Two"', 'oda: "yes"'):
        assert key in text


def test_lire_paid_in_euros_are_redenominated_first_and_the_gain_is_the_worked_one(
    desk: Desk,
) -> None:
    desk.book(
        "pledge ITA 500000000 --currency ITL --due 2001-12-31 --fund CPCJF --date 2001-05-14",
        "payment ITA-2001-01=258228.45EUR --value 318800.56 --date 2002-08-12",
    )
    text = desk.files()["2002-2003.beancount"]
    assert "{0 # 228520.75 USD, 2001-05-14," in text
    assert "Income:CPCJF:Exchange                        -90279.81 USD" in text
    assert (desk.line("ITA-2001-01.1").outstanding, desk.line("ITA-2001-01.1").status) == (
        0,
        "paid",
    )


def test_several_instalments_at_once_and_what_is_too_much(desk: Desk) -> None:
    desk.book(
        "pledge CAN --instalment 100@2002-06-30 --instalment 50@2002-12-31 --fund CPCJF"
        " --date 2002-03-01",
        "payment CAN-2002-01.1 CAN-2002-01.2 --value 160 --payer Ministry --date 2002-06-30",
        "application R-2002-0001 --donor CAN --value 10 --date 2002-07-01",
    )
    assert desk.line("CAN-2002-01.2").status == "paid"
    book = desk.load()
    assert [held.value for held in book.register.held_under["R-2002-0001"]] == [10, -10]
    assert 'payer: "Ministry"' in desk.files()["2002-2003.beancount"]


def test_a_pledge_is_committed_amended_postponed_moved_and_cancelled(desk: Desk) -> None:
    desk.book(
        "pledge SWE 500 --fund CPCJF --pledged-only --date 2002-03-01",
        "commit SWE-2002-01 --instalment 600@2003-06-30 --date 2002-04-01",
        "amendment SWE-2002-01.1 700 --date 2002-05-01",
        "re-earmark SWE-2002-01.1 --fund UNTOC --date 2002-06-01",
        "postponement SWE-2002-01.1 2004-03-31 --date 2002-07-01",
    )
    line = desk.line("SWE-2002-01.1")
    assert (line.fund, line.outstanding, line.status) == ("UNTOC", 700, "deferred")
    desk.book("release --all --date 2004-01-01", "cancellation SWE-2002-01.1 --date 2004-02-01")
    assert desk.line("SWE-2002-01.1").status == "cancelled"


def test_a_payment_taken_back_opens_the_instalment_again(desk: Desk) -> None:
    desk.book(
        PLEDGE,
        "payment AUT-2002-01=40000 --value 39603.96 --ref P1 --date 2002-08-12",
        "payment AUT-2002-01 --value 20000 --date 2002-09-12",
        "returned-payment AUT-2002-01 --reverses P1 --date 2002-10-01",
    )
    line = desk.line("AUT-2002-01.1")
    assert (line.outstanding, line.paid, str(line.carrying)) == (40000, 20000, "35087.72")


def test_revaluation_and_the_other_side_of_the_book(desk: Desk) -> None:
    desk.book(
        PLEDGE,
        "receipt NOR 5000 --fund CPCJF --purpose corruption --date 2002-04-01",
        "expenditure 1000 --obligated --fund CPCJF --purpose corruption --date 2002-05-01",
        "obligation 900 --fund CPCJF --purpose corruption --date 2002-06-01",
        "savings 100 --fund CPCJF --purpose corruption --date 2002-07-01",
        "programme-support 1000 --fund CPCJF --purpose corruption --date 2002-07-01",
        "operating-reserve 10 --fund CPCJF --date 2002-07-01",
        "transfer 10 --from CPCJF/special --to UNTOC --date 2002-08-01",
        "settlement 10 --from CPCJF/special --to UNTOC --date 2002-09-01",
        "interest CPCJF/general=1.50 --date 2002-12-31",
        "in-kind CHE 8000 --fund CPCJF --date 2002-12-31",
        "unapplied 70 --fund CPCJF --date 2002-12-31",
        "announcement Italy 'Some euros' --fund CPCJF --date 2003-01-31",
        "revaluation --all --date 2003-12-31",
    )
    assert str(desk.line("AUT-2002-01.1").carrying) == "75000.00"
    assert "announcement" in {notice.rule for notice in desk.load().notices}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("pledge Austia 5 --fund CPCJF --date 2002-03-01", "did you mean Austria (AUT)"),
        ("pledge AUT 5 --fund CPCF --date 2002-03-01", "did you mean CPCJF"),
        ("pledge AUT 5 --fund CPCJF --purpose corupt --date 2002-03-01", "did you mean corruption"),
        ("pledge AUT 5 --fund CPCJF --currency CHF --date 2002-03-01", "price USD UNITS CHF"),
        ("pledge AUT 5 --fund CPCJF --currency ITL --date 2003-03-01", "no currency on 2003-03-01"),
        (PLEDGE + " --value 60000", "takes a reason"),
        ("payment AUT-2002-01=1 --date 2002-08-12", "state the value"),
        ("payment AUT-2002-01=1,5,0 --value 1 --date 2002-08-12", "no amount above zero"),
        ("payment AUT-2002-02 --value 1 --date 2002-08-12", "did you mean AUT-2002-01.1"),
        ("payment AUT-2002-01 --value 1 --date 2002-01-12", "was pledged on 2002-03-01"),
        ("write-off AUT-2002-01 --date 2003-08-12", "needs the authority"),
        ("write-off AUT-2002-01 70000 --authority X --date 2003-08-12", "60000.00 EUR outstanding"),
        ("refund --receipt R-1 --date 2003-08-12", "no receipt 'R-1'"),
        ("release AUT-2002-01 --date 2002-08-12", "Nothing is to be released"),
        (
            "expenditure 70 --fund CPCJF --purpose corruption --date 2003-08-12",
            "so nothing was written",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(desk: Desk, line: str, words: str) -> None:
    desk.book(PLEDGE)
    assert words in desk.refused(line)


_PLAUSIBLE = {"day": "2002-03-01", "choice": "pledge"}


@pytest.mark.parametrize(
    ("event", "missing"),
    [(form.name, each.name) for form in FORMS.values() for each in form.fields if each.required],
)
def test_a_required_field_that_says_nothing_is_refused_in_a_sentence(
    desk: Desk, event: str, missing: str
) -> None:
    for nothing in (None, "", " ", "\n"):
        words = [event]
        for each in FORMS[event].fields:
            if each.required:
                plausible = _PLAUSIBLE.get(each.kind, "AUT" if each.kind == "text" else "5")
                value = nothing if each.name == missing else plausible
                words += [] if value is None else [each.option, value] if each.option else [value]
        before = desk.files()
        result = desk.run("", *words, "--yes")
        assert isinstance(result.exception, SystemExit), (words, result.exception)
        assert result.exit_code == 2, (words, result.output)
        assert desk.files() == before


def test_dollars_against_the_rate_keep_their_reason(desk: Desk) -> None:
    desk.book(PLEDGE + " --value 60000 --reason 'Rate of the agreement'")
    assert str(desk.line("AUT-2002-01.1").carrying) == "60000.00"
    assert 'rate-override: "Rate of the agreement"' in desk.files()["2002-2003.beancount"]


def test_a_late_payment_names_the_later_entry_in_its_way(desk: Desk) -> None:
    desk.book(PLEDGE, "payment AUT-2002-01=20000 --value 18000 --date 2003-05-01")
    said = desk.refused("payment AUT-2002-01=5000 --value 4500 --date 2003-04-09")
    there = f"A later entry stands in the way: payment of 2003-05-01 ({desk.place('2003-05-01 *')})"
    assert there in " ".join(said.split())
    assert f"(pledgebook take-out {desk.place('2003-05-01 *')})" in " ".join(said.split())
    assert "of AUT-2002-01.1 as it stood without this one" in " ".join(said.split())
    assert "unapplied receipt" not in said


def test_a_payment_of_the_day_of_a_revaluation_names_the_revaluation(desk: Desk) -> None:
    desk.book(PLEDGE, "revaluation --all --date 2003-12-31")
    said = " ".join(desk.refused("payment AUT-2002-01=100 --value 90 --date 2003-12-31").split())
    assert "A later entry stands in the way: revaluation of 2003-12-31" in said
    assert "Due-From" not in said


def test_a_refusal_with_another_cause_is_told_as_before(desk: Desk) -> None:
    desk.book(PLEDGE, "payment AUT-2002-01=20000 --value 18000 --date 2003-05-01")
    said = desk.refused("write-off AUT-2002-01 100 --date 2003-06-01")
    assert "needs the authority" in said
    assert "stands in the way" not in said


def test_an_entry_that_makes_another_wrong_names_that_one_where_it_stands(desk: Desk) -> None:
    desk.book(
        "receipt FRA 500 --fund CPCJF --purpose corruption --date 2002-05-01",
        "expenditure 400 --fund CPCJF --purpose corruption --date 2002-08-01",
    )
    said = " ".join(
        desk.refused("expenditure 200 --fund CPCJF --purpose corruption --date 2002-06-01").split()
    )
    there = desk.place("2002-08-01 *")
    assert f"another entry would be wrong, expenditure of 2002-08-01 ({there})" in said


LIRE = (
    "pledge ITA 200000000 --currency ITL --due 2002-06-30 --fund CPCJF --date 2001-12-01",
    "redenomination --all --date 2002-03-01",
)


def test_lire_of_a_redenominated_pledge_are_settled_by_the_law_s_rate(desk: Desk) -> None:
    desk.book(*LIRE, "payment ITA-2001-01=60000000ITL --value 27181.94 --date 2002-05-01")
    line = desk.line("ITA-2001-01.1")
    assert (str(line.paid), str(line.outstanding)) == ("30987.41", "72303.97")
    assert 'original: "60000000 ITL"' in desk.files()["2002-2003.beancount"]


def test_an_amount_that_looks_like_the_old_currency_is_asked_back(desk: Desk) -> None:
    desk.book(*LIRE)
    said = desk.refused("payment ITA-2001-01=60000000 --value 27181.94 --date 2002-05-01")
    assert "looks like ITL, the currency it was pledged in: 30987.41 EUR" in " ".join(said.split())


def test_dollars_far_from_the_un_rate_are_a_notice_with_both_figures(desk: Desk) -> None:
    desk.book(PLEDGE, "payment AUT-2002-01=40000 --value 350877.19 --date 2002-05-01")
    (notice,) = (each for each in desk.load().notices if each.rule == "rate-differs")
    assert "40000 EUR of AUT-2002-01.1 is 350877.19 USD here and 35087.72 USD" in notice.message


@pytest.mark.parametrize(("value", "told"), [("38596.49", False), ("38596.50", True)])
def test_ten_per_cent_of_the_un_rate_is_not_yet_far(desk: Desk, value: str, told: bool) -> None:
    desk.book(PLEDGE, f"payment AUT-2002-01=40000 --value {value} --date 2002-05-01")
    assert any(each.rule == "rate-differs" for each in desk.load().notices) == told


def test_a_receipt_applied_later_is_held_to_the_rate_of_the_day_it_came(desk: Desk) -> None:
    desk.book(
        PLEDGE,
        "unapplied 35087.72 --fund CPCJF --date 2002-05-01",
        "application R-2002-0001 AUT-2002-01=40000 --date 2003-12-31",
    )
    assert not any(each.rule == "rate-differs" for each in desk.load().notices)


def test_dollars_that_differ_ask_how_much_of_an_instalment_is_open_again(desk: Desk) -> None:
    desk.book(PLEDGE, "payment AUT-2002-01=40000 --value 36000 --date 2002-08-12")
    back = "returned-payment AUT-2002-01 --reverses 2002-08-12 --date 2002-10-01"
    said = " ".join(desk.refused(f"{back} --value 9000").split())
    assert "36000.00 came for 40000 EUR" in said
    assert "state with --amount how much is open again" in said
    assert "40000.01 of it cannot be taken back" in desk.refused(f"{back} --amount 40000.01")
    desk.book(f"{back} --amount 10000 --value 9100")
    line = desk.line("AUT-2002-01.1")
    assert (str(line.paid), str(line.outstanding)) == ("30000", "30000")
    # carried at 60000 / 1.14 = 52631.58, of which a half is unpaid again
    assert str(line.carrying) == "26315.79"
    assert "30000 EUR is not taken back yet" in " ".join(
        desk.refused(f"{back.replace('10-01', '10-02')} --amount 30000.01").split()
    )
    desk.book(back.replace("10-01", "10-02"))
    line = desk.line("AUT-2002-01.1")
    assert (str(line.paid), str(line.outstanding)) == ("0", "60000")
    assert str(line.carrying) == "52631.58"
    said = desk.refused(back.replace("10-01", "10-03"))
    assert "cannot be taken back twice" in " ".join(said.split())


def test_a_part_of_a_dollar_payment_taken_back_is_open_again(desk: Desk) -> None:
    desk.book(
        "pledge CAN 100 --fund CPCJF --date 2002-03-01",
        "payment CAN-2002-01 --date 2002-05-01",
        "returned-payment CAN-2002-01 --reverses 2002-05-01 --value 30 --date 2002-06-01",
    )
    assert str(desk.line("CAN-2002-01.1").outstanding) == "30.00"


def test_a_due_date_is_not_set_beside_the_form(desk: Desk) -> None:
    said = desk.refused(f"{PLEDGE} --set due=2004-01-01")
    assert "none that the form itself states" in " ".join(said.split())


def test_charges_of_nothing_are_none(desk: Desk) -> None:
    desk.book(
        "pledge CAN 100 --fund CPCJF --date 2002-03-01",
        "payment CAN-2002-01 --charges 0 --date 2002-05-01",
    )
    assert "Bank-Charges" not in desk.files()["2002-2003.beancount"]
    assert "no amount above zero" in desk.refused("unapplied 0 --fund CPCJF --date 2002-05-01")


def test_a_part_of_a_receipt_is_a_contribution_without_a_pledge(desk: Desk) -> None:
    desk.book(
        "unapplied 1000 --fund CPCJF --date 2002-05-01",
        "application R-2002-0001 --donor CAN --value 400 --date 2002-05-02",
        "application R-2002-0001 --donor FRA --date 2002-05-03",
    )
    gifts = {gift.donor: str(gift.value) for gift in desk.load().register.gifts}
    assert gifts == {"CAN": "400.00", "FRA": "600.00"}


def test_a_notice_of_the_entry_is_told_before_it_is_booked(desk: Desk) -> None:
    desk.book(PLEDGE)
    line = "payment AUT-2002-01 --value 526315.79 --date 2002-05-01"
    tried = desk.run(line, "--dry-run")
    assert "Notice (rate-differs): 60000 EUR of AUT-2002-01.1 is 526315.79 USD here" in tried.output
    said = json.loads(desk.run(line, "--yes", "--json").stdout)
    assert [notice["rule"] for notice in said["notices"]] == ["rate-differs"]
    right = desk.run("unapplied 10 --fund CPCJF --date 2002-05-01", "--dry-run")
    assert "Notice" not in right.output


def test_a_paid_pledge_is_raised_by_a_further_instalment(desk: Desk) -> None:
    desk.book(
        "pledge DEU 1140 --currency EUR --fund CPCJF --date 2002-03-01",
        "payment DEU-2002-01.1 --value 1000 --date 2002-05-01",
        "amendment DEU-2002-01.1 800 --date 2003-12-31",
    )
    assert desk.line("DEU-2002-01.1").status == "paid"
    further = desk.line("DEU-2002-01.2")
    assert (further.outstanding, further.carrying) == (800, 1000)  # 800 / 0.80 s
    desk.book("amendment DEU-2002-01.2 400 --date 2003-12-31")
    assert desk.line("DEU-2002-01.2").outstanding == 400


def test_what_was_cancelled_or_written_off_is_not_raised(desk: Desk) -> None:
    desk.book(
        "pledge DEU 1140 --currency EUR --fund CPCJF --date 2002-03-01",
        "cancellation DEU-2002-01.1 --date 2002-05-01",
    )
    assert "Nothing is outstanding" in desk.refused("amendment DEU-2002-01.1 5 --date 2003-12-31")
