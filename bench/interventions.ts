/**
 * What asking the network about causes costs beside the run that it is asked about:
 *
 *     npm run bench:interventions -- <folder of photographed sets> test-37 test-39
 *
 * Explains a set's own pictures and asks about their clusters (docs/reference/photographed-sets.md says how to make sets), then runs over photos of 500 x 375 pixels with the
 * set's network: seconds an image are those of a longer run less those of a shorter one. Prints; judges nothing.
 */

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { RunAccess } from '../src/report/interventions/run-access.ts';
import { makeFindings } from '../src/report/make-findings.ts';
import { usualInterventions } from '../src/shared/run/configuration.ts';
import { openStore } from '../src/shared/store/open-store.ts';
import { explainPictures, type PicturesRun } from '../test/gaps/explain-pictures.ts';
import { photographedSets } from '../test/gaps/photographed-sets.ts';
import { freshOutput } from './fresh-output.ts';
import { printMachine } from './machine.ts';
import { wholeNumber } from './options.ts';
import { drawPhotos, multiplyPhotos } from './photos.ts';
import { runGradline } from './run-gradline.ts';
import { secondsOf } from './seconds-of.ts';
import { median } from './statistics.ts';
import { printTable } from './table.ts';
import { temporaryFolder } from './temporary-folder.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    photos: { type: 'string', default: '400' },
  },
});
const rounds = wholeNumber('rounds', values.rounds);
const photos = wholeNumber('photos', values.photos);
const [setsFolder, ...names] = positionals;
if (setsFolder === undefined) throw new Error('Name a folder of photographed sets.');
/** The case that is asked for: as many images, and as many questions as a run asks at most. */
const [largeRun, mostQuestions] = [50_000, usualInterventions];

printMachine();
const folder = temporaryFolder();
await drawPhotos(64, join(folder, 'drawn'));
for (const [name, count] of Object.entries({ short: photos, long: photos * 3 })) {
  await multiplyPhotos(join(folder, 'drawn'), count, join(folder, name));
}
const rows: string[][] = [];
for (const set of await photographedSets(setsFolder, 'test')) {
  if (names.length > 0 && !names.includes(set.planted.name)) continue;
  // On all cores, as the run beside it.
  const run = { ...set.run, output: join(folder, set.planted.name), threads: null };
  await explainPictures(run);
  const [question, image]: number[][] = [[], []];
  let asked = 0;
  for (let round = 0; round < rounds; round++) {
    const bare = await secondsOf(() => findings(run.output, false));
    const withAnswers = await secondsOf(async () => {
      asked = await findings(run.output, true);
    });
    question?.push((withAnswers - bare) / Math.max(1, asked));
    const short = await secondsOf(() => explained(run, 'short'));
    const long = await secondsOf(() => explained(run, 'long'));
    image?.push((long - short) / (2 * photos));
  }
  const [own, other] = [median(question ?? []), median(image ?? [])];
  rows.push([
    `${set.planted.name}, ${set.planted.backbone}`,
    String(asked),
    (own * 1000).toFixed(1),
    (other * 1000).toFixed(1),
    ((mostQuestions * own) / (largeRun * other)).toFixed(3),
  ]);
}
console.log(`\n${rounds} rounds, medians; a run with overlays, without its report`);
printTable(['set', 'questions', 'ms a question', 'ms an image', `${mostQuestions} beside ${largeRun} images`], rows);

/** @returns how many pictures the network was asked about */
async function findings(location: string, asks: boolean): Promise<number> {
  await using output = await openStore(location);
  if (!asks) {
    await makeFindings(output);
    return 0;
  }
  await using network = new RunAccess(output);
  await makeFindings(output, { network });
  return (await network.open())?.asked ?? 0;
}

async function explained({ model, layers, preprocess }: PicturesRun, photosOf: string): Promise<void> {
  const args = ['--model', model, '--layers', layers.join(','), '--output', freshOutput(folder), '--no-report'];
  if (typeof preprocess.preset === 'string') args.push('--preprocess', preprocess.preset);
  await runGradline(['run', join(folder, photosOf), ...args]);
}
