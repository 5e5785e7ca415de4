"""What an answer can be grouped by, and how each name is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from fleetcost.errors import QuestionCode, QuestionError, closest
from fleetcost.model.sets import SetKind
from fleetcost.query.kinds import CLOUD, RowKind

UNALLOCATED = "__unallocated__"
UNDEFINED = "__undefined__"
IDLE = "__idle__"
TENANCY = "__tenancy__"
SHARED = "__shared__"

MOST = 16
"""Dimensions an answer may have."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """
    One part of a group's name.

    Attributes:
        name: canonical name, such as `namespace`, `label` or `team`
        key: a label's or annotation's name, Prometheus spelling
    """

    name: str
    key: str = ""

    def __str__(self) -> str:
        return f"{self.name}:{self.key}" if self.key else self.name


ALLOCATION_NAMES = (
    "cluster", "node", "namespace", "controllerKind", "controller", "pod", "container", "service",
    "deployment", "statefulset", "daemonset", "job", "providerID",
)  # fmt: skip
ASSET_NAMES = ("provider", "account", "project", "category", "cluster", "type", "service", "providerID", "name")
CLOUD_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "invoiceEntityID": "invoice_entity_id",
        "invoiceEntityName": "invoice_entity_name",
        "accountID": "account_id",
        "accountName": "account_name",
        "regionID": "region_id",
        "availabilityZone": "availability_zone",
        "provider": "provider",
        "providerID": "provider_id",
        "category": "category",
        "service": "service",
        "usageType": "usage_type",
        "lineType": "line_type",
        "rule": "rule",
        "kubernetes": "kubernetes",
        "cluster": "cluster",
        "outcome": "outcome",
        "integration": "integration",
        "currency": "currency",
    }
)
"""What cloud costs can be grouped and filtered by, each with its column."""

KEYED: Mapping[RowKind, Mapping[str, str]] = MappingProxyType(
    {
        SetKind.ALLOCATIONS: MappingProxyType(
            {
                "label": "labels",
                "annotation": "annotations",
                "namespaceLabel": "namespace_labels",
                "namespaceAnnotation": "namespace_annotations",
            }
        ),
        SetKind.ASSETS: MappingProxyType({"label": "labels"}),
        CLOUD: MappingProxyType({"label": "labels"}),
    }
)
"""Dimensions with a name of their own behind a colon, each with its column."""

NAMES: Mapping[RowKind, tuple[str, ...]] = MappingProxyType(
    {SetKind.ALLOCATIONS: ALLOCATION_NAMES, SetKind.ASSETS: ASSET_NAMES, CLOUD: tuple(CLOUD_COLUMNS)}
)

ALIASES: Mapping[str, str] = MappingProxyType(
    {"department": "department", "environment": "env", "owner": "owner", "product": "app", "team": "team"}
)
"""
The field's five words for a label each, or an annotation where the label is absent; the names are the defaults of the
products we are compatible with.
"""

FIRST_LABEL = "first label"
"""A dimension of cloud costs that nobody can ask for by name: the first of several labels that a row has."""

EXTERNAL = "kubernetes_label_"
"""What stands before an alias's label name on assets, where labels come from a bill."""

DEFAULTS: Mapping[RowKind, tuple[Dimension, ...]] = {
    SetKind.ALLOCATIONS: tuple(Dimension(name) for name in ("cluster", "node", "namespace", "pod", "container")),
    SetKind.ASSETS: tuple(Dimension(name) for name in ASSET_NAMES),
    CLOUD: tuple(
        Dimension(name) for name in ("invoiceEntityID", "accountID", "provider", "providerID", "category", "service")
    ),
}
"""What an answer is grouped by when nothing is asked for."""


_OTHER_NAMES: Mapping[RowKind, Mapping[str, str]] = {SetKind.ASSETS: {"assettype": "type"}}
"""What OpenCost's own UI groups assets by, and what filters call the type; in small letters."""


def parse_dimensions(text: str | None, kind: RowKind, parameter: str = "aggregate") -> tuple[Dimension, ...]:
    """
    Read a comma-separated list of dimensions.

    Args:
        text: as the client wrote it; None is the kind's default, `all` is one group of everything
        kind: whose dimensions are meant
        parameter: its name, for the error

    Raises:
        QuestionError: an unknown name, with the nearest known one.
    """
    if text is None or not text.strip():
        return DEFAULTS[kind]
    if text.strip().lower() == "all":
        return ()
    parts = text.split(",")
    if len(parts) > MOST:
        raise QuestionError(parameter, text, f"at most {MOST} dimensions", code=QuestionCode.TOO_LARGE)
    return tuple(dict.fromkeys(_dimension(part.strip(), text, kind, parameter) for part in parts))


def _dimension(part: str, text: str, kind: RowKind, parameter: str) -> Dimension:
    head, colon, key = part.partition(":")
    keyed = {spelling: name for name in KEYED[kind] for spelling in (name, name.lower())}
    if colon and head in keyed and key:
        return Dimension(keyed[head], label_key(key, kind))
    aliases = () if kind is CLOUD else tuple(ALIASES)
    known = {name.lower(): name for name in (*NAMES[kind], *aliases)} | dict(_OTHER_NAMES.get(kind, {}))
    if part.lower() in known:
        return Dimension(known[part.lower()])
    accepted = [*NAMES[kind], *(f"{name}:<name>" for name in KEYED[kind]), *aliases, "all"]
    raise QuestionError(
        parameter, text, f"a comma-separated list of {', '.join(accepted)}",
        case=f"There is no grouping by `{part}`", code=QuestionCode.UNKNOWN_FIELD, suggestion=closest(part, accepted),
    )  # fmt: skip


def label_key(key: str, kind: RowKind) -> str:
    """Spell a label's name as rows of a kind do: as Prometheus, or as the provider of a bill."""
    return key if kind is CLOUD else sanitize(key)


def sanitize(label: str) -> str:
    """Spell a label's name as Prometheus does: everything but letters, digits and `_` becomes `_`."""
    return re.sub(r"[^A-Za-z0-9_]", "_", label)
