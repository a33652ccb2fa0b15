/** What nvidia-smi says of the card while something runs. Without it there is nothing to say. */

import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

/** Percent of the time in which something ran on the card, and its memory in MiB, at each look. */
export interface CardUse {
  busy: number[];
  memory: number[];
}

const interval = 500;

export async function printCard(): Promise<void> {
  const query = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader'];
  const answer = await promisify(execFile)('nvidia-smi', query).catch(() => null);
  console.log(`Card      ${answer?.stdout.trim() ?? 'none that nvidia-smi knows of'}`);
}

/** @returns what the work gives, and how the first card was used meanwhile; null without nvidia-smi */
export async function watchCard<T>(work: () => Promise<T>): Promise<{ result: T; use: CardUse | null }> {
  const query = ['--query-gpu=utilization.gpu,memory.used', '--format=csv,noheader,nounits', '--id=0'];
  const watcher = spawn('nvidia-smi', [...query, `-lms=${interval}`], { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  watcher.stdout.on('data', (chunk) => {
    text += chunk;
  });
  const missing = new Promise<boolean>((resolve) => {
    watcher.once('error', () => resolve(true));
    watcher.once('spawn', () => resolve(false));
  });
  const result = await work();
  if (await missing) return { result, use: null };
  watcher.kill();
  const looks = [...text.matchAll(/^(\d+), (\d+)$/gm)];
  return {
    result,
    use: { busy: looks.map(([, busy]) => Number(busy)), memory: looks.map(([, , used]) => Number(used)) },
  };
}
