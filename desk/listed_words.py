"""The words of what is listed below the desk, for those who translate the pages: events' forms,
reports, letters, rules.

Their tables know no languages; `pybabel extract` is told their words by `extract` (see
pyproject.toml). In the help of a form, fields are named as the command names them (`--due`, DONOR):
a translation leaves these as they are, and the page puts titles in their place.
"""

from __future__ import annotations

from collections.abc import Iterator

from pledgebook.ledger.forms import GROUPS, Form
from pledgebook.ledger.rules import head_of_rule, read_rules
from pledgebook.reports.ageing import BANDS
from pledgebook.reports.letters.kinds import LETTERS
from pledgebook.reports.registry import REPORTS


def listed_words() -> Iterator[str]:
    """Yield the titles of reports and letters, every title and help of every form, what each rule
    of a notice finds, and the bands of the ageing, each once.
    """
    texts: dict[str, None] = {}
    for group, forms in GROUPS:
        texts[group] = None
        for form in forms:
            texts |= dict.fromkeys(_words(form))
    texts |= dict.fromkeys(kind.title for kind in REPORTS.values())
    texts |= dict.fromkeys(kind.title for kind in LETTERS.values())
    texts |= dict.fromkeys(
        head_of_rule(rule) for rule, meaning in read_rules().items() if meaning.startswith("Notice")
    )
    texts |= dict.fromkeys(BANDS.values())
    yield from filter(None, texts)


def _words(form: Form) -> Iterator[str]:
    yield from (form.title, form.help, form.more)
    for field in form.fields:
        yield from (field.title, field.help)
        yield from (part.title for part in field.parts)


def extract(*_given: object, **_options: object) -> Iterator[tuple[int, str, str, list[str]]]:
    """Give the words as a method of extraction does: line, function, text, comments."""
    for text in listed_words():
        yield 1, "gettext", text, []
