"""Which cases of the conformance suite stand for all of them: chosen by what they ask, not by where they stand."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Case = dict[str, Any]

WHOLE = os.environ.get("ENGINE_CASES") == "all"
"""Whether everything is run, which takes some minutes longer."""

_ANY_VALUE = {
    "window", "before", "after", "limit", "offset", "names", "shareCost", "shareNamespaces", "shareLabels",
    "costMetric", "search", "costChangeRatio", "resolution", "currencyCode",
}  # fmt: skip
"""Parameters of which one value is as good as another."""

_READ_ALIKE = {
    "a controller": {"controllerkind", "controller", "controllername", "deployment", "statefulset", "daemonset", "job"},
    "a name for labels": {"team", "owner", "department", "environment", "product"},
    "a keyed one": {"label", "annotation", "namespacelabel", "namespaceannotation"},
    "a list": {"service", "services"},
}
"""Dimensions and fields that are no plain columns, by how they are read."""

_COMPARED = re.compile(r"""(\w+)(\[[^\]]*\])?\s*(!?(?:<~|~>|~)?:)""")

SMALL = ("topology", "details", "cloud", "billed", "tenants", "discounted", "averages")
"""Fleets of few files."""

ON_SPARK = {
    "aggregate: several in the given order": "labels, two dimensions",
    "sharing: shared namespaces and a filter": "idle and other rows divided, a filter",
    "filters: any of a row's services": "lists",
    "aggregate: shared labels are kept on request": "maps",
    "assets: the fields of a node": "assets",
    "cloudcosts: shares are weighted by each cost": "cloud costs",
    "cloudcosts: the next page": "a part of the rows",
}
"""Cases whose statements are the most unlike, each with what only it shows."""


def named(case: Case) -> str:
    """Return the name of a case."""
    return f"{case['file']}: {case['name']}"


def features(case: Case) -> frozenset[str]:
    """
    Return what a case asks for.

    That is its address, each parameter with its value where values differ in meaning, how its dimensions and the fields
    of its filter are read, and the filter's operators. A request that is refused asks for nothing: no engine sees it.
    """
    if case["expect"].get("status", 200) != 200:
        return frozenset()
    parts = urlsplit(case["get"])
    address = parts.path.removeprefix("/model").replace("/allocation/compute", "/allocation").lower()
    kind = next((kind for kind in ("cloudcost", "asset") if kind in address), "allocation")
    found = {address}
    for name, value in parse_qsl(parts.query):
        if name == "filter":
            found |= _of_filter(kind, value)
        elif name == "aggregate":
            found |= {f"{kind} by {_read_as(part)}" for part in value.split(",")}
        elif name.startswith("filter"):
            found.add(f"{kind} by older filters{'*' * value.endswith('*')}")
        else:
            found.add(name if name in _ANY_VALUE else f"{name}={value}")
    return frozenset(found)


def representative(cases: Sequence[Case]) -> list[Case]:
    """Return few cases that together ask for everything that any case asks for; small fleets are preferred."""
    missing = frozenset().union(*(features(case) for case in cases))
    chosen: list[Case] = []
    while missing:
        best = max(cases, key=lambda case: (len(features(case) & missing), case["fleet"] in SMALL))
        chosen.append(best)
        missing -= features(best)
    return sorted(chosen, key=cases.index)


def _of_filter(kind: str, text: str) -> set[str]:
    found = {f"{operator} in a filter" for operator in "+|" if operator in text}
    for field, key, operator in _COMPARED.findall(re.sub(r'"[^"]*"', "", text)):
        found |= {operator, f"{kind} where {_read_as(field)}{'[]' if key else ''}"}
    return found


def _read_as(word: str) -> str:
    name = word.partition(":")[0].strip().lower()
    return next((how for how, names in _READ_ALIKE.items() if name in names), "a column")
