"""The `.ionapi` credentials file of an authorised ION app."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from crosswalk_engine.connectors.http import HttpClient
from crosswalk_engine.connectors.oauth import Grant, Token, request_token
from crosswalk_engine.errors import ConfigError, MissingFileError

_NEEDED = ("ti", "ci", "cs", "iu", "pu", "ot")


@dataclass(frozen=True, slots=True)
class IonApi:
    """What the file says: tenant `ti`, client `ci`/`cs`, API base `iu`, token URL `pu` + `ot`, account."""

    ti: str
    ci: str
    iu: str
    pu: str
    ot: str
    cs: str = field(repr=False)
    saak: str | None = field(default=None, repr=False)
    sask: str | None = field(default=None, repr=False)

    @property
    def token_url(self) -> str:
        """`pu` ends with its own slash: concatenated, never joined with another."""
        return self.pu + self.ot


def read_ionapi(path: Path) -> IonApi:
    """Read a credentials file.

    Raises:
        MissingFileError, ConfigError: it is not there, or not a complete `.ionapi` file.
    """
    if not path.is_file():
        raise MissingFileError("CW-IONAPI-MISSING", "the .ionapi file is not there", where=str(path))
    try:
        content = json.loads(path.read_text())
    except ValueError as error:
        raise ConfigError("CW-IONAPI-JSON", "the .ionapi file is not JSON", where=str(path)) from error
    missing = [key for key in _NEEDED if not isinstance(content, dict) or not content.get(key)]
    if missing:
        raise ConfigError(
            "CW-IONAPI-KEYS",
            "the .ionapi file is not complete",
            where=str(path),
            got=f"without {', '.join(missing)}",
            fix="download it again from the authorised app",
        )
    return IonApi(**{key: content.get(key) for key in (*_NEEDED, "saak", "sask")})


def grant(ionapi: IonApi, client: HttpClient, now: Callable[[], float]) -> Grant:
    """How tokens are got: by the refresh token where there is one, else as service account or client."""

    async def fetch(last: Token | None) -> Token:
        if last is not None and last.refresh:
            try:
                return await exchange(
                    {"grant_type": "refresh_token", "refresh_token": last.refresh}, last.refresh
                )
            except ConfigError:
                pass  # its life is over; the account itself can still sign in
        if ionapi.saak and ionapi.sask:
            return await exchange(
                {"grant_type": "password", "username": ionapi.saak, "password": ionapi.sask}, None
            )
        return await exchange({"grant_type": "client_credentials"}, None)

    async def exchange(form: dict[str, str], keep: str | None) -> Token:
        whole = {"client_id": ionapi.ci, "client_secret": ionapi.cs, **form}
        return await request_token(client, ionapi.token_url, whole, now=now(), keep_refresh=keep)

    return fetch
