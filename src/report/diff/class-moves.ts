/** Classes whose recall or precision moved. */

import { at } from '../../explain/at.ts';
import { range } from '../clusters/numbers.ts';
import { isDecided, truthOf } from '../pairs/pair-table.ts';
import { isJudged, type RunTable } from '../read/run-table.ts';
import type { ClassMove, Movement } from './contract.ts';
import type { PairsOfRuns } from './judge.ts';
import type { MatchedRuns } from './match-runs.ts';
import { holdAmongMany, mcNemarChance } from './mcnemar.ts';

/** Counts over images that are explained in both runs with the same label. */
type ClassCounts = ReturnType<typeof emptyCounts>;

/**
 * Classes with an image that changed, those that moved first. Recall is tested with the class's images that broke or were fixed;
 * precision with the images of other classes that are called this one in one of the runs only, because the images that are predicted as a
 * class are not the same in both.
 */
export function classMoves(
  before: RunTable,
  after: RunTable,
  matched: MatchedRuns,
  pairs: PairsOfRuns | null = null,
): ClassMove[] {
  const byClass = pairs === null ? countByClass(before, after, matched) : countPairs(pairs, matched);
  const counts = [...byClass].filter(
    ([, { broken, fixed, newAlarms, goneAlarms }]) => broken + fixed + newAlarms + goneAlarms > 0,
  );
  const recallChances = counts.map(([, { broken, fixed }]) => mcNemarChance(broken, fixed));
  const precisionChances = counts.map(([, { newAlarms, goneAlarms }]) => mcNemarChance(newAlarms, goneAlarms));
  const held = holdAmongMany([...recallChances, ...precisionChances]);
  const moves = counts.map(([index, of], i): ClassMove => {
    const recall = {
      before: share(of.hitsBefore, of.images),
      after: share(of.hitsAfter, of.images),
      worse: of.broken,
      better: of.fixed,
      chance: recallChances[i] ?? 1,
      moved: held[i] ?? false,
    };
    const precision = {
      before: share(of.hitsBefore, of.predictedBefore),
      after: share(of.hitsAfter, of.predictedAfter),
      worse: of.newAlarms,
      better: of.goneAlarms,
      chance: precisionChances[i] ?? 1,
      moved: held[counts.length + i] ?? false,
    };
    const name = after.classNames[index] ?? before.classNames[index] ?? null;
    return { class: index, name, images: of.images, recall, precision };
  });
  const chance = ({ recall, precision }: ClassMove) => Math.min(recall.chance, precision.chance);
  const moved = ({ recall, precision }: ClassMove) => Number(recall.moved || precision.moved);
  return moves.sort((a, b) => moved(b) - moved(a) || chance(a) - chance(b) || a.class - b.class);
}

function countByClass(before: RunTable, after: RunTable, { rowBefore }: MatchedRuns): Map<number, ClassCounts> {
  const counts = new Map<number, ClassCounts>();
  const of = (index: number): ClassCounts => {
    const known = counts.get(index) ?? emptyCounts();
    counts.set(index, known);
    return known;
  };
  for (const [to, from] of rowBefore.entries()) {
    if (from < 0 || !isJudged(after, to) || !isJudged(before, from)) continue;
    const label = at(after.label, to);
    if (label !== before.label[from]) continue;
    const was = at(before.predicted, from);
    const is = at(after.predicted, to);
    const own = of(label);
    own.images += 1;
    if (was === label) own.hitsBefore += 1;
    if (is === label) own.hitsAfter += 1;
    if (was === label && is !== label) own.broken += 1;
    if (was !== label && is === label) own.fixed += 1;
    of(was).predictedBefore += 1;
    of(is).predictedAfter += 1;
    if (was === is) continue;
    if (is !== label) of(is).newAlarms += 1;
    if (was !== label) of(was).goneAlarms += 1;
  }
  return counts;
}

/** The same of pairs of an image and a class whose truth is the same in both runs: each image counts for every class. */
function countPairs({ before, after }: PairsOfRuns, { rowBefore }: MatchedRuns): Map<number, ClassCounts> {
  return new Map(
    range(after.classes).map((index) => {
      const own = emptyCounts();
      for (const [to, from] of rowBefore.entries()) {
        if (from < 0 || index >= before.classes) continue;
        const truth = truthOf(after, to, index);
        if (truth < 0 || truth !== truthOf(before, from, index)) continue;
        const [was, is] = [isDecided(before, from, index), isDecided(after, to, index)];
        if (was) own.predictedBefore += 1;
        if (is) own.predictedAfter += 1;
        if (truth === 1) {
          own.images += 1;
          if (was) own.hitsBefore += 1;
          if (is) own.hitsAfter += 1;
          if (was && !is) own.broken += 1;
          if (!was && is) own.fixed += 1;
        } else {
          if (!was && is) own.newAlarms += 1;
          if (was && !is) own.goneAlarms += 1;
        }
      }
      return [index, own] as const;
    }),
  );
}

function emptyCounts() {
  return {
    images: 0,
    hitsBefore: 0,
    hitsAfter: 0,
    predictedBefore: 0,
    predictedAfter: 0,
    broken: 0,
    fixed: 0,
    newAlarms: 0,
    goneAlarms: 0,
  };
}

function share(part: number, whole: number): Movement['before'] {
  return whole === 0 ? null : part / whole;
}
