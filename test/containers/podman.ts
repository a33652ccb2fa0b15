/** The images, built by buildah and run by podman with the limits that a cluster sets. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = fileURLToPath(new URL('.', import.meta.url));
/** Kept: only what changed is built again. */
const store = process.env.GRADLINE_TEST_IMAGES || join(tmpdir(), 'gradline-test-images');

export const podmanEnvironment = {
  ...process.env,
  CONTAINERS_CONF: join(here, 'containers.conf'),
  CONTAINERS_STORAGE_CONF: join(store, 'storage.conf'),
};

/** As the chart's pods: an unknown user, nothing to write to but /tmp, no rights, and none to be had. */
const hardened = [
  ...['--user', '1000:1000', '--read-only', '--tmpfs', '/tmp'],
  ...['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--memory', '1g'],
];

export interface Container {
  /** `cpu`, `demo`, `gpu`: a target of infra/Dockerfile. */
  image: string;
  words: string[];
  /** Further options of `podman run`. */
  options?: string[];
  variables?: Record<string, string>;
}

export interface EndedContainer {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** @throws Error with what the build printed */
export async function buildImage(target: string): Promise<void> {
  await run('bash', [join(here, 'build-image.sh'), store, target], { maxBuffer: 1 << 26 });
}

/** @throws Error with what the build printed */
export async function buildGpuImage(): Promise<void> {
  await run('bash', [join(here, 'build-gpu-image.sh'), store], { maxBuffer: 1 << 26 });
}

/** Runs a container to its end. */
export function runContainer(container: Container): Promise<EndedContainer> {
  return startContainer(container).ended;
}

/** A signal to the process is one to the container. */
export function startContainer({ image, words, options = [], variables = {} }: Container): {
  child: ChildProcess;
  ended: Promise<EndedContainer>;
} {
  const variableOptions = Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const child = spawn(
    'podman',
    ['run', '--rm', ...hardened, ...variableOptions, ...options, `localhost/gradline-${image}`, ...words],
    { env: podmanEnvironment, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  const ended = new Promise<EndedContainer>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...texts }));
  });
  return { child, ended };
}
