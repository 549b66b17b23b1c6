"""A sealed book: whatever is changed in it is named, and nothing ends the proof but a verdict.

All amounts, rates, references and names are made up.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from pledgebook.cli.main import group
from pledgebook.ledger.closing.periods import close_period, reopen_period
from pledgebook.ledger.closing.proof import Verdict, verify_seals
from pledgebook.ledger.closing.seals import FIRST, book_until, seal_period
from pledgebook.ledger.closing.signing import TOOL
from pledgebook.ledger.files.loading import load_book
from pledgebook.reports.closing import make_figures
from pledgebook.reports.render import ReportDoesNotFootError
from sweep_sealed import sweep
from test_ledger_seals import ENTRIES, MAIN, RATES, SETTINGS, edit

ROOT = Path(__file__).parent.parent
MORE = """\
1999-12-31 custom "letterhead" "CPCJF" "Example Office (made up)"
1999-12-31 custom "bank" "MAIN" "GB29 NWBK 6016 1331 9268 19"
  accounts: "Assets:CPCJF:Cash"
1999-12-31 custom "alias" "A Foundation" "EXF"
2006-01-01 custom "period" "2006-2007" 2007-12-31
"""
PAPERS = """\
2003-05-31 custom "statement" "MAIN" "2003-5/1"
  from: 2003-05-01
  opening: 40680.00 USD
  closing: 41180.00 USD
  agrees: "yes"
2003-06-10 custom "official-receipt" "CPCJF/2003/0001" "EXF"
  amount: 500.00 USD
  collected-on: 2003-05-05
2003-06-11 custom "letter" "EXF/2003/1" "receipt" "EXF"
  receipt: "CPCJF/2003/0001"
"""
LATER = """
2004-02-01 * "Example Foundation" "Second gift"
  class: "general"
  Assets:CPCJF:Cash                   250.00 USD
  Income:CPCJF:Contributions:EXF     -250.00 USD
"""
NAMES = ("2002-2003", "2004-2005")


@pytest.fixture(scope="module")
def sealed_twice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book of two closed periods, of which the first was opened again once."""
    folder = tmp_path_factory.mktemp("sealed") / "book"
    folder.mkdir()
    main = folder / "main.beancount"
    texts = {
        "main": 'option "title" "Sealed (made up)"\n' + MAIN + 'include "papers.beancount"\n',
        "settings": SETTINGS + MORE,
        "rates": RATES,
        "papers": PAPERS,
        "2002-2003": ENTRIES,
    }
    for name, text in texts.items():
        (folder / f"{name}.beancount").write_text(text, "utf-8")
    assert load_book(main).errors == []
    close_period(load_book(main), "2002-2003", make_figures)
    reopen_period(load_book(main), "2002-2003", "Controller, memo 7 (made up)", date(2004, 3, 1))
    close_period(load_book(main), "2002-2003", make_figures)
    own = folder / "2004-2005.beancount"
    own.write_text(own.read_text("utf-8") + LATER, "utf-8")
    release = CliRunner().invoke(
        group,
        ["--book", str(main), "record", "release", "--all", "--date", "2004-07-01", "--yes"],
    )
    assert release.exit_code == 0, release.output
    close_period(load_book(main), "2004-2005", make_figures)
    return folder


@pytest.fixture
def sealed(sealed_twice: Path, tmp_path: Path) -> Path:
    """A copy of that book, to change."""
    return Path(shutil.copytree(sealed_twice, tmp_path / "book"))


def verify(folder: Path) -> dict[str, Verdict]:
    verdicts = verify_seals(folder / "main.beancount", make_figures)
    return {verdict.period: verdict for verdict in verdicts}


def test_two_periods_as_sealed_hold_and_the_second_is_chained_to_the_first(sealed: Path) -> None:
    found = verify(sealed)
    assert [verdict.differs for verdict in found.values()] == [{}, {}]
    assert [verdict.notes for verdict in found.values()] == [[], []]
    first, second = (
        json.loads((sealed / "sealed" / f"{name}.json").read_text("utf-8"))["digests"]
        for name in NAMES
    )
    assert first["before"] == "none"
    assert second["before"] == first["chain"]


def test_every_change_is_named_or_harmless_and_none_ends_in_an_exception(
    sealed_twice: Path,
) -> None:
    counts, wrong = sweep(sealed_twice, date(2006, 1, 1), samples=150, seed=13)
    assert wrong == []
    assert counts["changes"] >= 150
    assert counts["named"] > counts["harmless"] > 0


Spoil = Callable[[Path], object]


def remove(*names: str) -> Spoil:
    def spoil(folder: Path) -> None:
        for name in names:
            path = folder / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    return spoil


def changed(name: str, old: str, new: str) -> Spoil:
    return lambda folder: edit(folder / name, old, new)


def without(name: str, pattern: str) -> Spoil:
    def spoil(folder: Path) -> None:
        text = (folder / name).read_text("utf-8")
        left = re.sub(pattern, "", text, flags=re.DOTALL | re.MULTILINE)
        assert left != text
        (folder / name).write_text(left, "utf-8")

    return spoil


REOPENED = r'^\S+ custom "reopening".*?\n(?=\d|\Z)'
SILENCING: dict[str, tuple[Spoil, str, str, str]] = {
    "the settings are not included": (
        changed("main.beancount", 'include "settings', 'include "xettings'),
        "2002-2003", "declarations", 'declares no period "2002-2003"',
    ),
    "a period's declaration is spoilt": (
        changed("settings.beancount", 'custom "period" "2002-2003"', 'custom "perjod" "2002-2003"'),
        "2002-2003", "declarations", 'declares no period "2002-2003"',
    ),
    "seals, sealed folder and history are removed": (
        remove("seals.beancount", "sealed", "history.beancount"),
        "2004-2005", "seal", "2006-2007.beancount:",
    ),
    "the seals are emptied": (
        lambda folder: (folder / "seals.beancount").write_text("", "utf-8"),
        "2002-2003", "seal", 'no custom "seal" "2002-2003"',
    ),
    "the sealed folder is removed": (
        remove("sealed"), "2004-2005", "seal", "cannot be read as a sealed period",
    ),
    "the event of a closing is spoilt, so that reports do not foot": (
        changed("2002-2003.beancount", 'event: "closing"', 'kvent: "closing"'),
        "2002-2003", "entries", "was sealed and is not there now",
    ),
    "an account is another": (
        changed("2002-2003.beancount", "CPCJF:Deferred:AUT", "CPCJF:Denerred:AUT"),
        "2002-2003", "entries", "was sealed and is not there now",
    ),
    "the reopening is removed": (
        without("seals.beancount", REOPENED), "2002-2003", "reopenings", "was sealed and is not",
    ),
    "what was sealed first is changed": (
        changed("sealed/2002-2003.1.json", "Gift", "Gilt"), "2002-2003", "reopenings", "digests",
    ),
    "what was sealed first is removed": (
        remove("sealed/2002-2003.1.json"), "2002-2003", "reopenings", "take it from a backup",
    ),
    "a bank statement is removed": (
        without("papers.beancount", r'^\S+ custom "statement".*?(?=^\d)'),
        "2002-2003", "papers", '"MAIN" "2003-5/1" was sealed and is not',
    ),
    "the official receipts are removed": (
        without("papers.beancount", r'^\S+ custom "official-receipt".*?(?=^\d)'),
        "2004-2005", "papers", '"CPCJF/2003/0001" "EXF" was sealed and is not there now',
    ),
    "a letter is removed": (
        without("papers.beancount", r'^\S+ custom "letter".*\Z'), "2002-2003", "papers", "letter",
    ),
    "the plugin's line is removed": (
        changed("main.beancount", 'plugin "pledgebook.plugins"\n', ""),
        "2002-2003", "options", "main.beancount: plugin pledgebook.plugins was sealed",
    ),
    "an option is removed from the history": (
        without("history.beancount", r"^option \"inferred.*?$"),
        "2004-2005", "options", "history.beancount: option inferred_tolerance_default",
    ),
    "a digest is another in the sealed file": (
        changed("sealed/2002-2003.json", '"sha256": "', '"sha256": "0'),
        "2002-2003", "seal", "states digests that are not those of what it holds: sha256",
    ),
    "a blank is put into the sealed file": (
        changed("sealed/2002-2003.json", '"period":', '"period": '),
        "2002-2003", "seal", "is not as it was written",
    ),
    "the seal is dated otherwise": (
        changed("seals.beancount", '2003-12-31 custom "seal"', '2003-12-30 custom "seal"'),
        "2002-2003", "seal", "dated 2003-12-30; 2002-2003 ends on 2003-12-31",
    ),
    "the history is no text": (
        lambda folder: (folder / "history.beancount").write_bytes(b"\xff\xfe\x00include"),
        "2002-2003", "entries", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", SILENCING)
def test_what_would_silence_the_proof_is_named_with_status_1(sealed: Path, what: str) -> None:
    spoil, period, part, sentence = SILENCING[what]
    spoil(sealed)
    found = verify(sealed)
    assert any(sentence in each for each in found[period].differs[part])
    done = CliRunner().invoke(group, ["--book", str(sealed), "verify"])
    assert done.exit_code == 1
    assert f"{period}: differs in " in done.output
    assert "No period is sealed" not in done.output


NO_RECORDS = (
    "[]", '""', "1", "null", '["2002-01-01"]', '["2002-01-01","custom"]', '[1,"custom","period"]',
    '["2002-01-01","custom","period",["2002-2003"],{}]', '["2002-01-01","transaction",[],3]',
    '["2002-01-01","custom","period",["2002-2003","2003-02-30"],{}]', '["\\ud800","x"]', "{}",
)  # fmt: skip


@pytest.mark.parametrize(
    ("part", "record"),
    [("declarations", record) for record in NO_RECORDS]
    + [(part, '["2002-01-01"]') for part in ("entries", "papers", "reopenings", "options")],
)
def test_what_is_no_record_in_a_sealed_file_is_named(sealed: Path, part: str, record: str) -> None:
    for name in ("2002-2003.json", "2002-2003.1.json"):
        path = sealed / "sealed" / name
        content = json.loads(path.read_text("utf-8"))
        content[part].insert(0, json.loads(record))
        path.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    assert verify(sealed)["2002-2003"].differs.keys() >= {"seal", "reopenings"}


def seal_anew(folder: Path, name: str) -> None:
    """Seal a period again as somebody would who has this program and the files."""
    main = folder / "main.beancount"
    (folder / "sealed" / f"{name}.json").unlink()
    seals = folder / "seals.beancount"
    pattern = rf'^\S+ custom "seal" "{name}".*?(?=^\d|\Z)'
    seals.write_text(re.sub(pattern, "", seals.read_text(), flags=re.DOTALL | re.MULTILINE))
    history = load_book(main.with_name("history.beancount"))
    (period,) = (each for each in history.settings.periods if each.name == name)
    figures = make_figures(book_until(history, period.end), name)
    seal = seal_period(history, period, figures, FIRST)
    (folder / "sealed" / f"{name}.json").write_text(seal.document(), "utf-8")
    digests = "".join(f'  {key}: "{value}"\n' for key, value in seal.digests().items())
    with seals.open("a", encoding="utf-8") as file:
        file.write(f'\n{period.end} custom "seal" "{name}" "{seal.sha256}"\n{digests}')


def test_an_earlier_period_sealed_anew_shows_in_the_chain_of_the_later(sealed: Path) -> None:
    edit(sealed / "2002-2003.beancount", '"Gift"', '"A gift"')
    seal_anew(sealed, "2002-2003")
    first, second = verify(sealed).values()
    assert first.differs == {}
    assert second.differs.keys() == {"chain"}
    assert "upon another one than that of 2002-2003" in second.differs["chain"][0]


def test_papers_that_came_after_the_closing_are_listed_and_their_numbers_go_on(
    sealed: Path,
) -> None:
    path = sealed / "papers.beancount"
    sound = path.read_text("utf-8")
    receipt = (
        '\n2006-01-10 custom "official-receipt" "CPCJF/2006/{}" "EXF"\n'
        "  amount: 250.00 USD\n  collected-on: 2004-02-01\n"
    )
    path.write_text(sound + receipt.format("0001"), "utf-8")
    first, second = verify(sealed).values()
    assert (first.differs, second.differs, first.notes) == ({}, {}, [])
    (note,) = second.notes
    assert "papers.beancount:" in note
    assert note.endswith('"CPCJF/2006/0001" "EXF" was added after the closing.')
    path.write_text(sound + receipt.format("0003"), "utf-8")
    assert any(
        "follows upon a gap" in each for each in verify(sealed)["2004-2005"].differs["papers"]
    )


def test_a_seal_made_before_seals_were_chained_holds_and_says_so(sealed_book_of_old: Path) -> None:
    (verdict,) = verify(sealed_book_of_old).values()
    assert verdict.differs == {}
    assert verdict.notes[0].startswith("Unchained: ")
    edit(sealed_book_of_old / "2002-2003.beancount", '"Gift"', '"A gift"')
    (verdict,) = verify(sealed_book_of_old).values()
    assert verdict.differs.keys() == {"entries"}


@pytest.fixture
def sealed_book_of_old(tmp_path: Path) -> Path:
    """A book closed as seals were made before: no papers, reopenings, options, chain."""
    folder = tmp_path / "old"
    folder.mkdir()
    texts = {"main": MAIN, "settings": SETTINGS, "rates": RATES, "2002-2003": ENTRIES}
    for name, text in texts.items():
        (folder / f"{name}.beancount").write_text(text, "utf-8")
    close_period(load_book(folder / "main.beancount"), "2002-2003", make_figures)
    path = folder / "sealed" / "2002-2003.json"
    content = json.loads(path.read_text("utf-8"))
    for key in ("papers", "reopenings", "options", "before", "chain"):
        content.pop(key, None)
        content["digests"].pop(key)
        without("seals.beancount", rf"^  {key}: .*?\n")(folder)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return folder


def test_an_auditor_computes_a_seal_again_without_pledgebook(sealed: Path) -> None:
    script = ROOT / "tools" / "recompute_seal.py"
    assert set(re.findall(r"^(?:from|import) (\w+)", script.read_text("utf-8"), re.MULTILINE)) == {
        "beancount", "datetime", "decimal", "hashlib", "json", "pathlib", "sys",
    }  # fmt: skip
    for name in NAMES:
        done = subprocess.run(
            [sys.executable, str(script), str(sealed), name],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        computed = dict(line.split(" ") for line in done.stdout.splitlines())
        stated = json.loads((sealed / "sealed" / f"{name}.json").read_text("utf-8"))
        assert computed == {"entries": stated["sha256"], **stated["digests"]}


@pytest.mark.skipif(shutil.which(TOOL) is None, reason="ssh-keygen (openssh-client) is missing")
def test_a_signed_seal_holds_for_its_signer_alone(sealed: Path, tmp_path: Path) -> None:
    def make_key(name: str) -> Path:
        key = tmp_path / name
        subprocess.run(
            [TOOL, "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(key)], check=True
        )
        return key

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(group, ["--book", str(sealed), *words])
        return done.exit_code, done.output + done.stderr

    key, other = make_key("controller"), make_key("stranger")
    signers = tmp_path / "signers"
    signers.write_text(f"controller {(tmp_path / 'controller.pub').read_text()}", "utf-8")
    assert run("verify", "--signers", str(signers))[0] == 1  # nobody has signed yet
    for name in reversed(NAMES):
        words = ("--authority", "Controller (made up)", "--on", "2006-03-01")
        assert run("reopen", name, *words)[0] == 0
    before = {path: path.read_bytes() for path in sealed.rglob("*") if path.is_file()}
    status, output = run("close", "2002-2003", "--sign", str(tmp_path / "nowhere"))
    assert (status, "there is no key" in output) == (2, True)
    assert {path: path.read_bytes() for path in sealed.rglob("*") if path.is_file()} == before
    for name in NAMES:
        assert run("close", name, "--sign", str(key))[0] == 0
    assert run("verify", "--signers", str(signers)) == (
        0, "2002-2003: all as sealed.\n2004-2005: all as sealed.\n",
    )  # fmt: skip
    assert "Signatures were not checked" in run("verify")[1]
    assert run("reopen", "2004-2005", "--authority", "Controller", "--on", "2006-04-01")[0] == 0
    assert (sealed / "sealed" / "2004-2005.2.json.sig").is_file()
    assert run("close", "2004-2005", "--sign", str(other))[0] == 0
    status, output = run("verify", "--signers", str(signers))
    assert (status, "2004-2005.json.sig is by none of the signers" in output) == (1, True)
    assert "2002-2003: all as sealed." in output
    edit(sealed / "2002-2003.beancount", '"Gift"', '"A gift"')
    seal_anew(sealed, "2002-2003")
    status, output = run("verify", "--signers", str(signers))
    assert "2002-2003.json.sig is no signature of 2002-2003.json as it stands" in output


def test_a_report_that_does_not_foot_stops_a_closing_with_a_sentence(
    sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> object:
        raise ReportDoesNotFootError("The schedule does not foot.")

    monkeypatch.setattr("pledgebook.reports.closing.make_reports", fail)
    words = ["--book", str(sealed), "close", "2006-2007"]
    own = sealed / "2006-2007.beancount"
    assert own.is_file()
    done = CliRunner().invoke(group, words)
    assert (done.exit_code, done.stderr) == (2, "pledgebook: The schedule does not foot.\n")
    done = CliRunner().invoke(group, ["--book", str(sealed), "verify"])
    assert done.exit_code == 1
    assert "cannot be made from what stands there now: The schedule does not foot." in done.output
