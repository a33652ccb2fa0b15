import { expect, test } from 'vitest';
import { Turns } from '../../../src/worker/fleet/turns.ts';

/** Takes a turn and notes when it begins. */
function taker() {
  const turns = new Turns();
  const begun: string[] = [];
  const take = async (name: string, alone: boolean) => {
    const end = await turns.take(alone);
    begun.push(name);
    return end;
  };
  return { begun, take };
}

test('many work at once, and one alone works with nobody else', async () => {
  const { begun, take } = taker();
  const [endFirst, endSecond] = await Promise.all([take('first', false), take('second', false)]);
  const alone = take('alone', true);
  const later = take('later', false);
  endFirst();
  await Promise.resolve();
  expect(begun).toEqual(['first', 'second']);
  endSecond();
  const endAlone = await alone;
  expect(begun).toEqual(['first', 'second', 'alone']);
  endAlone();
  await later;
  expect(begun).toEqual(['first', 'second', 'alone', 'later']);
});

test('ending a turn twice ends it once', async () => {
  const { begun, take } = taker();
  const end = await take('first', false);
  await take('second', false);
  end();
  end();
  const alone = take('alone', true);
  await Promise.resolve();
  expect(begun).toEqual(['first', 'second']);
  void alone;
});
