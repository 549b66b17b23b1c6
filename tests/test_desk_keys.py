"""Every page by keyboard alone: what can be clicked is reached by the tabulator key, in the order
in which it stands, and one sees where one is. On the example's book (made up).

Parts of a picture are left to the mouse: the same links stand in the figures beside it.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from serving import COMMAND, NEEDS_CHROMIUM, served

pytestmark = NEEDS_CHROMIUM

PAGES = [
    "Today/", "Inbox/", "Inbox/?file=advices-2003.xlsx", "Reconcile/?receipt=R-2003-0006",
    "Record/", "Record/?event=payment&paid=DEU-2002-01.2", "Record/?grid=payment",
    "Contributions/?period=2002-2003", "Donor/?donor=DEU",
    "Letters/?kind=statement&period=2002-2003", "Paragraphs/?paragraph=OP14&period=2002-2003",
    "Reports/?name=schedule&period=2002-2003", "Close/?period=2002-2003", "Setup/", "Log/?undo=2",
]  # fmt: skip
CONTROLS = """() => {
  const asked = "a[href], button, input:not([type=hidden]), select, textarea, summary, [onclick]";
  return [...document.querySelectorAll("#desk " + asked.replaceAll(", ", ", #desk "))]
    .filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.disabled
      && !each.classList.contains("desk-skip") && !each.matches("svg *, :has(svg)"))
    .map((each, at) => { each.dataset.at = at; return each.outerHTML.slice(0, 120); });
}"""
NOW = """() => {
  const each = document.activeElement;
  const seen = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0
    || style.boxShadow !== "none";
  // A date has stops inside it, which the browser marks itself.
  const ring = each.type === "date" || seen(getComputedStyle(each))
    || [...(each.labels ?? [])].some((label) => seen(getComputedStyle(label)));
  return [Number(each.dataset?.at ?? -1), Boolean(each.closest("#desk")), ring,
    each.outerHTML.slice(0, 120)];
}"""
MANY = 30
"""Stops of a page that are walked; of a longer one the rest is held to be focusable."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("example") / "demo"
    subprocess.run([*COMMAND, "demo", str(folder)], capture_output=True, check=True)
    with served(folder) as base:
        yield f"{base}/example-book-every-figure-is-made-up/extension"


@pytest.mark.parametrize("path", PAGES)
def test_what_can_be_clicked_is_reached_in_order_and_seen(
    page: Page, address: str, path: str
) -> None:
    page.goto(f"{address}/{path}")
    page.wait_for_load_state("networkidle")
    expect(page.locator("#desk")).to_be_visible()
    controls = page.evaluate(CONTROLS)
    assert controls, path
    unfocusable = page.evaluate(
        """() => [...document.querySelectorAll("#desk [data-at]")].filter(
            (each) => each.tabIndex < 0 || each.tabIndex > 0).map((each) => each.outerHTML)"""
    )
    assert unfocusable == []
    page.locator("#desk").focus()
    reached: list[int] = []
    for _ in range(3 * MANY):
        page.keyboard.press("Tab")
        at, ours, seen, html = page.evaluate(NOW)
        if not ours:
            break
        assert seen, f"nothing shows that this has the focus: {html}"
        if at >= 0 and at not in reached:
            reached.append(at)
        if len(reached) == MANY:
            break
    assert reached == sorted(reached), path
    radios = [at for at in range(len(controls)) if 'type="radio"' in controls[at]]
    left = set(range(min(len(controls), MANY))) - set(reached) - set(radios)
    assert [controls[at] for at in sorted(left)] == []
