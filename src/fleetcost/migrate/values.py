"""
A Kubecost 1.x or 2.x `values.yaml` as settings of ours, with every key of the file accounted for.

The reading is a list of small steps, each of which takes keys and gives settings; what no step took is judged by
`keys`. Nothing is guessed in silence: what a person must do by hand is a note.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fleetcost.migrate.keys import KeyVerdict
from fleetcost.migrate.roles import Role

STORE_FILE = "/etc/fleetcost/federated-store.yaml"
CONTEXTS_FILE = "/etc/fleetcost/contexts.yaml"
PRICES_FILE = "/etc/fleetcost/prices.yaml"


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
        deployment: what the pods need besides
        notes: what is to be done by hand
        keys: every key of the file, in its order
    """

    role: Role
    agent: dict[str, Any] = field(default_factory=dict)
    aggregator: dict[str, Any] = field(default_factory=dict)
    prices: dict[str, Any] = field(default_factory=dict)
    contexts: list[dict[str, Any]] = field(default_factory=list)
    deployment: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
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

    def flag(self, key: str, became: str) -> bool:
        """Return a key's truth value; an absent one is false."""
        return str(self.take(key, became, default=False)).lower() == "true"

    def below(self, prefix: str, became: str) -> dict[str, Any]:
        """Return what lies below a key, by the rest of its name."""
        found = {key: value for key, value in self.flat.items() if key.startswith(f"{prefix}.")}
        self.taken |= dict.fromkeys(found, became)
        return {key.removeprefix(f"{prefix}."): value for key, value in found.items()}


def identity(values: HelmValues) -> str:
    """Return the cluster id of the values: the label of the metrics before the name of the product."""
    label = values.take("prometheus.server.global.external_labels.cluster_id", "agent: cluster_id")
    name = values.take("kubecostProductConfigs.clusterName", "agent: cluster_id")
    return str(label or name or "")


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
