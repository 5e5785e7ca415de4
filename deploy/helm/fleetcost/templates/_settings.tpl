{{/* The settings file of each role; what is not said here is the program's default. */}}
{{- define "fleetcost.storeFile" -}}
{{- $r := include "fleetcost.roles" . | fromYaml -}}
{{- if $r.store }}/etc/fleetcost/store/federated-store.yaml{{ else }}/etc/fleetcost/settings/federated-store.yaml{{ end }}
{{- end }}

{{- define "fleetcost.agentSettings" -}}
{{- $r := include "fleetcost.roles" . | fromYaml }}
{{- $p := .Values.agent.prometheus }}
{{- $s := dict "storage_config" (include "fleetcost.storeFile" .) "data_dir" "/var/lib/fleetcost/agent" "bind" "0.0.0.0" "log_format" "json" "prometheus_url" $r.prometheusUrl }}
{{- if and (not $r.clusterIdConfigMap) (not $r.many) }}{{- $_ := set $s "cluster_id" $r.clusterId }}{{- end }}
{{- with $r.clusterLabel }}{{- $_ := set $s "cluster_label" . }}{{- end }}
{{- with $p.username }}{{- $_ := set $s "prometheus_username" . }}{{- end }}
{{- range $key, $name := dict "bearerTokenKey" "prometheus_bearer_token_file" "passwordKey" "prometheus_password_file" "headersKey" "prometheus_headers_file" "caKey" "prometheus_ca_file" "certKey" "prometheus_cert_file" "keyKey" "prometheus_key_file" }}
{{- with get $p $key }}{{- $_ := set $s $name (printf "/etc/fleetcost/prometheus/%s" .) }}{{- end }}
{{- end }}
{{- if and .Values.internalCA.configMap .Values.internalCA.forPrometheus }}{{- $_ := set $s "prometheus_ca_file" (printf "/etc/fleetcost/ca/%s" .Values.internalCA.key) }}{{- end }}
{{- with .Values.agent.prices.sheetKey }}{{- $_ := set $s "price_sheet" (printf "/etc/fleetcost/prices/%s" .) }}{{- end }}
{{- if .Values.agent.repairToken.existingSecret }}{{- $_ := set $s "repair_token_file" (printf "/etc/fleetcost/repair-token/%s" .Values.agent.repairToken.key) }}{{- end }}
{{- with .Values.agent.prices.csvKey }}{{- $_ := set $s "price_csv" (printf "/etc/fleetcost/prices/%s" .) }}{{- end }}
{{- merge (deepCopy .Values.agent.settings) $s | toYaml }}
{{- end }}

{{- define "fleetcost.exposed" -}}
{{- if or .Values.aggregator.tokens.existingSecret .Values.aggregator.serveWithoutAuthentication }}yes{{ end }}
{{- end }}

{{- define "fleetcost.aggregatorSettings" -}}
{{- $r := include "fleetcost.roles" . | fromYaml }}
{{- $old := .Values.kubecostAggregator | default dict }}
{{- $s := dict "storage_config" (include "fleetcost.storeFile" .) "data_dir" "/var/lib/fleetcost/aggregator" "log_format" "json" "bind" (ternary "0.0.0.0" "127.0.0.1" (eq (include "fleetcost.exposed" .) "yes")) }}
{{- if .Values.aggregator.tokens.existingSecret }}{{- $_ := set $s "tokens_file" "/etc/fleetcost/tokens/tokens.yaml" }}
{{- else if .Values.aggregator.serveWithoutAuthentication }}{{- $_ := set $s "serve_without_authentication" true }}{{- end }}
{{- if and $r.clusterId $r.agent (not $r.many) }}{{- $_ := set $s "home_cluster" $r.clusterId }}{{- end }}
{{- if $r.readOnly }}{{- $_ := set $s "read_only" true }}{{- end }}
{{- if or $r.billingSecret $r.billingInline }}{{- $_ := set $s "cloud_integration" "/etc/fleetcost/bills/cloud-integration.json" }}{{- end }}
{{- with .Values.aggregator.rates }}{{- if .existingConfigMap }}{{- $_ := set $s "rates_file" (printf "/etc/fleetcost/rates/%s" .key) }}{{- $_ := set $s "rates" "booked" }}{{- end }}{{- end }}
{{- if $r.contexts }}{{- $_ := set $s "contexts_file" "/etc/fleetcost/settings/contexts.yaml" }}{{- end }}
{{- range $key, $name := dict "refreshRateHours" "billing_refresh_hours" "runWindowDays" "billing_run_window_days" "queryWindowDays" "billing_query_window_days" }}
{{- with get ($old.cloudCost | default dict) $key }}{{- $_ := set $s $name (int .) }}{{- end }}
{{- end }}
{{- with $old.logLevel }}{{- if has . (list "debug" "info" "warning" "error") }}{{- $_ := set $s "log_level" . }}{{- end }}{{- end }}
{{- with $old.etlDailyStoreDurationDays }}{{- $_ := set $s "daily_retention_days" (int .) }}{{- end }}
{{- with $old.etlHourlyStoreDurationHours }}{{- $_ := set $s "hourly_retention_hours" (int .) }}{{- end }}
{{- merge (deepCopy .Values.aggregator.settings) $s | toYaml }}
{{- end }}

{{- define "fleetcost.settingsData" -}}
{{- $r := include "fleetcost.roles" . | fromYaml }}
{{- if $r.agent }}
agent.yaml: |
  {{- include "fleetcost.agentSettings" . | nindent 2 }}
{{- end }}
{{- if ne $r.aggregator "disabled" }}
aggregator.yaml: |
  {{- include "fleetcost.aggregatorSettings" . | nindent 2 }}
{{- end }}
{{- if and $r.contexts (ne $r.aggregator "disabled") }}
contexts.yaml: |
  {{- $listed := list }}
  {{- range $r.contexts }}{{- $listed = append $listed (dict "name" .name "address" .address) }}{{- end }}
  {{- toYaml $listed | nindent 2 }}
{{- end }}
{{- if not $r.store }}
federated-store.yaml: |
  type: FILESYSTEM
  config:
    directory: /var/lib/fleetcost/bucket
{{- end }}
{{- end }}
