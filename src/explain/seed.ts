/** Which class scores a gradient is taken of: one class's, or its difference from others'. */

import type { Builder } from './onnx/builder.ts';
import { appendClasses, type Target } from './target.ts';

/** One class for each image, and what its score is multiplied by. */
export interface SeedTerm {
  /** `[N]` int64. */
  classes: string;
  factor: number;
}

/** Where a sweep starts. */
export interface SweepStart {
  /** Tensor that the sweep starts from. */
  tensor: string;
  /** The class score's gradient there, of the tensor's shape. */
  gradient: string;
}

/** What a start has to know besides the classes. */
export interface SweepSetting {
  batchSize: number;
  classCount: number;
  /** Whether the first term may lack a class for an image (-1). */
  mayMiss: boolean;
  /** What gradients are wanted of, where the sweep may start behind a convolution that makes class maps; undefined: it may not. */
  hooked?: readonly string[];
}

/** The explained class first, -1 where an image has none; behind it, negatively, the class that it is compared with. */
export function appendSeed(
  build: Builder,
  target: Target,
  logits: string,
  batchSize: number,
): [SeedTerm, ...SeedTerm[]] {
  const explained: SeedTerm = { classes: appendClasses(build, target, logits, batchSize), factor: 1 };
  const against = target.kind.from === 'class' ? target.kind.against : undefined;
  if (against === undefined) return [explained];
  const classes = build.op('Expand', [build.ints([against]), build.ints([batchSize])]);
  return [explained, { classes, factor: -1 }];
}

/** How many similar classes Finer-CAM compares with. */
const similarClasses = 3;
/** A distance that no logit reaches. */
const farAway = 1e30;

/**
 * The class less the mean of the three whose logits are nearest to its own: what the network nearly said instead. A target
 * that names its opponent keeps it.
 */
export function finerSeed(
  build: Builder,
  seed: readonly [SeedTerm, ...SeedTerm[]],
  logits: string,
  { batchSize, classCount }: { batchSize: number; classCount: number },
): readonly [SeedTerm, ...SeedTerm[]] {
  if (seed.length > 1) return seed;
  const [explained] = seed;
  const count = Math.min(similarClasses, classCount - 1);
  const own = appendOneHot(build, explained.classes, classCount, batchSize);
  const ownLogit = build.reduce('ReduceSum', build.op('Mul', [own, logits]), [1], true);
  const distance = build.op('Abs', [build.op('Sub', [logits, ownLogit])]);
  const others = build.op('Add', [distance, build.op('Mul', [own, build.scalar(farAway)])]);
  const [, nearest = ''] = build.ops('TopK', [others, build.ints([count])], 2, { axis: 1, largest: 0 });
  // An image without a class has no similar ones either.
  const isKnown = build.op('GreaterOrEqual', [explained.classes, build.ints([0])]);
  const similar = Array.from({ length: count }, (_, i): SeedTerm => {
    const classes = build.reshape(build.slice(nearest, [i], [i + 1], [1]), [batchSize]);
    return { classes: build.op('Where', [isKnown, classes, build.ints([-1])]), factor: -1 / count };
  });
  return [explained, ...similar];
}

/** Appends the terms' one-hot rows, added up: `[N, classCount]` float32. An image whose first term has no class gets zeros. */
export function appendOneHots(
  build: Builder,
  terms: readonly SeedTerm[],
  classCount: number,
  batchSize: number,
): string {
  return build.sum(
    terms.map(({ classes, factor }) => {
      const rows = appendOneHot(build, classes, classCount, batchSize);
      return factor === 1 ? rows : build.op('Mul', [rows, build.scalar(factor)]);
    }),
  );
}

/** Appends one-hot rows `[N, classCount]` float32; an image without a class gets zeros. */
function appendOneHot(build: Builder, classes: string, classCount: number, batchSize: number): string {
  const range = build.ints(
    Array.from({ length: classCount }, (_, i) => i),
    [1, classCount],
  );
  const hot = build.op('Equal', [build.reshape(classes, [batchSize, 1]), range]);
  return build.op('Cast', [hot], { to: 1 });
}

/** 1 for each image that has a class, else 0: `[N, 1]` float32. */
export function known(build: Builder, classes: string, batchSize: number): string {
  const isKnown = build.op('Cast', [build.op('GreaterOrEqual', [classes, build.ints([0])])], { to: 1 });
  return build.reshape(isKnown, [batchSize, 1]);
}
