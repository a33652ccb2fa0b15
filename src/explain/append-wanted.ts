/** Finding in the graph, for each image of a batch, the classes that its targets name. */

import type { ScoreTensors } from './class-score.ts';
import type { Builder } from './onnx/builder.ts';
import { ElementType } from './onnx/element-type.ts';
import type { WantedClasses, WantedRule } from './wanted-classes.ts';

/** Name of the graph input that says what is true: `[N, classes]` float32, see `truthValues`. */
export const truthInput = 'gradline/truth';

/** `none`: there is no image in this place of the batch. */
export const truthValues = { isTrue: 1, isNot: 0, unknown: -1, none: -2 } as const;

/** What no logit reaches. */
const farBelow = -1e30;

export interface AppendedWanted {
  /** `[slots, N]` int64: the image's classes, the highest logit first; -1 where it has fewer. */
  classes: string;
  /** `[most, N]` float32: the first rows of them, as many as the image with the most has, and at least one. */
  atWork: string;
}

/** @param thresholds by class index */
export function appendWanted(
  build: Builder,
  { rules, slots }: WantedClasses,
  { logits, scores, classCount }: ScoreTensors,
  thresholds: readonly number[],
): AppendedWanted {
  const above = (tensor: string, value: number) => build.op('Greater', [tensor, build.scalar(value)]);
  const decided = build.op('GreaterOrEqual', [scores, build.floats([...thresholds], [1, classCount])]);
  const isTrue = above(truthInput, (truthValues.isTrue + truthValues.isNot) / 2);
  const isKnown = above(truthInput, (truthValues.isNot + truthValues.unknown) / 2);
  const isImage = above(truthInput, (truthValues.unknown + truthValues.none) / 2);
  const isNot = build.op('And', [isKnown, build.op('Not', [isTrue])]);
  const named = (rule: WantedRule): string => {
    if (rule === 'predicted') return decided;
    if (rule === 'label') return isTrue;
    if (rule === 'false-positives') return build.op('And', [decided, isNot]);
    if (rule === 'false-negatives') return build.op('And', [build.op('Not', [decided]), isTrue]);
    const [best = ''] = build.ops('TopK', [logits, build.ints([rule.top])], 2, { axis: 1 });
    return build.op('GreaterOrEqual', [logits, build.slice(best, [rule.top - 1], [rule.top], [1])]);
  };
  const any = rules.map(named).reduce((a, b) => build.op('Or', [a, b]));
  const wanted = build.op('And', [any, isImage]);
  const ranked = build.op('Where', [wanted, logits, build.scalar(farBelow)]);
  const [values = '', places = ''] = build.ops('TopK', [ranked, build.ints([slots])], 2, { axis: 1 });
  const exists = above(values, farBelow / 2);
  const classes = build.transpose(build.op('Where', [exists, places, build.ints([-1])]), [1, 0]);
  return { classes, atWork: appendAtWork(build, classes) };
}

/**
 * Appends the first rows of `[slots, N]` classes, as many as the image with the most has, and at least one: `[most, N]` float32.
 * @param classes int64; an image's own come first, then -1
 */
export function appendAtWork(build: Builder, classes: string): string {
  const exists = build.op('Cast', [build.op('GreaterOrEqual', [classes, build.ints([0])])], { to: ElementType.int64 });
  const counts = build.reduce('ReduceSum', exists, [0], false);
  const most = build.op('Max', [build.reduce('ReduceMax', counts, [0], true), build.ints([1])]);
  const start = build.ints([0]);
  return build.op('Slice', [build.op('Cast', [classes], { to: ElementType.float32 }), start, most, start]);
}
