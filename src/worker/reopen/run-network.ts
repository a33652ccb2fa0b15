/** A finished run's model, to be asked about changed pictures of the run. */

import { at } from '../../explain/at.ts';
import { ScoreModel } from '../../explain/faithfulness/score-model.ts';
import { isBanded, scaledPixels } from '../../explain/pixel-input.ts';
import type { Network, Pictures, SeenImage } from '../../interventions/network.ts';
import { type RowFinder, readInputRows } from '../../producer/input-rows.ts';
import { ImageError } from '../../shared/picture/image-error.ts';
import type { Size } from '../../shared/picture/raster.ts';
import { retryTransient } from '../../shared/store/retry.ts';
import type { Store } from '../../shared/store/store.ts';
import { decodeImage } from '../pipeline/decode/decode.ts';
import { explainerOptions, type PipelineExplainerOptions } from '../pipeline/explainer-options.ts';
import { pipelineSettings } from '../pipeline/pipeline-settings.ts';
import type { StageSettings } from '../pipeline/pixels/image-stages.ts';
import { openProvider, sessionProviders } from '../pipeline/provider.ts';
import type { ReopenedRun } from './reopened-run.ts';

/** Images that are read at one time. */
const readers = 4;
const leastScore = 1e-12;

export class RunNetwork implements Network, AsyncDisposable {
  readonly size: Size;
  asked = 0;
  readonly #model: ScoreModel;
  readonly #images: Store;
  readonly #settings: StageSettings;
  readonly #scaling: PipelineExplainerOptions['pixels'];
  readonly #rowOf: RowFinder;

  private constructor(
    model: ScoreModel,
    run: ReopenedRun,
    scaling: PipelineExplainerOptions['pixels'],
    rowOf: RowFinder,
  ) {
    this.#model = model;
    this.#images = run.images;
    this.#settings = pipelineSettings(run.configuration, model);
    this.#scaling = scaling;
    this.#rowOf = rowOf;
    this.size = { width: model.input.width, height: model.input.height };
  }

  /**
   * Opens the bare model on the run's provider, or on the CPU where that is not there.
   * @returns null for a model whose pictures have bands and no colours
   * @throws UserError as `Explainer.open` does
   */
  static async open(run: ReopenedRun): Promise<RunNetwork | null> {
    const { configuration } = run;
    const devices = configuration.device === undefined ? null : [configuration.device];
    const named = { name: configuration.provider, devices, precision: configuration.precision };
    const provider = await openProvider({ ...named, fallback: configuration.provider === 'auto' ? null : true });
    const {
      provider: lanes,
      pixels,
      fuse: _,
      thresholds: __,
      ...options
    } = explainerOptions(configuration, null, provider);
    const providers = sessionProviders(lanes.name, lanes.devices[0]);
    const model = await ScoreModel.open({ ...options, providers });
    if (!isBanded(model.input)) {
      const { rowOf } = await readInputRows(configuration);
      return new RunNetwork(model, run, pixels, rowOf);
    }
    await model.close();
    return null;
  }

  async see(keys: readonly string[]): Promise<SeenImage[]> {
    const seen: SeenImage[] = [];
    for (let first = 0; first < keys.length; first += readers) {
      const read = await Promise.all(keys.slice(first, first + readers).map((key) => this.#read(key)));
      seen.push(...read.filter((image) => image !== null));
    }
    return seen;
  }

  async #read(key: string): Promise<SeenImage | null> {
    const { preprocessing, channels, reading } = this.#settings;
    try {
      const bytes = await retryTransient(() => this.#images.get(key));
      const { pixels, width, height } = await decodeImage(bytes, preprocessing, { ...reading, channels });
      return { key, pixels, width, height };
    } catch (error) {
      if (error instanceof ImageError) return null;
      throw error;
    }
  }

  async ask(pictures: Pictures): Promise<Float32Array[]> {
    const { input } = this.#model;
    const scaling = this.#scaling;
    const keys: string[] = [];
    const scores = await this.#model.scores(
      (async function* () {
        for await (const { key, pixels } of pictures) {
          keys.push(key);
          yield scaledPixels(pixels, scaling, input);
        }
      })(),
      (place) => this.#rowOf(at(keys, place)) ?? {},
    );
    this.asked += scores.length;
    return scores.map((own) => own.map((score) => Math.log(Math.max(score, leastScore))));
  }

  async close(): Promise<void> {
    await this.#model.close();
    await this.#images.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
