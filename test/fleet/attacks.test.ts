/** What somebody could do who may write to Redis or to a run's output: docs/security.md. */

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { beat } from '../../src/shared/ledger/beat.ts';
import { openRunLedger } from '../../src/shared/ledger/run-keys.ts';
import { openStore } from '../../src/shared/store/open-store.ts';
import { gradline } from '../cli/gradline.ts';
import { fleetAvailable, quick, recordsOf, useFleet } from './fleet.ts';

describe.skipIf(!fleetAvailable)('strangers', () => {
  const fleet = useFleet();

  test('who put jobs into the queue end no worker and reach no file, and their names move no cursor', async () => {
    const { enqueue, work, status, queue, redis, environment } = fleet();
    await enqueue('poisoned', 'val');
    const jobs: unknown[] = [
      { run: '../../etc/passwd', shard: 0 },
      { run: 'poisoned', shard: -1 },
      { run: 'poisoned', shard: 1e9 },
      { run: 'poisoned', shard: '../../plan' },
      { run: ['poisoned'], shard: {} },
      {},
      'text',
    ];
    for (const [number, data] of jobs.entries()) {
      // As a stranger's client does, without our types.
      await queue.add('shard', JSON.parse(JSON.stringify(data)), { jobId: `stranger-${number}`, attempts: 1 });
    }
    const name = '\u001b[2J\u001b]0;owned\u0007<img src=x onerror=alert(1)>';
    await beat(openRunLedger(redis, 'poisoned'), name, 1, 'cpu');
    const said = await gradline(['status', 'poisoned'], environment);
    expect(said.code).toBe(0);
    expect(said.stdout).toContain('onerror');
    for (const control of ['\u0007', '\u001b']) expect(said.stdout).not.toContain(control);
    const { code, stdout } = await work(quick);
    expect(code).toBe(0);
    expect(stdout).not.toContain('root:');
    expect(await status('poisoned')).toMatchObject({ state: 'complete', done: 24, quarantined: 0, crashes: 0 });
  });

  test('who rewrite the plan lead no worker out of the input, and whom they name for the webhook learns nothing', async () => {
    const { project, environment, work, status } = fleet();
    const [photos, out] = [join(project, 'photos'), join(project, 'planned')];
    const [picture = ''] = await readdir(join(photos, 'red'));
    await writeFile(join(project, 'secret.png'), await readFile(join(photos, 'red', picture)));
    const places = ['--model', join(project, 'model.onnx'), '--classes', join(project, 'classes.txt'), '--output', out];
    const ways = ['--run', 'planned', '--preprocess', 'none', '--overlays', 'all'];
    expect((await gradline(['enqueue', photos, ...places, ...ways], environment)).code).toBe(0);
    const plan = join(out, 'plan/part-00000.jsonl');
    const lines = (await readFile(plan, 'utf8')).trimEnd().split('\n');
    const outside = ['../secret.png', `${project}/secret.png`, 'red/../../secret.png'];
    const changed = lines.map((line, place) => JSON.stringify({ ...JSON.parse(line), ...keyed(outside[place]) }));
    await writeFile(plan, `${changed.join('\n')}\n`);
    const runFile = join(out, 'run.json');
    const run = JSON.parse(await readFile(runFile, 'utf8'));
    run.configuration.notify = 'AWS_SECRET_ACCESS_KEY';
    await writeFile(runFile, JSON.stringify(run));
    const before = await readdir(project);
    const { code, stdout, stderr } = await work(quick);
    expect(code).toBe(0);
    expect(stdout).toContain('AWS_SECRET_ACCESS_KEY, which does not hold an http(s):// address');
    expect(stdout + stderr).not.toContain(environment.AWS_SECRET_ACCESS_KEY);
    expect(await status('planned')).toMatchObject({ state: 'complete', done: 21, quarantined: 3 });
    const bad = (await recordsOf(await openStore(out))).filter((record) => record.status === 'quarantined');
    expect(bad.map(({ key }) => key)).toEqual(outside);
    expect(await readdir(project)).toEqual(before);
  });

  test('who put another model in the place of the planned one stop the run', async () => {
    const { enqueue, work, status, project } = fleet();
    await enqueue('swapped', 'val');
    const bucket = await openStore('s3://photos');
    const model = await readFile(join(project, 'model.onnx'));
    await bucket.put('other.onnx', Buffer.concat([model, Buffer.from([0x1a, 0x00])]), 'application/octet-stream');
    const output = await openStore('s3://out/swapped');
    const run = JSON.parse((await output.get('run.json')).toString('utf8'));
    run.configuration.model = 's3://photos/other.onnx';
    await output.put('run.json', JSON.stringify(run), 'application/json');
    // An empty cache, or the planned model would come from there.
    await work([...quick, '--model-cache', join(project, 'empty-cache')]);
    expect(await status('swapped')).toMatchObject({
      state: 'failed',
      done: 0,
      reason: { message: expect.any(String) },
    });
    expect((await status('swapped')).reason?.message).toContain('other.onnx');
  });
});

function keyed(key: string | undefined): { key?: string } {
  return key === undefined ? {} : { key };
}
