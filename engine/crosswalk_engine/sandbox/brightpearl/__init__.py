"""A Brightpearl account on loopback, faithful to the public API for what an order flow touches."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.types import Lifespan

from crosswalk_engine.sandbox.app import build_app
from crosswalk_engine.sandbox.brightpearl.account import load_account
from crosswalk_engine.sandbox.brightpearl.control import brightpearl_control
from crosswalk_engine.sandbox.brightpearl.delivery import HttpSend, Hub, Send
from crosswalk_engine.sandbox.brightpearl.gate import Gate
from crosswalk_engine.sandbox.brightpearl.quota import Quota
from crosswalk_engine.sandbox.brightpearl.replies import (
    ApiError,
    api_error_reply,
    injected_error,
    no_such_resource,
    throttled_reply,
)
from crosswalk_engine.sandbox.brightpearl.routes import api_routes
from crosswalk_engine.sandbox.brightpearl.settings import BrightpearlSettings
from crosswalk_engine.sandbox.brightpearl.system import System
from crosswalk_engine.sandbox.brightpearl.tokens import ACCOUNT_TOKEN, FIRST_REFRESH_TOKEN, Tokens
from crosswalk_engine.sandbox.clock import SandboxClock
from crosswalk_engine.sandbox.data import read_json
from crosswalk_engine.sandbox.faults import CallKind
from crosswalk_engine.sandbox.host import Host, by_method

__all__ = ["BrightpearlSettings", "describe", "make_app"]


def make_app(
    data: Path | Traversable,
    *,
    base_url: str = "http://127.0.0.1",
    clock: SandboxClock | None = None,
    rng: random.Random | None = None,
    settings: BrightpearlSettings | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    send: Send | None = None,
) -> Starlette:
    """The sandbox over the data folder `data`; `send` makes the webhook calls, over HTTP unless given.

    The system is at ``app.state.system``. Webhooks are delivered by themselves only where the server runs the
    app's lifespan; elsewhere call ``app.state.system.hub.deliver_due()``.

    Raises:
        MissingFileError: a file of the data folder is missing.
        RecordError: a file of the data folder cannot be used.
    """
    account = load_account(data)
    host = Host(
        "brightpearl",
        settings or BrightpearlSettings(),
        clock or SandboxClock(),
        rng,
        sleep,
        classify,
        injected_error,
        throttled_reply,
    )
    hub = Hub(host, account.code, send or HttpSend())
    address = base_url.partition("://")[2]
    system = System(host, account, Quota(host), Tokens(account.app, host), hub, address)
    app = build_app(
        host,
        api_routes(system),
        state=system.state,
        gate=Middleware(Gate, system=system),
        control=brightpearl_control(system),
        exception_handlers={ApiError: api_error_reply, HTTPException: no_such_resource},
        lifespan=_delivering(hub),
    )
    app.state.system = system
    return app


def _delivering(hub: Hub) -> Lifespan[Starlette]:
    """A lifespan during which `hub` delivers by itself."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        del app
        delivering = asyncio.create_task(hub.run())
        try:
            yield
        finally:
            delivering.cancel()
            await asyncio.gather(delivering, return_exceptions=True)
            if isinstance(hub.send, HttpSend):
                await hub.send.close()

    return lifespan


def classify(method: str, path: str) -> CallKind:
    """Token calls by their address, the rest by method."""
    if path.startswith("/token/") or path.endswith("/oauth/token"):
        return "token"
    return by_method(method, path)


def describe(base_url: str, data: Path | Traversable) -> dict[str, Any]:
    """Address and (fixed demo) credentials of the sandbox at `base_url`, for a connection's settings."""
    about = read_json(data, "brightpearl/account.json")
    account, app = about["account"], about["app"]
    return {
        "base_url": f"{base_url}/public-api/{account}",
        "account": account,
        "headers": {"brightpearl-app-ref": app, "brightpearl-account-token": ACCOUNT_TOKEN},
        "oauth": {
            "token_url": f"{base_url}/token/{account}",
            "client_id": app,
            "refresh_token": FIRST_REFRESH_TOKEN,
            "headers": {"brightpearl-app-ref": app, "brightpearl-dev-ref": about["developer"]},
        },
        "control": f"{base_url}/_sandbox",
    }
