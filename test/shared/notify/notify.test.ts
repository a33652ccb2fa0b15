import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { notifyOfEnd, notifyOfFailure } from '../../../src/shared/notify/notify-of-end.ts';
import { webhookIn } from '../../../src/shared/notify/webhook.ts';
import { readConfiguration } from '../../../src/shared/run/read-configuration.ts';
import { gradline, tinyProject } from '../../cli/gradline.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { startWebhook } from './webhook-server.ts';

const quick = { attempts: 3, firstDelay: 5, patience: 500 };

/** The webhook that GRADLINE_WEBHOOK names. */
async function webhook(...answers: Parameters<typeof startWebhook>) {
  const started = await startWebhook(...answers);
  vi.stubEnv('GRADLINE_WEBHOOK', started.url);
  return started;
}

afterEach(() => vi.unstubAllEnvs());

/** An output with a run.json as an ended run leaves it, and with findings where it is complete. */
async function endedRun(changes: object = {}, settings: Record<string, unknown> = {}): Promise<string> {
  const folder = await temporaryFolder();
  const configuration = await readConfiguration({
    input: 'photos',
    model: 'm.onnx',
    output: folder,
    notify: 'GRADLINE_WEBHOOK',
    ...settings,
  });
  const file = {
    run: 'nightly-2026-11-28',
    state: 'complete',
    started: '2026-11-28T02:00:00.000Z',
    finished: '2026-11-28T03:30:00.000Z',
    counts: { images: 100, skipped: 0, done: 97, quarantined: 3, labelled: 97, correct: 90, failures: { corrupt: 3 } },
    accuracy: 90 / 97,
    error: null,
    digests: { model: 'ab', classes: null },
    configuration,
    ...changes,
  };
  await writeFile(join(folder, 'run.json'), JSON.stringify(file));
  await mkdir(join(folder, 'report'));
  const collect = Array.from({ length: 7 }, (_, i) => ({ rank: i + 1, sentence: `Collect class <${i}> & others.` }));
  await writeFile(join(folder, 'report/findings.json'), JSON.stringify({ collect }));
  return folder;
}

test('a complete run is told with its counts, first findings and the place of its report', async () => {
  const { bodies } = await webhook(200);
  const output = await endedRun();
  expect(await notifyOfEnd(output, quick)).toBeNull();
  expect(bodies).toEqual([
    {
      event: 'run-complete',
      run: 'nightly-2026-11-28',
      summary: 'Run nightly-2026-11-28 is complete: 100 images, 3 of them failed, accuracy 0.9278.',
      output,
      report: `${output}/report/index.html`,
      started: '2026-11-28T02:00:00.000Z',
      finished: '2026-11-28T03:30:00.000Z',
      counts: { images: 100, done: 97, quarantined: 3, missing: 0 },
      accuracy: 90 / 97,
      failures: { corrupt: 3 },
      error: null,
      findings: [0, 1, 2, 3, 4].map((i) => `Collect class <${i}> & others.`),
    },
  ]);
});

test.each([
  ['2', 'too-many-images-failed'],
  ['2%', 'too-many-images-failed'],
  ['3', 'run-complete'],
  ['3%', 'run-complete'],
])('with a limit of %s, 3 of 100 failed images are %s', async (limit, event) => {
  const { bodies } = await webhook(200);
  expect(await notifyOfEnd(await endedRun({}, { 'notify-limit': limit }), quick)).toBeNull();
  expect(bodies).toMatchObject([{ event, report: expect.any(String) }]);
});

test('a failed run is told with the reason', async () => {
  const { bodies } = await webhook(200);
  const error = { code: 'access-denied', message: 'The bucket refuses.' };
  await notifyOfEnd(await endedRun({ state: 'failed', error }), quick);
  expect(bodies).toMatchObject([
    { event: 'run-failed', summary: 'Run nightly-2026-11-28 failed: The bucket refuses.', error, report: null },
  ]);
  const configuration = await readConfiguration({
    input: 'a',
    model: 'm',
    output: 's3://b/o',
    notify: 'GRADLINE_WEBHOOK',
  });
  expect(await notifyOfFailure({ run: 'nightly-2026-11-29', error }, configuration, quick)).toBeNull();
  expect(bodies[1]).toMatchObject({ event: 'run-failed', run: 'nightly-2026-11-29', output: 's3://b/o', error });
});

test('Slack gets its own form, with what its markup would read escaped', async () => {
  const { url, bodies } = await webhook(200);
  vi.stubEnv('GRADLINE_WEBHOOK', `slack+${url}`);
  const output = await endedRun();
  expect(await notifyOfEnd(output, quick)).toBeNull();
  const [{ text }] = Object(bodies);
  expect(text.split('\n')).toEqual([
    '*Run nightly-2026-11-28 is complete: 100 images, 3 of them failed, accuracy 0.9278.*',
    'Failed: corrupt 3',
    ...[0, 1, 2, 3, 4].map((i) => `• Collect class &lt;${i}&gt; &amp; others.`),
    `Report: ${output}/report/index.html`,
  ]);
  vi.stubEnv('HOOK', 'https://hooks.slack.com/services/T/B/x');
  expect(webhookIn('HOOK').form).toBe('slack');
});

test('what passes is tried again', async () => {
  const { bodies } = await webhook(503, 429, 200);
  expect(await notifyOfEnd(await endedRun(), quick)).toBeNull();
  expect(bodies).toHaveLength(3);
});

test.each([
  [[404], 1, 'the webhook answered 404'],
  [[500], 3, 'the webhook answered 500'],
  [['hang' as const], 3, 'the webhook did not answer: it took too long'],
])('a webhook that answers %j is told of once it was tried, without its address', async (answers, times, reason) => {
  const { bodies } = await webhook(...answers);
  const told = await notifyOfEnd(await endedRun(), quick);
  expect(told).toBe(`Nobody was told that the run has ended: ${reason}`);
  expect(bodies).toHaveLength(times);
});

test('a webhook that is not there, a variable that is not set, and one that holds no address, are told without the address', async () => {
  vi.stubEnv('GRADLINE_WEBHOOK', 'http://127.0.0.1:9/secret-token');
  expect(await notifyOfEnd(await endedRun(), quick)).toMatch(/: the webhook did not answer: [A-Z_a-z ]+$/);
  vi.stubEnv('GRADLINE_WEBHOOK', undefined);
  expect(await notifyOfEnd(await endedRun(), quick)).toMatch(
    /environment variable GRADLINE_WEBHOOK, which is not set\./,
  );
  vi.stubEnv('GRADLINE_WEBHOOK', 'secret-token');
  const problem = await notifyOfEnd(await endedRun(), quick);
  expect(problem).toMatch(/which does not hold an http\(s\):\/\/ address/);
  expect(problem).not.toContain('secret-token');
});

test('an address in the settings is refused, and not repeated', async () => {
  const url = 'https://hooks.slack.com/services/T/B/secret-token';
  const refused = readConfiguration({ input: 'a', model: 'm', output: 'o', notify: url });
  await expect(refused).rejects.toMatchObject({ message: expect.stringContaining('such as GRADLINE_WEBHOOK') });
  await expect(refused).rejects.toMatchObject({
    message: expect.stringMatching(/; it is https:\/\/hooks\.slack\.com\/…\.$/),
  });
});

test('gradline run tells a webhook of its end, and keeps the address nowhere', async () => {
  const { url, bodies } = await webhook(200);
  const folder = await tinyProject(4);
  await writeFile(join(folder, 'photos/red/broken.png'), 'no picture');
  const places = ['--model', join(folder, 'model.onnx'), '--output', join(folder, 'out'), '--labels', 'folder'];
  const flags = ['--preprocess', 'none', '--notify', 'GRADLINE_WEBHOOK', '--notify-limit', '0'];
  const { code, stderr } = await gradline(['run', join(folder, 'photos'), ...places, ...flags]);
  expect({ code, stderr }).toMatchObject({ code: 1 });
  expect(bodies).toMatchObject([
    { event: 'too-many-images-failed', counts: { done: 4, quarantined: 1 }, failures: { 'not-an-image': 1 } },
  ]);
  expect(await readFile(join(folder, 'out/run.json'), 'utf8')).not.toContain(url.slice(-12));
});

test('gradline run refuses to begin where nobody could be told of its end', async () => {
  vi.stubEnv('GRADLINE_WEBHOOK', undefined);
  const folder = await tinyProject(1);
  const places = ['--model', join(folder, 'model.onnx'), '--output', join(folder, 'out')];
  const { code, stderr } = await gradline(['run', join(folder, 'photos'), ...places, '--notify', 'GRADLINE_WEBHOOK']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^gradline: --notify names the environment variable GRADLINE_WEBHOOK, which is not set\./);
});
