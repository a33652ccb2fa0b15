import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { describe, expect, onTestFinished, test } from 'vitest';
import { UserError } from '../../../../src/explain/user-error.ts';
import type { InferenceReply, InferenceRequest } from '../../../../src/worker/pipeline/inference/inference-messages.ts';
import { type BatchExplainer, serveInference } from '../../../../src/worker/pipeline/inference/inference-service.ts';
import { ColorInference, side } from '../color-inference.ts';

const length = 3 * side * side;

/** Both ends of a conversation, with the service at the other one. */
function serve(open: () => Promise<BatchExplainer>) {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  port1.start();
  serveInference(port2, open);
  return {
    port: port1,
    send: (request: InferenceRequest, transfer: ArrayBuffer[] = []) => port1.postMessage(request, transfer),
    next: async (): Promise<InferenceReply> => {
      const [reply] = await once(port1, 'message');
      return reply;
    },
  };
}

function explainer(events: string[] = []): BatchExplainer {
  const inference = new ColorInference({ model: 'm', layers: ['layer4'], batchSize: 2 });
  return {
    ...inference.model,
    explain: async (batch, { count, labels }) => {
      events.push(`explain ${count}`);
      const { explanation } = await inference.explain(batch.slice(), count, labels ?? new Int32Array(count).fill(-1));
      return explanation;
    },
    evaluate: async (_, { count }, orders) => {
      events.push(`evaluate ${orders.length} of ${count}`);
      return orders.map(({ index }) => ({ index, maps: [], baselines: [] }));
    },
    close: async () => {
      events.push('close');
    },
  };
}

describe('serveInference', () => {
  test('answers with the model, then with explanations and the very buffers that it was given', async () => {
    const { send, next } = serve(async () => explainer());
    send({ type: 'open', options: { model: 'm', layers: ['layer4'] } });
    const opened = await next();
    expect(opened).toMatchObject({ type: 'opened', model: { batchSize: 2, classCount: 3, input: { layout: 'NCHW' } } });

    const values = new Float32Array(2 * length).fill(1);
    values.fill(200, length, length + side * side);
    send({ type: 'explain', id: 7, values, count: 2, labels: Int32Array.of(0, -1) }, [values.buffer]);
    expect(values.length).toBe(0);
    const reply = await next();
    if (reply.type !== 'explained') throw new Error(`got ${reply.type}`);
    expect(reply.id).toBe(7);
    expect(reply.values.length).toBe(2 * length);
    expect(reply.values[length]).toBe(200);
    expect(reply.explanation.maps[0]?.classes).toEqual(Int32Array.of(0, 0));
  });

  test('carries the code and the message of an error that opening throws', async () => {
    const { send, next } = serve(async () => {
      throw new UserError('unknown-layer', "Layer 'layer5' is not in the model.");
    });
    send({ type: 'open', options: { model: 'm', layers: ['layer5'] } });
    expect(await next()).toMatchObject({
      type: 'open-failed',
      error: { kind: 'user', code: 'unknown-layer', message: "Layer 'layer5' is not in the model." },
    });
  });

  test('gives the buffer back when a batch fails, and goes on with the next', async () => {
    let failing = true;
    const { send, next } = serve(async () => ({
      ...explainer(),
      explain: async (batch, options) => {
        if (!failing) return explainer().explain(batch, options);
        failing = false;
        throw new RangeError('bad batch');
      },
    }));
    send({ type: 'open', options: { model: 'm', layers: ['layer4'] } });
    await next();
    const request = (id: number): InferenceRequest => ({
      type: 'explain',
      id,
      values: new Float32Array(length),
      count: 1,
      labels: Int32Array.of(-1),
    });
    send(request(1));
    const failed = await next();
    expect(failed).toMatchObject({ type: 'explain-failed', id: 1, error: { kind: 'other', message: 'bad batch' } });
    expect(failed.type === 'explain-failed' && failed.values.length).toBe(length);
    send(request(2));
    expect(await next()).toMatchObject({ type: 'explained', id: 2 });
  });

  test('finishes the batches before a close, then closes the explainer and the port', async () => {
    const events: string[] = [];
    const { port, send } = serve(async () => explainer(events));
    const closed = once(port, 'close');
    send({ type: 'open', options: { model: 'm', layers: ['layer4'] } });
    send({ type: 'explain', id: 1, values: new Float32Array(length), count: 1, labels: Int32Array.of(-1) });
    send({ type: 'explain', id: 2, values: new Float32Array(length), count: 1, labels: Int32Array.of(-1) });
    send({ type: 'close' });
    await closed;
    expect(events).toEqual(['explain 1', 'explain 1', 'close']);
  });
});
