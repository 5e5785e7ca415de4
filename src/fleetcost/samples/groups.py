"""
The groups of samples: which queries fill which fields.

Each function asks its queries at once and returns a function that waits for the answers.
"""

from __future__ import annotations

from collections.abc import Callable

from fleetcost.model.records import ContainerValue, NodeValue
from fleetcost.model.samples import NameSamples, NetworkSamples, NodeSamples, PodSamples, ServiceSamples, StorageSamples
from fleetcost.samples import queries as q
from fleetcost.samples import records as r
from fleetcost.samples.asker import Answer, Asker, Convert
from fleetcost.samples.query import Query
from fleetcost.samples.sightings import Sighting, joined


def pods(asker: Asker) -> Callable[[], PodSamples]:
    """Ask for pods and containers."""

    def values(query: Query) -> Answer[ContainerValue]:
        return asker.ask(query, r.container_value)

    running = _seen(asker, q.CONTAINER_FIRST, q.CONTAINER_LAST, r.container_seen)
    places = asker.ask(q.POD_INFO, r.pod_place)
    cpu = [values(query) for query in (q.CPU_ALLOCATED, q.CPU_REQUESTED, q.CPU_USED, q.CPU_USED_MAX)]
    ram = [values(query) for query in (q.RAM_ALLOCATED, q.RAM_REQUESTED, q.RAM_USED, q.RAM_USED_MAX)]
    gpu = [values(q.GPU_ALLOCATED), *(asker.ask(query, r.exported_value) for query in (q.GPU_USED, q.GPU_USED_MAX))]
    init_running = _seen(asker, q.INIT_FIRST, q.INIT_LAST, r.container_seen)
    init = [values(query) for query in (q.INIT_CPU_REQUESTED, q.INIT_RAM_REQUESTED)]
    gpu_requested = asker.ask(q.GPU_REQUESTED, r.container_resource)
    busy = [asker.ask(query, r.exported_value) for query in (q.GPU_BUSY, q.GPU_BUSY_MAX)]
    limits = [values(query) for query in (q.CPU_LIMIT, q.RAM_LIMIT)]
    asked = [asker.ask(query, r.pod_value) for query in (q.WHOLE_CPU_REQUESTED, q.WHOLE_RAM_REQUESTED)]
    bounds = [asker.ask(query, r.pod_value) for query in (q.WHOLE_CPU_LIMIT, q.WHOLE_RAM_LIMIT)]
    used = [asker.ask(query, r.pod_value) for query in (q.WHOLE_CPU_USED, q.WHOLE_RAM_USED)]
    return lambda: PodSamples(
        running=running(),
        init_running=init_running(),
        init_cpu_requested=init[0].rows(),
        init_ram_requested=init[1].rows(),
        places=places.rows(),
        cpu_allocated=cpu[0].rows(),
        cpu_requested=cpu[1].rows(),
        cpu_used_seconds=cpu[2].rows(),
        cpu_used_max=cpu[3].rows(),
        ram_allocated=ram[0].rows(),
        ram_requested=ram[1].rows(),
        ram_used=ram[2].rows(),
        ram_used_max=ram[3].rows(),
        gpu_allocated=gpu[0].rows(),
        gpu_requested=gpu_requested.rows(),
        gpu_used=gpu[1].rows(),
        gpu_used_max=gpu[2].rows(),
        gpu_busy_percent=busy[0].rows(),
        gpu_busy_percent_max=busy[1].rows(),
        cpu_limit=limits[0].rows(),
        ram_limit=limits[1].rows(),
        whole_cpu_requested=asked[0].rows(),
        whole_ram_requested=asked[1].rows(),
        whole_cpu_limit=bounds[0].rows(),
        whole_ram_limit=bounds[1].rows(),
        whole_cpu_used_seconds=used[0].rows(),
        whole_ram_used=used[1].rows(),
    )


def nodes(asker: Asker) -> Callable[[], NodeSamples]:
    """Ask for nodes."""

    def values(query: Query) -> Answer[NodeValue]:
        return asker.ask(query, r.node_value)

    seen = _seen(asker, q.NODE_FIRST, q.NODE_LAST, r.node_seen)
    priced = _seen(asker, q.PRICED_NODE_FIRST, q.PRICED_NODE_LAST, r.node_seen)
    identified = _seen(asker, q.IDENTIFIED_NODE_FIRST, q.IDENTIFIED_NODE_LAST, r.node_seen)
    addresses = asker.ask(q.NODE_ADDRESSES, r.node_address)
    labels = asker.ask(q.NODE_LABELS, r.node_labels(r.LABEL))
    annotations = asker.ask(q.NODE_ANNOTATIONS, r.node_labels(r.ANNOTATION))
    prices = [values(query) for query in (q.NODE_CPU_PRICE, q.NODE_RAM_PRICE, q.NODE_GPU_PRICE, q.NODE_SPOT)]
    sizes = [values(query) for query in (q.NODE_CPU_CAPACITY, q.NODE_RAM_CAPACITY, q.NODE_GPU_COUNT)]
    free = [values(query) for query in (q.NODE_CPU_ALLOCATABLE, q.NODE_RAM_ALLOCATABLE)]
    gpu_capacity = asker.ask(q.NODE_GPU_CAPACITY, r.node_resource)
    gpu_devices = [asker.ask(query, r.gpu_device) for query in q.GPU_DEVICES]
    modes = asker.ask(q.NODE_CPU_MODES, r.node_mode)
    taints = asker.ask(q.NODE_TAINTS, r.node_taint)
    return lambda: NodeSamples(
        seen=(*seen(), *priced(), *identified()),
        addresses=addresses.rows(),
        labels=labels.rows(),
        annotations=annotations.rows(),
        cpu_price=prices[0].rows(),
        ram_price=prices[1].rows(),
        gpu_price=prices[2].rows(),
        spot=prices[3].rows(),
        cpu_capacity=sizes[0].rows(),
        ram_capacity=sizes[1].rows(),
        gpu_count=sizes[2].rows(),
        gpu_capacity=gpu_capacity.rows(),
        gpu_devices=tuple(record for answer in gpu_devices for record in answer.rows()),
        cpu_allocatable=free[0].rows(),
        ram_allocatable=free[1].rows(),
        cpu_modes=modes.rows(),
        taints=taints.rows(),
    )


def storage(asker: Asker) -> Callable[[], StorageSamples]:
    """Ask for persistent volumes, claims and nodes' own disks."""
    volumes = _seen(asker, q.VOLUME_FIRST, q.VOLUME_LAST, r.volume_seen)
    sizes = asker.ask(q.VOLUME_BYTES, r.volume_value)
    prices = asker.ask(q.VOLUME_PRICE, r.volume_value)
    information = [asker.ask(query, r.volume_info) for query in (q.VOLUME_INFO, q.OPENCOST_VOLUME_INFO)]
    claims = _seen(asker, q.CLAIM_FIRST, q.CLAIM_LAST, r.claim_seen)
    used = [asker.ask(query, r.claim_value) for query in (q.CLAIM_USED, q.CLAIM_USED_MAX)]
    mounts = [asker.ask(query, r.mount) for query in (q.MOUNTS, q.OPENCOST_MOUNTS)]
    disks = _seen(asker, q.DISK_FIRST, q.DISK_LAST, r.disk_seen)
    disk = [asker.ask(query, r.disk_value) for query in (q.DISK_BYTES, q.DISK_USED, q.DISK_USED_MAX)]
    return lambda: StorageSamples(
        volumes=volumes(),
        volume_bytes=sizes.rows(),
        volume_price=prices.rows(),
        volume_info=tuple(record for answer in information for record in answer.rows()),
        claims=claims(),
        claim_used=used[0].rows(),
        claim_used_max=used[1].rows(),
        mounts=tuple(record for answer in mounts for record in answer.rows()),
        local_disks=disks(),
        local_disk_bytes=disk[0].rows(),
        local_disk_used=disk[1].rows(),
        local_disk_used_max=disk[2].rows(),
    )


def network(asker: Asker) -> Callable[[], NetworkSamples]:
    """Ask for traffic and its prices."""
    received, sent = asker.ask(q.RECEIVED, r.pod_value), asker.ask(q.SENT, r.pod_value)
    host_pods = asker.ask(q.HOST_PODS, r.pod_value)
    traffic = asker.ask(q.TRAFFIC, r.pod_traffic)
    prices = [asker.ask(query, r.number) for query in (q.ZONE_PRICE, q.REGION_PRICE, q.INTERNET_PRICE)]
    return lambda: NetworkSamples(
        received=received.rows(),
        sent=sent.rows(),
        host_pods=host_pods.rows(),
        traffic=traffic.rows(),
        zone_price=max(prices[0].rows(), default=None),
        region_price=max(prices[1].rows(), default=None),
        internet_price=max(prices[2].rows(), default=None),
    )


def services(asker: Asker) -> Callable[[], ServiceSamples]:
    """Ask for load balancers, the pods behind services and the management fee."""
    endpoints = asker.ask(q.ENDPOINTS, r.endpoint)
    slice_endpoints = asker.ask(q.SLICE_ENDPOINTS, r.slice_endpoint)
    slice_labels = asker.ask(q.SLICE_LABELS, r.slice_labels)
    priced = _seen(asker, q.PRICED_BALANCER_FIRST, q.PRICED_BALANCER_LAST, r.balancer_seen)
    prices = asker.ask(q.BALANCER_PRICE, r.balancer_price)
    balancers = _seen(asker, q.BALANCER_FIRST, q.BALANCER_LAST, r.balancer_seen)
    management = _seen(asker, q.MANAGEMENT_FIRST, q.MANAGEMENT_LAST, r.management_seen)
    management_prices = asker.ask(q.MANAGEMENT_PRICE, r.management_price)
    return lambda: ServiceSamples(
        endpoints=endpoints.rows(),
        slice_endpoints=slice_endpoints.rows(),
        slice_labels=slice_labels.rows(),
        load_balancers=(*priced(), *balancers()),
        load_balancer_prices=prices.rows(),
        management=management(),
        management_prices=management_prices.rows(),
    )


def names(asker: Asker) -> Callable[[], NameSamples]:
    """Ask for labels, annotations, owners and selectors."""
    pod_labels = asker.ask(q.POD_LABELS, r.pod_labels(r.LABEL))
    pod_annotations = asker.ask(q.POD_ANNOTATIONS, r.pod_labels(r.ANNOTATION))
    namespace_labels = asker.ask(q.NAMESPACE_LABELS, r.namespace_labels(r.LABEL))
    namespace_annotations = asker.ask(q.NAMESPACE_ANNOTATIONS, r.namespace_labels(r.ANNOTATION))
    owners = [
        asker.ask(q.POD_OWNERS, r.owner("Pod", "pod")),
        asker.ask(q.REPLICASET_OWNERS, r.owner("ReplicaSet", "replicaset")),
        asker.ask(q.JOB_OWNERS, r.owner("Job", "job_name")),
    ]
    selectors = [asker.ask(query, r.selector(query.by[1])) for query in q.SELECTORS]
    return lambda: NameSamples(
        pod_labels=pod_labels.rows(),
        pod_annotations=pod_annotations.rows(),
        namespace_labels=namespace_labels.rows(),
        namespace_annotations=namespace_annotations.rows(),
        owners=tuple(record for answer in owners for record in answer.rows()),
        selectors=tuple(record for answer in selectors for record in answer.rows()),
    )


def _seen(asker: Asker, first: Query, last: Query, convert: Convert[Sighting]) -> Callable[[], tuple[Sighting, ...]]:
    firsts, lasts = asker.ask(first, convert), asker.ask(last, convert)
    return lambda: joined(firsts.rows(), lasts.rows())
