/** How a folder's files are read and written: in libuv's pool, or at once, in the thread that asks. */

import {
  mkdir as mkdirInto,
  mkdirSync,
  readFile as readFileInto,
  readFileSync,
  rename as renameInto,
  renameSync,
  writeFile as writeFileInto,
  writeFileSync,
} from 'node:fs';
import { promisify } from 'node:util';

export interface FileAccess {
  read(path: string): Promise<Buffer>;
  /** A new file; one that is there is an error. */
  write(path: string, body: Buffer | string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** One folder, whose parent is there. */
  makeFolder(path: string): Promise<void>;
}

/** Without the file handles of `node:fs/promises`, which cost twice the time. */
const readFile = promisify(readFileInto);
const writeFile = promisify(writeFileInto);
const rename = promisify(renameInto);
const mkdir = promisify(mkdirInto);

/** For any thread. */
export const pooledAccess: FileAccess = {
  read: (path) => readFile(path),
  write: (path, body) => writeFile(path, body, { flag: 'wx' }),
  rename: (from, to) => rename(from, to),
  makeFolder: (path) => mkdir(path),
};

/** Milliseconds of a call, for each MiB that was begun, from which on others have better things to do meanwhile. */
const slow = 0.5;
/** How much of the mean time is the last call's, and the most that it counts: a busy machine may take the core away in any call. */
const ofLast = 1 / 16;
const most = 4;
/** Calls that go to the pool, after which one is tried at once again; twice as many after each that was slow. */
const [firstPause, longestPause] = [64, 4096];

/**
 * For a thread that may wait for a file: calls are made at once as long as the disk answers quickly. A call in the pool wakes two threads, and a
 * small file takes four, which is most of the work. Where a call takes longer, on a disk in the network, say, the
 * thread has other images to see to, and calls go to the pool.
 */
export class QuickAccess implements FileAccess {
  #mean = 0;
  #pause = firstPause;
  #untilTrial = 0;

  read(path: string): Promise<Buffer> {
    return this.#run(
      () => readFileSync(path),
      () => pooledAccess.read(path),
      ({ length }) => length,
    );
  }

  write(path: string, body: Buffer | string): Promise<void> {
    return this.#run(
      () => writeFileSync(path, body, { flag: 'wx' }),
      () => pooledAccess.write(path, body),
      () => body.length,
    );
  }

  rename(from: string, to: string): Promise<void> {
    return this.#run(
      () => renameSync(from, to),
      () => pooledAccess.rename(from, to),
    );
  }

  makeFolder(path: string): Promise<void> {
    return this.#run(
      () => mkdirSync(path),
      () => pooledAccess.makeFolder(path),
    );
  }

  async #run<Result>(
    atOnce: () => Result,
    inPool: () => Promise<Result>,
    bytes: (result: Result) => number = () => 0,
  ): Promise<Result> {
    if (this.#untilTrial > 0) {
      this.#untilTrial -= 1;
      return inPool();
    }
    const begin = performance.now();
    const result = atOnce();
    this.#judge((performance.now() - begin) / Math.max(Math.ceil(bytes(result) / 2 ** 20), 1));
    return result;
  }

  #judge(milliseconds: number): void {
    this.#mean += (Math.min(milliseconds, most) - this.#mean) * ofLast;
    if (this.#mean <= slow) {
      this.#pause = firstPause;
      return;
    }
    this.#untilTrial = this.#pause;
    this.#pause = Math.min(this.#pause * 2, longestPause);
    // The trial alone decides.
    this.#mean = slow * (1 - ofLast);
  }
}
