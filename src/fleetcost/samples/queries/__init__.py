"""
Every query the agent asks, each a named constant with its reason; `docs/queries.md` is made of these.

Metrics of OpenCost's exporter are read where they exist; every figure it would give has a second query on what
kube-state-metrics and cAdvisor give, so neither needs the other.
"""

from __future__ import annotations

from fleetcost.samples.queries import (
    devices,
    names,
    network,
    nodes,
    own,
    pods,
    services,
    source,
    storage,
    today,
    troubles,
    whole_pods,
)
from fleetcost.samples.queries.devices import *  # noqa: F403 - this is the list of all of them
from fleetcost.samples.queries.names import *  # noqa: F403 - this is the list of all of them
from fleetcost.samples.queries.network import *  # noqa: F403 - this is the list of all of them
from fleetcost.samples.queries.nodes import *  # noqa: F403 - this is the list of all of them
from fleetcost.samples.queries.own import *  # noqa: F403 - this is the list of all of them
from fleetcost.samples.queries.pods import *  # noqa: F403 - this is the list of all of them
from fleetcost.samples.queries.services import *  # noqa: F403 - this is the list of all of them
from fleetcost.samples.queries.source import *  # noqa: F403 - this is the list of all of them
from fleetcost.samples.queries.storage import *  # noqa: F403 - this is the list of all of them
from fleetcost.samples.queries.today import *  # noqa: F403 - this is the list of all of them
from fleetcost.samples.queries.troubles import *  # noqa: F403 - this is the list of all of them
from fleetcost.samples.queries.whole_pods import *  # noqa: F403 - this is the list of all of them
from fleetcost.samples.query import Query

_MODULES = (source, pods, nodes, storage, network, services, names, today, whole_pods, troubles, devices, own)


def every() -> tuple[Query, ...]:
    """Return every query in the order they are written."""
    found: list[Query] = []
    for value in (value for module in _MODULES for value in vars(module).values()):
        found.extend(one for one in (value if isinstance(value, tuple) else (value,)) if isinstance(one, Query))
    return tuple(found)
