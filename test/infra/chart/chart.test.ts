import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { gradline } from '../../cli/gradline.ts';
import { cases, redis, run, trial } from './cases.ts';
import { chart, helm, helmProgram, render, type Values } from './helm.ts';
import { faultsOf } from './kubernetes-schema.ts';
import { type Manifest, podOf } from './manifest.ts';

const program = await helmProgram();
describe.skipIf(program === null)('the Helm chart', () => {
  const rendered = (values: Values, version?: string) => render(program ?? '', values, version);

  describe.each(Object.entries(cases))('with %s', (_, values) => {
    test('passes helm lint, and makes what Kubernetes takes', async () => {
      expect(await helm(program ?? '', ['lint', '--strict', chart], values)).toContain('0 chart(s) failed');
      const objects = await rendered(values);
      expect(objects.flatMap((object) => faultsOf(object).map((fault) => `${object.metadata.name}: ${fault}`))).toEqual(
        [],
      );
      const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
      expect(new Set(names).size).toBe(names.length);
      for (const { metadata } of objects) expect(metadata.name.length).toBeLessThanOrEqual(63);
      for (const { kind, metadata } of objects) {
        if (kind === 'CronJob') expect(metadata.name.length).toBeLessThanOrEqual(52);
      }
    });

    test('makes pods that the Pod Security Standard "restricted" lets in', async () => {
      const pods = (await rendered(values)).flatMap((object) => podOf(object) ?? []);
      expect(pods.length).toBeGreaterThanOrEqual(2);
      for (const { spec } of pods) {
        expect(spec.securityContext).toMatchObject({
          runAsNonRoot: true,
          runAsUser: 1000,
          seccompProfile: { type: 'RuntimeDefault' },
        });
        expect(spec).not.toHaveProperty('hostNetwork');
        expect(spec).not.toHaveProperty('hostPID');
        for (const volume of spec.volumes) {
          expect(['emptyDir', 'configMap', 'persistentVolumeClaim']).toContain(
            Object.keys(volume).find((key) => key !== 'name'),
          );
        }
        for (const { securityContext, volumeMounts } of spec.containers) {
          expect(securityContext).toEqual({
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          });
          for (const { name } of volumeMounts)
            expect([...spec.volumes.map((volume) => volume.name), 'data']).toContain(name);
        }
      }
    });

    test('gives every process of Gradline Redis, and no telemetry', async () => {
      for (const object of await rendered(values)) {
        for (const { name, env } of podOf(object)?.spec.containers ?? []) {
          if (name === 'redis') continue;
          expect(env).toContainEqual({ name: 'ORT_DISABLE_TELEMETRY', value: '1' });
          expect(env.map((variable) => variable.name)).toContain('GRADLINE_REDIS');
          expect(JSON.stringify(object)).not.toContain('AWS_SECRET_ACCESS_KEY');
        }
      }
    });

    test('uses only service accounts, claims and settings that are there', async () => {
      const objects = await rendered(values);
      const named = (kind: string) =>
        objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);
      const maps = new Map(
        objects.filter(({ kind }) => kind === 'ConfigMap').map(({ metadata, data }) => [metadata.name, data]),
      );
      for (const { spec } of objects.flatMap((object) => podOf(object) ?? [])) {
        if (spec.serviceAccountName !== undefined) expect(named('ServiceAccount')).toContain(spec.serviceAccountName);
        for (const file of spec.containers
          .flatMap(({ args }) => args)
          .filter((word) => word.startsWith('/etc/gradline/runs/'))) {
          const settings: unknown = parse(maps.get('gradline-runs')?.[file.slice('/etc/gradline/runs/'.length)] ?? '');
          expect(settings, file).toMatchObject({ model: 's3://models/m.onnx', output: expect.stringMatching(/^s3:/) });
        }
      }
    });
  });

  test('asks the ledger of the scheduler how many workers are needed, and from zero', async () => {
    const objects = await rendered(cases['a pool for each kind of card'] ?? {});
    const scaled = objects.filter(({ kind }) => kind === 'ScaledObject' || kind === 'ScaledJob');
    expect(scaled.map(({ metadata }) => metadata.name).sort()).toEqual([
      'gradline-worker-a100-mig',
      'gradline-worker-h100',
      'gradline-worker-l4',
      'gradline-worker-tuned',
    ]);
    for (const { spec } of scaled) {
      expect(spec).toMatchObject({ minReplicaCount: 0 });
      expect(spec?.triggers).toMatchObject([
        {
          type: 'metrics-api',
          metadata: {
            url: 'http://gradline-scheduler.maps.svc:9464/metrics',
            format: 'prometheus',
            valueLocation: 'gradline_outstanding_work',
          },
        },
      ]);
      // With one, KEDA refuses a ScaledJob and starts no Job.
      expect(JSON.stringify(spec?.triggers)).not.toContain('metricType');
    }
    expect(one(objects, 'Service', 'gradline-scheduler').spec).toMatchObject({ ports: [{ port: 9464 }] });
    // Else an upgrade would set back what KEDA has set.
    expect(one(objects, 'Deployment', 'gradline-worker-l4').spec?.replicas).toBeUndefined();
    expect(one(objects, 'Deployment', 'gradline-worker-always').spec?.replicas).toBe(2);
  });

  test('starts commands that there are, with flags that they know', async () => {
    const objects = (await Promise.all(Object.values(cases).map((values) => rendered(values)))).flat();
    const lines = objects.flatMap((object) => podOf(object)?.spec.containers ?? []).map(({ args }) => args);
    const words = (line: string[]) => line.slice(0, line[0] === 'schedule' ? 2 : 1).join(' ');
    for (const command of new Set(lines.filter(([command]) => command !== undefined).map(words))) {
      const { code, stdout } = await gradline([...command.split(' '), '--help']);
      expect(code, command).toBe(0);
      const flags = lines
        .filter((line) => words(line) === command)
        .flat()
        .filter((word) => word.startsWith('--'));
      expect(
        [...new Set(flags)].filter((flag) => !new RegExp(`^\\s.*${flag}\\b`, 'm').test(stdout)),
        command,
      ).toEqual([]);
    }
  });

  test('gives a worker more time to end than it takes', async () => {
    for (const values of Object.values(cases)) {
      for (const { spec } of (await rendered(values)).flatMap((object) => podOf(object) ?? [])) {
        for (const { args } of spec.containers.filter(({ name }) => name === 'worker')) {
          const deadline = Number(args[args.indexOf('--drain-deadline') + 1]);
          expect(spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(deadline + 20);
        }
      }
    }
  });

  test('keeps pools apart: cards, machines, caches, flags', async () => {
    const objects = await rendered(cases['a pool for each kind of card'] ?? {});
    const l4 = podOf(one(objects, 'Deployment', 'gradline-worker-l4'));
    expect(l4?.spec.nodeSelector).toEqual({
      'cloud.google.com/gke-accelerator': 'nvidia-l4',
      'cloud.google.com/gke-spot': 'true',
    });
    expect(l4?.spec.tolerations).toContainEqual({ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' });
    expect(l4?.spec.containers[0]).toMatchObject({
      image: 'gradline-gpu:0.1.0',
      resources: { limits: { 'nvidia.com/gpu': '1', memory: '4Gi' } },
      args: expect.arrayContaining(['--provider', 'cuda', '--devices', 'all', '--crash-limit', '3']),
    });
    const mig = podOf(one(objects, 'Deployment', 'gradline-worker-a100-mig'));
    expect(mig?.spec.nodeSelector).toBeUndefined();
    expect(mig?.spec.containers[0]?.resources?.limits).toEqual({ 'nvidia.com/mig-1g.10gb': '1', memory: '4Gi' });
    expect(mig?.spec.volumes).toContainEqual({
      name: 'models',
      persistentVolumeClaim: { claimName: 'gradline-models-a100-mig' },
    });
    expect(one(objects, 'PersistentVolumeClaim', 'gradline-models-a100-mig')).toBeDefined();
    const job = podOf(one(objects, 'ScaledJob', 'gradline-worker-h100'));
    expect(job?.spec.containers[0]?.args).toContain('--until-empty');
    expect(job?.spec.restartPolicy).toBe('Never');
    const plain = podOf(one(objects, 'Deployment', 'gradline-worker-always'))?.spec.containers[0];
    expect(plain?.resources?.limits).toEqual({ memory: '4Gi' });
    expect(plain?.args).not.toContain('--devices');
  });

  test('makes another Job of a run whose settings change, and the same of one whose settings stay', async () => {
    const jobs = async (more: Values) => {
      const objects = await rendered({ ...redis, runs: [{ name: 'val', config: { ...run, ...more } }] });
      return objects.filter(({ kind }) => kind === 'Job').map(({ metadata }) => metadata.name);
    };
    expect(await jobs({})).toEqual(await jobs({}));
    expect(await jobs({})).not.toEqual(await jobs({ limit: 100 }));
  });

  test('gives each night of a CronJob an output of its own', async () => {
    const night = one(await rendered(cases['runs and nights'] ?? {}), 'CronJob', 'gradline-nightly-with-a-long-name');
    const [producer] = podOf(night)?.spec.containers ?? [];
    expect(producer?.args.join(' ')).toContain('--run $(JOB_NAME) --output s3://results/nightly/$(JOB_NAME)');
    expect(producer?.env).toContainEqual({
      name: 'JOB_NAME',
      valueFrom: { fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/job-name']" } },
    });
  });

  test('lets nobody in and nothing out that is not listed', async () => {
    for (const values of [trial, cases['a dashboard on the web, metrics for the Prometheus operator'] ?? {}]) {
      const objects = await rendered(values);
      const rule = one(objects, 'NetworkPolicy', 'gradline').spec;
      expect(rule).toMatchObject({ policyTypes: ['Ingress', 'Egress'] });
      const labels = { 'app.kubernetes.io/name': 'gradline', 'app.kubernetes.io/instance': 'gradline' };
      expect(rule).toMatchObject({ podSelector: { matchLabels: labels } });
      for (const pod of objects.flatMap((object) => podOf(object) ?? []))
        expect(pod.metadata.labels).toMatchObject(labels);
    }
  });

  test.each<[string, Values, RegExp]>([
    ['no Redis', {}, /Give one of redis\.existingSecret\.name, redis\.url and redis\.trial\.enabled; given: none/],
    ['two of them', { redis: { url: 'redis://a:6379', trial: { enabled: true } } }, /given: redis\.url, redis\.trial/],
    ['a password in an address', { redis: { url: 'redis://me:secret@a:6379' } }, /holds a user or password/],
    ['a misspelt value', { ...trial, pools: [{ name: 'a', gpu: 1 }] }, /additional properties 'gpu' not allowed/],
    ['a pool that no name could carry', { ...trial, pools: [{ name: 'L4 pool' }] }, /does not match pattern/],
    ['pools of the same name', { ...trial, pools: [{ name: 'a' }, { name: 'a' }] }, /Two pools are called a/],
    [
      'pools that all wait for much work',
      { ...trial, poolDefaults: { scaling: { activation: 5 } } },
      /Every pool has scaling\.activation above 0: a run .* would wait for ever/,
    ],
    ['more workers at least than at most', { ...trial, poolDefaults: { scaling: { min: 9 } } }, /scaling\.min is 9/],
    ['an unknown cloud', { ...trial, pools: [{ name: 'a', spot: 'aws' }] }, /must be one of/],
    ['a run without a model', { ...trial, runs: [{ name: 'a', config: { input: 'x', output: 'y' } }] }, /no 'model'/],
    ['a cron expression of four fields', { ...trial, runs: [{ name: 'a', cron: '0 2 * *' }] }, /cron/],
    ['a dashboard without a token', { ...trial, dashboard: { enabled: true } }, /The dashboard needs a token/],
  ])('refuses %s', async (_, values, message) => {
    await expect(rendered(values)).rejects.toThrow(message);
  });

  test('takes an older Kubernetes, and says which is too old', async () => {
    expect((await rendered(trial, '1.27.4')).length).toBeGreaterThan(5);
    await expect(rendered(trial, '1.24.0')).rejects.toThrow(/kubeVersion/);
  });

  test('has the version of the package', async () => {
    const { version } = JSON.parse(await readFile(join(chart, '../../../package.json'), 'utf8'));
    expect(parse(await readFile(join(chart, 'Chart.yaml'), 'utf8'))).toMatchObject({ version, appVersion: version });
  });
});

function one(objects: readonly Manifest[], kind: string, name: string): Manifest {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (found !== undefined) return found;
  throw new Error(
    `No ${kind} ${name} among ${objects.map((object) => `${object.kind} ${object.metadata.name}`).join(', ')}`,
  );
}
