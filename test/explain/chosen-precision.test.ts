/** What a model is computed in, and how that reaches NVIDIA's libraries. No GPU is needed: only the environment is looked at. */

import { once } from 'node:events';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Explainer } from '../../src/explain/explainer.ts';
import { chosenPrecision, claimPrecision } from '../../src/explain/precision.ts';

const variable = 'NVIDIA_TF32_OVERRIDE';
let before: string | undefined;

beforeEach(() => {
  before = process.env[variable];
  delete process.env[variable];
});

afterEach(() => {
  if (before === undefined) delete process.env[variable];
  else process.env[variable] = before;
});

const refusal = (message: RegExp) =>
  expect.objectContaining({ code: 'unsupported-precision', message: expect.stringMatching(message) });

describe('the precision', () => {
  it('is float32 unless another is asked for', () => {
    expect(chosenPrecision({})).toBe('float32');
    expect(chosenPrecision({ providers: ['cuda'] })).toBe('float32');
    expect(chosenPrecision({ providers: [{ name: 'cuda', deviceId: 1 }], precision: 'tf32' })).toBe('tf32');
    expect(chosenPrecision({ providers: ['cuda'], precision: 'float16' })).toBe('float16');
  });

  it('follows an environment that allows TF32', () => {
    process.env[variable] = '1';
    expect(chosenPrecision({ providers: ['cuda'] })).toBe('tf32');
    expect(chosenPrecision({ providers: ['cpu'] })).toBe('float32');
  });

  it.each(['tf32', 'float16'] as const)('%s is refused where no GPU computes', async (precision) => {
    const options = { model: 'absent.onnx', layers: ['last'], precision };
    await expect(Explainer.open(options)).rejects.toEqual(refusal(/needs a GPU.* provider cpu computes in float32/));
  });
});

describe('the process', () => {
  it('is told before CUDA loads, and only once', () => {
    claimPrecision({ providers: ['cuda'] });
    expect(process.env[variable]).toBe('0');
    claimPrecision({ providers: ['cuda'], precision: 'float16' });
    expect(() => claimPrecision({ providers: ['cuda'], precision: 'tf32' })).toThrow(
      refusal(/NVIDIA_TF32_OVERRIDE=0.* one precision/),
    );
  });

  it('keeps TF32 once it is chosen', () => {
    claimPrecision({ providers: ['cuda'], precision: 'tf32' });
    expect(() => claimPrecision({ providers: ['cuda'], precision: 'float32' })).toThrow(
      refusal(/needs NVIDIA_TF32_OVERRIDE=0/),
    );
  });

  it('is left alone by other providers', () => {
    claimPrecision({ providers: ['cpu'] });
    expect(process.env[variable]).toBeUndefined();
  });
});

/** Claims float32 on CUDA in a thread, and says whether that worked. */
async function claimInThread(env?: typeof SHARE_ENV): Promise<unknown> {
  const built = pathToFileURL(path.join(import.meta.dirname, '../../dist/explain/precision.js')).href;
  const source = `import(${JSON.stringify(built)})
    .then(({ claimPrecision }) => claimPrecision({ providers: ['cuda'] }))
    .then(() => 'claimed', ({ message }) => message)
    .then((said) => require('node:worker_threads').parentPort.postMessage(said));`;
  const thread = new Worker(source, { eval: true, ...(env === undefined ? {} : { env }) });
  const [said] = await once(thread, 'message');
  await thread.terminate();
  return said;
}

describe('a thread', () => {
  it('with a copy of the environment cannot choose', async () => {
    expect(await claimInThread()).toMatch(/this thread cannot change.*before the thread is started/);
  });

  it('is content with what was chosen before it started', async () => {
    claimPrecision({ providers: ['cuda'] });
    expect(await claimInThread()).toBe('claimed');
  });

  it('that shares the environment chooses for the process', async () => {
    expect(await claimInThread(SHARE_ENV)).toBe('claimed');
    expect(process.env[variable]).toBe('0');
  });
});
