{{/* Names and labels. Those that take a part get (list $ "part"). */}}

{{- define "gradline.fullname" -}}
{{- if contains "gradline" .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}{{ printf "%s-gradline" .Release.Name | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "gradline.name" -}}
{{- printf "%s-%s" (include "gradline.fullname" (first .)) (last .) | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "gradline.selector" -}}
app.kubernetes.io/name: gradline
app.kubernetes.io/instance: {{ (first .).Release.Name }}
app.kubernetes.io/component: {{ last . }}
{{- end }}

{{- define "gradline.labels" -}}
{{ include "gradline.selector" . }}
app.kubernetes.io/version: {{ (first .).Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ (first .).Release.Service }}
helm.sh/chart: {{ printf "%s-%s" (first .).Chart.Name (first .).Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "gradline.serviceAccount" -}}
{{- $account := get (first .).Values.serviceAccounts (last .) }}
{{- if $account.name }}{{ $account.name }}
{{- else if $account.create }}{{ include "gradline.name" . }}
{{- else }}default
{{- end }}
{{- end }}

{{/* (list $ image), where what the image leaves out is the chart's */}}
{{- define "gradline.image" -}}
{{- $own := last . }}
{{- $image := (first .).Values.image }}
{{- $repository := $own.repository | default $image.repository }}
{{- $digest := $own.digest }}
{{- if not (or $own.repository $own.tag $own.digest) }}{{ $digest = $image.digest }}{{ end }}
{{- if $digest }}{{ printf "%s@%s" $repository $digest }}
{{- else }}{{ printf "%s:%s" $repository (toString ($own.tag | default $image.tag | default (first .).Chart.AppVersion)) }}
{{- end }}
{{- end }}

{{- define "gradline.redisUrl" -}}
{{- if .Values.redis.trial.enabled }}redis://{{ include "gradline.name" (list . "redis") }}:6379{{ else }}{{ .Values.redis.url }}{{ end }}
{{- end }}

{{- define "gradline.metricsUrl" -}}
{{- .Values.autoscaling.url | default (printf "http://%s.%s.svc:9464/metrics" (include "gradline.name" (list . "scheduler")) .Release.Namespace) }}
{{- end }}
