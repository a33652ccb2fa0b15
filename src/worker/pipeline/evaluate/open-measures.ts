/** What is measured of a run's maps besides what every record says. */

import { UserError } from '../../../explain/user-error.ts';
import { readCocoRegions } from '../../../shared/picture/regions/coco.ts';
import type { RunConfiguration } from '../../../shared/run/configuration.ts';
import { type EvaluatedImages, readEvaluatedImages } from '../../../shared/run/evaluated-images.ts';
import { evaluatedImagesKey } from '../../../shared/run/output-key.ts';
import { retryTransient } from '../../../shared/store/retry.ts';
import type { Store } from '../../../shared/store/store.ts';
import { EvaluationPlan } from './evaluation.ts';
import type { RegionSource } from './regions/region-records.ts';

export interface Measures {
  evaluation: EvaluationPlan | null;
  regions: RegionSource | null;
}

/**
 * @param chosen images that `--evaluate` measures; null without it
 * @throws UserError `bad-regions`; StoreError
 */
export async function openMeasures(
  { regions: settings }: RunConfiguration,
  chosen: EvaluatedImages | null,
  classNames: readonly string[] | null,
  onWarning: (message: string) => void,
): Promise<Measures> {
  const evaluation = chosen === null ? null : new EvaluationPlan(chosen);
  if (settings === undefined) return { evaluation, regions: null };
  const regions = await retryTransient(() => readCocoRegions(settings, classNames));
  const { unknown } = regions;
  if (unknown.length > 0) {
    const listed = unknown.slice(0, 5).map((name) => `'${name}'`);
    const more = unknown.length > listed.length ? ', ...' : '';
    onWarning(
      `Of the categories of ${settings.file}, ${unknown.length} are no class of the model and are left out: ${listed.join(', ')}${more}.`,
    );
  }
  return { evaluation, regions };
}

/** For a worker of the fleet: what the producer chose. @throws UserError `damaged-output` where that is gone; StoreError */
export async function chosenByProducer({ evaluate }: RunConfiguration, output: Store): Promise<EvaluatedImages | null> {
  if (evaluate === undefined) return null;
  const chosen = await retryTransient(() => readEvaluatedImages(output));
  if (chosen !== null) return chosen;
  throw new UserError(
    'damaged-output',
    `${evaluatedImagesKey} in ${output.location} is gone, so it is unknown which images are to be measured. Restore it, or start the run anew with another --output.`,
  );
}
