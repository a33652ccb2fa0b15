import { describe, expect, test } from 'vitest';
import { patient, writePatients, writeTwoInputs } from '../cli/two-inputs.ts';
import { fleetAvailable, localRun, objectsOf, quick, useFleet } from './fleet.ts';

describe.skipIf(!fleetAvailable)('a model with patient data', () => {
  const fleet = useFleet();

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
});
