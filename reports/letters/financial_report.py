"""The financial report on an agreement, as a letter to its donor: the same figures as the report
`agreement`, from the agreement's beginning to the end of the cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from pledgebook.ledger.correspondence.reports_due import Expected
from pledgebook.ledger.money import ZERO
from pledgebook.reports.figures.agreed import Agreed, Spending, agreed_figures
from pledgebook.reports.figures.selection import SelectionError
from pledgebook.reports.letters.language import Language, mark
from pledgebook.reports.letters.letter import Block, Heading, Letter, Line, Paragraph, Table, Value
from pledgebook.reports.letters.paper import Order, Papers, about, compose
from pledgebook.reports.letters.tables import column_title, total_line

_ROWS = {"Without a budget line": mark("Without a budget line"),
         "Programme support costs": mark("Programme support costs"),
         "Bank charges": mark("Bank charges")}  # fmt: skip
_SOURCES = {
    "opening": mark("Brought forward"),
    "received": mark("Received"),
    "earned": mark("Interest and other income"),
    "saved": mark("Savings on obligations"),
    "moved": mark("Moved from and to other money"),
    "returned": mark("Refunded"),
    "spent": mark("Spent"),
}


def agreements_of(papers: Papers, order: Order) -> list[Agreed]:
    """Return the agreements of the donor in the funds of the letter that had begun by the end of
    the cut (or the one that is named), in the book's order.
    """
    return [
        each
        for each in agreed_figures(papers.selection)
        if papers.of_record(each.agreement.donor) == order.donor
        and each.agreement.fund in order.funds
        and order.agreement in {"", each.agreement.reference}
    ]


def report_answered(each: Agreed, end: date) -> Expected | None:
    """Return the financial report that is due as at that day, else the first that was not sent: the
    one that this answers.
    """
    open_ = [due for due in each.expected if not due.sent and due.due.kind != "narrative"]
    return next((due for due in open_ if due.due.as_at == end), open_[0] if open_ else None)


def financial_report(papers: Papers, order: Order) -> Letter:
    """Return the financial report on one agreement. Raises SelectionError where the book does not
    hold the agreement's beginning: a donor is told nothing that is half known.
    """
    speaking, say = order.speaking, order.speaking.say
    found = agreements_of(papers, order)
    if not found:
        raise SelectionError(f"There is no agreement with {order.donor} to report on in that time.")
    each = found[0]
    agreement, currency = each.agreement, papers.settings.currency
    if each.unknown_before:
        raise SelectionError(
            f"The agreement {agreement.reference} began in {each.unknown_before}, which is closed, "
            "and this book does not hold its entries: write the report with --book "
            "history.beancount."
        )
    cut = papers.selection.cut
    answered = report_answered(each, cut.end)
    final = answered is not None and answered.due.kind == "final"
    facts = [(say("Agreement"), agreement.reference)]
    if agreement.donor_reference:
        facts.append((say("Your reference"), agreement.donor_reference))
    facts.append((say("Amount agreed"), speaking.money(agreement.amount, agreement.currency)))
    facts.append((say("In force from"), speaking.long_date(agreement.day)))
    if agreement.until:
        facts.append((say("Until"), speaking.long_date(agreement.until)))
    codes = " / ".join(filter(None, (agreement.crs, agreement.channel)))
    if codes:
        facts.append((say("Sector and channel codes"), codes))
    first, last = speaking.long_date(cut.start), speaking.long_date(cut.end)
    facts.append((say("Period"), f"{first} – {last}"))
    body: list[Block] = [
        about(papers, order, *facts),
        Paragraph(
            say(
                "We report below on the use of your contribution under this agreement, from its "
                "beginning to {end}.",
                end=last,
            )
        ),
        _expenditure(order, each, currency),
        _money(order, each, currency),
    ]
    body += [Paragraph(text) for text in _remarks(speaking, each, currency)]
    if final:
        by = agreement.closing.certified_by if agreement.closing else ""
        text = say("This is the final report under the agreement, and it is certified correct.")
        body.append(Paragraph(text + (f" {by}" if by else ""), strong=True))
    subject = (
        say("Final financial report on {agreement}", agreement=agreement.reference)
        if final
        else say("Financial report on {agreement}", agreement=agreement.reference)
    )
    return compose(
        papers,
        order,
        body,
        subject=subject,
        agreement=agreement.reference,
        report_due=answered.due.day if answered else None,
    )


def _remarks(speaking: Language, each: Agreed, currency: str) -> list[str]:
    """Return the sentences under the tables."""
    say, agreement = speaking.say, each.agreement
    found = []
    if agreement.currency != currency:
        found.append(
            say(
                "Expenditure is converted into {currency} at the rates at which your payments were "
                "recorded in our accounts, the first received first spent; interest at the rate of "
                "the payment before it.",
                currency=speaking.currency(agreement.currency),
            )
        )
    if each.ahead and each.beyond is not None:
        found.append(
            say(
                "{amount} were spent beyond your payments and are converted at the United Nations "
                "operational rate of exchange of {rate}.",
                amount=speaking.money(each.ahead, currency),
                rate=f"{each.beyond:f}",
            )
        )
    elif each.ahead:
        found.append(
            say(
                "{amount} were spent beyond your payments; no rate of exchange is known for them "
                "yet.",
                amount=speaking.money(each.ahead, currency),
            )
        )
    if each.outstanding:
        found.append(
            say(
                "Of the expenditure {amount} are obligations that were raised and not yet paid.",
                amount=speaking.money(each.outstanding, currency),
            )
        )
    if each.unpaid:
        found.append(
            say(
                "{amount} of your contribution are still to be received.",
                amount=speaking.money(each.unpaid, agreement.currency),
            )
        )
    return found


def _expenditure(order: Order, each: Agreed, currency: str) -> Table:
    say, own = order.speaking.say, each.agreement.currency
    told = own != currency
    book_title, own_title = (column_title(order.speaking, code) for code in (currency, own))
    headings = [
        Heading("line", say("Budget line")),
        Heading("budget", _in(say("Budget"), own_title), "amount", own),
        Heading("before", _in(say("Spent before"), book_title), "amount", currency),
        Heading("within", _in(say("In the period"), book_title), "amount", currency),
        Heading("total", _in(say("Spent in all"), book_title), "amount", currency),
    ]
    if told:
        headings.append(Heading("units", _in(say("Spent in all"), own_title), "amount", own))
    headings.append(Heading("left", _in(say("Left of the budget"), own_title), "amount", own))
    lines = [_line(order, line, headings) for line in each.lines]
    planned = [line for line in each.lines if line.budget is not None]
    left = [line.budget - line.units for line in planned
            if line.budget is not None and line.units is not None]  # fmt: skip
    totals: dict[str, Value] = {
        "before": sum((line.before for line in each.lines), ZERO),
        "within": sum((line.within for line in each.lines), ZERO),
        "total": sum((line.before + line.within for line in each.lines), ZERO),
        "units": _known(each.spent_units),
    }
    if planned:
        totals["budget"] = sum((line.budget or ZERO for line in planned), ZERO)
        totals["left"] = sum(left, ZERO) if len(left) == len(planned) else ".."
    lines.append(total_line(headings, say("Total"), **totals))
    return Table(
        name="expenditure",
        caption=say("Expenditure against the budget"),
        headings=tuple(headings),
        lines=tuple(lines),
    )


def _line(order: Order, line: Spending, headings: Sequence[Heading]) -> Line:
    name = order.speaking.say(_ROWS[line.name]) if line.name in _ROWS else line.name
    values: dict[str, Value] = {
        "line": f"{line.code} {name}" if line.code else name,
        "budget": line.budget,
        "before": line.before,
        "within": line.within,
        "total": line.before + line.within,
        "units": _known(line.units),
        "left": None if line.budget is None else _known(_less(line.budget, line.units)),
    }
    return Line(tuple(values[each.key] for each in headings))


def _money(order: Order, each: Agreed, currency: str) -> Table:
    say, own = order.speaking.say, each.agreement.currency
    book_title, own_title = (column_title(order.speaking, code) for code in (currency, own))
    headings = [
        Heading("what", say("Money under the agreement")),
        Heading("before", _in(say("Before"), book_title), "amount", currency),
        Heading("within", _in(say("In the period"), book_title), "amount", currency),
        Heading("total", _in(say("In all"), book_title), "amount", currency),
    ]
    if own != currency:
        headings.append(Heading("units", _in(say("In all"), own_title), "amount", own))
    lines = []
    shown = {
        name: source
        for name, source in each.sources.items()
        if name == "received" or source.before or source.within
    }
    for name, source in shown.items():
        values: dict[str, Value] = {
            "what": say(_SOURCES[name]),
            "before": source.before,
            "within": source.within,
            "total": source.before + source.within,
            "units": _known(source.units),
        }
        lines.append(Line(tuple(values[heading.key] for heading in headings)))
    totals: dict[str, Value] = {
        "before": sum((source.before for source in shown.values()), ZERO),
        "within": sum((source.within for source in shown.values()), ZERO),
        "total": each.balance,
        "units": _known(each.balance_units),
    }
    lines.append(total_line(headings, say("Balance"), **totals))
    return Table(
        name="money",
        caption=say("Received, spent and left"),
        headings=tuple(headings),
        lines=tuple(lines),
    )


def _in(title: str, currency: str) -> str:
    return f"{title} ({currency})"


def _known(value: Decimal | None) -> Value:
    """Return an amount; what cannot be told is not left empty."""
    return ".." if value is None else value


def _less(one: Decimal, other: Decimal | None) -> Decimal | None:
    return None if other is None else one - other
