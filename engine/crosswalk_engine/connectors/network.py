"""Where the engine may connect: every resolved address is checked, and the checked address is the one used.

`ipaddress.is_private` alone is no guard: NAT64, 6to4, cloud metadata and multicast addresses pass it. So an
address must be global after unwrapping, or lie in a network that an engineer listed in the configuration.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import urlsplit

from crosswalk_engine.errors import ConfigError, RetriableError

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]

#: Reachable from inside clouds and carriers, and "global" to the standard library.
_NEVER = tuple(
    ipaddress.ip_network(text)
    for text in (
        "100.64.0.0/10",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "192.0.0.0/24",
        "fd00:ec2::254/128",
        "fec0::/10",
    )
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


async def resolve(host: str, port: int) -> Sequence[str]:
    """All addresses of `host`, by the system's resolver."""
    try:
        infos = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise RetriableError(
            "CW-DNS", "the host name cannot be resolved", where=host, got=str(error)
        ) from error
    return [str(info[4][0]) for info in infos]


@dataclass(frozen=True, slots=True)
class Destination:
    """A checked place to connect to: the address to dial, and the name to show in Host and SNI."""

    scheme: str
    host: str
    port: int
    address: str


@dataclass(frozen=True)
class NetworkPolicy:
    """Which addresses are allowed beside the public ones, and where plain HTTP is.

    Args:
        allow: networks that an engineer listed.
        loopback_http: plain HTTP and loopback addresses are allowed (sandboxes, tests).
        resolver: asynchronous name look-up, `(host, port) -> addresses`.
    """

    allow: tuple[Network, ...] = ()
    loopback_http: bool = False
    resolver: Resolver = field(default=resolve, repr=False)

    async def check(self, url: str) -> Destination:
        """Resolve and check the host of `url` once; connect to the returned address, not to the name.

        Raises:
            ConfigError: the URL is not usable, or an address of its host is not allowed.
            RetriableError: the name cannot be resolved now.
        """
        scheme, host, port = self._parse(url)
        addresses = [ipaddress.ip_address(text.split("%")[0]) for text in await self.resolver(host, port)]
        refused = next((address for address in addresses if not self._allowed(address)), None)
        if refused is not None or not addresses:
            raise ConfigError(
                "CW-NETWORK",
                "this address is not allowed",
                where=f"{scheme}://{host}:{port}",
                got=str(refused or "no address"),
                expected="a public address, or one in network.allow",
                fix="an engineer lists the network under network.allow in engine.yaml",
            )
        if scheme == "http" and not (self.loopback_http and all(a.is_loopback for a in addresses)):
            raise ConfigError(
                "CW-PLAIN-HTTP",
                "plain HTTP is not allowed here",
                where=f"{scheme}://{host}:{port}",
                expected="https",
                fix="use https; `network: {plain_http: loopback}` allows it for loopback only",
            )
        return Destination(scheme, host, port, str(addresses[0]))

    def _parse(self, url: str) -> tuple[str, str, int]:
        try:
            parts = urlsplit(url)
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError as error:
            raise ConfigError("CW-URL", "this is not a usable URL", where=url, got=str(error)) from error
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
            raise ConfigError(
                "CW-URL",
                "this is not a usable URL",
                got=parts._replace(netloc=parts.hostname or "").geturl(),
                expected="https://host[:port]/…, without a user name",
                fix="put credentials in auth, by reference",
            )
        return parts.scheme, parts.hostname, port

    def _allowed(self, address: Address) -> bool:
        address = _unwrap(address)
        if any(address in network for network in self.allow if network.version == address.version):
            return True
        if address.is_loopback:
            return self.loopback_http
        if any(address in network for network in _NEVER if network.version == address.version):
            return False
        return address.is_global and not address.is_multicast


def _unwrap(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address.sixtofour:
            return address.sixtofour
        if address.teredo:
            return address.teredo[1]
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address
