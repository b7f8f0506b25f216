"""Webhooks: subscribing, merged id sets, templates, quality of service, echoes, and all that can go wrong."""

import json
from typing import Any

import pytest

HOOK = "/integration-service/webhook"
BODY = (
    '{"accountCode":"${account-code}","resourceType":"${resource-type}","id":"${resource-id}",'
    '"lifecycleEvent":"${lifecycle-event}","fullEvent":"${full-event}","raisedOn":"${raised-on}",'
    '"specifier":"${resource-specifier}","brightpearlVersion":"${brightpearl-version}"}'
)


def _hook(**changes: Any) -> dict[str, Any]:
    return {
        "subscribeTo": "order.modified",
        "httpMethod": "POST",
        "uriTemplate": "http://127.0.0.1:9/hook/${account-code}?event=${full-event}&ids=${resource-id}",
        "bodyTemplate": BODY,
        "contentType": "application/json",
        "idSetAccepted": True,
        "qualityOfService": 1,
        **changes,
    }


async def _subscribe(bench: Any, **changes: Any) -> int:
    reply = await bench.client.post(HOOK, json=_hook(**changes))
    assert reply.status_code == 200, reply.text
    identity = reply.json()["response"]
    assert isinstance(identity, int)
    return identity


async def _raise(bench: Any, orders: Any, over_s: float = 0, event: str = "order.modified") -> None:
    await bench.control("raise", {"orders": orders, "over_s": over_s, "event": event})


async def _later(bench: Any, seconds: float) -> int:
    bench.clock.advance(seconds)
    calls = await bench.system.hub.deliver_due()
    assert isinstance(calls, int)
    return calls


def _told(bench: Any) -> list[str]:
    return [json.loads(sending.body)["id"] for sending in bench.sent]


async def test_subscribe_list_delete(bench: Any) -> None:
    """POST gives a bare id, GET lists what was asked for, DELETE gives `{}`, afterwards 404."""
    assert await _subscribe(bench) == 1
    shown = {"id": 1, **_hook()}
    assert (await bench.client.get(HOOK)).json() == {"response": [shown]}
    assert (await bench.client.get(f"{HOOK}/1")).json() == {"response": [shown]}
    reply = await bench.client.delete(f"{HOOK}/1")
    assert (reply.status_code, reply.json()) == (200, {})
    gone = {"errors": [{"code": "CMNC-404", "message": "No webhooks available in ID Set 1"}]}
    for reply in (await bench.client.delete(f"{HOOK}/1"), await bench.client.get(f"{HOOK}/1")):
        assert (reply.status_code, reply.json()) == (404, gone)
    assert (await bench.client.get(HOOK)).json() == {"response": []}


async def test_defaults_of_a_subscription(bench: Any) -> None:
    """Without them, id sets are not accepted and the quality of service is 0."""
    hook = {"subscribeTo": "product", "httpMethod": "GET", "uriTemplate": "http://127.0.0.1:9/x"}
    await bench.client.post(HOOK, json=hook)
    assert (await bench.client.get(HOOK)).json()["response"] == [
        {"id": 1, **hook, "idSetAccepted": False, "qualityOfService": 0}
    ]


@pytest.mark.parametrize("event", ["order.created", "contact.created", "order.mod", "", "nothing"])
async def test_events_that_cannot_be_subscribed_to(bench: Any, event: str) -> None:
    """INTC-064, in the server's own spelling."""
    reply = await bench.client.post(HOOK, json=_hook(subscribeTo=event))
    message = f"{event} either does not exist or cannot be subscribed too"
    assert (reply.status_code, reply.json()) == (400, {"errors": [{"code": "INTC-064", "message": message}]})


@pytest.mark.parametrize(
    "changes",
    [
        {"httpMethod": "PATCH"},
        {"uriTemplate": "/hook"},
        {"uriTemplate": "ftp://127.0.0.1/x"},
        {"uriTemplate": "http://[bad"},
        {"bodyTemplate": ""},
        {"contentType": ""},
        {"qualityOfService": 2},
        {"idSetAccepted": "yes"},
    ],
)
async def test_incomplete_subscriptions_are_refused(bench: Any, changes: dict[str, Any]) -> None:
    """Body and content type belong to POST and PUT; the address must be absolute; the rest in range."""
    assert (await bench.client.post(HOOK, json=_hook(**changes))).status_code == 400
    assert (await bench.client.get(HOOK)).json() == {"response": []}


async def test_ids_are_merged_over_a_while(bench: Any) -> None:
    """Events within the merge time after the first of a set come as one call with a set of ids."""
    await _subscribe(bench)
    await _raise(bench, "all", over_s=6)
    assert [await _later(bench, seconds) for seconds in (0.999, 0.001, 7)] == [0, 1, 3]
    assert _told(bench) == ["101", "102", "103", "107"]
    bench.sent.clear()
    await bench.settings(webhook_merge_s=4)
    await _raise(bench, "all", over_s=6)
    await _later(bench, 10)
    assert _told(bench) == ["101,102,103", "107"]


async def test_an_id_stands_once_in_a_set(bench: Any) -> None:
    """An order that changes twice within the merge time is named once."""
    await _subscribe(bench)
    await _raise(bench, [102, 101, 102])
    await _later(bench, 1)
    assert _told(bench) == ["102,101"]


async def test_sets_have_a_greatest_size(bench: Any) -> None:
    """A full set is closed and the next one begins."""
    await _subscribe(bench)
    await bench.settings(webhook_merge_max=2)
    await _raise(bench, "all")
    await _later(bench, 1)
    assert _told(bench) == ["101,102", "103,107"]


async def test_sets_may_come_as_ranges(bench: Any) -> None:
    """With the switch a set is written as compactly as an id set may be."""
    await _subscribe(bench)
    await bench.settings(webhook_id_sets="ranges")
    await _raise(bench, "all")
    await _later(bench, 1)
    assert _told(bench) == ["101-103,107"]


async def test_without_id_sets_each_order_has_its_call(bench: Any) -> None:
    """A hook that does not accept sets gets one call an id."""
    await _subscribe(bench, idSetAccepted=False)
    await _raise(bench, "all")
    assert await _later(bench, 0.2) == 4
    assert _told(bench) == ["101", "102", "103", "107"]


async def test_templates_are_filled(bench: Any) -> None:
    """All variables are replaced, in the body as they are and in the address encoded."""
    await _subscribe(bench)
    await _raise(bench, [101, 102])
    bench.clock.advance(0.25)
    await _raise(bench, [103])
    await _later(bench, 1)
    sending = bench.sent[0]
    assert sending.method == "POST" and sending.content_type == "application/json"
    assert sending.url == "http://127.0.0.1:9/hook/acme?event=order.modified&ids=101,102,103"
    assert json.loads(sending.body) == {
        "accountCode": "acme",
        "resourceType": "order",
        "id": "101,102,103",
        "lifecycleEvent": "modified",
        "fullEvent": "order.modified",
        "raisedOn": "2026-07-01T12:00:00.000Z",
        "specifier": "",
        "brightpearlVersion": "5.1.0",
    }


async def test_our_own_status_write_echoes(bench: Any) -> None:
    """A status written through the API fires order.modified, with the specifier order-status."""
    await _subscribe(bench)
    await bench.client.put("/order-service/order/101/status", json={"orderStatusId": 21})
    await _later(bench, 1)
    told = json.loads(bench.sent[0].body)
    assert (told["id"], told["fullEvent"]) == ("101", "order.modified.order-status")
    assert (told["lifecycleEvent"], told["specifier"]) == ("modified", "order-status")


async def test_hooks_see_what_they_subscribed_to(bench: Any) -> None:
    """A hook on one specifier sees only that; one on the resource sees all; deleted hooks see nothing."""
    narrow = await _subscribe(bench, subscribeTo="order.modified.order-status")
    wide = await _subscribe(bench, subscribeTo="order")
    gone = await _subscribe(bench)
    await bench.client.delete(f"{HOOK}/{gone}")
    await _raise(bench, [101])
    await bench.client.put("/order-service/order/102/status", json={"orderStatusId": 21})
    await _later(bench, 1)
    log = (await bench.control("webhooks"))["deliveries"]
    assert sorted((entry["hook"], tuple(entry["ids"])) for entry in log) == [
        (narrow, (102,)),
        (wide, (101,)),
        (wide, (102,)),
    ]


async def test_creation_shows_as_modification(bench: Any) -> None:
    """Where order.created cannot be subscribed to, a new order fires order.modified."""
    await _subscribe(bench)
    await _raise(bench, [101], event="order.created")
    await _later(bench, 1)
    assert json.loads(bench.sent[0].body)["fullEvent"] == "order.modified"


async def test_creation_can_be_subscribable(bench: Any) -> None:
    """With the switch, order.created is a hook of its own."""
    await bench.settings(order_created_subscribable=True)
    await _subscribe(bench, subscribeTo="order.created")
    await _raise(bench, [101], event="order.created")
    await _later(bench, 1)
    assert json.loads(bench.sent[0].body)["fullEvent"] == "order.created"


@pytest.mark.parametrize(
    ("quality", "answer", "tries"),
    [(0, 503, 2), (0, 500, 1), (0, 0, 1), (1, 503, 2), (1, 500, 2), (1, 0, 2), (1, 302, 2), (1, 404, 1)],
)
async def test_retry_by_quality_of_service(bench: Any, quality: int, answer: int, tries: int) -> None:
    """Quality 0 retries only a 503, quality 1 everything but a 4xx; 0 stands for no answer at all."""
    await _subscribe(bench, qualityOfService=quality)
    bench.answers.append(answer)
    await _raise(bench, [101])
    for _ in range(5):
        await _later(bench, 1)
    assert _told(bench) == ["101"] * tries
    log = (await bench.control("webhooks"))["deliveries"]
    assert [(entry["attempt"], entry["status"]) for entry in log] == [(1, answer), (2, 200)][:tries]


async def test_retries_wait_longer_and_end(bench: Any) -> None:
    """Pauses double up to the longest; after the last attempt the event is lost."""
    await bench.settings(webhook_attempts=4, webhook_retry_s=1, webhook_retry_longest_s=2)
    await _subscribe(bench)
    bench.answers += [500] * 10
    await _raise(bench, [101])
    calls = [await _later(bench, 1) for _ in range(8)]
    assert calls == [1, 1, 0, 1, 0, 1, 0, 0]


async def test_a_duplicate_is_told_twice(bench: Any) -> None:
    """With a duplicate rate of one, each event comes in its set and once more later."""
    await _subscribe(bench)
    await bench.settings(webhook_duplicate_rate=1, webhook_hold_s=2)
    await _raise(bench, [101, 102])
    await _later(bench, 5)
    assert sorted(",".join(_told(bench)).split(",")) == ["101", "101", "102", "102"]


async def test_held_events_arrive_out_of_order(bench: Any) -> None:
    """Held events come late and in another order, none is lost."""
    await _subscribe(bench)
    await bench.settings(webhook_hold_rate=1, webhook_hold_s=10, seed=1)
    await _raise(bench, "all", over_s=1)
    await _later(bench, 20)
    assert sorted(_told(bench)) == ["101", "102", "103", "107"] and _told(bench) != [
        "101",
        "102",
        "103",
        "107",
    ]


async def test_dropped_events_never_arrive(bench: Any) -> None:
    """Notifications can be lost; the raised event is on record all the same."""
    await _subscribe(bench)
    await bench.settings(webhook_drop_rate=1)
    await _raise(bench, [101])
    assert await _later(bench, 60) == 0
    assert [entry["order"] for entry in (await bench.control("webhooks"))["raised"]] == [101]


async def test_the_same_seed_gives_the_same_deliveries(bench: Any) -> None:
    """Chance is seeded: the same run twice tells the same."""
    await _subscribe(bench)
    rates = {"webhook_hold_rate": 0.4, "webhook_duplicate_rate": 0.4, "webhook_drop_rate": 0.2}
    runs = []
    for _ in range(2):
        bench.sent.clear()
        await bench.settings(seed=9, **rates)
        await _raise(bench, "all", over_s=5)
        await _later(bench, 60)
        runs.append(_told(bench))
    assert runs[0] == runs[1] and runs[0]
