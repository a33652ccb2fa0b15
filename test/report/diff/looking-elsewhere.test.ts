import { expect, test } from 'vitest';
import { heatmapCorrelation } from '../../../src/report/diff/correlation.ts';
import { diffRuns } from '../../../src/report/diff/diff-runs.ts';
import type { DoneRecord, ImageRecord } from '../../../src/shared/run/record.ts';
import { answered, image, type OutputOf, outputOf, type SeveralOf, severalLabels } from '../hand-made.ts';

const upperLeft = [4, 1, 1, 0];
const lowerRight = [0, 1, 1, 4];

async function outputs(records: readonly ImageRecord[], before: OutputOf['heatmap'], after: OutputOf['heatmap']) {
  const withMaps = (heatmap: OutputOf['heatmap']) => outputOf({ shards: [records], ...(heatmap && { heatmap }) });
  return Promise.all([withMaps(before), withMaps(after)]);
}

test('images with the same answer whose maps moved are named, the least alike first', async () => {
  const records = ['same.jpg', 'moved.jpg', 'half.jpg'].map((key) => answered(key, 0, 0));
  const later: Record<string, number[]> = { 'same.jpg': upperLeft, 'moved.jpg': lowerRight, 'half.jpg': [4, 5, 0, 0] };
  const [before, after] = await outputs(
    records,
    () => upperLeft,
    ({ key }) => later[key] ?? null,
  );
  const { elsewhere } = await diffRuns(before, after, { threshold: 0.7 });
  expect(elsewhere).toMatchObject({
    map: { layer: 'layer4', method: 'grad-cam', target: 'predicted' },
    unchanged: 3,
    compared: 3,
    threshold: 0.7,
  });
  expect(elsewhere?.images.images.map(({ key }) => key)).toEqual(['moved.jpg', 'half.jpg']);
  // Means 1.5: (2.5 * -1.5 + 0.25 + 0.25 - 1.5 * 2.5) / (2.25 + 0.25 + 0.25 + 6.25).
  expect(elsewhere?.images.images[0]?.correlation).toBeCloseTo(-7 / 9, 3);
  expect(elsewhere?.medianCorrelation).toBe(elsewhere?.images.images[1]?.correlation);
});

test('images with another answer are not compared', async () => {
  const before = await outputOf({ shards: [[answered('a.jpg', 0, 0)]], heatmap: () => upperLeft });
  const after = await outputOf({ shards: [[answered('a.jpg', 0, 1)]], heatmap: () => lowerRight });
  expect((await diffRuns(before, after)).elsewhere).toMatchObject({
    unchanged: 0,
    compared: 0,
    medianCorrelation: null,
  });
});

test('maps that say nothing are counted apart', async () => {
  const of = (states: readonly boolean[]): DoneRecord[] =>
    states.map((degenerate, i) => image(`${i}.jpg`, 0, [0.9, 0.1], [{ degenerate }]));
  const before = await outputOf({ shards: [of([false, true, false, true])], heatmap: () => upperLeft });
  const after = await outputOf({ shards: [of([false, false, true, true])], heatmap: () => lowerRight });
  const { elsewhere } = await diffRuns(before, after);
  expect(elsewhere).toMatchObject({ unchanged: 4, compared: 1, degenerate: { before: 1, after: 1, both: 1 } });
});

test('without evidence the images are left out, and a note says how many', async () => {
  const [before, after] = await outputs([answered('a.jpg', 0, 0)], () => upperLeft, undefined);
  const { elsewhere, notes } = await diffRuns(before, after);
  expect(elsewhere).toMatchObject({ unchanged: 1, compared: 0 });
  expect(notes.join(' ')).toContain('1 image could not be compared');
});

test('runs with different layers say so', async () => {
  const before = await outputOf({
    shards: [[image('a.jpg', 0, [0.9, 0.1], [{ layer: 'layer3' }])]],
    heatmap: () => upperLeft,
  });
  const after = await outputOf({ shards: [[image('a.jpg', 0, [0.9, 0.1])]], heatmap: () => upperLeft });
  const { elsewhere, notes } = await diffRuns(before, after);
  expect(elsewhere).toBeNull();
  expect(notes.join(' ')).toContain('earlier run: layer3 grad-cam predicted; later run: layer4 grad-cam predicted');
});

test('above a limit a sample is compared, always the same', async () => {
  const records = Array.from({ length: 50 }, (_, i) => answered(`${i}.jpg`, 0, 0));
  const [before, after] = await outputs(
    records,
    () => upperLeft,
    () => lowerRight,
  );
  const first = await diffRuns(before, after, { mostCompared: 20 });
  expect(first.elsewhere).toMatchObject({ unchanged: 50, compared: 20, images: { count: 20 } });
  expect(first.notes.join(' ')).toContain('Maps were compared for 20 of the 50 images');
  expect(await diffRuns(before, after, { mostCompared: 20 })).toEqual(first);
});

test('only the positive part of a map counts, as in the overlays', () => {
  const negative = Float32Array.of(4, 1, -3, -9);
  expect(heatmapCorrelation(negative, Float32Array.of(4, 1, 0, 0))).toBeCloseTo(1, 6);
  expect(heatmapCorrelation(Float32Array.of(1, 2, 3), Float32Array.of(30, 20, 10))).toBeCloseTo(-1, 6);
  expect(heatmapCorrelation(Float32Array.of(1, 1, 1), Float32Array.of(1, 2, 3))).toBeNaN();
});

test('of several labels the maps of each class are compared, whatever became of its decision', async () => {
  const [cat, dog, fox] = [0, 1, 2];
  const night = (images: Record<string, SeveralOf>, moved: (key: string, index: number) => boolean) =>
    outputOf({
      shards: [Object.entries(images).map(([key, of]) => severalLabels(key, of))],
      heatmaps: ({ key }, index) => (moved(key, index) ? lowerRight : upperLeft),
    });
  // The slots of a class differ from night to night: its score decides which one it has.
  const before = await night(
    {
      'a.jpg': { labels: [cat, dog], scores: [0.9, 0.8, 0.1], explained: [cat, dog] },
      'b.jpg': { labels: [cat], scores: [0.7, 0.6, 0.1], explained: [cat, dog] },
      'c.jpg': { labels: null, scores: [0.1, 0.6, 0.7], explained: [fox, dog] },
    },
    () => false,
  );
  const after = await night(
    {
      'a.jpg': { labels: [cat, dog], scores: [0.9, 0.2, 0.1], explained: [cat, dog] },
      'b.jpg': { labels: [cat], scores: [0.6, 0.7, 0.1], explained: [dog, cat] },
      'c.jpg': { labels: null, scores: [0.1, 0.6, 0.3], explained: [dog, fox] },
    },
    (key, index) => `${key} ${index}` === 'a.jpg 1' || `${key} ${index}` === 'b.jpg 0',
  );
  const { pairs, elsewhere, newlyBroken } = await diffRuns(before, after);
  expect(elsewhere).toBeNull();
  expect(newlyBroken.images.map(({ key }) => key)).toEqual(['a.jpg']);
  expect(pairs).toMatchObject({
    known: 6,
    stillRight: 4,
    newlyBroken: {
      count: 1,
      images: [
        {
          key: 'a.jpg',
          class: dog,
          isTrue: true,
          before: { decided: true, score: 0.8, target: 'predicted+label#2' },
          after: { decided: false, score: 0.2, target: 'predicted+label#2' },
        },
      ],
    },
    fixed: { count: 0 },
    stillWrong: { count: 1, images: [{ key: 'b.jpg', class: dog, isTrue: false }] },
    changedUnlabelled: { count: 1, images: [{ key: 'c.jpg', class: fox, isTrue: null }] },
  });
  expect(pairs?.newlyBroken.images[0]?.correlation).toBeCloseTo(-7 / 9, 3);
  expect(pairs?.stillWrong.images[0]?.correlation).toBeCloseTo(1, 3);
  expect(pairs?.maps).toMatchObject({
    layer: 'layer4',
    method: 'grad-cam',
    moved: {
      stillRight: { explained: 2, compared: 2, elsewhere: 1 },
      newlyBroken: { explained: 1, compared: 1, elsewhere: 1 },
      fixed: { explained: 0, compared: 0, medianCorrelation: null, elsewhere: 0 },
      stillWrong: { explained: 1, compared: 1, elsewhere: 0 },
      unknown: { explained: 2, compared: 2, elsewhere: 0 },
    },
    elsewhere: { count: 1, images: [{ key: 'b.jpg', class: cat, after: { target: 'predicted+label#2' } }] },
  });
});
