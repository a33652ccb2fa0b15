import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { constants, copyFile, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../../explain/user-error.ts';
import { type FileAccess, pooledAccess } from './file-access.ts';
import { walkFolder } from './file-listing.ts';
import { type ObjectFacts, type Store, type StoredObject, StoreError, type StoreErrorCode } from './store.ts';
import { compareKeys, storeKeyProblem } from './store-key.ts';

/** How many sizes are asked for at once while listing. */
const statBatch = 64;
/** Bytes of a file that are read at once. */
const pieceLength = 1 << 18;

/** A folder as a store. Keys are paths below it with `/` between parts, in Unicode as the file system gives them. */
export class FileStore implements Store {
  readonly location: string;
  readonly #root: string;
  readonly #access: FileAccess;

  constructor(location: string, access: FileAccess = pooledAccess) {
    this.location = location;
    this.#root = resolve(location);
    this.#access = access;
  }

  async *list(prefix = '', after = ''): AsyncGenerator<StoredObject> {
    const start = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    if (start !== '') this.#pathOf(start.slice(0, -1));
    const wanted = (key: string): boolean => {
      const isFolder = key.endsWith('/');
      const behind = after === '' || compareKeys(key, after) > 0 || (isFolder && after.startsWith(key));
      return behind && (key.startsWith(prefix) || (isFolder && prefix.startsWith(key)));
    };
    try {
      let keys: string[] = [];
      for await (const key of walkFolder(this.#root, start, wanted)) {
        keys.push(key);
        if (keys.length < statBatch) continue;
        yield* await this.#measure(keys);
        keys = [];
      }
      yield* await this.#measure(keys);
    } catch (error) {
      // A prefix that names no folder matches nothing, as in a bucket.
      if (start !== '' && hasCode(error, 'ENOENT', 'ENOTDIR') && (await isFolder(this.#root))) return;
      throw fileStoreError(error, 'list', pathOfError(error) ?? this.location);
    }
  }

  /** @throws UserError `bad-key` for a key that would leave the folder */
  async get(key: string): Promise<Buffer> {
    const path = this.#pathOf(key);
    try {
      return await this.#access.read(path);
    } catch (error) {
      throw fileStoreError(error, 'read', path);
    }
  }

  /** @throws UserError `bad-key` for a key that would leave the folder */
  async put(key: string, body: Buffer | string, _contentType: string): Promise<void> {
    await this.#create(key, (temporary) => this.#access.write(temporary, body));
  }

  /** @throws UserError `bad-key` for a key that would leave the folder */
  async putFile(key: string, path: string, _contentType: string): Promise<void> {
    await this.#create(key, (temporary) => copyFile(path, temporary, constants.COPYFILE_EXCL));
  }

  async #create(key: string, write: (temporary: string) => Promise<void>): Promise<void> {
    const path = this.#pathOf(key);
    // In the same folder, because a rename is atomic only within one file system; hidden, so that no listing shows it.
    const temporary = join(dirname(path), `.gradline-${randomBytes(9).toString('hex')}.tmp`);
    try {
      try {
        await write(temporary);
      } catch (error) {
        if (!hasCode(error, 'ENOENT')) throw error;
        await makeFolder(dirname(path), this.#access);
        await write(temporary);
      }
      await this.#access.rename(temporary, path);
    } catch (error) {
      await unlink(temporary).catch(() => undefined);
      throw fileStoreError(error, 'write', path);
    }
  }

  async exists(key: string): Promise<boolean> {
    const path = this.#pathOf(key);
    try {
      return (await stat(path)).isFile();
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP')) return false;
      throw fileStoreError(error, 'look for', path);
    }
  }

  async facts(key: string): Promise<ObjectFacts> {
    const path = this.#pathOf(key);
    try {
      const facts = await stat(path);
      if (!facts.isFile()) throw new StoreError('not-found', `Cannot read ${path}: it is not a file.`);
      const { size, mtimeMs } = facts;
      return { size, version: `${Math.round(mtimeMs * 1000).toString(36)}-${size.toString(36)}` };
    } catch (error) {
      throw fileStoreError(error, 'read', path);
    }
  }

  async *pieces(key: string, start = 0, end = Number.POSITIVE_INFINITY): AsyncGenerator<Buffer> {
    const path = this.#pathOf(key);
    if (end <= start) return;
    const stream = createReadStream(path, { start, end: end - 1, highWaterMark: pieceLength });
    try {
      for await (const piece of stream) yield piece;
    } catch (error) {
      throw fileStoreError(error, 'read', path);
    } finally {
      stream.destroy();
    }
  }

  async delete(key: string): Promise<void> {
    const path = this.#pathOf(key);
    try {
      await unlink(path);
    } catch (error) {
      if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw fileStoreError(error, 'delete', path);
    }
  }

  async close(): Promise<void> {}

  readonly [Symbol.asyncDispose] = () => this.close();

  #pathOf(key: string): string {
    const problem = storeKeyProblem(key);
    if (problem !== null) {
      throw new UserError('bad-key', `Key ${JSON.stringify(key)} cannot be used in ${this.location}: ${problem}.`);
    }
    return join(this.#root, key);
  }

  async #measure(keys: string[]): Promise<StoredObject[]> {
    return Promise.all(
      keys.map(async (key) => {
        const size = await stat(join(this.#root, key)).then(
          (stats) => stats.size,
          () => 0,
        );
        return { key, size };
      }),
    );
  }
}

/**
 * As `mkdir` with `recursive`, which never returns where a file system refuses a folder with ENOENT although its parent is
 * there (such as /proc).
 */
async function makeFolder(path: string, access: FileAccess): Promise<void> {
  try {
    await access.makeFolder(path);
    return;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return;
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  // Others may make the same folders at the same time, so only a second refusal with the parent there is final.
  if (!(await isFolder(dirname(path)))) await makeFolder(dirname(path), access);
  await access.makeFolder(path).catch((error) => {
    if (!hasCode(error, 'EEXIST')) throw error;
  });
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

/** Turns a file system error into the store's own, with the path and what a person can do; others come back as they are. */
export function fileStoreError(error: unknown, verb: string, path: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  // The system's codes, not those of our own errors or of Node.js.
  if (!/^E[A-Z0-9]+$/.test(error.code)) return error;
  const known = fileErrors[error.code];
  if (known === undefined) {
    return new StoreError('unavailable', `Cannot ${verb} ${path}: ${error.message}.`, { cause: error });
  }
  const { code, reason, transient } = known;
  return new StoreError(code, `Cannot ${verb} ${path}: ${reason}`, {
    cause: error,
    ...(transient === undefined ? {} : { transient }),
  });
}

const fileErrors: Record<string, { code: StoreErrorCode; reason: string; transient?: boolean }> = {
  ENOENT: { code: 'not-found', reason: 'it does not exist.' },
  ENOSPC: { code: 'no-space', reason: 'the disk is full. Free some space.' },
  EDQUOT: { code: 'no-space', reason: 'the disk quota is used up. Free some space.' },
  EACCES: { code: 'access-denied', reason: 'permission denied. Check the owner and mode of the file and its folders.' },
  EPERM: { code: 'access-denied', reason: 'the system does not permit it. Check the owner and mode of the file.' },
  EROFS: { code: 'access-denied', reason: 'the file system is read-only.' },
  EISDIR: { code: 'unavailable', reason: 'it is a folder, not a file.', transient: false },
  ENOTDIR: { code: 'unavailable', reason: 'a file stands where a folder should be.', transient: false },
  EEXIST: { code: 'unavailable', reason: 'a file stands where a folder should be.', transient: false },
  ENAMETOOLONG: { code: 'unavailable', reason: 'the name is too long for the file system.', transient: false },
  ELOOP: { code: 'not-found', reason: 'its symbolic links form a loop.' },
};

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}

function pathOfError(error: unknown): string | null {
  return error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : null;
}
