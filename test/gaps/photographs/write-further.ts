/**
 * Writes further pictures of sets that are written, for what is only asked at times:
 *
 * - `<folder>/<set>/without`: of the pictures that carry a fault's cue, the same without it. What the network gets wrong there, too, no cue explains.
 * - `<folder>/<set>/training`: what the network was trained on, three views of each photograph at most. A report can be held against a run over it.
 *
 * `node dist-tools/test/gaps/photographs/write-further.js without|training <photographs> <folder> [<set>,<set>,...]`, by default all sets that lack them.
 */

import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { Tally } from '../../../src/report/tally.ts';
import { drawPicture } from './draw-picture.ts';
import { Photographs } from './photographs.ts';
import { type PhotographSet, type PlannedPicture, planSet } from './plan.ts';

const planSchema = z.object({ pictures: z.array(z.object({ key: z.string(), fault: z.number().nullable() })) });

/** Views of one photograph say little more than one does. */
const mostViews = 3;

const kinds = {
  without: {
    half: 'validation',
    plan: ({ validation }: PhotographSet) =>
      validation.flatMap((plan) => (plan.fault === null || plan.carries === null ? [] : [{ ...plan, carries: null }])),
    isFor: (set: string) => !set.includes('-clean-'),
  },
  training: {
    half: 'training',
    plan: ({ training }: PhotographSet) => someViews(training),
    isFor: () => true,
  },
} as const;
type Kind = keyof typeof kinds;

function someViews(training: readonly PlannedPicture[]): PlannedPicture[] {
  const views = new Tally<string>();
  return training.filter(({ photograph }) => {
    views.add(photograph);
    return views.of(photograph) <= mostViews;
  });
}

/** @throws Error for a set that was planned by another version of the plan */
async function writeFurther(kind: Kind, photographs: Photographs, name: string, folder: string): Promise<void> {
  const place = join(folder, name);
  const set = planSet(name, photographs.all);
  const written = planSchema.parse(JSON.parse(await readFile(join(place, 'plan.json'), 'utf8')));
  const faults = new Map(written.pictures.map(({ key, fault }) => [key, fault]));
  const same = set.validation.every(({ key, fault }) => faults.get(key) === fault);
  if (!same) throw new Error(`${place} was written by another version of the plan. Write its pictures again.`);
  const { half, plan } = kinds[kind];
  const part = join(place, `${kind}.part`);
  for (const planned of plan(set)) {
    const { picture } = await drawPicture(photographs, set, half, planned);
    await mkdir(dirname(join(part, planned.key)), { recursive: true });
    await writeFile(join(part, planned.key), await picture.png());
  }
  await rename(part, join(place, kind));
}

const [kind, photos, folder, only] = process.argv.slice(2);
if ((kind !== 'without' && kind !== 'training') || photos === undefined || folder === undefined) {
  console.error('Usage: write-further without|training <folder of photographs> <folder> [<set>,<set>,...]');
  process.exitCode = 2;
} else {
  const photographs = await Photographs.open(photos);
  for (const name of only?.split(',') ?? (await setsLacking(kind, folder))) {
    await writeFurther(kind, photographs, name, folder);
    console.log(name);
  }
}

async function setsLacking(kind: Kind, folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const lacking = await Promise.all(
    names.sort().map(async (name) => {
      const files = await readdir(join(folder, name));
      return files.includes('plan.json') && !files.includes(kind) && kinds[kind].isFor(name) ? [name] : [];
    }),
  );
  return lacking.flat();
}
