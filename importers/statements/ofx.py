"""OFX, which banks give for download: version 1 in SGML and version 2 in XML.

In SGML every character is accounted for: what no element holds refuses the file. OFX states the
balance at the end and none at the beginning: it is held against the ledger, where it is of a day
that the entries reach. Source: Open Financial Exchange 1.6 and 2.2, section 11.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import NoReturn

from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.importers.reading.delimited import decode
from pledgebook.importers.reading.packages import parse_xml
from pledgebook.importers.statements.batches import says_batch, unnamed
from pledgebook.importers.statements.statement import Entry, Statement
from pledgebook.ledger.declared.currencies import UnknownCurrencyError, decimals

_KNOWN = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:OFXHEADER\s*:|<\?xml[^>]*\?>\s*<\?OFX\s|<\?OFX\s|<OFX>)",
    re.IGNORECASE,
)
_PIECE = re.compile(
    r"<(?P<close>/?)(?P<tag>[A-Za-z][A-Za-z0-9._-]*)\s*/?>|<!\[CDATA\[(?P<data>.*?)\]\]>|(?P<text>[^<]+)",
    re.DOTALL,
)
_CHARACTER = re.compile(r"&(amp|lt|gt|quot|apos|nbsp|#\d{1,6});")
_CHARACTERS = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": " "}
_AMOUNT = re.compile(r"([+-]?)(\d{1,18}(?:[.,]\d{0,18})?|[.,]\d{1,18})")
_DAY = re.compile(r"(\d{8})(?:\d{4}(?:\d{2}(?:\.\d{1,6})?)?)?(?:\s*\[[^\]]{0,40}\])?")
_CHARSET = re.compile(r"^CHARSET\s*:\s*([\w-]+)", re.MULTILINE | re.IGNORECASE)
_CODECS = {"1252": "cp1252", "8859-1": "latin-1", "ISO-8859-1": "latin-1", "8859-15": "iso8859-15"}
_LOOKED_AT = 64 * 1024
_DEEPEST = 64
_MANY_DECIMALS = 3
_OTHERS = {
    "CCSTMTRS": "a credit card's statement",
    "INVSTMTRS": "a statement of securities",
    "LOANSTMTRS": "a loan's statement",
}
_WAYS = {"CREDIT": 1, "DEBIT": -1}
_NOT_BOOKED = frozenset({"HOLD"})


@dataclass(slots=True)
class _Node:
    """An element: its name in capitals, its text, and what stands in it."""

    tag: str
    text: str = ""
    children: list[_Node] = field(default_factory=list)
    closed: bool = False

    def all(self, tag: str) -> Iterator[_Node]:
        """Yield the elements of a name, however deep."""
        stack = self.children[::-1]
        while stack:
            node = stack.pop()
            if node.tag == tag:
                yield node
            stack += node.children[::-1]

    def one(self, *path: str) -> _Node | None:
        """Return the first element down a path."""
        node: _Node | None = self
        for tag in path:
            node = next((each for each in node.children if each.tag == tag), None) if node else None
        return node

    def say(self, *path: str) -> str:
        """Return the text of the first element down a path, "" if there is none."""
        found = self.one(*path)
        return " ".join(found.text.split()) if found else ""


def is_ofx(data: bytes) -> bool:
    """Tell whether a file's bytes are a message in OFX."""
    head = data[:_LOOKED_AT].replace(b"\0", b"").lstrip(b"\xff\xfe")
    return bool(_KNOWN.match(head)) and b"<OFX>" in head.upper()


def read_ofx(name: str, data: bytes) -> tuple[Statement, ...]:
    """Read every statement of a bank account in an OFX file.

    Raises UnreadableFile for a file that is cut, for a statement of anything but a bank account,
    and for an entry that lacks what it must have or may be read in two ways.
    """
    root = _tree(name, data)
    for tag, what in _OTHERS.items():
        if next(root.all(tag), None) is not None:
            raise UnreadableFile(
                f"{name} holds {what}: import the statement of the bank account alone."
            )
    found = list(root.all("STMTRS"))
    if not found:
        said = "; ".join(
            f"{each.say('SEVERITY')} {each.say('CODE')} {each.say('MESSAGE')}".strip()
            for each in root.all("STATUS")
        )
        raise UnreadableFile(
            f"{name} holds no statement of a bank account (the bank answers: {said or 'nothing'}). "
            "Ask the bank for the file again."
        )
    return tuple(_Reader(name, node).statement() for node in found)


def _tree(name: str, data: bytes) -> _Node:
    top = _Node("")
    if re.match(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*<\x00?\?\x00?x", data):
        _read_xml(name, data, top)
    else:
        _read_sgml(name, _text_of(name, data), top)
    root = top.one("OFX")
    if root is None:
        raise UnreadableFile(
            f"{name} has no <OFX>: it is cut or damaged. Ask the bank for it again."
        )
    return root


def _read_xml(name: str, data: bytes, top: _Node) -> None:
    stack = [top]

    def start(tag: str, _: dict[str, str]) -> None:
        _open(name, stack, tag)

    def text(words: str) -> None:
        stack[-1].text += words

    try:
        parse_xml(name, data, start, lambda _: stack.pop(), text)
    except UnreadableFile as error:
        why = f" ({error.__cause__})" if error.__cause__ else f": {error}"
        raise UnreadableFile(
            f"{name} is no whole statement in XML: it is cut, damaged or declares XML "
            f"entities{why}. Ask the bank for the file again."
        ) from error


def _open(name: str, stack: list[_Node], tag: str) -> None:
    if len(stack) > _DEEPEST:
        raise UnreadableFile(
            f"{name}: <{tag[:40]}> stands {len(stack)} elements deep, which no statement does. Ask "
            "the bank for the file again."
        )
    node = _Node(tag.upper())
    stack[-1].children.append(node)
    stack.append(node)


def _text_of(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    stated = _CHARSET.search(data[:_LOOKED_AT].decode("latin-1"))
    codec = _CODECS.get(stated[1].upper()) if stated else None
    if codec is None or b"\0" in data[:_LOOKED_AT]:
        return decode(name, data)[0]
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"{name} says that it is in {codec} and is not ({error.reason} at byte {error.start}). "
            "Ask the bank for the file again."
        ) from error


def _read_sgml(name: str, text: str, top: _Node) -> None:
    """Read SGML, in which an element with a text needs no end: one that is never closed holds its
    text alone, and what follows stands beside it.
    """
    begins = re.search("<OFX>", text, re.IGNORECASE)
    at, stack = begins.start() if begins else len(text), [top]
    while at < len(text):
        piece = _PIECE.match(text, at)
        if piece is None:
            _refuse_at(name, text, at, "begins no element")
        words, tag = piece["text"], (piece["tag"] or "").upper()
        if piece["data"] is not None or words is not None:
            said = piece["data"] if words is None else _unescaped(words)
            if said.strip():
                holder = stack[-1]
                if holder is top or holder.children:
                    _refuse_at(name, text, at, "is a text that no element holds")
                holder.text += said
        elif not piece["close"]:
            if stack[-1].text.strip():
                stack.pop()
            _open(name, stack, tag)
        else:
            _close(name, text, at, tag, stack)
        at = piece.end()
    if len(stack) > 1:
        raise UnreadableFile(
            f"{name} ends within <{stack[1].tag}>: it is cut. Ask the bank for the whole file."
        )


def _close(name: str, text: str, at: int, tag: str, stack: list[_Node]) -> None:
    if tag not in {node.tag for node in stack[1:]}:
        _refuse_at(name, text, at, "closes what is not open")
    while True:
        node = stack.pop()
        if node.tag == tag:
            return
        stack[-1].children += node.children
        node.children = []


def _unescaped(text: str) -> str:
    def one(found: re.Match[str]) -> str:
        word = found[1]
        if word in _CHARACTERS:
            return _CHARACTERS[word]
        return chr(min(int(word[1:]), 0x10FFFF))

    return _CHARACTER.sub(one, text)


def _refuse_at(name: str, text: str, at: int, what: str) -> NoReturn:
    line = text.count("\n", 0, at) + 1
    raise UnreadableFile(
        f"{name}, line {line}: {text[at : at + 40]!r} {what}: the file is cut or damaged. Ask the "
        "bank for it again."
    )


class _Reader:
    """Reads one statement; `name` is the file's."""

    def __init__(self, name: str, node: _Node) -> None:
        self._name, self._node = name, node
        self._account = node.say("BANKACCTFROM", "ACCTID")
        self._currency = node.say("CURDEF").upper()
        self._place = ""

    def statement(self) -> Statement:
        if not self._account or not self._currency:
            self._refuse("does not say of which account and in which currency it is")
        listed = self._node.one("BANKTRANLIST") or _Node("BANKTRANLIST")
        entries = []
        for number, node in enumerate(listed.all("STMTTRN"), 1):
            self._place = f"entry {number}"
            entries.append(self._entry(node, pending=False))
        for number, node in enumerate(self._node.all("STMTTRNP"), 1):
            self._place = f"pending entry {number}"
            entries.append(self._entry(node, pending=True))
        self._place = ""
        entries = self._with_own_ids(entries)
        since, until = (self._day(listed, tag) for tag in ("DTSTART", "DTEND"))
        closing, notes = self._closing(entries, until)
        days = [each.booked_on for each in entries if each.status == "booked"]
        days = days or [each.booked_on for each in entries]
        last = max(
            [*days, *([until] if until else []), *([closing[1]] if closing else [])], default=None
        )
        if last is None:
            self._refuse("has neither entries nor days nor a balance")
        return Statement(
            account=self._account,
            currency=self._currency,
            number=f"{min([*([since] if since else []), *days, last])}..{last}",
            first=min([*([since] if since else []), *days, last]),
            last=closing[1] if closing else last,
            opening=None,
            closing=closing[0] if closing else None,
            entries=tuple(entries),
            kind="OFX",
            notes=notes,
        )

    def _closing(
        self, entries: list[Entry], until: date | None
    ) -> tuple[tuple[Decimal, date] | None, tuple[str, ...]]:
        """Return the balance with its day where the entries reach just so far, and else a note."""
        unproved = "An OFX file states no opening balance: whether entries are missing shows where "
        unproved += "the ledger does not come to the closing one."
        balance = self._node.one("LEDGERBAL")
        if balance is None:
            return None, (
                "The file states no balances: whether entries are missing cannot be proved.",
            )
        amount, day = self._amount(balance, "BALAMT"), self._day(balance, "DTASOF")
        last = max((each.booked_on for each in entries if each.status == "booked"), default=None)
        if day is None:
            self._refuse("has a balance without a day")
        if (last and day < last) or (until and day > until):
            return None, (
                f"Its balance is of {day}, and its entries are of the days to {until or last}: it "
                "closes them not, and whether entries are missing cannot be proved.",
            )
        return (amount, day), (unproved,)

    def _entry(self, node: _Node, *, pending: bool) -> Entry:
        posted = self._day(node, "DTTRAN" if pending else "DTPOSTED")
        if posted is None:
            self._refuse("has no day")
        amount, kind = self._amount(node, "TRNAMT"), node.say("TRNTYPE").upper()
        if amount * _WAYS.get(kind, 0) < 0:
            self._refuse(
                f"says {kind} of {amount}: whether the money came in or went out is not clear"
            )
        other = node.say("CURRENCY", "CURSYM").upper()
        if other not in {"", self._currency}:
            self._refuse(f"is in {other}, in an account in {self._currency}")
        names = [node.say("NAME"), node.say("PAYEE", "NAME"), node.say("EXTDNAME")]
        names = list(dict.fromkeys(filter(None, names)))
        sent = node.say("ORIGCURRENCY", "CURSYM"), node.say("ORIGCURRENCY", "CURRATE")
        texts = [*names[1:], node.say("MEMO"), " ".join(filter(None, sent))]
        to = next((to for tag in ("BANKACCTTO", "CCACCTTO") if (to := node.say(tag, "ACCTID"))), "")
        references = [node.say(tag) for tag in ("CHECKNUM", "REFNUM", "SRVRTID", "CORRECTFITID")]
        entry = Entry(
            booked_on=posted,
            value_date=self._day(node, "DTAVAIL") or posted,
            amount=amount,
            place=self._place,
            bank_ref=node.say("FITID"),
            references=tuple(dict.fromkeys(filter(None, references))),
            payer=names[0] if names else "",
            payer_account=to,
            remittance="\n".join(filter(None, texts)),
            reversal=bool(node.say("CORRECTFITID")),
            status="pdng" if pending or kind in _NOT_BOOKED else "booked",
            code=kind,
        )
        return unnamed(entry) if says_batch(entry.payer, entry.remittance) else entry

    def _with_own_ids(self, entries: list[Entry]) -> list[Entry]:
        """Return entries whose FITID is theirs alone. The same one on equal entries may be one
        payment twice; on others it is no id, and stands among their references.
        """
        bearing: dict[str, list[Entry]] = {}
        for each in entries:
            bearing.setdefault(each.bank_ref, []).append(each)
        for fitid, same in bearing.items():
            seen: dict[Entry, str] = {}
            for each in same if fitid else ():
                content = replace(each, place="")
                if content in seen:
                    self._place = each.place
                    self._refuse(
                        f"is {seen[content]} again, under the same FITID {fitid[:40]!r}: one "
                        "payment or two is not clear"
                    )
                seen[content] = each.place
        return [
            replace(each, bank_ref="", references=(each.bank_ref, *each.references))
            if each.bank_ref and len(bearing[each.bank_ref]) > 1
            else each
            for each in entries
        ]

    def _amount(self, node: _Node, tag: str) -> Decimal:
        text = node.say(tag)
        found = _AMOUNT.fullmatch(text)
        if found is None:
            self._refuse(f"has the {tag} {text[:40]!r}, which is no figure")
        figure = found[2].replace(",", ".")
        behind = figure.partition(".")[2]
        if len(behind) == _MANY_DECIMALS and self._decimals() != _MANY_DECIMALS:
            self._refuse(f"has the {tag} {text[:40]!r}, which may be of thousands")
        value = Decimal(figure.rstrip("."))
        return -value if found[1] == "-" else value

    def _decimals(self) -> int:
        try:
            return decimals(self._currency)
        except UnknownCurrencyError:
            self._refuse(f"is in {self._currency[:20]!r}, which is no currency")

    def _day(self, node: _Node, tag: str) -> date | None:
        text = node.say(tag)
        if not text:
            return None
        found = _DAY.fullmatch(text)
        try:
            return date.fromisoformat(found[1] if found else "")
        except ValueError:
            self._refuse(f"has the {tag} {text[:40]!r}, which is no day")

    def _refuse(self, what: str) -> NoReturn:
        place = f", {self._place}" if self._place else ""
        raise UnreadableFile(
            f"{self._name}: the statement of {self._account or 'no account'}{place} {what}. Ask "
            "the bank for the file again."
        )
