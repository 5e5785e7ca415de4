"""
Which addresses a server may be made to ask: not those on which clouds hand credentials to their own machines.

A name is resolved once, every address behind it is judged, and the connection goes to one of those that were judged: a
name that leads elsewhere a moment later changes nothing. An IPv4 address that travels inside an IPv6 one is judged as
what it is.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterator

from fleetcost.errors import CallerError, TryAgainError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str], list[str]]
"""Gives the addresses behind a name, as text."""

REFUSED: tuple[Network, ...] = tuple(
    map(
        ipaddress.ip_network,
        (
            "169.254.0.0/16",  # link-local: the metadata service of AWS, Azure, Google and most others
            "fe80::/10",
            "fd00:ec2::/32",  # AWS: metadata (fd00:ec2::254), EKS Pod Identity (fd00:ec2::23), the clock, name servers
            "fd20:ce::/64",  # Google Compute Engine, metadata over IPv6
            "100.100.100.200/32",  # Alibaba Cloud
            "192.0.0.192/32",  # Oracle Cloud, older machines
            "168.63.129.16/32",  # Azure, the platform's own services
            "0.0.0.0/8",  # this machine, as some systems understand it
            "::/128",
            "224.0.0.0/4",
            "ff00::/8",
            "240.0.0.0/4",
        ),
    )
)
"""Networks no context may lead to."""

_CARRIERS = (
    (ipaddress.ip_network("::/96"), 0),  # IPv4-compatible, RFC 4291 section 2.5.5.1
    (ipaddress.ip_network("::ffff:0:0/96"), 0),  # IPv4-mapped, RFC 4291 section 2.5.5.2
    (ipaddress.ip_network("::ffff:0:0:0/96"), 0),  # IPv4-translated, RFC 7915
    (ipaddress.ip_network("64:ff9b::/96"), 0),  # NAT64, RFC 6052
    (ipaddress.ip_network("64:ff9b:1::/48"), 0),  # NAT64 within a network, RFC 8215; in its 96 bit form
    (ipaddress.ip_network("2002::/16"), 80),  # 6to4, RFC 3056
)
"""IPv6 networks whose addresses hold an IPv4 one, and how many bits lie behind it."""


def resolved(host: str) -> list[str]:
    """
    Return the addresses behind a name, each once, in the system's order.

    Raises:
        OSError: the name is not known.
    """
    return list(dict.fromkeys(str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)))


def judged(host: str, resolve: Resolve = resolved) -> tuple[str, ...]:
    """
    Return the addresses behind a name, if all of them may be asked.

    Raises:
        CallerError: one of them is not asked.
        TryAgainError: the name is not known.
    """
    try:
        found = resolve(host)
    except OSError as error:
        raise TryAgainError(f"the name {host} is not known: {(error.strerror or str(error)).lower()}") from error
    for text in found:
        if is_refused(text):
            raise CallerError(f"{host} is {text}, which is no other installation's address; it is not asked")
    return tuple(found)


def is_refused(text: str) -> bool:
    """Tell whether an address is one that only a machine or its cloud answers on, however it is written."""
    address = ipaddress.ip_address(text.partition("%")[0])
    return any(one.version == network.version and one in network for one in _meant(address) for network in REFUSED)


def _meant(address: Address) -> Iterator[Address]:
    """Give an address, and what it holds of others."""
    yield address
    if isinstance(address, ipaddress.IPv6Address) and not address.is_loopback:
        for network, behind in _CARRIERS:
            if address in network:
                yield ipaddress.IPv4Address(int(address) >> behind & 0xFFFF_FFFF)
        if address.teredo is not None:
            yield from address.teredo


class PlainConnection(http.client.HTTPConnection):
    """HTTP to addresses that were judged; the name only goes into the request."""

    def __init__(self, host: str, port: int | None, addresses: tuple[str, ...], seconds: float) -> None:
        super().__init__(host, port, timeout=seconds)
        self._addresses = addresses
        self._seconds = seconds

    def connect(self) -> None:
        """Connect to the first that answers."""
        self.sock = _connected(self._addresses, self.port, self._seconds)


class SecureConnection(http.client.HTTPSConnection):
    """The same over TLS; the certificate must be the name's."""

    def __init__(self, host: str, port: int | None, addresses: tuple[str, ...], seconds: float) -> None:
        self._trust = ssl.create_default_context()
        super().__init__(host, port, timeout=seconds, context=self._trust)
        self._addresses = addresses
        self._seconds = seconds

    def connect(self) -> None:
        """Connect to the first that answers, and look at its certificate."""
        plain = _connected(self._addresses, self.port, self._seconds)
        self.sock = self._trust.wrap_socket(plain, server_hostname=self.host)


def _connected(addresses: tuple[str, ...], port: int, seconds: float) -> socket.socket:
    reason: OSError = OSError("there is no address behind the name")
    for address in addresses:
        try:
            return socket.create_connection((address, port), seconds)
        except OSError as error:
            reason = error
    raise reason
