"""Comparing what rules may say: lists in lists, limits, constants, conditions, rule sets, routes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from crosswalk_engine.project.flow import FlowDocument
from crosswalk_engine.release import Release, load_release
from crosswalk_engine.release.diff import diff_releases

FIRST = Path(__file__).parent / "fixtures/first"
SHIPMENT: dict[str, Any] = {
    "source": {"system": "shop", "entity": "order"},
    "target": {"system": "erp", "entity": "shipment"},
    "with": {"buyer": {"entity": "buyer", "key": "buyerId"}},
    "rules": [
        {"to": "CONO", "value": 100},
        {"to": "CUNO", "formula": "buyerId", "required": True, "max_length": 10},
        {
            "to": "lines[]",
            "each": "rows AS row",
            "rules": [
                {"to": "ITNO", "formula": "row.sku"},
                {"to": "serials[]", "each": "row.serials AS s", "rules": [{"to": "SERN", "formula": "s.no"}]},
            ],
        },
        {"use": "address", "to": "delivery", "given": {"address": "parties.delivery"}},
    ],
    "checks": [{"name": "paid", "formula": "paid = 'yes'"}],
}


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, Any, Any]]:
    """``(path, what, before, after)`` of two versions of one mapping document."""
    release = load_release(FIRST)
    pair = [replace(release, documents={"shipment": document}) for document in (before, after)]
    diff = diff_releases(*pair)
    assert {change.kind for change in diff.changes} <= {"mapping"}
    return [(one.path, one.what, one.before, one.after) for one in diff.changes]


def changed(index: int, **settings: Any) -> dict[str, Any]:
    """The mapping with one rule that has other settings."""
    rules = list(SHIPMENT["rules"])
    rules[index] = {key: part for key, part in {**rules[index], **settings}.items() if part is not ...}
    return {**SHIPMENT, "rules": rules}


def test_nothing_changed() -> None:
    """Where a rule came from is no part of what it does."""
    assert changes(SHIPMENT, changed(1, origin={"by": "person"}, note="as agreed")) == []


def test_constants_and_limits() -> None:
    """A constant, and each option of a rule."""
    assert changes(SHIPMENT, changed(0, value=200)) == [("CONO", "changed", {"value": 100}, {"value": 200})]
    limited = {"formula": "buyerId", "required": True, "max_length": 10}
    assert changes(SHIPMENT, changed(1, default="X", on_invalid="default", when="id > 1")) == [
        ("CUNO", "changed", limited, {**limited, "default": "X", "on_invalid": "default", "when": "id > 1"})
    ]


def test_lists_in_lists() -> None:
    """A rule is named by its whole target path; settings of a list stand under the list's."""
    inner = [
        {"to": "ITNO", "formula": "row.sku"},
        {"to": "serials[]", "each": "row.serials AS s", "rules": [{"to": "SERN", "formula": "UPPER(s.no)"}]},
    ]
    assert changes(SHIPMENT, changed(2, rules=inner, group_by="row.sku", rows_as="all")) == [
        (
            "lines[]",
            "changed",
            {"each": "rows AS row"},
            {"each": "rows AS row", "group_by": "row.sku", "rows_as": "all"},
        ),
        ("lines[].serials[].SERN", "changed", "s.no", "UPPER(s.no)"),
    ]


def test_rule_sets_in_use() -> None:
    """Which one is used where, and with what."""
    given = {"address": "parties.billing"}
    name = "rules of address at delivery"
    assert changes(SHIPMENT, changed(3, given=given)) == [
        (name, "changed", {"address": "parties.delivery"}, given)
    ]
    assert changes(SHIPMENT, changed(3, to=...)) == [
        (name, "removed", {"address": "parties.delivery"}, None),
        ("rules of address", "added", None, {"address": "parties.delivery"}),
    ]


def test_what_a_mapping_says_as_a_whole() -> None:
    """Documents, empty values, ages of copies and conditional checks."""
    documents = {"each": "rows AS row", "as": "part"}
    after = {
        **SHIPMENT,
        "empty": "omit",
        "documents": documents,
        "with": {"buyer": {"entity": "buyer", "key": "buyerId", "max_age": "10m"}},
        "checks": [{"name": "paid", "formula": "paid = 'yes'", "when": "id > 1"}],
    }
    assert changes(SHIPMENT, after) == [
        ("with buyer", "changed", SHIPMENT["with"]["buyer"], after["with"]["buyer"]),
        ("check 'paid'", "changed", "paid = 'yes'", {"formula": "paid = 'yes'", "when": "id > 1"}),
        ("empty:", "added", None, "omit"),
        ("documents:", "added", None, documents),
    ]


def test_rule_sets_themselves() -> None:
    """Parameters and rules."""
    release = load_release(FIRST)
    before = {"parameters": ["address"], "rules": [{"to": "CUA1", "formula": "address.line1"}]}
    after = {"parameters": ["address", "name"], "rules": [{"to": "CUA1", "formula": "name"}]}
    pair = [replace(release, rule_sets={"address": rules}) for rules in (before, after)]
    found = diff_releases(*pair).changes
    assert [(one.kind, one.document, one.path, one.before, one.after) for one in found] == [
        ("rules", "address", "parameters:", ["address"], ["address", "name"]),
        ("rules", "address", "CUA1", "address.line1", "name"),
    ]


def test_routes() -> None:
    """Each setting of a route, and mappings by condition."""
    release = load_release(FIRST)
    stored = release.flows["orders"].to_json()
    stored["steps"] = [{"route": [{"name": "tests", "when": "id = 1", "to": "skip"}]}, *stored["steps"]]
    routed = replace(release, flows={"orders": FlowDocument.model_validate(stored)})
    paths = {one.path: one.after for one in diff_releases(release, routed).changes if one.what != "removed"}
    assert paths["steps[0].route[0].name"] == "tests" and paths["steps[0].route[0].to"] == "skip"
    assert isinstance(routed, Release)
