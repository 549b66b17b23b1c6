"""What `compare_versions.py` asks of a book, and the process that asks it of one version.

    python tools/compared_documents.py PLAN FOLDER

PLAN is a JSON list of `{"book": NAME, "arguments": [...]}`, each an ask of the command; the books
stand in FOLDER. What the command answers (status, output, messages) is written to
`FOLDER/documents/BOOK/NUMBER.json`, the files it writes stay where it wrote them. All is asked in
one process, since starting one takes ten times as long as most answers. Nothing of the program is
used but its command line.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from pledgebook.cli import main as run_command

_PERIOD = re.compile(r'^\d{4}-\d\d-\d\d custom "period" "(\d{4})(?:-(\d{4}))?"', re.MULTILINE)
_FUND = re.compile(r'^\d{4}-\d\d-\d\d custom "fund" "([^"]+)"', re.MULTILINE)
_LETTERS = ("statement", "receipt", "acknowledgement", "confirmation", "reminder")

Arguments = list[str]


def main() -> None:
    """Ask every document of the plan."""
    plan, folder = (Path(word).resolve() for word in sys.argv[1:])
    os.chdir(folder)
    for number, each in enumerate(json.loads(plan.read_text("utf-8"))):
        path = folder / "documents" / each["book"] / f"{number:05}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(ask(each["arguments"]), ensure_ascii=False), "utf-8")


def ask(arguments: Sequence[str]) -> dict[str, Any]:
    """Run the command; return its `status`, what it prints (`out`) and its messages (`err`).

    The status of a command that an exception ends is the exception's name.
    """
    status: int | str = 0
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
    sys.argv = ["pledgebook", *arguments]
    with redirect_stdout(out), redirect_stderr(err):
        try:
            run_command()
        except SystemExit as stop:
            status = stop.code or 0
        except Exception as error:  # noqa: BLE001 - it is the answer, and is compared
            status = type(error).__name__
            err.write(str(error))
    texts = []
    for stream in (out, err):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode("utf-8"))  # type: ignore[attr-defined]
    return {"status": status, "out": texts[0], "err": texts[1]}


def documents_of(folder: Path) -> Iterator[Arguments]:
    """Yield what is asked of the book in the folder, in this order: what it says as it stands, what
    would be recorded, its periods closed, what it says then, the last of them opened again.

    Days, donors and limits are drawn by the book's name.
    """
    name, random = folder.name, Random(folder.name)  # noqa: S311 - repeatable draws
    text = "\n".join(path.read_text("utf-8") for path in sorted(folder.glob("*.beancount")))
    spans = sorted({(first, last or first) for first, last in _PERIOD.findall(text)})
    periods = [first if first == last else f"{first}-{last}" for first, last in spans]
    register = json.loads(ask(["--book", str(folder), "pledges", "--json"])["out"])
    years = [int(spans[0][0]), int(spans[-1][1])]
    days = [str(date(years[0], 7, 1) + timedelta(random.randrange(365 * 4))) for _ in range(2)]
    chosen = random.choice(periods)
    year = random.randint(*years)

    asked = list(_readings(periods, days))
    asked += [_report(str(year)), _report(f"{year}-Q{random.randint(1, 4)}")]
    asked += _views(chosen, sorted(set(_FUND.findall(text))), register, random)
    asked += [
        ["letter", kind, "--period", chosen, "--date", days[0], "--json"] for kind in _LETTERS
    ]
    asked.append(["report", "all", "--period", chosen])
    for report, ending in (("all", "html"), ("all", "xlsx"), ("schedule", "csv")):
        out = f"written/{name}/{report}.{ending}"
        asked.append(["report", report, "--period", chosen, "--out", out])
    asked += _records(register)

    closing = [each for each in periods[:-1] if (folder / f"{each}.beancount").exists()]
    sealed = [each for each in closing if (folder / "sealed" / f"{each}.json").exists()]
    asked += [["close", each, "--json"] for each in closing if each not in sealed]
    if closing:
        last, authority = closing[-1], ["--authority", "A paper (made up)"]
        asked += _readings(periods, days)
        asked += [_report(each, "schedule", "--as-reported") for each in closing]
        asked.append(["reopen", last, *authority, "--on", f"{int(last[-4:]) + 1}-03-01", "--json"])
        asked += [["check", "--json"], _report(last), ["close", last, "--json"]]
        asked.append(["verify", "--json"])
    yield from (["--book", name, *each] for each in asked)
    if closing:
        history = ["--book", f"{name}/history.beancount"]
        yield [*history, "pledges", "--json"]
        yield from ([*history, *_report(each)] for each in periods)


def _report(period: str, name: str = "all", *options: str) -> Arguments:
    return ["report", name, "--period", period, *options, "--json"]


def _readings(periods: Sequence[str], days: Sequence[str]) -> Iterator[Arguments]:
    yield ["check", "--json"]
    yield ["verify", "--json"]
    yield ["pledges", "--json"]
    yield ["pledges", "--open", "--json"]
    yield ["match", "--json"]
    yield ["letter", "list", "--json"]
    yield from (_report(period) for period in periods)
    for day in days:
        yield ["pledges", "--as-at", day, "--json"]
        yield ["report", "all", "--as-at", day, "--json"]


def _views(
    period: str, funds: Sequence[str], register: dict[str, Any], random: Random
) -> Iterator[Arguments]:
    """Yield the reports under each policy of recognition, and limited in each way."""
    for policy in ("pledge", "receipt", "agreement"):
        yield _report(period, "all", "--recognition", policy)
    yield _report(period, "all", "--fund", random.choice(funds))
    yield _report(period, "all", "--group", "Governments")
    yield _report(period, "all", "--purpose", "none")
    for key, option in (("class", "--class"), ("donor", "--donor"), ("purpose", "--purpose")):
        values = sorted({line[key] for line in register["instalments"] if line[key]})
        if values:
            yield _report(period, "all", option, random.choice(values))


def _records(register: dict[str, Any]) -> Iterator[Arguments]:
    """Yield events that are only tried: some of open instalments, others of all there are."""
    day = str(date.fromisoformat(register["as_at"] or "2003-12-31") + timedelta(1))
    common = ["--date", day, "--dry-run", "--json"]
    opened = [line for line in register["instalments"] if line["outstanding"].strip("0.")]
    for line in [each for each in opened if each["status"] != "pledged"][:3]:
        paid = f"{line['label']}={Decimal(line['outstanding']) // 3}"
        value = [] if line["currency"] == "USD" else ["--value", "777.77"]
        yield ["record", "payment", paid, *value, *common]
    for line in opened[-1:]:
        yield ["record", "write-off", line["label"], "--authority", "A paper (made up)", *common]
        yield ["record", "cancellation", line["label"], *common]
    for event in ("release", "redenomination", "revaluation"):
        yield ["record", event, "--all", *common]


if __name__ == "__main__":
    main()
