/** Commands that serve until they are told to end, told so before they could begin. */

import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { gradline, startGradline } from '../cli/gradline.ts';
import { redisProgram, useRedis } from '../control/fixture.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';

const preload = fileURLToPath(new URL('./signal-after.cjs', import.meta.url));

function toldAfter(milliseconds: number): Record<string, string> {
  return { NODE_OPTIONS: `--require ${preload}`, GRADLINE_TEST_SIGNAL_AFTER: String(milliseconds) };
}

describe.skipIf(redisProgram === null)('a command that is told to stop while it starts', () => {
  const use = useRedis();

  // On a busy machine the last of these come while modules are loaded, on a quick one after that.
  test.for([0, 50, 150, 400, 800, 1600])('worker ends with 0 after %d ms', async (milliseconds) => {
    const cache = { XDG_CACHE_HOME: await temporaryFolder() };
    const words = ['worker', '--redis', use().server.url, '--pixel-threads', '1'];
    const { code, stderr } = await gradline(words, { ...toldAfter(milliseconds), ...cache });
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/gradline:/) });
  });

  test.for([
    ['schedule', 'serve'],
    ['dashboard', '--port', '0'],
  ])('%s ends with 0', async (words) => {
    const ends = [0, 150].map((milliseconds) =>
      gradline([...words, '--redis', use().server.url], toldAfter(milliseconds)),
    );
    expect((await Promise.all(ends)).map(({ code }) => code)).toEqual([0, 0]);
  });

  test('one that only asks is ended by the signal', async () => {
    expect((await gradline(['schedule', 'list', '--redis', use().server.url], toldAfter(0))).code).toBeNull();
  });
});

test.for([
  { words: ['worker'], times: 1 },
  { words: ['worker'], times: 2 },
  { words: ['schedule', 'serve'], times: 1 },
])('$words, told $times times while it waits for a Redis that says nothing, ends with 0', async ({ words, times }) => {
  const silent = createServer((socket) => socket.on('error', () => undefined));
  silent.listen(0, '127.0.0.1');
  onTestFinished(() => void silent.close());
  await once(silent, 'listening');
  const address = silent.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const { child, ended } = startGradline([...words, '--redis', `redis://127.0.0.1:${address.port}`]);
  await once(silent, 'connection');
  for (let time = 0; time < times; time++) {
    child.kill('SIGTERM');
    await wait(50);
  }
  expect((await ended).code).toBe(0);
});
