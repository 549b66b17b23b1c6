"""Make ledger/data/states*.csv from M49, the CLDR and tools/states.toml.

Run from the top of the repository:

    python tools/make_states.py            writes the three files
    python tools/make_states.py --check    says whether they are as this would write them

Sources, the first that claims a name keeps it: tools/states.toml, kept by hand; the M49 names in
the six official languages (tests/data/m49) and the formal ones (tests/data/unterm); territory names
of the CLDR, as Babel ships them, in those languages and the others that donors write. A name that
M49, UNTERM or the hand-kept file gives to two donors at once stops the run; one of the CLDR's that
is taken, or that its languages give to two donors, is left out, and said.
"""

from __future__ import annotations

import csv
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from babel import Locale
from pledgebook.ledger.declared.names import normalise
from shipped_csv import as_csv

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "ledger" / "data"
M49 = {"ar": "ar", "zh": "cn", "en": "en", "fr": "fr", "ru": "ru", "es": "es"}
"""Official languages, and how the M49 files call them."""
HISTORICAL_LANGUAGES = (*M49, "de", "it", "nl", "pt")
"""Languages in which tools/states.toml names the States that are no more."""
FURTHER_LANGUAGES = (
    "bg ca cs da el et fa fi he hr hu is ja ko lt lv nb nn pl ro sk sl sr sr_Latn sv tr uk zh_Hant"
)
ARTICLE = re.compile(r"^(?:(?:the|la|le|les|el|los) |l['’])")
STATE_COLUMNS = ("code", "alpha2", "m49", "kind", "valid_from", "valid_until", *M49, "formal")
FORMER_COLUMNS = ("code", "language", "name", "valid_until")
NAME_COLUMNS = ("key", "code", "use", "language", "name")


class Name(NamedTuple):
    """A line of states-names.csv: `use` is name or proposed."""

    key: str
    code: str
    use: str
    language: str
    name: str


def main() -> int:
    """Write or check the files; 1 if a check found them out of date."""
    hand_kept = tomllib.loads((ROOT / "tools" / "states.toml").read_text("utf-8"))
    states = make_states(hand_kept)
    files = {
        "states.csv": as_csv(STATE_COLUMNS, states),
        "states-former.csv": as_csv(FORMER_COLUMNS, list(_former_names(hand_kept))),
        "states-names.csv": as_csv(
            NAME_COLUMNS, [name._asdict() for name in make_names(hand_kept, states)]
        ),
    }
    if "--check" in sys.argv:
        stale = [name for name, text in files.items() if (DATA / name).read_text("utf-8") != text]
        sys.stderr.writelines(f"{name} is not what tools/make_states.py makes\n" for name in stale)
        return bool(stale)
    for name, text in files.items():
        (DATA / name).write_text(text, "utf-8", newline="\n")
    return 0


def make_states(hand_kept: dict[str, Any]) -> list[dict[str, str]]:
    """Return a line a donor: codes, kind, validity, names in the six languages, formal name."""
    territories = set(hand_kept["territories"].split())
    states: dict[str, dict[str, str]] = {}
    for language, suffix in M49.items():
        path = ROOT / "tests" / "data" / "m49" / f"UNSD-{suffix}.csv"
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line in csv.DictReader(file):
                code = line["ISO-alpha3 Code"]
                state = states.setdefault(
                    code,
                    {
                        "code": code,
                        "alpha2": line["ISO-alpha2 Code"],
                        "m49": line["M49 Code"],
                        "kind": "territory" if code in territories else "state",
                        "valid_from": str(hand_kept["first_day"].get(code, "")),
                        "valid_until": "",
                        "formal": hand_kept["formal"].get(code, ""),
                    },
                )
                state[language] = hand_kept["report"][language].get(code, line["Country or Area"])
    for gone in hand_kept["historical"]:
        states[gone["code"]] = {
            "code": gone["code"],
            "alpha2": gone["alpha2"],
            "m49": "",
            "kind": "state",
            "valid_from": str(gone.get("from", "")),
            "valid_until": str(gone["until"]),
            "formal": gone["formal"],
            **{language: gone[language][0] for language in M49},
        }
    without_formal = [
        code for code, state in states.items() if state["kind"] == "state" and not state["formal"]
    ]
    if without_formal:
        raise SystemExit(f"no formal name: {without_formal}")
    return [states[code] for code in sorted(states)]


def make_names(hand_kept: dict[str, Any], states: list[dict[str, str]]) -> list[Name]:
    """Return every name once per donor, and the proposals, sorted by key and code."""
    shared = {normalise(name): codes for name, codes in hand_kept["ambiguous"].items()}
    names: dict[str, Name] = {}
    for name in _hand_kept_names(hand_kept, states):
        _claim(names, name, shared)
    for name in (*_m49_names(), *_formal_names()):
        _claim(names, name, shared)
    cldr = list(_cldr_names(states))
    bearers: dict[str, set[str]] = defaultdict(set)
    for name in cldr:
        bearers[name.key].add(name.code)
    for name in cldr:
        held = names.get(name.key)
        codes = bearers[name.key] | ({held.code} if held else set())
        if len(codes) > 1:
            sys.stderr.write(f"{name.name} ({name.language}, {name.code}): {sorted(codes)}\n")
        if name.key not in shared and (held or len(codes) == 1):
            names.setdefault(name.key, name)
    proposals = [
        Name(normalise(text), code, "proposed", "", text)
        for text, codes in hand_kept["ambiguous"].items()
        for code in codes
    ] + [
        Name(normalise(text), code, "proposed", "", text)
        for code, texts in hand_kept["proposed"].items()
        for text in texts
    ]
    once = {(name.key, name.code): name for name in (*proposals, *names.values())}
    return [once[key] for key in sorted(once)]


def _claim(names: dict[str, Name], name: Name, shared: dict[str, list[str]]) -> None:
    if name.key in shared:
        raise SystemExit(f"{name.name} ({name.code}) is listed as ambiguous")
    held = names.setdefault(name.key, name)
    if held.code != name.code:
        raise SystemExit(f"{name.name} names {held.code} and {name.code}")


def _hand_kept_names(hand_kept: dict[str, Any], states: list[dict[str, str]]) -> Iterator[Name]:
    for former in _former_names(hand_kept):
        text, language = former["name"], former["language"]
        yield Name(normalise(text), former["code"], "name", language, text)
    for state in states:
        for language in M49:
            text = state[language]
            yield Name(normalise(text), state["code"], "name", language, text)
        if state["formal"]:
            yield Name(normalise(state["formal"]), state["code"], "name", "en", state["formal"])
    for gone in hand_kept["historical"]:
        for language in HISTORICAL_LANGUAGES:
            for text in gone.get(language, ()):
                yield Name(normalise(text), gone["code"], "name", language, text)
    for code, texts in (*hand_kept["everyday"].items(), *hand_kept["foreign_office"].items()):
        for text in texts:
            yield Name(normalise(text), code, "name", "", text)
    for code, adjectives in hand_kept["adjective"].items():
        for adjective in adjectives:
            for office in hand_kept["offices_with_adjective"]:
                text = office.format(adjective)
                yield Name(normalise(text), code, "name", "en", text)


def _former_names(hand_kept: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Yield the lines of states-former.csv: names for reports until a day."""
    for code, spans in hand_kept["former"].items():
        for span in spans:
            for language in M49:
                if text := span.get(language):
                    values = (code, language, text, str(span["until"]))
                    yield dict(zip(FORMER_COLUMNS, values, strict=True))


def _m49_names() -> Iterator[Name]:
    for language, suffix in M49.items():
        path = ROOT / "tests" / "data" / "m49" / f"UNSD-{suffix}.csv"
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line in csv.DictReader(file):
                text = line["Country or Area"]
                yield Name(normalise(text), line["ISO-alpha3 Code"], "name", language, text)


def _formal_names() -> Iterator[Name]:
    """Yield the formal names, without the article that a look-up takes off as well."""
    path = ROOT / "tests" / "data" / "unterm" / "formal-names.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            for language in M49:
                if text := ARTICLE.sub("", line[language]):
                    yield Name(normalise(text), line["code"], "name", language, text)


def _cldr_names(states: list[dict[str, str]]) -> Iterator[Name]:
    codes = {state["alpha2"]: state["code"] for state in states if not state["valid_until"]}
    for language in (*HISTORICAL_LANGUAGES, *FURTHER_LANGUAGES.split()):
        territories = Locale.parse(language).territories
        for alpha2, code in codes.items():
            if alpha2 in territories:
                text = territories[alpha2]
                yield Name(normalise(text), code, "name", language, text)


if __name__ == "__main__":
    sys.exit(main())
