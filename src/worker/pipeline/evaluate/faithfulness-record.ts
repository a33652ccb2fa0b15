/** An image's evaluation as its record has it. */

import type { BaselineFaithfulness, Faithfulness } from '../../../explain/faithfulness/evaluator.ts';
import type { MapFaithfulness } from '../../../explain/faithfulness/map-faithfulness.ts';
import type { Similarity } from '../../../explain/faithfulness/randomisation-check.ts';
import type {
  BaselineRecord,
  FaithfulnessRecord,
  PerturbationRecord,
  SimilarityRecord,
} from '../../../shared/run/record.ts';

export function faithfulnessRecord({ randomised, ...measured }: Faithfulness): FaithfulnessRecord {
  const record = perturbationRecord(measured);
  if (randomised === undefined) return record;
  const { lastLayer, allLayers } = randomised;
  return { ...record, randomised: { lastLayer: similarityRecord(lastLayer), allLayers: similarityRecord(allLayers) } };
}

export function baselineRecord({ baseline, class: explained, ...measured }: BaselineFaithfulness): BaselineRecord {
  return { baseline, class: explained, ...perturbationRecord(measured) };
}

function perturbationRecord({ deletion, insertion, drop, increase, road }: MapFaithfulness): PerturbationRecord {
  const { mostImportantFirst, leastImportantFirst, difference } = road;
  return {
    deletion: significant(deletion),
    insertion: significant(insertion),
    drop: significant(drop),
    increase,
    road: {
      mostImportantFirst: significant(mostImportantFirst),
      leastImportantFirst: significant(leastImportantFirst),
      difference: significant(difference),
    },
  };
}

function similarityRecord({ rankCorrelation, structuralSimilarity }: Similarity): SimilarityRecord {
  const short = (value: number | null) => (value === null ? null : significant(value));
  return { rankCorrelation: short(rankCorrelation), structuralSimilarity: short(structuralSimilarity) };
}

/** Scores are float32, and what is summed from them holds no more. */
function significant(value: number): number {
  return Number(value.toPrecision(6));
}
