"""Reports held against each other: the same figure, said by two of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal

from pledgebook.reports.figures.table import Agreement, Report


def among(report: Report, names: Collection[str]) -> list[Agreement]:
    """Return the report's agreements with others of these names."""
    return [each for each in report.agreements if each.other.report in names]


def disagreements(reports: Sequence[Report]) -> list[tuple[Agreement, Decimal, Decimal]]:
    """Return what these reports say differently of the same figure, with what each says.

    The reports must be footed, so that their across-sums are filled in.
    """
    by_name = {report.name: report for report in reports}
    differing = []
    for report in reports:
        for each in among(report, by_name):
            own = report.sum_of(each.own)
            other = by_name[each.other.report].sum_of(each.other)
            if own != other:
                differing.append((each, own, other))
    return differing
