import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../src/shared/store/open-store.ts';
import { patient, site, writePatients, writeSites, writeSitesOf, writeTwoInputs } from '../cli/two-inputs.ts';
import { TinyModel } from '../explain/tiny-model.ts';
import { npy, pattern } from '../worker/pipeline/decode/band-files.ts';
import { fleetAvailable, localRun, objectsOf, quick, recordsOf, useFleet } from './fleet.ts';

describe.skipIf(!fleetAvailable)('a model that takes other things than a picture of colours', () => {
  const fleet = useFleet();

  test('gets arrays of five bands from the bucket: workers write what gradline run writes, byte for byte', async () => {
    const { enqueue, work, output, project } = fleet();
    const bands = 5;
    const model = new TinyModel({ seed: 'bands' });
    const features = model.conv(model.input(['n', bands, 8, 8], 'bands'), '/conv/Conv', bands, 4);
    const file = await model.output(model.pooledHead(features, 4, 3)).write(join(project, 'bands'));
    const store = await openStore('s3://photos');
    await mkdir(join(project, 'bands/photos/red'), { recursive: true });
    for (const [i, scale] of [100, 200, 300].entries()) {
      const array = npy(
        pattern(8, 8, bands).map((value) => value * scale),
        [8, 8, bands],
        '<u2',
      );
      await store.put(`bands/red/${i}.npy`, array, 'application/octet-stream');
      await writeFile(join(project, 'bands/photos/red', `${i}.npy`), array);
    }
    await store.close();
    await copyFile(join(project, 'classes.txt'), join(project, 'bands/classes.txt'));
    const more = ['--model', file, '--mean', '1,2,3,4,5', '--std', '7', '--overlay-bands', '3,2,1'];
    expect(await enqueue('bands', 'bands', ...more)).toMatchObject({ code: 0 });
    expect(await work(quick)).toMatchObject({ code: 0 });
    const local = await localRun({ ...fleet(), project: join(project, 'bands') }, 'bands', ...more);
    const objects = await objectsOf(await output('bands'));
    expect(objects).toEqual(await objectsOf(local));
    expect([...objects.keys()].filter((key) => key.startsWith('overlays/'))).not.toEqual([]);
  });

  test('gets each picture its row from the plan: workers write what gradline run writes, byte for byte', async () => {
    const { enqueue, work, output, project } = fleet();
    const model = await writeTwoInputs(project);
    const patients = await writePatients(project, 24);
    const more = ['--model', model, '--input', `${patient}=${patients}:age,sex`];
    const enqueued = await enqueue('patients', 'val', ...more);
    expect(enqueued).toMatchObject({ code: 0 });
    // The table is not asked for again.
    const changed = await writePatients(project, 24, () => [9, 9]);
    const ends = await Promise.all([work(quick), work(quick)]);
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    await writePatients(project, 24);
    const local = await localRun(fleet(), 'patients', ...more);
    const together = await output('patients');
    expect(await objectsOf(together)).toEqual(await objectsOf(local));
    const plan = (await together.get('plan/part-00000.jsonl')).toString('utf8');
    expect(plan).toContain(`"inputs":{"${patient}":[`);
    expect(changed).toBe(patients);
  });

  test('with values that do not fit leaves nothing behind', async () => {
    const { enqueue, output, project } = fleet();
    const model = await writeTwoInputs(project);
    const patients = await writePatients(project, 23);
    const few = await enqueue('few', 'val', '--model', model, '--input', `${patient}=${patients}:age,sex`);
    expect(few.code).toBe(2);
    expect(few.stderr).toContain('has no row for blue/0023.png');
    const wrong = await enqueue('few', 'val', '--model', model, '--input', `${patient}=[1,2,3]`);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('takes float32 [n, 2]');
    const keys: string[] = [];
    for await (const { key } of (await output('few')).list()) keys.push(key);
    expect(keys).toEqual([]);
  });

  test('a number outside a table is refused with its image, and leaves nothing behind', async () => {
    const { enqueue, work, output, project } = fleet();
    const more = ['--model', await writeSites(project, 'chosen')];
    const table = await writeSitesOf(
      project,
      Array.from({ length: 24 }, (_, index) => (index === 20 ? 5 : index % 5)),
    );
    const wrong = await enqueue('outside', 'val', ...more, '--input', `${site}=${table}`);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain(`Line 22 of ${table} (blue/0020.png)`);
    expect(wrong.stderr).toContain("one of the 5 rows of 'sites', 0 to 4, or -5 to -1 counted from the end, not 5");
    const keys: string[] = [];
    for await (const { key } of (await output('outside')).list()) keys.push(key);
    expect(keys).toEqual([]);
    await writeSitesOf(project, new Array<number>(24).fill(4));
    expect(await enqueue('outside', 'val', ...more, '--input', `${site}=${table}`)).toMatchObject({ code: 0 });
    expect(await work(quick)).toMatchObject({ code: 0 });
  });

  test('a number that the model cannot be computed with leaves its image out, and the run ends', async () => {
    const { enqueue, work, status, output, project } = fleet();
    const table = await writeSitesOf(
      project,
      Array.from({ length: 24 }, (_, index) => (index % 8 === 3 ? 0 : 1 + (index % 4))),
    );
    const more = ['--model', await writeSites(project, 'divides'), '--input', `${site}=${table}`];
    expect(await enqueue('divided', 'val', ...more)).toMatchObject({ code: 0 });
    expect(await work(quick)).toMatchObject({ code: 0 });
    expect(await status('divided')).toMatchObject({ state: 'complete', done: 21, quarantined: 3 });
    const records = await recordsOf(await output('divided'));
    const left = records.filter((record) => record.status === 'quarantined');
    expect(left.map(({ key, error }) => [key, error.code])).toEqual([
      ['blue/0011.png', 'wrong-input-value'],
      ['green/0019.png', 'wrong-input-value'],
      ['red/0003.png', 'wrong-input-value'],
    ]);
    expect(left[0]?.error.message).toContain("what its input 'site' (0) is given: node '/site/Mod' (Mod) fails");
  });
});
