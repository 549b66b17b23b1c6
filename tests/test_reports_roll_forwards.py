"""The movement tables, against figures worked by hand (amounts made up)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from conftest import SETTINGS
from pledgebook.ledger.register.book import Book
from pledgebook.reports.figures.agreements import disagreements
from pledgebook.reports.figures.selection import select
from pledgebook.reports.figures.table import Report
from pledgebook.reports.registry import make_reports
from pledgebook.reports.render.footing import footed

D = Decimal
Load = Callable[..., Book]


def table(report: Report, section: str) -> dict[str, dict[str, Decimal]]:
    """The lines of a fund and class by cause, each with its amounts but those of nil."""
    found: dict[str, dict[str, Decimal]] = {}
    here = ""
    for row in footed(report).rows:
        here = row.label if row.kind == "section" else here
        if here == section and row.kind in {"row", "total"}:
            amounts = {k: v for k, v in row.values.items() if isinstance(v, Decimal) and v}
            found.setdefault(str(row.values.get("cause") or row.label), amounts)
    return found


LIFE = """
2000-03-01 * "Austria" "Pledge" ^AUT-2000-01
  event: "commitment"
  class: "general"
  Assets:CPCJF:Pledges:AUT      900 USD {0 # 900.00 USD, "AUT-2000-01.1"}
    due: 2000-06-30
  Income:CPCJF:Contributions:AUT   -900.00 USD

2002-02-01 * "Canada" "Pledge" ^CAN-2002-01
  event: "commitment"
  class: "general"
  Assets:CPCJF:Pledges:CAN      1000 EUR {0 # 1000.00 USD, "CAN-2002-01.1"}
    due: 2002-06-30
  Assets:CPCJF:Pledges:CAN      2000 EUR {0 # 2000.00 USD, "CAN-2002-01.2"}
    due: 2004-06-30
  Income:CPCJF:Contributions:CAN   -1000.00 USD
  Liabilities:CPCJF:Deferred:CAN   -2000.00 USD {1 USD, "CAN-2002-01.2"}

2002-03-01 * "Canada" "Payment" ^CAN-2002-01
  event: "payment"
  class: "general"
  Assets:CPCJF:Pledges:CAN     -1000 EUR {"CAN-2002-01.1"}
  Assets:CPCJF:Cash           1100.00 USD
  Income:CPCJF:Exchange       -100.00 USD

2002-04-01 * "Canada" "Half of the later instalment in advance" ^CAN-2002-01
  event: "payment"
  class: "general"
  Assets:CPCJF:Pledges:CAN        -2000 EUR {"CAN-2002-01.2"}
  Assets:CPCJF:Pledges:CAN         1000 EUR {0 # 1000.00 USD, 2002-02-01, "CAN-2002-01.2"}
    due: 2004-06-30
  Liabilities:CPCJF:Deferred:CAN   2000.00 USD {"CAN-2002-01.2"}
  Liabilities:CPCJF:Deferred:CAN  -1000.00 USD {1 USD, "CAN-2002-01.2"}
  Assets:CPCJF:Cash                1250.00 USD
  Liabilities:CPCJF:In-Advance:CAN -1250.00 USD {1 USD, "CAN-2002-01.2"}

2003-05-01 * "Austria" "Half written off" ^AUT-2000-01
  event: "write-off"
  authority: "Controller (made up)"
  class: "general"
  Assets:CPCJF:Pledges:AUT       -900 USD {"AUT-2000-01.1"}
  Assets:CPCJF:Pledges:AUT        450 USD {0 # 450.00 USD, 2000-03-01, "AUT-2000-01.1"}
    due: 2000-06-30
  Equity:CPCJF:Written-Off:AUT    450.00 USD

2003-06-01 * "Somebody" "Not known yet"
  event: "receipt-unapplied"
  class: "general"
  Assets:CPCJF:Cash                 70.00 USD
  Liabilities:CPCJF:Unapplied      -70.00 USD {1 USD, "R-2003-0001"}
"""


def test_each_balance_leads_from_opening_to_closing_by_its_causes(load: Load) -> None:
    """Worked on paper, 2002-2003: opening 900; pledged 3,000, of it 2,000 deferred; 1,100 came for
    1,000 (exchange 100); 1,250 came in advance for 1,000; 450 is written off.
    """
    book = load(LIFE)
    assert [error.message for error in book.errors] == []
    (report,) = make_reports(select(book, "2002-2003"), ("roll-forwards",))
    assert [tie for tie in report.ties if not tie.agrees] == []
    assert len(report.ties) == 7
    assert table(report, "CPCJF, general") == {
        "Opening, 31 December 2001": {"receivable": D(900)},
        "Pledges and commitments": {"receivable": D(3000), "deferred": D(2000)},
        "Received": {"unapplied": D(70)},
        "Collected": {"receivable": D(-1100)},
        "Exchange, on collected": {"receivable": D(100)},
        "Paid in advance": {
            "receivable": D(-1000), "deferred": D(-1000), "in_advance": D(1250),
        },
        "Written off": {"receivable": D(-450)},
        "Closing, 31 December 2003": {
            "receivable": D(1450), "deferred": D(1000), "in_advance": D(1250), "unapplied": D(70),
        },
    }  # fmt: skip


def test_the_allowance_moves_with_age_and_collection(load: Load) -> None:
    """25 % after a year, 60 after two, 100 after three: of 900 due in June 2000 at the end of 2001
    25 % (225), of the 450 left at the end of 2003 all.
    """
    fund = 'custom "fund" "CPCJF"'
    assert SETTINGS.count(fund) == 1
    at = SETTINGS.index("\n", SETTINGS.index(fund))
    settings = f'{SETTINGS[:at]}\n  allowance: "25 60 100"{SETTINGS[at:]}'
    book = load(LIFE, settings=settings)
    assert [error.message for error in book.errors] == []
    reports = make_reports(select(book, "2002-2003"), ("roll-forwards", "ageing"))
    lines = table(reports[0], "CPCJF, general")
    assert lines["Opening, 31 December 2001"]["allowance"] == D(225)
    assert lines["Change of the allowance, by age and collection"] == {"allowance": D(225)}
    assert lines["Closing, 31 December 2003"]["allowance"] == D(450)
    assert disagreements([footed(report) for report in reports]) == []


def test_what_moves_to_another_class_goes_out_of_one_table_into_the_other(load: Load) -> None:
    book = load("""
2002-02-01 * "Canada" "Pledge" ^CAN-2002-01
  event: "commitment"
  class: "general"
  Assets:CPCJF:Pledges:CAN      1000 USD {0 # 1000.00 USD, "CAN-2002-01.1"}
    due: 2002-06-30
  Income:CPCJF:Contributions:CAN   -1000.00 USD

2002-03-01 * "Canada" "For corruption" ^CAN-2002-01
  event: "re-earmark"
  Assets:CPCJF:Pledges:CAN     -1000 USD {"CAN-2002-01.1"}
    class: "general"
  Income:CPCJF:Contributions:CAN    1000.00 USD
    class: "general"
  Assets:CPCJF:Pledges:CAN      1000 USD {0 # 1000.00 USD, 2002-02-01, "CAN-2002-01.1"}
    due: 2002-06-30
    purpose: "corruption"
  Income:CPCJF:Contributions:CAN   -1000.00 USD
    purpose: "corruption"
""")
    assert [error.message for error in book.errors] == []
    (report,) = make_reports(select(book, "2002-2003"), ("roll-forwards",))
    moved = "Moved between donors, funds, classes and purposes"
    assert table(report, "CPCJF, general")[moved] == {"receivable": D(-1000)}
    assert table(report, "CPCJF, special")[moved] == {"receivable": D(1000)}
    assert all(tie.agrees for tie in report.ties)
