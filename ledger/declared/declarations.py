"""`custom` directives read and written: what a book is told about funds, donors, mandates, periods.

    2002-01-01 custom "purpose" "corruption" "Corruption"

Every kind of declaration has a form here: how many texts it takes, whether a date follows, which
metadata keys it knows. Two of one key: the later date replaces the earlier from its date on.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from beancount.core.amount import Amount
from beancount.core.data import Custom, Directive
from msgspec import Struct, structs
from pledgebook.ledger.findings import BookRefusedError, Finding, finding, notice
from pledgebook.ledger.parsing import quoted

LETTERHEAD_KEYS = ("organization", "office", "address", "contact", "signatory", "signatory-title",
                   "payment", "reply-to", "notice")  # fmt: skip
"""What a letterhead may say, each also by language: the organization and its office, the address,
how to reach it, who signs, how to pay, where replies go, and a notice that heads every page."""

ADDRESSEE_KEYS = ("name", "address", "salutation")
"""What an addressee may say, each also by language."""


class Form(Struct, frozen=True, kw_only=True):
    """What one kind of declaration looks like: `texts` are the names of its strings, of which the
    last `optional` may be missing; `key_length` of them identify it; `keys` is its metadata.
    """

    texts: tuple[str, ...]
    key_length: int = 1
    optional: int = 0
    ends_with_date: bool = False
    ends_with_amount: bool = False
    """Whether an amount stands behind the texts: its currency and number are read as two more."""
    keys: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    is_dated: bool = False
    """Its day identifies it too: one of a later day stands beside it."""


FORMS: Mapping[str, Form] = {
    "fund": Form(
        texts=("code", "name"),
        keys=frozenset(
            {
                "within",
                "classes",
                "default-class",
                "earmarked-class",
                "support-class",
                "overspending",
                "four-eyes",
                "allowance",
                "interest-by",
                "year-begins",
                "settlement",
                "charges-absolute",
                "charges-percent",
                "rate-tolerance",
                "valuation",
            }
        ),
        prefixes=("recognition-", "name-"),
    ),
    "purpose": Form(texts=("code", "name"), keys=frozenset({"within"}), prefixes=("name",)),
    "donor": Form(
        texts=("code", "name"),
        keys=frozenset({"kind", "group", "since", "until", "continues", "within"}),
        prefixes=("name",),
    ),
    "donor-kind": Form(texts=("code", "title"), keys=frozenset({"group", "is"})),
    "donor-group": Form(texts=("code", "title"), keys=frozenset({"order"})),
    "alias": Form(texts=("text", "donor")),
    "sheet-answer": Form(texts=("layout", "question", "answer"), key_length=2),
    "mandate": Form(texts=("symbol", "title"), keys=frozenset({"primary"})),
    "paragraph": Form(texts=("mandate", "paragraph", "summary"), key_length=2),
    "rule": Form(
        texts=("mandate", "rule", "paragraph"),
        key_length=2,
        optional=1,
        keys=frozenset({"relation", "from", "until", "notice"}),
    ),
    "announcement": Form(texts=("donor", "fund", "words"), key_length=3),
    "letterhead": Form(
        texts=("fund", "organization"),
        keys=frozenset(LETTERHEAD_KEYS),
        prefixes=tuple(f"{key}-" for key in LETTERHEAD_KEYS),
    ),
    "addressee": Form(
        texts=("donor", "name"),
        keys=frozenset({*ADDRESSEE_KEYS, "language", "email"}),
        prefixes=tuple(f"{key}-" for key in ADDRESSEE_KEYS),
    ),
    "official-receipt": Form(
        texts=("number", "donor"),
        keys=frozenset({"amount", "collected-on", "collection", "language"}),
    ),
    "void-receipt": Form(texts=("number", "reason")),
    "letter": Form(
        texts=("reference", "kind", "donor"),
        keys=frozenset(
            {"fund", "period", "as-at", "language", "by", "receipt", "file", "sha256"}
            | {"agreement", "report-due"}
        ),
    ),
    "answer": Form(texts=("letter", "result", "words"), optional=1, keys=frozenset({"stated"})),
    "office": Form(texts=("office",), keys=frozenset({"holders"})),
    "delegation": Form(
        texts=("office", "event"), key_length=2, keys=frozenset({"limit", "fund", "until"})
    ),
    "person": Form(texts=("name",), keys=frozenset({"roles"})),
    "publication": Form(
        texts=("fund",), keys=frozenset({"periods", "languages", "not-named", "unpaid"})
    ),
    "standard-code": Form(texts=("scheme", "of", "which", "code"), key_length=3),
    "rate-age": Form(texts=("days",), key_length=0),
    "fixed-rate": Form(
        texts=("fund",),
        key_length=2,
        ends_with_amount=True,
        is_dated=True,
        keys=frozenset({"until"}),
    ),
    "rate-base": Form(texts=("currency",), key_length=0, keys=frozenset({"source"})),
    "period": Form(texts=("name",), ends_with_date=True, keys=frozenset({"framework"})),
    "bank": Form(
        texts=("code", "account"),
        keys=frozenset({"currency", "accounts", "fund"}),
        prefixes=("number",),
    ),
    "bank-rule": Form(
        texts=("bank", "words", "kind"),
        key_length=2,
        keys=frozenset({"class", "donor", "amount", "least", "most", "currency", "way"}),
        prefixes=("words-",),
    ),
    "allotment": Form(
        texts=("fund", "number"),
        key_length=2,
        keys=frozenset({"period", "amount", "class", "purpose", "object", "programme", "document"}),
    ),
    "agreement": Form(
        texts=("reference", "donor", "fund"),
        keys=frozenset(
            {
                "amount",
                "until",
                "liquidation-until",
                "class",
                "purpose",
                "support-rate",
                "interest",
                "binding",
                "binding-reason",
                "report-every",
                "report-within",
                "year-begins",
                "donor-reference",
                "language",
                "crs",
                "channel",
                "document",
            }
        ),
    ),
    "budget-line": Form(
        texts=("agreement", "code", "name"), key_length=2, keys=frozenset({"amount"})
    ),
    "report-due": Form(
        texts=("agreement", "kind"), key_length=2, keys=frozenset({"as-at"}), is_dated=True
    ),
    "agreement-closed": Form(
        texts=("agreement",), keys=frozenset({"report", "certified-by", "deadline", "document"})
    ),
    "statement": Form(
        texts=("bank", "number"),
        key_length=2,
        keys=frozenset({"from", "opening", "closing", "agrees", "source", "source-sha256"}),
    ),
    "seal": Form(
        texts=("period", "sha256"),
        keys=frozenset({"declarations", "rates", "figures", "papers", "reopenings", "options"})
        | {"before", "chain"},
    ),
    "certification": Form(
        texts=("period", "state"), key_length=2, keys=frozenset({"by", "document", "seal"})
    ),
    "reopening": Form(
        texts=("period", "number"),
        key_length=2,
        keys=frozenset({"authority", "reopened-on", "figures", "seal"}),
    ),
}

PAPERS = frozenset(
    {"official-receipt", "void-receipt", "letter", "answer", "statement", "certification"}
)
"""Declarations that are papers: what was issued, sent and answered, what banks stated, and who
certified a closed period's figures."""

UNSEALED = frozenset(
    {"alias", "announcement", "letterhead", "addressee", "sheet-answer", "person", "publication"}
    | {"standard-code"}
)
"""Declarations that no seal holds: what sheets call donors, what was answered about sheets, what
donors announced, how letters look, who may write, what is public, and codes of standards. All
others that stand at a closing are sealed, whatever their own date."""

_META_KEY = re.compile(r"[a-z][a-zA-Z0-9_-]+")
_EMPTY = quoted("")

Stated = str | date | Amount | bool | None
"""What a declaration may say under a key: a text, a day, an amount, yes or no."""

_NOTHING: Mapping[str, Stated] = MappingProxyType({})

_ELSEWHERE = frozenset({"fava-option", "fava-extension", "fava-sidebar-link", "budget"})


class Declaration(Struct, frozen=True, kw_only=True):
    """One well-formed `custom` directive of ours: its texts, its end date, its metadata."""

    kind: str
    day: date
    texts: tuple[str, ...]
    until: date | None
    meta: Mapping[str, Any]
    entry: Custom
    since: date
    """The day it was first declared: a later declaration changes what is said of it, not since
    when it exists."""

    @property
    def key(self) -> tuple[str, ...]:
        """What identifies the declaration among those of its kind."""
        form = FORMS[self.kind]
        own = self.texts[: form.key_length]
        return (*own, self.day.isoformat()) if form.is_dated else own

    def text(self, key: str, default: str = "") -> str:
        """Return a metadata value as text, whatever Beancount read it as."""
        value = self.meta.get(key)
        return default if value is None else as_text(value)

    def words(self, key: str) -> tuple[str, ...]:
        """Return a list value: words separated by spaces."""
        return tuple(self.text(key).split())


def as_text(value: object) -> str:
    """Return a metadata value as text: strings, dates, numbers, amounts and booleans alike."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Amount):
        return f"{value.number:f} {value.currency}" if value.number is not None else ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).strip()


def as_date(value: object) -> date | None:
    """Return a metadata value as a date: a date, or text in ISO form (Fava saves text)."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        return None


def write_declaration(
    kind: str,
    day: date,
    *texts: str,
    until: date | None = None,
    meta: Mapping[str, Stated] = _NOTHING,
) -> str:
    """Return a declaration as Beancount text, ending in a newline: the one place that writes such a
    line. Texts are written so that nothing in them becomes syntax; of `meta`, None is left out.

    Raises BookRefusedError for a text that says nothing, ValueError for what the form of the kind
    does not take.
    """
    form = FORMS[kind]
    written = [quoted(text) for text in texts]
    while len(written) > len(form.texts) - form.optional and written[-1] == _EMPTY:
        written.pop()
    if not len(form.texts) - form.optional <= len(written) <= len(form.texts):
        raise ValueError(
            f"a declaration {kind} has the texts {', '.join(form.texts)}; {texts} are given"
        )
    if form.ends_with_date != (until is not None):
        raise ValueError(f"{kind} cannot be declared as {texts} until {until}")
    if _EMPTY in written:
        raise BookRefusedError(
            f"Nothing was written: the {form.texts[written.index(_EMPTY)]} of this {kind} is not "
            "stated, or holds nothing that can be written."
        )
    head = f'{day} custom "{kind}" {" ".join(written)}{f" {until}" if until else ""}\n'
    return head + "".join(write_keys(meta))


def write_keys(meta: Mapping[str, Stated]) -> Iterator[str]:
    """Yield the lines that state values under a declaration's keys. Raises ValueError for what is
    no key.
    """
    for key, value in meta.items():
        if not _META_KEY.fullmatch(key):
            raise ValueError(f"{key!r} cannot be a key of a declaration")
        if value is not None:
            yield f"  {key}: {_stated(value)}\n"


def _stated(value: str | date | Amount | bool) -> str:
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bool):
        return '"yes"' if value else '"no"'
    return as_text(value)


def read_declarations(
    entries: Iterable[Directive],
) -> tuple[dict[str, dict[tuple[str, ...], Declaration]], list[Finding]]:
    """Return the declarations by kind and key, and what is wrong with them."""
    found: dict[str, dict[tuple[str, ...], Declaration]] = {kind: {} for kind in FORMS}
    findings: list[Finding] = []
    for entry in entries:
        if not isinstance(entry, Custom):
            continue
        if entry.type not in FORMS:
            findings.extend(_nearly_ours(entry))
            continue
        result = _read(entry)
        if isinstance(result, Finding):
            findings.append(result)
            continue
        findings.extend(_unknown_keys(result))
        known = found[result.kind].get(result.key)
        if known is not None and known.day == result.day:
            place = f"{known.entry.meta.get('filename')}:{known.entry.meta.get('lineno')}"
            findings.append(
                finding(
                    entry,
                    "declared-twice",
                    f"The {result.kind} {' '.join(result.key)!r} is declared twice for "
                    f"{result.day}, first at {place}: one declaration a date; remove one, or "
                    "give the change its own date.",
                )
            )
        elif known is None or known.day < result.day:
            since = known.since if known else result.since
            found[result.kind][result.key] = structs.replace(result, since=since)
    return found, findings


def _read(entry: Custom) -> Declaration | Finding:
    form = FORMS[entry.type]
    values = [value.value for value in entry.values or ()]
    until: date | None = None
    if form.ends_with_date and values and isinstance(values[-1], date):
        until = values.pop()
    amount: tuple[str, ...] = ()
    if form.ends_with_amount and values and isinstance(values[-1], Amount):
        last = values.pop()
        amount = (last.currency, as_text(last.number))
    least = len(form.texts) - form.optional
    if (
        not all(isinstance(value, str) and value.strip() for value in values)
        or not least <= len(values) <= len(form.texts)
        or (form.ends_with_date and until is None)
        or (form.ends_with_amount and not amount)
    ):
        wanted = " ".join(f'"{name.upper()}"' for name in form.texts)
        wanted += " END-DATE" if form.ends_with_date else ""
        wanted += " NUMBER CURRENCY" if form.ends_with_amount else ""
        shown = " ".join(repr(str(value)) for value in values) or "nothing"
        return finding(
            entry,
            "declaration-form",
            f'The declaration {entry.type} is written as: DATE custom "{entry.type}" {wanted}; '
            f"here stands {shown}. Write it in that form.",
        )
    texts = tuple(str(value).strip() for value in values)
    return Declaration(
        kind=entry.type,
        day=entry.date,
        texts=(*texts, *amount),
        until=until,
        meta=entry.meta,
        entry=entry,
        since=entry.date,
    )


def _nearly_ours(entry: Custom) -> list[Finding]:
    if not entry.values:
        return [
            notice(
                entry,
                "custom-without-value",
                f'The line custom "{entry.type}" has no value, which stops Fava from opening the '
                "book: add a value or remove the line.",
            )
        ]
    if entry.type in _ELSEWHERE:
        return []
    near = difflib.get_close_matches(entry.type.lower(), FORMS, 1, 0.75)
    if not near:
        return []
    return [
        notice(
            entry,
            "nearly-a-declaration",
            f'custom "{entry.type}" is not read; did you mean "{near[0]}"?',
        )
    ]


_STRUCTURAL = frozenset({"within", "parent", "part-of", "group", "is", "continues", "classes"})
"""Keys that say what something belongs to: where nothing reads them, figures are not as meant."""


def _unknown_keys(declaration: Declaration) -> list[Finding]:
    form = FORMS[declaration.kind]
    if declaration.kind == "rule":
        return []
    notices = [
        finding(
            declaration.entry,
            "dead-word",
            f"{key!r} is no key of the declaration {declaration.kind}, so nothing is done by it"
            f"{'; write within:' if 'within' in form.keys else ''}. Correct the key, or take it "
            "out.",
        )
        for key in declaration.meta
        if key in _STRUCTURAL - form.keys
    ]
    if not form.keys:
        return notices
    for key in declaration.meta:
        known = key in form.keys or key in {"filename", "lineno"} | _STRUCTURAL
        if known or key.startswith(("__", *form.prefixes)):
            continue
        head, dash, rest = key.partition("-")
        near = difflib.get_close_matches(key, form.keys, 1, 0.75) or [
            found + rest for found in difflib.get_close_matches(head + dash, form.prefixes, 1, 0.75)
        ]
        if near:
            notices.append(
                notice(
                    declaration.entry,
                    "unknown-key",
                    f"The declaration {declaration.kind} has no key {key!r}, so it is not read; "
                    f"did you mean {near[0]!r}?",
                )
            )
    return notices
