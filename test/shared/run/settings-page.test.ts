import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { runSettings } from '../../../src/shared/run/configuration.ts';
import { settingText } from '../../../src/shared/run/setting.ts';

const page = new URL('../../../docs/reference/configuration.md', import.meta.url);
const [start, end] = ['## Settings\n', '## Input\n'];

/** As wide as its widest cell, as the other tables of the docs are. */
function table(rows: readonly (readonly [string, string])[]): string {
  const width = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length));
  const line = ([name, text]: readonly [string, string]) => `| ${name.padEnd(width(0))} | ${text.padEnd(width(1))} |\n`;
  const [head, ...body] = rows.map(line);
  return `${head}| ${'-'.repeat(width(0))} | ${'-'.repeat(width(1))} |\n${body.join('')}`;
}

test('docs/reference/configuration.md names every setting and default (GRADLINE_WRITE_SETTINGS=1 writes it anew)', async () => {
  const settings = runSettings.map((setting): [string, string] => [
    `\`${setting.name}\``,
    settingText(setting).replaceAll('|', '\\|'),
  ]);
  const section = `${start}\n${table([['setting', 'meaning'], ...settings])}\n`;
  const text = await readFile(page, 'utf8');
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  const made = text.slice(0, from < 0 ? to : from) + section + text.slice(to);
  if (process.env.GRADLINE_WRITE_SETTINGS) await writeFile(page, made);
  expect(await readFile(page, 'utf8')).toBe(made);
});
