"""The receiver: caps, secret, durable receipt, then 202; and the control socket beside the journal."""

import json
import logging
from pathlib import Path

import httpx
import pytest
from crosswalk_engine.errors import RecordError
from crosswalk_engine.journal import EventState, Journal
from crosswalk_engine.monitor.health import Monitor
from crosswalk_engine.monitor.log import JsonLines
from crosswalk_engine.sync.receive import ECHO_LINGER, Receiver
from crosswalk_engine.testing.scene import FLOW, Scene, scene
from crosswalk_engine.triggers.control import Control, ask, socket_path
from crosswalk_engine.triggers.webhook import MAX_BODY, WebhookReceiver
from starlette.applications import Starlette

SECRET = "s" * 43


@pytest.fixture
def stage(tmp_path: Path):
    made = scene(tmp_path, 3)
    yield made
    made.close()


@pytest.fixture
def woken() -> list[int]:
    return []


@pytest.fixture
def client(stage: Scene, woken: list[int]) -> httpx.AsyncClient:
    receiver = Receiver(stage.journal, [FLOW], {"shop": stage.shop})
    hooks = WebhookReceiver(receiver, {"shop": SECRET}, now=lambda: 50.0, wake=lambda: woken.append(1))
    monitor = Monitor(stage.journal, "r1", lambda: {"shop": 0.25})
    app = Starlette(routes=[*hooks.routes(), *monitor.routes()])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://engine")


async def test_a_notice_is_journaled_before_the_answer(
    client: httpx.AsyncClient, stage: Scene, woken: list[int]
) -> None:
    """202 means that the event is on disk, due after its linger, and that the workers know."""
    reply = await client.post(f"/hooks/shop/{SECRET}", content=b"1")
    assert (reply.status_code, reply.json()) == (202, {"received": 1})
    assert stage.journal.inbox.next_due("orders") == 52.0
    assert woken == [1]
    again = await client.post(f"/hooks/shop/{SECRET}", content=b"1")
    assert again.json() == {"received": 0}


@pytest.mark.parametrize(
    "path", ["/hooks/shop/wrong", "/hooks/other/" + SECRET, "/hooks/shop/" + SECRET[:-1]]
)
async def test_a_wrong_secret_and_an_unknown_connection_look_the_same(
    client: httpx.AsyncClient, stage: Scene, path: str
) -> None:
    """Neither leaves anything behind, and the answer does not say which it was."""
    reply = await client.post(path, content=b"1")
    assert (reply.status_code, reply.json()) == (404, {"error": "CW-HOOK-UNKNOWN"})
    assert stage.journal.inbox.counts() == {}


async def test_a_large_body_is_refused_unread(client: httpx.AsyncClient, stage: Scene) -> None:
    """Over the cap there is a 413, with or without a declared length."""

    async def endless():
        for _ in range(100):
            yield b"x" * 65_536

    declared = await client.post(f"/hooks/shop/{SECRET}", content=b"x" * (MAX_BODY + 1))
    streamed = await client.post(f"/hooks/shop/{SECRET}", content=endless())
    assert (declared.status_code, streamed.status_code) == (413, 413)
    assert stage.journal.inbox.counts() == {}


async def test_a_body_that_is_no_notice_is_a_400(
    client: httpx.AsyncClient, stage: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be read is refused for good, so that the sender does not try for ever."""

    def refuse(body: bytes) -> None:
        raise RecordError("X-NOTICE", "not a notice")

    monkeypatch.setattr(stage.shop, "read_notice", refuse)
    reply = await client.post(f"/hooks/shop/{SECRET}", content=b"?")
    assert (reply.status_code, reply.json()) == (400, {"error": "X-NOTICE"})


async def test_an_echo_of_our_own_write_back_waits_longer(client: httpx.AsyncClient, stage: Scene) -> None:
    """A notice of a record that we have just written to shares a later fetch."""
    stage.notice(1)
    await stage.run(8)
    assert stage.journal.inbox.counts() == {"done": 1}
    receiver = Receiver(stage.journal, [FLOW], {"shop": stage.shop})
    now = stage.clock[0]
    receiver.receive("shop", b"1", now=now)
    receiver.receive("shop", b"2", now=now)
    due = dict(
        stage.journal.core.db.execute("select record, due from event where state = 'pending'").fetchall()
    )
    assert due == {"1": now + ECHO_LINGER, "2": now + 2.0}


async def test_health_and_metrics_hold_figures_only(client: httpx.AsyncClient) -> None:
    """Counts by state and quota in use, in Prometheus' text format."""
    await client.post(f"/hooks/shop/{SECRET}", content=b"1")
    health = (await client.get("/healthz")).json()
    metrics = (await client.get("/metrics")).text
    assert health == {"status": "ok", "release": "r1", "events": {"pending": 1}}
    assert 'crosswalk_events{state="pending"} 1' in metrics
    assert 'crosswalk_quota_used{connection="shop"} 0.250' in metrics


async def test_an_operator_replays_through_the_engine(stage: Scene) -> None:
    """The control routes do what the command line does when no engine runs."""
    stage.shop.orders["1"]["bad"] = True
    stage.notice(1)
    await stage.run(8)
    app = Starlette(routes=Control(stage.journal, now=lambda: 60.0, wake=lambda: None).routes())
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://engine")
    reply = await client.post("/dlq/1/replay", json={"actor": "eve"})
    assert reply.json() == {"record": "1"}
    assert stage.journal.inbox.counts() == {"retry": 1}


def test_without_an_engine_the_command_takes_the_lock(tmp_path: Path) -> None:
    """A discard on a stopped engine's journal is done at once, and the journal is free again."""
    stage = scene(tmp_path, 1)
    stage.notice(1)
    (event,) = stage.journal.inbox.claim("orders", now=2000.0, limit=1)
    stage.journal.inbox.finish([event], EventState.DEAD, at=1.0, code="X")
    stage.close()
    path = tmp_path / "journal.db"
    order = {"actor": "eve", "reason": "test order"}
    assert ask(path, "discard", event.id, order, now=lambda: 5.0) == "1"
    reopened = Journal(path)
    assert reopened.inbox.counts() == {"skipped": 1}
    reopened.close()


def test_the_socket_of_a_deep_folder_still_has_a_short_path(tmp_path: Path) -> None:
    """A Unix socket's path is limited; a deep journal gets one elsewhere, always the same."""
    deep = tmp_path / ("d" * 120) / "journal.db"
    assert len(str(socket_path(deep))) < 100
    assert socket_path(deep) == socket_path(deep)
    assert socket_path(Path("/srv/journal.db")) == Path("/srv/journal.db.sock")


def test_a_log_line_is_one_line() -> None:
    """Line breaks and terminal codes in a message cannot forge another line."""
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "a\nb\u2028\x1b[31m %s", ("c",), None)
    line = JsonLines().format(record)
    assert "\n" not in line
    assert "\x1b" not in line
    assert json.loads(line)["message"] == "a\nb\u2028\x1b[31m c"
