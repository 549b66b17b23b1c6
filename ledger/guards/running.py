"""The book runs Pledgebook's plugins, before any other, and the desk by its present name."""

from __future__ import annotations

from collections.abc import Iterator

from beancount.core.data import Custom
from pledgebook.ledger.findings import Finding, notice
from pledgebook.ledger.register.view import View

PLUGIN = "pledgebook.plugins"
EXTENSION = "fava-extension"
DESK = "pledgebook.desk"
MOVED = {"pledgebook.reports.desk": DESK}
"""Extensions of Fava that books may name as they were called before."""


def guard(view: View) -> Iterator[Finding]:
    """Yield notices of a book that does not run the plugins, or runs others before them, and of
    one that names the desk as it was called.
    """
    for entry in view.entries:
        if isinstance(entry, Custom) and (name := moved_extension(entry)):
            yield notice(
                entry,
                "extension-moved",
                f'The desk\'s pages are the extension "{MOVED[name]}" now; "{name}" goes on '
                f'working. Write custom "{EXTENSION}" "{MOVED[name]}".',
            )
    if view.options is None:
        return
    names = [name for name, _ in view.options["plugin"]]
    if not any(name.startswith(PLUGIN) for name in names):
        rule = "plugin"
        message = f'the book does not run Pledgebook: add plugin "{PLUGIN}" to its main file'
    elif not names[0].startswith(PLUGIN):
        rule = "plugin-order"
        message = (
            f'the plugin "{names[0]}" runs before Pledgebook\'s, which should see the entries as '
            "written: put Pledgebook's plugin line first"
        )
    else:
        return
    place = {"filename": str(view.options["filename"]), "lineno": 1}
    yield Finding(source=place, message=message, entry=None, rule=rule, severity="notice")


def moved_extension(entry: Custom) -> str:
    """Return the former name of an extension of ours that a line loads, "" for any other line."""
    values = [value.value for value in entry.values or ()]
    return values[0] if entry.type == EXTENSION and values and values[0] in MOVED else ""
