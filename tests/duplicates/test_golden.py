"""Golden records and merges of a retail system's contacts."""

import pytest
from crosswalk_engine.errors import ConfigError
from crosswalk_models.duplicates import propose_golden, suggest_merges

OLD = {
    "id": "5008",
    "name": "Ana",
    "email": "",
    "phone": "1",
    "created": "2026-01-01",
    "updated": "2026-02-01",
}
NEW = {
    "id": "5101",
    "name": "Anna",
    "email": "a@x.com",
    "phone": "22",
    "created": "2026-03-01",
    "updated": "2026-05-01",
}


def test_the_winner_keeps_its_values_and_blanks_are_filled():
    """Without rules the oldest record wins; what it lacks comes from the other; nothing is lost."""
    golden = propose_golden([NEW, OLD])
    assert (golden.winner, golden.losers) == ("5008", ("5101",))
    assert {name: kept.value for name, kept in golden.fields.items()} == {
        "name": "Ana",
        "email": "a@x.com",
        "phone": "1",
    }
    assert golden.fields["name"].others == (("5101", "Anna"),)
    assert golden.fields["email"].source == "5101"


@pytest.mark.parametrize(
    ("rule", "value"),
    [("winner", "1"), ("most_recent", "22"), ("most_complete", "22"), ("most_frequent", "22")],
)
def test_each_rule_chooses_its_value(rule, value):
    """One rule a field, as the policy says."""
    golden = propose_golden([OLD, NEW], {"winner": "oldest", "fields": {"phone": rule}})
    assert golden.fields["phone"].value == value


@pytest.mark.parametrize(
    "policy", [{"winner": "loudest"}, {"fields": {"phone": "best"}}, {"fields": ["phone"]}]
)
def test_an_unknown_rule_is_refused(policy):
    """The error names the field and the rules there are."""
    with pytest.raises(ConfigError) as caught:
        propose_golden([OLD, NEW], policy)
    assert caught.value.code == "CW-POLICY-SURVIVORSHIP"


def contact(number, first, last, email, phone="", created="2026-01-01T00:00:00+00:00"):
    """A contact as the retail system gives it."""
    return {
        "contactId": number, "firstName": first, "lastName": last, "createdOn": created, "updatedOn": created,
        "communication": {"emails": {"PRI": {"email": email}}, "telephones": {"PRI": phone} if phone else {}},
        "organisation": {"organisationId": number}, "postAddressIds": {"DEF": number * 10},
    }  # fmt: skip


def contacts(make_people):
    """Forty contacts with addresses; 6039 is 6003 again, with the names swapped."""
    rows, _ = make_people(39, 0, 2)
    rows = sorted(rows, key=lambda row: int(row["id"][1:]))
    found = [
        contact(6000 + n, row["first_name"].title(), row["last_name"].title(), row["email"], row["phone"])
        for n, row in enumerate(rows)
    ]
    places = [
        {
            "addressId": (6000 + n) * 10,
            "addressLine1": row["street"],
            "addressLine3": row["city"],
            "postalCode": row["postcode"],
            "countryIsoCode2": "GB",
        }
        for n, row in enumerate(rows)
    ]
    first = found[3]
    email = first["communication"]["emails"]["PRI"]["email"]
    later = "2026-05-01T00:00:00+00:00"
    twin = contact(6039, first["lastName"], first["firstName"], email, created=later)
    twin["postAddressIds"] = found[3]["postAddressIds"]
    return [*found, twin], places


def test_a_merge_is_suggested_with_winner_loser_and_golden_record(make_people):
    """The later contact leads to the older one; the payload is what a decision needs."""
    people, places = contacts(make_people)
    merges = [item for item in suggest_merges(people, places) if item.probability >= 0.5]
    assert [(item.target, item.source, item.kind, item.rank) for item in merges] == [
        ("6039", "6003", "duplicate", 1)
    ]
    payload = merges[0].payload
    assert (payload["entity"], payload["winner"], payload["loser"]) == ("contact", "6003", "6039")
    assert payload["golden"]["given_name"]["source"] == "6003"
    assert merges[0].evidence


def test_decided_pairs_are_not_suggested_again(make_people):
    """Neither an accepted nor a rejected pair comes back."""
    people, places = contacts(make_people)
    for answer in (True, False):
        merges = suggest_merges(people, places, decisions=[("6003", "6039", answer), ("1", "2", True)])
        assert all({item.target, item.source} != {"6003", "6039"} for item in merges)
