import { expect, test } from 'vitest';
import { RunWarnings } from '../../../src/worker/pipeline/run-warnings.ts';

const map = { layer: 'last', method: 'grad-cam', target: 'predicted' };

/** What is said of images whose scores and maps are as given. */
function warningsOf(count: number, record: (image: number) => { score: number; degenerateReason: string | null }) {
  const said: string[] = [];
  const warnings = new RunWarnings(10, (message) => said.push(message));
  for (let image = 0; image < count; image += 1) {
    const { score, degenerateReason } = record(image);
    const top = [{ class: 0, name: null, score }];
    const line = JSON.stringify({ predicted: 0, top, maps: [{ ...map, degenerateReason }] });
    warnings.see({ status: 'done', key: `${image}.jpg`, label: null, line, blank: degenerateReason !== null });
  }
  return said;
}

test('blank maps of all of the first images are said at once', () => {
  const said = warningsOf(40, (image) => ({ score: image / 40, degenerateReason: 'no-gradient' }));
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/^Of the first 16 images: All 16 maps of layer last \(grad-cam, predicted\) are blank/);
});

test('so are equal scores for different pictures', () => {
  const said = warningsOf(40, () => ({ score: 0.5, degenerateReason: null }));
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/same scores to all of the first 16 images/);
});

test('nothing is said of a run that works', () => {
  expect(
    warningsOf(40, (image) => ({ score: image / 40, degenerateReason: image % 3 ? null : 'no-gradient' })),
  ).toEqual([]);
});

/** What is said of images with these labels, answered so; the first 16 answers differ. */
function saidOfLabels(pairs: readonly (readonly [label: number, predicted: number])[]) {
  const said: string[] = [];
  const warnings = new RunWarnings(10, (message) => said.push(message));
  for (const [image, [label, predicted]] of pairs.entries()) {
    const top = [{ class: predicted, name: null, score: image / 100 }];
    const line = JSON.stringify({ predicted, top, maps: [{ ...map, degenerateReason: null }] });
    warnings.see({ status: 'done', key: `${image}.jpg`, label, line, blank: false });
  }
  return said;
}

const labelled = (count: number, predicted: (label: number) => number) =>
  Array.from({ length: count }, (_, image) => [image % 10, predicted(image % 10)] as const);

test.each([
  ['from 1', 1, 0, /answers 12 with the class just before their label, and 0 rightly.*counted from 1/],
  ['without the background class', 0, 1, /answers 12 with the class just behind their label.*background/],
])('labels that are counted %s are said to be, once', (_, ofLabel, ofClass, text) => {
  const pairs = Array.from({ length: 30 }, (_each, image) => [(image % 9) + ofLabel, (image % 9) + ofClass] as const);
  expect(saidOfLabels(pairs)).toEqual([expect.stringMatching(text)]);
});

test.each([
  ['is right', labelled(30, (label) => label)],
  ['is bad', labelled(30, (label) => (label * 3 + 1) % 10)],
  ['takes one class for its neighbour, whose images come first', Array.from({ length: 30 }, () => [4, 3] as const)],
])('nothing is said of labels where the model %s', (_, pairs) => {
  expect(saidOfLabels(pairs)).toEqual([]);
});
