/** Targets: which class a map explains, and how a session finds that class for every image of a batch. */

import { type ClassNames, parseClassIndex } from './class-names.ts';
import type { Builder } from './onnx/builder.ts';
import { UserError } from './user-error.ts';
import { isPairTarget } from './wanted-classes.ts';

/** One class per image to explain. `top:3` makes three of these. */
export interface Target {
  /** As reported: the user's own text, with `#rank` for `top`. */
  name: string;
  kind: { from: 'rank'; rank: number } | { from: 'class'; class: number; against?: number } | GivenClasses;
}

/** An input of the graph says them, `[N]` int64, -1 for none. */
interface GivenClasses {
  from: 'label';
  input: string;
}

const written = '`predicted`, `label`, `class:<index or name>`, `class:<a>-vs-<b>`, `top:<k>`';

/** @throws UserError `unknown-target`, `unknown-class`, `ambiguous-class` */
export function parseTargets(texts: readonly string[], classCount: number, names: ClassNames | null): Target[] {
  return texts.flatMap((text): Target[] => {
    if (isPairTarget(text)) {
      throw new UserError(
        'unknown-target',
        `Target '${text}' means something only where each class is decided by itself. Give thresholds (--multi-label).`,
      );
    }
    if (text === 'predicted') return [{ name: text, kind: { from: 'rank', rank: 0 } }];
    if (text === 'label') return [{ name: text, kind: { from: 'label', input: labelInput } }];
    const [, kind, value = ''] = /^(class|top):(.+)$/s.exec(text) ?? [];
    if (kind === 'class') return [{ name: text, kind: classTarget(text, value, classCount, names) }];
    if (kind !== 'top') throw new UserError('unknown-target', `Target '${text}' is not known. Write ${written}.`);
    const k = Number(value);
    if (!Number.isInteger(k) || k < 1 || k > classCount) {
      throw new UserError(
        'unknown-target',
        `Target '${text}' needs a whole number from 1 to ${classCount}, the model's classes.`,
      );
    }
    return Array.from({ length: k }, (_, rank) => ({ name: `${text}#${rank + 1}`, kind: { from: 'rank', rank } }));
  });
}

const versus = '-vs-';

/** One class, or `a-vs-b`: why a and not b. A name that holds `-vs-` itself is taken whole first. */
function classTarget(text: string, value: string, classCount: number, names: ClassNames | null): Target['kind'] {
  const splits = [...value.matchAll(/-vs-/g)].map(({ index }): [string, string] => [
    value.slice(0, index),
    value.slice(index + versus.length),
  ]);
  const [first] = splits;
  if (first === undefined || names?.has(value) === true) {
    return { from: 'class', class: classIndex(value, classCount, names) };
  }
  const isKnown = (name: string) => parseClassIndex(name) !== null || names?.has(name) === true;
  const [a, b] = (splits.find((pair) => pair.every(isKnown)) ?? first).map((name) =>
    classIndex(name, classCount, names),
  );
  if (a === undefined || b === undefined || a === b) {
    throw new UserError('unknown-target', `Target '${text}' compares a class with itself. Write two classes.`);
  }
  return { from: 'class', class: a, against: b };
}

function classIndex(value: string, classCount: number, names: ClassNames | null): number {
  const index = names === null ? parseClassIndex(value) : names.classIndex(value);
  if (index === null) {
    throw new UserError(
      'unknown-class',
      `The class name '${value}' cannot be looked up without class names. Give --classes, or the class's index.`,
    );
  }
  if (index < classCount) return index;
  throw new UserError(
    'unknown-class',
    parseClassIndex(value) === null
      ? `Class '${value}' has the index ${index}, but the model has ${classCount} classes, counted from 0. Check --classes.`
      : `There is no class ${value}: the model has ${classCount}, counted from 0.`,
  );
}

/** Name of the graph input that carries labels, `[N]` int64, -1 for none. */
export const labelInput = 'gradline/label';

/** Appends the target's class of each image, `[N]` int64; -1 where an image has no label. */
export function appendClasses(build: Builder, target: Target, logits: string, batchSize: number): string {
  switch (target.kind.from) {
    case 'label':
      return build.op('Identity', [target.kind.input]);
    case 'class':
      return build.op('Expand', [build.ints([target.kind.class]), build.ints([batchSize])]);
    case 'rank': {
      const { rank } = target.kind;
      const [, ranked = ''] = build.ops('TopK', [logits, build.ints([rank + 1])], 2, { axis: 1 });
      return build.reshape(build.slice(ranked, [rank], [rank + 1], [1]), [batchSize]);
    }
  }
}
