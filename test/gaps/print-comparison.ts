/** Prints Gradline beside other methods. */

import { printTable } from '../../bench/table.ts';
import type { MethodResult } from './compare.ts';
import { meanOf, pairOf } from './means.ts';

/** A line for each method: means over all faults that count. */
export function printComparison(results: readonly MethodResult[]): void {
  const methods = [...new Set(results.map(({ method }) => method))];
  const faults = results.length / methods.length;
  console.log(
    `\nThe first ten groups of each method, means over ${faults} faults (precision at 10; precision / recall of the best):\n`,
  );
  printTable(
    ['method', 'misclassified: at 10', 'best', 'fooled: at 10', 'best', 'all carriers: at 10', 'best'],
    methods.map((method) => {
      const own = results.filter((result) => result.method === method);
      const cells = [
        own.map(({ ofMistakes }) => ofMistakes),
        own.map(({ ofFooled }) => ofFooled),
        own.map(({ ofCarriers }) => ofCarriers),
      ].flatMap((named) => [
        meanOf(named.map(({ precisionAt10 }) => precisionAt10)),
        pairOf(named.map(({ best }) => best)),
      ]);
      return [method, ...cells];
    }),
  );
}
