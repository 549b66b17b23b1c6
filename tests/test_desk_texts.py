"""Every word of the desk's pages can be translated: a made-up language puts each in brackets."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from fava.application import create_app
from pledgebook.desk import texts

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "tests" / "data" / "golden"
LINE = '1999-12-31 custom "fava-extension" "pledgebook.desk"\n'
FRENCH = '1999-12-31 custom "fava-option" "language" "fr"\n'


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The words as the documented command extracts them."""
    target = tmp_path_factory.mktemp("texts") / "desk.pot"
    subprocess.run(
        [sys.executable, "-m", "babel.messages.frontend", "extract", "-F", "pyproject.toml",
         "-k", "marked", "-o", str(target), "desk"],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    with target.open("rb") as file:
        return read_po(file)


@pytest.fixture
def bracketed(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Catalog]:
    """A language in which each text stands in brackets."""
    made = Catalog("fr")
    for message in catalog:
        if message.id:
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            words = tuple(f"⟦{each}⟧" for each in ids)
            made.add(message.id, words if len(words) > 1 else words[0])
    folder = tmp_path / "locales"
    folder.mkdir()
    with (folder / "fr.po").open("wb") as file:
        write_po(file, made)
    texts._catalog.cache_clear()
    monkeypatch.setattr(texts, "LOCALES", folder)
    yield catalog
    texts._catalog.cache_clear()


def test_all_words_come_from_the_catalog_of_the_readers_language(
    bracketed: Catalog, tmp_path: Path
) -> None:
    for file in GOLDEN.glob("*.beancount"):
        text = file.read_text("utf-8").replace("../../../ledger", str(ROOT / "ledger"))
        (tmp_path / file.name).write_text(text, "utf-8")
    main = tmp_path / "main.beancount"
    main.write_text(main.read_text("utf-8") + LINE + FRENCH, "utf-8")
    client = create_app([main], load=True, poll_watcher=True).test_client()
    base = client.get("/").headers["Location"].strip("/").split("/")[0]
    said: set[str] = set()
    for page in (
        "Contributions/", "Contributions/?q=italie", "Contributions/?q=nowhere", "Donor/", "Today/",
        "Donor/?donor=ITA", "Donor/?donor=XXX", "Reports/", "Reports/?name=schedule",
        "Reports/?name=ageing", "Paragraphs/", "Paragraphs/?paragraph=OP14",
        "Reports/?behind=closing", "Record/", "Record/?event=pledge", "Record/?event=payment",
        "Record/?event=policy-change", "Log/", "Log/?undo=1", "Setup/", "Close/", "Letters/",
    ):  # fmt: skip
        answer = client.get(f"/{base}/extension/{page}").text
        assert '"report_title":"\\u27e6Donors\\u27e7"' in answer
        inner = answer.partition('id="desk"')[2].partition('id="page-title"')[0]
        inner = re.sub(r"<script.*?</script>", "", inner, flags=re.DOTALL)
        shown = unescape(re.sub(r"<[^>]+>", "\n", inner))
        said |= set(re.findall(r"⟦(.*?)⟧", shown, re.DOTALL))
        outside = re.sub(r"⟦.*?⟧", "", shown, flags=re.DOTALL)
        for message in bracketed:  # a report's own words are data, and some are the same
            text = message.id if isinstance(message.id, str) else ""
            if " " in text and "%" not in text and "name=" not in page:
                assert text not in outside, (page, text)
    assert len(said) > 100
