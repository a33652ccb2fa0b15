{{/* The pod of a pool: (list $ pool), where the pool has its defaults. */}}
{{- define "gradline.workerPod" -}}
{{- $ := first . }}
{{- $pool := last . }}
{{- $component := printf "worker-%s" $pool.name }}
{{- $isJob := eq $pool.scaling.type "ScaledJob" }}
{{- $tolerations := $pool.tolerations }}
{{- $nodes := $pool.nodeSelector }}
{{- if gt (int $pool.gpus) 0 }}
{{- $tolerations = append $tolerations (dict "key" $pool.gpuResource "operator" "Exists" "effect" "NoSchedule") }}
{{- if ne $pool.gpuResource "nvidia.com/gpu" }}
{{- $tolerations = append $tolerations (dict "key" "nvidia.com/gpu" "operator" "Exists" "effect" "NoSchedule") }}
{{- end }}
{{- end }}
{{- $spots := dict
  "karpenter" (dict "karpenter.sh/capacity-type" "spot")
  "eks" (dict "eks.amazonaws.com/capacityType" "SPOT")
  "gke" (dict "cloud.google.com/gke-spot" "true")
  "aks" (dict "kubernetes.azure.com/scalesetpriority" "spot") }}
{{- with $pool.spot }}
{{- range $key, $value := get $spots . }}
{{- $nodes = merge (dict $key $value) $nodes }}
{{- $tolerations = append $tolerations (dict "key" $key "operator" "Equal" "value" $value "effect" "NoSchedule") }}
{{- end }}
{{- end }}
metadata:
  labels:
    {{- include "gradline.labels" (list $ $component) | nindent 4 }}
    gradline.io/part: worker
    {{- with merge (deepCopy $pool.podLabels) $.Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- $annotations := deepCopy $pool.podAnnotations }}
  {{- if $isJob }}
  {{- $annotations = merge $annotations (dict "cluster-autoscaler.kubernetes.io/safe-to-evict" "false" "karpenter.sh/do-not-disrupt" "true") }}
  {{- end }}
  {{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- include "gradline.podStart" (list $ "worker") | nindent 2 }}
  {{- if $isJob }}
  restartPolicy: Never
  {{- end }}
  # 20 seconds more than the drain deadline: the worker hands its shards back and ends before it is killed.
  terminationGracePeriodSeconds: {{ add (ceil $pool.drainDeadline) 20 }}
  {{- with $pool.runtimeClassName }}
  runtimeClassName: {{ . }}
  {{- end }}
  {{- with include "gradline.placement" (dict "nodeSelector" $nodes "tolerations" $tolerations "affinity" $pool.affinity "priorityClassName" $pool.priorityClassName) }}
  {{- . | nindent 2 }}
  {{- end }}
  topologySpreadConstraints:
    {{- if kindIs "slice" $pool.topologySpreadConstraints }}
    {{- toYaml $pool.topologySpreadConstraints | nindent 4 }}
    {{- else }}
    {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - topologyKey: {{ . }}
      maxSkew: 1
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "gradline.selector" (list $ $component) | nindent 10 }}
    {{- end }}
    {{- end }}
  containers:
    - name: worker
      image: {{ include "gradline.image" (list $ $pool.image) }}
      imagePullPolicy: {{ $pool.image.pullPolicy | default $.Values.image.pullPolicy }}
      args: {{ include "gradline.workerArguments" $pool }}
      env:
        {{- include "gradline.environment" $ | nindent 8 }}
        {{- with $pool.env }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with include "gradline.environmentFrom" $ }}
      {{- . | nindent 6 }}
      {{- end }}
      ports:
        - { name: metrics, containerPort: 9464 }
      {{- include "gradline.probes" "metrics" | nindent 6 }}
      resources:
        {{- $limits := $pool.resources.limits | default dict }}
        {{- if gt (int $pool.gpus) 0 }}{{ $limits = merge (dict $pool.gpuResource (toString $pool.gpus)) $limits }}{{ end }}
        {{- toYaml (merge (dict "limits" $limits) $pool.resources) | nindent 8 }}
      securityContext:
        {{- include "gradline.containerSecurity" $ | nindent 8 }}
      volumeMounts:
        {{- include "gradline.mounts" $ | nindent 8 }}
        - { name: models, mountPath: /var/cache/gradline }
  volumes:
    {{- include "gradline.volumes" $ | nindent 4 }}
    - name: models
      {{- if eq $pool.modelCache.type "claim" }}
      persistentVolumeClaim: { claimName: {{ $pool.modelCache.existingClaim | default (include "gradline.name" (list $ (printf "models-%s" $pool.name))) }} }
      {{- else }}
      emptyDir: { sizeLimit: {{ $pool.modelCache.size }} }
      {{- end }}
{{- end }}

{{- define "gradline.workerArguments" -}}
{{- $hasCards := gt (int .gpus) 0 }}
{{- $args := list "worker" "--metrics" "9464" "--model-cache" "/var/cache/gradline" }}
{{- $args = concat $args (list "--provider" (.provider | default (ternary "cuda" "auto" $hasCards))) }}
{{- if and $hasCards (ne .provider "cpu") }}{{ $args = concat $args (list "--devices" "all") }}{{ end }}
{{- $args = concat $args (list "--drain-deadline" (toString .drainDeadline) "--lock-duration" (toString .lockDuration)) }}
{{- $crashes := .crashLimit | default (ternary 3 nil (ne .spot "")) }}
{{- range $flag, $value := dict "--concurrency" .concurrency "--threads" .threads "--pixel-threads" .pixelThreads "--crash-limit" $crashes }}
{{- if $value }}{{ $args = concat $args (list $flag (toString $value)) }}{{ end }}
{{- end }}
{{- if eq .scaling.type "ScaledJob" }}{{ $args = append $args "--until-empty" }}{{ end }}
{{- concat $args .args | toJson }}
{{- end }}

{{/* What KEDA asks: (list $ pool). No metricType: KEDA starts no Job of a ScaledJob that has one; AverageValue is what it takes without. */}}
{{- define "gradline.trigger" -}}
{{- $pool := last . -}}
- type: metrics-api
  metadata:
    url: {{ include "gradline.metricsUrl" (first .) | quote }}
    format: prometheus
    # Made from the ledger: endings and lost shards are in no key of the queue.
    valueLocation: gradline_outstanding_work
    targetValue: {{ $pool.scaling.shardsPerWorker | quote }}
    activationTargetValue: {{ $pool.scaling.activation | quote }}
{{- end }}
