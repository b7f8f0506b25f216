"""Over real sockets: cut connections, webhooks that arrive, ports that are taken."""

import asyncio
import json
from pathlib import Path

import httpx
import pytest
from crosswalk_engine.errors import BusyError
from crosswalk_engine.sandbox.brightpearl import BrightpearlSettings, describe, make_app
from crosswalk_engine.sandbox.server import address_of, listen, running
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

STATUS = "/order-service/order/101/status"


async def test_a_cut_connection_has_its_effect(folder: Path) -> None:
    """The client sees the connection end without a reply; the order is written; the next call works."""
    app = make_app(folder)
    async with running(app) as (base,):
        described = describe(base, folder)
        async with httpx.AsyncClient(base_url=described["base_url"], headers=described["headers"]) as client:
            faults = {"script": [{"match": "PUT *", "do": "lost_cut"}, {"match": "PUT *", "do": "cut"}]}
            await client.put(f"{base}/_sandbox/faults", json=faults)
            for _ in range(2):
                with pytest.raises(httpx.TransportError):
                    await client.put(STATUS, json={"orderStatusId": 21})
            effects = (await client.get(f"{base}/_sandbox/effects")).json()
            calls = (await client.get(f"{base}/_sandbox/calls")).json()
            reply = await client.put(STATUS, json={"orderStatusId": 21})
    assert [effect["kind"] for effect in effects] == ["order.status"]
    assert [(call["status"], call["fault"]) for call in calls["calls"]] == [(0, "lost:cut"), (0, "cut")]
    assert reply.status_code == 200


async def test_a_webhook_arrives_and_is_retried(folder: Path) -> None:
    """The receiver gets the merged set by HTTP, refuses it once, and gets it again."""
    got: list[str] = []
    twice = asyncio.Event()

    async def receive(request: Request) -> Response:
        got.append((await request.body()).decode())
        if len(got) == 2:
            twice.set()
        return Response(status_code=503 if len(got) == 1 else 204)

    receiver = Starlette(routes=[Route("/hook", receive, methods=["POST"])])
    app = make_app(folder, settings=BrightpearlSettings(webhook_merge_s=0.01, webhook_retry_s=0.01))
    async with running(app, receiver) as (base, hook):
        described = describe(base, folder)
        async with httpx.AsyncClient(base_url=described["base_url"], headers=described["headers"]) as client:
            subscription = {
                "subscribeTo": "order.modified",
                "httpMethod": "POST",
                "uriTemplate": f"{hook}/hook",
                "bodyTemplate": '{"id": "${resource-id}"}',
                "contentType": "application/json",
                "idSetAccepted": True,
            }
            await client.post("/integration-service/webhook", json=subscription)
            await client.post(f"{base}/_sandbox/raise", json={"orders": "all"})
            await asyncio.wait_for(twice.wait(), 20)
    assert [json.loads(body)["id"] for body in got] == ["101,102,103,107"] * 2


async def test_an_unreachable_receiver_is_no_answer(folder: Path) -> None:
    """A hook on a port where nobody listens counts as a failed delivery and harms nothing."""
    listener = listen("nobody")
    nobody = address_of(listener)
    listener.close()
    app = make_app(folder)
    hub = app.state.system.hub
    async with running(app) as (base,):
        described = describe(base, folder)
        async with httpx.AsyncClient(base_url=described["base_url"], headers=described["headers"]) as client:
            hook = {"subscribeTo": "order", "httpMethod": "GET", "uriTemplate": f"{nobody}/${{resource-id}}"}
            await client.post("/integration-service/webhook", json=hook)
            await client.post(f"{base}/_sandbox/raise", json={"orders": [101]})
            await client.put(f"{base}/_sandbox/clock", json={"advance_s": 1})
            await hub.deliver_due()
            async with asyncio.timeout(20):
                while not hub.deliveries:
                    await asyncio.sleep(0)
    assert [(entry["status"], entry["ids"]) for entry in hub.deliveries] == [(0, [101])]


def test_a_taken_port_is_named() -> None:
    """Two listeners on one port: the second is told which port and what to do."""
    first = listen("brightpearl")
    port = first.getsockname()[1]
    try:
        with pytest.raises(BusyError, match=f"CW-PORT-BUSY .*infor.*127.0.0.1:{port}"):
            listen("infor", port)
    finally:
        first.close()
