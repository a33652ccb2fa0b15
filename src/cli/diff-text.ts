import type { ChangedImage, ImageList, Movement, RunDiff } from '../report/diff/contract.ts';
import { printable, table } from './table.ts';

/** Images of each list that are printed; --json has more. */
const shown = 10;

/** A comparison of two runs, as lines for a person. */
export function diffText(diff: RunDiff): string {
  const name = (index: number) => printable(diff.classNames[index] ?? `class ${index}`);
  const lines = [
    `From ${diff.before.run} (${accuracy(diff.before.accuracy)}) to ${diff.after.run} (${accuracy(diff.after.accuracy)}): ${diff.matched} images in both`,
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
  const changes: [string, ImageList<ChangedImage>][] = [
    ['Newly broken', diff.newlyBroken],
    ['Fixed', diff.fixed],
  ];
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

function accuracy(value: number | null): string {
  return value === null ? 'no labels' : `accuracy ${value.toFixed(4)}`;
}

function movement({ before, after, moved }: Movement): string {
  if (!moved) return 'as before';
  return `${share(before)} to ${share(after)}`;
}

function share(value: number | null): string {
  return value === null ? '-' : value.toFixed(3);
}
