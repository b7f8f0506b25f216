"""Multi-messages: outcomes part by part, order, stopping, refusals, and being down."""

from typing import Any

import pytest


def _part(label: str, order: int = 101, status: int = 21, **changes: Any) -> dict[str, Any]:
    uri = f"/order-service/order/{order}/status"
    body = {"orderStatusId": status, "orderNote": {"text": f"M3 order {label}"}}
    return {"label": label, "uri": uri, "httpMethod": "PUT", "body": body, **changes}


def _message(*parts: Any, mode: str = "SEQUENTIAL", on_fail: str = "CONTINUE") -> dict[str, Any]:
    return {"processingMode": mode, "onFail": on_fail, "messages": list(parts)}


async def _post(bench: Any, message: Any) -> tuple[int, dict[str, Any]]:
    reply = await bench.client.post("/multi-message", json=message)
    body = reply.json()
    assert isinstance(body, dict)
    return reply.status_code, body


async def test_all_parts_done(bench: Any) -> None:
    """All well: 200, each part 200 with its body as JSON in a text."""
    status, body = await _post(bench, _message(_part("a", 101), _part("b", 102)))
    assert status == 200
    assert body == {
        "response": {
            "processedMessages": [
                {"label": "a", "statusCode": 200, "body": {"content": "{}"}},
                {"label": "b", "statusCode": 200, "body": {"content": "{}"}},
            ],
            "unprocessedMessages": [],
        }
    }
    orders = (await bench.control("state"))["orders"]
    assert [orders[key]["notes"] for key in ("101", "102")] == [["M3 order a"], ["M3 order b"]]


async def test_mixed_outcome_goes_on(bench: Any) -> None:
    """CONTINUE: 207, the failed part tells why, the others are done."""
    status, body = await _post(bench, _message(_part("a"), _part("b", 999), _part("c", 102)))
    processed = body["response"]["processedMessages"]
    assert (status, [part["statusCode"] for part in processed]) == (207, [200, 404, 200])
    assert "CMNC-404" in processed[1]["body"]["content"]
    assert body["response"]["unprocessedMessages"] == []


async def test_stop_leaves_the_rest_undone(bench: Any) -> None:
    """STOP: what follows the first failure is named as unprocessed and has no effect."""
    message = _message(_part("a"), _part("b", 999), _part("c", 102), _part("d", 107), on_fail="STOP")
    status, body = await _post(bench, message)
    assert status == 207
    assert [part["label"] for part in body["response"]["processedMessages"]] == ["a", "b"]
    assert body["response"]["unprocessedMessages"] == ["c", "d"]
    assert [effect["key"] for effect in await bench.control("effects")] == ["101"]


async def test_parallel_promises_no_order(bench: Any) -> None:
    """PARALLEL does all, in an order of its own, and STOP has nothing to stop."""
    parts = [_part(str(number), 999 if number == 0 else 101) for number in range(10)]
    _, body = await _post(bench, _message(*parts, mode="PARALLEL", on_fail="STOP"))
    labels = [part["label"] for part in body["response"]["processedMessages"]]
    assert sorted(labels) == [str(number) for number in range(10)] and labels != sorted(labels)
    assert len(await bench.control("effects")) == 9


async def test_body_as_text_and_uri_without_slash(bench: Any) -> None:
    """A part's body may be JSON in a text; its address may lack the leading slash."""
    text = '{"orderStatusId": 21}'
    part = _part("a", uri="order-service/order/101/status", body=text)
    status, _ = await _post(bench, _message(part, _part("b", 102, body=text)))
    assert status == 200


async def test_other_writes_as_parts(bench: Any) -> None:
    """Custom fields and notes go by multi-message too; reads and unknown addresses do not."""
    patch = [{"op": "add", "path": "/PCF_M3ORDER", "value": "1"}]
    _, body = await _post(
        bench,
        _message(
            _part("f", uri="/order-service/order/102/custom-field", httpMethod="PATCH", body=patch),
            _part("n", uri="/order-service/order/102/note", httpMethod="POST", body={"text": "x"}),
            _part("u", uri="/order-service/nothing", httpMethod="POST"),
        ),
    )
    processed = body["response"]["processedMessages"]
    assert [(p["label"], p["statusCode"]) for p in processed] == [("f", 200), ("n", 200), ("u", 404)]
    assert processed[0]["body"]["content"] == '{"response":{"PCF_M3ORDER":"1"}}'
    assert processed[1]["body"]["content"] == '{"response":1}'


@pytest.mark.parametrize(
    "message",
    [
        [],
        _message(_part("a")),
        _message(*(_part(str(number)) for number in range(11))),
        _message(_part("a"), _part("a", 102)),
        _message(_part("a"), _part("b", httpMethod="GET")),
        _message(_part("a"), _part("b", httpMethod="OPTIONS")),
        _message(_part("a"), {"label": "b"}),
        _message(_part("a"), "b"),
        _message(_part("a"), _part("b"), mode="FAST"),
        _message(_part("a"), _part("b"), on_fail="RETRY"),
    ],
)
async def test_a_refused_message_does_nothing(bench: Any, message: Any) -> None:
    """One part, eleven parts, two like labels, a read, a wrong mode: 400 as a whole and no effect."""
    status, _ = await _post(bench, message)
    assert status == 400
    assert await bench.control("effects") == []


async def test_it_can_be_down(bench: Any) -> None:
    """Switched off it answers a 503 that is not the quota's; single calls still work."""
    await bench.settings(multi_message_available=False)
    status, body = await _post(bench, _message(_part("a"), _part("b")))
    assert (status, body) == (503, {"response": "The service is temporarily unavailable"})
    reply = await bench.client.put("/order-service/order/101/status", json={"orderStatusId": 21})
    assert reply.status_code == 200


async def test_parts_can_fail_by_themselves(bench: Any) -> None:
    """With a part error rate some parts fail with a 500 of their own and have no effect."""
    await bench.settings(multi_part_error_rate=0.5, seed=3)
    status, body = await _post(bench, _message(*(_part(str(number)) for number in range(10))))
    failed = [p["label"] for p in body["response"]["processedMessages"] if p["statusCode"] == 500]
    assert status == 207 and 0 < len(failed) < 10
    notes = (await bench.control("state"))["orders"]["101"]["notes"]
    assert len(notes) == 10 - len(failed) and not {f"M3 order {label}" for label in failed} & set(notes)
