/** Findings that follow from scores alone. */

import type { Findings } from '../contract.ts';
import { isJudged, isMistake, type RunTable } from '../read/run-table.ts';
import { calibrationOf } from './calibration.ts';
import { classScores } from './class-scores.ts';
import { confusionCells } from './confusion.ts';
import { type LabelConfidence, labelConfidence } from './label-confidence.ts';
import { type SuspectedLabels, suspectedLabels } from './label-errors.ts';

export interface ScoreFindings extends Pick<Findings, 'counts' | 'accuracy' | 'classes' | 'confusion' | 'calibration'> {
  suspected: SuspectedLabels;
  confidence: LabelConfidence;
}

export function scoreFindings(table: RunTable): ScoreFindings {
  const counts = countsOf(table);
  const confusion = confusionCells(table);
  const calibration = calibrationOf(table);
  return {
    counts,
    accuracy: counts.labelled === 0 ? null : counts.correct / counts.labelled,
    classes: classScores(confusion, table.classNames),
    confusion,
    calibration,
    // Confident learning is about probabilities.
    suspected: calibration === null ? { rows: [], leftOut: [] } : suspectedLabels(table),
    confidence: labelConfidence(table),
  };
}

function countsOf(table: RunTable): Findings['counts'] {
  const counts = { images: table.rows, done: 0, quarantined: 0, labelled: 0, correct: 0 };
  for (let row = 0; row < table.rows; row += 1) {
    if (table.quarantined[row] === 1) counts.quarantined += 1;
    else counts.done += 1;
    if (!isJudged(table, row)) continue;
    counts.labelled += 1;
    if (!isMistake(table, row)) counts.correct += 1;
  }
  return counts;
}
