import { describe, expect, test } from 'vitest';
import { UserError } from '../../../../src/explain/user-error.ts';
import {
  type Inference,
  InferenceError,
  InferenceThreads,
  openInference,
} from '../../../../src/worker/pipeline/inference/inference.ts';
import { colorOptions, firstSlots, slotsWith } from '../color-inference.ts';

const options = colorOptions({ model: 'm.onnx' });

/** A thread with the given body, which sees the port as `port`. */
function thread(body: string): URL {
  const source = `import { parentPort as port } from 'node:worker_threads';\n${body}`;
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}

const opened = `{ type: 'opened', model: {
  input: { name: 'x', layout: 'NCHW', channels: 3, height: 1, width: 1 }, layers: [],
  batchSize: 1, classCount: 2, maps: [], statistics: [], warnings: [] } }`;

/** Opens, then does `onExplain` with each batch. */
function openingThread(onExplain: string): URL {
  return thread(`port.on('message', (m) => {
    if (m.type === 'open') port.postMessage(${opened});
    if (m.type === 'explain') { ${onExplain} }
    if (m.type === 'close') port.close();
  });`);
}

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (error) => error,
  );
}

describe('openInference', () => {
  test('passes a mistake in the options on as the same UserError', async () => {
    const file = thread(`port.on('message', (m) => {
      if (m.type === 'open') port.postMessage({ type: 'open-failed',
        error: { kind: 'user', code: 'unknown-layer', message: 'No such layer.', stack: null } });
      if (m.type === 'close') port.close();
    });`);
    const error = await errorOf(openInference(options, file));
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ code: 'unknown-layer', message: 'No such layer.' });
  });

  test('rejects when the thread cannot start', async () => {
    const error = await errorOf(openInference(options, thread(`throw new Error('no library');`)));
    expect(error).toMatchObject({ code: 'thread-died', message: 'The inference thread failed: no library' });
  });

  test('lets the thread see the slots and write into them, and hands its evaluations on', async () => {
    const echo = openingThread(`new Uint8Array(m.buffer)[1] += m.order.slots[0] + m.count;
      port.postMessage({ type: 'explained', id: m.id, evaluations: [{ index: m.order.labels[0] }] });`);
    const inference = await openInference(options, echo);
    const slots = slotsWith(inference.model, [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6)]);
    expect([...slots.pixels(0)]).toEqual([1, 2, 3]);
    expect(await inference.explain(slots, firstSlots(1, { slots: [1], labels: [8] }))).toEqual([{ index: 8 }]);
    expect([...slots.pixels(0)]).toEqual([1, 5, 3]);
    await inference.close();
  });

  test('says why a batch could not be explained', async () => {
    const failing = openingThread(`port.postMessage({ type: 'explain-failed', id: m.id,
      error: { kind: 'other', name: 'Error', message: 'out of memory', stack: null } });`);
    const inference = await openInference(options, failing);
    const error = await errorOf(inference.explain(slotsWith(inference.model, [Uint8Array.of(5, 5, 5)]), firstSlots(1)));
    expect(error).toBeInstanceOf(InferenceError);
    expect(error).toMatchObject({ code: 'failed', message: 'out of memory' });
    await inference.close();
  });

  test('fails every batch at hand and every later one when the thread dies', async () => {
    const dying = openingThread(`if (m.id === 1) process.exit(3);`);
    const inference = await openInference(options, dying);
    const slots = slotsWith(inference.model, [Uint8Array.of(1, 2, 3)]);
    const atHand = [0, 1].map(() => errorOf(inference.explain(slots, firstSlots(1))));
    const death = { code: 'thread-died', message: 'The inference thread ended with exit code 3.' };
    expect(await Promise.all(atHand)).toMatchObject([death, death]);
    expect(await errorOf(inference.explain(slots, firstSlots(1)))).toMatchObject(death);
    await inference.close();
  });
});

describe('InferenceThreads', () => {
  /** Says as the number of classes how many models it has opened; ends at the second picture. */
  const counting = thread(`let count = 0;
    port.on('message', (m) => {
      if (m.type === 'open') port.postMessage({ ...${opened}, model: { ...${opened}.model, classCount: ++count } });
      if (m.type === 'explain') process.exit(3);
      if (m.type === 'release') port.postMessage({ type: 'released' });
      if (m.type === 'close') port.close();
    });`);
  const countOf = ({ model }: Inference) => model.classCount;

  test('open the next model in the thread of one that was closed', async () => {
    const threads = new InferenceThreads(null, counting);
    const first = await threads.open(options);
    const beside = await threads.open(options);
    expect([first, beside].map(countOf)).toEqual([1, 1]);
    await first.close();
    await first.close();
    const next = await Promise.all([threads.open(options), threads.open(options)]);
    expect(next.map(countOf)).toEqual([2, 1]);
    await Promise.all([beside, ...next].map((inference) => inference.close()));
    await threads.close();
  });

  test('open no model in a thread that has died, and none outlives them', async () => {
    const threads = new InferenceThreads(null, counting);
    const dying = await threads.open(options);
    const slots = slotsWith(dying.model, [Uint8Array.of(1, 2, 3)]);
    expect(await errorOf(dying.explain(slots, firstSlots(1)))).toMatchObject({ code: 'thread-died' });
    await dying.close();
    const next = await threads.open(options);
    expect(countOf(next)).toBe(1);
    await threads.close();
    await next.close();
    expect(await errorOf(next.explain(slots, firstSlots(1)))).toMatchObject({ code: 'thread-died' });
  });
});
