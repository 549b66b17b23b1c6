"""Opens the accounts of declared funds and donors, and refuses donors nobody knows.

    plugin "pledgebook.plugins.donors"

    1999-12-31 custom "fund" "CPCJF" "United Nations Crime Prevention and Criminal Justice Fund"
    1999-12-31 custom "donor" "UNDP" "United Nations Development Programme"
      kind: "un-entity"

All States are known by their three-letter codes; the book adds agencies, banks, foundations and
companies. Every account of the chart that a directive names is opened at the fund's date; an
`open` written by hand wins.

Errors: a donor that is neither a State nor declared, with the nearest names; a fund that is not
declared; a code that cannot be part of an account name.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from datetime import date

from beancount.core.data import Custom, Directive, Open, Options, Price, Transaction, new_metadata
from beancount.core.getters import get_accounts
from pledgebook.ledger.declared.chart import fixed_accounts, read_account, takes
from pledgebook.ledger.declared.settings import Settings, read_settings
from pledgebook.ledger.findings import Finding, errors_of, finding

__plugins__ = ("donors",)

DECLARES = frozenset(
    {"fund", "donor", "donor-kind", "donor-group", "purpose", "announcement", "person"}
    | {"publication", "standard-code"}
)
_GENERATED = "<pledgebook.plugins.donors>"
_NAMING_NONE = (Open, Price)
"""Directives that name no account that would have to be opened; of rates there are many."""


def donors(
    entries: list[Directive], options: Options, config: str | None = None
) -> tuple[list[Directive], list[Finding]]:
    """Beancount plugin: see the module's text. It takes no configuration."""
    del config
    settings = read_settings(entries, options)
    entries, errors = open_accounts(entries, settings)
    return entries, errors_of(settings.faults(DECLARES), errors)


def open_accounts(
    entries: list[Directive], settings: Settings
) -> tuple[list[Directive], list[Finding]]:
    """Return the entries with the missing `open` directives added, and unknown donors."""
    opened = {entry.account for entry in entries if isinstance(entry, Open)}
    needed: dict[str, date] = {}
    errors: list[Finding] = []
    seen = set(opened)
    undeclared: set[str] = set()
    for fund in settings.funds.values():
        for name in fixed_accounts(fund.code):
            if name not in seen:
                needed[name] = fund.since
                seen.add(name)
    for entry, name in _accounts_named(entries, seen):
        seen.add(name)
        place = settings.place(name)
        if place is None:
            code = _undeclared_fund(name)
            if code and code not in undeclared:  # reported once, not an account at a time
                undeclared.add(code)
                errors.append(_no_such_fund(entry, name, code, settings))
        elif takes(place.kind) == "donor" and place.part not in settings.donors:
            errors.append(_unknown_donor(entry, name, place.part, settings))
            needed[name] = settings.funds[place.fund].since  # reported once, by name
        elif takes(place.kind) == "fund" and place.part not in settings.funds:
            errors.append(_no_such_fund(entry, name, place.part, settings))
            needed[name] = settings.funds[place.fund].since
        else:
            needed[name] = settings.funds[place.fund].since
    opens: list[Directive] = [
        Open(new_metadata(_GENERATED, number), day, name, [], None)
        for number, (name, day) in enumerate(needed.items(), 1)
    ]
    return [*opens, *map(_with_values, entries)], errors


def _with_values(entry: Directive) -> Directive:
    """Give a `custom` line without any value an empty list, without which Beancount's own plugins
    and Fava stop; the line itself is reported with the declarations.
    """
    if isinstance(entry, Custom) and entry.values is None:
        return entry._replace(values=[])
    return entry


def _accounts_named(
    entries: list[Directive], seen: Container[str]
) -> Iterator[tuple[Directive, str]]:
    """Yield the accounts that entries name and that were not `seen` by then."""
    for entry in entries:
        if isinstance(entry, Transaction):
            for posting in entry.postings:
                if posting.account not in seen:
                    yield entry, posting.account
        elif not isinstance(entry, _NAMING_NONE):
            for name in get_accounts([entry]):
                if name not in seen:
                    yield entry, name


def _undeclared_fund(name: str) -> str:
    place = read_account(name)
    return place.fund if place else ""


def _no_such_fund(entry: Directive, name: str, code: str, settings: Settings) -> Finding:
    declared = ", ".join(settings.funds) or "none"
    return finding(
        entry,
        "unknown-fund",
        f"{name} is an account of the fund {code!r}, which the book does not declare (declared: "
        f'{declared}). Correct the name, or declare it with custom "fund" "{code}" "…".',
    )


def _unknown_donor(entry: Directive, name: str, code: str, settings: Settings) -> Finding:
    from rapidfuzz import process  # noqa: PLC0415 - a book without a fault never asks for it
    from rapidfuzz.distance import OSA  # noqa: PLC0415

    known = [donor.code for donor in settings.donors]
    codes = [near[0] for near in process.extract(code, known, scorer=OSA.distance, score_cutoff=1)]
    near = dict.fromkeys(
        [*filter(None, map(settings.donors.get, codes)), *settings.donors.suggest(code)]
    )
    shown = ", ".join(f"{donor.code} ({donor.name})" for donor in list(near)[:3])
    hint = f" Nearest: {shown}." if shown else ""
    return finding(
        entry,
        "unknown-donor",
        f"{name} is for the donor {code!r}, which is neither a State nor a known organization nor "
        f"declared in the book.{hint} Correct the code, or declare it with custom "
        f'"donor" "{code}" "NAME" and kind:.',
    )
