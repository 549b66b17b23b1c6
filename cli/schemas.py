"""The JSON schemas of answers: each answer is described here, once, and nowhere else.

A description is a small tree: a word for a value (`WORDS`; "?" behind it says that it may be null),
a list of what its items are, a mapping of its keys, a mapping of `ANY` for keys that are data. Keys
with "?" behind them may be missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pledgebook.ledger.findings import RefusedError
from pledgebook.ledger.register.columns import MONEY_COLUMNS

ANY = "*"
DIALECT = "https://json-schema.org/draft/2020-12/schema"

WORDS: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        "text": {"type": "string"},
        "day": {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        "money": {"type": "string", "pattern": "^-?[0-9]+\\.[0-9]{2,}$"},
        "currency": {"type": "string", "pattern": "^[A-Z][A-Z0-9'._-]*$"},
        "count": {"type": "integer"},
        "flag": {"type": "boolean"},
        "value": {"type": ["string", "integer", "boolean", "null", "object", "array"]},
    }
)
"""What single values are called: "money" is a text with the currency's decimals, two at least."""

_SUMS = dict.fromkeys(("pledged", "paid", "written_off", "outstanding"), "money")
_FINDING = {"file": "text", "line": "count", "rule": "text", "message": "text"}
_FIGURES = {"state": "text", "said": "text", "seal": "text?"}
_COLUMNS = dict.fromkeys(MONEY_COLUMNS, "money")
_TOTAL = {"kind": "text", "label": "text", ANY: "value"}

ANSWERS: Mapping[str, object] = MappingProxyType(
    {
        "pledges": {
            "currency": "currency",
            "as_at": "day?",
            "instalments": [
                {
                    **dict.fromkeys(("label", "pledge", "donor", "fund", "class"), "text"),
                    "purpose": "text",
                    "pledged_on": "day",
                    "due": "day?",
                    "period": "text?",
                    "currency": "currency",
                    **_SUMS,
                    "carrying_value": "money",
                    "received_value": "money",
                    "status": "text",
                    "overdue": "flag",
                    "recognition": "text",
                    "accepted_by": "text",
                    "tags": ["text"],
                    "rules": ["text"],
                }
            ],
            "totals": [{"currency": "currency", **_SUMS, "carrying_value": "money"}],
        },
        "check": {
            "rules?": {ANY: "text"},
            "errors": [_FINDING],
            "notices": [_FINDING],
            "transactions": "count",
        },
        "verify": {
            "agrees": "flag",
            "periods": [{"period": "text", "agrees": "flag", "notes": ["text"], ANY: "value"}],
        },
        "log": {
            "writes": [
                {
                    "write": "count",
                    **dict.fromkeys(("when", "by", "door", "what"), "text"),
                    "from": ["text"],
                    "files": {ANY: {"before": "text", "after": "text"}},
                    "undoes": "count?",
                    "by_hand": ["text"],
                    "follows": "flag",
                }
            ],
            "by_hand": ["text"],
            "faults": ["text"],
        },
        "undo": {"undone": "count", "written": ["text"], "dry_run": "flag"},
        "finish": {"finished": "text?"},
        "data": {"written": ["text"], "errors": "count"},
        "export iati": {
            "written": "text",
            "reconciled": [
                {
                    "currency": "currency",
                    **dict.fromkeys(("promised", "received", "unpaid"), "money"),
                    "differences": {ANY: "money"},
                    "agrees": "flag",
                }
            ],
        },
        "export un-data": {
            "written": "text",
            "year": "count",
            "currency": "currency",
            "rows": "count",
            "illustration": "flag",
            "revenue": "money",
            "statement": "money",
            "differences": {ANY: "money"},
            "agrees": "flag",
        },
        "report schedule": {
            "report": "text",
            "period": "text",
            "currency": "currency",
            "as_at": "day",
            "funds": [
                {
                    "fund": "text",
                    "class": "text",
                    "rows": [{"donor": "text", "name": "text", "group": "text", **_COLUMNS}],
                    "total": _COLUMNS,
                }
            ],
            "totals": {ANY: _COLUMNS},
            "cash_proof": {"agrees": "flag", ANY: "money"},
            "ledger": {"agrees": "flag", ANY: "money"},
            "notes": ["text"],
            "figures": _FIGURES,
        },
        "record": {
            "entries": ["text"],
            "effects": ["value"],
            "notices": ["value"],
            "written": ["text"],
        },
        "report": {
            **dict.fromkeys(("report", "title", "subtitle", "period"), "text"),
            "currency": "currency",
            "as_at": "day",
            "columns": [{"key": "text", "title": "text", "unit": "text"}],
            "rows": [{ANY: "value"}],
            "subtotals": [_TOTAL],
            "total?": "value",
            "notes": ["text"],
            "warnings?": ["text"],
            "figures?": _FIGURES,
            "ledger": {
                "ties": [
                    {
                        "title": "text",
                        **dict.fromkeys(("report", "ledger", "difference"), "money"),
                        "agrees": "flag",
                    }
                ],
                "agrees": "flag?",
            },
        },
    }
)
"""The answers by command: what `pledgebook NAME --json` prints."""


def schema_of(name: str) -> dict[str, object]:
    """Return the JSON schema of a command's answer. Raises RefusedError for one without."""
    if name not in ANSWERS:
        raise RefusedError(f"There is no schema {name!r}; there are {', '.join(ANSWERS)}.")
    return {
        "$schema": DIALECT,
        "title": f"pledgebook {name} --json",
        **_schema(ANSWERS[name]),
    }


def _schema(told: Any) -> dict[str, object]:
    if isinstance(told, str):
        found = dict(WORDS[told.removesuffix("?")])
        return {"anyOf": [found, {"type": "null"}]} if told.endswith("?") else found
    if isinstance(told, list):
        return {"type": "array", "items": _schema(told[0])}
    keys = [key for key in told if key != ANY]
    return {
        "type": "object",
        "properties": {key.removesuffix("?"): _schema(told[key]) for key in keys},
        "required": [key for key in keys if not key.endswith("?")],
        "additionalProperties": _schema(told[ANY]) if ANY in told else False,
    }
