/** A real Kubernetes control plane and KEDA on this machine's loopback, as plain processes. Pods are run by pod-runner.ts. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '../fleet/free-port.ts';
import { makeAuthority, makeCertificate } from './certificates.ts';

const run = promisify(execFile);
const tools = fileURLToPath(new URL('../../node_modules/.cache/gradline/helm-4.1.4/', import.meta.url));

export interface Cluster {
  server: string;
  token: string;
  /** PEM. */
  authority: string;
  /** @returns what it prints. @throws Error with what it says of a mistake */
  kubectl(words: string[], input?: string): Promise<string>;
  helm(words: string[]): Promise<string>;
  stop(): Promise<void>;
}

/** @param programs the folder that build-cluster.sh filled */
export async function startCluster(programs: string): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'gradline-cluster-'));
  const started: ChildProcess[] = [];
  const start = (name: string, flags: string[], variables: Record<string, string> = {}) => {
    const child = spawn(join(programs, name), flags, { cwd: folder, env: { ...process.env, ...variables } });
    const log = createWriteStream(join(folder, `${name}.log`));
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    started.push(child);
  };
  const [etcdPort, peerPort, port] = [await freePort(), await freePort(), await freePort()];
  const server = `https://127.0.0.1:${port}`;
  const token = randomBytes(16).toString('hex');
  const kubeconfig = join(folder, 'kubeconfig');
  const file = (name: string) => join(folder, name);

  await makeAuthority(folder);
  const loopback = ['DNS:localhost', 'IP:127.0.0.1'];
  await makeCertificate(folder, 'apiserver', 'kube-apiserver', [...loopback, 'DNS:kubernetes']);
  await makeCertificate(folder, 'front-proxy', 'front-proxy-client', ['DNS:localhost']);
  await run('openssl', ['genrsa', '-out', file('accounts.key'), '2048']);
  await writeFile(file('tokens.csv'), `${token},admin,admin,system:masters\n`);
  await writeFile(kubeconfig, kubeconfigText(server, file('ca.crt'), token));

  start('etcd', [
    ...['--data-dir', file('etcd'), '--unsafe-no-fsync', '--log-level', 'warn'],
    ...[
      '--listen-client-urls',
      `http://127.0.0.1:${etcdPort}`,
      '--advertise-client-urls',
      `http://127.0.0.1:${etcdPort}`,
    ],
    ...['--listen-peer-urls', `http://127.0.0.1:${peerPort}`],
    ...['--initial-advertise-peer-urls', `http://127.0.0.1:${peerPort}`],
    ...['--initial-cluster', `default=http://127.0.0.1:${peerPort}`],
  ]);
  start('kube-apiserver', [
    ...[`--etcd-servers=http://127.0.0.1:${etcdPort}`, '--bind-address=127.0.0.1', `--secure-port=${port}`],
    ...['--tls-cert-file=apiserver.crt', '--tls-private-key-file=apiserver.key'],
    ...['--token-auth-file=tokens.csv', '--authorization-mode=RBAC'],
    ...['--service-account-key-file=accounts.key', '--service-account-signing-key-file=accounts.key'],
    ...['--service-account-issuer=https://kubernetes.default.svc', '--service-cluster-ip-range=10.0.0.0/24'],
    '--endpoint-reconciler-type=none',
    ...['--requestheader-client-ca-file=ca.crt', '--requestheader-username-headers=X-Remote-User'],
    ...['--requestheader-group-headers=X-Remote-Group', '--requestheader-extra-headers-prefix=X-Remote-Extra-'],
    ...['--proxy-client-cert-file=front-proxy.crt', '--proxy-client-key-file=front-proxy.key'],
  ]);
  const command = (program: string) => (words: string[], input?: string) =>
    runWith(join(tools, program), words, { KUBECONFIG: kubeconfig, HELM_CACHE_HOME: file('helm') }, input);
  const kubectl = command('kubectl');
  const stop = async () => {
    // The store last: without it the API server hangs in its shutdown.
    for (const child of started.reverse()) await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await until('the API server', () => kubectl(['get', '--raw', '/readyz']));
    const [managerPort, schedulerPort] = [await freePort(), await freePort()];
    start('kube-controller-manager', [
      ...[`--kubeconfig=${kubeconfig}`, '--leader-elect=false', '--bind-address=127.0.0.1'],
      ...[`--secure-port=${managerPort}`, '--service-account-private-key-file=accounts.key', '--root-ca-file=ca.crt'],
      ...['--horizontal-pod-autoscaler-sync-period=2s', '--node-monitor-grace-period=60s'],
    ]);
    start('kube-scheduler', [
      ...[`--kubeconfig=${kubeconfig}`, '--leader-elect=false', '--bind-address=127.0.0.1'],
      `--secure-port=${schedulerPort}`,
    ]);
    await until('the controllers', () => kubectl(['get', 'serviceaccount', 'default']));
    await startKeda(folder, programs, kubeconfig, kubectl, start);
  } catch (error) {
    await stop();
    throw error;
  }
  const authority = await readFile(file('ca.crt'), 'utf8');
  return { server, token, authority, kubectl, helm: command('helm'), stop };
}

/** KEDA's operator and its metrics adapter, which the API server asks for numbers through a Service that is a name: localhost. */
async function startKeda(
  folder: string,
  programs: string,
  kubeconfig: string,
  kubectl: Cluster['kubectl'],
  start: (name: string, flags: string[], variables?: Record<string, string>) => void,
): Promise<void> {
  const keda = join(folder, 'keda');
  await mkdir(keda);
  const names = ['localhost', 'keda-operator', 'keda-operator.keda.svc', 'keda-metrics-apiserver.keda.svc'];
  await makeCertificate(folder, 'keda', 'keda', [...names.map((name) => `DNS:${name}`), 'IP:127.0.0.1']);
  const copies = { 'ca.crt': 'ca.crt', 'keda.crt': 'tls.crt', 'keda.key': 'tls.key' };
  for (const [from, to] of Object.entries(copies)) await writeFile(join(keda, to), await readFile(join(folder, from)));
  await kubectl(['create', 'namespace', 'keda']);
  await kubectl(['apply', '--server-side', '--filename', join(programs, 'keda-crds')]);
  const [operator, health, numbers, adapter, other] = await Promise.all([1, 2, 3, 4, 5].map(() => freePort()));
  const variables = {
    KUBECONFIG: kubeconfig,
    ...{ POD_NAMESPACE: 'keda', KEDA_CLUSTER_OBJECT_NAMESPACE: 'keda', WATCH_NAMESPACE: '' },
  };
  start(
    'keda-operator',
    [
      ...[`--kubeconfig=${kubeconfig}`, `--metrics-bind-address=127.0.0.1:${operator}`],
      ...[`--health-probe-bind-address=127.0.0.1:${health}`, `--metrics-service-bind-address=127.0.0.1:${numbers}`],
      ...[`--cert-dir=${keda}`, '--enable-cert-rotation=false', '--enable-webhook-patching=false'],
      '--enable-apiservice-patching=false',
    ],
    { ...variables, KUBERNETES_CLUSTER_DOMAIN: 'cluster.local' },
  );
  start(
    'keda-adapter',
    [
      ...[`--lister-kubeconfig=${kubeconfig}`, `--authentication-kubeconfig=${kubeconfig}`],
      ...[`--authorization-kubeconfig=${kubeconfig}`, '--bind-address=127.0.0.1', `--secure-port=${adapter}`],
      ...[`--port=${other}`, `--metrics-service-address=localhost:${numbers}`, '--client-ca-file=ca.crt'],
      ...[`--tls-cert-file=${keda}/tls.crt`, `--tls-private-key-file=${keda}/tls.key`, `--cert-dir=${keda}`],
    ],
    variables,
  );
  const bundle = (await readFile(join(folder, 'ca.crt'))).toString('base64');
  const service = { name: 'keda-metrics-apiserver', namespace: 'keda' };
  await kubectl(
    ['apply', '--filename', '-'],
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: service,
          spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port: adapter, targetPort: adapter }] },
        },
        {
          apiVersion: 'apiregistration.k8s.io/v1',
          kind: 'APIService',
          metadata: { name: 'v1beta1.external.metrics.k8s.io' },
          spec: {
            service: { ...service, port: adapter },
            ...{ group: 'external.metrics.k8s.io', version: 'v1beta1' },
            ...{ groupPriorityMinimum: 100, versionPriority: 100, caBundle: bundle },
          },
        },
      ],
    }),
  );
  const ready = ['wait', '--for=condition=Available', 'apiservice/v1beta1.external.metrics.k8s.io', '--timeout=120s'];
  await kubectl(ready);
}

async function runWith(
  program: string,
  words: string[],
  variables: Record<string, string>,
  input?: string,
): Promise<string> {
  const running = run(program, words, { env: { ...process.env, ...variables }, maxBuffer: 1 << 26 });
  running.child.stdin?.end(input ?? '');
  return (await running).stdout;
}

/** Asks again until it works, for two minutes. */
async function until(what: string, attempt: () => Promise<unknown>): Promise<void> {
  let last: unknown;
  for (const end = Date.now() + 120_000; Date.now() < end; await wait(300)) {
    try {
      await attempt();
      return;
    } catch (error) {
      last = error;
    }
  }
  throw new Error(`${what} did not start: ${last instanceof Error ? last.message : String(last)}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  const patience = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(patience);
}

function kubeconfigText(server: string, authority: string, token: string): string {
  const named = (name: string, key: string, value: unknown) => [{ name, [key]: value }];
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: named('test', 'cluster', { server, 'certificate-authority': authority }),
    users: named('admin', 'user', { token }),
    contexts: named('test', 'context', { cluster: 'test', user: 'admin' }),
    'current-context': 'test',
  });
}
