"""
Prices of single machines, GPUs and volumes, as a price file lists them.

A row names the field in which an object's id is found. A row with a region is for that region only; the most exact row
wins: id and region, id, instance type and region, instance type.
"""

from __future__ import annotations

import enum
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from statistics import fmean

from fleetcost.costing.provider_ids import node_id, volume_id
from fleetcost.model.allocation import Labels


class PricedClass(enum.StrEnum):
    """What a row prices: a whole node, a GPU, or a GiB of a volume, each an hour."""

    NODE = "node"
    GPU = "gpu"
    VOLUME = "pv"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRow:
    """
    One row.

    Attributes:
        id_field: where the id is found: `spec.providerID`, `metadata.name`, `metadata.labels.<name>`,
            `metadata.annotations.<name>`, `spec.storageClassName`, `spec.capacity.storage`; of a GPU the label's name
        id: the value there, compared without regard to case; empty for a price of a whole class
        region: empty for all
        instance_type: of the class
    """

    priced: PricedClass
    id_field: str
    id: str
    region: str
    instance_type: str
    price_hourly: float

    def __str__(self) -> str:
        named = f"{self.id_field} {self.id}" if self.id else f"InstanceType {self.instance_type or 'none'}"
        return f"{self.priced} {named}" + (f" in {self.region}" if self.region else "")


@dataclass(frozen=True, slots=True)
class ListedPrice:
    """What a price file lists for one object: the price of an hour, and the rows it is of; the mean of several."""

    price_hourly: float
    rows: tuple[PriceRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFacts:
    """What a row may be compared with; labels and annotations in Prometheus spelling."""

    name: str
    provider_id: str
    region: str
    instance_type: str
    labels: Labels
    annotations: Labels


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeFacts:
    """What a row may be compared with."""

    name: str
    provider_id: str
    storage_class: str
    byte_count: float


_Index = dict[tuple[PricedClass, str, str], list[PriceRow]]


@dataclass(frozen=True, slots=True)
class PriceTable:
    """All rows, found by what they name."""

    rows: tuple[PriceRow, ...] = ()
    _by_id: _Index = field(init=False, repr=False, compare=False, default_factory=lambda: defaultdict(list))
    _by_type: dict[str, list[PriceRow]] = field(
        init=False, repr=False, compare=False, default_factory=lambda: defaultdict(list)
    )

    def __post_init__(self) -> None:
        for row in self.rows:
            if row.id:
                self._by_id[row.priced, plain(row.id_field), row.id.lower()].append(row)
            if row.priced is PricedClass.NODE and row.instance_type:
                self._by_type[row.instance_type.lower()].append(row)

    def node(self, facts: NodeFacts) -> ListedPrice | None:
        """Return the price of a whole node an hour, without its GPUs where those have rows of their own."""
        found = [row for key, value in _of_node(facts) for row in self._find(PricedClass.NODE, key, value)]
        of_type = self._by_type.get(facts.instance_type.lower(), [])
        return _listing(found, facts.region) or _listing(of_type, facts.region)

    @property
    def types(self) -> tuple[str, ...]:
        """The instance types that nodes are listed by, sorted."""
        return tuple(sorted(self._by_type))

    def gpu(self, facts: NodeFacts) -> ListedPrice | None:
        """Return the price of one of a node's GPUs an hour."""
        found = [row for key, value in facts.labels.items() for row in self._find(PricedClass.GPU, key, value)]
        return _listing(found, facts.region)

    def volume(self, facts: VolumeFacts) -> ListedPrice | None:
        """Return the price of a GiB-hour of a volume."""
        found = [row for key, value in _of_volume(facts) for row in self._find(PricedClass.VOLUME, key, value)]
        return _listing(found, "")

    def _find(self, priced: PricedClass, key: str, value: str) -> list[PriceRow]:
        return self._by_id.get((priced, plain(key), value.lower()), [])


def _listing(rows: Iterable[PriceRow], region: str) -> ListedPrice | None:
    """Return the mean of the rows of this region, else of those without one."""
    every = list(rows)
    own = [row for row in every if row.region and row.region.lower() == region.lower()]
    chosen = own or [row for row in every if not row.region]
    return ListedPrice(fmean(sorted(row.price_hourly for row in chosen)), tuple(chosen)) if chosen else None


def _of_node(facts: NodeFacts) -> Iterator[tuple[str, str]]:
    yield "spec.providerID", facts.provider_id
    yield "spec.providerID", node_id(facts.provider_id)
    yield "spec.providerID", facts.provider_id.removeprefix("azure://")
    yield "metadata.name", facts.name
    for name, value in facts.labels.items():
        yield f"metadata.labels.{name}", value
    for name, value in facts.annotations.items():
        yield f"metadata.annotations.{name}", value


def _of_volume(facts: VolumeFacts) -> Iterator[tuple[str, str]]:
    yield "spec.providerID", facts.provider_id
    yield "spec.providerID", volume_id(facts.provider_id)
    yield "metadata.name", facts.name
    yield "spec.storageClassName", facts.storage_class
    for unit, size in (("Ti", 2**40), ("Gi", 2**30), ("Mi", 2**20), ("", 1)):
        if facts.byte_count and facts.byte_count % size == 0:
            yield "spec.capacity.storage", f"{int(facts.byte_count) // size}{unit}"


def plain(key: str) -> str:
    """Spell a field or a key as Prometheus spells labels, so that `metadata.labels.a/b` finds the label `a_b`."""
    return re.sub(r"[^a-z0-9]", "_", key.lower())
