"""Brightpearl as a source: few calls, no throttled call, write-backs that are never sent twice blindly."""

import json
from typing import Any

import pytest
from crosswalk_engine.connectors.brightpearl.source import BrightpearlSource
from crosswalk_engine.connectors.contract import WriteBack
from crosswalk_engine.errors import RecordError
from crosswalk_engine.sandbox.clock import SandboxClock

FIRST = 200_151


def backs(count: int) -> list[WriteBack]:
    return [WriteBack(str(FIRST + n), 21, f"M3 order {n}") for n in range(count)]


def counted(app: Any) -> int:
    return int(app.state.host.calls.counted)


async def test_two_hundred_orders_cost_one_call(bp: BrightpearlSource, bp_app: Any) -> None:
    """An id set of 200 is one request; money stays text."""
    orders = await bp.fetch("order", [str(FIRST + n) for n in range(200)])
    assert (len(orders), counted(bp_app)) == (200, 1)
    assert orders[str(FIRST)]["totalValue"]["net"].count(".") == 1


async def test_absent_records_are_left_out(bp: BrightpearlSource) -> None:
    """Orders answer 200 with nothing, contacts 404: both mean "not there"."""
    assert await bp.fetch("order", ["999999"]) == {}
    assert await bp.fetch("contact", ["999999"]) == {}


async def test_ten_write_backs_are_one_call(bp: BrightpearlSource, bp_app: Any) -> None:
    """Status and note of ten orders go in one multi-message, and the account has them afterwards."""
    results = await bp.write_back(backs(10))
    assert [result.outcome for result in results] == ["done"] * 10
    assert counted(bp_app) == 1
    notes = [effect.data["note"] for effect in bp_app.state.host.effects.effects]
    assert notes == [f"M3 order {n}" for n in range(10)]


async def test_a_refused_item_does_not_touch_the_others(bp: BrightpearlSource) -> None:
    """A mixed outcome (207) is read item by item."""
    results = await bp.write_back([*backs(2), WriteBack("999999", 21, "x")])
    assert [result.outcome for result in results] == ["done", "done", "refused"]


async def test_a_lost_reply_is_unknown_and_can_be_asked_for(bp: BrightpearlSource, bp_app: Any) -> None:
    """The call took effect, its reply was cut: the items are unknown, and the source knows them."""
    bp_app.state.host.configure({"script": [{"match": "POST *multi-message", "do": "lost_cut"}]})
    results = await bp.write_back(backs(3))
    assert {result.outcome for result in results} == {"unknown"}
    assert await bp.written_back(backs(3)) == {item.record for item in backs(3)}


async def test_without_multi_message_they_go_one_by_one(bp: BrightpearlSource, bp_app: Any) -> None:
    """When the facility is down, single calls do the work."""
    bp_app.state.host.configure({"multi_message_available": False})
    results = await bp.write_back(backs(3))
    outcomes = {result.outcome for result in results}
    assert outcomes <= {"done", "unknown", "failed"}


async def test_the_quota_is_never_overrun(bp: BrightpearlSource, bp_app: Any, clock: SandboxClock) -> None:
    """250 reads on a pool of 200 a minute: none is refused, the wait is taken instead."""
    for n in range(250):
        await bp.fetch("order", [str(FIRST + n % 200)])
    assert bp_app.state.host.calls.report(10**9)["counts"]["throttled"] == 0
    assert clock.offset >= 1.0


async def test_a_pool_that_others_drain_is_respected(bp: BrightpearlSource, bp_app: Any) -> None:
    """Another program takes 150 a minute: still no refused call."""
    bp_app.state.host.configure({"other_client_per_minute": 150})
    for n in range(120):
        await bp.fetch("order", [str(FIRST + n)])
    assert bp_app.state.host.calls.report(10**9)["counts"]["throttled"] <= 1


async def test_subscribing_twice_makes_one_hook(bp: BrightpearlSource, bp_app: Any) -> None:
    """Hooks that are there are left alone; an event that the account lacks does not stop the others."""
    for _ in range(2):
        await bp.subscribe(["order.created", "order.modified"], "http://127.0.0.1:8700/hooks/bp/s")
    hooks = [hook.shown() for hook in bp_app.state.system.hub.hooks.values()]
    assert [(hook["subscribeTo"], hook["idSetAccepted"], hook["qualityOfService"]) for hook in hooks] == [
        ("order.modified", True, 1)
    ]


async def test_an_account_without_any_of_the_events_is_an_error(bp: BrightpearlSource) -> None:
    """INTC-064 for every event: the flow would never hear anything."""
    with pytest.raises(RecordError, match="cannot be subscribed"):
        await bp.subscribe(["order.created"], "http://127.0.0.1:8700/hooks/bp/s")


def test_a_notice_names_its_records(bp: BrightpearlSource) -> None:
    """A merged id set becomes one event a record, with the time it was raised."""
    body = {"resourceType": "order", "id": "7-9,12", "fullEvent": "order.modified.order-status",
            "raisedOn": "2026-03-09T15:02:11.000Z"}  # fmt: skip
    events = bp.read_notice(json.dumps(body).encode())
    assert [event.record for event in events] == ["7", "8", "9", "12"]
    assert {event.raised_at for event in events} == {1773068531.0}


@pytest.mark.parametrize("body", [b"", b"[]", b"<xml/>", b'{"id": "1-9999999", "raisedOn": "2026-01-01"}'])
def test_another_body_is_refused(bp: BrightpearlSource, body: bytes) -> None:
    """What is not our notice is an error that quotes nothing of it."""
    with pytest.raises(RecordError, match="CW-BP-"):
        bp.read_notice(body)
