import type { ChangedImage, ChangedPair, ImageList, Movement, PairChanges, RunDiff } from '../report/diff/contract.ts';
import { printable, table } from './table.ts';

/** Images of each list that are printed; --json has more. */
const shown = 10;

/** A comparison of two runs, as lines for a person. */
export function diffText(diff: RunDiff): string {
  const name = (index: number) => printable(diff.classNames[index] ?? `class ${index}`);
  const right = (share: number | null) => accuracy(share, diff.pairs === undefined ? 'accuracy' : 'all right');
  const lines = [
    `From ${diff.before.run} (${right(diff.before.accuracy)}) to ${diff.after.run} (${right(diff.after.accuracy)}): ${diff.matched} images in both`,
    `  newly broken  ${diff.newlyBroken.count}`,
    `  fixed         ${diff.fixed.count}`,
    `  still wrong   ${diff.stillWrong.count}`,
  ];
  const more: [string, number][] = [
    ['relabelled', diff.relabelled.count],
    ['added', diff.added.count],
    ['vanished', diff.vanished.count],
    ['newly quarantined', diff.newlyQuarantined.count],
    ['changed, unlabelled', diff.changedUnlabelled.count],
  ];
  for (const [title, count] of more) if (count > 0) lines.push(`  ${title}  ${count}`);
  if (diff.elsewhere !== null) {
    lines.push(
      `  elsewhere     ${diff.elsewhere.images.count} of ${diff.elsewhere.compared} with the same answer look elsewhere (correlation below ${diff.elsewhere.threshold})`,
    );
  }
  if (diff.pairs !== undefined) lines.push(...pairCounts(diff.pairs));
  const changes: [string, ImageList<ChangedImage>][] =
    diff.pairs === undefined
      ? [
          ['Newly broken', diff.newlyBroken],
          ['Fixed', diff.fixed],
        ]
      : [];
  for (const [title, { count, images }] of changes) {
    if (count === 0) continue;
    lines.push('', `${title}, the most confident first:`);
    for (const { key, before, after } of images.slice(0, shown)) {
      lines.push(
        `  ${printable(key)}: ${name(before.predicted)}, then ${name(after.predicted)} (${after.score.toFixed(2)})`,
      );
    }
    if (count > shown) lines.push(`  and ${count - shown} more`);
  }
  if (diff.pairs !== undefined) lines.push(...pairLists(diff.pairs, name));
  const moved = diff.classes.filter(({ recall, precision }) => recall.moved || precision.moved);
  if (moved.length > 0) {
    const columns = [{ title: 'class' }, { title: 'recall' }, { title: 'precision' }];
    const rows = moved.map((own) => [name(own.class), movement(own.recall), movement(own.precision)]);
    lines.push('', 'Classes that moved:', ...table(columns, rows).map((line) => `  ${line}`));
  }
  if (diff.elsewhere !== null && diff.elsewhere.images.count > 0) {
    lines.push('', 'Looking elsewhere, the least alike first:');
    for (const { key, predicted, correlation } of diff.elsewhere.images.images.slice(0, shown)) {
      lines.push(`  ${printable(key)}: ${name(predicted)} as before, correlation ${correlation.toFixed(2)}`);
    }
  }
  if (diff.notes.length > 0) lines.push('', ...diff.notes.map((note) => `Note: ${printable(note)}`));
  return `${lines.join('\n')}\n`;
}

/** Where images may have several labels: of each class of an image by itself. */
function pairCounts({ known, newlyBroken, fixed, stillWrong, maps }: PairChanges): string[] {
  const lines = [
    `  Of ${known} pairs of an image and a class:`,
    `    newly broken  ${newlyBroken.count}`,
    `    fixed         ${fixed.count}`,
    `    still wrong   ${stillWrong.count}`,
  ];
  if (maps === null) return lines;
  const compared = Object.values(maps.moved).reduce((sum, own) => sum + own.compared, 0);
  return [
    ...lines,
    `    elsewhere     ${maps.elsewhere.count} are decided as before and seen elsewhere (correlation below ${maps.threshold}); ${compared} maps compared`,
  ];
}

function pairLists({ newlyBroken, fixed, maps }: PairChanges, name: (index: number) => string): string[] {
  const decided = (own: boolean) => (own ? 'decided' : 'not decided');
  const apart = (correlation: number | null) => (correlation === null ? '' : `, correlation ${correlation.toFixed(2)}`);
  const changed = ({ key, class: index, before, after, correlation }: ChangedPair) =>
    `  ${printable(key)}: ${name(index)} ${decided(before.decided)}, then ${decided(after.decided)} (${after.score?.toFixed(2) ?? 'low'})${apart(correlation)}`;
  const same = ({ key, class: index, after, correlation }: ChangedPair) =>
    `  ${printable(key)}: ${name(index)} ${decided(after.decided)} as before${apart(correlation)}`;
  const lists = [
    { title: 'Newly broken, farthest from the threshold first', list: newlyBroken, text: changed },
    { title: 'Fixed, what was farthest from the threshold first', list: fixed, text: changed },
    ...(maps ? [{ title: 'Looking elsewhere, the least alike first', list: maps.elsewhere, text: same }] : []),
  ];
  return lists.flatMap(({ title, list: { count, images }, text }) =>
    count === 0
      ? []
      : [
          '',
          `${title}:`,
          ...images.slice(0, shown).map(text),
          ...(count > shown ? [`  and ${count - shown} more`] : []),
        ],
  );
}

function accuracy(value: number | null, name: string): string {
  return value === null ? 'no labels' : `${name} ${value.toFixed(4)}`;
}

function movement({ before, after, moved }: Movement): string {
  if (!moved) return 'as before';
  return `${share(before)} to ${share(after)}`;
}

function share(value: number | null): string {
  return value === null ? '-' : value.toFixed(3);
}
