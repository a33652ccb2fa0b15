import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../src/shared/store/open-store.ts';
import { gradline } from '../cli/gradline.ts';
import { colors } from '../cli/tiny-model.ts';
import { fleetAvailable, localRun, objectsOf, quick, recordsOf, useFleet } from './fleet.ts';

const images = 24;
const keyOf = (index: number) => `${colors[index % 3]}/${String(index).padStart(4, '0')}.png`;

/** Each picture has its colour; every fourth has the next one too, and every fifth has none. */
async function writeLabels(folder: string): Promise<string> {
  const rows = Array.from({ length: images }, (_, i) => {
    const labels = i % 5 === 0 ? [] : [colors[i % 3], ...(i % 4 === 0 ? [colors[(i + 1) % 3]] : [])];
    return `${keyOf(i)},${labels.join('|')}\n`;
  });
  const file = join(folder, 'labels.csv');
  await writeFile(file, `key,label\n${rows.join('')}`);
  return file;
}

describe.skipIf(!fleetAvailable)('a fleet whose images have several labels', () => {
  const fleet = useFleet();

  test('writes what gradline run writes, byte for byte', async () => {
    const { enqueue, work, output, project } = fleet();
    const labels = await writeLabels(project);
    const more = ['--labels', labels, '--target', 'predicted,label', '--threshold', 'best-f1'];
    const enqueued = await enqueue('several', 'val', ...more);
    expect(enqueued).toMatchObject({ code: 0 });
    const ends = await Promise.all([work(quick), work(quick)]);
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    const together = await output('several');
    const records = await recordsOf(together);
    expect(records).toHaveLength(images);
    expect(records.filter((record) => record.labels?.length === 0)).toHaveLength(5);
    expect(records.filter((record) => record.labels?.length === 2)).toHaveLength(4);
    expect(await objectsOf(together)).toEqual(await objectsOf(await localRun(fleet(), 'several', ...more)));
  });

  test('keeps the labels of a broken image until its file is replaced', async () => {
    const { enqueue, work, output, project, status, environment } = fleet();
    const store = await openStore('s3://photos');
    const [picture, broken] = ['red/0003.png', 'red/0009.png'];
    const bytes = await readFile(join(project, 'photos', picture));
    await store.put(`mended/${picture}`, bytes, 'image/png');
    await store.put(`mended/${broken}`, 'no picture', 'image/png');
    const labels = join(project, 'mended.csv');
    await writeFile(labels, `key,label\n${picture},red|blue\n${broken},red|green\n`);
    const more = ['--labels', labels, '--target', 'predicted,label', '--max-failures', '1'];
    expect(await enqueue('mended', 'mended', ...more)).toMatchObject({ code: 0 });
    expect(await work(quick)).toMatchObject({ code: 0 });
    const quarantined = (await recordsOf(await output('mended'))).find(({ key }) => key === broken);
    expect(quarantined).toMatchObject({ status: 'quarantined', labelNames: ['red', 'green'] });

    await store.put(`mended/${broken}`, bytes, 'image/png');
    const retried = await gradline(
      ['retry-failed', 'mended', '--code', 'corrupt', '--code', 'not-an-image'],
      environment,
    );
    expect(retried).toMatchObject({ code: 0 });
    expect(await work(quick)).toMatchObject({ code: 0 });
    expect(await status('mended')).toMatchObject({ state: 'complete' });
    const [one, other] = (await recordsOf(await output('mended'))).sort((a, b) => a.key.localeCompare(b.key));
    expect(one).toMatchObject({ status: 'done', labelNames: ['red', 'blue'] });
    expect(other).toMatchObject({ status: 'done', labelNames: ['red', 'green'] });
    expect(other).toMatchObject(one?.status === 'done' ? { decided: one.decided, score: one.score } : {});
    await store.close();
  });
});
