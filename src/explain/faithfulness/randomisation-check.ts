/**
 * The sanity check by parameter randomisation (Adebayo et al. 2018): a map that stays the same when the network forgets what it
 * learned tells nothing of what it learned.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Explainer } from '../explainer.ts';
import type { LayerMaps } from '../explanation.ts';
import { bringExternalData, readModel, writeModel } from '../onnx/model-file.ts';
import type { ExplainerOptions, InputRow } from '../options.ts';
import { resized } from '../resize.ts';
import { rankCorrelation } from './rank-correlation.ts';
import { type ForgetfulLayers, shuffleWeights } from './shuffled-weights.ts';
import { structuralSimilarity } from './structural-similarity.ts';

/** How alike a map and that of the forgetful network are; null where one of them is the same everywhere. */
export interface Similarity {
  /** Spearman's, over the cells. */
  rankCorrelation: number | null;
  /** SSIM, over the pixels of the map as it is drawn. */
  structuralSimilarity: number | null;
}

/** One map of one picture. */
export interface PictureMap {
  layer: string;
  method: string;
  target: string;
  /** The explained class; -1 where the picture has no such target. */
  class: number;
  height: number;
  width: number;
  /** `[height, width]`, signed. */
  values: Float32Array;
}

/** All that the model is given for one picture. */
export interface SeenPicture {
  /** One preprocessed image in the model's layout. */
  picture: Float32Array;
  /** For the inputs beside the picture. */
  inputRow: InputRow;
}

const isContrast = (target: string) => target.startsWith('class:') && target.includes('-vs-');

export class ForgetfulExplainer {
  readonly #explainer: Explainer;

  private constructor(explainer: Explainer) {
    this.#explainer = explainer;
  }

  /**
   * Opens the model with shuffled weights and the same hooks.
   * @param options as the maps to compare were made with
   */
  static async open(options: ExplainerOptions, layers: ForgetfulLayers): Promise<ForgetfulExplainer> {
    const folder = await mkdtemp(path.join(tmpdir(), 'gradline-'));
    try {
      const source = path.dirname(path.resolve(options.model));
      const model = await readModel(options.model);
      shuffleWeights(model, layers, source);
      await bringExternalData(model, source, folder);
      const file = path.join(folder, 'shuffled.onnx');
      await writeModel(model, file);
      // The forgetful network would answer another class, so the class that the map explains is given as a label.
      const contrasts = (options.targets ?? []).filter(isContrast);
      const settings = { ...options, model: file, targets: ['label', ...contrasts], batchSize: 1, statistics: false };
      return new ForgetfulExplainer(await Explainer.open(settings));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Each map against the forgetful network's map of the same picture, layer, method and class. */
  async compare(seen: SeenPicture, maps: readonly PictureMap[]): Promise<Similarity[]> {
    const { input } = this.#explainer;
    const known = new Map<number, LayerMaps[]>();
    const similarities: Similarity[] = [];
    for (const map of maps) {
      const explained = known.get(map.class) ?? (await this.#explain(seen, map.class));
      known.set(map.class, explained);
      const target = isContrast(map.target) ? map.target : 'label';
      const other = explained.find(
        ({ layer, method, target: own }) => layer === map.layer && method === map.method && own === target,
      );
      const large = (values: Float32Array) => resized(values, map, input);
      similarities.push({
        rankCorrelation: other === undefined ? null : rankCorrelation(map.values, other.values),
        structuralSimilarity:
          other === undefined ? null : structuralSimilarity(large(map.values), large(other.values), input),
      });
    }
    return similarities;
  }

  /** Maps of one picture; a batch that the model itself fixes is filled up. */
  async #explain({ picture, inputRow }: SeenPicture, explained: number): Promise<LayerMaps[]> {
    const { maps } = await this.#explainer.explain(picture, {
      count: 1,
      labels: Int32Array.of(explained),
      inputRows: [inputRow],
    });
    return maps;
  }

  close(): Promise<void> {
    return this.#explainer.close();
  }
}
