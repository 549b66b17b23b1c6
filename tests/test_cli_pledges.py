"""`pledgebook pledges`: what is written off, values, and totals of each currency."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

from click.testing import CliRunner
from pledgebook.cli.main import group

GOLDEN = Path(__file__).parent / "data" / "golden" / "main.beancount"


def ask(*more: str) -> str:
    result = CliRunner().invoke(group, ["--book", str(GOLDEN), "pledges", *more])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_each_line_and_each_total_foots() -> None:
    said = json.loads(ask("--json"))
    assert [total["currency"] for total in said["totals"]] == ["EUR", "USD"]
    for line in (*said["instalments"], *said["totals"]):
        left = Decimal(line["pledged"]) - Decimal(line["paid"]) - Decimal(line["written_off"])
        assert left == Decimal(line["outstanding"]), line
    # the golden ageing: 81,347.83 due and 89,285.71 of the next biennium
    carried = sum(Decimal(total["carrying_value"]) for total in said["totals"])
    assert carried == Decimal("170633.54")


def test_the_table_shows_written_off_dollars_and_a_total_of_each_currency() -> None:
    lines = ask().splitlines()
    assert "written off" in lines[0]
    assert "outstanding in USD" in lines[0]
    usa = next(line for line in lines if line.startswith("USA-2000-01.1"))
    assert usa.split()[5:9] == ["200,000.00", "170,000.00", "30,000.00", "0.00"]
    totals = [line.split() for line in lines if line.startswith("Total")]
    assert [total[1] for total in totals] == ["EUR", "USD"]
    assert totals[1][2:] == ["450,434.78", "393,434.78", "30,000.00", "27,000.00", "27,000.00"]
