"""Which node an exporter means that knows only the address it is scraped at."""

from __future__ import annotations

from collections.abc import Iterable

from fleetcost.model.records import NodeAddress, NodeSeen


class Machines:
    """The names and addresses of all nodes."""

    def __init__(self, seen: Iterable[NodeSeen], addresses: Iterable[NodeAddress]) -> None:
        self._names = {one.node for one in seen}
        self._by_ip = {one.ip: one.node for one in sorted(addresses, key=lambda a: (a.ip, a.node)) if one.ip}

    def name(self, text: str) -> str:
        """Return the node's name for its name or address, with or without a port; what is unknown stays as it is."""
        if text in self._names:
            return text
        host = text.rpartition(":")[0].strip("[]") or text
        if host in self._names:
            return host
        return self._by_ip.get(text) or self._by_ip.get(host) or text

    def is_node_address(self, ip: str) -> bool:
        """Tell whether an address is a node's own, which all pods on the host network share."""
        return ip in self._by_ip
