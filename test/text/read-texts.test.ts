/** Texts are read from plain text, tables, JSON lines and standard input. */

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTexts } from '../../src/text/read-texts.ts';
import { expectRefusal } from '../explain/open-tiny.ts';
import { temporaryFolder, writeFiles } from '../shared/temporary-folder.ts';

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

async function rowsOf(name: string, content: string, column = 'text') {
  const folder = await temporaryFolder();
  await writeFiles(folder, { [name]: content });
  return all(readTexts(join(folder, name), column));
}

test('a line of plain text is a text; empty lines count but are none', async () => {
  expect(await rowsOf('a.txt', '\uFEFFfirst, \r\n\n \nlast 🙂 \u2028 still')).toEqual([
    { key: '1', text: 'first, ', label: null },
    { key: '4', text: 'last 🙂 \u2028 still', label: null },
  ]);
});

test('a table has a column of texts, and may have keys and labels', async () => {
  expect(await rowsOf('a.csv', 'label,text,key\nsnow,"two\nlines, ""quoted""",x\n ,plain,\n')).toEqual([
    { key: 'x', text: 'two\nlines, "quoted"', label: 'snow' },
    { key: '2', text: 'plain', label: null },
  ]);
  expect(await rowsOf('a.CSV', 'review\ngood\n', 'review')).toEqual([{ key: '1', text: 'good', label: null }]);
});

test('JSON lines have a field of texts, and may have keys and labels', async () => {
  const lines = '{"text": "a", "label": 2, "key": "k", "more": 1}\n\n{"text": ""}\n';
  expect(await rowsOf('a.jsonl', lines)).toEqual([
    { key: 'k', text: 'a', label: 2 },
    { key: '3', text: '', label: null },
  ]);
});

test('standard input has a text a line, also where a character is cut between two pieces', async () => {
  const bytes = Buffer.from('café\nrain');
  async function* pieces() {
    yield bytes.subarray(0, 4);
    yield bytes.subarray(4);
  }
  expect((await all(readTexts('-', 'text', pieces()))).map(({ text }) => text)).toEqual(['café', 'rain']);
});

test.each([
  ['a.csv', 'review,stars\ngood,5\n', "names no column 'text'; it names 'review', 'stars'"],
  ['a.csv', 'text\n"open\n', 'cannot be used'],
  ['a.jsonl', '{"text": "a"}\n{"review": "b"}\n', "line 2 must be an object with a text in 'text'"],
  ['a.jsonl', 'nonsense\n', 'line 1 is not valid JSON'],
])('%s with %j is refused', async (name, content, reason) => {
  await expectRefusal(rowsOf(name, content), 'bad-list', reason);
});
