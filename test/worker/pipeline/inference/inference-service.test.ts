import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { describe, expect, onTestFinished, test } from 'vitest';
import { UserError } from '../../../../src/explain/user-error.ts';
import type { InferenceReply, InferenceRequest } from '../../../../src/worker/pipeline/inference/inference-messages.ts';
import { type BatchExplainer, serveInference } from '../../../../src/worker/pipeline/inference/inference-service.ts';
import { ColorInference, colorOptions, firstSlots, greyPictures, side, slotsWith } from '../color-inference.ts';

const options = colorOptions({ batchSize: 2 });
const { model } = new ColorInference(options);

function explainFirst(id: number, count: number): Extract<InferenceRequest, { type: 'explain' }> {
  const slots = slotsWith(model, greyPictures(count));
  return { type: 'explain', id, buffer: slots.buffer, count, order: firstSlots(count) };
}

/** Both ends of a conversation, with the service at the other one. */
function serve(open: () => Promise<BatchExplainer>) {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  port1.start();
  serveInference(port2, open);
  return {
    port: port1,
    send: (request: InferenceRequest) => port1.postMessage(request),
    next: async (): Promise<InferenceReply> => {
      const [reply] = await once(port1, 'message');
      return reply;
    },
  };
}

function explainer(events: string[] = []): BatchExplainer {
  const inference = new ColorInference(options);
  return {
    ...inference.model,
    explain: async (pictures, { count, labels = new Int32Array(count).fill(-1) }) => {
      events.push(`explain ${count}`);
      return inference.explainPictures(pictures, labels);
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
  test('answers with the model, then leaves explanations in the slots of the pictures, in the order of the batch', async () => {
    const { send, next } = serve(async () => explainer());
    send({ type: 'open', options });
    const opened = await next();
    expect(opened).toMatchObject({ type: 'opened', model: { batchSize: 2, classCount: 3, input: { layout: 'NCHW' } } });

    const pictures = [0, 1, 2].map((channel) =>
      Uint8Array.from({ length: 3 * side * side }, (_, i) => (i % 3 === channel ? 200 : 1)),
    );
    const slots = slotsWith(model, pictures);
    const { buffer, count } = slots;
    send({ type: 'explain', id: 7, buffer, count, order: { slots: [2, 1], labels: [0, -1], evaluate: [] } });
    expect(await next()).toEqual({ type: 'explained', id: 7, evaluations: [] });
    expect([0, 1, 2].map((slot) => slots.readResult(slot).maps[0]?.classes[0])).toEqual([0, 1, 2]);
    expect([1, 2].map((slot) => slots.readResult(slot).maps[0]?.values)).toEqual(
      Array(2).fill(new Float32Array(16).fill(200)),
    );
    expect([...slots.readResult(0).scores]).toEqual([0, 0, 0]);
    for (const [slot, picture] of pictures.entries()) expect(slots.pixels(slot)).toEqual(picture);
  });

  test('a short batch is filled up with black', async () => {
    const seen: number[][] = [];
    const { send, next } = serve(async () => ({
      ...explainer(),
      explain: async (pictures, given) => {
        seen.push([0, 1].map((at) => pictures[at * 3 * side * side] ?? -1));
        return explainer().explain(pictures, given);
      },
    }));
    send({ type: 'open', options });
    await next();
    const { buffer, count } = slotsWith(model, greyPictures(2, 90));
    for (const size of [2, 1]) {
      send({ type: 'explain', id: size, buffer, count, order: firstSlots(size) });
      await next();
    }
    expect(seen).toEqual([
      [90, 90],
      [90, 0],
    ]);
  });

  test('carries the code and the message of an error that opening throws', async () => {
    const { send, next } = serve(async () => {
      throw new UserError('unknown-layer', "Layer 'layer5' is not in the model.");
    });
    send({ type: 'open', options: { ...options, layers: ['layer5'] } });
    expect(await next()).toMatchObject({
      type: 'open-failed',
      error: { kind: 'user', code: 'unknown-layer', message: "Layer 'layer5' is not in the model." },
    });
  });

  test('says which batch fails, leaves its slots alone, and goes on with the next', async () => {
    let failing = true;
    const { send, next } = serve(async () => ({
      ...explainer(),
      explain: async (pictures, given) => {
        if (!failing) return explainer().explain(pictures, given);
        failing = false;
        throw new RangeError('bad batch');
      },
    }));
    send({ type: 'open', options });
    await next();
    const slots = slotsWith(model, greyPictures(1, 90));
    const { buffer, count } = slots;
    send({ type: 'explain', id: 1, buffer, count, order: firstSlots(1) });
    const failed = await next();
    expect(failed).toMatchObject({ type: 'explain-failed', id: 1, error: { kind: 'other', message: 'bad batch' } });
    expect([...slots.readResult(0).scores]).toEqual([0, 0, 0]);
    expect(slots.pixels(0)).toEqual(greyPictures(1, 90)[0]);
    send({ type: 'explain', id: 2, buffer, count, order: firstSlots(1) });
    expect(await next()).toMatchObject({ type: 'explained', id: 2 });
    expect(slots.readResult(0).scores[0]).toBeCloseTo(1 / 3);
  });

  test('finishes the batches before a close, then closes the explainer and the port', async () => {
    const events: string[] = [];
    const { port, send } = serve(async () => explainer(events));
    const closed = once(port, 'close');
    send({ type: 'open', options });
    send(explainFirst(1, 1));
    send(explainFirst(2, 1));
    send({ type: 'close' });
    await closed;
    expect(events).toEqual(['explain 1', 'explain 1', 'close']);
  });
});
