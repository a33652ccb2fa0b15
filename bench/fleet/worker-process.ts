import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { builtCommand } from '../machine.ts';

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
  /** Milliseconds. */
  longestLoopDelay: number;
}

/** Runs the built `gradline worker` until no run has work. @throws Error when it completes no run */
export async function workUntilEmpty(flags: string[], environment: Record<string, string>): Promise<WorkerFigures> {
  const child = spawn(process.execPath, [builtCommand(), 'worker', '--until-empty', '--json', ...flags], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
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
  return { images, seconds: (completed.getTime() - ready.getTime()) / 1000, longestLoopDelay };
}
