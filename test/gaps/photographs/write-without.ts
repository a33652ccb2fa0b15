/**
 * Writes `<folder>/<set>/without`: of the pictures that carry a fault's cue, the same without it. What the network gets wrong there, too, no cue explains.
 * `node dist-tools/test/gaps/photographs/write-without.js <photographs> <folder> [<set>,<set>,...]`, by default all sets that lack it.
 */

import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { drawPicture } from './draw-picture.ts';
import { Photographs } from './photographs.ts';
import { planSet } from './plan.ts';

const planSchema = z.object({ pictures: z.array(z.object({ key: z.string(), fault: z.number().nullable() })) });

/** @throws Error for a set that was planned by another version of the plan */
async function writeWithout(photographs: Photographs, name: string, folder: string): Promise<void> {
  const place = join(folder, name);
  const set = planSet(name, photographs.all);
  const written = planSchema.parse(JSON.parse(await readFile(join(place, 'plan.json'), 'utf8')));
  const faults = new Map(written.pictures.map(({ key, fault }) => [key, fault]));
  const same = set.validation.every(({ key, fault }) => faults.get(key) === fault);
  if (!same) throw new Error(`${place} was written by another version of the plan. Write its pictures again.`);
  const part = join(place, 'without.part');
  for (const plan of set.validation.filter(({ fault, carries }) => fault !== null && carries !== null)) {
    const { picture } = await drawPicture(photographs, set, 'validation', { ...plan, carries: null });
    await mkdir(dirname(join(part, plan.key)), { recursive: true });
    await writeFile(join(part, plan.key), await picture.png());
  }
  await rename(part, join(place, 'without'));
}

const [photos, folder, only] = process.argv.slice(2);
if (photos === undefined || folder === undefined) {
  console.error('Usage: write-without <folder of photographs> <folder> [<set>,<set>,...]');
  process.exitCode = 2;
} else {
  const photographs = await Photographs.open(photos);
  for (const name of only?.split(',') ?? (await setsWithout(folder))) {
    await writeWithout(photographs, name, folder);
    console.log(name);
  }
}

/** Sets with a cue that are written and lack the folder. */
async function setsWithout(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const lacking = await Promise.all(
    names.sort().map(async (name) => {
      const files = await readdir(join(folder, name));
      return files.includes('plan.json') && !files.includes('without') && !name.includes('-clean-') ? [name] : [];
    }),
  );
  return lacking.flat();
}
