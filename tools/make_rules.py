"""Write ledger/data/rules.toml from docs/errors.md: what each rule of a finding means.

    python tools/make_rules.py

The page is the one place where rules are described; `pledgebook check RULE` shows what it says. A
test holds the two together.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "errors.md"
DATA = ROOT / "ledger" / "data" / "rules.toml"

_SECTION = re.compile(r"^### `([a-z-]+)`\n\n(.*?)(?=^### |^## |\Z)", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def meanings(page: str) -> dict[str, str]:
    """Return, by rule, what the page says before its example, as one line without links."""
    return {
        rule: " ".join(_LINK.sub(r"\1", body.partition("```")[0]).split())
        for rule, body in _SECTION.findall(page)
    }


def as_toml(found: dict[str, str]) -> str:
    """Return the text of the data file."""
    head = "# What each rule of a finding means; made of docs/errors.md by tools/make_rules.py.\n"
    return head + "".join(
        f"{rule} = {json.dumps(text, ensure_ascii=False)}\n" for rule, text in found.items()
    )


if __name__ == "__main__":
    DATA.write_text(as_toml(meanings(PAGE.read_text("utf-8"))), "utf-8")
