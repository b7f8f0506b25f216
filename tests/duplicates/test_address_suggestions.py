"""Address corrections as suggestions for a person."""

from crosswalk_engine.addresses import Address, validate_address
from crosswalk_engine.addresses.validator import fingerprint
from crosswalk_models.address_suggestions import AS_IT_STANDS, suggest_addresses


def test_each_correction_and_keeping_it_are_offered():
    """The best correction first, keeping it last with the fingerprint that a policy would list."""
    address = Address("14 Alma Road", "", "Bristol", "", "B58 2DJ", "GB")
    found = suggest_addresses("order 1 parties.delivery", address, validate_address(address))
    assert found[0].payload["address"]["postcode"] == "BS8 2DJ"
    assert found[0].payload["changed"] == ["postcode"]
    assert (found[-1].source, found[-1].payload["fingerprint"]) == (AS_IT_STANDS, fingerprint(address))
    assert [item.rank for item in found] == list(range(1, len(found) + 1))
    assert sum(item.probability for item in found) <= 1.0001
    assert any(item.level == "ADR-GB-POSTCODE-NOT-FOUND" for item in found[0].evidence)


def test_a_right_address_asks_nothing():
    """Nothing to decide."""
    address = Address("14 Alma Road", "", "Bristol", "", "BS8 2DJ", "GB")
    assert suggest_addresses("order 1", address, validate_address(address)) == []
