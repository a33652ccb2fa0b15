import type { PlannedImage } from '../../../shared/run/run-plan.ts';
import type { EvaluationPlan, ImageEvaluation } from '../evaluate/evaluation.ts';
import type { ImageSlots } from '../image-slots.ts';
import { type Inference, InferenceError } from '../inference/inference.ts';
import type { ImageTruth } from '../inference/inference-messages.ts';
import type { ImageJob } from '../open-shard.ts';
import { QuarantineError, quarantinedRecord } from '../quarantine.ts';
import { settledImage } from '../settled-image.ts';

/** Sent down the stages when no more images come for now: the batch at hand is run although it is not full. */
export const flush = Symbol('flush');
export type Flush = typeof flush;

/** An image whose pixels lie in a slot. */
export interface PreparedSlot {
  job: ImageJob;
  slot: number;
}

/** An image whose slot holds what the model says of it, too. */
export interface ExplainedSlot extends PreparedSlot {
  /** Null for an image that is not measured. */
  evaluation: ImageEvaluation | null;
}

/** Fills batches in the order in which images come, across the borders of shards: they do not depend on what is decoded first. */
export async function* fillBatches(
  images: AsyncIterable<PreparedSlot | Flush>,
  batchSize: number,
): AsyncGenerator<PreparedSlot[], void, undefined> {
  let batch: PreparedSlot[] = [];
  for await (const image of images) {
    if (image !== flush) {
      batch.push(image);
      if (batch.length < batchSize) continue;
    }
    if (batch.length > 0) yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/**
 * Has a batch explained by the inference thread. An error there fails the shards of all of its images, but for one that lies with what an image
 * gives the inputs beside the picture: that image is quarantined, and the others are explained without it.
 * @returns those that were explained
 */
export async function explainBatch(
  batch: readonly PreparedSlot[],
  slots: ImageSlots,
  inference: Inference,
  plan: EvaluationPlan | null,
): Promise<ExplainedSlot[]> {
  const { classCount, thresholds } = inference.model;
  const inputRows = batch.map(({ job }) => job.image.inputs).filter((row) => row !== undefined);
  try {
    const evaluations = await inference.explain(slots, {
      slots: batch.map(({ slot }) => slot),
      labels: batch.map(({ job }) => labelOf(job.image.label, classCount)),
      ...(thresholds === undefined ? {} : { truth: batch.map(({ job }) => truthOf(job.image)) }),
      ...(inputRows.length === 0 ? {} : { inputRows }),
      evaluate: plan?.ordersFor(batch.map(({ job }) => job.image.key)) ?? [],
    });
    const byIndex = new Map(evaluations.map((each) => [each.index, each]));
    return batch.map((image, index) => ({ ...image, evaluation: byIndex.get(index) ?? null }));
  } catch (error) {
    if (!(error instanceof InferenceError && error.code === 'wrong-input-value' && inputRows.length > 0)) {
      for (const { job } of batch) job.shard.fail(error);
      return [];
    }
    if (batch.length > 1) {
      const alone: ExplainedSlot[] = [];
      for (const image of batch) alone.push(...(await explainBatch([image], slots, inference, plan)));
      return alone;
    }
    for (const { job } of batch) {
      const reason = new QuarantineError(error.code, error.message);
      job.shard.settle(job.index, settledImage(quarantinedRecord(job, reason)));
    }
    return [];
  }
}

/** A label that the model has no class for cannot be explained: for the model it is as good as none. */
function labelOf(label: number | null, classCount: number): number {
  return label !== null && label < classCount ? label : -1;
}

function truthOf({ labels = null, unknown = [] }: PlannedImage): ImageTruth {
  return { labels, unknown };
}

export async function* eachImage(
  batches: AsyncIterable<readonly ExplainedSlot[]>,
): AsyncGenerator<ExplainedSlot, void, undefined> {
  for await (const batch of batches) yield* batch;
}
