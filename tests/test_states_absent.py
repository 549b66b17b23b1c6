"""A State is no donor before it existed or after it ceased, through whatever door it comes.

All amounts are made up.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pledgebook.cli.main import group
from pledgebook.ledger.declared.directory import Directory
from pledgebook.ledger.declared.donors import Donor
from pledgebook.ledger.files.loading import load_book

LATE = sorted(
    (each for each in Directory.of_states() if each.valid_from and each.valid_from.year > 1950),
    key=lambda each: each.code,
)[::6]
GONE = [each for each in Directory.of_states() if each.valid_until and each.valid_until.year > 1950]


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(group, ["--book", str(folder), *words])


def a_book(folder: Path, day: date) -> None:
    span = f"{day.year - 1}-01-01..{day.year + 1}-12-31"
    words = ["init", str(folder), "--fund", "F=Fund", "--period", span, "--no-mandate"]
    done = CliRunner().invoke(group, words)
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize(
    ("donor", "day", "key"),
    [
        *((each, each.valid_from - timedelta(1), "since") for each in LATE if each.valid_from),
        *((each, each.valid_until + timedelta(1), "until") for each in GONE if each.valid_until),
    ],
    ids=lambda each: each.code if isinstance(each, Donor) else str(each),
)
def test_every_door_refuses_it_with_the_reason_and_the_way_out(
    donor: Donor, day: date, key: str, tmp_path: Path
) -> None:
    folder = tmp_path / "book"
    a_book(folder, day)
    said = f"({donor.code}) did not exist on {day}: it exist"
    receipt = ("record", "receipt", donor.code, "100", "--date", str(day), "--yes")
    pledge = ("record", "pledge", donor.code, "100", "--currency", "USD", "--date", str(day))
    for words in (receipt, (*pledge, "--yes")):
        done = run(folder, *words)
        assert (done.exit_code, said in done.output, f"{key}:" in done.output) == (2, True, True)
    sheet = tmp_path / "list.csv"
    head = "Donor,Date of pledge,Currency,Amount pledged\n"
    sheet.write_text(f'{head}"{donor.name}",{day},USD,100\n', "utf-8")
    done = run(folder, "import", str(sheet))
    # Another donor may have borne the name on that day; then it is that one's.
    if donor.code in done.output:
        assert said in done.output, done.output
    assert donor.code not in {
        each.after.donor for each in load_book(folder / "main.beancount").register.changes
    }
    with (folder / "settings.beancount").open("a", encoding="utf-8") as file:
        file.write(f'{day} custom "donor" "{donor.code}" "{donor.name}"\n  {key}: {day}\n')
    done = run(folder, *receipt)
    assert done.exit_code == 0, done.output


def test_a_second_mapping_is_refused(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml", "list.csv"):
        (tmp_path / name).write_text("", "utf-8")
    maps = [word for name in ("a.toml", "b.toml") for word in ("--map", str(tmp_path / name))]
    done = run(tmp_path, "import", str(tmp_path / "list.csv"), *maps)
    assert (done.exit_code, "--map is given 2 times (a.toml, b.toml)" in done.output) == (2, True)
