import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { builtCommand } from '../machine.ts';
import { usageFile } from '../usage/measured-run.ts';
import { usageFileVariable } from '../usage/usage-variable.ts';

const event = z.object({
  event: z.string(),
  time: z.coerce.date(),
  images: z.number().optional(),
  message: z.string().optional(),
  longestLoopDelay: z.number().optional(),
});

export interface WorkerFigures {
  images: number;
  /** From when the model was ready until the run was complete. */
  seconds: number;
  /** Processor time of all of the process's threads, in seconds, from its start to its end. */
  processor: number;
  /** Milliseconds. */
  longestLoopDelay: number;
}

/**
 * Runs the built `gradline worker` until no run has work.
 * @param file for what it used; written anew
 * @throws Error when it completes no run
 */
export async function workUntilEmpty(file: string, environment: Record<string, string>): Promise<WorkerFigures> {
  const preload = ['--import', new URL('../usage/preload-usage.js', import.meta.url).href];
  const child = spawn(process.execPath, [...preload, builtCommand(), 'worker', '--until-empty', '--json'], {
    // As measureRun: with a module to load first, Node uses libuv's pool before the command can size it.
    env: {
      ...process.env,
      UV_THREADPOOL_SIZE: String(availableParallelism() + 4),
      ...environment,
      [usageFileVariable]: file,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const times = new Map<string, Date>();
  let [images, longestLoopDelay] = [0, 0];
  for await (const line of createInterface({ input: child.stdout })) {
    const told = event.parse(JSON.parse(line));
    times.set(told.event, told.time);
    if (told.event === 'warning') console.log(`  worker: ${told.message}`);
    if (told.event === 'run-completed') images = told.images ?? 0;
    longestLoopDelay = Math.max(longestLoopDelay, told.longestLoopDelay ?? 0);
  }
  const [ready, completed] = [times.get('ready'), times.get('run-completed')];
  if (ready === undefined || completed === undefined) throw new Error('The worker completed no run.');
  await closed;
  const { user, system } = usageFile.parse(JSON.parse(await readFile(file, 'utf8')));
  const seconds = (completed.getTime() - ready.getTime()) / 1000;
  return { images, seconds, processor: user + system, longestLoopDelay };
}
