"""Putting allocation rows together from their parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from fleetcost.costing.behaviour import Watcher
from fleetcost.costing.controllers import Controllers
from fleetcost.costing.cost_owners import CostOwner, Nobody
from fleetcost.costing.labels import LabelBook
from fleetcost.costing.nodes import Node
from fleetcost.costing.pods import ContainerKey, Pod
from fleetcost.costing.prices import NodePrices
from fleetcost.costing.resources import Meter
from fleetcost.costing.runs import whole
from fleetcost.costing.traffic import Traffic
from fleetcost.model.allocation import (
    UNMOUNTED,
    Allocation,
    AllocationKind,
    LoadBalancerShare,
    VolumeShare,
)
from fleetcost.model.amount import ZERO
from fleetcost.model.records import Reach
from fleetcost.model.samples import Samples
from fleetcost.model.window import Window


class RowNames:
    """What rows are called: labels, annotations and controllers."""

    def __init__(self, samples: Samples) -> None:
        self.labels = LabelBook(samples)
        self.controllers = Controllers(samples, self.labels)


class Meters(NamedTuple):
    """What is measured of containers."""

    resources: Meter
    behaviour: Watcher


@dataclass(slots=True)
class Payment:
    """What one owner pays of things that are shared."""

    volumes: list[VolumeShare] = field(default_factory=list)
    balancers: list[LoadBalancerShare] = field(default_factory=list)
    services: set[str] = field(default_factory=set)
    traffic: Traffic = field(default_factory=Traffic)

    def fields(self) -> dict[str, object]:
        """Return it as fields of an allocation."""
        volumes = tuple(sorted(self.volumes, key=lambda share: share.volume))
        balancers = tuple(sorted(self.balancers, key=lambda share: (share.service, share.ip)))
        costs = self.traffic.costs
        return {
            "pv_byte_hours": sum(share.byte_hours for share in volumes),
            "pv_cost": sum((share.cost for share in volumes), ZERO),
            "volumes": volumes,
            "load_balancer_cost": sum((share.cost for share in balancers), ZERO),
            "load_balancers": balancers,
            "network_transfer_bytes": self.traffic.sent,
            "network_receive_bytes": self.traffic.received,
            "network_zone_cost": costs[Reach.REGION],
            "network_region_cost": costs[Reach.WORLD],
            "network_internet_cost": costs[Reach.INTERNET],
            "network_cost": self.traffic.cost,
        }


NO_PAYMENT = Payment()


def workload_rows(
    pod: Pod,
    node: Node | None,
    prices: NodePrices,
    names: RowNames,
    services: tuple[str, ...],
    meters: Meters,
    payments: Mapping[CostOwner, Payment],
) -> Iterator[Allocation]:
    """Return one row a container of a pod."""
    controller = names.controllers.of(pod)
    labels, annotations = names.labels.merged(pod), names.labels.annotations(pod)
    namespace = pod.key.namespace
    namespace_labels = names.labels.of_namespace(namespace)
    namespace_annotations = names.labels.namespace_annotations(namespace)
    for container, resources in meters.resources.measure(pod, node, prices).items():
        payment = payments.get(ContainerKey(pod.key, container), NO_PAYMENT)
        yield Allocation(
            node=pod.node,
            provider_id=node.provider_id if node else "",
            namespace=namespace,
            controller_kind=controller.kind,
            controller=controller.name,
            pod=pod.key.pod,
            pod_uid=pod.key.uid,
            container=container,
            services=services,
            labels=labels,
            annotations=annotations,
            namespace_labels=namespace_labels,
            namespace_annotations=namespace_annotations,
            start=pod.run.starts_at,
            end=pod.run.ends_at,
            **resources._asdict(),
            **meters.behaviour.of(ContainerKey(pod.key, container), node)._asdict(),
            **payment.fields(),  # type: ignore[arg-type]
        )


def unused_row(owner: Nobody, window: Window, names: RowNames, payment: Payment) -> Allocation:
    """Return the row of what nobody used in a namespace or, without one, in the cluster."""
    namespace, run = owner.namespace, whole(window)
    return Allocation(
        kind=AllocationKind.UNMOUNTED,
        namespace=namespace or UNMOUNTED,
        pod=f"{namespace}-unmounted-pvcs" if namespace else UNMOUNTED,
        container=UNMOUNTED,
        services=tuple(sorted(payment.services)),
        namespace_labels=names.labels.of_namespace(namespace),
        namespace_annotations=names.labels.namespace_annotations(namespace),
        start=run.starts_at,
        end=run.ends_at,
        **payment.fields(),  # type: ignore[arg-type]
    )
