"""Services, load balancers, and what managing the cluster costs."""

from __future__ import annotations

from fleetcost.model.samples import NameSamples, ServiceSamples
from fleetcost.samples import records as r
from fleetcost.samples.queries.parts import BALANCER, PRICED_BALANCER, first_last_seen, labels, mean, most, present
from fleetcost.samples.query import Fills

SELECTORS = tuple(
    labels(
        f"{kind} selectors",
        metric,
        ("namespace", kind),
        f"which pods a {kind} selects",
        fills=Fills(NameSamples, "selectors", r.selector(kind)),
    )
    for kind, metric in (
        ("service", "service_selector_labels"),
        ("deployment", "deployment_match_labels"),
        ("statefulSet", "statefulSet_match_labels"),
    )
)
ENDPOINTS = most(
    "endpoints",
    "kube_endpoint_address",
    ("namespace", "endpoint", "ip"),
    "which pods are behind a service, where nobody reports its selector",
    fills=Fills(ServiceSamples, "endpoints", r.endpoint),
)
PRICED_BALANCER_FIRST, PRICED_BALANCER_LAST = first_last_seen(
    "priced load balancer",
    "kubecost_load_balancer_cost",
    PRICED_BALANCER,
    "when a load balancer existed; one without an address is still being made",
    present("ingress_ip"),
    fills=Fills(ServiceSamples, "load_balancers", r.balancer_seen),
)
BALANCER_PRICE = mean(
    "load balancer price",
    "kubecost_load_balancer_cost",
    PRICED_BALANCER,
    "what it costs an hour",
    present("ingress_ip"),
    fills=Fills(ServiceSamples, "load_balancer_prices", r.balancer_price),
)
BALANCER_FIRST, BALANCER_LAST = first_last_seen(
    "load balancer",
    "kube_service_status_load_balancer_ingress",
    BALANCER,
    "the same, from kube-state-metrics",
    fills=Fills(ServiceSamples, "load_balancers", r.balancer_seen),
)
MANAGEMENT_FIRST, MANAGEMENT_LAST = first_last_seen(
    "management fee",
    "kubecost_cluster_management_cost",
    ("provisioner_name",),
    "since when managing the cluster costs",
    fills=Fills(ServiceSamples, "management", r.management_seen),
)
MANAGEMENT_PRICE = mean(
    "management price",
    "kubecost_cluster_management_cost",
    ("provisioner_name",),
    "what it costs an hour",
    fills=Fills(ServiceSamples, "management_prices", r.management_price),
)
