"""United States addresses: place, layout, street."""

import pytest
from crosswalk_engine.addresses import Address, Level, Verdict, validate_address


def us(line1="4940 Fuller Road", line2="", city="Montgomery", state="AL", postcode="36110") -> Address:
    """A United States address that differs from a right one where told."""
    return Address(line1, line2, city, state, postcode, "US")


@pytest.mark.parametrize(
    "address",
    [
        us(),
        us("200 Main St Apt 4B", "", "Livermore", "CA", "94550"),
        us("PO Box 12", "", "Livermore", "CA", "94550"),
        us("71 S 200 W", "", "Delta", "UT", "84624"),
        us("PSC 3 Box 4120", "", "APO", "AE", "09021"),
    ],
)
def test_a_right_address_is_accepted_without_codes(address):
    """Nothing to say about a right address, rural grids and forces' boxes included."""
    result = validate_address(address)
    assert (result.verdict, result.codes, result.suggestions) == (Verdict.ACCEPT, (), ())
    assert result.address == address


def test_only_the_form_of_state_zip_and_blanks_is_changed():
    """The state's name becomes its code, the ZIP code gets its hyphen, blanks collapse: ACCEPT_NORMALISED."""
    result = validate_address(us(" 4940  Fuller Road ", "", "Montgomery", "alabama", "361102205"))
    assert result.verdict is Verdict.ACCEPT_NORMALISED
    assert result.address == us(postcode="36110-2205")


@pytest.mark.parametrize(
    ("address", "code", "fixed"),
    [
        (us(postcode="3611O"), "ADR-US-ZIP-OCR", us()),
        (us(city="Manchester", state="CT", postcode="6040"), "ADR-US-ZIP-LEADING-ZERO",
         us(city="Manchester", state="CT", postcode="06040")),
        (us(state="Alabmaa"), "ADR-US-STATE-TYPO", us()),
        (us(city="Montgomrey"), "ADR-US-CITY-TYPO", us()),
        (us(state=""), "ADR-US-STATE-MISSING", us()),
        (us(city=""), "ADR-CITY-MISSING", us()),
        (us(state="RI"), "ADR-US-STATE-REPLACED", us()),
        (us(postcode="36101"), "", us(postcode="36101")),
        (us(city="36110", postcode="Montgomery"), "ADR-LINES-CITY-POSTCODE-SWAPPED", us()),
        (us(city="AL", state="Montgomery"), "ADR-LINES-CITY-STATE-SWAPPED", us()),
        (us(line2="Montgomery", city="AL", state=""), "ADR-LINES-SHIFTED", us()),
        (us("4940 Fuller Road, Montgomery, AL 36110", "", "", "", ""), "ADR-LINES-ALL-IN-ONE", us()),
        (us("12 M Street SE, Washington, DC 20003", "", "", "", ""), "ADR-LINES-ALL-IN-ONE",
         us("12 M Street SE", "", "Washington", "DC", "20003")),
        (us(line2="Montgomery, AL"), "ADR-LINES-LINE2-REPEATS-CITY", us()),
        (us("Acme Outdoor Supply Ltd", "4940 Fuller Road"), "ADR-STREET-NAME-IN-LINE1", us()),
        (us("4940 Fuller Raod"), "ADR-STREET-SUFFIX-TYPO", us()),
        (us(city="Mission", state="TX", postcode="78527"), "ADR-US-ZIP-TYPO",
         us(city="Mission", state="TX", postcode="78572")),
    ],
)  # fmt: skip
def test_the_first_suggestion_is_what_was_meant(address, code, fixed):
    """Each slip gets its code, the best suggestion mends it, and the normal form leaves it as it was."""
    result = validate_address(address)
    if not code:
        assert result.verdict is Verdict.ACCEPT
        return
    assert code in result.codes
    assert result.verdict is Verdict.REVIEW
    assert result.suggestions[0].address == fixed
    assert 0.5 < result.suggestions[0].probability <= 0.99
    assert result.suggestions[0].reasons
    assert result.address != fixed


@pytest.mark.parametrize(
    ("address", "code", "verdict"),
    [
        (us("Breezy Palm Way"), "ADR-STREET-NO-NUMBER", Verdict.REVIEW),
        (us("11655 West 81st Avenue #"), "ADR-STREET-UNIT-EMPTY", Verdict.REVIEW),
        (us("n/a"), "ADR-STREET-JUNK", Verdict.REJECT),
        (us(""), "ADR-STREET-MISSING", Verdict.REJECT),
        (us(city="Glendale", state="AZ", postcode=""), "ADR-US-ZIP-MISSING", Verdict.REVIEW),
        (us(postcode="00000"), "ADR-US-ZIP-NOT-FOUND", Verdict.REVIEW),
    ],
)
def test_what_cannot_be_mended_is_still_found(address, code, verdict):
    """Codes without a correction: a person has to ask."""
    result = validate_address(address)
    assert code in result.codes
    assert result.verdict is verdict


def test_a_neighbouring_towns_name_is_a_remark_not_a_fault():
    """Nashville is what people write for Antioch's ZIP code."""
    result = validate_address(us("3035 Hamilton Church Road", "", "Nashville", "TN", "37013"))
    assert (result.verdict, result.codes) == (Verdict.ACCEPT, ("ADR-US-CITY-LOCAL",))
    assert {part.name: part.level for part in result.components}["city"] is Level.PLAUSIBLE


def test_zip_probabilities_share_one_certainty():
    """With several ZIP codes for a town, no suggestion claims more than its share."""
    result = validate_address(us(city="Glendale", state="AZ", postcode=""))
    assert sum(item.probability for item in result.suggestions) <= 1
    assert len(result.suggestions) == 5


def test_components_come_from_the_street_line_alone():
    """The street line is split into number, name, kind and unit; town and ZIP code come from their fields."""
    result = validate_address(us("4940 N Fuller Road Apt 7"))
    parts = [(part.name, part.value) for part in result.components]
    assert parts == [
        ("house_number", "4940"), ("direction", "N"), ("street", "Fuller"), ("street_kind", "Road"),
        ("unit_kind", "Apt"), ("unit", "7"), ("city", "Montgomery"), ("state", "AL"), ("postcode", "36110"),
        ("country", "US"),
    ]  # fmt: skip


def test_repeated_labels_do_not_stop_the_check():
    """A line that the street parser calls ambiguous is still answered."""
    result = validate_address(us("1000 Main St 1000 Main St Apt 3 Apt 4 Suite 9"))
    assert result.verdict is Verdict.ACCEPT
