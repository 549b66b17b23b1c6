"""Well-known organizations: known as States are, by exact names and dates (amounts made up)."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest
from fava.application import create_app
from hypothesis import given
from hypothesis import strategies as st
from pledgebook.ledger.declared.aliases import AliasRefusedError, add_alias, confirm
from pledgebook.ledger.declared.directory import Directory
from pledgebook.ledger.declared.donors import LANGUAGES, Donor
from pledgebook.ledger.declared.offices import is_ministry
from pledgebook.ledger.declared.organizations import read_organizations
from pledgebook.reports.figures.selection import select
from pledgebook.reports.letters import Papers, make_letters
from pledgebook.reports.schedule import make_schedule

from tests.conftest import SETTINGS, Load

DATA = Path(__file__).parent.parent / "ledger" / "data"
SHIPPED = Directory.shipped()
PLEDGED_ON = date(2002, 3, 1)


def lines_of(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def code_of(text: str, on: date | None = None, directory: Directory = SHIPPED) -> str | None:
    donor = directory.resolve(text, on)
    return donor.code if donor else None


def test_every_exact_name_gives_its_organization_and_every_shared_one_none() -> None:
    state = {line["code"]: line["state"] for line in lines_of("organizations.csv")}
    uses = defaultdict(set)
    for line in lines_of("organizations-names.csv"):
        uses[line["key"]].add(line["use"])
    wrong = []
    for line in lines_of("organizations-names.csv"):
        waits = "shared" in uses[line["key"]] or line["use"] == "office" or state[line["code"]]
        found = SHIPPED.candidates(line["name"], codes=False)
        states = [donor for donor in found if donor.kind in {"state", "territory"}]
        expected = [] if waits else [line["code"]]
        if [donor.code for donor in found if donor not in states] != expected:
            wrong.append((line["name"], line["code"], found))
        if states and line["use"] != "office":
            wrong.append((line["name"], line["code"], states))
    assert wrong == []


def test_every_name_that_waits_proposes_all_whom_it_may_mean() -> None:
    meant = defaultdict(set)
    state = {line["code"]: line["state"] for line in lines_of("organizations.csv")}
    for line in lines_of("organizations-names.csv"):
        if line["use"] in {"shared", "office"} or state.get(line["code"]):
            meant[line["name"]].add(line["code"])
            meant[line["name"]].add(state.get(line["code"]) or line["code"])
    for text, codes in meant.items():
        assert codes <= {donor.code for donor in SHIPPED.suggest(text, 9)}, text


def test_the_directory_has_those_a_un_trust_fund_meets() -> None:
    kinds = {"un-entity": 45, "ifi": 35, "intergovernmental": 55, "funding-agency": 50}
    for kind, least in kinds.items():
        assert sum(donor.kind == kind for donor in SHIPPED) >= least, kind
    complete = [
        donor for donor in SHIPPED if all(donor.has_name_in(language) for language in LANGUAGES)
    ]
    assert len(complete) > 250 + 50  # the States, and of the organizations the best known


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("UNDP", "UNDP"),
        ("PNUD", "UNDP"),
        ("ПРООН", "UNDP"),
        ("联合国开发计划署", "UNDP"),
        ("برنامج الأمم المتحدة الإنمائي", "UNDP"),
        ("United Nations Office on Drugs and Crime b/", "UNODC"),
        ("WORLD BANK", "IBRD"),
        ("The World Bank", "IBRD"),
        ("Banque mondiale", "IBRD"),
        ("Европейская комиссия", "EU"),
        ("Commission of the European Communities", "EU"),
        ("World Health Organisation", "WHO"),
        ("World Health Organization (WHO)", "WHO"),
        ("Asian Development Bank (ADB)", "ASDB"),
        ("ADB - African Development Bank", "AFDB"),
        ("European Commission - ECHO", "EU"),
        ("Interpol", "INTERPOL"),
    ],
)
def test_a_name_that_means_one_organization_is_that_donor(text: str, code: str) -> None:
    assert code_of(text, PLEDGED_ON) == code


@pytest.mark.parametrize(
    "text", ["ADB", "BID", "EU", "WB", "ICC", "ITC", "Sida", "GIZ", "UN", "欧洲委员会"]
)
def test_what_is_short_for_several_and_an_agency_alone_wait(text: str) -> None:
    assert code_of(text, PLEDGED_ON) is None
    assert SHIPPED.suggest(text)


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [("AFRICAN-UNION", date(2001, 5, 26), None), ("UNIFEM", None, date(2010, 12, 31))],
)
def test_an_organization_is_known_only_while_it_exists(
    code: str, first: date | None, last: date | None
) -> None:
    donor = SHIPPED.get(code)
    assert donor is not None
    if first:
        assert code_of(donor.name, first) == code
        assert code_of(donor.name, first - timedelta(1)) is None
    if last:
        assert code_of(donor.name, last) == code
        assert code_of(donor.name, last + timedelta(1)) is None


@pytest.mark.parametrize(
    ("on", "english", "french"),
    [
        (date(2009, 11, 30), "European Community", "Communauté européenne"),
        (date(2009, 12, 1), "European Union", "Union européenne"),
        (None, "European Union", "Union européenne"),
    ],
)
def test_the_european_union_is_called_as_it_was(on: date | None, english: str, french: str) -> None:
    union = SHIPPED.get("EU")
    assert union is not None
    assert (union.name_in("en", on), union.name_in("fr", on)) == (english, french)


@pytest.mark.parametrize(
    ("text", "code", "through"),
    [
        ("Norway - Ministry of Foreign Affairs", "NOR", "Ministry of Foreign Affairs"),
        ("Norway/MFA", "NOR", "MFA"),
        ("Ministry of Foreign Affairs, Denmark - Danida", "DNK", "Danida"),
        ("Government of Sweden (Sida)", "SWE", "Sida"),
        ("Sweden (Sida)", "SWE", "Sida"),
        ("USA - State Department", "USA", "State Department"),
        ("Korea, Republic of - KOICA", "KOR", "KOICA"),
        ("Ministry of Justice of Italy", "ITA", "Ministry of Justice of Italy"),
        ("Italy, Ministry of Justice b/", "ITA", "Ministry of Justice"),
        ("Norwegian Ministry of Justice", "NOR", "Norwegian Ministry of Justice"),
        ("Ministère de la Justice de la France", "FRA", "Ministère de la Justice de la France"),
        ("Россия - Министерство юстиции", "RUS", "Министерство юстиции"),
        ("意大利司法部", "ITA", "意大利司法部"),
        ("Auswärtiges Amt", "DEU", "Auswärtiges Amt"),
        ("Global Affairs Canada", "CAN", "Global Affairs Canada"),
        ("Monaco - Government of Monaco", "MCO", ""),
        ("Government of Italy", "ITA", ""),
        ("Italy", "ITA", ""),
        ("Georgia", "GEO", ""),
    ],
)  # fmt: skip
def test_a_state_with_a_ministry_or_agency_is_the_state_and_both_are_kept(
    text: str, code: str, through: str
) -> None:
    assert code_of(text, PLEDGED_ON) == code
    assert SHIPPED.through(text, code, PLEDGED_ON) == through


@pytest.mark.parametrize(
    "text",
    [
        "Ministry of Justice of Ontario, Canada", "Canada - Quebec Ministry of Justice",
        "Belgium - Flanders Official Regional Ministries", "Germany - Land Berlin",
        "Spain - Regional Ministry of Health", "Ministry of Justice", "Korea - Ministry of Justice",
        "Italy - Sida", "Norway - Ministry of Foreign Affairs - UNDP", "Norway and Sweden (Sida)",
        "Sweden / Norway - Ministry of Foreign Affairs", "Norway - Norwegian Refugee Council",
        "UNDP/UNICEF", "World Bank - UNDP", "UNDP - Norway", "Georgia - Department of Education",
    ],
)  # fmt: skip
def test_a_regions_ministry_and_what_names_two_are_nobody(text: str) -> None:
    assert code_of(text, PLEDGED_ON) is None


@given(
    st.lists(
        st.sampled_from(["ministry", "of", "and", "the", "Ontario", "Land", "Bavaria", "justice"]),
        max_size=6,
    )
)
def test_a_place_in_what_a_ministry_is_called_makes_it_none(words: list[str]) -> None:
    key = " ".join(words).lower()
    assert is_ministry(key) <= {"ontario", "land", "bavaria"}.isdisjoint(key.split())


def test_an_agency_confirmed_for_its_state_is_kept_and_may_be_said_to_give_itself() -> None:
    for_state = confirm(SHIPPED, "Sida", "SWE")
    assert code_of("Sida", PLEDGED_ON, for_state) == "SWE"
    assert for_state.through("Sida", "SWE") == "Sida"
    assert code_of("Sida", PLEDGED_ON, confirm(SHIPPED, "Sida", "SIDA")) == "SIDA"
    own = confirm(SHIPPED, "Sweden (Sida)", "SIDA")
    assert code_of("Sweden (Sida)", PLEDGED_ON, own) == "SIDA"


BANK = Donor(code="BANK", name="World Bank", kind="ifi")
GREEN = Donor(code="GEF", name="Green Example Foundation", kind="foundation")


def test_a_declared_donor_takes_the_place_of_the_organization_it_is() -> None:
    directory = SHIPPED.with_donors([BANK])
    assert code_of("Banque mondiale", None, directory) == "BANK"
    assert directory.get("IBRD") is None
    assert "IBRD" not in directory
    assert [donor.code for donor in directory if donor.name == "World Bank"] == ["BANK"]
    assert len(directory) == len(SHIPPED)
    assert BANK.name_in("es") == "Banco Mundial"


def test_two_declared_donors_of_one_organization_wait_for_a_person_under_its_other_names() -> None:
    other = Donor(
        code="IBRD", name="International Bank for Reconstruction and Development", kind="ifi"
    )
    directory = SHIPPED.with_donors([BANK, other])
    assert code_of("World Bank", None, directory) == "BANK"
    assert {donor.code for donor in directory.candidates("Banque mondiale")} == {"BANK", "IBRD"}


def test_a_donor_of_another_name_under_an_organizations_code_gets_none_of_its_names() -> None:
    directory = SHIPPED.with_donors([GREEN])
    assert code_of("GEF", None, directory) == "GEF"
    assert code_of("Global Environment Facility", None, directory) is None
    assert code_of("مرفق البيئة العالمية", None, directory) is None


def test_an_alias_may_say_of_an_organizations_name_that_a_donor_of_the_book_is_meant() -> None:
    directory = SHIPPED.with_donors([Donor(code="EXB", name="Example Bank", kind="company")])
    assert code_of("World Bank", None, confirm(directory, "World Bank", "EXB")) == "EXB"
    with pytest.raises(AliasRefusedError, match="names World Bank \\(IBRD\\) already"):
        confirm(directory, "World Bank", "UNDP")
    with pytest.raises(AliasRefusedError, match="names World Bank \\(IBRD\\) already"):
        confirm(directory, "World Bank", "NEW:ifi")
    # What stands in a book already goes on meaning what it said.
    assert code_of("World Bank", None, add_alias(directory, "World Bank", "UNDP")) == "UNDP"
    assert code_of("EC", None, Directory.shipped()) == "ECU"
    told = confirm(directory, "EC", "EU")
    assert [donor.code for donor in told.candidates("EC", codes=False)] == ["EU"]


def test_an_organization_that_another_continues_is_found_by_either_name() -> None:
    union = Donor(code="EXU", name="Example Union", kind="intergovernmental")
    directory = SHIPPED.with_donors([union]).with_continuation("UNIFEM", "EXU", date(2011, 1, 1))
    assert code_of("UNIFEM", date(2010, 1, 1), directory) == "UNIFEM"
    assert code_of("UNIFEM", date(2012, 1, 1), directory) == "EXU"


GIFT = """
2002-03-01 * "United Nations Development Programme" "Pledge (made up)" ^UNDP-2002-01
  event: "commitment"
  class: "general"
  document: "Letter (made up)"
  Assets:CPCJF:Pledges:UNDP          1000 USD {0 # 1000.00 USD, "UNDP-2002-01.1"}
    due: 2002-06-30
  Income:CPCJF:Contributions:UNDP   -1000.00 USD
"""
WITHOUT_UNDP = SETTINGS.replace(
    '"UNDP" "United Nations Development Programme"', '"UNX" "Example Programme"'
)


def test_a_book_takes_an_organization_without_declaring_it(load: Load) -> None:
    book = load(GIFT, settings=WITHOUT_UNDP)
    assert book.errors == []
    assert list(book.register.by_label) == ["UNDP-2002-01.1"]
    (lines,) = make_schedule(select(book, "2002-2003")).sections.values()
    assert [(line.name, line.group) for line in lines] == [
        ("United Nations Development Programme", "UN and intergovernmental")
    ]


@pytest.mark.parametrize(("day", "noticed"), [("2001-05-25", True), ("2001-05-26", False)])
def test_an_entry_of_an_organization_before_it_existed_is_noticed_as_a_states_is(
    load: Load, day: str, noticed: bool
) -> None:
    gift = GIFT.replace("2002-03-01", day).replace("2002-06-30", "2001-12-31")
    book = load(gift.replace("UNDP-2002", "AFRICAN-UNION-2001").replace("UNDP", "AFRICAN-UNION"))
    assert book.errors == []
    assert ("donor-not-there" in {found.rule for found in book.findings}) == noticed


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en", "United Nations Development Programme"),
        ("fr", "Programme des Nations Unies pour le développement"),
        ("ar", "برنامج الأمم المتحدة الإنمائي"),
    ],
)
def test_a_letter_names_an_organization_in_its_language(
    load: Load, language: str, name: str
) -> None:
    papers = Papers(select(load(GIFT, settings=WITHOUT_UNDP), "2002-2003"))
    day = date(2004, 1, 5)
    (letter,) = make_letters(papers, "statement", day=day, donors=["UNDP"], tag=language)
    assert letter.addressee == (name,)


def test_a_book_of_states_and_declared_donors_never_reads_the_directory(load: Load) -> None:
    read_organizations.cache_clear()
    book = load(GIFT)
    assert book.errors == []
    assert book.settings.donors.resolve("Italy") is not None
    assert read_organizations.cache_info().misses == 0
    assert book.settings.donors.resolve("World Bank") is not None
    assert read_organizations.cache_info().misses == 1


EXTENSIONS = """
1999-12-31 custom "fava-extension" "pledgebook.importers.donor_accounts"
1999-12-31 custom "fava-extension" "pledgebook.desk"
"""


def test_favas_forms_and_the_donors_page_take_an_organization(load: Load) -> None:
    book = load(GIFT + EXTENSIONS, settings=WITHOUT_UNDP)
    app = create_app([book.path], load=True)
    (ledger,) = app.config["LEDGERS"].ledgers_by_slug.values()
    offered = set(ledger.attributes.accounts)
    assert {"Assets:CPCJF:Pledges:UNDP", "Income:CPCJF:Contributions:IBRD"} <= offered
    client = app.test_client()
    base = client.get("/").headers["Location"].strip("/").split("/")[0]
    page = client.get(f"/{base}/extension/Donor/?donor=UNDP").text
    assert "United Nations Development Programme" in page
    assert "1,000.00" in page
    for sought, there in (("Programme des Nations", True), ("Banque mondiale", False)):
        found = client.get(f"/{base}/extension/Contributions/?q={sought}").text
        assert ("donor=UNDP" in found) == there
