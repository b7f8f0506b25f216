"""Writing to an order: status with note, notes, custom fields."""

from typing import Any

import pytest

STATUS = "/order-service/order/101/status"
FIELDS = "/order-service/order/101/custom-field"


async def _state(bench: Any, order: int = 101) -> dict[str, Any]:
    state = (await bench.control("state"))["orders"][str(order)]
    assert isinstance(state, dict)
    return state


async def test_status_with_note(bench: Any) -> None:
    """The write-back: `{}`, new status and name, one note, version and updatedOn in the account's zone."""
    body = {"orderStatusId": 21, "orderNote": {"text": "M3 order 0010000001", "isPublic": True}}
    reply = await bench.client.put(STATUS, json=body)
    assert (reply.status_code, reply.json()) == (200, {})
    assert await _state(bench) == {
        "version": 4,
        "orderStatusId": 21,
        "orderStatus": "Sent to ERP",
        "reference": "WEB-101",
        "updatedOn": "2026-07-01T13:00:00.000+01:00",
        "notes": ["M3 order 0010000001"],
        "customFields": {"PCF_M3ORDER": "0010000777"},
    }
    notes = (await bench.client.get("/order-service/order/101/note")).json()["response"]
    assert notes == [
        {
            "noteId": 1,
            "contactId": 5012,
            "text": "M3 order 0010000001",
            "isPublic": True,
            "addedOn": "2026-07-01T13:00:00.000+01:00",
            "addedBy": 4,
            "orderStatusId": 21,
        }
    ]
    assert await bench.control("effects") == [
        {
            "seq": 1,
            "at": "2026-07-01T12:00:00.000Z",
            "t": 1_782_907_200.0,
            "kind": "order.status",
            "key": "101",
            "data": {
                "version": 4,
                "orderStatusId": 21,
                "before": 19,
                "note": "M3 order 0010000001",
                "noteId": 1,
            },
        }
    ]


async def test_a_second_write_back_shows(bench: Any) -> None:
    """Nothing is deduplicated: a repeated write leaves a second note and a second effect."""
    for _ in range(2):
        await bench.client.put(STATUS, json={"orderStatusId": 21, "orderNote": {"text": "M3 order 1"}})
    assert (await _state(bench))["notes"] == ["M3 order 1", "M3 order 1"]
    assert [e["kind"] for e in await bench.control("effects?key=101")] == ["order.status", "order.status"]


async def test_a_note_is_made_up_when_none_is_given(bench: Any) -> None:
    """Without a note's text the system writes its own, not public."""
    await bench.client.put(STATUS, json={"orderStatusId": 21})
    note = (await bench.client.get("/order-service/order/101/note/1")).json()["response"][0]
    assert (note["text"], note["isPublic"]) == ("Order status changed to Sent to ERP", False)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"orderStatusId": 99}, 400),
        ({"orderStatusId": 30}, 400),
        ({"orderStatusId": 40}, 400),
        ({"orderStatusId": "21"}, 400),
        ({"orderStatusId": True}, 400),
        ({}, 400),
        ([], 400),
        ({"orderStatusId": 21, "orderNote": "text"}, 400),
    ],
)
async def test_a_refused_status_changes_nothing(bench: Any, body: Any, status: int) -> None:
    """Unknown, hidden or another type's status, or a wrong shape: 400, no effect, no new version."""
    reply = await bench.client.put(STATUS, json=body)
    assert reply.status_code == status and len(reply.json()["errors"]) == 1
    assert (await _state(bench))["version"] == 3
    assert await bench.control("effects") == []


async def test_a_body_that_is_not_json(bench: Any) -> None:
    """A missing or broken body is CMNC-010."""
    for content in (b"", b"{"):
        reply = await bench.client.put(STATUS, content=content)
        assert (reply.status_code, reply.json()["errors"][0]["code"]) == (400, "CMNC-010")


@pytest.mark.parametrize("order", ["999", "x", "99999999999999999999"])
async def test_a_missing_order_cannot_be_written(bench: Any, order: str) -> None:
    """Writing to an order that is not there is 404."""
    reply = await bench.client.put(f"/order-service/order/{order}/status", json={"orderStatusId": 21})
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (404, "CMNC-404")


async def test_note_post(bench: Any) -> None:
    """A note by itself: 200 with its bare id."""
    reply = await bench.client.post("/order-service/order/101/note", json={"text": "Checked"})
    assert (reply.status_code, reply.json()) == (200, {"response": 1})
    assert (await _state(bench))["notes"] == ["Checked"]
    assert (await bench.client.post("/order-service/order/101/note", json={"text": ""})).status_code == 400


async def test_custom_field_patch(bench: Any) -> None:
    """`add` sets text, numbers given as text, and options by id; the reply is the whole map."""
    patch = [
        {"op": "add", "path": "/PCF_M3ORDER", "value": "0010000001"},
        {"op": "add", "path": "/PCF_TRIES", "value": "1234567890"},
        {"op": "add", "path": "/PCF_KIND", "value": {"id": 137}},
    ]
    reply = await bench.client.patch(FIELDS, json=patch)
    assert reply.status_code == 200
    assert reply.json() == {
        "response": {
            "PCF_M3ORDER": "0010000001",
            "PCF_TRIES": 1234567890,
            "PCF_KIND": {"id": 137, "value": "Gift"},
        }
    }
    assert [e["kind"] for e in await bench.control("effects")] == ["order.custom_fields"]
    assert (await _state(bench))["version"] == 4


async def test_replace_and_remove_want_a_set_field(bench: Any) -> None:
    """What is not set can be neither replaced nor removed."""
    for op in ("replace", "remove"):
        reply = await bench.client.patch(FIELDS, json=[{"op": op, "path": "/PCF_TRIES", "value": 1}])
        assert (reply.status_code, reply.json()["errors"][0]["code"]) == (400, "CMNC-038")
    reply = await bench.client.patch(FIELDS, json=[{"op": "remove", "path": "/PCF_M3ORDER"}])
    assert reply.json() == {"response": {}}


@pytest.mark.parametrize(
    ("operation", "status", "code"),
    [
        ({"op": "copy", "path": "/PCF_M3ORDER"}, 500, "CMNC-044"),
        ({"op": "add", "path": "/PCF_NONE", "value": "x"}, 500, "CMNC-044"),
        ({"op": "add", "path": "/PCF_KIND", "value": "Gift"}, 500, "CMNU-003"),
        ({"op": "add", "path": "/PCF_KIND", "value": {"id": 5}}, 500, "CMNU-003"),
        ({"op": "add", "path": "/PCF_TRIES", "value": "many"}, 500, "CMNU-003"),
        ({"op": "add", "path": "/PCF_M3ORDER"}, 400, "SBX-PATCH"),
    ],
)
async def test_a_bad_patch_changes_nothing(bench: Any, operation: Any, status: int, code: str) -> None:
    """A patch with one wrong operation is refused whole, the known mistakes as 500."""
    good = {"op": "add", "path": "/PCF_TRIES", "value": 1}
    reply = await bench.client.patch(FIELDS, json=[good, operation])
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (status, code)
    assert (await _state(bench))["customFields"] == {"PCF_M3ORDER": "0010000777"}


async def test_the_text_of_a_bad_patch(bench: Any) -> None:
    """CMNC-044 names operation and path."""
    reply = await bench.client.patch(FIELDS, json=[{"op": "copy", "path": "/PCF_KIND"}])
    message = "Invalid patch operation (copy) for given path (/PCF_KIND)"
    assert reply.json() == {"errors": [{"code": "CMNC-044", "message": message}]}
