import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Turnstile } from '../../../../src/worker/pipeline/pixels/turnstile.ts';

/** A piece of work that ends when it is told to. */
function work(name: string, log: string[]) {
  let end: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    end: () => end(),
    run: async () => {
      log.push(name);
      await ended;
      return name;
    },
  };
}

test('lets so many in and the others after them, first come first served', async () => {
  const turnstile = new Turnstile(2);
  const log: string[] = [];
  const pieces = ['a', 'b', 'c', 'd'].map((name) => work(name, log));
  const passing = pieces.map(({ run }) => turnstile.pass(run));
  await turn();
  expect(log).toEqual(['a', 'b']);
  pieces[1]?.end();
  await turn();
  expect(log).toEqual(['a', 'b', 'c']);
  for (const { end } of pieces) end();
  expect(await Promise.all(passing)).toEqual(['a', 'b', 'c', 'd']);
});

test('what fails makes room as well, and tells its caller alone', async () => {
  const turnstile = new Turnstile(1);
  const failing = turnstile.pass(async () => {
    throw new Error('no picture');
  });
  const next = turnstile.pass(async () => 'next');
  await expect(failing).rejects.toThrow('no picture');
  expect(await next).toBe('next');
  expect(await turnstile.pass(async () => 'later')).toBe('later');
});

test('never lets more in, however many come and go', async () => {
  const turnstile = new Turnstile(3);
  let inside = 0;
  let most = 0;
  const visit = () =>
    turnstile.pass(async () => {
      inside += 1;
      most = Math.max(most, inside);
      await turn();
      inside -= 1;
    });
  const visits: Promise<void>[] = [];
  for (let i = 0; i < 60; i += 1) {
    visits.push(visit());
    if (i % 7 === 0) await turn();
  }
  await Promise.all(visits);
  expect([inside, most]).toEqual([0, 3]);
});
