/** Images that changed sides. */

import { at } from '../../explain/at.ts';
import { keyOf, type RunTable } from '../read/run-table.ts';
import type { ChangedImage, ImageList, PairedAccuracy, RelabelledImage, RunDiff } from './contract.ts';
import type { JudgedRuns } from './judge.ts';
import type { MatchedRuns } from './match-runs.ts';
import { mcNemarChance } from './mcnemar.ts';

export type ChangedImages = Pick<
  RunDiff,
  | 'matched'
  | 'paired'
  | 'newlyBroken'
  | 'fixed'
  | 'stillWrong'
  | 'relabelled'
  | 'changedUnlabelled'
  | 'added'
  | 'vanished'
  | 'newlyQuarantined'
  | 'noLongerQuarantined'
>;

type PairList = Exclude<keyof ChangedImages, 'matched' | 'paired' | 'added' | 'vanished'>;

/** A row of the later run with its row in the earlier one. */
interface Pair {
  from: number;
  to: number;
}

/** @param kept length of each list of images */
export function changedImages(
  before: RunTable,
  after: RunTable,
  { rowBefore, vanished }: MatchedRuns,
  kept: number,
  judged: JudgedRuns,
): ChangedImages {
  const lists: Record<PairList, Pair[]> = {
    newlyBroken: [],
    fixed: [],
    stillWrong: [],
    relabelled: [],
    changedUnlabelled: [],
    newlyQuarantined: [],
    noLongerQuarantined: [],
  };
  const added: number[] = [];
  let matched = 0;
  let stillRight = 0;
  for (const [to, from] of rowBefore.entries()) {
    if (from < 0) {
      added.push(to);
      continue;
    }
    const wasRead = before.quarantined[from] === 0;
    const isRead = after.quarantined[to] === 0;
    if (wasRead && !isRead) lists.newlyQuarantined.push({ from, to });
    if (!wasRead && isRead) lists.noLongerQuarantined.push({ from, to });
    if (!wasRead || !isRead) continue;
    matched += 1;
    const side = sideOf(judged, from, to);
    if (side === 'stillRight') stillRight += 1;
    else if (side !== 'unchanged') lists[side].push({ from, to });
  }
  const describe = ({ from, to }: Pair) => changedImage(before, after, from, to);
  const byScore = (table: RunTable, side: 'from' | 'to') => (a: Pair, b: Pair) =>
    at(table.score, b[side]) - at(table.score, a[side]) || a.to - b.to;
  const keyAfter = ({ to }: Pair) => keyOf(after, to);
  return {
    matched,
    paired: pairedAccuracy(stillRight, lists.newlyBroken.length, lists.fixed.length, lists.stillWrong.length),
    newlyBroken: listOf(lists.newlyBroken.sort(byScore(after, 'to')), kept, describe),
    fixed: listOf(lists.fixed.sort(byScore(before, 'from')), kept, describe),
    stillWrong: listOf(lists.stillWrong.sort(byScore(after, 'to')), kept, describe),
    relabelled: listOf(lists.relabelled, kept, ({ from, to }) => relabelledImage(before, after, from, to)),
    changedUnlabelled: listOf(lists.changedUnlabelled.sort(byScore(after, 'to')), kept, describe),
    added: listOf(added, kept, (row) => keyOf(after, row)),
    vanished: listOf(vanished, kept, (row) => keyOf(before, row)),
    newlyQuarantined: listOf(lists.newlyQuarantined, kept, keyAfter),
    noLongerQuarantined: listOf(lists.noLongerQuarantined, kept, keyAfter),
  };
}

type Side = 'stillRight' | 'newlyBroken' | 'fixed' | 'stillWrong' | 'relabelled' | 'changedUnlabelled' | 'unchanged';

/** Of an image that both runs explain. */
function sideOf(judged: JudgedRuns, from: number, to: number): Side {
  if (judged.isRelabelled(from, to)) return 'relabelled';
  if (!judged.isJudged(to)) return judged.isAnsweredAlike(from, to) ? 'unchanged' : 'changedUnlabelled';
  if (judged.wasRight(from)) return judged.isRight(to) ? 'stillRight' : 'newlyBroken';
  return judged.isRight(to) ? 'fixed' : 'stillWrong';
}

function pairedAccuracy(stillRight: number, broken: number, fixed: number, stillWrong: number): PairedAccuracy {
  return {
    images: stillRight + broken + fixed + stillWrong,
    correctBefore: stillRight + broken,
    correctAfter: stillRight + fixed,
    chance: mcNemarChance(broken, fixed),
  };
}

function changedImage(before: RunTable, after: RunTable, from: number, to: number): ChangedImage {
  return {
    key: keyOf(after, to),
    label: classOrNull(at(after.label, to)),
    before: answerOf(before, from),
    after: answerOf(after, to),
  };
}

function relabelledImage(before: RunTable, after: RunTable, from: number, to: number): RelabelledImage {
  return {
    key: keyOf(after, to),
    before: classOrNull(at(before.label, from)),
    after: classOrNull(at(after.label, to)),
  };
}

function answerOf({ predicted, score }: RunTable, row: number): ChangedImage['before'] {
  return { predicted: at(predicted, row), score: at(score, row) };
}

function classOrNull(index: number): number | null {
  return index < 0 ? null : index;
}

export function listOf<Item, Described>(
  items: readonly Item[],
  kept: number,
  describe: (item: Item) => Described,
): ImageList<Described> {
  return { count: items.length, images: items.slice(0, kept).map(describe) };
}
