/** Every misclassified image with what the findings say of it: for whoever goes on with the run's mistakes. */

import type { Findings } from '../contract.ts';
import { mistakeOf, mistakeRows } from '../findings/mistakes.ts';
import type { RunTable } from '../read/run-table.ts';
import { groupsByImage, type ImageGroups } from './image-groups.ts';

export interface MistakeRow extends ImageGroups {
  key: string;
  label: number;
  labelName: string | null;
  predicted: number;
  predictedName: string | null;
  score: number;
  /** Score of the predicted class minus the best other score. */
  margin: number;
}

/** All of them, also those beyond `Findings.mistakes`; the most confident first. */
export function* mistakesWithGroups(findings: Findings, table: RunTable): Generator<MistakeRow> {
  const groupsOf = groupsByImage(findings);
  for (const row of mistakeRows(table)) {
    const { key, label, predicted, score, margin } = mistakeOf(table, row);
    const labelName = findings.classNames[label] ?? null;
    const predictedName = findings.classNames[predicted] ?? null;
    yield { key, label, labelName, predicted, predictedName, score, margin, ...groupsOf(key) };
  }
}
