/** What can be hooked in a model: its modules and nodes with shapes, grids and how far gradients reach. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ModelInput } from '../explanation.ts';
import { gradientReach } from '../gradients/sweep.ts';
import type { ExplainerOptions } from '../options.ts';
import { prepare, readSource } from '../prepare.ts';
import { type Barrier, barriers } from './barriers.ts';
import { type LayerDescription, listLayers, suggest } from './list-layers.ts';

/** What a model takes, what it answers, and what can be hooked in it. */
export interface ModelDescription {
  input: ModelInput;
  output: { name: string; classCount: number; activation: 'softmax' | 'sigmoid' | 'none' };
  /** In the order in which the model runs, a module before what is inside it. */
  layers: LayerDescription[];
  /** The last of the outermost layers of each grid size, coarsest last: where maps differ most. */
  suggestions: string[];
  /** Operators at which gradients stop, each with the reason. */
  barriers: Barrier[];
}

/** Options are as in `ExplainerOptions`. @throws UserError as `Explainer.open` does for a model that cannot be read */
export async function describeLayers(
  model: string,
  options: Pick<ExplainerOptions, 'batchSize' | 'inputSize' | 'outputName' | 'inputs' | 'inputRows'> = {},
): Promise<ModelDescription> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gradline-'));
  try {
    const { batchSize = 1, inputSize, ...reading } = options;
    const source = await readSource(model, folder, reading);
    const everything = source.graph.nodes.flatMap((node) => node.output).filter((tensor) => tensor !== '');
    const prepared = await prepare(
      source,
      { batchSize, ...(inputSize === undefined ? {} : { inputSize }) },
      everything,
      folder,
    );
    const reach = gradientReach(prepared.graph, prepared.score.logits);
    const layers = listLayers(source, prepared, reach);
    const suggestions = suggest(layers, source, prepared, reach);
    for (const layer of layers) layer.suggested = suggestions.includes(layer.name);
    const { output, activation, width } = prepared.score;
    return {
      input: prepared.sizes.input,
      output: { name: output, classCount: Math.max(2, width), activation: activation ?? 'none' },
      layers: layers.map(({ tensor: _, isMeant: __, ...layer }) => layer),
      suggestions,
      barriers: barriers(prepared.graph, reach),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
