import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FileAccess, pooledAccess, QuickAccess } from '../../../src/shared/store/file-access.ts';
import { FileStore } from '../../../src/shared/store/file-store.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gradline-access-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe.each<[string, () => FileAccess]>([
  ['in the pool', () => pooledAccess],
  ['at once', () => new QuickAccess()],
])('files that are read and written %s', (_name, open) => {
  test('have the bytes that were given', async () => {
    const access = open();
    await access.makeFolder(join(folder, 'a'));
    await access.write(join(folder, 'a/new'), Buffer.from([1, 2, 3]));
    await access.write(join(folder, 'a/text'), 'grün');
    await access.rename(join(folder, 'a/new'), join(folder, 'old'));
    expect([...(await access.read(join(folder, 'old')))]).toEqual([1, 2, 3]);
    expect(await readFile(join(folder, 'a/text'), 'utf8')).toBe('grün');
  });

  test('fail with the codes of the system, by a promise', async () => {
    const access = open();
    await writeFile(join(folder, 'there'), 'x');
    const codes = await Promise.all(
      [
        access.read(join(folder, 'missing')),
        access.write(join(folder, 'there'), 'y'),
        access.write(join(folder, 'missing/new'), 'y'),
        access.rename(join(folder, 'missing'), join(folder, 'new')),
        access.makeFolder(join(folder, 'missing/new')),
        access.read(folder),
      ].map((call) => call.then(() => 'none').catch((error: NodeJS.ErrnoException) => error.code)),
    );
    expect(codes).toEqual(['ENOENT', 'EEXIST', 'ENOENT', 'ENOENT', 'ENOENT', 'EISDIR']);
  });

  test('are a store: folders are made, files replaced, and what is missing is said', async () => {
    const store = new FileStore(folder, open());
    const names = Array.from({ length: 200 }, (_, i) => `${i % 7}/deep/${i}.txt`);
    await Promise.all(names.map((name) => store.put(name, name, 'text/plain')));
    await store.put('0/deep/0.txt', 'again', 'text/plain');
    const read = await Promise.all(names.map(async (name) => (await store.get(name)).toString()));
    expect(read).toEqual(['again', ...names.slice(1)]);
    const listed: string[] = [];
    for await (const { key } of store.list()) listed.push(key);
    expect(listed).toHaveLength(200);
    await expect(store.get('0/none.txt')).rejects.toMatchObject({ code: 'not-found' });
    await expect(store.put('0/deep/0.txt/below', 'x', 'text/plain')).rejects.toMatchObject({ name: 'StoreError' });
  });
});
