"""The ION API gateway in front of M3: its quota and its own words for no."""

import math
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from crosswalk_engine.errors import masked
from crosswalk_engine.sandbox.app import CALL_KEY, is_control
from crosswalk_engine.sandbox.faults import CallKind
from crosswalk_engine.sandbox.host import Host, JsonReply
from crosswalk_engine.sandbox.infor.m3.programs import PROGRAMS
from crosswalk_engine.sandbox.infor.settings import InforSettings
from crosswalk_engine.sandbox.infor.tokens import Window

_TOKEN_ENDPOINTS = ("/as/token.oauth2", "/as/revoke_token.oauth2")


def classify(method: str, path: str) -> CallKind:
    """Token call, read or write: a GET of a writing transaction is a write, and so is every bulk call."""
    if path.endswith(_TOKEN_ENDPOINTS):
        return "token"
    program, _, transaction = path.partition("/execute/")[2].partition("/")
    name = transaction.partition(";")[0]
    if method == "GET" and program in PROGRAMS and name in PROGRAMS[program].transactions:
        return "write" if PROGRAMS[program].transactions[name].writes else "read"
    return "write" if method == "POST" else "read"


def unauthorized(why: str) -> Response:
    """401 for a call without a good token."""
    reply = JsonReply({"error": "invalid_token", "error_description": why}, 401)
    reply.headers["WWW-Authenticate"] = f'Bearer error="invalid_token", error_description="{why}"'
    return reply


def over_quota(retry_after: float = 60) -> Response:
    """429 for a call over the tenant's quota; whole seconds to wait in Retry-After."""
    body = {"error": "quota_exceeded", "error_description": "the tenant's API quota is used up"}
    return JsonReply(body, 429, headers={"Retry-After": str(max(math.ceil(retry_after), 1))})


def upstream_error(status: int) -> Response:
    """A 5xx from the gateway or from M3 behind it."""
    return JsonReply({"error": "server_error", "error_description": f"upstream answered {status}"}, status)


async def no_such_resource(request: Request, error: Exception) -> Response:
    """404 for an address that no API of the tenant has, 405 for a method that it does not take there."""
    status = getattr(error, "status_code", 404)
    what = f"{request.method} {masked(request.url.path)} is not a resource of this tenant"
    return JsonReply({"error": "not_found", "error_description": what}, status)


@dataclass(slots=True)
class Quota:
    """Calls of the tenant in the last minute and day."""

    host: Host[InforSettings]
    minute: Window = field(default_factory=Window)
    day: Window = field(default_factory=Window)

    def take(self) -> float:
        """Count one call now, or give the seconds until one is allowed again."""
        now, settings = self.host.clock.time(), self.host.settings
        wait = max(
            self.minute.wait(now, settings.calls_per_minute, settings.minute_s),
            self.day.wait(now, settings.calls_per_day, settings.day_s),
        )
        if not wait:
            self.minute.times.append(now)
            self.day.times.append(now)
        return wait


class Gate:
    """Refuses calls over the quota; token calls do not count."""

    def __init__(self, app: ASGIApp, host: Host[InforSettings]) -> None:
        self.app = app
        self.host = host
        self.quota = Quota(host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the call through, or refuse it."""
        if is_control(scope) or self.host.classify(scope["method"], scope["path"]) == "token":
            await self.app(scope, receive, send)
            return
        wait = self.quota.take()
        if wait:
            scope[CALL_KEY].units, scope[CALL_KEY].fault = 0, "throttled"
            await over_quota(wait)(scope, receive, send)
            return
        await self.app(scope, receive, send)
