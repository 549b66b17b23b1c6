"""Who wrote what, and a whole write taken back (all amounts made up)."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pledgebook.cli.main import group
from pledgebook.importers.imports import import_files
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.log import FILE, read_log
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.files.pieces import as_json, compared, from_json, pieces_of, taken_back
from pledgebook.ledger.files.undoing import undo_write
from pledgebook.ledger.findings import BookRefusedError, EventRefusedError
from pledgebook.ledger.register.book import Book, digest_of

SHEET = """Donor;Note verbale;Date of pledge;Currency;Amount;Due date;Earmarking
Norway;NV 1;2002-03-01;USD;10000.00;2002-06-30;Corruption
The Fjords;NV 3;2002-03-05;USD;1234.00;2002-06-30;General
"""
PLEDGE = ("record", "pledge", "AUT", "1000", "--fund", "CPCJF", "--class", "general")
PAY = ("record", "payment", "AUT-2002-01.1", "--value", "1000", "--date", "2002-07-10", "--yes")
PLEDGED = ("--fund", "CPCJF", "--class", "general", "--date")
EARLIER = (*PLEDGE, "--date", "2002-03-01", "--yes")
RATES = """Country,Currency,Abbreviation,Effective Date,Rate
Germany,Euro,EUR,01 Feb 2002,1.12
Germany,Euro,EUR,01 Mar 2002,1.13
"""

BANK = """
1999-12-31 custom "bank" "MAIN" "GB29 NWBK 6016 1331 9268 19"
  accounts: "Assets:CPCJF:Cash Assets:UNTOC:Cash"
2004-01-01 custom "period" "2004-2005" 2005-12-31
"""
STATEMENT = """:20:S7
:25:GB29NWBK60161331926819
:28C:7/1
:60F:C020630USD0,00
:61:020710C1000,00NTRFNONREF//B1
:86:/NAME/Government of Austria/REMI/Pledge AUT-2002-01
:62F:C020731USD1000,00
-
"""

Run = Callable[..., Result]


@pytest.fixture
def main(tmp_path: Path) -> Path:
    main = make_book(tmp_path / "book")
    (tmp_path / "letters.csv").write_text(SHEET, "utf-8")
    (tmp_path / "rates.csv").write_text(RATES, "utf-8")
    return main


@pytest.fixture
def run(main: Path) -> Run:
    def invoke(*words: str, status: int = 0) -> Result:
        result = CliRunner().invoke(group, ["--book", str(main), *words])
        assert result.exit_code == status, result.output
        return result

    return invoke


def texts(main: Path) -> dict[str, bytes]:
    return {
        path.relative_to(main.parent).as_posix(): path.read_bytes()
        for path in main.parent.rglob("*")
        if path.is_file() and path.name != FILE
    }


def test_each_write_is_told_with_who_when_how_and_from_what(
    main: Path, run: Run, tmp_path: Path
) -> None:
    run(*EARLIER)
    run("import", str(tmp_path / "letters.csv"), "--fund", "CPCJF", "--donor", "The Fjords=NOR")
    log = json.loads(run("log", "--json").stdout)
    told = [(each["write"], each["door"], each["what"], each["from"]) for each in log["writes"]]
    assert told == [
        (1, "library", "init", []),
        (2, "command", "record pledge", []),
        (3, "command", "import", ["letters.csv"]),
    ]
    assert (log["by_hand"], log["faults"]) == ([], [])
    first, last = log["writes"][1]["files"], log["writes"][2]["files"]
    assert set(first) == {"2002-2003.beancount"}
    assert {"2002-2003.beancount", "names.beancount", "main.beancount"} <= set(last)
    assert any(re.fullmatch(r"documents/imports/.*/letters\.csv", name) for name in last)
    after = digest_of((main.parent / "2002-2003.beancount").read_bytes())
    assert last["2002-2003.beancount"] == {
        "before": first["2002-2003.beancount"]["after"],
        "after": after,
    }
    assert "import from letters.csv" in run("log").stdout
    assert re.search(r"^    2  \d{4}-\d\d-\d\d \d\d:\d\d  \S+ +command +record pledge: 2002",
                     run("log").stdout, re.MULTILINE)  # fmt: skip


def test_a_program_that_uses_the_library_is_told_as_such(main: Path) -> None:
    log = read_log(load_book(main))
    assert [(each.door, each.what, each.chained) for each in log.writes] == [
        ("library", "init", True)
    ]


def test_what_is_tried_shown_or_refused_is_not_logged(main: Path, run: Run) -> None:
    before = (main.parent / FILE).read_bytes()
    run(*EARLIER[:-1], "--dry-run")
    run(*PAY, status=2)
    run("check")
    assert (main.parent / FILE).read_bytes() == before


def test_a_change_by_hand_shows_before_the_write_that_follows_and_after_the_last(
    main: Path, run: Run
) -> None:
    own = main.parent / "2002-2003.beancount"
    settings = main.parent / "settings.beancount"
    own.write_text(own.read_text("utf-8") + "; by hand\n", "utf-8")
    run(*EARLIER)
    settings.write_text(settings.read_text("utf-8") + "; by hand\n", "utf-8")
    log = read_log(load_book(main))
    assert [each.by_hand for each in log.writes] == [(), ("2002-2003.beancount",)]
    assert log.by_hand == ("settings.beancount",)
    shown = run("log").stdout
    assert shown.count("changed by hand, or by another program") == 2


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda lines: [lines[0].replace(b"init", b"inti"), *lines[1:]], ":2: this line does not"),
        (lambda lines: [lines[0], *lines[2:]], ":2: this line does not follow"),
        (lambda lines: [lines[0], lines[1], lines[1], *lines[2:]], ":3: this line does not"),
        (lambda lines: [lines[0], b"{}\n", *lines[2:]], ":2: this line is no write"),
        (lambda lines: [*lines[:-1], lines[-1][:-9]], "the last line is not complete"),
        (lambda lines: [lines[0], b"\xff\n", *lines[2:]], ":2: this line is no write"),
        (lambda lines: [lines[0], b"[" * 100_000 + b"\n", *lines[2:]], ":2: this line is no write"),
    ],
)
def test_a_log_that_was_changed_says_where(
    spoil: Callable[[list[bytes]], list[bytes]], said: str, main: Path, run: Run
) -> None:
    run(*EARLIER)
    run(*PAY)
    path = main.parent / FILE
    path.write_bytes(b"".join(spoil(path.read_bytes().splitlines(keepends=True))))
    result = run("log", status=1)
    assert said in result.stderr
    run("take-out", "AUT-2002-01", "--date", "2002-07-10", "--yes")  # the log goes on
    assert len(read_log(load_book(main)).writes) >= 3


def forged(main: Path, number: int, **said: object) -> None:
    """Put something else into a line of the log, and chain the lines anew."""
    path, previous, lines = main.parent / FILE, "0" * 64, []
    for line in map(json.loads, path.read_text("utf-8").splitlines()):
        new = {**line, **(said if line["write"] == number else {}), "previous": previous}
        lines.append(json.dumps(new))
        previous = digest_of(lines[-1].encode())
    path.write_text("\n".join(lines) + "\n", "utf-8")


def test_a_log_that_came_with_a_book_does_not_steer_the_terminal(main: Path, run: Run) -> None:
    run(*EARLIER)
    forged(main, 2, by="\x1b[2J", what="a\nb", **{"from": ["\u202egnp.exe"]})
    shown = run("log").stdout
    assert all(line.isprintable() for line in shown.splitlines())
    run("undo", "2", "--yes")


@pytest.mark.parametrize("name", ["../other", "link/other", "ABSOLUTE", "../empty"])
def test_a_log_that_came_with_a_book_leads_nowhere_else(
    name: str, main: Path, run: Run, tmp_path: Path
) -> None:
    run(*EARLIER)
    (tmp_path / "other").write_text("untouched", "utf-8")
    (tmp_path / "empty").mkdir()
    (main.parent / "link").symlink_to(tmp_path)
    name = name.replace("ABSOLUTE", str(tmp_path / "other"))
    files = json.loads((main.parent / FILE).read_text("utf-8").splitlines()[1])["files"]
    beside = {"before": "", "after": digest_of(b"untouched")}
    if name.endswith("empty"):
        forged(main, 2, folders=[name])
    else:
        forged(main, 2, files={**files, name: beside})
    before = texts(main)
    refused = run("undo", "2", "--yes", status=2).stderr
    assert "outside the book's folder" in refused
    assert (tmp_path / "other").read_text("utf-8") == "untouched"
    assert (tmp_path / "empty").is_dir()
    assert texts(main) == before


@pytest.mark.parametrize("back", [[[5, 900, None]], [[-3, 2, "x"]], [[4, 1, None]]])
def test_a_log_of_another_book_is_refused_in_a_sentence(back: object, main: Path, run: Run) -> None:
    run(*EARLIER)
    name, line = "2002-2003.beancount", (main.parent / FILE).read_text("utf-8").splitlines()[1]
    forged(main, 2, files={name: {**json.loads(line)["files"][name], "back": back}})
    assert "The log does not fit the files" in run("undo", "2", "--yes", status=2).stderr


def undone(main: Path, run: Run, *words: str) -> None:
    """Do something, take it back, and see that the book is as it was."""
    before = texts(main)
    run(*words)
    number = len(read_log(load_book(main)).writes)
    assert texts(main) != before
    run("undo", str(number), "--yes")
    assert texts(main) == before
    assert list((main.parent / "documents").iterdir()) == []
    log = read_log(load_book(main))
    assert (log.writes[-1].undoes, log.by_hand) == (number, ())
    assert "was taken back already" in run("undo", str(number), "--yes", status=2).stderr


@pytest.mark.parametrize(
    "words",
    [
        EARLIER,
        (*PLEDGE, "--date", "2004-03-01", "--yes"),
        ("import", "LETTERS", "--fund", "CPCJF", "--donor", "The Fjords=NOR"),
        ("rates", "RATES"),
    ],
    ids=["an entry", "the first of a period", "an import", "rates"],
)
def test_a_whole_write_is_taken_back(
    words: tuple[str, ...], main: Path, run: Run, tmp_path: Path
) -> None:
    paths = {"LETTERS": str(tmp_path / "letters.csv"), "RATES": str(tmp_path / "rates.csv")}
    undone(main, run, *(paths.get(word, word) for word in words))


def test_what_was_taken_out_or_approved_is_put_back(main: Path, run: Run) -> None:
    run(*EARLIER)
    undone(main, run, "take-out", "AUT-2002-01", "--yes")
    run(*PLEDGE, "--date", "2002-04-01", "--waiting", "--yes")
    undone(main, run, "approve", "AUT-2002-02", "--by", "Chief", "--yes")


def test_what_came_between_stays(main: Path, run: Run, tmp_path: Path) -> None:
    run("import", str(tmp_path / "letters.csv"), "--fund", "CPCJF", "--donor", "The Fjords=NOR")
    run(*PLEDGE, "--date", "2002-03-03", "--yes")  # between the two entries of the import
    text = (main.parent / "2002-2003.beancount").read_text("utf-8")
    run("undo", "2", "--yes")
    left = load_book(main)
    assert left.errors == []
    assert list(left.register.by_label) == ["AUT-2002-01.1"]
    assert 'custom "alias"' not in "".join(path.read_text("utf-8") for path in left.files)
    undo_write(left, 4)  # and that is taken back too
    assert (main.parent / "2002-2003.beancount").read_text("utf-8") == text


def test_a_new_file_that_holds_more_by_now_stays_included(main: Path, run: Run) -> None:
    run(*PLEDGE, "--date", "2004-03-01", "--yes")
    run(*PLEDGE, "--date", "2004-04-01", "--yes")
    run("undo", "2", "--yes")
    assert list(load_book(main).register.by_label) == ["AUT-2004-02.1"]


def test_a_file_that_others_made_stays_when_all_in_it_is_taken_back(main: Path, run: Run) -> None:
    settings = main.parent / "settings.beancount"
    text = settings.read_text("utf-8") + BANK.splitlines()[3] + "\n"
    settings.write_text(text, "utf-8")
    run("record", "pledge", "AUT", "5", *PLEDGED, "2004-03-01", "--yes")
    run("record", "pledge", "NOR", "6", *PLEDGED, "2004-03-02", "--yes")
    run("undo", "2", "--yes")
    run("undo", "3", "--yes")
    book = load_book(main)
    assert book.errors == []
    assert book.register.changes == []


def test_a_write_stays_while_something_rests_on_it(main: Path, run: Run) -> None:
    run(*EARLIER)
    run(*PAY)
    before = texts(main)
    refused = run("undo", "2", "--yes", status=2).stderr
    assert "Write 2 stays: what follows was made of what it left (payment of 2002-07-10" in refused
    assert texts(main) == before
    run("undo", "3", "--yes")
    run("undo", "2", "--yes")
    assert load_book(main).register.by_label == {}


def test_a_write_stays_once_its_period_is_closed(run: Run) -> None:
    run(*EARLIER)
    run(*PAY)
    run("close", "2002-2003")
    refused = run("undo", "3", "--yes", status=2).stderr
    assert "does not include 2002-2003.beancount any more" in refused
    refused = run("undo", "4", "--yes", status=2).stderr
    assert "closed a period or opened one again (sealed/2002-2003.json)" in refused


def test_what_was_changed_since_is_not_taken_back(main: Path, run: Run) -> None:
    run(*EARLIER)
    path = main.parent / "2002-2003.beancount"
    path.write_text(path.read_text("utf-8").replace("2002-03-01 *", "2002-03-02 *"), "utf-8")
    refused = run("undo", "2", "--yes", status=2).stderr
    assert "a piece that was written was changed or taken out since" in refused


def test_what_cannot_be_undone_says_why(run: Run) -> None:
    assert "The log has no write 9" in run("undo", "9", "--yes", status=2).stderr
    assert "there is nothing to take out" in run("undo", "1", "--yes", status=2).stderr


FOUR_EYES = """
2004-01-01 custom "period" "2004-2005" 2005-12-31
1999-12-31 custom "letterhead" "CPCJF" "Example Office (made up)"
"""


def four_eyes(main: Path) -> None:
    path = main.parent / "settings.beancount"
    text = path.read_text("utf-8")
    head, fund, rest = text.partition('custom "fund" "CPCJF"')
    line, _, below = rest.partition("\n")
    path.write_text(f'{head}{fund}{line}\n  four-eyes: "yes"\n{below}{FOUR_EYES}', "utf-8")


def test_four_eyes_stay_four_whatever_is_taken_back(main: Path, run: Run) -> None:
    four_eyes(main)
    run(*EARLIER)
    written_off = ("record", "write-off", "AUT-2002-01.1", "--date", "2002-08-01", "--authority",
                   "Office (made up)", "--entered-by", "Clerk", "--waiting", "--yes")  # fmt: skip
    run(*written_off)
    run("approve", "AUT-2002-01.1", "--date", "2002-08-01", "--by", "Chief", "--yes")
    run("undo", "4", "--yes")
    refused = run("approve", "AUT-2002-01.1", "--date", "2002-08-01", "--by", "Clerk", "--yes",
                  status=2).stderr  # fmt: skip
    assert "four eyes: another person approves" in refused
    run("undo", "5", "--yes")  # what comes back is approved by who approved it
    text = (main.parent / "2002-2003.beancount").read_text("utf-8")
    assert text.count('entered-by: "Clerk"') == 1
    assert text.count('approved-by: "Chief"') == 1
    assert load_book(main).errors == []


def test_a_number_that_was_given_out_is_never_given_again(
    main: Path, run: Run, tmp_path: Path
) -> None:
    four_eyes(main)
    run(*EARLIER)
    run(*PAY)
    issue = ("letter", "receipt", "--issue", "--period", "2002-2003", "--format", "html", "--out",
             str(tmp_path / "letters"), "--date")  # fmt: skip
    run(*issue, "2004-01-20")
    before = texts(main)
    refused = run("undo", "4", "--yes", status=2).stderr
    assert "it issued the official receipt CPCJF/2004/0001, and a number is never" in refused
    assert "Write 3 stays" in run("undo", "3", "--yes", status=2).stderr  # the payment receipted
    assert texts(main) == before
    run("letter", "void", "CPCJF/2004/0001", "--reason", "Wrong", "--date", "2004-02-01")
    assert "which is final" in run("undo", "5", "--yes", status=2).stderr
    run(*issue, "2004-02-02")
    assert '"CPCJF/2004/0002"' in (main.parent / "correspondence.beancount").read_text("utf-8")


def test_a_letter_that_was_sent_stays_and_its_answer_is_taken_back(
    main: Path, run: Run, tmp_path: Path
) -> None:
    four_eyes(main)
    run(*EARLIER, "--due", "2002-06-30")
    run("letter", "reminder", "--as-at", "2003-12-31", "--date", "2004-01-20", "--format", "html",
        "--record-sent", "--out", str(tmp_path / "letters"))  # fmt: skip
    assert "its reference stands on paper" in run("undo", "3", "--yes", status=2).stderr
    undone(main, run, "letter", "answered", "AUT/2004/1", "agrees", "--date", "2004-02-01")


def test_what_was_taken_out_does_not_come_back_under_a_seal(
    main: Path, run: Run, tmp_path: Path
) -> None:
    four_eyes(main)
    run("rates", str(tmp_path / "rates.csv"))
    run("undo", "2", "--yes")
    run("close", "2002-2003", "--by", "Controller")
    refused = run("undo", "3", "--yes", status=2).stderr
    assert "Write 3 stays: what it wrote of 2002-02-01 is sealed with 2002-2003" in refused


def certified(run: Run, tmp_path: Path) -> None:
    del tmp_path
    run("close", "2002-2003", "--by", "Controller")
    run("certify", "2002-2003", "--by", "Controller", "--on", "2004-03-31")
    run("reopen", "2002-2003", "--authority", "Controller", "--on", "2004-04-30")


def answered(run: Run, tmp_path: Path) -> None:
    run("letter", "reminder", "--as-at", "2003-12-31", "--date", "2004-01-20", "--format", "html",
        "--record-sent", "--out", str(tmp_path / "letters"))  # fmt: skip
    run("letter", "answered", "AUT/2004/1", "agrees", "--date", "2004-02-01")


def stated(run: Run, tmp_path: Path) -> None:
    statement = STATEMENT.replace("C020630", "C040630").replace("C020731", "C040731")
    (tmp_path / "s.sta").write_text(statement.replace(":020710", ":040710"), "utf-8")
    run("import", str(tmp_path / "s.sta"))


@pytest.mark.parametrize(
    ("write", "kind"),
    [(certified, "certification"), (answered, "answer"), (stated, "statement")],
)
def test_a_paper_that_a_later_closing_sealed_stays_whatever_its_own_date(
    main: Path, run: Run, tmp_path: Path, write: Callable[[Run, Path], None], kind: str
) -> None:
    four_eyes(main)
    settings = main.parent / "settings.beancount"
    settings.write_text(settings.read_text("utf-8") + BANK.partition("2004-")[0], "utf-8")
    run(*EARLIER, "--due", "2002-06-30")
    write(run, tmp_path)
    listed = json.loads(run("log", "--json").stdout)["writes"]
    wrote = max(each["write"] for each in listed if "reopen" not in each["what"])
    run("close", "2002-2003", "--by", "Controller")
    before = texts(main)
    refused = run("undo", str(wrote), "--yes", status=2).stderr
    assert f"Write {wrote} stays: the {kind} that it wrote is sealed with 2002-2003" in refused
    assert texts(main) == before
    run("verify")
    run("reopen", "2002-2003", "--authority", "Controller", "--on", "2004-05-31")
    run("undo", str(wrote), "--yes")


def test_undoing_is_shown_and_tried_first(main: Path, run: Run) -> None:
    run(*EARLIER)
    before = texts(main)
    shown = run("undo", "2", "--dry-run").stdout
    assert "record pledge: 2002-2003.beancount" in shown
    assert "Nothing was written" in shown
    assert texts(main) == before
    assert "there is no terminal" in run("undo", "2", status=2).output


def test_the_functions_raise_where_the_command_refuses(main: Path, run: Run) -> None:
    run(*EARLIER)
    run(*PAY)
    book = load_book(main)
    with pytest.raises(EventRefusedError):
        undo_write(book, 2)
    assert isinstance(book, Book)
    with pytest.raises(BookRefusedError):
        undo_write(load_book(broken(main)), 2)


def broken(main: Path) -> Path:
    main.write_text(main.read_text("utf-8") + "2002-01-01 opens Assets:A\n", "utf-8")
    return main


LINES = st.lists(
    st.sampled_from(["", "; a", "2002-01-01 a", "  b: 1", "  c", "2002-02-02 d", "include e"]),
    max_size=12,
)


@given(LINES, LINES)
def test_what_changed_is_taken_back_piece_by_piece(before: list[str], after: list[str]) -> None:
    old, new = "\n".join(before), "\n".join(after)
    changes, _ = compared(old, new)
    assert from_json(json.loads(json.dumps(as_json(changes)))) == changes
    back, spans = taken_back(new, changes, "file")
    assert sorted(filter(str.strip, pieces_of(back))) == sorted(filter(str.strip, pieces_of(old)))
    lines = new.split("\n")
    gone = [lines[number] for span in spans for number in span]
    assert all(line in after for line in gone)


@given(LINES)
def test_pieces_are_the_text(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert "\n".join(pieces_of(text)) == text


DONORS = ("AUT", "NOR", "SWE")
DAYS = st.dates(date(2002, 2, 1), date(2005, 12, 31)).map(str)
BY_HAND = st.sampled_from(["", "\n\n; by hand\n\n\n", "; and no end of line", "\r\n; another end"])
DOINGS = st.one_of(
    st.builds(
        lambda donor, day, more: ("record", "pledge", donor, "1000", *PLEDGED, day, *more),
        st.sampled_from(DONORS), DAYS, st.sampled_from([("--yes",), ("--yes", "--waiting")]),
    ),
    st.builds(
        lambda donor, part, day: ("record", "payment", f"{donor}-{day[:4]}-01.1", "--value", part,
                                  "--date", day, "--yes"),
        st.sampled_from(DONORS), st.sampled_from(["400", "1000"]), DAYS,
    ),
    st.builds(
        lambda donor, year: ("take-out", f"{donor}-{year}-01", "--yes"),
        st.sampled_from(DONORS), st.integers(2002, 2005),
    ),
    st.builds(
        lambda donor, year: ("approve", f"{donor}-{year}-01", "--by", "Chief", "--yes"),
        st.sampled_from(DONORS), st.integers(2002, 2005),
    ),
    st.sampled_from([
        ("import", "letters.csv", "--fund", "CPCJF", "--donor", "The Fjords=NOR"),
        ("import", "july.sta", "letters.csv", "--fund", "CPCJF"),
        ("match", "--apply"),
        ("rates", "rates.csv"),
    ]),
)  # fmt: skip


@settings(
    max_examples=int(os.environ.get("PLEDGEBOOK_EXAMPLES", "8")),
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(st.lists(st.tuples(DOINGS, BY_HAND), min_size=2, max_size=5))
def test_whatever_is_done_and_taken_back_leaves_every_file_as_it_was(
    doings: list[tuple[tuple[str, ...], str]],
) -> None:
    """To the letter, with receipts and folders; and done again by taking that back."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place).resolve()
        main = ready_book(folder)
        for words, by_hand in doings:
            with (main.parent / "2002-2003.beancount").open("a", encoding="utf-8") as file:
                file.write(by_hand)
            before, writes = held(main), len(read_log(load_book(main)).writes)
            at = [str(folder / word) if (folder / word).is_file() else word for word in words]
            result = CliRunner().invoke(group, ["--book", str(main), *at])
            assert result.exit_code in {0, 1, 2}, result.output
            after = held(main)
            if len(read_log(load_book(main)).writes) == writes:
                assert after == before
                continue
            undo_write(load_book(main), writes + 1)
            assert held(main) == before
            undo_write(load_book(main), writes + 2)
            assert held(main) == after
        assert read_log(load_book(main)).faults == ()


def ready_book(folder: Path) -> Path:
    main = make_book(folder / "book")
    with (main.parent / "settings.beancount").open("a", encoding="utf-8") as file:
        file.write(BANK)
    (folder / "letters.csv").write_text(SHEET, "utf-8")
    (folder / "rates.csv").write_text(RATES, "utf-8")
    (folder / "july.sta").write_text(STATEMENT, "utf-8")
    return main


def held(main: Path) -> dict[str, bytes | None]:
    """Return what a book's folder holds: files, None for a folder; but for the log."""
    return {
        path.relative_to(main.parent).as_posix(): path.read_bytes() if path.is_file() else None
        for path in main.parent.rglob("*")
        if path.name != FILE
    }


def test_what_a_program_writes_without_a_word_of_its_own_is_called_by_its_first_entry(
    main: Path,
) -> None:
    import_files(load_book(main), [main.parent.parent / "letters.csv"], fund="CPCJF")
    last = read_log(load_book(main)).writes[-1]
    assert (last.door, last.sources) == ("library", ("letters.csv",))
    assert last.what == "Pledge, NV 1"
