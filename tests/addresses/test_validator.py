"""The flow's validate step: policy in, pass, hold or reject out, with reasons that name field and value."""

import pytest
from crosswalk_engine.addresses import Address
from crosswalk_engine.addresses.validator import AddressValidator, fingerprint
from crosswalk_engine.errors import ConfigError

POLICY = {"format": "crosswalk/policy@1", "kind": "addresses", "fields": {"path": "parties.delivery"}}


def order(**block):
    """An order whose delivery address differs from a right one where told."""
    delivery = {
        "addressLine1": "14 Alma Road", "addressLine2": "", "addressLine3": "Bristol", "addressLine4": "",
        "postalCode": "BS8 2DJ", "countryIsoCode": "GB",
    }  # fmt: skip
    return {"id": 1, "parties": {"delivery": {**delivery, **block}}}


def test_a_right_address_passes():
    """No reason, verdict pass, the result at hand."""
    seen = AddressValidator(POLICY).validate(order())
    assert (seen.verdict, seen.reasons, seen.results[0][0]) == ("pass", (), "parties.delivery")


def test_a_doubtful_address_is_held_with_field_and_value():
    """The reason names code, path and the postcode."""
    seen = AddressValidator(POLICY).validate(order(postalCode="BS8 2DI"))
    assert seen.verdict == "hold"
    reason = "the postcode does not have the country's form, got 'BS8 2DI'"
    assert seen.reasons == (f"ADR-POSTCODE-INVALID parties.delivery.postalCode: {reason}",)


def test_street_lines_are_masked_in_reasons():
    """What names a house or person is not repeated."""
    seen = AddressValidator(POLICY).validate(order(addressLine1="same as billing"))
    assert seen.verdict == "hold"
    assert seen.findings[0].value == "•••"


@pytest.mark.parametrize("document", [{}, {"parties": []}, {"parties": {"delivery": {"addressLine1": 5}}}])
def test_any_order_gets_an_answer(document):
    """A missing or misshapen block is held, never an exception."""
    assert AddressValidator(POLICY).validate(document).verdict == "hold"


def test_the_policy_decides_what_a_verdict_means():
    """Actions by verdict, codes that are remarks here, addresses that a person let pass."""
    doubtful = order(postalCode="BS8 2DI")
    assert AddressValidator({**POLICY, "on": {"REVIEW": "reject"}}).validate(doubtful).verdict == "reject"
    assert (
        AddressValidator({**POLICY, "ignore": ["ADR-POSTCODE-INVALID"]}).validate(doubtful).verdict == "pass"
    )
    known = fingerprint(Address("14 alma road", "", "Bristol", "", "BS8 2DI", "UK"))
    assert AddressValidator({**POLICY, "accepted": [known]}).validate(doubtful).verdict == "pass"


def test_renamed_fields_and_several_blocks():
    """A block of another system is read by its own names; the worst block decides."""
    fields = [
        {"path": "parties.delivery"},
        {"path": "ship_to", "map": {"line1": "street", "city": "town", "postcode": "zip", "country": "iso"}},
    ]
    document = {**order(), "ship_to": {"street": "Tal 1", "town": "München", "zip": "8033", "iso": "DE"}}
    seen = AddressValidator({**POLICY, "fields": fields}).validate(document)
    assert (seen.verdict, seen.findings[0].path) == ("hold", "ship_to.zip")


@pytest.mark.parametrize(
    "change",
    [{"fields": None}, {"fields": {"map": {}}}, {"fields": {"path": "a", "map": {"x": "y"}}}, {"colour": 1},
     {"on": {"REVIEW": "shout"}}, {"on": {"MAYBE": "hold"}}, {"ignore": ["ADR-NO-SUCH"]}],
)  # fmt: skip
def test_a_wrong_policy_is_refused_at_start(change):
    """One clear configuration error."""
    with pytest.raises(ConfigError) as caught:
        AddressValidator({**POLICY, **change})
    assert caught.value.code == "CW-POLICY-ADDRESSES"
