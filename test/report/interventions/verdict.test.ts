/** What a network's answers claim, and what not. */

import { expect, test } from 'vitest';
import { hasCause, isLeftOpen, mayHide } from '../../../src/report/interventions/verdict.ts';
import { change } from './tested-changes.ts';

const cluster = { size: 20, chance: 0.01 };

const given = (taken: number, chance = 1e-5) => ({ images: 20, taken, control: 0, chance });

test('a weak cue is a cause when both tests say so, and is none by one of them', () => {
  const without = { fall: 3, returned: 0.6, chance: 1e-3 };
  const weak = change('saturation', { ...without, transplanted: given(0.15, 1e-4) });
  expect(hasCause(cluster, [weak])).toBe(true);
  expect(hasCause(cluster, [{ ...weak, transplanted: given(0, 0.5) }])).toBe(false);
  expect(hasCause(cluster, [{ ...weak, fall: 0, returned: 0, chance: 0.5 }])).toBe(false);
});

test('what most of the picture lies in needs more', () => {
  const figures = { fall: 2, returned: 0.3, chance: 1e-3, transplanted: given(0.2, 1e-4) };
  const sure = { ...cluster, chance: 0.02 };
  expect(hasCause(sure, [change('border', figures)])).toBe(true);
  expect(hasCause(sure, [change('surroundings', figures)])).toBe(false);
  expect(hasCause({ ...cluster, chance: 1e-5 }, [change('surroundings', figures)])).toBe(true);
});

test('where half of others are taken the images need not return, unless other mistakes do as much', () => {
  const frame = change('surroundings', { fall: 2.6, chance: 0.2, transplanted: given(0.7) });
  expect(hasCause(cluster, [frame])).toBe(true);
  expect(hasCause(cluster, [{ ...frame, transplanted: { ...given(0.7), control: 0.4 } }])).toBe(false);
  expect(hasCause(cluster, [{ ...frame, transplanted: given(0.7, 0.3) }])).toBe(false);
});

test('a removal that is decisive stands alone, unless the mistakes are as sure as ordinary ones', () => {
  const mark = change('place', { fall: 4.5, returned: 0.9 });
  expect(hasCause(cluster, [mark])).toBe(true);
  expect(hasCause({ ...cluster, chance: 0.3 }, [mark])).toBe(false);
});

test('a small part that turns others for sure is a cause, though covering it frees hardly more images than covering others’', () => {
  const frame = change('border', { fall: 1.5, ordinaryFall: 2, returned: 0.4, ordinaryReturned: 0.4, chance: 0.9 });
  const turning = { ...frame, transplanted: { ...given(0.7, 5e-5), control: 0.3 } };
  expect(hasCause(cluster, [turning])).toBe(true);
  expect(hasCause(cluster, [{ ...turning, kind: 'surroundings' }])).toBe(false);
  expect(hasCause(cluster, [{ ...turning, kind: 'seen' }])).toBe(false);
  expect(hasCause(cluster, [{ ...turning, fall: 0.5 }])).toBe(false);
  expect(hasCause(cluster, [{ ...turning, transplanted: { ...given(0.6, 5e-5), control: 0.3 } }])).toBe(false);
});

test('a look that the answers leave open is a cause where it goes with the class in the run itself, more than ordinary groups do', () => {
  const blur = change('sharpness', { isRemovable: false, fall: 2.5, transplanted: given(0.2, 1e-3) });
  const goesWithIt = (chance: number) => [
    { ...blur, inRun: { alike: { images: 80, taken: 0.4 }, others: { images: 100, taken: 0.05 }, chance } },
  ];
  expect(isLeftOpen(cluster, blur)).toBe(true);
  expect(hasCause(cluster, [blur])).toBe(false);
  expect(hasCause(cluster, goesWithIt(1e-4))).toBe(false);
  expect(hasCause(cluster, goesWithIt(1e-6))).toBe(true);
  expect(isLeftOpen(cluster, { ...blur, kind: 'border' })).toBe(false);
  expect(isLeftOpen(cluster, { ...blur, chance: 0.2 })).toBe(false);
  expect(isLeftOpen(cluster, { ...blur, isRemovable: true, fall: 1 })).toBe(false);
});

test('a part that takes hardly anything with it is no cause, however sure that is', () => {
  const slight = change('place', { fall: 0.6, returned: 0.05, chance: 1e-6 });
  expect(hasCause(cluster, [{ ...slight, transplanted: given(0.2, 1e-6) }])).toBe(false);
  expect(hasCause(cluster, [{ ...slight, fall: 1.5, transplanted: given(0.2, 1e-6) }])).toBe(true);
});

test('a cluster without a claim may hide one where it is large and its mistakes are sure', () => {
  const sure = change('seen', { fall: 1 });
  const hiding = { ...cluster, claimed: false, tests: [sure] };
  expect(mayHide(hiding)).toBe(true);
  expect(mayHide({ ...hiding, claimed: true })).toBe(false);
  expect(mayHide({ ...hiding, size: 13 })).toBe(false);
  expect(mayHide({ ...hiding, chance: 0.6 })).toBe(false);
  expect(mayHide({ ...hiding, tests: [{ ...sure, margin: 1 }] })).toBe(false);
});

test('a removal may be short of one figure where it is far beyond in the other', () => {
  const mark = change('place', { fall: 3.6, returned: 0.9, chance: 1e-3 });
  expect(hasCause(cluster, [mark])).toBe(true);
  expect(hasCause(cluster, [{ ...mark, returned: 0.5 }])).toBe(false);
  expect(hasCause(cluster, [{ ...mark, fall: 2.5 }])).toBe(false);
});

test('a look that cannot be taken out, but comes near to usual ones, is a cause where the images return then', () => {
  const grey = change('saturation', { isRemovable: false, fall: 4, returned: 0.9, returnedElsewhere: 0.1 });
  const nothing = given(0, 0.5);
  expect(hasCause(cluster, [{ ...grey, transplanted: nothing }])).toBe(true);
  expect(hasCause(cluster, [{ ...grey, returned: 0.5, transplanted: nothing }])).toBe(false);
});

test('a share that is as much beyond another as is asked for is enough, whatever its last binary digit', () => {
  const mark = change('place', { fall: 4.5, returned: 0.8, returnedElsewhere: 0.3 });
  expect(hasCause(cluster, [mark])).toBe(true);
  expect(0.7 - 0.2).toBeLessThan(0.5);
  expect(hasCause(cluster, [{ ...mark, returned: 0.7, returnedElsewhere: 0.2 }])).toBe(true);
});

test('of half-hearted mistakes, and of a few, nothing is claimed', () => {
  const mark = change('place', { fall: 4.5, returned: 0.9, transplanted: given(0.9) });
  expect(hasCause(cluster, [mark])).toBe(true);
  expect(hasCause(cluster, [{ ...mark, margin: 1 }])).toBe(false);
  expect(hasCause({ ...cluster, chance: 0.6 }, [mark])).toBe(false);
  expect(hasCause({ ...cluster, size: 6 }, [mark])).toBe(false);
});

test('a look that is asked of more images has to be sure in others, too', () => {
  const more = (chance: number) => ({ images: 60, taken: 0.1, control: 0.05, chance });
  const blur = change('sharpness', { images: 20, fall: 3.5, returned: 0.5, chance: 1e-5, transplanted: more(1e-4) });
  expect(hasCause(cluster, [blur])).toBe(true);
  expect(hasCause(cluster, [{ ...blur, transplanted: more(2e-3) }])).toBe(false);
  expect(hasCause(cluster, [{ ...blur, fall: 2.2 }])).toBe(false);
  expect(hasCause(cluster, [{ ...blur, transplanted: { ...more(2e-3), images: 30 } }])).toBe(true);
});

test('asked of more images, where small differences become sure, a part has to make a large one', () => {
  const more = (taken: number, chance: number) => ({ images: 40, taken, control: 0, chance });
  const part = change('seen', { images: 20, fall: 3, returned: 0.2, transplanted: more(0.4, 1e-7) });
  expect(hasCause(cluster, [part])).toBe(true);
  expect(hasCause(cluster, [{ ...part, transplanted: more(0.2, 1e-7) }])).toBe(false);
  expect(hasCause(cluster, [{ ...part, returned: 0.6, transplanted: more(0.2, 1e-7) }])).toBe(true);
  expect(hasCause(cluster, [{ ...part, fall: 2 }])).toBe(false);
  expect(hasCause(cluster, [{ ...part, transplanted: given(0.2, 1e-7) }])).toBe(true);
});
