"""Two mandates in one book are both reported: each contribution stands under both.

All amounts are made up.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from conftest import Load
from pledgebook.cli.main import group
from pledgebook.reports.figures.agreements import disagreements
from pledgebook.reports.figures.selection import SelectionError, select
from pledgebook.reports.figures.table import Report
from pledgebook.reports.registry import make_reports
from pledgebook.reports.render import footed

D = Decimal
SECOND = """
2001-06-01 custom "mandate" "EX/RES/1" "A made-up resolution"
2001-06-01 custom "paragraph" "EX/RES/1" "OP2" "States are asked for unearmarked contributions"
2001-06-01 custom "paragraph" "EX/RES/1" "OP3" "Norway and UN entities are asked"
2001-06-01 custom "rule" "EX/RES/1" "X2" "OP2"
  relation: "call"
  donor: "state"
  class: "general"
2001-06-01 custom "rule" "EX/RES/1" "X3a" "OP3"
  relation: "call"
  donor-code: "NOR"
2001-06-01 custom "rule" "EX/RES/1" "X3b" "OP3"
  relation: "call"
  donor: "un-entity"
"""
DONORS = ("NOR", "SWE", "UNDP", "EXF")
PLACES = (("general", ""), ("special", "corruption"))


def called(donor: str, class_: str) -> tuple[str, str]:
    """Tell by hand which line of either resolution's table of primary calls a gift is of."""
    first = {"UNDP": "OP8", "EXF": "Acknowledged"}.get(donor)
    first = first or ("OP14" if class_ == "special" else "OP7")
    if donor in {"NOR", "UNDP"}:
        return first, "OP3"
    return first, "OP2" if donor == "SWE" and class_ == "general" else "No paragraph calls for it"


def written(seed: int) -> tuple[str, list[dict[str, Decimal]]]:
    random = Random(seed)
    told: list[dict[str, Decimal]] = [{}, {}]
    text = [SECOND]
    for _ in range(20):
        donor, (class_, purpose) = random.choice(DONORS), random.choice(PLACES)
        amount = D(random.randrange(100, 99_999)) / 100
        for sums, line in zip(told, called(donor, class_), strict=True):
            sums[line] = sums.get(line, D(0)) + amount
        earmark = f'  purpose: "{purpose}"\n' if purpose else ""
        text.append(
            f'2002-0{random.randint(1, 9)}-15 * "Gift (made up)"\n  class: "{class_}"\n{earmark}'
            f"  Assets:CPCJF:Cash  {amount} USD\n"
            f"  Income:CPCJF:Contributions:{donor}  -{amount} USD\n"
        )
    return "\n".join(text), told


def primary(report: Report) -> dict[str, Decimal]:
    """Read the table of primary calls: the rows before the first total."""
    end = next(at for at, row in enumerate(report.rows) if row.kind == "total")
    found: dict[str, Decimal] = {}
    for row in report.rows[:end]:
        pledged = row.values.get("pledged")
        if row.kind == "row" and isinstance(pledged, Decimal) and pledged:
            found[str(row.values["paragraph"])] = pledged
    return found


@pytest.mark.parametrize("seed", range(6))
def test_both_say_what_is_counted_by_hand(seed: int, load: Load) -> None:
    text, told = written(seed)
    book = load(text)
    assert [each.message for each in book.errors] == []
    made = make_reports(select(book, "2002-2003"), ("schedule", "paragraphs"))
    assert [each.name for each in made] == ["schedule", "paragraphs", "paragraphs-EX-RES-1"]
    assert [primary(each) for each in made[1:]] == told
    assert all(tie.agrees for each in made for tie in each.ties)
    assert disagreements([footed(each) for each in made]) == []
    (one,) = make_reports(select(book, "2002-2003", mandate="EX/RES/1"), ("paragraphs",))
    assert primary(one) == told[1]


def test_the_secretary_generals_form_is_made_for_each_and_one_may_be_asked_for(
    load: Load, tmp_path: Path
) -> None:
    book = load(written(1)[0])
    selection = select(book, "2002-2003")
    titles = [each.title for each in make_reports(selection, ("secretary-general",))]
    assert [symbol in title for symbol, title in zip(("A/RES/55/64", "EX/RES/1"), titles,
                                                     strict=True)] == [True, True]  # fmt: skip
    tags = {tag for entry in book.entries for tag in getattr(entry, "tags", None) or ()}
    assert {"A/RES/55/64-OP7", "EX/RES/1-OP3"} <= tags
    words = ("--book", str(tmp_path), "report", "paragraphs", "--mandate", "EX/RES/1")
    done = CliRunner().invoke(group, words)
    assert done.exit_code == 0, done.output
    assert ("EX/RES/1" in done.output, "55/64" in done.output) == (True, False)
    with pytest.raises(SelectionError, match="declares no mandate 'EX/RES/2'"):
        select(book, mandate="EX/RES/2")
