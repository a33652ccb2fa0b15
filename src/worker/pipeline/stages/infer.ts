import type { PlannedImage } from '../../../shared/run/run-plan.ts';
import type { EvaluationPlan, ImageEvaluation } from '../evaluate/evaluation.ts';
import type { ImageSlots } from '../image-slots.ts';
import type { Inference } from '../inference/inference.ts';
import type { ImageTruth } from '../inference/inference-messages.ts';
import type { ImageJob } from '../open-shard.ts';

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

/** Has a batch explained by the inference thread. An error there fails the shards of all of its images; then null. */
export async function explainBatch(
  batch: readonly PreparedSlot[],
  slots: ImageSlots,
  inference: Inference,
  plan: EvaluationPlan | null,
): Promise<ExplainedSlot[] | null> {
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
    for (const { job } of batch) job.shard.fail(error);
    return null;
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
