"""Own metrics: every one is named here, with its meaning; `/metrics` prints them."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Metric, generate_latest

CONTENT_TYPE = CONTENT_TYPE_LATEST
REGISTRY = CollectorRegistry()

ROUNDS = Counter("fleetcost_agent_rounds", "Rounds of the agent by outcome", ["outcome"], registry=REGISTRY)
UPLOADED = Counter("fleetcost_agent_uploaded_sets", "Sets the bucket took", ["kind", "resolution"], registry=REGISTRY)
UPLOADED_BYTES = Counter("fleetcost_agent_uploaded_bytes", "Bytes of the sets the bucket took", registry=REGISTRY)
LAST_PUSH = Gauge("fleetcost_agent_last_push_timestamp_seconds", "When sets were last pushed", registry=REGISTRY)
GAPS = Gauge(
    "fleetcost_agent_gap_hours", "Hours within the backfill in which the source was not seen", registry=REGISTRY
)
FINDINGS = Gauge(
    "fleetcost_agent_finding_subjects",
    "Objects of which the newest build noticed something, by what it was; see the findings in states.md",
    ["cluster", "kind"],
    registry=REGISTRY,
)
ALLOCATION_STATUS = Gauge(
    "kubecost_allocation_data_status",
    "Allocation sets within the backfill by what is known of them",
    ["resolution", "status"],
    registry=REGISTRY,
)
ASSET_STATUS = Gauge(
    "kubecost_asset_data_status",
    "Asset sets within the backfill by what is known of them",
    ["resolution", "status"],
    registry=REGISTRY,
)
CLUSTER_ROUNDS = Counter(
    "fleetcost_agent_cluster_rounds",
    "Rounds of an agent of many clusters, by cluster and by what became of them",
    ["cluster", "outcome"],
    registry=REGISTRY,
)
CLUSTER_LAST_PUSH = Gauge(
    "fleetcost_agent_cluster_last_push_timestamp_seconds",
    "When an agent of many clusters last pushed sets of a cluster",
    ["cluster"],
    registry=REGISTRY,
)
LAKE_WRITES = Counter("fleetcost_lake_writes", "Attempts to write the lake, by outcome", ["outcome"], registry=REGISTRY)
FOCUS_WRITES = Counter(
    "fleetcost_aggregator_focus_writes",
    "Attempts to write the FOCUS export, by outcome",
    ["outcome"],
    registry=REGISTRY,
)
CLOSINGS = Counter(
    "fleetcost_aggregator_statement_closings",
    "Months that were to be closed by themselves, by outcome",
    ["outcome"],
    registry=REGISTRY,
)
PASSES = Counter("fleetcost_aggregator_passes", "Ingest passes by outcome", ["outcome"], registry=REGISTRY)
OBJECTS = Gauge(
    "fleetcost_aggregator_objects",
    "Objects of the bucket by what had become of them at the last pass",
    ["state"],
    registry=REGISTRY,
)
BILL_DAYS = Gauge("fleetcost_bill_days", "Days of bills by the state of the bill", ["state"], registry=REGISTRY)
BILL_NEWEST_DAY = Gauge(
    "fleetcost_bill_newest_day_timestamp_seconds",
    "End of the newest day with a bill, of the integration that is furthest behind",
    registry=REGISTRY,
)
BILL_WRITTEN = Gauge(
    "fleetcost_bill_written_timestamp_seconds",
    "When bills were last written to the bucket, of the integration that is furthest behind",
    registry=REGISTRY,
)
BILL_UNMAPPED = Gauge("fleetcost_bill_unmapped_rows", "Rows of bills that no rule knows", registry=REGISTRY)
BILL_ROWS = Gauge(
    "fleetcost_bill_rows",
    "Rows of the bills of the last 30 days by what became of them",
    ["outcome"],
    registry=REGISTRY,
)
BILL_UNMATCHED = Gauge(
    "fleetcost_bill_unmatched_ratio",
    "Part of the clusters' billed cost of the last 30 days that no asset carries",
    ["currency"],
    registry=REGISTRY,
)
PASS_SECONDS = Gauge("fleetcost_aggregator_pass_seconds", "How long the last pass took", registry=REGISTRY)
CLUSTER_LAST_UPLOAD = Gauge(
    "fleetcost_aggregator_cluster_last_upload_timestamp_seconds",
    "When the newest object of a cluster was written, as the aggregator's last pass saw it",
    ["cluster"],
    registry=REGISTRY,
)
CLUSTER_NEWEST_HOUR = Gauge(
    "fleetcost_aggregator_cluster_newest_hour_timestamp_seconds",
    "Start of the newest hour of a cluster that is in the tables",
    ["cluster"],
    registry=REGISTRY,
)
CLUSTER_HOLES = Gauge(
    "fleetcost_aggregator_cluster_missing_days",
    "Days between a cluster's first and newest that are not in the tables",
    ["cluster"],
    registry=REGISTRY,
)
CLUSTER_UNUSABLE = Gauge(
    "fleetcost_aggregator_cluster_unusable_objects", "Objects of a cluster that are damaged or refused", ["cluster"],
    registry=REGISTRY,
)  # fmt: skip
CLUSTER_IDENTITIES = Gauge(
    "fleetcost_aggregator_cluster_identities",
    "Clusters that wrote under one id within six hours; more than one overwrite each other",
    ["cluster"],
    registry=REGISTRY,
)


def page() -> bytes:
    """Return every metric in the text format."""
    return generate_latest(REGISTRY)


def nameless_page() -> bytes:
    """Return the metrics that name no cluster, in the text format."""
    return generate_latest(_Nameless())


class _Nameless:
    """The registry without the families that tell clusters apart."""

    def collect(self) -> Iterator[Metric]:
        for family in REGISTRY.collect():
            if not any("cluster" in sample.labels for sample in family.samples):
                yield family
