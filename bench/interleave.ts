/** Comparing things that take turns, so that whatever else the machine does slows all of them. */

import { setTimeout } from 'node:timers/promises';
import { median, quantile } from './statistics.ts';

export interface Contender {
  name: string;
  /** One piece of work, the same amount each time. */
  work(): Promise<unknown>;
}

/** Threads of the contender before may still wait busily for more work; this long after it they sleep. */
const rest = 20;

/**
 * Lets the contenders take turns (A B C A B C ...): in each round each of them does the same number of pieces in a row, as many as
 * the first contender needs for `turn` seconds. One turn each before the first round is not counted.
 * @returns seconds a piece, `[contender][round]`
 */
export async function interleave(
  contenders: readonly Contender[],
  { rounds, turn }: { rounds: number; turn: number },
): Promise<number[][]> {
  const take = async (contender: Contender, pieces: number): Promise<number> => {
    await setTimeout(rest);
    const start = performance.now();
    for (let piece = 0; piece < pieces; piece++) await contender.work();
    return (performance.now() - start) / 1000 / pieces;
  };
  for (const contender of contenders) await take(contender, 1);
  const [first] = contenders;
  const pieces = first === undefined ? 0 : Math.max(1, Math.round(turn / (await take(first, 1))));
  for (const contender of contenders) await take(contender, pieces);
  const seconds = contenders.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, contender] of contenders.entries()) seconds[i]?.push(await take(contender, pieces));
  }
  return seconds;
}

export interface Ratio {
  median: number;
  /** First and third quartile. */
  middleHalf: [number, number];
}

/** Speed relative to a reference's, from the seconds of the same rounds: what all contenders suffer in a round cancels out. */
export function ratioTo(reference: readonly number[], seconds: readonly number[]): Ratio {
  if (reference.length !== seconds.length) throw new RangeError('Both need the same rounds.');
  const ratios = reference.map((time, round) => time / (seconds[round] ?? Number.NaN));
  return { median: median(ratios), middleHalf: [quantile(ratios, 0.25), quantile(ratios, 0.75)] };
}

export function ratioText({ median, middleHalf: [low, high] }: Ratio): string {
  return `${median.toFixed(3)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}
