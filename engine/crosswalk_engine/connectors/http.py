"""The one guarded HTTP client: checked addresses, no redirects, deadlines, size caps, typed errors.

A reply that never came is not a failure of the call: it may have taken effect. So a lost reply of a call that
writes is `OutcomeUnknownError`, and its caller looks before it sends again.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx

from crosswalk_engine.connectors.network import NetworkPolicy
from crosswalk_engine.errors import OutcomeUnknownError, RetriableError, masked

#: Longest reply that is read, in bytes; an id set of 200 orders is about 1 MB.
MAX_REPLY = 32 * 1024 * 1024

#: Seconds for one whole call, whatever trickles in.
DEADLINE = 65.0

#: Never reached the other end, so nothing can have happened there.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete HTTP reply; `body` is text as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self, where: str) -> Any:
        """The body as JSON, with exact numbers.

        Raises:
            RetriableError: CW-NOT-JSON; a login page or a proxy's error page stands in for the reply.
        """
        try:
            return json.loads(self.body, parse_float=Decimal)
        except ValueError:
            raise RetriableError(
                "CW-NOT-JSON",
                "the reply is not JSON",
                where=where,
                got=f"status {self.status}, {self.headers.get('content-type', 'no content type')}",
                expected="application/json",
                fix="check the address, the credentials and any proxy in between",
            ) from None


class HttpClient:
    """Sends one request at a time to checked addresses.

    Args:
        policy: which addresses are allowed.
        transport: replaces the network (tests).
        deadline: seconds for a whole call.
        connections: how many calls may be open at once.
    """

    def __init__(
        self,
        policy: NetworkPolicy,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        deadline: float = DEADLINE,
        connections: int = 8,
    ) -> None:
        self._policy = policy
        self._deadline = deadline
        self._client = httpx.AsyncClient(
            transport=transport,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(deadline, connect=10.0),
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json_body: Any = None,
        form: Mapping[str, str] | None = None,
        writes: bool,
    ) -> Reply:
        """Send one request and read its reply whole.

        Args:
            method: the HTTP method; it says nothing about effects (M3 writes by GET).
            url: absolute, with its query.
            headers: added to the client's own.
            json_body: sent as JSON.
            form: sent url-encoded.
            writes: whether the call changes something at the other end.

        Raises:
            ConfigError: the address is not allowed.
            RetriableError: it was not sent, or it only reads and no reply came.
            OutcomeUnknownError: it was sent, it writes, and no reply came.
        """
        where = f"{method} {url.split('?')[0]}"
        try:
            async with asyncio.timeout(self._deadline):
                request = await self._build(method, url, headers or {}, json_body, form)
                return await self._exchange(request, where, writes)
        except _NOT_SENT as error:
            raise RetriableError("CW-UNREACHABLE", "no connection", where=where, got=masked(error)) from error
        except (httpx.RequestError, TimeoutError) as error:
            got = masked(error) or type(error).__name__
            if writes:
                raise OutcomeUnknownError(
                    "CW-REPLY-LOST", "no reply to a write", where=where, got=got
                ) from error
            raise RetriableError("CW-NO-REPLY", "no reply", where=where, got=got) from error

    async def _build(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        json_body: Any,
        form: Mapping[str, str] | None,
    ) -> httpx.Request:
        destination = await self._policy.check(url)
        dialled = httpx.URL(url).copy_with(host=destination.address)
        content: bytes | None = None
        own = {"accept": "application/json", "host": _host_header(destination.host, httpx.URL(url))}
        if json_body is not None:
            content = json.dumps(json_body, ensure_ascii=False, separators=(",", ":"), default=str).encode()
            own["content-type"] = "application/json"
        return self._client.build_request(
            method,
            dialled,
            headers={**own, **headers},
            content=content,
            data=dict(form) if form is not None else None,
            extensions={"sni_hostname": destination.host} if destination.scheme == "https" else None,
        )

    async def _exchange(self, request: httpx.Request, where: str, writes: bool) -> Reply:
        response = await self._client.send(request, stream=True)
        try:
            chunks, size = [], 0
            async for chunk in response.aiter_bytes():
                size += len(chunk)
                if size > MAX_REPLY:
                    kind = OutcomeUnknownError if writes else RetriableError
                    expected = f"≤ {MAX_REPLY} bytes"
                    raise kind("CW-REPLY-SIZE", "the reply is too large", where=where, expected=expected)
                chunks.append(chunk)
        finally:
            await response.aclose()
        return Reply(response.status_code, dict(response.headers), b"".join(chunks))


def _host_header(host: str, url: httpx.URL) -> str:
    name = f"[{host}]" if ":" in host else host
    return name if url.port is None else f"{name}:{url.port}"
