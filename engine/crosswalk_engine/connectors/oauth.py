"""Access tokens: cached, refreshed early and once for all callers, kept durably before they are used."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeAlias

from crosswalk_engine.connectors.http import HttpClient
from crosswalk_engine.errors import ConfigError, RetriableError, ThrottledError

#: Seconds before its end at which a token counts as over.
EARLY = 60.0

#: Used when a token reply names no life, or none that can be read.
DEFAULT_LIFE = 600.0

#: Seconds for which refused credentials are not tried again.
REFUSED = 60.0

#: Never fetch tokens more often than this, in seconds: `expires_in: 0` must not become a hot loop.
SHORTEST_LIFE = 30.0


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, when it ends (seconds since the epoch), and the refresh token that follows it."""

    access: str
    ends_at: float
    refresh: str | None = None

    def __repr__(self) -> str:
        return f"Token(ends_at={self.ends_at:.0f})"


class TokenStore:
    """Tokens of all connections in one 0600 file, replaced atomically.

    A rotated refresh token that is lost locks the connection out, so it is on disk before it is used.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._tokens: dict[str, Token] = {}
        if path is not None and path.exists():
            stored = json.loads(path.read_text())
            self._tokens = {name: Token(**value) for name, value in stored.items()}

    def get(self, name: str) -> Token | None:
        """The stored token of connection `name`."""
        return self._tokens.get(name)

    def put(self, name: str, token: Token) -> None:
        """Store durably."""
        self._tokens[name] = token
        if self._path is None:
            return
        temporary = self._path.with_name(self._path.name + ".new")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump({key: asdict(value) for key, value in self._tokens.items()}, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)


Grant: TypeAlias = Callable[[Token | None], Awaitable[Token]]


class TokenSource:
    """Hands out one valid token to all callers; many callers cause one fetch.

    Args:
        name: the connection.
        grant: fetches a new token, given the last one (for its refresh token).
        store: where tokens are kept.
        now: seconds since the epoch.
    """

    def __init__(self, name: str, grant: Grant, store: TokenStore, now: Callable[[], float]) -> None:
        self._name = name
        self._grant = grant
        self._store = store
        self._now = now
        self._single_flight = asyncio.Lock()
        self._refusal: tuple[float, ConfigError] | None = None

    async def token(self, *, rejected: str | None = None) -> str:
        """A token that should work; `rejected` is one that the other end has just refused."""
        if (token := self._usable(rejected)) is not None:
            return token
        async with self._single_flight:
            if (token := self._usable(rejected)) is not None:
                return token
            fetched = await self._fetch()
            self._store.put(self._name, fetched)
            return fetched.access

    async def _fetch(self) -> Token:
        """Ask once; a refusal stands for a while, for every caller: token calls are counted by the day."""
        if self._refusal is not None and self._now() < self._refusal[0]:
            raise self._refusal[1]
        try:
            return await self._grant(self._store.get(self._name))
        except ConfigError as error:
            self._refusal = (self._now() + REFUSED, error)
            raise

    def _usable(self, rejected: str | None) -> str | None:
        token = self._store.get(self._name)
        if token is None or token.access == rejected or token.ends_at - EARLY <= self._now():
            return None
        return token.access


async def request_token(
    client: HttpClient, url: str, form: Mapping[str, str], *, now: float, keep_refresh: str | None
) -> Token:
    """POST one token request and read the reply.

    Raises:
        ConfigError: CW-OAUTH-REFUSED; the credentials are not (or no longer) good.
        ThrottledError: too many tokens were asked for.
        RetriableError: anything that may pass.
    """
    reply = await client.send("POST", url, form=form, writes=False)
    if reply.status == 429:
        raise ThrottledError("CW-OAUTH-THROTTLED", "too many token requests", retry_after=60.0, where=url)
    if reply.status >= 500:
        raise RetriableError(
            "CW-OAUTH-DOWN", "the token endpoint failed", where=url, got=f"status {reply.status}"
        )
    body = reply.json(url)
    if reply.status != 200 or not isinstance(body, dict) or not body.get("access_token"):
        got = str(body.get("error", "no access_token")) if isinstance(body, dict) else "not an object"
        raise ConfigError(
            "CW-OAUTH-REFUSED",
            "the token endpoint refused these credentials",
            where=url,
            got=f"status {reply.status}, {got}",
            fix="check the client id, the secret and the refresh token that the connection's references name",
        )
    return Token(
        body["access_token"], now + _life(body.get("expires_in")), body.get("refresh_token") or keep_refresh
    )


def _life(value: object) -> float:
    try:
        seconds = float(str(value))
    except ValueError:
        return DEFAULT_LIFE
    return max(seconds, SHORTEST_LIFE + EARLY)
