"""What Beancount cannot read is told with what to mend."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pledgebook.ledger.register.book import Book

ENTRY = """
2002-08-01 * "Austria" "Interest"
  Assets:CPCJF:Cash                 1.50 USD
  Income:CPCJF:Interest            -1.50 USD
2002-08-02 * "Austria" "Interest"
  Assets:CPCJF:Cash                 1.50 USD
  Income:CPCJF:Interest            -1.50 USD
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "2002-08-01",
            "01.08.2002",
            "written as 2002-08-01; this line begins with 01",
        ),
        ("2002-08-01", "1/8/2002", "this line begins with 1/8/2002"),
        (
            '"Austria" "Interest"\n',
            '"Austria "Interest"\n',
            "Line 1 has an odd number of",
        ),
        (
            '"Austria" "Interest"\n',
            '"Austria" "Interest\n',
            "Line 1 has an odd number of",
        ),
        (" 1.50 USD", " 1,5 USD", "a point before its decimals; here it is 1,5"),
    ],
)
def test_a_slip_of_the_pen_is_told_with_its_line(
    load: Callable[..., Book], old: str, new: str, told: str
) -> None:
    book = load(ENTRY.replace(old, new, 1))
    assert any(told in error.message for error in book.errors), book.errors


def test_what_the_line_does_not_tell_stays_as_beancount_says_it(
    load: Callable[..., Book],
) -> None:
    (error,) = load(ENTRY.replace("* ", "* * ", 1)).errors
    assert error.message.endswith("or TAG or LINK")
