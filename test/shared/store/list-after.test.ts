import { expect, test } from 'vitest';
import { openStore } from '../../../src/shared/store/open-store.ts';
import { compareKeys } from '../../../src/shared/store/store-key.ts';
import { temporaryFolder, writeFiles } from '../temporary-folder.ts';

test('a folder is listed behind any key, whether it exists or not', async () => {
  const folder = await temporaryFolder();
  const keys = ['a-b.jpg', 'a.jpg', 'a/1.jpg', 'a/b/2.jpg', 'a/b/3.jpg', 'a/c.jpg', 'a0.jpg', 'é/1.jpg', '🐈.jpg'];
  await writeFiles(folder, Object.fromEntries(keys.map((key) => [key, ''])));
  const store = await openStore(folder);
  const listed = async (prefix: string, after: string) => {
    const found: string[] = [];
    for await (const { key } of store.list(prefix, after)) found.push(key);
    return found;
  };
  expect(await listed('', '')).toEqual(keys);
  for (const after of [...keys, 'a/', 'a/b', 'a/b/2', 'a/b/z', 'b', '0', '~', '\uffff']) {
    expect(await listed('', after), after).toEqual(keys.filter((key) => compareKeys(key, after) > 0));
  }
  expect(await listed('a/b/', 'a/b/2.jpg')).toEqual(['a/b/3.jpg']);
});
