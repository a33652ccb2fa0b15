import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { openStore } from '../../src/shared/store/open-store.ts';
import { writeShiftedGreys } from '../cli/shifted-greys.ts';
import { fleetAvailable, quick, useFleet } from './fleet.ts';

describe.skipIf(!fleetAvailable)('a run that is set up wrongly', () => {
  const fleet = useFleet();

  test('is called so by its workers, in run.json, in the report, and to whoever waits', async () => {
    const { enqueue, startWorker, status, output, project } = fleet();
    const { model, photos, labels } = await writeShiftedGreys(project);
    const store = await openStore('s3://photos');
    for (const key of await readdir(photos)) {
      await store.put(`greys/${key}`, await readFile(join(photos, key)), 'image/png');
    }
    await store.close();
    const classes = join(project, 'nine.txt');
    await writeFile(classes, [...'abcdefghi'].map((name) => `${name}\n`).join(''));
    const waiting = enqueue('greys', 'greys', '--model', model, '--labels', labels, '--classes', classes, '--wait');
    await vi.waitFor(async () => expect((await status('greys')).shards).toBe(4), { timeout: 30_000, interval: 200 });
    const { events, ended } = startWorker(quick);
    const said = await waiting;
    expect(said.code).toBe(0);
    expect((await ended).code).toBe(0);
    const names = /There are 9 class names, but the model has 8 classes/;
    const shifted = /the class just before their label.*counted from 1/;
    expect(said.stdout + said.stderr).toMatch(names);
    expect(said.stdout + said.stderr).toMatch(shifted);
    const warnings = events.filter(({ event, message }) => event === 'warning' && shifted.test(String(message)));
    // At the first answers, and when the run is complete.
    expect(warnings).toMatchObject([{ run: 'greys' }, { run: 'greys' }]);
    const stored = await output('greys');
    const runFile = JSON.parse((await stored.get('run.json')).toString('utf8'));
    expect(runFile.warnings).toEqual([expect.stringMatching(names), expect.stringMatching(shifted)]);
    const findings = JSON.parse((await stored.get('report/findings.json')).toString('utf8'));
    expect(findings.warnings).toEqual(runFile.warnings);
  });
});
