"""Rules of IATI 2.03 that no schema can check, for what an activity file of ours may hold.

They are the errors of the standard's own ruleset (IATI/IATI-Rulesets, rulesets/standard.json), by
its numbers: identifiers, dates, currencies, sectors, places, languages, organisations.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_WHOLE = Decimal(100)


def broken_rules(root: Element, today: date) -> list[str]:
    """Return a sentence for each rule that an activity of the file breaks, with its number and the
    activity's identifier; `today` is the last day that nothing may be after.
    """
    return [
        f"{(activity.findtext('iati-identifier') or '').strip() or 'an activity'}: {said}"
        for activity in root.findall("iati-activity")
        for said in _broken(activity, today)
    ]


def _broken(own: Element, today: date) -> Iterator[str]:
    identifier = own.findtext("iati-identifier") or ""
    reporting = own.find("reporting-org")
    ref = reporting.get("ref", "") if reporting is not None else ""
    if identifier == ref:
        yield "1.1.3 the activity has the identifier of its organisation"
    if not identifier.startswith(f"{ref}-"):
        yield f"1.1.21 the identifier does not begin with {ref}-"
    if set(identifier + ref) & set("/&|?"):
        yield "1.3.13 an identifier holds one of / & | ?"
    if identifier != identifier.strip() or ref != ref.strip():
        yield "1.3.1 an identifier begins or ends with a blank"
    yield from _dates(own, today)
    yield from _values(own, today)
    yield from _shares(own)
    yield from _organisations(own)
    narratives = own.iter("narrative")
    if _LANG not in own.attrib and any(_LANG not in each.attrib for each in narratives):
        yield "4.1.1 a narrative has no language, and the activity no default"


def _dates(own: Element, today: date) -> Iterator[str]:
    days = {each.get("type"): each.get("iso-date", "") for each in own.findall("activity-date")}
    if not {"1", "2"} & days.keys():
        yield "6.11.1 there is no planned or actual start date"
    for first, last, number in (("1", "3", "11.1.2"), ("2", "4", "11.1.3")):
        if first in days and last in days and days[first] >= days[last]:
            yield f"{number} the activity ends before it starts"
    for kind, number in (("2", "11.1.4"), ("4", "11.1.5")):
        if days.get(kind, "") > today.isoformat():
            yield f"{number} an actual date, {days[kind]}, is in the future"
    if own.get("last-updated-datetime", "")[:10] > today.isoformat():
        yield "11.1.1 the activity was updated in the future"


def _values(own: Element, today: date) -> Iterator[str]:
    default = own.get("default-currency")
    for each in own.findall("transaction"):
        day = each.find("transaction-date")
        if day is not None and day.get("iso-date", "") > today.isoformat():
            yield f"11.2.1 a transaction, of {day.get('iso-date')}, is in the future"
        value = each.find("value")
        if value is None:
            continue
        if value.get("value-date", "") > today.isoformat():
            yield f"11.2.2 a value date, {value.get('value-date')}, is in the future"
        if not (default or value.get("currency")):
            yield "7.8.1 a value has no currency, and the activity no default"


def _shares(own: Element) -> Iterator[str]:
    transactions = own.findall("transaction")
    coded = [each for each in transactions if each.find("sector") is not None]
    sectors = own.findall("sector")
    if not sectors and not coded:
        yield "6.2.2 there is no sector"
    if sectors and coded:
        yield "6.6.2 sectors stand on the activity and on transactions"
    if coded and len(coded) < len(transactions):
        yield "6.7.2 some transactions have a sector and some have none"
    places = [*own.findall("recipient-country"), *own.findall("recipient-region")]
    placed = [
        each
        for each in transactions
        if each.find("recipient-country") is not None or each.find("recipient-region") is not None
    ]
    if not places and len(placed) < len(transactions or [own]):
        yield "3.7.1 there is no recipient country or region"
    if places and placed:
        yield "3.6.2 places stand on the activity and on transactions"
    yield from _percentages(places, "3.4.2", "places")
    for vocabulary in dict.fromkeys(each.get("vocabulary", "1") for each in sectors):
        of_one = [each for each in sectors if each.get("vocabulary", "1") == vocabulary]
        yield from _percentages(of_one, "2.1.2", f"sectors of vocabulary {vocabulary}")


def _percentages(elements: list[Element], number: str, what: str) -> Iterator[str]:
    stated = [each.get("percentage") for each in elements]
    if len(elements) == 1 and stated[0] is None:
        return
    try:
        total = sum((Decimal(each or "0") for each in stated), Decimal(0))
    except InvalidOperation:
        total = Decimal(0)
    if elements and total != _WHOLE:
        yield f"{number} the percentages of {what} come to {total}, not 100"


def _organisations(own: Element) -> Iterator[str]:
    for tag in ("reporting-org", "participating-org", "provider-org", "receiver-org"):
        for each in own.iter(tag):
            if not each.get("ref") and not (each.findtext("narrative") or "").strip():
                yield f"<{tag}> has neither an identifier nor a name"
