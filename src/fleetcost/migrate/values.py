"""
Values of a chart of Kubecost or OpenCost as settings of ours, with every key of the file accounted for.

The reading is a list of small steps, each of which takes keys and gives settings; what no step took is judged by
`keys`. Nothing is guessed in silence: what a person must do by hand is a note, and where money would be missing from
the fleet's costs until it is done, it is a to-do.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fleetcost.migrate.keys import KeyVerdict
from fleetcost.migrate.roles import Role

STORE_FILE = "/etc/fleetcost/federated-store.yaml"
CONTEXTS_FILE = "/etc/fleetcost/contexts.yaml"
PRICES_FILE = "/etc/fleetcost/prices.yaml"
BILLS_FILE = "/etc/fleetcost/cloud-integration.json"

PLACEHOLDER = re.compile(r"\$\{|\{\{|\$\(")
"""What a template's value begins with that nobody has filled in: Terraform's, Helm's, the shell's."""


@dataclass(frozen=True, slots=True)
class ChartValues:
    """
    The values of one installation, as they were found in a file.

    Attributes:
        name: what they were found in, for messages
        chart: the name of the chart, empty where the file does not say
        document: their keys
        elsewhere: further values that the file only names
        beside: keys of other charts in the same file
    """

    name: str
    chart: str
    document: dict[str, Any]
    elsewhere: tuple[str, ...] = ()
    beside: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Accounted:
    """One key of the file, as it may be printed, and what became of it."""

    key: str
    value: str
    verdict: KeyVerdict
    why: str


@dataclass(slots=True)
class Imported:
    """
    What a file amounts to.

    Attributes:
        role: of the installation
        agent, aggregator: settings of ours, empty where there is none
        prices: a price sheet, empty where the defaults stand
        contexts: a file of provisioned contexts
        cloud_integration: a file of where the bills are, without credentials
        deployment: what the pods need besides
        notes: what is to be done by hand
        todos: what must be done by hand because costs are missing until it is
        keys: every key of the file, in its order
    """

    role: Role
    agent: dict[str, Any] = field(default_factory=dict)
    aggregator: dict[str, Any] = field(default_factory=dict)
    prices: dict[str, Any] = field(default_factory=dict)
    contexts: list[dict[str, Any]] = field(default_factory=list)
    cloud_integration: dict[str, Any] = field(default_factory=dict)
    deployment: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    todos: list[str] = field(default_factory=list)
    keys: tuple[Accounted, ...] = ()


class HelmValues:
    """The file's keys as dotted paths; remembers what was taken, and what for."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.flat = dict(_flat(document))
        self.taken: dict[str, str] = {}

    def take(self, key: str, became: str, default: Any = None) -> Any:  # noqa: ANN401 - a YAML value
        """Return a key's value, or the default where it is not there or empty, and remember what it became."""
        if key not in self.flat:
            return default
        self.taken[key] = became
        value = self.flat[key]
        return default if value in (None, "", [], {}) else value

    def first(self, became: str, *keys: str, default: Any = None) -> Any:  # noqa: ANN401 - a YAML value
        """Take keys that charts of different times have for one thing, and return the first that is not empty."""
        found = [value for value in (self.take(key, became) for key in keys) if value is not None]
        return found[0] if found else default

    def flag(self, key: str, became: str, *, default: bool = False) -> bool:
        """Return a key's truth value; an absent one is the chart's default."""
        return str(self.take(key, became, default=default)).lower() == "true"

    def has(self, *roots: str) -> bool:
        """Return whether the file has one of these keys, or one below it."""
        return any(key == root or key.startswith(f"{root}.") for root in roots for key in self.flat)

    def below(self, prefix: str, became: str) -> dict[str, Any]:
        """Return what lies below a key, by the rest of its name."""
        found = {key: value for key, value in self.flat.items() if key.startswith(f"{prefix}.")}
        self.taken |= dict.fromkeys(found, became)
        return {key.removeprefix(f"{prefix}."): value for key, value in found.items()}


IDENTITIES = (
    "global.clusterId",
    "prometheus.server.global.external_labels.cluster_id",
    "opencost.exporter.extraEnv.CLUSTER_ID",
    "opencost.exporter.defaultClusterId",
    "kubecostProductConfigs.clusterName",
)
"""Keys that name the cluster, the one that decides first."""


def identity(values: HelmValues) -> str:
    """Return the cluster id of the values: the id of the newer charts, the label of the metrics, the product's name."""
    return str(values.first("agent: cluster_id", *IDENTITIES, default=""))


def put(document: dict[str, Any], path: str, value: object) -> None:
    r"""Set a value by Helm's path of `--set`: `a.b`, `list[0].c`, and `a\.b` for a dot that is part of a name."""
    *above, last = (part.replace(r"\.", ".") for part in re.split(r"(?<!\\)\.", path))
    for name in above:
        inner = document.setdefault(name, {})
        if not isinstance(inner, dict):
            inner = document[name] = {}
        document = inner
    document[last] = value


def laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay values over others as Helm does: mappings are joined, everything else is replaced."""
    both = dict(below)
    for key, value in above.items():
        nested = isinstance(value, dict) and isinstance(both.get(key), dict)
        both[key] = laid_over(both[key], value) if nested else value
    return both


def decoded(data: str) -> tuple[str, str]:
    """Return user and password of a basic authentication in base 64; empty where it is none."""
    try:
        user, _, password = base64.b64decode(data, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password


def _flat(document: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in document.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{key}.")
        else:
            yield key, value
