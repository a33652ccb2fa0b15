import { expect, test } from 'vitest';
import { RunWarnings } from '../../../src/worker/local/run-warnings.ts';

const map = { layer: 'last', method: 'grad-cam', target: 'predicted' };

/** What is said of images whose scores and maps are as given. */
function warningsOf(count: number, record: (image: number) => { score: number; degenerateReason: string | null }) {
  const said: string[] = [];
  const warnings = new RunWarnings(10, (message) => said.push(message));
  for (let image = 0; image < count; image += 1) {
    const { score, degenerateReason } = record(image);
    const top = [{ class: 0, name: null, score }];
    const line = JSON.stringify({ top, maps: [{ ...map, degenerateReason }] });
    warnings.see({ status: 'done', key: `${image}.jpg`, label: null, line, blank: degenerateReason !== null }, image);
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
