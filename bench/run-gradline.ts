import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { builtCommand } from './machine.ts';

export interface NodeOptions {
  /** Flags for Node itself. */
  node?: string[];
  environment?: Record<string, string>;
  /** The command's file; default: this checkout's. */
  command?: string;
}

/** Runs the built command in a process of its own. @throws Error when it ends with anything but 0 */
export async function runGradline(
  args: string[],
  { node = [], environment = {}, command = builtCommand() }: NodeOptions = {},
): Promise<void> {
  const child = spawn(process.execPath, [...node, command, ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code, signal] = await once(child, 'close');
  if (code !== 0) throw new Error(`gradline ${args.join(' ')} ended with ${signal ?? `exit code ${code}`}.`);
}
