/** Gradline beside other methods that find slices, by the same measures. */

import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { MadeFindings } from '../../src/report/make-findings.ts';
import { isMistake, keyOf } from '../../src/report/read/run-table.ts';
import { faultTruths } from './evaluate.ts';
import { bestFit, type Fit, type Group, precisionAt10 } from './measures.ts';
import type { PlantedSet } from './planted-set.ts';
import { reportedGroups } from './reported-groups.ts';

/** Slices that somebody looks at: as many as SpotCheck and Domino count. */
const looked = 10;

interface Named {
  precisionAt10: number;
  best: Fit | null;
}

/** How well a method's first ten slices name one fault. */
export interface MethodResult {
  set: PlantedSet;
  method: string;
  /** Only mistakes are wanted: slices without their correct pictures, against the fault's misclassified ones. */
  ofMistakes: Named;
  /** Likewise, against those that the cue fooled. */
  ofFooled: Named;
  /** As the methods' papers count: whole slices, against all pictures that carry the fault. */
  ofCarriers: Named;
}

/** What `test/gaps/others/find_slices.py` writes: for each method its slices, and in each the keys, highest-ranked first. */
const slicesSchema = z.record(z.string(), z.array(z.array(z.string())));

/**
 * @param file the other methods' slices; not read where no fault counts
 */
export async function compareMethods(set: PlantedSet, made: MadeFindings, file: string): Promise<MethodResult[]> {
  const { table } = made;
  const truths = faultTruths(set, table).filter(({ counts }) => counts);
  if (truths.length === 0) return [];
  const mistakes = new Set(
    Array.from({ length: table.rows }, (_, row) => row)
      .filter((row) => isMistake(table, row))
      .map((row) => keyOf(table, row)),
  );
  const others = slicesSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  const methods: [string, Group[]][] = [
    ['Gradline', reportedGroups(made.findings)],
    ...Object.entries(others).map(([method, slices]): [string, Group[]] => [
      method,
      slices.map((images, index) => ({ id: String(index + 1), images })),
    ]),
  ];
  return methods.flatMap(([method, slices]) => {
    const whole = slices.slice(0, looked);
    const mistaken = whole
      .map(({ id, images }) => ({ id, images: images.filter((key) => mistakes.has(key)) }))
      .filter(({ images }) => images.length > 0);
    return truths.map(({ carriers, wrong, fooled }) => ({
      set,
      method,
      ofMistakes: namedBy(mistaken, wrong),
      ofFooled: namedBy(mistaken, fooled),
      ofCarriers: namedBy(whole, carriers),
    }));
  });
}

function namedBy(groups: readonly Group[], truth: ReadonlySet<string>): Named {
  return { precisionAt10: precisionAt10(groups, truth), best: bestFit(groups, truth) };
}
