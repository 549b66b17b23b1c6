"""Donor agreements: what was agreed, received and spent, what is left, which report is due."""

from __future__ import annotations

from pledgebook.reports.figures.agreed import Agreed, agreed_figures
from pledgebook.reports.figures.layout import Layout, as_report, name_of, over_the_cut, section_name
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.table import Column, Report, Tie

NAME = "agreements"
TITLE = "Donor agreements"


def agreements(selection: Selection) -> Report:
    """Return each agreement by fund and class: what was agreed in its currency, its balance over
    the cut in the book's, and the report that is due next.
    """
    selection = selection.as_kept
    found = agreed_figures(selection)
    layout, ties = Layout(), []
    for fund, class_ in selection.groups:
        own = [each for each in found if each.agreement.group == (fund, class_)]
        if not own:
            continue
        name = section_name(selection, fund, class_)
        layout.section(name)
        for each in own:
            _row(selection, layout, each)
            ties.append(balance_tie(each))
        layout.total(f"Total, {name}")
    layout.grand_total("Total")
    unit = selection.book.settings.currency

    def amount(key: str, title: str, **given: object) -> Column:
        return Column(key=key, title=title, kind="amount", unit=unit, **given)  # type: ignore[arg-type]

    return as_report(
        selection,
        over_the_cut(selection),
        name=NAME,
        title=TITLE,
        columns=[
            Column(key="agreement", title="Agreement"),
            Column(key="donor", title="Donor"),
            Column(key="until", title="Ends on", kind="date"),
            Column(key="currency", title="Currency"),
            Column(key="agreed", title="Agreed", kind="amount"),
            Column(key="unpaid", title="Unpaid", kind="amount"),
            amount("opening", "Brought forward"),
            amount("received", "Received"),
            amount("earned", "Interest and other income"),
            amount("spent", "Spent"),
            amount("other", "Refunded and moved"),
            amount("balance", "Balance",
                   adds={"opening": 1, "received": 1, "earned": 1, "spent": -1, "other": -1}),
            amount("outstanding", "Obligations outstanding", memo=True),
            amount("owed", "Unpaid, as carried", memo=True),
            Column(key="due", title="Next report due", kind="date"),
            Column(key="kind", title="Report"),
        ],
        rows=layout.rows,
        notes=[
            "Agreed and unpaid are in the agreement's currency; different currencies are never "
            "added. Spent is disbursements plus obligations raised, support costs and bank charges "
            "included; the balance is cash less obligations outstanding under the agreement.",
        ]
        if layout.rows
        else ["The book declares no agreement of these."],
        ties=ties,
    )  # fmt: skip


def _row(selection: Selection, layout: Layout, each: Agreed) -> None:
    agreement, sources, due = each.agreement, each.sources, each.next_due
    within = {name: source.within for name, source in sources.items()}
    layout.row(
        agreement.donor,
        agreement=agreement.reference,
        donor=name_of(selection, agreement.donor),
        until=agreement.until,
        currency=agreement.currency,
        agreed=agreement.amount,
        unpaid=each.unpaid,
        opening=sum(source.before for source in sources.values()),
        received=within["received"],
        earned=within["earned"],
        spent=-within["spent"] - within["saved"],
        other=-within["returned"] - within["moved"],
        outstanding=each.outstanding,
        owed=each.owed,
        due=due.due.day if due else None,
        kind=due.due.kind if due else None,
    )


def balance_tie(each: Agreed) -> Tie:
    """Set an agreement's balance, by what came and went, beside the cash and the obligations that
    the ledger holds under it.
    """
    title = f"{each.agreement.reference}: balance, cash less obligations"
    return Tie(title, each.balance, each.cash - each.outstanding, each.agreement.fund)
