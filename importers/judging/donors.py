"""Whom a row means by its donor: the code of the one that bears the name, or the doubt with the
nearest donors.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pledgebook.importers.judging.known import Context, Doubt
from pledgebook.importers.rows.row import SheetRow
from pledgebook.importers.tables.questions import Choice, Question, ask
from pledgebook.importers.values.values import shown
from pledgebook.ledger.declared.donors import Donor

_STAND_FOR_OTHERS = frozenset({"EC", "NA"})
"""Codes of States that are the European Community, and no answer, wherever they stand."""
_MOST_COMPARED = 500
"""Unknown names of a run to which the nearest donors are looked for."""


def find_donor(row: SheetRow, context: Context) -> str | Doubt:
    """Return the code of the donor that a row names, or the doubt with the nearest donors."""
    on = row.pledge_date.value or row.payment_date.value
    key = row.donor, row.donor_codes, on
    known = context.donors.get(key)
    if known is None:
        known = context.donors[key] = _look_up(row.donor, on, context, codes=row.donor_codes)
    return known


def known_donor(row: SheetRow, context: Context) -> str:
    """Return the code of the donor that a row names; raises Doubt where that is not clear."""
    found = find_donor(row, context)
    if isinstance(found, Doubt):
        raise found
    return found


def _suggested(text: str, context: Context) -> tuple[Donor, ...]:
    """Return the nearest donors, for the first some hundred names: each is compared with all."""
    known = context.suggested.get(text)
    if known is None:
        compared = len(context.suggested) < _MOST_COMPARED
        known = context.settings.donors.suggest(text) if compared else ()
        context.suggested[text] = known
    return known


def _look_up(text: str, on: date | None, context: Context, *, codes: bool) -> str | Doubt:
    if not text:
        return Doubt("No donor is named.", asks=ask("no-donor"))
    directory = context.settings.donors
    several = directory.candidates(text, on, codes=codes and text not in _STAND_FOR_OTHERS)
    if len(several) == 1:
        return several[0].code
    by_code = directory.candidates(text, on)
    if not several and by_code:
        (donor, *_) = by_code
        return Doubt(
            f"{shown(text)} is the code of {donor.name} ({donor.code}), and stands for others as "
            f'well: write the name, or confirm whom it means (import --donor "{text}=CODE").',
            asks=_ask_donor(text, directory.suggest(text)),
        )
    if len(several) > 1:
        names = ", ".join(f"{donor.name} ({donor.code})" for donor in several)
        return Doubt(
            f"The donor {shown(text)} may be {names}: write the full name, or confirm "
            'which (import --donor "TEXT=CODE").',
            asks=_ask_donor(text, several),
        )
    if on and len(ever := directory.candidates(text, codes=codes)) == 1:
        (donor,) = ever
        return Doubt(
            f"{shown(text)} cannot be taken: {donor.absence(on)}.",
            asks=_ask_donor(text, directory.suggest(text, on=on)),
        )
    suggested = _suggested(text, context)
    near = ", ".join(f"{donor.name} ({donor.code})" for donor in suggested)
    hint = f" Nearest: {near}." if near else ""
    return Doubt(
        f"The donor {shown(text)} is not known.{hint} Correct the name, confirm whom it "
        'means (import --donor "TEXT=CODE"), or say that it is new (--donor "TEXT=CODE:ngo").',
        asks=_ask_donor(text, suggested),
    )


def _ask_donor(text: str, donors: Sequence[Donor]) -> Question:
    choices = (Choice(donor.code, f"{donor.name} ({donor.code})") for donor in donors)
    return ask("donor", text, *choices)
