"""Findings: what a build noticed and somebody should know, each with a hint."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

MOST_SUBJECTS = 5


class FindingKind(enum.StrEnum):
    """What was noticed."""

    PRICE_DEFAULTED = "price from the price book"
    PRICE_SHEET = "price from your price sheet"
    PRICE_ZERO = "price of zero"
    PRICE_MONTHLY = "price of a month, perhaps"
    PRICE_OUTLYING = "price far above the others"
    COST_JUMPED = "ten times the day before"
    PRICE_ROW_UNUSED = "row of the price file that matches nothing"
    SPOT_UNKNOWN = "spot or on demand unknown"
    TYPE_INFERRED = "instance type inferred"
    NODE_LABELS_MISSING = "labels of nodes not exported"
    POD_LABELS_MISSING = "labels of pods not exported"
    DEVICES_UNKNOWN = "devices of claims unknown"
    USE_UNMEASURED = "use not measured"
    SAMPLES_DROPPED = "samples not finite"
    ROWS_UNNAMED = "rows without a name"
    VALUE_REFUSED = "value out of bounds"
    NODE_UNKNOWN = "node unknown"
    NODE_SIZE_UNKNOWN = "node without capacity"
    POD_UNKNOWN = "pod unknown"
    UID_UNKNOWN = "pod known by name only"
    NODE_NO_MACHINE = "node larger than any machine"
    VOLUME_SIZE_UNKNOWN = "volume without capacity"
    SCRAPED_TWICE = "scraped twice"
    USE_REPORTED_TWICE = "use reported twice"
    SCRAPED_SELDOM = "scraped seldom"
    LABELS_EXPORTED = "labels renamed by the scrape"
    SEVERAL_CLUSTERS = "several clusters"
    GPU_SHARE_UNKNOWN = "share of a GPU unknown"
    CAPACITY_EXCEEDED = "more allocated than there is"
    SOURCE_PARTIAL = "partial answer of the source"

    @property
    def of_prices(self) -> bool:
        """Tell whether it says that a price may not be right."""
        return self in _OF_PRICES

    @property
    def of_source(self) -> bool:
        """Tell whether it names what the source lacks and that makes the costs wrong or say less."""
        return self in _OF_SOURCE

    @property
    def meaning(self) -> str:
        """One sentence for people: what it means and what to do about it."""
        return _MEANINGS[self]


_OF_PRICES = frozenset({
    FindingKind.PRICE_MONTHLY,
    FindingKind.PRICE_OUTLYING,
    FindingKind.COST_JUMPED,
    FindingKind.SPOT_UNKNOWN,
    FindingKind.TYPE_INFERRED,
})  # fmt: skip
_OF_SOURCE = frozenset({
    FindingKind.NODE_LABELS_MISSING,
    FindingKind.POD_LABELS_MISSING,
    FindingKind.DEVICES_UNKNOWN,
    FindingKind.USE_UNMEASURED,
    FindingKind.USE_REPORTED_TWICE,
    FindingKind.LABELS_EXPORTED,
    FindingKind.SCRAPED_TWICE,
    FindingKind.SCRAPED_SELDOM,
    FindingKind.SEVERAL_CLUSTERS,
})  # fmt: skip

ALLOWLIST = "--metric-labels-allowlist=nodes=[*],pods=[*],namespaces=[*]"
"""The flag of kube-state-metrics, which exports no labels without it."""

_MEANINGS = {
    FindingKind.PRICE_DEFAULTED: (
        "priced by the built-in rates, because neither the source nor a price sheet names a price; give a price sheet "
        "or run an exporter of prices"
    ),
    FindingKind.PRICE_SHEET: "priced by your price sheet, because the source names no price",
    FindingKind.PRICE_ZERO: (
        "both the source and the price book say zero, so this costs nothing; set a price if that is not meant"
    ),
    FindingKind.PRICE_MONTHLY: (
        "an hour costs about what a month of such a thing does elsewhere; check whether the price is one of a month. "
        "It is charged as it stands"
    ),
    FindingKind.PRICE_OUTLYING: (
        "this price is a hundred times the middle of its kind in the cluster, or more; check its source. It is charged "
        "as it stands"
    ),
    FindingKind.COST_JUMPED: (
        "the same amount costs ten times what it did a day earlier, or more; check what changed in the prices. It is "
        "charged as it stands"
    ),
    FindingKind.PRICE_ROW_UNUSED: (
        "no node, GPU or volume of this cluster in this hour is what the row names; a file of the whole fleet has such "
        "rows, and so has one with an id or a field that is misspelled"
    ),
    FindingKind.SPOT_UNKNOWN: (
        "nobody exports these nodes' labels, so they are priced as on-demand nodes, which costs a spot node several "
        f"times too much; start kube-state-metrics with `{ALLOWLIST}`, or name the nodes in a price file"
    ),
    FindingKind.TYPE_INFERRED: (
        "nobody exports these nodes' labels; of the instance types in the price file this is the only price that fits "
        f"their size, so it is charged. To know it, start kube-state-metrics with `{ALLOWLIST}`"
    ),
    FindingKind.NODE_LABELS_MISSING: (
        "instance types, pools and spot nodes are not known, and prices by instance type match nothing; start "
        f"kube-state-metrics with `{ALLOWLIST}` (kube-prometheus-stack: docs/guide/prometheus.md)"
    ),
    FindingKind.POD_LABELS_MISSING: (
        "costs by the labels of pods, such as a team, are not known; start kube-state-metrics with "
        f"`{ALLOWLIST}` (kube-prometheus-stack: docs/guide/prometheus.md)"
    ),
    FindingKind.DEVICES_UNKNOWN: (
        "pods hold devices through ResourceClaims, which Kubernetes does not count, so GPUs among them are charged to "
        "nobody; run the DCGM exporter on their nodes and scrape it"
    ),
    FindingKind.USE_UNMEASURED: (
        "nobody measures what containers on these nodes use, so they are charged what they ask for; scrape the "
        "kubelet's /metrics/cadvisor there, of virtual nodes its /metrics/resource"
    ),
    FindingKind.SAMPLES_DROPPED: "the source answered NaN or infinity for this query; those rows are left out",
    FindingKind.ROWS_UNNAMED: (
        "rows lack the label that names their object; is the exporter scraped with `honor_labels`?"
    ),
    FindingKind.VALUE_REFUSED: (
        "a negative or impossible amount, such as more than 512 cores in a container, is counted as nothing"
    ),
    FindingKind.NODE_UNKNOWN: (
        "containers ran on a node that was never seen; they are charged at the price book's rates and have no asset"
    ),
    FindingKind.NODE_SIZE_UNKNOWN: (
        "a node was seen and its capacity was not, so it costs nothing; "
        "does kube-state-metrics report `kube_node_status_capacity`?"
    ),
    FindingKind.NODE_NO_MACHINE: (
        "a node declares more cores than any machine has, so it is taken for a virtual node and costs what its pods "
        "ask for; if it is one of a kind, its labels or taints should say so"
    ),
    FindingKind.POD_UNKNOWN: (
        "traffic belongs to pods that were never seen running, too short for the resolution perhaps; it is left out"
    ),
    FindingKind.UID_UNKNOWN: (
        "figures carry a uid that no pod of their name has and count for the pod of that name in their namespace; "
        "OpenCost's exporter gives pods of one name in several namespaces the same uid"
    ),
    FindingKind.VOLUME_SIZE_UNKNOWN: "a volume was seen and its capacity was not, so it costs nothing",
    FindingKind.SCRAPED_TWICE: (
        "the same objects are scraped twice at the same time; nothing is counted twice, but remove one of the scrapes"
    ),
    FindingKind.USE_REPORTED_TWICE: (
        "cAdvisor and the kubelet's /metrics/resource both report what containers use; it counts once, and cAdvisor "
        "alone is enough (kube-prometheus-stack: kubelet.serviceMonitor.resource: false)"
    ),
    FindingKind.SCRAPED_SELDOM: (
        "the scrape interval is longer than the resolution, so starts, ends and coverage come out too short; set "
        "resolution_seconds to the scrape interval"
    ),
    FindingKind.LABELS_EXPORTED: (
        "kube-state-metrics is scraped without `honor_labels: true`, so the scrape's own labels hide those of the "
        "pods and these pods are missing; set it in the scrape configuration"
    ),
    FindingKind.SEVERAL_CLUSTERS: (
        "the source holds several clusters and they are read as one; set cluster_label to the label that tells them "
        "apart"
    ),
    FindingKind.GPU_SHARE_UNKNOWN: (
        "containers share GPUs and the number of physical GPUs is not known; a whole GPU is charged for each share. "
        "Run the DCGM exporter or GPU feature discovery"
    ),
    FindingKind.CAPACITY_EXCEEDED: (
        "containers used or asked for more than their node has, so its idle cost is negative; usage is above requests "
        "on a full node, or samples of the node are missing"
    ),
    FindingKind.SOURCE_PARTIAL: (
        "some of the storage behind the source did not answer; the window is partial and is built again every hour "
        "until all of it does"
    ),
}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """
    One thing that was noticed.

    Attributes:
        kind: what
        count: on how many objects
        subjects: the first few of them, sorted
    """

    kind: FindingKind
    count: int
    subjects: tuple[str, ...]

    def fields(self) -> dict[str, object]:
        """Return it as the fields of a log line."""
        return {
            "kind": str(self.kind),
            "count": self.count,
            "subjects": ", ".join(self.subjects),
            "meaning": self.kind.meaning,
        }

    def __str__(self) -> str:
        more = ", …" if self.count > len(self.subjects) else ""
        return f"{self.kind} ({self.count}: {', '.join(self.subjects)}{more}): {self.kind.meaning}"


def summarise(noticed: Iterable[tuple[FindingKind, str]]) -> tuple[Finding, ...]:
    """Return one finding a kind, from pairs of kind and subject in any order; a subject counts once."""
    subjects: dict[FindingKind, set[str]] = defaultdict(set)
    for kind, subject in noticed:
        subjects[kind].add(subject)
    return tuple(
        Finding(kind, len(found), tuple(sorted(found)[:MOST_SUBJECTS])) for kind, found in sorted(subjects.items())
    )
