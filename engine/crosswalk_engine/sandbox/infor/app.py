"""The Infor sandbox as an ASGI app: token endpoint, M3 REST API, control routes."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from crosswalk_engine.sandbox.app import build_app
from crosswalk_engine.sandbox.clock import SandboxClock
from crosswalk_engine.sandbox.host import Host, JsonReply
from crosswalk_engine.sandbox.infor.call import BadCallError, M3Call, read_bulk, read_single
from crosswalk_engine.sandbox.infor.execute import execute
from crosswalk_engine.sandbox.infor.gateway import (
    Gate,
    classify,
    no_such_resource,
    over_quota,
    unauthorized,
    upstream_error,
)
from crosswalk_engine.sandbox.infor.ionapi import Credentials
from crosswalk_engine.sandbox.infor.m3.company import Company, Habits
from crosswalk_engine.sandbox.infor.m3.keyed import load_keyed_orders
from crosswalk_engine.sandbox.infor.m3.masters import load_masters
from crosswalk_engine.sandbox.infor.memory import DueEffects, state_of
from crosswalk_engine.sandbox.infor.reply import bad_call, m3_reply
from crosswalk_engine.sandbox.infor.settings import InforSettings
from crosswalk_engine.sandbox.infor.tokens import TokenDesk, TokenError


def make_app(
    data: Path | Traversable,
    *,
    base_url: str = "http://127.0.0.1",
    clock: SandboxClock | None = None,
    rng: random.Random | None = None,
    settings: InforSettings | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Starlette:
    """The sandbox over the masters in ``data``/infor. `base_url` is where it answers.

    Raises:
        MissingFileError: a file of the data folder is missing.
        RecordError: a file or a record in it is wrong.
    """
    del base_url
    masters = load_masters(data)
    host = Host(
        "infor",
        settings or InforSettings(),
        clock=clock or SandboxClock(),
        rng=rng,
        sleep=sleep,
        classify=classify,
        error_reply=upstream_error,
        throttled_reply=over_quota,
    )

    def habits() -> Habits:
        return Habits(host.settings.confirm_delay_s, host.settings.search_lag_s)

    company = Company(masters, host.clock, habits)
    load_keyed_orders(company)
    host.effects = DueEffects(host.clock, company=company)
    company.notify = host.effects.add
    desk = TokenDesk(Credentials(masters.tenant), host)
    return build_app(
        host,
        Endpoints(host, company, desk).routes(masters.tenant),
        state=lambda: state_of(company, desk),
        gate=Middleware(Gate, host=host),
        exception_handlers={404: no_such_resource, 405: no_such_resource},
    )


def describe(base_url: str, data: Path | Traversable) -> dict[str, Any]:
    """What a client needs to know of the sandbox at `base_url`: the `.ionapi` file, the control address."""
    tenant = load_masters(data).tenant
    return {"ionapi": Credentials(tenant).file(base_url), "control": f"{base_url}/_sandbox"}


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The routes' functions."""

    host: Host[InforSettings]
    company: Company
    desk: TokenDesk

    def routes(self, tenant: str) -> list[Route]:
        """Authorisation server and M3 REST v2 of `tenant`."""
        rest = f"/{tenant}/M3/m3api-rest/v2/execute"
        routes = [
            Route(f"/{tenant}/as/token.oauth2", self.token, methods=["POST"]),
            Route(f"/{tenant}/as/revoke_token.oauth2", self.revoke, methods=["POST"]),
            Route(rest, self.bulk, methods=["POST"]),
            Route(f"{rest}/{{program}}/{{transaction:path}}", self.single, methods=["GET"]),
        ]
        for route in routes:
            # Starlette answers HEAD where it answers GET; here a GET may write, so a HEAD would too.
            (route.methods or set()).discard("HEAD")
        return routes

    async def token(self, request: Request) -> Response:
        """POST pu + ot."""
        return await self._answered(request, self.desk.grant)

    async def revoke(self, request: Request) -> Response:
        """POST pu + or."""

        def revoked(form: Mapping[str, str], authorization: str) -> dict[str, Any]:
            self.desk.revoke(form, authorization)
            return {}

        return await self._answered(request, revoked)

    async def _answered(
        self, request: Request, answer: Callable[[Mapping[str, str], str], dict[str, Any]]
    ) -> Response:
        no_store = {"Cache-Control": "no-store", "Pragma": "no-cache"}
        try:
            form = _form(await request.body())
            body = answer(form, request.headers.get("authorization", ""))
        except TokenError as error:
            headers = dict(no_store)
            if error.status == 401:
                headers["WWW-Authenticate"] = "Basic"
            if error.retry_after:
                headers["Retry-After"] = str(int(error.retry_after) + 1)
            return JsonReply(error.body(), error.status, headers=headers)
        return JsonReply(body, headers=no_store)

    async def single(self, request: Request) -> Response:
        """GET …/execute/PROGRAM/Transaction."""
        raw_path = request.scope.get("raw_path") or request.scope["path"].encode()
        return self._run(request, lambda: read_single(raw_path, request.scope["query_string"]))

    async def bulk(self, request: Request) -> Response:
        """POST …/execute."""
        body = await request.body()
        return self._run(request, lambda: read_bulk(body, request.scope["query_string"]))

    def _run(self, request: Request, read: Callable[[], M3Call]) -> Response:
        refused = self.desk.refusal(request.headers.get("authorization", ""))
        if refused:
            return unauthorized(refused)
        try:
            call = read()
        except BadCallError as error:
            return bad_call(str(error))
        settings, chance = self.host.settings, self.host.chance
        executed = execute(call, self.company, settings, chance)
        shape = settings.error_shape
        as_400 = chance.random() < 0.5 if shape == "mixed" else shape == "400"
        return m3_reply(executed, as_400=as_400, pretty=call.options.pretty)


def _form(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode("ascii"), strict_parsing=bool(body), max_num_fields=50))
    except ValueError:
        raise TokenError("invalid_request", "the body is not a form") from None
