"""What an answer can be grouped by, and how each name is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from fleetcost.errors import QuestionError, near
from fleetcost.model.sets import SetKind

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
KEYED: Mapping[SetKind, Mapping[str, str]] = MappingProxyType(
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
    }
)
"""Dimensions with a name of their own behind a colon, each with its column."""

NAMES = {SetKind.ALLOCATIONS: ALLOCATION_NAMES, SetKind.ASSETS: ASSET_NAMES}

ALIASES: Mapping[str, str] = MappingProxyType(
    {"department": "department", "environment": "env", "owner": "owner", "product": "app", "team": "team"}
)
"""
The field's five words for a label each, or an annotation where the label is absent; the names are the defaults of the
products we are compatible with.
"""

EXTERNAL = "kubernetes_label_"
"""What stands before an alias's label name on assets, where labels come from a bill."""

DEFAULTS = {
    SetKind.ALLOCATIONS: tuple(Dimension(name) for name in ("cluster", "node", "namespace", "pod", "container")),
    SetKind.ASSETS: tuple(Dimension(name) for name in ASSET_NAMES),
}
"""What an answer is grouped by when nothing is asked for."""


def parse_dimensions(text: str | None, kind: SetKind, parameter: str = "aggregate") -> tuple[Dimension, ...]:
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
        raise QuestionError(parameter, text, f"at most {MOST} dimensions")
    return tuple(dict.fromkeys(_dimension(part.strip(), text, kind, parameter) for part in parts))


def _dimension(part: str, text: str, kind: SetKind, parameter: str) -> Dimension:
    head, colon, key = part.partition(":")
    keyed = {spelling: name for name in KEYED[kind] for spelling in (name, name.lower())}
    if colon and head in keyed and key:
        return Dimension(keyed[head], sanitize(key))
    known = {name.lower(): name for name in (*NAMES[kind], *ALIASES)}
    if part.lower() in known:
        return Dimension(known[part.lower()])
    accepted = [*NAMES[kind], *(f"{name}:<name>" for name in KEYED[kind]), *ALIASES, "all"]
    raise QuestionError(parameter, text, f"a comma-separated list of {', '.join(accepted)}{near(part, accepted)}")


def sanitize(label: str) -> str:
    """Spell a label's name as Prometheus does: everything but letters, digits and `_` becomes `_`."""
    return re.sub(r"[^A-Za-z0-9_]", "_", label)
