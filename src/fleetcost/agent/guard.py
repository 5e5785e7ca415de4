"""
Who may order repairs at the agent's port, and who may read what became of them.

With a token: who sends it. Without one: who is on this machine and asks for it by one of its own names, so that neither
the network nor a page whose name was made to lead here can. Health and metrics are for everybody who reaches the port:
probes and Prometheus carry no token.
"""

from __future__ import annotations

import hmac
import ipaddress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from fleetcost.commands import ShownCommand
from fleetcost.ops.cross_site import LOOPBACK, Header, foreign, host_of, token_in

SELF = frozenset({"127.0.0.1", "::1"})
"""Whence a request comes that is made on this machine; proxies of a service mesh use other addresses of loopback."""


@dataclass(frozen=True, slots=True)
class Denial:
    """Why a request is not answered: the status, and what would be accepted."""

    status: HTTPStatus
    reason: str


@dataclass(frozen=True, slots=True)
class Guard:
    """
    The port's rules.

    Attributes:
        token_file: holds the token, read at each order; None takes orders from this machine only
    """

    token_file: Path | None = None

    def open_to(self, header: Header, peer: str) -> Denial | None:
        """
        Judge a request for what everybody may read.

        Args:
            header: the request's
            peer: address it comes from
        """
        host = host_of(header("host") or "")
        if peer in SELF and host not in LOOPBACK and not _is_address(host):
            named = host or "nobody"
            return Denial(HTTPStatus.MISDIRECTED_REQUEST, f"on its machine this server is not known as {named}")
        return None

    def reads(self, header: Header, peer: str) -> Denial | None:
        """Judge a request for what only those may read who may order."""
        if self.token_file is not None:
            return self._with_token(header, self.token_file)
        if peer not in SELF:
            return Denial(
                HTTPStatus.FORBIDDEN,
                "without repair_token_file repairs are for this machine alone: name a file with a token, or come by "
                f"{ShownCommand.PORT_FORWARD_AGENT.quoted} {ShownCommand.PORT_FORWARD_AGENT.where}",
            )
        if host_of(header("host") or "") not in LOOPBACK:
            return Denial(HTTPStatus.MISDIRECTED_REQUEST, f"without a token ask as {', '.join(sorted(LOOPBACK))}")
        return None

    def orders(self, method: str, header: Header, peer: str) -> Denial | None:
        """Judge an order."""
        denied = self.reads(header, peer)
        if denied is None and (reason := foreign(method, header)):
            return Denial(HTTPStatus.FORBIDDEN, reason)
        return denied

    def _with_token(self, header: Header, file: Path) -> Denial | None:
        try:
            wanted = file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            return Denial(HTTPStatus.SERVICE_UNAVAILABLE, f"repair_token_file {file} cannot be read: {error}")
        if wanted and hmac.compare_digest(token_in(header).encode(), wanted.encode()):
            return None
        return Denial(HTTPStatus.UNAUTHORIZED, "a token is needed: send it as Authorization: Bearer, or as X-API-KEY")


LOCAL = Guard()
"""Takes orders from this machine only."""


def _is_address(host: str) -> bool:
    """Tell whether a host is no name but an address, which nobody can make lead elsewhere."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
