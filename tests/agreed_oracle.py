"""An independent account of donor agreements: random books as text, their figures by brute force.

It knows nothing of entries or of this program; it follows docs/agreements.md with plain sums: what
was received first is spent first, each cent of it by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

ZERO = Decimal(0)
CENT = Decimal("0.01")


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


@dataclass
class Account:
    """One agreement: what happened, in order, as (day, what, line, dollars, units)."""

    ref: str
    currency: str
    happened: list[tuple[date, str, str, Decimal, Decimal]] = field(default_factory=list)

    def note(
        self, day: date, what: str, dollars: Decimal, units: Decimal = ZERO, line: str = ""
    ) -> None:
        self.happened.append((day, what, line, dollars, units))

    def left(self, day: date) -> Decimal:
        """What may be spent of it: what came less what was spent and promised."""
        signs = {"received": 1, "interest": 1, "spent": -1, "refunded": -1}
        return sum(
            (
                signs[what] * x
                for when, what, _, x, _ in self.happened
                if when <= day and what in signs
            ),
            ZERO,
        )

    def figures(self, day: date) -> dict[str, Decimal]:
        """All figures to the end of a day, by name."""
        known = [each for each in self.happened if each[0] <= day]
        pots: list[list[Decimal]] = []  # what came, in order: dollars and units left
        paid = (Decimal(1), Decimal(1))
        for _, what, _, dollars, units in known:
            if what == "received":
                pots.append([dollars, units])
                paid = (dollars, units)
            elif what == "interest":
                same = self.currency == "USD"
                pots.append([dollars, dollars if same else cents(dollars * paid[1] / paid[0])])
        came = {id(pot): (pot[0], pot[1]) for pot in pots}
        spent: list[tuple[list[Decimal], Decimal, Decimal]] = []
        found: dict[str, Decimal] = {}

        def add(name: str, value: Decimal) -> None:
            found[name] = found.get(name, ZERO) + value

        def take(dollars: Decimal) -> Decimal:
            if self.currency == "USD":
                return dollars
            units = ZERO
            for pot in pots:
                part = min(dollars, pot[0])
                if part <= 0:
                    continue
                its = pot[1] if part == pot[0] else cents(pot[1] * part / pot[0])
                spent.append((pot, part, its))
                pot[0] -= part
                pot[1] -= its
                dollars -= part
                units += its
            assert not dollars, "the books spend no more than came"
            return units

        for _, what, line, dollars, units in known:
            if what == "received":
                add("received", dollars)
                add("received units", units)
            elif what == "interest":
                add("interest", dollars)
            elif what in {"spent", "refunded"}:
                told = take(dollars)
                add(f"{what} {line}".strip(), dollars)
                add(f"{what} {line} units".replace("  ", " "), told)
            elif what == "owed":
                add("outstanding", dollars)
        of_interest = [
            pot for pot, each in zip(pots, _incomes(known), strict=True) if each == "interest"
        ]
        add("interest units", sum((came[id(pot)][1] for pot in of_interest), ZERO))
        add("left", self.left(day))
        if self.currency == "USD":
            add("left units", self.left(day))
        else:
            add("left units", sum((pot[1] for pot in pots), ZERO))
        return {name: value for name, value in found.items() if value}


def _incomes(known: list[tuple[date, str, str, Decimal, Decimal]]) -> list[str]:
    return [what for _, what, _, _, _ in known if what in {"received", "interest"}]


class Life:
    """A random book of agreements in two periods: its text, and its accounts."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.text: list[str] = []
        self.accounts = [
            Account(f"A-{number}", self.random.choice(("USD", "EUR", "NOK")))
            for number in range(1, self.random.randint(2, 4))
        ]
        self.orders: list[tuple[Account, str, Decimal, str]] = []
        self.pledged: list[tuple[Account, str, Decimal, Decimal]] = []
        for account in self.accounts:
            self._declare(account)
        day = date(2002, 1, 10)
        while day < date(2005, 10, 1):
            self._happen(day)
            day += timedelta(days=self.random.randint(5, 40))

    def amount(self, most: int = 5000) -> Decimal:
        return Decimal(self.random.randint(100, most * 100)) / 100

    def _declare(self, account: Account) -> None:
        self.text.append(
            f'2002-01-01 custom "agreement" "{account.ref}" "AUT" "CPCJF"\n'
            f'  amount: 9000000 {account.currency}\n  purpose: "corruption"\n  interest: "donor"'
        )
        for line in "XY":
            self.text.append(
                f'2002-01-01 custom "budget-line" "{account.ref}" "{line}" "Line {line}"\n'
                f"  amount: 1000 {account.currency}"
            )

    def _write(self, day: date, head: str, *postings: str, meta: str = "") -> None:
        lines = [f'{day} * "Austria" "{head}"', '  purpose: "corruption"', *meta.split("\n")]
        self.text.append("\n".join([line for line in (*lines, *postings) if line.strip()]))

    def _happen(self, day: date) -> None:
        account = self.random.choice(self.accounts)
        name = self.random.choice(
            ("pledge", "pay", "pay", "gift", "spend", "spend", "order", "settle", "support",
             "interest", "refund")
        )  # fmt: skip
        getattr(self, name)(day, account)

    def pledge(self, day: date, account: Account) -> None:
        units = self.amount()
        value = units if account.currency == "USD" else cents(units * Decimal("0.9"))
        number = len(self.pledged) + len(self.text)
        label = f"AUT-{day.year}-{number}.1"
        end = date(day.year, 12, 31)
        self.pledged.append((account, label, units, value))
        self._write(
            day, "Pledge",
            f"  Assets:CPCJF:Pledges:AUT  {units} {account.currency} "
            f'{{0 # {value} USD, "{label}"}}',
            f"    due: {end}",
            f"  Income:CPCJF:Contributions:AUT  -{value} USD",
            meta=f'  agreement: "{account.ref}"\n  document: "Agreement"\n  event: "commitment"',
        )  # fmt: skip

    def pay(self, day: date, account: Account) -> None:
        del account
        if not self.pledged:
            return
        one = self.pledged.pop(self.random.randrange(len(self.pledged)))
        others = [each for each in self.pledged if each[0] is not one[0]]
        paid = [one]
        if others and self.random.random() < 0.4:  # one transfer for two agreements
            paid.append(others[0])
            self.pledged.remove(others[0])
        postings, cash = [], ZERO
        for own, label, units, value in paid:
            usd = own.currency == "USD"
            received = value if usd else cents(value * Decimal(self.random.randint(80, 125)) / 100)
            postings.append(f'  Assets:CPCJF:Pledges:AUT  -{units} {own.currency} {{"{label}"}}')
            if received != value:
                postings.append(f"  Income:CPCJF:Exchange  {value - received} USD")
                postings.append(f'    instalment: "{label}"')
            own.note(day, "received", received, units)
            cash += received
        self._write(
            day, "Payment", *postings, f"  Assets:CPCJF:Cash  {cash} USD", meta='  event: "payment"'
        )

    def gift(self, day: date, account: Account) -> None:
        value = self.amount()
        units = value if account.currency == "USD" else cents(value * Decimal("1.07"))
        account.note(day, "received", value, units)
        self._write(
            day, "Gift", f"  Assets:CPCJF:Cash  {value} USD",
            f"  Income:CPCJF:Contributions:AUT  -{value} USD",
            meta=f'  agreement: "{account.ref}"\n  original: "{units} {account.currency}"',
        )  # fmt: skip

    def _part(self, day: date, account: Account) -> Decimal:
        left = account.left(day)
        return cents(left * self.random.randint(1, 100) / 100) if left > 0 else ZERO

    def spend(self, day: date, account: Account) -> None:
        value, line = self._part(day, account), self.random.choice("XY")
        if not value:
            return
        account.note(day, "spent", value, line=line)
        self._write(
            day, "Costs", f"  Expenses:CPCJF:Programme  {value} USD",
            f"  Assets:CPCJF:Cash  -{value} USD",
            meta=f'  agreement: "{account.ref}"\n  budget-line: "{line}"',
        )  # fmt: skip

    def order(self, day: date, account: Account) -> None:
        value, line = self._part(day, account), self.random.choice("XY")
        if not value:
            return
        reference = f"PO-{len(self.text)}"
        account.note(day, "spent", value, line=line)
        account.note(day, "owed", value)
        self.orders.append((account, reference, value, line))
        self._write(
            day, "Order", f"  Expenses:CPCJF:Programme  {value} USD",
            f"  Liabilities:CPCJF:Obligations  -{value} USD",
            meta=f'  agreement: "{account.ref}"\n  budget-line: "{line}"\n'
            f'  obligation: "{reference}"',
        )  # fmt: skip

    def settle(self, day: date, account: Account) -> None:
        del account
        if not self.orders:
            return
        account, reference, value, _ = self.orders.pop(0)
        account.note(day, "owed", -value)
        self._write(
            day, "Order paid", f"  Liabilities:CPCJF:Obligations  {value} USD",
            f"  Assets:CPCJF:Cash  -{value} USD",
            meta=f'  event: "obligation"\n  obligation: "{reference}"',
        )  # fmt: skip

    def support(self, day: date, account: Account) -> None:
        value = self._part(day, account)
        if not value:
            return
        account.note(day, "spent", value, line="support")
        own = '    class: "special"\n    purpose: "corruption"'
        text = (
            f'{day} * "Support costs"\n  event: "programme-support"\n  agreement: "{account.ref}"\n'
            f"  Expenses:CPCJF:Programme-Support  {value} USD\n{own}\n"
            f"  Assets:CPCJF:Cash  -{value} USD\n{own}\n"
            f'  Assets:CPCJF:Cash  {value} USD\n    class: "support"\n'
            f'  Income:CPCJF:Programme-Support  -{value} USD\n    class: "support"'
        )
        self.text.append(text)

    def interest(self, day: date, account: Account) -> None:
        if account.left(day) <= 0:
            return
        value = self.amount(50)
        account.note(day, "interest", value)
        self._write(
            day, "Interest", f"  Assets:CPCJF:Cash  {value} USD",
            f"  Income:CPCJF:Interest  -{value} USD",
            meta=f'  event: "interest"\n  agreement: "{account.ref}"',
        )  # fmt: skip

    def refund(self, day: date, account: Account) -> None:
        value = self._part(day, account)
        if not value or self.random.random() < 0.6:
            return
        account.note(day, "refunded", value)
        self._write(
            day, "Refund", f"  Equity:CPCJF:Refunds:AUT  {value} USD",
            f"  Assets:CPCJF:Cash  -{value} USD",
            meta=f'  event: "refund-unspent"\n  agreement: "{account.ref}"\n  document: "Letter"',
        )  # fmt: skip
