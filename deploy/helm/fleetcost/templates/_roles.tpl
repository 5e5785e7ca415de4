{{/*
What this install is, decided once from our keys and the old product's. The result is YAML:
  agent: bool, aggregator: statefulset|deployment|singlepod|disabled, clusterId, prometheusUrl, storageSecret, inline, billingSecret
Our own keys win over the old product's.
*/}}
{{- define "fleetcost.roles" -}}
{{- $v := .Values }}
{{- $etl := $v.federatedETL | default dict }}
{{- $old := $v.kubecostAggregator | default dict }}
{{- $model := $v.kubecostModel | default dict }}
{{- $product := $v.kubecostProductConfigs | default dict }}
{{- $server := (($v.prometheus).server) | default dict }}
{{- $global := $v.global | default dict }}

{{- $secret := $v.storage.existingSecret | default $model.federatedStorageConfigSecret | default "" }}
{{- $inline := $v.storage.config | default $model.federatedStorageConfig | default "" }}
{{- $store := or $secret $inline }}

{{- $v1 := or $etl.primaryCluster ($etl.federator).enabled }}
{{- $asked := $v.aggregator.deployMethod | default "" }}
{{- if not $asked }}
  {{- if $old.deployMethod }}{{- $asked = $old.deployMethod }}{{- end }}
  {{- if and (or $old.enabled $v1) (ne $asked "statefulset") }}{{- $asked = "statefulset" }}{{- end }}
{{- end }}
{{- if and $etl.agentOnly (eq $asked "statefulset") }}
  {{- fail "\nfederatedETL.agentOnly is true and the aggregator's deployMethod is statefulset: a cluster is either an agent only or a primary. Take one of the two away." }}
{{- end }}
{{- if $etl.agentOnly }}{{- $asked = "disabled" }}{{- end }}
{{- $method := $asked | default (ternary "disabled" "singlepod" (not (empty $store))) }}

{{- $federated := ternary $etl.federatedCluster true (kindIs "bool" $etl.federatedCluster) }}
{{- $readOnly := $etl.readOnlyPrimary | default false }}
{{- $agent := and $v.agent.enabled $federated (not (and $readOnly (has $method (list "statefulset" "deployment")))) }}
{{- if eq $method "singlepod" }}{{- $agent = true }}{{- end }}

{{- $labelled := ((($server.global).external_labels).cluster_id) | default "" }}
{{- $id := $v.clusterId | default $product.clusterName | default $labelled }}
{{- $many := or $v.agent.settings.all_clusters $v.agent.settings.clusters }}
{{- dict "agent" $agent "many" (not (empty $many)) "aggregator" $method "store" (not (empty $store)) "secret" $secret "inline" $inline
  "clusterId" $id "clusterIdConfigMap" ($v.clusterIdConfigMap | default $server.clusterIDConfigmap | default "")
  "named" ($product.clusterName | default "") "labelled" $labelled
  "prometheusUrl" ($v.agent.prometheus.url | default ($global.prometheus).fqdn | default "")
  "clusterLabel" ($v.agent.prometheus.clusterLabel | default (ternary ($model.promClusterIDLabel | default "cluster_id") "" ($etl.useMultiClusterDB | default false)))
  "billingSecret" ($v.aggregator.bills.existingSecret | default $product.cloudIntegrationSecret | default "")
  "billingInline" ($product.cloudIntegrationJSON | default "")
  "contexts" ($v.aggregator.contexts | default $product.clusters | default list)
  "v1" $v1 "readOnly" $readOnly | toYaml }}
{{- end }}

{{/* Refusals, each with its reason; everything is rendered or nothing. */}}
{{- define "fleetcost.guard" -}}
{{- $r := include "fleetcost.roles" . | fromYaml }}
{{- $v := .Values }}
{{- $product := $v.kubecostProductConfigs | default dict }}
{{- if and $r.secret $r.inline }}
  {{- fail "\nBoth a secret and an inline text are given for the bucket's federated-store.yaml. Give one: storage.existingSecret (federatedStorageConfigSecret) or storage.config (federatedStorageConfig)." }}
{{- end }}
{{- if and (has $r.aggregator (list "statefulset" "deployment")) (not $r.store) }}
  {{- fail (printf "\nThe aggregator's deployMethod is %s and no bucket is given: a primary reads every cluster's sets from a bucket. Give storage.existingSecret, or use singlepod for one cluster without a bucket." $r.aggregator) }}
{{- end }}
{{- if not (has $r.aggregator (list "statefulset" "deployment" "singlepod" "disabled")) }}
  {{- fail (printf "\nThe aggregator's deployMethod is %q; accepted are statefulset, deployment, singlepod and disabled." $r.aggregator) }}
{{- end }}
{{- if and (not $r.agent) (eq $r.aggregator "disabled") }}
  {{- fail "\nNeither an agent nor an aggregator is wanted: nothing would be installed. Leave agent.enabled (federatedETL.federatedCluster) on, or choose aggregator.deployMethod." }}
{{- end }}
{{- if and $r.agent (eq $r.aggregator "disabled") (not $r.store) }}
  {{- fail "\nAn agent alone needs a bucket to push to. Give storage.existingSecret, a secret whose key federated-store.yaml is the bucket's file." }}
{{- end }}
{{- if and $r.named $r.labelled (not $v.clusterId) (ne $r.named $r.labelled) }}
  {{- fail (printf "\nkubecostProductConfigs.clusterName is %q and prometheus.server.global.external_labels.cluster_id is %q: this cluster would have two names. Make them equal, or say clusterId." $r.named $r.labelled) }}
{{- end }}
{{- if and $r.many $v.clusterId }}
  {{- fail "\nclusterId names one cluster, and agent.settings.all_clusters or clusters make an agent of many, which get their ids from the label. Take one of the two away." }}
{{- end }}
{{- if and $r.agent (not $r.clusterIdConfigMap) (not $r.many) }}
  {{- if not $r.clusterId }}
    {{- fail "\nNo cluster id. Every cluster needs a unique one, because it is its folder in the bucket. Give clusterId (kubecostProductConfigs.clusterName)." }}
  {{- end }}
  {{- if has $r.clusterId (list "cluster-one" "default-cluster") }}
    {{- fail (printf "\nThe cluster id is %q, a product's default: a second cluster that kept it would overwrite this one's sets. Give an id that is unique in your fleet." $r.clusterId) }}
  {{- end }}
  {{- if or (gt (len $r.clusterId) 253) (not (regexMatch "^[A-Za-z0-9][A-Za-z0-9._:@=+ -]*$" $r.clusterId)) }}
    {{- fail (printf "\nThe cluster id %q cannot be a folder name in the bucket: accepted are up to 253 letters, digits and . _ : @ = + - or blanks, beginning with a letter or digit." $r.clusterId) }}
  {{- end }}
  {{- if eq $r.clusterId "combined" }}
    {{- fail "\nThe cluster id \"combined\" is reserved: it is the folder of an older product's merged output." }}
  {{- end }}
{{- end }}
{{- if and $r.agent (not $r.prometheusUrl) }}
  {{- fail "\nNo Prometheus. This chart brings none; name the one this cluster has: agent.prometheus.url (global.prometheus.fqdn)." }}
{{- end }}
{{- if and $product.cloudIntegrationSecret $product.cloudIntegrationJSON }}
  {{- fail "\nTwo forms of billing access are given, cloudIntegrationSecret and cloudIntegrationJSON. Give one." }}
{{- end }}
{{- if and (eq $r.aggregator "statefulset") ((($v.kubecostAggregator).cloudCost).enabled) (not $r.billingSecret) (not $r.billingInline) }}
  {{- fail "\nkubecostAggregator.cloudCost.enabled is true and there is no cloud-integration secret: bills cannot be read. Give kubecostProductConfigs.cloudIntegrationSecret, or switch cloudCost off." }}
{{- end }}
{{- if or ((($v.thanos).store).enabled) ((($v.global).thanos).enabled) }}
  {{- fail "\nThis chart runs no Thanos. Point agent.prometheus.url at the Thanos you have, and take thanos.store.enabled and global.thanos.enabled away." }}
{{- end }}
{{- range $entry := list "ingress" "httpRoute" "route" }}
{{- if (index $v $entry | default dict).enabled }}
  {{- if eq $r.aggregator "disabled" }}
    {{- fail (printf "\n%s.enabled is true on a cluster without an aggregator: there is nothing to show." $entry) }}
  {{- end }}
  {{- if not (or $v.aggregator.tokens.existingSecret $v.aggregator.serveWithoutAuthentication) }}
    {{- fail (printf "\n%s.enabled would show all costs to everybody who reaches it. Give aggregator.tokens.existingSecret, or say aggregator.serveWithoutAuthentication: true where something in front of it asks who comes." $entry) }}
  {{- end }}
{{- end }}
{{- end }}
{{- if and ($v.httpRoute | default dict).enabled (not $v.httpRoute.parentRefs) }}
  {{- fail "\nhttpRoute.enabled is true and no gateway serves it. Name one: httpRoute.parentRefs: [{name: public, namespace: gateways}]." }}
{{- end }}
{{- with $r.secret }}
  {{- $there := lookup "v1" "Secret" $.Release.Namespace . }}
  {{- if and $there (not (hasKey ($there.data | default dict) "federated-store.yaml")) }}
    {{- fail (printf "\nThe secret %s has no key federated-store.yaml; it has %s. Make it again: kubectl create secret generic %s --namespace %s --from-file=federated-store.yaml" . (keys ($there.data | default dict) | sortAlpha | join ", ") . $.Release.Namespace) }}
  {{- end }}
{{- end }}
{{- with $r.billingSecret }}
  {{- $there := lookup "v1" "Secret" $.Release.Namespace . }}
  {{- if and $there (not (hasKey ($there.data | default dict) "cloud-integration.json")) }}
    {{- fail (printf "\nThe secret %s has no key cloud-integration.json. Make it again: kubectl create secret generic %s --namespace %s --from-file=cloud-integration.json" . . $.Release.Namespace) }}
  {{- end }}
{{- end }}
{{- end }}
