/** What `gradline enqueue` says while it works: lines for a person on standard error, JSON lines for programs on standard output. */

import type { EnqueueEvents, EnqueueProgress, EnqueueSummary } from '../producer/enqueue.ts';
import type { RunStatus } from '../shared/ledger/read-status.ts';
import { type LogLevel, type LogOption, logEntry, logsJson } from './log-entry.ts';
import { plural } from './progress.ts';
import { imagesText } from './status-text.ts';

export interface EnqueueReport extends EnqueueEvents {
  onNotice(message: string): void;
  onSummary(summary: EnqueueSummary): void;
  /** With `--wait`. */
  onStatus(status: RunStatus): void;
}

/** Least time between two lines about the same, in milliseconds. */
const pause = 5_000;

export function createEnqueueReport(options: LogOption & { quiet?: boolean }): EnqueueReport {
  if (logsJson(options)) return jsonReport();
  return textReport(
    options.quiet ? () => undefined : (line) => process.stderr.write(`${line}\n`),
    options.quiet ? () => undefined : (text) => process.stdout.write(text),
  );
}

function jsonReport(): EnqueueReport {
  const print = (event: string, content: object, level?: LogLevel) =>
    process.stdout.write(logEntry(event, content, level));
  const progress = throttled((content: EnqueueProgress) => print('progress', content), 1_000);
  return {
    onStart: (run, resumed) => print('start', { run, resumed }),
    onWarning: (message) => print('warning', { message }, 'warn'),
    onNotice: (message) => print('notice', { message }),
    onProgress: progress,
    onSummary: (summary) => print('summary', summary),
    onStatus: (status) => print('status', status),
  };
}

function textReport(say: (line: string) => void, print: (text: string) => void): EnqueueReport {
  return {
    onStart: (run, resumed) => say(resumed ? `Going on with run ${run}` : `Starting run ${run}`),
    onWarning: (message) => say(`Warning: ${message}`),
    onNotice: say,
    onProgress: throttled(({ images, planned, enqueued, backlog }: EnqueueProgress) => {
      const listed = planned ? plural(images, 'image') : `${plural(images, 'image')} so far`;
      say(`${listed}; ${plural(enqueued, 'shard')} enqueued, ${backlog} of them not done yet`);
    }, pause),
    onSummary: (summary) => print(summaryText(summary)),
    onStatus: throttled((status: RunStatus) => say(`${status.run}  ${status.state}  ${imagesText(status)}`), pause),
  };
}

function summaryText({ run, state, images, shards, output, reason, seconds }: EnqueueSummary): string {
  switch (state) {
    case 'enqueued':
      return (
        `Run ${run}: ${plural(images ?? 0, 'image')} in ${plural(shards ?? 0, 'shard')} enqueued in ${seconds.toFixed(1)} s. ` +
        `Results go to ${output}\nSee it with: gradline watch ${run}\n`
      );
    case 'interrupted':
      return `Run ${run}: interrupted. The same command goes on.\n`;
    case 'cancelled':
      return `Run ${run} was cancelled.\n`;
    case 'failed':
      return `Run ${run} failed: ${reason?.message ?? 'for an unknown reason'}\nRemove the cause, then: gradline resume ${run}\n`;
  }
}

/** Drops calls that follow the last one too soon. */
function throttled<T>(show: (value: T) => void, milliseconds: number): (value: T) => void {
  let next = performance.now() + milliseconds;
  return (value) => {
    if (performance.now() < next) return;
    next = performance.now() + milliseconds;
    show(value);
  };
}
