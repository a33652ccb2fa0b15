import { blankMapsText } from '../shared/run/blank-maps.ts';
import type { RunSummary } from '../worker/local/explain-run.ts';
import { faithfulnessText, regionsText } from './faithfulness-text.ts';
import { durationText, plural, rateText } from './progress.ts';

/** What a run came to, as lines for a person. */
export function summaryText(summary: RunSummary): string {
  const { state, images, done, quarantined, skipped, accuracy, labelled, multiLabel } = summary;
  const head = state === 'complete' ? 'Explained' : 'Interrupted after';
  const lines = [
    `${head} ${plural(images, 'image')} in ${durationText(summary.seconds)} (${rateText(summary.imagesPerSecond)} images/s)`,
    row('done', String(done)),
  ];
  if (quarantined > 0) lines.push(row('failed', `${quarantined} (${reasons(summary.failures)})`));
  if (skipped > 0) lines.push(row('earlier', `${skipped} of them were committed by an earlier start`));
  const rightOf = (share: number) => `${share.toFixed(4)} of ${plural(labelled, 'labelled image')}`;
  if (accuracy !== null && multiLabel === undefined) lines.push(row('accuracy', rightOf(accuracy)));
  if (accuracy !== null && multiLabel !== undefined) {
    lines.push(row('all right', rightOf(accuracy)));
    if (multiLabel.microF1 !== null) lines.push(row('micro F1', multiLabel.microF1.toFixed(4)));
  }
  if (summary.lastLayer !== undefined) lines.push(row('last', `layer ${summary.lastLayer}`));
  lines.push(row('output', summary.output));
  for (const blank of summary.blankMaps ?? []) lines.push(row('BLANK', blankMapsText(blank)));
  if (summary.faithfulness !== undefined) lines.push('', ...faithfulnessText(summary.faithfulness));
  if (summary.regions !== undefined) lines.push('', ...regionsText(summary.regions));
  if (state === 'interrupted') lines.push('Go on with the same command and --resume.');
  return `${lines.join('\n')}\n`;
}

function row(name: string, value: string): string {
  return `  ${name.padEnd(9)} ${value}`;
}

/** The most frequent reason first. */
function reasons(failures: Record<string, number>): string {
  return Object.entries(failures)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([code, count]) => `${code} ${count}`)
    .join(', ');
}
