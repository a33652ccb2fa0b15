/** The picture that is explained, and what the model says of it for the classes that were asked for. */

import { signal } from '@preact/signals';
import type { PageExplanation } from '../contract.ts';
import { explain } from './model.ts';

export interface Shown {
  name: string;
  picture: Blob;
  /** By the class that was asked for; -1: the model's answer alone. */
  explanations: ReadonlyMap<number, PageExplanation>;
}

export const shown = signal<Shown | null>(null);
export const problem = signal<string | null>(null);
export const waiting = signal(false);

/** Shows a picture once it is explained. */
export async function showPicture(name: string, picture: Blob): Promise<void> {
  await ask(name, picture, -1, new Map());
}

/** Has the picture explained for another class. */
export async function askFor(target: number): Promise<void> {
  const current = shown.value;
  if (current === null || current.explanations.has(target)) return;
  await ask(current.name, current.picture, target, current.explanations);
}

async function ask(
  name: string,
  picture: Blob,
  target: number,
  known: ReadonlyMap<number, PageExplanation>,
): Promise<void> {
  waiting.value = true;
  problem.value = null;
  try {
    const explanation = await explain(picture, target);
    // Another picture may have come meanwhile.
    const current = shown.value;
    if (known.size > 0 && current?.picture !== picture) return;
    const explanations = new Map(current?.picture === picture ? current.explanations : known).set(target, explanation);
    shown.value = { name, picture, explanations };
  } catch (error) {
    problem.value = error instanceof Error ? error.message : String(error);
  } finally {
    waiting.value = false;
  }
}
