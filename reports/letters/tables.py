"""The tables of letters: instalments in their own currencies, and what came in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.collections import Collection
from pledgebook.ledger.register.instalments import Instalment
from pledgebook.reports.letters.language import Language, mark
from pledgebook.reports.letters.letter import Heading, Line, Table, Value
from pledgebook.reports.letters.paper import Order, Papers, Waiting


def sections_of(papers: Papers, order: Order) -> list[tuple[str, str]]:
    """Return the funds and classes of the schedule in which the donor has a row, in its order."""
    return [
        key
        for key, lines in papers.schedule.sections.items()
        if key[0] in order.funds and any(line.donor == order.donor for line in lines)
    ]


def shown_instalments(papers: Papers, order: Order) -> list[Instalment]:
    """Return the donor's instalments that were owed or moved in the cut: the annex's rows, and
    those paid in advance in it.
    """
    paid = {part.label for each in papers.collections.get(order.donor, []) for part in each.parts}
    return [
        line
        for line in papers.instalments.get(order.donor, [])
        if line.fund in order.funds
        and (
            line.label in paid
            or (line.label in papers.figures and not papers.figures[line.label].is_nil)
        )
    ]


def instalment_table(
    papers: Papers, order: Order, lines: Iterable[Instalment], caption: str
) -> Table:
    """Return instalments with what is pledged, paid and unpaid in their currencies, and what is
    unpaid in the book's currency as carried: the schedule's closing, future and uncommitted.
    """
    say, currency = order.speaking.say, papers.settings.currency
    lines = list(lines)
    written_off = any(line.written_off for line in lines)
    purposes = any(line.purpose for line in lines)
    headings = [Heading("label", say("Instalment"), "code")]
    if purposes:
        headings.append(Heading("purpose", say("Purpose")))
    headings += [
        Heading("due", say("Due"), "date"),
        Heading("currency", say("Currency"), "code"),
        Heading("pledged", say("Pledged"), "amount"),
        Heading("paid", say("Paid"), "amount"),
    ]
    if written_off:
        headings.append(Heading("written_off", say("Written off"), "amount"))
    headings += [
        Heading("unpaid", say("Unpaid"), "amount"),
        Heading("value", column_title(order.speaking, currency), "amount", currency),
    ]
    rows = []
    total = ZERO
    for line in lines:
        total += line.carrying
        values: dict[str, Value] = {
            "label": line.label,
            "purpose": papers.purpose_name(line.purpose, order.speaking),
            "due": line.due or line.pledged_on,
            "currency": line.currency,
            "pledged": line.pledged,
            "paid": line.paid,
            "written_off": line.written_off,
            "unpaid": line.outstanding,
            "value": line.carrying,
        }
        rows.append(Line(tuple(values[each.key] for each in headings)))
    rows.append(total_line(headings, say("Total"), value=total))
    return Table(name="instalments", caption=caption, headings=tuple(headings), lines=tuple(rows))


def collection_table(
    papers: Papers,
    order: Order,
    collections: Iterable[Collection],
    caption: str,
    waiting: Iterable[Waiting] = (),
) -> Table:
    """Return what came in, a line a part: in the pledge's currency and in the book's currency as
    received; then what waits to be applied. What of it came before the cut stands below the total.
    """
    say, currency = order.speaking.say, papers.settings.currency
    parts = [(each, part) for each in collections for part in each.parts]
    advance = any(part.advance for _, part in parts)
    headings = [
        Heading("day", say("Received on"), "date"),
        Heading("label", say("Instalment"), "code"),
        Heading("purpose", say("Purpose")),
        Heading("currency", say("Currency"), "code"),
        Heading("amount", say("Amount"), "amount"),
        Heading("value", column_title(order.speaking, currency), "amount", currency),
    ]
    rows = []
    for each, part in parts:
        purpose = papers.purpose_name(part.purpose, order.speaking)
        rows.append(
            Line(
                (
                    each.key.day,
                    part.label,
                    (purpose or papers.class_name(part.class_, order.speaking))
                    + (" a/" if part.advance else ""),
                    part.currency,
                    part.units,
                    part.value,
                )
            )
        )
    value = sum((part.value for _, part in parts), ZERO)
    earlier = []
    for money in waiting:
        said = say("not yet applied to a pledge")
        line = Line((money.day, "", said, currency, money.value, money.value))
        if money.day < papers.selection.cut.start:
            earlier.append(line)
        else:
            rows.append(line)
            value += money.value
    rows += [total_line(headings, say("Total"), value=value), *earlier]
    note = say("a/ Received before the period in which it falls due, and held in advance.")
    return Table(
        name="received",
        caption=caption,
        headings=tuple(headings),
        lines=tuple(rows),
        note=note if advance else "",
    )


def total_line(headings: Sequence[Heading], title: str, **values: Value) -> Line:
    """Return a total: its title in the first column, these amounts in theirs."""
    cells: list[Value] = [values.get(each.key) for each in headings]
    cells[0] = title
    return Line(tuple(cells), total=True)


_UN = mark("United Nations operational rates of exchange")


def rates_named(papers: Papers, order: Order) -> str:
    """Return whose rates of exchange the book goes by, in parentheses; "" where it does not say."""
    source = papers.book.settings.rate_base.source
    return f" ({order.speaking.say(source)})" if source else ""


def column_title(speaking: Language, currency: str) -> str:
    """Return the heading of a column of amounts in a currency: its name."""
    name = speaking.currency(currency)
    return name[:1].upper() + name[1:]
