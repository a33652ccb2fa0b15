/** Faithfulness of the maps of one picture after the other. */

import type { ExplainerOptions, InputRow } from '../options.ts';
import { resized } from '../resize.ts';
import { centredGaussian, randomMap } from './baseline-maps.ts';
import { judgeMap, type MapFaithfulness, type PictureProbe, probePicture } from './map-faithfulness.ts';
import { ForgetfulExplainer, type PictureMap, type SeenPicture, type Similarity } from './randomisation-check.ts';
import { ScoreModel } from './score-model.ts';
import { type ForgetfulLayers, forgetfulLayers } from './shuffled-weights.ts';

/** How faithful one map is. */
export interface Faithfulness extends MapFaithfulness {
  /** How alike the map stays when the last layer's weights are shuffled, and all layers'; only where that was asked for. */
  randomised?: Record<ForgetfulLayers, Similarity>;
}

type BaselineName = 'random' | 'gaussian';

/** A map that knows nothing, measured as the others are. */
export interface BaselineFaithfulness extends MapFaithfulness {
  baseline: BaselineName;
  class: number;
}

/** How faithful the maps of one picture are, beside maps that know nothing. */
export interface PictureFaithfulness {
  /** One for each map; null where a map shows nothing: no positive cell, a value that is not finite, or no such target. */
  maps: (Faithfulness | null)[];
  /** For each class that a map explains. */
  baselines: BaselineFaithfulness[];
}

/**
 * Opens the bare model once more, and for the randomisation check twice with shuffled weights and all hooks, when it is first asked
 * for. One call runs the model about 41 times for each map, in batches; a check costs two explanations more for each class.
 *
 *     await using evaluator = await Evaluator.open(options);
 *     const { maps } = await evaluator.evaluate(picture, pictureMaps, { seed: 1, randomise: false });
 */
export class Evaluator implements AsyncDisposable {
  readonly #options: ExplainerOptions;
  readonly #model: ScoreModel;
  readonly #forgetful = new Map<ForgetfulLayers, ForgetfulExplainer>();

  private constructor(options: ExplainerOptions, model: ScoreModel) {
    this.#options = options;
    this.#model = model;
  }

  /** @param options as the maps are made with; pictures come as floats all the same @throws UserError as `Explainer.open` does */
  static async open({ pixels: _, ...options }: ExplainerOptions): Promise<Evaluator> {
    return new Evaluator(options, await ScoreModel.open(options));
  }

  /**
   * Measures maps of one picture, and the baselines' maps of the same classes.
   * @param picture one preprocessed image in the model's layout
   * @param options `seed` decides the random baseline; `randomise`: whether to check the maps against those of networks with shuffled weights;
   * `inputRow`: what the inputs beside the picture are given, where the options name `inputRows`
   */
  async evaluate(
    picture: Float32Array,
    maps: readonly PictureMap[],
    { seed, randomise, inputRow = {} }: { seed: number; randomise: boolean; inputRow?: InputRow },
  ): Promise<PictureFaithfulness> {
    const { input } = this.#model;
    const telling = maps.filter(tellsSomething);
    if (telling.length === 0) return { maps: maps.map(() => null), baselines: [] };
    const probe = await probePicture(picture, input, (pictures) => this.#model.scores(pictures, () => inputRow));
    const judged = new Map<PictureMap, Faithfulness>();
    for (const map of telling) {
      judged.set(map, await judgeMap(probe, resized(map.values, map, input), map.class));
    }
    if (randomise) await this.#check({ picture, inputRow }, telling, judged);
    return {
      maps: maps.map((map) => judged.get(map) ?? null),
      baselines: await judgeBaselines(probe, new Set(telling.map((map) => map.class)), seed),
    };
  }

  async #check(seen: SeenPicture, maps: readonly PictureMap[], judged: Map<PictureMap, Faithfulness>): Promise<void> {
    const found = new Map<ForgetfulLayers, Similarity[]>();
    for (const layers of forgetfulLayers) {
      const forgetful = this.#forgetful.get(layers) ?? (await ForgetfulExplainer.open(this.#options, layers));
      this.#forgetful.set(layers, forgetful);
      found.set(layers, await forgetful.compare(seen, maps));
    }
    const none = { rankCorrelation: null, structuralSimilarity: null };
    maps.forEach((map, at) => {
      const known = judged.get(map);
      const of = (layers: ForgetfulLayers) => found.get(layers)?.[at] ?? none;
      if (known !== undefined) known.randomised = { lastLayer: of('lastLayer'), allLayers: of('allLayers') };
    });
  }

  /** Frees the sessions. */
  async close(): Promise<void> {
    await this.#model.close();
    for (const forgetful of this.#forgetful.values()) await forgetful.close();
  }

  /** Closes at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function tellsSomething({ class: explained, values }: PictureMap): boolean {
  return explained >= 0 && values.every(Number.isFinite) && values.some((value) => value > 0);
}

async function judgeBaselines(
  probe: PictureProbe,
  classes: ReadonlySet<number>,
  seed: number,
): Promise<BaselineFaithfulness[]> {
  const baselines: [BaselineName, Float32Array][] = [
    ['random', randomMap(probe.input, seed)],
    ['gaussian', centredGaussian(probe.input)],
  ];
  const judged: BaselineFaithfulness[] = [];
  for (const explained of [...classes].sort((a, b) => a - b)) {
    for (const [baseline, map] of baselines) {
      judged.push({ baseline, class: explained, ...(await judgeMap(probe, map, explained)) });
    }
  }
  return judged;
}
