/** Operators of the newest opset that ONNX Runtime reads: the same gradients as in opset 18. */

import { describe, expect, it } from 'vitest';
import { caseTables } from './cases/index.ts';
import { analyticGradients, expectClose } from './finite-differences.ts';
import { networkOf, titleOf } from './network.ts';

const newest = 26;
/** Rows that do not hold there. */
const left = new Set([
  // Its inputs mean another thing since opset 21.
  'GroupNormalization: scale per group',
  // ONNX Runtime does not run these since opset 22.
  'GlobalLpPool',
  'GlobalLpPool: 1-norm',
  'GlobalLpPool: 3-norm',
]);

/** One row for each operator of the tables, of those that hold in opset 18. */
const rows = [
  ...new Map(
    Object.values(caseTables)
      .flat()
      .filter((row) => row.opset === undefined && !left.has(titleOf(row)))
      .map((row) => [row.operator, row]),
  ).values(),
];

describe(`the gradient in opset ${newest}`, () => {
  it.each(rows.map((row) => ({ name: titleOf(row), row })))('$name', async ({ row }) => {
    const network = networkOf(row);
    const options = { simplified: true, gates: 'multiplied' as const };
    const found = await analyticGradients({ ...network, opset: newest }, options);
    const expected = await analyticGradients(network, options);
    expect(expected.values.size).toBeGreaterThan(0);
    for (const [name, values] of expected.values) {
      const margin = 1e-6 * (1 + Math.max(...values.map(Math.abs)));
      expectClose(found.values.get(name), [...values], margin, `gradient of '${name}'`);
    }
  });
});
