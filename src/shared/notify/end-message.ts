/** What is told of a run that has ended. */

import { z } from 'zod';
import { runConfigurationSchema } from '../run/configuration.ts';
import { readMaxFailures, tooManyFailures } from '../run/max-failures.ts';
import { runFileSchema } from '../run/run-file.ts';

/** The generic form, as JSON. */
export interface EndMessage {
  event: 'run-complete' | 'run-failed' | 'too-many-images-failed';
  run: string;
  /** One sentence with the numbers. */
  summary: string;
  output: string;
  /** Address of the report's page; null: there is none. */
  report: string | null;
  /** ISO 8601, UTC. */
  started: string;
  finished: string | null;
  /** `images` is null where the input was not listed to the end; `missing` are those of shards that were given up. */
  counts: { images: number | null; done: number; quarantined: number; missing: number };
  accuracy: number | null;
  /** Quarantined images by code. */
  failures: Record<string, number>;
  /** Why a failed run stopped. */
  error: { code: string; message: string } | null;
  /** What to collect, the most urgent first: at most five sentences of the report. */
  findings: string[];
}

const count = z.number();

/** What is read of run.json. */
export const endedRun = runFileSchema.pick({ run: true, started: true, state: true }).extend({
  finished: z.string().nullable(),
  accuracy: z.number().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  counts: z.object({
    images: count.nullable(),
    done: count,
    quarantined: count,
    missing: count.default(0),
    failures: z.record(z.string(), count),
  }),
  configuration: runConfigurationSchema.pick({ output: true, notify: true, notifyLimit: true }),
});

export type EndedRun = z.infer<typeof endedRun>;

/** Part of report/findings.json. */
export const collected = z.object({ collect: z.array(z.object({ sentence: z.string() })) });

const mostFindings = 5;

/**
 * @param place where the output is
 * @param findings of the report; null: there is none
 */
export function endMessage(ended: EndedRun, place: string, findings: z.infer<typeof collected> | null): EndMessage {
  const { run, started, finished, accuracy, error, state, configuration } = ended;
  const { images, done, quarantined, missing, failures } = ended.counts;
  const limit = configuration.notifyLimit === undefined ? null : readMaxFailures(configuration.notifyLimit);
  const excess = limit !== null && tooManyFailures(limit, { done, quarantined, missing, expected: images }) !== null;
  const failed = quarantined + missing;
  const told = `${done + quarantined} images, ${failed} of them failed`;
  const summary =
    state === 'failed'
      ? `Run ${run} failed: ${error?.message ?? 'for an unknown reason'}`
      : excess
        ? `Run ${run} is complete, but too many images failed: ${told}, more than ${configuration.notifyLimit}.`
        : `Run ${run} is complete: ${told}${accuracy === null ? '' : `, accuracy ${accuracy.toFixed(4)}`}.`;
  return {
    event: state === 'failed' ? 'run-failed' : excess ? 'too-many-images-failed' : 'run-complete',
    run,
    summary,
    output: place,
    report: findings === null ? null : `${place.replace(/\/+$/, '')}/report/index.html`,
    started,
    finished,
    counts: { images, done, quarantined, missing },
    accuracy,
    failures,
    error,
    findings: (findings?.collect ?? []).slice(0, mostFindings).map(({ sentence }) => sentence),
  };
}

/** The same for Slack: text in its own markup. */
export function slackMessage({ summary, findings, failures, report, output }: EndMessage): { text: string } {
  const codes = Object.entries(failures).map(([code, images]) => `${code} ${images}`);
  const lines = [
    `*${escaped(summary)}*`,
    ...(codes.length === 0 ? [] : [`Failed: ${escaped(codes.join(', '))}`]),
    ...findings.map((sentence) => `• ${escaped(sentence)}`),
    escaped(report === null ? `Output: ${output}` : `Report: ${report}`),
  ];
  return { text: lines.join('\n') };
}

/** Slack reads `&`, `<` and `>`; class names and keys may hold them. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
