/** Writes what train.py reads: `node dist-tools/test/gaps/write-pictures.js <split> <folder>`. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawPicture } from './draw/picture.ts';
import { planPictures, planSets, planStart, type Split } from './plan.ts';

/** `<folder>/start.bin` and `<folder>/start.json`. */
async function writeStart(folder: string): Promise<void> {
  const plans = planStart();
  const classes = [...new Set(plans.map(({ kind }) => kind))];
  const labels = plans.map(({ kind }) => classes.indexOf(kind));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'start.bin'), Buffer.concat(plans.map(drawPicture)));
  await writeFile(join(folder, 'start.json'), JSON.stringify({ name: 'start', classes, labels }));
}

/** `<folder>/<set>/<half>.bin` holds uint8 `[n, 64, 64, 3]`, `<half>.json` the plan with class indices. */
async function writeSplit(split: Split, folder: string): Promise<void> {
  for (const set of planSets(split)) {
    await mkdir(join(folder, set.name), { recursive: true });
    for (const half of ['training', 'validation'] as const) {
      const plans = planPictures(set, half);
      const labels = plans.map(({ subject }) => set.classes.indexOf(subject));
      await writeFile(join(folder, set.name, `${half}.bin`), Buffer.concat(plans.map(drawPicture)));
      await writeFile(join(folder, set.name, `${half}.json`), JSON.stringify({ ...set, labels, plans }));
    }
    console.log(
      set.name,
      set.classes.join(' '),
      set.faults.map(({ kind, subject }) => `${kind}: ${subject}`).join(', '),
    );
  }
}

const [split, folder] = process.argv.slice(2);
if ((split !== 'development' && split !== 'test') || folder === undefined) {
  console.error('Usage: write-pictures <development|test> <folder>');
  process.exitCode = 2;
} else {
  await writeStart(folder);
  await writeSplit(split, folder);
}
