"""Rules that several mappings use."""

from typing import Any

import pytest
from crosswalk_engine.formula import Scope
from crosswalk_engine.payload.shape import infer_shape

from tests.mapping_compile.both_ways import errors, findings, mapped, output, rule_sets

ADDRESS = """
name: m3-address
parameters: [address]
rules:
- {to: CUNM, formula: TRIM(address.name), required: true}
- {to: TOWN, formula: address.town, max_length: 3}
- {to: order, formula: id}
- to: notes[]
  each: address.notes AS note
  rules: [{to: text, formula: note.text}]
"""
SETS = rule_sets(ADDRESS)
ORDER: dict[str, Any] = {
    "id": 7,
    "delivery": {"name": " A ", "town": "Rom", "notes": [{"text": "x"}]},
    "rows": [{"to": {"name": "B", "town": "Bonn"}}, {"to": {"name": "C", "town": "Ulm"}}],
}
USE = "rules:\n- {use: m3-address, to: address, given: {address: delivery}}\n"


def test_rules_of_a_set_stand_below_the_target() -> None:
    """Parameters are read like fields; the record and the lists of the set work too."""
    assert output(USE, ORDER, sets=SETS) == {
        "address": {"CUNM": "A", "TOWN": "Rom", "order": 7, "notes": [{"text": "x"}]}
    }


def test_a_set_used_twice_and_inside_a_list() -> None:
    """The same rules with other paths; inside a list a parameter may be a part of the row."""
    text = (
        USE
        + "- to: lines[]\n  each: rows AS row\n  rules:\n  - {use: m3-address, given: {address: row.to}}\n"
    )
    found = mapped(text, ORDER, sets=SETS)
    assert [(error.path, error.code) for error in found.errors] == [("lines[0].TOWN", "CW-TOO-LONG")]
    assert found.errors[0].message == "4 characters, the target takes 3 (from rows[].to.town) (row 0 of rows)"
    good = {**ORDER, "rows": ORDER["rows"][1:]}
    assert output(text, good, sets=SETS)["lines"] == [{"CUNM": "C", "TOWN": "Ulm", "order": 7, "notes": []}]


def test_a_parameter_may_be_a_related_record() -> None:
    """Given the name of a related record, its fields are read by id."""
    text = "with:\n  contact: {entity: contact, key: id}\n" + USE.replace("delivery", "contact.home")
    text = text.replace("m3-address", "small")
    sets = rule_sets("name: small\nparameters: [address]\nrules:\n- {to: TOWN, formula: address.town}\n")
    related = {"contact": {"7": {"home": {"town": "Pisa"}}}}
    assert output(text, ORDER, sets=sets, related=related) == {"address": {"TOWN": "Pisa"}}


def test_sets_in_sets() -> None:
    """A set may use another one and hand its parameters on."""
    outer = (
        "name: party\nparameters: [party]\nrules:\n- {use: "
        "m3-address, to: at, given: {address: party.place}}\n"
    )
    text = "rules:\n- {use: party, given: {party: delivery}}\n"
    record = {"id": 1, "delivery": {"place": {"name": "A", "town": "Rom"}}}
    assert output(text, record, sets=rule_sets(ADDRESS, outer)) == {
        "at": {"CUNM": "A", "TOWN": "Rom", "order": 1, "notes": []}
    }


def test_the_mapping_says_what_empty_values_become() -> None:
    """Rules of a set follow the mapping's `empty` where they say nothing themselves."""
    record = {"delivery": {"name": "A"}}
    found = output("empty: omit\n" + USE, record, sets=SETS)
    assert found == {"address": {"CUNM": "A"}}


SCOPE = Scope(shape=infer_shape([ORDER]))


@pytest.mark.parametrize(
    ("use", "found"),
    [
        (
            "{use: m3-adress, given: {address: delivery}}",
            "small.yaml:6: CW-MAPPING-USE there is no rule set 'm3-adress' (did you mean 'm3-address'?)",
        ),
        (
            "{use: m3-address}",
            (
                "small.yaml:6: CW-MAPPING-USE the parameter 'address' of the rule set 'm3-address' "
                "is not given (write given: {address: …})"
            ),
        ),
        (
            "{use: m3-address, given: {address: delivery, adress: id}}",
            (
                "small.yaml:6: CW-MAPPING-USE the rule set 'm3-address' has no "
                "parameter 'adress' (did you mean 'address'?)"
            ),
        ),
        (
            "{use: m3-address, given: {address: delivry}}",
            "small.yaml:6: CW-MAPPING-USE given address: unknown field 'delivry' (did you mean 'delivery'?)",
        ),
        (
            "{use: m3-address, to: 'x[]', given: {address: delivery}}",
            "small.yaml:6: CW-MAPPING-TARGET x[]: a list is filled by an `each` rule (use `each`)",
        ),
        (
            "{use: ring, given: {}}",
            (
                "rules/set.yaml:4: CW-MAPPING-USE the rule set 'ring' uses "
                "itself (used by small -> ring) (take the use out)"
            ),
        ),
    ],
)
def test_uses_that_cannot_be_are_findings(use: str, found: str) -> None:
    """Unknown sets and parameters, missing ones and rings are told where the set is used."""
    sets = rule_sets(ADDRESS, "name: ring\nrules:\n- {use: ring}\n")
    assert findings(f"rules:\n- {use}\n", SCOPE, sets) == [found]


def test_problems_inside_a_set_are_told_at_the_set() -> None:
    """The place is a line of the set, columns are those of its formula; the mapping is named."""
    sets = rule_sets(ADDRESS.replace("address.town,", "UPER(address.twon),"))
    assert findings(USE, SCOPE, sets) == [
        (
            "rules/set.yaml:6: CW-FORMULA-FIELD address.TOWN: unknown field 'address.twon' at 6-17 "
            "(used by small -> m3-address) (did you mean 'address.town'?)"
        ),
        (
            "rules/set.yaml:6: CW-FORMULA-FUNCTION address.TOWN: unknown function 'UPER' at 1-4 "
            "(used by small -> m3-address) (did you mean 'UPPER'?)"
        ),
    ]


def test_sets_too_deep_in_sets() -> None:
    """Four sets in one another are enough for anybody; the fifth is refused."""
    sets = rule_sets(
        *[f"name: s{n}\nrules:\n- {{use: s{n + 1}}}\n" for n in range(6)], "name: s6\nrules: []\n"
    )
    assert findings("rules:\n- {use: s0}\n", None, sets) == [
        (
            "rules/set.yaml:4: CW-MAPPING-USE rule sets use one another at most 4 deep "
            "(used by small -> s0 -> s1 -> s2 -> s3) (put the rules in directly)"
        )
    ]


def test_targets_of_sets_clash_like_others() -> None:
    """A set fills a target twice as little as a rule does."""
    text = USE + "- {to: address.TOWN, value: x}\n"
    assert findings(text, None, SETS) == [
        (
            "small.yaml:7: CW-MAPPING-TARGET address.TOWN: clashes with address.TOWN, which has a rule "
            "already (keep one of the two)"
        )
    ]


def test_an_alias_of_a_set_hides_nothing_of_the_mapping() -> None:
    """A set whose alias is that of a list around it is refused, as its formulas would mean another row."""
    text = (
        "rules:\n- {to: 'l[]', each: rows AS note, rules: [{use: m3-address, given: {address: note.to}}]}\n"
    )
    assert findings(text, None, SETS) == [
        (
            "rules/set.yaml:9: CW-MAPPING-EACH l[].notes[]: 'note' is also the alias of a list around it "
            "(used by small -> m3-address) (choose another alias)"
        )
    ]
    assert errors(USE, {"id": 1, "delivery": {"name": ""}}, sets=SETS) == [
        ("address.CUNM", "CW-REQUIRED", "")
    ]
