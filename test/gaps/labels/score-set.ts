/** Scores of an image set with labels that are right, and the same with labels made wrong on purpose. */

import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { Random } from '../../../demo/draw/random.ts';
import { readRun } from '../../../src/report/read/read-run.ts';
import { isJudged, type RunTable, topCount } from '../../../src/report/read/run-table.ts';
import { openStore } from '../../../src/shared/store/open-store.ts';

export interface ScoreSet {
  name: string;
  /** Only images with an answer and a label count. */
  table: RunTable;
}

const scoreFile = z.object({
  labels: z.array(z.number()),
  /** By image, the highest scores first. */
  top: z.array(z.object({ classes: z.array(z.number()), scores: z.array(z.number()) })),
});

/** @param place a run's output, or a JSON file as `test/oracle/suspected_labels.py digits` writes it */
export async function readScoreSet(place: string): Promise<ScoreSet> {
  const name = place
    .replace(/\/output\/?$/, '')
    .replace(/^.*\//, '')
    .replace(/\.json$/, '');
  if (!place.endsWith('.json')) {
    const output = await openStore(place);
    const { table } = await readRun(output);
    await output.close();
    return { name, table };
  }
  const { labels, top } = scoreFile.parse(JSON.parse(await readFile(place, 'utf8')));
  return { name, table: tableOfScores(labels, top) };
}

export function tableOfScores(
  labels: readonly number[],
  top: readonly { classes: number[]; scores: number[] }[],
): RunTable {
  const rows = labels.length;
  const first = (values: number[]) => values[0] ?? Number.NaN;
  const padded = <Value>(values: readonly Value[], fill: Value) =>
    Array.from({ length: topCount }, (_, i) => values[i] ?? fill);
  const classes = Math.max(...labels, ...top.flatMap((own) => own.classes)) + 1;
  return {
    rows,
    keys: labels.map((_, row) => String(row)),
    shard: new Int32Array(rows),
    line: Int32Array.from({ length: rows }, (_, row) => row),
    quarantined: new Uint8Array(rows),
    label: Int32Array.from(labels),
    predicted: Int32Array.from(top, (own) => first(own.classes)),
    score: Float64Array.from(top, (own) => first(own.scores)),
    margin: Float64Array.from(top, ({ scores }) => first(scores) - (scores[1] ?? 0)),
    topClass: Int32Array.from(top.flatMap((own) => padded(own.classes, -1))),
    topScore: Float64Array.from(top.flatMap((own) => padded(own.scores, Number.NaN))),
    maps: [],
    classNames: Array.from({ length: classes }, () => null),
    failures: {},
  };
}

export interface FlippedSet extends ScoreSet {
  share: number;
  seed: number;
  /** Rows whose label is wrong. */
  wrong: Set<number>;
}

/** A share of the labels, each made another one of those that occur, all of these alike. */
export function flipped({ name, table }: ScoreSet, share: number, seed: number): FlippedSet {
  const random = new Random(name, 'flipped', String(share), seed);
  const judged = Array.from(table.label.keys()).filter((row) => isJudged(table, row));
  const classes = [...new Set(judged.map((row) => table.label[row] ?? 0))];
  const wrong = new Set(random.shuffle(judged).slice(0, Math.round(share * judged.length)));
  const label = table.label.slice();
  for (const row of wrong) label[row] = random.pick(classes.filter((own) => own !== table.label[row]));
  return { name, table: { ...table, label }, share, seed, wrong };
}
