{{- define "fleetcost.mounts" -}}
- {name: data, mountPath: /var/lib/fleetcost}
- {name: scratch, mountPath: /tmp}
- {name: settings, mountPath: /etc/fleetcost/settings, readOnly: true}
{{- if (include "fleetcost.roles" . | fromYaml).store }}
- {name: store, mountPath: /etc/fleetcost/store, readOnly: true}
{{- end }}
{{- if .Values.internalCA.configMap }}
- {name: internal-ca, mountPath: /etc/fleetcost/ca, readOnly: true}
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "fleetcost.bills" -}}
{{- $r := include "fleetcost.roles" . | fromYaml }}
{{- $r.billingSecret | default (ternary (printf "%s-bills" (include "fleetcost.name" .)) "" (not (empty $r.billingInline))) }}
{{- end }}

{{/* Names that a server without tokens answers to: probes and Prometheus come by the pod's address, people by the others. */}}
{{- define "fleetcost.allowedHosts" -}}
{{- $service := printf "%s-aggregator" (include "fleetcost.name" .) }}
{{- $spaced := printf "%s.%s" $service .Release.Namespace }}
{{- $hosts := list "$(POD_IP)" $service $spaced (printf "%s.svc" $spaced) (printf "%s.svc.cluster.local" $spaced) }}
{{- range .Values.ingress.hosts }}{{- $hosts = append $hosts .host }}{{- end }}
{{- range (.Values.httpRoute | default dict).hostnames }}{{- $hosts = append $hosts . }}{{- end }}
{{- with (.Values.route | default dict).host }}{{- $hosts = append $hosts . }}{{- end }}
{{- with .Values.aggregator.settings.allowed_hosts }}{{- $hosts = append $hosts . }}{{- end }}
{{- join "," $hosts }}
{{- end }}

{{- define "fleetcost.env" -}}
- {name: HOME, value: /tmp}
- {name: TMPDIR, value: /tmp}
{{- end }}

{{- define "fleetcost.volumes" -}}
{{- $r := include "fleetcost.roles" . | fromYaml }}
- name: scratch
  emptyDir: {}
- name: settings
  configMap: {name: {{ include "fleetcost.name" . }}-settings}
{{- if $r.store }}
- name: store
  secret: {secretName: {{ $r.secret | default (printf "%s-store" (include "fleetcost.name" .)) }}}
{{- end }}
{{- with .Values.internalCA.configMap }}
- name: internal-ca
  configMap: {name: {{ . }}}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "fleetcost.agentVolumes" -}}
{{- with .Values.agent.prometheus.existingSecret }}
- name: prometheus
  secret: {secretName: {{ . }}}
{{- end }}
{{- with .Values.agent.prices.existingConfigMap }}
- name: prices
  configMap: {name: {{ . }}}
{{- end }}
{{- with .Values.agent.repairToken.existingSecret }}
- name: repair-token
  secret: {secretName: {{ . }}}
{{- end }}
{{- end }}

{{- define "fleetcost.agentReady" -}}
httpGet: {path: /healthz, port: agent}
periodSeconds: 10
{{- end }}

{{- define "fleetcost.agentAlive" -}}
httpGet: {path: /healthz, port: agent}
initialDelaySeconds: 30
periodSeconds: 30
failureThreshold: 5
{{- end }}

{{- define "fleetcost.agentContainer" -}}
{{- $r := include "fleetcost.roles" . | fromYaml }}
name: agent
image: {{ if eq $r.aggregator "singlepod" }}{{ include "fleetcost.image" . }}{{ else }}{{ include "fleetcost.agentImage" . }}{{ end }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
args: [agent, run, --settings, /etc/fleetcost/settings/agent.yaml]
env:
  {{- include "fleetcost.env" . | nindent 2 }}
  {{- with $r.clusterIdConfigMap }}
  - name: FLEETCOST_CLUSTER_ID
    valueFrom: {configMapKeyRef: {name: {{ . }}, key: CLUSTER_ID}}
  {{- end }}
  {{- with .Values.agent.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
ports:
  - {name: agent, containerPort: {{ .Values.agent.settings.port | default 9003 }}}
readinessProbe:
  {{- include "fleetcost.probe" (dict "own" .Values.agent.readinessProbe "usual" (include "fleetcost.agentReady" .)) | nindent 2 }}
livenessProbe:
  {{- include "fleetcost.probe" (dict "own" .Values.agent.livenessProbe "usual" (include "fleetcost.agentAlive" .)) | nindent 2 }}
resources:
  {{- toYaml .Values.agent.resources | nindent 2 }}
securityContext:
  {{- include "fleetcost.containerSecurity" . | nindent 2 }}
volumeMounts:
  {{- include "fleetcost.mounts" . | nindent 2 }}
  {{- if .Values.agent.prometheus.existingSecret }}
  - {name: prometheus, mountPath: /etc/fleetcost/prometheus, readOnly: true}
  {{- end }}
  {{- if .Values.agent.prices.existingConfigMap }}
  - {name: prices, mountPath: /etc/fleetcost/prices, readOnly: true}
  {{- end }}
  {{- if .Values.agent.repairToken.existingSecret }}
  - {name: repair-token, mountPath: /etc/fleetcost/repair-token, readOnly: true}
  {{- end }}
{{- end }}

{{- define "fleetcost.aggregatorProbe" -}}
{{- if eq (include "fleetcost.exposed" .) "yes" -}}
httpGet: {path: /healthz, port: http}
{{- else -}}
exec:
  command: [python, -c, "import urllib.request; urllib.request.urlopen('http://127.0.0.1:{{ .Values.aggregator.settings.port | default 9090 }}/healthz', timeout=5)"]
{{- end }}
{{- end }}

{{- define "fleetcost.aggregatorContainer" -}}
name: aggregator
image: {{ include "fleetcost.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
args: [aggregator, run, --settings, /etc/fleetcost/settings/aggregator.yaml]
env:
  {{- include "fleetcost.env" . | nindent 2 }}
  {{- if and .Values.aggregator.serveWithoutAuthentication (not .Values.aggregator.tokens.existingSecret) }}
  - {name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
  - {name: FLEETCOST_ALLOWED_HOSTS, value: {{ include "fleetcost.allowedHosts" . | quote }}}
  {{- end }}
  {{- with .Values.aggregator.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
ports:
  - {name: http, containerPort: {{ .Values.aggregator.settings.port | default 9090 }}}
startupProbe:
  {{- $start := dict "periodSeconds" 5 "timeoutSeconds" 10 "failureThreshold" 60 }}
  {{- include "fleetcost.probe" (dict "own" (mergeOverwrite $start .Values.aggregator.startupProbe) "usual" (include "fleetcost.aggregatorProbe" .)) | nindent 2 }}
livenessProbe:
  {{- $alive := dict "periodSeconds" 30 "timeoutSeconds" 10 "failureThreshold" 5 }}
  {{- include "fleetcost.probe" (dict "own" (mergeOverwrite $alive .Values.aggregator.livenessProbe) "usual" (include "fleetcost.aggregatorProbe" .)) | nindent 2 }}
resources:
  {{- toYaml .Values.aggregator.resources | nindent 2 }}
securityContext:
  {{- include "fleetcost.containerSecurity" . | nindent 2 }}
volumeMounts:
  {{- include "fleetcost.mounts" . | nindent 2 }}
  {{- if .Values.aggregator.tokens.existingSecret }}
  - {name: tokens, mountPath: /etc/fleetcost/tokens, readOnly: true}
  {{- end }}
  {{- if (.Values.aggregator.rates | default dict).existingConfigMap }}
  - {name: rates, mountPath: /etc/fleetcost/rates, readOnly: true}
  {{- end }}
  {{- if include "fleetcost.bills" . }}
  - {name: bills, mountPath: /etc/fleetcost/bills, readOnly: true}
  {{- end }}
{{- end }}

{{/* A pod of one role or both. Arguments: root, roles (list), claim (bool: the data volume is a claim) */}}
{{- define "fleetcost.pod" -}}
{{- $root := .root }}
{{- $first := get $root.Values (ternary "aggregator" "agent" (has "aggregator" .roles)) }}
metadata:
  labels:
    {{- include "fleetcost.labels" (dict "root" $root "component" .component) | nindent 4 }}
    {{- with include "fleetcost.podLabels" (dict "root" $root "own" $first.podLabels) }}
    {{- . | nindent 4 }}
    {{- end }}
  annotations:
    checksum/settings: {{ include "fleetcost.settingsData" $root | sha256sum }}
    {{- with $first.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "fleetcost.serviceAccountName" $root }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: 60
  {{- with include "fleetcost.pullSecrets" $root }}
  imagePullSecrets: {{- . | nindent 4 }}
  {{- end }}
  securityContext:
    {{- include "fleetcost.podSecurity" $root | nindent 4 }}
  {{- if not (include "fleetcost.roles" $root | fromYaml).store }}
  initContainers:
    - name: bucket
      image: {{ include "fleetcost.image" $root }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      command: [mkdir, -p, /var/lib/fleetcost/bucket]
      resources:
        {{- toYaml $root.Values.initResources | nindent 8 }}
      securityContext:
        {{- include "fleetcost.containerSecurity" $root | nindent 8 }}
      volumeMounts:
        - {name: data, mountPath: /var/lib/fleetcost}
  {{- end }}
  containers:
    {{- range .roles }}
    - {{- include (printf "fleetcost.%sContainer" .) $root | nindent 6 }}
    {{- end }}
  {{- with $first.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $first.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $first.affinity }}
  affinity: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $first.topologySpreadConstraints }}
  topologySpreadConstraints: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $first.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  volumes:
    {{- if not .claim }}
    - name: data
      emptyDir: {}
    {{- end }}
    {{- include "fleetcost.volumes" $root | nindent 4 }}
    {{- if has "agent" .roles }}
    {{- include "fleetcost.agentVolumes" $root | nindent 4 }}
    {{- end }}
    {{- if and (has "aggregator" .roles) $root.Values.aggregator.tokens.existingSecret }}
    - name: tokens
      secret: {secretName: {{ $root.Values.aggregator.tokens.existingSecret }}}
    {{- end }}
    {{- if and (has "aggregator" .roles) ($root.Values.aggregator.rates | default dict).existingConfigMap }}
    - name: rates
      configMap: {name: {{ $root.Values.aggregator.rates.existingConfigMap }}}
    {{- end }}
    {{- if and (has "aggregator" .roles) (include "fleetcost.bills" $root) }}
    - name: bills
      secret: {secretName: {{ include "fleetcost.bills" $root }}}
    {{- end }}
{{- end }}

{{- define "fleetcost.claim" -}}
- apiVersion: v1
  kind: PersistentVolumeClaim
  metadata: {name: data}
  spec:
    accessModes: [ReadWriteOnce]
    {{- with .storageClass }}
    storageClassName: {{ . }}
    {{- end }}
    resources: {requests: {storage: {{ .size }}}}
{{- end }}
