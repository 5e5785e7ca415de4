"""Network: traffic and its prices."""

from __future__ import annotations

from fleetcost.samples.queries.parts import ANY, POD, growth, mean, present

RECEIVED = growth(
    "bytes received",
    "container_network_receive_bytes_total",
    POD,
    ("interface", "id", "name"),
    "traffic of a pod, which has no price of its own",
    present("pod"),
)
SENT = growth(
    "bytes sent",
    "container_network_transmit_bytes_total",
    POD,
    ("interface", "id", "name"),
    "traffic of a pod, which has no price of its own",
    present("pod"),
)
TRAFFIC = growth(
    "bytes sent by reach",
    "kubecost_pod_network_egress_bytes_total",
    ("namespace", "pod_name", "pod", "internet", "same_region", "same_zone", "sameRegion", "sameZone"),
    ("instance", "service", "ip", "nat_gateway"),
    "traffic that costs, by how far it went; older exporters spell two of the labels otherwise",
)
ZONE_PRICE = mean("zone egress price", "kubecost_network_zone_egress_cost", ANY, "price of a GiB to another zone")
REGION_PRICE = mean(
    "region egress price", "kubecost_network_region_egress_cost", ANY, "price of a GiB to another region"
)
INTERNET_PRICE = mean(
    "internet egress price", "kubecost_network_internet_egress_cost", ANY, "price of a GiB to the internet"
)
