/** Every misclassified image, or pair of an image and a class that is decided wrongly, with what the findings say of it: for whoever goes on with the run's mistakes. */

import type { Findings, PairMistake } from '../contract.ts';
import { mistakeOf, mistakeRows } from '../findings/mistakes.ts';
import { pairMistakes } from '../pairs/pair-mistakes.ts';
import { pairTable } from '../pairs/pair-table.ts';
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

export interface PairMistakeRow extends PairMistake, ImageGroups {
  name: string | null;
}

/** All false positives and false negatives of images that may have several labels, also those beyond the findings' list. */
export function* pairMistakeRows(findings: Findings, table: RunTable): Generator<PairMistakeRow> {
  const { multiLabel } = findings;
  if (multiLabel === undefined || table.pairs === undefined) return;
  const groupsOf = groupsByImage(findings);
  const missing = new Set(multiLabel.missingLabels.map((own) => `${own.class} ${own.key}`));
  const thresholds = multiLabel.classes.map(({ threshold }) => threshold);
  for (const mistake of pairMistakes(table, pairTable(table, table.pairs, { thresholds }))) {
    const { key, class: index, kind, score, threshold } = mistake;
    const name = findings.classNames[index] ?? null;
    const suspectedLabel = kind === 'false-positive' && missing.has(`${index} ${key}`);
    yield { key, class: index, name, kind, score, threshold, ...groupsOf(key), suspectedLabel };
  }
}
