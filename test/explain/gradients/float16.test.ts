/** Operators of half precision: computed in float32, with the gradients of the same numbers in float32. */

import { f16round } from '@petamoriken/float16';
import { describe, expect, it } from 'vitest';
import { ElementType } from '../../../src/explain/onnx/element-type.ts';
import { caseTables } from './cases/index.ts';
import { analyticGradients, expectClose } from './finite-differences.ts';
import { type Network, networkOf, titleOf } from './network.ts';

/** One row for each operator and opset of the tables. */
const rows = [
  ...new Map(
    Object.values(caseTables)
      .flat()
      .map((row) => [`${row.operator} ${row.opset}`, row]),
  ).values(),
];

/** The network with every number rounded to float16, stored as one type or the other. */
function rounded(network: Network, elementType: number): Network {
  const inputs = network.inputs.map((input) =>
    input.elementType === ElementType.float32
      ? { ...input, elementType, values: input.values.map((value) => f16round(value)) }
      : input,
  );
  return { ...network, inputs };
}

describe('the gradient in float16', () => {
  it.each(rows.map((row) => ({ name: titleOf(row), row })))('$name', async ({ row }) => {
    const network = networkOf(row);
    const options = { simplified: true, gates: 'multiplied' as const };
    const half = await analyticGradients(rounded(network, ElementType.float16), options);
    const full = await analyticGradients(rounded(network, ElementType.float32), options);
    expect(full.values.size).toBeGreaterThan(0);
    for (const [name, values] of full.values) {
      const margin = 1e-6 * (1 + Math.max(...values.map(Math.abs)));
      expectClose(half.values.get(name), [...values], margin, `gradient of '${name}'`);
    }
  });
});
