"""Sheets as donors send them, made up with a known truth: nothing may be booked that is not meant.

Each sheet draws its language, layout and habits from a seeded generator: letterheads, one to three
rows of headings, units, currencies in four places, ways of writing figures and dates, instalments
in columns and rows, equivalents, payments, totals, notes and rows that mean no contribution.
Every row is then held against what the generator meant: right, waiting, or wrong. Waiting is what
the importer may always do; wrong must be none. All donors' amounts are made up.
"""

from __future__ import annotations

import csv
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pytest
from babel.dates import format_date
from conftest import FEW_RATES
from pledgebook.importers.imports import judge_file
from pledgebook.importers.judging.known import Context
from pledgebook.importers.judging.verdicts import JudgedFile, Verdict
from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.importers.reading.workbook import SentFile
from pledgebook.importers.tables.headings import speaks_of_promise
from pledgebook.importers.tables.mapping import SheetMapping, parse_mapping
from pledgebook.importers.tables.mapping_text import stands_above, write_mapping
from pledgebook.importers.tables.tables import Table
from pledgebook.ledger.declared.directory import Directory
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.register.book import Book

SHEETS = 240
CENT = Decimal("0.01")
KINDS = {
    "plain": 82,
    "nil": 2,
    "unknown": 2,
    "negative": 2,
    "stranger": 3,
    "no donor": 2,
    "announced": 3,
    "vague": 2,
    "no day": 2,
}
"""What a row is, and how often; all but the plain ones may not be booked."""
STATUSES = [
    ("confirmed", "commitment"),
    ("signed", "commitment"),
    ("paid", "receipt"),
    ("cancelled", ""),
    ("pledged", "pledge"),
]
# Made-up rates: units for one dollar. The book holds them; SEK and NOK it does not.
RATES = {"EUR": "1.10", "GBP": "0.65", "CHF": "1.50", "JPY": "120"}
OWN_RATES = {"SEK": Decimal("9.5"), "NOK": Decimal("8.1")}
DONORS = [
    "AUT",
    "CAN",
    "CHE",
    "CHN",
    "DEU",
    "DNK",
    "ESP",
    "FIN",
    "FRA",
    "GBR",
    "IRL",
    "ITA",
    "JPN",
    "KOR",
    "NLD",
    "NOR",
    "POL",
    "PRT",
    "SWE",
    "USA",
]
PURPOSES = {"corruption": "Corruption", "trafficking-in-persons": "Trafficking in persons"}


class Language(NamedTuple):
    """How one language heads its columns and says what is not a contribution."""

    locale: str
    headings: dict[str, list[str]]
    government: str
    total: str
    subtotal: str
    subject: str
    nil: str
    title: str
    thousands: str
    millions: str
    of_which: str
    section: str
    note: str


LANGUAGES = {
    "en": Language(
        "en",
        {
            "donor": ["Donor", "Contributor", "Member State", "Country", "Name of donor"],
            "reference": ["Reference", "Note verbale", "Our ref.", "Agreement no."],
            "date": ["Date of pledge", "Pledge date", "Date", "Date pledged", "Agreement date"],
            "currency": ["Currency", "Curr.", "Currency of pledge"],
            "amount": ["Amount", "Amount pledged", "Pledge", "Pledged", "Contribution"],
            "due": ["Due date", "Due", "Payable on"],
            "purpose": ["Purpose", "Earmarking", "Purpose/earmarking"],
            "paid": ["Paid", "Amount paid", "Received"],
            "paid_on": ["Date paid", "Payment date", "Value date"],
            "unpaid": ["Unpaid", "Balance", "Outstanding"],
            "value": ["USD equivalent", "Equivalent in US$", "Amount in US dollars"],
            "status": ["Status"],
            "remarks": ["Remarks", "Comments"],
            "asked": ["Amount requested"],
            "share": ["Share (%)"],
            "instalment": ["Instalment"],
            "class": ["Class"],
            "pledge_group": ["Pledge"],
            "payment_group": ["Payment"],
        },
        "Government of {}",
        "Total",
        "Subtotal",
        "subject to parliamentary approval",
        "nil",
        "Contributions to the Crime Prevention and Criminal Justice Fund (made up)",
        "(in thousands of {})",
        "(in millions of {})",
        "of which earmarked",
        "Governments",
        "Note: made-up figures, as at 31 December 2003.",
    ),
    "fr": Language(
        "fr",
        {
            "donor": ["Donateur", "Pays", "État membre", "Bailleur de fonds"],
            "reference": ["Référence", "Note verbale n°", "Réf."],
            "date": ["Date de l'annonce", "Date", "Date d'engagement"],
            "currency": ["Devise", "Monnaie"],
            "amount": ["Montant annoncé", "Montant", "Annoncé", "Contribution annoncée"],
            "due": ["Échéance", "Date d'échéance"],
            "purpose": ["Affectation", "Objet"],
            "paid": ["Versé", "Encaissé", "Montant versé"],
            "paid_on": ["Date de versement", "Date d'encaissement"],
            "unpaid": ["Solde", "Solde dû"],
            "value": ["Équivalent en dollars", "Contre-valeur en dollars des États-Unis"],
            "status": ["Statut"],
            "remarks": ["Observations", "Remarques"],
            "asked": ["Montant demandé"],
            "share": ["Part (%)"],
            "instalment": ["Tranche"],
            "class": ["Catégorie"],
            "pledge_group": ["Annonce"],
            "payment_group": ["Paiement"],
        },
        "Gouvernement de {}",
        "Total",
        "Sous-total",
        "sous réserve de l'approbation du Parlement",
        "néant",
        "Contributions volontaires (chiffres fictifs)",
        "(en milliers de {})",
        "(en millions de {})",
        "dont affecté",
        "Gouvernements",
        "Note : chiffres fictifs.",
    ),
    "es": Language(
        "es",
        {
            "donor": ["Donante", "País", "Estado Miembro"],
            "reference": ["Referencia", "Nota verbal"],
            "date": ["Fecha de la promesa", "Fecha", "Fecha del anuncio"],
            "currency": ["Moneda", "Divisa"],
            "amount": ["Importe prometido", "Importe", "Promesa", "Monto"],
            "due": ["Vencimiento", "Fecha de vencimiento"],
            "purpose": ["Finalidad", "Destino"],
            "paid": ["Pagado", "Importe pagado", "Recibido"],
            "paid_on": ["Fecha de pago", "Fecha de cobro"],
            "unpaid": ["Saldo", "Pendiente"],
            "value": ["Equivalente en dólares", "Importe en dólares"],
            "status": ["Estado"],
            "remarks": ["Observaciones"],
            "asked": ["Importe solicitado"],
            "share": ["Porcentaje"],
            "instalment": ["Cuota"],
            "class": ["Clase"],
            "pledge_group": ["Promesa"],
            "payment_group": ["Pago"],
        },
        "Gobierno de {}",
        "Total",
        "Subtotal",
        "con sujeción a la aprobación del Parlamento",
        "ninguno",
        "Contribuciones voluntarias (cifras ficticias)",
        "(en miles de {})",
        "(en millones de {})",
        "de los cuales asignado",
        "Gobiernos",
        "Nota: cifras ficticias.",
    ),
    "ru": Language(
        "ru",
        {
            "donor": ["Донор", "Страна", "Государство-член"],
            "reference": ["Вербальная нота", "Номер"],
            "date": ["Дата объявления", "Дата", "Дата взноса"],
            "currency": ["Валюта"],
            "amount": ["Объявленный взнос", "Сумма", "Сумма взноса"],
            "due": ["Срок платежа", "Срок"],
            "purpose": ["Назначение", "Цель"],
            "paid": ["Выплачено", "Получено"],
            "paid_on": ["Дата платежа", "Дата поступления"],
            "unpaid": ["Остаток", "Задолженность"],
            "value": ["Эквивалент в долларах США", "В долларах"],
            "status": ["Статус"],
            "remarks": ["Примечания"],
            "asked": ["Запрошенная сумма"],
            "share": ["Доля (%)"],
            "instalment": ["Транш"],
            "class": ["Категория"],
            "pledge_group": ["Взнос"],
            "payment_group": ["Платёж"],
        },
        "Правительство, {}",
        "Итого",
        "Промежуточный итог",
        "при условии утверждения парламентом",
        "нет",
        "Добровольные взносы (вымышленные данные)",
        "(в тысячах {})",
        "(в миллионах {})",
        "в том числе целевые",
        "Правительства",
        "Примечание: вымышленные данные.",
    ),
    "ar": Language(
        "ar",
        {
            "donor": ["الجهة المانحة", "الدولة", "البلد"],
            "reference": ["المرجع", "المذكرة الشفوية"],
            "date": ["تاريخ الإعلان", "التاريخ"],
            "currency": ["العملة"],
            "amount": ["المبلغ المعلن", "المبلغ"],
            "due": ["تاريخ الاستحقاق"],
            "purpose": ["الغرض"],
            "paid": ["المدفوع", "المبلغ المدفوع"],
            "paid_on": ["تاريخ الدفع"],
            "unpaid": ["الرصيد", "المتبقي"],
            "value": ["المعادل بالدولار"],
            "status": ["الحالة"],
            "remarks": ["ملاحظات"],
            "asked": ["المبلغ المطلوب"],
            "share": ["النسبة (%)"],
            "instalment": ["القسط"],
            "class": ["الفئة"],
            "pledge_group": ["التعهد"],
            "payment_group": ["الدفع"],
        },
        "حكومة {}",
        "المجموع",
        "المجموع الفرعي",
        "رهنا بموافقة البرلمان",
        "لا يوجد",
        "التبرعات (أرقام غير حقيقية)",
        "(بآلاف {})",
        "(بملايين {})",
        "منها مخصص",
        "الحكومات",
        "ملاحظة: أرقام غير حقيقية.",
    ),
    "zh": Language(
        "zh",
        {
            "donor": ["捐助国", "国家", "捐助方"],
            "reference": ["编号", "普通照会"],
            "date": ["认捐日期", "日期"],
            "currency": ["币种", "货币"],
            "amount": ["认捐额", "金额", "认捐"],
            "due": ["到期日", "应缴日期"],
            "purpose": ["用途"],
            "paid": ["已缴", "已收款"],
            "paid_on": ["缴款日期", "付款日期"],
            "unpaid": ["未缴", "余额"],
            "value": ["折合美元", "美元等值"],
            "status": ["状态"],
            "remarks": ["备注"],
            "asked": ["申请金额"],
            "share": ["比例 (%)"],
            "instalment": ["分期"],
            "class": ["类别"],
            "pledge_group": ["认捐"],
            "payment_group": ["付款"],
        },
        "{}政府",
        "总计",
        "小计",
        "须经议会批准",
        "无",
        "自愿捐款（虚构数字）",
        "（单位：千{}）",
        "（单位：百万{}）",
        "其中指定用途",
        "各国政府",
        "注：虚构数字。",
    ),
    "de": Language(
        "de",
        {
            "donor": ["Geber", "Land", "Mitgliedstaat"],
            "reference": ["Referenz", "Verbalnote", "Aktenzeichen"],
            "date": ["Datum der Zusage", "Datum", "Zusagedatum"],
            "currency": ["Währung"],
            "amount": ["Zugesagter Betrag", "Betrag", "Zusage"],
            "due": ["Fällig am", "Fälligkeit"],
            "purpose": ["Verwendungszweck", "Zweck"],
            "paid": ["Bezahlt", "Eingegangen"],
            "paid_on": ["Zahlungsdatum", "Wertstellung"],
            "unpaid": ["Offen", "Saldo"],
            "value": ["Gegenwert in USD"],
            "status": ["Status"],
            "remarks": ["Bemerkungen"],
            "asked": ["Beantragter Betrag"],
            "share": ["Anteil (%)"],
            "instalment": ["Rate"],
            "class": ["Kategorie"],
            "pledge_group": ["Zusage"],
            "payment_group": ["Zahlung"],
        },
        "Regierung von {}",
        "Summe",
        "Zwischensumme",
        "vorbehaltlich der Zustimmung des Parlaments",
        "keine",
        "Freiwillige Beiträge (erfundene Zahlen)",
        "(in Tausend {})",
        "(in Millionen {})",
        "davon zweckgebunden",
        "Regierungen",
        "Hinweis: erfundene Zahlen.",
    ),
}
CURRENCY_WORDS = {
    "USD": ["USD", "US$", "US dollars", "$US"],
    "EUR": ["EUR", "€", "Euro", "euros"],
    "GBP": ["GBP", "£", "Pound sterling"],
    "CHF": ["CHF", "Swiss francs", "SFr"],
    "JPY": ["JPY", "Yen"],
    "SEK": ["SEK", "Skr", "Swedish kronor"],
    "NOK": ["NOK", "Nkr", "Norwegian kroner"],
}
DOLLAR_WORDS = {
    "en": "US dollars",
    "fr": "dollars des États-Unis",
    "es": "dólares de los Estados Unidos",
    "ru": "долларов США",
    "ar": "دولارات الولايات المتحدة",
    "zh": "美元",
    "de": "US-Dollar",
}


@dataclass(frozen=True, slots=True)
class Meant:
    """What a row means: a contribution, or none (then it may not be booked, and `why` says so)."""

    donor: str = ""
    day: date | None = None
    currency: str = ""
    parts: tuple[tuple[Decimal, date | None], ...] = ()
    class_: str = "general"
    purpose: str = ""
    event: str = "commitment"
    value: Decimal | None = None
    paid: tuple[Decimal, date] | None = None
    why: str = ""
    part_of_above: bool = False


@dataclass(slots=True)
class Sheet:
    """A sheet in the making: its rows, and what each data row means by row number."""

    seed: int
    habits: dict[str, object]
    rows: list[list[object]] = field(default_factory=list)
    meant: dict[int, Meant] = field(default_factory=dict)
    merged: list[tuple[int, int, int]] = field(default_factory=list)
    file: str = "xlsx"


def plain_amount(value: Decimal) -> object:
    return float(value) if value % 1 else int(value)


def _dotted(thousand: str, decimal: str, *, cents: bool = True) -> Callable[[Decimal], object]:
    def write(value: Decimal) -> object:
        whole, _, rest = f"{value:,.2f}".partition(".")
        ending = decimal + rest if cents or rest != "00" else ""
        return whole.replace(",", thousand) + ending

    return write


def _arabic(value: Decimal) -> object:
    text = f"{value:,.2f}".replace(",", "٬").replace(".", "٫")
    return text.translate({ord(str(d)): chr(0x660 + d) for d in range(10)})


AMOUNT_STYLES: dict[str, Callable[[Decimal], object]] = {
    "number": plain_amount,
    "1,234.50": _dotted(",", "."),
    "1.234,50": _dotted(".", ","),
    "1 234,50": _dotted(" ", ","),
    "1\N{NO-BREAK SPACE}234,50": _dotted("\N{NO-BREAK SPACE}", ","),
    "1'234.50": _dotted("'", "."),
    "1,234": _dotted(",", ".", cents=False),
    "1.234": _dotted(".", ",", cents=False),
    "1 234": _dotted(" ", ",", cents=False),
    "1234.50": _dotted("", "."),
}


def date_styles(language: Language) -> dict[str, Callable[[date], object]]:
    def local(day: date) -> object:
        return format_date(day, "d MMMM y", locale=language.locale)

    styles: dict[str, Callable[[date], object]] = {
        "date": lambda day: day,
        "iso": date.isoformat,
        "d/m/y": lambda day: f"{day:%d/%m/%Y}",
        "d.m.y": lambda day: f"{day:%d.%m.%Y}",
        "d/m/yy": lambda day: f"{day:%d/%m/%y}",
        "m/d/y": lambda day: f"{day:%m/%d/%Y}",
        "d-Mon-y": lambda day: f"{day.day}-{format_date(day, 'MMM', locale='en')}-{day:%Y}",
        "words": local,
    }
    if language.locale == "zh":
        styles["words"] = lambda day: f"{day.year}年{day.month}月{day.day}日"
    if language.locale == "ar":
        styles["arabic digits"] = lambda day: f"{day:%Y-%m-%d}".translate(
            {ord(str(d)): chr(0x660 + d) for d in range(10)}
        )
    return styles


def make_sheet(seed: int) -> Sheet:
    """Draw one sheet with its truth."""
    return _Maker(seed).make()


class _Maker:
    def __init__(self, seed: int) -> None:
        self.r = random.Random(seed)
        r = self.r
        self.code = r.choice(list(LANGUAGES))
        self.language = LANGUAGES[self.code]
        self.file = r.choice(["xlsx", "xlsx", "csv,", "csv;", "tsv"])
        native = self.file == "xlsx"
        amounts = dict(AMOUNT_STYLES)
        if self.code == "ar":
            amounts["arabic digits"] = _arabic
        styles = date_styles(self.language)
        if not native:
            del styles["date"]
        self.amount_style = r.choice([*amounts, *(["number"] * 4 if native else [])])
        self.write_amount = amounts[self.amount_style]
        self.date_style = r.choice([*styles, *(["date"] * 4 if native else [])])
        self.write_date = styles[self.date_style]
        self.currency_at = r.choice(
            [
                *("column", "column", "cell", "heading", "title"),
                *("column+value", "none", "origin", "title+origin"),
            ]
        )
        self.thousands = self.currency_at in {"heading", "title"} and r.random() < 0.4
        self.instalments = r.choice(["none", "none", "none", "columns", "rows"])
        if self.currency_at in {"column+value", "origin", "title+origin"} or self.thousands:
            self.instalments = "none"
        if self.currency_at == "heading" and self.instalments == "columns":
            self.currency_at = "column"
        self.unit = r.choice([1000, 1000, 1_000_000]) if self.thousands else 1
        self.classes = r.random() < 0.15
        self.merges = self.file == "xlsx" and r.random() < 0.2
        self.one_currency = r.choice(["USD", "USD", "EUR"])
        if self.currency_at in {"title", "origin", "title+origin"}:
            self.one_currency = "USD"
        self.payments = self.instalments == "none" and r.random() < 0.4
        self.references = self.instalments == "rows" or r.random() < 0.6
        self.purposes = r.random() < 0.5
        self.extra = {
            name for name in ("unpaid", "remarks", "asked", "share", "status") if r.random() < 0.2
        }
        if not self.payments:
            self.extra.discard("unpaid")
        self.governments = r.random() < 0.3
        self.numbers = 100
        self.donors = Directory.of_states()
        self.matrix = self.instalments == "columns" and r.random() < 0.4
        habits: dict[str, object] = {
            "language": self.code,
            "file": self.file,
            "amounts": self.amount_style,
            "dates": self.date_style,
            "currency": self.currency_at,
            "unit": self.unit,
            "matrix": self.matrix,
            "instalments": self.instalments,
            "payments": self.payments,
            "references": self.references,
            "purposes": self.purposes,
            "extra": sorted(self.extra),
        }
        self.sheet = Sheet(seed, habits, file=self.file)

    def make(self) -> Sheet:
        r = self.r
        self._letterhead()
        self._headings()
        rows = r.randint(4, 14)
        sections = r.random() < 0.25
        sums: list[Decimal] = []
        since: list[Decimal] = []
        self.note_at: list[str] = []
        if sections:
            self.sheet.rows.append([None] * self.offset + [self.language.section])
        for number in range(rows):
            since += self._row()
            if r.random() < 0.05:
                self.sheet.rows.append([])
            if sections and number in {rows // 2, rows - 1}:
                self._total(self.language.subtotal, since)
                sums += since
                since = []
        if r.random() < 0.7:
            self._total(self.language.total, sums + since)
        if self.note_at or r.random() < 0.3:
            self.sheet.rows.append([])
            for mark in self.note_at:
                self.sheet.rows.append([None] * self.offset + [f"{mark}/ {self.language.subject}"])
            self.sheet.rows.append([None] * self.offset + [self.language.note])
        return self.sheet

    def _letterhead(self) -> None:
        r = self.r
        rows = self.sheet.rows
        self.offset = r.choice([0, 0, 0, 1]) if self.file == "xlsx" else 0
        lines = [self.language.title] if r.random() < 0.7 else []
        if self.currency_at in {"title", "title+origin"}:
            value = DOLLAR_WORDS[self.code]
            unit = {1: "({})", 1000: self.language.thousands}.get(self.unit, self.language.millions)
            lines.append(unit.format(value))
        for line in lines:
            rows.append([None] * self.offset + [line])
        if lines and r.random() < 0.6:
            rows.append([])

    def _head(self, name: str) -> str:
        return self.r.choice(self.language.headings[name])

    def _headings(self) -> None:
        r = self.r
        columns = ["donor"]
        if self.references:
            columns.append("reference")
        columns.append("date")
        if self.currency_at in {"column", "column+value", "origin", "title+origin"}:
            columns.append("currency")
        if self.instalments == "columns":
            both = ["amount_1", "due_1", "amount_2", "due_2"]
            columns += both[::2] if self.matrix else both
        else:
            columns.append("value" if self.currency_at == "origin" else "amount")
            if self.instalments == "rows" or r.random() < 0.3:
                columns.append("due")
        if self.currency_at == "column+value":
            columns.append("value")
        if self.purposes:
            columns.append("purpose")
        if self.payments:
            columns += ["paid", "paid_on"]
        columns += sorted(self.extra)
        if self.classes:
            columns.append("class")
        if r.random() < 0.3:
            tail = columns[1:]
            r.shuffle(tail)
            columns = [columns[0], *tail]
        self.columns = columns
        names = [self._heading(column) for column in columns]
        self.date_heading = names[columns.index("date")]
        two = self.instalments == "columns" or (self.payments and r.random() < 0.4)
        lead: list[object] = [None] * self.offset
        if two and self.instalments != "columns":
            above: list[object] = [
                self.language.headings[
                    "payment_group" if column in {"paid", "paid_on"} else "pledge_group"
                ][0]
                if column in {"paid", "paid_on", "amount", "date"}
                else None
                for column in columns
            ]
            # A group stands once, over its first column.
            above = [
                name if position == 0 or above[position - 1] != name else None
                for position, name in enumerate(above)
            ]
            contiguous = {"paid", "paid_on"} <= set(columns) and abs(
                columns.index("paid") - columns.index("paid_on")
            ) == 1
            if contiguous and "amount" in columns:
                self.sheet.rows.append(lead + above)
                self.date_heading += f" {self.language.headings['pledge_group'][0]}"
        self.sheet.rows.append(lead + list(names))

    def _heading(self, column: str) -> str:
        if self.matrix and column.startswith("amount_"):
            return {"amount_1": "2002", "amount_2": "2003"}[column]
        if column[-2:] in {"_1", "_2"}:
            name = self._head("instalment") if column.startswith("amount") else self._head("due")
            return f"{name} {column[-1]}"
        name = self._head(column)
        if column == "amount" and self.currency_at == "heading":
            unit = {1: "{}", 1000: r"{} '000"}.get(self.unit, "{} millions").format(
                self.one_currency
            )
            return f"{name} ({unit})"
        return name

    def _currency(self) -> str:
        if self.currency_at in {"heading", "title"}:
            return self.one_currency
        if self.currency_at == "column+value":
            return self.r.choice(["USD", "EUR", "GBP", "SEK", "NOK"])
        return self.r.choice(["USD", "USD", "EUR", "GBP", "CHF", "JPY"])

    def _amount(self, currency: str) -> Decimal:
        value = Decimal(self.r.choice([250, 500, 1000, 1500, 7500, 12_345])) * self.r.randint(1, 40)
        if self.thousands:
            return max(value // 500, Decimal(1)) * self.unit / 2
        if currency != "JPY" and self.r.random() < 0.2 and not self.thousands:
            value += Decimal(self.r.randint(1, 99)) / 100
        return value

    def _name(self, code: str) -> str:
        donor = self.donors.get(code)
        assert donor is not None
        language = self.code if self.code in {"ar", "zh", "en", "fr", "ru", "es"} else "en"
        name = donor.name_in(language, date(2002, 6, 1))
        if self.governments and self.r.random() < 0.5:
            if self.code in {"fr", "es", "ru"}:
                return f"{name} ({self.language.government.split()[0].strip(',')})"
            return self.language.government.format(name)
        return name.upper() if self.r.random() < 0.1 else name

    def _row(self) -> list[Decimal]:
        r = self.r
        code = r.choice(DONORS)
        day = date(2002, 1, 5) + timedelta(days=r.randrange(600))
        currency = self._currency()
        amount = self._amount(currency)
        (kind,) = r.choices(list(KINDS), list(KINDS.values()))
        cells: dict[str, object] = {"currency": r.choice(CURRENCY_WORDS[currency])}
        self._name_donor(cells, kind, code)
        self._date(cells, kind, day)
        purpose, class_, contradiction = self._earmark(cells)
        event, cancelled = self._status(cells)
        if "asked" in self.columns:
            cells["asked"] = self.write_amount(amount * 2)
        if "share" in self.columns:
            cells["share"] = r.randint(1, 90)
        unstated = "no currency" if self.currency_at == "none" else ""
        if self.currency_at in {"origin", "title+origin"} and currency != "USD":
            unstated = "only the value is stated"
        why = ("" if kind == "plain" else kind) or contradiction or cancelled or unstated
        equivalent = self._value(cells, amount, currency)
        instalments = self._parts(cells, kind, amount, currency, day)
        paid = self._paid(cells, amount, day, whole=event == "receipt")
        meant = Meant(code, day, currency, instalments, class_, purpose, event, equivalent, why=why)
        if event == "receipt" and not paid and speaks_of_promise(self.date_heading):
            # The money came, nobody says when: the pledge is entered, and no payment.
            meant = replace(meant, event="commitment")
        elif event == "receipt":
            meant = self._received(meant, paid)
            if kind == "no day" and paid:
                meant = replace(meant, why=contradiction or unstated)
        elif event == "commitment" and currency == "USD":
            meant = replace(meant, paid=paid)
        if self.instalments == "rows" and kind == "plain":
            for position, (value, due) in enumerate(instalments):
                assert due is not None
                cells |= {"amount": self._money(value, currency), "due": self.write_date(due)}
                self._add(cells, meant if not position else Meant(part_of_above=True, why=why))
        else:
            self._add(cells, meant)
            self._add_below(cells, meant)
        return [amount] if isinstance(cells.get("amount"), (int, float, str)) else []

    def _name_donor(self, cells: dict[str, object], kind: str, code: str) -> None:
        cells["donor"] = self._name(code)
        if kind == "stranger":
            cells["donor"] = self.r.choice(["Ruritania", "Bank of Nowhere", "=1+1", "Dr. Nobody"])
        if kind == "no donor":
            cells["donor"] = None
        if kind == "announced" and "remarks" in self.columns and self.r.random() < 0.5:
            cells["remarks"] = self.language.subject
        elif kind == "announced":
            cells["donor"] = f"{cells['donor']} a/"
            self.note_at = ["a"]

    def _date(self, cells: dict[str, object], kind: str, day: date) -> None:
        self.numbers += 1
        cells["reference"] = f"NV {self.numbers}/{day.year}"
        cells["date"] = self.write_date(day)
        if kind == "no day":
            cells["date"] = self.r.choice(
                [None, "2002", "June 2002", "FY 2002/03", "0001-01-01", "31/02/2002"]
            )

    def _earmark(self, cells: dict[str, object]) -> tuple[str, str, str]:
        purpose = ""
        if self.purposes and self.r.random() < 0.6:
            purpose = self.r.choice(list(PURPOSES))
            cells["purpose"] = PURPOSES[purpose]
        class_ = "special" if purpose else "general"
        if not self.classes:
            return purpose, class_, ""
        stated = self.r.choice(["general", "special", "earmarked", "unearmarked", None])
        cells["class"] = stated
        said = {"earmarked": "special", "unearmarked": "general"}.get(str(stated), stated)
        agrees = said in {None, class_}
        return purpose, class_, "" if agrees else "class and purpose contradict each other"

    def _status(self, cells: dict[str, object]) -> tuple[str, str]:
        if "status" not in self.columns:
            return "commitment", ""
        cells["status"], event = self.r.choice(STATUSES)
        return event, "" if event else "cancelled"

    def _value(self, cells: dict[str, object], amount: Decimal, currency: str) -> Decimal | None:
        """Write the equivalent; what is meant follows from it where the book has no rate."""
        if self.currency_at != "column+value":
            return None
        rate = OWN_RATES.get(currency) or Decimal(RATES.get(currency, "1"))
        value = (amount / rate).quantize(CENT, ROUND_HALF_UP)
        cells["value"] = self.write_amount(value)
        return value if currency in OWN_RATES else None

    def _paid(
        self, cells: dict[str, object], amount: Decimal, day: date, *, whole: bool
    ) -> tuple[Decimal, date] | None:
        paid = None
        if self.payments and self.r.random() < 0.5:
            whole = whole or self.r.random() < 0.5
            paid = (amount if whole else (amount / 2).quantize(CENT), day + timedelta(40))
            cells["paid"] = self._written(paid[0])
            cells["paid_on"] = self.write_date(paid[1])
        if "unpaid" in self.columns:
            cells["unpaid"] = self._written(amount - (paid[0] if paid else 0))
        return paid

    @staticmethod
    def _received(meant: Meant, paid: tuple[Decimal, date] | None) -> Meant:
        total = sum((value for value, _ in meant.parts), Decimal(0))
        return replace(
            meant,
            day=paid[1] if paid else meant.day,
            parts=((total, None),),
            value=value_of(meant) if meant.value is None else meant.value,
        )

    def _add_below(self, cells: dict[str, object], meant: Meant) -> None:
        """Now and then a row follows that is no contribution of its own, or shares the donor."""
        if not self.references and self.r.random() < 0.03:
            self._add(cells, Meant(why="it says the same as the row above"))
        if self.r.random() < 0.03:
            part = {"donor": self.language.of_which, "amount": cells.get("amount")}
            self._add(part, Meant(why="it is part of the row above"))
        if self.merges and not meant.why and self.references and self.r.random() < 0.2:
            self._merged_below(cells, meant)

    def _merged_below(self, cells: dict[str, object], meant: Meant) -> None:
        """Add a second pledge of the same donor, whose cell spans both rows."""
        self.numbers += 1
        below = cells | {"donor": None, "reference": f"NV {self.numbers}/2003"}
        self._add(below, meant)
        number = len(self.sheet.rows)
        self.sheet.merged.append((number - 1, number, self.offset + 1))

    def _parts(
        self, cells: dict[str, object], kind: str, amount: Decimal, currency: str, day: date
    ) -> tuple[tuple[Decimal, date | None], ...]:
        r = self.r
        if kind in {"nil", "unknown", "negative", "vague"} and self.instalments == "columns":
            kind_text = {"nil": self.language.nil, "unknown": "n/a"}.get(kind)
            cells["amount_1"] = kind_text or self._money(-amount, currency)
            return ()
        text = {
            "nil": r.choice([self.language.nil, "-", "–"]),
            "unknown": r.choice(["..", "n/a", None]),
            "negative": self._money(-amount, currency),
            "vague": r.choice(
                [
                    "approx. 50 000",
                    "10 000 - 20 000",
                    "2 x 5000",
                    "#REF!",
                    "tbc",
                    "50 000 p.a.",
                    "up to 9000",
                ]
            ),
        }.get(kind, "plain")
        if text != "plain":
            cells["amount"] = cells["value"] = text
            return ()
        first = day + timedelta(days=r.randint(20, 90))
        if self.instalments != "none":
            half = (amount / 2).quantize(Decimal(1))
            parts = ((half, first), (amount - half, first + timedelta(days=365)))
            if self.matrix:
                parts = tuple((value, date(2002 + n, 12, 31)) for n, (value, _) in enumerate(parts))
            for number, (value, due) in enumerate(parts, 1):
                cells[f"amount_{number}"] = self._money(value, currency)
                cells[f"due_{number}"] = self.write_date(due)
            return parts
        due = None
        if "due" in self.columns and r.random() < 0.7:
            due = first
            cells["due"] = self.write_date(due)
        cells["amount"] = self._money(amount, currency)
        if self.currency_at == "origin":
            cells["value"] = cells["amount"]
        return ((amount, due),)

    def _written(self, value: Decimal) -> object:
        return self._counted(value)

    def _money(self, value: Decimal, currency: str) -> object:
        if self.currency_at == "cell":
            mark = self.r.choice(CURRENCY_WORDS[currency][:2])
            text = self.write_amount(value)
            text = f"{value:.2f}" if not isinstance(text, str) else text
            return f"{mark} {text}" if self.r.random() < 0.5 else f"{text} {mark}"
        return self._counted(value)

    def _counted(self, value: Decimal) -> object:
        return self.write_amount(value / self.unit)

    def _add(self, cells: dict[str, object], meant: Meant) -> None:
        row: list[object] = [None] * self.offset
        row += [cells.get(column) for column in self.columns]
        self.sheet.rows.append(row)
        self.sheet.meant[len(self.sheet.rows)] = meant

    def _total(self, word: str, amounts: list[Decimal]) -> None:
        row: list[object] = [None] * self.offset + [word, *[None] * (len(self.columns) - 1)]
        for name in ("amount", "value"):
            if name in self.columns and amounts:
                row[self.offset + self.columns.index(name)] = self._written(
                    sum(amounts, Decimal(0))
                )
        self.sheet.rows.append(row)


def write_sheet(sheet: Sheet, folder: Path) -> Path:
    if sheet.file == "xlsx":
        path = folder / f"mess-{sheet.seed}.xlsx"
        workbook = openpyxl.Workbook()
        page = workbook.active
        assert page is not None
        for row in sheet.rows:
            page.append(row)
            for cell in page[page.max_row] if row else ():
                if cell.data_type == "f":
                    cell.data_type = "s"
        for first, last, column in sheet.merged:
            page.merge_cells(start_row=first, end_row=last, start_column=column, end_column=column)
        workbook.save(path)
        return path
    separator = {"csv,": ",", "csv;": ";", "tsv": "\t"}[sheet.file]
    path = folder / f"mess-{sheet.seed}.{sheet.file[:3]}"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=separator)
        width = max(map(len, sheet.rows))
        for row in sheet.rows:
            writer.writerow(["" if v is None else v for v in [*row, *[None] * (width - len(row))]])
    return path


def value_of(meant: Meant) -> Decimal:
    """Value a contribution at the book's rate, each instalment in cents."""
    rate = Decimal(RATES.get(meant.currency, "1"))
    values = ((amount / rate).quantize(CENT, ROUND_HALF_UP) for amount, _ in meant.parts)
    return sum(values, Decimal(0))


def booked(drafts: tuple[Draft, ...]) -> Meant:
    """Read back what the drafts of a row would book."""
    first, *others = drafts
    lots = [line for line in first.lines if line.label and line.account.split(":")[0] == "Assets"]
    event = {"receipt-without-pledge": "receipt"}.get(first.event, first.event)
    if first.meta.get("status") == "pledged":
        event = "pledge"
    donor = next(
        line.account.rpartition(":")[2]
        for line in [*lots, *first.lines]
        if line.account.split(":")[-2] in {"Pledges", "Contributions"}
    )
    value = -sum((line.number for line in first.lines if line.number < 0), Decimal(0))
    currency = lots[0].currency if lots else "USD"
    parts = tuple((line.number, _due(line.meta.get("due"))) for line in lots)
    if not lots:
        number, _, currency = str(first.meta.get("original", f"{value} USD")).rpartition(" ")
        parts = ((Decimal(number), None),)
    payments = [draft for draft in others if draft.event == "payment"]
    paid = None
    if payments:
        cash = [
            line.number
            for draft in payments
            for line in draft.lines
            if line.account.endswith(":Cash")
        ]
        paid = (sum(cash, Decimal(0)), payments[0].date)
    return Meant(
        donor,
        first.date,
        currency,
        parts,
        str(first.meta["class"]),
        str(first.meta.get("purpose", "")),
        event,
        value,
        paid,
    )


def _due(value: object) -> date | None:
    return value if isinstance(value, date) else None


def judge(verdict: Verdict | None, meant: Meant, *, whole_file_waits: bool) -> tuple[str, str]:
    """Say whether a row came out right, waits, or is wrong, and in the last case why."""
    if verdict is None:
        if whole_file_waits:
            return "waiting", ""
        return ("right", "") if meant.why else ("wrong", "the row was not seen as data")
    name = verdict.verdict
    if meant.why:
        return ("wrong", f"booked, though {meant.why}") if name == "imported" else ("right", "")
    if name in {"rejected", "ignored", "duplicate", "amended"}:
        return "wrong", f"{name}: {verdict.reason}"
    if name == "waiting":
        return "waiting", verdict.reason
    if meant.part_of_above:
        return ("wrong", "booked by itself") if verdict.drafts else ("right", "")
    if not verdict.drafts:
        return "wrong", "imported without an entry"
    return _compare(booked(verdict.drafts), meant)


def _compare(found: Meant, meant: Meant) -> tuple[str, str]:
    assert meant.day is not None
    pairs = {
        "donor": (found.donor, meant.donor),
        "currency": (found.currency, meant.currency),
        "class": (found.class_, meant.class_),
        "purpose": (found.purpose, meant.purpose),
        "event": (found.event, meant.event),
        "day": (found.day, meant.day),
        "amounts": (sorted(a for a, _ in found.parts), sorted(a for a, _ in meant.parts)),
        "paid": (found.paid, meant.paid),
    }
    if meant.event != "receipt":
        pairs["dues"] = ([d for _, d in found.parts], [d for _, d in meant.parts])
    value = value_of(meant) if meant.value is None else meant.value
    pairs["value"] = (found.value, value)
    differing = [f"{name}: {one} for {two}" for name, (one, two) in pairs.items() if one != two]
    return ("wrong", "; ".join(differing)) if differing else ("right", "")


def import_sheet(sheet: Sheet, path: Path, book: Book) -> Iterator[tuple[int, str, str]]:
    """Give every row of a sheet its outcome: row, right or waiting or wrong, and why."""
    context = Context.of_book(book.entries, book.settings, book.register, book.rates, "CPCJF")
    judged: JudgedFile | None = None
    refused = ""
    try:
        judged = judge_file(SentFile(path), context)
    except UnreadableFile as error:
        refused = str(error)
    verdicts = {}
    for table in judged.tables if judged else ():
        verdicts |= {verdict.row.number: verdict for verdict in table.verdicts}
    for row, meant in sheet.meant.items():
        verdict = verdicts.pop(row, None)
        outcome, why = judge(verdict, meant, whole_file_waits=judged is None)
        yield row, outcome, why or refused
    for row, verdict in verdicts.items():
        if verdict.verdict == "imported":
            yield row, "wrong", f"a row that is no contribution was booked: {sheet.rows[row - 1]}"


@pytest.fixture(scope="module")
def mess_book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """A new book with made-up rates."""
    folder = tmp_path_factory.mktemp("book") / "book"
    main = make_book(folder)
    lines = [FEW_RATES, *(f"2001-12-01 price USD {rate} {code}" for code, rate in RATES.items())]
    (folder / "rates.beancount").write_text("\n".join(lines) + "\n", "utf-8")
    return load_book(main)


def test_no_row_of_a_messy_sheet_is_booked_wrongly(
    mess_book: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outcomes: Counter[str] = Counter()
    wrong = []
    for seed in range(SHEETS):
        sheet = make_sheet(seed)
        path = write_sheet(sheet, tmp_path)
        for row, outcome, why in import_sheet(sheet, path, mess_book):
            outcomes[outcome] += 1
            if outcome == "wrong":
                wrong.append(f"{path.name} row {row}: {why} ({sheet.habits})")
    total = outcomes.total()
    shares = {name: f"{outcomes[name] / total:.1%}" for name in ("right", "waiting", "wrong")}
    with capsys.disabled():
        print(f"\n{SHEETS} messy sheets, {total} rows: {shares}")  # noqa: T201 - it reports
    assert wrong == []
    assert outcomes["right"] > 0.8 * total, shares


def test_a_mapping_saved_and_not_edited_decides_nothing_by_itself(
    mess_book: Book, tmp_path: Path
) -> None:
    def verdicts(path: Path, mapping: SheetMapping | None = None) -> list[list[Verdict]]:
        book = mess_book
        context = Context.of_book(book.entries, book.settings, book.register, book.rates, "CPCJF")
        judged = judge_file(SentFile(path), context, mapping)
        found = [list(table.verdicts) for table in judged.tables]
        tables.extend(table.table for table in judged.tables)
        return found

    compared = 0
    for seed in range(60):
        path = write_sheet(make_sheet(seed), tmp_path)
        tables: list[Table] = []
        try:
            found = verdicts(path)
        except UnreadableFile:
            continue
        for table, own in zip(list(tables), found, strict=True):
            saved = write_mapping(table, ends=stands_above(table, tables))
            (again,) = verdicts(path, parse_mapping(saved))
            said = [(v.row.number, v.verdict, v.import_id, v.reason) for v in own]
            assert said == [(v.row.number, v.verdict, v.import_id, v.reason) for v in again], saved
            compared += len(said)
    assert compared > 500
