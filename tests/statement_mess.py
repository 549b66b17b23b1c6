"""Statements with everything that was ever misread beside their figures, and the truth of each.

    python tests/statement_mess.py 10000 [SEED]

makes that many receipts and prints how many figures are wrong, and how many matches are certain and
wrong. Names are those of States, all amounts and texts are made up.

Each case is money of its own donors, known by the bank's reference: what the bank booked, whose it
was, and which instalment it pays. Around it stand instalments that it does not pay: what the first
payer of a batch owes is the whole batch, what somebody owes in the book's currency is what came in
euro.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import NamedTuple

from mess_sheets import Cell, write_cells
from pledgebook.importers.imports import import_files
from pledgebook.ledger import Book, load_book, make_book, match_receipts, waiting_receipts

D = Decimal
ZERO = D(0)
LATE = "2099-07-10"
SETTINGS = """
1999-12-31 custom "bank" "MAIN" "GB29NWBK60161331926819"
  accounts: "Assets:CPCJF:Cash"
1999-12-31 custom "bank" "EURO" "DE89370400440532013000"
  currency: "EUR"
  accounts: "Assets:CPCJF:Cash:EURO"
"""
ACCOUNT = "GB29NWBK60161331926819"
RATES = "".join(f"2002-{month:02}-01 price USD 1.25 EUR\n" for month in range(1, 8))


class Begins(NamedTuple):
    """How a statement begins: its name, its day and balance."""

    name: str
    day: str
    balance: Decimal


FIRST = Begins("S1", "2002-07-01", D(10**6))


@dataclass(frozen=True, slots=True)
class Truth:
    """What a reference of the bank stands for: money that came in, and what they pay; `pays` is
    None where nobody can know it from the statement, `donors` are those who paid.
    """

    value: Decimal
    donors: frozenset[str]
    pays: Mapping[str, Decimal] | None = None
    original: str = ""


@dataclass(slots=True)
class Case:
    """Money of one kind: the instalments around it, how each format writes it, what is true. What
    `truths` does not name must not be booked as a receipt; `may_refuse`: a list may be refused.
    """

    kind: str
    pledges: list[tuple[str, str, str]] = field(default_factory=list)
    camt: str = ""
    euro: str = ""
    mt940: str = ""
    later: str = ""
    """Entries of a statement in camt.053 that comes after all others."""
    rows: list[list[str]] = field(default_factory=list)
    cells: list[list[Cell]] = field(default_factory=list)
    """A list in a workbook, its headings and what stands above them included."""
    form: str = ""
    headings: list[str] = field(default_factory=list)
    truths: dict[str, Truth] = field(default_factory=dict)
    moved: Decimal = ZERO
    may_refuse: bool = False


@dataclass(slots=True)
class Maker:
    """Makes cases out of donors that no other case of the book has."""

    rng: Random
    donors: list[tuple[str, str]]
    number: int = 0

    def donor(self) -> tuple[str, str]:
        return self.donors.pop()

    def reference(self) -> str:
        self.number += 1
        return f"B{self.number:05}"

    def amount(self) -> Decimal:
        rng = self.rng
        even = D(rng.randrange(1, 400) * 100)
        return even if rng.random() < 0.4 else even + D(rng.randrange(1, 9999)) / 100

    def day(self) -> str:
        return f"2002-07-{self.rng.randrange(2, 28):02}"

    def text(self, name: str, label: str) -> str:
        return self.rng.choice(["contribution", "Voluntary contribution", label, f"{name} pledge"])


def _label(code: str, number: int = 1) -> str:
    return f"{code}-2002-0{number}.1"


def _money(amount: Decimal, currency: str = "USD") -> str:
    return f'<Amt Ccy="{currency}">{amount:.2f}</Amt>'


def _detail(
    name: str, text: str, amount: str = "", *, charges: str = "", more: str = "", last: str = ""
) -> str:
    party = f"<Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr>" if name else ""
    return (
        f"<TxDtls>{amount}{charges}<RltdPties>{party}{more}</RltdPties>"
        f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf>{last}</TxDtls>"
    )


def _kept(amount: Decimal, more: str = "") -> str:
    return f"<Chrgs><Rcrd>{_money(amount)}{more}</Rcrd></Chrgs>"


def _entry(
    amount: Decimal,
    ref: str,
    details: str,
    *,
    day: str = "2002-07-10",
    status: str = "BOOK",
    more: str = "",
    currency: str = "USD",
) -> str:
    sign = "CRDT" if amount > 0 else "DBIT"
    return (
        f"<Ntry>{_money(abs(amount), currency)}<CdtDbtInd>{sign}</CdtDbtInd>{more}<Sts><Cd>{status}"
        f"</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>"
        f"<AcctSvcrRef>{ref}</AcctSvcrRef><NtryDtls>{details}</NtryDtls></Ntry>"
    )


def plain(make: Maker) -> Case:
    """One payer, one instalment: what a clerk would take for certain."""
    (code, name), amount, ref = make.donor(), make.amount(), make.reference()
    label = _label(code)
    text = make.text(name, label)
    case = Case("plain", [(label, f"{amount} USD", name)], moved=amount)
    case.truths[ref] = Truth(amount, frozenset({code}), {label: amount})
    if make.rng.random() < 0.5:
        case.camt = _entry(amount, ref, _detail(name, text, _money(amount)), day=make.day())
    else:
        case.mt940 = _mt(amount, ref, f"166?00GUTSCHRIFT?20SVWZ+{text}?32{name}", make.day())
    return case


def charges(make: Maker) -> Case:
    """What banks kept is stated, as kept or as given back; or the charges are the sender's own."""
    (code, name), owed, ref = make.donor(), make.amount() + 50, make.reference()
    label, kept = _label(code), D(make.rng.randrange(100, 2500)) / 100
    back = make.rng.random() < 0.3
    amount = owed if back else owed - kept
    stated = _kept(kept, "<CdtDbtInd>CRDT</CdtDbtInd>" if back else "")
    bait = f"{owed + kept} USD" if back else f"{owed} USD"
    case = Case("charges", [(label, bait, name)], moved=amount)
    detail = _detail(name, make.text(name, label), _money(amount if back else owed), charges=stated)
    case.camt = _entry(amount, ref, detail)
    pays = None if back else {label: owed}
    case.truths[ref] = Truth(amount, frozenset({code}), pays)
    return case


def batch(make: Maker) -> Case:
    """Several payers in one entry; the first owes just the whole of it, or just its part."""
    rng, ref = make.rng, make.reference()
    payers = [make.donor() for _ in range(rng.randrange(2, 5))]
    shares = [make.amount() + 30 for _ in payers]
    kept = [D(rng.randrange(0, 2500)) / 100 for _ in payers]
    how = rng.choice(
        ["amounts", "charges", "none", "none", "euro", "one shown", "counted", "slip", "no names"]
    )
    net = [
        share - cost if how == "charges" else share
        for share, cost in zip(shares, kept, strict=True)
    ]
    whole = sum(net, D(0))
    code, name = payers[0]
    case = Case(f"batch, {how}", moved=whole)
    bait = rng.random() < 0.7
    case.pledges = [(_label(code), f"{whole if bait else shares[0]} USD", name)]
    text = make.text(name, _label(code))
    details = []
    for (payer_code, payer), share, cost in zip(payers, shares, kept, strict=True):
        if payer_code != code and rng.random() < 0.6:
            case.pledges.append((_label(payer_code), f"{share} USD", payer))
        amount = {
            "amounts": _money(share), "charges": _money(share), "euro": _money(share, "EUR"),
            "slip": _money(share + (payer_code == code)), "one shown": _money(share),
        }.get(how, "")  # fmt: skip
        stated = _kept(cost) if how == "charges" and cost else ""
        shown = "" if how == "no names" else payer
        details.append(_detail(shown, text, amount, charges=stated))
    if how in {"one shown", "counted"}:
        details = details[:1]
    head = f"<Btch><NbOfTxs>{len(payers)}</NbOfTxs></Btch>" if how == "counted" else ""
    case.camt = _entry(whole, ref, head + "".join(details), day=make.day())
    case.truths[ref] = Truth(whole, frozenset())
    for number, ((payer_code, _), share, part) in enumerate(
        zip(payers, shares, net, strict=True), 1
    ):
        if how in {"amounts", "charges"}:
            owes = {label: share for label, _, _ in case.pledges if label == _label(payer_code)}
            case.truths[f"{ref}/{number}"] = Truth(part, frozenset({payer_code}), owes or None)
    return case


def batch_mt940(make: Maker) -> Case:
    """An MT940 entry that names two payers, or that the bank calls a batch."""
    rng, ref, amount = make.rng, make.reference(), make.amount()
    (code, name), (_, other) = make.donor(), make.donor()
    label = _label(code)
    text = make.text(name, label)
    details = rng.choice(
        [
            f"/ORDP/{name}/REMI/{text}/ORDP/{other}/REMI/{text}",
            f"/NAME/{name}/REMI/{text} /NAME/{other}",
            f"194?00GUTSCHRIFT?20SVWZ+{text}?32{name}",
            f"166?00SAMMELGUTSCHRIFT?20SVWZ+{text}?32{name}",
            f"166?00GUTSCHRIFT?20SVWZ+{text}?32{name}\n:86:166?20SVWZ+{text}?32{other}",
            f"/NAME/{name}/REMI/batch credit, 2 transactions",
        ]
    )
    case = Case("batch, MT940", [(label, f"{amount} USD", name)], moved=amount)
    case.mt940 = _mt(amount, ref, details, make.day())
    case.truths[ref] = Truth(amount, frozenset())
    return case


def foreign(make: Maker) -> Case:
    """Sent in euro: who owes as many euro is paid, who owes as many dollars is not meant."""
    (code, name), sent, ref = make.donor(), make.amount(), make.reference()
    label = _label(code)
    amount = (sent * D("0.9")).quantize(D("0.01"))
    in_euro = make.rng.random() < 0.5
    case = Case("sent in euro", moved=amount)
    case.pledges = [(label, f"{sent} EUR" if in_euro else f"{amount} USD", name)]
    how = make.rng.choice(["TxDtls", "InstdAmt"])
    stated = _money(sent, "EUR")
    if how == "InstdAmt":
        stated = f"<AmtDtls><InstdAmt>{stated}</InstdAmt></AmtDtls>"
    case.camt = _entry(amount, ref, _detail(name, make.text(name, label), stated), day=make.day())
    pays = {label: sent if in_euro else amount}
    case.truths[ref] = Truth(amount, frozenset({code}), pays, f"{sent:.2f} EUR")
    return case


def on_behalf(make: Maker) -> Case:
    """One donor pays what another owes, and both are named."""
    (code, name), (other_code, other) = make.donor(), make.donor()
    amount, ref = make.amount(), make.reference()
    case = Case("on behalf", [(_label(code), f"{amount} USD", name)], moved=amount)
    more = f"<UltmtDbtr><Pty><Nm>{other}</Nm></Pty></UltmtDbtr>"
    case.camt = _entry(amount, ref, _detail(name, "contribution", more=more), day=make.day())
    case.truths[ref] = Truth(amount, frozenset({code, other_code}))
    return case


def taken_back(make: Maker) -> Case:
    """A payment that the bank takes back some days later."""
    (code, name), amount, ref, back = (
        make.donor(),
        make.amount(),
        make.reference(),
        make.reference(),
    )
    label = _label(code)
    text = make.text(name, label)
    case = Case("taken back", [(label, f"{amount} USD", name)])
    detail = _detail(name, text, _money(amount))
    how = make.rng.choice(["reversal", "return", "MT940"])
    if how == "MT940":
        words = f"166?00GUTSCHRIFT?20SVWZ+{text}?32{name}"
        case.mt940 = _mt(amount, ref, words, "2002-07-10") + _mt(
            -amount, back, words, "2002-07-12", "RC"
        )
    else:
        flag = "<RvslInd>true</RvslInd>" if how == "reversal" else ""
        why = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>" if how == "return" else ""
        case.camt = _entry(amount, ref, detail) + _entry(
            -amount, back, _detail("", text, last=why), day="2002-07-12", more=flag
        )
    case.truths[ref] = Truth(amount, frozenset({code}))
    return case


def taken_back_later(make: Maker) -> Case:
    """A payment that the bank takes back in a later statement, sometimes without naming it."""
    rng = make.rng
    (code, name), amount = make.donor(), make.amount()
    ref, back = make.reference(), make.reference()
    label = _label(code)
    text = make.text(name, label)
    case = Case("taken back later", [(label, f"{amount} USD", name)], moved=amount)
    case.camt = _entry(amount, ref, _detail(name, text, _money(amount)))
    flag, why = rng.choice(
        [("<RvslInd>true</RvslInd>", ""), ("", "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>")]
    )
    party = rng.choice([name, ""])
    case.later = _entry(-amount, back, _detail(party, text, last=why), day="2002-08-12", more=flag)
    case.truths[ref] = Truth(amount, frozenset({code}))
    return case


def not_booked(make: Maker) -> Case:
    """Pending, told only, or of a day to come: no money yet."""
    (code, name), amount, ref = make.donor(), make.amount(), make.reference()
    label = _label(code)
    case = Case("not booked", [(label, f"{amount} USD", name)])
    detail = _detail(name, make.text(name, label), _money(amount))
    case.camt = _entry(amount, ref, detail, status=make.rng.choice(["PDNG", "INFO", "FUTR"]))
    return case


def to_come(make: Maker) -> Case:
    """Booked on a day after today."""
    (code, name), amount, ref = make.donor(), make.amount(), make.reference()
    case = Case("to come", [(_label(code), f"{amount} USD", name)], moved=amount)
    case.camt = _entry(amount, ref, _detail(name, "contribution"), day=LATE)
    return case


def in_euro(make: Maker) -> Case:
    """An account in euro: at the rate of the day, or of none."""
    (code, name), amount, ref = make.donor(), make.amount(), make.reference()
    case = Case("account in euro", [(_label(code), f"{amount} EUR", name)], moved=amount)
    late = make.rng.random() < 0.5
    day = "2002-12-15" if late else make.day()
    case.euro = _entry(amount, ref, _detail(name, "contribution"), day=day, currency="EUR")
    if not late:
        value = (amount / D("1.25")).quantize(D("0.01"), "ROUND_HALF_UP")
        case.truths[ref] = Truth(value, frozenset({code}), {_label(code): amount})
    return case


Beside = Callable[[Decimal, Random], tuple[str, Decimal | None]]
"""How a list may show an amount: the cell, and what it means (None: nobody can know)."""

BESIDE: Mapping[str, Beside] = {
    "DR": lambda a, r: (f"{a:.2f} {r.choice(['DR', 'Dr', 'D', 'S', 'debit', '(D)', 'DR.'])}", -a),
    "CR": lambda a, r: (f"{a:.2f} {r.choice(['CR', 'Cr', 'C', 'H', 'credit'])}", a),
    "own": lambda a, r: (r.choice([f"USD {a:.2f}", f"{a:.2f} USD", f"$ {a:.2f}"]), a),
    "other": lambda a, r: (r.choice([f"€ {a:.2f}", f"{a:.2f} EUR", f"CHF {a:.2f} CR"]), None),
    "unit": lambda a, r: (r.choice([f"{a:.2f}k", f"{a:.2f} million", f"{a:.2f} thousand"]), None),
    "word": lambda a, r: (
        f"{a:.2f} {r.choice(['(pending)', '*', 'approx', '(reversed)', 'est.', '%'])}", None),
    "minus": lambda a, r: (r.choice([f"-{a:.2f}", f"{a:.2f}-", f"({a:.2f})"]), -a),
    "plain": lambda a, _: (f"{a:.2f}", a),
}  # fmt: skip
STATES = {"Booked": True, "Completed": True, "denied": False, "On hold": False, "Cancelled": False,
          "frobnicated": None, "reversed": None, "Returned": None}  # fmt: skip
HEADS = (
    "Amount",
    "Amount",
    "Amount",
    "Amount (USD)",
    "Amount (EUR)",
    "Amount in EUR",
    "EUR amount",
)
ASIDE: Mapping[str, Sequence[str]] = {
    "Unit": ("thousand", "million"), "Unit multiplier": ("1000",), "Dr or Cr?": ("DR", ""),
    "Further": ("EUR",),
}  # fmt: skip


def listed(make: Maker) -> Case:
    """A bank's list of a few rows with a mess beside its figures, alone, in pairs or in threes."""
    rng = make.rng
    mess = set(
        rng.sample(["beside", "state", "head", "aside", "ragged", "batch"], rng.randrange(1, 4))
    )
    head = rng.choice(HEADS) if "head" in mess else "Amount"
    case = Case(f"list, {' and '.join(sorted(mess))}", may_refuse=True)
    case.headings = ["Date", "Details", "Counterparty", "Reference", head]
    aside = rng.choice(list(ASIDE)) if "aside" in mess else ""
    case.headings += ["Status"] * ("state" in mess) + [aside] * bool(aside)
    for number in range(rng.randrange(1, 5)):
        (code, name), amount, ref = make.donor(), make.amount(), make.reference()
        label = _label(code)
        text = make.text(name, label)
        kind = rng.choice(list(BESIDE)) if "beside" in mess else "plain"
        cell, means = BESIDE[kind](amount, rng)
        case.pledges.append((label, f"{amount} USD", name))
        pays: Mapping[str, Decimal] | None = {label: amount}
        donors = frozenset({code})
        if "batch" in mess and rng.random() < 0.5:
            text = rng.choice(["Sammelgutschrift", "bulk payment", "2 transactions"])
            pays, donors = None, frozenset()
        row = [make.day(), text, name, ref, f'"{cell}"']
        if "EUR" in head:
            means = None
        if "state" in mess:
            state = rng.choice(list(STATES))
            row.append(state)
            if STATES[state] is None:
                means = None
            elif not STATES[state]:
                means = D(0) if means is not None else None
        if aside:
            said = rng.choice(ASIDE[aside])
            row.append(said)
            if said:
                means = None
        if "ragged" in mess and number == 0 and not aside and "state" not in mess:
            row[4] = "1"
            row.append(f"{amount:.2f}")
            means = None
        if means is not None and means > 0:
            case.truths[ref] = Truth(means, donors, pays)
        case.rows.append(row)
    return case


def columns(make: Maker) -> Case:
    """A list with credit and debit apart, and a minus among them; with balances or without."""
    rng = make.rng
    proved = rng.random() < 0.5
    case = Case(f"list, minus {'with' if proved else 'without'} balances", may_refuse=True)
    case.headings = ["Date", "Details", "Counterparty", "Reference", "Debit", "Credit"]
    case.headings += ["Balance"] * proved
    balance = D(100000)
    for number in range(4):
        (code, name), amount, ref = make.donor(), make.amount(), make.reference()
        label = _label(code)
        text = make.text(name, label)
        case.pledges.append((label, f"{amount} USD", name))
        side = "credit" if number in {0, 3} else rng.choice(["credit", "debit"])
        turned = number in {1, 2} and rng.random() < 0.4
        means = amount * (1 if side == "credit" else -1) * (-1 if turned else 1)
        cell = f"{'-' if turned else ''}{amount:.2f}"
        row = [f"2002-07-{number + 10}", text, name, ref]
        row += ["", cell] if side == "credit" else [cell, ""]
        balance += means
        case.rows.append(row + [f"{balance:.2f}"] * proved)
        if means > 0 and not turned:
            case.truths[ref] = Truth(means, frozenset({code}), {label: amount})
    return case


Dress = Callable[[Cell, Random], None]
"""What is done to the cell of an amount."""


def _format(*codes: str) -> Dress:
    def dress(cell: Cell, rng: Random) -> None:
        cell.format = rng.choice(codes)

    return dress


def _own_currency(cell: Cell, rng: Random) -> None:
    cell.format = rng.choice(['"US$"#,##0.00', '#,##0.00" USD"', '"$"#,##0.00'])
    cell.currency = "USD"


def _other_currency(cell: Cell, rng: Random) -> None:
    cell.format = rng.choice(["[$€-407] #,##0.00", '#,##0.00" CHF"'])
    cell.currency = rng.choice(["EUR", "CHF"])


def _strike(cell: Cell, _: Random) -> None:
    cell.struck = True


def _strike_a_part(cell: Cell, _: Random) -> None:
    cell.value, cell.part_struck = str(cell.value), True


def _comment(*said: str) -> Dress:
    def dress(cell: Cell, rng: Random) -> None:
        cell.comment = rng.choice(said)

    return dress


class Dressed(NamedTuple):
    """How a workbook may dress an amount, by which sign it is then read (0: nobody can know), and
    in which formats.
    """

    do: Dress
    means: int
    forms: str = "xlsx ods xls"


DRESSES: Mapping[str, Dressed] = {
    "plain": Dressed(lambda _cell, _rng: None, 1),
    "own currency": Dressed(_own_currency, 1),
    "harmless comment": Dressed(_comment("checked by office", "see file 12"), 1, "xlsx ods"),
    "CR": Dressed(_format('#,##0.00" CR"', '#,##0.00" Cr"'), 1, "xlsx xls"),
    "DR": Dressed(_format('#,##0.00" DR"', '#,##0.00" D"'), -1, "xlsx xls"),
    "left out": Dressed(_format("#,##0.0##,"), 1, "xlsx xls"),
    "spelt": Dressed(_format('0.0######,," million"', '0.0#####," thousand"'), 1, "xlsx xls"),
    "other currency": Dressed(_other_currency, 0),
    "unit": Dressed(_format('0.00" million"', '#,##0.00"k"'), 0, "xlsx xls"),
    "percent": Dressed(_format("0%", "0.00%"), 0, "xlsx xls"),
    "word": Dressed(_format('#,##0.00" (pending)"', '#,##0.00"*"'), 0, "xlsx xls"),
    "sign": Dressed(_format('"-"#,##0.00', "(#,##0.00)"), 0, "xlsx xls"),
    "struck": Dressed(_strike, 0),
    "half struck": Dressed(_strike_a_part, 0),
    "comment": Dressed(
        _comment("reversed by the bank", "pending", "storniert", "in thousands", "in EUR",
                 "withdrawn", "EUR"), 0, "xlsx ods",
    ),
}  # fmt: skip
ABOVE = {"Amounts in thousands": False, "All figures in EUR": False, "Currency: EUR": False,
         "US$ million": False, "Account in USD": True, "Made up for a test": True}  # fmt: skip


def workbook(make: Maker) -> Case:
    """A bank's list in a workbook: what it shows beside figures is format, font or comment."""
    rng = make.rng
    form = rng.choice(["xlsx", "ods", "xls"])
    named = [name for name, each in DRESSES.items() if form in each.forms.split()]
    chosen = ["plain", *rng.sample(named, rng.randrange(1, 3))]
    case = Case(f"workbook, .{form}, {' and '.join(sorted(set(chosen)))}", form=form)
    says = rng.choice(list(ABOVE)) if rng.random() < 0.5 else ""
    known = ABOVE.get(says, True)
    if says:
        case.cells.append([Cell(value=says)])
    names = ["Date", "Details", "Counterparty", "Reference", "Amount"]
    case.cells.append([Cell(value=name) for name in names])
    heading = case.cells[-1][4]
    if rng.random() < 0.1:
        heading.struck, known = True, False
    elif form != "xls" and rng.random() < 0.1:
        heading.comment, known = rng.choice(["in thousands", "EUR"]), False
    for _ in range(rng.randrange(2, 6)):
        (code, name), amount, ref = make.donor(), make.amount(), make.reference()
        label = _label(code)
        dress = DRESSES[rng.choice(chosen)]
        day = date.fromisoformat(make.day())
        row = [Cell(value=value) for value in (day, make.text(name, label), name, ref, amount)]
        dress.do(row[4], rng)
        if row[4].struck and rng.random() < 0.5:
            for cell in row:
                cell.struck = True
        case.pledges.append((label, f"{amount} USD", name))
        case.cells.append(row)
        known = known and dress.means != 0
        if dress.means > 0:
            case.truths[ref] = Truth(amount, frozenset({code}), {label: amount})
    if not known:
        case.truths, case.may_refuse = {}, True
    return case


KINDS: Sequence[tuple[Callable[[Maker], Case], int]] = (
    (plain, 6), (charges, 3), (batch, 10), (batch_mt940, 4), (foreign, 4), (on_behalf, 3),
    (taken_back, 4), (taken_back_later, 4), (not_booked, 2), (to_come, 1), (in_euro, 2),
    (listed, 9), (columns, 4), (workbook, 9),
)  # fmt: skip
"""The kinds of case, and how often each is made."""


def _mt(amount: Decimal, ref: str, details: str, day: str, mark: str = "") -> str:
    mark = mark or ("C" if amount > 0 else "D")
    figure = f"{abs(amount):.2f}".replace(".", ",")
    stamp = day[2:].replace("-", "")
    return f":61:{stamp}{mark}{figure}NTRFNONREF//{ref}\n:86:{details}\n"


def _statement(
    entries: str, moved: Decimal, account: str, currency: str, begins: Begins = FIRST
) -> str:
    def balance(code: str, amount: Decimal, day: str) -> str:
        return (
            f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_money(amount, currency)}"
            f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
        )

    return (
        '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
        f"<BkToCstmrStmt><Stmt><Id>{begins.name}</Id><Acct><Id><IBAN>{account}</IBAN></Id><Ccy>{currency}</Ccy>"
        f"</Acct>{balance('OPBD', begins.balance, begins.day)}"
        f"{balance('CLBD', begins.balance + moved, '2099-12-31')}{entries}"
        "</Stmt></BkToCstmrStmt></Document>"
    )


def files(cases: Sequence[Case]) -> Iterator[tuple[str, str | list[list[Cell]], list[Case]]]:
    """Yield the statements of the cases: name, text or cells, and whose they are."""
    for part, account, currency in (
        ("camt", ACCOUNT, "USD"),
        ("euro", "DE89370400440532013000", "EUR"),
    ):
        own = [case for case in cases if getattr(case, part)]
        if own:
            text = "".join(getattr(case, part) for case in own)
            moved = sum((case.moved for case in own), D(0))
            yield f"{part}.xml", _statement(text, moved, account, currency), own
    own = [case for case in cases if case.mt940]
    if own:
        moved = f"{D(10**6) + sum((case.moved for case in own), D(0)):.2f}".replace(".", ",")
        yield (
            "s.sta",
            ":20:S1\n:25:GB29NWBK60161331926819\n:28C:2/1\n:60F:C020701USD1000000,00\n"
            + "".join(case.mt940 for case in own)
            + f":62F:C020731USD{moved}\n-\n",
            own,
        )
    for number, case in enumerate(case for case in cases if case.rows):
        lines = [["Statement no", *case.headings], *([f"L{number}", *row] for row in case.rows)]
        yield f"list{number}.csv", "\n".join(",".join(line) for line in lines) + "\n", [case]
    for number, case in enumerate(case for case in cases if case.cells):
        yield f"book{number}.{case.form}", case.cells, [case]


@dataclass(slots=True)
class Found:
    """What became of the money: counts by kind of case, and what is wrong, in words."""

    receipts: int = 0
    figures_wrong: list[str] = field(default_factory=list)
    certain_wrong: list[str] = field(default_factory=list)
    certain_right: int = 0
    refused_wrongly: list[str] = field(default_factory=list)
    made: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)


def make_cases(seed: int, donors: Sequence[tuple[str, str]], most: int = 60) -> list[Case]:
    """Make cases until the donors are used up, or there are enough."""
    rng = Random(seed)
    own = list(donors)
    rng.shuffle(own)
    make = Maker(rng, own)
    kinds = [kind for kind, weight in KINDS for _ in range(weight)]
    cases: list[Case] = []
    while len(make.donors) > 8 and len(cases) < most:
        cases.append(rng.choice(kinds)(make))
    return cases


def try_once(seed: int, folder: Path, found: Found, most: int = 60) -> None:
    """Make a book and its statements, import them, match, and hold all against what is true."""
    main = make_book(folder / "book")
    with main.open("a") as file:
        file.write(SETTINGS + RATES)
    known = load_book(main).settings.donors
    donors = [(code, donor.name) for code in CODES if (donor := known.get(code))]
    cases = make_cases(seed, donors, most)
    with (main.parent / "2002-2003.beancount").open("a") as file:
        for case in cases:
            for label, amount, name in case.pledges:
                file.write(_pledge(label, amount, name))
    paths, kinds = [], {}
    later = [case for case in cases if case.later]
    for name, content, own in files(cases):
        path = folder / name
        if isinstance(content, str):
            path.write_text(content, "utf-8")
        else:
            write_cells(content, path)
        paths.append(path)
        kinds[name] = own
    at_once = seed % 2 == 0
    if later:
        moved = sum((case.moved for case in cases if case.camt), D(0))
        text = "".join(case.later for case in later)
        back = -sum((case.moved for case in later), D(0))
        path = folder / "later.xml"
        begins = Begins("S2", "2002-08-01", D(10**6) + moved)
        path.write_text(_statement(text, back, ACCOUNT, "USD", begins), "utf-8")
        kinds[path.name] = later
        paths += [path] * at_once
    result = import_files(load_book(main), paths, bank="MAIN")
    if later and not at_once:
        import_files(load_book(main), [path])
    for refused in result.refused:
        for case in kinds[Path(refused.path).name]:
            if not case.may_refuse:
                found.refused_wrongly.append(f"{seed} {case.kind}: {refused.reason}")
    judge(load_book(main), cases, found, seed)


def judge(book: Book, cases: Sequence[Case], found: Found, seed: int) -> None:
    """Hold the receipts of a book, and their matches, against what is true."""
    assert book.errors == []
    truths = {ref: (truth, case) for case in cases for ref, truth in case.truths.items()}
    by_number = {ref: case for case in cases for ref in _references(case)}
    meta = {
        posting.cost.label: entry.meta
        for entry in book.entries
        if getattr(entry, "meta", {}).get("bank-reference")
        for posting in entry.postings
        if posting.cost and posting.cost.label and "Unapplied" in posting.account
    }
    found.made.update(case.kind for case in cases)
    of_receipt: dict[str, tuple[str, Truth | None, str]] = {}
    for receipt in waiting_receipts(book):
        said = meta[receipt.label]
        ref = str(said["bank-reference"])
        truth, case = truths.get(ref, (None, by_number[ref.partition("/")[0]]))
        of_receipt[receipt.label] = ref, truth, case.kind
        found.receipts += 1
        donor = str(said.get("proposed-donor", ""))
        why = ""
        if truth is None:
            why = f"{receipt.value} booked"
        elif truth.value != receipt.value:
            why = f"{receipt.value} booked, {truth.value} came"
        elif donor and donor not in truth.donors:
            why = f"put down to {donor}"
        elif truth.original and str(said.get("original")) != truth.original:
            why = f"{said.get('original')} was sent, it says, and not {truth.original}"
        if why:
            found.figures_wrong.append(f"{seed} {case.kind} {ref}: {why}")
            found.wrong[case.kind] += 1
    for match in match_receipts(book):
        if match.chosen is None or not match.chosen.rule:
            continue
        ref, truth, kind = of_receipt[match.receipt.label]
        pays = {part.claim.label: part.units for part in match.chosen.parts}
        if truth is not None and truth.pays == pays:
            found.certain_right += 1
        else:
            found.certain_wrong.append(f"{seed} {kind} {ref}: {match.chosen.rule} {pays}")


def _references(case: Case) -> Iterator[str]:
    text = (
        case.camt + case.euro + case.mt940 + case.later + "".join(row[3] + " " for row in case.rows)
    )
    text += "".join(f"{row[3].value} " for row in case.cells if len(row) > 3)
    for number in range(len(text) - 5):
        if text[number] == "B" and text[number + 1 : number + 6].isdigit():
            yield text[number : number + 6]


def _pledge(label: str, amount: str, name: str) -> str:
    code, (number, _, currency) = label[:3], amount.partition(" ")
    value = D(number) if currency == "USD" else (D(number) / D("1.25")).quantize(D("0.01"))
    return (
        f'\n2002-06-03 * "{name}" "Pledge (made up)" ^{label.rpartition(".")[0]}\n'
        f'  event: "commitment"\n  class: "general"\n'
        f'  Assets:CPCJF:Pledges:{code}  {number} {currency} {{0 # {value} USD, "{label}"}}\n'
        f"    due: 2002-07-31\n  Income:CPCJF:Contributions:{code}  -{value} USD\n"
    )


_STATES = """
AUT BEL CAN CHE CHL CZE DEU DNK ESP FIN FRA GBR GRC HUN IRL ISL ITA JPN KOR LUX MEX NLD NOR NZL POL
PRT SVK SVN SWE TUR USA ARG BRA CHN IND IDN ZAF SAU RUS AUS EGY MAR TUN DZA KEN UGA GHA NGA SEN ETH
TZA ZMB ZWE NAM BWA MOZ AGO CMR MDG MLI PER ECU URY PRY BOL VEN COL PAN CRI NIC HND GTM SLV CUB JAM
HTI BRB TTO THA VNM PHL MYS SGP LKA NPL BGD PAK IRN IRQ ISR JOR LBN KWT QAT OMN BHR YEM MNG KAZ UZB
GEO ARM AZE UKR BLR MDA ROU BGR HRV ALB CYP MLT LTU LVA EST MCO AND LIE SMR VAT
"""
CODES = _STATES.split()


def main(receipts: int, seed: int) -> None:
    """Tell what became of at least so many receipts."""
    found, began = Found(), time.process_time()
    books = 0
    while found.receipts < receipts:
        with tempfile.TemporaryDirectory() as folder:
            try_once(seed + books, Path(folder), found)
        books += 1
    lines = [
        f"{found.receipts} receipts of {books} books, {time.process_time() - began:.0f} s",
        f"figures wrong: {len(found.figures_wrong)}",
        f"certain and wrong: {len(found.certain_wrong)}",
        f"certain and right: {found.certain_right}",
        f"refused without cause: {len(found.refused_wrongly)}",
        *(f"  {kind}: {count} figures wrong" for kind, count in sorted(found.wrong.items())),
        *(f"  {each[:200]}" for each in found.figures_wrong[:20]),
        *(f"  {each[:200]}" for each in found.certain_wrong[:20]),
        *(f"  {each[:300]}" for each in found.refused_wrongly[:5]),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*(given + [10_000, 1][len(given) :]))
