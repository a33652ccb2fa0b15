import { randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FileStore } from '../../../src/shared/store/file-store.ts';
import { openStore } from '../../../src/shared/store/open-store.ts';
import { s3Program, useS3 } from '../../fleet/use-s3.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** A file of so many bytes. */
async function fileOf(bytes: number): Promise<{ path: string; body: Buffer }> {
  const path = join(await temporaryFolder(), 'file');
  const body = randomBytes(bytes);
  await writeFile(path, body);
  return { path, body };
}

test('a folder takes a file as it is, and nothing else is left there', async () => {
  const folder = await temporaryFolder();
  const store = new FileStore(folder);
  const { path, body } = await fileOf(1000);
  await store.putFile('scores/table.bin', path, 'application/octet-stream');
  expect((await store.get('scores/table.bin')).equals(body)).toBe(true);
  expect(await readdir(join(folder, 'scores'))).toEqual(['table.bin']);
  await expect(store.putFile('other', join(folder, 'missing'), 'application/octet-stream')).rejects.toThrow();
  expect(await readdir(folder)).toEqual(['scores']);
});

describe.skipIf(s3Program === null)('a bucket', () => {
  useS3('files');

  test.each([0, 1000, (16 << 20) + 1, (32 << 20) + 5])('takes a file of %i bytes', async (bytes) => {
    const store = await openStore('s3://files/put');
    const { path, body } = await fileOf(bytes);
    await store.putFile(`file-${bytes}`, path, 'application/octet-stream');
    expect((await store.get(`file-${bytes}`)).equals(body)).toBe(true);
  });
});
