"""The decisions of the sample project make its mappings, rule by rule, and say who decided on what advice."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from crosswalk_engine.mapping.document import EachRule
from crosswalk_engine.payload.yaml import dump_yaml
from crosswalk_engine.project.project import load_project
from crosswalk_models.feedback import apply_decisions, read_decisions

SAMPLE = Path(__file__).parents[2] / "sample_data"
PROJECT = SAMPLE / "projects" / "brightpearl-infor"
ORDER, CUSTOMER = "order-to-m3", "brightpearl-contact-to-m3-customer"
DECISIONS = read_decisions(PROJECT)


@pytest.mark.parametrize("name", [ORDER, CUSTOMER])
def test_replaying_the_decisions_writes_the_committed_mapping(name: str) -> None:
    """All decisions, applied in order to nothing, give the mapping's file byte for byte."""
    text = dump_yaml(apply_decisions(DECISIONS, name).to_json())
    assert (PROJECT / "mappings" / f"{name}.yaml").read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", [ORDER, CUSTOMER])
def test_every_rule_has_one_decision_and_an_origin(name: str) -> None:
    """One accept, edit or create a rule, and the rule says who approved it."""
    decided = Counter(d.target for d in DECISIONS if d.mapping == name and d.kind == "rule" and d.rule)
    wanted: list[str] = []
    for rule in load_project(PROJECT).mappings[name].rules:
        wanted.append(rule.to)
        inner = rule.rules if isinstance(rule, EachRule) else ()
        wanted += [f"{rule.to}.{part.to}" for part in inner]
        for part in inner or (rule,):
            assert part.origin is not None
            assert part.origin.approved_by == "ana"
    assert decided == Counter(wanted)


def test_ids_are_unique_and_time_goes_on() -> None:
    """Every decision has its own id and a later time than the one before; two people decided."""
    assert len({decision.id for decision in DECISIONS}) == len(DECISIONS)
    times = [decision.at for decision in DECISIONS]
    assert times == sorted(set(times))
    assert {decision.actor for decision in DECISIONS} <= {"ana", "sam"}
    assert DECISIONS.torn == ()


def test_most_rules_of_the_order_came_from_a_suggestion() -> None:
    """At least 22 of 35 rules cite what was shown, 15 of them the first suggestion; some were refused."""
    cited = [d.suggestion for d in DECISIONS if d.mapping == ORDER and d.rule and d.suggestion]
    assert len(cited) >= 22
    assert sum(suggestion["rank"] == 1 for suggestion in cited) >= 15
    for suggestion in cited:
        assert 1 <= suggestion["rank"] <= 5
        assert 0 <= suggestion["probability"] <= 1
        assert re.fullmatch(r"[a-z-]+@\d+", suggestion["model"])
    refused = [d for d in DECISIONS if d.action == "reject"]
    assert len(refused) >= 5
    assert all(decision.reason for decision in refused)


def test_decisions_hold_no_personal_data() -> None:
    """No mail address, telephone number or name of a person of the account stands in them."""
    text = "\n".join(json.dumps(decision.to_json(), ensure_ascii=False) for decision in DECISIONS)
    contacts = [
        json.loads(line) for line in (SAMPLE / "brightpearl/contacts.ndjson").read_text().splitlines()
    ]
    for contact in contacts:
        assert contact["communication"]["emails"]["PRI"]["email"] not in text
        assert f"{contact['firstName']} {contact['lastName']}" not in text
    assert not re.search(r"\d{3} \d{3,4} \d{3,4}|\+\d{6}", text)


def test_the_stewards_merges_are_of_contacts_that_are_the_same() -> None:
    """Twelve of 18 pairs are merged, all three firms among them; what is kept apart is not the same."""
    pairs = [json.loads(line) for line in (SAMPLE / "duplicate_contacts.ndjson").read_text().splitlines()]
    same = {"+".join(sorted((str(pair["left"]), str(pair["right"])))) for pair in pairs}
    merged = {d.target for d in DECISIONS if d.kind == "duplicate" and d.action == "accept"}
    apart = {d.target for d in DECISIONS if d.kind == "duplicate" and d.action == "reject"}
    assert len(merged) == 12
    assert merged < same
    assert not apart & same
    merges = load_project(PROJECT).merges["contact_merge"]
    assert len(merges) == 12
    assert {loser: merges[loser] for loser in ("5101", "5102", "5103")} == {
        "5101": "5008",
        "5102": "5011",
        "5103": "5001",
    }


def test_the_stewards_address_decisions_are_about_held_orders() -> None:
    """One correction, taken from a suggestion, and one address given up; the orders stay held."""
    truths = [json.loads(line) for line in (SAMPLE / "truth.ndjson").read_text().splitlines()]
    held = {str(truth["order"]) for truth in truths if truth["expect"] == "held"}
    decided = [decision for decision in DECISIONS if decision.kind == "address"]
    assert [decision.action for decision in decided] == ["edit", "reject"]
    for decision in decided:
        assert decision.subject is not None
        assert set(decision.subject["records"]) <= held
        assert re.fullmatch(r"[0-9a-f]{32}", decision.target)
