"""Countries judged by their rules: required fields, form of the postcode, region."""

import pytest
from crosswalk_engine.addresses import Address, Verdict, validate_address


def at(country, postcode, city="Somewhere", state="", line1="Hauptstraße 5") -> Address:
    """An address in `country` with one postcode."""
    return Address(line1, "", city, state, postcode, country)


@pytest.mark.parametrize(
    ("address", "postcode"),
    [
        (at("DE", "80331", "München"), "80331"),
        (at("FR", "75001", "Paris"), "75001"),
        (at("ES", "28001", "Madrid"), "28001"),  # no province, and none is needed
        (at("IE", "A65 F4E2", "Naas"), "A65 F4E2"),
        (at("IE", "", "Naas"), ""),
        (at("NL", "1234 AB", "Delft"), "1234 AB"),
        (at("CA", "K1A 0B1", "Ottawa", "ON"), "K1A 0B1"),
        (at("AU", "2000", "Sydney", "NSW"), "2000"),
    ],
)
def test_a_right_address_is_accepted(address, postcode):
    """The usual form of each country passes, untouched."""
    result = validate_address(address)
    assert (result.verdict, result.address.postcode) == (Verdict.ACCEPT, postcode)


@pytest.mark.parametrize(
    ("address", "postcode"),
    [
        (at("NL", "1234ab"), "1234 AB"),
        (at("CA", "k1a\u00a00b1", "Ottawa", "Ontario"), "K1A 0B1"),
        (at("DE", "D-80331"), "80331"),
        (at("PL", "00950"), "00-950"),
        (at("BR", "40301110", state="BA"), "40301-110"),
        (at("DEU", "80331"), "80331"),
    ],
)
def test_form_is_put_right(address, postcode):
    """Case, blanks, separators, country prefixes and alpha-3 codes are form only."""
    result = validate_address(address)
    assert (result.verdict, result.address.postcode) == (Verdict.ACCEPT_NORMALISED, postcode)


@pytest.mark.parametrize(
    ("address", "code", "postcode"),
    [
        (at("DE", "1067", "Dresden"), "ADR-POSTCODE-INVALID", "01067"),
        (at("DE", "8O331", "München"), "ADR-POSTCODE-INVALID", "80331"),
        (at("CA", "KIA 0B1", "Ottawa", "ON"), "ADR-POSTCODE-INVALID", "K1A 0B1"),
        (at("FR", "7500", "Paris"), "ADR-POSTCODE-INVALID", "07500"),
    ],
)
def test_one_simple_slip_is_mended(address, code, postcode):
    """A lost leading zero or a look-alike has one answer."""
    result = validate_address(address)
    assert code in result.codes
    assert result.suggestions[0].address.postcode == postcode
    assert result.address.postcode == address.postcode


@pytest.mark.parametrize(
    ("address", "code", "verdict"),
    [
        (at("DE", ""), "ADR-POSTCODE-MISSING", Verdict.REVIEW),
        (at("DE", "80331", city=""), "ADR-CITY-MISSING", Verdict.REVIEW),
        (at("DE", "80331", line1=""), "ADR-STREET-MISSING", Verdict.REJECT),
        (at("CA", "K1A 0B1", "Ottawa", "AB"), "ADR-STATE-POSTCODE-MISMATCH", Verdict.REVIEW),
        (at("CA", "K1A 0B1", "Ottawa"), "ADR-STATE-OMITTED", Verdict.ACCEPT),
        (at("IE", "D2", "Dublin"), "ADR-POSTCODE-IGNORED", Verdict.ACCEPT),
        (at("IE", "A65 F4", "Naas"), "ADR-POSTCODE-INVALID", Verdict.REVIEW),
        (at("XX", "1"), "ADR-COUNTRY-UNKNOWN", Verdict.UNSUPPORTED),
        (at("AO", ""), "ADR-COUNTRY-UNKNOWN", Verdict.UNSUPPORTED),
        (at("", "80331"), "ADR-COUNTRY-MISSING", Verdict.REVIEW),
        (at("", "", "", "", ""), "ADR-EMPTY", Verdict.REJECT),
        (at("DE", "9" * 300), "ADR-TOO-LONG", Verdict.REJECT),
    ],
)
def test_what_is_missing_or_wrong_is_named(address, code, verdict):
    """Each fault has its code and severity."""
    result = validate_address(address)
    assert code in result.codes
    assert result.verdict is verdict


@pytest.mark.parametrize(
    ("address", "country"),
    [
        (Address("14 Huntington Street", "", "Manchester", "CT", "06040", "GB"), "US"),
        (Address("14 Alma Road", "", "Bristol", "", "BS8 2DJ", "DE"), "GB"),
        (Address("14 Alma Road", "", "Bristol", "", "BS8 2DJ", ""), "GB"),
    ],
)
def test_an_address_of_another_country_is_recognised(address, country):
    """The first suggestion changes the country and nothing else."""
    result = validate_address(address)
    assert result.codes[0] in ("ADR-COUNTRY-WRONG", "ADR-COUNTRY-MISSING")
    assert address.changes_to(result.suggestions[0].address) == ("country",)
    assert result.suggestions[0].address.country == country
