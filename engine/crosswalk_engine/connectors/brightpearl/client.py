"""Calls to Brightpearl's public API: headers, throttle, error bodies.

Facts: a throttled call is a 503 with its own text and no `Retry-After`; both throttle headers come with every
reply, the window in milliseconds; a 401 has no `WWW-Authenticate`; a 500 may be our own fault (CMNC-…).
"""

from collections.abc import Awaitable, Callable
from typing import Any

from crosswalk_engine.connectors.http import HttpClient, Reply
from crosswalk_engine.connectors.quota import Quota, QuotaReading
from crosswalk_engine.errors import (
    ConfigError,
    OutcomeUnknownError,
    RecordError,
    RetriableError,
    ThrottledError,
    masked,
)

#: Calls a minute; all private apps of an account share them.
LIMIT = 200

#: Seconds of a window.
WINDOW = 60.0

_THROTTLED_TEXT = "too many requests"

#: `rejected token or None -> headers`.
HeaderSource = Callable[[str | None], Awaitable[dict[str, str]]]


class BrightpearlClient:
    """One account's API.

    Args:
        client: the guarded HTTP client.
        base_url: up to and with the account code, without a slash at the end.
        headers: gives the authentication headers; it is told a bearer token that was just refused.
        quota: the account's call quota.
    """

    def __init__(self, client: HttpClient, base_url: str, headers: HeaderSource, quota: Quota) -> None:
        self._client = client
        self._base_url = base_url.rstrip("/")
        self._headers = headers
        self._quota = quota

    @property
    def quota_used(self) -> float:
        """Fraction of the current window that is used, in [0, 1]."""
        return self._quota.used

    async def call(self, method: str, path: str, body: Any = None, *, writes: bool | None = None) -> Any:
        """Call `path` and return the decoded reply; None where a read finds nothing or a write answers none.

        Raises:
            ThrottledError, RetriableError, OutcomeUnknownError: as the client's; a lost write is unknown.
            ConfigError: the credentials are not accepted, even after a refresh.
            RecordError: the data of this call were refused.
        """
        changes = method not in ("GET", "OPTIONS") if writes is None else writes
        headers = await self._headers(None)
        reply = await self._send(method, path, body, headers, changes)
        if reply.status == 401:
            refused = headers.get("authorization", "").removeprefix("Bearer ")
            fresh = await self._headers(refused) if refused else headers
            if fresh != headers:
                reply = await self._send(method, path, body, fresh, changes)
        return self._read(reply, f"{method} {path.split('?')[0]}", changes)

    async def _send(self, method: str, path: str, body: Any, headers: dict[str, str], writes: bool) -> Reply:
        await self._quota.acquire()
        reading: QuotaReading | None = None
        try:
            url = f"{self._base_url}/{path}"
            reply = await self._client.send(method, url, headers=headers, json_body=body, writes=writes)
            reading = _reading(reply)
        finally:
            self._quota.release(reading)
        if reply.status == 503 and _THROTTLED_TEXT in reply.body.decode(errors="replace"):
            pause = reading.window if reading else WINDOW
            self._quota.exhausted(pause)
            raise ThrottledError(
                "CW-BP-THROTTLED", "the account's call quota is used up", retry_after=pause, where=path
            )
        return reply

    def _read(self, reply: Reply, where: str, writes: bool) -> Any:
        if reply.status in (401, 403):
            raise ConfigError(
                "CW-BP-AUTH",
                "Brightpearl does not accept these credentials for this call",
                where=where,
                got=f"status {reply.status}",
                fix="check the app reference, the developer reference and the token of this connection",
            )
        if reply.status == 429:
            raise ThrottledError("CW-BP-THROTTLED", "too many calls", retry_after=WINDOW, where=where)
        if 200 <= reply.status < 300:
            return _written(reply, where) if writes else reply.json(where)
        errors = _errors(reply)
        code = errors[0][0] if errors else ""
        if reply.status == 404 and not writes:
            if code == "CMNC-404":
                return None
            raise ConfigError(
                "CW-BP-PATH",
                "there is no such resource",
                where=where,
                fix="check base_url and the account code",
            )
        if reply.status != 408 and (400 <= reply.status < 500 or code.startswith("CMNC")):
            raise RecordError(
                "CW-BP-REFUSED",
                "; ".join(masked(text) for _, text in errors) or "refused",
                where=where,
                got=f"status {reply.status} {code}".strip(),
            )
        kind = OutcomeUnknownError if writes else RetriableError
        raise kind(
            "CW-BP-DOWN", "Brightpearl failed", where=where, got=f"status {reply.status} {code}".strip()
        )


def _written(reply: Reply, where: str) -> Any:
    """What a successful write answers; success stands in the status, whatever the body is."""
    try:
        return reply.json(where)
    except RetriableError:
        return None


def _reading(reply: Reply) -> QuotaReading | None:
    remaining = reply.headers.get("brightpearl-requests-remaining", "")
    window = reply.headers.get("brightpearl-next-throttle-period", "")
    if not (remaining.isdigit() and window.isdigit()):
        return None
    return QuotaReading(int(remaining), int(window) / 1000.0)


def _errors(reply: Reply) -> list[tuple[str, str]]:
    try:
        body = reply.json("")
    except RetriableError:
        return []
    if not isinstance(body, dict):
        return []
    if isinstance(body.get("response"), str):
        return [("", body["response"])]
    entries = body.get("errors")
    return (
        [(str(e.get("code", "")), str(e.get("message", ""))) for e in entries]
        if isinstance(entries, list)
        else []
    )
