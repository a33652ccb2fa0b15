/** What a process has used of the machine since it started. */

import { existsSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/** Times in seconds. */
export interface Usage {
  user: number;
  system: number;
  /** How long the main thread's event loop was not idle; on a busy machine it also counts waiting for a core. */
  mainBusy: number;
  /** Time on a core of the main thread alone; null where the system does not tell. */
  mainOnCore: number | null;
  /** Most memory that was resident at a time, in bytes. */
  peak: number;
}

/** Of this process; called from its main thread. */
export function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return {
    user: user / 1e6,
    system: system / 1e6,
    mainBusy: performance.eventLoopUtilization().active / 1e3,
    mainOnCore: mainOnCore(),
    peak: peakBytes(),
  };
}

/** What was used between two looks; the peak is that of the later one. */
export function usageBetween(before: Usage, after: Usage): Usage {
  return {
    user: after.user - before.user,
    system: after.system - before.system,
    mainBusy: after.mainBusy - before.mainBusy,
    mainOnCore: before.mainOnCore === null || after.mainOnCore === null ? null : after.mainOnCore - before.mainOnCore,
    peak: after.peak,
  };
}

/** The first of Linux's scheduler statistics of a thread is its time on a core, in nanoseconds. The main thread has the process's number. */
function mainOnCore(): number | null {
  const file = `/proc/self/task/${process.pid}/schedstat`;
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split(' ')[0]) / 1e9 : null;
}

/**
 * Linux counts the parent's memory into `maxRSS` from before the program was started, but not into the high water mark of the
 * program's own memory.
 */
function peakBytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(line?.[1]) * 1024;
}
