/** A run as a few lines that are drawn over themselves on a terminal. */

import type { RunStatus, WorkerStatus } from '../shared/ledger/read-status.ts';
import { plural, progressBar, rateText } from './progress.ts';
import { failureReasons } from './status-text.ts';
import { printable } from './table.ts';

export interface ScreenSize {
  columns: number;
  rows: number;
}

export interface Screen {
  draw(lines: readonly string[]): void;
}

interface TerminalOutput {
  write(text: string): unknown;
}

/** Draws over what it drew before and leaves the rest of the terminal alone. */
export function createScreen(output: TerminalOutput): Screen {
  let drawn = 0;
  return {
    draw(lines) {
      const up = drawn > 0 ? `\x1b[${drawn}A` : '';
      // What is left of a longer picture goes with the last sequence.
      output.write(`${up}${lines.map((line) => `\r\x1b[2K${line}\n`).join('')}\x1b[0J`);
      drawn = lines.length;
    },
  };
}

const barWidth = 20;
const nameWidth = 24;

/** The picture of one moment, cut to the terminal. */
export function watchLines(status: RunStatus, { columns, rows }: ScreenSize): string[] {
  const { run, state, done, quarantined, expected, imagesPerSecond } = status;
  const goes = state === 'running' || state === 'planning';
  const progress = { done, quarantined, total: expected, imagesPerSecond: goes ? imagesPerSecond : 0 };
  const lines = [`${run}  ${state}${noteOf(status)}`, progressBar(progress, columns)];
  const reasons = failureReasons(status.failures);
  const below: string[] = [];
  if (reasons !== '') below.push(`failed: ${reasons}`);
  if (status.missing > 0) below.push(`missing: ${status.missing} in ${plural(status.givenUpShards, 'shard')} given up`);
  if (status.crashes > 0) below.push(`crashes: ${status.crashes}`);
  const [latest] = status.latestFailures;
  if (latest !== undefined) below.push(`latest: ${latest.key ?? `shard ${latest.shard}`}: ${latest.message}`);
  // One line each for the cursor, and for what is not shown.
  const room = Math.max(1, rows - lines.length - below.length - 2);
  lines.push(...workerBars(status, room), ...below);
  return lines.map((line) => cut(printable(line), columns));
}

function workerBars({ workers, now }: RunStatus, room: number): string[] {
  const busiest = Math.max(1, ...workers.map(({ images }) => images));
  // Those that died long ago make room for the others.
  const byLastSeen = [...workers].sort((a, b) => b.lastSeen.getTime() - a.lastSeen.getTime());
  const shown = new Set(workers.length > room ? byLastSeen.slice(0, room) : workers);
  const width = Math.min(nameWidth, Math.max(0, ...workers.map(({ name }) => name.length)));
  const bars = workers.filter((worker) => shown.has(worker)).map((worker) => workerBar(worker, busiest, width, now));
  const hidden = workers.length - shown.size;
  return hidden > 0 ? [...bars, `and ${plural(hidden, 'more worker')}`] : bars;
}

/** The bars compare the workers: the fullest one is that of the worker with most images. */
function workerBar(worker: WorkerStatus, busiest: number, width: number, now: Date): string {
  const { name, images, imagesPerSecond, lastSeen } = worker;
  const filled = Math.round((images / busiest) * barWidth);
  const bar = `${'#'.repeat(filled)}${'-'.repeat(barWidth - filled)}`;
  const silent = Math.round((now.getTime() - lastSeen.getTime()) / 1000);
  const note = silent >= 60 ? `, not seen for ${silent} s` : '';
  return `${withoutMiddle(name, width).padEnd(width)} [${bar}] ${images} images, ${rateText(imagesPerSecond)} images/s${note}`;
}

function noteOf({ state, run, reason, shards, settledShards, shardsUnderWay, backlog }: RunStatus): string {
  if (state === 'paused') return `: go on with gradline resume ${run}`;
  if (state === 'failed' && reason !== null) return `: ${reason.message} (${reason.code})`;
  if (state === 'complete') return '';
  const waiting = Math.max(0, backlog - shardsUnderWay);
  return `, ${settledShards}/${shards ?? '?'} shards, ${shardsUnderWay} under way, ${waiting} in the queue`;
}

/** Names of a fleet often differ at their ends. */
function withoutMiddle(name: string, width: number): string {
  if (name.length <= width) return name;
  const start = Math.floor((width - 1) / 2);
  return `${name.slice(0, start)}…${name.slice(name.length - (width - 1 - start))}`;
}

/** Leaves the last column free, so that no line wraps. */
function cut(text: string, columns: number): string {
  const characters = [...text];
  return characters.length < columns ? text : `${characters.slice(0, Math.max(0, columns - 2)).join('')}…`;
}
