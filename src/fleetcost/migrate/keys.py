"""
What becomes of the values' keys that no setting of ours is made of: not needed, or not supported, and why.

A pattern ends in `**` for a key and everything below it; the longest pattern that fits decides.
"""

from __future__ import annotations

import enum
import re

from fleetcost.commands import ShownCommand
from fleetcost.migrate import newer_keys as newer


class KeyVerdict(enum.StrEnum):
    """What becomes of a key."""

    USED = "used"
    NOT_NEEDED = "not needed"
    NOT_SUPPORTED = "not supported"
    UNKNOWN = "unknown"


_POD = "belongs to the pods of the old chart; our chart has its own"
_OTHER_PROMETHEUS = "fleetcost brings no Prometheus; keep this one running from a chart of its own"
_COMBINED = "clusters are read from their own folders; nothing is combined beforehand"
_DATABASE = "the database bounds its own memory and copies nothing"
_BILLING = "bills are read by the aggregator's own billing settings; the secret's file is understood there"
_BILLED_BY_FILE = "empty, or the file of cloudIntegrationSecret or cloudIntegrationJSON stands for it"
_RATES = "no price list of a cloud is asked; prices come from metrics, price sheets and bills"

NOT_NEEDED = {
    "upgrade.**": "guards of the old chart's own upgrades",
    "kubecostToken": "there is no licence",
    "kubecostProductConfigs.productKey.**": "there is no licence",
    "kubecostFrontend.**": "the aggregator serves the UI itself",
    "kubecostMetrics.**": "kube-state-metrics and cAdvisor suffice; OpenCost's exporter is read where it runs",
    "kubecostModel.image": _POD,
    "kubecostModel.fullImageName": _POD,
    "kubecostModel.imagePullPolicy": _POD,
    "kubecostModel.resources.**": _POD,
    "kubecostModel.securityContext.**": _POD,
    "kubecostModel.livenessProbe.**": _POD,
    "kubecostModel.readinessProbe.**": _POD,
    "kubecostModel.ingress.**": "the agent is not asked from outside",
    "kubecostModel.extraArgs": _POD,
    "kubecostModel.extraPorts": _POD,
    "kubecostModel.softMemoryLimit": _POD,
    "kubecostModel.openSourceOnly": "everything is open source",
    "kubecostModel.etl": "sets are always built",
    "kubecostModel.etlFileStoreEnabled": "sets are always stored",
    "kubecostModel.etlCloudAsset": _BILLING,
    "kubecostModel.etlWeeklyStoreDurationWeeks": "weeks are added up from days when they are asked for",
    "kubecostModel.etlToUseLastProfile": "no profiles are kept",
    "kubecostModel.etlAssetReconciliationEnabled": _BILLING,
    "kubecostModel.reconcileNetwork": _BILLING,
    "kubecostModel.cloudCost.**": _BILLING,
    "kubecostModel.warmCache": "answers need no warming",
    "kubecostModel.warmSavingsCache": "answers need no warming",
    "kubecostModel.containerStatsEnabled": "usage is always read",
    "kubecostModel.maxPrometheusQueryDurationMinutes": "no query looks back more than an hour",
    "kubecostModel.outOfClusterPromMetricsEnabled": "bills are not written into metrics",
    "kubecostModel.legacyOutOfClusterAPIDisabled": "there is no such API",
    "kubecostModel.allocation.**": "every label of nodes, namespaces and pods is kept",
    "kubecostAggregator.replicas": "one aggregator has one database",
    "kubecostAggregator.dbReadThreads": _DATABASE,
    "kubecostAggregator.dbWriteThreads": _DATABASE,
    "kubecostAggregator.dbConcurrentIngestionCount": _DATABASE,
    "kubecostAggregator.dbWriteMemoryLimit": _DATABASE,
    "kubecostAggregator.dbCopyFull": _DATABASE,
    "kubecostAggregator.numDBCopyPartitions": _DATABASE,
    "kubecostAggregator.dbTrimMemoryOnClose": _DATABASE,
    "kubecostAggregator.stagingEmptyDirSizeLimit": _DATABASE,
    "kubecostAggregator.containerResourceUsageRetentionDays": "usage lies in the sets and is kept with them",
    "kubecostAggregator.cloudCost.**": _BILLING,
    "kubecostAggregator.**": _POD,
    "kubecostDeployment.**": _POD,
    "federatedETL.useExistingS3Config": _COMBINED,
    "federatedETL.redirectS3Backup": _COMBINED,
    "federatedETL.federator.**": _COMBINED,
    "etlUtils.**": f"{ShownCommand.IMPORT_BACKUP.quoted} does this once, without a pod of its own",
    "diagnostics.**": "every agent checks itself and the aggregator shows all of them",
    "prometheus.**": _OTHER_PROMETHEUS,
    "grafana.**": "dashboards are not bundled",
    "global.grafana.**": "dashboards are not bundled",
    "thanos.**": "keep Thanos running from a chart of its own and name its querier as the source",
    "global.thanos.**": "keep Thanos running from a chart of its own and name its querier as the source",
    "remoteWrite.**": "costs are not written back into a database of metrics",
    "networkCosts.**": "its metrics are read where it runs; keep it from a chart of its own",
    "global.gmp.gmpProxy.**": "see docs/thanos.md: Google's frontend runs beside the agent",
    "global.ammsp.**": "see docs/thanos.md: Azure's proxy runs beside the agent",
    "global.gcpstore.**": "prices come from metrics, price sheets and bills",
    "global.gmp.**": "read only where global.gmp.enabled switches it on",
    "global.amp.**": "read only where global.amp.enabled switches it on",
    "global.amp.remoteWriteService": "written to by the Prometheus, not by us",
    "sigV4Proxy.**": "requests are signed by the agent itself",
    "global.mimirProxy.**": "the tenant's header is sent by the agent itself",
    "global.prometheus.enabled": _OTHER_PROMETHEUS,
    "global.notifications.**": "alerts are made by the Prometheus from our metrics",
    "global.annotations.**": _POD,
    "global.additionalLabels.**": _POD,
    "global.podAnnotations.**": _POD,
    "global.securityContext.**": _POD,
    "global.containerSecurityContext.**": _POD,
    "global.containerSecuritycontext.**": _POD,
    "global.platforms.**": "our chart runs under the restricted rules of every platform",
    "service.**": _POD,
    "ingress.**": _POD,
    "nodeSelector.**": _POD,
    "tolerations": _POD,
    "affinity.**": _POD,
    "topologySpreadConstraints": _POD,
    "priority.**": _POD,
    "networkPolicy.**": _POD,
    "podSecurityPolicy.**": _POD,
    "persistentVolume.**": "the local store is small; our chart sizes it",
    "serviceMonitor.**": "our chart has monitors of its own",
    "prometheusRule.**": "our chart has alerts of its own",
    "supportNFS": _POD,
    "initChownData.**": _POD,
    "initChownDataImage": _POD,
    "imagePullSecrets": _POD,
    "imageVersion": _POD,
    "extraObjects": _POD,
    "serviceAccount.**": _POD,
    "awsstore.**": "prices come from metrics, price sheets and bills",
    "reporting.**": "nothing is reported to anybody",
    "kubecostAdmissionController.**": "nothing of the cluster is changed",
    "cloudAgent": "clusters push to a bucket of your own",
    "cloudAgentKey": "clusters push to a bucket of your own",
    "kubecostProductConfigs.metricsConfigs.**": "no metrics are emitted for others to price by",
    "kubecostProductConfigs.clusterAccountID": "accounts are read from the nodes and the bills",
    "kubecostProductConfigs.createServiceKeySecret": _RATES,
    "kubecostProductConfigs.serviceKeySecretName": _RATES,
    "kubecostProductConfigs.awsServiceKey**": _RATES,
    "kubecostProductConfigs.gcpSecretName": _RATES,
    "kubecostProductConfigs.bigQueryBillingDataSecretName": _BILLING,
    "kubecostProductConfigs.projectID": _RATES,
    "kubecostProductConfigs.azure**": _RATES,
    "kubecostProductConfigs.athena**": _BILLED_BY_FILE,
    "kubecostProductConfigs.masterPayerARN": _BILLED_BY_FILE,
    "kubecostProductConfigs.bigQuery**": _BILLED_BY_FILE,
    "kubecostProductConfigs.hide**": "the UI shows what there is",
    "kubecostProductConfigs.actions.**": "nothing of the cluster is changed",
    "kubecostProductConfigs.grafanaURL": "dashboards are not bundled",
    "kubecostProductConfigs.ingestPodUID": "rows always carry the pod's uid",
    "kubecostProductConfigs.regionOverrides": "regions are read from the nodes",
}
"""Pattern and reason of what has no counterpart because it needs none."""

NOT_SUPPORTED = {
    "oidc.**": "people are distinguished by tokens or by a proxy in front; see docs/api.md",
    "saml.**": "people are distinguished by tokens or by a proxy in front; see docs/api.md",
    "systemProxy.**": "set HTTPS_PROXY and NO_PROXY in the pod's environment",
    "forecasting.**": "forecasts are not made yet",
    "clusterController.**": "fleetcost measures and changes nothing in a cluster",
    "costEventsAudit.**": "single workload events are not kept",
    "global.savedReports.**": "save views in the UI; they are not read from values",
    "global.assetReports.**": "save views in the UI; they are not read from values",
    "global.cloudCostReports.**": "save views in the UI; they are not read from values",
    "global.advancedReports.**": "save views in the UI; they are not read from values",
    "global.integrations.**": "export the answers as CSV or JSON, or read the sets: they are Parquet",
    "kubecostModel.plugins.**": "costs of other services are not read",
    "kubecostModel.utcOffset": "windows are UTC",
    "kubecostModel.etlReadOnlyMode": "run an aggregator alone: it never writes sets",
    "pricingCsv.**": "prices in a bucket are not fetched; mount the file and set price_csv",
    "kubecostProductConfigs.smtp.**": "no mail is sent",
    "kubecostProductConfigs.spotLabel": "spot nodes are recognised by the metric kubecost_node_is_spot",
    "kubecostProductConfigs.spotLabelValue": "spot nodes are recognised by the metric kubecost_node_is_spot",
    "kubecostProductConfigs.gpuLabel": "GPUs are recognised by the nodes' capacity",
    "kubecostProductConfigs.gpuLabelValue": "GPUs are recognised by the nodes' capacity",
    "kubecostProductConfigs.sharedNamespaces": "sharing is asked for with each question: shareNamespaces",
    "kubecostProductConfigs.sharedOverhead": "sharing is asked for with each question: shareCost",
    "kubecostProductConfigs.shareTenancyCosts": "sharing is asked for with each question: shareTenancyCosts",
    "kubecostProductConfigs.defaultIdle": "chosen in the UI and kept in its address",
    "kubecostProductConfigs.labelMappingConfigs.**": "group by the label itself: aggregate=label:<name>",
    "kubecostProductConfigs.savingsRecommendationsAllowLists.**": "no machine types are recommended",
    "kubecostProductConfigs.carbonEstimates.**": "carbon is not estimated",
    "kubecostProductConfigs.cloudAccountMapping.**": "accounts are shown by their own names",
    "kubecostProductConfigs.clusterProfile": "no sizes are recommended",
    "kubecostProductConfigs.awsSpotData**": "the spot feed is not read; bills hold what was paid",
    "kubecostProductConfigs.alibaba**": "Alibaba's prices and bills are not read",
}
"""Pattern and reason of what did something that fleetcost does not do."""

_SECRET = re.compile(
    r"(?i)(password|passwd|pass$|clientsecret|secret_?key$|access_?key|api_?key|token$|productkey\.key"
    r"|kubecostproductconfigs\.clusters|\.(extra)?env\..*(secret|key|token|pass|pw))"
)


def judge(key: str) -> tuple[KeyVerdict, str]:
    """Return what becomes of a key that no setting was made of, and why."""
    best = ""
    verdict, reason = KeyVerdict.UNKNOWN, "no version of the chart we know has it; nothing was made of it"
    needless, unsupported = NOT_NEEDED | newer.NOT_NEEDED, NOT_SUPPORTED | newer.NOT_SUPPORTED
    for kind, table in ((KeyVerdict.NOT_NEEDED, needless), (KeyVerdict.NOT_SUPPORTED, unsupported)):
        for pattern, why in table.items():
            if len(pattern) > len(best) and _fits(key, pattern):
                best, verdict, reason = pattern, kind, why
    return verdict, reason


def _fits(key: str, pattern: str) -> bool:
    if not pattern.endswith("**"):
        return key == pattern
    stem = pattern[:-2]
    return key.startswith(stem) or (stem.endswith(".") and key == stem[:-1])


def shown(key: str, value: object) -> str:
    """Return a value as it may be printed: short, and never a credential."""
    if value in ("", None, [], {}):
        return ""
    # A text of several lines, or one that is JSON, is a file: a store's or an integration's, with its credentials.
    if _SECRET.search(key) or (isinstance(value, str) and ("\n" in value or value.lstrip().startswith("{"))):
        return "***"
    if key.endswith("Env") and isinstance(value, list):
        return ", ".join(str(entry.get("name")) for entry in value if isinstance(entry, dict))
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"  # noqa: PLR2004 - a column's width
