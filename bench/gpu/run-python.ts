import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageFolder } from '../machine.ts';

/** Runs a program of this folder and reads what it prints, which is JSON. @throws Error when it ends with anything but 0 */
export async function runPython(python: string, program: string, args: string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(python, [join(packageFolder, 'bench/gpu', program), ...args]);
  return JSON.parse(stdout);
}
