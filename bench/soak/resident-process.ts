/** A process of the fleet, what it holds, and what it complained of. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { z } from 'zod';
import { builtCommand } from '../machine.ts';

const run = promisify(execFile);
const told = z.object({ level: z.string(), message: z.string().optional(), event: z.string() });

/** What nobody should have to read after a quiet night. */
export interface Complaint {
  process: string;
  line: string;
}

/** The built command, told to stop sooner or later. Everything on standard error, warnings and odd ends become complaints. */
export class ResidentProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #complaints: Complaint[];
  readonly #closed: Promise<unknown>;
  #expected: number | NodeJS.Signals | null = null;

  /** @param words with `--json` among them where the command has it */
  constructor(name: string, words: string[], environment: Record<string, string>, complaints: Complaint[]) {
    this.name = name;
    this.#complaints = complaints;
    this.#child = spawn(process.execPath, ['--trace-warnings', builtCommand(), ...words], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { stdout, stderr } = this.#child;
    if (stderr !== null) createInterface(stderr).on('line', (line) => this.#complain(line));
    if (stdout !== null) createInterface(stdout).on('line', (line) => this.#hear(line));
    const kill = () => this.#child.kill('SIGKILL');
    process.once('exit', kill);
    this.#closed = once(this.#child, 'close').then(([code, signal]) => {
      process.off('exit', kill);
      const end = signal ?? code;
      if (end !== this.#expected)
        this.#complain(`ended with ${end}, and not with ${this.#expected ?? 'being told to'}`);
    });
  }

  /** Resident memory in bytes. @throws Error where the process is gone or this machine has no `ps` */
  async memory(): Promise<number> {
    const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(this.#child.pid)]);
    return Number(stdout) * 1024;
  }

  /** As Kubernetes does; it should end with 0. */
  async stop(): Promise<void> {
    this.#expected = 0;
    this.#child.kill('SIGTERM');
    await this.#closed;
  }

  /** As a machine that is gone. */
  async kill(): Promise<void> {
    this.#expected = 'SIGKILL';
    this.#child.kill('SIGKILL');
    await this.#closed;
  }

  #hear(line: string): void {
    if (!line.startsWith('{')) return;
    const { level, event, message } = told.parse(JSON.parse(line));
    if (level !== 'info') this.#complain(`${event}: ${message ?? line}`);
  }

  #complain(line: string): void {
    this.#complaints.push({ process: this.name, line });
  }
}
