"""What the source is: how much it observed, how often it scrapes, what is wrong with it."""

from __future__ import annotations

from fleetcost.samples.queries.parts import ANY, CLUSTER_LABELS, SCRAPER, equal, first_last_seen, most, present
from fleetcost.samples.query import Over, Query

OBSERVED = Query(
    name="observed",
    metric="kube_node_status_capacity",
    matchers=(equal("resource", "cpu"),),
    over=Over.MINUTES_SEEN,
    by=ANY,
    why="how much of the window the source observed at all; less than the window is a gap, and the set says so",
)
STEPS_SEEN = Query(
    name="steps observed",
    metric="kube_node_status_capacity",
    matchers=(equal("resource", "cpu"),),
    over=Over.COUNT,
    by=ANY,
    why="when the source did not observe an hour that it did not observe whole; asked of halves, halves of these, …",
)
SCRAPES = Query(
    name="scrapes",
    metric="kube_node_status_capacity",
    matchers=(equal("resource", "cpu"),),
    over=Over.COUNT,
    by=("node",),
    why="how often the source scrapes, because times can be no finer",
)
SCRAPER_FIRST, SCRAPER_LAST = first_last_seen(
    "scraper",
    "kube_node_status_capacity",
    SCRAPER,
    "which scrapes report the same node at the same time: two are one too many",
    equal("resource", "cpu"),
)
SCRAPER_STEPS = Query(
    name="steps of scrapers",
    metric="kube_node_status_capacity",
    matchers=(equal("resource", "cpu"),),
    over=Over.COUNT,
    by=SCRAPER,
    why="the scrape interval, at which times are looked for where no other is set",
)
MACHINE_SCRAPER_FIRST, MACHINE_SCRAPER_LAST = first_last_seen(
    "scraper of machines",
    "container_cpu_usage_seconds_total",
    SCRAPER,
    "which scrapes report the same machine's containers at the same time: two are one too many",
    equal("id", "/"),
)
CLUSTERS = most(
    "clusters",
    "kube_node_status_capacity",
    CLUSTER_LABELS,
    "whether the source holds several clusters, which must not be read as one",
    equal("resource", "cpu"),
)
EXPORTED = most(
    "renamed labels",
    "kube_pod_container_status_running",
    ("job",),
    "whether the scrape renamed the labels of the pods, which hides them",
    present("exported_pod"),
)
