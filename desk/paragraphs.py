"""Paragraphs: what each operative paragraph calls for, what came, and why an entry is tagged so."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pledgebook.desk.choosing import Choice, cut_page, read_choice, whole_number
from pledgebook.desk.entries import Place, place_of
from pledgebook.desk.loaded import Desk
from pledgebook.desk.page import Page, PageRefusedError, writing
from pledgebook.desk.pictures import life_bars
from pledgebook.desk.saving import save, told_of
from pledgebook.desk.texts import gettext as _
from pledgebook.desk.texts import marked
from pledgebook.ledger.declared.mandates import Mandate, Rule, Tagging, paragraph_order
from pledgebook.ledger.files.overriding import override_paragraphs
from pledgebook.ledger.findings import BookRefusedError
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.columns import Figures
from pledgebook.ledger.register.instalments import by_number
from pledgebook.ledger.register.register import Gift
from pledgebook.ledger.register.tagging import deciding
from pledgebook.reports.figures.layout import name_of
from pledgebook.reports.paragraphs import Tagged, Taggings, primary_line, taggings_of

_RELATIONS = (
    ("calls", marked("call")),
    ("serves", marked("serves")),
    ("acknowledged", marked("acknowledged")),
)
_OTHER = marked("other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A contribution in relation to a paragraph: the relation, the rules that held (by id), and
    what came over the period, in the book's currency. `label` is empty for money that no pledge
    preceded.
    """

    donor: str
    name: str
    fund: str
    class_: str
    purpose: str
    label: str
    pledged_on: date
    relation: str
    calls: tuple[str, ...]
    rules: tuple[str, ...]
    reason: str
    notices: tuple[str, ...]
    figures: Figures
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A paragraph in the overview: what is counted under it once (primary), and what stands in each
    relation to it.
    """

    name: str
    summary: str
    primary: Figures
    related: Mapping[str, Figures]
    rules: Sequence[Rule]


class Paragraphs(Page):
    """All paragraphs of a mandate, or (`paragraph`) what answers one."""

    title = marked("Paragraphs")
    by_period = True

    def view(self, desk: Desk, asked: Mapping[str, str]) -> Mapping[str, Any]:
        """Return the figures of each paragraph, or the contributions of one."""
        mandates = desk.book.settings.mandates
        if not mandates or not desk.book.settings.periods.names():
            raise PageRefusedError(
                _("The book declares no mandate, so nothing answers a paragraph: Setup adds one."),
                setup="period" if mandates else "mandate",
            )
        symbol = asked.get("mandate", "") or next(iter(mandates))
        if symbol not in mandates:
            raise PageRefusedError(_("The book declares no mandate %(symbol)s.", symbol=symbol))
        mandate = mandates[symbol]
        choice = read_choice(desk, asked)
        shown = {
            "choice": choice,
            "mandate": mandate,
            "mandates": mandates,
            "relations": _RELATIONS,
            "done": asked.get("done", ""),
            "wrote": whole_number(asked.get("wrote", "")),
        }
        taggings = taggings_of(choice.selection, mandate)
        name = asked.get("paragraph", "")
        if not name:
            lines, others = desk.once(
                ("paragraphs", symbol, *choice.key), lambda: _overview(mandate, taggings)
            )
            figures = [*(line.primary for line in lines), *(own for _name, own in others)]
            return {
                **shown,
                "name": "",
                "lines": lines,
                "others": others,
                "bars": life_bars(figures),
            }
        purposes = desk.book.settings.purposes
        answers = desk.once(
            ("answers", symbol, name, *choice.key), lambda: _answers(choice, taggings, name)
        )
        return {
            **shown,
            "name": name,
            "summary": mandate.paragraphs.get(name, ""),
            "answers": cut_page(answers, asked),
            "rules": [rule for rule in mandate.rules if rule.paragraph == name],
            "texts": {rule.id: describe(rule, purposes) for rule in mandate.rules},
        }

    @writing("override", takes="record", renews=True)
    def override(self, form: dict[str, Any]) -> dict[str, Any]:
        """Write a person's decision on an instalment's commitment: `label`, `op` (paragraphs
        separated by spaces, "none", or "" for what the rules say) and `reason`.
        """
        label, op, reason = (_text(form, key) for key in ("label", "op", "reason"))
        chosen = None if not op else [] if op == "none" else op.split()

        def write(book: Book) -> list[Path]:
            return override_paragraphs(book, label, chosen, reason)

        desk = save(self.ledger, _text(form, "book"), write)
        return told_of(desk)


def describe(rule: Rule, purposes: Mapping[str, str]) -> str:
    """Return a rule in a line: what must hold for it, with the names of purposes."""

    def words(key: str, values: Iterable[str]) -> str:
        if key.removeprefix("not-") != "purpose":
            return " ".join(sorted(values))
        return ", ".join(sorted(purposes.get(value, value) for value in values))

    said = [f"{key}: {words(key, values)}" for key, values in sorted(rule.conditions.items())]
    if rule.since:
        said.append(_("from %(day)s", day=rule.since))
    if rule.until:
        said.append(_("until %(day)s", day=rule.until))
    return "; ".join([rule.relation, *said])


def _text(form: Mapping[str, Any], key: str) -> str:
    value = form.get(key, "")
    if not isinstance(value, str) or len(value) > 2000:
        raise BookRefusedError(_("%(key)s must be a text.", key=key))
    return value.strip()


def _overview(mandate: Mandate, taggings: Taggings) -> tuple[list[Line], list[tuple[str, Figures]]]:
    """Return a line a paragraph, and what is counted under none: acknowledged, before the
    resolution, to review.
    """
    primary = taggings.figures(lambda tagging: [primary_line(tagging)])
    related = {
        relation: taggings.figures(lambda tagging, of=relation: getattr(tagging, of))  # type: ignore[misc]
        for relation, _title in _RELATIONS
    }
    lines = [
        Line(
            name=name,
            summary=summary,
            primary=primary.get(name, Figures()),
            related={relation: own[name] for relation, own in related.items() if name in own},
            rules=[rule for rule in mandate.rules if rule.paragraph == name],
        )
        for name, summary in sorted(
            mandate.paragraphs.items(), key=lambda item: paragraph_order(item[0])
        )
    ]
    return lines, [each for each in primary.items() if each[0] not in mandate.paragraphs]


def _answers(choice: Choice, taggings: Taggings, name: str) -> list[Answer]:
    """Return the contributions in any relation to a paragraph, or counted in a line of that name,
    which moved in the period or are unpaid at its end.
    """
    whole: dict[Hashable, Tagged] = {}
    for each in taggings.each:
        if not _relation(each.tagging, name):
            continue
        # An instalment may be several pieces, as of two currencies; here it is one line.
        known = whole.setdefault(deciding(each.item), each._replace(figures=Figures()))
        known.figures.add(each.figures)
    found = [
        _answer(choice, each, _relation(each.tagging, name))
        for each in whole.values()
        if not each.figures.is_nil
    ]
    return sorted(found, key=lambda each: (each.name, each.pledged_on, by_number(each.label)))


def _answer(choice: Choice, tagged: Tagged, relation: str) -> Answer:
    item, tagging, figures = tagged
    if isinstance(item, Gift):
        label, day, entry = "", item.entry.date, item.entry
    else:
        label, day, entry = item.label, item.pledged_on, item.origin[0]
    book = choice.selection.book
    return Answer(
        donor=item.donor,
        name=name_of(choice.selection, item.donor),
        fund=item.fund,
        class_=item.class_,
        purpose=item.purpose,
        label=label,
        pledged_on=day,
        relation=relation,
        calls=tagging.calls,
        rules=tagging.rules,
        reason=tagging.reason,
        notices=tagging.notices,
        figures=figures,
        place=place_of(book, entry.meta),
    )


def _relation(tagging: Tagging, name: str) -> str:
    for relation, title in _RELATIONS:
        if name in getattr(tagging, relation):
            return title
    return _OTHER if primary_line(tagging) == name else ""
