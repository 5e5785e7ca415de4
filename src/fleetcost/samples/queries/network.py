"""Network: traffic and its prices."""

from __future__ import annotations

from fleetcost.model.samples import NetworkSamples
from fleetcost.samples import records as r
from fleetcost.samples.queries.parts import ANY, POD, growth, mean, present
from fleetcost.samples.query import Fills

RECEIVED = growth(
    "bytes received",
    "container_network_receive_bytes_total",
    POD,
    ("interface", "id", "name"),
    "traffic of a pod, which has no price of its own",
    present("pod"),
    fills=Fills(NetworkSamples, "received", r.pod_value),
)
SENT = growth(
    "bytes sent",
    "container_network_transmit_bytes_total",
    POD,
    ("interface", "id", "name"),
    "traffic of a pod, which has no price of its own",
    present("pod"),
    fills=Fills(NetworkSamples, "sent", r.pod_value),
)
TRAFFIC = growth(
    "bytes sent by reach",
    "kubecost_pod_network_egress_bytes_total",
    ("namespace", "pod_name", "pod", "internet", "same_region", "same_zone", "sameRegion", "sameZone"),
    ("instance", "service", "ip", "nat_gateway"),
    "traffic that costs, by how far it went; older exporters spell two of the labels otherwise",
    fills=Fills(NetworkSamples, "traffic", r.pod_traffic),
)
ZONE_PRICE = mean(
    "zone egress price",
    "kubecost_network_zone_egress_cost",
    ANY,
    "price of a GiB to another zone",
    fills=Fills(NetworkSamples, "zone_price", r.number),
)
REGION_PRICE = mean(
    "region egress price",
    "kubecost_network_region_egress_cost",
    ANY,
    "price of a GiB to another region",
    fills=Fills(NetworkSamples, "region_price", r.number),
)
INTERNET_PRICE = mean(
    "internet egress price",
    "kubecost_network_internet_egress_cost",
    ANY,
    "price of a GiB to the internet",
    fills=Fills(NetworkSamples, "internet_price", r.number),
)
