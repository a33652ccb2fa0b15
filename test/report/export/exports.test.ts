import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { FileStore } from '../../../src/shared/store/file-store.ts';
import { temporaryFolder } from '../../shared/temporary-folder.ts';
import { classNames, outputOf, quarantined } from '../hand-made.ts';
import { exported, madeOutput, occurring } from './handed-over.ts';

test.each(['fiftyone', 'label-studio', 'coco', 'csv', 'spray'] as const)(
  '%s: the same output gives the same bytes',
  async (format) => {
    const output = await madeOutput();
    const [first, second] = [await exported(format, output), await exported(format, output)];
    expect(second.files).toEqual(first.files);
    for (const key of first.files) expect(await second.text(key)).toBe(await first.text(key));
  },
);

test("all classes are handed over where the run's list of them is there, and is the same", async () => {
  const output = await madeOutput();
  const list = JSON.stringify(classNames);
  const folder = new FileStore(await temporaryFolder());
  await folder.put('classes.json', list, 'application/json');
  const runFile = JSON.parse((await output.get('run.json')).toString('utf8'));
  runFile.configuration.classes = `${folder.location}/classes.json`;
  for (const [digest, names] of [
    [createHash('sha256').update(list).digest('hex'), classNames],
    ['0'.repeat(64), occurring],
  ]) {
    runFile.digests.classes = digest;
    await output.put('run.json', JSON.stringify(runFile), 'application/json');
    const { json } = await exported('fiftyone', output);
    expect(await json('dataset.json')).toMatchObject({ classes: names });
  }
});

test('a run without explained images has nothing to hand over', async () => {
  await expect(exported('fiftyone', await outputOf({ shards: [[quarantined('a.jpg')]] }))).rejects.toMatchObject({
    code: 'no-records',
  });
});
