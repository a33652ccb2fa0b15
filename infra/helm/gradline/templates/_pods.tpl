{{/* What all pods have in common. */}}

{{- define "gradline.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "gradline.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{/* (list $ "account") */}}
{{- define "gradline.podStart" -}}
serviceAccountName: {{ include "gradline.serviceAccount" . }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with (first .).Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  {{- include "gradline.podSecurity" $ | nindent 2 }}
{{- end }}

{{- define "gradline.environment" -}}
- { name: ORT_DISABLE_TELEMETRY, value: "1" }
- { name: HOME, value: /tmp }
- name: GRADLINE_REDIS
  {{- if .Values.redis.existingSecret.name }}
  valueFrom: { secretKeyRef: { name: {{ .Values.redis.existingSecret.name }}, key: {{ .Values.redis.existingSecret.key }} } }
  {{- else }}
  value: {{ include "gradline.redisUrl" . | quote }}
  {{- end }}
{{- with .Values.store.region }}
- { name: AWS_REGION, value: {{ . | quote }} }
{{- end }}
{{- with .Values.store.endpoint }}
- { name: AWS_ENDPOINT_URL, value: {{ . | quote }} }
{{- end }}
{{- if .Values.certificateAuthority.configMap }}
- { name: NODE_EXTRA_CA_CERTS, value: /etc/gradline/certificates/{{ .Values.certificateAuthority.key }} }
{{- end }}
{{- end }}

{{- define "gradline.environmentFrom" -}}
{{- with .Values.store.existingSecret }}
envFrom:
  - secretRef: { name: {{ . }} }
{{- end }}
{{- end }}

{{- define "gradline.mounts" -}}
- { name: tmp, mountPath: /tmp }
{{- if .Values.certificateAuthority.configMap }}
- { name: certificates, mountPath: /etc/gradline/certificates, readOnly: true }
{{- end }}
{{- end }}

{{- define "gradline.volumes" -}}
- name: tmp
  emptyDir: {}
{{- with .Values.certificateAuthority.configMap }}
- name: certificates
  configMap: { name: {{ . }} }
{{- end }}
{{- end }}

{{/* Of a pod that serves /livez and /readyz on a port of this name. */}}
{{- define "gradline.probes" -}}
startupProbe:
  httpGet: { path: /livez, port: {{ . }} }
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: { path: /livez, port: {{ . }} }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: { path: /readyz, port: {{ . }} }
  periodSeconds: 5
  timeoutSeconds: 5
{{- end }}

{{/* Where a pod may run: of anything with such keys. */}}
{{- define "gradline.placement" -}}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}
