"""The site's files: pages in each language, figures as CSV, JSON and a workbook, and their list."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from pledgebook.ledger.declared.currencies import decimals
from pledgebook.ledger.findings import RefusedError
from pledgebook.ledger.register.book import Book
from pledgebook.reports.figures.table import Column, Report, Row, Source
from pledgebook.reports.letters.language import Language, language
from pledgebook.reports.publishing.pages import UNNAMED, Page, Writer
from pledgebook.reports.publishing.shown import Shown, what_is_shown
from pledgebook.reports.render import render
from pledgebook.reports.render.files import write_whole

if TYPE_CHECKING:
    from jinja2 import Template

LIST = "files.json"
"""The list of the site's files with their digests: by it a site is known, and renewed."""
_FIGURES = ("figures.xlsx", "contributions.csv", "contributions.json", "totals.csv", "totals.json")


class NotASiteError(RefusedError):
    """A folder holds something else than a site that was published before."""


def make_site(book: Book) -> dict[str, bytes]:
    """Return the site's files by their path in it. Raises NothingPublicError."""
    shown = what_is_shown(book)
    made = {"site.css": _resource("site.css").encode()}
    made |= {f"figures/{name}": content for name, content in _figures(shown)}
    speaking = [language(code, __package__ or "") for code in shown.languages]
    sizes = [(name, len(made[f"figures/{name}"])) for name in _FIGURES]
    for one in speaking:
        folder = _folder(one, speaking)
        writer = Writer(shown, one)
        for page in writer.pages():
            made[f"{folder}{page.path}"] = _drawn(shown, page, one, speaking, sizes).encode()
    digests = {path: sha256(content).hexdigest() for path, content in sorted(made.items())}
    said = {"book": book.sha256, "last_day": shown.last_day.isoformat(), "files": digests}
    made[LIST] = (json.dumps(said, indent=1) + "\n").encode()
    return made


def write_site(made: Mapping[str, bytes], folder: Path) -> list[Path]:
    """Write a site into a folder that is empty or holds one that was written before, and return
    the files that are no more. Raises NotASiteError for any other folder, OSError.
    """
    before = _listed(folder)
    gone = [folder / path for path in before if path not in made]
    for path, content in made.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.is_file() or place.read_bytes() != content:
            write_whole(place, content)
    for place in gone:
        place.unlink(missing_ok=True)
    return gone


def _listed(folder: Path) -> list[str]:
    """Return the files of the site that a folder holds; none of a new one."""
    if not folder.exists() or not any(folder.iterdir()):
        return []
    try:
        own = json.loads((folder / LIST).read_text("utf-8"))["files"]
        paths = [str(path) for path in own]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotASiteError(
            f"{folder} is not empty and holds no site that was published before ({LIST} is "
            "missing or is not one): name a new folder."
        ) from error
    inside = folder.resolve()
    return [path for path in paths if (folder / path).resolve().is_relative_to(inside)]


def _folder(one: Language, all_: Sequence[Language]) -> str:
    return "" if one is all_[0] else f"{one.code}/"


def _drawn(
    shown: Shown,
    page: Page,
    one: Language,
    speaking: Sequence[Language],
    sizes: Iterable[tuple[str, int]],
) -> str:
    folder = _folder(one, speaking)
    root = "../" * (folder + page.path).count("/")
    return _template().render(
        page=page,
        speaking=one,
        say=one.say,
        site=str(shown.book.options["title"]),
        source="en",
        root=root,
        home=root + folder,
        decimals=decimals(shown.book.settings.currency),
        languages=[
            {
                "tag": other.tag,
                "direction": other.direction,
                "name": other.locale.get_display_name(other.locale),
                "folder": _folder(other, speaking),
            }
            for other in speaking
        ],
        files=[(f"figures/{name}", size) for name, size in sizes],
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - no command's help needs it

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_resource("page.html"))


@cache
def _resource(name: str) -> str:
    return files(__package__ or "").joinpath(name).read_text(encoding="utf-8")


def _figures(shown: Shown) -> Iterator[tuple[str, bytes]]:
    """Yield the figures as files: what each named donor gave, and the totals."""
    given, totals = _contributions(shown), _totals(shown)
    source = Source(
        book=shown.book.path.name,
        title=str(shown.book.options["title"]),
        made_at=f"{shown.last_day}T00:00:00",
        sha256=shown.book.sha256,
    )
    with tempfile.TemporaryDirectory() as folder:
        for name in _FIGURES:
            path = Path(folder) / name
            made = {"contributions": [given], "totals": [totals]}.get(path.stem, [given, totals])
            render(made, source, path)
            yield name, path.read_bytes()


def _contributions(shown: Shown) -> Report:
    writer = Writer(shown, language("en", __package__ or ""))
    rows = [
        Row(
            kind="row",
            values={
                "period": each.period,
                "fund": each.fund,
                "donor": each.donor,
                "name": writer.donor(each.donor),
                "paragraph": each.paragraph,
                "purpose": each.purpose,
                "received": each.received,
            },
        )
        for each in shown.given
    ]
    rows += [
        Row(
            kind="row",
            values={
                "period": period,
                "fund": fund,
                "donor": "",
                "name": UNNAMED,
                "paragraph": "",
                "purpose": "",
                "received": own.received,
            },
        )
        for (fund, period), own in sorted(shown.unnamed.items())
    ]
    rows.append(Row(kind="total", label="Total", adds=tuple(range(len(rows)))))
    texts = {"period": "Period", "fund": "Fund", "donor": "Code", "name": "Donor",
             "paragraph": "Paragraph", "purpose": "Purpose"}  # fmt: skip
    return _report(
        shown,
        "contributions",
        "Contributions received",
        [
            *(Column(key=key, title=title) for key, title in texts.items()),
            _amount(shown, "received", "Received"),
        ],
        rows,
    )


def _totals(shown: Shown) -> Report:
    rows = [
        Row(
            kind="row",
            values={
                "period": period,
                "fund": fund,
                "received": own.received,
                "pledged": own.pledged,
                "unpaid": own.unpaid,
            },
        )
        for (fund, period), own in sorted(shown.totals.items(), key=lambda item: item[0][::-1])
    ]
    return _report(
        shown,
        "totals",
        "Received, pledged and unpaid by period and fund",
        [
            Column(key="period", title="Period"),
            Column(key="fund", title="Fund"),
            *(_amount(shown, key, key.capitalize()) for key in ("received", "pledged", "unpaid")),
        ],
        rows,
    )


def _amount(shown: Shown, key: str, title: str) -> Column:
    return Column(key=key, title=title, kind="amount", unit=shown.book.settings.currency)


def _report(
    shown: Shown, name: str, title: str, columns: Sequence[Column], rows: Sequence[Row]
) -> Report:
    first, last = shown.periods[0], shown.periods[-1]
    writer = Writer(shown, language("en", __package__ or ""))
    return Report(
        name=name,
        title=title,
        subtitle=first.name if first is last else f"{first.name} to {last.name}",
        period=last.name,
        as_at=shown.last_day,
        currency=shown.book.settings.currency,
        columns=columns,
        rows=rows,
        notes=writer.about().sentences,
    )
