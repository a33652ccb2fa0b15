import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { gradline, runArguments, tinyProject } from './gradline.ts';

/** Two runs of the same keys; before the second one a red picture becomes a green one. */
async function twoRuns(): Promise<[before: string, after: string]> {
  const folder = await tinyProject(6);
  const args = (output: string) => {
    const own = runArguments(folder, '--no-report');
    own[own.indexOf('--output') + 1] = join(folder, output);
    return own;
  };
  expect((await gradline(args('before'))).code).toBe(0);
  await copyFile(join(folder, 'photos/green/0001.png'), join(folder, 'photos/red/0003.png'));
  expect((await gradline(args('after'))).code).toBe(0);
  return [join(folder, 'before'), join(folder, 'after')];
}

test('gradline diff names what broke, and ends with 1 where that is more than is allowed', async () => {
  const [before, after] = await twoRuns();
  const { code, stdout } = await gradline(['diff', before, after]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/\(accuracy 1\.0000\) to .* \(accuracy 0\.8333\): 6 images in both\n/);
  expect(stdout).toContain('  newly broken  1\n');
  expect(stdout).toContain('  fixed         0\n');
  expect(stdout).toMatch(
    /Newly broken, the most confident first:\n {2}red\/0003\.png: red, then green \([01]\.\d\d\)\n/,
  );

  expect((await gradline(['diff', before, after, '--fail-on-broken', '1'])).code).toBe(0);
  expect((await gradline(['diff', before, after, '--fail-on-broken', '0'])).code).toBe(1);
  const back = await gradline(['diff', after, before, '--fail-on-broken', '0']);
  expect(back.code).toBe(0);
  expect(back.stdout).toContain('  fixed         1\n');

  const diff = JSON.parse((await gradline(['diff', before, after, '--json'])).stdout);
  expect(diff).toMatchObject({
    version: 1,
    matched: 6,
    newlyBroken: { count: 1, images: [{ key: 'red/0003.png', label: 0 }] },
    stillWrong: { count: 0 },
  });
});

test('mistakes of the user end with 2', async () => {
  const folder = await temporaryFolder();
  for (const args of [
    ['diff', folder],
    ['diff', folder, folder],
    ['diff', folder, folder, '--threshold', '2'],
    ['diff', folder, folder, '--fail-on-broken', 'many'],
  ]) {
    const { code, stdout, stderr } = await gradline(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^gradline: /);
  }
});

test('gradline report --since puts what changed on the page and says it', async () => {
  const [before, after] = await twoRuns();
  const { code, stdout } = await gradline(['report', after, '--since', before]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/ {2}since {5}\S+: 1 newly broken, 0 fixed, 0 still wrong\n/);
  const kept = JSON.parse(await readFile(join(after, 'report/diff.json'), 'utf8'));
  expect(kept).toEqual(JSON.parse((await gradline(['diff', before, after, '--json'])).stdout));
});
