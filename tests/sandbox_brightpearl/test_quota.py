"""The quota: 200 a minute, both headers everywhere, the 503 and its body, the switches."""

from typing import Any

import pytest
from crosswalk_engine.sandbox.brightpearl.quota import Pool
from crosswalk_engine.sandbox.brightpearl.settings import BrightpearlSettings
from hypothesis import given
from hypothesis import strategies as st

ORDER = "/order-service/order/101"
THROTTLED = {"response": "You have sent too many requests. Please wait before sending another request"}
STATUS = {"httpMethod": "PUT", "uri": "/order-service/order/101/status", "body": {"orderStatusId": 21}}


def _multi(parts: int) -> dict[str, Any]:
    messages = [{"label": str(number), **STATUS} for number in range(parts)]
    return {"processingMode": "SEQUENTIAL", "onFail": "CONTINUE", "messages": messages}


def _left(reply: Any) -> tuple[int, int]:
    headers = reply.headers
    return int(headers["brightpearl-requests-remaining"]), int(headers["brightpearl-next-throttle-period"])


async def test_the_201st_call_in_a_minute_is_refused(bench: Any) -> None:
    """200 calls pass, the next gets 503 with the known text; the headers count down on each."""
    for number in range(200):
        reply = await bench.client.get(ORDER)
        assert (reply.status_code, _left(reply)) == (200, (199 - number, 60_000))
    reply = await bench.client.get(ORDER)
    assert (reply.status_code, reply.json(), _left(reply)) == (503, THROTTLED, (0, 60_000))
    counts = (await bench.control("calls"))["counts"]
    assert (counts["counted"], counts["units"], counts["throttled"]) == (201, 200, 1)


async def test_fixed_minute_starts_with_its_first_call(bench: Any) -> None:
    """The window runs from its first call and then begins anew, whole."""
    await bench.settings(quota_per_window=3)
    assert _left(await bench.client.get(ORDER)) == (2, 60_000)
    bench.clock.advance(50)
    assert _left(await bench.client.get(ORDER)) == (1, 10_000)
    assert _left(await bench.client.get(ORDER)) == (0, 10_000)
    assert (await bench.client.get(ORDER)).status_code == 503
    bench.clock.advance(10)
    assert _left(await bench.client.get(ORDER)) == (2, 60_000)


async def test_rolling_minute_frees_call_by_call(bench: Any) -> None:
    """In a rolling minute each call comes free a minute after it was made."""
    await bench.settings(quota_per_window=2, window="rolling")
    await bench.client.get(ORDER)
    bench.clock.advance(40)
    assert _left(await bench.client.get(ORDER)) == (0, 20_000)
    assert (await bench.client.get(ORDER)).status_code == 503
    bench.clock.advance(20)
    assert _left(await bench.client.get(ORDER)) == (0, 40_000)
    assert (await bench.client.get(ORDER)).status_code == 503


async def test_window_length_is_a_setting(bench: Any) -> None:
    """A short window lets a test run through many of them."""
    await bench.settings(quota_per_window=1, window_s=0.5)
    assert _left(await bench.client.get(ORDER)) == (0, 500)
    assert (await bench.client.get(ORDER)).status_code == 503
    bench.clock.advance(0.5)
    assert (await bench.client.get(ORDER)).status_code == 200


async def test_multi_message_counts_as_one(bench: Any) -> None:
    """By default ten writes in one request take one from the quota."""
    assert _left(await bench.client.post("/multi-message", json=_multi(10)))[0] == 199
    assert (await bench.control("calls"))["counts"]["units"] == 1


async def test_multi_message_can_count_as_its_parts(bench: Any) -> None:
    """With the switch it takes as many as it holds, is one request still, and must fit as a whole."""
    await bench.settings(multi_message_counts_as="parts", quota_per_window=15)
    assert _left(await bench.client.post("/multi-message", json=_multi(10)))[0] == 5
    reply = await bench.client.post("/multi-message", json=_multi(6))
    assert (reply.status_code, reply.json()) == (503, THROTTLED)
    assert _left(await bench.client.post("/multi-message", json=_multi(5)))[0] == 0
    counts = (await bench.control("calls"))["counts"]
    assert (counts["counted"], counts["units"]) == (3, 15)


async def test_another_client_takes_its_part(bench: Any) -> None:
    """A client of the same account that makes 60 calls a minute leaves 60 fewer."""
    await bench.settings(other_client_per_minute=60, window="rolling")
    assert _left(await bench.client.get(ORDER))[0] == 199
    bench.clock.advance(30)
    assert _left(await bench.client.get(ORDER))[0] == 168
    bench.clock.advance(3600)
    assert _left(await bench.client.get(ORDER))[0] == 200 - 60 - 1


async def test_the_oauth_app_has_its_own_pool(bench: Any) -> None:
    """Private apps share one pool; Bearer calls are counted apart."""
    await bench.settings(quota_per_window=1)
    assert (await bench.client.get(ORDER)).status_code == 200
    assert (await bench.client.get(ORDER)).status_code == 503
    reply = await bench.client.get(ORDER, headers={"Authorization": "Bearer nope"})
    assert (reply.status_code, _left(reply)[0]) == (401, 0)


async def test_a_scripted_throttle_looks_like_a_real_one(bench: Any) -> None:
    """A refusal by script has the body, the headers and the log entry of a real one."""
    await bench.settings(script=[{"match": "GET *", "do": "throttle"}])
    reply = await bench.client.get(ORDER)
    assert (reply.status_code, reply.json(), _left(reply)[0]) == (503, THROTTLED, 0)
    assert (await bench.control("calls"))["counts"]["throttled"] == 1


CALLS = st.lists(st.tuples(st.floats(0, 30), st.integers(1, 4)), max_size=120)


@given(CALLS, st.sampled_from(["fixed", "rolling"]))
def test_no_window_ever_holds_more_than_the_quota(calls: list[tuple[float, int]], window: str) -> None:
    """Whatever the rhythm, a rolling minute holds 10 units at most, and so does each fixed one."""
    settings = BrightpearlSettings(quota_per_window=10, window=window)  # type: ignore[arg-type]
    pool, now, taken, starts = Pool(), 0.0, [], []
    for pause, units in calls:
        now += pause
        if pool.take(units, now, settings):
            taken += [now] * units
            starts.append(pool.window_start)
            assert pool.remaining(now, settings) >= 0
        else:
            assert pool.remaining(now, settings) < units and pool.next_period_ms(now, settings) > 0
    if window == "rolling":
        assert all(sum(t < other <= t + 60 for other in taken) <= 10 for t in [s - 60 for s in taken])
    else:
        for start in set(starts):
            assert sum(start <= t < start + 60 for t in taken) <= 10


@pytest.mark.parametrize("body", [b"", b"[]", b'{"messages": 3}'])
async def test_a_broken_multi_message_costs_one(bench: Any, body: bytes) -> None:
    """A body that holds no messages is one call, also when parts are counted."""
    await bench.settings(multi_message_counts_as="parts")
    reply = await bench.client.post("/multi-message", content=body)
    assert (reply.status_code, _left(reply)[0]) == (400, 199)
