"""The addresses of the sandbox and what answers there.

Writes stand in one table, so that a multi-message reaches them as a plain request does.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, compile_path

from crosswalk_engine.sandbox.brightpearl import orders, resources, subscriptions
from crosswalk_engine.sandbox.brightpearl.columns import SEARCHES
from crosswalk_engine.sandbox.brightpearl.multi import multi_message
from crosswalk_engine.sandbox.brightpearl.replies import ApiError, injected_error
from crosswalk_engine.sandbox.brightpearl.search import catalogue, run_search
from crosswalk_engine.sandbox.brightpearl.system import System
from crosswalk_engine.sandbox.host import JsonReply

#: Does one write on the system: (system, values in the address, decoded body) → the reply's body.
Write = Callable[[System, Mapping[str, str], Any], dict[str, Any]]

WRITES: tuple[tuple[str, str, Write], ...] = (
    ("PUT", "/order-service/order/{id}/status", orders.put_status),
    ("POST", "/order-service/order/{id}/note", orders.post_note),
    ("PATCH", "/order-service/order/{id}/custom-field", orders.patch_custom_fields),
    ("POST", "/integration-service/webhook", subscriptions.create),
    ("DELETE", "/integration-service/webhook/{id}", subscriptions.delete),
)

_PATTERNS = tuple((method, compile_path(path)[0], write) for method, path, write in WRITES)

#: Answers one read: (values in the address, query) → the reply's body.
Read = Callable[..., dict[str, Any]]
Handler = Callable[[Request], Awaitable[Response]]


def perform(system: System, method: str, uri: str, body: Any) -> tuple[int, Any]:
    """Do one write by its address below the account; gives status and body, refusals included."""
    path = uri.partition("?")[0]
    for verb, pattern, write in _PATTERNS:
        match = pattern.match(path)
        if match and verb == method:
            try:
                return 200, write(system, match.groupdict(), body)
            except ApiError as error:
                return error.status, error.body()
    missing = ApiError(404, "CMNC-404", f"{method} {path[:80]} is not a resource of this sandbox")
    return missing.status, missing.body()


def api_routes(system: System) -> list[Route]:
    """All routes below ``/public-api/{account}``, and the token endpoint's two addresses."""
    account = system.account.code
    base = f"/public-api/{account}"
    return [
        Route(f"/token/{account}", _token(system), methods=["POST"]),
        Route(f"/{account}/oauth/token", _token(system), methods=["POST"]),
        Route(f"{base}/multi-message", _multi(system), methods=["POST"]),
        *(Route(base + path, _written(system, write), methods=[method]) for method, path, write in WRITES),
        *(Route(base + path, _answered(read), methods=["GET"]) for path, read in _reads(system)),
        *(Route(base + path, _answered(read), methods=["OPTIONS"]) for path, read in _options(system)),
    ]


def _reads(system: System) -> Iterator[tuple[str, Read]]:
    """GET addresses below the account, and what answers there."""
    account = system.account
    for search in SEARCHES:
        yield search.path, lambda where, query, s=search: run_search(account, s, query)
        yield f"{search.path}/meta-data", lambda where, query, s=search: catalogue(s)
    for resource in resources.RESOURCES:
        yield (
            f"/{resource.service}/{resource.name}/{{ids}}",
            lambda where, query, r=resource: resources.get_records(system, r, where["ids"], query),
        )
    for path, (name, key) in resources.LISTED.items():
        entries = account.lists[name]
        for address in (path, f"{path}/{{ids}}"):
            yield address, lambda where, query, e=entries, k=key: resources.get_list(e, k, where.get("ids"))
    order = "/order-service/order/{id}"
    for address in (f"{order}/note", f"{order}/note/{{ids}}"):
        yield address, lambda where, query: resources.get_notes(system, where)
    yield f"{order}/custom-field", lambda where, query: resources.get_custom_fields(system, where)
    fields = "/order-service/sale/custom-field-meta-data"
    yield fields, lambda where, query: {"response": list(account.custom_fields.values())}
    for address in ("/integration-service/webhook", "/integration-service/webhook/{ids}"):
        yield address, lambda where, query: subscriptions.listed(system, where.get("ids"))


def _options(system: System) -> Iterator[tuple[str, Read]]:
    """OPTIONS addresses below the account, and what answers there."""
    for resource in resources.RESOURCES:
        path = f"/{resource.service}/{resource.name}"
        for address in (path, f"{path}/{{ids}}"):
            yield address, lambda where, query, r=resource: resources.options_of(system, r, where.get("ids"))


def _answered(read: Read) -> Handler:
    async def handler(request: Request) -> Response:
        return JsonReply(read(request.path_params, request.query_params))

    return handler


def _written(system: System, write: Write) -> Handler:
    async def handler(request: Request) -> Response:
        body = await _json(request) if request.method != "DELETE" else None
        return JsonReply(write(system, request.path_params, body))

    return handler


def _multi(system: System) -> Handler:
    async def handler(request: Request) -> Response:
        if not system.host.settings.multi_message_available:
            return injected_error(503)
        body = await _json(request)
        status, reply = multi_message(system, body, lambda *part: perform(system, *part))
        return JsonReply(reply, status)

    return handler


def _token(system: System) -> Handler:
    async def handler(request: Request) -> Response:
        async with request.form() as form:
            given = {key: value for key, value in form.items() if isinstance(value, str)}
        status, body = system.tokens.grant(given, system.address)
        return JsonReply(body, status)

    return handler


async def _json(request: Request) -> Any:
    try:
        return msgspec.json.decode(await request.body())
    except msgspec.DecodeError:
        raise ApiError(400, "CMNC-010", "The request body is missing or is not JSON") from None
