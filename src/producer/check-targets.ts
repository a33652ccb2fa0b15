/** Whether the targets can be explained, as far as names and the model's file tell before the model is opened. */

import { type ClassNames, parseClassIndex } from '../explain/class-names.ts';
import { decodeModel, type OnnxModel } from '../explain/onnx/model-file.ts';
import { dimensions } from '../explain/onnx/sizes.ts';
import { parseTargets } from '../explain/target.ts';
import { UserError } from '../explain/user-error.ts';
import type { RunConfiguration } from '../shared/run/configuration.ts';
import { splitLocation } from '../shared/store/location.ts';
import { readLocation } from '../shared/store/open-store.ts';
import { StoreError } from '../shared/store/store.ts';

type TargetSettings = Pick<RunConfiguration, 'targets' | 'model' | 'outputName'>;

/** @throws UserError `missing-setting` for names without a list of them; `unknown-class`, `ambiguous-class`, `unknown-target` */
export async function checkTargets(settings: TargetSettings, names: ClassNames | null): Promise<void> {
  const { targets } = settings;
  const named = targets.filter((target) => /^(class|top):/.test(target));
  if (named.length === 0) return;
  if (names === null) for (const target of named) checkIndices(target);
  parseTargets(named, await mostClasses(settings), names);
}

function checkIndices(target: string): void {
  const classes = /^class:(.+)$/s.exec(target)?.[1]?.split('-vs-') ?? [];
  if (classes.every((name) => parseClassIndex(name) !== null)) return;
  throw new UserError(
    'missing-setting',
    `Missing --classes. The target '${target}' needs the names of the classes, and the model file has none.`,
  );
}

/** Operators behind which the scores may be fewer than the classes. */
const choosing = new Set(['TopK', 'ArgMax', 'NonMaxSuppression']);

/** Infinite where the file does not say it: opening the model says what is wrong then. */
async function mostClasses({ model, outputName }: TargetSettings): Promise<number> {
  let file: OnnxModel;
  try {
    file = decodeModel(await readLocation(model), splitLocation(model).name);
  } catch (error) {
    if (error instanceof UserError || error instanceof StoreError) return Number.POSITIVE_INFINITY;
    throw error;
  }
  const { node, output } = file.graph;
  if (node.some(({ opType, domain }) => choosing.has(opType) || domain === 'ai.onnx.ml'))
    return Number.POSITIVE_INFINITY;
  const widths = output
    .filter(({ name }) => outputName === undefined || name === outputName)
    .map((each) => {
      const [, ...sizes] = dimensions(each);
      return sizes.length === 0
        ? undefined
        : sizes.reduce((a, b) => (a === undefined || b === undefined ? undefined : a * b));
    });
  const known = widths.flatMap((width) => width ?? []);
  // A single score tells two classes apart.
  return known.length === widths.length && known.length > 0 ? Math.max(2, ...known) : Number.POSITIVE_INFINITY;
}
