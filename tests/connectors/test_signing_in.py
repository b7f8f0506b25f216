"""Signing in for real: the sandboxes' token endpoints, rotation, expiry, wrong credentials."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from crosswalk_engine.connectors.brightpearl import BrightpearlSource
from crosswalk_engine.connectors.catalogue import Surroundings, build_connector
from crosswalk_engine.connectors.config import Connection
from crosswalk_engine.connectors.http import HttpClient
from crosswalk_engine.connectors.network import NetworkPolicy
from crosswalk_engine.connectors.oauth import TokenStore
from crosswalk_engine.errors import ConfigError
from crosswalk_engine.sandbox import brightpearl
from crosswalk_engine.sandbox.clock import SandboxClock

BASE = "http://127.0.0.1"
ORDER = "200151"


def surroundings(app: Any, clock: SandboxClock, waits: Any, folder: Path, transport: Any) -> Surroundings:
    client = HttpClient(NetworkPolicy(loopback_http=True), transport=transport(app=app))
    store = TokenStore(folder / "tokens")
    return Surroundings(client, store, folder, random.Random(1), waits, clock.time, clock.time)


@pytest.fixture
def oauth_connection(monkeypatch: pytest.MonkeyPatch, data: Path) -> Connection:
    described = brightpearl.describe(BASE, data)
    oauth = described["oauth"]
    monkeypatch.setenv("BP_REFRESH", oauth["refresh_token"])
    return Connection(
        connector="brightpearl",
        base_url=described["base_url"],
        auth={
            "app_ref": oauth["headers"]["brightpearl-app-ref"],
            "dev_ref": oauth["headers"]["brightpearl-dev-ref"],
            "client_id": oauth["client_id"],
            "token_url": oauth["token_url"],
            "refresh_token": "env:BP_REFRESH",
        },
    )


async def test_a_seeded_refresh_token_rotates_and_survives_a_restart(
    bp_app: Any,
    clock: SandboxClock,
    waits: Any,
    quick_path: Path,
    transport: Any,
    oauth_connection: Connection,
) -> None:
    """The seed is used once; after the access token's end, and after a restart, the newest one works."""
    for _ in range(3):
        around = surroundings(bp_app, clock, waits, quick_path, transport)
        source = build_connector("bp", oauth_connection, around)
        assert isinstance(source, BrightpearlSource)
        assert set(await source.fetch("order", [ORDER])) == {ORDER}
        clock.advance(700_000)
        assert set(await source.fetch("order", [ORDER])) == {ORDER}
        clock.advance(700_000)
    assert bp_app.state.host.calls.by_status[401] == 0


async def test_a_wrong_token_is_said_in_one_error_without_it(
    bp_app: Any,
    clock: SandboxClock,
    waits: Any,
    quick_path: Path,
    transport: Any,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A refused private-app token names the connection's fix and never itself."""
    monkeypatch.setenv("BP_TOKEN", "not-the-token")
    described = brightpearl.describe(BASE, data)
    auth = {"app_ref": described["headers"]["brightpearl-app-ref"], "token": "env:BP_TOKEN"}
    connection = Connection(connector="brightpearl", base_url=described["base_url"], auth=auth)
    around = surroundings(bp_app, clock, waits, quick_path, transport)
    source = build_connector("bp", connection, around)
    assert isinstance(source, BrightpearlSource)
    with pytest.raises(ConfigError, match="CW-BP-AUTH") as caught:
        await source.fetch("order", [ORDER])
    assert "not-the-token" not in caught.value.render()


async def test_the_headers_may_be_one_secret(
    bp_app: Any,
    clock: SandboxClock,
    waits: Any,
    quick_path: Path,
    transport: Any,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`auth: {ref: env:NAME}` is enough when the variable holds the private app's headers as JSON."""
    described = brightpearl.describe(BASE, data)
    monkeypatch.setenv("BP_HEADERS", json.dumps(described["headers"]))
    connection = Connection(
        connector="brightpearl", base_url=described["base_url"], auth={"ref": "env:BP_HEADERS"}
    )
    around = surroundings(bp_app, clock, waits, quick_path, transport)
    source = build_connector("bp", connection, around)
    assert isinstance(source, BrightpearlSource)
    assert set(await source.fetch("order", [ORDER])) == {ORDER}
    for wrong in ("{", '{"authorization": "x"}', "{}"):
        monkeypatch.setenv("BP_HEADERS", wrong)
        with pytest.raises(ConfigError, match="CW-BP-AUTH"):
            build_connector("bp", connection, around)


@pytest.mark.parametrize(
    ("connection", "code"),
    [
        (Connection(connector="sap"), "CW-CONNECTOR"),
        (Connection(connector="brightpearl"), "CW-CONNECTION"),
        (Connection(connector="brightpearl", base_url="https://x/y"), "CW-BP-AUTH"),
        (
            Connection(connector="brightpearl", base_url="https://x/y", auth={"token": "abc"}),
            "CW-SECRET-LITERAL",
        ),
        (Connection(connector="infor-m3"), "CW-CONNECTION"),
        (Connection(connector="infor-m3", ionapi="file:./none.ionapi"), "CW-IONAPI-MISSING"),
    ],
)
def test_an_incomplete_connection_is_refused(
    bp_app: Any,
    clock: SandboxClock,
    waits: Any,
    quick_path: Path,
    transport: Any,
    connection: Connection,
    code: str,
) -> None:
    """Each fault of a connection's settings has its own code."""
    with pytest.raises(ConfigError, match=code):
        build_connector("x", connection, surroundings(bp_app, clock, waits, quick_path, transport))
