import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const start = promisify(execFile);

interface Place {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
}

/** What a program prints. @throws Error with what it says where it fails */
export async function output(program: string, args: readonly string[], place: Place = {}): Promise<string> {
  return (await start(program, args, { ...place, maxBuffer: 2 ** 26 })).stdout;
}

export async function run(program: string, args: readonly string[], place: Place = {}): Promise<void> {
  await output(program, args, place);
}
