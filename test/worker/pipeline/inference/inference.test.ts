import { describe, expect, test } from 'vitest';
import { UserError } from '../../../../src/explain/user-error.ts';
import { InferenceError, openInference } from '../../../../src/worker/pipeline/inference/inference.ts';

const options = { model: 'm.onnx', layers: ['layer4'] };

/** A thread with the given body, which sees the port as `port`. */
function thread(body: string): URL {
  const source = `import { parentPort as port } from 'node:worker_threads';\n${body}`;
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}

const opened = `{ type: 'opened', model: {
  input: { name: 'x', layout: 'NCHW', channels: 3, height: 1, width: 1 }, layers: [], batchSize: 1, classCount: 2 } }`;

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

  test('takes the batch away and returns it with the explanation', async () => {
    const echo = openingThread(`m.values[0] += 1;
      port.postMessage({ type: 'explained', id: m.id, explanation: { count: m.count }, values: m.values }, [m.values.buffer]);`);
    const inference = await openInference(options, echo);
    const batch = Float32Array.of(1, 2, 3);
    const answer = inference.explain(batch, 1, Int32Array.of(-1));
    expect(batch.length).toBe(0);
    expect(await answer).toEqual({ explanation: { count: 1 }, values: Float32Array.of(2, 2, 3) });
    await inference.close();
  });

  test('gives the batch back in the error when it could not be explained', async () => {
    const failing = openingThread(`port.postMessage({ type: 'explain-failed', id: m.id, values: m.values,
      error: { kind: 'other', name: 'Error', message: 'out of memory', stack: null } }, [m.values.buffer]);`);
    const inference = await openInference(options, failing);
    const error = await errorOf(inference.explain(Float32Array.of(5), 1, Int32Array.of(-1)));
    expect(error).toBeInstanceOf(InferenceError);
    expect(error).toMatchObject({ code: 'failed', message: 'out of memory', values: Float32Array.of(5) });
    await inference.close();
  });

  test('fails every batch at hand and every later one when the thread dies', async () => {
    const dying = openingThread(`if (m.id === 1) process.exit(3);`);
    const inference = await openInference(options, dying);
    const atHand = [0, 1].map(() => errorOf(inference.explain(new Float32Array(3), 1, Int32Array.of(-1))));
    const death = { code: 'thread-died', message: 'The inference thread ended with exit code 3.' };
    expect(await Promise.all(atHand)).toMatchObject([death, death]);
    const later = Float32Array.of(1, 2);
    expect(await errorOf(inference.explain(later, 1, Int32Array.of(-1)))).toMatchObject({ ...death, values: later });
    await inference.close();
  });
});
