"""Revenue of a calendar year by the UN data standards for system-wide reporting: by contributor and
type of contributor (standard VI), and by type of revenue with its grant financing instrument (IV).

What is revenue is what the statement of income of that year says. Types of contributor follow from
kinds of donor where these leave no choice; types of revenue are declared by purpose, class or fund
and never derived, since nothing in a ledger tells a thematic fund from a pooled one. In kind
follows from the type that money for the same has. Sources: docs/standards.md.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec import Struct
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.declared.standard_codes import CONTRIBUTORS, REVENUES
from pledgebook.ledger.findings import RefusedError
from pledgebook.ledger.money import ZERO, format_amount
from pledgebook.ledger.passive import passive
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.postings import Line
from pledgebook.reports.figures.booked import lines_within
from pledgebook.reports.figures.layout import name_of
from pledgebook.reports.figures.selection import Selection, select
from pledgebook.reports.figures.statement_lines import INCOME
from pledgebook.reports.financial_statements import TOTAL, make_statements

FIRST_YEAR = 2018
"""The first year the standards are for; of earlier ones a file is an illustration."""

NO_CONTRIBUTOR = "C09"
_CONTRIBUTOR_OF_KIND: Mapping[str, str] = {
    "state": "C01",
    "un-entity": "C04C",
    "ifi": "C04A",
    "intergovernmental": "C04E",
    "european-community": "C08A",
    "ngo": "C02",
    "foundation": "C05",
    "academia": "C07",
    "company": "C06",
}
"""The type of contributor of kinds of donor that leave no choice; `standard-code` says otherwise of
single donors, such as pooled or vertical funds, and says it of the kinds that are not here."""

_OTHER = {
    "exchange": "exchange",
    "exchange_on_cash": "exchange-on-cash",
    "interest": "interest",
    "miscellaneous": "miscellaneous",
}
"""Lines of the statement of income that no donor gave, and what they are called where declared."""

_INTERNAL = "support_income"
_UNTIED = ("R02A", "R02B")
COLUMNS = (
    "year", "fund", "contributor_type", "contributor_type_name", "contributor", "contributor_name",
    "revenue_type", "revenue_type_name", "class", "purpose", "in_kind", "currency", "amount",
    "standing",
)  # fmt: skip


class Revenue(Struct, frozen=True, kw_only=True):
    """One row: what a contributor gave to a fund, class and purpose in a year, under both codes.
    `contributor` is a donor's code, or the line of other income. `in_kind` is in no total of money.
    """

    fund: str
    contributor_type: str
    contributor: str
    contributor_name: str
    revenue_type: str
    class_: str
    purpose: str
    in_kind: bool
    currency: str
    amount: Decimal


class RevenueOfYear(Struct, frozen=True, kw_only=True):
    """The rows of a year; their `revenue` in money, the `statement` of income's, and by name what
    is in the one and not in the other: revenue = statement + differences.
    """

    year: int
    currency: str
    rows: Sequence[Revenue]
    revenue: Decimal
    statement: Decimal
    differences: Mapping[str, Decimal]

    @property
    def agrees(self) -> bool:
        """Whether every difference is named."""
        return self.revenue == self.statement + sum(self.differences.values(), ZERO)


def revenue_of(book: Book, year: int) -> RevenueOfYear:
    """Return a calendar year's revenue by contributor and type.

    Raises RefusedError where a code is needed that the book does not declare, and SelectionError
    where the book does not cover the year.
    """
    selection = select(book, str(year))
    settings = selection.book.settings
    sums: dict[tuple[str, str, str, str, bool, str], Decimal] = {}
    for line_of, kinds in (("contributions", ("contributions",)), *_other_lines()):
        for _, line in lines_within(selection, *kinds):
            of_donor = line_of == "contributions"
            who = line.place.part if of_donor else _OTHER[line_of]
            key = (line.place.fund, line.class_, _purpose(line, of_donor), who, not of_donor, "")
            sums[key] = sums.get(key, ZERO) - (line.value or ZERO)
    for flow in selection.book.register.in_kind:
        line = flow.line
        if flow.entry.date in selection.cut and selection.covers_line(line):
            who = line.place.part
            key = (line.place.fund, line.class_, line.purpose, who, False, line.currency)
            sums[key] = sums.get(key, ZERO) - line.units
    missing: dict[str, None] = {}
    rows = [_row(selection, key, amount, missing) for key, amount in sorted(sums.items()) if amount]
    if missing:
        raise RefusedError(
            f"The book does not say what the UN data standards ask of {year}: "
            + "; ".join(missing)
            + '. Declare each: custom "standard-code" (docs/standards.md).'
        )
    revenue = sum((row.amount for row in rows if not row.in_kind), ZERO)
    statements = make_statements(selection)
    statement = sum((own.lines[line.key][TOTAL] for own in statements for line in INCOME), ZERO)
    internal = sum((own.lines[_INTERNAL][TOTAL] for own in statements), ZERO)
    differences = {"programme support income, from other classes": -internal} if internal else {}
    return RevenueOfYear(
        year=year,
        currency=settings.currency,
        rows=rows,
        revenue=revenue,
        statement=statement,
        differences=differences,
    )


def _other_lines() -> list[tuple[str, tuple[str, ...]]]:
    return [(line.key, line.kinds) for line in INCOME if line.key in _OTHER]


def _purpose(line: Line, of_donor: bool) -> str:
    return line.purpose if of_donor else ""


def _row(
    selection: Selection,
    key: tuple[str, str, str, str, bool, str],
    amount: Decimal,
    missing: dict[str, None],
) -> Revenue:
    fund, class_, purpose, who, is_other, commodity = key
    settings = selection.book.settings
    if is_other:
        contributor, name = NO_CONTRIBUTOR, who
        revenue = settings.code_in("un-revenue", ("income", who))
        asked = f"un-revenue of income {who}"
    else:
        contributor, name = _contributor(settings, who), name_of(selection, who)
        of = [("class", f"{fund} {class_}"), ("fund", fund)]
        of = [("purpose", purpose), *of] if purpose else of
        revenue = settings.code_in("un-revenue", *of)
        asked = f"un-revenue of {' or '.join(f'{what} {which}' for what, which in of)}"
    if not contributor:
        known = settings.donors.get(who)
        kind = f", or of kind {known.kind}" if known else ""
        missing[f"un-contributor of donor {who}{kind}"] = None
    if not revenue:
        missing[asked] = None
    if commodity and revenue:
        revenue = "R02B" if revenue in _UNTIED else "R03F"
    return Revenue(
        fund=fund,
        contributor_type=contributor,
        contributor=who,
        contributor_name=name,
        revenue_type=revenue,
        class_=class_,
        purpose=purpose,
        in_kind=bool(commodity),
        currency=commodity or settings.currency,
        amount=amount,
    )


def _contributor(settings: Settings, donor: str) -> str:
    return settings.code_of_donor("un-contributor", donor, _CONTRIBUTOR_OF_KIND)


def to_csv(found: RevenueOfYear) -> str:
    """Return the rows as CSV text under COLUMNS, exact, without a byte-order mark."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    standing = "" if found.year >= FIRST_YEAR else f"illustration: before {FIRST_YEAR}"
    for row in found.rows:
        writer.writerow(
            [
                found.year,
                row.fund,
                row.contributor_type,
                CONTRIBUTORS[row.contributor_type],
                row.contributor,
                passive(row.contributor_name),
                row.revenue_type,
                REVENUES[row.revenue_type],
                row.class_,
                row.purpose,
                "yes" if row.in_kind else "no",
                row.currency,
                format_amount(row.amount),
                standing,
            ]
        )
    return stream.getvalue()
