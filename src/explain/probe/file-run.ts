/** Running a model as its file has it, for a few pictures. */

import path from 'node:path';
import { create } from '@bufbuild/protobuf';
import type { InferenceSession } from 'onnxruntime-node';
import { rowFeeds } from '../input-rows.ts';
import { writeModel } from '../onnx/model-file.ts';
import { type GraphProto, ValueInfoProtoSchema } from '../onnx/onnx_pb.ts';
import { optimizerSettings } from '../onnx/optimizers.ts';
import { type OtherInputs, runSession } from '../onnx/run-session.ts';
import { loadRuntime } from '../onnx/runtime.ts';
import { openSession } from '../onnx/session.ts';
import { sourceFolder } from '../onnx/simplify.ts';
import { type FixedSizes, fixSizes, inputShape } from '../onnx/sizes.ts';
import type { InputRow } from '../options.ts';
import type { SourceModel } from '../prepare.ts';

/** Values of a tensor, `[images, ...]`. */
export type Answers = ReadonlyMap<string, Float32Array>;

/** A model's file with fixed sizes, which can be opened with and without ONNX Runtime's optimiser. */
export class FileRun {
  readonly sizes: FixedSizes;
  readonly #file: string;
  readonly #graph: GraphProto;
  readonly #others: OtherInputs;

  private constructor(sizes: FixedSizes, file: string, { model, others }: SourceModel) {
    this.sizes = sizes;
    this.#file = file;
    this.#graph = model.graph;
    this.#others = others;
  }

  /**
   * @param compiled the sizes that the model has, and keeps
   * @param count images in a batch here
   * @param tensors what to return; tensors of the file that are no outputs become some
   */
  static async write(
    source: SourceModel,
    compiled: FixedSizes,
    count: number,
    tensors: readonly string[],
    folder: string,
  ): Promise<FileRun> {
    const { model } = source;
    const sizes = { ...compiled, batchSize: count };
    fixSizes(model, sizes);
    const own = new Map(model.graph.output.map((output) => [output.name, output]));
    const output = tensors.map((name) => own.get(name) ?? create(ValueInfoProtoSchema, { name }));
    const file = path.join(sourceFolder(folder), 'gradline.probed.onnx');
    await writeModel({ ...model, graph: { ...model.graph, output } }, file, source.stored);
    fixSizes(model, compiled);
    return new FileRun(sizes, file, source);
  }

  /**
   * @param batches of the sizes' images
   * @param optimized without which optimizers, besides those that no session of the model has; null: not optimised at all
   * @returns one for each batch
   * @throws UserError `wrong-input-value`, `session-failed`
   */
  async answers(batches: readonly Float32Array[], optimized: readonly string[] | null): Promise<Answers[]> {
    const { Tensor } = await loadRuntime();
    const { input, batchSize, rows } = this.sizes;
    const examples = Object.fromEntries(rows.map(({ name, example }) => [name, example]));
    const feeds = await rowFeeds(rows, new Array<InputRow>(batchSize).fill(examples), batchSize);
    const session = await openSession(this.#file, 'open the model as it is', this.#options(optimized));
    try {
      const answers: Answers[] = [];
      for (const batch of batches) {
        const pictures = new Tensor('float32', batch, inputShape(input, batchSize));
        const results = await runSession(session, { ...feeds, [input.name]: pictures }, this.#others);
        const floats = Object.entries(results).flatMap(([name, { data }]) =>
          data instanceof Float32Array ? [[name, data] as const] : [],
        );
        answers.push(new Map(floats));
      }
      return answers;
    } finally {
      await session.release();
    }
  }

  #options(optimized: readonly string[] | null): InferenceSession.SessionOptions {
    // For a single picture, waking other threads costs more than they do; and other lanes may be at work.
    const common = { intraOpNumThreads: 1, interOpNumThreads: 1 };
    // Weights packed for the matrix product cost more at opening than they give back in two pictures. The products are the same.
    const unpacked = { disable_prepacking: '1' };
    if (optimized === null) return { ...common, graphOptimizationLevel: 'disabled', extra: { session: unpacked } };
    const settings = optimizerSettings(this.#graph, optimized);
    return {
      ...common,
      graphOptimizationLevel: 'all',
      extra: { ...settings, session: { ...settings.session, ...unpacked } },
    };
  }
}
