"""Five questions to many books at once: what is asked is data, and any engine answers it.

`write_folder` puts each book's frames into one folder as Parquet, parted by book. A question says
which frame, which rows, by what, and which sums; Ibis puts it to DuckDB on this machine, and Dask
to as many as it runs on. Both are exact: money is decimal from the file to the sum. Sums are always
by currency as well, since no two are added together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field
from pledgebook.ledger.columnar import MissingLibraryError, need_pandas
from pledgebook.ledger.findings import RefusedError

if TYPE_CHECKING:
    import pandas as pd


class Question(Struct, frozen=True, kw_only=True):
    """What is asked: sums and a count of rows of a `frame`, `by` columns, of those rows where the
    flags of `where` are as it says.
    """

    title: str
    frame: str
    by: Sequence[str]
    sums: Sequence[str]
    where: Mapping[str, bool] = field(default_factory=dict)


QUESTIONS: Mapping[str, Question] = {
    "given": Question(
        title="What did each donor give?",
        frame="receipts",
        by=("donor", "value_currency"),
        sums=("received",),
    ),
    "late": Question(
        title="Who is late, and with how much?",
        frame="instalments",
        by=("donor", "value_currency"),
        sums=("carrying",),
        where={"overdue": True},
    ),
    "years": Question(
        title="What came in each year?",
        frame="receipts",
        by=("year", "value_currency"),
        sums=("received",),
    ),
    "earmarked": Question(
        title="What is it for?",
        frame="receipts",
        by=("fund", "class", "purpose", "value_currency"),
        sums=("received",),
    ),
    "currencies": Question(
        title="What was promised in each currency, and what became of it?",
        frame="instalments",
        by=("currency",),
        sums=("pledged", "paid", "written_off", "outstanding"),
    ),
}
"""The five questions by name."""

ROWS = "rows"
"""The column of an answer that counts the rows behind its sums."""

_PARTS = "book=*/*.parquet"


def ask(folder: Path, name: str, engine: str = "duckdb") -> pd.DataFrame:
    """Return the answer to a question of QUESTIONS by the books of a folder: a row for each value
    of the question's columns, in their order, with exact `Decimal` sums and the count of rows.

    `engine` is one of ENGINES. Raises RefusedError for another question or engine, or a folder
    without such a frame; MissingLibraryError without the extra `analysis`.
    """
    if name not in QUESTIONS:
        raise RefusedError(
            f"There is no question {name!r}; the questions are {', '.join(QUESTIONS)}."
        )
    if engine not in ENGINES:
        raise RefusedError(f"There is no engine {engine!r}; the engines are {', '.join(ENGINES)}.")
    question = QUESTIONS[name]
    if not any((folder / question.frame).glob(_PARTS)):
        raise RefusedError(
            f"{folder} holds no {question.frame} of any book: write them with pledgebook data "
            f"--out {folder}, book by book."
        )
    try:
        answer = ENGINES[engine](folder / question.frame, question)
    except ModuleNotFoundError as error:
        raise MissingLibraryError(
            f"{engine} takes {error.name}, which is not installed: pip install "
            "pledgebook[analysis]."
        ) from error
    answer = answer.sort_values(list(question.by)).reset_index(drop=True)
    return answer[[*question.by, *question.sums, ROWS]]


def _by_ibis(folder: Path, question: Question) -> pd.DataFrame:
    import ibis  # noqa: PLC0415 - only for those who ask

    table = ibis.duckdb.connect().read_parquet(str(folder / _PARTS), hive_partitioning=True)
    for flag, wanted in question.where.items():
        table = table.filter(table[flag] == wanted)
    sums = {column: table[column].sum() for column in question.sums}
    asked = table.group_by(list(question.by)).aggregate(**sums, **{ROWS: table.count()})
    answer: pd.DataFrame = asked.to_pyarrow().to_pandas()
    return answer


def _by_dask(folder: Path, question: Question) -> pd.DataFrame:
    from dask.base import compute  # noqa: PLC0415 - only for those who ask
    from dask.delayed import delayed  # noqa: PLC0415

    parts = [delayed(_of_part)(path, question) for path in sorted(folder.glob(_PARTS))]
    return _added(need_pandas().concat(compute(*parts)), question)  # type: ignore[no-untyped-call]


def _of_part(path: Path, question: Question) -> pd.DataFrame:
    """Return the sums of one book's part, wherever it is computed."""
    from pyarrow import parquet  # noqa: PLC0415 - only for those who ask

    columns = [*question.by, *question.sums, *question.where]
    part: pd.DataFrame = parquet.read_table(path, columns=columns, partitioning=None).to_pandas()
    for flag, wanted in question.where.items():
        part = part[part[flag] == wanted]
    return _added(part.assign(**{ROWS: 1}), question)


def _added(rows: pd.DataFrame, question: Question) -> pd.DataFrame:
    return rows.groupby(list(question.by), observed=True, as_index=False)[
        [*question.sums, ROWS]
    ].sum()


ENGINES: Mapping[str, Callable[[Path, Question], pd.DataFrame]] = {
    "duckdb": _by_ibis,
    "dask": _by_dask,
}
"""What answers, by name."""
