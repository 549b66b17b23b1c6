"""ISO 20022 camt.053, the bank's statement to its customer, in any version from .02 on.

Versions differ in little: where a name or a status stands one level deeper, it is found there. A
batch becomes an entry for each of its transactions where their amounts, or these less their own
charges, come to the batch's; else it is no payer's, and its text says what is known of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.importers.reading.packages import parse_xml
from pledgebook.importers.statements.batches import says_batch
from pledgebook.importers.statements.statement import Entry, Original, Statement

_MARK = re.compile(rb"<(?:[\w.-]+:)?BkToCstmr(Stmt|AcctRpt|DbtCdtNtfctn)\b")
_OTHERS = {
    b"AcctRpt": "an account report (camt.052), which is no final statement",
    b"DbtCdtNtfctn": "an advice of single entries (camt.054), which has no balances",
}
_AMOUNT = re.compile(r"\d{1,18}(?:\.\d{1,18})?")
_DAY = re.compile(r"(?:19|20)\d{2}-\d{2}-\d{2}")
_COUNT = re.compile(r"\d{1,15}")
_LOOKED_AT = 64 * 1024
_NO_REFERENCE = frozenset({"NOTPROVIDED", "NONREF", "NOT PROVIDED"})
_BOOKED = "BOOK"
_STATUSES = frozenset({_BOOKED, "PDNG", "INFO", "FUTR"})
"""What an entry may be by the standard: booked, pending, told only, or booked in the future."""

_BALANCES: dict[Literal["opening", "closing"], tuple[str, ...]] = {
    "opening": ("OPBD", "PRCD", "ITBD"),
    "closing": ("CLBD", "ITBD"),
}


@dataclass(slots=True)
class _Node:
    """An element: its name without prefix, attributes, children and text."""

    tag: str
    attributes: dict[str, str]
    children: list[_Node] = field(default_factory=list)
    text: str = ""

    def all(self, *path: str) -> Iterator[_Node]:
        """Yield the elements down a path of names."""
        if not path:
            yield self
            return
        for child in self.children:
            if child.tag == path[0]:
                yield from child.all(*path[1:])

    def one(self, *path: str) -> _Node | None:
        """Return the first element down a path."""
        return next(self.all(*path), None)

    def say(self, *path: str) -> str:
        """Return the text of the first element down a path, "" if there is none."""
        found = self.one(*path)
        return " ".join(found.text.split()) if found else ""


def is_camt(data: bytes) -> bool:
    """Tell whether a file's bytes are a message of a bank to its customer in XML."""
    head = data[:_LOOKED_AT].replace(b"\x00", b"")  # also where it is written in UTF-16
    return bool(_MARK.search(head))


def read_camt(name: str, data: bytes) -> tuple[Statement, ...]:
    """Read every statement of a camt.053 file.

    Raises UnreadableFile for another message, for a file that is cut or declares entities, and for
    an entry that lacks what it must have.
    """
    found = _MARK.search(data[:_LOOKED_AT].replace(b"\x00", b""))
    if found and (other := _OTHERS.get(found[1])):
        raise UnreadableFile(f"{name} is {other}: import the bank's statement (camt.053).")
    root = _tree(name, data)
    return tuple(_Reader(name, node).statement() for node in root.all("BkToCstmrStmt", "Stmt"))


def _tree(name: str, data: bytes) -> _Node:
    top = _Node("", {})
    stack = [top]

    def start(tag: str, attributes: dict[str, str]) -> None:
        node = _Node(tag, attributes)
        stack[-1].children.append(node)
        stack.append(node)

    def text(words: str) -> None:
        stack[-1].text += words

    try:
        parse_xml(name, data, start, lambda _: stack.pop(), text)
    except UnreadableFile as error:
        why = f" ({error.__cause__})" if error.__cause__ else ", or declares XML entities"
        raise UnreadableFile(
            f"{name} is no whole statement in XML: it is cut or damaged{why}. Ask the bank for the "
            "file again."
        ) from error
    root = top.children[0]
    return root if root.tag == "Document" else top


class _Reader:
    """Reads one statement; `name` is the file's."""

    def __init__(self, name: str, node: _Node) -> None:
        self._name, self._node = name, node
        self._number = node.say("ElctrncSeqNb") or node.say("LglSeqNb")
        self._id = node.say("Id")
        self._currency = node.say("Acct", "Ccy")
        self._place = ""

    def statement(self) -> Statement:
        opening, closing = self._balance("opening"), self._balance("closing")
        if opening is None or closing is None:
            which = "opening" if opening is None else "closing"
            said = ", ".join(
                dict.fromkeys(code for node in self._node.all("Bal") for code in _codes_of(node))
            )
            raise self._refusal(
                f"has no {which} balance (booked; there are: {said or 'none'}), so nothing proves "
                "it whole"
            )
        entries: list[Entry] = []
        for number, node in enumerate(self._node.all("Ntry"), 1):
            self._place = f"entry {number}"
            entries += self._entries(node)
        self._check_summary(entries)
        days = [entry.booked_on for entry in entries]
        first = self._day("FrToDt", "FrDtTm") or self._day("FrToDt", "FrDt")
        last = closing[1]
        return Statement(
            account=self._node.say("Acct", "Id", "IBAN")
            or self._node.say("Acct", "Id", "Othr", "Id"),
            currency=self._currency,
            number=self._id or self._number,
            first=min([*([first] if first else []), *days, last]),
            last=last,
            opening=opening[0],
            closing=closing[0],
            entries=tuple(entries),
            kind="camt.053",
        )

    def _refusal(self, what: str) -> UnreadableFile:
        place = f", {self._place}" if self._place else ""
        return UnreadableFile(
            f"{self._name}: the statement {self._id or self._number}{place} {what}. Ask the bank "
            "for the file again."
        )

    def _balance(self, which: Literal["opening", "closing"]) -> tuple[Decimal, date] | None:
        wanted = _BALANCES[which]
        for code in wanted:
            found = [node for node in self._node.all("Bal") if code in _codes_of(node)]
            if found:
                node = found[0 if which == "opening" else -1]
                day = self._day_of(node, "Dt")
                if day is None:
                    raise self._refusal(f"has a balance {code} without a date")
                return self._signed(node), day
        return None

    def _signed(self, node: _Node) -> Decimal:
        """Return an amount of the account with its sign; it must be in the account's currency."""
        amount = node.one("Amt")
        if amount is None:
            raise self._refusal("has an entry or balance without an amount")
        currency = amount.attributes.get("Ccy", self._currency)
        self._currency = self._currency or currency
        if currency != self._currency:
            raise self._refusal(
                f"is of an account in {self._currency} and has an entry or balance in {currency}"
            )
        sign = {"CRDT": 1, "DBIT": -1}.get(node.say("CdtDbtInd"))
        if sign is None:
            raise self._refusal("has an amount that is neither credit nor debit")
        return self._number_of(amount) * sign

    def _number_of(self, node: _Node) -> Decimal:
        text = node.text.strip()
        if not _AMOUNT.fullmatch(text):
            raise self._refusal(f"has the amount {text[:40]!r}, which is no figure")
        return Decimal(text)

    def _day(self, *path: str) -> date | None:
        node = self._node.one(*path)
        return self._date(node.text) if node else None

    def _day_of(self, node: _Node, tag: str) -> date | None:
        found = node.one(tag)
        if found is None:
            return None
        return self._date(found.say("Dt") or found.say("DtTm") or found.text)

    def _date(self, text: str) -> date:
        found = _DAY.match(text.strip())
        try:
            return date.fromisoformat(found[0] if found else "")
        except ValueError:
            raise self._refusal(f"has the date {text.strip()[:40]!r}, which is none") from None

    def _entries(self, node: _Node) -> Iterator[Entry]:
        amount = self._signed(node)
        booked = self._day_of(node, "BookgDt") or self._day_of(node, "ValDt")
        if booked is None:
            raise self._refusal("has neither a booking nor a value date")
        status = (node.say("Sts", "Cd") or node.say("Sts", "Prtry") or node.say("Sts")).upper()
        if status and status not in _STATUSES:
            raise self._refusal(
                f"has the status {status[:40]!r}, which is none of {', '.join(sorted(_STATUSES))}: "
                "whether its money moved is not known"
            )
        whole = Entry(
            booked_on=booked,
            value_date=self._day_of(node, "ValDt") or booked,
            amount=amount,
            place=self._place,
            bank_ref=_reference(node.say("AcctSvcrRef")) or _reference(node.say("NtryRef")),
            reversal=_is_reversal(node),
            status="booked" if status in {"", _BOOKED} else status.lower(),
            code=_code(node),
        )
        details = list(node.all("NtryDtls", "TxDtls"))
        shares = self._shares(node, details, amount)
        if self._is_of_several(node, details, amount):
            yield self._undivided(whole, node, details)
            return
        if len(details) < 2 or shares is None:
            yield self._detailed(whole, node, details, amount)
            return
        for number, (detail, share) in enumerate(zip(details, shares, strict=True), 1):
            own = self._detailed(whole, node, [detail], share, is_share=True)
            ref = _reference(detail.say("Refs", "AcctSvcrRef"))
            if not ref or ref == whole.bank_ref:  # one of a batch that has a single reference
                ref = f"{whole.bank_ref}/{number}" if whole.bank_ref else ""
            yield replace(own, bank_ref=ref, place=f"{whole.place}, {number}")

    def _shares(self, node: _Node, details: list[_Node], amount: Decimal) -> list[Decimal] | None:
        """Return the amounts of a batch's transactions, if they are stated and come to its own, as
        they are or each less the charges that it states.
        """
        shares: list[Decimal] = []
        kept: list[Decimal | None] = []
        for detail in details:
            found = self._own_amount(detail)
            if found is None:
                return None
            charges = self._charges([detail])
            if any(charge.currency != self._currency for charge in charges):
                kept.append(None)
            else:
                kept.append(sum((charge.amount for charge in charges), Decimal(0)))
            indicator = detail.say("CdtDbtInd") or node.say("CdtDbtInd")
            shares.append(found * (-1 if indicator == "DBIT" else 1))
        if sum(shares, Decimal(0)) == amount:
            return shares
        less = [
            share - charges
            for share, charges in zip(shares, kept, strict=True)
            if charges is not None
        ]
        proved = len(less) == len(shares) and sum(less, Decimal(0)) == amount
        return less if proved and all((each > 0) == (amount > 0) for each in less) else None

    def _own_amount(self, detail: _Node) -> Decimal | None:
        """Return what a transaction came to in the account's currency, if that is stated."""
        for path in (("Amt",), ("AmtDtls", "TxAmt", "Amt"), ("AmtDtls", "CntrValAmt", "Amt")):
            found = detail.one(*path)
            if found is not None and found.attributes.get("Ccy", self._currency) == self._currency:
                return self._number_of(found)
        return None

    def _is_of_several(self, node: _Node, details: list[_Node], amount: Decimal) -> bool:
        """Tell whether an entry is a batch that cannot be divided and may be of several payers:
        there are more transactions than it shows, or not every one names the same.
        """
        if len(details) > 1 and self._shares(node, details, amount) is not None:
            return False
        parties = _PARTIES["DBIT" if amount < 0 else "CRDT"]
        stated = [each.say("NbOfTxs") for each in node.all("NtryDtls", "Btch")]
        count = sum(int(each) for each in stated if each.isdecimal())
        if len(details) > 1:
            names = {tuple(_all([detail], parties)) for detail in details}
            return len(names) > 1 or names == {()} or count > len(details)
        if count > 1 or says_batch(*(node.say(*path) for path in _NOTES)):
            return True
        own = self._own_amount(details[0]) if details else None
        return own is not None and own < abs(
            amount
        )  # the rest is somebody's, and nobody says whose

    def _undivided(self, whole: Entry, node: _Node, details: list[_Node]) -> Entry:
        """Return a batch as one entry that is no payer's: its text says of each transaction the
        names, accounts, amounts and words.
        """
        side = "DBIT" if whole.amount < 0 else "CRDT"
        lines = []
        for number, detail in enumerate(details, 1):
            amounts = [
                str(Original(self._number_of(found), found.attributes.get("Ccy", self._currency)))
                for path in _AMOUNTS
                for found in detail.all(*path)
            ]
            words = [*_all([detail], _PARTIES[side]), *_all([detail], _ACCOUNTS[side]), *amounts]
            words += _words_of([detail])
            lines.append(f"{number}: {', '.join(dict.fromkeys(words))}")
        references = [found for detail in details for found in _references(detail)]
        ends = [_reference(detail.say("Refs", "EndToEndId")) for detail in details]
        charges = [charge for each in [*details, node] for charge in self._charges([each])]
        original, rate = self._original([node], whole.amount)
        return replace(
            whole,
            references=tuple(dict.fromkeys([*references, *filter(None, ends)])),
            remittance="\n".join([*lines, *_notes([node])]),
            original=original,
            rate=rate,
            charges=tuple(charges),
            returned=any(detail.one("RtrInf") is not None for detail in details),
            of_several=True,
        )

    def _detailed(
        self,
        whole: Entry,
        node: _Node,
        details: list[_Node],
        amount: Decimal,
        *,
        is_share: bool = False,
    ) -> Entry:
        """Return an entry with what its transactions say: all of one payer, or one of a batch, of
        which the amounts beside the entry say nothing.
        """
        side = "DBIT" if amount < 0 else "CRDT"
        sources = [*details] if is_share else [*details, node]
        if len(details) == 1 and not whole.reversal:
            self._check_sign(details[0], amount)
        text = [*_words_of(details), *_notes([*details, node])]
        if is_share:
            text += [
                f"Of {each} in all" for each in self._original([node], whole.amount)[:1] if each
            ]
            text += [f"Charges of all: {each}" for each in self._charges([node])]
        references = [found for detail in details for found in _references(detail)]
        ends = [_reference(detail.say("Refs", "EndToEndId")) for detail in details]
        end_to_end = next((end for end in ends if end), "")
        original, rate = self._original(sources, amount)
        return replace(
            whole,
            amount=amount,
            end_to_end=end_to_end,
            references=tuple(
                dict.fromkeys([*references, *(end for end in ends if end and end != end_to_end)])
            ),
            payer=_first(sources, _PARTIES[side]),
            payer_account=_first(sources, _ACCOUNTS[side]),
            remittance="\n".join(dict.fromkeys(text)),
            original=original,
            rate=rate,
            charges=self._charges(sources),
            returned=any(detail.one("RtrInf") is not None for detail in details),
            reversal=whole.reversal or any(map(_is_reversal, details)),
        )

    def _check_sign(self, detail: _Node, amount: Decimal) -> None:
        """Refuse an entry whose one transaction goes the other way: which is right, nobody says."""
        stated = detail.say("CdtDbtInd")
        if stated and stated != ("DBIT" if amount < 0 else "CRDT"):
            raise self._refusal(f"goes one way and its transaction the other ({stated})")

    def _original(
        self, sources: list[_Node], amount: Decimal
    ) -> tuple[Original | None, Decimal | None]:
        """Return what was instructed, where it differs from what was credited, and the rate."""
        for source in sources:
            rates = [
                source.one("AmtDtls", part, "CcyXchg", "XchgRate")
                for part in ("InstdAmt", "TxAmt", "CntrValAmt")
            ]
            rate = next((self._number_of(node) for node in rates if node is not None), None)
            for part in ("InstdAmt", "TxAmt", "CntrValAmt"):
                found = source.one("AmtDtls", part, "Amt")
                if found is None:
                    continue
                stated = Original(self._number_of(found), found.attributes.get("Ccy", ""))
                if stated != Original(abs(amount), self._currency):
                    return stated, rate
            own = source.one("Amt") if source.tag == "TxDtls" else None
            if own is not None:
                stated = Original(self._number_of(own), own.attributes.get("Ccy", self._currency))
                if stated != Original(abs(amount), self._currency):
                    return stated, rate
        return None, None

    def _charges(self, sources: list[_Node]) -> tuple[Original, ...]:
        """Return what banks kept, as the first of the sources that says it has it; what they gave
        back (`CRDT`) is none.
        """
        for source in sources:
            kept_of = [
                each
                for path in (("Chrgs", "Rcrd"), ("Chrgs",))  # the second as .02 has it
                for each in source.all(*path)
                if each.say("CdtDbtInd") != "CRDT"
            ]
            found = [amount for each in kept_of for amount in each.all("Amt")] or [
                *source.all("Chrgs", "TtlChrgsAndTaxAmt")
            ]
            kept = [
                Original(number, node.attributes.get("Ccy", self._currency))
                for node in found
                if (number := self._number_of(node))
            ]
            if kept:
                return tuple(kept)
        return ()

    def _check_summary(self, entries: list[Entry]) -> None:
        """Hold the file to the number of entries it says it has: a page may be missing."""
        self._place = ""
        stated = self._node.say("TxsSummry", "TtlNtries", "NbOfNtries")
        there = sum(1 for _ in self._node.all("Ntry"))
        if _COUNT.fullmatch(stated) and int(stated) != there:
            batches = len(entries)
            if int(stated) != batches:  # some banks count the transactions of batches
                raise self._refusal(f"says that it has {stated} entries, and has {there}")


_PARTIES = {
    "CRDT": (
        ("RltdPties", "Dbtr", "Nm"),
        ("RltdPties", "Dbtr", "Pty", "Nm"),
        ("RltdPties", "InitgPty", "Nm"),
        ("RltdPties", "InitgPty", "Pty", "Nm"),
        ("RltdPties", "UltmtDbtr", "Nm"),
        ("RltdPties", "UltmtDbtr", "Pty", "Nm"),
    ),
    "DBIT": (
        ("RltdPties", "Cdtr", "Nm"),
        ("RltdPties", "Cdtr", "Pty", "Nm"),
        ("RltdPties", "UltmtCdtr", "Nm"),
        ("RltdPties", "UltmtCdtr", "Pty", "Nm"),
    ),
}
_ACCOUNTS = {
    side: tuple(("RltdPties", party, "Id", *path) for path in (("IBAN",), ("Othr", "Id")))
    for side, party in (("CRDT", "DbtrAcct"), ("DBIT", "CdtrAcct"))
}
_TEXTS = (
    ("RmtInf", "Ustrd"),
    ("RmtInf", "Strd", "CdtrRefInf", "Ref"),
    ("RmtInf", "Strd", "CdtrRefInf", "CdtrRef"),
    ("RmtInf", "Strd", "RfrdDocInf", "Nb"),
    ("RmtInf", "Strd", "AddtlRmtInf"),
    ("RltdPties", "UltmtDbtr", "Nm"),
    ("RltdPties", "UltmtDbtr", "Pty", "Nm"),
    ("RtrInf", "AddtlInf"),
)
_NOTES = (("AddtlTxInf",), ("AddtlNtryInf",))
_AMOUNTS = (
    ("Amt",),
    *(("AmtDtls", part, "Amt") for part in ("InstdAmt", "TxAmt", "CntrValAmt")),
)


def _first(sources: list[_Node], paths: tuple[tuple[str, ...], ...]) -> str:
    return next((found for source in sources for path in paths if (found := source.say(*path))), "")


def _all(sources: list[_Node], paths: tuple[tuple[str, ...], ...]) -> list[str]:
    """Return every text that stands at one of the paths, once each."""
    found = (
        " ".join(each.text.split()) for node in sources for p in paths for each in node.all(*p)
    )
    return list(dict.fromkeys(filter(None, found)))


def _words_of(details: list[_Node]) -> list[str]:
    """Return what transactions say in words."""
    return [
        words
        for detail in details
        for path in _TEXTS
        for found in detail.all(*path)
        if (words := " ".join(found.text.split()))
    ]


def _notes(sources: list[_Node]) -> list[str]:
    return [words for path in _NOTES for source in sources if (words := source.say(*path))]


def _references(detail: _Node) -> list[str]:
    names = ("InstrId", "TxId", "MsgId", "MndtId", "UETR", "ClrSysRef")
    return [found for tag in names if (found := _reference(detail.say("Refs", tag)))]


def _is_reversal(node: _Node) -> bool:
    return node.say("RvslInd") in {"true", "1"}


def _reference(text: str) -> str:
    return "" if text.upper() in _NO_REFERENCE else text


def _code(node: _Node) -> str:
    parts = [
        node.say("BkTxCd", "Domn", "Cd"),
        node.say("BkTxCd", "Domn", "Fmly", "Cd"),
        node.say("BkTxCd", "Domn", "Fmly", "SubFmlyCd"),
    ]
    return "/".join(part for part in parts if part) or node.say("BkTxCd", "Prtry", "Cd")


def _codes_of(balance: _Node) -> list[str]:
    """Return what a balance says it is: by the standard's code, or as the bank's own."""
    kind = ("CdOrPrtry", "Cd"), ("CdOrPrtry", "Prtry"), ("CdOrPrtry", "Prtry", "Id"), ("Cd",)
    return [code for path in kind if (code := balance.say("Tp", *path))]
