/**
 * Mistakes with the margin of correct answers. Ordinary confusions have mostly low margins; where a network takes one thing for another because of
 * something that it has learned to rely on, the margin is high.
 */

import { at } from '../../explain/at.ts';
import { judgedImages } from '../findings/judged-images.ts';
import type { RunColumns } from './sample.ts';

/** A margin is high from this one on, or from that of nearly all correct images, if it is higher. */
const leastThreshold = 0.5;
const correctShare = 0.05;

export interface HighMargins {
  /** Margin from which one counts as high. */
  threshold: number;
  /** For each predicted class its false positives and those among them with a high margin. */
  classes: Map<number, { all: number; highMargin: number }>;
}

export function highMargins(run: RunColumns): HighMargins {
  const correct: number[] = [];
  const wrong: { predicted: number; margin: number }[] = [];
  for (const { row, label, predicted } of judgedImages(run)) {
    const margin = at(run.margin, row);
    if (label === predicted) correct.push(margin);
    else wrong.push({ predicted, margin });
  }
  const threshold = Math.max(leastThreshold, quantile(correct, correctShare));
  const classes: HighMargins['classes'] = new Map();
  for (const mistake of wrong) {
    const counts = classes.get(mistake.predicted) ?? { all: 0, highMargin: 0 };
    counts.all += 1;
    if (mistake.margin >= threshold) counts.highMargin += 1;
    classes.set(mistake.predicted, counts);
  }
  return { threshold, classes };
}

/** With linear interpolation (Hyndman and Fan 1996, definition 7); 0 for no values. */
function quantile(values: number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  const position = (sorted.length - 1) * share;
  const [low = 0, high = low] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]];
  return sorted.length === 0 ? 0 : low + (high - low) * (position - Math.floor(position));
}
