import { UserError } from '../../explain/user-error.ts';
import type { RunTable } from './run-table.ts';

type Named = Pick<RunTable, 'classNames'>;

/**
 * @param names of the two runs, as in "the earlier run"
 * @throws UserError `classes-differ` when an index is one class in one run and another class in the other
 */
export function checkSameClasses(a: Named, b: Named, names: readonly [a: string, b: string]): void {
  for (const [index, name] of a.classNames.entries()) {
    const other = b.classNames[index] ?? null;
    if (name === null || other === null || name === other) continue;
    throw new UserError(
      'classes-differ',
      `The runs do not have the same classes: class ${index} is "${name}" in ${names[0]} and "${other}" in ${names[1]}. ` +
        'Use runs of models with the same classes in the same order, or run one again with the other list of --classes.',
    );
  }
}
