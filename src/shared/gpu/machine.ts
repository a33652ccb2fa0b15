/** What is asked of a machine to learn whether CUDA runs on it. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type RuntimeBinding, runtimeBinding } from './runtime-binding.ts';

export interface Machine {
  platform: NodeJS.Platform;
  arch: string;
  /** Tells where programs (`PATH`) and libraries (`LD_LIBRARY_PATH`) lie. */
  environment: NodeJS.ProcessEnv;
  /** File in which NVIDIA's kernel driver says what it is. */
  driverFile: string;
  binding: RuntimeBinding;
}

export function thisMachine(): Machine {
  return {
    platform: process.platform,
    arch: process.arch,
    environment: process.env,
    driverFile: '/proc/driver/nvidia/version',
    binding: runtimeBinding(),
  };
}

const run = promisify(execFile);

/** Milliseconds; nvidia-smi takes seconds where no daemon keeps the driver awake. */
const patience = 20_000;

/** What a program prints; null where it is not there or fails. */
export async function printed({ environment }: Machine, program: string, args: string[]): Promise<string | null> {
  try {
    // ldconfig lies where only root's PATH leads.
    const env = { ...environment, PATH: `${environment.PATH ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C' };
    return (await run(program, args, { env, timeout: patience })).stdout;
  } catch {
    return null;
  }
}
