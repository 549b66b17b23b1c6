"""Books on which Beancount itself fails: what can be read is read, the rest is named at its line.

All amounts are made up.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import HEAD, SETTINGS
from pledgebook.cli.main import group
from pledgebook.desk.serving import served_app
from pledgebook.ledger.files.fatal import FatalFileError
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.findings import BookRefusedError
from pledgebook.ledger.sources import read_json

GOOD = """
2002-03-02 * "Interest"
  Assets:CPCJF:Cash         10.00 USD
  Income:CPCJF:Interest    -10.00 USD
"""
NOT_WHOLE = """
2002-03-01 * "A lot without its number, and another"
  Assets:CPCJF:Pledges:AUT          EUR {0 # 87.72 USD, "AUT-2002-01.1"}
  Assets:CPCJF:Pledges:AUT       50 EUR {0 # 43.87 USD, "AUT-2002-01.2"}
  Income:CPCJF:Contributions:AUT    -131.59 USD
"""
NOTHING = """
2002-03-01 * "A lot of nothing"
  Assets:CPCJF:Cash       0 USD {0 # 1 USD}
  Income:CPCJF:Interest  -1 USD
"""
FATAL = ["1/0", "1.50/0.00", "10 / (1 - 1)", "1/-0", "(2)/0", "1./0", "1 / 0."]
HARMLESS = ["100.00/4", "1/03", "12/0.5"]


def make(folder: Path, text: str) -> Path:
    main = folder / "main.beancount"
    main.write_text(HEAD + SETTINGS + text, "utf-8")
    return main


def entry(figure: str) -> str:
    return f'\n2002-03-01 * "x"\n  Assets:CPCJF:Cash  {figure} USD\n  Income:CPCJF:Interest\n'


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (NOTHING, "not-booked"),
        (NOT_WHOLE, ""),
        (entry("1" + "0" * 18), "figure-size"),
        (entry("9" * 40), "figure-size"),
        (entry("99999999999 * 99999999999"), "figure-size"),
        ("\n2002-03-01 price EUR 1" + "0" * 18 + " USD\n", "figure-size"),
        ('\n2002-03-01 note Assets:CPCJF:Cash "x"\n  paid: 1' + "0" * 18 + "\n", "figure-size"),
    ],
    ids=["a lot of nothing", "a lot without its number", "19 digits", "40 digits", "a product",
         "a price", "metadata"],
)  # fmt: skip
def test_an_entry_on_which_beancount_fails_is_left_out_and_named(
    text: str, rule: str, tmp_path: Path
) -> None:
    book = load_book(make(tmp_path, text + GOOD))
    line = (HEAD + SETTINGS).count("\n") + 2
    said = {(getattr(error, "rule", ""), error.source["lineno"]) for error in book.errors}
    assert (rule, line) in said
    assert [each.narration for each in book.entries if hasattr(each, "narration")] == ["Interest"]


def test_eighteen_digits_are_counted(tmp_path: Path) -> None:
    assert load_book(make(tmp_path, entry("9" * 18))).errors == []


@pytest.mark.parametrize("figure", FATAL)
def test_a_figure_divided_by_nothing_is_refused_with_its_line(figure: str, tmp_path: Path) -> None:
    main = make(tmp_path, entry(figure))
    line = (HEAD + SETTINGS).count("\n") + 3
    with pytest.raises(FatalFileError, match=rf"look at line {line}\)"):
        load_book(main)
    for command in ("check", "serve"):
        result = CliRunner().invoke(group, ["--book", str(main), command])
        assert (result.exit_code, "divided by nothing" in result.stderr) == (2, True)


def test_no_quotation_mark_hides_it(tmp_path: Path) -> None:
    text = f'\n* a heading with a " mark\n{entry("1/0")}\n* and with another "\n'
    with pytest.raises(FatalFileError, match="divided by nothing"):
        load_book(make(tmp_path, text))


@pytest.mark.parametrize("figure", HARMLESS)
def test_other_quotients_are_read(figure: str, tmp_path: Path) -> None:
    book = load_book(make(tmp_path, entry(figure)))
    assert book.errors == []


@pytest.mark.parametrize("text", ["; 1/0 USD\n", '2002-01-01 event "meeting" "A/RES/1/0"\n'])
def test_words_that_only_look_like_it_are_read(text: str, tmp_path: Path) -> None:
    assert load_book(make(tmp_path, text)).errors == []


def test_a_directive_without_values_is_a_notice_and_pad_goes_on(tmp_path: Path) -> None:
    book = load_book(make(tmp_path, '2002-01-01 custom "fava-extension"\n'))
    assert (book.errors, [each.rule for each in book.notices]) == ([], ["custom-without-value"])


def test_a_plugin_that_fails_is_named_without_its_traceback(tmp_path: Path) -> None:
    book = load_book(make(tmp_path, 'plugin "beancount.plugins.nowhere"\n'))
    (error,) = book.errors
    assert error.message == (
        'Error importing "beancount.plugins.nowhere": ModuleNotFoundError: No module named '
        "'beancount.plugins.nowhere'"
    )


def test_plugin_lines_that_cannot_be_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BookRefusedError, match="Look at its plugin lines"):
        load_book(make(tmp_path, 'plugin ".plugins"\n'))


def test_a_file_that_never_ends_is_no_file_of_a_book(tmp_path: Path) -> None:
    (error,) = load_book(make(tmp_path, 'include "/dev/zero"\n')).errors
    assert error.message == 'File "/dev/zero" cannot be read: it is no ordinary file'


def test_the_desk_says_that_fava_cannot_open_such_a_book(tmp_path: Path) -> None:
    with pytest.raises(BookRefusedError, match="pledgebook check says what to mend"):
        served_app(make(tmp_path, NOTHING), read_only=True)


def test_json_without_end_is_no_json() -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        read_json("[" * 100_000)
