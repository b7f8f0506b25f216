"""The engine's own configuration (`crosswalk/engine@1`): where it listens, what it connects to, and how.

Secrets are references (`env:NAME`, `file:PATH`, `keyring:SERVICE/NAME`); a literal secret is refused.
"""

import importlib
import ipaddress
import os
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from crosswalk_engine.connectors.network import NetworkPolicy
from crosswalk_engine.errors import ConfigError


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Connection(_Strict):
    """One system: which connector, where, and how it is signed in to.

    `auth` values that are secret are references; `options` are the connector's own settings.
    """

    connector: str
    base_url: str | None = None
    account: str | None = None
    ionapi: str | None = None
    auth: dict[str, str] = Field(default_factory=dict)
    quota_share: float = Field(default=1.0, gt=0, le=1)
    options: dict[str, Any] = Field(default_factory=dict)


class NetworkSettings(_Strict):
    """Which private networks are allowed, and whether plain HTTP to loopback is."""

    allow: tuple[str, ...] = ()
    plain_http: Literal["never", "loopback"] = "never"

    def policy(self) -> NetworkPolicy:
        """The policy that the client enforces."""
        return NetworkPolicy(
            allow=tuple(ipaddress.ip_network(text) for text in self.allow),
            loopback_http=self.plain_http == "loopback",
        )


class EngineConfig(_Strict):
    """`engine.yaml`."""

    format: Literal["crosswalk/engine@1"]
    listen: str = "127.0.0.1:8700"
    public_url: str | None = None
    journal: str = "./journal.db"
    connections: dict[str, Connection]
    network: NetworkSettings = NetworkSettings()
    seed: int | None = None

    def listen_address(self) -> tuple[str, int]:
        """Host and port of the receiver."""
        host, _, port = self.listen.rpartition(":")
        if not host or not port.isdigit():
            raise ConfigError("CW-LISTEN", "not a listen address", got=self.listen, expected="host:port")
        return host, int(port)


def resolve_secret(reference: str, *, base: Path, where: str) -> str:
    """The secret that `reference` names.

    `env:NAME`, `file:PATH` (relative to `base`, readable by its owner alone) or `keyring:SERVICE/NAME` (the
    system's keyring, through the package keyring where it is installed).

    Raises:
        ConfigError: it is not a reference, or names nothing.
    """
    kind, _, name = reference.partition(":")
    if kind == "env" and name:
        if name in os.environ:
            return os.environ[name]
        raise ConfigError("CW-SECRET-ENV", "this environment variable is not set", where=where, got=reference)
    if kind == "file" and name:
        path = base / name
        if not path.is_file():
            raise ConfigError("CW-SECRET-FILE", "this file is not there", where=where, got=reference)
        if path.stat().st_mode & 0o077:
            raise ConfigError(
                "CW-SECRET-MODE",
                "others can read this secret",
                where=where,
                got=f"{reference}, mode {path.stat().st_mode & 0o777:o}",
                expected="mode 600",
                fix=f"chmod 600 {name}",
            )
        return path.read_text().strip()
    if kind == "keyring" and "/" in name:
        return _from_keyring(*name.split("/", 1), where=where)
    raise ConfigError(
        "CW-SECRET-LITERAL",
        "secrets are given by reference",
        where=where,
        expected="env:NAME, file:PATH or keyring:SERVICE/NAME",
        fix="move the value to the environment or to a file of mode 600",
    )


def _from_keyring(service: str, name: str, *, where: str) -> str:
    try:
        keyring = importlib.import_module("keyring")
    except ImportError:
        raise ConfigError(
            "CW-SECRET-KEYRING",
            "the system's keyring cannot be asked",
            where=where,
            fix="pip install keyring, or use env: or file:",
        ) from None
    secret = keyring.get_password(service, name)
    if not secret:
        raise ConfigError(
            "CW-SECRET-KEYRING", "the keyring has no such entry", where=where, got=f"{service}/{name}"
        )
    return str(secret)
