"""The words of events' forms, for those who translate the pages.

Forms stand in `pledgebook.ledger.forms`, which knows no languages; `pybabel extract` is told their
words by `extract` (see pyproject.toml). In help, fields are named as the command names them
(`--due`, DONOR): a translation leaves these as they are, and the page puts titles in their place.
"""

from __future__ import annotations

from collections.abc import Iterator

from pledgebook.ledger.forms import GROUPS, Form


def words_of_forms() -> Iterator[str]:
    """Yield every title and help of every form, each once."""
    texts: dict[str, None] = {}
    for group, forms in GROUPS:
        texts[group] = None
        for form in forms:
            texts |= dict.fromkeys(_words(form))
    yield from filter(None, texts)


def _words(form: Form) -> Iterator[str]:
    yield from (form.title, form.help, form.more)
    for field in form.fields:
        yield from (field.title, field.help)
        yield from (part.title for part in field.parts)


def extract(*_given: object, **_options: object) -> Iterator[tuple[int, str, str, list[str]]]:
    """Give the words as a method of extraction does: line, function, text, comments."""
    for text in words_of_forms():
        yield 1, "gettext", text, []
