import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { FileStore, fileStoreError } from '../../../src/shared/store/file-store.ts';
import type { Store } from '../../../src/shared/store/store.ts';
import { temporaryFolder, writeFiles } from '../temporary-folder.ts';

const plain = 'application/octet-stream';

async function keysOf(store: Store, prefix?: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

describe('writing and reading', () => {
  const names = [
    'a b.jpg',
    'é-NFC \u00e9.jpg',
    'é-NFD e\u0301.jpg',
    '100%.jpg',
    '%2e%2e.jpg',
    `it's "quoted".jpg`,
    '.hidden/.x.jpg',
    '猫/写真 🐈.jpg',
    'a..b.jpg',
    '...jpg',
    '-rf',
  ];
  test.each(names)('%s comes back as it was put', async (key) => {
    const store = new FileStore(await temporaryFolder());
    expect(await store.exists(key)).toBe(false);
    await store.put(key, Buffer.from([0, 255, 10]), plain);
    expect(await store.get(key)).toEqual(Buffer.from([0, 255, 10]));
    expect(await store.exists(key)).toBe(true);
    await store.delete(key);
    expect(await store.exists(key)).toBe(false);
    await store.delete(key);
  });

  test('composed and decomposed names stay two keys', async () => {
    const store = new FileStore(await temporaryFolder());
    await store.put('\u00e9.jpg', 'composed', plain);
    await store.put('e\u0301.jpg', 'decomposed', plain);
    expect(await keysOf(store)).toEqual(['e\u0301.jpg', '\u00e9.jpg']);
    expect((await store.get('\u00e9.jpg')).toString()).toBe('composed');
  });

  test('a write replaces the whole file and leaves nothing else behind', async () => {
    const folder = await temporaryFolder();
    const store = new FileStore(folder);
    await store.put('a/x.json', 'a long first version', plain);
    await store.put('a/x.json', 'short', plain);
    expect(await readFile(join(folder, 'a/x.json'), 'utf8')).toBe('short');
    expect(await readdir(join(folder, 'a'))).toEqual(['x.json']);
  });

  test('a reader never sees half of a file that is written again and again', async () => {
    const store = new FileStore(await temporaryFolder());
    const bodies = ['a', 'b'].map((letter) => letter.repeat(300_000));
    await store.put('x', bodies[0] ?? '', plain);
    const writing = (async () => {
      for (let round = 0; round < 40; round++) await store.put('x', bodies[round % 2] ?? '', plain);
    })();
    const seen = new Set<string>();
    for (let round = 0; round < 80; round++) seen.add((await store.get('x')).toString());
    await writing;
    for (const body of seen) expect(bodies).toContain(body);
  });
});

describe('keys that would leave the folder', () => {
  const keys = [
    '../x.jpg',
    '../../x.jpg',
    'a/../../x.jpg',
    '/etc/x.jpg',
    'C:\\x.jpg',
    '..\\x.jpg',
    'a\0.jpg',
    '',
    '..',
    'a//b',
    './a',
  ];
  test.each(keys)('%j is refused by every verb', async (key) => {
    const outer = await temporaryFolder();
    await writeFiles(outer, { 'x.jpg': 'outside' });
    await mkdir(join(outer, 'store/a'), { recursive: true });
    const store = new FileStore(join(outer, 'store'));
    const refused = { name: 'UserError', code: 'bad-key' };
    await expect(store.get(key)).rejects.toMatchObject(refused);
    await expect(store.put(key, 'x', plain)).rejects.toMatchObject(refused);
    await expect(store.exists(key)).rejects.toMatchObject(refused);
    expect(await readFile(join(outer, 'x.jpg'), 'utf8')).toBe('outside');
  });

  test('a listing cannot start outside', async () => {
    const folder = await temporaryFolder();
    await expect(keysOf(new FileStore(folder), '../../')).rejects.toMatchObject({ code: 'bad-key' });
  });
});

describe('listing', () => {
  test('goes in the order of the UTF-8 bytes of the whole key', async () => {
    const folder = await temporaryFolder();
    const keys = [
      'a/z.jpg',
      'a-b.jpg',
      'a.jpg',
      'a0.jpg',
      'B.jpg',
      'é.jpg',
      '\ufb01.jpg',
      '\u{1f408}.jpg',
      'a/b/c.jpg',
      'ab/x.jpg',
    ];
    await writeFiles(folder, Object.fromEntries(keys.map((key) => [key, key])));
    const byBytes = [...keys].sort((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
    expect(await keysOf(new FileStore(folder))).toEqual(byBytes);
  });

  test('tells sizes and leaves hidden files out', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'a.jpg': '12345', '.DS_Store': 'x', '.git/b.jpg': 'x', 'c/.d.jpg': 'x', 'c/e.jpg': '' });
    const found = [];
    for await (const object of new FileStore(folder).list()) found.push(object);
    expect(found).toEqual([
      { key: 'a.jpg', size: 5 },
      { key: 'c/e.jpg', size: 0 },
    ]);
  });

  test('a prefix limits it, within a name as in a bucket', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, {
      'val/cat/1.jpg': '',
      'val/cat/2.jpg': '',
      'val/dog/1.jpg': '',
      'valid/1.jpg': '',
      'x.jpg': '',
    });
    const store = new FileStore(folder);
    expect(await keysOf(store, 'val/cat/')).toEqual(['val/cat/1.jpg', 'val/cat/2.jpg']);
    expect(await keysOf(store, 'val')).toEqual(['val/cat/1.jpg', 'val/cat/2.jpg', 'val/dog/1.jpg', 'valid/1.jpg']);
    expect(await keysOf(store, 'val/d')).toEqual(['val/dog/1.jpg']);
    expect(await keysOf(store, 'nothing/here/')).toEqual([]);
  });

  test('follows links to files and folders and ends at a loop', async () => {
    const outer = await temporaryFolder();
    await writeFiles(outer, { 'store/a.jpg': 'a', 'elsewhere/b.jpg': 'b', 'elsewhere/deep/c.jpg': 'c' });
    await symlink(join(outer, 'elsewhere/b.jpg'), join(outer, 'store/file.jpg'));
    await symlink(join(outer, 'elsewhere/deep'), join(outer, 'store/folder'));
    await symlink(join(outer, 'store'), join(outer, 'store/loop'));
    await symlink(join(outer, 'nowhere'), join(outer, 'store/broken.jpg'));
    const store = new FileStore(join(outer, 'store'));
    expect(await keysOf(store)).toEqual(['a.jpg', 'broken.jpg', 'file.jpg', 'folder/c.jpg']);
    expect((await store.get('folder/c.jpg')).toString()).toBe('c');
    await expect(store.get('broken.jpg')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('a folder that does not exist is an error that names it', async () => {
    const folder = join(await temporaryFolder(), 'missing');
    await expect(keysOf(new FileStore(folder))).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining(folder),
    });
  });
});

describe('errors', () => {
  test('a missing file is not found', async () => {
    const store = new FileStore(await temporaryFolder());
    await expect(store.get('a/b.jpg')).rejects.toMatchObject({
      name: 'StoreError',
      code: 'not-found',
      transient: false,
    });
  });

  test('a file where a folder should be stays and is named', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { a: 'file' });
    const store = new FileStore(folder);
    await expect(store.put('a/b.jpg', 'x', plain)).rejects.toMatchObject({
      code: 'unavailable',
      transient: false,
      message: expect.stringContaining('a file stands where a folder should be'),
    });
    expect((await store.get('a')).toString()).toBe('file');
  });

  test('a folder in the place of the file leaves no temporary file', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'a/b/c': '' });
    await expect(new FileStore(folder).put('a/b', 'x', plain)).rejects.toMatchObject({ name: 'StoreError' });
    expect(await readdir(join(folder, 'a'))).toEqual(['b']);
  });

  test('a name longer than the file system takes is no passing trouble', async () => {
    const store = new FileStore(await temporaryFolder());
    await expect(store.put('x'.repeat(300), 'x', plain)).rejects.toMatchObject({
      code: 'unavailable',
      transient: false,
    });
    expect(await store.exists('x'.repeat(300))).toBe(false);
  });

  test.skipIf(process.platform === 'win32')('no permission is access-denied', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'secret.jpg': 'x' });
    await chmod(join(folder, 'secret.jpg'), 0o000);
    await chmod(folder, 0o555);
    // Root may read everything, so the test steps down.
    if (process.geteuid?.() === 0) {
      process.seteuid?.(65_534);
      onTestFinished(() => process.seteuid?.(0));
    }
    const store = new FileStore(folder);
    await expect(store.get('secret.jpg')).rejects.toMatchObject({ code: 'access-denied' });
    await expect(store.put('new.jpg', 'x', plain)).rejects.toMatchObject({ code: 'access-denied' });
  });

  test.runIf(process.platform === 'linux')('a full disk is no-space', async () => {
    const error = await writeFile('/dev/full', 'x').catch((thrown: unknown) => thrown);
    expect(fileStoreError(error, 'write', 'out/x.jpg')).toMatchObject({
      name: 'StoreError',
      code: 'no-space',
      transient: false,
      message: 'Cannot write out/x.jpg: the disk is full. Free some space.',
    });
  });
});

test.runIf(process.platform === 'linux')(
  'a folder that the file system refuses to make is an error at once',
  async () => {
    const store = new FileStore('/proc/gradline');
    await expect(store.put('run.json', '{}', 'application/json')).rejects.toThrow(/\/proc\/gradline/);
  },
);
