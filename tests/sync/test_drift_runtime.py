"""Drift while the engine runs: told once, held for a person, or rejected; and the others go on."""

import json
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from crosswalk_engine.errors import RecordError
from crosswalk_engine.journal.audit import read_audit, verify_audit
from crosswalk_engine.journal.reading import events_in
from crosswalk_engine.payload.drift import DriftCheck
from crosswalk_engine.payload.drift_policy import DriftPolicy
from crosswalk_engine.payload.shape import infer_shape
from crosswalk_engine.sync.drift import MOST_TOLD, Watch
from crosswalk_engine.testing.scene import Scene, order, scene

SHAPE = infer_shape([order(number, item=["KETTLE", "MUG"][number % 2]) for number in range(1, 41)])
READS = ("contact", "reference", "item", "id", "version")


def watched(path: Path, count: int, policy: dict[str, Any] | None = None, condition: str = "") -> Scene:
    """A scene whose release has a shape of its orders; every order of it has an item."""
    stage = scene(path, count)
    for document in stage.shop.orders.values():
        document["item"] = "KETTLE"
    rewatch(stage, policy, condition)
    for number in range(1, count + 1):
        stage.notice(number)
    return stage


def rewatch(stage: Scene, policy: dict[str, Any] | None = None, condition: str = "") -> None:
    """As after a start: nothing was told yet."""
    inbox = stage.journal.inbox
    check = DriftCheck(SHAPE, DriftPolicy.from_json(policy, "order"), READS)
    watch = Watch(
        "orders",
        check,
        frozenset([condition]),
        lambda event, detail: inbox.remark("drift", [(event, detail)], at=stage.clock[0]),
        lambda event, code: inbox.let_go(event.id, code),
    )
    stage.pipeline = replace(stage.pipeline, drift=watch)


def rows(stage: Scene, *states: str) -> dict[str, tuple[str, str, str]]:
    """record -> state, code and reason."""
    found = events_in(stage.journal.core.db, states or ("held", "dead", "skipped"))
    return {row.record: (row.state, row.code or "", row.reason or "") for row in found}


def told(stage: Scene) -> list[tuple[str, dict[str, Any]]]:
    """Record and detail of each audit row on drift."""
    return [
        (row["record"], row["detail"])
        for row in read_audit(stage.journal.core.db)
        if row["action"] == "drift"
    ]


async def test_records_as_the_samples_go_their_way(
    quick_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """New fields are taken as they come; nothing is told."""
    stage = watched(quick_path, 5)
    stage.shop.orders["2"]["giftMessage"] = "happy birthday"
    await stage.run()
    assert (len(stage.erp.orders), rows(stage), told(stage), caplog.records) == (5, {}, [], [])
    stage.close()


async def test_a_warning_is_told_once_and_without_values(
    quick_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Three orders with new words and two without a field: one line and one audit row for each field."""
    stage = watched(quick_path, 5)
    for number, item in (("1", "TEAPOT"), ("2", "TEAPOT"), ("3", "SAUCER")):
        stage.shop.orders[number]["item"] = item
    for number in ("4", "5"):
        del stage.shop.orders[number]["version"]
    with caplog.at_level(logging.WARNING):
        await stage.run()
    assert rows(stage, "dead", "held") == {}
    assert [record.getMessage() for record in caplog.records] == [
        "drift in flow orders, event 1: value item",
        "drift in flow orders, event 4: missing version",
    ]
    assert told(stage) == [
        ("1", {"code": "CW-DRIFT", "kind": "value", "path": "item"}),
        ("4", {"code": "CW-DRIFT", "kind": "missing", "path": "version"}),
    ]
    everything = json.dumps(list(read_audit(stage.journal.core.db))) + caplog.text
    assert "TEAPOT" not in everything and "SAUCER" not in everything
    assert verify_audit(stage.journal.core.db).first_bad is None
    stage.close()


async def test_grave_drift_is_held_with_all_findings(quick_path: Path) -> None:
    """A list where a text was and a number where a text was: held, both in the reason; others arrive."""
    stage = watched(quick_path, 3)
    stage.shop.orders["2"] |= {"reference": ["W2"], "version": "2", "item": "TEAPOT"}
    await stage.run()
    reason = (
        "not as the samples were: repeated reference: got array of 1, expected text; "
        "retyped version: got text 9, expected integer; "
        "value item: got 'TEAPOT', expected one of KETTLE, MUG"
    )
    assert rows(stage) == {"2": ("held", "CW-DRIFT", reason)}
    assert [order["CUOR"] for _, order in stage.erp.orders] == ["BP1", "BP3"]
    stage.close()


async def test_a_rejected_drift_is_a_dead_letter(quick_path: Path) -> None:
    """As the policy says for that field."""
    stage = watched(quick_path, 1, {"fields": {"item": {"value": "reject"}}})
    stage.shop.orders["1"]["item"] = "TEAPOT"
    await stage.run()
    assert rows(stage)["1"][:2] == ("dead", "CW-DRIFT")
    stage.close()


async def test_a_person_lets_a_held_record_go(quick_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A replay is the answer; what is odd is then told as a warning, and the record is mapped."""
    stage = watched(quick_path, 1, {"on": {"value": "hold"}})
    stage.shop.orders["1"]["item"] = "KETTLE-XL"
    await stage.run()
    (held,) = events_in(stage.journal.core.db, ("held",))
    assert held.code == "CW-DRIFT"
    stage.shop.orders["1"]["item"] = "MUGS"
    stage.journal.inbox.requeue(held.id, at=stage.clock[0], actor="eve")
    await stage.run()
    assert (rows(stage, "held"), told(stage)[0][1]["path"]) == ({}, "item")
    stage.close()


async def test_a_held_record_goes_by_itself_once_it_is_right(quick_path: Path) -> None:
    """The next notice of the mended record is a record like any other."""
    stage = watched(quick_path, 1)
    stage.shop.orders["1"]["contact"] = 7
    await stage.run()
    stage.shop.orders["1"] |= {"contact": "1", "version": 2}
    stage.notice(1, version=2)
    await stage.run()
    assert len(stage.erp.orders) == 1
    stage.close()


async def test_a_record_that_the_flow_does_not_take_is_not_held(quick_path: Path) -> None:
    """Unless it departs in the very field that decides it: then it may be one that should be taken."""
    for condition, expected in (("", "CW-NOT-ACCEPTED"), ("contact", "CW-DRIFT")):
        (quick_path / expected).mkdir()
        stage = watched(quick_path / expected, 1, condition=condition)
        stage.shop.orders["1"] |= {"status": 21, "contact": 7}
        await stage.run()
        assert rows(stage)["1"][1] == expected
        stage.close()


async def test_a_condition_that_fails_on_drift_is_held_for_the_drift(quick_path: Path) -> None:
    """The cause is told, not what came of it; without drift the error stands."""

    def accepts(document: Any, related: Any, now: Any = None) -> bool:
        if not isinstance(document["contact"], str):
            raise RecordError("CW-TYPE", "INTEGER and TEXT cannot be compared")
        return True

    for policy, code in ((None, "CW-DRIFT"), ({"on": {"retyped": "accept"}}, "CW-TYPE")):
        (quick_path / code).mkdir()
        stage = watched(quick_path / code, 1, policy)
        stage.pipeline = replace(stage.pipeline, accepts=accepts)
        stage.shop.orders["1"]["contact"] = 7
        await stage.run()
        assert rows(stage)["1"][1] == code
        stage.close()


async def test_a_sender_who_varies_without_end_is_cut_short(
    quick_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Each order has new fields of its own: so many are told, and no more."""
    stage = watched(quick_path, 3, {"on": {"new": "warn"}})
    for number, document in enumerate(stage.shop.orders.values()):
        document |= {f"field_{number}_{index:04}".replace("0", "o"): 1 for index in range(MOST_TOLD // 2)}
    await stage.run()
    assert len(stage.erp.orders) == 3
    assert len(told(stage)) == len(caplog.records) <= MOST_TOLD
    stage.close()
