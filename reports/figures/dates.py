"""Dates as reports write them in words."""

from __future__ import annotations

from datetime import date


def long_date(day: date) -> str:
    """Write a date as the UN's documents do: 31 December 2003."""
    return f"{day.day} {day:%B %Y}"
