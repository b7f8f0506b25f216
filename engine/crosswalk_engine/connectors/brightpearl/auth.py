"""Signing in to Brightpearl: a private app's static headers, or an instance app's bearer token.

`auth` of the connection: `app_ref` and `token` for a private app (`token`, or the short form `ref`, is a
reference; what it names may also be all the headers as one JSON object, and then no `app_ref` is needed);
`app_ref`, `dev_ref`, `client_id`, `token_url` and `refresh_token` (a reference) for an instance app, whose
first refresh token is seeded there and rotates afterwards.
"""

import json
from collections.abc import Callable
from pathlib import Path

from crosswalk_engine.connectors.brightpearl.client import HeaderSource
from crosswalk_engine.connectors.config import Connection, resolve_secret
from crosswalk_engine.connectors.http import HttpClient
from crosswalk_engine.connectors.oauth import Token, TokenSource, TokenStore, request_token
from crosswalk_engine.errors import ConfigError


def header_source(
    name: str,
    connection: Connection,
    client: HttpClient,
    store: TokenStore,
    *,
    base: Path,
    now: Callable[[], float],
) -> HeaderSource:
    """Gives the authentication headers of each call.

    Raises:
        ConfigError: `auth` is neither a private nor an instance app's.
    """
    auth = connection.auth
    where = f"connections.{name}.auth"
    if "refresh_token" in auth:
        return _bearer(name, auth, client, store, base=base, now=now, where=where)
    reference = auth.get("token") or auth.get("ref")
    if not reference:
        raise ConfigError(
            "CW-BP-AUTH",
            "this connection names no token",
            where=where,
            expected="app_ref and token, or app_ref, dev_ref, client_id, token_url and refresh_token",
        )
    headers = _static(resolve_secret(reference, base=base, where=where), auth.get("app_ref"), where)

    async def static(rejected: str | None) -> dict[str, str]:
        return headers

    return static


def _static(secret: str, app_ref: str | None, where: str) -> dict[str, str]:
    if secret.startswith("{"):
        try:
            headers = {str(name).lower(): str(value) for name, value in json.loads(secret).items()}
        except ValueError:
            headers = {}
        if all(name.startswith("brightpearl-") for name in headers) and headers:
            return headers
        raise ConfigError(
            "CW-BP-AUTH",
            "this reference names neither a token nor Brightpearl's headers",
            where=where,
            expected="a token, or a JSON object of brightpearl-… headers",
        )
    if not app_ref:
        raise ConfigError("CW-BP-AUTH", "auth lacks app_ref", where=where, fix="add the app's reference")
    return {"brightpearl-app-ref": app_ref, "brightpearl-account-token": secret}


def _bearer(
    name: str,
    auth: dict[str, str],
    client: HttpClient,
    store: TokenStore,
    *,
    base: Path,
    now: Callable[[], float],
    where: str,
) -> HeaderSource:
    missing = [key for key in ("app_ref", "dev_ref", "client_id", "token_url") if key not in auth]
    if missing:
        raise ConfigError("CW-BP-AUTH", f"auth lacks {', '.join(missing)}", where=where)

    async def refresh(last: Token | None) -> Token:
        seed = resolve_secret(auth["refresh_token"], base=base, where=where)
        known = last.refresh if last is not None and last.refresh else seed
        try:
            return await exchange(known)
        except ConfigError:
            # A person who signed in again has put a fresh token into the configuration.
            if known == seed:
                raise
            return await exchange(seed)

    async def exchange(token: str) -> Token:
        form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": auth["client_id"]}
        return await request_token(client, auth["token_url"], form, now=now(), keep_refresh=token)

    tokens = TokenSource(name, refresh, store, now)

    async def bearer(rejected: str | None) -> dict[str, str]:
        token = await tokens.token(rejected=rejected)
        return {
            "authorization": f"Bearer {token}",
            "brightpearl-app-ref": auth["app_ref"],
            "brightpearl-dev-ref": auth["dev_ref"],
        }

    return bearer
