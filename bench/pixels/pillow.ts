import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { packageFolder } from '../machine.ts';

/** bench/pixels/pillow.py, which resizes the same photos whenever it is sent a line. */
export class Pillow {
  readonly version: string;
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers: AsyncIterator<string>;

  private constructor(
    process: ChildProcessByStdio<Writable, Readable, null>,
    answers: AsyncIterator<string>,
    version: string,
  ) {
    this.#process = process;
    this.#answers = answers;
    this.version = version;
  }

  static async start(python: string, folder: string, count: number): Promise<Pillow> {
    const script = join(packageFolder, 'bench/pixels/pillow.py');
    const process = spawn(python, [script, folder, String(count)], { stdio: ['pipe', 'pipe', 'inherit'] });
    const answers = createInterface(process.stdout)[Symbol.asyncIterator]();
    return new Pillow(process, answers, await answer(answers));
  }

  /** @returns CPU milliseconds a photo */
  async resizeAll(): Promise<number> {
    this.#process.stdin.write('\n');
    return Number(await answer(this.#answers));
  }

  async close(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.stdin.end();
    await ended;
  }
}

async function answer(answers: AsyncIterator<string>): Promise<string> {
  const { value, done } = await answers.next();
  if (done === true) throw new Error('bench/pixels/pillow.py ended. Its interpreter, PYTHON, needs Pillow.');
  return value;
}
