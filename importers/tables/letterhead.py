"""What the text above a table states for all of its rows: whose list it is, and of which day."""

from __future__ import annotations

import re
from typing import NamedTuple

from pledgebook.importers.reading.cells import Sheet, cell_text
from pledgebook.importers.tables.headings import Field, has_word_of, match_heading, speaks_of_gifts
from pledgebook.importers.values.values import clean, plain
from pledgebook.ledger.declared.directory import Directory

_ROWS = 20
_MOST_CELLS = 4
_EXACT = 100
_DATES_ALONE = frozenset({"date", "fecha", "data", "datum", "дата", "التاريخ", "تاريخ", "日期"})
"""Words that date the paper, perhaps, not the pledge."""
_LABELLED = re.compile(r"([^:：]{2,40})[:：]\s*(\S.{1,80})")
_LIST_OF = re.compile(
    r"(?:(?:list|schedule|status|statement|table|overview|liste|état|tableau|lista|estado)\s+(?:of|des|de)\s+)?"
    r"(?:(?:the|les|las|los)\s+)?(?:(?:voluntary|financial|cash|annual|additional|unpaid|outstanding)\s+)*"
    r"(?:(?:contributions?|pledges?|donations?)\s+(?:made\s+)?(?:of|from|by)"
    r"|(?:contributions?|annonces|promesses|dons)\s+(?:volontaires\s+)?(?:de\s+la|de\s+l['’]|du|des|de)"
    r"|(?:contribuci[oó]n(?:es)?|aportaci[oó]n(?:es)?|aportes?|promesas|donaciones)\s+"
    r"(?:voluntari[ao]s\s+)?(?:de\s+la|del|de\s+los|de)"
    r"|(?:freiwillige\s+)?(?:beiträge|zusagen)\s+(?:der|des|von))\s*(?P<donor>.+)",
    re.IGNORECASE,
)
"""A title that says whose contributions are listed, and nothing before it."""
_OFFICE = re.compile(
    r"(?:(?:the|le|la|el|il|o)\s+)?"
    r"(?:government|kingdom|republic|(?:permanent\s+)?mission|embassy|ministry|department"
    r"|gouvernement|royaume|république|mission\s+permanente|ambassade|ministère"
    r"|gobierno|reino|república|misi[oó]n\s+permanente|embajada|ministerio"
    r"|governo|missione\s+permanente|ambasciata|ministero|missão\s+permanente|embaixada|ministério"
    r"|regierung|ständige\s+vertretung|botschaft|regering|ministerie)\b",
    re.IGNORECASE,
)
"""How a line begins that names a government, or an office of one."""
_OF = re.compile(
    r"\s(?:of\s+the|of|de\s+la|de\s+l['’]|de\s+los|des|du|della|dell['’]|del|de|do|da|dos|der"
    r"|von|van|d['’])\s*(?=\w)",
    re.IGNORECASE,
)
_ENDS = re.compile(
    r"\s+(?:to|in|for|as|au|à|en|pour|al|a|para|в|an|für)\s+.*|\s*[,;(\[–].*|\s+-\s.*"
)


class Stated(NamedTuple):
    """The text of a field that holds for all rows, and the address of the cell that says it."""

    text: str
    address: str


def speaks_of_contributions(sheet: Sheet, first: int, heading: int, last: int) -> bool:
    """Whether the text above a table, its headings or the sheet's name speak of contributions or
    pledges, and none of them of what was spent: a report to a donor names the donor, too.
    """
    texts = [sheet.name]
    for row in range(max(first, heading - _ROWS), last + 1):
        texts += [clean(value) for value in sheet.rows[row - 1] if isinstance(value, str)]
    spent = any(has_word_of("spending", text) for text in texts)
    return not spent and any(speaks_of_gifts(text) for text in texts)


def stated_above(sheet: Sheet, first: int, heading: int) -> dict[Field, Stated]:
    """Look between two rows for "Donor: Norway", "Date of pledge: 12 May 2002" or a title such as
    "Contributions of Norway"; of a field that is stated in two ways nothing is taken.
    """
    found: dict[Field, dict[str, Stated]] = {}
    for row in range(max(first, heading - _ROWS), heading):
        cells = [(c, value) for c, value in enumerate(sheet.rows[row - 1], 1) if value is not None]
        if len(cells) > _MOST_CELLS:
            continue
        texts = [(column, clean(cell_text(value))) for column, value in cells]
        for position, (column, text) in enumerate(texts):
            behind = texts[position + 1][1] if position + 1 < len(texts) else ""
            field, said = _labelled(text, behind)
            if field is not None:
                stated = Stated(said, sheet.address(row, column))
                found.setdefault(field, {}).setdefault(_as_one(said), stated)
    return {field: next(iter(ways.values())) for field, ways in found.items() if len(ways) == 1}


def _as_one(said: str) -> str:
    """Return the code of the one State or body that a text names, in whatever words; else it."""
    known = Directory.shipped().candidates(said, codes=False)
    return known[0].code if len(known) == 1 else plain(said)


def _labelled(text: str, behind: str) -> tuple[Field | None, str]:
    label, said = text.rstrip(" :："), behind
    if match := _LABELLED.fullmatch(text):
        label, said = clean(match[1]), clean(match[2])
    named = match_heading(label)
    if said and named is not None and named.score == _EXACT and match_heading(said) is None:
        dated = named.field is Field.PLEDGE_DATE and plain(label) not in _DATES_ALONE
        if named.field is Field.DONOR or dated:
            return named.field, said
    if title := _LIST_OF.fullmatch(text):
        of = _ENDS.sub("", title["donor"])
        if Directory.shipped().candidates(of, codes=False):
            return Field.DONOR, of
    if of := _government_in(text):
        return Field.DONOR, of
    return None, ""


def _government_in(text: str) -> str:
    """Return the one State whose government or office a line names before anything else; "" if
    none.
    """
    first = re.split(r"\s[-–—]\s|[;:(\[,]", text)[0].strip(" .")
    if not _OFFICE.match(first):
        return ""
    of = [first[found.end() :] for found in _OF.finditer(first)]
    for named in (first, *of, *(_ENDS.sub("", each).strip() for each in of)):
        known = Directory.shipped().candidates(named, codes=False)
        if len(known) == 1 and known[0].kind == "state":
            return named
    return ""
