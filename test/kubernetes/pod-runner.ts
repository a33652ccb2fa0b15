/**
 * What kubelets do, for nodes that are only names: runs the pods that the scheduler puts on them as podman containers, probes them, ends
 * them with SIGTERM, grace and SIGKILL, and says how they are. All pods share this machine's network, so each serves metrics on a port of
 * its own in place of 9464.
 */

import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { podmanEnvironment, startContainer } from '../containers/podman.ts';
import { freePort } from '../fleet/free-port.ts';
import { type Api, ApiError } from './api.ts';

const run = promisify(execFile);

const variable = z.object({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z
    .object({
      secretKeyRef: z.object({ name: z.string(), key: z.string() }).optional(),
      fieldRef: z.object({ fieldPath: z.string() }).optional(),
    })
    .optional(),
});
const container = z.object({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()).default([]),
  env: z.array(variable).default([]),
  envFrom: z.array(z.object({ secretRef: z.object({ name: z.string() }) })).default([]),
  readinessProbe: z.unknown().optional(),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })).default([]),
});
const podSchema = z.object({
  metadata: z.object({
    uid: z.string(),
    name: z.string(),
    namespace: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    deletionTimestamp: z.string().optional(),
    deletionGracePeriodSeconds: z.number().optional(),
  }),
  spec: z.object({
    nodeName: z.string().optional(),
    restartPolicy: z.string().default('Always'),
    containers: z.tuple([container]),
    volumes: z.array(z.object({ name: z.string(), configMap: z.object({ name: z.string() }).optional() })).default([]),
  }),
  status: z.object({ phase: z.string().optional() }).default({}),
});
type Pod = z.infer<typeof podSchema>;
const event = z.object({ type: z.string(), object: z.unknown() });
const data = z.object({ data: z.record(z.string(), z.string()).default({}) });
const list = z.object({ items: z.array(z.unknown()), metadata: z.object({ resourceVersion: z.string() }) });

interface Running {
  pod: Pod;
  port: number;
  ready: boolean;
  stopping: boolean;
  lines: string[];
  /** Sends a signal to the container's process. */
  signal(name: 'TERM' | 'KILL'): Promise<void>;
}

export interface PodRunner {
  /** Pods of a part of the chart that run now, such as `worker-gpu`. */
  pods(component: string): { name: string; port: number; ready: boolean }[];
  /** As a power cut: containers are killed, and the nodes with all that was on them are gone. */
  killNodes(): Promise<void>;
  addNodes(): Promise<void>;
  /** Pods that ended otherwise than by themselves with 0 or by being told to. */
  readonly failures: string[];
  /** Told to end, and did not in their grace period. */
  readonly killed: string[];
  stop(): Promise<void>;
}

/** @param nodes names; each has a card and is tainted as GPU nodes are */
export async function startPodRunner(
  api: Api,
  nodes: readonly string[],
  log: (line: string) => void,
): Promise<PodRunner> {
  const running = new Map<string, Running>();
  const failures: string[] = [];
  const killed: string[] = [];
  let beat: NodeJS.Timeout | undefined;
  let ended = false;

  const addNodes = async () => {
    for (const name of nodes) await register(api, name);
    beat = setInterval(() => {
      for (const name of nodes) report(api, name).catch((error: Error) => log(`heartbeat: ${error.message}`));
    }, 10_000);
  };

  const see = (object: unknown, type: string) => {
    const parsed = podSchema.safeParse(object);
    if (!parsed.success || !nodes.includes(parsed.data.spec.nodeName ?? '')) return;
    const pod = parsed.data;
    const one = running.get(pod.metadata.uid);
    if (pod.metadata.deletionTimestamp !== undefined || type === 'DELETED') {
      return void stopPod(pod, one).catch((error: Error) => log(`${pod.metadata.name}: ${error.message}`));
    }
    if (one !== undefined || ['Succeeded', 'Failed'].includes(pod.status.phase ?? '')) return;
    startPod(pod).catch((error: Error) => {
      running.delete(pod.metadata.uid);
      failures.push(`${pod.metadata.name}: ${error.message}`);
    });
  };

  const startPod = async (pod: Pod) => {
    const { uid, name } = pod.metadata;
    const one: Running = {
      pod,
      port: await freePort(),
      ready: false,
      stopping: false,
      lines: [],
      signal: async () => {},
    };
    running.set(uid, one);
    const [{ image, args }] = pod.spec.containers;
    const variables = await environmentOf(api, pod);
    const { options, remove: removeFiles } = await mountsOf(api, pod);
    const expand = (word: string) => word.replace(/\$\((\w+)\)/g, (whole, key: string) => variables[key] ?? whole);
    const { child, ended: exit } = startContainer({
      image: image.replace(/^localhost\/gradline-|:.*$/g, ''),
      words: args.map((word) => (word === '9464' ? String(one.port) : expand(word))),
      options: ['--name', `pod-${uid}`, '--network', 'host', '--hostname', name, ...options],
      variables,
    });
    one.signal = async (signal) => {
      await run('podman', ['kill', '--signal', signal, `pod-${uid}`], { env: podmanEnvironment }).catch(
        () => undefined,
      );
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text) => {
        one.lines.push(String(text));
      });
    }
    log(`${name} starts on ${pod.spec.nodeName}`);
    await setStatus(api, one, { phase: 'Running', ready: false });
    const probing = setInterval(() => probe(api, one).catch((error: Error) => log(`probe: ${error.message}`)), 1_000);
    const { code } = await exit;
    clearInterval(probing);
    await removeFiles();
    running.delete(uid);
    log(`${name} ended with ${code}${one.stopping ? ', told to' : ''}`);
    if (ended) return;
    if (one.stopping) return removePod(api, pod);
    if (code !== 0) failures.push(`${name} ended with ${code}: ${one.lines.join('').slice(-800)}`);
    if (pod.spec.restartPolicy === 'Always') return void setTimeout(() => see(pod, 'MODIFIED'), 2_000);
    await setStatus(api, one, { phase: code === 0 ? 'Succeeded' : 'Failed', ready: false, code: code ?? 137 });
  };

  const stopPod = async (pod: Pod, one: Running | undefined) => {
    if (one === undefined) return removePod(api, pod);
    if (one.stopping) return;
    one.stopping = true;
    const grace = pod.metadata.deletionGracePeriodSeconds ?? 30;
    await one.signal('TERM');
    setTimeout(() => {
      if (!running.has(pod.metadata.uid)) return;
      killed.push(pod.metadata.name);
      void one.signal('KILL');
    }, grace * 1_000).unref();
  };

  const killNodes = async () => {
    clearInterval(beat);
    const lost = [...running.values()];
    for (const one of lost) one.stopping = true;
    await Promise.all(lost.map((one) => one.signal('KILL')));
    for (const name of nodes) await api.call('DELETE', `/api/v1/nodes/${name}`);
  };

  await addNodes();
  void (async () => {
    while (!ended) {
      try {
        const { items, metadata } = list.parse(await api.call('GET', '/api/v1/pods'));
        for (const item of items) see(item, 'MODIFIED');
        await api.watch(`/api/v1/pods?watch=true&resourceVersion=${metadata.resourceVersion}`, (line) => {
          const { type, object } = event.parse(line);
          see(object, type);
        });
      } catch (error) {
        if (!ended) log(`watch: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  })();

  return {
    failures,
    killed,
    addNodes,
    killNodes,
    pods: (component) =>
      [...running.values()]
        .filter(({ pod }) => pod.metadata.labels['app.kubernetes.io/component'] === component)
        .map(({ pod, port, ready }) => ({ name: pod.metadata.name, port, ready })),
    stop: async () => {
      ended = true;
      clearInterval(beat);
      await Promise.all([...running.values()].map((one) => one.signal('KILL')));
    },
  };
}

async function register(api: Api, name: string): Promise<void> {
  const taint = { key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' };
  const labels = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'topology.kubernetes.io/zone': 'here' };
  const taints = name.startsWith('gpu') ? [taint] : [];
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec: { taints } };
  await api.call('POST', '/api/v1/nodes', node);
  await report(api, name);
  // Of its own, the server taints a new node as not ready.
  await api.call('PATCH', `/api/v1/nodes/${name}`, { spec: { taints } });
}

async function report(api: Api, name: string): Promise<void> {
  const now = new Date().toISOString();
  const capacity = { cpu: '16', memory: '64Gi', pods: '20', ...(name.startsWith('gpu') && { 'nvidia.com/gpu': '1' }) };
  const times = { lastHeartbeatTime: now, lastTransitionTime: now };
  const conditions = [{ type: 'Ready', status: 'True', reason: 'KubeletReady', ...times }];
  await api.call('PATCH', `/api/v1/nodes/${name}/status`, { status: { capacity, allocatable: capacity, conditions } });
}

async function environmentOf(api: Api, { metadata, spec }: Pod): Promise<Record<string, string>> {
  const [{ env, envFrom }] = spec.containers;
  const secret = async (name: string) => {
    const found = data.parse(await api.call('GET', `/api/v1/namespaces/${metadata.namespace}/secrets/${name}`));
    return Object.fromEntries(
      Object.entries(found.data).map(([key, value]): [string, string] => [
        key,
        Buffer.from(value, 'base64').toString(),
      ]),
    );
  };
  const variables: Record<string, string> = {};
  for (const { secretRef } of envFrom) Object.assign(variables, await secret(secretRef.name));
  for (const { name, value, valueFrom } of env) {
    const { secretKeyRef, fieldRef } = valueFrom ?? {};
    const [, label = ''] = /^metadata\.labels\['(.+)'\]$/.exec(fieldRef?.fieldPath ?? '') ?? [];
    variables[name] =
      value ??
      (secretKeyRef === undefined ? metadata.labels[label] : (await secret(secretKeyRef.name))[secretKeyRef.key]) ??
      '';
  }
  return variables;
}

async function mountsOf(api: Api, { metadata, spec }: Pod): Promise<{ options: string[]; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'gradline-pod-'));
  const options: string[] = [];
  for (const { name, mountPath } of spec.containers[0].volumeMounts) {
    const map = spec.volumes.find((volume) => volume.name === name)?.configMap?.name;
    if (map === undefined && mountPath === '/tmp') continue;
    await mkdir(join(folder, name));
    await chmod(join(folder, name), map === undefined ? 0o777 : 0o755);
    if (map === undefined) {
      options.push('--volume', `${join(folder, name)}:${mountPath}`);
      continue;
    }
    const files = data.parse(await api.call('GET', `/api/v1/namespaces/${metadata.namespace}/configmaps/${map}`)).data;
    for (const [file, text] of Object.entries(files)) await writeFile(join(folder, name, file), text, { mode: 0o644 });
    options.push('--volume', `${join(folder, name)}:${mountPath}:ro`);
  }
  await chmod(folder, 0o755);
  return { options, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** As the chart's readiness probe, on the pod's own port. */
async function probe(api: Api, one: Running): Promise<void> {
  if (one.pod.spec.containers[0].readinessProbe === undefined || one.stopping) return;
  const ready = await fetch(`http://127.0.0.1:${one.port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
  if (ready === one.ready) return;
  one.ready = ready;
  await setStatus(api, one, { phase: 'Running', ready });
}

async function setStatus(
  api: Api,
  { pod }: Running,
  { phase, ready, code }: { phase: string; ready: boolean; code?: number },
): Promise<void> {
  const now = new Date().toISOString();
  const [{ name, image }] = pod.spec.containers;
  const state =
    code === undefined
      ? { running: { startedAt: now } }
      : { terminated: { exitCode: code, finishedAt: now, startedAt: now } };
  const condition = (type: string, status: boolean) => ({
    type,
    status: status ? 'True' : 'False',
    lastTransitionTime: now,
  });
  const status = {
    phase,
    startTime: now,
    conditions: [condition('Initialized', true), condition('Ready', ready), condition('ContainersReady', ready)],
    containerStatuses: [{ name, image, imageID: '', ready, started: code === undefined, restartCount: 0, state }],
  };
  await api.call('PATCH', `${pathOf(pod)}/status`, { status }).catch(ignoreGone);
}

async function removePod(api: Api, pod: Pod): Promise<void> {
  await api.call('DELETE', `${pathOf(pod)}?gracePeriodSeconds=0`).catch(ignoreGone);
}

function pathOf({ metadata: { namespace, name } }: Pod): string {
  return `/api/v1/namespaces/${namespace}/pods/${name}`;
}

function ignoreGone(error: unknown): void {
  if (!(error instanceof ApiError && [404, 409].includes(error.status))) throw error;
}
