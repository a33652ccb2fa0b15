/** Values of the chart that tests render: each is a way in which somebody installs it. */

import type { Values } from './helm.ts';

export const trial = { redis: { trial: { enabled: true } } };
export const redis = { redis: { existingSecret: { name: 'queue' } } };
export const run = { input: 's3://photos/val', model: 's3://models/m.onnx', output: 's3://results/val' };

export const cases: Record<string, Values> = {
  'a Redis to try things out': trial,
  'your own Redis, its address in a Secret': redis,
  'another S3 server with its own authority': {
    ...redis,
    store: { endpoint: 'https://s3.internal:9000', region: 'eu-central-1', existingSecret: 'store' },
    certificateAuthority: { configMap: 'authority' },
    imagePullSecrets: ['registry'],
    image: { digest: `sha256:${'0'.repeat(64)}` },
  },
  'a pool for each kind of card': {
    ...redis,
    pools: [
      {
        name: 'l4',
        image: { repository: 'gradline-gpu' },
        gpus: 1,
        spot: 'gke',
        nodeSelector: { 'cloud.google.com/gke-accelerator': 'nvidia-l4' },
      },
      {
        name: 'a100-mig',
        image: { repository: 'gradline-gpu' },
        gpus: 1,
        gpuResource: 'nvidia.com/mig-1g.10gb',
        priorityClassName: 'batch',
        runtimeClassName: 'nvidia',
        drainDeadline: 90.5,
        scaling: { activation: 200, max: 7 },
        tolerations: [{ key: 'team', operator: 'Equal', value: 'vision', effect: 'NoExecute' }],
        topologySpreadConstraints: [],
        modelCache: { type: 'claim', storageClassName: 'efs' },
      },
      { name: 'h100', gpus: 8, spot: 'karpenter', scaling: { type: 'ScaledJob' }, podLabels: { team: 'vision' } },
      { name: 'always', scaling: { type: 'fixed', min: 2 }, spot: 'aks', maxUnavailable: null, provider: 'cpu' },
      {
        name: 'tuned',
        concurrency: 6,
        threads: 2,
        pixelThreads: 3,
        crashLimit: 5,
        spot: 'eks',
        env: [{ name: 'NVIDIA_TF32_OVERRIDE', value: '1' }],
        modelCache: { type: 'claim', existingClaim: 'models' },
      },
    ],
  },
  'runs and nights': {
    ...redis,
    config: { model: 's3://models/m.onnx', labels: 'folder', layers: ['layer3', 'layer4'] },
    runs: [
      { name: 'validation', config: { input: 's3://photos/val', output: 's3://results/val' } },
      {
        name: 'nightly-with-a-long-name',
        cron: '0 2 * * *',
        timeZone: 'Europe/Berlin',
        config: { input: 's3://photos/today', output: 's3://results/nightly/' },
        ttlSecondsAfterFinished: 86_400,
        wait: false,
        args: ['--max-failures', '5%'],
      },
    ],
    schedules: [{ name: 'weekly', cron: '0 3 * * 1', overlap: 'wait', config: run }],
  },
  'a dashboard on the web, metrics for the Prometheus operator': {
    ...redis,
    dashboard: {
      enabled: true,
      existingSecret: { name: 'dashboard' },
      ingress: { enabled: true, host: 'runs.example.com', className: 'nginx', tlsSecret: 'runs-certificate' },
    },
    podMonitor: { enabled: true, labels: { release: 'prometheus' } },
    networkPolicy: {
      store: { ports: [443, 9000], to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] },
      egress: [{ ports: [{ port: 4318, protocol: 'TCP' }] }],
    },
  },
  'no network policies': { ...trial, networkPolicy: { enabled: false } },
};
