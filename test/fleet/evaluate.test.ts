import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fleetAvailable, localRun, objectsOf, quick, recordsOf, useFleet } from './fleet.ts';

describe.skipIf(!fleetAvailable)('workers that measure maps', () => {
  const fleet = useFleet();

  test('write together what gradline run writes, byte for byte, and the same means', async () => {
    const { enqueue, work, output, project } = fleet();
    const regions = join(project, 'regions.json');
    const images = [{ id: 1, file_name: 'red/0000.png' }];
    const annotations = [0, 1, 2].map((category_id) => ({ image_id: 1, category_id, bbox: [0, 0, 8, 8] }));
    await writeFile(regions, JSON.stringify({ images, annotations }));
    const more = [
      ...['--evaluate', '--evaluate-sample', '9', '--layers', 'layer1,layer2', '--method', 'layercam,eigen-cam'],
      ...['--regions', regions, '--region-categories', 'index'],
    ];
    expect((await enqueue('measured', 'val', ...more)).code).toBe(0);
    const ends = await Promise.all([work(quick), work(quick)]);
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    const local = await localRun(fleet(), 'measured', ...more);
    const together = await output('measured');
    expect(await objectsOf(together)).toEqual(await objectsOf(local));

    const records = await recordsOf(together);
    expect(records.filter((record) => record.status === 'done' && record.baselines !== undefined)).toHaveLength(9);
    const files = [together, local].map(async (store) => JSON.parse((await store.get('run.json')).toString('utf8')));
    const [theirs, own] = await Promise.all(files);
    expect(theirs).toMatchObject({ state: 'complete', faithfulness: { maps: [{}, {}, {}, {}] } });
    expect(theirs.faithfulness).toEqual(own.faithfulness);
    expect(theirs.regions).toEqual(own.regions);
  });
});
