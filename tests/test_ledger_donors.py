from __future__ import annotations

import csv
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pledgebook.ledger.declared import donor_kinds
from pledgebook.ledger.declared.directory import Directory
from pledgebook.ledger.declared.donors import LANGUAGES, Donor
from pledgebook.ledger.declared.names import name_keys, normalise, strip_footnote_marks
from pledgebook.ledger.declared.organizations import ReportName

ROOT = Path(__file__).parent.parent
DATA = ROOT / "ledger" / "data"
STATES = Directory.of_states()
SHIPPED = Directory.shipped()
PLEDGED_ON = date(2002, 3, 1)


def code_of(text: str, on: date | None = None) -> str | None:
    donor = STATES.resolve(text, on)
    return donor.code if donor else None


def lines_of(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


@pytest.mark.parametrize("language", ["ar", "cn", "en", "es", "fr", "ru"])
def test_every_m49_name_gives_its_code_in_every_language(language: str) -> None:
    lines = list(lines_of(Path(__file__).parent / "data" / "m49" / f"UNSD-{language}.csv"))
    read = {line["Country or Area"]: code_of(line["Country or Area"]) for line in lines}
    assert read == {line["Country or Area"]: line["ISO-alpha3 Code"] for line in lines}
    assert len(set(read.values())) == 249


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_formal_name_gives_its_code_in_every_language(language: str) -> None:
    lines = list(lines_of(Path(__file__).parent / "data" / "unterm" / "formal-names.csv"))
    after_all = date(2024, 1, 1)
    read = {line[language]: code_of(line[language], after_all) for line in lines}
    assert read == {line[language]: line["code"] for line in lines}
    assert len(lines) == 195


def test_every_name_that_is_shipped_gives_its_own_donor() -> None:
    wrong = [
        (line["name"], line["code"], code_of(line["name"]))
        for line in lines_of(DATA / "states-names.csv")
        if line["use"] != "proposed" and code_of(line["name"]) != line["code"]
    ]
    assert wrong == []


def test_no_name_is_borne_by_two_donors_at_one_day() -> None:
    bearers = defaultdict(set)
    for line in lines_of(DATA / "states-names.csv"):
        assert line["key"] == normalise(line["name"])
        if line["use"] != "proposed":
            bearers[line["key"]].add(line["code"])
    assert [key for key, codes in bearers.items() if len(codes) > 1] == []


def test_the_shipped_names_are_what_their_sources_make() -> None:
    pinned = dict(
        line.split("==")
        for line in (ROOT / "constraints.txt").read_text("utf-8").lower().split()
        if line.count("==") == 1
    )
    if version("Babel") != pinned["babel"]:
        pytest.skip("another version of the CLDR's names is installed")
    for script in ("make_states.py", "make_currencies.py", "make_organizations.py"):
        made = subprocess.run(
            [sys.executable, ROOT / "tools" / script, "--check"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode == 0, made.stderr


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_former_name_is_its_donors_name_for_reports_until_its_last_day(language: str) -> None:
    lines = [each for each in lines_of(DATA / "states-former.csv") if each["language"] == language]
    assert lines
    for line in lines:
        donor = STATES.get(line["code"])
        assert donor is not None
        last = date.fromisoformat(line["valid_until"])
        assert donor.name_in(language, last) == line["name"]
        assert donor.name_in(language, last + timedelta(1)) != line["name"]


def test_there_are_193_members_two_observers_and_two_more_states_today() -> None:
    today = [donor for donor in STATES if donor.is_valid(date(2026, 1, 1))]
    states = {donor.code for donor in today if donor.kind == "state"}
    assert len(states) == 193 + 2 + 2
    assert {"VAT", "PSE", "COK", "NIU"} <= states
    assert {donor.kind for donor in today} == {"state", "territory"}


def test_every_state_has_a_formal_name_that_is_recognised() -> None:
    for line in lines_of(DATA / "states.csv"):
        if line["kind"] == "state":
            assert code_of(line["formal"]) == line["code"]
            assert code_of(f"the {line['formal']}") == line["code"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Democratic Republic of the Congo", "COD"),
        ("Congo, Democratic Republic of the", "COD"),
        ("Congo (Democratic Republic of the)", "COD"),
        ("Congo, Dem. Rep.", "COD"),
        ("Dem. Rep. of the Congo", "COD"),
        ("Rép. dém. du Congo", "COD"),
        ("Congo-Kinshasa", "COD"),
        ("Republic of the Congo", "COG"),
        ("Congo, Rep.", "COG"),
        ("Congo - Brazzaville", "COG"),
        ("Korea, Republic of", "KOR"),
        ("Korea, Rep.", "KOR"),
        ("Rep. of Korea", "KOR"),
        ("Corée (République de)", "KOR"),
        ("Corée du Sud", "KOR"),
        ("Korea, Democratic People's Republic of", "PRK"),
        ("Korea, Dem. People\u2019s Rep.", "PRK"),
        ("DPRK", "PRK"),
        ("Dominica", "DMA"),
        ("Dominique", "DMA"),
        ("多米尼克", "DMA"),
        ("Dominican Republic", "DOM"),
        ("多米尼加", "DOM"),
        ("Guinea", "GIN"),
        ("Guinea-Bissau", "GNB"),
        ("Equatorial Guinea", "GNQ"),
        ("Papua New Guinea", "PNG"),
        ("Niger", "NER"),
        ("Nigeria", "NGA"),
        ("النيجر", "NER"),
        ("نيجيريا", "NGA"),
        ("Samoa", "WSM"),
        ("American Samoa", "ASM"),
        ("Ireland", "IRL"),
        ("Saint-Marin", "SMR"),
        ("Saint-Martin (partie française)", "MAF"),
        ("Virgin Islands, British", "VGB"),
        ("Virgin Islands (U.S.)", "VIR"),
        ("China", "CHN"),
        ("Hong Kong SAR", "HKG"),
        ("Austria", "AUT"),
        ("Australia", "AUS"),
        ("Slovakia", "SVK"),
        ("Slovenia", "SVN"),
        ("Mauritania", "MRT"),
        ("Mauritius", "MUS"),
    ],
)
def test_names_that_look_alike_are_kept_apart(text: str, code: str) -> None:
    assert code_of(text) == code


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Korea", {"KOR", "PRK"}),
        ("Corée", {"KOR", "PRK"}),
        ("Корея", {"KOR", "PRK"}),
        ("Virgin Islands", {"VGB", "VIR"}),
        ("Saint Martin", {"MAF", "SXM"}),
        ("Guiana", {"GUF", "GUY"}),
    ],
)
def test_a_name_that_several_bear_is_proposed_and_never_taken(text: str, codes: set[str]) -> None:
    assert STATES.candidates(text) == ()
    assert {donor.code for donor in STATES.suggest(text, 2)} == codes


@pytest.mark.parametrize("text", ["Northern Ireland", "England", "America", "Micronesian", "Swiss"])
def test_a_part_or_an_adjective_is_not_the_state(text: str) -> None:
    assert code_of(text) is None


def test_congo_is_the_state_the_united_nations_calls_so_and_the_other_is_proposed_too() -> None:
    assert [code_of(text) for text in ("Congo", "Конго", "刚果", "الكونغو")] == ["COG"] * 4
    assert [donor.code for donor in STATES.suggest("Congo", 2)] == ["COG", "COD"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("UK", "GBR"),
        ("U.K.", "GBR"),
        ("Royaume-Uni", "GBR"),
        ("Great Britain", "GBR"),
        ("Grande-Bretagne", "GBR"),
        ("Великобритания", "GBR"),
        ("英国", "GBR"),
        ("بريطانيا", "GBR"),
        ("USA", "USA"),
        ("U.S.A.", "USA"),
        ("US", "USA"),
        ("États-Unis", "USA"),
        ("EE. UU.", "USA"),
        ("США", "USA"),
        ("美国", "USA"),
        ("Stati Uniti", "USA"),
        ("Vereinigte Staaten", "USA"),
        ("Ivory Coast", "CIV"),
        ("COTE D'IVOIRE", "CIV"),
        ("Cote d`Ivoire", "CIV"),
        ("South Korea", "KOR"),
        ("Russia", "RUS"),
        ("РОССИЯ", "RUS"),
        ("Holland", "NLD"),
        ("The Netherlands", "NLD"),
        ("Netherlands (Kingdom of the)", "NLD"),
        ("Les Pays-Bas", "NLD"),
        ("Niederlande", "NLD"),
        ("Allemagne", "DEU"),
        ("Deutschland", "DEU"),
        ("德国", "DEU"),
        ("Espana", "ESP"),
        ("Zweden", "SWE"),
        ("Svizzera", "CHE"),
        ("Suíça", "CHE"),
        ("Tanzania, United Republic of", "TZA"),
        ("Iran, Islamic Republic of", "IRN"),
        ("Bolivia, Plurinational State of", "BOL"),
        ("Moldova, Republic of", "MDA"),
        ("Macedonia, the former Yugoslav Republic of", "MKD"),
        ("Macedonia", "MKD"),
        ("Gambia, The", "GMB"),
        ("Egypt, Arab Rep.", "EGY"),
        ("Trinidad & Tobago", "TTO"),
        ("St. Lucia", "LCA"),
        ("St Vincent & the Grenadines", "VCT"),
        ("Viet Nam", "VNM"),
        ("Vietnam", "VNM"),
        ("Holy See", "VAT"),
        ("Vatican", "VAT"),
        ("Palestine", "PSE"),
        ("الإمارات العربيّة المتّحدة", "ARE"),
        ("Кот-д'Ивуар", "CIV"),
        ("Объединённые Арабские Эмираты", "ARE"),
        ("\uff29\uff34\uff21\uff2c\uff39", "ITA"),
        ("  Italy\n", "ITA"),
    ],
)
def test_everyday_names_are_recognised_in_many_languages(text: str, code: str | None) -> None:
    assert code_of(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "Italy b/",
        "Italy a/, b/",
        "Italy*",
        "Italy **",
        "Italy (2)",
        "Italy (a)",
        "Italy [1]",
        "Italy¹",
        "Italyᵃ",
        "Italy†",
        "1/ Italy",
        "* Italy",
        "Government of Italy",
        "The Government of Italy",
        "Italy, Government of",
        "Italy (Government of)",
        "Italy,\nGovernment of",
        "Government of Italy b/",
        "Government of the Italian Republic",
        "Gouvernement de l'Italie",
        "Italie, Gouvernement de l\u2019",
        "Gobierno de Italia",
        "Governo d'Italia",
        "Governo da Itália",
        "Regierung von Italien",
        "Правительство Италии",
        "Правительство Итальянской Республики",
        "حكومة إيطاليا",
        "意大利政府",
        "Permanent Mission of Italy to the United Nations",
        "Permanent Mission of Italy to the United Nations (Vienna)",
        "Mission permanente de l'Italie auprès des Nations Unies",
        "Misión Permanente de Italia ante las Naciones Unidas",
        "Постоянное представительство Италии при Организации Объединенных Наций",
        "Embassy of Italy",
        "Ministry of Foreign Affairs of Italy",
        "Italy, Ministry of Foreign Affairs",
        "Ministère des Affaires étrangères (Italie)",
        "Ministerio de Asuntos Exteriores de Italia",
        "Министерство иностранных дел Италии",
        "意大利外交部",
        "ITA",
        "IT",
    ],
)
def test_an_office_or_a_footnote_mark_does_not_hide_the_state(text: str) -> None:
    assert code_of(text, PLEDGED_ON) == "ITA"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Canada, Government of", "CAN"),
        ("Korea, Republic of, Government of", "KOR"),
        ("Saudi Arabia (Kingdom of), Government of", "SAU"),
        ("United States of America, Government of", "USA"),
        ("Правительство Российской Федерации", "RUS"),
        ("Правительство Нидерландов", "NLD"),
        ("Правительство Канады", "CAN"),
        ("Правительство Китая", "CHN"),
        ("Gouvernement du Canada", "CAN"),
        ("Gobierno de los Estados Unidos", "USA"),
        ("Regierung der Bundesrepublik Deutschland", "DEU"),
        ("حكومة اليابان", "JPN"),
        ("UK Government", "GBR"),
    ],
)
def test_governments_are_recognised_in_many_forms(text: str, code: str) -> None:
    assert code_of(text) == code


@pytest.mark.parametrize(
    ("text", "likeliest"),
    [
        ("Sida", "SWE"),
        ("Swedish International Development Cooperation Agency", "SWE"),
        ("USAID", "USA"),
        ("DFID", "GBR"),
        ("BMZ", "DEU"),
        ("Itlay", "ITA"),
        ("Germny", "DEU"),
        ("Untied Kingdom", "GBR"),
        ("Swedne", "SWE"),
        ("Netherland", "NLD"),
        ("Rusian Federation", "RUS"),
        ("Macedonai", "MKD"),
        ("Итлия", "ITA"),
    ],
)
def test_agencies_and_misspellings_are_proposed_and_never_taken(text: str, likeliest: str) -> None:
    assert SHIPPED.resolve(text) is None
    assert SHIPPED.suggest(text)[0].code == likeliest


def test_a_word_that_begins_otherwise_is_none_misspelt() -> None:
    assert SHIPPED.suggest("Privat giver Oslo") == ()
    assert SHIPPED.suggest("Riber Plate")[0].code == "FONPLATA"


def test_what_is_like_no_name_gets_no_suggestion() -> None:
    assert STATES.suggest("Zzzzqq") == ()
    assert STATES.suggest("") == ()


def test_suggestions_keep_to_the_limit_and_to_the_day() -> None:
    assert len(STATES.suggest("Congo and Guinea", 2)) == 2
    assert STATES.suggest("Republic") == ()
    assert "YUG" in {donor.code for donor in STATES.suggest("Yugoslavia")}
    assert STATES.suggest("Yugoslavia", on=date(2005, 1, 1))[0].code == "SCG"


@pytest.mark.parametrize("text", ["", " ", "*", "a/", "—", "()", "123", "x" * 5000, "* " * 3000])
def test_what_is_no_name_gives_no_donor(text: str) -> None:
    assert STATES.candidates(text) == ()


@pytest.mark.parametrize(
    ("text", "on", "code"),
    [
        ("Yugoslavia", date(2002, 3, 1), "YUG"),
        ("Federal Republic of Yugoslavia", date(2003, 2, 3), "YUG"),
        ("Yugoslavia", date(2003, 2, 4), None),
        ("Yugoslavia", date(2005, 1, 1), None),
        ("Serbia and Montenegro", date(2003, 2, 3), None),
        ("Serbia and Montenegro", date(2003, 2, 4), "SCG"),
        ("Serbie-et-Monténégro", date(2005, 6, 30), "SCG"),
        ("Serbia and Montenegro", date(2006, 6, 3), None),
        ("Serbia", date(2005, 6, 30), None),
        ("Serbia", date(2006, 6, 3), "SRB"),
        ("Montenegro", date(2006, 6, 3), "MNE"),
        ("Czechoslovakia", date(1992, 12, 31), "CSK"),
        ("Czechoslovakia", date(1993, 1, 1), None),
        ("Czech Republic", date(1992, 12, 31), None),
        ("Czech Republic", date(2002, 3, 1), "CZE"),
        ("Czechia", date(2002, 3, 1), "CZE"),
        ("USSR", date(1991, 6, 1), "SUN"),
        ("USSR", date(2002, 3, 1), None),
        ("German Democratic Republic", date(1990, 10, 2), "DDR"),
        ("German Democratic Republic", date(1990, 10, 3), None),
        ("Zaire", date(1996, 1, 1), "COD"),
        ("South Sudan", date(2011, 7, 8), None),
        ("South Sudan", date(2011, 7, 9), "SSD"),
        ("CS", date(1990, 1, 1), "CSK"),
        ("CS", date(2004, 1, 1), "SCG"),
        ("CS", None, None),
        ("Yugoslavia", None, "YUG"),
    ],
)
def test_a_donor_is_recognised_only_while_it_exists(
    text: str, on: date | None, code: str | None
) -> None:
    assert code_of(text, on) == code


@pytest.mark.parametrize(
    ("code", "on", "name"),
    [
        ("CZE", date(2003, 12, 31), "Czech Republic"),
        ("CZE", date(2020, 12, 31), "Czechia"),
        ("CZE", None, "Czechia"),
        ("TUR", date(2022, 5, 31), "Turkey"),
        ("TUR", date(2022, 6, 1), "Türkiye"),
        ("MKD", date(2003, 12, 31), "The former Yugoslav Republic of Macedonia"),
        ("MKD", date(2019, 6, 30), "North Macedonia"),
        ("SWZ", date(2018, 4, 18), "Swaziland"),
        ("LBY", date(2003, 12, 31), "Libyan Arab Jamahiriya"),
        ("LBY", date(2012, 1, 1), "Libya"),
        ("CPV", date(2003, 12, 31), "Cape Verde"),
        ("MMR", date(1988, 1, 1), "Burma"),
        ("COD", date(1990, 1, 1), "Zaire"),
        ("ITA", date(2003, 12, 31), "Italy"),
    ],
)
def test_reports_print_the_name_of_the_day(code: str, on: date | None, name: str) -> None:
    donor = STATES.get(code)
    assert donor is not None
    assert donor.name_in("en", on) == name


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("USA", "United States"),
        ("GBR", "United Kingdom"),
        ("ITA", "Italy"),
        ("CHE", "Switzerland"),
        ("NLD", "Netherlands"),
        ("KOR", "Republic of Korea"),
        ("RUS", "Russian Federation"),
        ("CIV", "Côte d'Ivoire"),
        ("SCG", "Serbia and Montenegro"),
    ],
)
def test_reports_print_the_short_english_names_of_the_united_nations(code: str, name: str) -> None:
    donor = STATES.get(code)
    assert donor is not None
    assert donor.name == name


def test_a_state_has_a_name_in_each_official_language_and_english_elsewhere() -> None:
    germany = STATES.get("DEU")
    assert germany is not None
    assert [germany.name_in(language) for language in LANGUAGES] == [
        "ألمانيا",
        "德国",
        "Germany",
        "Allemagne",
        "Германия",
        "Alemania",
    ]
    assert germany.name_in("sw") == "Germany"


def test_codes_count_only_in_capitals() -> None:
    assert code_of("NOR") == code_of("NO") == "NOR"
    assert code_of("nor") is None
    assert code_of("no") is None
    assert code_of("It") is None


def test_a_territory_is_recognised_and_is_no_state() -> None:
    aruba = STATES.resolve("Aruba")
    assert aruba is not None
    assert (aruba.kind, STATES.group_of("ABW")) == ("territory", "Governments")


UNDP = Donor(code="UNDP", name="United Nations Development Programme", kind="un-entity")
EXF = Donor(code="EXF", name="Example Foundation", kind="foundation")
SIDA = Donor(
    code="SIDA", name="Swedish International Development Cooperation Agency", kind="funding-agency"
)


def test_the_books_donors_are_found_by_code_name_and_further_names() -> None:
    directory = STATES.with_donors([UNDP, SIDA], {"SIDA": ["Sida"], "SWE": ["Stockholm"]})
    assert directory.resolve("UNDP") == UNDP
    assert directory.resolve("united nations development programme b/") == UNDP
    assert directory.resolve("Sida") == SIDA
    assert directory.resolve("Stockholm") == STATES.get("SWE")
    assert "UNDP" in directory
    assert len(directory) == len(STATES) + 2
    assert directory.suggest("Untied Nations Developement Programme")[0] == UNDP


def test_adding_donors_leaves_the_directory_of_states_as_it_was() -> None:
    STATES.with_donors([UNDP])
    assert "UNDP" not in STATES
    assert STATES.resolve("UNDP") is None
    assert Directory.of_states() is STATES


def test_a_name_the_book_gives_to_a_second_donor_resolves_to_neither() -> None:
    directory = STATES.with_donors([SIDA], {"SIDA": ["Sweden"]})
    assert directory.resolve("Sweden") is None
    assert [donor.code for donor in directory.candidates("Sweden")] == ["SWE", "SIDA"]


def test_a_donor_the_book_declares_again_takes_the_states_place() -> None:
    declared = Donor(code="ITA", name="Italian Republic", kind="state", stated_group="Others")
    directory = STATES.with_donors([declared])
    italy = directory.resolve("Italie")
    assert italy is not None
    assert (italy.name, italy.name_in("en"), italy.name_in("fr")) == (
        "Italian Republic",
        "Italian Republic",
        "Italie",
    )
    assert directory.group_of("ITA") == "Others"


def test_names_for_a_donor_that_nobody_declared_are_refused() -> None:
    with pytest.raises(ValueError, match="donor NGO, which no directive declares"):
        STATES.with_donors([], {"NGO": ["Example Society"]})


def test_groups_follow_the_kind_of_donor() -> None:
    known = donor_kinds.SHIPPED
    groups = {kind: known.group_of(kind) for kind in known.kinds}
    governments, intergovernmental, _others = [*known.groups]
    assert {kind for kind in groups if groups[kind] == governments} == {"state", "territory"}
    assert {kind for kind in groups if groups[kind] == intergovernmental} == {
        "un-entity",
        "intergovernmental",
        "ifi",
        "european-community",
    }
    assert set(groups.values()) == set(known.groups)


def test_a_donor_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a code and a name"):
        Donor(code="", name="Example", kind="ngo")
    with pytest.raises(ValueError, match="before 2003-01-01"):
        Donor(
            code="X",
            name="Example",
            kind="ngo",
            valid_from=date(2003, 1, 1),
            valid_until=date(2002, 1, 1),
        )


def test_a_declared_donor_has_its_names_by_language_and_day() -> None:
    names = (ReportName("en", "Old Example", date(2002, 12, 31)), ReportName("en", "New Example"))
    donor = Donor(code="X", name="New Example", kind="ngo", names=names)
    assert donor.name_in("fr", date(2002, 1, 1)) == "Old Example"
    assert donor.name_in("en", date(2003, 1, 1)) == "New Example"
    assert EXF.name_in("fr") == EXF.name


def test_a_declared_donor_of_an_organizations_name_has_that_ones_in_other_languages() -> None:
    assert UNDP.name_in("fr") == "Programme des Nations Unies pour le développement"
    assert UNDP.name_in("en") == UNDP.name
    assert UNDP.name_in("sw") == UNDP.name


def test_the_directory_is_read_once() -> None:
    assert Directory.of_states() is Directory.of_states()
    assert Directory.shipped() is Directory.shipped()


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(st.text(max_size=60))
def test_the_literal_key_comes_first(text: str) -> None:
    keys = name_keys(text)
    assert keys == () or keys[0] == normalise(text)
    assert "" not in keys
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("text", ["*" * 399, "* " * 199, "( " * 199, "a/ " * 130 + "x", ", " * 199])
def test_hostile_cells_are_read_in_no_time(text: str) -> None:
    began = time.perf_counter()
    name_keys(text)
    strip_footnote_marks(text)
    assert time.perf_counter() - began < 0.5
