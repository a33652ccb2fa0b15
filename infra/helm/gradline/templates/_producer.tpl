{{/* The spec of a Job that runs a command once: (list $ arguments environment resources "a name for selectors") */}}
{{- define "gradline.producerPod" -}}
{{- $ := index . 0 }}
metadata:
  labels:
    {{- include "gradline.labels" (list $ "producer") | nindent 4 }}
    {{- with $.Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  {{- include "gradline.podStart" (list $ "producer") | nindent 2 }}
  restartPolicy: Never
  containers:
    - name: producer
      image: {{ include "gradline.image" (list $ dict) }}
      imagePullPolicy: {{ $.Values.image.pullPolicy }}
      args: {{ index . 1 | toJson }}
      env:
        {{- include "gradline.environment" $ | nindent 8 }}
        {{- with index . 2 }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with include "gradline.environmentFrom" $ }}
      {{- . | nindent 6 }}
      {{- end }}
      resources:
        {{- toYaml (index . 3) | nindent 8 }}
      securityContext:
        {{- include "gradline.containerSecurity" $ | nindent 8 }}
      volumeMounts:
        {{- include "gradline.mounts" $ | nindent 8 }}
        - { name: runs, mountPath: /etc/gradline/runs, readOnly: true }
  volumes:
    {{- include "gradline.volumes" $ | nindent 4 }}
    - name: runs
      configMap: { name: {{ include "gradline.name" (list $ "runs") }} }
{{- end }}

{{/* Exit codes that say that a second try would end the same: some images failed (1), usage or configuration (2). */}}
{{- define "gradline.producerPolicy" -}}
podFailurePolicy:
  rules:
    - action: FailJob
      onExitCodes: { containerName: producer, operator: In, values: [1, 2] }
    - action: Ignore
      onPodConditions: [{ type: DisruptionTarget, status: "True" }]
{{- end }}
