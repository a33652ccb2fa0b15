import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { connectRedis } from '../../src/shared/ledger/connect-redis.ts';
import { openRunLedger } from '../../src/shared/ledger/run-keys.ts';
import { failRun } from '../../src/shared/ledger/run-state.ts';
import { listRuns } from '../../src/shared/ledger/runs.ts';
import { gradline, runArguments, startGradline, tinyProject } from '../cli/gradline.ts';
import { enqueuedRun, redisProgram, statusOf, useRedis } from '../control/fixture.ts';
import { work } from '../control/stand-in-worker.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { startRedis } from './redis-server.ts';

describe.skipIf(redisProgram === null)('the commands that look after a fleet', () => {
  const use = useRedis();
  beforeEach(() => use().redis.flushall());
  const command = (...args: string[]) => gradline([...args, '--redis', use().server.url]);

  test('status shows one run, as text and as JSON, and all that go', async () => {
    const { redis } = use();
    const { run, output, keys } = await enqueuedRun(redis, 40);
    await work(redis, { shards: 5, broken: { [keys[2] ?? '']: 'corrupt' }, name: 'gpu-1' });
    const { stdout, code } = await command('status', run);
    expect(code).toBe(0);
    expect(stdout).toContain(`${run}  running\n`);
    expect(stdout).toMatch(/images {4}50% 20\/40, 1 failed/);
    expect(stdout).toMatch(/gpu-1 +20/);
    expect(stdout).toContain(`${keys[2]}  corrupt`);
    const json = JSON.parse((await command('status', run, '--json')).stdout);
    expect(json).toMatchObject({ run, state: 'running', done: 19, quarantined: 1, failures: { corrupt: 1 }, output });
    expect((await command('status')).stdout).toContain(`${run}  running\n`);
    const second = await enqueuedRun(redis, 8);
    const all = (await command('status')).stdout.split('\n');
    expect(all[1]).toContain(second.run);
    expect(all[2]).toContain(run);
  });

  test('runs lists those that have ended, too', async () => {
    const { redis } = use();
    expect((await command('runs')).stdout).toBe('Redis knows no runs.\n');
    const { run } = await enqueuedRun(redis, 8);
    await work(redis);
    expect((await command('status')).stdout).toContain('No run is under way.');
    expect((await command('runs')).stdout).toMatch(new RegExp(`${run} +complete +8 +8 +0 +0`));
    expect(JSON.parse((await command('runs', '--json')).stdout)).toMatchObject([{ run, state: 'complete' }]);
  });

  test('watch prints a line for each change, ends with the run and says how it went', async () => {
    const { redis } = use();
    const { run, keys } = await enqueuedRun(redis, 8);
    await work(redis, { shards: 1 });
    const watching = startGradline(['watch', run, '--json', '--redis', use().server.url]);
    await new Promise((resolve) => watching.child.stdout?.once('data', resolve));
    await work(redis, { broken: { [keys[5] ?? '']: 'corrupt' } });
    const { stdout, code } = await watching.ended;
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ run, state: 'running', done: 4 });
    expect(lines.at(-1)).toMatchObject({ state: 'complete', done: 7, quarantined: 1 });
    expect(code).toBe(1);
    const plain = await command('watch', run);
    expect(plain).toMatchObject({ code: 1, stdout: `${run}  complete  100% 8/8, 1 failed\n`, stderr: '' });
  });

  test('watch of a run that failed ends with code 3', async () => {
    const { redis } = use();
    const { run } = await enqueuedRun(redis, 8);
    await failRun(openRunLedger(redis, run), 'access-denied', 'Access was denied.');
    expect((await command('watch', run)).code).toBe(3);
  });

  test('pause, resume and cancel say what they did', async () => {
    const { redis } = use();
    const { run } = await enqueuedRun(redis, 8);
    expect((await command('pause', run)).stdout).toContain(`gradline resume ${run}`);
    expect(JSON.parse((await command('resume', run, '--json')).stdout)).toMatchObject({
      state: 'running',
      requeued: 2,
    });
    expect((await command('cancel', run)).stdout).toBe(`Run ${run} is cancelled.\n`);
    const { code, stderr } = await command('resume', run);
    expect(code).toBe(2);
    expect(stderr).toContain('cancelled');
  });

  test('retry-failed and recover say what they did', async () => {
    const { redis } = use();
    const { run, output, keys } = await enqueuedRun(redis, 12);
    await work(redis, { broken: { [keys[0] ?? '']: 'unreadable', [keys[8] ?? '']: 'corrupt' } });
    const retried = await command('retry-failed', run);
    expect(retried.stdout).toBe(
      `Run ${run} goes on with 1 shard (1 failed image).\nLeft as they are: corrupt 1. Once the files are replaced: --code corrupt\n`,
    );
    await work(redis, { shards: 0 });
    await redis.flushall();
    const recovered = await command('recover', output);
    expect(recovered.stderr).toBe('');
    expect(recovered.stdout).toContain(`Run ${run} is complete: 3 shards stored, 3 of them counted again`);
    expect(await statusOf(redis, run)).toMatchObject({ state: 'complete' });
  });

  test('a run that is not there is exit code 2 and one line', async () => {
    for (const verb of ['status', 'watch', 'pause', 'resume', 'cancel', 'retry-failed']) {
      const { code, stderr, stdout } = await command(verb, 'no-such-run');
      expect(code).toBe(2);
      expect(stderr).toMatch(/^gradline: Redis knows no run no-such-run\..*\n$/);
      expect(stdout).toBe('');
    }
  });

  test('a schedule is added from a file, listed and removed', async () => {
    const folder = await temporaryFolder();
    await writeFile(
      join(folder, 'gradline.yaml'),
      'input: s3://photos/val\nmodel: model.onnx\noutput: s3://results/val\nlayers: layer4\n',
    );
    const file = join(folder, 'gradline.yaml');
    const added = await command(
      'schedule',
      'add',
      'nightly',
      '--cron',
      '0 2 * * *',
      '--tz',
      'Europe/Berlin',
      '-c',
      file,
    );
    expect(added.stderr).toContain(`Warning: ${join(folder, 'model.onnx')} must be there on every worker`);
    expect(added.stdout).toMatch(/^Schedule nightly is due next at \d{4}-\d\d-\d\dT0[01]:00:00\.000Z\.\n$/);
    expect((await command('schedule', 'list')).stdout).toMatch(
      /nightly +0 2 \* \* \* +Europe\/Berlin +\d{4}-\d\d-\d\d 02:00/,
    );
    const [listed] = JSON.parse((await command('schedule', 'list', '--json')).stdout);
    expect(listed.configuration).toMatchObject({ input: 's3://photos/val', layers: ['layer4'] });
    const wrong = await command('schedule', 'add', 'x', '--cron', '0 2 * * *', '--missed', 'catchup', '-c', file);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean catch-up?') });
    expect((await command('schedule', 'remove', 'nightly')).code).toBe(0);
    expect((await command('schedule', 'list')).stdout).toContain('There are no schedules.');
  });

  test('a worker starts the run of a schedule and does it, with no further process', async () => {
    const { redis } = use();
    const folder = await tinyProject(4);
    const settings = ['input: photos', 'model: model.onnx', 'output: out', 'preprocess: none', 'labels: folder'];
    await writeFile(join(folder, 'gradline.yaml'), `${settings.join('\n')}\n`);
    await command('schedule', 'add', 'often', '--cron', '* * * * * *', '-c', join(folder, 'gradline.yaml'));
    const worker = startGradline(['worker', '--json', '--redis', use().server.url]);
    onTestFinished(() => void worker.child.kill('SIGKILL'));
    let printed = '';
    await new Promise<void>((resolve) => {
      worker.child.stdout?.on('data', (text: string) => {
        printed += text;
        if (printed.includes('"event":"run-completed"')) resolve();
      });
    });
    worker.child.kill('SIGTERM');
    const { code, stderr } = await worker.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const complete = (await listRuns(redis)).filter(({ state }) => state === 'complete');
    expect(complete.length).toBeGreaterThan(0);
    for (const { run, output, done } of complete) {
      expect(run).toMatch(/^often-\d{4}-\d\d-\d\d-\d{6}$/);
      expect(output).toBe(join(folder, 'out', run));
      expect(done).toBe(4);
    }
  });

  test('schedule serve enqueues a run when it is due', async () => {
    const { redis } = use();
    const folder = await tinyProject(4);
    const settings = ['input: photos', 'model: model.onnx', 'output: out', 'preprocess: none', 'labels: folder'];
    await writeFile(join(folder, 'gradline.yaml'), `${settings.join('\n')}\n`);
    const file = join(folder, 'gradline.yaml');
    await command('schedule', 'add', 'often', '--cron', '* * * * * *', '-c', file);
    const serving = startGradline(['schedule', 'serve', '--redis', use().server.url]);
    onTestFinished(() => void serving.child.kill('SIGKILL'));
    let runs: { run: string; state: string; output: string; expected: number }[] = [];
    for (let i = 0; i < 200 && runs.length === 0; i += 1) {
      const { stdout } = await command('runs', '--json');
      runs = JSON.parse(stdout).filter(({ state }: { state: string }) => state === 'running');
    }
    const [begun] = runs;
    expect(begun).toMatchObject({ run: expect.stringMatching(/^often-\d{4}-\d\d-\d\d-\d{6}$/), expected: 4 });
    expect(begun?.output).toBe(join(folder, 'out', begun?.run ?? ''));
    expect(JSON.parse(await readFile(join(begun?.output ?? '', 'run.json'), 'utf8'))).toMatchObject({
      run: begun?.run,
    });
    serving.child.kill('SIGTERM');
    const { code, stderr } = await serving.ended;
    expect(code).toBe(0);
    // Late where this machine is slow.
    expect(stderr).toMatch(new RegExp(`^Schedule often: run ${begun?.run} (started|caught-up)`, 'm'));
    expect((await redis.keys('*often*')).length).toBeGreaterThan(0);
  });
});

describe.skipIf(redisProgram === null)('secrets', () => {
  test('of Redis and S3 are in no output and not in Redis, whatever goes wrong', async () => {
    const secret = 'hunter2-s3cr3t';
    const encoded = 'hunter2%2Ds3cr3t';
    const server = await startRedis(redisProgram ?? '', ['--requirepass', secret]);
    onTestFinished(() => server.stop());
    const at = (login: string) => server.url.replace('redis://', `redis://${login}@`);
    const redis = await connectRedis({ url: server.url, password: secret }, { use: 'command' });
    onTestFinished(() => redis.disconnect());
    // No more than the message about permissions asks for.
    const allowed = ['~gradline:*', '~{gradline}:*', '+@all', '-@dangerous', '+info', '+keys'];
    await redis.acl('SETUSER', 'grad', 'on', `>${secret}-acl`, ...allowed);
    const folder = await tinyProject(4);
    const environment = { AWS_SECRET_ACCESS_KEY: `${secret}-aws`, AWS_ACCESS_KEY_ID: 'id', GRADLINE_DEBUG: '1' };
    await writeFile(
      join(folder, 'gradline.yaml'),
      'input: photos\nmodel: model.onnx\noutput: out-nightly\npreprocess: none\nlabels: folder\n',
    );
    const addresses = [
      at(`:${encoded}`),
      at(`grad:${secret}-acl`),
      at(`:${secret}-wrong`),
      at(`stranger:${secret}`),
      `${at(`:${secret}`)}/0/x?password=${secret}`,
      at(`:${secret}%zz`),
      `rediss://:${secret}@127.0.0.1:${server.port}`,
      `redis://:${secret}@127.0.0.1:1`,
      `redis//:${secret}@nowhere`,
    ];
    const enqueue = ['enqueue', ...runArguments(folder).slice(1), '--run', 'first'];
    const schedule = [
      'schedule',
      'add',
      'nightly',
      '--replace',
      '--cron',
      '0 2 * * *',
      '-c',
      join(folder, 'gradline.yaml'),
    ];
    const texts: string[] = [];
    const codes: (number | null)[] = [];
    for (const [index, address] of addresses.entries()) {
      const commands =
        index < 2 ? [enqueue, schedule, ['schedule', 'list', '--json'], ['status', 'first'], ['runs']] : [['runs']];
      if (index === 1)
        commands.push(['pause', 'first'], ['resume', 'first'], ['recover', join(folder, 'out')], ['cancel', 'first']);
      for (const args of commands) {
        const { stdout, stderr, code } = await gradline([...args], { ...environment, GRADLINE_REDIS: address });
        texts.push(stdout, stderr);
        codes.push(code);
      }
    }
    expect(codes.slice(0, 14).every((code) => code === 0)).toBe(true);
    expect(codes.slice(14).every((code) => code === 2 || code === 3)).toBe(true);
    expect(texts.join('\n')).not.toMatch(/hunter2/);
    for (const key of await redis.keys('*')) {
      expect((await redis.dump(key))?.includes('hunter2') ?? false, key).toBe(false);
    }
    expect(await readFile(join(folder, 'out', 'run.json'), 'utf8')).not.toContain('hunter2');
    // Two dozen processes, three of which try for five seconds.
  }, 180_000);
});
