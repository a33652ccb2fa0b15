/** One run of each of the sessions that repeated methods ask. */

import type { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import type { ResolvedLayer } from '../../layers/hooked-layers.ts';
import { loadRuntime } from '../../onnx/runtime.ts';
import { inputShape } from '../../onnx/sizes.ts';
import type { OpenedModel } from '../../open-model.ts';
import { floats, padded } from '../../session-arrays.ts';
import { labelInput } from '../../target.ts';
import type { HeadOutputs } from './head-model.ts';
import type { Share } from './probe.ts';
import type { ForwardOutputs } from './probe-models.ts';

export type Gradients = OpenedModel<{ gradients: string }>;
export type Forward = OpenedModel<ForwardOutputs>;
export type Head = OpenedModel<HeadOutputs>;
type Results = InferenceSession.OnnxValueMapType;

/** What stays the same however the pixels are changed. */
export interface Batch {
  count: number;
  /** Tensors of the inputs beside the picture. */
  rows: Readonly<Record<string, OnnxTensor>>;
}

async function pixelFeed(
  { prepared }: { prepared: Gradients['prepared'] },
  pixels: Float32Array,
  { count, rows }: Batch,
) {
  const { Tensor } = await loadRuntime();
  const { input, batchSize } = prepared.sizes;
  const whole = (pixels.length / count) * batchSize;
  const feeds: Record<string, OnnxTensor> = {
    ...rows,
    [input.name]: new Tensor('float32', padded(pixels, whole), inputShape(input, batchSize)),
  };
  return { feeds, Tensor, batchSize };
}

export async function runGradients(opened: Gradients, pixels: Float32Array, classes: Int32Array, batch: Batch) {
  const { feeds, Tensor, batchSize } = await pixelFeed(opened, pixels, batch);
  const labels = BigInt64Array.from({ length: batchSize }, (_, i) => BigInt(classes[i] ?? -1));
  feeds[labelInput] = new Tensor('int64', labels, [batchSize]);
  return floats(await opened.session.run(feeds), opened.outputs.gradients, batch.count, batchSize);
}

export async function runForward(opened: Forward, pixels: Float32Array, batch: Batch) {
  const { count } = batch;
  const { feeds, batchSize } = await pixelFeed(opened, pixels, batch);
  const results: Results = { ...(await opened.session.run(feeds)), ...feeds };
  return {
    /** With what the network was given: a head at the very first layer takes the pixels, one before a join what else comes in there. */
    results,
    logits: floats(results, opened.outputs.logits, count, batchSize),
    layers: opened.outputs.layers.map(({ layer, activations }) => ({
      layer,
      activations: floats(results, activations, count, batchSize),
    })),
  };
}

/** @param network what the whole network gave for the batch */
export async function runHead({ session, outputs, prepared }: Head, network: Results, share: Share, count: number) {
  const { Tensor } = await loadRuntime();
  const { layer, crossing, keep, keepShape, logits } = outputs;
  const taken = crossing.flatMap((name) => {
    const tensor = network[name];
    return tensor === undefined ? [] : [[name, tensor] as const];
  });
  const kept = new Tensor('float32', keptShares(layer, share), keepShape);
  const feeds = { ...Object.fromEntries(taken), [keep]: kept };
  return { logits: floats(await session.run(feeds), logits, count, prepared.sizes.batchSize) };
}

/** What is kept of one image's layer, in the layer's layout. */
function keptShares({ shape, grid }: ResolvedLayer, share: Share): Float32Array {
  const { layout, channels, height, width, prefix } = grid;
  const size = shape.slice(1).reduce((a, b) => a * b, 1);
  const cells = height * width;
  return Float32Array.from({ length: size }, (_, i) => {
    if (layout === 'NCHW') return share(Math.floor(i / cells), i % cells);
    const cell = Math.floor(i / channels) - prefix;
    return share(i % channels, cell < cells ? Math.max(cell, -1) : -1);
  });
}
