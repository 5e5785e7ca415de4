{{/*
Sections that the values lack altogether get the chart's defaults: `helm upgrade --reuse-values` keeps the values of the chart that was
installed, which knew fewer. A key that is missing inside a section was set to null, and stays away.
*/}}
{{- define "fleetcost.complete" -}}
{{- $values := .Values }}
{{- $defaults := .Files.Get "files/values.yaml" | fromYaml }}
{{- range $section, $default := $defaults }}
{{- if not (hasKey $values $section) }}{{- $_ := set $values $section $default }}{{- end }}
{{- end }}
{{- range $role := list "agent" "aggregator" }}
{{- range $section, $default := get $defaults $role }}
{{- if not (hasKey (get $values $role) $section) }}{{- $_ := set (get $values $role) $section $default }}{{- end }}
{{- end }}
{{- end }}
{{- end }}

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
{{- include "fleetcost.reference" (dict "root" . "repository" .Values.image.repository "digest" .Values.image.digest) }}
{{- end }}

{{/* The agent's own image has its own digest; where it has none it is the image of both roles, and so is its digest. */}}
{{- define "fleetcost.agentImage" -}}
{{- $own := .Values.image.agentRepository }}
{{- include "fleetcost.reference" (dict "root" . "repository" ($own | default .Values.image.repository) "digest" (ternary .Values.image.agentDigest .Values.image.digest (not (empty $own)))) }}
{{- end }}

{{/* An image's full name. Arguments: root, repository, digest */}}
{{- define "fleetcost.reference" -}}
{{- with ((.root.Values.global).imageRegistry) }}{{ trimSuffix "/" . }}/{{ end }}
{{- .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}{{ end }}
{{- end }}

{{/* A probe with what the values lay over it. Arguments: own, usual (YAML) */}}
{{- define "fleetcost.probe" -}}
{{- mergeOverwrite (fromYaml .usual) (deepCopy (.own | default dict)) | toYaml }}
{{- end }}

{{/* What is left of a security context without the keys that were set to null. */}}
{{- define "fleetcost.security" -}}
{{- $kept := dict }}
{{- range $key, $value := (. | default dict) }}{{- if not (kindIs "invalid" $value) }}{{- $_ := set $kept $key $value }}{{- end }}{{- end }}
{{- toYaml $kept }}
{{- end }}

{{/* Whether pods of a component get a policy: by the values or, with auto, where nobody but this namespace needs the agent's port. */}}
{{- define "fleetcost.policy" -}}
{{- $asked := .root.Values.networkPolicy.enabled | toString }}
{{- $holdsAgent := or (eq .component "agent") (eq (include "fleetcost.roles" .root | fromYaml).aggregator "singlepod") }}
{{- if or (eq $asked "true") (and (eq $asked "auto") $holdsAgent (not .root.Values.serviceMonitor.enabled)) }}yes{{ end }}
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
{{- include "fleetcost.security" .Values.podSecurityContext }}
{{- end }}

{{- define "fleetcost.containerSecurity" -}}
{{- include "fleetcost.security" .Values.securityContext }}
{{- end }}
