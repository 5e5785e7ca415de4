"""Keys of the charts of Kubecost since 2.9, of its agent alone and of OpenCost that no setting is made of, and why."""

from __future__ import annotations

_POD = "belongs to the pods of the old chart; our chart has its own"
_OWN_STORE = "sets lie in the bucket and in the agent's small local store"
_DATABASE = "the database bounds its own memory and copies nothing"
_SELF = "every agent checks itself and the aggregator shows all of them"
_NOT_READ = "costs of other services are not read"
_SAVED = "save views in the UI; they are not read from values"
_UI = "the aggregator serves the UI itself"
_METRICS = "no metrics are emitted for others to price by"
_LIST_PRICES = "no price list of a cloud is asked; prices come from metrics, price sheets and bills"
_LABELS = "spot nodes are recognised by the metric kubecost_node_is_spot, GPUs by the nodes' capacity"

_PODS = (
    "global.imageRegistry", "global.imagePullSecrets", "global.defaultStorageClass", "global.zone",
    "global.compatibility.**", "global.chartName", "global.acknowledged", "global.security.**", "fullnameOverride",
    "nameOverride", "namespaceOverride", "finopsagent.image.**", "finopsagent.fullImageName", "finopsagent.enabled",
    "finopsagent.resources.**", "finopsagent.nodeSelector.**", "finopsagent.tolerations", "finopsagent.affinity.**",
    "finopsagent.metrics.**", "finopsagent.serviceAccount.**", "finopsagent.rbac.**", "finopsagent.persistence.**",
    "finopsagent.logLevel",
    "finops-agent.**", "finopsagent.global.**", "aggregator.image.**", "aggregator.fullImageName", "aggregator.**",
    "httpRoute.**", "httprouteTest.**", "basicHealth.**", "saasDeployment", "kubeVersion", "apiVersions",
    "clusterDomain", "commonAnnotations.**", "commonLabels.**", "extraDeploy", "useHelmHooks", "image.**",
    "fullImageName", "rbac.**", "resources.**", "podSecurityContext.**", "securityContext.**", "metrics.**",
    "persistence.**", "annotations.**", "podAnnotations.**", "secretAnnotations.**", "podLabels.**",
    "priorityClassName", "podAutomountServiceAccountToken", "updateStrategy.**", "networkPolicies.**", "pdb.**",
    "opencost.exporter.**", "opencost.tolerations", "opencost.nodeSelector.**", "opencost.affinity.**",
    "opencost.topologySpreadConstraints", "opencost.extraContainers", "opencost.platforms.**", "cloudCost.**",
    "extraVolumes", "containerSecurityContext.**", "extraEnvVars", "livenessProbe.**", "readinessProbe.**",
    "startupProbe.**", "command", "args", "extraEnvVarsCM", "extraEnvVarsSecret", "containerPorts.**", "replicaCount",
    "extraContainerPorts", "podAnnotations.**", "podLabels.**", "podAffinityPreset", "podAntiAffinityPreset",
    "nodeAffinityPreset.**", "customLivenessProbe.**", "customReadinessProbe.**", "customStartupProbe.**",
    "lifecycleHooks.**", "schedulerName", "terminationGracePeriodSeconds", "sidecars", "initContainers",
    "hostAliases", "resourcesPreset", "networkPolicy.**", "autoscaling.**", "diagnosticMode.**",
)  # fmt: skip

NOT_NEEDED = dict.fromkeys(_PODS, _POD) | {
    "clusterName": "the domain of the cluster, not its id",
    "localStore.**": _OWN_STORE,
    "frontend.**": _UI,
    "global.cspPricingApiKey.**": _LIST_PRICES,
    "global.updateCaTrust.**": "name the certificates in tls_config of the store and in prometheus_ca_file",
    "opencost.updateCaTrust.**": "name the certificates in tls_config of the store and in prometheus_ca_file",
    "telemetry.**": "nothing is reported to anybody",
    "heartbeat.**": _SELF,
    "teams.**": "people are distinguished by tokens; see docs/api.md",
    "finopsagent.agent.**": "the agent of the old chart; ours reads a Prometheus",
    "agent.**": "the agent of the old chart; ours reads a Prometheus",
    "aggregator.replicas": "one aggregator has one database",
    "aggregator.db**": _DATABASE,
    "aggregator.numDBCopyPartitions": _DATABASE,
    "aggregator.stagingEmptyDirSizeLimit": _DATABASE,
    "aggregator.retention10m": "sets of ten minutes are not kept; hours and days are",
    "aggregator.kubemodelIngestionEnabled": "costs come from the sets of hours and days",
    "aggregator.collections.**": "answers need no warming",
    "opencost.ui.**": _UI,
    "opencost.mcp.**": "the API is asked itself",
    "opencost.metrics.**": _METRICS,
    "opencost.retention1d": "days are kept as long as the aggregator's retention says",
    "opencost.retention1h": "hours are kept as long as the aggregator's retention says",
    "opencost.exporter.cloudProviderApiKey": _LIST_PRICES,
    "opencost.exporter.aws.**": _LIST_PRICES,
    "opencost.customPricing.**": "where the price file lay; its prices are translated",
    "opencost.cloudCost.**": "bills are read by the aggregator's own billing settings",
    "opencost.prometheus.**": "read only where another key of the source switches it on",
    "opencost.sigV4Proxy.**": "requests are signed by the agent itself",
    "plugins.enabled": _NOT_READ,
}
"""Pattern and reason of what has no counterpart because it needs none."""

NOT_SUPPORTED = {
    "plugins.**": _NOT_READ,
    "opencost.carbonCost.**": "carbon is not estimated",
    "enterpriseCustomPricing.**": "prices by node and label are not fetched; mount a price CSV and set price_csv",
    "kubecostProductConfigs.budgets.**": "budgets are not read from values",
    "kubecostProductConfigs.sharedLabelNames": "sharing is asked for with each question: shareLabels",
    "kubecostProductConfigs.sharedLabelValues": "sharing is asked for with each question: shareLabels",
    "global.savedReports.**": _SAVED,
    **{
        f"{agent}.kubecost.{key}": reason
        for agent in ("finopsagent.agent", "agent")
        for key, reason in (
            ("awsSpotData**", "the spot feed is not read; bills hold what was paid"),
            ("gpuLabel**", _LABELS),
            ("spotLabel**", _LABELS),
            ("projectID", _LIST_PRICES),
        )
    },
}
"""Pattern and reason of what did something that fleetcost does not do."""
