/** Loaded into a process by `node --import`: writes its peak resident memory, in bytes, to the file named in the environment. */

import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { peakFileVariable } from './peak-variable.ts';

const file = process.env[peakFileVariable];
// Threads of the process load this file too.
if (isMainThread && file !== undefined) process.on('exit', () => writeFileSync(file, String(peakBytes())));

/**
 * Linux counts the parent's memory into `maxRSS` from before the program was started, but not into the high water mark of the
 * program's own memory.
 */
function peakBytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(line?.[1]) * 1024;
}
