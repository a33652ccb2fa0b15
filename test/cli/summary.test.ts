import { expect, test } from 'vitest';
import { summaryText } from '../../src/cli/summary.ts';
import type { RunSummary } from '../../src/worker/local/explain-run.ts';

const summary: RunSummary = {
  run: 'r',
  state: 'complete',
  images: 351,
  done: 351,
  quarantined: 0,
  skipped: 0,
  failures: {},
  accuracy: null,
  labelled: 0,
  imagesPerSecond: 37.72,
  seconds: 9.3,
  output: 's3://bucket/out',
};

test('a complete run', () => {
  expect(summaryText(summary)).toBe(
    ['Explained 351 images in 0:10 (37.7 images/s)', '  done      351', '  output    s3://bucket/out', ''].join('\n'),
  );
});

test('what last means is named', () => {
  expect(summaryText({ ...summary, lastLayer: 'features.17' })).toContain('\n  last      layer features.17\n');
});

test('failures come by reason, the most frequent first', () => {
  const failures = { 'not-an-image': 1, truncated: 4, 'bad-key': 1 };
  expect(summaryText({ ...summary, done: 345, quarantined: 6, failures })).toContain(
    '\n  done      345\n  failed    6 (truncated 4, bad-key 1, not-an-image 1)\n',
  );
});

test('accuracy, when labels are known', () => {
  expect(summaryText({ ...summary, accuracy: 2 / 3, labelled: 1 })).toContain(
    '\n  accuracy  0.6667 of 1 labelled image\n',
  );
});

test('maps that are blank are said, with the reason and what to do', () => {
  const row = { layer: 'layer4', method: 'grad-cam', target: 'predicted', images: 351, blank: 351 };
  const text = summaryText({ ...summary, blankMaps: [{ ...row, reasons: { 'no-gradient': 350, 'not-finite': 1 } }] });
  expect(text).toContain(
    '\n  BLANK     All 351 maps of layer layer4 (grad-cam, predicted) are blank (no-gradient): no gradient reaches',
  );
});

test('an interrupted run says how to go on', () => {
  const text = summaryText({ ...summary, state: 'interrupted', images: 128, done: 128, skipped: 64 });
  expect(text).toMatch(/^Interrupted after 128 images in /);
  expect(text).toContain('\n  earlier   64 of them were committed by an earlier start\n');
  expect(text).toMatch(/\nGo on with the same command and --resume\.\n$/);
});
