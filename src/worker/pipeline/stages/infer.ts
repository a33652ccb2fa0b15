import type { Explanation } from '../../../explain/explanation.ts';
import type { BufferPool } from '../buffer-pool.ts';
import type { EvaluationPlan, ImageEvaluation } from '../evaluate/evaluation.ts';
import { type Inference, InferenceError } from '../inference/inference.ts';
import type { InferenceModel } from '../inference/inference-messages.ts';
import type { DecodedPicture, PreparedImage } from './decode.ts';

/** Sent down the stages when no more images come for now: the batch at hand is run although it is not full. */
export const flush = Symbol('flush');
export type Flush = typeof flush;

export interface ImageBatch {
  pictures: DecodedPicture[];
  /** Room for a whole batch; the images fill its start. */
  values: Float32Array;
}

export interface ExplainedBatch {
  pictures: DecodedPicture[];
  explanation: Explanation;
  /** Of the images that are measured. */
  evaluations: ImageEvaluation[];
}

export interface ExplainedImage {
  picture: DecodedPicture;
  /** Of the whole batch. */
  explanation: Explanation;
  /** Position of the image in the batch. */
  index: number;
  /** Null for an image that is not measured. */
  evaluation: ImageEvaluation | null;
}

/** Number of values of one image in a batch. */
export function imageLength({ input }: InferenceModel): number {
  return input.channels * input.height * input.width;
}

/** Fills batches in the order in which images come, across the borders of shards. */
export async function* fillBatches(
  images: AsyncIterable<PreparedImage | Flush>,
  batches: BufferPool,
  tensors: BufferPool,
  batchSize: number,
): AsyncGenerator<ImageBatch, void, undefined> {
  let batch: ImageBatch | null = null;
  for await (const image of images) {
    if (image !== flush) {
      batch ??= { pictures: [], values: await batches.take() };
      batch.values.set(image.tensor, batch.pictures.length * image.tensor.length);
      tensors.giveBack(image.tensor);
      batch.pictures.push(image.picture);
      if (batch.pictures.length < batchSize) continue;
    }
    if (batch !== null) yield batch;
    batch = null;
  }
  if (batch !== null) yield batch;
}

/** Has a batch explained by the inference thread. An error there fails the shards of all of its images. */
export async function explainBatch(
  { pictures, values }: ImageBatch,
  inference: Inference,
  batches: BufferPool,
  plan: EvaluationPlan | null,
): Promise<ExplainedBatch | null> {
  const { classCount } = inference.model;
  const orders = plan?.ordersFor(pictures.map(({ job }) => job.image.key)) ?? [];
  const labels = Int32Array.from(pictures, ({ job }) => labelOf(job.image.label, classCount));
  try {
    const result = await inference.explain(values, pictures.length, labels, orders);
    batches.giveBack(result.values);
    return { pictures, explanation: result.explanation, evaluations: result.evaluations ?? [] };
  } catch (error) {
    if (error instanceof InferenceError && error.values !== null) batches.giveBack(error.values);
    else batches.replaceLost();
    for (const { job } of pictures) job.shard.fail(error);
    return null;
  }
}

/** A label that the model has no class for cannot be explained: for the model it is as good as none. */
function labelOf(label: number | null, classCount: number): number {
  return label !== null && label < classCount ? label : -1;
}

export async function* eachImage(
  batches: AsyncIterable<ExplainedBatch>,
): AsyncGenerator<ExplainedImage, void, undefined> {
  for await (const { pictures, explanation, evaluations } of batches) {
    for (const [index, picture] of pictures.entries()) {
      const evaluation = evaluations.find((each) => each.index === index) ?? null;
      yield { picture, explanation, index, evaluation };
    }
  }
}
