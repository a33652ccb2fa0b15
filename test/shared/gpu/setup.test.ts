import { createHash } from 'node:crypto';
import { chmod, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { describe, expect, onTestFinished, test } from 'vitest';
import { providerLibraries } from '../../../src/shared/gpu/cuda-needs.ts';
import { planSetup, setUpCuda } from '../../../src/shared/gpu/setup.ts';
import { machineWith } from './machine-fixture.ts';

const [cuda, shared] = providerLibraries;
const libraries = { [cuda]: Buffer.alloc(3_000_000, 'cuda provider '), [shared]: Buffer.from('shared') };

function wheelOf(files: Record<string, Uint8Array>): Buffer {
  const entries = Object.entries(files).map(([name, bytes]) => [`onnxruntime/capi/${name}`, new Uint8Array(bytes)]);
  return Buffer.from(zipSync({ 'onnxruntime/__init__.py': new Uint8Array(1000), ...Object.fromEntries(entries) }));
}

interface IndexParts {
  wheel?: Buffer;
  version?: string;
  platform?: string;
  /** Instead of the wheel's own. */
  sha256?: string;
  form?: 'json' | 'html';
  /** `name:password` that has to be given. */
  login?: string;
}

/** A package index with one wheel. @returns its address */
async function startIndex({
  wheel = wheelOf(libraries),
  version = '1.30.0',
  platform = 'manylinux_2_28_x86_64',
  sha256 = createHash('sha256').update(wheel).digest('hex'),
  form = 'json',
  login,
}: IndexParts = {}): Promise<string> {
  const filename = `onnxruntime_gpu-${version}-cp313-cp313-${platform}.whl`;
  const file = { filename, url: `../../files/${filename}`, hashes: { sha256 }, size: wheel.length };
  const allowed = ({ headers }: IncomingMessage) =>
    login === undefined || headers.authorization === `Basic ${Buffer.from(login).toString('base64')}`;
  const server = createServer((request, response) => {
    if (!allowed(request)) response.writeHead(401).end();
    else if (request.url === `/files/${filename}`) response.end(wheel);
    else if (request.url !== '/simple/onnxruntime-gpu/') response.writeHead(404).end();
    else if (form === 'json') {
      response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json').end(JSON.stringify({ files: [file] }));
    } else {
      response.setHeader('content-type', 'text/html');
      response.end(`<html><body><a href="../../files/${filename}#sha256=${sha256}">${filename}</a></body></html>`);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  const { port } = server.address() as AddressInfo;
  return `http://${login === undefined ? '' : `${login}@`}127.0.0.1:${port}/simple`;
}

async function setUp(index: string) {
  const machine = await machineWith({});
  const setup = async () => setUpCuda(await planSetup(machine, index), () => undefined);
  return { setup, files: () => readdir(machine.binding.folder), folder: machine.binding.folder };
}

describe('the CUDA provider is fetched', () => {
  test.each(['json', 'html'] as const)('from an index in %s', async (form) => {
    const index = await startIndex({ form });
    const machine = await machineWith({});
    const plan = await planSetup(machine, index);
    expect(plan).toMatchObject({ folder: machine.binding.folder, wheel: { size: wheelOf(libraries).length } });
    expect(await readdir(plan.folder)).toEqual([]);
    const seen: number[] = [];
    const placed = await setUpCuda(plan, (bytes) => seen.push(bytes));
    expect(placed).toEqual(providerLibraries.map((name) => join(plan.folder, name)));
    expect(seen.at(-1)).toBe(plan.wheel.size);
    expect((await readdir(plan.folder)).sort()).toEqual([...providerLibraries].sort());
    expect(libraries[cuda].equals(await readFile(join(plan.folder, cuda)))).toBe(true);
    expect(libraries[shared].equals(await readFile(join(plan.folder, shared)))).toBe(true);
  });

  test('from an index that asks for a login, without showing it', async () => {
    const { setup, files } = await setUp(await startIndex({ login: 'me:secret' }));
    await setup();
    expect(await files()).toHaveLength(2);
    const other = await setUp((await startIndex({ login: 'me:secret' })).replace('me:secret', 'me:wrong'));
    const error: unknown = await other.setup().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'unavailable', message: expect.stringMatching(/401.*--index-url/) });
    expect(String(error)).not.toContain('wrong');
  });

  test.each([
    ['is not what the index lists', { sha256: '0'.repeat(64) }, 'damaged-download'],
    ['is of another version', { version: '1.29.0' }, 'no-wheel'],
    ['is for another system', { platform: 'win_amd64' }, 'no-wheel'],
    ['has no libraries', { wheel: wheelOf({ [shared]: libraries[shared] }) }, 'damaged-download'],
    ['has no hash', { form: 'html', sha256: '' }, 'bad-index'],
  ] satisfies [string, IndexParts, string][])('nothing is installed where the wheel %s', async (_, parts, code) => {
    const { setup, files } = await setUp(await startIndex(parts));
    await expect(setup()).rejects.toMatchObject({ code });
    expect(await files()).toEqual([]);
  });

  test('not where there is no index', async () => {
    const { setup } = await setUp('http://127.0.0.1:9/simple');
    await expect(setup()).rejects.toMatchObject({ name: 'StoreError', code: 'unavailable' });
    await expect((await setUp('pypi')).setup()).rejects.toMatchObject({ code: 'bad-index' });
  });

  test('not into a folder that cannot be written into', async () => {
    const { setup, folder } = await setUp(await startIndex());
    if (process.getuid?.() === 0) await rm(folder, { recursive: true });
    else await chmod(folder, 0o555);
    await expect(setup()).rejects.toMatchObject({ code: 'not-writable', message: expect.stringContaining(folder) });
  });

  test('not for another system', async () => {
    const machine = await machineWith({});
    const planned = planSetup({ ...machine, platform: 'darwin', arch: 'arm64' }, await startIndex());
    await expect(planned).rejects.toMatchObject({ code: 'unsupported-platform' });
  });
});
