/** The bare classifier, asked for the scores of many changed pictures. */

import type { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
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
   * @param row for the inputs beside the picture, the same with all of them
   */
  async scores(pictures: Iterable<Float32Array>, row: InputRow = {}): Promise<Float32Array[]> {
    const length = pictureLength(this.input);
    const { batchSize, rows } = this.#sizes;
    const feeds = await rowFeeds(rows, new Array<InputRow>(batchSize).fill(row), batchSize);
    const batch = new Float32Array(batchSize * length);
    const results: Float32Array[] = [];
    let filled = 0;
    for (const picture of pictures) {
      batch.set(picture, filled * length);
      filled += 1;
      if (filled < batchSize) continue;
      results.push(...(await this.#run(batch, filled, feeds)));
      filled = 0;
    }
    if (filled > 0) results.push(...(await this.#run(batch.fill(0, filled * length), filled, feeds)));
    return results;
  }

  async #run(batch: Float32Array, count: number, rows: Record<string, OnnxTensor>): Promise<Float32Array[]> {
    const { Tensor } = await loadRuntime();
    const { batchSize } = this.#sizes;
    const tensor = new Tensor('float32', batch, inputShape(this.input, batchSize));
    const results = await this.#session.run({ ...rows, [this.input.name]: tensor });
    const scores = floats(results, this.#output, count, batchSize);
    return Array.from({ length: count }, (_, i) => scores.slice(i * this.classCount, (i + 1) * this.classCount));
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}
