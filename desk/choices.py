"""What a person chooses for a file that is to be imported, as an address states it.

{"fund": "CPCJF", "names": {"Untied Kingdom": "GBR"},
 "tables": {"Pledges!A6:H41": {"columns": {"D": "amount"}}},
 "answers": {"letter.xlsx#Pledges!A6:day-in-year:C": "12-31"}}
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pledgebook.desk.page import PageRefusedError
from pledgebook.desk.texts import gettext as _
from pledgebook.importers.tables.corrections import Correction, Description
from pledgebook.ledger.sources import read_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a person chose for a file: fund, bank account, whom names mean, corrected tables, and
    the answers to its questions.
    """

    fund: str = ""
    bank: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, Correction] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    """What was typed as an answer and not sent: it decides nothing, and is not to be lost."""
    described: Description | None = None
    text: str = ""

    def answering(self, question: str, value: str) -> Choices:
        """Return the choices with an answer to a question."""
        given = json.loads(self.text or "{}")
        given["answers"] = {**given.get("answers", {}), question: value}
        return read_choices(json.dumps(given))


def read_choices(text: str) -> Choices:
    """Read what an address or a form chooses. Raises PageRefusedError."""
    if not text:
        return Choices()
    try:
        given = read_json(text)
        tables = {
            str(name): _correction(each) for name, each in dict(given.get("tables") or {}).items()
        }
        own = given.get("described")
        described = (
            Description(str(own["sheet"]), int(own["row"]), _correction(own)) if own else None
        )
        return Choices(
            fund=str(given.get("fund") or ""),
            bank=str(given.get("bank") or ""),
            names={name: code for name, code in _texts(given.get("names")).items() if code},
            tables=tables,
            answers=_texts(given.get("answers")),
            typed=_texts(given.get("typed")),
            described=described,
            text=json.dumps(given, sort_keys=True, ensure_ascii=False),
        )
    except (ValueError, AttributeError, TypeError, KeyError) as error:
        raise PageRefusedError(_("The choices of this address cannot be read.")) from error


def _correction(given: Mapping[str, Any]) -> Correction:
    return Correction(
        columns=_texts(given.get("columns")),
        constants=_texts(given.get("constants")),
        units=int(given["units"]) if given.get("units") else None,
    )


def _texts(given: Any) -> dict[str, str]:
    return {str(key): str(text) for key, text in dict(given or {}).items()}
