/** Findings that follow from scores alone. */

import type { Findings } from '../contract.ts';
import type { RunTable } from '../read/run-table.ts';
import { calibrationOf } from './calibration.ts';
import { classScores } from './class-scores.ts';
import { confusionCells } from './confusion.ts';
import { judgedImages } from './judged-images.ts';
import { noneSuspected, type SuspectedLabels, suspectedLabels } from './label-errors.ts';

export interface ScoreFindings extends Pick<Findings, 'counts' | 'accuracy' | 'classes' | 'confusion' | 'calibration'> {
  suspected: SuspectedLabels;
}

export function scoreFindings(table: RunTable): ScoreFindings {
  const counts = countImages(table);
  const confusion = confusionCells(table);
  const calibration = calibrationOf(table);
  return {
    counts,
    accuracy: counts.labelled === 0 ? null : counts.correct / counts.labelled,
    classes: classScores(confusion, table.classNames),
    confusion,
    calibration,
    // Noise is told by how scores relate, as probabilities do.
    suspected: calibration === null ? noneSuspected : suspectedLabels(table),
  };
}

export function countImages(table: RunTable): Findings['counts'] {
  const counts = { images: table.rows, done: 0, quarantined: 0, labelled: 0, correct: 0 };
  for (const quarantined of table.quarantined) {
    if (quarantined === 1) counts.quarantined += 1;
    else counts.done += 1;
  }
  for (const { label, predicted } of judgedImages(table)) {
    counts.labelled += 1;
    if (label === predicted) counts.correct += 1;
  }
  return counts;
}
