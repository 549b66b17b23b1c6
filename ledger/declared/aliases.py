"""Names of donors that a person confirmed: what a sheet calls a donor, remembered in the book.

    2002-05-01 custom "alias" "Republik Oesterreich" "AUT"

Likeness only proposes a donor; once somebody has said whom a text means, the book knows it. An
alias settles what several donors may be called; it never takes a name from the one who bears it,
but what a well-known organization is called may be said of a donor that the book declares, and what
names a State with an agency of it ("Sweden (Sida)") of the agency.
A text may name a purpose of the book as well, `custom "alias" "Korruption" "corruption"`.
A text may also be said to name a donor that the book does not know yet: `REDCROSS:ngo`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from pledgebook.ledger.declared.chart import is_code
from pledgebook.ledger.declared.declarations import Declaration
from pledgebook.ledger.declared.directory import Directory
from pledgebook.ledger.declared.donors import Donor
from pledgebook.ledger.declared.names import normalise, strip_footnote_marks
from pledgebook.ledger.findings import Finding, RefusedError, finding

_LONGEST_CODE = 10


class AliasRefusedError(RefusedError):
    """A name that cannot be another name of that donor; the message says why."""


def read_aliases(
    declarations: Iterable[Declaration], donors: Directory
) -> tuple[Directory, list[Finding]]:
    """Return the directory with the aliases that a book declares, and what is wrong with them."""
    faults: list[Finding] = []
    for declaration in declarations:
        text, code = declaration.texts
        try:
            donors = add_alias(donors, text, code)
        except AliasRefusedError as error:
            rule = "alias-donor" if code not in donors else "alias-taken"
            faults.append(finding(declaration.entry, rule, str(error)))
    return donors, faults


def add_alias(donors: Directory, text: str, code: str) -> Directory:
    """Return the directory in which a text names the donor of that code.

    Raises AliasRefusedError for an unknown code, a text without letters, or one that names another
    donor already.
    """
    if code not in donors:
        near = ", ".join(f"{donor.code} ({donor.name})" for donor in donors.suggest(code))
        raise AliasRefusedError(
            f"{text!r} is said to be {code!r}, which is the code of no donor"
            f"{f'; nearest: {near}' if near else ''}: write a State's three letters, or a code "
            "that the book declares."
        )
    if not normalise(text):
        raise AliasRefusedError(f"{text!r} has no letter or digit: it cannot be a donor's name.")
    # The two letters of a State may be short for others as well ("EC"); its three are its own.
    own = strip_footnote_marks(text) in donors
    named = donors.candidates(text, codes=own, organizations=False, with_offices=False)
    _refuse_another(text, code, named)
    return donors.with_alias(text, code)


def _refuse_another(text: str, code: str, named: Sequence[Donor]) -> None:
    if len(named) == 1 and named[0].code != code:
        raise AliasRefusedError(
            f"{text!r} names {named[0].name} ({named[0].code}) already, and cannot mean {code} as "
            "well: take the earlier alias out of the book, or correct the sheet."
        )


def confirm(donors: Directory, text: str, said: str) -> Directory:
    """Return the directory in which a text names whom somebody said: a donor's code or name, or the
    code and kind of a new donor ("REDCROSS:ngo"), whose name is the text or follows them
    ("REDCROSS:ngo:Red Cross of the example"). Raises AliasRefusedError.
    """
    code, new, rest = said.partition(":")
    kind, _, name = rest.partition(":")
    if not new:
        code = code_of(donors, said)
        if not donors.declares(code):
            named = donors.candidates(text, codes=False, with_offices=False)
            _refuse_another(text, code, named)
        return add_alias(donors, text, code)
    if code in donors:
        known = donors.get(code)
        raise AliasRefusedError(
            f"{text!r} is said to be a new donor {code}, which is the code of "
            f"{known.name if known else code}: choose another code, or leave out {':' + kind!r}."
        )
    if not is_code(code):
        raise AliasRefusedError(
            f"{code!r} cannot be a donor's code: it begins with a capital letter or digit and "
            "holds letters, digits and hyphens only."
        )
    if kind not in donors.kinds:
        raise AliasRefusedError(
            f"{text!r} is said to be of the kind {kind!r}: write one of {donors.kinds}."
        )
    called = " ".join((name or text).split())
    for each in dict.fromkeys((text, called)):
        if found := donors.candidates(each, with_offices=False):
            raise AliasRefusedError(
                f"{each!r} names {found[0].name} ({found[0].code}) already: it is no new donor."
            )
        if not normalise(each):
            raise AliasRefusedError(
                f"{each!r} has no letter or digit: it cannot be a donor's name."
            )
    donors = donors.with_donors([Donor(code=code, name=called, kind=kind)], {})
    return donors if normalise(called) == normalise(text) else donors.with_alias(text, code)


def code_of(donors: Directory, said: str) -> str:
    """Return the code of a donor that is named by its code or by one of its names."""
    named = None if said in donors else donors.resolve(said)
    return named.code if named else said


def free_code(donors: Directory, name: str, taken: Collection[str] = ()) -> str:
    """Return a code for a new donor of that name: the initials of three words or more; of two that
    have more than ten letters the first, or with the initial of the other; with a number where that
    is a donor's, or in `taken`.
    """
    words = re.findall(r"[A-Z0-9]+", normalise(name).upper())
    letters = "".join(word[0] for word in words) if len(words) > 2 else "".join(words)
    stem = letters[:_LONGEST_CODE] or "DONOR"
    if len(words) == 2 and len(letters) > _LONGEST_CODE:
        first, other = words
        stem = first[:_LONGEST_CODE]
        if stem in donors or stem in taken:
            stem = f"{first[: _LONGEST_CODE - 1]}{other[0]}"
    code, number = stem, 1
    while code in donors or code in taken:
        number += 1
        code = f"{stem}{number}"
    return code
