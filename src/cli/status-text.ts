/** Runs of the ledger as text for a person. */

import type { Failure } from '../shared/ledger/contract.ts';
import type { RunStatus } from '../shared/ledger/read-status.ts';
import { durationText, plural, progressText, rateText } from './progress.ts';
import { printable, table } from './table.ts';

/** One run a line. */
export function runTable(runs: readonly RunStatus[]): string {
  const columns = [
    { title: 'run' },
    { title: 'state' },
    { title: 'images', align: 'end' as const },
    { title: 'done', align: 'end' as const },
    { title: 'failed', align: 'end' as const },
    { title: 'missing', align: 'end' as const },
    { title: 'images/s', align: 'end' as const },
    { title: 'left', align: 'end' as const },
    { title: 'created' },
    { title: 'output' },
  ];
  const rows = runs.map((status) => [
    status.run,
    status.state,
    status.expected === null ? '?' : String(status.expected),
    String(status.done),
    String(status.quarantined),
    String(status.missing),
    status.imagesPerSecond > 0 ? rateText(status.imagesPerSecond) : '-',
    timeLeft(status) ?? '-',
    timeText(status.created),
    printable(status.output),
  ]);
  return `${table(columns, rows).join('\n')}\n`;
}

/** All about one run. */
export function statusText(status: RunStatus): string {
  const { run, state, reason, output, labelled, correct, created, finished, now } = status;
  const { settledShards, shards, shardsUnderWay, backlog, givenUpShards, missing, crashes } = status;
  const lines = [`${run}  ${state}`];
  if (reason !== null) lines.push(row('reason', `${printable(reason.message)} (${reason.code})`));
  lines.push(row('images', imagesText(status)));
  const waiting = Math.max(0, backlog - shardsUnderWay);
  const ofShards =
    shards === null ? `${settledShards}, the input is still being listed` : `${settledShards} of ${shards}`;
  lines.push(row('shards', `${ofShards}; ${shardsUnderWay} under way, ${waiting} in the queue`));
  if (labelled > 0) {
    lines.push(row('accuracy', `${(correct / labelled).toFixed(4)} of ${plural(labelled, 'labelled image')}`));
  }
  const reasons = failureReasons(status.failures);
  if (reasons !== '') lines.push(row('failed', reasons));
  if (missing > 0) {
    lines.push(
      row(
        'missing',
        `${plural(missing, 'image')} in ${plural(givenUpShards, 'shard')} that ${givenUpShards === 1 ? 'was' : 'were'} given up`,
      ),
    );
  }
  if (crashes > 0) lines.push(row('crashes', `${crashes} of workers that died in a shard`));
  lines.push(row('created', `${timeText(created)} (${ago(created, now)})`));
  if (finished !== null) lines.push(row('ended', `${timeText(finished)} (${ago(finished, now)})`));
  lines.push(row('output', printable(output)));
  lines.push(...workerLines(status), ...failureLines(status.latestFailures));
  return `${lines.join('\n')}\n`;
}

/** ` 45% 158/351, 2 failed, 14.2 images/s, 0:14 left` */
export function imagesText({ done, quarantined, expected, imagesPerSecond, state }: RunStatus): string {
  const rate = state === 'running' || state === 'planning' ? imagesPerSecond : 0;
  return progressText({ done, quarantined, total: expected, imagesPerSecond: rate }).trimStart();
}

/** The most frequent reason first: `corrupt 3, not-found 1`. */
export function failureReasons(failures: Record<string, number>): string {
  return Object.entries(failures)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([code, count]) => `${code} ${count}`)
    .join(', ');
}

function workerLines({ workers, now }: RunStatus): string[] {
  if (workers.length === 0) return [];
  const columns = [
    { title: 'worker' },
    { title: 'images', align: 'end' as const },
    { title: 'images/s', align: 'end' as const },
    { title: 'last seen' },
  ];
  const rows = workers.map(({ name, images, imagesPerSecond, lastSeen }) => [
    printable(name),
    String(images),
    rateText(imagesPerSecond),
    ago(lastSeen, now),
  ]);
  return ['', ...table(columns, rows).map((line) => `  ${line}`)];
}

function failureLines(failures: readonly Failure[]): string[] {
  if (failures.length === 0) return [];
  const columns = [{ title: 'latest failures' }, { title: 'reason' }, { title: 'message' }];
  const rows = failures.map(({ key, shard, code, message }) => [
    printable(key ?? `shard ${shard}`),
    code,
    printable(message),
  ]);
  return ['', ...table(columns, rows).map((line) => `  ${line}`)];
}

function row(name: string, value: string): string {
  return `  ${name.padEnd(9)} ${value}`;
}

function timeLeft({ state, secondsLeft }: RunStatus): string | null {
  return state === 'running' && secondsLeft !== null ? durationText(secondsLeft) : null;
}

function timeText(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `3 s ago`, `12 min ago`, `5 h ago`, `3 days ago` */
function ago(time: Date, now: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - time.getTime()) / 1000));
  if (seconds < 120) return `${seconds} s ago`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} days ago`;
}
