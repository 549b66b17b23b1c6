"""Keep ledger/data/organizations*.csv: their keys, their order, and what must hold of them.

Run from the top of the repository:

    python tools/make_organizations.py            puts keys and order right
    python tools/make_organizations.py --check    says whether they are, and what is wrong

The files are kept by hand. organizations.csv has a line for each organization: `code`, `kind` as a
donor, `state` (ISO alpha-3) of an agency, the first and last day if known, and the `source` of the
days, or of the name where there are none. organizations-names.csv has what they are called, with
the use of each name:

    report   the name for reports in that language, until the day given or still
    name     another name that means this organization alone
    shared   what is short for others as well: proposed, never taken
    office   a ministry or office of the State whose code stands there, which is no donor

An agency of a State is never taken by its name: it may give in its own name, or for its State. A
`source` is one of `SOURCES`, or the paper that says so (a resolution, a treaty). Names are facts;
of the lists named here nothing but these was taken, no codes, no order, no sentences.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import defaultdict
from datetime import date
from pathlib import Path

from pledgebook.ledger.declared.chart import is_code
from pledgebook.ledger.declared.donor_kinds import SHIPPED
from pledgebook.ledger.declared.donors import LANGUAGES
from pledgebook.ledger.declared.names import normalise
from shipped_csv import as_csv

DATA = Path(__file__).resolve().parent.parent / "ledger" / "data"
ORGANIZATIONS = ("code", "kind", "state", "valid_from", "valid_until", "source")
NAMES = ("key", "code", "use", "language", "name", "until", "source")
SOURCES = {
    "crs-channels": "channel codes of the OECD's Creditor Reporting System, English and French: "
    "data/channel_codes.csv of datasets/dac-and-crs-code-lists on GitHub (4bb5a5e)",
    "dac-agencies": "agencies.csv, multilateral_donors.csv and private_donors.csv, there",
    "supraverden": "data/general_list.yaml of confirmordeny/supraverden on GitHub (59ab4fa), names "
    "in many languages after Wikidata and founding papers; Chinese in simplified characters too",
    "supply-os": "server/data/agency-i18n/ of Hu-Right/supply-os on GitHub (0f8a38d), names in six "
    "languages; each was read over",
    "iati-organisations": "xml/OrganisationIdentifier.xml of IATI/IATI-Codelists-NonEmbedded on "
    "GitHub (7aeece7)",
    "cldr": "the CLDR's names of the European Union and the United Nations, as Babel ships them",
    "fts-fixtures": "organizations in tests/fixtures/ of OCHA-DAP/hdx-scraper-fts on GitHub "
    "(66bade1), after the OCHA Financial Tracking Service",
    "mptf": "data/output/mptf_participating_orgs.csv of UN-CRAFd/crafd-reference-datasets on "
    "GitHub (c4cd6a8)",
    "un-system": "data/output/un_system.csv, there",
    "reliefweb": "data/output/reliefweb_orgs.csv, there",
    "fts": "the OCHA Financial Tracking Service, tests/data/fts",
    "spellings-wto-2002": "contributions to the WTO for 2002, tests/data/spellings",
    "hand": "kept by hand: what the organization calls itself; no list above has it",
}
PAPER = re.compile(
    r"\b(resolutions?|Agreements?|Articles|Charter|Treaty|Treaties|Convention|Constitutive|Statutes?"
    r"|Constitution|Regulation|Decision|Declaration|Document|Pact|Order|ST/SGB)\b"
)


def main() -> int:
    """Write or check the files; 1 if a check found something."""
    organizations, names = read("organizations.csv"), read("organizations-names.csv")
    for name in names:
        name["key"] = normalise(name["name"])
    faults = list(find_faults(organizations, names))
    sys.stderr.writelines(f"{fault}\n" for fault in faults)
    files = {
        "organizations.csv": as_csv(
            ORGANIZATIONS, sorted(organizations, key=lambda line: line["code"])
        ),
        "organizations-names.csv": as_csv(
            NAMES,
            sorted(names, key=lambda line: (line["code"], line["key"], line["language"])),
        ),
    }
    stale = [name for name, text in files.items() if (DATA / name).read_text("utf-8") != text]
    if "--check" in sys.argv[1:]:
        sys.stderr.writelines(f"{name} is not in order: leave out --check\n" for name in stale)
        return bool(stale or faults)
    for name in stale:
        (DATA / name).write_text(files[name], encoding="utf-8")
    return bool(faults)


def read(name: str) -> list[dict[str, str]]:
    """Return the lines of a file of ledger/data/."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def find_faults(organizations: list[dict[str, str]], names: list[dict[str, str]]) -> list[str]:
    """Return what does not hold of the files, a sentence each."""
    states = {line["code"] for line in read("states.csv")}
    of_states = [line for line in read("states-names.csv") if line["use"] == "name"]
    taken = {line["key"]: line["code"] for line in of_states}
    known = {line["code"]: line for line in organizations}
    faults = [f"{code} stands twice" for code in known if _count(organizations, code) > 1]
    for line in organizations:
        code = line["code"]
        if not is_code(code) or code in states:
            faults.append(f"{code} is no code of an organization")
        if line["kind"] not in SHIPPED:
            faults.append(f"{code} is of the kind {line['kind']!r}")
        if line["state"] and line["state"] not in states:
            faults.append(f"{code} is said to be an agency of {line['state']!r}")
        days = [day for day in (line["valid_from"], line["valid_until"]) if day]
        if days != sorted(date.fromisoformat(day).isoformat() for day in days):
            faults.append(f"{code} has the days {' and '.join(days)}")
        if not _is_source(line["source"]):
            faults.append(f"{code} has the source {line['source']!r}")
        present = [
            name
            for name in names
            if (name["code"], name["use"], name["language"]) == (code, "report", "en")
            and not name["until"]
        ]
        if len(present) != 1:
            faults.append(f"{code} has {len(present)} English names for reports")
    shared = {name["key"] for name in names if name["use"] == "shared"}
    bearers: dict[str, set[str]] = defaultdict(set)
    for name in names:
        code, key = name["code"], name["key"]
        if code not in (states if name["use"] == "office" else known):
            faults.append(f"{name['name']} is said to name {code!r}")
        if name["use"] == "report" and name["language"] not in LANGUAGES:
            faults.append(f"{name['name']} is for reports in {name['language']!r}")
        if not key or not _is_source(name["source"]):
            faults.append(f"{name['name']} ({code}) has the source {name['source']!r}")
        if name["use"] in {"report", "name"} and key not in shared and not known[code]["state"]:
            bearers[key].add(code)
            if key in taken:
                faults.append(f"{name['name']} names {taken[key]} and {code}")
    faults += [f"{key} names {', '.join(sorted(b))}" for key, b in bearers.items() if len(b) > 1]
    return faults


def _count(lines: list[dict[str, str]], code: str) -> int:
    return sum(line["code"] == code for line in lines)


def _is_source(text: str) -> bool:
    return text in SOURCES or PAPER.search(text) is not None


if __name__ == "__main__":
    sys.exit(main())
