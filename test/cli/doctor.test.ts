import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { providerLibraries } from '../../src/shared/gpu/cuda-needs.ts';
import { runtimeBinding } from '../../src/shared/gpu/runtime-binding.ts';
import { gradline } from './gradline.ts';

/** `gradline setup-gpu` has been here. */
const isSetUp = existsSync(join(runtimeBinding().folder, providerLibraries[0]));

describe('gradline doctor', () => {
  test('ends well where the provider works', async () => {
    const { code, stdout } = await gradline(['doctor', '--provider', 'cpu']);
    expect(stdout).toMatch(/^ONNX Runtime 1\.\d+\.\d+ for Node .*\nThe execution provider cpu works\n$/);
    expect(code).toBe(0);
  });

  test.skipIf(isSetUp)('says on one screen what is missing where it does not', async () => {
    const { code, stdout, stderr } = await gradline(['doctor'], { LD_LIBRARY_PATH: '', CUDA_VISIBLE_DEVICES: '' });
    expect(code).toBe(1);
    expect(stderr).toBe('');
    expect(stdout).toContain('The execution provider cuda cannot start: this machine lacks');
    expect(stdout).toContain('libonnxruntime_providers_cuda.so');
    expect(stdout).toContain('gradline setup-gpu');
    expect(stdout.split('\n').length).toBeLessThan(24);
  });

  test.skipIf(isSetUp)('says it as JSON', async () => {
    const { code, stdout } = await gradline(['doctor', '--json'], { LD_LIBRARY_PATH: '', CUDA_VISIBLE_DEVICES: '' });
    expect(code).toBe(1);
    const report: unknown = JSON.parse(stdout);
    expect(report).toMatchObject({ provider: 'cuda', works: false, problem: expect.any(String), ready: false });
    expect(report).toMatchObject({
      parts: expect.arrayContaining([expect.objectContaining({ part: 'provider', ok: false })]),
    });
  });
});

describe('gradline setup-gpu', () => {
  test('fetches nothing without an index, and says which', async () => {
    const { code, stderr } = await gradline(['setup-gpu', '--yes', '--index-url', 'http://127.0.0.1:9/simple']);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^gradline: http:\/\/127\.0\.0\.1:9\/simple\/onnxruntime-gpu\/ cannot be fetched/);
  });
});

describe('gradline worker', () => {
  test('ends at once where its provider cannot start, whether or not there is a Redis', async () => {
    const { code, stdout, stderr } = await gradline(['worker', '--provider', 'qnn', '--redis', 'redis://127.0.0.1:9']);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    // It has not begun to look for a Redis, which would take 30 s and be told.
    expect(stderr).toMatch(/^gradline: The execution provider qnn cannot start: .*--provider-fallback\.\n$/);
  });

  test.each([
    ['0,x', 'It must be all, or different whole numbers'],
    ['0,0', 'It must be all, or different whole numbers'],
  ])('takes no --devices %s', async (devices, message) => {
    const { code, stderr } = await gradline(['worker', '--devices', devices]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
