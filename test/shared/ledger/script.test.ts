import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readScript, runScript } from '../../../src/shared/ledger/script.ts';
import { temporaryFolder, writeFiles } from '../temporary-folder.ts';
import { redisProgram, useRedis } from './fixture.ts';

const files = (await readdir('src', { recursive: true })).filter((path) => path.endsWith('.lua'));
const scripts = files.filter((path) => !path.includes('parts'));
const lua = (path: string) => readFile(join('src', path), 'utf8');

/** Every name once, sorted. */
function namesIn(text: string, pattern: RegExp): string[] {
  return [...new Set(Array.from(text.matchAll(pattern), ([, name]) => name ?? ''))].sort();
}

describe("A script's header", () => {
  it.each(scripts)('of %s lists the keys and arguments that its body uses, and no others', async (path) => {
    const [header = '', body = ''] = (await lua(path)).split(']]\n');
    expect(namesIn(body, /\bkeys\.(\w+)/g)).toEqual(namesIn(header, /^KEYS\[\d+\] (\w+)/gm));
    expect(namesIn(body, /\bargs\.(\w+)/g)).toEqual(namesIn(header, /^ARGV\[\d+(?:\.\.\.)?\] (\w+)/gm));
  });

  it.each(files)('is the only place where %s has keys and arguments by number', async (path) => {
    const text = await lua(path);
    expect(text.replace(/^--\[\[.*?\]\]/s, '')).not.toMatch(/\bKEYS\b|\bARGV\b/);
  });
});

const header = '--[[\nAdds.\n\nKEYS[1] from  number\nKEYS[2] to    number\nARGV[1] more  number\nARGV[2...] rest\n]]\n';

async function folderWith(text: string): Promise<URL> {
  const folder = await temporaryFolder();
  await writeFiles(folder, { 'add.lua': text, 'parts/sum.lua': 'local function sum(a, b) return a + b end\n' });
  return pathToFileURL(`${folder}/`);
}

describe('A script that is loaded', () => {
  it.each([
    ['lacks an argument', ['from', 'to'], [], 'rest'],
    ['has an argument more', ['from', 'to'], ['more', 'less'], 'rest'],
    ['names an argument in another way', ['from', 'to'], ['most'], 'rest'],
    ['has no list', ['from', 'to'], ['more'], null],
    ['does not know a key', ['from'], ['more'], 'rest'],
  ])('is refused when its caller %s', async (_, keys, values, list) => {
    const folder = await folderWith(`${header}return { 'added' }\n`);
    expect(() => readScript(folder, 'add', keys, values, list)).toThrow(
      /^The header of add\.lua lists KEYS\[1\] from, KEYS\[2\] to, ARGV\[1\] more, ARGV\[2\.\.\.\] rest; its caller gives /,
    );
  });

  it('is refused when its header counts wrongly', async () => {
    const folder = await folderWith(`${header.replace('KEYS[2]', 'KEYS[3]')}return { 'added' }\n`);
    expect(() => readScript(folder, 'add', ['from', 'to'], ['more'], 'rest')).toThrow('KEYS[3] to');
  });

  it('has one digest as long as its text and its parts are the same', async () => {
    const body = `${header}-- @include sum\nreturn { 'added' }\n`;
    const digests = await Promise.all(
      [body, body, body.replace('added', 'begun')].map(
        async (text) => readScript(await folderWith(text), 'add', ['from', 'to'], ['more'], 'rest').digest,
      ),
    );
    expect(digests[0]).toBe(digests[1]);
    expect(digests[0]).not.toBe(digests[2]);
  });
});

describe.skipIf(redisProgram === null)('A script that is run', () => {
  const use = useRedis();

  it('has its keys, arguments and list by name, whatever the order in which they are given', async () => {
    const body = `-- @include sum
local total = sum(args.more, redis.call('GET', keys.from) or 0)
for _, value in ipairs(args.rest) do total = sum(total, value) end
redis.call('SET', keys.to, total)
return { 'added', keys.from, keys.to, total, #args.rest }
`;
    const script = readScript(await folderWith(header + body), 'add', ['to', 'from'], ['more'], 'rest');
    const target = { redis: use().redis, key: (name: string) => `{sums}:${name}` };
    const rest = Array.from({ length: 20_000 }, () => 1);
    expect(await runScript(target, script, { rest, more: 2 })).toEqual({
      result: 'added',
      values: ['{sums}:from', '{sums}:to', 20_002, 20_000],
    });
    const { values } = await runScript(target, script, { more: 3, rest: [] });
    expect(values.slice(2)).toEqual([3, 0]);
  });
});
