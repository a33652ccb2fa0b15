/** A run as a file for Kubernetes: a ConfigMap with its settings, and a Job that enqueues it with them. */

import { createHash } from 'node:crypto';
import { stringify } from 'yaml';

export interface DescribedRun {
  /** As gradline.yaml has them. */
  settings: Record<string, unknown>;
  /** Further arguments of `gradline enqueue`. */
  arguments: string[];
  /** The image of Gradline. */
  image: string;
}

const folder = '/etc/gradline/runs';
const file = 'run.yaml';

const introduction = `# A run of Gradline, made by gradline enqueue --dry-run. kubectl apply --filename starts it; applied again it changes nothing.
#
# The Secret "gradline" holds GRADLINE_REDIS, the address of Redis, and where no role of the service account takes their place
# AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. The service account is that of the Helm chart, installed as "gradline".
`;

/** The same run is the same text: its name follows from what it does. */
export function runManifest(run: DescribedRun): string {
  const name = manifestName(run);
  // Those of the chart's pods, whose network policies let them reach Redis and the store.
  const labels = {
    'app.kubernetes.io/name': 'gradline',
    'app.kubernetes.io/instance': 'gradline',
    'app.kubernetes.io/component': 'producer',
  };
  const configMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels },
    data: { [file]: stringify(run.settings) },
  };
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, labels },
    spec: {
      backoffLimit: 4,
      // A second try would end the same: some images failed (1), usage or configuration (2).
      podFailurePolicy: {
        rules: [
          { action: 'FailJob', onExitCodes: { containerName: 'producer', operator: 'In', values: [1, 2] } },
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
        ],
      },
      template: { metadata: { labels }, spec: pod(run, name) },
    },
  };
  const whole = { aliasDuplicateObjects: false };
  return [introduction, stringify(configMap, whole), '---\n', stringify(job, whole)].join('');
}

function pod({ image, arguments: more }: DescribedRun, configMap: string) {
  return {
    serviceAccountName: 'gradline-producer',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    restartPolicy: 'Never',
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 1000,
      runAsGroup: 1000,
      fsGroup: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        name: 'producer',
        image,
        args: ['enqueue', '--config', `${folder}/${file}`, ...more],
        env: [
          { name: 'ORT_DISABLE_TELEMETRY', value: '1' },
          { name: 'HOME', value: '/tmp' },
        ],
        envFrom: [{ secretRef: { name: 'gradline' } }],
        resources: { requests: { cpu: '250m', memory: '512Mi' }, limits: { memory: '1Gi' } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        volumeMounts: [
          { name: 'tmp', mountPath: '/tmp' },
          { name: 'run', mountPath: folder, readOnly: true },
        ],
      },
    ],
    volumes: [
      { name: 'tmp', emptyDir: {} },
      { name: 'run', configMap: { name: configMap } },
    ],
  };
}

/** Of at most 63 lower-case letters, digits and dashes, as Kubernetes asks. A Job cannot be changed, so other settings are another Job. */
function manifestName(run: DescribedRun): string {
  const { output } = run.settings;
  const last = String(output).split('/').filter(Boolean).at(-1) ?? '';
  const readable = last
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
  const digest = createHash('sha256').update(JSON.stringify(run)).digest('hex').slice(0, 8);
  return ['gradline', readable, digest].filter(Boolean).join('-');
}
