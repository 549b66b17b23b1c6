"""Donor agreements: what a donor and the fund agreed, its budget lines, the reports it asks for.

    2002-01-15 custom "agreement" "AUT-ROL" "AUT" "CPCJF"
      amount: 500000 EUR
      until: 2004-12-31
      class: "special"
      purpose: "corruption"
      support-rate: "13"
      interest: "donor"
      report-every: "12 months"
    2002-01-15 custom "budget-line" "AUT-ROL" "A" "Staff"
      amount: 300000 EUR
    2005-03-31 custom "report-due" "AUT-ROL" "final"

Entries name an agreement by its reference (`agreement:`), expenditure a line of it too
(`budget-line:`). Amounts are in the agreement's currency.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount
from beancount.core.data import Custom
from msgspec import Struct, structs
from pledgebook.ledger.declared.declarations import Declaration, as_date
from pledgebook.ledger.declared.directory import Directory
from pledgebook.ledger.declared.funds import Fund
from pledgebook.ledger.declared.periods import JANUARY, MonthDay, months_later
from pledgebook.ledger.findings import Finding, finding

AGREEMENT, BUDGET_LINE, MILESTONE = "agreement", "budget-line", "milestone"
"""Metadata of a posting or its entry: the agreement it is under, the line of its budget, and the
milestone that is recognised."""

KINDS = frozenset({AGREEMENT, BUDGET_LINE, "report-due", "agreement-closed"})
"""The declarations that are read here."""

INTEREST = ("donor", "fund")
"""To whom interest on an agreement's money belongs."""

REPORTS = ("financial", "narrative", "final")
"""What reports an agreement may ask for; a final one is the certified one at its end."""

_MONTHS = re.compile(r"([1-9][0-9]?) months?")
_ONE = timedelta(days=1)
_MOST = 600
"""The most months that an agreement's reports are reckoned for."""


class BudgetLine(Struct, frozen=True, kw_only=True):
    """A line of an agreement's budget, in the agreement's currency."""

    code: str
    name: str
    amount: Decimal


class ReportDue(Struct, frozen=True, kw_only=True):
    """A report that is due: of a kind of REPORTS, on a day, as at another (None: not said)."""

    agreement: str
    kind: str
    day: date
    as_at: date | None = None


class Closing(Struct, frozen=True, kw_only=True):
    """The end of an agreement: the final certified report, who certified it, and the day by which
    an unspent balance is to be settled, if there is one.
    """

    day: date
    report: str
    certified_by: str
    deadline: date | None


class DonorAgreement(Struct, frozen=True, kw_only=True):
    """An agreement with a donor: `amount` in `currency`, from `day` to `until`; its obligations may
    be paid to `liquidation_until`. `support_rate` is in per cent (None: not said). `binding` is
    None where nobody judged it.
    """

    reference: str
    donor: str
    fund: str
    class_: str
    purpose: str
    day: date
    amount: Decimal
    currency: str
    entry: Custom
    until: date | None = None
    liquidation_until: date | None = None
    support_rate: Decimal | None = None
    interest: str = "fund"
    binding: bool | None = None
    binding_reason: str = ""
    year_begins: MonthDay = JANUARY
    donor_reference: str = ""
    language: str = ""
    crs: str = ""
    channel: str = ""
    lines: Mapping[str, BudgetLine] = {}
    reports: Sequence[ReportDue] = ()
    closing: Closing | None = None

    @property
    def group(self) -> tuple[str, str]:
        """Its fund and class: entries are under it as far as they are of these."""
        return self.fund, self.class_

    @property
    def last_payment(self) -> date | None:
        """The last day on which its obligations may be paid."""
        return self.liquidation_until or self.until


def read_agreements(
    declared: Mapping[str, Mapping[tuple[str, ...], Declaration]],
    funds: Mapping[str, Fund],
    donors: Directory,
    purposes: Container[str],
) -> tuple[dict[str, DonorAgreement], list[Finding]]:
    """Return the agreements by reference, and what is wrong with them."""
    found: dict[str, DonorAgreement] = {}
    faults: list[Finding] = []
    for item in declared[AGREEMENT].values():
        read = _read(item, funds, donors, purposes)
        if isinstance(read, str):
            said = f"The agreement {item.texts[0]} {read}."
            faults.append(finding(item.entry, "agreement", said))
        else:
            found[read.reference] = read
    for item in declared[BUDGET_LINE].values():
        faults += _add_line(item, found)
    dated: dict[str, list[ReportDue]] = {}
    for item in declared["report-due"].values():
        faults += _add_report(item, found, dated)
    for item in declared["agreement-closed"].values():
        faults += _close(item, found)
    for reference, own in dated.items():
        agreement = found[reference]
        reports = sorted([*agreement.reports, *own], key=lambda each: (each.day, each.kind))
        found[reference] = structs.replace(agreement, reports=tuple(reports))
    for agreement in found.values():
        if agreement.lines:
            planned = sum(line.amount for line in agreement.lines.values())
            if planned > agreement.amount:
                said = (
                    f"The budget lines of {agreement.reference} come to {planned:f} "
                    f"{agreement.currency}, the agreement to {agreement.amount:f}: lines share out "
                    "what was agreed; correct a line or the agreement's amount."
                )
                faults.append(finding(agreement.entry, AGREEMENT, said))
    return found, faults


def _read(
    item: Declaration, funds: Mapping[str, Fund], donors: Directory, purposes: Container[str]
) -> DonorAgreement | str:
    """Return an agreement, or what is wrong with it, to be read after its reference."""
    reference, donor, code = item.texts
    fund = funds.get(code)
    if fund is None:
        return f"is of the fund {code!r}, which is not declared: correct the code"
    if donor not in donors:
        return f"is with {donor!r}, the code of no donor: correct it, or declare the donor"
    purpose = item.text("purpose")
    if purpose and purpose not in purposes:
        return f"is for the purpose {purpose!r}, which is not declared"
    class_ = fund.class_of(item.text("class") or None, purpose)
    if class_ not in fund.classes:
        return f"is of the class {class_!r}: the classes of {code} are {', '.join(fund.classes)}"
    amount = _amount_of(item)
    if amount is None:
        return (
            f"has the amount {item.text('amount') or 'nothing'}: write amount: above zero with its "
            "currency, such as 500000 EUR"
        )
    days = _days_of(item)
    if isinstance(days, str):
        return days
    terms = _terms_of(item)
    if isinstance(terms, str):
        return terms
    made = DonorAgreement(
        reference=reference,
        donor=donor,
        fund=code,
        class_=class_,
        purpose=purpose,
        day=item.since,
        amount=amount[0],
        currency=amount[1],
        entry=item.entry,
        until=days[0],
        liquidation_until=days[1],
        donor_reference=item.text("donor-reference"),
        language=item.text("language"),
        crs=item.text("crs"),
        channel=item.text("channel"),
        **terms,
    )
    every, within = item.text("report-every"), item.text("report-within")
    return structs.replace(made, reports=tuple(_regular(made, _months(every), _months(within))))


def _amount_of(item: Declaration) -> tuple[Decimal, str] | None:
    amount = item.meta.get("amount")
    if not isinstance(amount, Amount) or amount.number is None or amount.number <= 0:
        return None
    return amount.number, amount.currency


def _days_of(item: Declaration) -> tuple[date | None, date | None] | str:
    """Return the last day and the last day of payments, or what is wrong with them."""
    until, last = (as_date(item.meta.get(key)) for key in ("until", "liquidation-until"))
    for key, day in (("until", until), ("liquidation-until", last)):
        if day is None and key in item.meta:
            return f"has {key}: {item.text(key)!r}, which is no date: write it as 2004-12-31"
    if until and until < item.since:
        return f"ends on {until}, before its own day {item.since}: correct one of them"
    if last and (until is None or last < until):
        return (
            f"may be paid from until {last}, and its last day is {until or 'not said'}: "
            "liquidation-until: comes after until:"
        )
    return until, last


def _terms_of(item: Declaration) -> dict[str, Any] | str:
    """Return what else was agreed, by the fields of an agreement, or what is wrong with it."""
    rate = item.text("support-rate")
    if rate and not re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,4})?", rate):
        return f'has the support-rate: {rate!r}: write it in per cent, such as "13"'
    interest = item.text("interest", "fund")
    if interest not in INTEREST:
        return f"has interest: {interest!r}: write whose it is, {' or '.join(INTEREST)}"
    binding = item.text("binding")
    if binding not in {"", "yes", "no"}:
        return f"has binding: {binding!r}: write yes or no"
    reason = item.text("binding-reason")
    if binding and not reason:
        return (
            f"says binding: {binding}, and not why: whether an agreement binds is a judgement; "
            "write its reason as binding-reason:"
        )
    begins = as_date(f"2001-{item.text('year-begins', '01-01')}")
    if begins is None:
        return (
            f"has year-begins: {item.text('year-begins')!r}: write the month and day on which the "
            'donor\'s fiscal year begins, such as "04-01"'
        )
    for key in ("report-every", "report-within"):
        if item.text(key) and not _months(item.text(key)):
            return f'has {key}: {item.text(key)!r}: write it as a number of months, "12 months"'
    if item.text("report-every") and "until" not in item.meta:
        return "asks for reports at intervals and has no last day: write until:"
    return {
        "support_rate": Decimal(rate) if rate else None,
        "interest": interest,
        "binding": binding == "yes" if binding else None,
        "binding_reason": reason,
        "year_begins": (begins.month, begins.day),
    }


def _months(text: str) -> int:
    """Return a number of months as it is written, 0 for none and for any other text."""
    found = _MONTHS.fullmatch(text)
    return int(found[1]) if found else 0


def _regular(agreement: DonorAgreement, every: int, within: int) -> Iterator[ReportDue]:
    """Yield the financial reports that fall due at intervals of the donor's fiscal years: each as
    at the last day of its interval, due `within` so many months; the last, at the agreement's end,
    is the final one.
    """
    if not every or agreement.until is None:
        return
    year = agreement.day.year
    first = date(year, *agreement.year_begins)
    if first > agreement.day:
        first = date(year - 1, *agreement.year_begins)
    for number in range(1, _MOST // every):
        end = months_later(first, number * every) - _ONE
        if end < agreement.day:
            continue
        last = end >= agreement.until
        as_at = agreement.until if last else end
        yield ReportDue(
            agreement=agreement.reference,
            kind="final" if last else "financial",
            day=months_later(as_at + _ONE, within) - _ONE,
            as_at=as_at,
        )
        if last:
            return


def _add_line(item: Declaration, found: dict[str, DonorAgreement]) -> Iterator[Finding]:
    reference, code, name = item.texts
    agreement, amount = found.get(reference), _amount_of(item)
    wrong = ""
    if agreement is None:
        wrong = _undeclared(reference, found)
    elif amount is None or amount[1] != agreement.currency:
        wrong = (
            f"has the amount {item.text('amount') or 'nothing'}: a line is in its agreement's "
            f"currency, such as 1000 {agreement.currency}"
        )
    if wrong or agreement is None or amount is None:
        yield finding(item.entry, AGREEMENT, f"The budget line {reference} {code} {wrong}.")
        return
    line = BudgetLine(code=code, name=name, amount=amount[0])
    found[reference] = structs.replace(agreement, lines={**agreement.lines, code: line})


def _add_report(
    item: Declaration, found: Mapping[str, DonorAgreement], dated: dict[str, list[ReportDue]]
) -> Iterator[Finding]:
    reference, kind = item.texts
    as_at = as_date(item.meta.get("as-at"))
    wrong = ""
    if reference not in found:
        wrong = _undeclared(reference, found)
    elif kind not in REPORTS:
        wrong = f"is {kind!r}: it must be one of {', '.join(REPORTS)}"
    elif as_at is None and "as-at" in item.meta:
        wrong = f"is as at {item.text('as-at')!r}, which is no date: write it as 2003-12-31"
    if wrong:
        yield finding(item.entry, AGREEMENT, f"The report due under {reference} {wrong}.")
        return
    own = ReportDue(agreement=reference, kind=kind, day=item.day, as_at=as_at)
    dated.setdefault(reference, []).append(own)


def _close(item: Declaration, found: dict[str, DonorAgreement]) -> Iterator[Finding]:
    (reference,) = item.texts
    agreement = found.get(reference)
    deadline = as_date(item.meta.get("deadline"))
    wrong = ""
    if agreement is None:
        wrong = _undeclared(reference, found)
    elif not item.text("report") or not item.text("certified-by"):
        wrong = (
            "names no final certified report: an agreement ends with it; write report: with its "
            "reference, and certified-by:"
        )
    elif deadline is None and "deadline" in item.meta:
        wrong = f"has the deadline {item.text('deadline')!r}, which is no date"
    if wrong or agreement is None:
        yield finding(item.entry, AGREEMENT, f"The closing of agreement {reference} {wrong}.")
        return
    closing = Closing(
        day=item.day,
        report=item.text("report"),
        certified_by=item.text("certified-by"),
        deadline=deadline,
    )
    found[reference] = structs.replace(agreement, closing=closing)


def _undeclared(reference: str, found: Iterable[str]) -> str:
    return (
        f"is of the agreement {reference!r}, which is not declared (declared: "
        f"{', '.join(found) or 'none'})"
    )
