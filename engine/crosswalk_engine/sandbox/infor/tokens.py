"""The authorisation server: grants, their caps, and whether a Bearer token is good."""

import base64
import binascii
import hmac
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crosswalk_engine.sandbox.host import Host
from crosswalk_engine.sandbox.infor.ionapi import Credentials
from crosswalk_engine.sandbox.infor.settings import InforSettings


class TokenError(Exception):
    """No token: the OAuth2 `error` word, a description, HTTP `status`, seconds to wait if it passes."""

    def __init__(self, error: str, description: str, status: int = 400, retry_after: float = 0) -> None:
        super().__init__(description)
        self.error = error
        self.status = status
        self.retry_after = retry_after

    def body(self) -> dict[str, str]:
        """The standard body."""
        return {"error": self.error, "error_description": str(self)}


@dataclass(slots=True)
class Window:
    """The times (seconds) of the last events; counts those within a rolling window."""

    times: deque[float] = field(default_factory=deque)

    def wait(self, now: float, limit: int, length_s: float) -> float:
        """Seconds until one more is within `limit`; 0 if it is now."""
        while self.times and self.times[0] <= now - length_s:
            self.times.popleft()
        if len(self.times) < limit:
            return 0
        return self.times[0] + length_s - now if self.times else length_s


@dataclass(slots=True)
class TokenDesk:
    """Gives out, checks and revokes tokens of one authorised app. `issued` counts all ever given out."""

    credentials: Credentials
    host: Host[InforSettings]
    issued: int = 0
    _access: dict[str, float] = field(default_factory=dict)
    _refresh: set[str] = field(default_factory=set)
    _tokens: Window = field(default_factory=Window)
    _logins: Window = field(default_factory=Window)

    def grant(self, form: Mapping[str, str], authorization: str = "") -> dict[str, Any]:
        """Answer a token request.

        Raises:
            TokenError: unknown client, grant or account, or a cap is reached.
        """
        self._check_client(form, authorization)
        kind = form.get("grant_type", "")
        if kind == "password":
            self._check_account(form)
        elif kind == "refresh_token":
            if form.get("refresh_token", "") not in self._refresh:
                raise TokenError("invalid_grant", "unknown or revoked refresh token")
        elif not kind:
            raise TokenError("invalid_request", "grant_type is missing")
        elif kind != "client_credentials":
            raise TokenError("unsupported_grant_type", "this app takes password and client_credentials")
        return self._issue()

    def _check_client(self, form: Mapping[str, str], authorization: str) -> None:
        client, secret = form.get("client_id", ""), form.get("client_secret", "")
        if authorization.lower().startswith("basic "):
            client, secret = _basic(authorization[6:])
        ours = self.credentials
        if not (_same(client, ours.client_id) and _same(secret, ours.client_secret)):
            raise TokenError("invalid_client", "client authentication failed", 401)

    def _check_account(self, form: Mapping[str, str]) -> None:
        now, settings = self.host.clock.time(), self.host.settings
        wait = self._logins.wait(now, settings.service_logins_per_minute, settings.minute_s)
        if wait:
            raise TokenError(
                "temporarily_unavailable", "too many service account authentications a minute", 429, wait
            )
        self._logins.times.append(now)
        ours, given = self.credentials, (form.get("username", ""), form.get("password", ""))
        if not (_same(given[0], ours.account_key) and _same(given[1], ours.account_secret)):
            raise TokenError("invalid_grant", "unknown service account or wrong secret")

    def _issue(self) -> dict[str, Any]:
        now, settings = self.host.clock.time(), self.host.settings
        wait = self._tokens.wait(now, settings.tokens_per_day, settings.day_s)
        if wait:
            raise TokenError(
                "temporarily_unavailable", "too many access tokens for this client a day", 429, wait
            )
        self._tokens.times.append(now)
        self.issued += 1
        access = f"sandbox-ion-token-{self.issued}"
        self._access[access] = now + settings.token_life_s
        reply = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": int(settings.token_life_s),
        }
        if settings.refresh_tokens:
            refresh = f"sandbox-ion-refresh-{self.issued}"
            self._refresh.add(refresh)
            reply["refresh_token"] = refresh
        return reply

    def revoke(self, form: Mapping[str, str], authorization: str = "") -> None:
        """Forget a token; one that is unknown is no error.

        Raises:
            TokenError: unknown client, or no token named.
        """
        self._check_client(form, authorization)
        token = form.get("token", "")
        if not token:
            raise TokenError("invalid_request", "token is missing")
        self._access.pop(token, None)
        self._refresh.discard(token)

    def refusal(self, authorization: str) -> str | None:
        """Why a call with this header is not let in; None if it is."""
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            return "no access token"
        end = self._access.get(token.strip())
        if end is None:
            return "unknown access token"
        return "access token expired" if end <= self.host.clock.time() else None


def _same(given: str, ours: str) -> bool:
    return hmac.compare_digest(given.encode(), ours.encode())


def _basic(encoded: str) -> tuple[str, str]:
    try:
        user, _, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise TokenError("invalid_client", "malformed client authentication", 401) from None
    return user, secret
