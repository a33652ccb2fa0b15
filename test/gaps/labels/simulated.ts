/** Classifiers that never were: classes as clouds of points, some near to others, and a network that knows their centres badly and is more or less sure than it is right. */

import { Random } from '../../../demo/draw/random.ts';
import { type ScoreSet, tableOfScores } from './score-set.ts';

const dimensions = 24;

/** @param split `development`, on which the method was chosen, or `test` */
export function simulatedSets(split: string, count = 12): ScoreSet[] {
  return Array.from({ length: count }, (_, i) => simulated(`${split}-${i + 1}`, [3, 5, 10, 30, 100, 300][i % 6] ?? 10));
}

function simulated(name: string, classes: number): ScoreSet {
  const random = new Random('simulated', name);
  const images = Math.min(4000, Math.max(600, classes * 40));
  const vector = (deviation: number) => Array.from({ length: dimensions }, () => deviation * normal(random));
  const groups = Array.from({ length: Math.max(2, Math.round(classes / 4)) }, () => vector(1));
  const [apart, error] = [random.between(0.35, 0.7), random.between(0.05, 0.4)];
  const centres = Array.from({ length: classes }, () => plus(random.pick(groups), vector(apart)));
  const believed = centres.map((centre) => plus(centre, vector(error)));
  const [spread, sureness] = [random.between(0.6, 1.1), random.between(0.5, 2)];
  const labels = Array.from({ length: images }, (_, i) => i % classes);
  const top = labels.map((label) => {
    // Some pictures are harder than others.
    const point = plus(centres[label] ?? [], vector(spread * Math.exp(0.2 * normal(random))));
    const logits = believed.map((centre) => (-sureness * distance(point, centre)) / (2 * spread ** 2));
    const highest = Math.max(...logits);
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit - highest), 0);
    const order = [...logits.keys()].sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0)).slice(0, 5);
    return { classes: order, scores: order.map((own) => Math.exp((logits[own] ?? 0) - highest) / total) };
  });
  return { name: `simulated-${name}, ${classes} classes`, table: tableOfScores(labels, top) };
}

function plus(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, i) => value + (b[i] ?? 0));
}

function distance(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + (value - (b[i] ?? 0)) ** 2, 0);
}

/** Box and Muller 1958. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
