import { expect, test } from 'vitest';
import { chooseEvaluated } from '../../src/producer/choose-evaluated.ts';
import type { PlannedImage } from '../../src/shared/run/run-plan.ts';
import { FileStore } from '../../src/shared/store/file-store.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';

const keys = Array.from({ length: 500 }, (_, i) => `images/${i}.jpg`);

const planOf = (listed: readonly string[]) => ({
  async *images(): AsyncGenerator<PlannedImage> {
    yield* listed.map((key) => ({ key, label: null }));
  },
});

async function chosen(listed: readonly string[], size: number) {
  return chooseEvaluated(planOf(listed), new FileStore(await temporaryFolder()), size, false);
}

test('the same images whatever the order of the input, in that order', async () => {
  const one = await chosen(keys, 40);
  const other = await chosen(keys.toReversed(), 40);
  expect(one.images).toHaveLength(40);
  expect(new Set(one.images).size).toBe(40);
  expect(other.images.toReversed()).toEqual(one.images);
  expect(other.randomised.toReversed()).toEqual(one.randomised);
  expect(one.images).not.toEqual(keys.slice(0, 40));
});

test('one in eight of them, rounded up, for the randomisation check', async () => {
  const { images, randomised } = await chosen(keys, 41);
  expect(randomised).toHaveLength(6);
  expect(images).toEqual(expect.arrayContaining(randomised));
});

test('all images of a small input', async () => {
  expect((await chosen(keys.slice(0, 5), 200)).images).toEqual(keys.slice(0, 5));
});

test('a resumed run keeps what was chosen, a new one does not', async () => {
  const store = new FileStore(await temporaryFolder());
  const first = await chooseEvaluated(planOf(keys), store, 10, false);
  expect(await chooseEvaluated(planOf(keys.slice(0, 100)), store, 10, true)).toEqual(first);
  expect(await chooseEvaluated(planOf(keys), store, 12, false)).not.toEqual(first);
});

test('a resumed run whose first start chose nothing chooses', async () => {
  const store = new FileStore(await temporaryFolder());
  expect((await chooseEvaluated(planOf(keys), store, 10, true)).images).toHaveLength(10);
});

test('a list that is not one is told', async () => {
  const store = new FileStore(await temporaryFolder());
  await store.put('faithfulness/images.json', '{"images": 3}', 'application/json');
  await expect(chooseEvaluated(planOf(keys), store, 10, true)).rejects.toMatchObject({ code: 'damaged-output' });
});
