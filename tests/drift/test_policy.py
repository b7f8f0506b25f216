"""The policy on drift: what is done about which departure, by default and as people wrote it."""

from typing import Any

import pytest
from crosswalk_engine.payload.drift import DriftCheck
from crosswalk_engine.payload.drift_policy import DEFAULTS, DriftPolicy, gravest
from crosswalk_engine.payload.shape import infer_shape

SHAPE = infer_shape([{"id": 1, "status": "PAID", "rows": [{"sku": "K"}], "note": "x"}] * 30)
DRIFTED = {"id": "1", "status": "VOID", "rows": {"sku": "K"}, "colour": "red", "note": None}


def actions(policy: dict[str, Any] | None, *reads: str) -> dict[str, str]:
    """path -> action of each departure of a record that has one of every kind."""
    check = DriftCheck(SHAPE, DriftPolicy.from_json(policy, "order"), reads)
    return {finding.path: finding.action for finding in check.findings(DRIFTED)}


def test_defaults_by_kind_for_fields_that_are_read() -> None:
    """Other kinds and lists are held, missing fields and words are told, new fields are taken."""
    found = actions(None, "id", "status", "rows[].sku", "note")
    assert found == {"id": "hold", "rows": "hold", "status": "warn", "note": "warn", "colour": "accept"}
    assert dict(DEFAULTS) == {
        "new": "accept", "missing": "warn", "retyped": "hold", "repeated": "hold", "value": "warn",
    }  # fmt: skip


def test_fields_that_no_rule_reads_are_told_at_most() -> None:
    """Unless `unused` says otherwise; that says nothing of new fields, which no rule can read."""
    assert actions(None) == {
        "id": "warn", "rows": "warn", "status": "warn", "note": "warn", "colour": "accept",
    }  # fmt: skip
    strict = {"unused": "reject", "on": {"new": "hold", "retyped": "reject"}}
    assert actions(strict) | {"note": "", "status": ""} == {
        "id": "reject", "rows": "hold", "colour": "hold", "note": "", "status": "",
    }  # fmt: skip
    assert actions({"unused": "accept", "on": {"new": "hold"}}) == {
        "id": "accept", "rows": "accept", "status": "accept", "note": "accept", "colour": "hold",
    }  # fmt: skip


def test_a_field_may_have_its_own_actions() -> None:
    """They hold whether or not a rule reads the field; paths may be written with or without brackets."""
    policy = {
        "fields": {"status": {"value": "hold"}, "rows[]": {"repeated": "accept"}, "colour": {"new": "reject"}}
    }
    found = actions(policy)
    assert (found["status"], found["rows"], found["colour"], found["id"]) == (
        "hold",
        "accept",
        "reject",
        "warn",
    )


def test_the_fast_answer_knows_fields_with_their_own_actions() -> None:
    """A new field rejected by name is seen though new fields are accepted, and the other way round."""
    record = {"id": 1, "status": "PAID", "rows": [{"sku": "K"}], "note": "x"}
    one = DriftCheck(SHAPE, DriftPolicy.from_json({"fields": {"colour": {"new": "reject"}}}, "order"), [])
    assert [one.fits(record), one.fits({**record, "size": 1}), one.fits({**record, "colour": 1})] == [
        True,
        True,
        False,
    ]
    closed = {"on": {"new": "warn"}, "fields": {"rows.colour": {"new": "accept"}}}
    other = DriftCheck(SHAPE, DriftPolicy.from_json(closed, "order"), [])
    assert other.fits({**record, "rows": [{"sku": "K", "colour": 1}]})
    assert not other.fits({**record, "colour": 1})


def test_a_policy_for_another_entity_is_none() -> None:
    """Then the defaults hold."""
    policy = {"entity": "invoice", "on": {"retyped": "accept"}}
    assert actions(policy, "id")["id"] == "hold"
    assert actions({**policy, "entity": "order"}, "id")["id"] == "accept"


@pytest.mark.parametrize(
    ("given", "expected"),
    [([], "accept"), (["warn", "accept"], "warn"), (["hold", "reject", "warn"], "reject")],
)
def test_the_gravest_action(given: list[Any], expected: str) -> None:
    """accept < warn < hold < reject."""
    assert gravest(given) == expected
