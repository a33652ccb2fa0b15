/** The bare classifier, asked for the scores of many changed pictures. */

import type { InferenceSession } from 'onnxruntime-node';
import { assemble } from '../assemble.ts';
import { appendScores } from '../class-score.ts';
import type { ModelInput } from '../explanation.ts';
import { rowFeeds } from '../input-rows.ts';
import { Builder } from '../onnx/builder.ts';
import { loadRuntime } from '../onnx/runtime.ts';
import { type FixedSizes, inputShape } from '../onnx/sizes.ts';
import { gateForm, openModel } from '../open-model.ts';
import type { ExplainerOptions, InputRow } from '../options.ts';
import { floats } from '../session-arrays.ts';
import { pictureLength } from './picture.ts';

export class ScoreModel {
  readonly input: ModelInput;
  readonly classCount: number;
  readonly #sizes: FixedSizes;
  readonly #session: InferenceSession;
  readonly #output: string;

  private constructor(sizes: FixedSizes, session: InferenceSession, outputs: { scores: string; classCount: number }) {
    this.input = sizes.input;
    this.classCount = outputs.classCount;
    this.#sizes = sizes;
    this.#session = session;
    this.#output = outputs.scores;
  }

  /** Scores are probabilities: where the options ask for logits, the model's own function or softmax is applied. */
  static async open(options: ExplainerOptions): Promise<ScoreModel> {
    const { prepared, session, outputs } = await openModel(options, (model) => {
      const build = new Builder({ gates: gateForm(options) });
      const asked = options.scoreActivation ?? 'auto';
      const found = appendScores(build, model.score, model.sizes.batchSize, asked === 'none' ? 'auto' : asked);
      return { model: assemble(model, build, [found.scores]), outputs: found };
    });
    return new ScoreModel(prepared.sizes, session, outputs);
  }

  /**
   * Each picture's scores, `[classCount]`. A picture is copied before the next is asked for, so all may share one array.
   * @param rowOf what the inputs beside the picture are given with the picture of that place
   */
  async scores(
    pictures: Iterable<Float32Array> | AsyncIterable<Float32Array>,
    rowOf: (place: number) => InputRow = () => ({}),
  ): Promise<Float32Array[]> {
    const length = pictureLength(this.input);
    const { batchSize } = this.#sizes;
    const batch = new Float32Array(batchSize * length);
    const results: Float32Array[] = [];
    let filled = 0;
    const run = async () => {
      const rows = Array.from({ length: filled }, (_, i) => rowOf(results.length + i));
      results.push(...(await this.#run(batch, filled, rows)));
      filled = 0;
    };
    for await (const picture of pictures) {
      batch.set(picture, filled * length);
      filled += 1;
      if (filled === batchSize) await run();
    }
    batch.fill(0, filled * length);
    if (filled > 0) await run();
    return results;
  }

  async #run(batch: Float32Array, count: number, given: readonly InputRow[]): Promise<Float32Array[]> {
    const { Tensor } = await loadRuntime();
    const { batchSize } = this.#sizes;
    const rows = await rowFeeds(this.#sizes.rows, given, batchSize);
    const tensor = new Tensor('float32', batch, inputShape(this.input, batchSize));
    const results = await this.#session.run({ ...rows, [this.input.name]: tensor });
    const scores = floats(results, this.#output, count, batchSize);
    return Array.from({ length: count }, (_, i) => scores.slice(i * this.classCount, (i + 1) * this.classCount));
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}
