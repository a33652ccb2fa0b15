import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { nothingFound } from '../../../src/explain/probe/probe.ts';
import { oneVerdict } from '../../../src/explain/probe/verdict.ts';
import { temporaryFolder } from '../../shared/temporary-folder.ts';

const verdict = { ...nothingFound, warnings: ['Seen once.'] };

function probing(milliseconds: number) {
  const probe = async () => {
    probe.times++;
    await setTimeout(milliseconds);
    return verdict;
  };
  probe.times = 0;
  return probe;
}

test('all that open a new model at the same time wait for the one verdict on it', async () => {
  const file = path.join(await temporaryFolder(), 'probes', 'model.json');
  const probe = probing(150);
  const verdicts = await Promise.all(Array.from({ length: 4 }, () => oneVerdict(file, probe)));
  expect(verdicts).toEqual(new Array(4).fill(verdict));
  expect(probe.times).toBe(1);
  expect(await oneVerdict(file, probe)).toEqual(verdict);
  expect(probe.times).toBe(1);
});

test('a failed probe is tried again by the next', async () => {
  const file = path.join(await temporaryFolder(), 'model.json');
  await expect(oneVerdict(file, () => Promise.reject(new Error('no memory')))).rejects.toThrow('no memory');
  expect(await oneVerdict(file, probing(0))).toEqual(verdict);
});

test('a process that was killed while it tried a model holds nobody up', async () => {
  const file = path.join(await temporaryFolder(), 'model.json');
  // Higher than any process id that Linux gives.
  await writeFile(`${file}.turn`, '4194305');
  expect(await oneVerdict(file, probing(0))).toEqual(verdict);
});

test('where nothing can be written, a model is tried each time', async () => {
  const folder = await temporaryFolder();
  await writeFile(path.join(folder, 'probes'), 'a file where the folder should be');
  const probe = probing(150);
  await oneVerdict(path.join(folder, 'probes', 'model.json'), probe);
  await oneVerdict(path.join(folder, 'probes', 'model.json'), probe);
  expect(probe.times).toBe(2);
});
