/** `gradline run` in a process of its own, with what it used. */

import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { runGradline } from '../run-gradline.ts';
import type { Usage } from './usage.ts';
import { usageFileVariable } from './usage-variable.ts';

/** What `preload-usage.ts` writes. */
export const usageFile: z.ZodType<Usage> = z.object({
  user: z.number(),
  system: z.number(),
  mainBusy: z.number(),
  mainOnCore: z.number().nullable(),
  peak: z.number(),
});
const runFile = z.object({
  counts: z.object({ done: z.number(), quarantined: z.number() }),
  timings: z.object({ imagesPerSecond: z.number() }),
});

export interface MeasuredRun extends Usage {
  images: number;
  /** As run.json has it: from the opened model to the last written byte. */
  imagesPerSecond: number;
}

/**
 * @param args of `gradline run`, without `--output`
 * @param output a local folder
 * @param command the built command; default: this checkout's
 * @throws Error when it fails, or leaves out an image
 */
export async function measureRun(
  args: string[],
  output: string,
  { command, environment = {} }: { command?: string; environment?: Record<string, string> } = {},
): Promise<MeasuredRun> {
  const file = `${output}.usage.json`;
  await runGradline(['run', ...args, '--output', output, '--quiet'], {
    node: ['--import', new URL('./preload-usage.js', import.meta.url).href],
    // With a module to load first, Node uses libuv's pool before the command can size it (src/cli/gradline.cts).
    environment: { UV_THREADPOOL_SIZE: String(availableParallelism() + 4), ...environment, [usageFileVariable]: file },
    ...(command === undefined ? {} : { command }),
  });
  const used = usageFile.parse(JSON.parse(await readFile(file, 'utf8')));
  const { counts, timings } = runFile.parse(JSON.parse(await readFile(join(output, 'run.json'), 'utf8')));
  if (counts.quarantined > 0) throw new Error(`${counts.quarantined} of the photos could not be explained.`);
  return { ...used, images: counts.done, imagesPerSecond: timings.imagesPerSecond };
}
