"""The shell around every sandbox's own routes: call log, gate, faults, control routes.

Order of the layers, outermost first: record → the sandbox's gate (quota, if it has one) → faults → routes.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Lifespan, Message, Receive, Scope, Send

from crosswalk_engine.sandbox.control import CONTROL_PREFIX, control_routes
from crosswalk_engine.sandbox.faults import Fault, FaultSettings, choose_fault
from crosswalk_engine.sandbox.host import Host
from crosswalk_engine.sandbox.log import Call

#: Where a layer finds the `Call` of the request it serves: ``scope[CALL_KEY]``.
CALL_KEY = "crosswalk.sandbox.call"


def build_app(
    host: Host[Any],
    routes: Sequence[BaseRoute],
    *,
    state: Callable[[], dict[str, Any]],
    gate: Middleware | None = None,
    control: Sequence[BaseRoute] = (),
    exception_handlers: Mapping[Any, Any] | None = None,
    lifespan: Lifespan[Starlette] | None = None,
) -> Starlette:
    """`routes` as a whole sandbox: logged, throttled by `gate`, misbehaving as told, with control routes.

    `state` gives the JSON of ``GET /_sandbox/state``; `control` are further routes under ``/_sandbox``.
    The host is at ``app.state.host``.
    """
    layers = [
        Middleware(RecordLayer, host=host),
        *([gate] if gate else []),
        Middleware(FaultLayer, host=host),
    ]
    app = Starlette(
        routes=[*control, *control_routes(host, state), *routes],
        middleware=layers,
        exception_handlers=exception_handlers,
        lifespan=lifespan,
    )
    app.state.host = host
    return app


def is_control(scope: Scope) -> bool:
    """Whether this is no call of the system at all: a control route, or not HTTP."""
    return scope["type"] != "http" or str(scope["path"]).startswith(CONTROL_PREFIX)


class RecordLayer:
    """Opens the call's record and logs it when the reply is decided; control calls are not logged."""

    def __init__(self, app: ASGIApp, host: Host[Any]) -> None:
        self.app = app
        self.host = host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve and log."""
        if is_control(scope):
            await self.app(scope, receive, send)
            return
        call = self.host.calls.open(scope["method"], scope["path"])
        call.counted = self.host.classify(call.method, call.path) != "token"
        call.units = int(call.counted)
        scope[CALL_KEY] = call
        logged = False

        async def send_logged(message: Message) -> None:
            # Logged before the first byte leaves, so that whoever has the reply finds the call in the log.
            nonlocal logged
            if message["type"] == "http.response.start":
                call.status, logged = message["status"], True
                self.host.calls.close(call)
            await send(message)

        try:
            await self.app(scope, receive, send_logged)
        finally:
            if not logged:
                self.host.calls.close(call)


class FaultLayer:
    """Plays the fault that was chosen for the call."""

    def __init__(self, app: ASGIApp, host: Host[FaultSettings]) -> None:
        self.app = app
        self.host = host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the call, rightly or not."""
        if is_control(scope):
            await self.app(scope, receive, send)
            return
        host, call = self.host, scope[CALL_KEY]
        kind = host.classify(call.method, call.path)
        fault = choose_fault(host.settings, call.method, call.path, kind, host.chance)
        if fault.latency_s:
            await host.sleep(fault.latency_s)
        if fault.action in ("", "slow"):
            await self.app(scope, receive, send)
        else:
            await self._misbehave(fault, call, scope, receive, send)

    async def _misbehave(self, fault: Fault, call: Call, scope: Scope, receive: Receive, send: Send) -> None:
        host = self.host
        lost = fault.action.startswith("lost_")
        what = fault.action.removeprefix("lost_")
        call.fault = f"lost:{what}" if lost else {"throttle": "throttled"}.get(what, what)
        if fault.action == "throttle":
            call.units = 0
            await host.throttled_reply()(scope, receive, send)
            return
        if lost:
            await self.app(scope, receive, _swallow)
        if what == "error":
            await host.error_reply(fault.status)(scope, receive, send)
            return
        if what == "hang":
            await host.sleep(host.settings.hang_s)
        await _cut(scope)


async def _swallow(message: Message) -> None:
    """The reply that nobody gets."""
    del message


async def _cut(scope: Scope) -> None:
    """Cut the connection without a byte of reply.

    Raises:
        ConnectionResetError: no real connection stands behind this call (in-process transport).
    """
    cut = scope.get("state", {}).get("cut")
    if cut is None:
        raise ConnectionResetError("the sandbox cut the connection")
    cut()
    await asyncio.sleep(0)
