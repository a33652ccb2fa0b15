/** The networks that throughput is measured on. */

import { join } from 'node:path';
import { type OnnxModel, writeModel } from '../../src/explain/onnx/model-file.ts';
import { mobilenetV2 } from './mobilenet-v2.ts';
import { resnet34, resnet50 } from './resnet.ts';
import { vitB16 } from './vision-transformer.ts';

export interface BenchModel {
  name: string;
  build(seed: number): OnnxModel;
  /** The last layer with a grid first, then one a group down to the first. */
  layers: [last: string, ...others: string[]];
  /** Least ratio to the bare forward that the project aims at, null for none. */
  targets: { lastLayer: number; fourLayers: number | null };
}

const seed = 1;
const groups: BenchModel['layers'] = ['layer4', 'layer3', 'layer2', 'layer1'];

export const benchModels: BenchModel[] = [
  { name: 'resnet34', build: resnet34, layers: groups, targets: { lastLayer: 0.95, fourLayers: 0.48 } },
  { name: 'resnet50', build: resnet50, layers: groups, targets: { lastLayer: 0.95, fourLayers: null } },
  {
    name: 'mobilenet_v2',
    build: mobilenetV2,
    layers: ['features.18', 'features.13', 'features.6', 'features.3'],
    targets: { lastLayer: 0.95, fourLayers: 0.35 },
  },
];

/** Not among those that throughput is aimed at on a CPU. */
export const vitB16Model: BenchModel = {
  name: 'vit_b_16',
  build: vitB16,
  layers: [
    'encoder.layers.encoder_layer_11.ln_1',
    'encoder.layers.encoder_layer_8.ln_1',
    'encoder.layers.encoder_layer_5.ln_1',
    'encoder.layers.encoder_layer_2.ln_1',
  ],
  targets: { lastLayer: 0.95, fourLayers: null },
};

/** @throws Error when there is none of that name */
export function benchModel(name: string): BenchModel {
  const model = benchModels.find((candidate) => candidate.name === name);
  if (model !== undefined) return model;
  throw new Error(`There is no model '${name}' to measure; there are ${benchModels.map((m) => m.name).join(', ')}.`);
}

/** Writes `<name>.onnx` into the folder and returns its path. Always the same bytes. */
export async function writeBenchModel({ name, build }: BenchModel, folder: string): Promise<string> {
  const file = join(folder, `${name}.onnx`);
  await writeModel(build(seed), file);
  return file;
}
