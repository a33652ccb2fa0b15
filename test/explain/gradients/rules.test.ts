/** Every rule against finite differences of ONNX Runtime's forward pass, row by row of the tables in cases/. */

import { describe, expect, it } from 'vitest';
import { supportedOperators } from '../../../src/explain/gradients/rules.ts';
import { caseTables } from './cases/index.ts';
import { expectGradients } from './finite-differences.ts';
import { networkOf, referenceOf, titleOf } from './network.ts';

for (const [family, rows] of Object.entries(caseTables)) {
  describe(family, () => {
    it.each(rows.map((row) => ({ name: titleOf(row), row })))('$name', async ({ row }) => {
      await expectGradients(networkOf(row), row, referenceOf(row));
    });
  });
}

describe('the tables', () => {
  it('hold a row for every operator with a rule', () => {
    const rows = Object.values(caseTables).flat();
    const tested = new Set(rows.flatMap((row) => [row, ...(row.next ?? [])]).map((step) => step.operator));
    expect(supportedOperators().filter((operator) => !tested.has(operator))).toEqual([]);
  });

  it('name each row once', () => {
    const titles = Object.values(caseTables).flat().map(titleOf);
    expect(titles.filter((title, i) => titles.indexOf(title) !== i)).toEqual([]);
  });
});
