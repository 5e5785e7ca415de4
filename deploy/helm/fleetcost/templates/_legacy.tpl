{{/* Keys of the old product that this chart acts on; any other that is given is named in the notes. */}}
{{- define "fleetcost.understood" -}}
global.prometheus.enabled global.prometheus.fqdn global.imageRegistry
kubecostProductConfigs.clusterName kubecostProductConfigs.cloudIntegrationSecret kubecostProductConfigs.cloudIntegrationJSON
prometheus.server.global.external_labels.cluster_id prometheus.server.clusterIDConfigmap
federatedETL.federatedCluster federatedETL.agentOnly federatedETL.primaryCluster federatedETL.federator.enabled
federatedETL.readOnlyPrimary federatedETL.useMultiClusterDB
kubecostModel.federatedStorageConfigSecret kubecostModel.federatedStorageConfig kubecostModel.promClusterIDLabel
kubecostAggregator.enabled kubecostAggregator.deployMethod kubecostAggregator.logLevel kubecostAggregator.cloudCost.enabled
kubecostAggregator.etlDailyStoreDurationDays kubecostAggregator.etlHourlyStoreDurationHours
kubecostDeployment.labels kubecostProductConfigs.clusters
kubecostAggregator.cloudCost.refreshRateHours kubecostAggregator.cloudCost.runWindowDays kubecostAggregator.cloudCost.queryWindowDays
{{- end }}

{{- define "fleetcost.leaves" -}}
{{- $path := .path }}
{{- if and (kindIs "map" .value) (ne $path "kubecostDeployment.labels") }}
{{- range $key := keys .value | sortAlpha }}
{{- include "fleetcost.leaves" (dict "path" (printf "%s.%s" $path $key) "value" (get $.value $key)) }}
{{- end }}
{{- else }}{{ $path }} {{ end }}
{{- end }}

{{- define "fleetcost.ineffective" -}}
{{- $understood := regexSplit "\\s+" (include "fleetcost.understood" .) -1 }}
{{- $unknown := list }}
{{- range $section := list "global" "kubecostProductConfigs" "prometheus" "federatedETL" "kubecostModel" "kubecostAggregator" "kubecostDeployment" "upgrade" "kubecostToken" "sigV4Proxy" "etlUtils" "nodeSelector" "tolerations" "topologySpreadConstraints" "affinity" "priority" "persistentVolume" "grafana" "networkCosts" "forecasting" "diagnostics" "kubecostAdmissionController" "costEventsAudit" "awsstore" "supportNFS" "oidc" "saml" "systemProxy" "reporting" "initChownDataImage" "initChownData" "clusterController" "thanos" "platforms" "imageVersion" "kubecostMetrics" "kubecostFrontend" "kubecostChecks" "pricingCsv" "remoteWrite" "readonly" "hosted" }}
{{- with index $.Values $section }}
{{- range $leaf := splitList " " (include "fleetcost.leaves" (dict "path" $section "value" .) | trim) }}
{{- if not (has $leaf $understood) }}{{- $unknown = append $unknown $leaf }}{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- join " " $unknown }}
{{- end }}
