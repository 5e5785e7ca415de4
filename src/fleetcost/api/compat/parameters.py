"""The field's query parameters, described once for routing, refusal and OpenAPI."""

from __future__ import annotations

from fleetcost.api.operation import Parameter
from fleetcost.api.parameters import BASIS, ESTIMATED, FIELD_CURRENCY_PARAMETERS
from fleetcost.query.windows import ACCEPTED

WINDOW = Parameter("window", f"the time that is asked about: {ACCEPTED}", required=True)
FILTER = Parameter("filter", "which rows count, in the filter language, version 2; it wins over the parameters filter…")
AGGREGATE = Parameter("aggregate", "what to group by: names joined by commas; none is every container or asset")
OFFSET = Parameter("offset", "rows of each step to leave out at the beginning, in the order of `sortBy`", whole=True)
LIMIT = Parameter("limit", "most rows of a step to return", whole=True)

_SET_WIDTHS = ("1h", "60m", "1d", "24h", "1w", "7d", "168h")
STEP = Parameter("step", "the width of a set", choices=_SET_WIDTHS)
ACCUMULATE = Parameter("accumulate", "true for one set, false for a set per step, or a step", default="false")

V1_ALLOCATION = {
    "filterClusters": "cluster",
    "filterNodes": "node",
    "filterNamespaces": "namespace",
    "filterControllerKinds": "controllerKind",
    "filterControllers": "controllerName",
    "filterPods": "pod",
    "filterContainers": "container",
    "filterServices": "services",
    "filterLabels": "label",
    "filterAnnotations": "annotation",
    "filterDepartments": "department",
    "filterEnvironments": "environment",
    "filterOwners": "owner",
    "filterProducts": "product",
    "filterTeams": "team",
}
"""Filters of version 1 with the field each is about."""

V1_ASSET = {
    "filterClusters": "cluster",
    "filterNames": "name",
    "filterTypes": "type",
    "filterCategories": "category",
    "filterProviders": "provider",
    "filterProviderIDs": "providerID",
    "filterProviderIds": "providerID",
    "filterAccounts": "account",
    "filterProjects": "project",
    "filterServices": "service",
    "filterRegions": "region",
    "filterLabels": "label",
    "filterDepartments": "department",
    "filterEnvironments": "environment",
    "filterOwners": "owner",
    "filterProducts": "product",
    "filterTeams": "team",
}


def _v1(fields: dict[str, str]) -> tuple[Parameter, ...]:
    about = "{} is one of these, joined by commas; `*` at the end stands for any ending"
    return tuple(Parameter(name, about.format(field)) for name, field in fields.items())


def _idle(*, shown: bool) -> tuple[Parameter, ...]:
    return (
        Parameter("idle", "show idle cost", default=str(shown).lower(), flag=True),
        Parameter("includeIdle", "the same as `idle`", default=str(shown).lower(), flag=True),
        Parameter(
            "shareIdle",
            "divide idle among the rows of its cluster: by cost, or the same for every container",
            default="false",
            choices=("false", "true", "weighted", "even", "False", "True", "0", "1", "f", "t"),
            forgiving=True,
        ),
        Parameter("splitIdle", "one idle row per cluster, or per node with `idleByNode`", default="false", flag=True),
        Parameter("idleByNode", "idle belongs to a node instead of a cluster", default="false", flag=True),
    )


def _shared(*, tenancy: bool) -> tuple[Parameter, ...]:
    return (
        Parameter("shareNamespaces", "workloads in these namespaces are shared by all others"),
        Parameter("shareLabels", "workloads with one of these labels, name:value, are shared by all others"),
        Parameter("shareCost", "an overhead per month of 730 hours that all rows share", default="0", amount=True),
        Parameter("shareSplit", "how shared costs are divided", default="weighted", choices=("weighted", "even")),
        Parameter(
            "shareTenancyCosts",
            "each cluster's rows share its nodes' own disks and its management fee",
            default=str(tenancy).lower(),
            flag=True,
        ),
    )


_MORE = (
    Parameter("includeSharedCostBreakdown", "name the sources of each row's shared cost", default="true", flag=True),
    Parameter(
        "includeProportionalAssetResourceCosts",
        "each row's part of its cluster's cost, or of its nodes' with `idleByNode`",
        default="false",
        flag=True,
    ),
    Parameter(
        "includeAggregatedMetadata", "keep labels and annotations that all rows of a group share", "false", flag=True
    ),
    BASIS,
    Parameter("reconcile", "the same as `basis`: true is billed, false is list", flag=True),
    ESTIMATED,
    Parameter("external", "add costs outside of clusters whose labels name a row; of whole days", "false", flag=True),
    Parameter(
        "costMetric",
        "costs as they are, or per hour, day or month of 730 hours",
        default="cumulative",
        choices=("cumulative", "hourly", "daily", "monthly"),
    ),
    Parameter("accumulateBy", "the same as `accumulate`; it wins"),
    Parameter("resolution", "understood; sets have been built already, with the resolution of their agent"),
    Parameter("sharelb", "understood; each service's load balancer is its own here", "false", flag=True),
    Parameter("metrics", "understood; every figure is in the answer"),
    Parameter("sortBy", "the figure rows are ordered by, such as totalCost", default="totalCost"),
    Parameter("sortByOrder", "direction", default="desc", choices=("asc", "desc", "ascending", "descending")),
)
FORMAT = Parameter("format", "how the answer is written", default="json", choices=("json", "csv", "pdf"))

_QUESTION = (WINDOW, AGGREGATE, ACCUMULATE, STEP, FILTER, OFFSET, LIMIT, *FIELD_CURRENCY_PARAMETERS)

KUBECOST_ALLOCATION = (
    *_QUESTION, *_idle(shown=True), *_shared(tenancy=True), *_MORE, FORMAT, *_v1(V1_ALLOCATION),
)  # fmt: skip
OPENCOST_ALLOCATION = (
    *_QUESTION, *_idle(shown=False), *_shared(tenancy=False), *_MORE, FORMAT, *_v1(V1_ALLOCATION),
)  # fmt: skip
ASSETS = (
    *_QUESTION,
    BASIS,
    Parameter("disableAdjustments", "the same as `basis`: false is billed, true is list", flag=True),
    ESTIMATED,
    Parameter("includeIdle", "understood; assets have no idle of their own", flag=True),
    Parameter("sortBy", "the figure assets are ordered by, such as totalCost", default="totalCost"),
    Parameter("sortByOrder", "direction", default="desc", choices=("asc", "desc", "ascending", "descending")),
    Parameter("format", "how the answer is written", default="json", choices=("json", "csv")),
    *_v1(V1_ASSET),
)
SEARCH = (
    Parameter("window", f"the time that is looked at: {ACCEPTED}", default="7d"),
    Parameter("field", "whose values are wanted: a field of the filter language, or label:<name>", required=True),
    Parameter("search", "only values that contain this, in any case"),
    Parameter("limit", "most values to return", default="100", whole=True),
    FILTER,
)
