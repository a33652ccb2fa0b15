/** Opening an explainer on a tiny model, in a folder that ends with the test. */

import { expect } from 'vitest';
import { Explainer } from '../../src/explain/explainer.ts';
import type { ExplainerOptions } from '../../src/explain/options.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import type { TinyModel } from './tiny-model.ts';

export type TinyOptions = Partial<Omit<ExplainerOptions, 'model'>>;

/** Input size 8x8 and batch size 4 unless told otherwise. */
export async function openTiny(model: TinyModel, options: TinyOptions = {}): Promise<Explainer> {
  const file = await model.write(await temporaryFolder());
  return openFile(file, options);
}

export function openFile(model: string, options: TinyOptions = {}): Promise<Explainer> {
  return Explainer.open({
    layers: ['last'],
    batchSize: 4,
    inputSize: { height: 8, width: 8 },
    ...options,
    model,
  });
}

/** Tensor that a layer's name resolves to. */
export async function tensorOf(model: TinyModel, layer: string): Promise<string | undefined> {
  await using explainer = await openTiny(model, { layers: [layer] });
  return explainer.layers[0]?.tensor;
}

/** Expects a `UserError` with this code whose message holds all the texts. */
export async function expectRefusal(attempt: Promise<unknown>, code: string, ...texts: (string | RegExp)[]) {
  const error: unknown = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: 'UserError', code });
  const message = error instanceof Error ? error.message : '';
  for (const text of texts) expect(message).toMatch(text instanceof RegExp ? text : literally(text));
}

const literally = (text: string) => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));

/** Largest difference between two arrays; infinite where lengths differ or a value is NaN. */
export function difference(a: ArrayLike<number> | undefined, b: ArrayLike<number> | undefined): number {
  if (a === undefined || b === undefined || a.length !== b.length || a.length === 0) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const distance = Math.abs((a[i] ?? Number.NaN) - (b[i] ?? Number.NaN));
    largest = Number.isNaN(distance) ? Number.POSITIVE_INFINITY : Math.max(largest, distance);
  }
  return largest;
}
