/** Trying a compiled file: does it give what the engine's own session gives, for every number of pictures? */

import { Float16Array } from '@petamoriken/float16';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { at } from '../at.ts';
import { deviation } from '../deviation.ts';
import type { ModelInput } from '../explanation.ts';
import { rowFeeds } from '../input-rows.ts';
import { ElementType } from '../onnx/element-type.ts';
import { loadRuntime } from '../onnx/runtime.ts';
import type { RowInput } from '../onnx/second-inputs.ts';
import { inputShape } from '../onnx/sizes.ts';
import { sampleCount } from '../pixel-input.ts';
import { testPicture } from '../probe/test-picture.ts';
import { testPictures } from '../probe/test-pictures.ts';
import { tensorOf } from '../tensor-of.ts';

/** What a file is given. */
export interface TrialInputs {
  /** The input of the pictures. */
  name: string;
  elementType: number;
  /** Whether it takes samples, `[N, height, width, 3 or bands]`, and not what the model takes. */
  isSamples: boolean;
  picture: ModelInput;
  /** Inputs that say classes. */
  classes: readonly string[];
  rows: readonly RowInput[];
  classCount: number;
}

/** Values of each output, `[N, ...]`. */
export type Answers = ReadonlyMap<string, ArrayLike<number>>;

/** Runs `count` pictures of Gradline's own; the first so many are always the same. */
export async function answersOf(session: InferenceSession, inputs: TrialInputs, count: number): Promise<Answers> {
  const results = await session.run(await feedsOf(inputs, count));
  return new Map(
    Object.entries(results).map(([name, { data }]) => [
      name,
      data instanceof BigInt64Array ? Array.from(data, Number) : numbers(data),
    ]),
  );
}

function numbers(data: Tensor.DataType): ArrayLike<number> {
  if (data instanceof Float32Array || data instanceof Uint8Array) return data;
  throw new TypeError('A compiled file returns float32, uint8 and int64 only.');
}

async function feedsOf(inputs: TrialInputs, count: number): Promise<Record<string, Tensor>> {
  const { classes, rows, classCount } = inputs;
  const { Tensor } = await loadRuntime();
  const examples = Object.fromEntries(rows.map(({ name, example }) => [name, example]));
  const feeds = await rowFeeds(rows, new Array(count).fill(examples), count);
  feeds[inputs.name] = await picturesOf(inputs, count);
  for (const name of classes) {
    const wanted = BigInt64Array.from({ length: count }, (_, i) => BigInt((i * 7 + 1) % classCount));
    feeds[name] = new Tensor('int64', wanted, [count]);
  }
  return feeds;
}

async function picturesOf({ elementType, isSamples, picture }: TrialInputs, count: number): Promise<Tensor> {
  const { Tensor } = await loadRuntime();
  const which = Array.from({ length: count }, (_, i) => i);
  const { height, width } = picture;
  const shape = isSamples ? [count, height, width, sampleCount(picture) / height / width] : inputShape(picture, count);
  if (isSamples || elementType === ElementType.uint8) {
    const length = shape.reduce((a, b) => a * b) / count;
    const bytes = which.flatMap((number) => {
      const own = testPicture(number, picture);
      return Array.from({ length }, (_, i) => at(own, i % own.length));
    });
    return tensorOf(elementType, bytes, shape);
  }
  const floats = testPictures(which, picture, undefined);
  switch (elementType) {
    case ElementType.float16:
      return new Tensor('float16', new Uint16Array(new Float16Array(floats).buffer), shape);
    case ElementType.float64:
      return new Tensor('float64', Float64Array.from(floats), shape);
    default:
      return tensorOf(elementType, Array.from(floats), shape);
  }
}

/** Where rounding takes the next step of a colour table, a picture changes by a few of its 255 levels. */
const nextColour = 4 / 255;

/**
 * The output that differs most for the pictures that both were given, and by which share of its largest magnitude; null where there is none
 * above the tolerance.
 */
export function largestDifference(
  expected: { answers: Answers; count: number },
  found: { answers: Answers; count: number },
  tolerance: number,
): { output: string; share: number } | null {
  let worst: { output: string; share: number } | null = null;
  const count = Math.min(expected.count, found.count);
  for (const [output, values] of expected.answers) {
    const own = found.answers.get(output) ?? [];
    const length = (values.length / expected.count) * count;
    const isWhole = own.length === (values.length / expected.count) * found.count;
    const share = isWhole ? deviation(values, own, length) : Number.POSITIVE_INFINITY;
    const allowed = values instanceof Uint8Array ? Math.max(tolerance, nextColour) : tolerance;
    if (share > allowed && share > (worst?.share ?? 0)) worst = { output, share };
  }
  return worst;
}
