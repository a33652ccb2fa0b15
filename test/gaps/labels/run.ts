/**
 * How well wrong labels are suspected: `npm run gaps:labels -- [outputs or score files]`.
 *
 * Labels of each set are made wrong on purpose. Without arguments: the drawn sets of `npm run gaps` and simulated classifiers. `--write folder` keeps what was
 * given and found, for `test/oracle/suspected_labels.py`, which prints the same of cleanlab.
 */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { printTable } from '../../../bench/table.ts';
import { suspectedLabels } from '../../../src/report/findings/label-errors.ts';
import { isMistake, topCount } from '../../../src/report/read/run-table.ts';
import { drawSet } from '../draw-set.ts';
import { explainPictures } from '../explain-pictures.ts';
import { planSets } from '../plan.ts';
import { type FlippedSet, flipped, readScoreSet, type ScoreSet } from './score-set.ts';
import { simulatedSets } from './simulated.ts';

const { values, positionals } = parseArgs({ options: { write: { type: 'string' } }, allowPositionals: true });
const trials = [
  { share: 0, seeds: 1 },
  { share: 0.02, seeds: 3 },
  { share: 0.05, seeds: 3 },
];

const grounds: Record<string, ScoreSet[]> =
  positionals.length > 0
    ? { given: await Promise.all(positionals.map(readScoreSet)) }
    : { drawn: await drawnSets(), simulated: simulatedSets('test') };
for (const [ground, sets] of Object.entries(grounds)) {
  const counts = trials.map((trial) => ({ ...trial, mistakes: 0, suspected: 0, found: 0, wrong: 0, visible: 0 }));
  for (const set of sets) {
    for (const count of counts) {
      for (let seed = 1; seed <= count.seeds; seed += 1) {
        const made = flipped(set, count.share, seed);
        const { rows, chances } = suspectedLabels(made.table);
        count.mistakes += mistakesOf(made).length;
        count.suspected += rows.length;
        count.found += rows.filter((row) => made.wrong.has(row)).length;
        count.wrong += made.wrong.size;
        count.visible += [...made.wrong].filter((row) => set.table.predicted[row] === set.table.label[row]).length;
        if (values.write !== undefined) await keep(join(values.write, ground), made, chances);
      }
    }
  }
  console.log(`${sets.length} ${ground} sets`);
  printTable(
    ['labels made wrong', 'mistakes', 'suspected', 'of mistakes', 'precision', 'recall', 'taken for their true class'],
    counts.map(({ share, mistakes, suspected, found, wrong, visible }) => [
      `${100 * share}%`,
      String(mistakes),
      String(suspected),
      `${((100 * suspected) / mistakes).toFixed(2)}%`,
      ratio(found, suspected),
      ratio(found, wrong),
      ratio(visible, wrong),
    ]),
  );
  console.log();
}

function ratio(part: number, whole: number): string {
  return whole === 0 ? '-' : (part / whole).toFixed(2);
}

function mistakesOf({ table }: FlippedSet): number[] {
  return Array.from(table.label.keys()).filter((row) => isMistake(table, row));
}

async function drawnSets(): Promise<ScoreSet[]> {
  const folder = await mkdtemp(join(tmpdir(), 'gradline-labels-'));
  const sets: ScoreSet[] = [];
  try {
    for (const set of planSets('test')) {
      const { run } = await drawSet(set, join('test/gaps/networks', `${set.name}.onnx`), join(folder, set.name));
      await explainPictures(run);
      sets.push(await readScoreSet(run.output));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return sets;
}

async function keep(folder: string, { name, share, seed, table, wrong }: FlippedSet, chances: Map<number, number>) {
  await mkdir(folder, { recursive: true });
  const text = JSON.stringify({
    share,
    classes: table.classNames.length,
    labels: [...table.label],
    topClass: [...table.topClass],
    topScore: [...table.topScore],
    topCount,
    wrong: [...wrong],
    chances: [...chances],
  });
  await writeFile(join(folder, `${name.replaceAll(/[ ,]+/g, '-')}_${share}_${seed}.json`), text);
}
