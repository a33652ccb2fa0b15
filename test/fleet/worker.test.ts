import { describe, expect, test } from 'vitest';
import { startWebhook } from '../shared/notify/webhook-server.ts';
import { fleetAvailable, localRun, objectsOf, quick, useFleet } from './fleet.ts';

describe.skipIf(!fleetAvailable)('workers', () => {
  const fleet = useFleet();

  test('write together what gradline run writes, byte for byte', async () => {
    const { enqueue, work, status, output } = fleet();
    const more = ['--maps', '--scores', 'both', '--layers', 'layer1,layer2'];
    expect((await enqueue('plain', 'val', ...more)).code).toBe(0);
    const ends = await Promise.all([work(quick), work(quick)]);
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    const local = await localRun(fleet(), 'plain', ...more);
    const objects = await objectsOf(await output('plain'));
    expect([...objects.keys()]).toContain('scores/scores.parquet');
    expect(objects).toEqual(await objectsOf(local));

    const { state, done, quarantined, settledShards } = await status('plain');
    expect({ state, done, quarantined, settledShards }).toEqual({
      state: 'complete',
      done: 24,
      quarantined: 0,
      settledShards: 4,
    });
    const file = JSON.parse((await (await output('plain')).get('run.json')).toString('utf8'));
    expect(file).toMatchObject({ state: 'complete', counts: { images: 24, done: 24, correct: 24 }, accuracy: 1 });
    expect(await fleet().queue.getJobCountByTypes()).toBe(0);
  });

  test('tell what they do as JSON lines', async () => {
    const { enqueue, startWorker } = fleet();
    await enqueue('told', 'val');
    const { events, ended } = startWorker([...quick, '--concurrency', '1']);
    expect((await ended).code).toBe(0);
    expect(events.map(({ event }) => event).filter((event) => event !== 'warning')).toEqual([
      'provider',
      'run-opened',
      'ready',
      ...Array(4).fill('shard'),
      'run-completed',
      'draining',
      'end',
    ]);
    expect(events.at(-1)).toMatchObject({ shards: 4, images: 24, handedBack: 0 });
  });

  test('tell the webhook that the producer names once, whichever of them ends the run', async () => {
    const { enqueue, work, environment } = fleet();
    const { url, bodies } = await startWebhook();
    environment.GRADLINE_WEBHOOK = url;
    await enqueue('notified', 'val', '--notify', 'GRADLINE_WEBHOOK');
    const ends = await Promise.all([work(quick), work(quick)]);
    delete environment.GRADLINE_WEBHOOK;
    expect(bodies).toMatchObject([
      {
        event: 'run-complete',
        run: 'notified',
        report: 's3://out/notified/report/index.html',
        counts: { images: 24, done: 24, quarantined: 0, missing: 0 },
      },
    ]);
    expect(ends.map(({ stdout, stderr }) => stdout + stderr).join('')).not.toContain('secret-token');
  });

  test('drop the shards of a paused run, and of one that Redis does not know', async () => {
    const { enqueue, work, status, queue, environment } = fleet();
    const { gradline } = await import('../cli/gradline.ts');
    await enqueue('paused', 'val');
    await gradline(['pause', 'paused'], environment);
    await queue.add('shard', { run: 'unknown', shard: 0 }, { jobId: 'unknown.0' });
    const { code, stderr } = await work(quick);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(await status('paused')).toMatchObject({ state: 'paused', done: 0 });
    await gradline(['resume', 'paused'], environment);
    await work(quick);
    expect(await status('paused')).toMatchObject({ state: 'complete', done: 24 });
  });

  test('leave a run to others that is to be computed in another precision than they have', async () => {
    const { enqueue, work, status, queue } = fleet();
    expect((await enqueue('precise', 'val', '--precision', 'tf32')).code).toBe(0);
    const { code, stdout } = await work(['--until-empty', '--lock-duration', '2']);
    expect(stdout).toMatch(
      /^Warning: Run precise is to be computed in tf32, and this worker computes in float32\. .*--precision tf32\.$/m,
    );
    expect(code).toBe(0);
    expect(await status('precise')).toMatchObject({ state: 'running', done: 0 });
    expect(await queue.getJobCountByTypes('waiting', 'delayed')).toBe(4);
    const refused = await work(['--provider', 'cpu', '--precision', 'tf32']);
    expect(refused.stderr).toMatch(/^gradline: Precision tf32 needs a GPU/);
    expect(refused.code).toBe(2);
    const { gradline } = await import('../cli/gradline.ts');
    await gradline(['cancel', 'precise'], fleet().environment);
  });

  test('refuse a provider that cannot start, unless the CPU may take its place', async () => {
    const { work } = fleet();
    const refused = await work(['--until-empty', '--provider', 'qnn']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/^gradline: The execution provider qnn cannot start: .*--provider-fallback\.\n$/);
    const allowed = await work(['--until-empty', '--provider', 'qnn', '--provider-fallback']);
    expect(allowed.stdout).toContain('Execution provider: cpu, as a fallback:');
    expect(allowed.code).toBe(0);
  });
});
