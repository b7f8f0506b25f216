"""The connectors that there are: an explicit list, and how each is built from its configuration."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from crosswalk_engine.connectors.brightpearl import BrightpearlSource
from crosswalk_engine.connectors.brightpearl.auth import header_source
from crosswalk_engine.connectors.brightpearl.client import LIMIT, WINDOW, BrightpearlClient
from crosswalk_engine.connectors.config import Connection
from crosswalk_engine.connectors.contract import Source, Target
from crosswalk_engine.connectors.http import HttpClient
from crosswalk_engine.connectors.infor import InforM3Target
from crosswalk_engine.connectors.infor.client import M3Client
from crosswalk_engine.connectors.infor.ionapi import grant, read_ionapi
from crosswalk_engine.connectors.oauth import TokenSource, TokenStore
from crosswalk_engine.connectors.quota import Quota
from crosswalk_engine.connectors.retry import Sleep
from crosswalk_engine.errors import ConfigError


@dataclass(frozen=True)
class Surroundings:
    """What a connector gets from outside.

    Attributes:
        client: the guarded HTTP client.
        tokens: where tokens are kept.
        base: folder that file references are relative to.
        rng: jitter.
        sleep: how to wait.
        now: seconds since the epoch.
        monotonic: seconds on a clock that never jumps.
    """

    client: HttpClient
    tokens: TokenStore
    base: Path
    rng: random.Random
    sleep: Sleep
    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic


class Builder(Protocol):
    """Builds one connector."""

    def __call__(self, name: str, connection: Connection, around: Surroundings) -> Source | Target:
        """The connector of connection `name`."""
        ...


def _brightpearl(name: str, connection: Connection, around: Surroundings) -> Source:
    if not connection.base_url:
        raise _incomplete(name, "base_url")
    headers = header_source(name, connection, around.client, around.tokens, base=around.base, now=around.now)
    limit = int(connection.options.get("calls_per_minute", LIMIT))
    quota = Quota(limit, WINDOW, share=connection.quota_share, monotonic=around.monotonic, sleep=around.sleep)
    client = BrightpearlClient(around.client, connection.base_url, headers, quota)
    return BrightpearlSource(client, rng=around.rng, sleep=around.sleep)


def _infor_m3(name: str, connection: Connection, around: Surroundings) -> Target:
    kind, _, file = (connection.ionapi or "").partition(":")
    if kind != "file" or not file:
        raise _incomplete(name, "ionapi (file:PATH)")
    ionapi = read_ionapi(around.base / file)
    tokens = TokenSource(name, grant(ionapi, around.client, around.now), around.tokens, around.now)
    company = connection.options.get("company")
    client = M3Client(
        around.client,
        ionapi,
        tokens,
        company=str(company) if company else None,
        rng=around.rng,
        sleep=around.sleep,
        monotonic=around.monotonic,
    )
    return InforM3Target(client, sleep=around.sleep)


CONNECTORS: Mapping[str, Builder] = {"brightpearl": _brightpearl, "infor-m3": _infor_m3}


def build_connector(name: str, connection: Connection, around: Surroundings) -> Source | Target:
    """The connector of connection `name`.

    Raises:
        ConfigError: there is no such connector, or its settings are not complete.
    """
    builder = CONNECTORS.get(connection.connector)
    if builder is None:
        raise ConfigError(
            "CW-CONNECTOR",
            "there is no such connector",
            where=f"connections.{name}.connector",
            got=connection.connector,
            expected=" or ".join(sorted(CONNECTORS)),
        )
    return builder(name, connection, around)


def _incomplete(name: str, key: str) -> ConfigError:
    return ConfigError("CW-CONNECTION", f"this connection needs {key}", where=f"connections.{name}")
