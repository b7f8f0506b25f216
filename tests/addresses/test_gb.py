"""United Kingdom addresses: grammar, live postcodes, areas and towns."""

import pytest
from crosswalk_engine.addresses import Address, Level, Verdict, validate_address
from crosswalk_engine.addresses.gb.postcode import spaced, well_formed
from crosswalk_engine.addresses.gb.towns import areas_serving
from crosswalk_engine.addresses.gb.units import Units, load_units, pack


def gb(postcode="BS8 2DJ", city="Bristol", line1="14 Alma Road", line2="", state="") -> Address:
    """A British address that differs from a right one where told."""
    return Address(line1, line2, city, state, postcode, "GB")


def test_a_right_address_is_confirmed():
    """A live postcode whose area serves the town."""
    result = validate_address(gb())
    assert (result.verdict, result.codes) == (Verdict.ACCEPT, ())
    levels = {part.name: part.level for part in result.components}
    assert levels["postcode"] is levels["city"] is Level.CONFIRMED


@pytest.mark.parametrize("typed", ["bs82dj", "BS82DJ", "BS8  2DJ", "BS8\u00a02DJ", "BS 82 DJ"])
def test_the_postcodes_form_is_put_right(typed):
    """Case and blanks are form only; the blank goes before the last three."""
    result = validate_address(gb(typed))
    assert result.verdict is Verdict.ACCEPT_NORMALISED
    assert result.address.postcode == "BS8 2DJ"


@pytest.mark.parametrize(
    ("address", "code", "postcode"),
    [
        (gb("BSB 2DJ"), "ADR-GB-POSTCODE-OCR", "BS8 2DJ"),
        (gb("B58 2DJ"), "ADR-GB-POSTCODE-NOT-FOUND", "BS8 2DJ"),
        (gb("SB8 2DJ"), "ADR-GB-POSTCODE-NOT-FOUND", "BS8 2DJ"),
        (gb(city="Blackpool"), "ADR-GB-POSTCODE-TOWN-MISMATCH", ""),
        (gb("", line1="14 Alma Road", state="BS8 2DJ"), "ADR-LINES-SHIFTED", "BS8 2DJ"),
    ],
)
def test_slips_are_found_and_mended(address, code, postcode):
    """Look-alikes, exchanged letters, an area that does not serve the town, a postcode in another line."""
    result = validate_address(address)
    assert code in result.codes
    assert result.verdict is Verdict.REVIEW
    if postcode:
        assert result.suggestions[0].address.postcode == postcode
    assert all(load_units().exists(item.address.postcode.replace(" ", "")) for item in result.suggestions)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("L278XY", True), ("NR103EZ", True), ("MA11AA", True), ("BT358GE", True), ("GIR0AA", True),
        ("BFPO801", True), ("12FSSD", False), ("1A11AA", False), ("EH1JS", False), ("BS82DV", False),
    ],
)  # fmt: skip
def test_the_grammar_knows_a_postcode(text, good):
    """Form alone, whether live or not."""
    assert well_formed(text) is good


def test_forces_and_northern_ireland_pass_by_their_form():
    """BFPO numbers and BT postcodes are not in the list of live units."""
    assert validate_address(gb("bfpo801", "", "Cpl J Smith")).address.postcode == "BFPO 801"
    assert validate_address(gb("BT35 8GE", "Newry")).verdict is Verdict.ACCEPT
    assert spaced("EC1A1BB") == "EC1A 1BB"


def test_towns_are_known_in_all_their_areas():
    """Homonyms stand in every area; spelling variants share a key; strangers are not judged."""
    assert areas_serving("Newport") == {"NP", "PO", "SA", "TF"}
    assert areas_serving("STOCKTON ON TEES") == areas_serving("Stockton-on-Tees") == {"TS"}
    assert areas_serving("The Street") == frozenset()
    assert "ADR-GB-TOWN-UNCONFIRMED" in validate_address(gb(city="Clifton Wood")).codes


def test_units_round_trip_through_their_packed_form():
    """Exactly the packed units exist."""
    units = Units(pack(["BS82DJ", "BS82DL", "AB101AA"]))
    asked = ["BS82DJ", "BS82DL", "AB101AA", "BS82DH", "BS92DJ", "AB101AB"]
    assert [units.exists(item) for item in asked] == [True, True, True, False, False, False]
    assert load_units().districts >= {"BS8", "SW1A", "ZE2"}
