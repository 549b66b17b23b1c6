from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pledgebook.ledger.declared.currencies import (
    EURO_RATES,
    UnknownCurrencyError,
    convert_legacy,
    currency_validity,
    decimals,
    display_decimals,
    euro_from,
    from_euro,
    is_currency,
    recognise,
    to_euro,
)

IN_2002 = date(2002, 1, 15)
IN_2003 = date(2003, 6, 30)


@pytest.mark.parametrize(
    ("code", "on", "valid"),
    [
        ("USD", IN_2003, True),
        ("EUR", date(1998, 12, 31), False),
        ("EUR", date(1999, 1, 1), True),
        ("ITL", date(2001, 6, 1), True),
        ("ITL", date(2002, 2, 28), True),
        ("ITL", date(2002, 3, 1), False),
        ("DEM", date(2002, 3, 1), False),
        ("FRF", date(2002, 2, 28), True),
        ("NLG", date(2002, 2, 28), True),
        ("GRD", date(2002, 2, 28), True),
        ("GRD", date(2002, 3, 1), False),
        ("TRL", date(2004, 12, 31), True),
        ("TRL", date(2006, 1, 1), False),
        ("TRY", date(2004, 12, 31), False),
        ("TRY", date(2005, 1, 1), True),
        ("ROL", date(2005, 6, 30), True),
        ("RON", date(2005, 6, 30), False),
        ("RON", date(2005, 7, 1), True),
        ("AFA", date(2002, 9, 30), True),
        ("AFN", date(2002, 9, 30), False),
        ("AFN", date(2002, 10, 31), True),
        ("YUM", date(2003, 1, 31), True),
        ("CSD", date(2003, 1, 31), False),
        ("CSD", date(2003, 2, 4), True),
        ("YUM", date(2004, 1, 1), False),
        ("RSD", date(2006, 1, 1), False),
        ("XDR", IN_2003, True),
        ("XEU", date(1998, 12, 31), True),
        ("XEU", date(1999, 1, 1), False),
        ("XOF", IN_2003, True),
        ("HRK", date(2024, 1, 1), False),
    ],
)
def test_a_code_is_a_currency_as_of_a_day(code: str, on: date, valid: bool) -> None:
    assert is_currency(code, on) is valid


@pytest.mark.parametrize(
    "code", ["XXX", "XTS", "XAU", "CHF/", "CHF/SOM", "CHE", "USN", "usd", "AUD ", "", "ZZZ"]
)
def test_units_of_funds_metals_and_other_codes_are_no_money(code: str) -> None:
    assert not is_currency(code)
    assert not is_currency(code, IN_2003)


def test_without_a_day_a_code_counts_if_it_ever_was_money() -> None:
    assert is_currency("ITL")
    assert is_currency("CSD")


def test_validity_is_the_first_and_the_last_day() -> None:
    assert currency_validity("EUR") == (date(1999, 1, 1), None)
    assert currency_validity("TRY") == (date(2005, 1, 1), None)
    assert {currency_validity(code)[1] for code in list(EURO_RATES)[:12]} == {date(2002, 2, 28)}
    with pytest.raises(UnknownCurrencyError, match="'XXX' is no currency"):
        currency_validity("XXX")


@pytest.mark.parametrize(
    ("code", "own", "shown"),
    [
        ("USD", 2, 2),
        ("EUR", 2, 2),
        ("JPY", 0, 2),
        ("KRW", 0, 2),
        ("ITL", 0, 2),
        ("ESP", 0, 2),
        ("DEM", 2, 2),
        ("KWD", 3, 3),
        ("TND", 3, 3),
        ("AFN", 2, 2),
        ("IQD", 3, 3),
        ("XDR", 2, 2),
    ],
)
def test_each_currency_has_its_decimals_and_is_shown_with_two_at_least(
    code: str, own: int, shown: int
) -> None:
    assert decimals(code) == own
    assert display_decimals(code) == shown


def test_decimals_of_an_unknown_code_are_refused() -> None:
    with pytest.raises(UnknownCurrencyError, match="ISO 4217"):
        decimals("CHF/")


def test_lire_become_euros_at_the_fixed_rate() -> None:
    assert to_euro(Decimal(500_000_000), "ITL") == Decimal("258228.45")
    assert from_euro(Decimal("258228.45"), "ITL") == Decimal(500_000_001)


def test_national_to_national_goes_through_euros_rounded_to_three_decimals() -> None:
    assert convert_legacy(Decimal(100), "IEP", "DEM") == Decimal("248.34")
    assert convert_legacy(Decimal(4000), "DEM", "ESP") == Decimal(340_287)


def test_conversions_to_and_from_the_euro_are_the_plain_ones() -> None:
    assert convert_legacy(Decimal(500_000_000), "ITL", "EUR") == Decimal("258228.45")
    assert convert_legacy(Decimal(100), "EUR", "ATS") == Decimal("1376.03")
    assert convert_legacy(Decimal("12.345"), "EUR", "EUR") == Decimal("12.345")


def test_where_the_law_fixes_no_rate_nothing_is_converted() -> None:
    assert convert_legacy(Decimal(1), "TRL", "TRY") is None
    assert convert_legacy(Decimal(1), "USD", "EUR") is None
    assert convert_legacy(Decimal(1), "DEM", "USD") is None
    with pytest.raises(UnknownCurrencyError):
        to_euro(Decimal(1), "USD")
    with pytest.raises(UnknownCurrencyError):
        from_euro(Decimal(1), "SEK")


def test_a_half_cent_is_rounded_away_from_zero_on_both_sides() -> None:
    assert from_euro(Decimal("0.5"), "GRD") == Decimal("170.38")
    assert from_euro(Decimal("-0.5"), "GRD") == Decimal("-170.38")


def test_the_euro_began_in_1999_and_two_years_later_in_greece() -> None:
    assert euro_from("ITL") == date(1999, 1, 1)
    assert euro_from("GRD") == date(2001, 1, 1)
    assert euro_from("USD") is None
    assert euro_from("EUR") is None


def test_fixed_rates_have_six_significant_figures() -> None:
    assert {len(rate.as_tuple().digits) for rate in EURO_RATES.values()} == {6}
    assert all(is_currency(code) for code in EURO_RATES)


@given(
    st.decimals(min_value=0, max_value=10**12, places=2),
    st.sampled_from(sorted(EURO_RATES)),
)
def test_euros_come_back_from_a_smaller_unit_to_the_cent(euros: Decimal, code: str) -> None:
    unit = Decimal(1).scaleb(-decimals(code))
    if unit / EURO_RATES[code] < Decimal("0.01"):
        assert to_euro(from_euro(euros, code), code) == euros
    else:
        assert abs(to_euro(from_euro(euros, code), code) - euros) <= Decimal("0.01")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("USD", "USD"),
        ("AUD ", "AUD"),
        ("(EUR)", "EUR"),
        ("EUR*", "EUR"),
        ("€", "EUR"),
        ("US$", "USD"),
        ("$US", "USD"),
        ("$ É.-U.", "USD"),
        ("U.S. $", "USD"),
        ("£", "GBP"),
        ("£stg", "GBP"),
        ("£IR", "IEP"),
        ("Skr", "SEK"),
        ("Nkr", "NOK"),
        ("Dkr", "DKK"),
        ("SFr.", "CHF"),
        ("CHF", "CHF"),
        ("DM", "DEM"),
        ("FF", "FRF"),
        ("Lit.", "ITL"),
        ("Ptas", "ESP"),
        ("Can$", "CAD"),
        ("A$", "AUD"),
        ("RMB", "CNY"),
        ("円", "JPY"),
        ("₽", "RUB"),
        ("SDR", "XDR"),
        ("usd", "USD"),
        ("euros", "EUR"),
        ("Euro", "EUR"),
        ("in euros", "EUR"),
        ("en euros", "EUR"),
        ("dollars des États-Unis", "USD"),
        ("dólares de los Estados Unidos", "USD"),
        ("US dollars", "USD"),
        ("U.S. Dollars", "USD"),
        ("United States dollars", "USD"),
        ("доллары США", "USD"),
        ("долл. США", "USD"),
        ("دولار أمريكي", "USD"),
        ("بدولارات الولايات المتحدة", "USD"),
        ("美元", "USD"),
        ("евро", "EUR"),
        ("يورو", "EUR"),
        ("欧元", "EUR"),
        ("日元", "JPY"),
        ("yens", "JPY"),
        ("英镑", "GBP"),
        ("瑞士法郎", "CHF"),
        ("francs suisses", "CHF"),
        ("швейцарских франков", "CHF"),
        ("Pfund Sterling", "GBP"),
        ("Schweizer Franken", "CHF"),
        ("lire", "ITL"),
        ("lire italiane", "ITL"),
        ("Deutsche Mark", "DEM"),
        ("couronnes suédoises", "SEK"),
        ("Zweedse kronen", "SEK"),
        ("coroa norueguesa", "NOK"),
        ("US$ 5,000", "USD"),
        ("ITL 500.000.000", "ITL"),
        ("€ 250.000,\u2013", "EUR"),
        ("CHF 1'000.00", "CHF"),
        ("\u0665\u0660\u0660 يورو", "EUR"),
    ],
)
def test_one_currency_is_recognised_by_code_mark_or_words(text: str, code: str) -> None:
    assert recognise(text, IN_2002) == (code,)


@pytest.mark.parametrize(
    ("text", "among"),
    [
        ("$", {"USD", "CAD", "AUD"}),
        ("dollars", {"USD", "CAD", "AUD"}),
        ("доллары", {"USD", "CAD"}),
        ("¥", {"JPY", "CNY"}),
        ("\uffe5", {"JPY", "CNY"}),
        ("Fr.", {"CHF", "FRF", "BEF"}),
        ("francs", {"CHF", "FRF", "BEF"}),
        ("kr", {"SEK", "NOK", "DKK"}),
        ("kroner", {"NOK", "DKK"}),
        ("pounds", {"GBP", "IEP", "EGP"}),
        ("lira", {"ITL", "TRL"}),
        ("marks", {"DEM", "FIM"}),
        ("pesos", {"MXN", "ARS"}),
        ("Rs.", {"INR", "PKR"}),
        ("Esc.", {"PTE", "CVE"}),
        ("C$", {"CAD", "NIO"}),
    ],
)
def test_a_mark_that_several_share_is_ambiguous(text: str, among: set[str]) -> None:
    assert among <= set(recognise(text, IN_2002))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "CHF/",
        "CHF/DRC",
        "CHF/01",
        "USD/EUR",
        "ALL DONORS",
        "all",
        "top",
        "Italy",
        "XXX",
        "1,234.50",
        "n/a",
        "..",
        "remark " * 40,
    ],
)
def test_what_is_no_mark_names_no_currency(text: str) -> None:
    assert recognise(text) == ()


def test_a_mark_means_what_was_money_on_the_day() -> None:
    assert recognise("TL", date(2003, 6, 1)) == ("TRL",)
    assert recognise("TL", date(2006, 6, 1)) == ("TRY",)
    assert recognise("TL", date(2005, 6, 1)) == ("TRL", "TRY")
    assert recognise("TL") == ("TRL", "TRY")
    assert recognise("lire italiane", IN_2003) == ()
    assert recognise("ITL", IN_2003) == ()
    assert recognise("ECU", date(1998, 6, 1)) == ("XEU",)


@pytest.mark.parametrize(
    ("text", "code"),
    [("Poland Zloty", "PLN"), ("Hungary Forint", "HUF"), ("Russian Rouble", "RUB"),
     ("Sweden Krona", "SEK"), ("Switzerland Franc", "CHF"), ("United Kingdom Pound", "GBP"),
     ("Canada Dollar", "CAD"), ("Poland Forint", "")],
)  # fmt: skip
def test_a_currency_is_known_by_its_state_and_unit(text: str, code: str) -> None:
    assert recognise(text, date(2005, 1, 1)) == ((code,) if code else ())
