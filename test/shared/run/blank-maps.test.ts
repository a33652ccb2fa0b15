import { expect, test } from 'vitest';
import { BlankMapsTally, blankMapsText } from '../../../src/shared/run/blank-maps.ts';

const map = { layer: 'layer4', method: 'grad-cam', target: 'predicted' };
const degenerate = (degenerateReason: string | null, more = {}) => ({ maps: [{ ...map, degenerateReason, ...more }] });

function tallied(records: { maps: unknown[] }[]) {
  const tally = new BlankMapsTally();
  for (const record of records) tally.add(record);
  return tally.summary;
}

test('maps of which most are blank are named with their reasons', () => {
  const records = ['no-gradient', 'no-positive-evidence', 'no-gradient', null].map((reason) => degenerate(reason));
  const reasons = { 'no-gradient': 2, 'no-positive-evidence': 1 };
  expect(tallied(records)).toEqual([{ ...map, images: 4, blank: 3, reasons }]);
});

test('a few blank maps among others are ordinary', () => {
  expect(tallied([degenerate('no-positive-evidence'), degenerate(null)])).toBeNull();
});

test('an image without a label has no map for it, which is no fault', () => {
  expect(tallied([degenerate('no-label'), degenerate('no-label')])).toBeNull();
});

test('behind a class token, the layer that works is named', () => {
  const [row] = tallied([degenerate('class-token-only', { workingLayer: 'blocks.10' })]) ?? [];
  expect(row && blankMapsText(row)).toBe(
    'The map of layer layer4 (grad-cam, predicted) is blank (class-token-only): the score reads only the class token of the layer. List an earlier layer: blocks.10.',
  );
});
