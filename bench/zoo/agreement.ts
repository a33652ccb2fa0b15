/** How far Gradline's maps of an exported classifier are from PyTorch's. */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { Explainer } from '../../src/explain/explainer.ts';
import { lastLayer } from '../../src/explain/layers/hooked-layers.ts';
import { readSource } from '../../src/explain/prepare.ts';
import { deviation } from '../../test/explain/agreement/compare.ts';
import { unpack } from '../../test/explain/agreement/golden.ts';
import { images } from '../../test/explain/agreement/images.ts';

const reference = z.object({
  input: z.object({
    seed: z.number(),
    count: z.number(),
    channels: z.number(),
    height: z.number(),
    width: z.number(),
    layout: z.enum(['NCHW', 'NHWC']),
  }),
  layers: z.array(z.string()),
  predicted: z.array(z.number()),
  logits: z.string(),
  maps: z.record(z.string(), z.object({ values: z.string(), rounding: z.number() })),
});

type Reference = z.infer<typeof reference>;

export interface LayerAgreement {
  /** As it was asked for. */
  layer: string;
  /** The module that it turned out to be; null where it is none, so that PyTorch has no hook for it. */
  module: string | null;
  /** Largest deviation of a raw Grad-CAM map of the predicted class, as a share of the image's largest magnitude. */
  deviation: number;
  /** The same of PyTorch's own float32 maps from its float64 ones. */
  rounding: number;
}

/** @throws UserError where Gradline refuses the model or a layer */
export async function agreement(model: string, referenceFile: string): Promise<LayerAgreement[]> {
  const theirs = reference.parse(JSON.parse(await readFile(referenceFile, 'utf8')));
  const { count, height, width } = theirs.input;
  const layers = [...theirs.layers, lastLayer];
  await using explainer = await Explainer.open({ model, layers, batchSize: count, inputSize: { height, width } });
  const pixels = images(theirs.input);
  const perImage = pixels.length / count;
  const values = new Map<string, number[]>(layers.map((layer) => [layer, []]));
  const logits: number[] = [];
  for (let first = 0; first < count; first += explainer.batchSize) {
    const some = Math.min(explainer.batchSize, count - first);
    const batch = pixels.subarray(first * perImage, (first + some) * perImage);
    const explanation = await explainer.explain(batch, { count: some });
    logits.push(...explanation.logits);
    for (const map of explanation.maps) values.get(map.layer)?.push(...map.values);
  }
  const modules = await modulesByTensor(model);
  const found = explainer.layers.map(({ layer, tensor }): LayerAgreement => {
    const named = modules.get(tensor)?.find((module) => module in theirs.maps) ?? null;
    const module = layer === lastLayer ? named : layer;
    const map = theirs.maps[module ?? ''];
    const apart = map === undefined ? Number.NaN : apartFrom(values.get(layer) ?? [], map.values, count);
    return { layer, module, deviation: apart, rounding: map?.rounding ?? Number.NaN };
  });
  const apart = apartFrom(logits, theirs.logits, count);
  // Maps of other logits would agree by chance only.
  if (!(apart < 1e-2)) throw new Error(`the logits are ${apart.toExponential(1)} from PyTorch's`);
  return found;
}

function apartFrom(ours: readonly number[], theirs: Reference['logits'], count: number): number {
  return deviation(Float32Array.from(ours), unpack(theirs), count);
}

/** Module paths by the tensor that leaves them, outermost first. */
async function modulesByTensor(model: string): Promise<Map<string, string[]>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'zoo-'));
  try {
    const { modules } = await readSource(model, folder);
    const found = new Map<string, string[]>();
    for (const name of modules.paths) {
      const module = modules.get(name);
      const tensor = module && modules.output(module);
      if (tensor !== undefined) found.set(tensor, [...(found.get(tensor) ?? []), name]);
    }
    return found;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
