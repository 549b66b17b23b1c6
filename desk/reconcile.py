"""Reconcile: receipts that wait beside the instalments they may pay.

What somebody decides collects in a file beside the book
(`pledgebook.ledger.matching.decisions`) and is written in one go. The page is the matcher's
candidates with their evidence; nothing is decided here by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from flask import Response, jsonify, request
from pledgebook.desk.bank_rules import make_rule
from pledgebook.desk.choosing import present_day, read_day, whole_number
from pledgebook.desk.entries import EntryView, view_entry
from pledgebook.desk.guarding import RequestRefusedError
from pledgebook.desk.inbox import inbox_folder
from pledgebook.desk.loaded import Desk, desk_of
from pledgebook.desk.login import logged_in, signed
from pledgebook.desk.page import Page, PageRefusedError, served, writing
from pledgebook.desk.saving import save, told_of
from pledgebook.desk.texts import gettext as _
from pledgebook.desk.texts import marked
from pledgebook.desk.waiting import count_by_page, what_waits
from pledgebook.ledger.declared.banks import BANK
from pledgebook.ledger.declared.names import normalise
from pledgebook.ledger.events.asking import find_donor, find_earmark, read_amount
from pledgebook.ledger.files.locking import one_writer
from pledgebook.ledger.files.naming import NewRule, rule_texts
from pledgebook.ledger.files.writing import write_entries, write_texts
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.matching.allocation import Allocation
from pledgebook.ledger.matching.applying import take_back, undo_texts
from pledgebook.ledger.matching.assignment import Match, match_receipts
from pledgebook.ledger.matching.candidates import Candidate, describe
from pledgebook.ledger.matching.decisions import (
    Decision,
    Gift,
    decisions_kept,
    describe_decision,
    digest_of_decisions,
    draft_decisions,
    keep_decisions,
    of_candidate,
    read_decisions,
)
from pledgebook.ledger.matching.proving import Proof, prove_statements
from pledgebook.ledger.matching.receipts import line_of
from pledgebook.ledger.money import ZERO, AmbiguousNumberError, read_written
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.register import Claim, Held
from pledgebook.reports.figures.selection import select
from pledgebook.reports.figures.table import Tie
from pledgebook.reports.reconciliation import reconciliation

MOST_OPEN = 40
"""Open instalments shown at a time; a word finds others."""
MOST_CANDIDATES = 9
"""Candidates shown of a receipt, one for each of the keys 1 to 9."""
MOST_APPLIED = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A candidate as the page offers it: what it settles, what speaks for it, and its number."""

    number: int
    what: str
    reason: str
    rule: str
    key: str
    """By which it is known again: what it would decide."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that waits to be recorded, in words; `fault` says why it no longer fits."""

    receipts: tuple[str, ...]
    what: str
    fault: str


class Reconcile(Page):
    """Receipts, candidates, decisions."""

    title = marked("Reconcile")

    def view(self, desk: Desk, asked: Mapping[str, str]) -> Mapping[str, Any]:
        """Return the receipts that wait, the one that is looked at, and what was decided."""
        matches, book = _matches(desk), desk.book
        decided = _decided(desk)
        of_receipt = {label: each for each in decided for label in each.receipts}
        label = asked.get("receipt", "")
        if not label:
            undecided = (label for label in matches if label not in of_receipt)
            label = next(undecided, next(iter(matches), ""))
        shown = _panel(desk, label, asked.get("find", "")) if label in matches else None
        return {
            "matches": list(matches.values()),
            "donors": _donors(desk),
            "proofs": (proofs := desk.once("proofs", lambda: prove_statements(book))),
            "proof": _asked_proof(proofs, asked.get("statement", "")),
            "of_receipt": of_receipt,
            "decided": decided,
            "progress": _progress(decided, matches),
            "waits": self._waits(desk),
            "panel": shown,
            "gone": label if label and label not in matches else "",
            "recorded": whole_number(asked.get("recorded", "")),
            "wrote": whole_number(asked.get("wrote", "")),
            "seen": digest_of_decisions(read_decisions(book)),
            "rules": _RULES,
            "reasons": _WHY,
            "applied": _applied(desk, asked.get("applied", "")),
            "balances": desk.once("bank balances", lambda: _balances(book)),
            "currency": book.settings.currency,
            "certain": sum(
                match.verdict == "certain" and label not in of_receipt
                for label, match in matches.items()
            ),
        }

    def _waits(self, desk: Desk) -> str:
        """Say what waits on this page, as it is counted beside it."""
        waiting = what_waits(desk, inbox_folder(self.ledger), present_day())
        return count_by_page(waiting).get("Reconcile", (0, ""))[1].replace("\n", ", ")

    @served("receipt")
    def receipt(self) -> Response:
        """Give one receipt's panel alone, for the page's script."""
        return self.part("reconcile_receipt.html", self._receipt_part)

    def _receipt_part(self, desk: Desk) -> Mapping[str, Any]:
        label = request.args.get("receipt", "")
        if label not in _matches(desk):
            raise PageRefusedError(
                _("%(receipt)s does not wait to be applied any more.", receipt=label)
            )
        return {
            "panel": _panel(desk, label, request.args.get("find", "")),
            "currency": desk.book.settings.currency,
            "donors": _donors(desk),
            "rules": _RULES,
        }

    @served("decided")
    def decided(self) -> Response:
        """Give what was decided, and by which digests it is recorded, as JSON."""
        self.ledger.changed()
        desk = desk_of(self.ledger)
        return jsonify({**self._answer(desk), "book": desk.book.sha256})

    @served("entries")
    def entries(self) -> Response:
        """Give the entries that the decisions would write, before they are written."""

        def shown(desk: Desk) -> Mapping[str, Any]:
            drafts = draft_decisions(desk.book, read_decisions(desk.book))
            return {"texts": [draft.text() for draft in drafts]}

        return self.part("reconcile_entries.html", shown)

    @writing("accept", takes="record")
    def accept(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Decide for candidates: of one receipt that of a number, or `all` that are certain."""
        desk = desk_of(self.ledger)
        matches = _matches(desk)
        if form.get("all"):
            chosen = [match.chosen for match in matches.values() if match.verdict == "certain"]
            return self._add(desk, [of_candidate(each) for each in chosen if each], skip=True)
        match = matches.get(str(form.get("receipt")))
        offered = map(of_candidate, _candidates(match)) if match else ()
        decision = next((each for each in offered if _key(each) == form.get("offer")), None)
        if match is None or decision is None:
            raise RequestRefusedError(
                _("What this receipt may pay is otherwise by now: look at it again.")
            )
        always = _read_always(desk.book, match, form, decision)
        return self._add(desk, [replace(decision, always=always)])

    @writing("decide", takes="record")
    def decide(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Decide by hand: receipts, and the instalments they pay or the donor whose gift it is."""
        desk = desk_of(self.ledger)
        decision = _read_decision(desk.book, form)
        match = _matches(desk).get(decision.receipts[0])
        if match is not None:
            decision = replace(decision, always=_read_always(desk.book, match, form, decision))
        return self._add(desk, [decision])

    @writing("withdraw", takes="record")
    def withdraw(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Take decisions back that were not recorded yet: that on a receipt, or `all`."""
        desk = desk_of(self.ledger)
        with one_writer(desk.book.folder):
            label = str(form.get("receipt", ""))
            left = [] if form.get("all") else read_decisions(desk.book)
            keep_decisions(desk.book, [each for each in left if label not in each.receipts])
        return self._answer(desk)

    @writing("record", takes="record")
    def record(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Write all decisions into the book, or none: those that the page showed, and no other."""
        recorded: list[Decision] = []

        def write(book: Book) -> Sequence[Any]:
            decisions = read_decisions(book)
            if not decisions:
                raise EventRefusedError(_("Nothing was decided yet."))
            if digest_of_decisions(decisions) != form.get("seen"):
                raise EventRefusedError(
                    _(
                        "Decisions were made or withdrawn meanwhile, in another window or by "
                        "somebody else; nothing was written. The list below is as it is now."
                    )
                )
            by = logged_in() or str(form.get("by", "")).strip()
            drafts = draft_decisions(book, decisions, by)
            rules = [each.always for each in decisions if each.always]
            texts = rule_texts(book, rules, book.settings.first_open_day)
            written = write_entries(book, drafts, texts, beside=decisions_kept(book, []))
            recorded.extend(decisions)
            return written

        desk = save(self.ledger, str(form.get("book")), write)
        return {**told_of(desk), "recorded": len(recorded)}

    @writing("undo", takes="record")
    def undo(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Take a receipt's application back: out of the file or, with a day, by an entry."""
        receipt = str(form.get("receipt"))
        day = read_day(str(form["day"])) if form.get("day") else None

        def write(book: Book) -> Sequence[Any]:
            if day is not None:
                return write_entries(book, signed(take_back(book, receipt, day)))
            texts = undo_texts(book, receipt)
            write_texts(book, texts)
            return list(texts)

        return told_of(save(self.ledger, str(form.get("book")), write))

    def _add(
        self, desk: Desk, decisions: Sequence[Decision], *, skip: bool = False
    ) -> Mapping[str, Any]:
        """Add decisions, if all of them together fit the book; with `skip` leave out those on
        receipts that are decided already.
        """
        with one_writer(desk.book.folder):
            before = read_decisions(desk.book)
            taken = {label for each in before for label in each.receipts}
            new = [each for each in decisions if not (skip and taken.intersection(each.receipts))]
            draft_decisions(desk.book, [*before, *new])
            keep_decisions(desk.book, [*before, *new])
        return self._answer(desk)

    def _answer(self, desk: Desk) -> Mapping[str, Any]:
        """Return what a page changes once something was decided: words by receipt, the list."""
        decided = _decided(desk)
        seen = digest_of_decisions(read_decisions(desk.book))
        return {
            "decided": {label: each.what for each in decided for label in each.receipts},
            "progress": _progress(decided, _matches(desk)),
            "html": self._render("reconcile_decided.html", desk=desk, decided=decided, seen=seen),
        }


def _progress(decided: Sequence[Decided], matches: Mapping[str, Match]) -> str:
    """Say how many of the receipts that wait are decided, and not recorded yet."""
    labels = {label for each in decided for label in each.receipts if label in matches}
    if not labels:
        return ""
    return _(
        "%(decided)s decided and not recorded yet, %(left)s left",
        decided=len(labels),
        left=len(matches) - len(labels),
    )


def _matches(desk: Desk) -> dict[str, Match]:
    return desk.once(
        "matches", lambda: {match.receipt.label: match for match in match_receipts(desk.book)}
    )


def _candidates(match: Match) -> list[Candidate]:
    return [*([match.chosen] if match.chosen else []), *match.others][:MOST_CANDIDATES]


def _decided(desk: Desk) -> list[Decided]:
    """Return the decisions that wait, each tried behind those before it."""
    decisions = read_decisions(desk.book)
    faults = dict.fromkeys(range(len(decisions)), "")
    try:
        draft_decisions(desk.book, decisions)
    except EventRefusedError:  # one at a time, to say which
        fitting: list[Decision] = []
        for at, decision in enumerate(decisions):
            try:
                draft_decisions(desk.book, [*fitting, decision])
            except EventRefusedError as error:
                faults[at] = str(error)
            else:
                fitting.append(decision)
    currency = desk.book.settings.currency
    return [
        Decided(each.receipts, describe_decision(each, currency), faults[at])
        for at, each in enumerate(decisions)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One receipt as the page shows it: what the bank said, what it may pay, what else is open."""

    match: Match
    entry: EntryView
    words: Sequence[tuple[str, str]]
    offers: Sequence[Offer]
    bank: str
    """The bank account that it came by, "" for none: a rule may be made of what that says."""
    open: Sequence[Claim]
    more: int
    find: str
    beside: Sequence[Match]
    donor: str
    decided: frozenset[str]
    """Instalments that decisions not recorded yet pay."""


def _panel(desk: Desk, label: str, find: str) -> Panel:
    match, book = _matches(desk)[label], desk.book
    entry = book.register.held_under[label][0].entry
    candidates = _candidates(match)
    currency = book.settings.currency
    donors = {part.claim.donor for each in candidates[:1] for part in each.parts}
    donor = match.receipt.donor or (donors.pop() if len(donors) == 1 else "")
    found = list(_open(desk, find, donor, match))
    payer = normalise(match.receipt.payer)
    return Panel(
        match=match,
        entry=view_entry(desk, entry),
        words=[
            (_(title), str(entry.meta[key])) for key, title in _WORDS.items() if entry.meta.get(key)
        ],
        offers=[
            Offer(
                number=number,
                what=describe(each, currency),
                reason=each.reason,
                rule=each.rule,
                key=_key(of_candidate(each)),
            )
            for number, each in enumerate(candidates, 1)
        ],
        bank=bank
        if (bank := str(entry.meta.get(BANK, ""))) in book.settings.banks.accounts
        else "",
        open=found[:MOST_OPEN],
        more=max(len(found) - MOST_OPEN, 0),
        find=find,
        beside=[
            other
            for other in _matches(desk).values()
            if payer and other is not match and normalise(other.receipt.payer) == payer
        ][:MOST_APPLIED],
        donor=donor,
        decided=frozenset(
            allocation.label
            for decision in read_decisions(book)
            if label not in decision.receipts
            for allocation in decision.allocations
        ),
    )


_WORDS = {
    "payer": marked("Payer"),
    "payer-account": marked("Its account"),
    "payers": marked("Payers"),
    "taken-back-on": marked("Taken back on"),
    "remittance": marked("Text"),
    "end-to-end": marked("Sender's reference"),
    "bank-reference": marked("Bank's reference"),
    "references": marked("Other references"),
    "original": marked("Sent"),
    "original-rate": marked("Bank's rate"),
    "bank-charges": marked("Banks kept"),
    "booked-on": marked("Booked on"),
    "statement": marked("Statement"),
}
"""What the bank passed on, in the order it is shown, and what it is called."""


def _open(desk: Desk, find: str, donor: str, match: Match) -> Iterator[Claim]:
    """Yield open instalments: those with all the words sought or, without words, the donor's
    first, then those nearest in amount.
    """
    claims = desk.once("open instalments", lambda: list(desk.book.register.claims_at(date.max)))
    claims = [claim for claim in claims if claim.committed]
    if find:
        donors, sought = desk.book.settings.donors, _number(find)
        for claim in claims:
            if sought is not None and sought in {claim.units, claim.value}:
                yield claim
                continue
            named = donors.get(claim.donor)
            text = f"{claim.label} {claim.donor} {named.name if named else ''} {claim.purpose}"
            if all(word in text.casefold() for word in find.casefold().split()):
                yield claim
        return
    amount = match.receipt.value
    yield from sorted(
        claims,
        key=lambda claim: (
            claim.donor != donor, abs(claim.value - amount), claim.due or date.max, claim.label,
        ),
    )  # fmt: skip


def _number(text: str) -> Decimal | None:
    """Return the amount that a text is, as a page or a bank prints one; of two that it may be the
    one that is thousands.
    """
    try:
        return read_written(text)
    except AmbiguousNumberError as error:
        return read_written(error.choices[0])
    except ValueError:
        return None


def _donors(desk: Desk) -> Mapping[str, str]:
    """Return the names of donors, as reports have them, by code."""
    return desk.once(
        "names of donors", lambda: {each.code: each.name for each in desk.book.settings.donors}
    )


def _asked_proof(proofs: Sequence[Proof], asked: str) -> Proof | None:
    named = (each for each in proofs if f"{each.statement.bank} {each.statement.number}" == asked)
    return next(named, None)


def _key(decision: Decision) -> str:
    return digest_of_decisions([decision])[:16]


def _read_always(
    book: Book, match: Match, form: Mapping[str, Any], decision: Decision
) -> NewRule | None:
    """Return the rule that somebody makes of what the bank says of a receipt, which has to hold
    for it; the donor is that of the decision where none is named.
    """
    words = str(form.get("always") or "").strip()
    if not words:
        return None
    receipt = match.receipt
    entry = book.register.held_under[receipt.label][0].entry
    bank = book.settings.banks.accounts.get(str(entry.meta.get(BANK, "")))
    if bank is None:
        raise RequestRefusedError(_("It came by no bank account that the book declares."))
    given = form.get("always_where")
    return make_rule(
        bank,
        line_of(bank, entry, receipt.text),
        words,
        given if isinstance(given, dict) else {},
        kind="donor",
        donor=_donor_always(book, str(form.get("always_donor") or "").strip(), decision),
    )


def _donor_always(book: Book, named: str, decision: Decision) -> str:
    """Return the code of the donor of a rule: the one named, else that of the decision."""
    if named:
        return find_donor(book.settings, named, date.max).code
    if decision.gift is not None:
        return decision.gift.donor
    labels = {each.label for each in decision.allocations}
    donors = {book.register.by_label[each][-1].after.donor for each in labels
              if each in book.register.by_label}  # fmt: skip
    if len(donors) != 1:
        raise RequestRefusedError(_("Name the donor whose such money always is."))
    return donors.pop()


_RULES = {
    "M1": marked("the text quotes it, and the amount is what is unpaid"),
    "M2": marked("the text quotes it, and the amount is a part of it"),
    "M3": marked("the payer is the donor, and nothing else of it is open"),
    "M4": marked("the payer is the donor, and no other open amount is this one"),
}
"""Why a match is certain, by the rule."""

_WHY = {
    "booked-later": marked("is booked after the statement's last day: if the bank had it by then, "
                           "its day is wrong"),
    "booked-sooner": marked("has a value date after the statement's last day, and is counted"),
    "not-on-it": marked("is in the ledger; the statement does not count it"),
    "wrong-sign": marked("comes to the difference if its sign is turned"),
    "two-of-them": marked("come to the difference together"),
    "since": marked("The statement before differs by as much: look there first"),
}  # fmt: skip
"""Why an entry may explain a difference, in words."""


def _applied(desk: Desk, find: str) -> Sequence[Held]:
    """Return the latest applications of receipts, or those of a receipt that is sought."""
    held = [
        each
        for each in desk.book.register.held
        if each.kind == "unapplied" and each.value < 0 and each.event == "application"
    ]
    if find:
        held = [each for each in held if find.casefold() in each.label.casefold()]
    return held[-MOST_APPLIED:][::-1]


def _balances(book: Book) -> Sequence[Tie]:
    """Return each bank account's statement beside its ledger, at the end of the latest period."""
    if not book.settings.banks.accounts or not book.settings.periods:
        return ()
    return reconciliation(select(book)).ties


def _read_decision(book: Book, form: Mapping[str, Any]) -> Decision:
    receipts = form.get("receipts")
    if not isinstance(receipts, list) or not receipts:
        raise RequestRefusedError(_("Name the receipts."))
    labels = tuple(map(str, receipts))
    if form.get("donor"):
        named = {name: str(form.get(name, "")) for name in ("donor", "fund", "class", "purpose")}
        donor = find_donor(book.settings, named["donor"], date.max)
        earmark = find_earmark(book.settings, named["fund"], named["class"], named["purpose"])
        return Decision(receipts=labels, gift=Gift(donor.code, earmark))
    settles = form.get("settles")
    if not isinstance(settles, list) or not settles:
        raise RequestRefusedError(_("Choose the instalments that are paid, or a donor."))
    kept = form.get("charges")
    return Decision(
        receipts=labels,
        allocations=tuple(
            Allocation(
                str(each.get("label")),
                _amount(each.get("amount")),
                str(each.get("currency") or ""),
                _amount(each.get("value")),
            )
            for each in settles
            if isinstance(each, dict)
        ),
        charges=None if kept is True else _amount(kept) or ZERO,
    )


def _amount(text: object) -> Decimal | None:
    return read_amount(str(text)) if text else None
