"""What a person chooses for a file that is to be imported, as an address states it.

{"fund": "CPCJF", "names": {"Untied Kingdom": "GBR"},
 "tables": {"Pledges!A6:H41": {"columns": {"D": "amount"}, "decimal": ",", "decided": true}}}
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pledgebook.importers.corrections import Correction
from pledgebook.reports.desk.page import PageRefusedError
from pledgebook.reports.desk.texts import gettext as _


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person chose for a file: fund, bank account, whom names mean, corrected tables."""

    fund: str = ""
    bank: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, Correction] = field(default_factory=dict)
    text: str = ""


def read_choices(text: str) -> Choices:
    """Read what an address or a form chooses. Raises RequestRefusedError."""
    if not text:
        return Choices()
    try:
        given = json.loads(text)
        tables = {
            str(name): Correction(
                _texts(each.get("columns")),
                _texts(each.get("constants")),
                int(each["units"]) if each.get("units") else None,
                _one_of(each.get("dates"), ("dmy", "mdy")),
                _one_of(each.get("decimal"), (".", ",")),
                bool(each.get("decided")),
            )
            for name, each in dict(given.get("tables") or {}).items()
        }
        return Choices(
            str(given.get("fund") or ""),
            str(given.get("bank") or ""),
            {name: code for name, code in _texts(given.get("names")).items() if code},
            tables,
            json.dumps(given, sort_keys=True, ensure_ascii=False),
        )
    except (ValueError, AttributeError, TypeError, KeyError) as error:
        raise PageRefusedError(_("The choices of this address cannot be read.")) from error


def _texts(given: Any) -> dict[str, str]:
    return {str(key): str(text) for key, text in dict(given or {}).items()}


def _one_of(text: Any, known: Sequence[str]) -> str:
    return text if text in known else ""
