"""Entries are tagged with the period of their own date (all amounts made up)."""

from __future__ import annotations

from datetime import date

from beancount.core.data import Transaction
from pledgebook.ledger.register.book import Book


def test_an_entry_of_a_fund_has_the_tag_of_its_own_date(book: Book) -> None:
    """
    2001-12-31 * "" "The last day of a biennium"
      Assets:CPCJF:Cash       1.00 USD
      Income:CPCJF:Interest  -1.00 USD

    2002-01-01 * "" "The first day of the next" #own-tag
      Assets:CPCJF:Cash       1.00 USD
      Income:CPCJF:Interest  -1.00 USD

    2010-01-01 * "" "In no declared period"
      Assets:CPCJF:Cash       1.00 USD
      Income:CPCJF:Interest  -1.00 USD
    """
    assert not book.errors
    tags = {entry.date: entry.tags for entry in book.entries if isinstance(entry, Transaction)}
    assert tags == {
        date(2001, 12, 31): {"2000-2001"},
        date(2002, 1, 1): {"own-tag", "2002-2003"},
        date(2010, 1, 1): frozenset(),
    }


def test_an_entry_outside_any_fund_is_left_as_it_is(book: Book) -> None:
    """
    2002-01-01 open Assets:Household
    2002-01-01 open Income:Household

    2002-02-01 * "" "Not a fund's"
      Assets:Household   1.00 USD
      Income:Household  -1.00 USD
    """
    assert not book.errors
    (entry,) = [entry for entry in book.entries if isinstance(entry, Transaction)]
    assert entry.tags == frozenset()


def test_the_tag_of_a_pledge_is_its_entrys_and_not_its_due_dates(book: Book) -> None:
    """
    2002-04-10 * "Germany" "Due in the next biennium" ^DEU-2002-01
      Assets:CPCJF:Pledges:DEU         10000 USD {0 # 10000.00 USD, "DEU-2002-01.1"}
        due: 2004-03-31
      Liabilities:CPCJF:Deferred:DEU  -10000.00 USD {1 USD, "DEU-2002-01.1"}
    """
    (entry,) = [entry for entry in book.entries if isinstance(entry, Transaction)]
    assert "2002-2003" in entry.tags
    assert "2004-2005" not in entry.tags
