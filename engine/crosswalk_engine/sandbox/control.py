"""The control routes of every sandbox, under ``/_sandbox``: for verifiers and tests alone."""

from collections.abc import Callable
from typing import Any

import msgspec
import pydantic
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from crosswalk_engine.sandbox.clock import iso
from crosswalk_engine.sandbox.host import Host, JsonReply

CONTROL_PREFIX = "/_sandbox"


class ControlError(Exception):
    """A control call that cannot be done; the message goes back as ``{"error": …}`` with status 400."""


class ClockChange(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /_sandbox/clock``: set the offset, or move it; seconds."""

    offset_s: float | None = None
    advance_s: float = 0.0


async def json_object(request: Request) -> dict[str, Any]:
    """The request's body as a JSON object; an empty body is an empty object.

    Raises:
        ControlError: the body is no JSON object.
    """
    try:
        body = msgspec.json.decode(await request.body() or b"{}")
    except msgspec.DecodeError as error:
        raise ControlError(f"the body is not JSON: {error}") from None
    if not isinstance(body, dict):
        raise ControlError("the body must be a JSON object")
    return body


def control_route(
    path: str, methods: list[str], handler: Callable[[Request], Any], *, name: str | None = None
) -> Route:
    """A route under ``/_sandbox`` whose async `handler` returns JSON; a `ControlError` answers 400."""

    async def endpoint(request: Request) -> Response:
        try:
            return JsonReply(await handler(request))
        except ControlError as error:
            return JsonReply({"error": str(error)}, 400)

    return Route(f"{CONTROL_PREFIX}{path}", endpoint, methods=methods, name=name)


def control_routes(host: Host[Any], state: Callable[[], dict[str, Any]]) -> list[Route]:
    """effects · calls · state · faults · clock."""

    async def effects(request: Request) -> Any:
        query = request.query_params
        return host.effects.report(_since(request), query.get("kind"), query.get("key"))

    async def calls(request: Request) -> Any:
        if request.method == "DELETE":
            host.calls.reset()
        return host.calls.report(_since(request))

    async def get_state(request: Request) -> Any:
        del request
        return state()

    async def faults(request: Request) -> Any:
        if request.method == "PUT":
            try:
                host.configure(await json_object(request))
            except pydantic.ValidationError as error:
                raise ControlError(_readable(error)) from None
        return host.settings.model_dump(mode="json")

    async def clock(request: Request) -> Any:
        if request.method == "PUT":
            try:
                change = msgspec.convert(await json_object(request), ClockChange)
            except msgspec.ValidationError as error:
                raise ControlError(str(error)) from None
            if change.offset_s is not None:
                host.clock.offset = change.offset_s
            host.clock.advance(change.advance_s)
        return {"now": iso(host.clock.now()), "t": host.clock.time(), "offset_s": host.clock.offset}

    return [
        control_route("/effects", ["GET"], effects),
        control_route("/calls", ["GET", "DELETE"], calls),
        control_route("/state", ["GET"], get_state),
        control_route("/faults", ["GET", "PUT"], faults),
        control_route("/clock", ["GET", "PUT"], clock),
    ]


def _since(request: Request) -> int:
    text = request.query_params.get("since", "0")
    if not text.isdigit():
        raise ControlError("since must be a whole number: the seq after which to report")
    return int(text)


def _readable(error: pydantic.ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
