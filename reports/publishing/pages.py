"""The pages of the site in one language: titles, sentences and tables, before they are drawn."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct
from pledgebook.ledger.declared.mandates import paragraph_order
from pledgebook.ledger.money import ZERO
from pledgebook.reports.letters.language import Language
from pledgebook.reports.publishing.shown import Amounts, Given, Shown

_NO_LETTER = re.compile(r"[^A-Za-z0-9-]+")

UNNAMED = "Donors not named"


class Line(Struct, frozen=True, kw_only=True):
    """A line of a table: what it is of, the page it leads to ("" for none), its amounts by column
    (None: not shown), and how long its bar is, in per cent of the longest.
    """

    title: str
    link: str = ""
    amounts: Sequence[Decimal | None]
    bar: str = ""


class Table(Struct, frozen=True, kw_only=True):
    """A table with its picture: a bar beside each line, as long as its first amount."""

    title: str
    head: str
    columns: Sequence[str]
    lines: Sequence[Line]
    total: Line | None = None


class Page(Struct, frozen=True, kw_only=True):
    """A page: where it stands in the site, its title, and what it says."""

    path: str
    title: str
    above: str = ""
    """What kind of page it is, above the title."""
    sentences: Sequence[str] = ()
    said: str = ""
    """A text of the book, in the language in which it was written."""
    tables: Sequence[Table] = ()


class Writer:
    """Writes the pages of what is shown in a language."""

    def __init__(self, shown: Shown, speaking: Language) -> None:
        self.shown, self.speaking = shown, speaking
        self.say = speaking.say
        self.settings = shown.book.settings
        self.with_unpaid = any(each.unpaid is not None for each in shown.totals.values())
        self.each_unpaid = any(each.unpaid is not None for each in shown.named.values())

    def pages(self) -> list[Page]:
        """Return all pages, the first one first."""
        return [
            self._front(),
            *map(self._fund, self.shown.funds),
            *(self._period(each.name) for each in self.shown.periods),
            *map(self._donor, self.shown.donors),
            *(self._paragraph(each) for each in _those(self.shown.given, "paragraph")),
            *(self._purpose(each) for each in _those(self.shown.given, "purpose")),
            self.about(),
        ]

    def fund(self, code: str) -> str:
        """Return a fund's name."""
        return self.settings.stationery.fund_name(code, self.speaking.code)

    def donor(self, code: str) -> str:
        """Return a donor's name on the last day that is shown."""
        return self.settings.donor_name(code, self.speaking.code, self.shown.last_day)

    def purpose(self, code: str) -> str:
        """Return a purpose's name."""
        return self.settings.stationery.purpose_name(code, self.speaking.code)

    def paragraph(self, code: str) -> str:
        """Name a paragraph, or what answers none."""
        mandate = self.shown.mandate
        if mandate is not None and code in mandate.paragraphs:
            number = code.removeprefix("OP")
            said = self.speaking.count(int(number)) if number.isdecimal() else number
            return self.say("Paragraph {number}", number=said)
        return self.say(code)

    def _front(self) -> Page:
        shown = self.shown
        return Page(
            path="index.html",
            title=str(shown.book.options["title"]),
            sentences=[
                self.say("Voluntary contributions, as the book has them."),
                self._currency(),
            ],
            tables=[
                self._by("Period", (p.name for p in shown.periods), lambda cell: cell[1],
                         str, "period"),
                self._by("Fund", shown.funds, lambda cell: cell[0], self.fund, "fund"),
                self._donors(),
                *self._shares(shown.given),
            ],
        )  # fmt: skip

    def _fund(self, fund: str) -> Page:
        shown = self.shown
        own = [each for each in shown.given if each.fund == fund]
        return Page(
            path=path_of("fund", fund),
            above=self.say("Fund"),
            title=self.fund(fund),
            sentences=[self._currency()],
            tables=[
                self._by("Period", (p.name for p in shown.periods), lambda cell: cell[1], str,
                         "period", lambda cell: cell[0] == fund),
                self._donors(lambda cell: cell[0] == fund),
                *self._shares(own),
            ],
        )  # fmt: skip

    def _period(self, period: str) -> Page:
        shown = self.shown
        found = next(each for each in shown.periods if each.name == period)
        own = [each for each in shown.given if each.period == period]
        is_closed = period in self.settings.seals
        return Page(
            path=path_of("period", period),
            above=self.say("Period"),
            title=period,
            sentences=[
                self.say(
                    "From {start} to {end}.",
                    start=self.speaking.long_date(found.start),
                    end=self.speaking.long_date(found.end),
                ),
                self.say("The period is closed.")
                if is_closed
                else self.say("The period is not closed: its figures are provisional."),
                self._currency(),
            ],
            tables=[
                self._by("Fund", shown.funds, lambda cell: cell[0], self.fund, "fund",
                         lambda cell: cell[1] == period),
                self._donors(lambda cell: cell[1] == period),
                *self._shares(own),
            ],
        )  # fmt: skip

    def _donor(self, donor: str) -> Page:
        own = {key[:2]: amounts for key, amounts in self.shown.named.items() if key[2] == donor}
        given = [each for each in self.shown.given if each.donor == donor]
        columns = self._columns(each=True)
        lines = [
            Line(
                title=f"{period.name}, {self.fund(fund)}",
                link=path_of("period", period.name),
                amounts=self._row(own[fund, period.name], each=True),
            )
            for period in self.shown.periods
            for fund in self.shown.funds
            if (fund, period.name) in own
        ]
        return Page(
            path=path_of("donor", donor),
            above=self.say("Donor"),
            title=self.donor(donor),
            sentences=[self._currency()],
            tables=[
                self._table(self.say("By period and fund"), self.say("Period"), columns, lines),
                *self._shares(given),
            ],
        )

    def _paragraph(self, code: str) -> Page:
        mandate = self.shown.mandate
        own = [each for each in self.shown.given if each.paragraph == code]
        return Page(
            path=path_of("paragraph", code),
            above=mandate.symbol if mandate else "",
            title=self.paragraph(code),
            said=mandate.paragraphs.get(code, "") if mandate else "",
            sentences=[
                self.say("Each contribution stands under one paragraph: the first that calls for "
                         "it."),
                self.say("Of donors who are named."),
                self._currency(),
            ],
            tables=self._of_part(own),
        )  # fmt: skip

    def _purpose(self, code: str) -> Page:
        own = [each for each in self.shown.given if each.purpose == code]
        return Page(
            path=path_of("purpose", code),
            above=self.say("Purpose"),
            title=self.purpose(code),
            sentences=[self.say("Of donors who are named."), self._currency()],
            tables=self._of_part(own),
        )

    def _of_part(self, own: Sequence[Given]) -> list[Table]:
        return [
            self._given("By period", "Period", own, "period", str),
            self._given("By donor", "Donor", own, "donor", self.donor, by_amount=True),
        ]

    def about(self) -> Page:
        """Return the page that says what the figures mean."""
        shown = self.shown
        sentences = [
            self.say("Received is what came in money in a period, before charges of banks; what "
                     "was paid in advance counts when its period begins."),
            self.say("Pledged is what fell due in a period, with contributions that no pledge "
                     "preceded; unpaid is what of it, and of earlier periods, was open at its "
                     "end."),
            self.say("Amounts in other currencies are at the rate of exchange of their day."),
        ]  # fmt: skip
        if shown.unnamed:
            sentences.append(
                self.say("Donors who are not named are shown as one sum, never of fewer than "
                         "three; others may stand among them so that no amount can be told.")
            )  # fmt: skip
        if shown.left_out:
            parts = (f"{period}, {self.fund(fund)}" for fund, period in shown.left_out)
            sentences.append(
                self.say("Nothing is shown of: {parts}. Too few donors gave there.",
                         parts="; ".join(parts))
            )  # fmt: skip
        if not self.each_unpaid:
            sentences.append(self.say("What single donors still owe is not public."))
        if any(None in (each.unpaid, each.pledged) for each in shown.totals.values()):
            sentences.append(
                self.say("Totals of what is pledged and unpaid are of what is shown; where fewer "
                         "than three donors gave it stands as “..”.")
            )  # fmt: skip
        sentences += [
            self.say("As the book stood on {day}.", day=self.speaking.long_date(shown.last_day)),
            self.say("Digest of the book (SHA-256): {digest}", digest=shown.book.sha256),
        ]
        return Page(path="about.html", title=self.say("About these figures"), sentences=sentences)

    def _currency(self) -> str:
        code = self.settings.currency
        return self.say("Amounts are in {currency}.", currency=self.speaking.currency(code))

    def _columns(self, *, each: bool = False) -> list[str]:
        wide = self.each_unpaid if each else self.with_unpaid
        return [
            self.say("Received"),
            *([self.say("Pledged"), self.say("Unpaid")] if wide else []),
        ]

    def _row(self, own: Amounts, *, each: bool = False) -> list[Decimal | None]:
        wide = self.each_unpaid if each else self.with_unpaid
        return [own.received, *((own.pledged, own.unpaid) if wide else ())]

    def _by(
        self,
        head: str,
        names: Iterable[str],
        of: Callable[[tuple[str, str]], str],
        title: Callable[[str], str],
        kind: str,
        among: Callable[[tuple[str, str]], bool] = bool,
    ) -> Table:
        """Return a table of whole cells. What is unpaid is of the last period: of several it is
        never added.
        """
        lines = []
        for name in names:
            cells = {
                cell: own for cell, own in self.shown.totals.items()
                if among(cell) and of(cell) == name
            }  # fmt: skip
            if cells:
                lines.append(
                    Line(
                        title=title(name),
                        link=path_of(kind, name),
                        amounts=self._row(self._sum(cells)),
                    )
                )
        cells = {cell: own for cell, own in self.shown.totals.items() if among(cell)}
        return self._table(
            self.say(f"By {head.lower()}"), self.say(head), self._columns(), lines,
            self._row(self._sum(cells)),
        )  # fmt: skip

    def _sum(self, cells: Mapping[tuple[str, str], Amounts]) -> Amounts:
        last = max((self._order(cell[1]) for cell in cells), default=0)
        pledged = [own.pledged for own in cells.values() if own.pledged is not None]
        ends = [own.unpaid for cell, own in cells.items() if self._order(cell[1]) == last]
        unpaid = [each for each in ends if each is not None]
        return Amounts(
            received=sum((own.received for own in cells.values()), ZERO),
            pledged=sum(pledged, ZERO) if pledged else None,
            unpaid=sum(unpaid, ZERO) if unpaid else None,
        )

    def _order(self, period: str) -> int:
        return [each.name for each in self.shown.periods].index(period)

    def _donors(self, among: Callable[[tuple[str, str]], bool] = bool) -> Table:
        received: dict[str, dict[tuple[str, str], Amounts]] = defaultdict(dict)
        for (fund, period, donor), own in self.shown.named.items():
            if among((fund, period)):
                received[donor][fund, period] = own
        columns = self._columns(each=True)
        lines = [
            Line(
                title=self.donor(donor),
                link=path_of("donor", donor),
                amounts=self._row(self._sum(cells), each=True),
            )
            for donor, cells in received.items()
        ]
        lines.sort(key=lambda line: (-(line.amounts[0] or ZERO), line.title))
        without = {cell: own for cell, own in self.shown.unnamed.items() if among(cell)}
        if without:
            amounts = self._row(self._sum(without), each=True)
            lines.append(Line(title=self.say(UNNAMED), amounts=amounts))
        return self._table(self.say("By donor"), self.say("Donor"), columns, lines)

    def _shares(self, own: Sequence[Given]) -> list[Table]:
        tables = []
        if self.shown.mandate is not None:
            tables.append(
                self._given("By paragraph, of donors who are named", "Paragraph", own,
                            "paragraph", self.paragraph)
            )  # fmt: skip
        tables.append(
            self._given("By purpose, of donors who are named", "Purpose", own, "purpose",
                        self.purpose)
        )  # fmt: skip
        return [table for table in tables if table.lines]

    def _given(
        self,
        title: str,
        head: str,
        own: Sequence[Given],
        key: str,
        name: Callable[[str], str],
        *,
        by_amount: bool = False,
    ) -> Table:
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for each in own:
            sums[getattr(each, key)] += each.received
        lines = [
            Line(title=name(code), link=path_of(key, code), amounts=[amount])
            if code
            else Line(title=self.say("Without a purpose"), amounts=[amount])
            for code, amount in sorted(sums.items(), key=lambda item: _sorting(key, item[0]))
        ]
        if by_amount:
            lines.sort(key=lambda line: (-(line.amounts[0] or ZERO), line.title))
        return self._table(self.say(title), self.say(head), [self.say("Received")], lines)

    def _table(
        self,
        title: str,
        head: str,
        columns: Sequence[str],
        lines: Sequence[Line],
        total: Sequence[Decimal | None] | None = None,
    ) -> Table:
        if total is None:
            total = [
                sum((x for line in lines if (x := line.amounts[at]) is not None), ZERO)
                for at in range(len(columns))
            ]
        longest = max((line.amounts[0] or ZERO for line in lines), default=ZERO)
        drawn = [
            Line(
                title=line.title,
                link=line.link,
                amounts=line.amounts,
                bar=_length(line.amounts[0] or ZERO, longest),
            )
            for line in lines
        ]
        return Table(
            title=title,
            head=head,
            columns=columns,
            lines=drawn,
            total=Line(title=self.say("Total"), amounts=total) if len(lines) > 1 else None,
        )


def _those(given: Iterable[Given], key: str) -> list[str]:
    return sorted({getattr(each, key) for each in given} - {""}, key=lambda c: _sorting(key, c))


def _sorting(key: str, code: str) -> tuple[object, ...]:
    return (paragraph_order(code),) if key == "paragraph" and code else (code,)


def _length(amount: Decimal, longest: Decimal) -> str:
    if longest <= 0 or amount <= 0:
        return "0"
    return f"{amount / longest * 100:.1f}"


def path_of(kind: str, code: str) -> str:
    """Return where the page of a donor, fund, period, paragraph or purpose stands: no code of a
    book leads out of its folder.
    """
    plain = _NO_LETTER.sub("-", code).strip("-") or "none"
    if plain != code:  # two codes that are alike but for signs are two pages
        plain += "-" + "".join(f"{byte:02x}" for byte in code.encode())[:60]
    return f"{kind}/{plain}.html"
