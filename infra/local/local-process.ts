/** One command of a service as a process of this machine. */

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface LocalCommand {
  program: string;
  arguments: string[];
  environment: Record<string, string>;
  folder: string;
}

export class LocalProcess {
  readonly #child: ChildProcess;
  /** Exit code, or the signal that ended it. Rejects where the program cannot be started. */
  readonly ended: Promise<number | NodeJS.Signals>;

  /** @param onLine gets each line that it prints, from standard output and standard error alike */
  constructor(command: LocalCommand, onLine: (line: string) => void) {
    this.#child = spawn(command.program, command.arguments, {
      cwd: command.folder,
      env: command.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A Ctrl-C in the terminal is for whoever started it, who stops its processes in the right order.
      detached: true,
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface(stream).on('line', onLine);
    }
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', (error) => {
        const missing = 'code' in error && error.code === 'ENOENT';
        reject(missing ? new Error(`${command.program} is not installed.`, { cause: error }) : error);
      });
      this.#child.once('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'));
    });
    // Whoever waits for it hears of it; nobody may be waiting yet.
    this.ended.catch(() => undefined);
  }

  get running(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** SIGTERM, and SIGKILL after the grace period, as Docker does. @param grace seconds */
  async stop(grace: number): Promise<number | NodeJS.Signals> {
    const timer = setTimeout(() => this.kill(), grace * 1000);
    this.#child.kill('SIGTERM');
    try {
      return await this.ended;
    } finally {
      clearTimeout(timer);
    }
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
