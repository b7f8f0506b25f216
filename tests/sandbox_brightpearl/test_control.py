"""Control routes: faults, clock, logs, raising events and people's edits."""

from typing import Any

import httpx
import pytest

ORDER = "/order-service/order/101"
STATUS = "/order-service/order/101/status"


async def _put(bench: Any, name: str, body: Any) -> httpx.Response:
    return await bench.client.put(f"http://sandbox/_sandbox/{name}", json=body)  # type: ignore[no-any-return]


async def test_the_call_log(bench: Any) -> None:
    """Each call is on record with time, address, status and what it counted; queries and bodies are not."""
    await bench.client.get(f"{ORDER}?includeOptional=customFields")
    await bench.client.get("/order-service/order/x")
    report = await bench.control("calls")
    assert report["calls"] == [
        {
            "seq": number,
            "at": "2026-07-01T12:00:00.000Z",
            "t": 1_782_907_200.0,
            "method": "GET",
            "path": f"/public-api/acme/order-service/order/{name}",
            "status": status,
            "counted": True,
            "units": 1,
            "fault": "",
        }
        for number, name, status in ((1, "101", 200), (2, "x", 400))
    ]
    assert report["counts"] == {
        "all": 2,
        "counted": 2,
        "units": 2,
        "throttled": 0,
        "by_status": {"200": 1, "400": 1},
        "by_fault": {},
    }
    assert [call["seq"] for call in (await bench.control("calls?since=1"))["calls"]] == [2]


async def test_the_call_log_can_be_reset(bench: Any) -> None:
    """DELETE starts the counts anew; numbers go on."""
    await bench.client.get(ORDER)
    await bench.client.delete("http://sandbox/_sandbox/calls")
    assert (await bench.control("calls"))["counts"]["all"] == 0
    await bench.client.get(ORDER)
    assert [call["seq"] for call in (await bench.control("calls"))["calls"]] == [2]


async def test_control_calls_are_no_calls(bench: Any) -> None:
    """Asking the sandbox about itself is neither logged nor throttled."""
    await bench.settings(quota_per_window=1)
    for _ in range(3):
        await bench.control("state")
    assert (await bench.control("calls"))["counts"]["all"] == 0


async def test_effects_can_be_narrowed(bench: Any) -> None:
    """Effects are asked for by number, kind or key."""
    for order in (101, 102):
        await bench.client.put(f"/order-service/order/{order}/status", json={"orderStatusId": 21})
    await bench.control("edit", {"order": 101, "set": {"reference": "NEW"}})
    kinds = [(e["seq"], e["kind"], e["key"]) for e in await bench.control("effects")]
    assert kinds == [(1, "order.status", "101"), (2, "order.status", "102"), (3, "order.edited", "101")]
    assert [e["seq"] for e in await bench.control("effects?since=2")] == [3]
    assert [e["seq"] for e in await bench.control("effects?kind=order.status&key=102")] == [2]
    assert (await bench.client.get("http://sandbox/_sandbox/effects?since=x")).status_code == 400


@pytest.mark.parametrize(
    ("name", "body", "word"),
    [
        ("faults", {"nosuch": 1}, "nosuch"),
        ("faults", {"error_rate": 2}, "error_rate"),
        ("faults", {"script": [{"do": "explode"}]}, "script.0.do"),
        ("faults", {"window": "sliding"}, "window"),
        ("clock", {"offset_s": "x"}, "offset_s"),
        ("clock", [], "object"),
    ],
)
async def test_wrong_settings_change_nothing(bench: Any, name: str, body: Any, word: str) -> None:
    """An unknown or impossible setting is a 400 that names it."""
    before = await bench.control(name)
    reply = await _put(bench, name, body)
    assert reply.status_code == 400 and word in reply.json()["error"]
    assert await bench.control(name) == before


async def test_a_body_that_is_no_json(bench: Any) -> None:
    """Broken JSON to a control route is a 400, not a crash."""
    reply = await bench.client.put("http://sandbox/_sandbox/faults", content=b"{")
    assert reply.status_code == 400 and "not JSON" in reply.json()["error"]


async def test_the_clock_moves(bench: Any) -> None:
    """The offset is set or advanced, and everything goes by it."""
    assert (await _put(bench, "clock", {"offset_s": 60})).json()["now"] == "2026-07-01T12:01:00.000Z"
    assert (await _put(bench, "clock", {"advance_s": -30})).json()["offset_s"] == 30
    await bench.client.put(STATUS, json={"orderStatusId": 21})
    assert (await bench.control("effects"))[0]["at"] == "2026-07-01T12:00:30.000Z"


async def test_latency(bench: Any) -> None:
    """Each call waits the latency, plus up to the jitter."""
    await bench.settings(latency_ms=200, latency_jitter_ms=100)
    for _ in range(5):
        await bench.client.get(ORDER)
    assert len(bench.slept) == 5 and all(0.2 <= waited <= 0.3 for waited in bench.slept)


async def test_an_error_has_no_effect(bench: Any) -> None:
    """With an error rate of one every call fails with a 5xx and nothing changes."""
    await bench.settings(error_rate=1, error_statuses=[500])
    reply = await bench.client.put(STATUS, json={"orderStatusId": 21})
    assert reply.status_code == 500 and reply.json()["errors"][0]["code"] == "CMNU-003"
    assert reply.headers["brightpearl-requests-remaining"] == "199"
    assert await bench.control("effects") == []
    assert (await bench.control("calls"))["counts"]["by_fault"] == {"error": 1}


async def test_a_503_need_not_be_the_quota(bench: Any) -> None:
    """An injected 503 has another text, and the headers say that there is quota left."""
    await bench.settings(script=[{"do": "error", "status": 503}])
    reply = await bench.client.get(ORDER)
    assert (reply.status_code, reply.json()) == (503, {"response": "The service is temporarily unavailable"})
    assert reply.headers["brightpearl-requests-remaining"] == "199"


async def test_error_rate_is_a_share_and_repeatable(bench: Any) -> None:
    """Half of the calls fail, the same ones for the same seed."""
    runs = []
    for _ in range(2):
        await bench.settings(error_rate=0.5, error_statuses=[502], seed=11, quota_per_window=1000)
        runs.append([(await bench.client.get(ORDER)).status_code for _ in range(60)])
    assert runs[0] == runs[1] and 18 <= runs[0].count(502) <= 42


@pytest.mark.parametrize(("how", "status"), [("error", 500), ("cut", 0), ("hang", 0)])
async def test_a_lost_reply_has_its_effect(bench: Any, how: str, status: int) -> None:
    """The order is written, and the caller gets a 5xx, a cut connection, or nothing for a long while."""
    await bench.settings(lost_reply_rate=1, lost_reply_as=how, error_statuses=[500], hang_s=33)
    if how == "error":
        assert (await bench.client.put(STATUS, json={"orderStatusId": 21})).status_code == 500
    else:
        with pytest.raises(ConnectionResetError):
            await bench.client.put(STATUS, json={"orderStatusId": 21})
    assert bench.slept == ([33] if how == "hang" else [])
    assert [effect["kind"] for effect in await bench.control("effects")] == ["order.status"]
    call = (await bench.control("calls"))["calls"][0]
    assert (call["status"], call["fault"], call["units"]) == (status, f"lost:{how}", 1)


async def test_reads_do_not_lose_replies(bench: Any) -> None:
    """Lost replies by rate hit writes alone."""
    await bench.settings(lost_reply_rate=1)
    assert (await bench.client.get(ORDER)).status_code == 200


async def test_a_lost_multi_message_has_all_its_effects(bench: Any) -> None:
    """All parts are done though nobody hears of it."""
    parts = [
        {"label": str(n), "uri": f"/order-service/order/{n}/status", "httpMethod": "PUT", "body": body}
        for n, body in ((101, {"orderStatusId": 21}), (102, {"orderStatusId": 21}))
    ]
    message = {"processingMode": "SEQUENTIAL", "onFail": "CONTINUE", "messages": parts}
    await bench.settings(script=[{"match": "POST */multi-message", "do": "lost_error", "status": 504}])
    assert (await bench.client.post("/multi-message", json=message)).status_code == 504
    assert [effect["key"] for effect in await bench.control("effects")] == ["101", "102"]


async def test_mixed_lost_replies_use_every_kind(bench: Any) -> None:
    """`mixed` draws among cut, error and hang."""
    await bench.settings(lost_reply_rate=1, lost_reply_as="mixed", hang_s=0, quota_per_window=1000)
    for _ in range(30):
        try:
            await bench.client.put(STATUS, json={"orderStatusId": 21})
        except ConnectionResetError:
            continue
    by_fault = (await bench.control("calls"))["counts"]["by_fault"]
    assert set(by_fault) == {"lost:cut", "lost:error", "lost:hang"} and sum(by_fault.values()) == 30


async def test_a_script_hits_the_calls_it_names(bench: Any) -> None:
    """A script's fault waits for its call, lets some pass, and is used up."""
    script = [{"match": "PUT */status", "do": "error", "status": 502, "skip": 1, "times": 2}]
    await bench.settings(script=script)
    assert (await bench.client.get(ORDER)).status_code == 200
    codes = [(await bench.client.put(STATUS, json={"orderStatusId": 21})).status_code for _ in range(4)]
    assert codes == [200, 502, 502, 200]
    assert (await bench.control("faults"))["script"] == []


async def test_a_slow_call_is_served(bench: Any) -> None:
    """`slow` waits and then does everything right."""
    await bench.settings(script=[{"do": "slow", "latency_ms": 1500}])
    assert (await bench.client.get(ORDER)).status_code == 200
    assert bench.slept == [1.5]


async def test_token_calls_are_spared_unless_told(bench: Any) -> None:
    """Faults by rate leave the token endpoint alone; with the switch they do not."""
    form = {"grant_type": "refresh_token", "client_id": "nobody"}
    await bench.settings(error_rate=1, error_statuses=[500])
    assert (await bench.client.post("http://sandbox/token/acme", data=form)).status_code == 400
    await bench.settings(token_faults=True)
    assert (await bench.client.post("http://sandbox/token/acme", data=form)).status_code == 500


async def test_an_edit_is_a_persons_change(bench: Any) -> None:
    """An edit moves version and updatedOn, is on record, and fires order.modified."""
    made = await bench.control(
        "edit", {"order": 102, "set": {"reference": "SHOP-8", "parties.delivery.postalCode": "X"}}
    )
    assert made == {"order": 102, "version": 4, "updatedOn": "2026-07-01T13:00:00.000+01:00"}
    order = (await bench.client.get("/order-service/order/102")).json()["response"][0]
    assert (order["reference"], order["parties"]["delivery"]["postalCode"]) == ("SHOP-8", "X")
    assert [entry["event"] for entry in (await bench.control("webhooks"))["raised"]] == ["order.modified"]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("edit", {"order": 999, "set": {"reference": "x"}}),
        ("edit", {"order": 101, "set": {"nosuch": "x"}}),
        ("edit", {"order": 101, "set": {"reference.deep": "x"}}),
        ("edit", {"order": 101, "set": {"version": 1}}),
        ("edit", {"order": 101, "set": {}}),
        ("edit", {"order": 101}),
        ("raise", {"orders": "some"}),
        ("raise", {"orders": [999]}),
        ("raise", {"orders": [101], "event": "product.modified"}),
        ("raise", {"orders": [101], "event": "order.exploded"}),
        ("raise", {"orders": [101], "over_s": -1}),
        ("raise", {"orders": [101], "nosuch": 1}),
    ],
)
async def test_wrong_wishes_are_refused(bench: Any, name: str, body: Any) -> None:
    """A wish that cannot be fulfilled is a 400 with a reason, and nothing happens."""
    reply = await bench.client.post(f"http://sandbox/_sandbox/{name}", json=body)
    assert reply.status_code == 400 and reply.json()["error"]
    assert (await bench.control("effects"), (await bench.control("webhooks"))["raised"]) == ([], [])


async def test_raising_over_a_span(bench: Any) -> None:
    """Events come to pass one by one over the span, each with its own time."""
    made = await bench.control("raise", {"orders": "all", "over_s": 8})
    assert (made["raised"], made["event"]) == (4, "order.modified")
    seen = []
    for _ in range(5):
        await bench.system.hub.deliver_due()
        seen.append(len((await bench.control("webhooks"))["raised"]))
        bench.clock.advance(2)
    assert seen == [1, 2, 3, 4, 4]
    raised = (await bench.control("webhooks"))["raised"]
    assert [(entry["order"], entry["t"] - 1_782_907_200) for entry in raised] == [
        (101, 0), (102, 2), (103, 4), (107, 6),
    ]  # fmt: skip


async def test_state_tells_the_counts(bench: Any) -> None:
    """The state names the account, how much it holds, and what is left of the quota."""
    await bench.client.get(ORDER)
    state = await bench.control("state")
    assert state["account"] == "acme"
    assert state["counts"] == {"orders": 4, "contacts": 1, "products": 1, "addresses": 1}
    assert state["quota"]["private"] == {"remaining": 199, "next_period_ms": 60_000}
    assert state["webhooks"] == {"hooks": 0, "raised": 0, "deliveries": 0, "waiting": 0}
