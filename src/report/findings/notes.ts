/** What a reader must know of a run's findings, in plain words. */

import type { RunDescription } from '../read/run-description.ts';
import type { RunTable } from '../read/run-table.ts';
import type { ScoreFindings } from './score-findings.ts';

/** Notes on the records and on what scores say; those on evidence are elsewhere. */
export function scoreNotes(
  { state, classes }: Pick<RunDescription, 'state' | 'classes'>,
  { failures, pairs }: Pick<RunTable, 'failures' | 'pairs'>,
  { counts, calibration, suspected }: ScoreFindings,
): string[] {
  const notes: string[] = [];
  if (state !== 'complete') {
    notes.push(
      `The run is not complete (its state is "${state}"): these findings are of the ${images(counts.images)} that it has ` +
        `${counts.images === 1 ? 'a record' : 'records'} of.`,
    );
  }
  if (counts.quarantined > 0) {
    const codes = Object.entries(failures)
      .sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
      .map(([code, count]) => `${code} ${number(count)}`);
    notes.push(`${images(counts.quarantined)} could not be explained (quarantined: ${codes.join(', ')}).`);
  }
  const unlabelled = counts.done - counts.labelled;
  if (counts.done > 0 && counts.labelled === 0) {
    notes.push(
      'No image has a label, so nothing is known to be right or wrong. Run again with --labels to learn of mistakes.',
    );
  } else if (unlabelled > 0) {
    notes.push(
      `${images(unlabelled)} without a label ${unlabelled === 1 ? 'is' : 'are'} not counted as right or wrong.`,
    );
  }
  if (classes === null && counts.done > 0) notes.push('Classes have no names. Run with --classes to see them.');
  if (counts.labelled > 0 && calibration === null && pairs === undefined) {
    notes.push(
      'Scores are not between 0 and 1, so they are no probabilities: calibration and suspected labels are left out.',
    );
  }
  if (suspected.rate > 0) {
    const wrong = [...suspected.chances.values()].reduce((sum, chance) => sum + chance, 0);
    notes.push(
      `About ${(suspected.rate * 100).toFixed(1)}% of the labels seem to be wrong: some mistakes are as sure in every pair of classes. Of the ` +
        `${images(suspected.rows.length)} with a chance of a tenth or more, about ${number(Math.round(wrong))} ${Math.round(wrong) === 1 ? 'is' : 'are'}.`,
    );
  }
  return notes;
}

/** What was cut off a list. */
export function cutNote(what: string, kept: number, all: number): string[] {
  return all > kept ? [`Of ${number(all)} ${what}, the first ${number(kept)} are listed.`] : [];
}

export function number(count: number): string {
  return count.toLocaleString('en-US');
}

export function images(count: number): string {
  return `${number(count)} ${count === 1 ? 'image' : 'images'}`;
}
