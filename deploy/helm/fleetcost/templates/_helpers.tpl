{{/* Names. */}}
{{- define "fleetcost.name" -}}
{{- if contains "fleetcost" .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-fleetcost" (.Release.Name | trunc 30 | trimSuffix "-") }}{{ end }}
{{- end }}

{{- define "fleetcost.labels" -}}
app.kubernetes.io/name: fleetcost
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "fleetcost.allLabels" -}}
{{ include "fleetcost.labels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "fleetcost.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}{{ .Values.serviceAccount.name | default (include "fleetcost.name" .) }}{{ else }}{{ .Values.serviceAccount.name | default "default" }}{{ end }}
{{- end }}

{{- define "fleetcost.image" -}}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) }}
{{- end }}

{{- define "fleetcost.agentImage" -}}
{{- printf "%s:%s" (.Values.image.agentRepository | default .Values.image.repository) (.Values.image.tag | default .Chart.AppVersion) }}
{{- end }}

{{- define "fleetcost.pullSecrets" -}}
{{- $root := . }}
{{- range .Values.imagePullSecrets }}
- name: {{ if kindIs "string" . }}{{ . }}{{ else }}{{ .name }}{{ end }}
{{- end }}
{{- end }}

{{/* Labels of every pod: ours, and the old product's name of them. */}}
{{- define "fleetcost.podLabels" -}}
{{- $labels := merge (dict) (deepCopy .own) (deepCopy .root.Values.podLabels) (deepCopy ((.root.Values.kubecostDeployment).labels | default dict)) }}
{{- with $labels }}{{ toYaml . }}{{ end }}
{{- end }}

{{- define "fleetcost.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "fleetcost.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}
