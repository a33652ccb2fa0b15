import { expect, test } from 'vitest';
import { diffRuns } from '../../../src/report/diff/diff-runs.ts';
import type { ImageRecord } from '../../../src/shared/run/record.ts';
import { answered, classNames, image, outputOf, quarantined } from '../hand-made.ts';

async function diff(before: readonly ImageRecord[], after: readonly ImageRecord[]) {
  return diffRuns(
    await outputOf({ shards: [before] }),
    await outputOf({ shards: [after], model: 'new.onnx', digest: 'b'.repeat(64) }),
  );
}

function keys(list: { images: readonly { key: string }[] }): string[] {
  return list.images.map(({ key }) => key);
}

test('newly broken, fixed and still wrong images, the most confident mistakes first', async () => {
  const result = await diff(
    [
      answered('right.jpg', 0, 0),
      answered('broken-a.jpg', 0, 0),
      answered('broken-b.jpg', 0, 0),
      answered('fixed.jpg', 1, 2, 0.8),
      answered('wrong.jpg', 1, 2),
    ],
    [
      answered('right.jpg', 0, 0),
      answered('broken-a.jpg', 0, 3, 0.6),
      answered('broken-b.jpg', 0, 4, 0.7),
      answered('fixed.jpg', 1, 1),
      answered('wrong.jpg', 1, 3),
    ],
  );
  expect(result.matched).toBe(5);
  expect(keys(result.newlyBroken)).toEqual(['broken-b.jpg', 'broken-a.jpg']);
  expect(result.newlyBroken.images[0]).toEqual({
    key: 'broken-b.jpg',
    label: 0,
    before: { predicted: 0, score: 0.9 },
    after: { predicted: 4, score: 0.7 },
  });
  expect(keys(result.fixed)).toEqual(['fixed.jpg']);
  expect(keys(result.stillWrong)).toEqual(['wrong.jpg']);
  // Of three images that changed sides, two one way: 2 * (1 + 3) / 2^3, not over 1.
  expect(result.paired).toEqual({ images: 5, correctBefore: 3, correctAfter: 2, chance: 1 });
  expect(result.before).toMatchObject({ run: 'run-of-model.onnx', accuracy: 0.6 });
  expect(result.after).toMatchObject({ model: 'new.onnx', accuracy: 0.4, images: 5 });
});

test('images are matched by key, in whatever shard and order they are', async () => {
  const before = await outputOf({
    shards: [[answered('a.jpg', 0, 0)], [answered('b.jpg', 1, 1), answered('gone.jpg', 1, 1)]],
  });
  const after = await outputOf({
    shards: [[answered('b.jpg', 1, 0), answered('new.jpg', 0, 0)], [answered('a.jpg', 0, 0)]],
  });
  const result = await diffRuns(before, after);
  expect(result.matched).toBe(2);
  expect(keys(result.newlyBroken)).toEqual(['b.jpg']);
  expect(result.added).toEqual({ count: 1, images: ['new.jpg'] });
  expect(result.vanished).toEqual({ count: 1, images: ['gone.jpg'] });
});

test('images that only one run could read are told apart', async () => {
  const result = await diff(
    [answered('a.jpg', 0, 0), quarantined('b.jpg', 'decode-failed', 0), quarantined('c.jpg')],
    [quarantined('a.jpg'), answered('b.jpg', 0, 1), quarantined('c.jpg')],
  );
  expect(result.matched).toBe(0);
  expect(result.newlyQuarantined).toEqual({ count: 1, images: ['a.jpg'] });
  expect(result.noLongerQuarantined).toEqual({ count: 1, images: ['b.jpg'] });
  expect(result.newlyBroken.count + result.fixed.count + result.stillWrong.count).toBe(0);
});

test('an image whose label changed is neither broken nor fixed', async () => {
  const before = [answered('a.jpg', 0, 0), answered('b.jpg', null, 0), answered('c.jpg', 1, 1)];
  const after = [answered('a.jpg', 1, 0), answered('b.jpg', 2, 0), answered('c.jpg', 1, 1)];
  const result = await diff(before, after);
  expect(result.relabelled.images).toEqual([
    { key: 'a.jpg', before: 0, after: 1 },
    { key: 'b.jpg', before: null, after: 2 },
  ]);
  expect(result.newlyBroken.count).toBe(0);
  expect(result.paired.images).toBe(1);
});

test('without labels, images that get another answer are listed', async () => {
  const result = await diff(
    [answered('a.jpg', null, 0), answered('b.jpg', null, 0)],
    [answered('a.jpg', null, 1), answered('b.jpg', null, 0)],
  );
  expect(keys(result.changedUnlabelled)).toEqual(['a.jpg']);
  expect(result.changedUnlabelled.images[0]?.label).toBeNull();
});

test('a class that moved is told from one that only wavered', async () => {
  // All twelve dogs break into cats; of the owls one breaks and one is fixed.
  const dogs = Array.from({ length: 12 }, (_, i) => `dog-${i}.jpg`);
  const cats = Array.from({ length: 10 }, (_, i) => `cat-${i}.jpg`);
  const unmoved = cats.map((key) => answered(key, 0, 0));
  const result = await diff(
    [...unmoved, ...dogs.map((key) => answered(key, 1, 1)), answered('owl-a.jpg', 3, 3), answered('owl-b.jpg', 3, 2)],
    [...unmoved, ...dogs.map((key) => answered(key, 1, 0)), answered('owl-a.jpg', 3, 2), answered('owl-b.jpg', 3, 3)],
  );
  const [cat, dog, ...others] = result.classes;
  expect(dog).toMatchObject({ class: 1, name: 'dog', images: 12, precision: { moved: false } });
  expect(dog?.recall).toEqual({
    before: 1,
    after: 0,
    worse: 12,
    better: 0,
    chance: expect.closeTo(2 / 2 ** 12, 12),
    moved: true,
  });
  expect(cat?.precision).toEqual({
    before: 1,
    after: 10 / 22,
    worse: 12,
    better: 0,
    chance: expect.closeTo(2 / 2 ** 12, 12),
    moved: true,
  });
  expect(cat?.recall).toMatchObject({ before: 1, after: 1, worse: 0, better: 0, chance: 1, moved: false });
  expect(others.map(({ name, recall }) => [name, recall.moved])).toEqual([
    ['fox', false],
    ['owl', false],
  ]);
});

test('a list names as many images as asked for and counts all', async () => {
  const rows = Array.from({ length: 9 }, (_, i) => `${i}.jpg`);
  const before = await outputOf({ shards: [rows.map((key) => answered(key, 0, 0))] });
  const after = await outputOf({ shards: [rows.map((key) => answered(key, 0, 1))] });
  const { newlyBroken } = await diffRuns(before, after, { kept: 4 });
  expect(newlyBroken.count).toBe(9);
  expect(newlyBroken.images).toHaveLength(4);
});

test('runs whose classes have other names are not compared', async () => {
  const renamed = { ...answered('a.jpg', 0, 0), labelName: 'lynx', predictedName: 'lynx' };
  const { top } = renamed;
  const after = { ...renamed, top: top.map((entry) => (entry.class === 0 ? { ...entry, name: 'lynx' } : entry)) };
  await expect(diff([answered('a.jpg', 0, 0)], [after])).rejects.toMatchObject({
    code: 'classes-differ',
    message: expect.stringContaining('class 0 is "cat" in the earlier run and "lynx" in the later one'),
  });
});

test('runs over different images are not compared', async () => {
  await expect(diff([answered('night/a.jpg', 0, 0)], [answered('a.jpg', 0, 0)])).rejects.toMatchObject({
    code: 'nothing-in-common',
    message: expect.stringContaining('"night/a.jpg"'),
  });
  await expect(diff([], [answered('a.jpg', 0, 0)])).rejects.toMatchObject({ code: 'no-records' });
});

test('names of classes are those of both runs', async () => {
  const result = await diff([answered('a.jpg', 0, 0)], [answered('a.jpg', 0, 4)]);
  expect(result.classNames.slice(0, 6)).toEqual([...classNames.slice(0, 2), ...classNames.slice(2, 6)]);
});

test('a run against itself: nothing changed', async () => {
  const output = await outputOf({
    shards: [[answered('a.jpg', 0, 0), image('b.jpg', 1, [0.2, 0.5, 0.3]), answered('c.jpg', 0, 1)]],
    heatmap: () => [0, 1, 2, 3],
  });
  const result = await diffRuns(output, output);
  expect(result).toMatchObject({
    matched: 3,
    newlyBroken: { count: 0 },
    fixed: { count: 0 },
    stillWrong: { count: 1 },
    classes: [],
    elsewhere: { unchanged: 3, compared: 3, medianCorrelation: 1, images: { count: 0 } },
  });
  expect(result.notes).toContain('Both runs are of the same model file.');
});

test('other preprocess settings, and runs that are not complete, are noted', async () => {
  const shards = [[answered('a.jpg', 0, 0)]];
  const before = await outputOf({ shards, preprocess: { preset: 'imagenet' } });
  const after = await outputOf({ shards, preprocess: { preset: 'tf' }, state: 'interrupted', digest: 'b'.repeat(64) });
  const { notes } = await diffRuns(before, after);
  expect(notes).toContain('The later run, run-of-model.onnx, is not complete (its state is "interrupted").');
  expect(notes.join(' ')).toContain('{"preset":"imagenet"} then, {"preset":"tf"} now');
  expect(notes).not.toContain('Both runs are of the same model file.');
});
