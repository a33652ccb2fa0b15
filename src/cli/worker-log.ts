/** What a worker prints: a line for each thing that happens, as text or as JSON. */

import type { Precision } from '../explain/options.ts';
import type { WorkerEvents, WorkerSummary } from '../worker/fleet/worker-settings.ts';
import type { Provider } from '../worker/pipeline/provider.ts';
import { type LogLevel, logEntry } from './log-entry.ts';
import { plural, providerText, type TextOutput } from './progress.ts';

export type WorkerLogStyle = 'lines' | 'json' | 'quiet';

export interface WorkerLog extends WorkerEvents {
  /** @param precisions in which runs may be computed */
  onProvider(provider: Provider, precisions: readonly Precision[]): void;
  /** Something that the worker's schedules did. */
  onSchedule(message: string): void;
  end(summary: WorkerSummary): void;
}

export function createWorkerLog(style: WorkerLogStyle, output: TextOutput): WorkerLog {
  const say = (event: string, fields: object, text: string | null, level: LogLevel = 'info'): void => {
    if (style === 'json') output.write(logEntry(event, fields, level));
    else if (text !== null && (style === 'lines' || level !== 'info')) output.write(`${text}\n`);
  };
  return {
    onProvider: (provider, precisions) =>
      say(
        'provider',
        { ...provider, precisions },
        `${providerText(provider)}\nTakes runs in ${precisions.join(' and ')}`,
      ),
    onRunOpened: (run) => {
      const images = plural(run.batchSize, 'image');
      const last = run.lastLayer === null ? '' : `, layer 'last' is ${run.lastLayer}`;
      say('run-opened', run, `Run ${run.run}: model ready for batches of ${images}${last}, output ${run.output}`);
    },
    onReady: () => say('ready', {}, 'Waiting for shards'),
    onShard: (shard) => say('shard', shard, null),
    onShardFailed: (shard) => say('shard-failed', shard, null, 'warn'),
    onImageFailed: (failure) => say('image-failed', failure, null, 'warn'),
    onRunCompleted: (run) => {
      const missing = run.missing === 0 ? '' : `, ${run.missing} missing`;
      const counts = `${plural(run.images, 'image')}, ${run.quarantined} failed${missing}`;
      say('run-completed', run, `Run ${run.run} is complete: ${counts}`);
    },
    onRunFailed: (run) => say('run-failed', run, `Run ${run.run} stopped: ${run.message}`, 'error'),
    onWarning: (message, where = {}) => say('warning', { message, ...where }, `Warning: ${message}`, 'warn'),
    onDraining: (shards) => say('draining', { shards }, `Stopping: ${plural(shards, 'shard')} under way`),
    onSchedule: (message) => say('schedule', { message }, message),
    end: (summary) => {
      const { shards, images, handedBack, longestLoopDelay } = summary;
      const back = handedBack === 0 ? '' : `, handed ${handedBack} back`;
      const text = `Committed ${plural(shards, 'shard')} of ${plural(images, 'image')}${back}. Longest event loop delay: ${longestLoopDelay} ms`;
      say('end', summary, text);
    },
  };
}
