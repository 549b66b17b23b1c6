"""Donors that a book does not know, confirmed on one list: a CSV with a line for each name.

    text,code,kind,name,nearest
    Example Society,EXSO,ngo,The Example Society,
    Sida,SWE,,,Sweden (SWE); Swedish International Development Cooperation Agency (SIDA)

`text` is what the sheet calls the donor. With a `kind` the donor is new and is declared with the
import; a blank `code` is then the one proposed, a blank `name` the text. Without a kind, `code` is
that of a known donor. `nearest` is for the reader alone.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from pledgebook.ledger.declared.aliases import AliasRefusedError, code_of, confirm, free_code
from pledgebook.ledger.declared.directory import Directory
from pledgebook.ledger.declared.names import name_keys, normalise
from pledgebook.ledger.findings import RefusedError
from pledgebook.ledger.passive import as_meant, passive

HEADINGS = ("text", "code", "kind", "name", "nearest")
_NEEDED = HEADINGS[:3]
_LONGEST, _MOST_LINES, _MOST_BYTES = 400, 5_000, 5_000_000

# What a donor's name says of its kind, the first that fits. Words of many languages, whole.
_KIND_WORDS = (
    (
        "person",
        r"anonymous|anonym|anonyme|anonimo|mrs?|ms"
        r"|private (?:donors?|individuals?|persons?)(?! and)",
    ),
    ("funding-agency", r"minist\w+|министерство"),
    ("academia", r"universit\w+|universidad|uniwersytet|университет|polytechnic"),
    ("ngo", r"red cross|red crescent|croix rouge|cruz roja|caritas|ngo|ong|association|verein"),
    ("foundation", r"foundations?|fondation|fundacion|fondazione|stiftung|stichting|фонд"),
    ("company", r"ltd|limited|llc|plc|inc|corp|gmbh|company|bank|banque|banco|банк"),
)


class DonorListRefusedError(RefusedError):
    """A list that cannot be taken; `faults` are sentences, each with its line."""

    def __init__(self, name: str, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join((f"{name} is not taken, nothing of it:", *self.faults)))


class ListedDonor(Struct, frozen=True, kw_only=True):
    """A line of a list: what a sheet calls a donor, and who that is said or proposed to be."""

    text: str
    code: str
    kind: str
    name: str
    nearest: str = ""


def propose_donors(donors: Directory, texts: Iterable[str]) -> tuple[ListedDonor, ...]:
    """Return the list of those texts that name no donor, each once, in their order.

    A code that is free is proposed, and a kind where the words say one. What stands for known
    donors (an agency, a short name of several) has neither: a person says which.
    """
    proposed: dict[str, ListedDonor] = {}
    taken: set[str] = set()
    for text in texts:
        name = " ".join(text.split())
        key = normalise(name)
        # "Example, Ann" and "Ann Example" are one.
        known = any(each in proposed for each in (key, *name_keys(name)))
        if not key or known or len(donors.candidates(name, codes=False)) == 1:
            continue
        code = "" if donors.stands_for(name) else free_code(donors, name, taken)
        proposed[key] = ListedDonor(
            text=name,
            code=code,
            kind=kind_said(name) if code else "",
            name=name if code else "",
            nearest="; ".join(f"{each.name} ({each.code})" for each in donors.suggest(name)),
        )
        taken.add(code)
    return tuple(proposed.values())


def kind_said(name: str) -> str:
    """Return the kind of donor that the words of a name say, or ""."""
    plain = f" {normalise(name)} "
    for kind, words in _KIND_WORDS:
        if re.search(rf" (?:{words}) ", plain) and not re.search(r" development bank ", plain):
            return kind
    return ""


def write_donor_list(listed: Iterable[ListedDonor]) -> str:
    """Return a list as the text of a CSV, in which nothing is a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADINGS)
    for each in listed:
        cells = (each.text, each.code, each.kind, each.name, each.nearest)
        writer.writerow(map(passive, cells))
    return text.getvalue()


def read_donor_list(content: bytes, name: str, donors: Directory) -> dict[str, str]:
    """Return what a list says of each text, as `confirm` and the names of an import take it.

    `name` is the file's, for the message. Raises DonorListRefusedError with every fault: then
    nothing of the list is taken.
    """
    faults: list[str] = []
    said: dict[str, str] = {}
    at: dict[str, int] = {}
    lines = list(_read(content, name))
    stated = {line["code"] for _, line in lines}
    for number, line in lines:
        key = normalise(line["text"])
        try:
            _refuse_cells(line, donors)
            answer = _said(line, donors, stated)
            if key in at:
                _refuse_twice(line["text"], answer, said[key], at[key])
                continue
            donors = confirm(donors, line["text"], answer)
        except AliasRefusedError as error:
            faults.append(f"Line {number}: {error}")
        else:
            said[key], at[key] = answer, number
    if faults:
        raise DonorListRefusedError(name, faults)
    texts = {number: line["text"] for number, line in lines}
    return {texts[at[key]]: answer for key, answer in said.items()}


def _refuse_cells(line: Mapping[str, str], donors: Directory) -> None:
    for heading in ("text", "code", "name"):
        if len(line[heading]) > _LONGEST:
            raise AliasRefusedError(
                f"the {heading} has {len(line[heading])} characters, more than the {_LONGEST} that "
                "a name may have: shorten it in the sheet, or record the row by hand."
            )
    if not line["text"]:
        raise AliasRefusedError("no text is given: write what the sheet calls the donor.")
    if line["kind"] and line["kind"] not in donors.kinds:
        raise AliasRefusedError(
            f"{line['text']!r} is said to be of the kind {line['kind']!r}: write one of "
            f"{donors.kinds}, or nothing for a donor that is known."
        )
    if not line["kind"] and not line["code"]:
        raise AliasRefusedError(
            f"whom {line['text']!r} means is not said: write the code of a known donor, or the "
            "kind of a new one, or take the line out."
        )


def _refuse_twice(text: str, answer: str, before: str, line: int) -> None:
    if answer.split(":", maxsplit=1)[0] != before.split(":", maxsplit=1)[0]:
        raise AliasRefusedError(
            f"{text!r} is listed on line {line} already, as {before!r}, and here as {answer!r}: "
            "take one of the two out."
        )


def _said(line: Mapping[str, str], donors: Directory, stated: Iterable[str]) -> str:
    """Return what a line says of its text: a code, or the code, kind and name of a new donor."""
    code, kind, called = line["code"], line["kind"], line["name"] or line["text"]
    if not kind:
        if (known := code_of(donors, code)) in donors:
            return known
        raise AliasRefusedError(
            f"{line['text']!r} is said to be {code!r}, which is the code of no donor: write its "
            "kind, if it is a new one, or correct the code."
        )
    same = donors.get(code) if code else donors.resolve(called)
    if same and donors.declares(same.code) and same.kind == kind:
        if normalise(same.name) == normalise(called):
            return same.code
        raise AliasRefusedError(
            f"{line['text']!r} is said to be {called!r} under the code {code!r}, which is that of "
            f"{same.name!r}: one code is one donor; choose another, or write the same name."
        )
    code = code or free_code(donors, called, set(stated))
    return f"{code}:{kind}" if called == line["text"] else f"{code}:{kind}:{called}"


def _read(content: bytes, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the lines below the headings with the number each begins on; blank ones are none."""
    if len(content) > _MOST_BYTES:
        raise DonorListRefusedError(
            name, [f"It has {len(content)} bytes, more than the {_MOST_BYTES} a list may have."]
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = content[: error.start].count(b"\n") + 1
        raise DonorListRefusedError(
            name, [f"Line {at}: it is no text in UTF-8; save the list as CSV UTF-8."]
        ) from error
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    begins = 1
    headings: list[str] = []
    try:
        for count, cells in enumerate(rows):
            number, begins = begins, rows.line_num + 1
            values = [_plain(cell) for cell in cells]
            if not headings:
                headings = _headings(values, name)
            elif any(values):
                if count > _MOST_LINES:
                    raise DonorListRefusedError(
                        name, [f"Line {number}: a list has {_MOST_LINES} lines at most."]
                    )
                said = dict.fromkeys(HEADINGS, "") | dict(zip(headings, values, strict=False))
                yield number, said | {"kind": said["kind"].lower()}
    except csv.Error as error:
        raise DonorListRefusedError(
            name, [f"Line {begins}: it cannot be read as CSV ({error})."]
        ) from error
    if not headings:
        raise DonorListRefusedError(name, ["Line 1: there are no headings: it is empty."])


def _plain(cell: str) -> str:
    """Return what a cell says, without the apostrophe that keeps a text from being a formula."""
    return as_meant(" ".join(cell.replace("\0", " ").split()))


def _headings(values: list[str], name: str) -> list[str]:
    headings = [value.lower() for value in values]
    for heading in HEADINGS:
        if headings.count(heading) > 1:
            raise DonorListRefusedError(name, [f"Line 1: the heading {heading!r} stands twice."])
    if missing := [each for each in _NEEDED if each not in headings]:
        raise DonorListRefusedError(
            name,
            [
                f"Line 1: the headings are {', '.join(map(repr, headings)) or 'none'}, and "
                f"{', '.join(map(repr, missing))} is missing: write text, code, kind and name."
            ],
        )
    return headings
