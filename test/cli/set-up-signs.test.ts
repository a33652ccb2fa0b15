import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { gradline } from './gradline.ts';
import { writeShiftedGreys } from './shifted-greys.ts';

test('labels that are counted from 1 are said to be once, in run.json too, and again by a start that had nothing left to do', async () => {
  const folder = await temporaryFolder();
  const { model, photos, labels } = await writeShiftedGreys(folder);
  const output = join(folder, 'out');
  const start = async (...more: string[]) => {
    const flags = ['--model', model, '--labels', labels, '--preprocess', 'none', '--output', output];
    const { stderr, code } = await gradline(['run', photos, ...flags, ...more]);
    const { warnings } = JSON.parse(await readFile(join(output, 'run.json'), 'utf8'));
    return { code, said: stderr.match(/the class just before their label/g), warnings };
  };
  const once = {
    code: 0,
    said: ['the class just before their label'],
    warnings: [expect.stringMatching(/counted from 1/)],
  };
  expect(await start()).toEqual(once);
  expect(await start('--resume')).toEqual(once);
});
