/** Nothing phones home: ONNX Runtime's telemetry leaves a device's id and a database in the cache folder, and looks up its collector. */

import { execFile, spawnSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { runArguments, tinyProject } from './gradline.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const command = join(root, 'dist/cli/gradline.cjs');
const library = pathToFileURL(join(root, 'dist/explain/index.js')).href;
const runtime = pathToFileURL(join(root, 'node_modules/onnxruntime-node/dist/index.js')).href;
const hasStrace = spawnSync('strace', ['-V']).status === 0;

interface Trace {
  /** Files that were left in the cache folder, but for Gradline's own. */
  left: string[];
  /** Internet sockets that were opened; null where strace is missing. */
  network: string[] | null;
  /** The last line of standard output. */
  said: string;
}

/**
 * Runs Node as a user without this project's tests would: with an empty cache folder, without the variable, and without CI=true, with which ONNX Runtime
 * sends nothing either.
 */
async function traced(args: string[], variables: Record<string, string> = {}): Promise<Trace> {
  const folder = await temporaryFolder();
  const cache = join(folder, 'cache');
  const calls = join(folder, 'calls.txt');
  const { PATH = '' } = process.env;
  const env = { PATH, HOME: folder, XDG_CACHE_HOME: cache, ...variables };
  const program = [process.execPath, ...args];
  const [file = '', ...rest] = hasStrace ? ['strace', '-f', '-e', 'trace=network', '-o', calls, ...program] : program;
  const { stdout } = await promisify(execFile)(file, rest, { env, cwd: root });
  const left = await readdir(cache, { recursive: true }).catch(() => []);
  const network = hasStrace
    ? (await readFile(calls, 'utf8')).split('\n').filter((call) => /socket\(AF_INET/.test(call))
    : null;
  return {
    left: left.filter((name) => !name.startsWith('gradline')),
    network,
    said: stdout.trim().split('\n').at(-1) ?? '',
  };
}

const nothing = { left: [], network: hasStrace ? [] : null };

/**
 * Writes a program that may use `open()` and `inThread()`, which open the folder's model by Gradline's library, here and in a thread started then, and
 * tell what came of it.
 */
async function writeProgram(folder: string, body: string): Promise<string> {
  const opening = join(folder, 'open.mjs');
  const thread = join(folder, 'thread.mjs');
  const main = join(folder, 'main.mjs');
  const model = JSON.stringify(join(folder, 'model.onnx'));
  await writeFile(
    opening,
    `export async function open() {
      const { Explainer } = await import(${JSON.stringify(library)});
      try {
        const explainer = await Explainer.open({ model: ${model}, layers: ['last'] });
        await explainer.close();
        return 'opened';
      } catch (error) {
        return error.message;
      }
    }`,
  );
  await writeFile(
    thread,
    `import { parentPort } from 'node:worker_threads';
    import { open } from './open.mjs';
    parentPort.postMessage(await open());`,
  );
  await writeFile(
    main,
    `import { once } from 'node:events';
    import { Worker } from 'node:worker_threads';
    import { open } from './open.mjs';
    const inThread = async () => (await once(new Worker(new URL('thread.mjs', import.meta.url)), 'message'))[0];
    ${body}`,
  );
  return main;
}

test('ONNX Runtime alone leaves its files, and a look-up is noticed, so that the tests below can fail', async () => {
  const folder = await tinyProject(0);
  // ONNX Runtime's own look-up comes after about ten seconds.
  const session = `const { InferenceSession } = (await import(${JSON.stringify(runtime)})).default;
    await InferenceSession.create(${JSON.stringify(join(folder, 'model.onnx'))});
    (await import('node:dns')).lookup('collector.invalid', () => {});`;
  const { left, network } = await traced(['--input-type=module', '-e', session]);
  expect(left.join('\n')).toContain('deviceid');
  if (network !== null) expect(network.length).toBeGreaterThan(0);
});

test('layers and a run, whose model is opened in a thread, write and call nothing', async () => {
  const folder = await tinyProject(3);
  expect(await traced([command, 'layers', join(folder, 'model.onnx')])).toMatchObject(nothing);
  expect(await traced([command, ...runArguments(folder, '--layers', 'last')])).toMatchObject(nothing);
});

test('nor does the library, in the main thread and in threads started after', async () => {
  const main = await writeProgram(await tinyProject(0), 'console.log(await open(), await inThread());');
  expect(await traced([main])).toEqual({ ...nothing, said: 'opened opened' });
});

test('a thread that cannot prevent it refuses, and says how it can', async () => {
  const main = await writeProgram(await tinyProject(0), 'console.log(await inThread());');
  const { said, ...found } = await traced([main]);
  expect(found).toEqual(nothing);
  expect(said).toMatch(
    /would send telemetry from this thread.*Import Gradline in the main thread.*ORT_DISABLE_TELEMETRY=1.*SHARE_ENV/,
  );
  expect(await traced([main], { ORT_DISABLE_TELEMETRY: '1' })).toEqual({ ...nothing, said: 'opened' });
});

test('one file loads ONNX Runtime, so that none forgets', async () => {
  const loading: string[] = [];
  for (const name of await readdir(join(root, 'src'), { recursive: true })) {
    if (!/\.tsx?$/.test(name)) continue;
    const text = await readFile(join(root, 'src', name), 'utf8');
    const values = text.replace(/typeof import\('onnxruntime-node'\)|import type [^;]*;/g, '');
    if (/(import\(|require\(|from )'onnxruntime-node'/.test(values)) loading.push(name);
  }
  expect(loading).toEqual([join('explain', 'onnx', 'runtime.ts')]);
});
