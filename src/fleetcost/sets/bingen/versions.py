"""
Which versions this build reads, and what came with each: the table behind every "this build reads …".

To add a version, add its line here and its fields, with `since=`, to the struct in `fields_*.py`.
"""

from __future__ import annotations

from fleetcost.sets.bingen.grammar import Version, VersionSet

ALLOCATION = VersionSet(
    "Allocation",
    (
        Version(15, "v1.87.0 or older", "the base layout"),
        Version(16, "v1.100.0", "network cost across zones, across regions and to the internet"),
        Version(17, "v1.104.1", "labels and annotations of the namespace"),
        Version(18, "v1.105.0", "load balancers"),
        Version(19, "v1.106.0", "a load balancer's address"),
        Version(20, "v1.106.3", "a volume's provider id"),
        Version(21, "v1.109", "a load balancer's hours"),
        Version(22, "v1.111.0", "GPU request and use, as averages"),
        Version(23, "2024-10-30", "GPU device, model and sharing; highest GPU use"),
        Version(24, "2025-10-27", "CPU and RAM limits, as averages"),
        Version(25, "2026-02-05", "cost of NAT gateways"),
    ),
)

ASSETS = VersionSet(
    "Assets",
    (
        Version(15, "v1.87.0 or older", "the base layout"),
        Version(16, "v1.95.1", "adjustment of cluster management"),
        Version(17, "v1.97.0", "a disk's storage class"),
        Version(18, "v1.98.0", "a disk's use, volume and claim"),
        Version(19, "v1.104.0", "a node's overhead"),
        Version(20, "v1.105.0", "private load balancers"),
        Version(21, "v1.106.0", "a load balancer's address"),
    ),
)

ASSETS_OF_1_95_0 = VersionSet(
    "Assets",
    (Version(15, "v1.95.0 only", "adjustment of cluster management, before its cost and under the old version"),),
)

CLOUD_COST = VersionSet(
    "CloudCost",
    (
        Version(1, "v1.103.0", "the base layout"),
        Version(2, "v1.104.0", "amortized cost"),
        Version(3, "2024-08-06", "names of account and invoice entity, region, zone"),
    ),
)

NETWORK_INSIGHT = VersionSet("NetworkInsight", (Version(1, "2025-03-18", "the base layout"),))

KUBEMODEL = VersionSet(
    "KubeModel",
    (
        Version(1, "2025-10", "cluster, namespaces, resource quotas"),
        Version(2, "2026-07", "a cluster's region; workloads, nodes, pods, volumes, services, devices"),
    ),
)
"""Higher numbers were seen on branches only, with layouts that contradict each other."""

DEFAULT = VersionSet(
    "Default",
    (
        Version(15, "v1.87.0 or older", "the window, as it is today"),
        Version(16, "not seen in any build", "nothing"),
        Version(17, "v1.99.0", "nothing"),
        Version(18, "2024-10-30", "nothing"),
    ),
)

EVERY_SET = (ALLOCATION, ASSETS, ASSETS_OF_1_95_0, CLOUD_COST, NETWORK_INSIGHT, KUBEMODEL, DEFAULT)
"""In the order of the documentation's table."""
