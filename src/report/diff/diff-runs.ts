/** From one run to another. */

import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../../explain/user-error.ts';
import type { Store } from '../../shared/store/store.ts';
import { countImages } from '../findings/score-findings.ts';
import { exactMatch } from '../pairs/pair-scores.ts';
import type { PairTable } from '../pairs/pair-table.ts';
import { readRunTable } from '../read/read-table.ts';
import { type RunDescription, readRunDescription } from '../read/run-description.ts';
import type { RunTable } from '../read/run-table.ts';
import { checkSameClasses } from '../read/same-classes.ts';
import { changedImages } from './changed-images.ts';
import { classMoves } from './class-moves.ts';
import type { DiffedRun, RunDiff } from './contract.ts';
import { judgeRuns, pairsOfRuns } from './judge.ts';
import { lookingElsewhere } from './looking-elsewhere.ts';
import { checkInCommon, matchByKey } from './match-runs.ts';
import { pairChanges } from './pair-changes.ts';

export interface DiffOptions {
  /** Correlation of two heatmaps below which the network looks elsewhere. Default 0.5. */
  threshold?: number;
  /** Images, or pairs of an image and a class, whose heatmaps are compared at most; a sample above it. Default 20,000. */
  mostCompared?: number;
  /** Images that each list names; its `count` is of all. Default 1,000. */
  kept?: number;
  /** Records that were read already. */
  tables?: { before: RunTable; after: RunTable };
}

/**
 * Compares two outputs of runs over the same images. Writes nothing; the same outputs give the same result.
 * @throws UserError `no-run`, `no-records`, `classes-differ`, `nothing-in-common`, `damaged-output`; StoreError
 */
export async function diffRuns(before: Store, after: Store, options: DiffOptions = {}): Promise<RunDiff> {
  const { threshold = 0.5, mostCompared = 20_000, kept = 1000 } = options;
  const [was, is] = [await readRunDescription(before), await readRunDescription(after)];
  const earlier = { output: before, table: options.tables?.before ?? (await readRunTable(before)) };
  const later = { output: after, table: options.tables?.after ?? (await readRunTable(after)) };
  for (const { output, table } of [earlier, later]) {
    if (table.rows > 0) continue;
    throw new UserError(
      'no-records',
      `There are no records in ${output.location} yet, so there is nothing to compare.`,
    );
  }
  checkSameClasses(earlier.table, later.table, ['the earlier run', 'the later one']);
  checkSameKind(earlier.table, later.table);
  const matched = matchByKey(earlier.table, later.table);
  checkInCommon(earlier.table, later.table, matched);
  const pairs = pairsOfRuns({ table: earlier.table, description: was }, { table: later.table, description: is });
  const judged = judgeRuns(earlier.table, later.table, pairs);
  const limits = { threshold, mostCompared, kept };
  const ofPairs = pairs && (await pairChanges(earlier, later, pairs, matched, limits));
  const { elsewhere, notes } = ofPairs
    ? { elsewhere: null, notes: ofPairs.notes }
    : await lookingElsewhere(earlier, later, matched, limits);
  const classes = Math.max(earlier.table.classNames.length, later.table.classNames.length);
  return {
    version: 1,
    before: describeRun(was, earlier.table, pairs?.before ?? null),
    after: describeRun(is, later.table, pairs?.after ?? null),
    classNames: Array.from(
      { length: classes },
      (_, index) => later.table.classNames[index] ?? earlier.table.classNames[index] ?? null,
    ),
    samePreprocess: isDeepStrictEqual(was.preprocess, is.preprocess),
    ...changedImages(earlier.table, later.table, matched, kept, judged),
    classes: classMoves(earlier.table, later.table, matched, pairs),
    elsewhere,
    ...(ofPairs === null ? {} : { pairs: ofPairs.pairs }),
    notes: [...notesOn(was, is), ...notes],
  };
}

/** @throws UserError `classes-differ` */
function checkSameKind(before: RunTable, after: RunTable): void {
  if ((before.pairs === undefined) === (after.pairs === undefined)) return;
  const [several, one] = before.pairs === undefined ? ['later', 'earlier'] : ['earlier', 'later'];
  throw new UserError(
    'classes-differ',
    `In the ${several} run an image may have several labels, in the ${one} one it has one: they cannot be compared. Run one of them again, with or without --multi-label.`,
  );
}

function describeRun(
  { run, model, input, digests }: RunDescription,
  table: RunTable,
  pairs: PairTable | null,
): DiffedRun {
  const counts = countImages(table);
  const { done } = counts;
  const { images: labelled, right: correct } =
    pairs === null ? { images: counts.labelled, right: counts.correct } : exactMatch(pairs);
  const accuracy = labelled === 0 ? null : correct / labelled;
  return { run, model, modelDigest: digests.model, input, images: table.rows, done, labelled, accuracy };
}

function notesOn(before: RunDescription, after: RunDescription): string[] {
  const notes: string[] = [];
  for (const [which, { run, state }] of [['earlier', before] as const, ['later', after] as const]) {
    if (state !== 'complete') notes.push(`The ${which} run, ${run}, is not complete (its state is "${state}").`);
  }
  if (before.digests.model === after.digests.model) notes.push('Both runs are of the same model file.');
  if (!isDeepStrictEqual(before.preprocess, after.preprocess)) {
    notes.push(
      'The runs have different preprocess settings, so what changed need not be the models: ' +
        `${JSON.stringify(before.preprocess)} then, ${JSON.stringify(after.preprocess)} now.`,
    );
  }
  return notes;
}
