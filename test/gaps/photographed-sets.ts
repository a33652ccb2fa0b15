/** Sets of photographs with planted faults, as they lie in a folder outside the repository. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ExplainedSet } from './explained-set.ts';
import type { Split } from './plan.ts';

/** `<set>/plan.json`. Faults of pictures are indices. */
const planSchema = z.object({
  name: z.string(),
  split: z.enum(['development', 'test']),
  backbone: z.string(),
  preprocess: z.enum(['imagenet', 'caffe', 'tf', 'none']),
  /** Side of the network's input, and what the shorter side of a picture is resized to before, in pixels. */
  size: z.number(),
  resize: z.number(),
  classes: z.array(z.string()),
  layers: z.array(z.string()),
  faults: z.array(z.object({ kind: z.string(), subject: z.string() })),
  pictures: z.array(
    z.object({ key: z.string(), class: z.string(), fault: z.number().nullable(), carries: z.number().nullable() }),
  ),
});

/** The sets of a split in `<folder>/<set>`, by name. */
export async function photographedSets(folder: string, split: Split): Promise<ExplainedSet[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const places = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  const sets = await Promise.all(places.sort().map(readSet));
  return sets.flatMap((set) => (set !== null && set.split === split ? [set] : []));
}

/** Null for a folder that holds no set, or one whose network is not trained yet. */
async function readSet(folder: string): Promise<(ExplainedSet & { split: Split }) | null> {
  const files = await readdir(folder);
  if (!files.includes('plan.json') || !files.includes('model.onnx')) return null;
  const plan = planSchema.parse(JSON.parse(await readFile(join(folder, 'plan.json'), 'utf8')));
  const { name, split, backbone, classes, layers, size, resize } = plan;
  const planted = {
    name,
    backbone,
    classes,
    faults: plan.faults.map(({ kind, subject }) => ({ kind, subject, missing: kind === 'missing subgroup' })),
    pictures: plan.pictures.map(({ key, class: subject, fault, carries }) => ({ key, subject, fault, carries })),
  };
  const run = {
    input: join(folder, 'pictures'),
    output: join(folder, 'output'),
    model: join(folder, 'model.onnx'),
    classes: join(folder, 'classes.txt'),
    layers,
    preprocess: { preset: plan.preprocess, size: { height: size, width: size }, resize },
    evidence: true,
  };
  return { folder, split, planted, run };
}
