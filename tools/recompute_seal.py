"""Compute a seal again without Pledgebook: recompute_seal.py FOLDER PERIOD.

An auditor's script: it needs Beancount alone. docs/periods.md says what it computes.
"""

import hashlib
import json
import sys
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from beancount.core import data
from beancount.core.amount import Amount
from beancount.parser import booking, parser

folder, period = Path(sys.argv[1]).resolve(), sys.argv[2]
sealed = json.loads((folder / "sealed" / f"{period}.json").read_text("utf-8"))
CENT = Decimal("0.01")
UNSEALED = (data.Transaction, data.Open, data.Close, data.Commodity, data.Price)


def sha256(lines):
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def line(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def plain(value):
    if isinstance(value, Amount):
        return f"{plain(value.number)} {value.currency}"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    return value if value is None or isinstance(value, (str, bool, int)) else str(value)


def meta(own):
    kept = {key: plain(value) for key, value in (own or {}).items() if key[:2] != "__"}
    return {key: kept[key] for key in kept if key not in {"filename", "lineno"}}


def posting(own):
    (number, currency), cost = own.units, own.cost
    cents = cost and f"{(number * cost.number).quantize(CENT, ROUND_HALF_UP) + 0 * CENT:f}"
    lot = [cost and f"{cents} {cost.currency}", plain(cost and cost.date), cost and cost.label]
    return [own.account, plain(number), currency, *lot, plain(own.price), own.flag, meta(own.meta)]


def record(entry):
    fields = {key: plain(value) for key, value in entry._asdict().items() if key != "diff_amount"}
    if isinstance(entry, data.Transaction):
        words = [entry.flag, entry.payee or "", entry.narration or "", sorted(entry.tags)]
        rest = [*words, sorted(entry.links), [posting(each) for each in entry.postings]]
    else:
        rest = [value for key, value in fields.items() if key not in {"meta", "date"}]
    return line([str(entry.date), type(entry).__name__.lower(), *rest, meta(entry.meta)])


found, files = [], [folder / "history.beancount"]
for file in files:  # which grows by what each includes
    entries, _, options = parser.parse_file(str(file))
    found += entries
    for pattern in options["include"]:
        files += [path for path in sorted(file.parent.glob(pattern)) if path not in files]
options = parser.parse_file(str(files[0]))[2]
booked, _ = booking.book(sorted(found, key=data.entry_sortkey), options)
declared = [each for each in sealed["declarations"] if each[2] == "period"]
((first, last),) = [(each[0], each[3][1]) for each in declared if each[3][0] == period]
days = date.fromisoformat(first), date.fromisoformat(last)
own = [
    record(entry)
    for entry in booked
    if (isinstance(entry, data.Transaction) and days[0] <= entry.date <= days[1])
    or entry.meta.get("carried-from") == period
    or (
        not isinstance(entry, UNSEALED)
        and entry.meta["filename"] == str(folder / f"{period}.beancount")
    )
]
parts = {"entries": sha256(sorted(own))}
for part in ("declarations", "rates", "figures", "papers", "reopenings", "options"):
    if part == "figures":
        parts[part] = sha256([line(sealed[part])])
    else:
        parts[part] = sha256(sorted(map(line, sealed[part])))
parts["before"] = sealed["digests"]["before"]
for part, digest in parts.items():
    print(part, digest)
print("chain", sha256([f"period {period}", *(f"{part} {parts[part]}" for part in parts)]))
