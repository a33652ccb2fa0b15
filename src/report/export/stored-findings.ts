/** The parts of `report/findings.json` that exports use. */

import { z } from 'zod';
import { UserError } from '../../explain/user-error.ts';
import { retryTransient } from '../../shared/store/retry.ts';
import { type Store, StoreError } from '../../shared/store/store.ts';

const name = z.string().nullable();
const group = z.object({ id: z.string(), images: z.array(z.string()) });

const findingsFile = z.object({
  version: z.literal(1),
  run: z.string(),
  classNames: z.array(name),
  analysed: z.object({ layer: z.string(), method: z.string(), target: z.string() }).nullable(),
  labelErrors: z.array(z.object({ key: z.string() })),
  multiLabel: z.object({ missingLabels: z.array(z.object({ key: z.string() })) }).optional(),
  clusters: z.array(group),
  gaps: z.array(group),
  collect: z.array(
    z.object({
      rank: z.number(),
      class: z.number().nullable(),
      mistakes: z.number(),
      sentence: z.string(),
      from: z.string(),
      alsoFrom: z.array(z.string()),
      images: z.array(z.string()),
    }),
  ),
});

export type StoredFindings = z.infer<typeof findingsFile>;

const findingsKey = 'report/findings.json';

/** @returns null where no report was made. @throws UserError `damaged-output`; StoreError */
export async function readStoredFindings(output: Store): Promise<StoredFindings | null> {
  let text: string;
  try {
    text = (await retryTransient(() => output.get(findingsKey))).toString('utf8');
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not-found') return null;
    throw error;
  }
  try {
    return findingsFile.parse(JSON.parse(text));
  } catch (cause) {
    throw new UserError(
      'damaged-output',
      `${findingsKey} in ${output.location} is not one that this version of Gradline wrote. Make it anew with gradline report.`,
      { cause },
    );
  }
}
