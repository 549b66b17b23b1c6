"""Books as people write them: random lives of contributions in Beancount text of many shapes.

What happens is told to the oracle at the same time. Nothing here uses the program's own builders or
its writer. Amounts and rates are made up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from oracle import ZERO, Instalment, Oracle, Row, cents

HEAD = """option "operating_currency" "USD"
option "inferred_tolerance_default" "*:0.000001"
plugin "pledgebook.plugins"
1999-12-31 custom "fund" "CPCJF" "A fund"
  recognition-general: "{general}"
  recognition-special: "{special}"
1999-12-31 custom "fund" "UNTOC" "An account within it"
  within: "CPCJF"
  classes: "convention"
  recognition-convention: "{convention}"
1999-12-31 custom "purpose" "corruption" "Corruption"
1999-12-31 custom "purpose" "migrant-smuggling" "Smuggling of migrants"
2000-01-01 custom "period" "2000-2001" 2001-12-31
2002-01-01 custom "period" "2002-2003" 2003-12-31
2004-01-01 custom "period" "2004-2005" 2005-12-31
2006-01-01 custom "period" "2006-2007" 2007-12-31
"""
STARTS = tuple(date(year, 1, 1) for year in (2000, 2002, 2004, 2006))
FIRST, LAST = date(2000, 2, 1), date(2006, 1, 2)
PLACES = (
    ("CPCJF", "general", ""),
    ("CPCJF", "special", "corruption"),
    ("CPCJF", "special", "migrant-smuggling"),
    ("UNTOC", "convention", ""),
    ("UNTOC", "convention", "corruption"),
)
DONORS = ("ITA", "AUT", "NOR")
EURO = {"ITL": Decimal("1936.27"), "DEM": Decimal("1.95583")}
FACTS = {
    "oda": ("yes", "no"),
    "crs": ("15130",),
    "programme": ("corruption", "trafficking"),
    "gender": ("0", "1"),
    "op": ("OP14", "OP8 OP7", "none"),
}
UNITS = {"EUR": 1, "ITL": 1936, "DEM": 2, "NOK": 8}
"""About what one dollar is."""

Posting = tuple[str, str, Sequence[str]]
"""An account, an amount, and lines of metadata."""


class Writer:
    """Writes a life, a step at a time. `events` draws what happens, `style` how it is written, so
    that the same things happen under any policies. `tells`: commitments state facts that rules of
    mandates ask for, kept in `said` by instalment, those of the pledge first.
    """

    def __init__(self, seed: int, policies: tuple[str, str, str], *, tells: bool = False) -> None:
        self.events, self.style = Random(seed), Random(seed + 1)
        groups = (("CPCJF", "general"), ("CPCJF", "special"), ("UNTOC", "convention"))
        self.policies = policies
        self.oracle = Oracle(dict(zip(groups, policies, strict=True)), STARTS)
        self.told = Random(seed + 2) if tells else None
        self.said: dict[str, list[dict[str, str]]] = {}
        self.day = FIRST
        self.entries: list[tuple[date, str]] = []
        self.written: dict[str, int] = {}
        self.gone: dict[str, tuple[date, Decimal, Decimal, tuple[str, str], bool]] = {}
        """Of each instalment last written off: day, units, value, fund and class, and whether it
        was due then.
        """
        self.gifts: list[tuple[date, Row, str, Decimal]] = []
        self.numbers: dict[tuple[str, int], int] = {}
        self.receipts: dict[str, tuple[str, str, str, Decimal, date]] = {}
        self.payments: dict[str, tuple[date, Decimal, Decimal, Decimal, Decimal, bool]] = {}
        """Of each instalment that a payment settled: day, units, value, gross, what banks kept
        of these, paid early."""
        self.early: dict[str, Decimal] = {}
        """What came before its period and would be held in advance, whatever the policy."""

    def live(self, steps: int, also: Mapping[str, int] | None = None) -> None:
        """Live so many steps, of STEPS and what may happen `also`."""
        weights = {**STEPS, **(also or {})}
        names = [name for name, weight in weights.items() for _ in range(weight)]
        for _ in range(steps):
            self.go_on(self.day + timedelta(self.events.choice((1, 1, 15, 40, 80, 120))))
            if self.day > date(2005, 9, 30):
                break
            getattr(self, self.events.choice(names))()
        self.go_on(LAST)

    def go_on(self, until: date) -> None:
        for start in STARTS:
            if self.day < start <= until:
                self.day = start
                self.begin(start)
        self.day = max(until, self.day + timedelta(1))

    def text(self) -> str:
        head = HEAD.format(
            **dict(zip(("general", "special", "convention"), self.policies, strict=True))
        )
        return "\n".join([head, *(text for _, text in self.entries)])

    # How things are written.

    def number(self, amount: Decimal) -> str:
        whole = amount.to_integral_value()
        return f"{whole:f}" if amount == whole and self.style.random() < 0.5 else f"{amount:f}"

    def lot(self, made: Instalment, *, new: bool = False) -> str:
        """An instalment's lot, put in or put back: three ways to write its cost."""
        day = "" if new and self.style.random() < 0.7 else f"{made.pledged_on}, "
        units = f"{self.number(made.units)} {made.currency}"
        if made.currency == "USD" and made.units == made.value and self.style.random() < 0.5:
            return f'{units} {{1 USD, {day}"{made.label}"}}'
        if self.style.random() < 0.5:
            return f'{units} {{0 # {made.value} USD, {day}"{made.label}"}}'
        return f'{units} {{{{{made.value} USD, {day}"{made.label}"}}}}'

    def memorandum(self, found: Instalment) -> bool:
        return not found.committed or self.oracle.policy(found) == "receipt"

    def account(self, found: Instalment) -> str:
        fund, _, donor = found.row
        kind = "Memorandum:Pledges" if self.memorandum(found) else "Pledges"
        return f"Assets:{fund}:{kind}:{donor}"

    def out(self, found: Instalment, meta: Sequence[str] = ()) -> Posting:
        day = f"{found.pledged_on}, " if self.style.random() < 0.2 else ""
        lot = f'{{{day}"{found.label}"}}'
        return self.account(found), f"{self.number(-found.units)} {found.currency} {lot}", meta

    def back(self, made: Instalment, meta: Sequence[str] = (), *, new: bool = False) -> Posting:
        due = [f"due: {made.due}", f'due: "{made.due}"'] if made.due else []
        own = [self.style.choice(due)] if due else []
        return self.account(made), self.lot(made, new=new), [*own, *meta]

    def deferral(
        self, found: Instalment, out: Decimal, back: Decimal, meta: Sequence[str] = ()
    ) -> list[Posting]:
        """The deferral moves with its instalment; where its value stays, it may stay."""
        fund, _, donor = found.row
        name = f"Liabilities:{fund}:Deferred:{donor}"
        if out == back:
            return []
        lines: list[Posting] = []
        if out:
            lines.append((name, f'{out} USD {{"{found.label}"}}', meta))
        if back:
            day = f"{found.pledged_on}, " if out and self.style.random() < 0.5 else ""
            lines.append((name, f'-{back} USD {{1 USD, {day}"{found.label}"}}', meta))
        return lines

    def side(
        self, found: Instalment, out: Decimal, back: Decimal, meta: Sequence[str] = ()
    ) -> list[Posting]:
        """What takes up a change of value that is income, or was."""
        fund, _, donor = found.row
        if not self.memorandum(found) and found.recognised is None:
            return self.deferral(found, out, back, meta)
        if self.memorandum(found):
            name = f"Assets:{fund}:Memorandum:Contra"
        elif self.oracle.is_prior(found, self.day):
            name = f"Equity:{fund}:Prior-Period:{donor}"
        else:
            name = f"Income:{fund}:Contributions:{donor}"
        return [(name, f"{out - back} USD", meta)] if out != back else []

    def place(self, found: Instalment, *, always: bool = False) -> list[str]:
        """Class and purpose; the class may be left out where the purpose says it."""
        _, class_, _ = found.row
        lines = [f'purpose: "{found.purpose}"'] if found.purpose else []
        if always or (class_ != "convention" and self.style.random() < 0.7):
            lines.insert(0, f'class: "{class_}"')
        return lines

    def entry(
        self,
        event: str,
        donor: str,
        meta: Sequence[str],
        postings: Sequence[Posting],
        *,
        told: bool = True,
    ) -> None:
        """Write an entry; `told`: the accounts tell the event, so it need not be named."""
        flag, words = self.style.choice(("*", "*", "txn")), f'"{event}"'
        title = self.style.choice((f'"{donor}" {words}', words))
        lines = [f"{self.day} {flag} {title}"]
        if not told or self.style.random() < 0.6:
            lines.append(f'  event: "{event}"')
        lines += [f"  {line}" for line in meta]
        plain = [at for at, (_, amount, _) in enumerate(postings) if "{" not in amount]
        silent = self.style.choice(plain) if told and plain and self.style.random() < 0.25 else -1
        for at, (account, amount, own) in enumerate(postings):
            lines.append(f"  {account}  {'' if at == silent else amount}")
            lines += [f"    {line}" for line in own]
        self.entries.append((self.day, "\n".join(lines) + "\n"))
        self.written[event] = self.written.get(event, 0) + 1

    def facts(self, labels: Sequence[str]) -> list[str]:
        """What a commitment, or a pledge without one, says of itself beside its terms."""
        if self.told is None:
            return []
        facts = {
            key: self.told.choice(values)
            for key, values in FACTS.items()
            if self.told.random() < 0.3
        }
        if "op" in facts:
            facts["op-reason"] = "Letter (made up)"
        for label in labels:
            self.said.setdefault(label, []).append(facts)
        return [f'{key}: "{value}"' for key, value in facts.items()]

    # What is drawn.

    def amount(self, least: int, most: int) -> Decimal:
        """An amount between so many cents."""
        return cents(Decimal(self.events.randint(least, most)) / 100)

    def value(self, units: Decimal, currency: str) -> Decimal:
        if currency == "USD":
            return cents(units)
        rate = Decimal(self.events.randint(400, 2500)) / 1000 * UNITS[currency]
        return max(cents(units / rate), Decimal("0.01"))

    def open(
        self, which: Callable[[Instalment], bool] = lambda found: found.committed
    ) -> Instalment | None:
        found = [each for each in self.oracle.now.values() if each.units and which(each)]
        return self.events.choice(found) if found else None

    def part(self, found: Instalment) -> Decimal:
        """All of an instalment or a part of it, of which cents are left."""
        if self.events.random() < 0.5:
            return found.units
        units = max(cents(found.units * self.events.randint(1, 99) / 100), Decimal("0.01"))
        left = cents(found.value * (found.units - units) / found.units)
        return units if 0 < left < found.value else found.units

    def is_due(self, found: Instalment) -> bool:
        return self.oracle.begins(found) <= self.day

    def receipt_label(self) -> str:
        number = self.numbers["R", 0] = self.numbers.get(("R", 0), 0) + 1
        return f"R-{self.day.year}-{number:04d}"

    # The events.

    def begin(self, start: date) -> None:
        for was in self.oracle.begin(start):
            fund, _, donor = was.row
            lines: list[Posting] = []
            held = ZERO
            if was.units and not self.memorandum(was):
                lines += self.deferral(was, was.value, ZERO)
                held += was.value
            if was.advance:
                name = f"Liabilities:{fund}:In-Advance:{donor}"
                lines.append((name, f'{was.advance} USD {{"{was.label}"}}', ()))
                held += was.advance
            if lines:
                lines.append((f"Income:{fund}:Contributions:{donor}", f"{-held} USD", ()))
                self.entry("release", donor, self.place(was), lines)
        for label, found in self.oracle.now.items():
            if found.committed and self.oracle.begins(found) == start:
                self.early.pop(label, None)

    def commit(self) -> None:
        donor = self.events.choice(DONORS)
        currency = self.events.choice(("USD", "EUR", "ITL", "NOK", "DEM"))
        if currency in EURO and self.day >= date(2002, 3, 1):
            currency = "EUR"
        fund, class_, purpose = self.events.choice(PLACES)
        committed = self.events.random() < 0.85
        key = (donor, self.day.year)
        self.numbers[key] = self.numbers.get(key, 0) + 1
        pledge = f"{donor}-{self.day.year}-{self.numbers[key]:02d}"
        puts: list[Posting] = []
        deferrals: list[Posting] = []
        sums: dict[str, Decimal] = {}
        count = self.events.randint(1, 3)
        for number in range(count):
            units = self.amount(100, 9_999_999)
            units = Decimal(int(units) * 1000) if currency == "ITL" else units
            days = self.events.choice((None, 10, 200, 700, 1200))
            due = days and min(self.day + timedelta(days), date(2007, 6, 30))
            made = Instalment(
                f"{pledge}.{number + 1}", (fund, class_, donor), purpose, currency, units,
                self.value(units, currency), self.day, due or None, committed,
            )  # fmt: skip
            self.oracle.commit(self.day, made)
            made = self.oracle.now[made.label]
            puts.append(self.back(made, new=True))
            for name, amount, _ in self.side(made, ZERO, made.value):
                if "{" in amount:
                    deferrals.append((name, amount, ()))
                else:
                    sums[name] = sums.get(name, ZERO) - made.value
        puts += [(name, f"{total} USD", ()) for name, total in sums.items()]
        status = [] if committed else ['status: "pledged"']
        labels = [f"{pledge}.{number + 1}" for number in range(count)]
        meta = [*self.place(made), *status, *self.facts(labels)]
        self.entry("commitment", donor, meta, [*puts, *deferrals])

    def commit_pledged(self) -> None:
        was = self.open(lambda found: not found.committed)
        if was is None:
            return
        days = self.events.choice((None, 10, 200, 700))
        due = self.day + timedelta(days) if days else None
        value = self.value(was.units, was.currency)
        self.oracle.commit(
            self.day, replace(was, committed=True, pledged_on=self.day, due=due, value=value)
        )
        now = self.oracle.now[was.label]
        lines = [self.out(was), *self.side(was, was.value, ZERO)]
        lines += [self.back(now), *self.side(now, ZERO, now.value)]
        told = not self.memorandum(now)
        meta = [*self.place(now), *self.facts([was.label])]
        self.entry("commitment", was.row[2], meta, lines, told=told)

    def settle(
        self,
        was: Instalment,
        units: Decimal,
        gross: Decimal,
        meta: Sequence[str] = (),
        *,
        charge: Decimal = ZERO,
    ) -> list[Posting]:
        """Money settles an instalment: all postings but that of the money and of `charge`."""
        fund, _, donor = was.row
        self.oracle.settle(self.day, was.label, units, gross)
        now = self.oracle.now[was.label]
        early = not self.is_due(was)
        if early:
            self.early[was.label] = self.early.get(was.label, ZERO) + gross
        value = was.value - now.value
        self.payments[was.label] = (self.day, units, value, gross, charge, early)
        lines = [self.out(was, meta)]
        if now.units:
            lines.append(self.back(now, meta))
        if self.memorandum(was):
            lines.append((f"Assets:{fund}:Memorandum:Contra", f"{value} USD", meta))
        if was.recognised is None:
            name = f"Liabilities:{fund}:In-Advance:{donor}"
            if not self.memorandum(was):
                lines += self.deferral(was, was.value, now.value, meta)
            if was.advance:
                lines.append((name, f'{was.advance} USD {{"{was.label}"}}', meta))
            lines.append((name, f'-{now.advance} USD {{1 USD, "{was.label}"}}', meta))
        elif self.memorandum(was):
            lines.append((f"Income:{fund}:Contributions:{donor}", f"{-gross} USD", meta))
        elif value != gross:
            lines.append((f"Income:{fund}:Exchange", f"{value - gross} USD", meta))
        return lines

    def pay(self) -> None:
        was = self.open()
        if was is None:
            return
        fund, class_, donor = was.row
        units = self.part(was)
        gross = self.value(units, was.currency)
        whole = units == was.units
        charge = cents(min(gross / 100, Decimal(50)) / 2) if whole else ZERO
        charge = charge if self.events.random() < 0.2 else ZERO
        excess = self.amount(1, 99_999)
        excess = excess if whole and self.events.random() < 0.12 else ZERO
        money: list[Posting] = [(f"Assets:{fund}:Cash", f"{gross - charge + excess} USD", ())]
        if charge:
            money.append((f"Expenses:{fund}:Bank-Charges", f"{charge} USD", ()))
        if excess:
            label = self.receipt_label()
            self.receipts[label] = (fund, class_, was.purpose, excess, self.day)
            lot = f'-{excess} USD {{1 USD, "{label}"}}'
            money.append((f"Liabilities:{fund}:Unapplied", lot, ()))
        self.oracle.move_cash(self.day, gross - charge + excess)
        self.oracle.charge(self.day, charge)
        settled = self.settle(was, units, gross, charge=charge)
        self.entry("payment", donor, self.place(was), [*settled, *money])

    def pay_two(self) -> None:
        one = self.open(lambda found: found.committed and self.is_due(found))
        if one is None:
            return
        other = self.open(
            lambda found: (
                found.committed and self.is_due(found) and found.label != one.label
                and (found.row[0], found.row[2]) == (one.row[0], one.row[2])
            )
        )  # fmt: skip
        if other is None:
            return
        lines: list[Posting] = []
        for was in (one, other):
            value = self.value(was.units, was.currency)
            place = self.place(was, always=True)
            for name, amount, meta in self.settle(was, was.units, value, place):
                whose = [f'instalment: "{was.label}"'] if name.startswith("Income") else []
                lines.append((name, amount, [*meta, *whose]))
            lines.append((f"Assets:{was.row[0]}:Cash", f"{value} USD", place))
            self.oracle.move_cash(self.day, value)
        self.entry("payment", one.row[2], [], lines)

    def take_back(self) -> None:
        paid = [
            found
            for label in self.payments
            if not (found := self.oracle.now[label]).units and not found.cancelled
        ]
        if not paid:
            return
        was = self.events.choice(paid)
        day, units, value, gross, charge, early = self.payments[was.label]
        if early and not self.early.get(was.label) and not self.is_due(was):
            return  # released, and postponed since
        if not early and self.early.get(was.label):
            return
        del self.payments[was.label]
        if early and was.label in self.early:
            self.early[was.label] -= gross
        self.oracle.take_back(self.day, was.label, units, value, gross)
        now = self.oracle.now[was.label]
        fund, _, donor = now.row
        told = was.recognised is not None and was.label in self.oracle.early
        lines = [self.back(now, [f'paid-in-advance: "{gross} USD"'] if told else ())]
        if self.memorandum(now):
            lines.append((f"Assets:{fund}:Memorandum:Contra", f"{-value} USD", ()))
        if was.recognised is None:
            name = f"Liabilities:{fund}:In-Advance:{donor}"
            if not self.memorandum(now):
                lines += self.deferral(now, ZERO, value)
            lines.append((name, f'{was.advance} USD {{"{was.label}"}}', ()))
            if now.advance:
                lines.append((name, f'-{now.advance} USD {{1 USD, "{was.label}"}}', ()))
        elif self.memorandum(now):
            lines.append((f"Income:{fund}:Contributions:{donor}", f"{gross} USD", ()))
        elif gross != value:
            name = f"Income:{fund}:Exchange"
            if was.label in self.oracle.early:
                prior = self.oracle.is_prior(was, self.day)
                name = f"{'Equity' if prior else 'Income'}:{fund}"
                name += f":{'Prior-Period' if prior else 'Contributions'}:{donor}"
            lines.append((name, f"{gross - value} USD", ()))
        lines.append((f"Assets:{fund}:Cash", f"{charge - gross} USD", ()))
        if charge:
            lines.append((f"Expenses:{fund}:Bank-Charges", f"{-charge} USD", ()))
        self.oracle.move_cash(self.day, charge - gross)
        self.oracle.charge(self.day, -charge)
        meta = [*self.place(now), f'reverses: "{day}"']
        self.entry("returned-payment", donor, meta, lines)

    def change(self, event: str, was: Instalment, *, told: bool = True) -> None:
        """Write an amendment, a cancellation or a revaluation that the oracle was told."""
        now = self.oracle.now[was.label]
        lines = [self.out(was)]
        lines += [self.back(now)] if now.units else []
        sides = self.side(was, was.value, now.value)
        if event == "revaluation" and was.recognised and not self.memorandum(was):
            sides = [(f"Income:{was.row[0]}:Revaluation", f"{was.value - now.value} USD", ())]
        self.entry(event, was.row[2], self.place(was), [*lines, *sides], told=told)

    def amend(self) -> None:
        was = self.open(lambda _: True)
        if was is None:
            return
        units = cents(was.units * self.events.choice((50, 90, 110, 200)) / 100)
        added = self.value(max(units - was.units, ZERO), was.currency)
        left = cents(was.value * units / was.units)
        if units < was.units and not 0 < left < was.value:
            return
        if units != was.units:
            self.oracle.amend(self.day, was.label, units, added)
            self.change("amendment", was)

    def cancel(self) -> None:
        was = self.open(lambda found: not self.early.get(found.label))
        if was is not None:
            self.oracle.cancel(self.day, was.label)
            self.change("cancellation", was)

    def revalue(self) -> None:
        was = self.open(lambda found: found.committed and found.currency != "USD")
        if was is not None and (value := self.value(was.units, was.currency)) != was.value:
            self.oracle.revalue(self.day, was.label, value)
            self.change("revaluation", was, told=False)

    def postpone(self) -> None:
        was = self.open()
        if was is None:
            return
        days = self.events.choice((20, 200, 500, 800))
        due = max(was.counts_from, self.day) + timedelta(days)
        if not self.is_due(was) and self.events.random() < 0.6:
            due = self.day  # brought forward into this period, with what is held in advance
            self.early.pop(was.label, None)
        if due > date(2007, 12, 1):
            return
        self.oracle.postpone(self.day, was.label, due)
        now = self.oracle.now[was.label]
        lines = [self.out(was), self.back(now)]
        if was.recognised and not now.recognised and not self.memorandum(was):
            lines += self.side(was, was.value, ZERO) + self.deferral(now, ZERO, now.value)
        if now.recognised and not was.recognised:
            fund, _, donor = was.row
            income = was.advance
            if not self.memorandum(was):
                lines += self.deferral(was, was.value, ZERO)
                income += was.value
            if was.advance:
                name = f"Liabilities:{fund}:In-Advance:{donor}"
                lines.append((name, f'{was.advance} USD {{"{was.label}"}}', ()))
            if income:
                lines.append((f"Income:{fund}:Contributions:{donor}", f"{-income} USD", ()))
        self.entry("postponement", was.row[2], self.place(was), lines)

    def write_off(self) -> None:
        was = self.open()
        if was is None:
            return
        self.oracle.write_off(self.day, was.label, self.part(was))
        now = self.oracle.now[was.label]
        lines = [self.out(was)]
        lines += [self.back(now)] if now.units else []
        booked = was.recognised is not None and not self.memorandum(was)
        fund, _, donor = was.row
        self.gone[was.label] = (
            self.day, was.units - now.units, was.value - now.value, was.row[:2],
            was.recognised is not None,
        )  # fmt: skip
        name, amount = f"Equity:{fund}:Written-Off:{donor}", f"{was.value - now.value} USD"
        lines += [(name, amount, ())] if booked else self.side(was, was.value, now.value)
        meta = [*self.place(was), 'authority: "Controller (made up)"']
        self.entry("write-off", donor, meta, lines, told=booked)

    def recover(self) -> None:
        """What was last written off of an instalment is owed again, as long as it stands the same
        (not moved, not redenominated) and does not become due meanwhile.
        """
        found = [
            was
            for label, (_, _, _, place, booked) in self.gone.items()
            if (was := self.oracle.now[label]).row[:2] == place
            and not was.cancelled
            and not (was.recognised is None and self.is_due(was))
            and (was.recognised is not None) == booked
        ]
        if not found:
            return
        was = self.events.choice(found)
        day, units, value, *_ = self.gone.pop(was.label)
        self.oracle.recover(self.day, was.label, units, value)
        now = self.oracle.now[was.label]
        lines = [self.out(was)] if was.units else []
        lines.append(self.back(now))
        fund, _, donor = was.row
        booked = was.recognised is not None and not self.memorandum(was)
        name = f"Equity:{fund}:Written-Off:{donor}"
        lines += [(name, f"{-value} USD", ())] if booked else self.side(was, was.value, now.value)
        meta = [*self.place(was), f'reverses: "{day}"']
        self.entry("recovery", donor, meta, lines, told=booked)

    def re_earmark_gift(self) -> None:
        """A contribution without a pledge was for the other class: of an earlier period that is an
        adjustment of both.
        """
        own = [gift for gift in self.gifts if gift[1][0] == "CPCJF"]
        if not own:
            return
        gift = self.events.choice(own)
        self.gifts.remove(gift)
        day, (fund, class_, donor), purpose, value = gift
        other = ("special", "corruption") if class_ == "general" else ("general", "")
        prior = day < self.oracle.start_of(self.day)
        name = f"Equity:{fund}:Prior-Period" if prior else f"Income:{fund}:Contributions"
        lines: list[Posting] = []
        for (where, what), sign in (((class_, purpose), 1), (other, -1)):
            meta = [f'class: "{where}"', *([f'purpose: "{what}"'] if what else [])]
            lines.append((f"{name}:{donor}", f"{sign * value} USD", meta))
            lines.append((f"Assets:{fund}:Cash", f"{-sign * value} USD", meta))
            self.oracle.correct(self.day, (fund, where, donor), -sign * value, what, prior=prior)
        self.entry("re-earmark", donor, [f'reverses: "{day}"'], lines, told=prior)

    def return_gift(self) -> None:
        """The bank takes a contribution without a pledge back."""
        if not self.gifts:
            return
        gift = self.events.choice(self.gifts)
        self.gifts.remove(gift)
        day, row, purpose, value = gift
        prior = day < self.oracle.start_of(self.day)
        fund, _, donor = row
        name = f"Equity:{fund}:Prior-Period" if prior else f"Income:{fund}:Contributions"
        self.oracle.correct(self.day, row, -value, purpose, prior=prior)
        self.oracle.move_cash(self.day, -value)
        of = Instalment("", row, purpose, "USD", ZERO, ZERO, self.day, None, committed=True)
        meta = [*self.place(of), f'reverses: "{day}"']
        lines: list[Posting] = [
            (f"{name}:{donor}", f"{value} USD", ()),
            (f"Assets:{fund}:Cash", f"{-value} USD", ()),
        ]
        self.entry("returned-payment", donor, meta, lines, told=prior)

    def find_late(self) -> None:
        """A pledge of an earlier period is found only now."""
        starts = self.oracle.start_of(self.day)
        if starts == STARTS[0]:
            return
        made_on = starts - timedelta(self.events.randint(1, 300))
        fund, class_, purpose = self.events.choice(PLACES)
        donor = self.events.choice(DONORS)
        key = (donor, made_on.year)
        self.numbers[key] = self.numbers.get(key, 0) + 1
        label = f"{donor}-{made_on.year}-9{self.numbers[key]:02d}.1"
        units = self.amount(100, 9_999_999)
        due = self.events.choice((None, starts - timedelta(1), self.day))
        made = Instalment(
            label, (fund, class_, donor), purpose, "USD", units, units, made_on, due,
            committed=True,
        )  # fmt: skip
        prior = self.oracle.find_late(self.day, made)
        made = self.oracle.now[label]
        lines = [self.back(made)]
        if self.memorandum(made):
            lines += [(f"Assets:{fund}:Memorandum:Contra", f"{-made.value} USD", ())]
        else:
            name = f"Equity:{fund}:Prior-Period" if prior else f"Income:{fund}:Contributions"
            lines += [(f"{name}:{donor}", f"{-made.value} USD", ())]
        self.entry("commitment", donor, self.place(made), lines, told=not prior)

    def another(self, found: Instalment) -> str:
        return self.events.choice([donor for donor in DONORS if donor != found.row[2]])

    def to_donor(self, was: Instalment, now: Instalment, place: Sequence[str]) -> list[Posting]:
        """The lot, the deferral and the money in advance of an instalment go to another donor."""
        lines: list[Posting] = []
        if was.units:
            lines += [self.out(was, place), self.back(now, place)]
            if was.committed and was.recognised is None and not self.memorandum(was):
                lines += self.deferral(was, was.value, ZERO, place)
                lines += self.deferral(now, ZERO, now.value, place)
        if was.advance:
            for found, amount in ((was, was.advance), (now, -was.advance)):
                lot = f'{{"{was.label}"}}' if amount > 0 else f'{{1 USD, "{was.label}"}}'
                name = f"Liabilities:{found.row[0]}:In-Advance:{found.row[2]}"
                lines.append((name, f"{amount} USD {lot}", place))
        return lines

    def succeed(self) -> None:
        """A successor accepts what is unpaid."""
        was = self.open()
        if was is None:
            return
        self.oracle.succeed(self.day, was.label, self.another(was))
        now = self.oracle.now[was.label]
        lines = self.to_donor(was, now, ())
        if was.recognised or self.memorandum(was):
            lines += self.side(was, was.value, ZERO)
            lines += self.side(now, ZERO, now.value)
        self.entry("succession", now.row[2], self.place(was), lines, told=False)

    def reassign(self) -> None:
        """An instalment, settled in this period perhaps, was recorded under the wrong donor."""
        start = self.oracle.start_of(self.day)
        touched = [label for label, found in self.oracle.now.items() if found.units]
        if self.events.random() < 0.5:
            touched += sorted({found.label for day, found in self.oracle.history if day >= start})
        if not touched:
            return
        was = self.oracle.now[self.events.choice(touched)]
        moved = self.oracle.reassign(self.day, was.label, self.another(was))
        now = self.oracle.now[was.label]
        place = self.place(was, always=True)
        lines = self.to_donor(was, now, place)
        sums: dict[tuple[str, tuple[str, ...]], Decimal] = {}
        for found, column, amount in moved:
            kind = self.booked_as(found, column)
            if kind is None:
                continue
            account, sign = kind
            where = tuple(self.place(found, always=True))
            for donor, side in ((was.row[2], 1), (now.row[2], -1)):
                key = (f"{account.format(found.row[0])}:{donor}", where)
                sums[key] = sums.get(key, ZERO) + side * sign * amount
        lines += [
            (account, f"{value} USD", where) for (account, where), value in sums.items() if value
        ]
        if not lines:  # a posting of nothing keeps the entry
            lines = [(f"Income:{was.row[0]}:Contributions:{now.row[2]}", "0 USD", place)]
        self.entry(
            "reassign",
            now.row[2],
            [f'reassigns: "{was.label}"', f'to-donor: "{now.row[2]}"', 'cause: "Misread"'],
            lines,
            told=False,
        )

    def booked_as(self, found: Instalment, column: str) -> tuple[str, int] | None:
        """The donor's account in which a column stands, and its sign there; None where in none."""
        if self.memorandum(found):
            collected = column in {"collected_prior", "collected_current"}
            return ("Income:{}:Contributions", 1) if collected else None
        return {
            "pledged": ("Income:{}:Contributions", 1),
            "adjustments": ("Equity:{}:Prior-Period", 1),
            "written_off": ("Equity:{}:Written-Off", -1),
        }.get(column)

    def move(self) -> None:
        was = self.open(lambda found: not self.early.get(found.label))
        fund, class_, purpose = self.events.choice(PLACES)
        if was is None or (*was.row[:2], was.purpose) == (fund, class_, purpose):
            return
        self.oracle.move(self.day, was.label, fund, class_, purpose)
        now = self.oracle.now[was.label]
        old, new = (self.place(each, always=True) for each in (was, now))
        lines = [self.out(was, old), *self.side(was, was.value, ZERO, old)]
        lines += [self.back(now, new), *self.side(now, ZERO, now.value, new)]
        event = "re-earmark" if fund == was.row[0] else "transfer"
        self.entry(event, was.row[2], [], lines, told=False)

    def redenominate(self) -> None:
        was = self.open(lambda found: found.currency in EURO)
        if was is None:
            return
        self.oracle.redenominate(self.day, was.label, EURO[was.currency])
        self.payments.pop(was.label, None)
        self.gone.pop(was.label, None)  # what was given up is in the old currency
        lines = [self.out(was), self.back(self.oracle.now[was.label])]
        self.entry("redenomination", was.row[2], self.place(was), lines)

    def give(self) -> None:
        donor, (fund, class_, purpose) = self.events.choice(DONORS), self.events.choice(PLACES)
        value = self.amount(1, 5_000_000)
        row = (fund, class_, donor)
        self.oracle.give(self.day, row, value, purpose)
        self.gifts.append((self.day, row, purpose, value))
        self.oracle.move_cash(self.day, value)
        of = Instalment("", row, purpose, "USD", ZERO, ZERO, self.day, None, committed=True)
        self.entry("receipt-without-pledge", donor, self.place(of), [
            (f"Assets:{fund}:Cash", f"{value} USD", ()),
            (f"Income:{fund}:Contributions:{donor}", f"{-value} USD", ()),
        ])  # fmt: skip

    def receive(self) -> None:
        fund, class_ = self.events.choice((("CPCJF", "general"), ("UNTOC", "convention")))
        value, label = self.amount(1, 9_000_000), self.receipt_label()
        self.receipts[label] = (fund, class_, "", value, self.day)
        self.oracle.move_cash(self.day, value)
        self.entry("receipt-unapplied", "", [], [
            (f"Assets:{fund}:Cash", f"{value} USD", ()),
            (f"Liabilities:{fund}:Unapplied", f'-{value} USD {{1 USD, "{label}"}}', ()),
        ])  # fmt: skip

    def from_receipt(self, label: str, value: Decimal) -> list[Posting]:
        """Take money out of a receipt, and out of the cash of its class."""
        fund, class_, purpose, held, day = self.receipts.pop(label)
        meta = [f'class: "{class_}"', *([f'purpose: "{purpose}"'] if purpose else [])]
        name = f"Liabilities:{fund}:Unapplied"
        lines: list[Posting] = [(name, f'{held} USD {{"{label}"}}', meta)]
        if rest := held - value:
            lines.append((name, f'-{rest} USD {{1 USD, {day}, "{label}"}}', meta))
            self.receipts[label] = (fund, class_, purpose, rest, day)
        return [*lines, (f"Assets:{fund}:Cash", f"{-value} USD", meta)]

    def apply(self) -> None:
        was = self.open()
        if was is None or not self.receipts:
            return
        label, units = self.events.choice(list(self.receipts)), self.part(was)
        value = self.value(units, was.currency)
        held = self.receipts[label][3]
        if value > held:
            return
        place = self.place(was, always=True)
        lines = self.from_receipt(label, value)
        lines.append((f"Assets:{was.row[0]}:Cash", f"{value} USD", place))
        lines += self.settle(was, units, value, place)
        self.entry("application", was.row[2], [], lines)

    def give_back(self) -> None:
        if not self.receipts:
            return
        label = self.events.choice(list(self.receipts))
        held = self.receipts[label][3]
        value = held if self.events.random() < 0.5 else max(cents(held / 3), Decimal("0.01"))
        self.oracle.give_back(self.day, value)
        self.entry("refund-overpayment", "", [], self.from_receipt(label, value))

    def refund(self) -> None:
        donor, value = self.events.choice(DONORS), self.amount(1, 50_000)
        self.oracle.refund(self.day, ("CPCJF", "general", donor), value)
        self.entry("refund-unspent", donor, ['class: "general"'], [
            (f"Equity:CPCJF:Refunds:{donor}", f"{value} USD", ()),
            ("Assets:CPCJF:Cash", f"{-value} USD", ()),
        ])  # fmt: skip


STEPS = {
    "commit": 6, "commit_pledged": 2, "pay": 5, "pay_two": 2, "take_back": 3, "amend": 3,
    "postpone": 3, "cancel": 1, "write_off": 2, "move": 4, "revalue": 2, "redenominate": 1,
    "give": 1, "receive": 2, "apply": 3, "give_back": 1, "refund": 1,
}  # fmt: skip
"""What may happen, and how often."""
CORRECTIONS = {
    "recover": 4, "re_earmark_gift": 2, "return_gift": 2, "find_late": 2, "give": 3, "reassign": 5,
    "succeed": 2,
}  # fmt: skip
"""What else may happen after something went wrong."""
