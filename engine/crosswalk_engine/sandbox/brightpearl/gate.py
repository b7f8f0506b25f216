"""Brightpearl's front door: the quota first, then who it is; both throttle headers on every reply."""

import msgspec
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crosswalk_engine.sandbox.app import CALL_KEY, is_control
from crosswalk_engine.sandbox.brightpearl.replies import throttled_reply
from crosswalk_engine.sandbox.brightpearl.system import System
from crosswalk_engine.sandbox.brightpearl.tokens import INSTANCE_ID, NOT_AUTHENTICATED
from crosswalk_engine.sandbox.host import JsonReply
from crosswalk_engine.sandbox.log import Call

API_PREFIX = "/public-api/"


class Gate:
    """Counts, throttles and authenticates what goes to ``/public-api``."""

    def __init__(self, app: ASGIApp, system: System) -> None:
        self.app = app
        self.system = system

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the call in, or refuse it."""
        if is_control(scope) or not scope["path"].startswith(API_PREFIX):
            await self.app(scope, receive, send)
            return
        if scope["path"].endswith("/"):  # the official examples end collections with a slash
            scope = {**scope, "path": scope["path"].rstrip("/")}
        call: Call = scope[CALL_KEY]
        headers = Headers(scope=scope)
        pool = "instance" if "authorization" in headers else "private"
        if self._costs_its_parts(call):
            body = await _whole_body(receive)
            call.units, receive = _parts(body), _replayed(body)
        let_in = self.system.quota.take(pool, call.units)
        refusal = self._refusal(scope["path"], headers)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = self.system.quota.headers(pool)
                if call.fault == "throttled":
                    extra[0] = (extra[0][0], b"0")
                if refusal is None:
                    extra.append((b"brightpearl-installed-integration-instance-id", b"%d" % INSTANCE_ID))
                message = {**message, "headers": [*message["headers"], *extra]}
            await send(message)

        answer: ASGIApp | Response = self.app
        if not let_in:
            call.units, call.fault = 0, "throttled"
            answer = throttled_reply()
        elif refusal is not None:
            answer = JsonReply({"response": refusal}, 401)
        await answer(scope, receive, send_with_headers)

    def _costs_its_parts(self, call: Call) -> bool:
        settings = self.system.host.settings
        return settings.multi_message_counts_as == "parts" and call.path.endswith("/multi-message")

    def _refusal(self, path: str, headers: Headers) -> str | None:
        if path.removeprefix(API_PREFIX).partition("/")[0] != self.system.account.code:
            return NOT_AUTHENTICATED
        return self.system.tokens.refusal(headers)


async def _whole_body(receive: Receive) -> bytes:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)


def _replayed(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _parts(body: bytes) -> int:
    """How many messages a multi-message holds; a body that is none counts as one call."""
    try:
        messages = msgspec.json.decode(body)["messages"]
    except (msgspec.DecodeError, KeyError, TypeError):
        return 1
    return max(len(messages), 1) if isinstance(messages, list) else 1
