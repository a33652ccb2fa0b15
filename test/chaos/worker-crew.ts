/** Worker processes of which one or another is killed and replaced. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Random } from '../../demo/draw/random.ts';

const built = process.env.GRADLINE_TEST_DIST ?? fileURLToPath(new URL('../../dist', import.meta.url));
const preload = new URL('./kill-at-images.mjs', import.meta.url).href;
/** A folder in which everything that the workers print is kept. */
const logFolder = process.env.GRADLINE_CHAOS_LOG;

const event = z.object({ event: z.string(), images: z.number().optional(), longestLoopDelay: z.number().optional() });

export interface CrewCounts {
  started: number;
  /** By `killOne`. */
  killed: number;
  /** That ended by a signal of their own. */
  crashed: number;
  /** Shards that were committed and counted, as the workers tell it. */
  shards: number;
  /** Milliseconds; of the workers that came to an end in order. */
  longestLoopDelay: number;
}

export class WorkerCrew {
  readonly counts: CrewCounts = { started: 0, killed: 0, crashed: 0, shards: 0, longestLoopDelay: 0 };
  /** What a worker said that ended by itself, without having been told to. */
  failure: string | null = null;
  readonly #flags: string[];
  readonly #environment: Record<string, string>;
  readonly #workers = new Set<ChildProcess>();
  #ending = false;

  constructor(size: number, flags: string[], environment: Record<string, string>) {
    this.#flags = flags;
    this.#environment = environment;
    for (let i = 0; i < size; i += 1) this.#start();
  }

  /** Kills one of them without warning; another takes its place at once. */
  killOne(random: Random): void {
    const workers = [...this.#workers];
    const victim = workers[random.integer(0, workers.length - 1)];
    if (victim === undefined) return;
    this.counts.killed += 1;
    this.#workers.delete(victim);
    victim.kill('SIGKILL');
    this.#start();
  }

  /** Tells them to stop, and waits until they have. */
  async stop(): Promise<void> {
    this.#ending = true;
    const ends = [...this.#workers].map((worker) => once(worker, 'close'));
    for (const worker of this.#workers) worker.kill('SIGTERM');
    await Promise.all(ends);
  }

  /** Ends what is left of them. */
  kill(): void {
    this.#ending = true;
    for (const worker of this.#workers) worker.kill('SIGKILL');
  }

  #start(): void {
    const number = this.counts.started;
    this.counts.started += 1;
    const args = ['--import', preload, join(built, 'cli/main.js'), 'worker', '--json', '--name', `worker-${number}`];
    const child = spawn(process.execPath, [...args, ...this.#flags], {
      env: { ...process.env, GRADLINE_DEBUG: '', ...this.#environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#workers.add(child);
    const log = logFolder === undefined ? null : createWriteStream(join(logFolder, `worker-${number}.log`));
    let complaint = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log?.write(text);
      complaint += text;
    });
    this.#listen(child, log);
    child.once('close', (code, signal) => {
      log?.end(`ended with ${signal ?? code} at ${new Date().toISOString()}\n`);
      if (!this.#workers.delete(child) || this.#ending) return;
      if (signal === null) {
        this.failure = `A worker ended with exit code ${code}: ${complaint}`;
        return;
      }
      this.counts.crashed += 1;
      this.#start();
    });
  }

  #listen(child: ChildProcess, log: WriteStream | null): void {
    let rest = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      log?.write(text);
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#hear(line);
    });
  }

  #hear(line: string): void {
    const told = event.parse(JSON.parse(line));
    if (told.event === 'shard') this.counts.shards += 1;
    this.counts.longestLoopDelay = Math.max(this.counts.longestLoopDelay, told.longestLoopDelay ?? 0);
  }
}
