"""Recognition policies: naming them for a view, and the entry that changes from one to another.

`pledge`: a written commitment is income of the periods its instalments fall due in. `receipt`: it
is a memorandum until it is paid. `agreement`: it is income in full on signature. The page
docs/recognition.md tells the three side by side; `recasting` shows a book under another.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

from beancount.core.data import Custom
from msgspec import structs
from pledgebook.ledger.declared.chart import account
from pledgebook.ledger.declared.declarations import as_text, write_declaration
from pledgebook.ledger.declared.funds import POLICIES
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.drafts import Draft, DraftLine
from pledgebook.ledger.events.parts import (
    Earmark,
    deferral,
    earmark_of,
    in_book_currency,
    make_entry,
    put_back,
    taken_out,
)
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.register import Claim


def policy_change(
    settings: Settings,
    *,
    day: date,
    fund: str,
    class_: str,
    to: str,
    claims: Iterable[Claim],
) -> Draft:
    """From `day` on, contributions of a class are recognised by the policy `to`: one entry moves
    the lots of `claims`, all that is unpaid of the class.

    What was income or deferral of an unpaid instalment under the old policy is taken back, and what
    it is under the new one set up: income of this period within it, what was income of an earlier
    one, or is only by the change, below the line (Prior-Period). What is only pledged is a
    memorandum under every policy and stays. The fund's declaration changes beside, on the same day.
    Raises EventRefusedError where a claim is of another class, or none moves.
    """
    if to not in POLICIES:
        raise EventRefusedError(
            f"There is no recognition policy {to!r}: it is one of {', '.join(POLICIES)}."
        )
    lines: list[tuple[Earmark, DraftLine]] = []
    moved: list[Claim] = []
    for claim in claims:
        if (claim.fund, claim.class_) != (fund, class_):
            raise EventRefusedError(
                f"{claim.label} is of {claim.fund} {claim.class_}: a change of policy for {fund} "
                f"{class_} moves its own instalments only."
            )
        own = _moved(settings, claim, to, day) if claim.is_open and claim.committed else []
        lines += [(earmark_of(claim), line) for line in own]
        moved += [claim] if own else []
    if not moved:
        raise EventRefusedError(
            f"No instalment of {fund} {class_} stands otherwise under {to}: declare the policy, "
            "there is nothing to move."
        )
    earmarks = {earmark for earmark, _ in lines}
    shared = earmarks.pop() if len(earmarks) == 1 else None
    return make_entry(
        settings,
        day=day,
        event="policy-change",
        narration=f"Contributions of {fund} {class_} are recognised on {to}",
        lines=[
            line if shared else structs.replace(line, meta={**earmark.meta(), **line.meta})
            for earmark, line in lines
        ],
        earmark=shared,
        labels=[claim.label for claim in moved],
        meta={"recognition": to},
    )


def redeclared(book: Book, fund: str, class_: str, to: str, day: date) -> tuple[Path, str]:
    """Return the file that declares a fund, and its text with the fund declared again from `day`
    with the policy `to` for a class; everything else is declared as it was.
    """
    own = [
        entry
        for entry in book.entries
        if isinstance(entry, Custom)
        and entry.type == "fund"
        and entry.values
        and entry.values[0].value == fund
    ]
    last = own[-1]
    meta = {
        key: value
        for key, value in last.meta.items()
        if key not in {"filename", "lineno"} and not key.startswith("__")
    }
    meta[f"recognition-{class_}"] = to
    texts = [str(value.value) for value in last.values]
    said = {key: as_text(value) for key, value in meta.items()}
    path = Path(str(last.meta["filename"]))
    line = write_declaration("fund", day, *texts, meta=said)
    return path, f"{book.text_of(path).rstrip()}\n\n{line}"


def _moved(settings: Settings, claim: Claim, to: str, day: date) -> list[DraftLine]:
    """Return the postings that move one instalment; none where it stands the same."""
    kind = "memorandum" if to == "receipt" else "pledges"
    later = to == "pledge" and settings.periods.start_of(claim.due or claim.pledged_on) > day
    later = later or (to == "agreement" and bool(claim.condition))
    # What was income stays of its period; what the change makes income is of none.
    was = claim.recognised if claim.is_recognised(day) else None
    after = structs.replace(claim, kind=kind, recognised=None if later else was or day)
    period = was if was is not None and was >= settings.periods.start_of(day) else None
    if (kind, after.is_deferred) == (claim.kind, claim.is_deferred):
        return []
    lines = []
    if kind != claim.kind:
        lines += [taken_out(claim), put_back(settings, after)]
    return [
        *lines,
        _against(settings, claim, claim.value, current=period is not None),
        _against(settings, after, -claim.value, current=period is not None),
    ]


def _against(settings: Settings, claim: Claim, amount: Decimal, *, current: bool) -> DraftLine:
    """Return what an instalment stands against: its contra, its deferral, or income: of this period
    (`current`), or past.
    """
    if claim.kind == "memorandum":
        return in_book_currency(settings, account("contra", claim.fund), amount)
    if claim.is_deferred:
        return deferral(settings, claim, amount)
    kind = "contributions" if current else "prior-period"
    return in_book_currency(settings, account(kind, claim.fund, claim.donor), amount)
