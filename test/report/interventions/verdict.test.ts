/** What a network's answers claim, and what not. */

import { expect, test } from 'vitest';
import type { ChangeKind, TestedChange } from '../../../src/report/contract.ts';
import { hasCause } from '../../../src/report/interventions/verdict.ts';

const cluster = { size: 20, chance: 0.01 };

/** Ten images, of which nothing else than the named figures says anything. */
function change(kind: ChangeKind, figures: Partial<TestedChange> = {}): TestedChange {
  const controls = { ordinaryFall: 0, returnedElsewhere: null, ordinaryReturned: 0, chance: 0.001 };
  return {
    kind,
    words: kind,
    isRemovable: true,
    images: 10,
    margin: 4,
    fall: 0,
    returned: 0,
    ...controls,
    transplanted: null,
    ...figures,
  };
}

const given = (taken: number, chance = 1e-5) => ({ images: 20, taken, control: 0, chance });

test('a weak look is a cause when it shows in both directions, and is none in one of them', () => {
  const without = { fall: 3, returned: 0.6 };
  expect(hasCause(cluster, [change('saturation', { ...without, transplanted: given(0.15) })])).toBe(true);
  expect(hasCause(cluster, [change('saturation', { ...without, transplanted: given(0) })])).toBe(false);
  expect(hasCause(cluster, [change('saturation', { transplanted: given(0.15) })])).toBe(false);
});

test('colours that are gone cannot be given back, but pictures brought near to usual ones count', () => {
  const grey = change('saturation', { isRemovable: false, fall: 3, returned: 0.6, transplanted: given(0.15) });
  expect(hasCause(cluster, [grey])).toBe(true);
  expect(hasCause(cluster, [{ ...grey, returned: 0 }])).toBe(false);
  expect(hasCause(cluster, [{ ...grey, returned: 0, transplanted: given(0.5) }])).toBe(true);
});

test('what other mistakes do as well in the same images is no cause, however many are taken', () => {
  const frame = { fall: 3, returned: 0.4 };
  expect(hasCause(cluster, [change('border', { ...frame, transplanted: given(0.3) })])).toBe(true);
  expect(hasCause(cluster, [change('border', { ...frame, transplanted: given(0.3, 0.2) })])).toBe(false);
});

test('a removal that is decisive stands alone, unless the mistakes are as sure as ordinary ones', () => {
  const mark = change('place', { fall: 4.5, returned: 0.9 });
  expect(hasCause(cluster, [mark])).toBe(true);
  expect(hasCause({ ...cluster, chance: 0.3 }, [mark])).toBe(false);
});

test('of half-hearted mistakes, and of a few, nothing is claimed', () => {
  const mark = change('place', { fall: 4.5, returned: 0.9, transplanted: given(0.9) });
  expect(hasCause(cluster, [mark])).toBe(true);
  expect(hasCause(cluster, [{ ...mark, margin: 1 }])).toBe(false);
  expect(hasCause({ ...cluster, chance: 0.6 }, [mark])).toBe(false);
  expect(hasCause({ ...cluster, size: 6 }, [mark])).toBe(false);
});
