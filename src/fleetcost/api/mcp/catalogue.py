"""Every tool and every resource, in the order in which clients are given them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fleetcost.api.mcp.costs import COST_TOOLS
from fleetcost.api.mcp.efficiency import EFFICIENCY
from fleetcost.api.mcp.fleet import FLEET_TOOLS, describe_data, list_clusters
from fleetcost.api.mcp.tool import Arguments, Ask, Tool

Json = dict[str, Any]

TOOLS: Mapping[str, Tool] = {one.name: one for one in (*COST_TOOLS, EFFICIENCY, *FLEET_TOOLS)}


@dataclass(frozen=True, slots=True)
class Resource:
    """
    Something a client may read without a tool.

    Attributes:
        uri, title, about: what it is called and what it is
        read: asks routes and returns it
    """

    uri: str
    title: str
    about: str
    read: Callable[[Arguments, Ask], Json]

    def document(self) -> Json:
        """Describe it to a client (MCP `Resource`)."""
        name = self.uri.partition("://")[2]
        about = {"title": self.title, "description": self.about, "mimeType": "application/json"}
        return {"uri": self.uri, "name": name, **about}


RESOURCES: Mapping[str, Resource] = {
    one.uri: one
    for one in (
        Resource("cost://clusters", "Clusters of the fleet", "as list_clusters answers", list_clusters),
        Resource("cost://schema", "Fields, labels and times", "of workloads, as describe_data answers", describe_data),
    )
}

INSTRUCTIONS = (
    "Costs of every Kubernetes cluster of a fleet, read only. Begin with list_clusters and describe_data. "
    "Each answer names its currency, its prices (as billed, or list) and its coverage: hours that were not "
    "observed cost "
    "nothing, so hold coverage against each other before you compare windows; compare_costs does. Idle is what "
    "nodes cost "
    "beyond what workloads asked for; it is left out unless it is asked for. Workloads and idle are the nodes' costs "
    "divided: never add assets to them. Amounts in unlike currencies are never added. A null figure was not "
    "measured; it "
    "is not zero. Requests that are freed become money only when a node goes. A row __rest__ sums what was not shown."
)
"""What a client is given at the beginning, at most 1 kB."""
